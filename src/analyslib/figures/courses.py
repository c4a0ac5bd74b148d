"""Courses in follow-up: how long people stay, and month by month with limits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from analyslib.analysis.process_control import Signal, Xmr
from analyslib.analysis.results import Answer, answer_for
from analyslib.figures import theme
from analyslib.figures.canvas import DASHED, DOTTED, Canvas
from analyslib.figures.change import count_cell
from analyslib.figures.frame import Picture, finish
from analyslib.figures.heading import MARGIN, KeyItem, answer_key, start_canvas
from analyslib.figures.inputs import Place
from analyslib.figures.scale import Scale, find_range, find_ticks, spread_apart, tick_decimals
from analyslib.tables import Table, derived_cell, header_cell, text_cell
from analyslib.text.formats import format_list, format_number, format_share
from analyslib.text.words import ANSWER_WORDS


LEFT, RIGHT, HEIGHT = 54.0, 480.0, 200.0
FEWEST_STEPS = 5  # fewer points are joined: stairs would say that nothing happened between them


@dataclass(frozen=True)
class StepCurve:
    """A share at the points of a coarse grid that begins at 0; `low` and `high` may be empty.

    The grid is coarse on purpose: every step of an exact curve is one person's day.
    """

    label: str
    times: tuple[float, ...]
    share: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    at_risk: tuple[int | None, ...] = ()


CURVE_STYLES = ((theme.BLUE, None), (theme.DARK, DASHED), (theme.MID, DOTTED))


def draw_survival(
    place: Place,
    curves: Sequence[StepCurve],
    title: str,
    source_line: str,
    unit: str = "månader",
    what: str = "andel kvar",
    caption: str = "",
    key: str = "kvar",
) -> Picture:
    """At most three curves, named at their end, with how many are followed under the axis."""
    if len(curves) > len(CURVE_STYLES):
        raise ValueError("more than three curves cannot be told apart")
    canvas, y = start_canvas(title, f"{what[:1].upper()}{what[1:]} efter antal {unit}.", [])
    top, bottom = y + 14, y + 14 + HEIGHT
    x = Scale(0, max(curve.times[-1] for curve in curves), LEFT, RIGHT)
    up = Scale(0, 1, bottom, top)
    for tick in (0, 0.25, 0.5, 0.75, 1):
        canvas.segments([(LEFT, up(tick), RIGHT, up(tick))], theme.RULE)
        canvas.label(
            LEFT - 6, up(tick) + 4, f"{format_number(100 * tick)} %", 11, theme.DARK, "end"
        )
    for time in curves[0].times:
        canvas.label(x(time), bottom + 16, format_number(time), 11, theme.DARK, "middle")
    canvas.label((LEFT + RIGHT) / 2, bottom + 32, unit, 11.5, theme.DARK, "middle")
    _draw_curves(canvas, x, up, curves)
    canvas.height = _draw_at_risk(canvas, x, bottom + 44, curves)
    table = _survival_table(curves, title, source_line, unit, what)
    result = _survival_result(curves, unit, what)
    return finish(canvas, key, title, result, caption, table, place.code)


def _draw_curves(canvas: Canvas, x: Scale, up: Scale, curves: Sequence[StepCurve]) -> None:
    wanted = [up(curve.share[-1]) for curve in curves]
    placed = spread_apart(wanted, 15, up.end, up.start)
    for curve, (color, dash), y in zip(curves, CURVE_STYLES, placed, strict=False):
        if curve.low and len(curves) == 1:
            xs, low = _steps(x, up, curve.times, curve.low)
            _, high = _steps(x, up, curve.times, curve.high)
            canvas.area(xs, low, high, theme.BAND)
        if len(curve.times) < FEWEST_STEPS:
            points = [(x(t), up(share)) for t, share in zip(curve.times, curve.share, strict=True)]
            canvas.line([px for px, _ in points], [py for _, py in points], color, 1.8, dash)
            canvas.marks(points[1:], "circle", color, True, 8)
        else:
            xs, ys = _steps(x, up, curve.times, curve.share)
            canvas.line(xs, ys, color, 2.2, dash)
        text = f"{curve.label} {format_number(100 * curve.share[-1])} %"
        canvas.label(RIGHT + 8, y + 4, text, bold=True)


def _steps(
    x: Scale, up: Scale, times: Sequence[float], shares: Sequence[float]
) -> tuple[list[float], list[float]]:
    """The corners of a curve that stays level until the next point of the grid."""
    xs, ys = [x(times[0])], [up(shares[0])]
    for time, share in zip(times[1:], shares[1:], strict=True):
        xs += [x(time), x(time)]
        ys += [ys[-1], up(share)]
    return xs, ys


def _draw_at_risk(canvas: Canvas, x: Scale, y: float, curves: Sequence[StepCurve]) -> float:
    shown = [curve for curve in curves if curve.at_risk]
    if not shown:
        return y
    canvas.label(MARGIN, y + 14, "personer som fortfarande följs", 11.5, theme.DARK)
    for curve in shown:
        y += 17
        canvas.label(RIGHT + 22, y + 14, curve.label, 11.5, theme.DARK)
        for time, number in zip(curve.times, curve.at_risk, strict=True):
            text = "–" if number is None else format_number(number)
            canvas.label(x(time), y + 14, text, 11.5, anchor="middle")
    return y + 26


def _survival_result(curves: Sequence[StepCurve], unit: str, what: str) -> str:
    ends = [f"{curve.label} {format_share(curve.share[-1])}" for curve in curves]
    after = f"efter {format_number(curves[0].times[-1])} {unit}"
    return f"{what[:1].upper()}{what[1:]} {after}: {', '.join(ends)}."


def _survival_table(
    curves: Sequence[StepCurve], title: str, source_line: str, unit: str, what: str
) -> Table:
    heads = [unit.capitalize()]
    for curve in curves:
        heads += [f"{curve.label}, procent", *([f"{curve.label}, följs"] if curve.at_risk else [])]
    rows = []
    for index, time in enumerate(curves[0].times):
        cells = [header_cell(format_number(time))]
        for curve in curves:
            cells.append(derived_cell(100 * curve.share[index], what, 0))
            cells += [count_cell(curve.at_risk[index])] if curve.at_risk else []
        rows.append(tuple(cells))
    return Table(title, tuple(heads), tuple(rows), source_line=source_line)


def draw_control_chart(
    place: Place,
    labels: Sequence[str],
    chart: Xmr,
    title: str,
    source_line: str,
    direction: str = "none",
    what: str = "antal",
    decimals: int = 0,
    caption: str = "",
    key: str = "styrdiagram",
) -> Picture:
    """Values in order with their mean and limits, which start anew at each rebase.

    A marked point is more than ordinary variation; the shape says which way, and for the better
    or the worse where there is a `direction`.
    """
    answers = [_signal_answer(chart, index, direction) for index in range(len(labels))]
    marked = [answer for answer in answers if answer is not None]
    items = [KeyItem("medel", "line", theme.DARK), KeyItem("gränser", "dashed", theme.DARK)]
    note = "Gränserna är preliminära: färre än tolv punkter." if chart.preliminary else ""
    subtitle = f"{what[:1].upper()}{what[1:]}. {note}".strip()
    canvas, y = start_canvas(title, subtitle, [*items, *answer_key(marked)])
    top, bottom = y + 14, y + 14 + HEIGHT
    limits = [v for v in (*chart.values, *chart.low, *chart.high) if math.isfinite(v)]
    low, high = find_range(limits)
    x, up = Scale(0, max(len(labels) - 1, 1), LEFT + 8, 600.0), Scale(low, high, bottom, top)
    draw_control_axes(canvas, x, up, labels)
    draw_limits(canvas, x, up, chart)
    values = [float(v) if math.isfinite(v) else None for v in chart.values]
    points = [None if v is None else up(v) for v in values]
    canvas.line([x(i) for i in range(len(labels))], points, theme.BLUE, 1.8, level=1)
    for index, (point, answer) in enumerate(zip(points, answers, strict=True)):
        if point is None:
            continue
        look = theme.LOOKS[answer] if answer else theme.Look("circle", theme.BLUE, True)
        size = 10 if answer else 5
        canvas.marks([(x(index), point)], look.shape, look.color, look.filled, size)
    canvas.height = bottom + 28
    table = _control_table(labels, chart, answers, title, source_line, what, decimals)
    result = _control_result(labels, chart, answers, decimals)
    return finish(canvas, key, title, result, caption, table, place.code)


def _signal_answer(chart: Xmr, index: int, direction: str) -> Answer | None:
    if chart.signals[index] == Signal.NONE:
        return None
    return answer_for(float(chart.side[index]), direction)


def draw_control_axes(
    canvas: Canvas, x: Scale, up: Scale, labels: Sequence[str], ticks: int = 5, most: int = 9
) -> None:
    """Value lines with their numbers, and about so many of the periods, the last one first."""
    values, left = find_ticks(up.low, up.high, ticks), x.start - 8
    for tick in values:
        canvas.segments([(left, up(tick), x.end + 8, up(tick))], theme.RULE)
        text = format_number(tick, tick_decimals(values))
        canvas.label(left - 6, up(tick) + 4, text, 11, theme.DARK, "end")
    every = max(1, -(-len(labels) // most))
    for index in range(len(labels) - 1, -1, -every):
        canvas.label(x(index), up.start + 17, labels[index], 11, theme.DARK, "middle")


def draw_limits(canvas: Canvas, x: Scale, up: Scale, chart: Xmr) -> None:
    """Mean and limits as level lines, broken where they start anew."""
    for values, dash, width in (
        (chart.mean, None, 1.4),
        (chart.low, DASHED, 1.2),
        (chart.high, DASHED, 1.2),
    ):
        for start, end in _stretches([float(value) for value in values]):
            level = up(float(values[start]))
            canvas.segments([(x(start) - 5, level, x(end) + 5, level)], theme.DARK, width, dash)


def _stretches(values: Sequence[float]) -> list[tuple[int, int]]:
    """First and last index of each stretch of one finite value."""
    found: list[tuple[int, int]] = []
    for index, value in enumerate(values):
        if not math.isfinite(value):
            continue
        if found and found[-1][1] == index - 1 and values[index - 1] == value:
            found[-1] = (found[-1][0], index)
        else:
            found.append((index, index))
    return found


def _control_result(
    labels: Sequence[str], chart: Xmr, answers: Sequence[Answer | None], decimals: int
) -> str:
    marked = []
    for answer, run in groupby(zip(labels, answers, strict=True), lambda pair: pair[1]):
        if answer is not None:
            first, *rest = [label for label, _ in run]
            when = f"{first} till {rest[-1]}" if rest else first
            marked.append(f"{when} ({ANSWER_WORDS[answer]})")
    latest = format_number(float(chart.values[-1]), decimals)
    said = f"Senast, {labels[-1]}: {latest}."
    if marked:
        return f"{said} Mer än vanlig variation: {format_list(marked)}."
    return f"{said} Inget tyder på annat än vanlig variation."


def _control_table(
    labels: Sequence[str],
    chart: Xmr,
    answers: Sequence[Answer | None],
    title: str,
    source_line: str,
    what: str,
    decimals: int,
) -> Table:
    rows = []
    for index, (label, answer) in enumerate(zip(labels, answers, strict=True)):
        numbers = [
            derived_cell(float(v) if math.isfinite(v) else None, words, decimals + more)
            for v, words, more in (
                (chart.values[index], what, 0),
                (chart.low[index], "undre gräns", 1),
                (chart.mean[index], "medel", 1),
                (chart.high[index], "övre gräns", 1),
            )
        ]
        usual = "vanlig variation" if math.isfinite(chart.values[index]) else "–"
        words = ANSWER_WORDS[answer] if answer else usual
        rows.append((header_cell(label), *numbers, text_cell(words)))
    heads = ("Period", "Värde", "Undre gräns", "Medel", "Övre gräns", "Svar")
    return Table(title, heads, tuple(rows), source_line=source_line)

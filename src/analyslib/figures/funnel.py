"""The funnel: each municipality's value against the number behind it, with limits for chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analyslib.catalogue import Indicator
from analyslib.figures import theme
from analyslib.figures.canvas import DASHED, DOTTED, Canvas
from analyslib.figures.frame import Picture, finish
from analyslib.figures.heading import KeyItem, start_canvas
from analyslib.figures.inputs import FunnelCurve, Place, PlaceResult
from analyslib.figures.places import place_cell
from analyslib.figures.scale import Scale, find_range, find_ticks, text_width, tick_decimals
from analyslib.tables import Table, answer_cell, derived_cell, header_cell
from analyslib.text.formats import format_amount, format_count, format_list, format_number
from analyslib.text.words import unit_and_direction


LEFT, RIGHT, HEIGHT = 56.0, 612.0, 300.0


Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True)
class FunnelDot:
    """A municipality that is only background: its number of persons and its value."""

    n: float
    value: float


def draw_funnel(
    about: Place,
    indicator: Indicator,
    results: Sequence[PlaceResult],
    others: Sequence[FunnelDot],
    curve: FunnelCurve,
    title: str,
    source_line: str,
    caption: str = "",
    key: str = "tratt",
) -> Picture:
    """`results` are named (the network), `others` pale dots; the curve is drawn as it comes.

    Small municipalities are to the left, where chance moves values far.
    """
    named = [item for item in results if item.comparison.value is not None and item.comparison.n]
    canvas, y = start_canvas(title, unit_and_direction(indicator), _key(bool(others)))
    top, bottom = y + 16, y + 16 + HEIGHT
    x, up = _scales(named, others, curve, top, bottom)
    _draw_axes(canvas, x, up, top, bottom)
    _draw_curves(canvas, x, up, curve, named)
    dots = [(x(math.log10(dot.n)), up(dot.value)) for dot in others if dot.n > 0]
    canvas.marks(
        [(dx, dy) for dx, dy in dots if top <= dy <= bottom], "circle", theme.PALE, True, 4
    )
    _draw_named(canvas, x, up, named, about)
    canvas.height = bottom + 44
    result = _result(indicator, named, curve, about)
    table = _table(title, indicator, results, source_line)
    return finish(canvas, key, title, result, caption, table, about.code)


def _key(others: bool) -> list[KeyItem]:
    items = [
        KeyItem("gräns för slumpen, 95 procent", "dashed", theme.DARK),
        KeyItem("99,8 procent", "dotted", theme.DARK),
    ]
    return [*items, KeyItem("övriga kommuner", "circle", theme.PALE)] if others else items


def _scales(
    named: Sequence[PlaceResult],
    others: Sequence[FunnelDot],
    curve: FunnelCurve,
    top: float,
    bottom: float,
) -> tuple[Scale, Scale]:
    sizes = [math.log10(item.comparison.n or 1) for item in named]
    sizes += [math.log10(dot.n) for dot in others if dot.n > 0]
    values = [item.comparison.value for item in named]
    values += [dot.value for dot in others]
    low, high = find_range([*values, *curve.low[-1:], *curve.high[-1:]])
    room = (max(sizes) - min(sizes)) * 0.04 or 0.1
    x = Scale(min(sizes) - room, max(sizes) + room, LEFT, RIGHT)
    return x, Scale(low, high, bottom, top)


def _draw_axes(canvas: Canvas, x: Scale, up: Scale, top: float, bottom: float) -> None:
    ticks = find_ticks(up.low, up.high, 5)
    for tick in ticks:
        canvas.segments([(LEFT, up(tick), RIGHT, up(tick))], theme.RULE)
        text = format_number(tick, tick_decimals(ticks))
        canvas.label(LEFT - 6, up(tick) + 4, text, 11, theme.DARK, "end")
    canvas.segments([(LEFT, bottom, RIGHT, bottom)], theme.PALE)
    for power in range(math.floor(x.low), math.ceil(x.high) + 1):
        for factor in (1, 2, 5):
            at = power + math.log10(factor)
            if x.low <= at <= x.high:
                canvas.segments([(x(at), bottom, x(at), bottom + 4)], theme.PALE)
                text = format_number(factor * 10.0**power)
                canvas.label(x(at), bottom + 17, text, 11, theme.DARK, "middle")
    middle = (LEFT + RIGHT) / 2
    canvas.label(middle, bottom + 35, "antal personer bakom värdet", 11.5, theme.DARK, "middle")


def _draw_curves(
    canvas: Canvas, x: Scale, up: Scale, curve: FunnelCurve, named: Sequence[PlaceResult]
) -> None:
    reference = named[0].comparison.reference if named else None
    if reference is not None and reference.value is not None:
        level = up(reference.value)
        canvas.segments([(LEFT, level, RIGHT, level)], theme.INK, 1.4)
        canvas.label(LEFT + 4, level - 5, reference.label, 11.5, bold=True)
    for values, dash in (
        (curve.low, DASHED),
        (curve.high, DASHED),
        (curve.low_far, DOTTED),
        (curve.high_far, DOTTED),
    ):
        inside = [
            (x(math.log10(n)), up(value) if up.low <= value <= up.high else None)
            for n, value in zip(curve.n, values, strict=True)
            if x.low <= math.log10(n) <= x.high
        ]
        canvas.line([at for at, _ in inside], [y for _, y in inside], theme.DARK, 1.3, dash)


def _draw_named(
    canvas: Canvas, x: Scale, up: Scale, named: Sequence[PlaceResult], about: Place
) -> None:
    """Own place first, then the others where their name does not cover one that is there."""
    marks = [(x(math.log10(i.comparison.n or 1)), up(i.comparison.value or 0.0)) for i in named]
    taken = [(mx - 5, my - 5, mx + 5, my + 5) for mx, my in marks]
    for item in sorted(named, key=lambda item: item.place.code != about.code):
        own = item.comparison
        at = (x(math.log10(own.n or 1)), up(own.value or 0.0))
        look = theme.LOOKS[own.answer]
        mine = item.place.code == about.code
        canvas.marks([at], look.shape, look.color, look.filled, 11 if mine else 8, level=int(mine))
        place = _free_place(at, item.place.name, taken)
        if place is not None:
            taken.append(place)
            canvas.label(place[0], place[1] + 10, item.place.name, 11.5, bold=mine)


def _free_place(at: tuple[float, float], name: str, taken: Sequence[Rectangle]) -> Rectangle | None:
    """A box for the name to the right, left, above or below its mark; None where all are taken."""
    width = text_width(name, 11.5)
    x, y = at
    corners = (
        (x + 9, y - 6),
        (x - 9 - width, y - 6),
        (x - width / 2, y - 20),
        (x - width / 2, y + 8),
    )
    for left, top in corners:
        box = (left, top, left + width, top + 13)
        inside = left >= LEFT and box[2] <= RIGHT + 20
        if inside and not any(_overlap(box, other) for other in taken):
            return box
    return None


def _overlap(a: Rectangle, b: Rectangle) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _result(
    indicator: Indicator, named: Sequence[PlaceResult], curve: FunnelCurve, about: Place
) -> str:
    """Which of the named lie outside the limits, and the own place."""
    said = []
    for item in named:
        own = item.comparison
        if item.place.code == about.code and own.value is not None:
            people = format_count(round(own.n or 0), "person", "personer")
            said.append(f"{about.name}: {format_amount(own.value, indicator)} av {people}.")
    outside = [item.place.name for item in named if _is_outside(item, curve)]
    if outside:
        said.append(f"Utanför gränsen för slumpen: {format_list(outside)}.")
    else:
        said.append("Ingen av de namngivna kommunerna ligger utanför gränsen för slumpen.")
    return " ".join(said)


def _is_outside(item: PlaceResult, curve: FunnelCurve) -> bool:
    """Against the nearest point of the curve, the same as the eye sees."""
    own = item.comparison
    nearest = min(range(len(curve.n)), key=lambda index: abs(curve.n[index] - (own.n or 0)))
    return not curve.low[nearest] <= (own.value or 0.0) <= curve.high[nearest]


def _table(
    title: str, indicator: Indicator, results: Sequence[PlaceResult], source_line: str
) -> Table:
    rows = tuple(
        (
            header_cell(item.place.name),
            place_cell(indicator, item),
            derived_cell(item.comparison.n, "antal personer bakom värdet"),
            answer_cell(item.comparison.answer),
        )
        for item in results
    )
    heads = ("Kommun", "Värde", "Antal personer", "Svar jämfört med riket")
    return Table(title, heads, rows, source_line=source_line)

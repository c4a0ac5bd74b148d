"""Own measures month by month: limits, target, events, and the level before and after."""

from __future__ import annotations

import math
from collections.abc import Sequence

from analyslib.analysis.own_measures import Course, OwnEvent
from analyslib.analysis.results import Answer
from analyslib.figures import theme
from analyslib.figures.canvas import DOTTED, Canvas
from analyslib.figures.courses import draw_control_axes, draw_limits
from analyslib.figures.frame import Picture, finish
from analyslib.figures.heading import MARGIN, KeyItem, answer_key, start_canvas
from analyslib.figures.inputs import Place
from analyslib.figures.panel import Box
from analyslib.figures.process_tables import answer_at, course_table, courses_table
from analyslib.figures.scale import Scale, find_range, wrap_text
from analyslib.text.formats import format_date, format_number
from analyslib.text.own_measures import (
    assurance_words,
    course_sentence,
    decimals_of,
    format_own,
    goal_sentence,
    period_label,
    period_short,
    target_number,
    target_words,
    unit_and_way,
)
from analyslib.text.words import TREND_WORDS


LEFT, RIGHT, HEIGHT = 54.0, 560.0, 200.0
PANEL_LEFT, PANEL_RIGHT, PANEL_HEIGHT = 46.0, 62.0, 96.0
TITLE_LINE, EVENT_LINE = 15.0, 16.0


def draw_process(
    place: Place,
    course: Course,
    title: str,
    source_line: str,
    caption: str = "",
    key: str = "eget-matt",
) -> Picture:
    """One own measure with its mean and limits, its target, and what has happened by number."""
    numbered = events_inside(course)
    items = [*_limit_key([course]), *answer_key(_answers(course))]
    canvas, y = start_canvas(title, unit_and_way(course.measure), items)
    box = Box(LEFT, y + (26 if numbered else 14), RIGHT - LEFT, HEIGHT)
    _draw_course(canvas, box, course, ticks=5, most=8)
    _draw_events(canvas, box, course, numbered)
    canvas.height = _draw_event_list(canvas, box.bottom + 30, numbered)
    said = " ".join(filter(None, (course_sentence(course), goal_sentence(course))))
    result = f"{said} {_events_result(numbered)}".strip()
    table = course_table(course, place.code, title, source_line)
    return finish(canvas, key, title, result, caption or said, table, place.code)


def draw_processes(
    place: Place,
    courses: Sequence[Course],
    title: str,
    source_line: str,
    caption: str = "",
    key: str = "egna-matt",
) -> Picture:
    """Small multiples: one panel per own measure, each on a scale of its own."""
    canvas, y = start_canvas(title, "Varje ruta har en egen skala.", _limit_key(courses))
    width = theme.WIDTH / 2
    for row in range(0, len(courses), 2):
        pair = courses[row : row + 2]
        heads = [wrap_text(c.measure.title, width - 2 * MARGIN, theme.BASE * 1.06) for c in pair]
        top = y + 58 + TITLE_LINE * max(map(len, heads))
        for column, (course, lines) in enumerate(zip(pair, heads, strict=True)):
            x = column * width + MARGIN
            _draw_head(canvas, x, top - 40, course, lines)
            box = Box(x + PANEL_LEFT, top, width - 2 * MARGIN - 46 - PANEL_RIGHT, PANEL_HEIGHT)
            _draw_course(canvas, box, course, ticks=3, most=2)
        y = top + PANEL_HEIGHT + 24
    canvas.height = y + 8
    result = " ".join(f"{course.measure.title}: {_in_short(course)}." for course in courses)
    table = courses_table(courses, place.code, title, source_line)
    return finish(canvas, key, title, result, caption, table, place.code)


def _limit_key(courses: Sequence[Course]) -> list[KeyItem]:
    items = [KeyItem("medel", "line", theme.DARK), KeyItem("gränser", "dashed", theme.DARK)]
    has_target = any(course.measure.target is not None for course in courses)
    return [*items, KeyItem("mål", "dotted", theme.INK)] if has_target else items


def _answers(course: Course) -> list[Answer]:
    found = (answer_at(course, index) for index in range(len(course.points)))
    return [answer for answer in found if answer is not None]


def _draw_course(canvas: Canvas, box: Box, course: Course, ticks: int, most: int) -> None:
    """Everything inside the box, and the newest value and the target beside it."""
    chart, target = course.chart, course.measure.target
    limits = (*chart.low, *chart.high) if course.grain == "month" else ()
    shown = [v for v in (*chart.values, *limits) if math.isfinite(v)]
    low, high = find_range([*shown, target])
    x = Scale(0, max(len(course.points) - 1, 1), box.x + 8, box.right - 8)
    up = Scale(low, high, box.bottom, box.y)
    labels = [period_short(point.period, course.grain) for point in course.points]
    draw_control_axes(canvas, x, up, labels, ticks, most)
    if course.grain == "month":
        draw_limits(canvas, x, up, chart)
    _draw_values(canvas, x, up, course)
    _draw_ends(canvas, box, up, course)


def _draw_values(canvas: Canvas, x: Scale, up: Scale, course: Course) -> None:
    """The line, broken where a value is missing, with a mark of its own for each signal."""
    heights = [None if point.value is None else up(point.value) for point in course.points]
    canvas.line([x(at) for at in range(len(heights))], heights, theme.BLUE, 1.8, level=1)
    for at, height in enumerate(heights):
        if height is None:
            continue
        answer = answer_at(course, at)
        look = theme.LOOKS[answer] if answer else theme.Look("circle", theme.BLUE, True)
        canvas.marks([(x(at), height)], look.shape, look.color, look.filled, 9 if answer else 4)


def _draw_ends(canvas: Canvas, box: Box, up: Scale, course: Course) -> None:
    """The target with its number, and the newest value, moved apart where they meet."""
    newest, target = course.newest, course.measure.target
    if target is not None:
        canvas.segments([(box.x, up(target), box.right, up(target))], theme.INK, 1.6, DOTTED)
        at = up(target) + 4 + _room_beside(up, newest.value if newest else None, target)
        text = f"mål {target_number(course.measure)}"
        canvas.label(box.right + 5, at, text, 11.5, theme.DARK)
    if newest and newest.value is not None:
        text = format_number(newest.value, decimals_of(course.measure))
        canvas.label(box.right + 5, up(newest.value) + 4, text, 11.5, theme.BLUE, bold=True)


def _room_beside(up: Scale, own: float | None, target: float) -> float:
    """How far the target's number moves so that it does not meet the newest value's."""
    if own is None or abs(up(own) - up(target)) >= 13:
        return 0.0
    return 13.0 if up(target) >= up(own) else -13.0


def events_inside(course: Course) -> list[tuple[int, int, OwnEvent]]:
    """The number, the place and the event of those that fall within the periods shown."""
    if not course.points:
        return []
    first = course.points[0].period
    places = [
        (sum(point.period <= event.date for point in course.points) - 1, event)
        for event in course.events
        if event.date >= first
    ]
    return [(number, at, event) for number, (at, event) in enumerate(places, 1)]


def _draw_events(
    canvas: Canvas, box: Box, course: Course, numbered: Sequence[tuple[int, int, OwnEvent]]
) -> None:
    """A dotted upright where something happened, with its number on top; twins share it."""
    x = Scale(0, max(len(course.points) - 1, 1), box.x + 8, box.right - 8)
    by_place: dict[int, list[str]] = {}
    for number, at, _ in numbered:
        by_place.setdefault(at, []).append(str(number))
    for at, numbers in by_place.items():
        canvas.segments([(x(at), box.y - 4, x(at), box.bottom)], theme.MID, 1, DOTTED)
        canvas.label(x(at), box.y - 8, ", ".join(numbers), 11.5, theme.INK, "middle", bold=True)


def _draw_event_list(
    canvas: Canvas, y: float, numbered: Sequence[tuple[int, int, OwnEvent]]
) -> float:
    """What the numbers stand for, under the figure; the height that the figure gets."""
    for number, _, event in numbered:
        lines = wrap_text(_event_words(event), theme.WIDTH - LEFT - MARGIN - 16, 11.5, 3)
        canvas.label(LEFT, y + EVENT_LINE, str(number), 11.5, theme.INK, bold=True)
        for line in lines:
            y += EVENT_LINE
            canvas.label(LEFT + 16, y, line, 11.5, theme.DARK)
    return y + 10 if numbered else y


def _event_words(event: OwnEvent) -> str:
    anew = " (gränserna börjar om)" if event.rebase else ""
    return f"{format_date(event.date)}: {event.text}{anew}"


def _events_result(numbered: Sequence[tuple[int, int, OwnEvent]]) -> str:
    if not numbered:
        return ""
    return f"Händelser: {'; '.join(_event_words(event) for _, _, event in numbered)}."


def _draw_head(canvas: Canvas, x: float, y: float, course: Course, lines: Sequence[str]) -> None:
    """The title ends above y; the unit stands on it, the answer and the goal under it."""
    for number, line in enumerate(reversed(lines)):
        canvas.label(x, y - TITLE_LINE * (number + 1), line, theme.BASE, bold=True)
    unit = wrap_text(unit_and_way(course.measure), theme.WIDTH / 2 - 2 * MARGIN, 11.5, 1)
    canvas.label(x, y, unit[0], 11.5, theme.DARK)
    look, answer = theme.LOOKS[course.development.answer], course.development.answer
    canvas.marks([(x + 5, y + 13)], look.shape, look.color, look.filled, 8)
    goal = f"; mål: {assurance_words(course.goal)}" if course.measure.target is not None else ""
    canvas.label(x + 14, y + 17, f"{TREND_WORDS[answer]}{goal}", 11.5)


def _in_short(course: Course) -> str:
    """ "12 ärenden (mars 2024), förbättras, målet högst 15 ärenden kommer att nås" """
    newest = course.newest
    if newest is None or newest.value is None:
        return "inga värden"
    value = format_own(newest.value, course.measure)
    when = period_label(newest.period, course.grain)
    words = TREND_WORDS[course.development.answer]
    target = target_words(course.measure)
    goal = f", målet {target}: {assurance_words(course.goal)}" if target else ""
    return f"{value} ({when}), {words}{goal}"

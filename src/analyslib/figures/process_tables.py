"""The values behind the figures of own measures, with the key that each has in its file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from analyslib.analysis.own_measures import Course, OwnMeasure, OwnPoint
from analyslib.analysis.process_control import Signal
from analyslib.analysis.results import Answer, answer_for
from analyslib.tables import Cell, Table, header_cell, text_cell
from analyslib.text.formats import format_interval, format_number
from analyslib.text.own_measures import decimals_of, mean_decimals, period_label
from analyslib.text.words import ANSWER_WORDS, format_status


def answer_at(course: Course, index: int) -> Answer | None:
    """Which way a marked point goes; a series of years is too short to mark any."""
    if course.grain == "year" or course.chart.signals[index] is Signal.NONE:
        return None
    return answer_for(float(course.chart.side[index]), course.measure.direction)


def own_cell(measure: OwnMeasure, municipality: str, point: OwnPoint, grain: str) -> Cell:
    """A value as it was delivered, keyed by its measure and period, or why it is not there."""
    known = point.value is not None
    value = 0.0 if point.value is None else point.value
    status = "" if known else point.status or "Unknown"
    return Cell(
        format_number(value, decimals_of(measure)) if known else format_status(status),
        value if known else None,
        status,
        kpi=measure.id,
        municipality=municipality,
        year=period_key(point.period, grain),
        gender="T",
    )


def period_key(day: date, grain: str) -> str:
    """The period as the file writes it: 2024-03 or 2024."""
    return str(day.year) if grain == "year" else f"{day.year}-{day.month:02d}"


def course_table(course: Course, municipality: str, title: str, source_line: str) -> Table:
    """One row per period; the limits of each stretch are said under the table."""
    measure = course.measure
    rows = tuple(
        (
            header_cell(period_label(point.period, course.grain)),
            own_cell(measure, municipality, point, course.grain),
            text_cell(_mark_words(course, at)),
        )
        for at, point in enumerate(course.points)
    )
    heads = ("Period", f"Värde ({measure.unit})" if measure.unit else "Värde", "Läge")
    note = "" if course.grain == "year" else limits_note(course)
    return Table(title, heads, rows, note=note, source_line=source_line)


def _mark_words(course: Course, at: int) -> str:
    answer = answer_at(course, at)
    if answer is not None:
        return ANSWER_WORDS[answer]
    judged = course.grain == "month" and math.isfinite(course.chart.low[at])
    return "vanlig variation" if judged and course.points[at].value is not None else "–"


def limits_note(course: Course) -> str:
    """Från januari 2023: medel 14,2 och gränser 8,1–20,3."""
    chart, said, before = course.chart, [], None
    for at, point in enumerate(course.points):
        limits = (float(chart.mean[at]), float(chart.low[at]), float(chart.high[at]))
        if limits != before and all(map(math.isfinite, limits)):
            more = mean_decimals(course.measure)
            between = format_interval(limits[1], limits[2], more)
            start = period_label(point.period, course.grain)
            said.append(f"från {start} medel {format_number(limits[0], more)}, gränser {between}")
        before = limits
    return f"Räknat {'; '.join(said)}." if said else ""


def courses_table(
    courses: Sequence[Course], municipality: str, title: str, source_line: str
) -> Table:
    """One row per period, one column per measure."""
    periods = sorted({(point.period, c.grain) for c in courses for point in c.points})
    found = [{(point.period, c.grain): point for point in c.points} for c in courses]
    rows = []
    for day, grain in periods:
        cells = [
            own_cell(c.measure, municipality, known[day, grain], grain)
            if (day, grain) in known
            else text_cell("–")
            for c, known in zip(courses, found, strict=True)
        ]
        rows.append((header_cell(period_label(day, grain)), *cells))
    heads = ("Period", *(c.measure.title for c in courses))
    return Table(title, heads, tuple(rows), source_line=source_line)

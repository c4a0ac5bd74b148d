"""The profile: every indicator on one page, each on a scale of its own around Riket."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from analyslib.analysis.results import Answer, Reason, Reference, ReferenceKind
from analyslib.catalogue import RIKET
from analyslib.figures import theme
from analyslib.figures.canvas import Canvas
from analyslib.figures.frame import Picture, finish
from analyslib.figures.heading import MARGIN, KeyItem, start_canvas
from analyslib.figures.inputs import Place, ProfileRow, Spread
from analyslib.figures.scale import wrap_text
from analyslib.tables import Cell, Table, answer_cell, derived_cell, header_cell, raw_cell
from analyslib.text.formats import format_list, format_short
from analyslib.text.sentences import answers_sentence
from analyslib.text.words import ANSWER_WORDS, format_status, weighting_words


LABEL_WIDTH = 212.0
CENTRE, HALF = 324.0, 94.0
VALUE_END, SYMBOL, WORD = 488.0, 506.0, 518.0
ROW, AREA_ROW = 32.0, 34.0
MEAN_MARK = "°"
NOT_DRAWN = {"coded": "svar i ord", "count": "antal jämförs inte"}

REFERENCE_MARKS: dict[ReferenceKind, tuple[str, str]] = {
    ReferenceKind.COUNTY: ("cross", "länet"),
    ReferenceKind.NETWORK: ("square", "nätverket"),
    ReferenceKind.SIMILAR: ("diamond", "liknande kommuner"),
    ReferenceKind.SKR_GROUP: ("bar", "kommungruppen"),
    ReferenceKind.UNWEIGHTED_MEAN: ("circle", "kommunernas medelvärde"),
}


def spine_position(value: float, reference: float, spread: Spread, direction: str) -> float:
    """Where a value lies between -1 and 1: Riket at 0, better (else higher) to the right.

    Half the width is the distance from Riket to the outer limit farther away, so one side is
    filled; a value outside the limits stays at the edge.
    """
    half = max(abs(spread.high - reference), abs(reference - spread.low))
    if half == 0:
        return 0.0
    side = -1 if direction == "low" else 1
    return max(-1.0, min(1.0, side * (value - reference) / half))


def draw_profile(
    place: Place,
    rows: Sequence[ProfileRow],
    title: str,
    source_line: str,
    caption: str = "",
    key: str = "profil",
) -> Picture:
    """Own value, the spread of the municipalities, other references and the answer, row by row.

    Rows of one area stand together under its name, in the order they come.
    """
    rows = _without_twins(rows)
    kinds = [kind for kind in REFERENCE_MARKS if any(kind in _kinds(row) for row in rows)]
    areas = [(area, list(group)) for area, group in groupby(rows, lambda row: row.area)]
    subtitle = "Varje rad har en egen skala med riket i mitten."
    if any(_is_against_mean(row) for row in rows):
        subtitle += f" {MEAN_MARK} alla kommuners medelvärde, där riket saknar värde."
    if any(row.indicator.direction == "none" for row in rows):
        subtitle += " Utan önskad riktning ligger högre värden till höger."
    canvas, y = start_canvas(title, subtitle, _key(place, kinds))
    _draw_heads(canvas, y + 14)
    y += 26
    for area, members in areas:
        if area:
            canvas.label(MARGIN, y + 23, area, theme.BASE, theme.BLUE, bold=True)
            y += AREA_ROW
        for row in members:
            _draw_row(canvas, y, row)
            y += ROW
    canvas.height = y + 6
    table = _table(place, rows, kinds, title, source_line)
    return finish(canvas, key, title, _result(rows), caption or _counted(rows), table, place.code)


def _is_against_mean(row: ProfileRow) -> bool:
    reference = row.comparison.reference
    return reference.kind is not ReferenceKind.RIKET and reference.value is not None


def _without_twins(rows: Sequence[ProfileRow]) -> list[ProfileRow]:
    """Without the county where it is the network itself: two marks in one place say nothing."""
    for row in rows:
        county = _value_of(row, ReferenceKind.COUNTY)
        network = _value_of(row, ReferenceKind.NETWORK)
        if county is None or network is None:
            alike = county is network
        else:
            alike = math.isclose(county, network)
        if not alike:
            return list(rows)
    return [replace(row, others=tuple(o for o in row.others if o.kind is not ReferenceKind.COUNTY))
            for row in rows]  # fmt: skip


def _value_of(row: ProfileRow, kind: ReferenceKind) -> float | None:
    return next((other.value for other in row.others if other.kind is kind), None)


def _kinds(row: ProfileRow) -> set[ReferenceKind]:
    return {other.kind for other in row.others if other.value is not None}


def _key(place: Place, kinds: Sequence[ReferenceKind]) -> list[KeyItem]:
    items = [KeyItem(f"{place.name}, formen är svaret", "circle", theme.DARK)]
    items += [KeyItem(REFERENCE_MARKS[kind][1], REFERENCE_MARKS[kind][0], theme.DARK, False)
              for kind in kinds]  # fmt: skip
    items.append(KeyItem("hälften av kommunerna", "box", theme.BAND_DARK))
    items.append(KeyItem("de allra flesta kommuner", "box", theme.BAND))
    return items


def _draw_heads(canvas: Canvas, y: float) -> None:
    canvas.label(CENTRE - HALF, y, "← sämre", color=theme.DARK)
    canvas.label(CENTRE, y, "riket", color=theme.DARK, anchor="middle")
    canvas.label(CENTRE + HALF, y, "bättre →", color=theme.DARK, anchor="end")
    canvas.label(VALUE_END, y, "värde", color=theme.DARK, anchor="end")
    canvas.label(SYMBOL - 5, y, "jämfört med riket", color=theme.DARK)


def _draw_row(canvas: Canvas, y: float, row: ProfileRow) -> None:
    middle = y + ROW / 2
    canvas.segments([(MARGIN, y, canvas.width - MARGIN, y)], theme.RULE)
    _draw_label(canvas, middle, row)
    riket = row.comparison.reference.value
    if row.spread and riket is not None and row.indicator.kind not in NOT_DRAWN:
        _draw_spine(canvas, middle, row, row.spread, riket)
    else:
        why = NOT_DRAWN.get(row.indicator.kind, "inget riksvärde")
        canvas.label(CENTRE, middle + 4, why, color=theme.MID, anchor="middle")
    answer = row.comparison.answer
    look = theme.LOOKS[answer]
    value = row.comparison.value
    if value is None:
        text, bold = format_status(row.status or "Unknown"), False
    else:
        text, bold = format_short(value, row.indicator), True
    canvas.label(VALUE_END, middle + 4.5, text, anchor="end", bold=bold)
    canvas.marks([(SYMBOL, middle)], look.shape, look.color, look.filled, 9)
    mark = f" {MEAN_MARK}" if _is_against_mean(row) else ""
    canvas.label(WORD, middle + 4.5, ANSWER_WORDS[answer] + mark)


def _draw_label(canvas: Canvas, middle: float, row: ProfileRow) -> None:
    lines = wrap_text(row.indicator.short, LABEL_WIDTH, theme.SMALL)
    y = middle + 4.5 - 7 * (len(lines) - 1)
    for line in lines:
        canvas.label(MARGIN, y, line)
        y += 14


def _draw_spine(
    canvas: Canvas, middle: float, row: ProfileRow, spread: Spread, centre: float
) -> None:
    direction = row.indicator.direction

    def x(value: float) -> float:
        return CENTRE + HALF * spine_position(value, centre, spread, direction)

    for level, low, high, color in (
        (0, spread.low, spread.high, theme.BAND),
        (1, spread.q25, spread.q75, theme.BAND_DARK),
    ):
        left, right = sorted((x(low), x(high)))
        canvas.boxes([(left, middle - 6, right - left, 12)], color, level=level)
    canvas.segments([(CENTRE, middle - 9, CENTRE, middle + 9)], theme.INK, 1.5)
    for other in row.others:
        if other.value is not None and other.kind in REFERENCE_MARKS:
            shape, _ = REFERENCE_MARKS[other.kind]
            canvas.marks([(x(other.value), middle)], shape, theme.DARK, False, 7.5)
    own = row.comparison
    if own.low is not None and own.high is not None:
        canvas.segments([(x(own.low), middle, x(own.high), middle)], theme.BLUE, 1.5)
    if own.value is not None:
        look = theme.LOOKS[own.answer]
        mark = (x(own.value), middle)
        canvas.marks([mark], look.shape, look.color, look.filled, 10, level=1)


def _counted(rows: Sequence[ProfileRow]) -> str:
    counts = Counter(row.comparison.answer for row in rows)
    return answers_sentence(counts, "nyckeltal", "nyckeltal")


def _result(rows: Sequence[ProfileRow]) -> str:
    """What the profile says, counted and with the certain ones named."""
    said = [_counted(rows)]
    for answer in (Answer.BETTER, Answer.WORSE, Answer.HIGHER, Answer.LOWER):
        names = [row.indicator.short for row in rows if row.comparison.answer == answer]
        if names:
            shown = format_list(names[:6]) + (" med flera" if len(names) > 6 else "")
            said.append(f"{ANSWER_WORDS[answer].capitalize()}: {shown}.")
    return " ".join(said)


def _table(
    place: Place,
    rows: Sequence[ProfileRow],
    kinds: Sequence[ReferenceKind],
    title: str,
    source_line: str,
) -> Table:
    middle = "Riket, annars alla kommuner" if any(map(_is_against_mean, rows)) else "Riket"
    heads = ("Nyckeltal", place.name, middle, *(_head(kind, rows) for kind in kinds), "Svar")
    body = tuple(
        (
            header_cell(row.indicator.short),
            _own_cell(place, row),
            _riket_cell(row),
            *(_reference_cell(row, kind) for kind in kinds),
            answer_cell(row.comparison.answer),
        )
        for row in rows
    )
    return Table(title, heads, body, source_line=source_line)


def _head(kind: ReferenceKind, rows: Sequence[ProfileRow]) -> str:
    found = [other for row in rows for other in row.others if other.kind == kind]
    return f"{REFERENCE_MARKS[kind][1].capitalize()} ({weighting_words(found[0])})"


def _own_cell(place: Place, row: ProfileRow) -> Cell:
    own = row.comparison
    return raw_cell(row.indicator, place.code, own.year, own.gender, own.value, row.status)


def _riket_cell(row: ProfileRow) -> Cell:
    own, reference = row.comparison, row.comparison.reference
    if reference.value is None:
        return derived_cell(None, Reason.NO_REFERENCE)
    if reference.kind == ReferenceKind.RIKET:
        return raw_cell(row.indicator, RIKET, own.year, own.gender, reference.value)
    return _reference_value(row, reference)


def _reference_cell(row: ProfileRow, kind: ReferenceKind) -> Cell:
    for other in row.others:
        if other.kind == kind:
            return _reference_value(row, other)
    return derived_cell(None, kind)


def _reference_value(row: ProfileRow, reference: Reference) -> Cell:
    """A mean; of codes there is none."""
    value = None if row.indicator.kind == "coded" else reference.value
    return derived_cell(value, weighting_words(reference), row.indicator.decimals)

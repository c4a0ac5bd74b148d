"""Women and men side by side, indicator by indicator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from analyslib.analysis.results import Answer
from analyslib.figures import theme
from analyslib.figures.canvas import Canvas
from analyslib.figures.frame import Picture, finish
from analyslib.figures.heading import MARGIN, KeyItem, start_canvas
from analyslib.figures.inputs import GenderRow, Place
from analyslib.figures.scale import wrap_text
from analyslib.tables import Table, header_cell, raw_cell, text_cell
from analyslib.text.formats import (
    format_amount,
    format_count,
    format_list,
    format_short,
    is_percentage,
)
from analyslib.text.sentences import CERTAIN
from analyslib.text.words import format_status


LABEL_WIDTH, ROW = 186.0, 34.0
CENTRE, HALF = 352.0, 96.0
WORD = 518.0
WOMEN, MEN = theme.BLUE, "#8593a3"
WORDS: Mapping[Answer, str] = {
    Answer.BETTER: "bättre för kvinnor",
    Answer.WORSE: "sämre för kvinnor",
    Answer.HIGHER: "högre för kvinnor",
    Answer.LOWER: "högre för män",
    Answer.NO_CERTAIN_DIFFERENCE: "ingen säker skillnad",
    Answer.CANNOT_BE_JUDGED: "kan inte bedömas",
}
COUNTED: Mapping[Answer, str] = {**WORDS, Answer.NO_CERTAIN_DIFFERENCE: "utan säker skillnad"}


def draw_gender(
    place: Place,
    rows: Sequence[GenderRow],
    title: str,
    source_line: str,
    caption: str = "",
    key: str = "kvinnor-man",
) -> Picture:
    """Women's bar to the left, men's to the right; shares are drawn against 100 per cent.

    Other units have a scale of their own on each row, filled by the larger of the two. The answer
    says whether women's value is certainly higher or lower than men's, and judges neither.
    """
    items = [KeyItem("kvinnor", "box", WOMEN), KeyItem("män", "box", MEN)]
    canvas, y = start_canvas(title, "Procent ritas mot 100, andra mått radvis.", items)
    canvas.segments([(CENTRE, y + 6, CENTRE, y + 10 + ROW * len(rows))], theme.DARK)
    y += 10
    for row in rows:
        _draw_row(canvas, y, row)
        y += ROW
    canvas.height = y + 8
    result, caption = _result(rows), caption or _counted(rows)
    table = _table(place, rows, title, source_line)
    return finish(canvas, key, title, result, caption, table, place.code)


def _draw_row(canvas: Canvas, y: float, row: GenderRow) -> None:
    middle = y + ROW / 2
    lines = wrap_text(row.indicator.short, LABEL_WIDTH, theme.SMALL)
    for number, line in enumerate(lines):
        canvas.label(MARGIN, middle + 4.5 + 14 * (number - (len(lines) - 1) / 2), line)
    own = row.comparison
    for value, status, color, side in (
        (own.value, row.women_status, WOMEN, -1),
        (own.reference.value, row.men_status, MEN, 1),
    ):
        anchor = "end" if side < 0 else "start"
        if value is None:
            text = format_status(status or "Unknown")
            canvas.label(CENTRE + side * 6, middle + 4.5, text, 11.5, theme.DARK, anchor)
            continue
        length = HALF * max(value, 0.0) / _full(row)
        left = CENTRE - length if side < 0 else CENTRE
        canvas.boxes([(left, middle - 8, length, 16)], color)
        text = format_short(value, row.indicator)
        canvas.label(CENTRE + side * (length + 5), middle + 4.5, text, 11.5, anchor=anchor)
    look = theme.LOOKS[own.answer]
    canvas.marks([(WORD - 12, middle)], look.shape, look.color, look.filled, 8)
    canvas.label(WORD, middle + 4.5, WORDS[own.answer], 11.5)


def _full(row: GenderRow) -> float:
    """What a whole bar stands for."""
    if is_percentage(row.indicator):
        return 100.0
    return max(row.comparison.value or 0.0, row.comparison.reference.value or 0.0) or 1.0


def _counted(rows: Sequence[GenderRow]) -> str:
    counts = Counter(row.comparison.answer for row in rows)
    parts = [f"{counts[answer]} {words}" for answer, words in COUNTED.items() if counts[answer]]
    return f"Av {format_count(len(rows), 'nyckeltal', 'nyckeltal')}: {format_list(parts)}."


def _result(rows: Sequence[GenderRow]) -> str:
    """The counts, and each certain difference with both its values."""
    said = [_counted(rows)]
    for row in rows:
        own, other = row.comparison.value, row.comparison.reference.value
        if row.comparison.answer in CERTAIN and own is not None and other is not None:
            women = format_amount(own, row.indicator)
            men = format_amount(other, row.indicator)
            said.append(f"{row.indicator.short}: kvinnor {women}, män {men}.")
    return " ".join(said)


def _table(place: Place, rows: Sequence[GenderRow], title: str, source_line: str) -> Table:
    body = []
    for row in rows:
        own, kpi = row.comparison, row.indicator
        women = raw_cell(kpi, place.code, own.year, "K", own.value, row.women_status)
        men = raw_cell(kpi, place.code, own.year, "M", own.reference.value, row.men_status)
        body.append((header_cell(kpi.short), women, men, text_cell(WORDS[own.answer])))
    heads = ("Nyckeltal", "Kvinnor", "Män", "Svar")
    return Table(title, heads, tuple(body), source_line=source_line)

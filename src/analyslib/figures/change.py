"""Change within persons: shares that got better, before against after, differences with intervals.

What is hidden comes in as None and is drawn as its word, never as nought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyslib.analysis.results import Answer
from analyslib.figures import theme
from analyslib.figures.canvas import DASHED, Canvas
from analyslib.figures.frame import Picture, finish
from analyslib.figures.heading import MARGIN, KeyItem, start_canvas
from analyslib.figures.inputs import Place
from analyslib.figures.scale import (
    Scale,
    find_range,
    find_ticks,
    text_width,
    tick_decimals,
    wrap_text,
)
from analyslib.tables import Cell, Table, answer_cell, derived_cell, header_cell, text_cell
from analyslib.text.formats import (
    NBSP,
    format_count,
    format_interval,
    format_list,
    format_number,
    format_share,
)
from analyslib.text.words import ANSWER_WORDS, HIDDEN_WORD


LABEL_WIDTH = 168.0
LEFT, RIGHT = 190.0, 560.0
PEOPLE_SIZE = 11.5


@dataclass(frozen=True)
class ChangeRow:
    """How many got better, stayed and got worse; None is hidden."""

    label: str
    better: int | None
    same: int | None
    worse: int | None
    counted: tuple[str, str] = ("person", "personer")

    @property
    def counts(self) -> tuple[int | None, ...]:
        return self.better, self.same, self.worse

    @property
    def known(self) -> tuple[int, ...]:
        """The three counts, or nothing where one of them is hidden or nobody was measured."""
        counts = [count for count in self.counts if count is not None]
        return tuple(counts) if len(counts) == 3 and sum(counts) > 0 else ()


PARTS = (
    ("▲ bättre", theme.BLUE, theme.WHITE),
    ("● oförändrat", "#dfe4ea", theme.INK),
    ("▼ sämre", theme.ORANGE, theme.INK),
)


def draw_changes(
    place: Place,
    rows: Sequence[ChangeRow],
    title: str,
    source_line: str,
    caption: str = "",
    key: str = "forandring",
) -> Picture:
    """One bar of 100 per cent per row, with how many persons it stands for."""
    items = [
        KeyItem("bättre", "up", theme.BLUE),
        KeyItem("oförändrat", "circle", theme.MID),
        KeyItem("sämre", "down", theme.ORANGE),
    ]
    canvas, y = start_canvas(title, "Andel av dem som mätts både före och efter.", items)
    y += 8
    people = [format_count(sum(row.known), *row.counted) for row in rows if row.known]
    room = max((text_width(text, PEOPLE_SIZE) for text in people), default=0.0)
    right = min(RIGHT, canvas.width - MARGIN - room - 8)
    for row in rows:
        _draw_change(canvas, y, row, right)
        y += 38
    canvas.height = y + 8
    table = _changes_table(rows, title, source_line)
    return finish(canvas, key, title, _changes_result(rows), caption, table, place.code)


def _draw_change(canvas: Canvas, y: float, row: ChangeRow, right: float) -> None:
    middle = y + 19
    _draw_row_label(canvas, middle, row.label)
    if not row.known:
        canvas.label(LEFT, middle + 4.5, HIDDEN_WORD, color=theme.DARK)
        return
    total, x = sum(row.known), LEFT
    for count, (words, color, ink) in zip(row.known, PARTS, strict=True):
        width = (right - LEFT) * count / total
        canvas.boxes([(x, middle - 12, max(width - 1.5, 0.5), 24)], color)
        percent = f"{format_number(100 * count / total)}{NBSP}%"
        for text in (f"{words[0]} {percent}", percent):
            if width > text_width(text, theme.SMALL) + 2:
                canvas.label(x + width / 2, middle + 4.5, text, color=ink, anchor="middle")
                break
        x += width
    canvas.label(right + 8, middle + 4.5, format_count(total, *row.counted), PEOPLE_SIZE)


def _draw_row_label(canvas: Canvas, middle: float, label: str) -> None:
    lines = wrap_text(label, LABEL_WIDTH, theme.SMALL)
    for number, line in enumerate(lines):
        canvas.label(MARGIN, middle + 4.5 + 14 * (number - (len(lines) - 1) / 2), line)


def _changes_result(rows: Sequence[ChangeRow]) -> str:
    said = []
    for row in rows:
        if not row.known:
            said.append(f"{row.label}: {HIDDEN_WORD}.")
            continue
        total = sum(row.known)
        shares = [
            f"{format_share(count / total)} {words[2:]}"
            for count, (words, _, _) in zip(row.known, PARTS, strict=True)
        ]
        people = format_count(total, *row.counted)
        said.append(f"{row.label}: {format_list(shares)} av {people}.")
    return " ".join(said)


def _changes_table(rows: Sequence[ChangeRow], title: str, source_line: str) -> Table:
    body = tuple(
        (
            header_cell(row.label),
            *(count_cell(count) for count in row.counts),
            count_cell(sum(row.known) if row.known else None),
        )
        for row in rows
    )
    heads = ("Grupp", "Bättre", "Oförändrat", "Sämre", "Alla mätta")
    return Table(title, heads, body, source_line=source_line)


def count_cell(count: int | None) -> Cell:
    return text_cell(HIDDEN_WORD) if count is None else derived_cell(count, "antal personer")


def draw_transitions(
    place: Place,
    levels: Sequence[str],
    counts: Sequence[Sequence[int | None]],
    title: str,
    source_line: str,
    high_is_better: bool,
    caption: str = "",
    key: str = "fore-efter",
) -> Picture:
    """Persons by their level before (down) and after (across); the diagonal is unchanged."""
    items = [
        KeyItem("bättre efter", "box", TINTS[1][1]),
        KeyItem("oförändrat", "box", TINTS[0][1]),
        KeyItem("sämre efter", "box", TINTS[-1][1]),
    ]
    canvas, y = start_canvas(title, "Antal personer. Rader är före, kolumner efter.", items)
    step = min(92.0, (canvas.width - LEFT - MARGIN) / len(levels))
    head = max(len(wrap_text(level, step - 6, 11.5, 3)) for level in levels) * 14.0
    for column, level in enumerate(levels):
        for number, line in enumerate(wrap_text(level, step - 6, 11.5, 3)):
            x = LEFT + step * (column + 0.5)
            canvas.label(x, y + 16 + 14 * number, line, 11.5, theme.DARK, "middle")
    y += head + 12
    largest = max((count or 0 for row in counts for count in row), default=0) or 1
    for before, row in enumerate(counts):
        _draw_row_label(canvas, y + 18, levels[before])
        for after, count in enumerate(row):
            side = (after > before) - (after < before)
            box = (LEFT + step * after + 1, y + 1, step - 2, 34.0)
            _draw_level(canvas, box, count, side if high_is_better else -side, largest)
        y += 36
    canvas.height = y + 10
    table = _transitions_table(levels, counts, title, source_line)
    result = _transitions_result(counts, high_is_better)
    return finish(canvas, key, title, result, caption, table, place.code)


TINTS = {
    1: ("#dde8f2", "#a9c6e0"),
    0: ("#eceff2", "#d0d7de"),
    -1: ("#fdeae0", "#fbc3a5"),
}


def _draw_level(
    canvas: Canvas,
    box: tuple[float, float, float, float],
    count: int | None,
    side: int,
    largest: int,
) -> None:
    strong = count is not None and count >= largest / 3
    tint = TINTS[side][int(strong)] if count != 0 else "#fafbfc"
    canvas.boxes([box], tint)
    x, y, width, height = box
    text = HIDDEN_WORD if count is None else format_number(count)
    size = 11.0 if count is None else theme.BASE
    canvas.label(x + width / 2, y + height / 2 + 4.5, text, size, anchor="middle", bold=strong)


def _transitions_result(counts: Sequence[Sequence[int | None]], high_is_better: bool) -> str:
    """Nothing is summed where something is hidden: a sum could give it away."""
    cells = [
        (count, (after > before) - (after < before))
        for before, row in enumerate(counts)
        for after, count in enumerate(row)
    ]
    if any(count is None for count, _ in cells):
        return "Några antal är skyddade; de övriga står i tabellen."
    sums = {side: sum(count or 0 for count, s in cells if s == side) for side in (1, 0, -1)}
    better, worse = (sums[1], sums[-1]) if high_is_better else (sums[-1], sums[1])
    people = format_count(sum(sums.values()), "person", "personer")
    return f"Av {people} har {better} det bättre efter, {sums[0]} oförändrat och {worse} sämre."


def _transitions_table(
    levels: Sequence[str], counts: Sequence[Sequence[int | None]], title: str, source_line: str
) -> Table:
    rows = tuple(
        (header_cell(level), *(count_cell(count) for count in row))
        for level, row in zip(levels, counts, strict=True)
    )
    return Table(title, ("Före \\ efter", *levels), rows, source_line=source_line)


@dataclass(frozen=True)
class ForestRow:
    """A difference with its 95 % interval; None is hidden or cannot be estimated."""

    label: str
    difference: float | None
    low: float | None
    high: float | None
    n: int | None
    answer: Answer


def draw_forest(
    place: Place,
    rows: Sequence[ForestRow],
    title: str,
    source_line: str,
    what: str,
    decimals: int = 1,
    caption: str = "",
    key: str = "skillnader",
) -> Picture:
    """Differences around nought; `what` says what is counted ("förändring i poäng")."""
    canvas, y = start_canvas(title, f"{what[:1].upper()}{what[1:]}, med 95 procents osäkerhet.", [])
    low, high = find_range([0.0, *(v for row in rows for v in (row.low, row.high, row.difference))])
    scale = Scale(low, high, LEFT, 440.0)
    top, bottom = y + 10, y + 10 + 30.0 * len(rows)
    ticks = find_ticks(low, high, 5)
    for tick in ticks:
        canvas.segments([(scale(tick), top, scale(tick), bottom)], theme.RULE)
        text = format_number(tick, tick_decimals(ticks))
        canvas.label(scale(tick), bottom + 15, text, 11, theme.DARK, "middle")
    canvas.segments([(scale(0.0), top - 4, scale(0.0), bottom)], theme.INK, 1.2, DASHED)
    for number, row in enumerate(rows):
        _draw_difference(canvas, scale, top + 30.0 * number + 15, row, decimals)
    canvas.height = bottom + 26
    table = _forest_table(rows, title, source_line, what, decimals)
    result = _forest_result(rows, decimals)
    return finish(canvas, key, title, result, caption, table, place.code)


def _draw_difference(
    canvas: Canvas, scale: Scale, middle: float, row: ForestRow, decimals: int
) -> None:
    _draw_row_label(canvas, middle, row.label)
    look = theme.LOOKS[row.answer]
    if row.difference is None:
        canvas.label(486, middle + 4.5, HIDDEN_WORD, color=theme.DARK, anchor="end")
    else:
        if row.low is not None and row.high is not None:
            canvas.segments([(scale(row.low), middle, scale(row.high), middle)], theme.MID, 1.8)
        mark = [(scale(row.difference), middle)]
        canvas.marks(mark, look.shape, look.color, look.filled, 10)
        text = format_number(row.difference, decimals, sign=True)
        canvas.label(486, middle + 4.5, text, anchor="end", bold=True)
    canvas.marks([(506, middle)], look.shape, look.color, look.filled, 9)
    canvas.label(518, middle + 4.5, ANSWER_WORDS[row.answer])


def _forest_result(rows: Sequence[ForestRow], decimals: int) -> str:
    said = []
    for row in rows:
        if row.difference is None:
            said.append(f"{row.label}: {HIDDEN_WORD}.")
            continue
        text = format_number(row.difference, decimals, sign=True)
        said.append(f"{row.label}: {text}, {ANSWER_WORDS[row.answer]}.")
    return " ".join(said)


def _forest_table(
    rows: Sequence[ForestRow], title: str, source_line: str, what: str, decimals: int
) -> Table:
    counted = any(row.n is not None for row in rows)
    body = tuple(
        (
            header_cell(row.label),
            text_cell(HIDDEN_WORD)
            if row.difference is None
            else derived_cell(row.difference, what, decimals, sign=True),
            text_cell(_interval_words(row, decimals)),
            *([count_cell(row.n)] if counted else []),
            answer_cell(row.answer),
        )
        for row in rows
    )
    people = ("Antal personer",) if counted else ()
    heads = ("Grupp", "Skillnad", "Osäkerhet", *people, "Svar")
    return Table(title, heads, body, source_line=source_line)


def _interval_words(row: ForestRow, decimals: int) -> str:
    if row.low is None or row.high is None:
        return "–"
    return format_interval(row.low, row.high, decimals)

"""Tables of values, for the eye, for a screen reader and for a program that checks the page.

Every raw number carries the key it has in the source (indicator, municipality, year, gender)
and its whole value; a derived number says what it is instead. So a checker can read each raw
value of a finished page against the source file, and knows that none was left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from analyslib.analysis.results import Answer
from analyslib.catalogue import Indicator
from analyslib.text.formats import format_number, format_value
from analyslib.text.words import HIDDEN_WORD, format_answer, format_status


KEYS = ("kpi", "municipality", "year", "gender")
REVISED = "reviderad"


@dataclass(frozen=True)
class Cell:
    """One cell: its Swedish text, and what a program needs to know about it.

    A raw number has its key and `value`; without a value, a `status` that says which kind of
    nothing it is. A derived number has `derived`: what was computed. A number of persons has
    `layout` and `cell`: which released cell it is. All else is text; with `people` it is about
    individuals, in a table that is not.
    """

    text: str
    value: float | None = None
    status: str = ""
    kpi: str = ""
    municipality: str = ""
    year: str = ""
    gender: str = ""
    derived: str = ""
    badge: str = ""
    header: bool = False
    layout: str = ""
    cell: str = ""
    people: bool = False

    @property
    def is_raw(self) -> bool:
        return bool(self.kpi)

    @property
    def keys(self) -> tuple[str, str, str, str]:
        return self.kpi, self.municipality, self.year, self.gender

    @property
    def is_number(self) -> bool:
        return self.is_raw or bool(self.derived) or bool(self.layout)


def header_cell(text: str) -> Cell:
    """The head of a row."""
    return Cell(text, header=True)


def text_cell(text: str) -> Cell:
    return Cell(text)


def answer_cell(answer: Answer) -> Cell:
    return Cell(format_answer(answer))


def raw_cell(
    indicator: Indicator,
    municipality: str,
    year: int,
    gender: str,
    value: float | None,
    status: str = "",
    revised: bool = False,
) -> Cell:
    """A number as the source has it, or the words for why it is not there.

    No value and no status means that the source gave no reason, and that is said.
    """
    if value is None:
        status = status or "Unknown"
    return Cell(
        text=format_status(status) if value is None else format_value(value, indicator),
        value=None if value is None else float(value),
        status=status,
        kpi=indicator.id,
        municipality=municipality,
        year=str(year),
        gender=gender,
        badge=REVISED if revised else "",
    )


def derived_cell(value: float | None, what: str, decimals: int = 0, sign: bool = False) -> Cell:
    """A number of our own; `what` says how it was made ("ovägt medelvärde")."""
    text = "–" if value is None else format_number(value, decimals, sign)
    return Cell(text, None if value is None else float(value), derived=what)


def person_cell(layout: str, cell: str, count: int | None) -> Cell:
    """A number of persons or cases that has been released, or the word for one that is hidden."""
    if count is None:
        return Cell(HIDDEN_WORD, layout=layout, cell=cell)
    return Cell(format_number(count), float(count), layout=layout, cell=cell)


@dataclass(frozen=True)
class Table:
    """A table with its caption; each row has as many cells as there are columns."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    source_line: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{self.caption}: {len(row)} cells, {len(self.columns)} columns")

    def __repr__(self) -> str:
        return f"<Tabell: {self.caption}>"

    @property
    def raw_cells(self) -> tuple[Cell, ...]:
        return tuple(cell for row in self.rows for cell in row if cell.is_raw)

    def _repr_html_(self) -> str:
        return render_table(self)


def export_rows(table: Table) -> list[list[str | float]]:
    """The table for a worksheet: heads first, numbers as numbers, nothing as its words."""
    body: list[list[str | float]] = [
        [cell.text if cell.value is None else cell.value for cell in row] for row in table.rows
    ]
    return [list(table.columns), *body]


def render_table(table: Table) -> str:
    """The table as HTML in a region that can be scrolled with the keyboard.

    What all raw numbers of a row have in common is written once, on the row; what is left that
    those of a column have in common, on the head of the column. What stands on a cell goes before
    its row, and the row before the head.
    """
    rows = [_keys_in_common([cell for cell in row if cell.is_raw]) for row in table.rows]
    columns = _keys_of_columns(table, rows)
    words = not any(cell.is_number for row in table.rows for cell in row)
    heads = "".join(
        f'<th scope="col"{"" if words else _text_class(table, column)}'
        f"{_data_attributes(columns[column])}>{escape(head)}</th>"
        for column, head in enumerate(table.columns)
    )
    body = "".join(
        f"<tr{_data_attributes(common)}>"
        f"{''.join(_render_cell(c, k | common, words) for c, k in zip(row, columns, strict=True))}"
        "</tr>"
        for row, common in zip(table.rows, rows, strict=True)
    )
    foot = " ".join(text for text in (table.note, table.source_line) if text)
    return (
        f'<div class="tabellyta" role="region" tabindex="0" aria-label="{_attr(table.caption)}">'
        f'<table class="tabell{" ord" if words else ""}"><caption>{escape(table.caption)}'
        f"</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
        + (f'<p class="tabellnot">{escape(foot)}</p>' if foot else "")
    )


def _text_class(table: Table, column: int) -> str:
    """Numbers stand to the right, and their heads above them; words are marked to the left.

    A table of nothing but words says so once.
    """
    numbers = any(row[column].is_number for row in table.rows)
    return "" if numbers else ' class="text"'


def _keys_in_common(cells: Sequence[Cell]) -> dict[str, str]:
    columns = zip(*(cell.keys for cell in cells), strict=True)
    return {name: found[0] for name, found in zip(KEYS, columns, strict=False) if _is_one(found)}


def _keys_of_columns(table: Table, rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """For each column the keys that its raw numbers share and their rows do not say."""
    seen: list[dict[str, set[str]]] = [{} for _ in table.columns]
    for row, common in zip(table.rows, rows, strict=True):
        left = [(place, name) for place, name in enumerate(KEYS) if name not in common]
        for cell, found in zip(row, seen, strict=True):
            if cell.is_raw:
                for place, name in left:
                    found.setdefault(name, set()).add(cell.keys[place])
    return [{n: v for n, (v, *more) in found.items() if not more} for found in seen]


def _is_one(values: Sequence[str]) -> bool:
    return len(set(values)) == 1


def _render_cell(cell: Cell, said: dict[str, str], words: bool) -> str:
    """`said` are the keys that the row and the head of the column have said already."""
    text = escape(cell.text)
    if cell.value is not None:
        exact = repr(cell.value) if cell.is_raw else f"{cell.value:.7g}"
        text = f'<data value="{exact}">{text}</data>'
    if cell.badge:
        text += f' <span class="marke">{escape(cell.badge)}</span>'
    if cell.header:
        return f'<th scope="row">{text}</th>'
    if cell.layout:
        key = _data_attributes({"layout": cell.layout, "cell": cell.cell})
        return f"<td{key}>{text}</td>"
    if cell.derived:
        return f'<td data-derived="{_attr(cell.derived)}">{text}</td>'
    if not cell.is_raw:
        mark = ' data-about="individer"' if cell.people else ""
        return f"<td{mark}>{text}</td>" if words else f'<td class="text"{mark}>{text}</td>'
    own = {n: v for n, v in zip(KEYS, cell.keys, strict=True) if said.get(n) != v}
    if cell.status:
        own["status"] = cell.status
    return f"<td{_data_attributes(own)}>{text}</td>"


def _data_attributes(values: dict[str, str]) -> str:
    return "".join(f' data-{key}="{_attr(value)}"' for key, value in values.items())


def _attr(text: str) -> str:
    return escape(text, quote=True)

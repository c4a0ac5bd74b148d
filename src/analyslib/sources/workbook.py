"""Opens what publishers publish (Excel, csv, web tables) as sheets of text cells.

Nothing is judged here but the letters: a file whose å, ä and ö are broken is mended where that
can be done for certain, and refused where it cannot. Merged cells are remembered, not filled.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from html.parser import HTMLParser
from pathlib import Path

from python_calamine import CalamineWorkbook

from analyslib.errors import SourceError
from analyslib.sources.extract_reading import (
    DAMAGED,
    check_packing,
    clean_word,
    column_letter,
)


BROKEN_LETTERS = ("Ã¥", "Ã¤", "Ã¶", "Ã…", "Ã„", "Ã–", "\ufffd")
DELIMITERS = (";", "\t", "|", ",")
Place = tuple[int, int]


@dataclass(frozen=True)
class Sheet:
    """Cells as text, counted from 0; `at` says where a cell is as Excel says it.

    `merged` leads from a cell that a merged cell above covers to that cell. `widths` is how
    many cells each row of a csv file has, before the short ones were filled out.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    merged: dict[Place, Place] = field(default_factory=dict)
    widths: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """How many rows have something in them."""
        return sum(any(row) for row in self.rows)

    def at(self, row: int, column: int) -> str:
        return f"{self.name}!{column_letter(column)}{row + 1}"

    def cell(self, row: int, column: int) -> str:
        return self.rows[row][column]

    def label(self, row: int, column: int) -> str:
        """The cell, or the merged cell above that covers it."""
        return self.cell(*self.merged.get((row, column), (row, column)))


def read_workbook(path: Path) -> list[Sheet]:
    """Every sheet of the file, by its content and not by its name's ending."""
    if not path.is_file():
        raise SourceError("Filen finns inte.", str(path), "Kontrollera namnet och mappen.")
    content = path.read_bytes()
    if not content.strip():
        raise SourceError("Filen är tom.", path.name, "Hämta den på nytt.")
    if content[:2] == b"PK" or content[:4] == b"\xd0\xcf\x11\xe0":
        return _excel_sheets(path, content)
    text = _decode(content, path.name)
    if text.lstrip()[:1] == "<":
        return _web_sheets(text, path.name)
    return [_csv_sheet(text, path.name)]


def _sheet(name: str, rows: Iterable[Sequence[str]], merged: dict[Place, Place]) -> Sheet:
    cleaned = [tuple(_clean(cell) for cell in row) for row in rows]
    width = max(map(len, cleaned), default=0)
    return Sheet(name, tuple(row + ("",) * (width - len(row)) for row in cleaned), merged)


def _clean(text: str) -> str:
    """A Mac's decomposed å is an å; every kind of space is a space."""
    return clean_word(unicodedata.normalize("NFC", text))


# --- Excel


def _excel_sheets(path: Path, content: bytes) -> list[Sheet]:
    try:
        if content[:2] == b"PK":
            check_packing(content)
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return [_excel_sheet(book, name) for name in book.sheet_names]
    except DAMAGED as error:
        raise SourceError(
            "Filen går inte att öppna som Excelfil: den är avklippt, skadad eller skyddad med "
            "lösenord.",
            path.name,
            "Hämta den på nytt, eller öppna den i Excel och spara den som .xlsx utan lösenord.",
        ) from error


def _excel_sheet(book: CalamineWorkbook, name: str) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False) if sheet.start else []
    merged = {
        (row, left): (top, left)
        for (top, left), (bottom, _) in sheet.merged_cell_ranges or ()
        for row in range(top + 1, min(bottom + 1, len(rows)))
    }
    title = clean_word(name.replace("_x0009_", " "))
    return _sheet(title, [[_text(cell) for cell in row] for row in rows], merged)


def _text(value: object) -> str:
    """Excel keeps every number as a float; repr gives each back exactly."""
    match value:
        case bool():
            return "SANT" if value else "FALSKT"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case float():
            return repr(value)
        case datetime() if value.time() == time.min:
            return value.date().isoformat()
        case date() | time():
            return value.isoformat()
    return str(value)


# --- text

UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def _decode(content: bytes, name: str) -> str:
    if b"\0" in content and not content.startswith(UTF_16):
        raise _no_text(name)
    for encoding in _encodings(content):
        try:
            return _mend(content.decode(encoding), name)
        except UnicodeDecodeError:
            continue
    raise _broken_letters(name)


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith(UTF_16):
        return ("utf-16",)
    return ("utf-8-sig", "cp1252")


def _mend(text: str, name: str) -> str:
    """UTF-8 that somebody read as Windows' letters is turned back, if all of it can be."""
    if "\0" in text:
        raise _no_text(name)
    if not any(mark in text for mark in BROKEN_LETTERS):
        return text
    try:
        mended = text.encode("cp1252").decode("utf-8")
    except UnicodeError as error:
        raise _broken_letters(name) from error
    if any(mark in mended for mark in BROKEN_LETTERS):
        raise _broken_letters(name)
    return mended


def _no_text(name: str) -> SourceError:
    return SourceError("Filen är ingen textfil.", name, "Spara den som csv eller .xlsx.")


def _broken_letters(name: str) -> SourceError:
    return SourceError(
        "Bokstäverna å, ä och ö är förstörda i filen, så namnen går inte att lita på.",
        name,
        "Hämta den på nytt, eller spara den som ”CSV UTF-8” från originalet.",
    )


def _csv_sheet(text: str, name: str) -> Sheet:
    lines = text.splitlines()
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(lines), strict=True)
        rows = list(reader)
        return replace(_sheet(name, rows, {}), widths=tuple(map(len, rows)))
    except csv.Error as error:
        raise SourceError(
            "Filen går inte att läsa som csv: ett citattecken är inte avslutat.",
            name,
            "Är filen avklippt? Hämta den på nytt.",
        ) from error


def _delimiter(lines: Sequence[str]) -> str:
    """The first sign that half of the lines have: a comma may be a decimal sign."""
    filled = [line for line in lines[:200] if line.strip()]
    for sign in DELIMITERS:
        if 2 * sum(sign in line for line in filled) >= len(filled):
            return sign
    return ";"


# --- web pages


def _web_sheets(text: str, name: str) -> list[Sheet]:
    parser = _Tables()
    parser.feed(text)
    parser.close()
    if parser.open:
        raise SourceError(
            "Webbsidan är avklippt: en tabell är inte avslutad.", name, "Spara sidan på nytt."
        )
    sheets = [
        _sheet(f"Tabell {number}", table.rows, table.merged)
        for number, table in enumerate(parser.tables, start=1)
    ]
    return [*sheets, _sheet("Text", [[note] for note in parser.paragraphs], {})]


class _Table:
    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.merged: dict[Place, Place] = {}

    def add_cell(self, columns: int, rows: int) -> None:
        """A cell that spans several columns stands in the first of them, as in Excel."""
        here = len(self.rows) - 1
        while (here, len(self.rows[-1])) in self.merged:
            self.rows[-1].append("")
        column = len(self.rows[-1])
        self.rows[-1] += [""] * columns
        for below in range(here + 1, here + rows):
            self.merged[below, column] = (here, column)


class _Tables(HTMLParser):
    """Tables, also inside tables, and the paragraphs outside them (the footnotes)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self.open: list[_Table] = []
        self.paragraphs: list[str] = []
        self.cell: tuple[_Table, int, int] | None = None
        self.in_paragraph = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.open.append(_Table())
            self.tables.append(self.open[-1])
            self.cell = None
        elif tag == "tr" and self.open:
            self.open[-1].rows.append([])
        elif tag in ("td", "th") and self.open and self.open[-1].rows:
            table, spans = self.open[-1], dict(attrs)
            before = len(table.rows[-1])
            table.add_cell(_span(spans.get("colspan")), _span(spans.get("rowspan")))
            first = before
            while (len(table.rows) - 1, first) in table.merged:
                first += 1
            self.cell = (table, len(table.rows) - 1, first)
        elif tag == "p" and not self.open:
            self.paragraphs.append("")
            self.in_paragraph = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self.open:
            self.open.pop()
            self.cell = None
        elif tag in ("td", "th"):
            self.cell = None
        elif tag == "p":
            self.in_paragraph = False

    def handle_data(self, data: str) -> None:
        if self.cell:
            table, row, column = self.cell
            table.rows[row][column] += data
        elif self.in_paragraph:
            self.paragraphs[-1] += data


def _span(text: str | None) -> int:
    return min(max(int(text), 1), 1000) if text and text.isdecimal() else 1

"""Reads delivered files to sheets of text: workbooks, csv, tab-separated; nothing is judged here.

Every cell becomes text as the sender saw it, and keeps its address: the index of a sheet's frame
is the row number in Excel, the position of a column gives its letter.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from analyslib.errors import SourceError


WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TEXT_FILES = (".csv", ".txt", ".tsv")

# Text with NaN for nothing, the same in every pandas that we run on.
TEXT = pd.StringDtype(storage="pyarrow", na_value=np.nan)

# NO-BREAK SPACE and its narrow, thin, figure and ideographic kin; zero-width characters vanish.
_SPACES = dict.fromkeys(
    map(ord, "\u00a0\u202f\u2009\u2007\u2002\u2003\u2008\u200a\u3000\t\r\n"), " "
)
_GONE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), "")
_CLEAN = {**_SPACES, **_GONE}
_DIRTY = re.compile(f"[{''.join(map(chr, _CLEAN))}]|  ")


@dataclass(frozen=True)
class Sheet:
    """One sheet as text. `frame` has the row numbers of Excel as index and 0, 1, 2 … as columns."""

    file: str
    name: str
    frame: pd.DataFrame

    def address(self, row: int, column: int) -> str:
        """As the sender sees it: ``Ärenden!C14``; a csv file has no sheet, so its name stands."""
        return f"{self.name or self.file}!{column_letter(column)}{row}"


def column_letter(position: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_sheets(path: Path) -> list[Sheet]:
    """Every sheet of the file, hidden ones too. Raises SourceError where it cannot be read."""
    suffix = path.suffix.lower()
    if not path.is_file():
        raise SourceError("filen finns inte.", path.name, "Kontrollera namnet och mappen.")
    if path.stat().st_size == 0:
        raise SourceError("filen är tom.", path.name, "Gör om uttaget.")
    if suffix in WORKBOOKS:
        return _read_workbook(path)
    if suffix in TEXT_FILES:
        return [Sheet(path.name, "", _to_frame(_read_rows(path)))]
    raise SourceError(
        f"filer som slutar på ”{suffix}” går inte att läsa.",
        path.name,
        "Spara som Excel (.xlsx) eller som csv.",
    )


# --- workbooks


def _read_workbook(path: Path) -> list[Sheet]:
    try:
        with CalamineWorkbook.from_path(path) as book:
            return [Sheet(path.name, name, _sheet_frame(book, name)) for name in book.sheet_names]
    except CalamineError as error:
        raise SourceError(
            "filen går inte att öppna som Excel-arbetsbok; den kan vara skadad eller skyddad "
            "med lösenord.",
            path.name,
            "Öppna den i Excel, ta bort lösenordet och spara den på nytt som .xlsx.",
        ) from error


def _sheet_frame(book: CalamineWorkbook, name: str) -> pd.DataFrame:
    sheet = book.get_sheet_by_name(name)
    if sheet.start is None:
        return pd.DataFrame()
    rows = sheet.to_python(skip_empty_area=False)
    return _to_frame([[_CELL_TEXT[type(value)](value) for value in row] for row in rows])


def _float_text(value: float) -> str:
    """Excel keeps every number as a float: 12 digits come back as ``199001011234.0``."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _datetime_text(value: datetime) -> str:
    return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")


_CELL_TEXT: dict[type, Callable[[Any], str]] = {
    str: lambda value: value,
    float: _float_text,
    int: str,
    bool: lambda value: "SANT" if value else "FALSKT",
    date: date.isoformat,
    datetime: _datetime_text,
    time: time.isoformat,
    timedelta: str,
}


# --- csv and tab-separated text


def _read_rows(path: Path) -> list[list[str]]:
    text = _decode(path.read_bytes(), path.name)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise SourceError(
            "filen går inte att läsa som csv.", path.name, "Spara den på nytt från Excel."
        ) from error


def _decode(content: bytes, name: str) -> str:
    """UTF-8 and UTF-16 with their marks, UTF-8 without, else Windows' own cp1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif content[1:200:2].count(0) > 0.4 * len(content[1:200:2]):
        encodings = ["utf-16-le"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise SourceError(
        "filen är ingen textfil.", name, "Spara den som ”CSV UTF-8” eller som .xlsx från Excel."
    )


def _delimiter(text: str) -> str:
    """The sign that splits the first rows most evenly; a comma may be a decimal sign."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    if lines and lines[0].lower().startswith("sep=") and len(lines[0]) == 5:
        return lines[0][4]

    def evenness(sign: str) -> tuple[int, int]:
        counts = [line.count(sign) for line in lines]
        usual = max(set(counts), key=counts.count, default=0)
        return (counts.count(usual) if usual else 0, usual)

    return max((";", "\t", ",", "|"), key=evenness)


# --- rows to frames


def _to_frame(rows: list[list[str]]) -> pd.DataFrame:
    """Rows of equal width, cleaned of odd spaces; empty rows are gone but their numbers remain."""
    columns = zip_longest(*rows, fillvalue="")
    frame = pd.DataFrame(
        {
            position: pd.array(list(map(clean_word, cells)), dtype=TEXT)
            for position, cells in enumerate(columns)
        },
        index=range(1, len(rows) + 1),
    )
    if frame.empty:
        return frame
    return frame[(frame != "").any(axis=1)]


def clean_word(text: str) -> str:
    """The same text with every kind of space as one plain space, and none at the ends."""
    if _DIRTY.search(text):
        text = " ".join(text.translate(_CLEAN).split())
    return text.strip()


def non_empty_rows(sheets: Iterable[Sheet]) -> int:
    return sum(len(sheet.frame) for sheet in sheets)

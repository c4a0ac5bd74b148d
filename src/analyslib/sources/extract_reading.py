"""Reads delivered files to sheets of text: workbooks, csv, tab-separated; nothing is judged here.

Every cell becomes text as the sender saw it, and keeps its address: the index of a sheet's frame
is the row number in Excel, the position of a column gives its letter.
"""

from __future__ import annotations

import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from analyslib.errors import Fault, SourceError
from analyslib.sources.identity_numbers import NO_CHECK_DIGIT
from analyslib.sources.personal_data import find_personal_data


WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TEXT_FILES = (".csv", ".txt", ".tsv")

# What the unpacking of a damaged or locked file ends in; RuntimeError is zipfile's for a lock.
DAMAGED = (
    *(CalamineError, zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, OSError, RuntimeError, ValueError),
)
_PACKED = b"PK"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # how the files of old Excel, and locked ones, begin

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
    """One sheet as text. `frame` has the row numbers of Excel as index and 0, 1, 2 … as columns.

    `file` and `name` may be said aloud: where the sender's own names hold personal data others
    stand here instead, and `kinds_in_name` says what the sheet's name held. `merged` are the
    areas of merged cells: first row and column, last row and column, as in `frame`.
    """

    file: str
    name: str
    frame: pd.DataFrame
    kinds_in_name: tuple[str, ...] = ()
    merged: tuple[tuple[int, int, int, int], ...] = ()

    def address(self, row: int, column: int) -> str:
        """As the sender sees it: ``Ärenden!C14``; a csv file has no sheet, so its name stands."""
        return f"{self.name or self.file}!{column_letter(column)}{row}"


def kinds_in_file_name(path: Path) -> list[str]:
    """A date and a serial number are usual in file names, so a number has to be whole."""
    return sorted(set(find_personal_data(path.stem)) - {NO_CHECK_DIGIT})


def shown_name(path: Path) -> str:
    """What the file is called, or only "filen" where its name holds personal data."""
    return "filen" if kinds_in_file_name(path) else path.name


def column_letter(position: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_sheets(path: Path) -> list[Sheet]:
    """Every sheet of the file, hidden ones too, by its content and not by its name's ending.

    Raises SourceError where it cannot be read.
    """
    name = shown_name(path)
    if path.is_dir():
        raise SourceError("det är en mapp och ingen fil.", name, "Ange filerna i mappen.")
    if not path.is_file():
        raise SourceError("filen finns inte.", name, "Kontrollera namnet och mappen.")
    if path.suffix.lower() not in (*WORKBOOKS, *TEXT_FILES):
        raise SourceError(
            f"filer som slutar på ”{path.suffix}” går inte att läsa.",
            name,
            "Spara som Excel (.xlsx) eller som csv.",
        )
    content = path.read_bytes()
    if not content.strip():
        raise SourceError("filen är tom.", name, "Gör om uttaget.")
    if content.startswith((_PACKED, OLD_EXCEL)):
        return _read_workbook(content, name)
    return [Sheet(name, "", _to_frame(_read_rows(content, name)))]


# --- workbooks


def read_files(files: Iterable[Path]) -> tuple[dict[Path, list[Sheet]], list[Fault]]:
    """The sheets of each file that can be read, and what is wrong with the others."""
    read: dict[Path, list[Sheet]] = {}
    faults: list[Fault] = []
    for path in files:
        try:
            read[path] = read_sheets(path)
        except SourceError as error:
            faults += error.faults
    return read, faults


def _read_workbook(content: bytes, file: str) -> list[Sheet]:
    if content.startswith(OLD_EXCEL) and "EncryptedPackage".encode("utf-16-le") in content:
        raise SourceError(
            "filen är skyddad med lösenord.",
            file,
            "Öppna den i Excel, ta bort lösenordet och spara den på nytt som .xlsx.",
        )
    try:
        if content.startswith(_PACKED):
            check_packing(content)
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return [_read_sheet(book, file, n) for n in range(len(book.sheet_names))]
    except DAMAGED as error:
        raise SourceError(
            "filen går inte att öppna som Excel-arbetsbok: den är avklippt, skadad eller skyddad "
            "med lösenord.",
            file,
            "Öppna den i Excel, ta bort ett eventuellt lösenord och spara den på nytt som .xlsx.",
        ) from error


def check_packing(content: bytes) -> None:
    """Every part has its check sum; a damaged part must not be read as a smaller table.

    Raises zipfile.BadZipFile or another of DAMAGED.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        broken = packed.testzip()
    if broken:
        raise zipfile.BadZipFile(broken)


def _read_sheet(book: CalamineWorkbook, file: str, position: int) -> Sheet:
    name = book.sheet_names[position]
    kinds = find_personal_data(name)
    sheet = book.get_sheet_by_index(position)
    merged = tuple(
        (top + 1, left, bottom + 1, right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    )
    title = f"blad {position + 1}" if kinds else name
    return Sheet(file, title, _sheet_frame(sheet), kinds, merged)


def _sheet_frame(sheet: CalamineSheet) -> pd.DataFrame:
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

_WEB_PAGE = re.compile(r"\s*<(?:!doctype|html|\?xml|table|meta)\b", re.I)


def _read_rows(content: bytes, name: str) -> list[list[str]]:
    text = _decode(content, name)
    if _WEB_PAGE.match(text):
        raise SourceError(
            "filen är en webbsida, också om den heter något annat.",
            name,
            "Öppna den i Excel och spara den på nytt som .xlsx.",
        )
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise SourceError(
            "filen går inte att läsa som csv.", name, "Spara den på nytt från Excel."
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

"""Writes the .xls of Excel 97, with texts, numbers and dates: nothing else does any more.

A compound file (one stream, long enough to need no small sectors) with a BIFF8 workbook in it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path


Value = str | float | date
SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
BOF, EOF, SHEET, LABEL, NUMBER, STYLE, CODEPAGE, DATES = (
    *(0x0809, 0x000A, 0x0085, 0x0204, 0x0203, 0x00E0, 0x0042, 0x0022),
)
DAY_FORMAT = 14


def write_old_workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Value]]]) -> Path:
    """Each sheet is its rows; "" leaves a cell empty."""
    parts = [_sheet(rows) for rows in sheets.values()]
    front = _record(BOF, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1997, 0, 6))
    front += _record(CODEPAGE, struct.pack("<H", 1200)) + _record(DATES, struct.pack("<H", 0))
    front += b"".join(_record(STYLE, struct.pack("<HH16x", 0, kind)) for kind in (0, DAY_FORMAT))
    names = [name.encode("utf-16-le") for name in sheets]
    start = len(front) + sum(4 + 8 + len(name) for name in names) + 4
    for name, part in zip(names, parts, strict=True):
        head = struct.pack("<IHBB", start, 0, len(name) // 2, 1)
        front += _record(SHEET, head + name)
        start += len(part)
    path.write_bytes(_compound(front + _record(EOF, b"") + b"".join(parts)))
    return path


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _sheet(rows: Sequence[Sequence[Value]]) -> bytes:
    cells = b"".join(
        _cell(row, column, value)
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
        if value != ""
    )
    begin = _record(BOF, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 1997, 0, 6))
    return begin + cells + _record(EOF, b"")


def _cell(row: int, column: int, value: Value) -> bytes:
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        head = struct.pack("<HHHHB", row, column, 0, len(text) // 2, 1)
        return _record(LABEL, head + text)
    if isinstance(value, date):
        days = (value - date(1899, 12, 30)).days
        return _record(NUMBER, struct.pack("<HHHd", row, column, 1, days))
    return _record(NUMBER, struct.pack("<HHHd", row, column, 0, value))


def _compound(stream: bytes) -> bytes:
    """One stream named Workbook; its sectors first, then the directory, then the table."""
    stream = stream.ljust(8 * SECTOR, b"\0")
    stream += b"\0" * (-len(stream) % SECTOR)
    count = len(stream) // SECTOR
    tables = 1
    while count + 1 + tables > tables * SECTOR // 4:
        tables += 1
    chain = [*range(1, count), END, END, *[FAT] * tables]
    chain += [FREE] * (tables * SECTOR // 4 - len(chain))
    entries = _entry("Root Entry", 5, END, 0, child=1) + _entry("Workbook", 2, 0, len(stream))
    entries += _entry("", 0, 0, 0) * 2
    where = [*range(count + 1, count + 1 + tables)]
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, tables, count, 0, 4096, END, 0, END, 0)
    header += _numbers([*where, *[FREE] * (109 - len(where))])
    return header + stream + entries + _numbers(chain)


def _numbers(values: Iterable[int]) -> bytes:
    return b"".join(struct.pack("<I", value) for value in values)


def _entry(name: str, kind: int, start: int, size: int, child: int = FREE) -> bytes:
    text = name.encode("utf-16-le")
    length = len(text) + 2 if name else 0
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", length, kind, 1, FREE, FREE, child)
    return head + b"\0" * 36 + struct.pack("<IQ", start, size)

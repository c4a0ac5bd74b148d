"""A series as an Excel workbook: what was shown, every value, the definition, the source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from analyslib.explore.reading import Reading
from analyslib.tables import Table, export_rows
from analyslib.text.words import format_status


Row = Sequence[str | float | int | None]
HEADS = ("Kommunkod", "Kommun", "År", "Kön", "Värde", "Varför tomt", "Antal personer")
SHOWN = ("Visat", "Enheter")
GENDERS = {"T": "Totalt", "K": "Kvinnor", "M": "Män"}


def write_workbook(path: Path, shown: Sequence[Table], reading: Reading, note: str = "") -> Path:
    """A sheet for each table shown (the second is that of units), one for every value, and one
    for the definition. The source stands in each, because sheets are copied out one by one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = " ".join(text for text in (reading.source(computed=False), note) if text)
    # Text stays text: a title that begins with "=" must not become a formula.
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for name, table in zip(SHOWN, shown, strict=False):
            _write_sheet(book, name, table.caption, export_rows(table), line, bold)
        _write_sheet(book, "Alla värden", reading.indicator.title, _all_values(reading), line, bold)
        _write_sheet(book, "Om nyckeltalet", reading.indicator.title, _about(reading), line, bold)
    return path


def _write_sheet(
    book: Any, name: str, title: str, rows: Sequence[Row], line: str, bold: Any
) -> None:
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, title, bold)
    sheet.write_string(1, 0, line)
    for number, row in enumerate(rows, start=3):
        for column, cell in enumerate(row):
            if cell is not None:
                sheet.write(number, column, cell, bold if number == 3 else None)
    sheet.freeze_panes(4, 1)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 30, 14)


def _all_values(reading: Reading) -> list[Row]:
    frame = reading.series
    columns = ["municipality", "municipality_name", "year", "gender", "value", "status", "n"]
    body: list[Row] = [
        (
            code,
            name,
            int(year),
            GENDERS.get(gender, gender),
            None if value != value else float(value),
            format_status(status or "Unknown") if value != value else "",
            None if n != n else float(n),
        )
        for code, name, year, gender, value, status, n in frame[columns].itertuples(index=False)
    ]
    return [HEADS, *body]


def _about(reading: Reading) -> list[Row]:
    info, indicator = reading.info, reading.indicator
    return [
        ("Uppgift", "Innehåll"),
        ("Id", indicator.id),
        ("Titel hos källan", str(info["title"])),
        ("Beskrivning", str(info["description"])),
        ("Enhet", indicator.unit),
        ("Hämtat", reading.retrieved),
        ("Att tänka på", indicator.caveats),
    ]

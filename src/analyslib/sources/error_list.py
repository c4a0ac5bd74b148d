"""The list of what is wrong in a file, as the sender can use it: an Excel sheet and a page.

Any source can fill one. It names places, rules and remedies, and never repeats a value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import xlsxwriter


STOPS, LEAVES_OUT, TELLS = "file", "row", "note"
LEVELS = {
    STOPS: "stoppar filen",
    LEAVES_OUT: "raden tas inte med",
    TELLS: "bör kontrolleras",
}
STATES = {"ok": "✓ utan anmärkning", "broken": "✕ fel finns", "not_run": "– kunde inte prövas"}
_MOST_ROWS_ON_PAGE = 2000
_BLUE, _PALE = "#12436D", "#E8EFF5"


@dataclass(frozen=True)
class ErrorRow:
    """One cell. Cells with the same `problem` are one problem."""

    problem: int
    level: str
    place: str
    rule: str
    what: str
    remedy: str


@dataclass(frozen=True)
class CheckRow:
    """One rule and what came of it; `reason` says why it could not be run."""

    rule: str
    title: str
    state: str
    cells: int
    reason: str = ""


@dataclass(frozen=True)
class ErrorList:
    """`summary` is what to know first, a sentence a line."""

    name: str
    summary: tuple[str, ...]
    rows: Sequence[ErrorRow]
    checks: Sequence[CheckRow]


_ERROR_HEADERS = ("nr", "vad det innebär", "var", "regel", "vad som är fel", "gör så här")
_CHECK_HEADERS = ("regel", "vad som prövas", "utfall", "antal celler", "varför inte prövad")


def write_error_list(errors: ErrorList, folder: Path) -> tuple[Path, Path]:
    """Write ``fellista <name>.xlsx`` and ``.html`` in `folder`; gives both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"fellista {_short_name(errors.name)}"
    return (
        _write_workbook(errors, folder / f"{stem}.xlsx"),
        _write_page(errors, folder / f"{stem}.html"),
    )


def _short_name(name: str) -> str:
    """Without endings: "uttag.xlsx" gives "fellista uttag.xlsx" and no second ending."""
    plain = re.sub(r"\.[A-Za-z]{2,4}(?=,|$)", "", name)
    return re.sub(r"[^\w ,.-]", "_", plain)[:80]


def _error_cells(row: ErrorRow) -> tuple[str | int, ...]:
    return row.problem, LEVELS[row.level], row.place, row.rule, row.what, row.remedy


def _check_cells(row: CheckRow) -> tuple[str | int, ...]:
    return row.rule, row.title, STATES[row.state], row.cells, row.reason


# --- workbook


def _write_workbook(errors: ErrorList, path: Path) -> Path:
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    title = book.add_format({"bold": True, "font_size": 16, "font_color": _BLUE})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("Sammanfattning")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 110)
    sheet.write(0, 0, f"Fellista för {errors.name}", title)
    for number, line in enumerate(errors.summary, start=2):
        sheet.write(number, 0, line, text)
    _write_sheet(book, "Fel", _ERROR_HEADERS, [_error_cells(row) for row in errors.rows],
                 (6, 20, 26, 8, 52, 70))  # fmt: skip
    _write_sheet(book, "Regler", _CHECK_HEADERS, [_check_cells(row) for row in errors.checks],
                 (8, 60, 22, 14, 50))  # fmt: skip
    book.close()
    return path


def _write_sheet(
    book: xlsxwriter.Workbook,
    name: str,
    headers: Sequence[str],
    rows: Sequence[tuple[str | int, ...]],
    widths: Sequence[int],
) -> None:
    header = book.add_format({"bold": True, "font_color": "white", "bg_color": _BLUE})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, headers, header)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width, text)
    for number, cells in enumerate(rows, start=1):
        sheet.write_row(number, 0, cells)
    sheet.autofilter(0, 0, max(len(rows), 1), len(headers) - 1)


# --- page


_STYLE = f"""
body {{ font: 1rem/1.5 system-ui, "Segoe UI", sans-serif; color: #1b1f24; margin: 2rem auto;
  max-width: 75rem; padding: 0 1rem; }}
h1, h2 {{ color: {_BLUE}; line-height: 1.2; }}
table {{ border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }}
caption {{ text-align: left; padding: .3rem 0; color: #4a5560; }}
th, td {{ text-align: left; vertical-align: top; padding: .4rem .6rem;
  border-bottom: 1px solid #d5dce2; }}
thead th {{ background: {_PALE}; color: {_BLUE}; position: sticky; top: 0; }}
.file {{ border-left: .3rem solid #9b1c1c; }} .row {{ border-left: .3rem solid #f46a25; }}
.note {{ border-left: .3rem solid #8a949e; }}
@media print {{ thead th {{ position: static; }} body {{ margin: 0; }} }}
"""


def _write_page(errors: ErrorList, path: Path) -> Path:
    shown = errors.rows[:_MOST_ROWS_ON_PAGE]
    summary = "".join(f"<li>{escape(line)}</li>" for line in errors.summary)
    rows = "".join(
        f'<tr class="{row.level}">{_table_cells(_error_cells(row))}</tr>' for row in shown
    )
    checks = "".join(f"<tr>{_table_cells(_check_cells(row))}</tr>" for row in errors.checks)
    caption = "1 cell" if len(errors.rows) == 1 else f"{len(errors.rows)} celler"
    if len(shown) < len(errors.rows):
        caption += f", de första {len(shown)} visas här och alla i Excelfilen"
    page = (
        '<!DOCTYPE html>\n<html lang="sv"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Fellista för {escape(errors.name)}</title><style>{_STYLE}</style></head>"
        "<body><main>"
        f"<h1>Fellista för {escape(errors.name)}</h1><ul>{summary}</ul>"
        f"<h2>Att rätta</h2>{_table(caption, _ERROR_HEADERS, rows)}"
        f"<h2>Vad som har prövats</h2>{_table('Alla regler', _CHECK_HEADERS, checks)}"
        "</main></body></html>\n"
    )
    path.write_text(page, encoding="utf-8")
    return path


def _table_cells(cells: Sequence[str | int]) -> str:
    return "".join(f"<td>{escape(str(cell))}</td>" for cell in cells)


def _table(caption: str, headers: Sequence[str], rows: str) -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in headers)
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )

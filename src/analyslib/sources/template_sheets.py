"""The parts of every workbook to fill in: guide, tables with lists and notes, explanations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from analyslib.sources.extract_model import Field


ROWS_TO_FILL = 5000
_BLUE, _PALE, _GREY, _RED = "#12436D", "#E8EFF5", "#5A6570", "#9B1C1C"


def make_formats(book: Any) -> dict[str, Any]:
    base = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
    return {
        "rubrik": book.add_format({**base, "font_size": 20, "bold": True, "font_color": _BLUE}),
        "avsnitt": book.add_format({**base, "font_size": 14, "bold": True, "font_color": _BLUE}),
        "text": book.add_format({**base, "text_wrap": True}),
        "steg": book.add_format({**base, "text_wrap": True, "indent": 1}),
        "varning": book.add_format({**base, "text_wrap": True, "indent": 1, "font_color": _RED}),
        "header": book.add_format(
            {**base, "bold": True, "font_color": "white", "bg_color": _BLUE, "border": 1,
             "border_color": "white", "text_wrap": True}
        ),
        "optional": book.add_format(
            {**base, "bold": True, "font_color": _BLUE, "bg_color": _PALE, "border": 1,
             "border_color": "white", "text_wrap": True}
        ),
        "label": book.add_format({**base, "bold": True, "bg_color": _PALE}),
        "input": book.add_format({**base, "border": 1, "border_color": _BLUE, "num_format": "@"}),
        "help": book.add_format({**base, "text_wrap": True, "font_color": _GREY}),
        "as_text": book.add_format({**base, "num_format": "@"}),
    }  # fmt: skip


def write_guide(sheet: Any, formats: dict[str, Any], guide: Sequence[tuple[str, str]]) -> None:
    """`guide`: what kind of line (rubrik, avsnitt, text, steg, varning), and its text."""
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 4)
    sheet.set_column(1, 1, 95)
    step = 0
    for row, (kind, text) in enumerate(guide):
        if kind == "avsnitt":
            sheet.set_row(row, 30)
            step = 0
        if kind == "steg":
            step += 1
            sheet.write(row, 0, step, formats["label"])
        if kind == "varning":
            sheet.write(row, 0, "✕", formats["varning"])
        if len(text) > 95 and kind != "rubrik":
            sheet.set_row(row, 15.5 * (1 + len(text) // 95))
        sheet.write(row, 1, text, formats[kind])


def write_table(
    sheet: Any, fields: Sequence[Field], formats: dict[str, Any], lists: Mapping[str, str]
) -> None:
    """Headers, and for each column its list or its help; `lists` says where each list lies."""
    sheet.freeze_panes(1, 2)
    sheet.set_row(0, 22)
    for column, item in enumerate(fields):
        sheet.set_column(
            column, column, max(14, len(item.header) + 4), formats[_column_format(item)]
        )
        sheet.write(0, column, item.header, formats["header" if item.required else "optional"])
        sheet.data_validation(1, column, ROWS_TO_FILL, column, _validation(item, lists))
    sheet.autofilter(0, 0, ROWS_TO_FILL, len(fields) - 1)


def _column_format(item: Field) -> str:
    """Dates stay text: Excel would turn 2024-03 into the first of March, and 6-12 into June."""
    return "text" if item.kind == "number" else "as_text"


def _validation(item: Field, lists: Mapping[str, str]) -> dict[str, Any]:
    """The list of a column, or the help as a note that shows when the cell is chosen."""
    name = item.codes or item.kind
    shown = note(item.header, item.help)
    return {**shown, **choice(lists[name])} if name in lists else shown


def choice(source: str) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": source,
        "error_title": "Välj i listan",
        "error_message": "Ordet finns inte i listan. Välj med pilen till höger i cellen.",
        "error_type": "warning",
    }


def note(title: str, text: str) -> dict[str, Any]:
    """A note beside the cell when it is chosen; Excel takes 32 and 255 signs."""
    return {"validate": "any", "input_title": title[:32], "input_message": text[:255]}


def write_lists(
    sheet: Any, formats: dict[str, Any], lists: Sequence[tuple[str, str, list[str]]]
) -> dict[str, str]:
    """Each list (name, title, words) in a column of its own; gives the range to point at."""
    sources = {}
    for column, (name, title, words) in enumerate(lists):
        sheet.set_column(column, column, max(14, max(map(len, words)) + 2))
        sheet.write(0, column, f"lista: {title}", formats["header"])
        sheet.write_column(1, column, words)
        letter = xl_col_to_name(column)
        sources[name] = f"=Listor!${letter}$2:${letter}${len(words) + 1}"
    return sources


def write_explanations(
    sheet: Any, formats: dict[str, Any], rows: Sequence[tuple[str, str, str, str]]
) -> None:
    """The first row holds the headers."""
    sheet.freeze_panes(1, 0)
    for column, width in enumerate((14, 28, 28, 110)):
        sheet.set_column(column, column, width)
    for row, cells in enumerate(rows):
        styles = ["header"] * 4 if row == 0 else ["text", "label", "text", "help"]
        for column, (text, style) in enumerate(zip(cells, styles, strict=True)):
            sheet.write(row, column, text, formats[style])

"""The workbook to fill in: drop-down lists, explanations and an example that is not data."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import xlsxwriter

from analyslib.catalogue import load_catalogue
from analyslib.measures import load_measures
from analyslib.sources.extract_model import EPISODE, EXTRACT, MEASUREMENT, Field, code_lists


SHEETS = {"episode": "Ärenden", "measurement": "Mätningar", "extract": "Uttaget"}
ROWS_TO_FILL = 5000
_BLUE, _PALE, _GREY, _RED = "#12436D", "#E8EFF5", "#5A6570", "#9B1C1C"

GUIDE: tuple[tuple[str, str], ...] = (
    ("rubrik", "Individbaserad uppföljning: uttag att fylla i"),
    ("text", ("Arbetsboken visar hur det går för dem som får insatser: behov, insatser och "
     "resultat. Den fylls i av kommunen, eller fylls med ett uttag ur verksamhetssystemet.")),
    ("avsnitt", "Så gör du"),
    ("steg", "Börja med fliken Uttaget: kommun, uttagsdatum och vilken period det gäller."),
    ("steg", "Fyll i fliken Ärenden, en rad för varje insats. En person kan ha flera rader."),
    ("steg", "Fyll i fliken Mätningar, en rad för varje mätning. Lämna tomt det som inte är mätt."),
    ("steg", "Celler med lista visar en pil när de markeras. Välj i listan, så blir orden rätt."),
    ("steg", ("Kontrollera filen med kommandot analyslib check och filens namn. Fellistan säger "
     "cell för cell vad som behöver rättas.")),
    ("avsnitt", "Det här får aldrig stå i filen"),
    ("varning", "Personnummer, samordningsnummer eller reservnummer, inte heller delar av dem."),
    ("varning", ("Namn, adress, telefonnummer eller e-post, vare sig till brukare, närstående "
     "eller handläggare.")),
    ("varning", "Födelsedatum eller exakt ålder. Ange åldersgrupp."),
    ("varning", "Löpande text om någons situation, och kommentarer i celler."),
    ("text", ("Löpnumret ska vara påhittat, till exempel A001, A002. Nyckeln mellan löpnummer "
     "och person stannar hos kommunen. En kontrollsumma av personnumret duger inte: den går att "
     "räkna baklänges.")),
    ("avsnitt", "Datum"),
    ("text", ("Skriv datum som 2024-03-15. Är bara månaden känd: 2024-03. Uttagsdatum är viktigast "
     "av alla: det säger hur länge pågående insatser har följts.")),
    ("avsnitt", "Efter att filen har lagts in"),
    ("text", ("Uppgifterna är fortfarande personuppgifter, även utan namn, eftersom en liten "
     "grupp kan gå att känna igen. De stannar på den dator där de lagts in. Rapporterna visar bara "
     "sammanställningar som har skyddats.")),
)  # fmt: skip


def write_template(path: Path) -> Path:
    """Write the workbook to fill in. An existing file is replaced."""
    book = xlsxwriter.Workbook(path)
    formats = _formats(book)
    guide = book.add_worksheet("Så gör du")
    facts = book.add_worksheet(SHEETS["extract"])
    tables = {
        name: (book.add_worksheet(SHEETS[name]), fields)
        for name, fields in (("episode", EPISODE), ("measurement", MEASUREMENT))
    }
    columns_sheet, lists_sheet = book.add_worksheet("Förklaringar"), book.add_worksheet("Listor")
    lists = _write_lists(book, lists_sheet, formats)
    _write_guide(guide, formats)
    _write_facts(facts, formats, lists)
    for sheet, fields in tables.values():
        _write_table(sheet, fields, formats, lists)
    _write_columns(columns_sheet, formats)
    guide.activate()
    book.set_properties({"title": "Mall för individbaserad uppföljning"})
    book.close()
    return path


@lru_cache(maxsize=1)
def own_texts() -> frozenset[str]:
    """What the template itself says, so that the gate does not take it for free text."""
    texts = [text for _, text in GUIDE] + [text for text, *_ in _column_rows()]
    texts += [cell for row in _column_rows() for cell in row]
    texts += [item.help for item in (*EPISODE, *MEASUREMENT, *EXTRACT)]
    for _, words in _list_columns():
        texts += words
    return frozenset(" ".join(text.split()) for text in texts)


def _formats(book: Any) -> dict[str, Any]:
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


def _write_guide(sheet: Any, formats: dict[str, Any]) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 4)
    sheet.set_column(1, 1, 95)
    step = 0
    for row, (kind, text) in enumerate(GUIDE):
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


def _write_facts(sheet: Any, formats: dict[str, Any], lists: dict[str, str]) -> None:
    """Upright: what to fill in, where, and why."""
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 30)
    sheet.set_column(2, 2, 80)
    sheet.write_row(0, 0, ["uppgift", "fyll i här", "förklaring"], formats["header"])
    for row, item in enumerate(EXTRACT, start=1):
        sheet.write(row, 0, item.header, formats["label"])
        sheet.write_blank(row, 1, None, formats["input"])
        sheet.write(row, 2, item.help, formats["help"])
        if item.kind == "municipality":
            sheet.data_validation(row, 1, row, 1, _choice(lists["municipality"]))
        if item.kind == "date":
            sheet.data_validation(row, 1, row, 1, _note("Datum", "Skriv som 2024-03-15."))


def _write_table(
    sheet: Any, fields: tuple[Field, ...], formats: dict[str, Any], lists: dict[str, str]
) -> None:
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


def _validation(item: Field, lists: dict[str, str]) -> dict[str, Any]:
    """The list of a column, or the help as a note that shows when the cell is chosen."""
    name = item.codes or (item.kind if item.kind in ("municipality", "measure", "subscale") else "")
    note = _note(item.header, item.help)
    return {**note, **_choice(lists[name])} if name else note


def _choice(source: str) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": source,
        "error_title": "Välj i listan",
        "error_message": "Ordet finns inte i listan. Välj med pilen till höger i cellen.",
        "error_type": "warning",
    }


def _note(title: str, text: str) -> dict[str, Any]:
    """A note beside the cell when it is chosen; Excel takes 32 and 255 signs."""
    return {"validate": "any", "input_title": title[:32], "input_message": text[:255]}


# --- lists and explanations


def _list_columns() -> list[tuple[str, list[str]]]:
    """Name of each list and what it offers."""
    columns = [(name, list(codes.labels.values())) for name, codes in code_lists().items()]
    measures = load_measures().values()
    columns.append(("measure", [measure.title for measure in measures]))
    parts = [part.title for measure in measures for part in measure.subscales]
    columns.append(("subscale", list(dict.fromkeys(parts))))
    places = load_catalogue().municipalities.values()
    columns.append(("municipality", [f"{place.code} {place.name}" for place in places]))
    return columns


def _write_lists(book: Any, sheet: Any, formats: dict[str, Any]) -> dict[str, str]:
    """Each list in a column of its own; gives the range to point a drop-down at."""
    titles = {name: codes.title for name, codes in code_lists().items()}
    titles |= {"measure": "mått", "subscale": "delskala", "municipality": "kommun"}
    sources = {}
    for column, (name, words) in enumerate(_list_columns()):
        sheet.set_column(column, column, max(14, max(map(len, words)) + 2))
        sheet.write(0, column, f"lista: {titles[name]}", formats["header"])
        sheet.write_column(1, column, words)
        letter = xlsxwriter.utility.xl_col_to_name(column)
        sources[name] = f"=Listor!${letter}$2:${letter}${len(words) + 1}"
    return sources


def _column_rows() -> list[tuple[str, str, str, str]]:
    rows = [("flik", "kolumn att fylla i", "måste", "förklaring")]
    for name, fields in (("episode", EPISODE), ("measurement", MEASUREMENT)):
        rows += [
            (SHEETS[name], f"{item.header}:", "ja" if item.required else "nej", item.help)
            for item in fields
        ]
    for measure in load_measures().values():
        better = "högt är bäst" if measure.direction == "high" else "lågt är bäst"
        scale = f"{measure.low:g} till {measure.high:g}, {better}"
        rows.append(("Mått", f"{measure.title}:", scale, f"{measure.full_title}. {measure.about}"))
    return rows


def _write_columns(sheet: Any, formats: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    for column, width in enumerate((14, 28, 28, 110)):
        sheet.set_column(column, column, width)
    for row, cells in enumerate(_column_rows()):
        styles = ["header"] * 4 if row == 0 else ["text", "label", "text", "help"]
        for column, (text, style) in enumerate(zip(cells, styles, strict=True)):
            sheet.write(row, column, text, formats[style])

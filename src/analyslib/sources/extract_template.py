"""The workbook to fill in: drop-down lists, explanations and an example that is not data."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import xlsxwriter

from analyslib.catalogue import load_catalogue
from analyslib.measures import load_measures
from analyslib.sources.extract_model import EPISODE, EXTRACT, MEASUREMENT, code_lists
from analyslib.sources.template_sheets import (
    choice,
    make_formats,
    note,
    write_explanations,
    write_guide,
    write_lists,
    write_table,
)


SHEETS = {"episode": "Ärenden", "measurement": "Mätningar", "extract": "Uttaget"}

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
    formats = make_formats(book)
    guide = book.add_worksheet("Så gör du")
    facts = book.add_worksheet(SHEETS["extract"])
    tables = {
        name: (book.add_worksheet(SHEETS[name]), fields)
        for name, fields in (("episode", EPISODE), ("measurement", MEASUREMENT))
    }
    columns_sheet, lists_sheet = book.add_worksheet("Förklaringar"), book.add_worksheet("Listor")
    lists = write_lists(lists_sheet, formats, _list_columns())
    write_guide(guide, formats, GUIDE)
    _write_facts(facts, formats, lists)
    for sheet, fields in tables.values():
        write_table(sheet, fields, formats, lists)
    write_explanations(columns_sheet, formats, _column_rows())
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
    for *_, words in _list_columns():
        texts += words
    return frozenset(" ".join(text.split()) for text in texts)


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
            sheet.data_validation(row, 1, row, 1, choice(lists["municipality"]))
        if item.kind == "date":
            sheet.data_validation(row, 1, row, 1, note("Datum", "Skriv som 2024-03-15."))


# --- lists and explanations


def _list_columns() -> list[tuple[str, str, list[str]]]:
    """Name and title of each list, and what it offers."""
    columns = [
        (name, codes.title, list(codes.labels.values())) for name, codes in code_lists().items()
    ]
    measures = load_measures().values()
    columns.append(("measure", "mått", [measure.title for measure in measures]))
    parts = [part.title for measure in measures for part in measure.subscales]
    columns.append(("subscale", "delskala", list(dict.fromkeys(parts))))
    return [*columns, municipality_list()]


def municipality_list() -> tuple[str, str, list[str]]:
    places = load_catalogue().municipalities.values()
    return "municipality", "kommun", [f"{place.code} {place.name}" for place in places]


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

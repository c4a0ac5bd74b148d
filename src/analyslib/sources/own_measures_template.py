"""The workbook to fill in for own measures: lists, notes at each cell, and explanations."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import xlsxwriter

from analyslib.catalogue import load_catalogue
from analyslib.sources.extract_template import municipality_list
from analyslib.sources.own_measures_model import SHEETS, TABLES, own_code_lists
from analyslib.sources.template_sheets import (
    make_formats,
    write_explanations,
    write_guide,
    write_lists,
    write_table,
)


GUIDE: tuple[tuple[str, str], ...] = (
    ("rubrik", "Egna mått, mål och budget att fylla i"),
    ("text", ("Arbetsboken är till för det som kommunen eller ett projekt följer själv: mål, "
     "volymer, kostnader och budget, månad för månad eller år för år.")),
    ("avsnitt", "Så gör du"),
    ("steg", "Är det ett projekt: börja med fliken Projekt, en rad för varje projekt."),
    ("steg", "Fyll i fliken Mått, en rad för varje mått. Säg om det räknar personer."),
    ("steg", "Fyll i fliken Värden, en rad för varje mått och månad eller år."),
    ("steg", "Skriv i fliken Händelser det som kan ha flyttat ett värde, till exempel en start."),
    ("steg", "Fyll i fliken Budget om du vill följa budget, utfall och prognos."),
    ("steg", "Celler med lista visar en pil när de markeras. Välj i listan, så blir orden rätt."),
    ("steg", ("Kontrollera filen med kommandot analyslib check och filens namn. Fellistan säger "
     "cell för cell vad som behöver rättas.")),
    ("text", "Flikar som du inte behöver lämnar du tomma. Mått och Värden hör ihop."),
    ("avsnitt", "Små tal"),
    ("text", ("Är personer ja, döljs tal om en till fyra personer i allt som sprids, och summor "
     "som skulle röja dem. I kommunens egen databas finns allt kvar.")),
    ("avsnitt", "Det här får aldrig stå i filen"),
    ("varning", "Namn, personnummer, telefonnummer, e-post eller adress."),
    ("varning", "Något om en enskild person, heller inte i syfte, händelser eller kommentarer."),
    ("avsnitt", "Nästa gång"),
    ("text", ("Lämna hela serien varje gång. En ny fil ersätter den förra för samma kommun och "
     "projekt, och budgeten för sig.")),
)  # fmt: skip


# The short names that have been filled in on one sheet are the list of another.
FILLED_IN = {"projects": "='Projekt'!$A$2:$A$100", "measures": "='Mått'!$A$2:$A$300"}


def write_template(path: Path) -> Path:
    """Write the workbook to fill in. An existing file is replaced."""
    book = xlsxwriter.Workbook(path)
    formats = make_formats(book)
    guide = book.add_worksheet("Så gör du")
    sheets = {name: book.add_worksheet(title) for name, title in SHEETS.items()}
    explanations, lists_sheet = book.add_worksheet("Förklaringar"), book.add_worksheet("Listor")
    lists = {**write_lists(lists_sheet, formats, _list_columns()), **FILLED_IN}
    write_guide(guide, formats, GUIDE)
    for name, sheet in sheets.items():
        write_table(sheet, TABLES[name], formats, lists)
    write_explanations(explanations, formats, _explanations())
    guide.activate()
    book.set_properties({"title": "Mall för egna mått"})
    book.close()
    return path


@lru_cache(maxsize=1)
def own_texts() -> frozenset[str]:
    """What the template itself says, so that nobody takes it for something filled in."""
    texts = [text for _, text in GUIDE] + [cell for row in _explanations() for cell in row]
    texts += [item.header for fields in TABLES.values() for item in fields] + ["✕"]
    for _, title, words in _list_columns():
        texts += [f"lista: {title}", *words]
    return frozenset(" ".join(text.split()) for text in texts)


def _list_columns() -> list[tuple[str, str, list[str]]]:
    codes = own_code_lists().items()
    columns = [(name, found.title, list(found.labels.values())) for name, found in codes]
    areas = [area.title for area in load_catalogue().areas.values()]
    return [*columns, ("area", "område", areas), municipality_list()]


def _explanations() -> list[tuple[str, str, str, str]]:
    return [("flik", "kolumn", "måste", "förklaring")] + [
        (SHEETS[name], item.header, "ja" if item.required else "nej", item.help)
        for name, fields in TABLES.items()
        for item in fields
    ]

"""What a file holds that stands in no cell: comments, headers, drawings, rules, names, properties.

Where something of that is personal, the file is refused as if it had stood in a cell; what nobody
can look through (pictures, embedded files, macros) is refused as it is.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from analyslib.sources.extract_reading import OLD_EXCEL, clean_word
from analyslib.sources.identity_numbers import INTERIM, MASKED, PERSONNUMMER, SAMORDNINGSNUMMER
from analyslib.sources.personal_data import EMAIL, NAME, find_personal_data


HIDDEN = "dold text"
UNREADABLE = "innehåll som inte går att granska"


@dataclass(frozen=True)
class HiddenFind:
    """Personal data of one kind, or something that may hold it, and where in the file."""

    kind: str
    place: str


@dataclass(frozen=True)
class _Text:
    """A text of an inner part. `is_signed`: who made the file may stand there by name."""

    place: str
    text: str
    is_signed: bool = False


def find_hidden(path: Path, in_cells: frozenset[str]) -> list[HiddenFind]:
    """Everything personal outside the cells; texts that also stand in a cell are judged there."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as book:
            found = [*_find_unreadable(book), *_find_in_texts(_packed_texts(book), in_cells)]
    else:
        found = [*_find_in_old_workbook(path.read_bytes(), in_cells)]
    return list(dict.fromkeys(found))


def _find_in_texts(texts: Iterable[_Text], in_cells: frozenset[str]) -> Iterator[HiddenFind]:
    for item in texts:
        text = clean_word(unescape(item.text))
        if text in in_cells:
            continue
        for kind in find_personal_data(text):
            if not (item.is_signed and kind == NAME):
                yield HiddenFind(kind, item.place)


# --- what nobody can look through

_UNREADABLE_PARTS = {
    re.compile(r"(^|/)(comments|threadedComment|persons/)", re.I): "kommentarer till celler",
    re.compile(r"pivotCache", re.I): "en pivottabell",
    re.compile(r"externalLink", re.I): "en länkad arbetsbok",
    re.compile(r"(^xl/media/|^Pictures/)", re.I): "en bild",
    re.compile(r"(^xl/embeddings/|^Object )", re.I): "en inbäddad fil",
    re.compile(r"(vbaProject|activeX|^Basic/)", re.I): "ett makro",
}
_TEXTUAL = ("kommentarer till celler", "en pivottabell", "en länkad arbetsbok")


def _find_unreadable(book: zipfile.ZipFile) -> Iterator[HiddenFind]:
    for name in book.namelist():
        place = _unreadable(name)
        if place:
            yield HiddenFind(HIDDEN if place in _TEXTUAL else UNREADABLE, place)
    if "content.xml" in book.namelist() and b"<office:annotation" in book.read("content.xml"):
        yield HiddenFind(HIDDEN, "kommentarer till celler")


def _unreadable(name: str) -> str:
    """What an inner part is, where its mere presence is enough; "" for all others."""
    if name.endswith((".rels", "/")):
        return ""
    found = (place for part, place in _UNREADABLE_PARTS.items() if part.search(name))
    return next(found, "")


# --- Excel's and LibreOffice's packed files

_TAG = re.compile(r"<[^>]*>")
_STRING = re.compile(r"<si\b[^>]*>(.*?)</si>", re.S)
_FORMULA = re.compile(r'<c r="([A-Z]+\d+)"[^>]*>\s*<f\b[^>]*>([^<]+)</f>')
_RULE = re.compile(r"<(dataValidation|conditionalFormatting)\b(.*?)</\1>", re.S)
_LINK = re.compile(r"<hyperlink\b[^>]*>")
_AREA = re.compile(r'\b(?:ref|sqref)="([^"]*)"')
# Attributes that people write; ids and measures of Excel's own only look like something.
_WRITTEN = re.compile(
    r"\b(?:name|displayName|descr|title|display|tooltip|location|prompt|promptTitle|error|"
    r'errorTitle|formatCode|comment|caption|Target|href)="([^"]*)"'
)
# Numbers of a chart, and the sheets' names, which are judged as such.
_JUDGED_ELSEWHERE = re.compile(
    r"<c:numCache>.*?</c:numCache>|<sheets>.*?</sheets>|<TitlesOfParts>.*?</TitlesOfParts>", re.S
)
_SIGNED = ("docProps/", "meta.xml")
_PLACES = {
    "docProps/": "dokumentegenskaperna",
    "meta.xml": "dokumentegenskaperna",
    "xl/drawings": "en textruta eller figur",
    "xl/charts": "ett diagram",
    "xl/tables": "en tabells namn eller rubriker",
    "xl/styles": "ett talformat",
    "xl/workbook": "ett definierat namn",
    "xl/sharedStrings": "en text som inte står i någon cell",
    "_rels/": "en länk",
}


def _packed_texts(book: zipfile.ZipFile) -> Iterator[_Text]:
    titles = _sheet_titles(book)
    for name in filter(lambda name: not _unreadable(name), book.namelist()):
        if name.endswith(".bin"):
            yield from (_Text(_place_of(name), text) for text in _runs(book.read(name)))
        elif name.endswith((".xml", ".rels", ".vml")) and name != "[Content_Types].xml":
            xml = book.read(name).decode("utf-8", errors="replace")
            yield from _texts_of(name, xml, titles)


def _texts_of(name: str, xml: str, titles: dict[str, str]) -> Iterator[_Text]:
    if name.startswith("xl/worksheets/sheet"):
        yield from _sheet_texts(xml, titles.get(name, "ett blad"))
    elif name.startswith("xl/sharedStrings"):
        for string in _STRING.findall(xml):
            yield _Text(_place_of(name), _TAG.sub("", string))
    else:
        plain = _JUDGED_ELSEWHERE.sub("", xml)
        yield from _pieces(plain, _place_of(name), name.startswith(_SIGNED))


def _sheet_texts(xml: str, title: str) -> Iterator[_Text]:
    """All of a sheet but its cells, which are read as a table."""
    for cell, formula in _FORMULA.findall(xml):
        yield _Text(f"{title}!{cell}, formeln", formula)
    start, end = xml.find("<sheetData"), xml.rfind("</sheetData>")
    around = xml if end < 0 else f"{xml[:start]} {xml[end:]}"
    for rule in _RULE.finditer(around):
        yield from _pieces(rule[0], f"{title}, regeln för {_area(rule[0])}")
    for link in _LINK.finditer(around):
        yield from _pieces(link[0], f"{title}!{_area(link[0])}, länken")
    rest = _LINK.sub("", _RULE.sub("", around))
    yield from _pieces(rest, f"{title}, sidhuvud eller sidfot", is_signed=True)


def _pieces(xml: str, place: str, is_signed: bool = False) -> Iterator[_Text]:
    """Every text between tags and every attribute that somebody has written."""
    for text in (*_TAG.sub("\n", xml).splitlines(), *map(unquote, _WRITTEN.findall(xml))):
        yield _Text(place, text, is_signed)


def _area(xml: str) -> str:
    found = _AREA.search(xml)
    return found[1] if found else "en cell"


def _place_of(name: str) -> str:
    known = (place for start, place in _PLACES.items() if name.startswith(start))
    return next(known, "en länk" if "_rels/" in name else "filens inre delar")


def _sheet_titles(book: zipfile.ZipFile) -> dict[str, str]:
    """The inner part of each sheet and what the sheet is called, if that may be said."""
    names = book.namelist()
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= set(names):
        return {}
    front, links = (
        book.read(name).decode("utf-8", errors="replace")
        for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    )
    targets = {
        _attribute(link, "Id"): _attribute(link, "Target").removeprefix("/xl/")
        for link in re.findall(r"<Relationship\b[^>]*>", links)
    }
    titles = {}
    for number, sheet in enumerate(re.findall(r"<sheet\b[^>]*>", front), start=1):
        name = unescape(_attribute(sheet, "name"))
        title = f"blad {number}" if find_personal_data(name) else name
        titles[f"xl/{targets.get(_attribute(sheet, 'r:id'), '')}"] = title
    return titles


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


# --- files that are not packed: the workbooks of old Excel

_CERTAIN = (PERSONNUMMER, SAMORDNINGSNUMMER, INTERIM, MASKED, EMAIL)
_NARROW = re.compile(rb"[\x20-\x7e\xa0-\xff]{6,}")
_WIDE = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\x00){6,}")


def _runs(content: bytes) -> Iterator[str]:
    """The texts in a binary file, written with one or two bytes a letter."""
    yield from (run[0].decode("cp1252", errors="replace") for run in _NARROW.finditer(content))
    yield from (run[0].decode("utf-16-le") for run in _WIDE.finditer(content))


def _find_in_old_workbook(content: bytes, in_cells: frozenset[str]) -> Iterator[HiddenFind]:
    """Among so much that is no text at all only numbers and addresses for e-mail are certain."""
    if not content.startswith(OLD_EXCEL):
        return
    place = "en kommentar, egenskap eller annan del som inte är en cell"
    for found in _find_in_texts((_Text(place, run) for run in _runs(content)), in_cells):
        if found.kind in _CERTAIN:
            yield found

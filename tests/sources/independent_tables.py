"""Another way to read the same files: the standard library only, none of our code.

What the tests hold our reading against. Excel files as the XML they are, csv and web tables by
the plainest means.
"""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree


SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
Grid = dict[tuple[int, int], str]


def xlsx_grids(path: Path) -> dict[str, Grid]:
    """Sheet name -> (row, column), from 1 and 1 -> the text or the digits that are stored."""
    with zipfile.ZipFile(path) as packed:
        names = packed.namelist()
        strings = []
        if "xl/sharedStrings.xml" in names:
            root = ElementTree.fromstring(packed.read("xl/sharedStrings.xml"))
            for item in root.iter(f"{SPREADSHEET}si"):
                # Phonetic hints (rPh) are no part of the text.
                parts = [t.text or "" for t in item.findall(f"{SPREADSHEET}t")]
                parts += [t.text or "" for t in item.findall(f"{SPREADSHEET}r/{SPREADSHEET}t")]
                strings.append("".join(parts))
        relations = ElementTree.fromstring(packed.read("xl/_rels/workbook.xml.rels"))
        targets = {r.attrib["Id"]: r.attrib["Target"].lstrip("/") for r in relations}
        book = ElementTree.fromstring(packed.read("xl/workbook.xml"))
        grids = {}
        for sheet in book.iter(f"{SPREADSHEET}sheet"):
            target = targets[sheet.attrib[RELATION]]
            place = target if target.startswith("xl/") else f"xl/{target}"
            grids[sheet.attrib["name"]] = _grid(packed.read(place), strings)
        return grids


def _grid(xml: bytes, strings: list[str]) -> Grid:
    grid: Grid = {}
    for cell in ElementTree.fromstring(xml).iter(f"{SPREADSHEET}c"):
        value = cell.find(f"{SPREADSHEET}v")
        if cell.attrib.get("t") == "inlineStr":
            text = "".join(t.text or "" for t in cell.iter(f"{SPREADSHEET}t"))
        elif value is None or value.text is None:
            continue
        else:
            text = strings[int(value.text)] if cell.attrib.get("t") == "s" else value.text
        match = re.fullmatch(r"([A-Z]+)(\d+)", cell.attrib["r"])
        assert match
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
        if text.strip():
            grid[int(match[2]), column] = text
    return grid


def csv_grid(text: str, delimiter: str) -> Grid:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return {
        (r, c): cell
        for r, row in enumerate(rows, start=1)
        for c, cell in enumerate(row, start=1)
        if cell.strip()
    }


def html_grid(text: str, mark: str) -> Grid:
    """The table whose tag holds `mark`, if it has no tables in it and no merged cells in it."""
    table = text[text.index(mark) :].split("</table>")[0]
    return {
        (r, c): html.unescape(re.sub(r"<[^>]*>", "", cell)).strip()
        for r, row in enumerate(table.split("<tr")[1:], start=1)
        for c, cell in enumerate(re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S), start=1)
    }


def number(text: str) -> float:
    return float(re.sub(r"\s", "", text).replace(",", "."))

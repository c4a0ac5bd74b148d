"""Layouts: what a workbook from a publisher looks like, as small TOML files in definitions.

Most of a workbook explains itself. A layout says what it does not: who publishes it, what the
signs mean, what the table is called, and where the place stands if no column has it. A file
without a layout of its own is read as it stands, and refused where a sign has two meanings.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from analyslib.definitions.toml_table import Key, Schema, check_table, read_toml
from analyslib.errors import DefinitionError, Fault
from analyslib.sources.symbols import MISSING, NOT_APPLICABLE, PRIVACY, PUBLISHERS, UNKNOWN, ZERO
from analyslib.sources.workbook import Sheet


FOLDER = Path(__file__).resolve().parent.parent / "definitions" / "layouts"
RECOGNISED_WITHIN = 12
MEANINGS = {MISSING, NOT_APPLICABLE, PRIVACY, UNKNOWN, ZERO}
KEYS: Schema = {
    "id": Key(str),
    "title": Key(str),
    "publisher": Key(str),
    "address": Key(str),
    "licence": Key(str),
    "symbols": Key(str, tuple(PUBLISHERS)),
    "recognise": Key(list),
    "sheets": Key(list, default=["*"]),
    "place": Key(str, ("column", "title", "sheet", "file"), default="column"),
    "rows_say_all": Key(bool, default=False),
    "extra_symbols": Key(dict, default={}),
    "owner": Key(str),
    "review_date": Key(date),
}


@dataclass(frozen=True)
class Layout:
    """`recognise`: sets of cells; a file whose sheet has all of one set near the top is ours.

    `sheets`: patterns for the names of the sheets to read. `place`: where the municipality
    stands. `rows_say_all`: what the values are stands in the rows, so the title is not part of
    it. `extra_symbols`: signs that mean something else than the publisher's usual.
    """

    id: str
    title: str
    publisher: str
    address: str
    licence: str
    symbols: str
    recognise: tuple[tuple[str, ...], ...]
    sheets: tuple[str, ...] = ("*",)
    place: str = "column"
    rows_say_all: bool = False
    extra_symbols: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def table(self) -> dict[str, str]:
        return {**PUBLISHERS[self.symbols], **self.extra_symbols}

    def has_sheet(self, name: str) -> bool:
        folded = name.casefold()
        return any(fnmatch.fnmatchcase(folded, pattern.casefold()) for pattern in self.sheets)


def plain_layout(identity: str, symbols: str) -> Layout:
    """For a file that no layout recognises: named after the file, and nothing assumed."""
    return Layout(identity, "", "", "", "", symbols, (), rows_say_all=True)


def find_layout(sheets: Iterable[Sheet]) -> Layout | None:
    """The layout whose cells are near the top of one of the sheets, or None."""
    tops = [
        {_folded(cell) for row in sheet.rows[:RECOGNISED_WITHIN] for cell in row}
        for sheet in sheets
    ]
    for layout in load_layouts().values():
        for cells in layout.recognise:
            if any({_folded(cell) for cell in cells} <= top for top in tops):
                return layout
    return None


@lru_cache(maxsize=1)
def load_layouts() -> dict[str, Layout]:
    return read_layouts(FOLDER)


def read_layouts(folder: Path) -> dict[str, Layout]:
    """Every layout in `folder`. Raises DefinitionError with every fault of every file."""
    faults: list[Fault] = []
    found: dict[str, Layout] = {}
    for path in sorted(folder.glob("*.toml")):
        read = check_table(read_toml(path, faults), KEYS, path.name, faults)
        if read["id"] in found:
            faults.append(Fault(f"id ”{read['id']}” finns redan.", path.name))
        found[read["id"]] = _layout(read, path.name, faults)
    if faults:
        raise DefinitionError(faults)
    return found


def _layout(read: dict[str, object], where: str, faults: list[Fault]) -> Layout:
    recognise = read["recognise"]
    if not isinstance(recognise, list) or not all(isinstance(cells, list) for cells in recognise):
        faults.append(Fault("”recognise” ska vara en lista av listor med celltexter.", where))
        recognise = []
    extra = read["extra_symbols"]
    for sign, meaning in extra.items() if isinstance(extra, dict) else ():
        if meaning not in MEANINGS:
            faults.append(Fault(f"”{sign}” kan inte betyda ”{meaning}”.", where))
    known = {name: read[name] for name in KEYS if name not in ("owner", "review_date")}
    known["recognise"] = tuple(tuple(cells) for cells in recognise)
    known["sheets"] = tuple(read["sheets"])  # type: ignore[arg-type]
    return replace(plain_layout("", "okänd"), **known)  # type: ignore[arg-type]


def _folded(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip("*")

"""Hold every value on the pages of a pack against the file it came from.

    python benchmarks/values_on_pages.py PACK_FOLDER VALUES.parquet [TURNED_AWAY ...]

TURNED_AWAY are indicators whose numbers the build has turned away, and said so; what the file
holds of them is counted on a line of its own.

Reads the finished HTML with the standard library's parser and the original file with pyarrow;
nothing of analyslib is used, and the store is never opened. Prints how many values were compared,
how many agree, and what should have been on a page but is not. Exit code 1 if anything is wrong.
"""

from __future__ import annotations

import math
import re
import sys
import tomllib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


AREAS = Path(__file__).resolve().parent.parent / "src" / "analyslib" / "definitions" / "areas"
KEYS = ("kpi", "municipality", "year", "gender")
Key = tuple[str, str, int, str]
NO_ROW = "no row"
# What the file holds where a page shows a kind of nothing; any other kind is an empty value.
NOTHING: dict[str, str | None] = {"Not delivered": NO_ROW}


@dataclass
class Page(HTMLParser):
    """The raw cells of one page, each with its key; numbers without any mark are kept apart."""

    cells: list[tuple[Key, str, str]] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)
    own: int = 0

    def __post_init__(self) -> None:
        super().__init__()
        self.columns: list[dict[str, str]] = []
        self.column = 0
        self.words = False
        self.row: dict[str, str] = {}
        self.cell: dict[str, str] | None = None
        self.value = ""
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name.removeprefix("data-"): value or "" for name, value in attrs}
        if tag == "table":
            self.columns, self.words = [], "ord" in found.get("class", "").split()
        elif tag == "tr":
            self.row, self.column = found, -1
        elif tag == "th":
            self.column += 1
            if found.get("scope") == "col":
                self.columns.append(found)
        elif tag == "td":
            self.column += 1
            self.cell, self.value, self.text = found, "", ""
        elif tag == "data" and self.cell is not None:
            self.value = found["value"]

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag != "td" or self.cell is None:
            return
        head = self.columns[self.column] if self.column < len(self.columns) else {}
        merged, cell, self.cell = {**head, **self.row, **self.cell}, self.cell, None
        if self.words or "derived" in cell or cell.get("class") == "text":
            return
        if "-" in merged.get("kpi", ""):
            self.own += 1  # a municipality's own measure, from a file of its own
        elif all(key in merged for key in KEYS):
            key = (merged["kpi"], merged["municipality"], int(merged["year"]), merged["gender"])
            self.cells.append((key, self.value, merged.get("status", "")))
        elif re.search(r"\d", self.text):
            self.unmarked.append(self.text)


def read_file(path: Path, kpis: set[str]) -> dict[Key, float | None]:
    table = pq.read_table(path)
    names = {"municipality_id": "municipality", "period": "year", "kpi_id": "kpi"}
    table = table.rename_columns([names.get(name, name) for name in table.column_names])
    table = table.filter(pc.is_in(table["kpi"], value_set=pa.array(sorted(kpis))))
    columns = [table[name].to_pylist() for name in (*KEYS, "value")]
    return {
        (kpi, place, int(year), gender): None if value is None or math.isnan(value) else value
        for kpi, place, year, gender, value in zip(*columns, strict=True)
    }


def read_definitions() -> set[str]:
    found = set()
    for path in AREAS.glob("*.toml"):
        found |= {item["id"] for item in tomllib.loads(path.read_text("utf-8"))["indicator"]}
    return found


def compare(page: Page, truth: dict[Key, float | None]) -> tuple[int, int, list[str]]:
    """Values that agree, nothings that agree, and what does not."""
    values = nothings = 0
    wrong = []
    for key, value, status in page.cells:
        if value and truth.get(key) == float(value):
            values += 1
        elif not value and status and truth.get(key, NO_ROW) == NOTHING.get(status):
            nothings += 1
        else:
            there = truth.get(key, NO_ROW)
            wrong.append(f"{key}: {value or status} on the page, {there} in the file")
    return values, nothings, wrong


def missing_from(page: Page, truth: dict[Key, float | None]) -> list[Key]:
    """Values of the page's own municipality, its years and the definitions, not shown on it."""
    shown = {key for key, _, _ in page.cells}
    places = {key[1] for key in shown} - {"0000"}
    if len(places) != 1:
        return []
    place, years = places.pop(), {key[2] for key in shown}
    return [
        key
        for key, value in truth.items()
        if value is not None and key[1] == place and key[2] in years and key[3] == "T"
        and key not in shown
    ]  # fmt: skip


def main(folder: str, file: str, *turned_away: str) -> int:
    truth = read_file(Path(file), read_definitions())
    total_values = total_nothings = away = own = 0
    faults: list[str] = []
    pages = sorted(Path(folder).glob("*.html"))
    for path in pages:
        page = Page()
        page.feed(path.read_text("utf-8"))
        values, nothings, wrong = compare(page, truth)
        missing = missing_from(page, truth)
        away += sum(key[0] in turned_away for key in missing)
        left_out = [f"{key} is not on the page" for key in missing if key[0] not in turned_away]
        total_values += values
        total_nothings += nothings
        own += page.own
        faults += [f"{path.name}: {text}" for text in (*wrong, *left_out)]
        faults += [f"{path.name}: a number without a mark: {text}" for text in page.unmarked]
    print(f"{len(pages)} pages, {total_values} values equal to the file, "
          f"{total_nothings} cells without a value, and so in the file.")  # fmt: skip
    if own:
        print(f"{own} cells of own measures, which come from other files.")
    if turned_away:
        print(f"{away} values of {', '.join(turned_away)}, which the build turned away.")
    print(f"{len(faults)} that differ, are left out or carry no mark.")
    print("\n".join(faults[:20]))
    return 1 if faults or not total_values else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

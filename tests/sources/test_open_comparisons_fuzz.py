"""Tables that have been through a lot: cells moved, signs swapped, rows cut, letters broken.

For each: either it is refused (SourceError and nothing else), or every value is the number that
stands in its cell, its row names that municipality and no other, and no row is lost. Held
against a reading with the standard library only.
"""

from __future__ import annotations

import csv
import random
import re
import string
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from independent_tables import Grid, csv_grid, number, xlsx_grids

from analyslib.errors import SourceError
from analyslib.sources.table_reading import read_tables


Rows = list[list[str]]
MUNICIPALITIES = Path(__file__).parents[2] / "src/analyslib/definitions/municipalities.csv"
SIGNS = ["X", "x", "--", "-", "–", ".", "..", "", "Missing", "Bortfall", "1,2,3", "?", "Ja", "0"]


def places() -> dict[str, str]:
    lines = MUNICIPALITIES.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {row["municipality"]: row["municipality_name"] for row in rows}


NAMES = places()
CODES = {name.casefold(): code for code, name in NAMES.items()}


# --- tables of the shapes that are published


def chosen(pick: random.Random) -> list[tuple[str, str]]:
    return pick.sample(sorted(NAMES.items()), 12)


def any_value(pick: random.Random) -> str:
    return pick.choice([f"{pick.uniform(0, 100):.3f}", str(pick.randint(0, 9999)), "X", "--"])


def appendix(pick: random.Random) -> Rows:
    rows = [
        ["På denna sidan finns en tabell."],
        ["Tabell 5.5 Något, per kommun, 2023"],
        ["Moderns hemort", "Före", "", " Efter", ""],
        ["", "Rökare, %", "Bortfall, %", "Rökare, %", "Bortfall, %"],
        ["Region Stockholm", "1", "2", "3", "4"],
    ]
    rows += [
        [f"{c} {n.capitalize()}"] + [any_value(pick) for _ in range(4)] for c, n in chosen(pick)
    ]
    return [*rows, ["RIKET", "1", "2", "3", "4"], ["Källa: Socialstyrelsen"], ["*Preliminärt"]]


def wide_years(pick: random.Random) -> Rows:
    rows = [["Andel"], ["K-kod", "Kommun", "2021", "2022", "2023"]]
    rows += [[code, name] + [any_value(pick) for _ in range(3)] for code, name in chosen(pick)]
    return [*rows, ["", "Rikets värde", "1", "2", "3"]]


def months(pick: random.Random) -> Rows:
    rows = [["", "2017"], ["Region", "Grupp", "Januari", "Februari", "Mars"]]
    for _, name in chosen(pick):
        rows += [[name, group] + [any_value(pick) for _ in range(3)] for group in ("Barn", "Unga")]
    return rows


def long(pick: random.Random) -> Rows:
    rows = [["Kommun", "År", "Kön", "Andel"]]
    for code, _ in chosen(pick):
        rows += [[code, "2022", gender, any_value(pick)] for gender in ("Kvinnor", "Män")]
    return rows


def tidy(pick: random.Random) -> Rows:
    return [["code", "value"]] + [[code, any_value(pick)] for code, _ in chosen(pick)]


SHAPES = [appendix, wide_years, months, long, tidy]


# --- what can happen to a table


def swap(rows: Rows, pick: random.Random) -> None:
    (a, b), (c, d) = any_cell(rows, pick), any_cell(rows, pick)
    rows[a][b], rows[c][d] = rows[c][d], rows[a][b]


def blank(rows: Rows, pick: random.Random) -> None:
    a, b = any_cell(rows, pick)
    rows[a][b] = ""


def sign(rows: Rows, pick: random.Random) -> None:
    a, b = any_cell(rows, pick)
    rows[a][b] = pick.choice(SIGNS)


def misspell(rows: Rows, pick: random.Random) -> None:
    a, b = any_cell(rows, pick)
    if rows[a][b]:
        place = pick.randrange(len(rows[a][b]))
        text = rows[a][b]
        rows[a][b] = text[:place] + pick.choice(string.ascii_letters + "åäö 0") + text[place + 1 :]


def rename(rows: Rows, pick: random.Random) -> None:
    a, _ = any_cell(rows, pick)
    code, name = pick.choice(sorted(NAMES.items()))
    rows[a][0] = pick.choice([code, name, f"{code} {name}", name.upper(), f"{name} kommun"])


def shift_right(rows: Rows, pick: random.Random) -> None:
    a, b = any_cell(rows, pick)
    rows[a].insert(b, "")


def shift_left(rows: Rows, pick: random.Random) -> None:
    a, b = any_cell(rows, pick)
    del rows[a][b]


def cut_row(rows: Rows, pick: random.Random) -> None:
    a, b = any_cell(rows, pick)
    del rows[a][b:]


def drop_row(rows: Rows, pick: random.Random) -> None:
    del rows[pick.randrange(len(rows))]


def repeat_row(rows: Rows, pick: random.Random) -> None:
    row = pick.choice(rows)
    rows.insert(pick.randrange(len(rows)), list(row))


def add_note(rows: Rows, pick: random.Random) -> None:
    note = pick.choice(["Källa: SCB", "*2023", "Not. 0461 Gnesta ingår i Nyköping", "", "Umeå"])
    rows.insert(pick.randrange(len(rows)), [note])


def shuffle(rows: Rows, pick: random.Random) -> None:
    pick.shuffle(rows)


def swap_columns(rows: Rows, pick: random.Random) -> None:
    a, b = pick.randrange(4), pick.randrange(4)
    for row in rows:
        if len(row) > max(a, b):
            row[a], row[b] = row[b], row[a]


def any_cell(rows: Rows, pick: random.Random) -> tuple[int, int]:
    filled = [number for number, row in enumerate(rows) if row]
    row = pick.choice(filled)
    return row, pick.randrange(len(rows[row]))


HARMS: list[Callable[[Rows, random.Random], None]] = [
    *(swap, blank, sign, misspell, rename, shift_right, shift_left, cut_row, drop_row),
    *(repeat_row, add_note, shuffle, swap_columns),
]
RARE = {shuffle, swap_columns}


# --- to a file, and harm to the file itself


def write_csv(rows: Rows, path: Path, pick: random.Random) -> None:
    delimiter = pick.choice(";,\t")
    lines = [
        delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in rows
    ]
    content = "\n".join(lines).encode(pick.choice(["utf-8", "utf-8-sig", "cp1252"]), "replace")
    path.write_bytes(harm_bytes(content, pick) if pick.random() < 0.3 else content)


def harm_bytes(content: bytes, pick: random.Random) -> bytes:
    kind = pick.randrange(4)
    place = pick.randrange(1, len(content))
    if kind == 0:
        return content[:place]
    if kind == 1:
        return content[:place] + bytes([pick.randrange(256)]) + content[place + 1 :]
    if kind == 2:
        return content.decode("utf-8", "replace").encode().decode("cp1252", "replace").encode()
    return content[:place] + content[place + pick.randrange(1, 40) :]


def write_xlsx(rows: Rows, path: Path, pick: random.Random) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(pick.choice(["Blad1", "5.5 Tabell", "Data 2023"]))
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if re.fullmatch(r"[1-9]\d*(\.\d+)?|0", cell) and pick.random() < 0.8:
                    sheet.write_number(r, c, float(cell))
                elif cell:
                    sheet.write_string(r, c, cell)
    if pick.random() < 0.15:
        path.write_bytes(harm_bytes(path.read_bytes(), pick))


def grid_of(path: Path) -> Grid:
    """The file as the standard library sees it. Called only for files that were not refused."""
    if path.suffix == ".xlsx":
        (grid,) = xlsx_grids(path).values()
        return grid
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    if "Ã" in text:
        text = text.encode("cp1252").decode("utf-8-sig")
    lines = [line for line in text.splitlines() if line.strip()]
    halves = [sign for sign in ";\t," if 2 * sum(sign in line for line in lines) >= len(lines)]
    return csv_grid(text, halves[0] if halves else ";")


# --- what must hold whatever happened


def named_in(cells: list[str]) -> set[str]:
    """Every municipality (or Riket) that a cell of the row names."""
    found = set()
    for text in cells:
        word = " ".join(text.casefold().split()).rstrip("* ")
        match = re.fullmatch(r"(\d{4}) .*", word)
        bare = word.removesuffix(" kommun")
        if match and match[1] in NAMES:
            found.add(match[1])
        elif bare in CODES:
            found.add(CODES[bare])
        elif word in ("riket", "rikets värde"):
            found.add("0000")
    return found


def check_reading(path: Path) -> int:
    """How many values were read; 0 where the file was refused."""
    try:
        reading = read_tables(path)
    except SourceError as error:
        assert error.faults and all(str(fault) for fault in error.faults)
        return 0
    assert reading.rows_in == reading.rows_loaded + len(reading.rejected)
    assert not reading.rejected.duplicated(["sheet", "row"]).any()
    grid = grid_of(path)
    assert reading.rows_in == len({row for row, _ in grid})
    for value in reading.values.itertuples():
        letters, digits = re.fullmatch(r".*!([A-Z]+)(\d+)", value.cell).groups()  # type: ignore
        row, column = int(digits), string.ascii_uppercase.index(letters) + 1
        text = grid.get((row, column), "").strip()
        if value.status == "":
            assert text.casefold() in ("ja", "nej") or number(text.rstrip("*% ")) == value.value
        else:
            assert text.casefold() in ("", "x", "--", "–", "missing", "bortfall")
        if value.level in ("municipality", "country"):
            cells = [t for (r, c), t in grid.items() if r == row and c != column]
            codes = {t for t in cells[:3] if t in NAMES} | {
                t.zfill(4) for t in cells[:1] if t.isdecimal() and t.zfill(4) in NAMES
            }
            named = named_in(cells) or codes
            assert named == {value.municipality}, (value, cells)
    return len(reading.values)


@pytest.mark.parametrize("part", range(10))
def test_harmed_tables_are_read_right_or_refused(tmp_path: Path, prove: bool, part: int) -> None:
    count, read = 200 if prove else 20, 0
    for number_ in range(count):
        pick = random.Random(f"harmed {part} {number_}")
        rows = pick.choice(SHAPES)(pick)
        for _ in range(pick.randrange(4)):
            harm = pick.choice(HARMS)
            if harm not in RARE or pick.random() < 0.3:
                harm(rows, pick)
        if pick.random() < 0.5:
            path = tmp_path / f"tabell_{number_}_2023.csv"
            write_csv(rows, path, pick)
        else:
            path = tmp_path / f"tabell_{number_}_2023.xlsx"
            write_xlsx(rows, path, pick)
        try:
            read += check_reading(path) > 0
        except Exception as error:
            error.add_note(f"harmed {part} {number_}: {path.name}")
            raise
    # A reader that refused everything would pass the rest.
    assert read >= count / 10


@pytest.mark.parametrize("shape", SHAPES)
def test_unharmed_tables_are_read(tmp_path: Path, shape: Callable[[random.Random], Rows]) -> None:
    pick = random.Random("unharmed")
    for number_ in range(3):
        rows = shape(pick)
        path = tmp_path / f"tabell_{number_}_2023.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("Blad1")
            for r, row in enumerate(rows):
                sheet.write_row(r, 0, row)
        assert check_reading(path) >= 12

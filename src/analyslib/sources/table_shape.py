"""Finds the table on a sheet, by what the cells say and never by where they stand.

The header is the row that names a column of places; group headings may stand above it or second
headings below it. Then each column is told apart: place, period, gender, a division of the
rows, or values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from analyslib.errors import Fault
from analyslib.sources.periods import Period, find_period
from analyslib.sources.places import MUNICIPALITY, Place, Places
from analyslib.sources.symbols import is_like_value
from analyslib.sources.table_headings import Headings, groups_above, last_heading
from analyslib.sources.workbook import Sheet


HEADER_WITHIN = 40
GENDERS = {
    **dict.fromkeys(("totalt", "samtliga", "båda könen", "alla", "t", "män och kvinnor"), "T"),
    **dict.fromkeys(("kvinnor", "kvinna", "flickor", "k"), "K"),
    **dict.fromkeys(("män", "man", "pojkar", "m"), "M"),
}
CODE = re.compile(r"(k-?kod|kommun-?(kod|nr|nummer)|region-?kod|kod|code)")
NAME = re.compile(
    r"((kommun|region)(er|ens)?( ?namn)?|k-?namn|namn|municipality|(moderns )?hemort|område)"
)
PARENT = re.compile(r"(län(s ?(kod|namn))?|region(s ?namn)?)")
ROLES: Sequence[tuple[str, re.Pattern[str]]] = (
    ("year", re.compile(r"(år|year|period|mätår|avser år)")),
    ("month", re.compile(r"(månad|month)")),
    ("gender", re.compile(r"(kön|gender)")),
    ("district", re.compile(r"(stadsdel|stadsområde|stadsdelsområde)")),
    ("unit", re.compile(r"(enhet(ens ?namn|snamn)?|verksamhet(ens ?namn|snamn)?|utförare)")),
    ("note", re.compile(r"(kommentar(er)?|anmärkning(ar)?|fotnot(er)?|not(er)?)")),
)


@dataclass(frozen=True)
class Column:
    """`role`: code, short code, name, parent, year, month, gender, district, unit, note,
    division (of the rows, part of what the series is called) or value.

    `parts` are the headings above it, outermost first; `period` what they say about time.
    """

    index: int
    role: str
    parts: tuple[str, ...] = ()
    period: Period = field(default_factory=Period)
    gender: str = ""

    @property
    def is_place(self) -> bool:
        return self.role in ("code", "short code", "name")

    @property
    def heading(self) -> str:
        return " – ".join(self.parts)


@dataclass(frozen=True)
class Shape:
    """`first` and `last` are the header's rows; what comes after is data, notes and blanks."""

    sheet: Sheet
    first: int
    last: int
    columns: tuple[Column, ...]
    title: str

    @property
    def places(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_place)

    def having(self, *roles: str) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.role in roles)


def find_shape(
    sheet: Sheet, places: Places, needs_place: bool, faults: list[Fault]
) -> Shape | None:
    """The table of the sheet, or None where it has none about municipalities."""
    header = _place_header(sheet, places) if needs_place else _any_header(sheet)
    if header is None:
        return None
    row, place_columns = header
    last = last_heading(sheet, row, place_columns)
    first, group_rows, year = groups_above(sheet, row, place_columns)
    title = " ".join(cell for above in sheet.rows[:first] for cell in dict.fromkeys(above) if cell)
    headings = Headings(sheet, (*group_rows, *range(row, last + 1)), set(place_columns), year)
    body = [
        number
        for number in range(last + 1, len(sheet.rows))
        if _row_is_about(sheet, number, place_columns, places)
    ]
    columns = tuple(_tell_apart(sheet, headings, body, place_columns, places, faults))
    return Shape(sheet, first, last, columns, title)


# --- where the header is


def _place_header(sheet: Sheet, places: Places) -> tuple[int, dict[int, str]] | None:
    """The row that names places, and its place columns: by their heading, else by content."""
    best: tuple[int, int, dict[int, str]] | None = None
    for row in range(min(len(sheet.rows), HEADER_WITHIN)):
        roles = {column: _place_role(sheet, row, column) for column in range(len(sheet.rows[row]))}
        named = {
            column: role
            for column, role in roles.items()
            if role and _hits(sheet, row + 1, column, role, places)
        }
        hits = max((_hits(sheet, row + 1, c, role, places) for c, role in named.items()), default=0)
        if hits and (best is None or hits > best[0]):
            best = hits, row, named
    return (best[1], best[2]) if best else _header_by_content(sheet, places)


def _place_role(sheet: Sheet, row: int, column: int) -> str:
    """By the heading. Codes have lost their zeros where none below begins with one."""
    word = sheet.cell(row, column).casefold().rstrip("* ")
    if CODE.fullmatch(word):
        below = (cells[column] for cells in sheet.rows[row + 1 :])
        return "code" if any(cell.startswith("0") for cell in below) else "short code"
    return "name" if NAME.fullmatch(word) else ""


def _hits(sheet: Sheet, start: int, column: int, role: str, places: Places) -> int:
    """How many cells below name a municipality."""
    find = finder(role, places)
    cells = (row[column] for row in sheet.rows[start:])
    found = (find(cell) for cell in cells if cell)
    return sum(place is not None and place.level == MUNICIPALITY for place in found)


def finder(role: str, places: Places) -> Callable[[str], Place | None]:
    """In a column of codes that has lost its zeros 114 is 0114; in no other is it a place."""
    if role == "short code":
        return lambda cell: places.from_code(cell) or places.find(cell)
    return places.find


def _header_by_content(sheet: Sheet, places: Places) -> tuple[int, dict[int, str]] | None:
    """A column without a heading where at least half of the cells are municipalities."""
    for column in range(len(sheet.rows[0]) if sheet.rows else 0):
        rows = [number for number, row in enumerate(sheet.rows) if row[column]]
        found = [
            number
            for number in rows
            if not sheet.cell(number, column).isdecimal()
            and _is_municipality(places.find(sheet.cell(number, column)))
        ]
        below = [number for number in rows if found and number >= found[0]]
        if len(found) >= 2 and 2 * len(found) >= len(below) and found[0] > 0:
            above = [n for n in range(found[0]) if any(sheet.rows[n])]
            if above:
                return above[-1], {column: "name"}
    return None


def _is_municipality(place: Place | None) -> bool:
    return place is not None and place.level == MUNICIPALITY


def _any_header(sheet: Sheet) -> tuple[int, dict[int, str]] | None:
    """For a table about one place: the first row with a heading for year or month."""
    for number, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        roles = {_role_of(cell) for cell in row}
        if roles & {"year", "month"} and sum(map(bool, row)) > 1:
            return number, {}
    return None


# --- what each column is


def _row_is_about(sheet: Sheet, row: int, places_at: dict[int, str], places: Places) -> bool:
    if not places_at:
        return any(sheet.rows[row])
    return any(
        finder(role, places)(sheet.label(row, column)) is not None
        for column, role in places_at.items()
        if sheet.label(row, column)
    )


def _tell_apart(
    sheet: Sheet,
    headings: Headings,
    body: Sequence[int],
    place_columns: dict[int, str],
    places: Places,
    faults: list[Fault],
) -> Iterator[Column]:
    for index in range(len(sheet.rows[0])):
        parts = headings.over(index)
        cells = [sheet.cell(row, index) for row in body]
        if index in place_columns:
            yield Column(index, place_columns[index], parts)
        elif not parts and not any(cells):
            continue
        else:
            role = _column_role(parts, cells, places, bool(place_columns))
            if role == "value" and not parts:
                faults.append(
                    Fault(
                        "Kolumnen har värden men ingen rubrik.",
                        sheet.at(headings.rows[-1], index),
                        "Skriv en rubrik över kolumnen.",
                    )
                )
            yield _value_column(index, parts) if role == "value" else Column(index, role, parts)


def _column_role(
    parts: Sequence[str], cells: Sequence[str], places: Places, has_place: bool
) -> str:
    filled = [cell for cell in cells if cell]
    stated = _role_of(parts[-1]) if parts else ""
    if stated:
        return stated
    if parts and has_place and PARENT.fullmatch(parts[-1].casefold()):
        return "parent"
    if filled and all(cell.casefold() in GENDERS for cell in filled):
        return "gender"
    if 2 * sum(map(is_like_value, filled)) >= len(filled):
        return "value"
    return "division"


def _role_of(heading: str) -> str:
    word = heading.casefold().rstrip("* ")
    return next((role for role, pattern in ROLES if pattern.fullmatch(word)), "")


def _value_column(index: int, parts: Sequence[str]) -> Column:
    """Takes what the headings say about time and gender out of them; the rest is the title."""
    period, rest, gender = Period(), [], ""
    for part in parts:
        found, left = find_period(part)
        period = period.filled_with(found)
        if left.casefold() in GENDERS and not gender:
            gender = GENDERS[left.casefold()]
        elif left:
            rest.append(left)
    return Column(index, "value", tuple(rest), period, gender)

"""From a table on a sheet to values: each with its place, period, gender, status and cell.

Every row is either taken in or set aside with a reason; what cannot be understood is a fault
with its cell. Nothing is dropped and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from analyslib.errors import Fault
from analyslib.sources.periods import Period, find_period, read_month, years_in
from analyslib.sources.places import MUNICIPALITY, REGION, SPREAD, Place, Places
from analyslib.sources.symbols import SIGNS, find_coding, read_value
from analyslib.sources.table_shape import GENDERS, Column, Shape, finder


HEADING, TEXT, SPREAD_ROW = "rubrik", "text utan värden", "min, max eller median"
DISTRICT_ROW, UNIT_ROW = "värde för stadsdel", "värde för enhet"
NO_TABLE = "bladet har ingen tabell per kommun"
TOTALS = {"", "totalt", "samtliga", "alla", "-", "kommunen totalt"}
NAMELESS = {"value", "värde", "värden"}
VALUE_REMEDY = "Rätta cellen, eller ange --publisher om tecknet är utgivarens eget."


@dataclass(frozen=True)
class Context:
    """What the table itself need not say.

    `title` is what the values are where no heading says it; with `goes_first` it stands before
    what the rows say. `prefix` tells the tables of one workbook apart, and `gender` is what the
    whole sheet is about. `year` is the one that was told, or 0; `names` is where else a year may
    stand. `place` is the one place that the whole sheet is about.
    """

    symbols: Mapping[str, str]
    title: str
    goes_first: bool = False
    prefix: str = ""
    gender: str = ""
    year: int = 0
    names: tuple[str, ...] = ()
    place: Place | None = None


@dataclass(frozen=True)
class Value:
    """One cell of a table. `symbol` is the text that stood there."""

    sheet: str
    row: int
    cell: str
    level: str
    municipality: str
    place: str
    title: str
    year: int
    month: int
    gender: str
    value: float | None
    status: str
    symbol: str


@dataclass
class Rows:
    """What became of the rows of one sheet, and the texts among them."""

    values: list[Value] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_rows(shape: Shape, places: Places, context: Context, faults: list[Fault]) -> Rows:
    """Every row of the table's sheet, above, in and below the table."""
    rows = Rows()
    sheet = shape.sheet
    for number in range(shape.last + 1):
        if any(sheet.rows[number]):
            rows.rejected.append((number, HEADING))
    year = _year_of_sheet(shape, context, faults)
    codings = dict(_codings(shape))
    found = _places_of_rows(shape, places, context, rows, faults)
    for number, place in found.items():
        reason = _set_aside(shape, number, place)
        if reason:
            rows.rejected.append((number, reason))
        elif _has_right_width(shape, number, faults):
            rows.values += _values(shape, number, place, year, codings, context, faults)
    return rows


# --- which place each row is about


def _places_of_rows(
    shape: Shape, places: Places, context: Context, rows: Rows, faults: list[Fault]
) -> dict[int, Place]:
    found: dict[int, Place] = {}
    for number in range(shape.last + 1, len(shape.sheet.rows)):
        if not any(shape.sheet.rows[number]):
            continue
        filled = any(shape.sheet.cell(number, c.index) for c in shape.having("value"))
        place = context.place or _place_of_row(shape, number, places)
        if place and (filled or not context.place):
            found[number] = place
        elif filled:
            faults.append(_no_place(shape, number, places))
        else:
            rows.rejected.append((number, TEXT))
            rows.notes.append(" ".join(filter(None, shape.sheet.rows[number])))
    return _with_gotland(shape, found)


def _place_of_row(shape: Shape, number: int, places: Places) -> Place | None:
    """The place on which all place columns agree. A parent (the county) counts by itself."""
    columns = shape.places
    labels = [(c.role, shape.sheet.label(number, c.index)) for c in columns]
    found = {finder(role, places)(label) for role, label in labels if label}
    if not found:
        parents = [shape.sheet.label(number, c.index) for c in shape.having("parent")]
        found = {places.find(label) for label in parents if label}
        if any(place and place.level == MUNICIPALITY for place in found):
            return None
    return found.pop() if len(found) == 1 else None


def _with_gotland(shape: Shape, found: dict[int, Place]) -> dict[int, Place]:
    """Gotland is a municipality under the name of Region Gotland, where no other region is."""
    regions = [number for number, place in found.items() if place == Place(REGION)]
    has_own_row = any(place.code == "0980" for place in found.values())
    if len(regions) != 1 or has_own_row:
        return found
    cells = [cell.casefold().rstrip("* ") for cell in shape.sheet.rows[regions[0]]]
    is_gotland = "region gotland" in cells
    return {**found, regions[0]: Place(MUNICIPALITY, "0980")} if is_gotland else found


def _no_place(shape: Shape, number: int, places: Places) -> Fault:
    columns = shape.places
    at = shape.sheet.at(number, columns[-1].index if columns else 0)
    labels = [shape.sheet.label(number, column.index) for column in columns]
    if not any(labels):
        return Fault("Raden har värden men ingen kommun.", at, "Skriv vilken kommun den gäller.")
    if len(list(filter(None, labels))) > 1 and all(map(places.find, filter(None, labels))):
        return Fault("Koden och namnet gäller olika platser.", at, "Rätta det som är fel.")
    near = next(filter(None, map(places.near, labels)), "Skriv kommunens kod eller namn.")
    return Fault("Känner inte igen kommunen, eller så hör kod och namn inte ihop.", at, near)


def _set_aside(shape: Shape, number: int, place: Place) -> str:
    if place.level == SPREAD:
        return SPREAD_ROW
    for role, reason in (("district", DISTRICT_ROW), ("unit", UNIT_ROW)):
        for column in shape.having(role):
            if shape.sheet.label(number, column.index).casefold() not in TOTALS:
                return reason
    return ""


def _has_right_width(shape: Shape, number: int, faults: list[Fault]) -> bool:
    widths = shape.sheet.widths
    if not widths or widths[number] == widths[shape.last]:
        return True
    faults.append(
        Fault(
            f"Raden har {widths[number]} fält men rubrikraden {widths[shape.last]}.",
            shape.sheet.at(number, 0),
            "Är filen avklippt? Hämta den på nytt, eller rätta raden.",
        )
    )
    return False


# --- what each cell says


def _values(
    shape: Shape,
    number: int,
    place: Place,
    year: int,
    codings: Mapping[int, Mapping[str, float] | None],
    context: Context,
    faults: list[Fault],
) -> Iterator[Value]:
    sheet = shape.sheet
    said = _said_in_row(shape, number, faults)
    label = next((sheet.label(number, c.index) for c in reversed(shape.places)), "")
    for column in shape.having("value"):
        text, at = sheet.cell(number, column.index), sheet.at(number, column.index)
        read = read_value(text, context.symbols, codings[column.index])
        if read is None or (number, column.index) in sheet.merged:
            faults.append(_not_a_value(text, at, read is not None))
            continue
        period = said.period.filled_with(column.period).filled_with(Period(year))
        yield Value(
            *(sheet.name, number + 1, at, place.level, place.code, label),
            _title(column, said, context),
            *(period.year, period.month, said.gender or column.gender or context.gender or "T"),
            *(read.value, read.status, text),
        )


def _title(column: Column, said: _Said, context: Context) -> str:
    named = [part for part in column.parts if part.casefold() not in NAMELESS]
    if not named and (context.goes_first or not said.divisions):
        named = [context.title]
    return " – ".join(filter(None, (context.prefix, *named, *said.divisions)))


@dataclass(frozen=True)
class _Said:
    """What the row's own columns say of all its values."""

    period: Period
    gender: str
    divisions: tuple[str, ...]


def _said_in_row(shape: Shape, number: int, faults: list[Fault]) -> _Said:
    period, gender, divisions = Period(), "", []
    for column in shape.having("year", "month", "gender", "division"):
        text, at = shape.sheet.label(number, column.index), shape.sheet.at(number, column.index)
        if column.role == "division":
            divisions.append(text)
            understood = bool(text)
        elif column.role == "gender":
            gender = GENDERS.get(text.casefold(), "")
            understood = bool(gender)
        else:
            found = _period_in(column, text)
            period = period.filled_with(found)
            understood = bool(found.year if column.role == "year" else found.month)
        if not understood:
            what = "är tom" if not text else "går inte att förstå"
            faults.append(Fault(f"Cellen under ”{column.heading}” {what}.", at, "Rätta den."))
    return _Said(period, gender, tuple(divisions))


def _period_in(column: Column, text: str) -> Period:
    if column.role == "month":
        found, _ = find_period(text)
        return replace(found, month=found.month or read_month(text))
    return find_period(text)[0]


def _not_a_value(text: str, at: str, is_merged: bool) -> Fault:
    """A sign is shown, other text is not: it may be anything, also about a person."""
    if is_merged:
        return Fault("Cellen är sammanslagen med den ovanför.", at, "Dela cellerna.")
    sign = text.translate(str.maketrans("–—−", "---"))
    if sign.casefold() in SIGNS:
        what = f"Tecknet ”{text}” betyder olika saker hos olika utgivare."
    else:
        what = "Innehållet går inte att förstå som ett värde."
    return Fault(what, at, VALUE_REMEDY)


def _codings(shape: Shape) -> Iterator[tuple[int, Mapping[str, float] | None]]:
    start = shape.last + 1
    for column in shape.having("value"):
        texts = [row[column.index] for row in shape.sheet.rows[start:]]
        yield column.index, find_coding(column.heading, texts)


# --- the year of the whole table


def _year_of_sheet(shape: Shape, context: Context, faults: list[Fault]) -> int:
    """The year for values that have none of their own: as told, or the only one in sight."""
    values = shape.having("value")
    if shape.having("year") or all(column.period.year for column in values):
        return 0
    if context.year:
        return context.year
    for text in (shape.title, *context.names):
        years = years_in(text)
        if len(years) == 1:
            return years.pop()
        if years:
            break
    faults.append(
        Fault(
            "Det framgår inte vilket år värdena gäller.",
            shape.sheet.at(shape.last, values[0].index if values else 0),
            "Ange året när filen läggs in, till exempel --year 2023.",
        )
    )
    return 0

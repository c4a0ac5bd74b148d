"""Each sheet of a file: whether it has a table, which place, series and year it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analyslib.errors import Fault, UsageError
from analyslib.sources.layouts import Layout
from analyslib.sources.periods import find_period
from analyslib.sources.places import Place, Places, swedish_places
from analyslib.sources.symbols import PUBLISHERS
from analyslib.sources.table_shape import GENDERS, Shape, find_shape
from analyslib.sources.table_values import NO_TABLE, Context, Rows, read_rows
from analyslib.sources.workbook import Sheet


FIRST_YEAR = 1900
NOT_IN_LAYOUT = "bladet hör inte till det som läses"


@dataclass(frozen=True)
class Options:
    """What the sender of the file knows and the file does not say. Empty where not told."""

    year: int = 0
    publisher: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        if self.publisher and self.publisher not in PUBLISHERS:
            choices = ", ".join(PUBLISHERS)
            raise UsageError(f"Okänd utgivare ”{self.publisher}”.", remedy=f"Välj: {choices}.")
        if self.year and self.year < FIRST_YEAR:
            raise UsageError(f"{self.year} är inget årtal.", remedy="Skriv året med fyra siffror.")


def read_sheets(
    sheets: Sequence[Sheet], layout: Layout, options: Options, name: str, faults: list[Fault]
) -> list[Rows]:
    """What became of the rows of each sheet. `name` is what the file was called."""
    places = swedish_places()
    shapes = [_shape_of(sheet, layout, places, faults) for sheet in sheets]
    words = [_word(sheet) if shape else "" for sheet, shape in zip(sheets, shapes, strict=True)]
    has_several = len({word for word, shape in zip(words, shapes, strict=True) if shape}) > 1
    read = []
    for sheet, shape, word in zip(sheets, shapes, words, strict=True):
        if shape is None:
            is_read = layout.has_sheet(sheet.name)
            read.append(_all_rejected(sheet, NO_TABLE if is_read else NOT_IN_LAYOUT))
            continue
        place = _place_of_sheet(layout, sheet, shape.title, name, places)
        if place is None and layout.place != "column":
            faults.append(Fault("Det framgår inte vilken kommun bladet gäller.", sheet.at(0, 0)))
            continue
        context = Context(
            symbols=PUBLISHERS[options.publisher] if options.publisher else layout.table,
            title=options.title or layout.title or shape.title or Path(name).stem,
            goes_first=not layout.rows_say_all,
            prefix=word if has_several else "",
            gender=GENDERS.get(sheet.name.casefold(), ""),
            year=options.year,
            names=(sheet.name, Path(name).stem),
            place=place,
        )
        read.append(read_rows(shape, places, context, faults))
    return read


def _shape_of(sheet: Sheet, layout: Layout, places: Places, faults: list[Fault]) -> Shape | None:
    if not layout.has_sheet(sheet.name):
        return None
    shape = find_shape(sheet, places, layout.place == "column", faults)
    return shape if shape and shape.having("value") else None


def _word(sheet: Sheet) -> str:
    """What tells one table of a workbook from another: its sheet's name, but neither its number
    nor a year, a gender or a place, which are no part of what a series is called."""
    _, name = find_period(re.sub(r"^[\d.]+\s+", "", sheet.name))
    is_place = swedish_places().find(sheet.name) is not None
    return "" if is_place or name.casefold() in GENDERS else name


def _all_rejected(sheet: Sheet, reason: str) -> Rows:
    numbers = [number for number, row in enumerate(sheet.rows) if any(row)]
    notes = [" ".join(filter(None, dict.fromkeys(sheet.rows[number]))) for number in numbers]
    return Rows(rejected=[(number, reason) for number in numbers], notes=notes)


def _place_of_sheet(
    layout: Layout, sheet: Sheet, title: str, name: str, places: Places
) -> Place | None:
    """The one place that the title, the sheet's name or the file's name tells."""
    if layout.place == "title":
        found = [places.find(part.strip()) for part in re.split(r"[,:]", title)]
        named = [place for place in found if place]
        return named[0] if len(named) == 1 else None
    if layout.place == "sheet":
        return places.find(sheet.name) or places.in_name(sheet.name)
    return places.in_name(name) if layout.place == "file" else None

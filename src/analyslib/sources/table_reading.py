"""Reads a publisher's file whole: every sheet, every row, into one long frame of values.

A file with anything that cannot be understood is refused, with every fault and its cell.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from analyslib.errors import Fault, SourceError
from analyslib.sources.layouts import Layout, find_layout, plain_layout
from analyslib.sources.periods import MONTHS
from analyslib.sources.symbols import MISSING, UNKNOWN
from analyslib.sources.table_sheets import Options, read_sheets
from analyslib.sources.table_values import Rows, Value
from analyslib.sources.workbook import Sheet, read_workbook


SHOWN_FAULTS = 20
LONGEST_SLUG = 80
UNPUBLISHED, REPEATED = "inte publicerat än", "upprepar en tidigare rad"


@dataclass(frozen=True)
class Reading:
    """What a file holds.

    `values` has one row for each cell (see table_values.Value, and series). `rejected` has one
    row for each row of the file that is not data, with the reason: together with the rows that
    have values they are all rows of the file that are not blank. `unpublished` are cells for
    periods that have not come. `notes` are the texts below and above the tables.
    """

    layout: Layout
    values: pd.DataFrame
    rejected: pd.DataFrame
    unpublished: tuple[str, ...]
    notes: tuple[str, ...]
    rows_in: int
    rows_loaded: int
    published: date | None

    def at_level(self, *levels: str) -> pd.DataFrame:
        return self.values[self.values["level"].isin(levels)]


def read_tables(
    path: Path, options: Options | None = None, name: str = "", today: date | None = None
) -> Reading:
    """The whole file. `name` is what it was called when it was received, if not as now."""
    options, name, today = options or Options(), name or path.name, today or date.today()
    sheets = read_workbook(path)
    layout = find_layout(sheets) or plain_layout(_slug(_without_years(Path(name).stem)), "okänd")
    faults: list[Fault] = []
    read = read_sheets(sheets, layout, options, name, faults)
    values = [value for rows in read for value in rows.values]
    values, unpublished = _published(values)
    values, repeated = _without_repeats(values, faults)
    faults += _in_the_future(values, today)
    if not values and not faults:
        faults.append(Fault("Filen har ingen tabell med värden per kommun.", name))
    if faults:
        raise SourceError(_first_of(faults, name))
    return _reading(layout, sheets, read, values, unpublished, repeated)


# --- checks over the whole file


def _published(values: list[Value]) -> tuple[list[Value], list[Value]]:
    """Periods after the last one with a number, where all is blank, have not been published."""
    last = max(((v.year, v.month) for v in values if v.value is not None), default=(9999, 12))
    coming = [
        value
        for value in values
        if (value.year, value.month) > last and value.status in (MISSING, UNKNOWN)
    ]
    gone = {id(value) for value in coming}
    return [value for value in values if id(value) not in gone], coming


def _without_repeats(
    values: Iterable[Value], faults: list[Fault]
) -> tuple[list[Value], list[Value]]:
    """The same number given twice is one number (Kolada's web page repeats the chosen place).

    Two different numbers for the same thing are a fault.
    """
    first: dict[tuple[object, ...], Value] = {}
    repeated = []
    for value in values:
        place = value.municipality or value.place.casefold()
        key = (value.title, value.level, place, value.year, value.month, value.gender)
        before = first.setdefault(key, value)
        if before is value:
            continue
        repeated.append(value)
        if (before.value, before.status) != (value.value, value.status):
            what = f"Samma serie, plats och tid har ett annat värde i {before.cell}."
            faults.append(Fault(what, value.cell, "Behåll det som gäller."))
    return list(first.values()), repeated


def _in_the_future(values: Iterable[Value], today: date) -> list[Fault]:
    now = (today.year, today.month)
    return [
        Fault("Perioden har inte varit än.", value.cell, "Rätta året eller månaden.")
        for value in values
        if value.value is not None and (value.year, value.month) > now
    ]


def _first_of(faults: Sequence[Fault], name: str) -> list[Fault]:
    located = [Fault(f.what, _located(name, f.where), f.remedy) for f in faults]
    more = len(located) - SHOWN_FAULTS
    if more <= 0:
        return located
    return [*located[:SHOWN_FAULTS], Fault(f"… och {more} fel till.", name)]


def _located(name: str, cell: str) -> str:
    """A csv's only sheet is called what the file is called, and is not named twice."""
    return cell or name if cell.startswith(name) or not cell else f"{name}, {cell}"


# --- the result


def _reading(
    layout: Layout,
    sheets: Sequence[Sheet],
    read: Sequence[Rows],
    values: Sequence[Value],
    unpublished: Sequence[Value],
    repeated: Sequence[Value],
) -> Reading:
    rejected = [
        {"sheet": sheet.name, "row": row + 1, "reason": reason}
        for sheet, rows in zip(sheets, read, strict=True)
        for row, reason in rows.rejected
    ]
    loaded = {(value.sheet, value.row) for value in values}
    told = set(loaded)
    for reason, cells in ((UNPUBLISHED, unpublished), (REPEATED, repeated)):
        emptied = {(value.sheet, value.row) for value in cells} - told
        rejected += [{"sheet": s, "row": row, "reason": reason} for s, row in sorted(emptied)]
        told |= emptied
    frame = pd.DataFrame([vars(value) for value in values], columns=list(Value.__annotations__))
    frame["series"] = [_series(layout, value) for value in values]
    return Reading(
        layout=layout,
        values=frame.astype({"value": "float64"}),
        rejected=pd.DataFrame(rejected, columns=["sheet", "row", "reason"]),
        unpublished=tuple(value.cell for value in unpublished),
        notes=tuple(note for rows in read for note in rows.notes),
        rows_in=sum(sheet.size for sheet in sheets),
        rows_loaded=len(loaded),
        published=_published_on(sheets),
    )


def _series(layout: Layout, value: Value) -> str:
    """``oj:<layout>:<title>``, and the month where there is one: the store counts in years."""
    month = f":m{value.month:02}" if value.month else ""
    return f"oj:{layout.id}:{_slug(value.title)}{month}"


def series_title(title: str, month: int) -> str:
    return f"{MONTHS[month - 1].capitalize()} – {title}" if month else title


def _published_on(sheets: Iterable[Sheet]) -> date | None:
    """The day of publication, where a sheet of the workbook states it."""
    for sheet in sheets:
        for row in sheet.rows:
            if row[0].casefold().startswith("publiceringsdatum"):
                for cell in row[1:]:
                    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell):
                        return date.fromisoformat(cell)
    return None


def _without_years(stem: str) -> str:
    return re.sub(r"(?<!\d)(19|20)\d\d([-_]\d\d){0,2}(?!\d)", "", stem)


def _slug(text: str) -> str:
    """Lower case a-z, digits and underscores. A long one keeps a mark of the rest of it."""
    plain = text.casefold().translate(str.maketrans("åäöéü", "aaoeu")).replace("%", " procent ")
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "serie"
    if len(slug) <= LONGEST_SLUG:
        return slug
    return f"{slug[:LONGEST_SLUG]}_{hashlib.sha256(slug.encode()).hexdigest()[:8]}"

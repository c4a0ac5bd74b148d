"""Known errors at the source, mended as data: entries in definitions/corrections/*.toml.

An entry says what is wrong, what is right and why, and is its own guard: it changes only what
is still exactly as wrong as it says. Where the source has mended its error, the entry is left
unused and the build says that it can go, so that no correction outlives its reason in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path

import duckdb

from analyslib import definitions
from analyslib.definitions.toml_table import Key, check_table, read_toml
from analyslib.errors import DefinitionError, Fault
from analyslib.store.connection import run_query


FOLDER = Path(definitions.__file__).parent / "corrections"
# What the source says of a series, and may be corrected; or a value of it.
TOLERANCE = 1e-6
FIELDS = ("value", "title", "description", "operating_area", "perspective")
SCHEMA = {
    "id": Key(str),
    "kpi": Key(str),
    "field": Key(str, allowed=FIELDS),
    "municipality": Key(str, default=""),
    "year": Key(int, default=0),
    "gender": Key(str, allowed=("T", "K", "M"), default="T"),
    "wrong": Key(str),
    "right": Key(str, blank=True),
    "reason": Key(str),
    "found": Key(date),
    "owner": Key(str),
    "review_date": Key(date),
}


@dataclass(frozen=True)
class Correction:
    """One error at the source. `wrong` and `right` are written as text, numbers too; a `right`
    of nothing takes a value away. `municipality`, `year` and `gender` point out a value."""

    id: str
    kpi: str
    field: str
    municipality: str
    year: int
    gender: str
    wrong: str
    right: str
    reason: str
    found: date
    owner: str
    review_date: date


@dataclass(frozen=True)
class Outcome:
    """applied; mended (the source no longer says what is wrong); absent (no such data here)."""

    correction: Correction
    state: str

    def __str__(self) -> str:
        entry = self.correction
        return (
            f"Att se över: källan har rättat {entry.kpi} ({entry.field}). "
            f"Rättelsen {entry.id} används inte längre och kan tas bort."
        )


@cache
def read_corrections(folder: Path = FOLDER) -> tuple[Correction, ...]:
    """Every entry of every file. Raises DefinitionError with all that is wrong."""
    faults: list[Fault] = []
    found: list[Correction] = []
    for path in sorted(folder.glob("*.toml")):
        document = read_toml(path, faults)
        for name in document.keys() - {"correction"}:
            faults.append(Fault(f"okänd nyckel ”{name}”.", path.name, "Menade du correction?"))
        for number, table in enumerate(document.get("correction", []), start=1):
            where = f"{path.name}, [[correction]] nummer {number}"
            found.append(Correction(**check_table(table, SCHEMA, where, faults)))
            faults += _incomplete(found[-1], where)
    ids = [correction.id for correction in found]
    faults += [Fault(f"id {one} finns två gånger.") for one in {i for i in ids if ids.count(i) > 1}]
    if faults:
        raise DefinitionError(faults)
    return tuple(found)


def _incomplete(correction: Correction, where: str) -> list[Fault]:
    if correction.field != "value":
        return []
    if not correction.municipality or not correction.year:
        return [Fault("ett värde behöver municipality och year.", where)]
    try:
        float(correction.wrong), float(correction.right or 0)
    except ValueError:
        return [Fault("wrong och right ska vara tal, med punkt som decimaltecken.", where)]
    return []


def correct_series(
    connection: duckdb.DuckDBPyConnection, corrections: Sequence[Correction]
) -> list[Outcome]:
    """What the source says of its series, in every vintage that says it wrong."""
    outcomes = []
    for entry in corrections:
        if entry.field != "value":
            place = {"kpi": entry.kpi, "field": entry.field}
            found = run_query(connection, "build/said_of_series", **place).fetchone()
            outcomes.append(Outcome(entry, _state(found, found == (entry.wrong,))))
            run_query(
                connection, "build/correct_series", **place, wrong=entry.wrong, right=entry.right
            )
    return outcomes


def correct_values(
    connection: duckdb.DuckDBPyConnection, corrections: Sequence[Correction]
) -> list[Outcome]:
    """Single values, in every file that has them wrong, before anything rests on them."""
    outcomes = []
    for entry in corrections:
        if entry.field == "value":
            place = {
                **{"kpi": entry.kpi, "municipality": entry.municipality},
                **{"year": entry.year, "gender": entry.gender},
            }
            wrong, right = float(entry.wrong), float(entry.right) if entry.right else None
            found = run_query(connection, "build/said_value", **place).fetchone()
            said = found[0] if found else None
            is_wrong = said is not None and abs(said - wrong) < TOLERANCE
            outcomes.append(Outcome(entry, _state(found, is_wrong)))
            run_query(connection, "build/correct_value", **place, wrong=wrong, right=right)
    return outcomes


def _state(found: object, is_wrong: bool) -> str:
    if found is None:
        return "absent"
    return "applied" if is_wrong else "mended"


def write_corrections(connection: duckdb.DuckDBPyConnection, outcomes: Sequence[Outcome]) -> None:
    """What was corrected stands in the store, so that a page can say so."""
    rows = [(*astuple(outcome.correction), outcome.state) for outcome in outcomes]
    if rows:
        marks = ", ".join("?" * (len(fields(Correction)) + 1))
        connection.executemany(f"INSERT INTO correction VALUES ({marks})", rows)

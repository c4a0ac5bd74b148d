"""Own measures as rows of the analyst's database: the newest delivery of each part counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analyslib.sources.own_measures_check import OwnResult


# The statements lie with the store's others; the store itself is not imported from here.
_SCHEMA = Path(__file__).parent.parent / "store" / "sql" / "build" / "own_schema.sql"

MEASURES, BUDGET = "matt", "budget"
WHOSE = ["municipality", "project"]
PARTS = {
    "own_project": MEASURES,
    "own_measure": MEASURES,
    "own_value": MEASURES,
    "own_event": MEASURES,
    "own_budget": BUDGET,
}


@dataclass(frozen=True)
class OwnFrames:
    """One delivery as rows: a frame for each table (see own_schema.sql).

    The frames of PARTS also have municipality and project, where the table itself lacks them.
    """

    delivery: str
    vintage: str
    tables: dict[str, pd.DataFrame]
    rejected: pd.DataFrame
    rows_in: int

    @property
    def rows_loaded(self) -> int:
        return sum(len(frame) for frame in self.tables.values())


def frames_of(result: OwnResult, delivery: str, vintage: str) -> OwnFrames:
    """The rows that are loaded, with the municipality's code before every short name."""
    kept = {
        name: typed.values[result.rejected[name].eq("")]
        for name, typed in result.tables.there.items()
    }
    places = _places(kept)
    makers = {
        "project": _projects,
        "measure": _measures,
        "value": _values,
        "event": _events,
        "budget": _budget,
    }
    tables = {f"own_{name}": makers[name](frame, places) for name, frame in kept.items()}
    return OwnFrames(delivery, vintage, tables, _rejected(result, delivery), result.rows_in)


@dataclass(frozen=True)
class _Places:
    """By short name: the municipality of a project, and municipality and project of a measure.
    `only`: the file's municipality, where it has but one."""

    of_project: dict[str, str]
    of_measure: dict[str, str]
    project_of: dict[str, str]
    only: str


def _places(kept: dict[str, pd.DataFrame]) -> _Places:
    nothing = pd.DataFrame(columns=["project", "measure", "municipality"], dtype="str")
    project, measure = kept.get("project", nothing), kept.get("measure", nothing)
    codes = {
        code
        for name in ("project", "measure", "budget")
        for code in kept.get(name, nothing)["municipality"]
    }
    owner = measure["project"].fillna("")
    return _Places(
        dict(zip(project["project"], project["municipality"], strict=True)),
        dict(zip(measure["measure"], measure["municipality"], strict=True)),
        dict(zip(measure["measure"], owner, strict=True)),
        codes.pop() if len(codes) == 1 else "",
    )


def _named(code: pd.Series, name: pd.Series) -> pd.Series:
    """The short name as the database has it; '' where there is none."""
    whole = code.astype("str") + "-" + name.astype("str")
    return whole.where(name.notna() & name.ne(""), "")


def _texts(frame: pd.DataFrame, *columns: str) -> dict[str, pd.Series]:
    return {name: frame[name].fillna("").astype("str") for name in columns}


def _projects(frame: pd.DataFrame, _: _Places) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "project": _named(frame["municipality"], frame["project"]),
            **_texts(frame, "municipality", "title", "purpose", "area", "owner"),
            "start": frame["start"],
            "stop": frame["stop"],
        }
    )


def _measures(frame: pd.DataFrame, _: _Places) -> pd.DataFrame:
    code = frame["municipality"]
    return pd.DataFrame(
        {
            "measure": _named(code, frame["measure"]),
            "project": _named(code, frame["project"]),
            **_texts(frame, "municipality", "area", "title", "unit", "kind"),
            "persons": frame["persons"].eq("ja"),
            "part_of": _named(code, frame["part_of"]),
            **_texts(frame, "direction"),
            "target": frame["target"],
            "target_from": frame["target_from"],
            **_texts(frame, "public_kpi", "source_note"),
        }
    )


def _values(frame: pd.DataFrame, places: _Places) -> pd.DataFrame:
    code = frame["measure"].map(places.of_measure)
    return pd.DataFrame(
        {
            "measure": _named(code, frame["measure"]),
            "period": frame["period"],
            **_texts(frame, "grain"),
            "value": frame["value"],
            "n": frame["n"],
            **_texts(frame, "status"),
            "municipality": code,
            "project": _named(code, frame["measure"].map(places.project_of)),
        }
    )


def _events(frame: pd.DataFrame, places: _Places) -> pd.DataFrame:
    """An event of a measure belongs to the measure's project, whether it says so or not."""
    project = frame["project"].fillna(frame["measure"].map(places.project_of)).fillna("")
    code = frame["measure"].map(places.of_measure).fillna(project.map(places.of_project))
    code = code.fillna(places.only)
    return pd.DataFrame(
        {
            "municipality": code,
            "project": _named(code, project),
            "measure": _named(code, frame["measure"]),
            "date": frame["date"],
            **_texts(frame, "text"),
            "rebase": frame["rebase"].eq("ja"),
        }
    )


def _budget(frame: pd.DataFrame, _: _Places) -> pd.DataFrame:
    return pd.DataFrame(
        {
            **_texts(frame, "municipality"),
            "project": _named(frame["municipality"], frame["project"]),
            **_texts(frame, "area", "account"),
            "period": frame["period"],
            **_texts(frame, "grain"),
            **{
                name: frame[name]
                for name in ("budget", "outcome", "forecast", "volume", "volume_budget")
            },
            "volume_persons": frame["volume_persons"].ne("nej").fillna(True),
            "status": "",
        }
    )


def _rejected(result: OwnResult, delivery: str) -> pd.DataFrame:
    rows = [
        (delivery, typed.table.sheet.name or typed.table.sheet.file, int(row), reason)
        for name, typed in result.tables.there.items()
        for row, reason in zip(typed.table.rows, result.rejected[name], strict=True)
        if reason
    ]
    return pd.DataFrame(rows, columns=["delivery", "sheet", "row", "reason"])


# --- into the database


def load_own(connection: Any, deliveries: Sequence[OwnFrames]) -> None:
    """Make the tables and fill them; `deliveries` come oldest first, and the newest counts."""
    connection.execute(_SCHEMA.read_text(encoding="utf-8"))
    newest, home = _newest(deliveries), _newest_of_measures(deliveries)
    kept: list[pd.DataFrame] = []
    for table, part in PARTS.items():
        frames = [_current(item, table, newest, home) for item in deliveries]
        _insert(connection, table, frames)
        kept += [frame[[*WHOSE, "delivery", "vintage"]].assign(part=part) for frame in frames]
    if kept:
        counted = pd.concat(kept).groupby(["delivery", *WHOSE, "part", "vintage"], sort=True)
        _insert(connection, "own_delivery", [counted.size().rename("rows").reset_index()])
    _insert(connection, "own_rejected", [item.rejected for item in deliveries])


Part = tuple[str, str, str]  # municipality, project, part


def _newest(deliveries: Sequence[OwnFrames]) -> dict[Part, str]:
    """The newest delivery that says anything of a part of a municipality's or a project's."""
    newest: dict[Part, str] = {}
    for item in deliveries:
        for table, frame in item.tables.items():
            for code, project in frame[WHOSE].drop_duplicates().itertuples(index=False):
                newest[code, project, PARTS[table]] = item.delivery
    return newest


def _newest_of_measures(deliveries: Sequence[OwnFrames]) -> dict[str, str]:
    """The newest delivery that has each measure: it may have moved to another project."""
    return {
        measure: item.delivery
        for item in deliveries
        if "own_measure" in item.tables
        for measure in item.tables["own_measure"]["measure"]
    }


def _current(
    item: OwnFrames, table: str, newest: dict[Part, str], home: dict[str, str]
) -> pd.DataFrame:
    """The rows of a delivery that no newer one has replaced."""
    frame = item.tables.get(table, pd.DataFrame(columns=WHOSE, dtype="str"))
    keys = zip(frame["municipality"], frame["project"], strict=True)
    counts = [newest[code, project, PARTS[table]] == item.delivery for code, project in keys]
    if "measure" in frame:
        counts = [
            counted and home.get(measure, item.delivery) == item.delivery
            for counted, measure in zip(counts, frame["measure"], strict=True)
        ]
    chosen = np.array(counts, dtype=bool)
    return frame[chosen].assign(delivery=item.delivery, vintage=item.vintage)


def _insert(connection: Any, table: str, frames: Sequence[pd.DataFrame]) -> None:
    """The columns that the table has; the rest of a frame says whose a row is."""
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return
    columns = [name for name, *_ in connection.execute(f"DESCRIBE {table}").fetchall()]
    connection.register("delivered", pd.concat(frames, ignore_index=True)[columns])
    connection.execute(f"INSERT INTO {table} BY NAME FROM delivered")
    connection.unregister("delivered")

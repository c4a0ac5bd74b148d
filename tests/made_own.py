"""Own measures with planted answers: a shift, a trend, a goal left to chance, a budget of volume.

Written straight into a copy of a published database, so that reports can be made of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from analyslib.analysis.own_measures import OwnEvent, OwnMeasure, OwnPoint, next_period
from analyslib.store.connection import sql_text


PLACE = "2480"
PROJECT = f"{PLACE}-stod-i-tid"
START = date(2023, 7, 1)


def own_measure(**changes: Any) -> OwnMeasure:
    """Days to a decision, low is better, without a target, unless said otherwise."""
    usual: dict[str, Any] = {
        "id": f"{PLACE}-dagar", "project": PROJECT, "municipality": PLACE,
        "area": "ekonomiskt_bistand", "title": "Dagar från ansökan till beslut", "unit": "dagar",
        "kind": "medel", "persons": False, "direction": "low", "target": None, "target_from": None,
        "public_kpi": "", "source_note": "verksamhetssystemet",
    }  # fmt: skip
    return OwnMeasure(**{**usual, **changes})


def months(values: Iterable[float | None], first: date = date(2022, 1, 1)) -> list[OwnPoint]:
    """One value a month; None is hidden."""
    day, found = first, []
    for value in values:
        found.append(OwnPoint(day, value, "" if value is not None else "Privacy"))
        day = next_period(day, "month")
    return found


def years(values: Iterable[float | None], first: int = 2015) -> list[OwnPoint]:
    return [OwnPoint(date(first + at, 1, 1), value) for at, value in enumerate(values)]


def event(day: date = START, text: str = "Nytt arbetssätt", **changes: Any) -> OwnEvent:
    usual = {"project": PROJECT, "measure": "", "date": day, "text": text, "rebase": True}
    return OwnEvent(**{**usual, **changes})


def stable(
    points: int = 36, level: float = 24.0, spread: float = 2.5, seed: int = 1
) -> list[float]:
    """Nothing but chance, to one decimal."""
    found = np.random.default_rng(seed).normal(level, spread, points)
    return [round(float(value), 1) for value in found]


def shifted() -> list[float]:
    """Eighteen months at 24, eighteen at 17."""
    return stable(18, 24.0) + stable(18, 17.0, seed=2)


def rising() -> list[float]:
    """Half a unit more every month."""
    noise = stable(36, 40.0, 3.0, seed=3)
    return [round(value + 0.5 * at, 1) for at, value in enumerate(noise)]


MEASURES: Sequence[tuple[OwnMeasure, list[float]]] = (
    (own_measure(public_kpi="N31807"), shifted()),
    (
        own_measure(
            id=f"{PLACE}-plan", title="Hushåll med en plan inom en månad", unit="procent",
            kind="andel", direction="high", target=80.0, target_from=date(2023, 1, 1),
        ),
        rising(),
    ),
    (
        own_measure(
            id=f"{PLACE}-samtal", title="Väntetid till första samtal", target=12.0,
            target_from=date(2023, 7, 1),
        ),
        stable(36, 12.0, 2.0, seed=4),
    ),
    (
        own_measure(
            id=f"{PLACE}-nya", project="", title="Nya ansökningar", unit="ansökningar",
            kind="antal", direction="none", source_note="",
        ),
        [float(round(value)) for value in stable(30, 60.0, 7.0, seed=5)],
    ),
)  # fmt: skip


def budget_rows(project: str = PROJECT) -> list[tuple[Any, ...]]:
    """A year where one account is all volume, one all price, and one has no volumes."""
    rows: list[tuple[Any, ...]] = []
    for month in range(1, 13):
        day, known = date(2024, month, 1), month <= 8
        for account, budget, outcome, volume, planned in (
            ("Placeringar", 300_000.0, 390_000.0, 13.0, 10.0),
            ("Öppenvård", 120_000.0, 132_000.0, 60.0, 60.0),
            ("Övrigt", 50_000.0, 48_000.0, None, None),
        ):
            rows.append(
                (
                    *(PLACE, project, "ekonomiskt_bistand", account, day, "month", budget),
                    *(outcome if known else None, None if known else outcome),
                    *(volume if known else None, planned, False, ""),
                )
            )
    return rows


BUDGET_COLUMNS = (
    *("municipality", "project", "area", "account", "period", "grain", "budget", "outcome"),
    *("forecast", "volume", "volume_budget", "volume_persons", "status"),
)


def budget_frame() -> pd.DataFrame:
    """The budget as `own_budget` gives it."""
    return pd.DataFrame(budget_rows(), columns=BUDGET_COLUMNS)


def plant(database: Path) -> None:
    """Write the project, its measures, values, events and budget into a database."""
    with duckdb.connect(str(database)) as store:
        for table in ("delivery", "project", "measure", "value", "event", "budget", "rejected"):
            store.execute(f"DROP TABLE IF EXISTS own_{table}")
        store.execute(sql_text("build/own_schema"))
        for part in ("matt", "budget"):
            row = ("ab" * 32, PLACE, PROJECT, part, date(2024, 12, 31), 100)
            store.execute("INSERT INTO own_delivery VALUES (?, ?, ?, ?, ?, ?)", row)
        store.execute(
            "INSERT INTO own_project VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(PROJECT, PLACE, "Stöd i tid", "Fler ska få besked och stöd tidigt."),
                *("ekonomiskt_bistand", "enhetschef", START, None),
            ),
        )
        for measure, values in MEASURES:
            _plant_measure(store, measure, values)
        for rebase, day, text in (
            (True, START, "Nytt arbetssätt"),
            (False, date(2024, 3, 15), "Två tjänster"),
        ):
            store.execute(
                "INSERT INTO own_event VALUES (?, ?, ?, ?, ?, ?)",
                (PLACE, PROJECT, f"{PLACE}-dagar" if rebase else "", day, text, rebase),
            )
        store.executemany(f"INSERT INTO own_budget VALUES ({', '.join('?' * 13)})", budget_rows())


def _plant_measure(
    store: duckdb.DuckDBPyConnection, measure: OwnMeasure, values: Sequence[float]
) -> None:
    m = measure
    store.execute(
        f"INSERT INTO own_measure VALUES ({', '.join('?' * 14)})",
        (
            *(m.id, m.project, m.municipality, m.area, m.title, m.unit, m.kind, m.persons, ""),
            *(m.direction, m.target, m.target_from, m.public_kpi, m.source_note),
        ),
    )
    rows = [(m.id, point.period, "month", point.value, None, "") for point in months(values)]
    store.executemany("INSERT INTO own_value VALUES (?, ?, ?, ?, ?, ?)", rows)

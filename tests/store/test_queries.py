"""Every query against a slow, obvious twin in plain Python, on generated data."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import analyslib
from analyslib.catalogue import load_catalogue
from analyslib.store.connection import (
    Store,
    open_store,
    query,
    query_names,
    query_parameters,
    run_query,
    sql_text,
)


KPIS = ["N31807", "N31814", "N01951", "N99999"]  # the last is in no area
PLACES = ["0000", "0009", "0114", "0461", "0980", "2401", "2480"]
YEARS = [2019, 2020, 2021, 2022]
NOTHINGS = ["Missing", "Not applicable", "Privacy", "Unknown"]

number = st.floats(-1000, 1000).map(lambda value: round(value, 3))
cell = st.one_of(
    number.map(lambda value: (value, "")),
    st.sampled_from(NOTHINGS).map(lambda status: (None, status)),
)
key = st.tuples(
    st.sampled_from(KPIS), st.sampled_from(PLACES), st.sampled_from(YEARS), st.sampled_from("TKM")
)
observations = st.dictionaries(key, cell, max_size=60)

Observations = dict[tuple[str, str, int, str], tuple[float | None, str]]


@pytest.fixture(scope="module")
def store() -> Any:
    """A store with the production schema and metadata; the numbers are filled in per example."""
    from analyslib.store.load import _register_definitions

    connection = duckdb.connect(":memory:")
    run_query(connection, "build/schema")
    for table in ("raw_kpi", "raw_municipality"):
        connection.execute(
            f"CREATE TEMP TABLE {table} (municipality VARCHAR, name VARCHAR, type VARCHAR, "
            "vintage VARCHAR)"
        )
    _register_definitions(connection, load_catalogue())
    run_query(connection, "build/scale_of")
    run_query(connection, "build/municipality")
    run_query(connection, "build/indicator")
    connection.execute(
        "CREATE TABLE observation (kpi VARCHAR, municipality VARCHAR, year INTEGER, "
        "gender VARCHAR, value DOUBLE, status VARCHAR, n DOUBLE, source VARCHAR, vintage VARCHAR)"
    )
    yield Store(Path(":memory:"), connection)
    connection.close()


def fill(store: Store, numbers: Observations) -> Store:
    connection = store.connection
    connection.execute("DELETE FROM observation")
    rows = [(*key, *cell) for key, cell in numbers.items()]
    if rows:
        connection.executemany(
            "INSERT INTO observation VALUES (?, ?, ?, ?, ?, ?, NULL, 'kolada', '2026-08-01')", rows
        )
    connection.execute("DROP TABLE IF EXISTS benchmark")
    run_query(connection, "build/benchmark")
    return store


def rows_of(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    def plain(value: Any) -> Any:
        return None if value is None or value is pd.NA or value != value else value

    return [tuple(map(plain, row)) for row in frame[list(columns)].itertuples(index=False)]


def close(got: Any, wanted: Any) -> bool:
    if got is None or wanted is None:
        return got is wanted
    return math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-9)


def quantile(values: list[float], share: float) -> float:
    """By linear interpolation between the two nearest: the definition most people know."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = ordered[math.floor(place)]
    above = ordered[math.ceil(place)]
    return below + (above - below) * (place - math.floor(place))


def is_municipality(code: str) -> bool:
    return code in load_catalogue().municipalities


twins = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


@twins
@given(observations)
def test_benchmark_is_unweighted_over_municipalities_only(
    store: Store, numbers: Observations
) -> None:
    frame = query(fill(store, numbers), "benchmarks", kpis=KPIS)
    wanted: dict[tuple[str, int, str], list[float | None]] = defaultdict(list)
    riket: dict[tuple[str, int, str], float | None] = {}
    for (kpi, place, year, gender), (value, _) in numbers.items():
        if place == "0000":
            riket[kpi, year, gender] = value
        elif is_municipality(place):
            wanted[kpi, year, gender].append(value)
    assert set(rows_of(frame, "kpi", "year", "gender")) == set(wanted) | set(riket)
    for row in frame.itertuples():
        group = (row.kpi, row.year, row.gender)
        values = [value for value in wanted[group] if value is not None]
        assert (row.n, row.rows) == (len(values), len(wanted[group]))
        got = rows_of(
            frame[frame.index == row.Index], "riket", "mean", "median", "q1", "q3", "low", "high"
        )[0]
        made = (
            (
                statistics.fmean(values),
                statistics.median(values),
                quantile(values, 0.25),
                quantile(values, 0.75),
                min(values),
                max(values),
            )
            if values
            else (None,) * 6
        )
        assert all(map(close, got, (riket.get(group), *made)))


@twins
@given(observations)
def test_year_values_are_of_municipalities_and_indicators(
    store: Store, numbers: Observations
) -> None:
    frame = query(fill(store, numbers), "year_values", year=2021)
    wanted = [
        (kpi, place, gender, value, status)
        for (kpi, place, year, gender), (value, status) in numbers.items()
        if year == 2021 and kpi in load_catalogue().indicators and is_municipality(place)
    ]
    wanted.sort(key=lambda row: row[:3])
    assert rows_of(frame, "kpi", "municipality", "gender", "value", "status") == wanted


@twins
@given(observations)
def test_missing_by_kind(store: Store, numbers: Observations) -> None:
    frame = query(fill(store, numbers), "missing_by_kind", municipality="2480")
    published = {
        (kpi, year)
        for (kpi, place, year, gender), (value, _) in numbers.items()
        if gender == "T"
        and value is not None
        and is_municipality(place)
        and kpi in load_catalogue().indicators
    }
    for row in frame.itertuples():
        years = {year for kpi, year in published if kpi == row.kpi}
        own = [numbers.get((row.kpi, "2480", year, "T")) for year in years]
        assert row.years == len(years)
        assert row.never_delivered == own.count(None)
        statuses = [cell[1] for cell in own if cell]
        counted = (row.with_value, row.missing, row.not_applicable, row.privacy, row.unknown)
        assert counted == tuple(statuses.count(status) for status in ("", *NOTHINGS))
    assert set(frame["kpi"]) == {kpi for kpi, _ in published}


@twins
@given(observations, st.integers(1, 4))
def test_latest_years(store: Store, numbers: Observations, at_least: int) -> None:
    frame = query(fill(store, numbers), "latest_years", at_least=at_least)
    assert set(frame["kpi"]) == set(load_catalogue().indicators)
    counts: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (kpi, place, year, gender), (value, _) in numbers.items():
        if gender == "T" and value is not None and is_municipality(place):
            counts[kpi][year] += 1
    for kpi, latest, any_year, first in rows_of(
        frame, "kpi", "latest_year", "latest_any", "first_year"
    ):
        enough = [year for year, count in counts[kpi].items() if count >= at_least]
        assert latest == (max(enough) if enough else None)
        assert any_year == (max(counts[kpi]) if counts[kpi] else None)
        assert first == (min(counts[kpi]) if counts[kpi] else None)


@twins
@given(observations)
def test_series_of_chosen_places(store: Store, numbers: Observations) -> None:
    frame = query(
        fill(store, numbers), "series", kpis=["N31807", "N99999"], municipalities=["0980", "0000"]
    )
    wanted = {
        (kpi, place, year, gender): value
        for (kpi, place, year, gender), (value, _) in numbers.items()
        if kpi in ("N31807", "N99999") and place in ("0980", "0000")
    }
    got = rows_of(frame, "kpi", "municipality", "year", "gender", "value")
    assert {row[:4]: row[4] for row in got} == wanted


@twins
@given(observations)
def test_cost_values_are_a_window_of_ones_own_and_one_year_of_the_others(
    store: Store, numbers: Observations
) -> None:
    members = ["0980", "2480"]
    frame = query(
        fill(store, numbers),
        "cost_values",
        kpis=["N31807", "N01951"],
        municipality="0461",
        members=members,
        first=2020,
        last=2021,
    )
    wanted = {
        (kpi, place, year): value
        for (kpi, place, year, gender), (value, _) in numbers.items()
        if gender == "T" and value is not None and kpi in ("N31807", "N01951")
        if (place in ("0461", "0000") and 2020 <= year <= 2021)
        or (place in members and year == 2021)
    }
    got = rows_of(frame, "kpi", "municipality", "year", "value")
    assert {row[:3]: row[3] for row in got} == wanted
    assert len(got) == len(wanted)


def test_municipalities_are_in_swedish_order(store: Store) -> None:
    names = list(query(store, "municipalities")["municipality_name"])
    assert len(names) == 290
    known = ["Ystad", "Åmål", "Åsele", "Älmhult", "Ängelholm", "Örebro", "Östhammar"]
    assert [name for name in names if name in known] == known


def test_similar_municipalities_are_of_the_year_or_the_nearest(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    old = {("G1", "Liknande kommuner IFO, Umeå, 2022"): ["0114", "2480"]}
    new = {
        ("G1", "Liknande kommuner IFO, Umeå, 2024"): ["2401", "0461"],
        ("G2", "Liknande kommuner LSS, Umeå, 2024"): ["0980"],
        ("G3", "Liknande kommuner IFO, Gnesta, 2024"): ["0114"],
    }
    corrected = {("G1", "Liknande kommuner IFO, Umeå, 2022"): ["0180", "2480"]}
    bench.add_groups(old, "2023-04-06")
    bench.add_groups(corrected, "2024-04-06")
    bench.add_groups(new, "2026-03-23")
    bench.build()

    def similar(year: int, area: str) -> list[tuple[Any, ...]]:
        frame = bench.query("similar_municipalities", municipality="2480", year=year)
        frame = frame[frame["service_area"] == area]
        return rows_of(frame, "member", "municipality_name", "group_year", "vintage")

    newer = [("0461", "Gnesta", 2024, "2026-03-23"), ("2401", "Nordmaling", 2024, "2026-03-23")]
    older = [("0180", "Stockholm", 2022, "2024-04-06")]  # never the place itself
    assert similar(2024, "IFO") == similar(2026, "IFO") == newer
    assert similar(2022, "IFO") == similar(2010, "IFO") == older
    assert similar(2023, "IFO") == older  # equally near: the one that was known then
    assert similar(2022, "LSS") == [("0980", "Gotland", 2024, "2026-03-23")]
    groups = bench.query("groups_of_municipality", municipality="0461")
    assert rows_of(groups, "group_id", "role", "members") == [
        ("G3", "owner", 1),
        ("G1", "member", 2),
    ]


def test_sources_used_names_only_files_whose_numbers_are_shown(bench: Any) -> None:
    bench.add_kpis(["N31807", "N31814"])
    bench.add_values([{}], "2024-01-01")
    bench.add_values([{}], "2025-01-01")
    bench.add_values([{"kpi": "N31814"}], "2026-01-01")
    bench.build()
    frame = bench.query("sources_used", kpis=["N31807"])
    assert list(frame["vintage"]) == ["2025-01-01"]


def test_every_query_says_what_one_row_is() -> None:
    for name in query_names():
        assert sql_text(name).startswith("-- One row: "), name


def test_every_query_is_asked_by_something() -> None:
    package = Path(analyslib.__file__).parent
    code = "".join(path.read_text("utf-8") for path in package.rglob("*.py"))
    assert [name for name in query_names() if f'"{name}"' not in code] == []


def test_every_query_parses_with_exactly_its_parameters(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    bench.build()
    with open_store(bench.workspace.publish_db) as opened:
        for name in query_names():
            statements = opened.connection.extract_statements(sql_text(name))
            named = set().union(*(statement.named_parameters for statement in statements))
            assert named == set(query_parameters(name)), name


def test_a_wrong_parameter_is_no_silent_answer(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    bench.build()
    with pytest.raises(duckdb.InvalidInputException):
        bench.query("missing_by_kind")
    with pytest.raises(duckdb.InvalidInputException):
        bench.query("missing_by_kind", municipality="2480", yaer=1)

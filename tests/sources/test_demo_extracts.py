"""The made-up extracts: valid by our own rules, the same every time, with what is planted."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from analyslib.catalogue import load_catalogue
from analyslib.errors import UsageError
from analyslib.measures import load_measures
from analyslib.sources import follow_up
from analyslib.sources.demo_extracts import (
    CANARY,
    DELIVERS_NOTHING,
    PLANS,
    delivering,
    draw_extract,
    write_demo_extracts,
    write_extract_files,
)
from analyslib.sources.extract_check import check_files
from analyslib.sources.origin import archived_files
from analyslib.workspace import Workspace


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    workspace = Workspace(tmp_path_factory.mktemp("demo"), demo=True)
    write_demo_extracts(workspace)
    connection = duckdb.connect(":memory:")
    follow_up.load(connection, archived_files(workspace))
    return connection


def test_every_municipality_of_both_networks_but_the_silent_ones(
    store: duckdb.DuckDBPyConnection,
) -> None:
    networks = load_catalogue().networks
    members = {code for name in ("nua", "fouis") for code in networks[name].members}
    assert len(members) == 24
    rows = store.execute("SELECT DISTINCT municipality FROM episode").fetchall()
    assert {code for (code,) in rows} == members - set(DELIVERS_NOTHING)
    areas = store.execute(
        "SELECT municipality, count(DISTINCT service_area) FROM episode GROUP BY ALL"
    ).fetchall()
    assert {count for _, count in areas} == {6}


def test_nothing_is_rejected(store: duckdb.DuckDBPyConnection) -> None:
    assert store.execute("SELECT sum(rejected), min(loaded) > 0 FROM extract").fetchone() == (
        0,
        True,
    )


def test_every_pseudonym_is_a_canary(store: duckdb.DuckDBPyConnection) -> None:
    query = """SELECT count(*) FROM episode
        WHERE NOT (starts_with(person, $name) AND starts_with(episode_id, $name))"""
    assert store.execute(query, {"name": CANARY}).fetchone() == (0,)


def test_sizes_are_those_of_real_collections(store: duckdb.DuckDBPyConnection) -> None:
    """Between five and ninety new cases a year and verksamhet, on average over three years."""
    sizes = store.execute(
        """SELECT municipality, service_area, count(DISTINCT person) / 3 AS yearly
        FROM episode GROUP BY ALL"""
    ).df()
    assert sizes["yearly"].between(5, 90).all()
    assert sizes["yearly"].max() > 80


def test_sexes_and_returns_are_as_planned(store: duckdb.DuckDBPyConnection) -> None:
    shares = store.execute(
        """SELECT service_area, avg((sex = 'K')::INT) FILTER (sex IN ('K', 'M')) AS women,
            avg((readmitted IS NOT NULL)::INT) FILTER (ended < DATE '2025-03-01') AS returned
        FROM (SELECT DISTINCT ON (episode_id) * FROM episode) GROUP BY ALL"""
    ).df().set_index("service_area")  # fmt: skip
    for area, plan in PLANS.items():
        assert abs(shares.loc[area, "women"] - plan.women) < 0.05
        assert abs(shares.loc[area, "returned"] - plan.return_share) < 0.06


def pairs(store: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    return store.execute(
        """SELECT service_area, measure, subscale, person, episode_id,
            max(value) FILTER (phase = 'start') AS start,
            max(value) FILTER (phase = 'avslut') AS finish,
            bool_or(phase = 'avslut') AS expected
        FROM measurement GROUP BY ALL"""
    ).df()  # fmt: skip


def test_planted_effects_are_there(store: duckdb.DuckDBPyConnection) -> None:
    """The share of better and worse in all finished pairs, within four standard errors."""
    found = pairs(store).dropna(subset=["start", "finish"])
    measures = {item.title: item for item in load_measures().values()}
    for area, plan in PLANS.items():
        for effect in plan.effects:
            measure = measures[effect.measure]
            part = next((p for p in measure.subscales if p.title == effect.subscale), None)
            own = found[
                found["service_area"].eq(area)
                & found["measure"].eq(measure.id)
                & found["subscale"].eq(part.id if part else "")
            ]
            way = 1 if (part or measure).direction == "high" else -1
            change = way * (own["finish"] - own["start"])
            for planted, share in ((effect.better, (change > 0)), (effect.worse, (change < 0))):
                error = (planted * (1 - planted) / len(own)) ** 0.5
                assert abs(share.mean() - planted) < 4 * error, (area, effect)


def test_some_effects_are_true_and_some_are_none() -> None:
    effects = [effect for plan in PLANS.values() for effect in plan.effects]
    assert sum(effect.is_null for effect in effects) >= 4
    assert sum(effect.better > effect.worse + 0.2 for effect in effects) >= 5
    assert any(effect.worse > effect.better for effect in effects)


def test_attrition_is_between_forty_and_fifty_five_percent_and_intermittent() -> None:
    for code in ("0484", "2480", "2482"):
        measured = draw_extract(code).measurements
        lost = measured[measured["fas"].eq("Avslut")]["varde"].eq("")
        # Half of the lost stand as empty cells: l/2 of 1 - l/2.
        share = 2 * lost.mean() / (1 + lost.mean())
        assert 0.36 < share < 0.59
        wide = measured.assign(there=measured["varde"].ne("")).pivot_table(
            index=["lopnr", "arende_id", "matt", "delskala"], columns="fas", values="there"
        )
        assert ((wide["Uppföljning"] == 0) & (wide["Avslut"] == 1)).any()


def test_a_municipality_is_always_the_same() -> None:
    one, other = draw_extract("2481"), draw_extract("2481")
    pd.testing.assert_frame_equal(one.episodes, other.episodes)
    pd.testing.assert_frame_equal(one.measurements, other.measurements)


def test_files_are_valid_without_a_remark_and_come_in_all_shapes(
    tmp_path_factory: pytest.TempPathFactory, prove: bool
) -> None:
    folder = tmp_path_factory.mktemp("files")
    written = list(write_extract_files(folder))
    assert len(written) == len(delivering()) == 21
    shapes = {(len(paths), paths[0].suffix) for paths in written}
    assert shapes == {(1, ".xlsx"), (3, ".csv"), (1, ".csv")}
    for paths in written if prove else written[8:12]:
        result = check_files(paths, "2026-03-02")
        assert (result.findings, result.local, result.left_out_sheets) == ((), (), ())


def test_never_among_real_data(own_workspace: object) -> None:
    with pytest.raises(UsageError):
        write_demo_extracts(Workspace(own_workspace))  # type: ignore[arg-type]

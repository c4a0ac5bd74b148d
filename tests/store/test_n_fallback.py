"""Where the series that holds n has no value, its fallback series are added up: all or none."""

from __future__ import annotations

from typing import Any

import duckdb


KPIS = ("N21701", "N01938", "N01956", "N01957")


def _n_of_home_care(bench: Any, people: dict[str, float]) -> float | None:
    bench.add_kpis(KPIS)
    rows = [{"kpi": kpi, "value": value} for kpi, value in people.items()]
    bench.add_values([{"kpi": "N21701", "value": 9.5}, *rows])
    bench.build()
    with duckdb.connect(str(bench.workspace.publish_db), read_only=True) as store:
        (n,) = store.execute("SELECT n FROM observation WHERE kpi = 'N21701'").fetchone() or (0,)
    return n


def test_the_series_itself_comes_first(bench: Any) -> None:
    assert _n_of_home_care(bench, {"N01938": 100, "N01956": 60, "N01957": 30}) == 100


def test_its_parts_are_added_up_where_it_is_absent(bench: Any) -> None:
    assert _n_of_home_care(bench, {"N01956": 60, "N01957": 30}) == 90


def test_a_part_that_is_absent_leaves_n_unknown(bench: Any) -> None:
    assert _n_of_home_care(bench, {"N01956": 60}) is None

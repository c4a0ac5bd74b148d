"""A workspace of key figures alone: no municipality has delivered an extract."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from analyslib.disclosure.follow_up import release_follow_up
from analyslib.sources import follow_up


@pytest.fixture
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        follow_up.load(connection, [])
        yield connection


def test_nothing_to_release_is_no_error(empty: duckdb.DuckDBPyConnection) -> None:
    tables = release_follow_up(empty)
    assert {"individual_count", "individual_statistic", "isu_delivery"} <= set(tables)
    for name in ("individual_count", "individual_statistic", "individual_ledger", "isu_delivery"):
        assert tables[name].empty, name
        assert len(tables[name].columns) > 0, name

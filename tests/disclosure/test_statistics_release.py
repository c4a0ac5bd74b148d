"""What is told of the pairs of measurements themselves, beside the counts they are made of."""

from __future__ import annotations

import pandas as pd
import pytest
from made_follow_up import follow_up, released_tables

from analyslib.disclosure.follow_up_statistics import release_statistics
from analyslib.disclosure.rules import NETWORK_PACK
from analyslib.measures import load_measures


CELL = ["layout", "municipality", "service_area", "sex"]
OF_PAIRS = ("rp", "rp_low", "rp_high", "rc", "rv", "shift", "shift_low", "shift_high", "smd")


def cells_of_pairs(statistics: pd.DataFrame) -> set[tuple[str, ...]]:
    own = statistics[statistics["name"].isin(OF_PAIRS)]
    return set(own[CELL].itertuples(index=False, name=None))


def hidden_cells(counts: pd.DataFrame) -> set[tuple[str, ...]]:
    return set(counts.loc[counts["status"] != "", CELL].itertuples(index=False, name=None))


def test_nothing_is_told_of_the_pairs_of_a_cell_with_a_hidden_count() -> None:
    tables = released_tables()
    told = cells_of_pairs(tables["individual_statistic"])
    assert told and not told & hidden_cells(tables["individual_count"])


@pytest.mark.parametrize("name", ["better", "same", "worse", "missing"])
def test_hiding_any_count_of_a_cell_hides_what_is_told_of_its_pairs(name: str) -> None:
    """Svensson's RP and the number of pairs leave few ways for a hidden count to be."""
    counts = released_tables()["individual_count"]
    told = cells_of_pairs(released_tables()["individual_statistic"])
    cell = next(c for c in sorted(told) if c[1] == "2480" and has_count(counts, c, name))
    rows = (counts[CELL] == pd.Series(cell, index=CELL)).all(axis=1) & (counts["class"] == name)
    hidden = counts.assign(
        count=counts["count"].mask(rows), status=counts["status"].mask(rows, "Privacy")
    )
    found = release_statistics(follow_up(), hidden, load_measures(), NETWORK_PACK)
    assert told - cells_of_pairs(found) == {cell}


def has_count(counts: pd.DataFrame, cell: tuple[str, ...], name: str) -> bool:
    rows = counts[(counts[CELL] == pd.Series(cell, index=CELL)).all(axis=1)]
    return name in set(rows["class"])

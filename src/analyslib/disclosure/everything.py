"""All that a build may publish about persons, in one go: what the analyst's database holds of
individual follow-up and of own measures."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pandas as pd

from analyslib.disclosure.follow_up import release_follow_up
from analyslib.disclosure.own_measures import release_own_measures
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.rules import NETWORK_PACK, OPEN_PAGE
from analyslib.disclosure.settings import read_settings, with_settings


def release_everything(
    connection: duckdb.DuckDBPyConnection, earlier: Sequence[Publication] = ()
) -> dict[str, pd.DataFrame]:
    """The protected tables of publish.duckdb (see the two that it is made of). The ledgers of
    both are one table, so that the audit of a pack sees them together. `earlier`: all that has
    been published before."""
    rounded = read_settings().rounded
    follow_up = release_follow_up(connection, with_settings(NETWORK_PACK), earlier, rounded)
    own = release_own_measures(connection, with_settings(OPEN_PAGE))
    ledgers = pd.concat(
        [tables["individual_ledger"] for tables in (follow_up, own)], ignore_index=True
    )
    return {**follow_up, **own, "individual_ledger": ledgers}

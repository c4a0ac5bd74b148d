"""All that a build may publish about persons, in one go: what the analyst's database holds of
individual follow-up and of own measures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd

from analyslib.disclosure.follow_up import release_follow_up
from analyslib.disclosure.house_key import house_key
from analyslib.disclosure.own_measures import release_own_measures
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.rules import NETWORK_PACK, OPEN_PAGE
from analyslib.disclosure.settings import read_settings, with_settings


def release_everything(
    connection: duckdb.DuckDBPyConnection,
    earlier: Sequence[Publication] = (),
    folder: Path | None = None,
) -> dict[str, pd.DataFrame]:
    """The protected tables of publish.duckdb (see the two that it is made of). The ledgers of
    both are one table, so that the audit of a pack sees them together. `earlier`: all that has
    been published before; `folder`: where the key of the house lies, or is to lie."""
    rounded = read_settings().rounded
    key = house_key(folder) if rounded and folder else b""
    profile = with_settings(NETWORK_PACK)
    follow_up = release_follow_up(connection, profile, earlier, rounded, key)
    own = release_own_measures(connection, with_settings(OPEN_PAGE))
    ledgers = pd.concat(
        [tables["individual_ledger"] for tables in (follow_up, own)], ignore_index=True
    )
    return {**follow_up, **own, "individual_ledger": ledgers}

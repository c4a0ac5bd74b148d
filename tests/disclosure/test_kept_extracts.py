"""A later extract with a few cases more: the reports go on telling of the one that is out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import duckdb
import pandas as pd
from made_follow_up import extracts

from analyslib.analysis.follow_up_themes import BASIS, units_of
from analyslib.disclosure.extract_marks import PLACE
from analyslib.disclosure.follow_up import release_follow_up
from analyslib.disclosure.kept_extracts import Kept, follow_up_to_tell, told_of_blocks
from analyslib.disclosure.publication import Publication, publication_from
from analyslib.measures import load_measures
from analyslib.sources.extract_frames import ExtractFrames
from analyslib.sources.extract_load import load_frames


NEWEST = "2026-03-02"
SMALL, LARGE = "2462", "2480"


def as_of(item: ExtractFrames, day: str) -> ExtractFrames:
    """The same municipality's extract, made on an earlier day."""
    name, limit = f"{day} {item.extract['municipality'].iloc[0]}", pd.Timestamp(day)
    episode = item.episode[item.episode["started"] <= limit].copy()
    still = episode["ended"] > limit
    episode.loc[still, ["ended", "end_reason", "goal", "satisfaction", "readmitted"]] = None
    episode.loc[episode["readmitted"] > limit, "readmitted"] = None
    measurement = item.measurement[item.measurement["date"] <= limit]
    return replace(
        item,
        episode=episode.assign(extract_id=name),
        measurement=measurement.assign(extract_id=name),
        extract=item.extract.assign(extract_id=name, extraction_date=limit.date()),
        local_value=item.local_value.head(0),
        rejected=item.rejected.head(0),
    )


def delivered(*days: str, places: Iterable[str] = (SMALL, LARGE)) -> duckdb.DuckDBPyConnection:
    """A database where these municipalities have delivered on each of these days."""
    own = [item for item in extracts() if item.extract["municipality"].iloc[0] in places]
    connection = duckdb.connect(":memory:")
    load_frames(connection, [item if d == NEWEST else as_of(item, d) for d in days for item in own])
    return connection


@lru_cache
def tables_of(day: str) -> dict[str, pd.DataFrame]:
    return release_follow_up(delivered(day))


def published(day: str) -> list[Publication]:
    contents = tables_of(day)["individual_ledger"]["content"]
    return [publication_from(json.loads(content)) for content in contents]


@lru_cache
def second_tables() -> dict[str, pd.DataFrame]:
    connection = delivered("2025-12-01", NEWEST)
    return release_follow_up(connection, earlier=published("2025-12-01"))


def told_from(connection: duckdb.DuckDBPyConnection, earlier: list[Publication]) -> Kept:
    return follow_up_to_tell(connection, load_measures(), earlier)


def days_of(kept: Kept) -> dict[str, set[str]]:
    cases = kept.follow_up.cases.assign(day=lambda c: c["extraction_date"].astype(str).str[:10])
    return {place: set(rows["day"]) for place, rows in cases.groupby("municipality")}


def test_a_small_municipality_is_told_of_as_before_until_there_is_more() -> None:
    kept = told_from(delivered("2025-12-01", NEWEST), published("2025-12-01"))
    assert days_of(kept) == {SMALL: {"2025-12-01"}, LARGE: {NEWEST}}
    assert len(kept.waiting) == 1 and kept.waiting[0].startswith(SMALL)
    told = told_of_blocks(published("2025-12-01"))
    sizes = units_of(BASIS, kept.follow_up).groupby(PLACE).size()
    assert all(told[b].shown in (None, sizes[b]) for b in told if b[0] == SMALL)
    assert any(told[b].shown != sizes[b] for b in told if b[0] == LARGE)


def test_with_enough_that_is_new_the_newest_is_told_of() -> None:
    kept = told_from(delivered("2025-01-15", NEWEST), published("2025-01-15"))
    assert days_of(kept) == {SMALL: {NEWEST}, LARGE: {NEWEST}}
    assert kept.waiting == ()


def test_what_is_no_longer_at_hand_cannot_be_told_of() -> None:
    kept = told_from(delivered(NEWEST), published("2025-12-01"))
    assert days_of(kept) == {SMALL: {NEWEST}, LARGE: {NEWEST}} and kept.waiting == ()
    other = told_from(delivered("2025-11-28", NEWEST), published("2025-12-01"))
    assert days_of(other) == {SMALL: {NEWEST}, LARGE: {NEWEST}} and other.waiting == ()


def test_the_page_can_say_that_a_newer_extract_waits() -> None:
    before = tables_of("2025-12-01")["isu_delivery"].set_index("municipality")
    assert before["newer"].isna().all()
    now = second_tables()
    rows = now["isu_delivery"].set_index("municipality")
    assert str(rows.loc[SMALL, "newer"])[:10] == NEWEST
    same = ["extraction_date", "coverage"]
    assert rows.loc[SMALL, same].equals(before.loc[SMALL, same])
    assert pd.isna(rows.loc[LARGE, "newer"])
    assert str(rows.loc[LARGE, "extraction_date"])[:10] == NEWEST


def test_the_second_pack_shows_about_as_much_as_the_first() -> None:
    first = tables_of("2025-12-01")["individual_count"]
    now = second_tables()
    second = now["individual_count"]
    # The small one is as it was; of the large one what is new is hidden, where it is a few.
    for place, least in ((SMALL, 0.95), (LARGE, 0.5), ("alla", 0.5)):
        shown = [
            len(c[(c["municipality"] == place) & (c["status"] == "")]) for c in (first, second)
        ]
        assert shown[1] >= least * shown[0], (place, shown)
    by_sex = first["layout"].str.startswith("kon_")
    assert set(second["layout"]) >= set(first.loc[~by_sex, "layout"])

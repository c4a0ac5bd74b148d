"""The release of the individual follow-up: every table of every municipality through the gate, as
the protected frames of publish.duckdb."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from functools import partial

import duckdb
import pandas as pd

from analyslib.analysis.follow_up import FollowUp, build_follow_up
from analyslib.disclosure.county_release import release_county
from analyslib.disclosure.follow_up_statistics import release_statistics
from analyslib.disclosure.kept_extracts import follow_up_to_tell
from analyslib.disclosure.notices import Notice, frame_of
from analyslib.disclosure.publication import Publication, ledgers_as_text
from analyslib.disclosure.release import Release
from analyslib.disclosure.released import Released, frames_of
from analyslib.disclosure.rounded_follow_up import release_rounded, summarise_rounded
from analyslib.disclosure.rounded_ledgers import check_modes
from analyslib.disclosure.rules import NETWORK_PACK, Profile
from analyslib.disclosure.side_by_side import side_by_side
from analyslib.disclosure.theme_tables import DIMENSIONS, with_dimensions
from analyslib.measures import load_measures
from analyslib.store.connection import run_query


COVERAGE_STEP = 5


def release_follow_up(
    connection: duckdb.DuckDBPyConnection,
    profile: Profile = NETWORK_PACK,
    earlier: Sequence[Publication] = (),
    rounded: Collection[str] = (),
    key: bytes = b"",
) -> dict[str, pd.DataFrame]:
    """The protected tables of publish.duckdb, from the analyst's database. `earlier`: all that has
    been published before; `rounded`: the municipalities that are rounded instead of hidden, with
    the `key` of the house.

    individual_count and individual_statistic: one row = one cell, one statistic of a cell;
    individual_release: facts about the release; individual_ledger: the published ledgers as text,
    one row each; individual_notice: one row = what was left out, or an exception to the promise;
    isu_delivery: one row = one municipality that has delivered.
    """
    measures = load_measures()
    episodes = run_query(connection, "build/isu_episodes").df()
    measurements = run_query(connection, "build/isu_measurements").df()
    places = sorted(set(rounded) & set(episodes["municipality"]))
    check_modes(earlier, places, episodes["municipality"], profile.threshold)
    kept = follow_up_to_tell(connection, measures, earlier, profile.threshold, but=places)
    follow_up = kept.follow_up
    made, notices = decide_counties(follow_up, profile, earlier)
    counts, publications = _printed(made)
    statistics = release_statistics(follow_up, counts, measures, profile)
    if places:
        everybody = build_follow_up(episodes, measurements, measures)
        more, ledgers, told = release_rounded(everybody, places, profile, key, earlier)
        notices = [*notices, *told]
        shares = [summarise_rounded(cells).assign(status="") for cells in more]
        counts = pd.concat([counts, *more], ignore_index=True)
        statistics = pd.concat([statistics, *shares], ignore_index=True)
        publications = [*publications, *ledgers]
    digests = [publication.digest for publication in publications]
    released = Released(
        counts=counts,
        threshold=profile.threshold,
        digest=hashlib.sha256("".join(digests).encode()).hexdigest(),
        facts={
            "years": " ".join(map(str, follow_up.years)),
            "kkik": follow_up.window,
            "n_hidden": str(int((counts["status"] != "").sum())),
            "rounded": " ".join(places),
        },
        statistics=statistics,
    )
    return {
        **frames_of(released),
        "individual_statistic": statistics,
        "individual_ledger": ledgers_as_text(publications),
        "individual_notice": frame_of(notices),
        "isu_delivery": _deliveries(connection, kept.waiting),
    }


def release_counties(
    follow_up: FollowUp, profile: Profile = NETWORK_PACK, earlier: Sequence[Publication] = ()
) -> tuple[pd.DataFrame, list[Publication]]:
    """The printed cells of all themes and counties, and the published ledgers.

    Cells: layout (theme and county, "mal-24"), crossing, DIMENSIONS ("alla" for a total), count
    and status, as in Released.
    """
    return _printed(decide_counties(follow_up, profile, earlier)[0])


def decide_counties(
    follow_up: FollowUp, profile: Profile = NETWORK_PACK, earlier: Sequence[Publication] = ()
) -> tuple[list[Release], list[Notice]]:
    """What comes out of each county, and what there is to say of it to who builds."""
    counties = sorted(follow_up.cases["municipality"].str[:2].unique())
    of_county = partial(release_county, follow_up, profile=profile, earlier=earlier)
    found = side_by_side(of_county, counties)
    return [m for tables in found for m in tables.made], [n for t in found for n in t.notices]


def _printed(made: Sequence[Release]) -> tuple[pd.DataFrame, list[Publication]]:
    counts = [_tidy(item) for item in made]
    publications = [item.publication for item in made]
    return pd.concat(counts, ignore_index=True) if counts else _no_counts(), publications


def _tidy(made: Release) -> pd.DataFrame:
    """The printed cells with all DIMENSIONS; combinations that nobody in the county has are left
    out, since they only say which classes belong to which service area."""
    counts = with_dimensions(made.released.counts)
    where = [counts[key] for key in ("layout", "service_area", "class")]
    seen = counts["count"].isna() | (counts["count"] > 0)
    occurs = seen.groupby(where).transform("any")
    return counts[occurs]


def _no_counts() -> pd.DataFrame:
    texts = ["layout", "crossing", *DIMENSIONS, "status"]
    return pd.DataFrame({name: pd.Series(dtype="str") for name in texts}).assign(
        count=pd.Series(dtype="Int64")
    )


def _deliveries(connection: duckdb.DuckDBPyConnection, waiting: Sequence[str]) -> pd.DataFrame:
    """Who has delivered, when, and roughly how much of the service the extract covers. `waiting`:
    extracts that are not told of yet; of them only the day."""
    found = run_query(connection, "build/isu_deliveries", waiting=list(waiting)).df()
    percent = 100 * found.pop("n_persons") / found.pop("n_in_service")
    steps = (percent / COVERAGE_STEP).round() * COVERAGE_STEP
    return found.assign(coverage=steps.clip(upper=100))

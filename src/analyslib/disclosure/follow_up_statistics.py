"""What may be said of the follow-up besides its counts: what follows from the printed ones, and
what takes the pairs of measurements themselves."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analyslib.analysis.follow_up import FollowUp
from analyslib.analysis.follow_up_results import measured, summarise_counts
from analyslib.analysis.follow_up_spread import summarise_pairs
from analyslib.analysis.follow_up_themes import CHANGE
from analyslib.disclosure.hidden_shares import hidden_facts
from analyslib.disclosure.released import TOTAL
from analyslib.disclosure.rules import Profile
from analyslib.disclosure.theme_tables import DIMENSIONS
from analyslib.measures import Measure


def release_statistics(
    follow_up: FollowUp, counts: pd.DataFrame, measures: Mapping[str, Measure], profile: Profile
) -> pd.DataFrame:
    """One row = one statistic of a cell, or how much is hidden. `counts`: the printed cells."""
    parts = [
        summarise_counts(counts),
        _spreads(follow_up, counts, measures, profile),
        hidden_facts(counts, profile.threshold),
    ]
    return pd.concat(parts, ignore_index=True).assign(status="")


def _spreads(
    follow_up: FollowUp, counts: pd.DataFrame, measures: Mapping[str, Measure], profile: Profile
) -> pd.DataFrame:
    """Svensson's measures and the like, only for groups as large as a standard deviation takes,
    and whose every count is printed: beside a hidden one they would tell which it can be."""
    fewest = max(profile.spread_from, profile.mean_from)
    sizes = _whole_cells(counts[counts["layout"].str.startswith(f"{CHANGE.id}-")])
    frames = [
        summarise_pairs(rows, measures, fewest).assign(layout=f"{CHANGE.id}-{county}")
        for county, rows in follow_up.pairs.groupby(follow_up.pairs["municipality"].str[:2])
    ]
    found = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    keys = ["layout", "municipality", "service_area", "n"]
    if found.empty:
        return pd.DataFrame(columns=[*keys, "sex", "class", "name", "value"])
    return found.merge(sizes.astype({"n": "int64"}), on=keys).assign(**{"class": TOTAL})


def _whole_cells(counts: pd.DataFrame) -> pd.DataFrame:
    """How many are measured twice in each cell of the theme of change with nothing hidden: not
    better, same or worse, and not the missing, whom the measured are compared with."""
    keys = ["layout", *DIMENSIONS[:3]]
    sizes = measured(counts)[[*keys, "n"]].dropna(subset=["n"])
    hidden = pd.MultiIndex.from_frame(counts.loc[counts["status"] != "", keys])
    return sizes[~pd.MultiIndex.from_frame(sizes[keys]).isin(hidden)]

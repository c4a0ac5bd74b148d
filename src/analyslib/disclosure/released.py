"""What reports may know about individuals. Light: a report kernel imports this and no solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd


TOTAL = "alla"
HIDDEN = "Privacy"
WORKING_MATERIAL = "Arbetsmaterial – får inte spridas"


@dataclass(frozen=True)
class Released:
    """Counts of people that have passed the gate: the only form in which reports take them.

    `counts`: one row = one cell: ``layout``, ``crossing``, the dimensions ("alla" where it is
    the total), ``count`` and ``status``. A hidden cell has no count and the status "Privacy",
    the same for every hidden cell, whatever the reason; it is never 0. `digest` names the published
    ledger it belongs to. With a `stamp` it has not passed the gate: nothing with a stamp may
    be rendered to a page that leaves. `statistics`: means and the like, one row = one statistic of
    one cell (``name``, ``value``, ``n``, ``status``).
    """

    counts: pd.DataFrame
    threshold: int
    digest: str
    stamp: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    statistics: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def is_protected(self) -> bool:
        return not self.stamp

    def table(self, layout: str, **values: str) -> pd.DataFrame:
        """The cells of one table, or of a part of it: ``table("insats", municipality="2418")``.

        A dimension is given as its value, or as "alla" for the total; those not given
        keep all their rows.
        """
        mask = self.counts["layout"] == layout
        for dimension, value in values.items():
            mask &= self.counts[dimension] == value
        return self.counts[mask].reset_index(drop=True)

    def shares(self, layout: str, of: str, **values: str) -> pd.DataFrame:
        """Shares of the classes in dimension `of`, with n: missing where either is hidden."""
        cells = self.table(layout, **values)
        keys = [d for d in dimensions_of(self.counts) if d != of]
        whole = cells[cells[of] == TOTAL][[*keys, "count"]].rename(columns={"count": "n"})
        parts = cells[cells[of] != TOTAL].merge(whole, on=keys, how="left")
        share = parts["count"].astype("Float64") / parts["n"].astype("Float64")
        parts["share"] = share.where(parts["n"] > 0)
        hidden = parts["count"].isna() | parts["n"].isna()
        parts["status"] = parts["status"].where(~hidden, HIDDEN)
        return parts.reset_index(drop=True)

    @property
    def share_hidden(self) -> float:
        """How much of what could have been said is hidden, zeros not counted."""
        said = self.counts["count"].isna() | (self.counts["count"] > 0)
        return float((self.counts["status"] == HIDDEN)[said].mean()) if said.any() else 0.0


def dimensions_of(counts: pd.DataFrame) -> list[str]:
    """The dimension columns of a frame of counts."""
    return [c for c in counts.columns if c not in ("layout", "crossing", "count", "status")]


def frames_of(released: Released) -> dict[str, pd.DataFrame]:
    """As plain frames for publish.duckdb: ``individual_count`` (one row = one cell),
    ``individual_release`` (one row = one fact about the release) and, where there are any,
    ``individual_statistic`` (one row = one mean or the like)."""
    facts = {
        "threshold": str(released.threshold),
        "digest": released.digest,
        "stamp": released.stamp,
        **released.facts,
    }
    info = pd.DataFrame({"key": list(facts), "value": list(facts.values())}, dtype="str")
    frames = {"individual_count": released.counts, "individual_release": info}
    if len(released.statistics):
        frames["individual_statistic"] = released.statistics
    return frames


def released_from(
    counts: pd.DataFrame, info: pd.DataFrame, statistics: pd.DataFrame | None = None
) -> Released:
    """The release, read back from the frames of `frames_of`."""
    facts = dict(zip(info["key"], info["value"], strict=True))
    counts = counts.assign(count=counts["count"].astype("Int64"))
    threshold, digest = int(facts.pop("threshold")), facts.pop("digest")
    stamp = facts.pop("stamp")
    statistics = pd.DataFrame() if statistics is None else statistics
    return Released(counts, threshold, digest, stamp, facts, statistics)

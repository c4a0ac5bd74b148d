"""Time in intervention and return within a year, with open cases censored, never dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats


Z95 = 1.959963984540054
YEAR = 365


@dataclass(frozen=True)
class Survival:
    """Kaplan-Meier estimate. `times` are the event times in days; `share` is the share still
    in the intervention after each of them, with a log-log 95 % interval."""

    n: int
    events: int
    times: NDArray[np.float64]
    share: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    at_risk: NDArray[np.int64]

    def at(self, time: float) -> tuple[float, float, float]:
        """Share still in the intervention at `time`, with its interval."""
        position = int(np.searchsorted(self.times, time, side="right")) - 1
        if position < 0:
            return 1.0, 1.0, 1.0
        return float(self.share[position]), float(self.low[position]), float(self.high[position])

    def median(self) -> tuple[float | None, float | None, float | None]:
        """First time at which at most half remain, with its interval; None where never."""
        return (
            self._first_at_most_half(self.share),
            self._first_at_most_half(self.low),
            self._first_at_most_half(self.high),
        )

    def _first_at_most_half(self, curve: NDArray[np.float64]) -> float | None:
        reached = np.flatnonzero(curve <= 0.5 + 1e-12)
        return float(self.times[reached[0]]) if reached.size else None

    def restricted_mean(self, horizon: float) -> tuple[float, float]:
        """Mean time until the event or the horizon, whichever comes first, and its standard
        error (Greenwood; at least one must be left at the last event before the horizon)."""
        inside = self.times < horizon
        knots = np.concatenate([[0.0], self.times[inside], [horizon]])
        heights = np.concatenate([[1.0], self.share[inside]])
        areas = np.diff(knots) * heights
        left, at_risk = heights[1:] / heights[:-1], self.at_risk[inside]
        after = areas[::-1].cumsum()[::-1][1:]
        variance = (after**2 * (1 - left) / (at_risk * left)).sum()
        return float(areas.sum()), float(np.sqrt(variance))


def estimate_survival(durations: ArrayLike, ended: ArrayLike) -> Survival:
    """Kaplan-Meier with Greenwood's variance and log-log limits.

    `durations` in days, `ended` True where the event came (False: still open, censored).
    """
    time = np.asarray(durations, dtype=float)
    event = np.asarray(ended, dtype=bool)
    times = np.unique(time[event])
    ordered = np.sort(time)
    at_risk = time.size - np.searchsorted(ordered, times, side="left")
    deaths = np.searchsorted(np.sort(time[event]), times, side="right") - np.searchsorted(
        np.sort(time[event]), times, side="left"
    )
    share = np.cumprod(1 - deaths / at_risk).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(deaths / (at_risk * (at_risk - deaths)))
        width = Z95 * np.sqrt(greenwood) / np.abs(np.log(share))
        low, high = share ** np.exp(width), share ** np.exp(-width)
    # Where nobody is left the variance is not defined: the interval is the whole range.
    nobody = share <= 0
    low[nobody], high[nobody] = 0.0, np.nan
    return Survival(time.size, int(event.sum()), times, share, low, high, at_risk)


def compare_survival(
    durations: ArrayLike, ended: ArrayLike, in_first: ArrayLike
) -> tuple[float, float]:
    """The log-rank test of two groups: chi-square with one degree of freedom, and p."""
    time, event = np.asarray(durations, dtype=float), np.asarray(ended, dtype=bool)
    first = np.asarray(in_first, dtype=bool)
    one, other = (
        stats.CensoredData.right_censored(time[group], ~event[group]) for group in (first, ~first)
    )
    found = stats.logrank(one, other)
    return float(found.statistic) ** 2, float(found.pvalue)


def last_complete_closing(episodes: pd.DataFrame, window: tuple[date, date]) -> pd.DataFrame:
    """One row per person who at some date in the window had every contact closed: the last."""
    first, last = map(pd.Timestamp, window)
    ended = episodes.loc[episodes["ended"].between(first, last), ["person", "ended"]]
    pairs = ended.merge(episodes, on="person", suffixes=("", "_other"))
    still_open = (pairs["opened"] <= pairs["ended"]) & (
        pairs["ended_other"].isna() | (pairs["ended_other"] > pairs["ended"])
    )
    open_then = pairs.loc[still_open, ["person", "ended"]].drop_duplicates()
    candidates = ended.drop_duplicates().merge(
        open_then, on=["person", "ended"], how="left", indicator=True
    )
    complete = candidates[candidates["_merge"] == "left_only"]
    last_closing = complete.groupby("person")["ended"].max()
    return last_closing.rename("closed").reset_index()

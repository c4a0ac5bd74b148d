"""Places in a row, always with how sure they are; quantiles where equal values stay together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analyslib.analysis.statistics import Floats, Z


DRAWS = 2000
SEED = 20_261_203
MIN_PERCENTILES = 4
MIN_CATEGORIES = 5


def quantile_group(values: ArrayLike, groups: int, high_first: bool = True) -> Floats:
    """The group 1..groups of every value; group 1 holds the highest (or lowest) ones.

    Equal values share a group. All NaN where there are fewer values than groups.
    """
    x = np.asarray(values, float)
    found = np.full(x.shape, np.nan)
    known = ~np.isnan(x)
    size = int(known.sum())
    if size < groups:
        return found
    rank = lowest_rank(-x[known] if high_first else x[known])
    # rounded first: size / groups is not exact, and a ceiling would lift what should be whole
    steps = np.ceil(np.round((size + 1 - rank) / (size / groups), 9))
    found[known] = groups + 1 - steps
    return found


def lowest_rank(values: Floats) -> Floats:
    """1 for the lowest; equal values share the lowest place."""
    return np.searchsorted(np.sort(values), values, side="left").astype(np.float64) + 1


def percentile_bounds(values: ArrayLike, groups: int) -> Floats:
    """The groups + 1 bounds by linear interpolation (type 7); NaN with fewer than four values."""
    x = np.asarray(values, float)
    x = x[~np.isnan(x)]
    if len(x) < MIN_PERCENTILES:
        return np.full(groups + 1, np.nan)
    return np.round(np.quantile(x, np.linspace(0, 1, groups + 1)), 10)


def percentile_category(
    value: ArrayLike, values: ArrayLike, groups: int = 5, high_first: bool = False
) -> NDArray[np.int64]:
    """Which fifth of `values` a value falls in, an equal bound counted below; 0: too few."""
    bounds = percentile_bounds(values, groups)
    known = np.asarray(values, float)
    if np.count_nonzero(~np.isnan(known)) < MIN_CATEGORIES:
        return np.zeros(np.shape(value), np.int64)
    category = 1 + np.searchsorted(bounds[1:-1], np.asarray(value, float), side="left")
    return groups + 1 - category if high_first else category


@dataclass(frozen=True)
class Ranks:
    """One element per municipality; 1 is the best. NaN without value or interval."""

    rank: Floats
    low: Floats
    high: Floats


def rank_with_interval(
    values: ArrayLike, errors: ArrayLike, high_first: bool, draws: int = DRAWS, seed: int = SEED
) -> Ranks:
    """Each place with the 95 % interval of places it could reasonably have (simulated, seeded).

    `errors` are standard errors. A value without one takes part with its value but gets no
    interval, so that nobody looks surer than they are. Equal values share the best place.
    """
    sign = -1.0 if high_first else 1.0
    x, error = sign * np.asarray(values, float), np.asarray(errors, float)
    known = np.flatnonzero(~np.isnan(x))
    rank, low, high = (np.full(x.shape, np.nan) for _ in range(3))
    if len(known):
        rank[known] = lowest_rank(x[known])
        noise = np.random.default_rng(seed).standard_normal((draws, len(known)))
        drawn = x[known] + noise * np.nan_to_num(error[known])
        places = np.argsort(np.argsort(drawn, axis=1, kind="stable"), axis=1) + 1.0
        bounds = np.quantile(places, [0.025, 0.975], axis=0, method="nearest")
        sure = ~np.isnan(error[known])
        low[known] = np.where(sure, np.minimum(bounds[0], rank[known]), np.nan)
        high[known] = np.where(sure, np.maximum(bounds[1], rank[known]), np.nan)
    return Ranks(rank, low, high)


def standard_errors(low: ArrayLike, high: ArrayLike) -> Floats:
    """Standard errors read off 95 % intervals."""
    return (np.asarray(high, float) - np.asarray(low, float)) / (2 * Z[0.95])

"""Tests of a rise or fall in few points: five-point weighted, Armitage, Mann-Kendall, Theil-Sen.

Every function takes one row per series and one column per point, oldest first, and answers for
all series at once. Sources: docs/metod.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from analyslib.analysis.statistics import Floats, Z


CHI2_95 = Z[0.95] ** 2
CHI2_998 = Z[0.998] ** 2
MOST_EXACT = 18  # points: up to here the number of their orders is a whole number to a float


@dataclass(frozen=True)
class SlopeTest:
    """One element per series. NaN in `chi2` where the test cannot be computed.

    `guarded` is True where the slope keeps its sign whichever single point is left out.
    """

    slope: Floats
    error: Floats
    chi2: Floats
    guarded: NDArray[np.bool_]


def five_point_test(values: Floats, errors: Floats, years: Floats | None = None) -> SlopeTest:
    """Weighted regression on points with known standard errors (Fingertips' recent trend).

    Any missing or zero error gives NaN: no interval is never "no change".
    """
    x = np.broadcast_to(np.arange(1.0, values.shape[1] + 1), values.shape)
    x = x if years is None else years
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(errors > 0, 1 / errors**2, np.nan)
        slope, spread = _weighted_slope(x, values, weight)
        return SlopeTest(slope, 1 / np.sqrt(spread), slope**2 * spread, _guard(x, values, weight))


def armitage_test(counts: Floats, sizes: Floats) -> SlopeTest:
    """Chi-square for trend in shares from counts; the slope is that of the logits.

    A share of 0 or 1 has no logit, so such a series cannot be computed (NaN).
    """
    x = np.broadcast_to(np.arange(1.0, counts.shape[1] + 1), counts.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = counts / sizes
        logit = np.log(share / (1 - share))
        logit = np.where(np.isfinite(logit), logit, np.nan)
        pooled = counts.sum(1) / sizes.sum(1)
        score = (x * (counts - sizes * pooled[:, None])).sum(1)
        spread = (sizes * x**2).sum(1) - (sizes * x).sum(1) ** 2 / sizes.sum(1)
        weight = sizes * share * (1 - share)
        slope, information = _weighted_slope(x, logit, weight)
        chi2 = score**2 / (pooled * (1 - pooled) * spread)
    return SlopeTest(
        slope,
        1 / np.sqrt(information),
        np.where(np.isnan(slope), np.nan, chi2),
        _guard(x, logit, weight),
    )


def _weighted_slope(x: Floats, y: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Slope, and the weighted spread of x that it rests on (its inverse is the variance)."""
    total = weight.sum(-1, keepdims=True)
    from_mean = x - (weight * x).sum(-1, keepdims=True) / total
    spread = (weight * from_mean**2).sum(-1)
    return (weight * from_mean * y).sum(-1) / spread, spread


def _guard(x: Floats, y: Floats, weight: Floats) -> NDArray[np.bool_]:
    every, _ = _weighted_slope(x, y, weight)
    same = np.sign(every) != 0
    for point in range(x.shape[1]):
        rest = [column for column in range(x.shape[1]) if column != point]
        left, _ = _weighted_slope(x[:, rest], y[:, rest], weight[:, rest])
        same &= np.sign(left) == np.sign(every)
    return same


@dataclass(frozen=True)
class RankTrend:
    """Mann-Kendall with Theil-Sen's slope and its 95 % interval, one element per series."""

    score: NDArray[np.int64]
    p: Floats
    slope: Floats
    low: Floats
    high: Floats


def mann_kendall(values: Floats, years: Floats | None = None) -> RankTrend:
    """Series of equal length without gaps; `years` (same shape) gives the slope its unit.

    The p value is the share of all orders of these values whose score is at least as far from
    zero, ties too: counted up to MOST_EXACT points, and by the normal distribution above.
    """
    points = values.shape[1]
    x = np.broadcast_to(np.arange(float(points)), values.shape) if years is None else years
    first, last = np.triu_indices(points, 1)
    rise = values[:, last] - values[:, first]
    score = np.sign(rise).sum(1).astype(np.int64)
    slopes = np.sort(rise / (x[:, last] - x[:, first]), axis=1)
    outside = _outside_ranks(points)
    low = slopes[:, outside] if outside >= 0 else np.full(len(values), np.nan)
    high = slopes[:, -1 - outside] if outside >= 0 else np.full(len(values), np.nan)
    p = (_exact_p if points <= MOST_EXACT else approximate_p)(values, score)
    return RankTrend(score, p, np.median(slopes, axis=1), low, high)


def approximate_p(values: Floats, score: NDArray[np.int64]) -> Floats:
    """The normal distribution with the variance of the ties, half a step towards nought."""
    sizes = (values[:, :, None] == values[:, None, :]).sum(axis=2)
    tied = ((sizes - 1) * (2 * sizes + 5)).sum(axis=1) / 18
    spread = np.sqrt(_score_variance(values.shape[1]) - tied)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(spread > 0, (np.abs(score) - 1) / spread, 0.0)
    return np.array([math.erfc(max(item, 0.0) / math.sqrt(2)) for item in z])


def _score_variance(points: int) -> float:
    """Of the score of points that are all different."""
    return points * (points - 1) * (2 * points + 5) / 18


def _exact_p(values: Floats, score: NDArray[np.int64]) -> Floats:
    equal = (values[:, :, None] == values[:, None, :]).sum(axis=2)
    p = _two_sided((1,) * values.shape[1])[np.abs(score)]
    tied = np.flatnonzero(equal.max(axis=1, initial=1) > 1)
    patterns, number = np.unique(np.sort(equal[tied], axis=1), axis=0, return_inverse=True)
    for place, pattern in enumerate(patterns):
        rows = tied[number.ravel() == place]
        p[rows] = _two_sided(_tie_sizes(pattern))[np.abs(score[rows])]
    return p


def _tie_sizes(pattern: NDArray[np.int64]) -> tuple[int, ...]:
    """1, 1, 2, 2, 3, 3, 3 (how many equal each point has) is two single, a pair and a triple."""
    sizes, points = np.unique(pattern, return_counts=True)
    return tuple(np.repeat(sizes, points // sizes).tolist())


@lru_cache(maxsize=512)
def _two_sided(ties: tuple[int, ...]) -> Floats:
    """P(|S| >= s) for s = 0, 1, ..., by counting the orders with each number of inversions.

    The orders of values with ties are those of all points divided by those within each tie.
    """
    ways = _orders(sum(ties))
    for size in ties:
        ways = _divided_by_orders(ways, size)
    share = ways / ways.sum()
    scores = np.abs(len(share) - 1 - 2 * np.arange(len(share)))
    return np.array([share[scores >= s].sum() for s in range(int(scores.max()) + 1)])


@lru_cache(maxsize=64)
def _orders(points: int) -> Floats:
    """How many orders of distinct points have 0, 1, 2, ... inversions."""
    ways = np.array([1.0])
    for size in range(2, points + 1):
        ways = np.convolve(ways, np.ones(size))
    return ways


def _divided_by_orders(ways: Floats, points: int) -> Floats:
    """The quotient of two such counts: 1 + x + ... + x^(k-1) is (1 - x^k) / (1 - x)."""
    for size in range(2, points + 1):
        quotient = np.diff(ways, prepend=0.0)
        for start in range(size):
            quotient[start::size] = np.cumsum(quotient[start::size])
        ways = quotient[: len(ways) - size + 1]
    return ways


@lru_cache(maxsize=64)
def _outside_ranks(points: int) -> int:
    """How many of the sorted slopes lie outside the 95 % interval at each end; -1 if none can."""
    pairs = points * (points - 1) // 2
    if points > MOST_EXACT:
        return math.floor((pairs - 1 - Z[0.95] * math.sqrt(_score_variance(points))) / 2)
    tail = _two_sided((1,) * points)
    certain = [s for s in range(pairs % 2, pairs + 1, 2) if tail[s] <= 0.05]
    return (pairs - min(certain)) // 2 if certain else -1

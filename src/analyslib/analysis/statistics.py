"""Intervals for a share, a rate, a mean and a standardised rate; several tests at once.

All functions take numbers or arrays and answer for every element at once. What cannot be
computed is NaN, never a guess. Sources: docs/metod.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


Floats = NDArray[np.float64]

LEVELS = (0.95, 0.998)
Z = {0.95: 1.959963984540054, 0.998: 3.090232306167813}
EXACT_BELOW = 10
# European Standard Population 2013: 0-4, 5-9, ..., 85-89, 90+
ESP2013 = (
    5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000,
    7000, 6500, 6000, 5500, 5000, 4000, 2500, 1500, 1000,
)  # fmt: skip


def _z(level: float) -> float:
    if level in Z:
        return Z[level]
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))


def wilson(count: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson's score interval for a share, as shares 0–1. NaN where count or n is impossible."""
    x, size = np.asarray(count, float), np.asarray(n, float)
    z = _z(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        possible = (size > 0) & (x >= 0) & (x <= size)
        root = z * np.sqrt(np.where(possible, z * z + 4 * x * (1 - x / size), np.nan))
        middle, bottom = 2 * x + z * z, 2 * (size + z * z)
        low, high = (middle - root) / bottom, (middle + root) / bottom
    # exactly 0 and 1 at the ends, where rounding would leave a hair
    return np.where(x == 0, low * 0, low), np.where(x == size, high * 0 + 1, high)


def poisson(count: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Interval for a count: exact below ten, Byar's approximation from ten.

    Where Byar's lower limit would be negative it does not exist (NaN).
    """
    x = np.atleast_1d(np.asarray(count, float))
    low, high = byar(np.where(x >= EXACT_BELOW, x, np.nan), level)
    few = (x >= 0) & (x < EXACT_BELOW)
    if few.any():
        low[few], high[few] = exact_poisson(x[few], level)
    shape = np.shape(count)
    return low.reshape(shape), high.reshape(shape)


def byar(count: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Byar's approximation alone. Its lower limit is NaN where it would be negative."""
    x, z = np.asarray(count, float), _z(level)
    y = x + 1
    with np.errstate(invalid="ignore"):
        low = x * (1 - 1 / (9 * x) - z / (3 * np.sqrt(x))) ** 3
        high = y * (1 - 1 / (9 * y) + z / (3 * np.sqrt(y))) ** 3
        return np.where(low < 0, np.nan, low), high


def exact_poisson(count: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Exact interval for a count, by the chi-square distribution; from 0 at a count of 0."""
    from scipy.special import gammaincinv

    x = np.asarray(count, float)
    tail = (1 - level) / 2
    low = np.where(x > 0, gammaincinv(np.where(x > 0, x, 1.0), tail), 0.0)
    return np.where(x >= 0, low, np.nan), gammaincinv(np.where(x >= 0, x + 1, np.nan), 1 - tail)


def rate(
    count: ArrayLike, population: ArrayLike, per: ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Interval for a rate per `per` inhabitants. NaN without a population."""
    size = np.asarray(population, float)
    low, high = poisson(count, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(size > 0, np.asarray(per, float) / size, np.nan)
    return low * scale, high * scale


def mean(values: ArrayLike, level: float = 0.95) -> tuple[float, float, float]:
    """The mean with Student's t interval; the interval is NaN with fewer than two values."""
    from scipy.special import stdtrit

    x = np.asarray(values, float)
    x = x[~np.isnan(x)]
    if len(x) < 2:
        return (float(x.mean()) if len(x) else np.nan), np.nan, np.nan
    half = float(stdtrit(len(x) - 1, (1 + level) / 2)) * x.std(ddof=1) / np.sqrt(len(x))
    return float(x.mean()), float(x.mean() - half), float(x.mean() + half)


def standardised_rate(
    count: ArrayLike,
    population: ArrayLike,
    standard: Sequence[float] = ESP2013,
    per: float = 100_000,
    level: float = 0.95,
) -> tuple[float, float, float]:
    """Directly standardised rate with Dobson's interval. All NaN with fewer than ten events."""
    x = np.nan_to_num(np.asarray(count, float))
    size, weight = np.asarray(population, float), np.asarray(standard, float)
    total = x.sum()
    if total < EXACT_BELOW:
        return np.nan, np.nan, np.nan
    value = (weight * x / size).sum() / weight.sum()
    error = np.sqrt((x * (weight / size) ** 2).sum()) / weight.sum()
    low, high = poisson(total, level)
    scale = error / np.sqrt(total)
    return (
        float(value * per),
        float((value + scale * (low - total)) * per),
        float((value + scale * (high - total)) * per),
    )


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Each p value's false discovery rate among all of them. NaN stays NaN and is not counted."""
    values = np.asarray(p, float)
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")[::-1]]
    ranks = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum.accumulate(np.minimum(values[order] * len(order) / ranks, 1.0))
    return adjusted

"""Control limits for counts, shares, rates, means and rare events (c, p, u, g, t, xbar, s).

Each function gives the centre line and its limits at `sigmas` standard deviations, one element
per point. p' and u' are Laney's, for denominators so large that the plain limits are absurd.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analyslib.analysis.process_control import SCREEN
from analyslib.analysis.statistics import Floats


D2 = 1.128  # as control charts have it, to three decimals: mean moving range over sd
MOVING_RANGE_UPPER = 3.267
T_POWER = 3.6  # the power that makes exponential times between events nearly normal


@dataclass(frozen=True)
class ChartLimits:
    centre: Floats
    low: Floats
    high: Floats


def _around(centre: ArrayLike, error: ArrayLike, sigmas: float, floor: float = 0.0) -> ChartLimits:
    middle, half = np.broadcast_arrays(np.asarray(centre, float), sigmas * np.asarray(error))
    return ChartLimits(middle, np.maximum(middle - half, floor), middle + half)


def c_limits(counts: ArrayLike, sigmas: float = 3) -> ChartLimits:
    """Counts over equal areas of opportunity."""
    x = np.asarray(counts, float)
    return _around(np.full(len(x), x.mean()), np.sqrt(x.mean()), sigmas)


def p_limits(
    counts: ArrayLike, sizes: ArrayLike, sigmas: float = 3, laney: bool = False
) -> ChartLimits:
    """Shares 0–1 of varying size."""
    x, n = np.asarray(counts, float), np.asarray(sizes, float)
    middle = x.sum() / n.sum()
    error = np.sqrt(middle * (1 - middle) / n)
    if laney:
        error = error * _moving_sd((x / n - middle) / error)
    found = _around(middle, error, sigmas)
    return ChartLimits(found.centre, found.low, np.minimum(found.high, 1.0))


def u_limits(
    counts: ArrayLike, sizes: ArrayLike, sigmas: float = 3, laney: bool = False
) -> ChartLimits:
    """Rates: counts over varying areas of opportunity."""
    x, n = np.asarray(counts, float), np.asarray(sizes, float)
    middle = x.sum() / n.sum()
    error = np.sqrt(middle / n)
    if laney:
        error = error * _moving_sd((x / n - middle) / error)
    return _around(middle, error, sigmas)


def i_limits(values: ArrayLike, sigmas: float = 3, screen: bool = True) -> ChartLimits:
    """Single values, by their moving ranges; outlying moves are left out unless told."""
    x = np.asarray(values, float)
    return _around(np.full(len(x), x.mean()), _moving_sd(x, screen), sigmas, -np.inf)


def mr_limits(values: ArrayLike, sigmas: float = 3) -> ChartLimits:
    """The moving ranges themselves, one fewer than the values."""
    moves = np.abs(np.diff(np.asarray(values, float)))
    error = (MOVING_RANGE_UPPER - 1) * moves.mean() / 3
    return _around(np.full(len(moves), moves.mean()), error, sigmas)


def g_limits(between: ArrayLike, sigmas: float = 3) -> ChartLimits:
    """Cases between rare events; the line is the median, the limits those of the geometric law."""
    x = np.asarray(between, float)
    found = _around(np.full(len(x), x.mean()), np.sqrt(x.mean() * (x.mean() + 1)), sigmas)
    return ChartLimits(np.full(len(x), np.median(x)), found.low, found.high)


def t_limits(between: ArrayLike, sigmas: float = 3, screen: bool = True) -> ChartLimits:
    """Time between rare events, on a scale where it is nearly normal, and back."""
    x = np.asarray(between, float) ** (1 / T_POWER)
    found = i_limits(x, sigmas, screen)
    back = [np.maximum(line, 0) ** T_POWER for line in (found.centre, found.low, found.high)]
    return ChartLimits(*back)


def xbar_limits(
    means: ArrayLike, sds: ArrayLike, sizes: ArrayLike, sigmas: float = 3
) -> ChartLimits:
    """Means of samples of varying size, by the pooled standard deviation within them."""
    x, n = np.asarray(means, float), np.asarray(sizes, float)
    pooled = _pooled(sds, n)
    return _around((x * n).sum() / n.sum(), pooled / (_c4(n) * np.sqrt(n)), sigmas, -np.inf)


def s_limits(sds: ArrayLike, sizes: ArrayLike, sigmas: float = 3) -> ChartLimits:
    """Standard deviations of samples of varying size."""
    n = np.asarray(sizes, float)
    pooled = _pooled(sds, n)
    return _around(pooled, pooled * np.sqrt(1 - _c4(n) ** 2) / _c4(n), sigmas)


def _pooled(sds: ArrayLike, n: Floats) -> float:
    s = np.asarray(sds, float)
    return float(np.sqrt(((n - 1) * s**2).sum() / (n - 1).sum()))


def _moving_sd(values: Floats, screen: bool = True) -> float:
    moves = np.abs(np.diff(values))
    if screen:
        moves = moves[moves < SCREEN * moves.mean()]
    return float(moves.mean() / D2)


def _c4(n: Floats) -> Floats:
    """The mean of the sample standard deviation over the true one."""
    from scipy.special import gammaln

    return np.sqrt(2 / (n - 1)) * np.exp(gammaln(n / 2) - gammaln((n - 1) / 2))

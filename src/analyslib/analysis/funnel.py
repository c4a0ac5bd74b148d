"""Funnel limits: how far chance alone can move a value, by the number behind it.

With many persons behind each value nearly everything lies outside the plain limits, because
municipalities differ in more than chance. The overdispersed limits add that (Spiegelhalter 2005).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analyslib.analysis.statistics import Floats, Z


WINSORISED = 0.10


def share_limits(n: ArrayLike, target: float, level: float = 0.95) -> tuple[Floats, Floats]:
    """Limits for a share (0–1) around `target`: where a Wilson interval would just touch it."""
    half = Z[level] * np.sqrt(target * (1 - target) / np.asarray(n, float))
    return np.clip(target - half, 0, 1), np.clip(target + half, 0, 1)


def count_limits(expected: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Exact Poisson limits for a count that is expected to be `expected`."""
    from scipy.special import gammaincinv

    events, tail = np.asarray(expected, float), (1 - level) / 2
    return gammaincinv(events, tail), gammaincinv(events + 1, 1 - tail)


def ratio_limits(
    expected: ArrayLike, target: float = 1.0, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Limits for observed / expected, or for any rate with that many expected events."""
    events = np.asarray(expected, float)
    low, high = count_limits(events, level)
    return low / events * target, high / events * target


@dataclass(frozen=True)
class Overdispersion:
    """`phi` is the mean squared z score (1 when only chance is at work), `tau2` the added variance.

    Both on the scale the funnel was computed on: arcsine of the root for shares, log for ratios.
    """

    target: float
    phi: float
    tau2: float


def share_overdispersion(count: ArrayLike, n: ArrayLike) -> Overdispersion:
    """How much more shares differ than chance makes them, after winsorising a tenth at each end."""
    x, size = np.asarray(count, float), np.asarray(n, float)
    target = x.sum() / size.sum()
    error = 1 / (2 * np.sqrt(size))
    return _overdispersion(target, _arcsine(x / size) - _arcsine(target), error)


def ratio_overdispersion(observed: ArrayLike, expected: ArrayLike) -> Overdispersion:
    """The same for observed / expected, on the log scale with half an event added."""
    x, base = np.asarray(observed, float), np.asarray(expected, float)
    target = x.sum() / base.sum()
    distance = np.log((x + 0.5) / (base + 0.5)) - np.log(target)
    return _overdispersion(target, distance, 1 / np.sqrt(np.maximum(base * target, 0.5)))


def _overdispersion(target: float, distance: Floats, error: Floats) -> Overdispersion:
    z = distance / error
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    units, weight = len(z), error**-2
    phi = float((np.clip(z, low, high) ** 2).mean())
    tau2 = (units * phi - (units - 1)) / (weight.sum() - (weight**2).sum() / weight.sum())
    return Overdispersion(float(target), phi, max(0.0, float(tau2)))


def overdispersed_share_limits(
    n: ArrayLike, spread: Overdispersion, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Limits for a share that allow for the differences there always are."""
    half = Z[level] * np.sqrt(1 / (4 * np.asarray(n, float)) + spread.tau2)
    middle = _arcsine(spread.target)
    return (
        np.sin(np.clip(middle - half, 0, np.pi / 2)) ** 2,
        np.sin(np.clip(middle + half, 0, np.pi / 2)) ** 2,
    )


def overdispersed_ratio_limits(
    expected: ArrayLike, spread: Overdispersion, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Limits for a ratio that allow for the differences there always are."""
    base = np.maximum(np.asarray(expected, float) * spread.target, 0.5)
    half = Z[level] * np.sqrt(1 / base + spread.tau2)
    return spread.target * np.exp(-half), spread.target * np.exp(half)


def funnel_class(
    value: ArrayLike, limits_95: tuple[Floats, Floats], limits_998: tuple[Floats, Floats]
) -> NDArray[np.int64]:
    """-2 below the outer limits, -1 between them, 0 inside, 1 and 2 above; touching is inside."""
    x = np.asarray(value, float)
    low = (x < limits_95[0]).astype(int) + (x < limits_998[0])
    high = (x > limits_95[1]).astype(int) + (x > limits_998[1])
    return high - low


def _arcsine(share: ArrayLike) -> Floats:
    return np.arcsin(np.sqrt(np.asarray(share, float)))

"""Who was expected, who was measured, and how those who were lost differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analyslib.analysis.outcomes import Share, summarise_share


NOTICEABLE = 0.1
LARGE = 0.2


@dataclass(frozen=True)
class Attrition:
    """Expected, measured and lost persons at one phase.

    `difference` is the standardised mean difference at start between those followed and those
    lost (followed minus lost, in pooled standard deviations; above 0.1 noticeable, above 0.2
    large), None where fewer than two of either have a start value or nothing varies.
    """

    expected: int
    measured: Share
    lost: int
    difference: float | None


@dataclass(frozen=True)
class Bounds:
    """The share (0-1) that became better: among the measured, and of all expected if none
    (`worst_case`: all lost unchanged or worse) or all (`best_case`) of the lost did."""

    measured: Share
    worst_case: float
    best_case: float


def summarise_attrition(start_values: ArrayLike, was_measured: ArrayLike) -> Attrition:
    """`start_values` may be NaN; `was_measured` is True where the later measurement exists."""
    start = np.asarray(start_values, dtype=float)
    measured = np.asarray(was_measured, dtype=bool)
    followed, lost = start[measured], start[~measured]
    return Attrition(
        expected=measured.size,
        measured=summarise_share(int(measured.sum()), measured.size),
        lost=int((~measured).sum()),
        difference=standardised_difference(followed, lost),
    )


def standardised_difference(one: ArrayLike, other: ArrayLike) -> float | None:
    """Difference of means in units of the root mean square of the two standard deviations."""
    first, second = (np.asarray(v, float)[~np.isnan(np.asarray(v, float))] for v in (one, other))
    if min(first.size, second.size) < 2:
        return None
    spread = np.sqrt((first.var(ddof=1) + second.var(ddof=1)) / 2)
    return float((first.mean() - second.mean()) / spread) if spread > 0 else None


def bound_share(better: int, measured: int, expected: int) -> Bounds:
    """Best and worst case for the share that became better, given how many were lost."""
    lost = expected - measured
    return Bounds(
        measured=summarise_share(better, measured),
        worst_case=better / expected,
        best_case=(better + lost) / expected,
    )

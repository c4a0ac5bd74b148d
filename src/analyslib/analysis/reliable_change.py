"""Change that is larger than the error of measurement, and change that matters to the person.

One common cut-off and one common criterion for all groups and municipalities. Without a known
reliability nothing here can be computed, and nothing is offered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, exp, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray


CRITICAL = 1.96
CATEGORIES = ("recovered", "improved", "unchanged", "deteriorated", "harmed")


@dataclass(frozen=True)
class Criterion:
    """What a change must exceed to be reliable, in points of the measure.

    `s_diff` is the standard error of a difference (Jacobson & Truax 1991); `points` is the
    smallest change that counts, `cut_off` the limit between the two populations, or None.
    """

    s_diff: float
    points: float
    cut_off: float | None
    high_is_better: bool


def reliable_change_criterion(
    sd_before: float,
    reliability: float,
    high_is_better: bool,
    cut_off: float | None = None,
    critical: float = CRITICAL,
) -> Criterion:
    """From the standard deviation at baseline (of all with a baseline) and the reliability."""
    if not 0 < reliability < 1:
        raise ValueError("reliability must lie between 0 and 1")
    s_diff = sqrt(2) * sd_before * sqrt(1 - reliability)
    return Criterion(s_diff, critical * s_diff, cut_off, high_is_better)


def cut_off_between(
    mean_clinical: float, sd_clinical: float, mean_functional: float, sd_functional: float
) -> tuple[float, float, float]:
    """Jacobson & Truax's cut-offs a, b and c.

    a: two clinical standard deviations from the clinical mean towards the functional one;
    b: two functional standard deviations from the functional mean towards the clinical one;
    c: the point between the means weighted by the standard deviations.
    """
    towards = 1 if mean_functional > mean_clinical else -1
    c = (sd_clinical * mean_functional + sd_functional * mean_clinical) / (
        sd_clinical + sd_functional
    )
    return (
        mean_clinical + towards * 2 * sd_clinical,
        mean_functional - towards * 2 * sd_functional,
        c,
    )


def classify_change(before: ArrayLike, after: ArrayLike, criterion: Criterion) -> NDArray[np.str_]:
    """One of CATEGORIES per pair; without a cut-off only improved, unchanged, deteriorated."""
    first, second = np.asarray(before, float), np.asarray(after, float)
    sign = 1 if criterion.high_is_better else -1
    gain = sign * (second - first) / criterion.s_diff
    threshold = criterion.points / criterion.s_diff
    result = np.where(gain > threshold, "improved", "unchanged").astype("<U12")
    result[gain < -threshold] = "deteriorated"
    if criterion.cut_off is not None:
        was_clinical = sign * first < sign * criterion.cut_off
        is_clinical = sign * second < sign * criterion.cut_off
        result[(result == "improved") & was_clinical & ~is_clinical] = "recovered"
        result[(result == "deteriorated") & ~was_clinical & is_clinical] = "harmed"
    return result


def expected_regression(sd: float, reliability: float, mean: float, selected_above: float) -> float:
    """Expected fall of the mean, with no true change, among persons selected for a first value
    above a limit (regression to the mean): sd (1 - r) phi(z) / (1 - Phi(z))."""
    z = (selected_above - mean) / sd
    density = exp(-(z**2) / 2) / sqrt(2 * pi)
    above = (1 - erf(z / sqrt(2))) / 2
    return sd * (1 - reliability) * density / above


def goal_attainment_t(
    scores: Sequence[float], weights: Sequence[float] | None = None, correlation: float = 0.3
) -> float:
    """Kiresuk & Sherman's T (1968) of one person's goals scored -2..2; 50 is the expected level."""
    x = np.asarray(scores, float)
    w = np.ones_like(x) if weights is None else np.asarray(weights, float)
    spread = np.sqrt((1 - correlation) * (w**2).sum() + correlation * w.sum() ** 2)
    return float(50 + 10 * (w * x).sum() / spread)

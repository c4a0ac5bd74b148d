"""Change that is larger than the error of measurement, and change that matters to the person.

One common cut-off and one common criterion for all groups and municipalities. Without a known
reliability nothing here can be computed, and nothing is offered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
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
    index = (second - first) / criterion.s_diff
    critical = criterion.points / criterion.s_diff
    return classify_index(
        first, second, index, criterion.high_is_better, criterion.cut_off, critical
    )


def classify_index(
    before: ArrayLike,
    after: ArrayLike,
    index: ArrayLike,
    high_is_better: bool,
    cut_off: float | None = None,
    critical: float = CRITICAL,
) -> NDArray[np.str_]:
    """One of CATEGORIES per pair from its index of reliable change, by whatever method."""
    first, second = np.asarray(before, float), np.asarray(after, float)
    sign = 1 if high_is_better else -1
    gain = sign * np.asarray(index, float)
    result = np.where(gain > critical, "improved", "unchanged").astype("<U12")
    result[gain < -critical] = "deteriorated"
    if cut_off is not None:
        was_clinical = sign * first < sign * cut_off
        is_clinical = sign * second < sign * cut_off
        result[(result == "improved") & was_clinical & ~is_clinical] = "recovered"
        result[(result == "deteriorated") & ~was_clinical & is_clinical] = "harmed"
    return result


class IndexMethod(StrEnum):
    """How the change is compared with the error of measurement.

    JT (Jacobson & Truax 1991) is the one that is used; it takes the values as they are. The others
    are for comparison with studies: EN (Edwards & Nunnally, as reformulated by Speer 1992), GLN
    (Gulliksen, Lord & Novick) and NK (Nunnally & Kotsch 1983) first draw the start value towards
    the mean. HLL (Hsu, Linn & Lord) also takes away the group's own change, and so says little
    about a service: who has only followed the group is unchanged.
    """

    JT = "JT"
    EN = "EN"
    GLN = "GLN"
    HLL = "HLL"
    NK = "NK"


@dataclass(frozen=True)
class Baseline:
    """Mean and standard deviation at start of everybody measured then, and the reliability."""

    mean: float
    sd: float
    reliability: float


def reliable_change_index(
    before: ArrayLike,
    after: ArrayLike,
    baseline: Baseline,
    method: IndexMethod = IndexMethod.JT,
    mean_after: float | None = None,
    reliability_after: float | None = None,
) -> NDArray[np.float64]:
    """The index of each pair; beyond 1.96 either way is more than the error of measurement.

    `mean_after` is for HLL only, `reliability_after` for NK only.
    """
    first, second = np.asarray(before, float), np.asarray(after, float)
    mean, sd, r = baseline.mean, baseline.sd, baseline.reliability
    expected = mean + r * (first - mean)
    if method is IndexMethod.JT:
        return (second - first) / (sqrt(2) * sd * sqrt(1 - r))
    if method is IndexMethod.EN:
        return (second - expected) / (sd * sqrt(1 - r))
    if method is IndexMethod.GLN:
        return (second - expected) / (sd * sqrt(1 - r**2))
    if method is IndexMethod.HLL:
        if mean_after is None:
            raise ValueError("HLL takes the mean after")
        return (second - mean_after - r * (first - mean)) / (sd * sqrt(1 - r**2))
    if reliability_after is None:
        raise ValueError("NK takes the reliability after")
    return (second - expected) / (sd * sqrt(r**2 * (1 - r) + 1 - reliability_after))


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

"""Goals as T scores, clinical limits and regression to the mean: what takes rows of pairs.

For the analyst, who may see every row. A report has only counts that have passed the gate.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analyslib.analysis.follow_up import CASE, is_high_better, reliable_points
from analyslib.analysis.outcomes import (
    FEWEST_CHANGED_PAIRS,
    mcnemar,
    paired_difference,
    summarise_mean_change,
    summarise_share,
)
from analyslib.analysis.reliable_change import (
    CATEGORIES,
    Criterion,
    classify_change,
    expected_regression,
    goal_attainment_t,
)
from analyslib.measures import CutOff, Measure


GOALS = "gas"
MEASURED = ["service_area", "measure", "subscale"]


def summarise_goal_attainment(pairs: pd.DataFrame) -> pd.DataFrame:
    """One row = one service area and number of goals: persons, T before and after (50 is what
    was expected), mean change with its interval. T of one goal and of five are not the same scale,
    so they are never averaged together."""
    goals = pairs[pairs["measure"] == GOALS].dropna(subset=["before", "after"])
    scores = goals.groupby(CASE).agg(
        goals=("before", "size"),
        before=("before", goal_attainment_t),
        after=("after", goal_attainment_t),
    )
    rows = [
        {"service_area": area, "goals": number, **_mean_change(group)}
        for (area, number), group in scores.reset_index().groupby(["service_area", "goals"])
    ]
    columns = ["service_area", "goals", "n", "before", "after", "change", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def _mean_change(scores: pd.DataFrame) -> dict[str, float | int | None]:
    change = scores["after"] - scores["before"]
    found: dict[str, float | int | None] = {
        "n": len(scores),
        "before": scores["before"].mean(),
        "after": scores["after"].mean(),
        "change": change.mean(),
    }
    if change.nunique() > 1:
        mean = summarise_mean_change(scores["before"], scores["after"])
        found |= {"low": mean.low, "high": mean.high}
    return found


def count_clinical(pairs: pd.DataFrame, measures: Mapping[str, Measure]) -> pd.DataFrame:
    """One row = one measure that has both a limit for a clinical level and a known error of
    measurement: how many recovered (a reliable change across the limit), improved, were unchanged,
    deteriorated or were harmed, and the share that recovered with its interval. One criterion for
    everybody; the limit is that of the person's sex where the instrument has one for each."""
    rows = []
    for key, group in pairs.groupby(MEASURED):
        measure = measures[str(key[1])]
        points = reliable_points(measure, group["before"].dropna())
        both = group.dropna(subset=["before", "after"])
        if not measure.cut_offs or points is None or both.empty:
            continue
        is_high = is_high_better(measure, str(key[2]))
        found = _categories(both, measure, points, is_high)
        share = summarise_share(int((found == "recovered").sum()), len(both))
        counts = {name: int((found == name).sum()) for name in CATEGORIES}
        rows.append(
            {**dict(zip(MEASURED, key, strict=True)), "n": len(both), **counts}
            | {"share": share.share, "low": share.low, "high": share.high}
        )
    return pd.DataFrame(rows, columns=[*MEASURED, "n", *CATEGORIES, "share", "low", "high"])


def compare_limits(pairs: pd.DataFrame, measures: Mapping[str, Measure]) -> pd.DataFrame:
    """One row = one measure with a limit for a clinical level: how many of the same persons were
    on the clinical side before and after, the difference of the shares (after minus before) with
    Newcombe's interval, and McNemar's exact p where at least six have crossed the limit. It takes
    no reliability: whether the crossing is more than noise is for count_clinical to say."""
    rows = []
    for key, group in pairs.dropna(subset=["before", "after"]).groupby(MEASURED):
        measure = measures[str(key[1])]
        limits = group["sex"].map({sex: _clinical_limit(measure, sex) for sex in group["sex"]})
        known = group[limits.notna()]
        if not measure.cut_offs or known.empty:
            continue
        before, after = (_is_clinical(known[name], limits, measure) for name in ("before", "after"))
        rows.append({**dict(zip(MEASURED, key, strict=True)), **_crossings(before, after)})
    columns = ["n", "before", "after", "difference", "low", "high", "p"]
    return pd.DataFrame(rows, columns=[*MEASURED, *columns])


def _clinical_limit(measure: Measure, sex: str) -> float | None:
    """As `_edge`, by sex; None where the measure has none for it."""
    limits = measure.cut_offs_for(sex)
    return _edge(limits[0], measure.step) if limits else None


def _is_clinical(values: pd.Series, limits: pd.Series, measure: Measure) -> pd.Series:
    edge = limits.loc[values.index].astype(float)
    return values > edge if measure.cut_offs[0].clinical_side == "above" else values < edge


def _crossings(before: pd.Series, after: pd.Series) -> dict[str, float | int | None]:
    left, came = int((before & ~after).sum()), int((after & ~before).sum())
    both, neither = int((before & after).sum()), int((~before & ~after).sum())
    difference, (low, high) = paired_difference(both, came, left, neither)
    enough = left + came >= FEWEST_CHANGED_PAIRS
    return {
        "n": len(before),
        "before": before.mean(),
        "after": after.mean(),
        "difference": difference,
        "low": low,
        "high": high,
        "p": mcnemar(left, came)[2] if enough else None,
    }


def compare_with_regression(
    pairs: pd.DataFrame, is_high: bool, limit: float, reliability: float
) -> pd.DataFrame:
    """One row = one service area: those who began on the worse side of `limit` in one measure, how
    much better they became on average, and how much of it regression to the mean alone would give
    (from the mean and spread at start of everybody measured then, which `pairs` must hold)."""
    sign = -1 if is_high else 1
    rows = []
    for area, group in pairs.groupby("service_area"):
        start = sign * group["before"].dropna()
        chosen = group[sign * group["before"] > sign * limit].dropna(subset=["after"])
        if chosen.empty or start.nunique() < 2:
            continue
        mean, sd = float(start.mean()), float(start.std())
        rows.append(
            {
                "service_area": area,
                "n": len(chosen),
                "better_by": float((sign * (chosen["before"] - chosen["after"])).mean()),
                "by_regression": expected_regression(sd, reliability, mean, sign * limit),
            }
        )
    return pd.DataFrame(rows, columns=["service_area", "n", "better_by", "by_regression"])


def _categories(both: pd.DataFrame, measure: Measure, points: float, is_high: bool) -> pd.Series:
    found = pd.Series("", index=both.index, dtype="object")
    for sex, group in both.groupby("sex"):
        edge = _clinical_limit(measure, str(sex))
        enough = float(np.nextafter(points, 0))  # a change of the points themselves counts
        criterion = Criterion(1.0, enough, edge, is_high)
        found[group.index] = classify_change(group["before"], group["after"], criterion)
    return found


def _edge(limit: CutOff, step: float) -> float:
    """The limit as a value that nobody can have, or that is on the better side."""
    if not limit.inclusive:
        return limit.value
    return limit.value - step / 2 if limit.clinical_side == "above" else limit.value + step / 2

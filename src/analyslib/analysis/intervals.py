"""How sure each single value is: sampling where n is known, else its own year-to-year variation.

A survey share has the interval of its answers (Wilson). A register share or a rate counts
everybody: the interval that chance alone would give (Wilson, Byar) is taken, but never a
narrower one than the municipality's own year-to-year variation shows. Costs, indices, means and
counts have only their own variation. Coded answers have none at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analyslib.analysis.answers import METHODS, REASONS, as_text
from analyslib.analysis.results import Method, Reason
from analyslib.analysis.series import Coded, chronological, code_series, starts_of
from analyslib.analysis.statistics import EXACT_BELOW, Floats, rate, wilson
from analyslib.catalogue import Indicator


MIN_YEARS = 5
WINDOW = 10
MOVING_RANGE_TO_SD = 1.1283791670955126  # d2 of two observations: 2/sqrt(pi)

# How many of its own standard deviations (mean moving range / d2) the newest of k values lies
# from the true level, at most, 95 and 99.8 times in a hundred. By simulation: k is so small that
# neither normal nor t tables are right. `DEGREES` are those of the t distribution with the same
# two limits, for p values. Index 0 is k = MIN_YEARS. (tests/analysis recomputes them.)
OWN_95 = np.array([2.396, 2.311, 2.250, 2.209, 2.177, 2.151])
OWN_998 = np.array([4.649, 4.325, 4.154, 4.027, 3.911, 3.821])
DEGREES = np.array([8.2, 9.7, 10.4, 11.2, 12.3, 13.3])

SHARES = ("survey_share", "register_share")


def add_intervals(observations: pd.DataFrame, indicators: Mapping[str, Indicator]) -> pd.DataFrame:
    """The observations with low, high (95 %), low998, high998, method and reason.

    One row = one observation, in the order given. `observations` must hold the years before,
    too: they are the variation. Where there is no interval, `reason` says why; else it is
    empty or a reservation.
    """
    found = measure(code_series(observations, indicators), indicators)
    return observations.assign(
        low=found.low,
        high=found.high,
        low998=found.low998,
        high998=found.high998,
        method=as_text(found.method, METHODS),
        reason=as_text(found.reason, REASONS),
    )


@dataclass(frozen=True)
class Intervals:
    """One element per observation; `method` and `reason` point into METHODS and REASONS.

    `degrees` are those of the t distribution the limits come from; infinite for sampling.
    `spread` is the own year-to-year standard deviation, NaN where it is not known.
    """

    low: Floats
    high: Floats
    low998: Floats
    high998: Floats
    method: NDArray[np.int8]
    reason: NDArray[np.int8]
    degrees: Floats
    spread: Floats


def measure(coded: Coded, indicators: Mapping[str, Indicator]) -> Intervals:
    """The interval of every value."""
    kinds = np.array([indicators[name].kind for name in coded.kpis] or [""])
    kind_of_row = kinds[coded.kpi] if len(coded.kpi) else np.empty(0, kinds.dtype)
    found = _sampling(coded, kind_of_row, indicators)
    points, spread = own_variation(coded)
    _widen(found, coded.value, points, spread, kind_of_row)
    _explain(found, coded, kind_of_row, points, spread)
    return found


def _sampling(
    coded: Coded, kind: NDArray[np.str_], indicators: Mapping[str, Indicator]
) -> Intervals:
    """Wilson for shares and Byar's for rates, where n is known; NaN elsewhere."""
    size = len(coded.value)
    low, high, low998, high998, spread = (np.full(size, np.nan) for _ in range(5))
    method, reason = np.zeros(size, np.int8), np.zeros(size, np.int8)
    with np.errstate(invalid="ignore"):
        known = (coded.n > 0) & (coded.value >= 0)
        shares = np.flatnonzero(known & np.isin(kind, SHARES) & (coded.value <= 100))
    rates = np.flatnonzero(known & (kind == "rate"))
    n, count = coded.n[shares], coded.n[shares] * coded.value[shares] / 100
    per = np.array([indicators[name].n.per or np.nan for name in coded.kpis] or [np.nan])
    of_rate, population = per[coded.kpi[rates]], coded.n[rates]
    events = coded.value[rates] * population / of_rate
    for level, down, up in ((0.95, low, high), (0.998, low998, high998)):
        share = wilson(np.minimum(count, n), n, level)
        down[shares], up[shares] = share[0] * 100, share[1] * 100
        down[rates], up[rates] = rate(events, population, of_rate, level)
    method[shares] = METHODS.index(Method.WILSON)
    exact = events < EXACT_BELOW
    method[rates] = np.where(exact, METHODS.index(Method.EXACT_POISSON), METHODS.index(Method.BYAR))
    method[np.isnan(low)] = 0
    return Intervals(low, high, low998, high998, method, reason, np.full(size, np.inf), spread)


def own_variation(coded: Coded) -> tuple[NDArray[np.int64], Floats]:
    """How many years behind each value, itself included, and their standard deviation.

    At most WINDOW years up to the value's own, after the last break; mean moving range / d2,
    which a slow drift hardly moves. Years without a value are stepped over.
    """
    points = np.zeros(len(coded.value), np.int64)
    spread = np.full(len(coded.value), np.nan)
    rows = chronological(coded, ~np.isnan(coded.value))
    if not len(rows):
        return points, spread
    place = np.arange(len(rows))
    start = np.maximum(starts_of(coded.series[rows]), place - WINDOW + 1)
    moves = np.abs(np.diff(coded.value[rows], prepend=np.nan))
    ranges = place - start
    total = np.zeros(len(rows))
    # one lag at a time: a running sum over all series would drown small ones in rounding
    for lag in range(WINDOW - 1):
        inside = lag < ranges
        total[inside] += moves[place[inside] - lag]
    points[rows] = ranges + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        spread[rows] = total / ranges / MOVING_RANGE_TO_SD
    return points, spread


def _widen(
    found: Intervals,
    value: Floats,
    points: NDArray[np.int64],
    spread: Floats,
    kind: NDArray[np.str_],
) -> None:
    """Own variation where there is no sampling interval, or where it is the wider of the two."""
    found.spread[:] = spread
    with np.errstate(invalid="ignore"):
        usable = (points >= MIN_YEARS) & (spread > _noise_floor(value)) & (kind != "coded")
        step = np.clip(points - MIN_YEARS, 0, len(OWN_95) - 1)
        half = np.where(usable, OWN_95[step] * spread, np.nan)
        sampled = ~np.isnan(found.low)
        wider = 2 * half > found.high - found.low
    rows = np.flatnonzero(usable & (~sampled | (wider & (kind != "survey_share"))))
    found.low[rows], found.high[rows] = value[rows] - half[rows], value[rows] + half[rows]
    far = OWN_998[step[rows]] * spread[rows]
    found.low998[rows], found.high998[rows] = value[rows] - far, value[rows] + far
    found.method[rows] = METHODS.index(Method.OWN_VARIATION)
    found.degrees[rows] = DEGREES[step[rows]]


def _noise_floor(value: Floats) -> Floats:
    """A series that moves less than this stands still; the rest is rounding in the sums."""
    return np.abs(value) * 1e-9


def _explain(
    found: Intervals,
    coded: Coded,
    kind: NDArray[np.str_],
    points: NDArray[np.int64],
    spread: Floats,
) -> None:
    """Why there is no interval; or with what reservation there is one. The last word wins."""
    judged = ~np.isnan(found.low)
    survey = kind == "survey_share"
    own = found.method == METHODS.index(Method.OWN_VARIATION)
    few = points < MIN_YEARS
    with np.errstate(invalid="ignore"):
        still = ~few & ~(spread > _noise_floor(coded.value))
    for rows, reason in (
        (judged & ~survey, Reason.WHOLE_POPULATION),
        (judged & survey & own, Reason.N_UNKNOWN),
        (~judged & few, Reason.TOO_FEW_YEARS),
        (~judged & few & (coded.stretch > 0), Reason.BREAK_IN_SERIES),
        (~judged & few & survey, Reason.N_UNKNOWN),
        (~judged & still, Reason.NO_VARIATION),
        (kind == "coded", Reason.ORDINAL),
        (np.isnan(coded.value), Reason.NO_VALUE),
    ):
        found.reason[rows] = REASONS.index(reason)

"""Is a series certainly rising or falling? One call for every series.

Survey shares with known n: the weighted five-point test of Fingertips, with its guard that no
single year may carry the slope. All else: Mann-Kendall with exact p and Theil-Sen's slope. Only
the ten years up to the asked one count, only those after the last break, and fewer than five
values cannot be judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analyslib.analysis.answers import (
    ANSWERS,
    METHODS,
    REASONS,
    answer_codes,
    as_text,
    direction_signs,
    number_or_none,
    records,
)
from analyslib.analysis.intervals import MIN_YEARS, WINDOW, measure
from analyslib.analysis.results import Answer, Method, Reason, Trend
from analyslib.analysis.series import Coded, Ints, chronological, code_series, starts_of
from analyslib.analysis.statistics import Floats, Z
from analyslib.analysis.trend_tests import CHI2_95, CHI2_998, five_point_test, mann_kendall
from analyslib.catalogue import Indicator


POINTS = 5
FRESH = 2  # the newest value is at most this many years older than the year asked for


def trend(
    observations: pd.DataFrame, indicators: Mapping[str, Indicator], until: int | None = None
) -> pd.DataFrame:
    """The development of every series up to the year `until` (default: the newest there is).

    One row = one kpi, municipality and gender, in order of appearance; the columns are the
    fields of Trend. `observations` has kpi, municipality, year, gender, value and n.
    """
    coded = code_series(observations, indicators)
    last = int(coded.year.max(initial=0)) if until is None else until
    first_rows, number = _series(coded)
    windows = _windows(coded, number, len(first_rows), last, indicators)
    judged = _judge(coded, windows, first_rows, indicators)
    frame = observations[["kpi", "municipality", "gender"]].take(first_rows)
    sign = direction_signs(coded, indicators)[first_rows]
    return frame.reset_index(drop=True).assign(
        years=_tuples(windows.years, int),
        values=_tuples(windows.values, float),
        slope=judged.slope,
        slope_low=judged.low,
        slope_high=judged.high,
        answer=as_text(
            answer_codes(judged.slope, judged.certain, judged.method > 0, sign), ANSWERS
        ),
        reason=as_text(judged.reason, REASONS),
        method=as_text(judged.method, METHODS),
        certain=judged.certain,
        p=judged.p,
    )


def _series(coded: Coded) -> tuple[Ints, Ints]:
    """The first row of each series, and for each row the number of its series."""
    _, first, number = np.unique(coded.whole, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return first[order], place[number]


@dataclass(frozen=True)
class Windows:
    """One row per series, the newest value in the last column, NaN to the left of the oldest.

    `errors` is the sampling error, NaN where n is unknown. `cut` is True where a break took
    values away; `stale` where the newest value is too old; `empty` where there is none at all.
    """

    values: Floats
    years: Floats
    errors: Floats
    count: Ints
    cut: NDArray[np.bool_]
    stale: NDArray[np.bool_]
    empty: NDArray[np.bool_]


def _windows(
    coded: Coded, number: Ints, size: int, last: int, indicators: Mapping[str, Indicator]
) -> Windows:
    known = ~np.isnan(coded.value) & (coded.year <= last)
    breaks = [sum(item.year <= last for item in indicators[name].breaks) for name in coded.kpis]
    newest_stretch = np.array(breaks or [0])[coded.kpi] if len(coded.kpi) else coded.stretch
    recent = known & (coded.year > last - WINDOW)
    used = recent & (coded.stretch == newest_stretch)
    rows = chronological(coded, used)
    start = starts_of(coded.series[rows])
    length = np.bincount(start, minlength=len(rows))[start] if len(rows) else start
    column = WINDOW - length + np.arange(len(rows)) - start
    values, years, errors = (np.full((size, WINDOW), np.nan) for _ in range(3))
    values[number[rows], column] = coded.value[rows]
    years[number[rows], column] = coded.year[rows]
    errors[number[rows], column] = _sampling_errors(coded, indicators)[rows]
    return Windows(
        values,
        years,
        errors,
        count=np.bincount(number[rows], minlength=size),
        cut=np.bincount(number[recent & ~used], minlength=size) > 0,
        stale=~(years[:, -1] >= last - FRESH),
        empty=np.bincount(number[known], minlength=size) == 0,
    )


def _sampling_errors(coded: Coded, indicators: Mapping[str, Indicator]) -> Floats:
    """Half a Wilson interval in standard errors for survey shares; NaN for all else."""
    found = measure(coded, indicators)
    survey = np.array([indicators[name].kind == "survey_share" for name in coded.kpis] or [False])
    rows = survey[coded.kpi] if len(coded.kpi) else np.empty(0, bool)
    sampled = rows & (found.method == METHODS.index(Method.WILSON))
    return np.where(sampled, (found.high - found.low) / (2 * Z[0.95]), np.nan)


@dataclass(frozen=True)
class _Judged:
    size: int
    slope: Floats = field(init=False)
    low: Floats = field(init=False)
    high: Floats = field(init=False)
    p: Floats = field(init=False)
    certain: Floats = field(init=False)
    method: NDArray[np.int8] = field(init=False)
    reason: NDArray[np.int8] = field(init=False)

    def __post_init__(self) -> None:
        for name in ("slope", "low", "high", "p"):
            object.__setattr__(self, name, np.full(self.size, np.nan))
        object.__setattr__(self, "certain", np.zeros(self.size))
        for name in ("method", "reason"):
            object.__setattr__(self, name, np.zeros(self.size, np.int8))


def _judge(
    coded: Coded, windows: Windows, first_rows: Ints, indicators: Mapping[str, Indicator]
) -> _Judged:
    judged = _Judged(len(first_rows))
    kinds = np.array([indicators[name].kind for name in coded.kpis] or [""])
    kind = kinds[coded.kpi[first_rows]] if len(first_rows) else np.empty(0, kinds.dtype)
    able = (windows.count >= MIN_YEARS) & ~windows.stale & (kind != "coded")
    sampled = able & ~np.isnan(windows.errors[:, -POINTS:]).any(axis=1)
    _five_points(judged, windows, np.flatnonzero(sampled))
    for count in range(MIN_YEARS, WINDOW + 1):
        rows = np.flatnonzero(able & ~sampled & (windows.count == count))
        _rank_trend(judged, windows, rows, count)
    _explain(judged, windows, kind)
    return judged


def _five_points(judged: _Judged, windows: Windows, rows: Ints) -> None:
    from scipy.special import erfc

    values, errors, years = windows.values, windows.errors, windows.years
    newest = np.s_[rows, -POINTS:]
    found = five_point_test(values[newest], errors[newest], years[newest])
    judged.slope[rows] = found.slope
    judged.low[rows] = found.slope - Z[0.95] * found.error
    judged.high[rows] = found.slope + Z[0.95] * found.error
    judged.p[rows] = erfc(np.sqrt(found.chi2 / 2))
    level = np.where(found.chi2 > CHI2_998, 0.998, np.where(found.chi2 > CHI2_95, 0.95, 0.0))
    judged.certain[rows] = np.where(found.guarded, level, 0.0)
    judged.method[rows] = METHODS.index(Method.FIVE_POINT)
    values[rows, :-POINTS] = years[rows, :-POINTS] = np.nan  # what the answer does not rest on


def _rank_trend(judged: _Judged, windows: Windows, rows: Ints, count: int) -> None:
    if not len(rows):
        return
    found = mann_kendall(windows.values[rows, -count:], windows.years[rows, -count:])
    judged.slope[rows], judged.p[rows] = found.slope, found.p
    judged.low[rows], judged.high[rows] = found.low, found.high
    level = np.where(found.p < 0.002, 0.998, np.where(found.p < 0.05, 0.95, 0.0))
    judged.certain[rows] = np.where(found.slope == 0, 0.0, level)
    judged.method[rows] = METHODS.index(Method.MANN_KENDALL)


def _explain(judged: _Judged, windows: Windows, kind: NDArray[np.str_]) -> None:
    """Why there is no answer, or with what reservation there is one. The last word wins."""
    done = judged.method > 0
    survey = kind == "survey_share"
    by_rank = judged.method == METHODS.index(Method.MANN_KENDALL)
    for rows, reason in (
        (done & ~survey, Reason.WHOLE_POPULATION),
        (done & survey & by_rank, Reason.N_UNKNOWN),
        (done & (kind == "cost"), Reason.CURRENT_PRICES),
        (~done, Reason.TOO_FEW_YEARS),
        (~done & (windows.count < MIN_YEARS) & windows.cut, Reason.BREAK_IN_SERIES),
        (~done & (windows.count >= MIN_YEARS) & windows.stale, Reason.NO_VALUE),
        (kind == "coded", Reason.ORDINAL),
        (windows.empty, Reason.NO_VALUE),
    ):
        judged.reason[rows] = REASONS.index(reason)


def _tuples(matrix: Floats, number: type) -> pd.Series:
    """The known points of every row."""
    points = [tuple(number(x) for x in row if x == x) for row in matrix.tolist()]
    return pd.Series(points, dtype=object)


def trends_from(frame: pd.DataFrame) -> list[Trend]:
    """The objects of a frame made by `trend`, in its order. Only for what is to be shown."""
    return [_trend(row) for row in records(frame)]


def _trend(row: dict[str, Any]) -> Trend:
    return Trend(
        kpi=row["kpi"],
        municipality=row["municipality"],
        gender=row["gender"],
        years=tuple(row["years"]),
        values=tuple(row["values"]),
        slope=number_or_none(row["slope"]),
        slope_low=number_or_none(row["slope_low"]),
        slope_high=number_or_none(row["slope_high"]),
        answer=Answer(row["answer"]),
        reason=Reason(row["reason"]),
        method=Method(row["method"]),
        certain=float(row["certain"]),
        p=number_or_none(row["p"]),
    )

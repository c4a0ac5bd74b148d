"""Is a municipality's value certainly different from a reference? One call for everything.

The difference has a 95 % and a 99.8 % interval, put together from the value's own interval and
the reference's uncertainty. The answer only says whether zero lies outside.

Whether the reference is uncertain: Riket is weighted over the whole country and taken as a fixed
value. The mean of a group is uncertain by the spread among its members (`spread`, the sample
standard deviation), since other similar municipalities might as well have been in it; a
municipality that is itself in the mean is partly compared with itself, and that is discounted.
Own history is uncertain by the municipality's own year-to-year variation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
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
from analyslib.analysis.intervals import DEGREES, SHARES, Intervals, measure
from analyslib.analysis.pairing import Pairs, pair
from analyslib.analysis.results import (
    Answer,
    Comparison,
    Method,
    Reason,
    Reference,
    ReferenceKind,
)
from analyslib.analysis.series import Coded, chronological, code_series, starts_of
from analyslib.analysis.statistics import Floats, Z
from analyslib.catalogue import Indicator


KEYS = ("kpi", "municipality", "year", "gender")
MIN_PEERS = 3
MANY = 500
HISTORY = 5  # own history is the mean of the five values before, or four where there are no more
MIN_HISTORY = 4
# kinds whose mean the municipality itself is part of
WITH_SELF = ("unweighted_mean", "county", "network", "skr_group")
# references that are one number and no mean of peers
SINGULAR = ("riket", "men", "municipality")
AMOUNTS = ("mnkr", "mkr", "tkr", "miljoner kronor", "kr")  # units of whole costs

REFERENCE_COLUMNS = (
    "kpi", "year", "gender", "municipality", "kind", "label", "value", "weighted",
    "n_members", "n_possible", "group_id", "vintage", "spread",
)  # fmt: skip


def compare(
    observations: pd.DataFrame,
    references: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    years: Collection[int] | None = None,
) -> pd.DataFrame:
    """Every observation against every reference that is meant for it.

    One row = one observation and one reference; the columns are the fields of Comparison, those
    of its Reference with the prefix ``reference_``. `observations` (kpi, municipality, year,
    gender, value, n) must hold the earlier years too, because they are the own variation; only
    `years` (default: all) are answered. `references` (see REFERENCE_COLUMNS; municipality,
    group_id, vintage and spread may be missing) apply to everyone where municipality is empty.
    An observation without any reference of a kind that occurs gets one row saying so.
    """
    coded = code_series(observations, indicators)
    found = measure(coded, indicators)
    wanted = np.ones(len(coded.year), bool) if years is None else np.isin(coded.year, list(years))
    pairs = pair(coded, references, np.flatnonzero(wanted))
    return _judge(observations, coded, found, pairs, indicators)


def _judge(
    observations: pd.DataFrame,
    coded: Coded,
    found: Intervals,
    pairs: Pairs,
    indicators: Mapping[str, Indicator],
) -> pd.DataFrame:
    rows = pairs.rows
    value, low, high = coded.value[rows], found.low[rows], found.high[rows]
    obstacle = _obstacle(coded, pairs, indicators)
    judged = (obstacle == 0) & ~np.isnan(low)
    difference = np.where(judged, value - pairs.value, np.nan)
    near = _interval(value, low, high, difference, _reference_error(pairs, 0.95))
    far = _interval(
        value, found.low998[rows], found.high998[rows], difference, _reference_error(pairs, 0.998)
    )
    certain = np.where(_outside(near), np.where(_outside(far), 0.998, 0.95), 0.0)
    signs = direction_signs(coded, indicators)[rows]
    reason = np.where(obstacle > 0, obstacle, _reservation(found, pairs, coded, indicators))
    smallest, largest = _bounds(value, coded.kpi[rows], coded, indicators)
    answer = answer_codes(difference, certain, judged, signs)
    own = {name: observations[name].array.take(rows) for name in KEYS}
    return pd.DataFrame(
        {
            **own,
            "value": value,
            "low": np.maximum(low, smallest),
            "high": np.minimum(high, largest),
            "n": coded.n[rows],
            "reference_kind": as_text(pairs.kind, pairs.kinds),
            "reference_label": pairs.texts["label"],
            "reference_value": pairs.value,
            "reference_weighted": pairs.weighted,
            "reference_n_members": pairs.n_members,
            "reference_n_possible": pairs.n_possible,
            "reference_group_id": pairs.texts["group_id"],
            "reference_vintage": pairs.texts["vintage"],
            "reference_spread": pairs.spread,
            "answer": as_text(answer, ANSWERS),
            "reason": as_text(reason, REASONS),
            "method": as_text(np.where(judged, found.method[rows], 0), METHODS),
            "certain": certain,
            "difference": difference,
            "difference_low": near[0],
            "difference_high": near[1],
            "p": _p_value(difference, near, found.degrees[rows]),
        },
        copy=False,
    )


def _obstacle(coded: Coded, pairs: Pairs, indicators: Mapping[str, Indicator]) -> NDArray[np.int8]:
    """What forbids the comparison, whatever the interval: a position in REASONS, 0 for nothing."""
    of_kpi = [indicators[name] for name in coded.kpis]
    kpi = coded.kpi[pairs.rows]
    ordinal = np.array([item.kind == "coded" for item in of_kpi] or [False])[kpi]
    amount = np.array([is_amount(item) for item in of_kpi] or [False])[kpi]
    of_a_group = ~pairs.of_kind(*SINGULAR, ReferenceKind.OWN_HISTORY)
    history = pairs.of_kind(ReferenceKind.OWN_HISTORY)
    nothing = np.isnan(pairs.value)
    obstacle = np.zeros(len(kpi), np.int8)
    for where, reason in (
        (of_a_group & (pairs.n_members < MIN_PEERS), Reason.TOO_FEW_PEERS),
        (nothing, Reason.NO_REFERENCE),
        (nothing & history, Reason.TOO_FEW_YEARS),
        (nothing & history & (coded.stretch[pairs.rows] > 0), Reason.BREAK_IN_SERIES),
        (amount & ~history & ~pairs.of_kind(ReferenceKind.MEN), Reason.SIZE_DEPENDENT),
        (ordinal, Reason.ORDINAL),
        (np.isnan(coded.value[pairs.rows]), Reason.NO_VALUE),
    ):
        obstacle[where] = REASONS.index(reason)
    return obstacle


def _bounds(
    value: Floats, kpi: NDArray[np.integer[Any]], coded: Coded, indicators: Mapping[str, Indicator]
) -> tuple[Floats, Floats]:
    """What a number of this kind cannot pass: its own year-to-year variation does not know that.

    Only the interval that is shown stops there; the answer rests on the whole difference.
    """
    kinds = np.array([indicators[name].kind for name in coded.kpis] or [""])
    kind = kinds[kpi] if len(kpi) else np.empty(0, kinds.dtype)
    share = np.isin(kind, SHARES)
    smallest = np.where((share | (kind == "rate")) & (value >= 0), 0.0, -np.inf)
    return smallest, np.where(share & (value <= 100), 100.0, np.inf)


def _reservation(
    found: Intervals, pairs: Pairs, coded: Coded, indicators: Mapping[str, Indicator]
) -> NDArray[np.int8]:
    """The interval's own reason; and a cost against its past holds the rise in prices."""
    reason = found.reason[pairs.rows]
    costs = np.array([indicators[name].kind == "cost" for name in coded.kpis] or [False])
    against_past = costs[coded.kpi[pairs.rows]] & pairs.of_kind(ReferenceKind.OWN_HISTORY)
    judged = reason == REASONS.index(Reason.WHOLE_POPULATION)
    reason[against_past & judged] = REASONS.index(Reason.CURRENT_PRICES)
    return reason


def is_amount(indicator: Indicator) -> bool:
    """True where the value grows with the municipality: a count, or a cost in whole kronor."""
    whole = indicator.unit.strip().lower() in AMOUNTS
    return indicator.kind == "count" or (indicator.kind == "cost" and whole)


def _reference_error(pairs: Pairs, level: float) -> tuple[Floats, Floats]:
    """The part of the reference that is the municipality itself, and the rest's half interval.

    Without self: spread / sqrt(m). With self the difference is (1 - 1/m) of the own value minus
    the others' part of the mean, whose error is sqrt(m - 1) / m times the spread. The spread of
    few members is itself uncertain, so its interval is Student's.
    """
    members = np.maximum(pairs.n_members, 1)
    own_part = np.where(pairs.of_kind(*WITH_SELF) & ~pairs.weighted, 1 / members, 0.0)
    error = np.nan_to_num(pairs.spread) * np.sqrt((1 - own_part) / members)
    return own_part, error * _student_limits(level)[np.minimum(members, MANY) - 1]


@lru_cache(maxsize=4)
def _student_limits(level: float) -> Floats:
    """How many standard errors wide, by the number of members; for one, whose spread is an error
    already, and for many as by the normal distribution."""
    from scipy.special import stdtrit

    limits = np.full(MANY, Z[level])
    limits[1:-1] = stdtrit(np.arange(1, MANY - 1), (1 + level) / 2)
    return limits


def _interval(
    value: Floats,
    low: Floats,
    high: Floats,
    difference: Floats,
    error: tuple[Floats, Floats],
) -> tuple[Floats, Floats]:
    """The difference's interval: each side's distance squared and added (Newcombe, MOVER)."""
    own_part, rest = error
    down = np.sqrt(((1 - own_part) * (value - low)) ** 2 + rest**2)
    up = np.sqrt(((1 - own_part) * (high - value)) ** 2 + rest**2)
    return difference - down, difference + up


def _outside(interval: tuple[Floats, Floats]) -> NDArray[np.bool_]:
    """True where zero lies outside: touching is not enough, and NaN never is."""
    return (interval[0] > 0) | (interval[1] < 0)


def _p_value(difference: Floats, interval: tuple[Floats, Floats], degrees: Floats) -> Floats:
    """Two-sided p that agrees with the interval: 0.05 exactly where it touches zero."""
    from scipy.special import erfc

    p = np.full(len(difference), np.nan)
    rows = np.flatnonzero(~np.isnan(difference))
    low, high, gap = interval[0][rows], interval[1][rows], difference[rows]
    with np.errstate(invalid="ignore", divide="ignore"):
        half_widths = np.abs(gap) / np.where(gap > 0, gap - low, high - gap)
    freedom = degrees[rows]
    t = np.isfinite(freedom)
    half_widths[t] = _as_normal(half_widths[t], freedom[t])
    p[rows] = erfc(half_widths * Z[0.95] / np.sqrt(2))
    return p


def _as_normal(half_widths: Floats, degrees: Floats) -> Floats:
    """Half-widths of a t interval as those of a normal one with the same p (Wallace 1959)."""
    from scipy.special import stdtrit

    limit = np.interp(degrees, DEGREES, stdtrit(DEGREES, 0.975))
    at_limit = np.log1p(limit**2 / degrees)
    return np.sqrt(np.log1p((half_widths * limit) ** 2 / degrees) / at_limit)


def own_history(observations: pd.DataFrame, indicators: Mapping[str, Indicator]) -> pd.DataFrame:
    """References of the kind own_history: the mean of up to five values before, after a break.

    One row = one observation that has at least four values before it; REFERENCE_COLUMNS.
    """
    coded = code_series(observations, indicators)
    found = measure(coded, indicators)
    rows = chronological(coded, ~np.isnan(coded.value))
    place = np.arange(len(rows))
    before = place - starts_of(coded.series[rows])
    used = np.minimum(before, HISTORY)
    total = np.zeros(len(rows))
    for lag in range(1, HISTORY + 1):
        there = lag <= used
        total[there] += coded.value[rows][place[there] - lag]
    keep = used >= MIN_HISTORY
    frame = observations[["kpi", "year", "gender", "municipality"]].take(rows[keep])
    return frame.reset_index(drop=True).assign(
        kind=str(ReferenceKind.OWN_HISTORY),
        label="",
        value=total[keep] / used[keep],
        weighted=False,
        n_members=used[keep],
        n_possible=HISTORY,
        group_id="",
        vintage="",
        spread=found.spread[rows[keep]],
    )


def comparisons_from(frame: pd.DataFrame) -> list[Comparison]:
    """The objects of a frame made by `compare`, in its order. Only for what is to be shown."""
    return [_comparison(row) for row in records(frame)]


def _comparison(row: dict[str, Any]) -> Comparison:
    reference = Reference(
        kind=ReferenceKind(row["reference_kind"]),
        label=row["reference_label"],
        value=number_or_none(row["reference_value"]),
        weighted=bool(row["reference_weighted"]),
        n_members=int(row["reference_n_members"]),
        n_possible=int(row["reference_n_possible"]),
        group_id=row["reference_group_id"],
        vintage=row["reference_vintage"],
        spread=number_or_none(row["reference_spread"]),
    )
    return Comparison(
        kpi=row["kpi"],
        municipality=row["municipality"],
        year=int(row["year"]),
        gender=row["gender"],
        value=number_or_none(row["value"]),
        low=number_or_none(row["low"]),
        high=number_or_none(row["high"]),
        n=number_or_none(row["n"]),
        reference=reference,
        answer=Answer(row["answer"]),
        reason=Reason(row["reason"]),
        method=Method(row["method"]),
        certain=float(row["certain"]),
        difference=number_or_none(row["difference"]),
        difference_low=number_or_none(row["difference_low"]),
        difference_high=number_or_none(row["difference_high"]),
        p=number_or_none(row["p"]),
    )

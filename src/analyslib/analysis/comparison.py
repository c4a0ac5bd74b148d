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
)
from analyslib.analysis.intervals import Intervals, measure
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


MIN_PEERS = 3
HISTORY = 5  # own history is the mean of the five values before, or four where there are no more
MIN_HISTORY = 4
# kinds whose mean the municipality itself is part of
WITH_SELF = ("unweighted_mean", "county", "network", "skr_group")
AMOUNTS = ("mnkr", "mkr", "tkr", "miljoner kronor", "kr")

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
    rows, partner, kinds = _pair(observations, _completed(references), np.flatnonzero(wanted))
    return _judge(observations, coded, found, rows, partner, kinds, indicators)


def _completed(references: pd.DataFrame) -> pd.DataFrame:
    """The references with every column, positions as index."""
    frame = references.reset_index(drop=True)
    for column in ("municipality", "group_id", "vintage"):
        frame[column] = frame[column].fillna("") if column in frame else ""
    if "spread" not in frame:
        frame["spread"] = np.nan
    return frame


def _pair(
    observations: pd.DataFrame, references: pd.DataFrame, wanted: NDArray[np.int64]
) -> tuple[NDArray[np.int64], pd.DataFrame, NDArray[np.object_]]:
    """Rows of observations, the references beside them (rows of NaN where none), their kinds."""
    own, common = _keys(observations, references, wanted)
    rows, partners, kinds = [], [], []
    general = (references["municipality"] == "").to_numpy()
    for kind in references["kind"].unique():
        of_kind = (references["kind"] == kind).to_numpy()
        met = [
            _matches(own[0], common[0], np.flatnonzero(of_kind & ~general)),
            _matches(own[1], common[1], np.flatnonzero(of_kind & general)),
        ]
        left = np.concatenate([pair[0] for pair in met])
        right = np.concatenate([pair[1] for pair in met])
        alone = np.setdiff1d(np.arange(len(wanted)), left)
        rows.append(wanted[np.r_[left, alone]])
        partners.append(np.r_[right, np.full(len(alone), -1)])
        kinds.append(np.full(len(left) + len(alone), str(kind), object))
    if not rows:
        return np.empty(0, np.int64), references.iloc[:0], np.empty(0, object)
    partner = np.concatenate(partners)
    beside = references.take(np.maximum(partner, 0)) if len(references) else references
    return np.concatenate(rows), beside.assign(found=partner >= 0), np.concatenate(kinds)


def _keys(
    observations: pd.DataFrame, references: pd.DataFrame, wanted: NDArray[np.int64]
) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Integer keys with and without the municipality, for observations and for references."""
    with_place = without = np.zeros(len(wanted) + len(references), np.int64)
    for column in ("kpi", "gender", "year", "municipality"):
        both = pd.concat([observations[column].take(wanted), references[column]], ignore_index=True)
        codes, _ = pd.factorize(both)
        if column != "municipality":
            without = without * (codes.max(initial=0) + 1) + codes
        else:
            with_place = without * (codes.max(initial=0) + 1) + codes
    cut = len(wanted)
    return (with_place[:cut], without[:cut]), (with_place[cut:], without[cut:])


def _matches(
    own: NDArray[np.int64], others: NDArray[np.int64], among: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every pair of equal keys, as positions in `own` and in `others`, the latter in `among`."""
    order = among[np.argsort(others[among], kind="stable")]
    keys = others[order]
    first = np.searchsorted(keys, own, side="left")
    count = np.searchsorted(keys, own, side="right") - first
    left = np.repeat(np.arange(len(own)), count)
    within = np.arange(len(left)) - np.repeat(np.cumsum(count) - count, count)
    return left, order[np.repeat(first, count) + within]


def _judge(
    observations: pd.DataFrame,
    coded: Coded,
    found: Intervals,
    rows: NDArray[np.int64],
    partner: pd.DataFrame,
    kinds: NDArray[np.object_],
    indicators: Mapping[str, Indicator],
) -> pd.DataFrame:
    value, reference = coded.value[rows], _reference_value(partner)
    obstacle = _obstacle(coded, rows, partner, reference, kinds, indicators)
    judged = (obstacle == 0) & ~np.isnan(found.low[rows])
    error = _reference_error(partner, kinds)
    near = _interval(value, found.low[rows], found.high[rows], reference, error, 0.95)
    far = _interval(value, found.low998[rows], found.high998[rows], reference, error, 0.998)
    certain = np.where(judged & _outside(near), np.where(_outside(far), 0.998, 0.95), 0.0)
    answer = answer_codes(
        value - reference, certain, judged, direction_signs(coded, indicators)[rows]
    )
    frame = observations[["kpi", "municipality", "year", "gender", "value"]].take(rows)
    return frame.reset_index(drop=True).assign(
        low=found.low[rows],
        high=found.high[rows],
        n=coded.n[rows],
        **_reference_columns(partner, kinds, reference),
        answer=as_text(answer, ANSWERS),
        reason=as_text(np.where(obstacle > 0, obstacle, found.reason[rows]), REASONS),
        method=as_text(np.where(judged, found.method[rows], 0), METHODS),
        certain=certain,
        difference=np.where(judged, value - reference, np.nan),
        difference_low=np.where(judged, near[0], np.nan),
        difference_high=np.where(judged, near[1], np.nan),
        p=np.where(judged, _p_value(value - reference, near, found.degrees[rows]), np.nan),
    )


def _reference_value(partner: pd.DataFrame) -> Floats:
    value = partner["value"].to_numpy(float, na_value=np.nan)
    return np.where(partner["found"], value, np.nan) if len(partner) else value


def _reference_columns(
    partner: pd.DataFrame, kinds: NDArray[np.object_], value: Floats
) -> dict[str, Any]:
    there = partner["found"].to_numpy(bool) if len(partner) else np.empty(0, bool)
    columns: dict[str, Any] = {"reference_kind": kinds, "reference_value": value}
    for name in ("label", "group_id", "vintage"):
        columns[f"reference_{name}"] = partner[name].where(there, "").to_numpy(object)
    for name in ("n_members", "n_possible"):
        columns[f"reference_{name}"] = np.where(there, partner[name].fillna(0), 0).astype(int)
    columns["reference_weighted"] = partner["weighted"].fillna(False).to_numpy(bool) & there
    columns["reference_spread"] = np.where(there, partner["spread"].astype(float), np.nan)
    return columns


def _obstacle(
    coded: Coded,
    rows: NDArray[np.int64],
    partner: pd.DataFrame,
    reference: Floats,
    kinds: NDArray[np.object_],
    indicators: Mapping[str, Indicator],
) -> NDArray[np.int8]:
    """What forbids the comparison, whatever the interval: a position in REASONS, 0 for nothing."""
    of_kpi = [indicators[name] for name in coded.kpis]
    ordinal = np.array([item.kind == "coded" for item in of_kpi] or [False])
    amount = np.array([is_amount(item) for item in of_kpi] or [False])
    kpi = coded.kpi[rows]
    singular = np.isin(kinds, [ReferenceKind.RIKET, ReferenceKind.MEN, ReferenceKind.MUNICIPALITY])
    history = kinds == ReferenceKind.OWN_HISTORY
    with np.errstate(invalid="ignore"):
        few = ~(partner["n_members"].to_numpy(float, na_value=np.nan) >= MIN_PEERS)
    obstacle = np.zeros(len(rows), np.int8)
    for where, reason in (
        (few & ~singular & ~history, Reason.TOO_FEW_PEERS),
        (np.isnan(reference), Reason.NO_REFERENCE),
        (np.isnan(reference) & history, Reason.TOO_FEW_YEARS),
        (np.isnan(reference) & history & (coded.stretch[rows] > 0), Reason.BREAK_IN_SERIES),
        (amount[kpi] & ~history & (kinds != ReferenceKind.MEN), Reason.SIZE_DEPENDENT),
        (ordinal[kpi], Reason.ORDINAL),
        (np.isnan(coded.value[rows]), Reason.NO_VALUE),
    ):
        obstacle[where] = REASONS.index(reason)
    return obstacle


def is_amount(indicator: Indicator) -> bool:
    """True where the value grows with the municipality: a count, or a cost in whole kronor."""
    return indicator.kind == "count" or indicator.unit.strip().lower() in AMOUNTS


def _reference_error(partner: pd.DataFrame, kinds: NDArray[np.object_]) -> tuple[Floats, Floats]:
    """The part of the reference that is the municipality itself, and the rest's standard error.

    Without self: spread / sqrt(m). With self the difference is (1 - 1/m) of the own value minus
    the others' part of the mean, whose error is sqrt(m - 1) / m times the spread.
    """
    members = np.maximum(partner["n_members"].to_numpy(float, na_value=np.nan), 1)
    mean_of_peers = np.isin(kinds, WITH_SELF) & ~partner["weighted"].fillna(False).to_numpy(bool)
    own_part = np.where(mean_of_peers, 1 / members, 0.0)
    spread = partner["spread"].to_numpy(float, na_value=np.nan)
    error = np.nan_to_num(spread / np.sqrt(members) * np.sqrt(1 - own_part))
    return own_part, error


def _interval(
    value: Floats,
    low: Floats,
    high: Floats,
    reference: Floats,
    error: tuple[Floats, Floats],
    level: float,
) -> tuple[Floats, Floats]:
    """The difference's interval: each side's distance squared and added (Newcombe, MOVER)."""
    own_part, rest = error
    noise = (Z[level] * rest) ** 2
    down = np.sqrt(((1 - own_part) * (value - low)) ** 2 + noise)
    up = np.sqrt(((1 - own_part) * (high - value)) ** 2 + noise)
    return value - reference - down, value - reference + up


def _outside(interval: tuple[Floats, Floats]) -> NDArray[np.bool_]:
    """True where zero lies outside: touching is not enough, and NaN never is."""
    return (interval[0] > 0) | (interval[1] < 0)


def _p_value(difference: Floats, interval: tuple[Floats, Floats], degrees: Floats) -> Floats:
    """Two-sided p that agrees with the interval: 0.05 exactly where it touches zero."""
    from scipy.special import erfc, stdtr, stdtrit

    with np.errstate(invalid="ignore", divide="ignore"):
        towards_zero = np.where(difference > 0, difference - interval[0], interval[1] - difference)
        half_widths = np.abs(difference) / towards_zero
    p = erfc(half_widths * Z[0.95] / np.sqrt(2))
    t = np.isfinite(degrees)
    p[t] = 2 * stdtr(degrees[t], -half_widths[t] * stdtrit(degrees[t], 0.975))
    return p


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
    return [_comparison(row) for row in frame.to_dict("records")]


def _comparison(row: dict[Any, Any]) -> Comparison:
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

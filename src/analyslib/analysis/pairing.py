"""Which reference belongs beside which observation, found by integer keys for all rows at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analyslib.analysis.series import YEARS, Coded, Ints
from analyslib.analysis.statistics import Floats


TEXTS = ("label", "group_id", "vintage")


@dataclass(frozen=True)
class Pairs:
    """One element per observation and reference. `rows` are positions among the observations.

    `kind` points into `kinds`. Where a reference of a kind is missing, its value and spread are
    NaN, its numbers 0 and its texts empty.
    """

    rows: Ints
    kind: NDArray[np.int8]
    kinds: tuple[str, ...]
    value: Floats
    spread: Floats
    weighted: NDArray[np.bool_]
    n_members: Ints
    n_possible: Ints
    texts: dict[str, pd.Categorical]

    def of_kind(self, *kinds: str) -> NDArray[np.bool_]:
        return np.array([name in kinds for name in self.kinds] or [False])[self.kind]


def pair(coded: Coded, references: pd.DataFrame, wanted: Ints) -> Pairs:
    """Every wanted observation with every reference meant for it, or with nothing of a kind.

    A reference is meant for one municipality, or for everyone where its municipality is empty.
    """
    place = _column(references, "municipality", "")
    kinds = tuple(str(name) for name in references["kind"].unique())
    kind_of = _positions(references["kind"], kinds)
    rows, partners, kind = [], [], []
    for number in range(len(kinds)):
        left, right = _of_one_kind(coded, references, place, wanted, kind_of == number)
        alone = np.ones(len(wanted), bool)
        alone[left] = False
        rows.append(wanted[np.r_[left, np.flatnonzero(alone)]])
        partners.append(np.r_[right, np.full(int(alone.sum()), len(references))])
        kind.append(np.full(len(rows[-1]), number, np.int8))
    empty = np.empty(0, np.int64)
    return _beside(
        references,
        np.concatenate(rows) if rows else empty,
        np.concatenate(partners) if rows else empty,
        np.concatenate(kind) if rows else empty.astype(np.int8),
        kinds,
    )


def _column(references: pd.DataFrame, name: str, default: Any) -> pd.Series:
    if name not in references:
        return pd.Series(default, index=references.index)
    return references[name].fillna(default) if default is not np.nan else references[name]


def _positions(column: pd.Series, names: tuple[str, ...]) -> Ints:
    """Where each text of the column stands among the names; -1 where it does not."""
    return pd.Index(names, dtype=object).get_indexer(pd.Index(column.astype(object)))


def _of_one_kind(
    coded: Coded,
    references: pd.DataFrame,
    place: pd.Series,
    wanted: Ints,
    chosen: NDArray[np.bool_],
) -> tuple[Ints, Ints]:
    """Positions in `wanted`, and in the references, of all that belong together."""
    kpi = _positions(references["kpi"], coded.kpis)
    gender = _positions(references["gender"], coded.genders)
    year = references["year"].to_numpy(np.int64)
    theirs = _key(kpi, gender, year, len(coded.genders))
    ours = _key(coded.kpi[wanted], coded.gender[wanted], coded.year[wanted], len(coded.genders))
    chosen = chosen & (kpi >= 0) & (gender >= 0)
    general = (place == "").to_numpy(bool)
    left, right = _matches(ours, theirs, np.flatnonzero(chosen & general))
    if not (chosen & ~general).any():
        return left, right
    municipality = _positions(place, coded.municipalities)
    size = len(coded.municipalities)
    own_left, own_right = _matches(
        ours * size + coded.municipality[wanted],
        theirs * size + municipality,
        np.flatnonzero(chosen & ~general & (municipality >= 0)),
    )
    return np.r_[left, own_left], np.r_[right, own_right]


def _key(kpi: Ints, gender: Ints, year: Ints, genders: int) -> Ints:
    return (kpi * genders + gender) * YEARS + year


def _matches(ours: Ints, theirs: Ints, among: Ints) -> tuple[Ints, Ints]:
    """Every pair of equal keys: positions in `ours`, and in `theirs` among those given."""
    order = among[np.argsort(theirs[among], kind="stable")]
    keys = theirs[order]
    first = np.searchsorted(keys, ours, side="left")
    count = np.searchsorted(keys, ours, side="right") - first
    left = np.repeat(np.arange(len(ours)), count)
    within = np.arange(len(left)) - np.repeat(np.cumsum(count) - count, count)
    return left, order[np.repeat(first, count) + within]


def _beside(
    references: pd.DataFrame,
    rows: Ints,
    partner: Ints,
    kind: NDArray[np.int8],
    kinds: tuple[str, ...],
) -> Pairs:
    """The references' columns beside the rows; the position after the last one is nothing."""

    def numbers(name: str, nothing: float) -> Floats:
        column = _column(references, name, np.nan).to_numpy(np.float64, na_value=np.nan)
        return np.r_[column, nothing][partner]

    def texts(name: str) -> pd.Categorical:
        codes, names = pd.factorize(pd.concat([_column(references, name, ""), pd.Series([""])]))
        words: Any = pd.Index([str(word) for word in names])
        return pd.Categorical.from_codes(codes[partner], categories=words)

    return Pairs(
        rows=rows,
        kind=kind,
        kinds=kinds,
        value=numbers("value", np.nan),
        spread=numbers("spread", np.nan),
        weighted=numbers("weighted", 0) == 1,
        n_members=np.nan_to_num(numbers("n_members", 0)).astype(np.int64),
        n_possible=np.nan_to_num(numbers("n_possible", 0)).astype(np.int64),
        texts={name: texts(name) for name in TEXTS},
    )

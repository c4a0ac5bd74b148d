"""Tables as data: which dimensions are crossed, and which atoms each cell counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Layout:
    """One table, declared as data: the dimensions that are crossed, with all margins.

    `where`: only these values of a dimension (the members of the network, this year).
    `groups`: sums printed beside the single values, ``{"period": {"2024": ("2024K1", …)}}``;
    for a dimension in `only_groups` they are printed instead of the single values.
    `margins`: False prints only the full cross. `shares`: a dimension whose shares are shown,
    so that "not this one" must be safe as well. `sensitive`: a dimension where "all" and
    "none" of a small group says something about each of its members; `unanswered`: the classes of
    it that nothing is known of, so that the others also say it of a small group of those who
    answered. `never`: combinations that cannot be by how they are defined; a nought there tells
    nothing, and is not hidden.
    """

    name: str
    dimensions: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    only_groups: tuple[str, ...] = ()
    margins: bool = True
    shares: str = ""
    sensitive: str = ""
    unanswered: tuple[str, ...] = ()
    never: tuple[Mapping[str, tuple[str, ...]], ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """Every dimension the atoms must carry for this table."""
        return tuple(dict.fromkeys([*self.dimensions, *self.where, *self.groups]))

    def crossings(self) -> list[tuple[str, ...]]:
        """The printed crossings: the table itself and, with margins, every sum of it."""
        if not self.margins:
            return [self.dimensions]
        sizes = range(len(self.dimensions) + 1)
        return [c for size in sizes for c in combinations(self.dimensions, size)]


@dataclass(frozen=True)
class Crossing:
    """The cells of one crossing. `labels`: one row = one cell (only the crossed dimensions);
    atom ``atoms[i]`` is counted in cell ``cells[i]``."""

    dimensions: tuple[str, ...]
    labels: pd.DataFrame
    atoms: np.ndarray
    cells: np.ndarray

    def sums(self, counts: np.ndarray) -> np.ndarray:
        weights = counts[self.atoms].astype(float)
        return np.rint(np.bincount(self.cells, weights, minlength=len(self.labels))).astype(
            np.int64
        )


def inside(table: pd.DataFrame, where: Mapping[str, tuple[str, ...]]) -> np.ndarray:
    """True for atoms that have one of the wanted values in every dimension of `where`."""
    mask = np.ones(len(table), dtype=bool)
    for dimension, values in where.items():
        mask &= table[dimension].isin(values).to_numpy()
    return mask


def cross(table: pd.DataFrame, layout: Layout, dimensions: tuple[str, ...]) -> Crossing:
    """The cells of one crossing of a layout over the atoms in `table`."""
    part = table.loc[inside(table, layout.where), list(dimensions)].copy()
    part["atom"] = np.flatnonzero(inside(table, layout.where))
    for dimension in dimensions:
        part = _with_groups(part, layout, dimension)
    if not dimensions:
        nowhere = np.zeros(len(part), dtype=np.int64)
        return Crossing((), pd.DataFrame(index=range(1)), part["atom"].to_numpy(), nowhere)
    keys = list(dimensions)
    cells = np.asarray(part.groupby(keys, sort=True, observed=True).ngroup())
    labels = part[keys].drop_duplicates().sort_values(keys).reset_index(drop=True)
    return Crossing(dimensions, labels, part["atom"].to_numpy(), cells)


def _with_groups(part: pd.DataFrame, layout: Layout, dimension: str) -> pd.DataFrame:
    groups = layout.groups.get(dimension, {})
    pairs = [(value, label) for label, values in groups.items() for value in values]
    if not pairs:
        return part
    more = part.merge(pd.DataFrame(pairs, columns=[dimension, "group_label"]), on=dimension)
    more[dimension] = more["group_label"]
    more = more.drop(columns="group_label")
    return more if dimension in layout.only_groups else pd.concat([part, more], ignore_index=True)

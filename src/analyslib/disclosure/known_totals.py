"""Totals that another theme has already printed, as a pack that everybody has: whatever is decided
afterwards, no world may change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analyslib.analysis.follow_up_themes import BEGUN, TIME_GROUPS, Theme
from analyslib.disclosure.publication import Publication


Sum = Mapping[str, tuple[str, ...]]
NAME = "underlaget"


def known_totals(theme: Theme, atoms: pd.DataFrame) -> list[Publication]:
    """What is known of a theme before it is decided; nothing where no other theme shows it."""
    return [publish_sums(atoms, _totals_of(theme, atoms))] if theme.base else []


def publish_sums(atoms: pd.DataFrame, sums: Sequence[Sum]) -> Publication:
    """These sums of the atoms as a pack that is already out. A dimension that a sum does not name
    is whole."""
    dimensions = [d for d in atoms.columns if d != "count"]
    every = {d: tuple(sorted(atoms[d].unique())) for d in dimensions}
    sets: dict[tuple[str, ...], int] = {}
    rows = []
    for cell in sums:
        values = [tuple(v for v in cell.get(d, every[d]) if v in every[d]) for d in dimensions]
        inside = pd.Series(True, index=atoms.index)
        for dimension, chosen in zip(dimensions, values, strict=True):
            inside &= atoms[dimension].isin(chosen)
        if inside.any():
            counted = tuple(sets.setdefault(chosen, len(sets)) for chosen in values)
            rows.append((counted, int(atoms.loc[inside, "count"].sum()), False, NAME))
    return Publication(NAME, 5, True, tuple(dimensions), tuple(sets), (), (), tuple(rows))


def _totals_of(theme: Theme, atoms: pd.DataFrame) -> list[Sum]:
    """The totals of the blocks, and every sum of them."""
    blocks = atoms[["municipality", "service_area"]].drop_duplicates()
    sums: list[Sum] = [
        {"municipality": (m,), "service_area": (a,)} for m, a in blocks.itertuples(index=False)
    ]
    sums += [{"municipality": (m,)} for m in blocks["municipality"].unique()]
    sums += [{"service_area": (a,)} for a in blocks["service_area"].unique()]
    sums.append({})
    if theme.base == BEGUN:
        # The finished are those of the basis; all are those of the inflow, by municipality.
        ended = tuple(sorted(set(TIME_GROUPS["slut"]) & set(atoms["class"])))
        whole = [cell for cell in sums if "service_area" not in cell]
        return [*({**cell, "class": ended} for cell in sums), *whole]
    return sums

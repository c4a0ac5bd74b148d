"""What must not be said of a small group in a sensitive matter: that none of it, or all of it,
belongs to one class. Either says something of each of its members.

The same holds of those who have answered: nobody among the nine who answered is dissatisfied. How
many they are may be hidden, so the limit must not depend on it: where some may not have answered, a
group is large when it is twice as large. A nought of a large group is printed, and with it the
noughts of the small groups that it is made of: they follow from what is said of the large one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyslib.disclosure.layout import Crossing, Layout
from analyslib.disclosure.rules import Profile


OF_ANSWERS = 2


@dataclass(frozen=True)
class Telling:
    """Cells of one crossing. `few`: of so small a group that a nought is hidden; `none`, `every`:
    those that say "none" and "all" of such a group. `is_whole`: the crossing tells no class from
    another, so a nought is an empty group; `is_beside`: it does, in a table that is not itself
    sensitive, so a nought may give one away that is."""

    few: np.ndarray
    none: np.ndarray
    every: np.ndarray
    is_whole: bool = False
    is_beside: bool = False


def telling_cells(
    crossing: Crossing,
    sums: np.ndarray,
    layout: Layout,
    layouts: Sequence[Layout],
    profile: Profile,
) -> Telling:
    """What the cells of a crossing of a layout, one of `layouts`, tell of small groups."""
    nothing = np.zeros(len(sums), dtype=bool)
    if layout.sensitive in crossing.dimensions:
        return _of_groups(crossing, sums, layout, profile)
    sensitive = {la.sensitive for la in layouts} - {"", layout.sensitive}
    divides = bool(sensitive & {*crossing.dimensions, *layout.where})
    is_guarded = bool(sensitive or layout.sensitive)
    return Telling(nothing, nothing, nothing, is_guarded and not divides, divides)


def _of_groups(crossing: Crossing, sums: np.ndarray, layout: Layout, profile: Profile) -> Telling:
    name = crossing.labels[layout.sensitive]
    is_lost = name.isin(layout.unanswered).to_numpy()
    groups = layout.groups.get(layout.sensitive, {})
    is_part = ~name.isin(groups).to_numpy() | (layout.sensitive in layout.only_groups)
    of = [crossing.labels[d] for d in crossing.dimensions if d != layout.sensitive]
    n = _per_group(np.where(is_part, sums, 0), of)
    lost = _per_group(np.where(is_part & is_lost, sums, 0), of)
    is_small = (n > 0) & (n < profile.sensitive_below)
    limit = profile.sensitive_below * (OF_ANSWERS if layout.unanswered else 1)
    few_answers = ~is_lost & (n > lost) & (n < limit)
    few = is_small | few_answers
    return Telling(few, few & (sums == 0), is_small & (sums == n))


def _per_group(values: np.ndarray, of: Sequence[pd.Series]) -> np.ndarray:
    """The sum of each cell's group."""
    if not of:
        return np.full(len(values), values.sum())
    return pd.Series(values).groupby([*of], sort=False).transform("sum").to_numpy()

"""Svensson's method for paired ordinal assessments.

Systematic change of the group is told apart from individual variation: RP (relative position),
RC (relative concentration) and RV (relative rank variance), Svensson (1993, 2012). Standard
errors by the plain jackknife over persons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Svensson:
    """RP, RC in -1..1 and RV in 0..1 with jackknife standard errors; `agreement` is the share
    of persons with the same value before and after. A positive RP means higher values after."""

    n: int
    agreement: float
    rp: float
    rc: float
    rv: float
    rp_se: float
    rc_se: float
    rv_se: float


def summarise_svensson(matrix: ArrayLike) -> Svensson:
    """From a square table of counts, rows before and columns after (at least two persons)."""
    table = np.asarray(matrix, dtype=float)
    n = table.sum()
    rows, columns = np.nonzero(table)
    # One table per distinct person to leave out: persons in the same cell are alike.
    without = np.repeat(table[None], rows.size, axis=0)
    without[np.arange(rows.size), rows, columns] -= 1
    weight = table[rows, columns]
    left_out = np.stack(_measures(without))
    centre = (left_out * weight).sum(1, keepdims=True) / n
    errors = np.sqrt((n - 1) / n * (weight * (left_out - centre) ** 2).sum(1))
    rp, rc, rv = (float(value[0]) for value in _measures(table[None]))
    return Svensson(int(n), float(np.trace(table) / n), rp, rc, rv, *map(float, errors))


def _measures(tables: NDArray[np.float64]) -> tuple[NDArray, NDArray, NDArray]:
    """RP, RC and RV of each table; `tables` has shape (m, k, k)."""
    n = tables.sum((1, 2))
    before, after = tables.sum(2), tables.sum(1)
    below_before, upto_before = _cumulative(before)
    below_after, upto_after = _cumulative(after)
    p_up = (after * below_before).sum(1) / n**2
    p_down = (before * below_after).sum(1) / n**2
    spread = np.minimum(p_up - p_up**2, p_down - p_down**2)
    whole = n[:, None]
    concentration = (
        after * below_before * (whole - upto_before) - before * below_after * (whole - upto_after)
    ).sum(1)
    rc = np.divide(concentration, spread * n**3, out=np.zeros_like(n), where=spread > 0)
    rank_gap = _augmented_ranks(tables) - _augmented_ranks(tables.swapaxes(1, 2)).swapaxes(1, 2)
    rv = 6 * (rank_gap**2 * tables).sum((1, 2)) / n**3
    return p_up - p_down, rc, rv


def _cumulative(margin: NDArray[np.float64]) -> tuple[NDArray, NDArray]:
    upto = margin.cumsum(1)
    return upto - margin, upto


def _augmented_ranks(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean rank of each cell when ties before are broken by the value after."""
    rows_before = tables.sum(2).cumsum(1) - tables.sum(2)
    cells_before = tables.cumsum(2) - tables
    return rows_before[:, :, None] + cells_before + (1 + tables) / 2

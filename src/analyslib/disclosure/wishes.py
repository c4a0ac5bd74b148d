"""Worlds in whole persons that meet one requirement for certain, and many others on the way.

Most requirements have plenty of worlds. A finder that is indifferent between them meets one or
two at a time; one that is told what else is still missing often meets dozens.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analyslib.disclosure.solver import INFINITY
from analyslib.disclosure.targets import Requirement
from analyslib.disclosure.worlds import WorldFinder


# Any world that grants most of what can be granted will do: the best of all takes far longer.
GAP = 0.1


class Wishes:
    """What a finder is to meet besides what it is asked for. `start`: the finder's first row in
    the system that the requirements number."""

    def __init__(
        self, finder: WorldFinder, requirements: Sequence[Requirement], start: int = 0
    ) -> None:
        self._solver = finder.solver
        self._first = finder.solver.getNumCol()
        column: dict[tuple[int, int], int] = {}
        for requirement in requirements:
            if requirement.row - start in finder.position:
                column.setdefault((requirement.row - start, requirement.change), len(column))
        self._column = np.array(
            [column.get((r.row - start, r.change), -1) for r in requirements], dtype=np.int64
        )
        self._worth = np.array([1 / abs(change) for _, change in column])
        for row, change in column:
            self._add(finder, row, change)
        finder.solver.setOptionValue("mip_rel_gap", GAP)

    def _add(self, finder: WorldFinder, row: int, change: int) -> None:
        """One more column: how far the row has come, counted no further than was asked."""
        at, last = finder.position[row], self._solver.getNumCol()
        here = slice(finder.block.indptr[at], finder.block.indptr[at + 1])
        atoms = np.append(finder.block.indices[here], last).astype(np.int32)
        times = np.append(np.sign(change) * finder.block.data[here], -1).astype(float)
        self._solver.addVar(-INFINITY, float(abs(change)))
        self._solver.addRow(0.0, INFINITY, len(atoms), atoms, times)

    def make(self, missing: np.ndarray) -> None:
        """Wish for those of the requirements that are still missing."""
        wished = np.zeros(len(self._worth))
        asked = self._column[missing]
        asked = asked[asked >= 0]
        wished[asked] = self._worth[asked]
        columns = np.arange(self._first, self._first + len(wished), dtype=np.int32)
        self._solver.changeColsCost(len(wished), columns, -wished)

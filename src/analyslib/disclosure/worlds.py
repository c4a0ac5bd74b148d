"""Alternative worlds: other counts that would have given the very same published numbers.

As long as such a world exists where a hidden number is something else, nobody can work it
out. The linear programmes that look for worlds live here, and only here.
"""

from __future__ import annotations

import highspy
import numpy as np
from scipy import sparse

from analyslib.disclosure.solver import INFINITY, load_problem, solution_of
from analyslib.disclosure.system import (
    Attacker,
    State,
    System,
    atom_floors,
    known_atoms,
    row_floors,
)
from analyslib.errors import DisclosureError


EPSILON = 1e-6


class WorldFinder:
    """Looks for worlds that one attacker cannot tell from the true one.

    `hidden`: rows not printed. `price`: what it would cost to hide (or keep hidden) a row; the
    cheapest world is the one that moves the least expensive rows. Rows with a price of nan
    are free if hidden and fixed if not. The unknown is the change of every atom.
    """

    def __init__(
        self,
        system: System,
        hidden: np.ndarray,
        attacker: Attacker,
        price: np.ndarray | None = None,
    ) -> None:
        self.system = system
        self.attacker = attacker
        priced = np.zeros(system.n_rows, bool) if price is None else ~np.isnan(price)
        shown = is_shown(system, hidden) & ~priced
        self.atoms = np.flatnonzero(~_settled(system, shown) & ~known_atoms(system, attacker))
        self.rows = _distinct_rows(system, self.atoms, shown)
        self.position = {int(row): i for i, row in enumerate(self.rows)}
        self.priced = [int(row) for row in self.rows if priced[row]]
        self.price_position = {row: i for i, row in enumerate(self.priced)}
        self._load(shown, price)

    def _load(self, shown: np.ndarray, price: np.ndarray | None) -> None:
        system, rows, atoms = self.system, self.rows, self.atoms
        self.block = block = system.matrix[rows][:, atoms].tocsr()
        n, m, p = len(atoms), len(rows), len(self.priced)
        at = [self.position[row] for row in self.priced]
        eye = sparse.csr_array((np.ones(p), (at, np.arange(p))), shape=(m, p))
        self.room = _room(system, self.attacker)[rows]
        low = np.where(shown[rows], -system.slack_low[rows], -self.room).astype(float)
        high = np.where(shown[rows], system.slack_high[rows], INFINITY).astype(float)
        low[at], high[at] = 0.0, 0.0
        self.floors = floors = (atom_floors(system, self.attacker) - system.counts)[atoms]
        cost = np.zeros(p) if price is None else price[self.priced]
        self.fall = np.array([self.room[i] for i in at], dtype=float)
        self.low, self.high = low, high
        self.solver = load_problem(
            sparse.hstack([block, -eye, eye]),
            np.concatenate([np.zeros(n), cost, cost]),
            (
                np.concatenate([floors, np.zeros(2 * p)]),
                np.concatenate([np.full(n + p, INFINITY), self.fall]),
            ),
            (low, high),
        )

    def hide(self, row: int) -> None:
        """From now on the priced row may move for nothing."""
        self._set_price(row, 0.0)

    def show(self, row: int) -> None:
        """From now on the priced row may not move at all."""
        self._set_bounds(row, 0.0, 0.0)

    def release_row(self, row: int) -> None:
        """Undo `show`."""
        i = self.price_position.get(row)
        if i is not None:
            self._set_bounds(row, INFINITY, self.fall[i])

    def _set_price(self, row: int, price: float) -> None:
        i = self.price_position.get(row)
        if i is not None:
            n, p = len(self.atoms), len(self.priced)
            self.solver.changeColCost(n + i, price)
            self.solver.changeColCost(n + p + i, price)

    def _set_bounds(self, row: int, rise: float, fall: float) -> None:
        i = self.price_position.get(row)
        if i is not None:
            n, p = len(self.atoms), len(self.priced)
            self.solver.changeColBounds(n + i, 0.0, rise)
            self.solver.changeColBounds(n + p + i, 0.0, fall)

    def world(self, row: int, change: int, integer: bool = False) -> np.ndarray | None:
        """The cheapest world where `row` differs by `change`; None where there is none."""
        at = self.position.get(row)
        if at is None:
            return None
        self.solver.changeRowBounds(at, float(change), float(change))
        found = self._run(integer)
        self.solver.changeRowBounds(at, self.low[at], self.high[at])
        return None if found is None else self._spread(found)

    def following(
        self, rows: np.ndarray, changes: np.ndarray, row: int = -1, change: int = 0
    ) -> np.ndarray | None:
        """A world in whole persons where these rows differ by just this much, and `row` by
        `change` as well; None where there is none."""
        wanted = dict(zip(rows.tolist(), changes.tolist(), strict=True))
        if row >= 0 and wanted.setdefault(row, change) != change:
            return None
        places = {self.position.get(at): much for at, much in wanted.items()}
        if any(much and at not in self.position for at, much in wanted.items()):
            return None
        loose = {at: float(much) for at, much in places.items() if at is not None}
        for at, much in loose.items():
            self.solver.changeRowBounds(at, much, much)
        found = self._run(integer=True)
        for at in loose:
            self.solver.changeRowBounds(at, self.low[at], self.high[at])
        return None if found is None else self._spread(found)

    def extreme(self, row: int, upwards: bool, integer: bool = False) -> tuple[float, np.ndarray]:
        """How far `row` can move in one direction, and the world where it has moved that far.

        Infinite, with no world, where nothing published holds it back. Only for a finder
        without prices.
        """
        at = self.position.get(row)
        if at is None:
            return 0.0, np.zeros(self.system.n_atoms, dtype=np.int64)
        here = self.block.indices[self.block.indptr[at] : self.block.indptr[at + 1]]
        sign = -1.0 if upwards else 1.0
        self.solver.changeColsCost(len(here), here, np.full(len(here), sign))
        found = self._run(integer)
        self.solver.changeColsCost(len(here), here, np.zeros(len(here)))
        if found is None:
            return (INFINITY if upwards else -INFINITY), np.zeros(0)
        return float(found[here].sum()), self._spread(found)

    def forbid(self, atoms: np.ndarray, forbidden: bool) -> None:
        """Hold these atoms still (an insider knows them), or let them go again."""
        inside = np.flatnonzero(atoms[self.atoms]).astype(np.int32)
        if len(inside) == 0:
            return
        low = np.zeros(len(inside)) if forbidden else self.floors[inside].astype(float)
        high = np.zeros(len(inside)) if forbidden else np.full(len(inside), INFINITY)
        self.solver.changeColsBounds(len(inside), inside, low, high)

    def _run(self, integer: bool) -> np.ndarray | None:
        n = len(self.atoms)
        if integer:
            self._set_integrality(highspy.HighsVarType.kInteger)
        self.solver.run()
        status = self.solver.getModelStatus()
        found = None
        if status == highspy.HighsModelStatus.kOptimal:
            found = np.array(self.solver.getSolution().col_value[:n])
        elif status not in _NO_WORLD:
            raise RuntimeError(f"the solver stopped with {status}")
        if integer:
            self._set_integrality(highspy.HighsVarType.kContinuous)
            found = None if found is None else np.rint(found)
        return found

    def _set_integrality(self, kind: highspy.HighsVarType) -> None:
        n = len(self.atoms)
        self.solver.changeColsIntegrality(n, np.arange(n, dtype=np.int32), np.array([kind] * n))

    def _spread(self, found: np.ndarray) -> np.ndarray:
        change = np.zeros(self.system.n_atoms)
        change[self.atoms] = found
        return change


_NO_WORLD = (
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnbounded,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
)


def is_shown(system: System, hidden: np.ndarray) -> np.ndarray:
    """True for rows whose number anyone can read."""
    open_and_printed = (system.state == State.OPEN) & ~hidden
    return np.asarray(open_and_printed | (system.state == State.PUBLIC), dtype=bool)


def _settled(system: System, shown: np.ndarray) -> np.ndarray:
    """True for atoms that are themselves printed, to the last unit: they cannot move."""
    single = np.diff(system.matrix.indptr) == 1
    exact = (system.slack_low == 0) & (system.slack_high == 0)
    rows = np.flatnonzero(single & shown & exact)
    settled = np.zeros(system.n_atoms, dtype=bool)
    settled[system.matrix.indices[system.matrix.indptr[rows]]] = True
    return settled


def _distinct_rows(system: System, atoms: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """Rows that still say something about the loose atoms; of equal printed rows only one."""
    block = system.matrix[:, atoms].tocsr()
    seen: set[bytes] = set()
    keep = []
    for row in range(system.n_rows):
        start, end = block.indptr[row], block.indptr[row + 1]
        if start == end:
            continue
        exact = shown[row] and system.slack_low[row] == 0 == system.slack_high[row]
        key = np.sort(block.indices[start:end]).tobytes() + block.data[start:end].tobytes()
        if exact and key in seen:
            continue
        if exact:
            seen.add(key)
        keep.append(row)
    return np.array(keep, dtype=np.int64)


def _room(system: System, attacker: Attacker) -> np.ndarray:
    """How far every row may fall; infinite where the floors of its atoms say it all."""
    floors = row_floors(system, attacker)
    return np.where(floors > 0, system.values - floors, INFINITY).astype(float)


def fitting_world(matrix: sparse.csr_array, shown: np.ndarray, least: np.ndarray) -> np.ndarray:
    """Some counts in whole persons that give the published numbers (-1: not published), with
    every row at least `least`. Raises DisclosureError where there are none."""
    n = matrix.shape[1]
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    solver = load_problem(
        matrix,
        np.zeros(n),
        (np.zeros(n), np.full(n, INFINITY)),
        (np.where(shown >= 0, shown, least), np.where(shown >= 0, shown, INFINITY)),
        np.ones(n),
    )
    found = solution_of(solver)
    if found is None:
        raise DisclosureError("De publicerade talen går inte ihop med varandra.")
    return np.rint(found).astype(np.int64)

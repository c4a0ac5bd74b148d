"""The cheapest pattern there is, proven, for packs small enough: one municipality's report.

A master problem proposes which rows to hide; where a requirement is not met, linear duality
tells a set of rows of which at least one must be hidden, and the master proposes again.
"""

from __future__ import annotations

import highspy
import numpy as np

from analyslib.disclosure.pool import Pool
from analyslib.disclosure.solver import INFINITY, new_solver
from analyslib.disclosure.system import READER, Attacker, State, System, atom_floors, row_floors
from analyslib.disclosure.targets import Requirement
from analyslib.disclosure.worlds import EPSILON, WorldFinder


MOST_ROWS = 110
MOST_ROUNDS = 400
MOST_NODES = 20_000


def cheapest_pattern(
    system: System, primary: np.ndarray, price: np.ndarray, wanted: list[Requirement]
) -> np.ndarray | None:
    """The hidden rows of a proven optimum; None where the pack is too large to prove one."""
    everything = primary | (system.state == State.OPEN)
    movable = WorldFinder(system, everything, READER).position
    open_rows = np.flatnonzero((system.state == State.OPEN) & ~primary)
    choice = np.array([row for row in open_rows if int(row) in movable], dtype=np.int64)
    if len(choice) > MOST_ROWS or any(r.attacker.knows for r in wanted):
        return None
    if len(choice) == 0:
        return primary.copy()
    master = _Master(price[choice])
    attackers = dict.fromkeys(r.attacker for r in wanted)
    testers = {a: _Tester(system, primary, a, choice) for a in attackers}
    pool = Pool(system, wanted)
    for _ in range(MOST_ROUNDS):
        chosen = master.propose()
        if chosen is None:
            return None
        hidden = primary.copy()
        hidden[choice[chosen]] = True
        cuts = [
            cut
            for requirement in _unmet(pool, hidden, system)
            for cut in testers[requirement.attacker].cuts(requirement, chosen, pool)
        ]
        if not cuts:
            return hidden
        for cut in cuts:
            master.demand(cut)
    return None


def _unmet(pool: Pool, hidden: np.ndarray, system: System) -> list[Requirement]:
    """The requirements no world found so far meets without moving something printed."""
    printed = (system.state == State.OPEN) & ~hidden
    allowed = ~pool.moves[:, printed].any(axis=1)
    met = np.asarray(pool.met[allowed].any(axis=0))
    return [r for r, m in zip(pool.requirements, met.tolist(), strict=True) if not m]


class _Master:
    """Which rows to hide, given the sets of which something must be hidden."""

    def __init__(self, price: np.ndarray) -> None:
        self._solver = new_solver()
        self._solver.setOptionValue("mip_rel_gap", 0.0)
        self._solver.setOptionValue("mip_abs_gap", 1e-6)
        self._solver.setOptionValue("mip_max_nodes", MOST_NODES)
        for i, cost in enumerate(price):
            self._solver.addVar(0.0, 1.0)
            self._solver.changeColCost(i, float(cost))
            self._solver.changeColIntegrality(i, highspy.HighsVarType.kInteger)

    def propose(self) -> np.ndarray | None:
        """The cheapest choice that meets all demands so far; None where proving that it is the
        cheapest would take too long (counted in nodes, not in seconds: the same every time)."""
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(self._solver.getSolution().col_value) > 0.5

    def demand(self, weight: np.ndarray) -> None:
        at = np.flatnonzero(weight).astype(np.int32)
        self._solver.addRow(1.0, INFINITY, len(at), at, weight[at])


class _Tester:
    """Whether a proposed pattern meets a requirement, and if not, what it lacks."""

    def __init__(
        self, system: System, primary: np.ndarray, attacker: Attacker, choice: np.ndarray
    ) -> None:
        everything = primary | (system.state == State.OPEN)
        self._finder = WorldFinder(system, everything, attacker)
        self._at = np.array([self._finder.position[int(row)] for row in choice])
        floors = row_floors(system, attacker)
        least = np.maximum(floors, system.matrix @ atom_floors(system, attacker))
        self._fall = (system.values - least)[choice].astype(float)

    def cuts(self, requirement: Requirement, chosen: np.ndarray, pool: Pool) -> list[np.ndarray]:
        """Sets of rows, disjoint as far as possible, of which one must be hidden."""
        chosen, found = chosen.copy(), list[np.ndarray]()
        while True:
            cut = self._cut(requirement, chosen, pool)
            if cut is None or not cut.any():
                return found
            found.append(cut)
            chosen |= cut > 0

    def _cut(self, requirement: Requirement, chosen: np.ndarray, pool: Pool) -> np.ndarray | None:
        """Weights of rows whose sum must reach 1; None where the requirement is met."""
        solver, finder = self._finder.solver, self._finder
        for hidden, at in zip(chosen, self._at, strict=True):
            low, high = (finder.low[at], finder.high[at]) if hidden else (0.0, 0.0)
            solver.changeRowBounds(int(at), low, high)
        row = finder.position[requirement.row]
        change = float(requirement.change)
        bounds = (-INFINITY, change) if change > 0 else (change, INFINITY)
        solver.changeRowBounds(row, *bounds)
        reach, world = finder.extreme(requirement.row, change > 0)
        solver.changeRowBounds(row, finder.low[row], finder.high[row])
        if abs(reach) >= abs(change) - EPSILON:
            pool.add(world)
            return None
        dual = np.array(solver.getSolution().row_dual)[self._at]
        return self._weights(dual, abs(change) - abs(reach), chosen)

    def _weights(self, dual: np.ndarray, lacking: float, chosen: np.ndarray) -> np.ndarray:
        # The objective is minimised: a row with a positive dual helps by falling, and can
        # fall no further than to its floor; one with a negative dual helps by rising, without
        # limit. No row counts for more than the whole.
        reach = np.where(dual > 0, dual * self._fall, np.where(dual < -EPSILON, INFINITY, 0.0))
        weight = np.minimum(1.0, reach / lacking)
        return np.where(chosen | (weight < 1e-6), 0.0, weight)

"""One finder of worlds per kind of attacker, made when it is first needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analyslib.disclosure.pool import Pool
from analyslib.disclosure.system import READERS, Attacker, State, System, known_atoms
from analyslib.disclosure.targets import Requirement
from analyslib.disclosure.wishes import Wishes
from analyslib.disclosure.worlds import WorldFinder


Kind = tuple[bool, bool]


@dataclass(frozen=True)
class Impossible:
    """A requirement that cannot be met even with everything hidden, and how far one comes."""

    requirement: Requirement
    reachable: int


class Searcher:
    """Worlds for requirements, whoever the attacker is. Insiders share the careful reader's
    finder, with their own atoms held still."""

    def __init__(self, system: System, hidden: np.ndarray, price: np.ndarray | None) -> None:
        self.system, self._hidden, self._price = system, hidden, price
        self._finders: dict[Kind, WorldFinder] = {}
        self._held: dict[Kind, Attacker | None] = {}
        self._wishes: dict[Kind, Wishes] = {}

    def world(self, requirement: Requirement, integer: bool = False) -> np.ndarray | None:
        finder = self.finder(requirement.attacker)
        return finder.world(requirement.row, requirement.change, integer)

    def generous_world(
        self, pool: Pool, number: int, missing: np.ndarray, integer: bool = False
    ) -> np.ndarray | None:
        """A world for one requirement of the pool, that also meets as many as it may of those
        that are missing."""
        requirement = pool.requirements[number]
        finder, kind = self.finder(requirement.attacker), requirement.attacker.kind
        if kind not in self._wishes:
            self._wishes[kind] = Wishes(finder, pool.requirements)
        self._wishes[kind].make(missing & pool.like(number))
        return finder.world(requirement.row, requirement.change, integer)

    def extreme(self, requirement: Requirement, integer: bool) -> float:
        finder = self.finder(requirement.attacker)
        return finder.extreme(requirement.row, requirement.change > 0, integer)[0]

    def every_finder(self) -> list[WorldFinder]:
        for kind in ((False, False), (True, False)):
            self._of_kind(kind)
        return list(self._finders.values())

    def _of_kind(self, kind: Kind) -> WorldFinder:
        if kind not in self._finders:
            finder = WorldFinder(self.system, self._hidden, READERS[kind], self._price)
            self._finders[kind] = finder
        return self._finders[kind]

    def finder(self, attacker: Attacker) -> WorldFinder:
        """The finder for this attacker, as it is until another one is asked for."""
        finder = self._of_kind(attacker.kind)
        held = self._held.get(attacker.kind)
        if (held.knows if held else ()) != attacker.knows:
            if held:
                finder.forbid(known_atoms(self.system, held), False)
            if attacker.knows:
                finder.forbid(known_atoms(self.system, attacker), True)
            self._held[attacker.kind] = attacker if attacker.knows else None
        return finder


def prices_of(system: System, unpriced: np.ndarray, price: np.ndarray) -> np.ndarray:
    """Prices for rows that may still be hidden or shown; nan for those already decided."""
    return np.where(unpriced | (system.state != State.OPEN), np.nan, price)


def whole_reach(system: System, requirement: Requirement) -> int:
    """How far the row can move in whole persons with everything hidden that can be."""
    everything = Searcher(system, system.state == State.OPEN, None)
    reach = everything.extreme(requirement, integer=True)
    limit = abs(requirement.change)
    return int(np.clip(np.fix(reach), -limit, limit))

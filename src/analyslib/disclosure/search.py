"""One finder of worlds per kind of attacker, made when it is first needed."""

from __future__ import annotations

import numpy as np

from analyslib.disclosure.pool import Pool
from analyslib.disclosure.system import (
    CAREFUL_READER,
    READER,
    Attacker,
    System,
    known_atoms,
)
from analyslib.disclosure.targets import Requirement
from analyslib.disclosure.wishes import Wishes
from analyslib.disclosure.worlds import WorldFinder


class Searcher:
    """Worlds for requirements, whoever the attacker is. Insiders share the careful reader's
    finder, with their own atoms held still."""

    def __init__(self, system: System, hidden: np.ndarray, price: np.ndarray | None) -> None:
        self.system, self._hidden, self._price = system, hidden, price
        self._finders: dict[bool, WorldFinder] = {}
        self._held: dict[bool, Attacker | None] = {}
        self._wishes: dict[bool, Wishes] = {}

    def world(self, requirement: Requirement, integer: bool = False) -> np.ndarray | None:
        finder = self.finder(requirement.attacker)
        return finder.world(requirement.row, requirement.change, integer)

    def generous_world(
        self, pool: Pool, number: int, missing: np.ndarray, integer: bool = False
    ) -> np.ndarray | None:
        """A world for one requirement of the pool, that also meets as many as it may of those
        that are missing."""
        requirement = pool.requirements[number]
        finder, kind = self.finder(requirement.attacker), requirement.attacker.careful
        if kind not in self._wishes:
            self._wishes[kind] = Wishes(finder, pool.requirements)
        self._wishes[kind].make(missing & pool.like(number))
        return finder.world(requirement.row, requirement.change, integer)

    def extreme(self, requirement: Requirement, integer: bool) -> float:
        finder = self.finder(requirement.attacker)
        return finder.extreme(requirement.row, requirement.change > 0, integer)[0]

    def every_finder(self) -> list[WorldFinder]:
        for careful in (False, True):
            self._kind(careful)
        return list(self._finders.values())

    def _kind(self, careful: bool) -> WorldFinder:
        if careful not in self._finders:
            attacker = CAREFUL_READER if careful else READER
            finder = WorldFinder(self.system, self._hidden, attacker, self._price)
            self._finders[careful] = finder
        return self._finders[careful]

    def finder(self, attacker: Attacker) -> WorldFinder:
        """The finder for this attacker, as it is until another one is asked for."""
        finder = self._kind(attacker.careful)
        held = self._held.get(attacker.careful)
        if (held.knows if held else ()) != attacker.knows:
            if held:
                finder.forbid(known_atoms(self.system, held), False)
            if attacker.knows:
                finder.forbid(known_atoms(self.system, attacker), True)
            self._held[attacker.careful] = attacker if attacker.knows else None
        return finder

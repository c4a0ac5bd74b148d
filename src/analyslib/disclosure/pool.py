"""The worlds found so far, and which requirements each of them meets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analyslib.disclosure.system import (
    READERS,
    Attacker,
    System,
    atom_floors,
    known_atoms,
    row_floors,
)
from analyslib.disclosure.targets import Requirement


EPSILON = 1e-6
FIRST_ROOM = 64


class Pool:
    """`met[w, i]`: world w meets requirement i; `moves[w, row]`: the number in that row
    differs in world w. Room is doubled as it is needed."""

    def __init__(self, system: System, requirements: Sequence[Requirement]) -> None:
        self.system = system
        self.requirements = list(requirements)
        self.attackers = list(dict.fromkeys(r.attacker for r in self.requirements))
        index = {attacker: i for i, attacker in enumerate(self.attackers)}
        self._row = np.array([r.row for r in self.requirements], dtype=np.int64)
        self._change = np.array([r.change for r in self.requirements], dtype=float)
        self._attacker = np.array([index[r.attacker] for r in self.requirements], dtype=np.int64)
        # What the readers know beforehand is the same for all of a kind.
        kinds = [attacker.kind for attacker in self.attackers]
        self._limits = {
            kind: (np.array([other == kind for other in kinds]), limits_of(system, READERS[kind]))
            for kind in dict.fromkeys(kinds)
        }
        self._known = _known(system, self.attackers)
        self.size = 0
        self._worlds = np.zeros((FIRST_ROOM, system.n_atoms))
        self._met = np.zeros((FIRST_ROOM, len(self.requirements)), dtype=bool)
        self._moves = np.zeros((FIRST_ROOM, system.n_rows), dtype=bool)

    @property
    def worlds(self) -> np.ndarray:
        return self._worlds[: self.size]

    @property
    def met(self) -> np.ndarray:
        return self._met[: self.size]

    @property
    def moves(self) -> np.ndarray:
        return self._moves[: self.size]

    def judge(self, world: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which requirements the world meets, and which rows move in it."""
        change = self.system.matrix @ world
        fits = self._fits(world, change)
        here = change[self._row]
        far_enough = np.where(
            self._change > 0, here >= self._change - EPSILON, here <= self._change + EPSILON
        )
        met = far_enough & fits[self._attacker] if len(self._row) else np.zeros(0, bool)
        return met, np.abs(change) > EPSILON

    def _fits(self, world: np.ndarray, change: np.ndarray) -> np.ndarray:
        """True for attackers who could not rule this world out by what they know beforehand."""
        moved = np.abs(world) > EPSILON
        fits = ~self._known[:, moved].any(axis=1)
        for of_kind, limits in self._limits.values():
            if not limits.allow(world, change):
                fits &= ~of_kind
        return np.asarray(fits, dtype=bool)

    def add(self, world: np.ndarray) -> np.ndarray:
        """Take the world in; returns which requirements it meets."""
        met, moves = self.judge(world)
        if self.size == len(self._worlds):
            self._worlds, self._met, self._moves = (
                np.concatenate([part, np.zeros_like(part)])
                for part in (self._worlds, self._met, self._moves)
            )
        for part, row in ((self._worlds, world), (self._met, met), (self._moves, moves)):
            part[self.size] = row
        self.size += 1
        return met

    def like(self, number: int) -> np.ndarray:
        """True for requirements of the same attacker, in the same direction."""
        same = self._attacker == self._attacker[number]
        return np.asarray(same & ((self._change > 0) == (self._change[number] > 0)), dtype=bool)

    def keep(self, which: np.ndarray) -> None:
        """Forget the other worlds."""
        kept = np.flatnonzero(which)
        for part in (self._worlds, self._met, self._moves):
            part[: len(kept)] = part[kept]
        self.size = len(kept)

    def without(self, row: int) -> np.ndarray:
        """True for requirements that no world meets without moving `row`."""
        return np.asarray(~self.met[~self.moves[:, row]].any(axis=0))


@dataclass(frozen=True)
class Limits:
    """How far each atom may fall, and those rows whose fall that does not limit."""

    floors: np.ndarray
    rows: np.ndarray
    room: np.ndarray

    def allow(self, world: np.ndarray, change: np.ndarray) -> bool:
        above = (world >= self.floors - EPSILON).all()
        return bool(above and (change[self.rows] >= self.room - EPSILON).all())


def limits_of(system: System, reader: Attacker) -> Limits:
    """What a reader knows beforehand, as limits to every world."""
    least = row_floors(system, reader)
    rows = np.flatnonzero(least > 0)
    floors = atom_floors(system, reader) - system.counts
    return Limits(floors, rows, (least - system.values)[rows])


def _known(system: System, attackers: Sequence[Attacker]) -> np.ndarray:
    """One row = the atoms that this attacker knows."""
    nothing = np.zeros((0, system.n_atoms), dtype=bool)
    return np.concatenate([nothing, *(known_atoms(system, a)[None, :] for a in attackers)])

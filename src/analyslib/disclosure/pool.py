"""The worlds found so far, and which requirements each of them meets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analyslib.disclosure.system import (
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
        self._limits = [_limits(system, attacker) for attacker in self.attackers]
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
        fits = np.array([_fits(world, change, *limits) for limits in self._limits], dtype=bool)
        here = change[self._row]
        far_enough = np.where(
            self._change > 0, here >= self._change - EPSILON, here <= self._change + EPSILON
        )
        met = far_enough & fits[self._attacker] if len(self._row) else np.zeros(0, bool)
        return met, np.abs(change) > EPSILON

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

    def keep(self, which: np.ndarray) -> None:
        """Forget the other worlds."""
        kept = np.flatnonzero(which)
        for part in (self._worlds, self._met, self._moves):
            part[: len(kept)] = part[kept]
        self.size = len(kept)

    def without(self, row: int) -> np.ndarray:
        """True for requirements that no world meets without moving `row`."""
        return np.asarray(~self.met[~self.moves[:, row]].any(axis=0))


def _limits(system: System, attacker: Attacker) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    floors = atom_floors(system, attacker) - system.counts
    rows = row_floors(system, attacker)
    room = np.where(rows > 0, rows - system.values, -np.inf)
    return floors, room, known_atoms(system, attacker)


def _fits(
    world: np.ndarray, change: np.ndarray, floors: np.ndarray, room: np.ndarray, known: np.ndarray
) -> bool:
    """True where the attacker could not rule this world out by what he knows beforehand."""
    return bool(
        (world >= floors - EPSILON).all()
        and (change >= room - EPSILON).all()
        and not np.abs(world[known]).max(initial=0.0) > EPSILON
    )

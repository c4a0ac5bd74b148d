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


class Pool:
    """Worlds as columns. `met[i, w]`: world w meets requirement i; `moves[row, w]`: the
    number in that row differs in world w."""

    def __init__(self, system: System, requirements: Sequence[Requirement]) -> None:
        self.system = system
        self.requirements = list(requirements)
        self.attackers = list(dict.fromkeys(r.attacker for r in self.requirements))
        index = {attacker: i for i, attacker in enumerate(self.attackers)}
        self._row = np.array([r.row for r in self.requirements], dtype=np.int64)
        self._change = np.array([r.change for r in self.requirements], dtype=float)
        self._attacker = np.array([index[r.attacker] for r in self.requirements], dtype=np.int64)
        self._limits = [_limits(system, attacker) for attacker in self.attackers]
        self.worlds = np.zeros((0, system.n_atoms))
        self.met = np.zeros((len(self.requirements), 0), dtype=bool)
        self.moves = np.zeros((system.n_rows, 0), dtype=bool)

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
        self.worlds = np.vstack([self.worlds, world[None, :]])
        self.met = np.column_stack([self.met, met])
        self.moves = np.column_stack([self.moves, moves])
        return met

    def keep(self, which: np.ndarray) -> None:
        self.worlds, self.met, self.moves = (
            self.worlds[which],
            self.met[:, which],
            self.moves[:, which],
        )

    def without(self, row: int) -> np.ndarray:
        """True for requirements that no world meets without moving `row`."""
        return ~(self.met & ~self.moves[row]).any(axis=1)


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

"""The numbers as an attacker has them in front of him: cells are rows, atoms are columns.

An atom is the finest group of people that any published number can tell apart; its count is
a whole number, never negative. Every published number is a sum over atoms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from scipy import sparse


class State(IntEnum):
    """What can be done with a row.

    OPEN: to be printed, may be hidden. PUBLIC: printed for good (an earlier pack, an official
    total). SILENT: never printed, but must not be possible to work out either.
    """

    OPEN = 0
    PUBLIC = 1
    SILENT = 2


@dataclass(frozen=True)
class System:
    """Rows over atoms. `counts` is one world: the truth, or any world that fits.

    `slack_low`, `slack_high`: how far the sum may move without the printed number changing
    (0, 0 for a count; more for a rounded number). `nonzero`: the careful reader knows that the
    row is at least 1, because a zero would have been printed. `owner`: the municipality each
    atom belongs to, "" where unknown. `told`: what each row is at least, for one who also
    knows the rules (see rule_knower; 0 where they tell nothing).
    """

    matrix: sparse.csr_array
    counts: np.ndarray
    state: np.ndarray
    nonzero: np.ndarray
    labels: tuple[str, ...]
    owner: np.ndarray
    slack_low: np.ndarray = field(default_factory=lambda: np.zeros(0))
    slack_high: np.ndarray = field(default_factory=lambda: np.zeros(0))
    told: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @property
    def values(self) -> np.ndarray:
        return (self.matrix @ self.counts).astype(np.int64)

    @property
    def n_rows(self) -> int:
        return int(self.matrix.shape[0])

    @property
    def n_atoms(self) -> int:
        return int(self.matrix.shape[1])

    def atoms_of(self, row: int) -> np.ndarray:
        start, end = self.matrix.indptr[row], self.matrix.indptr[row + 1]
        return self.matrix.indices[start:end]


def make_system(
    matrix: sparse.csr_array,
    counts: np.ndarray,
    state: np.ndarray | None = None,
    nonzero: np.ndarray | None = None,
    labels: tuple[str, ...] = (),
    owner: np.ndarray | None = None,
    slack: tuple[np.ndarray, np.ndarray] | None = None,
) -> System:
    """A system with the ordinary defaults: every row open, every positive row known as such."""
    rows, atoms = matrix.shape
    counts = np.asarray(counts, dtype=np.int64)
    values = matrix @ counts
    zeros = np.zeros(rows, dtype=np.int64)
    return System(
        matrix=sparse.csr_array(matrix, dtype=np.int64),
        counts=counts,
        state=np.zeros(rows, dtype=np.int8) if state is None else np.asarray(state, dtype=np.int8),
        nonzero=(values > 0) if nonzero is None else np.asarray(nonzero, dtype=bool),
        labels=labels or tuple(f"rad {i}" for i in range(rows)),
        owner=np.full(atoms, "", dtype=object) if owner is None else np.asarray(owner, object),
        slack_low=zeros if slack is None else slack[0],
        slack_high=zeros if slack is None else slack[1],
        told=zeros,
    )


@dataclass(frozen=True)
class Attacker:
    """Someone who tries. `careful` uses printed zeros; `rules`: and what the rules tell; `knows`
    are the municipalities whose own figures he has (every atom of them): one for an insider,
    several for a coalition."""

    name: str
    careful: bool
    knows: tuple[str, ...] = ()
    rules: bool = False

    @property
    def kind(self) -> tuple[bool, bool]:
        """What he uses besides his own figures."""
        return self.careful, self.rules


READER = Attacker("läsare", careful=False)
CAREFUL_READER = Attacker("noggrann läsare", careful=True)
RULE_KNOWER = Attacker("den som kan reglerna", careful=True, rules=True)
READERS = {reader.kind: reader for reader in (READER, CAREFUL_READER, RULE_KNOWER)}


def insider(*municipalities: str) -> Attacker:
    names = " och ".join(municipalities)
    return Attacker(f"insyn i {names}", careful=True, knows=municipalities)


def atom_floors(system: System, attacker: Attacker) -> np.ndarray:
    """The least each atom can be, as far as this attacker knows without any arithmetic."""
    floors = np.zeros(system.n_atoms, dtype=np.int64)
    if attacker.careful:
        single = np.diff(system.matrix.indptr) == 1
        rows = np.flatnonzero(single & system.nonzero)
        floors[system.matrix.indices[system.matrix.indptr[rows]]] = 1
    return floors


def row_floors(system: System, attacker: Attacker) -> np.ndarray:
    """The least each row can be, where that does not follow from its atoms' floors."""
    if not attacker.careful:
        return np.zeros(system.n_rows, dtype=np.int64)
    implied = system.matrix @ atom_floors(system, attacker)
    least = system.nonzero.astype(np.int64)
    if attacker.rules:
        least = np.maximum(least, system.told)
    return np.where(least > implied, least, 0)


def least_of(system: System, attacker: Attacker) -> np.ndarray:
    """What a hidden number must be able to be: one, or what is known without arithmetic."""
    floors = np.where(known_atoms(system, attacker), 0, atom_floors(system, attacker))
    return np.maximum(1, system.matrix @ floors).astype(np.int64)


def known_atoms(system: System, attacker: Attacker) -> np.ndarray:
    """True for atoms whose count the attacker has from elsewhere: his own."""
    if not attacker.knows:
        return np.zeros(system.n_atoms, dtype=bool)
    return np.isin(system.owner.astype(str), attacker.knows)

"""Integer worlds for every requirement: the proof that nothing can be worked out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analyslib.disclosure.certificate import Certificate
from analyslib.disclosure.pool import EPSILON, Pool
from analyslib.disclosure.search import Searcher
from analyslib.disclosure.system import (
    System,
    atom_floors,
    known_atoms,
    row_floors,
)
from analyslib.disclosure.targets import Requirement
from analyslib.disclosure.worlds import is_shown


@dataclass(frozen=True)
class Proof:
    """`worlds`: changes in whole persons. `witness[i]`: the world that meets requirement i, -1
    where there is none."""

    requirements: tuple[Requirement, ...]
    worlds: np.ndarray
    witness: np.ndarray

    @property
    def unmet(self) -> list[Requirement]:
        return [r for r, w in zip(self.requirements, self.witness, strict=True) if w < 0]


def prove(
    system: System,
    hidden: np.ndarray,
    requirements: Sequence[Requirement],
    known: Iterable[np.ndarray] = (),
) -> Proof:
    """Look for a world in whole persons for every requirement; one world often serves many.

    `known` are worlds that have already been found for this very pattern.
    """
    pool, search = Pool(system, requirements), Searcher(system, hidden, None)
    missing = np.ones(len(requirements), dtype=bool)
    for given in known:
        if (pool.judge(given)[0] & missing).any():
            missing &= ~pool.add(given)
    for i in range(len(pool.requirements)):
        if missing[i]:
            world = search.generous_world(pool, i, missing, integer=True)
            if world is not None:
                missing &= ~pool.add(world)
    return proof_of(pool)


def whole_worlds(worlds: np.ndarray) -> Iterator[np.ndarray]:
    """Worlds in whole persons among those a linear programme found: as they are, or a few times
    as far. Whether they go too far is for the pool to judge."""
    for world in worlds:
        for times in (1, 2, 3, 4):
            whole = np.rint(times * world)
            if np.abs(times * world - whole).max(initial=0.0) < EPSILON:
                yield whole
                break


def proof_of(pool: Pool) -> Proof:
    """The proof that a pool of integer worlds holds; worlds that no one needs are left out."""
    first = np.argmax(pool.met, axis=0) if pool.size else 0
    witness = np.where(pool.met.any(axis=0), first, -1)
    used, renumbered = np.unique(witness[witness >= 0], return_inverse=True)
    witness[witness >= 0] = renumbered
    worlds = np.rint(pool.worlds[used]).astype(np.int64)
    return Proof(tuple(pool.requirements), worlds, witness)


def certify(system: System, hidden: np.ndarray, proof: Proof) -> Certificate:
    """The proof as plain numbers, for `verify` or anyone's own program."""
    ties = _ties(system)
    shown = is_shown(system, hidden) & ~np.isin(np.arange(system.n_rows), list(ties))
    values = system.values
    attackers = list(dict.fromkeys(r.attacker for r in proof.requirements))
    spread = [
        np.repeat(system.atoms_of(i), 0 if i in ties else _times(system, i))
        for i in range(system.n_rows)
    ]
    return Certificate(
        rows=tuple(tuple(row.tolist()) for row in spread),
        low=tuple(np.where(shown, values - system.slack_low, -1).tolist()),
        high=tuple(np.where(shown, values + system.slack_high, -1).tolist()),
        base=tuple(system.counts.tolist()),
        worlds=tuple(
            tuple((int(a), int(world[a])) for a in np.flatnonzero(world)) for world in proof.worlds
        ),
        attackers=tuple(
            (
                attacker.name,
                tuple(atom_floors(system, attacker).tolist()),
                tuple(row_floors(system, attacker).tolist()),
                tuple(np.flatnonzero(known_atoms(system, attacker)).tolist()),
            )
            for attacker in attackers
        ),
        claims=tuple(
            (attackers.index(r.attacker), r.row, r.change, int(w))
            for r, w in zip(proof.requirements, proof.witness, strict=True)
            if w >= 0
        ),
        ties=tuple(ties.values()),
    )


def _ties(system: System) -> dict[int, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Rows that say that some atoms are together as many as some others, by number."""
    found = {}
    for row in np.unique(system.matrix.nonzero()[0][system.matrix.data < 0]).tolist():
        atoms, times = system.atoms_of(row), _times(system, row)
        both = [np.repeat(atoms, np.maximum(sign * times, 0)).tolist() for sign in (1, -1)]
        found[row] = (tuple(both[0]), tuple(both[1]))
    return found


def demands_of(proof: Proof) -> list[tuple[int, int, int]]:
    """What the certificate must have shown, in the form `verify` asks for."""
    attackers = list(dict.fromkeys(r.attacker for r in proof.requirements))
    return [(attackers.index(r.attacker), r.row, r.change) for r in proof.requirements]


def _times(system: System, row: int) -> np.ndarray:
    start, end = system.matrix.indptr[row], system.matrix.indptr[row + 1]
    return system.matrix.data[start:end]

"""Worlds of many tied universes, put together from worlds of each.

The core is moved first; every universe around it is asked to follow. That is a small question
for each of them, where the same question about all at once is a large one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analyslib.disclosure.pool import Pool
from analyslib.disclosure.proof import prove
from analyslib.disclosure.published import Follower, Published
from analyslib.disclosure.system import CAREFUL_READER, READER, Attacker, State, System
from analyslib.disclosure.targets import Requirement
from analyslib.disclosure.wishes import Wishes
from analyslib.disclosure.worlds import WorldFinder


@dataclass(frozen=True)
class _Move:
    """A world of the core that this attacker cannot rule out, and how each follower follows."""

    world: np.ndarray
    attacker: Attacker
    parts: tuple[np.ndarray, ...]

    def joined(self, number: int = -1, part: np.ndarray | None = None) -> np.ndarray:
        """All of it as one world, with another way to follow for one of the followers."""
        parts = list(self.parts)
        if part is not None:
            parts[number] = part
        return np.concatenate([self.world, *parts])


def joined_worlds(published: Published, wanted: Sequence[Requirement]) -> Iterator[np.ndarray]:
    """Worlds of all together for as many of the requirements as can be met this way."""
    if published.core is None:
        return
    pool, met = Pool(published.system, wanted), np.zeros(len(wanted), dtype=bool)
    finders = {
        attacker: [_finder(follower.system, attacker) for follower in published.followers]
        for attacker in (CAREFUL_READER, READER)
    }
    wishes = {
        (attacker, number): Wishes(finders[attacker][number], wanted, follower.start)
        for attacker in finders
        for number, follower in enumerate(published.followers)
    }
    moves = list(_moves(published, published.core, wanted, finders))
    for move in moves:
        met |= pool.judge(move.joined())[0]
        yield move.joined()
    for number, follower in enumerate(published.followers):
        for i, requirement in enumerate(wanted):
            if met[i] or not _is_of(requirement, follower):
                continue
            finder = finders[requirement.attacker][number]
            wishes[requirement.attacker, number].make(~met & pool.like(i))
            world = _moved(requirement, follower, number, moves, finder)
            if world is not None:
                met |= pool.judge(world)[0]
                yield world


def _finder(system: System, attacker: Attacker) -> WorldFinder:
    return WorldFinder(system, system.state == State.SILENT, attacker)


def _moves(
    published: Published,
    core: System,
    wanted: Sequence[Requirement],
    finders: dict[Attacker, list[WorldFinder]],
) -> Iterator[_Move]:
    """The worlds of the core alone that all the others can follow."""
    own = [requirement for requirement in wanted if requirement.row < core.n_rows]
    proof = prove(core, core.state == State.SILENT, own)
    for number, world in enumerate(proof.worlds):
        # What the careful reader cannot rule out, the plain one cannot either.
        met = {own[i].attacker for i in np.flatnonzero(proof.witness == number)}
        attacker = CAREFUL_READER if CAREFUL_READER in met else READER
        parts = [
            finder.following(follower.rows, follower.sums @ world)
            for finder, follower in zip(finders[attacker], published.followers, strict=True)
        ]
        whole = tuple(part for part in parts if part is not None)
        if len(whole) == len(parts):
            yield _Move(world, attacker, whole)


def _is_of(requirement: Requirement, follower: Follower) -> bool:
    return 0 <= requirement.row - follower.start < follower.system.n_rows


def _moved(
    requirement: Requirement,
    follower: Follower,
    number: int,
    moves: Sequence[_Move],
    finder: WorldFinder,
) -> np.ndarray | None:
    """A world where the follower's row moves, and the core in one of the ways it is known to."""
    row = requirement.row - follower.start
    atoms = np.zeros(follower.system.n_atoms, dtype=np.int64)
    atoms[follower.system.atoms_of(row)] = 1
    ties = np.where(follower.rows >= 0, follower.rows, 0)
    touched = (follower.system.matrix[ties] @ atoms > 0) & (follower.rows >= 0)
    for move in moves:
        changes = follower.sums @ move.world
        if not changes[touched].any() or (
            requirement.attacker.careful and not move.attacker.careful
        ):
            continue
        part = finder.following(follower.rows, changes, row, requirement.change)
        if part is not None:
            return move.joined(number, part)
    return None

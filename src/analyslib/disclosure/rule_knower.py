"""Who also knows the rules: that a small number is never hidden unless it could be anything from 1
to k-1.

A hidden number that can be seen to be two or more is then no small one. That it is k or more may
tell of the others, and so on until nothing more follows. Source of the attack: Minami (2022),
matching attacks on suppressed tables; here whatever the guarantee alone gives away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from analyslib.disclosure.attack import is_whole
from analyslib.disclosure.pool import limits_of
from analyslib.disclosure.proof import Proof, prove
from analyslib.disclosure.search import Impossible, Searcher, prices_of, whole_reach
from analyslib.disclosure.solver import INFINITY
from analyslib.disclosure.system import CAREFUL_READER, RULE_KNOWER, State, System, least_of
from analyslib.disclosure.targets import Requirement
from analyslib.disclosure.worlds import EPSILON, WorldFinder, is_shown


@dataclass(frozen=True)
class Withstood:
    """A pattern that holds for one who knows the rules, but for what is `inferred`. `told`: what
    he knows of each row; `proof`: of this and of all that was proven before."""

    hidden: np.ndarray
    told: np.ndarray
    proof: Proof
    inferred: tuple[Impossible, ...]


def withstand_rules(
    system: System, hidden: np.ndarray, price: np.ndarray, proof: Proof, threshold: int
) -> Withstood:
    """Hide more, until the rules tell nothing that the numbers alone do not: of a small number no
    more than the careful reader knows, and no hidden number exactly."""
    before, worlds = proof.requirements, list(proof.worlds)
    while True:
        told = large_by_rules(system, hidden, threshold, worlds)
        ruled = replace(system, told=told)
        wanted, met_on_the_way = _wanted(ruled, hidden, before, worlds)
        worlds += met_on_the_way
        found = prove(ruled, hidden, wanted, worlds)
        worlds += list(found.worlds)
        more = _hidden_with(ruled, hidden, price, found.unmet)
        if not more.any():
            break
        hidden = hidden | more
    kept = [r for r in wanted if r not in found.unmet]
    inferred = tuple(Impossible(r, whole_reach(ruled, r)) for r in found.unmet)
    return Withstood(hidden, told, prove(ruled, hidden, [*before, *kept], worlds), inferred)


def _wanted(
    system: System,
    hidden: np.ndarray,
    before: Sequence[Requirement],
    worlds: Sequence[np.ndarray],
) -> tuple[list[Requirement], list[np.ndarray]]:
    """What the careful reader must not know, and that no large number is exact, either way; and
    the worlds that were found in asking."""
    small = [replace(r, attacker=RULE_KNOWER) for r in before if r.attacker == CAREFUL_READER]
    named = {requirement.row for requirement in small}
    rest = np.flatnonzero(hidden & (system.state == State.OPEN)).tolist()
    falls = [Requirement(row, -1, RULE_KNOWER) for row in rest if row not in named]
    found = prove(system, hidden, falls, worlds)
    unmet = set(found.unmet)
    either = [replace(fall, change=1) if fall in unmet else fall for fall in falls]
    return list(dict.fromkeys([*small, *either])), list(found.worlds)


def _hidden_with(
    system: System, hidden: np.ndarray, price: np.ndarray, unmet: Sequence[Requirement]
) -> np.ndarray:
    """What must be hidden as well for these: what moves in the cheapest world of each; or where no
    hiding helps against what is told, in the cheapest one in which some of it is not told."""
    search = Searcher(system, hidden, prices_of(system, hidden, price))

    def moved(world: np.ndarray | None) -> np.ndarray:
        moves = np.abs(system.matrix @ (np.zeros(system.n_atoms) if world is None else world))
        return np.asarray((moves > EPSILON) & ~hidden & (system.state == State.OPEN), dtype=bool)

    more = np.zeros(system.n_rows, dtype=bool)
    for requirement in unmet:
        choice = moved(search.world(requirement, integer=True))
        if not choice.any():
            untold = (search.world(other, integer=True) for other in _untold(search, requirement))
            choices = [found for found in map(moved, untold) if found.any()]
            choice = min(choices, key=lambda found: float(price[found].sum()), default=choice)
        more |= choice
    return more


def _untold(search: Searcher, requirement: Requirement) -> list[Requirement]:
    """What would have to be possible for the rules not to rule out a world of this requirement."""
    system = search.system
    world = search.world(replace(requirement, attacker=CAREFUL_READER), integer=True)
    if world is None:
        return []
    ruled_out = np.flatnonzero(system.values + system.matrix @ world < system.told - EPSILON)
    fall = least_of(system, CAREFUL_READER) - system.values
    return [Requirement(row, int(fall[row]), CAREFUL_READER) for row in ruled_out.tolist()]


def large_by_rules(
    system: System, hidden: np.ndarray, threshold: int, known: Iterable[np.ndarray] = ()
) -> np.ndarray:
    """Per row, `threshold` where the rules tell that the number is at least that, else 0.

    `system` holds a world in which no such row is small: the truth, for one. `known`: other worlds
    that fit what is shown."""
    told, worlds = np.zeros(system.n_rows, dtype=np.int64), list(known)
    least = least_of(system, RULE_KNOWER)
    unseen = ~is_shown(system, hidden) & (least < threshold) & (system.values >= threshold)
    loose = np.flatnonzero(unseen)
    while len(loose):
        search = _Lowest(replace(system, told=told), hidden, worlds)
        lowest = np.array([search.lowest(row, int(least[row])) for row in loose.tolist()])
        may_be_small = lowest <= least[loose]
        not_small = loose[~may_be_small & (lowest < threshold)]
        if not len(not_small):
            break
        told[not_small] = threshold
        loose, worlds = loose[may_be_small], search.worlds
    return told


class _Lowest:
    """How far down rows can go, in whole persons; a world that was met on the way serves many."""

    def __init__(self, system: System, hidden: np.ndarray, known: Iterable[np.ndarray]) -> None:
        self._system = system
        self._hidden = hidden
        self._limits = limits_of(system, RULE_KNOWER)
        self._low = system.values
        self._fractions = WorldFinder(system, hidden, RULE_KNOWER)
        self.worlds: list[np.ndarray] = []
        for world in known:
            self._meet(world)

    @cached_property
    def _whole(self) -> WorldFinder:
        """One of its own, for the few rows that fractions do not settle."""
        return WorldFinder(self._system, self._hidden, RULE_KNOWER)

    def lowest(self, row: int, enough: int) -> int:
        """The least that the row can be, or anything up to `enough` where it can be that."""
        if self._low[row] <= enough:
            return int(self._low[row])
        value = int(self._system.values[row])
        reach, world = self._fractions.extreme(row, upwards=False)
        if reach == -INFINITY:
            return 0
        if not is_whole(world) and value + reach <= enough + EPSILON:
            reach, world = self._whole.extreme(row, upwards=False, integer=True)
        if is_whole(world):
            self._meet(world)
        return int(np.ceil(value + reach - EPSILON))

    def _meet(self, world: np.ndarray) -> None:
        whole = np.rint(world)
        change = self._system.matrix @ whole
        if self._limits.allow(whole, change):
            self._low = np.minimum(self._low, self._system.values + change.astype(np.int64))
            self.worlds.append(whole)

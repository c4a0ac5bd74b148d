"""Secondary suppression, jointly for everything that is to be published.

Small numbers are hidden; then, for as long as any of them could be worked out too closely,
the cheapest alternative world is looked up and the numbers that differ in it are hidden as
well. Last, every number that turned out not to be needed is shown again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analyslib.disclosure.optimum import cheapest_pattern
from analyslib.disclosure.pool import Pool
from analyslib.disclosure.proof import Proof, prove, whole_worlds
from analyslib.disclosure.rule_knower import withstand_rules
from analyslib.disclosure.rules import Profile
from analyslib.disclosure.search import Impossible, Searcher, prices_of, whole_reach
from analyslib.disclosure.system import State, System
from analyslib.disclosure.targets import Requirement, must_hide, requirements_of


@dataclass(frozen=True)
class Plan:
    """What to hide, why, and the proof that it is enough. `impossible`: requirements proven to
    be out of reach by hiding alone; the proof covers what can be reached of them. `told`: what the
    rules give away of each row; `inferred`: and what no hiding keeps from one who knows them."""

    hidden: np.ndarray
    primary: np.ndarray
    proof: Proof
    impossible: tuple[Impossible, ...]
    told: np.ndarray
    inferred: tuple[Impossible, ...] = ()

    @property
    def secondary(self) -> np.ndarray:
        return np.asarray(self.hidden & ~self.primary, dtype=bool)


def price_of(system: System, threshold: int, level: np.ndarray, copies: np.ndarray) -> np.ndarray:
    """What it costs to hide each row: totals are dear, so that they survive.

    Values below the threshold all count as the threshold: the pattern must not depend on
    what is hidden. `level` is the number of crossed dimensions, `copies` how many printed
    cells are this very row.
    """
    clipped = np.maximum(system.values, threshold)
    factor = np.array([4.0, 3.0, 2.0, 1.5, 1.0])[np.minimum(level, 4)]
    return np.asarray(copies * factor * np.log1p(clipped))


def protect(
    system: System,
    profile: Profile,
    price: np.ndarray | None = None,
    sensitive: np.ndarray | None = None,
    standing: Sequence[tuple[int, tuple[int, ...]]] = (),
) -> Plan:
    """The plan that meets every requirement of the profile that can be met. Deterministic.

    `standing`: rows to hide for what has been told of them before, and how far each must be
    able to differ."""
    sensitive = np.zeros(system.n_rows, bool) if sensitive is None else sensitive
    if price is None:
        price = np.log1p(np.maximum(system.values, profile.threshold))
    primary = must_hide(system, profile, sensitive)
    primary[[row for row, _ in standing if system.state[row] == State.OPEN]] = True
    wanted = requirements_of(system, profile, sensitive, standing)
    wanted, impossible = _attainable(system, wanted)
    hidden, worlds = cheapest_pattern(system, primary, price, wanted), np.zeros((0, 0))
    if hidden is None:
        hidden = _hide_cheapest(system, primary, price, wanted)
        hidden, worlds = _show_unneeded(system, primary, hidden, price, wanted)
    hidden, proof, never_whole = _settle(system, hidden, price, wanted, worlds)
    impossible += never_whole
    if not profile.rule_knower:
        return Plan(hidden, primary, proof, tuple(impossible), system.told)
    held = withstand_rules(system, hidden, price, proof, profile.threshold)
    return Plan(held.hidden, primary, held.proof, tuple(impossible), held.told, held.inferred)


def _attainable(
    system: System, wanted: list[Requirement]
) -> tuple[list[Requirement], list[Impossible]]:
    """What can be met by hiding at all; the rest is lowered to what can be reached."""
    everything = Searcher(system, system.state == State.OPEN, None)
    pool, met = Pool(system, wanted), np.zeros(len(wanted), dtype=bool)
    possible: list[Requirement] = []
    impossible: list[Impossible] = []
    for i, requirement in enumerate(wanted):
        world = None if met[i] else everything.generous_world(pool, i, ~met)
        if world is not None:
            # A world that goes further than asked can be gone half-way: it shows this too.
            met |= pool.judge(world)[0]
        if met[i] or world is not None:
            possible.append(requirement)
            continue
        reach = whole_reach(system, requirement)
        impossible.append(Impossible(requirement, reach))
        if reach:
            possible.append(replace(requirement, change=reach))
    return possible, impossible


def _hide_cheapest(
    system: System, primary: np.ndarray, price: np.ndarray, wanted: list[Requirement]
) -> np.ndarray:
    """Hide, requirement by requirement, whatever moves in the cheapest world."""
    hidden = primary.copy()
    search = Searcher(system, hidden, prices_of(system, primary, price))
    finders = search.every_finder()
    met = np.zeros(len(wanted), dtype=bool)
    pool = Pool(system, wanted)
    for i, requirement in enumerate(wanted):
        if met[i]:
            continue
        now_met, moves = pool.judge(_found(search.world(requirement), requirement))
        met |= now_met
        for row in np.flatnonzero(moves & ~hidden & (system.state == State.OPEN)):
            hidden[row] = True
            for finder in finders:
                finder.hide(int(row))
    return hidden


def _show_unneeded(
    system: System,
    primary: np.ndarray,
    hidden: np.ndarray,
    price: np.ndarray,
    wanted: list[Requirement],
) -> tuple[np.ndarray, np.ndarray]:
    """Show again, the dearest first, every number that no requirement depends on. Also the
    worlds that met the requirements last."""
    hidden = hidden.copy()
    search = Searcher(system, hidden, prices_of(system, primary | ~hidden, price))
    finders = search.every_finder()
    pool = Pool(system, wanted)
    for i, requirement in enumerate(wanted):
        if not pool.met[:, i].any():
            pool.add(_found(search.world(requirement), requirement))
    candidates = np.flatnonzero(hidden & ~primary)
    for row in sorted(candidates.tolist(), key=lambda r: (-price[r], r)):
        for finder in finders:
            finder.show(row)
        if _can_show(row, search, pool):
            hidden[row] = False
            pool.keep(~pool.moves[:, row])
        else:
            for finder in finders:
                finder.release_row(row)
    return hidden, pool.worlds


def _can_show(row: int, search: Searcher, pool: Pool) -> bool:
    """True where every requirement has a world that leaves `row` alone; such worlds are kept."""
    lost = pool.without(row)
    for i in np.flatnonzero(lost):
        if not lost[i]:
            continue
        world = search.world(pool.requirements[i])
        if world is None:
            return False
        lost &= ~pool.add(world)
    return True


def _found(world: np.ndarray | None, requirement: Requirement) -> np.ndarray:
    if world is None:
        raise RuntimeError(f"no world for {requirement}: it was attainable a moment ago")
    return world


def _settle(
    system: System,
    hidden: np.ndarray,
    price: np.ndarray,
    wanted: list[Requirement],
    worlds: np.ndarray,
) -> tuple[np.ndarray, Proof, list[Impossible]]:
    """Whole numbers at last: an integer world for every requirement, hiding more where only
    fractions would do. What no whole number can do is lowered, and returned as impossible."""
    wanted, never = list(wanted), []
    proof = prove(system, hidden, wanted, whole_worlds(worlds))
    while proof.unmet:
        requirement = proof.unmet[0]
        search = Searcher(system, hidden, prices_of(system, hidden, price))
        world = search.world(requirement, integer=True)
        if world is None:
            at = wanted.index(requirement)
            reach = whole_reach(system, requirement)
            never.append(Impossible(requirement, reach))
            wanted[at : at + 1] = [replace(requirement, change=reach)] if reach else []
        else:
            moves = np.abs(system.matrix @ world) > 0
            hidden = hidden | (moves & (system.state == State.OPEN))
        proof = prove(system, hidden, wanted, proof.worlds)
    return hidden, proof, never

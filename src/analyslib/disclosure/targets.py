"""Which numbers must not be possible to work out, how uncertain they must stay, for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from analyslib.disclosure.rules import Profile
from analyslib.disclosure.system import (
    CAREFUL_READER,
    READER,
    Attacker,
    State,
    System,
    insider,
    known_atoms,
    least_of,
)


@dataclass(frozen=True)
class Requirement:
    """For this attacker, `row` must be able to differ from the truth by `change` or more."""

    row: int
    change: int
    attacker: Attacker


def attackers_of(system: System, profile: Profile) -> list[Attacker]:
    """Everyone the profile guards against, the hardest to satisfy of the readers first."""
    attackers = [CAREFUL_READER, READER] if profile.careful else [READER]
    if profile.insiders != "none":
        members = sorted({str(name) for name in system.owner if name})
        sizes = range(1, min(profile.coalition, len(members) - 1) + 1)
        attackers += [insider(*group) for size in sizes for group in combinations(members, size)]
    return attackers


def unknown_part(system: System, attacker: Attacker) -> np.ndarray:
    """The part of every row that the attacker does not already have from his own figures."""
    if not attacker.knows:
        return system.values
    rest = np.where(known_atoms(system, attacker), 0, system.counts)
    return np.asarray(system.matrix @ rest, dtype=np.int64)


def small_rows(system: System, attacker: Attacker, profile: Profile) -> np.ndarray:
    """True for rows that are a small number to this attacker, and not already public."""
    part = unknown_part(system, attacker)
    small = (part > 0) & (part < profile.threshold)
    return np.asarray(small & (system.state != State.PUBLIC), dtype=bool)


def must_hide(system: System, profile: Profile, sensitive: np.ndarray) -> np.ndarray:
    """The primary cells: rows that cannot be printed, whatever happens to the others."""
    hide = sensitive & (system.state == State.OPEN)
    for attacker in attackers_of(system, profile):
        hide = hide | (small_rows(system, attacker, profile) & (system.state == State.OPEN))
    return np.asarray(hide, dtype=bool)


def requirements_of(
    system: System,
    profile: Profile,
    sensitive: np.ndarray,
    standing: Sequence[tuple[int, tuple[int, ...]]] = (),
) -> list[Requirement]:
    """Every requirement of the profile, attacker by attacker, row by row.

    The full mask: the attacker's interval must reach from 1 (or from what the floors alone
    tell him) to k-1. A sensitive nought must be able to be any small number. `standing`:
    rows hidden for what has been told of them before, and how far each must be able to differ.
    """
    found: list[Requirement] = []
    for attacker in attackers_of(system, profile):
        only_exact = bool(attacker.knows) and profile.insiders == "exact"
        part = unknown_part(system, attacker)
        least = least_of(system, attacker)
        rows = np.flatnonzero(small_rows(system, attacker, profile))
        for row in rows:
            full = _changes(int(part[row]), int(least[row]), profile.threshold)
            changes = (1,) if only_exact else full
            found += [Requirement(int(row), change, attacker) for change in changes if change]
        found += _sensitive_requirements(system, sensitive, profile, attacker)
        if not attacker.knows:
            found += [Requirement(row, c, attacker) for row, changes in standing for c in changes]
            found += [
                Requirement(int(row), -1, attacker) for row in _hidden_before(system, profile)
            ]
    return list(dict.fromkeys(found))


def _hidden_before(system: System, profile: Profile) -> list[int]:
    """Large numbers that an earlier pack has hidden and that nothing prints now: not small, but
    they must not become exact."""
    hidden = (system.state == State.SILENT) & system.nonzero
    return np.flatnonzero(hidden & (system.values >= profile.threshold)).tolist()


def _changes(value: int, least: int, threshold: int) -> tuple[int, int]:
    """How far down and up a small number must be able to go. Never exact, even where `least`
    alone tells that it is k-1 or more."""
    down = min(0, least - value)
    up = max(threshold - 1 - value, 1 if down == 0 else 0)
    return down, up


def _sensitive_requirements(
    system: System, sensitive: np.ndarray, profile: Profile, attacker: Attacker
) -> list[Requirement]:
    """A nought must be able to be as large as any small number, and "all" to be fewer; to everyone
    but those whose own it is."""
    values, others = system.values, system.matrix @ ~known_atoms(system, attacker) > 0
    noughts = np.flatnonzero(sensitive & others & (values == 0))
    large = np.flatnonzero(sensitive & others & (values >= profile.threshold))
    return [
        *(Requirement(int(row), profile.threshold - 1, attacker) for row in noughts),
        *(Requirement(int(row), -1, attacker) for row in large),
    ]

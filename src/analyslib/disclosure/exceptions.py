"""Where hiding alone could not keep the promise in full, told to the one who builds.

That a number is an exception can itself say that it is small. It is named only where anyone can
see that; of what takes a municipality's own figures, or the rules, only how many there are.
"""

from __future__ import annotations

from collections.abc import Sequence

from analyslib.disclosure.attack import intervals
from analyslib.disclosure.narrowed import is_least_sum
from analyslib.disclosure.notices import BY_RULES, EXCEPTION, SUMS, Notice
from analyslib.disclosure.release import Release
from analyslib.disclosure.search import Impossible
from analyslib.disclosure.system import CAREFUL_READER, State, System, known_atoms, least_of


def exceptions_of(made: Release) -> list[Notice]:
    """Where hiding alone was not enough, in one table."""
    title, system, hidden = made.publication.title, made.ledger.system, made.plan.hidden
    stuck: dict[str, set[int]] = {}
    for item in (*made.plan.impossible, *made.plan.inferred):
        if not _is_his_own(system, item):
            attacker = item.requirement.attacker
            who = BY_RULES if attacker.rules else " ".join(attacker.knows)
            stuck.setdefault(who, set()).add(item.requirement.row)
    found = _seen_by_anyone(made, sorted(stuck.pop("", ())))
    found += [Notice(EXCEPTION, title, who=who, count=len(stuck[who])) for who in sorted(stuck)]
    sums = is_least_sum(least_of(system, CAREFUL_READER), made.publication.threshold)
    n_sums = int((sums & hidden & (system.state == State.OPEN)).sum())
    return [*found, *([Notice(SUMS, title, count=n_sums)] if n_sums else [])]


def _is_his_own(system: System, item: Impossible) -> bool:
    known = known_atoms(system, item.requirement.attacker)
    return bool(known[system.atoms_of(item.requirement.row)].all())


def _seen_by_anyone(made: Release, rows: Sequence[int]) -> list[Notice]:
    """By name where the printed numbers alone say that it is small; the others only as so many."""
    title, system = made.publication.title, made.ledger.system
    found = []
    for interval in intervals(system, made.plan.hidden, CAREFUL_READER, rows):
        if interval.high is not None and interval.high < made.publication.threshold:
            label = system.labels[interval.row].partition(": ")[2]
            found.append(
                Notice(EXCEPTION, title, label=label, low=interval.low, high=interval.high, count=1)
            )
    rest = len(rows) - len(found)
    return [*found, *([Notice(EXCEPTION, title, count=rest)] if rest else [])]

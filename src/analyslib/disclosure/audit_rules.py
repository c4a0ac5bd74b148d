"""What could be inferred by one who has all the packs and also knows the rules.

Asked of the same published ledgers as the audit, and about everything at once: what the rules tell
of one table may tell of another. That takes a minute for eight municipalities and many for fifteen,
so it is done when it is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analyslib.disclosure.attack import reached_intervals
from analyslib.disclosure.audit import demands_on, is_leak
from analyslib.disclosure.proof import prove
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.published import Leak, Published, published_systems
from analyslib.disclosure.rounded_ledgers import is_rounded
from analyslib.disclosure.rule_knower import large_by_rules
from analyslib.disclosure.side_by_side import side_by_side
from analyslib.disclosure.system import RULE_KNOWER, State, System, least_of
from analyslib.disclosure.worlds import EPSILON, WorldFinder, fitting_world
from analyslib.errors import DisclosureError


def audit_rules(publications: Sequence[Publication]) -> list[Leak]:
    """The hidden numbers that the full mask gives away; none, in packs of networks.

    What other limits may tell (that a group is of twenty or more) is not reckoned with."""
    hiding = [publication for publication in publications if not is_rounded(publication)]
    found = side_by_side(_inferred, published_systems(hiding))
    return [leak for leaks in found for leak in leaks]


def describe_rules(leaks: Sequence[Leak]) -> str:
    """The outcome in words, with every leak on a line of its own."""
    if not leaks:
        return (
            "Inte heller den som vet att ett dolt litet tal alltid ska kunna vara vilket litet tal "
            "som helst kan räkna ut eller ringa in något."
        )
    head = f"Den som kan reglerna kan räkna ut eller ringa in {len(leaks)} dolda tal:"
    return "\n".join([head, *(f"* {leak.sentence}" for leak in leaks)])


def _inferred(published: Published) -> list[Leak]:
    """A number that the rules tell to be large is no secret; the others must stay as uncertain as
    they are to the careful reader."""
    every = [published.targets, *(f.start + f.still.targets for f in published.followers)]
    system = with_rules(published.system, published.threshold)
    rows = [row for row in np.unique(np.concatenate(every)).tolist() if not system.told[row]]
    limits = {row: int(published.threshold[row]) for row in rows}
    hidden = system.state == State.SILENT
    wanted = [r for row in rows for r in demands_on(system, row, RULE_KNOWER, limits[row])]
    unmet = sorted({r.row for r in prove(system, hidden, wanted).unmet})
    return [
        _leak(system.labels[interval.row], interval.is_exact)
        for interval, _ in reached_intervals(system, hidden, RULE_KNOWER, unmet)
        if is_leak(system, interval, RULE_KNOWER, limits[interval.row])
    ]


def _leak(label: str, is_exact: bool) -> Leak:
    what = "går att räkna ut" if is_exact else "går att ringa in till några få värden"
    return Leak(label, RULE_KNOWER.name, f"{label}: {what}.", is_exact)


def with_rules(system: System, limits: np.ndarray) -> System:
    """The system with what the rules tell, in a world that they allow.

    The world at hand may have a small number where the rules tell a large one; then another is
    taken. A number that no world lets be large stands as it is."""
    stuck: set[int] = set()
    while True:
        system = replace(system, told=_told(system, limits))
        wrong = [row for row in _wrongly_small(system, limits) if row not in stuck]
        if not wrong:
            return system
        least = np.maximum(system.told, system.nonzero)
        least[wrong] = limits[wrong]
        shown = np.where(system.state == State.PUBLIC, system.values, -1)
        try:
            system = replace(system, counts=fitting_world(system.matrix, shown, least))
        except DisclosureError:
            stuck.update(wrong)


def _told(system: System, limits: np.ndarray) -> np.ndarray:
    told = np.zeros(system.n_rows, dtype=np.int64)
    hidden = system.state == State.SILENT
    for limit in np.unique(limits[hidden]).tolist():
        same = hidden & (limits == limit)
        told = np.where(same, large_by_rules(system, hidden, limit), told)
    return told


def _wrongly_small(system: System, limits: np.ndarray) -> list[int]:
    """Rows that are small in the world at hand, and that the rules tell to be large."""
    least, hidden = least_of(system, RULE_KNOWER), system.state == State.SILENT
    finder = WorldFinder(system, hidden, RULE_KNOWER)
    doubtful = hidden & (system.values > least) & (system.values < limits)

    def is_wrong(row: int) -> bool:
        low, high = (system.values[row] + finder.extreme(row, up)[0] for up in (False, True))
        return bool(low > least[row] + EPSILON and high > limits[row] - EPSILON)

    return [row for row in np.flatnonzero(doubtful).tolist() if is_wrong(row)]

"""What a release has to say to the one who builds: what it left out, and where the promise could
not be kept in full. Nothing here tells more than the published numbers do.

That a number is an exception can itself say that it is small. It is named only where anyone can
see that; of what takes a municipality's own figures, or the rules, only how many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields

import pandas as pd

from analyslib.disclosure.attack import intervals
from analyslib.disclosure.release import Release
from analyslib.disclosure.search import Impossible
from analyslib.disclosure.system import CAREFUL_READER, State, System, atom_floors, known_atoms


# Why something is not told: it would tell of a few, beside what is out; its total is hidden (of
# those who ended or began); women, men or a class of theirs are hidden in the county.
TELLING, HIDDEN_ENDED, HIDDEN_BEGUN, UNDIVIDED = "roj", "avslutade", "paborjade", "kon"
# An exception to the promise; numbers that are sums of hidden ones that are not zero.
EXCEPTION, SUMS = "undantag", "summor"
BY_RULES = "regler"


@dataclass(frozen=True)
class Notice:
    """`title`: the table ("mal-24"). Left out: which `municipality` and `service_area`, "" for all
    of them. An exception: `count` numbers, which `who` can tell more of than is promised ("" for
    anyone, else municipalities, or BY_RULES); where there is a `label`, from `low` to `high`."""

    kind: str
    title: str
    municipality: str = ""
    service_area: str = ""
    who: str = ""
    label: str = ""
    low: int = 0
    high: int = 0
    count: int = 0


def frame_of(notices: Iterable[Notice]) -> pd.DataFrame:
    """One row = one notice."""
    rows = [asdict(notice) for notice in notices]
    texts = {
        f.name: "str" for f in fields(Notice) if f.default == "" or f.name in ("kind", "title")
    }
    return pd.DataFrame(rows, columns=[f.name for f in fields(Notice)]).astype(
        {**dict.fromkeys(("low", "high", "count"), "int64"), **texts}
    )


def left_out(
    kind: str, title: str, before: Iterable[Sequence[str]], after: Iterable[Sequence[str]]
) -> list[Notice]:
    """The blocks (municipality, and service area where there is one) that have gone; the whole
    table as one where nothing is left."""
    before, after = set(map(tuple, before)), set(map(tuple, after))
    if before and not after:
        return [Notice(kind, title)]
    return [Notice(kind, title, *block) for block in sorted(before - after)]


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
    least = system.matrix @ atom_floors(system, CAREFUL_READER)
    sums = hidden & (system.state == State.OPEN) & (least >= 2)
    n_sums = int((sums & (least < made.publication.threshold)).sum())
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

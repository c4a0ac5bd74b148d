"""Hidden numbers that cannot be all that a small number can, as anyone can see.

The promise is that a hidden number, if it is small, may be anything from 1 to k-1. Where printed
zeros say that each of several hidden numbers is at least one, their sum is at least as many,
whatever is hidden. That is no leak, but it is told: nobody should take the promise for more than it
is. All of it is seen from the published numbers alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from analyslib.disclosure.attack import reached_intervals
from analyslib.disclosure.following import joined_worlds
from analyslib.disclosure.labels import with_names
from analyslib.disclosure.proof import Proof, prove
from analyslib.disclosure.published import Published
from analyslib.disclosure.system import Attacker, State, System, least_of
from analyslib.disclosure.targets import Requirement


@dataclass(frozen=True)
class Narrowed:
    """What anyone can know of a hidden number: that it is at least `low`, and at most `high`
    (None where it may be a large number too)."""

    table: str
    label: str
    low: int
    high: int | None = None


def least_sums(published: Published, attacker: Attacker) -> list[Narrowed]:
    """Numbers hidden in a table that are sums of hidden numbers, none of which is zero."""
    system = published.system
    hidden = published.listed & (system.state == State.SILENT)
    least = least_of(system, attacker)
    rows = np.flatnonzero(hidden & is_least_sum(least, published.threshold)).tolist()
    return [Narrowed(published.table_of(r), system.labels[r], int(least[r])) for r in rows]


def is_least_sum(least: np.ndarray, limit: np.ndarray | int) -> np.ndarray:
    """True for numbers that are seen to be at least two, and may be small all the same."""
    return np.asarray((least >= 2) & (least < limit), dtype=bool)


def uncleared_rows(published: Published, attacker: Attacker, proof: Proof) -> list[int]:
    """The targets that the worlds of the proof do not show to be possibly large, nor possibly
    anything that a small number can be."""
    return _uncleared(published, published.targets.tolist(), [proof], attacker)


def narrowed_numbers(
    published: Published, attacker: Attacker, rows: Iterable[int], proof: Proof
) -> list[Narrowed]:
    """Those of the rows that are narrowed and yet not certain. `proof`: of this very system."""
    system, hidden = published.system, published.system.state == State.SILENT
    proofs = [proof]
    doubtful = _uncleared(published, rows, proofs, attacker)
    for clearing in (_large, _small):
        wanted = [
            Requirement(row, change, attacker)
            for row in doubtful
            for change in clearing(int(system.values[row]), int(published.threshold[row]))
        ]
        if wanted:
            known = joined_worlds(published, wanted)
            proofs.append(prove(system, hidden, wanted, known))
            doubtful = _uncleared(published, doubtful, proofs, attacker)
    found = []
    for interval, _ in reached_intervals(system, hidden, attacker, doubtful):
        limit, high = int(published.threshold[interval.row]), interval.high
        if high is None or high >= limit or interval.is_exact or interval.is_masked(1, limit - 1):
            continue
        row = interval.row
        found.append(Narrowed(published.table_of(row), system.labels[row], interval.low, high))
    return found


def _large(value: int, limit: int) -> list[int]:
    """The change that shows that a small number may as well be large."""
    return [limit - value]


def _small(value: int, limit: int) -> list[int]:
    """The changes that show that it may be any small number."""
    return [change for change in (limit - 1 - value, 1 - value) if change]


def _uncleared(
    published: Published, rows: Iterable[int], proofs: Sequence[Proof], attacker: Attacker
) -> list[int]:
    low, high = _reach(published.system, proofs, attacker)
    limit = published.threshold
    is_clear = (high >= limit) | ((low <= 1) & (high >= limit - 1))
    return [row for row in sorted(set(rows)) if not is_clear[row]]


def _reach(
    system: System, proofs: Sequence[Proof], attacker: Attacker
) -> tuple[np.ndarray, np.ndarray]:
    """The least and the most that each row is in worlds that this attacker cannot rule out."""
    low = high = system.values
    for proof in proofs:
        pairs = zip(proof.requirements, proof.witness, strict=True)
        used = sorted({int(w) for r, w in pairs if w >= 0 and r.attacker == attacker})
        for world in proof.worlds[used]:
            value = system.values + system.matrix @ world
            low, high = np.minimum(low, value), np.maximum(high, value)
    return low, high


def describe_narrowed(numbers: Sequence[Narrowed]) -> str:
    """For who answers for the data: which numbers, table by table, and how far each can be told."""
    if not numbers:
        return "Undantag: inga. Sett utifrån kan varje dolt tal vara vilket litet tal som helst."
    named: dict[tuple[str, int, int], list[str]] = {}
    for number in numbers:
        key = number.table, number.low, number.high or 0
        named.setdefault(key, []).append(with_names(number.label))
    count = f"{len(numbers)} dolda tal" if len(numbers) > 1 else "1 dolt tal"
    head = (
        f"Undantag: {count} kan inte vara vilket litet tal som helst. De är summor av grupper som "
        "var för sig är dolda och inte är noll, eller begränsas av tryckta summor. Det syns "
        "utifrån; inget av dem går att räkna ut."
    )
    lines = [
        f"* {table}, {_bounds(low, high)}: {', '.join(sorted(set(labels)))}."
        for (table, low, high), labels in sorted(named.items())
    ]
    return "\n".join([head, *lines])


def _bounds(low: int, high: int) -> str:
    return f"{low} till {high}" if high else f"minst {low}"

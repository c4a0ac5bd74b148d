"""The audit of published packs alone: what could anyone work out who has them all?

It knows nothing but what lies in the folders, so anybody can repeat it. Its worlds are found
from the published numbers only, and say nothing about which of them is the true one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from analyslib.disclosure.attack import Interval, intervals
from analyslib.disclosure.certificate import Certificate, verify
from analyslib.disclosure.explain import explain
from analyslib.disclosure.layout import Layout, cross
from analyslib.disclosure.merging import merge_atoms, merge_rows
from analyslib.disclosure.proof import certify, demands_of, prove
from analyslib.disclosure.publication import Publication, check_complete, read_publications
from analyslib.disclosure.system import (
    CAREFUL_READER,
    READER,
    Attacker,
    State,
    System,
    atom_floors,
    make_system,
)
from analyslib.disclosure.targets import Requirement
from analyslib.disclosure.universe import PublishedRow, RowMasks
from analyslib.disclosure.worlds import fitting_world
from analyslib.errors import DisclosureError


@dataclass(frozen=True)
class Leak:
    """Something that can be worked out: which number, by whom, and how."""

    label: str
    attacker: str
    sentence: str
    is_exact: bool


@dataclass(frozen=True)
class AuditReport:
    """The outcome of an audit. `certificate` holds the worlds that prove it."""

    titles: tuple[str, ...]
    n_printed: int
    n_hidden: int
    leaks: tuple[Leak, ...]
    certificate: Certificate
    demands: tuple[tuple[int, int, int], ...]

    @property
    def is_passed(self) -> bool:
        return not self.leaks and not verify(self.certificate, self.demands)

    @property
    def text(self) -> str:
        """The outcome in words, with every leak on a line of its own."""
        head = (
            f"Granskning av {len(self.titles)} paket: {self.n_printed} tal om individer, "
            f"{self.n_hidden} av dem dolda."
        )
        if self.is_passed:
            return (
                f"{head}\nInget dolt tal går att räkna ut. Beviset ({len(self.certificate.worlds)} "
                f"alternativa världar, {len(self.certificate.claims)} påståenden) är kontrollerat. "
                f"Certifikat: {self.certificate.digest[:16]}"
            )
        lines = [f"{head}\n{len(self.leaks)} dolda tal går att räkna ut eller ringa in:"]
        return "\n".join(lines + [f"* {leak.sentence} ({leak.attacker})" for leak in self.leaks])


def audit_packs(folders: Path | Sequence[Path]) -> AuditReport:
    """Audit every pack in and under these folders, all together."""
    publications = read_publications(folders)
    if not publications:
        raise DisclosureError("Hittar inga publicerade paket att granska.", str(folders))
    check_complete(publications)
    return audit_publications(publications)


def audit_publications(publications: Sequence[Publication]) -> AuditReport:
    """What a reader and a careful reader can work out from these packs, taken together."""
    published = published_system(publications)
    system, threshold = published.system, published.threshold
    hidden = system.state == State.SILENT
    attackers = [CAREFUL_READER, READER] if all(p.careful for p in publications) else [READER]
    wanted = [
        requirement
        for attacker in attackers
        for row in published.targets
        for requirement in _demands(system, int(row), attacker, int(threshold[row]))
    ]
    proof = prove(system, hidden, wanted)
    met = [r for r, w in zip(wanted, proof.witness, strict=True) if w >= 0]
    leaks: dict[int, Leak] = {}
    for attacker in attackers:
        rows = sorted({r.row for r in proof.unmet if r.attacker == attacker})
        for interval in intervals(system, hidden, attacker, rows):
            if _is_leak(system, interval, attacker, int(threshold[interval.row])):
                # What the plain reader can do is told of him, not of the careful one as well.
                leaks[interval.row] = _leak(system, hidden, interval, attacker)
            else:
                met.append(_not_exact(system, interval, attacker))
    proof = prove(system, hidden, met, proof.worlds)
    return AuditReport(
        tuple(p.title for p in publications),
        sum(len(p.rows) for p in publications),
        sum(shown is None for p in publications for _, shown, _, _ in p.rows),
        (*published.plain, *leaks.values()),
        certify(system, hidden, proof),
        tuple(demands_of(proof)),
    )


def _demands(system: System, row: int, attacker: Attacker, threshold: int) -> list[Requirement]:
    """A number that may be small must be able to be anything from 1 to k-1; one that may be
    large must only not be exact. Which it is, is seen from the world at hand."""
    value = int(system.values[row])
    if value >= threshold:
        return [Requirement(row, -1, attacker)]
    low = _least(system, row, attacker)
    changes = [min(0, low - value), max(0, threshold - 1 - value)]
    wanted = [Requirement(row, change, attacker) for change in changes if change]
    return wanted or [Requirement(row, 1, attacker)]


def _least(system: System, row: int, attacker: Attacker) -> int:
    floors = atom_floors(system, attacker)[system.atoms_of(row)].sum()
    return max(int(floors), 1 if system.nonzero[row] else 0)


def _is_leak(system: System, interval: Interval, attacker: Attacker, threshold: int) -> bool:
    """Exact, or certainly small and yet not fully masked."""
    if interval.is_exact:
        return True
    if interval.high is None or interval.high >= threshold:
        return False
    least = _least(system, interval.row, attacker)
    return not interval.is_masked(least, threshold - 1)


def _not_exact(system: System, interval: Interval, attacker: Attacker) -> Requirement:
    value = int(system.values[interval.row])
    down, up = interval.low - value, 1 if interval.high is None else interval.high - value
    return Requirement(interval.row, up or down, attacker)


def _leak(system: System, hidden: np.ndarray, interval: Interval, attacker: Attacker) -> Leak:
    label = system.labels[interval.row]
    if interval.is_exact:
        sentence = explain(system, hidden, interval.row, attacker)
        return Leak(label, attacker.name, sentence, True)
    return Leak(label, attacker.name, f"{label}: går att ringa in till några få värden.", False)


@dataclass(frozen=True)
class Published:
    """The packs as an attacker has them. `system` holds a world that fits; `targets` are the rows
    that must not be possible to work out; `threshold`: what each was hidden under. `plain`: leaks
    that need no arithmetic at all."""

    system: System
    targets: np.ndarray
    threshold: np.ndarray
    plain: tuple[Leak, ...]


def published_system(publications: Sequence[Publication]) -> Published:
    """Everything printed or hidden in these packs, and every sum of it that is not printed."""
    rows = [row for p in publications for row in p.published_rows()]
    limits = np.array([p.threshold for p in publications for _ in p.rows])
    table = _all_combinations(publications)
    masks = RowMasks(table)
    printed = sparse.csr_array(sparse.vstack([sparse.csr_array(masks.mask(r)) for r in rows]))
    silent, names = _unprinted(table)
    matrix = sparse.csr_array(sparse.vstack([printed, silent])).astype(np.int64)
    unseen = silent.shape[0]
    shown = np.array([*(-1 if r.shown is None else r.shown for r in rows), *[-1] * unseen])
    sure = np.array([*(r.shown is None and r.sure for r in rows), *[False] * unseen])
    limits = np.concatenate([limits, np.full(unseen, limits.min())])
    matrix = matrix[:, matrix[shown == 0].sum(axis=0) == 0]
    matrix, _, _ = merge_atoms(matrix, np.zeros(matrix.shape[1]), np.zeros(matrix.shape[1]))
    row_of, first = merge_rows(matrix)
    _check_agreement(rows, row_of, shown, sure)
    size, used = len(first), row_of >= 0
    value = np.full(size, -1)
    np.maximum.at(value, row_of[used], shown[used])
    known = np.bincount(row_of[used], sure[used], size) + (value > 0) > 0
    threshold = np.zeros(size, dtype=np.int64)
    np.maximum.at(threshold, row_of[used], limits[used])
    counts = fitting_world(matrix[first], value, known.astype(np.int64))
    state = np.where(value >= 0, State.PUBLIC, State.SILENT)
    labels = [row.label for row in rows] + names
    system = make_system(matrix[first], counts, state, known, tuple(labels[i] for i in first))
    hidden = np.bincount(row_of[: len(rows)][used[: len(rows)]], minlength=size) > 0
    small = (system.values > 0) & (system.values < threshold)
    targets = np.flatnonzero((state == State.SILENT) & (hidden | small))
    return Published(system, targets, threshold, _plain_leaks(rows, row_of, limits))


def _unprinted(table: pd.DataFrame) -> tuple[sparse.csr_array, list[str]]:
    """Every crossing of the dimensions, printed or not: those are numbers about people too."""
    parts, names = [], []
    for dimensions in Layout("", tuple(table.columns)).crossings():
        crossing = cross(table, Layout("", dimensions), dimensions)
        ones = np.ones(len(crossing.atoms), dtype=np.int64)
        shape = (len(crossing.labels), len(table))
        parts.append(sparse.csr_array((ones, (crossing.cells, crossing.atoms)), shape=shape))
        texts = crossing.labels.agg(" × ".join, axis=1) if dimensions else ["totalt"]
        names += [f"{text} (otryckt)" for text in texts]
    return sparse.csr_array(sparse.vstack(parts)), names


def _plain_leaks(
    rows: Sequence[PublishedRow], row_of: np.ndarray, limits: np.ndarray
) -> tuple[Leak, ...]:
    found = []
    for row, at, limit in zip(rows, row_of, limits, strict=False):
        if row.shown is not None and 0 < row.shown < limit:
            sentence = f"{row.label}: skrivs ut fast talet är mindre än gränsen {limit}."
            found.append(Leak(row.label, READER.name, sentence, True))
        elif row.shown is None and at < 0:
            sentence = f"{row.label}: är dold, men andra nollor visar att den är tom."
            found.append(Leak(row.label, READER.name, sentence, True))
    return tuple(found)


def _all_combinations(publications: Sequence[Publication]) -> pd.DataFrame:
    """Every group of people that these packs could have counted."""
    dimensions = list(dict.fromkeys(d for p in publications for d in p.dimensions))
    values: dict[str, set[str]] = {d: set() for d in dimensions}
    for p in publications:
        for cell, _, _, _ in p.rows:
            for dimension, number in zip(p.dimensions, cell, strict=True):
                values[dimension].update(p.sets[number])
    blocks = list(dict.fromkeys(d for p in publications for d in p.block))
    table = pd.DataFrame(
        list(product(*(sorted(values[d]) for d in blocks))), columns=blocks, dtype="str"
    )
    known = np.zeros(len(table), dtype=bool)
    for p in publications:
        delivered = set(p.delivered)
        here = table[list(p.block)].itertuples(index=False, name=None) if delivered else ()
        known |= [block in delivered for block in here] or [True]
    table = table[known]
    for dimension in [d for d in dimensions if d not in blocks]:
        more = pd.DataFrame({dimension: sorted(values[dimension])}, dtype="str")
        table = table.merge(more, how="cross")
    return table.reset_index(drop=True)


def _check_agreement(
    rows: Sequence[PublishedRow], row_of: np.ndarray, shown: np.ndarray, sure: np.ndarray
) -> None:
    """The same people with two different numbers: a revision that came out."""
    printed = pd.DataFrame({"row": row_of, "shown": shown})[(shown >= 0)]
    differing = printed.groupby("row")["shown"].transform("nunique") > 1
    empty = np.flatnonzero((row_of < 0) & ((shown > 0) | sure))
    wrong = [*printed.index[differing & (printed["row"] >= 0)], *empty]
    if wrong:
        raise DisclosureError(
            f"Paketen visar olika tal för samma personer, bland annat {rows[wrong[0]].label}. "
            "Skillnaden kan avslöja enskilda.",
        )

"""The audit of published packs alone: what could anyone work out who has them all?

It knows nothing but what lies in the folders, so anybody can repeat it. Its worlds are found
from the published numbers only, and say nothing about which of them is the true one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from analyslib.disclosure.attack import Interval, reached_intervals
from analyslib.disclosure.certificate import Certificate, verify
from analyslib.disclosure.explain import explain
from analyslib.disclosure.following import joined_worlds
from analyslib.disclosure.narrowed import (
    Narrowed,
    describe_narrowed,
    least_sums,
    narrowed_numbers,
    uncleared_rows,
)
from analyslib.disclosure.proof import Proof, certify, demands_of, prove
from analyslib.disclosure.publication import Publication, check_complete, read_publications
from analyslib.disclosure.published import Follower, Leak, Published, published_systems
from analyslib.disclosure.rounded_ledgers import TRUE_OF_ROUNDED, faults_of_rounded, is_rounded
from analyslib.disclosure.side_by_side import side_by_side
from analyslib.disclosure.system import (
    CAREFUL_READER,
    READER,
    Attacker,
    State,
    System,
    least_of,
)
from analyslib.disclosure.targets import Requirement
from analyslib.disclosure.told_apart import told_apart
from analyslib.errors import DisclosureError


@dataclass(frozen=True)
class AuditedPart:
    """What was audited together: the leaks, and the certificate with what it must have shown;
    `narrowed`: small numbers that are no leaks, and yet not masked in full."""

    leaks: tuple[Leak, ...]
    certificate: Certificate
    demands: tuple[tuple[int, int, int], ...]
    narrowed: tuple[Narrowed, ...] = ()


@dataclass(frozen=True)
class AuditReport:
    """The outcome of an audit. The certificates of the parts hold the worlds that prove it;
    parts have nothing in common but printed numbers, so their worlds can all be true at once."""

    titles: tuple[str, ...]
    n_printed: int
    n_hidden: int
    parts: tuple[AuditedPart, ...]
    between: tuple[Leak, ...] = ()
    n_rounded: int = 0

    @property
    def leaks(self) -> tuple[Leak, ...]:
        """Those within one edition, and those between an edition and another."""
        return (*self.between, *(leak for part in self.parts for leak in part.leaks))

    @property
    def narrowed(self) -> tuple[Narrowed, ...]:
        return tuple(number for part in self.parts for number in part.narrowed)

    @property
    def digest(self) -> str:
        """The sum of all certificates."""
        sums = "".join(part.certificate.digest for part in self.parts)
        return hashlib.sha256(sums.encode()).hexdigest()

    @cached_property
    def is_passed(self) -> bool:
        return not self.leaks and not any(
            verify(part.certificate, part.demands) for part in self.parts
        )

    @property
    def text(self) -> str:
        """The outcome in words, with every leak on a line of its own."""
        head = (
            f"Granskning av {len(self.titles)} tabeller: {self.n_printed} tal om individer, "
            f"{self.n_hidden} av dem dolda"
        )
        head += f" och {self.n_rounded} avrundade." if self.n_rounded else "."
        if self.is_passed:
            worlds = sum(len(part.certificate.worlds) for part in self.parts)
            claims = sum(len(part.certificate.claims) for part in self.parts)
            return (
                f"{head}\nInget dolt tal går att räkna ut. Beviset ({worlds} alternativa världar, "
                f"{claims} påståenden) är kontrollerat. Certifikat: {self.digest[:16]}\n"
                f"{describe_narrowed(self.narrowed)}"
                + (f"\n{TRUE_OF_ROUNDED}" if self.n_rounded else "")
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


def audit_publications(
    publications: Sequence[Publication], beside: Sequence[Publication] = ()
) -> AuditReport:
    """What a reader and a careful reader can work out from these packs, taken together.

    `beside`: other editions, which are looked at only for what the difference tells. Rounded
    ledgers hide nothing: of them it is asked that they are rounded, and of nobody else's."""
    hiding = [p for p in publications if not is_rounded(p)]
    careful = all(p.careful for p in publications)
    attackers = [CAREFUL_READER, READER] if careful else [READER]
    return AuditReport(
        tuple(p.title for p in publications),
        sum(len(p.rows) for p in publications),
        sum(shown is None for p in publications for _, shown, _, _ in p.rows),
        tuple(
            part
            for found in side_by_side(
                partial(_audit, attackers=attackers), published_systems(hiding)
            )
            for part in found
        ),
        tuple(
            Leak(label, READER.name, sentence, False)
            for label, sentence in (
                *told_apart([p for p in (*beside, *publications) if not is_rounded(p)]),
                *faults_of_rounded([*beside, *publications]),
            )
        ),
        sum(len(p.rows) for p in publications if is_rounded(p)),
    )


def _audit(published: Published, attackers: Sequence[Attacker]) -> list[AuditedPart]:
    """What is tied to the same core: each with the core held still, and last all together."""
    parts, rest, doubtful = [], [], []
    alone = side_by_side(partial(_audit_still, attackers=attackers), published.followers)
    for follower, (part, unmet, unclear) in zip(published.followers, alone, strict=True):
        parts.append(part)
        rest += [follower.start + r.row for r in unmet]
        doubtful += [follower.start + row for row in unclear]
    targets = np.unique(np.concatenate([published.targets, np.array(rest, dtype=np.int64)]))
    return [*parts, _audit_joined(replace(published, targets=targets), attackers, doubtful)]


def _audit_still(
    follower: Follower, attackers: Sequence[Attacker]
) -> tuple[AuditedPart, list[Requirement], list[int]]:
    """One follower with the core held still, what is not possible then, and the small numbers that
    may be narrowed."""
    still = follower.still
    hidden = still.system.state == State.SILENT
    proof, unmet = _prove(still, _wanted(still, attackers))
    certificate = certify(still.system, hidden, proof)
    part = AuditedPart((), certificate, tuple(demands_of(proof)))
    return part, unmet, uncleared_rows(still, attackers[0], proof)


def _wanted(published: Published, attackers: Sequence[Attacker]) -> list[Requirement]:
    """What must be possible. Of a number that only two tables together speak of (women and men of
    a class in one municipality), and that neither shows nor hides: that it is not certain."""
    system, threshold = published.system, published.threshold
    return [
        requirement
        for attacker in attackers
        for row in published.targets
        for requirement in (
            [Requirement(int(row), 1, attacker)]
            if _is_between(published, int(row))
            else demands_on(system, int(row), attacker, int(threshold[row]))
        )
    ]


def _prove(
    published: Published, wanted: Sequence[Requirement], known: Iterable[np.ndarray] = ()
) -> tuple[Proof, list[Requirement]]:
    """The proof of all that is possible, and what is not, in any way that would do."""
    hidden = published.system.state == State.SILENT
    first = prove(published.system, hidden, wanted, known)
    others = list(dict.fromkeys(_other_way(published, r) for r in first.unmet))
    second = prove(published.system, hidden, others, first.worlds)
    met = [
        requirement
        for proof in (first, second)
        for requirement, world in zip(proof.requirements, proof.witness, strict=True)
        if world >= 0
    ]
    worlds = [*first.worlds, *second.worlds]
    return prove(published.system, hidden, list(dict.fromkeys(met)), worlds), second.unmet


def _other_way(published: Published, requirement: Requirement) -> Requirement:
    """What does as well: a number that may be large, or that differs the other way, tells no
    more than the careful reader may know."""
    row = requirement.row
    if _is_between(published, row):
        return replace(requirement, change=-1)
    beyond = int(published.threshold[row] - published.system.values[row])
    return replace(requirement, change=max(1, beyond))


def _is_between(published: Published, row: int) -> bool:
    core = published.core
    return core is not None and row >= core.n_rows and not published.listed[row]


def _audit_joined(
    published: Published, attackers: Sequence[Attacker], doubtful: Sequence[int]
) -> AuditedPart:
    """All together. `doubtful`: more rows that may be narrowed."""
    system, threshold = published.system, published.threshold
    hidden = system.state == State.SILENT
    wanted = _wanted(published, attackers)
    proof, unmet = _prove(published, wanted, joined_worlds(published, wanted))
    met = list(proof.requirements)
    leaks: dict[int, Leak] = {}
    seen = list(proof.worlds)
    for attacker in attackers:
        rows = sorted({r.row for r in unmet if r.attacker == attacker})
        for interval, worlds in reached_intervals(system, hidden, attacker, rows):
            seen += map(np.rint, worlds)
            between = _is_between(published, interval.row)
            limit = 0 if between else int(threshold[interval.row])
            if is_leak(system, interval, attacker, limit):
                # What the plain reader can do is told of him, not of the careful one as well.
                leaks[interval.row] = _leak(system, hidden, interval, attacker)
            else:
                met.append(_not_exact(system, interval, attacker))
    proof = prove(system, hidden, met, seen)
    rows = [*published.targets.tolist(), *doubtful]
    return AuditedPart(
        (*published.plain, *leaks.values()),
        certify(system, hidden, proof),
        tuple(demands_of(proof)),
        (
            *narrowed_numbers(published, attackers[0], rows, proof),
            *least_sums(published, attackers[0]),
        ),
    )


def demands_on(system: System, row: int, attacker: Attacker, threshold: int) -> list[Requirement]:
    """A number that may be small must be able to be anything from 1 to k-1; one that may be
    large must only not be exact. Which it is, is seen from the world at hand."""
    value = int(system.values[row])
    if value >= threshold:
        return [Requirement(row, -1, attacker)]
    low = int(least_of(system, attacker)[row])
    changes = [min(0, low - value), max(0, threshold - 1 - value)]
    wanted = [Requirement(row, change, attacker) for change in changes if change]
    return wanted or [Requirement(row, 1, attacker)]


def is_leak(system: System, interval: Interval, attacker: Attacker, threshold: int) -> bool:
    """Exact, or certainly small and yet not fully masked."""
    if interval.is_exact:
        return True
    if interval.high is None or interval.high >= threshold:
        return False
    least = int(least_of(system, attacker)[interval.row])
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

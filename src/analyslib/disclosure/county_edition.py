"""One edition of a county's tables: a table through the gate together with what has been told of
the same people before, and what it would still tell beside that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analyslib.disclosure.audit import audit_publications
from analyslib.disclosure.editions import edition_of
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.ledger import build_ledger
from analyslib.disclosure.publication import Link, Publication
from analyslib.disclosure.release import Release, release
from analyslib.disclosure.renewal import draft_of, exact_with_editions, renew, renewed
from analyslib.disclosure.rules import Profile
from analyslib.disclosure.search import Impossible
from analyslib.disclosure.system import State
from analyslib.disclosure.told_apart import told_apart


# What everybody knows of these atoms before their table is decided.
Known = Callable[[pd.DataFrame], Sequence[Publication]]


@dataclass(frozen=True)
class CountyEdition:
    """`earlier`: what has been published of the county; the ledgers of this very edition (by its
    `number`) are about the same people."""

    county: str
    profile: Profile
    earlier: Sequence[Publication]
    number: int

    def universe(self, title: str) -> str:
        return title if self.number == 1 else f"{title}/{self.number}"

    def links(self, links: Sequence[Link]) -> tuple[Link, ...]:
        """The links with the universes' full names."""
        return tuple(
            replace(link, universe=self.universe(f"{link.universe}-{self.county}"))
            for link in links
        )

    def others(self, title: str) -> list[Publication]:
        """What other editions of a table have told."""
        told = [p for p in self.earlier if p.title == title]
        return [p for p in told if edition_of(p.universe) != self.number]

    def release(
        self,
        atoms: pd.DataFrame,
        layouts: Sequence[Layout],
        known: Known,
        title: str,
        draft: Publication | None = None,
    ) -> Release:
        """Together with what has been published of the same table, of these extracts or others.
        `draft`: what the edition will count, and from what."""
        told = [p for p in self.earlier if p.title == title]
        others = self.others(title)
        renewal = renew(atoms, draft, told) if draft and others else None
        if renewal is None:
            same = [_as_decided(p) for p in told if p not in others]
            made = release(atoms, layouts, self.profile, [*known(atoms), *same], title, others)
        else:
            before = [*known(renewal.own()), *renewal.editions]
            layouts, changed = renewal.layouts(layouts), renewal.changed()
            made = renewed(release(renewal.atoms, layouts, self.profile, before, title, changed))
        previous = tuple(sorted(p.digest for p in told))
        return replace(made, publication=replace(made.publication, previous=previous))

    def told_between(
        self, made: Release, atoms: pd.DataFrame, layouts: Sequence[Layout], known: Known
    ) -> list[str]:
        """Numbers that would tell of a few persons, beside an earlier edition or totals that are
        out, and that cannot be hidden here since they follow from these: they are left out."""
        others = self.others(made.publication.title)
        if not others and all(item.requirement.attacker.knows for item in made.plan.impossible):
            return []
        told = [label for label, _ in told_apart([*others, made.publication])]
        told += [label for label in _stuck_with_readers(made) if label not in told]
        if told:
            return told
        alone = [replace(p, links=()) for p in (*others, made.publication)]
        leaks = audit_publications(alone).leaks
        if leaks or not others:
            return [leak.label for leak in leaks]
        stuck = self._learnt_by_members(made, atoms, layouts, known)
        return [made.ledger.system.labels[item.requirement.row] for item in stuck]

    def _learnt_by_members(
        self, made: Release, atoms: pd.DataFrame, layouts: Sequence[Layout], known: Known
    ) -> list[Impossible]:
        """What a member could work out from this edition beside earlier ones, and neither from it
        nor from them alone."""
        system = made.ledger.system
        rows = [row for publication in known(atoms) for row in publication.published_rows()]
        plain = build_ledger(atoms, layouts, self.profile, rows).system
        stuck = list(exact_with_editions(system, made.plan.impossible, plain))
        if not stuck:
            return []
        found = made.publication
        draft = draft_of(found.title, found.universe, atoms)
        told = [p for p in self.earlier if p.title == found.title]
        renewal = renew(atoms, replace(draft, extracts=found.extracts), told)
        if renewal is None:
            return stuck
        return list(exact_with_editions(system, stuck, renewal.before(self.profile)))


def described(
    made: Release, universe: str, links: tuple[Link, ...], extracts: tuple[str, ...]
) -> Release:
    """What is counted, where else the same people are, and what it was counted from."""
    found = replace(made.publication, universe=universe, links=links, extracts=extracts)
    return replace(made, publication=found)


def _as_decided(publication: Publication) -> Publication:
    """A ledger as the gate knows it: without the municipalities, where its table had none."""
    if not publication.title.startswith("kon_"):
        return publication
    found = publication.without("municipality")
    return replace(found, delivered=tuple(sorted(found.delivered)))


def _stuck_with_readers(made: Release) -> Iterator[str]:
    """Hidden for what was told of them before, and yet anyone can tell them."""
    system = made.ledger.system
    for item in made.plan.impossible:
        row, attacker = item.requirement.row, item.requirement.attacker
        large = system.values[row] >= made.publication.threshold
        if large and system.state[row] == State.OPEN and not attacker.knows:
            yield system.labels[row]

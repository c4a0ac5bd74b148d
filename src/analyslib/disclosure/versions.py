"""Editions of a table laid together: where a municipality's extract is the same in two of them,
they count the same people.

Every page says when its extract was made, so anyone who has two packs knows whose numbers have
not changed between them, the hidden ones too. What is counted is therefore a block (what a
municipality has delivered of a service area) in a version: all editions that were made from the
same extract of it share one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from analyslib.disclosure.editions import base_of, edition_of
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.universe import EXTRACT


Block = tuple[str, ...]
Row = tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]


@dataclass(frozen=True)
class Edition:
    """Where an edition is found. `universe`: of it and of those it has people in common with;
    `delivered`: the blocks it counts, in their versions (none named: all that there is)."""

    universe: str
    block: tuple[str, ...] = ()
    delivered: frozenset[Block] = frozenset()


@dataclass
class Version:
    """One block from one extract: the editions that count it, and what they say of it alone."""

    marks: set[str]
    numbers: dict[Row, tuple[int | None, bool]]
    editions: list[str] = field(default_factory=list)

    def is_of(self, marks: set[str], numbers: Mapping[Row, tuple[int | None, bool]]) -> bool:
        common = self.numbers.keys() & numbers.keys()
        return bool(self.marks & marks) and all(
            _agree(self.numbers[row], numbers[row]) for row in common
        )


def mark_of(day: str, made_from: Iterable[str]) -> str:
    """Names what a block was counted from: the day of the extract, and a sum by which another
    extract of the same day is told from it. Nothing about its content can be reckoned from it."""
    text = "|".join(sorted(set(made_from)))
    return f"{day} {hashlib.sha256(text.encode()).hexdigest()[:8]}"


def lay_together(
    publications: Sequence[Publication],
) -> tuple[list[Publication], dict[str, Edition]]:
    """The ledgers with all editions that share any extract in one universe, whose blocks tell
    the versions apart; and by the name of every edition, where it is found."""
    tables: dict[str, dict[str, list[Publication]]] = {}
    for item in publications:
        tables.setdefault(base_of(item.universe), {}).setdefault(item.universe, []).append(item)
    found: list[Publication] = []
    places: dict[str, Edition] = {}
    for base, editions in tables.items():
        versions = versions_of(editions)
        if not any(len(version.editions) > 1 for version in versions.values()):
            found += [item for items in editions.values() for item in items]
            places |= {name: Edition(name) for name in editions}
            continue
        for name, items in editions.items():
            told = [in_versions(item, base, versions) for item in items]
            delivered = frozenset(block for item in told for block in item.delivered)
            places[name] = Edition(base, told[0].block, delivered)
            found += told
    return found, places


def tied_to(ledgers: Sequence[Publication], together: Sequence[Publication]) -> list[Publication]:
    """Those of `together` that may say something of people whom the ledgers count: the same
    universe, an extract in common, or a link; and those tied to them in turn."""
    found, rest = list(ledgers), [item for item in together if item not in ledgers]
    ties = {name for item in found for name in _ties_of(item)}
    while True:
        more = [item for item in rest if not ties.isdisjoint(_ties_of(item))]
        if not more:
            order = {item.digest for item in found}
            return [item for item in together if item.digest in order]
        found += more
        rest = [item for item in rest if item not in more]
        ties |= {name for item in more for name in _ties_of(item)}


def _ties_of(publication: Publication) -> Iterator[tuple[object, ...]]:
    """What two ledgers have in common where one may tell something of the other."""
    base = base_of(publication.universe)
    yield (publication.universe,)
    for link in publication.links:
        yield (link.universe,)
    for block, mark in zip(publication.delivered, publication.extracts, strict=False):
        yield base, block, mark


def versions_of(
    editions: Mapping[str, Sequence[Publication]],
) -> dict[tuple[str, Block], Version]:
    """By edition and block: which version of the block the edition counts."""
    found: dict[tuple[str, Block], Version] = {}
    known: dict[Block, list[Version]] = {}
    if len({item.block for items in editions.values() for item in items}) > 1:
        return {}
    for name in sorted(editions, key=edition_of):
        numbers = _own_numbers(editions[name])
        for block, marks in _marks(editions[name]).items():
            own = numbers.get(block, {})
            same = [v for v in known.setdefault(block, []) if v.is_of(marks, own)]
            version = same[0] if same else Version(set(), {})
            if not same:
                known[block].append(version)
            version.marks |= marks
            version.numbers |= own
            version.editions.append(name)
            found[name, block] = version
    return found


def in_versions(
    publication: Publication, base: str, versions: Mapping[tuple[str, Block], Version]
) -> Publication:
    """The ledger with each of its blocks in the version that it counts, which is named by the
    last edition that has it."""
    own = publication.universe
    delivered = tuple(
        (*block, str(edition_of(versions[own, block].editions[-1])))
        for block in publication.delivered
    )
    return replace(
        publication, universe=base, block=(*publication.block, EXTRACT), delivered=delivered
    )


def rows_of_blocks(publication: Publication, blocks: Collection[Block]) -> Publication:
    """The ledger with only the rows that count any of these of its blocks."""
    at = [
        (publication.dimensions.index(d), i)
        for i, d in enumerate(publication.block)
        if d in publication.dimensions
    ]
    sets = [frozenset(values) for values in publication.sets]
    rows = tuple(
        row
        for row in publication.rows
        if any(all(block[i] in sets[row[0][place]] for place, i in at) for block in blocks)
    )
    return replace(publication, rows=rows)


def _marks(publications: Sequence[Publication]) -> dict[Block, set[str]]:
    found: dict[Block, set[str]] = {b: set() for p in publications for b in p.delivered}
    for item in publications:
        for block, mark in zip(item.delivered, item.extracts, strict=False):
            found[block].add(mark)
    return found


def _own_numbers(
    publications: Sequence[Publication],
) -> dict[Block, dict[Row, tuple[int | None, bool]]]:
    """What is told of each block alone."""
    found: dict[Block, dict[Row, tuple[int | None, bool]]] = {}
    for item in publications:
        at = [item.dimensions.index(d) for d in item.block]
        rest = [i for i in range(len(item.dimensions)) if i not in at]
        names = tuple(item.dimensions[i] for i in rest)
        for cell, shown, sure, _ in item.rows:
            places = [item.sets[cell[i]] for i in at]
            if all(len(values) == 1 for values in places):
                row = tuple(item.sets[cell[i]] for i in rest), names
                block = tuple(values[0] for values in places)
                found.setdefault(block, {})[row] = shown, sure
    return found


def _agree(one: tuple[int | None, bool], other: tuple[int | None, bool]) -> bool:
    """True where both can be told of the same people."""
    shown = [number for number, _ in (one, other) if number is not None]
    if len(shown) == 1:
        return bool(shown[0]) or not any(sure for number, sure in (one, other) if number is None)
    return len(set(shown)) < 2

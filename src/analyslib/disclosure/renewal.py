"""A new edition of a table decided together with those that are out.

Where a municipality's extract has not changed, its people are the same in both editions; where
it has, there is an older version of it that nobody here needs to know: any counts that fit what was
published of it are as good as the true ones, since nobody outside can tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
import pandas as pd
from scipy import sparse

from analyslib.analysis.follow_up_themes import area_of
from analyslib.disclosure.editions import edition_of
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.ledger import build_ledger
from analyslib.disclosure.protect import Impossible
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.release import Release
from analyslib.disclosure.rules import Profile
from analyslib.disclosure.search import Searcher
from analyslib.disclosure.system import State, System, known_atoms
from analyslib.disclosure.universe import BLOCK, COUNT, EXTRACT, PublishedRow, RowMasks
from analyslib.disclosure.versions import Block, Version, in_versions, rows_of_blocks, versions_of
from analyslib.disclosure.worlds import fitting_world
from analyslib.errors import DisclosureError


@dataclass(frozen=True)
class Renewal:
    """What a new edition is decided from. `atoms`: its own (in `now`, the newest version) and those
    of older versions; `editions`: what is out, with the versions told apart."""

    atoms: pd.DataFrame
    now: str
    editions: tuple[Publication, ...]

    def own(self) -> pd.DataFrame:
        return self.atoms[self.atoms[EXTRACT] == self.now]

    def changed(self) -> list[Publication]:
        """What has been told of blocks that it counts from another extract.
        What is told of the others is decided with them, whatever it is called."""
        places = list(self.editions[0].block[:-1])
        own = set(self.own()[places].itertuples(index=False, name=None))
        found = []
        for item in self.editions:
            older = [b for b in item.delivered if b[-1] != self.now and b[:-1] in own]
            found.append(rows_of_blocks(item, older))
        return found

    def before(self, profile: Profile) -> System:
        """What the editions that are out tell by themselves."""
        rows = [row for item in self.editions for row in item.published_rows()]
        one = min(block[-1] for item in self.editions for block in item.delivered)
        nothing = Layout("", (), where={EXTRACT: (one,)})
        return build_ledger(self.atoms, [nothing], profile, rows).system

    def layouts(self, layouts: Sequence[Layout]) -> list[Layout]:
        """The tables, of the newest version alone, and of no class that only older ones have."""
        own, where = self.own(), {EXTRACT: (self.now,)}
        if set(own["class"]) != set(self.atoms["class"]):
            where["class"] = tuple(sorted(own["class"].unique()))
        return [replace(layout, where={**where, **layout.where}) for layout in layouts]


def draft_of(title: str, universe: str, atoms: pd.DataFrame) -> Publication:
    """What a table of these atoms will count, before it is decided what it shows."""
    block = tuple(d for d in BLOCK if d in atoms)
    delivered = sorted(set(atoms[list(block)].itertuples(index=False, name=None)))
    dimensions = tuple(str(d) for d in atoms if d != COUNT)
    return Publication(
        title, 0, True, dimensions, (), block, tuple(delivered), (), universe=universe
    )


def renew(
    atoms: pd.DataFrame, draft: Publication, earlier: Sequence[Publication]
) -> Renewal | None:
    """The new edition with those before it; None where they have no extract in common, so that
    one tells nothing of the other.

    `draft`: what the new edition will count (its universe, blocks and extracts), without numbers.
    `earlier`: the same table in this and in other editions.
    """
    if any(set(item.dimensions) != set(draft.dimensions) for item in earlier):
        return None
    draft = _without_gainsaid(draft, atoms, earlier)
    editions: dict[str, list[Publication]] = {draft.universe: [draft]}
    for item in earlier:
        editions.setdefault(item.universe, []).append(item)
    versions = versions_of(editions)
    if not any(len(version.editions) > 1 for version in versions.values()):
        return None
    now = str(edition_of(draft.universe))
    told = tuple(in_versions(item, draft.title, versions) for item in earlier)
    own = atoms.assign(**{EXTRACT: now})
    older = _older_atoms(own, now, told, versions)
    fitted = _fitted(own, older, told)
    if fitted is None:
        return None
    whole = pd.concat([own, older.assign(**{COUNT: fitted})], ignore_index=True)
    return Renewal(whole, now, told)


def renewed(made: Release) -> Release:
    """The release as it is published: of one version, so that there is none to name."""
    found = made.publication
    if EXTRACT not in found.dimensions:
        return made
    counts = made.released.counts.drop(columns=EXTRACT)
    return replace(
        made, publication=found.without(EXTRACT), released=replace(made.released, counts=counts)
    )


def exact_with_editions(
    system: System, stuck: Sequence[Impossible], apart: System
) -> Iterator[Impossible]:
    """Those of `stuck` that a municipality with its own figures in hand could work out from all
    editions, and not from those that `apart` is decided from alone."""
    rows: dict[str, list[int]] = {}
    for row, label in enumerate(apart.labels):
        rows.setdefault(label, []).append(row)
    search = Searcher(apart, apart.state == State.OPEN, None)
    reached = {
        (item.requirement.row, item.requirement.attacker) for item in stuck if item.reachable
    }
    for item in stuck:
        requirement, attacker = item.requirement, item.requirement.attacker
        if not attacker.knows or (requirement.row, attacker) in reached:
            continue
        if known_atoms(system, attacker)[system.atoms_of(requirement.row)].all():
            continue  # it is his own
        there = rows.get(system.labels[requirement.row], [])
        worlds = (search.world(replace(requirement, row=row)) for row in there)
        if not there or any(world is not None for world in worlds):
            yield item


def is_known(publication: Publication, block: Block, mark: str) -> bool:
    """True where the ledger counts just this extract of the block."""
    return (block, mark) in zip(publication.delivered, publication.extracts, strict=False)


def of_area(publication: Publication, area: str) -> Publication:
    """What a ledger says of one service area alone."""
    at = publication.dimensions.index("service_area")
    place = publication.block.index("service_area")
    inside = [area_of(block[place]) == area for block in publication.delivered]
    wanted = [len(names) == 1 and area_of(names[0]) == area for names in publication.sets]
    return replace(
        publication,
        rows=tuple(row for row in publication.rows if wanted[row[0][at]]),
        delivered=tuple(compress(publication.delivered, inside)),
        extracts=tuple(compress(publication.extracts, inside)),
    )


def _without_gainsaid(
    draft: Publication, atoms: pd.DataFrame, earlier: Sequence[Publication]
) -> Publication:
    """The draft without the marks of blocks that no longer give what was told of them alone: the
    program may count otherwise than it did."""
    masks = RowMasks(atoms)
    counts = atoms[COUNT].to_numpy()
    wrong = {
        block
        for item in earlier
        for row in item.published_rows()
        if row.shown is not None and (block := _block_of(row)) is not None
        if int(counts[masks.mask(replace(row, delivered=frozenset()))].sum()) != row.shown
    }
    marks = zip(draft.delivered, draft.extracts, strict=True)
    kept = tuple(f"{mark} *" if block in wrong else mark for block, mark in marks)
    return replace(draft, extracts=kept)


def _block_of(row: PublishedRow) -> Block | None:
    values = [dict(row.cell)[dimension] for dimension in row.block]
    return tuple(v[0] for v in values) if all(len(v) == 1 for v in values) else None


def _older_atoms(
    own: pd.DataFrame,
    now: str,
    told: Sequence[Publication],
    versions: dict[tuple[str, Block], Version],
) -> pd.DataFrame:
    """Every combination of which only older versions can have any, still without counts."""
    block = told[0].block
    free = [d for d in own.columns if d not in (*block, COUNT)]
    known = {d: set(own[d]) for d in free}
    for item in told:
        for i, dimension in enumerate(item.dimensions):
            if dimension in known:
                known[dimension].update(v for cell, *_ in item.rows for v in item.sets[cell[i]])
    blocks = sorted({b for item in told for b in item.delivered})
    older = pd.DataFrame(blocks, columns=list(block), dtype="str")
    for dimension in free:
        values = pd.DataFrame({dimension: sorted(known[dimension])}, dtype="str")
        older = older.merge(values, how="cross")
    # Of the newest version, only what this edition does not count: quarters that are past.
    current = np.ones(len(older), dtype=bool)
    for dimension in free:
        current &= older[dimension].isin(own[dimension]).to_numpy()
    is_own = (older[EXTRACT] == now).to_numpy() & current
    return older[~is_own].reset_index(drop=True)


def _fitted(
    own: pd.DataFrame, older: pd.DataFrame, told: Sequence[Publication]
) -> np.ndarray | None:
    """Counts of the older atoms that give all that was published; None where there are none."""
    rows = [row for item in told for row in item.published_rows()]
    mine, masks = RowMasks(own), RowMasks(older)
    counts = own[COUNT].to_numpy()
    settled = np.array([int(counts[mine.mask(row)].sum()) for row in rows])
    matrix = sparse.csr_array(np.array([masks.mask(row) for row in rows]).astype(np.int64))
    shown = np.array([-1 if row.shown is None else row.shown for row in rows])
    left = np.where(shown < 0, -1, shown - settled)
    empty = np.diff(matrix.indptr) == 0
    if ((shown >= 0) & ((left < 0) | (empty & (left > 0)))).any():
        return None
    least = np.array([int(row.shown is None and row.sure) for row in rows])
    try:
        return fitting_world(matrix, left, np.maximum(least - settled, 0))
    except DisclosureError:
        return None

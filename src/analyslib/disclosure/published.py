"""The packs as an attacker has them: every printed and every hidden number, as one system.

What is counted is named by the ledger's universe: only within a universe do a dimension and a
class mean the same. Universes are tied where the same people are counted in both. A tie between
two printed numbers says nothing more than they do, so universes that meet in nothing else are
independent of each other: whatever is possible in one is possible together with whatever is
possible in the other. Where a tie touches a number that is not printed, they are one system.
Editions of a table are one universe, where a municipality's extract is the same in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from analyslib.disclosure.layout import Layout, cross
from analyslib.disclosure.merging import merge_atoms, merge_rows
from analyslib.disclosure.publication import Link, Publication
from analyslib.disclosure.system import READER, State, System, make_system
from analyslib.disclosure.universe import EXTRACT, PublishedRow, RowMasks
from analyslib.disclosure.versions import Edition, lay_together
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
class Published:
    """One system. It holds a world that fits; `targets` are the rows that must not be possible to
    work out; `threshold`: what each was hidden under; `listed`: hidden in a table, not only never
    printed. `plain`: leaks that need no arithmetic. `tables`: the universe that begins at a row.

    Where several universes are tied to the hidden numbers of one, `core` is that one alone, and
    the others are `followers`: a world of the core is a world of all, if each can follow."""

    system: System
    targets: np.ndarray
    threshold: np.ndarray
    listed: np.ndarray
    plain: tuple[Leak, ...] = ()
    core: System | None = None
    followers: tuple[Follower, ...] = ()
    tables: tuple[tuple[int, str], ...] = ()

    def table_of(self, row: int) -> str:
        return next((name for start, name in reversed(self.tables) if row >= start), "")


@dataclass(frozen=True)
class Follower:
    """A universe that must follow when the core moves: `rows` of it are the `sums` of the core.
    `still`: the same with the core held still; `start`: its first row in the joined system."""

    system: System
    rows: np.ndarray
    sums: sparse.csr_array
    still: Published
    start: int


@dataclass(frozen=True)
class _Part:
    """One universe. `value`: the printed number of each row, -1 where there is none; `known`:
    certain not to be zero; `hidden`: listed as hidden; `tied`: the rows of the sums that links
    ask for, -1 where the sum is empty."""

    name: str
    matrix: sparse.csr_array
    value: np.ndarray
    known: np.ndarray
    threshold: np.ndarray
    hidden: np.ndarray
    labels: tuple[str, ...]
    tied: np.ndarray
    plain: tuple[Leak, ...]


@dataclass(frozen=True)
class _Tie:
    """The same people: row `here` of one universe and row `there` of another."""

    universe: str
    here: int
    other: str
    there: int


def published_systems(publications: Sequence[Publication]) -> list[Published]:
    """Everything printed or hidden in these packs, and every sum of it that is not printed, in as
    many systems as there are independent of each other."""
    publications, editions = lay_together(publications)
    by_universe: dict[str, list[Publication]] = {}
    for publication in publications:
        by_universe.setdefault(publication.universe, []).append(publication)
    tables = {name: _all_combinations(items) for name, items in by_universe.items()}
    sums: dict[str, list[PublishedRow]] = {name: [] for name in tables}
    ties = [tie for p in publications for tie in _ties(p, tables, sums, editions)]
    parts = {name: _part(items, tables[name], sums[name]) for name, items in by_universe.items()}
    real = _distinct(ties, parts)
    found = []
    for names in _groups(list(parts), real):
        own = [tie for tie in real if tie.universe in names]
        cores = {tie.other for tie in own}
        if len(cores) == 1 and not any(tie.universe in cores for tie in own):
            found.append(_around(cores.pop(), [parts[name] for name in names], own))
        else:
            found.append(_join([parts[name] for name in names], own))
    return found


def _ties(
    publication: Publication,
    tables: dict[str, pd.DataFrame],
    sums: dict[str, list[PublishedRow]],
    editions: Mapping[str, Edition],
) -> Iterator[_Tie]:
    """Every pair of sums that the ledger's links name; the sums are added to both universes."""
    delivered = frozenset(publication.delivered)
    for link in publication.links:
        other = editions.get(link.universe)
        if other is None:
            continue  # not published here, so it tells nothing
        for values in _combinations(publication, link, tables[publication.universe]):
            pairs = list(zip(link.on, values, strict=True))
            here = (*link.here, *((d, (v,)) for (d, _), v in pairs))
            there = (*link.there, *((d, (v,)) for (_, d), v in pairs))
            label = f"samma i {publication.universe} och {link.universe}: {' × '.join(values)}"
            mine, others = sums[publication.universe], sums[other.universe]
            mine.append(PublishedRow(here, None, False, label, publication.block, delivered))
            others.append(PublishedRow(there, None, False, label, other.block, other.delivered))
            yield _Tie(publication.universe, len(mine) - 1, other.universe, len(others) - 1)


def _combinations(
    publication: Publication, link: Link, table: pd.DataFrame
) -> Iterator[tuple[str, ...]]:
    """The combinations of the link's dimensions that the ledger had anything about."""
    found = table[RowMasks(table).mask(_delivered_row(publication, link))]
    columns = [here for here, _ in link.on]
    yield from found[columns].drop_duplicates().itertuples(index=False, name=None)


def _delivered_row(publication: Publication, link: Link) -> PublishedRow:
    return PublishedRow(
        link.here, None, False, "", publication.block, frozenset(publication.delivered)
    )


def _part(
    publications: Sequence[Publication], table: pd.DataFrame, sums: Sequence[PublishedRow]
) -> _Part:
    """One universe: equal atoms are one atom, equal sums one row, printed zeros are settled."""
    rows = [row for p in publications for row in p.published_rows()]
    limits = np.array([p.threshold for p in publications for _ in p.rows])
    masks = RowMasks(table)
    printed = sparse.csr_array(np.array([masks.mask(row) for row in [*rows, *sums]]))
    silent, names = _unprinted(publications, table, masks)
    matrix = sparse.csr_array(sparse.vstack([printed, silent])).astype(np.int64)
    unseen = len(sums) + silent.shape[0]
    shown = np.array([*(-1 if r.shown is None else r.shown for r in rows), *[-1] * unseen])
    sure = np.array([*(r.shown is None and r.sure for r in rows), *[False] * unseen])
    limits = np.concatenate([limits, np.full(unseen, limits.min())])
    matrix = matrix[:, matrix[shown == 0].sum(axis=0) == 0]
    matrix, _, _ = merge_atoms(matrix, np.zeros(matrix.shape[1]), np.zeros(matrix.shape[1]))
    row_of, first = merge_rows(matrix)
    _check_agreement(rows, row_of, shown, sure)
    size, used = len(first), row_of >= 0
    value, threshold = np.full(size, -1), np.zeros(size, dtype=np.int64)
    np.maximum.at(value, row_of[used], shown[used])
    np.maximum.at(threshold, row_of[used], limits[used])
    listed = row_of[: len(rows)]
    labels = [row.label for row in [*rows, *sums]] + names
    return _Part(
        publications[0].universe,
        sparse.csr_array(matrix[first]),
        value,
        np.bincount(row_of[used], sure[used], size) + (value > 0) > 0,
        threshold,
        np.bincount(listed[listed >= 0], minlength=size) > 0,
        tuple(labels[i] for i in first),
        row_of[len(rows) : len(rows) + len(sums)],
        _plain_leaks(rows, row_of, limits),
    )


def _distinct(ties: Sequence[_Tie], parts: dict[str, _Part]) -> list[_Tie]:
    """Those that say more than what is printed, each once: two editions may name the same."""
    found: dict[tuple[str, int, str, int], _Tie] = {}
    for tie in ties:
        if _binds(tie, parts):
            rows = [int(parts[n].tied[i]) for n, i in _ends(tie)]
            found.setdefault((tie.universe, rows[0], tie.other, rows[1]), tie)
    return list(found.values())


def _ends(tie: _Tie) -> tuple[tuple[str, int], tuple[str, int]]:
    return (tie.universe, tie.here), (tie.other, tie.there)


def _binds(tie: _Tie, parts: dict[str, _Part]) -> bool:
    """True where the tie says more than what is printed. Raises where the packs disagree."""
    shown = []
    for name, number in _ends(tie):
        part, row = parts[name], int(parts[name].tied[number])
        shown.append(0 if row < 0 else int(part.value[row]))
    if -1 in shown:
        return True
    if shown[0] != shown[1]:
        part = parts[tie.universe]
        row = max(int(part.tied[tie.here]), 0)
        raise DisclosureError(_DISAGREE.format(label=part.labels[row]))
    return False


_DISAGREE = (
    "Paketen visar olika tal för samma personer, bland annat {label}. Skillnaden kan avslöja "
    "enskilda."
)


def _groups(names: list[str], ties: Sequence[_Tie]) -> list[list[str]]:
    """Universes that depend on each other, together."""
    number = {name: i for i, name in enumerate(names)}
    at = [number[tie.universe] for tie in ties], [number[tie.other] for tie in ties]
    graph = sparse.csr_array((np.ones(len(ties)), at), shape=(len(names), len(names)))
    count, label = connected_components(graph, directed=False)
    return [[names[i] for i in np.flatnonzero(label == group)] for group in range(count)]


def _around(core: str, parts: Sequence[_Part], ties: Sequence[_Tie]) -> Published:
    """Universes tied to one alone. What is possible in another with the core held still is
    possible whatever the rest are; and where the core moves, each must be able to follow."""
    by_name = {part.name: part for part in parts}
    center, whole = _system(by_name[core]), [by_name[core]]
    followers: list[Follower] = []
    start = center.n_rows
    for part in parts:
        if part.name == core:
            continue
        own = [tie for tie in ties if tie.universe == part.name]
        rows = np.array([int(part.tied[tie.here]) for tie in own])
        sums = _rows_of(center.matrix, [int(by_name[core].tied[tie.there]) for tie in own])
        held, numbers = part.value.copy(), sums @ center.counts
        held[rows[rows >= 0]] = numbers[rows >= 0]
        if (numbers[rows < 0] != 0).any() or not _fits(part, held):
            return _join(parts, ties)  # the core's world at hand does not suit them
        still = _system(replace(part, value=held))
        targets, names = _targets(part, still), ((0, part.name),)
        alone = Published(still, targets, part.threshold, part.hidden, tables=names)
        loose = replace(still, state=np.where(part.value >= 0, State.PUBLIC, State.SILENT))
        followers.append(Follower(loose, rows, sums, alone, start))
        whole.append(part)
        start += len(part.value)
    base = np.concatenate([center.counts, *(f.system.counts for f in followers)])
    joined = _join(whole, ties, base)
    of_core = joined.targets[joined.targets < center.n_rows]
    return replace(joined, targets=of_core, core=center, followers=tuple(followers))


def _fits(part: _Part, value: np.ndarray) -> bool:
    """True where some counts give these numbers."""
    try:
        fitting_world(part.matrix, value, part.known.astype(np.int64))
    except DisclosureError:
        return False
    return True


def _rows_of(matrix: sparse.csr_array, numbers: Sequence[int]) -> sparse.csr_array:
    """These rows; an empty one for -1."""
    nothing = sparse.csr_array((1, matrix.shape[1]), dtype=np.int64)
    rows = [nothing if number < 0 else matrix[[number]] for number in numbers]
    return sparse.csr_array(sparse.vstack(rows))


def _system(part: _Part) -> System:
    counts = fitting_world(part.matrix, part.value, part.known.astype(np.int64))
    state = np.where(part.value >= 0, State.PUBLIC, State.SILENT)
    return make_system(part.matrix, counts, state, part.known, part.labels)


def _targets(part: _Part, system: System) -> np.ndarray:
    """Hidden numbers, and sums that nobody has printed but that are small."""
    small = (system.values > 0) & (system.values < part.threshold)
    return np.flatnonzero((part.value < 0) & (part.hidden | small))


def _join(
    parts: Sequence[_Part], ties: Sequence[_Tie], base: np.ndarray | None = None
) -> Published:
    """The universes side by side, and the ties as rows of their own: here less there is zero."""
    starts = np.cumsum([0, *(len(part.value) for part in parts)])
    at = {part.name: (int(start), part) for part, start in zip(parts, starts, strict=False)}
    matrix = sparse.csr_array(sparse.block_diag([part.matrix for part in parts], format="csr"))

    def numbers(name: str, number: int) -> int:
        start, part = at[name]
        row = int(part.tied[number])
        return row if row < 0 else start + row

    here = _rows_of(matrix, [numbers(tie.universe, tie.here) for tie in ties]) if ties else None
    there = _rows_of(matrix, [numbers(tie.other, tie.there) for tie in ties]) if ties else None
    rows = matrix if here is None else sparse.csr_array(sparse.vstack([matrix, here - there]))
    rows.eliminate_zeros()
    whole = _Part(
        "",
        rows,
        np.concatenate([*(p.value for p in parts), np.zeros(len(ties), dtype=np.int64)]),
        np.concatenate([*(p.known for p in parts), np.zeros(len(ties), dtype=bool)]),
        np.concatenate([*(p.threshold for p in parts), np.ones(len(ties), dtype=np.int64)]),
        np.concatenate([*(p.hidden for p in parts), np.zeros(len(ties), dtype=bool)]),
        (*(label for p in parts for label in p.labels), *("samma personer" for _ in ties)),
        np.zeros(0, dtype=np.int64),
        tuple(leak for p in parts for leak in p.plain),
    )
    if base is None:
        system = _system(whole)
    else:
        state = np.where(whole.value >= 0, State.PUBLIC, State.SILENT)
        system = make_system(rows, base, state, whole.known, whole.labels)
    return Published(
        system,
        _targets(whole, system),
        whole.threshold,
        whole.hidden,
        whole.plain,
        tables=tuple((start, name) for name, (start, _) in at.items()),
    )


def _unprinted(
    publications: Sequence[Publication], table: pd.DataFrame, masks: RowMasks
) -> tuple[sparse.csr_array, list[str]]:
    """Every crossing of the dimensions, printed or not: those are numbers about people too. Where
    a municipality is there in several versions, as each ledger counts them."""
    parts, names = [], []
    whole = [(table, np.arange(len(table)))]
    if EXTRACT in table:
        every = dict.fromkeys((p.block, frozenset(p.delivered)) for p in publications)
        counted = [PublishedRow((), None, False, "", *one) for one in every]
        whole = [(table[m], np.flatnonzero(m)) for m in map(masks.mask, counted)]
    for part, atoms in whole:
        part = part.drop(columns=EXTRACT, errors="ignore")
        for dimensions in Layout("", tuple(part.columns)).crossings():
            crossing = cross(part, Layout("", dimensions), dimensions)
            ones = np.ones(len(crossing.atoms), dtype=np.int64)
            at = (crossing.cells, atoms[crossing.atoms])
            shape = (len(crossing.labels), len(table))
            parts.append(sparse.csr_array((ones, at), shape=shape))
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
    if EXTRACT in blocks:
        values[EXTRACT] = {block[-1] for p in publications for block in p.delivered}
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
        raise DisclosureError(_DISAGREE.format(label=rows[wrong[0]].label))

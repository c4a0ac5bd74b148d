"""The publication ledger: every number that leaves about individuals is a row over atoms.

The atoms come as a frame (one row = one combination of dimensions, with a count of people);
the tables of all reports come as layouts. The same group of people in two tables is one row.
Earlier packs add rows that are printed for good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import sparse

from analyslib.disclosure.editions import REST
from analyslib.disclosure.layout import Crossing, Layout, cross, inside
from analyslib.disclosure.merging import merge_atoms, merge_rows
from analyslib.disclosure.rules import Profile
from analyslib.disclosure.sensitive import Telling, telling_cells
from analyslib.disclosure.system import State, System, make_system
from analyslib.disclosure.universe import (
    EXTRACT,
    PublishedRow,
    RowMasks,
    Universe,
    build_universe,
)


@dataclass(frozen=True)
class Ledger:
    """Everything that is to be decided together.

    `cells`: one row = one printed cell (``layout``, ``crossing``, the dimensions, ``count`` and
    ``row``: the row of the system, -1 for a printed zero). `level`, `copies`: per row, the
    number of crossed dimensions and of printed cells. `sensitive`: rows hidden because
    they say "all" or "none" of a small group.
    """

    dimensions: tuple[str, ...]
    cells: pd.DataFrame
    system: System
    level: np.ndarray
    copies: np.ndarray
    sensitive: np.ndarray


@dataclass
class _Rows:
    """Rows as they are collected: which atoms, and what is known of each.

    `sure`: more than nought, if hidden; the rest as in Telling.
    """

    atoms: list[np.ndarray] = field(default_factory=list)
    cells: list[np.ndarray] = field(default_factory=list)
    state: list[np.ndarray] = field(default_factory=list)
    sure: list[np.ndarray] = field(default_factory=list)
    few: list[np.ndarray] = field(default_factory=list)
    none: list[np.ndarray] = field(default_factory=list)
    every: list[np.ndarray] = field(default_factory=list)
    whole: list[np.ndarray] = field(default_factory=list)
    beside: list[np.ndarray] = field(default_factory=list)
    level: list[np.ndarray] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    count: int = 0

    def add(
        self,
        crossing: Crossing,
        state: State,
        names: list[str],
        sure: bool = False,
        telling: Telling | None = None,
    ) -> np.ndarray:
        """Take in the cells of a crossing; returns their numbers."""
        size = len(crossing.labels)
        nothing = np.zeros(size, dtype=bool)
        told = telling or Telling(nothing, nothing, nothing)
        self.atoms.append(crossing.atoms)
        self.cells.append(crossing.cells + self.count)
        self.state.append(np.full(size, state, dtype=np.int8))
        self.sure.append(np.full(size, sure))
        self.few.append(told.few)
        self.none.append(told.none)
        self.every.append(told.every)
        self.whole.append(np.full(size, told.is_whole))
        self.beside.append(np.full(size, told.is_beside))
        self.level.append(np.full(size, len(crossing.dimensions)))
        self.labels += names
        self.count += size
        return np.arange(self.count - size, self.count)


def build_ledger(
    atoms: pd.DataFrame,
    layouts: Sequence[Layout],
    profile: Profile,
    earlier: Sequence[PublishedRow] = (),
) -> Ledger:
    """The ledger of these tables over these atoms, and of what has been published before.

    Raises DisclosureError where the atoms do not carry what the layouts ask for, or no longer
    give the numbers that are already published.
    """
    universe = build_universe(atoms, layouts, earlier)
    rows, frames = _Rows(), []
    for layout in layouts:
        for dimensions in layout.crossings():
            frames.append(_add_printed(rows, universe, layout, layouts, dimensions, profile))
    for layout in layouts:
        _add_complements(rows, universe, layout)
    _add_silent_margins(rows, universe, layouts)
    _add_earlier(rows, universe)
    return _close(rows, universe, frames, _never(universe, layouts))


def _add_printed(
    rows: _Rows,
    universe: Universe,
    layout: Layout,
    layouts: Sequence[Layout],
    dimensions: tuple[str, ...],
    profile: Profile,
) -> pd.DataFrame:
    """The printed cells of one crossing, taken in as open rows; the frame that lists them."""
    crossing = cross(universe.table, layout, dimensions)
    sums = crossing.sums(universe.counts)
    telling = telling_cells(crossing, sums, layout, layouts, profile)
    names = _names(layout.name, crossing)
    numbers = rows.add(crossing, State.OPEN, names, True, telling)
    frame = crossing.labels.assign(count=sums, number=numbers)
    frame.insert(0, "crossing", "×".join(dimensions))
    frame.insert(0, "layout", layout.name)
    return frame


def _names(table: str, crossing: Crossing) -> list[str]:
    if not crossing.dimensions:
        return [f"{table}: totalt"]
    texts = crossing.labels.astype(str).agg(" × ".join, axis=1)
    return [f"{table}: {text}" for text in texts]


def _add_complements(rows: _Rows, universe: Universe, layout: Layout) -> None:
    """ "Not this class", where shares of it are shown: nobody prints it, anyone can say it."""
    if not layout.shares:
        return
    for dimensions in layout.crossings():
        if layout.shares not in dimensions:
            continue
        crossing = cross(universe.table, layout, dimensions)
        others = tuple(d for d in dimensions if d != layout.shares)
        whole = cross(universe.table, layout, others)
        rest = _complement(crossing, whole, others)
        names = [name + REST for name in _names(layout.name, crossing)]
        _add_silent(rows, rest, names)


def _complement(crossing: Crossing, whole: Crossing, others: tuple[str, ...]) -> Crossing:
    if others:
        lookup = whole.labels.assign(whole=np.arange(len(whole.labels)))
        parent = crossing.labels[list(others)].merge(lookup, on=list(others))["whole"].to_numpy()
    else:
        parent = np.zeros(len(crossing.labels), dtype=np.int64)
    size = len(crossing.labels)
    part = sparse.csr_array(
        (np.ones(len(crossing.atoms)), (crossing.cells, crossing.atoms)),
        shape=(size, 1 + max(int(whole.atoms.max(initial=0)), int(crossing.atoms.max(initial=0)))),
    )
    full = sparse.csr_array(
        (np.ones(len(whole.atoms)), (whole.cells, whole.atoms)),
        shape=(len(whole.labels), part.shape[1]),
    )
    rest = (full[parent] - part).tocoo()
    keep = rest.data > 0
    return Crossing(crossing.dimensions, crossing.labels, rest.col[keep], rest.row[keep])


def _add_silent(rows: _Rows, crossing: Crossing, names: list[str]) -> None:
    rows.add(crossing, State.SILENT, names)


def _add_silent_margins(rows: _Rows, universe: Universe, layouts: Sequence[Layout]) -> None:
    """Every crossing of the dimensions in use that no table prints: also numbers about people.
    Older versions of a municipality are summed as the ledgers did that counted them."""
    dimensions = [d for d in universe.dimensions if d != EXTRACT]
    every = [c for n in range(len(dimensions), -1, -1) for c in combinations(dimensions, n)]
    printed = {frozenset(c) for layout in layouts for c in layout.crossings() if not layout.where}
    if EXTRACT not in universe.dimensions:
        rest = [c for c in every if frozenset(c) not in printed]
        _add_crossings(rows, universe, None, rest, "otryckt")
        return
    own = {value for layout in layouts for value in layout.where.get(EXTRACT, ())}
    newest = universe.table[EXTRACT].isin(own).to_numpy()
    _add_crossings(rows, universe, newest, every, "otryckt")
    masks = RowMasks(universe.table)
    counted = {(row.block, id(row.delivered)): replace(row, cell=()) for row in universe.earlier}
    for row in counted.values():
        if EXTRACT in row.block:
            _add_crossings(rows, universe, masks.mask(row), every, "tidigare")


def _add_crossings(
    rows: _Rows,
    universe: Universe,
    part: np.ndarray | None,
    every: Sequence[tuple[str, ...]],
    name: str,
) -> None:
    """These crossings of the atoms, or of a part of them, as rows that are never printed."""
    table = universe.table if part is None else universe.table[part]
    atoms = np.arange(len(universe.table)) if part is None else np.flatnonzero(part)
    for dimensions in every:
        crossing = cross(table, Layout(name, dimensions), dimensions)
        crossing = replace(crossing, atoms=atoms[crossing.atoms])
        _add_silent(rows, crossing, _names(name, crossing))


def _add_earlier(rows: _Rows, universe: Universe) -> None:
    for published, members in zip(universe.earlier, universe.members, strict=True):
        label = pd.DataFrame(index=range(1))
        one = Crossing((), label, members, np.zeros(len(members), dtype=np.int64))
        state = State.SILENT if published.shown is None else State.PUBLIC
        # A nought that was hidden is told by nobody now either.
        few = np.array([published.shown is None and not published.sure])
        none = few & ~universe.counts[members].any()
        telling = Telling(few, none, np.zeros(1, dtype=bool))
        rows.add(one, state, [published.label], published.sure, telling)


def _never(universe: Universe, layouts: Sequence[Layout]) -> np.ndarray:
    """True for atoms that nobody can be in, by how the classes are defined. Should anyone be there
    after all, he is protected like everybody else."""
    never = np.zeros(len(universe.table), dtype=bool)
    for values in (values for layout in layouts for values in layout.never):
        never |= inside(universe.table, values)
    return never & (universe.counts == 0)


def _close(
    rows: _Rows, universe: Universe, frames: list[pd.DataFrame], never: np.ndarray
) -> Ledger:
    """Drop the atoms that printed zeros settle, merge equal atoms and equal rows."""
    matrix = sparse.csr_array(
        (
            np.ones(sum(len(a) for a in rows.atoms), dtype=np.int64),
            (np.concatenate(rows.cells), np.concatenate(rows.atoms)),
        ),
        shape=(rows.count, len(universe.table)),
    )
    guarded = _guarded(matrix, universe.counts, rows)
    printed = np.concatenate(rows.state) != State.SILENT
    printed_zero = (matrix @ universe.counts == 0) & printed & ~guarded.zero
    alive = (matrix[printed_zero].sum(axis=0) == 0) & ~never
    matrix, counts, owner = merge_atoms(
        matrix[:, alive], universe.counts[alive], universe.owner[alive]
    )
    row_of, first = merge_rows(matrix)
    merged = _merge(matrix, counts, owner, rows, guarded, row_of, first)
    cells = pd.concat(frames, ignore_index=True)
    cells["row"] = row_of[cells.pop("number").to_numpy()]
    return Ledger(
        universe.dimensions,
        cells,
        merged.system,
        merged.level,
        merged.copies,
        merged.sensitive,
    )


@dataclass(frozen=True)
class _Guarded:
    """`zero`: noughts that are hidden; `sure`: rows that are more than nought, if they are hidden.
    Which they are does not depend on whether they are: else it would tell."""

    zero: np.ndarray
    sure: np.ndarray


def _guarded(matrix: sparse.csr_array, counts: np.ndarray, rows: _Rows) -> _Guarded:
    """The sensitive noughts, and with them every other one that would give such a nought away:
    those of tables that are not sensitive themselves, and those of large groups too where the
    nought has been hidden before."""
    few, none, whole, beside, state = (
        np.concatenate(part) for part in (rows.few, rows.none, rows.whole, rows.beside, rows.state)
    )
    before, divides = state == State.SILENT, (state == State.OPEN) & ~whole

    def touching(chosen: np.ndarray) -> np.ndarray:
        return np.asarray(matrix @ (matrix[chosen].sum(axis=0) > 0) > 0)

    zero = matrix @ counts == 0
    tells = (beside & touching(none)) | (divides & touching(none & before))
    unsure = few | (beside & touching(few)) | (divides & touching(few & before))
    return _Guarded(none | (zero & tells), np.concatenate(rows.sure) & ~unsure)


@dataclass(frozen=True)
class _Merged:
    system: System
    level: np.ndarray
    copies: np.ndarray
    sensitive: np.ndarray


def _merge(
    matrix: sparse.csr_array,
    counts: np.ndarray,
    owner: np.ndarray,
    rows: _Rows,
    guarded: _Guarded,
    row_of: np.ndarray,
    first: np.ndarray,
) -> _Merged:
    """What holds of any of the equal rows holds of the one that is kept."""
    used = row_of >= 0
    number, size = row_of[used], len(first)
    state = np.concatenate(rows.state)[used]
    sums = (matrix @ counts)[used]

    def any_of(flag: np.ndarray) -> np.ndarray:
        return np.bincount(number, flag, size) > 0

    is_open = state == State.OPEN
    merged_state = np.full(size, State.SILENT, dtype=np.int8)
    merged_state[any_of(is_open)] = State.OPEN
    merged_state[any_of(state == State.PUBLIC)] = State.PUBLIC
    level = np.full(size, 9)
    np.minimum.at(level, number[is_open], np.concatenate(rows.level)[used][is_open])
    labels = tuple(rows.labels[i] for i in first)
    system = make_system(
        sparse.csr_array(matrix[first]),
        counts,
        merged_state,
        any_of(guarded.sure[used] & (sums > 0)),
        labels,
        owner,
    )
    copies = np.bincount(number[is_open], minlength=size)
    # Where printed noughts leave only one class, "all" of a group is no more than its number.
    every = any_of(np.concatenate(rows.every)[used]) & ~any_of(np.concatenate(rows.whole)[used])
    return _Merged(system, level, copies, any_of(guarded.zero[used]) | every)

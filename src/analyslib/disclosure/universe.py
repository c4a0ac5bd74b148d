"""Which groups of people there are at all, as far as the published numbers can tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analyslib.disclosure.layout import Layout, inside
from analyslib.errors import DisclosureError, Fault


COUNT = "count"
# Which extract of a municipality a row is of, where several are reckoned with.
EXTRACT = "extract"
BLOCK = ("municipality", "period", "service_area", EXTRACT)
MOST_ATOMS = 60_000


class ContradictionError(DisclosureError):
    """What is already published can no longer be had from the atoms: another extract."""


@dataclass(frozen=True)
class PublishedRow:
    """One number of an earlier pack. `cell`: which values of each dimension it counts (a
    dimension that is not named: all of it). `shown`: the number, None where it was hidden;
    `sure`: hidden, but certain not to be zero. `delivered`: the combinations of `block` that
    had been delivered then; none named means that all had."""

    cell: tuple[tuple[str, tuple[str, ...]], ...]
    shown: int | None
    sure: bool = True
    label: str = "tidigare paket"
    block: tuple[str, ...] = ()
    delivered: frozenset[tuple[str, ...]] = frozenset()


@dataclass(frozen=True)
class Universe:
    """The atoms. `table`: one row = one atom. `earlier`, `members`: the numbers already published
    that concern these atoms, and which atoms each of them counts."""

    dimensions: tuple[str, ...]
    table: pd.DataFrame
    counts: np.ndarray
    owner: np.ndarray
    earlier: tuple[PublishedRow, ...]
    members: tuple[np.ndarray, ...]


def build_universe(
    atoms: pd.DataFrame, layouts: Sequence[Layout], earlier: Sequence[PublishedRow]
) -> Universe:
    """All combinations that the tables can tell apart, also those nobody is in.

    What is delivered is seen from municipality, period and service area: a combination of these
    three without any row was not delivered (a row with count 0 says that it was).
    """
    wanted = [d for layout in layouts for d in layout.needs]
    before = [d for row in earlier for d, _ in row.cell]
    dimensions = tuple(dict.fromkeys([*wanted, *before]))
    _check_columns(atoms, wanted, before)
    table = atoms.groupby(list(dimensions), sort=True, observed=True)[COUNT].sum().reset_index()
    table, touched = _connected(table, layouts, earlier)
    rows = tuple(earlier[i] for i in touched)
    table = _every_combination(table, dimensions, rows)
    masks = RowMasks(table)
    members = [np.flatnonzero(masks.mask(row)) for row in rows]
    counts = table[COUNT].to_numpy(dtype=np.int64)
    _check_unchanged(rows, members, counts)
    owner = table["municipality"].to_numpy(object) if "municipality" in table else None
    return Universe(
        dimensions,
        table,
        counts,
        np.full(len(table), "", dtype=object) if owner is None else owner,
        rows,
        tuple(members),
    )


def _check_columns(atoms: pd.DataFrame, wanted: list[str], before: list[str]) -> None:
    lacking = [d for d in dict.fromkeys(wanted) if d not in atoms.columns]
    faults = [
        Fault(f"Underlaget saknar indelningen {d!r} som en tabell ska visa.") for d in lacking
    ]
    for dimension in dict.fromkeys(before):
        if dimension not in atoms.columns and dimension not in lacking:
            faults.append(
                Fault(
                    f"Ett tidigare paket är indelat efter {dimension!r}, men inte underlaget.",
                    remedy="Ta med indelningen, så att paketen kan prövas tillsammans.",
                )
            )
    if faults:
        raise DisclosureError(faults)


def _connected(
    table: pd.DataFrame, layouts: Sequence[Layout], earlier: Sequence[PublishedRow]
) -> tuple[pd.DataFrame, list[int]]:
    """What was delivered for the places and times of these tables, and for those that earlier
    numbers tie them to."""
    block = [d for d in BLOCK if d in table]
    reached = np.zeros(len(table), dtype=bool)
    for layout in layouts:
        reached |= inside(table, {d: v for d, v in layout.where.items() if d in block})
    masks = RowMasks(table)
    loose = {i: masks.mask(_only(row, block)) for i, row in enumerate(earlier)}
    touched: list[int] = []
    while True:
        now = [i for i, mask in loose.items() if (mask & reached).any()]
        if not now:
            break
        for i in now:
            reached |= loose.pop(i)
        touched += now
    _check_complete(table, [earlier[i] for i in touched])
    return table[reached].reset_index(drop=True), sorted(touched)


def _only(row: PublishedRow, dimensions: Sequence[str]) -> PublishedRow:
    return replace(row, cell=tuple((d, v) for d, v in row.cell if d in dimensions))


def _check_complete(table: pd.DataFrame, rows: Sequence[PublishedRow]) -> None:
    """An earlier sum over people who are no longer in the atoms cannot be reckoned with."""
    gone: set[tuple[str, ...]] = set()
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        cell = tuple((d, v) for d, v in row.cell if d in row.block)
        if (cell, id(row.delivered)) in seen:
            continue
        seen.add((cell, id(row.delivered)))
        here = set(table[list(row.block)].itertuples(index=False, name=None))
        at = [(row.block.index(d), set(v)) for d, v in cell]
        gone |= {b for b in row.delivered - here if all(b[i] in v for i, v in at)}
    if gone:
        raise ContradictionError(
            [
                Fault(
                    f"Redan publicerade tal räknar med {', '.join(block)}, som inte finns i "
                    "underlaget.",
                    remedy="Ta med de tidigare uttagen, med samma indelning som då.",
                )
                for block in sorted(gone)[:10]
            ]
        )


def _every_combination(
    table: pd.DataFrame, dimensions: tuple[str, ...], earlier: Sequence[PublishedRow]
) -> pd.DataFrame:
    """All combinations within what was delivered, also those nobody is in.

    Values that only earlier numbers know of are taken along: nobody is there now, so a renamed
    class is found to be a changed number, not overlooked.
    """
    block = [d for d in BLOCK if d in dimensions]
    free = {d: set(table[d]) for d in dimensions if d not in block}
    for row in earlier:
        for dimension, values in row.cell:
            if dimension in free:
                free[dimension].update(values)
    delivered = table[block].drop_duplicates() if block else pd.DataFrame(index=range(1))
    if len(delivered) * int(np.prod([len(values) for values in free.values()])) > MOST_ATOMS:
        raise DisclosureError(
            f"Tabellerna delar tillsammans in människor i fler än {MOST_ATOMS} grupper. Så många "
            "går inte att pröva på en gång.",
            remedy="Släpp färre kommuner eller färre indelningar åt gången.",
        )
    whole = delivered
    for dimension, known in free.items():
        whole = whole.merge(pd.DataFrame({dimension: sorted(known)}, dtype="str"), how="cross")
    whole = whole.merge(table, on=list(dimensions), how="left")
    whole[COUNT] = whole[COUNT].fillna(0).astype(np.int64)
    return whole[[*dimensions, COUNT]]


class RowMasks:
    """Which atoms earlier numbers count. Every set of values is looked up once."""

    def __init__(self, table: pd.DataFrame) -> None:
        self._table = table
        self._known: dict[tuple[str, tuple[str, ...]], np.ndarray] = {}
        self._delivered: dict[tuple[tuple[str, ...], int], np.ndarray] = {}

    def mask(self, row: PublishedRow) -> np.ndarray:
        mask = self._was_delivered(row)
        for dimension, values in row.cell:
            key = (dimension, values)
            if key not in self._known:
                self._known[key] = self._table[dimension].isin(values).to_numpy()
            mask = mask & self._known[key]
        return mask

    def _was_delivered(self, row: PublishedRow) -> np.ndarray:
        if not row.delivered:
            return np.ones(len(self._table), dtype=bool)
        key = (row.block, id(row.delivered))
        if key not in self._delivered:
            blocks = self._table[list(row.block)].itertuples(index=False, name=None)
            self._delivered[key] = np.array([b in row.delivered for b in blocks], dtype=bool)
        return self._delivered[key]


def _check_unchanged(
    rows: Sequence[PublishedRow], members: Sequence[np.ndarray], counts: np.ndarray
) -> None:
    """A new extract that gives other numbers for what is already out would tell, by
    subtraction, about the few who have come or gone."""
    faults = []
    for row, atoms in zip(rows, members, strict=True):
        now = int(counts[atoms].sum())
        if (row.shown is not None and row.shown != now) or (
            row.shown is None and row.sure and not now
        ):
            faults.append(
                Fault("Talet är redan publicerat, och underlaget ger nu ett annat.", row.label)
            )
    if faults:
        raise ContradictionError(
            [
                *faults[:10],
                Fault(
                    f"{len(faults)} redan publicerade tal har ändrats i det nya uttaget. "
                    "Skillnaden mellan två paket kan avslöja enskilda personer.",
                    remedy="Publicera de perioderna ur det tidigare uttaget, "
                    "eller lämna dem utanför.",
                ),
            ]
        )

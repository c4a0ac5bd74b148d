"""The gate: atoms and layouts in, what may be published out. Decided once, for everything."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analyslib.disclosure.certificate import Certificate, verify
from analyslib.disclosure.editions import REST, WINDOW, Name, standing_rows, told_before
from analyslib.disclosure.layout import Layout, inside
from analyslib.disclosure.ledger import Ledger, build_ledger
from analyslib.disclosure.proof import certify, demands_of
from analyslib.disclosure.protect import Plan, price_of, protect
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.released import HIDDEN, TOTAL, WORKING_MATERIAL, Released
from analyslib.disclosure.rules import OPEN_PAGE, Profile
from analyslib.disclosure.system import State
from analyslib.disclosure.universe import BLOCK
from analyslib.errors import DisclosureError


HIDING = "dolt"


@dataclass(frozen=True)
class Release:
    """What came out of the gate. `released` and `publication` may leave the house; `plan`,
    `ledger` and `certificate` hold true numbers and stay in the store."""

    released: Released
    publication: Publication
    plan: Plan
    ledger: Ledger
    certificate: Certificate


def release(
    atoms: pd.DataFrame,
    layouts: Sequence[Layout],
    profile: Profile = OPEN_PAGE,
    earlier: Sequence[Publication] = (),
    title: str = "",
    editions: Sequence[Publication] = (),
) -> Release:
    """Protect all tables together, with everything published before, and prove it.

    `atoms`: one row = one combination of the dimensions, with ``count``. `earlier`: what has been
    published of these very people; `editions`: the same table of another extract of them. Raises
    DisclosureError where the atoms no longer give the numbers of `earlier`, and where the
    proof fails.
    """
    before = [row for publication in earlier for row in publication.published_rows()]
    ledger = build_ledger(atoms, layouts, profile, before)
    price = price_of(ledger.system, profile.threshold, ledger.level, ledger.copies)
    standing = _standing(atoms, layouts, ledger, profile, editions)
    plan = protect(ledger.system, profile, price, ledger.sensitive, standing)
    certificate = certify(replace(ledger.system, told=plan.told), plan.hidden, plan.proof)
    faults = verify(certificate, demands_of(plan.proof))
    if faults:
        raise DisclosureError("Beviset höll inte: " + faults[0])
    hidden = hidden_cells(ledger, plan)
    publication = make_publication(
        title, atoms, layouts, ledger, hidden, profile, [*earlier, *editions]
    )
    facts = {"title": title, "n_hidden": str(int(hidden.sum())), "certificate": certificate.digest}
    counts = printed_counts(ledger, layouts, hidden)
    released = Released(counts, profile.threshold, publication.digest, "", facts)
    return Release(released, publication, plan, ledger, certificate)


def printed_cells(made: Release | None, *dimensions: str) -> set[tuple[str, ...]]:
    """Which cells of these dimensions came out of the gate; none of a table that did not."""
    if made is None:
        return set()
    counts = made.released.counts
    mask = (counts["status"] == "") & (counts["crossing"] == "×".join(dimensions))
    return set(counts.loc[mask, list(dimensions)].itertuples(index=False, name=None))


def _standing(
    atoms: pd.DataFrame,
    layouts: Sequence[Layout],
    ledger: Ledger,
    profile: Profile,
    editions: Sequence[Publication],
) -> list[tuple[int, tuple[int, ...]]]:
    """The rows that may not be shown for what earlier editions have told of them."""
    if not editions:
        return []
    names: dict[Name, int] = {}
    cells = ledger.cells.to_dict("records")
    silent = {label: row for row, label in enumerate(ledger.system.labels) if label.endswith(REST)}
    for number, counted in _counted(atoms, layouts, ledger):
        window = dict(zip(ledger.dimensions, counted, strict=True)).get(WINDOW, ())
        row = int(cells[number]["row"])
        if row >= 0 and ledger.system.state[row] == State.OPEN:
            label = _label(cells[number], ledger.dimensions)
            names.setdefault((label, window), row)
            rest = silent.get(f"{cells[number]['layout']}: {label}{REST}")
            if rest is not None:
                names.setdefault((label + REST, window), rest)
    found = standing_rows(names, ledger.system.values, told_before(editions), profile.threshold)
    return [(item.row, item.changes) for item in found]


def working_material(
    atoms: pd.DataFrame, layouts: Sequence[Layout], profile: Profile = OPEN_PAGE
) -> Released:
    """The same tables unprotected, for the analyst's own screen: stamped, refused by the
    renderer."""
    ledger = build_ledger(atoms, layouts, profile)
    nothing = np.zeros(len(ledger.cells), dtype=bool)
    counts = printed_counts(ledger, layouts, nothing)
    return Released(counts, profile.threshold, "", WORKING_MATERIAL)


def hidden_cells(ledger: Ledger, plan: Plan) -> np.ndarray:
    """True for printed cells whose row is hidden."""
    or_zero = np.append(plan.hidden, False)  # row -1, a printed zero, is the last
    return np.asarray(or_zero[ledger.cells["row"].to_numpy()], dtype=bool)


def printed_counts(ledger: Ledger, layouts: Sequence[Layout], hidden: np.ndarray) -> pd.DataFrame:
    """The cells as they are to be printed: a hidden one has no number, and looks like any other.

    A dimension that a layout takes only one value of is named by that value, never "alla".
    """
    cells = ledger.cells
    counts = cells[["layout", "crossing"]].astype("str")
    for dimension in ledger.dimensions:
        total = {la.name: la.where[dimension][0] for la in layouts if _is_single(la, dimension)}
        named = cells["layout"].map(total).astype("object").fillna(TOTAL)
        column = cells[dimension] if dimension in cells else pd.Series(None, index=cells.index)
        counts[dimension] = column.astype("object").fillna(named).astype("str")
    counts["count"] = cells["count"].astype("Int64").mask(hidden)
    counts["status"] = np.where(hidden, HIDDEN, "")
    counts["status"] = counts["status"].astype("str")
    return counts.drop_duplicates(["layout", *ledger.dimensions], ignore_index=True)


def _is_single(layout: Layout, dimension: str) -> bool:
    return len(layout.where.get(dimension, ())) == 1


def make_publication(
    title: str,
    atoms: pd.DataFrame,
    layouts: Sequence[Layout],
    ledger: Ledger,
    hidden: np.ndarray,
    profile: Profile,
    earlier: Sequence[Publication],
    mode: str = HIDING,
) -> Publication:
    """The published ledger of these cells: what is shown, and what is only known to be hidden."""
    block = tuple(d for d in BLOCK if d in ledger.dimensions)
    covered = np.zeros(len(atoms), dtype=bool)
    for layout in layouts:
        covered |= inside(atoms, layout.where)
    sets: dict[tuple[str, ...], int] = {}
    rows: dict[tuple[int, ...], tuple[tuple[int, ...], int | None, bool, str]] = {}
    cells = ledger.cells.to_dict("records")
    for number, counted in _counted(atoms, layouts, ledger):
        cell, gone = cells[number], bool(hidden[number])
        key = tuple(sets.setdefault(v, len(sets)) for v in counted)
        shown = None if gone else int(cell["count"])
        sure = gone and bool(ledger.system.nonzero[int(cell["row"])])
        rows.setdefault(key, (key, shown, sure, _label(cell, ledger.dimensions)))
    delivered = sorted(set(atoms.loc[covered, list(block)].itertuples(index=False, name=None)))
    return Publication(
        title,
        profile.threshold,
        profile.careful,
        ledger.dimensions,
        tuple(sets),
        block,
        tuple(delivered),
        tuple(rows.values()),
        tuple(sorted(p.digest for p in earlier)),
        mode,
    )


def _counted(
    atoms: pd.DataFrame, layouts: Sequence[Layout], ledger: Ledger
) -> Iterator[tuple[int, tuple[tuple[str, ...], ...]]]:
    """Every printed cell by its number, and which values of each dimension it counts."""
    names = ledger.cells["layout"].to_numpy()
    for layout in layouts:
        values = _Values(atoms, layout)
        here = np.flatnonzero(names == layout.name)
        columns = [
            ledger.cells[d].to_numpy(object)[here] if d in ledger.cells else [None] * len(here)
            for d in ledger.dimensions
        ]
        for number, *labels in zip(here.tolist(), *columns, strict=True):
            pairs = zip(ledger.dimensions, labels, strict=True)
            yield number, tuple(values.of(d, label) for d, label in pairs)


class _Values:
    """Which values of a dimension a printed label counts."""

    def __init__(self, atoms: pd.DataFrame, layout: Layout) -> None:
        self._atoms, self._layout = atoms, layout
        self._totals: dict[str, tuple[str, ...]] = {}

    def of(self, dimension: str, label: object) -> tuple[str, ...]:
        if isinstance(label, str):
            return tuple(sorted(self._layout.groups.get(dimension, {}).get(label, (label,))))
        if dimension not in self._totals:
            where = {d: v for d, v in self._layout.where.items() if d == dimension}
            within = self._atoms.loc[inside(self._atoms, where), dimension]
            self._totals[dimension] = tuple(sorted(within.unique()))
        return self._totals[dimension]


def _label(cell: Mapping[Hashable, object], dimensions: Sequence[str]) -> str:
    parts = [str(cell[d]) for d in dimensions if isinstance(cell.get(d), str)]
    return " × ".join(parts) or "totalt"

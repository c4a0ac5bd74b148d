"""The other mode, for very small municipalities: round instead of hide.

Every group of fewer than `base` people becomes 0 or `base`, such that the printed sums move as
little as possible. Everything can then be shown, and all sums add up. What has been printed once
is rounded the same way the next time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from analyslib.disclosure.layout import Layout, cross
from analyslib.disclosure.ledger import build_ledger
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.release import make_publication, printed_counts
from analyslib.disclosure.released import Released
from analyslib.disclosure.rules import OPEN_PAGE, Profile
from analyslib.disclosure.solver import INFINITY, load_problem, solution_of
from analyslib.disclosure.universe import COUNT, RowMasks, Universe, build_universe
from analyslib.errors import DisclosureError


ROUNDED = "avrundat"
WORST = 5.0  # how much the largest error of all counts, beside the sum of all errors
GOOD_ENOUGH = 0.2
FEW = 60
MOST_NODES = 4_000


def release_rounded(
    atoms: pd.DataFrame,
    layouts: Sequence[Layout],
    profile: Profile = OPEN_PAGE,
    earlier: Sequence[Publication] = (),
    title: str = "",
) -> tuple[Released, Publication]:
    """All tables rounded together. Raises DisclosureError where an earlier pack about the same
    people hid numbers instead: the two modes side by side would give them away."""
    rounded = rounded_atoms(atoms, layouts, profile.threshold, earlier)
    ledger = build_ledger(rounded, layouts, profile)
    nothing = np.zeros(len(ledger.cells), dtype=bool)
    publication = make_publication(
        title, rounded, layouts, ledger, nothing, profile, earlier, ROUNDED
    )
    counts = printed_counts(ledger, layouts, nothing)
    facts = {"title": title, "n_hidden": "0", "mode": ROUNDED}
    return Released(counts, profile.threshold, publication.digest, "", facts), publication


def rounded_atoms(
    atoms: pd.DataFrame,
    layouts: Sequence[Layout],
    base: int,
    earlier: Sequence[Publication] = (),
) -> pd.DataFrame:
    """The atoms with every count below `base` rounded to 0 or `base`."""
    universe = build_universe(atoms, layouts, ())
    printed = _printed(universe, layouts)
    fixed, shown = _already_printed(universe, earlier)
    small = np.flatnonzero((universe.counts > 0) & (universe.counts < base))
    # Sums with no small group in them are what they are.
    printed = printed[:, small]
    printed = printed[np.diff(printed.indptr) > 0]
    rest = np.delete(np.arange(len(universe.counts)), small)
    left = shown - fixed[:, rest] @ universe.counts[rest]
    if len(small):
        up = _choice(printed, universe.counts[small], base, fixed[:, small], left)
        counts = universe.counts.copy()
        counts[small] = np.where(up, base, 0)
    elif left.any():
        raise DisclosureError(CHANGED)
    else:
        counts = universe.counts
    return universe.table.assign(**{COUNT: counts})


CHANGED = (
    "Talen går inte ihop med det avrundade paket som redan är publicerat: uttaget har ändrats "
    "för samma period."
)


def _choice(
    printed: sparse.csr_array,
    counts: np.ndarray,
    base: int,
    fixed: sparse.csr_array,
    left: np.ndarray,
) -> np.ndarray:
    """Which small groups are rounded up: smallest sum of errors, and no single large one."""
    rows, n = printed.shape
    true = printed @ counts
    error = sparse.eye_array(rows)
    worst = sparse.csr_array(np.ones((rows, 1)))
    nothing = sparse.csr_array((rows, 1))
    matrix = sparse.vstack(
        [
            sparse.hstack([base * printed, -error, nothing]),
            sparse.hstack([base * printed, error, nothing]),
            sparse.hstack([sparse.csr_array((rows, n)), -error, worst]),
            sparse.hstack([base * fixed, sparse.csr_array((len(left), rows + 1))]),
        ]
    )
    cost = np.concatenate([np.zeros(n), np.ones(rows), [WORST]])
    free = np.full(rows, INFINITY)
    solver = load_problem(
        matrix,
        cost,
        (np.zeros(len(cost)), np.concatenate([np.ones(n), free, [INFINITY]])),
        (
            np.concatenate([-free, true, np.zeros(rows), left]),
            np.concatenate([true, free, free, left]),
        ),
        np.concatenate([np.ones(n), np.zeros(rows + 1)]),
    )
    solver.setOptionValue("mip_rel_gap", GOOD_ENOUGH if n > FEW else 0.0)
    solver.setOptionValue("mip_max_nodes", MOST_NODES)
    found = solution_of(solver)
    if found is None:
        raise DisclosureError(CHANGED)
    return np.asarray(found[:n] > 0.5)


def _printed(universe: Universe, layouts: Sequence[Layout]) -> sparse.csr_array:
    parts = []
    for layout in layouts:
        for dimensions in layout.crossings():
            crossing = cross(universe.table, layout, dimensions)
            ones = np.ones(len(crossing.atoms), dtype=np.int64)
            shape = (len(crossing.labels), len(universe.table))
            parts.append(sparse.csr_array((ones, (crossing.cells, crossing.atoms)), shape=shape))
    return sparse.csr_array(sparse.vstack(parts))


def _already_printed(
    universe: Universe, earlier: Sequence[Publication]
) -> tuple[sparse.csr_array, np.ndarray]:
    masks, rows, shown = RowMasks(universe.table), [], []
    for publication in earlier:
        for row in publication.published_rows():
            mask = masks.mask(row)
            if not mask.any():
                continue
            if publication.mode != ROUNDED or row.shown is None:
                raise DisclosureError(
                    "Samma personer ingår i ett tidigare paket där små tal doldes.",
                    publication.title,
                    "Fortsätt att dölja, eller avrunda bara nya perioder.",
                )
            rows.append(sparse.csr_array(mask.astype(np.int64)))
            shown.append(row.shown)
    none = sparse.csr_array((0, len(universe.table)), dtype=np.int64)
    matrix = sparse.csr_array(sparse.vstack(rows)) if rows else none
    return matrix, np.array(shown, dtype=np.int64)

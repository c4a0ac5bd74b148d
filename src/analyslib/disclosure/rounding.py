"""The other mode, for very small municipalities: round instead of hide.

Every group of people becomes a multiple of the limit (`base`): the one below or the one above,
such that the printed sums move as little as possible. Everything can then be shown, and all sums
add up. Whatever a printed number is, each small group behind it can have been any of 1..k-1; and
since a group is only ever told as one of its two neighbours, nor does the next rounding of the
same people narrow that down.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from analyslib.disclosure.solver import INFINITY, good_solution_of, load_problem


WORST = 0.2  # how much the largest error weighs beside the sum of all, for each sum printed
# The best choice of few groups; of more, one that is as good for the eye and takes seconds.
FEW, MOST_NODES, GOOD_ENOUGH, ENOUGH_NODES = 60, 4_000, 0.2, 5
MOST_GROUPS = 500  # beyond this it takes minutes, and nobody needs to


def round_groups(
    printed: sparse.csr_array,
    counts: np.ndarray,
    base: int,
    fixed: sparse.csr_array | None = None,
    shown: np.ndarray | None = None,
) -> np.ndarray | None:
    """The groups' numbers as multiples of `base`. `printed`: the sums that will be shown, one row
    each; `fixed`: sums that must come out as `shown`, because they have been printed before. None
    where that cannot be."""
    rest = counts % base
    loose = np.flatnonzero(rest)
    low = counts - rest
    if fixed is None or shown is None:
        fixed, shown = sparse.csr_array((0, len(counts)), dtype=np.int64), np.zeros(0)
    left = shown - fixed @ low
    if not len(loose):
        return None if left.any() else low
    up = _choice(printed[:, loose], rest[loose], base, fixed[:, loose], left)
    if up is None:
        return None
    low[loose] += np.where(up, base, 0)
    return np.asarray(low)


def _choice(
    printed: sparse.csr_array,
    counts: np.ndarray,
    base: int,
    fixed: sparse.csr_array,
    left: np.ndarray,
) -> np.ndarray | None:
    """Which groups are rounded up: smallest sum of errors, and no single large one."""
    printed = printed[np.diff(printed.indptr) > 0]
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
    cost = np.concatenate([np.zeros(n), np.ones(rows), [WORST * rows]])
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
    solver.setOptionValue("mip_max_nodes", ENOUGH_NODES if n > FEW else MOST_NODES)
    found = good_solution_of(solver)
    return None if found is None else np.asarray(found[:n] > 0.5)

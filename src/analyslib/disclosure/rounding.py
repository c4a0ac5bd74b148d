"""The other mode, for very small municipalities: round instead of hide.

Every group of people becomes a multiple of the limit (`base`): the one below or the one above.
Everything can then be shown, and all sums add up. For some of the groups a lot is drawn, up as
often as they are near the one above; for the rest, what moves the printed sums the least is
chosen. The choice alone would give small numbers away to who makes it anew of every count that
there can have been, and sees which of them give what is printed. But the lots are drawn with a key
that nobody outside has, and any of the groups may be drawn either way: so whatever is printed, each
small group behind it can have been any of 1..k-1.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from analyslib.disclosure.solver import INFINITY, good_solution_of, load_problem


WORST = 0.2  # how much the largest error weighs beside the sum of all, for each sum printed
# The best choice of few groups; of more, one that is as good for the eye and takes seconds.
FEW, MOST_NODES, GOOD_ENOUGH, ENOUGH_NODES = 60, 4_000, 0.2, 5
MOST_GROUPS = 500  # beyond this nobody needs to begin
DRAWN = 1 / 3  # of how many groups a lot is drawn
DOWN, FREE, UP = 0, -1, 1


def round_groups(
    printed: sparse.csr_array,
    counts: np.ndarray,
    base: int,
    fixed: sparse.csr_array | None = None,
    shown: np.ndarray | None = None,
    drawn: np.ndarray | None = None,
) -> np.ndarray | None:
    """The groups' numbers as multiples of `base`. `printed`: the sums that will be shown, one row
    each; `fixed`: sums that must come out as `shown`, because they have been printed before;
    `drawn`: what has been drawn for each group (see draw_lots), which holds where those sums allow
    it. None where they cannot come out."""
    rest = counts % base
    loose = np.flatnonzero(rest)
    low = counts - rest
    if fixed is None or shown is None:
        fixed, shown = sparse.csr_array((0, len(counts)), dtype=np.int64), np.zeros(0)
    left = shown - fixed @ low
    if not len(loose):
        return None if left.any() else low
    of_loose = (printed[:, loose], rest[loose], base, fixed[:, loose], left)
    free = np.full(len(loose), FREE)
    up = _choice(*of_loose, free if drawn is None else drawn[loose])
    if up is None and len(left):
        up = _choice(*of_loose, free)
    if up is None:
        return None
    low[loose] += np.where(up, base, 0)
    return np.asarray(low)


def draw_lots(lots: np.ndarray, counts: np.ndarray, base: int) -> np.ndarray:
    """DOWN, UP or FREE for each group. `lots`: two numbers from 0 to 1 for each, whether it is
    drawn at all, and which way."""
    way = np.where(lots[:, 1] * base < counts % base, UP, DOWN)
    return np.where(lots[:, 0] < DRAWN, way, FREE)


def _choice(
    printed: sparse.csr_array,
    counts: np.ndarray,
    base: int,
    fixed: sparse.csr_array,
    left: np.ndarray,
    drawn: np.ndarray,
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
    none = np.zeros(rows + 1)
    solver = load_problem(
        matrix,
        cost,
        (
            np.concatenate([drawn == UP, none]),
            np.concatenate([drawn != DOWN, free, [INFINITY]]),
        ),
        (
            np.concatenate([-free, true, np.zeros(rows), left]),
            np.concatenate([true, free, free, left]),
        ),
        np.concatenate([np.ones(n), none]),
    )
    solver.setOptionValue("mip_rel_gap", GOOD_ENOUGH if n > FEW else 0.0)
    solver.setOptionValue("mip_max_nodes", ENOUGH_NODES if n > FEW else MOST_NODES)
    found = good_solution_of(solver)
    return None if found is None else np.asarray(found[:n] > 0.5)

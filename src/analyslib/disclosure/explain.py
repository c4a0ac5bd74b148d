"""The sentence that shows how a hidden number can be worked out. Never the number itself."""

from __future__ import annotations

from fractions import Fraction

import highspy
import numpy as np
from scipy import sparse

from analyslib.disclosure.system import Attacker, System, atom_floors, known_atoms
from analyslib.disclosure.worlds import INFINITY, is_shown, new_solver


MOST_TERMS = 12


def explain(system: System, hidden: np.ndarray, row: int, attacker: Attacker) -> str:
    """How this attacker can work out `row`, as an equation between published numbers.

    The shortest combination is looked for. Where it only holds together with what the attacker
    knows about zeros or about himself, the sentence says so.
    """
    shown = np.flatnonzero(is_shown(system, hidden))
    found = _combination(system, shown, row, None)
    if found is not None:
        return f"{_equation(system, found)} = {system.labels[row]} (värdet visas inte här)."
    below = _combination(system, shown, row, attacker)
    if below is None:
        return (
            f"{system.labels[row]}: går att räkna ut i hela personer, men inte med en enkel summa."
        )
    reason = (
        "eftersom inget dolt tal kan vara 0 när nollor visas"
        if attacker.careful
        else "eftersom inget antal kan vara negativt"
    )
    if attacker.knows:
        reason += f", och {attacker.knows} känner sina egna tal"
    return f"{system.labels[row]}: begränsas av {_equation(system, below)}, {reason}."


def _combination(
    system: System, shown: np.ndarray, row: int, attacker: Attacker | None
) -> dict[int, Fraction] | None:
    """Multiples of published rows that add up to `row`; with an attacker, to an upper bound of
    it that is as low as its true value. None where there are none."""
    n, p = system.n_atoms, len(shown)
    published = system.matrix[shown].T.tocsr().astype(float)
    blocks = [published, -published]
    costs = [np.ones(2 * p)]
    if attacker is not None:
        blocks.append(-sparse.eye_array(n, format="csr"))
        costs.append(np.zeros(n))
    matrix = sparse.hstack(blocks).tocsc()
    target = system.matrix[[row]].toarray()[0].astype(float)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = matrix.shape[1], n
    model.col_cost_ = np.concatenate(costs)
    model.col_lower_ = np.zeros(matrix.shape[1])
    upper = np.full(matrix.shape[1], INFINITY)
    model.col_upper_ = upper
    model.row_lower_, model.row_upper_ = target, target.copy()
    if attacker is not None:
        matrix, model = _with_tight_bound(system, shown, row, attacker, matrix, model)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    solver = new_solver()
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    value = np.array(solver.getSolution().col_value)
    factors = value[:p] - value[p : 2 * p]
    return {
        int(shown[i]): Fraction(float(factors[i])).limit_denominator(12)
        for i in np.flatnonzero(np.abs(factors) > 1e-7)
    }


def _with_tight_bound(
    system: System,
    shown: np.ndarray,
    row: int,
    attacker: Attacker,
    matrix: sparse.csc_array,
    model: highspy.HighsLp,
) -> tuple[sparse.csc_array, highspy.HighsLp]:
    """One more condition: the published sum, less what is known to be in it, is no more than
    the true value."""
    values = system.values[shown].astype(float)
    least = np.where(known_atoms(system, attacker), system.counts, atom_floors(system, attacker))
    bound = np.concatenate([values, -values, -least.astype(float)])
    tight = sparse.csr_array(bound[None, :])
    model.num_row_ += 1
    model.row_lower_ = np.append(model.row_lower_, -INFINITY)
    model.row_upper_ = np.append(model.row_upper_, float(system.values[row]))
    return sparse.vstack([matrix, tight]).tocsc(), model


def _equation(system: System, factors: dict[int, Fraction]) -> str:
    ordered = sorted(factors.items(), key=lambda item: (item[1] < 0, -abs(item[1]), item[0]))
    text = ""
    for i, (row, factor) in enumerate(ordered[:MOST_TERMS]):
        sign = ("−" if factor < 0 else "") if i == 0 else (" − " if factor < 0 else " + ")
        times = "" if abs(factor) == 1 else f"{abs(factor)} · "
        text += f"{sign}{times}{system.labels[row]}"
    rest = len(ordered) - MOST_TERMS
    return text + (f" … och {rest} tal till" if rest > 0 else "")

"""The sentence that shows how a hidden number can be worked out. Never the number itself."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy import sparse

from analyslib.disclosure.solver import INFINITY, load_problem, solution_of
from analyslib.disclosure.system import Attacker, System, atom_floors, known_atoms
from analyslib.disclosure.worlds import is_shown


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
        reason += f", och {' och '.join(attacker.knows)} känner sina egna tal"
    return f"{system.labels[row]}: begränsas av {_equation(system, below)}, {reason}."


def _combination(
    system: System, shown: np.ndarray, row: int, attacker: Attacker | None
) -> dict[int, Fraction] | None:
    """Multiples of published rows that add up to `row`; with an attacker, to an upper bound of
    it that is as low as its true value. None where there are none."""
    n, p = system.n_atoms, len(shown)
    published = system.matrix[shown].T.tocsr().astype(float)
    whole = sparse.hstack([published, -published])
    cost, target = np.ones(2 * p), system.matrix[[row]].toarray()[0].astype(float)
    low, high = target, target
    if attacker is not None:
        # What is left over of the published sum is at least what the attacker knows of it;
        # the last row says that the bound is as low as the true value.
        least = np.where(
            known_atoms(system, attacker), system.counts, atom_floors(system, attacker)
        )
        values = system.values[shown].astype(float)
        bound = np.concatenate([values, -values, -least.astype(float)])
        left_over = sparse.hstack([whole, -sparse.eye_array(n)])
        whole = sparse.vstack([left_over, sparse.csr_array(bound[None, :])])
        cost = np.concatenate([cost, np.zeros(n)])
        low, high = np.append(low, -INFINITY), np.append(high, float(system.values[row]))
    size = whole.shape[1]
    solver = load_problem(whole, cost, (np.zeros(size), np.full(size, INFINITY)), (low, high))
    value = solution_of(solver)
    if value is None:
        return None
    factors = value[:p] - value[p : 2 * p]
    return {
        int(shown[i]): Fraction(float(factors[i])).limit_denominator(12)
        for i in np.flatnonzero(np.abs(factors) > 1e-7)
    }


def _equation(system: System, factors: dict[int, Fraction]) -> str:
    ordered = sorted(factors.items(), key=lambda item: (item[1] < 0, -abs(item[1]), item[0]))
    text = ""
    for i, (row, factor) in enumerate(ordered[:MOST_TERMS]):
        sign = ("−" if factor < 0 else "") if i == 0 else (" − " if factor < 0 else " + ")
        times = "" if abs(factor) == 1 else f"{abs(factor)} · "
        text += f"{sign}{times}{system.labels[row]}"
    rest = len(ordered) - MOST_TERMS
    return text + (f" … och {rest} tal till" if rest > 0 else "")

"""Means, spreads and curves of people: only where they cannot be turned back into persons.

Measured: mean and standard deviation of three answers on a scale of eleven steps give all three
away in 83 cases of 100; with lowest and highest, of five, in 80. So there is no lowest and
highest here at all, and a mean is also held back where it, less another, is the mean of a few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analyslib.disclosure.layout import Layout
from analyslib.disclosure.ledger import build_ledger
from analyslib.disclosure.released import HIDDEN, TOTAL, Released
from analyslib.disclosure.rules import OPEN_PAGE, Profile
from analyslib.disclosure.system import System
from analyslib.errors import DisclosureError


PRIME = 2**61 - 1
MEAN, SPREAD = "medelvärde", "standardavvikelse"


def release_means(
    people: pd.DataFrame,
    layout: Layout,
    released: Released,
    profile: Profile = OPEN_PAGE,
    value: str = "value",
) -> pd.DataFrame:
    """Means and spreads of a measure, for the cells where they are safe.

    `people`: one row = one person, with the dimensions of the layout and a value. One row of the
    result = one statistic of one cell: the dimensions, ``name``, ``value`` (one decimal), ``n``,
    ``status``. A cell whose number of people is hidden in the release has no statistics either.
    """
    people = people.dropna(subset=[value])
    dimensions = list(layout.dimensions)
    atoms = people.groupby(dimensions, observed=True)[value].agg(count="size").reset_index()
    # Every "not this one" counts as a group of people as well, in every dimension.
    every = [
        replace(layout, shares=d, name=layout.name if i == 0 else f"{i}")
        for i, d in enumerate(dimensions)
    ]
    ledger = build_ledger(atoms, every, profile)
    cells = ledger.cells[(ledger.cells["row"] >= 0) & (ledger.cells["layout"] == layout.name)]
    cells = cells.assign(**{d: cells[d].astype("object").fillna(TOTAL) for d in dimensions})
    seen = _visible(cells, dimensions, layout.name, released)
    frames = []
    for name, smallest in ((MEAN, profile.mean_from), (SPREAD, profile.spread_from)):
        smallest = max(smallest, profile.threshold)
        safe = safe_sums(ledger.system, smallest, np.unique(cells["row"].to_numpy()[seen]))
        seen = seen & safe[cells["row"].to_numpy()]  # a spread is never shown without its mean
        frames.append(_statistics(people, cells, dimensions, layout, value, name, seen))
    return pd.concat(frames, ignore_index=True)


def safe_sums(system: System, smallest: int, candidates: np.ndarray) -> np.ndarray:
    """Which rows' sums of values can be published, so that no sum over fewer than `smallest`
    people follows from them by adding and subtracting. Large rows are taken first."""
    values = system.values
    few = [_vector(system, int(row)) for row in np.flatnonzero((values > 0) & (values < smallest))]
    basis: dict[int, dict[int, int]] = {}
    safe = np.zeros(system.n_rows, dtype=bool)
    for row in sorted(candidates.tolist(), key=lambda r: (-values[r], r)):
        if values[row] < smallest:
            continue
        rest = _reduced(_vector(system, row), basis)
        if not rest:
            safe[row] = True
            continue
        grown = {**basis, min(rest): _scaled(rest)}
        if all(_reduced(vector, grown) for vector in few):
            basis, safe[row] = grown, True
    return safe


def safe_curve(curve: pd.DataFrame, profile: Profile = OPEN_PAGE) -> pd.DataFrame:
    """A curve of "still waiting" or "not returned" on a coarse grid, safe to show.

    `curve`: one row = one point of the grid, in order, with ``at_risk``, ``events`` (since
    the point before) and ``survival``. A point stays only where at least k are left at risk and
    at least k events have happened since the last point that stays (a step of the curve tells how
    many); the tail is cut. The counts themselves are not returned.
    """
    kept, waiting, going = [], 0, True
    for at_risk, events in zip(curve["at_risk"], curve["events"], strict=True):
        waiting += int(events)
        going = going and int(at_risk) >= profile.threshold
        stays = going and (waiting == 0 or waiting >= profile.threshold)
        kept.append(stays)
        waiting = 0 if stays else waiting
    shown = curve.drop(columns=["at_risk", "events"])
    return shown[np.array(kept, dtype=bool)].reset_index(drop=True)


def _visible(
    cells: pd.DataFrame, dimensions: Sequence[str], layout: str, released: Released
) -> np.ndarray:
    """True for cells whose number of people is shown in the release, under the same layout."""
    counts = released.table(layout)
    if counts.empty:
        raise DisclosureError(
            f"Antalet personer bakom måttet finns inte bland det som släppts ut ({layout}).",
            remedy="Ta med tabellen över hur många som har svarat när paketet släpps ut.",
        )
    keys = counts[list(dimensions)].itertuples(index=False, name=None)
    printed = dict(zip(keys, counts["count"].tolist(), strict=True))
    here = list(cells[list(dimensions)].itertuples(index=False, name=None))
    shown = [printed.get(key, 0) for key in here]
    if any(not pd.isna(n) and n != m for n, m in zip(shown, cells["count"], strict=True)):
        raise DisclosureError(f"Antalet personer stämmer inte med det som släppts ut ({layout}).")
    return np.array([not pd.isna(n) for n in shown])


def _statistics(
    people: pd.DataFrame,
    cells: pd.DataFrame,
    dimensions: Sequence[str],
    layout: Layout,
    value: str,
    name: str,
    shown: np.ndarray,
) -> pd.DataFrame:
    found = []
    for cell, safe in zip(cells.to_dict("records"), shown.tolist(), strict=True):
        number = float("nan")
        if safe:
            inside = np.ones(len(people), dtype=bool)
            for dimension in dimensions:
                if cell[dimension] != TOTAL:
                    inside &= (people[dimension] == cell[dimension]).to_numpy()
            values = people.loc[inside, value]
            number = round(float(values.mean() if name == MEAN else values.std()), 1)
        found.append(
            {
                "layout": layout.name,
                **{d: str(cell[d]) for d in dimensions},
                "name": name,
                "value": number,
                "n": int(cell["count"]) if safe else None,
                "status": "" if safe else HIDDEN,
            }
        )
    return pd.DataFrame(found).astype({"n": "Int64"})


def _vector(system: System, row: int) -> dict[int, int]:
    return dict.fromkeys(system.atoms_of(row).tolist(), 1)


def _reduced(vector: dict[int, int], basis: dict[int, dict[int, int]]) -> dict[int, int]:
    """What is left of the vector when everything the basis gives is taken away, modulo a prime
    so large that a false zero does not happen."""
    rest = dict(vector)
    todo = sorted(rest)
    done: set[int] = set()
    while todo:
        pivot = todo.pop(0)
        if pivot in done or pivot not in rest:
            continue
        done.add(pivot)
        if pivot in basis:
            factor = rest[pivot]
            for atom, weight in basis[pivot].items():
                left = (rest.get(atom, 0) - factor * weight) % PRIME
                if left:
                    rest[atom] = left
                else:
                    rest.pop(atom, None)
            todo = sorted(set(rest) - done)
    return rest


def _scaled(vector: dict[int, int]) -> dict[int, int]:
    """The same vector with 1 at its first atom."""
    inverse = pow(vector[min(vector)], -1, PRIME)
    return {atom: weight * inverse % PRIME for atom, weight in vector.items()}

"""Systems built from reference cases and from small made-up tables, for the tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from analyslib.disclosure.layout import Layout
from analyslib.disclosure.ledger import Ledger, build_ledger
from analyslib.disclosure.rules import Profile
from analyslib.disclosure.system import System, make_system


def system_of(cells: Sequence[Sequence[int]], counts: Sequence[int], **known: object) -> System:
    """A system whose row i sums the atoms ``cells[i]``."""
    rows = np.repeat(np.arange(len(cells)), [len(c) for c in cells])
    atoms = np.array([a for c in cells for a in c], dtype=np.int64)
    matrix = sparse.csr_array(
        (np.ones(len(atoms), dtype=np.int64), (rows, atoms)), shape=(len(cells), len(counts))
    )
    return make_system(matrix, np.array(counts), **known)  # type: ignore[arg-type]


def small_case(reference: Path, name: str) -> dict:
    cases = json.loads((reference / "sdc" / "small_cases.json").read_text())
    return next(case for case in cases if case["name"] == name)


def synthetic_atoms(reference: Path, name: str) -> pd.DataFrame:
    """The made-up pack (`d15`) or one municipality (`d1`), with our names."""
    frame = pd.read_csv(reference / "sdc" / "synth" / f"{name}.csv", dtype=str)
    frame = frame.rename(
        columns={
            "kommun": "municipality",
            "verk": "service_area",
            "kon": "sex",
            "alder": "age_group",
            "n": "count",
        }
    )
    return frame.astype({"count": int})


def synthetic_ledger(reference: Path, name: str, profile: Profile) -> Ledger:
    dimensions = ("service_area", "sex", "age_group")
    if name != "d1":
        dimensions = ("municipality", *dimensions)
    return build_ledger(synthetic_atoms(reference, name), [Layout("pack", dimensions)], profile)


def brute_force(
    cells: Sequence[Sequence[int]],
    counts: Sequence[int],
    hidden: Sequence[bool],
    careful: bool,
    most: int,
) -> list[tuple[int, int]]:
    """Every world counted through, slowly and obviously: lowest and highest of each cell.

    No atom is thought to exceed `most`, which must be at least the total.
    """
    truth = [sum(counts[a] for a in cell) for cell in cells]
    low, high = [10**9] * len(cells), [-1] * len(cells)
    for world in product(range(most + 1), repeat=len(counts)):
        sums = [sum(world[a] for a in cell) for cell in cells]
        shown = all(h or s == t for h, s, t in zip(hidden, sums, truth, strict=True))
        floors = all(s >= 1 or t == 0 for s, t in zip(sums, truth, strict=True))
        if shown and (floors or not careful):
            low = [min(a, b) for a, b in zip(low, sums, strict=True)]
            high = [max(a, b) for a, b in zip(high, sums, strict=True)]
    return list(zip(low, high, strict=True))

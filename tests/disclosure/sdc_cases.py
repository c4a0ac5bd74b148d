"""Systems built from reference cases and from small made-up tables, for the tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
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


def every_world(total: int, atoms: int) -> np.ndarray:
    """All ways to spread `total` people over the atoms: one row = one world."""
    if atoms == 1:
        return np.array([[total]])
    parts = [
        np.column_stack([np.full(len(rest), first), rest])
        for first in range(total + 1)
        for rest in (every_world(total - first, atoms - 1),)
    ]
    return np.concatenate(parts)


def brute_force(
    cells: Sequence[Sequence[int]], counts: Sequence[int], hidden: Sequence[bool], careful: bool
) -> list[tuple[int, int]]:
    """Every world counted through: lowest and highest of each cell. The total must be shown."""
    matrix = np.array([[int(a in cell) for a in range(len(counts))] for cell in cells])
    truth = matrix @ np.array(counts)
    sums = every_world(sum(counts), len(counts)) @ matrix.T
    fits = (sums[:, ~np.array(hidden)] == truth[~np.array(hidden)]).all(axis=1)
    if careful:
        fits &= (sums[:, truth > 0] >= 1).all(axis=1)
    left = sums[fits]
    return list(zip(left.min(axis=0).tolist(), left.max(axis=0).tolist(), strict=True))

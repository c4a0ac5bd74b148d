"""Rounding instead of hiding: additive, no small number left, the same the next time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sdc_cases import synthetic_atoms

from analyslib.disclosure.audit import audit_publications
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.release import release
from analyslib.disclosure.rounding import release_rounded
from analyslib.disclosure.rules import Profile
from analyslib.errors import DisclosureError


DIMENSIONS = ("service_area", "sex", "age_group")
LAYOUTS = [Layout("pack", DIMENSIONS)]


@pytest.mark.shared
@pytest.mark.parametrize(("base", "largest", "mean"), [(5, 5, 0.82), (3, 3, 0.43)])
def test_errors_are_no_larger_than_measured(
    reference: Path, base: int, largest: int, mean: float
) -> None:
    atoms = synthetic_atoms(reference, "d1")
    released, _ = release_rounded(atoms, LAYOUTS, Profile(threshold=base))
    true = release(atoms, LAYOUTS).ledger.cells["count"].to_numpy()
    errors = np.abs(released.counts["count"].to_numpy(dtype=float) - true)
    assert errors.max() <= largest
    assert errors.mean() <= mean


def made_up(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [(p, s, a) for p in ("2023", "2024") for s in "KM" for a in ("0-17", "18-64", "65+")]
    frame = pd.DataFrame(rows, columns=["period", "sex", "age_group"])
    return frame.assign(count=rng.negative_binomial(1, 1 / 6, len(frame)))


LAYOUT = Layout("paket", ("period", "sex", "age_group"))


def test_nothing_is_hidden_nothing_is_small_and_sums_add_up() -> None:
    released, _ = release_rounded(made_up(), [LAYOUT])
    counts = released.counts
    assert counts["count"].notna().all() and not counts["count"].between(1, 4).any()
    assert released.facts["mode"] == "avrundat"
    parts = counts[counts["crossing"] == "period×sex×age_group"]["count"].sum()
    assert parts == counts[counts["crossing"] == ""]["count"].iloc[0]


def test_what_has_been_printed_is_rounded_the_same_way() -> None:
    atoms = made_up()
    first = Layout("år", ("sex", "age_group"), {"period": ("2023",)})
    released, publication = release_rounded(atoms, [first])
    again, second = release_rounded(atoms, [LAYOUT], earlier=[publication])
    was = released.table("år").set_index(["sex", "age_group"])["count"]
    now = again.table("paket", period="2023").set_index(["sex", "age_group"])["count"]
    assert now.sort_index().equals(was.sort_index())
    assert audit_publications([publication, second]).is_passed


def test_a_revised_extract_is_refused() -> None:
    atoms = made_up()
    _, publication = release_rounded(atoms, [LAYOUT])
    revised = atoms.assign(count=atoms["count"] + 7 * (np.arange(len(atoms)) == 3))
    with pytest.raises(DisclosureError, match="uttaget har ändrats"):
        release_rounded(revised, [LAYOUT], earlier=[publication])


def test_the_two_modes_never_meet() -> None:
    atoms = made_up()
    hiding = release(atoms, [LAYOUT])
    with pytest.raises(DisclosureError, match="där små tal doldes"):
        release_rounded(atoms, [LAYOUT], earlier=[hiding.publication])
    _, rounding = release_rounded(atoms, [LAYOUT])
    with pytest.raises(DisclosureError):
        release(atoms, [LAYOUT], earlier=[rounding])


def test_a_report_kernel_imports_no_solver() -> None:
    code = (
        "import sys, analyslib.disclosure.released\n"
        "assert not {'highspy', 'scipy'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

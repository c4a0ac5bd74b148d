"""The gate from end to end: release, published ledger, audit of what lies in the folders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sdc_cases import system_of

from analyslib.disclosure.audit import audit_packs, audit_publications
from analyslib.disclosure.explain import explain
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.publication import (
    FILE_NAME,
    Publication,
    read_file,
    read_publications,
    write_publications,
)
from analyslib.disclosure.release import Release, release, working_material
from analyslib.disclosure.released import HIDDEN, frames_of, released_from
from analyslib.disclosure.rules import Profile
from analyslib.disclosure.system import CAREFUL_READER
from analyslib.errors import DisclosureError, UsageError


AREAS = ("BOU", "EKB", "MBR")


def made_up(
    municipalities: Sequence[str] = ("2418", "2480"),
    periods: Sequence[str] = ("2024",),
    seed: int = 1,
    mean: float = 6.0,
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    cells = list(product(municipalities, periods, AREAS, ("K", "M"), ("0-17", "18-64", "65+")))
    frame = pd.DataFrame(
        cells, columns=["municipality", "period", "service_area", "sex", "age_group"]
    )
    return frame.assign(count=rng.negative_binomial(1, 1 / (1 + mean), len(frame)))


def pack_layouts(municipalities: Sequence[str], periods: Sequence[str]) -> list[Layout]:
    where = {"municipality": tuple(municipalities), "period": tuple(periods)}
    return [
        Layout("kön", ("municipality", "period", "service_area", "sex"), where),
        Layout("ålder", ("municipality", "period", "service_area", "age_group"), where),
    ]


def made_release(atoms: pd.DataFrame | None = None, **options: object) -> Release:
    atoms = made_up() if atoms is None else atoms
    layouts = pack_layouts(sorted(atoms["municipality"].unique()), sorted(atoms["period"].unique()))
    return release(atoms, layouts, title="prov", **options)  # type: ignore[arg-type]


def hiding_only_small_numbers(atoms: pd.DataFrame, made: Release) -> Publication:
    """The same pack as it would look with nothing hidden but the small numbers."""
    publication, rows = made.publication, []
    for (cell, _, _, label), published in zip(
        publication.rows, publication.published_rows(), strict=True
    ):
        inside = np.all([atoms[d].isin(values) for d, values in published.cell], axis=0)
        count = int(atoms.loc[inside, "count"].sum())
        small = 0 < count < publication.threshold
        rows.append((cell, None if small else count, small, label))
    return replace(publication, rows=tuple(rows))


def test_a_hidden_cell_is_missing_with_a_reason_and_never_zero() -> None:
    counts = made_release().released.counts
    hidden = counts[counts["status"] == HIDDEN]
    assert len(hidden) and hidden["count"].isna().all()
    assert counts.loc[counts["status"] == "", "count"].notna().all()
    assert set(counts["status"]) == {"", HIDDEN}
    assert not counts["count"].between(1, 4).any()


def test_the_same_cell_in_two_tables_is_hidden_in_both_or_none() -> None:
    counts = made_release().released.counts
    keys = ["municipality", "period", "service_area", "sex", "age_group"]
    assert (counts.groupby(keys)["status"].nunique() == 1).all()


def test_same_input_gives_the_same_release() -> None:
    first, second = made_release(), made_release()
    pd.testing.assert_frame_equal(first.released.counts, second.released.counts)
    assert first.publication.digest == second.publication.digest
    assert first.certificate.digest == second.certificate.digest


def test_release_survives_the_database() -> None:
    made = made_release().released
    frames = frames_of(made)
    back = released_from(frames["individual_count"], frames["individual_release"])
    pd.testing.assert_frame_equal(back.counts, made.counts)
    assert (back.threshold, back.digest, back.stamp) == (5, made.digest, "")


def test_shares_are_missing_where_count_or_n_is_hidden() -> None:
    made = made_release().released
    shares = made.shares("ålder", "age_group", municipality="2480")
    assert shares["share"].isna().any() and shares["share"].notna().any()
    gone = shares["count"].isna() | shares["n"].isna()
    assert (shares.loc[gone, "status"] == HIDDEN).all()
    known = shares[~gone & (shares["n"] > 0)]
    assert (known["share"] * known["n"] - known["count"]).abs().max() < 1e-9


def test_working_material_is_stamped() -> None:
    unprotected = working_material(made_up(), pack_layouts(["2418", "2480"], ["2024"]))
    assert unprotected.stamp == "Arbetsmaterial – får inte spridas"
    assert not unprotected.is_protected
    assert unprotected.counts["count"].between(1, 4).any()


def test_unknown_threshold_is_refused() -> None:
    with pytest.raises(UsageError, match="3, 4, 5 eller 10"):
        Profile(threshold=2)


@pytest.mark.parametrize("threshold", [3, 4, 5, 10])
def test_every_threshold_holds(threshold: int) -> None:
    made = made_release(made_up(["2418"]), profile=Profile(threshold=threshold))
    assert not made.released.counts["count"].between(1, threshold - 1).any()
    assert audit_publications([made.publication]).is_passed


def test_the_published_ledger_holds_no_hidden_number(tmp_path: Path) -> None:
    made = made_release()
    path = write_publications(tmp_path, [made.publication])
    content = json.loads(path.read_text("utf-8"))
    rows = [row for ledger in content["ledgers"] for row in ledger["rows"]]
    assert any(row[1] is None for row in rows)
    numbers = {value for row in rows for value in row if type(value) is int}
    assert not numbers & set(range(1, 5))


def test_a_changed_ledger_is_refused(tmp_path: Path) -> None:
    path = write_publications(tmp_path, [made_release().publication])
    text = path.read_text("utf-8")
    path.write_text(text.replace('"threshold":5', '"threshold":4'), "utf-8")
    with pytest.raises(DisclosureError, match="har ändrats"):
        read_file(path)


def test_what_has_been_published_stays_and_a_contradiction_is_found(tmp_path: Path) -> None:
    first, other = made_release().publication, made_release(made_up(seed=2)).publication
    write_publications(tmp_path, [first])
    before = (tmp_path / FILE_NAME).read_bytes()
    write_publications(tmp_path, [first])
    assert (tmp_path / FILE_NAME).read_bytes() == before
    write_publications(tmp_path, [other])
    assert read_publications(tmp_path) == [first, other]
    with pytest.raises(DisclosureError, match="olika tal för samma personer"):
        audit_packs(tmp_path)


def test_audit_of_a_folder_passes_and_prints_its_certificate(tmp_path: Path) -> None:
    write_publications(tmp_path, [made_release().publication])
    report = audit_packs(tmp_path)
    assert report.is_passed, report.text
    assert "Inget dolt tal går att räkna ut" in report.text
    assert report.digest[:16] in report.text


def test_audit_finds_what_hiding_only_small_numbers_leaves_open() -> None:
    report = audit_publications([hiding_only_small_numbers(made_up(), made_release())])
    assert not report.is_passed
    exact = [leak for leak in report.leaks if leak.is_exact]
    assert exact
    assert any("−" in leak.sentence and "värdet visas inte" in leak.sentence for leak in exact)


def test_audit_of_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(DisclosureError, match="inga publicerade paket"):
        audit_packs(tmp_path)


def test_a_missing_earlier_pack_is_noticed(tmp_path: Path) -> None:
    first = made_release()
    second = made_release(made_up(periods=("2025",)), earlier=[first.publication])
    write_publications(tmp_path, [second.publication])
    with pytest.raises(DisclosureError, match="tidigare paket som det hör ihop med saknas"):
        audit_packs(tmp_path)
    assert len(read_publications(tmp_path)) == 1


def test_nobody_at_all_is_no_problem() -> None:
    atoms = made_up().assign(count=0)
    made = made_release(atoms)
    assert (made.released.counts["count"] == 0).all()
    assert audit_publications([made.publication]).is_passed


def test_three_people_in_all_are_hidden_altogether() -> None:
    atoms = made_up(["2418"]).assign(count=0)
    atoms.loc[[0, 5, 9], "count"] = 1
    made = made_release(atoms)
    assert not made.released.counts["count"].between(1, 4).any()
    assert audit_publications([made.publication]).is_passed


def test_an_explanation_of_the_careful_reader_tells_what_it_rests_on() -> None:
    """Two hidden numbers with the sum two: both are one, since zeros are printed."""
    system = system_of([[0], [1], [2], [0, 1, 2]], [1, 1, 20])
    text = explain(system, np.array([True, True, False, False]), 0, CAREFUL_READER)
    assert "inget dolt tal kan vara 0" in text
    assert "20" not in text


def test_a_printed_small_number_is_a_leak() -> None:
    made = made_release(profile=Profile(threshold=3))
    assert audit_publications([made.publication]).is_passed
    report = audit_publications([replace(made.publication, threshold=5)])
    assert any("mindre än gränsen" in leak.sentence for leak in report.leaks)


def test_another_zero_does_not_tell_a_sensitive_zero() -> None:
    """Nobody got better in the small place, nor anywhere: the second zero must not say so, where
    all together are few as well."""
    rows = [("2403", "sämre", 9), ("2403", "bättre", 0)]
    rows += [("2480", "sämre", 7), ("2480", "bättre", 0)]
    atoms = pd.DataFrame(rows, columns=["municipality", "outcome", "count"])
    layout = Layout("utfall", ("municipality", "outcome"), shares="outcome", sensitive="outcome")
    made = release(atoms, [layout])
    table = made.released.table("utfall", outcome="bättre").set_index("municipality")
    assert table.loc["2403", "status"] == HIDDEN
    assert table.loc["alla", "status"] == HIDDEN
    assert audit_publications([made.publication]).is_passed


def test_a_pack_without_places_or_periods_is_audited_too() -> None:
    atoms = made_up(["2418"]).drop(columns=["municipality", "period", "service_area"])
    made = release(atoms, [Layout("kön", ("sex", "age_group"))])
    report = audit_publications([made.publication])
    assert report.is_passed and report.n_printed == 12

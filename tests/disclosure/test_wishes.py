"""Short cuts to a proof: they may save time, never change what is found to be possible."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sdc_cases import brute_force, system_of
from test_editions import small

from analyslib.disclosure import attack, audit
from analyslib.disclosure.audit import audit_publications
from analyslib.disclosure.certificate import verify
from analyslib.disclosure.follow_up import release_counties
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.proof import certify, demands_of, prove
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.published import published_systems
from analyslib.disclosure.release import Release, release
from analyslib.disclosure.side_by_side import side_by_side
from analyslib.disclosure.system import CAREFUL_READER, READER, State
from analyslib.disclosure.targets import Requirement
from analyslib.disclosure.worlds import WorldFinder


def square(size: int) -> list[list[int]]:
    """A table with its margins and its total."""
    at = np.arange(size * size).reshape(size, size)
    cells = [[int(a)] for a in at.ravel()] + at.tolist() + at.T.tolist()
    return [*cells, at.ravel().tolist()]


def test_what_is_proven_possible_is_what_brute_force_finds(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, derandomize=True)
    @given(
        people=st.lists(st.integers(0, 8), min_size=1, max_size=7),
        hidden=st.lists(st.booleans(), min_size=15, max_size=15),
    )
    def holds(people: list[int], hidden: list[bool]) -> None:
        cells, counts = square(3), np.bincount(people, minlength=9).tolist()
        system = system_of(cells, counts)
        gone = np.array([*hidden, False])
        wanted = [
            Requirement(row, change, attacker)
            for attacker in (CAREFUL_READER, READER)
            for row in np.flatnonzero(gone).tolist()
            for change in (-2, -1, 1, 2, 3)
        ]
        proof = prove(system, gone, wanted)
        reach = {a: brute_force(cells, counts, gone.tolist(), a.careful) for a in _READERS}
        for requirement, world in zip(wanted, proof.witness, strict=True):
            low, high = reach[requirement.attacker][requirement.row]
            value = int(system.values[requirement.row]) + requirement.change
            assert (world >= 0) == (low <= value <= high)
        met = [r for r, world in zip(wanted, proof.witness, strict=True) if world >= 0]
        again = prove(system, gone, met, proof.worlds)
        assert verify(certify(system, gone, again), demands_of(again)) == []

    holds()


_READERS = (CAREFUL_READER, READER)


@pytest.fixture
def examples(prove: bool) -> int:
    return 300 if prove else 20


def test_one_world_meets_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table where everything but the margins is hidden needs few worlds, not one per demand."""
    rng = np.random.default_rng(3)
    system = system_of(square(6), rng.integers(5, 30, 36).tolist())
    hidden = np.arange(system.n_rows) < 36
    wanted = [Requirement(row, change, READER) for row in range(36) for change in (-4, -1, 1, 4)]
    asked = []
    plain = WorldFinder.world

    def counted(*given: Any, **named: Any) -> np.ndarray | None:
        asked.append(given)
        return plain(*given, **named)

    monkeypatch.setattr(WorldFinder, "world", counted)
    assert not prove(system, hidden, wanted).unmet
    assert len(asked) <= 8  # one at a time, worlds that happen to meet several: 20


def made_up(seed: int) -> Release:
    rng = np.random.default_rng(seed)
    dimensions = ("municipality", "service_area", "class")
    cells = [(m, a, c) for m in ("2418", "2480", "2482") for a in "AB" for c in "xyz"]
    atoms = pd.DataFrame(cells, columns=list(dimensions))
    atoms["count"] = rng.negative_binomial(1, 0.12, len(cells))
    return release(atoms, [Layout("prov", dimensions)], title=f"prov{seed}")


def opened(made: Release, seed: int) -> Publication:
    """The same ledger with some of the large hidden numbers printed after all."""
    rng = np.random.default_rng(seed)
    values = {
        label: int(made.ledger.system.values[row])
        for label, row in zip(_labels(made), made.ledger.cells["row"], strict=True)
        if row >= 0
    }
    rows = []
    for cell, shown, sure, label in made.publication.rows:
        value = values.get(label, 0)
        show = shown is None and value >= 5 and rng.random() < 0.5
        rows.append((cell, value if show else shown, sure and not show, label))
    return replace(made.publication, rows=tuple(rows))


def _labels(made: Release) -> list[str]:
    columns = made.ledger.cells[list(made.ledger.dimensions)]
    texts = [[v for v in row if isinstance(v, str)] for row in columns.to_numpy(object)]
    return [" × ".join(parts) or "totalt" for parts in texts]


@pytest.mark.parametrize("seed", range(6))
def test_the_verdict_is_that_of_the_whole_intervals(seed: int) -> None:
    """The audit needs no ends of intervals to acquit; reckoned out, they say the same."""
    publication = opened(made_up(seed), seed)
    expected = set()
    for published in published_systems([publication]):
        system = published.system
        for attacker in (CAREFUL_READER, READER):
            hidden = system.state == State.SILENT
            for interval in attack.intervals(system, hidden, attacker, published.targets):
                limit = int(published.threshold[interval.row])
                if audit.is_leak(system, interval, attacker, limit):
                    expected.add(system.labels[interval.row])
    assert {leak.label for leak in audit_publications([publication]).leaks} == expected


def test_both_verdicts_occur() -> None:
    passed = {audit_publications([opened(made_up(seed), seed)]).is_passed for seed in range(6)}
    passed.add(audit_publications([made_up(0).publication]).is_passed)
    assert passed == {True, False}


def test_parts_come_back_in_order_and_faults_come_through() -> None:
    assert side_by_side(lambda n: n * n, range(20)) == [n * n for n in range(20)]
    assert side_by_side(str, []) == []
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda n: 1 // n, [1, 0])


def test_one_core_gives_the_same_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    publications = [replace(made_up(seed).publication, universe=str(seed)) for seed in range(3)]
    many = audit_publications(publications)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    one = audit_publications(publications)
    assert many.digest == one.digest and len(many.parts) == len(one.parts) == 3


def test_one_core_gives_the_same_release(monkeypatch: pytest.MonkeyPatch) -> None:
    counts, many = release_counties(small())
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    again, one = release_counties(small())
    pd.testing.assert_frame_equal(counts, again)
    assert [p.digest for p in many] == [p.digest for p in one] and len(many) > 5

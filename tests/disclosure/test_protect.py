"""Joint suppression: full mask for every small number, few cells lost, the same plan twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sdc_cases import brute_force, small_case, synthetic_ledger, system_of

from analyslib.disclosure.attack import intervals
from analyslib.disclosure.certificate import verify
from analyslib.disclosure.proof import certify, demands_of
from analyslib.disclosure.protect import Plan, price_of, protect
from analyslib.disclosure.rules import Profile
from analyslib.disclosure.system import CAREFUL_READER, READER, State, System


def secondary_cells(reference: Path, name: str, profile: Profile) -> tuple[Plan, int]:
    """The plan, and how many printed cells it hides besides the small ones."""
    ledger = synthetic_ledger(reference, name, profile)
    price = price_of(ledger.system, profile.threshold, ledger.level, ledger.copies)
    plan = protect(ledger.system, profile, price)
    assert verify(certify(ledger.system, plan.hidden, plan.proof), demands_of(plan.proof)) == []
    return plan, int(ledger.copies[plan.secondary].sum())


@pytest.mark.shared
@pytest.mark.parametrize(("careful", "most"), [(False, 20), (True, 22)])
def test_one_municipality(reference: Path, careful: bool, most: int) -> None:
    plan, n = secondary_cells(reference, "d1", Profile(careful=careful))
    assert plan.impossible == () and not plan.proof.unmet
    assert n <= most


@pytest.mark.shared
@pytest.mark.prove
@pytest.mark.parametrize(("careful", "most"), [(False, 245), (True, 320)])
def test_fifteen_municipalities(reference: Path, careful: bool, most: int) -> None:
    plan, n = secondary_cells(reference, "d15", Profile(careful=careful))
    assert plan.impossible == () and not plan.proof.unmet
    assert n <= most


@pytest.mark.shared
def test_same_input_same_plan(reference: Path) -> None:
    first, _ = secondary_cells(reference, "d1", Profile())
    second, _ = secondary_cells(reference, "d1", Profile())
    assert (first.hidden == second.hidden).all()
    assert (first.proof.worlds == second.proof.worlds).all()


@pytest.mark.shared
def test_an_equal_region_is_hidden_with_its_only_member(reference: Path) -> None:
    case = small_case(reference, "linked_hierarchies_136")
    names = list(case["cells"])
    system = system_of(list(case["cells"].values()), case["x"])
    plan = protect(system, Profile(threshold=4))
    assert [names[i] for i in np.flatnonzero(plan.secondary)] == ["N"]


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[int]], list[int]]:
    rows, columns = draw(st.sampled_from([(2, 2), (2, 3), (3, 2), (3, 3), (3, 4)]))
    small = st.one_of(st.integers(0, 4), st.integers(5, 30))
    counts = draw(st.lists(small, min_size=rows * columns, max_size=rows * columns))
    at = np.arange(rows * columns).reshape(rows, columns)
    cells = [[int(a)] for a in at.ravel()] + [r.tolist() for r in at] + [c.tolist() for c in at.T]
    cells += [at.ravel().tolist(), at[:2].ravel().tolist()]
    return cells, counts


def alive(cells: list[list[int]], counts: list[int]) -> System:
    """Printed zeros settle their atoms, as in the ledger."""
    keep = [a for a, x in enumerate(counts) if x]
    number = {a: i for i, a in enumerate(keep)}
    rows = {tuple(number[a] for a in cell if a in number) for cell in cells}
    return system_of(sorted(r for r in rows if r), [counts[a] for a in keep])


def assert_masked(system: System, plan: Plan, threshold: int) -> None:
    impossible = {(i.requirement.row, i.requirement.attacker) for i in plan.impossible}
    for attacker in (READER, CAREFUL_READER):
        small = np.flatnonzero((system.values < threshold) & (system.values > 0))
        for interval in intervals(system, plan.hidden, attacker, small):
            support = len(system.atoms_of(interval.row)) if attacker.careful else 0
            if (interval.row, attacker) not in impossible:
                assert interval.is_masked(max(1, support), threshold - 1)
                assert not interval.is_exact


def test_no_released_pattern_can_be_worked_out(prove: bool) -> None:
    @settings(max_examples=400 if prove else 30, deadline=None, derandomize=True)
    @given(table=tables(), threshold=st.sampled_from([3, 4, 5]))
    def holds(table: tuple[list[list[int]], list[int]], threshold: int) -> None:
        system = alive(*table)
        plan = protect(system, Profile(threshold=threshold))
        assert_masked(system, plan, threshold)
        assert verify(certify(system, plan.hidden, plan.proof), demands_of(plan.proof)) == []

    holds()


def test_brute_force_finds_nothing_either(prove: bool) -> None:
    """The plan against every possible world, counted through one by one."""

    @settings(max_examples=100 if prove else 15, deadline=None, derandomize=True)
    @given(people=st.lists(st.integers(0, 8), min_size=1, max_size=9))
    def holds(people: list[int]) -> None:
        at = np.arange(9).reshape(3, 3)
        cells = [[int(a)] for a in at.ravel()] + at.tolist() + at.T.tolist()
        counts = np.bincount(people, minlength=9).tolist()
        system = alive([*cells, at.ravel().tolist()], counts)
        official = np.where(system.values == len(people), State.PUBLIC, State.OPEN)
        system = replace(system, state=official)
        plan = protect(system, Profile(threshold=3))
        rows = [system.atoms_of(i).tolist() for i in range(system.n_rows)]
        impossible = {i.requirement.row for i in plan.impossible}
        for careful in (False, True):
            hidden = plan.hidden & (official == State.OPEN)
            found = brute_force(rows, system.counts.tolist(), hidden.tolist(), careful)
            for row in np.flatnonzero(plan.primary):
                low, high = found[row]
                assert low < high or row in impossible

    holds()


@pytest.mark.shared
@pytest.mark.parametrize(("careful", "optimum"), [(False, 17), (True, 20)])
def test_proven_optimum_of_one_municipality(reference: Path, careful: bool, optimum: int) -> None:
    profile = Profile(careful=careful)
    ledger = synthetic_ledger(reference, "d1", profile)
    plan = protect(ledger.system, profile, ledger.copies.astype(float))
    assert int(ledger.copies[plan.secondary].sum()) == optimum
    assert not plan.proof.unmet and not plan.impossible


def test_what_cannot_be_met_is_listed() -> None:
    """An official total over one small group tells it, whatever we hide."""
    system = system_of([[0], [1], [0, 1]], [3, 20])
    told = replace(system, state=np.array([State.OPEN, State.PUBLIC, State.PUBLIC]))
    plan = protect(told, Profile())
    assert plan.hidden[0]
    assert {i.requirement.row for i in plan.impossible} == {0}
    assert all(i.reachable == 0 for i in plan.impossible)


def test_nothing_to_hide() -> None:
    plan = protect(system_of([[0], [1], [0, 1]], [30, 20]), Profile())
    assert not plan.hidden.any() and plan.proof.requirements == ()

"""Who knows that a small number is always fully masked: against every world, counted through."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sdc_cases import every_world, system_of

from analyslib.disclosure.audit import audit_publications
from analyslib.disclosure.audit_rules import audit_rules, describe_rules
from analyslib.disclosure.certificate import verify
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.proof import certify, demands_of
from analyslib.disclosure.protect import Plan, protect
from analyslib.disclosure.release import release
from analyslib.disclosure.rule_knower import large_by_rules
from analyslib.disclosure.rules import NETWORK_PACK, Profile
from analyslib.disclosure.system import RULE_KNOWER, State, System, least_of


K = 3
READERS_ONLY = Profile(threshold=K)
RULES_TOO = Profile(threshold=K, rule_knower=True)


def table_of(people: list[int]) -> System:
    """Three by three groups with their sums; the total is known, and printed zeros settle."""
    at = np.arange(9).reshape(3, 3)
    counts = np.bincount(people, minlength=9)
    keep = np.flatnonzero(counts)
    number = {int(a): i for i, a in enumerate(keep)}
    cells = [[int(a)] for a in at.ravel()] + at.tolist() + at.T.tolist() + [at.ravel().tolist()]
    rows = sorted({tuple(number[a] for a in cell if a in number) for cell in cells} - {()})
    system = system_of(rows, counts[keep].tolist())
    total = np.where(system.values == len(people), State.PUBLIC, State.OPEN)
    return replace(system, state=total)


def by_counting(system: System, hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which rows the rules tell to be large, and the worlds (row sums) that are left then."""
    worlds = every_world(int(system.counts.sum()), system.n_atoms) @ system.matrix.T.toarray()
    shown = (system.state == State.PUBLIC) | ~hidden
    worlds = worlds[(worlds[:, shown] == system.values[shown]).all(axis=1)]
    worlds = worlds[(worlds >= 1).all(axis=1)]
    least = least_of(system, RULE_KNOWER)
    told = np.zeros(system.n_rows, dtype=bool)
    while True:
        low = worlds.min(axis=0)
        more = ~shown & ~told & (low > least) & (low < K) & (worlds.max(axis=0) >= K)
        if not more.any():
            return told, worlds
        told |= more
        worlds = worlds[(worlds[:, more] >= K).all(axis=1)]


def narrowed(system: System, plan: Plan) -> list[int]:
    """The small numbers that one who knows the rules does not find anywhere from least to k-1."""
    _, worlds = by_counting(system, plan.hidden)
    least = least_of(system, RULE_KNOWER)
    kept = {item.requirement.row for item in (*plan.impossible, *plan.inferred)}
    return [
        row
        for row in np.flatnonzero(plan.primary & (system.values > 0) & (system.values < K)).tolist()
        if row not in kept and not {*range(int(least[row]), K)} <= set(worlds[:, row].tolist())
    ]


PEOPLE = st.lists(st.integers(0, 8), min_size=6, max_size=14)


def test_what_the_rules_tell_is_what_counting_tells(prove: bool) -> None:
    told = []

    @settings(max_examples=200 if prove else 25, deadline=None, derandomize=True)
    @given(people=PEOPLE)
    def holds(people: list[int]) -> None:
        system = table_of(people)
        plan = protect(system, READERS_ONLY)
        expected, _ = by_counting(system, plan.hidden)
        found = large_by_rules(system, plan.hidden, K)
        assert ((found == K) == expected).all() and set(found.tolist()) <= {0, K}
        told.append(expected.any())

    holds()
    assert any(told)


def test_the_rules_give_no_small_number_away(prove: bool) -> None:
    alone = []

    @settings(max_examples=200 if prove else 40, deadline=None, derandomize=True)
    @given(people=PEOPLE)
    def holds(people: list[int]) -> None:
        system = table_of(people)
        plan = protect(system, RULES_TOO)
        assert narrowed(system, plan) == []
        _, worlds = by_counting(system, system.state == State.OPEN)
        for item in plan.inferred:
            moves = worlds[:, item.requirement.row] - system.values[item.requirement.row]
            assert not (
                moves * np.sign(item.requirement.change) >= abs(item.requirement.change)
            ).any()
        ruled = replace(system, told=plan.told)
        assert verify(certify(ruled, plan.hidden, plan.proof), demands_of(plan.proof)) == []
        alone.append(len(narrowed(system, protect(system, READERS_ONLY))))

    holds()
    # Nothing is shown by tables that give nothing away in the first place.
    assert sum(alone) > 0


def test_what_is_told_binds_the_certificate() -> None:
    """A world in which a number is smaller than the rules tell proves nothing to one who knows."""
    system = table_of([0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 8])
    plan = protect(system, RULES_TOO)
    row = next(r.row for r in plan.proof.requirements if r.attacker == RULE_KNOWER and r.change < 0)
    strict = np.where(np.arange(system.n_rows) == row, system.values, plan.told)
    told = [replace(system, told=floors) for floors in (plan.told, strict)]
    faults = [
        verify(certify(known, plan.hidden, plan.proof), demands_of(plan.proof)) for known in told
    ]
    assert faults[0] == [] and faults[1] != []


def test_a_network_pack_guards_against_it() -> None:
    assert NETWORK_PACK.rule_knower and not Profile().rule_knower


@pytest.mark.parametrize("threshold", [3, 5])
def test_the_audit_finds_what_the_rules_tell_of_packs(threshold: int, prove: bool) -> None:
    """All packs pass the gate's own audit; in some the rules tell more, unless it was guarded."""
    found = []
    for seed in range(200 if prove else 15):
        rng = np.random.default_rng(seed)
        places = ("2403", "2418", "2480", "2482")
        rows = [(p, c, int(rng.integers(1, 13))) for p in places for c in "abcd"]
        atoms = pd.DataFrame(rows, columns=["municipality", "class", "count"])
        layout = Layout("utfall", ("municipality", "class"))
        alone, guarded = (
            release(atoms, [layout], Profile(threshold, rule_knower=rules)).publication
            for rules in (False, True)
        )
        assert audit_publications([alone]).is_passed and audit_publications([guarded]).is_passed
        assert audit_rules([guarded]) == []
        found += audit_rules([alone])
    assert found and "Den som kan reglerna" in describe_rules(found)

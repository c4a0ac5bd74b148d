"""The verifier believes nothing it has not added up itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sdc_cases import system_of

from analyslib.disclosure.certificate import Certificate, verify
from analyslib.disclosure.proof import certify, demands_of
from analyslib.disclosure.protect import protect
from analyslib.disclosure.rules import Profile


@pytest.fixture(scope="module")
def proven() -> tuple[Certificate, list[tuple[int, int, int]]]:
    rng = np.random.default_rng(5)
    at = np.arange(20).reshape(4, 5)
    cells = [[int(a)] for a in at.ravel()] + [r.tolist() for r in at] + [c.tolist() for c in at.T]
    system = system_of([*cells, at.ravel().tolist()], rng.integers(1, 15, 20).tolist())
    plan = protect(system, Profile())
    return certify(system, plan.hidden, plan.proof), demands_of(plan.proof)


def test_a_true_certificate_is_accepted(
    proven: tuple[Certificate, list[tuple[int, int, int]]],
) -> None:
    certificate, demands = proven
    assert demands
    assert verify(certificate, demands, certificate.digest) == []


def test_every_mutated_world_is_rejected(
    proven: tuple[Certificate, list[tuple[int, int, int]]],
) -> None:
    """One person more or less, in any atom of any world, is found by adding up alone."""
    certificate, demands = proven
    n = 0
    for number, world in enumerate(certificate.worlds):
        for i, (atom, change) in enumerate(world):
            for step in (-1, 1):
                changed = (*world[:i], (atom, change + step), *world[i + 1 :])
                worlds = list(certificate.worlds)
                worlds[number] = changed
                mutated = replace(certificate, worlds=tuple(worlds))
                assert verify(mutated, demands)
                assert verify(mutated, demands, certificate.digest)
                n += 1
    assert n > 50


def test_other_mutations_are_rejected(
    proven: tuple[Certificate, list[tuple[int, int, int]]],
) -> None:
    certificate, demands = proven
    first = next(i for i, low in enumerate(certificate.low) if low >= 0)
    low = list(certificate.low)
    low[first] += 1
    base = (certificate.base[0] + 1, *certificate.base[1:])
    for mutated in (
        replace(certificate, low=tuple(low)),
        replace(certificate, base=base),
        replace(certificate, claims=certificate.claims[1:]),
        replace(certificate, worlds=certificate.worlds[1:] + certificate.worlds[:1]),
        replace(certificate, worlds=((),) * len(certificate.worlds)),
    ):
        assert verify(mutated, demands)
    for field in ("rows", "high", "attackers"):
        mutated = replace(certificate, **{field: getattr(certificate, field)[::-1]})
        assert verify(mutated, demands, certificate.digest)

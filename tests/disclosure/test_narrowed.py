"""The exceptions that an audit names: numbers that are narrowed, and yet cannot be worked out."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import sparse

from analyslib.disclosure.audit import audit_publications
from analyslib.disclosure.narrowed import Narrowed, describe_narrowed, narrowed_numbers
from analyslib.disclosure.proof import prove
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.published import Published
from analyslib.disclosure.system import CAREFUL_READER, State, System, make_system


LIMIT = 5


def ledger(total: int, zero: int | None = None) -> Publication:
    """Classes a, b and c are hidden, and so is a with b; the total is printed."""
    sets = (("a",), ("b",), ("c",), ("a", "b"), ("a", "b", "c"))
    shown = [None, zero, None, None, total]
    rows = tuple(
        ((i,), n, n is None, label)
        for i, (n, label) in enumerate(
            zip(shown, ("a", "b", "c", "a eller b", "totalt"), strict=True)
        )
    )
    return Publication("mal-24", LIMIT, True, ("class",), sets, (), (), rows, universe="mal-24")


def test_a_sum_of_hidden_numbers_that_are_not_zero_is_named() -> None:
    report = audit_publications([ledger(40)])
    assert report.is_passed
    assert report.narrowed == (Narrowed("mal-24", "a eller b", 2),)
    assert "* mal-24, minst 2: a eller b." in report.text
    assert "går att räkna ut" in report.text


def test_where_a_zero_is_printed_the_sum_is_no_sum() -> None:
    report = audit_publications([ledger(40, zero=0)])
    assert report.narrowed == ()
    assert "Undantag: inga." in report.text


def test_where_a_hidden_number_may_be_zero_nothing_is_told_of_the_sum() -> None:
    loose = ledger(40)
    unsure = replace(loose, rows=tuple((c, n, False, label) for c, n, _, label in loose.rows))
    assert audit_publications([unsure]).narrowed == ()


def system_of(counts: tuple[int, ...], public: list[tuple[int, ...]]) -> System:
    """Every atom hidden and known not to be zero; every pair silent; these sums printed."""
    n = len(counts)
    singles = [(i,) for i in range(n)]
    pairs = [(i, j) for i in range(n) for j in range(i)]
    rows = [*singles, *pairs, *public]
    matrix = np.zeros((len(rows), n), dtype=np.int64)
    for number, atoms in enumerate(rows):
        matrix[number, list(atoms)] = 1
    state = np.where(np.arange(len(rows)) < n + len(pairs), State.SILENT, State.PUBLIC)
    labels = tuple("+".join(map(str, atoms)) for atoms in rows)
    return make_system(sparse.csr_array(matrix), np.array(counts), state, labels=labels)


def narrowed_by_hand(system: System) -> set[Narrowed]:
    """Every world in whole persons, one by one."""
    public = np.flatnonzero(system.state == State.PUBLIC)
    most = int(system.values[public].max())
    worlds = np.array(list(product(range(1, most + 1), repeat=system.n_atoms)))
    sums = worlds @ system.matrix.toarray().T
    fits = (sums[:, public] == system.values[public]).all(axis=1)
    found = set()
    for row in np.flatnonzero(system.state == State.SILENT):
        low, high = int(sums[fits, row].min()), int(sums[fits, row].max())
        if low < high < LIMIT and not (low <= 1 and high >= LIMIT - 1):
            found.add(Narrowed("mal-24", system.labels[row], low, high))
    return found


@pytest.mark.parametrize(
    ("counts", "public"),
    [
        ((1, 2, 2), [(0, 1, 2)]),
        ((1, 2, 3), [(0, 1, 2)]),
        ((2, 2, 1, 1), [(0, 1), (2, 3)]),
        ((1, 1, 2, 9), [(0, 1, 2), (2, 3)]),
        ((1, 3, 1, 2), [(0, 1, 2), (1, 2, 3)]),
    ],
)
def test_what_is_narrowed_is_what_counting_every_world_shows(
    counts: tuple[int, ...], public: list[tuple[int, ...]]
) -> None:
    system = system_of(counts, public)
    rows = np.flatnonzero(system.state == State.SILENT)
    limits, listed = np.full(system.n_rows, LIMIT), np.zeros(system.n_rows, dtype=bool)
    published = Published(system, rows, limits, listed, tables=((0, "mal-24"),))
    nothing = prove(system, system.state == State.SILENT, [])
    found = narrowed_numbers(published, CAREFUL_READER, rows.tolist(), nothing)
    assert set(found) == narrowed_by_hand(system)
    assert len(found) == len(set(found))


def test_some_of_these_are_narrowed_and_some_are_not() -> None:
    assert narrowed_by_hand(system_of((1, 2, 2), [(0, 1, 2)]))
    assert not narrowed_by_hand(system_of((1, 2, 3), [(0, 1, 2)]))


def test_places_are_named_as_people_know_them() -> None:
    numbers = [Narrowed("tid-24", "2480 × vald × kvar", 3), Narrowed("tid-24", "2418 × vald", 2, 4)]
    text = describe_narrowed(numbers)
    assert "* tid-24, minst 3: Umeå × Våld i nära relationer × kvar." in text
    assert "* tid-24, 2 till 4: Malå × Våld i nära relationer." in text
    assert "2 dolda tal kan inte vara vilket litet tal som helst" in text

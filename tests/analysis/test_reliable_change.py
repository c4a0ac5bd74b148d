"""The five ways to compare a change with the error of measurement.

Held here to their definitions, written out number by number, and to what must be true of them
whatever the data; the published tables are replayed in test_published_vectors.
"""

from __future__ import annotations

import numpy as np
import pytest

from analyslib.analysis.reliable_change import (
    Baseline,
    IndexMethod,
    classify_change,
    classify_index,
    reliable_change_criterion,
    reliable_change_index,
)


BEFORE = [30.0, 20.0, 10.0, 8.0, 6.0, 4.0, 2.0]
AFTER = [3.0, 2.0, 2.0, 2.0, 2.0, 2.0, 1.0]
BASELINE = Baseline(mean=10.0, sd=5.0, reliability=0.8)


def by_hand(method: str, before: float, after: float) -> float:
    """Mean 10, sd 5, r .8, mean after 7, reliability after .5, as the papers write it."""
    if method == "JT":
        return (after - before) / (2 * (5**2 * 0.2)) ** 0.5
    if method == "EN":
        return (after - (0.8 * (before - 10) + 10)) / (5 * 0.2**0.5)
    if method == "GLN":
        return ((after - 10) - 0.8 * (before - 10)) / (5 * 0.36**0.5)
    if method == "HLL":
        return ((after - 7) - 0.8 * (before - 10)) / (5 * 0.36**0.5)
    return (after - (0.8 * (before - 10) + 10)) / (0.64 * 25 * 0.2 + 25 * 0.5) ** 0.5


@pytest.mark.parametrize("method", list(IndexMethod))
def test_each_method_is_what_its_paper_says(method: IndexMethod) -> None:
    found = reliable_change_index(BEFORE, AFTER, BASELINE, method, 7.0, 0.5)
    wanted = [by_hand(str(method), b, a) for b, a in zip(BEFORE, AFTER, strict=True)]
    assert found == pytest.approx(wanted, abs=1e-12)


def test_jacobson_and_truax_is_the_default_and_the_same_as_the_criterion() -> None:
    criterion = reliable_change_criterion(5.0, 0.8, high_is_better=False, cut_off=9.0)
    index = reliable_change_index(BEFORE, AFTER, BASELINE)
    by_index = classify_index(BEFORE, AFTER, index, False, 9.0)
    assert list(by_index) == list(classify_change(BEFORE, AFTER, criterion))
    assert "recovered" in by_index


def test_worked_example_of_jacobson_and_truax() -> None:
    index = reliable_change_index([32.5], [47.5], Baseline(40.0, 7.5, 0.8))
    assert index[0] == pytest.approx(3.1623, abs=5e-5)


def test_hll_takes_away_the_change_of_the_group() -> None:
    """Everybody better by the same: by HLL nobody with an ordinary start has changed."""
    rng = np.random.default_rng(3)
    before = rng.normal(30, 8, 200)
    baseline = Baseline(float(before.mean()), float(before.std(ddof=1)), 0.8)
    after = before - 15
    same = reliable_change_index(before, after, baseline, IndexMethod.HLL, float(after.mean()))
    plain = reliable_change_index(before, after, baseline)
    assert (np.abs(same) < 1.96).mean() > 0.95
    assert (plain < -1.96).all()


def test_what_a_method_needs_is_asked_for() -> None:
    with pytest.raises(ValueError, match="mean after"):
        reliable_change_index(BEFORE, AFTER, BASELINE, IndexMethod.HLL)
    with pytest.raises(ValueError, match="reliability after"):
        reliable_change_index(BEFORE, AFTER, BASELINE, IndexMethod.NK)

"""Ranks with intervals: wide where values are uncertain, one place where they are not."""

import numpy as np

from analyslib.analysis.ranks import rank_with_interval, standard_errors


def test_certain_values_have_their_place() -> None:
    found = rank_with_interval([10.0, 30.0, 20.0], [0.01] * 3, high_first=True)
    assert list(found.rank) == list(found.low) == list(found.high) == [3, 1, 2]


def test_uncertain_values_could_lie_anywhere() -> None:
    found = rank_with_interval([10.0, 11.0, 12.0], [50.0] * 3, high_first=False)
    assert list(found.rank) == [1, 2, 3]
    assert set(found.low) == {1}
    assert set(found.high) == {3}


def test_equal_values_share_the_best_place() -> None:
    found = rank_with_interval([5.0, 5.0, 1.0], [0.1] * 3, high_first=True)
    assert list(found.rank) == [1, 1, 3]
    exact = rank_with_interval([5.0, 5.0, 1.0], [0.0] * 3, high_first=True)
    assert list(exact.low) == [1, 1, 3]


def test_without_an_error_no_interval_and_without_a_value_no_place() -> None:
    found = rank_with_interval([5.0, np.nan, 1.0], [np.nan, 1.0, 0.1], high_first=True)
    assert (found.rank[0], found.rank[2]) == (1, 2)
    assert np.isnan([found.rank[1], found.low[0], found.high[0], found.low[1]]).all()
    assert not np.isnan(found.low[2])


def test_intervals_cover_the_true_place() -> None:
    """Fifteen municipalities that truly differ: the interval holds the true place nearly always."""
    rng = np.random.default_rng(11)
    truth = np.linspace(60, 90, 15)
    errors = rng.uniform(1, 8, 15)
    covered = []
    for _ in range(60):
        found = rank_with_interval(rng.normal(truth, errors), errors, False, draws=300)
        covered.append((found.low <= np.arange(1, 16)) & (np.arange(1, 16) <= found.high))
    assert np.mean(covered) > 0.90


def test_standard_errors_are_read_off_intervals() -> None:
    assert np.allclose(standard_errors([10 - 1.959964], [10 + 1.959964]), 1.0)

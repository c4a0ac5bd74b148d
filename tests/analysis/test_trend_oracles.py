"""Mann-Kendall, Theil-Sen and own-variation limits against independent ways of computing them."""

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from analyslib.analysis.intervals import DEGREES, MIN_YEARS, OWN_95, OWN_998
from analyslib.analysis.statistics import benjamini_hochberg
from analyslib.analysis.trend_tests import MOST_EXACT, approximate_p, mann_kendall


def test_exact_p_is_the_share_of_all_orders() -> None:
    orders = np.array(list(permutations(range(6))), float)
    found = mann_kendall(orders)
    scores = np.abs(found.score)
    for score in np.unique(scores):
        p = found.p[scores == score][0]
        assert p == pytest.approx((scores >= score).mean())


@pytest.mark.parametrize("points", range(5, 11))
def test_p_is_scipys_exact_kendall(points: int) -> None:
    rng = np.random.default_rng(points)
    values = rng.standard_normal((40, points))
    found = mann_kendall(values)
    for row, p in zip(values, found.p, strict=True):
        expected = stats.kendalltau(np.arange(points), row, method="exact").pvalue
        assert p == pytest.approx(expected)


def test_slope_is_scipys_theil_sen() -> None:
    rng = np.random.default_rng(1)
    values, years = rng.standard_normal((40, 9)), np.arange(2014.0, 2023.0)
    found = mann_kendall(values, np.broadcast_to(years, values.shape))
    expected = [stats.theilslopes(row, years).slope for row in values]
    np.testing.assert_allclose(found.slope, expected)


def test_slope_interval_covers_the_true_slope() -> None:
    rng = np.random.default_rng(2)
    for points in (5, 7, 10):
        values = rng.standard_normal((20_000, points)) + 0.5 * np.arange(points)
        found = mann_kendall(values)
        covered = ((found.low <= 0.5) & (found.high >= 0.5)).mean()
        assert 0.945 < covered < 0.99
        certain = found.p < 0.05
        np.testing.assert_array_equal(certain, (found.low > 0) | (found.high < 0))


@pytest.mark.parametrize(
    "values", [(1, 2, 3, 3, 4), (1, 1, 2, 2, 2, 5), (0, 0, 0, 0, 1), (1, 1, 2, 2, 3, 3)]
)
def test_exact_p_with_ties_is_the_share_of_all_orders(values: tuple[int, ...]) -> None:
    orders = np.array(list(permutations(values)), float)
    found = mann_kendall(orders)
    scores = np.abs(found.score)
    for score in np.unique(scores):
        p = found.p[scores == score][0]
        assert p == pytest.approx((scores >= score).mean())


def test_nothing_but_ties_is_no_trend() -> None:
    found = mann_kendall(np.full((1, 6), 3.0))
    assert (found.score[0], found.p[0], found.slope[0]) == (0, 1.0, 0.0)


@pytest.mark.parametrize(("points", "kinds"), [(18, 4), (19, 4), (24, 9), (60, 200), (240, 40)])
def test_p_of_any_length_is_the_share_of_shuffled_orders(points: int, kinds: int) -> None:
    """Long series with many that are equal: months of few persons."""
    rng = np.random.default_rng(points)
    values = np.sort(rng.integers(0, kinds, points).astype(float)) + 0.0
    swapped = values + rng.normal(0, 3.0 * kinds, points)
    values = values[np.argsort(swapped)]
    found = mann_kendall(values[None, :])
    orders = np.array([rng.permutation(values) for _ in range(2_000)])
    first, last = np.triu_indices(points, 1)
    scores = [abs(np.sign(row[last] - row[first]).sum()) for row in orders]
    share = np.mean(np.array(scores) >= abs(found.score[0]))
    assert found.p[0] == pytest.approx(share, abs=4 * np.sqrt(0.25 / 2_000))
    assert 0.01 < share < 0.99, "a case that tells nothing"


def test_exact_and_approximate_p_meet_where_one_takes_over() -> None:
    rng = np.random.default_rng(4)
    slopes = rng.uniform(0, 0.15, (400, 1))
    values = np.round(rng.standard_normal((400, MOST_EXACT)) + slopes * np.arange(MOST_EXACT), 1)
    found = mann_kendall(values)
    near = approximate_p(values, found.score)
    np.testing.assert_allclose(found.p, near, atol=0.006)
    assert (np.abs(found.p - near) > 0).any()


def test_the_slope_interval_of_long_series_covers_the_true_slope() -> None:
    rng = np.random.default_rng(6)
    for points in (19, 24, 60):
        values = rng.standard_normal((600, points)) + 0.5 * np.arange(points)
        found = mann_kendall(values)
        covered = ((found.low <= 0.5) & (found.high >= 0.5)).mean()
        assert 0.92 < covered < 0.985
        np.testing.assert_array_equal(found.p < 0.05, (found.low > 0) | (found.high < 0))


def test_own_variation_limits_are_the_simulated_ones(prove: bool) -> None:
    """The factors in `intervals` come from here: the newest of k values against its true level."""
    rng = np.random.default_rng(5)
    draws, close = (2_000_000, 0.01) if prove else (100_000, 0.06)
    for step, points in enumerate(range(MIN_YEARS, MIN_YEARS + len(OWN_95))):
        values = rng.standard_normal((draws, points))
        spread = np.abs(np.diff(values, axis=1)).mean(1) * np.sqrt(np.pi) / 2
        found = np.quantile(np.abs(values[:, -1]) / spread, [0.95, 0.998])
        assert found[0] == pytest.approx(OWN_95[step], rel=close)
        assert found[1] == pytest.approx(OWN_998[step], rel=2 * close)
        ratio = stats.t.ppf(0.999, DEGREES[step]) / stats.t.ppf(0.975, DEGREES[step])
        assert ratio == pytest.approx(OWN_998[step] / OWN_95[step], rel=0.01)


def test_benjamini_hochberg_is_scipys() -> None:
    p = np.random.default_rng(8).uniform(size=50) ** 2
    np.testing.assert_allclose(benjamini_hochberg(p), stats.false_discovery_control(p))
    with_gap = benjamini_hochberg([0.01, np.nan, 0.04])
    np.testing.assert_allclose(with_gap, [0.02, np.nan, 0.04])
    assert len(benjamini_hochberg([])) == 0

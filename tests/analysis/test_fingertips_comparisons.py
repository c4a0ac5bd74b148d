"""comparisons.json: the classes of Fingertips, by its five ways of comparing."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyslib.analysis.funnel import count_limits, funnel_class, share_limits
from analyslib.analysis.overlap import position, two_level_position
from analyslib.analysis.ranks import percentile_bounds, percentile_category


pytestmark = pytest.mark.shared
LOW_IS_GOOD = {1: "Worse", 0: "Same", -1: "Better"}


@pytest.fixture
def cases(reference: Path) -> dict[str, Any]:
    return json.loads((reference / "fingertips/comparisons.json").read_text())


def word(place: float) -> str:
    return "None" if np.isnan(place) else LOW_IS_GOOD[int(np.sign(place))]


def test_spc_for_proportions(cases: dict[str, Any]) -> None:
    for case in cases["spc_for_proportions"]["cases"]:
        target, n = case["comparator"] / 100, case["denominator"]
        for level, key in ((0.95, "sig95"), (0.998, "sig998")):
            low, high = share_limits(n, target, level)
            assert word(position(case["value"] / 100, case["value"] / 100, low, high)) == case[key]


def test_spc_for_dsr(cases: dict[str, Any]) -> None:
    for case in cases["spc_for_dsr"]["cases"]:
        expected = case["comparator"] * case["denominator"] / 100_000
        observed = case["value"] * case["denominator"] / 100_000
        for level, key in ((0.95, "sig95"), (0.998, "sig998")):
            low, high = count_limits(expected, level)
            assert word(position(observed, observed, low, high)) == case[key]


def test_double_overlapping_intervals(cases: dict[str, Any]) -> None:
    for case in cases["double_overlapping_ci"]["cases"]:
        area, other = (np.array(case[key], float) for key in ("area", "comparator"))
        assert word(float(position(area[1], area[2], other[1], other[2]))) == case["expected"]


def test_two_levels(cases: dict[str, Any]) -> None:
    area = cases["two_level_ci"]["area"]
    words = {2: "Worst", 1: "Worse", 0: "Same", -1: "Better", -2: "Best"}
    for case in cases["two_level_ci"]["cases"]:
        place = two_level_position(
            (area["l95"], area["u95"]), (area["l998"], area["u998"]), case["comparator"]
        )
        assert words[int(place)] == case["low_is_good"]
        assert words[-int(place)] == case["high_is_good"]


def test_single_overlapping_of_fingertips_next(cases: dict[str, Any]) -> None:
    expected = cases["fingertipsnext_benchmark"]
    values, benchmark = np.array([4.0, 3.0, 2.0, 1.0]), np.array([1.0, 2.0, 3.0, 4.0])
    place = position(values - 1.1, values + 1.1, benchmark)
    for polarity, words in (
        ("high_is_good", {1: "Better", 0: "Similar", -1: "Worse"}),
        ("low_is_good", {1: "Worse", 0: "Similar", -1: "Better"}),
        ("no_judgement", {1: "Higher", 0: "Similar", -1: "Lower"}),
    ):
        assert [words[int(number)] for number in place] == expected[polarity]


def test_quintile_categories(cases: dict[str, Any]) -> None:
    fifths = cases["quintile_categories"]
    for case in fifths["cases"]:
        found = percentile_category(case["value"], fifths["values"])
        assert found == case["low_is_good"]
        turned = percentile_category(case["value"], fifths["values"], high_first=True)
        assert turned == case["high_is_good"]
    for case in fifths["no_polarity"]:
        assert percentile_category(case["value"], fifths["values"]) == case["category"]
    few = fifths["too_few"]
    assert (percentile_category(few["values"], few["values"]) == few["category"]).all()


def test_percentile_bounds(cases: dict[str, Any]) -> None:
    for case in cases["percentile_bounds"]:
        first, last = map(int, case["values"].split(".."))
        values = np.arange(first, last + 1)
        if "bounds" in case:
            np.testing.assert_allclose(percentile_bounds(values, case["k"]), case["bounds"])
        else:
            quarters = percentile_bounds(values, 4)
            assert (quarters[1], quarters[3]) == (case["p25"], case["p75"])
            assert "median" not in case or quarters[2] == case["median"]
    assert np.isnan(percentile_bounds([1.0, 2.0, 3.0], 4)).all()


def test_funnel_class_is_the_position_by_two_limits() -> None:
    values = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    limits = share_limits(30, 0.5), share_limits(30, 0.5, 0.998)
    assert list(funnel_class(values, *limits)) == [-2, -1, 0, 1, 2]

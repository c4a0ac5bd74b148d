"""nhsr_plotthedots.json: limits, signals and assurance of NHS England's Making Data Count."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyslib.analysis.process_control import (
    LIMIT,
    NEAR_LIMIT,
    SCREEN,
    Signal,
    assurance,
    part_of_run,
    part_of_two_in_three,
    seven_on_one_side,
    trend_of_seven,
    two_in_three,
    xmr,
    xmr_limits,
)


pytestmark = pytest.mark.shared


@pytest.fixture
def cases(reference: Path) -> dict[str, Any]:
    return json.loads((reference / "spc/nhsr_plotthedots.json").read_text())


def test_constants(cases: dict[str, Any]) -> None:
    expected = cases["constants"]
    assert (expected["limit"], expected["mr_screen"]) == (LIMIT, SCREEN)
    assert pytest.approx(expected["near_limit"]) == NEAR_LIMIT


def test_xmr_limits(cases: dict[str, Any]) -> None:
    checked = 0
    for case in cases["xmr"]:
        if case["y"] is None:  # a facet whose split rule lies in another file of the source
            continue
        found = xmr_limits(np.array(case["y"], float), case["screen_outliers"])
        places = case.get("decimals", 6)
        for value, key in ((found.mean, "mean"), (found.low, "lpl"), (found.high, "upl")):
            assert value == pytest.approx(case[key], abs=0.6 * 10**-places), case["case"]
        checked += 1
    assert checked == 5


@pytest.mark.parametrize(
    ("name", "arguments", "function"),
    [
        ("seven_point_one_side", ("rtm",), seven_on_one_side),
        ("part_of_seven", ("v",), part_of_run),
        ("seven_point_trend", ("y",), trend_of_seven),
        ("two_in_three", ("close", "rtm"), two_in_three),
        ("part_of_two_in_three", ("close", "rtm"), part_of_two_in_three),
    ],
)
def test_rules(cases: dict[str, Any], name: str, arguments: tuple[str, ...], function: Any) -> None:
    for case in cases[name]:
        found = np.abs(function(*(case[key] for key in arguments)))
        expected = np.abs(case["expected"])
        if name == "seven_point_trend":
            found, expected = function(case["y"]), case["expected"]
        np.testing.assert_array_equal(found, expected, err_msg=str(case))


def test_opposite_sides_are_common_cause(cases: dict[str, Any]) -> None:
    found = xmr(cases["opposite_sides"]["y"])
    assert found.signals[-2:] == (Signal.NONE, Signal.NONE)
    assert cases["opposite_sides"]["expected_last_two"] == ["common_cause", "common_cause"]


def test_assurance(cases: dict[str, Any]) -> None:
    words = {"passes": "consistent_pass", "fails": "consistent_fail", "": None}
    table = cases["assurance"]
    for direction, key in (("high", "increase"), ("low", "decrease"), ("none", "neutral")):
        for row, expected in zip(table["rows"], table[key], strict=True):
            found = str(assurance(row["target"], row["lpl"], row["upl"], direction))
            assert words.get(found, found) == expected


def test_the_strongest_signal_is_named(cases: dict[str, Any]) -> None:
    order = [Signal.OUTSIDE, Signal.TREND, Signal.TWO_OF_THREE, Signal.SHIFT, Signal.NONE]
    named = dict(zip(cases["priority_order"], order, strict=True))
    assert named["outside limits"] is Signal.OUTSIDE
    assert list(Signal) == order
    rising = xmr([5, 4, 5, 4, 5, 4, 5, 4, 5, 6, 7, 8, 9, 10, 30.0], screen=False)
    assert rising.signals[-1] is Signal.OUTSIDE
    assert rising.signals[-2] is Signal.TREND


def test_baseline_of_the_python_port(cases: dict[str, Any]) -> None:
    for case in cases["nhspy"]["cases"]:
        if "note" in case:
            continue
        found = xmr(case["y"], baseline=case["fix_after"])
        for column, key in ((found.mean, "mean"), (found.low, "lpl"), (found.high, "upl")):
            assert column[0] == pytest.approx(case[key], abs=1e-9)
        outside = [signal is Signal.OUTSIDE for signal in found.signals]
        assert outside == [bool(mark) for mark in case["outside"]]


def test_a_series_that_hardly_moves_has_no_limits(cases: dict[str, Any]) -> None:
    """Deliberate difference: the port puts every point outside limits of no width."""
    (case,) = (case for case in cases["nhspy"]["cases"] if "note" in case)
    assert case["lpl"] == case["upl"] == 1.2
    found = xmr(case["y"])
    assert np.isnan(found.low).all()
    assert set(found.signals) == {Signal.NONE}
    assert assurance(3, found.low[0], found.high[0], "high") == ""

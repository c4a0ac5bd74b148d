"""recent_trend.json: the five-point test of Fingertips, and the one case where ours differs."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyslib.analysis.statistics import Z
from analyslib.analysis.trend_tests import CHI2_998, SlopeTest, armitage_test, five_point_test


pytestmark = pytest.mark.shared
# the value types the source's rule allows; others have intervals that mean something else
ALLOWED = ("Proportion", "Crude rate", "Directly standardised rate", None)
DIRECTION = {"High is good": 1, "Low is good": -1, "No judgement": 0}


def load(reference: Path) -> dict[str, Any]:
    return json.loads((reference / "fingertips/recent_trend.json").read_text())


def column(case: dict[str, Any], name: str) -> np.ndarray:
    return np.array([[point[name] for point in case["points"]]], float)


def run(case: dict[str, Any]) -> SlopeTest:
    if case["method"] == "spc-for-proportions":
        return armitage_test(column(case, "Count"), column(case, "Denominator"))
    errors = (column(case, "UpperCI") - column(case, "LowerCI")) / 3.92
    return five_point_test(column(case, "Value"), errors)


def word(case: dict[str, Any], found: SlopeTest) -> str:
    if case.get("value_type") not in ALLOWED or np.isnan(found.chi2[0]):
        return "CannotBeCalculated"
    if not (found.chi2[0] > CHI2_998 and found.guarded[0]):
        return "NoChange"
    rising = found.slope[0] > 0
    good = DIRECTION[case.get("polarity", "No judgement")]
    judgement = "" if good == 0 else f"AndGetting{'Better' if rising == (good > 0) else 'Worse'}"
    return ("Increasing" if rising else "Decreasing") + judgement


def test_recent_trend(reference: Path) -> None:
    data = load(reference)
    assert pytest.approx(data["chi2_critical"], abs=1e-9) == CHI2_998 == Z[0.998] ** 2
    for case in data["cases"]:
        if case["case"] == "GpRegisteredPopulationOver65":
            continue
        found = run(case)
        if "expected_trend" in case:
            assert word(case, found) == case["expected_trend"], case["case"]
        else:
            significant = word(case, found) not in ("NoChange", "CannotBeCalculated")
            assert significant == case["expected_significant"], case["case"]
        if case.get("expected_chi2_2dp"):
            assert round(float(found.chi2[0]), 2) == case["expected_chi2_2dp"]
    assert len(data["cases"]) == 10


def test_no_intervals_cannot_be_judged(reference: Path) -> None:
    """Deliberate difference: the source answers NoChange here; with counts it is a clear rise."""
    (case,) = (
        case for case in load(reference)["cases"] if case["case"] == "GpRegisteredPopulationOver65"
    )
    assert case["expected_trend"] == "NoChange"
    assert word(case, run(case)) == "CannotBeCalculated"
    by_counts = armitage_test(column(case, "Count"), column(case, "Denominator"))
    assert word({**case, "value_type": "Proportion"}, by_counts) == "Increasing"
    assert by_counts.chi2[0] == pytest.approx(3167.8, abs=0.1)

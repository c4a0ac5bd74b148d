"""funnel_prop_inputs, funnel_prop_outputs, funnelplotr_poisson_limits."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyslib.analysis.funnel import (
    funnel_class,
    overdispersed_ratio_limits,
    overdispersed_share_limits,
    ratio_limits,
    ratio_overdispersion,
    share_limits,
    share_overdispersion,
)


CLASSES = {
    -2: "Low (0.001)",
    -1: "Low (0.025)",
    0: "Not significant",
    1: "High (0.025)",
    2: "High (0.001)",
}


@pytest.mark.shared
def test_funnel_prop_outputs(reference: Path) -> None:
    areas = pd.read_csv(reference / "phe/funnel_prop_inputs.csv")
    limits = pd.read_csv(reference / "phe/funnel_prop_outputs.csv")
    target = areas["numerator"].sum() / areas["denominator"].sum()
    assert target * 100 == pytest.approx(limits["Baseline"].iloc[0], abs=1e-6)
    for level, tag in ((0.95, "2s0025limit"), (0.998, "3s0001limit")):
        low, high = share_limits(limits["Population"], target, level)
        np.testing.assert_allclose(low * 100, limits[f"Lower{tag}"], atol=1e-6)
        np.testing.assert_allclose(high * 100, limits[f"Upper{tag}"], atol=1e-6)


@pytest.mark.shared
def test_funnel_prop_inputs_classes(reference: Path) -> None:
    areas = pd.read_csv(reference / "phe/funnel_prop_inputs.csv")
    n, value = areas["denominator"], areas["numerator"] / areas["denominator"]
    target = areas["numerator"].sum() / n.sum()
    found = funnel_class(value, share_limits(n, target), share_limits(n, target, 0.998))
    assert [CLASSES[number] for number in found] == list(areas["significance"])
    assert len(areas) == 303


@pytest.mark.shared
def test_overdispersion_takes_the_many_false_outliers_away(reference: Path) -> None:
    """The published figures for these 303 areas: 85.8 % outside the plain limits, 0.7 % after."""
    areas = pd.read_csv(reference / "phe/funnel_prop_inputs.csv")
    n, value = areas["denominator"], areas["numerator"] / areas["denominator"]
    spread = share_overdispersion(areas["numerator"], n)
    plain = funnel_class(
        value, share_limits(n, spread.target), share_limits(n, spread.target, 0.998)
    )
    wide = funnel_class(
        value,
        overdispersed_share_limits(n, spread),
        overdispersed_share_limits(n, spread, 0.998),
    )
    assert round((np.abs(plain) == 2).mean() * 100, 1) == 85.8
    assert round((np.abs(wide) == 2).mean() * 100, 1) == 0.7


@pytest.mark.shared
def test_funnelplotr_poisson_limits(reference: Path) -> None:
    case = json.loads((reference / "phe/funnelplotr_poisson_limits.json").read_text())
    expected = np.array(case["expected_counts"], float)
    for level, tag in ((0.95, "95"), (0.998, "998")):
        low, high = ratio_limits(expected, level=level)
        np.testing.assert_allclose(low, case[f"ll{tag}"], atol=1e-7)
        np.testing.assert_allclose(high, case[f"ul{tag}"], atol=5e-7)


def test_pure_chance_is_not_overdispersed() -> None:
    rng = np.random.default_rng(3)
    n = rng.integers(50, 5000, 2000)
    shares = share_overdispersion(rng.binomial(n, 0.3), n)
    ratios = ratio_overdispersion(rng.poisson(n / 10), n / 10)
    assert shares.tau2 < 1e-4
    assert ratios.tau2 < 5e-3
    assert shares.target == pytest.approx(0.3, abs=0.01)


def test_values_more_alike_than_chance_add_nothing() -> None:
    n = np.full(50, 400)
    assert share_overdispersion(n * 0.25, n).tau2 == 0
    plain, wide = (
        share_limits(n, 0.25),
        overdispersed_share_limits(n, share_overdispersion(n * 0.25, n)),
    )
    np.testing.assert_allclose(wide, plain, atol=0.005)


def test_overdispersed_ratio_limits_hold_what_differs() -> None:
    rng = np.random.default_rng(4)
    expected = rng.uniform(100, 2000, 3000)
    observed = rng.poisson(expected * np.exp(rng.normal(0, 0.2, 3000)))
    spread = ratio_overdispersion(observed, expected)
    plain = ratio_limits(expected, spread.target)
    wide = overdispersed_ratio_limits(expected, spread)
    ratio = observed / expected
    assert np.mean((ratio < plain[0]) | (ratio > plain[1])) > 0.6
    # more than 5 %: winsorising a tenth at each end takes a third of a normal spread away
    assert 0.05 < np.mean((ratio < wide[0]) | (ratio > wide[1])) < 0.16
    assert 0.7 < np.sqrt(spread.tau2) / 0.2 < 1.0

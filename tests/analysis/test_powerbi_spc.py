"""powerbi_spc_limits.json: two and three sigma limits of eleven kinds of charts, as printed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyslib.analysis.attribute_charts import (
    ChartLimits,
    c_limits,
    g_limits,
    i_limits,
    mr_limits,
    p_limits,
    s_limits,
    t_limits,
    u_limits,
    xbar_limits,
)


pytestmark = pytest.mark.shared


@pytest.fixture
def charts(reference: Path) -> dict[str, Any]:
    return json.loads((reference / "spc/powerbi_spc_limits.json").read_text())


def numbers(chart: dict[str, Any], name: str) -> np.ndarray:
    return np.array(chart[name], float)


CHARTS: dict[str, tuple[float, Callable[[dict[str, Any], float], ChartLimits]]] = {
    "i": (1, lambda c, s: i_limits(numbers(c, "numerators") / numbers(c, "denominators"), s)),
    "mr": (1, lambda c, s: mr_limits(numbers(c, "numerators") / numbers(c, "denominators"), s)),
    "p": (100, lambda c, s: p_limits(numbers(c, "numerators"), numbers(c, "denominators"), s)),
    "pprime": (
        100,
        lambda c, s: p_limits(numbers(c, "numerators"), numbers(c, "denominators"), s, True),
    ),
    "u": (10_000, lambda c, s: u_limits(numbers(c, "numerators"), numbers(c, "denominators"), s)),
    "uprime": (
        1,
        lambda c, s: u_limits(numbers(c, "numerators"), numbers(c, "denominators"), s, True),
    ),
    "g": (1, lambda c, s: g_limits(numbers(c, "numerators"), s)),
    "t": (1, lambda c, s: t_limits(numbers(c, "numerators"), s)),
    "xbar": (
        1,
        lambda c, s: xbar_limits(
            *(numbers(c, k) for k in ("numerators", "xbar_sds", "denominators")), s
        ),
    ),
    "s": (1, lambda c, s: s_limits(numbers(c, "sds"), numbers(c, "denominators"), s)),
}


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_limits(charts: dict[str, Any], name: str) -> None:
    chart, (scale, limits) = charts[name], CHARTS[name]
    for sigmas, level in ((3, "99"), (2, "95")):
        if (name, level) == ("mr", "95"):
            continue
        found = limits(chart, sigmas)
        for line, key in ((found.low, f"ll{level}"), (found.high, f"ul{level}")):
            # the printed g and t charts draw their lines one point further than the data
            printed = numbers(chart, key)[: len(line)]
            close = 0.5001 * 10.0 ** -_decimals(printed)
            np.testing.assert_allclose(line * scale, printed, atol=close, rtol=0, err_msg=key)


def _decimals(printed: np.ndarray) -> int:
    """What the source rounded to: a few values at a half step are printed with one more digit."""
    digits = [len(str(value).split(".")[-1]) for value in printed.tolist() if value % 1]
    return min(4, max(2, sorted(digits)[len(digits) // 2])) if digits else 2


def test_c_limits_start_again_at_a_new_stretch(charts: dict[str, Any]) -> None:
    chart = charts["c"]
    counts, stretch = numbers(chart, "numerators"), numbers(chart, "groupings")
    for number in (1, 2):
        rows = stretch == number
        for sigmas, level in ((3, "99"), (2, "95")):
            found = c_limits(counts[rows], sigmas)
            np.testing.assert_allclose(found.high, numbers(chart, f"ul{level}")[rows], atol=0.006)
            np.testing.assert_allclose(found.low, numbers(chart, f"ll{level}")[rows], atol=0.006)


def test_moving_range_at_two_sigmas(charts: dict[str, Any]) -> None:
    """Deliberate difference: the source takes two thirds of the whole upper limit, not of the
    distance from the mean."""
    chart = charts["mr"]
    ours = CHARTS["mr"][1](chart, 2)
    two_thirds = CHARTS["mr"][1](chart, 3).high[0] * 2 / 3
    assert two_thirds == pytest.approx(chart["ul95"][0], abs=5e-5)
    assert ours.high[0] > two_thirds
    moves = np.abs(np.diff(numbers(chart, "numerators") / numbers(chart, "denominators")))
    np.testing.assert_allclose(moves, numbers(chart, "values"), atol=6e-5)


def test_every_chart_of_the_file_is_recomputed(charts: dict[str, Any]) -> None:
    assert set(charts) == {*CHARTS, "c"}

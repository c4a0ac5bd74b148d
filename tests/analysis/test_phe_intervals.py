"""byars_wilson, proportion, rate, mean: recomputed within 1e-12 of PHEindicatormethods."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyslib.analysis.statistics import byar, mean, poisson, rate, wilson


pytestmark = pytest.mark.shared
LEVEL = {"95%": 0.95, "99.8%": 0.998}
CLOSE = 1e-12


def same(found: object, expected: object, close: float = CLOSE) -> None:
    np.testing.assert_allclose(
        np.asarray(found, float), np.asarray(expected, float), rtol=close, atol=close
    )


def test_byars_wilson(reference: Path) -> None:
    rows = pd.read_csv(reference / "phe/byars_wilson.csv")
    for row in rows.itertuples():
        level = LEVEL[row.confidence]
        if row.method == "Wilson":
            found = wilson(row.x, row.n, level)
        else:
            found = byar(row.x, level)
        same(found[0], row.lowercl)
        same(found[1], row.uppercl)


def test_byars_lower_limit_below_ten_is_exact_and_not_missing(reference: Path) -> None:
    """Deliberate difference: the source has no lower limit at a count of 1, ours is exact."""

    rows = pd.read_csv(reference / "phe/byars_wilson.csv")
    gap = rows[rows["lowercl"].isna()]
    assert list(gap["x"]) == [1]
    low, high = poisson(1, 0.998)
    same((low, high), (0.0010005003335835344, 9.233413476451585))  # as rate.csv has them


def test_proportion(reference: Path) -> None:
    rows = pd.read_csv(reference / "phe/proportion.csv")
    for level, tag in ((0.95, "95_0"), (0.998, "99_8")):
        low, high = wilson(rows["Numerator"], rows["Denominator"], level)
        same(low * rows["multiplier"], rows[f"lower{tag}cl"])
        same(high * rows["multiplier"], rows[f"upper{tag}cl"])


def test_proportion_grouped(reference: Path) -> None:
    rows = pd.read_csv(reference / "phe/proportion_grouped_expected.csv")
    low, high = wilson(rows["Numerator"], rows["Denominator"])
    same(low * rows["multiplier"], rows["lowercl"])
    same(high * rows["multiplier"], rows["uppercl"])


def test_rate(reference: Path) -> None:
    rows = pd.read_csv(reference / "phe/rate.csv")
    for level, tag in ((0.95, "95_0"), (0.998, "99_8")):
        for per, part in rows.groupby("multiplier"):
            low, high = rate(part["Numerator"], part["Denominator"], per, level)
            same(low, part[f"lower{tag}cl"])
            same(high, part[f"upper{tag}cl"])


def test_rate_grouped(reference: Path) -> None:
    rows = pd.read_csv(reference / "phe/rate_grouped_expected.csv")
    low, high = rate(rows["Numerator"], rows["Denominator"], rows["multiplier"])
    same(low, rows["lowercl"])
    same(high, rows["uppercl"])


def test_mean(reference: Path) -> None:
    values = pd.read_csv(reference / "phe/mean_input.csv")
    expected = pd.read_csv(reference / "phe/mean_expected.csv").set_index("area")
    groups = {**dict(iter(values.groupby("area")["values"])), "No grouping": values["values"]}
    assert set(groups) == set(expected.index)
    for area, part in groups.items():
        for level, tag in ((0.95, "95_0"), (0.998, "99_8")):
            row = expected.loc[area]
            # the t quantile of the lowest scipy we allow has eleven digits
            expected_row = row[["value", f"lower{tag}cl", f"upper{tag}cl"]]
            same(mean(part, level), expected_row, close=1e-11)

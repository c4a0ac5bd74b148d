"""qicharts2: Montgomery's charts with expected run values, and real series without."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyslib.analysis.attribute_charts import c_limits, p_limits, u_limits, xbar_limits
from analyslib.analysis.process_control import RunTest, run_test


pytestmark = pytest.mark.shared


def boring_run_test(values: list[float], centre: float) -> tuple[int, int, int]:
    """Useful points, longest run and crossings, counted by hand."""
    sides = [value > centre for value in values if value != centre]
    longest = run = crossings = 0
    for place, side in enumerate(sides):
        same = place > 0 and side == sides[place - 1]
        run = run + 1 if same else 1
        crossings += place > 0 and not same
        longest = max(longest, run)
    return len(sides), longest, crossings


def expect_runs(found: RunTest, row: pd.Series) -> None:
    assert found.useful == row["n.useful"]
    assert found.longest == row["longest.run"]
    assert found.longest_likely == row["longest.run.max"]
    assert found.crossings == row["n.crossings"]
    assert found.fewest_likely == row["n.crossings.min"]
    assert found.signal == row["runs.signal"]


def test_montgomery_6_3_1(reference: Path) -> None:
    rows = pd.read_csv(reference / "spc/qicharts2_ex_6_3_1.csv")
    expect_runs(run_test(rows["y"], rows["cl"].iloc[0]), rows.iloc[0])
    found = xbar_limits(rows["y"], rows["y.sd"], rows["y.length"])
    np.testing.assert_allclose(found.centre, rows["cl"], rtol=1e-12)
    # deliberate difference: the source averages the standard deviations, ours (as the other
    # reference, powerbi_spc) pools the variances and is 7 % wider here
    pooled = np.sqrt((rows["y.sd"] ** 2).mean()) / rows["y.sd"].mean()
    for line, key in ((found.low, "lcl"), (found.high, "ucl")):
        np.testing.assert_allclose(
            (line - found.centre) / pooled, rows[key] - rows["cl"], rtol=1e-9
        )


def test_montgomery_7_3_3(reference: Path) -> None:
    """A c chart whose limits rest on a baseline with two points left out."""
    rows = pd.read_csv(reference / "spc/qicharts2_ex_7_3_3.csv")
    used = rows[rows["include"]]
    expect_runs(run_test(used["y"], rows["cl"].iloc[0]), rows.iloc[0])
    found = c_limits(used.loc[used["baseline"], "y"])
    for line, key in ((found.centre, "cl"), (found.low, "lcl"), (found.high, "ucl")):
        assert line[0] == pytest.approx(rows[key].iloc[0], rel=1e-12)


SERIES = {
    "cdi": ("n", None),
    "complaints": ("complaints", "sales"),
    "lots": ("value", "n"),
    "nhs_accidents": ("r", "n"),
}


@pytest.mark.parametrize("name", sorted(SERIES))
def test_run_test_against_counting_by_hand(reference: Path, name: str) -> None:
    rows = pd.read_csv(reference / f"spc/qicharts2_data_{name}.csv")
    count, size = SERIES[name]
    values = rows[count] / rows[size] if size else rows[count].astype(float)
    found = run_test(values)
    assert (found.useful, found.longest, found.crossings) == boring_run_test(
        list(values), found.centre
    )


def test_run_test_of_every_hospital_and_infection(reference: Path) -> None:
    rows = pd.read_csv(reference / "spc/qicharts2_data_hospital_infections.csv")
    groups = rows.groupby(["hospital", "infection"])
    assert len(groups) == 18
    for _, part in groups:
        values = part["n"] / part["days"]
        found = run_test(values)
        expected = boring_run_test(list(values), found.centre)
        assert (found.useful, found.longest, found.crossings) == expected


def test_months_of_all_hospitals_make_the_u_chart(reference: Path) -> None:
    rows = pd.read_csv(reference / "spc/qicharts2_data_hospital_infections.csv")
    months = rows.groupby("month")[["n", "days"]].sum()
    found = u_limits(months["n"], months["days"])
    assert found.centre[0] == pytest.approx(rows["n"].sum() / rows["days"].sum())
    share = months["n"] / months["days"]
    assert ((share < found.high) & (share > found.low)).all()


def test_plain_limits_are_absurd_where_denominators_are_huge(reference: Path) -> None:
    rows = pd.read_csv(reference / "spc/qicharts2_data_nhs_accidents.csv")
    share = rows["r"] / rows["n"]
    plain, laney = p_limits(rows["r"], rows["n"]), p_limits(rows["r"], rows["n"], laney=True)
    assert ((share > plain.high) | (share < plain.low)).mean() > 0.5
    assert not ((share > laney.high) | (share < laney.low)).any()


def test_few_useful_points_are_not_judged() -> None:
    assert run_test([1.0, 2.0] * 4).signal is None
    assert run_test([1.0] * 12).signal is None
    assert run_test([1.0, 2.0] * 6).signal is False
    assert run_test([1.0] * 10 + [2.0] * 10).signal is True

"""Budget against outcome: volume and price add up, to the krona, in every table of the page."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_own import budget_frame

from analyslib.analysis.budget import BudgetYear, Unsplit, budget_years, split_deviation


KRONOR = st.floats(0, 1e8, allow_nan=False)  # a sum is exact well beyond a municipality
VOLUME = st.floats(1, 1e6, allow_nan=False)


def frame(**changes: object) -> pd.DataFrame:
    return budget_frame().assign(**changes)


def the_year(rows: pd.DataFrame) -> BudgetYear:
    (found,) = budget_years(rows)
    return found


def test_a_deviation_that_is_all_volume() -> None:
    found = split_deviation(2_400_000, 3_120_000, 80, 104)
    assert (found.volume_effect, found.price_effect) == (720_000, 0)


def test_a_deviation_that_is_all_price() -> None:
    found = split_deviation(960_000, 1_056_000, 480, 480)
    assert (found.volume_effect, found.price_effect) == (0, 96_000)


def test_by_hand() -> None:
    """10 at 100 budgeted, 12 at 110 spent: 2 more at 105, and 10 dearer for 11."""
    found = split_deviation(1000, 1320, 10, 12)
    assert (found.deviation, found.volume_effect, found.price_effect) == (320, 210, 110)


def test_neither_goes_first() -> None:
    """Turned around, both effects turn their sign: nothing depends on the order."""
    there, back = split_deviation(1000, 1320, 10, 12), split_deviation(1320, 1000, 12, 10)
    assert there.volume_effect == -(back.volume_effect or 0)
    assert there.price_effect == -(back.price_effect or 0)


@given(KRONOR, KRONOR, VOLUME, VOLUME)
def test_the_two_add_up_to_the_krona(
    budget: float, outcome: float, planned: float, volume: float
) -> None:
    found = split_deviation(budget, outcome, planned, volume)
    assert found.volume_effect is not None and found.price_effect is not None
    assert found.volume_effect + found.price_effect == found.deviation
    assert found.deviation == round(outcome) - round(budget)
    b, o = Fraction(round(budget)), Fraction(round(outcome))
    v0, v1 = Fraction(planned), Fraction(volume)
    price = (o / v1 - b / v0) * (v0 + v1) / 2
    assert abs(Fraction(found.price_effect) - price) <= 1 + abs(price) / 10**9 + o / 10**9


@pytest.mark.parametrize(
    ("planned", "volume", "reason"),
    [
        (10.0, None, Unsplit.NO_VOLUME),
        (None, 10.0, Unsplit.NO_BUDGETED_VOLUME),
        (None, None, Unsplit.NO_VOLUME),
        (0.0, 10.0, Unsplit.NOTHING_PRODUCED),
        (10.0, 0.0, Unsplit.NOTHING_PRODUCED),
    ],
)
def test_without_volume_it_cannot_be_split(
    planned: float | None, volume: float | None, reason: Unsplit
) -> None:
    found = split_deviation(1000, 1200, planned, volume)
    assert (found.deviation, found.volume_effect, found.price_effect) == (200, None, None)
    assert found.reason is reason


def test_the_planted_year_adds_up_in_rows_and_columns() -> None:
    found = the_year(frame())
    assert (found.budget, found.outcome) == (3_760_000, 4_560_000)
    assert found.volume_effect == 720_000
    assert found.price_effect == 96_000
    assert found.unsplit == -16_000
    assert found.volume_effect + found.price_effect + found.unsplit == found.deviation == 800_000
    assert found.outcome - found.budget == found.deviation


def test_only_periods_with_an_outcome_are_compared() -> None:
    found = the_year(frame())
    assert {line.last.month for line in found.lines} == {8}
    assert found.year_budget == 5_640_000


def test_the_forecast_is_the_outcome_so_far_and_the_rest() -> None:
    found = the_year(frame())
    assert found.year_forecast == 12 * (390_000 + 132_000 + 48_000)
    assert found.expected == 1_200_000
    rows = frame()
    rows.loc[rows["account"] == "Övrigt", "forecast"] = np.nan
    assert the_year(rows).expected is None


def test_an_account_with_months_and_the_year_is_counted_once() -> None:
    rows = frame()
    whole = rows.iloc[[0]].assign(grain="year", budget=3_600_000.0, outcome=4_680_000.0)
    assert the_year(pd.concat([rows, whole])).budget == 3_760_000


def test_the_year_is_expected_to_come_to_what_its_own_row_says() -> None:
    rows = frame()
    spring = rows[(rows["account"] == "Placeringar") & rows["outcome"].notna()]
    whole = spring.iloc[[0]].assign(grain="year", budget=3_600_000.0, outcome=np.nan)
    told = the_year(pd.concat([spring, whole.assign(forecast=4_000_000.0)]))
    assert (told.budget, told.outcome) == (2_400_000, 3_120_000)
    assert (told.year_budget, told.expected, told.is_finished) == (3_600_000, 400_000, False)
    untold = the_year(pd.concat([spring, whole]))
    assert (untold.year_budget, untold.expected) == (3_600_000, None)


def test_a_budget_for_a_part_of_the_year_says_how_far_it_goes() -> None:
    rows = frame()
    part = the_year(rows[rows["period"].map(lambda day: day.month <= 10)])
    assert part.until.month == 10 and the_year(rows).until.month == 12


def test_hidden_periods_are_left_out_of_both_sides_and_counted() -> None:
    rows = frame()
    hidden = (rows["account"] == "Placeringar") & (rows.index < 3)
    rows.loc[hidden, ["outcome", "forecast", "volume"]] = np.nan
    rows.loc[hidden, "status"] = "Privacy"
    found = the_year(rows)
    assert found.hidden == 1
    assert found.lines[0].budget == 2_100_000
    assert found.lines[0].split.price_effect == 0


def test_a_volume_missing_in_one_month_is_no_volume() -> None:
    rows = frame()
    rows.loc[0, "volume"] = np.nan
    assert the_year(rows).lines[0].split.reason is Unsplit.NO_VOLUME


def test_without_any_outcome_there_is_no_year() -> None:
    assert budget_years(frame(outcome=np.nan)) == ()
    assert budget_years(frame().iloc[:0]) == ()


def test_a_forecast_of_a_month_that_is_over_is_forgotten() -> None:
    rows = frame()
    rows.loc[rows["outcome"].notna(), "forecast"] = 1.0
    assert the_year(rows).year_forecast == the_year(frame()).year_forecast


def test_a_year_with_every_outcome_is_finished() -> None:
    rows = frame()
    assert not the_year(rows).is_finished
    rows["outcome"] = rows["outcome"].fillna(rows["forecast"])
    assert the_year(rows).is_finished
    rows["outcome"] += 0.03  # a few öre
    assert the_year(rows).is_finished

"""trend: which test is used when, breaks, gaps, and what cannot be judged."""

import numpy as np
import pandas as pd
import pytest
from made_series import broken_in, catalogue, indicator, series, together

from analyslib.analysis.results import Answer, Method, Reason, Trend
from analyslib.analysis.trend import trend, trends_from


RISING = [10.0, 11, 12, 13, 14, 15, 16, 17]  # 2015-2022


def develop(rows: pd.DataFrame, item: object, until: int | None = 2022) -> Trend:
    (found,) = trends_from(trend(rows, catalogue(item), until))
    return found


def test_a_steady_rise_is_mann_kendall_with_theil_sens_slope() -> None:
    found = develop(series(RISING, "index"), indicator("index"))
    assert found.answer is Answer.BETTER
    assert (found.method, found.reason) == (Method.MANN_KENDALL, Reason.WHOLE_POPULATION)
    assert (found.slope, found.slope_low, found.slope_high) == (1.0, 1.0, 1.0)
    assert found.years == tuple(range(2015, 2023))
    assert found.values == tuple(RISING)
    assert found.p == pytest.approx(2 / 40320)
    assert found.certain == 0.998


@pytest.mark.parametrize(
    ("direction", "answer"),
    [("high", Answer.WORSE), ("low", Answer.BETTER), ("none", Answer.LOWER)],
)
def test_direction_of_a_fall(direction: str, answer: Answer) -> None:
    falling = series(RISING[::-1], "index")
    assert develop(falling, indicator("index", direction)).answer is answer


def test_survey_with_n_is_the_five_point_test_on_its_five_newest() -> None:
    found = develop(series([50, 50, 50, 50, 55, 60, 65, 70], n=900), indicator())
    assert found.method is Method.FIVE_POINT
    assert found.years == (2018, 2019, 2020, 2021, 2022)
    assert found.answer is Answer.BETTER
    assert found.reason is Reason.NONE
    assert found.slope == pytest.approx(5.0, abs=0.2)


def test_one_year_may_not_carry_the_slope() -> None:
    """Without the last year the slope turns: the guard, not chance, keeps it from being certain."""
    found = develop(series([60, 59, 58, 57, 75], first_year=2018, n=5000), indicator())
    assert found.p is not None
    assert found.p < 0.002
    assert found.answer is Answer.NO_CERTAIN_DIFFERENCE
    assert found.certain == 0


def test_survey_without_n_says_so() -> None:
    found = develop(series(RISING), indicator())
    assert (found.method, found.reason) == (Method.MANN_KENDALL, Reason.N_UNKNOWN)


def test_cost_holds_the_rise_in_prices() -> None:
    assert develop(series(RISING, "cost"), indicator("cost")).reason is Reason.CURRENT_PRICES


@pytest.mark.parametrize(
    ("rows", "item", "reason"),
    [
        (series(RISING[:4], "cost", first_year=2019), indicator("cost"), Reason.TOO_FEW_YEARS),
        (series(RISING, "cost"), broken_in(2020), Reason.BREAK_IN_SERIES),
        (series(RISING, "cost"), broken_in(2022), Reason.BREAK_IN_SERIES),
        (series([None] * 8, "cost"), indicator("cost"), Reason.NO_VALUE),
        (series([1.0, 0] * 4, "coded"), indicator("coded"), Reason.ORDINAL),
        (series(RISING[:5], "cost", first_year=2013), indicator("cost"), Reason.NO_VALUE),
        (series(RISING, "cost", first_year=2001), indicator("cost"), Reason.TOO_FEW_YEARS),
    ],
)
def test_why_it_cannot_be_judged(rows: pd.DataFrame, item: object, reason: Reason) -> None:
    found = develop(rows, item)
    assert found.answer is Answer.CANNOT_BE_JUDGED
    assert found.reason is reason
    assert found.slope is None
    assert found.method is Method.NONE


def test_five_points_without_any_break_of_order_are_needed_for_certainty() -> None:
    """With five years Mann-Kendall can only be certain at 95 %, and only if all go one way."""
    steady = develop(series(RISING[:5], "cost", first_year=2018), indicator("cost", "none"))
    wavering = develop(series([10, 11, 13, 12, 14], "cost", first_year=2018), indicator("cost"))
    assert (steady.answer, steady.certain) == (Answer.HIGHER, 0.95)
    assert wavering.answer is Answer.NO_CERTAIN_DIFFERENCE


def test_only_ten_years_and_only_those_up_to_the_asked_one() -> None:
    rows = series(np.arange(25.0).tolist(), "cost", first_year=2000)
    found = develop(rows, indicator("cost"), until=2020)
    assert found.years == tuple(range(2011, 2021))
    without_last = rows[rows["year"] != 2020]
    found = develop(without_last, indicator("cost"), until=2020)
    assert found.years == tuple(range(2011, 2020))


def test_gaps_count_as_the_years_they_are() -> None:
    rows = series([10, None, 12, None, 14, None, 16, 17], "index")
    found = develop(rows, indicator("index"))
    assert found.years == (2015, 2017, 2019, 2021, 2022)
    assert found.slope == 1.0


def test_every_series_is_one_row_in_order_of_appearance() -> None:
    rows = together(
        [
            series(RISING, "index", municipality="2480"),
            series(RISING[::-1], "index", municipality="2403"),
            series(RISING, "index", municipality="2480", gender="K"),
        ]
    )
    found = trends_from(trend(rows, catalogue(indicator("index")), 2022))
    assert [(item.municipality, item.gender) for item in found] == [
        ("2480", "T"),
        ("2403", "T"),
        ("2480", "K"),
    ]
    assert [item.answer for item in found] == [Answer.BETTER, Answer.WORSE, Answer.BETTER]


def test_no_rows_is_no_error() -> None:
    assert trend(series(RISING).iloc[:0], catalogue(indicator())).empty

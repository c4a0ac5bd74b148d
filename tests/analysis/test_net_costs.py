"""Net cost against reference cost: amounts by hand, and no year before 2019 beside one after."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyslib.analysis.net_costs import NetCost, net_cost
from analyslib.analysis.results import Answer, Reason
from analyslib.catalogue import load_catalogue
from analyslib.identities import load_costs


INDICATORS = load_catalogue().indicators
IFO = next(item for item in load_costs().deviations if item.id == "ifo")
YEARS = range(2019, 2025)
Values = dict[tuple[str, str, int], float]


def deviations(*percent: float, first: int = 2019) -> Values:
    return {("N30001", "2480", first + n): value for n, value in enumerate(percent)}


def found(values: Values, years: range = YEARS) -> NetCost:
    return net_cost(values, IFO, "2480", years, INDICATORS)


def test_amounts_are_the_ones_counted_by_hand() -> None:
    values = deviations(10.0, first=2024)
    values |= {("N30005", "2480", 2024): 4_400.0, ("N01951", "2480", 2024): 10_000.0}
    computed = found(values)
    assert computed.reference == pytest.approx(4_000.0) and computed.reference_computed
    assert computed.whole == pytest.approx(4_000_000.0)
    given = found(values | {("N30007", "2480", 2024): 3_900.0})
    assert (given.reference, given.reference_computed) == (3_900.0, False)
    assert given.whole == pytest.approx(5_000_000.0)


def test_without_net_cost_there_is_a_percentage_and_no_amount() -> None:
    alone = found(deviations(10.0, first=2024))
    assert (alone.percent, alone.reference, alone.whole) == (10.0, None, None)
    assert found({}).percent is None


@pytest.mark.parametrize(
    ("percent", "answer"),
    [
        ((9.0, 10.0, 9.5, 10.5, 10.0, 9.8), Answer.HIGHER),
        ((-9.0, -10.0, -9.5, -10.5, -10.0, -9.8), Answer.LOWER),
        ((-9.0, 10.0, -8.0, 9.0, -7.0, 8.0), Answer.NO_CERTAIN_DIFFERENCE),
    ],
)
def test_a_deviation_is_certain_where_the_own_variation_is_small(
    percent: tuple[float, ...], answer: Answer
) -> None:
    assert found(deviations(*percent)).answer is answer


def test_no_year_of_the_old_model_counts() -> None:
    values = deviations(50.0, -50.0, 50.0, -50.0, first=2015) | deviations(9.0, 9.5, 9.2, 9.4)
    until = found(values, range(2017, 2023))
    assert (until.answer, until.reason) == (Answer.CANNOT_BE_JUDGED, Reason.TOO_FEW_YEARS)
    assert [year for year, _ in until.course] == [2017, 2018, 2019, 2020, 2021, 2022]
    assert [year for year, _ in until.since] == [2019, 2020, 2021, 2022]
    lss = next(item for item in load_costs().deviations if item.id == "lss")
    same = {("N28018", *key[1:]): value for key, value in values.items()}
    assert net_cost(same, lss, "2480", range(2017, 2023), INDICATORS).answer is until.answer


def test_a_year_without_a_value_is_not_judged_by_the_year_before() -> None:
    late = found(deviations(9.0, 9.5, 9.2, 9.4, 9.3), YEARS)
    assert (late.answer, late.reason) == (Answer.CANNOT_BE_JUDGED, Reason.NO_VALUE)
    assert replace(late, year=2023).percent is None

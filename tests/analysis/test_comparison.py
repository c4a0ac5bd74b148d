"""compare: the four answers, their reasons, and what both sides' uncertainty does to them."""

import numpy as np
import pandas as pd
import pytest
from made_series import against, broken_in, catalogue, indicator, series, together

from analyslib.analysis.comparison import compare, comparisons_from, own_history
from analyslib.analysis.results import Answer, Comparison, Method, Reason, ReferenceKind
from analyslib.analysis.statistics import wilson


MOVING = [10.0, 11.0, 10.0, 11.0, 10.0, 11.0, 10.0, 11.0]  # 2015-2022, moves of exactly 1


def judge(
    rows: pd.DataFrame, reference: pd.DataFrame, *items: object, year: int = 2022
) -> Comparison:
    known = catalogue(*(items or (indicator(),)))
    (found,) = comparisons_from(compare(rows, reference, known, years=[year]))
    return found


def one_year(value: float | None, n: float | None = 100, **other: object) -> pd.DataFrame:
    return series([value], first_year=2022, n=n, **other)


def test_survey_share_is_wilson_against_a_fixed_riket() -> None:
    found = judge(one_year(80), against(60))
    low, high = wilson(80, 100)
    assert (found.low, found.high) == (pytest.approx(low * 100), pytest.approx(high * 100))
    assert found.answer is Answer.BETTER
    assert found.certain == 0.998
    assert found.method is Method.WILSON
    assert found.reason is Reason.NONE
    assert found.difference == 20
    assert found.difference_low == pytest.approx(low * 100 - 60)
    assert found.reference.weighted
    assert found.reference.spread is None


@pytest.mark.parametrize(
    ("direction", "value", "answer"),
    [
        ("high", 80, Answer.BETTER),
        ("high", 40, Answer.WORSE),
        ("low", 80, Answer.WORSE),
        ("low", 40, Answer.BETTER),
        ("none", 80, Answer.HIGHER),
        ("none", 40, Answer.LOWER),
        ("high", 62, Answer.NO_CERTAIN_DIFFERENCE),
    ],
)
def test_direction(direction: str, value: float, answer: Answer) -> None:
    assert judge(one_year(value), against(60), indicator(direction=direction)).answer is answer


def test_certain_at_95_but_not_at_998() -> None:
    found = judge(one_year(70), against(60))
    assert (found.answer, found.certain) == (Answer.BETTER, 0.95)
    assert found.p is not None
    assert 0.002 < found.p < 0.05


@pytest.mark.parametrize(
    ("rows", "item", "reason"),
    [
        (one_year(None), indicator(), Reason.NO_VALUE),
        (one_year(80, n=None), indicator(), Reason.N_UNKNOWN),
        (one_year(80, n=0), indicator(), Reason.N_UNKNOWN),
        (one_year(1, kpi="coded"), indicator("coded"), Reason.ORDINAL),
        (series(MOVING, "count"), indicator("count"), Reason.SIZE_DEPENDENT),
        (series(MOVING, "cost"), indicator("cost", unit="mnkr"), Reason.SIZE_DEPENDENT),
        (series(MOVING[:4], "cost", first_year=2019), indicator("cost"), Reason.TOO_FEW_YEARS),
        (series([5.0] * 8, "index"), indicator("index"), Reason.NO_VARIATION),
        (series(MOVING, "cost"), broken_in(2020), Reason.BREAK_IN_SERIES),
    ],
)
def test_why_it_cannot_be_judged(rows: pd.DataFrame, item: object, reason: Reason) -> None:
    found = judge(rows, against(60, kpi=rows["kpi"].iloc[0]), item)
    assert found.answer is Answer.CANNOT_BE_JUDGED
    assert found.reason is reason
    assert found.certain == 0
    assert found.p is None
    assert found.difference_low is None


def test_no_reference_and_too_few_peers() -> None:
    assert judge(one_year(80), against(float("nan"))).reason is Reason.NO_REFERENCE
    other_year = judge(one_year(80), against(60, year=2021))
    assert other_year.reason is Reason.NO_REFERENCE
    assert other_year.reference.value is None
    few = judge(one_year(80), against(60, "similar", n_members=2, spread=1.0))
    assert few.reason is Reason.TOO_FEW_PEERS
    assert judge(one_year(80), against(60, n_members=1)).answer is Answer.BETTER


def test_cost_rests_on_its_own_variation() -> None:
    found = judge(series(MOVING, "cost"), against(20, kpi="cost"), indicator("cost", "none"))
    assert found.answer is Answer.LOWER
    assert found.method is Method.OWN_VARIATION
    assert found.reason is Reason.WHOLE_POPULATION
    assert found.high is not None
    # moves of 1, so a standard deviation of 1/1.128; eight years give the factor 2.209
    assert found.high - 11 == pytest.approx(2.209 / 1.1284, abs=1e-3)


def test_survey_without_n_rests_on_its_own_variation_and_says_so() -> None:
    found = judge(series(MOVING), against(20))
    assert found.answer is Answer.WORSE
    assert (found.method, found.reason) == (Method.OWN_VARIATION, Reason.N_UNKNOWN)


def test_register_share_takes_the_wider_of_chance_and_own_variation() -> None:
    item = indicator("register_share")
    jumpy = series([10, 20, 10, 20, 10, 20, 10, 20], "register_share", n=1e6)
    calm = series([10, 10.01, 10, 10.01, 10, 10.01, 10, 10.01], "register_share", n=100)
    reference = against(16, kpi="register_share")
    assert judge(jumpy, reference, item).method is Method.OWN_VARIATION
    assert judge(calm, reference, item).method is Method.WILSON
    assert judge(calm, reference, item).reason is Reason.WHOLE_POPULATION


def test_rate_is_exact_below_ten_events() -> None:
    item = indicator("rate", "low")
    few = judge(one_year(2, n=2000, kpi="rate"), against(20, kpi="rate"), item)
    assert few.method is Method.EXACT_POISSON
    assert (few.low, few.high) == (pytest.approx(0.5449, abs=1e-4), pytest.approx(5.1208, abs=1e-4))
    many = judge(one_year(20, n=2000, kpi="rate"), against(20, kpi="rate"), item)
    assert many.method is Method.BYAR
    assert many.answer is Answer.NO_CERTAIN_DIFFERENCE


def test_only_years_after_the_break_are_variation() -> None:
    values = [1000.0, 10, 11, 10, 11, 10, 11, 10]
    whole = judge(series(values, "cost"), against(50, kpi="cost"), indicator("cost"))
    cut = judge(series(values, "cost"), against(50, kpi="cost"), broken_in(2016))
    assert whole.answer is Answer.NO_CERTAIN_DIFFERENCE
    assert cut.answer is Answer.WORSE


def test_later_years_never_change_an_answer() -> None:
    rows = series([*MOVING, 99.0, 1.0], "cost")
    reference = against(13, kpi="cost")
    known = indicator("cost")
    assert judge(rows, reference, known) == judge(rows[rows["year"] <= 2022], reference, known)


def test_the_spread_of_few_peers_widens_the_difference() -> None:
    fixed = judge(one_year(80), against(65, "similar"))
    spread = judge(one_year(80), against(65, "similar", spread=15.0))
    assert fixed.answer is Answer.BETTER
    assert spread.answer is Answer.NO_CERTAIN_DIFFERENCE
    assert spread.reference.spread == 15
    seven = spread.difference_high - spread.difference
    three = judge(one_year(80), against(65, "similar", spread=15.0, n_members=3))
    assert three.difference_high - three.difference > 2 * seven


def test_a_municipality_inside_the_mean_is_partly_compared_with_itself() -> None:
    outside = judge(one_year(80), against(70, "similar", spread=0.0))
    inside = judge(one_year(80), against(70, "county", spread=0.0, n_members=4))
    width = outside.difference_high - outside.difference_low
    assert inside.difference_high - inside.difference_low == pytest.approx(width * 3 / 4)


def test_references_for_one_municipality_and_for_everyone() -> None:
    rows = together([one_year(80), one_year(40, municipality="2403")])
    references = together(
        [
            against(60, "similar", municipality="2480", label="Umeås"),
            against(50, "riket", municipality=""),
        ]
    )
    found = comparisons_from(compare(rows, references, catalogue(indicator())))
    seen = {(item.municipality, item.reference.kind): item for item in found}
    assert len(found) == len(seen) == 4
    assert seen["2480", ReferenceKind.SIMILAR].reference.label == "Umeås"
    assert seen["2403", ReferenceKind.SIMILAR].reason is Reason.NO_REFERENCE
    assert seen["2403", ReferenceKind.RIKET].answer is Answer.WORSE


def test_a_reference_for_somebody_else_is_nobodys() -> None:
    rows = series([80, 80], first_year=2021, n=100)
    elsewhere = against(60, "similar", municipality="0114")
    found = comparisons_from(compare(rows, elsewhere, catalogue(indicator())))
    assert [item.reason for item in found] == [Reason.NO_REFERENCE, Reason.NO_REFERENCE]


def test_two_groups_of_one_kind_give_two_rows() -> None:
    references = together([against(60, "network", label=name) for name in ("NUA", "R8")])
    found = comparisons_from(compare(one_year(80), references, catalogue(indicator())))
    assert [item.reference.label for item in found] == ["NUA", "R8"]


def test_own_history_is_the_five_years_before() -> None:
    rows = series([50, 10, 11, 10, 11, 10, 30], "cost", first_year=2016)
    item = indicator("cost", "low")
    references = own_history(rows, catalogue(item))
    assert list(references["year"]) == [2020, 2021, 2022]
    last = references[references["year"] == 2022].iloc[0]
    assert last["value"] == pytest.approx(np.mean([10, 11, 10, 11, 10]))
    assert last["n_members"] == 5
    found = judge(rows, references, item)
    assert found.reference.kind is ReferenceKind.OWN_HISTORY
    assert found.reason in (Reason.CURRENT_PRICES, Reason.WHOLE_POPULATION)


def test_own_history_of_a_survey_sees_a_fall_that_answers_carry() -> None:
    rows = series([80, 81, 80, 79, 80, 81, 80, 50], n=100)
    found = judge(rows, own_history(rows, catalogue(indicator())))
    assert found.answer is Answer.WORSE
    assert found.reason is Reason.NONE


def test_own_history_stops_at_a_break() -> None:
    rows = series(MOVING, "cost")
    known = broken_in(2020)
    assert own_history(rows, catalogue(known)).query("year >= 2020").empty
    found = judge(rows, own_history(rows, catalogue(known)), known)
    assert found.reason is Reason.BREAK_IN_SERIES


def test_cost_against_its_past_holds_the_rise_in_prices() -> None:
    rows = series(MOVING, "cost")
    found = judge(rows, own_history(rows, catalogue(indicator("cost"))), indicator("cost"))
    assert found.reason is Reason.CURRENT_PRICES


def test_count_against_its_own_past_is_judged() -> None:
    rows = series([10, 11, 10, 11, 10, 11, 10, 40], "count")
    known = catalogue(indicator("count", "none"))
    calm = series(MOVING, "count")
    assert judge(calm, own_history(calm, known), known["count"]).answer is (
        Answer.NO_CERTAIN_DIFFERENCE
    )
    assert judge(rows, own_history(rows, known), known["count"]).p is not None


def test_nothing_to_compare_is_no_error() -> None:
    empty = one_year(80).iloc[:0]
    assert compare(empty, against(60), catalogue(indicator())).empty
    nothing = against(60).iloc[:0]
    assert compare(one_year(80), nothing, catalogue(indicator())).empty
    assert own_history(empty, catalogue(indicator())).empty


def test_an_unknown_indicator_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        compare(one_year(80, kpi="x"), against(60), catalogue(indicator()))

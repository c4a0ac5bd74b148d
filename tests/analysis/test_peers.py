"""Sensitivity, whom to phone, women and men."""

from dataclasses import replace

import pandas as pd
from made_series import against, catalogue, indicator, series, together

from analyslib.analysis.comparison import compare, comparisons_from
from analyslib.analysis.peers import (
    compare_with_each,
    compare_women_with_men,
    exemplars,
    sensitivity,
)
from analyslib.analysis.results import Answer, Comparison, Reason, ReferenceKind
from analyslib.analysis.trend import trend, trends_from


def comparisons(**references: float) -> list[Comparison]:
    rows = series([80], first_year=2022, n=100)
    frame = together(against(value, kind) for kind, value in references.items())
    return comparisons_from(compare(rows, frame, catalogue(indicator())))


def test_sensitivity_counts_the_groups_where_the_answer_holds() -> None:
    found = comparisons(riket=60, county=65, skr_group=60, similar=79, own_history=10)
    lead = found[0]
    result = sensitivity(lead, found)
    assert (result.holds_in, result.judged) == (3, 4)
    assert result.differs == (ReferenceKind.SIMILAR,)
    assert result.answer is Answer.BETTER


def test_sensitivity_leaves_out_what_could_not_be_judged_and_other_numbers() -> None:
    found = comparisons(riket=60, county=float("nan"), similar=60)
    elsewhere = replace(found[0], municipality="2403", answer=Answer.WORSE)
    result = sensitivity(found[0], [*found, elsewhere])
    assert result.agrees == (ReferenceKind.RIKET, ReferenceKind.SIMILAR)
    assert result.differs == ()


def test_the_unweighted_mean_stands_in_where_riket_has_no_value() -> None:
    found = comparisons(riket=float("nan"), unweighted_mean=60, similar=60)
    result = sensitivity(found[1], found)
    assert result.agrees == (ReferenceKind.UNWEIGHTED_MEAN, ReferenceKind.SIMILAR)


MEMBERS = pd.DataFrame({"municipality": "2480", "member": ["0184", "0580", "1480"]})


def country() -> pd.DataFrame:
    return together(
        [
            series([50, 50, 50, 50, 50], municipality="2480", first_year=2018, n=400),
            series([50, 55, 62, 70, 78], municipality="0184", first_year=2018, n=400),
            series([80, 80, 80, 80, 80], municipality="0580", first_year=2018, n=400),
            series([95, 90, 85, 78, 70], municipality="1480", first_year=2018, n=400),
            series([99, 99, 99, 99, 99], municipality="2403", first_year=2018, n=400),
        ]
    )


def test_whom_to_phone_is_better_and_not_getting_worse_improving_first() -> None:
    rows, known = country(), catalogue(indicator())
    met = comparisons_from(compare_with_each(rows, MEMBERS, known, 2022))
    assert {item.municipality for item in met} == {"0184", "0580", "1480"}
    calls = exemplars(met, trends_from(trend(rows, known, 2022)))
    assert [call.comparison.municipality for call in calls] == ["0184", "0580"]
    assert [call.improving for call in calls] == [True, False]
    assert {call.asking for call in calls} == {"2480"}
    assert calls[0].comparison.reference.kind is ReferenceKind.MUNICIPALITY
    assert calls[0].comparison.reference.value == 50


def test_both_sides_uncertainty_counts_between_two_municipalities() -> None:
    rows = together(
        [
            series([50], municipality="2480", first_year=2022, n=60),
            series([64], municipality="0184", first_year=2022, n=60),
        ]
    )
    (found,) = comparisons_from(compare_with_each(rows, MEMBERS, catalogue(indicator()), 2022))
    alone = comparisons_from(compare(rows[1:], against(50), catalogue(indicator())))[0]
    assert alone.answer is Answer.BETTER
    assert found.answer is Answer.NO_CERTAIN_DIFFERENCE


def test_one_who_cannot_be_judged_is_nobody_to_compare_with() -> None:
    rows = together(
        [
            series([50], municipality="2480", first_year=2022),
            series([90], municipality="0184", first_year=2022, n=400),
        ]
    )
    assert compare_with_each(rows, MEMBERS, catalogue(indicator()), 2022).empty


def test_women_and_men() -> None:
    rows = together(
        [
            series([60], gender="K", first_year=2022, n=400),
            series([80], gender="M", first_year=2022, n=400),
            series([70], gender="T", first_year=2022, n=800),
        ]
    )
    (found,) = comparisons_from(compare_women_with_men(rows, catalogue(indicator()), 2022))
    assert (found.gender, found.value, found.reference.value) == ("K", 60, 80)
    assert found.reference.kind is ReferenceKind.MEN
    assert found.answer is Answer.WORSE


def test_women_without_men_to_compare_with() -> None:
    rows = series([60], gender="K", first_year=2022, n=400)
    frame = compare_women_with_men(rows, catalogue(indicator()), 2022)
    assert frame.empty or set(frame["reason"]) == {Reason.NO_REFERENCE}

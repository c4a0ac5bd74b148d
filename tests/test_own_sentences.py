"""The Swedish of own measures and budgets: whole sentences, as a reader meets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_own import budget_frame, event, months, own_measure, rising, shifted, stable, years

from analyslib.analysis.budget import BudgetYear, budget_years
from analyslib.analysis.own_measures import Course, follow
from analyslib.text.budget import (
    all_hidden_sentence,
    budget_questions,
    deviation_sentence,
    forecast_sentence,
    hidden_sentence,
    period_words,
    split_sentence,
)
from analyslib.text.formats import rounded
from analyslib.text.own_measures import (
    course_sentence,
    courses_sentence,
    earlier_question,
    format_own,
    goal_sentence,
    goals_counted,
    level_decimals,
    level_sentence,
    measure_questions,
    nothing_certain,
    since_words,
    sure_sentence,
    target_words,
)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def course(values: Sequence[float | None], **changes: object) -> Course:
    return follow(own_measure(**changes), months(values))


def the_year(rows: pd.DataFrame) -> BudgetYear:
    (found,) = budget_years(rows)
    return found


@pytest.mark.parametrize(
    ("value", "kind", "unit", "expected"),
    [
        (1.0, "antal", "ärenden", "1 ärende"),
        (12.0, "antal", "ärenden", "12 ärenden"),
        (1.0, "antal", "barn", "1 barn"),
        (43.25, "andel", "%", "43,3 procent"),
        (1234.4, "kronor", "kronor per dygn", "1 234 kronor per dygn"),
        (3.0, "index", "", "3,0"),
    ],
)
def test_numbers_have_their_unit(value: float, kind: str, unit: str, expected: str) -> None:
    assert plain(format_own(value, own_measure(kind=kind, unit=unit))) == expected


@pytest.mark.parametrize(
    ("target", "direction", "expected"),
    [
        (30.0, "low", "högst 30 dagar"),
        (1.0, "high", "minst 1 dag"),
        (7.5, "low", "högst 7,5 dagar"),
        (30.0, "none", "30 dagar"),
        (None, "low", ""),
    ],
)
def test_a_target_says_least_or_most(target: float | None, direction: str, expected: str) -> None:
    assert plain(target_words(own_measure(target=target, direction=direction))) == expected


def test_a_stable_course() -> None:
    found = course(stable(12))
    assert plain(course_sentence(found)) == (
        "Senast, december 2022: 25,4 dagar. Ingen säker förändring: det ligger inom den vanliga "
        "variationen."
    )
    assert goal_sentence(found) == ""
    assert sure_sentence(found, "x") == ""


def test_few_values_say_how_many_are_needed() -> None:
    said = plain(course_sentence(course([14.0])))
    assert said == (
        "Senast, januari 2022: 14,0 dagar. Utvecklingen kan inte bedömas: det finns 1 värde, och "
        "det behövs minst 10."
    )
    hidden = plain(course_sentence(course([14.0, None, 12.0])))
    assert hidden.endswith(
        "det finns 2 värden som får visas, och det behövs minst 10. 1 värde är dolt."
    )
    few = follow(own_measure(), years([3.0, 2.0]), grain="year")
    assert plain(course_sentence(few)).endswith("det finns 2 värden, och det behövs minst 5.")


def test_hidden_values_in_a_course_that_is_judged() -> None:
    values: list[float | None] = [*stable(20)]
    values[3] = values[4] = None
    assert plain(course_sentence(course(values))).endswith(
        "2 värden är dolda: ofta de minsta, så medelvärdet kan vara för högt."
    )


@pytest.mark.parametrize(
    ("direction", "tendency"),
    [("low", "till det bättre"), ("high", "till det sämre"), ("none", "nedåt")],
)
def test_a_shift_says_which_way_and_whether_that_is_good(direction: str, tendency: str) -> None:
    said = course_sentence(course([*stable(18), *stable(18, 18.0)], direction=direction))
    assert f"en säkerställd förändring {tendency}." in said
    assert "under" in said


def test_a_goal_that_chance_decides() -> None:
    found = course(stable(36, 12.0, 2.0), target=12.0, target_from=date(2024, 1, 1))
    said = plain(goal_sentence(found))
    assert said.startswith("Om målet, högst 12 dagar, nås lämnas åt slumpen: den vanliga")
    assert said.endswith(f"Sedan januari 2024 har det nåtts {found.goal.met} av 12 månader.")


def test_a_goal_met_once_in_one_month() -> None:
    found = course(stable(12), target=99.0, target_from=date(2022, 12, 1))
    assert plain(goal_sentence(found)).endswith("har det nåtts 1 av 1 månad.")


def test_a_goal_that_the_course_is_moving_to_or_from() -> None:
    towards = course(rising(), target=80.0, direction="high")
    assert "Men värdena är på väg åt rätt håll" in goal_sentence(towards)
    away = course(rising(), target=20.0, direction="low")
    assert "dessutom på väg åt fel håll" in goal_sentence(away)
    gone = course(rising(), target=5.0, direction="high")
    assert "dessutom på väg åt rätt håll" in goal_sentence(gone)
    soon = course(rising(), target=80.0, direction="low")
    assert "Men värdena är på väg åt fel håll" in goal_sentence(soon)


def test_a_goal_without_a_way_or_without_values() -> None:
    assert "inte sagt vilket håll som är bra" in goal_sentence(
        course(stable(12), target=3.0, direction="none")
    )
    few = plain(goal_sentence(course(stable(4), target=3.0)))
    assert "kan inte bedömas: det finns 4 värden att räkna gränser på, och det behövs 10." in few


def test_the_level_across_an_event_in_its_own_words() -> None:
    found = follow(own_measure(), months(shifted()), events=[event(text="Digital ansökan")])
    assert found.level is not None
    said = plain(level_sentence(found.level, found.measure, since_words(found)))
    assert said == (
        "Sedan ”Digital ansökan” (juli 2023) är medelvärdet 17,0 dagar mot 24,3 före. Det är 7,3 "
        "dagar lägre; rimligt är 6,0–8,6. Skillnaden är säkerställd, till det bättre."
    )
    assert plain(sure_sentence(found, since_words(found))).endswith(said)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (24.3, 17.0, "17,0 dagar mot 24,3 före. Det är 7,3 dagar"),
        (34.36, 28.42, "28,42 dagar mot 34,36 före. Det är 5,94 dagar"),  # not 34,4 - 28,4 = 5,9
    ],
)
def test_the_difference_that_is_said_is_that_of_the_means_that_are_said(
    before: float, after: float, said: str
) -> None:
    found = follow(own_measure(), months(shifted()), events=[event(text="Digital ansökan")])
    assert found.level is not None
    level = replace(found.level, before=before, after=after, difference=after - before)
    assert said in plain(level_sentence(level, found.measure, since_words(found)))


@given(st.floats(0, 500), st.floats(0, 500))
def test_printed_means_and_their_difference_agree_but_for_a_rare_one(a: float, b: float) -> None:
    found = follow(own_measure(), months(shifted()), events=[event(text="Digital ansökan")])
    assert found.level is not None
    level = replace(found.level, before=a, after=b, difference=b - a)
    more = level_decimals(level, found.measure)
    gap = abs(rounded(b, more) - rounded(a, more) - rounded(b - a, more))
    assert gap == 0 or more == 1, "only where two more decimals do not help either"
    assert gap <= Decimal("0.1")


def test_several_courses_are_counted_and_one_is_told() -> None:
    goal, plan = course(stable(), target=99.0), course(rising(), direction="high", target=80.0)
    assert goals_counted([goal, plan]) == "1 kommer att nås och 1 kommer att missas"
    both = plain(courses_sentence([goal, plan]))
    assert both.startswith("Av 2 mått är det 1 som förbättras och 1 utan säker förändring.")
    assert both.endswith("Av 2 mål: 1 kommer att nås och 1 kommer att missas.")
    one = courses_sentence([goal, course(stable())])
    assert one.endswith("Målet kommer att nås.")
    assert courses_sentence([goal]).startswith("Dagar från ansökan till beslut. Senast,")
    assert courses_sentence([]) == ""


def test_questions_come_from_results_and_a_quiet_course_asks_none() -> None:
    assert measure_questions(course(stable())) == []
    asked = measure_questions(course(rising(), target=20.0))
    assert any("nås inte som arbetet går nu" in question for question in asked)
    assert any("har försämrats mer än slumpen ger" in question for question in asked)


def test_what_could_not_be_judged_is_not_said_to_be_unchanged() -> None:
    assert nothing_certain([course(stable(4)), course(stable())]).startswith("Inget har ändrats")
    for few in ([], [course(stable(4))]):
        assert nothing_certain(few) == "Det finns inte underlag nog för att bedöma något mått än."


def test_values_from_before_are_asked_for_once() -> None:
    start = date(2022, 1, 1)
    both = [follow(own_measure(title=title), months(stable()), since=start) for title in ("A", "B")]
    assert earlier_question(both) == "Går det att få fram värden från tiden före för ”A” och ”B”?"
    assert earlier_question([course(stable())]) == ""


# --- budget


def test_a_budget_in_words() -> None:
    found = the_year(budget_frame())
    assert plain(period_words(found)) == "januari–augusti 2024"
    assert plain(deviation_sentence(found)) == (
        "Utfallet januari–augusti 2024 är 800 000 kronor högre än budgeten: 4 560 000 kronor mot "
        "3 760 000 kronor."
    )
    assert plain(split_sentence(found)) == (
        "Av avvikelsen är +720 000 kronor volym (hur mycket stöd som har getts) och +96 000 kronor "
        "pris (vad varje enhet har kostat). −16 000 kronor går inte att dela upp: volymen saknas "
        "för Övrigt."
    )
    assert plain(forecast_sentence(found)) == (
        "Utfall hittills och prognos för resten ger 6 840 000 kronor för hela 2024, 1 200 000 "
        "kronor mer än budgeten."
    )


def test_a_budget_that_ends_before_the_year_does_not_speak_of_all_of_it() -> None:
    rows = budget_frame()
    found = the_year(rows[rows["period"].map(lambda day: day.month <= 10)])
    assert "kronor till och med oktober 2024, " in plain(forecast_sentence(found))


def test_a_year_beside_months_is_no_whole_year_yet() -> None:
    rows = budget_frame()
    year = rows[rows["account"] == "Övrigt"].iloc[[0]].assign(grain="year", account="Avgifter")
    assert period_words(the_year(pd.concat([rows, year]))) == "hittills 2024"


@pytest.mark.parametrize(
    ("account", "expected"),
    [("Placeringar", "Allt är volym."), ("Öppenvård", "Allt är pris.")],
)
def test_a_deviation_that_is_all_one(account: str, expected: str) -> None:
    rows = budget_frame()
    assert split_sentence(the_year(rows[rows["account"] == account])).endswith(expected)


def test_a_deviation_without_volumes_says_why() -> None:
    rows = budget_frame()
    found = the_year(rows[rows["account"] == "Övrigt"])
    assert split_sentence(found) == (
        "Avvikelsen går inte att dela upp i volym och pris: volymen saknas för Övrigt."
    )
    assert budget_questions(found) == [
        "Vilka volymer skulle gå att räkna på de konton som saknar dem?"
    ]


def test_a_budget_that_was_kept_and_a_year_that_is_over() -> None:
    rows = budget_frame()
    rows["outcome"] = rows["budget"]
    found = the_year(rows)
    assert plain(deviation_sentence(found)).startswith("Utfallet 2024 är detsamma som budgeten")
    assert forecast_sentence(found) == ""


def test_hidden_amounts_are_told() -> None:
    rows = budget_frame()
    rows.loc[0, ["outcome", "volume", "forecast"]] = None
    rows.loc[0, "status"] = "Privacy"
    assert plain(hidden_sentence(the_year(rows))).startswith("1 uppgift är dold av sekretess")
    assert hidden_sentence(the_year(budget_frame())) == ""
    assert "12 uppgifter om utfallet är dolda" in plain(all_hidden_sentence(12))

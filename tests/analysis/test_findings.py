"""Findings and questions: what is chosen, in what order, and that the order of input is nothing."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from made_series import indicator

from analyslib.analysis.findings import Finding, FindingKind, choose_findings
from analyslib.analysis.questions import Question, QuestionKind, ask
from analyslib.analysis.results import (
    Answer,
    Comparison,
    Exemplar,
    Method,
    Reason,
    Reference,
    ReferenceKind,
    Trend,
)


AREAS = ("lss", "hemtjanst", "missbruk")


def compared(
    kpi: str,
    answer: Answer = Answer.WORSE,
    difference: float = -10.0,
    certain: float = 0.998,
    kind: ReferenceKind = ReferenceKind.SIMILAR,
    gender: str = "T",
) -> Comparison:
    sure = answer not in (Answer.NO_CERTAIN_DIFFERENCE, Answer.CANNOT_BE_JUDGED)
    return Comparison(
        kpi=kpi,
        municipality="2480",
        year=2022,
        gender=gender,
        value=50 + difference,
        low=45.0,
        high=55.0,
        n=100.0,
        reference=Reference(kind, "", 50.0, False, 7, 7, spread=5.0),
        answer=answer,
        reason=Reason.NONE,
        method=Method.WILSON,
        certain=certain if sure else 0.0,
        difference=difference,
        difference_low=difference - 3,
        difference_high=difference + 3,
        p=0.0001 if sure else 0.4,
    )


def course(kpi: str, answer: Answer, slope: float = 2.0, reason: Reason = Reason.NONE) -> Trend:
    return Trend(
        kpi=kpi,
        municipality="2480",
        gender="T",
        years=(2018, 2019, 2020, 2021, 2022),
        values=(1.0, 2.0, 3.0, 4.0, 5.0),
        slope=slope,
        slope_low=1.0,
        slope_high=3.0,
        answer=answer,
        reason=reason,
        method=Method.FIVE_POINT,
        certain=0.998,
        p=0.0001,
    )


def indicators(**areas: str) -> dict[str, object]:
    return {kpi: indicator(id=kpi, area=area) for kpi, area in areas.items()}


def choose(
    comparisons: list[Comparison], trends: Sequence[Trend] = (), **other: object
) -> tuple[Finding, ...]:
    names = {item.kpi for item in comparisons}
    known = other.pop("known", indicators(**dict.fromkeys(names, "lss")))
    return choose_findings(comparisons, trends, known, **other)


def test_at_most_five_and_only_what_is_certain() -> None:
    names = [f"k{number}" for number in range(8)]
    found = choose([compared(name) for name in names])
    assert len(found) == 5
    unsure = compared("k", Answer.NO_CERTAIN_DIFFERENCE)
    assert choose([unsure, compared("q", Answer.CANNOT_BE_JUDGED)]) == ()


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        (compared("a"), compared("b", certain=0.95)),
        (compared("a", difference=-12), compared("b", difference=-6)),
        (compared("a"), compared("b", Answer.LOWER)),
    ],
)
def test_certainty_size_and_direction_decide_the_order(
    stronger: Comparison, weaker: Comparison
) -> None:
    assert [item.kpi for item in choose([weaker, stronger])] == ["a", "b"]


def test_what_moves_on_in_the_same_direction_comes_first() -> None:
    found = choose([compared("a"), compared("b")], [course("b", Answer.WORSE, -2.0)])
    assert [item.kpi for item in found] == ["b", "a"]


def test_findings_are_spread_over_the_areas() -> None:
    known = indicators(a="lss", b="lss", c="lss", d="hemtjanst", e="missbruk")
    strong = [compared(name, difference=-12) for name in "abc"]
    weak = [compared(name, difference=-8) for name in "de"]
    found = choose([*strong, *weak], known=known)
    assert {item.area for item in found[:3]} == set(AREAS)


def test_background_is_no_finding() -> None:
    known = {"a": indicator(id="a", aspect="background")}
    assert choose([compared("a")], known=known) == ()


def test_a_finding_is_told_against_similar_municipalities_first() -> None:
    found = choose(
        [
            compared("a", kind=ReferenceKind.RIKET),
            compared("a", kind=ReferenceKind.SIMILAR),
            compared("a", kind=ReferenceKind.COUNTY, answer=Answer.NO_CERTAIN_DIFFERENCE),
            compared("a", kind=ReferenceKind.OWN_HISTORY),
        ]
    )
    (finding,) = found
    assert finding.comparison.reference.kind is ReferenceKind.SIMILAR
    assert finding.history is not None
    assert finding.sensitivity is not None
    assert (finding.sensitivity.holds_in, finding.sensitivity.judged) == (2, 3)
    assert finding.favourable is False
    assert finding.size == 2.0


def test_a_course_without_a_position_is_a_finding_but_not_that_of_prices() -> None:
    lead = [compared("a", Answer.NO_CERTAIN_DIFFERENCE)]
    (finding,) = choose(lead, [course("a", Answer.BETTER)])
    assert finding.kind is FindingKind.COURSE
    assert finding.favourable is True
    assert choose(lead, [course("a", Answer.HIGHER, reason=Reason.CURRENT_PRICES)]) == ()


def test_women_and_men_are_a_finding_of_their_own() -> None:
    apart = compared("a", kind=ReferenceKind.MEN, gender="K")
    (finding,) = choose([apart])
    assert finding.kind is FindingKind.WOMEN_MEN
    assert finding.favourable is None
    assert finding.sensitivity is None


def test_many_comparisons_make_a_weak_one_not_hold() -> None:
    weak = replace(compared("a", certain=0.95), p=0.04)
    rest = [compared(f"k{number}", Answer.NO_CERTAIN_DIFFERENCE) for number in range(40)]
    assert choose([weak])[0].holds
    assert not choose([weak, *rest])[0].holds


def test_the_order_of_input_is_nothing() -> None:
    items = [compared(f"k{number}", difference=-10.0 - number % 3) for number in range(9)]
    known = indicators(**{item.kpi: AREAS[number % 3] for number, item in enumerate(items)})
    assert choose(items, known=known) == choose(items[::-1], known=known)


def call(kpi: str) -> Exemplar:
    better = replace(compared(kpi, Answer.BETTER, 20.0), municipality="0580")
    return Exemplar("2480", better, None, False)


def test_whom_to_phone_goes_with_what_is_worse() -> None:
    found = choose(
        [compared("a"), compared("b", Answer.BETTER, 10.0)], exemplars=[call("a"), call("b")]
    )
    calls = {item.kpi: item.exemplars for item in found}
    assert calls == {"a": (call("a"),), "b": ()}


def kinds(questions: tuple[Question, ...]) -> list[QuestionKind]:
    return [question.kind for question in questions]


def test_questions_of_one_finding() -> None:
    assert kinds(ask(choose([compared("a")]))) == [QuestionKind.OTHERS]
    better = choose([compared("a", Answer.BETTER, 10.0)])
    assert kinds(ask(better)) == [QuestionKind.SHARE]
    risk = choose([compared("a")], [course("a", Answer.WORSE, -2.0)])
    assert QuestionKind.RISK in kinds(ask(risk))
    assert QuestionKind.OWN_HISTORY in kinds(ask(risk))
    phone = choose([compared("a")], exemplars=[call("a")])
    assert QuestionKind.LEARN in kinds(ask(phone))
    extreme = choose([compared("a", difference=-40.0)])
    assert kinds(ask(extreme))[0] is QuestionKind.CHECK
    apart = choose([compared("a", kind=ReferenceKind.MEN, gender="K")])
    assert kinds(ask(apart)) == [QuestionKind.WOMEN_MEN]


def test_two_findings_of_one_area_are_a_pattern() -> None:
    found = ask(choose([compared("a"), compared("b", Answer.BETTER, 9.0)]))
    (pattern,) = [question for question in found if question.kind is QuestionKind.PATTERN]
    assert {pattern.finding.kpi, pattern.other.kpi} == {"a", "b"}


def test_questions_are_few_and_of_many_kinds() -> None:
    items = [compared(name) for name in "abc"]
    items += [compared("d", Answer.BETTER, 9.0), compared("e", kind=ReferenceKind.MEN, gender="K")]
    found = ask(choose(items, [course("a", Answer.WORSE, -2.0)]))
    assert len(found) == 5
    assert len(set(kinds(found))) >= 4


def test_no_findings_no_questions() -> None:
    assert ask(()) == ()

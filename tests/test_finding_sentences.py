"""Findings and questions in words: one table row per kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from made_results import comparison, indicator, made, reference, trend
from test_sentences import numbers, plain

from analyslib.analysis.findings import Finding, FindingKind
from analyslib.analysis.questions import Question, QuestionKind
from analyslib.analysis.results import Answer, Exemplar, Reason, ReferenceKind, Sensitivity
from analyslib.text.findings import FINDINGS, QUESTIONS, finding_sentence, question_sentence


SENSITIVITY = Sensitivity(
    "N31807", "2480", 2024, "T", Answer.WORSE,
    (ReferenceKind.RIKET, ReferenceKind.COUNTY), (ReferenceKind.SIMILAR,),
)  # fmt: skip
PHONE = Exemplar("2480", comparison(2.0, municipality="2462"), None, improving=True)


def finding(**changes: Any) -> Finding:
    """Umeå is certainly worse than Riket, unless said otherwise."""
    usual = Finding(
        kind=FindingKind.POSITION,
        kpi="N31807",
        area="ekonomiskt_bistand",
        aspect="volumes",
        comparison=comparison(3.4, answer=Answer.WORSE),
        trend=None,
        history=None,
        sensitivity=SENSITIVITY,
        exemplars=(),
        holds=True,
        favourable=False,
        size=1.2,
        score=1.0,
    )
    return replace(usual, **changes)


WOMEN_MEN = finding(
    kind=FindingKind.WOMEN_MEN,
    comparison=comparison(12.1, gender="K", reference=reference(8.3, kind=ReferenceKind.MEN)),
    sensitivity=None,
)
RISING = trend((2.0, 2.4, 2.8, 3.1, 3.4), answer=Answer.WORSE)
COURSE = finding(
    kind=FindingKind.COURSE,
    comparison=comparison(3.4, 3.2, answer=Answer.NO_CERTAIN_DIFFERENCE),
    trend=RISING,
    sensitivity=None,
)

FINDING_TEXTS = [
    (
        finding(),
        (
            "Invånare med bistånd – Umeå ligger högre än riket: 3,4 procent mot 2,9 procent 2024. "
            "Skillnaden är säkerställd, och lägre är bättre. "
            "Slutsatsen gäller i 2 av 3 jämförelsegrupper."
        ),
    ),
    (
        finding(trend=RISING, sensitivity=None, holds=False),
        (
            "Invånare med bistånd – Umeå ligger högre än riket: 3,4 procent mot 2,9 procent 2024. "
            "Skillnaden är säkerställd, och lägre är bättre. "
            "Andelen har ökat från 2,0 till 3,4 procent 2020–2024. "
            "Det är en av många jämförelser i rapporten, så just den här kan ändå bero på slumpen."
        ),
    ),
    (
        COURSE,
        (
            "Invånare med bistånd – i Umeå har andelen ökat från 2,0 till 3,4 procent 2020–2024, "
            "i snitt 0,4 procentenheter per år. Förändringen är säkerställd, och lägre är bättre. "
            "Jämfört med riket (3,2 procent) finns ingen säkerställd skillnad."
        ),
    ),
    (
        WOMEN_MEN,
        (
            "Invånare med bistånd – i Umeå 12,1 procent för kvinnor och 8,3 procent för män 2024. "
            "Skillnaden är säkerställd."
        ),
    ),
]


@pytest.mark.parametrize(("found", "text"), FINDING_TEXTS)
def test_finding_sentence(found: Finding, text: str) -> None:
    assert plain(finding_sentence(found, indicator(), "Umeå")) == text


OTHER = finding(kpi="N31814")
QUESTION_TEXTS = [
    (
        Question(QuestionKind.CHECK, finding(size=9.0)),
        (
            "Invånare med bistånd – Umeå ligger säkerställt högre än riket, 3,4 "
            "procent mot 2,9 procent. "
            "Det är mycket långt från andra kommuner. Stämmer uppgiften?"
        ),
    ),
    (
        Question(QuestionKind.RISK, finding(trend=RISING)),
        (
            "Invånare med bistånd – Umeå ligger säkerställt högre än riket, 3,4 "
            "procent mot 2,9 procent. "
            "Dessutom går det åt fel håll. Vilka berörs mest, och vad behöver göras först?"
        ),
    ),
    (
        Question(QuestionKind.LEARN, finding(exemplars=(PHONE,))),
        (
            "Invånare med bistånd – Vilhelmina (2,0 procent, på väg åt rätt håll) är en liknande "
            "kommun som ligger säkerställt bättre till än Umeå. Vad gör den "
            "annorlunda, och vem tar kontakt?"
        ),
    ),
    (
        Question(
            QuestionKind.LEARN,
            finding(exemplars=(PHONE, replace(PHONE, improving=False))),
        ),
        (
            "Invånare med bistånd – Vilhelmina (2,0 procent, på väg åt rätt håll) och Vilhelmina "
            "(2,0 procent) är liknande kommuner som ligger säkerställt bättre till än Umeå. "
            "Vad gör de annorlunda, och vem tar kontakt?"
        ),
    ),
    (
        Question(QuestionKind.OTHERS, finding()),
        (
            "Invånare med bistånd – Umeå ligger säkerställt högre än riket, 3,4 "
            "procent mot 2,9 procent. "
            "Har Umeå andra förutsättningar, eller arbetar man på ett annat sätt?"
        ),
    ),
    (
        Question(QuestionKind.OWN_HISTORY, finding(trend=RISING)),
        (
            "Invånare med bistånd – andelen har ökat från 2,0 till 3,4 procent 2020–2024. "
            "Vad har hänt i Umeå under de åren?"
        ),
    ),
    (
        Question(
            QuestionKind.OWN_HISTORY,
            finding(
                history=comparison(
                    3.4, reference=reference(2.2, kind=ReferenceKind.OWN_HISTORY, weighted=False)
                )
            ),
        ),
        (
            "Invånare med bistånd – säkerställt högre än tidigare år, 3,4 procent mot 2,2 procent. "
            "Vad har hänt i Umeå under de åren?"
        ),
    ),
    (
        Question(QuestionKind.WOMEN_MEN, WOMEN_MEN),
        (
            "Invånare med bistånd – 12,1 procent för kvinnor och 8,3 procent för män i Umeå. "
            "Är skillnaden motiverad av behoven, eller får kvinnor och män olika stöd?"
        ),
    ),
    (
        Question(QuestionKind.PATTERN, finding(), OTHER),
        (
            "Både ”Invånare med bistånd” och ”Långvarigt bistånd” sticker ut i Umeå. "
            "Hänger de ihop, eller säger de emot varandra?"
        ),
    ),
    (
        Question(QuestionKind.SHARE, finding(comparison=comparison())),
        (
            "Invånare med bistånd – Umeå ligger säkerställt lägre än riket, 2,1 "
            "procent mot 2,9 procent. "
            "Vad ligger bakom, och vad kan andra lära av Umeå?"
        ),
    ),
]
INDICATORS = {"N31807": indicator(), "N31814": made(id="N31814", short="Långvarigt bistånd")}


@pytest.mark.parametrize(("question", "text"), QUESTION_TEXTS)
def test_question_sentence(question: Question, text: str) -> None:
    assert plain(question_sentence(question, INDICATORS, "Umeå")) == text


def test_every_kind_has_its_sentence_and_its_row_above() -> None:
    assert set(FINDINGS) == set(FindingKind) == {found.kind for found, _ in FINDING_TEXTS}
    assert set(QUESTIONS) == set(QuestionKind) == {q.kind for q, _ in QUESTION_TEXTS}


def test_the_numbers_of_a_finding_are_those_of_its_results() -> None:
    text = finding_sentence(finding(trend=RISING), indicator(), "Umeå")
    assert set(numbers(text)) == {3.4, 2.9, 2024, 2.0, 2020, 3}


def test_a_finding_that_lacks_what_its_kind_needs_is_a_bug_not_a_sentence() -> None:
    with pytest.raises(ValueError):
        finding_sentence(replace(COURSE, trend=None), indicator(), "Umeå")
    with pytest.raises(ValueError):
        question_sentence(Question(QuestionKind.PATTERN, finding()), INDICATORS, "Umeå")


def test_a_rise_in_current_prices_says_so() -> None:
    dearer = replace(RISING, reason=Reason.CURRENT_PRICES)
    text = finding_sentence(finding(trend=dearer), indicator(), "Umeå")
    assert text.endswith("Beloppen är i löpande priser och följer även prisnivån.")


def test_a_survey_without_its_number_of_answers_says_so() -> None:
    alone = replace(finding().comparison, reason=Reason.N_UNKNOWN)
    text = finding_sentence(finding(comparison=alone), indicator(), "Umeå")
    assert text.count("Antalet svar är okänt") == 1


def test_answers_counted_only_some_of_the_years_are_not_called_unknown() -> None:
    course = replace(RISING, reason=Reason.N_UNKNOWN)
    text = finding_sentence(finding(trend=course), indicator(), "Umeå")
    assert text.endswith("Antalet svar är inte känt för alla år; förändringen är bedömd utan det.")


def test_what_holds_for_the_whole_page_is_not_said_in_each_finding() -> None:
    usual = replace(finding().comparison, reason=Reason.WHOLE_POPULATION)
    assert "inte ett urval" not in finding_sentence(
        finding(comparison=usual, trend=RISING), indicator(), "Umeå"
    )


def test_a_course_that_is_not_told_reserves_nothing() -> None:
    still = replace(RISING, answer=Answer.NO_CERTAIN_DIFFERENCE, reason=Reason.CURRENT_PRICES)
    assert "löpande" not in finding_sentence(finding(trend=still), indicator(), "Umeå")

"""Sentences: how they read, and that every number in them is the result's own."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_results import comparison, indicator, made, reference, trend

from analyslib.analysis.results import (
    Answer,
    Comparison,
    Reason,
    ReferenceKind,
    Sensitivity,
    answer_for,
)
from analyslib.text.formats import format_number
from analyslib.text.sentences import (
    answers_sentence,
    caveat_sentence,
    position_sentence,
    sensitivity_sentence,
    trend_sentence,
    trends_sentence,
)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def numbers(text: str) -> list[float]:
    """Every number of a sentence, read back the Swedish way."""
    found = re.findall(r"−?\d(?:[\d\u00a0]*\d)?(?:,\d+)?", text)
    return [float(n.replace("\u00a0", "").replace("−", "-").replace(",", ".")) for n in found]


POSITIONS = [
    (
        comparison(),
        (
            "Umeå ligger lägre än riket: 2,1 procent mot 2,9 procent 2024. "
            "Skillnaden är säkerställd, och lägre är bättre."
        ),
    ),
    (
        comparison(3.4, answer=Answer.WORSE),
        (
            "Umeå ligger högre än riket: 3,4 procent mot 2,9 procent 2024. "
            "Skillnaden är säkerställd, och lägre är bättre."
        ),
    ),
    (
        comparison(answer=Answer.NO_CERTAIN_DIFFERENCE),
        (
            "Umeå ligger lägre än riket: 2,1 procent mot 2,9 procent 2024. "
            "Skillnaden är inte större än att den kan bero på slumpen."
        ),
    ),
    (
        comparison(2.91, answer=Answer.NO_CERTAIN_DIFFERENCE),
        (
            "Umeå ligger på samma nivå som riket: 2,9 procent 2024. "
            "Skillnaden är inte större än att den kan bero på slumpen."
        ),
    ),
    (
        comparison(answer=Answer.CANNOT_BE_JUDGED, reason=Reason.N_UNKNOWN),
        (
            "Umeå ligger lägre än riket: 2,1 procent mot 2,9 procent 2024. "
            "Det går inte att bedöma skillnaden: antalet personer bakom siffran är okänt."
        ),
    ),
    (
        comparison(against=None, reason=Reason.NO_REFERENCE),
        (
            "Umeå har 2,1 procent 2024. "
            "Det går inte att bedöma skillnaden: det finns inget att jämföra med."
        ),
    ),
    (comparison(None), "Umeå saknar värde för 2024."),
    (
        comparison(reference=reference(kind=ReferenceKind.SIMILAR, weighted=False)),
        (
            "Umeå ligger lägre än medelvärdet för liknande kommuner: 2,1 procent "
            "mot 2,9 procent 2024. "
            "Skillnaden är säkerställd, och lägre är bättre."
        ),
    ),
]


@pytest.mark.parametrize(("result", "text"), POSITIONS)
def test_position_sentence(result: Comparison, text: str) -> None:
    assert plain(position_sentence(result, indicator(), "Umeå")) == text


def test_without_a_direction_nothing_is_judged() -> None:
    result = comparison(answer=Answer.LOWER)
    text = position_sentence(result, made(direction="none"), "Umeå")
    assert text.endswith("Skillnaden är säkerställd. Nyckeltalet har ingen önskad riktning.")
    assert "bättre" not in text


def test_a_coded_answer_is_told_as_its_word() -> None:
    coded = made(kind="coded", unit="code (Ja=1, Nej=2)", decimals=0)
    result = comparison(1.0, None, answer=Answer.CANNOT_BE_JUDGED, reason=Reason.ORDINAL)
    assert position_sentence(result, coded, "Umeå") == "Umeå har svarat Ja för 2024."


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 99), st.floats(0, 99), st.sampled_from(["high", "low", "none"]))
def test_every_number_of_a_position_is_the_results_own(
    value: float, other: float, direction: str
) -> None:
    kpi = made(direction=direction)
    result = comparison(value, other, answer=answer_for(value - other, direction))
    text = position_sentence(result, kpi, "Umeå")
    allowed = [
        float(format_number(v, decimals).replace(",", "."))
        for v in (value, other)
        for decimals in range(1, 5)
    ]
    shown = numbers(text)
    assert set(shown) <= {*allowed, 2024.0}
    assert shown[0] in allowed[:4]
    if " högre än " in text:
        assert value > other
    if " lägre än " in text:
        assert value < other


def test_a_flipped_direction_flips_what_is_said_to_be_better() -> None:
    low = position_sentence(comparison(), made(direction="low"), "Umeå")
    high = position_sentence(comparison(answer=Answer.WORSE), made(direction="high"), "Umeå")
    assert "lägre är bättre" in low and "högre är bättre" not in low
    assert "högre är bättre" in high and "lägre är bättre" not in high


def test_a_whole_population_is_a_reservation_beside_the_answer() -> None:
    assert "inte ett urval" in caveat_sentence(comparison(reason=Reason.WHOLE_POPULATION))
    assert caveat_sentence(comparison()) == ""


def test_other_reservations_have_words_of_their_own() -> None:
    assert "Antalet svar är okänt" in caveat_sentence(comparison(reason=Reason.N_UNKNOWN))
    assert "löpande priser" in caveat_sentence(trend(reason=Reason.CURRENT_PRICES))


def test_what_is_not_judged_has_a_reason_and_no_reservation() -> None:
    for reason in (Reason.N_UNKNOWN, Reason.WHOLE_POPULATION, Reason.CURRENT_PRICES):
        unjudged = comparison(answer=Answer.CANNOT_BE_JUDGED, reason=reason)
        assert caveat_sentence(unjudged) == ""


@pytest.mark.parametrize(
    ("agrees", "differs", "text"),
    [
        (3, 1, "Slutsatsen gäller i 3 av 4 jämförelsegrupper."),
        (4, 0, "Slutsatsen gäller i alla 4 jämförelsegrupper."),
        (1, 0, ""),
        (0, 0, ""),
    ],
)
def test_sensitivity_sentence(agrees: int, differs: int, text: str) -> None:
    kinds = tuple(ReferenceKind)
    result = Sensitivity(
        "N31807", "2480", 2024, "T", Answer.BETTER,
        kinds[:agrees], kinds[agrees : agrees + differs],
    )  # fmt: skip
    assert sensitivity_sentence(result) == text


def test_trend_sentence_says_what_changed_and_never_the_municipality_itself() -> None:
    kpi = indicator()
    assert plain(trend_sentence(trend(), kpi, "Umeå")) == (
        "I Umeå har andelen minskat från 3,1 till 2,1 procent 2020–2024, i snitt "
        "0,3 procentenheter per år. Förändringen är säkerställd, och lägre är bättre."
    )
    cost = made(kind="cost", unit="kr/inv", decimals=0, direction="none")
    rising = trend((1000, 1100, 1200, 1300, 1410), answer=Answer.HIGHER)
    assert plain(trend_sentence(rising, cost, "Åsele")) == (
        "I Åsele har kostnaden ökat från 1 000 till 1 410 kronor per invånare 2020–2024, i snitt "
        "103 kronor per invånare per år. Förändringen är säkerställd. "
        "Nyckeltalet har ingen önskad riktning."
    )


def test_trend_sentence_without_a_certain_change() -> None:
    kpi = indicator()
    unsure = trend(answer=Answer.NO_CERTAIN_DIFFERENCE)
    assert plain(trend_sentence(unsure, kpi, "Umeå")) == (
        "I Umeå gick andelen från 3,1 till 2,1 procent 2020–2024. "
        "Förändringen är inte större än att den kan bero på slumpen."
    )
    few = trend((2.1,), answer=Answer.CANNOT_BE_JUDGED, reason=Reason.TOO_FEW_YEARS)
    assert trend_sentence(few, kpi, "Umeå") == (
        "Utvecklingen i Umeå kan inte bedömas: det finns för få år att jämföra."
    )
    empty = replace(few, years=(), values=())
    assert trend_sentence(empty, kpi, "Umeå") == "Umeå saknar värden att följa över tid."


def test_a_slow_pace_gets_the_decimals_it_needs() -> None:
    slow = trend((1.00, 1.02, 1.04, 1.06, 1.08), answer=Answer.WORSE)
    assert "0,02\u00a0procentenheter per år" in trend_sentence(slow, indicator(), "Umeå")


def test_counts_are_told_in_the_order_of_the_answers() -> None:
    counts = Counter(
        {Answer.CANNOT_BE_JUDGED: 2, Answer.BETTER: 3, Answer.NO_CERTAIN_DIFFERENCE: 6}
    )
    assert plain(answers_sentence(counts, "nyckeltal", "nyckeltal")) == (
        "Av 11 nyckeltal är 3 bättre, 6 utan säker skillnad och 2 som inte kan bedömas."
    )
    assert plain(trends_sentence(Counter({Answer.WORSE: 1}), "kommun", "kommuner")) == (
        "Av 1 kommun är det 1 som försämras."
    )
    assert answers_sentence(Counter(), "nyckeltal", "nyckeltal") == "Inga nyckeltal att visa."

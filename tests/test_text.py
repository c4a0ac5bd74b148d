"""Formats and words, table by table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from made_results import indicator

from analyslib.analysis.results import Answer, Reason, Reference, ReferenceKind
from analyslib.text.formats import (
    format_amount,
    format_code,
    format_count,
    format_date,
    format_difference,
    format_in_year,
    format_interval,
    format_kronor,
    format_list,
    format_number,
    format_pair,
    format_period,
    format_share,
    format_years,
    unit_words,
)
from analyslib.text.words import (
    ANSWER_SYMBOLS,
    ANSWER_WORDS,
    REASON_WORDS,
    REFERENCE_WORDS,
    STATUS_EXPLANATIONS,
    STATUS_WORDS,
    TREND_WORDS,
    format_answer,
    format_status,
    name_with_unit,
    reference_words,
    source_line,
)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.0, 0, "0"),
        (2.85, 1, "2,9"),
        (47.25, 1, "47,3"),  # a person rounds halves up; binary rounding would say 47,2
        (1.005, 2, "1,01"),
        (-0.04, 1, "0,0"),  # never minus nought
        (-0.06, 1, "−0,1"),
        (999.96, 1, "1\u00a0000,0"),
        (1234.0, 0, "1\u00a0234"),
        (1234567.891, 2, "1\u00a0234\u00a0567,89"),
        (1e-7, 1, "0,0"),
        (-12345, 0, "−12\u00a0345"),
    ],
)
def test_format_number(value: float, decimals: int, text: str) -> None:
    assert format_number(value, decimals) == text


@pytest.mark.parametrize(
    ("unit", "kind", "text"),
    [
        ("andel (%)", "register_share", "Nöjda (%)"),
        ("andel av kostnad (%)", "register_share", "Nöjda (% av kostnad)"),
        ("andel enheter (%)", "register_share", "Nöjda (% av enheter)"),
        ("andel (%) av inv 21–64 år", "register_share", "Nöjda (% av inv 21–64 år)"),
        ("index (0–100)", "index", "Nöjda (index 0–100)"),
        ("kr/inv 65+", "cost", "Nöjda (kr/inv 65+)"),
        ("kod (Ja=1, Nej=0)", "coded", "Nöjda"),
    ],
)
def test_a_row_is_named_with_its_unit_in_one_pair_of_parentheses(
    unit: str, kind: str, text: str
) -> None:
    assert name_with_unit(replace(indicator(), short="Nöjda", unit=unit, kind=kind)) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_not_finite_never_becomes_text(value: float) -> None:
    with pytest.raises(ValueError):
        format_number(value)


def test_a_sign_is_written_on_request() -> None:
    assert format_number(0.8, 1, sign=True) == "+0,8"
    assert format_number(0.0, 1, sign=True) == "0,0"
    assert format_number(-0.8, 1, sign=True) == "−0,8"


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("andel (%)", "procent"),
        ("(%)", "procent"),
        ("kr/inv", "kronor per invånare"),
        ("kr/inv 80+", "kronor per invånare 80+"),
        ("kr/inv 0-20 år", "kronor per invånare 0–20 år"),
        ("tkr", "tusen kronor"),
        ("antal/10 000 inv", "per 10\u00a0000 invånare"),
        ("antal/1000 inv", "per 1\u00a0000 invånare"),
        ("antal barn/100 000 inv", "barn per 100\u00a0000 invånare"),
        ("antal dagar", "dagar"),
        ("antal", ""),
        ("index", ""),
        ("index (0–100)", ""),
        ("Index (max = 100)", ""),
        ("genomsnitt (17 ämnen)", ""),
        ("(kg/inv)", "kg per invånare"),
        ("antal dagar (median)", "dagar (median)"),
        ("kr/inv (Föregående år)", "kronor per invånare (Föregående år)"),
        ("timmar/", "timmar"),
    ],
)
def test_unit_words(unit: str, words: str) -> None:
    assert unit_words(indicator(unit)) == words


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "text"),
    [
        (2.14, "andel (%)", 1, "2,1\u00a0procent"),
        (1385, "kr/inv", 0, "1\u00a0385\u00a0kronor per invånare"),
        (1, "antal dagar", 0, "1\u00a0dag"),
        (14, "antal dagar", 0, "14\u00a0dagar"),
        (1, "kr/inv", 0, "1\u00a0krona per invånare"),
        (12.3, "index", 1, "12,3"),
    ],
)
def test_format_amount(value: float, unit: str, decimals: int, text: str) -> None:
    assert format_amount(value, indicator(unit, "cost", decimals)) == text


def test_a_year_never_stands_right_after_a_number() -> None:
    assert format_in_year("88 mot 52", indicator("index (0–100)"), 2024) == "88 mot 52 år 2024"
    assert format_in_year("2,1\u00a0procent", indicator(), 2024) == "2,1\u00a0procent 2024"


def test_a_coded_answer_is_its_word_and_an_unknown_code_says_so() -> None:
    coded = indicator("code (Ja=1, Nej=2)", "coded", 0)
    assert format_amount(1.0, coded) == "Ja"
    assert format_amount(2.0, coded) == "Nej"
    assert format_code(3.0, coded) == "kod\u00a03"
    assert format_code(0.07, coded) == "0,07"


def test_a_difference_of_percentages_is_counted_in_percentage_points() -> None:
    assert format_difference(-0.8, indicator()) == "−0,8\u00a0procentenheter"
    assert format_difference(1, indicator(decimals=0)) == "1\u00a0procentenhet"
    assert format_difference(1.0, indicator()) == "1,0\u00a0procentenheter"
    assert format_difference(12, indicator("kr/inv", decimals=0), True) == (
        "+12\u00a0kronor per invånare"
    )


def test_counts_in_singular_plural_and_none() -> None:
    assert format_count(0, "kommun", "kommuner") == "inga kommuner"
    assert format_count(1, "kommun", "kommuner") == "1\u00a0kommun"
    assert format_count(1200, "kommun", "kommuner") == "1\u00a0200\u00a0kommuner"


def test_lists_years_dates_and_shares() -> None:
    assert format_list([]) == ""
    assert format_list(["Umeå"]) == "Umeå"
    assert format_list(["Umeå", "Vännäs"]) == "Umeå och Vännäs"
    assert format_list(["A", "B", "C"]) == "A, B och C"
    assert format_list(["A", "B"], "eller") == "A eller B"
    assert format_years([2022, 2017, 2018, 2019, 2015, 2015]) == "2015, 2017–2019 och 2022"
    assert format_period(2020, 2020) == "2020"
    assert format_date("2026-12-03") == "3\u00a0december\u00a02026"
    assert format_date(date(2025, 1, 1)) == "1\u00a0januari\u00a02025"
    assert format_share(0.125) == "13\u00a0procent"
    assert format_kronor(12500) == "12\u00a0500\u00a0kronor"
    assert format_interval(1.94, 2.41, 1) == "1,9–2,4"
    assert format_interval(-1.2, 0.3, 1) == "−1,2\u00a0till\u00a00,3"


def test_every_answer_has_a_word_and_a_symbol_of_its_own() -> None:
    assert set(ANSWER_WORDS) == set(ANSWER_SYMBOLS) == set(TREND_WORDS) == set(Answer)
    assert len(set(ANSWER_SYMBOLS.values())) == len(Answer)
    assert format_answer(Answer.BETTER) == "▲ bättre"
    assert format_answer(Answer.NO_CERTAIN_DIFFERENCE) == "● ingen säker skillnad"


def test_every_reason_reference_and_status_has_words() -> None:
    assert set(REASON_WORDS) == set(Reason) - {Reason.NONE, Reason.WHOLE_POPULATION}
    assert set(REFERENCE_WORDS) == set(ReferenceKind)
    assert set(STATUS_WORDS) == set(STATUS_EXPLANATIONS)
    assert [format_status(status) for status in ("Missing", "Not applicable", "Privacy")] == [
        "bortfall",
        "ej tillämplig",
        "sekretess",
    ]
    with pytest.raises(KeyError):
        format_status("okänd")


@pytest.mark.parametrize(
    ("kind", "weighted", "words"),
    [
        (ReferenceKind.RIKET, True, "riket"),
        (ReferenceKind.UNWEIGHTED_MEAN, False, "medelvärdet för alla kommuner"),
        (ReferenceKind.COUNTY, False, "medelvärdet i länet"),
        (ReferenceKind.COUNTY, True, "det vägda värdet i länet"),
    ],
)
def test_reference_words_say_whether_it_is_weighted(
    kind: ReferenceKind, weighted: bool, words: str
) -> None:
    assert reference_words(Reference(kind, "x", 1.0, weighted, 15, 15)) == words


def test_source_line_keeps_kolada_and_our_own_work_apart() -> None:
    day = date(2026, 3, 23)
    assert (
        source_line("Kolada", day, computed=False)
        == "Källa: Kolada (hämtad 23\u00a0mars\u00a02026)."
    )
    assert source_line("Kolada", day, computed=True) == (
        "Egen bearbetning av data från Kolada (hämtad 23\u00a0mars\u00a02026)."
    )


def test_numbers_that_differ_are_never_shown_as_the_same() -> None:
    assert format_pair(1.04, 1.31, indicator(decimals=0)).replace("\u00a0", " ") == (
        "1,0 procent mot 1,3 procent"
    )
    assert format_pair(2.0, 2.0, indicator(decimals=0)).replace("\u00a0", " ") == (
        "2 procent mot 2 procent"
    )

"""Swedish ways of writing dates, numbers and codes."""

from __future__ import annotations

import pandas as pd
import pytest

from analyslib.sources.extract_model import code_lists
from analyslib.sources.extract_reading import TEXT, clean_word, column_letter
from analyslib.sources.extract_values import (
    is_blank,
    parse_codes,
    parse_dates,
    parse_municipalities,
    parse_numbers,
)


def column(*texts: str) -> pd.Series:
    return pd.Series(texts, dtype=TEXT)


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05", "20240305", "5/3 2024", "05.03.2024", "05/03/2024", "240305", "5 mars 2024",
        "2024/03/05", "2024-3-5", "45356", "45356.0", "2024-03-05 00:00:00", "2024-03-05T08:30",
    ],
)  # fmt: skip
def test_spellings_of_a_day(text: str) -> None:
    days, monthly = parse_dates(column(text))
    assert days[0] == pd.Timestamp("2024-03-05")
    assert not monthly[0]


@pytest.mark.parametrize("text", ["2024-03", "202403", "mars 2024", "mar-24"])
def test_spellings_of_a_month(text: str) -> None:
    days, monthly = parse_dates(column(text))
    assert days[0] == pd.Timestamp("2024-03-01")
    assert monthly[0]


@pytest.mark.parametrize(
    "text", ["", "2024-13-01", "2024-02-30", "03/15/2024", "snart", "2024", "12"]
)
def test_what_is_no_date(text: str) -> None:
    assert parse_dates(column(text))[0].isna().all()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("1 234,5", 1234.5),
        ("1.234,5", 1234.5),
        ("−3", -3),
        ("4", 4),
    ],
)
def test_spellings_of_a_number(text: str, number: float) -> None:
    assert parse_numbers(column(text))[0] == number


@pytest.mark.parametrize("text", ["", "fyra", "4 poäng", "1,2,3", "-", "12-15"])
def test_what_is_no_number(text: str) -> None:
    assert parse_numbers(column(text)).isna().all()


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009", "\t", "  ", "\u3000"])
def test_every_kind_of_space_is_a_space(space: str) -> None:
    assert clean_word(f" Barn{space}och{space}unga ") == "Barn och unga"


def test_blank_words_are_blank_and_others_are_not() -> None:
    texts = column("", "-", "N/A", "saknas", "null", "uppgift saknas", "nej", "0")
    assert list(is_blank(texts)) == [True] * 5 + [False] * 3


@pytest.mark.parametrize(
    ("codes", "text", "code"),
    [
        ("sex", "Kvinna", "K"),
        ("sex", "uppgift saknas", "uppgift saknas"),
        ("age_group", "13-20", "13-20"),
        ("age_group", "13 – 20 år", "13-20"),
        ("age_group", "80 +", "80+"),
        ("service_area", "BARN OCH UNGA", "barn_unga"),
        ("service_area", "ek bistånd", "ek_bistand"),
        ("end_reason", "Målet uppnått helt", "mal_helt"),
    ],
)
def test_words_become_codes(codes: str, text: str, code: str) -> None:
    assert parse_codes(column(text), code_lists()[codes].spellings)[0] == code


def test_an_exact_age_is_no_age_group() -> None:
    assert parse_codes(column("65", "34"), code_lists()["age_group"].spellings).isna().all()


def test_a_municipality_by_code_name_or_both() -> None:
    known = {"0461": "0461", "gnesta": "0461"}
    assert (
        list(parse_municipalities(column("0461", "461", "Gnesta", "0461 Gnesta"), known))
        == ["0461"] * 4
    )
    assert parse_municipalities(column("9999", "Gnestaa"), known).isna().all()


def test_letters_of_columns_as_in_excel() -> None:
    assert [column_letter(n) for n in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip

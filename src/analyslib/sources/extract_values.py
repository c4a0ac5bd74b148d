"""Understands text as dates, numbers and codes the way Swedish senders write them.

Every function takes a column of text and gives one of the same length, empty where the text was
empty or not understood. Distinct values are understood once: a column of 100,000 dates has a
few thousand of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd

from analyslib.sources.extract_model import fold_code
from analyslib.sources.extract_reading import TEXT


MISSING_WORDS = frozenset(
    {"", "-", ".", "..", "null", "none", "nan", "n/a", "na", "#n/a", "saknas", "ejangivet", "ua"}
)
EXCEL_ERRORS = frozenset(
    {"#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#N/A", "#SAKNAS!", "#VÄRDEFEL!",
     "#REFERENS!", "#NAMN?", "#DIVISION/0!", "#OGILTIGT!"}
)  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_MONTH_NUMBERS = {name: number for number, name in enumerate(_MONTHS, start=1)}
_EXCEL_EPOCH = date(1899, 12, 30)

_Day = tuple[str, bool]  # ISO date, and whether only the month was given

_YEAR_FIRST = re.compile(
    r"((?:19|20)\d\d)([-/. ]?)(\d{1,2})(?:\2(\d{1,2}))?(?:[ t]\d{1,2}:\d\d.*)?"
)
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ]((?:19|20)\d\d)(?: \d{1,2}:\d\d.*)?")
_SIX_DIGITS = re.compile(r"(\d\d)(\d\d)(\d\d)")
_IN_WORDS = re.compile(r"(?:(\d{1,2})[. ]*)?([a-zåäö]{3,9})\.?[- ]*((?:19|20)?\d\d)")
_SERIAL = re.compile(r"([2-6]\d{4})(?:[.,]\d+)?")


def is_blank(column: pd.Series) -> pd.Series:
    """Empty, or one of the words that senders write for "nothing here"."""
    return column.isin([text for text in column.unique() if fold_code(text) in MISSING_WORDS])


def parse_dates(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The dates, and whether each was given as a month only (then it is the first of it)."""
    days = {text: _parse_day(text) for text in column.unique()}
    iso = column.map({text: day[0] if day else None for text, day in days.items()})
    month_only = column.map({text: bool(day and day[1]) for text, day in days.items()})
    return pd.to_datetime(iso, format="%Y-%m-%d").astype("datetime64[s]"), month_only.astype(bool)


def _parse_day(text: str) -> _Day | None:
    """Year first, day first, six digits, in words, or Excel's own number of a day."""
    text = text.strip().lower()
    for understand in (_year_first, _day_first, _six_digits, _in_words, _excel_serial):
        day = understand(text)
        if day:
            return day
    return None


def _year_first(text: str) -> _Day | None:
    found = _YEAR_FIRST.fullmatch(text)
    if not found:
        return None
    year, sign, month, day = found.groups()
    if not sign and len(text) not in (6, 8):
        return None
    return _iso(int(year), int(month), int(day or 1), day is None)


def _day_first(text: str) -> _Day | None:
    found = _DAY_FIRST.fullmatch(text)
    return _iso(int(found[3]), int(found[2]), int(found[1])) if found else None


def _six_digits(text: str) -> _Day | None:
    found = _SIX_DIGITS.fullmatch(text)
    return _iso(2000 + int(found[1]), int(found[2]), int(found[3])) if found else None


def _in_words(text: str) -> _Day | None:
    found = _IN_WORDS.fullmatch(text)
    month = _MONTH_NUMBERS.get(found[2][:3]) if found else None
    if not found or not month:
        return None
    year = int(found[3]) if len(found[3]) == 4 else 2000 + int(found[3])
    return _iso(year, month, int(found[1] or 1), found[1] is None)


def _excel_serial(text: str) -> _Day | None:
    """45356 is 5 March 2024: a date column that lost its format. 20 000 to 69 999 is 1954-2091."""
    found = _SERIAL.fullmatch(text)
    return ((_EXCEL_EPOCH + timedelta(days=int(found[1]))).isoformat(), False) if found else None


def _iso(year: int, month: int, day: int, month_only: bool = False) -> _Day | None:
    try:
        return date(year, month, day).isoformat(), month_only
    except ValueError:
        return None


_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:\.\d{3})+,\d+")


def parse_numbers(column: pd.Series) -> pd.Series:
    """Decimal comma or point, spaces or points between thousands, minus as any dash."""
    return column.map({text: _parse_number(text) for text in column.unique()}).astype("float64")


def _parse_number(text: str) -> float | None:
    plain = text.replace("\u2212", "-").replace("\u2013", "-").replace(" ", "").lower()
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(".", "")
    plain = plain.replace(",", ".")
    return float(plain) if _NUMBER.fullmatch(plain) else None


def parse_codes(column: pd.Series, spellings: dict[str, str]) -> pd.Series:
    """Our code for each spelling; empty where the word is in no list."""
    return _map_text(column, lambda text: spellings.get(fold_code(text)))


def parse_municipalities(column: pd.Series, codes: dict[str, str]) -> pd.Series:
    """Four digits. Excel drops the first zero of 0461, so three digits get it back; a name or
    "0461 Gnesta" is understood too. `codes` maps names, folded, and codes to the code."""

    def understand(text: str) -> str | None:
        found = re.fullmatch(r"(\d{3,4})(?:[ -]+\D+)?", text)
        return codes.get(found[1].zfill(4) if found else fold_code(text))

    return _map_text(column, understand)


def _map_text(column: pd.Series, understand: Callable[[str], str | None]) -> pd.Series:
    return column.map({text: understand(text) for text in column.unique()}).astype(TEXT)

"""Values as Swedish text: decimal comma, no-break spaces, a real minus sign.

A number that is not finite is a fault of the caller and never becomes text: no page may say
"nan". What is missing has words of its own in `words.STATUS_WORDS`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from analyslib.catalogue import Indicator


NBSP = "\u00a0"
MINUS = "\u2212"
DASH = "\u2013"
MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
)

# A unit as Kolada writes it, piece by piece, and as a person says it after a number.
UNIT_WORDS = (
    (r"^code\b.*$", ""),
    (r"^\((.*)\)$", r"\1"),
    (r"(?i)^(index|medelvärde|genomsnitt|antal|poäng)( \(.*\))?$", ""),
    (r"^.*%.*$", "procent"),
    (r"\s*/\s*$", ""),
    (r"^antal (?=\S)", ""),
    (r"^antal\s*/", "/"),
    (r"^tkr\b", "tusen kronor"),
    (r"^mnkr\b", "miljoner kronor"),
    (r"^kr\b", "kronor"),
    (r"\s*/\s*", " per "),
    (r"\binv\b\.?", "invånare"),
    (r"\b1000\b", f"1{NBSP}000"),
    (r"(?<=\d) (?=\d{3}\b)", NBSP),
    (r"(?<=\d)-(?=\d)", DASH),
)
SINGULAR = {
    "dagar": "dag",
    "procentenheter": "procentenhet",
    "timmar": "timme",
    "kronor": "krona",
    "personer": "person",
    "ärenden": "ärende",
    "familjer": "familj",
    "platser": "plats",
    "placeringar": "placering",
    "anmälningar": "anmälan",
    "veckor": "vecka",
    "månader": "månad",
}


def format_number(value: float, decimals: int = 0, sign: bool = False) -> str:
    """1234.5 with one decimal is "1 234,5". `sign` writes a plus before what is above zero.

    Halves are rounded up as people do, counted on the digits that a reader of the source sees.
    """
    if not math.isfinite(value):
        raise ValueError("a number that is not finite cannot be shown")
    number = rounded(value, decimals)
    digits = f"{abs(number):,.{decimals}f}".replace(",", NBSP).replace(".", ",")
    if number < 0:
        return f"{MINUS}{digits}"
    return f"+{digits}" if sign and number > 0 else digits


def rounded(value: float, decimals: int = 0) -> Decimal:
    """The number that is printed."""
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def format_percent(percent: float, decimals: int = 1) -> str:
    """`percent` is 0-100."""
    return f"{format_number(percent, decimals)}{NBSP}procent"


def format_share(share: float, decimals: int = 0) -> str:
    """`share` is 0-1."""
    return format_percent(100 * share, decimals)


def format_kronor(kronor: float) -> str:
    return with_unit(format_number(kronor), "kronor")


def format_count(number: int, singular: str, plural: str) -> str:
    """1 kommun, 3 kommuner, inga kommuner."""
    if number == 0:
        return f"inga {plural}"
    return f"{format_number(number)}{NBSP}{singular if number == 1 else plural}"


def unit_words(indicator: Indicator) -> str:
    """What is said after a number of this indicator: "procent", "kronor per invånare"."""
    if indicator.kind == "coded":
        return ""
    words = indicator.unit.strip()
    for pattern, replacement in UNIT_WORDS:
        words = re.sub(pattern, replacement, words)
    return words.strip()


def is_percentage(indicator: Indicator) -> bool:
    return unit_words(indicator) == "procent"


def format_value(value: float, indicator: Indicator) -> str:
    """The number alone, or the word of a coded answer ("Ja")."""
    if indicator.kind == "coded":
        return format_code(value, indicator)
    return format_number(value, indicator.decimals)


def format_code(value: float, indicator: Indicator) -> str:
    """The word of a coded answer; a code without a word is shown as the code it is.

    What is no code at all (a mean of codes, as sources have for Riket) stays a number.
    """
    if not float(value).is_integer():
        return format_number(value, 2)
    code = format_number(value)
    return (indicator.coding or {}).get(code, f"kod{NBSP}{code}")


def format_amount(value: float, indicator: Indicator) -> str:
    """The number with its unit: "2,1 procent", "3 210 kronor per invånare", "Ja"."""
    return with_unit(format_value(value, indicator), unit_words(indicator))


def with_decimals_to_differ(first: float, second: float, indicator: Indicator) -> Indicator:
    """The indicator with up to three more decimals, where the two would look the same."""
    for more in range(4):
        sharper = replace(indicator, decimals=indicator.decimals + more)
        if format_value(first, sharper) != format_value(second, sharper):
            return sharper
    return indicator


def format_pair(first: float, second: float, indicator: Indicator) -> str:
    """2,1 procent mot 2,9 procent; a longer unit is said once: 8 662 mot 5 653 kronor per ….

    Two numbers that differ get the decimals it takes to show it.
    """
    indicator = with_decimals_to_differ(first, second, indicator)
    own = format_amount(first, indicator)
    if not is_percentage(indicator):
        own = format_value(first, indicator)
    return f"{own} mot {format_amount(second, indicator)}"


def format_in_year(amount: str, indicator: Indicator, year: int) -> str:
    """2,1 procent 2024; where no unit stands between, "52 år 2024" and not "52 2024"."""
    return f"{amount} {year}" if unit_words(indicator) else f"{amount} år {year}"


def format_short(value: float, indicator: Indicator) -> str:
    """The number with a sign for its unit, where there is little room: "2,1 %", "1 385 kr"."""
    words = unit_words(indicator)
    sign = "%" if words == "procent" else "kr" if words.startswith("kronor") else ""
    return with_unit(format_value(value, indicator), sign)


def format_difference(difference: float, indicator: Indicator, sign: bool = False) -> str:
    """A difference between two values: of percentages, it is counted in "procentenheter"."""
    unit = "procentenheter" if is_percentage(indicator) else unit_words(indicator)
    return with_unit(format_number(difference, indicator.decimals, sign), unit)


def format_interval(low: float, high: float, decimals: int) -> str:
    """1,9-2,4 with a dash; with "till" where a minus sign would make the dash hard to read."""
    between = f"{NBSP}till{NBSP}" if low < 0 or high < 0 else DASH
    return f"{format_number(low, decimals)}{between}{format_number(high, decimals)}"


def format_list(items: Sequence[str], last: str = "och") -> str:
    """A, B och C."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def format_date(day: date | str) -> str:
    """3 december 2026, from a date or an ISO text."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]}{NBSP}{day.year}"


def format_period(first: int, last: int) -> str:
    """2019-2024 with a dash; one year is written once."""
    return str(first) if first == last else f"{first}{DASH}{last}"


def format_years(years: Sequence[int]) -> str:
    """Years in runs: 2015, 2017-2019 och 2022."""
    runs: list[list[int]] = []
    for year in sorted(set(years)):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return format_list([format_period(run[0], run[-1]) for run in runs])


def with_unit(number: str, unit: str) -> str:
    """A number that is already text with its unit after it, in the singular after a one."""
    if number in ("1", "+1", f"{MINUS}1"):
        first, *rest = unit.split(" ")
        unit = " ".join([SINGULAR.get(first, first), *rest])
    return f"{number}{NBSP}{unit}" if unit else number

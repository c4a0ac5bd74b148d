"""What a heading, a cell, a title or a file name says about time."""

from __future__ import annotations

import re
from dataclasses import dataclass


MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
)
_MONTH_NUMBER = {name: number for number, name in enumerate(MONTHS, start=1)} | {
    name[:3]: number for number, name in enumerate(MONTHS, start=1)
}
_YEAR = r"(?<!\d)((?:19|20)\d\d)(?!\d)"
_SPAN = re.compile(rf"\(?(?:snitt |medel |medelvärde |åren )?{_YEAR}\s?[-–]\s?{_YEAR}\)?", re.I)
_CODED_MONTH = re.compile(rf"{_YEAR}\s?(?:M|-)\s?(0[1-9]|1[0-2])(?!\d)", re.I)
_MONTH = re.compile(rf"\b({'|'.join(sorted(_MONTH_NUMBER, key=len, reverse=True))})\b\.?", re.I)
_LONE_YEAR = re.compile(rf"\(?(?:år )?{_YEAR}\)?", re.I)


@dataclass(frozen=True)
class Period:
    """0 where nothing is said. The year of a span is its last: 2020–2022 is 2022, as in Kolada."""

    year: int = 0
    month: int = 0

    def filled_with(self, other: Period) -> Period:
        return Period(self.year or other.year, self.month or other.month)


def find_period(text: str) -> tuple[Period, str]:
    """The period in the text, and the text without it. Two different years are no period."""
    coded = _CODED_MONTH.search(text)
    if coded:
        return Period(int(coded[1]), int(coded[2])), _without(text, coded)
    month, rest = 0, text
    named = _MONTH.fullmatch(_LONE_YEAR.sub("", text).strip(" ,*"))
    if named:
        month = _MONTH_NUMBER[named[1].casefold()]
        rest = text.replace(named[0], "")
    span = _SPAN.search(rest)
    if span:
        return Period(int(span[2]), month), _without(rest, span)
    years = list(_LONE_YEAR.finditer(rest))
    if len({found[1] for found in years}) == 1:
        return Period(int(years[0][1]), month), _without(rest, years[0])
    return Period(0, month), rest.strip(" ,")


def is_period(text: str) -> bool:
    """Nothing but a year, a month or both."""
    period, rest = find_period(text)
    return bool(period.year or period.month) and not rest.strip("* ")


def years_in(text: str) -> set[int]:
    """Every year mentioned; of a span only the last."""
    spans = [int(found[2]) for found in _SPAN.finditer(text)]
    return {*spans, *(int(year) for year in re.findall(_YEAR, _SPAN.sub(" ", text)))}


def read_month(text: str) -> int:
    """1–12 from a name or a number, else 0."""
    word = text.casefold().strip("*. ")
    if word.isdecimal() and 1 <= int(word) <= 12:
        return int(word)
    return _MONTH_NUMBER.get(word, 0)


def _without(text: str, found: re.Match[str]) -> str:
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    return re.sub(r"(\s*,)+", ",", " ".join(rest.split())).strip(" ,*")

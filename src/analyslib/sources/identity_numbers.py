"""Finds Swedish identity numbers in text, in every way people write them.

A number has the shape of a date and four more; whether its check digit is right tells a
personnummer from a date with a serial number only nine times in ten. So a candidate says both,
and a whole column is judged together (personal_data_columns).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date


PERSONNUMMER = "personnummer"
SAMORDNINGSNUMMER = "samordningsnummer"
INTERIM = "tillfälligt personnummer (T-nummer)"
RESERVE = "reservnummer"
MASKED = "personnummer med dolda siffror"
NO_CHECK_DIGIT = "personnummer utan kontrollsiffra"


@dataclass(frozen=True)
class Candidate:
    """Something written like an identity number. `valid`: it cannot be told from a real one.

    `year` is the year of its date (four digits, guessed where the century is not written),
    `tail` the last four signs, `whole` whether the text holds nothing else but a short prefix.
    """

    kind: str
    valid: bool
    year: int
    tail: str
    whole: bool


# Unicode has some twenty dashes and more digits; all become the plain ones. Signs without width
# vanish.
_DASHES: dict[int, str | None] = {
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－⁃"), "-"),
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad")),
}
_FEW_DIGITS = re.compile(r"(?:\d\D{0,3}?){5}\d")
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.I)
_LONG_HEX = re.compile(r"(?<![0-9a-f])(?=\d*[a-f])[0-9a-f]{32,}(?![0-9a-f])", re.I)
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?|\d{8}T\d{4}(?:\d\d)?")
_SCIENTIFIC = re.compile(r"(?<![\d.,])\d(?:[.,]\d+)?E\+?(?:9|1[01])(?!\d)", re.I)

_CENTURY = r"(?P<century>1[89]|20)[ ]?"
_SIX = r"(?P<year>\d\d)(?P<sign>[-./ ]?)(?P<month>\d\d)(?P=sign)(?P<day>\d\d)"
_DATE = rf"(?:{_CENTURY})?{_SIX}"
_FULL = re.compile(
    rf"(?<!\d){_DATE} ?[-+/.:_ ]? ?(?P<tail>(?:\d{{3}}|[TRSUWXJKLMN]\d\d)\d)"
    # A period written as two dates: the second year is no tail.
    r"(?!\d|[-/.]\d\d[-/.]\d\d)",
    re.I,
)
_SHORT = re.compile(
    rf"(?<!\d){_CENTURY}{_SIX} ?[-+/.:_]? ?(?P<tail>\d{{3}})(?:\.0)?(?![\d.,]|[-/ ]\d)", re.I
)
_MASK = "[x*#•]"
_MASKED = re.compile(
    rf"(?<!\d){_DATE} ?[-+/._ ]? ?"
    rf"(?P<tail>{_MASK}{{4}}|\d{_MASK}{{3}}|\d\d{_MASK}{{2}}|\d{{3}}{_MASK})(?!\w)",
    re.I,
)
_NATIONAL_RESERVE = re.compile(
    r"(?<![0-9A-Z])(?P<century>00|2[1-9]|[3-9]\d)(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d)-?"
    r"(?P<tail>[A-HJ-NPRSTUXYZ]{2}\d{2})(?![0-9A-Z])"
)
_REGIONAL_99 = re.compile(r"(?<!\d)(?P<tail>99\d{6}[- ]?\d{4})(?!\d)")
_REGIONAL_LETTER = re.compile(
    r"(?<![0-9A-Z])(?P<century>1[89]|20)?(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d)-?"
    r"(?P<tail>(?=[A-Z]*\d)(?=\d*[A-Z])[0-9A-Z]{4})(?![0-9A-Z])"
)


def find_candidates(text: str) -> list[Candidate]:
    """Every identity number, or what looks like one, in a text; [] for most texts at once."""
    if not _FEW_DIGITS.search(text):
        return []
    plain = _without_lookalikes(plain_text(text))
    found = list(_full(plain))
    if not any(candidate.valid for candidate in found):
        found += [*_without_check_digit(plain), *_masked(plain), *_reserve(plain)]
    return found


def plain_text(text: str) -> str:
    """The same with plain spaces, dashes and digits, and without uuids and hashes."""
    text = _without_codes(" ".join(text.split()))
    if text.isascii():
        return text
    text = text.translate(_DASHES)
    return "".join(str(int(char)) if char.isdecimal() else char for char in text)


def _without_codes(text: str) -> str:
    """Without uuids and hashes, whose digits only look like something."""
    return _LONG_HEX.sub(" ", _UUID.sub(" ", text)) if len(text) >= 32 else text


def _without_lookalikes(text: str) -> str:
    """Timestamps are gone, and floats and exponents are the whole numbers they once were."""
    text = _TIMESTAMP.sub(" ", text)
    text = _SCIENTIFIC.sub(lambda found: str(round(float(found[0].replace(",", ".")))), text)
    return re.sub(r"(?<=\d)[.,]0(?!\d)", "", text)


def _full(text: str) -> Iterator[Candidate]:
    for found in _FULL.finditer(text):
        kind = _kind_of_date(found)
        tail = found["tail"].upper()
        if not kind:
            continue
        if not tail.isdigit():
            kind = INTERIM
        digits = f"{found['year']}{found['month']}{found['day']}{re.sub('[A-Z]', '1', tail)}"
        # No birth number is 000, but a first serial number is.
        valid = _has_check_digit(digits) and not tail.startswith("000")
        yield _candidate(kind, valid, found, text)


def _without_check_digit(text: str) -> Iterator[Candidate]:
    for found in _SHORT.finditer(text):
        if _kind_of_date(found) and found["tail"] != "000":
            yield _candidate(NO_CHECK_DIGIT, True, found, text)


def _masked(text: str) -> Iterator[Candidate]:
    for found in _MASKED.finditer(text):
        if _kind_of_date(found):
            yield _candidate(MASKED, True, found, text)


def _reserve(text: str) -> Iterator[Candidate]:
    upper = text.upper()
    for found in _NATIONAL_RESERVE.finditer(upper):
        month, day = int(found["month"]), int(found["day"])
        # Where the birth date is unknown the month is 20-99 and the day 40-59.
        if (1 <= month <= 12 or month >= 20) and (1 <= day <= 31 or 40 <= day <= 59):
            yield _candidate(RESERVE, True, found, upper)
    for found in _REGIONAL_LETTER.finditer(upper):
        if _kind_of_date(found):
            yield _candidate(RESERVE, True, found, upper)
    for found in _REGIONAL_99.finditer(text):
        whole = _is_whole(found, text)
        yield Candidate(RESERVE, True, 0, found["tail"][-4:], whole)


def _candidate(kind: str, valid: bool, found: re.Match[str], text: str) -> Candidate:
    century = found["century"]
    year = int(found["year"])
    # Without a century a number is taken as this one's if that is not in the future.
    full_year = int(century) * 100 + year if century else year + (2000 if year < 30 else 1900)
    return Candidate(kind, valid, full_year, found["tail"], _is_whole(found, text))


def _is_whole(found: re.Match[str], text: str) -> bool:
    before = text[: found.start()].strip()
    return not text[found.end() :].strip() and len(before) <= 6 and not re.search(r"\d", before)


def _kind_of_date(found: re.Match[str]) -> str:
    """Which kind of number has such a date, or "" where no number can have it."""
    century, year = found["century"], int(found["year"])
    month, day = int(found["month"]), int(found["day"])
    if day >= 60:
        # Unknown month is written 00 and unknown day 60.
        return SAMORDNINGSNUMMER if month <= 12 and day <= 91 else ""
    years = [int(century) * 100 + year] if century else [1900 + year, 2000 + year]
    return PERSONNUMMER if any(_is_date(full, month, day) for full in years) else ""


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _has_check_digit(digits: str) -> bool:
    """Luhn over ten digits: every other one doubled, digit sums added."""
    doubled = (int(char) * (2 - place % 2) for place, char in enumerate(digits))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0

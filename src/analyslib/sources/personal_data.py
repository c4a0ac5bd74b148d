"""Personal data in a text: what kinds there are. The value itself never leaves this module.

Names can only be noticed, never ruled out: a rare name in a column of words passes. The guides
say so, and say what to do about it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from analyslib.sources.identity_numbers import find_candidates, plain_text


EMAIL = "e-postadress"
PHONE = "telefonnummer"
ADDRESS = "gatuadress"
NAME = "namn"
FREE_TEXT = "fritext"

LONGEST_TEXT = 80
MOST_WORDS = 11

_NAMES_FILE = Path(__file__).parent.parent / "definitions" / "common_names.txt"

_EMAIL = re.compile(r"[^\s@;,<>()]+@[^\s@;,<>()]+\.[a-z]{2,}", re.I)
_MOBILE = re.compile(
    r"(?<![\d.,/-])(?:\+46|0046|0)[ -]?(?:\(0\)[ -]?)?7[02369](?:[ -]?\d){7}(?![\d.,/-]\d|\d)"
)
_LANDLINE = re.compile(
    r"(?<![\w.,/-])(?:(?:\+|00)46[ -]?(?:\(0\))?[ -]?[1-9]\d{0,2}|0[1-9]\d{0,2}(?=[ -]|/\d))"
    r"[ /-]{0,3}\d{2,3}(?: ?\d{2}){1,3}(?![\d.,/-]\d|\d)"
)
_STREET = re.compile(
    r"\b[A-ZÅÄÖ][\wåäöé]*(?:gatan|gata|vägen|väg|stigen|gränd|gränden|torget|allén|backen|"
    r"esplanaden|stråket|leden|svängen) \d{1,3}(?: ?[A-H])?\b"
)
_POSTAL = re.compile(r"(?<!\d)(?:SE?-?)?[1-9]\d{2} ?\d{2} [A-ZÅÄÖ][A-Za-zåäöÅÄÖ]{2,}")
_WORD_PAIR = re.compile(
    r"(?<![\w-])([A-ZÅÄÖÉ][\w-]+),? (?:[A-ZÅÄÖ](?:\.|[\wåäö-]+) )?"
    r"(?:(?:von|af|de|al) )?([A-ZÅÄÖ][\w-]+)"
)
_SURNAME_ENDING = re.compile(
    r"(?:sson|sdotter|qvist|kvist|ström|gren|lund|berg|stedt|lind|mark|vall)$"
)


def find_personal_data(text: str) -> tuple[str, ...]:
    """The kinds of personal data in a text (Swedish), without repeats; () where there are none.

    A date with a serial number whose check digit happens to be right counts here: a text alone
    cannot be judged by the company it keeps.
    """
    kinds = [candidate.kind for candidate in find_candidates(text) if candidate.valid]
    return tuple(dict.fromkeys([*kinds, *find_other_kinds(text)]))


def find_other_kinds(text: str) -> tuple[str, ...]:
    """The same, leaving out identity numbers (a column of those is judged together)."""
    plain = plain_text(text)
    return tuple(kind for kind, is_there in _OTHER_KINDS.items() if is_there(plain))


def has_email(text: str) -> bool:
    return "@" in text and _EMAIL.search(text) is not None


def has_phone(text: str) -> bool:
    return _MOBILE.search(text) is not None or _LANDLINE.search(text) is not None


def has_address(text: str) -> bool:
    return _STREET.search(text) is not None or _POSTAL.search(text) is not None


def has_name(text: str) -> bool:
    """A first name beside a surname, in either order; "Maria skyddshem" is none."""
    if " " not in text:
        return False
    return any(
        _is_name(first, last) or _is_name(last, first) for first, last in _WORD_PAIR.findall(text)
    )


def is_first_name(word: str) -> bool:
    return word.casefold() in _names()[0]


def is_free_text(text: str) -> bool:
    """So long that somebody has told something in it."""
    return len(text.split()) > MOST_WORDS or (len(text) > LONGEST_TEXT and " " in text)


def _is_name(first: str, last: str) -> bool:
    first_names, surnames = _names()
    parts = [part.casefold() for part in first.split("-")]
    word = last.casefold()
    is_surname = word in surnames or (len(word) > 5 and _SURNAME_ENDING.search(word) is not None)
    return all(part in first_names for part in parts) and is_surname


@lru_cache(maxsize=1)
def _names() -> tuple[frozenset[str], frozenset[str]]:
    kinds: dict[str, frozenset[str]] = {}
    for line in _NAMES_FILE.read_text(encoding="utf-8").splitlines():
        kind, _, names = line.partition(":")
        if not line.startswith("#"):
            kinds[kind] = frozenset(name.casefold() for name in names.split())
    return kinds["first"], kinds["last"]


_OTHER_KINDS = {EMAIL: has_email, PHONE: has_phone, ADDRESS: has_address, NAME: has_name}

"""What stands in a cell where a number could be: a value, or one of several kinds of nothing.

The same sign means opposite things: "-" is bortfall in Kolada and exactly zero at SCB. So each
publisher has a table of its own, and a sign that is not in it is not understood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


MISSING, NOT_APPLICABLE = "Missing", "Not applicable"
PRIVACY, UNKNOWN = "Privacy", "Unknown"
ZERO = "zero"

_COMMON = {
    "": UNKNOWN,
    "x": PRIVACY,
    "--": MISSING,
    "missing": MISSING,
    "bortfall": MISSING,
    "uppgift saknas": MISSING,
    "privacy": PRIVACY,
    "sekretess": PRIVACY,
    "not applicable": NOT_APPLICABLE,
    "ej tillämplig": NOT_APPLICABLE,
    "ej tillämpligt": NOT_APPLICABLE,
}
PUBLISHERS: Mapping[str, Mapping[str, str]] = {
    "okänd": _COMMON,
    "socialstyrelsen": _COMMON,
    "kolada": {**_COMMON, "-": MISSING, ".": NOT_APPLICABLE, "..": PRIVACY},
    # SCB's ".." covers missing, too uncertain and secret alike.
    "scb": {**_COMMON, "-": ZERO, ".": NOT_APPLICABLE, "..": UNKNOWN},
}
SIGNS = {sign for table in PUBLISHERS.values() for sign in table if sign} | {"...", "…"}
ANSWERS = ("ja", "nej", "delvis")

_NUMBER = re.compile(r"[+-]?(\d{1,3}( \d{3})+|\d+)([.,]\d+)?(e[+-]?\d+)?", re.ASCII)
_DASHES = str.maketrans({"–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-"})


@dataclass(frozen=True)
class Reading:
    """`value` is None exactly where `status` says which kind of nothing it is."""

    value: float | None
    status: str


def read_value(
    text: str, table: Mapping[str, str], coding: Mapping[str, float] | None = None
) -> Reading | None:
    """What the cell says by this publisher's table, or None where it cannot be understood."""
    plain = _plain(text)
    sign = table.get(plain)
    if sign == ZERO:
        return Reading(0.0, "")
    if sign is not None:
        return Reading(None, sign)
    if coding and plain in coding:
        return Reading(coding[plain], "")
    number = plain.rstrip("*").removesuffix("%").strip()
    if _NUMBER.fullmatch(number):
        return Reading(float(number.replace(" ", "").replace(",", ".")), "")
    return None


def is_like_value(text: str) -> bool:
    """A number, an answer, or a sign that some publisher uses, known to this one or not."""
    plain = _plain(text)
    known = plain in SIGNS or plain in ANSWERS
    return known or read_value(text, PUBLISHERS["okänd"]) is not None


def find_coding(title: str, texts: list[str]) -> dict[str, float] | None:
    """How Ja, Delvis and Nej become numbers: as the title says, else as the answers require.

    None where the column has no such answers. "(Ja=1, Nej=2)" exists.
    """
    answers = {_plain(text) for text in texts} & set(ANSWERS)
    if not answers:
        return None
    stated = re.findall(r"(ja|nej|delvis)\s*=\s*(\d)", title.casefold())
    if stated:
        return {word: float(number) for word, number in stated}
    if "delvis" in answers:
        return {"ja": 2.0, "delvis": 1.0, "nej": 0.0}
    return {"ja": 1.0, "nej": 0.0}


def _plain(text: str) -> str:
    return text.casefold().translate(_DASHES).strip()

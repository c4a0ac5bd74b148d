"""The parts of a page that tell of individuals or of own measures, held against the release.

Such a part is the same whenever it is made of the same release: so the check makes it anew, of
what has been released and nothing else, and what stands on the page has to be that: each line,
each row of a table, each mark and each picture. A number changed by one, or put anywhere, is not.

A part says what it is of, ``data-part="uppfoljning-2480-missbruk"``: its kind, the municipality,
and for the follow-up the service area that was chosen, if any.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analyslib.disclosure.page_pictures import IN_LINE
from analyslib.errors import Fault


PART = "data-part"
OWN, FOLLOW_UP = "egna-matt", "uppfoljning"
NAME = re.compile(rf"({OWN}|{FOLLOW_UP})-(\d{{4}})(?:-([a-z_]+))?")
HEADINGS = frozenset(("caption", "h2", "h3", "h4", "summary"))
# The page itself gives its headings their anchors: plain words, and a number where two are alike.
ANCHOR = re.compile(r"[a-z]+(?:-[a-z]+)*(?:-[2-9])?")
MOST_TOLD = 5
REMEDY = "Gör om rapporten: `analyslib pack`. Ändra inte i en färdig sida."
LOOSE_OWN = Fault(
    "Egna mått står utanför den del av sidan som prövas mot det som släppts ut.",
    remedy="Gör om rapporten, och visa dem med kommun- och projektrapportens avsnitt.",
)
LOOSE_FOLLOW_UP = Fault(
    "Något om individer står utanför de delar av sidan som prövas mot det som släppts ut.",
    remedy="Gör om rapporten. Egna figurer hör hemma i en egen rapport, med ett annat namn.",
)


@dataclass(frozen=True)
class PartName:
    """What a part is of. `area`: the service area of the follow-up, "" for all of them."""

    kind: str
    municipality: str
    area: str = ""

    def __str__(self) -> str:
        return "-".join(filter(None, (self.kind, self.municipality, self.area)))

    @property
    def county(self) -> str:
        return self.municipality[:2]


def part_name(text: str) -> PartName | None:
    """The name as it stands in a mark; None where it is no such name."""
    found = NAME.fullmatch(text)
    return PartName(found[1], found[2], found[3] or "") if found else None


@dataclass(frozen=True)
class Piece:
    """One line of text, one row of a table, or one start tag. `label`: the head of a row."""

    kind: str
    text: str
    label: str = field(default="", compare=False)


Plan = Mapping[Piece, int]  # and how many times it may stand in a part


class Part:
    """A part as it is read. `of` is what its mark says; a row is read with its table's caption."""

    def __init__(self, of: str) -> None:
        self.of = of
        self.pieces: list[Piece] = []
        self._row: list[str] | None = None
        self._label = ""
        self._line: list[str] = []
        self._block = ""
        self._caption = ""

    @property
    def is_own_measures(self) -> bool:
        return self.of.startswith(OWN)

    def open(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag not in IN_LINE:
            self._end_line()
            self._block = tag
        if tag == "table":
            self._caption = ""
        if tag == "tr":
            self._end_row()
            self._row, self._label = [self._caption], ""
        mark = _mark(tag, attributes)
        if self._row is None:
            self.pieces.append(Piece("mark", mark))
        else:
            self._row.append(mark)

    def say(self, text: str) -> None:
        self._line.append(text)

    def close(self, tag: str) -> None:
        if tag not in IN_LINE:
            self._end_line()
            self._block = ""
        if tag in ("tr", "table"):
            self._end_row()

    def _end_line(self) -> None:
        text = " ".join("".join(self._line).split())
        self._line = []
        if not text:
            return
        if self._row is None:
            self._caption = text if self._block == "caption" else self._caption
            self.pieces.append(Piece(self._block, text))
        else:
            self._row.append(text)
            self._label = self._label or text

    def _end_row(self) -> None:
        if self._row is not None:
            self.pieces.append(Piece("row", "\n".join(self._row), self._label))
        self._row = None


def _mark(tag: str, attributes: Mapping[str, str]) -> str:
    """A start tag with everything it carries; of a picture its sum."""
    told = dict(attributes)
    if re.fullmatch(r"h\d", tag) and ANCHOR.fullmatch(told.get("id", "")):
        del told["id"]
    if "src" in told:
        told["src"] = hashlib.sha256(told["src"].encode()).hexdigest()
    return "\t".join((f"<{tag}", *(f"{name}={told[name]}" for name in sorted(told))))


def plan_of(parts: Iterable[Part]) -> Plan:
    """What may stand in the parts of one name, from those made of the release."""
    return Counter(piece for part in parts for piece in part.pieces)


def part_faults(parts: Iterable[Part], plans: Mapping[str, Plan]) -> list[Fault]:
    """Every place where a part is not what the release makes it. What stands there is not told."""
    wrong = [
        _words(part, place) for part in parts for place in _wrong_places(part, plans.get(part.of))
    ]
    different = list(dict.fromkeys(wrong))
    faults = [Fault(what, remedy=REMEDY) for what in different[:MOST_TOLD]]
    left = len(different) - MOST_TOLD
    return [*faults, *([Fault(f"Och på {left} ställen till.")] if left > 0 else [])]


def _wrong_places(part: Part, plan: Plan | None) -> list[str]:
    """The heading and the row of what is not in the plan, or stands there once too often."""
    if plan is None:
        return ["hela avsnittet"]
    labels = {piece.label for piece in plan}
    left = dict(plan)
    found, heading = [], ""
    for piece in part.pieces:
        left[piece] = left.get(piece, 0) - 1
        if left[piece] < 0:
            row = piece.label if piece.label in labels else ""
            told = [f"”{name}”" for name in (heading, row) if name]
            found.append(", raden ".join(told) or "i början")
        elif piece.kind in HEADINGS:
            heading = piece.text
    return found


def _words(part: Part, place: str) -> str:
    about = "egna mått" if part.is_own_measures else "uppföljningen av individer"
    return f"Det som står om {about} är inte det som släppts ut: {place}."

"""The parts of a page that are about a municipality's own measures, held against the release.

Such a part is the same whenever it is made of the same release: so the check makes it anew, of
what has been released and nothing else, and what stands on the page has to be that: each line,
each row of a table, each mark and each picture. A number changed by one, or put anywhere, is not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analyslib.disclosure.page_pictures import IN_LINE
from analyslib.errors import Fault


OWN = "data-own"
HEADINGS = frozenset(("caption", "h2", "h3", "h4", "summary"))
# The page itself gives its headings their anchors: plain words, and a number where two are alike.
ANCHOR = re.compile(r"[a-z]+(?:-[a-z]+)*(?:-[2-9])?")
MOST_TOLD = 5
REMEDY = "Gör om rapporten: `analyslib pack`. Ändra inte i en färdig sida."
LOOSE = Fault(
    "Egna mått står utanför den del av sidan som prövas mot det som släppts ut.",
    remedy="Gör om rapporten, och visa dem med kommun- och projektrapportens avsnitt.",
)


@dataclass(frozen=True)
class Piece:
    """One line of text, one row of a table, or one start tag. `label`: the head of a row."""

    kind: str
    text: str
    label: str = field(default="", compare=False)


Plan = frozenset[Piece]


class OwnPart:
    """A part as it is read. `of` is the municipality's code."""

    def __init__(self, of: str) -> None:
        self.of = of
        self.pieces: list[Piece] = []
        self._row: list[str] | None = None
        self._label = ""
        self._line: list[str] = []
        self._block = ""

    def open(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag not in IN_LINE:
            self._end_line()
            self._block = tag
        if tag == "tr":
            self._end_row()
            self._row, self._label = [], ""
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


def plan_of(parts: Iterable[OwnPart]) -> Plan:
    """What may stand in the parts about a municipality, from parts made of the release."""
    return frozenset(piece for part in parts for piece in part.pieces)


def part_faults(parts: Iterable[OwnPart], plans: Mapping[str, Plan]) -> list[Fault]:
    """Every place where a part is not what the release makes it. What stands there is not told."""
    places = [place for part in parts for place in _wrong_places(part, plans.get(part.of))]
    different = list(dict.fromkeys(places))
    faults = [Fault(_words(place), remedy=REMEDY) for place in different[:MOST_TOLD]]
    left = len(different) - MOST_TOLD
    return [*faults, *([Fault(f"Och på {left} ställen till.")] if left > 0 else [])]


def _wrong_places(part: OwnPart, plan: Plan | None) -> list[str]:
    """The heading, and the row, of each piece that is not in the plan."""
    if plan is None:
        return ["hela avsnittet"]
    labels = {piece.label for piece in plan}
    found, heading = [], ""
    for piece in part.pieces:
        if piece not in plan:
            row = piece.label if piece.label in labels else ""
            told = [f"”{name}”" for name in (heading, row) if name]
            found.append(", raden ".join(told) or "i början")
        elif piece.kind in HEADINGS:
            heading = piece.text
    return found


def _words(place: str) -> str:
    return f"Det som står om egna mått är inte det som släppts ut: {place}."

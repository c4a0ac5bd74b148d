"""Which municipality a cell names. By code where there is one; a name only where it is exact.

Nothing is corrected by likeness alone: Habo and Håbo are two municipalities. A likeness is
only good enough to see that a code and a name beside it mean the same place.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from analyslib.catalogue import RIKET, load_catalogue


MUNICIPALITY, COUNTRY, REGION = "municipality", "country", "region"
COUNTY, GROUP, SPREAD = "county", "group", "spread"

_COUNTRY = {"riket", "hela riket", "rikets värde", "riket totalt", "totalt riket", "sverige"}
_GROUP = re.compile(r".*(ovägt medel|läns kommuner|alla kommuner|medelvärde|genomsnitt).*")
_SPREAD = re.compile(r"(min( - )?( ?max)?|max|median|(undre|övre) kvartil|standardavvikelse)")
_REGION = re.compile(r"(regi+on \S.*|\S+ ?\S*(regionen))")
_CODED = re.compile(r"(\d{2}|\d{4}) (\D.*)")
LIKENESS = 0.75


@dataclass(frozen=True)
class Place:
    """`code` is empty for groups and spreads, and a county's has two figures."""

    level: str
    code: str = ""


class Places:
    """Finds places in the cells of one file."""

    def __init__(self, codes: dict[str, str], counties: dict[str, str]) -> None:
        self.names = {code: _folded(name) for code, name in codes.items()}
        self.codes = {name: code for code, name in self.names.items()}
        self.counties = {_folded(name): code for code, name in counties.items()}
        self.display = codes

    def find(self, text: str) -> Place | None:
        """The place that `text` names, or None. A code and a name must mean the same."""
        word = _folded(text)
        coded = _CODED.fullmatch(word)
        if coded:
            return self._coded(coded[1], coded[2])
        return self._by_code(word) if word.isdecimal() else self._by_name(word)

    def near(self, text: str) -> str:
        """ "Menade du …?", or an empty text."""
        word = _folded(text).lstrip("0123456789 ")
        close = difflib.get_close_matches(word, list(self.codes), n=1, cutoff=0.6)
        return f"Menade du ”{self.display[self.codes[close[0]]]}”?" if close else ""

    def from_code(self, text: str) -> Place | None:
        """A code that has lost its zero: 114 is 0114. Shorter numbers are no codes."""
        return self._by_code(text.zfill(4)) if text.isdecimal() and len(text) == 3 else None

    def in_name(self, name: str) -> Place | None:
        """The municipality in a name such as ``verksamheter_0114_upplands_v_sby``."""
        found = {code for code in re.findall(r"(?<!\d)\d{4}(?!\d)", name) if code in self.names}
        return Place(MUNICIPALITY, found.pop()) if len(found) == 1 else None

    def _by_code(self, word: str) -> Place | None:
        if word == RIKET:
            return Place(COUNTRY, RIKET)
        if word in self.names:
            return Place(MUNICIPALITY, word)
        if len(word) == 4 and word[:2] == "00" and word[2:] in self.counties.values():
            return Place(REGION, word)
        return None

    def _coded(self, code: str, name: str) -> Place | None:
        named = self._by_name(name)
        if len(code) == 2:
            fits = named and (named.level == COUNTRY or named.code == code)
            return named if fits and named and named.level in (COUNTRY, COUNTY) else None
        place = self._by_code(code)
        if place is None or place.level != MUNICIPALITY:
            return place if place and named and named.level == place.level else None
        if named and named.level == MUNICIPALITY:
            return place if named.code == code else None
        likeness = difflib.SequenceMatcher(None, _bare(name), self.names[code]).ratio()
        return place if likeness >= LIKENESS else None

    def _by_name(self, word: str) -> Place | None:
        for name in _readings(word):
            if name in self.codes:
                return Place(MUNICIPALITY, self.codes[name])
        bare = word.rstrip("* ")
        if bare in _COUNTRY:
            return Place(COUNTRY, RIKET)
        if bare in self.counties:
            return Place(COUNTY, self.counties[bare])
        if _GROUP.fullmatch(bare):
            return Place(GROUP)
        if _SPREAD.fullmatch(bare):
            return Place(SPREAD)
        return Place(REGION) if _REGION.fullmatch(bare) else None


def _readings(word: str) -> list[str]:
    """The name itself, and what it may be in "Österåkers kommun" and "Stockholms stad"."""
    bare = _bare(word)
    return [word.rstrip("* "), bare, bare.removesuffix("s")] if bare != word else [word]


def _bare(word: str) -> str:
    return re.sub(r" (kommun|kommunen|stad)$", "", word.rstrip("* "))


def _folded(text: str) -> str:
    """Case, hyphens and footnote stars aside; never the dots and rings of the letters."""
    text = unicodedata.normalize("NFC", text).casefold()
    return " ".join(re.sub(r"[-–‑_]", " ", text).split()).rstrip("* ")


@lru_cache(maxsize=1)
def swedish_places() -> Places:
    municipalities = load_catalogue().municipalities.values()
    return Places(
        {place.code: place.name for place in municipalities},
        {place.county: place.county_name for place in municipalities},
    )

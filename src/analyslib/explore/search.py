"""Find a series by words, as people write them: any order, any ending, with or without dots.

The source's own titles are searched, and for the indicators of the definitions also our short
names, the area and why it is there. Everything lies in memory: an answer takes milliseconds.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from analyslib.catalogue import Catalogue


# Longest first: "insatserna" and "insats" are to meet at "insats".
ENDINGS = ("ernas", "erna", "arna", "orna", "ens", "ets", "er", "ar", "or", "en", "et", "na", "n")
# What people say, and English words: searched for where the words themselves give nothing. A
# word that says no more than its neighbour ("home care") is left out.
ALSO = {
    "socialbidrag": "ekonomiskt bistand",
    "forsorjningsstod": "ekonomiskt bistand",
    "orosanmalan": "anmal barn",
    "orosanmalningar": "anmal barn",
    "aldreboende": "sarskilt boende",
    "sabo": "sarskilt boende",
    "bou": "barn unga",
    "elderly": "aldre",
    "older": "aldre",
    "child": "barn",
    "children": "barn",
    "youth": "unga",
    "home": "hemtjanst",
    "care": "",
    "foster": "familjehem",
    "homelessness": "hemlos",
    "homeless": "hemlos",
    "housing": "boende",
    "waiting": "vantetid",
    "time": "",
    "social": "",
    "assistance": "bistand",
    "disability": "funktionsnedsattning",
    "addiction": "missbruk",
    "violence": "vald",
    "cost": "kostnad",
    "costs": "kostnad",
    "staff": "personal",
    "population": "invanare",
}
SHORTEST = 5  # a shorter word is searched as it was written
COLUMNS = ["kpi", "title", "area", "unit", "first_year", "latest_year", "municipalities"]


@dataclass(frozen=True)
class Hit:
    """One series that was found, with the years and the municipalities it covers."""

    kpi: str
    title: str
    area: str
    unit: str
    first_year: int | None
    latest_year: int | None
    municipalities: int

    @property
    def label(self) -> str:
        years = f"{self.first_year}–{self.latest_year}" if self.latest_year else "inga värden"
        return f"{self.title} ({self.kpi}, {years})"


class SeriesIndex:
    """Every series of a store, ready to be searched."""

    def __init__(self, series: pd.DataFrame, catalogue: Catalogue) -> None:
        """`series` is the answer to the query find_series for an empty text."""
        self._hits = {hit.kpi: hit for hit in _hits(series, catalogue)}
        self._titles = {kpi: fold(hit.title) for kpi, hit in self._hits.items()}
        own = _texts(catalogue)
        self._texts = {
            kpi: f"{kpi.lower()} {title} {own.get(kpi, '')}" for kpi, title in self._titles.items()
        }
        self._indicators = frozenset(catalogue.indicators)
        self._words = _spellings(catalogue)

    def __len__(self) -> int:
        return len(self._hits)

    def __repr__(self) -> str:
        return f"<Sökregister, {len(self)} nyckeltal>"

    def __getitem__(self, kpi: str) -> Hit:
        return self._hits[kpi]

    def __contains__(self, kpi: object) -> bool:
        return kpi in self._hits

    def find(self, text: str, limit: int = 50) -> list[Hit]:
        """The series that hold every word of `text`, best first; without words the indicators."""
        words = [stem(word) for word in fold(text).split()]
        if not words:
            return [hit for kpi, hit in self._hits.items() if kpi in self._indicators][:limit]
        found = self._with_all(words)
        if not found:
            words = [stem(other) for word in fold(text).split() for other in _others(word)]
            found = self._with_all(words) if words else []
        return [self._hits[kpi] for kpi in sorted(found, key=lambda kpi: self._rank(kpi, words))][
            :limit
        ]

    def _with_all(self, words: list[str]) -> list[str]:
        return [kpi for kpi, text in self._texts.items() if all(word in text for word in words)]

    def _rank(self, kpi: str, words: list[str]) -> tuple[bool, bool, int, bool, str]:
        """The id itself, then our own indicators, then where most words stand in the title."""
        title = self._titles[kpi]
        missing = sum(word not in title for word in words)
        empty = self._hits[kpi].municipalities == 0
        return kpi.lower() not in words, empty, missing, kpi not in self._indicators, title

    def near(self, text: str) -> list[str]:
        """Words that are written nearly as those that gave nothing: "Menade du …?". They are
        spelt as they should be, with their dots and rings."""
        near: list[str] = []
        for word in fold(text).split():
            if not any(stem(word) in text for text in self._texts.values()):
                near += difflib.get_close_matches(word, self._words, 3, 0.7)
        return list(dict.fromkeys(self._words[word] for word in near))


def fold(text: str) -> str:
    """Small letters without dots and rings, words apart: "Äldre, 65+" becomes "aldre 65"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def stem(word: str) -> str:
    """The word without its ending: what "väntetider" and "väntetiden" have in common."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return word.removesuffix(ending)
    return word


def _hits(series: pd.DataFrame, catalogue: Catalogue) -> Iterator[Hit]:
    order = {kpi: place for place, kpi in enumerate(catalogue.indicators)}
    ordered = series.assign(place=series["kpi"].map(order)).sort_values("place", kind="stable")
    for row in ordered.to_dict("records"):
        area = catalogue.areas.get(getattr(catalogue.indicators.get(row["kpi"]), "area", ""))
        yield Hit(
            kpi=row["kpi"],
            title=row["title"],
            area=area.title if area else str(row["operating_area"] or ""),
            unit=str(row["unit"] or ""),
            first_year=_whole(row["first_year"]),
            latest_year=_whole(row["latest_year"]),
            municipalities=_whole(row["municipalities"]) or 0,
        )


def _texts(catalogue: Catalogue) -> Mapping[str, str]:
    """What we ourselves say of each indicator, folded."""
    return {
        item.id: fold(f"{item.short} {item.title} {area.title} {area.why}")
        for area in catalogue.areas.values()
        for item in area.indicators
    }


def _spellings(catalogue: Catalogue) -> dict[str, str]:
    """Every word of what we say of the indicators: without dots and rings, and as it is spelt."""
    texts = [text for item in catalogue.indicators.values() for text in (item.short, item.title)]
    texts += [text for area in catalogue.areas.values() for text in (area.title, area.why)]
    words = {word.lower() for text in texts for word in re.findall(r"[^\W\d_]+", text)}
    return {fold(word): word for word in sorted(words)}


def _others(word: str) -> list[str]:
    """What is searched for instead of a word; the word itself where there is nothing."""
    return ALSO.get(word, word).split()


def _whole(number: object) -> int | None:
    return None if pd.isna(number) else int(number)  # type: ignore[call-overload]


def as_frame(hits: list[Hit]) -> pd.DataFrame:
    """One row = one hit."""
    return pd.DataFrame([[getattr(hit, name) for name in COLUMNS] for hit in hits], columns=COLUMNS)

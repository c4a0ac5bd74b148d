"""What there is: municipalities, areas with their indicators, and networks.

Everything is read from definitions/ and checked loudly. An indicator, an area or a network is
added in one place, and everything else finds it here.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

from analyslib.definitions.objects import (
    Area,
    Break,
    Catalogue,
    Indicator,
    Meetings,
    Municipality,
    Network,
    NetworkGroup,
    NSource,
)
from analyslib.definitions.reading import read_catalogue
from analyslib.definitions.toml_table import did_you_mean
from analyslib.errors import Fault, UsageError


__all__ = [
    "RIKET",
    "Area",
    "Break",
    "Catalogue",
    "Indicator",
    "Meetings",
    "Municipality",
    "NSource",
    "Network",
    "NetworkGroup",
    "find_indicator",
    "find_municipality",
    "find_network",
    "load_catalogue",
    "unit_kpis",
    "wanted_kpis",
]

RIKET = "0000"
BUILT_IN = Path(__file__).parent / "definitions"


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """The catalogue of `folder`, or the built-in one (read once).

    Raises DefinitionError with every fault of every file.
    """
    return _built_in() if folder is None else read_catalogue(folder)


@lru_cache(maxsize=1)
def _built_in() -> Catalogue:
    return read_catalogue(BUILT_IN)


def find_municipality(catalogue: Catalogue, text: str) -> Municipality:
    """The municipality with this code or name, whatever the case.

    Raises UsageError with "Menade du …?"; a code that lost its zero, a region's code and
    Riket are explained, never mended in silence.
    """
    word = _folded(text).removesuffix(" kommun")
    for municipality in catalogue.municipalities.values():
        if word in (municipality.code, _folded(municipality.name)):
            return municipality
    raise UsageError(_not_a_municipality(catalogue, str(text), word))


def _not_a_municipality(catalogue: Catalogue, text: str, word: str) -> list[Fault]:
    places = catalogue.municipalities
    if word in (RIKET, "riket", "hela riket", "sverige"):
        what = "Riket är ingen kommun."
        return [Fault(what, remedy="Riket finns som jämförelse i varje rapport; välj en kommun.")]
    if word in ("0009", "9", "region gotland"):
        what = "0009 är Gotland som region."
        return [Fault(what, remedy=f"Som kommun har Gotland koden 0980 ({places['0980'].name}).")]
    if word.isdigit() and len(word) == 4 and word.startswith("00"):
        return [Fault(f"{word} är en region, ingen kommun.", remedy="Välj en kommun.")]
    if word.isdigit() and word.zfill(4) in places:
        place = places[word.zfill(4)]
        what = f"”{text.strip()}” är ingen kommunkod: koder har fyra siffror."
        return [Fault(what, remedy=f"Menade du {place.code} ({place.name})?")]
    choices = list(places) if word.isdigit() else [place.name for place in places.values()]
    remedy = did_you_mean(word, choices) or "Skriv kommunens namn eller kod med fyra siffror."
    return [Fault(f"Det finns ingen kommun ”{text.strip()}”.", remedy=remedy)]


def find_network(catalogue: Catalogue, text: str) -> Network:
    """The network with this id or title, whatever the case."""
    word = _folded(text)
    for network in catalogue.networks.values():
        if word in (_folded(network.id), _folded(network.title)):
            return network
    remedy = did_you_mean(word, catalogue.networks)
    choices = f"Nätverk som finns: {', '.join(catalogue.networks)}."
    raise UsageError(
        f"Det finns inget nätverk ”{text.strip()}”.", remedy=f"{remedy} {choices}".strip()
    )


def find_indicator(catalogue: Catalogue, text: str) -> Indicator:
    """The indicator with this id, title or short label, whatever the case."""
    word = _folded(text)
    for indicator in catalogue.indicators.values():
        if word in map(_folded, (indicator.id, indicator.title, indicator.short)):
            return indicator
    names = [*catalogue.indicators, *(item.short for item in catalogue.indicators.values())]
    remedy = did_you_mean(word, names) or "Se listan över indikatorer i definitions/areas."
    raise UsageError(f"Det finns ingen indikator ”{text.strip()}”.", remedy=remedy)


def wanted_kpis(catalogue: Catalogue) -> tuple[str, ...]:
    """Every KPI to fetch: the indicators and those that hold their n, sorted."""
    sources = (kpi for item in catalogue.indicators.values() for kpi in item.n.kpis)
    return tuple(sorted({*catalogue.indicators, *sources}))


def unit_kpis(catalogue: Catalogue) -> tuple[str, ...]:
    """The indicators to fetch per unit too, sorted."""
    return tuple(sorted(item.id for item in catalogue.indicators.values() if item.units))


def _folded(text: str) -> str:
    """Whatever the case and the spaces; and a Mac's decomposed å is an å."""
    return " ".join(unicodedata.normalize("NFC", str(text)).casefold().split())

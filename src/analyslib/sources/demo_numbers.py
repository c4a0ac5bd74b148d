"""Made-up values for every indicator: people are counted, so small places are noisy.

Each share and rate is drawn as a number of persons out of the n that its definition names.
What the source would hide or lack is hidden or lacks here too, with Kolada's three statuses.
Arrays are years x municipalities x (women, men) for people, x (all, women, men) for values.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from analyslib.catalogue import Catalogue, Indicator
from analyslib.sources.demo_places import YEARS, Country, random_for


VALUE, MISSING, NOT_APPLICABLE, PRIVACY, NOT_DELIVERED = range(5)

TYPICAL = 16_000  # inhabitants of the municipality that the levels are written for
PRICES = 1.03  # a year
BREAK = 0.12  # how far a series jumps where its definition names a break
FEW_PERSONS = 4  # a register share of fewer persons than this is hidden
FEW_ANSWERS = 10  # an answer count below this is hidden ...
FEW_ANSWERS_SHOWN = 5  # ... but the share of a question is shown from here
OLD_AGE_SURVEYS = {"U23592": 30, "U23594": 30}  # cover the country; hide counts below thirty
SHOWN_FROM = {"U23592": 30}  # and for home care the shares too
UNIT_SURVEYS = ("N28149",)  # count units, not persons: nothing to hide

# So that the demo does not contradict itself: what follows from other numbers.
QUOTIENTS = {
    "N01994": ("N01919", "N01951", 100.0),
    "N01960": ("N01938", "N01951", 100.0),
    "N01813": ("N01957", "N01951", 100.0),
    "N31807": ("N31848", "N01951", 100.0),
    "N21701": ("N21702", "N01938", 100.0),
}
# A cost per inhabitant is persons per inhabitant times the cost per person: (volume, what it is
# per, price). Where one of the two is hidden, the cost is what it would have been anyway.
PRODUCTS = {
    "N21009": ("N21701", 100.0, "N21006"),
    "N23005": ("N23805", "65+", "N23009"),
    "N23006": ("N23805", "80+", "N23009"),
    "N28012": ("N28820", 10_000.0, "N28013"),
    "N28009": ("N28819", 10_000.0, "N28015"),
}
OVER = {"65+": ("N01956", "N01957"), "80+": ("N01957",)}
SLACK = {"N28009": 0.001}  # the source does not define both sides in quite the same way
# Reference cost: (net cost, deviation in per cent). Standard cost: the reference cost it lags.
REFERENCES = {
    "N20016": ("N20014", "N20900"),
    "N30007": ("N30005", "N30001"),
    "N28026": ("N28016", "N28018"),
}
STANDARDS = {"N21013": "N20016", "N30014": "N30007", "N28017": "N28026"}
PARTS = {"N31824": ("N31848", 0.66), "N31869": ("N31824", 0.92), "N31910": ("N31848", 0.53)}


@dataclass(frozen=True)
class Level:
    """What a typical municipality might have, for which years, and how many take part.

    `title` is for the series that only hold the n of others.
    """

    level: float = 0.0
    first_year: int = YEARS[0]
    last_year: int = YEARS[-1]
    delivery: float = 1.0
    title: str = ""


@dataclass(frozen=True)
class Series:
    """One KPI: values and statuses, years x (municipalities, then Riket) x (T, K, M)."""

    kpi: str
    value: np.ndarray
    status: np.ndarray


@lru_cache(maxsize=1)
def read_levels() -> dict[str, Level]:
    path = Path(__file__).with_name("demo_levels.csv")
    kinds = {"level": float, "first_year": int, "last_year": int, "delivery": float, "title": str}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    return {
        row["kpi"]: Level(**{name: kind(row[name]) for name, kind in kinds.items() if row[name]})
        for row in rows
    }


def draw_series(catalogue: Catalogue, country: Country) -> Iterator[Series]:
    """One series for each KPI, in order of id; the same numbers every time."""
    drawing = _Drawing(catalogue, country)
    for kpi in drawing.kpis:
        yield drawing.series(kpi)


class _Drawing:
    """Remembers the people counted so far: the n of one KPI is the value of another."""

    def __init__(self, catalogue: Catalogue, country: Country) -> None:
        indicators = catalogue.indicators
        holders = {kpi for item in indicators.values() for kpi in item.n.kpis}
        self.indicators = indicators
        self.country = country
        self.levels = read_levels()
        self.people = dict(country.population)
        self.kpis = sorted({*indicators, *holders})
        self.companions = {item.n.kpi for item in indicators.values() if item.n.kind == "companion"}

    def series(self, kpi: str) -> Series:
        indicator = self.indicators.get(kpi)
        if kpi in QUOTIENTS:
            over, under, per = QUOTIENTS[kpi]
            return self._share(kpi, self._counted(over), self._counted(under), per)
        if kpi in ("N00927", "N01963"):
            return self._from_population(kpi)
        if kpi in PRODUCTS:
            return self._product(kpi)
        if kpi in REFERENCES:
            return self._reference_cost(kpi)
        if kpi in STANDARDS:
            return self._standard_cost(kpi)
        if indicator is None or indicator.kind == "count":
            return self._count(kpi)
        if indicator.kind == "coded":
            return self._coded(indicator)
        if indicator.kind in ("survey_share", "register_share", "rate"):
            return self._drawn_share(indicator)
        return self._measured(indicator)

    # --- people

    def _counted(self, kpi: str) -> np.ndarray:
        if kpi not in self.people:
            self.people[kpi] = self._draw_people(kpi)
        return self.people[kpi]

    def _draw_people(self, kpi: str) -> np.ndarray:
        if kpi in PARTS:
            whole, share = PARTS[kpi]
            return (self._counted(whole) * share).round()
        spread = np.exp(0.3 * self._trait(kpi))
        # A large place asks a smaller part of its users.
        size = (self.country.total / TYPICAL) ** (0.6 if kpi in self.companions else 1.0)
        each_sex = self._level(kpi).level / 2 * size * spread
        return random_for(f"people {kpi}").poisson(np.stack([each_sex] * 2, axis=2)).astype(float)

    def _count(self, kpi: str) -> Series:
        value = _with_total(self._counted(kpi))
        status = np.full(value.shape, VALUE)
        if kpi in self.companions:
            status[value < _fewest(kpi)] = PRIVACY
        elif kpi not in self.country.population:
            status[(value > 0) & (value < FEW_PERSONS)] = PRIVACY
        national = kpi not in self.companions or kpi in OLD_AGE_SURVEYS
        riket = value.sum(axis=1, keepdims=True) if national else None
        return self._finished(kpi, value, status, riket)

    # --- shares and rates

    def _drawn_share(self, indicator: Indicator) -> Series:
        stream = random_for(f"persons {indicator.id}")
        per = indicator.n.per or _per(indicator)
        share = self._true_share(indicator, self._level(indicator.id).level / per)
        if indicator.n.kpi:
            n = self._counted(indicator.n.kpi)
        else:
            n = np.maximum(np.stack([self.country.total * 0.01] * 2, axis=2).round(), 8)
        if indicator.kind == "rate":
            persons = stream.poisson(n * share)
        else:
            persons = stream.binomial(n.astype(int), share)
        return self._share(indicator.id, persons.astype(float), n, per)

    def _true_share(self, indicator: Indicator, level: float) -> np.ndarray:
        """What the share would be in a place of endless size."""
        apart = random_for(f"sexes {indicator.id}").normal(scale=0.08)
        course = np.exp(self._course(indicator)[:, :, None] + np.array([apart, -apart]))
        if indicator.kind == "rate":
            return level * course
        odds = level / (1 - min(level, 0.98)) * course
        return odds / (1 + odds)

    def _share(self, kpi: str, persons: np.ndarray, n: np.ndarray, per: float) -> Series:
        indicator = self.indicators[kpi]
        persons, n = _with_total(persons), _with_total(n)
        value = np.divide(persons * per, n, out=np.zeros(n.shape), where=n > 0)
        riket = persons.sum(axis=1, keepdims=True) / n.sum(axis=1, keepdims=True) * per
        status = np.where(n > 0, VALUE, NOT_APPLICABLE)
        if indicator.kind == "survey_share":
            value, riket = value.round(), riket.round()
            status[n < _fewest(indicator.n.kpi, shown=True)] = PRIVACY
        elif indicator.aspect != "background":
            status[(persons > 0) & (persons < FEW_PERSONS)] = PRIVACY
        return self._finished(kpi, value, status, riket if _is_national(indicator) else None)

    def _from_population(self, kpi: str) -> Series:
        """The dependency ratio, and the change since last year."""
        whole = _with_total(self._counted("N01951"))
        whole = np.concatenate([whole, whole.sum(axis=1, keepdims=True)], axis=1)
        if kpi == "N00927":
            working = _with_total(self._counted("N01955"))
            working = np.concatenate([working, working.sum(axis=1, keepdims=True)], axis=1)
            value = (whole - working) / working
        else:
            value = np.concatenate([whole[:1] * 0, (whole[1:] / whole[:-1] - 1) * 100])
        status = np.full(value.shape, VALUE)
        if kpi == "N01963":
            status[0] = NOT_DELIVERED
        return self._finished(kpi, value[:, :-1], status[:, :-1], value[:, -1:])

    # --- what is not counted in persons

    def _measured(self, indicator: Indicator) -> Series:
        """Costs, means and indexes: noise that grows as places shrink."""
        stream = random_for(f"measured {indicator.id}")
        level = self._level(indicator.id).level
        total = self.country.total
        noise = (
            stream.normal(scale=0.12, size=(*total.shape, 2)) * np.sqrt(4_000 / total)[..., None]
        )
        course = self._course(indicator)[:, :, None] + noise
        course = np.concatenate([course.mean(axis=2, keepdims=True), course], axis=2)
        if indicator.unit.startswith("index"):
            value = np.clip(50 + 80 * course, 0, 100).round()
        elif indicator.unit == "%":
            value = 45 * course
        elif "%" in indicator.unit:
            odds = level / (100 - level) * np.exp(2 * course)
            value = 100 * odds / (1 + odds)
        else:
            prices = PRICES ** (np.arange(len(YEARS)) - 7) if indicator.kind == "cost" else 1.0
            value = level * np.exp(course) * np.reshape(prices, (-1, 1, 1))
        status = np.full(value.shape, VALUE)
        if indicator.unit == "kr/brukare":  # a small place may have no user at all
            status[:, (total[0] < 4_000) & (self._trait(indicator.id) > 0.3)] = NOT_APPLICABLE
        weights = (total / total.sum(axis=1, keepdims=True))[:, :, None]
        riket = (value * weights).sum(axis=1, keepdims=True)
        return self._finished(
            indicator.id, value, status, riket if _is_national(indicator) else None
        )

    def _product(self, kpi: str) -> Series:
        """A cost that is what its volume and its price make it."""
        volume, per, price = PRODUCTS[kpi]
        persons = self.series(volume).value
        if isinstance(per, str):
            whole = _with_total(np.sum([self._counted(part) for part in OVER[per]], axis=0))
            inhabitants = np.concatenate([whole, whole.sum(axis=1, keepdims=True)], axis=1)
        else:
            inhabitants = np.full(persons.shape, per)
        drawn = self._measured(self.indicators[kpi])
        noise = random_for(f"slack {kpi}").normal(scale=SLACK.get(kpi, 0.0), size=persons.shape)
        made = persons / inhabitants * self.series(price).value * np.exp(noise)
        usable = ~np.isnan(made) & (drawn.status == VALUE)
        return Series(kpi, np.where(usable, made, drawn.value), drawn.status)

    def _reference_cost(self, kpi: str) -> Series:
        """What the deviation says the structure motivates; the country deviates from nothing."""
        net, percent = (self.series(part) for part in REFERENCES[kpi])
        deviation = percent.value.copy()
        deviation[:, -1] = 0.0
        value = net.value / (1 + deviation / 100)
        status = np.where(np.isnan(value), np.maximum(net.status, percent.status), VALUE)
        return Series(kpi, value, status)

    def _standard_cost(self, kpi: str) -> Series:
        """The reference cost with the structure of two years ago."""
        reference = self.series(STANDARDS[kpi])
        lag = random_for(f"lag {kpi}").normal(scale=0.015, size=reference.value.shape)
        return Series(kpi, reference.value * np.exp(lag), reference.status)

    def _coded(self, indicator: Indicator) -> Series:
        """Answers that stay the same for years and then change, towards yes."""
        stream = random_for(f"coded {indicator.id}")
        codes = {label: int(code) for code, label in (indicator.coding or {}).items()}
        yes = codes.get("Ja", max(codes.values()))
        answers = stream.choice(sorted(codes.values()), size=len(self.country.places))
        by_year = []
        for _ in YEARS:
            answers = np.where(stream.uniform(size=answers.shape) < 0.07, yes, answers)
            by_year.append(answers)
        value = np.repeat(np.stack(by_year)[:, :, None].astype(float), 3, axis=2)
        return self._finished(indicator.id, value, np.full(value.shape, VALUE), None)

    # --- what all have in common

    def _level(self, kpi: str) -> Level:
        return self.levels.get(kpi, Level())

    def _trait(self, kpi: str) -> np.ndarray:
        """What sets each place apart in this KPI; partly the same in all of its area."""
        indicator = self.indicators.get(kpi)
        shared = self.country.trait(f"area {indicator.area}" if indicator else "need")
        return 0.5 * shared + 0.8 * random_for(f"own {kpi}").normal(size=len(shared))

    def _course(self, indicator: Indicator) -> np.ndarray:
        """Level, development and breaks on the log scale: years x municipalities.

        Most places drift with the country; about one in eight really changes.
        """
        stream = random_for(f"course {indicator.id}")
        places = len(self.country.places)
        drift = stream.normal(scale=0.008) + stream.normal(scale=0.008, size=places)
        drift += (stream.uniform(size=places) < 0.12) * stream.choice([-0.08, 0.08], size=places)
        course = 0.22 * self._trait(indicator.id) + np.outer(np.arange(len(YEARS)) - 7, drift)
        course += stream.normal(scale=0.02, size=course.shape)
        for item in indicator.breaks:
            if item.year > YEARS[0]:
                course += BREAK * (np.array(YEARS)[:, None] >= item.year)
        return course

    def _finished(
        self, kpi: str, value: np.ndarray, status: np.ndarray, riket: np.ndarray | None
    ) -> Series:
        """Riket last; then what is lacking, has not begun, has ended or is not split by sex."""
        indicator, level = self.indicators.get(kpi), self._level(kpi)
        top = np.full((len(YEARS), 1, 3), np.nan) if riket is None else riket
        status = np.concatenate(
            [self._lacking(kpi, status), np.where(np.isnan(top), NOT_DELIVERED, VALUE)], axis=1
        )
        years = np.array(YEARS)
        status[(years < level.first_year) | (years > level.last_year)] = NOT_DELIVERED
        if not (indicator.gender if indicator else kpi in PARTS):
            status[:, :, 1:] = NOT_DELIVERED
        value = np.concatenate([value, top], axis=1)
        return Series(kpi, np.where(status == VALUE, value, np.nan), status)

    def _lacking(self, kpi: str, status: np.ndarray) -> np.ndarray:
        """Surveys that not all take part in, and a whole area missing in a place and year."""
        indicator = self.indicators.get(kpi)
        family = indicator.n.kpi if indicator and indicator.n.kind == "companion" else kpi
        part = self._level(family).delivery
        stream = random_for(f"delivery {family}")
        shape = status.shape[:2]
        drive = stream.uniform(size=shape[1]) + stream.normal(scale=0.07, size=shape)
        if part < 1:
            return np.where((drive < part)[:, :, None], status, NOT_DELIVERED)
        if indicator and indicator.area != "bakgrund":
            lost = random_for(f"lost {indicator.area}").uniform(size=shape) < 0.006
            return np.where(lost[:, :, None], MISSING, status)
        return status


def _with_total(people: np.ndarray) -> np.ndarray:
    return np.concatenate([people.sum(axis=2, keepdims=True), people], axis=2)


def _fewest(companion: str, shown: bool = False) -> int:
    """The smallest number of answers that is shown: as a count, or as the share of a question."""
    if not companion or companion in UNIT_SURVEYS:
        return 0
    if shown:
        return SHOWN_FROM.get(companion, FEW_ANSWERS_SHOWN)
    return OLD_AGE_SURVEYS.get(companion, FEW_ANSWERS)


def _per(indicator: Indicator) -> float:
    if indicator.kind != "rate":
        return 100.0
    return float(re.sub(r"\D", "", indicator.unit.split(" inv")[0]))


def _is_national(indicator: Indicator) -> bool:
    """Whether Riket has a value: not where municipalities measure themselves, or by an index."""
    n = indicator.n
    if n.kind == "companion":
        return n.kpi in (*OLD_AGE_SURVEYS, *UNIT_SURVEYS)
    own = n.kind == "unknown" and n.note.startswith("Egen mätning")
    return not (own or indicator.unit == "%" or indicator.unit.startswith("index"))

"""Does a cost differ because more people get support, or because each support costs more?

A cost per inhabitant is persons per inhabitant times the cost per person. The difference between
two such costs is split by the logarithmic mean (LMDI): the parts add up to the difference to the
last krona, and turn their sign when the two change places. What the identity itself leaves over
is a part of its own, never hidden in another. The cost per person over time is split once more,
into what it has risen by in the whole country and what is the municipality's own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from analyslib.analysis.intervals import MOVING_RANGE_TO_SD, WINDOW
from analyslib.analysis.results import Answer, Reason, ReferenceKind
from analyslib.catalogue import RIKET, Indicator
from analyslib.identities import LARGEST_P95, Identity


# Value by KPI, municipality and year, both sexes together; what is missing is not in it.
Values = Mapping[tuple[str, str, int], float]

MIN_RANGES = 4
MIN_PERSONS = 3  # one or two persons more or less are never called a certain change
# How many of its own standard deviations (times the root of two) two years of a series that never
# changes lie apart, at most, 95 times in a hundred; by the number of moving ranges from
# MIN_RANGES on. By simulation, for the years apart that give the most (tests recompute them), and
# only up to MOST_APART: from the first of many years to the last they would be too low.
MOST_APART = 5
CHANGE_95 = (2.473, 2.326, 2.133, 2.107, 2.090, 2.075)


class PartKind(StrEnum):
    VOLUME = "volume"
    NATIONAL_PRICE = "national_price"  # what the cost per person has risen by in the country
    PRICE = "price"  # the municipality's own cost per person
    RESIDUAL = "residual"  # what the identity leaves over


CERTAIN = (Answer.HIGHER, Answer.LOWER)
JUDGED = (PartKind.VOLUME, PartKind.PRICE)


class Obstacle(StrEnum):
    """Why a cost cannot be split; empty where it could."""

    NONE = ""
    MISSING = "missing"  # one of the key figures has no value
    NO_USERS = "no_users"  # nobody had the support, or it cost nothing
    NOT_HOLDING = "not_holding"  # volume times price is not the cost here
    BROKEN = "broken"  # no earlier year is measured in the same way
    NO_EARLIER = "no_earlier"
    TOO_FEW_PEERS = "too_few_peers"


@dataclass(frozen=True)
class Factors:
    """A cost per inhabitant with what it is made of. `volume` is persons per inhabitant."""

    year: int
    cost: float
    volume: float
    price: float
    population: float | None = None

    @property
    def left_over(self) -> float:
        """How far volume times price is from the cost, as a share of it."""
        return abs(self.volume * self.price - self.cost) / self.cost

    @property
    def one_person(self) -> float | None:
        """What one person with the support costs, per inhabitant."""
        return self.price / self.population if self.population else None

    @property
    def share_of_one(self) -> float | None:
        """What one person costs as a share of it all."""
        return self.one_person / self.cost if self.one_person else None

    @property
    def persons(self) -> float | None:
        return self.volume * self.population if self.population else None


@dataclass(frozen=True)
class Part:
    """Kronor per inhabitant of the difference. `answer` is None where it is not a question."""

    kind: PartKind
    effect: float
    answer: Answer | None = None
    reason: Reason = Reason.NONE


@dataclass(frozen=True)
class Decomposition:
    """One municipality's cost against its own of an earlier year, or against other municipalities.

    `start` is the other side: the earlier year, or the unweighted means of the `n_members`.
    `broken` is the year a new way to measure began, where that is why the years are few.
    """

    identity: str
    municipality: str
    kind: ReferenceKind
    year: int
    obstacle: Obstacle
    start: Factors | None = None
    end: Factors | None = None
    parts: tuple[Part, ...] = ()
    n_members: int = 0
    n_possible: int = 0
    broken: int | None = None

    @property
    def difference(self) -> float:
        assert self.start and self.end
        return self.end.cost - self.start.cost

    def part(self, kind: PartKind) -> Part | None:
        return next((part for part in self.parts if part.kind is kind), None)


# --- the arithmetic


def log_mean(one: float, other: float) -> float:
    """The logarithmic mean: between the two, and their difference over that of their logarithms."""
    ratio = one / other
    if abs(ratio - 1) < 1e-6:
        return other * (1 + (ratio - 1) / 2)
    return (one - other) / math.log(ratio)


def split(start: Factors, end: Factors, country: float = 1.0) -> dict[PartKind, float]:
    """The parts of the difference in cost; together they are the difference.

    `country` is how many times dearer one person has become in the whole country.
    """
    weight = log_mean(end.cost, start.cost)
    volume = weight * math.log(end.volume / start.volume)
    national = weight * math.log(country)
    price = weight * math.log(end.price / start.price) - national
    return {
        PartKind.VOLUME: volume,
        PartKind.NATIONAL_PRICE: national,
        PartKind.PRICE: price,
        PartKind.RESIDUAL: end.cost - start.cost - volume - national - price,
    }


# --- what there is


def read_factors(
    values: Values, identity: Identity, municipality: str, year: int
) -> Factors | Obstacle:
    """What the cost of a year is made of, or why it cannot be said."""
    volume = volume_of(values, identity, municipality, year)
    cost = values.get((identity.cost, municipality, year))
    price = values.get((identity.price, municipality, year))
    if volume is None or cost is None or price is None:
        return Obstacle.MISSING
    if min(volume, cost, price) <= 0:
        return Obstacle.NO_USERS
    population = sum_of(values, identity.population, municipality, year)
    found = Factors(year, cost, volume, price, population)
    return Obstacle.NOT_HOLDING if found.left_over > LARGEST_P95 else found


def volume_of(values: Values, identity: Identity, municipality: str, year: int) -> float | None:
    """Persons per inhabitant."""
    volume = identity.volume
    counted = values.get((volume.kpi, municipality, year))
    over = sum_of(values, volume.over, municipality, year) if volume.over else 1.0
    return counted / volume.per / over if counted is not None and over else None


def sum_of(values: Values, kpis: Iterable[str], municipality: str, year: int) -> float | None:
    """The key figures together; None where one of them has no value."""
    parts = [values.get((kpi, municipality, year)) for kpi in kpis]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def breaks_of(identity: Identity, indicators: Mapping[str, Indicator]) -> tuple[int, ...]:
    """The first years of new ways to measure, in any of the factors."""
    kpis = (identity.cost, identity.volume.kpi, identity.price)
    return tuple(sorted({item.year for kpi in kpis for item in indicators[kpi].breaks}))


# --- against the own past


def own_change(
    values: Values,
    identity: Identity,
    municipality: str,
    years: Sequence[int],
    indicators: Mapping[str, Indicator],
) -> Decomposition:
    """The change up to the last of `years` from the first of them that is measured alike.

    It starts at most MOST_APART years back, however many years are asked for.
    """
    year = years[-1]
    empty = Decomposition(identity.id, municipality, ReferenceKind.OWN_HISTORY, year, Obstacle.NONE)
    end = read_factors(values, identity, municipality, year)
    if isinstance(end, Obstacle):
        return replace(empty, obstacle=end)
    earlier = [item for item in years[:-1] if item >= year - MOST_APART]
    found = [read_factors(values, identity, municipality, item) for item in earlier]
    known = [item for item in found if isinstance(item, Factors)]
    broken = max((b for b in breaks_of(identity, indicators) if b <= year), default=0)
    comparable = [item for item in known if item.year >= broken]
    cut = broken if len(comparable) < len(known) else None
    if not comparable:
        why = Obstacle.BROKEN if known else Obstacle.NO_EARLIER
        return replace(empty, obstacle=why, end=end, broken=cut)
    return replace(
        empty,
        start=comparable[0],
        end=end,
        broken=cut,
        parts=_own_parts(values, identity, municipality, comparable[0], end, indicators),
    )


def _own_parts(
    values: Values,
    identity: Identity,
    municipality: str,
    start: Factors,
    end: Factors,
    indicators: Mapping[str, Indicator],
) -> tuple[Part, ...]:
    window = range(end.year - WINDOW + 1, end.year + 1)
    riket = {year: values.get((identity.price, RIKET, year), 0.0) for year in window}
    has_country = riket[start.year] > 0 and riket[end.year] > 0
    effects = split(start, end, riket[end.year] / riket[start.year] if has_country else 1.0)
    volumes, prices = {}, {}
    for year in window:
        found = read_factors(values, identity, municipality, year)
        if isinstance(found, Factors):
            volumes[year] = math.log(found.volume)
            if riket[year] > 0:
                prices[year] = math.log(found.price / riket[year])
    breaks = breaks_of(identity, indicators)
    price = (
        judge_change(prices, start.year, breaks)
        if has_country
        else (Answer.CANNOT_BE_JUDGED, Reason.CURRENT_PRICES)
    )
    volume = judge_change(volumes, start.year, breaks)
    if volume[0] in CERTAIN and _is_a_person_or_two(start, end):
        volume = Answer.NO_CERTAIN_DIFFERENCE, Reason.NONE
    parts = [Part(PartKind.VOLUME, effects[PartKind.VOLUME], *volume)]
    if has_country:
        parts.append(Part(PartKind.NATIONAL_PRICE, effects[PartKind.NATIONAL_PRICE]))
    parts.append(Part(PartKind.PRICE, effects[PartKind.PRICE], *price))
    return (*parts, Part(PartKind.RESIDUAL, effects[PartKind.RESIDUAL]))


def _is_a_person_or_two(start: Factors, end: Factors) -> bool:
    then, now = start.persons, end.persons
    return then is not None and now is not None and abs(now - then) < MIN_PERSONS


def judge_change(
    logs: Mapping[int, float], first: int, breaks: Sequence[int] = ()
) -> tuple[Answer, Reason]:
    """Is the change from `first` to the last year more than the series usually moves?

    `logs` are the logarithms by year. A step over a break is no variation of the series' own.
    """
    years = sorted(logs)
    steps = [
        abs(logs[later] - logs[earlier])
        for earlier, later in zip(years, years[1:], strict=False)
        if not any(earlier < item <= later for item in breaks)
    ]
    if len(steps) < MIN_RANGES:
        return Answer.CANNOT_BE_JUDGED, Reason.TOO_FEW_YEARS
    spread = float(np.mean(steps)) / MOVING_RANGE_TO_SD
    if spread < 1e-9:
        return Answer.CANNOT_BE_JUDGED, Reason.NO_VARIATION
    limit = CHANGE_95[min(len(steps), MIN_RANGES + len(CHANGE_95) - 1) - MIN_RANGES]
    change = logs[years[-1]] - logs[first]
    if abs(change) <= limit * math.sqrt(2) * spread:
        return Answer.NO_CERTAIN_DIFFERENCE, Reason.NONE
    return (Answer.HIGHER if change > 0 else Answer.LOWER), Reason.NONE

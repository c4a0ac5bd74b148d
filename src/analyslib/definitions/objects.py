"""The objects of the catalogue: municipalities, areas with indicators, networks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


DIRECTIONS = ("high", "low", "none")
KINDS = ("survey_share", "register_share", "rate", "cost", "index", "coded", "count", "mean")
ASPECTS = ("resources", "volumes", "quality", "results", "background")
N_KINDS = ("companion", "population", "denominator", "none", "unknown")


@dataclass(frozen=True)
class Municipality:
    code: str
    name: str
    county: str
    county_name: str
    skr_group: str
    skr_group_name: str


@dataclass(frozen=True)
class Break:
    """`year` is the first year of the new series."""

    year: int
    reason: str


@dataclass(frozen=True)
class NSource:
    """Where the number of persons or answers behind a value comes from.

    companion: `kpi` holds the number of answers itself. population: `kpi` holds the number of
    inhabitants. denominator: `kpi` holds the count that the value is a share or rate of. `per`
    is what the value is expressed per (100 for a percentage). none: the value has no
    uncertainty of that sort (costs, counts, whole-population indices). unknown: stated in `note`.
    `fallback`: where `kpi` has no value, the sum of these, all of them needed.
    """

    kind: str
    kpi: str = ""
    per: float = 0.0
    note: str = ""
    fallback: tuple[str, ...] = ()

    @property
    def kpis(self) -> tuple[str, ...]:
        """Every KPI that has to be there for n to be filled in."""
        return (self.kpi, *self.fallback) if self.kpi else ()


@dataclass(frozen=True)
class Indicator:
    """One key figure. `breaks_known` is False where nobody has read out the breaks for sure.

    `units`: the source also has values per unit (a home-help team, a group home), and they are
    fetched too.
    """

    id: str
    title: str
    short: str
    unit: str
    direction: str
    direction_basis: str
    kind: str
    aspect: str
    n: NSource
    coding: dict[str, str] | None = field(hash=False)
    breaks: tuple[Break, ...]
    breaks_known: bool
    caveats: str
    decimals: int
    gender: bool
    main: bool
    owner: str
    review_date: date
    area: str
    units: bool = False


@dataclass(frozen=True)
class Area:
    """`service_area` is the word in Kolada's own groups: "Liknande kommuner IFO, Umeå, 2024"."""

    id: str
    title: str
    why: str
    caveats: str
    owner: str
    review_date: date
    indicators: tuple[Indicator, ...]
    service_area: str
    order: int


@dataclass(frozen=True)
class Meetings:
    """`dates` are the days that have been set, earliest first; there may be none yet."""

    per_year: int
    rhythm: str
    dates: tuple[date, ...] = ()

    def next_after(self, day: date) -> date | None:
        """The first set meeting on the day or after it."""
        return next((meeting for meeting in self.dates if meeting >= day), None)


@dataclass(frozen=True)
class NetworkGroup:
    """A part of a network. `confirmed` is False until the network itself has said so."""

    id: str
    title: str
    members: tuple[str, ...]
    confirmed: bool
    note: str


@dataclass(frozen=True)
class Network:
    id: str
    title: str
    kind: str
    members: tuple[str, ...]
    meetings: Meetings
    groups: tuple[NetworkGroup, ...]
    kolada_group: str
    national: bool
    about: str
    owner: str
    review_date: date


@dataclass(frozen=True)
class Catalogue:
    """Each dict is in the order to show things: areas by `order`, the rest by code or id."""

    municipalities: dict[str, Municipality] = field(hash=False)
    areas: dict[str, Area] = field(hash=False)
    networks: dict[str, Network] = field(hash=False)
    indicators: dict[str, Indicator] = field(hash=False)

"""What figures are drawn from, beside the result objects: small frozen pieces.

A figure never computes a statistic and never opens the store; what it shows comes in here.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyslib.analysis.results import Comparison, Reference, Trend
from analyslib.catalogue import Indicator


@dataclass(frozen=True)
class Place:
    """What a figure is about: a municipality, or a network with an empty code."""

    code: str
    name: str


@dataclass(frozen=True)
class Point:
    """One year of a series; without a value, the status says which kind of nothing it is."""

    year: int
    value: float | None
    status: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Series:
    """A series with its name. `municipality` is the code behind raw values ("0000" for Riket);
    a series of our own has "" and says in `derived` how it was made."""

    label: str
    points: tuple[Point, ...]
    municipality: str = ""
    derived: str = ""
    gender: str = "T"


@dataclass(frozen=True)
class Band:
    """The middle half of the municipalities, year by year."""

    label: str
    years: tuple[int, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Spread:
    """How the municipalities are spread: the outer limits and the middle half."""

    low: float
    q25: float
    q75: float
    high: float


@dataclass(frozen=True)
class TrendPanel:
    """One indicator over time: the own series first, others for comparison."""

    indicator: Indicator
    own: Series
    others: tuple[Series, ...] = ()
    band: Band | None = None
    trend: Trend | None = None


@dataclass(frozen=True)
class ProfileRow:
    """One indicator in a profile: the comparison with Riket, other references, the spread."""

    indicator: Indicator
    comparison: Comparison
    others: tuple[Reference, ...] = ()
    spread: Spread | None = None
    status: str = ""
    area: str = ""


@dataclass(frozen=True)
class PlaceResult:
    """One municipality's result on one indicator."""

    place: Place
    comparison: Comparison
    status: str = ""
    trend: Trend | None = None


@dataclass(frozen=True)
class FunnelCurve:
    """Limits around the reference along n: 95 and 99.8 per cent."""

    n: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    low_far: tuple[float, ...]
    high_far: tuple[float, ...]


@dataclass(frozen=True)
class RankedPlace:
    """A rank (1 is best) with the ranks that chance could have given."""

    place: Place
    rank: int
    low: int
    high: int


@dataclass(frozen=True)
class GenderRow:
    """Women and men on one indicator: `comparison` is the women's value against the men's."""

    indicator: Indicator
    comparison: Comparison
    women_status: str = ""
    men_status: str = ""

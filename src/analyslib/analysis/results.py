"""The result objects: one result, many faces.

A comparison or a trend is one small frozen object with its numbers, its method, its answer
and the reason for it. The figure, its alternative text, its table of values, the sentence
under it, the finding in the summary and the question for the meeting are all made from that
object, so they cannot contradict each other. This module imports nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """The four answers. Without a direction, better and worse become higher and lower."""

    BETTER = "better"
    WORSE = "worse"
    HIGHER = "higher"
    LOWER = "lower"
    NO_CERTAIN_DIFFERENCE = "no_certain_difference"
    CANNOT_BE_JUDGED = "cannot_be_judged"


class Reason(StrEnum):
    """Why something cannot be judged, or with what reservation it was."""

    NONE = ""
    N_UNKNOWN = "n_unknown"
    TOO_FEW_YEARS = "too_few_years"
    ORDINAL = "ordinal"
    BREAK_IN_SERIES = "break_in_series"
    NO_VALUE = "no_value"
    NO_REFERENCE = "no_reference"
    TOO_FEW_PEERS = "too_few_peers"
    WHOLE_POPULATION = "whole_population"
    NO_VARIATION = "no_variation"  # the own series never moves: nothing to measure against
    SIZE_DEPENDENT = "size_dependent"  # an amount grows with the municipality itself
    CURRENT_PRICES = "current_prices"  # a cost over time holds the general rise in prices


class Method(StrEnum):
    """How the uncertainty behind an answer was measured (docs/metod.md explains each)."""

    NONE = ""
    WILSON = "wilson"
    BYAR = "byar"
    EXACT_POISSON = "exact_poisson"
    OWN_VARIATION = "own_variation"
    FIVE_POINT = "five_point"
    MANN_KENDALL = "mann_kendall"


class ReferenceKind(StrEnum):
    """What a municipality is compared with; weighted and unweighted are named as such."""

    RIKET = "riket"
    UNWEIGHTED_MEAN = "unweighted_mean"
    COUNTY = "county"
    NETWORK = "network"
    SKR_GROUP = "skr_group"
    SIMILAR = "similar"
    OWN_HISTORY = "own_history"
    MEN = "men"  # the women of a municipality against its men
    MUNICIPALITY = "municipality"  # one single other municipality


@dataclass(frozen=True)
class Reference:
    """What stands on the other side of a comparison.

    `value` is in the unit of the indicator. `n_members` counts the municipalities that
    contributed a value (never the number of persons); `n_possible` those that could have.
    For OWN_HISTORY they count years. `spread` is the standard deviation among the members: None
    where the reference is taken as a fixed value, without uncertainty of its own (Riket).
    """

    kind: ReferenceKind
    label: str
    value: float | None
    weighted: bool
    n_members: int
    n_possible: int
    group_id: str = ""
    vintage: str = ""
    spread: float | None = None


@dataclass(frozen=True)
class Comparison:
    """One municipality's value of one indicator against one reference.

    `value`, `low`, `high` (95 % interval) are in the unit of the indicator; `n` is the number
    of persons or answers behind the value, None where it is not known. `certain` is 0.998 or
    0.95 where a difference is certain at that level, else 0.

    `difference` is value minus reference. Its 95 % interval counts the uncertainty of both
    sides; the answer says nothing else than whether that interval holds zero. `reason` beside
    an answer that was given is a reservation, beside CANNOT_BE_JUDGED the reason why.
    """

    kpi: str
    municipality: str
    year: int
    gender: str
    value: float | None
    low: float | None
    high: float | None
    n: float | None
    reference: Reference
    answer: Answer
    reason: Reason
    method: Method
    certain: float = 0.0
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    p: float | None = None


@dataclass(frozen=True)
class Trend:
    """The development of one indicator in one municipality.

    `slope` (with its 95 % interval) is in the unit of the indicator per year. `years` and
    `values` are the points the answer rests on, after the last break, oldest first.
    """

    kpi: str
    municipality: str
    gender: str
    years: tuple[int, ...]
    values: tuple[float, ...]
    slope: float | None
    slope_low: float | None
    slope_high: float | None
    answer: Answer
    reason: Reason
    method: Method
    certain: float = 0.0
    p: float | None = None


@dataclass(frozen=True)
class Sensitivity:
    """How far the answer depends on whom one compares with: it holds in `holds_in` of `judged`.

    `agrees` and `differs` are the kinds of reference behind those numbers; groups where nothing
    could be judged are in neither.
    """

    kpi: str
    municipality: str
    year: int
    gender: str
    answer: Answer
    agrees: tuple[ReferenceKind, ...]
    differs: tuple[ReferenceKind, ...]

    @property
    def holds_in(self) -> int:
        return len(self.agrees)

    @property
    def judged(self) -> int:
        return len(self.agrees) + len(self.differs)


@dataclass(frozen=True)
class Exemplar:
    """A similar municipality that is certainly better: one to phone.

    `comparison` is its value against the asking municipality's (kind MUNICIPALITY, the asking
    one's code in `group_id`); `improving` is True where its own trend is certainly for the better.
    """

    asking: str
    comparison: Comparison
    trend: Trend | None
    improving: bool


def answer_for(difference: float, direction: str) -> Answer:
    """The answer to a difference that is known to be certain.

    `direction` is "high" (high is better), "low" (low is better) or "none".
    """
    if direction == "none":
        return Answer.HIGHER if difference > 0 else Answer.LOWER
    return Answer.BETTER if (difference > 0) == (direction == "high") else Answer.WORSE

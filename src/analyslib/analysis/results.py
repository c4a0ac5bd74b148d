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


class ReferenceKind(StrEnum):
    """What a municipality is compared with; weighted and unweighted are named as such."""

    RIKET = "riket"
    UNWEIGHTED_MEAN = "unweighted_mean"
    COUNTY = "county"
    NETWORK = "network"
    SKR_GROUP = "skr_group"
    SIMILAR = "similar"
    OWN_HISTORY = "own_history"


@dataclass(frozen=True)
class Reference:
    """What stands on the other side of a comparison.

    `value` is in the unit of the indicator. `n_members` counts the municipalities that
    contributed a value (never the number of persons); `n_possible` those that could have.
    """

    kind: ReferenceKind
    label: str
    value: float | None
    weighted: bool
    n_members: int
    n_possible: int
    group_id: str = ""
    vintage: str = ""


@dataclass(frozen=True)
class Comparison:
    """One municipality's value of one indicator against one reference.

    `value`, `low`, `high` (95 % interval) are in the unit of the indicator; `n` is the number
    of persons or answers behind the value, None where it is not known. `certain` is 0.998 or
    0.95 where a difference is certain at that level, else 0.
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
    method: str
    certain: float = 0.0


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
    method: str
    certain: float = 0.0


def answer_for(difference: float, direction: str) -> Answer:
    """The answer to a difference that is known to be certain.

    `direction` is "high" (high is better), "low" (low is better) or "none".
    """
    if direction == "none":
        return Answer.HIGHER if difference > 0 else Answer.LOWER
    return Answer.BETTER if (difference > 0) == (direction == "high") else Answer.WORSE

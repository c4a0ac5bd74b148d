"""Net cost against what the municipality's structure motivates (nettokostnadsavvikelse).

The model behind it was replaced in 2019: years before that are never set against later ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analyslib.analysis.costs import Values
from analyslib.analysis.intervals import MIN_YEARS, add_intervals
from analyslib.analysis.results import Answer, Reason
from analyslib.catalogue import Indicator
from analyslib.identities import Deviation


METHOD_BREAK = 2019
POPULATION = "N01951"


@dataclass(frozen=True)
class NetCost:
    """One area of one municipality and year; every amount is kronor per inhabitant.

    `percent` is None where the source has no value. `reference_computed`: worked out from the net
    cost and the percentage, where the source's own is missing. `whole` is kronor in all. `answer`
    says whether the deviation is more than what the own years since the break vary by. `course`
    is year and percentage, oldest first; those from before the break are in it, too.
    """

    id: str
    municipality: str
    year: int
    percent: float | None
    net: float | None
    reference: float | None
    reference_computed: bool
    standard: float | None
    whole: float | None
    answer: Answer
    reason: Reason
    course: tuple[tuple[int, float], ...]

    @property
    def since(self) -> tuple[tuple[int, float], ...]:
        """The years that can be set beside each other."""
        return tuple(item for item in self.course if item[0] >= METHOD_BREAK)


def net_cost(
    values: Values,
    deviation: Deviation,
    municipality: str,
    years: Sequence[int],
    indicators: Mapping[str, Indicator],
) -> NetCost:
    """The deviation of the last of `years`, what lies behind it, and its course over them."""
    year = years[-1]
    kpis = (deviation.percent, deviation.net, deviation.reference, deviation.standard, POPULATION)
    found = [values.get((kpi, municipality, year)) for kpi in kpis]
    percent, net, reference, standard, inhabitants = found
    computed = False
    if reference is None and percent is not None and net is not None:
        reference, computed = net / (1 + percent / 100), True
    whole = None
    if net is not None and reference is not None and inhabitants is not None:
        whole = (net - reference) * inhabitants
    course = tuple(
        (then, known)
        for then in years
        if (known := values.get((deviation.percent, municipality, then))) is not None
    )
    answer, reason = _judge(values, deviation, municipality, year, indicators)
    return NetCost(
        id=deviation.id,
        municipality=municipality,
        year=year,
        percent=percent,
        net=net,
        reference=reference,
        reference_computed=computed,
        standard=standard,
        whole=whole,
        answer=answer,
        reason=reason,
        course=course,
    )


def _judge(
    values: Values,
    deviation: Deviation,
    municipality: str,
    year: int,
    indicators: Mapping[str, Indicator],
) -> tuple[Answer, Reason]:
    """Is nought outside the interval that the own variation since the break gives?"""
    rows = [
        (deviation.percent, municipality, then, "T", value)
        for then in range(METHOD_BREAK, year + 1)
        if (value := values.get((deviation.percent, municipality, then))) is not None
    ]
    if not rows or rows[-1][2] != year:
        return Answer.CANNOT_BE_JUDGED, Reason.NO_VALUE
    if len(rows) < MIN_YEARS:
        return Answer.CANNOT_BE_JUDGED, Reason.TOO_FEW_YEARS
    frame = pd.DataFrame(rows, columns=["kpi", "municipality", "year", "gender", "value"])
    last = add_intervals(frame, indicators).iloc[-1]
    if last["low"] != last["low"]:
        return Answer.CANNOT_BE_JUDGED, Reason(last["reason"])
    if last["low"] > 0:
        return Answer.HIGHER, Reason.NONE
    return (Answer.LOWER if last["high"] < 0 else Answer.NO_CERTAIN_DIFFERENCE), Reason.NONE

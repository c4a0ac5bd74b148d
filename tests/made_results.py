"""Results made by hand, with defaults: a test states only what matters to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from analyslib.analysis.results import (
    Answer,
    Comparison,
    Method,
    Reason,
    Reference,
    ReferenceKind,
    Trend,
)
from analyslib.catalogue import Indicator, NSource


def indicator(
    unit: str = "andel (%)", kind: str = "register_share", decimals: int = 1
) -> Indicator:
    return Indicator(
        id="N31807", title="Invånare med bistånd, andel (%)", short="Invånare med bistånd",
        unit=unit, direction="low", direction_basis="judgement", kind=kind, aspect="volumes",
        n=NSource("population", "N01951", 100), coding={"1": "Ja", "2": "Nej"}, breaks=(),
        breaks_known=True, caveats="", decimals=decimals, gender=False, main=True,
        owner="analyslib", review_date=date(2027, 1, 31), area="ekonomiskt_bistand",
    )  # fmt: skip


def made(**changes: Any) -> Indicator:
    """The usual indicator with other fields: low is better, percent, one decimal."""
    return replace(indicator(), **changes)


def reference(value: float | None = 2.9, **changes: Any) -> Reference:
    riket = Reference(ReferenceKind.RIKET, "Riket", value, True, 290, 290)
    return replace(riket, **changes)


def comparison(
    value: float | None = 2.1, against: float | None = 2.9, **changes: Any
) -> Comparison:
    """Umeå's 2,1 procent against Riket's 2,9: certainly better, unless said otherwise."""
    known = value is not None and against is not None
    usual = Comparison(
        kpi="N31807",
        municipality="2480",
        year=2024,
        gender="T",
        value=value,
        low=None if value is None else value - 0.3,
        high=None if value is None else value + 0.3,
        n=None if value is None else 1200.0,
        reference=reference(against),
        answer=Answer.BETTER if known else Answer.CANNOT_BE_JUDGED,
        reason=Reason.NONE if known else Reason.NO_VALUE,
        method=Method.WILSON,
        certain=0.95 if known else 0.0,
        difference=value - against if value is not None and against is not None else None,
        difference_low=-1.1 if known else None,
        difference_high=-0.5 if known else None,
        p=0.01 if known else None,
    )
    return replace(usual, **changes)


def trend(values: tuple[float, ...] = (3.1, 2.9, 2.6, 2.3, 2.1), **changes: Any) -> Trend:
    """Five years up to 2024, certainly for the better, unless said otherwise."""
    years = tuple(range(2025 - len(values), 2025))
    slope = (values[-1] - values[0]) / (len(values) - 1) if len(values) > 1 else None
    usual = Trend(
        kpi="N31807",
        municipality="2480",
        gender="T",
        years=years,
        values=values,
        slope=slope,
        slope_low=None if slope is None else slope - 0.1,
        slope_high=None if slope is None else slope + 0.1,
        answer=Answer.BETTER,
        reason=Reason.NONE,
        method=Method.FIVE_POINT,
        certain=0.998,
    )
    return replace(usual, **changes)

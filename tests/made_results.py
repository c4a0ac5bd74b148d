"""Results made by hand, with defaults: a test states only what matters to it."""

from __future__ import annotations

from datetime import date

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

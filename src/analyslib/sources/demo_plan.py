"""What is planted in the demo extracts: sizes, sexes, lengths, returns, and true effects.

Shares of better and worse are those of every finished case, drawn independently of anything
else; with equal shares nothing has changed. Those who are lost are lost by chance alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


EXTRACTION_DAY = date(2026, 3, 2)

# These three never deliver, so that a pack can show what that looks like.
DELIVERS_NOTHING = ("0488", "2403", "2425")  # Trosa, Bjurholm, Dorotea
MONTHS_ONLY = ("0482",)  # Flen's system knows months and not days


@dataclass(frozen=True)
class Effect:
    """What truly happens from start to end: the shares that get better and worse."""

    measure: str
    subscale: str
    better: float
    worse: float

    @property
    def is_null(self) -> bool:
        return self.better == self.worse


@dataclass(frozen=True)
class Plan:
    """One verksamhet. `yearly` cases per 1,000 inhabitants; `median_days` in an insats;
    `return_share` comes back within a year after the end; `women` is a share."""

    label: str
    yearly: float
    women: float
    ages: dict[str, float]
    insatser: tuple[tuple[str, str, str], ...]
    reasons: tuple[str, ...]
    method: str
    median_days: int
    return_share: float
    effects: tuple[Effect, ...]


FEWEST, MOST = 5, 90  # cases a year and verksamhet

PLANS: dict[str, Plan] = {
    "barn_unga": Plan(
        label="Barn och unga",
        yearly=1.6,
        women=0.46,
        ages={"0–12": 0.55, "13–20": 0.45},
        insatser=(
            ("Familjebehandling", "2", "träffar"),
            ("Kontaktfamilj", "2", "dygn"),
            ("Strukturerad öppenvård", "3", "timmar per vecka"),
        ),
        reasons=("skola", "relationer i familjen", "oro för brister i omsorgen"),
        method="BBIC",
        median_days=240,
        return_share=0.22,
        effects=(
            Effect("SDQ", "Svårigheter totalt", 0.50, 0.20),
            Effect("Trygghet", "", 0.25, 0.25),
        ),
    ),
    "missbruk": Plan(
        label="Missbruk och beroende",
        yearly=1.1,
        women=0.31,
        ages={"18–24": 0.18, "25–44": 0.45, "45–64": 0.32, "65–79": 0.05},
        insatser=(
            ("Öppenvård enskilt", "1", "träffar"),
            ("Öppenvård i grupp", "4", "timmar per vecka"),
            ("Boendestöd", "3", "timmar per vecka"),
        ),
        reasons=("alkohol", "narkotika", "läkemedel"),
        method="ASI",
        median_days=180,
        return_share=0.34,
        effects=(
            Effect("AUDIT", "", 0.60, 0.15),
            Effect("ASI självskattning", "Arbete och försörjning", 0.28, 0.28),
        ),
    ),
    "ek_bistand": Plan(
        label="Ekonomiskt bistånd",
        yearly=1.4,
        women=0.48,
        ages={"18–24": 0.25, "25–44": 0.50, "45–64": 0.25},
        insatser=(
            ("Arbetsmarknadsinsats", "20", "timmar per vecka"),
            ("Försörjningsstöd", "6500", "kronor per månad"),
        ),
        reasons=("arbetslöshet", "ohälsa", "otillräcklig inkomst"),
        method="FIA",
        median_days=210,
        return_share=0.28,
        effects=(Effect("Försörjning", "", 0.45, 0.10),),
    ),
    "vald": Plan(
        label="Våld i nära relationer",
        yearly=0.7,
        women=0.93,
        ages={"18–24": 0.20, "25–44": 0.52, "45–64": 0.23, "65–79": 0.05},
        insatser=(
            ("Stödsamtal", "1", "träffar"),
            ("Skyddat boende", "20", "dygn"),
        ),
        reasons=("våld av partner", "våld av tidigare partner", "hedersrelaterat våld"),
        method="FREDA",
        median_days=120,
        return_share=0.18,
        effects=(Effect("Trygghet", "", 0.62, 0.12), Effect("KASAM-13", "", 0.35, 0.35)),
    ),
    "funktionshinder": Plan(
        label="Funktionsnedsättning",
        yearly=0.9,
        women=0.44,
        ages={"18–24": 0.24, "25–44": 0.38, "45–64": 0.38},
        insatser=(
            ("Boendestöd", "4", "timmar per vecka"),
            ("Sysselsättning", "15", "timmar per vecka"),
            ("Ledsagning", "2", "timmar per vecka"),
        ),
        reasons=("behov i vardagen", "sysselsättning"),
        method="IBIC",
        median_days=400,
        return_share=0.12,
        effects=(
            Effect("IBIC", "Utbildning, arbete, sysselsättning och ekonomi", 0.38, 0.14),
            Effect("IBIC", "Kommunikation", 0.20, 0.20),
        ),
    ),
    "aldre": Plan(
        label="Äldreomsorg",
        yearly=2.2,
        women=0.62,
        ages={"65–79": 0.38, "80+": 0.62},
        insatser=(
            ("Hemtjänst", "8", "timmar per vecka"),
            ("Korttidsplats", "14", "dygn"),
            ("Dagverksamhet", "6", "timmar per vecka"),
        ),
        reasons=("behov i vardagen", "efter sjukhusvård"),
        method="IBIC",
        median_days=330,
        return_share=0.15,
        effects=(
            Effect("IBIC", "Förflyttning", 0.14, 0.38),
            Effect("IBIC", "Känsla av trygghet", 0.42, 0.14),
        ),
    ),
}

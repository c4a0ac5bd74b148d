"""What counts as a small number, and against whom it is guarded. Pure; no solver in here."""

from __future__ import annotations

from dataclasses import dataclass

from analyslib.errors import UsageError


THRESHOLDS = (3, 4, 5, 10)
COALITIONS = (1, 2, 3)
INSIDER_LEVELS = ("none", "exact", "full")


@dataclass(frozen=True)
class Profile:
    """The rules of one release. The defaults are those of the design.

    `threshold` (k): counts 1 to k-1 are hidden. `careful`: guard against the reader who uses
    that printed zeros show which hidden cells are not zero. `insiders`: what a municipality of
    the network, which knows its own figures, may learn about the others: "full" (nothing: the
    whole 1..k-1 stays possible), "exact" (never the number itself), "none" (not considered);
    `coalition`: how many members may lay their figures together. `rule_knower`: guard against the
    careful reader who also knows that every small number is fully masked.
    `sensitive_below`: in a sensitive attribute, "all" and "none" of a group smaller than this
    is hidden. `mean_from`, `spread_from`: smallest n for a mean and for a standard deviation.
    """

    threshold: int = 5
    careful: bool = True
    insiders: str = "none"
    coalition: int = 1
    rule_knower: bool = False
    sensitive_below: int = 20
    mean_from: int = 10
    spread_from: int = 20

    def __post_init__(self) -> None:
        if self.threshold not in THRESHOLDS:
            raise UsageError(
                f"Gränsen för små tal kan inte vara {self.threshold}.",
                remedy="Välj 3, 4, 5 eller 10. Förvalet är 5.",
            )
        if self.insiders not in INSIDER_LEVELS:
            raise UsageError(
                f"Okänd nivå för insyn: {self.insiders!r}.",
                remedy="Välj none, exact eller full.",
            )
        if self.coalition not in COALITIONS:
            raise UsageError(
                f"Det går inte att skydda mot {self.coalition} medlemmar tillsammans.",
                remedy="Välj 1, 2 eller 3. Förvalet är 1.",
            )


OPEN_PAGE = Profile()
NETWORK_PACK = Profile(insiders="full", rule_knower=True)


def is_small(count: int, threshold: int) -> bool:
    """True where the count itself is a number about few enough people to be hidden."""
    return 0 < count < threshold


def is_mean_safe(n: int, profile: Profile) -> bool:
    return n >= max(profile.mean_from, profile.threshold)

"""The made-up country behind the demo: how many live where, and what sets places apart.

Nothing here is a real figure. The sizes are rounded so that small municipalities are small
and large ones large, because what the demo has to show is what small numbers do.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analyslib.catalogue import Municipality


YEARS = tuple(range(2015, 2026))
SEXES = 2  # women first, then men

TYPICAL_SIZE = {
    "A1": 600_000, "A2": 38_000, "B3": 110_000, "B4": 15_000, "B5": 11_000,
    "C6": 32_000, "C7": 13_000, "C8": 8_000, "C9": 8_000,
}  # fmt: skip
ROUND_SIZE = {
    "0180": 980_000, "1480": 600_000, "1280": 360_000,
    "0428": 9_000, "0461": 11_500, "0480": 57_000, "0481": 12_000, "0482": 16_000,
    "0483": 35_000, "0484": 107_000, "0486": 38_000, "0488": 15_000,
    "2401": 7_000, "2403": 2_400, "2404": 5_500, "2409": 6_800, "2417": 3_900,
    "2418": 3_000, "2421": 5_700, "2422": 2_400, "2425": 2_400, "2460": 8_900,
    "2462": 6_300, "2463": 2_700, "2480": 130_000, "2481": 12_200, "2482": 73_000,
}  # fmt: skip

# Of all inhabitants, the share in each age, and how much older places differ.
AGES = {
    "N01952": (0.062, -0.010), "N01953": (0.118, -0.012), "N01954": (0.046, -0.003),
    "N01955": (0.554, -0.030), "N01956": (0.155, 0.035), "N01957": (0.065, 0.020),
}  # fmt: skip
WOMEN = {"N01956": 0.505, "N01957": 0.59}
SUMS = {
    "N01919": ("N01952", "N01953", "N01954"),
    "N01938": ("N01956", "N01957"),
    "N01951": tuple(AGES),
}


def random_for(name: str) -> np.random.RandomState:
    """A stream of its own for each name: a new indicator leaves all other numbers as they are.

    RandomState and not Generator: NumPy promises that only its stream never changes, and the
    reference notebooks hold these numbers.
    """
    return np.random.RandomState(zlib.crc32(f"analyslib {name}".encode()))


@dataclass(frozen=True)
class Country:
    """All arrays are years x municipalities, and x sexes where people are counted."""

    places: tuple[Municipality, ...]

    @cached_property
    def population(self) -> dict[str, np.ndarray]:
        """Inhabitants by the KPI that counts them; the parts add up to the whole."""
        total = np.outer(np.ones(len(YEARS)), self._sizes())
        years = np.arange(len(YEARS))[:, None]
        old = self.age
        growth = 0.004 - 0.007 * old + 0.002 * self.trait("growth")
        total = total * (1 + growth) ** (years - 7)
        people = {}
        for kpi, (share, tilt) in AGES.items():
            ageing = 1.02**years if kpi == "N01957" else 1.0
            part = total * (share + tilt * np.clip(old, -1.8, 1.8)) * ageing
            women = WOMEN.get(kpi, 0.49)
            people[kpi] = np.stack([part * women, part * (1 - women)], axis=2).round()
        for kpi, parts in SUMS.items():
            people[kpi] = np.sum([people[part] for part in parts], axis=0)
        people["N01948"] = people["N01919"] + (people["N01955"] / 45).round()
        young = people["N01952"] + people["N01953"] + (people["N01954"] / 2).round()
        people["N02104"] = people["N01951"] - young
        return people

    @cached_property
    def total(self) -> np.ndarray:
        return self.population["N01951"].sum(axis=2)

    def trait(self, name: str) -> np.ndarray:
        """How each municipality differs from the others in one respect: about mean 0, spread 1.

        Partly its own, partly shared by the county and by the sort of municipality.
        """
        if name not in self._traits:
            self._traits[name] = self._draw_trait(name)
        return self._traits[name]

    @cached_property
    def _traits(self) -> dict[str, np.ndarray]:
        return {}

    def _draw_trait(self, name: str) -> np.ndarray:
        own = random_for(name).normal(size=len(self.places))
        county = _one_each(f"{name} county", [place.county for place in self.places])
        group = _one_each(f"{name} group", [place.skr_group for place in self.places])
        return 0.85 * own + 0.35 * county + 0.35 * group

    @cached_property
    def age(self) -> np.ndarray:
        """Rural places are older, the big cities younger."""
        tilt = {"A1": -0.9, "A2": -0.6, "B3": -0.5, "C8": 0.9, "C9": 0.9, "C7": 0.4, "B5": 0.4}
        return np.array([tilt.get(place.skr_group, 0) for place in self.places]) + 0.4 * (
            random_for("age").normal(size=len(self.places))
        )

    def _sizes(self) -> np.ndarray:
        spread = random_for("size").normal(size=len(self.places))
        typical = [
            ROUND_SIZE.get(place.code, TYPICAL_SIZE[place.skr_group] * np.exp(0.4 * spread[number]))
            for number, place in enumerate(self.places)
        ]
        return np.maximum(typical, 2_300)


def _one_each(name: str, labels: list[str]) -> np.ndarray:
    """The same draw for all that share a label."""
    draws = {label: random_for(f"{name} {label}").normal() for label in sorted(set(labels))}
    return np.array([draws[label] for label in labels])

"""Which coarser tables would show more of one municipality, where too much is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyslib.analysis.follow_up import FollowUp
from analyslib.analysis.follow_up_themes import THEMES, count_units, units_of
from analyslib.disclosure.advice import Advice, advise
from analyslib.disclosure.hidden_shares import TOO_MUCH
from analyslib.disclosure.rules import NETWORK_PACK, Profile
from analyslib.disclosure.theme_tables import layouts_of, with_every_class


# The one theme whose classes have an order of their own; other classes are not merged at random.
ORDERED = {"alder": "åldersgrupp"}


@dataclass(frozen=True)
class ThemeAdvice:
    """`share_hidden`: of one theme's numbers for the municipality by itself."""

    theme: str
    share_hidden: float
    advice: tuple[Advice, ...]


def advise_follow_up(
    follow_up: FollowUp, municipality: str, profile: Profile = NETWORK_PACK
) -> Iterator[ThemeAdvice]:
    """The themes with more than 30 % hidden, each with the layouts that would show more."""
    for theme in THEMES.values():
        units = units_of(theme, follow_up)
        units = units[units["municipality"] == municipality]
        if units.empty:
            continue
        atoms = with_every_class(theme, count_units(units.drop(columns="sex")))
        names = {"class": ORDERED[theme.id]} if theme.id in ORDERED else {}
        layouts = layouts_of(theme, atoms, theme.id)
        now, found = advise(atoms, layouts, profile, municipality, names)
        if now > TOO_MUCH:
            yield ThemeAdvice(theme.id, now, found)

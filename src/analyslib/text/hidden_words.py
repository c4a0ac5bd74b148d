"""How much of a municipality's numbers is hidden, and what to do where it is much."""

from __future__ import annotations

from collections.abc import Sequence

from analyslib.text.follow_up import THEME_TITLES
from analyslib.text.formats import format_count, format_list, format_number


COARSER = (
    "kör follow_up.coarser() i notebooks/utforska/uppfoljning, så ser du vilken grövre indelning "
    "som visar mer."
)


def hidden_sentence(place: str, hidden: float | None, said: float) -> str:
    """ "18 av de 240 tal om Malå som sidan bygger på är dolda (nollor oräknade)". `hidden`: None
    where it is only a few."""
    numbers = f"de {format_count(int(said), 'tal', 'tal')} om {place} som sidan bygger på"
    if hidden == 0:
        return f"Inget av {numbers} är dolt (nollor oräknade)."
    share = "Några få" if hidden is None else format_number(hidden)
    return f"{share} av {numbers} är dolda (nollor oräknade)."


def much_hidden_sentence(themes: Sequence[str]) -> str:
    """For the facilitator: where much is hidden, and how to see what would show more."""
    if not themes:
        return ""
    named = format_list([THEME_TITLES[theme] for theme in themes])
    head = f"Mer än 30 procent är dolt i det som rör {named}."
    return f"{head} Till dig som håller i nätverket: {COARSER}"

"""When too much is hidden: coarser layouts that would show more, reckoned out, not guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import pandas as pd

from analyslib.disclosure.hidden_shares import TOO_MUCH
from analyslib.disclosure.layout import Layout, inside
from analyslib.disclosure.release import release
from analyslib.disclosure.rules import OPEN_PAGE, Profile


# The dimensions that may be coarser, as they are called.
DIMENSION_NAMES = {
    "sex": "kön",
    "age_group": "åldersgrupp",
    "service_area": "verksamhet",
    "insats": "insats",
    "period": "period",
    "outcome": "resultat",
}


@dataclass(frozen=True)
class Advice:
    """One coarser layout. `share_hidden` is what it would hide of what there is to say."""

    text: str
    layouts: tuple[Layout, ...]
    share_hidden: float


def advise(
    atoms: pd.DataFrame,
    layouts: Sequence[Layout],
    profile: Profile = OPEN_PAGE,
    municipality: str = "",
    names: Mapping[str, str] = MappingProxyType({}),
) -> tuple[float, tuple[Advice, ...]]:
    """How much of a report is hidden, and what would show more, the best first.

    Nothing is advised where no more than 30 % is hidden. Each proposal has been protected in
    full before its share is stated; for one municipality, without its neighbours. `names`: more
    dimensions that may be coarser, as they are called.
    """
    if municipality:
        atoms = atoms[atoms["municipality"] == municipality]
        only = {"municipality": (municipality,)}
        layouts = [replace(layout, where={**layout.where, **only}) for layout in layouts]
    now = release(atoms, layouts, profile).released.share_hidden
    if now <= TOO_MUCH:
        return now, ()
    found = [
        Advice(text, tuple(coarser), release(atoms, coarser, profile).released.share_hidden)
        for text, coarser in _coarser(atoms, layouts, {**DIMENSION_NAMES, **names})
    ]
    better = [advice for advice in found if advice.share_hidden < now]
    return now, tuple(sorted(better, key=lambda a: (a.share_hidden, a.text)))


def format_advice(now: float, advice: Sequence[Advice]) -> str:
    """The advice as Swedish text, one line per proposal."""
    head = f"{now:.0%} av talen i rapporten är dolda.".replace("%", "\u00a0%")
    if not advice:
        return head
    lines = [f"* {a.text}: {a.share_hidden:.0%} döljs".replace("%", "\u00a0%") for a in advice]
    return "\n".join([head + " Mer kan visas så här:", *lines])


def _coarser(
    atoms: pd.DataFrame, layouts: Sequence[Layout], names: Mapping[str, str]
) -> Iterator[tuple[str, list[Layout]]]:
    dimensions = dict.fromkeys(d for layout in layouts for d in layout.dimensions)
    for dimension in dimensions:
        if dimension not in names or dimension == "period":
            continue
        name = names[dimension]
        yield f"utan uppdelning på {name}", [_without(la, dimension) for la in layouts]
        values = sorted(atoms[dimension].unique())
        if len(values) >= 4 and dimension != "service_area":
            yield (
                f"med {(len(values) + 1) // 2} grupper av {name} i stället för {len(values)}",
                [_merged(la, dimension, values) for la in layouts],
            )
    periods: set[str] = set()
    for layout in layouts if "period" in atoms else ():
        periods.update(atoms.loc[inside(atoms, layout.where), "period"])
    if len(periods) > 1:
        merged = [_without(layout, "period") for layout in layouts]
        yield f"med {min(periods)}–{max(periods)} sammanslagna", merged


def _without(layout: Layout, dimension: str) -> Layout:
    left = tuple(d for d in layout.dimensions if d != dimension)
    groups = {d: g for d, g in layout.groups.items() if d != dimension}
    shares = "" if layout.shares == dimension else layout.shares
    sensitive = "" if layout.sensitive == dimension else layout.sensitive
    never = tuple(values for values in layout.never if dimension not in values)
    return replace(
        layout, dimensions=left, groups=groups, shares=shares, sensitive=sensitive, never=never
    )


def _merged(layout: Layout, dimension: str, values: Sequence[str]) -> Layout:
    if dimension not in layout.dimensions:
        return layout
    pairs = [tuple(values[i : i + 2]) for i in range(0, len(values), 2)]
    groups = {" och ".join(pair): pair for pair in pairs}
    return replace(
        layout,
        groups={**layout.groups, dimension: groups},
        only_groups=(*layout.only_groups, dimension),
    )

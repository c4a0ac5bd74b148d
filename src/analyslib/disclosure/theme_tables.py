"""The tables of the follow-up as data: what each theme is printed in, and which of its sums are
the same people as in another theme."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from analyslib.analysis.follow_up_themes import (
    BASIS,
    BEGUN,
    CHANGE,
    ENDED,
    INFLOW,
    KKIK,
    RELIABLE,
    SEX,
    TIME_GROUPS,
    Theme,
    area_of,
    groups_of,
    measure_of,
)
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.publication import Cell, Link
from analyslib.disclosure.released import TOTAL
from analyslib.disclosure.universe import COUNT
from analyslib.measures import load_measures


DIMENSIONS = ("municipality", "service_area", "sex", "class")
CELLS = DIMENSIONS[0], DIMENSIONS[1], DIMENSIONS[3]
BY_BLOCK = (("municipality", "municipality"), ("service_area", "service_area"))
BY_PLACE = (("municipality", "municipality"),)


def layouts_of(theme: Theme, atoms: pd.DataFrame, name: str) -> list[Layout]:
    """The tables that a theme is printed in."""
    whole = _whole(theme, atoms, name)
    if theme is BASIS:
        return [Layout(name, CELLS[:2])]
    if theme is INFLOW:
        return [replace(whole, dimensions=("municipality", "class"), shares="")]
    if theme.is_local:
        return [replace(whole, margins=False), Layout(name, CELLS[:2], margins=False)]
    if theme.unit == "closings":
        return [whole, replace(whole, name=f"kkik_{name}", where={"window": (KKIK,)})]
    return [whole]


def layout_by_sex(theme: Theme, atoms: pd.DataFrame, name: str) -> Layout:
    """The table of a theme's women and men, in the whole county."""
    return replace(_whole(theme, atoms, name), dimensions=("service_area", "sex", "class"))


def _whole(theme: Theme, atoms: pd.DataFrame, name: str) -> Layout:
    groups = {"class": groups_of(theme, set(atoms["class"]))}
    if not theme.is_sensitive:
        return Layout(name, CELLS, groups=groups, shares="class")
    return Layout(
        name,
        CELLS,
        groups=groups,
        shares="class",
        sensitive="class",
        unanswered=tuple(filter(None, [theme.unanswered])),
        never=tuple(_never(theme, atoms)),
    )


def _never(theme: Theme, atoms: pd.DataFrame) -> Iterator[Mapping[str, tuple[str, ...]]]:
    """The classes that nobody can be in, as they are defined: of a measure whose noise nobody has
    published, no change is more than noise."""
    if theme is CHANGE:
        noisy = set(atoms["service_area"]) - _exact_subjects(atoms)
        yield {"service_area": tuple(sorted(noisy)), "class": tuple(RELIABLE.values())}


def impossible(theme: Theme, atoms: pd.DataFrame) -> pd.Series:
    """True for the rows of a class that nobody can be in, as it is defined."""
    found = pd.Series(False, index=atoms.index)
    for cell in _never(theme, atoms):
        found |= atoms[list(cell)].isin(cell).all(axis=1)
    return found


def _exact_subjects(atoms: pd.DataFrame) -> set[str]:
    """What is measured in such a way that a change can be told from noise."""
    measures = load_measures()
    return {s for s in atoms["service_area"] if measures[measure_of(s)].offers_reliable_change}


def with_every_class(theme: Theme, atoms: pd.DataFrame) -> pd.DataFrame:
    """The atoms with a row of nobody for every class that there can be: what is left out because
    nobody is in it tells the same as a nought."""
    can_be = [*theme.classes]
    if theme is CHANGE and _exact_subjects(atoms):
        can_be += RELIABLE.values()
    lacking = [name for name in can_be if name not in set(atoms["class"])]
    nobody = atoms.iloc[[0] * len(lacking)].copy()
    nobody["class"], nobody[COUNT] = lacking, 0
    return pd.concat([atoms, nobody.astype(atoms.dtypes)], ignore_index=True)


def with_dimensions(counts: pd.DataFrame) -> pd.DataFrame:
    """Printed cells with all DIMENSIONS, those that a table does not have as totals."""
    lacking = [d for d in DIMENSIONS if d not in counts]
    counts = counts.assign(**dict.fromkeys(lacking, TOTAL))
    return counts[["layout", "crossing", *DIMENSIONS, COUNT, "status"]]


def links_of(theme: Theme, atoms: pd.DataFrame) -> tuple[Link, ...]:
    """Which sums of a theme are sums of the basis, or of another theme."""
    basis, inflow = BASIS.id, INFLOW.id
    if theme.base == BEGUN:
        ended = (("class", TIME_GROUPS["slut"]),)
        return Link(basis, BY_BLOCK, ended), Link(inflow, BY_PLACE)
    if theme.base != ENDED:
        return ()
    if theme is CHANGE:
        return tuple(Link(basis, BY_PLACE, here, there) for here, there in _subject_areas(atoms))
    return (Link(basis, BY_BLOCK),)


def links_by_sex(theme: Theme, atoms: pd.DataFrame) -> tuple[Link, ...]:
    """Women and men of a theme are those of the table of women and men."""
    to, sex = SEX.id, ("sex", "class")
    if theme is CHANGE:
        return tuple(
            Link(to, (*BY_PLACE, sex), here, there) for here, there in _subject_areas(atoms)
        )
    return (Link(to, (*BY_BLOCK, sex)),)


def _subject_areas(atoms: pd.DataFrame) -> list[tuple[Cell, Cell]]:
    """What is measured, and the service area whose finished cases it is measured of."""
    return [
        ((("service_area", (subject,)),), (("service_area", (area_of(subject),)),))
        for subject in sorted(atoms["service_area"].unique())
    ]

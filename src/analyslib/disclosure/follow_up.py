"""The release of the individual follow-up: every table of every municipality through the gate.

Themes are released one at a time, each jointly for all municipalities of a county. That is as
safe as all at once, because two themes meet in nothing but totals that are printed: first the
cases themselves are released (the basis), and every theme takes only the blocks whose total came
out, as numbers that everybody knows. Whatever world fits one theme and whatever world fits
another can then be true together.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analyslib.analysis.follow_up import FollowUp
from analyslib.analysis.follow_up_themes import (
    CASES,
    ENDED,
    KKIK,
    STATUS,
    THEMES,
    UNDIVIDED,
    Theme,
    area_of,
    count_units,
    groups_of,
    units_of,
)
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.release import Release, release
from analyslib.disclosure.released import TOTAL
from analyslib.disclosure.rules import OPEN_PAGE, Profile


DIMENSIONS = ("municipality", "service_area", "sex", "class")
BOTH = ("K", "M")


def release_counts(
    follow_up: FollowUp, profile: Profile = OPEN_PAGE
) -> tuple[pd.DataFrame, list[Publication]]:
    """The printed cells of all themes and counties, and the published ledgers.

    Cells: layout (theme and county, "mal-24"), crossing, DIMENSIONS ("alla" for a total), count
    and status, as in Released.
    """
    counts: list[pd.DataFrame] = []
    publications: list[Publication] = []
    for county in sorted(follow_up.cases["municipality"].str[:2].unique()):
        basis = _release_basis(_in_county(units_of(STATUS, follow_up), county), county, profile)
        made = [basis]
        for theme in THEMES:
            units = _in_county(units_of(theme, follow_up), county)
            made += _release_theme(theme, units, basis, county, profile)
        counts += [_tidy(item) for item in made]
        publications += [replace(item.publication, previous=()) for item in made]
    return pd.concat(counts, ignore_index=True), publications


def _in_county(units: pd.DataFrame, county: str) -> pd.DataFrame:
    return units[units["municipality"].str[:2] == county]


def _release_basis(units: pd.DataFrame, county: str, profile: Profile) -> Release:
    """Who the follow-up is about: cases by service area, sex, and whether they are finished."""
    layout = Layout(f"{STATUS.id}-{county}", DIMENSIONS)
    return release(count_units(units), [layout], profile, title=layout.name)


def _release_theme(
    theme: Theme, units: pd.DataFrame, basis: Release, county: str, profile: Profile
) -> list[Release]:
    """One theme of one county; nothing where no block of it can be shown."""
    units = _open_blocks(theme, units, basis)
    if units.empty:
        return []
    atoms = count_units(units)
    layouts = _layouts(theme, atoms, f"{theme.id}-{county}")
    known = [_known_totals(atoms)] if theme.base else []
    return [release(atoms, layouts, profile, known, layouts[0].name)]


def _open_blocks(theme: Theme, units: pd.DataFrame, basis: Release) -> pd.DataFrame:
    """The units in blocks whose total is printed; divided by sex where both sexes are printed."""
    status = TOTAL if theme.base == CASES else ENDED
    printed = basis.released.counts
    printed = printed[(printed["status"] == "") & (printed["class"] == status)]
    shown = {(c.municipality, c.service_area, c.sex) for c in printed.itertuples()}
    keys = list(zip(units["municipality"], map(area_of, units["service_area"]), strict=True))
    is_open = [(m, a, TOTAL) in shown for m, a in keys]
    divided = [all((m, a, sex) in shown for sex in BOTH) for m, a in keys]
    if not theme.by_sex:
        return units.drop(columns="sex")[is_open]
    sex = units["sex"].where(pd.Series(divided, index=units.index), UNDIVIDED)
    return units.assign(sex=sex)[is_open]


def _layouts(theme: Theme, atoms: pd.DataFrame, name: str) -> list[Layout]:
    """The tables of a theme, as data."""
    whole = ("municipality", "service_area", "class")
    traits = {
        "groups": {"class": groups_of(theme, set(atoms["class"]))},
        "shares": "class",
        "sensitive": "class" if theme.is_sensitive else "",
    }
    if theme.is_local:
        return [
            Layout(name, whole, margins=False, **traits),
            Layout(name, whole[:2], margins=False),
        ]
    if theme.id == "inflode":
        traits = {"groups": traits["groups"]}
        return [
            Layout(name, whole, only_groups=("class",), **traits),
            Layout(name, ("municipality", "class"), **traits),
        ]
    if theme.unit == "closings":
        window = {"window": (KKIK,)}
        return [Layout(name, whole, **traits), Layout(f"kkik_{name}", whole, window, **traits)]
    if not theme.by_sex:
        return [Layout(name, whole, **traits)]
    both = {"sex": BOTH}
    return [
        Layout(name, whole, **traits),
        Layout(f"kon_{name}", ("municipality", "sex", "class"), both, **traits),
        Layout(f"kon_{name}", ("service_area", "sex", "class"), both, **traits),
    ]


def _known_totals(atoms: pd.DataFrame) -> Publication:
    """The totals of the blocks, as numbers that are already out."""
    keys = [d for d in ("municipality", "service_area", "sex") if d in atoms]
    totals = atoms.groupby(keys)["count"].sum().reset_index()
    sets: dict[tuple[str, ...], int] = {}
    rows = tuple(
        (
            tuple(sets.setdefault((str(row[key]),), len(sets)) for key in keys),
            int(row["count"]),
            False,
            "underlaget",
        )
        for row in totals.to_dict("records")
    )
    return Publication("underlaget", 5, True, tuple(keys), tuple(sets), (), (), rows)


def _tidy(made: Release) -> pd.DataFrame:
    """The printed cells with all DIMENSIONS; combinations that nobody in the county has are left
    out, since they only say which classes belong to which service area."""
    counts = made.released.counts
    for dimension in DIMENSIONS:
        if dimension not in counts:
            counts = counts.assign(**{dimension: TOTAL})
    where = ["layout", "service_area", "class"]
    occurs = (
        (counts["count"].isna() | (counts["count"] > 0))
        .groupby([counts[key] for key in where])
        .transform("any")
    )
    return counts.loc[occurs, ["layout", "crossing", *DIMENSIONS, "count", "status"]]

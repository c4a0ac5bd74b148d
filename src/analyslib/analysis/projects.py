"""The projects that municipalities follow, and how one is found by what people call it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from analyslib.analysis.answers import day_or_none
from analyslib.catalogue import Municipality
from analyslib.errors import UsageError
from analyslib.store.connection import Store, query


@dataclass(frozen=True)
class Project:
    id: str
    municipality: str
    title: str
    purpose: str
    area: str
    owner: str
    start: date
    stop: date | None

    @property
    def short_id(self) -> str:
        """What the file calls it: without the municipality's code."""
        return self.id.removeprefix(f"{self.municipality}-")


def has_own_measures(store: Store) -> bool:
    """Whether the database holds own measures at all; one built earlier does not."""
    return bool(query(store, "has_table", table="own_measure")["is_there"].item())


def follows_itself(store: Store, municipality: str) -> bool:
    """Whether the municipality has delivered own measures, projects or a budget."""
    if not has_own_measures(store):
        return False
    return not query(store, "own_deliveries", municipality=municipality, project=None).empty


def read_projects(store: Store, municipality: str | None = None) -> tuple[Project, ...]:
    """The projects of a municipality, or of all."""
    if not has_own_measures(store):
        return ()
    return projects_from(query(store, "own_projects", municipality=municipality, project=None))


def projects_from(frame: pd.DataFrame) -> tuple[Project, ...]:
    """One object per row of `own_projects`."""
    return tuple(
        Project(
            id=row["project"],
            municipality=row["municipality"],
            title=row["title"],
            purpose=row["purpose"],
            area=row["area"],
            owner=row["owner"],
            start=row["start"].date(),
            stop=day_or_none(row["stop"]),
        )
        for row in frame.to_dict("records")
    )


def find_project(projects: Sequence[Project], text: str, place: Municipality) -> Project:
    """One of a municipality's projects by its id, with or without the municipality's code.

    "" is the only one there is. Raises UsageError with those there are.
    """
    of_place = [project for project in projects if project.municipality == place.code]
    wanted = text.strip().casefold()
    found = [
        item for item in of_place if wanted in ("", item.id.casefold(), item.short_id.casefold())
    ]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{project.short_id} ({project.title})" for project in of_place)
    if not of_place:
        what = f"{place.name} har inga projekt."
        remedy = "Projekt läggs in med `analyslib add matt FIL` och `analyslib build`."
    elif wanted:
        what, remedy = f"{place.name} har inget projekt ”{text}”.", f"Projekt: {names}."
    else:
        what, remedy = f"{place.name} har flera projekt.", f"Välj ett av dem: {names}."
    raise UsageError(what, remedy=remedy)

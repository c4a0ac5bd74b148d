"""What a municipality or one of its projects follows itself, read once and judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analyslib.analysis.answers import number_or_none
from analyslib.analysis.budget import BudgetYear, budget_years
from analyslib.analysis.own_measures import (
    Course,
    OwnEvent,
    OwnMeasure,
    events_from,
    follow,
    measures_from,
    points_from,
)
from analyslib.analysis.projects import (
    Project,
    find_project,
    follows_itself,
    read_projects,
)
from analyslib.analysis.results import Trend
from analyslib.analysis.trend import trend, trends_from
from analyslib.catalogue import (
    RIKET,
    Catalogue,
    Indicator,
    Municipality,
    find_municipality,
    load_catalogue,
)
from analyslib.figures.inputs import Place, Point, Series, TrendPanel
from analyslib.sections.badges import Number, read_revisions, revised_numbers
from analyslib.sections.published import open_published
from analyslib.store.changes import last_delivery_but_one
from analyslib.store.connection import Store, query
from analyslib.text.formats import format_date


YEARS_BESIDE = 6
MOST_BESIDE = 6


@dataclass(frozen=True)
class OwnMaterial:
    """The own activity of a municipality (`project` None) or one project.

    `delivered` are the days that the newest files speak for, by part (matt, budget).
    `hidden_budget` counts the rows of a budget whose outcome may not be shown.
    """

    catalogue: Catalogue
    municipality: Municipality
    project: Project | None
    courses: tuple[Course, ...]
    events: tuple[OwnEvent, ...]
    budgets: tuple[BudgetYear, ...]
    delivered: dict[str, str]
    hidden_budget: int = 0

    @property
    def place(self) -> Place:
        return Place(self.municipality.code, self.municipality.name)

    @property
    def is_empty(self) -> bool:
        return not (self.courses or self.budgets or self.hidden_budget)

    def source(self, part: str) -> str:
        """Where the numbers come from; the day is that of the newest file."""
        day = self.delivered.get(part)
        when = f" (per den {format_date(day)})" if day else ""
        return f"Källa: egna uppgifter från {self.municipality.name}{when}."


def read_own(store: Store, catalogue: Catalogue, code: str, project: Project | None) -> OwnMaterial:
    """Everything that the municipality, or one of its projects, follows."""
    scope = {"municipality": code, "project": project.id if project else ""}
    measures = measures_from(query(store, "own_measures", **scope))
    values = query(store, "own_values", **scope)
    events = events_from(query(store, "own_events", **scope))
    deliveries = query(store, "own_deliveries", **scope)
    budget = query(store, "own_budget", **scope)
    days = deliveries["vintage"].astype(str).str[:10]
    return OwnMaterial(
        catalogue=catalogue,
        municipality=catalogue.municipalities[code],
        project=project,
        courses=tuple(_course(measure, values, events, project) for measure in measures),
        events=events,
        budgets=budget_years(budget),
        delivered=dict(zip(deliveries["part"], days, strict=True)),
        hidden_budget=int((budget["status"] == "Privacy").sum()),
    )


def _course(
    measure: OwnMeasure,
    values: pd.DataFrame,
    events: Sequence[OwnEvent],
    project: Project | None,
) -> Course:
    """By month where the measure has months, else by year."""
    rows = values[values["measure"] == measure.id]
    grain = "month" if (rows["grain"] == "month").any() or rows.empty else "year"
    points = points_from(rows[rows["grain"] == grain])
    if project is None:
        return follow(measure, points, grain, events)
    return follow(measure, points, grain, with_start(project, events), project.start)


def with_start(project: Project, events: Sequence[OwnEvent]) -> tuple[OwnEvent, ...]:
    """The events, and the start of the project unless one of them is about that month."""
    month = project.start.replace(day=1)
    if any(event.date.replace(day=1) == month and not event.measure for event in events):
        return tuple(events)
    return (*events, OwnEvent(project.id, "", project.start, "Projektet startade", rebase=False))


@dataclass(frozen=True)
class Beside:
    """Public key figures of the same area, up to a year: the municipality's and Riket's.

    `revised` are the numbers that a later delivery has changed.
    """

    year: int
    panels: tuple[TrendPanel, ...] = ()
    retrieved: str = ""
    revised: frozenset[Number] = frozenset()


def read_beside(store: Store, material: OwnMaterial, year: int, since: str) -> Beside:
    """Those that the measures name, and then the main ones of the same areas; revised are those
    that have changed since a day."""
    indicators = public_indicators(material)
    if not indicators:
        return Beside(year)
    code = material.municipality.code
    kpis = [indicator.id for indicator in indicators]
    series = query(store, "series", kpis=kpis, municipalities=[code, RIKET])
    series = series[series["gender"] == "T"].reset_index(drop=True)
    own = series[series["municipality"] == code].reset_index(drop=True)
    found = trends_from(trend(own, {i.id: i for i in indicators}, until=year))
    by_kpi = {item.kpi: item for item in found}
    panels = [_panel(item, series, material.place, year, by_kpi) for item in indicators]
    sources = query(store, "sources_used", kpis=kpis)
    return Beside(
        year=year,
        panels=tuple(p for p in panels if any(q.value is not None for q in p.own.points)),
        retrieved=str(max(sources["retrieved"], default=""))[:10],
        revised=revised_numbers(read_revisions(store, kpis, [code], since)),
    )


def public_indicators(material: OwnMaterial) -> list[Indicator]:
    """At most a figure's worth, in order, each once."""
    known = material.catalogue.indicators
    named = [course.measure.public_kpi for course in material.courses]
    areas = [a for a in areas_of(material) if a in material.catalogue.areas]
    main = [i.id for a in areas for i in material.catalogue.areas[a].indicators if i.main]
    kpis = dict.fromkeys(kpi for kpi in (*named, *main) if kpi in known)
    return [known[kpi] for kpi in kpis][:MOST_BESIDE]


def areas_of(material: OwnMaterial) -> list[str]:
    """The area of the project; of the own activity those of its measures and its newest budget."""
    if material.project:
        return [material.project.area]
    measured = [course.measure.area for course in material.courses]
    lines = [line.area for year in material.budgets[-1:] for line in year.lines]
    return list(dict.fromkeys((*measured, *lines)))


def _panel(
    indicator: Indicator, series: pd.DataFrame, place: Place, year: int, trends: dict[str, Trend]
) -> TrendPanel:
    national = _points(series, indicator, RIKET, year)
    has_national = any(point.value is not None for point in national)
    riket = (Series("Riket (vägt)", national, municipality=RIKET),)
    return TrendPanel(
        indicator=indicator,
        own=Series(place.name, _points(series, indicator, place.code, year), place.code),
        others=riket if has_national else (),
        trend=trends.get(indicator.id),
    )


def _points(
    series: pd.DataFrame, indicator: Indicator, municipality: str, year: int
) -> tuple[Point, ...]:
    rows = series[(series["kpi"] == indicator.id) & (series["municipality"] == municipality)]
    known = {int(row["year"]): row for row in rows.to_dict("records")}
    return tuple(_point(at, known.get(at)) for at in range(year - YEARS_BESIDE + 1, year + 1))


def _point(year: int, row: Any) -> Point:
    if row is None:
        return Point(year, None, "Not delivered")
    return Point(year, number_or_none(row["value"]), row["status"])


@dataclass(frozen=True)
class OwnActivity:
    """What a municipality follows outside its projects, in each of them, and public figures."""

    own: OwnMaterial
    projects: tuple[OwnMaterial, ...]
    beside: Beside


def read_activity(
    store: Store, catalogue: Catalogue, place: Municipality, year: int, since: str
) -> OwnActivity | None:
    """None where the municipality has delivered nothing. Public figures are those up to a year;
    they are revised where they have changed since a day."""
    if not follows_itself(store, place.code):
        return None
    own = read_own(store, catalogue, place.code, None)
    projects = read_projects(store, place.code)
    return OwnActivity(
        own=own,
        projects=tuple(read_own(store, catalogue, place.code, item) for item in projects),
        beside=read_beside(store, own, year, since),
    )


def read_project(
    municipality: str, project: str, year: int, data: str
) -> tuple[OwnMaterial, Beside]:
    """One project of a municipality, and the public figures up to a year."""
    catalogue = load_catalogue()
    place = find_municipality(catalogue, municipality)
    _, store = open_published(data)
    with store:
        chosen = find_project(read_projects(store, place.code), project, place)
        found = read_own(store, catalogue, place.code, chosen)
        return found, read_beside(store, found, year, last_delivery_but_one(store))

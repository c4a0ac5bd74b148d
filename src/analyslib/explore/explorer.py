"""The explorer without its widgets: from a choice to what is shown. No state, no notebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from pathlib import Path

import pandas as pd

from analyslib.catalogue import (
    Catalogue,
    Municipality,
    find_municipality,
    load_catalogue,
)
from analyslib.errors import UsageError
from analyslib.explore.reading import Reading, read_series
from analyslib.explore.search import Hit, SeriesIndex
from analyslib.explore.views import VIEWS, Subject, units_table, values_table
from analyslib.explore.workbook import write_workbook
from analyslib.figures.inputs import Place
from analyslib.sections.parts import Html, box, join, paragraph
from analyslib.sections.published import open_published
from analyslib.store.changes import last_delivery_but_one
from analyslib.store.connection import Store, query
from analyslib.workspace import Workspace


GROUPS: Mapping[str, str] = {
    "nätverket": "kommunens nätverk",
    "länet": "länet",
    "kommungruppen": "SKR:s kommungrupp",
    "liknande": "liknande kommuner",
}
MADE_UP = "Påhittade siffror: demon visar hur arbetsbänken fungerar, inte hur det är."


@dataclass(frozen=True)
class Choice:
    """What the explorer shows. `year` 0 is the newest year with values."""

    kpi: str
    municipality: str
    group: str = "nätverket"
    year: int = 0
    view: str = "läge"


@dataclass(frozen=True)
class Explorer:
    """A store opened for exploring. Give it a choice, and it gives a page back.

    Numbers that have been revised after the day `since` are marked.
    """

    workspace: Workspace
    store: Store
    catalogue: Catalogue
    index: SeriesIndex
    since: str
    readings: dict[str, Reading] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return f"<Utforskare, {len(self.index)} nyckeltal>"

    @property
    def data(self) -> str:
        return "demo" if self.workspace.demo else "riktig"

    def find(self, text: str) -> list[Hit]:
        """Series by Swedish words."""
        return self.index.find(text)

    def reading(self, kpi: str) -> Reading:
        """The series; the last ones looked at are kept in memory."""
        if kpi not in self.readings:
            while len(self.readings) >= 20:
                self.readings.pop(next(iter(self.readings)))
            self.readings[kpi] = read_series(self.store, self.catalogue, kpi, self.since)
        return self.readings[kpi]

    def subject(self, choice: Choice) -> Subject:
        """The choice made whole. Raises UsageError for an unknown place, group or series."""
        if choice.kpi not in self.index:
            near = self.index.find(choice.kpi, 3)
            remedy = "Menade du " + ", ".join(hit.label for hit in near) + "?" if near else ""
            raise UsageError(f"Det finns inget nyckeltal ”{choice.kpi}”.", remedy=remedy)
        place = find_municipality(self.catalogue, choice.municipality)
        reading = self.reading(choice.kpi)
        year = choice.year or max(reading.years, default=0)
        members, words = self.members(place, choice.group, reading, year)
        return Subject(
            reading=reading,
            place=Place(place.code, place.name),
            group=words,
            members=members,
            year=year,
            units=query(self.store, "unit_values", kpis=[choice.kpi], municipalities=[place.code]),
        )

    def members(
        self, place: Municipality, group: str, reading: Reading, year: int
    ) -> tuple[tuple[Place, ...], str]:
        """The municipalities of a group, the place itself too, and what the group is called."""
        if group not in GROUPS:
            choices = ", ".join(GROUPS)
            raise UsageError(f"Det finns ingen jämförelse ”{group}”.", remedy=f"Välj: {choices}.")
        known = self.catalogue.municipalities.values()
        if group == "länet":
            found = [item for item in known if item.county == place.county]
            words = place.county_name
        elif group == "kommungruppen":
            found = [item for item in known if item.skr_group == place.skr_group]
            words = f"kommungruppen {place.skr_group_name}"
        elif group == "liknande":
            found, words = self._similar(place, reading, year)
        else:
            found, words = self._network(place)
        members = sorted(found, key=lambda item: item.code)
        return tuple(Place(item.code, item.name) for item in members), words

    def _similar(
        self, place: Municipality, reading: Reading, year: int
    ) -> tuple[list[Municipality], str]:
        """The seven that were like the place, about that year, in what the series is about."""
        area = self.catalogue.areas.get(reading.indicator.area)
        service = area.service_area if area and area.service_area else "övergripande"
        rows = query(self.store, "similar_municipalities", municipality=place.code, year=year)
        rows = rows[rows["service_area"] == service]
        codes = [place.code, *rows["member"]]
        when = "".join(f" {found}" for found in rows["group_year"].unique())
        return [self.catalogue.municipalities[code] for code in codes], (
            f"kommuner som liknar {place.name} ({service}{when})"
        )

    def _network(self, place: Municipality) -> tuple[list[Municipality], str]:
        """The network the place belongs to; outside the networks, its county."""
        for network in self.catalogue.networks.values():
            if place.code in network.members and not network.national:
                return [self.catalogue.municipalities[code] for code in network.members], (
                    network.title
                )
        known = self.catalogue.municipalities.values()
        return [item for item in known if item.county == place.county], place.county_name

    def show(self, choice: Choice) -> Html:
        """The page of a choice: one view, its source, and the code that makes it again."""
        if choice.view not in VIEWS:
            views = ", ".join(VIEWS)
            raise UsageError(f"Det finns ingen vy ”{choice.view}”.", remedy=f"Välj: {views}.")
        stamp = box("notis", paragraph(MADE_UP)) if self.workspace.demo else None
        return join([stamp, VIEWS[choice.view](self.subject(choice)), self._recipe(choice)])

    def _recipe(self, choice: Choice) -> Html:
        return Html(
            "<details><summary>Koden som gör samma sak</summary>"
            f"<pre><code>{escape(self.code(choice))}</code></pre></details>"
        )

    def code(self, choice: Choice) -> str:
        """Python that shows the same page and gives the values as a data frame."""
        year = choice.year or max(self.reading(choice.kpi).years, default=0)
        return (
            "from analyslib import show, values\n\n"
            f'show("{choice.kpi}", "{choice.municipality}", view="{choice.view}", '
            f'group="{choice.group}", year={year}, data="{self.data}")\n'
            f'values("{choice.kpi}", data="{self.data}")'
        )

    def values(self, kpi: str) -> pd.DataFrame:
        """One row = one number of the series, in one municipality (all years and genders)."""
        return self.reading(kpi).series.copy()

    def export(self, choice: Choice, folder: Path | None = None) -> Path:
        """An Excel workbook with what is shown, all values, the definition and the source."""
        subject = self.subject(choice)
        folder = folder or self.workspace.reports / "utforskat"
        path = folder / f"{choice.kpi}_{subject.place.code}_{subject.year}.xlsx"
        note = MADE_UP if self.workspace.demo else ""
        tables = [values_table(subject)]
        if not subject.units.empty:
            tables.append(units_table(subject))
        return write_workbook(path, tables, subject.reading, note)


@lru_cache(maxsize=4)
def _opened(workspace: Workspace, version: tuple[int, int]) -> Explorer:
    """One explorer per database; a new one when a build has put another in its place."""
    _, store = open_published("demo" if workspace.demo else "riktig")
    catalogue = load_catalogue()
    index = SeriesIndex(query(store, "find_series", text="", limit=1_000_000), catalogue)
    return Explorer(workspace, store, catalogue, index, last_delivery_but_one(store))


def open_explorer(data: str = "demo") -> Explorer:
    """The explorer of the demo's figures ("demo") or of your own ("riktig").

    Raises UsageError for another word and StoreError where nothing has been built.
    """
    if data not in ("demo", "riktig"):
        raise UsageError(f"”{data}” är inget slags data.", remedy='Skriv "demo" eller "riktig".')
    workspace, store = open_published(data)
    store.close()
    found = workspace.publish_db.stat()
    return _opened(workspace, (found.st_ino, found.st_mtime_ns))

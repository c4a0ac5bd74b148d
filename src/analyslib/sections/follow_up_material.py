"""What a report on the individual follow-up is made of, read once from the published database.

Only protected numbers are here: the report can open nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from analyslib.analysis.follow_up_themes import BASIS, CHANGE, area_of
from analyslib.catalogue import (
    Catalogue,
    Indicator,
    Municipality,
    find_municipality,
    load_catalogue,
)
from analyslib.disclosure.page_check import cell_name
from analyslib.disclosure.released import TOTAL
from analyslib.errors import StoreError, UsageError
from analyslib.measures import Measure, load_measures
from analyslib.sections.badges import Number, read_revisions, revised_numbers
from analyslib.sections.published import open_published
from analyslib.sources.extract_model import code_lists, label_of
from analyslib.store.changes import last_delivery_but_one
from analyslib.store.connection import Store, query
from analyslib.tables import Cell, person_cell
from analyslib.text.formats import DASH, NBSP, format_interval, format_number


RETURNS_KPI = "U31462"
UNBROKEN = "\u2060"  # a line is not broken beside it
NEVER = -1  # a number that the release does not have at all


@dataclass(frozen=True)
class FollowUpMaterial:
    """One municipality's follow-up beside its county's.

    `counts` and `statistics` hold the municipality and the county ("alla"); `area` is the chosen
    service area, "" for all. `returns`: the published shares that did not come back, `revised`
    those of them that a later delivery has changed.
    """

    catalogue: Catalogue
    measures: Mapping[str, Measure]
    place: Municipality
    area: str
    counts: pd.DataFrame
    statistics: pd.DataFrame
    facts: Mapping[str, str]
    deliveries: pd.DataFrame
    returns: pd.DataFrame
    revised: frozenset[Number]

    @property
    def has_delivered(self) -> bool:
        return self.place.code in set(self.deliveries["municipality"])

    @property
    def delivery(self) -> pd.Series:
        own = self.deliveries["municipality"] == self.place.code
        return self.deliveries[own].iloc[0]

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(int(year) for year in self.facts["years"].split())

    @property
    def threshold(self) -> int:
        return int(self.facts["threshold"])

    @property
    def is_rounded(self) -> bool:
        """True where the municipality's numbers are rounded, instead of some of them hidden."""
        return self.place.code in self.facts.get("rounded", "").split()

    @property
    def returns_indicator(self) -> Indicator | None:
        return self.catalogue.indicators.get(RETURNS_KPI)

    @cached_property
    def _numbers(self) -> dict[tuple[str, ...], int | None]:
        keys = self.counts[["layout", "municipality", "service_area", "sex", "class"]]
        values = [None if hidden else int(n) for n, hidden in _with_hidden(self.counts["count"])]
        return dict(zip(keys.itertuples(index=False, name=None), values, strict=True))

    @cached_property
    def _values(self) -> dict[tuple[str, ...], float]:
        keys = self.statistics[["layout", "municipality", "service_area", "sex", "class", "name"]]
        return dict(
            zip(keys.itertuples(index=False, name=None), self.statistics["value"], strict=True)
        )

    def layout(self, theme: str) -> str:
        return f"{theme}-{self.place.county}"

    def count(
        self, theme: str, subject: str, name: str, place: str = "", sex: str = TOTAL
    ) -> int | None:
        """A released number: None where it is hidden, NEVER where there is none of the kind."""
        key = (self.layout(theme), place or self.place.code, subject, sex, name)
        return self._numbers.get(key, NEVER)

    def cell(self, theme: str, subject: str, name: str, place: str = "", sex: str = TOTAL) -> Cell:
        """The number as a cell of a table, with the name of the released cell it is."""
        number = self.count(theme, subject, name, place, sex)
        if number == NEVER:
            return Cell("–")
        values = {
            "municipality": place or self.place.code,
            "service_area": subject,
            "sex": sex,
            "class": name,
        }
        return person_cell(self.layout(theme), cell_name(values), number)

    def value(
        self, theme: str, subject: str, name: str, stat: str, place: str = "", sex: str = TOTAL
    ) -> float | None:
        """A released statistic, None where there is none."""
        key = (self.layout(theme), place or self.place.code, subject, sex, name, stat)
        return self._values.get(key)

    def share(self, theme: str, subject: str, name: str, place: str = "", sex: str = TOTAL) -> str:
        """ "36 % (23-51)", a dash where it is hidden or of too few."""
        found = [
            self.value(theme, subject, name, stat, place, sex)
            for stat in ("share", "share_low", "share_high")
        ]
        return with_interval(found[0], found[1], found[2])

    @cached_property
    def areas(self) -> tuple[str, ...]:
        """The service areas with anything to show, in the order of the code list."""
        layout = self.layout(BASIS.id)
        found = {area for name, _, area, _, _ in self._numbers if name == layout}
        known = [area for area in code_lists()["service_area"].labels if area in found]
        return tuple(area for area in known if self.area in ("", area))

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """What is measured before and after: "missbruk/audit/"."""
        layout = self.layout(CHANGE.id)
        found = {
            subject
            for name, place, subject, _, _ in self._numbers
            if name == layout and place == self.place.code and area_of(subject) in self.areas
        }
        return tuple(
            sorted(found, key=lambda subject: (self.areas.index(area_of(subject)), subject))
        )

    def subject_label(self, subject: str, with_area: bool = False) -> str:
        """The measure and its part: "IBIC, förflyttning"; and the service area where several use
        it, or it is asked for: "Trygghet (barn och unga)"."""
        area, name, part = subject.split("/")
        measure = self.measures[name]
        subscale = measure.subscale(part)
        detail = f", {lower_first(subscale.title)}" if subscale else ""
        shared = [s for s in self.subjects if s.split("/")[1:] == [name, part]]
        place = f" ({lower_first(area_label(area))})" if with_area or len(shared) > 1 else ""
        return f"{measure.title}{detail}{place}"

    def classes(self, theme: str, subject: str) -> tuple[str, ...]:
        """The classes that the municipality has numbers of in a theme, single ones only."""
        layout = self.layout(theme)
        found = [
            name
            for where, place, what, _, name in self._numbers
            if (where, place, what) == (layout, self.place.code, subject) and name != TOTAL
        ]
        return tuple(dict.fromkeys(found))


def with_interval(share: float | None, low: float | None, high: float | None) -> str:
    if share is None:
        return "–"
    text = f"{format_number(share)}{NBSP}%"
    if low is None or high is None:
        return text
    interval = format_interval(low, high, 0).replace(DASH, f"{UNBROKEN}{DASH}{UNBROKEN}")
    return f"{text} ({interval})".replace(" ", NBSP)


def area_label(area: str) -> str:
    return label_of("service_area", area)


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _with_hidden(values: pd.Series) -> list[tuple[float, bool]]:
    return list(zip(values.tolist(), values.isna().tolist(), strict=True))


def read_follow_up(municipality: str, service_area: str, data: str) -> FollowUpMaterial:
    """Read everything once. Raises UsageError for an unknown place or service area, StoreError
    where nothing about individuals has been released."""
    catalogue = load_catalogue()
    place = find_municipality(catalogue, municipality)
    _check_area(service_area)
    _, store = open_published(data)
    with store:
        _check_released(store)
        return material_from(store, catalogue, place, service_area)


def material_from(
    store: Store, catalogue: Catalogue, place: Municipality, service_area: str
) -> FollowUpMaterial:
    """What an opened database has released of a municipality and its county."""
    where = {"municipality": place.code, "county": place.county}
    counts = query(store, "individual_counts", **where)
    series = query(store, "municipality_series", municipality=place.code)
    facts = query(store, "individual_release")
    since = last_delivery_but_one(store)
    return FollowUpMaterial(
        catalogue=catalogue,
        measures=load_measures(),
        place=place,
        area=service_area,
        counts=counts.assign(count=counts["count"].astype("Int64")),
        statistics=query(store, "individual_statistics", **where),
        facts=dict(zip(facts["key"], facts["value"], strict=True)),
        deliveries=query(store, "individual_deliveries"),
        returns=series[series["kpi"] == RETURNS_KPI],
        revised=revised_numbers(read_revisions(store, [RETURNS_KPI], [place.code], since)),
    )


def _check_area(service_area: str) -> None:
    labels = code_lists()["service_area"].labels
    if service_area and service_area not in labels:
        raise UsageError(
            f"Det finns ingen verksamhet ”{service_area}”.",
            remedy=f"Skriv någon av {', '.join(labels)}, eller lämna tomt för alla.",
        )


def has_released(store: Store) -> bool:
    """Whether the database has anything about individuals that may be shown."""
    return "individual_count" in set(query(store, "individual_tables")["table_name"])


def _check_released(store: Store) -> None:
    if not has_released(store):
        raise StoreError(
            "Databasen har ingen individbaserad uppföljning som får visas.",
            remedy="Lägg in uttag med `analyslib add isu` och bygg om med `analyslib build`.",
        )


def published_return(material: FollowUpMaterial) -> tuple[int, float | None, str] | None:
    """The newest published share of the municipality: year, value, status. It is about those who
    were closed in the first half of the year before."""
    own = material.returns[material.returns["gender"] == "T"]
    if own.empty or material.returns_indicator is None:
        return None
    known = own[own["value"].notna()] if own["value"].notna().any() else own
    row = known.sort_values("year").iloc[-1]
    value = None if pd.isna(row["value"]) else float(row["value"])
    return int(row["year"]), value, str(row["status"])

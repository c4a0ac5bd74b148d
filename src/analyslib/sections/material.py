"""Everything one municipality's report is made of, read once from the published database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from analyslib.analysis.comparison import compare, comparisons_from, own_history
from analyslib.analysis.costs import Values
from analyslib.analysis.findings import Finding, choose_findings
from analyslib.analysis.peers import compare_with_each, compare_women_with_men, exemplars
from analyslib.analysis.results import Comparison, Exemplar, ReferenceKind, Trend
from analyslib.analysis.trend import trend, trends_from
from analyslib.catalogue import (
    RIKET,
    Area,
    Catalogue,
    Indicator,
    Municipality,
    Network,
    find_municipality,
    find_network,
    load_catalogue,
)
from analyslib.figures.inputs import Band
from analyslib.sections.badges import Number, read_revisions, revised_numbers
from analyslib.sections.cost_values import read_cost_values
from analyslib.sections.own_material import OwnActivity, read_activity
from analyslib.sections.published import open_published
from analyslib.store.changes import Changes, changes_since, last_delivery_but_one
from analyslib.store.connection import Store, query


YEARS_SHOWN = 6
FEWEST_IN_BAND = 20
# What a position is told against: Riket, and where Riket has no value all municipalities.
LEAD = (ReferenceKind.RIKET, ReferenceKind.UNWEIGHTED_MEAN)
LABELS = {
    ReferenceKind.RIKET: "Riket",
    ReferenceKind.UNWEIGHTED_MEAN: "Alla kommuner",
    ReferenceKind.COUNTY: "Länet",
    ReferenceKind.NETWORK: "Nätverket",
    ReferenceKind.SKR_GROUP: "Kommungruppen",
    ReferenceKind.SIMILAR: "Liknande kommuner",
}


@dataclass(frozen=True)
class Similar:
    """The municipalities like one in a service area, by Kolada's group of a certain year."""

    service_area: str
    group_id: str
    title: str
    vintage: str
    group_year: str
    members: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Benchmark:
    """All municipalities together: unweighted, over the `n` with a value."""

    q1: float
    q3: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Peers:
    """Whom a municipality is compared with. Every tuple holds municipality codes."""

    county: tuple[str, ...]
    network: tuple[str, ...]
    skr_group: tuple[str, ...]
    similar: Mapping[str, Similar]  # by service area


@dataclass(frozen=True)
class Material:
    """One municipality and year.

    `series`: own values, all indicators, years and genders. `riket`: Riket's. `benchmarks`: all
    municipalities together, by indicator and year. `network_means`: the network's unweighted
    means, likewise; both only for the years shown, both sexes together. `comparisons` and
    `trends` are the evidence, the newest year only. `cost_values`: what costs are split by.
    `own_activity`: own measures, projects and budget; None where the municipality has none.
    """

    catalogue: Catalogue
    place: Municipality
    network: Network
    year: int
    is_demo: bool
    peers: Peers
    series: pd.DataFrame
    riket: pd.DataFrame
    benchmarks: Mapping[tuple[str, int], Benchmark]
    network_means: Mapping[tuple[str, int], float]
    groups: pd.DataFrame
    missing: pd.DataFrame
    latest: pd.DataFrame
    sources: pd.DataFrame
    revisions: pd.DataFrame
    changes: Changes | None
    comparisons: tuple[Comparison, ...]
    trends: tuple[Trend, ...]
    findings: tuple[Finding, ...]
    cost_values: Values
    own_activity: OwnActivity | None

    @cached_property
    def by_number(self) -> dict[tuple[str, str, ReferenceKind], Comparison]:
        return {(c.kpi, c.gender, c.reference.kind): c for c in self.comparisons}

    @cached_property
    def trend_of(self) -> dict[tuple[str, str], Trend]:
        return {(t.kpi, t.gender): t for t in self.trends}

    @cached_property
    def own(self) -> dict[tuple[str, str, int], tuple[float | None, str]]:
        """Value and status by indicator, gender and year; a number never delivered is not in it."""
        return values_by_number(self.series, "gender")

    @cached_property
    def national(self) -> dict[tuple[str, str, int], tuple[float | None, str]]:
        return values_by_number(self.riket, "gender")

    @cached_property
    def kinds(self) -> frozenset[ReferenceKind]:
        """What the municipality could be compared with at all."""
        return frozenset(item.reference.kind for item in self.comparisons)

    @cached_property
    def known(self) -> frozenset[str]:
        """The indicators that some municipality has had a value for in the years shown."""
        return frozenset(kpi for kpi, _ in self.benchmarks)

    @cached_property
    def revised(self) -> frozenset[Number]:
        """The numbers, own and Riket's, that a later delivery has changed."""
        return revised_numbers(self.revisions)

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(range(self.year - YEARS_SHOWN + 1, self.year + 1))

    def comparison(self, kpi: str, kind: ReferenceKind, gender: str = "T") -> Comparison | None:
        return self.by_number.get((kpi, gender, kind))

    def position(self, kpi: str) -> Comparison | None:
        """Against Riket, or against all municipalities where Riket has no value."""
        found = [self.comparison(kpi, kind) for kind in LEAD]
        told = [item for item in found if item and item.reference.value is not None]
        return told[0] if told else found[0]

    def similar_of(self, area: Area) -> Similar | None:
        return self.peers.similar.get(area.service_area)


def values_by_number(
    frame: pd.DataFrame, second: str
) -> dict[tuple[str, str, int], tuple[float | None, str]]:
    """Value and status by indicator, a second column (gender or municipality) and year."""
    # Lists, because a column of text is slow to walk through.
    kpis, others, years, statuses = (
        frame[name].tolist() for name in ("kpi", second, "year", "status")
    )
    keys = zip(kpis, others, years, strict=True)
    values = [None if missing else value for value, missing in _with_missing(frame["value"])]
    return dict(zip(keys, zip(values, statuses, strict=True), strict=True))


def _with_missing(values: pd.Series) -> list[tuple[float, bool]]:
    return list(zip(values.tolist(), values.isna().tolist(), strict=True))


def read_material(
    municipality: str, network: str, year: int, data: str, since: str = ""
) -> Material:
    """Read and judge everything once; what has changed is counted from the day `since`, or from
    the last delivery but one. Raises UsageError for an unknown place or network."""
    catalogue = load_catalogue()
    place = find_municipality(catalogue, municipality)
    around = find_network(catalogue, network)
    workspace, store = open_published(data)
    with store:
        since = since or last_delivery_but_one(store)
        peers = _peers(store, place, around, year)
        series = query(store, "municipality_series", municipality=place.code)
        riket = query(store, "municipality_series", municipality=RIKET)
        comparisons, trends = _evidence(store, catalogue, place, year, peers, series, riket)
        first = choose_findings(comparisons, trends, catalogue.indicators)
        calls = _whom_to_phone(store, catalogue, place, year, peers, first)
        kpis = list(catalogue.indicators)
        return Material(
            catalogue=catalogue,
            place=place,
            network=around,
            year=year,
            is_demo=workspace.demo,
            peers=peers,
            series=series,
            riket=riket,
            benchmarks=read_benchmarks(store, year),
            network_means=_network_means(store, peers, year),
            groups=query(store, "groups_of_municipality", municipality=place.code),
            missing=query(store, "missing_by_kind", municipality=place.code),
            latest=query(store, "latest_years", at_least=50),
            sources=query(store, "sources_used", kpis=kpis),
            revisions=read_revisions(store, kpis, [place.code], since),
            changes=read_changes(store, since, place.code),
            cost_values=read_cost_values(store, catalogue, place, peers, year),
            own_activity=read_activity(store, catalogue, place, year, since),
            comparisons=comparisons,
            trends=trends,
            findings=choose_findings(comparisons, trends, catalogue.indicators, calls),
        )


def read_changes(store: Store, since: str, owner: str | None = None) -> Changes | None:
    """None where there is nothing older to compare with. `owner`: whose groups, or all."""
    return changes_since(store, since, owner=owner) if since else None


def _whom_to_phone(
    store: Store,
    catalogue: Catalogue,
    place: Municipality,
    year: int,
    peers: Peers,
    findings: tuple[Finding, ...],
) -> list[Exemplar]:
    """For each finding that is for the worse: the similar municipalities that are better."""
    found: list[Exemplar] = []
    for finding in findings:
        similar = peers.similar.get(catalogue.areas[finding.area].service_area)
        if finding.favourable is not False or similar is None:
            continue
        places = [place.code, *similar.members]
        rows = query(store, "series", kpis=[finding.kpi], municipalities=places)
        past = rows[(rows["gender"] == "T") & (rows["year"] <= year)].reset_index(drop=True)
        members = pd.DataFrame({"municipality": place.code, "member": list(similar.members)})
        against = compare_with_each(past, members, catalogue.indicators, year)
        courses = trends_from(trend(past, catalogue.indicators, until=year))
        found += exemplars(comparisons_from(against), courses)
    return found


def _peers(store: Store, place: Municipality, network: Network, year: int) -> Peers:
    county = query(store, "same_county", municipality=place.code)
    skr_group = query(store, "same_skr_group", municipality=place.code)
    return Peers(
        county=tuple(county["municipality"]),
        network=network.members,
        skr_group=tuple(skr_group["municipality"]),
        similar=_similar(store, place, year),
    )


def _similar(store: Store, place: Municipality, year: int) -> dict[str, Similar]:
    """The group of each service area nearest in time to `year`, in alphabetical order."""
    rows = query(store, "similar_municipalities", municipality=place.code, year=year)
    found = {}
    for name, group in rows.groupby("service_area", observed=True):
        first = group.iloc[0]
        found[str(name)] = Similar(
            service_area=str(name),
            group_id=str(first["group_id"]),
            title=str(first["title"]),
            vintage=str(first["vintage"]),
            group_year=str(first["group_year"]),
            members=tuple(group["member"]),
            names=tuple(group["municipality_name"]),
        )
    return found


def _evidence(
    store: Store,
    catalogue: Catalogue,
    place: Municipality,
    year: int,
    peers: Peers,
    series: pd.DataFrame,
    riket: pd.DataFrame,
) -> tuple[tuple[Comparison, ...], tuple[Trend, ...]]:
    """Every comparison of the year against every reference, and every development up to it."""
    past = series[series["year"] <= year].reset_index(drop=True)
    totals = past[past["gender"] == "T"].reset_index(drop=True)
    indicators = catalogue.indicators
    references = pd.concat(
        [
            riket_reference(riket, year),
            group_references(store, catalogue, year, peers),
            own_history(totals, indicators),
        ],
        ignore_index=True,
    )
    against = compare(totals, references, indicators, years=[year])
    women = compare_women_with_men(past, indicators, year)
    judged = trend(totals, indicators, until=year)
    found = (*comparisons_from(against), *comparisons_from(women))
    return found, tuple(trends_from(judged))


def riket_reference(riket: pd.DataFrame, year: int) -> pd.DataFrame:
    now = riket[(riket["year"] == year) & riket["value"].notna()]
    return now[["kpi", "year", "gender", "value"]].assign(
        municipality="",
        kind=str(ReferenceKind.RIKET),
        label=LABELS[ReferenceKind.RIKET],
        weighted=True,
        n_members=1,
        n_possible=1,
        group_id=RIKET,
        vintage="",
        spread=float("nan"),
    )


def group_references(store: Store, catalogue: Catalogue, year: int, peers: Peers) -> pd.DataFrame:
    """The unweighted means of a municipality's groups, ready for `compare`."""
    asked = list(_asked(catalogue, peers))
    columns = [list(column) for column in zip(*asked, strict=True)] if asked else [[], [], []]
    kinds, areas, members = columns
    rows = query(store, "reference_values", year=year, kinds=kinds, areas=areas, members=members)
    possible = _possible(catalogue, peers)
    area_of = {indicator.id: indicator.area for indicator in catalogue.indicators.values()}
    n_possible = [
        possible.get((kind, area_of[kpi]), possible.get((kind, ""), len(catalogue.municipalities)))
        for kind, kpi in zip(rows["kind"], rows["kpi"], strict=True)
    ]
    rows = rows[rows["value"].notna()].assign(
        n_possible=pd.Series(n_possible, index=rows.index, dtype="int64")
    )
    return rows.assign(
        municipality="",
        year=year,
        label=rows["kind"].map(LABELS),
        weighted=False,
        group_id="",
        vintage="",
    )


def _asked(catalogue: Catalogue, peers: Peers) -> list[tuple[str, str, str]]:
    """(kind, area, member) of every group; similar municipalities differ by area."""
    common = {
        ReferenceKind.COUNTY: peers.county,
        ReferenceKind.NETWORK: peers.network,
        ReferenceKind.SKR_GROUP: peers.skr_group,
    }
    if set(peers.county) == set(peers.network):
        # The same municipalities twice would look like two opinions.
        del common[ReferenceKind.COUNTY]
    asked = [(str(kind), "", code) for kind, codes in common.items() for code in codes]
    for area in catalogue.areas.values():
        similar = peers.similar.get(area.service_area)
        members = similar.members if similar else ()
        asked += [(str(ReferenceKind.SIMILAR), area.id, code) for code in members]
    return asked


def _possible(catalogue: Catalogue, peers: Peers) -> dict[tuple[str, str], int]:
    sizes: dict[tuple[str, str], int] = {}
    for kind, area, _ in _asked(catalogue, peers):
        sizes[kind, area] = sizes.get((kind, area), 0) + 1
    return sizes


def indicators_of(material: Material, area: Area) -> tuple[Indicator, ...]:
    """The indicators of an area that have had a value somewhere in the years shown."""
    return tuple(indicator for indicator in area.indicators if indicator.id in material.known)


def read_benchmarks(store: Store, year: int) -> dict[tuple[str, int], Benchmark]:
    rows = query(store, "window_benchmarks", first=year - YEARS_SHOWN + 1, last=year)
    columns = [rows[name].tolist() for name in ("kpi", "year", "q1", "q3", "low", "high", "n")]
    return {(kpi, when): Benchmark(*rest) for kpi, when, *rest in zip(*columns, strict=True)}


def _network_means(store: Store, peers: Peers, year: int) -> dict[tuple[str, int], float]:
    rows = query(
        store,
        "window_means",
        members=list(peers.network),
        first=year - YEARS_SHOWN + 1,
        last=year,
    )
    keys = zip(rows["kpi"].tolist(), rows["year"].tolist(), strict=True)
    return dict(zip(keys, rows["mean"].tolist(), strict=True))


def middle_half(
    indicator: Indicator, benchmarks: Mapping[tuple[str, int], Benchmark], years: tuple[int, ...]
) -> Band | None:
    """Between which values half of the municipalities lie, in the years when enough had one."""
    found = [(year, benchmarks.get((indicator.id, year))) for year in years]
    shown = [(year, item) for year, item in found if item and item.n >= FEWEST_IN_BAND]
    if not shown or indicator.kind == "coded":
        return None
    return Band(
        "Hälften av kommunerna",
        tuple(year for year, _ in shown),
        tuple(item.q1 for _, item in shown),
        tuple(item.q3 for _, item in shown),
    )

"""Everything the overview of a network is made of, read once from the published database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from analyslib.analysis.comparison import compare, comparisons_from
from analyslib.analysis.results import Comparison, Trend
from analyslib.analysis.trend import trend, trends_from
from analyslib.catalogue import (
    RIKET,
    Area,
    Catalogue,
    Indicator,
    Network,
    find_network,
    load_catalogue,
)
from analyslib.figures.inputs import Place
from analyslib.sections.badges import Number, read_revisions, revised_numbers
from analyslib.sections.material import (
    LEAD,
    YEARS_SHOWN,
    Benchmark,
    Peers,
    group_references,
    read_benchmarks,
    read_changes,
    riket_reference,
    values_by_number,
)
from analyslib.sections.published import open_published
from analyslib.store.changes import Changes, last_delivery_but_one
from analyslib.store.connection import query


Key = tuple[str, str]  # indicator id, municipality code


@dataclass(frozen=True)
class NetworkMaterial:
    """One network and year. `series` holds the members' and Riket's totals, all years."""

    catalogue: Catalogue
    network: Network
    year: int
    is_demo: bool
    series: pd.DataFrame
    benchmarks: Mapping[tuple[str, int], Benchmark]
    sources: pd.DataFrame
    changes: Changes | None
    revised: frozenset[Number]
    comparisons: tuple[Comparison, ...]
    trends: tuple[Trend, ...]

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(range(self.year - YEARS_SHOWN + 1, self.year + 1))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The members in Swedish order."""
        known = self.catalogue.municipalities
        return tuple(Place(code, known[code].name) for code in self.network.members)

    @cached_property
    def position(self) -> dict[Key, Comparison]:
        """Each member against Riket, or against all municipalities where Riket has no value."""
        found: dict[Key, Comparison] = {}
        for kind in reversed(LEAD):
            found |= {
                (item.kpi, item.municipality): item
                for item in self.comparisons
                if item.reference.kind is kind and item.reference.value is not None
            }
        return found

    @cached_property
    def trend_of(self) -> dict[Key, Trend]:
        return {(item.kpi, item.municipality): item for item in self.trends}

    @cached_property
    def values(self) -> dict[tuple[str, str, int], tuple[float | None, str]]:
        """Value and status by indicator, municipality and year."""
        return values_by_number(self.series, "municipality")

    def indicators_of(self, area: Area) -> tuple[Indicator, ...]:
        """The indicators for which some member has a value in the year."""
        known = {kpi for (kpi, _, year), (value, _) in self.values.items()
                 if year == self.year and value is not None}  # fmt: skip
        return tuple(indicator for indicator in area.indicators if indicator.id in known)

    @property
    def silent(self) -> tuple[Place, ...]:
        """The members without one single value in the year."""
        heard = {
            code
            for (_, code, year), (value, _) in self.values.items()
            if year == self.year and value is not None
        }
        return tuple(place for place in self.places if place.code not in heard)


def read_network_material(network: str, year: int, data: str, since: str = "") -> NetworkMaterial:
    """Read and judge everything once. Raises UsageError for an unknown network."""
    catalogue = load_catalogue()
    found = find_network(catalogue, network)
    kpis = list(catalogue.indicators)
    members = list(found.members)
    peers = Peers(county=(), network=found.members, skr_group=(), similar={})
    workspace, store = open_published(data)
    with store:
        since = since or last_delivery_but_one(store)
        everything = query(store, "series", kpis=kpis, municipalities=[*members, RIKET])
        series = everything[everything["gender"] == "T"].reset_index(drop=True)
        order = query(store, "municipalities")["municipality"]
        groups = group_references(store, catalogue, year, peers)
        own = series[(series["municipality"] != RIKET) & (series["year"] <= year)]
        own = own.reset_index(drop=True)
        riket = riket_reference(series[series["municipality"] == RIKET], year)
        references = pd.concat([riket, groups[groups["gender"] == "T"]], ignore_index=True)
        against = compare(own, references, catalogue.indicators, years=[year])
        judged = trend(own, catalogue.indicators, until=year)
        return NetworkMaterial(
            catalogue=catalogue,
            network=_in_order(found, order.tolist()),
            year=year,
            is_demo=workspace.demo,
            series=series,
            benchmarks=read_benchmarks(store, year),
            sources=query(store, "sources_used", kpis=kpis),
            changes=read_changes(store, since),
            revised=revised_numbers(read_revisions(store, kpis, members, since)),
            comparisons=tuple(comparisons_from(against)),
            trends=tuple(trends_from(judged)),
        )


def _in_order(network: Network, order: list[str]) -> Network:
    members = tuple(code for code in order if code in network.members)
    return replace(network, members=members)

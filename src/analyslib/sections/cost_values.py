"""What the section on costs reads: the values that its identities are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyslib.analysis.cost_groups import Group
from analyslib.analysis.costs import Values
from analyslib.analysis.intervals import WINDOW
from analyslib.analysis.net_costs import METHOD_BREAK, POPULATION
from analyslib.analysis.results import ReferenceKind
from analyslib.catalogue import Catalogue, Municipality
from analyslib.identities import Identity, load_costs
from analyslib.store.connection import Store, query


if TYPE_CHECKING:
    from analyslib.sections.material import Peers


GROUPS = (ReferenceKind.SIMILAR, ReferenceKind.NETWORK, ReferenceKind.SKR_GROUP)


def groups_of(catalogue: Catalogue, peers: Peers, identity: Identity) -> list[Group]:
    """Whom to compare with: similar municipalities first."""
    similar = peers.similar.get(catalogue.areas[identity.area].service_area)
    members = {
        ReferenceKind.SIMILAR: similar.members if similar else (),
        ReferenceKind.NETWORK: peers.network,
        ReferenceKind.SKR_GROUP: peers.skr_group,
    }
    return [Group(kind, members[kind]) for kind in GROUPS if members[kind]]


def read_cost_values(
    store: Store, catalogue: Catalogue, place: Municipality, peers: Peers, year: int
) -> Values:
    """The municipality's and its peers' values of every indicator that the section rests on."""
    costs = load_costs()
    kpis = {kpi for identity in costs.identities for kpi in identity.kpis} | {POPULATION}
    for item in costs.deviations:
        kpis |= {item.percent, item.net, item.reference, item.standard}
    groups = (group for item in costs.identities for group in groups_of(catalogue, peers, item))
    rows = query(
        store,
        "cost_values",
        kpis=sorted(kpis),
        municipality=place.code,
        members=sorted({code for group in groups for code in group.members}),
        first=min(year - WINDOW + 1, METHOD_BREAK),
        last=year,
    )
    columns = [rows[name].tolist() for name in ("kpi", "municipality", "year", "value")]
    return {(kpi, code, year): value for kpi, code, year, value in zip(*columns, strict=True)}

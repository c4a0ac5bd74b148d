"""A cost beside other municipalities': the difference split against each, and the mean of that.

Whether a factor is certainly different follows the rules of every other comparison, so that a
figure of costs and the table of its area cannot contradict each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analyslib.analysis.comparison import MIN_PEERS, compare, comparisons_from
from analyslib.analysis.costs import (
    JUDGED,
    Decomposition,
    Factors,
    Obstacle,
    Part,
    PartKind,
    Values,
    read_factors,
    split,
    sum_of,
    volume_of,
)
from analyslib.analysis.intervals import WINDOW
from analyslib.analysis.results import Comparison, ReferenceKind
from analyslib.catalogue import Indicator
from analyslib.identities import Identity


@dataclass(frozen=True)
class Group:
    """Municipalities to compare with."""

    kind: ReferenceKind
    members: tuple[str, ...]


@dataclass(frozen=True)
class _Met:
    """One identity of the municipality beside the members of a group that can be split."""

    identity: Identity
    group: Group
    own: Factors
    others: tuple[Factors, ...]


def against_groups(
    values: Values,
    groups: Mapping[Identity, Sequence[Group]],
    municipality: str,
    year: int,
    indicators: Mapping[str, Indicator],
) -> list[Decomposition]:
    """The difference to the mean of the first group with enough members, for each identity.

    The parts are the means of the splits against each member, so they add up to the difference
    to the plain mean of their costs.
    """
    found = [_meet(values, identity, groups[identity], municipality, year) for identity in groups]
    met = [item for item in found if isinstance(item, _Met)]
    compared = _compare_factors(values, met, municipality, year, indicators) if met else {}
    return [
        _of_group(item, municipality, year, compared) if isinstance(item, _Met) else item
        for item in found
    ]


def _meet(
    values: Values, identity: Identity, groups: Sequence[Group], municipality: str, year: int
) -> _Met | Decomposition:
    kind = groups[0].kind if groups else ReferenceKind.SIMILAR
    empty = Decomposition(identity.id, municipality, kind, year, Obstacle.TOO_FEW_PEERS)
    own = read_factors(values, identity, municipality, year)
    if isinstance(own, Obstacle):
        return replace(empty, obstacle=own)
    for group in groups:
        read = (read_factors(values, identity, code, year) for code in group.members)
        others = tuple(item for item in read if isinstance(item, Factors))
        if len(others) >= MIN_PEERS:
            return _Met(identity, group, own, others)
    return replace(empty, end=own)


def _of_group(
    met: _Met, municipality: str, year: int, compared: Mapping[str, Comparison]
) -> Decomposition:
    each = [split(other, met.own) for other in met.others]
    mean = {kind: float(np.mean([effects[kind] for effects in each])) for kind in PartKind}
    judged = {kind: compared[_name(met.identity, kind)] for kind in JUDGED}
    return Decomposition(
        identity=met.identity.id,
        municipality=municipality,
        kind=met.group.kind,
        year=year,
        obstacle=Obstacle.NONE,
        start=_mean(met.others, year),
        end=met.own,
        parts=(
            *(Part(kind, mean[kind], item.answer, item.reason) for kind, item in judged.items()),
            Part(PartKind.RESIDUAL, mean[PartKind.RESIDUAL]),
        ),
        n_members=len(met.others),
        n_possible=len(met.group.members),
    )


def _mean(others: Sequence[Factors], year: int) -> Factors:
    cost, volume, price = (
        float(np.mean([getattr(item, name) for item in others]))
        for name in ("cost", "volume", "price")
    )
    return Factors(year, cost, volume, price)


def _name(identity: Identity, kind: PartKind) -> str:
    return f"{identity.id} {kind}"


def _compare_factors(
    values: Values,
    met: Sequence[_Met],
    municipality: str,
    year: int,
    indicators: Mapping[str, Indicator],
) -> dict[str, Comparison]:
    """Volumes and prices against the groups by the rules of all comparisons, in one call."""
    known: dict[str, Indicator] = {}
    rows: list[tuple[object, ...]] = []
    references = []
    for item in met:
        for kind in JUDGED:
            name = _name(item.identity, kind)
            known[name] = _factor_indicator(item.identity, kind, indicators)
            references.append(_reference(name, item, kind, known[name], year))
            for then in range(year - WINDOW + 1, year + 1):
                value, n = _factor(values, item.identity, kind, municipality, then)
                scaled = np.nan if value is None else value * _scale(known[name])
                rows.append((name, municipality, then, "T", scaled, np.nan if n is None else n))
    columns = ["kpi", "municipality", "year", "gender", "value", "n"]
    observations = pd.DataFrame(rows, columns=columns)
    answers = compare(observations, pd.DataFrame(references), known, years=[year])
    return {item.kpi: item for item in comparisons_from(answers)}


def _factor(
    values: Values, identity: Identity, kind: PartKind, municipality: str, year: int
) -> tuple[float | None, float | None]:
    """The factor and, for the volume, the inhabitants behind it."""
    if kind is PartKind.PRICE:
        return values.get((identity.price, municipality, year)), None
    inhabitants = sum_of(values, identity.population, municipality, year)
    return volume_of(values, identity, municipality, year), inhabitants


def _factor_indicator(
    identity: Identity, kind: PartKind, indicators: Mapping[str, Indicator]
) -> Indicator:
    """The factor as an indicator; a count over inhabitants becomes the percentage it is."""
    if kind is PartKind.PRICE:
        return replace(indicators[identity.price], direction="none")
    volume = replace(indicators[identity.volume.kpi], direction="none")
    if not identity.volume.over:
        return replace(volume, n=replace(volume.n, per=identity.volume.per))
    n = replace(volume.n, kind="population", kpi="", per=100.0)
    return replace(volume, kind="register_share", unit="andel (%)", n=n)


def _scale(indicator: Indicator) -> float:
    return 1.0 if indicator.kind == "cost" else indicator.n.per


def _reference(
    name: str, met: _Met, kind: PartKind, indicator: Indicator, year: int
) -> dict[str, object]:
    members = [getattr(item, str(kind)) * _scale(indicator) for item in met.others]
    return {
        "kpi": name,
        "year": year,
        "gender": "T",
        "municipality": "",
        "kind": str(met.group.kind),
        "label": "",
        "value": float(np.mean(members)),
        "weighted": False,
        "n_members": len(members),
        "n_possible": len(met.group.members),
        "group_id": "",
        "vintage": "",
        "spread": float(np.std(members, ddof=1)),
    }

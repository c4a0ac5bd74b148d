"""What a cost is made of, as data: how many get support, times what it costs per person.

An identity is published only where it has been held against real data and kept the rule below
(benchmarks/identities.py does that); those that failed stay in the file with their numbers, so
that nobody has to try them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from analyslib.catalogue import Catalogue, load_catalogue
from analyslib.definitions.toml_table import Key, Schema, check_table, read_toml
from analyslib.errors import DefinitionError, Fault


BUILT_IN = Path(__file__).parent / "definitions" / "identities.toml"

# The rule, set before anything was measured: what is left over must be small beside the effects
# that are shown, in nearly every municipality and year, and be tried on enough of them.
LARGEST_MEDIAN = 0.01
LARGEST_P95 = 0.05
FEWEST_PAIRS = 1000
FEWEST_MUNICIPALITIES = 200


@dataclass(frozen=True)
class Volume:
    """Persons per inhabitant: `kpi` over `per`, or a count over the sum of `over`."""

    kpi: str
    per: float = 1.0
    over: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """How well volume times price gave the cost: relative errors of municipality-years."""

    pairs: int
    municipalities: int
    first: int
    last: int
    median: float
    p95: float

    @property
    def holds(self) -> bool:
        return (
            self.median <= LARGEST_MEDIAN
            and self.p95 <= LARGEST_P95
            and self.pairs >= FEWEST_PAIRS
            and self.municipalities >= FEWEST_MUNICIPALITIES
        )


@dataclass(frozen=True)
class Candidate:
    """An identity that was proposed. `check` is None where there are no data to try it on."""

    id: str
    title: str
    cost: str
    volume: Volume
    price: str
    check: Check | None
    why_not: str = ""

    @property
    def kpis(self) -> tuple[str, ...]:
        return (self.cost, self.volume.kpi, *self.volume.over, self.price)


@dataclass(frozen=True)
class Identity(Candidate):
    """An identity that is shown, with its words.

    `population` sums to the inhabitants that the cost is per; `beside` are the key figures of
    quality and extent that the cost is never shown without.
    """

    area: str = ""
    population: tuple[str, ...] = ()
    per_inhabitant: str = ""
    users: str = ""
    user: str = ""
    per_user: str = ""
    price_label: str = ""
    beside: tuple[str, ...] = ()
    ask_whom: str = ""
    ask_volume: str = ""
    ask_price: str = ""
    caveat: str = ""

    @property
    def kpis(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*super().kpis, *self.population)))


@dataclass(frozen=True)
class Deviation:
    """Net cost against what the municipality's structure motivates.

    `amount` is the source's own deviation in millions, which ours is tried against; it is never
    shown.
    """

    id: str
    title: str
    percent: str
    net: str
    reference: str
    standard: str
    amount: str
    beside: tuple[str, ...]
    ask_whom: str


@dataclass(frozen=True)
class Costs:
    """Everything in identities.toml, in its order."""

    identities: tuple[Identity, ...]
    candidates: tuple[Candidate, ...]
    deviations: tuple[Deviation, ...]


VOLUME_KEYS: Schema = {
    "kpi": Key(str),
    "per": Key(float, default=1.0),
    "over": Key(list, default=()),
}
CHECK_KEYS: Schema = {
    "pairs": Key(int),
    "municipalities": Key(int),
    "first": Key(int),
    "last": Key(int),
    "median": Key(float),
    "p95": Key(float),
}
CANDIDATE_KEYS: Schema = {
    "id": Key(str),
    "title": Key(str),
    "cost": Key(str),
    "volume": Key(dict),
    "price": Key(str),
    "check": Key(dict, default=None),
    "why_not": Key(str),
}
IDENTITY_KEYS: Schema = {
    **CANDIDATE_KEYS,
    "why_not": Key(str, default=""),
    "check": Key(dict),
    "area": Key(str),
    "population": Key(list),
    "per_inhabitant": Key(str),
    "users": Key(str),
    "user": Key(str),
    "per_user": Key(str),
    "price_label": Key(str),
    "beside": Key(list),
    "ask_whom": Key(str),
    "ask_volume": Key(str),
    "ask_price": Key(str),
    "caveat": Key(str),
}
DEVIATION_KEYS: Schema = {
    "id": Key(str),
    "title": Key(str),
    "percent": Key(str),
    "net": Key(str),
    "reference": Key(str),
    "standard": Key(str),
    "amount": Key(str),
    "beside": Key(list),
    "ask_whom": Key(str),
}
FILE_KEYS: Schema = {"identity": Key(list), "candidate": Key(list), "deviation": Key(list)}


def load_costs(path: Path | None = None, catalogue: Catalogue | None = None) -> Costs:
    """The definitions of `path`, or the built-in ones (read once).

    Raises DefinitionError with every fault of the file.
    """
    if path is None and catalogue is None:
        return _built_in()
    return read_costs(path or BUILT_IN, catalogue or load_catalogue())


@lru_cache(maxsize=1)
def _built_in() -> Costs:
    return read_costs(BUILT_IN, load_catalogue())


def read_costs(path: Path, catalogue: Catalogue) -> Costs:
    faults: list[Fault] = []
    table = check_table(read_toml(path, faults), FILE_KEYS, path.name, faults)
    costs = Costs(
        tuple(Identity(**_made(row, IDENTITY_KEYS, path, faults)) for row in table["identity"]),
        tuple(Candidate(**_made(row, CANDIDATE_KEYS, path, faults)) for row in table["candidate"]),
        tuple(Deviation(**_made(row, DEVIATION_KEYS, path, faults)) for row in table["deviation"]),
    )
    _check_identities(costs.identities, catalogue, path, faults)
    for deviation in costs.deviations:
        kpis = (deviation.percent, deviation.net, deviation.reference, deviation.standard)
        where = f"{path.name}, {deviation.id}"
        _check_known((*kpis, *deviation.beside), catalogue.indicators, where, faults)
        _check_beside(deviation.beside, where, faults)
    _check_ids(costs, path, faults)
    if faults:
        raise DefinitionError(faults)
    return costs


def _made(row: Any, schema: Schema, path: Path, faults: list[Fault]) -> dict[str, Any]:
    """The row with lists as tuples, texts on one line, and its own tables as objects."""
    where = f"{path.name}, {row.get('id', 'post utan id') if isinstance(row, dict) else 'post'}"
    table = {name: _flat(value) for name, value in check_table(row, schema, where, faults).items()}
    if "volume" in table:
        volume = check_table(table["volume"], VOLUME_KEYS, f"{where}, volume", faults)
        table["volume"] = Volume(volume["kpi"], volume["per"], tuple(volume["over"]))
    if table.get("check"):
        table["check"] = Check(**check_table(table["check"], CHECK_KEYS, f"{where}, check", faults))
    return table


def _flat(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.split())
    return tuple(value) if isinstance(value, list) else value


def _check_identities(
    identities: Iterable[Identity], catalogue: Catalogue, path: Path, faults: list[Fault]
) -> None:
    for identity in identities:
        where = f"{path.name}, {identity.id}"
        _check_known((*identity.kpis, *identity.beside), catalogue.indicators, where, faults)
        _check_beside(identity.beside, where, faults)
        if identity.area not in catalogue.areas:
            faults.append(Fault(f"det finns inget område ”{identity.area}”.", where))
        if not (identity.check and identity.check.holds):
            faults.append(
                Fault(
                    "sambandet har inte hållit provet och får inte visas.",
                    where,
                    "Flytta det till [[candidate]] med ett skäl i ”why_not”.",
                )
            )
        if identity.volume.per <= 0:
            faults.append(Fault("”per” ska vara större än noll.", where))


def _check_known(
    kpis: Iterable[str], known: Mapping[str, object], where: str, faults: list[Fault]
) -> None:
    for kpi in kpis:
        if kpi not in known:
            remedy = "Lägg till det i definitions/areas, så hämtas och laddas det."
            faults.append(Fault(f"”{kpi}” är inget nyckeltal i definitionerna.", where, remedy))


def _check_beside(beside: tuple[str, ...], where: str, faults: list[Fault]) -> None:
    if not beside:
        what = "en kostnad visas aldrig utan kvalitet och omfattning."
        faults.append(Fault(what, where, "Nämn minst ett nyckeltal i ”beside”."))


def _check_ids(costs: Costs, path: Path, faults: list[Fault]) -> None:
    seen: set[str] = set()
    for item in (*costs.identities, *costs.candidates):
        if item.id in seen:
            faults.append(Fault(f"”{item.id}” står två gånger.", path.name, "Byt id på den ena."))
        seen.add(item.id)

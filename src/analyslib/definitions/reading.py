"""Reads the definitions to objects, with every fault of every file in one error."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from analyslib.definitions.objects import (
    ASPECTS,
    DIRECTIONS,
    KINDS,
    N_KINDS,
    Area,
    Break,
    Catalogue,
    Indicator,
    Meetings,
    Municipality,
    Network,
    NetworkGroup,
    NSource,
)
from analyslib.definitions.toml_table import Key, Schema, check_table, did_you_mean, read_toml
from analyslib.errors import DefinitionError, Fault


_KPI_ID = re.compile(r"[NU]\d{5}")
_GROUP_ID = re.compile(r"G\d+")

INDICATOR_KEYS: Schema = {
    "id": Key(str),
    "title": Key(str),
    "short": Key(str),
    "unit": Key(str),
    "direction": Key(str, DIRECTIONS),
    "direction_basis": Key(str, ("source", "judgement")),
    "kind": Key(str, KINDS),
    "aspect": Key(str, ASPECTS),
    "n": Key(dict),
    "coding": Key(dict, default=None),
    "breaks": Key(list, default=()),
    "breaks_known": Key(bool),
    "caveats": Key(str, default="", blank=True),
    "decimals": Key(int),
    "gender": Key(bool),
    "main": Key(bool, default=False),
    "units": Key(bool, default=False),
    "owner": Key(str, default=""),
    "review_date": Key(date, default=None),
}
N_KEYS: Schema = {
    "kind": Key(str, N_KINDS),
    "kpi": Key(str, default=""),
    "per": Key(float, default=0.0),
    "note": Key(str, default="", blank=True),
    "fallback": Key(list, default=()),
}
BREAK_KEYS: Schema = {"year": Key(int), "reason": Key(str)}
AREA_KEYS: Schema = {
    "title": Key(str),
    "order": Key(int),
    "why": Key(str),
    "caveats": Key(str, blank=True),
    "service_area": Key(str),
    "owner": Key(str),
    "review_date": Key(date),
    "indicator": Key(list),
}
NETWORK_KEYS: Schema = {
    "title": Key(str),
    "kind": Key(str, ("county", "country", "other")),
    "members": Key(list, default=()),
    "meetings": Key(dict),
    "group": Key(list, default=()),
    "kolada_group": Key(str, default=""),
    "national": Key(bool, default=False),
    "about": Key(str),
    "owner": Key(str),
    "review_date": Key(date),
}
MEETINGS_KEYS: Schema = {
    "per_year": Key(int),
    "rhythm": Key(str),
    "dates": Key(list, default=()),
}
GROUP_KEYS: Schema = {
    "id": Key(str),
    "title": Key(str),
    "members": Key(list),
    "confirmed": Key(bool),
    "note": Key(str, default="", blank=True),
}


def read_catalogue(folder: Path) -> Catalogue:
    faults: list[Fault] = []
    municipalities = _read_municipalities(folder / "municipalities.csv")
    areas = [_read_area(path, faults) for path in sorted(folder.glob("areas/*.toml"))]
    networks = [
        _read_network(path, municipalities, faults)
        for path in sorted(folder.glob("networks/*.toml"))
    ]
    indicators = [indicator for area in areas for indicator in area.indicators]
    _check_unique([indicator.id for indicator in indicators], "indikatorn", "areas", faults)
    if faults:
        raise DefinitionError(faults)
    areas.sort(key=lambda area: (area.order, area.id))
    return Catalogue(
        municipalities=municipalities,
        areas={area.id: area for area in areas},
        networks={network.id: network for network in networks},
        indicators={item.id: item for area in areas for item in area.indicators},
    )


def _read_municipalities(path: Path) -> dict[str, Municipality]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    rows = list(csv.reader(lines))[1:]
    return {row[0]: Municipality(*row) for row in rows}


# --- areas and indicators


def _read_area(path: Path, faults: list[Fault]) -> Area:
    table = check_table(read_toml(path, faults), AREA_KEYS, path.name, faults)
    rows = table.pop("indicator")
    return Area(
        id=path.stem,
        indicators=tuple(_read_indicator(row, path, table, faults) for row in rows),
        **_stripped(table),
    )


def _read_indicator(
    row: Any, path: Path, area: Mapping[str, Any], faults: list[Fault]
) -> Indicator:
    where = _place(path, row, "indikator")
    table = check_table(row, INDICATOR_KEYS, where, faults)
    if table["id"]:
        _check_kpi(table["id"], "id", where, faults)
    table["n"] = _read_n(table["n"], f"{where}, n", faults)
    table["breaks"] = tuple(
        Break(**check_table(item, BREAK_KEYS, f"{where}, breaks", faults))
        for item in table["breaks"]
    )
    table["owner"] = table["owner"] or area["owner"]
    table["review_date"] = table["review_date"] or area["review_date"]
    indicator = Indicator(area=path.stem, **_stripped(table))
    _check_indicator(indicator, where, faults)
    return indicator


def _check_indicator(indicator: Indicator, where: str, faults: list[Fault]) -> None:
    """What no single key can tell: that the parts of a definition agree with each other."""
    if len(indicator.short) > 45:
        faults.append(Fault("”short” är längre än 45 tecken och får inte plats i en figur.", where))
    if (indicator.kind == "coded") != (indicator.coding is not None):
        faults.append(
            Fault(
                "kind = ”coded” och ”coding” hör ihop: den ena finns utan den andra.",
                where,
                'Skriv till exempel coding = { "1" = "Ja", "0" = "Nej" }.',
            )
        )
    if any(
        not isinstance(label, str) or not re.fullmatch(r"-?\d+", code)
        for code, label in (indicator.coding or {}).items()
    ):
        faults.append(Fault("”coding” ska ge varje heltalskod en text.", where))
    years = [item.year for item in indicator.breaks]
    if years != sorted(set(years)):
        faults.append(Fault("”breaks” ska stå i årsordning, ett år per brott.", where))


def _read_n(table: Any, where: str, faults: list[Fault]) -> NSource:
    if not table:
        return NSource("unknown")
    values = check_table(table, N_KEYS, where, faults)
    n = NSource(**values | {"fallback": tuple(map(str, values["fallback"]))})
    _check_n(n, where, faults)
    return n


def _check_n(n: NSource, where: str, faults: list[Fault]) -> None:
    if n.kind in ("companion", "population", "denominator"):
        for kpi in (n.kpi, *n.fallback):
            _check_kpi(kpi, "kpi", where, faults)
    elif n.kpi:
        faults.append(Fault(f"kind = ”{n.kind}” har inget kpi, men ”{n.kpi}” står där.", where))
    if n.kind in ("population", "denominator") and n.per <= 0:
        faults.append(
            Fault("”per” saknas.", where, "Skriv 100 för andelar, 1000 för antal per 1 000 …")
        )
    if n.kind == "unknown" and not n.note:
        faults.append(
            Fault(
                "n är okänt utan förklaring.", where, "Skriv i ”note” varför det inte går att veta."
            )
        )


def _check_kpi(kpi: str, key: str, where: str, faults: list[Fault]) -> None:
    if not _KPI_ID.fullmatch(kpi):
        faults.append(
            Fault(
                f"”{key}” = ”{kpi}” är inget nyckeltals-id.",
                where,
                "Det ser ut som N31807 eller U30901.",
            )
        )


def _place(path: Path, row: Any, noun: str) -> str:
    """Where a row stands, as the one who wrote the file sees it."""
    name = row.get("id") if isinstance(row, dict) else None
    return f"{path.name}, {name or f'{noun} utan id'}"


# --- networks


def _read_network(
    path: Path, municipalities: Mapping[str, Municipality], faults: list[Fault]
) -> Network:
    table = check_table(read_toml(path, faults), NETWORK_KEYS, path.name, faults)
    if bool(table["members"]) == table["national"]:
        faults.append(Fault("ett nätverk har antingen ”members” eller national = true.", path.name))
    if table["kolada_group"] and not _GROUP_ID.fullmatch(table["kolada_group"]):
        faults.append(Fault("”kolada_group” ska se ut som G33631.", path.name))
    members = _read_members(table["members"], municipalities, path.name, faults)
    table["members"] = tuple(municipalities) if table["national"] else members
    table["meetings"] = _read_meetings(table["meetings"], f"{path.name}, meetings", faults)
    table["groups"] = tuple(
        _read_group(row, path, table["members"], municipalities, faults)
        for row in table.pop("group")
    )
    return Network(id=path.stem, **_stripped(table))


def _read_meetings(row: Any, where: str, faults: list[Fault]) -> Meetings:
    table = check_table(row, MEETINGS_KEYS, where, faults)
    dates = tuple(table["dates"])
    if not all(type(day) is date for day in dates):
        faults.append(Fault("”dates” ska vara datum utan citattecken: [2026-12-03].", where))
    elif list(dates) != sorted(set(dates)):
        faults.append(Fault("”dates” ska stå i ordning, tidigast först, ett av varje.", where))
    return Meetings(**{**table, "dates": dates})


def _read_group(
    row: Any,
    path: Path,
    network: tuple[str, ...],
    municipalities: Mapping[str, Municipality],
    faults: list[Fault],
) -> NetworkGroup:
    where = _place(path, row, "grupp")
    table = check_table(row, GROUP_KEYS, where, faults)
    table["members"] = _read_members(table["members"], municipalities, where, faults)
    for code in table["members"]:
        if code not in network:
            name = municipalities[code].name
            faults.append(Fault(f"{name} är inte med i nätverket men i en del av det.", where))
    return NetworkGroup(**table)


def _read_members(
    members: Iterable[Any],
    municipalities: Mapping[str, Municipality],
    where: str,
    faults: list[Fault],
) -> tuple[str, ...]:
    """Codes, in the order of the file. Members are written by name or by four-digit code."""
    codes = {municipality.name: code for code, municipality in municipalities.items()}
    known = [*codes, *municipalities]
    found = []
    for member in members:
        if member in municipalities or member in codes:
            found.append(codes.get(member, member))
        else:
            remedy = did_you_mean(str(member), known)
            faults.append(Fault(f"”{member}” är ingen kommun.", where, remedy))
    _check_unique([municipalities[code].name for code in found], "medlemmen", where, faults)
    return tuple(dict.fromkeys(found))


def _check_unique(names: Iterable[str], noun: str, where: str, faults: list[Fault]) -> None:
    seen: set[str] = set()
    for name in names:
        if name and name in seen:
            faults.append(Fault(f"{noun} ”{name}” står två gånger.", where, "Ta bort den ena."))
        seen.add(name)


def _stripped(table: dict[str, Any]) -> dict[str, Any]:
    """Texts that stand on several lines in the file become one paragraph."""
    return {
        key: " ".join(value.split()) if isinstance(value, str) else value
        for key, value in table.items()
    }

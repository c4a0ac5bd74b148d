"""How one sender's headers and words become ours. A sender is added as a TOML file.

definitions/extracts/<sender>.toml states the sender's headers per table, the roles of its own
columns, its own words for our codes, constants that the file leaves out, and columns that the
personal-data gate may let through, each with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from analyslib.definitions.toml_table import Key, Schema, check_table, did_you_mean, read_toml
from analyslib.errors import DefinitionError, Fault
from analyslib.measures import fold_name
from analyslib.sources.extract_model import ROLES, TABLES, code_lists, fold_code


BUILT_IN = Path(__file__).parent.parent / "definitions" / "extracts"
STANDARD = "mallen"


@dataclass(frozen=True)
class Mapping:
    """One sender. `recognise` are headers that must all be there for this sender to be meant.

    `headers` per table: folded header to our column. `values`: folded word to our code, per
    column. `roles`: folded header of a local column to its role. `allow`: folded header to the
    reason why the gate may let a date-structured id or a keyed hash through.
    """

    id: str
    title: str
    recognise: tuple[str, ...]
    sheets: dict[str, tuple[str, ...]] = field(hash=False)
    headers: dict[str, dict[str, str]] = field(hash=False)
    roles: dict[str, str] = field(hash=False)
    values: dict[str, dict[str, str]] = field(hash=False)
    constants: dict[str, str] = field(hash=False)
    allow: dict[str, str] = field(hash=False)
    owner: str = ""
    review_date: date = date.min


MAPPING_KEYS: Schema = {
    "title": Key(str),
    "owner": Key(str),
    "review_date": Key(date),
    "recognise": Key(list, default=()),
    "sheets": Key(dict, default=None),
    "episode": Key(dict, default=None),
    "measurement": Key(dict, default=None),
    "extract": Key(dict, default=None),
    "local": Key(dict, default=None),
    "values": Key(dict, default=None),
    "constants": Key(dict, default=None),
    "allow": Key(dict, default=None),
}


def load_mappings(folder: Path | None = None) -> tuple[Mapping, ...]:
    """The built-in mappings (read once), or those of `folder` on top of the standard one.

    Raises DefinitionError with every fault of every file.
    """
    return _built_in() if folder is None else read_mappings(folder)


@lru_cache(maxsize=1)
def _built_in() -> tuple[Mapping, ...]:
    return read_mappings(BUILT_IN)


def read_mappings(folder: Path) -> tuple[Mapping, ...]:
    faults: list[Fault] = []
    standard = _read_mapping(BUILT_IN / f"{STANDARD}.toml", None, faults)
    others = [
        _read_mapping(path, standard, faults)
        for path in sorted(folder.glob("*.toml"))
        if path.stem != STANDARD
    ]
    if faults:
        raise DefinitionError(faults)
    return (standard, *others)


def choose_mapping(mappings: Iterable[Mapping], headers: Iterable[str]) -> Mapping:
    """The sender whose headers are all there; the one that asks for most of them wins."""
    there = {fold_name(header) for header in headers}
    fitting = [mapping for mapping in mappings if set(mapping.recognise) <= there]
    return max(fitting, key=lambda mapping: len(mapping.recognise))


def _read_mapping(path: Path, standard: Mapping | None, faults: list[Fault]) -> Mapping:
    table = check_table(read_toml(path, faults), MAPPING_KEYS, path.name, faults)
    if standard and not table["recognise"]:
        faults.append(
            Fault(
                "”recognise” saknas, så avsändaren går inte att känna igen.",
                path.name,
                "Ange rubriker som bara den här avsändaren har.",
            )
        )
    _check_mapping(table, path.name, faults)
    return Mapping(
        id=path.stem,
        title=table["title"],
        recognise=tuple(map(fold_name, table["recognise"])),
        sheets=_names(table["sheets"], standard.sheets if standard else {}),
        headers={
            name: _headers(table[name], standard.headers[name] if standard else {})
            for name in TABLES
        },
        roles={fold_name(key): role for key, role in (table["local"] or {}).items()},
        values={
            column: {fold_code(word): code for word, code in words.items()}
            for column, words in (table["values"] or {}).items()
        },
        constants=dict(table["constants"] or {}),
        allow={fold_name(key): reason for key, reason in (table["allow"] or {}).items()},
        owner=table["owner"],
        review_date=table["review_date"],
    )


def _names(table: dict[str, Any] | None, base: dict) -> dict[str, tuple[str, ...]]:
    own = {key: tuple(map(fold_name, names)) for key, names in (table or {}).items()}
    return {key: (*own.get(key, ()), *base.get(key, ())) for key in TABLES}


def _headers(table: dict[str, Any] | None, base: dict[str, str]) -> dict[str, str]:
    """The sender's own headers come before the standard ones for the same column."""
    own = {fold_name(word): column for column, words in (table or {}).items() for word in words}
    return {**base, **own}


def _check_mapping(table: dict[str, Any], where: str, faults: list[Fault]) -> None:
    for name, fields in TABLES.items():
        known = [item.name for item in fields]
        for column in table[name] or {}:
            if column not in known:
                faults.append(
                    Fault(
                        f"[{name}] har ingen kolumn ”{column}”.", where, did_you_mean(column, known)
                    )
                )
    for header, role in (table["local"] or {}).items():
        if role not in ROLES:
            faults.append(
                Fault(f"rollen för ”{header}” är okänd.", where, f"Tillåtet: {', '.join(ROLES)}.")
            )
    for header, reason in (table["allow"] or {}).items():
        if not str(reason).strip():
            faults.append(Fault(f"[allow] ”{header}” saknar skäl.", where, "Skriv varför."))
    _check_values(table["values"] or {}, where, faults)


def _check_values(values: dict[str, dict[str, str]], where: str, faults: list[Fault]) -> None:
    lists = {item.name: item.codes for fields in TABLES.values() for item in fields if item.codes}
    for column, words in values.items():
        if column not in lists:
            faults.append(Fault(f"[values.{column}] är ingen kolumn med koder.", where))
            continue
        codes = code_lists()[lists[column]].labels
        for code in words.values():
            if code not in codes:
                remedy = did_you_mean(code, codes) or f"Tillåtet: {', '.join(codes)}."
                faults.append(
                    Fault(f"[values.{column}]: koden ”{code}” finns inte.", where, remedy)
                )

"""Reads one TOML file of definitions and says everything that is wrong with it, at once.

A schema is a dict from key to `Key`. Nothing is guessed and nothing is ignored: a misspelt key
is a fault with the nearest right one, so a definition cannot lose its direction in silence.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from analyslib.errors import Fault


KIND_WORDS = {
    str: "text inom citattecken",
    int: "ett heltal",
    float: "ett tal",
    bool: "true eller false",
    date: "ett datum (ÅÅÅÅ-MM-DD)",
    list: "en lista",
    dict: "en tabell",
}


@dataclass(frozen=True)
class Key:
    """What one key may hold. A key without a default must be there."""

    kind: type
    allowed: tuple[str, ...] = ()
    default: Any = ...
    blank: bool = False

    @property
    def required(self) -> bool:
        return self.default is ...


Schema = Mapping[str, Key]


def read_toml(path: Path, faults: list[Fault]) -> dict[str, Any]:
    """The file as nested dicts. A file that is not TOML gives a fault and an empty dict."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        faults.append(
            Fault("filen är inte sparad som UTF-8.", path.name, "Spara om den som UTF-8.")
        )
    except tomllib.TOMLDecodeError as error:
        faults.append(
            Fault(f"filen går inte att läsa som TOML ({error}).", path.name, "Rätta raden.")
        )
    return {}


def check_table(table: Any, schema: Schema, where: str, faults: list[Fault]) -> dict[str, Any]:
    """The table with defaults filled in; everything wrong in it is added to `faults`.

    A key with a fault gets an empty value of its kind, so that the rest can still be checked.
    """
    if not isinstance(table, dict):
        faults.append(Fault("här ska stå en tabell med nycklar, inte ett ensamt värde.", where))
        return {name: _empty(key) if key.required else key.default for name, key in schema.items()}
    for name in table:
        if name not in schema:
            faults.append(Fault(f"okänd nyckel ”{name}”.", where, did_you_mean(name, schema)))
    return {name: _checked(name, key, table, where, faults) for name, key in schema.items()}


def _checked(name: str, key: Key, table: Mapping[str, Any], where: str, faults: list[Fault]) -> Any:
    if name not in table:
        if not key.required:
            return key.default
        faults.append(Fault(f"nyckeln ”{name}” saknas.", where, _allowed_text(key)))
        return _empty(key)
    value = table[name]
    if key.kind is float and type(value) is int:
        value = float(value)
    if type(value) is not key.kind:
        faults.append(Fault(f"”{name}” ska vara {KIND_WORDS[key.kind]}.", where))
        return _empty(key)
    if key.allowed and value not in key.allowed:
        faults.append(Fault(f"”{name}” kan inte vara ”{value}”.", where, _allowed_text(key)))
        return _empty(key)
    if isinstance(value, str) and not key.blank and not value.strip():
        faults.append(Fault(f"”{name}” är tom.", where))
    return value


def _empty(key: Key) -> Any:
    return date.min if key.kind is date else key.kind()


def _allowed_text(key: Key) -> str:
    return f"Tillåtet: {', '.join(key.allowed)}." if key.allowed else ""


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """ "Menade du …?" with at most three choices that look like `word`, or an empty text."""
    by_folded = {choice.casefold(): choice for choice in choices}
    close = difflib.get_close_matches(word.casefold(), list(by_folded), n=3, cutoff=0.6)
    names = [f"”{by_folded[match]}”" for match in close]
    return f"Menade du {' eller '.join(names)}?" if names else ""

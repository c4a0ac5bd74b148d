"""The workbench's own choice of rules, as it stands in definitions/disclosure.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from analyslib.catalogue import load_catalogue
from analyslib.definitions.toml_table import Key, check_table, read_toml
from analyslib.disclosure.rules import COALITIONS, THRESHOLDS, Profile
from analyslib.errors import DefinitionError, Fault


SCHEMA = {"threshold": Key(int), "coalition": Key(int), "rounded": Key(list, default=())}
# What each may be, what it is called, and what to do about it.
ALLOWED = {
    "threshold": (
        THRESHOLDS,
        "gränsen för små tal kan inte vara {value}.",
        "Välj 3, 4, 5 eller 10. Förvalet är 5.",
    ),
    "coalition": (
        COALITIONS,
        "det går inte att skydda mot {value} kommuner som lägger ihop sina tal.",
        "Välj 1, 2 eller 3. Förvalet är 1.",
    ),
}


@dataclass(frozen=True)
class Settings:
    """The limit for small numbers, how many members may lay their figures together, and the
    municipalities whose follow-up is rounded instead of hidden."""

    threshold: int
    coalition: int
    rounded: tuple[str, ...]


def read_settings(path: Path | None = None) -> Settings:
    """The settings of the file (the package's own unless given). Raises DefinitionError where it
    is wrong."""
    path = path or Path(str(files("analyslib") / "definitions" / "disclosure.toml"))
    faults: list[Fault] = []
    chosen = check_table(read_toml(path, faults), SCHEMA, path.name, faults)
    if not faults:
        faults += _wrong(chosen, path.name)
    if faults:
        raise DefinitionError(faults)
    rounded = tuple(sorted(set(chosen["rounded"])))
    return Settings(chosen["threshold"], chosen["coalition"], rounded)


def _wrong(chosen: Mapping[str, Any], where: str) -> Iterator[Fault]:
    for key, (allowed, what, remedy) in ALLOWED.items():
        if chosen[key] not in allowed:
            yield Fault(what.format(value=chosen[key]), where, remedy)
    for code in chosen["rounded"]:
        if not isinstance(code, str) or code not in load_catalogue().municipalities:
            yield Fault(
                f"{code!r} i `rounded` är ingen kommun.",
                where,
                'Skriv kommunkoden inom citattecken, till exempel "2463".',
            )


def with_settings(profile: Profile, path: Path | None = None) -> Profile:
    """The profile with the limit and the coalition of the settings."""
    settings = read_settings(path)
    return replace(profile, threshold=settings.threshold, coalition=settings.coalition)

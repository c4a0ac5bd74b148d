"""The workbench's own choice of rules, as it stands in definitions/disclosure.toml."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from analyslib.definitions.toml_table import Key, check_table, read_toml
from analyslib.disclosure.rules import COALITIONS, THRESHOLDS, Profile
from analyslib.errors import DefinitionError, Fault


SCHEMA = {"threshold": Key(int), "coalition": Key(int)}
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


def with_settings(profile: Profile, path: Path | None = None) -> Profile:
    """The profile with the threshold and the coalition of the settings (the package's own unless
    given).

    Raises DefinitionError where the file is wrong.
    """
    path = path or Path(str(files("analyslib") / "definitions" / "disclosure.toml"))
    faults: list[Fault] = []
    chosen = check_table(read_toml(path, faults), SCHEMA, path.name, faults)
    if not faults:
        faults += [
            Fault(what.format(value=chosen[key]), path.name, remedy)
            for key, (allowed, what, remedy) in ALLOWED.items()
            if chosen[key] not in allowed
        ]
    if faults:
        raise DefinitionError(faults)
    return replace(profile, **chosen)

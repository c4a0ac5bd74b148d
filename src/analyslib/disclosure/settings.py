"""The workbench's own choice of rules, as it stands in definitions/disclosure.toml."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from analyslib.definitions.toml_table import Key, check_table, read_toml
from analyslib.disclosure.rules import THRESHOLDS, Profile
from analyslib.errors import DefinitionError, Fault


SCHEMA = {"threshold": Key(int)}


def with_settings(profile: Profile, path: Path | None = None) -> Profile:
    """The profile with the threshold of the settings (the package's own unless given).

    Raises DefinitionError where the file is wrong.
    """
    path = path or Path(str(files("analyslib") / "definitions" / "disclosure.toml"))
    faults: list[Fault] = []
    threshold = check_table(read_toml(path, faults), SCHEMA, path.name, faults)["threshold"]
    if not faults and threshold not in THRESHOLDS:
        what = f"gränsen för små tal kan inte vara {threshold}."
        faults.append(Fault(what, path.name, "Välj 3, 4, 5 eller 10. Förvalet är 5."))
    if faults:
        raise DefinitionError(faults)
    return replace(profile, threshold=threshold)

"""environment.yml and the locks say the same as pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml


REPOSITORY = Path(__file__).resolve().parent.parent
CONDA_NAMES = {
    "duckdb": "python-duckdb",
    "matplotlib": "matplotlib-base",
    "seaborn": "seaborn-base",
    "nbconvert": "nbconvert-core",
}


def read_pyproject() -> dict:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


def split(requirement: str) -> tuple[str, str]:
    name, bounds = re.fullmatch(r"([A-Za-z0-9_.-]+?)([<>=!~].*)?", requirement).groups()
    return name.lower(), bounds or ""


def test_environment_lists_what_pyproject_lists() -> None:
    pyproject = read_pyproject()
    wanted = {
        CONDA_NAMES.get(name, name): bounds
        for name, bounds in map(split, pyproject["project"]["dependencies"])
    }
    wanted["python"] = pyproject["project"]["requires-python"]

    conda = yaml.safe_load((REPOSITORY / "environment.yml").read_text(encoding="utf-8"))
    pip = next(entry["pip"] for entry in conda["dependencies"] if isinstance(entry, dict))
    listed = [entry for entry in conda["dependencies"] if isinstance(entry, str)]
    found = dict(map(split, listed + [entry for entry in pip if entry != "-e ."]))

    assert "-e ." in pip
    assert found.pop("pip") == ""
    assert found == wanted


def test_locks_hold_hashes_and_no_addresses() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (REPOSITORY / lock).read_text(encoding="utf-8")
        assert "://" not in text
        pinned = re.findall(r"^[a-z0-9_.-]+(?:\[[a-z,]+\])?==", text, flags=re.MULTILINE)
        assert len(pinned) > 80
        assert all(
            "--hash=sha256:" in block for block in re.split(r"\n(?=\S)", text) if "==" in block
        )


def test_locks_hold_everything_that_pyproject_asks_for() -> None:
    pyproject = read_pyproject()
    runtime = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    everything = (REPOSITORY / "requirements-dev.lock").read_text(encoding="utf-8")
    for name, _ in map(split, pyproject["project"]["dependencies"]):
        assert re.search(rf"^{name}(\[[a-z,]+\])?==", runtime, flags=re.MULTILINE), name
    for name, _ in map(split, pyproject["dependency-groups"]["dev"]):
        assert re.search(rf"^{name}(\[[a-z,]+\])?==", everything, flags=re.MULTILINE), name

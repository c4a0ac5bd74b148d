"""The eight packages that the workbench is said to be built on are all at work in it."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest


REPOSITORY = Path(__file__).resolve().parent.parent
SOURCES = sorted((REPOSITORY / "src" / "analyslib").rglob("*.py"))
IMPORTED = ("pandas", "duckdb", "matplotlib", "seaborn", "papermill", "ipywidgets")
# Run as commands and never imported: the file where that is done, and how.
RUN = {
    "jupyterlab": ("src/analyslib/workbench.py", r'"jupyter", "lab"'),
    "nbval": ("tests/test_notebooks.py", r'"--nbval"'),
}


def names_at_work(path: Path) -> set[str]:
    """The packages that a file imports and then uses: the name stands on another line too."""
    tree = ast.parse(path.read_text("utf-8"))
    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound[alias.asname or alias.name.split(".")[0]] = alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                bound[alias.asname or alias.name] = node.module.split(".")[0]
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return {package for name, package in bound.items() if name in used}


@pytest.fixture(scope="module")
def at_work() -> set[str]:
    return set().union(*map(names_at_work, SOURCES))


@pytest.mark.parametrize("package", IMPORTED)
def test_an_imported_package_is_used(package: str, at_work: set[str]) -> None:
    assert package in at_work


@pytest.mark.parametrize("package", RUN)
def test_a_package_that_is_run_is_run(package: str) -> None:
    file, how = RUN[package]
    assert re.search(how, (REPOSITORY / file).read_text("utf-8"))


def test_the_eight_are_what_is_installed() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    installed = {re.match(r"[\w-]+", line)[0].lower() for line in project["dependencies"]}
    assert len({*IMPORTED, *RUN}) == 8 and {*IMPORTED, *RUN} <= installed


def test_an_import_alone_is_not_use(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("import seaborn as sns\nimport pandas as pd\nframe = pd.DataFrame()\n")
    assert names_at_work(path) == {"pandas"}

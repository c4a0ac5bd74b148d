"""Data flows one way: no module imports one to its right, and the code passes the linters."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest


REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = REPOSITORY / "src" / "analyslib"

# From left to right as in the flow. Modules in the same row may not import each other,
# but modules inside one package may.
LAYERS = (
    {"errors"},
    {"workspace"},
    {"definitions"},
    {"catalogue", "measures"},
    {"identities"},
    {"sources"},
    {"store"},
    {"analysis"},
    {"disclosure"},
    {"text"},
    {"tables"},
    {"figures"},
    {"sections"},
    {"page", "facts"},
    {"notebook_page"},
    {"page_checks"},
    {"jobs"},
    {"shell", "forking"},
    {"warm", "warm_kernel"},
    {"engine"},
    {"papermill_engine", "provisioner"},
    {"report"},
    {"pack_plan"},
    {"delivery"},
    {"meeting", "pdf"},
    {"pack"},
    {"cluster", "mail_merge"},
    {"workbench"},
    {"controls"},
    {"explore", "meeting_form"},
    {"start_page"},
    {"command_words"},
    {"cli"},
    {"__main__", "__init__"},
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def top(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def own_imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "analyslib":
            if node.module == "analyslib":
                found += [f"analyslib.{alias.name}" for alias in node.names]
            else:
                found.append(node.module or "")
        elif isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.split(".")[0] == "analyslib"]
    return [name for name in found if name not in ("analyslib", "analyslib.__version__")]


MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_to_the_left(path: Path) -> None:
    here = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for module in own_imports(path):
        there = top(module)
        assert here in LEVEL, f"{here} has no place in the flow"
        assert here == there or LEVEL[there] < LEVEL[here], f"{here} imports {module}"


def run(*command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    run("ruff", "check", "src", "tests", "benchmarks")


def test_ruff_format_finds_nothing() -> None:
    run("ruff", "format", "--check", "src", "tests", "benchmarks")


def test_mypy_finds_nothing() -> None:
    run("mypy")

"""Every notebook runs from top to bottom and gives what is stored in it, number for number."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


REPOSITORY = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((REPOSITORY / "notebooks").rglob("*.ipynb"))
REPORTS = [path for path in NOTEBOOKS if path.parent.name == "rapporter"]
LONGEST_CELL = 10
FORBIDDEN = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try, ast.With, ast.If)


def name_of(path: Path) -> str:
    return str(path.relative_to(REPOSITORY / "notebooks"))


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def run_nbval(paths: list[Path], home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q"),
            *("-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(paths[0].parent)),
            *("--nbval-sanitize-with", str(REPOSITORY / "tests" / "sanitize.cfg")),
            *map(str, paths),
        ],
        env={**os.environ, "ANALYSLIB_HOME": str(home), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
    )


def test_there_are_notebooks() -> None:
    assert {"kommun", "natverk"} <= {path.stem for path in REPORTS}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_every_cell_was_run_and_the_notebook_shows_something(path: Path) -> None:
    cells = code_cells(read(path))
    assert all(cell["execution_count"] for cell in cells if source(cell).strip())
    assert sum(bool(cell["outputs"]) for cell in cells) >= 1
    assert not [out for cell in cells for out in cell["outputs"] if out.get("name") == "stderr"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_cells_are_short_and_hold_no_logic(path: Path) -> None:
    for cell in code_cells(read(path)):
        text = source(cell)
        assert len([line for line in text.splitlines() if line.strip()]) <= LONGEST_CELL
        assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, FORBIDDEN)]


@pytest.mark.parametrize("path", REPORTS, ids=name_of)
def test_a_report_has_a_form_with_swedish_help(path: Path) -> None:
    cells = code_cells(read(path))
    forms = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    assert len(forms) == 1
    for line in source(forms[0]).splitlines():
        assert re.fullmatch(r"\w+: (str|int|float|bool) = .+  # .+", line), line


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_nothing_in_a_notebook_names_a_path_of_a_machine(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"/(home|root|tmp|Users|work)/", text)


def test_notebooks_give_what_is_stored_in_them(demo_workspace: Path) -> None:
    done = run_nbval(NOTEBOOKS, demo_workspace)
    print("\n".join(map(name_of, NOTEBOOKS)))
    assert done.returncode == 0, done.stdout[-6000:]
    cells = sum(len(code_cells(read(path))) for path in NOTEBOOKS)
    assert f"{cells} passed" in done.stdout


def small_copy(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """The report of a municipality, cut after its first cell that shows something."""
    notebook = read(REPOSITORY / "notebooks" / "rapporter" / "kommun.ipynb")
    shown = next(i for i, cell in enumerate(notebook["cells"]) if cell.get("outputs"))
    notebook["cells"] = notebook["cells"][: shown + 1]
    return tmp_path / "kommun.ipynb", notebook


def test_one_changed_digit_is_seen(tmp_path: Path, demo_workspace: Path) -> None:
    path, notebook = small_copy(tmp_path)
    path.write_text(json.dumps(notebook), "utf-8")
    assert run_nbval([path], demo_workspace).returncode == 0
    output = notebook["cells"][-1]["outputs"][0]["data"]
    html = "".join(output["text/html"])
    digit = re.search("\\d(?=[ \u00a0]procent)", html)
    assert digit, "the summary shows a percentage"
    output["text/html"] = (
        html[: digit.start()] + str((int(digit[0]) + 1) % 10) + html[digit.end() :]
    )
    path.write_text(json.dumps(notebook), "utf-8")
    assert run_nbval([path], demo_workspace).returncode == 1


def test_a_stripped_notebook_is_seen(tmp_path: Path) -> None:
    path, notebook = small_copy(tmp_path)
    for cell in code_cells(notebook):
        cell.update(outputs=[], execution_count=None)
    path.write_text(json.dumps(notebook), "utf-8")
    with pytest.raises(AssertionError):
        test_every_cell_was_run_and_the_notebook_shows_something(path)

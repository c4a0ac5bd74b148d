"""Run every notebook on the demo data and store what it shows: the reference for the tests.

    python benchmarks/renew_notebooks.py [NAME ...]

Run it when a report is meant to look different, and read the difference before committing.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from analyslib.workbench import build_workspace, make_demo_data
from analyslib.workspace import Workspace


REPOSITORY = Path(__file__).resolve().parent.parent
WIDGET = "application/vnd.jupyter.widget-view+json"


def make_workspace(root: Path) -> None:
    for folder in ("data/raw", "data/processed", "reports"):
        (root / folder).mkdir(parents=True)
    (root / "notebooks").symlink_to(REPOSITORY / "notebooks", target_is_directory=True)
    workspace = Workspace(root, demo=True)
    make_demo_data(workspace)
    build_workspace(workspace)


def renew(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    # Controls that were stored look alive when the notebook is opened, and answer nothing.
    client = NotebookClient(
        notebook,
        timeout=300,
        store_widget_state=False,
        resources={"metadata": {"path": path.parent}},
    )
    client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, path)


def main(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        make_workspace(Path(folder))
        os.environ["ANALYSLIB_HOME"] = folder
        for path in sorted((REPOSITORY / "notebooks").rglob("*.ipynb")):
            if not names or path.stem in names:
                renew(path)
                print(path.relative_to(REPOSITORY))


if __name__ == "__main__":
    main(sys.argv[1:])

"""Notebooks with outputs: no stowaways, and only numbers from the plan."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyslib.disclosure.notebook_check import check_notebook
from analyslib.disclosure.page_check import Allowed
from analyslib.errors import DisclosureError


ALLOWED = Allowed({("kön", "sex=K"): 12}, frozenset({"12"}))
CANARY = "kanin-7f3a91"


def html(content: str) -> dict:
    return {"output_type": "display_data", "data": {"text/html": [content]}, "metadata": {}}


def notebook(tmp_path: Path, *outputs: dict, source: str = "", **metadata: object) -> Path:
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": list(outputs)}
    path = tmp_path / "bok.ipynb"
    path.write_text(json.dumps({"cells": [cell], "metadata": metadata}), "utf-8")
    return path


def test_a_clean_notebook_passes(tmp_path: Path) -> None:
    good = html('<p data-about="individer">12 kvinnor</p>')
    check_notebook(notebook(tmp_path, good), ALLOWED, [CANARY])


@pytest.mark.parametrize(
    "output",
    [
        html('<p data-about="individer">3 barn</p>'),
        html('<td data-layout="kön" data-cell="sex=K">3</td>'),
        html(f"<p>{CANARY}</p>"),
        {"output_type": "stream", "name": "stderr", "text": "varning"},
        {"output_type": "stream", "name": "stdout", "text": f"{CANARY}"},
        {"output_type": "stream", "name": "stdout", "text": "/home/anna/uttag.xlsx"},
        {"output_type": "error", "ename": "KeyError", "evalue": "x", "traceback": []},
        {"output_type": "display_data", "data": {"application/vnd.plotly.v1+json": {}}},
        {"output_type": "display_data", "data": {"application/vnd.jupyter.widget-view+json": {}}},
    ],
)
def test_what_should_not_leave_is_found(tmp_path: Path, output: dict) -> None:
    with pytest.raises(DisclosureError):
        check_notebook(notebook(tmp_path, output), ALLOWED, [CANARY])


def test_metadata_and_sources_are_read(tmp_path: Path) -> None:
    for path in (
        notebook(tmp_path, widgets={}),
        notebook(tmp_path, papermill={"input_path": "x"}),
    ):
        with pytest.raises(DisclosureError):
            check_notebook(path, ALLOWED)
    with pytest.raises(DisclosureError, match="kontrollnummer"):
        check_notebook(notebook(tmp_path, source=f"# {CANARY}"), ALLOWED, [CANARY])

"""The pack: everything for a meeting, resumed, whole, the same bytes from the same input."""

from __future__ import annotations

import json
import re
from concurrent.futures import Executor, Future
from pathlib import Path

import pytest
from toy_factory import (
    DATE,
    NUA,
    code,
    municipality_cells,
    page_bytes,
    read_json,
    save_database,
    save_notebook,
    workbench,
)

from analyslib.errors import DisclosureError, ReportError, UsageError
from analyslib.jobs import Limits
from analyslib.pack import build_pack
from analyslib.pack_plan import Status
from analyslib.workspace import Workspace


__all__ = ["workbench"]


def test_pack_makes_a_page_per_municipality_an_overview_and_an_index(workbench: Workspace) -> None:
    result = build_pack(workbench, "nua", DATE, 2022)

    assert result.exit_code == 0
    assert {page.engine for page in result.pages} == {"fork"}
    assert len(result.pages) == len(NUA) + 1
    index = result.delivery.index.read_text("utf-8")
    links = re.findall(r'href="([^"#]+)"', index)
    assert links[0] == "natverk_nua.html"
    assert "2480_umea_kommun.html" in links
    assert all((result.folder / link).is_file() for link in links)
    order = [re.search(r"<h3[^>]*>(.*?)</h3>", part)[1] for part in index.split("<li class")[1:]]
    assert order.index("Vännäs") < order.index("Åsele")
    assert order[-1] == "Åsele"

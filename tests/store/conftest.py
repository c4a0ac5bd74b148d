"""A workspace that tests fill through the production code: add, build, open, query."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analyslib.sources import kolada
from analyslib.sources.origin import ArchivedFile
from analyslib.store.build import build
from analyslib.store.build_report import BuildReport
from analyslib.store.connection import Store, open_store, query
from analyslib.workspace import Workspace


RETRIEVED = date(2026, 8, 1)
VALUE = {"kpi": "N31807", "municipality": "2480", "year": 2022, "gender": "T", "value": 1.0}


@dataclass
class Bench:
    """Adds files with defaults merged in, so that a test states only what matters to it."""

    workspace: Workspace
    folder: Path
    opened: list[Store] = field(default_factory=list)

    def add_values(
        self, rows: Iterable[dict[str, Any]], vintage: str = "2026-08-01"
    ) -> list[ArchivedFile]:
        full = [{**VALUE, **row} for row in rows]
        return self.add_csv(full, f"values_{vintage}_{len(self._files())}.csv", vintage)

    def add_kpis(
        self, kpis: Iterable[str | dict[str, str]], vintage: str = "2026-08-01"
    ) -> list[ArchivedFile]:
        rows = [
            {
                **{"id": "", "title": "Påhittat", "description": "Källa: påhitt."},
                **{"is_divided_by_gender": "True", "municipality_type": "K", "auspice": "X"},
                **{"operating_area": "Individ- och familjeomsorg", "perspective": "Volymer"},
                **({"id": item} if isinstance(item, str) else item),
            }
            for item in kpis
        ]
        return self.add_csv(rows, f"kpi_{vintage}_{len(self._files())}.csv", vintage)

    def add_groups(
        self, groups: dict[tuple[str, str], list[str]], vintage: str = "2026-08-01"
    ) -> list[ArchivedFile]:
        rows = [
            {"group_id": group, "group_title": title, "member_id": member, "member_title": ""}
            for (group, title), members in groups.items()
            for member in members
        ]
        return self.add_csv(rows, f"groups_{vintage}_{len(self._files())}.csv", vintage)

    def add_csv(
        self, rows: list[dict[str, Any]], name: str, vintage: str | None = None
    ) -> list[ArchivedFile]:
        return kolada.add(self.workspace, [self.write(rows, name)], vintage, RETRIEVED)

    def write(self, rows: list[dict[str, Any]], name: str) -> Path:
        path = self.folder / name
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    def build(self, **options: Any) -> BuildReport:
        return build(self.workspace, **options)

    def query(self, name: str, **parameters: Any) -> pd.DataFrame:
        with open_store(self.workspace.publish_db) as store:
            return query(store, name, **parameters)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a test wants to see of the store that no report asks for."""
        with open_store(self.workspace.publish_db) as store:
            return store.connection.execute(sql).fetchall()

    def _files(self) -> list[Path]:
        return list(self.folder.iterdir())


@pytest.fixture
def bench(own_workspace: Path, tmp_path: Path) -> Iterator[Bench]:
    folder = tmp_path / "incoming"
    folder.mkdir()
    yield Bench(Workspace(own_workspace), folder)

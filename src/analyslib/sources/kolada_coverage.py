"""From which day an incremental fetch must ask, so that no change falls between two fetches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import duckdb

from analyslib.sources.kolada_shapes import find_shape, select_rows
from analyslib.sources.origin import archived_files
from analyslib.workspace import Workspace


def newest_vintages(workspace: Workspace, base_url: str) -> dict[str, date]:
    """The newest vintage in the archive of each series that was fetched from `base_url`.

    A file that someone has added may hold some of the years only, and counts for nothing here.
    """
    newest: dict[str, date] = {}
    with duckdb.connect(":memory:") as connection:
        for file in archived_files(workspace, "kolada", "values"):
            if file.origin.address != base_url:
                continue
            rows = select_rows(find_shape(file.path), [file.path], row=False)
            kpis = connection.execute(f"SELECT DISTINCT kpi FROM ({rows})").fetchall()
            vintage = date.fromisoformat(file.origin.vintage)
            newest |= {kpi: max(vintage, newest.get(kpi, vintage)) for (kpi,) in kpis}
    return newest


def starts(
    kpis: Iterable[str], since: date | None, newest: dict[str, date]
) -> dict[date | None, list[str]]:
    """The series to ask for from each day; None is everything.

    A series that the archive lacks is asked for whole, and one that it has from before `since`
    from that day: otherwise what changed in between would be lost in silence.
    """
    found: dict[date | None, list[str]] = defaultdict(list)
    for kpi in kpis:
        has = newest.get(kpi)
        found[min(since, has) if since and has else None].append(kpi)
    return dict(found)

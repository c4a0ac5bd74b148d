"""The badge on every number that the source has revised, in whatever table or figure it stands.

A raw number carries its key, so the badge is put on when a table is finished; what draws and
tabulates need not know of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace
from typing import TypeVar, overload

import pandas as pd

from analyslib.catalogue import RIKET
from analyslib.figures.frame import Picture
from analyslib.store.connection import Store, query
from analyslib.tables import REVISED, Cell, Table


Number = tuple[str, str, str, str]  # indicator id, municipality code, year, gender
Marked = TypeVar("Marked", Table, Picture)


def read_revisions(
    store: Store, kpis: list[str], municipalities: list[str], since: str
) -> pd.DataFrame:
    """What later deliveries than `since` (ISO date) have changed; see the query revisions."""
    places = [*municipalities, RIKET]
    return query(store, "revisions", kpis=kpis, municipalities=places, since=since)


def revised_numbers(revisions: pd.DataFrame) -> frozenset[Number]:
    """Those that had a value before; one that has come where there was none is only new."""
    had = revisions[revisions["old_value"].notna()]
    years = had["year"].astype(str)
    return frozenset(zip(had["kpi"], had["municipality"], years, had["gender"], strict=True))


@overload
def mark_revised(shown: Table, revised: Set[Number]) -> Table: ...


@overload
def mark_revised(shown: Picture, revised: Set[Number]) -> Picture: ...


def mark_revised(shown: Table | Picture, revised: Set[Number]) -> Table | Picture:
    """The same table or figure, with the badge on every raw number that has been revised."""
    if isinstance(shown, Picture):
        return replace(shown, table=mark_revised(shown.table, revised))
    rows = tuple(tuple(_marked(row, revised)) for row in shown.rows)
    return replace(shown, rows=rows)


def _marked(row: tuple[Cell, ...], revised: Set[Number]) -> Iterator[Cell]:
    for cell in row:
        key = (cell.kpi, cell.municipality, cell.year, cell.gender)
        yield replace(cell, badge=REVISED) if cell.is_raw and key in revised else cell

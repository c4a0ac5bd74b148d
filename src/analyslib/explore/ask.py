"""The explorer from Python, without its controls: search, show, values, SQL."""

from __future__ import annotations

import pandas as pd

from analyslib.catalogue import find_municipality, load_catalogue
from analyslib.errors import UsageError
from analyslib.explore.explorer import Choice, open_explorer
from analyslib.explore.search import as_frame
from analyslib.sections.parts import Html
from analyslib.store.connection import ask, open_store, query
from analyslib.workspace import find_workspace


def help_me(text: str, data: str = "demo") -> pd.DataFrame:
    """Find key figures by Swedish words: ``help_me("väntetid hemtjänst")``.

    One row = one series, best first: kpi, title, area, unit, first_year, latest_year,
    municipalities (how many have had a value). Empty where nothing holds every word.
    """
    return as_frame(open_explorer(data).find(text))


def show(
    kpi: str,
    municipality: str,
    view: str = "läge",
    group: str = "nätverket",
    year: int = 0,
    data: str = "demo",
) -> Html:
    """One view of a key figure, as the explorer shows it.

    `view`: läge, utveckling, tratt, karta, fördelning, tabell, om nyckeltalet. `group`:
    nätverket, länet, kommungruppen, liknande. `year` 0 is the newest with values.
    Raises UsageError where something of this does not exist.
    """
    return open_explorer(data).show(Choice(kpi, municipality, group, year, view))


def values(kpi: str, data: str = "demo") -> pd.DataFrame:
    """Every number of a key figure. Source: Kolada.

    One row = one municipality, year and gender: value is in the unit of the key figure, n the
    number of persons behind it where that is known; where value is missing, status says why.
    """
    return open_explorer(data).values(kpi)


def unit_values(kpi: str, municipality: str, data: str = "demo") -> pd.DataFrame:
    """A key figure for each unit (home-help team, group home) of a municipality. Source: Kolada.

    One row = one unit, year and gender. Raises UsageError where there is nothing: only the
    indicators that the definitions mark with ``units = true`` are fetched per unit.
    """
    place = find_municipality(load_catalogue(), municipality)
    with open_store(find_workspace(demo=data == "demo").publish_db) as store:
        found = query(store, "unit_values", kpis=[kpi], municipalities=[place.code])
    if found.empty:
        raise UsageError(
            f"{kpi} har inga värden per enhet i {place.name}.",
            remedy="Värden per enhet hämtas för nyckeltal med units = true i definitions/areas.",
        )
    return found


def sql(text: str, data: str = "demo", individual: bool = False) -> pd.DataFrame:
    """Ask the database in SQL (DuckDB). It is opened for reading and sealed.

    `individual` opens the analyst's own database, where individual rows are: what it gives
    must not be spread. Raises UsageError with the place in the text where it is wrong.
    """
    workspace = find_workspace(demo=data == "demo")
    with open_store(workspace.analys_db if individual else workspace.publish_db) as store:
        return ask(store, text)


def show_tables(data: str = "demo", individual: bool = False) -> pd.DataFrame:
    """One row = one table of the database: its name, columns and number of rows."""
    columns = sql(
        "SELECT table_name, string_agg(column_name, ', ' ORDER BY column_index) AS columns "
        "FROM duckdb_columns() WHERE NOT internal GROUP BY table_name ORDER BY table_name",
        data,
        individual,
    )
    rows = [
        sql(f'SELECT count(*) AS n FROM "{name}"', data, individual)["n"].item()
        for name in columns["table_name"]
    ]
    return columns.assign(rows=rows)

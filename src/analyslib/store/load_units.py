"""Values per unit (a home-help team, a group home), for the indicators that ask for them.

Far fewer than the municipalities' own numbers, so they are put in place by plain joins. The rules
are the same: each row is loaded or turned away with its reason, and the newest file decides.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from analyslib.sources.kolada_shapes import archived_shape, select_rows
from analyslib.sources.origin import ArchivedFile
from analyslib.store.connection import run_query
from analyslib.store.load import FileCount, by_precedence


COLUMNS = {
    "ou": "unit, unit_name, municipality",
    "oudata": "kpi, unit, year, gender, value, value_text, status, deleted",
}


def load_units(
    connection: duckdb.DuckDBPyConnection, files: Sequence[ArchivedFile]
) -> list[FileCount]:
    """unit, unit_observation and what was turned away, after the series have been numbered."""
    newest_first = by_precedence([file for file in files if file.origin.dataset in COLUMNS])
    run_query(connection, "build/unit_schema")
    for number, file in enumerate(newest_first):
        _read(connection, number, file)
    for name in ("unit", "unit_stage", "unit_observation", "unit_rejected"):
        run_query(connection, f"build/{name}")
    counted = run_query(connection, "build/unit_count").fetchall()
    return [
        FileCount(newest_first[number], rows_in, loaded, rejected, superseded, deleted)
        for number, rows_in, loaded, rejected, superseded, deleted in counted
    ]


def _read(connection: duckdb.DuckDBPyConnection, number: int, file: ArchivedFile) -> None:
    dataset = file.origin.dataset
    rows = select_rows(archived_shape(file), [file.path])
    connection.execute(
        f"INSERT INTO raw_{dataset} BY NAME SELECT $number AS file_no, $source AS source, "
        "$vintage AS vintage, $last_year AS last_year, path, row, "
        f"{COLUMNS[dataset]} FROM ({rows})",
        {
            "number": number,
            "source": file.origin.source,
            "vintage": file.origin.vintage,
            "last_year": file.origin.retrieved.year,
        },
    )

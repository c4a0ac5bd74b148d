"""From the archive into the tables: every number counted, none lost in silence.

A number's key is one whole number (see sql/build/number_keys.sql). All files are read in one
go and sorted once; what is left is a walk along the sorted numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

import duckdb
import pandas as pd

from analyslib.catalogue import Catalogue
from analyslib.sources import SOURCES, scb
from analyslib.sources.kolada_shapes import Shape, archived_shape, select_rows
from analyslib.sources.origin import ArchivedFile
from analyslib.store.connection import run_query


POPULATION = "N01951"
# What is read in SQL; a source with another form of "values" has a `read` of its own.
READ_IN_SQL = ("kolada", "demo")
RAW_TABLES = {
    "kpi": "kpi VARCHAR, title VARCHAR, description VARCHAR, municipality_type VARCHAR, "
    "auspice VARCHAR, operating_area VARCHAR, perspective VARCHAR, "
    "is_divided_by_gender VARCHAR, has_ou_data VARCHAR, publication_date VARCHAR, "
    "prel_publication_date VARCHAR, publ_period VARCHAR",
    "municipality": "municipality VARCHAR, name VARCHAR, type VARCHAR",
    "group": "group_id VARCHAR, title VARCHAR, member VARCHAR",
}
REASON = (
    "reason_of(kpi_no, municipality_no, municipality, year, gender, value, value_text, status, "
    "last_year, other_unit)"
)
NUMBERS = (
    "JOIN file_number USING (path) LEFT JOIN kpi_number USING (kpi) "
    "LEFT JOIN municipality_number USING (municipality) LEFT JOIN misfit USING (kpi, file_no)"
)


# Metadata and groups alone make a store too, with nothing in it yet.
NO_ROWS = "SELECT 0::BIGINT AS sort_key, 0.0::DOUBLE AS value, 0::UTINYINT AS status WHERE false"


@dataclass(frozen=True)
class FileCount:
    """One archived file and what became of its rows: rows_in = loaded + rejected."""

    file: ArchivedFile
    rows_in: int
    loaded: int = 0
    rejected: int = 0
    superseded: int = 0
    deleted: int = 0
    group_rows: int = 0


@dataclass(frozen=True)
class Batch:
    """Files that are read together: of one shape, or one frame from a source's own `read`."""

    rows: str  # a SELECT without row numbers
    numbered_rows: str  # the same with the row of each file; dearer
    numbers: tuple[int, ...]


Connection = duckdb.DuckDBPyConnection


def load_metadata(
    connection: Connection, files: Sequence[ArchivedFile], catalogue: Catalogue
) -> list[FileCount]:
    """kpi, municipality, groups and their members, per vintage; indicator from the definitions."""
    for name, columns in RAW_TABLES.items():
        connection.execute(
            f"CREATE TEMP TABLE raw_{name} "
            f"(file_no INTEGER, source VARCHAR, vintage VARCHAR, {columns})"
        )
    counts = [_load_raw(connection, number, file) for number, file in enumerate(files)]
    _register_definitions(connection, catalogue)
    for name in (
        "scale_of",
        "kpi",
        "municipality",
        "municipality_group",
        "group_member",
        "indicator",
    ):
        run_query(connection, f"build/{name}")
    return [count for count in counts if count]


def _load_raw(connection: Connection, number: int, file: ArchivedFile) -> FileCount | None:
    dataset = file.origin.dataset
    if dataset not in ("kpi", "municipality", "groups"):
        return None
    shape = archived_shape(file)
    table = "group" if dataset == "groups" else dataset
    names = [part.split()[0] for part in RAW_TABLES[table].split(", ")]
    given = {ours for ours, _ in shape.columns}
    if shape.format == "csv":
        names = [name for name in names if name in given]
    rows = connection.execute(
        f"INSERT INTO raw_{table} BY NAME "
        f"SELECT $number AS file_no, $source AS source, $vintage AS vintage, {', '.join(names)} "
        f"FROM ({select_rows(shape, [file.path], row=False)})",
        {"number": number, "source": file.origin.source, "vintage": file.origin.vintage},
    ).fetchone() or (0,)
    return FileCount(file, rows_in=rows[0], loaded=rows[0])


def _register_definitions(connection: Connection, catalogue: Catalogue) -> None:
    places = pd.DataFrame(
        [astuple(place) for place in catalogue.municipalities.values()],
        columns=["municipality", "name", "county", "county_name", "skr_group", "skr_group_name"],
        dtype="str",
    )
    connection.register("defined", places)
    connection.register("defined_indicator", _indicator_frame(catalogue))
    connection.register("defined_fallback", _fallback_frame(catalogue))


def _indicator_frame(catalogue: Catalogue) -> pd.DataFrame:
    rows = [
        {
            "kpi": item.id,
            "area": area.id,
            "area_title": area.title,
            "title": item.title,
            "short": item.short,
            "unit": item.unit,
            "direction": item.direction,
            "direction_basis": item.direction_basis,
            "kind": item.kind,
            "aspect": item.aspect,
            "n_kind": item.n.kind,
            "n_kpi": item.n.kpi,
            "per": float(item.n.per),
            "decimals": item.decimals,
            "gender": item.gender,
            "main": item.main,
        }
        for area in catalogue.areas.values()
        for item in area.indicators
    ]
    return pd.DataFrame(rows)


def _fallback_frame(catalogue: Catalogue) -> pd.DataFrame:
    """One row = one series that is added up where the one that holds n has no value.

    Kolada's population is SCB's, so where Kolada lacks it SCB's own stands in.
    """
    rows = [
        {"kpi": item.id, "part": part, "parts": len(parts)}
        for item in catalogue.indicators.values()
        for parts in [item.n.fallback or ((scb.SERIES,) if item.n.kpi == POPULATION else ())]
        for part in parts
    ]
    frame = pd.DataFrame(rows, columns=["kpi", "part", "parts"])
    return frame.astype({"kpi": "str", "part": "str", "parts": "int64"})


def stage_values(connection: Connection, files: Sequence[ArchivedFile]) -> list[Batch]:
    """Every row of every file of values as a key, a number and a status, sorted."""
    newest_first = by_precedence(files)
    _number_files(connection, newest_first)
    run_query(connection, "build/number_keys")
    run_query(connection, "build/file_scale")
    batches = list(_batches(connection, newest_first))
    selects = [_stage_select(batch) for batch in batches]
    connection.execute(
        f"CREATE TEMP TABLE stage AS {' UNION ALL '.join(selects) or NO_ROWS} ORDER BY sort_key"
    )
    run_query(connection, "build/ordered")
    return batches


def load_values(
    connection: Connection, files: Sequence[ArchivedFile], batches: Sequence[Batch]
) -> list[FileCount]:
    """observation, benchmark, revision and rejected, from what was staged."""
    newest_first = by_precedence(files)
    for name in ("n_value", "observation", "revision", "benchmark"):
        run_query(connection, f"build/{name}")
    counts = _count_files(connection, newest_first)
    for batch in batches:
        if any(counts[number].rejected > counts[number].group_rows for number in batch.numbers):
            _report_rejected(connection, batch)
    return list(counts.values())


def by_precedence(files: Sequence[ArchivedFile]) -> list[ArchivedFile]:
    """Newest first: the first file that has a key decides its number."""
    return sorted(files, key=_precedence, reverse=True)


def _precedence(file: ArchivedFile) -> tuple[str, str, str]:
    origin = file.origin
    return origin.vintage, origin.retrieved.isoformat(), file.path.name


def _number_files(connection: Connection, files: Sequence[ArchivedFile]) -> None:
    frame = pd.DataFrame(
        {
            "file_no": range(len(files)),
            "path": pd.Series([str(file.path) for file in files], dtype="str"),
            "source": pd.Series([file.origin.source for file in files], dtype="str"),
            "vintage": pd.Series([file.origin.vintage for file in files], dtype="str"),
            "last_year": [file.origin.retrieved.year for file in files],
        }
    )
    connection.register("numbered", frame)
    connection.execute("CREATE TEMP TABLE file_number AS SELECT * FROM numbered")
    connection.unregister("numbered")


def _batches(connection: Connection, files: Sequence[ArchivedFile]) -> Iterable[Batch]:
    alike: dict[Shape, list[int]] = defaultdict(list)
    for number, file in enumerate(files):
        if file.origin.source in READ_IN_SQL:
            alike[archived_shape(file)].append(number)
        else:
            yield _frame_batch(connection, number, file)
    for shape, numbers in alike.items():
        paths = [files[number].path for number in numbers]
        yield Batch(select_rows(shape, paths, row=False), select_rows(shape, paths), tuple(numbers))


def _frame_batch(connection: Connection, number: int, file: ArchivedFile) -> Batch:
    frame = SOURCES[file.origin.source].read(file)
    name = f"read_{number}"
    connection.register(name, frame)
    rows = (
        f"SELECT $path$ AS path, row_number() OVER () AS row, kpi, municipality, "
        f"year::INTEGER AS year, gender, value::DOUBLE AS value, NULL::VARCHAR AS value_text, "
        f"status::VARCHAR AS status, false AS deleted FROM {name}"
    ).replace("$path$", "'" + str(file.path).replace("'", "''") + "'")
    return Batch(rows, rows, (number,))


def _stage_select(batch: Batch) -> str:
    """A negative sort_key is a row that cannot be taken in; those of groups lie further down."""
    return (
        f"SELECT CASE WHEN {REASON} IS NULL "
        "THEN key_of(kpi_no, municipality_no, year, gender) << 20 | file_no "
        "WHEN municipality_no IS NULL AND municipality[1] = 'G' THEN -1048577 - file_no "
        "ELSE -1 - file_no END AS sort_key, "
        "value, status_code(value, status, deleted) AS status "
        f"FROM ({batch.rows}) {NUMBERS}"
    )


def _count_files(connection: Connection, files: Sequence[ArchivedFile]) -> dict[int, FileCount]:
    superseded = dict(run_query(connection, "build/superseded").fetchall())
    counts = {number: FileCount(file, rows_in=0) for number, file in enumerate(files)}
    for number, rows_in, loaded, rejected, groups, deleted in run_query(
        connection, "build/file_count"
    ).fetchall():
        counts[number] = FileCount(
            files[number], rows_in, loaded, rejected, superseded.get(number, 0), deleted, groups
        )
    return counts


def _report_rejected(connection: Connection, batch: Batch) -> None:
    """A second reading, only for files where something was turned away."""
    connection.execute(
        "INSERT INTO rejected SELECT source, path, row, kpi, municipality, year, gender, "
        f"{REASON} AS reason FROM ({batch.numbered_rows}) {NUMBERS} "
        "WHERE reason IS NOT NULL AND (municipality IS NULL OR municipality[1] <> 'G') "
        "ORDER BY path, row"
    )

"""What kind of Kolada file this is, by its content, and how DuckDB reads it.

The same values come as parquet, as csv from many hands and as answers from the API, with
Kolada's old and new field names. Here, and only here, they become the same rows. The SELECT is
put together in Python because the file decides which columns there are to name.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from analyslib.errors import SourceError
from analyslib.sources.origin import ArchivedFile


# Our column <- what it is called in files we have met; the first that is there is used.
# `municipality` comes last of its kind: beside a code it is the name. Values per unit come first:
# beside the unit they may name its municipality, and must not be taken for the municipality's.
ALIASES: dict[str, dict[str, tuple[str, ...]]] = {
    "oudata": {
        "kpi": ("kpi", "kpi_id"),
        "unit": ("ou", "ou_id", "unit", "unit_id"),
        "year": ("year", "period"),
        "gender": ("gender",),
        "value": ("value",),
    },
    "values": {
        "kpi": ("kpi", "kpi_id"),
        "municipality": ("municipality_id", "municipality_code", "municipality"),
        "year": ("year", "period"),
        "gender": ("gender",),
        "value": ("value",),
    },
    "kpi": {
        "kpi": ("id",),
        "title": ("title",),
        "description": ("description",),
        "municipality_type": ("municipality_type",),
        "auspice": ("auspice", "auspices"),
        "operating_area": ("operating_area",),
        "perspective": ("perspective",),
    },
    "groups": {
        "group_id": ("group_id",),
        "title": ("group_title",),
        "member": ("member_id",),
    },
    "group_titles": {"group_id": ("group_id",), "title": ("group_title",), "size": ("n_members",)},
    "ou": {"unit": ("id",), "unit_name": ("title",), "municipality": ("municipality",)},
    "municipality": {"municipality": ("id",), "name": ("title",), "type": ("type",)},
}
NUMBERS = ("values", "oudata")
OPTIONAL: dict[str, dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(NUMBERS, {"status": ("status",), "deleted": ("isdeleted", "is_deleted")}),
    "kpi": {
        "is_divided_by_gender": ("is_divided_by_gender",),
        "has_ou_data": ("has_ou_data",),
        "publication_date": ("publication_date",),
        "prel_publication_date": ("prel_publication_date",),
        "publ_period": ("publ_period",),
    },
}
# What Kolada sends besides, and what we have no use for: left out without a word.
KNOWN_EXTRAS = {
    *("count", "municipality", "municipality_name", "municipality_type", "municipality_title"),
    *("ou_publication_date", "definition", "member_title", "n_members", "kpi_title"),
}
# What the user calls the content; `group_titles` is archived as groups.
TITLES = {
    "values": "Värden för nyckeltal",
    "kpi": "Uppgifter om nyckeltal",
    "groups": "Kommungrupper",
    "group_titles": "Kommungrupper (namn)",
    "municipality": "Kommuner och regioner",
    "ou": "Enheter",
    "oudata": "Värden per enhet",
}
# Which fields the things in the answer's list have. `count` is named although it is not read:
# DuckDB reads the list several times slower where it is the only field.
POINTS = '"values" STRUCT(gender VARCHAR, status VARCHAR, value VARCHAR, isdeleted BOOLEAN)[]'
JSON_COLUMNS = {
    "values": f"kpi VARCHAR, municipality VARCHAR, period VARCHAR, {POINTS}",
    "oudata": f"kpi VARCHAR, ou VARCHAR, period VARCHAR, {POINTS}",
    "ou": "id VARCHAR, title VARCHAR, municipality VARCHAR",
    "kpi": "id VARCHAR, title VARCHAR, description VARCHAR, municipality_type VARCHAR, "
    "auspice VARCHAR, operating_area VARCHAR, perspective VARCHAR, "
    "is_divided_by_gender VARCHAR, has_ou_data VARCHAR, publication_date VARCHAR, "
    "prel_publication_date VARCHAR, publ_period VARCHAR",
    "groups": "id VARCHAR, title VARCHAR, members STRUCT(member_id VARCHAR)[]",
    "municipality": 'id VARCHAR, title VARCHAR, "type" VARCHAR',
}
HEAD = 200_000
LONGEST_HEADER = 10_000  # far more than names of columns take
# What DuckDB raises for a file that is not whole. Anything else is a mistake of ours.
DAMAGED = (duckdb.InvalidInputException, duckdb.IOException, duckdb.ConversionException)


@dataclass(frozen=True)
class Shape:
    """How a file is read. Files of one shape can be read together."""

    format: str  # parquet, csv or json
    dataset: str
    columns: tuple[tuple[str, str], ...] = ()  # ours, theirs
    text_values: bool = True  # value is not a number in the file
    delimiter: str = ","
    header: tuple[str, ...] = ()  # every column of a csv, in order
    packed: bool = False  # gzip, whatever the name says

    def theirs(self, ours: str) -> str | None:
        return dict(self.columns).get(ours)


def find_shape(path: Path) -> Shape:
    """The shape of `path`. Raises SourceError where it has none, or is not what its name says."""
    start, packed = _first_bytes(path)
    _check_name(path, start)
    if start[:4] == b"PAR1":
        return _table_shape(path, "parquet", _parquet_columns(path))
    if start[:2] == b"PK":
        raise SourceError(
            "Filen är en Excelfil, ingen fil från Koladas databas.",
            path.name,
            "Lägg in den med `analyslib add oj`, eller spara den som csv.",
        )
    text = _as_text(path, start)
    if text.lstrip().startswith(("{", "[")):
        return _json_shape(path, text, packed)
    if text.lstrip()[:1] == "<":
        raise SourceError(
            "Filen är en webbsida.", path.name, "Hämta själva datafilen och försök igen."
        )
    if _ending(path) == "json":
        raise _misnamed(path, "json", "ingen json-fil")
    return _csv_shape(path, text, packed)


def _check_name(path: Path, start: bytes) -> None:
    """A parquet file must be called one, and nothing else may be."""
    ending = _ending(path)
    is_parquet = start[:4] == b"PAR1"
    if is_parquet != (ending == "parquet") and ending in ("parquet", "csv", "json"):
        raise _misnamed(path, ending, "en parquet-fil" if is_parquet else "ingen parquet-fil")


def _ending(path: Path) -> str:
    return path.name.lower().removesuffix(".gz").rpartition(".")[2]


def _misnamed(path: Path, ending: str, kind: str) -> SourceError:
    return SourceError(
        f"Filen heter .{ending} men är {kind}.",
        path.name,
        "Hämta filen på nytt, eller ge den det namn som den ska ha.",
    )


def archived_shape(file: ArchivedFile) -> Shape:
    """The shape of a file in the archive: a fetched page can be empty and still be right."""
    start, packed = _first_bytes(file.path)
    if start.lstrip()[:1] in (b"{", b"["):
        return Shape("json", file.origin.dataset, packed=packed)
    return find_shape(file.path)


def _first_bytes(path: Path) -> tuple[bytes, bool]:
    """The beginning of the content, and whether it was packed."""
    if not path.is_file():
        raise SourceError("Filen finns inte.", str(path), "Kontrollera namnet och mappen.")
    if path.stat().st_size == 0:
        raise SourceError("Filen är tom.", path.name, "Hämta den på nytt.")
    with path.open("rb") as raw:
        start = raw.read(HEAD)
    if start[:2] != b"\x1f\x8b":
        return start, False
    try:
        with gzip.open(path) as packed:
            return packed.read(HEAD), True
    except (EOFError, OSError) as error:
        raise cut_off(path) from error


def cut_off(path: Path) -> SourceError:
    return SourceError(
        "Filen är avklippt eller skadad: den går inte att läsa till slutet.",
        path.name,
        "Hämta den på nytt.",
    )


def _as_text(path: Path, start: bytes) -> str:
    try:
        return start.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start >= len(start) - 4 and len(start) == HEAD:
            return start[: error.start].decode("utf-8-sig")  # a letter cut in two by HEAD
        raise SourceError(
            "Filen är varken parquet, json eller text i UTF-8.",
            path.name,
            "Spara den som csv med teckenkodningen UTF-8 och försök igen.",
        ) from error


def _json_shape(path: Path, text: str, packed: bool) -> Shape:
    """Read off the first thing in the list, so that a page of a gigabyte costs nothing."""
    inner = text.partition('"values"')[2]
    marks = {
        "oudata": ('"period"', '"ou"'),
        "values": ('"period"', '"municipality"'),
        "groups": ('"members"', '"member_id"'),
        "kpi": ('"description"', '"municipality_type"'),
        "municipality": ('"type"', '"title"'),
        "ou": ('"municipality"', '"title"'),
    }
    for dataset, wanted in marks.items():
        if all(mark in inner for mark in wanted):
            return Shape("json", dataset, packed=packed)
    if re.match(r"\s*:\s*\[\s*\]", inner):
        raise SourceError("Svaret är tomt.", path.name, "Det finns inget att lägga in.")
    raise SourceError(
        "Filen är json, men inget svar från Koladas API (version 3).",
        path.name,
        "Väntade värden, nyckeltal, kommuner, kommungrupper eller enheter.",
    )


def _csv_shape(path: Path, text: str, packed: bool) -> Shape:
    if not text.strip():
        raise SourceError("Filen är tom.", path.name, "Hämta den på nytt.")
    header = text.splitlines()[0]
    if not header.strip() or len(header) > LONGEST_HEADER:
        raise SourceError(
            "Filen börjar inte med en rubrikrad.",
            f"{path.name}, rad 1",
            "Den första raden ska ha kolumnernas namn.",
        )
    delimiter = max(",;\t", key=header.count)
    names = next(csv.reader(io.StringIO(header), delimiter=delimiter))
    if len({name.strip().lower() for name in names}) < len(names):
        raise SourceError("Två kolumner har samma namn.", f"{path.name}, rad 1", "Ta bort den ena.")
    shape = _table_shape(path, "csv", dict.fromkeys(names, "VARCHAR"))
    return replace(shape, delimiter=delimiter, header=tuple(names), packed=packed)


def _parquet_columns(path: Path) -> dict[str, str]:
    try:
        described = duckdb.execute("DESCRIBE SELECT * FROM read_parquet($p)", {"p": str(path)})
        return {name: kind for name, kind, *_ in described.fetchall()}
    except DAMAGED as error:
        raise cut_off(path) from error


def _table_shape(path: Path, form: str, columns: dict[str, str]) -> Shape:
    lower = {name.strip().lower(): name for name in columns}
    best: tuple[list[str], str] | None = None
    for dataset, aliases in ALIASES.items():
        found = _match(lower, {**aliases, **OPTIONAL.get(dataset, {})})
        missing = [ours for ours in aliases if ours not in found]
        if not missing:
            number = columns[found["value"]] not in ("VARCHAR", "BLOB") if "value" in found else 0
            return Shape(form, dataset, tuple(found.items()), not number)
        if len(missing) <= len(aliases) // 2 and (best is None or len(missing) <= len(best[0])):
            best = missing, dataset
    raise _no_shape(path, best, tuple(columns))


def _match(lower: dict[str, str], aliases: dict[str, tuple[str, ...]]) -> dict[str, str]:
    found = {}
    for ours, names in aliases.items():
        there = [lower[name] for name in names if name in lower]
        if there:
            found[ours] = there[0]
    return found


def _no_shape(
    path: Path, best: tuple[list[str], str] | None, columns: tuple[str, ...]
) -> SourceError:
    if best is None:
        shown = ", ".join(f"”{name[:30]}”" for name in columns[:8])
        return SourceError(
            f"Filen känns inte igen som en fil från Kolada (kolumner: {shown}).",
            path.name,
            "Väntade värden, nyckeltal, kommuner, kommungrupper eller enheter.",
        )
    missing, dataset = best
    names = [" eller ".join(ALIASES[dataset][ours]) for ours in missing]
    word = "Kolumnen" if len(names) == 1 else "Kolumnerna"
    return SourceError(
        f"{word} {' och '.join(names)} saknas ({TITLES[dataset].lower()}).",
        path.name,
        f"Filen behöver {', '.join(ALIASES[dataset])}.",
    )


def unused_columns(path: Path, shape: Shape) -> tuple[str, ...]:
    """Columns that we neither use nor know what they are."""
    if shape.format == "json":
        return ()
    names = tuple(_parquet_columns(path)) if shape.format == "parquet" else shape.header
    used = {theirs for _, theirs in shape.columns}
    return tuple(name for name in names if name not in used and name.lower() not in KNOWN_EXTRAS)


def select_rows(shape: Shape, paths: Sequence[Path], row: bool = True) -> str:
    """A SELECT of the content of `paths` in our columns, all of one shape.

    Values: kpi, municipality (or unit), year, gender, value, value_text (as written, where the
    file has text), status (NULL where the file has none), deleted. All have path, and row
    (from 1 within the file, in the file's order) where asked for; it costs time.
    """
    if shape.format == "json":
        inner = _json_rows(shape, paths)
    else:
        inner = f"SELECT {_columns(shape)} FROM {_table(shape, paths, row)}"
    if not row:
        return inner
    if shape.format == "parquet":
        return inner.replace("SELECT ", "SELECT file_row_number + 1 AS row, ", 1)
    return f"SELECT row_number() OVER (PARTITION BY path) AS row, * FROM ({inner})"


def _table(shape: Shape, paths: Sequence[Path], row: bool) -> str:
    files = _file_list(paths)
    if shape.format == "parquet":
        numbered = "true" if row else "false"
        return f"read_parquet({files}, filename = true, file_row_number = {numbered})"
    columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in shape.header)
    return (
        f"read_csv({files}, columns = {{{columns}}}, auto_detect = false, header = true, "
        f"delim = '{shape.delimiter}', quote = '\"', escape = '\"', filename = true, "
        f"compression = '{_compression(shape)}')"
    )


def _compression(shape: Shape) -> str:
    return "gzip" if shape.packed else "uncompressed"


def _text(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _columns(shape: Shape) -> str:
    parts = ["filename AS path"]
    for ours, _ in shape.columns:
        parts += _value(shape) if ours == "value" else [f"{_cast(shape, ours)} AS {ours}"]
    for ours, cast in _EMPTY.get(shape.dataset, {}).items():
        if shape.theirs(ours) is None:
            parts.append(f"{cast} AS {ours}")
    return ", ".join(parts)


_EMPTY = {
    **dict.fromkeys(NUMBERS, {"status": "NULL::VARCHAR", "deleted": "false"}),
    "kpi": dict.fromkeys(OPTIONAL["kpi"], "NULL::VARCHAR"),
}


def _name(shape: Shape, ours: str) -> str:
    return '"' + (shape.theirs(ours) or "").replace('"', '""') + '"'


def _cast(shape: Shape, ours: str) -> str:
    """trim() also keeps DuckDB from reading the csv column as numbers, which would make what
    TRY_CAST forgives an error of the whole file."""
    name = _name(shape, ours) if shape.format == "parquet" else f"trim({_name(shape, ours)})"
    if ours == "year":
        return _year(name)
    if ours == "deleted":
        return f"coalesce(TRY_CAST({name} AS BOOLEAN), false)"
    return f"{name}::VARCHAR"


def _year(name: str) -> str:
    """NULL where it is no whole number: the cast alone would move 2021.5 to another year."""
    year = f"TRY_CAST({name} AS INTEGER)"
    return f"CASE WHEN TRY_CAST({name} AS DOUBLE) = {year} THEN {year} END"


def _value(shape: Shape) -> list[str]:
    """NaN is how some programs write an empty cell in a column of numbers."""
    name = _name(shape, "value")
    if not shape.text_values:
        number = f"CASE WHEN NOT isnan({name}::DOUBLE) THEN {name}::DOUBLE END"
        return [f"{number} AS value", "NULL::VARCHAR AS value_text"]
    text = f"nullif(nullif(trim({name}), ''), 'NaN')"
    number = f"replace({text}, ',', '.')" if shape.delimiter == ";" else text
    return [f"TRY_CAST({number} AS DOUBLE) AS value", f"{text} AS value_text"]


def _json_rows(shape: Shape, paths: Sequence[Path]) -> str:
    """The lists are unnested in the SELECT list: as joins the same is three times slower."""
    source = (
        f"read_json({_file_list(paths)}, filename = true, "
        f"columns = {{'values': 'STRUCT({JSON_COLUMNS[shape.dataset]})[]', 'count': 'BIGINT'}}, "
        f"compression = '{_compression(shape)}', maximum_object_size = {_largest(paths)})"
    )
    things = f'SELECT filename AS path, unnest("values", max_depth := 2) FROM {source}'
    if shape.dataset in NUMBERS:
        place, name = ("municipality",) * 2 if shape.dataset == "values" else ("ou", "unit")
        points = (
            f'SELECT path, kpi, {place}, period, unnest("values", max_depth := 2) FROM ({things})'
        )
        return (
            f"SELECT path, kpi, {place} AS {name}, {_year('period')} AS year, gender, "
            "TRY_CAST(value AS DOUBLE) AS value, value AS value_text, status, "
            f"coalesce(isdeleted, false) AS deleted FROM ({points})"
        )
    if shape.dataset == "groups":
        members = "SELECT path, id, title, unnest(members, max_depth := 2) FROM "
        return f"SELECT path, id AS group_id, title, member_id AS member FROM ({members}({things}))"
    if shape.dataset == "kpi":
        return f"SELECT * EXCLUDE (id), id AS kpi FROM ({things})"
    if shape.dataset == "ou":
        return f"SELECT path, id AS unit, title AS unit_name, municipality FROM ({things})"
    return f"SELECT path, id AS municipality, title AS name, type FROM ({things})"


def _largest(paths: Sequence[Path]) -> int:
    """DuckDB refuses a page larger than it was told; a packed file tells its size at the end."""
    return max(16_777_216, *(_unpacked_size(path) + 1024 for path in paths))


def _unpacked_size(path: Path) -> int:
    with path.open("rb") as file:
        if file.read(2) != b"\x1f\x8b":
            return path.stat().st_size
        file.seek(-4, io.SEEK_END)
        return int.from_bytes(file.read(4), "little")


def _file_list(paths: Sequence[Path]) -> str:
    return f"[{', '.join(_text(str(path)) for path in paths)}]"

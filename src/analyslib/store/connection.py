"""The one way into a finished database, and the only place where a query runs.

A reader is sealed: it cannot write, reach other files or the network, load extensions or
mistake a Python variable for a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb
import pandas as pd

from analyslib.errors import StoreError, UsageError


SEAL = """
SET autoinstall_known_extensions = false;
SET autoload_known_extensions = false;
SET python_enable_replacements = false;
SET enable_external_access = false;
SET lock_configuration = true;
"""


@dataclass(frozen=True)
class Store:
    """A database opened for reading. Close it, or use it in a ``with`` statement."""

    path: Path
    connection: duckdb.DuckDBPyConnection

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"


def open_store(path: Path, threads: int | None = None) -> Store:
    """Open a finished database, sealed. `threads` is 1 where many workers share a machine.

    The file is attached to an empty database in memory instead of being opened by itself:
    DuckDB shares opened files by path within a process, so a notebook that had the store open
    during a build would otherwise go on seeing the old one however often it opened anew.
    """
    if not path.is_file():
        raise StoreError(
            "Databasen finns inte.", str(path), "Bygg den med `analyslib build` och försök igen."
        )
    connection = duckdb.connect(":memory:")
    try:
        if threads:
            connection.execute(f"SET threads = {int(threads)}")
        connection.execute(f"ATTACH {quoted(path)} AS store (READ_ONLY)")
        connection.execute("USE store")
        connection.execute(SEAL)
    except duckdb.Error as error:
        connection.close()
        raise _why_closed(path, error) from error
    return Store(path, connection)


def query(store: Store, name: str, **parameters: object) -> pd.DataFrame:
    """The rows of ``sql/<name>.sql``; its first line says what one row is.

    A parameter that is missing, or one that the query does not know, is a programmer's
    mistake and raises what DuckDB raises.
    """
    return run_query(store.connection, name, **parameters).df()


def ask(store: Store, text: str) -> pd.DataFrame:
    """The answer to a question written in SQL by an analyst.

    Raises UsageError with DuckDB's own words, which name the place in the text.
    """
    try:
        return store.connection.execute(text).df()
    except duckdb.Error as error:
        what = f"Frågan gick inte att köra: {error}"
        raise UsageError(
            what, remedy="Tabellerna och deras kolumner visas av show_tables()."
        ) from error


def run_query(
    connection: duckdb.DuckDBPyConnection, name: str, **parameters: object
) -> duckdb.DuckDBPyConnection:
    """Run ``sql/<name>.sql`` on any connection; the build's own statements too."""
    return connection.execute(sql_text(name), parameters or None)


@cache
def sql_text(name: str) -> str:
    return (files("analyslib.store") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def query_names() -> tuple[str, ...]:
    """The queries that can be asked of a finished store."""
    folder = files("analyslib.store") / "sql"
    names = (entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple(sorted(name.removesuffix(".sql") for name in names))


def query_parameters(name: str) -> tuple[str, ...]:
    """The $parameters of a query, in alphabetical order."""
    return tuple(sorted(set(_parameters(sql_text(name)))))


def _parameters(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from re.findall(r"\$([a-z_]+)", line.split("--")[0])


def quoted(path: Path) -> str:
    """A file name as SQL text, for ATTACH, which takes no parameters."""
    return "'" + str(path).replace("'", "''") + "'"


def _why_closed(path: Path, error: duckdb.Error) -> StoreError:
    """DuckDB's reasons for not opening a file, in the reader's words."""
    text = str(error)
    if "lock" in text.lower():
        what = "Databasen är öppen för skrivning i ett annat program."
        remedy = "Stäng det (ofta en annan notebook eller ett databasverktyg) och försök igen."
    elif "not a valid DuckDB database" in text:
        what = "Filen är ingen databas, eller är skadad."
        remedy = "Ta bort den och bygg om med `analyslib build`. Allt finns kvar i data/raw."
    elif "version" in text.lower() or "serializ" in text.lower():
        what = "Databasen är byggd med en annan version av DuckDB."
        remedy = "Bygg om den med `analyslib build`. Allt finns kvar i data/raw."
    else:
        what = f"Databasen går inte att öppna ({text.splitlines()[0]})."
        remedy = "Ta bort den och bygg om med `analyslib build`. Allt finns kvar i data/raw."
    return StoreError(what, str(path), remedy)

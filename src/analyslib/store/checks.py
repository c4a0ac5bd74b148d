"""What must hold of a database before it may take the old one's place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from analyslib.errors import Fault, StoreError
from analyslib.sources.origin import SIDECAR
from analyslib.store.connection import quoted, run_query
from analyslib.store.load import FileCount


SHOWN = 10


def check_built(
    connection: duckdb.DuckDBPyConnection, counts: Sequence[FileCount], accept_loss: bool
) -> None:
    """Raises StoreError with everything that does not hold. `old` is attached if there is one."""
    faults = [
        *_unaccounted(counts),
        *_all_rejected(connection, counts),
        *_broken(connection),
        *([] if accept_loss else _lost(connection)),
    ]
    if faults:
        raise StoreError(faults)


def _unaccounted(counts: Sequence[FileCount]) -> Iterator[Fault]:
    """What was counted when the file came in is counted again, in another way, when it is read."""
    for count in counts:
        if count.rows_in != count.file.origin.rows:
            yield Fault(
                f"Filen hade {count.file.origin.rows} rader när den lades in, men "
                f"{count.rows_in} lästes nu.",
                str(count.file.path),
                "Det är ett fel i programmet; den gamla databasen är kvar.",
            )
        if count.rows_in != count.loaded + count.rejected:
            yield Fault(
                f"{count.rows_in} rader lästes, men {count.loaded} lades in och "
                f"{count.rejected} avvisades.",
                str(count.file.path),
                "Det är ett fel i programmet; den gamla databasen är kvar.",
            )


def _all_rejected(
    connection: duckdb.DuckDBPyConnection, counts: Sequence[FileCount]
) -> Iterator[Fault]:
    """Values without their metadata are the usual slip; a build without them helps nobody."""
    for count in counts:
        unknown = connection.execute(
            "SELECT count(*) FROM rejected WHERE path = $path AND reason = unknown_series()",
            {"path": str(count.file.path)},
        ).fetchone()
        if unknown and unknown[0] and not count.loaded:
            yield Fault(
                f"Inget av filens {count.rejected} värden kan användas: nyckeltalen finns inte i "
                "någon årgång av metadata.",
                f"{count.file.path.name} ({count.file.origin.original_name})",
                "Lägg in Koladas uppgifter om nyckeltalen med `analyslib add kolada`, "
                "eller hämta dem med `analyslib fetch kolada`. Är nyckeltalens id fel i filen: ta "
                f"bort {count.file.path} och {count.file.path.name}{SIDECAR}.",
            )


def _broken(connection: duckdb.DuckDBPyConnection) -> Iterator[Fault]:
    """One statement, one row per rule that some number breaks."""
    for what, count in run_query(connection, "build/broken").fetchall():
        yield Fault(
            f"{count} tal i databasen: {what}.",
            remedy="Det är ett fel i programmet; den gamla databasen är kvar.",
        )


def _lost(connection: duckdb.DuckDBPyConnection) -> Iterator[Fault]:
    if not is_attached(connection, "old"):
        return
    lost = run_query(connection, "build/lost").fetchall()
    for kpi, before, now in lost[:SHOWN]:
        yield Fault(f"{kpi} hade {before} tal i förra bygget men bara {now} nu.")
    if lost:
        more = f"{len(lost)} nyckeltal har krympt. " if len(lost) > SHOWN else ""
        yield Fault(
            f"{more}Något har försvunnit ur arkivet (data/raw).",
            remedy="Lägg tillbaka filerna, eller bygg med --accept-loss om det är meningen.",
        )


def attach_old(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Attach the last build to compare with. One that cannot be read is no hindrance."""
    if not path.is_file():
        return False
    try:
        connection.execute(f"ATTACH {quoted(path)} AS old (READ_ONLY)")
        connection.execute("SELECT kpi FROM old.observation LIMIT 0")
    except duckdb.Error:
        if is_attached(connection, "old"):
            connection.execute("DETACH old")
        return False
    return True


def is_attached(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    found = connection.execute(
        "SELECT count(*) FROM duckdb_databases() WHERE database_name = $name", {"name": name}
    ).fetchone()
    return bool(found and found[0])

"""Archive to databases: built new beside the old ones, checked, then swapped in.

Whatever happens on the way (a full disk, a power cut, a kill), the old databases are whole and
the next build works. Unchanged input means nothing to do.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path

import duckdb
import pandas as pd
from filelock import FileLock, Timeout

from analyslib import __version__
from analyslib.catalogue import Catalogue, load_catalogue
from analyslib.errors import StoreError
from analyslib.sources import SOURCES
from analyslib.sources.meeting_notes import MeetingNotes, read_all_notes
from analyslib.sources.origin import ArchivedFile, archived_files
from analyslib.store.build_report import BuildReport, describe_build
from analyslib.store.checks import attach_old, check_built
from analyslib.store.connection import open_store, query, run_query
from analyslib.store.corrections import (
    Correction,
    Outcome,
    correct_series,
    correct_values,
    read_corrections,
    write_corrections,
)
from analyslib.store.load import FileCount, load_metadata, load_values, stage_values
from analyslib.store.load_units import load_units
from analyslib.workspace import Workspace


# From the analyst's new database to the protected tables that may be published.
Release = Callable[[duckdb.DuckDBPyConnection], Mapping[str, pd.DataFrame]]

# What DuckDB raises where it cannot write: at once, when it commits, or when it has given up.
UNWRITTEN = (
    duckdb.IOException,
    duckdb.TransactionException,
    duckdb.FatalException,
    duckdb.OutOfMemoryException,
)
ANALYS = "analys.duckdb"
PUBLISH = "publish.duckdb"
PUBLISHED = "published"  # the sums of the ledgers that the release was decided together with
# What decides which numbers a build holds and which of them may be published.
DECIDING = ("definitions", "sources", "store", "analysis", "disclosure")


def build(
    workspace: Workspace,
    catalogue: Catalogue | None = None,
    release: Release | None = None,
    accept_loss: bool = False,
    wait: float = 600,
    corrections: Sequence[Correction] | None = None,
    published: Iterable[str] = (),
) -> BuildReport:
    """Build both databases of the workspace from its archive, or find that nothing has changed.

    `release` makes the protected tables of the individual follow-up from the analyst's
    database; without it only the public part is published. `published`: the sums of all ledgers
    that have left in packs, which the release reckons with. A build that is already going on
    is waited for, `wait` seconds. `accept_loss` lets a build hold less than the last one.
    `corrections` are those of the definitions unless given.
    """
    catalogue = catalogue or load_catalogue()
    corrections = read_corrections() if corrections is None else corrections
    workspace.processed.mkdir(parents=True, exist_ok=True)
    with _only_one(workspace, wait):
        started = time.perf_counter()
        files = archived_files(workspace)
        if not files:
            raise StoreError(
                "Det finns inga data att bygga av.",
                str(workspace.raw),
                "Hämta med `analyslib fetch kolada`, eller lägg in en fil med `analyslib add`.",
            )
        notes = read_all_notes(workspace, catalogue)
        mark = fingerprint(files, catalogue, corrections, release, notes)
        left = frozenset(published)
        if _is_current(workspace, mark) and _has_reckoned_with(workspace, left):
            return BuildReport(workspace, built=False)
        archived_files(workspace, verify=True)
        with _told_of_full_disks(workspace), _beside(workspace) as (analys, publish_path):
            task = Task(workspace, files, catalogue, corrections, notes, accept_loss, mark, left)
            counts, outcomes = _build_public(task, publish_path)
            shutil.copyfile(publish_path, analys)
            released = _build_individual(analys, files, release)
            if released:
                with _writing(publish_path) as connection:
                    publish(connection, released)
            report = describe_build(workspace, publish_path, counts, outcomes)
            _swap(analys, workspace.processed / ANALYS)
            _swap(publish_path, workspace.processed / PUBLISH)
    return report.took(time.perf_counter() - started)


def publish(
    connection: duckdb.DuckDBPyConnection, released_tables: Mapping[str, pd.DataFrame]
) -> None:
    """The one door into publish.duckdb for anything about individuals: protected tables."""
    taken = {name for (name,) in connection.execute("SHOW TABLES").fetchall()}
    for name, frame in released_tables.items():
        if name in taken:
            raise ValueError(f"publish.duckdb already has a table {name}")
        connection.register("released_frame", frame)
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM released_frame')
        connection.unregister("released_frame")


def fingerprint(
    files: Sequence[ArchivedFile],
    catalogue: Catalogue,
    corrections: Sequence[Correction] = (),
    release: Release | None = None,
    notes: Sequence[MeetingNotes] = (),
) -> str:
    """Changes when the archive, the definitions, the notes, the program or its SQL does."""
    mark = hashlib.sha256()
    for file in files:
        mark.update(f"{file.path.name} {file.origin}\n".encode())
    mark.update(repr((catalogue, corrections, list(notes))).encode())
    mark.update(f"{__version__} {duckdb.__version__} {release is not None}".encode())
    mark.update(program_sum().encode())
    return mark.hexdigest()


@cache
def program_sum() -> str:
    """Of the code, the definitions and the queries that decide what the databases hold."""
    root = Path(str(package_files("analyslib")))
    files = [path for name in DECIDING for path in (root / name).rglob("*") if path.is_file()]
    mark = hashlib.sha256()
    for path in sorted(files):
        if path.suffix in (".py", ".sql", ".toml", ".csv"):
            mark.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return mark.hexdigest()


def _is_current(workspace: Workspace, mark: str) -> bool:
    """Both databases must bear the mark: a crash between the two swaps leaves only one."""
    return all(_mark_of(workspace.processed / name) == mark for name in (ANALYS, PUBLISH))


def _mark_of(path: Path) -> str:
    try:
        with open_store(path) as store:
            found = store.connection.execute(
                "SELECT value FROM build_info WHERE key = 'fingerprint'"
            ).fetchone()
    except (StoreError, duckdb.Error):
        return ""  # missing, damaged or of another DuckDB: to be built anew
    return found[0] if found else ""


def _has_reckoned_with(workspace: Workspace, published: frozenset[str]) -> bool:
    """True where the release was decided with just these ledgers, or they are its own: a pack of
    this very database changes nothing, and one that has been taken back does."""
    with open_store(workspace.processed / PUBLISH) as store:
        info = query(store, "build_info").set_index("key")["value"]
        used = frozenset(str(info.get(PUBLISHED, "")).split())
        own: frozenset[str] = frozenset()
        if query(store, "has_table", table="individual_ledger")["is_there"].item():
            own = frozenset(query(store, "individual_digests")["sha256"])
    return used <= published <= used | own


@dataclass(frozen=True)
class Task:
    """What one build is to make of what."""

    workspace: Workspace
    files: Sequence[ArchivedFile]
    catalogue: Catalogue
    corrections: Sequence[Correction]
    notes: Sequence[MeetingNotes]
    accept_loss: bool
    mark: str
    published: frozenset[str]


def _build_public(task: Task, path: Path) -> tuple[list[FileCount], list[Outcome]]:
    """Everything but individual rows, in a file that never has held any."""
    with _writing(path) as connection:
        connection.execute("SET python_enable_replacements = false")
        connection.execute("SET autoinstall_known_extensions = false")
        run_query(connection, "build/schema")
        counts = load_metadata(connection, task.files, task.catalogue)
        outcomes = correct_series(connection, task.corrections)
        values = [file for file in task.files if file.origin.dataset == "values"]
        batches = stage_values(connection, values)
        outcomes += correct_values(connection, task.corrections)
        counts += load_values(connection, values, batches)
        counts += load_units(connection, task.files)
        attach_old(connection, task.workspace.processed / PUBLISH)
        check_built(connection, counts, task.accept_loss)
        write_corrections(connection, outcomes)
        write_meeting_notes(connection, task.notes)
        _write_sources(connection, task.workspace, counts)
        _write_info(connection, task)
    return counts, outcomes


@contextmanager
def _writing(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Everything is in the one file when this is left: closing alone hides it from us when the
    disk is full, and leaves the rest in a log beside the file, which would not be swapped in."""
    with duckdb.connect(str(path)) as connection:
        yield connection
        connection.execute("CHECKPOINT")


def _write_sources(
    connection: duckdb.DuckDBPyConnection, workspace: Workspace, counts: Sequence[FileCount]
) -> None:
    rows = [
        (
            *(count.file.origin.source, _under_raw(workspace, count.file.path)),
            *(count.file.origin.dataset, count.file.origin.publisher, count.file.origin.title),
            *(count.file.origin.address, count.file.origin.licence, count.file.origin.retrieved),
            *(count.file.origin.vintage, count.file.origin.sha256, count.rows_in, count.loaded),
            *(count.rejected, count.superseded, count.deleted, count.group_rows),
        )
        for count in counts
    ]
    if rows:  # an archive of extracts or own measures alone has no public files
        connection.executemany(f"INSERT INTO source_file VALUES ({', '.join('?' * 16)})", rows)
    connection.execute(
        "UPDATE rejected SET path = replace(path, $raw, '')",
        {"raw": f"{workspace.raw}{os.sep}"},
    )


def write_meeting_notes(
    connection: duckdb.DuckDBPyConnection, meetings: Sequence[MeetingNotes]
) -> None:
    """What the meetings wrote down, into the table meeting_note."""
    rows = [
        (notes.network, notes.meeting, number, *astuple(note))
        for notes in meetings
        for number, note in enumerate(notes.notes, start=1)
    ]
    if rows:
        connection.executemany(f"INSERT INTO meeting_note VALUES ({', '.join('?' * 10)})", rows)


def _under_raw(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.raw).as_posix()


def _write_info(connection: duckdb.DuckDBPyConnection, task: Task) -> None:
    info = {
        "fingerprint": task.mark,
        PUBLISHED: " ".join(sorted(task.published)),
        "version": __version__,
        "duckdb": duckdb.__version__,
        "built": datetime.now().astimezone().isoformat(timespec="seconds"),
        "demo": "true" if task.workspace.demo else "false",
    }
    connection.executemany("INSERT INTO build_info VALUES (?, ?)", list(info.items()))


def _build_individual(
    path: Path, files: Sequence[ArchivedFile], release: Release | None
) -> Mapping[str, pd.DataFrame]:
    """Individual rows, for the analyst's database only, and what may be published of them."""
    with _writing(path) as connection:
        for name, module in SOURCES.items():
            if hasattr(module, "load"):
                own = [file for file in files if file.origin.source in (name, "demo")]
                module.load(connection, own)  # without files too: the tables are always there
        return release(connection) if release else {}


@contextmanager
def _only_one(workspace: Workspace, wait: float) -> Iterator[None]:
    """The lock is the operating system's: a killed build does not leave it behind."""
    lock = FileLock(workspace.processed / ".build.lock")
    try:
        lock.acquire(timeout=wait)
    except Timeout as error:
        raise StoreError(
            "Ett annat bygge pågår i samma arbetsbänk.",
            str(workspace.processed),
            "Vänta tills det är klart och försök igen.",
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _beside(workspace: Workspace) -> Iterator[tuple[Path, Path]]:
    """Two places to build in. Whatever lies there from a build that was cut short goes first."""
    places = tuple(workspace.processed / f"{name}.new" for name in (ANALYS, PUBLISH))
    _clear(places)
    try:
        yield places[0], places[1]
    finally:
        _clear(places)


def _clear(places: Sequence[Path]) -> None:
    for place in places:
        for leftover in (place, place.with_name(f"{place.name}.wal")):
            leftover.unlink(missing_ok=True)
        shutil.rmtree(place.with_name(f"{place.name}.tmp"), ignore_errors=True)


def _swap(new: Path, old: Path) -> None:
    """Readers that have the old one open go on with it; whoever opens now gets the new.

    A log that another program left beside the old one must not be read into the new.
    """
    try:
        old.with_name(f"{old.name}.wal").unlink(missing_ok=True)
        os.replace(new, old)
    except PermissionError as error:  # Windows refuses while someone has the file open
        raise StoreError(
            "Databasen är öppen i ett annat program och kan inte bytas ut.",
            str(old),
            "Stäng notebookar och databasverktyg som har den öppen och bygg igen.",
        ) from error


@contextmanager
def _told_of_full_disks(workspace: Workspace) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _not_written(workspace, str(error), error.errno == errno.ENOSPC) from error
    except UNWRITTEN as error:
        raise _not_written(workspace, str(error), "No space left" in str(error)) from error


def _not_written(workspace: Workspace, text: str, full: bool) -> StoreError:
    what = "Disken är full." if full else f"Databasen kunde inte skrivas: {text.splitlines()[0]}"
    return StoreError(
        f"{what} Den gamla databasen är kvar.",
        str(workspace.processed),
        "Gör plats på disken och bygg igen.",
    )

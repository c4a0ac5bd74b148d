"""Kolada's key figures, from files that someone has: check, add and read.

What is fetched over the network is in kolada_client; it lands in the same archive.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from analyslib.errors import Fault, SourceError, UsageError
from analyslib.sources.kolada_files import Checked, check
from analyslib.sources.kolada_shapes import find_shape, select_rows
from analyslib.sources.origin import (
    ArchivedFile,
    Origin,
    archive_all,
    sha256_of,
)
from analyslib.workspace import Workspace


__all__ = ["add", "check", "is_dated", "read"]

SOURCE = "kolada"
PUBLISHER = "Rådet för främjande av kommunala analyser (RKA)"
ADDRESS = "https://www.kolada.se"
LICENCE = (
    "Fri användning. Obearbetade uppgifter anges med källa Kolada; "
    "bearbetade får inte anges som Koladas."
)

_DATE = re.compile(r"(?<!\d)(20\d\d-[01]\d)(-[0-3]\d)?(?!\d)")


def add(
    workspace: Workspace,
    paths: Iterable[Path],
    vintage: str | None = None,
    retrieved: date | None = None,
    address: str = ADDRESS,
    source: str = SOURCE,
) -> list[ArchivedFile]:
    """Check every file, then take all into the archive; one that is wrong stops them all.

    `vintage` is the day the content speaks for. Without it the date in the file's name is
    used, or else the day of retrieval (today, unless told).
    """
    retrieved = retrieved or date.today()
    files = [Path(path) for path in paths]
    if not files:
        raise UsageError("Ingen fil angavs.", remedy="Skriv filens namn efter `add kolada`.")
    days = [vintage_of(path, vintage, retrieved) for path in files]
    checked = _check_all(files, retrieved)
    origins = [
        _origin(file, day, retrieved, address, source)
        for file, day in zip(checked, days, strict=True)
    ]
    return _archive_all(workspace, checked, origins)


def read(file: ArchivedFile) -> pd.DataFrame:
    """The content of an archived file, in our columns (see kolada_shapes.select_rows)."""
    with duckdb.connect(":memory:") as connection:
        return connection.execute(select_rows(find_shape(file.path), [file.path])).df()


def is_dated(name: str) -> bool:
    """Whether a file's name says which day its content speaks for."""
    return _DATE.search(name) is not None


def vintage_of(path: Path, vintage: str | None, retrieved: date) -> str:
    """2024-04-06 or 2024-08 in a name is a date; 1994_2022 is a span of years."""
    match = _DATE.search(path.name)
    text = vintage or (f"{match[1]}{match[2] or '-01'}" if match else retrieved.isoformat())
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"”{text}” är inget datum.", path.name, "Skriv årgången som ÅÅÅÅ-MM-DD."
        ) from error
    if day > retrieved:
        raise UsageError(
            f"Årgången {text} är senare än dagen då filen hämtades ({retrieved}).",
            path.name,
            "Ange rätt årgång, ÅÅÅÅ-MM-DD.",
        )
    return day.isoformat()


def _check_all(paths: list[Path], today: date) -> list[Checked]:
    checked: list[Checked] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            checked.append(check(path, today))
        except SourceError as error:
            faults.extend(error.faults)
    if faults:
        raise SourceError(faults)
    return checked


def _origin(file: Checked, vintage: str, retrieved: date, address: str, source: str) -> Origin:
    return Origin(
        source=source,
        dataset=file.dataset,
        publisher=PUBLISHER,
        title=file.title,
        address=address,
        licence=LICENCE,
        retrieved=retrieved,
        vintage=vintage,
        original_name=file.path.name,
        sha256=sha256_of(file.path),
        rows=file.rows,
    )


def _archive_all(
    workspace: Workspace, checked: list[Checked], origins: list[Origin]
) -> list[ArchivedFile]:
    """All or nothing: where the disk fills half-way, what this call took in goes out again."""
    paths = [file.path for file in checked]
    try:
        return archive_all(workspace, list(zip(paths, origins, strict=True)))
    except OSError as error:
        raise _cannot_write(workspace, error) from error


def _cannot_write(workspace: Workspace, error: OSError) -> SourceError:
    what = "Disken är full." if error.errno == errno.ENOSPC else f"Kan inte skriva: {error}."
    return SourceError(
        f"{what} Ingen av filerna lades in.", str(workspace.raw), "Gör plats och försök igen."
    )

"""Own measures: what a municipality or a project follows itself, checked and taken in.

A delivery is one workbook, or the csv files that are given together. What is wrong is said cell
by cell; a file with personal data reaches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from analyslib.catalogue import load_catalogue
from analyslib.errors import PersonalDataError, SourceError, UsageError
from analyslib.sources.extract_reading import TEXT_FILES
from analyslib.sources.findings import check_every
from analyslib.sources.origin import (
    ArchivedFile,
    Origin,
    archive_all,
    archived_files,
    sha256_of,
)
from analyslib.sources.own_measures_check import OwnResult, check_own_measures
from analyslib.sources.own_measures_load import OwnFrames, frames_of, load_own
from analyslib.workspace import Workspace


SOURCE = "matt"
DATASET = "own"
LICENCE = "Kommunens egna uppgifter. Tal om få personer får inte spridas; bara skyddade tal visas."


@dataclass(frozen=True)
class Checked:
    """A delivery that may be taken in."""

    paths: tuple[Path, ...]
    result: OwnResult
    publisher: str


def check(path: Path) -> Checked:
    """Check one file; raises SourceError (PersonalDataError) with all that stops it."""
    return _check_delivery((Path(path),))


def add(
    workspace: Workspace,
    paths: Iterable[Path],
    vintage: str | None = None,
    retrieved: date | None = None,
) -> list[ArchivedFile]:
    """Check every delivery, then take all into the archive; one that is wrong stops them all.

    `vintage` is the day the content speaks for (ISO date), by default today.
    """
    retrieved = retrieved or date.today()
    day = _check_day(vintage or retrieved.isoformat())
    checked = check_every(group_files([Path(path) for path in paths]), _check_delivery)
    first = 1 + max(map(_number, archived_files(workspace, SOURCE)), default=0)
    files = [
        (path, _origin(one, path, number, day, retrieved))
        for number, one in enumerate(checked, start=first)
        for path in one.paths
    ]
    return archive_all(workspace, files)


def read(files: Iterable[ArchivedFile]) -> list[OwnFrames]:
    """Every delivery among the archived files as rows, oldest first.

    Of two that speak for the same day the one that was taken in last is the newest.
    """
    groups: dict[tuple[str, int], list[ArchivedFile]] = {}
    for file in files:
        if file.origin.dataset == DATASET:
            groups.setdefault((file.origin.vintage, _number(file)), []).append(file)
    return [_read_delivery(groups[key]) for key in sorted(groups)]


def load(connection: object, files: Iterable[ArchivedFile]) -> None:
    """All rows into the analyst's database; what may be published is decided elsewhere."""
    load_own(connection, read(files))


def group_files(paths: list[Path]) -> list[tuple[Path, ...]]:
    """Each workbook is a delivery; text files are one together, a sheet each."""
    if not paths:
        raise UsageError("Ingen fil angavs.", remedy="Skriv filens namn efter `add matt`.")
    texts = tuple(path for path in paths if path.suffix.lower() in TEXT_FILES)
    return [*((path,) for path in paths if path not in texts), *([texts] if texts else [])]


def _check_day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise UsageError(f"”{text}” är inget datum.", remedy="Skriv som 2024-03-15.") from error


def _check_delivery(paths: tuple[Path, ...]) -> Checked:
    result = check_own_measures(paths)
    if not result.is_accepted:
        raise (PersonalDataError if result.has_personal_data else SourceError)(result.faults)
    codes = sorted(
        {
            code
            for name in ("project", "measure", "budget")
            if (typed := result.tables.there.get(name)) is not None
            for code in typed.values["municipality"].dropna()
        }
    )
    places = ", ".join(load_catalogue().municipalities[code].name for code in codes)
    return Checked(paths, result, places)


def _number(file: ArchivedFile) -> int:
    """Which delivery it belongs to; the numbers follow each other as they were taken in."""
    found = re.match(r"Egna mått nr (\d+)", file.origin.title)
    return int(found[1]) if found else 0


def _origin(checked: Checked, path: Path, number: int, vintage: str, retrieved: date) -> Origin:
    return Origin(
        source=SOURCE,
        dataset=DATASET,
        publisher=checked.publisher,
        title=f"Egna mått nr {number}, {checked.publisher}",
        address="",
        licence=LICENCE,
        retrieved=retrieved,
        vintage=vintage,
        original_name=path.name,
        sha256=sha256_of(path),
        rows=checked.result.rows_loaded,
    )


def _read_delivery(group: list[ArchivedFile]) -> OwnFrames:
    """The definitions may have changed since the file was taken in, so it is checked anew."""
    origin = group[0].origin
    result = check_own_measures([file.path for file in group], own_names=True)
    if not result.is_accepted:
        raise (PersonalDataError if result.has_personal_data else SourceError)(result.faults)
    return frames_of(result, f"{origin.vintage} nr {_number(group[0])}", origin.vintage)

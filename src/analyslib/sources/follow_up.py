"""Individual-based follow-up (ISU): extracts from municipalities, checked and taken in.

An extract is one workbook, several csv files, or one flat file with a row per insats. What is
wrong is said cell by cell; a file with personal data reaches nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from analyslib.catalogue import load_catalogue
from analyslib.errors import PersonalDataError, SourceError, UsageError
from analyslib.measures import load_measures
from analyslib.sources.extract_check import CheckResult, check_file, check_files
from analyslib.sources.extract_frames import ExtractFrames, frames_of
from analyslib.sources.extract_load import load_frames
from analyslib.sources.extract_mapping import load_mappings
from analyslib.sources.extract_reading import TEXT_FILES, read_sheets
from analyslib.sources.extract_report import summarise_check, write_error_list
from analyslib.sources.extract_tables import recognise_tables
from analyslib.sources.extract_template import write_template
from analyslib.sources.findings import check_every
from analyslib.sources.origin import ArchivedFile, Origin, archive_all, sha256_of
from analyslib.workspace import Workspace


__all__ = [
    "CheckResult",
    "Checked",
    "add",
    "check",
    "check_file",
    "check_files",
    "group_files",
    "load",
    "read",
    "summarise_check",
    "write_error_list",
    "write_template",
]

SOURCE = "isu"
DATASET = "extract"
LICENCE = "Känsliga personuppgifter. Får inte spridas; bara skyddade sammanställningar visas."


@dataclass(frozen=True)
class Checked:
    """An extract that may be taken in."""

    paths: tuple[Path, ...]
    result: CheckResult
    municipality: str
    extraction_date: str
    extract_id: str


def check(path: Path, extraction_date: str = "") -> Checked:
    """Check one file; raises SourceError (PersonalDataError) with all that stops it."""
    return _check_extract((Path(path),), extraction_date)


def add(
    workspace: Workspace,
    paths: Iterable[Path],
    extraction_date: str = "",
    retrieved: date | None = None,
) -> list[ArchivedFile]:
    """Check every extract, then take all into the archive; one that is wrong stops them all.

    `extraction_date` (ISO) is for files that do not state it themselves.
    """
    _check_day(extraction_date)
    groups = group_files([Path(path) for path in paths])
    checked = check_every(groups, lambda group: _check_extract(group, extraction_date))
    day = retrieved or date.today()
    files = [(path, _origin(one, path, day)) for one in checked for path in one.paths]
    return archive_all(workspace, files)


def read(files: Iterable[ArchivedFile]) -> list[ExtractFrames]:
    """Every extract among the archived files, as typed frames."""
    groups: dict[str, list[ArchivedFile]] = {}
    for file in files:
        if file.origin.dataset == DATASET:
            groups.setdefault(file.origin.title, []).append(file)
    return [_read_extract(group) for group in groups.values()]


def load(connection: object, files: Iterable[ArchivedFile]) -> None:
    """Individual rows into the analyst's database; never for the one that is published."""
    load_frames(connection, read(files))


# --- check


def group_files(paths: list[Path]) -> list[tuple[Path, ...]]:
    """Each workbook is an extract; text files are one together, unless each has its own cases."""
    if not paths:
        raise UsageError("Ingen fil angavs.", remedy="Skriv filens namn efter `add isu`.")
    texts = [path for path in paths if path.suffix.lower() in TEXT_FILES and path.is_file()]
    others = [(path,) for path in paths if path not in texts]
    if len(texts) < 2:
        return [*others, *((path,) for path in texts)]
    with_cases = [path for path in texts if _has_cases(path)]
    if len(with_cases) < 2:
        return [*others, tuple(texts)]
    if len(with_cases) == len(texts):
        return [*others, *((path,) for path in texts)]
    raise UsageError(
        "Det går inte att se vilka csv-filer som hör ihop.",
        remedy="Lägg in ett uttag i taget: ärenden, mätningar och uttaget för en kommun.",
    )


def _has_cases(path: Path) -> bool:
    """What is wrong with a file that cannot be read is for the check to say."""
    try:
        sheets = read_sheets(path)
    except SourceError:
        return False
    return recognise_tables(sheets, load_mappings(), load_measures()).episode is not None


def _check_day(text: str) -> None:
    try:
        date.fromisoformat(text or "2000-01-01")
    except ValueError as error:
        raise UsageError(
            f"Uttagsdatum ”{text}” är inget datum.", remedy="Skriv som 2024-03-15."
        ) from error


def _check_extract(paths: tuple[Path, ...], extraction_date: str) -> Checked:
    result = check_files(paths, extraction_date)
    if not result.is_accepted:
        raise (PersonalDataError if result.has_personal_data else SourceError)(result.faults)
    extract = result.extract
    assert extract is not None and extract.extraction_date is not None  # or it had been refused
    loaded = extract.episode.values.loc[result.rejected["episode"].eq("")]
    codes = loaded["municipality"].dropna().unique()
    if len(codes) != 1:
        raise SourceError(
            f"uttaget rör {len(codes)} kommuner.", paths[0].name, "Lämna ett uttag per kommun."
        )
    day = extract.extraction_date.date().isoformat()
    together = sha256("".join(sorted(map(sha256_of, paths))).encode()).hexdigest()
    return Checked(paths, result, codes[0], day, f"{codes[0]}_{day}_{together[:8]}")


# --- archive


def _origin(extract: Checked, path: Path, retrieved: date) -> Origin:
    place = load_catalogue().municipalities[extract.municipality]
    return Origin(
        source=SOURCE,
        dataset=DATASET,
        publisher=place.name,
        title=f"Individbaserad uppföljning, uttag {extract.extract_id}",
        address="",
        licence=LICENCE,
        retrieved=retrieved,
        vintage=extract.extraction_date,
        original_name=path.name,
        sha256=sha256_of(path),
        rows=extract.result.rows_loaded,
    )


def _read_extract(group: list[ArchivedFile]) -> ExtractFrames:
    """The definitions may have changed since the file was taken in, so it is checked anew."""
    origin = group[0].origin
    result = check_files([file.path for file in group], origin.vintage, own_names=True)
    if not result.is_accepted:
        raise (PersonalDataError if result.has_personal_data else SourceError)(result.faults)
    digests = ", ".join(file.origin.sha256 for file in group)
    return frames_of(result, origin.title.rsplit(" ", 1)[1], digests)

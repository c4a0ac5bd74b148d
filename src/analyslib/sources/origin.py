"""The archive under data/raw: every file as it was received, with a sidecar that says whence.

A file is never changed and never replaced. What a source publishes again becomes a new file
with its own vintage, so that yesterday's report can be explained tomorrow.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from analyslib.errors import Fault, SourceError
from analyslib.workspace import Workspace


SIDECAR = ".origin.toml"


@dataclass(frozen=True)
class Origin:
    """Where a file comes from: the publisher's facts, and the day we got it.

    `vintage` is the day the content speaks for (ISO date); of the same number in two files
    the newest vintage wins. `rows` counts what the file holds of its kind: values, series,
    group members.
    """

    source: str
    dataset: str
    publisher: str
    title: str
    address: str
    licence: str
    retrieved: date
    vintage: str
    original_name: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class ArchivedFile:
    """A file in the archive and what its sidecar says."""

    path: Path
    origin: Origin


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def archive_file(workspace: Workspace, path: Path, origin: Origin) -> ArchivedFile:
    """Take a copy of `path` into the archive; what is already there is left as it is.

    The same content with another vintage is kept too: a source that takes a revision back
    publishes the old bytes anew, and they must win over what came between.

    The data come first and the sidecar last, each by a rename, so a crash leaves either
    nothing that counts or both: without its sidecar a file is not in the archive.
    """
    folder = workspace.raw / origin.source
    known = _find(folder, origin)
    if known:
        return known
    target = _place(folder, origin, _ending(path.name))
    folder.mkdir(parents=True, exist_ok=True)
    with _replacing(target) as beside:
        shutil.copyfile(path, beside)
    with _replacing(_sidecar(target)) as beside:
        beside.write_text(_to_toml(origin), encoding="utf-8")
    return ArchivedFile(target, origin)


def archive_all(workspace: Workspace, files: Sequence[tuple[Path, Origin]]) -> list[ArchivedFile]:
    """All or nothing: what was taken in is taken out again where the disk fails half way."""
    there = {path for _, origin in files for path in (workspace.raw / origin.source).glob("*")}
    taken: list[ArchivedFile] = []
    try:
        for path, origin in files:
            taken.append(archive_file(workspace, path, origin))
    except OSError:
        for file in taken:
            if file.path not in there:
                remove_archived(file)
        raise
    return taken


def archived_files(
    workspace: Workspace,
    source: str | None = None,
    dataset: str | None = None,
    verify: bool = False,
) -> list[ArchivedFile]:
    """Everything in the archive, oldest vintage first.

    With ``verify=True`` each file is read through and held against its sha256. A file that
    is missing or changed, or a sidecar that cannot be read, is a SourceError with all faults.
    """
    faults: list[Fault] = []
    found: list[ArchivedFile] = []
    for sidecar in sorted(workspace.raw.glob(f"{source or '*'}/*{SIDECAR}")):
        file = _read_sidecar(sidecar, faults)
        if file and (dataset is None or file.origin.dataset == dataset):
            _check_present(file, verify, faults)
            found.append(file)
    if faults:
        raise SourceError(faults)
    return sorted(found, key=_age)


def remove_archived(file: ArchivedFile) -> None:
    """Undo an archiving that belongs to something that could not be finished."""
    _sidecar(file.path).unlink(missing_ok=True)
    file.path.unlink(missing_ok=True)


def _age(file: ArchivedFile) -> tuple[str, str, date, str]:
    origin = file.origin
    return origin.source, origin.vintage, origin.retrieved, file.path.name


def _find(folder: Path, origin: Origin) -> ArchivedFile | None:
    faults: list[Fault] = []
    for sidecar in sorted(folder.glob(f"{origin.dataset}_*_{origin.sha256[:8]}*{SIDECAR}")):
        file = _read_sidecar(sidecar, faults)
        if file and file.path.is_file() and _is_same(file.origin, origin):
            return file
    return None


def _is_same(one: Origin, other: Origin) -> bool:
    return (one.sha256, one.vintage) == (other.sha256, other.vintage)


def _place(folder: Path, origin: Origin, ending: str) -> Path:
    """Named for the day of retrieval; for the vintage too where that name is another's."""
    name = f"{origin.dataset}_{origin.retrieved}_{origin.sha256[:8]}"
    if _sidecar(folder / f"{name}{ending}").is_file():
        name = f"{name}_{origin.vintage}"
    return folder / f"{name}{ending}"


def _sidecar(path: Path) -> Path:
    return path.with_name(path.name + SIDECAR)


def _ending(name: str) -> str:
    """``.json.gz`` stays whole; dots elsewhere in the name are not part of it."""
    match = re.search(r"(\.[A-Za-z0-9]+(\.gz)?)$", name.lower())
    return match.group(1) if match else ""


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """A place beside `target` to write in; takes its name only when the writing succeeded."""
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def _to_toml(origin: Origin) -> str:
    """A JSON string is a TOML string; dates and whole numbers are written bare."""
    lines = []
    for field in fields(origin):
        value = getattr(origin, field.name)
        text = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
        lines.append(f"{field.name} = {text}\n")
    return "".join(lines)


def _read_sidecar(sidecar: Path, faults: list[Fault]) -> ArchivedFile | None:
    try:
        origin = Origin(**tomllib.loads(sidecar.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, TypeError, UnicodeDecodeError):
        faults.append(
            Fault(
                "Följesedeln går inte att läsa.",
                str(sidecar),
                "Hämta tillbaka den från en säkerhetskopia, eller ta bort den och lägg in "
                "filen på nytt med `analyslib add`.",
            )
        )
        return None
    return ArchivedFile(sidecar.with_name(sidecar.name.removesuffix(SIDECAR)), origin)


def _check_present(file: ArchivedFile, verify: bool, faults: list[Fault]) -> None:
    if not file.path.is_file():
        what = "Filen finns inte längre i arkivet."
    elif verify and sha256_of(file.path) != file.origin.sha256:
        what = "Filen i arkivet har ändrats sedan den lades in."
    else:
        return
    faults.append(
        Fault(
            what,
            str(file.path),
            f"Hämta tillbaka den från en säkerhetskopia, eller ta bort filens {SIDECAR} och "
            f"lägg in {file.origin.original_name} på nytt med `analyslib add`.",
        )
    )

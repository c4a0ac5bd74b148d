"""What a meeting wrote down: questions, decisions, matters for the national network.

One file per network and meeting under ``data/raw/moten``, a semicolon-separated text file that
Excel opens and saves. It is the one thing under data/raw that people write and change
themselves; the form in the notebook writes the same file. The build puts it in the published
database, so that the next pack opens with it. Notes are about figures and never about persons.
"""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from dataclasses import asdict, astuple, dataclass, fields
from datetime import date
from pathlib import Path

from analyslib.catalogue import Catalogue, Network
from analyslib.errors import Fault, SourceError
from analyslib.sources.personal_data import find_personal_data
from analyslib.workspace import Workspace


KINDS = {"fråga": "question", "beslut": "decision", "nationell": "national"}
HEADERS = {
    "typ": "kind",
    "text": "text",
    "nyckeltal": "kpi",
    "kommun": "municipality",
    "ansvarig": "responsible",
    "klart": "due",
    "år": "year",
}
FOLDER = "moten"


@dataclass(frozen=True)
class Note:
    """One line from a meeting.

    `kind` is question, decision or national. `kpi` and `municipality` tie it to a figure, and
    `year` is the year that the figure showed at the meeting; each may be empty. `responsible`
    is a role or an organisation.
    """

    kind: str
    text: str
    kpi: str = ""
    municipality: str = ""
    responsible: str = ""
    due: str = ""
    year: str = ""


@dataclass(frozen=True)
class MeetingNotes:
    network: str
    meeting: date
    notes: tuple[Note, ...]


def notes_path(workspace: Workspace, network: str, meeting: date) -> Path:
    return workspace.raw / FOLDER / f"{network}_{meeting}.csv"


def read_notes(
    workspace: Workspace, network: Network, meeting: date, catalogue: Catalogue
) -> MeetingNotes:
    """The notes of one meeting; none where nothing was written. Raises SourceError with every
    fault of the file."""
    path = notes_path(workspace, network.id, meeting)
    if not path.is_file():
        return MeetingNotes(network.id, meeting, ())
    return MeetingNotes(network.id, meeting, check_notes(path, network, catalogue))


def read_all_notes(workspace: Workspace, catalogue: Catalogue) -> list[MeetingNotes]:
    """Every meeting of every network, oldest first."""
    found: list[MeetingNotes] = []
    faults: list[Fault] = []
    for path in sorted((workspace.raw / FOLDER).glob("*.csv")):
        try:
            network, meeting = _whose(path, catalogue)
            found.append(MeetingNotes(network.id, meeting, check_notes(path, network, catalogue)))
        except SourceError as error:
            faults += error.faults
    if faults:
        raise SourceError(faults)
    return sorted(found, key=lambda notes: (notes.meeting, notes.network))


def _whose(path: Path, catalogue: Catalogue) -> tuple[Network, date]:
    network, _, day = path.stem.rpartition("_")
    try:
        return catalogue.networks[network], date.fromisoformat(day)
    except (KeyError, ValueError) as error:
        raise SourceError(
            "Filnamnet säger inte vilket möte anteckningarna hör till.",
            str(path),
            "Döp filen till nätverk_datum.csv, till exempel nua_2026-12-03.csv.",
        ) from error


def check_notes(path: Path, network: Network, catalogue: Catalogue) -> tuple[Note, ...]:
    """The notes of a file, or SourceError with line and remedy for all that is wrong in it."""
    lines = _lines(path)
    header = [name.strip().lower() for name in lines[0]] if lines else []
    if header[:2] != ["typ", "text"] or not set(header) <= set(HEADERS):
        raise SourceError(
            "Första raden är inte rubrikraden.",
            f"{path.name}:1",
            f"Den ska vara: {';'.join(HEADERS)}.",
        )
    notes, faults = [], []
    for number, line in enumerate(lines[1:], start=2):
        row = {HEADERS[name]: cell.strip() for name, cell in zip(header, line, strict=False)}
        if any(row.values()):
            faults += _faults(row, f"{path.name}:{number}", network, catalogue)
            notes.append(Note(**{**row, "kind": KINDS.get(row["kind"].lower(), row["kind"])}))
    if faults:
        raise SourceError(faults)
    return tuple(notes)


def check_note(note: Note, network: Network, catalogue: Catalogue) -> None:
    """Raises SourceError with all that is wrong in a note that is about to be written."""
    words = {kind: word for word, kind in KINDS.items()}
    row = {**asdict(note), "kind": words.get(note.kind, note.kind)}
    faults = _faults(row, "anteckningen", network, catalogue)
    if faults:
        raise SourceError(faults)


def _lines(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def _faults(row: dict[str, str], where: str, network: Network, catalogue: Catalogue) -> list[Fault]:
    faults = []
    if row["kind"].lower() not in KINDS:
        faults.append(Fault("Typen är okänd.", where, f"Skriv {', '.join(KINDS)}."))
    if not row.get("text"):
        faults.append(Fault("Texten saknas.", where, "Skriv vad mötet sa, eller ta bort raden."))
    # Cell by cell: a date beside a year would be read as an identity number.
    if any(find_personal_data(cell) for cell in row.values()):
        what = "Anteckningen ser ut att innehålla en personuppgift."
        faults.append(Fault(what, where, "Skriv funktion eller organisation i stället för namn."))
    kpi, place, year = (row.get(key, "") for key in ("kpi", "municipality", "year"))
    if kpi and kpi not in catalogue.indicators:
        faults.append(Fault(f"Nyckeltalet {kpi} finns inte bland indikatorerna.", where))
    if place and place not in network.members:
        faults.append(Fault(f"Kommunen {place} hör inte till {network.title}.", where))
    if year and not re.fullmatch(r"(19|20)\d\d", year):
        faults.append(Fault("Året är inget år.", where, "Skriv fyra siffror."))
    return faults


def write_notes(workspace: Workspace, notes: MeetingNotes) -> Path:
    """Replace the file of one meeting, whole or not at all."""
    path = notes_path(workspace, notes.network, notes.meeting)
    path.parent.mkdir(parents=True, exist_ok=True)
    words = {kind: word for word, kind in KINDS.items()}
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADERS)
    assert tuple(HEADERS.values()) == tuple(field.name for field in fields(Note))
    writer.writerows((words[note.kind], *astuple(note)[1:]) for note in notes.notes)
    handle, beside = tempfile.mkstemp(prefix=".", dir=path.parent)
    # The byte order mark lets Excel open the file with å, ä and ö.
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        file.write(text.getvalue())
    try:
        os.replace(beside, path)
    except PermissionError as error:  # Windows refuses while someone has the file open
        Path(beside).unlink()
        raise SourceError(
            "Anteckningarna är öppna i ett annat program och kan inte sparas.",
            str(path),
            "Stäng filen i Excel och spara igen.",
        ) from error
    return path

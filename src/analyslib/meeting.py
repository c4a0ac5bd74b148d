"""What meetings have written down, to enter and to take with you."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date
from pathlib import Path

import xlsxwriter

from analyslib.catalogue import Catalogue, find_network
from analyslib.errors import StoreError, UsageError
from analyslib.sources.meeting_notes import (
    MeetingNotes,
    Note,
    check_note,
    read_all_notes,
    read_notes,
    write_notes,
)
from analyslib.store.connection import open_store, query
from analyslib.workspace import Workspace


HEADS = ("Nätverk", "Möte", "Fråga", "Nyckeltal", "Kommun", "Ansvarig")


def meeting_date(text: str) -> date:
    """A meeting's date from ÅÅÅÅ-MM-DD. Raises UsageError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        remedy = "Skriv det som ÅÅÅÅ-MM-DD, till exempel 2026-12-03."
        raise UsageError(f"”{text}” är inget datum.", remedy=remedy) from error


def add_note(
    workspace: Workspace, catalogue: Catalogue, network: str, meeting: str, note: Note
) -> MeetingNotes:
    """Write one more note. Raises SourceError where it names what does not exist."""
    found, day = find_network(catalogue, network), meeting_date(meeting)
    before = read_notes(workspace, found, day, catalogue)
    check_note(note, found, catalogue)
    after = MeetingNotes(found.id, day, (*before.notes, note))
    write_notes(workspace, after)
    return after


def check_notes_are_built(workspace: Workspace, catalogue: Catalogue, network: str) -> None:
    """Raises StoreError where notes have been written that the database does not know: the next
    pack would open without them, and nobody would see that. Where there is no database the pack
    itself says so."""
    if not workspace.publish_db.is_file():
        return
    found = find_network(catalogue, network)
    written = {
        (notes.meeting.isoformat(), *astuple(note))
        for notes in read_all_notes(workspace, catalogue)
        if notes.network == found.id
        for note in notes.notes
    }
    with open_store(workspace.publish_db, threads=1) as store:
        built = query(store, "meeting_notes", network=found.id).drop(columns="number")
    built["meeting"] = built["meeting"].astype(str).str[:10]
    if written != set(built.itertuples(index=False, name=None)):
        raise StoreError(
            f"Det har antecknats något från möten i {found.title} sedan databasen byggdes.",
            remedy="Kör `analyslib build`, så inleder det paketet.",
        )


def national_questions(workspace: Workspace, catalogue: Catalogue) -> list[tuple[str, ...]]:
    """Every matter for the national network, from all networks and meetings, oldest first."""
    rows: list[tuple[str, ...]] = []
    for notes in read_all_notes(workspace, catalogue):
        for note in notes.notes:
            if note.kind == "national":
                figure = catalogue.indicators[note.kpi].short if note.kpi else ""
                place = (
                    catalogue.municipalities[note.municipality].name if note.municipality else ""
                )
                network = catalogue.networks[notes.network].title
                meeting = notes.meeting.isoformat()
                rows.append((network, meeting, note.text, figure, place, note.responsible))
    return rows


def write_national_questions(workspace: Workspace, catalogue: Catalogue, path: Path) -> int:
    """An Excel workbook of them; how many there were."""
    rows = national_questions(workspace, catalogue)
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("Nationella frågor")
        for number, row in enumerate([HEADS, *rows]):
            sheet.write_row(number, 0, row)
        sheet.set_column(0, 5, 22)
        sheet.freeze_panes(1, 0)
    return len(rows)

from __future__ import annotations

from datetime import date

import pytest

from analyslib.catalogue import find_network, load_catalogue
from analyslib.errors import SourceError
from analyslib.sources.meeting_notes import (
    MeetingNotes,
    Note,
    notes_path,
    read_all_notes,
    read_notes,
    write_notes,
)
from analyslib.workspace import find_workspace


MEETING = date(2026, 12, 3)
NOTES = MeetingNotes(
    "nua",
    MEETING,
    (
        Note("decision", "Umeå berättar om sitt arbete; våren 2027", "N31807", "2480", "Umeå"),
        Note("national", "Fråga om bortfall i brukarundersökningen"),
    ),
)


@pytest.fixture
def catalogue():  # type: ignore[no-untyped-def]
    return load_catalogue()


def write(text: str, encoding: str = "utf-8") -> None:
    path = notes_path(find_workspace(), "nua", MEETING)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))


def test_notes_come_back_as_they_were_written(catalogue) -> None:  # type: ignore[no-untyped-def]
    write_notes(find_workspace(), NOTES)
    assert read_notes(find_workspace(), find_network(catalogue, "nua"), MEETING, catalogue) == NOTES
    assert read_all_notes(find_workspace(), catalogue) == [NOTES]


def test_a_meeting_without_notes_has_none(catalogue) -> None:  # type: ignore[no-untyped-def]
    found = read_notes(find_workspace(), find_network(catalogue, "nua"), MEETING, catalogue)
    assert found.notes == ()


def test_a_file_saved_by_an_old_excel_is_read(catalogue) -> None:  # type: ignore[no-untyped-def]
    write("typ;text\r\nfråga;Varför ökar väntetiden i Åsele?\r\n;\r\n", "cp1252")
    found = read_notes(find_workspace(), find_network(catalogue, "nua"), MEETING, catalogue)
    assert found.notes == (Note("question", "Varför ökar väntetiden i Åsele?"),)


def test_every_fault_is_named_with_its_line(catalogue) -> None:  # type: ignore[no-untyped-def]
    write("typ;text;nyckeltal;kommun;år\nbeslutt;Text;N99999;0180;24\nbeslut;;;;\n")
    with pytest.raises(SourceError) as caught:
        read_all_notes(find_workspace(), catalogue)
    places = [fault.where for fault in caught.value.faults]
    assert places == ["nua_2026-12-03.csv:2"] * 4 + ["nua_2026-12-03.csv:3"]


def test_a_file_without_a_meeting_in_its_name_is_refused(catalogue) -> None:  # type: ignore[no-untyped-def]
    write("typ;text\n")
    path = notes_path(find_workspace(), "nua", MEETING)
    path.rename(path.with_name("anteckningar.csv"))
    with pytest.raises(SourceError, match=r"nua_2026-12-03\.csv"):
        read_all_notes(find_workspace(), catalogue)


@pytest.mark.parametrize("due", ["2026-11-30", "1985-12-24", "2027-02-01"])
def test_a_date_beside_a_year_is_no_identity_number(catalogue, due: str) -> None:  # type: ignore[no-untyped-def]
    for year in range(2015, 2026):
        note = Note("decision", "Rutinen prövas", "N31807", "2480", "enhetschef", due, str(year))
        write_notes(find_workspace(), MeetingNotes("nua", MEETING, (note,)))
        assert read_all_notes(find_workspace(), catalogue)[0].notes == (note,)


def test_a_file_that_is_open_in_excel_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: object, target: object) -> None:
        raise PermissionError

    write_notes(find_workspace(), NOTES)
    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(SourceError, match="Stäng filen i Excel"):
        write_notes(find_workspace(), NOTES)
    assert len(list(notes_path(find_workspace(), "nua", MEETING).parent.iterdir())) == 1

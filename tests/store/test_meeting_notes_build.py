"""Notes are taken in by the build: a new note is something to build, an unchanged one is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from analyslib.errors import SourceError
from analyslib.sources.meeting_notes import MeetingNotes, Note, notes_path, write_notes
from analyslib.store.connection import open_store, query


MEETING = date(2026, 9, 10)
NOTE = Note("decision", "Umeå visar sin rutin", "N31807", "2480", "Umeå", "2026-11-30", "2020")


def test_notes_come_with_the_build(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    assert bench.build().built
    write_notes(bench.workspace, MeetingNotes("nua", MEETING, (NOTE,)))
    assert bench.build().built
    assert not bench.build().built
    with open_store(bench.workspace.publish_db) as store:
        (row,) = query(store, "meeting_notes", network="nua").to_dict("records")
    assert str(row.pop("meeting"))[:10] == "2026-09-10" and row.pop("number") == 1
    assert Note(**row) == NOTE


def test_a_wrong_note_stops_the_build_and_says_where(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    path = notes_path(bench.workspace, "nua", MEETING)
    path.parent.mkdir(parents=True)
    path.write_text("typ;text;nyckeltal\nbeslut;Text;N99999\n", "utf-8")
    with pytest.raises(SourceError, match="N99999"):
        bench.build()

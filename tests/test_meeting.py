"""One meeting leads to the next: what was written down opens the next pack."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from analyslib.analysis.results import Answer
from analyslib.catalogue import find_indicator, load_catalogue
from analyslib.errors import SourceError, StoreError, UsageError
from analyslib.meeting import (
    add_note,
    check_notes_are_built,
    meeting_date,
    national_questions,
)
from analyslib.meeting_form import notes_form
from analyslib.sections.meeting import MeetingReport, change_words, compare_years, meeting_report
from analyslib.sources.meeting_notes import Note, notes_path, read_all_notes
from analyslib.store.build import write_meeting_notes
from analyslib.store.connection import open_store, query
from analyslib.workbench import make_pack
from analyslib.workbench import national_questions as export_national
from analyslib.workspace import Workspace, find_workspace


FIRST, SECOND = "2026-09-10", "2026-12-03"
DECISION = Note("decision", "Umeå visar sin rutin", "N31807", "2480", "Umeå", "2026-11-30", "2020")
NATIONAL = Note("national", "Bortfallet i brukarundersökningen")
QUESTION = Note("question", "Vad gör Vännäs annorlunda?", municipality="2460")


@pytest.fixture(scope="module")
def after_first(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demo's database as a build leaves it after the first meeting was written down."""
    workspace, catalogue = Workspace(tmp_path_factory.mktemp("mote"), demo=True), load_catalogue()
    workspace.processed.mkdir(parents=True)
    shutil.copyfile(Workspace(demo_workspace, demo=True).publish_db, workspace.publish_db)
    for note in (DECISION, NATIONAL, QUESTION):
        add_note(workspace, catalogue, "nua", FIRST, note)
    with duckdb.connect(str(workspace.publish_db)) as connection:
        write_meeting_notes(connection, read_all_notes(workspace, catalogue))
    return workspace


@pytest.fixture
def report(after_first: Workspace, monkeypatch: pytest.MonkeyPatch) -> MeetingReport:
    monkeypatch.setenv("ANALYSLIB_HOME", str(after_first.root))
    return meeting_report("nua", 2024, SECOND)


def value_of(workspace: Workspace, year: int) -> float:
    with open_store(workspace.publish_db) as store:
        rows = query(store, "series", kpis=["N31807"], municipalities=["2480"])
    return float(rows[(rows["year"] == year) & (rows["gender"] == "T")]["value"].iloc[0])


def test_the_second_meeting_opens_with_the_first_ones_decisions(
    report: MeetingReport, after_first: Workspace
) -> None:
    html = report.since_last()._repr_html_()
    assert "Förra mötet var den 10\u00a0september\u00a02026." in html
    assert DECISION.text in html and QUESTION.text in html and "2026-11-30" in html
    numbers = [float(number) for number in re.findall(r'<data value="([^"]+)"', html)]
    assert numbers == [value_of(after_first, 2020), value_of(after_first, 2024)]
    assert NATIONAL.text in report.national()._repr_html_()


def test_the_first_meeting_has_nothing_before_it(
    after_first: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYSLIB_HOME", str(after_first.root))
    first = meeting_report("nua", 2024, FIRST)
    assert first.last == ""
    assert "inga anteckningar" in first.since_last()._repr_html_()
    assert meeting_report("fouis", 2024, SECOND).last == ""


def rows(values: dict[int, float], n: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kpi": "U21504", "municipality": "2480", "year": list(values), "gender": "T",
            "value": list(values.values()), "status": "", "n": n,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "n", "answer"),
    [
        (80.0, 500, Answer.BETTER),
        (60.0, 500, Answer.WORSE),
        (72.0, 500, Answer.NO_CERTAIN_DIFFERENCE),
        (80.0, 20, Answer.NO_CERTAIN_DIFFERENCE),
    ],
)
def test_a_change_is_certain_only_beyond_chance(now: float, n: float, answer: Answer) -> None:
    indicator = find_indicator(load_catalogue(), "U21504")
    assert indicator.kind == "survey_share" and indicator.direction == "high"
    found = compare_years(rows({2022: 70.0, 2024: now}, n), indicator, 2022, 2024)
    assert found is not None and found.answer is answer


def test_nothing_is_compared_without_a_newer_value(report: MeetingReport) -> None:
    note = {"kpi": "N31807", "municipality": "2480", "year": "2024"}
    change = report.change(note)
    assert change is not None and change_words(change) == "inget nyare värde än"
    assert report.change({**note, "year": ""}) is None


def test_national_questions_are_collected_from_all_meetings(
    after_first: Workspace, tmp_path: Path
) -> None:
    path, count = export_national(after_first, tmp_path / "nationella.xlsx")
    assert count == 1 and path.stat().st_size > 1000
    found = national_questions(after_first, load_catalogue())
    assert found == [("NUA, Västerbottens kommuner", FIRST, NATIONAL.text, "", "", "")]


def test_a_pack_is_not_made_without_what_was_noted_last(
    after_first: Workspace, tmp_path: Path
) -> None:
    """The notes come with the build; without one the pack would open as if nothing was said."""
    catalogue = load_catalogue()
    check_notes_are_built(after_first, catalogue, "nua")
    workspace = Workspace(tmp_path / "ny", demo=True)
    shutil.copytree(after_first.root, workspace.root)
    add_note(workspace, catalogue, "nua", SECOND, QUESTION)
    check_notes_are_built(workspace, catalogue, "fouis")
    with pytest.raises(StoreError, match="analyslib build"):
        make_pack(workspace, "nua", SECOND, 2024)
    notes_path(workspace, "nua", date.fromisoformat(SECOND)).unlink()
    check_notes_are_built(workspace, catalogue, "nua")
    notes_path(workspace, "nua", date.fromisoformat(FIRST)).unlink()
    with pytest.raises(StoreError, match="analyslib build"):
        check_notes_are_built(workspace, catalogue, "nua")


@pytest.mark.parametrize("name", ["nua_2026-13-45", "nua", "okänt_2026-12-03", "2026-12-03"])
def test_a_file_of_notes_says_in_its_name_which_meeting_it_is(name: str) -> None:
    workspace = find_workspace()
    path = workspace.raw / "moten" / f"{name}.csv"
    path.parent.mkdir(parents=True)
    path.write_text("typ;text\nbeslut;Text\n", "utf-8")
    with pytest.raises(SourceError, match="vilket möte"):
        read_all_notes(workspace, load_catalogue())


def test_a_form_for_a_day_that_is_none_says_so() -> None:
    with pytest.raises(UsageError, match="inget datum"):
        notes_form("nua", "3 december")


def test_a_note_that_is_wrong_is_not_written() -> None:
    workspace, catalogue = find_workspace(), load_catalogue()
    with pytest.raises(SourceError, match="N99999"):
        add_note(workspace, catalogue, "nua", FIRST, Note("decision", "Text", "N99999"))
    with pytest.raises(SourceError, match="personuppgift") as caught:
        add_note(workspace, catalogue, "nua", FIRST, Note("decision", "Ring 19640823-3234"))
    assert "19640823" not in str(caught.value)
    assert not notes_path(workspace, "nua", date.fromisoformat(FIRST)).exists()


def test_a_date_is_a_date() -> None:
    with pytest.raises(UsageError, match="inget datum"):
        meeting_date("3 december")

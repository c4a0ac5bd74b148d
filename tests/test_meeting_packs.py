"""Two meetings in a row, as finished packs: the second opens with what the first decided."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from analyslib.catalogue import load_catalogue
from analyslib.pack import build_pack
from analyslib.sources.meeting_notes import read_all_notes
from analyslib.start_page import StartPage
from analyslib.store.build import write_meeting_notes
from analyslib.store.connection import open_store, query
from analyslib.text.formats import format_value
from analyslib.workbench import build_workspace, make_pack
from analyslib.workspace import Workspace


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
BROWSER_PATH = next((path for path in map(shutil.which, BROWSERS) if path), None)
FIRST, SECOND = "2026-09-10", "2026-12-03"
BY_FORM = "Umeå visar sin rutin för nybesök"
BY_SPREADSHEET = "Vännäs prövar samma arbetssätt"
NATIONAL = "Bortfallet i brukarundersökningen"
PAGES = ("dagordning_nua.html", "natverk_nua.html")


@dataclass(frozen=True)
class TwoMeetings:
    workspace: Workspace
    first: dict[str, str]
    second: dict[str, str]


@pytest.fixture(scope="module")
def meetings(
    demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory, prove: bool
) -> TwoMeetings:
    """A pack until 2023, notes from its meeting, and a pack until 2024: new figures have come.

    In make prove with the build and the whole pack of the button; otherwise the notes are put in
    the database as the build does it, and only the pages that are looked at are made.
    """
    root = tmp_path_factory.mktemp("moten")
    shutil.copytree(demo_workspace / "data", root / "data")
    (root / "notebooks").symlink_to(demo_workspace / "notebooks", target_is_directory=True)
    workspace = Workspace(root, demo=True)
    first = pages_of(workspace, FIRST, 2023, prove)
    write_notes_both_ways(workspace)
    if prove:
        build_workspace(workspace)
    else:
        with duckdb.connect(str(workspace.publish_db)) as connection:
            write_meeting_notes(connection, read_all_notes(workspace, load_catalogue()))
    return TwoMeetings(workspace, first, pages_of(workspace, SECOND, 2024, prove))


def pages_of(workspace: Workspace, meeting: str, year: int, whole: bool) -> dict[str, str]:
    if whole:
        result = make_pack(workspace, "nua", meeting, year)
    else:
        reports = ("dagordning", "natverk")
        result = build_pack(workspace, "nua", meeting, year, reports=reports)
    assert result.exit_code == 0, [page.why for page in result.pages if page.why]
    return {name: (result.folder / name).read_text("utf-8") for name in PAGES}


def write_notes_both_ways(workspace: Workspace) -> None:
    """One decision through the form; then the file is opened and two lines are added by hand."""
    page = StartPage(workspace)
    page.year.value = 2023
    page.meeting.value = page.meeting.value.fromisoformat(FIRST)
    form = page.notes
    form.kind.value, form.text.value = "decision", BY_FORM
    form.kpi.value, form.municipality.value = "N31807", "2480"
    form.responsible.value, form.due.value = "enhetschef", "2026-11-30"
    assert form.year.value == "2023", "the year that the pack showed"
    form.save.click()
    assert "Sparat" in form.message.value
    path = workspace.raw / "moten" / f"nua_{FIRST}.csv"
    # Excel saves what it calls semicolon-separated text in the encoding of Windows.
    text = path.read_bytes().decode("utf-8-sig")
    text += f"Beslut;{BY_SPREADSHEET};U21504;2460;Vännäs;2026-11-30;2023\r\n"
    text += f"nationell;{NATIONAL};;;;;\r\n"
    path.write_bytes(text.encode("cp1252"))
    page.refresh()
    assert BY_SPREADSHEET in form.kept.value


def section_of(page: str, heading: str) -> str:
    """What stands under a heading of the second rank, until the next."""
    found = re.search(rf"<h2[^>]*>[^<]*{heading}.*?</h2>(.*?)(?=<h2|</main>)", page, re.S)
    assert found, heading
    return found[1]


@pytest.mark.parametrize("name", PAGES)
def test_the_first_pack_has_nothing_before_it(meetings: TwoMeetings, name: str) -> None:
    page = meetings.first[name]
    assert "inga anteckningar" in section_of(page, "edan förra mötet")
    assert BY_FORM not in page


@pytest.mark.parametrize("name", PAGES)
def test_the_second_pack_opens_with_the_first_ones_decisions(
    meetings: TwoMeetings, name: str
) -> None:
    page = meetings.second[name]
    opening = section_of(page, "edan förra mötet")
    headings = re.findall(r"<h2[^>]*>([^<]+)", page)
    assert "edan förra mötet" in headings[0], "the pack opens with it"
    assert "Förra mötet var den 10\u00a0september\u00a02026." in opening
    assert BY_FORM in opening and BY_SPREADSHEET in opening and "enhetschef" in opening


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("kpi", "code"), [("N31807", "2480"), ("U21504", "2460")])
def test_it_says_what_the_figures_have_done_since(
    meetings: TwoMeetings, name: str, kpi: str, code: str
) -> None:
    opening = section_of(meetings.second[name], "edan förra mötet")
    with open_store(meetings.workspace.publish_db) as store:
        rows = query(store, "series", kpis=[kpi], municipalities=[code])
    known = rows[(rows["gender"] == "T") & (rows["year"] <= 2024) & rows["value"].notna()]
    values = known.set_index("year")["value"]
    keys = f'data-kpi="{kpi}" data-municipality="{code}" data-gender="T"'
    (row,) = re.findall(rf"<tr {keys}>.*?</tr>", opening, re.S)
    shown = [float(value) for value in re.findall(r'<data value="([^"]+)"', row)]
    assert shown == [values[2023], values.iloc[-1]]
    indicator = load_catalogue().indicators[kpi]
    assert format_value(values[2023], indicator) in row
    assert re.search(
        "bättre|sämre|högre|lägre|ingen säker skillnad|kan inte bedömas|inget nyare", row
    )


def test_the_agenda_takes_the_national_question_further(meetings: TwoMeetings) -> None:
    agenda = section_of(meetings.second["dagordning_nua.html"], "Att ta upp nationellt")
    assert NATIONAL in agenda and "10\u00a0september\u00a02026" in agenda
    assert NATIONAL not in meetings.first["dagordning_nua.html"]


@pytest.mark.browser
@pytest.mark.skipif(BROWSER_PATH is None, reason="no Chromium, Chrome or Edge on this machine")
@pytest.mark.filterwarnings("default")
def test_the_agenda_prints_on_one_page(meetings: TwoMeetings) -> None:
    """With the decisions and the questions of the meeting before, and room for today's."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = meetings.workspace.reports / "nua" / SECOND / "dagordning_nua.html"
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER_PATH, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(path.as_uri())
        printed = page.pdf(prefer_css_page_size=True)
        browser.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1

"""The facilitator's page: says what is missing, makes the pack, tells what failed and why."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from analyslib import start_page
from analyslib.catalogue import find_network, load_catalogue
from analyslib.errors import StoreError
from analyslib.pack_plan import PageResult, Status
from analyslib.sources.meeting_notes import notes_path, read_all_notes
from analyslib.start_page import Progress, StartPage, missing_before, render_progress, render_result
from analyslib.workbench import AUDITING
from analyslib.workspace import Workspace, find_workspace


NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").rglob("*.ipynb"))


@pytest.fixture
def workspace(demo_workspace: Path, own_workspace: Path) -> Workspace:
    """The demo's database in folders of our own."""
    own = Workspace(own_workspace, demo=True)
    own.processed.mkdir(parents=True)
    source = Workspace(demo_workspace, demo=True)
    own.publish_db.symlink_to(source.publish_db)
    return own


def missing(workspace: Workspace, meeting: date, year: int) -> str:
    catalogue = load_catalogue()
    network = find_network(catalogue, "nua")
    return "\n".join(missing_before(workspace, network, meeting, year, catalogue))


def test_what_is_missing_is_said_in_words(workspace: Workspace) -> None:
    text = missing(workspace, date(2028, 1, 1), 2025)
    assert "nyckeltal saknar värden 2025" in text
    assert "Inga uttag" in text


def test_old_figures_are_told_of_but_not_in_the_demo(workspace: Workspace) -> None:
    assert "dagar före mötet" not in missing(workspace, date(2028, 1, 1), 2024)
    own = Workspace(workspace.root)
    own.publish_db.symlink_to(workspace.publish_db)
    text = missing(own, date(2028, 1, 1), 2024)
    assert "dagar före mötet" in text and "analyslib fetch kolada" in text
    assert "dagar före mötet" not in missing(own, date(2026, 4, 1), 2024)


def test_an_empty_machine_is_told_where_to_begin() -> None:
    text = missing(find_workspace(), date(2026, 12, 3), 2024)
    assert text.startswith("Inga egna siffror är hämtade.") and "analyslib fetch kolada" in text
    assert "Knappen gör det först" in missing(find_workspace(demo=True), date(2026, 12, 3), 2024)


def test_the_demo_is_made_up_where_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """On an empty machine the button makes the figures, builds them and makes the pack."""
    did: list[str] = []
    monkeypatch.setattr(start_page, "make_demo_data", lambda place: did.append("demo"))
    monkeypatch.setattr(start_page, "build_workspace", lambda place: did.append("build"))

    def make(
        place: Workspace, network: str, meeting: str, year: int | None, on_page: Any, also: Any
    ) -> Any:
        did.append(f"pack {year}")
        return pack_result(place, page("Umeå", Status.MADE))

    monkeypatch.setattr(start_page, "make_pack", make)
    shown = start_page.start()
    assert shown.workspace.demo and shown.year.options == (("det senaste", 0),)
    shown.button.click()
    assert did == ["demo", "build", "pack None"]
    assert "Öppna indexsidan" in shown.after.value


def test_a_damaged_database_is_told_of_and_can_be_mended() -> None:
    workspace = find_workspace(demo=True)
    workspace.processed.mkdir(parents=True)
    workspace.publish_db.write_bytes(b"no database at all" * 1000)
    shown = StartPage(workspace)
    assert "analyslib build" in shown.before.value and not shown.button.disabled


def test_ones_own_figures_and_the_made_up_never_mix(workspace: Workspace) -> None:
    shown = StartPage(workspace)
    assert shown.data.value == "demo" and 2024 in shown.year.options
    assert shown.year.value == max(shown.year.options) and "None" not in shown.before.value
    shown.data.value = "riktig"
    assert not shown.workspace.demo and "Inga egna siffror" in shown.before.value
    assert shown.year.options == (("det senaste", 0),) and shown.year.value == 0
    shown.notes.text.value = "Ett eget beslut"
    shown.notes.save.click()
    assert len(read_all_notes(Workspace(workspace.root), shown.catalogue)) == 1
    assert read_all_notes(workspace, shown.catalogue) == []
    shown.data.value = "demo"
    assert 2024 in shown.year.options and "Bra att veta" in shown.before.value


def test_ones_own_come_first_where_there_are_any(monkeypatch: pytest.MonkeyPatch) -> None:
    assert start_page.start().workspace.demo
    monkeypatch.setattr(start_page, "archived_files", lambda place: ["something"])
    assert not start_page.start().workspace.demo


def test_a_page_that_is_not_started_says_how_to_start_it(workspace: Workspace) -> None:
    bundle = StartPage(workspace)._repr_mimebundle_()
    assert "Run All Cells" in bundle["text/html"]
    assert " object at " not in bundle["text/plain"]


def held(workspace: Workspace, day: str, year: int) -> None:
    """A pack was made for the day."""
    folder = workspace.reports / "nua" / day
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"network": "nua", "year": year}), "utf-8")


def test_a_meeting_without_notes_is_reminded_of(workspace: Workspace) -> None:
    held(workspace, "2026-09-10", 2023)
    text = missing(workspace, date(2026, 12, 3), 2024)
    assert "Inget har antecknats från mötet den 10\u00a0september\u00a02026" in text
    assert "Inget har antecknats" not in missing(workspace, date(2026, 9, 10), 2024)


def test_what_the_last_meeting_decided_is_not_written_down_as_the_next_ones(
    workspace: Workspace,
) -> None:
    """Before a pack is made one writes about the meeting before, with the year it showed."""
    held(workspace, "2026-09-10", 2022)
    shown = StartPage(workspace)
    assert str(shown.meeting.value) == "2026-12-03" and shown.notes.meeting == "2026-09-10"
    shown.notes.kpi.value, shown.notes.text.value = "N31807", "Umeå visar sin rutin"
    assert shown.notes.year.value == "2022"
    shown.notes.save.click()
    assert notes_path(workspace, "nua", date(2026, 9, 10)).is_file()
    shown.refresh()
    assert shown.notes.meeting == "2026-12-03", "it has been written down"
    assert "Inget har antecknats" not in shown.before.value
    shown.notes.day.value = "2026-09-10"
    assert "Umeå visar sin rutin" in shown.notes.kept.value


def test_after_the_meeting_its_own_notes_are_written(workspace: Workspace) -> None:
    held(workspace, "2026-09-10", 2022)
    held(workspace, "2026-12-03", 2024)
    assert StartPage(workspace).notes.meeting == "2026-12-03"


def test_two_networks_that_meet_on_the_same_day_keep_their_notes_apart(
    workspace: Workspace,
) -> None:
    shown = StartPage(workspace)
    for network in ("nua", "fouis"):
        shown.network.value = network
        assert shown.notes.kept.value == ""
        shown.notes.text.value = f"Vad {network} sa"
        shown.notes.save.click()
    kept = read_all_notes(workspace, load_catalogue())
    assert [(one.network, one.notes[0].text) for one in kept] == [
        ("fouis", "Vad fouis sa"),
        ("nua", "Vad nua sa"),
    ]


def page(name: str, status: Status, why: str = "") -> Any:
    report = SimpleNamespace(title="Kommunrapport")
    planned: Any = SimpleNamespace(name=name, file=f"{name}.html", report=report)
    return PageResult(planned, status, why)


def pack_result(workspace: Workspace, *pages: Any) -> Any:
    folder = workspace.reports / "nua" / "2026-12-03"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").touch()
    (folder.parent / "nua.zip").touch()
    (folder.parent / "nua_2026-12-03_utskick.csv").touch()
    delivery = SimpleNamespace(
        index=folder / "index.html", archive=folder.parent / "nua.zip", refused=""
    )
    return SimpleNamespace(folder=folder, pages=pages, delivery=delivery, stopped="")


def test_links_and_reasons(workspace: Workspace) -> None:
    result = pack_result(
        workspace,
        page("Umeå", Status.MADE),
        page("Åsele", Status.FAILED, "Kommunen <saknar> värden."),
    )
    html = render_result(result, workspace)
    assert 'href="/files/reports/demo/nua/2026-12-03/Ume%C3%A5.html"' in html
    assert "reports/demo/nua/nua.zip" in html
    assert "reports/demo/nua/nua_2026-12-03_utskick.csv" in html
    assert "Åsele: Kommunen &lt;saknar&gt; värden." in html and "1\u00a0sida" in html


def test_progress_counts_and_names() -> None:
    progress = Progress().add(page("Umeå", Status.MADE), 1, 3, "Vännäs")
    html = render_progress(progress)
    assert "1 av 3 sidor. Nu: Vännäs." in html and "Umeå (gjord)" in html
    assert replace(progress, name="").name == "" and AUDITING not in html
    assert f"3 av 3 sidor. {AUDITING}" in render_progress(replace(progress, done=3, name=""))


def test_the_button_makes_the_pack(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []

    def make(
        place: Workspace, network: str, meeting: str, year: int, on_page: Any, also: Any
    ) -> Any:
        asked.append((network, meeting, year, also))
        on_page(page("Umeå", Status.MADE), 1, 1, "")
        return pack_result(place, page("Umeå", Status.MADE))

    monkeypatch.setattr(start_page, "make_demo_data", lambda place: None)
    monkeypatch.setattr(start_page, "build_workspace", lambda place: None)
    monkeypatch.setattr(start_page, "make_pack", make)
    shown = StartPage(workspace)
    shown.year.value = 2024
    shown.button.click()
    assert "Öppna indexsidan" in shown.after.value and not shown.button.disabled
    assert "1\u00a0projekt" in shown.also.description and shown.also.layout.display != "none"
    shown.also.value = True
    shown.button.click()
    usual = ("nua", "2026-12-03", 2024)
    assert asked == [(*usual, ()), (*usual, ("projekt",))]


def test_projects_are_no_choice_where_the_network_has_none(workspace: Workspace) -> None:
    shown = StartPage(workspace)
    shown.also.value = True
    shown.projects = ()
    shown.network.value = "fouis"
    assert shown.also.layout.display == "none" and not shown.also.value


def test_a_failure_is_said_and_the_button_comes_back(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(place: Workspace) -> None:
        raise StoreError("Disken är full.")

    monkeypatch.setattr(start_page, "make_demo_data", lambda place: None)
    monkeypatch.setattr(start_page, "build_workspace", fail)
    shown = StartPage(workspace)
    shown.button.click()
    assert "Disken är full." in shown.after.value and not shown.button.disabled


def test_a_note_from_the_form_is_kept_and_shown(workspace: Workspace) -> None:
    form = StartPage(workspace).notes
    form.kind.value, form.text.value, form.year.value = "decision", "Vi provar <rutinen>", "20"
    form.save.click()
    assert "Året är inget år" in form.message.value
    form.year.value = "2024"
    form.save.click()
    assert "Sparat" in form.message.value and "Vi provar &lt;rutinen&gt;" in form.kept.value
    (kept,) = read_all_notes(workspace, load_catalogue())
    assert (kept.network, str(kept.meeting)) == ("nua", "2026-12-03")


def test_the_year_of_a_figure_is_proposed_and_can_be_changed(workspace: Workspace) -> None:
    shown = StartPage(workspace)
    shown.year.value = 2023
    shown.notes.kpi.value = "N31807"
    assert shown.notes.year.value == "2023"
    shown.notes.year.value = "2021"
    shown.notes.kpi.value = "U21504"
    assert shown.notes.year.value == "2021"


def test_a_saved_note_leaves_nothing_to_the_next(workspace: Workspace) -> None:
    form = StartPage(workspace).notes
    form.kpi.value, form.municipality.value, form.text.value = "N31807", "2480", "Ett beslut"
    form.responsible.value, form.due.value = "enhetschef", "2027-02-01"
    form.save.click()
    form.kind.value, form.text.value = "national", "En fråga om något annat"
    form.save.click()
    ((first, second),) = (kept.notes for kept in read_all_notes(workspace, load_catalogue()))
    assert (first.kpi, first.municipality, first.due) == ("N31807", "2480", "2027-02-01")
    assert (second.kpi, second.municipality, second.year) == ("", "", "")
    assert (second.responsible, second.due) == ("", "")


def test_notes_that_were_spoilt_in_excel_are_told_of(workspace: Workspace) -> None:
    path = notes_path(workspace, "nua", date(2026, 12, 3))
    path.parent.mkdir(parents=True)
    path.write_text("typ;text;nyckeltal\nbeslut;Text;N99999\n", "utf-8")
    assert "N99999" in StartPage(workspace).notes.kept.value


def test_the_calendar_of_the_network_proposes_the_next_meeting(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = load_catalogue()
    coming = date(2099, 3, 4)
    meetings = replace(catalogue.networks["fouis"].meetings, dates=(date(2020, 1, 2), coming))
    fouis = replace(catalogue.networks["fouis"], meetings=meetings)
    known = replace(catalogue, networks={**catalogue.networks, "fouis": fouis})
    monkeypatch.setattr(start_page, "load_catalogue", lambda: known)
    shown = StartPage(Workspace(workspace.root))
    assert shown.meeting.value == date.today()
    shown.network.value = "fouis"
    assert shown.meeting.value == coming and "4\u00a0mars\u00a02099" in shown.before.value


def test_another_network_has_its_own_municipalities(workspace: Workspace) -> None:
    shown = StartPage(workspace)
    shown.network.value = "fouis"
    assert "0461" in [code for _, code in shown.notes.municipality.options]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_no_notebook_is_stored_with_its_controls(path: Path) -> None:
    """They look alive when the notebook is opened, and answer nothing."""
    text = path.read_text("utf-8")
    assert "application/vnd.jupyter.widget" not in text
    if path.name == "start.ipynb":
        assert "Sidan är inte startad" in text

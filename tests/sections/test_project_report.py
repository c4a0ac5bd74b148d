"""The report of a project, and own measures in the municipality's, over planted answers."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from made_own import MEASURES, PLACE, PROJECT, months, plant

from analyslib.catalogue import load_catalogue
from analyslib.delivery import render_index
from analyslib.errors import UsageError
from analyslib.facts import read_facts
from analyslib.pack_plan import PageResult, Status, plan_pack
from analyslib.page_checks import Expected, find_faults
from analyslib.report import check_parameters, find_report, render_report
from analyslib.sections.material import read_material
from analyslib.sections.municipality import municipality_report
from analyslib.sections.own_material import areas_of, read_beside
from analyslib.sections.project import ProjectReport, project_report
from analyslib.store.connection import Store, open_store
from analyslib.workbench import make_report, reports_of_pack
from analyslib.workspace import Workspace


YEAR = 2024


@pytest.fixture(scope="session")
def planted_home(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's published database with the planted project in place of the demo's own."""
    root = tmp_path_factory.mktemp("planted")
    shutil.copytree(demo_workspace / "data" / "processed", root / "data" / "processed")
    (root / "reports").mkdir()
    (root / "notebooks").symlink_to(demo_workspace / "notebooks", target_is_directory=True)
    plant(Workspace(root, demo=True).publish_db)
    return root


@pytest.fixture(autouse=True)
def in_planted(planted_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYSLIB_HOME", str(planted_home))


@pytest.fixture
def workspace(planted_home: Path) -> Workspace:
    return Workspace(planted_home, demo=True)


@pytest.fixture
def report() -> ProjectReport:
    return project_report("Umeå", "stod-i-tid", YEAR)


def words(shown: object) -> str:
    html = shown._repr_html_()  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " "))


def test_the_summary_finds_what_was_planted(report: ProjectReport) -> None:
    said = words(report.summary())
    assert "Sedan projektet startade (juli 2023) är medelvärdet 17,0 dagar mot 24,3 före." in said
    assert "säkerställd förändring till det bättre" in said
    assert "Om målet, högst 12 dagar, nås lämnas åt slumpen" in said
    assert "Utfallet januari–augusti 2024 är 800 000 kronor högre än budgeten" in said
    assert "+720 000 kronor volym" in said
    assert "−16 000 kronor går inte att dela upp: volymen saknas för Övrigt." in said


def test_questions_are_drawn_from_the_results(report: ProjectReport) -> None:
    said = words(report.summary())
    assert "Målet för ”Väntetid till första samtal” nås ibland, av en slump." in said
    assert "Volymen har blivit större än budgeterat" in said


def test_a_change_that_began_before_the_start_is_said_to_have(report: ProjectReport) -> None:
    (plan,) = re.findall(
        r"Hushåll med en plan inom en månad: Sedan.*?tidigare\.", words(report.since_start())
    )
    assert "Men värdena gick åt samma håll redan före" in plan


def test_goals_are_kept_in_words_and_counts(report: ProjectReport) -> None:
    said = words(report.purpose())
    assert "Fler ska få besked och stöd tidigt." in said
    assert "minst 80 procent kommer att missas 0 av 24" in said
    assert "högst 12 dagar lämnas åt slumpen" in said


def test_every_value_delivered_stands_on_the_page_as_it_was(report: ProjectReport) -> None:
    """Held against the planted values, not against the store."""
    html = report.development()._repr_html_()
    for measure, values in MEASURES:
        for point in months(values):
            key = f"{point.period.year}-{point.period.month:02d}"
            found = re.findall(
                rf'data-year="{key}"[^>]*>(?:(?!</tr>).)*?<data value="([^"]+)"',
                _table_of(html, measure.id),
            )
            assert found == ([repr(point.value)] if measure.project == PROJECT else [])


def _table_of(html: str, measure: str) -> str:
    tables = re.findall(r"<table.*?</table>", html, re.S)
    return next((table for table in tables if f'data-kpi="{measure}"' in table), "")


def test_the_parts_of_the_budget_add_up_as_shown(report: ProjectReport) -> None:
    html = report.budget()._repr_html_()
    table = next(t for t in re.findall(r"<table.*?</table>", html, re.S) if ">Pris<" in t)
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table.split("<tbody>")[1], re.S)
    columns = ("avvikelse", "volymeffekt", "priseffekt", "avvikelse som inte går att dela upp")
    amounts = [
        [
            float(m[1])
            if (m := re.search(rf'data-derived="{c}"><data value="([^"]+)"', row))
            else 0
            for c in columns
        ]
        for row in rows
    ]
    for deviation, *parts in amounts:
        assert deviation == sum(parts)
    assert amounts[-1] == [sum(column) for column in zip(*amounts[:-1], strict=True)]


def test_public_figures_stand_beside(report: ProjectReport) -> None:
    html = report.public()._repr_html_()
    assert 'data-kpi="N31807"' in html
    assert "Egen bearbetning av data från Kolada" in html


def test_the_page_passes_every_check(workspace: Workspace, tmp_path: Path) -> None:
    wanted = {"municipality": "Umeå", "project": "stod-i-tid", "year": YEAR}
    made = render_report(workspace, "projekt", wanted, tmp_path / "projekt.html")
    page = made.path.read_text("utf-8")
    sections = find_report(workspace, "projekt").sections
    assert len(sections) == 8
    expected = Expected("2480", "Umeå", sections=sections, min_pictures=5)
    assert not find_faults(page, expected)
    assert '<meta name="analyslib-project" content="2480-stod-i-tid">' in page


def test_a_pack_makes_a_page_for_each_project_when_asked(workspace: Workspace) -> None:
    catalogue = load_catalogue()
    usual = plan_pack(workspace, "nua", "2026-12-03", YEAR, [], catalogue)
    assert not [page for page in usual.pages if page.report.name == "projekt"]
    pack = plan_pack(workspace, "nua", "2026-12-03", YEAR, ["natverk", "projekt"], catalogue)
    (page,) = [page for page in pack.pages if page.report.name == "projekt"]
    assert page.file == "2480_umea_projekt_stod_i_tid.html"
    assert (page.name, page.title) == ("Umeå", "Projektrapport: Stöd i tid")
    index = render_index(pack, [PageResult(page, Status.MADE) for page in pack.pages])
    assert 'href="2480_umea_projekt_stod_i_tid.html">Projektrapport: Stöd i tid' in index


@pytest.mark.parametrize(
    ("municipality", "project", "message"),
    [
        ("Umeå", "stod", "inget projekt ”stod”. Projekt: stod-i-tid"),
        ("Bjurholm", "", "Bjurholm har inga projekt"),
        ("Bjurholm", "stod-i-tid", "Bjurholm har inga projekt"),
    ],
)
def test_a_project_that_is_not_there_is_refused_before_anything_runs(
    workspace: Workspace, municipality: str, project: str, message: str
) -> None:
    facts, report = read_facts(workspace.publish_db), find_report(workspace, "projekt")
    given = {"municipality": municipality, "project": project, "year": YEAR}
    with pytest.raises(UsageError, match=message):
        check_parameters(report, given, load_catalogue(), facts)


def test_the_only_project_needs_no_name_and_ids_are_whole(workspace: Workspace) -> None:
    facts, report = read_facts(workspace.publish_db), find_report(workspace, "projekt")
    for project in ("", "stod-i-tid", "2480-STOD-I-TID"):
        given = {"municipality": "Umeå", "project": project, "year": YEAR}
        values = check_parameters(report, given, load_catalogue(), facts)
        assert values["project"] == PROJECT


def test_the_municipality_report_shows_own_measures_only_where_there_are_any() -> None:
    shown = municipality_report("2480", "nua", YEAR).own_measures()
    said = words(shown)
    assert "Egna mått" in said and "Nya ansökningar" in said
    assert f"Offentliga nyckeltal i Umeå till och med {YEAR}" in said
    assert (
        "Stöd i tid 1 juli 2023 inte bestämt 3 1 kommer att missas och 1 lämnas åt slumpen" in said
    )
    assert municipality_report("2403", "nua", YEAR).own_measures() is None


def test_the_database_is_opened_once_for_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    def count(path: Path, threads: int | None = None) -> Store:
        opened.append(path)
        return open_store(path, threads)

    monkeypatch.setattr("analyslib.sections.published.open_store", count)
    report = municipality_report("2480", "nua", YEAR)
    assert report.own_measures() is not None and report.costs() is not None
    assert len(opened) == 1


def test_public_figures_are_those_named_and_those_of_the_same_areas(workspace: Workspace) -> None:
    found = read_material("2480", "nua", YEAR, "demo").own_activity
    assert found is not None
    own, beside = found.own, found.beside
    assert areas_of(own) == ["ekonomiskt_bistand"]
    assert {panel.indicator.area for panel in beside.panels} == {"ekonomiskt_bistand"}
    nowhere = replace(
        own, courses=tuple(replace(c, measure=replace(c.measure, area="")) for c in own.courses)
    )
    with open_store(workspace.publish_db) as store:
        assert read_beside(store, nowhere, YEAR, "").panels == ()


def test_a_database_without_own_measures_has_no_section_and_no_projects(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analyslib.analysis.projects.has_own_measures", lambda store: False)
    assert municipality_report(PLACE, "nua", YEAR).own_measures() is None
    assert read_facts(workspace.publish_db).projects == ()


def test_a_project_without_measures_still_makes_a_page(
    workspace: Workspace, tmp_path: Path, planted_home: Path
) -> None:
    import duckdb

    bare = tmp_path / "bare"
    shutil.copytree(planted_home / "data" / "processed", bare / "data" / "processed")
    (bare / "notebooks").symlink_to(planted_home / "notebooks", target_is_directory=True)
    empty = Workspace(bare, demo=True)
    with duckdb.connect(str(empty.publish_db)) as store:
        for table in ("own_measure", "own_value", "own_event", "own_budget"):
            store.execute(f"DELETE FROM {table}")
    wanted = {"municipality": "Umeå", "year": YEAR}
    page = render_report(empty, "projekt", wanted, tmp_path / "projekt.html").path.read_text(
        "utf-8"
    )
    assert "inte lämnat några mått för projektet än" in page
    assert "Projektet har ingen budget" in page


def test_a_report_asked_for_is_added_to_the_usual_ones(workspace: Workspace) -> None:
    usual = reports_of_pack(workspace, ())
    assert "projekt" not in usual and "kommun" in usual
    assert reports_of_pack(workspace, ["projekt", "kommun"]) == (*usual, "projekt")
    with pytest.raises(UsageError, match="ingen rapport ”projekten”"):
        reports_of_pack(workspace, ["projekten"])


def test_the_pages_of_two_projects_do_not_share_a_name(workspace: Workspace) -> None:
    given = {"municipality": "Umeå", "project": "stod-i-tid"}
    assert make_report(workspace, "projekt", given, None).name == "projekt_2480_stod_i_tid.html"

"""What is planted in the demo's own measures is found again, by way of the published database."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from python_calamine import CalamineWorkbook

from analyslib.analysis.own_measures import Course
from analyslib.analysis.process_control import Assurance, Signal
from analyslib.analysis.results import Answer
from analyslib.sections.material import read_material
from analyslib.sections.municipality import municipality_report
from analyslib.sections.own_material import OwnActivity, OwnMaterial
from analyslib.sections.project import project_report
from analyslib.sources.demo_own_measures import (
    PLANTED_CHANCE,
    PLANTED_REBASE,
    PLANTED_SHIFT,
    PLANTED_TREND,
    PLANTED_VOLUME,
    PROJECTS,
    SMALL_COUNTS,
    STABLE,
)


@pytest.fixture(autouse=True)
def in_demo(demo_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYSLIB_HOME", str(demo_workspace))


def activity(code: str) -> OwnActivity:
    found = read_material(code, "nua", 2024, "demo").own_activity
    assert found is not None
    return found


def courses(measure: str) -> Course:
    found = activity(measure[:4])
    of_all = (found.own, *found.projects)
    return next(c for m in of_all for c in m.courses if c.measure.id == measure)


def own(code: str) -> OwnMaterial:
    return activity(code).own


def test_the_planted_shift_is_found() -> None:
    found = courses(PLANTED_SHIFT.measure)
    assert found.development.answer is Answer.BETTER
    since = [p.period >= PLANTED_SHIFT.since for p in found.points]
    marked = [signal is not Signal.NONE for signal in found.chart.signals]
    assert sum(s and m for s, m in zip(since, marked, strict=True)) >= sum(since) - 1


def test_the_planted_trend_is_found() -> None:
    assert courses(PLANTED_TREND.measure).development.answer is Answer.BETTER


def test_the_target_that_chance_decides_is_left_to_chance() -> None:
    found = courses(PLANTED_CHANCE.measure)
    assert found.goal.assurance is Assurance.INCONSISTENT
    assert found.development.answer is Answer.NO_CERTAIN_DIFFERENCE
    assert 0 < found.goal.met < found.goal.counted


def test_the_level_that_an_event_moved_is_found_and_the_limits_start_anew() -> None:
    found = courses(PLANTED_REBASE.measure)
    level = found.level
    assert level is not None and level.answer is Answer.BETTER
    assert level.low is not None and level.high is not None
    assert level.low < PLANTED_REBASE.after - PLANTED_REBASE.before < level.high
    assert found.development.answer is Answer.NO_CERTAIN_DIFFERENCE


def test_the_deviation_that_is_all_volume_is_found() -> None:
    (year,) = own(PLANTED_VOLUME.municipality).budgets
    (line,) = [line for line in year.lines if line.account == PLANTED_VOLUME.account]
    assert line.split.deviation > 0
    assert line.split.volume_effect == pytest.approx(line.split.deviation, abs=12)
    assert line.split.price_effect == pytest.approx(0, abs=12)


@pytest.mark.parametrize("measure", STABLE)
def test_nothing_is_found_where_nothing_is_planted(measure: str) -> None:
    found = courses(measure)
    assert found.development.answer is Answer.NO_CERTAIN_DIFFERENCE


@pytest.mark.parametrize("measure", SMALL_COUNTS)
def test_small_counts_are_hidden_in_every_face(measure: str) -> None:
    found = courses(measure)
    assert found.hidden > 0
    html = municipality_report(measure[:4], "alla", 2024).own_measures()
    assert html is not None
    assert html._repr_html_().count('data-status="Privacy"') >= found.hidden


@pytest.mark.parametrize("project", PROJECTS)
def test_every_section_of_every_project_says_something(project: str) -> None:
    report = project_report(project[:4], project, 2024)
    for part in ("summary", "purpose", "development", "since_start", "budget", "public", "sources"):
        assert len(getattr(report, part)()._repr_html_()) > 60


# --- held against the workbooks themselves

KEYS = ("data-kpi", "data-municipality", "data-year", "data-gender")


def sheet(path: Path, name: str) -> list[dict[str, object]]:
    book = CalamineWorkbook.from_path(path)
    if name not in book.sheet_names:
        return []
    heads, *rows = book.get_sheet_by_name(name).to_python()
    return [dict(zip(heads, row, strict=True)) for row in rows]


def own_cells(html: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Value and status of every own measure and period in the tables of a page."""
    found = {}
    for table in BeautifulSoup(html, "html.parser").select("figure table"):
        heads = table.select("thead th")
        for row in table.select("tbody tr"):
            for head, cell in zip(heads, row.find_all(["th", "td"]), strict=True):
                kpi, _, year, _ = (
                    cell.get(key) or row.get(key) or head.get(key) or "" for key in KEYS
                )
                data = cell.find("data")
                if cell.name == "td" and not cell.get("class") and "-" in kpi:
                    value = str(data["value"]) if data else ""
                    found[str(kpi), str(year)] = (value, str(cell.get("data-status", "")))
    return found


def pages_about(code: str) -> str:
    shown = municipality_report(code, "alla", 2024).own_measures()
    assert shown is not None
    projects = [p for p in PROJECTS if p.startswith(code)]
    reports = [project_report(code, p, 2024).development()._repr_html_() for p in projects]
    return "".join([shown._repr_html_(), *reports])


def test_every_month_of_every_workbook_stands_on_a_page_or_is_hidden(demo_workspace: Path) -> None:
    files = sorted((demo_workspace / "data" / "raw" / "demo" / "matt").glob("*.xlsx"))
    assert len(files) == 5
    compared = hidden = 0
    for path in files:
        code = str(sheet(path, "Mått")[0]["kommun"])
        cells = own_cells(pages_about(code))
        months = [row for row in sheet(path, "Värden") if "-" in str(row["period"])]
        assert len(cells) == len(months)
        for row in months:
            value, status = cells[f"{code}-{row['mått']}", str(row["period"])]
            assert (value and float(value) == row["värde"]) or status == "Privacy"
            compared, hidden = compared + bool(value), hidden + (status == "Privacy")
    print(f"{compared} values equal to the workbooks, {hidden} hidden")
    assert compared > 300


def test_the_sums_of_the_budget_are_those_of_the_workbook(demo_workspace: Path) -> None:
    folder = demo_workspace / "data" / "raw" / "demo" / "matt"
    rows = [row for path in folder.glob("*.xlsx") for row in sheet(path, "Budget")]
    wanted = [r for r in rows if (r["kommun"], r["projekt"]) == (PLANTED_VOLUME.municipality, "")]
    html = pages_about(PLANTED_VOLUME.municipality)
    for what, column in (("utfall, summa", "utfall"), ("budget, summa", "budget")):
        cells = BeautifulSoup(html, "html.parser").select(f'td[data-derived="{what}"] data')
        sums: dict[object, float] = {}
        for row in wanted:
            sums[row["konto"]] = sums.get(row["konto"], 0.0) + float(str(row[column]))
        shown = [float(str(cell["value"])) for cell in cells]
        assert shown == pytest.approx([*sums.values(), sum(sums.values())], rel=1e-6)

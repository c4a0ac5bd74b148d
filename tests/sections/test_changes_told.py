"""What the source has changed is told with old and new numbers, and only what is new."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analyslib.catalogue import load_catalogue
from analyslib.explore.explorer import Choice, open_explorer
from analyslib.explore.views import VIEWS
from analyslib.sections.badges import read_revisions, revised_numbers
from analyslib.sections.changes import render_changes
from analyslib.sections.follow_up import FollowUpReport, follow_up_report
from analyslib.sections.municipality import MunicipalityReport, municipality_report
from analyslib.sections.network import network_report
from analyslib.sections.own_measures import own_measures_section
from analyslib.sections.project import project_report
from analyslib.store.changes import Changes
from analyslib.store.connection import open_store, query
from analyslib.tables import KEYS, REVISED
from analyslib.workspace import Workspace


YEAR = 2024
FIRST, SECOND = "2025-09-15", "2026-03-16"


@pytest.fixture(autouse=True)
def in_demo(demo_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("ANALYSLIB_HOME", str(demo_workspace))
    return Workspace(demo_workspace, demo=True)


def changes_of(code: str, since: str) -> str:
    report = municipality_report(code, "nua", YEAR, "2026-12-03", "demo", since)
    return report.changes()._repr_html_()


def test_every_revised_number_is_told_with_its_old_value(in_demo: Workspace) -> None:
    kpis = list(load_catalogue().indicators)
    with open_store(in_demo.publish_db) as store:
        rows = read_revisions(store, kpis, ["2480"], FIRST)
    own = rows[rows["municipality"] == "2480"]
    assert len(own) > 0, "the demo revises some of Umeå's numbers"
    html = changes_of("2480", FIRST)
    for row in own.itertuples():
        assert f'data-kpi="{row.kpi}"' in html
        assert f'<data value="{row.new_value!r}">' in html
    shown = re.findall(r'data-derived="value-before"><data value="([^"]+)"', html)
    assert sorted(map(float, shown)) == pytest.approx(sorted(own["old_value"]), abs=0.06)


def test_every_table_and_figure_bears_the_badge_of_a_revised_number(in_demo: Workspace) -> None:
    """Only those, and those everywhere: the report, the overview, the explorer."""
    catalogue = load_catalogue()
    kpis, members = list(catalogue.indicators), list(catalogue.networks["nua"].members)
    with open_store(in_demo.publish_db) as store:
        found = read_revisions(store, kpis, members, FIRST).query("old_value.notna()")
    revised = set(found[["kpi", "municipality", "year", "gender"]].itertuples(index=False))
    kpi = str(found["kpi"].iloc[0])
    area = catalogue.indicators[kpi].area
    report = municipality_report("2480", "nua", YEAR, "2026-12-03", "demo", FIRST)
    overview = network_report("nua", 2023, "2026-12-03", "demo", FIRST)
    explorer = open_explorer("demo")
    pages = {
        "report": report.area(area)._repr_html_(),
        "overview": overview.area(area)._repr_html_(),
        **{view: explorer.show(Choice(kpi, "Umeå", view=view)).html for view in VIEWS},
    }
    seen = set()
    for name, html in pages.items():
        for key, is_badged in cells_of(html):
            assert is_badged == (key in revised), (name, key)
            seen |= {name} if is_badged else set()
    assert seen >= {"report", "overview", "tabell", "utveckling"}


def test_costs_own_measures_and_the_follow_up_bear_it_too() -> None:
    """As if the source had revised every number of the last two years."""
    report = municipality_report("2480", "nua", YEAR)
    activity = report.material.own_activity
    follow_up = follow_up_report("2480")
    assert activity is not None and activity.beside.panels
    kpis = [*load_catalogue().indicators]
    rows = [(kpi, "2480", year, "T", 1.0) for kpi in kpis for year in (YEAR - 1, YEAR)]
    frame = pd.DataFrame(rows, columns=["kpi", "municipality", "year", "gender", "old_value"])
    revised = revised_numbers(frame)
    beside = replace(activity.beside, revised=revised)
    parts = {
        "costs": MunicipalityReport(replace(report.material, revisions=frame), "").costs(),
        "own measures": own_measures_section(replace(activity, beside=beside)),
        "project": replace(project_report("2480", "", YEAR), beside=beside).public(),
        "follow-up": FollowUpReport(replace(follow_up.material, revised=revised), "").returns(),
    }
    for name, part in parts.items():
        assert part is not None
        cells = cells_of(part._repr_html_())
        badged = {key for key, is_badged in cells if is_badged}
        assert badged == {key for key, _ in cells if key[1] == "2480" and key[2] >= YEAR - 1}, name
        assert badged, name


def cells_of(html: str) -> list[tuple[tuple[str, str, int, str], bool]]:
    """Every raw number of a page, figures' tables too, and whether it bears the badge."""
    found = []
    for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
        head, *rows = re.findall(r"<tr([^>]*)>(.*?)</tr>", table, re.DOTALL)
        columns = [marks for _, marks, _ in CELL.findall(head[1])]
        for shared, row in rows:
            for column, (tag, own, body) in zip(columns, CELL.findall(row), strict=True):
                marks = dict(re.findall(r'data-(\w+)="([^"]*)"', column + shared + own))
                is_raw = tag == "d" and "derived" not in marks and 'class="text"' not in own
                if is_raw and all(name in marks for name in KEYS):
                    kpi, place, year, gender = (marks[name] for name in KEYS)
                    found.append(((kpi, place, int(year), gender), REVISED in body))
    return found


CELL = re.compile(r"<t([hd])([^>]*)>(.*?)</t[hd]>", re.DOTALL)


def test_what_was_known_at_the_last_meeting_is_not_told_again() -> None:
    html = changes_of("2480", SECOND)
    assert "har inte ändrat något" in html
    assert "<table" not in html


def test_without_a_date_it_is_counted_from_the_delivery_before_the_newest() -> None:
    assert changes_of("2480", "") == changes_of("2480", FIRST)


def test_new_similar_municipalities_are_named(in_demo: Workspace) -> None:
    with open_store(in_demo.publish_db) as store:
        groups = query(store, "group_changes", old=FIRST, new=SECOND, owner=None)
    own = groups[(groups["owner"] == "2480") & (groups["change"] == "joined")]
    assert len(groups) > len(own) > 0
    html = changes_of("2480", FIRST)
    assert all(name in html for name in own["municipality_name"])


def test_the_network_is_told_how_much_was_revised() -> None:
    html = network_report("nua", YEAR, "2026-12-03", "demo", FIRST).changes()._repr_html_()
    assert re.search("har [\\d\u00a0]+tal räknats om", html)


def told(rows: list[tuple[str, str, str, str]]) -> str:
    series = pd.DataFrame(rows, columns=["kpi", "change", "old", "new"]).assign(is_indicator=True)
    nothing = pd.DataFrame(columns=["is_indicator"], dtype=bool)
    changes = Changes(FIRST, nothing, series, nothing, ("a", "b"), ("a", "b"))
    return render_changes(changes, nothing, load_catalogue().indicators, None)._repr_html_()


def test_a_changed_unit_comes_first_and_many_new_names_are_folded() -> None:
    kpis = list(load_catalogue().indicators)
    renamed = [(kpi, "renamed", "Gammalt", "Nytt") for kpi in kpis[:11]]
    html = told([*renamed, (kpis[0], "rescaled", "andel (%)", "antal/10 000 inv")])
    assert re.findall("<h3>(.*?)</h3>", html) == [
        "1\u00a0nyckeltal har bytt enhet eller kodning",
        "11\u00a0nyckeltal har bytt namn",
    ]
    assert html.index("går inte att jämföra") < html.index("<details>") < html.index("Gammalt")
    assert "<details>" not in told(renamed[:10])


def test_a_year_of_ending_in_the_title_is_no_new_name() -> None:
    first, second = list(load_catalogue().indicators)[:2]
    ended = [(first, change, "Mått, antal", "Mått, antal (- 2024)") for change in
             ("ended", "renamed")]  # fmt: skip
    html = told([*ended, (second, "renamed", "Mått, antal", "Annat, antal (-2023)")])
    assert re.findall("<h3>(.*?)</h3>", html) == [
        "1\u00a0nyckeltal har upphört",
        "1\u00a0nyckeltal har bytt namn",
    ]
    assert "Annat" in html and "(- 2024)" not in html

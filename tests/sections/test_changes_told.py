"""What the source has changed is told with old and new numbers, and only what is new."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analyslib.sections.municipality import municipality_report
from analyslib.sections.network import network_report
from analyslib.store.connection import open_store, query
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
    with open_store(in_demo.publish_db) as store:
        rows = query(store, "revisions", municipality="2480", since=FIRST)
    own = rows[rows["municipality"] == "2480"]
    assert len(own) > 0, "the demo revises some of Umeå's numbers"
    html = changes_of("2480", FIRST)
    for row in own.itertuples():
        assert f'data-kpi="{row.kpi}"' in html
        assert f'<data value="{row.new_value!r}">' in html
    shown = re.findall(r'data-derived="value-before"><data value="([^"]+)"', html)
    assert sorted(map(float, shown)) == pytest.approx(sorted(own["old_value"]), abs=0.06)


def test_what_was_known_at_the_last_meeting_is_not_told_again() -> None:
    html = changes_of("2480", SECOND)
    assert "har inte ändrat något" in html
    assert "<table" not in html


def test_without_a_date_it_is_counted_from_the_delivery_before_the_newest() -> None:
    assert changes_of("2480", "") == changes_of("2480", FIRST)


def test_new_similar_municipalities_are_named(in_demo: Workspace) -> None:
    with open_store(in_demo.publish_db) as store:
        groups = query(store, "group_changes", old=FIRST, new=SECOND)
    own = groups[(groups["owner"] == "2480") & (groups["change"] == "joined")]
    html = changes_of("2480", FIRST)
    assert all(name in html for name in own["municipality_name"])


def test_the_network_is_told_how_much_was_revised() -> None:
    html = network_report("nua", YEAR, "2026-12-03", "demo", FIRST).changes()._repr_html_()
    assert re.search("har [\\d\u00a0]+tal räknats om", html)

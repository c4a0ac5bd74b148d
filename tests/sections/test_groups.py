"""A municipality's groups: each told once, and the overview leaves background out of its talk."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from analyslib.analysis.results import ReferenceKind
from analyslib.sections.municipality import municipality_report
from analyslib.sections.network import network_report
from analyslib.store.connection import open_store, query
from analyslib.workspace import find_workspace


@pytest.fixture(autouse=True)
def in_demo(demo_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYSLIB_HOME", str(demo_workspace))


def test_a_county_that_is_the_network_is_compared_with_once() -> None:
    report = municipality_report("2480", "nua", 2024)
    assert ReferenceKind.COUNTY not in report.material.kinds
    assert "Länet 2024, ovägt" not in report.area("ekonomiskt_bistand")._repr_html_()


def test_a_county_that_is_not_the_network_stands_beside_it() -> None:
    report = municipality_report("2480", "alla", 2024)
    assert {ReferenceKind.COUNTY, ReferenceKind.NETWORK} <= report.material.kinds
    assert "Länet 2024, ovägt" in report.area("ekonomiskt_bistand")._repr_html_()


def test_the_meeting_does_not_talk_about_what_nobody_there_decides() -> None:
    report = network_report("nua", 2024)
    background = report.material.catalogue.areas["bakgrund"].indicators
    said = report.summary()._repr_html_()
    assert not [item.short for item in background if f">{item.short}:" in said]


def test_the_similar_municipalities_are_those_of_the_reports_year() -> None:
    """Kolada keeps a group's id and exchanges its members; both years' members are in the store."""
    with open_store(find_workspace(demo=True).publish_db) as store:
        known = store.connection.execute(
            "SELECT group_year, list(member) FROM municipality_group "
            "JOIN group_member USING (group_id, vintage) "
            "WHERE owner = '2480' AND service_area = 'ekonomiskt bistånd' GROUP BY group_year"
        ).fetchall()
        values = query(store, "kpi_values", kpi="N31807")
    assert len(known) == 2 and set(known[0][1]) != set(known[1][1])
    for year, members in known:
        report = municipality_report("2480", "nua", year)
        similar = report.material.peers.similar["ekonomiskt bistånd"]
        assert (set(similar.members), similar.group_year) == (set(members), str(year))
        found = report.material.comparison("N31807", ReferenceKind.SIMILAR)
        assert found is not None and found.reference.value is not None
        now = values[(values["year"] == year) & (values["gender"] == "T")]
        own = now[now["municipality"].isin(members)]["value"].dropna()
        assert found.reference.value == pytest.approx(statistics.fmean(own))
        assert f"Koladas grupp {year}" in report.context()._repr_html_()

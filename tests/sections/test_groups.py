"""A municipality's groups: each told once, and the overview leaves background out of its talk."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyslib.analysis.results import ReferenceKind
from analyslib.sections.municipality import municipality_report
from analyslib.sections.network import network_report


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

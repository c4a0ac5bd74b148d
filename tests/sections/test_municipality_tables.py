"""What the tables of a municipality leave out because it tells the reader nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest
from made_results import comparison, made, reference

from analyslib.analysis.results import Comparison, ReferenceKind
from analyslib.catalogue import Break, load_catalogue
from analyslib.sections.material import Material, Peers, Similar, indicators_of
from analyslib.sections.municipality import municipality_report
from analyslib.sections.municipality_tables import breaks_table, peers_table, women_men_table


CATALOGUE = load_catalogue()
AREA = CATALOGUE.areas["ekonomiskt_bistand"]


def material() -> Material:
    areas = ("IFO", "fritidshem", "ekonomiskt bistånd")
    similar = {
        name: Similar(name, "G1", name, "2026-03-23", "2024", ("2462",), ("Vilhelmina",))
        for name in areas
    }
    women = replace(
        comparison(600.0, gender="K"), reference=reference(500.0, kind=ReferenceKind.MEN)
    )

    def found(kpi: str, kind: ReferenceKind, gender: str) -> Comparison:
        return women

    fake: Any = SimpleNamespace(
        catalogue=CATALOGUE,
        place=CATALOGUE.municipalities["2480"],
        network=CATALOGUE.networks["nua"],
        peers=Peers(("2480",), ("2480",), ("2480",), similar),
        comparison=found,
        own={(kpi, sex, 2024): (600.0, "") for kpi in ("N1", "N2") for sex in "KM"},
        revised=frozenset(),
        year=2024,
    )
    return cast(Material, fake)


def test_only_groups_that_an_area_is_compared_with_are_named() -> None:
    heads = [row[0].text for row in peers_table(material()).rows]
    assert "Liknande kommuner, IFO" in heads
    assert "Liknande kommuner, ekonomiskt bistånd" in heads
    assert "Liknande kommuner, fritidshem" not in heads


def test_no_answer_to_how_many_more_women_than_men_there_are() -> None:
    share, count = made(id="N1"), made(id="N2", kind="count", unit="antal", short="Invånare")
    both = women_men_table(material(), AREA, [share, count])
    assert both is not None
    assert [row[0].text for row in both.rows] == ["Invånare med bistånd (%)"]
    assert women_men_table(material(), AREA, [count]) is None


def test_breaks_with_the_same_reason_are_told_together() -> None:
    indicators = {
        item.id: item
        for item in (
            made(id="N1", short="Ett", breaks=(Break(2021, "Nytt register."),)),
            made(id="N2", short="Två", breaks=(Break(2021, "Nytt register."),)),
            made(id="N3", short="Tre", breaks=(Break(2020, "Ny fråga."), Break(2001, "Gammalt."))),
            made(id="N4", short="Utan värden", breaks=(Break(2021, "Nytt register."),)),
        )
    }
    fake: Any = SimpleNamespace(
        catalogue=SimpleNamespace(indicators=indicators),
        known=frozenset({"N1", "N2", "N3"}),
        years=tuple(range(2019, 2025)),
        year=2024,
        latest=pd.DataFrame(
            {
                "kpi": ["N1", "N2", "N3"],
                "ended": [False, True, False],
                "stop_year": [None, None, 2023],
            }
        ),
    )
    html = breaks_table(fake)._repr_html_()
    assert re.findall(r"<li>(.*?)</li>", html) == [
        "Ny serie från 2020: Ny fråga. Gäller Tre.",
        "Ny serie från 2021: Nytt register. Gäller Ett och Två.",
    ]
    assert "Upphörda hos källan: Två och Tre (sista året 2023)." in html


def test_without_background_figures_no_empty_table_is_shown(
    demo_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYSLIB_HOME", str(demo_workspace))
    report = municipality_report("2480", "nua", 2024)
    assert "Umeå i siffror" in report.context()._repr_html_()
    material = report.material
    background = {item.id for item in material.catalogue.areas["bakgrund"].indicators}
    others = {key: found for key, found in material.benchmarks.items() if key[0] not in background}
    bare = replace(report, material=replace(material, benchmarks=others))
    html = bare.context()._repr_html_()
    assert "Umeå i siffror" not in html and "Uppgifter om befolkningen saknas" in html


@pytest.mark.parametrize("code", ["2403", "2480"])
def test_rows_without_a_single_value_are_named_and_folded(
    code: str, demo_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every number of every row is still on the page, in the fold or before it."""
    monkeypatch.setenv("ANALYSLIB_HOME", str(demo_workspace))
    report = municipality_report(code, "nua", 2024)
    folds = 0
    for area in report.areas:
        html = re.sub(r"<figure.*?</figure>", "", report.area(area.id)._repr_html_(), flags=re.S)
        fold = "".join(re.findall(r"<details>.*?</details>", html, re.S))
        before = html.replace(fold, "") if fold else html
        folds += bool(fold)
        for item in indicators_of(report.material, area):
            values = [report.material.own.get((item.id, "T", y)) for y in report.material.years]
            is_empty = all(found is None or found[0] is None for found in values)
            row = f'data-kpi="{item.id}"'
            assert (row in fold, row in before) == (is_empty, not is_empty), item.id
            if is_empty:
                assert item.short in re.findall(r"har inget värde 2019–2024 för .*?</p>", html)[0]
    assert folds or code == "2480", "some small municipality must have a row without values"

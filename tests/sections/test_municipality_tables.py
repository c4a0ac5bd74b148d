"""What the tables of a municipality leave out because it tells the reader nothing."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from made_results import comparison, made, reference

from analyslib.analysis.results import Comparison, ReferenceKind
from analyslib.catalogue import load_catalogue
from analyslib.sections.material import Material, Peers, Similar
from analyslib.sections.municipality_tables import peers_table, women_men_table


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
    assert [row[0].text for row in both.rows] == ["Invånare med bistånd (andel (%))"]
    assert women_men_table(material(), AREA, [count]) is None

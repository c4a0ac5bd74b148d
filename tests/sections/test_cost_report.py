"""The section on costs: on the demo as a whole, and on the real file every sentence true."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
from bs4 import BeautifulSoup

from analyslib.analysis.costs import Obstacle
from analyslib.catalogue import load_catalogue
from analyslib.identities import Identity, load_costs
from analyslib.sections.costs import CostSection, cost_section
from analyslib.sections.material import read_material
from analyslib.text.costs import change_sentence, position_sentence


FILE = "social_services_all606_values_1994_2022.parquet"
COSTS = load_costs()
NUMBER = r"([+−]?\d[\d\u00a0]*)\u00a0kron(?:or|a)"
Truth = Mapping[tuple[str, str, int], float]


@pytest.fixture
def demo(demo_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> CostSection:
    monkeypatch.setenv("ANALYSLIB_HOME", str(demo_workspace))
    return cost_section(read_material("2480", "nua", 2024, "demo"))


def number(text: str) -> float:
    return float(text.replace("\u00a0", "").replace("−", "-"))


def test_every_identity_has_a_picture_with_quality_beside_and_a_question(
    demo: CostSection,
) -> None:
    page = BeautifulSoup(demo.shown()._repr_html_(), "html.parser")
    keys = [figure["data-figure"] for figure in page.select("figure")]
    assert keys == [
        *(f"kostnad-{item.id}" for item in COSTS.identities),
        "nettokostnadsavvikelse",
    ]
    for identity in COSTS.identities:
        (part,) = page.select(f"#kostnad-{identity.id.replace('_', '-')}")
        shown = {cell["data-kpi"] for cell in part.select("[data-kpi]")}
        assert {identity.cost, identity.price, identity.volume.kpi, *identity.beside} <= shown
        assert "Stäm av med" in part.text
        assert "mer eller mindre motsvarar" in part.text
    (net,) = page.select("#kostnad-netto")
    assert {"N30001", "N30007", "N30014", "U30452"} <= {
        cell["data-kpi"] for cell in net.select("[data-kpi]")
    }
    assert not re.search(r"\b(nan|None|inf)\b", page.text)


def test_the_demo_splits_and_says_where_a_break_forbids_it(demo: CostSection) -> None:
    obstacles = {name: change.obstacle for name, change in demo.changes.items()}
    assert obstacles["lss_boende"] is Obstacle.NONE
    assert obstacles["sarskilt_boende"] is Obstacle.BROKEN  # measured anew from 2024
    assert all(item.obstacle is Obstacle.NONE for item in demo.positions.values())
    for found in (*demo.changes.values(), *demo.positions.values()):
        if found.parts:
            assert sum(part.effect for part in found.parts) == pytest.approx(found.difference)


def test_what_failed_the_trial_is_told_and_not_shown(demo: CostSection) -> None:
    text = demo.tried()._repr_html_().replace("\u00a0", " ")
    assert "24 procent" in text and "utredning och administration" in text
    assert "2 302 kommunår 2015–2022" in text


# --- the real file, read by other code


@pytest.fixture(scope="module")
def truth(shared_data: Path) -> Truth:
    kpis = tuple({kpi for item in COSTS.identities for kpi in item.kpis})
    rows = duckdb.sql(
        f"SELECT kpi, municipality, year, value FROM '{shared_data / 'kolada' / FILE}' "
        f"WHERE gender = 'T' AND value IS NOT NULL AND kpi IN {kpis}"
    ).fetchall()
    return {(kpi, place, year): value for kpi, place, year, value in rows}


# Parts are rounded one by one, and a remainder under half a krona is not named: half each.


def is_change_true(sentence: str, identity: Identity, code: str, truth: Truth) -> bool:
    """Both costs against the file, and the parts as printed against their sum."""
    match = re.search(
        rf"År (\d{{4}}) var kostnaden .*? {NUMBER} .*?, "
        rf"(?:{NUMBER} (mer|mindre) än|lika mycket som) (\d{{4}}): (.*)",
        sentence,
    )
    if match is None:
        return False
    last, cost, moved, side, first, parts = match.groups()
    now, then = (truth[identity.cost, code, int(year)] for year in (last, first))
    difference = 0.0 if moved is None else number(moved) * (1 if side == "mer" else -1)
    effects = [number(text) for text in re.findall(NUMBER, parts)]
    return (
        abs(number(cost) - now) <= 0.5
        and abs(difference - (now - then)) <= 0.5
        and abs(sum(effects) - (now - then)) <= 0.5 * (len(effects) + 1)
    )


def is_position_true(sentence: str, section: CostSection, identity: Identity, truth: Truth) -> bool:
    code, year = section.place.code, section.material.year
    similar = section.material.similar_of(section.material.catalogue.areas[identity.area])
    assert similar is not None
    kpis = (identity.cost, identity.volume.kpi, identity.price)
    costs = [
        truth[identity.cost, member, year]
        for member in similar.members
        if all(truth.get((kpi, member, year), 0.0) > 0 for kpi in kpis)
    ]
    difference = truth[identity.cost, code, year] - sum(costs) / len(costs)
    match = re.search(rf"{len(costs)}.* kommuner är kostnaden {NUMBER} (högre|lägre)", sentence)
    if match is None:
        return abs(difference) < 0.5 and "lika stor" in sentence
    effects = [number(text) for text in re.findall(NUMBER, sentence.partition(": ")[2])]
    return (
        abs(number(match[1]) - abs(difference)) <= 0.5
        and (match[2] == "högre") == (difference > 0)
        and abs(sum(effects) - difference) <= 0.5 * (len(effects) + 1)
    )


@pytest.mark.shared
def test_every_sentence_about_a_split_is_true_of_the_file(
    real_workspace: Path, truth: Truth, prove: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYSLIB_HOME", str(real_workspace))
    every = sorted(load_catalogue().municipalities)
    codes = every if prove else ["2425", *random.Random(20261203).sample(every, 5)]
    changes = positions = 0
    for code in codes:
        section = cost_section(read_material(code, "alla", 2022, "riktig"))
        for identity in COSTS.identities:
            change, position = section.changes[identity.id], section.positions[identity.id]
            said = change_sentence(change, identity)
            if change.parts:
                assert is_change_true(said, identity, code, truth), said
                wrong = said.replace(" mer än ", " mindre än ")
                assert wrong == said or not is_change_true(wrong, identity, code, truth)
                changes += 1
            else:
                assert "går inte att dela upp: " in said
            said = position_sentence(position, identity)
            if position.parts and position.kind == "similar":
                assert is_position_true(said, section, identity, truth), said
                positions += 1
    print(f"{changes} changes and {positions} positions in {len(codes)} municipalities")
    assert changes >= len(codes) and positions >= len(codes)


@pytest.mark.shared
def test_a_count_without_inhabitants_in_the_file_is_said_to_be_missing(
    real_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This file has no inhabitants by age, so care homes cannot be counted per inhabitant."""
    monkeypatch.setenv("ANALYSLIB_HOME", str(real_workspace))
    section = cost_section(read_material("2480", "nua", 2022, "riktig"))
    assert section.changes["sarskilt_boende"].obstacle is Obstacle.MISSING
    html = section.identity(COSTS.identities[1])._repr_html_()
    assert "minst ett av de nyckeltal som behövs saknar värde" in html

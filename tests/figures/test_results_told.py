"""What each figure says is what its input holds: one small case per figure, told in words."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from made_pictures import (
    CURVE,
    FOREST,
    GENDER,
    PLACES,
    SOURCE,
    STEPS,
    UMEA,
    kpi,
    result,
)
from made_results import comparison

from analyslib.analysis.process_control import xmr
from analyslib.analysis.results import Answer
from analyslib.figures.change import ChangeRow, draw_changes, draw_forest, draw_transitions
from analyslib.figures.courses import StepCurve, draw_control_chart, draw_survival
from analyslib.figures.funnel import draw_funnel
from analyslib.figures.gender import draw_gender
from analyslib.figures.inputs import GenderRow, PlaceResult, Point, RankedPlace
from analyslib.figures.map import draw_map
from analyslib.figures.places import draw_ranks
from analyslib.figures.slope import Slope, draw_slope
from analyslib.tables import Table


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def columns(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def test_changes_are_shares_of_those_measured_and_a_hidden_part_hides_the_bar() -> None:
    rows = [
        ChangeRow("Alla", 46, 30, 12),
        ChangeRow("Män", 4, None, 3),
        ChangeRow("Ingen", 0, 0, 0),
    ]
    picture = draw_changes(UMEA, rows, "Förändring", SOURCE)
    assert plain(picture.alt) == (
        "Förändring. Alla: 52 procent bättre, 34 procent oförändrat och 14 procent sämre av "
        "88 personer. Män: dolt. Ingen: dolt."
    )
    assert columns(picture.table)[1] == ["Män", "4", "dolt", "3", "dolt"]


@pytest.mark.parametrize(("high_is_better", "better", "worse"), [(True, 5, 2), (False, 2, 5)])
def test_transitions_are_counted_on_each_side_of_the_diagonal(
    high_is_better: bool, better: int, worse: int
) -> None:
    picture = draw_transitions(
        UMEA, ("Låg", "Hög"), ((10, 5), (2, 3)), "Byten", SOURCE, high_is_better
    )
    assert plain(picture.alt) == (
        f"Byten. Av 20 personer har {better} det bättre efter, 13 oförändrat och {worse} sämre."
    )
    assert columns(picture.table) == [["Låg", "10", "5"], ["Hög", "2", "3"]]


def test_nothing_is_summed_where_something_is_hidden() -> None:
    picture = draw_transitions(UMEA, ("Låg", "Hög"), ((10, None), (2, 3)), "Byten", SOURCE, True)
    assert picture.alt == "Byten. Några antal är skyddade; de övriga står i tabellen."


def test_a_forest_tells_each_difference_with_its_answer() -> None:
    picture = draw_forest(UMEA, FOREST, "Skillnader", SOURCE, "förändring i poäng")
    assert picture.alt == "Skillnader. Alla: +2,1, bättre. Boendestöd: dolt."
    assert columns(picture.table)[0] == ["Alla", "+2,1", "0,9–3,3", "88", "▲ bättre"]


def test_survival_tells_the_share_at_the_end_and_refuses_a_fourth_curve() -> None:
    picture = draw_survival(UMEA, [STEPS], "Kvar", SOURCE)
    assert plain(picture.alt) == "Kvar. Andel kvar efter 12 månader: Alla 40 procent."
    assert columns(picture.table)[-1] == ["12", "40", "dolt"]
    with pytest.raises(ValueError):
        draw_survival(UMEA, [STEPS] * 4, "Kvar", SOURCE)


def test_a_curve_is_a_staircase_not_a_slope() -> None:
    curve = StepCurve("Alla", (0, 10, 20, 30, 40), (1.0, 0.5, 0.5, 0.5, 0.5))
    svg = draw_survival(UMEA, [curve], "Kvar", SOURCE).svg.decode()
    assert re.search(r"m54 \S+h106\.5v", svg), "level until the next point, then down"


def test_few_points_are_joined_since_stairs_would_say_that_nobody_left_between_them() -> None:
    curve = StepCurve("Alla", (0, 6, 12), (1.0, 0.6, 0.3))
    svg = draw_survival(UMEA, [curve], "Kvar", SOURCE).svg.decode()
    assert not re.search(r"m54 \S+h213v", svg)
    assert svg != draw_survival(UMEA, [replace_share(curve)], "Kvar", SOURCE).svg.decode()


def replace_share(curve: StepCurve) -> StepCurve:
    return StepCurve(curve.label, curve.times, (1.0, 0.5, 0.3))


@pytest.mark.parametrize(
    ("direction", "word"), [("low", "sämre"), ("high", "bättre"), ("none", "högre")]
)
def test_a_signal_is_named_for_its_side_and_direction(direction: str, word: str) -> None:
    values = [12, 14, 11, 15, 13, 12, 16, 14, 13, 12, 15, 14, 40]
    labels = [f"vecka {n}" for n in range(1, 14)]
    picture = draw_control_chart(UMEA, labels, xmr(values), "Antal", SOURCE, direction)
    assert (
        picture.alt == f"Antal. Senast, vecka 13: 40. Mer än vanlig variation: vecka 13 ({word})."
    )


def test_a_calm_series_says_so_and_few_points_are_preliminary() -> None:
    labels = [f"vecka {n}" for n in range(1, 9)]
    picture = draw_control_chart(UMEA, labels, xmr([5, 6, 5, 7, 6, 5, 6, 7]), "Antal", SOURCE)
    assert picture.alt.endswith("Inget tyder på annat än vanlig variation.")
    assert "preliminära" in picture.svg.decode()


def test_a_value_that_is_hidden_gets_no_answer() -> None:
    labels = [f"vecka {n}" for n in range(1, 10)]
    values = [5, 6, 5, float("nan"), 7, 6, 5, 6, 7]
    picture = draw_control_chart(UMEA, labels, xmr(values), "Antal", SOURCE)
    told = [(row[1], row[-1]) for row in columns(picture.table)]
    assert told[3] == ("–", "–")
    assert told[2] == ("5", "vanlig variation")


def test_women_and_men_are_told_as_what_the_answer_says_of_the_women() -> None:
    words = [row[3] for row in columns(draw_gender(UMEA, GENDER, "K och M", SOURCE).table)]
    assert words == [
        "bättre för kvinnor",
        "sämre för kvinnor",
        "högre för kvinnor",
        "högre för män",
        "ingen säker skillnad",
        "kan inte bedömas",
    ]
    hidden = comparison(None, 8.3, gender="K")
    picture = draw_gender(UMEA, [GenderRow(kpi(), hidden, "Privacy")], "K och M", SOURCE)
    assert columns(picture.table)[0][1:3] == ["sekretess", "8,3"]
    assert {cell.gender for cell in picture.table.raw_cells} == {"K", "M"}


def test_a_slope_counts_the_change_from_before_to_after() -> None:
    slopes = [Slope(UMEA, Point(2020, 2.0), Point(2024, 2.6), Answer.WORSE)]
    picture = draw_slope(UMEA, kpi(), slopes, "2020 och 2024", SOURCE)
    assert (
        plain(picture.alt) == "2020 och 2024. Av 1 kommun är det 1 som försämras. Försämras: Umeå."
    )
    assert columns(picture.table) == [["Umeå", "2,0", "2,6", "+0,6", "▼ försämras"]]


def test_a_funnel_names_those_outside_its_limits() -> None:
    inside = PlaceResult(PLACES[0], replace(comparison(2.9), n=1000.0))
    outside = PlaceResult(UMEA, replace(comparison(5.0), n=1000.0))
    picture = draw_funnel(UMEA, kpi(), [inside, outside], [], CURVE, "Tratt", SOURCE)
    assert plain(picture.alt) == (
        "Tratt. Umeå: 5,0 procent av 1 000 personer. Utanför gränsen för slumpen: Umeå."
    )
    calm = draw_funnel(UMEA, kpi(), [inside], [], CURVE, "Tratt", SOURCE)
    assert calm.alt.endswith("Ingen av de namngivna kommunerna ligger utanför gränsen för slumpen.")


def test_a_rank_never_stands_without_its_interval() -> None:
    ranked = [RankedPlace(UMEA, 12, 5, 15), RankedPlace(PLACES[0], 1, 1, 1)]
    picture = draw_ranks(UMEA, ranked, "Plats", SOURCE)
    assert picture.alt == "Plats. Nordmaling: plats 1. Umeå: plats 12, rimligt 5–15."
    assert columns(picture.table)[1] == ["Umeå", "12", "5", "15"]


def test_a_map_names_who_is_better_and_who_lacks_a_value() -> None:
    shown = [result(PLACES[0], 0), result(PLACES[1], 4)]
    picture = draw_map(UMEA, kpi(), shown, "Karta", SOURCE)
    assert plain(picture.alt) == (
        "Karta. Av 1 kommun är 1 bättre. Bättre: Nordmaling. Utan värde: Bjurholm."
    )
    assert [row[0] for row in columns(picture.table)] == ["1. Bjurholm", "2. Nordmaling"]

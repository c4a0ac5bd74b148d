"""The bars of a split cost: where they begin and end, and what is certain and what is not."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from made_pictures import BESIDE, COSTS, NET, NET_TABLE, SOURCE, SPLIT, UMEA

from analyslib.analysis.costs import Decomposition, Obstacle, PartKind
from analyslib.analysis.results import Answer
from analyslib.figures import theme
from analyslib.figures.costs import draw_cost_split, draw_net_costs, split_table
from analyslib.figures.frame import Picture


HOME_CARE = COSTS.identities[0]
NOT_SPLIT = replace(SPLIT, obstacle=Obstacle.NOT_HOLDING, start=None, parts=())


def drawn(change: Decomposition = SPLIT, position: Decomposition = BESIDE) -> Picture:
    return draw_cost_split(UMEA, HOME_CARE, change, position, SOURCE, "kostnad-hemtjanst")


def with_answer(answer: Answer) -> Decomposition:
    parts = tuple(
        replace(part, answer=answer) if part.kind is PartKind.PRICE else part
        for part in BESIDE.parts
    )
    return replace(BESIDE, parts=parts)


@pytest.mark.parametrize(
    ("answer", "filled"),
    [
        (Answer.HIGHER, True),
        (Answer.LOWER, True),
        (Answer.NO_CERTAIN_DIFFERENCE, False),
        (Answer.CANNOT_BE_JUDGED, False),
    ],
)
def test_only_what_is_certain_is_a_filled_bar(answer: Answer, filled: bool) -> None:
    svg = drawn(NOT_SPLIT, with_answer(answer)).svg.decode()
    fills = svg.lower().count(f"fill:{theme.ORANGE.lower()}")
    assert fills == 1 + filled, "one in the key, and the bar itself where it is certain"


def test_a_cost_that_cannot_be_split_says_why_in_picture_and_words() -> None:
    picture = drawn(NOT_SPLIT, replace(BESIDE, obstacle=Obstacle.TOO_FEW_PEERS, parts=()))
    assert "ger inte kostnaden här" in picture.alt
    assert "för få kommuner i jämförelsen" in picture.alt
    shown = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", picture.svg.decode()))
    assert "ger inte kostnaden här" in shown and "för få kommuner" in shown


def test_the_table_holds_every_part_and_the_whole() -> None:
    table = split_table("Hemtjänst", HOME_CARE, SPLIT, BESIDE, SOURCE)
    sums = [sum(row[column].value or 0.0 for row in table.rows[:-1]) for column in (1, 3)]
    assert sums == pytest.approx([table.rows[-1][1].value, table.rows[-1][3].value], abs=0.1)
    assert table.rows[2][2].text == "○ kan inte bedömas: det finns för få år att jämföra"
    assert table.rows[0][4].text == "△ högre"


def test_no_line_crosses_the_year_the_model_was_replaced() -> None:
    svg = draw_net_costs(UMEA, NET, range(2017, 2023), "Nettokostnad.", NET_TABLE).svg.decode()
    assert "före, annan modell" in svg
    late = [(item, replace(found, course=found.course[2:])) for item, found in NET]
    after = draw_net_costs(UMEA, late, range(2019, 2023), "Nettokostnad.", NET_TABLE)
    assert "före, annan modell" not in after.svg.decode()

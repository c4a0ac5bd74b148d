"""The tools behind the figures: scales, room for text, and a canvas that never bridges a gap."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyslib.analysis.results import Answer
from analyslib.figures import theme
from analyslib.figures.canvas import Canvas
from analyslib.figures.inputs import Spread
from analyslib.figures.map import read_outlines
from analyslib.figures.profile import spine_position
from analyslib.figures.scale import (
    Scale,
    find_range,
    find_ticks,
    spread_apart,
    text_width,
    tick_decimals,
    wrap_text,
)


def paths(canvas: Canvas) -> list[str]:
    """Every path but the white panel."""
    return re.findall(r'<path d="([^"]*)"', canvas.svg().decode())[1:]


def test_a_missing_value_is_a_gap() -> None:
    canvas = Canvas(100, 100)
    canvas.line([0, 10, 20, 30, 40], [5.0, 6.0, None, 7.0, 8.0], theme.BLUE)
    assert paths(canvas) == ["m0 5 10 1m20 1 10 1"]


def test_shapes_of_one_look_become_one_path_and_levels_decide_what_lies_above() -> None:
    canvas = Canvas(100, 100)
    canvas.marks([(50, 50)], "up", theme.BLUE)
    canvas.boxes([(0, 0, 10, 10)], theme.BAND)
    canvas.marks([(60, 50)], "up", theme.BLUE)
    canvas.boxes([(20, 0, 10, 10)], theme.BAND)
    box, mark = paths(canvas)
    assert box.lower().count("m") == 2 and mark.lower().count("m") == 2
    assert box == "m0 0h10v10h-10zm20 0h10v10h-10z"


def test_numbers_in_labels_are_left_alone() -> None:
    canvas = Canvas(100, 100)
    canvas.label(1.26, 2, '1.23456 <path d="M1.2345 2"/> <g>', bold=True)
    svg = canvas.svg().decode()
    assert '>1.23456 &lt;path d="M1.2345 2"/&gt; &lt;g&gt;</text>' in svg
    assert 'x="1" y="2"' in svg


def test_control_characters_cannot_break_the_picture() -> None:
    canvas = Canvas(100, 100)
    canvas.label(1, 2, "a\x00\x1bb")
    assert ">ab</text>" in canvas.svg().decode()


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 10, [0, 2.5, 5, 7.5, 10]),
        (0, 1, [0, 0.25, 0.5, 0.75, 1]),
        (1385, 1500, [1400, 1425, 1450, 1475, 1500]),
        (-2, 2, [-2, -1, 0, 1, 2]),
        (5, 5, [5]),
    ],
)
def test_ticks_are_round_and_inside(low: float, high: float, ticks: list[float]) -> None:
    assert find_ticks(low, high) == ticks


@settings(max_examples=100, deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_few_even_and_never_outside(low: float, width: float) -> None:
    ticks = find_ticks(low, low + width)
    assert 1 <= len(ticks) <= 9
    slack = 1e-6 * max(width, abs(low))
    assert all(low - slack <= tick <= low + width + slack for tick in ticks)


def test_tick_decimals_are_as_few_as_they_can() -> None:
    assert [tick_decimals(t) for t in ([0, 1], [0, 0.5], [0, 0.25])] == [0, 1, 2]


def test_the_range_starts_at_nought_only_where_that_is_near() -> None:
    assert find_range([1, 10])[0] == 0
    assert find_range([90, 100])[0] > 80
    assert find_range([-5, 10])[0] < -5
    assert find_range([None, None]) == (0.0, 1.0)
    assert find_range([3.0]) == (2.0, 4.0)


def test_a_scale_of_one_value_puts_it_in_the_middle() -> None:
    assert Scale(3, 3, 0, 100)(3) == 50
    assert Scale(0, 10, 100, 0)(2.5) == 75


def test_long_text_is_wrapped_and_what_does_not_fit_is_marked() -> None:
    label = "Personer med insatser enligt lagen om stöd och service i särskilt boende för vuxna"
    lines = wrap_text(label, 160, 12)
    assert len(lines) == 2 and lines[-1].endswith("…")
    assert all(text_width(line, 12) <= 160 for line in lines)
    assert wrap_text("Kort", 160, 12) == ["Kort"]
    assert wrap_text("Sammansättningsordsexempelinstitution", 60, 12)[0].endswith("…")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 200), min_size=1, max_size=12))
def test_labels_are_moved_apart_in_their_order(wanted: list[float]) -> None:
    placed = spread_apart(wanted, 15, 0, 200)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    ys = [placed[i] for i in order]
    assert all(later - earlier >= 15 - 1e-6 for earlier, later in pairwise(ys))
    assert ys[0] >= -1e-6 and ys[-1] <= 200 + 1e-6


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread_apart([10, 50, 90], 15, 0, 100) == [10, 50, 90]


SPREAD = Spread(20, 30, 70, 80)


@pytest.mark.parametrize(
    ("value", "direction", "position"),
    [
        (20, "high", -1), (30, "high", -2 / 3), (70, "high", 2 / 3), (80, "high", 1),
        (60, "high", 1 / 3), (60, "low", -1 / 3), (60, "none", 1 / 3), (50, "low", 0),
        (99, "high", 1), (-99, "high", -1),
    ],
)  # fmt: skip
def test_spine_position(value: float, direction: str, position: float) -> None:
    """The worked example of the English area profiles: reference 50, spread 20-30-70-80."""
    assert spine_position(value, 50, SPREAD, direction) == pytest.approx(position)


def test_spine_position_with_a_reference_outside_the_middle_half_or_negative_values() -> None:
    skewed = Spread(-40, -30, -20, 10)
    assert spine_position(10, 0, skewed, "high") == pytest.approx(0.25)
    assert spine_position(-40, 0, skewed, "high") == -1
    assert spine_position(5, 5, Spread(5, 5, 5, 5), "high") == 0


def test_every_answer_has_a_look_of_its_own_without_its_colour() -> None:
    shapes = {(look.shape, look.filled) for look in theme.LOOKS.values()}
    assert set(theme.LOOKS) == set(Answer)
    assert len(shapes) == len(Answer)


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("color", "least"),
    [(theme.BLUE, 3), (theme.ORANGE, 3), (theme.INK, 4.5), (theme.DARK, 4.5), (theme.MID, 4.5)],
)
def test_colours_have_contrast_enough_against_white(color: str, least: float) -> None:
    assert 1.05 / (luminance(color) + 0.05) >= least


def test_outlines_lie_as_on_a_map() -> None:
    outlines = read_outlines(("2421", "2480", "2482"))
    storuman, umea, skelleftea = (outlines[code].inside for code in ("2421", "2480", "2482"))
    assert storuman[0] < umea[0], "Storuman lies west of Umeå"
    assert skelleftea[1] < umea[1], "Skellefteå lies north of Umeå, which is upwards"
    assert read_outlines(("2421", "2480", "2482")) is outlines

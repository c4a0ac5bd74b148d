"""Own measures: what was planted is found, and nothing beyond the nominal rate where nothing was.

The rates of the rules in use, over a thousand stable series of each length, are printed by

    pytest tests/analysis/test_own_courses.py -s --prove
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_own import (
    START,
    event,
    months,
    own_measure,
    rising,
    shifted,
    stable,
    years,
)
from scipy import stats

from analyslib.analysis.own_measures import (
    Assurance,
    Course,
    Development,
    Doubt,
    OwnPoint,
    fill_periods,
    follow,
    judge_goal,
    one_way,
    place_of_cut,
)
from analyslib.analysis.process_control import Signal, Xmr
from analyslib.analysis.results import Answer


CERTAIN = (Answer.BETTER, Answer.WORSE, Answer.HIGHER, Answer.LOWER)
LENGTHS = (10, 12, 18, 24, 36, 60)
NOMINAL = 0.05  # of series where nothing has happened that still get a certain answer


def course(values: Sequence[float | None], **changes: object) -> Course:
    return follow(own_measure(**changes), months(values))


# --- what was planted is found


def test_a_planted_shift_is_certain_without_a_declared_event() -> None:
    found = course(shifted())
    assert found.development.answer is Answer.BETTER
    assert found.chart.signals.count(Signal.SHIFT) > 7
    assert course(shifted(), direction="high").development.answer is Answer.WORSE
    assert course(shifted(), direction="none").development.answer is Answer.LOWER


def test_a_declared_event_starts_anew_and_the_level_tells_the_shift() -> None:
    found = follow(own_measure(), months(shifted()), events=[event()])
    assert found.development.answer is Answer.NO_CERTAIN_DIFFERENCE
    assert found.development.points == 18
    assert np.isclose(found.chart.mean[17], 24.26, atol=0.01)
    assert np.isclose(found.chart.mean[18], 16.97, atol=0.01)
    assert found.level is not None and found.level.since == START
    assert (found.level.answer, found.level.doubt) == (Answer.BETTER, Doubt.NONE)


def test_the_level_is_compared_as_welch_does() -> None:
    values = shifted()
    found = follow(own_measure(), months(values), since=START).level
    assert found is not None
    expected = stats.ttest_ind(values[18:], values[:18], equal_var=False).confidence_interval()
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_a_planted_trend_is_certain_and_its_start_is_not_the_project() -> None:
    found = follow(own_measure(direction="high"), months(rising()), since=START)
    assert found.development.answer is Answer.BETTER
    assert found.level is not None
    assert (found.level.answer, found.level.doubt) == (Answer.BETTER, Doubt.ALREADY_MOVING)


def test_a_goal_met_by_chance_is_left_to_chance() -> None:
    found = course(stable(36, 12.0, 2.0), target=12.0).goal
    assert found.assurance is Assurance.INCONSISTENT
    assert 0 < found.met < found.counted == 36


@pytest.mark.parametrize(
    ("target", "direction", "expected"),
    [
        (40.0, "low", Assurance.PASSES),
        (5.0, "low", Assurance.FAILS),
        (40.0, "high", Assurance.FAILS),
        (5.0, "high", Assurance.PASSES),
    ],
)
def test_a_goal_beyond_the_limits_will_be_met_or_missed(
    target: float, direction: str, expected: Assurance
) -> None:
    found = course(stable(), target=target, direction=direction).goal
    assert (found.assurance, found.doubt) == (expected, Doubt.NONE)


def test_a_goal_is_counted_from_the_day_it_holds() -> None:
    values = [20.0, 8.0, 11.0, 20.0, 12.0, 13.0, 9.0, 20.0, 12.0, 20.0]
    found = course(values, target=12.0, target_from=date(2022, 4, 1)).goal
    assert (found.met, found.counted) == (3, 7)


def test_a_goal_of_a_moving_course_has_a_reservation() -> None:
    found = course(rising(), target=80.0, direction="high").goal
    assert (found.assurance, found.doubt) == (Assurance.FAILS, Doubt.MOVING)


# --- what cannot be judged says why


@pytest.mark.parametrize(
    ("values", "doubt"),
    [
        ([], Doubt.NO_VALUES),
        ([None] * 12, Doubt.NO_VALUES),
        (stable(9), Doubt.TOO_FEW_POINTS),
        ([*stable(9), *[None] * 5], Doubt.TOO_FEW_POINTS),
        ([5.0] * 24, Doubt.NO_VARIATION),
    ],
)
def test_too_little_cannot_be_judged(values: list[float | None], doubt: Doubt) -> None:
    found = course(values, target=10.0)
    assert found.development.answer is Answer.CANNOT_BE_JUDGED
    assert found.development.doubt is doubt
    assert (found.goal.assurance, found.goal.doubt) == (Assurance.NONE, doubt)


def test_ten_are_enough_but_preliminary() -> None:
    assert course(stable(10)).development.doubt is Doubt.PRELIMINARY
    assert course(stable(12)).development.doubt is Doubt.NONE


def test_a_new_stretch_is_not_judged_by_what_was_before() -> None:
    found = follow(own_measure(), months(stable(30)), events=[event(date(2024, 1, 1))])
    assert (found.development.doubt, found.development.points) == (Doubt.TOO_FEW_POINTS, 6)
    assert found.level is not None and found.level.n_after == 6


@pytest.mark.parametrize(
    ("day", "doubt"),
    [
        (date(2021, 1, 1), Doubt.NO_EARLIER),
        (date(2022, 4, 1), Doubt.TOO_FEW_EARLIER),
        (date(2024, 10, 1), Doubt.TOO_FEW_SINCE),
    ],
)
def test_a_level_with_too_little_on_one_side(day: date, doubt: Doubt) -> None:
    level = follow(own_measure(), months(stable()), since=day).level
    assert level is not None
    assert (level.answer, level.doubt) == (Answer.CANNOT_BE_JUDGED, doubt)


def test_more_movement_than_chance_but_not_one_way() -> None:
    bump = [*stable(12), *stable(12, 34.0), *stable(12, seed=5)]
    found = course([*bump[:-1], 26.5]).development
    assert found.runs is not None and found.runs.signal
    assert (found.answer, found.doubt) == (Answer.NO_CERTAIN_DIFFERENCE, Doubt.UNEVEN)


def test_without_a_target_or_a_direction_no_goal_is_judged() -> None:
    assert course(stable()).goal.doubt is Doubt.NO_TARGET
    assert course(stable(), target=5.0, direction="none").goal.doubt is Doubt.NO_DIRECTION


# --- periods


def test_months_that_were_never_delivered_are_gaps() -> None:
    points = [OwnPoint(date(2023, 11, 1), 1.0), OwnPoint(date(2024, 2, 1), 2.0)]
    found = fill_periods(points, "month")
    assert [point.period.month for point in found] == [11, 12, 1, 2]
    assert [point.status for point in found] == ["", "Not delivered", "Not delivered", ""]


def test_a_month_that_holds_the_event_belongs_to_the_time_before() -> None:
    points = months(stable(6))
    assert place_of_cut(points, date(2022, 3, 1)) == 2
    assert place_of_cut(points, date(2022, 3, 15)) == 3
    assert place_of_cut(points, date(2030, 1, 1)) == 6


def test_an_event_of_one_measure_or_of_another_project_touches_no_other() -> None:
    others = [event(measure="2480-annat"), event(project="2480-annat")]
    found = follow(own_measure(), months(shifted()), events=others)
    assert found.events == () and found.level is None


def test_hidden_values_are_stepped_over() -> None:
    values: list[float | None] = list(stable(20))
    values[4] = values[11] = None
    found = course(values)
    assert found.development.points == 18
    assert found.points[4].status == "Privacy"


def test_limits_stay_where_values_can_be() -> None:
    found = course(stable(24, 1.0, 1.0), kind="antal")
    assert found.chart.low.min() == 0
    assert course(stable(24, 97.0, 3.0), kind="andel").chart.high.max() == 100


def test_years_are_judged_as_years() -> None:
    found = follow(own_measure(), years([30.0, 28.0, 27.0, 25.0, 22.0, 20.0]), grain="year")
    assert found.development.answer is Answer.BETTER
    assert found.goal.assurance is Assurance.NONE
    few = follow(own_measure(), years([3.0, 2.0, 1.0]), grain="year").development
    assert (few.answer, few.doubt) == (Answer.CANNOT_BE_JUDGED, Doubt.TOO_FEW_POINTS)


# --- nothing is found where nothing is


def rates(points: int, series: int, discrete: bool) -> dict[str, float]:
    """How often each rule speaks of stable series of a length."""
    rng = np.random.default_rng(points)
    draw = rng.poisson(30, (series, points)) if discrete else rng.normal(50, 5, (series, points))
    found = [
        follow(
            own_measure(), months(map(float, row)), since=months([0.0] * points)[points // 2].period
        )
        for row in draw
    ]
    levels = [c.level for c in found if c.level is not None]
    return {
        "signal": np.mean([c.development.signal is not Signal.NONE for c in found]),
        "runs": np.mean([bool(c.development.runs and c.development.runs.signal) for c in found]),
        "answer": np.mean([c.development.answer in CERTAIN for c in found]),
        "level": np.mean([level.answer in CERTAIN for level in levels]),
    }


@pytest.mark.parametrize("points", LENGTHS)
@pytest.mark.parametrize("discrete", [False, True], ids=["normal", "poisson"])
def test_stable_series_get_no_more_certain_answers_than_promised(
    points: int, discrete: bool, prove: bool
) -> None:
    series = 1000 if prove else 120
    found = rates(points, series, discrete)
    print(points, "poisson" if discrete else "normal", {k: f"{v:.1%}" for k, v in found.items()})
    most = stats.binom.ppf(0.999, series, NOMINAL) / series
    assert found["answer"] <= most
    assert found["runs"] <= most
    assert found["level"] <= most


def test_a_rule_that_cried_wolf_would_be_seen() -> None:
    """Any marked point at all, as charts are often read, speaks far more often than promised."""
    rng = np.random.default_rng(3)
    found = [course(list(map(float, row))) for row in rng.normal(50, 5, (120, 36))]
    marked = np.mean([any(signal for signal in c.chart.signals) for c in found])
    assert marked > stats.binom.ppf(0.999, 120, NOMINAL) / 120


def test_one_way_agrees_with_kendall() -> None:
    rng = np.random.default_rng(9)
    for _ in range(60):
        values = rng.integers(0, 12, 20) + rng.uniform(0, 0.8) * np.arange(20)
        tau = stats.kendalltau(np.arange(20), values, method="asymptotic")
        assert (one_way(values) != 0) == (tau.pvalue < 0.05) or 0.02 < tau.pvalue < 0.06
        assert one_way(values) in (0.0, np.sign(tau.statistic))


# --- published cases through these functions


@pytest.mark.shared
def test_limits_of_making_data_count(reference: Path) -> None:
    cases = json.loads((reference / "spc/nhsr_plotthedots.json").read_text())
    checked = 0
    for case in cases["xmr"]:
        if case["y"] is None or not case.get("screen_outliers"):
            continue  # an own measure is always screened
        found = course(case["y"], direction="none", kind="medel").chart
        near = 0.6 * 10 ** -case.get("decimals", 6)
        for line, key in ((found.mean, "mean"), (found.low, "lpl"), (found.high, "upl")):
            assert line[0] == pytest.approx(case[key], abs=near), case["case"]
        checked += 1
    assert checked >= 2
    last_two = course(cases["opposite_sides"]["y"]).chart.signals[-2:]
    assert last_two == (Signal.NONE, Signal.NONE)


@pytest.mark.shared
def test_assurance_of_making_data_count(reference: Path) -> None:
    words = {"passes": "consistent_pass", "fails": "consistent_fail", "": None}
    table = json.loads((reference / "spc/nhsr_plotthedots.json").read_text())["assurance"]
    known, checked = np.ones(12), 0
    quiet = Development(Answer.NO_CERTAIN_DIFFERENCE, Doubt.NONE, 12)
    for direction, key in (("high", "increase"), ("low", "decrease"), ("none", "neutral")):
        for row, expected in zip(table["rows"], table[key], strict=True):
            low, high = (np.full(12, float(row[name])) for name in ("lpl", "upl"))
            chart = Xmr(known, known, low, high, (Signal.NONE,) * 12, known.astype(int), False)
            measure = own_measure(target=float(row["target"]), direction=direction)
            found = str(judge_goal(measure, months(known), known, chart, quiet).assurance)
            assert words.get(found, found) == expected
            checked += 1
    assert checked == 3 * len(table["rows"])


@pytest.mark.shared
def test_i_chart_of_powerbi(reference: Path) -> None:
    """Their three standard deviations are 3 / 1.128 mean moving ranges, ours 2.66: the same to
    two in ten thousand."""
    chart = json.loads((reference / "spc/powerbi_spc_limits.json").read_text())["i"]
    values = np.array(chart["numerators"], float) / np.array(chart["denominators"], float)
    found = course(list(values), kind="medel").chart
    assert found.high[0] == pytest.approx(chart["ul99"][0], abs=6e-5)
    assert found.low[0] == pytest.approx(chart["ll99"][0], abs=6e-5)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["cdi", "complaints", "lots", "nhs_accidents"])
def test_runs_of_qicharts2(reference: Path, name: str) -> None:
    rows = pd.read_csv(reference / f"spc/qicharts2_data_{name}.csv")
    columns = {"cdi": "n", "complaints": "complaints", "lots": "value", "nhs_accidents": "r"}
    values = rows[columns[name]].astype(float)
    runs = course(list(values)).development.runs
    assert runs is not None
    sides = [value > values.median() for value in values if value != values.median()]
    crossings = sum(a != b for a, b in zip(sides, sides[1:], strict=False))
    longest = max(len(list(run)) for _, run in groupby(sides))
    assert (runs.useful, runs.crossings, runs.longest) == (len(sides), crossings, longest)


def test_a_stretch_of_too_few_values_has_neither_limits_nor_marks() -> None:
    few = course([9.0, 5.0, 5.0, 9.0, 5.0, *[None] * 20, 40.0]).chart
    assert np.isnan(few.low).all() and set(few.signals) == {Signal.NONE}
    found = follow(own_measure(), months(stable(30)), events=[event(date(2024, 1, 1))]).chart
    assert np.isfinite(found.low[:24]).all() and np.isnan(found.low[24:]).all()

"""What a municipality or a project follows itself: its course, its goal, and what has changed.

Every answer is one of the house's four. A course is judged by the XmR signals of its newest point
and by the run rules, a goal by where it lies against the limits of the process, and the level
since a start by the difference between the periods before and after it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np
import pandas as pd

from analyslib.analysis.answers import day_or_none, number_or_none
from analyslib.analysis.intervals import WINDOW
from analyslib.analysis.process_control import (
    TRIAL_POINTS,
    Assurance,
    RunTest,
    Signal,
    Xmr,
    run_test,
    xmr,
)
from analyslib.analysis.process_control import assurance as assure
from analyslib.analysis.results import Answer, answer_for
from analyslib.analysis.statistics import Floats
from analyslib.analysis.trend_tests import mann_kendall


FEWEST_POINTS = 10  # as the run rules ask; with fewer than twelve the limits are preliminary
FEWEST_YEARS = 5  # for a series of years, judged as all such series are
FEWEST_ON_EACH_SIDE = 6
CERTAIN = 0.95
NOTHING_CERTAIN = Answer.NO_CERTAIN_DIFFERENCE


class Doubt(StrEnum):
    """Why something cannot be judged, or with what reservation it was."""

    NONE = ""
    NO_VALUES = "no_values"
    TOO_FEW_POINTS = "too_few_points"
    NO_VARIATION = "no_variation"
    NO_TARGET = "no_target"
    NO_DIRECTION = "no_direction"
    NO_EARLIER = "no_earlier"
    TOO_FEW_EARLIER = "too_few_earlier"
    TOO_FEW_SINCE = "too_few_since"
    PRELIMINARY = "preliminary"
    UNEVEN = "uneven"  # more movement than chance, but not one way
    MOVING = "moving"  # a goal judged while the course is on its way somewhere
    ALREADY_MOVING = "already_moving"  # it went the same way before the start


@dataclass(frozen=True)
class OwnMeasure:
    """What is followed; `project` is "" where it is the municipality's own activity."""

    id: str
    project: str
    municipality: str
    area: str
    title: str
    unit: str
    kind: str
    persons: bool
    direction: str
    target: float | None
    target_from: date | None
    public_kpi: str
    source_note: str


@dataclass(frozen=True)
class OwnPoint:
    """One period, by its first day; without a value the status says which kind of nothing."""

    period: date
    value: float | None
    status: str = ""
    n: float | None = None


@dataclass(frozen=True)
class OwnEvent:
    """Something that happened; `rebase` where the limits are to start anew after it."""

    project: str
    measure: str
    date: date
    text: str
    rebase: bool


@dataclass(frozen=True)
class Development:
    """Whether the newest of a stretch is more than its ordinary variation.

    `points` are the known ones since the last rebase, `signal` that of the newest.
    """

    answer: Answer
    doubt: Doubt
    points: int
    signal: Signal = Signal.NONE
    runs: RunTest | None = None


@dataclass(frozen=True)
class Goal:
    """Whether the target will be met as things are: always, never, or as chance has it.

    `met` of the `counted` known periods since the target began to hold did meet it.
    """

    assurance: Assurance
    doubt: Doubt
    target: float | None
    low: float | None
    high: float | None
    met: int
    counted: int


@dataclass(frozen=True)
class LevelChange:
    """The mean since a day against the mean before it, with a 95 % interval (Welch)."""

    since: date
    before: float | None
    after: float | None
    difference: float | None
    low: float | None
    high: float | None
    n_before: int
    n_after: int
    answer: Answer
    doubt: Doubt


@dataclass(frozen=True)
class Course:
    """One measure over time with everything that is said of it. `points` have no gaps."""

    measure: OwnMeasure
    grain: str
    points: tuple[OwnPoint, ...]
    events: tuple[OwnEvent, ...]
    chart: Xmr
    development: Development
    goal: Goal
    level: LevelChange | None

    @property
    def newest(self) -> OwnPoint | None:
        return next((point for point in reversed(self.points) if point.value is not None), None)

    @property
    def hidden(self) -> int:
        """How many values may not be shown, since they are about too few persons."""
        return sum(point.status == "Privacy" for point in self.points)

    @property
    def rebased(self) -> OwnEvent | None:
        """The newest event that the limits have started anew after."""
        return next((event for event in reversed(self.events) if event.rebase), None)


def follow(
    measure: OwnMeasure,
    points: Iterable[OwnPoint],
    grain: str = "month",
    events: Iterable[OwnEvent] = (),
    since: date | None = None,
) -> Course:
    """The course of one measure.

    `since` is the day that the level is compared across: a project's start, and otherwise the
    newest event that starts the limits anew.
    """
    along = fill_periods(points, grain)
    touching = tuple(sorted((e for e in events if concerns(e, measure)), key=_day_of))
    cuts = sorted({place_of_cut(along, event.date) for event in touching if event.rebase})
    values = np.array([np.nan if p.value is None else p.value for p in along], float)
    chart = only_judged(within_scale(xmr(values, rebase=cuts), measure.kind), cuts)
    newest = values[max([cut for cut in cuts if _has_known(values[cut:])], default=0) :]
    judge = judge_years if grain == "year" else judge_development
    development = judge(newest, chart, measure.direction)
    start = since or max((event.date for event in touching if event.rebase), default=None)
    return Course(
        measure=measure,
        grain=grain,
        points=along,
        events=touching,
        chart=chart,
        development=development,
        goal=judge_goal(measure, along, newest, chart, development),
        level=compare_levels(along, start, measure.direction) if start else None,
    )


def _day_of(event: OwnEvent) -> date:
    return event.date


def concerns(event: OwnEvent, measure: OwnMeasure) -> bool:
    """An event without a measure is about all of its project's."""
    if event.measure:
        return event.measure == measure.id
    return event.project == measure.project


def fill_periods(points: Iterable[OwnPoint], grain: str) -> tuple[OwnPoint, ...]:
    """Every period from the first to the last; what was never delivered is said to be so."""
    known = {point.period: point for point in points}
    if not known:
        return ()
    day, last = min(known), max(known)
    found = []
    while day <= last:
        found.append(known.get(day, OwnPoint(day, None, "Not delivered")))
        day = next_period(day, grain)
    return tuple(found)


def next_period(day: date, grain: str) -> date:
    """The first day of the period after."""
    if grain == "year":
        return date(day.year + 1, 1, 1)
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def place_of_cut(points: Sequence[OwnPoint], day: date) -> int:
    """The first whole period from the day on: one that holds both before and after is before."""
    return next((at for at, point in enumerate(points) if point.period >= day), len(points))


def _has_known(values: Floats) -> bool:
    return bool(np.isfinite(values).any())


def within_scale(chart: Xmr, kind: str) -> Xmr:
    """The limits without what can never be: no count, share or cost is below nought."""
    low = chart.low if kind in ("index", "medel") else np.maximum(chart.low, 0)
    high = np.minimum(chart.high, 100) if kind == "andel" else chart.high
    return replace(chart, low=low, high=high)


def only_judged(chart: Xmr, cuts: Sequence[int]) -> Xmr:
    """The chart without limits and signals in stretches of too few values to be judged by."""
    known, few = np.isfinite(chart.values), np.zeros(len(chart.values), bool)
    edges = [0, *cuts, len(few)]
    for start, stop in zip(edges, edges[1:], strict=False):
        few[start:stop] = known[start:stop].sum() < FEWEST_POINTS
    mean, low, high = (np.where(few, np.nan, line) for line in (chart.mean, chart.low, chart.high))
    signals = (
        Signal.NONE if hushed else signal for signal, hushed in zip(chart.signals, few, strict=True)
    )
    side = np.where(few, 0, chart.side)
    return replace(chart, mean=mean, low=low, high=high, signals=tuple(signals), side=side)


def judge_years(newest: Floats, chart: Xmr, direction: str) -> Development:
    """A series of years is too short for limits: has it gone one way (Mann-Kendall, exact)?"""
    known = newest[np.isfinite(newest)][-WINDOW:]
    if len(known) < FEWEST_YEARS:
        doubt = Doubt.TOO_FEW_POINTS if len(known) else Doubt.NO_VALUES
        return Development(Answer.CANNOT_BE_JUDGED, doubt, len(known))
    if np.ptp(known) == 0:
        return Development(Answer.CANNOT_BE_JUDGED, Doubt.NO_VARIATION, len(known))
    side = one_way(known)
    answer = answer_for(side, direction) if side else NOTHING_CERTAIN
    return Development(answer, Doubt.NONE, len(known))


def judge_development(newest: Floats, chart: Xmr, direction: str) -> Development:
    """The XmR signal of the newest point, or run rules that chance makes unlikely.

    Where only the run rules speak, which way it has gone is said only if it has gone one way.
    """
    known = newest[np.isfinite(newest)]
    if len(known) < FEWEST_POINTS:
        doubt = Doubt.TOO_FEW_POINTS if len(known) else Doubt.NO_VALUES
        return Development(Answer.CANNOT_BE_JUDGED, doubt, len(known))
    at = int(np.flatnonzero(np.isfinite(chart.values))[-1])
    runs = run_test(known)
    if not math.isfinite(chart.low[at]):
        return Development(Answer.CANNOT_BE_JUDGED, Doubt.NO_VARIATION, len(known), runs=runs)
    signal, side = chart.signals[at], float(chart.side[at])
    doubt = Doubt.PRELIMINARY if len(known) < TRIAL_POINTS else Doubt.NONE
    if signal is Signal.NONE and runs.signal:
        side = one_way(known)
        doubt = doubt if side else Doubt.UNEVEN
    answer = answer_for(side, direction) if side else NOTHING_CERTAIN
    return Development(answer, doubt, len(known), signal, runs)


def one_way(values: Floats) -> float:
    """1 or -1 where the values have certainly gone up or down, else 0 (Mann-Kendall, 95 %)."""
    found = mann_kendall(values[None, :])
    return float(np.sign(found.score[0])) if found.p[0] <= 1 - CERTAIN else 0.0


def judge_goal(
    measure: OwnMeasure,
    points: Sequence[OwnPoint],
    newest: Floats,
    chart: Xmr,
    development: Development,
) -> Goal:
    """The target against the limits of the newest stretch."""
    target, known = measure.target, newest[np.isfinite(newest)]
    met, counted = count_met(measure, points)
    if target is None or measure.direction == "none":
        doubt = Doubt.NO_TARGET if target is None else Doubt.NO_DIRECTION
        return Goal(Assurance.NONE, doubt, target, None, None, met, counted)
    if len(known) < FEWEST_POINTS:
        doubt = Doubt.TOO_FEW_POINTS if len(known) else Doubt.NO_VALUES
        return Goal(Assurance.NONE, doubt, target, None, None, met, counted)
    at = int(np.flatnonzero(np.isfinite(chart.values))[-1])
    low, high = float(chart.low[at]), float(chart.high[at])
    if not math.isfinite(low):
        return Goal(Assurance.NONE, Doubt.NO_VARIATION, target, None, None, met, counted)
    moving = development.answer is not NOTHING_CERTAIN
    doubt = Doubt.MOVING if moving else development.doubt
    found = assure(target, low, high, measure.direction)
    return Goal(found, doubt, target, low, high, met, counted)


def count_met(measure: OwnMeasure, points: Iterable[OwnPoint]) -> tuple[int, int]:
    """How many periods met the target, of those since it began to hold."""
    if measure.target is None or measure.direction == "none":
        return 0, 0
    begins = measure.target_from or date.min
    known = [p.value for p in points if p.value is not None and p.period >= begins]
    sign = 1 if measure.direction == "high" else -1
    return sum(sign * (value - measure.target) >= 0 for value in known), len(known)


def compare_levels(points: Sequence[OwnPoint], since: date, direction: str) -> LevelChange:
    """The periods from a day on against those before it; the day was known beforehand."""
    cut = place_of_cut(points, since)
    before, after = (_known(points[:cut]), _known(points[cut:]))
    doubt = _too_few(before, after)
    difference, low, high = None, None, None
    answer = Answer.CANNOT_BE_JUDGED
    if doubt is Doubt.NONE:
        difference = float(after.mean() - before.mean())
        half = _welch_half_width(before, after)
        low, high = difference - half, difference + half
        certain = low > 0 or high < 0
        answer = answer_for(difference, direction) if certain else NOTHING_CERTAIN
        if certain and one_way(before) * difference > 0:
            doubt = Doubt.ALREADY_MOVING
    return LevelChange(
        since=since,
        before=float(before.mean()) if len(before) else None,
        after=float(after.mean()) if len(after) else None,
        difference=difference,
        low=low,
        high=high,
        n_before=len(before),
        n_after=len(after),
        answer=answer,
        doubt=doubt,
    )


def _known(points: Iterable[OwnPoint]) -> Floats:
    return np.array([point.value for point in points if point.value is not None], float)


def _too_few(before: Floats, after: Floats) -> Doubt:
    if not len(before):
        return Doubt.NO_EARLIER
    if len(before) < FEWEST_ON_EACH_SIDE:
        return Doubt.TOO_FEW_EARLIER
    if len(after) < FEWEST_ON_EACH_SIDE:
        return Doubt.TOO_FEW_SINCE
    flat = np.ptp(before) == 0 and np.ptp(after) == 0
    return Doubt.NO_VARIATION if flat else Doubt.NONE


def _welch_half_width(before: Floats, after: Floats) -> float:
    """Half the 95 % interval of a difference of means, each with a spread of its own."""
    from scipy.special import stdtrit

    errors = np.array([part.var(ddof=1) / len(part) for part in (before, after)])
    freedom = errors.sum() ** 2 / (errors**2 / (len(before) - 1, len(after) - 1)).sum()
    return float(stdtrit(freedom, 0.975) * math.sqrt(errors.sum()))


def measures_from(frame: pd.DataFrame) -> tuple[OwnMeasure, ...]:
    """One object per row of `own_measures`."""
    return tuple(
        OwnMeasure(
            id=row["measure"],
            project=row["project"],
            municipality=row["municipality"],
            area=row["area"],
            title=row["title"],
            unit=row["unit"],
            kind=row["kind"],
            persons=bool(row["persons"]),
            direction=row["direction"],
            target=number_or_none(row["target"]),
            target_from=day_or_none(row["target_from"]),
            public_kpi=row["public_kpi"],
            source_note=row["source_note"],
        )
        for row in frame.to_dict("records")
    )


def points_from(frame: pd.DataFrame) -> tuple[OwnPoint, ...]:
    """One object per row of `own_values` of one measure."""
    return tuple(
        OwnPoint(
            row["period"].date(),
            number_or_none(row["value"]),
            row["status"],
            number_or_none(row["n"]),
        )
        for row in frame.to_dict("records")
    )


def events_from(frame: pd.DataFrame) -> tuple[OwnEvent, ...]:
    """One object per row of `own_events`, in order of time."""
    rows = frame.sort_values("date", kind="stable").to_dict("records")
    return tuple(
        OwnEvent(
            row["project"],
            row["measure"],
            row["date"].date(),
            row["text"],
            bool(row["rebase"]),
        )
        for row in rows
    )

"""Is a series in time more than its own ordinary variation? XmR, its signals, and run rules.

For monthly or quarterly series of about twelve points and more. Follows NHS England's Making
Data Count; where it differs (a series that never moves), docs/metod.md says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analyslib.analysis.statistics import Floats


LIMIT = 2.66  # three standard deviations in mean moving ranges
NEAR_LIMIT = LIMIT * 2 / 3
SCREEN = 3.267  # a moving range beyond this many mean moving ranges is an outlier (Nelson 1982)
RUN = 7
TRIAL_POINTS = 12  # with fewer points the limits are preliminary
MIN_RUN_POINTS = 10

Signs = NDArray[np.int64]


class Signal(StrEnum):
    """Why a point is more than ordinary variation, strongest first."""

    OUTSIDE = "outside"
    TREND = "trend"
    TWO_OF_THREE = "two_of_three"
    SHIFT = "shift"
    NONE = ""


class Assurance(StrEnum):
    """Whether a target is met whatever the ordinary variation does."""

    PASSES = "passes"
    FAILS = "fails"
    INCONSISTENT = "inconsistent"
    NONE = ""


@dataclass(frozen=True)
class Xmr:
    """One element per point, in order. The signals of a point and the limits of its stretch.

    `side` is 1 where the signal is upwards, -1 downwards, 0 without a signal. Limits are NaN where
    the stretch never moves or has fewer than two points: then nothing can be judged. `preliminary`
    is True where fewer than twelve points lie behind the newest limits.
    """

    values: Floats
    mean: Floats
    low: Floats
    high: Floats
    signals: tuple[Signal, ...]
    side: Signs
    preliminary: bool


@dataclass(frozen=True)
class Limits:
    mean: float
    low: float
    high: float
    near_low: float
    near_high: float


def xmr(
    values: ArrayLike,
    screen: bool = True,
    rebase: Sequence[int] = (),
    baseline: int | None = None,
) -> Xmr:
    """Limits and signals of a series in time.

    `screen` leaves outlying moves out of the limits. `rebase` are positions where a new stretch
    starts. `baseline` is how many points of each stretch its limits rest on (default: all).
    """
    x = np.asarray(values, float)
    cuts = [0, *sorted(rebase), len(x)]
    parts = [
        (x[start:stop], xmr_limits(x[start:stop][:baseline], screen))
        for start, stop in zip(cuts, cuts[1:], strict=False)
        if stop > start
    ]
    found = [_signals(part, limits) for part, limits in parts]
    newest = len(parts[-1][0][:baseline]) if parts else 0

    def along(name: str) -> Floats:
        columns = [np.full(len(part), getattr(limits, name)) for part, limits in parts]
        return np.concatenate(columns) if columns else np.empty(0)

    return Xmr(
        values=x,
        mean=along("mean"),
        low=along("low"),
        high=along("high"),
        signals=tuple(signal for signals, _ in found for signal in signals),
        side=np.concatenate([side for _, side in found]) if found else np.empty(0, np.int64),
        preliminary=newest < TRIAL_POINTS,
    )


def xmr_limits(values: Floats, screen: bool = True) -> Limits:
    """The mean and its limits; all limits NaN where nothing moves."""
    x = values[~np.isnan(values)]
    moves = np.abs(np.diff(x))
    if screen and len(moves):
        moves = moves[moves < SCREEN * moves.mean()]
    mean = float(x.mean()) if len(x) else np.nan
    average = float(moves.mean()) if len(moves) else np.nan
    if not average > abs(mean) * 1e-12:
        average = np.nan
    return Limits(
        mean,
        mean - LIMIT * average,
        mean + LIMIT * average,
        mean - NEAR_LIMIT * average,
        mean + NEAR_LIMIT * average,
    )


def _signals(values: Floats, limits: Limits) -> tuple[list[Signal], Signs]:
    """The signal of each point and its side; a missing point has none and is stepped over."""
    words = np.full(len(values), str(Signal.NONE), object)
    sides = np.zeros(len(values), np.int64)
    known = np.flatnonzero(~np.isnan(values))
    if not np.isnan(limits.low):
        words[known], sides[known] = _signals_of_known(values[known], limits)
    return [Signal(word) for word in words], sides


def _signals_of_known(x: Floats, limits: Limits) -> tuple[NDArray[np.str_], Signs]:
    side = np.sign(x - limits.mean).astype(np.int64)
    outside = (x > limits.high).astype(np.int64) - (x < limits.low)
    near = ((x > limits.near_high) | (x < limits.near_low)) & (outside == 0)
    rising = part_of_run(trend_of_seven(x))
    pairs = part_of_two_in_three(near, side) * side
    shifted = part_of_run(seven_on_one_side(side) * side)
    found = [outside, rising, pairs]
    there = [marks != 0 for marks in found]
    strongest = np.select(there, found, shifted)
    words = [Signal.OUTSIDE, Signal.TREND, Signal.TWO_OF_THREE]
    weakest = np.where(shifted != 0, Signal.SHIFT, Signal.NONE)
    return np.select(there, [str(word) for word in words], weakest), strongest


def seven_on_one_side(side: ArrayLike) -> Signs:
    """1 at every point that ends seven or more on one side of the mean, else 0."""
    signs = np.asarray(side, np.int64)
    return (_run_length(signs) >= RUN).astype(np.int64) * (signs != 0)


def trend_of_seven(values: ArrayLike) -> Signs:
    """1 (or -1) at every point that ends seven strictly rising (or falling) points, else 0."""
    moves = np.sign(np.diff(np.asarray(values, float))).astype(np.int64)
    ended = np.where(_run_length(moves) >= RUN - 1, moves, 0)
    return np.concatenate([np.zeros(min(1, len(np.atleast_1d(values))), np.int64), ended])


def part_of_run(ends: ArrayLike) -> Signs:
    """The seven points up to each end of a run, with the run's sign."""
    marks = np.asarray(ends, np.int64)
    part = np.zeros(len(marks), np.int64)
    for place in np.flatnonzero(marks):
        part[max(0, place - RUN + 1) : place + 1] = marks[place]
    return part


def _run_length(signs: Signs) -> Signs:
    """How many equal values in a row end at each point."""
    place = np.arange(len(signs))
    changed = np.r_[True, signs[1:] != signs[:-1]] if len(signs) else np.empty(0, bool)
    return place - np.maximum.accumulate(np.where(changed, place, 0)) + 1


def two_in_three(near: ArrayLike, side: ArrayLike) -> Signs:
    """1 at every point of three in a row, all on one side of the mean, two of them near a limit."""
    close, signs = np.asarray(near, np.int64), np.asarray(side, np.int64)
    found = np.zeros(len(close), np.int64)
    for start in range(len(close) - 2):
        three = slice(start, start + 3)
        if close[three].sum() >= 2 and abs(signs[three].sum()) == 3:
            found[three] = 1
    return found


def part_of_two_in_three(near: ArrayLike, side: ArrayLike) -> Signs:
    """The points near a limit among those three."""
    return two_in_three(near, side) * np.asarray(near, np.int64)


def assurance(target: float, low: float, high: float, direction: str) -> Assurance:
    """Whether the target is always, never or sometimes met within the limits."""
    if direction == "none" or np.isnan(low):
        return Assurance.NONE
    if low <= target <= high:
        return Assurance.INCONSISTENT
    above = target > high
    return Assurance.FAILS if above == (direction == "high") else Assurance.PASSES


@dataclass(frozen=True)
class RunTest:
    """Anhøj's run rules around the median. `signal` is None with fewer than ten useful points.

    Points on the centre line are not useful. A signal is a run longer, or crossings fewer, than
    chance makes likely.
    """

    centre: float
    useful: int
    longest: int
    longest_likely: int
    crossings: int
    fewest_likely: int
    signal: bool | None


def run_test(values: ArrayLike, centre: float | None = None) -> RunTest:
    """Anhøj's rules; the centre is the median unless given."""
    x = np.asarray(values, float)
    x = x[~np.isnan(x)]
    middle = float(np.median(x)) if centre is None and len(x) else float(centre or 0.0)
    side = np.sign(x - middle).astype(np.int64)
    side = side[side != 0]
    useful = len(side)
    longest = int(_run_length(side).max(initial=0))
    crossings = int((side[1:] != side[:-1]).sum())
    longest_likely = round(np.log2(useful)) + 3 if useful else 0
    fewest_likely = _binomial_quantile(useful - 1) if useful > 1 else 0
    signal = longest > longest_likely or crossings < fewest_likely
    return RunTest(
        middle,
        useful,
        longest,
        longest_likely,
        crossings,
        fewest_likely,
        bool(signal) if useful >= MIN_RUN_POINTS else None,
    )


@lru_cache(maxsize=512)
def _binomial_quantile(tosses: int) -> int:
    """The smallest number of heads that at least five in a hundred of all tosses stay within."""
    from scipy.special import bdtr

    return int(np.argmax(bdtr(np.arange(tosses + 1.0), tosses, 0.5) >= 0.05))

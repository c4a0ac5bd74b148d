"""What an attacker can work out: the interval of every number, in whole persons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from analyslib.disclosure.solver import INFINITY
from analyslib.disclosure.system import Attacker, System
from analyslib.disclosure.worlds import EPSILON, WorldFinder


@dataclass(frozen=True)
class Interval:
    """What one attacker knows about one row; `high` is None where nothing limits it."""

    row: int
    low: int
    high: int | None

    @property
    def is_exact(self) -> bool:
        return self.low == self.high

    def is_masked(self, low: int, high: int) -> bool:
        """True where everything from `low` to `high` is possible."""
        return self.low <= low and (self.high is None or self.high >= high)


def intervals(
    system: System,
    hidden: np.ndarray,
    attacker: Attacker,
    rows: Iterable[int] | None = None,
    integer: bool = True,
) -> list[Interval]:
    """The interval of every hidden row (or of `rows`), as this attacker sees it.

    The linear bounds first; where the best world is not in whole persons, the integer ones.
    """
    found = reached_intervals(system, hidden, attacker, rows, integer)
    return [interval for interval, _ in found]


def reached_intervals(
    system: System,
    hidden: np.ndarray,
    attacker: Attacker,
    rows: Iterable[int] | None = None,
    integer: bool = True,
) -> Iterator[tuple[Interval, list[np.ndarray]]]:
    """Each interval with worlds in whole persons that reach its ends, where such were met."""
    chosen = np.flatnonzero(hidden) if rows is None else list(rows)
    real = WorldFinder(system, hidden, attacker)
    whole = WorldFinder(system, hidden, attacker) if integer else None
    values = system.values
    for row in chosen:
        down, lowest = _bound(int(row), False, real, whole)
        up, highest = _bound(int(row), True, real, whole)
        low, high = values[row] + down, values[row] + up
        top = None if high == INFINITY else int(np.floor(high + EPSILON))
        interval = Interval(int(row), int(np.ceil(max(low, 0.0) - EPSILON)), top)
        yield interval, [world for world in (lowest, highest) if is_whole(world)]


def _bound(
    row: int, upwards: bool, real: WorldFinder, whole: WorldFinder | None
) -> tuple[float, np.ndarray]:
    reach, world = real.extreme(row, upwards)
    if whole is None or abs(reach) < 1 - EPSILON or np.isinf(reach) or is_whole(world):
        return reach, world
    return whole.extreme(row, upwards, integer=True)


def is_whole(world: np.ndarray) -> bool:
    """True for a world in whole persons."""
    return bool(world.size) and float(np.abs(world - np.rint(world)).max()) <= EPSILON

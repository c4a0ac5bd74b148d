"""Two intervals, or an interval and a value: which lies above, or do they meet?

Fingertips' single and double overlapping intervals. `compare` asks a sharper question (does the
interval of the difference hold zero), which two intervals that overlap a little can answer yes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from analyslib.analysis.statistics import Floats


def position(
    low: ArrayLike, high: ArrayLike, other_low: ArrayLike, other_high: ArrayLike | None = None
) -> Floats:
    """1 above the other, -1 below, 0 where they meet; NaN where a limit is missing.

    The other is a value where only `other_low` is given. Touching is meeting.
    """
    down, up = np.asarray(low, float), np.asarray(high, float)
    bottom = np.asarray(other_low, float)
    top = bottom if other_high is None else np.asarray(other_high, float)
    with np.errstate(invalid="ignore"):
        place = (down > top).astype(float) - (up < bottom)
    return np.where(np.isnan(down + up + bottom + top), np.nan, place)


def two_level_position(
    interval_95: tuple[ArrayLike, ArrayLike],
    interval_998: tuple[ArrayLike, ArrayLike],
    value: ArrayLike,
) -> Floats:
    """2 or -2 where the 99.8 % interval, too, is clear of the value, 1 or -1 where only 95 %."""
    return position(*interval_95, value) + position(*interval_998, value)

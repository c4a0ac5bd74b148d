"""Series as rows of numbers: integer keys instead of text, breaks cut, windows of years.

One row of an observation frame is one number: kpi, municipality, year, gender, value, n. Here
the frame becomes arrays, so that 290 municipalities are one computation and not 290.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analyslib.catalogue import Indicator


Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

YEARS = 4096  # room for the year in a key: 0..4095


@dataclass(frozen=True)
class Coded:
    """The rows of one observation frame, in the frame's own order.

    `whole` numbers the series (kpi, municipality, gender) and `series` their stretches between
    breaks; `stretch` counts the breaks before the row, so 0 means before the first one. `kpi`,
    `municipality` and `gender` point into the tuples of names.
    """

    kpi: Ints
    municipality: Ints
    gender: Ints
    kpis: tuple[str, ...]
    municipalities: tuple[str, ...]
    genders: tuple[str, ...]
    year: Ints
    value: Floats
    n: Floats
    stretch: Ints
    whole: Ints
    series: Ints


def code_series(observations: pd.DataFrame, indicators: Mapping[str, Indicator]) -> Coded:
    """The frame as arrays. Raises KeyError on a kpi that is no indicator."""
    kpi, names = pd.factorize(observations["kpi"])
    kpis = tuple(str(name) for name in names)
    municipality, places = pd.factorize(observations["municipality"])
    gender, genders = pd.factorize(observations["gender"])
    year = observations["year"].to_numpy(np.int64)
    stretch = _stretches(kpi, kpis, year, indicators)
    whole = (kpi * max(len(places), 1) + municipality) * max(len(genders), 1) + gender
    return Coded(
        kpi=kpi,
        municipality=municipality,
        gender=gender,
        kpis=kpis,
        municipalities=tuple(places),
        genders=tuple(genders),
        year=year,
        value=_numbers(observations, "value"),
        n=_numbers(observations, "n"),
        stretch=stretch,
        whole=whole,
        series=whole * (int(stretch.max(initial=0)) + 1) + stretch,
    )


def _numbers(frame: pd.DataFrame, column: str) -> Floats:
    if column not in frame:
        return np.full(len(frame), np.nan)
    return frame[column].to_numpy(np.float64, na_value=np.nan)


def _stretches(
    kpi: Ints, kpis: tuple[str, ...], year: Ints, indicators: Mapping[str, Indicator]
) -> Ints:
    stretch = np.zeros(len(kpi), np.int64)
    for number, name in enumerate(kpis):
        starts = sorted(item.year for item in indicators[name].breaks)
        if starts:
            rows = kpi == number
            stretch[rows] = np.searchsorted(starts, year[rows], side="right")
    return stretch


def chronological(coded: Coded, known: NDArray[np.bool_]) -> Ints:
    """Positions of the `known` rows, series by series, oldest first."""
    rows = np.flatnonzero(known)
    key = coded.series[rows] * YEARS + coded.year[rows]
    if np.all(key[1:] > key[:-1]):
        return rows
    return rows[np.argsort(key, kind="stable")]


def starts_of(series: Ints) -> Ints:
    """For each row of sorted series, the position where its series starts."""
    new = np.flatnonzero(np.r_[True, series[1:] != series[:-1]]) if len(series) else series
    return np.repeat(new, np.diff(np.r_[new, len(series)]))

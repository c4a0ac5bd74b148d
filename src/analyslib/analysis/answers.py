"""From numbers to the four answers: the words behind the codes that the computations use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analyslib.analysis.results import Answer, Method, Reason
from analyslib.analysis.series import Coded
from analyslib.analysis.statistics import Floats
from analyslib.catalogue import Indicator


ANSWERS = tuple(Answer)
METHODS = tuple(Method)
REASONS = tuple(Reason)
SIGNS = {"high": 1, "low": -1, "none": 0}


def as_text(codes: NDArray[Any], words: Sequence[str]) -> pd.Categorical:
    """Positions in `words` as the words, without a copy of the text per row."""
    index: Any = pd.Index([str(word) for word in words])
    return pd.Categorical.from_codes(codes.astype(np.int8), categories=index)


def direction_signs(coded: Coded, indicators: Mapping[str, Indicator]) -> NDArray[np.int64]:
    """1 where high is better, -1 where low is, 0 where neither, per observation."""
    table = np.array([SIGNS[indicators[name].direction] for name in coded.kpis] or [0])
    return table[coded.kpi] if len(coded.kpi) else np.empty(0, np.int64)


def answer_codes(
    difference: Floats,
    certain: Floats,
    judged: NDArray[np.bool_],
    direction: NDArray[np.int64],
) -> NDArray[np.int8]:
    """Positions in ANSWERS: a difference that is certain has a sign, and the sign a meaning."""
    code = {answer: number for number, answer in enumerate(ANSWERS)}
    with np.errstate(invalid="ignore"):
        up = difference > 0
    neutral = np.where(up, code[Answer.HIGHER], code[Answer.LOWER])
    favourable = np.where(up == (direction > 0), code[Answer.BETTER], code[Answer.WORSE])
    answer = np.where(direction == 0, neutral, favourable)
    answer = np.where(certain > 0, answer, code[Answer.NO_CERTAIN_DIFFERENCE])
    return np.where(judged, answer, code[Answer.CANNOT_BE_JUDGED]).astype(np.int8)


def records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The rows as dicts; several times faster than `to_dict` where columns are categorical."""
    names = [str(name) for name in frame]
    for row in zip(*(frame[name].tolist() for name in names), strict=True):
        yield dict(zip(names, row, strict=True))


def number_or_none(value: Any) -> float | None:
    """A float for a result object; NaN and nothing are None there."""
    return None if value is None or value != value else float(value)


def day_or_none(value: Any) -> date | None:
    """A day for a result object; NaT is None there."""
    return None if value is pd.NaT else value.date()

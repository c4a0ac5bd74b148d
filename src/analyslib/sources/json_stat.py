"""json-stat2, the form in which SCB answers: one long list of values and the axes it runs along."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import pandas as pd

from analyslib.errors import SourceError


@dataclass(frozen=True)
class Axis:
    """One dimension: its codes in order, with their labels, and its total if it can be left out."""

    name: str
    codes: tuple[str, ...]
    labels: Mapping[str, str]
    can_be_left_out: bool


def read_axes(data: Any, where: str) -> tuple[Axis, ...]:
    """The axes of an answer or of a table's metadata. Raises SourceError where there are none."""
    if not isinstance(data, dict) or data.get("class") != "dataset" or "dimension" not in data:
        raise SourceError("Svaret har inte formen json-stat2.", where)
    return tuple(_axis(name, data["dimension"][name]) for name in data["id"])


def _axis(name: str, dimension: Mapping[str, Any]) -> Axis:
    category = dimension["category"]
    labels = category.get("label", {})
    index = category.get("index", list(labels))
    codes = index if isinstance(index, list) else sorted(index, key=index.__getitem__)
    left_out = dimension.get("extension", {}).get("elimination", False)
    return Axis(name, tuple(codes), labels, bool(left_out))


def read_frame(data: Any, where: str) -> pd.DataFrame:
    """One row for each value: a column of codes for each axis, value, and status ("" if none).

    The last axis varies fastest. `value` and `status` may be lists, or dicts of what there is.
    """
    axes = read_axes(data, where)
    count = math.prod(len(axis.codes) for axis in axes)
    values = _dense(data.get("value", []), count, None)
    if len(values) != count:
        raise SourceError(
            f"Svaret har {len(values)} värden men borde ha {count}.", where, "Hämta på nytt."
        )
    frame = pd.DataFrame(
        product(*(axis.codes for axis in axes)), columns=[axis.name for axis in axes]
    )
    frame["value"] = pd.Series(values, dtype="float64")
    frame["status"] = [text or "" for text in _dense(data.get("status"), count, "")]
    return frame


def _dense(values: Sequence[Any] | Mapping[str, Any] | None, count: int, empty: Any) -> list[Any]:
    if isinstance(values, Mapping):
        return [values.get(str(number), empty) for number in range(count)]
    return list(values) if values else [empty] * count

"""An attacker who has the finished pages and nothing else. Shares no code with the library.

Reads every cell marked ``data-layout``/``data-cell`` from the HTML, and solves for the hidden ones
with scipy: people in all combinations of the values seen, never negative, at least one person
behind a hidden cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import product

import numpy as np
from scipy.optimize import linprog


Name = tuple[tuple[str, str], ...]


class Cells(HTMLParser):
    """Every marked cell of a page, with the number it shows (None: hidden)."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: dict[Name, int | None] = {}
        self._name: Name | None = None
        self._text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if "data-layout" in attributes:
            parts = [p for p in (attributes.get("data-cell") or "").split(";") if p]
            pairs = [p.split("=", 1) for p in parts]
            self._name, self._text = tuple(sorted((d, v) for d, v in pairs)), ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if self._name is not None and tag == "td":
            text = self._text.replace("\u00a0", "").strip()
            self.found[self._name] = int(text) if text.isdigit() else None
            self._name = None


def recovered(pages: Sequence[str]) -> dict[Name, int]:
    """The hidden cells that can only have one value, and that value."""
    cells: dict[Name, int | None] = {}
    for page in pages:
        for name, value in Cells(page).found.items():
            if cells.get(name) is None:
                cells[name] = value
    values: dict[str, set[str]] = {}
    for name in cells:
        for dimension, value in name:
            values.setdefault(dimension, set()).add(value)
    dimensions = sorted(values)
    people = list(product(*(sorted(values[d]) for d in dimensions)))
    rows = {
        name: np.array(
            [all(p[dimensions.index(d)] == v for d, v in name) for p in people], dtype=float
        )
        for name in cells
    }
    shown = [name for name, value in cells.items() if value is not None]
    hidden = [name for name, value in cells.items() if value is None]
    equal = np.array([rows[n] for n in shown]), np.array([cells[n] for n in shown], dtype=float)
    atleast = -np.array([rows[n] for n in hidden]), -np.ones(len(hidden))
    found = {}
    for name in hidden:
        ends = []
        for sign in (1, -1):
            result = linprog(
                sign * rows[name], A_ub=atleast[0], b_ub=atleast[1], A_eq=equal[0], b_eq=equal[1]
            )
            ends.append(sign * result.fun if result.status == 0 else sign * -np.inf)
        low, high = np.ceil(ends[0] - 1e-6), np.floor(ends[1] + 1e-6)
        if low == high:
            found[name] = int(low)
    return found

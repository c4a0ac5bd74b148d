"""Numbers that have been published before, of other extracts of the same service.

A later extract has cases that an earlier one had not, and some that have changed. Between two
editions of a table nothing may be told of the few who came or went: a number that was hidden
stays hidden, and a number that was shown is shown again only where it is the same, or has
changed by so many that no one of them stands out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analyslib.disclosure.publication import Publication
from analyslib.disclosure.universe import PublishedRow


Name = tuple[str, tuple[str, ...]]
WINDOW, CLASS = "window", "class"
# "Not this class": nobody prints it, and anyone can say it where a class and the whole are printed.
REST = " (övriga)"


@dataclass(frozen=True)
class Told:
    """What earlier editions have told of one number: every way it was shown, and whether it was
    ever hidden."""

    shown: frozenset[int]
    hidden: bool


@dataclass(frozen=True)
class Standing:
    """A row that is hidden for what was told before, and how far it must be able to differ."""

    row: int
    changes: tuple[int, ...]


def name_of(row: PublishedRow) -> Name:
    """Which number of a table it is, whichever extract it is of."""
    return row.label, dict(row.cell).get(WINDOW, ())


def told_before(publications: Sequence[Publication]) -> dict[Name, Told]:
    """What these editions of a table have told, number by number."""
    found: dict[Name, Told] = {}
    for publication in publications:
        for row in publication.published_rows():
            known = found.get(name_of(row), Told(frozenset(), False))
            shown = known.shown if row.shown is None else known.shown | {row.shown}
            found[name_of(row)] = Told(shown, known.hidden or row.shown is None)
        for name, number in rests_of(publication).items():
            known = found.get(name, Told(frozenset(), False))
            found[name] = Told(known.shown | {number}, False)
    return found


def rests_of(publication: Publication) -> dict[Name, int]:
    """How many are not in a class, where both the class and the whole are printed."""
    rows = {name_of(row): row for row in publication.published_rows() if row.shown is not None}
    found = {}
    for (label, window), row in rows.items():
        whole = rows.get((label.rpartition(" × ")[0] or "totalt", window))
        if whole and _classes(row) < _classes(whole):
            found[label + REST, window] = int(whole.shown or 0) - int(row.shown or 0)
    return found


def _classes(row: PublishedRow) -> frozenset[str]:
    return frozenset(dict(row.cell).get(CLASS, ()))


def is_small_step(value: int, before: int, threshold: int) -> bool:
    """True where the difference is a few persons."""
    return 0 < abs(value - before) < threshold


def standing_rows(
    names: Mapping[Name, int], values: np.ndarray, told: Mapping[Name, Told], threshold: int
) -> Iterator[Standing]:
    """The rows (by name) that may not be shown now, for what has been told of them before."""
    for name, row in names.items():
        before = told.get(name)
        if before is None:
            continue
        value = int(values[row])
        steps = [n for n in sorted(before.shown) if is_small_step(value, n, threshold)]
        if before.hidden:
            yield Standing(row, (-1,) if value > threshold else (1,))
        elif steps:
            ends = {end for n in steps for end in _ends(value, n, threshold)}
            yield Standing(row, tuple(sorted(ends - {0})))


def _ends(value: int, before: int, threshold: int) -> tuple[int, int]:
    """How far the number must be able to differ, so that the step can be any small one."""
    steps = (1, threshold - 1) if value > before else (1 - threshold, -1)
    return before + steps[0] - value, before + steps[1] - value


def edition_of(universe: str) -> int:
    """The number of an edition: "mal-24" is the first, "mal-24/2" the second."""
    number = universe.rpartition("/")[2]
    return int(number) if "/" in universe and number.isdigit() else 1


def base_of(universe: str) -> str:
    """The table that an edition is of."""
    base, _, number = universe.rpartition("/")
    return base if base and number.isdigit() else universe

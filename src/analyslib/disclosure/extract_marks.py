"""What every block of a published table was counted from, in a few letters.

Two blocks have the same mark only where they hold the same numbers, the hidden ones too: the same
extract, the same years, and the same limit where cases are judged against everybody's spread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil

import numpy as np
import pandas as pd

from analyslib.analysis.follow_up import FollowUp, reliable_points
from analyslib.analysis.follow_up_themes import BASIS, CHANGE, INFLOW, RETURN, Theme, area_of
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.versions import mark_of
from analyslib.measures import Measure


PLACE = ["municipality", "service_area"]


class ExtractMarks:
    """Knows the extracts of a follow-up by municipality and service area."""

    def __init__(self, follow_up: FollowUp, measures: Mapping[str, Measure]) -> None:
        self._years = " ".join(map(str, follow_up.years))
        self._window = follow_up.window
        self._made_from = _extracts(follow_up)
        self._limits = _limits(follow_up.pairs, measures)

    def of(
        self,
        theme: Theme,
        publication: Publication,
        counted: Iterable[tuple[str, ...]] = (),
    ) -> tuple[str, ...]:
        """A mark for each block of a theme's ledger. `counted`: the municipalities and service
        areas behind it, where its blocks do not name the service areas."""
        areas: dict[str, list[str]] = {}
        for place, area in counted:
            areas.setdefault(place, []).append(area)
        return tuple(
            self._mark(theme, block, areas.get(block[0], ())) for block in publication.delivered
        )

    def of_extract(self, block: Sequence[str], day: str, extract: str) -> str:
        """The mark of a block of finished cases, counted from this extract of that day."""
        place, area = block
        return mark_of(day, [f"{area}={extract}", self._frame_of(BASIS, area)])

    def _mark(self, theme: Theme, block: Sequence[str], areas: Iterable[str]) -> str:
        place, subject = block[0], block[1] if len(block) > 1 else ""
        names = [area_of(subject)] if subject else sorted(areas)
        extracts = {name: self._made_from.get((place, name), ("", "")) for name in names}
        parts = [f"{name}={extract}" for name, (_, extract) in extracts.items()]
        day = max((day for day, _ in extracts.values()), default="")
        return mark_of(day, [*parts, self._frame_of(theme, subject)])

    def _frame_of(self, theme: Theme, subject: str) -> str:
        """What else decides the numbers than the municipality's own extract."""
        if theme is INFLOW:
            return ""  # a quarter is the same one whichever years are shown
        if theme is RETURN:
            return self._window
        if theme is CHANGE:
            return f"{self._years} {self._limits.get(subject.partition('/')[2], '')}"
        return self._years


def _extracts(follow_up: FollowUp) -> dict[tuple[str, str], tuple[str, str]]:
    """The day and the name of the extract behind every municipality and service area."""
    columns = [*PLACE, "extraction_date", "extract_id"]
    closed = follow_up.closings
    closed = closed.assign(extract_id=closed["person"].astype("str").str.split("|").str[0])
    rows = pd.concat([closed[columns], follow_up.cases[columns]]).drop_duplicates(PLACE)
    days = pd.to_datetime(rows["extraction_date"]).dt.strftime("%Y-%m-%d")
    return {
        (place, area): (day, extract)
        for place, area, day, extract in zip(
            rows["municipality"], rows["service_area"], days, rows["extract_id"], strict=True
        )
    }


def _limits(pairs: pd.DataFrame, measures: Mapping[str, Measure]) -> dict[str, str]:
    """How many points count as a change, by measure and part of it: everybody's values decide
    it, so that another municipality's extract can move it."""
    found = {}
    for (name, part), rows in pairs.groupby(["measure", "subscale"]):
        before = rows["before"].dropna()
        limit = reliable_points(measures[str(name)], before)
        values = pd.concat([before, rows["after"].dropna()]).to_numpy(dtype=float)
        if limit is not None and (values == np.rint(values)).all():
            limit = ceil(limit)  # between two whole points it makes no difference
        found[f"{name}/{part}"] = f"{limit}"
    return found

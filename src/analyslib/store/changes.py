"""What has changed since a day: numbers, series, groups. Nothing else remembers it.

Kolada renames, rescales and removes series under the same id without notice and serves only the
newest members of a group. The archive keeps every vintage, and here two of them are held
against each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analyslib.store.connection import Store, query


# A list much shorter than the longest is a part of one, and says nothing of what has gone.
WHOLE = 0.5


@dataclass(frozen=True)
class Changes:
    """Everything that differs between what was known on `since` and what is known now.

    values: one row per series (see value_changes.sql). series: one row per series and kind of
    change. groups: one row per member that joined or left. The vintages that were compared are
    '' where there is nothing older, or newer, to compare with; the frame is then empty.
    """

    since: str
    values: pd.DataFrame
    series: pd.DataFrame
    groups: pd.DataFrame
    series_vintages: tuple[str, str]
    group_vintages: tuple[str, str]

    @property
    def is_empty(self) -> bool:
        return self.values.empty and self.series.empty and self.groups.empty

    def count_of(self, change: str) -> int:
        """How many series were added, removed, renamed, rescaled, ..."""
        return int((self.series["change"] == change).sum())


def changes_since(
    store: Store, since: str, until: str = "9999-12-31", owner: str | None = None
) -> Changes:
    """What has changed from the day `since` (ISO) to `until`, or to the newest there is."""
    series = _vintages(store, "kpi", since, until)
    groups = _vintages(store, "groups", since, until)
    return Changes(
        since,
        query(store, "value_changes", since=since, until=until),
        query(store, "series_changes", old=series[0], new=series[1]),
        query(store, "group_changes", old=groups[0], new=groups[1], owner=owner),
        series,
        groups,
    )


def last_delivery_but_one(store: Store) -> str:
    """The day of the delivery before the newest; "" where there is only one.

    Metadata come with every fetch and tell the deliveries; where there is one vintage of them
    only, the files of values do. Other sources' catalogues are none.
    """
    of_kolada = query(store, "source_files").query("source in ['kolada', 'demo']")
    values = of_kolada[of_kolada["dataset"] == "values"]["vintage"].tolist()
    metadata = [*_whole(store, "kpi"), *_whole(store, "groups")]
    for days in (sorted(set(metadata)), sorted(set(values))):
        if len(days) > 1:
            return str(days[-2])
    return ""


def _vintages(store: Store, dataset: str, since: str, until: str) -> tuple[str, str]:
    """What was in force on the first day and on the last; two empty where that is the same."""
    whole = _whole(store, dataset)
    before = [vintage for vintage in whole if vintage <= since]
    after = [vintage for vintage in whole if since < vintage <= until]
    return (max(before), max(after)) if before and after else ("", "")


def _whole(store: Store, dataset: str) -> list[str]:
    """The vintages that are no mere part of a list."""
    known = query(store, "metadata_vintages")
    known = known[(known["dataset"] == dataset) & known["source"].isin(["kolada", "demo"])]
    return known[known["entries"] >= WHOLE * known["entries"].max()]["vintage"].tolist()

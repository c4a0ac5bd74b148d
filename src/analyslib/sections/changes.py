"""What the source has changed since the last meeting: an old number may have been another."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analyslib.catalogue import Indicator, Municipality
from analyslib.sections.parts import Html, Shown, bullets, folded, heading, join, paragraph
from analyslib.store.changes import Changes
from analyslib.tables import REVISED, Cell, Table, derived_cell, header_cell, raw_cell, text_cell
from analyslib.text.formats import format_count, format_date, format_list
from analyslib.text.words import GENDER_WORDS


# What matters most comes first; a new name seldom changes anything.
SERIES_WORDS = {
    "rescaled": "har bytt enhet eller kodning",
    "removed": "finns inte längre hos källan",
    "ended": "har upphört",
    "redivided": "har ändrad uppdelning på kön",
    "renamed": "har bytt namn",
}
EXPLAINED = {"rescaled": "Värden före och efter bytet går inte att jämföra."}
LONG_LIST = 10
STOP_YEAR = r"\s*\(-\s?\d{4}\)\.?\s*$"
NOTHING_OLDER = Html("<p>Det finns bara en leverans, så det finns inget att jämföra med.</p>")
Indicators = Mapping[str, Indicator]


def render_changes(
    changes: Changes,
    revisions: pd.DataFrame,
    indicators: Indicators,
    place: Municipality | None,
) -> Shown:
    """Revised numbers of a municipality (or none), changed series, changed groups."""
    day = format_date(changes.since)
    series = changes.series[changes.series["is_indicator"]]
    own = revisions[revisions["municipality"] == place.code] if place else revisions.iloc[:0]
    parts = [
        _revised_table(own, indicators, place) if place and len(own) else None,
        *(_series_list(series, change, indicators) for change in SERIES_WORDS),
        _groups_list(changes.groups, place) if place else None,
        _revised_in_all(changes, indicators),
    ]
    if not any(part is not None for part in parts):
        return join([paragraph(f"Källan har inte ändrat något som rapporten visar sedan {day}.")])
    return join([paragraph(f"Det här har källan ändrat sedan {day}."), *parts])


def _revised_table(own: pd.DataFrame, indicators: Indicators, place: Municipality) -> Table:
    rows = _first_to_last(own).to_dict("records")
    return Table(
        caption=f"Ändrade värden för {place.name}",
        columns=("Nyckeltal", "År", "Kön", "Då", "Nu"),
        rows=tuple(_revised_row(row, indicators, place) for row in rows),
        note=f"Ett tal som hade ett annat värde förut är märkt ”{REVISED}” i rapportens tabeller.",
        source_line="Källa: Kolada.",
    )


def _revised_row(row: dict, indicators: Indicators, place: Municipality) -> tuple[Cell, ...]:
    indicator = indicators[row["kpi"]]
    year, gender = int(row["year"]), str(row["gender"])
    now = None if pd.isna(row["new_value"]) else float(row["new_value"])
    then = None if pd.isna(row["old_value"]) else float(row["old_value"])
    return (
        header_cell(indicator.short),
        text_cell(str(year)),
        text_cell(GENDER_WORDS[gender]),
        derived_cell(then, "value-before", indicator.decimals),
        raw_cell(indicator, place.code, year, gender, now, str(row["new_status"] or "")),
    )


def _first_to_last(revisions: pd.DataFrame) -> pd.DataFrame:
    """One row per number: what it was before the first revision and after the last."""
    keys = ["kpi", "year", "gender"]
    in_order = revisions.sort_values([*keys, "new_vintage"], kind="stable")
    firsts = in_order.drop_duplicates(keys, keep="first").set_index(keys)
    lasts = in_order.drop_duplicates(keys, keep="last").set_index(keys)
    return lasts.assign(old_value=firsts["old_value"]).reset_index()


def _series_list(series: pd.DataFrame, change: str, indicators: Indicators) -> Shown | None:
    found = series[series["change"] == change]
    if change == "renamed":
        found = found[~_only_ended(found)]
    if found.empty:
        return None
    shows_both = change in ("renamed", "rescaled")
    items = [
        f"{indicators[row['kpi']].short}: {row['old']} → {row['new']}"
        if shows_both
        else indicators[row["kpi"]].short
        for row in found.to_dict("records")
    ]
    title = f"{format_count(len(items), 'nyckeltal', 'nyckeltal')} {SERIES_WORDS[change]}"
    listed = bullets(items) if len(items) <= LONG_LIST else folded("Visa vilka", bullets(items))
    return join([heading(title, 3), paragraph(EXPLAINED.get(change, "")), listed])


def _only_ended(renamed: pd.DataFrame) -> pd.Series:
    """A year of ending put into the title is told under the ended ones."""
    bare = [renamed[name].str.replace(STOP_YEAR, "", regex=True) for name in ("old", "new")]
    return bare[0] == bare[1]


def _groups_list(groups: pd.DataFrame, place: Municipality) -> Shown | None:
    own = groups[(groups["owner"] == place.code) & groups["change"].isin(["joined", "left"])]
    items = []
    for service_area, rows in own.groupby("service_area", observed=True):
        joined = rows[rows["change"] == "joined"]["municipality_name"].tolist()
        left = rows[rows["change"] == "left"]["municipality_name"].tolist()
        said = [
            f"{words} {format_list(names)}"
            for words, names in (("nya är", joined), ("borta är", left))
            if names
        ]
        items.append(f"{service_area}: {'; '.join(said)}.")
    if not items:
        return None
    return join([heading("Liknande kommuner har bytts ut", 3), bullets(items)])


def _revised_in_all(changes: Changes, indicators: Indicators) -> Shown | None:
    """How many numbers the source has revised in the indicators, over the whole country."""
    values = changes.values[changes.values["is_indicator"]]
    if values.empty:
        return None
    numbers = int(values["revised"].sum())
    names = format_list([indicators[kpi].short for kpi in values["kpi"]][:5])
    more = " med flera" if len(values) > 5 else ""
    return paragraph(
        f"I hela landet har {format_count(numbers, 'tal', 'tal')} räknats om, i "
        f"{format_count(len(values), 'nyckeltal', 'nyckeltal')}: {names}{more}."
    )

"""The release of own measures: what of them may be published, and what is hidden.

A number about few persons is hidden for what it is, and never to cover up another: what a month
shows does not depend on the rest of the year, on other measures or on the next delivery, so
that nothing can be worked out from two packs that were decided apart. What would give a hidden
number away is a sum (a year of its months, a whole of its parts), and then the sum is hidden.
What is left is put through the gate, which proves it, and hides more where it has to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pandas as pd

from analyslib.analysis.statistics import Floats
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.publication import Publication, ledgers_as_text
from analyslib.disclosure.release import Release, release
from analyslib.disclosure.released import HIDDEN
from analyslib.disclosure.rules import OPEN_PAGE, Profile, is_mean_safe, is_small
from analyslib.store.connection import run_query


AS_DELIVERED = ("own_delivery", "own_project", "own_measure", "own_event")
REST = "övriga"
MONEY = ["volume", "outcome", "forecast"]
COMMON = 6  # so many periods in which numbers add up to another are no accident
MOST_PARTS, MOST_TRIED = 6, 5_000  # how far parts of a sum that nobody declared are looked for


def release_own_measures(
    connection: duckdb.DuckDBPyConnection, profile: Profile = OPEN_PAGE
) -> dict[str, pd.DataFrame]:
    """The tables of own measures for publish.duckdb, from the analyst's database.

    A hidden value has no number and the status "Privacy". individual_ledger: the published
    ledgers as text, one row each.
    """
    whole = {"municipality": None, "project": None}
    tables = {name: run_query(connection, f"build/{name}").df() for name in AS_DELIVERED}
    measures = run_query(connection, "own_measures", **whole).df()
    values = run_query(connection, "own_values", **whole).df()
    budget = run_query(connection, "own_budget", **whole).df()
    series = [*measure_series(measures, values, profile), *volume_series(budget, profile)]
    days = tables["own_delivery"].groupby("municipality")["vintage"].max()
    publications = [_named(made, days) for made in decide(series, profile)]
    return {
        **tables,
        "own_value": _without_hidden(values, "measure", series, ["value", "n"]),
        "own_budget": hide_budget(budget, series),
        "individual_ledger": ledgers_as_text(publications),
    }


def _named(made: Release, days: pd.Series) -> Publication:
    """The ledger of one family: what it counts is its own, and another with each delivery, since
    a municipality corrects its numbers."""
    name = made.publication.title
    title = f"matt-{name[:2]}-{name} {days[name[:4]]:%Y-%m-%d}"
    return replace(made.publication, title=title, universe=title)


Key = tuple[str, pd.Timestamp]


@dataclass
class Series:
    """One series of numbers about persons. Keys are (grain, first day of the period).

    `counts`: how many; `of`: out of how many, where it is a share of these. `hidden`: the keys
    that may not be shown; they grow while it is decided.
    """

    name: str
    municipality: str
    counts: dict[Key, int]
    of: dict[Key, int]
    part_of: str
    hidden: set[Key]


# --- what there is about persons, and what is small in itself


def measure_series(
    measures: pd.DataFrame, values: pd.DataFrame, profile: Profile
) -> Iterator[Series]:
    """Measures of persons. Of a mean only the number of persons matters."""
    persons = measures[measures["persons"]]
    for name, code, part_of, kind in persons[
        ["measure", "municipality", "part_of", "kind"]
    ].itertuples(index=False):
        rows = values[values["measure"] == name]
        keys = list(zip(rows["grain"], rows["period"], strict=True))
        n = {k: round(x) for k, x in zip(keys, rows["n"], strict=True) if pd.notna(x)}
        value = {k: x for k, x in zip(keys, rows["value"], strict=True) if pd.notna(x)}
        found = Series(str(name), str(code), {}, {}, str(part_of), set())
        found.hidden |= {k for k, s in zip(keys, rows["status"], strict=True) if s == HIDDEN}
        found.hidden |= {k for k, count in n.items() if is_small(count, profile.threshold)}
        if kind == "antal":
            found.counts, found.of = {k: round(x) for k, x in value.items()}, n
        elif kind == "andel":
            found.counts = {k: round(x * n[k] / 100) for k, x in value.items() if k in n}
            found.of = {k: x for k, x in n.items() if k in value}
            found.hidden |= value.keys() - n.keys()
        else:
            found.counts = {k: x for k, x in n.items() if k in value}
            found.hidden |= {k for k in value if not is_mean_safe(n.get(k, 0), profile)}
        yield found


def volume_series(budget: pd.DataFrame, profile: Profile) -> Iterator[Series]:
    """Volumes that are persons, by account. Where one is missing, what the account paid tells
    of about how many: such a period has no count, and is hidden where that is few."""
    persons = budget[budget["volume_persons"]]
    for name, rows in persons.groupby(account_keys(persons)):
        known = rows[rows["volume"].notna()]
        if known.empty:
            continue
        counts = {k: int(np.ceil(x)) for k, x in zip(_keys(known), known["volume"], strict=True)}
        hidden = set(_keys(_bought_for_few(rows, profile)))
        yield Series(str(name), rows["municipality"].iloc[0], counts, {}, "", hidden)


def _bought_for_few(rows: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """The periods of an account without volume, but with an outcome that gives it away."""
    priced = rows[rows["outcome"].notna() & rows["volume"].gt(0)]
    unsaid = rows[rows["volume"].isna() & rows["outcome"].notna()]
    if not priced["outcome"].sum():
        return unsaid.iloc[:0]
    persons = unsaid["outcome"] * priced["volume"].sum() / priced["outcome"].sum()
    few = [is_small(round(count), profile.threshold) for count in persons]
    return unsaid[np.array(few, dtype=bool)]


def _keys(rows: pd.DataFrame) -> list[Key]:
    return list(zip(rows["grain"], rows["period"], strict=True))


def account_keys(budget: pd.DataFrame) -> pd.Series:
    parts = budget[["municipality", "project", "area", "account"]].astype("str")
    return parts.agg(" | ".join, axis=1) if len(parts) else parts["account"]


def hide_small(series: Series, profile: Profile) -> None:
    """Few persons; all but few of them; and all or none of a small group."""
    for key, count in series.counts.items():
        n = series.of.get(key)
        small = is_small(count, profile.threshold)
        if n is not None:
            small |= is_small(n, profile.threshold) or is_small(n - count, profile.threshold)
            small |= count in (0, n) and 0 < n < profile.sensitive_below
        if small:
            series.hidden.add(key)


# --- sums


def decide(every: Sequence[Series], profile: Profile = OPEN_PAGE) -> Iterator[Release]:
    """Fill in what each series has to hide; gives the proof of each family of series."""
    for item in every:
        hide_small(item, profile)
    for group in _by_municipality(every):
        links = [*_declared(group), *_found_sums(group)]
        before = -1
        while before != (before := sum(len(item.hidden) for item in group)):
            _hide_sums(group, links, profile)
        for whole, parts in _families(group):
            yield from _prove(whole, parts, profile)


Link = tuple[Series, list[Series]]


def _by_municipality(every: Sequence[Series]) -> list[list[Series]]:
    codes = dict.fromkeys(item.municipality for item in every)
    return [[item for item in every if item.municipality == code] for code in codes]


def _declared(group: Sequence[Series]) -> list[Link]:
    found = [(whole, [part for part in group if part.part_of == whole.name]) for whole in group]
    return [(whole, parts) for whole, parts in found if parts]


def _found_sums(group: Sequence[Series]) -> list[Link]:
    """Those that add up to another in every period they share, whatever the file says of them."""
    keys = list(dict.fromkeys(key for item in group for key in item.counts))
    counts = np.array([[item.counts.get(key, np.nan) for key in keys] for item in group], float)
    return [
        (whole, [group[part] for part in parts])
        for at, whole in enumerate(group)
        for parts in _parts_of(at, counts)
    ]


def _parts_of(whole: int, counts: Floats) -> Iterator[tuple[int, ...]]:
    """The rows that together are the row `whole`, in COMMON columns or more: pairs first, then
    three and so on. The search ends with MOST_TRIED sums that are still below the whole.

    No count is negative, so a sum that is above the whole in any period is left there.
    """
    sums: list[tuple[tuple[int, ...], Floats]] = [((), counts[whole])]
    for size in range(1, MOST_PARTS + 1):
        longer = []
        for parts, left in sums:
            rest = left - counts
            may_be_part = (rest >= 0) | np.isnan(rest)
            usable = may_be_part.all(1) & (np.isfinite(rest).sum(1) >= COMMON)
            usable &= np.where(np.isfinite(rest), counts, 0).any(1)
            usable[: parts[-1] + 1 if parts else 0], usable[whole] = False, False
            nothing_left = usable & ~(rest > 0).any(1)
            if size > 1:
                yield from ((*parts, int(row)) for row in np.flatnonzero(nothing_left))
            more = np.flatnonzero(usable & ~nothing_left)
            longer += [((*parts, int(row)), rest[row]) for row in more]
        sums = longer[:MOST_TRIED]


def _hide_sums(group: Sequence[Series], links: Sequence[Link], profile: Profile) -> None:
    for item in group:
        for other in group:
            _hide_years(item, other, profile)
    for whole, parts in links:
        for key in whole.counts.keys() - whole.hidden:
            known = [part.counts.get(key, 0) for part in parts]
            left = [whole.counts[key] - count for count in (sum(known), *known)]
            gone = any(key in part.hidden for part in parts)
            if gone or any(is_small(rest, profile.threshold) for rest in left):
                whole.hidden.add(key)


def _hide_years(months: Series, years: Series, profile: Profile) -> None:
    """A year is hidden with any of its months, and where the months that are shown leave few.

    The year of another series counts where it is the sum of these months.
    """
    for key in years.counts.keys() - years.hidden:
        inside = _months_of(months, key)
        total = sum(months.counts.get(month, 0) for month in inside)
        same = months is years or (len(inside) == 12 and total == years.counts[key] > 0)
        rests = [years.counts[key] - total]
        if key in years.of and months is years:
            rests += [years.of[key] - sum(months.of.get(month, 0) for month in inside)]
        gone = any(month in months.hidden for month in inside)
        if inside and same and (gone or any(is_small(rest, profile.threshold) for rest in rests)):
            years.hidden.add(key)


def _months_of(series: Series, key: Key) -> list[Key]:
    grain, day = key
    known = series.counts.keys() | series.hidden
    return [k for k in known if grain == "year" and k[0] == "month" and k[1].year == day.year]


# --- the gate


def _families(group: Sequence[Series]) -> Iterator[Link]:
    """Each series that is no part of another, with its parts. Parts that have persons in common
    are taken one at a time."""
    declared = {whole.name: parts for whole, parts in _declared(group)}
    inside = {part.name for parts in declared.values() for part in parts}
    for item in group:
        parts = declared.get(item.name, [])
        if item.name in inside or not item.counts:
            continue
        if all(sum(part.counts.get(k, 0) for part in parts) <= n for k, n in item.counts.items()):
            yield item, parts
        else:
            yield from ((item, [part]) for part in parts)


def _prove(whole: Series, parts: Sequence[Series], profile: Profile) -> Iterator[Release]:
    """What is to be shown of a family, through the gate; what it hides too is hidden."""
    atoms = pd.DataFrame(list(_atoms(whole, parts)), columns=["class", "period", "count"])
    layouts = list(_layouts(whole, parts, atoms, profile))
    if not layouts:
        return
    made = release(atoms, layouts, profile, title=whole.name)
    for item in (whole, *parts):
        cells = made.released.counts
        own = cells["layout"].isin([item.name, of_name(item)])
        gone = cells[own & (cells["status"] == HIDDEN)]
        item.hidden |= {key_of(label) for label in gone["period"]}
    yield made


def _atoms(whole: Series, parts: Sequence[Series]) -> Iterator[tuple[str, str, int]]:
    """Persons of each part, and those of none, in each month and in each year that is no sum."""
    for key in sorted({key for item in (whole, *parts) for key in item.counts}):
        if is_sum(whole, key):
            continue
        count, label = whole.counts.get(key, 0), label_of(key)
        if whole.of:
            yield "ja", label, count
            yield "nej", label, max(whole.of.get(key, count) - count, 0)
            continue
        known = [(part.name, part.counts.get(key, 0)) for part in parts]
        yield from ((name, label, n) for name, n in known)
        yield REST, label, max(count - sum(n for _, n in known), 0)


def _layouts(
    whole: Series, parts: Sequence[Series], atoms: pd.DataFrame, profile: Profile
) -> Iterator[Layout]:
    """One table for each series: the periods that are to be shown, and years of months."""
    if whole.of:
        shown = _shown(whole, atoms)
        if shown:
            table = Layout(whole.name, ("class", "period"), {"period": shown}, margins=False,
                           shares="class", sensitive="class")  # fmt: skip
            yield table
            yield Layout(of_name(whole), ("period",), {"period": shown}, margins=False)
        return
    for item in (whole, *parts):
        told = _told(item, atoms, profile)
        if not told:
            continue
        where = {"period": told}
        if item is not whole:
            where["class"] = (item.name,)
        yield Layout(item.name, ("period",), where, {"period": _years(item, whole)}, margins=False)


def of_name(item: Series) -> str:
    """The table of how many a share is of."""
    return f"{item.name} n"


def _shown(item: Series, atoms: pd.DataFrame) -> tuple[str, ...]:
    labels = {label_of(key) for key in item.counts.keys() - item.hidden}
    return tuple(sorted(labels & set(atoms["period"])))


def _told(item: Series, atoms: pd.DataFrame, profile: Profile) -> tuple[str, ...]:
    """What is shown, and what is hidden for being small: the gate hides that by itself, and the
    ledger says so."""
    small = {key for key, n in item.counts.items() if is_small(n, profile.threshold)}
    labels = {label_of(key) for key in small | (item.counts.keys() - item.hidden)}
    return tuple(sorted(labels & set(atoms["period"])))


def _years(item: Series, whole: Series) -> dict[str, tuple[str, ...]]:
    return {
        label_of(key): tuple(sorted(map(label_of, _months_of(item, key))))
        for key in item.counts.keys() - item.hidden
        if is_sum(item, key) and is_sum(whole, key)
    }


def is_sum(series: Series, key: Key) -> bool:
    """A year whose twelve months add up to it."""
    months = [k for k in _months_of(series, key) if k in series.counts]
    total = sum(series.counts[month] for month in months)
    return key[0] == "year" and len(months) == 12 and total == series.counts.get(key)


def label_of(key: Key) -> str:
    return f"{key[1]:%Y-%m}" if key[0] == "month" else f"{key[1]:%Y}"


def key_of(label: str) -> Key:
    return (
        "month" if "-" in label else "year",
        pd.Timestamp(f"{label}-01" if "-" in label else f"{label}-01-01"),
    )


# --- what is left


def hide_budget(budget: pd.DataFrame, every: Iterable[Series]) -> pd.DataFrame:
    """The budget without what is hidden. A year whose row says no volume, or stands under
    another area, is still the sum of its months: it is hidden with any of them."""
    budget = budget.assign(account_key=account_keys(budget))
    budget = _without_hidden(budget, "account_key", every, MONEY).drop(columns="account_key")
    year = budget["period"].dt.year
    is_month = budget["grain"].eq("month")
    hidden = (budget["status"].eq(HIDDEN) & is_month).groupby(
        [budget[name] for name in ("municipality", "project", "account")] + [year]
    )
    gone = hidden.transform("any") & ~is_month
    budget.loc[gone, MONEY] = np.nan
    budget.loc[gone, "status"] = HIDDEN
    return budget


def _without_hidden(
    rows: pd.DataFrame, name: str, every: Iterable[Series], columns: list[str]
) -> pd.DataFrame:
    hidden = {(item.name, *key) for item in every for key in item.hidden}
    keys = zip(rows[name], rows["grain"], rows["period"], strict=True)
    gone = np.array([key in hidden for key in keys], dtype=bool)
    rows = rows.copy()
    rows.loc[gone, columns] = np.nan
    rows.loc[gone, "status"] = HIDDEN
    return rows

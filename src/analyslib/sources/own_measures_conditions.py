"""What makes a rule of own measures broken: True in the cells at fault.

What holds of several sheets is made by a function that takes the sheet's name; the rest is one
function per rule. Sheets refer to each other by short names.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from analyslib.measures import fold_name
from analyslib.sources.extract_conditions import cells, unreadable
from analyslib.sources.extract_typing import Typed
from analyslib.sources.extract_values import EXCEL_ERRORS
from analyslib.sources.own_measures_model import COUNTING_WORDS, LONGEST_ID, PERSON_UNITS, TABLES
from analyslib.sources.own_measures_tables import OwnTables


Broken = pd.DataFrame
Condition = Callable[[OwnTables], Broken]
OLDEST = pd.Timestamp("1990-01-01")
LONGEST_TEXT = {"title": 120, "purpose": 1000, "owner": 120, "text": 300, "source_note": 300}
ENOUGH_SHARES = 3
FORECAST_OF_A_YEAR = 9  # budgets of a month: no month comes to so many
SUM_WORDS = frozenset({"summa", "totalt", "total", "totalsumma", "delsumma", "s:a"})


def sheet_of(tables: OwnTables, name: str) -> Typed:
    """The sheet that a rule is about; without it the rule is not run."""
    typed: Typed | None = getattr(tables, name)
    assert typed is not None
    return typed


# --- what holds of several sheets


def lacks(name: str) -> Condition:
    """A cell that must be filled in is not."""
    required = [item.name for item in TABLES[name] if item.required]

    def broken(tables: OwnTables) -> Broken:
        typed = sheet_of(tables, name)
        return cells(typed, **{column: ~typed.given[column] for column in required})

    return broken


def cannot_read(name: str, *kinds: str, only: tuple[str, ...] = ()) -> Condition:
    """Something is written that means nothing to a column of these kinds."""
    chosen = [item.name for item in TABLES[name] if item.kind in kinds]
    columns = [column for column in chosen if not only or column in only]

    def broken(tables: OwnTables) -> Broken:
        typed = sheet_of(tables, name)
        present = [column for column in columns if column in typed.present]
        found = unreadable(typed, present)
        return found & ~typed.table.text[present].isin(EXCEL_ERRORS)

    return broken


def has_excel_error(name: str) -> Condition:
    def broken(tables: OwnTables) -> Broken:
        return sheet_of(tables, name).table.text.isin(EXCEL_ERRORS)

    return broken


def repeats(name: str, *keys: str, at: str) -> Condition:
    """A row with the same keys stands above."""

    def broken(tables: OwnTables) -> Broken:
        typed = sheet_of(tables, name)
        values = typed.values[list(keys)].astype(object)
        known = typed.values[at].notna()
        return cells(typed, **{at: known & values.where(values.notna(), "").duplicated()})

    return broken


def refers_to_nothing(name: str, column: str, table: str, key: str) -> Condition:
    """A short name that stands on no row of the sheet where it belongs."""

    def broken(tables: OwnTables) -> Broken:
        typed, other = sheet_of(tables, name), getattr(tables, table)
        known = [] if other is None else other.values[key].dropna()
        value = typed.values[column]
        return cells(typed, **{column: value.notna() & ~value.isin(known)})

    return broken


def is_unusable_name(name: str) -> Condition:
    """A short name without letters or digits, or too long to be one."""

    def broken(tables: OwnTables) -> Broken:
        typed = sheet_of(tables, name)
        value = typed.values[name]
        empty = typed.given[name] & value.isna()
        return cells(typed, **{name: empty | value.str.len().gt(LONGEST_ID)})

    return broken


def is_too_long(name: str) -> Condition:
    def broken(tables: OwnTables) -> Broken:
        typed = sheet_of(tables, name)
        present = [column for column in LONGEST_TEXT if column in typed.present]
        lengths = {column: typed.table.text[column].str.len() for column in present}
        masks = {column: length.gt(LONGEST_TEXT[column]) for column, length in lengths.items()}
        return cells(typed, **masks)

    return broken


def is_elsewhere(name: str) -> Condition:
    """A row with another municipality than its project has."""

    def broken(tables: OwnTables) -> Broken:
        typed = sheet_of(tables, name)
        place = typed.values["project"].map(_project_places(tables))
        here = typed.values["municipality"]
        return cells(typed, municipality=place.notna() & here.notna() & place.ne(here))

    return broken


def _project_places(tables: OwnTables) -> dict[str, str]:
    if tables.project is None:
        return {}
    known = tables.project.values.dropna(subset=["project", "municipality"])
    return dict(zip(known["project"], known["municipality"], strict=True))


def period_is(name: str, *grains: str) -> Condition:
    """A period of a kind that cannot be used: a day, a quarter; none means unreadable."""

    def broken(tables: OwnTables) -> Broken:
        typed = sheet_of(tables, name)
        grain = typed.values["grain"]
        wrong = grain.isin(grains) if grains else grain.isna()
        return cells(typed, period=typed.given["period"] & wrong)

    return broken


def is_ancient(name: str) -> Condition:
    def broken(tables: OwnTables) -> Broken:
        typed = sheet_of(tables, name)
        return cells(typed, period=typed.values["period"] < OLDEST)

    return broken


def year_is_a_month(name: str, *keys: str) -> Condition:
    """Every period is a January, in several years: Excel has made dates of years."""

    def broken(tables: OwnTables) -> Broken:
        typed = sheet_of(tables, name)
        values = typed.values
        monthly = values["grain"].eq("month").to_numpy(dtype=bool, na_value=False)
        own = [values[key].astype(object).where(values[key].notna(), "") for key in keys]
        months = values["period"].dt.month.where(monthly, 0).groupby(own)
        years = values["period"].dt.year.groupby(own).transform("nunique")
        only_january = months.transform("max").eq(1) & months.transform("min").eq(1)
        return cells(typed, period=only_january & years.gt(1))

    return broken


# --- projects


def stops_before_start(tables: OwnTables) -> Broken:
    project = sheet_of(tables, "project")
    return cells(project, stop=project.values["stop"] < project.values["start"])


def has_nothing_to_show(tables: OwnTables) -> Broken:
    project = sheet_of(tables, "project")
    used = [
        typed.values["project"]
        for name in ("measure", "budget")
        if (typed := getattr(tables, name)) is not None
    ]
    name = project.values["project"]
    return cells(project, project=name.notna() & ~name.isin(pd.concat(used)))


# --- measures


def target_without_direction(tables: OwnTables) -> Broken:
    measure = sheet_of(tables, "measure")
    values = measure.values
    return cells(measure, direction=values["target"].notna() & values["direction"].eq("none"))


def target_day_without_target(tables: OwnTables) -> Broken:
    measure = sheet_of(tables, "measure")
    return cells(measure, target_from=measure.given["target_from"] & ~measure.given["target"])


def target_off_scale(tables: OwnTables) -> Broken:
    measure = sheet_of(tables, "measure")
    return cells(measure, target=_off_scale(measure.values["target"], measure.values["kind"]))


def _off_scale(value: pd.Series, kind: pd.Series) -> pd.Series:
    above = kind.eq("andel") & value.gt(100)
    return above | (kind.isin(["antal", "andel"]) & value.lt(0))


def counts_persons_and_says_not(tables: OwnTables) -> Broken:
    measure = sheet_of(tables, "measure")
    values = measure.values
    units = values["unit"].fillna("").map(_counted_words)
    titles = values["title"].fillna("").map(_counted_words)
    is_person = units.map(lambda words: not PERSON_UNITS.isdisjoint(words[:1]))
    unsaid = units.map(len).eq(0) & ~titles.map(PERSON_UNITS.isdisjoint)
    counted = values["kind"].eq("antal") & values["persons"].eq("nej")
    return cells(measure, persons=counted & (is_person | unsaid))


def _counted_words(text: str) -> list[str]:
    """The words that say what is counted: "antal barn" is barn, and "st" nothing at all."""
    words = [fold_name(word) for word in re.split(r"\W+", text)]
    return [word for word in words if word not in COUNTING_WORDS]


def target_looks_like_a_fraction(tables: OwnTables) -> Broken:
    """A target between 0 and 1 where the shares themselves are in per cent."""
    measure, value = sheet_of(tables, "measure"), sheet_of(tables, "value")
    values = measure.values
    most = value.values["value"].groupby(value.values["measure"]).max()
    is_share = values["kind"].eq("andel") & values["measure"].map(most).gt(1)
    return cells(measure, target=is_share & values["target"].between(0, 1, inclusive="neither"))


def is_part_of_something_else(tables: OwnTables) -> Broken:
    """A part counts persons, and so does what it is a part of, in the same place."""
    measure = sheet_of(tables, "measure")
    values = measure.values
    is_count = values["kind"].eq("antal") & values["persons"].eq("ja")
    key = values["municipality"].fillna("") + " " + values["measure"].fillna("")
    wholes = set(key[is_count & values["part_of"].isna()])
    whole = values["municipality"].fillna("") + " " + values["part_of"].fillna("")
    told = values["part_of"].notna()
    return cells(measure, part_of=told & ~(whole.isin(wholes) & is_count & whole.ne(key)))


def is_never_measured(tables: OwnTables) -> Broken:
    measure, value = sheet_of(tables, "measure"), sheet_of(tables, "value")
    name = measure.values["measure"]
    return cells(measure, measure=name.notna() & ~name.isin(value.values["measure"]))


# --- values


def _of_measure(tables: OwnTables, column: str) -> pd.Series:
    """What the sheet of measures says of each value's measure; empty where it says nothing."""
    value, measure = sheet_of(tables, "value"), tables.measure
    if measure is None:
        return pd.Series(np.nan, index=value.values.index, dtype=object)
    known = measure.values.dropna(subset=["measure"]).drop_duplicates("measure")
    said = dict(zip(known["measure"], known[column], strict=True))
    return value.values["measure"].map(said).astype(object)


def lies_in_the_future(tables: OwnTables) -> Broken:
    value = sheet_of(tables, "value")
    has_value = value.values["value"].notna()
    return cells(value, period=has_value & (value.values["period"] > pd.Timestamp(tables.today)))


def value_off_scale(tables: OwnTables) -> Broken:
    value = sheet_of(tables, "value")
    kind = _of_measure(tables, "kind")
    return cells(value, value=_off_scale(value.values["value"], kind))


def looks_like_a_fraction(tables: OwnTables) -> Broken:
    """Every share of a measure lies between 0 and 1, and some is no whole number."""
    value = sheet_of(tables, "value")
    number, name = value.values["value"], value.values["measure"].fillna("")
    by = number.groupby(name)
    small = by.transform("max").le(1) & by.transform("count").ge(ENOUGH_SHARES)
    broken_up = (number % 1 > 0).groupby(name).transform("any")
    is_share = _of_measure(tables, "kind").eq("andel")
    return cells(value, value=number.notna() & is_share & small & broken_up)


def counts_half_persons(tables: OwnTables) -> Broken:
    value = sheet_of(tables, "value")
    number = value.values["value"]
    counted = _of_measure(tables, "kind").eq("antal") & _of_measure(tables, "persons").eq("ja")
    return cells(value, value=number.notna() & counted & (number % 1 > 0))


def lacks_n(tables: OwnTables) -> Broken:
    """Without it nobody can tell how few persons a share or a mean speaks of."""
    value = sheet_of(tables, "value")
    # Where no row at all has it, that is said once, of the column.
    lacking = needs_n(tables) & ~value.given["n"]
    return cells(value, n=lacking if value.given["n"].any() else lacking & False)


def needs_n(tables: OwnTables) -> pd.Series:
    """The rows with a share or a mean of persons."""
    value = sheet_of(tables, "value").values["value"]
    is_count = _of_measure(tables, "kind").eq("antal")
    return value.notna() & ~is_count & _of_measure(tables, "persons").eq("ja")


def has_impossible_n(tables: OwnTables) -> Broken:
    value = sheet_of(tables, "value")
    n = value.values["n"]
    return cells(value, n=n.lt(0) | (n % 1 > 0))


def has_value_of_nobody(tables: OwnTables) -> Broken:
    value = sheet_of(tables, "value")
    not_count = ~_of_measure(tables, "kind").eq("antal")
    found = value.values["value"].notna() & value.values["n"].eq(0)
    return cells(value, value=found & not_count)


def does_not_fit_n(tables: OwnTables) -> Broken:
    """So many percent of so many persons is no whole number of persons, rounding apart."""
    value = sheet_of(tables, "value")
    n, share = value.values["n"], value.values["value"]
    text = value.table.text["value"] if "value" in value.present else pd.Series(dtype=object)
    decimals = text.map(lambda word: len(re.split(r"[.,]", word)[1]) if re.search(r"[.,]\d", word)
                        else 0)  # fmt: skip
    persons = share * n / 100
    slack = 0.5 * 10.0 ** -decimals.astype(float) * n / 100 + 1e-6
    is_share = _of_measure(tables, "kind").eq("andel") & _of_measure(tables, "persons").eq("ja")
    is_share &= ~looks_like_a_fraction(tables)["value"]  # that is said already
    return cells(value, value=is_share & n.gt(0) & ((persons - persons.round()).abs() > slack))


def exceeds_its_whole(tables: OwnTables) -> Broken:
    """More in a part than in what it is a part of, in the same period."""
    value = sheet_of(tables, "value")
    values = value.values
    whole = _of_measure(tables, "part_of")
    keys = ["measure", "period", "grain"]
    known = values.dropna(subset=[*keys, "value"]).drop_duplicates(keys)
    most = dict(zip(known[keys].itertuples(index=False, name=None), known["value"], strict=True))
    at = zip(whole, values["period"], values["grain"], strict=True)
    limit = pd.Series([most.get(key, np.nan) for key in at], index=values.index, dtype="float64")
    return cells(value, value=values["value"] > limit)


# --- events


def belongs_to_another_project(tables: OwnTables) -> Broken:
    event = sheet_of(tables, "event")
    owner: dict[str, str] = {}
    if tables.measure is not None:
        known = tables.measure.values.dropna(subset=["measure"]).drop_duplicates("measure")
        owner = dict(zip(known["measure"], known["project"].fillna(""), strict=True))
    project = event.values["project"]
    theirs = event.values["measure"].map(owner)
    return cells(event, measure=theirs.notna() & project.notna() & theirs.ne(project))


def belongs_nowhere(tables: OwnTables) -> Broken:
    """Neither project nor measure, in a file with several municipalities."""
    event = sheet_of(tables, "event")
    places = {
        code
        for name in ("project", "measure", "budget")
        if (typed := getattr(tables, name)) is not None
        for code in typed.values["municipality"].dropna()
    }
    alone = event.values["project"].isna() & event.values["measure"].isna()
    return cells(event, project=alone & (len(places) > 1))


# --- budget


def has_negative_volume(tables: OwnTables) -> Broken:
    budget = sheet_of(tables, "budget")
    values = budget.values
    return cells(budget, volume=values["volume"] < 0, volume_budget=values["volume_budget"] < 0)


def has_outcome_too_early(tables: OwnTables) -> Broken:
    budget = sheet_of(tables, "budget")
    ahead = budget.values["period"] > pd.Timestamp(tables.today)
    return cells(
        budget, **{name: ahead & budget.values[name].notna() for name in ("outcome", "volume")}
    )


def is_a_sum(tables: OwnTables) -> Broken:
    budget = sheet_of(tables, "budget")
    words = budget.values["account"].fillna("").map(lambda text: text.casefold().split(" "))
    first = words.map(lambda found: found[0].rstrip(":.,") in SUM_WORDS)
    last = words.map(lambda found: found[-1].rstrip(":.,") in SUM_WORDS)
    return cells(budget, account=first | last)


def has_a_forecast_of_the_year(tables: OwnTables) -> Broken:
    """The forecast of one month is as large as that of a whole year."""
    budget = sheet_of(tables, "budget")
    values = budget.values
    large = values["budget"].gt(0) & values["forecast"].gt(FORECAST_OF_A_YEAR * values["budget"])
    return cells(budget, forecast=values["grain"].eq("month") & large)


def has_half_a_volume(tables: OwnTables) -> Broken:
    """A volume can only be held against one that was budgeted."""
    budget = sheet_of(tables, "budget")
    given = budget.given
    return cells(budget, volume_budget=given["volume"] & ~given["volume_budget"])

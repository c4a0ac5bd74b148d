"""What makes a rule broken: one function per rule, True in the cells at fault.

Dates that were given as a month are compared by month, so that a case opened on the 15th and
started "in March" is in order.
"""

from __future__ import annotations

import pandas as pd

from analyslib.sources.extract_model import EPISODE, EXTRACT, MEASUREMENT, Field
from analyslib.sources.extract_typing import Extract, Typed
from analyslib.sources.extract_values import EXCEL_ERRORS


OLDEST = pd.DateOffset(years=40)
# A start measurement may be a little before the decision, a last one a little after the end.
BEFORE_START = pd.Timedelta(days=90)
AFTER_END = pd.Timedelta(days=90)
CASE = ["person", "episode_id"]
GOAL_OF_REASON = {"mal_helt": "helt", "mal_delvis": "delvis"}


def fields_of(table: str) -> tuple[Field, ...]:
    return {"episode": EPISODE, "measurement": MEASUREMENT, "facts": EXTRACT}[table]


def cells(typed: Typed, **masks: pd.Series) -> pd.DataFrame:
    """One column per mask; a comparison with nothing is no fault."""
    plain = {name: mask.to_numpy(dtype=bool, na_value=False) for name, mask in masks.items()}
    return pd.DataFrame(plain, index=typed.values.index)


def _of_kind(typed: Typed, fields: tuple[Field, ...], kind: str) -> list[str]:
    return [item.name for item in fields if item.kind == kind and item.name in typed.present]


def unreadable(typed: Typed, names: list[str]) -> pd.DataFrame:
    return cells(typed, **{name: typed.given[name] & typed.values[name].isna() for name in names})


def _month(days: pd.Series) -> pd.Series:
    return days.dt.year * 12 + days.dt.month


def _is_after(typed: Typed, later: pd.Series, earlier: pd.Series) -> pd.Series:
    """`later` really lies after `earlier`; by month where the row knows only months."""
    by_day = later > earlier
    return by_day & (~typed.values["month_only"] | (_month(later) > _month(earlier)))


def _excel_errors(typed: Typed) -> pd.DataFrame:
    return typed.table.text.isin(EXCEL_ERRORS)


# --- ärenden: finns, läsbar, kodlista, skala


def lacks_required(extract: Extract) -> pd.DataFrame:
    episode = extract.episode
    names = [item.name for item in EPISODE if item.required]
    return cells(episode, **{name: ~episode.given[name] for name in names})


def has_unreadable_date(extract: Extract) -> pd.DataFrame:
    return unreadable(extract.episode, _of_kind(extract.episode, EPISODE, "date"))


def has_unreadable_number(extract: Extract) -> pd.DataFrame:
    return unreadable(extract.episode, _of_kind(extract.episode, EPISODE, "number"))


def has_excel_error(extract: Extract) -> pd.DataFrame:
    return _excel_errors(extract.episode)


def has_unknown_municipality(extract: Extract) -> pd.DataFrame:
    return unreadable(extract.episode, ["municipality"])


def has_unknown_code(extract: Extract) -> pd.DataFrame:
    return unreadable(extract.episode, _of_kind(extract.episode, EPISODE, "code"))


def has_satisfaction_off_scale(extract: Extract) -> pd.DataFrame:
    value = extract.episode.values["satisfaction"]
    return cells(extract.episode, satisfaction=value.notna() & ~value.isin([1, 2, 3, 4, 5]))


def has_negative_extent(extract: Extract) -> pd.DataFrame:
    return cells(extract.episode, extent=extract.episode.values["extent"] < 0)


# --- ärenden: datum


def opened_after_start(extract: Extract) -> pd.DataFrame:
    values = extract.episode.values
    return cells(
        extract.episode, opened=_is_after(extract.episode, values["opened"], values["started"])
    )


def ended_before_start(extract: Extract) -> pd.DataFrame:
    values = extract.episode.values
    return cells(
        extract.episode, ended=_is_after(extract.episode, values["started"], values["ended"])
    )


def readmitted_before_end(extract: Extract) -> pd.DataFrame:
    values = extract.episode.values
    return cells(
        extract.episode,
        readmitted=_is_after(extract.episode, values["ended"], values["readmitted"]),
    )


def has_future_date(extract: Extract) -> pd.DataFrame:
    names = _of_kind(extract.episode, EPISODE, "date")
    values = extract.episode.values
    return cells(
        extract.episode, **{name: values[name] > extract.extraction_date for name in names}
    )


def has_ancient_date(extract: Extract) -> pd.DataFrame:
    names = _of_kind(extract.episode, EPISODE, "date")
    values = extract.episode.values
    assert extract.extraction_date is not None  # the rule is not run without it
    oldest = extract.extraction_date - OLDEST
    return cells(extract.episode, **{name: values[name] < oldest for name in names})


def lies_outside_period(extract: Extract) -> pd.DataFrame:
    """An insats belongs to the period if any day of it does; open ones go on."""
    values = extract.episode.values
    assert extract.facts is not None
    first, last = (extract.facts.values[name].iloc[0] for name in ("period_start", "period_end"))
    return cells(
        extract.episode,
        started=values["started"] > last,
        ended=values["ended"] < first,
    )


# --- ärenden: unikhet och överlapp


def repeats_an_episode(extract: Extract) -> pd.DataFrame:
    values = extract.episode.values
    key = [*CASE, "insats", "started"]
    repeated = values.duplicated(key) & values[key].notna().all(axis=1)
    return cells(extract.episode, episode_id=repeated)


def overlaps_same_insats(extract: Extract) -> pd.DataFrame:
    """Starts before the latest end so far of the same person's same insats. Touching is fine."""
    values = extract.episode.values
    key = ["person", "service_area", "insats"]
    known = values[values[[*key, "started"]].notna().all(axis=1)]
    known = known.drop_duplicates([*CASE, "insats", "started"])
    known = known.sort_values([*key, "started"], kind="stable")
    open_end = pd.Timestamp("2200-01-01")
    ends = known["ended"].fillna(open_end).where(~known["month_only"], known["started"])
    latest = ends.groupby([known[name] for name in key]).cummax()
    same = known[key].eq(known[key].shift()).all(axis=1)
    overlapping = same & (known["started"] < latest.shift())
    return cells(extract.episode, started=overlapping.reindex(values.index, fill_value=False))


# --- ärenden: villkor


def ended_without_reason(extract: Extract) -> pd.DataFrame:
    given, values = extract.episode.given, extract.episode.values
    lacks = ~given["end_reason"] | values["end_reason"].eq("pagar")
    return cells(extract.episode, end_reason=values["ended"].notna() & lacks)


def reason_without_end(extract: Extract) -> pd.DataFrame:
    given, values = extract.episode.given, extract.episode.values
    has_reason = values["end_reason"].notna() & values["end_reason"].ne("pagar")
    return cells(extract.episode, ended=has_reason & ~given["ended"])


def goal_without_end(extract: Extract) -> pd.DataFrame:
    given, values = extract.episode.given, extract.episode.values
    assessed = values["goal"].isin(["helt", "delvis", "inte"])
    return cells(extract.episode, ended=assessed & ~given["ended"])


def readmitted_without_end(extract: Extract) -> pd.DataFrame:
    given, values = extract.episode.given, extract.episode.values
    return cells(extract.episode, ended=values["readmitted"].notna() & ~given["ended"])


def extent_without_unit(extract: Extract) -> pd.DataFrame:
    given = extract.episode.given
    return cells(
        extract.episode,
        extent=given["extent_unit"] & ~given["extent"],
        extent_unit=given["extent"] & ~given["extent_unit"],
    )


# --- ärenden: samstämmighet


def _differs_within(values: pd.DataFrame, group: str, name: str) -> pd.Series:
    return values.groupby(group)[name].transform("nunique") > 1


def sex_differs(extract: Extract) -> pd.DataFrame:
    values = extract.episode.values
    stated = values.assign(sex=values["sex"].mask(values["sex"].eq("uppgift saknas")))
    differs = _differs_within(stated, "person", "sex") & stated["sex"].notna()
    return cells(extract.episode, sex=differs)


def episode_has_several_persons(extract: Extract) -> pd.DataFrame:
    return cells(
        extract.episode,
        episode_id=_differs_within(extract.episode.values, "episode_id", "person"),
    )


def goal_contradicts_reason(extract: Extract) -> pd.DataFrame:
    values = extract.episode.values
    implied = values["end_reason"].map(GOAL_OF_REASON)
    stated = values["goal"].isin(["helt", "delvis", "inte"])
    return cells(extract.episode, goal=implied.notna() & stated & implied.ne(values["goal"]))


def municipality_differs(extract: Extract) -> pd.DataFrame:
    assert extract.facts is not None
    stated = extract.facts.values["municipality"].iloc[0]
    code = extract.episode.values["municipality"]
    return cells(extract.episode, municipality=code.notna() & code.ne(stated) & pd.notna(stated))


def grows_younger(extract: Extract) -> pd.DataFrame:
    """Later cases of the same person in a group that ends below where an earlier one began."""
    values = extract.episode.values[["person", "started", "age_group"]].dropna()
    bounds = values["age_group"].str.extract(r"(\d+)(?:-(\d+))?").astype("float64")
    values = values.assign(low=bounds[0], high=bounds[1].fillna(200))
    values = values.sort_values(["person", "started"], kind="stable")
    oldest = values.groupby("person")["low"].cummax()
    younger = values["high"] < oldest
    index = extract.episode.values.index
    return cells(extract.episode, age_group=younger.reindex(index, fill_value=False))


def starts_after_death(extract: Extract) -> pd.DataFrame:
    values = extract.episode.values
    died = values[values["end_reason"].eq("avliden")].groupby("person")["ended"].min()
    death = died.reindex(values["person"]).set_axis(values.index)
    return cells(extract.episode, started=_is_after(extract.episode, values["started"], death))


# --- mätningar


def _measurement(extract: Extract) -> Typed:
    assert extract.measurement is not None  # the rules of measurements are not run without any
    return extract.measurement


def measurement_lacks_required(extract: Extract) -> pd.DataFrame:
    typed = _measurement(extract)
    names = [item.name for item in MEASUREMENT if item.required and item.name != "value"]
    return cells(typed, **{name: ~typed.given[name] for name in names})


def measurement_date_unreadable(extract: Extract) -> pd.DataFrame:
    return unreadable(_measurement(extract), ["date"])


def value_unreadable(extract: Extract) -> pd.DataFrame:
    typed = _measurement(extract)
    found = unreadable(typed, ["value", "target"])
    return cells(
        typed,
        value=found["value"] & ~typed.values["value_not_stated"],
        target=found["target"] & ~typed.values["target_not_stated"],
    )


def measurement_excel_error(extract: Extract) -> pd.DataFrame:
    return _excel_errors(_measurement(extract))


def measure_unknown(extract: Extract) -> pd.DataFrame:
    return unreadable(_measurement(extract), ["measure"])


def subscale_unknown(extract: Extract) -> pd.DataFrame:
    typed = _measurement(extract)
    measure, subscale = typed.values["measure"], typed.values["subscale"]
    divided = [item.id for item in extract.measures.values() if item.subscales]
    lacking = measure.isin(divided) & subscale.eq("")
    return cells(typed, subscale=measure.notna() & (subscale.isna() | lacking))


def measurement_code_unknown(extract: Extract) -> pd.DataFrame:
    return unreadable(_measurement(extract), ["phase", "rater"])


def _scale(extract: Extract) -> pd.DataFrame:
    """low, high and step of every measurement, by measure and subscale."""
    rows = [
        (item.id, part.id if part else "", (part or item).low, (part or item).high, item.step)
        for item in extract.measures.values()
        for part in (None, *item.subscales)
    ]
    scales = pd.DataFrame(rows, columns=["measure", "subscale", "low", "high", "step"])
    typed = _measurement(extract)
    key = ["measure", "subscale"]
    return typed.values[key].merge(scales, on=key, how="left").set_axis(typed.values.index)


def _off_scale(extract: Extract, name: str) -> pd.DataFrame:
    typed, scale = _measurement(extract), _scale(extract)
    value = typed.values[name]
    return cells(typed, **{name: (value < scale["low"]) | (value > scale["high"])})


def value_off_scale(extract: Extract) -> pd.DataFrame:
    return _off_scale(extract, "value")


def target_off_scale(extract: Extract) -> pd.DataFrame:
    return _off_scale(extract, "target")


def value_between_steps(extract: Extract) -> pd.DataFrame:
    typed, scale = _measurement(extract), _scale(extract)
    steps = (typed.values["value"] - scale["low"]) / scale["step"]
    return cells(typed, value=(steps - steps.round()).abs() > 1e-6)


def measured_in_the_future(extract: Extract) -> pd.DataFrame:
    typed = _measurement(extract)
    return cells(typed, date=typed.values["date"] > extract.extraction_date)


def _spans(extract: Extract) -> pd.DataFrame:
    """First start and last end of each case; an open one has no end."""
    values = extract.episode.values
    grouped = values.groupby(CASE)
    spans = grouped.agg(first=("started", "min"), last=("ended", "max"))
    has_open = values["ended"].isna().groupby([values[name] for name in CASE]).any()
    spans["last"] = spans["last"].mask(has_open)
    return spans


def measured_outside_episode(extract: Extract) -> pd.DataFrame:
    typed = _measurement(extract)
    values = typed.values
    spans = values[CASE].merge(_spans(extract), left_on=CASE, right_index=True, how="left")
    early = values["date"] < spans["first"] - BEFORE_START
    late = (values["date"] > spans["last"] + AFTER_END) & values["phase"].ne("efter")
    return cells(typed, date=early | late)


def _same_measurement(typed: Typed) -> list[str]:
    return [*CASE, "measure", "subscale", "rater"]


def repeats_a_measurement(extract: Extract) -> pd.DataFrame:
    typed = _measurement(extract)
    key = [*_same_measurement(typed), "phase", "date"]
    known = typed.values[[*CASE, "measure"]].notna().all(axis=1)
    return cells(typed, value=typed.values.duplicated(key) & known)


def second_start(extract: Extract) -> pd.DataFrame:
    """The earliest start measurement counts; those after it are at fault."""
    typed = _measurement(extract)
    starts = typed.values[typed.values["phase"].eq("start")].sort_values("date", kind="stable")
    repeated = starts.duplicated(_same_measurement(typed))
    return cells(typed, phase=repeated.reindex(typed.values.index, fill_value=False))


def start_after_later_phase(extract: Extract) -> pd.DataFrame:
    typed = _measurement(extract)
    values = typed.values
    later = values[values["phase"].isin(["uppfoljning", "avslut", "efter"])]
    key = [*CASE, "measure", "subscale"]
    first_later = later.groupby(key)["date"].min().rename("first_later")
    limit = values[key].merge(first_later, left_on=key, right_index=True, how="left")["first_later"]
    return cells(typed, date=values["phase"].eq("start") & _is_after(typed, values["date"], limit))


def neither_date_nor_phase(extract: Extract) -> pd.DataFrame:
    typed = _measurement(extract)
    return cells(typed, phase=~typed.given["phase"] & ~typed.given["date"])


def episode_not_found(extract: Extract) -> pd.DataFrame:
    typed = _measurement(extract)
    there = pd.MultiIndex.from_frame(extract.episode.values[CASE])
    here = pd.MultiIndex.from_frame(typed.values[CASE])
    known = typed.values[CASE].notna().all(axis=1)
    return cells(typed, episode_id=known & ~here.isin(there))


# --- uppgifter om uttaget


def _facts(extract: Extract) -> Typed:
    assert extract.facts is not None  # the rules of the facts are not run without them
    return extract.facts


def period_is_backwards(extract: Extract) -> pd.DataFrame:
    facts = _facts(extract)
    return cells(facts, period_end=facts.values["period_start"] > facts.values["period_end"])


def fact_unreadable(extract: Extract) -> pd.DataFrame:
    facts = _facts(extract)
    names = [item.name for item in EXTRACT if item.kind != "text" and item.name in facts.present]
    return unreadable(facts, names)


def denominator_too_small(extract: Extract) -> pd.DataFrame:
    facts = _facts(extract)
    persons = extract.episode.values["person"].nunique()
    return cells(facts, denominator=facts.values["denominator"] < persons)

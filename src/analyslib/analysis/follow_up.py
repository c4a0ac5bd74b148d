"""From the rows of extracts to cases, pairs and returns: what the questions are asked of.

A case is everything that is done for one person in one matter in one service area, whatever the
number of insatser. Every classification is complete: each case falls in exactly one class of
it, so that the classes always add up to the cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyslib.analysis.reliable_change import reliable_change_criterion
from analyslib.analysis.time_to_event import YEAR, last_complete_closing
from analyslib.measures import Measure


YEARS = 3
SEXES = ("K", "M")
# Half a year and a year: a coarse grid, so that no step tells of one person's date.
DAYS = (183, 365)
ENDINGS = {
    "mal_helt": "plan",
    "mal_delvis": "plan",
    "planenligt": "plan",
    "avbrott_brukare": "brukaren",
    "avbrott_verksamhet": "verksamheten",
}
CASE = ["extract_id", "municipality", "service_area", "person", "episode_id"]


@dataclass(frozen=True)
class FollowUp:
    """Everything that is counted: cases, insatser, pairs of measurements, closings.

    `cases`: one row = one case that began in the period. `insatser`: one row = one insats of
    such a case. `pairs`: one row = one finished case and one measure that its service area uses.
    `closings`: one row = one person whose last contact was closed in a half-year that has been
    followed for a whole year. `years`: the calendar years of the period; `window`: the half-year
    of the KKiK definition.
    """

    cases: pd.DataFrame
    insatser: pd.DataFrame
    pairs: pd.DataFrame
    closings: pd.DataFrame
    years: tuple[int, ...]
    window: str


def build_follow_up(
    episodes: pd.DataFrame, measurements: pd.DataFrame, measures: Mapping[str, Measure]
) -> FollowUp:
    """All that the questions are asked of, from the tables of the analyst's database."""
    last = int(episodes["started"].dt.year.max()) if len(episodes) else 0
    years = tuple(range(last - YEARS + 1, last + 1)) if last else ()
    within = episodes[episodes["started"].dt.year.isin(years)]
    cases = build_cases(within)
    closings, window = build_closings(episodes)
    return FollowUp(
        cases=cases,
        insatser=within.merge(cases[[*CASE, "is_ended"]], on=CASE),
        pairs=build_pairs(cases, measurements, measures),
        closings=closings,
        years=years,
        window=window,
    )


def build_cases(episodes: pd.DataFrame) -> pd.DataFrame:
    """One row per case from one row per insats. A case is open while any of its insatser is.

    Columns: CASE, sex (K or M), age_group, reason, started, ended, extraction_date, is_ended,
    year, quarter, and the classes goal, ending, satisfaction and time.
    """
    rows = episodes.sort_values([*CASE, "ended"], kind="stable", na_position="last")
    grouped = rows.groupby(CASE, sort=True)
    cases = grouped.agg(
        sex=("sex", "first"),
        age_group=("age_group", "first"),
        reason=("reason", "first"),
        started=("started", "min"),
        last_end=("ended", "max"),
        n_ended=("ended", "count"),
        n_insatser=("started", "size"),
        goal=("goal", "last"),
        ending=("end_reason", "last"),
        satisfaction=("satisfaction", "last"),
        extraction_date=("extraction_date", "first"),
    ).reset_index()
    cases["is_ended"] = cases["n_ended"] == cases["n_insatser"]
    cases["ended"] = cases["last_end"].where(cases["is_ended"])
    return _with_classes(cases).drop(columns=["last_end", "n_ended", "n_insatser"])


def _with_classes(cases: pd.DataFrame) -> pd.DataFrame:
    started = cases["started"]
    satisfied = pd.cut(cases["satisfaction"], [0, 2, 3, 5], labels=["missnojd", "varken", "nojd"])
    return cases.assign(
        sex=two_sexes(cases["sex"], cases["person"]),
        year=started.dt.year.astype(str),
        quarter=started.dt.year.astype(str) + "K" + started.dt.quarter.astype(str),
        goal=cases["goal"].where(cases["goal"].isin(["helt", "delvis", "inte"]), "ej_bedomt"),
        ending=cases["ending"].map(ENDINGS).fillna("ovrigt"),
        satisfaction=satisfied.astype("object").where(satisfied.notna(), "ej_svarat"),
        time=time_classes(cases),
    )


def two_sexes(sex: pd.Series, person: pd.Series) -> pd.Series:
    """Women and men. The few whose sex is another or unknown count too: each falls in one of the
    two groups by chance (the same one always), since a group of their own would be so small that
    it gave them away."""
    drawn = np.where(pd.util.hash_array(person.to_numpy(dtype=object)) % 2 == 0, *SEXES)
    return sex.where(sex.isin(SEXES), drawn)


def time_classes(cases: pd.DataFrame) -> pd.Series:
    """How long each case lasted ("slut1" to "slut3"), or has lasted so far ("kvar1" to "kvar3")."""
    until = cases["ended"].where(cases["is_ended"], cases["extraction_date"])
    days = (until - cases["started"]).dt.days
    band = np.searchsorted(DAYS, days.to_numpy(), side="left") + 1
    kind = np.where(cases["is_ended"], "slut", "kvar")
    return pd.Series([f"{k}{b}" for k, b in zip(kind, band, strict=True)], index=cases.index)


# --- before and after


def build_pairs(
    cases: pd.DataFrame, measurements: pd.DataFrame, measures: Mapping[str, Measure]
) -> pd.DataFrame:
    """One row per finished case and measure that its municipality uses in its service area.

    Columns: CASE, sex, measure, subscale, before, after (NaN where not measured) and change:
    better, same, worse, missing; reliably_better and reliably_worse where the measure tells.
    """
    ended = cases[cases["is_ended"]]
    values = _first_and_last(measurements)
    used = values[["municipality", "service_area", "measure", "subscale"]].drop_duplicates()
    expected = ended[[*CASE, "sex"]].merge(used, on=["municipality", "service_area"])
    pairs = expected.merge(values, on=[*CASE, "measure", "subscale"], how="left")
    return pairs.assign(change=_changes(pairs, measures))


def _first_and_last(measurements: pd.DataFrame) -> pd.DataFrame:
    """The value at start and the value at the end, per case, measure and subscale.

    Where a file states no phase, the first date is the start and the last another is the end.
    """
    key = [*CASE, "measure", "subscale"]
    rows = measurements[measurements["value"].notna()].sort_values("date", kind="stable")
    day = rows.groupby(key)["date"]
    unstated = rows["phase"].isna()
    first = rows["date"] == day.transform("min")
    last = (rows["date"] == day.transform("max")) & ~first
    is_start = rows["phase"].eq("start") | (unstated & first)
    is_end = rows["phase"].eq("avslut") | (unstated & last)
    before = rows[is_start].groupby(key)["value"].first().rename("before")
    after = rows[is_end].groupby(key)["value"].last().rename("after")
    return pd.concat([before, after], axis=1).reset_index()


def _changes(pairs: pd.DataFrame, measures: Mapping[str, Measure]) -> pd.Series:
    """The class of every pair. One criterion for all municipalities: the published number of
    points, or the spread at start of everybody who was measured then."""
    change = pd.Series("missing", index=pairs.index, dtype="object")
    for (name, part), rows in pairs.groupby(["measure", "subscale"]):
        measure = measures[str(name)]
        gain = (rows["after"] - rows["before"]) * (1 if is_high_better(measure, str(part)) else -1)
        limit = reliable_points(measure, rows["before"].dropna())
        change[gain.index[gain > 0]] = "better"
        change[gain.index[gain == 0]] = "same"
        change[gain.index[gain < 0]] = "worse"
        if limit is not None:
            change[gain.index[gain >= limit]] = "reliably_better"
            change[gain.index[gain <= -limit]] = "reliably_worse"
    return change


def is_high_better(measure: Measure, subscale: str) -> bool:
    part = measure.subscale(subscale)
    return (part.direction if part else measure.direction) == "high"


def reliable_points(measure: Measure, before: pd.Series) -> float | None:
    """The smallest change that is more than the noise of the measure; None where unknown."""
    if measure.reliable_change is not None:
        return measure.reliable_change.points
    if measure.reliability is None or len(before) < 2 or before.nunique() < 2:
        return None
    criterion = reliable_change_criterion(float(before.std()), measure.reliability.value, True)
    return float(np.nextafter(criterion.points, np.inf))


# --- back within a year


def build_closings(episodes: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Who was closed in each half-year that has been followed for a year, and who came back.

    The KKiK rule, half-year by half-year: the last time in it that every contact of the person in
    the service area was closed; back is a new formal investigation (or case) within a year. The
    second value is the newest first half-year, which KKiK asks for ("" where there is none).
    """
    rows = _contacts(episodes)
    found = []
    for half in _half_years(rows):
        window = (half.start_time.date(), (half + 1).end_time.date())
        closed = last_complete_closing(rows, window).merge(
            rows[["person", "extraction_date", *PLACE]].drop_duplicates("person"), on="person"
        )
        whole = closed["extraction_date"] >= pd.Timestamp(window[1]) + pd.Timedelta(days=YEAR)
        name = f"{half.year}H{1 if half.quarter == 1 else 2}"
        found.append(closed[whole].assign(half_year=name))
    closings = pd.concat(found, ignore_index=True) if found else _no_closings()
    firsts = sorted(name for name in closings["half_year"].unique() if name.endswith("H1"))
    return _with_return(closings, rows), firsts[-1] if firsts else ""


PLACE = ["municipality", "service_area"]


def _contacts(episodes: pd.DataFrame) -> pd.DataFrame:
    """The episodes with a person key that means the same person in the same service area."""
    person = episodes["extract_id"] + "|" + episodes["service_area"] + "|" + episodes["person"]
    opened = episodes["opened"].fillna(episodes["started"])
    columns = [*PLACE, "ended", "readmitted", "extraction_date"]
    return episodes[columns].assign(person=person, opened=opened)


def _half_years(rows: pd.DataFrame) -> list[pd.Period]:
    """The first quarter of every half-year in which anybody was closed."""
    ended = rows["ended"].dropna()
    if ended.empty:
        return []
    quarters = pd.period_range(f"{ended.min().year}Q1", f"{ended.max().year}Q4", freq="Q")
    return list(quarters[::2])


def _no_closings() -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.Series(dtype="object") for name in ("person", *PLACE, "half_year")}
        | {name: pd.Series(dtype="datetime64[us]") for name in ("closed", "extraction_date")}
    )


def _with_return(closings: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    again = pd.concat(
        [
            rows[["person", "opened"]].rename(columns={"opened": "back"}),
            rows[["person", "readmitted"]].rename(columns={"readmitted": "back"}),
        ]
    ).dropna()
    pairs = closings.reset_index().merge(again, on="person")
    later = pairs[pairs["back"] > pairs["closed"]].groupby("index")["back"].min()
    wait = (later.reindex(closings.index) - closings["closed"]).dt.days
    return closings.assign(returned=np.where(wait <= YEAR, "tillbaka", "borta"))

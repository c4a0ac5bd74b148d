"""What is counted, as data: one theme for each table of the national list of questions.

A theme classifies one kind of unit (a case, a finished case, an insats, a pair of measurements, a
closing). What the page says about it, in which order and words, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analyslib.analysis.follow_up import FollowUp


MOST_NAMES = 6
FEWEST_OF_A_NAME = 10
OTHER = "övriga"
UNDIVIDED = "ej delat"
KKIK, OTHER_WINDOW = "kkik", "annat"


@dataclass(frozen=True)
class Theme:
    """One table. `unit`: which frame of FollowUp is counted; `column`: the class.

    `base`: the status of the cases whose numbers the classes add up to ("" where they add up to
    something else). `groups`: sums of classes printed beside them; in `only_groups` themes
    single classes are printed for whole municipalities only. `is_local`: the classes are the
    municipality's own words, so nothing is summed over municipalities. `is_sensitive`: that all of a
    small group belong to one class says something about each of them.
    """

    id: str
    unit: str
    column: str
    base: str = ""
    by_sex: bool = False
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_local: bool = False
    is_sensitive: bool = False


CASES, ENDED = "alla", "avslutad"

STATUS = Theme("underlag", "cases", "status")
CHANGE = Theme("forandring", "pairs", "change", ENDED, by_sex=True, is_sensitive=True)
TIME = Theme("tid", "cases", "time", CASES)
INFLOW = Theme("inflode", "cases", "quarter", CASES)
RETURN = Theme("aterkomst", "closings", "returned", is_sensitive=True)
THEMES = (
    Theme("alder", "cases", "age_group", CASES),
    Theme("orsak", "cases", "reason", CASES, is_local=True, is_sensitive=True),
    INFLOW,
    Theme("insats", "insatser", "insats", is_local=True),
    TIME,
    Theme("avslut", "ended", "ending", ENDED, is_sensitive=True),
    CHANGE,
    Theme("mal", "ended", "goal", ENDED, by_sex=True, is_sensitive=True),
    Theme("nojdhet", "ended", "satisfaction", ENDED, by_sex=True, is_sensitive=True),
    RETURN,
)

RELIABLE = {"better": "reliably_better", "worse": "reliably_worse"}


def units_of(theme: Theme, follow_up: FollowUp) -> pd.DataFrame:
    """One row per unit: municipality, service_area, sex, class (and window for closings)."""
    if theme.unit == "closings":
        rows = follow_up.closings
        window = np.where(rows["half_year"] == follow_up.window, KKIK, OTHER_WINDOW)
        return _columns(rows.assign(sex=UNDIVIDED, window=window), theme, ["window"])
    if theme.unit == "pairs":
        return _columns(follow_up.pairs.assign(service_area=subjects(follow_up.pairs)), theme)
    rows = follow_up.insatser if theme.unit == "insatser" else follow_up.cases
    rows = rows[rows["is_ended"]] if theme.unit == "ended" else rows
    if theme.id == "underlag":
        rows = rows.assign(status=np.where(rows["is_ended"], ENDED, "pagar"))
    return _columns(_with_few_names(rows, theme) if theme.is_local else rows, theme)


def _columns(rows: pd.DataFrame, theme: Theme, more: list[str] | None = None) -> pd.DataFrame:
    columns = ["municipality", "service_area", "sex", theme.column, *(more or [])]
    return rows[columns].rename(columns={theme.column: "class"})


def subjects(pairs: pd.DataFrame) -> pd.Series:
    """What is measured in a service area, as one text: "missbruk/audit/"."""
    return pairs["service_area"] + "/" + pairs["measure"] + "/" + pairs["subscale"]


def area_of(subject: str) -> str:
    return subject.partition("/")[0]


def _with_few_names(rows: pd.DataFrame, theme: Theme) -> pd.DataFrame:
    """The municipality's most common names per service area; the rest are one class."""
    names = rows[theme.column].fillna(OTHER)
    by = [rows["municipality"], rows["service_area"], names]
    size = names.groupby(by).transform("size")
    ranked = pd.DataFrame({"m": by[0], "a": by[1], "name": names, "size": size}).drop_duplicates()
    ranked = ranked.sort_values(["size", "name"], ascending=[False, True])
    kept = ranked[ranked["size"] >= FEWEST_OF_A_NAME].groupby(["m", "a"]).head(MOST_NAMES)
    known = set(zip(kept["m"], kept["a"], kept["name"], strict=True))
    is_kept = [key in known for key in zip(*by, strict=True)]
    return rows.assign(**{theme.column: names.where(pd.Series(is_kept, index=rows.index), OTHER)})


def groups_of(theme: Theme, classes: set[str]) -> dict[str, tuple[str, ...]]:
    """Sums of classes that the theme prints beside them, among the classes that there are."""
    if theme.id == "forandring" and classes & set(RELIABLE.values()):
        return {f"{name}_all": (name, reliable) for name, reliable in RELIABLE.items()}
    if theme.id == "inflode":
        years = sorted({quarter[:4] for quarter in classes})
        return {year: tuple(sorted(q for q in classes if q[:4] == year)) for year in years}
    return {}


def count_units(units: pd.DataFrame) -> pd.DataFrame:
    """One row per combination, with ``count``: what the gate calls atoms."""
    keys = list(units.columns)
    return units.groupby(keys, sort=True, observed=True).size().rename("count").reset_index()

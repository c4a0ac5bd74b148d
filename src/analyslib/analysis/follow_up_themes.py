"""What is counted, as data: one theme for each table of the national list of questions.

A theme classifies one kind of unit (a case, a finished case, an insats, a pair of measurements, a
closing). What the page says about it, in which order and words, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyslib.analysis.follow_up import DAYS, FollowUp


MOST_NAMES = 6
FEWEST_OF_A_NAME = 10
OTHER = "övriga"
KKIK, OTHER_WINDOW = "kkik", "annat"


@dataclass(frozen=True)
class Theme:
    """One table. `unit`: which frame of FollowUp is counted; `column`: the class.

    `base`: the classes add up to the finished cases of each block, or to what else is named here
    ("" to nothing that any other theme shows). `by_sex`: also women and men of the county.
    `is_local`: the classes are the municipality's own words, so nothing is summed over
    municipalities. `is_sensitive`: that all of a small group belong to one class, or none, says
    something about each of them; `unanswered`: the class of those nothing is known of. `classes`:
    those that there can be, whether anyone is in them or not (none named: what the files have).
    """

    id: str
    unit: str
    column: str
    base: str = ""
    by_sex: bool = False
    is_local: bool = False
    is_sensitive: bool = False
    unanswered: str = ""
    classes: tuple[str, ...] = ()


ENDED, BEGUN = "avslutade", "paborjade"

# The finished cases of each block: the ground that the others stand on.
BASIS = Theme("underlag", "ended", "state")
SEX = Theme("kon", "ended", "sex", ENDED)
INFLOW = Theme("inflode", "cases", "quarter")
TIME = Theme("tid", "cases", "time", BEGUN)
CHANGE = Theme(
    "forandring",
    "pairs",
    "change",
    ENDED,
    by_sex=True,
    is_sensitive=True,
    unanswered="missing",
    classes=("better", "same", "worse", "missing"),
)
RETURN = Theme(
    "aterkomst", "closings", "returned", is_sensitive=True, classes=("borta", "tillbaka")
)
ENDING = Theme(
    "avslut",
    "ended",
    "ending",
    ENDED,
    is_sensitive=True,
    classes=("plan", "brukaren", "verksamheten", "ovrigt"),
)
GOAL = Theme(
    "mal",
    "ended",
    "goal",
    ENDED,
    by_sex=True,
    is_sensitive=True,
    unanswered="ej_bedomt",
    classes=("helt", "delvis", "inte", "ej_bedomt"),
)
SATISFACTION = Theme(
    "nojdhet",
    "ended",
    "satisfaction",
    ENDED,
    by_sex=True,
    is_sensitive=True,
    unanswered="ej_svarat",
    classes=("nojd", "varken", "missnojd", "ej_svarat"),
)
OTHERS = (
    Theme("alder", "ended", "age_group", ENDED),
    Theme("orsak", "ended", "reason", ENDED, is_local=True, is_sensitive=True),
    Theme("insats", "insatser", "insats", is_local=True),
    ENDING,
    CHANGE,
    GOAL,
    SATISFACTION,
    RETURN,
)
THEMES = {theme.id: theme for theme in (BASIS, SEX, INFLOW, TIME, *OTHERS)}

RELIABLE = {"better": "reliably_better", "worse": "reliably_worse"}
TIME_GROUPS = {
    kind: tuple(f"{kind}{band}" for band in range(1, len(DAYS) + 2)) for kind in ("slut", "kvar")
}


def units_of(theme: Theme, follow_up: FollowUp) -> pd.DataFrame:
    """One row per unit: municipality, service_area, sex, class (and window for closings)."""
    if theme.unit == "closings":
        rows = follow_up.closings
        window = np.where(rows["half_year"] == follow_up.window, KKIK, OTHER_WINDOW)
        return _columns(rows.assign(sex="", window=window), theme, ["window"])
    if theme.unit == "pairs":
        return _columns(follow_up.pairs.assign(service_area=subjects(follow_up.pairs)), theme)
    rows = follow_up.insatser if theme.unit == "insatser" else follow_up.cases
    rows = rows[rows["is_ended"]] if theme.unit == "ended" else rows
    if theme is BASIS:
        rows = rows.assign(state=ENDED)
    return _columns(_with_few_names(rows, theme) if theme.is_local else rows, theme)


def _columns(rows: pd.DataFrame, theme: Theme, more: Sequence[str] = ()) -> pd.DataFrame:
    found = rows[["municipality", "service_area", "sex", *more]].copy()
    return found.assign(**{"class": rows[theme.column]})


def subjects(pairs: pd.DataFrame) -> pd.Series:
    """What is measured in a service area, as one text: "missbruk/audit/"."""
    return pairs["service_area"] + "/" + pairs["measure"] + "/" + pairs["subscale"]


def area_of(subject: str) -> str:
    return subject.partition("/")[0]


def measure_of(subject: str) -> str:
    return subject.split("/")[1]


def _with_few_names(rows: pd.DataFrame, theme: Theme) -> pd.DataFrame:
    """The municipality's most common names per service area; the rest are one class, and as many
    as any name: who knows that a name is told from ten cases would else know of the few others."""
    names = rows[theme.column].fillna(OTHER)
    known = pd.DataFrame({"m": rows["municipality"], "a": rows["service_area"], "name": names})
    size = known.groupby(["m", "a", "name"]).size().rename("size").reset_index()
    size = size[size["size"] >= FEWEST_OF_A_NAME]
    size = size.sort_values(["size", "name"], ascending=[False, True])
    kept = size[size["name"] != OTHER].groupby(["m", "a"]).head(MOST_NAMES).assign(kept=True)
    kept = kept[~(_is_last(kept) & _leaves_few(known, kept))]
    is_kept = known.merge(kept, on=["m", "a", "name"], how="left")["kept"].notna().to_numpy()
    return rows.assign(**{theme.column: names.where(is_kept, OTHER)})


def _is_last(kept: pd.DataFrame) -> pd.Series:
    """True for the smallest name of each block."""
    return ~kept.duplicated(["m", "a"], keep="last")


def _leaves_few(known: pd.DataFrame, kept: pd.DataFrame) -> pd.Series:
    """True for the names of blocks where the others would be fewer than any name may be."""
    everybody = known.groupby(["m", "a"]).size()
    rest = everybody.sub(kept.groupby(["m", "a"])["size"].sum(), fill_value=0)
    few = rest[(rest > 0) & (rest < FEWEST_OF_A_NAME)].index
    return pd.Series(pd.MultiIndex.from_frame(kept[["m", "a"]]).isin(few), index=kept.index)


def groups_of(theme: Theme, classes: set[str]) -> dict[str, tuple[str, ...]]:
    """Sums of classes that the theme prints beside them, among the classes that there are."""
    if theme is CHANGE and classes & set(RELIABLE.values()):
        return {f"{name}_all": (name, reliable) for name, reliable in RELIABLE.items()}
    if theme is INFLOW:
        years = sorted({quarter[:4] for quarter in classes})
        return {year: tuple(sorted(q for q in classes if q[:4] == year)) for year in years}
    return dict(TIME_GROUPS) if theme is TIME else {}


def count_units(units: pd.DataFrame) -> pd.DataFrame:
    """One row per combination, with ``count``: what the gate calls atoms."""
    keys = list(units.columns)
    return units.groupby(keys, sort=True, observed=True).size().rename("count").reset_index()

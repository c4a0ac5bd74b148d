"""What can be said from numbers that are out: shares, intervals, bounds, answers, limits.

Everything here is computed from printed counts alone, so it can tell nothing that the counts do
not. A frame of counts has layout, municipality, service_area, sex, class ("alla" for a total),
count and status; a hidden count is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from analyslib.analysis.follow_up_themes import CHANGE, INFLOW, RELIABLE, THEMES, TIME
from analyslib.analysis.outcomes import FEWEST_CHANGED_PAIRS
from analyslib.analysis.process_control import xmr_limits
from analyslib.analysis.results import Answer
from analyslib.analysis.statistics import Floats, wilson


TOTAL = "alla"
KEYS = ["layout", "municipality", "service_area", "sex"]
SMALLEST_SHARE = 10  # per cent of fewer persons than this says less than the counts
FEWEST_LEFT = 10  # where fewer are still followed the curve is cut, whatever the limit is
FEWEST_QUARTERS = 8
Z95 = 1.959963984540054
SHARED = ("avslut", "mal", "nojdhet", "aterkomst", "kkik", "kon", "insats", "orsak", "alder")
FAVOURABLE = {"forandring": ("better",), "mal": ("helt", "delvis"), "nojdhet": ("nojd",)}

Row = dict[str, object]


def summarise_counts(counts: pd.DataFrame) -> pd.DataFrame:
    """Every statistic that follows from the printed counts: KEYS, class, name, value, n.

    Names: share, share_low, share_high (per cent); worst, best (bounds of the share that got
    better); left_6, left_12 with _low and _high (per cent still in the intervention);
    difference, difference_low, difference_high (women minus men, percentage points); mean, low
    and high (limits of a quarter's new cases).
    """
    # str.partition gives no columns at all where nobody has delivered
    theme = counts["layout"].str.replace(r"^(kon_)?(kkik_)?|-.*$", "", regex=True)
    parts = [
        summarise_shares(counts[theme.isin(SHARED)]),
        summarise_changes(counts[theme == CHANGE.id]),
        summarise_durations(counts[theme == TIME.id]),
        summarise_differences(counts[counts["layout"].str.startswith("kon_")]),
        summarise_inflow(counts[theme == INFLOW.id]),
    ]
    return pd.concat(parts, ignore_index=True)


def _long(frame: pd.DataFrame, names: tuple[str, ...], n: str = "n") -> pd.DataFrame:
    """One row per statistic; those that are missing are left out."""
    keys = [*KEYS, "class"]
    parts = [
        frame[[*keys, n]].rename(columns={n: "n"}).assign(name=name, value=frame[name])
        for name in names
    ]
    found = pd.concat(parts, ignore_index=True)
    return found[found["value"].notna()].astype({"value": float})


def _with_interval(frame: pd.DataFrame, count: str, n: str) -> pd.DataFrame:
    """Shares in whole per cent with Wilson's interval, where there are enough to share."""
    known = frame[frame[count].notna() & (frame[n] >= SMALLEST_SHARE)]
    x, size = known[count].to_numpy(float), known[n].to_numpy(float)
    low, high = wilson(x, size)
    return known.assign(
        share=whole(100 * x / size), share_low=whole(100 * low), share_high=whole(100 * high)
    )


def whole(percent: ArrayLike) -> Floats:
    """Rounded to whole numbers, halves upwards as people do."""
    return np.asarray(np.floor(np.asarray(percent, float) + 0.5), dtype=float)


SHARE_NAMES = ("share", "share_low", "share_high")


def summarise_shares(counts: pd.DataFrame) -> pd.DataFrame:
    """The share of each class among all of its cell."""
    total = counts[counts["class"] == TOTAL][[*KEYS, "count"]].rename(columns={"count": "n"})
    parts = counts[counts["class"] != TOTAL].merge(total.drop_duplicates(KEYS), on=KEYS)
    return _long(_with_interval(parts, "count", "n"), SHARE_NAMES)


# --- before and after


def measured(counts: pd.DataFrame) -> pd.DataFrame:
    """One row per cell of the theme of change: better, same, worse, missing, expected, and n, the
    pairs measured both before and after (missing where anything of it is hidden)."""
    wide = counts.pivot_table(
        index=KEYS, columns="class", values="count", aggfunc="first", dropna=False, observed=True
    )
    wide = wide.reindex(columns=[*_CHANGES, TOTAL]).astype("Float64")
    for name, reliable in RELIABLE.items():
        wide[name] = wide[f"{name}_all"].fillna(wide[name]) if reliable in wide else wide[name]
    wide["n"] = wide["better"] + wide["same"] + wide["worse"]
    wide["n"] = wide["n"].fillna(wide[TOTAL] - wide["missing"])
    return wide.rename(columns={TOTAL: "expected"}).reset_index()


_CHANGES = (
    *("better", "better_all", "reliably_better", "same"),
    *("worse", "worse_all", "reliably_worse", "missing"),
)


def summarise_changes(counts: pd.DataFrame) -> pd.DataFrame:
    """Shares among those measured, the share that is missing, and how far it could matter."""
    cells = measured(counts)
    found = [
        _long(_with_interval(cells.assign(**{"class": name}), name, "n"), SHARE_NAMES)
        for name in ("better", "same", "worse", *RELIABLE.values())
    ]
    missing = _with_interval(cells.assign(**{"class": "missing"}), "missing", "expected")
    found.append(_long(missing, SHARE_NAMES, "expected"))
    bounds = cells[cells["expected"] >= SMALLEST_SHARE].dropna(subset=["better", "missing"])
    better, lost, all_ = (bounds[c].to_numpy(float) for c in ("better", "missing", "expected"))
    bounds = bounds.assign(
        worst=whole(100 * better / all_), best=whole(100 * (better + lost) / all_)
    )
    found.append(_long(bounds.assign(**{"class": "better"}), ("worst", "best"), "expected"))
    sizes = cells[cells["n"].notna()].assign(measured=cells["n"])
    sizes["class"] = TOTAL
    found.append(_long(sizes, ("measured",)))
    return pd.concat(found, ignore_index=True)


def answer_change(better: float | None, worse: float | None) -> Answer:
    """Did more get better than worse, more than chance would give? The exact sign test; with fewer
    than six changed it can never tell, and neither can it where a count is hidden."""
    if better is None or worse is None or better + worse < FEWEST_CHANGED_PAIRS:
        return Answer.CANNOT_BE_JUDGED
    if stats.binomtest(int(better), int(better + worse)).pvalue >= 0.05:
        return Answer.NO_CERTAIN_DIFFERENCE
    return Answer.BETTER if better > worse else Answer.WORSE


# --- how long


@dataclass(frozen=True)
class LifeTable:
    """Shares still in the intervention at the ends of the bands, with log-log intervals."""

    left: list[float]
    low: list[float]
    high: list[float]


def life_table(ended: list[float], open_: list[float]) -> LifeTable:
    """The actuarial estimate: open cases count half of the band in which they are followed."""
    at_risk, share, greenwood = sum(ended) + sum(open_), 1.0, 0.0
    found = LifeTable([], [], [])
    for gone, still in zip(ended, open_, strict=True):
        exposed = at_risk - still / 2
        share *= 1 - gone / exposed if exposed else np.nan
        greenwood += gone / (exposed * (exposed - gone)) if exposed > gone else np.nan
        spread = Z95 * np.sqrt(greenwood) / abs(np.log(share)) if 0 < share < 1 else np.nan
        found.left.append(share)
        found.low.append(share ** np.exp(spread))
        found.high.append(share ** np.exp(-spread))
        at_risk -= gone + still
    return found


def summarise_durations(counts: pd.DataFrame) -> pd.DataFrame:
    """Still in the intervention after half a year and a year, where every number that it takes is
    printed, at least ten cases are behind it and as many are still followed."""
    wide = counts.pivot_table(
        index=KEYS, columns="class", values="count", aggfunc="first", dropna=False, observed=True
    ).reset_index()
    rows: list[Row] = []
    for cell in wide.to_dict("records"):
        rows += _duration_rows(cell)
    return pd.DataFrame(rows, columns=[*KEYS, "class", "n", "name", "value"])


def _duration_rows(cell: dict[Any, Any]) -> Iterator[Row]:
    head = {key: cell[key] for key in KEYS} | {"class": TOTAL, "n": cell.get(TOTAL)}
    for bands, name in ((1, "left_6"), (2, "left_12")):
        ended = _numbers(cell, [f"slut{i + 1}" for i in range(bands)])
        open_ = _numbers(cell, [f"kvar{i + 1}" for i in range(bands)])
        total = _numbers(cell, [TOTAL])
        if ended is None or open_ is None or total is None or total[0] < SMALLEST_SHARE:
            return
        rest = total[0] - sum(ended) - sum(open_)
        if rest < FEWEST_LEFT:
            return
        table = life_table([*ended, 0.0], [*open_, rest])
        for suffix, values in (("", table.left), ("_low", table.low), ("_high", table.high)):
            value = values[bands - 1]
            if np.isfinite(value):
                yield {**head, "name": name + suffix, "value": float(whole(100 * value))}


def _numbers(cell: dict[str, object], names: list[str]) -> list[float] | None:
    """These counts; None where any of them is hidden."""
    found = pd.Series([cell.get(name) for name in names], dtype="Float64")
    return None if found.isna().any() else found.astype(float).tolist()


# --- women and men


def summarise_differences(counts: pd.DataFrame) -> pd.DataFrame:
    """Women's share minus men's of the favourable classes, with Newcombe's interval (method 10)."""
    rows: list[Row] = []
    for (layout, area), cell in counts.groupby(["layout", "service_area"], sort=False):
        theme = str(layout).removeprefix("kon_").partition("-")[0]
        sides = [_favourable(cell[cell["sex"] == sex], theme) for sex in ("K", "M")]
        if any(side is None or side[1] < SMALLEST_SHARE for side in sides):
            continue
        (x1, n1), (x2, n2) = (side for side in sides if side is not None)
        value, low, high = difference_of_shares(x1, n1, x2, n2)
        head = {"layout": layout, "municipality": TOTAL, "service_area": area, "sex": TOTAL}
        for name, number in (("", value), ("_low", low), ("_high", high)):
            rows.append(
                {
                    **head,
                    "class": FAVOURABLE[theme][0],
                    "n": n1 + n2,
                    "name": f"difference{name}",
                    "value": float(whole(100 * number)),
                }
            )
    return pd.DataFrame(rows, columns=[*KEYS, "class", "n", "name", "value"])


def _favourable(cell: pd.DataFrame, theme: str) -> tuple[float, float] | None:
    """How many of how many; None where a number that it takes is hidden."""
    counts = dict(zip(cell["class"], cell["count"], strict=True))
    names = [f"{n}_all" if f"{n}_all" in counts else n for n in FAVOURABLE[theme]]
    left_out = THEMES[theme].unanswered
    nobody: dict[str, object] = dict.fromkeys((*names, left_out), 0)
    known = _numbers(nobody | counts, [*names, TOTAL, left_out])
    return None if known is None else (sum(known[:-2]), known[-2] - known[-1])


def difference_of_shares(x1: float, n1: float, x2: float, n2: float) -> tuple[float, float, float]:
    """Difference of two independent proportions with Newcombe's hybrid score interval."""
    p1, p2 = x1 / n1, x2 / n2
    (l1, u1), (l2, u2) = (tuple(map(float, wilson(x, n))) for x, n in ((x1, n1), (x2, n2)))
    low = p1 - p2 - float(np.hypot(p1 - l1, u2 - p2))
    high = p1 - p2 + float(np.hypot(u1 - p1, p2 - l2))
    return p1 - p2, low, high


# --- new cases


def summarise_inflow(counts: pd.DataFrame) -> pd.DataFrame:
    """Mean and limits of new cases per quarter; a hidden quarter is a gap."""
    quarters = counts[counts["class"].str.contains("K", regex=False)]
    rows: list[Row] = []
    for keys, cell in quarters.groupby(KEYS, sort=False):
        values = np.asarray(cell.sort_values("class")["count"].astype(float), dtype=float)
        if np.isfinite(values).sum() < FEWEST_QUARTERS:
            continue
        limits = xmr_limits(values)
        head = dict(zip(KEYS, keys, strict=True)) | {"class": TOTAL, "n": len(values)}
        for name in ("mean", "low", "high"):
            number = float(getattr(limits, name))
            if np.isfinite(number):
                rows.append({**head, "name": name, "value": round(number, 1)})
    return pd.DataFrame(rows, columns=[*KEYS, "class", "n", "name", "value"])

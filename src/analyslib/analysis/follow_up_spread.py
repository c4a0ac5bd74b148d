"""What takes the rows of pairs themselves: Svensson's measures, the typical change, the lost.

These do not follow from printed counts, so they are computed for groups that are large enough, and
coarsely rounded; who may have which is for the gate to say.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analyslib.analysis.attrition import standardised_difference
from analyslib.analysis.follow_up import is_high_better
from analyslib.analysis.follow_up_themes import subjects
from analyslib.analysis.outcomes import FEWEST_CHANGED_PAIRS, hodges_lehmann, transition_matrix
from analyslib.analysis.svensson import summarise_svensson
from analyslib.measures import Measure


Z95 = 1.959963984540054
HALF = 2  # changes are given in half points


def summarise_pairs(
    pairs: pd.DataFrame, measures: Mapping[str, Measure], fewest: int
) -> pd.DataFrame:
    """Statistics of each measure in each municipality and in all of them ("alla").

    One row = one statistic: municipality, service_area (the subject), name, value, n. Names: rp,
    rp_low, rp_high, rc, rv (Svensson; positive rp is for the better), shift, shift_low, shift_high
    (typical change in points, after minus before), smd (start values of those measured at the end
    minus those lost). Groups of fewer than `fewest` have none.
    """
    rows = pairs.assign(subject=subjects(pairs))
    everybody = rows.assign(municipality="alla")
    found = [
        {"municipality": place, "service_area": subject, "name": name, "value": value, "n": n}
        for (place, subject), group in pd.concat([rows, everybody]).groupby(
            ["municipality", "subject"]
        )
        for name, value, n in _statistics(group, measures, fewest)
    ]
    return pd.DataFrame(found, columns=["municipality", "service_area", "name", "value", "n"])


def _statistics(
    group: pd.DataFrame, measures: Mapping[str, Measure], fewest: int
) -> list[tuple[str, float, int]]:
    first = group.iloc[0]
    is_high = is_high_better(measures[str(first["measure"])], str(first["subscale"]))
    both = group[group["before"].notna() & group["after"].notna()]
    lost = group[group["before"].notna() & group["after"].isna()]
    found = []
    if len(both) >= fewest:
        found += _position(both, 1 if is_high else -1) + _shift(both)
    if min(len(both), len(lost)) >= fewest:
        smd = standardised_difference(both["before"], lost["before"])
        found += [("smd", round(smd, 1))] if smd is not None else []
    return [(name, value, len(both)) for name, value in found]


def _position(both: pd.DataFrame, sign: int) -> list[tuple[str, float]]:
    before, after = both["before"].to_numpy(float), both["after"].to_numpy(float)
    levels = np.unique(np.concatenate([before, after]))
    found = summarise_svensson(transition_matrix(before, after, levels))
    margin = Z95 * found.rp_se
    return [
        ("rp", round(sign * found.rp, 2)),
        ("rp_low", round(max(sign * found.rp - margin, -1.0), 2)),
        ("rp_high", round(min(sign * found.rp + margin, 1.0), 2)),
        ("rc", round(found.rc, 1)),
        ("rv", round(found.rv, 1)),
    ]


def _shift(both: pd.DataFrame) -> list[tuple[str, float]]:
    difference = (both["after"] - both["before"]).to_numpy(float)
    if (difference != 0).sum() < FEWEST_CHANGED_PAIRS:
        return []
    middle, (low, high) = hodges_lehmann(difference)
    names = ("shift", "shift_low", "shift_high")
    return [(n, round(v * HALF) / HALF) for n, v in zip(names, (middle, low, high), strict=True)]

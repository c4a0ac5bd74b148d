"""Beyond one comparison: does the answer depend on the peers, whom to phone, women and men."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from analyslib.analysis.comparison import compare
from analyslib.analysis.intervals import add_intervals
from analyslib.analysis.ranks import standard_errors
from analyslib.analysis.results import (
    Answer,
    Comparison,
    Exemplar,
    ReferenceKind,
    Sensitivity,
    Trend,
)
from analyslib.catalogue import Indicator


# the groups whose agreement is counted; unweighted_mean stands in where Riket has no value
PEER_GROUPS = (
    ReferenceKind.RIKET,
    ReferenceKind.COUNTY,
    ReferenceKind.SKR_GROUP,
    ReferenceKind.SIMILAR,
)
KEYS = ["kpi", "municipality", "year", "gender"]


def sensitivity(
    comparison: Comparison,
    others: Iterable[Comparison],
    groups: tuple[ReferenceKind, ...] = PEER_GROUPS,
) -> Sensitivity:
    """In which of the peer groups the answer of `comparison` holds.

    `others` may hold anything; only the same number against the `groups` counts, and only where
    it could be judged.
    """
    answers = {
        other.reference.kind: other.answer
        for other in (*others, comparison)
        if _same_number(other, comparison) and other.answer is not Answer.CANNOT_BE_JUDGED
    }
    if ReferenceKind.RIKET in groups and ReferenceKind.RIKET not in answers:
        groups = tuple(
            ReferenceKind.UNWEIGHTED_MEAN if kind is ReferenceKind.RIKET else kind
            for kind in groups
        )
    judged = [kind for kind in groups if kind in answers]
    return Sensitivity(
        kpi=comparison.kpi,
        municipality=comparison.municipality,
        year=comparison.year,
        gender=comparison.gender,
        answer=comparison.answer,
        agrees=tuple(kind for kind in judged if answers[kind] is comparison.answer),
        differs=tuple(kind for kind in judged if answers[kind] is not comparison.answer),
    )


def _same_number(one: Comparison, other: Comparison) -> bool:
    return all(getattr(one, key) == getattr(other, key) for key in KEYS)


def compare_with_each(
    observations: pd.DataFrame,
    members: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    year: int,
) -> pd.DataFrame:
    """Each member's value against the asking municipality's own, as `compare` gives it.

    One row = one indicator, asking municipality and member: `municipality` is the member and
    ``reference_group_id`` the asking one. `members` has the columns municipality (who asks) and
    member. Both sides' uncertainty counts.
    """
    asking = _with_errors(observations, indicators, year).rename(columns={"municipality": "asking"})
    references = members.rename(columns={"municipality": "asking", "member": "municipality"})
    references = references[["asking", "municipality"]].merge(asking, on="asking")
    references = references.assign(
        kind=str(ReferenceKind.MUNICIPALITY),
        label="",
        weighted=False,
        n_members=1,
        n_possible=1,
        group_id=references["asking"],
    )
    met = compare(observations, references, indicators, years=[year])
    return met[met["reference_group_id"] != ""].reset_index(drop=True)


def _with_errors(
    observations: pd.DataFrame, indicators: Mapping[str, Indicator], year: int
) -> pd.DataFrame:
    """The values of a year with their standard errors as `spread`, where they have one."""
    known = add_intervals(observations, indicators)
    error = standard_errors(known["low"], known["high"])
    rows = known.assign(spread=error)[known["year"] == year]
    return rows[[*KEYS, "value", "spread"]].dropna()


def exemplars(comparisons: Iterable[Comparison], trends: Iterable[Trend]) -> list[Exemplar]:
    """Whom to phone: who is certainly better and not certainly getting worse.

    `comparisons` are those of `compare_with_each`. Those who are also improving come first, then
    the most certain and the largest difference.
    """
    course = {(item.kpi, item.municipality, item.gender): item for item in trends}
    found = []
    for item in comparisons:
        own = course.get((item.kpi, item.municipality, item.gender))
        if item.answer is Answer.BETTER and not (own and own.answer is Answer.WORSE):
            improving = own is not None and own.answer is Answer.BETTER
            found.append(Exemplar(item.reference.group_id, item, own, improving))
    return sorted(found, key=_worth_a_call)


def _worth_a_call(item: Exemplar) -> tuple[bool, float, float, str]:
    difference = abs(item.comparison.difference or 0.0)
    return (
        not item.improving,
        -item.comparison.certain,
        -difference,
        item.comparison.municipality,
    )


def compare_women_with_men(
    observations: pd.DataFrame, indicators: Mapping[str, Indicator], year: int
) -> pd.DataFrame:
    """The women's value against the men's in the same municipality, as `compare` gives it."""
    men = _with_errors(observations[observations["gender"] == "M"], indicators, year)
    references = men.assign(
        gender="K",
        kind=str(ReferenceKind.MEN),
        label="",
        weighted=False,
        n_members=1,
        n_possible=1,
    )
    women = observations[observations["gender"] == "K"]
    return compare(women, references, indicators, years=[year])

"""What a report should say first: at most five findings.

A finding is chosen by certainty x size x direction x change, and spread over the areas. It holds
the comparison and the trend it rests on, and nothing in words: the sentences are made elsewhere
from these numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from analyslib.analysis.peers import sensitivity
from analyslib.analysis.results import (
    Answer,
    Comparison,
    Exemplar,
    Reason,
    ReferenceKind,
    Sensitivity,
    Trend,
)
from analyslib.analysis.statistics import benjamini_hochberg
from analyslib.catalogue import Indicator


MAX_FINDINGS = 5
MAX_EXEMPLARS = 3
FALSE_DISCOVERIES = 0.05
# the reference a finding is told against: the first of these where it can be judged
LEAD = (
    ReferenceKind.SIMILAR,
    ReferenceKind.SKR_GROUP,
    ReferenceKind.UNWEIGHTED_MEAN,
    ReferenceKind.RIKET,
    ReferenceKind.COUNTY,
    ReferenceKind.NETWORK,
)
CERTAIN = frozenset((Answer.BETTER, Answer.WORSE, Answer.HIGHER, Answer.LOWER))
LARGEST = 3.0  # standard deviations among municipalities: beyond this a value is just far off


class FindingKind(StrEnum):
    POSITION = "position"  # certainly different from the peers
    COURSE = "course"  # certainly rising or falling, but not certainly different
    WOMEN_MEN = "women_men"  # certainly different for women and men


@dataclass(frozen=True)
class Finding:
    """One thing worth the meeting's time, with every number its sentence needs.

    `comparison` is against the leading reference (for WOMEN_MEN: the women against the men);
    `history` against the own years before. `holds` is True where the comparison stands also when
    all the report's comparisons are counted (Benjamini-Hochberg). `favourable` is None where the
    indicator has no direction. `size` counts standard deviations among municipalities.
    """

    kind: FindingKind
    kpi: str
    area: str
    aspect: str
    comparison: Comparison
    trend: Trend | None
    history: Comparison | None
    sensitivity: Sensitivity | None
    exemplars: tuple[Exemplar, ...]
    holds: bool
    favourable: bool | None
    size: float
    score: float


def choose_findings(
    comparisons: Iterable[Comparison],
    trends: Iterable[Trend],
    indicators: Mapping[str, Indicator],
    exemplars: Iterable[Exemplar] = (),
    limit: int = MAX_FINDINGS,
) -> tuple[Finding, ...]:
    """The findings of one municipality and year, the most important first.

    `comparisons` are all of the municipality's own, against every reference (own history and
    women against men, too). The same input gives the same findings, whatever its order.
    """
    by_number = _by_number(comparisons)
    course = {(item.kpi, item.gender): item for item in trends}
    calls = _by_kpi(exemplars)
    leads = {key: lead for key, group in by_number.items() if (lead := _lead(group))}
    holding = _holding(leads.values())
    found = [
        _finding(lead, by_number[key], course.get(key), calls, key in holding, indicators)
        for key, lead in sorted(leads.items())
        if indicators[lead.kpi].aspect != "background"
    ]
    return _spread_out([item for item in found if item is not None and item.score > 0], limit)


Key = tuple[str, str]


def _by_number(comparisons: Iterable[Comparison]) -> dict[Key, dict[ReferenceKind, Comparison]]:
    """Every comparison of the total, and of women against men, by number and reference."""
    groups: dict[Key, dict[ReferenceKind, Comparison]] = {}
    for item in comparisons:
        kind = item.reference.kind
        if item.gender == "T" or kind is ReferenceKind.MEN:
            groups.setdefault((item.kpi, item.gender), {})[kind] = item
    return groups


def _by_kpi(exemplars: Iterable[Exemplar]) -> dict[str, list[Exemplar]]:
    calls: dict[str, list[Exemplar]] = {}
    for item in exemplars:
        if item.comparison.gender == "T":
            calls.setdefault(item.comparison.kpi, []).append(item)
    return calls


def _lead(group: Mapping[ReferenceKind, Comparison]) -> Comparison | None:
    for kind in (*LEAD, ReferenceKind.MEN):
        if kind in group and group[kind].answer is not Answer.CANNOT_BE_JUDGED:
            return group[kind]
    return None


def _holding(leads: Iterable[Comparison]) -> set[Key]:
    """The comparisons that stand when all of them are counted."""
    tested = [(item.kpi, item.gender, item.p) for item in leads if item.p is not None]
    rates = benjamini_hochberg([p for _, _, p in tested])
    return {
        (kpi, gender)
        for (kpi, gender, _), rate in zip(tested, rates, strict=True)
        if rate <= FALSE_DISCOVERIES
    }


def _finding(
    lead: Comparison,
    group: Mapping[ReferenceKind, Comparison],
    course: Trend | None,
    calls: Mapping[str, list[Exemplar]],
    holds: bool,
    indicators: Mapping[str, Indicator],
) -> Finding | None:
    kind = _kind(lead, course)
    if kind is None:
        return None
    indicator = indicators[lead.kpi]
    spread = _spread(group)
    answer = course.answer if course and kind is FindingKind.COURSE else lead.answer
    size = _size(kind, lead, course, spread)
    agreement = None if kind is FindingKind.WOMEN_MEN else sensitivity(lead, group.values())
    weight = (
        _certainty(kind, lead, course, holds) * min(size, LARGEST) * _change(kind, lead, course)
    )
    if agreement and kind is FindingKind.POSITION:
        weight *= agreement.holds_in / agreement.judged if agreement.judged else 1.0
    return Finding(
        kind=kind,
        kpi=lead.kpi,
        area=indicator.area,
        aspect=indicator.aspect,
        comparison=lead,
        trend=course,
        history=group.get(ReferenceKind.OWN_HISTORY),
        sensitivity=agreement,
        exemplars=tuple(calls.get(lead.kpi, ())[:MAX_EXEMPLARS]) if answer is Answer.WORSE else (),
        holds=holds,
        favourable=_favourable(answer) if kind is not FindingKind.WOMEN_MEN else None,
        size=size,
        score=weight * _direction(answer) * (1.2 if indicator.main else 1.0),
    )


def _kind(lead: Comparison, course: Trend | None) -> FindingKind | None:
    if lead.reference.kind is ReferenceKind.MEN:
        return FindingKind.WOMEN_MEN if lead.answer in CERTAIN else None
    if lead.answer in CERTAIN:
        return FindingKind.POSITION
    if course and course.answer in CERTAIN and course.reason is not Reason.CURRENT_PRICES:
        return FindingKind.COURSE
    return None


def _spread(group: Mapping[ReferenceKind, Comparison]) -> float | None:
    """The standard deviation among as many municipalities as there are."""
    known = [item.reference for kind, item in group.items() if kind in LEAD]
    known = [item for item in known if item.spread]
    return max(known, key=lambda item: item.n_members).spread if known else None


def _size(kind: FindingKind, lead: Comparison, course: Trend | None, spread: float | None) -> float:
    """Standard deviations among municipalities; 1 where nobody knows how much they differ."""
    if kind is FindingKind.COURSE and course and course.slope is not None:
        change = abs(course.slope) * (course.years[-1] - course.years[0])
        return change / spread if spread else 1.0
    if kind is FindingKind.WOMEN_MEN:
        middle = abs(lead.reference.value or 0.0) or 1.0
        return abs(lead.difference or 0.0) / middle * 2
    return abs(lead.difference or 0.0) / spread if spread else 1.0


def _certainty(kind: FindingKind, lead: Comparison, course: Trend | None, holds: bool) -> float:
    if kind is FindingKind.COURSE:
        return 0.6 if course and course.certain == 0.998 else 0.4
    return (1.0 if lead.certain == 0.998 else 0.6) * (1.0 if holds else 0.5)


def _direction(answer: Answer) -> float:
    return 1.0 if answer in (Answer.BETTER, Answer.WORSE) else 0.5


def _change(kind: FindingKind, lead: Comparison, course: Trend | None) -> float:
    """More weight to what moves on in the same direction, and to what is turning."""
    if kind is not FindingKind.POSITION or course is None or course.answer not in CERTAIN:
        return 1.0
    return 1.5 if course.answer is lead.answer else 1.3


def _favourable(answer: Answer) -> bool | None:
    return {Answer.BETTER: True, Answer.WORSE: False}.get(answer)


def _spread_out(found: list[Finding], limit: int) -> tuple[Finding, ...]:
    """The best first; each one chosen makes those that are like it weigh less: half in its area."""
    chosen: list[Finding] = []
    left = sorted(found, key=lambda item: (-item.score, item.kpi, item.kind))
    while left and len(chosen) < limit:
        best = max(left, key=lambda item: item.score * _novelty(item, chosen))
        chosen.append(best)
        left = [item for item in left if item.kpi != best.kpi]
    return tuple(chosen)


def _novelty(item: Finding, chosen: list[Finding]) -> float:
    area = sum(other.area == item.area for other in chosen)
    aspect = sum(other.aspect == item.aspect for other in chosen)
    twins = sum((other.area, other.aspect) == (item.area, item.aspect) for other in chosen)
    side = sum(other.favourable == item.favourable for other in chosen)
    kind = sum(other.kind == item.kind for other in chosen if item.kind != FindingKind.POSITION)
    again = 0.4 if item.aspect == "resources" else 0.8  # costs go together over the areas, too
    return 0.5**area * again**aspect * 0.25**twins * 0.75**side * 0.5**kind

"""Questions for the meeting, drawn from the findings.

In the spirit of Uppföljningsguiden's step Fokusera: the own history, others, risk, patterns, and
unmotivated differences between women and men. A question holds the finding it comes from and no
words: the sentence is made elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from analyslib.analysis.findings import CERTAIN, Finding, FindingKind
from analyslib.analysis.results import Answer


MAX_QUESTIONS = 5
DOUBTFUL = 5.0  # standard deviations among municipalities


class QuestionKind(StrEnum):
    CHECK = "check"  # so far from all others that the figure itself may be wrong
    RISK = "risk"  # worse than the peers, and getting worse
    LEARN = "learn"  # worse, and there is a similar municipality that is better: phone them
    OTHERS = "others"  # different from the peers: are the circumstances different?
    OWN_HISTORY = "own_history"  # a change of one's own: what has happened?
    WOMEN_MEN = "women_men"  # is the difference motivated?
    PATTERN = "pattern"  # two findings in one area: do they belong together or contradict?
    SHARE = "share"  # better than the peers: what can others learn?


@dataclass(frozen=True)
class Question:
    """`finding` is where it comes from; `other` is the second one of a pattern."""

    kind: QuestionKind
    finding: Finding
    other: Finding | None = None


def ask(findings: Sequence[Finding], limit: int = MAX_QUESTIONS) -> tuple[Question, ...]:
    """At most `limit` questions: as many kinds as the findings allow, then as many findings."""
    possible = [*_patterns(findings)]
    for finding in findings:
        possible.extend(_questions_of(finding))
    return _varied(possible, limit)


def _questions_of(finding: Finding) -> Iterator[Question]:
    """Every question a finding may raise, the most pressing first."""
    if finding.kind is FindingKind.WOMEN_MEN:
        yield Question(QuestionKind.WOMEN_MEN, finding)
        return
    answer = finding.comparison.answer
    worsening = finding.trend is not None and finding.trend.answer is Answer.WORSE
    if finding.kind is FindingKind.POSITION and finding.size >= DOUBTFUL:
        yield Question(QuestionKind.CHECK, finding)
    if answer is Answer.WORSE and worsening:
        yield Question(QuestionKind.RISK, finding)
    if finding.exemplars:
        yield Question(QuestionKind.LEARN, finding)
    if answer is Answer.BETTER:
        yield Question(QuestionKind.SHARE, finding)
    elif answer in CERTAIN:
        yield Question(QuestionKind.OTHERS, finding)
    if _has_changed(finding):
        yield Question(QuestionKind.OWN_HISTORY, finding)


def _has_changed(finding: Finding) -> bool:
    trend, history = finding.trend, finding.history
    return bool((trend and trend.answer in CERTAIN) or (history and history.answer in CERTAIN))


def _patterns(findings: Sequence[Finding]) -> Iterator[Question]:
    for one, other in combinations(findings, 2):
        if one.area == other.area and FindingKind.WOMEN_MEN not in (one.kind, other.kind):
            yield Question(QuestionKind.PATTERN, one, other)


def _varied(possible: list[Question], limit: int) -> tuple[Question, ...]:
    chosen: list[Question] = []
    order = list(QuestionKind)
    while possible and len(chosen) < limit:
        kinds = [question.kind for question in chosen]
        used = [question.finding.kpi for question in chosen]
        best = min(
            possible,
            key=lambda q: (kinds.count(q.kind), used.count(q.finding.kpi), order.index(q.kind)),
        )
        chosen.append(best)
        possible.remove(best)
    return tuple(chosen)

"""What to say first, and what to ask: one sentence function for each kind of finding and question.

Every number comes from the finding itself. Nothing is said about why: the tool shows how it
goes, and the meeting asks why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from analyslib.analysis.findings import Finding, FindingKind
from analyslib.analysis.questions import Question, QuestionKind
from analyslib.analysis.results import Comparison, Exemplar, Reason, Trend
from analyslib.catalogue import Indicator, load_catalogue
from analyslib.text.formats import (
    format_amount,
    format_in_year,
    format_list,
    format_pair,
    format_period,
    format_value,
)
from analyslib.text.sentences import (
    CERTAIN,
    VALUE_NOUNS,
    caveat_sentence,
    position_sentence,
    sensitivity_sentence,
    trend_sentence,
)
from analyslib.text.words import reference_words


Indicators = Mapping[str, Indicator]

MAY_BE_CHANCE = (
    "Det är en av många jämförelser i rapporten, så just den här kan ändå bero på slumpen."
)


def finding_sentence(finding: Finding, indicator: Indicator, place: str) -> str:
    """The finding as it stands in the summary.

    That it may be one of chance's many is said here, and so is a reservation of its own; what
    holds for most of the page (a whole population) is explained once there.
    """
    said = [f"{indicator.short} – {FINDINGS[finding.kind](finding, indicator, place)}"]
    if finding.sensitivity and finding.kind is FindingKind.POSITION:
        said.append(sensitivity_sentence(finding.sensitivity))
    if not finding.holds and finding.kind is not FindingKind.COURSE:
        said.append(MAY_BE_CHANCE)
    said += _reservations(finding)
    return " ".join(sentence for sentence in said if sentence)


def _reservations(finding: Finding) -> list[str]:
    """What the answers of this sentence stand on, where it is not what the page's others do."""
    told: list[Comparison | Trend] = []
    if finding.kind is not FindingKind.COURSE:
        told.append(finding.comparison)
    course = finding.trend if finding.kind is not FindingKind.WOMEN_MEN else None
    if course and course.answer in CERTAIN:
        told.append(course)
    own = [item for item in told if item.reason is not Reason.WHOLE_POPULATION]
    return list(dict.fromkeys(filter(None, map(caveat_sentence, own))))


def _position(finding: Finding, indicator: Indicator, place: str) -> str:
    text = position_sentence(finding.comparison, indicator, place)
    if finding.trend and finding.trend.answer in CERTAIN:
        return f"{text} {_course_clause(finding.trend, indicator)}."
    return text


def _course(finding: Finding, indicator: Indicator, place: str) -> str:
    if finding.trend is None:
        raise ValueError("a finding about a course without its trend")
    text = _lower(trend_sentence(finding.trend, indicator, place))
    other = finding.comparison.reference.value
    if other is None:
        return text
    words = reference_words(finding.comparison.reference)
    amount = format_amount(other, indicator)
    return f"{text} Jämfört med {words} ({amount}) finns ingen säkerställd skillnad."


def _women_men(finding: Finding, indicator: Indicator, place: str) -> str:
    both = _women_and_men(finding.comparison, indicator)
    then = format_in_year(both, indicator, finding.comparison.year)
    return f"i {place} {then}. Skillnaden är säkerställd."


FINDINGS: Mapping[FindingKind, Callable[[Finding, Indicator, str], str]] = {
    FindingKind.POSITION: _position,
    FindingKind.COURSE: _course,
    FindingKind.WOMEN_MEN: _women_men,
}


def question_sentence(question: Question, indicators: Indicators, place: str) -> str:
    """The question as it is put to the meeting: first what was seen, then what to ask."""
    return QUESTIONS[question.kind](question, indicators, place)


def _check(question: Question, indicators: Indicators, place: str) -> str:
    seen = _seen(question.finding, indicators, place)
    return f"{seen} Det är mycket långt från andra kommuner. Stämmer uppgiften?"


def _risk(question: Question, indicators: Indicators, place: str) -> str:
    seen = _seen(question.finding, indicators, place)
    return f"{seen} Dessutom går det åt fel håll. Vilka berörs mest, och vad behöver göras först?"


def _learn(question: Question, indicators: Indicators, place: str) -> str:
    indicator = indicators[question.finding.kpi]
    names = [_exemplar(exemplar, indicator) for exemplar in question.finding.exemplars]
    one = len(names) == 1
    who = "en liknande kommun som" if one else "liknande kommuner som"
    return (
        f"{indicator.short} – {format_list(names)} är {who} ligger säkerställt bättre till än "
        f"{place}. Vad gör {'den' if one else 'de'} annorlunda, och vem tar kontakt?"
    )


def _others(question: Question, indicators: Indicators, place: str) -> str:
    seen = _seen(question.finding, indicators, place)
    return f"{seen} Har {place} andra förutsättningar, eller arbetar man på ett annat sätt?"


def _own_history(question: Question, indicators: Indicators, place: str) -> str:
    finding = question.finding
    indicator = indicators[finding.kpi]
    if finding.trend and finding.trend.answer in CERTAIN:
        seen = f"{indicator.short} – {_lower(_course_clause(finding.trend, indicator))}"
    elif finding.history:
        seen = f"{indicator.short} – {_against(finding.history, indicator)}"
    else:
        raise ValueError("a question about own history without any")
    return f"{seen}. Vad har hänt i {place} under de åren?"


def _difference(question: Question, indicators: Indicators, place: str) -> str:
    finding = question.finding
    indicator = indicators[finding.kpi]
    return (
        f"{indicator.short} – {_women_and_men(finding.comparison, indicator)} i {place}. "
        "Är skillnaden motiverad av behoven, eller får kvinnor och män olika stöd?"
    )


def _pattern(question: Question, indicators: Indicators, place: str) -> str:
    if question.other is None:
        raise ValueError("a pattern takes two findings")
    one, other = indicators[question.finding.kpi], indicators[question.other.kpi]
    return (
        f"Både {_quoted(one)} och {_quoted(other)} sticker ut i {place}. "
        "Hänger de ihop, eller säger de emot varandra?"
    )


def _share(question: Question, indicators: Indicators, place: str) -> str:
    seen = _seen(question.finding, indicators, place)
    return f"{seen} Vad ligger bakom, och vad kan andra lära av {place}?"


QUESTIONS: Mapping[QuestionKind, Callable[[Question, Indicators, str], str]] = {
    QuestionKind.CHECK: _check,
    QuestionKind.RISK: _risk,
    QuestionKind.LEARN: _learn,
    QuestionKind.OTHERS: _others,
    QuestionKind.OWN_HISTORY: _own_history,
    QuestionKind.WOMEN_MEN: _difference,
    QuestionKind.PATTERN: _pattern,
    QuestionKind.SHARE: _share,
}


def _seen(finding: Finding, indicators: Indicators, place: str) -> str:
    indicator = indicators[finding.kpi]
    return f"{indicator.short} – {place} ligger {_against(finding.comparison, indicator)}."


def _against(comparison: Comparison, indicator: Indicator) -> str:
    """säkerställt högre än riket, 3,1 procent mot 2,9 procent"""
    own, other = comparison.value, comparison.reference.value
    if own is None or other is None:
        raise ValueError("a certain difference without its two values")
    side = "högre" if own > other else "lägre"
    sure = "säkerställt " if comparison.answer in CERTAIN else ""
    amounts = format_pair(own, other, indicator)
    return f"{sure}{side} än {reference_words(comparison.reference)}, {amounts}"


def _course_clause(trend: Trend, indicator: Indicator) -> str:
    """Andelen har ökat från 31,8 till 48,3 procent 2017-2022"""
    verb = "ökat" if (trend.slope or 0.0) > 0 else "minskat"
    ends = (
        f"från {format_value(trend.values[0], indicator)} "
        f"till {format_amount(trend.values[-1], indicator)}"
    )
    period = format_period(trend.years[0], trend.years[-1])
    return f"{VALUE_NOUNS[indicator.kind].capitalize()} har {verb} {ends} {period}"


def _exemplar(exemplar: Exemplar, indicator: Indicator) -> str:
    name = load_catalogue().municipalities[exemplar.comparison.municipality].name
    amount = format_amount(exemplar.comparison.value or 0.0, indicator)
    return f"{name} ({amount}, på väg åt rätt håll)" if exemplar.improving else f"{name} ({amount})"


def _women_and_men(comparison: Comparison, indicator: Indicator) -> str:
    """16 procent för kvinnor och 6 procent för män"""
    women, men = comparison.value, comparison.reference.value
    if women is None or men is None:
        raise ValueError("a difference between women and men without its two values")
    return (
        f"{format_amount(women, indicator)} för kvinnor och {format_amount(men, indicator)} för män"
    )


def _lower(sentence: str) -> str:
    """As it reads after a dash: only the first letter is touched."""
    return sentence[:1].lower() + sentence[1:]


def _quoted(indicator: Indicator) -> str:
    return f"”{indicator.short}”"

"""Sentences from result objects: one function per sentence, every number taken from the object.

"Ligger lägre än" states two numbers; whether the difference is more than chance is said in a
sentence of its own, and never left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analyslib.analysis.results import (
    Answer,
    Comparison,
    Reason,
    Sensitivity,
    Trend,
)
from analyslib.catalogue import Indicator
from analyslib.text.formats import (
    format_amount,
    format_count,
    format_difference,
    format_in_year,
    format_list,
    format_number,
    format_pair,
    format_period,
    format_value,
    with_decimals_to_differ,
)
from analyslib.text.words import (
    CAVEATS,
    DIRECTION_WORDS,
    REASON_WORDS,
    TREND_CAVEATS,
    reference_words,
)


CERTAIN = frozenset({Answer.BETTER, Answer.WORSE, Answer.HIGHER, Answer.LOWER})
COUNT_WORDS: Mapping[Answer, str] = {
    Answer.BETTER: "bättre",
    Answer.WORSE: "sämre",
    Answer.HIGHER: "högre",
    Answer.LOWER: "lägre",
    Answer.NO_CERTAIN_DIFFERENCE: "utan säker skillnad",
    Answer.CANNOT_BE_JUDGED: "som inte kan bedömas",
}
TREND_COUNT_WORDS: Mapping[Answer, str] = {
    Answer.BETTER: "som förbättras",
    Answer.WORSE: "som försämras",
    Answer.HIGHER: "som ökar",
    Answer.LOWER: "som minskar",
    Answer.NO_CERTAIN_DIFFERENCE: "utan säker förändring",
    Answer.CANNOT_BE_JUDGED: "som inte kan bedömas",
}


# What has increased or decreased: never the municipality itself.
VALUE_NOUNS: Mapping[str, str] = {
    "survey_share": "andelen",
    "register_share": "andelen",
    "rate": "antalet",
    "cost": "kostnaden",
    "index": "värdet",
    "coded": "svaret",
    "count": "antalet",
    "mean": "värdet",
}


def answers_sentence(counts: Mapping[Answer, int], singular: str, plural: str) -> str:
    """Av 12 nyckeltal är 3 bättre, 1 sämre, 6 utan säker skillnad och 2 som inte kan bedömas."""
    parts = [
        f"{format_number(counts[answer])} {words}"
        for answer, words in COUNT_WORDS.items()
        if counts.get(answer)
    ]
    total = format_count(sum(counts.values()), singular, plural)
    return f"Av {total} är {format_list(parts)}." if parts else f"Inga {plural} att visa."


def trends_sentence(counts: Mapping[Answer, int], singular: str, plural: str) -> str:
    """Av 12 nyckeltal är det 3 som förbättras, 1 som försämras och 8 utan säker förändring."""
    parts = [
        f"{format_number(counts[answer])} {words}"
        for answer, words in TREND_COUNT_WORDS.items()
        if counts.get(answer)
    ]
    total = format_count(sum(counts.values()), singular, plural)
    return f"Av {total} är det {format_list(parts)}." if parts else f"Inga {plural} att visa."


def position_sentence(comparison: Comparison, indicator: Indicator, place: str) -> str:
    """Where the place lies against the reference, and whether that is more than chance."""
    if comparison.value is None:
        return f"{place} saknar värde för {comparison.year}."
    reference = comparison.reference
    if comparison.answer in CERTAIN and reference.value is not None:
        # What is certainly different must not look the same.
        indicator = with_decimals_to_differ(comparison.value, reference.value, indicator)
    own = format_amount(comparison.value, indicator)
    if indicator.kind == "coded":
        return f"{place} har svarat {own} för {comparison.year}."
    if reference.value is None:
        then = format_in_year(own, indicator, comparison.year)
        return f"{place} har {then}. {_unjudged(comparison.reason)}"
    other = format_amount(reference.value, indicator)
    words = reference_words(reference)
    if own == other:
        then = format_in_year(own, indicator, comparison.year)
        where = f"{place} ligger på samma nivå som {words}: {then}."
    else:
        side = "högre" if comparison.value > reference.value else "lägre"
        both = format_pair(comparison.value, reference.value, indicator)
        then = format_in_year(both, indicator, comparison.year)
        where = f"{place} ligger {side} än {words}: {then}."
    return f"{where} {certainty_sentence(comparison, indicator)}"


def certainty_sentence(comparison: Comparison, indicator: Indicator) -> str:
    """Is the difference more than chance, and is it for the better?"""
    if comparison.answer == Answer.CANNOT_BE_JUDGED:
        return _unjudged(comparison.reason)
    if comparison.answer == Answer.NO_CERTAIN_DIFFERENCE:
        return "Skillnaden är inte större än att den kan bero på slumpen."
    if comparison.answer in (Answer.HIGHER, Answer.LOWER):
        return "Skillnaden är säkerställd. Nyckeltalet har ingen önskad riktning."
    return f"Skillnaden är säkerställd, och {DIRECTION_WORDS[indicator.direction]}."


def _unjudged(reason: Reason) -> str:
    why = REASON_WORDS.get(reason)
    return f"Det går inte att bedöma skillnaden: {why}." if why else "Skillnaden kan inte bedömas."


def caveat_sentence(result: Comparison | Trend) -> str:
    """The reservation beside an answer that was given; "" where there is none."""
    if result.answer == Answer.CANNOT_BE_JUDGED:
        return ""
    caveats = TREND_CAVEATS if isinstance(result, Trend) else CAVEATS
    return caveats.get(result.reason, "")


def sensitivity_sentence(sensitivity: Sensitivity) -> str:
    """How far the answer depends on whom one compares with."""
    if sensitivity.judged < 2:
        return ""
    if sensitivity.holds_in == sensitivity.judged:
        return f"Slutsatsen gäller i alla {sensitivity.judged} jämförelsegrupper."
    return f"Slutsatsen gäller i {sensitivity.holds_in} av {sensitivity.judged} jämförelsegrupper."


def trend_sentence(trend: Trend, indicator: Indicator, place: str) -> str:
    """How it has developed, by how much a year, and whether that is more than chance."""
    if not trend.values:
        return f"{place} saknar värden att följa över tid."
    if trend.answer == Answer.CANNOT_BE_JUDGED or trend.slope is None:
        why = REASON_WORDS.get(trend.reason, "")
        return f"Utvecklingen i {place} kan inte bedömas{': ' + why if why else ''}."
    noun = VALUE_NOUNS[indicator.kind]
    period = format_period(trend.years[0], trend.years[-1])
    ends = (
        f"från {format_value(trend.values[0], indicator)} "
        f"till {format_amount(trend.values[-1], indicator)}"
    )
    if trend.answer == Answer.NO_CERTAIN_DIFFERENCE:
        return (
            f"I {place} gick {noun} {ends} {period}. "
            "Förändringen är inte större än att den kan bero på slumpen."
        )
    verb = "ökat" if trend.slope > 0 else "minskat"
    return (
        f"I {place} har {noun} {verb} {ends} {period}, i snitt {format_pace(trend, indicator)} "
        f"per år. {_trend_certainty(trend, indicator)}"
    )


def format_pace(trend: Trend, indicator: Indicator) -> str:
    """The change per year, with the decimals it takes to not become nought."""
    slope = abs(trend.slope or 0.0)
    for extra in range(3):
        finer = replace(indicator, decimals=indicator.decimals + extra)
        if round(slope, finer.decimals) > 0:
            return format_difference(slope, finer)
    return format_difference(slope, finer)


def _trend_certainty(trend: Trend, indicator: Indicator) -> str:
    if trend.answer in (Answer.HIGHER, Answer.LOWER):
        return "Förändringen är säkerställd. Nyckeltalet har ingen önskad riktning."
    return f"Förändringen är säkerställd, och {DIRECTION_WORDS[indicator.direction]}."

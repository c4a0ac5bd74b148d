"""Net cost against reference cost, in words: every number is taken from the result object."""

from __future__ import annotations

from collections.abc import Sequence

from analyslib.analysis.costs import CERTAIN
from analyslib.analysis.intervals import MIN_YEARS
from analyslib.analysis.net_costs import METHOD_BREAK, NetCost
from analyslib.analysis.results import Answer, Reason
from analyslib.identities import Deviation
from analyslib.text.costs import because, in_sentence
from analyslib.text.formats import format_list, format_number, format_percent


YEARS_NEEDED = f"det behövs värden för minst {MIN_YEARS} år sedan modellen byttes {METHOD_BREAK}"


def model_sentence(first: int) -> str:
    """What the reference cost is, and which of the years from `first` can be compared."""
    broken = f"Modellen byttes {METHOD_BREAK}, så åren före och efter hör inte ihop. "
    return (
        "Referenskostnaden är vad kommunens struktur motiverar: ålder, ohälsa, avstånd och annat "
        f"som kommunen inte själv råder över. {broken if first < METHOD_BREAK else ''}"
        "Avvikelsen säger inget om kvalitet."
    )


def older_model_note(first: int) -> str:
    """Under the table; "" where every year from `first` is of today's model."""
    older = f"Åren före {METHOD_BREAK} är räknade med en annan modell."
    return older if first < METHOD_BREAK else ""


def net_costs_sentence(found: Sequence[tuple[Deviation, NetCost]], year: int) -> str:
    """The deviations of the year in one breath, as the figure shows them."""
    known = [
        f"{in_sentence(deviation.title)} {format_number(item.percent, 1, sign=True)}\u00a0procent"
        for deviation, item in found
        if item.percent is not None
    ]
    return f"Nettokostnaden {year} mot referenskostnaden: {format_list(known)}."


def net_cost_sentences(found: NetCost, deviation: Deviation, is_judged: bool = True) -> str:
    """The deviation of the year, its range since the model was replaced, and, where that is not
    said once for every area (see `too_few_years_sentence`), whether it is certain."""
    if found.percent is None:
        return f"{deviation.title}: ingen uppgift om avvikelsen för {found.year}."
    said = [f"{deviation.title}: nettokostnaden {found.year} var {_off(found)}."]
    since = found.since
    if len(since) > 1:
        low, high = (pick(value for _, value in since) for pick in (min, max))
        said.append(
            f"Sedan {since[0][0]} har avvikelsen legat mellan {format_number(low, 1, sign=True)} "
            f"och {format_number(high, 1, sign=True)}\u00a0procent."
        )
    return " ".join([*said, _deviation_answer(found)] if is_judged else said)


def too_few_years_sentence(found: Sequence[NetCost]) -> str:
    """Said once, where no area has enough years of today's model; else ""."""
    if len(found) < 2 or any(item.reason is not Reason.TOO_FEW_YEARS for item in found):
        return ""
    return f"För inget av områdena går det att bedöma om avvikelsen är säker: {YEARS_NEEDED}."


def _off(found: NetCost) -> str:
    assert found.percent is not None
    if round(abs(found.percent), 1) == 0:
        return "lika stor som referenskostnaden"
    side = "högre" if found.percent > 0 else "lägre"
    text = f"{format_percent(abs(found.percent))} {side} än referenskostnaden"
    if found.whole is None or abs(found.whole) < 50_000:
        return text
    return f"{text}, omkring {format_number(abs(found.whole) / 1e6, 1)} miljoner kronor"


def _deviation_answer(found: NetCost) -> str:
    if found.reason is Reason.TOO_FEW_YEARS:
        return f"Det går inte att bedöma om avvikelsen är säker: {YEARS_NEEDED}."
    if found.answer is Answer.CANNOT_BE_JUDGED:
        return f"Det går inte att bedöma om avvikelsen är säker{because(found.reason)}."
    if found.answer is Answer.NO_CERTAIN_DIFFERENCE:
        return "Avvikelsen är inte större än att den kan bero på hur den brukar variera."
    return "Avvikelsen är säkert skild från noll."


def net_reconcile_sentence(found: Sequence[tuple[Deviation, NetCost]]) -> str:
    """The question about the deviation that is certain, or else the largest."""
    known = [pair for pair in found if pair[1].percent is not None]
    if not known:
        return ""
    deviation, _ = max(
        known,
        key=lambda pair: (
            pair[1].answer in CERTAIN,
            abs(pair[1].percent or 0.0),
        ),
    )
    return (
        f"Stäm av avvikelsen för {in_sentence(deviation.title)} med {deviation.ask_whom}: vad är "
        "ambition, effektivitet och sådant som modellen inte ser, och hur ser kvaliteten ut för "
        "pengarna?"
    )

"""Net cost against reference cost, in words: every number is taken from the result object."""

from __future__ import annotations

from collections.abc import Sequence

from analyslib.analysis.costs import CERTAIN
from analyslib.analysis.net_costs import NetCost
from analyslib.analysis.results import Answer
from analyslib.identities import Deviation
from analyslib.text.costs import because, in_sentence
from analyslib.text.formats import format_list, format_number, format_percent


def net_costs_sentence(found: Sequence[tuple[Deviation, NetCost]], year: int) -> str:
    """The deviations of the year in one breath, as the figure shows them."""
    known = [
        f"{in_sentence(deviation.title)} {format_number(item.percent, 1, sign=True)}\u00a0procent"
        for deviation, item in found
        if item.percent is not None
    ]
    return f"Nettokostnaden {year} mot referenskostnaden: {format_list(known)}."


def net_cost_sentences(found: NetCost, deviation: Deviation) -> str:
    """The deviation of the year, its range since the model was replaced, and if it is certain."""
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
    return " ".join([*said, _deviation_answer(found)])


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

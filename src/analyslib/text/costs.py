"""What a cost is made of, in words: every number is taken from the result object.

"Volymen" is persons with the support per inhabitant. The sentences say how the difference is
made up, never why.
"""

from __future__ import annotations

from collections.abc import Mapping

from analyslib.analysis.costs import CERTAIN, JUDGED, Decomposition, Obstacle, Part, PartKind
from analyslib.analysis.results import Answer, Reason, ReferenceKind
from analyslib.identities import Candidate, Identity
from analyslib.text.formats import (
    format_count,
    format_kronor,
    format_list,
    format_number,
    format_percent,
)
from analyslib.text.words import ANSWER_SYMBOLS, ANSWER_WORDS, REASON_WORDS, TREND_WORDS


MARKED = 0.01  # one person moves the cost by this share or more: worth a warning
LEAST_SHARE = 0.0005  # less is no per cent with one decimal

SINGLE_PERSONS = "Är det enstaka personer eller insatser som har flyttat kostnaden?"
RECOGNISED = "Känner ni igen det, eller har något hänt som inte syns i siffrorna än?"

GROUP_WORDS: Mapping[ReferenceKind, str] = {
    ReferenceKind.SIMILAR: "liknande kommuner",
    ReferenceKind.NETWORK: "kommuner i nätverket",
    ReferenceKind.COUNTY: "kommuner i länet",
    ReferenceKind.SKR_GROUP: "kommuner i kommungruppen",
}
OBSTACLE_WORDS: Mapping[Obstacle, str] = {
    Obstacle.MISSING: "minst ett av de nyckeltal som behövs saknar värde",
    Obstacle.NO_USERS: "ingen hade stödet, eller så kostade det ingenting",
    Obstacle.NOT_HOLDING: "volym gånger kostnad per person ger inte kostnaden här, "
    "så något av nyckeltalen är felräknat eller mäts på ett annat sätt",
    Obstacle.BROKEN: "serien är bruten, så åren går inte att jämföra",
    Obstacle.NO_EARLIER: "inget tidigare år har alla de nyckeltal som behövs",
    Obstacle.TOO_FEW_PEERS: "för få kommuner i jämförelsen har de nyckeltal som behövs",
}
POSITION_ANSWERS: Mapping[Answer, str] = {
    Answer.HIGHER: "säkert högre",
    Answer.LOWER: "säkert lägre",
    Answer.NO_CERTAIN_DIFFERENCE: "ingen säker skillnad",
    Answer.CANNOT_BE_JUDGED: "kan inte bedömas",
}
VOLUME_ANSWERS: Mapping[Answer, str] = {
    Answer.HIGHER: "säker ökning",
    Answer.LOWER: "säker minskning",
    Answer.NO_CERTAIN_DIFFERENCE: "ingen säker förändring",
    Answer.CANNOT_BE_JUDGED: "kan inte bedömas",
}
PACE_WORDS: Mapping[Answer, str] = {
    Answer.HIGHER: "snabbare än i riket",
    Answer.LOWER: "långsammare än i riket",
}
PRICE_ANSWERS: Mapping[Answer, str] = {
    **VOLUME_ANSWERS,
    **{answer: f"säkert {words}" for answer, words in PACE_WORDS.items()},
}


def in_sentence(title: str) -> str:
    """ "Hemtjänst" inside a sentence is "hemtjänst", but "LSS-boende" stays as it is."""
    return title if title[1:2].isupper() else f"{title[:1].lower()}{title[1:]}"


def amount(effect: float) -> str:
    """+1 200 kronor, −80 kronor; what rounds to nothing is 0."""
    number = format_number(effect, sign=True)
    return f"{number}\u00a0{'krona' if number.strip('+−') == '1' else 'kronor'}"


def split_sentences(change: Decomposition, position: Decomposition, identity: Identity) -> str:
    """What a figure's caption and its alternative text say: both differences and their parts."""
    said = [change_sentence(change, identity), broken_sentence(change)]
    said.append(position_sentence(position, identity))
    return " ".join(sentence for sentence in said if sentence)


def change_sentence(change: Decomposition, identity: Identity) -> str:
    """How the cost has changed, and what the change is made of; each part with its certainty."""
    what = in_sentence(identity.title)
    start, end = change.start, change.end
    if start is None or end is None or change.obstacle is not Obstacle.NONE:
        why = why_not(change)
        return f"Hur kostnaden för {what} har ändrats går inte att dela upp: {why}."
    own = f"kommunens egen kostnad {identity.per_user}"
    if change.part(PartKind.NATIONAL_PRICE) is None:
        own = f"kostnaden {identity.per_user} i löpande priser"
    words = {
        PartKind.VOLUME: "volymen",
        PartKind.NATIONAL_PRICE: "kostnadsutvecklingen i riket",
        PartKind.PRICE: own,
        PartKind.RESIDUAL: "det som inte går att fördela",
    }
    return (
        f"År {end.year} var kostnaden för {what} {format_kronor(end.cost)} "
        f"{identity.per_inhabitant}, {_moved(change.difference)} {start.year}: "
        f"{_listed(change, words)}."
    )


def why_not(found: Decomposition) -> str:
    """Why a cost cannot be split; with the year, where a new way to measure is the reason."""
    if found.obstacle is Obstacle.BROKEN and found.broken is not None:
        return f"serien är bruten {found.broken}, så åren går inte att jämföra"
    return OBSTACLE_WORDS[found.obstacle]


def _moved(difference: float) -> str:
    if round(difference) == 0:
        return "lika mycket som"
    side = "mer än" if difference > 0 else "mindre än"
    return f"{format_kronor(abs(difference))} {side}"


def _listed(found: Decomposition, words: Mapping[PartKind, str]) -> str:
    pieces = []
    for part in told(found):
        certainty = "" if part.answer is None else f" ({_certainty(found, part.kind)[part.answer]})"
        pieces.append(f"{words[part.kind]} {amount(part.effect)}{certainty}")
    return format_list(pieces)


def _certainty(found: Decomposition, kind: PartKind) -> Mapping[Answer, str]:
    if found.kind is not ReferenceKind.OWN_HISTORY:
        return POSITION_ANSWERS
    return VOLUME_ANSWERS if kind is PartKind.VOLUME else PRICE_ANSWERS


def told(found: Decomposition) -> list[Part]:
    """The parts worth naming: a residual that rounds to nothing is none."""
    return [
        part
        for part in found.parts
        if part.kind is not PartKind.RESIDUAL or abs(part.effect) >= 0.5
    ]


def broken_sentence(change: Decomposition) -> str:
    """Why the years are so few, where a new way to measure is the reason."""
    if change.broken is None or change.start is None:
        return ""
    return f"Åren före {change.broken} mäts på ett annat sätt och går inte att jämföra."


def position_sentence(found: Decomposition, identity: Identity) -> str:
    """How the cost differs from other municipalities', and what the difference is made of."""
    start, end = found.start, found.end
    if start is None or end is None or found.obstacle is not Obstacle.NONE:
        why = why_not(found)
        return f"Mot andra kommuner går kostnaden inte att dela upp: {why}."
    words = {
        PartKind.VOLUME: "volymen",
        PartKind.PRICE: f"kostnaden {identity.per_user}",
        PartKind.RESIDUAL: "det som inte går att fördela",
    }
    compared = f"medelvärdet för {group_words(found)}"
    return f"{_beside(found.difference, compared)} {found.year}: {_listed(found, words)}."


def group_words(found: Decomposition) -> str:
    """7 liknande kommuner; 5 av 7 liknande kommuner."""
    if not found.n_members:
        return GROUP_WORDS[found.kind]
    number = format_number(found.n_members)
    if found.n_members < found.n_possible:
        number += f" av {format_number(found.n_possible)}"
    return f"{number} {GROUP_WORDS[found.kind]}"


def _beside(difference: float, compared: str) -> str:
    if round(difference) == 0:
        return f"Jämfört med {compared} är kostnaden lika stor"
    side = "högre" if difference > 0 else "lägre"
    return f"Jämfört med {compared} är kostnaden {format_kronor(abs(difference))} {side}"


def part_words(found: Decomposition, part: Part) -> str:
    """The answer in a word or two; "" where it is not a question. The own cost per person is held
    against the country's, so one that lags behind may still have risen."""
    if part.answer is None:
        return ""
    if found.kind is not ReferenceKind.OWN_HISTORY:
        return ANSWER_WORDS[part.answer]
    pace = PACE_WORDS.get(part.answer) if part.kind is PartKind.PRICE else None
    return pace or TREND_WORDS[part.answer]


def part_answer(found: Decomposition, part: Part | None) -> str:
    """The answer with its reason where there is none; a dash where it is not a question."""
    if part is None or part.answer is None:
        return "–"
    words = f"{ANSWER_SYMBOLS[part.answer]} {part_words(found, part)}"
    if part.answer is Answer.CANNOT_BE_JUDGED:
        words += because(part.reason)
    return words


def because(reason: Reason) -> str:
    """The reason after a colon; "" where there are no words for it."""
    words = REASON_WORDS.get(reason)
    return f": {words}" if words else ""


def one_person_sentence(change: Decomposition, identity: Identity) -> str:
    """What a single person means for the cost, computed; "" where the inhabitants are unknown."""
    end = change.end
    if end is None or end.one_person is None or end.share_of_one is None:
        return ""
    share = end.share_of_one
    percent = format_percent(100 * share) if share >= LEAST_SHARE else "mindre än 0,1\u00a0procent"
    text = (
        f"En {identity.user} mer eller mindre motsvarar omkring {format_kronor(end.one_person)} "
        f"{identity.per_inhabitant}, {percent} av kostnaden."
    )
    text += _persons(change)
    if share >= MARKED:
        text += " En enda insats kan alltså flytta siffran."
    return text


def _persons(change: Decomposition) -> str:
    """The volume part counted in persons."""
    start, end = change.start, change.end
    if start is None or end is None or not end.population:
        return ""
    persons = (end.volume - start.volume) * end.population
    number = round(abs(persons))
    if number == 0:
        return f" Volymdelen sedan {start.year} motsvarar mindre än en person."
    more = "fler" if persons > 0 else "färre"
    counted = format_count(number, "person", "personer")
    return (
        f" Volymdelen sedan {start.year} motsvarar omkring {counted} {more}, räknat på folkmängden "
        f"{end.year}."
    )


def reconcile_sentence(
    change: Decomposition,
    position: Decomposition,
    identity: Identity,
    whole: Answer | None = None,
) -> str:
    """The question to take home: about what is certain first, else about single persons.

    `whole` is the answer for the cost itself against the same municipalities.
    """
    lead = f"Stäm av med {identity.ask_whom}: "
    for found in (change, position):
        for kind in JUDGED:
            part = found.part(kind)
            if part is not None and part.answer in CERTAIN:
                what = _certain(found, part, identity)
                return f"{lead}{what}. Är det {_ask(kind, identity)} som ligger bakom?"
    if position.parts and whole in CERTAIN:
        side = "högre" if whole is Answer.HIGHER else "lägre"
        return (
            f"{lead}kostnaden är säkert {side} än hos {_others(position)}, men varken volymen "
            f"eller kostnaden {identity.per_user} är det för sig. Vad skiljer mest enligt er: hur "
            "många som får stödet, eller vad det kostar per person?"
        )
    share = change.end.share_of_one if change.end else None
    question = SINGLE_PERSONS if share is None or share >= MARKED else RECOGNISED
    return f"{lead}inget i uppdelningen är säkert mer än vanlig variation. {question}"


def _others(found: Decomposition) -> str:
    if found.kind is ReferenceKind.SIMILAR:
        return "liknande kommuner"
    return f"kommunerna {GROUP_WORDS[found.kind].removeprefix('kommuner ')}"


def _ask(kind: PartKind, identity: Identity) -> str:
    return identity.ask_volume if kind is PartKind.VOLUME else identity.ask_price


def _certain(found: Decomposition, part: Part, identity: Identity) -> str:
    up = part.answer is Answer.HIGHER
    volume = part.kind is PartKind.VOLUME
    if found.kind is ReferenceKind.OWN_HISTORY:
        assert found.start is not None
        if volume:
            return f"volymen har {'ökat' if up else 'minskat'} sedan {found.start.year}"
        pace = "snabbare" if up else "långsammare"
        return (
            f"kostnaden {identity.per_user} har utvecklats {pace} än i riket sedan "
            f"{found.start.year}"
        )
    noun = "volymen" if volume else f"kostnaden {identity.per_user}"
    side = "högre" if up else "lägre"
    return f"{noun} är {side} än hos {_others(found)}"


def check_sentence(identity: Identity) -> str:
    """How well the identity holds in the whole country, as it was measured."""
    check = identity.check
    assert check is not None
    exact = check.p95 < 0.0005
    how = (
        "med ett fel under 0,05 procent"
        if exact
        else f"med ett fel på högst {format_percent(100 * check.p95, 2)} i nitton fall av tjugo"
    )
    return (
        f"{identity.title}: prövat på {format_number(check.pairs)} kommunår "
        f"{check.first}\u2013{check.last} stämmer volym gånger kostnad per person {how}."
    )


def rejected_sentence(candidate: Candidate) -> str:
    """Why a proposed identity is not shown, with what it was off by."""
    check = candidate.check
    if check is None or check.holds:
        return f"{candidate.title}: {in_sentence(candidate.why_not)}"
    return (
        f"{candidate.title}: det typiska felet var {format_percent(100 * check.median, 0)} "
        f"(median av {format_number(check.pairs)} kommunår). {candidate.why_not}"
    )

"""The words of the individual follow-up, for people who work in social services.

Nothing here says why something happened, and nothing says a number that has not been released.
"""

from __future__ import annotations

from collections.abc import Mapping

from analyslib.analysis.results import Answer
from analyslib.text.formats import (
    format_count,
    format_interval,
    format_number,
)
from analyslib.text.words import ANSWER_WORDS, HIDDEN_WORD


CLASS_WORDS: Mapping[str, Mapping[str, str]] = {
    "kon": {"K": "kvinnor", "M": "män"},
    "avslut": {
        "plan": "enligt plan eller med målet nått",
        "brukaren": "avbrott på brukarens initiativ",
        "verksamheten": "avbrott på verksamhetens initiativ",
        "ovrigt": "flytt, avliden eller annat",
    },
    "mal": {
        "helt": "helt",
        "delvis": "delvis",
        "inte": "inte",
        "ej_bedomt": "ej bedömt",
    },
    "nojdhet": {
        "nojd": "nöjd",
        "varken": "varken eller",
        "missnojd": "missnöjd",
        "ej_svarat": "inget svar",
    },
    "aterkomst": {"borta": "inte tillbaka inom ett år", "tillbaka": "tillbaka inom ett år"},
}

HIDDEN_EXPLANATION = (
    f"Där det står ”{HIDDEN_WORD}” har talet tagits bort för att ingen ska kunna kännas igen. Det "
    "gäller alla tal som är mindre än {threshold}, och en del större tal som annars hade "
    "avslöjat ett litet. Det går inte att se vilka som är vilka. Ett dolt tal är aldrig noll."
)
TWO_SEXES = (
    "De få personer vars kön är annat eller okänt räknas med. För att de inte ska gå att känna "
    "igen har var och en förts slumpvis till gruppen kvinnor eller gruppen män."
)
REGRESSION = (
    "De flesta får stöd när det är som svårast. Då brukar det bli lättare även utan insats: det "
    "som är ovanligt dåligt en dag är ofta mindre dåligt nästa. En del av en förbättring är alltid "
    "sådan återgång. Siffrorna visar vad som har hänt, inte att insatsen är orsaken."
)
SVENSSON = (
    "Svenssons metod delar upp förändringen i två delar. Den gemensamma förskjutningen "
    "säger om gruppen som helhet har flyttat sig: {plus} betyder att alla har fått det bättre än "
    "någon hade före, 0 att gruppen står kvar och {minus} motsatsen. Den individuella variationen "
    "säger hur olika det har gått för olika personer: 0 betyder att alla har följt gruppen, och ju "
    "högre värde, desto fler har gått en egen väg. En stor individuell variation betyder att "
    "ett medelvärde döljer mycket."
).format(plus="+1", minus="−1")


def class_words(theme: str, name: str) -> str:
    """The words for a class; age groups, reasons and insatser are their own words."""
    return CLASS_WORDS.get(theme, {}).get(name, name.replace("-", "–"))


def basis_sentence(place: str, ended: int | None, years: tuple[int, ...], areas: int) -> str:
    """What the report rests on."""
    period = f"{years[0]}–{years[-1]}"
    where = "i en verksamhet" if areas == 1 else f"i {format_number(areas)} verksamheter"
    if ended is None:
        return f"Hur många ärenden som har avslutats i {place} är {HIDDEN_WORD}."
    cases = format_count(ended, "avslutat ärende", "avslutade ärenden")
    return f"Rapporten bygger på {cases} {where} i {place}, bland dem som började {period}."


def change_sentence(label: str, better: int, worse: int, measured: int | None) -> str:
    """What has happened with those who were measured twice, where it is more than chance."""
    of = f"av {format_number(measured)} " if measured is not None else ""
    return f"{label}: {format_number(better)} {of}har fått det bättre och {worse} sämre."


def answers_line(counts: Mapping[Answer, int]) -> str:
    """Av 11 mått: 2 bättre, 5 ingen säker skillnad, 4 kan inte bedömas."""
    order = (
        Answer.BETTER,
        Answer.WORSE,
        Answer.NO_CERTAIN_DIFFERENCE,
        Answer.CANNOT_BE_JUDGED,
    )
    parts = [f"{counts[a]} {ANSWER_WORDS[a]}" for a in order if counts.get(a)]
    total = format_count(sum(counts.values()), "mått", "mått")
    return f"Före och efter har jämförts med {total}: {', '.join(parts)}."


def lost_words(smd: float | None) -> str:
    """How those who were lost differed at the start, in words (Cohen's limits for balance)."""
    if smd is None:
        return "för få för att jämföra"
    if abs(smd) <= 0.1:
        return "lika vid start"
    size = "något" if abs(smd) <= 0.2 else "tydligt"
    return f"{size} {'lägre' if smd > 0 else 'högre'} värde vid start"


def days_words(share_6: float | None, share_12: float | None) -> str:
    """When half have been finished, as far as the coarse grid tells."""
    if share_6 is None:
        return ""
    if share_6 <= 50:
        return "Hälften av ärendena är avslutade inom ett halvår."
    if share_12 is None:
        return ""
    if share_12 <= 50:
        return "Hälften av ärendena är avslutade efter mellan ett halvår och ett år."
    return "Mer än hälften av ärendena pågår längre än ett år."


def svensson_words(rp: float, low: float, high: float) -> str:
    """The common shift in words."""
    if low > 0:
        return "gruppen har det bättre"
    if high < 0:
        return "gruppen har det sämre"
    return "ingen säker förskjutning"


def shift_words(shift: float | None, low: float | None, high: float | None) -> str:
    """The typical change in points with its interval."""
    if shift is None or low is None or high is None:
        return "–"
    return f"{format_number(shift, 1, sign=True)} ({format_interval(low, high, 1)})"


def difference_answer(low: float, high: float) -> Answer:
    """Women against men: higher, lower, or no certain difference."""
    if low > 0:
        return Answer.HIGHER
    return Answer.LOWER if high < 0 else Answer.NO_CERTAIN_DIFFERENCE

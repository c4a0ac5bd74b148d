"""The words of the individual follow-up, for people who work in social services.

Nothing here says why something happened, and nothing says a number that has not been released.
"""

from __future__ import annotations

from collections.abc import Mapping

from analyslib.analysis.results import Answer
from analyslib.text.formats import (
    NBSP,
    format_count,
    format_interval,
    format_list,
    format_number,
)
from analyslib.text.words import HIDDEN_WORD, format_answer


CLASS_WORDS: Mapping[str, Mapping[str, str]] = {
    "kon": {"K": "kvinnor", "M": "män"},
    "avslut": {
        "plan": "enligt plan",
        "brukaren": "brukaren avbröt",
        "verksamheten": "verksamheten avbröt",
        "ovrigt": "annat",
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
    "gäller alla tal mellan ett och {below}, och en del större tal som annars hade avslöjat ett "
    "litet. När ingen, eller alla, i en liten grupp har ett visst resultat är också det "
    "dolt, för det säger något om var och en. Det går inte att se vilket som är vilket. Ett streck "
    "i stället för en andel betyder att något av talen bakom den är dolt, eller att den gäller "
    "färre än tio."
)
ENDINGS_NOTE = (
    "Enligt plan: målet är helt eller delvis nått, eller insatsen har pågått så länge som var "
    "tänkt. Annat: flytt, dödsfall och övriga skäl."
)
NEWER_WAITS = (
    "Det finns ett nyare uttag, från den {day}. Det har så få nya ärenden att siffrorna skulle "
    "säga något om var och en av dem. Därför visar sidan samma uttag som förra gången, tills fler "
    "har tillkommit."
)
TWO_SEXES = (
    "De få personer vars kön är annat eller okänt räknas med. För att de inte ska gå att känna "
    "igen har var och en förts slumpvis till gruppen kvinnor eller gruppen män."
)
NEEDS = (
    "Behoven visas som orsaken till att ärendet startade, med kommunens egna ord. Hur stora de var "
    "när insatsen började och slutade syns under frågan om situationen har förändrats."
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


THEME_TITLES = {
    "underlag": "avslutade ärenden",
    "kon": "kvinnor och män",
    "inflode": "ärenden som började",
    "tid": "tid i insats",
    "alder": "ålder",
    "orsak": "varför ärendet startade",
    "insats": "insatser",
    "avslut": "hur ärendet avslutades",
    "forandring": "förändring",
    "mal": "mål",
    "nojdhet": "nöjdhet",
    "aterkomst": "återaktualisering",
}

ROUNDED_EXPLANATION = (
    "Talen för {place} är avrundade i stället för dolda, för att ingen ska kunna kännas igen: "
    "varje tal är en multipel av {base}. Summorna går ihop, men ett tal kan vara några personer "
    "för högt eller för lågt, och noll kan vara några få. Små skillnader betyder därför ingenting. "
    "Ingen osäkerhet räknas ut, och det går inte att bedöma om en förändring är säker. I länets "
    "tal är {place} inte med."
)
SMALL_NUMBERS = (
    *("ett", "två", "tre", "fyra", "fem", "sex"),
    *("sju", "åtta", "nio", "tio", "elva", "tolv"),
    *("tretton", "fjorton", "femton", "sexton", "sjutton", "arton", "nitton", "tjugo"),
)
BELOW = {3: "två", 4: "tre", 5: "fyra", 10: "nio"}
WHOLE = {3: "tre", 4: "fyra", 5: "fem", 10: "tio"}


def hidden_explanation(threshold: int) -> str:
    """What a hidden number is, and what a dash is."""
    return HIDDEN_EXPLANATION.format(below=BELOW[threshold])


def rounded_explanation(place: str, threshold: int) -> str:
    """What a rounded number is."""
    return ROUNDED_EXPLANATION.format(place=place, base=WHOLE[threshold])


def class_words(theme: str, name: str) -> str:
    """The words for a class; age groups, reasons and insatser are their own words."""
    return CLASS_WORDS.get(theme, {}).get(name, name.replace("-", "–"))


def basis_sentence(
    place: str, ended: int | None, years: tuple[int, ...], areas: int, is_rounded: bool = False
) -> str:
    """What the report rests on."""
    period = f"{years[0]}–{years[-1]}"
    where = "i en verksamhet" if areas == 1 else f"i {number_word(areas)} verksamheter"
    if ended is None:
        return f"Hur många ärenden som har avslutats i {place} är {HIDDEN_WORD}."
    cases = format_count(ended, "avslutat ärende", "avslutade ärenden")
    about = "ungefär " if is_rounded else ""
    return f"Rapporten bygger på {about}{cases} {where} i {place}, bland dem som började {period}."


def change_sentence(
    answer: Answer, label: str, better: int, worse: int, measured: int | None
) -> str:
    """What has happened with those who were measured twice, where it is more than chance."""
    of = f"av {format_number(measured)} " if measured is not None else ""
    said = f"{format_number(better)} {of}har fått det bättre och {format_number(worse)}{NBSP}sämre"
    return f"{format_answer(answer)} – {label}: {said}."


SAID = {
    Answer.BETTER: "visar att det har blivit bättre",
    Answer.WORSE: "visar att det har blivit sämre",
    Answer.NO_CERTAIN_DIFFERENCE: "visar ingen säker skillnad",
    Answer.CANNOT_BE_JUDGED: "går inte att bedöma",
}


def answers_line(counts: Mapping[Answer, int]) -> str:
    """Förändringen har mätts med elva mått: två visar att det har blivit bättre, nio går inte att
    bedöma."""
    parts = [
        f"{number_word(counts[answer])} {said}"
        for answer, said in SAID.items()
        if counts.get(answer)
    ]
    total = number_word(sum(counts.values()))
    return f"Förändringen har mätts med {total} mått: {format_list(parts)}."


def number_word(number: int) -> str:
    """A number of measures or service areas, not of persons: a small one as a word."""
    return SMALL_NUMBERS[number - 1] if 0 < number <= len(SMALL_NUMBERS) else format_number(number)


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

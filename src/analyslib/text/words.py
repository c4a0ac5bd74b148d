"""The words of results: answers, reasons, what is missing, what one compares with, sources.

Each wording has its only home here; figures, tables and sentences take it from here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from analyslib.analysis.results import Answer, Reason, Reference, ReferenceKind
from analyslib.catalogue import Indicator
from analyslib.text.formats import format_date, unit_words


ANSWER_WORDS: Mapping[Answer, str] = {
    Answer.BETTER: "bättre",
    Answer.WORSE: "sämre",
    Answer.HIGHER: "högre",
    Answer.LOWER: "lägre",
    Answer.NO_CERTAIN_DIFFERENCE: "ingen säker skillnad",
    Answer.CANNOT_BE_JUDGED: "kan inte bedömas",
}
ANSWER_SYMBOLS: Mapping[Answer, str] = {
    Answer.BETTER: "▲",
    Answer.WORSE: "▼",
    Answer.HIGHER: "△",
    Answer.LOWER: "▽",
    Answer.NO_CERTAIN_DIFFERENCE: "●",
    Answer.CANNOT_BE_JUDGED: "○",
}
# The same six answers about a development over time.
TREND_WORDS: Mapping[Answer, str] = {
    Answer.BETTER: "förbättras",
    Answer.WORSE: "försämras",
    Answer.HIGHER: "ökar",
    Answer.LOWER: "minskar",
    Answer.NO_CERTAIN_DIFFERENCE: "ingen säker förändring",
    Answer.CANNOT_BE_JUDGED: "kan inte bedömas",
}

# The kinds of nothing. The statuses are those of the store; "Not delivered" is a missing row.
STATUS_WORDS: Mapping[str, str] = {
    "Missing": "bortfall",
    "Not applicable": "ej tillämplig",
    "Privacy": "sekretess",
    "Not delivered": "ej levererat",
    "Unknown": "utan angiven orsak",
}
# A number about people that has been hidden, whatever the reason.
HIDDEN_WORD = "dolt"
STATUS_EXPLANATIONS: Mapping[str, str] = {
    "Missing": "Bortfall: uppgiften skulle ha lämnats men saknas.",
    "Not applicable": "Ej tillämplig: frågan gäller inte kommunen.",
    "Privacy": "Sekretess: för få personer för att visas.",
    "Not delivered": "Ej levererat: källan har ingen rad för kommunen det året.",
    "Unknown": "Utan angiven orsak: källan är tom och säger inte varför.",
}

REASON_WORDS: Mapping[Reason, str] = {
    Reason.N_UNKNOWN: "antalet personer bakom siffran är okänt",
    Reason.TOO_FEW_YEARS: "det finns för få år att jämföra",
    Reason.ORDINAL: "svaret är en kod och inget mått",
    Reason.BREAK_IN_SERIES: "serien är bruten, så åren går inte att jämföra",
    Reason.NO_VALUE: "kommunen saknar värde",
    Reason.NO_REFERENCE: "det finns inget att jämföra med",
    Reason.TOO_FEW_PEERS: "för få kommuner i jämförelsen har ett värde",
    Reason.NO_VARIATION: "värdet är detsamma alla år, så det finns ingen variation att mäta mot",
    Reason.SIZE_DEPENDENT: "antalet följer kommunens storlek",
    Reason.CURRENT_PRICES: "beloppen är i löpande priser och stiger med prisnivån",
}
WHOLE_POPULATION_CAVEAT = (
    "Siffran gäller alla berörda, inte ett urval. Bedömningen bygger därför på hur mycket värdet "
    "brukar variera mellan åren och mellan kommunerna."
)
# With what reservation an answer was given, where it was. What holds for most of a page, as the
# first one does, is explained once there and not in every sentence.
CAVEATS: Mapping[Reason, str] = {
    Reason.WHOLE_POPULATION: WHOLE_POPULATION_CAVEAT,
    Reason.N_UNKNOWN: "Antalet svar är okänt, så bedömningen bygger på hur mycket värdet brukar "
    "variera.",
    Reason.CURRENT_PRICES: "Beloppen är i löpande priser och följer även prisnivån.",
}
TREND_CAVEATS: Mapping[Reason, str] = {
    **CAVEATS,
    Reason.N_UNKNOWN: "Antalet svar är inte känt för alla år; förändringen är bedömd utan det.",
}

# After "lägre än": the reference as a person says it.
REFERENCE_WORDS: Mapping[ReferenceKind, str] = {
    ReferenceKind.RIKET: "riket",
    ReferenceKind.UNWEIGHTED_MEAN: "medelvärdet för alla kommuner",
    ReferenceKind.COUNTY: "medelvärdet i länet",
    ReferenceKind.NETWORK: "medelvärdet i nätverket",
    ReferenceKind.SKR_GROUP: "medelvärdet i kommungruppen",
    ReferenceKind.SIMILAR: "medelvärdet för liknande kommuner",
    ReferenceKind.OWN_HISTORY: "tidigare år",
    ReferenceKind.MEN: "männen",
    ReferenceKind.MUNICIPALITY: "den andra kommunen",
}
# Weighted: all inhabitants count the same. Unweighted: all municipalities do.
WEIGHTED = "vägt"
UNWEIGHTED = "ovägt medelvärde"


GENDER_WORDS: Mapping[str, str] = {"T": "totalt", "K": "kvinnor", "M": "män"}
DIRECTION_WORDS: Mapping[str, str] = {
    "high": "högre är bättre",
    "low": "lägre är bättre",
    "none": "ingen önskad riktning",
}


def format_answer(answer: Answer) -> str:
    """Symbol and word: "▲ bättre"."""
    return f"{ANSWER_SYMBOLS[answer]} {ANSWER_WORDS[answer]}"


def format_trend_answer(answer: Answer) -> str:
    return f"{ANSWER_SYMBOLS[answer]} {TREND_WORDS[answer]}"


def format_status(status: str) -> str:
    """The words for a value that is not there; raises KeyError for a status nobody knows."""
    return STATUS_WORDS[status]


def reference_words(reference: Reference) -> str:
    """What one is lower or higher than; a mean is said to be weighted where it is."""
    if reference.kind == ReferenceKind.MUNICIPALITY:
        return reference.label
    words = REFERENCE_WORDS[reference.kind]
    return words.replace("medelvärdet", "det vägda värdet") if reference.weighted else words


def weighting_words(reference: Reference) -> str:
    """How the reference was made, for the head of a column and the reading guide."""
    return WEIGHTED if reference.weighted else UNWEIGHTED


def source_line(publisher: str, retrieved: date | str, computed: bool) -> str:
    """The source in one of its two forms: Kolada's terms keep their figures and ours apart."""
    when = f"(hämtad {format_date(retrieved)})"
    if computed:
        return f"Egen bearbetning av data från {publisher} {when}."
    return f"Källa: {publisher} {when}."


def name_with_unit(indicator: Indicator) -> str:
    """The heading of a row: "Nöjd med boendet som helhet (%)". Coded answers are words already."""
    if indicator.kind == "coded":
        return indicator.short
    share = re.fullmatch(r"andel(?: av)? ?(.*?) ?\(%\)(?: av)? ?(.*)", indicator.unit)
    unit = " av ".join(filter(None, ("%", *share.groups()))) if share else indicator.unit
    return f"{indicator.short} ({re.sub('[()]', '', unit)})"


def unit_and_direction(indicator: Indicator) -> str:
    """What is counted and which way is better: "Procent, lägre är bättre.". A scale that nobody
    says after its numbers is named here: "Index (0–100), högre är bättre."."""
    words = DIRECTION_WORDS[indicator.direction]
    unit = unit_words(indicator) or ("" if indicator.kind == "coded" else indicator.unit)
    text = f"{unit}, {words}" if unit else words
    return f"{text[:1].upper()}{text[1:]}."

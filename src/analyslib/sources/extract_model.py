"""What an extract holds: three tables, their columns, and the code lists of their values.

One description serves the reader, the rules, the template to fill in and the database.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


CODES_FILE = Path(__file__).parent.parent / "definitions" / "extract_codes.toml"


@dataclass(frozen=True)
class Field:
    """One column. `header` is what the template calls it; `kind` how its text is understood."""

    name: str
    header: str
    kind: str
    help: str
    required: bool = False
    codes: str = ""


EPISODE: tuple[Field, ...] = (
    Field(
        "person",
        "lopnr",
        "text",
        "Ett påhittat löpnummer per person, samma på alla personens rader. Aldrig personnummer.",
        required=True,
    ),
    Field(
        "episode_id",
        "arende_id",
        "text",
        "Ett eget nummer per ärende, samma på ärendets alla insatser. Inget datum i numret.",
        required=True,
    ),
    Field(
        "municipality",
        "kommunkod",
        "municipality",
        "Kommunens kod med fyra siffror, till exempel 0461.",
        required=True,
    ),
    Field("service_area", "verksamhet", "code", "Välj i listan.", True, "service_area"),
    Field(
        "age_group",
        "aldersgrupp",
        "code",
        "Åldersgrupp när ärendet startade. Skriv aldrig ålder i år eller födelsedatum.",
        True,
        "age_group",
    ),
    Field("sex", "kon", "code", "K, M, annat eller uppgift saknas.", True, "sex"),
    Field("opened", "aktualiserad", "date", "Datum (eller månad) då ärendet aktualiserades."),
    Field("started", "start", "date", "Datum (eller månad) då insatsen började.", required=True),
    Field(
        "ended", "slut", "date", "Datum (eller månad) då insatsen avslutades. Tomt om den pågår."
    ),
    Field("opening_type", "aktualiseringssatt", "code", "Välj i listan.", codes="opening_type"),
    Field("reason", "orsak", "text", "Kort kod eller ord för orsaken, ingen fritext."),
    Field("needs", "behov", "text", "Behovsområden, flera skiljs med semikolon."),
    Field("insats", "insats", "text", "Insatsens namn som det står i er insatskatalog.", True),
    Field("extent", "omfattning", "number", "Insatsens omfattning som tal."),
    Field("extent_unit", "omfattning_enhet", "code", "Välj i listan.", codes="extent_unit"),
    Field(
        "granted",
        "bistandsprovad",
        "code",
        "Är insatsen biståndsprövad? Ja eller nej.",
        codes="yes_no",
    ),
    Field("method", "bedomningsmetod", "text", "Bedömningsmetod som användes, till exempel FREDA."),
    Field(
        "end_reason",
        "avslutsorsak",
        "code",
        "Välj i listan när insatsen är avslutad.",
        codes="end_reason",
    ),
    Field(
        "goal",
        "maluppfyllelse",
        "code",
        "Hur långt målet nåddes, när insatsen är avslutad.",
        codes="goal",
    ),
    Field("satisfaction", "nojd", "number", "Brukarens svar 1–5 på hur nöjd hen är."),
    Field(
        "readmitted",
        "ateraktualiserad",
        "date",
        "Datum då en ny formell utredning inleddes efter avslut, om det har skett.",
    ),
)

MEASUREMENT: tuple[Field, ...] = (
    Field("person", "lopnr", "text", "Samma löpnummer som i fliken Ärenden.", required=True),
    Field("episode_id", "arende_id", "text", "Samma nummer som i fliken Ärenden.", required=True),
    Field("date", "datum", "date", "Datum (eller månad) då mätningen gjordes."),
    Field(
        "phase",
        "fas",
        "code",
        "Välj i listan: start, uppföljning, avslut eller efter.",
        codes="phase",
    ),
    Field("measure", "matt", "measure", "Välj måttet i listan.", required=True),
    Field("subscale", "delskala", "subscale", "Livsområde eller delskala, om måttet har sådana."),
    Field(
        "value",
        "varde",
        "number",
        "Värdet. Saknas det: lämna tomt eller skriv måttets kod.",
        required=True,
    ),
    Field("target", "malvarde", "number", "Avsett värde (IBIC: avsett funktionstillstånd)."),
    Field("rater", "skattare", "code", "Vem som har skattat.", codes="rater"),
)

EXTRACT: tuple[Field, ...] = (
    Field("municipality", "kommunkod", "municipality", "Kommunens kod med fyra siffror."),
    Field(
        "extraction_date",
        "uttagsdatum",
        "date",
        "Dagen då uppgifterna hämtades ur verksamhetssystemet. Utan den går det inte att veta "
        "hur länge pågående insatser har följts.",
        required=True,
    ),
    Field("period_start", "period_fran", "date", "Första dagen som uttaget gäller."),
    Field("period_end", "period_till", "date", "Sista dagen som uttaget gäller."),
    Field("selection", "urval", "text", "Vilka ärenden som är med, i några ord."),
    Field(
        "denominator",
        "antal_i_verksamheten",
        "number",
        "Antal personer i verksamheten under perioden, även de som inte är med i uttaget.",
    ),
    Field(
        "contact", "kontaktroll", "text", "En roll eller grupp, till exempel SU-teamet. Inget namn."
    ),
)

TABLES: dict[str, tuple[Field, ...]] = {
    "episode": EPISODE,
    "measurement": MEASUREMENT,
    "extract": EXTRACT,
}

ROLES = ("bakgrund", "process", "resultat", "ignorera")


# --- code lists


@dataclass(frozen=True)
class CodeList:
    """A closed list: the code, its Swedish label, and every spelling that is understood."""

    id: str
    title: str
    labels: dict[str, str]
    spellings: dict[str, str]


@lru_cache(maxsize=1)
def code_lists() -> dict[str, CodeList]:
    """The built-in lists. The first spelling of a code is its label."""
    with CODES_FILE.open("rb") as file:
        tables = tomllib.load(file)
    return {name: _code_list(name, table) for name, table in tables.items()}


def _code_list(name: str, table: dict) -> CodeList:
    codes: dict[str, list[str]] = table["codes"]
    return CodeList(
        id=name,
        title=table["title"],
        labels={code: words[0] for code, words in codes.items()},
        spellings={
            fold_code(word): code for code, words in codes.items() for word in (code, *words)
        },
    )


def label_of(codes: str, code: str) -> str:
    """The Swedish words for a code, for everything that a reader sees."""
    return code_lists()[codes].labels.get(code, code)


_PLAIN = str.maketrans("åäöéü–—−‑", "aaoeu----", " _.\u00a0")


def fold_code(text: str) -> str:
    """Whatever the case, the accents, the spaces and the sort of dash; + and - are kept."""
    return text.casefold().translate(_PLAIN)

"""What a workbook of own measures holds: five sheets, their columns, and the lists of their values.

One description serves the reader, the rules, the template to fill in and the database.
"""

from __future__ import annotations

import re
from functools import lru_cache

from analyslib.catalogue import load_catalogue
from analyslib.measures import fold_name
from analyslib.sources.extract_model import CodeList, Field, fold_code


SHEETS = {
    "project": "Projekt",
    "measure": "Mått",
    "value": "Värden",
    "event": "Händelser",
    "budget": "Budget",
}

_SHORT = "Ett kort namn utan mellanslag som flikarna känner igen varandra på, till exempel"
_PLACE = "Kommunens kod och namn. Välj i listan."
_AREA = "Det område som det hör till, om något. Välj i listan."
_WHOSE = "Projektets korta namn, som i fliken Projekt. Tomt: kommunens egen verksamhet."

PROJECT: tuple[Field, ...] = (
    Field("project", "projekt", "text", f"{_SHORT} stod-i-tid.", True),
    Field("municipality", "kommun", "municipality", _PLACE, True),
    Field("title", "titel", "text", "Projektets namn, som det ska stå i rapporten.", True),
    Field(
        "purpose", "syfte", "text", "Vad projektet ska leda till, i en eller två meningar.", True
    ),
    Field("area", "område", "area", _AREA),
    Field("owner", "ansvarig", "text", "En funktion eller enhet. Inget namn på en person."),
    Field("start", "start", "date", "Första dagen: 2024-03-15, eller 2024-03.", True),
    Field("stop", "slut", "date", "Sista dagen. Tomt om den inte är bestämd."),
)

MEASURE: tuple[Field, ...] = (
    Field("measure", "mått", "text", f"{_SHORT} nya-arenden.", True),
    Field("project", "projekt", "text", _WHOSE, False, "projects"),
    Field("municipality", "kommun", "municipality", _PLACE, True),
    Field("area", "område", "area", _AREA),
    Field("title", "titel", "text", "Måttets namn, som det ska stå i rapporten.", True),
    Field("unit", "enhet", "text", "Vad som räknas: barn, dagar, procent, kronor …", True),
    Field("kind", "slag", "code", "Välj i listan. Andelar skrivs i procent, 0–100.", True, "kind"),
    Field(
        "persons",
        "personer",
        "code",
        "Ja om talet räknar personer, eller är en andel eller ett medelvärde av personer. Då "
        "skyddas små tal.",
        True,
        "yes_no",
    ),
    Field(
        "part_of",
        "ingår i",
        "text",
        "Ett annat mått som räknar samma personer och fler: flickor ingår i barn.",
        False,
        "measures",
    ),
    Field(
        "direction",
        "riktning",
        "code",
        "Vad som är bra: högt eller lågt. Inget av dem för till exempel volymer.",
        True,
        "direction",
    ),
    Field("target", "målvärde", "number", "Det värde som ska nås, i måttets enhet."),
    Field("target_from", "mål från", "date", "Den månad då målet ska vara nått: 2024-12."),
    Field(
        "public_kpi",
        "nyckeltal",
        "kpi",
        "Ett nyckeltal i Kolada som visas bredvid, till exempel N31807.",
    ),
    Field("source_note", "källa", "text", "Varifrån värdena kommer, till exempel ett system."),
)

VALUE: tuple[Field, ...] = (
    Field("measure", "mått", "text", "Måttets korta namn, som i fliken Mått.", True, "measures"),
    Field("period", "period", "period", "En månad (2024-03) eller ett år (2024).", True),
    Field("value", "värde", "number", "Tomt: bortfall. Skriv sekretess om det inte får visas."),
    Field(
        "n",
        "n",
        "number",
        "Hur många personer eller ärenden en andel eller ett medelvärde bygger på.",
    ),
)

EVENT: tuple[Field, ...] = (
    Field("project", "projekt", "text", _WHOSE, False, "projects"),
    Field(
        "measure",
        "mått",
        "text",
        "Måttets korta namn. Tomt: alla mått i projektet.",
        False,
        "measures",
    ),
    Field("date", "datum", "date", "Dagen: 2024-03-15, eller månaden: 2024-03.", True),
    Field("text", "händelse", "text", "Vad som hände, kort. Inget om enskilda personer.", True),
    Field(
        "rebase",
        "ny nivå",
        "code",
        "Ja om händelsen väntas flytta nivån, så att styrdiagrammet ska börja om där.",
        False,
        "yes_no",
    ),
)

BUDGET: tuple[Field, ...] = (
    Field("municipality", "kommun", "municipality", _PLACE, True),
    Field("project", "projekt", "text", _WHOSE, False, "projects"),
    Field("area", "område", "area", _AREA),
    Field("account", "konto", "text", "Verksamhet eller konto. Ingen summarad.", True),
    Field("period", "period", "period", "En månad (2024-03) eller ett år (2024).", True),
    Field("budget", "budget", "number", "Budgeten för perioden, i kronor.", True),
    Field("outcome", "utfall", "number", "Utfallet för perioden, i kronor."),
    Field("forecast", "prognos", "number", "Prognosen för perioden, i kronor."),
    Field("volume", "volym", "number", "Hur mycket det blev: personer, timmar, dygn, ärenden."),
    Field("volume_budget", "budgeterad volym", "number", "Den volym som budgeten räknade med."),
    Field(
        "volume_persons",
        "volym är personer",
        "code",
        "Nej om volymen är timmar, dygn eller liknande. Tomt räknas som ja, och då skyddas små "
        "tal.",
        False,
        "yes_no",
    ),
)

TABLES: dict[str, tuple[Field, ...]] = {
    "project": PROJECT,
    "measure": MEASURE,
    "value": VALUE,
    "event": EVENT,
    "budget": BUDGET,
}

# Text that people write freely. It is held against the gate for everything but being text.
FREE_TEXT = {
    "project": ("title", "purpose", "owner"),
    "measure": ("title", "unit", "source_note"),
    "event": ("text",),
    "budget": ("account",),
}

# Other headers that mean the same.
ALIASES = {
    "measure": ("mått-id", "måttets kortnamn"),
    "project": ("projekt-id", "projektets kortnamn"),
    "municipality": ("kommunkod",),
    "title": ("måttets namn", "projektets titel", "benämning"),
    "period": ("månad", "år", "tid"),
    "value": ("utfallsvärde",),
    "n": ("antal i nämnaren", "nämnare"),
    "persons": ("räknar personer", "gäller personer"),
    "target": ("mål",),
    "public_kpi": ("kolada", "kolada-id"),
    "text": ("vad som hände",),
    "rebase": ("nivåskifte",),
    "account": ("kontogrupp",),
    "outcome": ("utfall kronor",),
    "volume_budget": ("volym budget", "budgetvolym"),
}


_CODES: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "kind": (
        "slag",
        {
            "antal": ("antal", "volym", "st"),
            "andel": ("andel", "andel (%)", "procent", "%"),
            "medel": ("medel", "medelvärde", "genomsnitt", "median"),
            "index": ("index",),
            "kronor": ("kronor", "kr", "kostnad"),
        },
    ),
    "direction": (
        "riktning",
        {
            "high": ("högt är bra", "högt", "hög", "upp", "ökar", "high"),
            "low": ("lågt är bra", "lågt", "låg", "ner", "minskar", "low"),
            "none": ("inget av dem", "ingen", "inget", "neutral", "none"),
        },
    ),
    "yes_no": ("ja eller nej", {"ja": ("ja", "j", "yes", "sant"), "nej": ("nej", "no", "falskt")}),
}

SECRET = ("sekretess", "sekretessbelagt", "dolt", "dold")

# Units that can be nothing but persons: then "personer" has to say so.
PERSON_UNITS = frozenset(
    {"person", "personer", "individ", "individer", "barn", "flickor", "pojkar", "kvinnor", "man",
     "ungdomar", "unga", "aldre", "brukare", "klient", "klienter", "hushall", "anhoriga",
     "deltagare", "placerade", "boende", "mottagare", "familjer"}
)  # fmt: skip

# What stands before the word that says what is counted; alone, the title has to say it.
COUNTING_WORDS = frozenset({"", "antal", "st", "stycken", "unika", "olika", "nya"})


@lru_cache(maxsize=1)
def own_code_lists() -> dict[str, CodeList]:
    """The closed lists. The first spelling of a code is its label."""
    return {
        name: CodeList(
            id=name,
            title=title,
            labels={code: words[0] for code, words in codes.items()},
            spellings={
                fold_code(word): code for code, words in codes.items() for word in (code, *words)
            },
        )
        for name, (title, codes) in _CODES.items()
    }


@lru_cache(maxsize=1)
def area_spellings() -> dict[str, str]:
    """An area by its id or its title."""
    areas = load_catalogue().areas.values()
    return {fold_code(word): area.id for area in areas for word in (area.id, area.title)}


@lru_cache(maxsize=8)
def headers_of(table: str) -> dict[str, str]:
    """Every header that is understood on a sheet, folded, and the column it means."""
    return {
        fold_name(word): item.name
        for item in TABLES[table]
        for word in (item.header, *ALIASES.get(item.name, ()))
    }


LONGEST_ID = 40


def slug(text: str) -> str:
    """A short name as the database has it: a-z, digits and hyphens."""
    plain = text.casefold().translate(str.maketrans("åäöéü", "aaoeu"))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")

"""The rules that own measures are held against, as one table.

A fault in Projekt or Mått stops the file, since other sheets lean on them. A fault in Värden,
Händelser or Budget leaves its row out.
"""

from __future__ import annotations

from analyslib.sources import own_measures_conditions as broken_where
from analyslib.sources.extract_rules import FILE, NOTE, ROW, Broken, Outcome, Rule
from analyslib.sources.own_measures_conditions import (
    Condition,
    cannot_read,
    has_excel_error,
    is_ancient,
    is_elsewhere,
    is_too_long,
    is_unusable_name,
    lacks,
    period_is,
    refers_to_nothing,
    repeats,
    year_is_a_month,
)
from analyslib.sources.own_measures_model import SHEETS, TABLES
from analyslib.sources.own_measures_tables import OwnTables


_STOPS_IN = ("project", "measure")
_PREFIXES = {"project": "PR", "measure": "MT", "value": "VA", "event": "HA", "budget": "BU"}

_FILL = "Fyll i cellen."
_DATE = "Skriv som 2024-03-15, eller 2024-03."
_PERIOD = "Skriv en månad som 2024-03 eller ett år som 2024."
_NUMBER = "Skriv ett tal utan enhet, till exempel 12 500 eller 7,5."
_LIST = "Välj i listan. Orden står i mallens flik Listor."
_FORMULA = "Rätta formeln, eller skriv in värdet."
_NAME = "Skriv ett kort namn med bokstäver och siffror, högst 40 tecken."
_PLACE = "Skriv kommunens kod med fyra siffror, eller dess namn. Välj i listan."
_PROJECT = "Skriv projektets korta namn som i fliken Projekt, eller lägg till projektet där."
_MEASURE = "Skriv måttets korta namn som i fliken Mått, eller lägg till måttet där."
_TWICE = "Ta bort eller rätta den ena raden."
_SHORTER = "Korta texten. Titlar får ha 120 tecken, händelser 300 och syften 1000."
_JANUARY = "Är det år? Skriv 2024 och inte ett datum. Är det månader: ta med årets övriga."
_ANCIENT = "Rätta året. Perioder före 1990 tas inte med."


def _rules(table: str, *rows: tuple[str, str, str, str, Condition]) -> tuple[Rule, ...]:
    """Numbered in order. A row: pattern, what is wrong, what to do, columns, condition."""
    level = FILE if table in _STOPS_IN else ROW
    return tuple(
        Rule(
            f"{_PREFIXES[table]}{number:02}",
            pattern.removesuffix(" (not)"),
            table,
            title,
            remedy,
            tuple(columns.split()),
            condition,
            NOTE if pattern.endswith(" (not)") else level,
        )
        for number, (pattern, title, remedy, columns, condition) in enumerate(rows, start=1)
    )


RULES: tuple[Rule, ...] = (
    *_rules(
        "project",
        ("finns", "Uppgiften saknas.", _FILL, "", lacks("project")),
        ("unik", "Två projekt har samma korta namn.", _TWICE, "project",
         repeats("project", "project", at="project")),
        ("namn", "Det korta namnet går inte att använda.", _NAME, "project",
         is_unusable_name("project")),
        ("kodlista", "Kommunen är okänd.", _PLACE, "municipality",
         cannot_read("project", "municipality")),
        ("kodlista", "Området är okänt.", _LIST, "area", cannot_read("project", "area")),
        ("läsbar", "Datumet går inte att läsa.", _DATE, "", cannot_read("project", "date")),
        ("ordning", "Projektet slutar innan det börjar.", "Rätta start eller slut.", "start stop",
         broken_where.stops_before_start),
        ("formel", "Cellen visar ett fel i en formel.", _FORMULA, "", has_excel_error("project")),
        ("längd", "Texten är för lång.", _SHORTER, "", is_too_long("project")),
        ("hör ihop (not)", "Projektet har varken mått eller budget.",
         "Kontrollera att projektets korta namn är skrivet lika i flikarna.", "project",
         broken_where.has_nothing_to_show),
    ),
    *_rules(
        "measure",
        ("finns", "Uppgiften saknas.", _FILL, "", lacks("measure")),
        ("unik", "Två mått har samma korta namn.",
         (f"{_TWICE} Är det samma mått i två kommuner: ge dem olika korta namn, till exempel "
         "väntetid-umeå, eller lämna en fil för varje kommun."), "measure",
         repeats("measure", "measure", at="measure")),
        ("namn", "Det korta namnet går inte att använda.", _NAME, "measure",
         is_unusable_name("measure")),
        ("hör ihop", "Projektet finns inte i fliken Projekt.", _PROJECT, "project",
         refers_to_nothing("measure", "project", "project", "project")),
        ("kodlista", "Kommunen är okänd.", _PLACE, "municipality",
         cannot_read("measure", "municipality")),
        ("hör ihop", "Måttet har en annan kommun än sitt projekt.",
         "Skriv samma kommun i fliken Projekt och här.", "municipality project",
         is_elsewhere("measure")),
        ("kodlista", "Området är okänt.", _LIST, "area", cannot_read("measure", "area")),
        ("kodlista", "Slaget är okänt.", "Välj antal, andel, medel, index eller kronor.", "kind",
         cannot_read("measure", "code", only=("kind",))),
        ("kodlista", "Det går inte att se om måttet gäller personer.", "Skriv ja eller nej.",
         "persons", cannot_read("measure", "code", only=("persons",))),
        ("kodlista", "Riktningen är okänd.", "Välj högt är bra, lågt är bra eller inget av dem.",
         "direction", cannot_read("measure", "code", only=("direction",))),
        ("läsbar", "Målvärdet går inte att läsa som ett tal.", _NUMBER, "target",
         cannot_read("measure", "number")),
        ("läsbar", "Datumet för målet går inte att läsa.", _DATE, "target_from",
         cannot_read("measure", "date")),
        ("skala", "Målvärdet ligger utanför skalan.",
         "En andel är 0 till 100 procent, och ett antal är aldrig mindre än noll.",
         "target kind", broken_where.target_off_scale),
        ("hör ihop", "Måttet har ett mål men ingen riktning.",
         "Välj högt är bra eller lågt är bra, annars går det inte att säga om målet är nått.",
         "target direction", broken_where.target_without_direction),
        ("hör ihop", "Det finns ett datum för målet, men inget mål.",
         "Fyll i målvärdet, eller ta bort datumet.", "target_from",
         broken_where.target_day_without_target),
        ("kodlista", "Nyckeltalet finns inte bland de beskrivna.",
         ("Skriv dess id hos Kolada, till exempel N31807. Bara nyckeltal som arbetsbänken "
         "beskriver kan visas bredvid."), "public_kpi", cannot_read("measure", "kpi")),
        ("sekretess", "Måttet räknar personer, men personer är nej.",
         "Skriv ja, så att små tal skyddas. Räknas något annat än personer, skriv det som enhet.",
         "persons unit kind title",
         broken_where.counts_persons_and_says_not),
        ("hör ihop", "Det som måttet ingår i kan inte vara dess helhet.",
         ("Skriv det korta namnet på ett annat mått i samma kommun som också är ett antal personer "
         "och som självt inte ingår i något."), "part_of",
         broken_where.is_part_of_something_else),
        ("formel", "Cellen visar ett fel i en formel.", _FORMULA, "", has_excel_error("measure")),
        ("längd", "Texten är för lång.", _SHORTER, "", is_too_long("measure")),
        ("hör ihop (not)", "Måttet har inga värden.",
         "Kontrollera att måttets korta namn är skrivet lika i fliken Värden.", "measure",
         broken_where.is_never_measured),
        ("skala (not)", "Målvärdet är under en procent, men andelarna är det inte.",
         "Skriv målet i procent: 80 och inte 0,8.", "target kind",
         broken_where.target_looks_like_a_fraction),
    ),
    *_rules(
        "value",
        ("finns", "Uppgiften saknas.", _FILL, "", lacks("value")),
        ("hör ihop", "Måttet finns inte i fliken Mått.", _MEASURE, "measure",
         refers_to_nothing("value", "measure", "measure", "measure")),
        ("läsbar", "Perioden går inte att läsa.", _PERIOD, "period", period_is("value")),
        ("läsbar", "Perioden är en dag.", f"{_PERIOD} En rad är en hel månad eller ett helt år.",
         "period", period_is("value", "day")),
        ("läsbar", "Perioden är varken en månad eller ett år.",
         "Dela upp på månader, eller lägg ihop till år.", "period", period_is("value", "other")),
        ("läsbar", "Värdet går inte att läsa som ett tal.",
         f"{_NUMBER} Saknas det: lämna tomt. Är det dolt, som <5: skriv sekretess.", "value",
         cannot_read("value", "number", only=("value",))),
        ("läsbar", "n går inte att läsa som ett tal.", _NUMBER, "n",
         cannot_read("value", "number", only=("n",))),
        ("formel", "Cellen visar ett fel i en formel.", _FORMULA, "", has_excel_error("value")),
        ("unik", "Måttet har redan ett värde för perioden.", _TWICE, "measure period",
         repeats("value", "measure", "period", "grain", at="period")),
        ("ordning", "Perioden har inte börjat än.", "Rätta perioden. Mål skrivs i fliken Mått.",
         "period", broken_where.lies_in_the_future),
        ("ordning", "Perioden ligger långt bak i tiden.", _ANCIENT, "period", is_ancient("value")),
        ("ordning", "Alla månader är januari.", _JANUARY, "period",
         year_is_a_month("value", "measure")),
        ("skala", "Värdet ligger utanför skalan.",
         "En andel är 0 till 100 procent, och ett antal är aldrig mindre än noll.", "value",
         broken_where.value_off_scale),
        ("skala", "Andelarna ser ut att vara mellan 0 och 1.",
         ("Skriv procent: 25 och inte 0,25. Visar Excel 25 % i cellen, ta bort procentformatet. "
         "Är andelen verkligen under en procent, välj slaget index och skriv enheten per 1 000."),
         "value", broken_where.looks_like_a_fraction),
        ("skala", "Antalet personer är inget heltal.",
         "Skriv hela personer. Är det ett genomsnitt, välj slaget medel.", "value",
         broken_where.counts_half_persons),
        ("finns", "n saknas.", ("Skriv hur många personer andelen eller medelvärdet bygger på. "
         "Utan n går det inte att skydda små grupper."), "n", broken_where.lacks_n),
        ("skala", "n är inget antal.", "Skriv ett heltal, noll eller mer.", "n",
         broken_where.has_impossible_n),
        ("hör ihop", "Det finns ett värde, men ingen ingår (n är 0).",
         "Lämna värdet tomt, eller rätta n.", "value n", broken_where.has_value_of_nobody),
        ("hör ihop (not)", "Andelen är inget helt antal av n personer.",
         "Kontrollera andelen och n. Skriv andelen med en decimal.", "value n",
         broken_where.does_not_fit_n),
        ("hör ihop", "Delen är större än det som den ingår i.",
         "Rätta något av talen, eller kolumnen ingår i i fliken Mått.", "measure value",
         broken_where.exceeds_its_whole),
    ),
    *_rules(
        "event",
        ("finns", "Uppgiften saknas.", _FILL, "", lacks("event")),
        ("läsbar", "Datumet går inte att läsa.", _DATE, "date", cannot_read("event", "date")),
        ("hör ihop", "Projektet finns inte i fliken Projekt.", _PROJECT, "project",
         refers_to_nothing("event", "project", "project", "project")),
        ("hör ihop", "Måttet finns inte i fliken Mått.", _MEASURE, "measure",
         refers_to_nothing("event", "measure", "measure", "measure")),
        ("hör ihop", "Måttet hör inte till projektet.",
         "Rätta projektet eller måttet, eller lämna måttet tomt.", "project measure",
         broken_where.belongs_to_another_project),
        ("hör ihop", "Det går inte att se vilken kommun händelsen gäller.",
         "Fyll i projekt eller mått. Filen har flera kommuner.", "", broken_where.belongs_nowhere),
        ("kodlista", "Ny nivå går inte att läsa.", "Skriv ja eller nej.", "rebase",
         cannot_read("event", "code")),
        ("unik", "Händelsen står två gånger.", _TWICE, "date text",
         repeats("event", "project", "measure", "date", "text", at="text")),
        ("formel", "Cellen visar ett fel i en formel.", _FORMULA, "", has_excel_error("event")),
        ("längd", "Texten är för lång.", _SHORTER, "", is_too_long("event")),
    ),
    *_rules(
        "budget",
        ("finns", "Uppgiften saknas.", _FILL, "", lacks("budget")),
        ("kodlista", "Kommunen är okänd.", _PLACE, "municipality",
         cannot_read("budget", "municipality")),
        ("hör ihop", "Projektet finns inte i fliken Projekt.", _PROJECT, "project",
         refers_to_nothing("budget", "project", "project", "project")),
        ("hör ihop", "Budgetraden har en annan kommun än sitt projekt.",
         "Skriv samma kommun i fliken Projekt och här.", "municipality project",
         is_elsewhere("budget")),
        ("kodlista", "Området är okänt.", _LIST, "area", cannot_read("budget", "area")),
        ("läsbar", "Perioden går inte att läsa.", _PERIOD, "period", period_is("budget")),
        ("läsbar", "Perioden är en dag.", f"{_PERIOD} En rad är en hel månad eller ett helt år.",
         "period", period_is("budget", "day")),
        ("läsbar", "Perioden är varken en månad eller ett år.",
         "Dela upp på månader, eller lägg ihop till år.", "period", period_is("budget", "other")),
        ("läsbar", "Beloppet går inte att läsa som ett tal.", f"{_NUMBER} Skriv kronor.", "",
         cannot_read("budget", "number", only=("budget", "outcome", "forecast"))),
        ("läsbar", "Volymen går inte att läsa som ett tal.", _NUMBER, "",
         cannot_read("budget", "number", only=("volume", "volume_budget"))),
        ("formel", "Cellen visar ett fel i en formel.", _FORMULA, "", has_excel_error("budget")),
        ("unik", "Kontot har redan en rad för perioden.", _TWICE, "account period",
         repeats("budget", "municipality", "project", "area", "account", "period", "grain",
                 at="period")),
        ("ordning", "Utfallet gäller en period som inte har börjat.",
         "Flytta talet till prognos, eller rätta perioden.", "period",
         broken_where.has_outcome_too_early),
        ("ordning", "Perioden ligger långt bak i tiden.", _ANCIENT, "period",
         is_ancient("budget")),
        ("ordning", "Alla månader är januari.", _JANUARY, "period",
         year_is_a_month("budget", "municipality", "project", "area", "account")),
        ("summa", "Raden är en summa av andra rader.",
         "Ta bort raden. Summor räknas fram, och en summa i filen skulle räknas två gånger.",
         "account", broken_where.is_a_sum),
        ("skala", "Volymen är negativ.", "Skriv noll eller mer.", "",
         broken_where.has_negative_volume),
        ("kodlista", "Det går inte att se om volymen är personer.", "Skriv ja eller nej.",
         "volume_persons", cannot_read("budget", "code")),
        ("hör ihop (not)", "Det finns en volym, men ingen budgeterad volym.",
         "Fyll i den, annars går det inte att dela avvikelsen på volym och pris.", "volume",
         broken_where.has_half_a_volume),
        ("skala (not)", "Prognosen är lika stor som för ett helt år.",
         ("Skriv prognosen för periodens egen månad. En prognos för hela året skrivs på en egen "
         "rad, med året som period."), "forecast budget",
         broken_where.has_a_forecast_of_the_year),
    ),
)  # fmt: skip


def run_rules(tables: OwnTables) -> list[Outcome]:
    return [_run(rule, tables) for rule in RULES]


def _run(rule: Rule, tables: OwnTables) -> Outcome:
    reason = _why_not(rule, tables)
    if reason:
        return Outcome(rule, "not_run", reason, None)
    broken: Broken = rule.broken(tables)
    state = "broken" if broken.to_numpy().any() else "ok"
    return Outcome(rule, state, "", broken)


def _why_not(rule: Rule, tables: OwnTables) -> str:
    typed = tables.there.get(rule.table)
    if typed is None:
        return f"Filen har ingen flik {SHEETS[rule.table]}."
    headers = {item.name: item.header for item in TABLES[rule.table]}
    absent = [headers[name] for name in rule.columns if name not in typed.present]
    if absent:
        return f"Kolumnen {', '.join(absent)} finns inte i filen."
    return ""

"""The rules an extract is held against, as one table. Each finds its cells in one pass.

A rule looks at a whole column, never at one row after another. It ends in one of three states:
ok, broken, or could not be run (and why). A broken rule of level "row" leaves the row out, one
of level "note" only tells, one of level "file" stops the file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analyslib.sources import extract_conditions as is_broken
from analyslib.sources.extract_typing import Extract, Typed


ROW, NOTE, FILE = "row", "note", "file"

# One row per row of the table, one column per column to point at, True where the rule is broken.
Broken = pd.DataFrame


@dataclass(frozen=True)
class Rule:
    """`columns` must be in the file for the rule to be run; `needs` is what else it takes."""

    id: str
    pattern: str
    table: str
    title: str
    remedy: str
    columns: tuple[str, ...]
    broken: Callable[[Any], Broken]
    level: str = ROW
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What came of one rule: "ok", "broken" or "not_run" (with the reason)."""

    rule: Rule
    state: str
    reason: str
    broken: Broken | None

    @property
    def rows(self) -> pd.Series:
        """The rows at fault, by index."""
        if self.broken is None:
            return pd.Series(dtype=bool)
        return self.broken.any(axis=1)


def run_rules(extract: Extract) -> list[Outcome]:
    return [run_rule(rule, extract) for rule in RULES]


def run_rule(rule: Rule, extract: Extract) -> Outcome:
    reason = _why_not(rule, extract)
    if reason:
        return Outcome(rule, "not_run", reason, None)
    broken = rule.broken(extract)
    state = "broken" if broken.to_numpy().any() else "ok"
    return Outcome(rule, state, "", broken)


def _why_not(rule: Rule, extract: Extract) -> str:
    typed: Typed | None = getattr(extract, rule.table)
    if typed is None:
        return {
            "measurement": "Filen har inga mätningar.",
            "facts": "Filen har ingen flik om uttaget.",
        }[rule.table]
    absent = [name for name in rule.columns if name not in typed.present]
    if absent:
        headers = {item.name: item.header for item in is_broken.fields_of(rule.table)}
        return f"Kolumnen {', '.join(headers[name] for name in absent)} finns inte i filen."
    if "extraction_date" in rule.needs and extract.extraction_date is None:
        return "Uttagsdatum saknas."
    if "facts" in rule.needs and extract.facts is None:
        return "Filen har ingen flik om uttaget."
    return ""


def _e(
    number: int, pattern: str, title: str, remedy: str, columns: str,
    broken: Callable[[Extract], Broken], level: str = ROW, needs: str = "",
) -> Rule:  # fmt: skip
    return Rule(
        f"A{number:02}", pattern, "episode", title, remedy, tuple(columns.split()), broken, level,
        tuple(needs.split()),
    )  # fmt: skip


def _m(
    number: int, pattern: str, title: str, remedy: str, columns: str,
    broken: Callable[[Extract], Broken], level: str = ROW, needs: str = "",
) -> Rule:  # fmt: skip
    return Rule(
        f"M{number:02}", pattern, "measurement", title, remedy, tuple(columns.split()), broken,
        level, tuple(needs.split()),
    )  # fmt: skip


def _u(
    number: int, pattern: str, title: str, remedy: str, columns: str,
    broken: Callable[[Extract], Broken], level: str = ROW,
) -> Rule:  # fmt: skip
    return Rule(
        f"U{number:02}", pattern, "facts", title, remedy, tuple(columns.split()), broken, level
    )


RULES: tuple[Rule, ...] = (
    # --- ärenden
    _e(1, "finns", "Uppgiften saknas.", "Fyll i cellen.", "", is_broken.lacks_required),
    _e(2, "läsbar", "Datumet går inte att läsa.", "Skriv som 2024-03-15, eller 2024-03 om bara "
       "månaden är känd.", "", is_broken.has_unreadable_date),
    _e(3, "läsbar", "Talet går inte att läsa.", "Skriv bara siffror, med komma som decimaltecken.",
       "", is_broken.has_unreadable_number),
    _e(4, "läsbar", "Cellen innehåller ett felvärde från Excel.", "Rätta formeln, eller klistra in "
       "värdena på nytt.", "", is_broken.has_excel_error),
    _e(5, "kodlista", "Kommunkoden finns inte.", "Skriv fyra siffror, till exempel 0461. Excel "
       "tar gärna bort den första nollan.", "municipality", is_broken.has_unknown_municipality),
    _e(6, "kodlista", "Ordet finns inte i listan.", "Välj ett ord ur mallens lista, eller koppla "
       "ert eget ord i definitions/extracts.", "", is_broken.has_unknown_code),
    _e(7, "skala", "Nöjdhet ska vara ett heltal 1–5.", "Rätta värdet.", "satisfaction",
       is_broken.has_satisfaction_off_scale),
    _e(8, "skala", "Omfattningen kan inte vara mindre än noll.", "Rätta värdet.", "extent",
       is_broken.has_negative_extent),
    _e(9, "datumordning", "Ärendet aktualiserades efter att insatsen började.",
       "Rätta det datum som är fel.", "opened started", is_broken.opened_after_start),
    _e(10, "datumordning", "Insatsen slutar före den börjar.", "Rätta det datum som är fel.",
       "started ended", is_broken.ended_before_start),
    _e(11, "datumordning", "Återaktualiseringen ligger före insatsens slut.",
       "Rätta det datum som är fel.", "ended readmitted", is_broken.readmitted_before_end),
    _e(12, "rimlighet", "Datumet ligger efter uttagsdatum.", "Rätta datumet. En planerad händelse "
       "ska inte vara med.", "", is_broken.has_future_date, needs="extraction_date"),
    _e(13, "rimlighet", "Datumet ligger mer än 40 år före uttaget.", "Kontrollera årtalet.", "",
       is_broken.has_ancient_date, needs="extraction_date"),
    _e(14, "period", "Insatsen ligger utanför uttagets period.", "Kontrollera datumen, eller "
       "perioden i fliken Uttaget.", "started", is_broken.lies_outside_period, NOTE, "facts"),
    _e(15, "unikhet", "Samma insats står två gånger.", "Ta bort den ena raden.", "",
       is_broken.repeats_an_episode),
    _e(16, "överlapp", "Samma insats pågår två gånger samtidigt för samma person.",
       "Rätta datumen, eller slå ihop raderna.", "ended", is_broken.overlaps_same_insats),
    _e(17, "villkor", "Insatsen är avslutad men avslutsorsak saknas.", "Fyll i avslutsorsak.",
       "ended end_reason", is_broken.ended_without_reason),
    _e(18, "villkor", "Avslutsorsak är ifylld men insatsen har inget slutdatum.",
       "Fyll i slutdatum, eller ta bort avslutsorsaken.", "ended end_reason",
       is_broken.reason_without_end),
    _e(19, "villkor", "Måluppfyllelse är bedömd men insatsen har inget slutdatum.",
       "Fyll i slutdatum, eller ta bort bedömningen.", "ended goal", is_broken.goal_without_end),
    _e(20, "villkor", "Återaktualisering är ifylld men insatsen har inget slutdatum.",
       "Fyll i slutdatum, eller ta bort datumet.", "ended readmitted",
       is_broken.readmitted_without_end),
    _e(21, "båda eller ingen", "Omfattning och enhet ska båda finnas eller båda saknas.",
       "Fyll i det som saknas.", "extent extent_unit", is_broken.extent_without_unit),
    _e(22, "samstämmighet", "Personen har olika kön på olika rader.",
       "Rätta raderna, eller ge olika personer olika löpnummer.", "", is_broken.sex_differs),
    _e(23, "samstämmighet", "Ärendet hör till flera personer.",
       "Ge varje ärende ett eget nummer.", "", is_broken.episode_has_several_persons),
    _e(24, "samstämmighet", "Avslutsorsak och måluppfyllelse säger emot varandra.",
       "Rätta den ena.", "end_reason goal", is_broken.goal_contradicts_reason),
    _e(25, "samstämmighet", "Kommunkoden är en annan än i fliken Uttaget.",
       "Lämna ett uttag per kommun.", "municipality", is_broken.municipality_differs,
       needs="facts"),
    _e(26, "samstämmighet", "Personen är yngre i ett senare ärende.",
       "Kontrollera åldersgruppen.", "", is_broken.grows_younger, NOTE),
    _e(27, "ingenting efter", "En insats börjar efter att personen har avlidit.",
       "Rätta avslutsorsaken eller löpnumret.", "end_reason", is_broken.starts_after_death),
    # --- mätningar
    _m(1, "finns", "Uppgiften saknas.", "Fyll i cellen.", "", is_broken.measurement_lacks_required),
    _m(2, "läsbar", "Datumet går inte att läsa.", "Skriv som 2024-03-15.", "date",
       is_broken.measurement_date_unreadable),
    _m(3, "läsbar", "Värdet är inget tal.", "Skriv bara siffror, med komma som decimaltecken. "
       "Saknas värdet: lämna cellen tom.", "", is_broken.value_unreadable),
    _m(4, "läsbar", "Cellen innehåller ett felvärde från Excel.", "Rätta formeln, eller klistra in "
       "värdena på nytt.", "", is_broken.measurement_excel_error),
    _m(5, "kodlista", "Måttet finns inte i katalogen.", "Välj i mallens lista. Ett nytt mått läggs "
       "till i definitions/measures.", "measure", is_broken.measure_unknown),
    _m(6, "kodlista", "Delskalan hör inte till måttet, eller saknas.",
       "Välj i mallens lista över delskalor.", "measure", is_broken.subscale_unknown),
    _m(7, "kodlista", "Ordet finns inte i listan.", "Välj ett ord ur mallens lista.", "",
       is_broken.measurement_code_unknown),
    _m(8, "skala", "Värdet ligger utanför måttets skala.", "Rätta värdet. Saknas det: lämna tomt.",
       "measure value", is_broken.value_off_scale),
    _m(9, "skala", "Målvärdet ligger utanför måttets skala.", "Rätta målvärdet.", "measure target",
       is_broken.target_off_scale),
    _m(10, "skala", "Måttet har inga mellanlägen som detta.", "Skriv ett helt steg på skalan.",
       "measure value", is_broken.value_between_steps),
    _m(11, "rimlighet", "Mätningen ligger efter uttagsdatum.", "Rätta datumet.", "date",
       is_broken.measured_in_the_future, needs="extraction_date"),
    _m(12, "inom ärendet", "Mätningen ligger utanför ärendet.", "Rätta datumet, eller välj fasen "
       "efter för en mätning efter avslut.", "date", is_broken.measured_outside_episode),
    _m(13, "unikhet", "Samma mätning står två gånger.", "Ta bort den ena raden.", "",
       is_broken.repeats_a_measurement),
    _m(14, "en per ärende", "Ärendet har mer än en startmätning med samma mått.",
       "Behåll den första, och kalla de andra uppföljning.", "phase", is_broken.second_start),
    _m(15, "datumordning", "Startmätningen är gjord efter en senare fas.",
       "Rätta datum eller fas.", "date phase", is_broken.start_after_later_phase),
    _m(16, "minst en av", "Både datum och fas saknas.", "Fyll i minst en av dem.", "",
       is_broken.neither_date_nor_phase),
    _m(17, "referens", "Ärendet finns inte bland ärendena.",
       "Kontrollera löpnummer och ärende-id.", "", is_broken.episode_not_found),
    # --- uppgifter om uttaget
    _u(1, "datumordning", "Periodens slut ligger före dess början.", "Rätta perioden.",
       "period_start period_end", is_broken.period_is_backwards, FILE),
    _u(2, "läsbar", "Uppgiften om uttaget går inte att läsa.", "Skriv datum som 2024-03-15 och "
       "antal med siffror.", "", is_broken.fact_unreadable, FILE),
    _u(3, "rimlighet", "Antalet i verksamheten är mindre än antalet personer i uttaget.",
       "Kontrollera antalet.", "denominator", is_broken.denominator_too_small, NOTE),
)  # fmt: skip

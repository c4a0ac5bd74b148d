"""Checks files of own measures as one delivery: the gate, the shape, the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from analyslib.errors import Fault, SourceError
from analyslib.measures import fold_name
from analyslib.sources.error_list import ErrorList
from analyslib.sources.extract_reading import Sheet, column_letter, read_files, read_sheets
from analyslib.sources.extract_rules import ROW, Outcome
from analyslib.sources.findings import (
    CheckedFiles,
    error_list_from,
    from_faults,
    from_outcome,
    from_sightings,
    numbered,
    safe_name,
)
from analyslib.sources.identity_numbers import PERSONNUMMER, SAMORDNINGSNUMMER
from analyslib.sources.own_measures_conditions import needs_n
from analyslib.sources.own_measures_model import FREE_TEXT, TABLES
from analyslib.sources.own_measures_rules import RULES, run_rules
from analyslib.sources.own_measures_tables import OwnTables, is_own_measures, read_tables
from analyslib.sources.own_measures_template import own_texts
from analyslib.sources.personal_data import FREE_TEXT as TEXT_KIND
from analyslib.sources.personal_data_columns import (
    DATED_ID,
    SERIAL_ID,
    Permit,
    Sighting,
    find_in_file,
    find_in_name,
)


# More rows at fault than this, and something is wrong with the whole file.
MOST_REJECTED = 0.1
AMOUNTS = ("budget", "outcome", "forecast")
LARGE_AMOUNT = 3e8
_NUMBERS = (PERSONNUMMER, SAMORDNINGSNUMMER, SERIAL_ID, DATED_ID)
_DATES = {
    fold_name(item.header)
    for fields in TABLES.values()
    for item in fields
    if item.kind in ("date", "period")
}


@dataclass(frozen=True)
class OwnResult(CheckedFiles):
    """What came of a check. `rejected`: per sheet, the first reason why a row is left out."""

    tables: OwnTables
    rejected: dict[str, pd.Series]

    @property
    def rows_in(self) -> int:
        return self.tables.rows

    @property
    def rows_rejected(self) -> int:
        return sum(int(reasons.ne("").sum()) for reasons in self.rejected.values())

    @property
    def rows_loaded(self) -> int:
        return self.rows_in - self.rows_rejected if self.is_accepted else 0


def check_own_measures(
    paths: Iterable[Path], own_names: bool = False, today: date | None = None
) -> OwnResult:
    """Check files that together are one delivery. A fault in a file is a finding, not an error.

    `own_names`: the files lie in the archive, so their names are ours and not the sender's.
    """
    files = tuple(Path(path) for path in paths)
    read, faults = read_files(files)
    sheets = [sheet for of_file in read.values() for sheet in of_file]
    tables = OwnTables(faults=tuple(faults)) if faults else read_tables(_filled_in(sheets), today)
    sightings = _find_personal(read, tables)
    if not own_names:
        sightings += [item for path in files for item in find_in_name(path)]
    outcomes = _not_run() if tables.faults else run_rules(tables)
    rejected = _rejected_rows(tables, outcomes)
    findings = [
        *from_sightings(sightings),
        *from_faults([*tables.faults, *_faults_of_whole(tables, rejected)], files),
        *(
            finding
            for outcome in outcomes
            for finding in from_outcome(outcome, tables.there.get(outcome.rule.table))
        ),
    ]
    return OwnResult(
        files, tuple(numbered(findings)), tuple(sightings), tuple(outcomes), tables, rejected
    )


def is_own_measures_file(path: Path) -> bool:
    """Whether a file is one of own measures, by its content. One that cannot be read is not."""
    try:
        return is_own_measures(read_sheets(path))
    except SourceError:
        return False


def _filled_in(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Without the sheets of the template that only explain, and those left with nothing but
    their headers."""
    own = own_texts()
    return [sheet for sheet in sheets if not _is_ours(sheet, own)]


def _is_ours(sheet: Sheet, own: frozenset[str]) -> bool:
    cells = {cell for cell in sheet.frame.to_numpy().ravel() if cell}
    return sheet.name != "" and all(cell in own or cell.isdecimal() for cell in cells)


def _not_run() -> list[Outcome]:
    why = "Filen gick inte att läsa som egna mått."
    return [Outcome(rule, "not_run", why, None) for rule in RULES]


# --- the gate


def _find_personal(read: Mapping[Path, Sequence[Sheet]], tables: OwnTables) -> list[Sighting]:
    """Everything personal. Text may stand where text belongs, but nothing personal in it."""
    permit = Permit({}, frozenset(_DATES), own_texts())
    found = [
        sighting for path, sheets in read.items() for sighting in find_in_file(path, sheets, permit)
    ]
    return [
        item
        for item in found
        if not (item.kind == TEXT_KIND and _stands_in(item, tables, FREE_TEXT))
        and not (item.kind in _NUMBERS and _is_amount(item, tables))
    ]


def _stands_in(
    sighting: Sighting, tables: OwnTables, columns: Mapping[str, tuple[str, ...]]
) -> bool:
    """Whether all of it lies in these columns."""
    for name, table in tables.sheets.items():
        if (table.sheet.file, table.sheet.name) == (sighting.file, sighting.sheet):
            known = [table.columns.get(column) for column in columns.get(name, ())]
            letters = {column_letter(column) for column in known if column is not None}
            return all(cell.rstrip("0123456789") in letters for cell in sighting.cells)
    return False


def _is_amount(sighting: Sighting, tables: OwnTables) -> bool:
    """A large city's billions have ten digits, and one in a hundred looks like a person. Where
    the amounts of the column are not that large, it is taken for a person."""
    budget = tables.budget
    if budget is None or not _stands_in(sighting, tables, {"budget": AMOUNTS}):
        return False
    letter = sighting.cells[0].rstrip("0123456789")
    column = next(c for c in AMOUNTS if column_letter(budget.table.columns.get(c, -1)) == letter)
    return bool(budget.values[column].median() >= LARGE_AMOUNT)


# --- rows


def _rejected_rows(tables: OwnTables, outcomes: Sequence[Outcome]) -> dict[str, pd.Series]:
    """The first reason why each row is left out, "" where it is loaded."""
    rejected = {}
    for name, typed in tables.there.items():
        reasons = pd.Series("", index=typed.values.index, dtype=object)
        for outcome in outcomes:
            rule = outcome.rule
            if outcome.state == "broken" and rule.level == ROW and rule.table == name:
                reasons = reasons.mask(reasons.eq("") & outcome.rows, f"{rule.id} {rule.title}")
        rejected[name] = reasons
    return rejected


def _faults_of_whole(tables: OwnTables, rejected: dict[str, pd.Series]) -> list[Fault]:
    return [*_without_n(tables), *_too_many_rejected(tables, rejected)]


def _without_n(tables: OwnTables) -> list[Fault]:
    """A column that is missing for every row is one fault, and not one a row."""
    value = tables.value
    if value is None or value.given["n"].any() or not needs_n(tables).any():
        return []
    is_there = "n" in value.present
    where = value.table.header_address(value.table.columns["n"] if is_there else 0)
    remedy = (
        f"{'Fyll i den' if is_there else 'Lägg till den'}: hur många personer varje andel eller "
        "medelvärde bygger på. Utan n går det inte att skydda små grupper."
    )
    return [Fault(f"Kolumnen ”n” {'är tom' if is_there else 'saknas'}.", where, remedy)]


def _too_many_rejected(tables: OwnTables, rejected: dict[str, pd.Series]) -> list[Fault]:
    rows = sum(int(reasons.ne("").sum()) for reasons in rejected.values())
    if rows <= max(1, MOST_REJECTED * tables.rows):
        return []
    what = f"{rows} av {tables.rows} rader är fel. Så många fel tyder på att något är fel i hela "
    return [Fault(f"{what}filen.", remedy="Rätta enligt fellistan och lämna in på nytt.")]


# --- what is said of it


def summarise_own(result: OwnResult) -> tuple[str, ...]:
    """What to know first, a sentence each."""
    lines = [_verdict(result)]
    if result.rows_in:
        rejected = result.rows_in - result.rows_loaded
        lines.append(
            f"{result.rows_in} rader in: {result.rows_loaded} kan läsas in, {rejected} inte."
        )
    states = [outcome.state for outcome in result.outcomes]
    lines.append(
        f"{states.count('ok')} regler utan anmärkning, {states.count('broken')} med fel, "
        f"{states.count('not_run')} kunde inte prövas."
    )
    if result.tables.unknown:
        where = "; ".join(f"”{item.header}” ({item.where})" for item in result.tables.unknown)
        lines.append(f"Kolumner som inte tas med: {where}.")
    if result.tables.left_out_sheets:
        names = ", ".join(result.tables.left_out_sheets)
        lines.append(f"Flikar som inte hör till egna mått: {names}.")
    return tuple(lines)


def _verdict(result: OwnResult) -> str:
    if result.has_personal_data:
        return "Filen innehåller personuppgifter och kan inte tas emot."
    if not result.is_accepted:
        return "Filen kan inte tas emot förrän felen är rättade."
    if result.rows_rejected:
        return "Filen kan tas emot. Rader med fel tas inte med."
    if result.findings:
        return "Filen kan tas emot. Något bör kontrolleras först."
    return "Filen kan tas emot. Inga fel hittades."


def own_error_list(result: OwnResult) -> ErrorList:
    """The error list that its sender can use. It repeats no value from the file."""
    name = safe_name(result.paths, result.sightings, "egna mått")
    return error_list_from(name, summarise_own(result), result.findings, result.outcomes)

"""What is wrong in a delivered file, cell by cell, whatever kind of file it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from analyslib.errors import Fault, PersonalDataError, SourceError
from analyslib.sources.error_list import CheckRow, ErrorList, ErrorRow
from analyslib.sources.extract_reading import shown_name
from analyslib.sources.extract_rules import FILE, ROW, Outcome
from analyslib.sources.extract_tables import Table
from analyslib.sources.extract_typing import Typed
from analyslib.sources.personal_data_columns import Sighting


D = TypeVar("D")
C = TypeVar("C")


@dataclass(frozen=True)
class Finding:
    """One cell at fault. `problem` is the same for cells that together are one problem."""

    rule: str
    level: str
    file: str
    where: str
    what: str
    remedy: str
    problem: int


@dataclass(frozen=True)
class CheckedFiles:
    """What came of checking files that together are one delivery."""

    paths: tuple[Path, ...]
    findings: tuple[Finding, ...]
    sightings: tuple[Sighting, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def is_accepted(self) -> bool:
        return not any(finding.level == FILE for finding in self.findings)

    @property
    def has_personal_data(self) -> bool:
        return bool(self.sightings)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What stops the file, as an error says it."""
        return tuple(
            Fault(finding.what, finding.where, finding.remedy)
            for finding in self.findings
            if finding.level == FILE
        )


def check_every(deliveries: Iterable[D], check: Callable[[D], C]) -> list[C]:
    """Check every delivery before any is taken in. Raises SourceError (PersonalDataError where any
    of them has personal data) with the faults of all."""
    faults: list[Fault] = []
    checked: list[C] = []
    personal = False
    for delivery in deliveries:
        try:
            checked.append(check(delivery))
        except SourceError as error:
            faults += error.faults
            personal = personal or isinstance(error, PersonalDataError)
    if faults:
        raise (PersonalDataError if personal else SourceError)(faults)
    return checked


def from_sightings(sightings: Iterable[Sighting]) -> list[Finding]:
    found = []
    for problem, sighting in enumerate(sightings):
        may_be = "Kan vara personuppgifter" if sighting.is_doubtful else "Personuppgift"
        what = f"{may_be}: {sighting.kind}."
        place = sighting.sheet or sighting.file
        if sighting.whole_column or not sighting.cells:
            cells = [sighting.where]
        else:
            cells = [f"{place}!{cell}" for cell in sighting.cells]
        found += [
            Finding("P01", FILE, sighting.file, cell, what, sighting.remedy, problem)
            for cell in cells
        ]
    return found


def from_faults(faults: Iterable[Fault], files: Sequence[Path]) -> list[Finding]:
    name = shown_name(files[0]) if files else ""
    return [
        Finding("F01", FILE, name, fault.where or name, fault.what, fault.remedy, problem)
        for problem, fault in enumerate(faults)
    ]


def from_odd_rows(table: Table) -> list[Finding]:
    """Rows that are no rows of the table. They are left out."""
    what = "Raden hör inte till tabellen: den är en summa, en rubrik till eller en anteckning."
    return [
        Finding(
            "T01", ROW, table.sheet.file, table.sheet.address(row, 0), what,
            "Ta bort raden.", row,
        )
        for row in table.odd_rows
    ]  # fmt: skip


def from_outcome(outcome: Outcome, typed: Typed | None) -> list[Finding]:
    """The cells that break a rule; `typed` is the table that the rule looks at."""
    if typed is None or outcome.state != "broken" or outcome.broken is None:
        return []
    table = typed.table
    rule = outcome.rule
    rows, columns = np.nonzero(outcome.broken.to_numpy())
    names = outcome.broken.columns
    return [
        Finding(
            rule.id, rule.level, table.sheet.file, table.address(row, names[column]),
            rule.title, rule.remedy, int(row),
        )
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    ]  # fmt: skip


def numbered(findings: Sequence[Finding]) -> list[Finding]:
    """One running number per problem: the same rule, file and row."""
    numbers: dict[tuple[str, str, int], int] = {}
    found = []
    for item in findings:
        key = (item.rule, item.file, item.problem)
        number = numbers.setdefault(key, len(numbers) + 1)
        found.append(
            Finding(item.rule, item.level, item.file, item.where, item.what, item.remedy, number)
        )
    return found


def error_list_from(
    name: str,
    summary: tuple[str, ...],
    findings: Iterable[Finding],
    outcomes: Iterable[Outcome],
) -> ErrorList:
    """The error list as its sender gets it. `name` is what the file is called."""
    return ErrorList(
        name=name,
        summary=summary,
        rows=[
            ErrorRow(item.problem, item.level, item.where, item.rule, item.what, item.remedy)
            for item in findings
        ],
        checks=[
            CheckRow(
                outcome.rule.id,
                outcome.rule.title,
                outcome.state,
                0 if outcome.broken is None else int(outcome.broken.to_numpy().sum()),
                outcome.reason,
            )
            for outcome in outcomes
        ],
    )


def safe_name(paths: Iterable[Path], sightings: Iterable[Sighting], instead: str) -> str:
    """The files' names, unless a name itself holds personal data."""
    in_name = any(sighting.sheet == "filnamnet" for sighting in sightings)
    return instead if in_name else ", ".join(path.name for path in paths)

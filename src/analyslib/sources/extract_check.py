"""Checks delivered files as one extract: the gate, the shape, the rules; takes nothing in.

The result says all that is wrong at once, cell by cell, and never repeats a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analyslib.errors import Fault
from analyslib.measures import Measure, load_measures
from analyslib.sources.extract_mapping import Mapping, choose_mapping, load_mappings
from analyslib.sources.extract_model import TABLES
from analyslib.sources.extract_reading import Sheet, read_files
from analyslib.sources.extract_rules import ROW, RULES, Outcome, run_rules
from analyslib.sources.extract_tables import (
    Delivery,
    LocalColumn,
    recognise_tables,
    top_cells,
)
from analyslib.sources.extract_template import own_texts
from analyslib.sources.extract_typing import Extract, Typed, type_delivery
from analyslib.sources.findings import (
    CheckedFiles,
    from_faults,
    from_odd_rows,
    from_outcome,
    from_sightings,
    numbered,
)
from analyslib.sources.personal_data_columns import Permit, Sighting, find_in_file, find_in_name


# More rows at fault than this, and something is wrong with the whole extract.
MOST_REJECTED = 0.1
QUASI_IDENTIFIERS = ("municipality", "service_area", "age_group", "sex", "start_month")


@dataclass(frozen=True)
class Anonymity:
    """How alone a person is among those alike in `columns`: k is the smallest group."""

    columns: tuple[str, ...]
    k: int
    unique: int
    rows: int


@dataclass(frozen=True)
class CheckResult(CheckedFiles):
    """What came of a check. `extract` is None where the tables could not be recognised.

    `rejected` marks rows to be left out, per table, with the first reason.
    """

    local: tuple[LocalColumn, ...]
    left_out_sheets: tuple[str, ...]
    anonymity: Anonymity | None
    rows_in: int
    rows_rejected: int
    mapping: str
    extract: Extract | None
    local_values: pd.DataFrame
    rejected: dict[str, pd.Series]

    @property
    def rows_loaded(self) -> int:
        return self.rows_in - self.rows_rejected if self.is_accepted else 0


def check_files(
    paths: Iterable[Path],
    extraction_date: str = "",
    mappings: Sequence[Mapping] | None = None,
    measures: dict[str, Measure] | None = None,
    own_names: bool = False,
) -> CheckResult:
    """Check files that together are one extract. A fault in a file is a finding, not an error.

    `extraction_date` (ISO) is used where the files do not state one. `own_names`: the files lie
    in the archive, so their names are ours and not the sender's.
    """
    files = tuple(Path(path) for path in paths)
    read, unreadable = read_files(files)
    sheets = [sheet for of_file in read.values() for sheet in of_file]
    mappings = mappings or load_mappings()
    measures = measures or load_measures()
    mapping = _mapping_of(sheets, mappings)
    sightings = _find_personal(read, mapping)
    if not own_names:
        sightings += tuple(item for path in files for item in find_in_name(path))
    faults = list(unreadable)
    if unreadable:
        return _refused(files, mapping, sightings, faults)
    delivery = recognise_tables(sheets, [mapping], measures)
    faults += delivery.faults
    if faults:
        return _refused(files, mapping, sightings, faults, delivery)
    return _check_delivery(
        files, delivery, type_delivery(delivery, measures, extraction_date), sightings
    )


def check_file(path: Path, extraction_date: str = "") -> CheckResult:
    """Check one workbook or one flat file."""
    return check_files([path], extraction_date)


def _mapping_of(sheets: Sequence[Sheet], mappings: Sequence[Mapping]) -> Mapping:
    return choose_mapping(mappings, top_cells(sheets))


def _find_personal(
    read: MappingType[Path, Sequence[Sheet]], mapping: Mapping
) -> tuple[Sighting, ...]:
    dates = {item.name for fields in TABLES.values() for item in fields if item.kind == "date"}
    headers = frozenset(
        word for known in mapping.headers.values() for word, name in known.items() if name in dates
    )
    permit = Permit(mapping.allow, headers, own_texts())
    return tuple(
        sighting for path, sheets in read.items() for sighting in find_in_file(path, sheets, permit)
    )


# --- the result


def _refused(
    files: tuple[Path, ...], mapping: Mapping, sightings: tuple[Sighting, ...],
    faults: list[Fault], delivery: Delivery | None = None,
) -> CheckResult:  # fmt: skip
    """The tables cannot be made out, so no rule can be run."""
    why = "Filen gick inte att läsa som ett uttag."
    return CheckResult(
        paths=files,
        findings=tuple(numbered([*from_sightings(sightings), *from_faults(faults, files)])),
        sightings=sightings,
        outcomes=tuple(Outcome(rule, "not_run", why, None) for rule in RULES),
        local=delivery.local if delivery else (),
        left_out_sheets=delivery.left_out_sheets if delivery else (),
        anonymity=None,
        rows_in=0,
        rows_rejected=0,
        mapping=mapping.id,
        extract=None,
        local_values=pd.DataFrame(),
        rejected={},
    )


def _check_delivery(
    files: tuple[Path, ...], delivery: Delivery, extract: Extract, sightings: tuple[Sighting, ...]
) -> CheckResult:
    outcomes = run_rules(extract)
    rejected = _rejected_rows(extract, outcomes)
    rows_in = sum(len(table.values) for table in _tables(extract))
    rows_rejected = sum(int(reasons.ne("").sum()) for reasons in rejected.values())
    odd_rows = sum(len(typed.table.odd_rows) for typed in _tables(extract))
    findings = [
        *from_sightings(sightings),
        *from_faults(_faults_of_whole(extract, rows_in, rows_rejected), files),
        *(found for typed in _tables(extract) for found in from_odd_rows(typed.table)),
        *(
            finding
            for outcome in outcomes
            for finding in from_outcome(outcome, getattr(extract, outcome.rule.table))
        ),
    ]
    return CheckResult(
        paths=files,
        findings=tuple(numbered(findings)),
        sightings=sightings,
        outcomes=tuple(outcomes),
        local=delivery.local,
        left_out_sheets=delivery.left_out_sheets,
        anonymity=measure_anonymity(extract.episode.values),
        rows_in=rows_in + odd_rows,
        rows_rejected=rows_rejected + odd_rows,
        mapping=delivery.mapping.id,
        extract=extract,
        local_values=delivery.local_values,
        rejected=rejected,
    )


def _tables(extract: Extract) -> list[Typed]:
    return [typed for typed in (extract.episode, extract.measurement) if typed is not None]


def _faults_of_whole(extract: Extract, rows_in: int, rows_rejected: int) -> list[Fault]:
    faults = []
    if extract.extraction_date is None:
        faults.append(
            Fault(
                "uttagsdatum saknas.",
                remedy="Fyll i det i fliken Uttaget, eller ange det när filen läggs in. Utan det "
                "går det inte att veta hur länge pågående insatser har följts.",
            )
        )
    if rows_rejected > MOST_REJECTED * rows_in:
        faults.append(
            Fault(
                f"{rows_rejected} av {rows_in} rader är fel. Så många fel tyder på att hela "
                "uttaget behöver göras om.",
                remedy="Rätta enligt fellistan och lämna in på nytt.",
            )
        )
    return faults


def _rejected_rows(extract: Extract, outcomes: Sequence[Outcome]) -> dict[str, pd.Series]:
    """The first reason why each row is left out, "" where it is loaded."""
    rejected = {}
    for typed in _tables(extract):
        reasons = pd.Series("", index=typed.values.index, dtype=object)
        for outcome in outcomes:
            rule = outcome.rule
            if outcome.state == "broken" and rule.level == ROW and rule.table == typed.table.name:
                reasons = reasons.mask(reasons.eq("") & outcome.rows, f"{rule.id} {rule.title}")
        rejected[typed.table.name] = reasons
    if extract.measurement is not None:
        rejected["measurement"] = _without_episode(extract, rejected)
    return rejected


def _without_episode(extract: Extract, rejected: dict[str, pd.Series]) -> pd.Series:
    """A measurement whose whole case is left out cannot be used either."""
    assert extract.measurement is not None
    case = ["person", "episode_id"]
    kept = extract.episode.values.loc[rejected["episode"].eq(""), case]
    here = pd.MultiIndex.from_frame(extract.measurement.values[case])
    orphaned = ~here.isin(pd.MultiIndex.from_frame(kept))
    reasons = rejected["measurement"]
    return reasons.mask(reasons.eq("") & orphaned, "Ärendets rad är fel och togs inte med.")


def measure_anonymity(episodes: pd.DataFrame) -> Anonymity:
    """How many rows stand alone in their combination of the declared quasi-identifiers."""
    keys = episodes.assign(start_month=episodes["started"].dt.strftime("%Y-%m"))
    sizes = keys.groupby(list(QUASI_IDENTIFIERS), dropna=False).size()
    if sizes.empty:
        return Anonymity(QUASI_IDENTIFIERS, 0, 0, 0)
    return Anonymity(QUASI_IDENTIFIERS, int(sizes.min()), int(sizes.eq(1).sum()), len(episodes))

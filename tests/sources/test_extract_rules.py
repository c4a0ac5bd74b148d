"""Each rule with a good example beside the bad ones of test_dirty_extracts; the three states."""

from __future__ import annotations

from pathlib import Path

import pytest
from extract_examples import (
    EPISODE,
    FACTS,
    MEASUREMENT,
    Rows,
    episodes,
    measurements,
    write_workbook,
)

from analyslib.sources.extract_check import CheckResult, check_files
from analyslib.sources.extract_rules import RULES


def check_rows(
    folder: Path, episode_rows: Rows, measurement_rows: Rows | None = None, **facts: str
) -> CheckResult:
    stated = {**FACTS, **facts}
    measured = [] if measurement_rows is None else measurement_rows
    return check_files([write_workbook(folder / "uttag.xlsx", episode_rows, measured, stated)])


def rules_of(result: CheckResult) -> list[str]:
    return sorted({finding.rule for finding in result.findings})


def episode(**changes: object) -> dict[str, object]:
    return {**EPISODE, **changes}


def measurement(**changes: object) -> dict[str, object]:
    return {**MEASUREMENT, **changes}


AGAIN = {
    "arende_id": "Ä2",
    "aktualiserad": "2024-09-10",
    "start": "2024-09-15",
    "slut": "2024-11-01",
}
OPEN = {"slut": "", "avslutsorsak": "", "maluppfyllelse": "", "nojd": ""}

# Rows that look as if they broke a rule, and do not.
GOOD: dict[str, tuple[str, Rows]] = {
    "aktualiserad samma dag": ("A09", [episode(aktualiserad="2024-02-01")]),
    "aktualiserad den 15, start i februari": (
        "A09", [episode(aktualiserad="2024-02-15", start="2024-02")],
    ),
    "start och slut samma dag": ("A10", [episode(slut="2024-02-01")]),
    "start den 20, slut i februari": ("A10", [episode(start="2024-02-20", slut="2024-02")]),
    "åter samma dag": ("A11", [episode(ateraktualiserad="2024-09-15")]),
    "slut på uttagsdagen": ("A12", [episode(slut="2025-01-31")]),
    "pågår över hela perioden": ("A14", [episode(aktualiserad="", start="2021-01-01", **OPEN)]),
    "samma ärende, två insatser": ("A15", [episode(), episode(insats="Boendestöd")]),
    "nästa börjar dagen den förra slutar": ("A16", [episode(), episode(**AGAIN)]),
    "andra insatsen samtidigt": ("A16", [episode(), episode(insats="Boendestöd")]),
    "annan person samtidigt": ("A16", [episode(), episode(lopnr="A2", arende_id="Ä2")]),
    "pågår utan orsak": ("A17", [episode(**OPEN)]),
    "pågår står som orsak": ("A18", [episode(**{**OPEN, "avslutsorsak": "Pågår"})]),
    "mål ej bedömt och pågår": ("A19", [episode(**{**OPEN, "maluppfyllelse": "Ej bedömt"})]),
    "varken omfattning eller enhet": ("A21", [episode(omfattning="", omfattning_enhet="")]),
    "kön okänt på ena raden": ("A22", [episode(), episode(**AGAIN, kon="uppgift saknas")]),
    "mål helt och orsak helt": (
        "A24", [episode(avslutsorsak="Målet uppnått helt", maluppfyllelse="Helt")],
    ),
    "kommunkod som namn": ("A25", [episode(kommunkod="Umeå")]),
    "äldre i ett senare ärende": ("A26", [episode(), episode(**AGAIN, aldersgrupp="45–64")]),
    "avliden är det sista": ("A27", [episode(avslutsorsak="Avliden", maluppfyllelse="Ej bedömt")]),
    "nojd är frivillig": ("A07", [episode(nojd="")]),
}  # fmt: skip

GOOD_MEASUREMENTS: dict[str, tuple[str, Rows]] = {
    "bara fas": ("M16", [measurement(datum="")]),
    "bara datum": ("M16", [measurement(fas="")]),
    "lägsta och högsta värde": (
        "M08", [measurement(varde="0"), measurement(varde="40", fas="Avslut", datum="2024-09-01")],
    ),
    "decimaler i ORS": ("M10", [measurement(matt="ORS", varde="21,3")]),
    "SDQ utan delskala är totalen": ("M06", [measurement(matt="SDQ", varde="38")]),
    "kort före start": ("M12", [measurement(datum="2024-01-12")]),
    "långt efter slut i fasen efter": ("M12", [measurement(datum="2025-01-15", fas="Efter")]),
    "två skattare": ("M14", [measurement(), measurement(skattare="Närstående")]),
    "två uppföljningar": (
        "M13",
        [measurement(fas="Uppföljning", datum="2024-04-01"),
         measurement(fas="Uppföljning", datum="2024-05-01")],
    ),
    "inget värde": ("M03", [measurement(varde="")]),
    "88 betyder ej besvarad": ("M08", [measurement(varde="88")]),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_an_episode_that_only_looks_wrong(name: str, tmp_path: Path) -> None:
    rule, rows = GOOD[name]
    result = check_rows(tmp_path, rows)
    assert rules_of(result) == []
    assert [item.state for item in result.outcomes if item.rule.id == rule] == ["ok"]


@pytest.mark.parametrize("name", GOOD_MEASUREMENTS)
def test_a_measurement_that_only_looks_wrong(name: str, tmp_path: Path) -> None:
    rule, rows = GOOD_MEASUREMENTS[name]
    result = check_rows(tmp_path, [episode()], rows)
    assert rules_of(result) == []
    assert [item.state for item in result.outcomes if item.rule.id == rule] == ["ok"]


def test_on_a_right_file_every_rule_is_run_and_ok(tmp_path: Path) -> None:
    result = check_rows(tmp_path, [episode()], measurements(1))
    assert [(item.rule.id, item.state) for item in result.outcomes] == [
        (rule.id, "ok") for rule in RULES
    ]


def test_a_rule_without_its_column_could_not_be_run_and_says_why(tmp_path: Path) -> None:
    row = episode()
    del row["nojd"]
    outcomes = {item.rule.id: item for item in check_rows(tmp_path, [row]).outcomes}
    assert outcomes["A07"].state == "not_run"
    assert outcomes["A07"].reason == "Kolumnen nojd finns inte i filen."
    assert outcomes["M08"].reason == "Filen har inga mätningar."
    assert outcomes["A10"].state == "ok"


def test_rules_of_time_wait_for_the_extraction_date(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "u.xlsx", [episode()], [], {"kommunkod": "2480", "urval": "x"})
    outcomes = {item.rule.id: item for item in check_files([path]).outcomes}
    assert (outcomes["A12"].state, outcomes["A12"].reason) == ("not_run", "Uttagsdatum saknas.")


def test_cells_of_one_problem_have_one_number(tmp_path: Path) -> None:
    """Kön and insats are missing in the same row: one rule, one row, one problem."""
    rows = episodes(20)
    rows[1].update(kon="", insats="")
    result = check_rows(tmp_path, rows)
    found = [(item.rule, item.where, item.problem) for item in result.findings]
    assert found == [("A01", "Ärenden!F3", 1), ("A01", "Ärenden!M3", 1)]


def test_ids_are_unique_and_texts_are_there() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES) >= 30
    assert len({rule.pattern for rule in RULES}) >= 15
    assert all(rule.title.endswith(".") and rule.remedy for rule in RULES)

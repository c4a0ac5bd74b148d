"""Own measures: every fault is said at its cell with what to do, and no right file is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from own_examples import FAULTS, PERSONAL, SHAPES, Draft, new_draft, spell, write_draft

from analyslib.sources.error_list import write_error_list
from analyslib.sources.own_measures_check import (
    OwnResult,
    check_own_measures,
    own_error_list,
    summarise_own,
)
from analyslib.sources.own_measures_rules import RULES


def check_fault(folder: Path, name: str, seed: int) -> OwnResult:
    draft = new_draft(np.random.default_rng(seed))
    FAULTS[name](draft)
    result = check_own_measures(write_draft(folder, draft))
    found = {(item.rule, item.where): item for item in result.findings}
    for rule, sheet, header, row in draft.expected:
        cell = draft.cell(sheet, header, row)
        assert (rule, cell) in found, f"{name}: {rule} i {cell} saknas bland {sorted(found)}"
        assert found[rule, cell].remedy.endswith(".") and found[rule, cell].what.endswith(".")
    assert result.rows_in == sum(len(rows) for rows in draft.sheets.values())
    return result


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_said_at_its_cell_and_nowhere_else(name: str, tmp_path: Path) -> None:
    result = check_fault(tmp_path, name, seed=1)
    rules = {item.rule for item in result.findings}
    assert len(rules) == 1, rules
    if result.is_accepted:
        assert result.rows_in == result.rows_loaded + result.rows_rejected


def test_there_are_far_more_than_thirty_faults_and_every_rule_has_one() -> None:
    planted = set()
    for put in FAULTS.values():
        draft = new_draft(np.random.default_rng(0))
        put(draft)
        planted |= {rule for rule, *_ in draft.expected}
    assert len(FAULTS) >= 30
    assert {rule.id for rule in RULES} == planted


@pytest.mark.parametrize("name", SHAPES)
def test_a_fault_in_the_shape_stops_the_file(name: str, tmp_path: Path) -> None:
    put, words, where = SHAPES[name]
    draft = new_draft(np.random.default_rng(2))
    put(draft)
    result = check_own_measures(write_draft(tmp_path, draft))
    (fault,) = result.faults
    assert words in fault.what and fault.where == where and fault.remedy.endswith(".")
    assert not result.is_accepted and {item.state for item in result.outcomes} == {"not_run"}


@pytest.mark.parametrize("name", PERSONAL)
def test_personal_data_stops_the_file_and_is_not_repeated(name: str, tmp_path: Path) -> None:
    header, text, kind = PERSONAL[name]
    draft = new_draft(np.random.default_rng(3))
    draft.sheets["Projekt"][0][header] = text
    result = check_own_measures(write_draft(tmp_path, draft))
    (fault,) = result.faults
    assert (fault.what, fault.where) == (
        f"Personuppgift: {kind}.",
        draft.cell("Projekt", header, 0),
    )
    assert result.has_personal_data and not result.is_accepted
    said = repr(own_error_list(result)) + repr(result.faults)
    assert text not in said and "9817" not in said and "Svensson" not in said


def test_text_is_allowed_where_text_belongs_and_nowhere_else(tmp_path: Path) -> None:
    draft = new_draft(np.random.default_rng(4))
    told = "Stödet byggdes ut till fler stadsdelar och två nya grupper startade under hösten."
    for number, row in enumerate(draft.sheets["Händelser"]):
        row["händelse"] = f"{told} Del {number}."
    assert check_own_measures(write_draft(tmp_path / "1", draft)).findings == ()
    for row in draft.sheets["Värden"]:
        row["kommentar"] = told
    refused = check_own_measures(write_draft(tmp_path / "2", draft))
    assert refused.has_personal_data
    assert {fault.where.split(",")[0] for fault in refused.faults} >= {"Värden!E1"}


def billions(draft: Draft, seed: int) -> Draft:
    """Ten digits in every amount, with one that has the shape and the check digit of a person."""
    rng = np.random.default_rng(seed)
    for row in draft.sheets["Budget"]:
        row.update({name: int(rng.integers(1e9, 9e9)) for name in ("budget", "utfall", "prognos")})
    draft.sheets["Budget"][4]["utfall"] = 1_212_121_212
    return draft


def test_a_large_citys_amounts_are_not_taken_for_persons(tmp_path: Path) -> None:
    for seed in range(5):
        made = billions(new_draft(np.random.default_rng(seed)), seed)
        assert check_own_measures(write_draft(tmp_path / str(seed), made)).findings == ()


def test_a_personnummer_among_ordinary_amounts_is_found(tmp_path: Path) -> None:
    made = new_draft(np.random.default_rng(9))
    made.sheets["Budget"][4]["utfall"] = 1_212_121_212
    (fault,) = check_own_measures(write_draft(tmp_path, made)).faults
    assert fault.where == made.cell("Budget", "utfall", 4)
    assert fault.what == "Personuppgift: personnummer."


def test_no_right_file_is_refused(tmp_path: Path, prove: bool) -> None:
    """A hundred in the way other people would write them, as workbooks and as csv files."""
    for seed in range(100 if prove else 12):
        rng = np.random.default_rng(seed)
        draft = spell(new_draft(rng), rng)
        result = check_own_measures(write_draft(tmp_path / str(seed), draft, seed % 3 == 2))
        assert result.findings == (), (seed, result.findings[:3])
        rows = [len(draft.sheets[name]) for name in draft.sheets if name not in draft.left_out]
        assert result.rows_loaded == result.rows_in == sum(rows)


def test_many_faults_in_one_file_are_said_together(tmp_path: Path) -> None:
    draft = new_draft(np.random.default_rng(5))
    for name in ("värdet är ett ord", "summarad", "okänt slag", "händelsens mått finns inte"):
        FAULTS[name](draft)
    result = check_own_measures(write_draft(tmp_path, draft))
    assert {item.rule for item in result.findings} == {"VA06", "BU16", "MT08", "HA04"}
    assert [fault.where for fault in result.faults] == [draft.cell("Mått", "slag", 1)]


def test_more_than_every_tenth_row_at_fault_stops_the_file(tmp_path: Path) -> None:
    draft = new_draft(np.random.default_rng(6))
    for row in draft.sheets["Värden"][::3]:
        row["värde"] = "okänt värde"
    result = check_own_measures(write_draft(tmp_path, draft))
    assert any("Så många fel" in fault.what for fault in result.faults)
    assert result.rows_loaded == 0


@pytest.mark.parametrize("is_there", [True, False])
def test_a_column_that_every_share_needs_is_asked_for_once(is_there: bool, tmp_path: Path) -> None:
    draft = new_draft(np.random.default_rng(10))
    for row in draft.sheets["Värden"]:
        row["n"] = ""
    if not is_there:
        draft.lost.append(("Värden", "n"))
    result = check_own_measures(write_draft(tmp_path, draft))
    (finding,) = result.findings
    (fault,) = result.faults
    assert fault.what == f"Kolumnen ”n” {'är tom' if is_there else 'saknas'}."
    assert fault.where == finding.where == ("Värden!D1" if is_there else "Värden!A1")
    assert "hur många personer" in fault.remedy and result.rows_loaded == 0


def test_a_column_that_no_measure_needs_may_be_missing(tmp_path: Path) -> None:
    draft = new_draft(np.random.default_rng(11))
    draft.lost.append(("Värden", "n"))
    for row in draft.sheets["Mått"][1:]:
        row["personer"] = "nej"
    assert check_own_measures(write_draft(tmp_path, draft)).findings == ()


def test_a_rule_that_cannot_be_tried_says_why(tmp_path: Path) -> None:
    draft = new_draft(np.random.default_rng(7))
    draft.left_out += ["Händelser", "Budget"]
    draft.lost.append(("Mått", "nyckeltal"))
    result = check_own_measures(write_draft(tmp_path, draft))
    why = {item.rule.id: item.reason for item in result.outcomes if item.state == "not_run"}
    assert why["HA02"] == "Filen har ingen flik Händelser."
    assert why["MT16"] == "Kolumnen nyckeltal finns inte i filen."
    assert result.is_accepted and "VA06" not in why


def test_the_error_list_is_written_for_the_sender(tmp_path: Path) -> None:
    result = check_fault(tmp_path, "summarad", seed=8)
    workbook, page = write_error_list(own_error_list(result), tmp_path / "ut")
    text = page.read_text(encoding="utf-8")
    assert "Budget!D3" in text and "Summor räknas fram" in text
    assert workbook.name == "fellista egna_matt.xlsx"
    assert summarise_own(result)[0] == "Filen kan tas emot. Rader med fel tas inte med."


NASTY = (
    "", " ", "-", "0", "-1", "1e9", "99999999999999999999", "#N/A", "=1+1", "''", '"', ";", "\n",
    "å" * 300, "2024-02-30", "2024", "0000-00-00", "1900-01-00", "45000", "1,5", "1.5.2", "NaN",
    "inf", "None", "ja", "😀", "12:30", "٣", "0x1F", "sekretess", "\u200b",
)  # fmt: skip


def test_whatever_stands_in_the_cells_nothing_raises(tmp_path: Path, prove: bool) -> None:
    """Random nonsense in random cells, columns and sheets lost."""
    for seed in range(300 if prove else 15):
        rng = np.random.default_rng(seed)
        draft = new_draft(rng)
        for sheet, rows in draft.sheets.items():
            for _ in range(int(rng.integers(1, 30))):
                row = rows[int(rng.integers(0, len(rows)))]
                row[str(rng.choice(list(row)))] = str(rng.choice(NASTY))
            if rng.random() < 0.1:
                draft.lost.append((sheet, str(rng.choice(list(rows[0])))))
            if rng.random() < 0.1:
                draft.left_out.append(sheet)
        result = check_own_measures(write_draft(tmp_path / str(seed), draft, seed % 2 == 1))
        own_error_list(result)
        assert 0 <= result.rows_rejected <= result.rows_in

"""The error list: what the sender opens, in Excel and as a page."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from extract_examples import episodes, write_workbook

from analyslib.sources.error_list import CheckRow, ErrorList, ErrorRow, write_error_list
from analyslib.sources.extract_check import check_files
from analyslib.sources.extract_report import write_error_list as write_for


ERRORS = ErrorList(
    name="uttag <1>.xlsx",
    summary=("Filen kan inte tas emot förrän felen är rättade.",),
    rows=[ErrorRow(1, "row", "Ärenden!C14", "A10", "Slutar före & börjar.", "Rätta <datumet>.")],
    checks=[
        CheckRow("A10", "Insatsen slutar före den börjar.", "broken", 1),
        CheckRow("M08", "Värdet ligger utanför skalan.", "not_run", 0, "Filen har inga mätningar."),
    ],
)


def test_the_workbook_says_cell_rule_and_remedy(tmp_path: Path) -> None:
    workbook, _ = write_error_list(ERRORS, tmp_path)
    faults = pd.read_excel(workbook, sheet_name="Fel", engine="calamine")
    assert faults.iloc[0].to_dict() == {
        "nr": 1, "vad det innebär": "raden tas inte med", "var": "Ärenden!C14", "regel": "A10",
        "vad som är fel": "Slutar före & börjar.", "gör så här": "Rätta <datumet>.",
    }  # fmt: skip
    rules = pd.read_excel(workbook, sheet_name="Regler", engine="calamine")
    assert list(rules["utfall"]) == ["✕ fel finns", "– kunde inte prövas"]


def test_the_page_is_one_file_in_swedish_with_escaped_texts(tmp_path: Path) -> None:
    _, page = write_error_list(ERRORS, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert '<html lang="sv">' in text
    assert "<caption>1 cell</caption>" in text
    assert "Rätta &lt;datumet&gt;." in text
    assert "http" not in text and "<script" not in text
    assert text.count('scope="col"') == 11


def test_a_formula_in_a_header_of_the_sender_stays_text(tmp_path: Path) -> None:
    rows = [{**row, "=1+1": "x"} for row in episodes()]
    result = check_files([write_workbook(tmp_path / "uttag.xlsx", rows)])
    workbook, page = write_for(result, tmp_path / "ut")
    assert (workbook.name, page.name) == ("fellista uttag.xlsx", "fellista uttag.html")
    assert not any("<f>" in part for part in _parts(workbook))


def test_a_number_in_the_name_of_the_file_is_not_repeated(tmp_path: Path) -> None:
    result = check_files([write_workbook(tmp_path / "18900104-9817.xlsx")])
    workbook, page = write_for(result, tmp_path / "ut")
    assert "9817" not in workbook.name + page.name + page.read_text(encoding="utf-8")
    assert not any("9817" in part for part in _parts(workbook))


def _parts(workbook: Path) -> list[str]:
    import zipfile

    with zipfile.ZipFile(workbook) as book:
        return [book.read(name).decode("utf-8", errors="replace") for name in book.namelist()]

"""The template: empty it is only empty, filled in it is right, and it explains itself."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest
from extract_examples import EPISODE, FACTS, MEASUREMENT, write_workbook
from python_calamine import CalamineWorkbook

from analyslib.sources.extract_check import check_files
from analyslib.sources.extract_model import EPISODE as FIELDS
from analyslib.sources.extract_template import own_texts, write_template


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_template(tmp_path_factory.mktemp("mall") / "mall.xlsx")


def test_an_empty_template_has_no_personal_data_only_no_rows(template: Path) -> None:
    result = check_files([template])
    assert {item.what for item in result.findings} == {"tabellen har rubriker men inga rader."}


def test_sheets_in_the_order_they_are_filled_in(template: Path) -> None:
    with CalamineWorkbook.from_path(template) as book:
        assert book.sheet_names == [
            "Så gör du", "Uttaget", "Ärenden", "Mätningar", "Förklaringar", "Listor",
        ]  # fmt: skip


def test_headers_are_those_of_the_model(template: Path) -> None:
    frame = pd.read_excel(template, sheet_name="Ärenden", engine="calamine")
    assert list(frame.columns) == [field.header for field in FIELDS]
    assert list(EPISODE) == list(frame.columns)


def test_every_column_has_a_list_or_a_note(template: Path) -> None:
    with zipfile.ZipFile(template) as book:
        episodes = book.read("xl/worksheets/sheet3.xml").decode()
        measured = book.read("xl/worksheets/sheet4.xml").decode()
    assert episodes.count("<dataValidation ") == len(EPISODE)
    assert measured.count("<dataValidation ") == len(MEASUREMENT)
    assert 'type="list"' in episodes and "Listor!" in episodes


def test_a_filled_in_template_is_right(template: Path, tmp_path: Path) -> None:
    """The template's own sheets beside filled-in ones: its long texts are not free text."""
    guide = pd.read_excel(template, sheet_name=None, header=None, engine="calamine")
    filled = write_workbook(tmp_path / "uttag.xlsx")
    sheets = pd.read_excel(filled, sheet_name=None, header=None, dtype=str, engine="calamine")
    path = tmp_path / "ifylld.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        for name in ("Så gör du", "Förklaringar", "Listor"):
            guide[name].to_excel(book, sheet_name=name, index=False, header=False)
        for name, frame in sheets.items():
            frame.to_excel(book, sheet_name=name, index=False, header=False)
    result = check_files([path])
    assert result.findings == ()
    assert result.rows_in == 36


def test_the_words_of_the_lists_are_understood(tmp_path: Path) -> None:
    """Whatever is chosen in a drop-down list passes the rules of code lists."""
    from analyslib.sources.extract_model import code_lists

    for name, codes in code_lists().items():
        fields = [field for field in FIELDS if field.codes == name]
        rows = [
            {**EPISODE, **{field.header: label for field in fields}}
            for label in codes.labels.values()
        ]
        path = write_workbook(tmp_path / "u.xlsx", rows, [], FACTS)
        assert [item for item in check_files([path]).findings if item.rule == "A06"] == []


def test_own_texts_hold_no_short_words_that_could_hide_something() -> None:
    assert not any(text.isdigit() for text in own_texts())

"""Own measures on their way in: all or nothing, nothing lost, the newest delivery counts."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from own_examples import FAULTS, Draft, new_draft, write_draft

from analyslib.errors import PersonalDataError, SourceError, UsageError
from analyslib.sources import own_measures
from analyslib.sources.extract_reading import read_sheets
from analyslib.sources.origin import archived_files
from analyslib.sources.own_measures_check import check_own_measures, is_own_measures_file
from analyslib.sources.own_measures_model import SHEETS, TABLES
from analyslib.sources.own_measures_template import write_template
from analyslib.workbench import build_workspace, check_files, describe_workspace
from analyslib.workspace import Workspace, find_workspace


def draft(seed: int = 1, place: str = "Umeå") -> Draft:
    made = new_draft(np.random.default_rng(seed))
    for name in ("Projekt", "Mått", "Budget"):
        for row in made.sheets[name]:
            row["kommun"] = place
    return made


def loaded(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    own_measures.load(connection, archived_files(workspace, "matt"))
    return connection


def one(connection: duckdb.DuckDBPyConnection, text: str) -> Any:
    found = connection.execute(text).fetchone()
    assert found is not None
    return found if len(found) > 1 else found[0]


def test_a_workbook_and_its_csv_files_are_the_same_delivery(tmp_path: Path) -> None:
    frames = []
    for number, as_csv in enumerate((False, True)):
        workspace = Workspace(tmp_path / f"home{number}")
        files = own_measures.add(workspace, write_draft(tmp_path / str(number), draft(), as_csv))
        assert len(files) == (5 if as_csv else 1)
        assert {file.origin.title for file in files} == {"Egna mått nr 1, Umeå"}
        (delivery,) = own_measures.read(archived_files(workspace))
        frames.append(delivery.tables)
    for name, frame in frames[0].items():
        pd.testing.assert_frame_equal(frame, frames[1][name])


def test_short_names_get_the_municipality_before_them() -> None:
    workspace = find_workspace()
    own_measures.add(workspace, write_draft(workspace.root / "in", draft()))
    store = loaded(workspace)
    assert one(store, "SELECT min(project), min(municipality) FROM own_project") == (
        "2480-projekt-1",
        "2480",
    )
    orphans = """SELECT count(*) FROM own_value ANTI JOIN own_measure USING (measure)"""
    assert one(store, orphans) == 0
    event = "SELECT project, measure, rebase FROM own_event WHERE measure <> ''"
    assert one(store, event) == ("2480-projekt-1", "2480-matt-0", True)


def test_one_wrong_file_stops_them_all(tmp_path: Path) -> None:
    workspace = find_workspace()
    wrong = draft(2)
    FAULTS["okänt slag"](wrong)
    paths = [*write_draft(tmp_path / "a", draft()), *write_draft(tmp_path / "b", wrong)]
    with pytest.raises(SourceError) as caught:
        own_measures.add(workspace, paths)
    assert caught.value.exit_code == 11
    assert [fault.where for fault in caught.value.faults] == [wrong.cell("Mått", "slag", 1)]
    assert archived_files(workspace) == [] and not list(workspace.raw.glob("*/*"))


def test_personal_data_have_an_exit_code_of_their_own(tmp_path: Path) -> None:
    made = draft()
    made.sheets["Händelser"][0]["händelse"] = "Ring 070-123 45 67"
    with pytest.raises(PersonalDataError) as caught:
        own_measures.add(find_workspace(), write_draft(tmp_path, made))
    assert caught.value.exit_code == 15
    assert "070" not in str(caught.value) and "Händelser!" in str(caught.value)


def test_rows_in_are_rows_loaded_and_rows_rejected(tmp_path: Path) -> None:
    workspace, made = find_workspace(), draft()
    for name in ("värdet är ett ord", "summarad", "händelse utan text"):
        FAULTS[name](made)
    (file,) = own_measures.add(workspace, write_draft(tmp_path, made))
    store = loaded(workspace)
    tables = ("own_project", "own_measure", "own_value", "own_event", "own_budget")
    rows = sum(one(store, f"SELECT count(*) FROM {name}") for name in tables)
    rejected = store.execute("SELECT sheet, row, reason FROM own_rejected ORDER BY ALL").fetchall()
    assert file.origin.rows == rows
    assert rows + len(rejected) == sum(len(rows) for rows in made.sheets.values())
    assert [(sheet, row) for sheet, row, _ in rejected] == [
        ("Budget", 3),
        ("Händelser", 3),
        ("Värden", 3),
    ]
    assert rejected[0][2] == "BU16 Raden är en summa av andra rader."
    assert one(store, "SELECT sum(rows) FROM own_delivery") == rows


def test_why_there_is_no_number_is_kept_apart(tmp_path: Path) -> None:
    workspace, made = find_workspace(), draft()
    for row, cell in zip(made.sheets["Värden"], ("", "Sekretess", "-", "0"), strict=False):
        row["värde"] = cell
    own_measures.add(workspace, write_draft(tmp_path, made))
    text = "SELECT value, status FROM own_value ORDER BY rowid LIMIT 4"
    assert loaded(workspace).execute(text).fetchall() == [
        (None, "Missing"),
        (None, "Privacy"),
        (None, "Missing"),
        (0.0, ""),
    ]


def test_the_newest_delivery_counts_and_each_part_for_itself(tmp_path: Path) -> None:
    workspace = find_workspace()
    own_measures.add(workspace, write_draft(tmp_path / "1", draft(1)), vintage="2026-01-10")
    own_measures.add(
        workspace, write_draft(tmp_path / "2", draft(2, "Gnesta")), vintage="2026-01-11"
    )
    before = one(loaded(workspace), "SELECT count(*), sum(budget) FROM own_budget")
    later = draft(3)
    later.left_out = ["Budget"]
    later.sheets["Värden"] = [row for row in later.sheets["Värden"] if row["mått"] == "matt-0"][:5]
    later.sheets["Mått"] = later.sheets["Mått"][:1]
    later.sheets["Projekt"], later.sheets["Händelser"] = later.sheets["Projekt"][:1], []
    own_measures.add(workspace, write_draft(tmp_path / "3", later), vintage="2026-02-10")
    store = loaded(workspace)
    assert one(store, "SELECT count(*), sum(budget) FROM own_budget") == before
    of_project = """SELECT count(*) FROM own_value JOIN own_measure USING (measure)
        WHERE municipality = '2480' AND project = '2480-projekt-1'"""
    assert one(store, of_project) == 5
    gnesta = "SELECT count(*) FROM own_measure WHERE municipality = '0461'"
    assert one(store, gnesta) == 5


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_of_two_on_the_same_day_the_last_that_came_counts(
    order: tuple[int, int], tmp_path: Path
) -> None:
    workspace = find_workspace()
    for seed in order:
        made = draft(seed)
        made.sheets["Projekt"][0]["titel"] = f"Leverans {seed}"
        own_measures.add(workspace, write_draft(tmp_path / str(seed), made), vintage="2026-01-10")
    titles = "SELECT title FROM own_project WHERE project = '2480-projekt-1'"
    assert one(loaded(workspace), titles) == f"Leverans {order[-1]}"


def test_the_same_file_again_is_nothing_new(tmp_path: Path) -> None:
    workspace, paths = find_workspace(), write_draft(tmp_path, draft())
    first = own_measures.add(workspace, paths, retrieved=date(2026, 2, 1))
    assert own_measures.add(workspace, paths, retrieved=date(2026, 2, 1)) == first
    assert len(archived_files(workspace)) == 1


def test_without_a_delivery_the_tables_are_there_and_empty() -> None:
    connection = duckdb.connect(":memory:")
    own_measures.load(connection, [])
    for name in ("own_delivery", "own_project", "own_measure", "own_value", "own_event",
                 "own_budget", "own_rejected"):  # fmt: skip
        assert one(connection, f"SELECT count(*) FROM {name}") == 0


def test_a_day_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="inget datum"):
        own_measures.add(find_workspace(), write_draft(tmp_path, draft()), vintage="i går")


# --- commands


def test_check_knows_the_file_by_its_content(tmp_path: Path) -> None:
    made = draft()
    FAULTS["okänd riktning"](made)
    (path,) = write_draft(tmp_path, made)
    lines, is_clean = check_files("", [path], tmp_path / "fel")
    assert not is_clean
    assert "  Filen kan inte tas emot förrän felen är rättade." in lines
    assert (tmp_path / "fel" / "fellista egna_matt.html").is_file()
    assert archived_files(find_workspace()) == []


def test_check_takes_csv_files_together(tmp_path: Path) -> None:
    lines, is_clean = check_files("", write_draft(tmp_path, draft(), as_csv=True), tmp_path)
    assert is_clean and len([line for line in lines if line.endswith(".csv:")]) == 1


def test_an_extract_is_not_taken_for_own_measures(tmp_path: Path) -> None:
    from extract_examples import write_workbook

    assert not is_own_measures_file(write_workbook(tmp_path / "uttag.xlsx"))


def test_status_names_the_files(tmp_path: Path) -> None:
    workspace = find_workspace()
    own_measures.add(workspace, write_draft(tmp_path, draft()))
    assert "  egna_matt.xlsx: Egna mått nr 1, Umeå." in describe_workspace(workspace).splitlines()


def test_the_build_says_what_became_of_the_rows(tmp_path: Path) -> None:
    workspace, made = find_workspace(), draft()
    FAULTS["summarad"](made)
    rows = sum(len(rows) for rows in made.sheets.values())
    own_measures.add(workspace, write_draft(tmp_path, made))
    lines = str(build_workspace(workspace)).splitlines()
    assert f"Egna mått: {rows - 1}\u00a0rader ur 1\u00a0leverans." in lines
    assert "  1\u00a0rad togs inte med. `analyslib check` med filen säger varför." in lines
    assert str(build_workspace(workspace)).startswith("Inget att göra")


# --- the template


def test_the_template_has_every_column_and_a_list_where_there_is_one(tmp_path: Path) -> None:
    path = write_template(tmp_path / "mall.xlsx")
    sheets = {sheet.name: sheet.frame for sheet in read_sheets(path)}
    for name, title in SHEETS.items():
        assert list(sheets[title].loc[1]) == [item.header for item in TABLES[name]]
    with zipfile.ZipFile(path) as book:
        pages = [book.read(name).decode() for name in book.namelist() if "worksheets/" in name]
    lists = sum(len(re.findall('type="list"', page)) for page in pages)
    assert lists == sum(
        bool(item.codes) or item.kind in ("municipality", "area")
        for fields in TABLES.values()
        for item in fields
    )
    assert sum("'Mått'!$A$2" in page for page in pages) == 3  # Mått, Värden, Händelser
    assert is_own_measures_file(path)


def test_a_filled_in_template_is_taken_in(tmp_path: Path) -> None:
    """The sheets that explain are there, as when someone has filled in the template."""
    template = {sheet.name: sheet for sheet in read_sheets(write_template(tmp_path / "mall.xlsx"))}
    made = draft()
    for name in ("Så gör du", "Förklaringar", "Listor"):
        made.extra[name] = template[name].frame.to_numpy().tolist()
    made.left_out.append("Händelser")
    made.extra["Händelser"] = [[item.header for item in TABLES["event"]]]
    result = check_own_measures(write_draft(tmp_path, made))
    assert result.findings == () and result.tables.event is None


def test_an_empty_template_says_what_is_lacking(tmp_path: Path) -> None:
    result = check_own_measures([write_template(tmp_path / "mall.xlsx")])
    (fault,) = result.faults
    assert "Hittar ingen flik med egna mått" in fault.what and "Värden" in fault.remedy

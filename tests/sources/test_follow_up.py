"""From files to archive to tables: all the shapes of an extract, and nothing half done."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from extract_examples import (
    EPISODE,
    FACTS,
    MEASUREMENT,
    Rows,
    episodes,
    measurements,
    write_csv,
    write_workbook,
)
from old_excel import Value, write_old_workbook

from analyslib import workbench
from analyslib.errors import PersonalDataError, SourceError, UsageError
from analyslib.sources import SOURCES, follow_up
from analyslib.sources.extract_check import check_files
from analyslib.sources.extract_mapping import read_mappings
from analyslib.sources.origin import archived_files
from analyslib.workspace import Workspace


@pytest.fixture
def workspace(own_workspace: Path) -> Workspace:
    return Workspace(own_workspace)


def load_all(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    follow_up.load(connection, archived_files(workspace))
    return connection


def rows_of(connection: duckdb.DuckDBPyConnection, table: str) -> pd.DataFrame:
    return connection.execute(f"SELECT * FROM {table}").df()


def write_three(folder: Path, sign: str = ";", encoding: str = "utf-8-sig") -> list[Path]:
    return [
        write_csv(folder / "arenden.csv", episodes(), sign, encoding),
        write_csv(folder / "matningar.csv", measurements(), sign, encoding),
        write_csv(folder / "uttag.csv", [dict(FACTS)], sign, encoding),
    ]


def flat_rows() -> list[dict[str, object]]:
    """A row per insats, the measurements in columns of their own."""
    return [
        {**row, "AUDIT start": "18", "AUDIT avslut": "9", "AUDIT avslut datum": "2024-09-10",
         "IBIC Hemliv start": "3", "IBIC Hemliv start målvärde": "1"}
        for row in episodes()
    ]  # fmt: skip


# --- shapes


def test_a_workbook_goes_all_the_way(workspace: Workspace, tmp_path: Path) -> None:
    files = follow_up.add(workspace, [write_workbook(tmp_path / "uttag.xlsx")])
    assert [file.origin.vintage for file in files] == ["2025-01-31"]
    assert files[0].origin.publisher == "Umeå"
    connection = load_all(workspace)
    episode = rows_of(connection, "episode")
    assert len(episode) == 12
    assert episode.loc[0, ["municipality", "service_area", "age_group", "sex"]].tolist() == [
        "2480", "missbruk", "25-44", "K",
    ]  # fmt: skip
    assert str(episode.loc[0, "ended"])[:10] == "2024-09-15"
    measurement = rows_of(connection, "measurement")
    assert sorted(set(zip(measurement["phase"], measurement["value"], strict=True))) == [
        ("avslut", 9.0), ("start", 18.0),
    ]  # fmt: skip
    extract = rows_of(connection, "extract").iloc[0]
    assert (extract["rows_in"], extract["loaded"], extract["rejected"]) == (36, 36, 0)
    assert extract["denominator"] == 90


@pytest.mark.parametrize("sign", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_three_csv_files_are_one_extract(
    sign: str, encoding: str, workspace: Workspace, tmp_path: Path
) -> None:
    files = follow_up.add(workspace, write_three(tmp_path, sign, encoding))
    assert len({file.origin.title for file in files}) == 1
    connection = load_all(workspace)
    assert len(rows_of(connection, "episode")) == 12
    assert len(rows_of(connection, "measurement")) == 24
    assert rows_of(connection, "episode")["episode_id"][0] == "Ä1"


def test_three_csv_files_are_checked_together_with_one_error_list(tmp_path: Path) -> None:
    """As add takes them in: none of them can be read alone."""
    lines, is_clean = workbench.check_files("", write_three(tmp_path), tmp_path / "ut")
    assert is_clean
    assert lines[0] == "arenden.csv, matningar.csv, uttag.csv:"
    assert sum("Fellista" in line for line in lines) == 2
    (tmp_path / "matningar.csv").write_bytes(b"\x00\x01")
    lines, is_clean = workbench.check_files("", sorted(tmp_path.glob("*.csv")), tmp_path / "ut")
    assert not is_clean


def test_a_flat_file_is_pivoted(workspace: Workspace, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "platt.csv", flat_rows())
    follow_up.add(workspace, [path], extraction_date="2025-01-31")
    measured = rows_of(load_all(workspace), "measurement").query("person == 'A001'")
    found = {
        (row.measure, row.subscale, row.phase): (row.value, row.target)
        for row in measured.itertuples()
    }
    assert found[("audit", "", "start")][0] == 18
    assert found[("audit", "", "avslut")][0] == 9
    assert found[("ibic", "hemliv", "start")] == (3, 1)
    ends = measured[measured["phase"].eq("avslut")]
    assert str(ends["date"].iloc[0])[:10] == "2024-09-10"


def test_a_fault_in_a_flat_file_is_at_the_measured_cell(tmp_path: Path) -> None:
    rows = flat_rows()
    rows[4]["AUDIT start"] = "55"
    result = check_files([write_csv(tmp_path / "platt.csv", rows)], "2025-01-31")
    assert [(item.rule, item.where) for item in result.findings] == [("M08", "platt.csv!V6")]


def test_real_excel_dates_and_numbers(tmp_path: Path) -> None:
    """Cells that Excel keeps as dates and floats, 461 that lost its zero, and a title above."""
    frame = pd.DataFrame(episodes(5)).assign(
        start=pd.Timestamp("2024-02-01"), kommunkod=461, omfattning=2.0, nojd=4.0
    )
    facts = pd.DataFrame({"a": list(FACTS), "b": ["0461", *list(FACTS.values())[1:]]})
    path = tmp_path / "uttag.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        frame.to_excel(book, sheet_name="Ärenden", index=False, startrow=3)
        book.sheets["Ärenden"].write(0, 0, "Uttag ur verksamhetssystemet")
        facts.to_excel(book, sheet_name="Uttaget", index=False, header=False)
    result = check_files([path])
    assert result.findings == ()
    assert result.extract is not None
    values = result.extract.episode.values
    assert set(values["municipality"]) == {"0461"}
    assert set(values["started"]) == {pd.Timestamp("2024-02-01")}
    assert set(values["extent"]) == {2.0}


def old_rows(rows: Rows, dates: tuple[str, ...], numbers: tuple[str, ...]) -> list[list[Value]]:
    """As Excel keeps them: days as days, numbers as floats."""
    kept: list[list[Value]] = [list(rows[0])]
    for row in rows:
        cells = {name: str(value) for name, value in row.items()}
        kept.append(
            [
                date.fromisoformat(text) if name in dates and text
                else float(text) if name in numbers and text
                else text
                for name, text in cells.items()
            ]
        )  # fmt: skip
    return kept


OLD_DATES = ("aktualiserad", "start", "slut", "datum")
OLD_NUMBERS = ("kommunkod", "omfattning", "nojd", "varde")


def write_old(path: Path, episode_rows: Rows) -> Path:
    return write_old_workbook(
        path,
        {
            "Ärenden": old_rows(episode_rows, OLD_DATES, OLD_NUMBERS),
            "Mätningar": old_rows(measurements(), OLD_DATES, OLD_NUMBERS),
            "Uttaget": [[name, value] for name, value in FACTS.items()],
        },
    )


def test_a_workbook_of_old_excel_gives_the_same_rows(
    workspace: Workspace, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    follow_up.add(workspace, [write_old(tmp_path / "uttag.xls", episodes())])
    old = load_all(workspace)
    home = tmp_path_factory.mktemp("ny")
    for folder in ("data/raw", "data/processed", "reports"):
        (home / folder).mkdir(parents=True)
    follow_up.add(Workspace(home), [write_workbook(tmp_path / "uttag.xlsx")])
    new = load_all(Workspace(home))
    for table in ("delivered_episode", "delivered_measurement"):
        one, other = (rows_of(store, table).drop(columns="extract_id") for store in (old, new))
        pd.testing.assert_frame_equal(one, other)


@pytest.mark.shared
def test_a_personal_number_in_a_workbook_of_old_excel_is_found(
    tmp_path: Path, reference: Path
) -> None:
    numbers = (reference / "isu/skatteverket_testpersonnummer_sample.csv").read_text().split()
    rows = episodes()
    rows[3]["orsak"] = numbers[1]
    result = check_files([write_old(tmp_path / "uttag.xls", rows)])
    assert result.has_personal_data
    assert [fault.where for fault in result.faults] == ["Ärenden!K5"]


def test_missing_codes_are_missing_and_not_values(tmp_path: Path) -> None:
    rows = [{**MEASUREMENT, "matt": "IBIC", "delskala": "Hemliv", "varde": "9", "malvarde": "8"}]
    path = write_workbook(tmp_path / "uttag.xlsx", episodes(1), rows)
    result = check_files([path])
    assert result.findings == ()
    assert result.extract is not None and result.extract.measurement is not None
    assert result.extract.measurement.values[["value", "target"]].isna().all(axis=None)


def test_several_needs_become_one(tmp_path: Path) -> None:
    rows = [
        {**{name: value for name, value in row.items() if name != "behov"},
         "behov_1": "hälsa", "behov_2": "", "behov_3": "arbete"}
        for row in episodes(3)
    ]  # fmt: skip
    result = check_files([write_workbook(tmp_path / "uttag.xlsx", rows, measurements(3))])
    assert result.extract is not None
    assert set(result.extract.episode.values["needs"]) == {"hälsa;arbete"}


# --- rows in = rows loaded + rows rejected


def test_rows_in_are_rows_loaded_and_rows_rejected(workspace: Workspace, tmp_path: Path) -> None:
    rows = episodes(40)
    rows[3]["slut"] = "2024-01-01"
    measured = measurements(40)
    measured[50]["varde"] = "99"  # another case; 99 is AUDIT's code for "not stated"
    measured[52]["varde"] = "98"
    path = write_workbook(tmp_path / "uttag.xlsx", rows, measured)
    follow_up.add(workspace, [path])
    connection = load_all(workspace)
    extract = rows_of(connection, "extract").iloc[0]
    # The bad case, its two measurements, and the value off the scale.
    assert (extract["rows_in"], extract["loaded"], extract["rejected"]) == (120, 116, 4)
    left_out = rows_of(connection, "extract_rejected")
    assert sorted(left_out["row"]) == [5, 8, 9, 54]
    assert len(rows_of(connection, "episode")) + len(rows_of(connection, "measurement")) == 116
    values = rows_of(connection, "measurement")["value"]
    assert values.isna().sum() == 1


def test_too_many_rows_at_fault_stop_the_file(tmp_path: Path) -> None:
    rows = [{**row, "slut": "2024-01-01"} for row in episodes()]
    with pytest.raises(SourceError, match="rader är fel"):
        follow_up.check(write_workbook(tmp_path / "uttag.xlsx", rows))


# --- refusals


def test_personal_data_reach_nothing(workspace: Workspace, tmp_path: Path) -> None:
    rows = episodes()
    rows[2]["orsak"] = "se 18900104-9817"
    path = write_workbook(tmp_path / "uttag.xlsx", rows)
    with pytest.raises(PersonalDataError) as error:
        follow_up.add(workspace, [path])
    assert error.value.exit_code == 15
    assert "Ärenden!K4" in str(error.value)
    assert "9817" not in str(error.value)
    assert [
        item for item in workspace.raw.rglob("*") if item.is_file() and item.name != ".gitkeep"
    ] == []


def test_one_bad_file_among_good_ones_takes_nothing_in(
    workspace: Workspace, tmp_path: Path
) -> None:
    good = write_workbook(tmp_path / "bra.xlsx")
    bad = write_workbook(tmp_path / "fel.xlsx", facts={"kommunkod": "2480", "urval": "x"})
    with pytest.raises(SourceError, match="uttagsdatum"):
        follow_up.add(workspace, [good, bad])
    assert archived_files(workspace) == []


def test_hidden_comments_are_refused(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "uttag.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Ärenden")
    sheet.write_row(0, 0, list(EPISODE))
    sheet.write_row(1, 0, list(EPISODE.values()))
    sheet.write_comment(1, 0, "kort")
    book.close()
    result = check_files([path], "2025-01-31")
    assert [item.where for item in result.findings] == ["kommentarer till celler"]


def test_personal_data_on_a_sheet_that_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "uttag.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        pd.DataFrame(episodes()).to_excel(book, sheet_name="Ärenden", index=False)
        pd.DataFrame({"kladd": ["x", "18900104-9817"]}).to_excel(
            book, sheet_name="Kladd", index=False
        )
        book.sheets["Kladd"].hide()
    result = check_files([path], "2025-01-31")
    assert [(item.rule, item.where) for item in result.findings] == [("P01", "Kladd!A3")]
    assert result.left_out_sheets == ("Kladd",)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tom.csv", b""),
        ("skrap.xlsx", b"inte en arbetsbok"),
        ("bild.png", b"\x89PNG"),
        ("nollor.csv", b"\x00\x01\x02\x03\x00"),
        ("annat.csv", b"rubrik;en till\n1;2\n"),
        ("bara rubriker.csv", ";".join(EPISODE).encode()),
        ("citat.csv", b'lopnr;start\n"A1;2024'),
    ],
)
def test_files_that_cannot_be_read_are_faults_and_no_exceptions(
    name: str, content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    result = check_files([path])
    assert not result.is_accepted
    assert all(outcome.state == "not_run" for outcome in result.outcomes)
    with pytest.raises(SourceError):
        follow_up.check(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="finns inte"):
        follow_up.check(tmp_path / "borta.xlsx")


def test_an_extraction_date_that_is_none(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="inget datum"):
        follow_up.add(workspace, [write_workbook(tmp_path / "u.xlsx")], extraction_date="i går")


def test_two_tables_of_the_same_kind_in_different_files_cannot_be_told_apart(
    workspace: Workspace, tmp_path: Path
) -> None:
    paths = [*write_three(tmp_path), write_csv(tmp_path / "arenden2.csv", episodes())]
    with pytest.raises(UsageError, match="hör ihop"):
        follow_up.add(workspace, paths)


# --- senders


SENDER = """
title = "Provkommun"
owner = "test"
review_date = 2027-01-31
recognise = ["Klientkod", "Beslutsdatum"]
[episode]
person = ["Klientkod"]
started = ["Beslutsdatum"]
[local]
"Skolnärvaro" = "resultat"
"Internt nr" = "ignorera"
[values.end_reason]
"Klart" = "planenligt"
[constants]
municipality = "2480"
"""


def test_a_sender_with_headers_and_words_of_its_own(tmp_path: Path) -> None:
    definitions = tmp_path / "definitions"
    definitions.mkdir()
    (definitions / "prov.toml").write_text(SENDER, encoding="utf-8")
    rows = []
    for row in episodes():
        other = {name: value for name, value in row.items() if name != "kommunkod"}
        other["Klientkod"], other["Beslutsdatum"] = other.pop("lopnr"), other.pop("start")
        rows.append({**other, "avslutsorsak": "Klart", "Skolnärvaro": "80", "Internt nr": "1",
                     "Okänd": "x"})  # fmt: skip
    path = write_workbook(tmp_path / "uttag.xlsx", rows)
    result = check_files([path], mappings=read_mappings(definitions))
    assert result.mapping == "prov"
    assert result.findings == ()
    assert result.extract is not None
    assert set(result.extract.episode.values["end_reason"]) == {"planenligt"}
    assert set(result.extract.episode.values["municipality"]) == {"2480"}
    assert [(item.header, item.role) for item in result.local] == [
        ("Skolnärvaro", "resultat"), ("Internt nr", "ignorera"), ("Okänd", ""),
    ]  # fmt: skip
    assert set(result.local_values["value"]) == {"80"}


def test_an_unknown_column_is_said_and_left_out(workspace: Workspace, tmp_path: Path) -> None:
    rows = [{**row, "Egen uppgift": "ja"} for row in episodes()]
    path = write_workbook(tmp_path / "uttag.xlsx", rows)
    result = check_files([path])
    assert [(item.header, item.where) for item in result.local] == [("Egen uppgift", "Ärenden!V1")]
    assert any("Egen uppgift" in line for line in follow_up.summarise_check(result))
    follow_up.add(workspace, [path])
    assert len(rows_of(load_all(workspace), "local_value")) == 0


def test_the_order_of_columns_does_not_matter(tmp_path: Path) -> None:
    rows = [dict(reversed(row.items())) for row in episodes()]
    assert check_files([write_workbook(tmp_path / "uttag.xlsx", rows)]).findings == ()


# --- the newest delivery


def test_the_newest_delivery_of_a_service_area_is_used(
    workspace: Workspace, tmp_path: Path
) -> None:
    follow_up.add(workspace, [write_workbook(tmp_path / "a.xlsx")])
    newer = {**FACTS, "uttagsdatum": "2025-06-30"}
    rows = [{**row, "lopnr": f"B{n}"} for n, row in enumerate(episodes(7))]
    follow_up.add(workspace, [write_workbook(tmp_path / "b.xlsx", rows, [], newer)])
    connection = load_all(workspace)
    assert len(rows_of(connection, "delivered_episode")) == 19
    episode = rows_of(connection, "episode")
    assert len(episode) == 7
    assert set(episode["person"].str[0]) == {"B"}
    assert len(rows_of(connection, "measurement")) == 0


def test_tables_are_there_and_empty_without_extracts() -> None:
    connection = duckdb.connect(":memory:")
    follow_up.load(connection, [])
    for table in ("episode", "measurement", "extract", "extract_area", "local_value"):
        assert rows_of(connection, table).empty


def test_the_same_file_twice_is_archived_once(workspace: Workspace, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "uttag.xlsx")
    follow_up.add(workspace, [path])
    follow_up.add(workspace, [path])
    assert len(archived_files(workspace, "isu")) == 1


def test_the_registry_knows_the_source() -> None:
    assert SOURCES["isu"] is follow_up


# --- anonymity


def test_those_alone_in_their_combination_are_counted(tmp_path: Path) -> None:
    rows = episodes()
    rows[0]["aldersgrupp"] = "65–79"
    result = check_files([write_workbook(tmp_path / "uttag.xlsx", rows)])
    assert result.anonymity is not None
    assert (result.anonymity.k, result.anonymity.unique, result.anonymity.rows) == (1, 1, 12)
    assert any("personuppgifter" in line for line in follow_up.summarise_check(result))

"""Tables as publishers publish them: real ones whole, and each trap by itself."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
from independent_tables import csv_grid, html_grid, number, xlsx_grids

from analyslib.errors import DefinitionError, SourceError, UsageError
from analyslib.sources import kolada
from analyslib.sources.layouts import load_layouts, read_layouts
from analyslib.sources.open_comparisons import add, check, read
from analyslib.sources.origin import archived_files
from analyslib.sources.places import swedish_places
from analyslib.sources.symbols import PUBLISHERS, read_value
from analyslib.sources.table_reading import Reading, read_tables
from analyslib.workspace import find_workspace


MONTHLY = "ekonomiskt_bistand_manad_2017_alla_kommuner"
APPENDIX = "sos_tabellbilaga_60_blad.xlsx"


def codes_by_name(shared_data: Path) -> dict[str, str]:
    """Names to codes from another file than the one our own catalogue is made of."""
    with (shared_data / "kolada" / "municipality_312.csv").open(encoding="utf-8") as file:
        return {row["title"]: row["id"] for row in csv.DictReader(file) if row["type"] == "K"}


def nothing_is_lost(reading: Reading) -> None:
    assert reading.rows_in == reading.rows_loaded + len(reading.rejected)
    assert not reading.rejected.duplicated(["sheet", "row"]).any()


def as_read(reading: Reading) -> dict[str, tuple[str, float | None, str]]:
    return {
        row.cell: (row.municipality, None if pd.isna(row.value) else row.value, row.status)
        for row in reading.values.itertuples()
    }


# --- the real files


@pytest.mark.shared
@pytest.mark.parametrize("ending", ["csv", "html"])
def test_the_monthly_table_is_read_whole(shared_data: Path, ending: str) -> None:
    path = shared_data / "oj" / f"{MONTHLY}.{ending}"
    reading = read_tables(path)
    nothing_is_lost(reading)
    text = path.read_text(encoding="utf-8-sig")
    grid = csv_grid(text, ";") if ending == "csv" else html_grid(text, "ph1_GridView1")
    sheet = path.name if ending == "csv" else "Tabell 2"
    codes = codes_by_name(shared_data) | {"Riket": "0000"}
    signs = {"X": "Privacy", "--": "Missing"}
    expected = {
        f"{sheet}!{'ABCDEFGHIJ'[column - 1]}{row}": (
            codes[grid[row, 1]],
            None if text in signs else number(text),
            signs.get(text, ""),
        )
        for (row, column), text in grid.items()
        if row > 2 and column > 2
    }
    assert as_read(reading) == expected
    municipal = reading.at_level("municipality")
    assert len(municipal) == 290 * 2 * 8
    assert municipal.groupby("municipality").size().eq(16).all()
    assert Counter(reading.values["symbol"]) >= Counter({"X": 211, "--": 171})
    assert Counter(reading.values["status"]) == {"": 4274, "Privacy": 211, "Missing": 171}
    assert set(reading.values["year"]) == {2017}
    assert set(reading.values["month"]) == set(range(1, 9))


@pytest.mark.shared
def test_the_rows_of_the_monthly_table_are_in_the_order_of_its_own_codes(
    shared_data: Path,
) -> None:
    """The page carries the codes it was asked for, hidden, in the order of its rows."""
    path = shared_data / "oj" / f"{MONTHLY}.html"
    hidden = re.findall(r"i_(\d{4})_2", path.read_text(encoding="utf-8"))
    municipal = read_tables(path).at_level("municipality")
    assert municipal["municipality"].drop_duplicates().tolist() == hidden
    assert len(hidden) == 290


@pytest.mark.shared
def test_the_footnotes_of_the_web_page_are_kept(shared_data: Path) -> None:
    notes = read_tables(shared_data / "oj" / f"{MONTHLY}.html").notes
    assert sum("föregående månad" in note for note in notes) == 11
    assert any("Malmö, partiellt bortfall" in note for note in notes)


@pytest.mark.shared
def test_the_municipal_sheet_of_sixty_is_read(shared_data: Path) -> None:
    path = shared_data / "oj" / APPENDIX
    reading = read_tables(path)
    nothing_is_lost(reading)
    grids = xlsx_grids(path)
    grid = grids["5.5 Tobak - kommun"]
    expected = {}
    for (row, column), text in grid.items():
        match = re.match(r"(\d{4}) ", grid.get((row, 1), ""))
        if match and column > 1:
            cell = f"5.5 Tobak - kommun!{'ABCDEFGHI'[column - 1]}{row}"
            expected[cell] = (match[1], number(text), "")
    municipal = reading.at_level("municipality")
    ours = {cell: read for cell, read in as_read(reading).items() if cell in set(municipal["cell"])}
    assert len(expected) == 290 * 8
    assert ours == expected
    assert len(reading.at_level("region")) == 21 * 8
    assert len(reading.at_level("country")) == 8
    assert set(reading.values["year"]) == {2023}
    assert reading.published == date(2024, 12, 5)
    assert reading.values["title"].unique().tolist()[:2] == [
        "Tre månader före aktuell graviditet – Rökare, %",
        "Tre månader före aktuell graviditet – Bortfall rökning, %",
    ]
    assert reading.rejected["sheet"].nunique() == len(grids)


@pytest.mark.shared
def test_the_export_from_koladas_web_page_is_read(shared_data: Path) -> None:
    path = shared_data / "oj" / "kolada_webb_export.xlsx"
    reading = read_tables(path)
    nothing_is_lost(reading)
    grid = xlsx_grids(path)["Kolada nyckeltal"]
    codes = codes_by_name(shared_data)
    read = as_read(reading)
    rows = [row for row in range(3, 143) if grid[row, 2] in codes]
    repeats = set(reading.rejected.loc[reading.rejected["reason"].str.contains("upprepar"), "row"])
    assert {grid[row, 2] for row in repeats} == {"Sollentuna"}
    for row in rows:
        for column in range(3, 11):
            text = grid.get((row, column))
            cell = f"Kolada nyckeltal!{'ABCDEFGHIJ'[column - 1]}{row}"
            expected = (codes[grid[row, 2]], number(text), "") if text else None
            if row not in repeats:
                assert read[cell] == (expected or (codes[grid[row, 2]], None, "Unknown"))
    assert len(reading.at_level("municipality")) == 5 * 26 * 8
    assert len(reading.at_level("group")) == 5 * 8


@pytest.mark.shared
def test_the_export_for_a_county_is_read_and_not_taken_in(shared_data: Path) -> None:
    path = shared_data / "oj" / "statistikdatabasen_ekonomiskt_bistand_dalarna.xlsx"
    reading = read_tables(path)
    nothing_is_lost(reading)
    grid = xlsx_grids(path)["Tabell"]
    read = as_read(reading)
    for row in range(3, 135):
        for column, letter in ((3, "C"), (4, "D")):
            text = grid[row, column]
            nothing = text == "--"
            value = (None, "Missing") if nothing else (number(text), "")
            assert read[f"Tabell!{letter}{row}"] == ("20", *value)
    assert set(zip(reading.values["year"], reading.values["month"], strict=True)) == {
        (year, month) for year in range(2014, 2025) for month in range(1, 13)
    }
    with pytest.raises(SourceError, match="bara värden för län"):
        add(find_workspace(), [path])


@pytest.mark.shared
def test_codes_and_values_alone_need_a_year(shared_data: Path) -> None:
    path = shared_data / "oj" / "oj_trygghet_valdsbrott_24_kommuner.csv"
    with pytest.raises(SourceError, match=r"B1: Det framgår inte vilket år"):
        check(path)
    values = check(path, year=2022).reading.values
    grid = csv_grid(path.read_text(), ",")
    expected = {grid[row, 1]: float(grid[row, 2]) for row in range(2, 26)}
    assert dict(zip(values["municipality"], values["value"], strict=True)) == expected
    assert set(values["year"]) == {2022}


@pytest.mark.shared
def test_what_was_taken_in_is_read_the_same_for_the_store(shared_data: Path) -> None:
    workspace = find_workspace()
    folder = shared_data / "oj"
    add(workspace, [folder / f"{MONTHLY}.html", folder / APPENDIX])
    add(workspace, [folder / "oj_trygghet_valdsbrott_24_kommuner.csv"], year=2022)
    files = archived_files(workspace, "oj", "values", verify=True)
    frames = {file.origin.original_name: read(file) for file in files}
    assert [len(frame) for frame in frames.values()] == [file.origin.rows for file in files]
    monthly = frames[f"{MONTHLY}.html"]
    assert not monthly.duplicated(["kpi", "municipality", "year", "gender"]).any()
    assert {file.origin.vintage for file in files if "sos" in file.origin.original_name} == {
        "2024-12-05"
    }
    series = pd.concat(
        [kolada.read(file) for file in archived_files(workspace, "oj", "kpi", verify=True)]
    )
    assert set(series["kpi"]) == set(pd.concat(frames.values())["kpi"])
    titles = dict(zip(series["kpi"], series["title"], strict=True))
    augusti = "oj:sdb_ekonomiskt_bistand_manad:ekonomiskt_bistand_antal_hushall_inrikes_fodda:m08"
    assert titles[augusti] == "Augusti – Ekonomiskt bistånd, antal hushåll – Inrikes födda"
    description = dict(zip(series["kpi"], series["description"], strict=True))[augusti]
    assert "Malmö Norr saknas" in description
    assert description.endswith("Källa: Socialstyrelsen.")


@pytest.mark.shared
def test_the_same_file_with_another_year_is_refused(shared_data: Path) -> None:
    workspace = find_workspace()
    path = shared_data / "oj" / "oj_trygghet_valdsbrott_24_kommuner.csv"
    first = add(workspace, [path], year=2022)
    assert add(workspace, [path], year=2022) == first
    with pytest.raises(SourceError, match="redan i arkivet"):
        add(workspace, [path], year=2023, retrieved=date.today() - timedelta(days=1))
    (values,) = archived_files(workspace, "oj", "values")
    assert set(read(values)["year"]) == {2022}


# --- each trap by itself


def csv_file(folder: Path, text: str, name: str = "tabell_2023.csv", **kind: Any) -> Path:
    path = folder / name
    path.write_bytes(text.encode(kind.get("encoding", "utf-8")))
    return path


def xlsx_file(
    folder: Path, sheets: dict[str, list[list[Any]]], merged: tuple[str, ...] = ()
) -> Path:
    path = folder / "bok.xlsx"
    book = xlsxwriter.Workbook(path)
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for place in merged:
            sheet.merge_range(place, "")
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if cell is not None:
                    sheet.write(r, c, cell)
    book.close()
    return path


def table(reading: Reading) -> list[tuple[Any, ...]]:
    return [
        (v.municipality, v.title, v.year, v.month, v.gender, v.status or v.value)
        for v in reading.values.itertuples()
    ]


def test_groups_above_ranges_and_the_country_before_the_municipalities(tmp_path: Path) -> None:
    rows = [
        [" ", None, "A1. Personskador", None, "A2. Bränder"],
        [],
        ["K-kod", "Kommun", "Per 1\xa0000 invånare", "Per 1 000\ninvånare*", "Antal"],
        [None, "Min – Max", "0,1 – 9", "1 – 8", "0 – 7"],
        [None, "Rikets värde", 1.5, 2.5, 3.5],
        [],
        ["0461", "Gnesta", 1, "x", 3],
        ["0481", "Oxelösund", 4.25, "1 234,5", "1\u202f234"],
    ]
    rows[2][3] = "Per 1 000\nvuxna*"
    path = xlsx_file(tmp_path, {"Indikatorer i bostavsordning": rows})
    reading = check(path, year=2022).reading
    assert reading.layout.id == "oj_trygghet"
    nothing_is_lost(reading)
    one, two, three = (
        "A1. Personskador – Per 1 000 invånare",
        "A1. Personskador – Per 1 000 vuxna",
        "A2. Bränder – Antal",
    )
    assert table(reading) == [
        *(("0000", one, 2022, 0, "T", 1.5), ("0000", two, 2022, 0, "T", 2.5)),
        ("0000", three, 2022, 0, "T", 3.5),
        *(("0461", one, 2022, 0, "T", 1.0), ("0461", two, 2022, 0, "T", "Privacy")),
        ("0461", three, 2022, 0, "T", 3.0),
        *(("0481", one, 2022, 0, "T", 4.25), ("0481", two, 2022, 0, "T", 1234.5)),
        ("0481", three, 2022, 0, "T", 1234.0),
    ]
    assert "min, max eller median" in set(reading.rejected["reason"])


def test_long_shape_with_year_and_gender(tmp_path: Path) -> None:
    text = "Kommun;År;Kön;Andel\nUmeå;2022*;Kvinnor;12,5\nUmeå;2022;Män;13 %\nUmeå;2023;Totalt;x\n"
    assert table(read_tables(csv_file(tmp_path, text))) == [
        ("2480", "Andel", 2022, 0, "K", 12.5),
        ("2480", "Andel", 2022, 0, "M", 13.0),
        ("2480", "Andel", 2023, 0, "T", "Privacy"),
    ]


def test_wide_years_and_genders_in_two_heading_rows(tmp_path: Path) -> None:
    rows = [
        ["Andel med genomförandeplan"],
        ["Kommun", 2021, None, 2022, None],
        [None, "Kvinnor", "Män", "Kvinnor", "Män"],
        ["2480 Umeå", 1, 2, 3, 4],
        ["2425 dorotea", 5, 6, "Bortfall", "Ej tillämpligt"],
        ["Källa: Socialstyrelsen"],
    ]
    reading = read_tables(xlsx_file(tmp_path, {"Blad1": rows}))
    nothing_is_lost(reading)
    title = "Andel med genomförandeplan"
    assert table(reading) == [
        ("2480", title, 2021, 0, "K", 1.0),
        ("2480", title, 2021, 0, "M", 2.0),
        ("2480", title, 2022, 0, "K", 3.0),
        ("2480", title, 2022, 0, "M", 4.0),
        ("2425", title, 2021, 0, "K", 5.0),
        ("2425", title, 2021, 0, "M", 6.0),
        ("2425", title, 2022, 0, "K", "Missing"),
        ("2425", title, 2022, 0, "M", "Not applicable"),
    ]
    assert reading.notes == ("Källa: Socialstyrelsen",)


def test_months_that_have_not_come_are_no_values_and_no_zeros(tmp_path: Path) -> None:
    text = ";2026\nKommun;Januari;Februari;Mars\nUmeå;1;--;--\nVännäs;2;3;--\n"
    reading = read_tables(csv_file(tmp_path, text))
    assert [(v[0], v[3], v[5]) for v in table(reading)] == [
        ("2480", 1, 1.0),
        ("2480", 2, "Missing"),
        ("2460", 1, 2.0),
        ("2460", 2, 3.0),
    ]
    assert len(reading.unpublished) == 2


def test_several_sheets_with_the_same_headings(tmp_path: Path) -> None:
    rows = [["Kommun", "Andel"], ["Umeå", 1], ["Vännäs", 2]]
    names = ["1.1 Rutin 2022", "1.1 Rutin 2023", "1.2 Plan 2023", "Om tabellerna"]
    sheets = dict.fromkeys(names[:3], rows) | {"Om tabellerna": [["Källa: enkät"]]}
    reading = read_tables(xlsx_file(tmp_path, sheets))
    nothing_is_lost(reading)
    assert [(v[1], v[2]) for v in table(reading) if v[0] == "2480"] == [
        ("Rutin – Andel", 2022),
        ("Rutin – Andel", 2023),
        ("Plan – Andel", 2023),
    ]
    one = read_tables(xlsx_file(tmp_path, {"2022": rows, "2023": rows}))
    assert one.values["title"].unique().tolist() == ["Andel"]
    by_gender = read_tables(
        xlsx_file(tmp_path, {"Kvinnor": [["2023"], *rows], "Män": [["2023"], *rows]})
    )
    assert [(v[1], v[4]) for v in table(by_gender)][::2] == [("Andel", "K"), ("Andel", "M")]


def test_a_number_for_a_time_that_has_not_come_is_refused(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "Kommun;2031\nUmeå;1\n")
    with pytest.raises(SourceError, match=r"tabell_2023.csv!B2: Perioden har inte varit än"):
        read_tables(path, today=date(2026, 11, 22))


def test_levels_and_units_are_told_apart(tmp_path: Path) -> None:
    text = (
        "Län;Kommun;Stadsdel;Regi;Ind 2\n"
        "Riket;;;Offentlig;1\n"
        "Dalarnas län;;;Offentlig;2\n"
        "Dalarnas län;Falun;;Offentlig;3\n"
        "Dalarnas län;Falun;;Enskild;4\n"
        "Stockholms län;Stockholm;Farsta;Offentlig;5\n"
    )
    reading = read_tables(csv_file(tmp_path, text))
    nothing_is_lost(reading)
    assert [(v.level, v.municipality, v.title, v.value) for v in reading.values.itertuples()] == [
        ("country", "0000", "Ind 2 – Offentlig", 1.0),
        ("county", "20", "Ind 2 – Offentlig", 2.0),
        ("municipality", "2080", "Ind 2 – Offentlig", 3.0),
        ("municipality", "2080", "Ind 2 – Enskild", 4.0),
    ]
    assert "värde för stadsdel" in set(reading.rejected["reason"])


def test_merged_places_count_for_every_row_they_cover(tmp_path: Path) -> None:
    rows = [
        ["Kommun", "Grupp", 2023],
        ["Umeå", "Barn", 1],
        [None, "Unga", 2],
        ["Vännäs", "Barn", 3],
        [None, "Unga", 4],
    ]
    path = xlsx_file(tmp_path, {"Blad1": rows}, merged=("A2:A3", "A4:A5"))
    assert [(v[0], v[1], v[5]) for v in table(read_tables(path))] == [
        ("2480", "Barn", 1.0),
        ("2480", "Unga", 2.0),
        ("2460", "Barn", 3.0),
        ("2460", "Unga", 4.0),
    ]
    with pytest.raises(SourceError, match=r"Blad1!A3: Raden har värden men ingen kommun"):
        read_tables(xlsx_file(tmp_path, {"Blad1": rows}))


def test_a_merged_value_is_refused(tmp_path: Path) -> None:
    rows = [["Kommun", 2023], ["Umeå", 1], ["Vännäs", None]]
    with pytest.raises(SourceError, match=r"Blad1!B3: Cellen är sammanslagen"):
        read_tables(xlsx_file(tmp_path, {"Blad1": rows}, merged=("B2:B3",)))


def test_a_dash_means_what_its_publisher_means(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "Kommun;2023\nUmeå;–\nVännäs;1\n")
    with pytest.raises(SourceError, match=r"B2: Tecknet ”–” betyder olika saker"):
        check(path)
    assert check(path, publisher="scb").reading.values["value"].tolist() == [0.0, 1.0]
    assert check(path, publisher="kolada").reading.values["status"].tolist() == ["Missing", ""]
    with pytest.raises(SourceError, match="betyder olika saker"):
        check(path, publisher="socialstyrelsen")
    with pytest.raises(UsageError, match="Okänd utgivare"):
        check(path, publisher="rka")


@pytest.mark.parametrize(
    ("publisher", "text", "meaning"),
    [
        ("kolada", "..", "Privacy"),
        ("scb", "..", "Unknown"),
        ("okänd", "..", None),
        ("kolada", ".", "Not applicable"),
        ("scb", ".", "Not applicable"),
        ("okänd", ".", None),
        ("okänd", "-", None),
        ("socialstyrelsen", "--", "Missing"),
        ("socialstyrelsen", "X", "Privacy"),
        ("okänd", "x", "Privacy"),
        ("okänd", "", "Unknown"),
        ("okänd", "Uppgift saknas", "Missing"),
        ("okänd", "Privacy", "Privacy"),
    ],
)
def test_the_signs_of_each_publisher(publisher: str, text: str, meaning: str | None) -> None:
    read = read_value(text, PUBLISHERS[publisher])
    assert (read.status if read else None) == meaning
    assert read is None or read.value is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("1 234,5", 1234.5), ("0", 0.0), ("-3,25", -3.25), ("−3", -3.0), ("12,5*", 12.5)),
        *(("12 %", 12.0), ("1e-05", 1e-05), ("9.9305", 9.9305)),
        *(("1,234.5", None), ("12 34", None), ("<5", None), ("1 2", None), ("2024-03-05", None)),
        *(("SANT", None), ("nan", None), ("inf", None), ("5 (2)", None), ("１２", None)),
    ],
)
def test_what_is_a_number(text: str, value: float | None) -> None:
    read = read_value(text, PUBLISHERS["okänd"])
    assert (read.value if read else None) == value


def test_answers_become_numbers_by_the_coding_that_is_stated(tmp_path: Path) -> None:
    text = "Kommun;Rutin;Plan;Uppsökande (Ja=1, Nej=2)\nUmeå;Ja;Delvis;Nej\nVännäs;Nej;Ja;Ja\n"
    path = csv_file(tmp_path, text)
    assert [v[5] for v in table(read_tables(path))] == [1.0, 1.0, 2.0, 0.0, 2.0, 1.0]
    add(find_workspace(), [path])
    (series,) = archived_files(find_workspace(), "oj", "kpi")
    assert kolada.read(series)["title"].tolist() == [
        "Plan (Ja=2, Delvis=1, Nej=0)",
        "Rutin (Ja=1, Nej=0)",
        "Uppsökande (Ja=1, Nej=2)",
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(("0114 Upplands väsby", "0114"), ("upplands-bro", "0139"), ("Malung-sälen", "2023")),
        *(("Österåkers kommun", "0117"), ("Stockholms stad", "0180"), ("Borås", "1490")),
        *(("Ha\u030abo", "0305"), ("Habo", "0643"), ("GNESTA", "0461"), ("2480", "2480")),
        *(("2480 Umea", "2480"), ("RIKET*", "0000"), ("00 Riket", "0000")),
        *(("0643 Håbo", None), ("2480 Skellefteå", None), ("Umea", None), ("9999 Umeå", None)),
    ],
)
def test_places_by_code_or_exact_name(text: str, code: str | None) -> None:
    place = swedish_places().find(text)
    assert (place.code if place else None) == code


def test_a_name_that_is_almost_right_is_asked_about(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "Kommun;2023\nUmeå;1\nVennäs;2\n")
    with pytest.raises(SourceError, match=r"A3: Känner inte igen .* Menade du ”Vännäs”\?"):
        read_tables(path)


def test_codes_that_have_lost_their_zeros(tmp_path: Path) -> None:
    rows = [["Kommunkod", 2023], [114, 1], [2480, 2]]
    reading = read_tables(xlsx_file(tmp_path, {"Blad1": rows}))
    assert reading.values["municipality"].tolist() == ["0114", "2480"]
    mixed = [["Kommunkod", 2023], ["0461", 1], [114, 2]]
    with pytest.raises(SourceError, match="A3: Känner inte igen"):
        read_tables(xlsx_file(tmp_path, {"Blad1": mixed}))


def test_a_code_beside_another_name_is_refused(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "Kod;Kommun;2023\n2480;Vännäs;1\n2460;Vännäs;2\n")
    with pytest.raises(SourceError, match=r"B2: Koden och namnet gäller olika platser"):
        read_tables(path)


def test_gotland_is_a_municipality_where_no_other_region_is(tmp_path: Path) -> None:
    alone = read_tables(csv_file(tmp_path, "Kommun;2023\nUmeå;1\nRegion Gotland;2\n"))
    assert alone.values["municipality"].tolist() == ["2480", "0980"]
    text = "Kommun;2023\nUmeå;1\nRegion Gotland;2\nGotland;3\n"
    both = read_tables(csv_file(tmp_path, text))
    assert both.values["level"].tolist() == ["municipality", "region", "municipality"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_letters_are_right_whatever_the_encoding(tmp_path: Path, encoding: str) -> None:
    path = csv_file(tmp_path, "Kommun;2023\nVännäs;1\nÅsele;2\n", encoding=encoding)
    assert read_tables(path).values["municipality"].tolist() == ["2460", "2463"]


@pytest.mark.parametrize("content", [b"PAR1\x15\x00\xc3\xa5", b"\x00" * 40, b"\xe5\x00\xc3"])
def test_a_file_that_is_no_text_is_called_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tabell.csv"
    path.write_bytes(content)
    with pytest.raises(SourceError, match="Filen är ingen textfil"):
        check(path)


def test_broken_letters_are_mended_or_refused(tmp_path: Path) -> None:
    text = "Kommun;2023\nVännäs;1\nÅsele;2\n"
    twice = text.encode().decode("cp1252").encode()
    (tmp_path / "a.csv").write_bytes(twice)
    assert read_tables(tmp_path / "a.csv").values["municipality"].tolist() == ["2460", "2463"]
    (tmp_path / "b.csv").write_bytes(text.encode().replace("ä".encode(), b"\xc3", 1))
    with pytest.raises(SourceError, match="å, ä och ö är förstörda"):
        read_tables(tmp_path / "b.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Kommun;2022;2023\nUmeå;1;2\nVännäs;3\n", "har 2 fält men rubrikraden 3"),
        ("Kommun;2023;\nUmeå;1;2\nVännäs;3;4\n", "värden men ingen rubrik"),
        ("Kommun;2023\nUmeå;1\nUmeå;2\n", "har ett annat värde i tabell_2023.csv!B2"),
        ("Kommun;2023\nUmeå;1\n;2\n", "A3: Raden har värden men ingen kommun"),
        ("Kommun;År;Andel\nUmeå;i fjol;1\n", "B2: Cellen under ”År” går inte att förstå"),
        ("Kommun;2023\nUmeå;1,2,3\nVännäs;2\n", "B2: Innehållet går inte att förstå"),
        ("Hej;då\n1;2\n", "ingen tabell med värden per kommun"),
        ("", "tom"),
        ('Kommun;2023\n"Umeå;1\n', "citattecken"),
        ("<html><table><tr><td>Kommun", "avklippt"),
    ],
)
def test_what_is_wrong_is_said_with_its_cell(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_tables(csv_file(tmp_path, text))
    assert said in str(caught.value)


def test_all_faults_are_told_but_not_a_thousand(tmp_path: Path) -> None:
    rows = "".join(f"Ort {n};fel\nUmeå;{n}\n" for n in range(100))
    with pytest.raises(SourceError) as caught:
        read_tables(csv_file(tmp_path, f"Kommun;Andel\n{rows}"))
    assert len(caught.value.faults) == 21
    assert "fel till" in str(caught.value)


@pytest.mark.parametrize("content", [b"PK\x03\x04nonsense", b"\xd0\xcf\x11\xe0nonsense", b"\0\1"])
def test_a_file_that_is_not_what_it_seems_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bok.xlsx").write_bytes(content)
    with pytest.raises(SourceError):
        read_tables(tmp_path / "bok.xlsx")


def test_one_wrong_file_stops_all(tmp_path: Path) -> None:
    right = csv_file(tmp_path, "Kommun;2023\nUmeå;1\n", "ratt.csv")
    wrong = csv_file(tmp_path, "Kommun;2023\nUmeå;?\nVännäs;1\n", "fel.csv")
    with pytest.raises(SourceError, match="fel.csv"):
        add(find_workspace(), [right, wrong])
    assert archived_files(find_workspace()) == []


def test_a_summary_for_the_sender(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "Kommun;2022;2023\nUmeå;1;2\nVännäs;x;4\nKälla: SCB;;\n")
    assert check(path).summary == (
        "tabell_2023: 1 serier, 2 kommuner, 2022–2023; 4 värden på 2 rader, 2 rader utan värden."
    )


# --- layouts


def test_every_layout_loads() -> None:
    assert len(load_layouts()) >= 5


def test_a_layout_with_faults_is_refused(tmp_path: Path) -> None:
    text = """id = "x"\ntitel = "X"\nsymbols = "okand"\nrecognise = ["a"]\n"""
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(DefinitionError) as caught:
        read_layouts(tmp_path)
    assert "titel" in str(caught.value)
    assert "lista av listor" in str(caught.value)


@pytest.mark.parametrize("place", ["sheet", "file"])
def test_a_layout_can_say_where_the_place_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / "x.toml").write_text(
        'id = "enheter"\ntitle = "Enheter"\npublisher = "P"\naddress = "A"\nlicence = "L"\n'
        f'symbols = "okänd"\nrecognise = [["År", "Andel nöjda"]]\nplace = "{place}"\n'
        'owner = "O"\nreview_date = 2027-01-01\nextra_symbols = { "-" = "Missing" }\n'
    )
    layouts = read_layouts(tmp_path)
    monkeypatch.setattr("analyslib.sources.layouts.load_layouts", lambda: layouts)
    rows = [["Enhetsundersökning"], ["År", "Andel nöjda"], ["2023", 87], ["2024", "-"]]
    path = xlsx_file(tmp_path, {"0114 Upplands Väsby": rows}).rename(tmp_path / "v_0114_u.xlsx")
    assert table(read_tables(path)) == [
        ("0114", "Andel nöjda", 2023, 0, "T", 87.0),
    ]

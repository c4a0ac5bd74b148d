"""Kolada's files: recognised by content; every fault said with its place; all or nothing."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from analyslib.errors import SourceError, UsageError
from analyslib.sources import kolada, origin
from analyslib.sources.kolada import vintage_of
from analyslib.sources.kolada_files import check
from analyslib.sources.origin import archived_files
from analyslib.workspace import find_workspace


TODAY = date(2026, 8, 1)
ROW = {
    "kpi": "N31807",
    "municipality": "0481",
    "year": "2022",
    "gender": "T",
    "value": "1.5",
    "status": "",
}
KPI = {
    **{"id": "N31807", "title": "Påhitt, andel (%)", "description": "Källa: påhitt."},
    **{"is_divided_by_gender": "True", "municipality_type": "K", "auspice": "X"},
    **{"operating_area": "IFO", "perspective": "Volymer"},
}


def write_csv(
    folder: Path, rows: list[dict[str, Any]], name: str = "v.csv", **dialect: Any
) -> Path:
    path = folder / name
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding=dialect.pop("encoding", "utf-8"), newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", **dialect)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_parquet(folder: Path, rows: list[dict[str, Any]], name: str = "v.parquet") -> Path:
    path = folder / name
    pd.DataFrame(rows).to_parquet(path)
    return path


def values(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**ROW, **change} for change in changes or ({},)]


def faults_of(path: Path) -> list[str]:
    with pytest.raises(SourceError) as caught:
        check(path, TODAY)
    return [str(fault) for fault in caught.value.faults]


def test_csv_of_values_is_recognised_whatever_its_name(tmp_path: Path) -> None:
    checked = check(write_csv(tmp_path, values({}, {"year": "2021"}), "photo.jpg"), TODAY)
    assert (checked.dataset, checked.rows, checked.unused) == ("values", 2, ())


@pytest.mark.parametrize(
    "rename",
    [
        {"municipality": "municipality_id", "year": "period"},
        {"municipality": "Municipality_ID", "gender": "GENDER"},
        {"kpi": "kpi_id"},
    ],
)
def test_other_names_of_the_same_columns(tmp_path: Path, rename: dict[str, str]) -> None:
    rows = [{rename.get(name, name): value for name, value in ROW.items()}]
    (file,) = kolada.add(find_workspace(), [write_csv(tmp_path, rows)], retrieved=TODAY)
    frame = kolada.read(file)
    assert frame.loc[0, ["kpi", "municipality", "year", "gender", "value"]].tolist() == [
        "N31807", "0481", 2022, "T", 1.5,
    ]  # fmt: skip


def test_a_name_beside_the_code_is_not_taken_for_the_code(tmp_path: Path) -> None:
    rows = [{**ROW, "municipality_id": "0481", "municipality": "Oxelösund"}]
    (file,) = kolada.add(find_workspace(), [write_parquet(tmp_path, rows)], retrieved=TODAY)
    assert kolada.read(file).loc[0, "municipality"] == "0481"


def test_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    path = write_csv(tmp_path, values({"value": "12,25"}), delimiter=";")
    (file,) = kolada.add(find_workspace(), [path], retrieved=TODAY)
    assert kolada.read(file).loc[0, "value"] == 12.25


def test_a_file_saved_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert check(write_csv(tmp_path, values(), encoding="utf-8-sig"), TODAY).rows == 1


def test_parquet_from_pandas_with_nan_is_an_empty_value(tmp_path: Path) -> None:
    path = tmp_path / "nan.parquet"
    duckdb.execute(
        "COPY (SELECT 'N31807' AS kpi, '0481' AS municipality, 2022 AS year, 'T' AS gender, "
        "'nan'::DOUBLE AS value) TO '" + str(path) + "' (FORMAT parquet)"
    )
    (file,) = kolada.add(find_workspace(), [path], retrieved=TODAY)
    assert kolada.read(file)["value"].isna().all()


def v3(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps({"values": rows, "count": len(rows), "next_url": None}).encode()


def test_api_answers_plain_and_packed(tmp_path: Path) -> None:
    answer = v3(
        [
            {
                **{"kpi": "N31807", "period": 2022, "municipality": "0481"},
                "values": [
                    {"gender": "K", "count": 1, "status": "", "value": 1.5, "isdeleted": False},
                    {"gender": "M", "count": 1, "status": "Privacy", "value": None},
                ],
            }
        ]
    )
    plain, packed = tmp_path / "page", tmp_path / "page.csv"
    plain.write_bytes(answer)
    packed.write_bytes(gzip.compress(answer + b" "))
    files = kolada.add(find_workspace(), [plain, packed], retrieved=TODAY)
    for file in files:
        frame = kolada.read(file)
        assert frame["gender"].tolist() == ["K", "M"]
        assert frame["status"].tolist() == ["", "Privacy"]


def test_metadata_of_both_api_versions(tmp_path: Path) -> None:
    v2 = {("auspices" if name == "auspice" else name): text for name, text in KPI.items()}
    v2 |= {"is_divided_by_gender": "1", "ou_publication_date": ""}
    one, other = write_csv(tmp_path, [KPI], "a.csv"), write_csv(tmp_path, [v2], "b.csv")
    frames = [kolada.read(file) for file in kolada.add(find_workspace(), [one, other])]
    assert [frame.loc[0, "auspice"] for frame in frames] == ["X", "X"]
    assert check(one).dataset == check(other).dataset == "kpi"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kpi": "31807"}, "”31807” är inget id för ett nyckeltal."),
        ({"kpi": ""}, "Tomt fält är inget id för ett nyckeltal."),
        ({"municipality": "481"}, "”481” är ingen kommunkod. Koder har fyra siffror"),
        ({"municipality": "Umeå"}, "”Umeå” är ingen kommunkod."),
        ({"year": "tjugotvå"}, "Fältet är inget årtal."),
        ({"year": "2021.5"}, "Fältet är inget årtal."),
        ({"year": "22"}, "”22” är inget årtal."),
        ({"year": "2031"}, "”2031” är ett år som inte har varit."),
        ({"gender": "F"}, "”F” är inget kön. Kön är T (totalt), K eller M."),
        ({"value": "många"}, "”många” är inget tal."),
        ({"value": "inf"}, "”inf” är inget tal."),
        ({"value": "1.5", "status": "Privacy"}, "både ett värde och en status"),
        ({"value": "", "status": "Hemligt"}, "”Hemligt” är ingen status som Kolada har."),
        ({"year": "2020"}, "Samma nyckel två gånger: N31807, 0481, 2020, T."),
    ],
)
def test_what_is_wrong_is_said_with_its_row(
    tmp_path: Path, change: dict[str, str], said: str
) -> None:
    path = write_csv(tmp_path, values({"year": "2020"}, {"year": "2021"}, change))
    (fault,) = faults_of(path)
    assert fault.startswith("v.csv, rad 4") and said in fault


def test_all_faults_are_said_together_with_how_many(tmp_path: Path) -> None:
    rows = values(
        {"kpi": "x"}, {"gender": "Kvinnor"}, {"gender": "Kvinnor", "year": "2021"}, {"value": "-"}
    )
    said = faults_of(write_csv(tmp_path, rows))
    assert len(said) == 3
    assert "”Kvinnor” är inget kön (och 1 till)." in said[1] and "rad 3" in said[1]


def test_a_key_twice_is_found_in_a_file_in_order_too(tmp_path: Path) -> None:
    rows = [{**ROW, "year": 2020, "value": 1.0}, {**ROW, "year": 2020, "value": 1.0}]
    (fault,) = faults_of(write_parquet(tmp_path, rows))
    assert fault == (
        "v.parquet, rad 2: Samma nyckel två gånger: N31807, 0481, 2020, T. "
        "Behåll den rad som gäller."
    )


def test_parquet_without_gender(tmp_path: Path) -> None:
    rows = [{name: value for name, value in ROW.items() if name != "gender"}]
    (fault,) = faults_of(write_parquet(tmp_path, rows))
    assert fault == (
        "v.parquet: Kolumnen gender saknas (värden för nyckeltal). "
        "Filen behöver kpi, municipality, year, gender, value."
    )


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.parquet"
    path.write_bytes(b"")
    assert faults_of(path) == ["empty.parquet: Filen är tom. Hämta den på nytt."]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("\ufeff", "Filen är tom."),
        ("\n \n\n", "Filen är tom."),
        ("\nkpi,municipality,year,gender,value\nN31807,0461,2021,T,2.5\n", "rubrikrad"),
        ("a" * 150_000, "rubrikrad"),
        ("kpi,KPI,municipality,year,gender,value\n", "Två kolumner har samma namn."),
        ("kpi, kpi,municipality,year,gender,value\n", "Två kolumner har samma namn."),
    ],
)
def test_a_file_without_a_row_of_headings(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "v.csv"
    path.write_text(content, encoding="utf-8")
    (fault,) = faults_of(path)
    assert said in fault


def test_a_year_with_decimals_in_parquet_is_none(tmp_path: Path) -> None:
    halves = write_parquet(tmp_path, [{**ROW, "year": 2021.5, "value": 1.0}])
    (fault,) = faults_of(halves)
    assert "inget årtal" in fault
    whole = write_parquet(tmp_path, [{**ROW, "year": 2021.0, "value": 1.0}])
    assert check(whole, TODAY).rows == 1


def test_only_a_header(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text("kpi,municipality,year,gender,value\n", encoding="utf-8")
    assert faults_of(path) == ["v.csv: Filen har inga rader. Hämta den på nytt."]


@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.999])
@pytest.mark.parametrize("kind", ["parquet", "json", "json.gz"])
def test_truncated_files(tmp_path: Path, kind: str, share: float) -> None:
    point = {"gender": "T", "count": 1, "status": "", "value": 1.5, "isdeleted": False}
    rows = [
        {"kpi": "N31807", "period": 1990 + i, "municipality": "0481", "values": [point]}
        for i in range(30)
    ]
    path = tmp_path / f"v.{kind}"
    if kind == "parquet":
        write_parquet(tmp_path, values(*({"year": 1990 + i, "value": 1.0} for i in range(30))))
    else:
        path.write_bytes(gzip.compress(v3(rows)) if kind == "json.gz" else v3(rows))
    whole = path.read_bytes()
    path.write_bytes(whole[: max(5, int(len(whole) * share))])
    (fault,) = faults_of(path)
    assert fault.startswith(f"v.{kind}: ")


def test_a_csv_cut_off_in_mid_row(tmp_path: Path) -> None:
    path = write_csv(tmp_path, values({"year": "2020"}, {"year": "2021"}, {}))
    path.write_text(path.read_text(encoding="utf-8")[:-13], encoding="utf-8")
    (fault,) = faults_of(path)
    assert "v.csv, rad 4" in fault and "avklippt" in fault


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("v.csv", b"PK\x03\x04rest of a workbook", "Filen är en Excelfil"),
        ("v.csv", b"<!DOCTYPE html><html>", "Filen är en webbsida."),
        ("v.json", b'{"error": "This endpoint is deprecated."}', "inget svar från Koladas API"),
        ("v.json", b'{"values": [], "count": 0}', "Svaret är tomt."),
        ("v.csv", "kpi;år\nN31807;2022".encode("latin-1"), "text i UTF-8"),
        ("v.csv", b"name,age\nKim,41\n", "känns inte igen"),
        ("v.parquet", b"PAR1 but nothing more", "avklippt eller skadad"),
    ],
)
def test_files_that_are_something_else(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    (fault,) = faults_of(path)
    assert said in fault and name in fault


def test_a_file_of_other_content_does_not_show_its_cells(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text("namn,personnummer\nKim,19121212-1212\n", encoding="utf-8")
    assert "1212" not in " ".join(faults_of(path))


def test_one_wrong_file_stops_them_all_and_all_faults_are_said(tmp_path: Path) -> None:
    right = write_csv(tmp_path, values(), "right.csv")
    wrong = write_csv(tmp_path, values({"gender": "F"}), "wrong.csv")
    worse = write_csv(tmp_path, values({"kpi": "?"}), "worse.csv")
    with pytest.raises(SourceError) as caught:
        kolada.add(find_workspace(), [right, wrong, worse], retrieved=TODAY)
    assert [fault.where for fault in caught.value.faults] == [
        "wrong.csv, rad 2",
        "worse.csv, rad 2",
    ]
    assert archived_files(find_workspace()) == []


def test_a_disk_that_fills_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = write_csv(tmp_path, values({"year": "2019"}), "before.csv")
    kolada.add(find_workspace(), [before], retrieved=TODAY)
    files = [write_csv(tmp_path, values({"year": y}), f"{y}.csv") for y in ("2020", "2021")]
    real = origin.archive_file

    def filling(workspace: Any, path: Path, origin: Any) -> Any:
        if path.name == "2021.csv":
            raise OSError(28, "No space left on device")
        return real(workspace, path, origin)

    monkeypatch.setattr(origin, "archive_file", filling)
    with pytest.raises(SourceError, match="Disken är full. Ingen av filerna lades in"):
        kolada.add(find_workspace(), [before, *files], retrieved=TODAY)
    assert [f.origin.original_name for f in archived_files(find_workspace())] == ["before.csv"]


def test_unknown_columns_are_told_of(tmp_path: Path) -> None:
    assert check(write_csv(tmp_path, values({"anm": "x", "count": "1"})), TODAY).unused == ("anm",)


@pytest.mark.parametrize(
    ("name", "vintage"),
    [
        ("ddf_all_values_2024-08.parquet", "2024-08-01"),
        ("kpi_metadata_2026-03-23.csv", "2026-03-23"),
        ("social_services_all606_values_1994_2022.parquet", "2026-08-01"),
        ("values.csv", "2026-08-01"),
    ],
)
def test_the_vintage_is_read_from_the_name(name: str, vintage: str) -> None:
    assert vintage_of(Path(name), None, TODAY) == vintage


def test_a_told_vintage_goes_before_the_name() -> None:
    assert vintage_of(Path("kpi_2024-04-06.csv"), "2025-01-02", TODAY) == "2025-01-02"


@pytest.mark.parametrize("vintage", ["i fjol", "2026-13-01", "2027-01-01"])
def test_an_impossible_vintage_is_refused(vintage: str) -> None:
    with pytest.raises(UsageError):
        vintage_of(Path("values.csv"), vintage, TODAY)


@pytest.mark.shared
def test_every_file_of_real_data_is_recognised(shared_data: Path) -> None:
    folder = shared_data / "kolada"
    found = {
        path.name: check(path, TODAY)
        for path in (
            *folder.glob("values_*"),
            *folder.glob("kpi_metadata_*"),
            *folder.glob("municipality_*"),
            *(folder / "api_v3_examples").glob("*.json"),
        )
    }
    assert {name: (file.dataset, file.rows) for name, file in found.items()} == {
        "values_with_status_2023-09-12.parquet": ("values", 144_710),
        "kpi_metadata_2024-04-06.csv": ("kpi", 6_433),
        "kpi_metadata_2026-03-23.csv": ("kpi", 6_099),
        "municipality_312.csv": ("municipality", 312),
        "municipality_groups_2026-03-23.csv": ("groups", 3_630),
        "municipality_group_members_2024-04-06.csv": ("groups", 24_300),
        "municipality_group_members_2026-03-23.csv": ("groups", 26_573),
        "v3_data_mixed_status.json": ("values", 166),
        "v3_kpi.json": ("kpi", 8),
        "v3_municipality_groups.json": ("groups", 45),
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [("varden.parquet", "ingen parquet-fil"), ("varden.json", "ingen json-fil")],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    tmp_path: Path, name: str, said: str
) -> None:
    path = tmp_path / name
    path.write_text("kpi,municipality,year,gender,value\nN31807,2480,2022,T,1.9\n", "utf-8")
    with pytest.raises(SourceError, match=said):
        kolada.check(path)
    proper = path.rename(tmp_path / "varden.csv")
    assert kolada.check(proper).rows == 1

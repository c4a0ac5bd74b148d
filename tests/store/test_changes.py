"""What has changed between two vintages of series, groups and numbers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analyslib.sources import kolada, open_comparisons
from analyslib.store.build import build
from analyslib.store.changes import Changes, changes_since, last_delivery_but_one
from analyslib.store.connection import open_store, query
from analyslib.workspace import Workspace


def since(bench: Any, day: str) -> Changes:
    with open_store(bench.workspace.publish_db) as store:
        return changes_since(store, day)


def test_each_kind_of_change_of_a_series(bench: Any) -> None:
    same = {"id": "N31807", "title": "Samma"}
    old = [
        same,
        {"id": "N00001", "title": "Borta, antal"},
        {"id": "N00002", "title": "Heter så, antal"},
        {"id": "N00003", "title": "Dubbla  mellanslag, antal"},
        {"id": "N00004", "title": "Byter enhet, andel (%)"},
        {"id": "U00005", "title": "Byter kod (Ja=1, Nej=0)"},
        {"id": "U00006", "title": "Slutar, antal"},
        {"id": "U00007", "title": "Ny text, antal", "description": "Gammal."},
        {"id": "U00008", "title": "Kön, antal", "is_divided_by_gender": "True"},
        {"id": "U00009", "title": "Stavas om, andel (%)."},
    ]
    new = [
        same,
        {"id": "N00002", "title": "Heter något annat, antal"},
        {"id": "N00003", "title": "Dubbla mellanslag, antal"},
        {"id": "N00004", "title": "Byter enhet, antal/10 000 inv"},
        {"id": "U00005", "title": "Byter kod (Ja=1, Nej=2)"},
        {"id": "U00006", "title": "Slutar, antal (-2023)"},
        {"id": "U00007", "title": "Ny text, antal", "description": "Ny."},
        {"id": "U00008", "title": "Kön, antal", "is_divided_by_gender": "False"},
        {"id": "U00009", "title": "Stavas om, procent"},
        {"id": "N99999", "title": "Tillkommer, antal"},
    ]
    bench.add_kpis(old, "2024-04-06")
    bench.add_kpis(new, "2026-03-23")
    bench.add_values([{}])
    bench.build()
    found = since(bench, "2025-01-01")
    by_kind: dict[str, list[str]] = {}
    for row in found.series.itertuples():
        by_kind.setdefault(str(row.change), []).append(str(row.kpi))
    assert by_kind == {
        "added": ["N99999"],
        "removed": ["N00001"],
        "renamed": ["N00002", "N00004", "U00005", "U00006", "U00009"],
        "respaced": ["N00003"],
        "rescaled": ["N00004", "U00005"],
        "ended": ["U00006"],
        "redescribed": ["U00007"],
        "redivided": ["U00008"],
    }
    assert found.series_vintages == ("2024-04-06", "2026-03-23")
    rescaled = found.series[found.series["change"] == "rescaled"]
    assert rescaled["new"].tolist() == ["antal/10 000 inv", "Ja=1, Nej=2"]


def test_only_what_came_after_the_day(bench: Any) -> None:
    bench.add_kpis(["N31807", "N00001"], "2024-01-01")
    bench.add_kpis(["N31807", "N00002"], "2025-01-01")
    bench.add_kpis(["N31807", "N00003"], "2026-01-01")
    bench.add_values([{"value": 1}], "2024-01-01")
    bench.add_values([{"value": 2}], "2025-01-01")
    bench.add_values([{"value": ""}], "2026-01-01")
    bench.build()
    late, early, none = (since(bench, d) for d in ("2025-06-01", "2024-06-01", "2026-06-01"))
    assert set(late.series["kpi"]) == {"N00002", "N00003"}
    assert set(early.series["kpi"]) == {"N00001", "N00003"}
    assert late.values[["revised", "withdrawn"]].to_numpy().tolist() == [[0, 1]]
    assert early.values[["revised", "withdrawn"]].to_numpy().tolist() == [[1, 1]]
    assert none.is_empty and none.series_vintages == ("", "")
    with open_store(bench.workspace.publish_db) as store:
        between = changes_since(store, "2024-06-01", "2025-06-01")
    assert set(between.series["kpi"]) == {"N00001", "N00002"}
    assert between.values[["revised", "withdrawn"]].to_numpy().tolist() == [[1, 0]]


def test_a_page_of_metadata_is_not_taken_for_the_whole(bench: Any) -> None:
    bench.add_kpis([f"N0000{i}" for i in range(9)], "2024-01-01")
    bench.add_kpis(["N00001"], "2026-01-01")
    bench.add_values([{"kpi": "N00001"}])
    bench.build()
    assert since(bench, "2025-01-01").is_empty


def test_members_that_joined_and_left(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    bench.add_groups(
        {
            ("G1", "Liknande kommuner IFO, Nordmaling, 2022"): ["0584", "0617", "2505"],
            ("G2", "Borta"): ["0114"],
        },
        "2024-04-06",
    )
    bench.add_groups(
        {("G1", "Liknande kommuner IFO, Nordmaling, 2024"): ["0509", "0617", "2505"]},
        "2026-03-23",
    )
    bench.build()
    groups = since(bench, "2025-01-01").groups
    assert groups[["group_id", "change", "member"]].fillna("").to_numpy().tolist() == [
        ["G1", "joined", "0509"],
        ["G1", "left", "0584"],
        ["G2", "removed", ""],
    ]
    assert groups["owner"].tolist()[:2] == ["2401", "2401"]
    assert groups[["old_year", "new_year"]].to_numpy().tolist()[0] == [2022, 2024]


def test_a_change_of_unit_breaks_the_series_where_new_numbers_begin(bench: Any) -> None:
    """A series outside the definitions: both sorts are kept, and the break is said."""
    bench.add_kpis([{"id": "N00004", "title": "Insatser, andel (%)"}], "2024-01-01")
    bench.add_kpis([{"id": "N00004", "title": "Insatser, antal/10 000 inv"}], "2026-01-01")
    row = {"kpi": "N00004"}
    bench.add_values([{**row, "year": year, "value": 0.9} for year in (2020, 2021)], "2024-01-01")
    bench.build()
    with open_store(bench.workspace.publish_db) as store:
        (only,) = query(store, "scale_breaks", kpi="N00004").itertuples()
    assert (only.old_unit, only.new_unit) == ("andel (%)", "antal/10 000 inv")
    assert only.last_old_year == 2021 and pd.isna(only.first_new_year)  # all are old
    bench.add_values([{**row, "year": 2022, "value": 91}], "2026-01-01")
    bench.build()
    with open_store(bench.workspace.publish_db) as store:
        (only,) = query(store, "scale_breaks", kpi="N00004").itertuples()
    assert (only.last_old_year, only.first_new_year) == (2021, 2022)


def test_numbers_in_another_unit_than_the_definitions_are_turned_away(bench: Any) -> None:
    """N28892 is per 10,000 in the definitions, as in Kolada today; it was once a percentage."""
    bench.add_kpis([{"id": "N28892", "title": "Insatser, andel (%)"}], "2024-01-01")
    bench.add_kpis([{"id": "N28892", "title": "Insatser, antal/10 000 inv"}], "2026-01-01")
    row = {"kpi": "N28892"}
    bench.add_values([{**row, "year": year, "value": 0.9} for year in (2020, 2021)], "2024-08-01")
    bench.add_values([{**row, "year": year, "value": 90} for year in (2021, 2022)], "2026-02-01")
    report = bench.build()
    assert bench.rows("SELECT year, value FROM observation") == [(2021, 90.0), (2022, 90.0)]
    assert report.rejected == (("talet är i en annan enhet än definitionens (andel (%))", 2),)
    assert report.revised == 0


def test_a_number_in_a_new_unit_has_not_been_revised(bench: Any) -> None:
    bench.add_kpis([{"id": "N00004", "title": "Insatser, andel (%)"}], "2024-01-01")
    bench.add_kpis([{"id": "N00004", "title": "Insatser, antal/10 000 inv"}], "2026-01-01")
    bench.add_kpis([{"id": "N00005", "title": "Annat, andel (%)"}], "2026-01-01")
    for vintage, value in (("2024-01-01", 0.9), ("2026-01-01", 91)):
        bench.add_values([{"kpi": kpi, "value": value} for kpi in ("N00004", "N00005")], vintage)
    bench.build()
    assert bench.rows("SELECT kpi FROM revision") == [("N00005",)]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Workspace:
    """Both vintages of metadata and groups, and values with status for something to show."""
    workspace = Workspace(tmp_path_factory.mktemp("real"))
    folder = shared_data / "kolada"
    kolada.add(
        workspace,
        [
            *folder.glob("kpi_metadata_*.csv"),
            *folder.glob("municipality_group_members_*.csv"),
            folder / "values_with_status_2023-09-12.parquet",
        ],
        retrieved=date(2026, 8, 1),
    )
    build(workspace)
    return workspace


@pytest.mark.shared
def test_what_kolada_changed_in_two_years(real: Workspace) -> None:
    with open_store(real.publish_db) as store:
        found = changes_since(store, "2024-04-06")
    assert found.count_of("removed") == 829
    assert found.count_of("added") == 495
    assert found.count_of("renamed") == 975
    assert found.count_of("renamed") + found.count_of("respaced") == 978
    rescaled = found.series[found.series["change"] == "rescaled"].set_index("kpi")
    assert tuple(rescaled.loc["N28892", ["old", "new"]]) == ("andel (%)", "antal/10 000 inv")
    assert tuple(rescaled.loc["U30426", ["old", "new"]]) == ("Ja=1, Nej=0", "Ja=1, Nej=2")


@pytest.mark.shared
def test_the_members_of_a_real_group_that_kept_its_id(real: Workspace) -> None:
    with open_store(real.publish_db) as store:
        groups = changes_since(store, "2024-04-06").groups
    one = groups[groups["group_id"] == "G36603"]
    assert set(one[one["change"] == "left"]["member"]) == {"0834", "1445", "1466", "2023", "2061"}
    assert set(one[one["change"] == "joined"]["member"]) == {"0509", "0617", "1452", "2326", "2421"}


def last_but_one(bench: Any) -> str:
    bench.build()
    with open_store(bench.workspace.publish_db) as store:
        return last_delivery_but_one(store)


def test_the_delivery_before_the_newest_is_not_that_of_another_source(bench: Any) -> None:
    """A workbook or a page of metadata that came later must not hide what Kolada has changed."""
    bench.add_kpis([f"N0000{i}" for i in range(9)], "2024-01-01")
    bench.add_values([{"kpi": "N00001"}], "2024-01-01")
    assert last_but_one(bench) == ""
    bench.add_kpis([f"N0000{i}" for i in range(1, 9)], "2026-01-01")
    assert last_but_one(bench) == "2024-01-01"
    bench.add_kpis(["N00001"], "2026-07-01")
    heads = ";".join(f"Mått {letter}, antal" for letter in "ABCDEFGHI")
    table = f"Kommun;{heads}\nUmeå{';5' * 9}\nGnesta{';7' * 9}\n"
    path = bench.folder / "tabell.csv"
    path.write_text(table, encoding="utf-8")
    open_comparisons.add(
        bench.workspace, [path], year=2025, publisher="socialstyrelsen", title="Ett mått"
    )
    assert last_but_one(bench) == "2024-01-01"


def test_values_alone_are_deliveries_too(bench: Any) -> None:
    bench.add_kpis(["N31807"], "2024-01-01")
    bench.add_values([{"value": 1}], "2024-01-01")
    bench.add_values([{"value": 2}], "2026-01-01")
    assert last_but_one(bench) == "2024-01-01"
    assert since(bench, "2024-01-01").values["revised"].tolist() == [1]

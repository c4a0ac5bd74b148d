"""The build: newest wins, nothing is lost in silence, and an old database is always whole."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from analyslib.errors import SourceError, StoreError
from analyslib.sources import kolada
from analyslib.sources.origin import Origin, archive_file, archived_files, sha256_of
from analyslib.store.build import build
from analyslib.store.connection import open_store
from analyslib.workspace import Workspace


def test_build_gives_every_number_with_its_source(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{"value": 2.5}, {"year": 2021, "value": ""}])
    report = bench.build()
    assert bench.rows("SELECT kpi, municipality, year, gender, value, status FROM observation") == [
        ("N31807", "2480", 2021, "T", None, "Unknown"),
        ("N31807", "2480", 2022, "T", 2.5, ""),
    ]
    assert bench.rows("SELECT DISTINCT source, vintage FROM observation") == [
        ("kolada", "2026-08-01")
    ]
    assert (report.built, report.numbers, report.values, report.series) == (True, 2, 1, 1)


def test_build_keeps_the_three_kinds_of_nothing_apart(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    statuses = ["Missing", "Not applicable", "Privacy", ""]
    bench.add_values(
        {"year": 2010 + i, "value": "", "status": status} for i, status in enumerate(statuses)
    )
    bench.build()
    assert bench.rows("SELECT year, status FROM observation ORDER BY year") == [
        (2010, "Missing"),
        (2011, "Not applicable"),
        (2012, "Privacy"),
        (2013, "Unknown"),
    ]


def test_build_sorts_by_key(bench: Any) -> None:
    bench.add_kpis(["N31807", "U28690", "N00001"])
    bench.add_values(
        {"kpi": kpi, "municipality": place, "year": year, "gender": gender}
        for kpi in ("U28690", "N31807", "N00001")
        for place in ("2480", "0114", "0000")
        for year in (2022, 1998)
        for gender in "TMK"
    )
    bench.build()
    keys = bench.rows("SELECT kpi, municipality, year, gender FROM observation")
    assert keys == sorted(keys) and len(keys) == 54


def test_newest_vintage_wins_and_what_differs_is_a_revision(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{"value": 1}, {"year": 2021, "value": 7}], "2024-01-01")
    bench.add_values([{"value": 3}, {"year": 2021, "value": 7}], "2026-01-01")
    bench.add_values([{"value": 2}, {"year": 2020, "value": 9}], "2025-01-01")
    report = bench.build()
    assert bench.rows("SELECT year, value, vintage FROM observation") == [
        (2020, 9.0, "2025-01-01"),
        (2021, 7.0, "2026-01-01"),
        (2022, 3.0, "2026-01-01"),
    ]
    assert bench.rows(
        "SELECT year, old_value, new_value, old_vintage, new_vintage FROM revision "
        "ORDER BY old_vintage"
    ) == [
        (2022, 1.0, 2.0, "2024-01-01", "2025-01-01"),
        (2022, 2.0, 3.0, "2025-01-01", "2026-01-01"),
    ]
    assert sum(count.superseded for count in report.files) == 3
    assert "3 tal finns i flera filer" in str(report)
    assert "2 av dem har räknats om (reviderats)" in str(report)


def test_a_revision_that_was_taken_back_is_in_force(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    for vintage, value in (("2024-01-01", 1), ("2025-01-01", 2), ("2026-01-01", 1)):
        bench.add_values([{"value": value}], vintage)
    bench.build()
    assert bench.rows("SELECT value, vintage FROM observation") == [(1.0, "2026-01-01")]


def test_rounding_in_the_file_is_no_revision(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{"value": 12.345678912}], "2024-01-01")
    bench.add_values([{"value": 12.345679}], "2025-01-01")
    assert bench.build().revised == 0


def test_a_value_that_was_withdrawn_is_a_revision(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{"value": 5}], "2024-01-01")
    bench.add_values([{"value": "", "status": "Privacy"}], "2025-01-01")
    bench.build()
    assert bench.rows("SELECT value, status FROM observation") == [(None, "Privacy")]
    assert bench.rows("SELECT old_value, new_value, new_status FROM revision") == [
        (5.0, None, "Privacy")
    ]


def page(points: list[dict[str, Any]]) -> bytes:
    rows = [
        {
            "kpi": "N31807",
            "municipality": point.get("municipality", "2480"),
            "period": point.get("period", 2022),
            "values": [
                {
                    "gender": point.get("gender", "T"),
                    "count": 1,
                    "status": point.get("status", ""),
                    "value": point.get("value"),
                    "isdeleted": point.get("isdeleted", False),
                }
            ],
        }
        for point in points
    ]
    return json.dumps({"values": rows, "count": len(rows), "next_url": None}).encode()


def test_a_deleted_value_disappears_but_is_accounted_for(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{"value": 5}, {"year": 2021, "value": 4}], "2024-01-01")
    path = bench.folder / "page.json.gz"
    path.write_bytes(gzip.compress(page([{"value": None, "isdeleted": True}])))
    kolada.add(bench.workspace, [path], "2025-01-01")
    report = bench.build()
    assert bench.rows("SELECT year, value FROM observation") == [(2021, 4.0)]
    assert bench.rows("SELECT old_value, new_status FROM revision") == [(5.0, "Deleted")]
    assert [count.deleted for count in report.files if count.deleted] == [1]


def test_values_of_groups_are_counted_but_not_taken_in(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    path = bench.folder / "page.json"
    path.write_bytes(page([{"value": 5.0}, {"municipality": "G33631", "value": 4.0}]))
    kolada.add(bench.workspace, [path], "2025-01-01")
    report = bench.build()
    assert bench.rows("SELECT municipality FROM observation") == [("2480",)]
    assert bench.rows(
        "SELECT rows_in, loaded, rejected, group_rows FROM source_file WHERE dataset = 'values'"
    ) == [(2, 1, 1, 1)]
    assert "1 gruppvärden lästes inte in" in str(report)


def test_several_answers_on_lines_of_one_file_are_all_read(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    path = bench.folder / "pages.json.gz"
    empty = json.dumps({"values": [], "count": 0, "next_url": None}).encode()
    lines = [empty, page([{"value": 1.0}]), page([{"value": 2.0, "period": 2021}])]
    path.write_bytes(gzip.compress(b"\n".join(lines)))
    kolada.add(bench.workspace, [path], "2025-01-01")
    bench.build()
    assert bench.rows("SELECT year, value FROM observation") == [(2021, 2.0), (2022, 1.0)]


def test_a_series_in_no_vintage_is_rejected_with_the_reason(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{}, {"kpi": "N99999"}, {"kpi": "N99999", "year": 2021}])
    report = bench.build()
    assert bench.rows("SELECT DISTINCT kpi FROM observation") == [("N31807",)]
    assert report.rejected == (("nyckeltalet finns inte i någon årgång av metadata", 2),)
    assert bench.rows("SELECT row, kpi, year FROM rejected ORDER BY row") == [
        (2, "N99999", 2022),
        (3, "N99999", 2021),
    ]
    assert "Avvisat: 2 rader, nyckeltalet finns inte" in str(report)
    assert "(t.ex. N99999, 2480, 2021, T)." in str(report)


def test_a_file_of_which_nothing_can_be_used_stops_the_build(bench: Any) -> None:
    bench.add_values([{}])
    with pytest.raises(StoreError, match="nyckeltalen finns inte.*analyslib add kolada") as caught:
        bench.build()
    (file,) = archived_files(bench.workspace)
    assert f"ta bort {file.path} och {file.path.name}.origin.toml." in str(caught.value)
    assert not bench.workspace.publish_db.exists()


def test_a_series_only_in_an_older_vintage_is_loaded_and_has_ended(bench: Any) -> None:
    bench.add_kpis(["N31807", "U28690"], "2024-01-01")
    bench.add_kpis(["N31807", "N00001"], "2026-01-01")
    bench.add_values([{}, {"kpi": "U28690"}])
    report = bench.build()
    assert bench.rows("SELECT kpi, ended FROM kpi WHERE newest ORDER BY kpi") == [
        ("N00001", False),
        ("N31807", False),
        ("U28690", True),
    ]
    assert report.ended == 1 and report.numbers == 2
    assert bench.rows("SELECT kpi, vintage FROM kpi WHERE kpi = 'N31807' ORDER BY vintage") == [
        ("N31807", "2024-01-01"),
        ("N31807", "2026-01-01"),
    ]


def test_a_handful_of_new_metadata_does_not_end_all_the_rest(bench: Any) -> None:
    bench.add_kpis([f"N0000{i}" for i in range(9)], "2024-01-01")
    bench.add_kpis(["N00001"], "2026-01-01")
    bench.add_values([{"kpi": "N00002"}])
    assert bench.build().ended == 0


def test_metadata_on_several_pages_is_one_vintage(bench: Any) -> None:
    bench.add_kpis(["N31807", "N00001"], "2026-01-01")
    bench.add_kpis(["U28690"], "2026-01-01")
    bench.add_values([{}, {"kpi": "U28690"}])
    assert bench.build().ended == 0


def test_gotland_is_two_places_and_riket_is_no_municipality(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values({"municipality": code} for code in ("0980", "0009", "0000"))
    bench.build()
    assert bench.rows(
        "SELECT municipality, municipality_name, type FROM observation "
        "JOIN municipality USING (municipality)"
    ) == [("0000", "Riket", "L"), ("0009", "Region Gotland", "L"), ("0980", "Gotland", "K")]
    assert bench.rows("SELECT count(*) FROM municipality WHERE type = 'K'") == [(290,)]


def test_n_comes_from_the_series_that_holds_it_same_place_year_and_gender(bench: Any) -> None:
    bench.add_kpis(["N31807", "N01951"])
    bench.add_values(
        [
            {"gender": "T", "value": 3},
            {"gender": "K", "value": 2},
            {"year": 2021, "value": 4},
            {"kpi": "N01951", "gender": "T", "value": 130000},
            {"kpi": "N01951", "municipality": "0114", "gender": "K", "value": 1},
            {"kpi": "N01951", "year": 2020, "value": 2},
        ]
    )
    bench.build()
    assert bench.rows("SELECT year, gender, n FROM observation WHERE kpi = 'N31807'") == [
        (2021, "T", None),  # never the population of another year
        (2022, "K", None),
        (2022, "T", 130000.0),
    ]


def test_a_year_after_the_retrieval_is_rejected(bench: Any) -> None:
    """`add` refuses such a file; what is fetched does not pass through `add`."""
    bench.add_kpis(["N31807"])
    path = bench.folder / "page.json"
    path.write_bytes(page([{"value": 1.0}, {"value": 2.0, "period": 2031}]))
    put_in_archive(bench, path, rows=2)
    report = bench.build()
    assert report.rejected == (("året har inte varit när filen hämtades", 1),)


def put_in_archive(bench: Any, path: Any, rows: int) -> None:
    (some,) = bench.add_csv([{"id": "0114", "title": "Upplands Väsby", "type": "K"}], "m.csv")
    origin: Origin = replace(
        some.origin, dataset="values", sha256=sha256_of(path), rows=rows, original_name=path.name
    )
    archive_file(bench.workspace, path, origin)


def test_a_text_where_the_source_should_have_a_number_is_rejected(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    path = bench.folder / "page.json"
    path.write_bytes(page([{"value": 1.0}, {"value": "många", "period": 2021}]))
    put_in_archive(bench, path, rows=2)
    assert bench.build().rejected == (("värdet är inget tal", 1),)


def test_rows_that_were_counted_differently_stop_the_build(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    path = bench.folder / "page.json"
    path.write_bytes(page([{"value": 1.0}]))
    put_in_archive(bench, path, rows=2)
    with pytest.raises(StoreError, match="hade 2 rader när den lades in, men 1 lästes"):
        bench.build()


def test_the_same_key_with_two_values_in_one_fetched_file_stops_the_build(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    path = bench.folder / "page.json"
    path.write_bytes(page([{"value": 1.0}, {"value": 2.0}]))
    put_in_archive(bench, path, rows=2)
    with pytest.raises(StoreError, match="olika värden för samma nyckel"):
        bench.build()


def test_unchanged_input_is_nothing_to_do(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    assert bench.build().built
    before = bench.workspace.publish_db.stat().st_mtime_ns
    report = bench.build()
    assert not report.built and str(report).startswith("Inget att göra")
    assert bench.workspace.publish_db.stat().st_mtime_ns == before
    bench.add_values([{"year": 2020}])
    assert bench.build().built


def test_a_changed_definition_builds_anew(bench: Any) -> None:
    from analyslib.catalogue import load_catalogue

    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    bench.build()
    catalogue = load_catalogue()
    some = next(iter(catalogue.areas.values()))
    areas = {**catalogue.areas, some.id: replace(some, title="Annat namn")}
    assert bench.build(catalogue=replace(catalogue, areas=areas)).built


def test_a_changed_program_builds_anew(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An update may change which numbers may be published."""
    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    bench.build()
    monkeypatch.setattr("analyslib.store.build.program_sum", lambda: "another")
    assert bench.build().built


def test_a_pack_of_this_database_changes_nothing_and_another_does(bench: Any) -> None:
    """Ledgers that have left are reckoned with once; those of the database itself need not be."""
    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    ledger = pd.DataFrame({"title": ["mal-24"], "sha256": ["a1"], "content": ["{}"]})

    def build(*published: str) -> bool:
        release = lambda connection: {"individual_ledger": ledger}  # noqa: E731
        return bool(bench.build(release=release, published=published).built)

    assert build()
    assert not build("a1"), "a pack of this very database"
    assert build("a1", "b2"), "a pack of an earlier one"
    assert not build("a1", "b2")
    assert build("a1"), "a pack that has been taken back"


def test_one_database_gone_builds_anew(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    bench.build()
    bench.workspace.analys_db.unlink()
    assert bench.build().built and bench.workspace.analys_db.exists()


def test_a_damaged_database_builds_anew(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    bench.build()
    bench.workspace.publish_db.write_bytes(b"not a database at all")
    assert bench.build().built
    assert len(bench.rows("SELECT * FROM observation")) == 1


def test_less_than_last_time_is_refused_unless_accepted(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    (file,) = bench.add_values([{}, {"year": 2021}])
    bench.build()
    file.path.with_name(file.path.name + ".origin.toml").unlink()
    bench.add_values([{}])
    with pytest.raises(StoreError, match="N31807 hade 2 tal i förra bygget men bara 1 nu"):
        bench.build()
    assert len(bench.rows("SELECT * FROM observation")) == 2
    assert bench.build(accept_loss=True).numbers == 1


def test_a_file_changed_in_the_archive_is_found(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    (file,) = bench.add_values([{}])
    file.path.write_bytes(file.path.read_bytes().replace(b"1.0", b"2.0"))
    with pytest.raises(SourceError, match="har ändrats sedan den lades in"):
        bench.build()


def test_an_empty_archive_says_what_to_do(bench: Any) -> None:
    with pytest.raises(StoreError, match="analyslib fetch kolada"):
        bench.build()


def test_demo_and_real_data_never_mix(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    demo = Workspace(bench.workspace.root, demo=True)
    kolada.add(demo, [bench.write([{"id": "0114", "title": "U", "type": "K"}], "x.csv")])
    assert len(archived_files(bench.workspace)) == 2
    assert len(archived_files(demo)) == 1
    shutil.rmtree(demo.raw)
    with pytest.raises(StoreError):
        build(demo)
    bench.build()
    assert not demo.publish_db.exists()


def test_the_demo_workspace_builds_as_any_other(bench: Any) -> None:
    bench.workspace = Workspace(bench.workspace.root, demo=True)
    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    bench.build()
    assert "demo" in str(bench.workspace.publish_db)
    assert ("demo", "true") in bench.rows("SELECT * FROM build_info")


def test_released_tables_reach_publish_and_nothing_else_does(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    frame = pd.DataFrame({"municipality": ["2480"], "count": [12]})
    bench.build(release=lambda connection: {"follow_up": frame})
    assert bench.rows("SELECT * FROM follow_up") == [("2480", 12)]
    with open_store(bench.workspace.analys_db) as store:
        tables = {name for (name,) in store.connection.execute("SHOW TABLES").fetchall()}
    assert "follow_up" not in tables


def test_similar_groups_are_read_from_their_titles(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    bench.add_groups(
        {
            ("G1", "Liknande kommuner IFO, Umeå, 2024"): ["0114"],
            ("G2", "Liknande kommuner, övergripande, Umeå, 2025"): ["0114"],
            ("G3", "Liknande kommuner ekonomiskt bistånd, Upplands Väsby, 2023"): ["2480"],
            ("G4", "Västerbottens läns kommuner (ovägt medel)"): ["2480"],
            ("G5", "Pendlingskommun nära storstad (ovägt medel)"): ["0114"],
            ("G6", "SmåKom (ovägt medel)"): ["2403"],
            ("G7", "Kommuner med 0 - 4 999 invånare (ovägt medel)"): ["2403"],
        }
    )
    bench.build()
    assert bench.rows(
        "SELECT group_id, kind, service_area, owner, group_year FROM municipality_group"
    ) == [
        ("G1", "similar", "IFO", "2480", 2024),
        ("G2", "similar", "övergripande", "2480", 2025),
        ("G3", "similar", "ekonomiskt bistånd", "0114", 2023),
        ("G4", "county", "", "", None),
        ("G5", "skr_group", "", "", None),
        ("G6", "other", "", "", None),
        ("G7", "size", "", "", None),
    ]


@pytest.mark.parametrize(
    ("title", "unit", "stop_year"),
    [
        ("Invånare med insatser, andel (%)", "andel (%)", None),
        ("Nettokostnad IFO, kr/inv", "kr/inv", None),
        ("Nettokostnadsavvikelse LSS (%)", "(%)", None),
        ("Uppsökande verksamhet för akut hemlösa, (Ja=1, Nej=2)", "Ja=1, Nej=2", None),
        ("Rutin (Ja=1, Nej=0) (-2023)", "Ja=1, Nej=0", 2023),
        ("Barn i placering,  antal/10 000 inv 0-18 år (-2024)", "antal/10 000 inv 0-18 år", 2024),
        ("Kommunindex", "", None),
    ],
)
def test_the_unit_is_read_from_the_title(
    bench: Any, title: str, unit: str, stop_year: int | None
) -> None:
    bench.add_kpis([{"id": "N99999", "title": title}])
    bench.add_values([{"kpi": "N99999"}])
    bench.build()
    assert bench.rows("SELECT unit, stop_year FROM kpi") == [(unit, stop_year)]


def test_only_the_series_own_source_can_end_it(bench: Any) -> None:
    """Another source's newer list says nothing of Kolada's, nor Kolada's of theirs; and a table
    of its own (oj) is not ended by the next table."""
    bench.add_kpis(["N31807", "N00001"], "2024-01-01")
    bench.add_kpis(["N31807"], "2025-01-01")
    for source, kpi, vintage in (
        ("scb", "N99998", "2023-01-01"),
        ("oj", "U00001", "2022-01-01"),
        ("oj", "U00002", "2026-01-01"),
    ):
        row = {"id": kpi, "title": "Påhittat", "description": "Källa: påhitt."}
        full = {**row, "municipality_type": "K", "auspice": "X", "operating_area": "IFO"}
        path = bench.write([{**full, "perspective": "Volymer"}], f"{source}_{kpi}.csv")
        kolada.add(bench.workspace, [path], vintage, date(2026, 8, 1), source=source)
    bench.add_values([{}], "2025-01-01")
    bench.build()
    found = bench.rows("SELECT kpi, ended FROM kpi WHERE newest ORDER BY kpi")
    assert [kpi for kpi, ended in found if ended] == ["N00001"]
    assert len(found) == 5

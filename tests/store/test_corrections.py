"""Known errors at the source: changed only where they are still exactly as wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analyslib.errors import DefinitionError
from analyslib.sources import kolada
from analyslib.store.build import build
from analyslib.store.connection import open_store
from analyslib.store.corrections import Correction, read_corrections
from analyslib.workspace import Workspace


def correction(**changes: Any) -> Correction:
    plain: dict[str, Any] = {
        **{"id": "one", "kpi": "N31807", "field": "value", "municipality": "2480", "year": 2022},
        **{"gender": "T", "wrong": "1.0", "right": "10.0", "reason": "Kommatecknet var fel."},
        **{"found": date(2026, 1, 1), "owner": "x", "review_date": date(2027, 1, 1)},
    }
    return Correction(**{**plain, **changes})


def test_a_wrong_value_is_corrected_and_it_is_told(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{"value": 1.0}, {"year": 2021, "value": 1.0}])
    bench.build(corrections=[correction()])
    assert bench.rows("SELECT year, value FROM observation") == [(2021, 1.0), (2022, 10.0)]
    assert bench.query("corrections")[["kpi", "reason", "state"]].to_numpy().tolist() == [
        ["N31807", "Kommatecknet var fel.", "applied"]
    ]
    assert bench.rows("SELECT mean FROM benchmark WHERE year = 2022") == [(10.0,)]


def test_a_value_can_be_taken_away(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{"value": 1.0}])
    bench.build(corrections=[correction(right="")])
    assert bench.rows("SELECT value, status FROM observation") == [(None, "Unknown")]


def test_what_the_source_has_mended_is_left_alone_and_told(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{"value": 1.0}], "2025-01-01")
    bench.add_values([{"value": 9.8}], "2026-01-01")
    report = bench.build(corrections=[correction()])
    assert bench.rows("SELECT value FROM observation") == [(9.8,)]
    assert "källan har rättat N31807 (value). Rättelsen one" in str(report)


def test_what_is_not_here_is_neither(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{"year": 2020}])
    report = bench.build(corrections=[correction(), correction(id="two", kpi="N00001")])
    assert bench.query("corrections")["state"].tolist() == ["absent", "absent"]
    assert report.notes == ()


def test_what_the_source_says_of_a_series_is_corrected_in_every_vintage(bench: Any) -> None:
    wrong = {"id": "N31807", "title": "Invåndare"}
    bench.add_kpis([wrong], "2024-01-01")
    bench.add_kpis([wrong], "2026-01-01")
    bench.add_values([{}])
    entry = correction(field="title", wrong="Invåndare", right="Invånare")
    bench.build(corrections=[entry])
    assert bench.rows("SELECT DISTINCT title FROM kpi") == [("Invånare",)]
    mended = bench.build(corrections=[correction(field="title", wrong="?", right="!")])
    assert "Rättelsen one används inte längre" in str(mended)


def test_a_new_correction_builds_anew(bench: Any) -> None:
    bench.add_kpis(["N31807"])
    bench.add_values([{}])
    bench.build(corrections=[])
    assert bench.build(corrections=[correction()]).built
    assert not bench.build(corrections=[correction()]).built


def test_our_own_entries_are_right() -> None:
    assert {entry.id for entry in read_corrections()} >= {"n05809_verksamhet"}
    assert all(len(entry.reason) > 40 for entry in read_corrections())


def test_everything_wrong_in_an_entry_is_said(tmp_path: Path) -> None:
    text = """
[[correction]]
id = "one"
kpi = "N31807"
field = "value"
wrong = "tio"
right = "10"
reson = "fel nyckel"
found = 2026-01-01
owner = "x"
review_date = "2027-01-01"
"""
    (tmp_path / "x.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_corrections(tmp_path)
    said = str(caught.value)
    assert len(caught.value.faults) == 4
    assert "okänd nyckel ”reson”. Menade du ”reason”" in said
    assert "municipality och year" in said


@pytest.mark.shared
def test_no_correction_has_outlived_its_reason(tmp_path: Path, shared_data: Path) -> None:
    """The guard: fails when the newest metadata we have no longer hold the error."""
    workspace = Workspace(tmp_path)
    folder = shared_data / "kolada"
    kolada.add(
        workspace,
        [*folder.glob("kpi_metadata_*.csv"), folder / "values_with_status_2023-09-12.parquet"],
    )
    build(workspace)
    with open_store(workspace.publish_db) as store:
        states = store.connection.execute("SELECT id, state FROM correction").fetchall()
    assert states and all(state != "mended" for _, state in states), states

"""Values per unit: in the form of Kolada's API, every row accounted for, newest wins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

import analyslib
from analyslib.errors import SourceError, UsageError
from analyslib.explore.explorer import Choice, open_explorer
from analyslib.sources import kolada
from analyslib.sources.kolada_files import check
from analyslib.store.connection import open_store, query


KPI = "U21468"
HOME, OTHER, LOST = "V21E248001301", "V21E046100101", "V21E999999999"


def point(gender: str, value: float | None, status: str = "", deleted: bool = False) -> dict:
    return {"gender": gender, "count": 1, "status": status, "value": value, "isdeleted": deleted}


def number(unit: str, year: int, *points: dict, kpi: str = KPI) -> dict[str, Any]:
    return {"kpi": kpi, "period": year, "ou": unit, "values": list(points)}


def page(folder: Path, name: str, rows: list[dict[str, Any]]) -> Path:
    path = folder / name
    path.write_text(json.dumps({"values": rows, "count": len(rows), "next_url": None}))
    return path


def units(*rows: tuple[str, str, str]) -> list[dict[str, str]]:
    return [{"id": i, "title": name, "municipality": place} for i, name, place in rows]


LIST = units((HOME, "Björkens hemtjänst", "2480"), (OTHER, "Åsens hemtjänst", "0461"))


def add(bench: Any, name: str, rows: list[dict[str, Any]], vintage: str = "2026-08-01") -> None:
    kolada.add(bench.workspace, [page(bench.folder, name, rows)], vintage)


def asked(bench: Any, place: str = "2480") -> pd.DataFrame:
    return bench.query("unit_values", kpis=[KPI], municipalities=[place])


def test_units_come_with_name_municipality_and_every_kind_of_nothing(bench: Any) -> None:
    bench.add_kpis([KPI])
    add(bench, "ou.json", LIST)
    first = [point("M", 91.5), point("T", 88.25), point("K", None, "Privacy")]
    rows = [number(HOME, 2022, *first), number(OTHER, 2022, point("T", 0.0))]
    add(bench, "oudata.json", [*rows, number(HOME, 2023, point("T", None, "Missing"))])
    bench.build()
    found = asked(bench)
    assert set(found["unit_name"]) == {"Björkens hemtjänst"}
    assert found[["year", "gender", "status"]].to_numpy().tolist() == [
        [2022, "K", "Privacy"],
        [2022, "M", ""],
        [2022, "T", ""],
        [2023, "T", "Missing"],
    ]
    assert found["value"].tolist()[1:3] == [91.5, 88.25]
    assert found["value"].isna().tolist() == [True, False, False, True]
    assert asked(bench, "0461")["value"].tolist() == [0.0]


def test_a_unit_is_never_a_municipality(bench: Any) -> None:
    """Not in the municipalities' own numbers, whatever the file says beside the unit."""
    bench.add_kpis([KPI])
    bench.add_values([{"kpi": KPI, "value": 77}])
    add(bench, "ou.json", LIST)
    row = {"kpi": KPI, "ou_id": HOME, "municipality": "2480", "year": 2021, "gender": "T"}
    bench.add_csv([{**row, "value": 12}], "units_2026-08-01.csv")
    bench.build()
    assert bench.rows("SELECT year, value FROM observation") == [(2022, 77.0)]
    assert asked(bench)[["year", "value"]].to_numpy().tolist() == [[2021, 12.0]]


def test_the_newest_file_and_the_newest_name_win(bench: Any) -> None:
    bench.add_kpis([KPI])
    add(bench, "ou1.json", LIST, "2024-01-01")
    add(bench, "ou2.json", units((HOME, "Nya namnet", "2480")), "2026-01-01")
    old = number(HOME, 2022, point("T", 1.0), point("K", 2.0), point("M", 3.0))
    new = number(HOME, 2022, point("T", 5.0), point("K", None, "", deleted=True))
    add(bench, "new.json", [new], "2026-01-01")
    add(bench, "old.json", [old], "2024-01-01")
    bench.build()
    found = asked(bench)
    assert set(found["unit_name"]) == {"Nya namnet"}
    assert found[["gender", "value", "vintage"]].to_numpy().tolist() == [
        ["M", 3.0, "2024-01-01"],
        ["T", 5.0, "2026-01-01"],
    ]
    counts = bench.rows(
        "SELECT vintage, rows_in, loaded, superseded, deleted FROM source_file "
        "WHERE dataset = 'oudata' ORDER BY vintage"
    )
    assert counts == [("2024-01-01", 3, 3, 2, 0), ("2026-01-01", 2, 2, 0, 1)]


def test_what_cannot_be_taken_in_is_counted_with_its_reason(bench: Any) -> None:
    bench.add_kpis([KPI])
    add(bench, "ou.json", [*LIST, *units((LOST, "Ingenstans", "9999"))])
    good, bad = number(HOME, 2022, point("T", 1.0)), point("T", 2.0)
    unknown = number(HOME, 2022, bad, kpi="U99999")
    add(bench, "oudata.json", [good, number(LOST, 2022, bad), unknown])
    report = bench.build()
    assert dict(report.rejected) == {
        "enhetens kommun finns inte": 1,
        "enheten finns inte i någon lista över enheter": 1,
        "nyckeltalet finns inte i någon årgång av metadata": 1,
    }
    files = bench.rows("SELECT rows_in, loaded, rejected FROM source_file WHERE dataset LIKE 'ou%'")
    assert sorted(files) == [(3, 1, 2), (3, 2, 1)]


def test_a_file_of_units_is_checked_like_any_other(tmp_path: Path) -> None:
    rows = [number(HOME, 2022, point("T", 1.0), point("X", 2.0)), number("2480", 2022)]
    rows.append(number("2480", 2021, point("T", 1.0)))
    with pytest.raises(SourceError) as caught:
        check(page(tmp_path, "oudata.json", rows))
    text = str(caught.value)
    assert "”2480” är inget id för en enhet" in text and "”X” är inget kön" in text
    twice = number(HOME, 2022, point("T", 1.0))
    with pytest.raises(SourceError, match="Samma nyckel två gånger"):
        check(page(tmp_path, "twice.json", [twice, twice]))
    assert check(page(tmp_path, "ou.json", LIST)).dataset == "ou"


@pytest.mark.shared
def test_the_same_shape_as_the_examples_of_the_api(bench: Any, shared_data: Path) -> None:
    """The example of municipalities, with the one field that differs: ou for municipality."""
    path = shared_data / "kolada" / "api_v3_examples" / "v3_data_mixed_status.json"
    rows = json.loads(path.read_text("utf-8"))["values"]
    places = sorted({row["municipality"] for row in rows})
    listed = units(*((f"V21E{place}01", f"Enhet {place}", place) for place in places))
    bench.add_kpis(sorted({row["kpi"] for row in rows}))
    add(bench, "ou.json", listed)
    as_units = [
        {key: value for key, value in row.items() if key != "municipality"}
        | {"ou": f"V21E{row['municipality']}01"}
        for row in rows
    ]
    add(bench, "oudata.json", as_units)
    bench.build()
    sent = {
        (row["kpi"], row["municipality"], row["period"], one["gender"]): one
        for row in rows
        for one in row["values"]
    }
    kpis = sorted({row["kpi"] for row in rows})
    with open_store(bench.workspace.publish_db) as store:
        found = query(store, "unit_values", kpis=kpis, municipalities=places)
    assert len(found) == len(sent) > 70
    for row in found.itertuples():
        one = sent[row.kpi, row.municipality, row.year, row.gender]
        assert row.status == one["status"]
        assert row.value == one["value"] or (one["value"] is None and pd.isna(row.value))


def test_the_analyst_gets_a_frame_or_is_told_why_not(bench: Any) -> None:
    bench.add_kpis([KPI])
    add(bench, "ou.json", LIST)
    add(bench, "oudata.json", [number(HOME, 2022, point("T", 88.25))])
    bench.build()
    found = analyslib.unit_values(KPI, "umeå", data="riktig")
    assert found[["unit", "value"]].to_numpy().tolist() == [[HOME, 88.25]]
    with pytest.raises(UsageError, match="inga värden per enhet i Gnesta"):
        analyslib.unit_values(KPI, "Gnesta", data="riktig")


def test_the_explorer_shows_the_units_of_the_place_and_saves_them(
    bench: Any, tmp_path: Path
) -> None:
    """Under the municipality's own values, and only where there are any."""
    bench.add_kpis([KPI])
    bench.add_values([{"kpi": KPI, "municipality": "2480", "year": 2023, "value": 80.0}])
    add(bench, "ou.json", LIST)
    first = number(HOME, 2022, point("T", 88.25), point("K", 90.0))
    rows = [first, number(HOME, 2023, point("T", None, "Privacy")), number(OTHER, 2023)]
    add(bench, "oudata.json", rows)
    bench.build()
    explorer = open_explorer("riktig")
    shown = explorer.show(Choice(KPI, "Umeå", view="tabell")).html
    units = shown[shown.index("enheter i Umeå") :]
    assert "Björkens hemtjänst" in units and "Åsens hemtjänst" not in units
    assert f'data-municipality="{HOME}"' in units and '<data value="88.25">' in units
    assert "sekretess" in units and "90" not in units and "kan vara slump" in units
    assert "enheter i" not in explorer.show(Choice(KPI, "Gnesta", view="tabell")).html
    book = CalamineWorkbook.from_path(explorer.export(Choice(KPI, "Umeå"), tmp_path))
    assert book.sheet_names == ["Visat", "Enheter", "Alla värden", "Om nyckeltalet"]
    saved = book.get_sheet_by_name("Enheter").to_python()[3:]
    assert saved == [["Enhet", "2022", "2023"], ["Björkens hemtjänst", 88.25, "sekretess"]]

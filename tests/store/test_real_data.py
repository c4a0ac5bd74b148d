"""Known answers on real figures, built by the production code."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from analyslib.sources import kolada
from analyslib.store.build import build
from analyslib.store.build_report import BuildReport
from analyslib.store.connection import open_store, query
from analyslib.workspace import Workspace


pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def social(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Workspace:
    """All social-service figures 1994-2022, without the municipality list: it is not needed."""
    return built(
        tmp_path_factory.mktemp("social"),
        shared_data / "kolada",
        "social_services_all606_values_1994_2022.parquet",
    )[0]


@pytest.fixture(scope="module")
def with_status(
    tmp_path_factory: pytest.TempPathFactory, shared_data: Path
) -> tuple[Workspace, BuildReport]:
    return built(
        tmp_path_factory.mktemp("status"),
        shared_data / "kolada",
        "values_with_status_2023-09-12.parquet",
    )


def built(root: Path, folder: Path, values: str) -> tuple[Workspace, BuildReport]:
    workspace = Workspace(root)
    groups = folder.glob("municipality_group_members_*.csv")
    files = [folder / values, *folder.glob("kpi_metadata_*.csv"), *groups]
    kolada.add(workspace, files, retrieved=date(2026, 8, 1))
    return workspace, build(workspace)


@pytest.mark.parametrize(
    ("kpi", "riket", "mean", "median"),
    [("N31814", 47.29, 37.81, 38.07), ("N31807", 2.85, 2.97, 2.69), ("N31001", 1385, 1216, 1137)],
)
def test_weighted_and_unweighted_are_known(
    social: Workspace, kpi: str, riket: float, mean: float, median: float
) -> None:
    with open_store(social.publish_db) as store:
        frame = query(store, "benchmarks", kpis=[kpi])
    (row,) = frame[(frame["year"] == 2022) & (frame["gender"] == "T")].itertuples()
    digits = 0 if kpi == "N31001" else 2
    assert [round(value, digits) for value in (row.riket, row.mean, row.median)] == [
        riket,
        mean,
        median,
    ]


def test_every_number_of_the_file_is_in_the_store(social: Workspace, shared_data: Path) -> None:
    """Compared number by number with the file itself, read by other means."""
    file = shared_data / "kolada" / "social_services_all606_values_1994_2022.parquet"
    with duckdb.connect(str(social.publish_db), read_only=True) as connection:
        missing, wrong, count = (
            connection.execute(
                "SELECT count(*) FILTER (o.kpi IS NULL), "
                "count(*) FILTER (o.value IS DISTINCT FROM f.value), count(*) "
                "FROM read_parquet($file) AS f "
                "LEFT JOIN observation AS o USING (kpi, municipality, year, gender)",
                {"file": str(file)},
            ).fetchone()
            or (None,) * 3
        )
        stored = connection.execute("SELECT count(*) FROM observation").fetchone()
    assert (missing, wrong, count) == (0, 0, 2_818_219)
    assert stored == (2_818_219,)


def test_the_nulls_of_a_file_without_status_have_no_stated_reason(social: Workspace) -> None:
    with open_store(social.publish_db) as store:
        found = store.connection.execute(
            "SELECT status, count(*) FROM observation GROUP BY status ORDER BY status"
        ).fetchall()
    assert found == [("", 1_750_200), ("Unknown", 1_068_019)]


def test_the_three_kinds_of_nothing(with_status: tuple[Workspace, BuildReport]) -> None:
    """Of the file's 144,710 rows 4,350 belong to N02904, which stands in neither vintage."""
    workspace, report = with_status
    with open_store(workspace.publish_db) as store:
        found = store.connection.execute(
            "SELECT status, count(*) FROM observation GROUP BY status ORDER BY status"
        ).fetchall()
    assert dict(found) == {"": 137_011, "Missing": 1_495, "Not applicable": 998, "Privacy": 856}
    assert report.rejected == (("nyckeltalet finns inte i någon årgång av metadata", 4_350),)


def test_similar_municipalities_are_of_the_year_asked_for(social: Workspace) -> None:
    """The same group id in two vintages, with other members."""
    members = {
        2024: ["0509", "0584", "0617", "1452", "2326", "2421", "2505"],
        2022: ["0584", "0834", "1445", "1466", "2023", "2061", "2505"],
    }
    for year, wanted in members.items():
        with open_store(social.publish_db) as store:
            frame = query(store, "similar_municipalities", municipality="2401", year=year)
        frame = frame[frame["service_area"] == "IFO"]
        assert frame["member"].sort_values().tolist() == wanted
        assert set(frame["group_year"]) == {year} and set(frame["group_id"]) == {"G36603"}


def test_every_municipality_has_its_similar_ones(social: Workspace) -> None:
    with open_store(social.publish_db) as store:
        owners = store.connection.execute(
            "SELECT service_area, count(DISTINCT owner) FROM municipality_group "
            "WHERE newest AND kind = 'similar' AND owner NOT LIKE '00%' AND owner <> '' GROUP BY 1"
        ).fetchall()
        kinds = store.connection.execute(
            "SELECT kind, count(*) FROM municipality_group WHERE newest GROUP BY kind"
        ).fetchall()
    assert dict(owners)["IFO"] == dict(owners)["övergripande"] == 290
    assert dict(owners)["LSS"] == 289
    assert {kind: count for kind, count in kinds if kind in ("county", "skr_group")} == {
        "county": 21,
        "skr_group": 9,
    }

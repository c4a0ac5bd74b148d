"""The definitions themselves: whole, consistent, and true to the source's own metadata."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from analyslib.catalogue import Catalogue, Indicator, load_catalogue, wanted_kpis


CATALOGUE = load_catalogue()
INDICATORS = list(CATALOGUE.indicators.values())
SERVICE_AREAS = {"IFO", "LSS", "ekonomiskt bistånd", "socioekonomi", "äldreomsorg", "övergripande"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return CATALOGUE


# --- whole


def test_there_are_enough_indicators_in_enough_areas(catalogue: Catalogue) -> None:
    assert len(catalogue.indicators) >= 120
    assert len(catalogue.areas) >= 12
    assert sum(len(area.indicators) for area in catalogue.areas.values()) == len(INDICATORS)


def test_the_municipalities_are_290_and_lie_in_21_counties(catalogue: Catalogue) -> None:
    places = catalogue.municipalities
    assert len(places) == 290
    assert len({place.name for place in places.values()}) == 290
    assert len({place.county for place in places.values()}) == 21
    assert all(code == place.code and code[:2] == place.county for code, place in places.items())
    groups = Counter(place.skr_group for place in places.values())
    assert groups == {
        "A1": 3, "A2": 43, "B3": 23, "B4": 63, "B5": 24, "C6": 27, "C7": 51, "C8": 35, "C9": 21
    }  # fmt: skip


def test_the_networks_are_the_two_counties_and_all(catalogue: Catalogue) -> None:
    for network, county, count in (("nua", "24", 15), ("fouis", "04", 9)):
        members = catalogue.networks[network].members
        assert len(members) == count
        assert {catalogue.municipalities[code].county for code in members} == {county}
    assert catalogue.networks["alla"].members == tuple(catalogue.municipalities)


def test_every_area_has_headlines_and_a_service_area(catalogue: Catalogue) -> None:
    for area in catalogue.areas.values():
        assert 2 <= sum(indicator.main for indicator in area.indicators) <= 5, area.id
        assert area.service_area in SERVICE_AREAS, area.id


# --- consistent


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda item: item.id)
def test_an_indicator_agrees_with_itself(indicator: Indicator) -> None:
    assert indicator.owner == "analyslib"
    assert "  " not in indicator.title and not re.search(r"\(-\s*20\d\d\)", indicator.title)
    assert 0 <= indicator.decimals <= 2
    if indicator.kind in ("survey_share", "register_share"):
        assert indicator.n.kind != "none" and "%" in indicator.unit
    if indicator.kind in ("cost", "count", "index", "coded"):
        assert indicator.n.kind in ("none", "unknown")
    if indicator.kind == "rate":
        per = int(re.sub(r"\D", "", indicator.unit.split(" inv")[0].split(" vuxna")[0]))
        assert indicator.n.kind == "unknown" or indicator.n.per == per
    if indicator.n.kind in ("population", "denominator") and indicator.kind != "rate":
        assert indicator.n.per == 100
    if indicator.aspect == "resources" and indicator.kind == "cost":
        assert indicator.direction == "none", "a cost is never good or bad in itself"
    if indicator.aspect == "volumes":
        assert indicator.direction == "none", "a volume is never good or bad in itself"


def test_short_labels_are_short_and_tell_indicators_apart() -> None:
    shorts = [indicator.short.casefold() for indicator in INDICATORS]
    assert len(shorts) == len(set(shorts))


def test_population_denominators_are_indicators_of_the_background(catalogue: Catalogue) -> None:
    used = {item.n.kpi for item in INDICATORS if item.n.kind == "population"}
    background = {item.id for item in catalogue.areas["bakgrund"].indicators}
    assert used <= background


# --- true to the source


@pytest.fixture(scope="module")
def metadata(shared_data: Path) -> pd.DataFrame:
    """One row per KPI: the newest vintage that knows it."""
    frames = [
        pd.read_csv(shared_data / "kolada" / f"kpi_metadata_{day}.csv", dtype=str)
        for day in ("2026-03-23", "2024-04-06")
    ]
    return pd.concat(frames).drop_duplicates("id").set_index("id")


@pytest.mark.shared
def test_every_id_stands_in_a_vintage_of_the_metadata(metadata: pd.DataFrame) -> None:
    assert set(wanted_kpis(CATALOGUE)) <= set(metadata.index)
    regions_only = metadata.loc[list(wanted_kpis(CATALOGUE)), "municipality_type"] == "L"
    assert not regions_only.any()


# Titles that are ours on purpose: the source's is misspelt, or names a survey before the thing.
OWN_TITLES = {"U21340", "U21452", "U23495", "N23588"}


@pytest.mark.shared
def test_a_title_says_what_the_source_says(metadata: pd.DataFrame) -> None:
    """Our titles mend spaces and drop an end year; every word is the source's own."""
    different = {
        indicator.id
        for indicator in INDICATORS
        if _words(re.sub(r"\(-\s*20\d\d\)", "", metadata.title[indicator.id]))
        != _words(indicator.title)
    }
    assert different == OWN_TITLES


@pytest.mark.shared
def test_codes_in_a_title_are_the_codes_of_the_definition(metadata: pd.DataFrame) -> None:
    for indicator in INDICATORS:
        stated = dict(re.findall(r"(Ja|Nej)\s*=\s*(\d)", metadata.title[indicator.id]))
        if stated:
            assert indicator.coding is not None, indicator.id
            for label, code in stated.items():
                assert indicator.coding[code] == label, indicator.id
    assert CATALOGUE.indicators["U30426"].coding == {"1": "Ja", "0": "Nej", "2": "Nej"}


@pytest.mark.shared
def test_an_answer_count_is_the_companion_of_its_own_survey(metadata: pd.DataFrame) -> None:
    """The companion's title names the same survey as the indicator's."""
    for indicator in INDICATORS:
        if indicator.n.kind == "companion":
            survey = _words(metadata.title[indicator.n.kpi])
            own = _words(metadata.title[indicator.id])
            assert survey[:2] == own[:2], (indicator.id, indicator.n.kpi)


@pytest.mark.shared
def test_the_sexes_are_split_where_the_source_splits_them(metadata: pd.DataFrame) -> None:
    split = metadata.is_divided_by_gender.isin(["True", "1"])
    wrong = [item.id for item in INDICATORS if item.gender and not split[item.id]]
    assert wrong == []


# A share times its denominator is a whole number of persons: proof that the denominator is
# the right one. Not for averages of several years, values rounded by the source, registers of
# persons that the published totals do not match, and populations summed as a fallback.
ROUNDED = {"N66077", "N66078", "N66079", "N31814", "N31816", "U31801", "N28892"}
YEARS_BACK = {"N01993", "N02006", "N20402", "U20462"}


@pytest.mark.shared
def test_a_value_times_its_denominator_is_a_number_of_persons(shared_data: Path) -> None:
    checked = 0
    path = shared_data / "kolada" / "ddf_all_values_2024-08.parquet"
    wanted = [item for item in INDICATORS if item.n.kind in ("population", "denominator")]
    with duckdb.connect() as connection:
        kpis = sorted({kpi for item in wanted for kpi in (item.id, item.n.kpi)})
        values = connection.execute(
            "SELECT kpi, municipality, value FROM read_parquet(?) WHERE year = 2022 "
            "AND gender = 'T' AND value IS NOT NULL AND kpi IN (SELECT unnest(?))",
            [str(path), kpis],
        ).df()
    table = values.pivot(index="municipality", columns="kpi", values="value")
    for item in wanted:
        if item.id in ROUNDED | YEARS_BACK or not {item.id, item.n.kpi} <= set(table.columns):
            continue
        small = table[table[item.n.kpi] < 25_000]
        persons = (small[item.id] * small[item.n.kpi] / item.n.per).dropna()
        assert (persons - persons.round()).abs().median() < 0.01, item.id
        checked += 1
    assert checked >= 25


@pytest.mark.shared
def test_the_networks_and_municipalities_are_those_of_the_source(shared_data: Path) -> None:
    groups = pd.read_csv(
        shared_data / "kolada" / "municipality_group_members_2026-03-23.csv", dtype=str
    )
    for network in CATALOGUE.networks.values():
        members = groups.member_id[groups.group_id == network.kolada_group]
        assert set(members) == set(network.members), network.id
    with (shared_data / "kommuner_290_skr.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            place = CATALOGUE.municipalities[row["kommun_kod"]]
            assert (place.name, place.county_name) == (row["kommun"], row["lan"])
            assert (place.skr_group, place.skr_group_name) == (row["skr_kod"], row["skr_grupp"])


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())

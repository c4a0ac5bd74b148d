"""Look-up explains instead of guessing; what is added in one place is seen."""

from __future__ import annotations

import shutil
import unicodedata
from datetime import date
from pathlib import Path

import pytest

from analyslib.catalogue import (
    BUILT_IN,
    Catalogue,
    NSource,
    find_indicator,
    find_municipality,
    find_network,
    load_catalogue,
    wanted_kpis,
)
from analyslib.errors import DefinitionError, UsageError


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the built-in definitions that a test may change."""
    place = tmp_path / "definitions"
    place.mkdir()
    shutil.copytree(BUILT_IN / "areas", place / "areas")
    shutil.copytree(BUILT_IN / "networks", place / "networks")
    shutil.copy(BUILT_IN / "municipalities.csv", place)
    return place


# --- municipalities


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2480", "2480"),
        ("Umeå", "2480"),
        ("umeå", "2480"),
        ("  UMEÅ kommun ", "2480"),
        (unicodedata.normalize("NFD", "Åsele"), "2463"),
        ("upplands  väsby", "0114"),
        ("Malung-Sälen", "2023"),
        ("0461", "0461"),
        ("Gotland", "0980"),
    ],
)
def test_a_municipality_is_found_by_code_or_name(
    catalogue: Catalogue, text: str, code: str
) -> None:
    assert find_municipality(catalogue, text).code == code


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("481", "”481” är ingen kommunkod: koder har fyra siffror. Menade du 0481 (Oxelösund)?"),
        ("0009", "0009 är Gotland som region. Som kommun har Gotland koden 0980 (Gotland)."),
        ("Region Gotland", "0009 är Gotland som region. Som kommun har Gotland koden 0980"),
        ("Riket", "Riket är ingen kommun."),
        ("0000", "Riket är ingen kommun."),
        ("0024", "0024 är en region, ingen kommun."),
        ("Umea", "Det finns ingen kommun ”Umea”. Menade du ”Umeå”"),
        ("Skelefteå", "Menade du ”Skellefteå”"),
        ("2408", "Det finns ingen kommun ”2408”."),
        ("xyz", "Skriv kommunens namn eller kod med fyra siffror."),
        ("", "Skriv kommunens namn eller kod med fyra siffror."),
    ],
)
def test_what_is_no_municipality_is_explained(
    catalogue: Catalogue, text: str, message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        find_municipality(catalogue, text)
    assert message in str(caught.value)


# --- networks and indicators


def test_a_network_is_found_by_id_or_title(catalogue: Catalogue) -> None:
    assert find_network(catalogue, "NUA").id == "nua"
    assert find_network(catalogue, "FoUiS, Sörmlands kommuner").id == "fouis"
    with pytest.raises(UsageError, match="Menade du ”fouis”"):
        find_network(catalogue, "fousi")
    with pytest.raises(UsageError, match="Nätverk som finns: alla, fouis, nua"):
        find_network(catalogue, "skaraborg")


def test_an_indicator_is_found_by_id_title_or_short_label(catalogue: Catalogue) -> None:
    assert find_indicator(catalogue, "n31807").id == "N31807"
    assert find_indicator(catalogue, "verkställda vräkningar").id == "U00958"
    with pytest.raises(UsageError, match="Menade du ”N31807”"):
        find_indicator(catalogue, "N31807x")


def test_what_is_to_be_fetched_holds_the_n_sources_too(catalogue: Catalogue) -> None:
    wanted = wanted_kpis(catalogue)
    assert {"N31807", "U30901", "N31869", "U33964"} <= set(wanted)
    assert list(wanted) == sorted(set(wanted))


# --- added in one place


NEW_INDICATOR = """
[[indicator]]
id = "N99999"
title = "Ett nytt nyckeltal, andel (%)"
short = "Ett nytt nyckeltal"
unit = "andel (%)"
direction = "high"
direction_basis = "judgement"
kind = "survey_share"
aspect = "quality"
n = { kind = "companion", kpi = "U99998" }
breaks_known = false
decimals = 0
gender = false
"""


def _add(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_an_indicator_added_in_one_place_is_seen(folder: Path) -> None:
    _add(folder / "areas" / "lss.toml", NEW_INDICATOR)
    found = load_catalogue(folder)
    indicator = find_indicator(found, "ett nytt nyckeltal")
    assert indicator in found.areas["lss"].indicators
    assert indicator.n == NSource("companion", "U99998")
    assert {"N99999", "U99998"} <= set(wanted_kpis(found))
    assert indicator.owner == found.areas["lss"].owner


def test_an_area_added_in_one_place_is_seen(folder: Path) -> None:
    text = """
    title = "Familjerätt"
    order = 1
    service_area = "IFO"
    why = "Barnets bästa."
    caveats = ""
    owner = "analyslib"
    review_date = 2027-01-31
    """
    (folder / "areas" / "familjeratt.toml").write_text(text + NEW_INDICATOR, encoding="utf-8")
    found = load_catalogue(folder)
    assert next(iter(found.areas)) == "familjeratt"
    assert found.indicators["N99999"].area == "familjeratt"


def test_a_network_added_in_one_place_is_seen(folder: Path) -> None:
    text = """
    title = "Två kommuner"
    kind = "other"
    members = ["Umeå", "0461"]
    about = "Ett prov."
    owner = "analyslib"
    review_date = 2027-01-31
    [meetings]
    per_year = 1
    rhythm = "Ett möte."
    dates = [2026-09-10, 2026-12-03]
    """
    (folder / "networks" / "prov.toml").write_text(text, encoding="utf-8")
    found = find_network(load_catalogue(folder), "prov")
    assert found.members == ("2480", "0461")
    assert found.meetings.next_after(date(2026, 9, 11)) == date(2026, 12, 3)
    assert found.meetings.next_after(date(2026, 12, 3)) == date(2026, 12, 3)
    assert found.meetings.next_after(date(2026, 12, 4)) is None


@pytest.mark.parametrize("dates", ['["2026-12-03"]', "[2026-12-03, 2026-09-10]", "[2026]"])
def test_a_calendar_that_is_no_calendar_is_refused(folder: Path, dates: str) -> None:
    path = folder / "networks" / "nua.toml"
    text = path.read_text("utf-8").replace("per_year = 4", f"per_year = 4\ndates = {dates}")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match="dates"):
        load_catalogue(folder)


# --- loud validation, all faults together


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


FAULTS = [
    ("areas/lss.toml", "direction = ", "diretcion = ", "okänd nyckel ”diretcion”. Menade du"),
    (
        "areas/lss.toml",
        "direction = ",
        "diretcion = ",
        "nyckeln ”direction” saknas. Tillåtet: high",
    ),
    ("areas/lss.toml", 'direction = "none"', 'direction = "up"', "”direction” kan inte vara ”up”"),
    ("areas/lss.toml", 'id = "N25017"', 'id = "25017"', "”25017” är inget nyckeltals-id"),
    ("areas/lss.toml", 'n.kpi = "U33964"', 'n.kpi = "U3396"', "”U3396” är inget nyckeltals-id"),
    (
        "areas/hemtjanst.toml",
        'fallback = ["N01956"',
        'fallback = ["X"',
        "”X” är inget nyckeltals-id",
    ),
    ("areas/lss.toml", "n.per = 10000", "", "”per” saknas"),
    ("areas/lss.toml", "n.per = 10000", 'n.per = "10000"', "”per” ska vara ett tal"),
    ("areas/lss.toml", "decimals = 0", 'decimals = "0"', "”decimals” ska vara ett heltal"),
    ("areas/lss.toml", 'kind = "coded"', 'kind = "index"', "”coding” hör ihop"),
    ("areas/lss.toml", '{ "1" = "Ja"', '{ "ja" = "Ja"', "varje heltalskod en text"),
    ("areas/lss.toml", 'short = "', 'short = "' + "m" * 45, "längre än 45 tecken"),
    ("areas/lss.toml", "review_date = 2027-01-31", "", "nyckeln ”review_date” saknas"),
    ("areas/lss.toml", "[[indicator]]", "[[indicators]]", "okänd nyckel ”indicators”"),
    ("areas/lss.toml", 'title = "LSS"', 'title = "LSS', "går inte att läsa som TOML"),
    ("areas/lss.toml", "breaks = [\n  { year = 2021", "breaks = [\n  { yaer = 2021", "”yaer”"),
    ("areas/lss.toml", 'id = "N25017"', 'id = "N31807"', "indikatorn ”N31807” står två gånger"),
    ("networks/nua.toml", '"Umeå"', '"Umea"', "”Umea” är ingen kommun. Menade du ”Umeå”"),
    ("networks/nua.toml", '"Umeå"', '"2488"', "”2488” är ingen kommun"),
    ("networks/nua.toml", '"Umeå"', '"2481"', "medlemmen ”Lycksele” står två gånger"),
    ("networks/nua.toml", "members = [\n", "medlemmar = [\n", "antingen ”members” eller national"),
    ("networks/nua.toml", '"G33631"', '"33631"', "”kolada_group” ska se ut som G33631"),
    (
        "networks/nua.toml",
        '["Norsjö", "Malå"',
        '["Gnesta", "Malå"',
        "Gnesta är inte med i nätverket",
    ),
    ("networks/nua.toml", "[meetings]", "[moten]", "okänd nyckel ”moten”"),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), FAULTS)
def test_a_definition_that_is_wrong_is_refused(
    folder: Path, file: str, old: str, new: str, message: str
) -> None:
    _edit(folder / file, old, new)
    with pytest.raises(DefinitionError) as caught:
        load_catalogue(folder)
    assert message in str(caught.value)
    assert Path(file).name in str(caught.value) or "areas" in str(caught.value)


def test_all_faults_of_all_files_are_reported_together(folder: Path) -> None:
    _edit(folder / "areas" / "lss.toml", 'direction = "none"', 'direction = "up"')
    _edit(folder / "areas" / "integration.toml", "aspect =", "apsect =")
    _edit(folder / "networks" / "fouis.toml", '"Trosa"', '"Trossa"')
    with pytest.raises(DefinitionError) as caught:
        load_catalogue(folder)
    text = str(caught.value)
    assert "lss.toml, N25017" in text
    assert "integration.toml, N40007" in text
    assert "fouis.toml" in text
    assert caught.value.exit_code == 10


def test_a_value_where_a_table_should_stand_is_a_fault_not_a_crash(folder: Path) -> None:
    text = (folder / "areas" / "kostnader.toml").read_text(encoding="utf-8")
    head = text[: text.index("[[indicator]]")]
    (folder / "areas" / "kostnader.toml").write_text(head + 'indicator = ["N31807"]\n', "utf-8")
    with pytest.raises(DefinitionError, match="kostnader.toml, indikator utan id: här ska stå"):
        load_catalogue(folder)


def test_unknown_n_needs_an_explanation(folder: Path) -> None:
    _add(
        folder / "areas" / "lss.toml",
        NEW_INDICATOR.replace('"companion", kpi = "U99998"', '"unknown"'),
    )
    with pytest.raises(DefinitionError, match="n är okänt utan förklaring"):
        load_catalogue(folder)


def test_a_code_that_papermill_has_made_a_number_of_is_explained() -> None:
    """``papermill -p municipality 0180`` gives the notebook the number 180."""
    with pytest.raises(UsageError, match=r"Menade du 0180 \(Stockholm\)"):
        find_municipality(load_catalogue(), 180)  # type: ignore[arg-type]

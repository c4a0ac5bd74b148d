"""The demo is whole, the same every time, and honest about what it is."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyslib.catalogue import RIKET, load_catalogue, wanted_kpis
from analyslib.errors import UsageError
from analyslib.identities import load_costs
from analyslib.sources.demo import SIMILAR, write_demo
from analyslib.sources.demo_numbers import draw_series
from analyslib.sources.demo_places import YEARS, Country
from analyslib.sources.origin import ArchivedFile, archived_files
from analyslib.workspace import Workspace


CATALOGUE = load_catalogue()


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> list[ArchivedFile]:
    return write_demo(Workspace(tmp_path_factory.mktemp("demo"), demo=True))


@pytest.fixture(scope="module")
def values(archived: list[ArchivedFile]) -> pd.DataFrame:
    path = next(file.path for file in archived if file.path.suffix == ".parquet")
    return pd.read_parquet(path).astype({"kpi": str, "municipality": str, "gender": str})


def _table(values: pd.DataFrame, kpi: str, gender: str = "T") -> pd.DataFrame:
    """Years x municipalities, without Riket."""
    rows = values[(values.kpi == kpi) & (values.gender == gender) & (values.municipality != RIKET)]
    return rows.pivot(index="year", columns="municipality", values="value")


def _csv(archived: list[ArchivedFile], dataset: str, number: int = -1) -> pd.DataFrame:
    files = [file for file in archived if file.origin.dataset == dataset]
    return pd.read_csv(files[number].path, dtype=str, keep_default_na=False)


# --- whole, the same, honest


def test_every_kpi_and_municipality_is_there(values: pd.DataFrame) -> None:
    assert set(values.kpi) == set(wanted_kpis(CATALOGUE))
    assert set(values.municipality) == {*CATALOGUE.municipalities, RIKET}
    assert set(values.year) == set(YEARS)
    with_value = values[values.value.notna()].groupby("kpi").municipality.nunique()
    assert (with_value >= 5).all()


def test_two_demos_are_the_same_byte_for_byte(archived: list[ArchivedFile], tmp_path: Path) -> None:
    again = write_demo(Workspace(tmp_path, demo=True))
    assert [file.origin for file in again] == [file.origin for file in archived]


def test_everything_says_that_it_is_made_up(archived: list[ArchivedFile]) -> None:
    for file in archived:
        assert file.origin.source == "demo"
        assert file.origin.publisher == "Påhittade siffror"
        assert file.origin.title.startswith("Påhittade siffror")
        assert "data/raw/demo" in file.path.as_posix()
    assert _csv(archived, "kpi").description.str.startswith("Påhittade siffror.").all()


def test_the_archive_holds_what_was_written(archived: list[ArchivedFile]) -> None:
    root = archived[0].path.parents[4]
    found = archived_files(Workspace(root, demo=True), source="demo", verify=True)
    assert {file.path for file in found} == {file.path for file in archived}


def test_made_up_figures_are_never_laid_among_real_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="får inte läggas bland riktiga"):
        write_demo(Workspace(tmp_path, demo=False))


def test_a_new_indicator_leaves_all_other_numbers_as_they_are() -> None:
    """Each KPI has a stream of its own: half the catalogue gives the same half of the numbers."""
    indicators = dict(CATALOGUE.indicators)
    del indicators["U30452"]
    fewer = type(CATALOGUE)(CATALOGUE.municipalities, {}, {}, indicators)
    country = Country(tuple(CATALOGUE.municipalities.values()))
    whole = {one.kpi: one for one in draw_series(CATALOGUE, country)}
    for one in draw_series(fewer, country):
        assert np.array_equal(one.value, whole[one.kpi].value, equal_nan=True), one.kpi


# --- the numbers agree with each other


def test_ages_add_up_to_all_inhabitants(values: pd.DataFrame) -> None:
    ages = ("N01952", "N01953", "N01954", "N01955", "N01956", "N01957")
    total = sum(_table(values, kpi) for kpi in ages)
    assert total.equals(_table(values, "N01951"))
    both = _table(values, "N01951", "K") + _table(values, "N01951", "M")
    assert both.equals(_table(values, "N01951"))
    umea, bjurholm = _table(values, "N01951").loc[2024, ["2480", "2403"]]
    assert umea > 100_000 and bjurholm < 3_000


@pytest.mark.parametrize("kpi", ["N31807", "N21704", "N31814", "N28820", "N00973", "N02942"])
def test_a_value_times_its_n_is_a_number_of_persons(values: pd.DataFrame, kpi: str) -> None:
    n = CATALOGUE.indicators[kpi].n
    persons = (_table(values, kpi) * _table(values, n.kpi) / n.per).stack().dropna()
    assert len(persons) > 1_500
    assert np.allclose(persons, persons.round(), atol=1e-6)


def test_riket_is_weighted_and_not_the_mean_of_municipalities(values: pd.DataFrame) -> None:
    share, n = _table(values, "N21704").loc[2024], _table(values, "N01957").loc[2024]
    known = share.notna()
    weighted = (share * n)[known].sum() / n[known].sum()
    riket = values[
        (values.kpi == "N21704") & (values.municipality == RIKET)
        & (values.year == 2024) & (values.gender == "T")
    ].value.item()  # fmt: skip
    assert riket == pytest.approx(weighted, rel=0.005)
    assert abs(riket - share.mean()) > 0.01


def test_noise_grows_as_the_municipality_shrinks(values: pd.DataFrame) -> None:
    size = _table(values, "N01951").mean()
    for kpi in ("N21704", "N31814", "U21468", "N33001"):
        jumps = _table(values, kpi).diff().std()
        small, large = jumps[size < 6_000].median(), jumps[size > 80_000].median()
        assert small > 1.5 * large, kpi


# --- what is lacking


def test_the_three_kinds_of_nothing_and_the_row_that_is_not_there(values: pd.DataFrame) -> None:
    assert set(values.status.unique()) == {"", "Missing", "Not applicable", "Privacy"}
    assert (values.value.notna() == (values.status == "")).all()
    rows = values[values.year == 2024].groupby("kpi").municipality.nunique()
    assert rows["U30452"] < 200 < rows["N31001"]


def test_one_sex_is_hidden_at_times(values: pd.DataFrame) -> None:
    rows = values[values.kpi == "N33816"]
    status = rows.pivot(index=["municipality", "year"], columns="gender", values="status")
    shown = status["T"] == ""
    assert (shown & (status["K"] == "Privacy") & (status["M"] == "")).sum() > 100


def test_few_persons_and_few_answers_are_hidden(values: pd.DataFrame) -> None:
    placed = (_table(values, "N33816") * _table(values, "N01948") / 1000).stack().dropna().round()
    assert {0, 4, 5} <= set(placed) and not {1, 2, 3} & set(placed)
    assert _table(values, "U30901").min().min() >= 10
    assert _table(values, "U23592").min().min() >= 30


def test_a_break_can_be_seen_and_an_ended_series_ends(values: pd.DataFrame) -> None:
    means = _table(values, "N31814").mean(axis=1)
    before, after = means.loc[2016] - means.loc[2015], means.loc[2017] - means.loc[2016]
    assert after > 1.5 and after > 2 * before
    assert values[values.kpi == "U23495"].year.max() == 2023


def test_coded_answers_are_codes_of_the_definition(values: pd.DataFrame) -> None:
    for indicator in CATALOGUE.indicators.values():
        if indicator.coding:
            found = set(values.value[values.kpi == indicator.id].dropna().astype(int).astype(str))
            assert found <= set(indicator.coding), indicator.id
    assert set(values.value[values.kpi == "U30426"].dropna()) == {1.0, 2.0}


# --- metadata and groups


def test_titles_are_the_definitions_own(archived: list[ArchivedFile]) -> None:
    titles = _csv(archived, "kpi").set_index("id").title
    for kpi, title in titles.items():
        if kpi in CATALOGUE.indicators:
            own = CATALOGUE.indicators[str(kpi)].title
            assert re.sub(r" \(-20\d\d\)$", "", title) == own


def test_a_later_vintage_has_lost_a_series_and_changed_a_unit(
    archived: list[ArchivedFile],
) -> None:
    earlier, later = _csv(archived, "kpi", 0), _csv(archived, "kpi")
    assert set(earlier.id) - set(later.id) == {"U23495", "U28690", "U28691", "U28692"}
    unit = [frame.set_index("id").title["N28892"].split(", ")[-1] for frame in (earlier, later)]
    assert unit == ["andel (%)", "antal/10 000 inv"]


def test_values_were_revised_between_the_vintages(
    archived: list[ArchivedFile], values: pd.DataFrame
) -> None:
    earlier = _csv(archived, "values", 0).astype({"year": int})
    keys = ["kpi", "municipality", "year", "gender"]
    both = earlier.merge(values, on=keys, suffixes=("_old", "_new"))
    old = pd.to_numeric(both.value_old)
    changed = both[(old - both.value_new).abs() > 1e-9]
    assert set(changed.year) == {2023}
    assert set(changed.kpi) <= {"N31001", "N31008", "U31004", "N31849", "N31857"}
    assert len(changed) > 500


def test_groups_follow_the_grammar_of_the_source(archived: list[ArchivedFile]) -> None:
    groups = _csv(archived, "groups")
    members = groups.groupby("group_id").member_id.agg(set)
    for network in CATALOGUE.networks.values():
        assert members[network.kolada_group] == set(network.members)
    titles = groups.drop_duplicates("group_id").set_index("group_id").group_title
    similar = titles[titles.str.startswith("Liknande")]
    assert len(similar) == 6 * 290
    assert "Liknande kommuner IFO, Umeå, 2024" in set(similar)
    assert "Liknande kommuner, övergripande, Umeå, 2024" in set(similar)
    names = {place.name: code for code, place in CATALOGUE.municipalities.items()}
    for group_id, title in similar.items():
        match = re.fullmatch(r"Liknande kommuner,? ([^,]+), ([^,]+), (\d{4})", title)
        assert match and len(members[group_id]) == SIMILAR
        assert names[match[2]] not in members[group_id]


def test_similar_municipalities_change_behind_the_same_id(archived: list[ArchivedFile]) -> None:
    earlier, later = (
        _csv(archived, "groups", number).groupby("group_id").member_id.agg(set)
        for number in (0, -1)
    )
    assert set(earlier.index) == set(later.index)
    assert 100 < (earlier != later).sum() < len(later)


def test_costs_are_what_their_persons_and_prices_make_them(values: pd.DataFrame) -> None:
    for identity in load_costs().identities:
        volume = _table(values, identity.volume.kpi) / identity.volume.per
        if identity.volume.over:
            volume = volume / sum(_table(values, kpi) for kpi in identity.volume.over)
        made, cost = volume * _table(values, identity.price), _table(values, identity.cost)
        error = ((made - cost) / cost).abs().stack()
        assert len(error) > 2_500 and error.max() < 0.005, identity.id


def test_net_costs_deviate_from_their_reference_by_the_stated_percentage(
    values: pd.DataFrame,
) -> None:
    for item in load_costs().deviations:
        net, reference = _table(values, item.net), _table(values, item.reference)
        stated = _table(values, item.percent)
        assert ((net / reference - 1) * 100 - stated).abs().stack().max() < 1e-6, item.id

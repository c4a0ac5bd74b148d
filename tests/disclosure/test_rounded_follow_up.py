"""A very small municipality rounded instead of hidden: in all its tables, and in nobody else's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from made_follow_up import (
    ONE_KEY_FIGURE,
    analyst_database,
    follow_up,
    without_part_marks,
    write_analyst_database,
)
from made_follow_up import released_tables as hidden_tables

from analyslib.analysis.follow_up import FollowUp
from analyslib.analysis.follow_up_themes import THEMES, units_of
from analyslib.disclosure.audit import audit_packs, audit_publications
from analyslib.disclosure.everything import release_everything
from analyslib.disclosure.follow_up import release_follow_up
from analyslib.disclosure.gate import SCALES, audit_outgoing
from analyslib.disclosure.house_key import NAME, house_key
from analyslib.disclosure.page_check import allowed_from, find_faults
from analyslib.disclosure.publication import Publication, publication_from, write_publications
from analyslib.disclosure.released import TOTAL, released_from
from analyslib.disclosure.rounded_follow_up import (
    TABLES,
    PlaceRounding,
    release_rounded,
    round_place,
)
from analyslib.disclosure.rounded_ledgers import is_rounded, places_in
from analyslib.disclosure.rules import NETWORK_PACK, Profile
from analyslib.disclosure.settings import Settings, read_settings
from analyslib.errors import DefinitionError, DisclosureError, UsageError
from analyslib.explore.follow_up import individual_follow_up
from analyslib.measures import Measure, load_measures
from analyslib.sections.follow_up import follow_up_report
from analyslib.sources.demo_lives import CANARY
from analyslib.store.build import publish
from analyslib.store.connection import run_query
from analyslib.text.release_notes import describe_notices
from analyslib.workspace import find_workspace


PLACE = "2463"  # Åsele
KEY = bytes(range(32))
SECTIONS = (
    *("summary", "guide", "basis", "target_group", "interventions", "change", "lost"),
    *("goals", "opinions", "women_and_men", "returns"),
)


@lru_cache(maxsize=1)
def tables() -> dict[str, pd.DataFrame]:
    return release_follow_up(analyst_database(), rounded=[PLACE], key=KEY)


def ledgers(released: dict[str, pd.DataFrame]) -> list[Publication]:
    return [publication_from(json.loads(text)) for text in released["individual_ledger"]["content"]]


def own_counts() -> pd.DataFrame:
    counts = tables()["individual_count"]
    return counts[counts["municipality"] == PLACE]


def number(layout: str, area: str = TOTAL, name: str = TOTAL) -> int:
    rows = own_counts()
    is_it = (rows["layout"] == layout) & (rows["service_area"] == area) & (rows["class"] == name)
    return int(rows.loc[is_it & (rows["sex"] == TOTAL), "count"].iloc[0])


# --- the numbers


def test_every_number_is_a_multiple_of_the_limit_and_none_is_hidden() -> None:
    counts = own_counts()
    assert len(counts) > 200 and counts["count"].notna().all()
    assert not (counts["count"] % 5).any() and (counts["status"] == "").all()


def test_the_limit_of_the_settings_is_what_is_rounded_to() -> None:
    profile = replace(NETWORK_PACK, threshold=3)
    counts, publications, _ = release_rounded(follow_up(), [PLACE], profile, KEY)
    assert not (pd.concat(counts)["count"] % 3).any()
    assert {p.threshold for p in publications} == {3}


def test_all_tables_agree_on_who_there_is() -> None:
    """Of the finished cases by service area, the tables that divide them give the same number."""
    areas = own_counts().query("layout == 'underlag-24' and service_area != @TOTAL")
    for area, total in zip(areas["service_area"], areas["count"], strict=True):
        for theme in ("kon", "alder", "avslut", "mal", "nojdhet"):
            assert number(f"{theme}-24", area) == total
        assert number("tid-24", area, "slut") == total
    assert number("alder-24") == number("underlag-24") == number("mal-24")


def test_a_group_is_everybody_who_is_alike_in_all_tables() -> None:
    """The rounding is of people: each table's true counts are sums over the same groups."""
    rounding = PlaceRounding(follow_up(), PLACE, KEY)
    sizes = np.bincount(rounding._groups)
    people = set()
    for theme in TABLES:
        units = units_of(theme, follow_up())
        people.update(units.index[units["municipality"] == PLACE])
    assert sizes.sum() == len(rounding._groups) and (sizes < 5).any()
    printed = rounding._printed()
    basis = follow_up().cases.query("municipality == @PLACE and is_ended")
    assert len(basis) in (printed @ sizes).tolist()


def test_same_input_same_numbers() -> None:
    again = release_rounded(follow_up(), [PLACE], NETWORK_PACK, KEY)[1]
    assert [p.digest for p in again] == [p.digest for p in ledgers(tables()) if is_rounded(p)]


def test_no_nought_tells_whether_it_stands_for_a_few() -> None:
    """Of a table by service area there is a row for every class that there can be."""
    rows = own_counts()
    rows = rows[(rows["layout"] == "mal-24") & (rows["class"] != TOTAL)]
    rows = rows[rows["service_area"] != TOTAL]
    assert rows.groupby("service_area").size().nunique() == 1
    cases = follow_up().cases
    true = cases[(cases["municipality"] == PLACE) & cases["is_ended"]]
    there = set(true[["service_area", "goal"]].itertuples(index=False, name=None))
    noughts = rows.loc[rows["count"] == 0, ["service_area", "class"]]
    assert {cell in there for cell in noughts.itertuples(index=False, name=None)} == {True, False}


def only_own(found: FollowUp) -> FollowUp:
    return with_frames(found, lambda rows: rows[rows["municipality"] == PLACE])


def with_frames(found: FollowUp, change: Callable[[pd.DataFrame], pd.DataFrame]) -> FollowUp:
    names = ("cases", "pairs", "insatser", "closings")
    return replace(found, **{name: change(getattr(found, name)) for name in names})


ALIKE = {"goal": "helt", "change": "same", "returned": "borta", "satisfaction": "nojd"}


def all_alike(rows: pd.DataFrame, who: pd.Series) -> pd.DataFrame:
    """None of them has failed, has got worse or has come back."""
    changed = rows.copy()
    for column in set(ALIKE) & set(rows):
        changed[column] = changed[column].mask(who, ALIKE[column])
    return changed


def own_all_alike(rows: pd.DataFrame) -> pd.DataFrame:
    return all_alike(rows, rows["municipality"] == PLACE)


def others_all_alike(rows: pd.DataFrame) -> pd.DataFrame:
    return all_alike(rows, rows["municipality"] != PLACE)


def others_nowhere_else(rows: pd.DataFrame) -> pd.DataFrame:
    """Nobody else has the service against violence."""
    return rows[(rows["municipality"] == PLACE) | (rows["service_area"] != "vald")]


@pytest.mark.parametrize("change", [others_all_alike, others_nowhere_else, None])
def test_what_others_hold_is_not_to_be_seen(
    change: Callable[[pd.DataFrame], pd.DataFrame] | None,
) -> None:
    """The page of a rounded municipality is of itself alone: a row that stood there only because
    somebody else is in that class would tell of the noughts that are hidden for them."""
    as_it_is = with_frames(follow_up(), own_all_alike)
    changed = with_frames(as_it_is, change) if change else only_own(as_it_is)
    (one, first, _), (other, second, _) = (
        release_rounded(found, [PLACE], NETWORK_PACK, KEY) for found in (as_it_is, changed)
    )
    pd.testing.assert_frame_equal(pd.concat(one), pd.concat(other))
    assert [replace(p, extracts=()) for p in first] == [replace(p, extracts=()) for p in second]


def test_a_class_that_nobody_here_is_in_stands_there_all_the_same() -> None:
    """As it does where some are: the definitions decide the rows."""
    cases = follow_up().cases.assign(goal="helt")
    counts = pd.concat(
        release_rounded(replace(follow_up(), cases=cases), [PLACE], NETWORK_PACK, KEY)[0]
    )
    rows = counts[(counts["layout"] == "mal-24") & (counts["service_area"] == "missbruk")]
    assert set(rows["class"]) == {TOTAL, "helt", "delvis", "inte", "ej_bedomt"}


def test_no_change_beyond_noise_stands_where_noise_is_unknown() -> None:
    rows = own_counts()
    rows = rows[(rows["layout"] == "forandring-24") & (rows["service_area"] != TOTAL)]
    measures = load_measures()
    reliable = rows[rows["class"].str.startswith("reliably")]
    exact = {area for area in set(rows["service_area"]) if _is_exact(area, measures)}
    assert set(reliable["service_area"]) == exact


def _is_exact(subject: str, measures: Mapping[str, Measure]) -> bool:
    return measures[subject.split("/")[1]].offers_reliable_change


# --- alone in its tables


def test_the_county_is_counted_without_it() -> None:
    counts = tables()["individual_count"]
    counts = counts[(counts["layout"] == "underlag-24") & (counts["municipality"] == TOTAL)]
    others = follow_up().cases.query("municipality != @PLACE and is_ended")
    assert counts.loc[counts["service_area"] == TOTAL, "count"].tolist() == [len(others)]
    assert PLACE not in places_in(ledgers(tables()), rounded=False)
    assert places_in(ledgers(tables()), rounded=True) == {PLACE}


def test_nothing_but_shares_is_said_of_rounded_counts() -> None:
    found = tables()["individual_statistic"]
    own = found[found["municipality"] == PLACE]
    assert set(own["name"]) <= {"share", "measured", "left_6", "left_12"}
    assert set(own["name"]) >= {"share", "measured"}


def test_who_has_been_hidden_is_not_rounded_afterwards() -> None:
    with pytest.raises(DisclosureError, match="tidigare paket där små tal doldes"):
        release_follow_up(analyst_database(), NETWORK_PACK, ledgers(hidden_tables()), [PLACE], KEY)


def test_who_has_been_rounded_is_not_hidden_afterwards() -> None:
    with pytest.raises(DisclosureError, match="avrundad i ett tidigare paket"):
        release_follow_up(analyst_database(), NETWORK_PACK, ledgers(tables()))


def test_the_same_extract_is_rounded_the_same_way_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also by a program that would have chosen otherwise."""
    mine = [p for p in ledgers(tables()) if is_rounded(p)]
    monkeypatch.setattr("analyslib.disclosure.rounding.WORST", 50.0)
    again = release_rounded(follow_up(), [PLACE], NETWORK_PACK, KEY, mine)[1]
    assert [p.digest for p in again] == [p.digest for p in mine]


def test_a_new_extract_names_the_ledgers_before_it() -> None:
    first = [p for p in ledgers(tables()) if is_rounded(p)]
    cases = follow_up().cases
    gone = cases.index[(cases["municipality"] == PLACE) & cases["is_ended"]][:3]
    later = replace(
        follow_up(),
        cases=cases.drop(index=gone).assign(extract_id=cases["extract_id"] + "b"),
        insatser=follow_up().insatser.assign(extract_id=follow_up().insatser["extract_id"] + "b"),
        pairs=follow_up().pairs.assign(extract_id=follow_up().pairs["extract_id"] + "b"),
        closings=follow_up().closings.assign(
            person=follow_up().closings["person"].str.replace("|", "b|", n=1, regex=False)
        ),
    )
    _, second, _ = release_rounded(later, [PLACE], NETWORK_PACK, KEY, first)
    by_title = {p.title: p.digest for p in first}
    assert all(p.previous == (by_title[p.title],) for p in second)
    assert audit_publications([*first, *second]).is_passed


def test_other_numbers_of_the_same_extract_are_refused() -> None:
    mine = [p for p in ledgers(tables()) if is_rounded(p)]
    profile = replace(NETWORK_PACK, threshold=3)
    with pytest.raises(DisclosureError, match="går inte att visa igen"):
        release_rounded(follow_up(), [PLACE], profile, KEY, mine)
    with pytest.raises(DisclosureError, match="threshold = 5"):
        release_follow_up(analyst_database(), profile, ledgers(tables()), [PLACE], KEY)


def test_a_key_that_was_lost_changes_nothing_that_is_out() -> None:
    mine = [p for p in ledgers(tables()) if is_rounded(p)]
    other = bytes(reversed(KEY))
    fresh = release_rounded(follow_up(), [PLACE], NETWORK_PACK, other)[1]
    again = release_rounded(follow_up(), [PLACE], NETWORK_PACK, other, mine)[1]
    assert [p.digest for p in fresh] != [p.digest for p in mine]
    assert [p.digest for p in again] == [p.digest for p in mine]


def test_the_audit_sees_the_same_extract_rounded_twice() -> None:
    mine = [p for p in ledgers(tables()) if is_rounded(p)]
    other = release_rounded(follow_up(), [PLACE], NETWORK_PACK, bytes(reversed(KEY)))[1]
    report = audit_publications([*mine, *other])
    assert any("avrundat till olika tal" in leak.sentence for leak in report.leaks)
    assert audit_publications([*mine, *mine]).is_passed


def test_a_table_that_is_no_longer_made_holds_nothing_back() -> None:
    mine = [p for p in ledgers(tables()) if is_rounded(p)]
    gone = replace(follow_up(), pairs=follow_up().pairs.iloc[:0])
    told = [p for p in mine if p.title.endswith("forandring")]
    assert told
    fixed, shown = PlaceRounding(gone, PLACE, KEY)._told(told)
    assert fixed.shape[0] == len(shown) == 0


def test_who_has_been_rounded_is_so_however_large_it_grows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It cannot be hidden any longer, so what is too large to begin with is no hindrance."""
    mine = [p for p in ledgers(tables()) if is_rounded(p)]
    monkeypatch.setattr("analyslib.disclosure.rounded_follow_up.MOST_GROUPS", 30)
    again = release_rounded(follow_up(), [PLACE], NETWORK_PACK, KEY, mine)[1]
    assert [p.digest for p in again] == [p.digest for p in mine]
    with pytest.raises(DisclosureError, match="ta bort kommunen ur `rounded`"):
        release_rounded(follow_up(), [PLACE], NETWORK_PACK, KEY)


def test_the_build_says_who_is_rounded() -> None:
    assert "Avrundat i stället för dolt: Åsele." in describe_notices(tables()["individual_notice"])


# --- the audit


def test_the_audit_says_what_is_true_of_a_rounded_pack(tmp_path: Path) -> None:
    (tmp_path / "paket").mkdir()
    mine = [p for p in ledgers(tables()) if is_rounded(p)]
    write_publications(tmp_path / "paket", mine)
    report = audit_packs(tmp_path)
    assert report.is_passed and report.n_hidden == 0
    assert f"{report.n_rounded} avrundade" in report.text and "multiplar" in report.text


def test_the_audit_of_a_pack_with_both_kinds_passes() -> None:
    report = audit_publications(ledgers(tables()))
    assert report.is_passed and report.n_hidden > 0 and report.n_rounded > 0
    assert "multiplar" in audit_outgoing(ledgers(tables()), [])
    assert "avrundade" not in audit_publications(ledgers(hidden_tables())).text


def test_the_audit_stops_a_municipality_told_of_in_both_ways() -> None:
    rounded = [p for p in ledgers(tables()) if is_rounded(p)]
    report = audit_publications([*ledgers(hidden_tables()), *rounded])
    assert not report.is_passed
    assert any(
        "avrundade i ett paket och dolda i ett annat" in leak.sentence for leak in report.leaks
    )
    with pytest.raises(DisclosureError, match="avrundade i ett paket"):
        audit_outgoing(rounded, ledgers(hidden_tables()))


def changed(publication: Publication, by: int) -> Publication:
    (cell, shown, sure, label), *rest = publication.rows
    return replace(publication, rows=((cell, (shown or 0) + by, sure, label), *rest))


@pytest.mark.parametrize(("by", "said"), [(1, "inte avrundat"), (5, "inte summan av sina delar")])
def test_the_audit_sees_what_is_not_rounded_and_what_does_not_add_up(by: int, said: str) -> None:
    mine = [p for p in ledgers(tables()) if p.title.endswith("alder") and is_rounded(p)]
    report = audit_publications([changed(mine[0], by)])
    assert not report.is_passed and any(said in leak.sentence for leak in report.leaks)


# --- the page


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    path = tmp_path / "publish.duckdb"
    with duckdb.connect(str(path)) as connection:
        run_query(connection, "build/schema")
        connection.execute(ONE_KEY_FIGURE)
        publish(connection, tables())
    monkeypatch.setenv("ANALYSLIB_PUBLISH_DB", str(path))
    report = follow_up_report(PLACE)
    parts = [getattr(report, name)() for name in SECTIONS]
    yield "\n".join(part._repr_html_() for part in parts if part is not None)


def test_the_page_says_that_it_is_rounded_and_judges_nothing(page: str) -> None:
    assert "Talen för Åsele är avrundade i stället för dolda" in page
    assert "multipel av fem" in page and "Rapporten bygger på ungefär 75" in page
    assert "Källa: uttag ur verksamhetssystemet i Åsele, egen bearbetning. Talen för Åsele" in page
    assert "Säkerställda förändringar" not in page
    assert "▲ bättre</" not in page and "▼ sämre</" not in page


def test_every_number_on_the_page_has_been_released(page: str) -> None:
    found = tables()
    released = released_from(
        found["individual_count"], found["individual_release"], found["individual_statistic"]
    )
    faults = find_faults(without_part_marks(page), allowed_from(released), [CANARY], SCALES)
    assert not faults, [str(fault) for fault in faults]


# --- for the analyst


def test_the_analyst_sees_both_numbers_beside_each_other() -> None:
    workspace = find_workspace(demo=True)
    write_analyst_database(workspace.analys_db)
    (workspace.processed / NAME).write_text(KEY.hex(), "ascii")
    found = individual_follow_up("Åsele").rounded("alder")
    assert list(found.columns) == ["service_area", "class", "count", "rounded", "table"]
    assert not (found["rounded"] % 5).any() and (found["count"] % 5).any()
    assert set(found["table"]) == {"ålder"}
    errors = (found["rounded"] - found["count"]).abs()
    assert errors.max() <= 8 and errors.mean() < 3
    with pytest.raises(UsageError, match="Välj en kommun"):
        individual_follow_up("").rounded()
    with pytest.raises(UsageError, match="ingen tabell ”ålder”"):
        individual_follow_up("Åsele").rounded("ålder")


def test_a_large_municipality_is_not_rounded() -> None:
    with pytest.raises(DisclosureError, match="för stor"):
        round_place(follow_up(), "2480", 5, KEY)


def test_the_build_goes_by_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "analyslib.disclosure.everything"
    empty = {"individual_ledger": pd.DataFrame()}
    asked: dict[str, object] = {}

    def told(
        _: object, profile: Profile, __: object, rounded: object, key: bytes
    ) -> dict[str, pd.DataFrame]:
        asked.update(threshold=profile.threshold, rounded=rounded, key=key)
        return empty

    monkeypatch.setattr(f"{module}.read_settings", lambda: Settings(5, 1, (PLACE,)))
    monkeypatch.setattr(f"{module}.release_follow_up", told)
    monkeypatch.setattr(f"{module}.release_own_measures", lambda *_: empty)
    release_everything(analyst_database(), folder=tmp_path)
    assert asked == {"threshold": 5, "rounded": (PLACE,), "key": house_key(tmp_path)}


def test_who_is_rounded_stands_in_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "disclosure.toml"
    path.write_text('threshold = 5\ncoalition = 1\nrounded = ["2463", "2418"]', "utf-8")
    assert read_settings(path).rounded == ("2418", "2463")
    assert read_settings().rounded == ()
    path.write_text('threshold = 5\ncoalition = 1\nrounded = ["9999", 2463, ["2463"]]', "utf-8")
    with pytest.raises(DefinitionError) as raised:
        read_settings(path)
    assert len(raised.value.faults) == 3


def test_nobody_to_round_is_nothing() -> None:
    assert release_rounded(follow_up(), ["2425"], Profile(), KEY)[:2] == ([], [])
    assert set(THEMES) - {theme.id for theme in TABLES} == {"inflode"}

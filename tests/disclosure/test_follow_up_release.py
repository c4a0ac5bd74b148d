"""The release of the follow-up: theme by theme, and yet nothing can be worked out from all."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache

import pandas as pd
import pytest
from made_follow_up import follow_up, released_tables

from analyslib.analysis.follow_up_themes import (
    OTHERS,
    SEX,
    THEMES,
    TIME,
    count_units,
    measure_of,
    units_of,
)
from analyslib.disclosure.audit import AuditReport, audit_publications
from analyslib.disclosure.follow_up import release_counties, release_follow_up
from analyslib.disclosure.known_totals import known_totals
from analyslib.disclosure.publication import Publication, publication_from
from analyslib.disclosure.release import release
from analyslib.disclosure.released import TOTAL
from analyslib.disclosure.theme_tables import layouts_of, with_every_class
from analyslib.errors import DisclosureError
from analyslib.measures import load_measures
from analyslib.sources.extract_load import load_frames
from analyslib.store.connection import run_query


def publications() -> list[Publication]:
    ledger = released_tables()["individual_ledger"]
    return [publication_from(json.loads(content)) for content in ledger["content"]]


def test_no_small_number_is_printed_and_a_hidden_one_is_missing() -> None:
    counts = released_tables()["individual_count"]
    assert not counts["count"].between(1, 4).any()
    hidden = counts["status"] == "Privacy"
    assert hidden.any() and counts.loc[hidden, "count"].isna().all()
    assert counts.loc[~hidden, "count"].notna().all()


def test_what_is_printed_is_true() -> None:
    counts = released_tables()["individual_count"]
    for name in ("mal", "avslut", "forandring", "nojdhet", "alder", "tid"):
        truth = count_units(units_of(THEMES[name], follow_up()).drop(columns="sex"))
        printed = counts[
            (counts["layout"] == f"{name}-24")
            & (counts["crossing"] == "municipality×service_area×class")
            & (counts["status"] == "")
        ]
        both = printed.merge(truth, on=["municipality", "service_area", "class"], how="left")
        alone = both[~both["class"].isin(["slut", "kvar"])]
        assert len(alone) > 20
        assert (alone["count_x"] == alone["count_y"].fillna(0)).all(), name


def group_sizes(name: str) -> pd.DataFrame:
    """How many there are, and how many of them are known of, in truth: of each block, and of all
    service areas and all municipalities together."""
    theme = THEMES[name]
    units = units_of(theme, follow_up())[["municipality", "service_area", "class"]]
    keys = ["municipality", "service_area"]
    every = [
        units.assign(**dict.fromkeys(left, TOTAL)) for left in ([], *([k] for k in keys), keys)
    ]
    found = pd.concat(every).assign(answered=lambda rows: rows["class"] != theme.unanswered)
    return found.groupby(keys)["answered"].agg(n="size", answered="sum").reset_index()


@pytest.mark.parametrize("name", ["avslut", "mal", "nojdhet", "forandring", "aterkomst"])
def test_none_of_a_small_group_is_told_of_nothing_sensitive(name: str) -> None:
    counts = released_tables()["individual_count"]
    cells = counts[(counts["layout"] == f"{name}-24") & (counts["class"] != TOTAL)]
    noughts = cells[cells["count"] == 0].merge(group_sizes(name))
    of_few = noughts["answered"].where(noughts["class"] != THEMES[name].unanswered, noughts["n"])
    assert noughts[(noughts["n"] > 0) & (of_few < 20)].empty
    hidden = cells[cells["status"] != ""].merge(group_sizes(name))
    assert (hidden["n"] < 20).sum() > 10


def test_a_class_that_nobody_in_a_small_county_is_in_is_not_left_out() -> None:
    """Eleven cases, and no goal that was not reached: without the row anyone could tell."""
    units = units_of(THEMES["mal"], follow_up())
    eleven = units[units["class"] == "helt"].head(11).drop(columns="sex")
    atoms = with_every_class(THEMES["mal"], count_units(eleven))
    assert set(atoms["class"]) == {"helt", "delvis", "inte", "ej_bedomt"}
    assert atoms["count"].sum() == 11
    layouts = layouts_of(THEMES["mal"], atoms, "mal-24")
    made = release(atoms, layouts, earlier=known_totals(THEMES["mal"], atoms)).released
    assert (made.table("mal-24", **{"class": "inte"})["status"] == "Privacy").all()


def changes(*subjects: str) -> pd.DataFrame:
    """Thirty pairs of each subject, none of which changed."""
    return pd.DataFrame(
        [("2463", subject, "same", 30) for subject in subjects],
        columns=["municipality", "service_area", "class", "count"],
    )


def test_no_change_of_a_measure_without_known_noise_can_be_more_than_noise() -> None:
    change, noisy, exact = THEMES["forandring"], "missbruk/audit/", "vald/phq9/"
    offered = [load_measures()[measure_of(s)].offers_reliable_change for s in (noisy, exact)]
    assert offered == [False, True]
    more = {"reliably_better", "reliably_worse"}
    both = with_every_class(change, changes(noisy, exact))
    (layout,) = layouts_of(change, both, "forandring-24")
    assert more <= set(both["class"]) and both["count"].sum() == 60
    (never,) = layout.never
    assert never["service_area"] == (noisy,) and set(never["class"]) == more
    assert not more & set(with_every_class(change, changes(noisy))["class"])


@lru_cache(maxsize=1)
def audited() -> AuditReport:
    return audit_publications(publications())


def test_all_themes_together_keep_their_hidden_numbers() -> None:
    """The claim that lets themes be decided one by one, tried as an attacker would: everything
    that is published of the county at once."""
    report = audited()
    assert report.n_hidden > 100
    assert report.is_passed, report.text


def test_the_same_people_are_tied_together_in_every_theme() -> None:
    """The ties that the audit reckons with hold in the truth, and none is left out."""
    linked = {(p.universe, link.universe) for p in publications() for link in p.links}
    themes = [theme for theme in (SEX, TIME, *OTHERS) if theme.base]
    for theme in themes:
        own = {p.universe for p in publications() if p.universe.split("-")[0] == theme.id}
        assert own and all((universe, "underlag-24") in linked for universe in own)
    assert ("tid-24", "inflode-24") in linked
    by_sex = {p.universe for p in publications() if p.title.startswith("kon_")}
    assert by_sex and {(universe, "kon-24") for universe in by_sex} <= linked


def changed(publication: Publication, **cells: tuple[int | None, int | None]) -> Publication:
    """The ledger with one printed cell, by its label, given another number."""
    rows = tuple(
        (cell, cells[label][1], sure, label)
        if label in cells and shown == cells[label][0]
        else (cell, shown, sure, label)
        for cell, shown, sure, label in publication.rows
    )
    assert rows != publication.rows
    return replace(publication, rows=rows)


def by_title(title: str) -> Publication:
    return next(p for p in publications() if p.title == title)


def test_a_total_that_differs_between_themes_is_found() -> None:
    """Twelve persons in one table and thirteen in another: it is one and the same cell."""
    basis, sexes = by_title("underlag-24"), by_title("kon-24")
    _, shown, _, label = next(row for row in basis.rows if row[3] == "2480 × missbruk")
    wrong = changed(basis, **{label: (shown, (shown or 0) + 1)})
    assert audit_publications([basis, sexes]).is_passed
    with pytest.raises(DisclosureError, match="olika tal för samma personer"):
        audit_publications([wrong, sexes])


def test_a_total_printed_in_another_theme_gives_a_hidden_number_away() -> None:
    """A block is hidden in the basis, but the sum of another theme is that very number."""
    basis, sexes = by_title("underlag-24"), by_title("kon-24")
    rows = [row for row in basis.rows if row[3] in ("2480 × missbruk", "2480 × vald")]
    hidden = replace(
        basis,
        rows=tuple(
            (cell, None, True, label)
            if (cell, shown, sure, label) in rows
            else (cell, shown, sure, label)
            for cell, shown, sure, label in basis.rows
            if "missbruk" not in label and "vald" not in label or label.startswith("2480")
        ),
    )
    assert audit_publications([hidden]).is_passed
    assert not audit_publications([hidden, sexes]).is_passed


def test_the_same_extracts_give_the_same_release() -> None:
    again, ledgers = release_counties(follow_up())
    pd.testing.assert_frame_equal(again, released_tables()["individual_count"])
    assert [p.digest for p in ledgers] == list(released_tables()["individual_ledger"]["sha256"])


def test_no_pseudonym_and_no_exact_date_is_released() -> None:
    for name, frame in released_tables().items():
        text = frame.to_csv(index=False)
        assert "KANARIE" not in text, name
    assert "coverage" in released_tables()["isu_delivery"]
    assert (released_tables()["isu_delivery"]["coverage"] % 5 == 0).all()


def test_without_any_extract_the_tables_are_there_and_empty() -> None:
    import duckdb

    connection = duckdb.connect(":memory:")
    load_frames(connection, [])
    tables = release_follow_up(connection)
    assert tables["individual_count"].empty and tables["isu_delivery"].empty
    assert "individual_statistic" in tables and "individual_ledger" in tables
    assert run_query(connection, "build/isu_episodes").fetchall() == []


def test_women_and_men_add_up_to_the_county() -> None:
    counts, compared = released_tables()["individual_count"], 0
    for theme in ("forandring", "mal", "nojdhet"):
        split = counts[(counts["layout"] == f"kon_{theme}-24") & (counts["sex"] != "alla")]
        sums = split.groupby(["service_area", "class"])["count"].sum(min_count=2).dropna()
        whole = counts[(counts["layout"] == f"{theme}-24") & (counts["municipality"] == "alla")]
        whole = whole.set_index(["service_area", "class"])["count"]
        for key in sums.index:
            if key[0] != "alla" and both_there(split, key):
                assert sums[key] == whole[key]
                compared += 1
    assert compared > 3


def both_there(split: pd.DataFrame, key: tuple[str, str]) -> bool:
    rows = split[(split["service_area"] == key[0]) & (split["class"] == key[1])]
    return len(rows) == 2 and bool(rows["count"].notna().all())

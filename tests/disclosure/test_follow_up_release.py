"""The release of the follow-up: theme by theme, and yet nothing can be worked out from all."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
from made_follow_up import PLACES, follow_up, released_tables

from analyslib.analysis.follow_up_themes import THEMES, count_units, units_of
from analyslib.disclosure.audit import audit_publications
from analyslib.disclosure.follow_up import release_counties, release_follow_up
from analyslib.disclosure.publication import Publication
from analyslib.sources.extract_load import load_frames
from analyslib.store.connection import run_query


def publications() -> list[Publication]:
    ledger = released_tables()["individual_ledger"]
    found = [json.loads(content) for content in ledger["content"]]
    return [Publication(**{k: tuples(v) for k, v in fields.items()}) for fields in found]


def tuples(value: object) -> object:
    return tuple(tuples(v) for v in value) if isinstance(value, list) else value


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


def test_every_theme_alone_keeps_its_hidden_numbers() -> None:
    for publication in publications():
        if publication.title.split("-")[0] in ("mal", "kon", "avslut", "kon_mal", "tid"):
            report = audit_publications([publication])
            assert report.is_passed, report.text


def test_themes_together_keep_them_too() -> None:
    """The claim that lets themes be decided one by one, tried as an attacker would: one system of
    who is in which service area, of which sex, with which goal and which ending."""
    as_sex = {"kon": {"class": "sex"}}
    joined = []
    for publication in publications():
        theme = publication.title.split("-")[0]
        if theme in ("underlag", "kon", "mal", "kon_mal"):
            names = as_sex.get(theme, {})
            dimensions = tuple(names.get(d, d) for d in publication.dimensions)
            joined.append(replace(publication, dimensions=dimensions, block=(), delivered=()))
    report = audit_publications([with_places(item) for item in joined])
    assert report.n_hidden > 0
    assert report.is_passed, report.text


def with_places(publication: Publication) -> Publication:
    """Every municipality has delivered every service area; a theme without them counts all."""
    areas = sorted(follow_up().cases["service_area"].unique())
    block = ("municipality", "service_area")
    delivered = tuple((m, a) for m in sorted(PLACES) for a in areas)
    if "municipality" in publication.dimensions:
        return replace(publication, block=block, delivered=delivered)
    number = len(publication.sets)
    return replace(
        publication,
        dimensions=("municipality", *publication.dimensions),
        sets=(*publication.sets, tuple(sorted(PLACES))),
        rows=tuple(((number, *cell), *rest) for cell, *rest in publication.rows),
        block=block,
        delivered=delivered,
    )


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
    assert compared > 5


def both_there(split: pd.DataFrame, key: tuple[str, str]) -> bool:
    rows = split[(split["service_area"] == key[0]) & (split["class"] == key[1])]
    return len(rows) == 2 and bool(rows["count"].notna().all())

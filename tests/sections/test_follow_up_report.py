"""The page on the individual follow-up, as an SU team sees it, and as the last check does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from made_follow_up import (
    PLACES,
    SILENT,
    released_tables,
    without_part_marks,
)

from analyslib.disclosure.page_check import Allowed, allowed_from, find_faults
from analyslib.disclosure.released import released_from
from analyslib.errors import StoreError, UsageError
from analyslib.sections.follow_up import FollowUpReport, follow_up_report
from analyslib.sources.demo_lives import CANARY
from analyslib.store.build import publish
from analyslib.store.connection import open_store


SECTIONS = (
    *("summary", "guide", "basis", "target_group", "interventions", "change", "lost"),
    *("goals", "opinions", "women_and_men", "returns"),
)
# Scales, months and the word for uncertainty: numbers about nobody.
OF_NOBODY = ("0", "6", "12", "25", "50", "75", "100", "95")


pytestmark = pytest.mark.usefixtures("reads_published")


@pytest.fixture(scope="module")
def allowed() -> Allowed:
    tables = released_tables()
    released = released_from(
        tables["individual_count"], tables["individual_release"], tables["individual_statistic"]
    )
    return allowed_from(released)


def page_of(report: FollowUpReport) -> str:
    parts = [getattr(report, name)() for name in SECTIONS]
    return "\n".join(part._repr_html_() for part in parts if part is not None)


def pages() -> Iterator[tuple[str, str]]:
    for code in (*PLACES, SILENT):
        for area in ("", "missbruk", "vald"):
            yield f"{code} {area}", page_of(follow_up_report(code, area))


def test_every_number_about_individuals_is_in_the_plan(allowed: Allowed) -> None:
    for name, page in pages():
        ticks = set(OF_NOBODY) | axis_numbers(page)
        faults = find_faults(without_part_marks(page), allowed, [CANARY], ticks)
        assert not faults, (name, [str(fault) for fault in faults])


def axis_numbers(page: str) -> set[str]:
    """The scales of the forest and of the control chart: round numbers, about nobody."""
    ticks = {str(n) for n in range(0, 61, 5)} | {str(n) for n in range(75, 301, 25)}
    return ticks | {f"{n / 10:.1f}".replace(".", ",") for n in range(0, 400, 25)} | quarter_names()


def quarter_names() -> set[str]:
    return {"23", "24", "25", "1", "2", "3", "4"}


def test_the_check_would_have_seen_a_number_too_many(allowed: Allowed) -> None:
    page = without_part_marks(page_of(follow_up_report("2480")))
    known = {*OF_NOBODY, *axis_numbers(page)}
    told = page.replace("avslutade\u00a0ärenden i ", "avslutade ärenden (varav 7777 män) i ", 1)
    told = told if told != page else page.replace("ärenden i ", "ärenden (varav 7777 män) i ", 1)
    assert told != page
    assert find_faults(told, allowed, [], known)
    cell = re.search(r'<td data-layout="mal-24" data-cell="[^"]*">(<data value="\d+">)?\d', page)
    assert cell is not None
    forged = page.replace(cell[0], cell[0] + "9", 1)
    assert find_faults(forged, allowed, [], known)


def test_a_share_of_individuals_beside_a_published_one_is_held_too(allowed: Allowed) -> None:
    page = without_part_marks(page_of(follow_up_report("2480")))
    share = re.search(r'data-about="individer">(\d[\d,]*)\s%', page)
    assert share is not None, "the share that stands beside KKiK's"
    known = {*OF_NOBODY, *axis_numbers(page)}
    forged = share[0].replace(share[1], "7777")
    assert find_faults(page.replace(share[0], forged), allowed, [], known)


def test_each_question_has_an_answer_in_words() -> None:
    page = page_of(follow_up_report("2480"))
    for words in (
        "fått det bättre", "ingen säker skillnad", "Gemensam förskjutning", "inte tillbaka",
        "Efter ett halvår", "Saknar mätning", "lägst till högst", "Kvinnor jämfört med män",
    ):  # fmt: skip
        assert words in page, words


def test_needs_have_a_place_of_their_own_under_the_question() -> None:
    for code in PLACES:
        told = follow_up_report(code).target_group()._repr_html_()
        who, needs = told.index("Vilka de är"), told.index("Vilka behov de har")
        assert who < told.index("Åldersgrupper i") < needs
        reasons = told.find("Orsaker till ärendet", needs)
        assert (reasons if reasons > 0 else told.index("Orsakerna går inte", needs)) > needs


def test_a_hidden_quarter_is_told_of() -> None:
    report = follow_up_report("2480")
    assert "Kvartal utan punkt" not in report.interventions()._repr_html_()
    first = min(name for name in report.material.classes("inflode", "alla") if "K" in name)
    counts = report.material.counts.copy()
    is_first = (counts["class"] == first) & (counts["municipality"] == "2480")
    counts.loc[is_first, "count"] = pd.NA
    hidden = replace(report, material=replace(report.material, counts=counts))
    assert "Kvartal utan punkt är dolda." in hidden.interventions()._repr_html_()


def test_the_caution_about_regression_is_always_there() -> None:
    for code in (*PLACES, SILENT):
        assert "återgång" in follow_up_report(code).change()._repr_html_()


def test_a_tiny_municipality_sees_its_county_and_its_hidden_numbers_named() -> None:
    page = page_of(follow_up_report("2463"))
    assert "dolt" in page
    assert "Västerbottens län" in page
    assert "för få för att visas" in page or "dolda" in page


def test_who_has_delivered_nothing_is_told_so_and_shown_no_numbers_of_its_own() -> None:
    report = follow_up_report(SILENT)
    assert "Dorotea har inte lämnat något uttag" in report.summary()._repr_html_()
    assert f'data-municipality="{SILENT}"' in report.summary()._repr_html_()
    for name in ("basis", "target_group", "interventions", "goals", "opinions", "lost"):
        assert "data-layout" not in getattr(report, name)()._repr_html_(), name


def test_what_is_said_of_individuals_is_marked_and_tells_whom_it_is_about() -> None:
    """The last check reads what is marked; where all is hidden no picture tells the place."""
    for code in PLACES:
        report = follow_up_report(code)
        summary = BeautifulSoup(report.summary()._repr_html_(), "html.parser")
        (marked,) = summary.select('[data-about="individer"]')
        assert marked["data-municipality"] == code and marked.select(".sammanfattning")
        page = BeautifulSoup(page_of(report), "html.parser")
        cells = page.select("[data-layout]")
        assert cells and all(cell.find_parent(attrs={"data-about": "individer"}) for cell in cells)


def test_one_service_area_shows_that_and_nothing_else() -> None:
    page = page_of(follow_up_report("2480", "missbruk"))
    assert "AUDIT" in page and "Äldreomsorg" not in page


def test_returns_stand_beside_what_the_municipality_has_published() -> None:
    shown = follow_up_report("2480").returns()
    assert shown is not None
    page = shown._repr_html_()
    assert 'data-kpi="U31462"' in page and '<data value="73.25">73</data>' in page
    assert "avslutade första halvåret 2023" in page  # what the published year 2024 is about


def test_an_unknown_service_area_is_refused_with_the_choices() -> None:
    with pytest.raises(UsageError, match="missbruk"):
        follow_up_report("2480", "hemlöshet")


def test_without_a_release_the_page_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    from analyslib.store.connection import run_query

    path = tmp_path / "empty.duckdb"
    with duckdb.connect(str(path)) as connection:
        run_query(connection, "build/schema")
    monkeypatch.setenv("ANALYSLIB_PUBLISH_DB", str(path))
    with pytest.raises(StoreError, match="add isu"):
        follow_up_report("2480")


def test_no_pseudonym_is_in_any_page_or_in_the_published_database(published: Path) -> None:
    assert CANARY.encode() not in published.read_bytes()
    for name, page in pages():
        assert CANARY not in page, name


def test_the_scan_of_bytes_would_find_a_pseudonym(tmp_path: Path) -> None:
    """DuckDB packs its columns; the scan must see through that to prove anything."""
    import duckdb

    path = tmp_path / "leaking.duckdb"
    person = pd.DataFrame({"person": [f"{CANARY}MI2480P{number:04}" for number in range(500)]})
    with duckdb.connect(str(path)) as connection:
        publish(connection, {"leak": person})
        connection.execute("CHECKPOINT")
    assert CANARY.encode() in path.read_bytes()


def test_every_text_column_of_the_published_database_is_free_of_pseudonyms(
    published: Path,
) -> None:
    with open_store(published) as store:
        tables = store.connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()"
        ).fetchall()
        assert len(tables) > 5
        for (table,) in tables:
            text = store.connection.execute(f'SELECT * FROM "{table}"').df().to_csv(index=False)
            assert CANARY not in text, table


def test_the_committed_notebooks_hold_no_pseudonym() -> None:
    root = Path(__file__).resolve().parents[2] / "notebooks"
    notebooks = [path for path in root.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts]
    assert any(path.name == "uppfoljning.ipynb" for path in notebooks)
    for path in notebooks:
        assert CANARY not in json.dumps(json.loads(path.read_text("utf-8"))), path.name

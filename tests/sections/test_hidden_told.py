"""How much is hidden, as the page says it: true, and no number that has not been released."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from made_follow_up import (
    PLACES,
    SILENT,
    released_tables,
    without_part_marks,
)

from analyslib.analysis.results import Answer
from analyslib.disclosure.hidden_shares import PAGE, TOO_MUCH, hidden_facts
from analyslib.disclosure.page_check import allowed_from, find_faults
from analyslib.disclosure.released import released_from
from analyslib.sections.follow_up import follow_up_report
from analyslib.text.follow_up import THEME_TITLES, answers_line, basis_sentence
from analyslib.text.hidden_words import hidden_sentence, much_hidden_sentence


pytestmark = pytest.mark.usefixtures("reads_published")


def basis_of(place: str, area: str = "") -> str:
    return follow_up_report(place, area).basis()._repr_html_()


def own_cells(place: str, area: str = "") -> list[dict[str, object]]:
    """Every released number of the municipality but noughts, one by one."""
    return [
        cell
        for cell in released_tables()["individual_count"].to_dict("records")
        if cell["municipality"] == place
        and (cell["status"] or cell["count"] != 0)
        and (not area or str(cell["service_area"]).split("/")[0] == area)
    ]


@pytest.mark.parametrize("area", ["", "missbruk"])
@pytest.mark.parametrize("place", PLACES)
def test_the_page_says_how_many_of_its_numbers_are_hidden(place: str, area: str) -> None:
    cells = own_cells(place, area)
    hidden = sum(cell["status"] == "Privacy" for cell in cells)
    told = re.search(r"(\d+|Några få|Inget) av de (\d+)\s+tal om", basis_of(place, area))
    assert told and int(told[2]) == len(cells)
    few = "Inget" if hidden == 0 else "Några få"
    assert told[1] == (str(hidden) if hidden >= 5 else few)


def test_where_much_is_hidden_the_page_says_in_what_and_what_would_help() -> None:
    hidden: dict[str, list[bool]] = {}
    for cell in own_cells("2463"):
        theme = str(cell["layout"]).removeprefix("kkik_").split("-")[0]
        hidden.setdefault(theme, []).append(cell["status"] == "Privacy")
    much = [t for t in THEME_TITLES if t in hidden and sum(hidden[t]) > TOO_MUCH * len(hidden[t])]
    assert much
    page = basis_of("2463")
    assert much_hidden_sentence(much) in page
    assert "follow_up.coarser()" in page


def test_where_little_is_hidden_no_advice_is_given() -> None:
    assert much_hidden_sentence([]) == ""


def test_who_has_delivered_nothing_has_nothing_hidden() -> None:
    assert "tal om" not in basis_of(SILENT)


def test_every_number_that_is_said_has_been_released() -> None:
    """With the fact taken out of the release, the same page is stopped."""
    tables = released_tables()
    counts, facts = tables["individual_count"], tables["individual_release"]
    statistics = tables["individual_statistic"]
    whole = allowed_from(released_from(counts, facts, statistics))
    pages = [without_part_marks(basis_of(place)) for place in PLACES]
    assert not any(find_faults(page, whole) for page in pages)
    without = statistics[~statistics["name"].isin(["said", "hidden"])]
    less = allowed_from(released_from(counts, facts, without))
    assert any(find_faults(page, less) for page in pages)


def test_no_small_number_becomes_allowed_by_counting_what_is_hidden() -> None:
    cells = pd.DataFrame(
        {
            "layout": "mal-24",
            "municipality": "2418",
            "service_area": "vald",
            "count": pd.array([pd.NA] * 3 + [8] * 4, dtype="Int64"),
            "status": ["Privacy"] * 3 + [""] * 4,
        }
    )
    found = hidden_facts(cells, 5)
    assert set(found["name"]) == {"said", "much_hidden"}
    assert not found["value"].between(1, 4).any()
    assert hidden_facts(cells, 3)["name"].tolist().count("hidden") == 2
    assert set(found.loc[found["name"] == "said", "layout"]) == {f"{PAGE}-24"}
    assert not hidden_facts(cells.tail(4), 5)["value"].between(1, 4).any()


def test_how_it_is_said() -> None:
    nbsp = "\u00a0"
    assert hidden_sentence("Malå", 18, 240) == (
        f"18 av de 240{nbsp}tal om Malå som sidan bygger på är dolda (nollor oräknade)."
    )
    assert hidden_sentence("Malå", None, 240).startswith("Några få av de")
    assert hidden_sentence("Malå", 0, 240).startswith("Inget av de")
    assert "mål och nöjdhet" in much_hidden_sentence(["mal", "nojdhet"])


@pytest.mark.parametrize("n", [1, 3, 7, 11, 13, 20])
def test_how_many_measures_there_are_is_no_number_about_persons(n: int) -> None:
    """The last check knows no other numbers than those of the release: it would stop the page."""
    assert not re.search(r"\d", answers_line({Answer.BETTER: n}))
    where = basis_sentence("Malå", 90, (2023, 2025), n).split("ärenden")[1].split("Malå")[0]
    assert not re.search(r"\d", where)

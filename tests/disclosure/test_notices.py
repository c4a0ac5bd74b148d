"""What a release says to the one who builds: left out, and where the promise was not kept in full;
and that it tells no more by it than the published numbers do."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_follow_up import follow_up, released_tables, write_publish_database

from analyslib.disclosure.county_edition import CountyEdition
from analyslib.disclosure.exceptions import exceptions_of
from analyslib.disclosure.follow_up import decide_counties
from analyslib.disclosure.hidden_shares import count_hidden
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.notices import (
    BY_RULES,
    EXCEPTION,
    HIDDEN_BEGUN,
    HIDDEN_ENDED,
    SUMS,
    TELLING,
    UNDIVIDED,
    Notice,
    frame_of,
    left_out,
)
from analyslib.disclosure.publication import publication_from
from analyslib.disclosure.release import Release, release
from analyslib.disclosure.rules import NETWORK_PACK
from analyslib.disclosure.search import Impossible
from analyslib.disclosure.system import CAREFUL_READER, RULE_KNOWER, Attacker, insider
from analyslib.disclosure.targets import Requirement
from analyslib.text.release_notes import describe_hidden, describe_notices
from analyslib.workbench import describe_release
from analyslib.workspace import Workspace


# --- what was left out


def test_what_has_gone_is_named_block_by_block() -> None:
    before = [("2418", "vald"), ("2480", "vald"), ("2480", "aldre")]
    assert left_out(TELLING, "mal-24", before, before) == []
    assert left_out(TELLING, "mal-24", before, before[1:]) == [
        Notice(TELLING, "mal-24", "2418", "vald")
    ]
    assert left_out(TELLING, "mal-24", before, []) == [Notice(TELLING, "mal-24")]
    assert left_out(TELLING, "mal-24", [], []) == []


def test_what_may_not_be_told_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number of Umeå's goals, and all of what the county is satisfied with, are found to tell."""
    told_between = CountyEdition.told_between

    def told(self: CountyEdition, made: Release, *more: object) -> list[str]:
        title, delivered = made.publication.title, made.publication.delivered
        if title == "mal-24" and ("2480", "missbruk") in delivered:
            return ["mal-24: 2480 × missbruk × helt"]
        if title == "nojdhet-24":
            return ["nojdhet-24: totalt"]
        return told_between(self, made, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(CountyEdition, "told_between", told)
    made, notices = decide_counties(follow_up())
    goals = next(item for item in made if item.publication.title == "mal-24")
    assert ("2480", "missbruk") not in goals.publication.delivered
    assert Notice(TELLING, "mal-24", "2480", "missbruk") in notices
    assert Notice(TELLING, "nojdhet-24") in notices
    lines = describe_notices(frame_of(notices))
    assert any(
        line.startswith(
            "Utelämnat ur mål i Västerbottens län: Umeå (Missbruk och beroende), därför"
        )
        for line in lines
    )
    assert any(line.startswith("Utelämnat ur nöjdhet i Väst") and "hela" in line for line in lines)


def test_service_areas_whose_total_is_hidden_are_said_to_be_in_no_table() -> None:
    counts, notices = (released_tables()[f"individual_{n}"] for n in ("count", "notice"))
    basis = counts[(counts["layout"] == "underlag-24") & (counts["status"] != "")]
    blocks = basis[(basis["municipality"] != "alla") & (basis["service_area"] != "alla")]
    hidden = set(blocks[["municipality", "service_area"]].itertuples(index=False, name=None))
    own = notices[notices["kind"] == HIDDEN_ENDED]
    told = set(own[["municipality", "service_area"]].itertuples(index=False, name=None))
    assert told == hidden


def test_areas_where_women_and_men_are_not_compared_are_said() -> None:
    notices = released_tables()["individual_notice"]
    ledgers = [
        publication_from(json.loads(c)) for c in released_tables()["individual_ledger"]["content"]
    ]
    by_title = {ledger.title: ledger for ledger in ledgers}
    missing = 0
    for theme in ("mal", "nojdhet"):
        whole = {area for _, area in by_title[f"{theme}-24"].delivered}
        by_sex = by_title.get(f"kon_{theme}-24")
        divided = {area for _, area in by_sex.delivered} if by_sex else set()
        own = notices[notices["title"] == f"kon_{theme}-24"]
        told = set(own[own["kind"].isin([UNDIVIDED, TELLING])]["service_area"])
        assert told == (whole - divided if by_sex else {""})
        missing += len(told)
    assert missing


# --- exceptions


@lru_cache(maxsize=1)
def made() -> Release:
    """Small numbers in two municipalities; the sum of two classes is printed as one of its own."""
    atoms = pd.DataFrame(
        [
            (place, name, count)
            for place, counts in (("2418", (2, 3, 40)), ("2480", (3, 50, 60)))
            for name, count in zip("abc", counts, strict=True)
        ],
        columns=["municipality", "class", "count"],
    )
    layout = Layout("mal-24", ("municipality", "class"), groups={"class": {"ab": ("a", "b")}})
    return release(atoms, [layout], NETWORK_PACK, title="mal-24")


def row_of(label: str) -> int:
    return made().ledger.system.labels.index(f"mal-24: {label}")


def with_hidden(*labels: str) -> Release:
    """The release as if these alone were hidden; all that there are, where none is named."""
    hidden = np.ones_like(made().plan.hidden)
    if labels:
        hidden[:] = False
        hidden[[row_of(label) for label in labels]] = True
    return replace(made(), plan=replace(made().plan, hidden=hidden))


def with_stuck(
    label: str, attacker: Attacker, found: Release | None = None, change: int = 1
) -> list[Notice]:
    """The exceptions where this requirement could not be met."""
    found = found or made()
    stuck = Impossible(Requirement(row_of(label), change, attacker), 0)
    found = replace(found, plan=replace(found.plan, impossible=(stuck,)))
    return [notice for notice in exceptions_of(found) if notice.kind == EXCEPTION]


def test_where_nothing_is_stuck_there_is_no_exception() -> None:
    assert [n for n in exceptions_of(made()) if n.kind == EXCEPTION] == []


def test_a_number_that_is_not_seen_to_be_small_is_not_named() -> None:
    """That it is an exception would say that it is small."""
    found = with_stuck("2418 × a", CAREFUL_READER, with_hidden())
    assert found == [Notice(EXCEPTION, "mal-24", count=1)]
    assert "2418" not in "".join(describe_notices(frame_of(found)))


def test_a_number_that_is_seen_to_be_small_is_named_with_what_is_seen() -> None:
    """Malå's a and b are five together, and so are the a of both places."""
    bare = with_hidden("2418 × a", "2418 × b", "2480 × a", "2480 × b")
    found = with_stuck("2418 × a", CAREFUL_READER, bare)
    assert found == [Notice(EXCEPTION, "mal-24", label="2418 × a", low=1, high=4, count=1)]
    (line,) = describe_notices(frame_of(found))
    assert "Malå × a går att ringa in till 1–4" in line


def test_what_takes_own_figures_is_told_of_who_and_how_many_alone() -> None:
    found = with_stuck("2418 × a", insider("2480"))
    assert found == [Notice(EXCEPTION, "mal-24", who="2480", count=1)]
    (line,) = describe_notices(frame_of(found))
    assert "Umeå, med egna tal, kan ringa in eller räkna ut 1\u00a0dolt tal." in line
    assert "Malå" not in line


def test_what_takes_the_rules_is_told_of_how_many_alone() -> None:
    found = with_stuck("2418 × a", RULE_KNOWER)
    assert found == [Notice(EXCEPTION, "mal-24", who=BY_RULES, count=1)]
    assert "den som kan reglerna kan" in describe_notices(frame_of(found))[0]


def test_that_a_municipality_knows_its_own_number_is_no_exception() -> None:
    assert with_stuck("2418 × a", insider("2418")) == []


def test_hidden_sums_of_hidden_numbers_are_counted() -> None:
    """Two or three classes of a place, or one class of both: they are two to four at least."""
    assert SUMS not in {notice.kind for notice in exceptions_of(with_hidden("2418 × a"))}
    sums = [notice for notice in exceptions_of(with_hidden()) if notice.kind == SUMS]
    assert sums == [Notice(SUMS, "mal-24", count=8)]
    (line,) = describe_notices(frame_of(sums))
    assert "8\u00a0dolda tal är summor" in line and "granskning.txt" in line


# --- how it is said


def test_reasons_are_given_for_everything_that_is_left_out() -> None:
    notices = [
        Notice(HIDDEN_ENDED, "underlag-24", "2418", "vald"),
        Notice(HIDDEN_ENDED, "underlag-24", "2418", "aldre"),
        Notice(HIDDEN_BEGUN, "tid-24", "2463"),
        Notice(UNDIVIDED, "kon_forandring-04", service_area="vald"),
        Notice(UNDIVIDED, "kon_mal-04"),
    ]
    text = "\n".join(describe_notices(frame_of(notices)))
    assert "Utelämnat ur alla tabeller i Västerbottens län: Malå (Våld i nära" in text
    assert "Utelämnat ur tid i insats i Västerbottens län: Åsele, därför att antalet" in text
    assert "kvinnor och män (mål) i Södermanlands län: alla verksamheter, därför" in text
    assert "kvinnor och män (förändring) i Södermanlands län: Våld i nära relationer" in text


def test_the_build_says_it_of_what_it_has_released(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, demo=True)
    write_publish_database(workspace.publish_db)
    notices = released_tables()["individual_notice"]
    shares = count_hidden(released_tables()["individual_count"])
    told = describe_release(workspace)
    assert told == [*describe_notices(notices), *describe_hidden(shares)]
    assert any(line.startswith("Undantag i Västerbottens län") for line in told)
    assert any(line.startswith("Mycket är dolt om Åsele") for line in told)


def test_nothing_to_say_is_nothing() -> None:
    assert describe_notices(frame_of([])) == []
    empty = released_tables()["individual_count"].head(0)
    assert describe_hidden(count_hidden(empty)) == []


def counts_of(hidden: int, shown: int, zeros: int = 0) -> pd.DataFrame:
    numbers = [pd.NA] * hidden + [7] * shown + [0] * zeros
    return pd.DataFrame(
        {
            "layout": "mal-24",
            "municipality": "2418",
            "service_area": "vald",
            "count": pd.array(numbers, dtype="Int64"),
            "status": ["Privacy"] * hidden + [""] * (shown + zeros),
        }
    )


def test_much_hidden_is_said_with_where_and_what_would_help() -> None:
    lines = describe_hidden(count_hidden(counts_of(4, 6, zeros=90)))
    assert lines[0] == "Mycket är dolt om Malå: 40\u00a0procent av talen, mest i mål."
    assert "follow_up.coarser()" in lines[1]


def test_thirty_per_cent_is_not_much() -> None:
    assert describe_hidden(count_hidden(counts_of(3, 7))) == []


def test_the_county_is_not_a_municipality() -> None:
    county = counts_of(9, 1).assign(municipality="alla")
    assert describe_hidden(count_hidden(county)) == []

"""Two consecutive packs of the demo, attacked with nothing but their finished pages.

The same attacker goes at the same packs with only the small numbers hidden, and must get many, or
it would prove nothing that he gets none of the others.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pandas as pd
import pytest
from page_attack import BY_AREA, SMALL, Claim, Facts, Group, attack, read_pack

import analyslib.disclosure.county_edition as gate
from analyslib.catalogue import Catalogue, load_catalogue
from analyslib.delivery import CheckRelease
from analyslib.disclosure.follow_up import release_follow_up
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.publication import (
    Publication,
    publication_from,
    write_publications,
)
from analyslib.disclosure.release import Release, working_material
from analyslib.disclosure.released import HIDDEN
from analyslib.pack import build_pack
from analyslib.sections.follow_up import follow_up_report
from analyslib.store.build import publish
from analyslib.store.connection import run_query
from analyslib.workspace import Workspace


# A large, a middling and a small member of each network, and one that delivers late.
SAMPLE = {"nua": ("2480", "2462", "2418", "2404"), "fouis": ("0480", "0428", "0461", "0482")}
LATE = {"nua": "2404", "fouis": "0482"}
# Who has delivered once before the first meeting and once more before the second: one so small that
# its first extract is told of again, and one whose second is told of.
RENEWED = {"nua": ("2462", "2480"), "fouis": ("0428", "0480")}
RENEWED_BEFORE = "2025-12-01"
MEETINGS = ("2026-12-03", "2027-03-04")
SECTIONS = (
    *("summary", "basis", "target_group", "interventions", "change", "lost"),
    *("goals", "opinions", "women_and_men", "returns"),
)
OLDER = """
INSERT INTO extract SELECT * REPLACE (extract_id || ' older' AS extract_id, $day AS extraction_date)
    FROM extract WHERE municipality = $place;
INSERT INTO delivered_episode SELECT * REPLACE (
        extract_id || ' older' AS extract_id,
        if(ended > $day, NULL, ended) AS ended,
        if(ended > $day, NULL, end_reason) AS end_reason,
        if(ended > $day, NULL, goal) AS goal,
        if(ended > $day, NULL, satisfaction) AS satisfaction,
        if(ended > $day OR readmitted > $day, NULL, readmitted) AS readmitted)
    FROM delivered_episode WHERE municipality = $place AND started <= $day;
INSERT INTO delivered_measurement SELECT * REPLACE (extract_id || ' older' AS extract_id)
    FROM delivered_measurement WHERE date <= $day AND extract_id IN
    (SELECT extract_id FROM delivered_episode WHERE municipality = $place)
"""
NEWER = """
DELETE FROM delivered_measurement WHERE extract_id IN
    (SELECT extract_id FROM extract WHERE municipality = $place AND extraction_date > $day);
DELETE FROM delivered_episode WHERE extract_id IN
    (SELECT extract_id FROM extract WHERE municipality = $place AND extraction_date > $day);
DELETE FROM extract WHERE municipality = $place AND extraction_date > $day
"""


@dataclass(frozen=True)
class Packs:
    """The packs of both meetings: all pages that were made, those that left the house, and the
    same with only small numbers hidden; the true numbers of both; and what the gate said."""

    made: list[list[str]]
    left: list[list[str]]
    naive: list[list[str]]
    truth: list[Mapping[Group, int]]
    naive_truth: list[Mapping[Group, int]]
    refused: list[str]


@pytest.fixture(scope="module", params=["nua", "fouis"])
def packs(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    demo_workspace: Path,
    prove: bool,
) -> Packs:
    network = request.param
    root = tmp_path_factory.mktemp(f"angrepp_{network}")
    catalogue = load_catalogue() if prove else with_members(network, SAMPLE[network])
    databases = [analyst_database(demo_workspace, catalogue, network, n) for n in (0, 1)]
    workspace, unsafe = (new_workspace(root / name, demo_workspace) for name in ("a", "b"))
    found = Packs([], [], [], [], [], [])
    out: list[Publication] = []
    for meeting, connection in zip(MEETINGS, databases, strict=True):
        tables, truth = released_with_truth(connection, out)
        out = ledgers_of(tables)
        put_up(workspace, demo_workspace, tables)
        # The first pack is tried by the attacker alone; the second by the gate, with the first.
        check = None if prove or found.made else only_written(out)
        pack = build_pack(
            workspace, network, meeting,
            reports=("uppfoljning",), catalogue=catalogue, check_release=check,
        )  # fmt: skip
        waiting = workspace.reports / ".arbete" / f"{network}_{meeting}"
        found.left.append(pages_in(pack.folder))
        found.made.append(pages_in(pack.folder) + pages_in(waiting))
        found.refused.append(pack.delivery.refused)
        tables, naive_truth = naively_released(connection)
        put_up(unsafe, demo_workspace, tables)
        found.naive.append(pages_of_sections(unsafe, network, catalogue))
        found.truth.append(truth)
        found.naive_truth.append(naive_truth)
    return found


def ledgers_of(tables: Mapping[str, pd.DataFrame]) -> list[Publication]:
    contents = tables["individual_ledger"]["content"]
    return [publication_from(json.loads(content)) for content in contents]


def only_written(ledgers: Sequence[Publication]) -> CheckRelease:
    """Puts the ledgers in the pack, as the gate does, and leaves out its own audit."""

    def check(places: Sequence[Path]) -> None:
        write_publications(places[0], ledgers)

    return check


def pages_in(folder: Path) -> list[str]:
    return [path.read_text("utf-8") for path in sorted(folder.rglob("*_uppfoljning.html"))]


def with_members(network: str, members: Sequence[str]) -> Catalogue:
    catalogue = load_catalogue()
    smaller = replace(catalogue.networks[network], members=tuple(members))
    return replace(catalogue, networks={**catalogue.networks, network: smaller})


def analyst_database(
    demo: Path, catalogue: Catalogue, network: str, number: int
) -> duckdb.DuckDBPyConnection:
    """What the members have delivered before the first or the second meeting, in memory."""
    members = set(catalogue.networks[network].members)
    members -= {LATE[network]} if number == 0 else set()
    connection = duckdb.connect(":memory:")
    run_query(connection, "build/isu_schema")
    whole = demo / "data/processed/demo/analys.duckdb"
    connection.execute(f"ATTACH '{whole}' AS demo (READ_ONLY)")
    for table in ("extract", "delivered_episode"):
        connection.execute(
            f"INSERT INTO {table} SELECT * FROM demo.{table} WHERE municipality IN $members",
            {"members": sorted(members)},
        )
    connection.execute(
        "INSERT INTO delivered_measurement SELECT * FROM demo.delivered_measurement "
        "WHERE extract_id IN (SELECT extract_id FROM extract)"
    )
    for place in members.intersection(RENEWED[network]):
        for statement in (OLDER + ";" + NEWER if number == 0 else OLDER).split(";"):
            connection.execute(statement, {"day": RENEWED_BEFORE, "place": place})
    connection.execute("DETACH demo")
    run_query(connection, "build/isu_current")
    return connection


# --- the packs


def released_with_truth(
    connection: duckdb.DuckDBPyConnection, out: Sequence[Publication]
) -> tuple[Mapping[str, pd.DataFrame], Mapping[Group, int]]:
    """What the gate lets out, and the true numbers of the very people that each table counts:
    what cannot be protected beside an earlier edition is not in it."""
    counted: dict[str, pd.DataFrame] = {}
    release = gate.CountyEdition.release

    def recorded(
        self: Any, atoms: Any, layouts: Any, known: Any, title: str, *more: Any
    ) -> Release:
        counted[title] = working_material(atoms, layouts).counts
        return release(self, atoms, layouts, known, title, *more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate.CountyEdition, "release", recorded)
        tables = release_follow_up(connection, earlier=out)
    return tables, {
        group: number
        for counts in counted.values()
        for group, number in true_numbers(counts).items()
    }


def true_numbers(counts: pd.DataFrame) -> dict[Group, int]:
    return {group_of(cell): int(cell["count"]) for cell in counts.to_dict("records")}


def naively_released(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[Mapping[str, pd.DataFrame], Mapping[Group, int]]:
    """The same tables by the same way, with nothing hidden but the small numbers themselves."""
    truth: dict[Group, int] = {}

    def only_primary(atoms: pd.DataFrame, layouts: Sequence[Layout], *_: object) -> Release:
        made = working_material(atoms, layouts)
        counts = made.counts
        truth.update(true_numbers(counts))
        small = counts["count"].between(1, 4)
        counts = counts.assign(
            count=counts["count"].mask(small), status=small.map({True: HIDDEN, False: ""})
        )
        hidden = replace(made, counts=counts, stamp="")
        nothing = Publication(layouts[0].name, 5, True, (), (), (), (), ())
        ledger = SimpleNamespace(system=None)
        plan = SimpleNamespace(impossible=())
        return Release(hidden, nothing, plan, ledger, None)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate, "release", only_primary)
        patch.setattr("analyslib.disclosure.county_release.exceptions_of", lambda _: [])
        return release_follow_up(connection), truth


def group_of(cell: Mapping[str, object]) -> Group:
    place, subject, name = (
        "" if (value := str(cell.get(key, "alla"))) == "alla" else value
        for key in ("municipality", "service_area", "class")
    )
    classes = (name,) if name else ()
    if name.endswith("_all"):
        classes = (name.removesuffix("_all"), f"reliably_{name.removesuffix('_all')}")
    return Group(str(cell["layout"]).rpartition("-")[0], place, subject, classes)


def new_workspace(root: Path, demo: Path) -> Workspace:
    for folder in ("data/raw", "data/processed/demo", "reports"):
        (root / folder).mkdir(parents=True)
    (root / "notebooks").symlink_to(demo / "notebooks", target_is_directory=True)
    return Workspace(root, demo=True)


def put_up(workspace: Workspace, demo: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """The demo's published database, with these tables of individuals instead of its own."""
    shutil.copy(demo / "data/processed/demo/publish.duckdb", workspace.publish_db)
    with duckdb.connect(str(workspace.publish_db)) as connection:
        for name in tables:
            connection.execute(f'DROP TABLE IF EXISTS "{name}"')
        publish(connection, tables)


def pages_of_sections(workspace: Workspace, network: str, catalogue: Catalogue) -> list[str]:
    """The same sections, drawn without a kernel: a notebook only sets them one after another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANALYSLIB_PUBLISH_DB", str(workspace.publish_db))
        reports = [follow_up_report(code) for code in catalogue.networks[network].members]
        return [
            "\n".join(
                part._repr_html_()
                for name in SECTIONS
                if (part := getattr(report, name)()) is not None
            )
            for report in reports
        ]


# --- the attack


def test_what_leaves_at_two_meetings_gives_nothing_away(packs: Packs) -> None:
    assert len(packs.left[0]) == len(packs.made[0])
    facts = read_pack(packs.left[0])
    assert min(len(facts.hidden), len(facts.shown), len(facts.shares)) > 200
    assert [told(claim) for claim in attack(packs.left)] == []
    before, after = (read_pack(pages).shown for pages in packs.left)
    steps = {group: abs(after[group] - before[group]) for group in before.keys() & after.keys()}
    assert [group for group, step in steps.items() if 0 < step < SMALL] == []


def test_a_second_pack_stays_only_where_it_would_give_something_away(packs: Packs) -> None:
    """The gate reads ledgers and no pages; what it stops and what can be worked out are one."""
    claims = attack(packs.made)
    assert bool(claims) == bool(packs.refused[1]), (packs.refused, len(claims))
    assert packs.left[1] == ([] if packs.refused[1] else packs.made[1])


def test_each_pack_by_itself_gives_nothing_away(packs: Packs) -> None:
    for pages in packs.made:
        assert [told(claim) for claim in attack([pages])] == []


def told(claim: Claim) -> str:
    group = claim.group
    cell = "/".join([group.theme, group.place, group.subject, *group.classes])
    return f"{cell}: {claim.low}-{claim.high}"


def test_a_member_that_knows_its_own_numbers_learns_no_small_number_of_another(
    packs: Packs, prove: bool
) -> None:
    for pages, truth in zip(packs.made, packs.truth, strict=True):
        hidden = read_pack(pages).hidden
        members = sorted({group.place for group in hidden if group.place})
        for member in members if prove else members[:1]:
            own = [group for group in hidden if group.place == member and group.subject]
            own += unlisted(truth, member, read_pack(pages))
            known = {group: true_number(truth, group) for group in own}
            claims = [c for c in attack([pages], known) if c.group.place != member]
            small = [told(c) for c in claims if c.high is not None and c.high < SMALL]
            assert own and small == [], member


def unlisted(truth: Mapping[Group, int], member: str, facts: Facts) -> list[Group]:
    """A service area with nothing printed of who came back has no row, and is in the sums: the
    member knows what it holds."""
    return [
        group
        for group in truth
        if group.place == member and group.subject and group.classes
        if group.theme in BY_AREA and group not in facts.shown and group not in facts.hidden
    ]


def true_number(truth: Mapping[Group, int], group: Group) -> int:
    if group in truth:
        return truth[group]
    return sum(truth.get(replace(group, classes=(name,)), 0) for name in group.classes)


def test_the_same_packs_with_only_the_small_numbers_hidden_give_many_away(packs: Packs) -> None:
    claims = attack(packs.naive)
    exact = [claim for claim in claims if claim.is_exact]
    hidden = sum(len(read_pack(pages).hidden) for pages in packs.naive)
    assert len(exact) > 20 and len(claims) > 0.3 * hidden, (len(exact), len(claims), hidden)
    for claim in exact:
        assert claim.low in [true_number(truth, claim.group) for truth in packs.naive_truth], told(
            claim
        )

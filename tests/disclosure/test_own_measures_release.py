"""Own measures through the gate: no hidden number can be worked out, and nothing is hidden in
the analyst's own database.

The attacker here is not ours: integer programs that know every printed number, that a year is
the sum of its months, that a whole is the sum of its parts and a rest, and that a month is
hidden when it is 1 to 4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from analyslib.catalogue import load_catalogue
from analyslib.disclosure.gate import audit_outgoing, read_outgoing
from analyslib.disclosure.own_measures import (
    Key,
    Series,
    decide,
    hide_budget,
    measure_series,
    release_own_measures,
    volume_series,
)
from analyslib.disclosure.released import HIDDEN
from analyslib.disclosure.rules import OPEN_PAGE
from analyslib.errors import DisclosureError
from analyslib.sources.demo_own_measures import SMALL_COUNTS, write_demo_own_measures
from analyslib.sources.origin import archived_files
from analyslib.sources.own_measures import load
from analyslib.store.connection import open_store, query
from analyslib.workbench import build_workspace
from analyslib.workspace import Workspace


MONTHS = [("month", pd.Timestamp(2024, month, 1)) for month in range(1, 13)]
YEAR = ("year", pd.Timestamp(2024, 1, 1))
WHOLE, GIRLS, BOYS = "x-alla", "x-flickor", "x-pojkar"


def series(name: str, counts: dict[Key, int], part_of: str = "", **more: Any) -> Series:
    return Series(name, "2480", dict(counts), more.get("of", {}), part_of, set())


def monthly(values: Any, year: bool = True) -> dict[Key, int]:
    counts = {key: int(value) for key, value in zip(MONTHS, values, strict=False)}
    return {**counts, YEAR: sum(counts.values())} if year else counts


@dataclass
class Attack:
    """Girls, boys and the rest in each month: what can each of them be at least and at most?"""

    printed: dict[str, dict[Key, int | None]]

    def range_of(self, name: str, key: Key) -> tuple[int, int]:
        rows, low, high = [], [], []
        for series_name, shown in self.printed.items():
            for at, value in shown.items():
                if value is not None:
                    rows.append(self._row(series_name, at))
                    low.append(value)
                    high.append(value)
        bounds = [self._bounds(name, key) for name in (GIRLS, BOYS, "rest") for key in MONTHS]
        found = []
        for sign in (1, -1):
            solved = milp(
                sign * self._row(name, key),
                constraints=LinearConstraint(np.array(rows), low, high) if rows else None,
                integrality=np.ones(36),
                bounds=Bounds([b[0] for b in bounds], [b[1] for b in bounds]),
            )
            assert solved.success
            found.append(round(sign * solved.fun))
        return found[0], found[1]

    def _row(self, name: str, key: Key) -> np.ndarray:
        row = np.zeros((3, 12))
        parts = {GIRLS: [0], BOYS: [1], "rest": [2], WHOLE: [0, 1, 2]}[name]
        row[np.ix_(parts, range(12) if key == YEAR else [MONTHS.index(key)])] = 1
        return row.ravel()

    def _bounds(self, name: str, key: Key) -> tuple[int, int]:
        """A part whose month is hidden is 1 to 4; of the rest nothing is known."""
        shown = self.printed.get(name, {}).get(key, 0)
        return (1, 4) if name in self.printed and shown is None else (0, 10_000)


def printed_of(every: list[Series]) -> dict[str, dict[Key, int | None]]:
    return {
        item.name: {key: None if key in item.hidden else n for key, n in item.counts.items()}
        for item in every
    }


def family(rng: np.random.Generator, rest: bool) -> list[Series]:
    girls, boys = rng.poisson(rng.uniform(2, 14), 12), rng.poisson(rng.uniform(2, 14), 12)
    others = rng.poisson(rng.uniform(0, 8), 12) if rest else np.zeros(12, dtype=int)
    return [
        series(WHOLE, monthly(girls + boys + others)),
        series(GIRLS, monthly(girls), WHOLE),
        series(BOYS, monthly(boys), WHOLE),
    ]


@pytest.mark.parametrize("rest", [False, True])
def test_an_attacker_learns_nothing_of_a_small_month(rest: bool, prove: bool) -> None:
    tried = 0
    for seed in range(200 if prove else 12):
        every = family(np.random.default_rng(seed), rest)
        list(decide(every))
        attack = Attack(printed_of(every))
        for item in every[1:]:
            for key in MONTHS:
                if 0 < item.counts[key] < 5:
                    assert key in item.hidden
                    assert attack.range_of(item.name, key) == (1, 4), (seed, item.name, key)
                    tried += 1
        if rest:
            whole, girls, boys = (item.counts for item in every)
            for key in MONTHS:
                left = whole[key] - girls[key] - boys[key]
                if 0 < left < 5:
                    low, high = attack.range_of("rest", key)
                    assert low <= 1 and high >= 4, (seed, key)
    assert tried > 50


def test_the_attacker_would_find_it_if_the_year_were_printed() -> None:
    """The test above can fail: with the sums shown the same attacker reads the number."""
    girls = [7, 8, 3, *[9] * 9]
    every = [series(WHOLE, monthly(girls)), series(GIRLS, monthly(girls), WHOLE)]
    shown = printed_of(every)
    shown[GIRLS][MONTHS[2]] = None
    assert Attack(shown).range_of(GIRLS, MONTHS[2]) == (3, 3)


def test_a_year_is_shown_where_all_its_months_are() -> None:
    calm, small = series("a", monthly([9] * 12)), series("b", monthly([9] * 11 + [2]))
    list(decide([calm, small]))
    assert calm.hidden == set()
    assert small.hidden == {MONTHS[11], YEAR}


def test_the_same_sum_is_hidden_where_another_measure_has_it() -> None:
    months = series("månader", monthly([9] * 11 + [2], year=False))
    year = series("år", {YEAR: 101})
    other = series("annat", {YEAR: 140})
    list(decide([months, year, other]))
    assert (months.hidden, year.hidden, other.hidden) == ({MONTHS[11]}, {YEAR}, set())


def test_a_part_may_have_a_year_that_the_whole_lacks() -> None:
    """The whole has its months alone; the part's year is shown as what it is."""
    every = [series(WHOLE, monthly([20] * 12, year=False)), series(GIRLS, monthly([9] * 12), WHOLE)]
    list(decide(every))
    assert [item.hidden for item in every] == [set(), set()]


def test_a_year_that_leaves_few_for_the_months_that_are_missing_is_hidden() -> None:
    counts = dict.fromkeys(MONTHS[:10], 10)
    item = series("a", {**counts, YEAR: 103})
    list(decide([item]))
    assert item.hidden == {YEAR}
    loose = series("b", {**counts, YEAR: 120})
    list(decide([loose]))
    assert loose.hidden == set()


def test_a_sum_that_nobody_told_of_is_found() -> None:
    one, other = [8, 9, 3, 7, 8, 9, 6, 7], [11, 9, 8, 12, 10, 9, 8, 13]
    whole = [a + b for a, b in zip(one, other, strict=True)]
    every = [series(name, monthly(values, year=False)) for name, values in
             (("alla", whole), ("ena", one), ("andra", other))]  # fmt: skip
    list(decide(every))
    assert [item.hidden for item in every] == [{MONTHS[2]}, {MONTHS[2]}, set()]


@pytest.mark.parametrize("parts", [3, 4, 5])
def test_a_sum_of_several_that_nobody_told_of_is_found(parts: int) -> None:
    """Among other series, and with a month that one of the parts lacks."""
    rng = np.random.default_rng(parts)
    counts = rng.integers(10, 40, (parts, 12))
    counts[1, 4] = 3
    of_parts = [series(f"x-del-{n}", monthly(row, year=False)) for n, row in enumerate(counts)]
    del of_parts[0].counts[MONTHS[7]]
    whole = series(WHOLE, monthly(counts.sum(axis=0), year=False))
    noise = [
        series(f"x-annat-{n}", monthly(rng.integers(5, 30, 12), year=False)) for n in range(12)
    ]
    every = [*noise[:6], whole, *of_parts, *noise[6:]]
    list(decide(every))
    assert of_parts[1].hidden == {MONTHS[4]}
    assert whole.hidden == {MONTHS[4]}, "the rest of that month is the few that are hidden"
    assert not any(item.hidden for item in noise)


def test_the_search_for_sums_ends_where_there_are_many_series() -> None:
    """Series that are all alike fit into each other in every way there is."""
    rng = np.random.default_rng(8)
    every = [series(f"x-{n}", monthly(rng.integers(5, 9, 12), year=False)) for n in range(40)]
    whole = series(WHOLE, monthly([400] * 12, year=False))
    list(decide([*every, whole]))
    assert not whole.hidden


def test_parts_with_persons_in_common_are_held_against_the_whole_one_at_a_time() -> None:
    every = [
        series(WHOLE, monthly([12, 20], year=False)),
        series(GIRLS, monthly([10, 12], year=False), WHOLE),
        series("x-unga", monthly([7, 13], year=False), WHOLE),
    ]
    list(decide(every))
    assert [item.hidden for item in every] == [{MONTHS[0]}, set(), set()]


def test_whatever_is_delivered_nothing_raises_and_no_small_number_is_shown(prove: bool) -> None:
    """Parts that overlap, months and years that are missing or do not add up, shares of all."""
    for seed in range(150 if prove else 15):
        rng = np.random.default_rng(seed)
        every = []
        for name, part_of in ((WHOLE, ""), (GIRLS, WHOLE), (BOYS, WHOLE), ("andel", "")):
            counts = monthly(rng.poisson(rng.uniform(0, 9), 12))
            counts[YEAR] += int(rng.integers(0, 2) * rng.integers(-3, 9))
            kept = {k: max(n, 0) for k, n in counts.items() if rng.random() < 0.9}
            of = {k: n + int(rng.poisson(8)) for k, n in kept.items()} if name == "andel" else {}
            every.append(series(name, kept, part_of, of=of))
        list(decide(every))
        for item in every:
            shown = item.counts.keys() - item.hidden
            assert not any(0 < item.counts[key] < 5 for key in shown), seed
            assert not any(0 < item.of[key] - item.counts[key] < 5 for key in shown if item.of)


def shares(values: list[float], n: list[int], kind: str = "andel") -> Series:
    measures = pd.DataFrame(
        [{"measure": "x", "municipality": "2480", "persons": True, "kind": kind, "part_of": ""}]
    )
    rows = pd.DataFrame(
        {"measure": "x", "grain": "month", "period": [key[1] for key in MONTHS[: len(n)]],
         "value": values, "n": n, "status": ""}
    )  # fmt: skip
    (found,) = measure_series(measures, rows, OPEN_PAGE)
    list(decide([found]))
    return found


@pytest.mark.parametrize(
    ("percent", "n", "is_hidden"),
    [
        (50.0, 4, True),  # few persons
        (10.0, 40, True),  # few of them
        (95.0, 40, True),  # all but few
        (0.0, 12, True),  # none of a small group
        (100.0, 19, True),
        (0.0, 40, False),
        (100.0, 40, False),
        (50.0, 40, False),
    ],
)
def test_a_share_is_hidden_for_what_it_says_of_few(percent: float, n: int, is_hidden: bool) -> None:
    assert (MONTHS[0] in shares([percent], [n]).hidden) is is_hidden


def test_few_persons_are_hidden_also_where_the_share_is_missing() -> None:
    found = shares([50.0, np.nan, np.nan], [40, 3, 30])
    assert found.hidden == {MONTHS[1]}


@pytest.mark.parametrize(("n", "is_hidden"), [(9, True), (10, False)])
def test_a_mean_takes_ten_persons(n: int, is_hidden: bool) -> None:
    assert (MONTHS[0] in shares([31.5], [n], "medel").hidden) is is_hidden


def placements(volumes: list[float | None], price: float = 95_000.0) -> pd.DataFrame:
    """An account by month, each person as dear, and the year's sum without a volume."""
    persons = [count or 0 for count in volumes]
    rows = [
        ("month", pd.Timestamp(2024, month, 1), count * price, volume)
        for month, (count, volume) in enumerate(zip(persons, volumes, strict=True), start=1)
    ]
    rows.append(("year", pd.Timestamp(2024, 1, 1), sum(persons) * price, None))
    frame = pd.DataFrame(rows, columns=["grain", "period", "outcome", "volume"])
    return frame.assign(
        municipality="2403", project="", area="", account="Placeringar", budget=500_000.0,
        forecast=np.nan, volume_budget=8.0, volume_persons=True, status="",
    )  # fmt: skip


def published_budget(budget: pd.DataFrame) -> pd.DataFrame:
    every = list(volume_series(budget, OPEN_PAGE))
    list(decide(every))
    return hide_budget(budget, every)


def test_the_money_of_a_year_gives_no_hidden_month_away() -> None:
    budget = placements([8.0, 8, 8, 8, 3, *[8] * 7])
    for area in ("", "barn_och_unga"):
        budget.loc[12, "area"] = area
        shown = published_budget(budget)
        assert list(shown.index[shown["status"] == HIDDEN]) == [4, 12]
        assert shown.loc[[4, 12], ["outcome", "volume", "forecast"]].isna().all().all()
    whole = published_budget(placements([8.0] * 12))
    assert whole["status"].eq("").all() and whole["outcome"].notna().all()


def test_the_money_of_a_month_without_volume_gives_no_few_away() -> None:
    budget = placements([8.0] * 12)
    budget.loc[[2, 5], "volume"], budget.loc[2, "outcome"] = np.nan, 3 * 95_000.0
    shown = published_budget(budget)
    assert list(shown.index[shown["status"] == HIDDEN]) == [2, 12]


def test_what_a_month_shows_does_not_change_with_the_next_delivery() -> None:
    """Two packs that were decided apart: no month is shown in one and hidden in the other."""
    rng = np.random.default_rng(3)
    values = rng.poisson(6, 12)
    for known in range(2, 12):
        early, late = series("a", monthly(values[:known], False)), series("a", monthly(values))
        list(decide([early]))
        list(decide([late]))
        assert early.hidden == {key for key in late.hidden if key in early.counts}


# --- all the way


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("own"), demo=True)
    write_demo_own_measures(workspace)
    build_workspace(workspace)
    return workspace


WHOLE_STORE = {"municipality": None, "project": None}


def test_the_published_database_has_what_may_be_shown(built: Workspace) -> None:
    with open_store(built.publish_db) as shown, open_store(built.analys_db) as everything:
        names = ("own_projects", "own_measures", "own_events", "own_deliveries")
        for name in names:
            pd.testing.assert_frame_equal(
                query(shown, name, **WHOLE_STORE), query(everything, name, **WHOLE_STORE)
            )
        one, other = (query(store, "own_values", **WHOLE_STORE) for store in (shown, everything))
        keys = ["measure", "grain", "period"]
        both = one.merge(other, on=keys, suffixes=("", "_true"), validate="1:1")
        assert len(both) == len(one) == len(other)
        hidden = both["status"] == "Privacy"
        assert both.loc[hidden, ["value", "n"]].isna().all(axis=None)
        assert both.loc[~hidden, "value"].equals(both.loc[~hidden, "value_true"])
        assert set(SMALL_COUNTS) <= set(both.loc[hidden, "measure"])
        assert both["value_true"].notna().all()


def test_no_small_number_of_persons_is_in_the_published_database(built: Workspace) -> None:
    with open_store(built.publish_db) as store:
        values = query(store, "own_values", **WHOLE_STORE)
        measures = query(store, "own_measures", **WHOLE_STORE).set_index("measure")
        budget = query(store, "own_budget", **WHOLE_STORE)
    about = measures.loc[values["measure"]].reset_index(drop=True)
    counts = values.loc[(about["persons"] & about["kind"].eq("antal")).to_numpy(), "value"]
    assert not counts.between(1, 4).any()
    persons = budget[budget["volume_persons"]]
    assert not persons["volume"].between(1, 4).any()
    gone = persons[persons["status"] == "Privacy"]
    assert len(gone) and gone[["volume", "outcome", "forecast"]].isna().all(axis=None)
    assert gone["budget"].notna().all()


def test_year_totals_of_hidden_months_are_printed_nowhere(built: Workspace) -> None:
    with open_store(built.publish_db) as store, open_store(built.analys_db) as everything:
        values = query(store, "own_values", **WHOLE_STORE)
        true = query(everything, "own_values", **WHOLE_STORE)
        tables = [name for (name,) in store.connection.execute("SHOW TABLES").fetchall()]
        years = values[(values["grain"] == "year") & (values["status"] == "Privacy")]
        totals = years.drop(columns="value").merge(true, on=["measure", "grain", "period"])
        assert len(totals) >= 4
        for row in totals.itertuples():
            own = values[values["measure"].str.startswith("0461")]
            same = (own["value"] == row.value) & (own["period"] == row.period)
            assert not (same & (own["grain"] == "year")).any()
        assert "own_rejected" not in tables


def test_the_audit_of_a_pack_sees_own_measures_and_passes(built: Workspace) -> None:
    outgoing = read_outgoing(built.publish_db, ["04", "24"])
    names = {ledger.universe for ledger in outgoing.ledgers}
    assert "matt-04-0461-orosanmalningar 2026-03-02" in names and len(names) >= 8
    hidden = [row for ledger in outgoing.ledgers for row in ledger.rows if row[1] is None]
    assert len(hidden) >= 20
    assert "Inget dolt tal går att räkna ut" in audit_outgoing(outgoing.ledgers, ())


def test_the_audit_stops_a_total_that_gives_a_month_away(built: Workspace) -> None:
    """The same ledger with a total of two months printed, of which one is hidden."""
    (ledger,) = (
        ledger
        for ledger in read_outgoing(built.publish_db, ["04"]).ledgers
        if ledger.universe.startswith("matt-04-0461-orosanmalningar ")
    )
    with open_store(built.publish_db) as store, open_store(built.analys_db) as everything:
        shown = query(store, "own_values", **WHOLE_STORE).set_index(["measure", "grain", "period"])
        true = query(everything, "own_values", **WHOLE_STORE).set_index(shown.index.names)
    girls = shown.loc["0461-orosanmalningar-flickor", "month"]["status"]
    two = [girls[girls == status].index[0] for status in ("", "Privacy")]
    counts = true.loc["0461-orosanmalningar-flickor", "month"]["value"]
    total, months = sum(counts[two]), tuple(f"{day:%Y-%m}" for day in two)
    sets = (*ledger.sets, ("0461-orosanmalningar-flickor",), months)
    cell = (len(ledger.sets), len(ledger.sets) + 1)
    assert ledger.dimensions in (("class", "period"), ("period", "class"))
    cell = cell if ledger.dimensions[0] == "class" else cell[::-1]
    leaky = replace(ledger, sets=sets, rows=(*ledger.rows, (cell, int(total), False, "båda")))
    with pytest.raises(DisclosureError, match="Paketet stoppades"):
        audit_outgoing([leaky], ())


def test_measures_follow_their_municipality(built: Workspace) -> None:
    with open_store(built.publish_db) as store:
        own = query(store, "own_values", municipality="2480", project="2480-stod-i-tid")
        assert set(own["measure"]) == {"2480-vantetid", "2480-nojda", "2480-nya-barn"}
        assert query(store, "own_values", municipality="2480", project="").empty
        assert len(query(store, "own_budget", municipality="2480", project="")) == 24
        order = query(store, "own_measures", municipality="2480", project=None)
    assert list(order["measure"]) == ["2480-vantetid", "2480-nojda", "2480-nya-barn"]


def test_without_own_measures_the_tables_are_there_and_empty(tmp_path: Any) -> None:
    connection = duckdb.connect(":memory:")
    load(connection, archived_files(Workspace(tmp_path)))
    tables = release_own_measures(connection)
    assert {name for name, frame in tables.items() if len(frame)} == set()
    assert {"own_project", "own_measure", "own_value", "own_event", "own_budget"} <= set(tables)
    assert load_catalogue().municipalities["2480"].name == "Umeå"

"""The attackers' intervals, against brute force, published cases and other tools' results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sdc_cases import brute_force, small_case, synthetic_ledger, system_of

from analyslib.disclosure.attack import intervals
from analyslib.disclosure.ledger import Ledger
from analyslib.disclosure.rules import Profile
from analyslib.disclosure.system import CAREFUL_READER, READER, Attacker, System
from analyslib.disclosure.worlds import WorldFinder


ATTACKERS = {
    "x>=0, published zeros fixed": READER,
    "support known: nonzero atoms >=1": CAREFUL_READER,
}
CASES = [
    "linked_hierarchies_136",
    "linked_hierarchies_133",
    "three_singletons_135",
    "ones_194_ex3",
    "gauss_example1_2014",
    "kommun_verk_kon",
    "network_minus_members",
    "rolling_four_quarters",
]


def without_zeros(case: dict) -> tuple[System, list[str]]:
    """The atoms that printed zeros settle are left out, as the ledger does."""
    alive = [i for i, x in enumerate(case["x"]) if x > 0]
    number = {old: new for new, old in enumerate(alive)}
    cells = {
        name: [number[a] for a in atoms if a in number] for name, atoms in case["cells"].items()
    }
    cells = {name: atoms for name, atoms in cells.items() if atoms}
    return system_of(list(cells.values()), [case["x"][i] for i in alive]), list(cells)


@pytest.mark.shared
@pytest.mark.parametrize("name", CASES)
def test_intervals_of_small_cases(reference: Path, name: str) -> None:
    case = small_case(reference, name)
    system, names = without_zeros(case)
    hidden = np.isin(names, case["primary"])
    for attacker, expected in case["attackers"].items():
        found = {
            names[i.row]: [i.low, i.high] for i in intervals(system, hidden, ATTACKERS[attacker])
        }
        assert found == expected["primary_only_intervals"]


@pytest.mark.shared
def test_intervals_where_two_hidden_per_line_still_tell_one_exactly(reference: Path) -> None:
    case = small_case(reference, "sdctable_4x4_linear_combination")
    names = list(case["cells"])
    system = system_of(list(case["cells"].values()), case["x"])
    for key in ("intervals_given", "intervals_with_x|b_added"):
        hidden = np.isin(names, list(case[key]))
        found = {names[i.row]: [i.low, i.high] for i in intervals(system, hidden, READER)}
        assert found == case[key]


GOLD = {
    "z1_maxN3": ("z1", ("region", "hovedint"), "ant"),
    "z1_maxN4_pz0_range4": ("z1", ("region", "hovedint"), "ant"),
    "z1_maxN5": ("z1", ("region", "hovedint"), "ant"),
    "z1_maxN5_pz0": ("z1", ("region", "hovedint"), "ant"),
    "z2_maxN3": ("z2", ("region", "hovedint"), "ant"),
    "z2_maxN4_pz0": ("z2", ("region", "hovedint"), "ant"),
    "z2_maxN4_pz0_none": ("z2", ("region", "hovedint"), "ant"),
    "z2_maxN4_pz0_range4": ("z2", ("region", "hovedint"), "ant"),
    "mun_accidents_small3": ("mun_accidents", ("mun", "inj"), "freq"),
    "example1_linkedformula_maxN1_pz0": ("example1", ("age", "geo", "year"), "freq"),
    "example1_linkedformula_maxN2": ("example1", ("age", "geo", "year"), "freq"),
}
PARENTS = {"region": ("fylke", "kostragr"), "geo": ("eu",)}


@pytest.mark.shared
@pytest.mark.parametrize("name", list(GOLD))
def test_intervals_equal_those_of_gausssuppression(reference: Path, name: str) -> None:
    source, dimensions, count = GOLD[name]
    folder = reference / "sdc" / "ssb"
    atoms = pd.read_csv(folder / f"{source}.csv", dtype=str)
    gold = pd.read_csv(folder / "gold" / f"{name}.csv", dtype=dict.fromkeys(dimensions, str))
    cells = [_members(atoms, row, dimensions) for _, row in gold.iterrows()]
    system = system_of(cells, atoms[count].astype(int).tolist())
    assert system.values.tolist() == gold[count].tolist()
    compared = gold.index[gold["lo"].notna()]
    assert len(compared)
    found = intervals(system, gold["suppressed"].to_numpy(), READER, compared, integer=False)
    assert [[i.low, i.high] for i in found] == gold.loc[compared, ["lo", "up"]].astype(
        int
    ).to_numpy().tolist()


def _members(atoms: pd.DataFrame, row: pd.Series, dimensions: tuple[str, ...]) -> list[int]:
    mask = np.ones(len(atoms), dtype=bool)
    for dimension in dimensions:
        if row[dimension] != "Total":
            of_dimension = [dimension, *PARENTS.get(dimension, ())]
            columns = [c for c in of_dimension if c in atoms]
            mask &= (atoms[columns] == row[dimension]).any(axis=1).to_numpy()
    return np.flatnonzero(mask).tolist()


@st.composite
def small_hierarchies(draw: st.DrawFn) -> tuple[list[list[int]], list[int], list[bool]]:
    """Up to twelve atoms in a table with margins and a region above, some cells hidden."""
    rows, columns = draw(st.sampled_from([(2, 2), (2, 3), (1, 4), (3, 3), (2, 5), (3, 4), (2, 6)]))
    people = draw(st.lists(st.integers(0, rows * columns - 1), min_size=1, max_size=6))
    counts = np.bincount(people, minlength=rows * columns).tolist()
    at = np.arange(rows * columns).reshape(rows, columns)
    cells = [[int(a)] for a in at.ravel()] + [r.tolist() for r in at] + [c.tolist() for c in at.T]
    cells += [at[: max(1, rows - 1)].ravel().tolist(), at.ravel().tolist()]
    hidden = draw(st.lists(st.booleans(), min_size=len(cells), max_size=len(cells)))
    return cells, counts, [*hidden[:-1], False]


@pytest.mark.parametrize("attacker", [READER, CAREFUL_READER], ids=["reader", "careful"])
def test_intervals_equal_brute_force(attacker: Attacker, prove: bool) -> None:
    @settings(max_examples=300 if prove else 25, deadline=None, derandomize=True)
    @given(case=small_hierarchies())
    def holds(case: tuple[list[list[int]], list[int], list[bool]]) -> None:
        cells, counts, hidden = case
        system = system_of(cells, counts)
        found = intervals(system, np.array(hidden), attacker, range(len(cells)))
        assert [(i.low, i.high) for i in found] == brute_force(
            cells, counts, hidden, attacker.careful
        )

    holds()


KEYS = ["municipality", "service_area", "sex", "age_group"]
AGES = {"80p": "80+", "0_17": "0-17", "18_29": "18-29", "30_64": "30-64", "65_79": "65-79"}


def marked_cells(reference: Path, ledger: Ledger, name: str) -> np.ndarray:
    """Which printed cells another tool hides on the made-up pack."""
    frame = pd.read_csv(reference / "sdc" / "synth" / f"{name}.csv", dtype=str)
    frame = frame.rename(columns=dict(zip(["kommun", "verk", "kon", "alder"], KEYS, strict=True)))
    frame[KEYS] = frame[KEYS].apply(lambda column: column.str.strip()).replace("Total", "")
    frame["age_group"] = frame["age_group"].replace(AGES)
    tau = "status" in frame
    hidden = frame["status"].isin(["U", "M"]) if tau else frame["suppressed"] == "TRUE"
    listed = set(frame.loc[hidden, KEYS].itertuples(index=False, name=None))
    cells = ledger.cells[KEYS].fillna("").itertuples(index=False, name=None)
    return np.array([cell in listed for cell in cells])


def two_per_line(ledger: Ledger) -> np.ndarray:
    """The rule of the spreadsheet: never only one hidden cell in a row or column."""
    cells = ledger.cells.assign(
        **{key: ledger.cells[key].fillna("") for key in KEYS}, index=range(len(ledger.cells))
    )
    count = cells["count"].to_numpy()
    hidden = (count > 0) & (count < 5)
    lines = [
        line["index"].to_numpy()
        for key in KEYS
        for _, line in cells[count > 0].groupby([other for other in KEYS if other != key])
    ]
    while True:
        lonely = [line for line in lines if hidden[line].sum() == 1 and len(line) > 1]
        if not lonely:
            return hidden
        for line in lonely:
            if hidden[line].sum() == 1:
                shown = line[~hidden[line]]
                hidden[shown[np.argmin(count[shown])]] = True


def count_exact(ledger: Ledger, marked: np.ndarray, attacker: Attacker) -> int:
    """How many of the 354 small cells have only one possible value, by linear bounds."""
    row = ledger.cells["row"].to_numpy()
    hidden = np.zeros(ledger.system.n_rows, dtype=bool)
    hidden[row[marked & (row >= 0)]] = True
    hidden[row[~marked & (row >= 0)]] = False
    finder = WorldFinder(ledger.system, hidden, attacker)
    small = row[ledger.cells["count"].between(1, 4).to_numpy()]
    still = {
        at
        for at in set(small.tolist())
        if finder.extreme(at, True)[0] - finder.extreme(at, False)[0] < 1e-6
    }
    return sum(at in still for at in small)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "attacker", "exact"),
    [
        ("tau_OPT_15", CAREFUL_READER, 58),
        ("gauss_pz0none_15", CAREFUL_READER, 214),
        ("gauss_pz0_15", CAREFUL_READER, 0),
        ("tau_OPT_15", READER, 0),
    ],
)
def test_what_other_tools_leave_open_is_found(
    reference: Path, name: str, attacker: Attacker, exact: int
) -> None:
    ledger = synthetic_ledger(reference, "d15", Profile())
    assert count_exact(ledger, marked_cells(reference, ledger, name), attacker) == exact


@pytest.mark.shared
def test_two_hidden_per_line_is_not_enough(reference: Path) -> None:
    ledger = synthetic_ledger(reference, "d15", Profile())
    assert count_exact(ledger, two_per_line(ledger), CAREFUL_READER) > 50


@pytest.mark.shared
def test_hiding_only_the_small_numbers_opens_nearly_all(reference: Path) -> None:
    ledger = synthetic_ledger(reference, "d15", Profile())
    small = ledger.cells["count"].between(1, 4).to_numpy()
    assert count_exact(ledger, small, READER) == 326

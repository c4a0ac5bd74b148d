"""Nothing is said of all, or of none, of a small group in a sensitive matter: by rule, and tried by
counting through every way the people could be spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sdc_cases import every_world

from analyslib.disclosure.attack import intervals
from analyslib.disclosure.audit import audit_publications
from analyslib.disclosure.known_totals import publish_sums
from analyslib.disclosure.layout import Layout, cross
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.release import Release, release
from analyslib.disclosure.rules import OPEN_PAGE, Profile
from analyslib.disclosure.sensitive import telling_cells
from analyslib.disclosure.system import CAREFUL_READER, insider
from analyslib.disclosure.targets import Requirement


CLASSES = ("bättre", "samma", "sämre", "saknas")
LAYOUT = Layout(
    "utfall",
    ("municipality", "outcome"),
    shares="outcome",
    sensitive="outcome",
    unanswered=("saknas",),
)
Counts = dict[str, tuple[int, ...]]


def outcomes(counts: Counts) -> pd.DataFrame:
    rows = [(m, name, n) for m, of in counts.items() for name, n in zip(CLASSES, of, strict=True)]
    return pd.DataFrame(rows, columns=["municipality", "outcome", "count"])


def made_of(counts: Counts, layout: Layout = LAYOUT, profile: Profile = OPEN_PAGE) -> Release:
    """Released as a theme of the follow-up is: how many there are of each is known."""
    atoms = outcomes(counts)
    places: list[dict[str, tuple[str, ...]]] = [{"municipality": (m,)} for m in counts]
    return release(atoms, [layout], profile, [publish_sums(atoms, [{}, *places])])


def shown(made: Release) -> dict[str, int | None]:
    return {label: number for _, number, _, label in made.publication.rows}


# --- the rule


def test_none_of_a_small_group_is_hidden_among_several_other_classes() -> None:
    """None of the eleven got worse: that says it of each of them. None of the forty is told."""
    found = shown(made_of({"2403": (5, 6, 0, 0), "2480": (12, 20, 0, 8), "2481": (9, 8, 11, 7)}))
    assert found["2403 × sämre"] is None and found["2403 × saknas"] is None
    assert found["2480 × sämre"] == 0 and found["sämre"] == 11


def test_a_nought_of_the_county_is_told_of_a_large_group_and_not_of_a_small_one() -> None:
    large = made_of({"2403": (9, 0, 0, 0), "2480": (15, 14, 0, 11)})
    assert shown(large)["sämre"] == 0 and shown(large)["2403 × sämre"] == 0
    assert shown(large)["2403 × samma"] is None
    small = made_of({"2403": (5, 4, 0, 0), "2480": (3, 2, 0, 4)})
    assert shown(small)["sämre"] is None and shown(small)["2403 × sämre"] is None
    for made in (large, small):
        assert audit_publications([made.publication]).is_passed


def test_a_class_that_cannot_be_is_no_secret() -> None:
    counts = {"2403": (5, 6, 0, 0), "2480": (3, 4, 0, 0)}
    known = replace(LAYOUT, never=({"municipality": ("2403",), "outcome": ("sämre",)},))
    found = shown(made_of(counts, known))
    assert found["2403 × sämre"] == 0 and found["2480 × sämre"] is None
    wrong = replace(LAYOUT, never=({"outcome": ("samma",)},))
    assert shown(made_of(counts, wrong))["2480 × samma"] is None


def test_none_in_a_sum_of_classes_is_hidden_too() -> None:
    groups = {"outcome": {"inte bättre": ("samma", "sämre")}}
    made = made_of({"2403": (7, 0, 0, 5), "2480": (12, 20, 9, 8)}, replace(LAYOUT, groups=groups))
    assert shown(made)["2403 × inte bättre"] is None
    assert audit_publications([made.publication]).is_passed


def test_of_those_who_answered_neither_all_nor_none_is_told_where_they_are_few() -> None:
    """Thirty in all, and the nine who answered are all better."""
    found = shown(made_of({"2403": (9, 0, 0, 21), "2480": (12, 20, 9, 8)}))
    assert found["2403 × samma"] is None and found["2403 × sämre"] is None
    assert None in (found["2403 × bättre"], found["2403 × saknas"])
    nobody = shown(made_of({"2403": (0, 0, 0, 30), "2480": (12, 20, 9, 8)}))
    assert nobody["2403 × bättre"] == 0 and nobody["2403 × saknas"] == 30


@pytest.mark.parametrize("n", [*range(18, 30), *range(36, 44)])
def test_the_limit_does_not_tell_how_many_did_not_answer(n: int) -> None:
    """Were the limit twenty answers, a printed nought among 24 would tell that at most four are
    missing, and three such fours that are hidden could be told from their sum."""
    found = set()
    for lost in range(n):
        atoms = outcomes({"2403": (n - lost, 0, 0, lost)})
        crossing = cross(atoms, LAYOUT, LAYOUT.dimensions)
        sums = crossing.sums(atoms["count"].to_numpy())
        few = telling_cells(crossing, sums, LAYOUT, [LAYOUT], OPEN_PAGE).few
        found.add(tuple(few[crossing.labels["outcome"] != "saknas"]))
    assert len(found) == 1


def test_whether_a_hidden_number_may_be_a_nought_does_not_tell_whether_it_is() -> None:
    """The ledger says of each hidden number if it is surely more than nought: the same for all of a
    group, whatever they are."""
    rows = made_of({"2403": (5, 6, 0, 0), "2480": (2, 3, 4, 26)}).publication.rows
    hidden = {label: sure for _, number, sure, label in rows if number is None}
    small = {label: sure for label, sure in hidden.items() if label.startswith("2403")}
    large = {label: sure for label, sure in hidden.items() if label.startswith("2480")}
    assert len(small) > 2 and not any(small.values())
    assert large.pop("2480 × saknas") and len(large) > 2 and not any(large.values())
    many = made_of({"2403": (5, 6, 0, 0), "2480": (2, 30, 4, 26)}).publication.rows
    assert all(s for _, n, s, label in many if n is None and label.startswith("2480 ×"))


def test_another_table_does_not_tell_a_sensitive_nought() -> None:
    """The same classes in a table that nobody has said is sensitive, of more people."""
    atoms = outcomes({"2403": (5, 6, 0, 0), "2480": (15, 14, 0, 11)})
    beside = Layout("bredvid", ("outcome",))
    made = release(atoms, [replace(LAYOUT, where={"municipality": ("2403",)}), beside])
    hidden = [sure for cell, n, sure, _ in made.publication.rows if n is None]
    nought = [n for cell, n, _, label in made.publication.rows if label == "sämre"]
    assert nought == [None, None] and not any(hidden)
    assert audit_publications([made.publication]).is_passed


def test_a_nought_that_was_hidden_stays_so_when_more_people_are_told_of() -> None:
    """First nine persons alone; then with forty others, of whom none got worse either."""
    few, more = {"2403": (5, 4, 0, 0)}, {"2403": (5, 4, 0, 0), "2480": (15, 14, 0, 11)}
    alone = replace(LAYOUT, where={"municipality": ("2403",)})
    first = release(outcomes(more), [alone])
    assert shown(first)["sämre"] is None and shown(made_of(few))["sämre"] is None
    second = release(outcomes(more), [LAYOUT], earlier=[first.publication])
    assert shown(second)["sämre"] is None and shown(second)["2403 × sämre"] is None
    assert audit_publications([first.publication, second.publication]).is_passed
    some = {**more, "2480": (15, 12, 2, 11)}
    before = release(outcomes(some), [alone])
    other = release(outcomes(some), [LAYOUT], earlier=[before.publication])
    for made in (second, other):
        sure = {label: known for _, n, known, label in made.publication.rows if n is None}
        assert sure["sämre"] is False


def test_all_of_a_small_group_is_hidden_and_not_exact() -> None:
    """Also where nothing says how many there are."""
    made = release(outcomes({"2403": (9, 0, 0, 0), "2480": (12, 20, 7, 8)}), [LAYOUT])
    row = row_of(made, "2403", "bättre")
    assert made.plan.primary[row] and made.plan.hidden[row]
    assert Requirement(row, -1, CAREFUL_READER) in made.plan.proof.requirements


def test_all_of_a_small_group_is_told_where_it_is_told_of_all_of_a_large_one() -> None:
    found = shown(release(outcomes({"2403": (9, 0, 0, 0), "2480": (31, 0, 0, 0)}), [LAYOUT]))
    assert None not in found.values()
    assert found["2403"] == found["2403 × bättre"] == 9


def test_the_rule_holds_where_only_sums_of_classes_are_printed() -> None:
    groups = {"outcome": {"bra": ("bättre", "samma"), "inte bra": ("sämre", "saknas")}}
    coarse = replace(LAYOUT, groups=groups, only_groups=("outcome",))
    made = made_of({"2403": (5, 4, 0, 0), "2480": (12, 20, 7, 8)}, coarse)
    assert shown(made)["2403 × inte bra"] is None
    assert audit_publications([made.publication]).is_passed


def row_of(made: Release, place: str, name: str) -> int:
    cells = made.ledger.cells
    return int(
        cells.loc[(cells["municipality"] == place) & (cells["outcome"] == name), "row"].iloc[0]
    )


# --- every way the people could be spread


def possible(publication: Publication, counts: Counts) -> dict[str, set[int]]:
    """The values that each hidden number can have, for one who takes the ledger at its word. How
    many there are of each municipality is known. No code of the library."""
    sizes = [sum(of) for of in counts.values()]
    first, second = (every_world(n, len(CLASSES)) for n in sizes)
    pairs = np.indices((len(first), len(second))).reshape(2, -1)
    worlds = np.concatenate([first[pairs[0]], second[pairs[1]]], axis=1).astype(np.int16)
    names = [(m, name) for m in counts for name in CLASSES]
    sums = {}
    for cell, _, _, label in publication.rows:
        of = [set(publication.sets[number]) for number in cell]
        inside = [all(v in s for v, s in zip(name, of, strict=True)) for name in names]
        sums[label] = worlds[:, inside].sum(axis=1)
    fits = np.ones(len(worlds), dtype=bool)
    for _, number, sure, label in publication.rows:
        fits &= sums[label] == number if number is not None else sums[label] >= int(sure)
    assert fits.any()
    hidden = [label for _, number, _, label in publication.rows if number is None]
    return {label: set(sums[label][fits].tolist()) for label in hidden}


def truth_of(counts: Counts, label: str) -> int:
    place, _, name = label.partition(" × ")
    places = [place] if place in counts else [*counts]
    names = [n for n in CLASSES if n in (place, name)] or CLASSES
    return sum(counts[m][CLASSES.index(n)] for m in places for n in names)


def concluded(publication: Publication, counts: Counts) -> list[str]:
    """The hidden numbers of which too much can be concluded: a nought or a small number that cannot
    be any small number, and any number that can only be one."""
    told = []
    for label, values in possible(publication, counts).items():
        truth = truth_of(counts, label)
        assert truth in values
        small = truth < publication.threshold
        if len(values) == 1 or (small and not values.issuperset(range(1, publication.threshold))):
            told.append(label)
    return told


def drawn(seed: int) -> Counts:
    rng = np.random.default_rng(seed)
    return {
        "2403": tuple(rng.multinomial(rng.integers(6, 12), [0.55, 0.3, 0.05, 0.1]).tolist()),
        "2480": tuple(rng.multinomial(rng.integers(12, 23), [0.4, 0.3, 0.1, 0.2]).tolist()),
    }


def with_noughts(seeds: Sequence[int]) -> list[Counts]:
    return [counts for counts in map(drawn, seeds) if 0 in counts["2403"]]


def test_nobody_can_conclude_that_a_hidden_nought_is_nought(prove: bool) -> None:
    cases = with_noughts(range(200 if prove else 24))
    hidden = 0
    for counts in cases:
        publication = made_of(counts).publication
        hidden += sum(number is None for _, number, _, _ in publication.rows)
        assert concluded(publication, counts) == [], counts
        assert audit_publications([publication]).is_passed, counts
    assert len(cases) > 8 and hidden > 40


def test_the_same_noughts_are_concluded_where_nothing_else_is_hidden() -> None:
    """Or it would prove nothing that nobody can."""
    found = 0
    for counts in with_noughts(range(24)):
        publication = made_of(counts).publication
        rows = []
        for cell, number, sure, label in publication.rows:
            truth = truth_of(counts, label)
            rows.append((cell, None if number is None and not truth else truth, sure, label))
        found += len(concluded(replace(publication, rows=tuple(rows)), counts))
    assert found > 10


def test_a_member_with_its_own_figures_learns_no_nought_of_another() -> None:
    counts = {"2403": (5, 6, 0, 0), "2404": (4, 0, 5, 3), "2480": (12, 20, 7, 8)}
    made = made_of(counts, profile=Profile(insiders="full"))
    row = row_of(made, "2404", "samma")
    (found,) = intervals(made.ledger.system, made.plan.hidden, insider("2403"), [row])
    assert found.low == 0 and (found.high is None or found.high >= 4)
    wanted = made.plan.proof.requirements
    assert any(r.row == row and r.attacker == insider("2403") for r in wanted)
    stuck = [item.requirement for item in made.plan.impossible]
    assert not any(r.row == row and r.attacker == insider("2404") for r in (*wanted, *stuck))

"""A second pack of a later extract: nothing is told of the few who came or went between them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_follow_up import follow_up

from analyslib.analysis.follow_up import FollowUp
from analyslib.disclosure.attack import intervals
from analyslib.disclosure.audit import audit_publications
from analyslib.disclosure.editions import REST, edition_of, name_of, rests_of, told_before
from analyslib.disclosure.follow_up import release_counties
from analyslib.disclosure.gate import audit_outgoing
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.ledger import build_ledger
from analyslib.disclosure.publication import Publication, publication_from
from analyslib.disclosure.release import Release, release
from analyslib.disclosure.renewal import Renewal, draft_of, renew, renewed
from analyslib.disclosure.rules import Profile
from analyslib.disclosure.system import State, insider
from analyslib.disclosure.told_apart import told_apart
from analyslib.errors import DisclosureError


LAYOUT = Layout("mål", ("municipality", "class"), shares="class")


def goals(**changes: int) -> pd.DataFrame:
    """Three municipalities and three classes; `changes` are added to a cell of the second."""
    counts = {"2403": (3, 9, 14), "2418": (12, 7, 21), "2480": (40, 33, 52)}
    rows = [
        (place, name, n + (changes.get(name, 0) if place == "2418" else 0))
        for place, numbers in counts.items()
        for name, n in zip(("helt", "delvis", "inte"), numbers, strict=True)
    ]
    return pd.DataFrame(rows, columns=["municipality", "class", "count"])


def first() -> Publication:
    return replace(release(goals(), [LAYOUT], title="mål-24").publication, universe="mål-24")


def second(before: Publication, **changes: int) -> Release:
    made = release(goals(**changes), [LAYOUT], title="mål-24", editions=[before])
    return replace(made, publication=replace(made.publication, universe="mål-24/2"))


def shown(publication: Publication) -> dict[str, int | None]:
    return {row.label: row.shown for row in publication.published_rows()}


def test_the_same_numbers_are_told_the_same_way() -> None:
    assert shown(second(first()).publication) == shown(first())


def test_a_number_that_has_changed_by_a_few_is_hidden_and_cannot_be_worked_out() -> None:
    before, made = first(), second(first(), delvis=2)
    assert shown(before)["2418 × inte"] == 21 and shown(before)["2418"] == 40
    now = shown(made.publication)
    assert now["2418 × delvis"] is None and now["2418"] is None
    assert all(n is None or n != 42 for n in now.values())
    assert not made.plan.impossible
    report = audit_publications([before, made.publication])
    assert report.is_passed, report.text


def test_a_number_that_has_changed_by_many_is_shown() -> None:
    now = shown(second(first(), inte=30).publication)
    assert now["2418 × inte"] == 51
    assert shown(first())["2418 × inte"] == 21


def test_what_was_hidden_stays_hidden() -> None:
    """A cell that hid another must not be shown later, when something else hides it."""
    before = first()
    hidden = {name for name, n in shown(before).items() if n is None}
    assert hidden and "2403 × helt" in hidden
    now = shown(second(before, helt=20, inte=30).publication)
    assert all(now[name] is None for name in hidden)


def test_the_audit_sees_what_two_careless_packs_tell_between_them() -> None:
    before = first()
    careless = release(goals(delvis=2), [LAYOUT], title="mål-24").publication
    careless = replace(careless, universe="mål-24/2")
    assert audit_publications([careless]).is_passed
    report = audit_publications([before, careless])
    assert any(
        "några få personer från ett tidigare paket" in leak.sentence for leak in report.leaks
    )
    everything = release(goals(), [LAYOUT], Profile(threshold=3), title="mål-24").publication
    opened = replace(everything, universe="mål-24/2")
    leaks = audit_publications([before, opened]).leaks
    assert any("var dolt i ett tidigare paket" in leak.sentence for leak in leaks)


def test_those_who_are_not_in_a_class_may_not_change_by_a_few_either() -> None:
    """Five more in one class and six more in all: so one more of the others."""
    before = first()
    made = second(before, helt=-6, delvis=7, inte=5)
    naive = release(goals(helt=-6, delvis=7, inte=5), [LAYOUT], title="mål-24").publication
    told = rests_of(before)["2418 × inte" + REST, ()]
    assert told == 19 and rests_of(naive)["2418 × inte" + REST, ()] == 20
    careless = audit_publications([before, replace(naive, universe="mål-24/2")])
    assert any("2418 × inte (övriga)" in leak.label for leak in careless.leaks)
    now = rests_of(made.publication)
    assert now.get(("2418 × inte" + REST, ()), told) == told
    assert audit_publications([before, made.publication]).is_passed


@pytest.mark.parametrize("seed", range(4))
def test_steps_between_editions_can_be_any_few(seed: int) -> None:
    """Two random extracts after each other: no step of one to four in anything printed twice."""
    rng = np.random.default_rng(seed)
    atoms = goals().assign(count=rng.negative_binomial(2, 0.1, 9))
    later = atoms.assign(count=atoms["count"] + rng.poisson(1.5, 9))
    one = release(atoms, [LAYOUT], title="mål-24").publication
    one = replace(one, universe="mål-24")
    two = release(later, [LAYOUT], title="mål-24", editions=[one]).publication
    three = release(later, [LAYOUT], title="mål-24").publication
    told = told_before([one])
    steps = {
        abs(row.shown - n)
        for row in two.published_rows()
        if row.shown
        for n in told[name_of(row)].shown
    }
    assert not steps & {1, 2, 3, 4}
    assert audit_publications([one, replace(two, universe="mål-24/2")]).is_passed
    careless = audit_publications([one, replace(three, universe="mål-24/2")])
    assert not careless.is_passed


# --- the follow-up


@lru_cache(maxsize=1)
def published() -> list[Publication]:
    return release_counties(small())[1]


def small() -> FollowUp:
    """Two municipalities and two service areas, without what is measured."""
    return small_part(follow_up(), ("2480", "2462"))


def small_part(whole: FollowUp, places: Sequence[str]) -> FollowUp:
    areas = ("missbruk", "vald")

    def part(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["municipality"].isin(places) & frame["service_area"].isin(areas)]

    return replace(
        whole,
        cases=part(whole.cases),
        insatser=part(whole.insatser).head(0),
        pairs=part(whole.pairs).head(0),
        closings=part(whole.closings).head(0),
    )


def later() -> FollowUp:
    """Some cases more have been closed in one of them since."""
    found = small()
    still = found.cases.index[~found.cases["is_ended"] & (found.cases["municipality"] == "2462")]
    cases = found.cases.copy()
    cases.loc[still[:3], "is_ended"] = True
    cases.loc[still[:3], "time"] = "slut1"
    cases.loc[cases["municipality"] == "2462", "extract_id"] = "2462_2"
    return replace(found, cases=cases)


def test_the_same_extracts_are_decided_together_with_what_is_out() -> None:
    counts, again = release_counties(small(), earlier=published())
    before, _ = release_counties(small())
    assert {edition_of(p.universe) for p in again} == {1}
    assert all(p.previous for p in again)
    pd.testing.assert_frame_equal(counts, before)
    report = audit_publications([*published(), *again])
    assert report.is_passed, report.text


def test_a_later_extract_becomes_an_edition_that_tells_nothing_of_the_few() -> None:
    counts, again = release_counties(later(), earlier=published())
    assert {edition_of(p.universe) for p in again} == {2}
    # Few, since the other municipality's numbers are out: every sum would tell of the three.
    assert counts["count"].notna().sum() > 10, "there is something left to show"
    report = audit_publications([*published(), *again])
    assert report.is_passed, report.text
    careless = [
        replace(p, universe=f"{p.universe}/2", links=()) for p in release_counties(later())[1]
    ]
    assert not audit_publications([*published(), *careless]).is_passed


# --- whose extract is the same in two editions


def told(edition: int, marks: dict[str, str], numbers: dict[str, int | None]) -> Publication:
    """A ledger of municipalities ("A", "A+B+C" for their sum), and what each was counted from."""
    sets = tuple(tuple(name.split("+")) for name in numbers)
    rows = tuple(
        ((i,), shown, shown is None, name) for i, (name, shown) in enumerate(numbers.items())
    )
    universe = "mål-24" if edition == 1 else f"mål-24/{edition}"
    return Publication(
        "mål-24", 5, True, ("municipality",), sets, ("municipality",),
        tuple((place,) for place in marks), rows, universe=universe, extracts=tuple(marks.values()),
    )  # fmt: skip


def two_editions(**marks: str) -> list[Publication]:
    """A withdraws beside a hidden neighbour: the sum of those who are left gives B away to whoever
    knows that C has not changed. `marks`: those of the second edition, where they are others."""
    before = {"A": "1 mars a", "B": "1 mars b", "C": "1 mars c"}
    after = {"B": marks.get("B", before["B"]), "C": marks.get("C", before["C"])}
    return [
        told(1, before, {"A": None, "B": None, "C": 14, "A+B+C": 26}),
        told(2, after, {"B": None, "C": None, "B+C": 17}),
    ]


def test_the_audit_knows_that_an_extract_is_the_same_in_two_editions() -> None:
    both = two_editions()
    assert all(audit_publications([one]).is_passed for one in both)
    report = audit_publications(both)
    assert {leak.label for leak in report.leaks if leak.is_exact} == {"A", "B"}
    assert any("B+C − C = B" in leak.sentence for leak in report.leaks)
    assert audit_publications(two_editions(C="1 juni c")).is_passed
    assert audit_publications([replace(one, extracts=()) for one in both]).is_passed


def test_a_municipality_that_returns_to_an_old_extract_is_tied_over_the_one_between() -> None:
    one, three = two_editions()
    two = told(2, {"B": "1 mars b", "C": "1 april c"}, {"B": None, "C": None, "B+C": 30})
    three = replace(three, universe="mål-24/3")
    assert audit_publications([one, two]).is_passed
    assert {leak.label for leak in audit_publications([one, two, three]).leaks} == {*"ABC"}


def test_a_mark_that_the_numbers_gainsay_ties_nothing() -> None:
    """The same day and yet another number: so the extract is another one, whatever it is called."""
    one, two = two_editions()
    changed = told(2, {"B": "1 mars b", "C": "1 mars c"}, {"B": None, "C": 44, "B+C": None})
    assert {leak.label for leak in audit_publications([one, two]).leaks} == {"A", "B"}
    assert audit_publications([one, changed]).is_passed


def test_the_gate_lays_editions_together_that_have_an_extract_in_common() -> None:
    before, after = two_editions()
    with pytest.raises(DisclosureError, match="går att räkna ut"):
        audit_outgoing([after], [before])
    others = two_editions(B="1 juni b", C="1 juni c")
    assert "Granskning av 1 tabeller" in audit_outgoing(others[1:], others[:1])


def test_a_sum_of_those_who_have_not_changed_is_no_small_step() -> None:
    """A has withdrawn, and B and C are as they were: their sum is known from the first pack. That
    it differs by a few from the sum of all three, or that this was hidden, tells nothing more."""
    marks = {"A": "1 mars a", "B": "1 mars b", "C": "1 mars c"}
    rest = {"B": marks["B"], "C": marks["C"]}
    numbers: dict[str, int | None] = {"A": None, "B": 12, "C": 14}
    one = replace_label(told(1, marks, {**numbers, "A+B+C": None}), "A+B+C", "totalt")
    two = replace_label(told(2, rest, {"B": 12, "C": 14, "B+C": 26}), "B+C", "totalt")
    assert list(told_apart([one, two])) == []
    assert audit_publications([one, two]).is_passed
    changed = replace(two, extracts=("1 juni b", marks["C"]))
    assert [label for label, _ in told_apart([one, changed])] == ["mål-24: totalt"]
    without_marks = [replace(item, extracts=()) for item in (one, two)]
    assert [label for label, _ in told_apart(without_marks)] == ["mål-24: totalt"]


def replace_label(publication: Publication, old: str, new: str) -> Publication:
    rows = tuple((*row[:3], new if row[3] == old else row[3]) for row in publication.rows)
    return replace(publication, rows=rows)


def test_ledgers_from_before_there_were_marks_keep_their_sums() -> None:
    plain = replace(two_editions()[0], extracts=())
    fields = asdict(plain)
    del fields["extracts"]
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert plain.digest == hashlib.sha256(text.encode()).hexdigest()
    assert publication_from(json.loads(text)) == plain
    assert plain.digest != two_editions()[0].digest


# --- deliveries of every kind: a build never stops, and nothing is told


MEMBERS = ("2418", "2462", "2480")


def delivered(*places: str, renewed: str = "", version: int = 2, few: str = "") -> FollowUp:
    """What these municipalities have delivered. One of them may have a later extract, where some
    cases more are finished, or one with so few cases that every number of it is hidden."""
    whole = small_part(follow_up(), places)
    cases = whole.cases.copy()
    own = cases["municipality"] == (renewed or few)
    if renewed:
        still = cases.index[own & ~cases["is_ended"]]
        cases.loc[still[: 5 * version], ["is_ended", "time"]] = True, "slut1"
        cases.loc[own, "extract_id"] = f"{renewed}_{version}"
    if few:
        cases = cases[~own | cases.index.isin(cases.index[own & cases["is_ended"]][:3])].copy()
        cases.loc[cases["municipality"] == few, "extract_id"] = f"{few}_0"
    return replace(whole, cases=cases)


WITHOUT = ("2418", "2480")
CHAINS: dict[str, list[tuple[tuple[str, ...], dict[str, Any]]]] = {
    "withdrawn": [(MEMBERS, {}), (WITHOUT, {})],
    "new": [(WITHOUT, {}), (MEMBERS, {})],
    "new beside a renewed one": [(WITHOUT, {}), (MEMBERS, {"renewed": "2480"})],
    "returns": [(MEMBERS, {}), (WITHOUT, {}), (MEMBERS, {})],
    "only hidden numbers, withdrawn": [(MEMBERS, {"few": "2462"}), (WITHOUT, {})],
    "only hidden numbers, grown": [(MEMBERS, {"few": "2462"}), (MEMBERS, {})],
    "nothing changed": [(MEMBERS, {}), (MEMBERS, {})],
    "two revisions": [
        (MEMBERS, {}),
        *((MEMBERS, {"renewed": "2462", "version": n}) for n in (2, 4)),
    ],
    "all changed": [(MEMBERS, {}), (MEMBERS, {"version": 3})],
}


@lru_cache
def first_of(places: tuple[str, ...], **how: Any) -> tuple[pd.DataFrame, list[Publication]]:
    return release_counties(delivered(*places, **how))


@pytest.mark.parametrize("kind", CHAINS)
def test_no_delivery_stops_the_build_or_tells_anything(kind: str) -> None:
    out: list[Publication] = []
    editions: list[int] = []
    for places, how in CHAINS[kind]:
        follow = delivered(*places, **how)
        if kind == "all changed" and out:
            cases = follow.cases[follow.cases.index % 5 > 0]
            follow = replace(follow, cases=cases.assign(extract_id="ny"))
        counts, made = release_counties(follow, earlier=out) if out else first_of(places, **how)
        assert counts["count"].notna().any(), "there is something left to show"
        editions.append(max(edition_of(p.universe) for p in made))
        out = [*out, *made]
    # Where every number that was shown still is the same, it is no new edition.
    same = {"nothing changed": [1, 1], "new": [1, 1]}
    same |= {"returns": [1, 2, 2], "two revisions": [1, 2, 2]}
    assert editions == same.get(kind, list(range(1, len(editions) + 1)))
    report = audit_publications(out)
    assert report.is_passed, report.text


# --- a municipality that knows its own numbers in both editions


FOUR = {"2403": (3, 31), "2418": (12, 15), "2462": (13, 10), "2480": (3, 1)}
MEMBERS_GUARDED = Profile(insiders="exact")


def of_four(places: Sequence[str]) -> tuple[pd.DataFrame, Publication]:
    """The municipalities' numbers, and what an edition of them will count."""
    rows = [(p, c, n) for p in places for c, n in zip(("helt", "inte"), FOUR[p], strict=True)]
    atoms = pd.DataFrame(rows, columns=["municipality", "class", "count"])
    edition = "mål-24" if len(places) == len(FOUR) else "mål-24/2"
    return atoms, replace(draft_of("mål-24", edition, atoms), extracts=tuple(places))


def learnt(renewal: Renewal, layouts: Sequence[Layout], made: Release) -> int:
    """How many of the others' small numbers the members can work out with both editions."""
    before = [row for publication in renewal.editions for row in publication.published_rows()]
    system = build_ledger(renewal.atoms, layouts, MEMBERS_GUARDED, before).system
    alike = dict(zip(made.ledger.system.labels, made.plan.hidden, strict=True))
    hidden = np.array([bool(alike.get(label, True)) for label in system.labels])
    found = 0
    for place in FOUR:
        others = system.matrix @ np.where(system.owner == place, 0, system.counts)
        rows = np.flatnonzero((others > 0) & (others < 5) & (system.state != State.PUBLIC))
        found += sum(i.is_exact for i in intervals(system, hidden, insider(place), rows))
    return found


def test_no_member_works_out_anothers_number_from_two_editions() -> None:
    """One has withdrawn. What was shown of those who are left is known, shown again or not."""
    layout = Layout("mål", ("municipality", "class"))
    atoms, draft = of_four(tuple(FOUR))
    first = release(atoms, [layout], MEMBERS_GUARDED, title="mål-24").publication
    first = replace(first, universe=draft.universe, extracts=draft.extracts)
    atoms, draft = of_four(("2403", "2418", "2480"))
    renewal = renew(atoms, draft, [first])
    assert renewal is not None
    layouts = renewal.layouts([layout])
    alone = release(atoms, [layout], MEMBERS_GUARDED, title="mål-24", editions=[first])
    joint = release(renewal.atoms, layouts, MEMBERS_GUARDED, renewal.editions, "mål-24", [first])
    assert learnt(renewal, layouts, alone) > 0
    assert learnt(renewal, layouts, joint) == 0
    assert "extract" not in renewed(joint).publication.dimensions

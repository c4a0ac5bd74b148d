"""A second pack of a later extract: nothing is told of the few who came or went between them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from made_follow_up import follow_up

from analyslib.analysis.follow_up import FollowUp
from analyslib.disclosure.audit import audit_publications
from analyslib.disclosure.editions import edition_of, name_of, told_before
from analyslib.disclosure.follow_up import release_counties
from analyslib.disclosure.gate import audit_outgoing
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.publication import Publication, publication_from
from analyslib.disclosure.release import Release, release
from analyslib.disclosure.rules import Profile
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


def small(last: str = "") -> FollowUp:
    """Two municipalities and two service areas, without what is measured."""
    whole = follow_up()
    places, areas = ("2480", "2462"), ("missbruk", "vald")

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


def test_ledgers_from_before_there_were_marks_keep_their_sums() -> None:
    plain = replace(two_editions()[0], extracts=())
    fields = asdict(plain)
    del fields["extracts"]
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert plain.digest == hashlib.sha256(text.encode()).hexdigest()
    assert publication_from(json.loads(text)) == plain
    assert plain.digest != two_editions()[0].digest

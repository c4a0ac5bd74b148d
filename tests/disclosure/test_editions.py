"""A second pack of a later extract: nothing is told of the few who came or went between them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from made_follow_up import follow_up

from analyslib.analysis.follow_up import FollowUp
from analyslib.disclosure.audit import audit_publications
from analyslib.disclosure.editions import edition_of, name_of, told_before
from analyslib.disclosure.follow_up import release_counties
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.release import Release, release
from analyslib.disclosure.rules import Profile


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

"""What earlier packs, other layouts, other networks and the members themselves give away."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sdc_cases import small_case, system_of

from analyslib.disclosure.attack import intervals
from analyslib.disclosure.audit import audit_publications
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.protect import protect
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.release import Release, release
from analyslib.disclosure.rules import Profile
from analyslib.disclosure.system import CAREFUL_READER, insider
from analyslib.errors import DisclosureError


QUARTERS = tuple(f"{year}K{quarter}" for year in (2023, 2024) for quarter in (1, 2, 3, 4))
YEARS = {"K" + str(i): QUARTERS[i : i + 4] for i in range(5)}


def quarters(seed: int = 3, counts: list[int] | None = None) -> pd.DataFrame:
    """One municipality, eight quarters, two service areas."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        [("2418", q, a) for q in QUARTERS for a in ("EKB", "MBR")],
        columns=["municipality", "period", "service_area"],
    )
    return frame.assign(count=rng.poisson(6, len(frame)) if counts is None else counts)


def members(municipalities: tuple[str, ...], seed: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        [(m, "2024", a, s) for m in municipalities for a in ("EKB", "MBR", "BOU") for s in "KM"],
        columns=["municipality", "period", "service_area", "sex"],
    )
    return frame.assign(count=rng.negative_binomial(1, 1 / 9, len(frame)))


def network(name: str, places: tuple[str, ...]) -> Layout:
    return Layout(name, ("municipality", "service_area", "sex"), {"municipality": places})


def hidden_rows(publication: Publication) -> int:
    return sum(shown is None for _, shown, _, _ in publication.rows)


def naive(made: Release, atoms: pd.DataFrame) -> Publication:
    """Only the small numbers hidden, as if nobody could subtract."""
    from dataclasses import replace

    rows = []
    for (cell, _, _, label), published in zip(
        made.publication.rows, made.publication.published_rows(), strict=True
    ):
        inside = np.all([atoms[d].isin(values) for d, values in published.cell], axis=0)
        count = int(atoms.loc[inside, "count"].sum())
        rows.append((cell, None if 0 < count < 5 else count, 0 < count < 5, label))
    return replace(made.publication, rows=tuple(rows))


@pytest.mark.shared
def test_rolling_four_quarters_as_published_by_others(reference: Path) -> None:
    case = small_case(reference, "rolling_four_quarters")
    system = system_of(list(case["cells"].values()), case["x"])
    plan = protect(system, Profile())
    names = np.array(list(case["cells"]))
    assert set(names[plan.primary]) == {"Q3"}
    assert set(names[plan.secondary]) == {"Q4"}


def test_rolling_sums_are_protected_jointly() -> None:
    atoms = quarters()
    layout = Layout("kvartal", ("period", "service_area"), groups={"period": YEARS})
    made = release(atoms, [layout])
    assert audit_publications([naive(made, atoms)]).leaks
    assert audit_publications([made.publication]).is_passed
    assert not made.plan.impossible


def test_rolling_sums_after_the_quarters_are_out_are_protected() -> None:
    """First the quarters, then a pack with rolling years that overlaps them."""
    atoms = quarters()
    first = release(atoms, [Layout("kvartal", ("period", "service_area"), margins=False)])
    rolling = Layout(
        "rullande",
        ("period", "service_area"),
        groups={"period": YEARS},
        only_groups=("period",),
        margins=False,
    )
    second = release(atoms, [rolling], earlier=[first.publication])
    assert hidden_rows(second.publication)
    assert not audit_publications([first.publication, naive(second, atoms)]).is_passed
    assert audit_publications([first.publication, second.publication]).is_passed


def test_a_revised_extract_is_refused_without_telling_the_numbers() -> None:
    atoms = members(("2418", "2480"))
    places = [network("paket", ("2418", "2480"))]
    first = release(atoms, places)
    large = int(np.argmax(atoms["count"].to_numpy()))
    revised = atoms.assign(count=atoms["count"] + (np.arange(len(atoms)) == large))
    with pytest.raises(DisclosureError, match="redan publicerade tal har ändrats") as refused:
        release(revised, places, earlier=[first.publication])
    assert str(int(atoms["count"].max())) not in str(refused.value)
    release(atoms, places, earlier=[first.publication])


def test_a_late_delivery_is_no_revision() -> None:
    """A member that had not delivered last time adds nothing to the old totals."""
    early, late = members(("2418", "2480")), members(("2418", "2480", "2403"))
    late = pd.concat([early, late[late["municipality"] == "2403"]], ignore_index=True)
    first = release(early, [network("paket", ("2418", "2480", "2403"))])
    second = release(
        late, [network("paket", ("2418", "2480", "2403"))], earlier=[first.publication]
    )
    assert audit_publications([first.publication, second.publication]).is_passed


def test_a_second_pack_with_another_layout_is_protected_with_the_first() -> None:
    atoms = members(("2418", "2480", "2403"), seed=9)
    first = release(atoms, [Layout("kommun", ("municipality", "service_area"), margins=False)])
    sums = [Layout("summor", ("municipality",)), Layout("verksamhet", ("service_area",))]
    alone = release(atoms, sums)
    after = release(atoms, sums, earlier=[first.publication])
    assert hidden_rows(first.publication) and not hidden_rows(alone.publication)
    assert not audit_publications([first.publication, alone.publication]).is_passed
    assert audit_publications([first.publication, after.publication]).is_passed


def test_a_second_network_with_common_members_never_leaks() -> None:
    places = ("2418", "2480", "2403", "0480")
    atoms = members(places, seed=8)
    first = release(atoms, [network("ett", places[:3])])
    second = release(atoms, [network("två", places[1:])], earlier=[first.publication])
    together = [first.publication, second.publication]
    assert audit_publications(together).is_passed
    careless = naive(second, atoms)
    assert not audit_publications([first.publication, careless]).is_passed


def test_new_periods_leave_the_old_alone() -> None:
    atoms = quarters()
    old = atoms[atoms["period"] < "2024"]
    layout = Layout("kvartal", ("period", "service_area"), margins=False)
    first = release(old, [layout])
    new = Layout("kvartal", ("period", "service_area"), {"period": QUARTERS[4:]}, margins=False)
    second = release(atoms, [new], earlier=[first.publication])
    alone = release(atoms, [new])
    assert second.released.counts.equals(alone.released.counts)


def test_an_earlier_grouping_that_is_gone_is_refused() -> None:
    atoms = members(("2418", "2480"))
    first = release(atoms, [network("paket", ("2418", "2480"))])
    other = atoms.replace({"sex": {"K": "kvinnor", "M": "män"}})
    with pytest.raises(DisclosureError, match="redan publicerade tal har ändrats"):
        release(other, [network("paket", ("2418", "2480"))], earlier=[first.publication])


def test_network_minus_members_stays_hidden() -> None:
    atoms = members(("2418", "2480", "2403"), seed=5)
    made = release(atoms, [network("paket", ("2418", "2480", "2403"))])
    assert audit_publications([naive(made, atoms)]).leaks
    assert audit_publications([made.publication]).is_passed


def test_no_member_learns_another_members_number() -> None:
    """Every member in turn, with all its own figures in hand."""
    places = ("2418", "2480", "2403", "2481")
    atoms = members(places, seed=6)
    layouts = [network("paket", places)]
    open_page, pack = release(atoms, layouts), release(atoms, layouts, Profile(insiders="exact"))
    learnt = {True: 0, False: 0}
    for made, guarded in ((open_page, False), (pack, True)):
        system = made.ledger.system
        for place in places:
            others = system.matrix @ np.where(system.owner == place, 0, system.counts)
            rows = np.flatnonzero((others > 0) & (others < 5))
            found = intervals(system, made.plan.hidden, insider(place), rows)
            learnt[guarded] += sum(i.is_exact for i in found)
    assert learnt[False] > 0
    assert learnt[True] == 0


def test_full_mask_against_members_too() -> None:
    places = ("2418", "2480", "2403", "2481", "2417")
    atoms = members(places, seed=6)
    made = release(atoms, [network("paket", places)], Profile(insiders="full"))
    assert {r.attacker.knows for r in made.plan.proof.requirements} >= {(p,) for p in places}
    assert not made.plan.proof.unmet
    assert CAREFUL_READER in {r.attacker for r in made.plan.proof.requirements}


def test_two_members_together_learn_nothing_exact_where_asked_for() -> None:
    places = ("2418", "2480", "2403", "2481", "2417")
    atoms = members(places, seed=6)
    layouts = [network("paket", places)]
    alone = release(atoms, layouts, Profile(insiders="exact"))
    together = release(atoms, layouts, Profile(insiders="exact", coalition=2))
    learnt = []
    for made in (alone, together):
        system, found = made.ledger.system, 0
        for pair in combinations(places, 2):
            others = system.matrix @ np.where(np.isin(system.owner, pair), 0, system.counts)
            rows = np.flatnonzero((others > 0) & (others < 5))
            seen = intervals(system, made.plan.hidden, insider(*pair), rows)
            found += sum(i.is_exact for i in seen)
        learnt.append(found)
    assert learnt[0] > 0 and learnt[1] == 0

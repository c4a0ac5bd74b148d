"""Volume and price: the parts add up, planted causes are found, doubt is said with its reason."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyslib.analysis.comparison import compare, comparisons_from
from analyslib.analysis.cost_groups import Group, against_groups
from analyslib.analysis.costs import (
    CHANGE_95,
    MIN_RANGES,
    MOST_APART,
    Decomposition,
    Factors,
    Obstacle,
    PartKind,
    breaks_of,
    judge_change,
    log_mean,
    own_change,
    read_factors,
    split,
)
from analyslib.analysis.results import Answer, Reason, ReferenceKind
from analyslib.catalogue import load_catalogue
from analyslib.identities import Identity, load_costs


INDICATORS = load_catalogue().indicators
LSS, HOME_CARE, CARE_HOME = (
    next(item for item in load_costs().identities if item.id == name)
    for name in ("lss_boende", "hemtjanst", "sarskilt_boende")
)
YEARS = range(2017, 2023)
MEMBERS = ("2403", "2404", "2409", "2417")
amounts = st.floats(1.0, 1e6)
Values = dict[tuple[str, str, int], float]


def factors(cost: float, volume: float, price: float) -> Factors:
    return Factors(2022, cost, volume, price)


def lss(
    place: str,
    persons: Mapping[int, float],
    price: Mapping[int, float],
    inhabitants: float = 20_000.0,
) -> Values:
    """A municipality whose cost is exactly what its persons and its price make it."""
    values: Values = {}
    for year in persons:
        values["N28820", place, year] = persons[year] / inhabitants * 10_000
        values["N28013", place, year] = price[year]
        values["N28012", place, year] = persons[year] * price[year] / inhabitants
        values["N01951", place, year] = inhabitants
    return values


def steady(level: float, step: float = 0.01) -> dict[int, float]:
    """Ten years that go up and down by `step`, and end where they began."""
    return {year: level * (1 + step * (year % 2)) for year in range(2013, 2023)}


def shifted(level: float, factor: float, step: float = 0.01) -> dict[int, float]:
    """As `steady` until 2019, then `factor` times as much."""
    usual = steady(level, step)
    return {year: value * (factor if year > 2019 else 1.0) for year, value in usual.items()}


def riket(growth: float = 1.03) -> Values:
    return {
        ("N28013", "0000", year): 900_000 * growth ** (year - 2013) for year in range(2013, 2023)
    }


def change(values: Values, identity: Identity = LSS) -> Decomposition:
    return own_change(values, identity, "2480", YEARS, INDICATORS)


# --- the arithmetic


@settings(max_examples=300, deadline=None)
@given(*[amounts] * 6, st.floats(0.5, 2.0))
def test_the_parts_are_the_difference_and_turn_with_time(
    c0: float, v0: float, p0: float, c1: float, v1: float, p1: float, country: float
) -> None:
    start, end = factors(c0, v0, p0), factors(c1, v1, p1)
    there, back = split(start, end, country), split(end, start, 1 / country)
    size = max(abs(effect) for effect in there.values()) + max(c0, c1)
    assert sum(there.values()) == pytest.approx(c1 - c0, abs=1e-9 * size)
    for kind in PartKind:
        assert there[kind] == pytest.approx(-back[kind], abs=1e-6 * size)


@settings(max_examples=50, deadline=None)
@given(*[st.floats(0.5, 2.0)] * 3)
def test_the_split_is_the_integral_along_the_even_path(dv: float, dp: float, dk: float) -> None:
    """Independent: let every factor grow evenly, and count what each moves at every moment."""
    start = factors(1000.0, 0.004, 240_000.0)
    end = factors(1000.0 * dv * dp * dk, 0.004 * dv, 240_000.0 * dp)
    moments = (np.arange(20_000) + 0.5) / 20_000
    mean = float(np.mean(1000.0 * (dv * dp * dk) ** moments))
    found = split(start, end)
    for kind, growth in (
        (PartKind.VOLUME, dv),
        (PartKind.PRICE, dp),
        (PartKind.RESIDUAL, dk),
    ):
        assert found[kind] == pytest.approx(mean * math.log(growth), abs=1e-3)


def test_the_logarithmic_mean_is_known_where_it_can_be_counted_by_hand() -> None:
    assert log_mean(math.e, 1.0) == pytest.approx(math.e - 1)
    assert log_mean(5.0, 5.0) == 5.0
    assert log_mean(5.0, 5.0 + 1e-9) == pytest.approx(5.0, abs=1e-8)


# --- planted causes


def test_a_planted_change_of_volume_is_all_volume() -> None:
    found = change(lss("2480", shifted(60, 1.3), steady(900_000, 0.0)) | riket(1.0))
    volume = found.part(PartKind.VOLUME)
    assert volume and volume.answer is Answer.HIGHER
    assert volume.effect == pytest.approx(found.difference)
    for part in found.parts:
        if part.kind is not PartKind.VOLUME:
            assert part.effect == pytest.approx(0, abs=1e-6)


def test_a_planted_change_of_price_is_all_price() -> None:
    found = change(lss("2480", steady(60, 0.0), shifted(900_000, 0.7)) | riket(1.0))
    price = found.part(PartKind.PRICE)
    assert price and price.answer is Answer.LOWER
    assert price.effect == pytest.approx(found.difference)
    volume = found.part(PartKind.VOLUME)
    assert volume and volume.effect == 0
    assert (volume.answer, volume.reason) == (Answer.CANNOT_BE_JUDGED, Reason.NO_VARIATION)


def test_what_the_whole_country_pays_more_is_not_the_municipality_s_own() -> None:
    rise = {
        year: 900_000 * 1.03 ** (year - 2013) * (1 + 0.01 * (year % 2))
        for year in range(2013, 2023)
    }
    found = change(lss("2480", steady(60), rise) | riket(1.03))
    national, price = found.part(PartKind.NATIONAL_PRICE), found.part(PartKind.PRICE)
    assert national and price and found.start
    assert national.effect / found.start.cost == pytest.approx(1.03**5 - 1, rel=0.1)
    assert abs(price.effect) < 0.1 * national.effect
    assert price.answer is Answer.NO_CERTAIN_DIFFERENCE


def test_without_the_country_a_price_in_kronor_cannot_be_judged() -> None:
    found = change(lss("2480", steady(60), shifted(900_000, 1.5)))
    price = found.part(PartKind.PRICE)
    assert price and found.part(PartKind.NATIONAL_PRICE) is None
    assert (price.answer, price.reason) == (Answer.CANNOT_BE_JUDGED, Reason.CURRENT_PRICES)
    assert sum(part.effect for part in found.parts) == pytest.approx(found.difference)


def test_what_the_identity_leaves_over_is_a_part_of_its_own() -> None:
    values = lss("2480", steady(60), steady(900_000)) | riket(1.0)
    values["N28012", "2480", 2022] *= 1.02
    found = change(values)
    residual = found.part(PartKind.RESIDUAL)
    assert residual and found.end
    assert residual.effect == pytest.approx(found.end.cost - found.end.cost / 1.02, rel=0.02)


def test_one_or_two_persons_are_never_a_certain_change() -> None:
    small = {year: value / 10 for year, value in shifted(60, 1.3, 0.001).items()}
    found = change(lss("2480", small, steady(900_000), 2_500.0) | riket(1.0))
    volume = found.part(PartKind.VOLUME)
    assert volume and found.end and found.end.one_person == pytest.approx(900_000 / 2_500)
    assert volume.answer is Answer.NO_CERTAIN_DIFFERENCE


# --- what cannot be split


@pytest.mark.parametrize(
    ("kpi", "value", "obstacle"),
    [
        ("N28820", None, Obstacle.MISSING),
        ("N28013", None, Obstacle.MISSING),
        ("N28012", None, Obstacle.MISSING),
        ("N28820", 0.0, Obstacle.NO_USERS),
        ("N28012", 5_000.0, Obstacle.NOT_HOLDING),
    ],
)
def test_a_missing_or_wrong_factor_is_said(
    kpi: str, value: float | None, obstacle: Obstacle
) -> None:
    values = lss("2480", steady(60), steady(900_000))
    del values[kpi, "2480", 2022]
    if value is not None:
        values[kpi, "2480", 2022] = value
    assert read_factors(values, LSS, "2480", 2022) is obstacle
    found = change(values)
    assert (found.obstacle, found.parts) == (obstacle, ())
    group = [Group(ReferenceKind.SIMILAR, MEMBERS)]
    (beside,) = against_groups(values, {LSS: group}, "2480", 2022, INDICATORS)
    assert beside.obstacle is obstacle


def test_an_unknown_number_of_inhabitants_only_costs_the_number_of_persons() -> None:
    values = lss("2480", steady(60), steady(900_000)) | riket(1.0)
    known = {key: value for key, value in values.items() if key[0] != "N01951"}
    found = change(known)
    assert found.parts and found.end and found.end.one_person is None


def test_a_count_without_inhabitants_cannot_be_split() -> None:
    values = {("N23005", "2480", 2022): 40_000.0, ("N23805", "2480", 2022): 90.0}
    values["N23009", "2480", 2022] = 900_000.0
    assert read_factors(values, CARE_HOME, "2480", 2022) is Obstacle.MISSING
    values |= {("N01956", "2480", 2022): 1_400.0, ("N01957", "2480", 2022): 625.0}
    found = read_factors(values, CARE_HOME, "2480", 2022)
    assert isinstance(found, Factors) and found.persons == pytest.approx(90)


def home_care(first: int) -> Values:
    values: Values = {}
    for year in range(first, 2023):
        values |= {("N21701", "2480", year): 8.0 + year % 2, ("N21006", "2480", year): 300_000.0}
        values["N21009", "2480", year] = values["N21701", "2480", year] * 3_000.0
    return values


def test_no_year_before_a_break_is_set_beside_one_after() -> None:
    assert max(breaks_of(HOME_CARE, INDICATORS)) == 2021
    found = change(home_care(2013), HOME_CARE)
    assert found.start and (found.start.year, found.broken) == (2021, 2021)
    last = own_change(home_care(2013), HOME_CARE, "2480", range(2016, 2022), INDICATORS)
    assert (last.obstacle, last.parts, last.broken) == (Obstacle.BROKEN, (), 2021)


def test_a_first_year_has_nothing_to_be_set_beside() -> None:
    assert change(home_care(2022), HOME_CARE).obstacle is Obstacle.NO_EARLIER


# --- against others


def group_values() -> Values:
    values = lss("2480", steady(60), steady(900_000))
    for number, place in enumerate(MEMBERS):
        values |= lss(place, steady(30 + 4 * number), steady(1_300_000 - 30_000 * number))
    return values


def beside(values: Values, *groups: Group) -> Decomposition:
    (found,) = against_groups(values, {LSS: groups}, "2480", 2022, INDICATORS)
    return found


def test_the_parts_against_a_group_are_the_difference_to_its_plain_mean() -> None:
    values = group_values()
    found = beside(values, Group(ReferenceKind.SIMILAR, MEMBERS))
    costs = [values["N28012", place, 2022] for place in MEMBERS]
    assert found.difference == pytest.approx(values["N28012", "2480", 2022] - np.mean(costs))
    assert sum(part.effect for part in found.parts) == pytest.approx(found.difference)
    volume, price = found.part(PartKind.VOLUME), found.part(PartKind.PRICE)
    assert volume and price and volume.effect > 0 > price.effect
    assert (volume.answer, price.answer) == (Answer.HIGHER, Answer.LOWER)
    assert (found.n_members, found.n_possible) == (4, 4)


def test_a_member_without_a_factor_is_left_out_and_counted() -> None:
    values = group_values()
    del values["N28013", "2403", 2022]
    found = beside(values, Group(ReferenceKind.SIMILAR, MEMBERS))
    assert (found.n_members, found.n_possible) == (3, 4)
    costs = [values["N28012", place, 2022] for place in MEMBERS[1:]]
    assert found.start and found.start.cost == pytest.approx(np.mean(costs))


def test_the_first_group_with_enough_members_is_taken() -> None:
    values = group_values()
    few = Group(ReferenceKind.SIMILAR, ("2403", "2404", "0114"))
    found = beside(values, few, Group(ReferenceKind.NETWORK, (*MEMBERS, "2480")))
    assert (found.kind, found.n_members) == (ReferenceKind.NETWORK, 5)
    assert sum(part.effect for part in found.parts) == pytest.approx(found.difference)
    assert beside(values, few).obstacle is Obstacle.TOO_FEW_PEERS


def test_the_answers_are_those_of_every_other_comparison() -> None:
    """The table of the area and the figure must not disagree about the same key figure."""
    values = group_values()
    found = beside(values, Group(ReferenceKind.SIMILAR, MEMBERS))
    rows = [
        ("N28820", "2480", year, "T", values["N28820", "2480", year], 20_000.0)
        for year in range(2013, 2023)
    ]
    members = [values["N28820", place, 2022] for place in MEMBERS]
    reference = {
        "kpi": "N28820", "year": 2022, "gender": "T", "kind": "similar", "label": "",
        "value": np.mean(members), "weighted": False, "n_members": 4, "n_possible": 4,
        "spread": np.std(members, ddof=1),
    }  # fmt: skip
    frame = pd.DataFrame(rows, columns=["kpi", "municipality", "year", "gender", "value", "n"])
    (usual,) = comparisons_from(compare(frame, pd.DataFrame([reference]), INDICATORS, years=[2022]))
    volume = found.part(PartKind.VOLUME)
    assert volume and (volume.answer, volume.reason) == (usual.answer, usual.reason)


def test_a_change_never_starts_further_back_than_the_limits_hold_for() -> None:
    """More years may be asked for than the ten that the usual variation is taken from."""
    long_ago = {year: 1.0 + 0.01 * (year % 2) for year in range(2005, 2023)}
    persons = {year: 40.0 * step * (1 + (year > 2018)) for year, step in long_ago.items()}
    values = lss("2480", persons, {year: 900_000.0 * step for year, step in long_ago.items()})
    values |= {("N28013", "0000", year): 900_000.0 for year in long_ago}
    found = own_change(values, LSS, "2480", range(2006, 2023), INDICATORS)
    assert found.start and found.start.year == 2022 - MOST_APART
    assert found == own_change(values, LSS, "2480", range(2017, 2023), INDICATORS)


# --- when is a change more than usual?


def test_the_limits_are_the_simulated_ones(prove: bool) -> None:
    rng = np.random.default_rng(11)
    draws, close = (1_000_000, 0.01) if prove else (60_000, 0.05)
    for step, limit in enumerate(CHANGE_95):
        ranges = MIN_RANGES + step
        values = rng.standard_normal((draws, ranges + 1))
        spread = np.abs(np.diff(values, axis=1)).mean(1) * math.sqrt(math.pi) / 2
        worst = max(
            np.quantile(np.abs(values[:, -1] - values[:, -1 - lag]) / spread, 0.95) / math.sqrt(2)
            for lag in range(1, min(MOST_APART, ranges) + 1)
        )
        assert worst == pytest.approx(limit, rel=close)


@pytest.mark.parametrize("breaks", [(), (2016,), (2021,), (2016, 2021)])
def test_stable_series_are_called_changed_no_more_than_the_nominal_rate(
    breaks: tuple[int, ...], prove: bool
) -> None:
    rng = np.random.default_rng(3)
    count = 20_000 if prove else 1_000
    first = max([2017, *(item for item in breaks if item <= 2021)])
    found = 0
    for _ in range(count):
        logs = dict(zip(range(2013, 2023), rng.normal(0, 0.05, 10).tolist(), strict=True))
        for item in breaks:  # another way to measure moves the level, and is no change
            logs = {year: log + (year >= item) for year, log in logs.items()}
        answer, _ = judge_change(logs, first, breaks)
        found += answer in (Answer.HIGHER, Answer.LOWER)
    assert found / count <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / count)


def test_few_years_and_still_series_cannot_be_judged() -> None:
    short = {2019: 0.0, 2020: 0.1, 2021: 0.0, 2022: 0.5}
    assert judge_change(short, 2019) == (Answer.CANNOT_BE_JUDGED, Reason.TOO_FEW_YEARS)
    still = dict.fromkeys(range(2013, 2023), 1.0)
    assert judge_change(still, 2017) == (Answer.CANNOT_BE_JUDGED, Reason.NO_VARIATION)
    over_breaks = {year: float(year >= 2020) for year in range(2018, 2023)}
    assert judge_change(over_breaks, 2020, (2020,))[1] is Reason.TOO_FEW_YEARS


def test_what_one_person_costs_per_inhabitant_is_counted() -> None:
    found = replace(factors(500.0, 0.002, 250_000.0), population=2_500.0)
    assert found.one_person == pytest.approx(100.0)
    assert found.persons == pytest.approx(5.0)

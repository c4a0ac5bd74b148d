"""The analyst sees every row, and nothing of it can leave: all of it bears the stamp."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from made_follow_up import SILENT, follow_up, write_analyst_database
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import proportion_confint

from analyslib.errors import UsageError
from analyslib.explore.follow_up import IndividualFollowUp, individual_follow_up
from analyslib.page_checks import Expected, find_faults
from analyslib.workspace import find_workspace


@pytest.fixture
def umea() -> IndividualFollowUp:
    write_analyst_database(find_workspace(demo=True).analys_db)
    return individual_follow_up("Umeå")


def test_everything_drawn_is_stamped_and_refused_by_the_renderer(umea: IndividualFollowUp) -> None:
    drawn = (umea.changes(), umea.durations(), umea.inflow(), umea.transitions("trygghet"))
    for part in drawn:
        html = part._repr_html_()
        assert "Arbetsmaterial – får inte spridas" in html
        faults = find_faults(f"<main>{html}</main>", Expected())
        assert any("arbetsmaterial" in fault.what for fault in faults)


def test_results_are_those_of_the_rows(umea: IndividualFollowUp) -> None:
    results = umea.results().set_index(["service_area", "measure", "subscale"])
    pairs = follow_up().pairs
    own = pairs[(pairs["municipality"] == "2480") & (pairs["measure"] == "audit")]
    audit = results.loc[("missbruk", "audit", "")]
    assert audit["better"] == (own["change"] == "better").sum()
    assert audit["n"] + audit["lost"] == len(own)
    assert audit["worst_case"] == pytest.approx(audit["better"] / len(own))


def test_women_and_men_are_compared_with_a_test_in_words(umea: IndividualFollowUp) -> None:
    html = umea.durations("missbruk", by_sex=True)._repr_html_()
    found = re.search(r"Mellan kvinnor och män finns (.+?) \(log-rank, p = (0,\d+)\)", html)
    assert found is not None
    assert (found[1] == "en säker skillnad") == (float(found[2].replace(",", ".")) < 0.05)
    rows = umea.cases[umea.cases["service_area"] == "missbruk"]
    until = rows["ended"].fillna(rows["extraction_date"])
    for label, sex in (("Kvinnor", "K"), ("Män", "M")):
        own = rows["sex"] == sex
        mean = area_of_statsmodels((until - rows["started"]).dt.days[own], rows["is_ended"][own])
        assert f"{label}: i genomsnitt {mean:.1f}".replace(".", ",") in html


def area_of_statsmodels(days: pd.Series, is_ended: pd.Series) -> float:
    """Months of two years, under the curve of another program."""
    curve = SurvfuncRight(days.to_numpy(float), is_ended.to_numpy(int))
    end = 24 * 365.25 / 12
    inside = curve.surv_times < end
    knots = np.concatenate([[0.0], curve.surv_times[inside], [end]])
    heights = np.concatenate([[1.0], curve.surv_prob[inside]])
    return float((np.diff(knots) * heights).sum() / (365.25 / 12))


def test_transitions_say_whether_the_group_has_moved(umea: IndividualFollowUp) -> None:
    moved = umea.transitions("trygghet", service_area="vald")._repr_html_()
    stayed = umea.transitions("trygghet", service_area="barn_unga")._repr_html_()
    assert "Fördelningen före och efter skiljer sig säkert (Stuart–Maxwell, p = 0,0" in moved
    assert "Fördelningen före och efter skiljer sig inte säkert" in stayed


def test_no_goals_and_no_clinical_limits_give_empty_tables(umea: IndividualFollowUp) -> None:
    assert umea.goal_attainment().empty and "change" in umea.goal_attainment()
    assert umea.clinical_levels().empty and "recovered" in umea.clinical_levels()


def test_small_numbers_are_there_for_the_analyst() -> None:
    write_analyst_database(find_workspace(demo=True).analys_db)
    results = individual_follow_up("2463").results()
    assert results[["better", "same", "worse"]].stack().between(1, 4).any()


def test_a_municipality_without_extract_is_told_so() -> None:
    write_analyst_database(find_workspace(demo=True).analys_db)
    with pytest.raises(UsageError, match="inget uttag"):
        individual_follow_up(SILENT)


def test_a_long_scale_cannot_be_drawn_step_by_step(umea: IndividualFollowUp) -> None:
    with pytest.raises(UsageError, match="steg"):
        umea.transitions("audit")


def test_returns_have_wilsons_interval(umea: IndividualFollowUp) -> None:
    row = umea.returns().iloc[0]
    low, high = proportion_confint(row["not_back"], row["closed"], method="wilson")
    assert (row["low"], row["high"]) == pytest.approx((low, high))


def test_the_share_over_a_limit_is_there_for_measures_that_have_one(
    umea: IndividualFollowUp,
) -> None:
    limits = umea.limits()
    assert limits["measure"].tolist() == ["audit"]
    assert limits["difference"].iloc[0] == pytest.approx(
        limits["after"].iloc[0] - limits["before"].iloc[0]
    )


def test_regression_to_the_mean_takes_a_known_reliability(umea: IndividualFollowUp) -> None:
    with pytest.raises(UsageError, match="reliabilitet"):
        umea.regression("audit", 15)
    found = umea.regression("audit", 15, reliability=0.8)
    assert found["service_area"].tolist() == ["missbruk"]
    assert 0 < found["by_regression"].iloc[0] < found["better_by"].iloc[0]


def test_what_would_show_more_is_a_frame_for_one_municipality() -> None:
    write_analyst_database(find_workspace(demo=True).analys_db)
    found = individual_follow_up("Åsele").coarser()
    assert list(found.columns) == ["table", "hidden", "proposal", "hidden_then"]
    assert len(found) and (found["hidden_then"] < found["hidden"]).all()
    assert found["hidden"].min() > 0.3 and not found["table"].str.contains("_").any()
    with pytest.raises(UsageError, match="Välj en kommun"):
        individual_follow_up("").coarser()

"""compare and trend against slow, obvious Python, and intervals against PHStatsMethods.

The twin knows nothing of the library's arrays: it looks up one number at a time.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd
import pytest
from made_series import against, broken_in, catalogue, indicator, together
from scipy import stats

from analyslib.analysis.comparison import compare, own_history
from analyslib.analysis.intervals import OWN_95, add_intervals
from analyslib.catalogue import Indicator


KINDS = ("survey_share", "register_share", "rate", "cost")
PLACES = ("0114", "0184", "2403", "2480")
Z = stats.norm.ppf(0.975)


@pytest.fixture(scope="module")
def known() -> dict[str, Indicator]:
    items = [indicator(kind, "low") for kind in KINDS]
    return catalogue(*items, broken_in(2018, id="broken", direction="high"))


@pytest.fixture(scope="module")
def observed(known: dict[str, Indicator]) -> pd.DataFrame:
    """Some figures of every kind, with gaps, unknown n, and short series."""
    rng = np.random.default_rng(12)
    years = np.arange(2010, 2023)
    frames = [
        pd.DataFrame(
            {
                "kpi": kpi,
                "municipality": place,
                "year": years,
                "gender": "T",
                "value": np.where(rng.uniform(size=13) < 0.15, np.nan, rng.normal(30, 6, 13)),
                "n": np.where(rng.uniform(size=13) < 0.3, np.nan, rng.integers(20, 900, 13)),
            }
        )
        for kpi in known
        for place in PLACES
    ]
    return together(frames).sample(frac=1, random_state=3).reset_index(drop=True)


def own_half_width(rows: pd.DataFrame, row: pd.Series, item: Indicator) -> float | None:
    start = max([b.year for b in item.breaks if b.year <= row["year"]], default=0)
    past = rows[
        (rows["kpi"] == row["kpi"])
        & (rows["municipality"] == row["municipality"])
        & (rows["year"] <= row["year"])
        & (rows["year"] >= start)
        & rows["value"].notna()
    ].sort_values("year")["value"]
    newest = list(past)[-10:]
    if len(newest) < 5:
        return None
    moves = [abs(b - a) for a, b in zip(newest, newest[1:], strict=False)]
    return float(OWN_95[len(newest) - 5]) * np.mean(moves) / (2 / sqrt(np.pi))


def sampling_limits(row: pd.Series, item: Indicator) -> tuple[float, float] | None:
    n, value = row["n"], row["value"]
    if np.isnan(n) or item.kind == "cost":
        return None
    if item.kind == "rate":
        events = value * n / 1000
        if events < 10:
            low, high = stats.gamma.ppf(0.025, events), stats.gamma.ppf(0.975, events + 1)
        else:
            low = events * (1 - 1 / (9 * events) - Z / (3 * sqrt(events))) ** 3
            above = events + 1
            high = above * (1 - 1 / (9 * above) + Z / (3 * sqrt(above))) ** 3
        return low / n * 1000, high / n * 1000
    share = value / 100
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return (middle - half) * 100, (middle + half) * 100


def expected_limits(
    rows: pd.DataFrame, row: pd.Series, item: Indicator
) -> tuple[float, float] | None:
    if np.isnan(row["value"]):
        return None
    own, sampled = own_half_width(rows, row, item), sampling_limits(row, item)
    if sampled and (own is None or item.kind == "survey_share"):
        return sampled
    if own is None or (sampled and sampled[1] - sampled[0] >= 2 * own):
        return sampled
    return row["value"] - own, row["value"] + own


def test_intervals_are_those_of_the_twin(
    observed: pd.DataFrame, known: dict[str, Indicator]
) -> None:
    found = add_intervals(observed, known)
    for _, row in found.iterrows():
        limits = expected_limits(observed, row, known[row["kpi"]])
        if limits is None:
            assert np.isnan(row["low"])
            assert row["reason"] != ""
        else:
            assert (row["low"], row["high"]) == (
                pytest.approx(limits[0]),
                pytest.approx(limits[1]),
            )
    assert found["low"].notna().sum() > 150
    assert set(found["method"]) == {"", "wilson", "byar", "exact_poisson", "own_variation"}


def test_answers_are_those_of_the_twin(observed: pd.DataFrame, known: dict[str, Indicator]) -> None:
    spread, members, mean = 4.0, 4, 29.0
    references = together(
        against(mean, "county", kpi=kpi, n_members=members, spread=spread) for kpi in known
    )
    found = compare(observed, references, known, years=[2022])
    assert len(found) == len(known) * len(PLACES)
    for _, row in found.iterrows():
        item = known[row["kpi"]]
        limits = expected_limits(observed, row, item)
        if limits is None:
            assert row["answer"] == "cannot_be_judged"
            continue
        own_part = 1 - 1 / members
        noise = stats.t.ppf(0.975, members - 1) * spread * sqrt(members - 1) / members
        gap = row["value"] - mean
        low = gap - sqrt((own_part * (row["value"] - limits[0])) ** 2 + noise**2)
        high = gap + sqrt((own_part * (limits[1] - row["value"])) ** 2 + noise**2)
        assert row["difference_low"] == pytest.approx(low)
        assert row["difference_high"] == pytest.approx(high)
        better = (gap > 0) == (item.direction == "high")
        certain = "better" if better else "worse"
        expected = certain if low > 0 or high < 0 else "no_certain_difference"
        assert row["answer"] == expected


def test_own_history_is_that_of_the_twin(
    observed: pd.DataFrame, known: dict[str, Indicator]
) -> None:
    found = own_history(observed, known).set_index(["kpi", "municipality", "year"])
    checked = 0
    for (kpi, place, year), row in found.iterrows():
        start = max([b.year for b in known[kpi].breaks if b.year <= year], default=0)
        before = observed[
            (observed["kpi"] == kpi)
            & (observed["municipality"] == place)
            & (observed["year"] < year)
            & (observed["year"] >= start)
            & observed["value"].notna()
        ].sort_values("year")["value"]
        assert len(before) >= 4
        assert row["value"] == pytest.approx(before.iloc[-5:].mean())
        checked += 1
    assert checked > 80


@pytest.mark.filterwarnings("ignore")
def test_intervals_are_those_of_phstatsmethods() -> None:
    from PHStatsMethods import ph_proportion, ph_rate

    rng = np.random.default_rng(2)
    n = rng.integers(5, 3000, 60)
    rows = pd.DataFrame({"count": np.maximum(rng.binomial(n, 0.1), 1), "n": n})
    for kind, function, per in (
        ("survey_share", ph_proportion, 100),
        ("rate", ph_rate, 1000),
    ):
        ours = add_intervals(
            pd.DataFrame(
                {
                    "kpi": kind,
                    "municipality": [f"{place:04}" for place in range(60)],
                    "year": 2022,
                    "gender": "T",
                    "value": rows["count"] / rows["n"] * per,
                    "n": rows["n"],
                }
            ),
            catalogue(indicator(kind)),
        )
        for level, names in ((0.95, ("low", "high")), (0.998, ("low998", "high998"))):
            theirs = function(
                rows.copy(), "count", "n", confidence=level, multiplier=per, metadata=False
            )
            limits = theirs.filter(regex="lower|upper").to_numpy()
            np.testing.assert_allclose(ours[list(names)].to_numpy(), limits, rtol=1e-9)


def test_false_alarms_are_near_the_nominal_rate() -> None:
    """A small version of benchmarks/chance.py: nobody is different, five in a hundred seem so."""
    rng = np.random.default_rng(6)
    draws, members = 150, 30
    n = rng.integers(30, 600, members)
    value = rng.binomial(n, 0.8, (draws, members)) / n * 100
    known = {f"{number}": indicator(id=f"{number}") for number in range(draws)}
    rows = pd.DataFrame(
        {
            "kpi": np.repeat(list(known), members),
            "municipality": np.tile([f"{place:04}" for place in range(members)], draws),
            "year": 2022,
            "gender": "T",
            "value": value.ravel(),
            "n": np.tile(n, draws),
        }
    )
    groups = rows.groupby("kpi")["value"].agg(value="mean", spread="std").reset_index()
    references = groups.assign(
        kind="county", label="", year=2022, gender="T", weighted=False, n_members=members,
        n_possible=members,
    )  # fmt: skip
    found = compare(rows, references, known)
    alarms = found["answer"].isin(["better", "worse"]).mean()
    very_certain = (found["certain"] == 0.998).mean()
    assert 0.035 < alarms < 0.06
    assert very_certain < 0.006

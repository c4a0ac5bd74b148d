"""Means and curves that cannot be turned back into persons; advice that has been reckoned out."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from analyslib.disclosure.advice import advise, format_advice
from analyslib.disclosure.derived import MEAN, SPREAD, release_means, safe_curve
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.release import release
from analyslib.disclosure.released import HIDDEN, TOTAL
from analyslib.disclosure.rules import Profile
from analyslib.errors import DisclosureError


LAYOUT = Layout("mått", ("municipality", "sex", "age_group"))


def people(seed: int = 1, n: int = 90) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "municipality": rng.choice(["2418", "2480"], n, p=[0.3, 0.7]),
            "sex": rng.choice(["K", "M"], n),
            "age_group": rng.choice(["0-17", "18-64", "65+"], n, p=[0.15, 0.6, 0.25]),
            "value": rng.integers(0, 11, n).astype(float),
        }
    )


def statistics(frame: pd.DataFrame) -> pd.DataFrame:
    atoms = frame.groupby(list(LAYOUT.dimensions)).size().reset_index(name="count")
    return release_means(frame, LAYOUT, release(atoms, [LAYOUT]).released)


def test_no_mean_of_fewer_than_ten_and_no_spread_of_fewer_than_twenty() -> None:
    found = statistics(people())
    shown = found[found["status"] == ""]
    assert shown.loc[shown["name"] == MEAN, "n"].min() >= 10
    assert shown.loc[shown["name"] == SPREAD, "n"].min() >= 20
    assert len(shown) > 4
    assert found.loc[found["status"] == HIDDEN, ["value", "n"]].isna().all().all()


def test_means_are_those_of_the_people() -> None:
    frame = people()
    found = statistics(frame).query("name == @MEAN and municipality == @TOTAL and sex == 'K'")
    whole = found[found["age_group"] == TOTAL].iloc[0]
    assert whole["value"] == round(frame.loc[frame["sex"] == "K", "value"].mean(), 1)


def rank(rows: list[list[int]]) -> int:
    """Plain elimination with fractions: the boring twin."""
    matrix, found = [[Fraction(x) for x in row] for row in rows], 0
    for column in range(len(matrix[0]) if matrix else 0):
        at = next((i for i in range(found, len(matrix)) if matrix[i][column]), None)
        if at is None:
            continue
        matrix[found], matrix[at] = matrix[at], matrix[found]
        for i in range(len(matrix)):
            if i != found and matrix[i][column]:
                factor = matrix[i][column] / matrix[found][column]
                matrix[i] = [a - factor * b for a, b in zip(matrix[i], matrix[found], strict=True)]
        found += 1
    return found


@pytest.mark.parametrize("seed", range(4))
def test_no_mean_of_few_follows_from_the_others(seed: int) -> None:
    frame = people(seed)
    found = statistics(frame).query("name == @MEAN and status == ''")
    groups = frame.groupby(list(LAYOUT.dimensions)).size()
    assert len(found) > 3

    def vector(cell: pd.Series) -> list[int]:
        return [
            int(all(cell[d] in (TOTAL, v) for d, v in zip(LAYOUT.dimensions, key, strict=True)))
            for key in groups.index
        ]

    shown = [vector(cell) for _, cell in found.iterrows()]
    for i, n in enumerate(groups):
        if n < 10:
            alone = [int(j == i) for j in range(len(groups))]
            assert rank([*shown, alone]) == rank(shown) + 1


def test_a_mean_needs_its_number_of_people_in_the_release() -> None:
    frame = people()
    atoms = frame.groupby(list(LAYOUT.dimensions)).size().reset_index(name="count")
    released = release(atoms, [LAYOUT]).released
    with pytest.raises(DisclosureError, match="stämmer inte"):
        release_means(frame.iloc[:-20], LAYOUT, released)
    other = release(atoms, [Layout("annat", ("sex",))]).released
    with pytest.raises(DisclosureError, match="finns inte bland"):
        release_means(frame, LAYOUT, other)


def test_curve_is_coarse_and_loses_its_tail() -> None:
    curve = pd.DataFrame(
        {
            "day": [90, 180, 270, 365, 455],
            "at_risk": [40, 31, 20, 9, 3],
            "events": [6, 2, 4, 0, 5],
            "survival": [0.85, 0.80, 0.70, 0.70, 0.4],
        }
    )
    shown = safe_curve(curve)
    assert shown["day"].tolist() == [90, 270, 365]
    assert list(shown.columns) == ["day", "survival"]


def tiny() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    rows = [
        ("2403", p, a, s, g)
        for p in ("2023", "2024")
        for a in ("EKB", "MBR")
        for s in ("K", "M")
        for g in ("0-17", "18-29", "30-64", "65-79", "80+")
    ]
    frame = pd.DataFrame(
        rows, columns=["municipality", "period", "service_area", "sex", "age_group"]
    )
    return frame.assign(count=rng.poisson(2.2, len(frame)))


def test_advice_is_reckoned_out() -> None:
    atoms = tiny()
    layouts = [Layout("paket", ("municipality", "period", "sex", "age_group"))]
    now, advice = advise(atoms, layouts, municipality="2403")
    assert now > 0.3 and advice
    assert all(a.share_hidden < now for a in advice)
    best = advice[0]
    assert release(atoms, best.layouts).released.share_hidden == best.share_hidden
    assert "Mer kan visas så här" in format_advice(now, advice)
    assert best.text in format_advice(now, advice)


def test_no_advice_where_little_is_hidden() -> None:
    atoms = tiny().assign(count=40)
    assert advise(atoms, [Layout("paket", ("period", "sex"))]) == (0.0, ())


def test_a_sensitive_zero_is_hidden_with_the_hundred_per_cent() -> None:
    """All of nine became worse: that says something about each of them."""
    rows = [
        ("2403", "sämre", 9),
        ("2403", "bättre", 0),
        ("2480", "sämre", 30),
        ("2480", "bättre", 41),
    ]
    atoms = pd.DataFrame(rows, columns=["municipality", "outcome", "count"])
    open_layout = Layout("utfall", ("municipality", "outcome"))
    told = release(atoms, [open_layout]).released.table("utfall", municipality="2403")
    assert told["count"].notna().all()
    layout = Layout("utfall", ("municipality", "outcome"), shares="outcome", sensitive="outcome")
    made = release(atoms, [layout], Profile())
    table = made.released.table("utfall", municipality="2403").set_index("outcome")
    assert table.loc["sämre", "status"] == table.loc["bättre", "status"] == HIDDEN
    assert made.released.table("utfall", municipality="2480")["count"].notna().sum() >= 1

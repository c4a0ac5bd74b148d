"""What is said besides counts cannot be turned back into persons; advice is reckoned out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_follow_up import PLACES, follow_up, released_tables, write_publish_database

from analyslib.analysis.follow_up_results import summarise_durations
from analyslib.analysis.follow_up_themes import TIME, area_of, units_of
from analyslib.disclosure.advice import advise, format_advice
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.release import release
from analyslib.disclosure.released import HIDDEN, TOTAL
from analyslib.disclosure.rules import Profile
from analyslib.sections.follow_up import follow_up_report


# --- curves: a coarse grid, no step for a few, and the tail cut


def left_at(place: str, area: str) -> tuple[list[int], list[int]]:
    """Of all cases of a place (or county) and service area: how many were finished in each of the
    first two half-years, and how many were still followed when each had passed. True numbers."""
    units = units_of(TIME, follow_up())
    if place != TOTAL:
        units = units[units["municipality"] == place]
    if area != TOTAL:
        units = units[units["service_area"].map(area_of) == area]
    classes = units["class"]
    ended = [int((classes == f"slut{band}").sum()) for band in (1, 2)]
    gone = [int(classes.isin([f"slut{b}", f"kvar{b}"]).sum()) for b in (1, 2)]
    return ended, [len(units) - gone[0], len(units) - sum(gone)]


def test_every_point_of_a_curve_has_ten_left_and_no_step_tells_of_a_few() -> None:
    statistics = released_tables()["individual_statistic"]
    points = statistics[statistics["name"].isin(["left_6", "left_12"])]
    assert len(points) > 10 and points["municipality"].nunique() > 2
    for point in points.itertuples():
        ended, left = left_at(str(point.municipality), str(point.service_area))
        bands = 2 if point.name == "left_12" else 1
        assert left[bands - 1] >= 10
        assert not any(0 < n < 5 for n in ended[:bands])


def bands_of(slut1: int, slut2: int, kvar1: int, kvar2: int, rest: int) -> pd.DataFrame:
    counts = {"slut1": slut1, "slut2": slut2, "kvar1": kvar1, "kvar2": kvar2}
    total = {**counts, TOTAL: sum(counts.values()) + rest}
    frame = pd.DataFrame({"class": list(total), "count": list(total.values())})
    key = {"layout": "tid-24", "municipality": "2480", "service_area": TOTAL, "sex": TOTAL}
    return frame.assign(**key).astype({"count": "Int64"})


@pytest.mark.parametrize(
    ("cell", "points"),
    [
        (bands_of(10, 12, 5, 6, 10), {"left_6", "left_12"}),
        (bands_of(10, 12, 5, 6, 9), {"left_6"}),
        (bands_of(10, 5, 5, 0, 4), set()),
    ],
)
def test_the_tail_of_a_curve_is_cut_where_fewer_than_ten_are_left(
    cell: pd.DataFrame, points: set[str]
) -> None:
    found = set(summarise_durations(cell)["name"])
    assert {name for name in found if not name.endswith(("_low", "_high"))} == points


def test_a_curve_on_the_page_has_no_point_but_those_that_were_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "publish.duckdb"
    write_publish_database(path)
    monkeypatch.setenv("ANALYSLIB_PUBLISH_DB", str(path))
    statistics = released_tables()["individual_statistic"]
    drawn = 0
    for place in PLACES:
        report = follow_up_report(place)
        for where in (place, TOTAL):
            own = statistics[
                (statistics["municipality"] == where) & (statistics["service_area"] == TOTAL)
            ].set_index("name")["value"]
            curve = report._curve("kurvan", TOTAL, where)
            assert (curve is None) == ("left_12" not in own)
            if curve is not None:
                assert curve.times == (0, 6, 12) and not curve.at_risk and not curve.low
                assert curve.share == (1.0, own["left_6"] / 100, own["left_12"] / 100)
                drawn += 1
    assert drawn > 2


# --- advice


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

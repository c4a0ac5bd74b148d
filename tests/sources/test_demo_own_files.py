"""The made-up own measures: right by our own rules, the same every time, with what is planted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analyslib.errors import UsageError
from analyslib.sources.demo_own_measures import (
    MONTHS,
    PLANTED_CHANCE,
    PLANTED_REBASE,
    PLANTED_SHIFT,
    PLANTED_TREND,
    PLANTED_VOLUME,
    PROJECTS,
    SMALL_COUNTS,
    STABLE,
    Shift,
    write_demo_own_measures,
    write_own_files,
)
from analyslib.sources.own_measures_check import check_own_measures
from analyslib.sources.own_measures_load import frames_of
from analyslib.workspace import Workspace


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict]]:
    """Every row of every file, by table."""
    found: dict[str, list[dict]] = {}
    for path in write_own_files(tmp_path_factory.mktemp("own")):
        result = check_own_measures([path])
        assert result.findings == (), path.name
        for name, frame in frames_of(result, "", "2026-03-02").tables.items():
            found.setdefault(name, []).extend(frame.to_dict("records"))
    return found


def months_of(rows: dict[str, list[dict]], measure: str) -> np.ndarray:
    own = [row for row in rows["own_value"] if row["measure"] == measure]
    values = [row["value"] for row in own if row["grain"] == "month"]
    assert len(values) == len(MONTHS)
    return np.array(values)


def test_two_demos_are_the_same_byte_for_byte(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    one, other = ([p.read_bytes() for p in write_own_files(tmp_path / n)] for n in ("1", "2"))
    assert one == other and len(one) == 5


def test_made_up_rows_stay_among_the_made_up(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_demo_own_measures(Workspace(tmp_path))


@pytest.mark.parametrize("shift", [PLANTED_SHIFT, PLANTED_REBASE])
def test_the_shifts_are_there(rows: dict[str, list[dict]], shift: Shift) -> None:
    values = months_of(rows, shift.measure)
    after = np.array([month >= f"{shift.since:%Y-%m}" for month in MONTHS])
    assert abs(values[~after].mean() - shift.before) < 1.5
    assert abs(values[after].mean() - shift.after) < 1.5
    events = [row for row in rows["own_event"] if row["measure"] == shift.measure]
    assert [row["rebase"] for row in events] == [shift is PLANTED_REBASE]


def test_the_trend_is_there(rows: dict[str, list[dict]]) -> None:
    values = months_of(rows, PLANTED_TREND.measure)
    slope, first = np.polyfit(np.arange(len(values)), values, 1)
    assert abs(slope - PLANTED_TREND.monthly) < 0.2 and abs(first - PLANTED_TREND.first) < 4


def test_the_target_is_met_by_chance_only(rows: dict[str, list[dict]]) -> None:
    values = months_of(rows, PLANTED_CHANCE.measure)
    moving = np.abs(np.diff(values)).mean() * 2.66
    assert abs(values.mean() - PLANTED_CHANCE.target) < moving / 2
    assert 0.25 < (values >= PLANTED_CHANCE.target).mean() < 0.75
    assert np.abs(values - values.mean()).max() <= moving


def test_the_deviation_is_all_volume(rows: dict[str, list[dict]]) -> None:
    account = [
        row
        for row in rows["own_budget"]
        if (row["municipality"], row["account"])
        == (PLANTED_VOLUME.municipality, PLANTED_VOLUME.account)
    ]
    assert len(account) == 12
    for row in account:
        assert row["budget"] == row["volume_budget"] * PLANTED_VOLUME.price
        assert row["outcome"] == row["volume"] * PLANTED_VOLUME.price
    share = sum(row["volume"] for row in account) / sum(row["volume_budget"] for row in account)
    assert abs(share - PLANTED_VOLUME.share) < 0.001


def test_what_is_named_is_there(rows: dict[str, list[dict]]) -> None:
    measures = {row["measure"] for row in rows["own_measure"]}
    assert {*STABLE, *SMALL_COUNTS, PLANTED_SHIFT.measure} <= measures
    assert [row["project"] for row in rows["own_project"]] == list(PROJECTS)
    small = {name: months_of(rows, name).min() for name in SMALL_COUNTS}
    assert all(value < 5 for value in small.values())

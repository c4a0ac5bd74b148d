"""XmR: rebase, baseline, screening, missing points, and series that never move."""

import numpy as np
import pytest

from analyslib.analysis.process_control import Signal, assurance, run_test, xmr


WAVE = [10.0, 12, 10, 12, 10, 12, 10, 12, 10, 12, 10, 12]


def test_common_cause_has_no_signals() -> None:
    found = xmr(WAVE)
    assert set(found.signals) == {Signal.NONE}
    assert (found.mean[0], found.high[0]) == (11.0, pytest.approx(11 + 2.66 * 2))
    assert not found.preliminary
    assert xmr(WAVE[:11]).preliminary


def test_a_point_outside_says_on_which_side() -> None:
    found = xmr([*WAVE, 30.0])
    assert found.signals[-1] is Signal.OUTSIDE
    assert found.side[-1] == 1
    assert xmr([*WAVE, -30.0]).side[-1] == -1


def test_a_shift_is_seven_on_one_side() -> None:
    found = xmr([*WAVE, 10.6, 10.4, 10.6, 10.4, 10.6, 10.4, 10.6, 10.4])
    assert found.signals[-1] is Signal.SHIFT
    assert found.side[-1] == -1


def test_rebase_gives_each_stretch_limits_of_its_own() -> None:
    values = [*WAVE, *(value + 50 for value in WAVE)]
    found = xmr(values, rebase=[12])
    assert (found.mean[0], found.mean[-1]) == (11.0, 61.0)
    assert set(found.signals) == {Signal.NONE}
    assert Signal.NONE not in set(xmr(values).signals)


def test_screening_keeps_an_outlier_from_widening_the_limits() -> None:
    values = [*WAVE, 60.0, *WAVE]
    assert xmr(values).high[0] < xmr(values, screen=False).high[0]


def test_missing_points_have_no_signal_and_do_not_disturb() -> None:
    values = [*WAVE[:6], np.nan, *WAVE[6:]]
    found = xmr(values)
    assert found.signals[6] is Signal.NONE
    assert found.mean[0] == 11.0


@pytest.mark.parametrize("values", [[5.0] * 12, [5.0], []])
def test_a_series_that_never_moves_is_not_judged(values: list[float]) -> None:
    found = xmr(values)
    assert np.isnan(found.low).all()
    assert set(found.signals) <= {Signal.NONE}


def test_assurance_turns_with_the_direction() -> None:
    assert assurance(20, 5, 15, "high") == "fails"
    assert assurance(20, 5, 15, "low") == "passes"
    assert assurance(10, 5, 15, "low") == "inconsistent"
    assert assurance(10, 5, 15, "none") == ""


def test_run_rules_by_hand() -> None:
    found = run_test([1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2])
    assert (found.centre, found.useful, found.longest, found.crossings) == (1.5, 12, 1, 11)
    assert found.signal is False
    assert run_test([]).signal is None

"""Every fault is reported at its cell, no clean file is refused, and nothing raises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dirty_extracts import FAULTS, TEST_NUMBERS, make_dirty, new_draft, write_draft

from analyslib.sources.extract_check import CheckResult, check_files
from analyslib.sources.extract_report import error_list_of
from analyslib.sources.extract_rules import RULES


def check_one(folder: Path, name: str, seed: int) -> CheckResult:
    dirty = make_dirty(folder, name, seed)
    result = check_files(dirty.paths)
    found = {(item.rule, item.where) for item in result.findings}
    for rule, cell in dirty.expected:
        if cell:
            assert (rule, cell) in found, (
                f"{name} (frö {seed}): {rule} i {cell} saknas bland {found}"
            )
        else:
            assert rule in {item for item, _ in found}, f"{name} (frö {seed})"
    assert result.rows_in >= result.rows_rejected
    if result.extract is not None and result.is_accepted:
        assert result.rows_in == result.rows_loaded + result.rows_rejected
    return result


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_reported_at_its_cell(name: str, tmp_path: Path) -> None:
    check_one(tmp_path, name, seed=1)


def test_many_dirty_files_and_none_raises(tmp_path: Path, prove: bool) -> None:
    names = list(FAULTS)
    count = 1000 if prove else 10
    for seed in range(count):
        check_one(tmp_path / str(seed), names[(seed * 7) % len(names)], seed + 100)


def test_no_clean_file_is_refused(tmp_path: Path, prove: bool) -> None:
    for seed in range(100 if prove else 6):
        rng = np.random.default_rng(seed)
        paths = write_draft(tmp_path / str(seed), new_draft(rng), rng, as_csv=bool(seed % 2))
        result = check_files(paths)
        assert result.findings == ()
        assert result.rows_loaded == result.rows_in > 0


def test_every_rule_has_a_planted_fault() -> None:
    """A rule without one would never be seen to work."""
    planted = set()
    for name in FAULTS:
        draft = new_draft(np.random.default_rng(0))
        FAULTS[name](draft)
        planted |= {rule for rule, _ in draft.expected}
    assert {rule.id for rule in RULES} - planted == set()


def test_the_error_list_never_repeats_a_number(tmp_path: Path) -> None:
    result = check_one(tmp_path, "personnummer i text", seed=3)
    said = repr(error_list_of(result)) + repr(result.faults)
    for number in TEST_NUMBERS:
        assert number[2:8] not in said
        assert number[8:] not in said


NASTY = (
    "", " ", "-", "0", "-1", "1e9", "99999999999999999999", "#N/A", "=1+1", "''", '"', ";", "\n",
    "å" * 300, "2024-02-30", "2024", "0000-00-00", "1900-01-00", "45000", "1,5", "1.5.2", "NaN",
    "inf", "None", "Ä1", "A001", "pågår", "K", "\u200b", "\u00a0", "😀", "12:30", "٣", "0x1F",
)  # fmt: skip


def test_whatever_stands_in_the_cells_nothing_raises(tmp_path: Path, prove: bool) -> None:
    """Random nonsense in random cells, columns lost and headers changed."""
    for seed in range(400 if prove else 15):
        rng = np.random.default_rng(seed)
        draft = new_draft(rng)
        for rows in (draft.episodes, draft.measurements):
            for _ in range(int(rng.integers(1, 40))):
                row = rows[int(rng.integers(0, len(rows)))]
                row[str(rng.choice(list(row)))] = str(rng.choice(NASTY))
            if rng.random() < 0.3:
                lost = str(rng.choice(list(rows[0])))
                for row in rows:
                    del row[lost]
        for name in draft.facts:
            if rng.random() < 0.2:
                draft.facts[name] = str(rng.choice(NASTY))
        paths = write_draft(tmp_path / str(seed), draft, rng, as_csv=bool(seed % 2))
        result = check_files(paths)
        error_list_of(result)
        if result.extract is not None:
            assert 0 <= result.rows_rejected <= result.rows_in

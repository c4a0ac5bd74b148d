"""The key of the house: made once, kept, and the same lots for the same names."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from analyslib.disclosure.house_key import NAME, house_key, lots_of, write_demo_key
from analyslib.errors import StoreError


def test_the_key_is_made_once_and_kept(tmp_path: Path) -> None:
    first = house_key(tmp_path / "processed")
    assert len(first) == 32 and house_key(tmp_path / "processed") == first
    assert [path.name for path in (tmp_path / "processed").iterdir()] == [NAME]
    assert house_key(tmp_path / "other") != first


@pytest.mark.skipif(os.name == "nt", reason="permissions of files are another thing there")
def test_nobody_else_may_read_the_key(tmp_path: Path) -> None:
    house_key(tmp_path)
    assert (tmp_path / NAME).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "abc", "x" * 64, "å" * 64])
def test_a_damaged_key_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text, "utf-8")
    with pytest.raises(StoreError, match="skadad"):
        house_key(tmp_path)


def test_the_same_name_draws_the_same_lots_among_any_others() -> None:
    one, other = bytes(32), bytes([1] * 32)
    few, many = lots_of(one, ["b"]), lots_of(one, [*"abc"])
    assert (few[0] == many[1]).all() and not (lots_of(other, ["b"]) == few).any()
    lots = lots_of(one, [str(i) for i in range(4000)])
    assert lots.min() >= 0 and lots.max() <= 1
    assert np.abs(lots.mean(axis=0) - 0.5).max() < 0.02
    assert abs(np.corrcoef(lots.T)[0, 1]) < 0.05
    assert lots_of(one, []).shape == (0, 2)


def test_there_are_no_lots_without_a_key() -> None:
    with pytest.raises(ValueError, match="key"):
        lots_of(b"", ["a"])


def test_only_made_up_people_have_a_key_that_anyone_can_make(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_demo_key(tmp_path / name)
    assert house_key(tmp_path / "one") == house_key(tmp_path / "other")
    kept = house_key(tmp_path / "real")
    write_demo_key(tmp_path / "real")
    assert house_key(tmp_path / "real") == kept != house_key(tmp_path / "one")

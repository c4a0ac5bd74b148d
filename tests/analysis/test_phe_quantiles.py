"""quantiles: 1,017 rows with ties, missing values, several groupings."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyslib.analysis.ranks import quantile_group


GROUPS = {"Quartile": 4, "Septile": 7, "Decile": 10}
LOW_FIRST = ("RAG - High is good", "False")
KEYS = {
    "None": ["GroupSet"],
    "IndSex": ["IndSexRef"],
    "IndSexReg": ["IndSexRef", "ParentCode"],
}


@pytest.mark.shared
def test_quantiles(reference: Path) -> None:
    rows = pd.read_csv(reference / "phe/quantiles.csv", keep_default_na=False)
    rows["Value"] = pd.to_numeric(rows["Value"], errors="coerce")
    rows["QuantileInGrp"] = pd.to_numeric(rows["QuantileInGrp"], errors="coerce")
    checked = 0
    for (_, name, group_set), part in rows.groupby(["GroupSet", "QuantileNm", "GroupSet"]):
        for test, cases in part.groupby("Test") if group_set != "None" else [("all", part)]:
            for _, group in cases.groupby(KEYS[group_set]):
                # a group that mixes directions is taken high first by the source
                directions = set(group["Polarity"])
                low_first = len(directions) == 1 and directions <= set(LOW_FIRST)
                found = quantile_group(group["Value"], GROUPS[name], not low_first)
                np.testing.assert_array_equal(found, group["QuantileInGrp"], err_msg=str(test))
                checked += len(group)
    assert checked == len(rows) == 1017


def test_equal_values_share_a_group_whatever_the_order() -> None:
    """NTILE puts equal values in different fifths by the order of the rows; this must not."""
    rng = np.random.default_rng(1)
    values = rng.integers(0, 6, 60).astype(float)
    order = rng.permutation(60)
    found = quantile_group(values, 5)
    np.testing.assert_array_equal(found[order], quantile_group(values[order], 5))
    for value in np.unique(values):
        assert len(np.unique(found[values == value])) == 1


def test_too_few_values_are_in_no_group() -> None:
    assert np.isnan(quantile_group([1.0, 2.0, 3.0, np.nan], 4)).all()

"""Who comes back within a year, by the rule of KKiK: small cases that can be counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from analyslib.analysis.follow_up import build_closings


# person, opened, ended, readmitted
CASES = [
    # One closing in the half-year, never back.
    ("a", "2023-10-01", "2024-02-01", None),
    # Back after a hundred days.
    ("b", "2023-10-01", "2024-03-01", None),
    ("b", "2024-06-09", None, None),
    # Another contact was still open at the closing: not closed altogether, not in the cohort.
    ("c", "2023-10-01", "2024-03-01", None),
    ("c", "2024-01-01", "2024-09-01", None),
    # Closed twice in the half-year: the last closing counts, and nothing follows it.
    ("d", "2023-10-01", "2024-01-15", None),
    ("d", "2024-02-01", "2024-05-01", None),
    # Back, but after more than a year.
    ("e", "2023-10-01", "2024-01-10", None),
    ("e", "2025-02-01", None, None),
    # Closed in the half-year after.
    ("f", "2024-06-01", "2024-08-01", None),
    # A new formal investigation that the municipality states itself, on the last day of the year.
    ("g", "2023-10-01", "2024-02-01", "2025-01-31"),
    ("h", "2023-10-01", "2024-02-01", "2025-02-01"),
]


def closings(extraction_date: str) -> pd.DataFrame:
    rows = pd.DataFrame(CASES, columns=["person", "opened", "ended", "readmitted"])
    for name in ("opened", "ended", "readmitted"):
        rows[name] = pd.to_datetime(rows[name])
    told = {"extract_id": "u", "municipality": "2480", "service_area": "missbruk"}
    episodes = rows.assign(
        **told, started=rows["opened"], extraction_date=pd.Timestamp(extraction_date)
    )
    found, window = build_closings(episodes)
    assert window in ("2024H1", "")
    return found.assign(person=found["person"].str[-1])


def test_the_first_half_of_the_year() -> None:
    found = closings("2025-08-05").query("half_year == '2024H1'").set_index("person")["returned"]
    assert found.to_dict() == {
        "a": "borta", "b": "tillbaka", "d": "borta", "e": "borta", "g": "tillbaka", "h": "borta",
    }  # fmt: skip


def test_the_second_half_is_there_when_its_year_is_over() -> None:
    found = closings("2026-01-05").query("half_year == '2024H2'")
    assert sorted(found["person"]) == ["c", "f"]


@pytest.mark.parametrize(("day", "is_over"), [("2025-06-29", False), ("2025-06-30", True)])
def test_a_half_year_that_has_not_been_followed_for_a_year_is_left_out(
    day: str, is_over: bool
) -> None:
    assert closings(day)["half_year"].eq("2024H1").any() == is_over

"""Made-up indicators and observations, so that a test states only what matters to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pandas as pd

from analyslib.catalogue import Break, Indicator, NSource


N_SOURCES = {
    "survey_share": NSource("companion", "N1", 100),
    "register_share": NSource("population", "N1", 100),
    "rate": NSource("population", "N1", 1000),
}


def indicator(kind: str = "survey_share", direction: str = "high", **other: Any) -> Indicator:
    """One indicator; `id` defaults to its kind."""
    values: dict[str, Any] = {
        "id": kind,
        "title": "",
        "short": "",
        "unit": "",
        "direction": direction,
        "direction_basis": "judgement",
        "kind": kind,
        "aspect": "results",
        "n": N_SOURCES.get(kind, NSource("none")),
        "coding": None,
        "breaks": (),
        "breaks_known": True,
        "caveats": "",
        "decimals": 1,
        "gender": False,
        "main": False,
        "owner": "",
        "review_date": date(2030, 1, 1),
        "area": "lss",
    }
    return Indicator(**(values | other))


def catalogue(*items: Indicator) -> dict[str, Indicator]:
    return {item.id: item for item in items}


def broken_in(year: int, kind: str = "cost", **other: Any) -> Indicator:
    return indicator(kind, breaks=(Break(year, ""),), **other)


def series(
    values: Sequence[float | None],
    kpi: str = "survey_share",
    municipality: str = "2480",
    gender: str = "T",
    first_year: int = 2015,
    n: float | Sequence[float] | None = None,
) -> pd.DataFrame:
    """One series, a value per year."""
    return pd.DataFrame(
        {
            "kpi": kpi,
            "municipality": municipality,
            "year": range(first_year, first_year + len(values)),
            "gender": gender,
            "value": pd.array(values, dtype="Float64").to_numpy(float, na_value=float("nan")),
            "n": float("nan") if n is None else n,
        }
    )


def together(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(list(frames), ignore_index=True)


def against(value: float, kind: str = "riket", **other: Any) -> pd.DataFrame:
    """One reference; by default Riket for everyone in 2022."""
    row: dict[str, Any] = {
        "kpi": "survey_share",
        "year": 2022,
        "gender": "T",
        "kind": kind,
        "label": "",
        "value": value,
        "weighted": kind == "riket",
        "n_members": 7,
        "n_possible": 7,
    }
    return pd.DataFrame([row | other])

"""Does volume times price give the cost? Every proposed identity, held against a file of values.

    python benchmarks/identities.py VALUES.parquet

For each identity and candidate of definitions/identities.toml: how many municipality-years could
be checked, the median and the 95th percentile of the relative error, and whether the rule lets it
be published. Then the net cost deviation in kronor against the source's own. The exit code is 1
where a number in the definitions is not what the file gives.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import duckdb
import pandas as pd

from analyslib.analysis.net_costs import POPULATION
from analyslib.identities import (
    FEWEST_MUNICIPALITIES,
    FEWEST_PAIRS,
    LARGEST_MEDIAN,
    LARGEST_P95,
    Candidate,
    Check,
    Deviation,
    load_costs,
)


RIKET = "0000"
CLOSE = 5e-4  # the definitions state four decimals


def read_values(path: Path, kpis: list[str]) -> pd.DataFrame:
    """One row: one municipality and year; one column per KPI (empty where the file lacks it)."""
    rows = duckdb.execute(
        "SELECT kpi, municipality, year, value FROM read_parquet($path) "
        "WHERE gender = 'T' AND value IS NOT NULL AND municipality <> $riket "
        "AND kpi IN (SELECT unnest($kpis::VARCHAR[]))",
        {"path": str(path), "kpis": kpis, "riket": RIKET},
    ).df()
    wide = rows.pivot_table(index=["municipality", "year"], columns="kpi", values="value")
    return wide.reindex(columns=kpis)


def relative_errors(values: pd.DataFrame, candidate: Candidate) -> pd.Series:
    """|volume x price - cost| / cost, where all of them are there and the cost is not nought."""
    volume = values[candidate.volume.kpi] / candidate.volume.per
    if candidate.volume.over:
        volume = volume / values[list(candidate.volume.over)].sum(axis=1, skipna=False)
    cost = values[candidate.cost]
    error = (volume * values[candidate.price] - cost).abs() / cost
    return error[cost > 0].dropna()


def measured(errors: pd.Series) -> Check | None:
    if errors.empty:
        return None
    years = errors.index.get_level_values("year")
    return Check(
        pairs=len(errors),
        municipalities=errors.index.get_level_values("municipality").nunique(),
        first=int(years.min()),
        last=int(years.max()),
        median=float(errors.median()),
        p95=float(errors.quantile(0.95)),
    )


def agrees(said: Check | None, found: Check | None) -> bool:
    if said is None or found is None:
        return said is found
    counts = (said.pairs, said.municipalities, said.first, said.last)
    return counts == (found.pairs, found.municipalities, found.first, found.last) and all(
        math.isclose(getattr(said, name), getattr(found, name), abs_tol=CLOSE)
        for name in ("median", "p95")
    )


def describe(candidate: Candidate, found: Check | None, published: bool) -> str:
    if found is None:
        numbers = "no values in the file"
    else:
        numbers = (
            f"{found.pairs:>5} municipality-years {found.first}-{found.last}, "
            f"{found.municipalities} municipalities; "
            f"median {found.median:.2%}, P95 {found.p95:.2%}"
        )
    holds = "holds" if found and found.holds else "does not hold" if found else "not checked"
    decision = "published" if published else "NOT published"
    return f"{candidate.id:<32} {numbers}: {holds}, {decision}"


def amount_errors(values: pd.DataFrame, deviation: Deviation) -> pd.Series:
    """Our deviation in kronor against the source's own, as a share of it.

    With the source's reference cost where it has one, else with the one its percentage gives.
    """
    net = values[deviation.net]
    computed = net / (1 + values[deviation.percent] / 100)
    reference = values[deviation.reference].fillna(computed)
    ours = (net - reference) * values[POPULATION] / 1e6
    own = values[deviation.amount]
    return ((ours - own).abs() / own.abs())[own != 0].dropna()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="values as parquet")
    costs = load_costs()
    every = [*costs.identities, *costs.candidates]
    kpis = {POPULATION, *(kpi for item in every for kpi in item.kpis)}
    for item in costs.deviations:
        kpis |= {item.percent, item.net, item.reference, item.amount}
    values = read_values(parser.parse_args().file, sorted(kpis))
    print(
        f"rule: median <= {LARGEST_MEDIAN:.0%}, P95 <= {LARGEST_P95:.0%}, at least "
        f"{FEWEST_PAIRS} municipality-years in {FEWEST_MUNICIPALITIES} municipalities"
    )
    wrong = 0
    for item in every:
        found = measured(relative_errors(values, item))
        print(describe(item, found, item in costs.identities))
        if not agrees(item.check, found):
            wrong += 1
            print(f"{'':<32} the definitions say {item.check}")
    for deviation in costs.deviations:
        errors = amount_errors(values, deviation)
        found = (
            f"{len(errors):>5} municipality-years; median {errors.median():.2%}, "
            f"P99 {errors.quantile(0.99):.2%}"
            if len(errors)
            else "no net cost in the file"
        )
        print(f"{f'net cost, {deviation.id}':<32} {found}")
    return min(wrong, 1)


if __name__ == "__main__":
    raise SystemExit(main())

"""Every municipality, indicator and year judged in one call; and what the answers are.

    python benchmarks/evidence.py                   # the built real store
    python benchmarks/evidence.py --demo            # the demo
    python benchmarks/evidence.py --oracle-rows 0   # PHStatsMethods on every row (takes minutes)

Ours is `compare`: interval at two levels, own year-to-year variation, reference, difference with
interval, answer and reason. PHStatsMethods (England's public health statistics in Python) only
gives the intervals at two levels, and only where n is known; it runs on a sample of those rows
and is scaled up, unless told otherwise. Median of several runs in one process, in CPU seconds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from analyslib.analysis.comparison import compare, own_history
from analyslib.analysis.intervals import add_intervals
from analyslib.analysis.trend import trend
from analyslib.catalogue import RIKET, Indicator, load_catalogue
from analyslib.store.connection import Store, open_store, query
from analyslib.workspace import find_workspace


LEVELS = (0.95, 0.998)
SAMPLED = ("wilson", "byar", "exact_poisson")


def read(store: Store, indicators: dict[str, Indicator]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All numbers of all municipalities, and of Riket."""
    places = [*load_catalogue().municipalities, RIKET]
    rows = query(store, "series", kpis=list(indicators), municipalities=places)
    riket = rows["municipality"] == RIKET
    return rows[~riket].reset_index(drop=True), rows[riket & rows["value"].notna()]


def references(rows: pd.DataFrame, riket: pd.DataFrame) -> pd.DataFrame:
    """Riket and the unweighted mean of all municipalities, for every indicator, year and sex."""
    keys = ["kpi", "year", "gender"]
    every = rows.dropna(subset=["value"]).groupby(keys)["value"]
    mean = every.agg(value="mean", spread="std", n_members="size").reset_index()
    mean = mean.assign(kind="unweighted_mean", weighted=False)
    country = riket[[*keys, "value"]].assign(kind="riket", weighted=True, n_members=1)
    found = pd.concat([country, mean], ignore_index=True)
    return found.assign(label="", n_possible=found["n_members"])


def median_seconds(work: Callable[[], Any], runs: int) -> float:
    """CPU seconds: a busy machine makes both sides wait, but not work more."""
    taken = []
    for _ in range(runs):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def oracle(rows: pd.DataFrame) -> None:
    """The intervals of shares and rates as PHStatsMethods makes them."""
    from PHStatsMethods import ph_proportion, ph_rate

    for level in LEVELS:
        for method, part in rows.groupby(rows["method"] == "wilson"):
            function = ph_proportion if method else ph_rate
            function(part, "count", "n", confidence=level, metadata=False)


def for_oracle(rows: pd.DataFrame, indicators: dict[str, Indicator]) -> pd.DataFrame:
    """The rows it can compute, with whole counts; it refuses a rate whose count is zero."""
    known = rows[rows["method"].isin(SAMPLED)]
    per = known["kpi"].map({kpi: item.n.per or 100.0 for kpi, item in indicators.items()})
    share = known["method"] == "wilson"
    n = known["n"].round()
    count = (known["value"] * known["n"] / per.where(~share, 100.0)).round().clip(upper=n)
    found = pd.DataFrame({"method": known["method"], "n": n, "count": count})
    return found[(n >= 1) & (count >= 1)].reset_index(drop=True)


def show_speed(
    rows: pd.DataFrame, riket: pd.DataFrame, indicators: dict[str, Indicator], options: Any
) -> None:
    known = references(rows, riket)
    mean = known[known["kind"] == "unweighted_mean"]
    size = len(rows)
    own = {
        "intervall": (size, lambda: add_intervals(rows, indicators)),
        "svar mot medelvärdet": (size, lambda: compare(rows, mean, indicators)),
        "svar mot riket och medel": (2 * size, lambda: compare(rows, known, indicators)),
        "utveckling": (size, lambda: trend(rows, indicators)),
    }
    whole = for_oracle(add_intervals(rows, indicators), indicators)
    size = min(options.oracle_rows or len(whole), len(whole))
    sample = whole.sample(size, random_state=1)
    theirs = median_seconds(lambda: oracle(sample), 1) / size
    sizes = [rows[name].nunique() for name in ("municipality", "kpi", "year")]
    print("{} tal: {} kommuner, {} nyckeltal, {} år".format(whole_number(len(rows)), *sizes))
    sampled = f"{whole_number(size)} av {whole_number(len(whole))} tal"
    print(f"PHStatsMethods, intervall på två nivåer: {theirs * 1e6:.0f} µs per tal ({sampled})")
    for name, (results, work) in own.items():
        taken = median_seconds(work, options.runs)
        times = whole_number(theirs * results / taken)
        each = taken / results * 1e6
        print(f"{name:>26}: {taken:5.2f} s, {each:5.2f} µs per svar, {times:>6} gånger snabbare")


def whole_number(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ")


def show_answers(
    rows: pd.DataFrame, riket: pd.DataFrame, indicators: dict[str, Indicator], year: int
) -> None:
    """Per kind of indicator: how often each answer falls, and each reason for no answer."""
    known = pd.concat([references(rows, riket), own_history(rows, indicators)], ignore_index=True)
    found = compare(rows, known, indicators, years=[year])
    found = found[(found["gender"] == "T") & found["value"].notna()]
    kind = found["kpi"].map({kpi: item.kind for kpi, item in indicators.items()})
    for reference, part in found.groupby(found["reference_kind"].astype(str)):
        print(f"\n{year}, totalt, tal som finns, mot {reference}: procent")
        share = pd.crosstab(kind[part.index], part["answer"].astype(str), normalize="index") * 100
        print(share.round(1).assign(tal=kind[part.index].value_counts()).to_string())
        unjudged = part[part["answer"] == "cannot_be_judged"]
        reasons = pd.crosstab(kind[unjudged.index], unjudged["reason"].astype(str))
        parts = reasons.div(kind[part.index].value_counts(), axis=0).dropna() * 100
        print("skäl till att inget sägs, procent av talen:")
        print(parts.round(1).to_string())
    show_unjudged(found[found["reference_kind"] == "unweighted_mean"], indicators)


def show_unjudged(found: pd.DataFrame, indicators: dict[str, Indicator]) -> None:
    """The indicators where most cannot be judged, one by one."""
    unjudged = found["answer"] == "cannot_be_judged"
    share = unjudged.groupby(found["kpi"]).mean()
    print("\nnyckeltal där mer än en fjärdedel av talen inte kan bedömas mot medelvärdet:")
    for kpi in share[share > 0.25].sort_values(ascending=False).index:
        reasons = found.loc[unjudged & (found["kpi"] == kpi), "reason"].astype(str)
        item = indicators[kpi]
        print(
            f"  {kpi} {item.kind:<14} {share[kpi] * 100:4.0f} %  "
            f"{', '.join(reasons.value_counts().index[:2])}: {item.short}"
        )


def show_trends(rows: pd.DataFrame, indicators: dict[str, Indicator], year: int) -> None:
    found = trend(rows, indicators, until=year)
    found = found[(found["gender"] == "T") & (found["values"].str.len() > 0)]
    kind = found["kpi"].map({kpi: item.kind for kpi, item in indicators.items()})
    print(f"\ntrend till {year}, totalt, serier med värden: procent")
    share = pd.crosstab(kind, found["answer"].astype(str), normalize="index") * 100
    print(share.round(1).assign(serier=kind.value_counts()).to_string())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--demo", action="store_true", help="the demo's figures")
    parser.add_argument("--year", type=int, default=2022)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--oracle-rows", type=int, default=3000, help="0: every row")
    options = parser.parse_args()
    indicators = load_catalogue().indicators
    with open_store(find_workspace(demo=options.demo).publish_db) as store:
        rows, riket = read(store, indicators)
    show_speed(rows, riket, indicators, options)
    with np.printoptions(suppress=True), pd.option_context("display.width", 200):
        show_answers(rows, riket, indicators, options.year)
        show_trends(rows, indicators, options.year)


if __name__ == "__main__":
    main()

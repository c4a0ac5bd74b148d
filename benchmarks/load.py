"""How long does it take to take in and build a whole file of values, and with what memory?

    python benchmarks/load.py FILE --metadata KPI_FILE [KPI_FILE …] [--runs 3]

FILE is a parquet file of values (kpi, municipality, year, gender, value) and KPI_FILE what Kolada
says of its series. Every way runs in a process of its own, in turn, `--runs` times; the medians
are held against each other:

* ours: `add` (check, archive) and `build` (both databases, checked and summarised);
* plain SQL, same table: CREATE TABLE … ORDER BY key, no key twice, the same summary per year;
* plain SQL, bare: CREATE TABLE AS SELECT *, neither sorted, checked nor summarised;
* pandas, same table: read, sort, no key twice, the same summary, write parquet.

CPU seconds are what to go by where the machine has other things to do.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd

from analyslib.sources import kolada
from analyslib.store.build import build
from analyslib.workspace import Workspace


KEY = ["kpi", "municipality", "year", "gender"]
SAME_TABLE = """
CREATE TABLE observation AS
SELECT kpi, municipality, year::INTEGER AS year, gender, value,
    CASE WHEN value IS NULL THEN 'Unknown' ELSE '' END AS status, NULL::DOUBLE AS n,
    'kolada' AS source, '2024-08-01' AS vintage
FROM read_parquet($file)
ORDER BY kpi, municipality, year, gender;
"""
NO_KEY_TWICE = """
SELECT count(*) FROM (
    SELECT 1 FROM observation GROUP BY kpi, municipality, year, gender HAVING count(*) > 1
)
"""
SUMMARY = """
CREATE TABLE benchmark AS
SELECT kpi, year, gender, avg(value) AS mean, median(value) AS median,
    quantile_cont(value, 0.25) AS q1, quantile_cont(value, 0.75) AS q3, count(value) AS n
FROM observation WHERE municipality NOT LIKE '00%' GROUP BY kpi, year, gender
"""


def load_ours(file: Path, metadata: list[Path], folder: Path) -> None:
    workspace = Workspace(folder)
    kolada.add(workspace, [file, *metadata])
    build(workspace)


def load_same_table(file: Path, metadata: list[Path], folder: Path) -> None:
    with duckdb.connect(str(folder / "plain.duckdb")) as connection:
        connection.execute(SAME_TABLE, {"file": str(file)})
        connection.execute(NO_KEY_TWICE)
        connection.execute(SUMMARY)


def load_bare(file: Path, metadata: list[Path], folder: Path) -> None:
    with duckdb.connect(str(folder / "bare.duckdb")) as connection:
        connection.execute(
            "CREATE TABLE observation AS SELECT * FROM read_parquet($file)", {"file": str(file)}
        )


def load_pandas(file: Path, metadata: list[Path], folder: Path) -> None:
    frame = pd.read_parquet(file).sort_values(KEY, kind="stable")
    frame["status"] = frame["value"].isna().map({True: "Unknown", False: ""})
    if frame.duplicated(KEY).any():
        raise SystemExit("the same key twice")
    municipalities = frame[~frame["municipality"].str.startswith("00")]
    grouped = municipalities.groupby(["kpi", "year", "gender"], observed=True)["value"]
    grouped.agg(["mean", "median", "count"]).to_parquet(folder / "benchmark.parquet")
    grouped.quantile([0.25, 0.75]).to_frame().to_parquet(folder / "quartiles.parquet")
    frame.to_parquet(folder / "observation.parquet")


WAYS: dict[str, Callable[[Path, list[Path], Path], None]] = {
    "ours: add and build": load_ours,
    "plain SQL, same table": load_same_table,
    "plain SQL, bare": load_bare,
    "pandas, same table": load_pandas,
}


def run_here(way: str, file: Path, metadata: list[Path]) -> None:
    """In this process; says what it cost on one line of JSON."""
    with tempfile.TemporaryDirectory() as scratch:
        wall = time.perf_counter()
        WAYS[way](file, metadata, Path(scratch))
        wall = time.perf_counter() - wall
    used = resource.getrusage(resource.RUSAGE_SELF)
    cost = {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024}
    print(json.dumps(cost))


def run_apart(way: str, file: Path, metadata: list[Path]) -> dict[str, float]:
    command = [sys.executable, __file__, str(file), "--way", way, "--metadata", *map(str, metadata)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    cost: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return cost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--metadata", type=Path, nargs="+", required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        run_here(given.way, given.file, given.metadata)
        return
    costs: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(given.runs):
        for way in WAYS:
            costs[way].append(run_apart(way, given.file, given.metadata))
    print(
        f"{'median of ' + str(given.runs):26}{'wall s':>8}{'cpu s':>8}{'MB':>7}{'ours/it, cpu':>14}"
    )
    middle = {
        way: {name: statistics.median(cost[name] for cost in all_costs) for name in all_costs[0]}
        for way, all_costs in costs.items()
    }
    ours = next(iter(middle.values()))
    for way, cost in middle.items():
        ratio = ours["cpu"] / cost["cpu"]
        print(f"{way:26}{cost['wall']:8.1f}{cost['cpu']:8.1f}{cost['memory']:7.0f}{ratio:14.2f}")


if __name__ == "__main__":
    main()

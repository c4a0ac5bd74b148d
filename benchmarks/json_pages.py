"""How fast are pages from Kolada's API loaded? As ratios, all ways on the same pages.

    python benchmarks/json_pages.py                    # 1 million values
    python benchmarks/json_pages.py --values 20000000  # all of Kolada; needs 2 GB of disk

Ours is the reader that the build uses. Against it: plain DuckDB (read_json, nested unnest, a
column for the count beside the values), and a loop of dicts to a data frame, as the clients in
use do it (on part of the pages where there are many, and scaled up: it needs a gigabyte for each
two million values). Bare pages, and packed as they lie in the archive.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd

from analyslib.sources.kolada_shapes import find_shape, select_rows


ITEMS_PER_PAGE = 5000
PAGES_PER_FILE = 40
LOOP_PAGES = 140
COLUMNS = "kpi, municipality, year, gender, value, status, deleted"
PLAIN = """
CREATE TABLE observation AS
SELECT kpi, municipality, period AS year, gender, value, status, isdeleted
FROM (
    SELECT kpi, municipality, period, unnest("values", max_depth := 2)
    FROM (
        SELECT unnest("values", max_depth := 2)
        FROM read_json($files, columns = {
            'values': 'STRUCT(kpi VARCHAR, municipality VARCHAR, period INTEGER, "values"
                STRUCT(gender VARCHAR, status VARCHAR, value DOUBLE, isdeleted BOOLEAN)[])[]',
            'count': 'BIGINT'
        })
    )
)
"""


def page(number: int) -> bytes:
    """5,000 items of three values each, as Kolada sends them."""
    pick = random.Random(number)
    items = [
        {
            "kpi": f"N{(number * 17 + place // 290) % 100000:05}",
            "period": 2005 + place % 20,
            "municipality": f"{100 + place % 290:04}",
            "values": [
                {
                    "gender": gender,
                    "count": 1,
                    "status": "",
                    "value": round(pick.random() * 100, 6),
                    "isdeleted": False,
                }
                for gender in pick.sample("TKM", 3)
            ],
        }
        for place in range(ITEMS_PER_PAGE)
    ]
    return json.dumps({"values": items, "count": len(items), "next_url": None}).encode()


def write_pages(folder: Path, values: int) -> tuple[list[Path], list[Path]]:
    """The same answers bare, one to a file, and packed as the archive has them."""
    bare, packed = [], []
    for number in range(values // (3 * ITEMS_PER_PAGE)):
        body = page(number)
        bare.append(folder / f"page_{number:05}.json")
        bare[-1].write_bytes(body)
        if number % PAGES_PER_FILE == 0:
            packed.append(folder / f"values_{number:05}.json.gz")
        with gzip.open(packed[-1], "ab", compresslevel=1) as file:
            file.write(body + b"\n")
    return bare, packed


def load_ours(files: list[Path], database: Path) -> int:
    with duckdb.connect(database) as connection:
        rows = select_rows(find_shape(files[0]), files, row=False)
        connection.execute(f"CREATE TABLE observation AS SELECT {COLUMNS} FROM ({rows})")
        return count(connection)


def load_plain(files: list[Path], database: Path) -> int:
    with duckdb.connect(database) as connection:
        connection.execute(PLAIN, {"files": [str(file) for file in files]})
        return count(connection)


def load_with_loop(files: list[Path]) -> int:
    rows = []
    for file in files:
        for item in json.loads(file.read_bytes())["values"]:
            for value in item["values"]:
                rows.append(
                    {
                        "kpi": item["kpi"],
                        "municipality": item["municipality"],
                        "year": item["period"],
                        **value,
                    }
                )
    return len(pd.DataFrame(rows))


def count(connection: duckdb.DuckDBPyConnection) -> int:
    (rows,) = connection.execute("SELECT count(*) FROM observation").fetchone() or (0,)
    return int(rows)


def seconds(load: Callable[[], int], expected: int, database: Path | None, runs: int) -> float:
    times = []
    for _ in range(runs):
        if database:
            database.unlink(missing_ok=True)
        started = time.perf_counter()
        rows = load()
        times.append(time.perf_counter() - started)
        assert rows == expected, f"{rows} rows instead of {expected}"
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--values", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare, packed = write_pages(folder, arguments.values)
        values = len(bare) * ITEMS_PER_PAGE * 3
        few = bare[:LOOP_PAGES]
        database = folder / "trial.duckdb"
        runs = arguments.runs
        ours, plain, ours_packed, plain_packed = (
            seconds(lambda load=load, files=files: load(files, database), values, database, runs)
            for load, files in (
                (load_ours, bare),
                (load_plain, bare),
                (load_ours, packed),
                (load_plain, packed),
            )
        )
        part = len(few) * ITEMS_PER_PAGE * 3
        loop = seconds(lambda: load_with_loop(few), part, None, 1) * len(bare) / len(few)
    print(f"{values:,} values in {len(bare)} pages, median of {runs} runs, seconds")
    print("                         bare  packed")
    print(f"ours                 {ours:8.2f} {ours_packed:7.2f}")
    print(f"plain DuckDB         {plain:8.2f} {plain_packed:7.2f}")
    print(f"a loop of dicts      {loop:8.2f}")
    print(
        f"ours / plain         {ours / plain:8.2f} {ours_packed / plain_packed:7.2f}  (aim: <= 1.5)"
    )
    print(f"loop / ours          {loop / ours:8.1f}          (aim: >= 4)")


if __name__ == "__main__":
    main()

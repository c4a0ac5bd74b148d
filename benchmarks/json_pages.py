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
from collections.abc import Callable, Sequence
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


def measure(load: Callable[[], int], expected: int, database: Path) -> tuple[float, float]:
    """Seconds by the clock and of the processor; the second is steady on a busy machine."""
    database.unlink(missing_ok=True)
    clock, processor = time.perf_counter(), time.process_time()
    rows = load()
    assert rows == expected, f"{rows} rows instead of {expected}"
    return time.perf_counter() - clock, time.process_time() - processor


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--values", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare, packed = write_pages(folder, arguments.values)
        database = folder / "trial.duckdb"
        values = len(bare) * ITEMS_PER_PAGE * 3
        few = bare[:LOOP_PAGES]
        ways: dict[str, Callable[[], int]] = {
            "ours, bare pages": lambda: load_ours(bare, database),
            "plain DuckDB, bare pages": lambda: load_plain(bare, database),
            "ours, packed": lambda: load_ours(packed, database),
            "plain DuckDB, packed": lambda: load_plain(packed, database),
        }
        # Turn by turn, so that whatever else the machine does hits all of them alike.
        turns = [
            {way: measure(load, values, database) for way, load in ways.items()}
            for _ in range(arguments.runs)
        ]
        clock, processor = measure(
            lambda: load_with_loop(few), len(few) * ITEMS_PER_PAGE * 3, database
        )
    times = {
        way: [statistics.median(turn[way][kind] for turn in turns) for kind in (0, 1)]
        for way in ways
    }
    scale = len(bare) / len(few)
    times["a loop of dicts, bare pages"] = [clock * scale, processor * scale]
    print(f"{values:,} values in {len(bare)} pages, median of {arguments.runs} turns")
    print(f"{'seconds':30}{'clock':>8}{'CPU':>8}")
    for way, (clock, processor) in times.items():
        print(f"{way:30}{clock:8.2f}{processor:8.2f}")
    show_ratio("ours / plain, bare", times["ours, bare pages"], times["plain DuckDB, bare pages"])
    show_ratio("ours / plain, packed", times["ours, packed"], times["plain DuckDB, packed"])
    loop = times["a loop of dicts, bare pages"]
    show_ratio("loop / ours, bare", loop, times["ours, bare pages"])
    print("aims: ours at most 1.5 times plain DuckDB, the loop at least 4 times ours (clock)")


def show_ratio(label: str, above: Sequence[float], below: Sequence[float]) -> None:
    print(f"{label:30}{above[0] / below[0]:8.2f}{above[1] / below[1]:8.2f}")


if __name__ == "__main__":
    main()

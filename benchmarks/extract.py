"""How long does it take to check and load an extract of 100,000 rows, and how much memory?

    python benchmarks/extract.py                 # 100,000 rows, median of three
    python benchmarks/extract.py --rows 20000

The same extract is checked twice: by analyslib (the gate, all rules, tables in DuckDB), and by
pandas written the usual way: the same search for personal data in every cell with
``DataFrame.map``, dates with ``to_datetime(format="mixed")``, and eleven of the rules with
``apply(axis=1)`` and ``groupby.apply``. The two have to find the same cells. Each run is a process
of its own, so that the peak of memory is its own too; only the ratio says anything about speed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd

from analyslib.measures import load_measures
from analyslib.sources.demo_extract_files import write_csv_files
from analyslib.sources.demo_extracts import DemoExtract, draw_extract
from analyslib.sources.extract_check import check_files
from analyslib.sources.extract_frames import frames_of
from analyslib.sources.extract_load import load_frames
from analyslib.sources.personal_data import find_personal_data


EXTRACTED = pd.Timestamp("2026-03-02")
# Planted: the 17th of every thousand cases ends before it starts, the 29th value is off its scale.
EVERY, LATE, OFF_SCALE = 1000, 17, 29
COMPARED = ("A01", "A09", "A10", "A11", "A12", "A16", "A17", "A18", "A22", "M08", "M14")

Found = dict[str, int]


def write_big_extract(folder: Path, rows: int) -> list[Path]:
    """One municipality over and over, under new pseudonyms, with faults at known places."""
    extract = draw_extract("2480")
    times = rows // (len(extract.episodes) + len(extract.measurements)) + 1
    episodes = _repeated(extract.episodes, times)
    measurements = _repeated(extract.measurements, times)
    share = len(episodes) / (len(episodes) + len(measurements))
    episodes, measurements = _cut(episodes, measurements, int(rows * share), rows)
    ended = episodes["slut"].ne("") & (episodes.index % EVERY == LATE)
    episodes.loc[ended, "slut"] = "2022-11-01"
    measured = measurements["varde"].ne("") & (measurements.index % EVERY == OFF_SCALE)
    measurements.loc[measured, "varde"] = "99999"
    facts = {**extract.facts, "antal_i_verksamheten": str(rows)}
    return write_csv_files(
        folder / "stort", DemoExtract(extract.municipality, episodes, measurements, facts)
    )


def _repeated(frame: pd.DataFrame, times: int) -> pd.DataFrame:
    parts = [
        frame.assign(lopnr=frame["lopnr"] + f"N{n}", arende_id=frame["arende_id"] + f"N{n}")
        for n in range(times)
    ]
    return pd.concat(parts, ignore_index=True)


def _cut(
    episodes: pd.DataFrame, measurements: pd.DataFrame, most: int, rows: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Whole cases only, so that no measurement is left without one."""
    episodes = episodes.head(most).copy()
    known = measurements["arende_id"].isin(episodes["arende_id"])
    return episodes, measurements[known].head(rows - most).reset_index(drop=True)


def run_ours(paths: list[Path], database: Path) -> Found:
    result = check_files(paths)
    with duckdb.connect(str(database)) as connection:
        load_frames(connection, [frames_of(result, "stort")])
    counts = pd.Series([finding.rule for finding in result.findings]).value_counts()
    return {rule: int(counts.get(rule, 0)) for rule in ("P01", *COMPARED)}


def run_plain_pandas(paths: list[Path], database: Path) -> Found:
    read = {"sep": ";", "encoding": "cp1252", "dtype": str, "keep_default_na": False}
    episodes, measurements = (pd.read_csv(path, **read) for path in paths[:2])
    personal = sum(
        int(frame.map(lambda text: bool(find_personal_data(text))).to_numpy().sum())
        for frame in (episodes, measurements)
    )
    for name in ("aktualiserad", "start", "slut", "ateraktualiserad"):
        episodes[name] = pd.to_datetime(episodes[name].replace("", None), format="mixed")
    measurements["datum"] = pd.to_datetime(measurements["datum"].replace("", None), format="mixed")
    measurements["varde"] = pd.to_numeric(measurements["varde"].str.replace(",", "."))
    found = {"P01": personal, **_episode_rules(episodes), **_measurement_rules(measurements)}
    with duckdb.connect(str(database)) as connection:
        connection.execute("CREATE TABLE episode AS FROM episodes")
        connection.execute("CREATE TABLE measurement AS FROM measurements")
    return found


def _episode_rules(episodes: pd.DataFrame) -> Found:
    dates = ["aktualiserad", "start", "slut", "ateraktualiserad"]
    required = ["lopnr", "arende_id", "kommunkod", "verksamhet", "aldersgrupp", "kon", "insats"]

    def rows(condition: Callable[[pd.Series], bool]) -> int:
        return int(episodes.apply(condition, axis=1).sum())

    def overlaps(group: pd.DataFrame) -> int:
        group = group.drop_duplicates(["arende_id", "start"]).sort_values("start")
        latest = group["slut"].fillna(pd.Timestamp("2200-01-01")).cummax().shift()
        return int((group["start"] < latest).sum())

    sexes = episodes.groupby("lopnr")["kon"].apply(lambda kinds: len(set(kinds)))
    return {
        "A01": rows(lambda row: any(row[name] == "" for name in required) or pd.isna(row["start"])),
        "A09": rows(lambda row: row["aktualiserad"] > row["start"]),
        "A10": rows(lambda row: row["start"] > row["slut"]),
        "A11": rows(lambda row: row["slut"] > row["ateraktualiserad"]),
        "A12": rows(lambda row: any(row[name] > EXTRACTED for name in dates)),
        "A16": int(
            episodes.groupby(["lopnr", "verksamhet", "insats"])[["arende_id", "start", "slut"]]
            .apply(overlaps)
            .sum()
        ),
        "A17": rows(lambda row: pd.notna(row["slut"]) and row["avslutsorsak"] == ""),
        "A18": rows(lambda row: pd.isna(row["slut"]) and row["avslutsorsak"] != ""),
        "A22": int((sexes > 1).sum()),
    }


def _measurement_rules(measurements: pd.DataFrame) -> Found:
    ranges = {
        (measure.title, part.title if part else ""): ((part or measure).low, (part or measure).high)
        for measure in load_measures().values()
        for part in (None, *measure.subscales)
    }

    def is_off_scale(row: pd.Series) -> bool:
        low, high = ranges[row["matt"], row["delskala"]]
        return bool(row["varde"] < low or row["varde"] > high)

    starts = measurements[measurements["fas"] == "Start"]
    per_case = starts.groupby(["lopnr", "arende_id", "matt", "delskala"])["fas"].apply(len)
    return {
        "M08": int(measurements.apply(is_off_scale, axis=1).sum()),
        "M14": int((per_case - 1).sum()),
    }


# --- measuring


def _measured(run: Callable[..., Found], paths: list[Path], queue: object) -> None:
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        found = run(paths, Path(folder) / "prov.duckdb")
        seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    queue.put((found, seconds, (peak - before) / 1024))  # type: ignore[attr-defined]


def measure(
    run: Callable[..., Found], paths: list[Path], repeats: int
) -> tuple[Found, float, float]:
    """The findings, the median of the seconds and of the megabytes."""
    context = multiprocessing.get_context("spawn")
    results = []
    for _ in range(repeats):
        queue = context.Queue()
        process = context.Process(target=_measured, args=(run, paths, queue))
        process.start()
        results.append(queue.get())
        process.join()
    seconds = statistics.median(result[1] for result in results)
    return results[0][0], seconds, statistics.median(result[2] for result in results)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = write_big_extract(Path(folder), options.rows)
        ours, our_seconds, our_memory = measure(run_ours, paths, options.repeats)
        plain, plain_seconds, plain_memory = measure(run_plain_pandas, paths, options.repeats)
    print(f"{options.rows} rows, median of {options.repeats}")
    print(f"analyslib, gate and all rules:   {our_seconds:6.1f} s, {our_memory:5.0f} MB")
    print(f"plain pandas, gate and 11 rules: {plain_seconds:6.1f} s, {plain_memory:5.0f} MB")
    print(f"ratio of time: {plain_seconds / our_seconds:.1f}")
    print(f"the same findings: {ours == plain} {ours if ours == plain else (ours, plain)}")


if __name__ == "__main__":
    main()

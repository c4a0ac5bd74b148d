"""A few municipalities' made-up extracts, loaded and released the way the build does it."""

from __future__ import annotations

import re
import tempfile
from functools import lru_cache
from pathlib import Path

import duckdb
import pandas as pd

from analyslib.analysis.follow_up import FollowUp, build_follow_up
from analyslib.disclosure.follow_up import release_follow_up
from analyslib.measures import load_measures
from analyslib.sources.demo_extract_files import write_csv_files
from analyslib.sources.demo_extracts import draw_extract
from analyslib.sources.extract_check import check_files
from analyslib.sources.extract_frames import ExtractFrames, frames_of
from analyslib.sources.extract_load import load_frames
from analyslib.store.build import publish
from analyslib.store.connection import run_query


# One county: Åsele and Malå are tiny, Vilhelmina is small, Umeå is large; Dorotea never delivers.
PLACES = ("2463", "2418", "2462", "2480")
SILENT = "2425"
ONE_KEY_FIGURE = """
CREATE OR REPLACE TABLE indicator AS SELECT 'U31462' AS kpi;
CREATE OR REPLACE TABLE observation AS
SELECT 'U31462' AS kpi, '2480' AS municipality, 2024 AS year, 'T' AS gender, 73.25 AS value,
       '' AS status, NULL::DOUBLE AS n, 'demo' AS source, '2026-03-16' AS vintage
"""


@lru_cache(maxsize=1)
def extracts() -> tuple[ExtractFrames, ...]:
    """What PLACES deliver, through the same gate and rules as anybody's files."""
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for code in PLACES:
            paths = write_csv_files(Path(folder) / f"uttag_{code}", draw_extract(code))
            found.append(frames_of(check_files(paths, "2026-03-02"), f"{code}_1"))
    return tuple(found)


@lru_cache(maxsize=1)
def analyst_database() -> duckdb.DuckDBPyConnection:
    """The analyst's database of PLACES, in memory."""
    connection = duckdb.connect(":memory:")
    load_frames(connection, extracts())
    return connection


def write_analyst_database(path: Path) -> None:
    """The same as a file, where the analyst's notebook looks for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        load_frames(connection, extracts())


@lru_cache(maxsize=1)
def follow_up() -> FollowUp:
    connection = analyst_database()
    return build_follow_up(
        run_query(connection, "build/isu_episodes").df(),
        run_query(connection, "build/isu_measurements").df(),
        load_measures(),
    )


@lru_cache(maxsize=1)
def released_tables() -> dict[str, pd.DataFrame]:
    return release_follow_up(analyst_database())


def without_part_marks(page: str) -> str:
    """The page as a notebook of someone's own could have it: held to its numbers alone."""
    return re.sub(r' data-part="[^"]*"', "", page)


def write_publish_database(path: Path) -> None:
    """A published database with one key figure of one municipality, and the follow-up of PLACES."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        run_query(connection, "build/schema")
        connection.execute(ONE_KEY_FIGURE)
        publish(connection, released_tables())

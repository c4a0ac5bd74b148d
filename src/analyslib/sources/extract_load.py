"""Puts extracts into the analyst's database. Their tables exist nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analyslib.sources.extract_frames import ExtractFrames


# The statements lie with the store's others; the store itself is not imported from here.
_SQL = Path(__file__).parent.parent / "store" / "sql" / "build"

TABLES = {
    "delivered_episode": "episode",
    "delivered_measurement": "measurement",
    "extract": "extract",
    "local_value": "local_value",
    "extract_rejected": "rejected",
}


def load_frames(connection: Any, extracts: Sequence[ExtractFrames]) -> None:
    """Make the tables and fill them; without any extract they are there, and empty."""
    connection.execute(_sql("isu_schema"))
    for table, part in TABLES.items():
        frames = [frame for item in extracts if not (frame := getattr(item, part)).empty]
        if frames:
            connection.register("delivered", pd.concat(frames, ignore_index=True))
            connection.execute(f"INSERT INTO {table} BY NAME FROM delivered")
            connection.unregister("delivered")
    connection.execute(_sql("isu_current"))


def _sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")

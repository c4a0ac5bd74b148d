"""Made-up extracts of individual follow-up for both networks, with known effects planted.

Lives first, then the files that a municipality would deliver: workbooks, csv files, flat files.
What is planted is stated here, so that a test can ask whether the analysis finds it again. All
pseudonyms begin with CANARY, so that a search through bytes finds every one that got out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from analyslib.catalogue import load_catalogue
from analyslib.errors import UsageError
from analyslib.sources import follow_up
from analyslib.sources.demo_extract_files import write_csv_files, write_flat_file, write_workbook
from analyslib.sources.demo_lives import CANARY, FIRST_DAY, LAST_DAY, draw_lives
from analyslib.sources.demo_places import ROUND_SIZE, random_for
from analyslib.sources.demo_plan import DELIVERS_NOTHING, EXTRACTION_DAY, MONTHS_ONLY, PLANS
from analyslib.sources.origin import ArchivedFile
from analyslib.workspace import Workspace


__all__ = ["CANARY", "DELIVERS_NOTHING", "PLANS", "draw_extract", "write_demo_extracts"]

NETWORKS = ("nua", "fouis")


@dataclass(frozen=True)
class DemoExtract:
    """One municipality's delivery with the template's headers, all text."""

    municipality: str
    episodes: pd.DataFrame
    measurements: pd.DataFrame
    facts: dict[str, str]


def write_demo_extracts(workspace: Workspace) -> list[ArchivedFile]:
    """Extracts of every municipality of both networks but DELIVERS_NOTHING, into the archive.

    They go the way of a user's files: the same gate, the same rules, the same archive.
    """
    if not workspace.demo:
        raise UsageError("Påhittade uppgifter får inte läggas bland riktiga.")
    archived = []
    with tempfile.TemporaryDirectory() as folder:
        for paths in write_extract_files(Path(folder)):
            archived += follow_up.add(
                workspace,
                paths,
                extraction_date=EXTRACTION_DAY.isoformat(),
                retrieved=EXTRACTION_DAY,
            )
    return archived


def delivering() -> list[str]:
    """The municipalities of both networks that deliver, by code."""
    networks = load_catalogue().networks
    members = {code for name in NETWORKS for code in networks[name].members}
    return sorted(members - set(DELIVERS_NOTHING))


def write_extract_files(folder: Path) -> Iterator[list[Path]]:
    """The files of one municipality after another: workbooks, csv files and flat files in turn."""
    writers = (write_workbook, write_csv_files, write_workbook, write_flat_file)
    for number, code in enumerate(delivering()):
        extract = draw_extract(code)
        name = f"uttag_{code}_{EXTRACTION_DAY}"
        yield writers[number % len(writers)](folder / name, extract)


def draw_extract(municipality: str) -> DemoExtract:
    """The delivery of one municipality: always the same, whatever else is drawn."""
    stream = random_for(f"isu {municipality}")
    size = ROUND_SIZE[municipality]
    attrition = 0.40 + 0.15 * stream.random_sample()
    lives = [
        draw_lives(plan, area, municipality, size, attrition, stream)
        for area, plan in PLANS.items()
    ]
    episodes = pd.concat([episode for episode, _ in lives], ignore_index=True)
    measurements = pd.concat([measured for _, measured in lives], ignore_index=True)
    if municipality in MONTHS_ONLY:
        episodes, measurements = _to_months(episodes), _to_months(measurements)
    return DemoExtract(municipality, episodes, measurements, _facts(municipality, episodes, stream))


def _to_months(frame: pd.DataFrame) -> pd.DataFrame:
    dates = [name for name in _DATES if name in frame]
    return frame.assign(**{name: frame[name].str.slice(0, 7) for name in dates})


_DATES = ("aktualiserad", "start", "slut", "ateraktualiserad", "datum")


def _facts(
    municipality: str, episodes: pd.DataFrame, stream: np.random.RandomState
) -> dict[str, str]:
    """Between six and nine in ten of those in the service are in the extract."""
    covered = 0.6 + 0.3 * stream.random_sample()
    return {
        "kommunkod": municipality,
        "uttagsdatum": EXTRACTION_DAY.isoformat(),
        "period_fran": _iso(FIRST_DAY),
        "period_till": _iso(LAST_DAY),
        "urval": "Alla insatser som började under perioden",
        "antal_i_verksamheten": str(round(episodes["lopnr"].nunique() / covered)),
        "kontaktroll": "SU-teamet",
    }


def _iso(day: date) -> str:
    return day.isoformat()

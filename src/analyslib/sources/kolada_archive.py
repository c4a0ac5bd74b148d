"""Puts the answers of a finished fetch into the archive, in the order they were planned."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from analyslib.sources.answer_folder import AnswerFolder
from analyslib.sources.kolada import LICENCE, PUBLISHER
from analyslib.sources.kolada_plan import chunks
from analyslib.sources.origin import ArchivedFile, Origin, archive_file, sha256_of
from analyslib.sources.packed_answers import write_answers
from analyslib.workspace import Workspace


PAGES_PER_FILE = 40
TITLES = {
    "kpi": "Kolada: metadata om nyckeltal",
    "municipality": "Kolada: kommuner och regioner",
    "groups": "Kolada: kommungrupper",
    "values": "Kolada: värden",
    "ou": "Kolada: enheter",
    "oudata": "Kolada: värden per enhet",
}


def archive_answers(
    workspace: Workspace,
    folder: AnswerFolder,
    base_url: str,
    addresses: Mapping[str, Sequence[str]],
    rows: Mapping[str, int],
) -> list[ArchivedFile]:
    """A few files for each dataset, of one answer on each line; empty answers are left out.

    `addresses` by dataset, and `rows` by address. The files are the same, byte for byte,
    however often the fetch was interrupted.
    """
    files = []
    with tempfile.TemporaryDirectory(dir=folder.path) as scratch:
        for dataset, asked in addresses.items():
            filled = [address for address in asked if rows[address]]
            for part in chunks(filled, PAGES_PER_FILE):
                path = Path(scratch) / f"{dataset}.json.gz"
                write_answers(path, map(folder.load_whole, part))
                count = sum(rows[address] for address in part)
                origin = _origin(dataset, path, base_url, folder.started, count)
                files.append(archive_file(workspace, path, origin))
    return files


def _origin(dataset: str, path: Path, base_url: str, started: date, rows: int) -> Origin:
    return Origin(
        source="kolada",
        dataset=dataset,
        publisher=PUBLISHER,
        title=TITLES[dataset],
        address=base_url,
        licence=LICENCE,
        retrieved=started,
        vintage=started.isoformat(),
        original_name=path.name,
        sha256=sha256_of(path),
        rows=rows,
    )

"""The published ledger: what lies in the pack's folder, so that anyone can audit the pack.

It holds every number as it was printed, and for a hidden one only that it was hidden. Each
file names those before it by their sums, so that none can be changed or left out unseen.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analyslib.disclosure.universe import PublishedRow
from analyslib.errors import DisclosureError, Fault


FILE_NAME = "publicerat.json"


@dataclass(frozen=True)
class Publication:
    """One published ledger. `sets`: sets of values; a row is (which set of each dimension, the
    number or None, whether a hidden one is sure not to be zero, the label). `delivered`:
    the combinations of `block` that there was anything about. `previous`: the sums of earlier
    ledgers that it was decided together with. `mode`: "dolt" or "avrundat"."""

    title: str
    threshold: int
    careful: bool
    dimensions: tuple[str, ...]
    sets: tuple[tuple[str, ...], ...]
    block: tuple[str, ...]
    delivered: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[tuple[int, ...], int | None, bool, str], ...]
    previous: tuple[str, ...] = ()
    mode: str = "dolt"

    @property
    def digest(self) -> str:
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def published_rows(self) -> list[PublishedRow]:
        """The rows as later packs and the audit take them."""
        delivered = frozenset(self.delivered)
        return [
            PublishedRow(
                tuple((d, self.sets[i]) for d, i in zip(self.dimensions, cell, strict=True)),
                shown,
                sure,
                label,
                self.block,
                delivered,
            )
            for cell, shown, sure, label in self.rows
        ]


def write_publication(folder: Path, publication: Publication) -> Path:
    """Put the published ledger in the pack's folder. Another one there is never overwritten."""
    path = folder / FILE_NAME
    if path.exists() and read_publication(path) != publication:
        raise DisclosureError(
            "Det ligger redan ett publicerat paket i mappen, med andra tal.",
            where=str(path),
            remedy="Välj ett annat mötesdatum, eller ta bort det gamla paketet om det aldrig "
            "har lämnat huset.",
        )
    content = {**asdict(publication), "sha256": publication.digest}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text + "\n", encoding="utf-8")
    os.replace(temporary, path)
    return path


def read_publication(path: Path) -> Publication:
    """Read a published ledger; refuses one that has been changed since it was written."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        digest = content.pop("sha256")
        fields: dict[str, Any] = {key: _tuples(value) for key, value in content.items()}
        publication = Publication(**fields)
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise DisclosureError("Filen går inte att läsa.", str(path)) from error
    if publication.digest != digest:
        raise DisclosureError("Filen har ändrats sedan paketet gjordes.", str(path))
    return publication


def read_publications(folders: Path | Iterable[Path]) -> list[Publication]:
    """Every published ledger in and under these folders, each once. Refuses a gap: a ledger that
    names an earlier one which is not there."""
    places = [folders] if isinstance(folders, Path) else list(folders)
    paths = sorted({path for place in places for path in place.rglob(FILE_NAME)})
    found = {p.digest: p for p in map(read_publication, paths)}
    return list(found.values())


def check_complete(publications: Sequence[Publication]) -> None:
    """Raise where a ledger names an earlier one that is not among these."""
    present = {p.digest for p in publications}
    faults = [
        Fault("Ett tidigare paket som det hör ihop med saknas.", p.title)
        for p in publications
        if not present.issuperset(p.previous)
    ]
    if faults:
        raise DisclosureError(faults)


def _tuples(value: object) -> object:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value

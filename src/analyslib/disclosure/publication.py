"""The published ledgers: what lies in the pack's folder, so that anyone can audit the pack.

They hold every number as it was printed, and for a hidden one only that it was hidden. Each
ledger names those before it by their sums, so that none can be changed or left out unseen.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analyslib.disclosure.universe import PublishedRow
from analyslib.errors import DisclosureError, Fault


FILE_NAME = "publicerat.json"
Cell = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Link:
    """The same people in two universes. For every combination of the dimensions in `on` (the name
    here, the name there): those counted here with the values in `here` are those counted in
    `universe` with the values in `there`."""

    universe: str
    on: tuple[tuple[str, str], ...]
    here: Cell = ()
    there: Cell = ()


@dataclass(frozen=True)
class Publication:
    """One published ledger. `sets`: sets of values; a row is (which set of each dimension, the
    number or None, whether a hidden one is sure not to be zero, the label). `delivered`:
    the combinations of `block` that there was anything about. `previous`: the sums of earlier
    ledgers that it was decided together with. `mode`: "dolt" or "avrundat". `universe`: what is
    counted and how it is divided; a dimension or a class means the same in two ledgers only where
    this is the same. `links`: which sums are the same people in another universe. `extracts`: for
    each of `delivered`, a mark of what it was counted from; the same mark in two editions of a
    table, the same people."""

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
    universe: str = ""
    links: tuple[Link, ...] = ()
    extracts: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        content = asdict(self)
        if not self.extracts:
            del content["extracts"]  # ledgers from before there were marks keep their sums
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def without(self, dimension: str) -> Publication:
        """The same ledger with one of the dimensions of its blocks left out."""
        at, place = self.dimensions.index(dimension), self.block.index(dimension)
        blocks = (block[:place] + block[place + 1 :] for block in self.delivered)
        return replace(
            self,
            dimensions=self.dimensions[:at] + self.dimensions[at + 1 :],
            block=self.block[:place] + self.block[place + 1 :],
            delivered=tuple(dict.fromkeys(blocks)),
            rows=tuple(
                (cell[:at] + cell[at + 1 :], shown, sure, label)
                for cell, shown, sure, label in self.rows
            ),
        )

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


def publication_from(content: Mapping[str, Any]) -> Publication:
    """A ledger out of its fields as JSON gives them."""
    fields: dict[str, Any] = {key: _tuples(value) for key, value in content.items()}
    found = [{key: _tuples(value) for key, value in link.items()} for link in content["links"]]
    links = tuple(Link(**link) for link in found)
    return Publication(**{**fields, "links": links})


def ledgers_as_text(publications: Sequence[Publication]) -> pd.DataFrame:
    """One row = one published ledger: its title, its sum and its content as JSON."""
    rows = [
        {"title": p.title, "sha256": p.digest, "content": json.dumps(asdict(p), ensure_ascii=False)}
        for p in publications
    ]
    return pd.DataFrame(rows, columns=["title", "sha256", "content"], dtype="str")


def write_publications(folder: Path, publications: Sequence[Publication]) -> Path:
    """Put the ledgers in the pack's folder. What already lies there stays: it may have left the
    house, and whoever has both has both."""
    path = folder / FILE_NAME
    before = read_file(path) if path.exists() else []
    known = {publication.digest for publication in before}
    ledgers = [*before, *(item for item in publications if item.digest not in known)]
    content = {"ledgers": [asdict(item) for item in ledgers], "sha256": _sum_of(ledgers)}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    temporary.write_text(text + "\n", encoding="utf-8")
    os.replace(temporary, path)
    return path


def read_file(path: Path) -> list[Publication]:
    """The ledgers of one pack; refuses a file that has been changed since it was written."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        ledgers = [publication_from(fields) for fields in content["ledgers"]]
        digest = content["sha256"]
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise DisclosureError("Filen går inte att läsa.", str(path)) from error
    if _sum_of(ledgers) != digest:
        raise DisclosureError("Filen har ändrats sedan paketet gjordes.", str(path))
    return ledgers


def _sum_of(ledgers: Sequence[Publication]) -> str:
    return hashlib.sha256("".join(item.digest for item in ledgers).encode()).hexdigest()


def read_publications(folders: Path | Iterable[Path]) -> list[Publication]:
    """Every published ledger in and under these folders, each once."""
    places = [folders] if isinstance(folders, Path) else list(folders)
    paths = sorted({path for place in places for path in place.rglob(FILE_NAME)})
    found = {item.digest: item for path in paths for item in read_file(path)}
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


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value

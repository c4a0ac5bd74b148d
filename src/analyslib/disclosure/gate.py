"""The last gate of a pack: nothing about individuals leaves until everything has been audited.

What is asked is what an outsider will have: the ledgers of this pack and of every pack before
it, and the finished pages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analyslib.disclosure.page_check import ABOUT, Allowed, allowed_from, check_folder
from analyslib.disclosure.publication import Publication, publication_from
from analyslib.disclosure.released import released_from
from analyslib.disclosure.versions import tied_to
from analyslib.errors import DisclosureError, Fault
from analyslib.sources.demo_lives import CANARY
from analyslib.store.connection import Store, open_store, query


MARK = f'data-about="{ABOUT}"'.encode()
MOST_LEAKS = 10
# The ends and the ticks of scales, months and the word for uncertainty: numbers about nobody.
SCALES = frozenset(
    {"6", "12", "95"}
    | {str(n) for n in range(0, 1001, 5)}
    | {f"{n / 10:.1f}".replace(".", ",") for n in range(0, 400, 25)}
)


@dataclass(frozen=True)
class Outgoing:
    """What a pack may tell about individuals: its ledgers, and what its pages can say."""

    ledgers: tuple[Publication, ...]
    allowed: Allowed


NOTHING = Outgoing((), Allowed({}, frozenset()))


def is_about_people(page: bytes) -> bool:
    return MARK in page


def read_outgoing(publish_db: Path, counties: Iterable[str]) -> Outgoing:
    """The part of the release that is about these counties."""
    with open_store(publish_db, threads=1) as store:
        if not query(store, "has_table", table="individual_ledger")["is_there"].item():
            return NOTHING
        wanted = sorted(set(counties))
        ledgers = _each(store, "individual_ledgers", wanted)
        cells = _each(store, "individual_cells", wanted)
        statistics = _each(store, "individual_measures", wanted)
        facts = query(store, "individual_release")
    contents = [json.loads(content) for content in ledgers["content"]]
    released = released_from(cells, facts, statistics)
    return Outgoing(tuple(map(publication_from, contents)), allowed_from(released))


def _each(store: Store, name: str, counties: Sequence[str]) -> pd.DataFrame:
    return pd.concat([query(store, name, county=county) for county in counties], ignore_index=True)


def audit_outgoing(ledgers: Sequence[Publication], before: Sequence[Publication]) -> str:
    """The audit in words. Raises DisclosureError where anything could be worked out from these
    ledgers together with all that were published before them."""
    from analyslib.disclosure.audit import audit_publications  # its solver is slow to load

    together = {publication.digest: publication for publication in [*before, *ledgers]}
    # What is independent of this pack was audited when it was published itself.
    tied = tied_to(ledgers, list(together.values()))
    beside = [p for p in together.values() if p not in tied]
    report = audit_publications(tied, beside)
    if report.is_passed:
        return report.text
    leaks = [Fault(leak.sentence) for leak in report.leaks[:MOST_LEAKS]]
    what = f"Paketet stoppades: {len(report.leaks)} dolda tal går att räkna ut eller ringa in."
    raise DisclosureError([Fault(what, remedy=REMEDY), *leaks])


REMEDY = (
    "Kör `analyslib build` och gör om paketet: bygget tar hänsyn till allt som redan är publicerat."
)


def check_pages(folders: Iterable[Path], outgoing: Outgoing) -> None:
    """Raise with every page that says something about individuals that has not been released."""
    faults: list[Fault] = []
    for folder in folders:
        try:
            check_folder(folder, outgoing.allowed, [CANARY], SCALES)
        except DisclosureError as error:
            faults += error.faults
    if faults:
        raise DisclosureError(faults)


def sum_of(publications: Iterable[Publication]) -> str:
    """One sum for a set of ledgers, whatever their order."""
    digests = sorted({publication.digest for publication in publications})
    return hashlib.sha256("".join(digests).encode()).hexdigest()

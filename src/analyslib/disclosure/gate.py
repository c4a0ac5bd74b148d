"""The last gate of a pack: nothing about individuals leaves until everything has been audited.

What is asked is what an outsider will have: the ledgers of this pack and of every pack before
it, and the finished pages.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from analyslib.disclosure.page_check import ABOUT, Allowed, allowed_from, check_folder
from analyslib.disclosure.page_reader import read_page
from analyslib.disclosure.parts_made_anew import OWN, PART, PartName, part_name, plan_of
from analyslib.disclosure.publication import Publication, publication_from
from analyslib.disclosure.released import released_from
from analyslib.disclosure.versions import tied_to
from analyslib.errors import DisclosureError, Fault
from analyslib.sources.demo_lives import CANARY
from analyslib.store.connection import Store, open_store, query


MARK = f'data-about="{ABOUT}"'.encode()
PART_MARK = re.compile(rf'{PART}="([a-z0-9_-]+)"'.encode())
OWN_LEDGER = re.compile(r"matt-\d\d-(\d{4})")
OWN_NUMBER = re.compile(rb'data-kpi="\d{4}-')
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


@dataclass(frozen=True)
class Subjects:
    """What pages tell of individuals: of the follow-up, and of the own measures of these
    municipalities (None: of all). `parts`: what on the pages can be made anew."""

    follow_up: bool = True
    own: frozenset[str] | None = None
    parts: frozenset[PartName] = frozenset()

    def __bool__(self) -> bool:
        return self.follow_up or self.own is None or bool(self.own or self.parts)

    def include(self, title: str) -> bool:
        """Whether a ledger of this title is about what the pages tell."""
        found = OWN_LEDGER.match(title)
        if found is None:
            return self.follow_up
        return self.own is None or found[1] in self.own


EVERYTHING = Subjects()


def is_about_people(page: bytes) -> bool:
    return MARK in page or bool(PART_MARK.search(page) or OWN_NUMBER.search(page))


def subjects_of(pages: Iterable[bytes]) -> Subjects:
    follow_up, parts = False, set[PartName]()
    for page in pages:
        found = [part_name(mark.decode()) for mark in PART_MARK.findall(page)]
        names = [name for name in found if name is not None]
        follow_up |= page.count(MARK) > sum(name.kind == OWN for name in names)
        parts |= set(names)
    own = frozenset(name.municipality for name in parts if name.kind == OWN)
    return Subjects(follow_up, own, frozenset(parts))


def read_outgoing(
    publish_db: Path,
    counties: Iterable[str],
    subjects: Subjects = EVERYTHING,
    made: Mapping[PartName, str] | None = None,
) -> Outgoing:
    """The part of the release of these counties that pages about these subjects tell. `made`: what
    the release makes of the parts that can be made anew."""
    wanted = sorted(set(counties))
    with open_store(publish_db, threads=1) as store:
        ledgers = _ledgers(store, wanted, subjects)
        allowed = _released(store, wanted) if subjects.follow_up else NOTHING.allowed
        _check_own(store, ledgers, [n.municipality for n in made or {} if n.kind == OWN])
    plans = {str(name): plan_of(read_page(html).parts) for name, html in (made or {}).items()}
    return Outgoing(ledgers, replace(allowed, parts=plans))


def _ledgers(store: Store, counties: Sequence[str], subjects: Subjects) -> tuple[Publication, ...]:
    if not _has(store, "individual_ledger"):
        return ()
    found = _each(store, "individual_ledgers", counties)
    told = found[found["title"].map(subjects.include).astype(bool)]
    return tuple(publication_from(json.loads(content)) for content in told["content"])


def _check_own(store: Store, ledgers: Sequence[Publication], codes: Iterable[str]) -> None:
    """Raise where the own measures that pages are made of are not those that are audited."""
    from analyslib.disclosure.own_ledgers import contradicted, printed_numbers  # as slow to load

    printed = printed_numbers(ledger for ledger in ledgers if OWN_LEDGER.match(ledger.title))
    faults = []
    for code in codes:
        scope = {"municipality": code, "project": None}
        measures, values = (query(store, name, **scope) for name in ("own_measures", "own_values"))
        faults += [Fault(UNEQUAL, name) for name in contradicted(measures, values, printed)]
    if faults:
        raise DisclosureError(faults)


UNEQUAL = "Måttet visar andra tal om personer än de som har granskats. Kör `analyslib build`."


def _released(store: Store, counties: Sequence[str]) -> Allowed:
    if not _has(store, "individual_count"):
        return NOTHING.allowed
    cells = _each(store, "individual_cells", counties)
    statistics = _each(store, "individual_measures", counties)
    return allowed_from(released_from(cells, query(store, "individual_release"), statistics))


def _has(store: Store, table: str) -> bool:
    return bool(query(store, "has_table", table=table)["is_there"].item())


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

"""Fetches indicators, metadata and groups from Kolada (API v3) into the archive.

Everything or an error that names what is missing. An interrupted fetch goes on where it was,
and ends in the same archive, byte for byte, as one that was left in peace.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from analyslib.catalogue import load_catalogue, unit_kpis, wanted_kpis
from analyslib.errors import Fault, SourceError, UsageError
from analyslib.sources import kolada_plan as plan
from analyslib.sources.answer_folder import AnswerFolder
from analyslib.sources.http import Patience, PoliteSession
from analyslib.sources.kolada_answers import check_page, next_address
from analyslib.sources.kolada_archive import TITLES, archive_answers
from analyslib.sources.kolada_coverage import newest_vintages, starts
from analyslib.sources.origin import ArchivedFile
from analyslib.sources.progress import Listener, Step, silent
from analyslib.workspace import Workspace


BASE_URL = "https://api.kolada.se/v3"
FAILURES_IN_A_ROW = 3
ATTEMPTS_FOR_A_STEADY_LIST = 3


@dataclass(frozen=True)
class Fetched:
    """What a fetch brought home.

    `gone`: asked for, but Kolada has no such series any longer. `empty`: Kolada has the series
    but not one row for the years asked for. `asked` counts what was asked over the network,
    `kept` what an earlier, interrupted fetch had already brought.
    """

    files: tuple[ArchivedFile, ...]
    gone: tuple[str, ...]
    empty: tuple[str, ...]
    asked: int
    kept: int


@dataclass(frozen=True)
class Page:
    address: str
    body: bytes
    data: Any = field(repr=False)


def fetch(
    workspace: Workspace,
    *,
    indicators: Iterable[str] | None = None,
    years: Sequence[int] | None = None,
    units: Iterable[str] | None = None,
    from_date: date | None = None,
    base_url: str = BASE_URL,
    today: date | None = None,
    patience: Patience | None = None,
    progress: Listener = silent,
) -> Fetched:
    """Values of `indicators` (KPI ids), all metadata and all groups, into the archive.

    `indicators` default to those of the definitions and the series that hold their n, `years`
    to everything since 1998. With `from_date` only what changed since then, or since the archive
    got the series if that was earlier; a series that the archive lacks is fetched whole. `units`
    are the KPI ids to fetch per unit too, by default those of `indicators` that the definitions
    mark; Kolada tells no changes of them, so they are always fetched whole. Raises SourceError
    that names everything that could not be fetched; what was fetched is kept for the next attempt.
    """
    today = today or date.today()
    if from_date and from_date > today:
        raise UsageError(f"Dagen {from_date} har inte varit än.", remedy="Ange en dag som varit.")
    years = sorted(set(years)) if years else list(range(plan.FIRST_YEAR, today.year + 1))
    asked = wanted_kpis(load_catalogue()) if indicators is None else indicators
    wanted = sorted(set(asked))
    marked = set(unit_kpis(load_catalogue())) & set(wanted)
    per_unit = sorted(marked if units is None else set(units))
    if not wanted:
        raise UsageError("Inga nyckeltal att hämta.", remedy="Ange minst ett nyckeltal.")
    place = workspace.raw / "kolada" / ".fetch"
    with _only_one(place), PoliteSession(patience) as session:
        folder = AnswerFolder(place / "answers", today)
        asker = _Asker(session, folder, base_url, progress)
        known = asker.ask_metadata()
        gone = [kpi for kpi in dict.fromkeys((*wanted, *per_unit)) if kpi not in known]
        newest = newest_vintages(workspace, base_url) if from_date else {}
        groups = starts(sorted(set(wanted) & known), from_date, newest)
        questions = [
            question
            for start, kpis in groups.items()
            for question in plan.value_questions(kpis, years, start)
        ]
        questions += plan.unit_questions(set(per_unit) & known, years)
        asker.ask_all(questions)
        files = archive_answers(workspace, folder, base_url, asker.addresses, asker.rows)
        empty = sorted(set(groups.get(None, ())) - asker.with_rows)
        folder.remove()
    return Fetched(tuple(files), tuple(gone), tuple(empty), asker.asked, asker.kept)


@contextmanager
def _only_one(place: Path) -> Iterator[None]:
    place.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise SourceError(
            "En hämtning från Kolada pågår redan i den här arbetsbänken.",
            remedy="Vänta tills den är klar.",
        ) from error
    try:
        yield
    finally:
        lock.release()


class _Asker:
    """Asks the questions of one fetch and remembers which addresses answered which."""

    def __init__(
        self, session: PoliteSession, folder: AnswerFolder, base_url: str, progress: Listener
    ) -> None:
        self.session, self.folder, self.base_url = session, folder, base_url
        self.progress = progress
        self.asked = self.kept = 0
        self.municipalities: frozenset[str] = frozenset()
        self.with_rows: set[str] = set()
        self.addresses: dict[str, list[str]] = {}
        self.rows: dict[str, int] = {}

    def ask_metadata(self) -> set[str]:
        """The ids of all KPIs Kolada has; the list of municipalities is kept for checks."""
        lists = {q.dataset: self._read_list(q) for q in plan.metadata_questions()}
        ids = {
            name: [row for p in pages for row in p.data["values"]] for name, pages in lists.items()
        }
        for name, rows in ids.items():
            if not rows:
                raise SourceError(
                    "Svaret är tomt.", f"Kolada, {TITLES[name]}", "Försök igen senare."
                )
        self.municipalities = frozenset(r["id"] for r in ids["municipality"] if r["type"] == "K")
        return {row["id"] for row in ids["kpi"]}

    def ask_all(self, questions: Sequence[plan.Question]) -> None:
        """Asks on past single failures, so that all that is missing can be named at once."""
        failures: list[tuple[plan.Question, SourceError]] = []
        in_a_row = 0
        for number, question in enumerate(questions):
            self.progress(Step(number, len(questions), question.label))
            try:
                self._read_list(question)
                in_a_row = 0
            except SourceError as error:
                failures.append((question, error))
                in_a_row += 1
            if in_a_row == FAILURES_IN_A_ROW:
                break
        if failures:
            raise SourceError(_missing(failures, len(questions), number + 1))
        self.progress(Step(len(questions), len(questions), ""))

    def _read_list(self, question: plan.Question) -> list[Page]:
        """All pages of one list, from one and the same state of Kolada."""
        for _ in range(ATTEMPTS_FOR_A_STEADY_LIST):
            pages = self._walk(question)
            if self._is_steady(question, pages):
                self._remember(question, pages)
                return pages
            for page in pages:
                self.folder.forget(page.address)
        raise SourceError(
            "Listan ändrades gång på gång medan den hämtades.",
            f"Kolada, {question.label}",
            "Försök igen om en stund; Kolada uppdateras just nu.",
        )

    def _walk(self, question: plan.Question) -> list[Page]:
        pages: list[Page] = []
        address = question.address(self.base_url)
        while address:
            if any(page.address == address for page in pages):
                raise SourceError("Sidorna går i ring.", f"Kolada, {question.label}")
            pages.append(self._page(question, address))
            address = next_address(pages[-1].data, self.base_url)
        return pages

    def _page(self, question: plan.Question, address: str) -> Page:
        saved = self.folder.load(address)
        if saved is not None:
            self.kept += 1
            return Page(address, saved, json.loads(saved))
        page = self._ask(question, address)
        self.folder.save(address, page.body)
        return page

    def _ask(self, question: plan.Question, address: str) -> Page:
        answer = self.session.get(address)
        self.asked += 1
        check_page(question, answer.data, self.municipalities)
        return Page(address, answer.body, answer.data)

    def _is_steady(self, question: plan.Question, pages: Sequence[Page]) -> bool:
        """A row removed while we turn pages moves the rest one step, and one is never seen.

        So all pages but the last are asked for again once the last has come, and must say the
        same. Almost every list has one page, and nothing to ask again.
        """
        if len(pages) == 1:
            return True
        mark = f"steady {pages[0].address} {len(pages)}"
        if self.folder.load(mark) is not None:
            return True
        steady = all(
            self._ask(question, page.address).data["values"] == page.data["values"]
            for page in pages[:-1]
        )
        if steady:
            self.folder.save(mark, b"{}")
        return steady

    def _remember(self, question: plan.Question, pages: Sequence[Page]) -> None:
        self.addresses.setdefault(question.dataset, []).extend(page.address for page in pages)
        for page in pages:
            rows = page.data["values"]
            if question.dataset == "values":
                self.with_rows |= {row["kpi"] for row in rows}
            key = {"values": "values", "oudata": "values", "groups": "members"}.get(
                question.dataset
            )
            count = sum(len(row[key]) for row in rows) if key else len(rows)
            self.rows[page.address] = count


def _missing(
    failures: Sequence[tuple[plan.Question, SourceError]], total: int, tried: int
) -> list[Fault]:
    """One fault per cause, naming what is missing, and how to get the rest."""
    labels: dict[str, list[str]] = {}
    for question, error in failures:
        for fault in error.faults:
            labels.setdefault(fault.what, []).append(question.label)
    faults = [Fault(f"{what} Saknas: {'; '.join(names)}.") for what, names in labels.items()]
    got = tried - len(failures)
    faults.append(
        Fault(
            f"{got} av {total} frågor är besvarade och sparade. Ingenting har lagts i arkivet.",
            "Kolada",
            "Kör samma kommando igen, så hämtas bara resten.",
        )
    )
    return faults

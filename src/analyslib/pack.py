"""Everything for one meeting: a report per municipality, the overview, an index page.

Nothing stops it: a report that fails does not stop the others. A page is put in place when it is
whole and has passed its checks; what was made is remembered, so that the next run makes only
what is missing or changed. What a pack holds depends on nothing but its input.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from filelock import FileLock, Timeout

from analyslib.catalogue import Catalogue, load_catalogue
from analyslib.delivery import CheckRelease, Delivery, gate_of, write_delivery
from analyslib.disclosure.gate import is_about_people
from analyslib.engine import run_job, stop_kernels
from analyslib.errors import ReportError, StoreError
from analyslib.facts import read_facts
from analyslib.jobs import Limits, Outcome
from analyslib.pack_plan import Pack, PageResult, PlannedPage, Status, memory_of, plan_pack
from analyslib.page_checks import without_folders
from analyslib.pdf import remove_old_prints
from analyslib.report import put_in_place
from analyslib.workspace import Workspace


INTERRUPTED = 130


@dataclass(frozen=True)
class PackResult:
    """`stopped` says in Swedish why the run ended early, "" where it did not."""

    folder: Path
    delivery: Delivery
    pages: tuple[PageResult, ...]
    stopped: str
    exit_code: int


OnPage = Callable[[PageResult, int, int, str], None]


def build_pack(
    workspace: Workspace,
    network: str,
    date: str,
    year: int | None = None,
    jobs: int = 2,
    *,
    reports: Sequence[str] = (),
    catalogue: Catalogue | None = None,
    limits: Limits | None = None,
    engine: str = "",
    executor: Executor | None = None,
    on_page: OnPage | None = None,
    check_release: CheckRelease | None = None,
) -> PackResult:
    """Make, or bring up to date, the pack of one meeting.

    `on_page` hears of every finished page: result, how many are done, how many there are, and
    the name in hand. `check_release` looks at the finished pages and raises DisclosureError
    where something may not leave; by default it is the gate of everything about individuals.
    """
    pack = plan_pack(workspace, network, date, year, reports, catalogue or load_catalogue())
    with locked(pack.work):
        for place in (pack.folder, pack.work):
            remove_parts(place)
        run = Run(pack, limits or Limits(), engine, on_page)
        with local_executor(executor, jobs) as workers:
            results, stopped, exit_code = run.finish(workers)
        remove_stale(pack, results)
        delivery = write_delivery(pack, results, stopped, check_release or gate_of(pack))
        remove_old_prints(pack.folder)
    return PackResult(pack.folder, delivery, results, stopped, max(exit_code, delivery.exit_code))


@contextmanager
def locked(work: Path) -> Iterator[None]:
    """One run at a time makes this pack; the lock of a run that was killed is free."""
    work.mkdir(parents=True, exist_ok=True)
    lock = FileLock(work / "las", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise ReportError(
            "En annan körning gör redan det här paketet.",
            remedy="Vänta tills den är klar och försök igen.",
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def local_executor(executor: Executor | None, jobs: int) -> Iterator[Executor]:
    """The given executor, or as many lines to warm kernels on this machine as there are jobs."""
    if executor is not None:
        yield executor
        return
    with ThreadPoolExecutor(max_workers=max(1, jobs), thread_name_prefix="rapport") as threads:
        yield threads


def remove_parts(folder: Path) -> None:
    """What a killed run had not put in place."""
    for part in folder.rglob(".*.part"):
        part.unlink(missing_ok=True)


@dataclass(frozen=True)
class Run:
    """One run over the pages of a pack."""

    pack: Pack
    limits: Limits
    engine: str
    on_page: OnPage | None
    seen: dict[str, object] = field(default_factory=dict)

    def finish(self, workers: Executor) -> tuple[tuple[PageResult, ...], str, int]:
        """Every page's result in the order of the plan, why the run stopped early, exit code."""
        done = {
            page.file: result
            for page in self.pack.pages
            if (result := self.remembered(page)) is not None
        }
        waiting = [page for page in self.pack.pages if page.file not in done]
        stopped, exit_code = "", 0
        pending: dict[Future[Outcome], PlannedPage] = {}
        try:
            for result in done.values():
                self.tell(result, len(done), "")
            for page in waiting:
                pending[workers.submit(run_job, page.job, self.limits, self.engine)] = page
            for future in as_completed(list(pending)):
                page = pending.pop(future)
                done[page.file] = self.keep(page, future.result())
                self.tell(done[page.file], len(done), in_hand(pending))
        except KeyboardInterrupt:
            stopped, exit_code = "Körningen avbröts.", INTERRUPTED
        except StoreError as error:
            stopped, exit_code = without_folders(str(error)), error.exit_code
        finally:
            self.abandon(pending)
        results = tuple(
            done.get(page.file, PageResult(page, Status.NOT_RUN)) for page in self.pack.pages
        )
        failed = max((result.exit_code for result in results), default=0)
        return results, stopped, exit_code or failed

    def remembered(self, page: PlannedPage) -> PageResult | None:
        """The page as an earlier run left it, if it is still what this run would make."""
        note, path = memory_of(self.pack, page), self.pack.find(page)
        if path is None or not note.is_file():
            return None
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        if note.read_bytes() != note_of(page, sha256):
            return None
        return PageResult(page, Status.UNCHANGED, sha256=sha256, size=len(content))

    def keep(self, page: PlannedPage, outcome: Outcome) -> PageResult:
        """Put a whole page in place, then remember it; in that order, for a kill between."""
        self.check_same_data()
        result = PageResult(
            page,
            Status.MADE,
            why=f"gjord på andra försöket: {outcome.retried}" if outcome.retried else "",
            engine=outcome.engine,
            cpu_seconds=outcome.cpu_seconds,
            peak_memory=outcome.peak_memory,
            log=outcome.warnings,
        )
        if outcome.problem is not None:
            return replace(
                result,
                status=Status.FAILED,
                why=without_folders(outcome.problem.what),
                exit_code=outcome.problem.exit_code,
                log=outcome.problem.log,
            )
        sha256 = hashlib.sha256(outcome.page).hexdigest()
        place, other = self.pack.places(page)
        if is_about_people(outcome.page):
            place, other = other, place
        try:
            put_in_place(outcome.page, place)
            other.unlink(missing_ok=True)
            put_in_place(note_of(page, sha256), memory_of(self.pack, page))
        except ReportError as error:
            return replace(result, status=Status.FAILED, why=str(error), exit_code=14)
        return replace(result, sha256=sha256, size=len(outcome.page))

    def check_same_data(self) -> None:
        """Raises StoreError where another database has been put in place under the run."""
        path = self.pack.workspace.publish_db
        identity = file_identity(path) if path.is_file() else None
        if identity is not None and identity == self.seen.get("identity"):
            return
        self.seen["identity"] = identity
        facts = read_facts(path)
        if facts.fingerprint != self.pack.facts.fingerprint:
            raise StoreError(
                "Databasen byttes ut medan paketet gjordes.",
                remedy="Kör pack igen: då görs alla rapporter om med den nya databasen.",
            )

    def tell(self, result: PageResult, done: int, name: str) -> None:
        if self.on_page is not None:
            self.on_page(result, done, len(self.pack.pages), name)

    def abandon(self, pending: dict[Future[Outcome], PlannedPage]) -> None:
        """Leave what is not needed any more: nothing waits, and what runs is killed."""
        if not pending:
            return
        for future in pending:
            future.cancel()
        stop_kernels(self.engine)


def note_of(page: PlannedPage, sha256: str) -> bytes:
    """What is remembered of a page that is in place: all that could change it, and its content."""
    return json.dumps({"key": page.key, "sha256": sha256}).encode()


def in_hand(pending: dict[Future[Outcome], PlannedPage]) -> str:
    """The name of the first page that is being made now."""
    return next((page.name for future, page in pending.items() if future.running()), "")


def file_identity(path: Path) -> tuple[int, int, int]:
    """Changes when another file is put in place under the name."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def remove_stale(pack: Pack, results: Sequence[PageResult]) -> None:
    """Pages of an earlier run that this run could not confirm: an old number is a wrong one."""
    whole = {result.planned.file for result in results if result.is_whole}
    for note in (pack.work / "sidor").glob("*.json"):
        file = note.name.removesuffix(".json")
        if file not in whole:
            for folder in (pack.folder, pack.waiting):
                (folder / file).unlink(missing_ok=True)
            note.unlink()

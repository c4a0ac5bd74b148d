"""When one machine is too small: the same jobs on a Dask cluster, the same bytes back.

The published database travels once to each worker, under a hash of its content; notebooks travel
within the jobs. A worker that dies is replaced by the cluster, and its jobs are done again.
Needs the extra ``analyslib[cluster]``.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from analyslib.engine import run_job
from analyslib.errors import UsageError
from analyslib.jobs import Job, Limits, Outcome, Problem, Trouble
from analyslib.pack_plan import library_hash
from analyslib.report import put_in_place
from analyslib.sources.origin import sha256_of
from analyslib.workspace import MARKS, Workspace


TRIES = 3
LOST = Problem(
    Trouble.DIED, "klustret tappade rapporten (arbetarna har dött, eller kan inte läsa analyslib)"
)


@dataclass(frozen=True)
class Parcel:
    """The published database as it was when the pack began, and the library that made it up."""

    sha256: str
    library: str
    database: bytes


def make_parcel(workspace: Workspace) -> Parcel:
    content = workspace.publish_db.read_bytes()
    return Parcel(hashlib.sha256(content).hexdigest(), library_hash(), content)


@contextmanager
def cluster_executor(scheduler: str, workspace: Workspace) -> Iterator[Executor]:
    """An executor whose jobs run on the cluster at `scheduler` (``tcp://host:8786``)."""
    try:
        from distributed import Client
    except ImportError as error:
        remedy = "Installera det med: pip install 'analyslib[cluster]'"
        raise UsageError("Klusterstödet är inte installerat.", remedy=remedy) from error
    try:
        client = Client(scheduler, timeout=10)
    except (OSError, ValueError) as error:
        remedy = "Kontrollera adressen och att schemaläggaren är igång."
        raise UsageError(f"Det finns inget kluster på {scheduler}.", remedy=remedy) from error
    with client:
        parcel = client.scatter(make_parcel(workspace), broadcast=True)
        yield ParcelExecutor(client.get_executor(pure=False, retries=TRIES), parcel)


class ParcelExecutor(Executor):
    """Sends the parcel along with every job; the cluster fetches it once per worker."""

    def __init__(self, executor: Executor, parcel: Any) -> None:
        self._executor = executor
        self._parcel = parcel

    def submit(  # type: ignore[override]
        self, function: Callable[..., Outcome], job: Job, limits: Limits, kind: str
    ) -> Future[Outcome]:
        told: Future[Outcome] = Future()
        there = self._executor.submit(run_from_parcel, self._parcel, job, limits, kind)
        there.add_done_callback(partial(tell_outcome, told))
        return told

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._executor.shutdown(wait=wait)


def tell_outcome(told: Future[Outcome], there: Future[Outcome]) -> None:
    """What came of a job; one that the cluster gave up is an outcome like any other."""
    from distributed import KilledWorker

    if not told.set_running_or_notify_cancel():
        return
    bug = None if there.cancelled() else there.exception()
    if there.cancelled() or isinstance(bug, KilledWorker | ImportError):
        told.set_result(Outcome("", problem=LOST))
    elif bug is not None:
        told.set_exception(bug)
    else:
        told.set_result(there.result())


def run_from_parcel(parcel: Parcel, job: Job, limits: Limits, kind: str) -> Outcome:
    """On the worker: the job against the worker's own copy of the database."""
    if parcel.library != library_hash():
        what = "arbetaren i klustret har en annan version av analyslib"
        return Outcome("", problem=Problem(Trouble.CELL, what))
    folder = unpack(parcel)
    environment = {
        "ANALYSLIB_HOME": str(folder),
        "ANALYSLIB_PUBLISH_DB": str(folder / "publish.duckdb"),
    }
    there = replace(job, folder=str(folder / "notebooks/rapporter"), environment=environment)
    return run_job(there, limits, kind)


def unpack(parcel: Parcel) -> Path:
    """The worker's folder for this database; several jobs may unpack at once."""
    owner = f"analyslib-{os.getuid()}" if hasattr(os, "getuid") else "analyslib"
    folder = Path(tempfile.gettempdir()) / owner / parcel.sha256
    for mark in MARKS:
        (folder / mark).mkdir(parents=True, exist_ok=True, mode=0o700)
    database = folder / "publish.duckdb"
    if not database.is_file() or sha256_of(database) != parcel.sha256:
        put_in_place(parcel.database, database)
    return folder

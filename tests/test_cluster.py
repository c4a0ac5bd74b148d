"""The same pack on a cluster: complete and identical, also when a worker is killed on the way."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from toy_factory import DATE, page_bytes, toy_workspace, workbench

from analyslib.cluster import (
    LOST,
    cluster_executor,
    make_parcel,
    run_from_parcel,
    tell_outcome,
    unpack,
)
from analyslib.errors import UsageError
from analyslib.jobs import Job, Limits, Outcome
from analyslib.pack import build_pack
from analyslib.pack_plan import PageResult
from analyslib.workspace import Workspace


__all__ = ["workbench"]

pytest.importorskip("distributed", reason="the cluster extra is not installed")
pytestmark = pytest.mark.filterwarnings("default")


@contextmanager
def loopback_cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[int]]]:
    """A scheduler and workers started on their own, as on separate machines."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    address_file = folder / "scheduler.json"
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    work = [sys.executable, "-m", "distributed.cli.dask_worker"]
    environment = {**os.environ, "TMPDIR": str(folder)}
    processes = [
        subprocess.Popen(
            [*dask, "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
            + ["--scheduler-file", str(address_file)],
            env=environment,
            **quiet,
        )
    ]
    try:
        address = wait_for_address(address_file)
        for _ in range(workers):
            command = [*work, address, "--host", "127.0.0.1", "--nthreads", "1"]
            command += ["--no-nanny", "--no-dashboard", "--local-directory", str(folder)]
            processes.append(subprocess.Popen(command, env=environment, **quiet))
        yield address, [process.pid for process in processes[1:]]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def wait_for_address(path: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = (
            re.search(r'"address": "(tcp://[^"]+)"', path.read_text()) if path.exists() else None
        )
        if found:
            return found[1]
        time.sleep(0.1)
    raise TimeoutError("the scheduler did not start")


def test_a_cluster_gives_the_same_bytes_though_a_worker_is_killed(tmp_path: Path) -> None:
    here = toy_workspace(tmp_path / "har")
    there = toy_workspace(tmp_path / "dar")
    expected = page_bytes(build_pack(here, "nua", DATE, 2022).folder)
    with loopback_cluster(tmp_path, 2) as (address, pids):

        def kill_one(result: PageResult, done: int, total: int, name: str) -> None:
            if done == 4:
                os.kill(pids[0], signal.SIGKILL)

        with cluster_executor(address, there) as executor:
            wait_for_workers(executor, 2)
            result = build_pack(there, "nua", DATE, 2022, executor=executor, on_page=kill_one)
    assert result.exit_code == 0
    assert {page.engine for page in result.pages} == {"fork"}
    assert page_bytes(result.folder) == expected


def test_a_job_that_the_cluster_gives_up_is_a_failed_page_and_not_the_end_of_the_pack() -> None:
    from distributed import KilledWorker

    endings = {"dödade": KilledWorker("rapport", None, 3), "främmande": ImportError("analyslib")}
    for ending in ("avbruten", *endings):
        told, there = Future[Outcome](), Future[Outcome]()
        there.add_done_callback(partial(tell_outcome, told))
        if ending in endings:
            there.set_exception(endings[ending])
        else:
            there.cancel()
            there.set_running_or_notify_cancel()
        assert told.result(timeout=1).problem == LOST
    told, there = Future[Outcome](), Future[Outcome]()
    there.add_done_callback(partial(tell_outcome, told))
    there.set_exception(ZeroDivisionError("ett fel i programmet"))
    with pytest.raises(ZeroDivisionError):
        told.result(timeout=1)


@pytest.mark.prove
def test_a_cluster_that_disappears_leaves_whole_pages_and_a_receipt(tmp_path: Path) -> None:
    workspace = toy_workspace(tmp_path / "bord")
    with loopback_cluster(tmp_path, 2) as (address, _):

        def kill_scheduler(result: PageResult, done: int, total: int, name: str) -> None:
            if done == 3:
                found = re.search(r'"pid": (\d+)', (tmp_path / "scheduler.json").read_text())
                assert found
                os.kill(int(found[1]), signal.SIGKILL)

        with cluster_executor(address, workspace) as executor:
            wait_for_workers(executor, 2)
            result = build_pack(
                workspace, "nua", DATE, 2022, executor=executor, on_page=kill_scheduler
            )
    assert result.exit_code == 14
    lost = [page for page in result.pages if not page.is_whole]
    assert lost and {page.why for page in lost} == {LOST.what}
    assert LOST.what in (result.folder / "kvittens.txt").read_text("utf-8")


def test_a_local_cluster_gives_the_same_bytes(tmp_path: Path) -> None:
    from distributed import LocalCluster

    here = toy_workspace(tmp_path / "har")
    there = toy_workspace(tmp_path / "dar")
    expected = page_bytes(build_pack(here, "nua", DATE, 2022).folder)
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        cluster_executor(cluster.scheduler_address, there) as executor,
    ):
        result = build_pack(there, "nua", DATE, 2022, executor=executor)
    assert result.exit_code == 0
    assert page_bytes(result.folder) == expected


def wait_for_workers(executor: object, count: int) -> None:
    executor._executor._client.wait_for_workers(count, timeout=60)  # type: ignore[attr-defined]


def test_an_address_without_a_cluster_is_a_clear_error(workbench: Workspace) -> None:
    with pytest.raises(UsageError, match="inget kluster"):  # noqa: SIM117
        with cluster_executor("tcp://127.0.0.1:1", workbench):
            pass


def test_a_parcel_is_unpacked_once_and_a_damaged_copy_is_replaced(
    workbench: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    parcel = make_parcel(workbench)
    database = unpack(parcel) / "publish.duckdb"
    assert database.read_bytes() == parcel.database
    before = database.stat().st_mtime_ns
    unpack(parcel)
    assert database.stat().st_mtime_ns == before
    database.write_bytes(b"skadad")
    unpack(parcel)
    assert database.read_bytes() == parcel.database


def test_a_worker_with_another_library_refuses(
    workbench: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcel = make_parcel(workbench)
    monkeypatch.setattr("analyslib.cluster.library_hash", lambda: "en annan")
    outcome = run_from_parcel(parcel, Job("{}", "."), Limits(), "")
    assert outcome.problem is not None and "annan version" in outcome.problem.what

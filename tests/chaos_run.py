"""Runs one pack of the toy workbench, with a fault on the way. Not a test; test_chaos starts it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from toy_factory import DATE, save_database

from analyslib.pack import build_pack
from analyslib.pack_plan import PageResult
from analyslib.workspace import Workspace


def children_of(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid:
            found.append(int(stat.parent.name))
    return found


def kill_kernel() -> None:
    for warm in children_of(os.getpid()):
        for copy in children_of(warm)[:1]:
            os.kill(copy, signal.SIGKILL)


def kill_worker() -> None:
    for warm in children_of(os.getpid()):
        os.kill(warm, signal.SIGKILL)


def kill_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fill_disk() -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    os.fsync = full


def main(root: str, fault: str, delay: float) -> None:
    workspace = Workspace(Path(root), demo=True)
    faults = {
        "kernel": kill_kernel,
        "worker": kill_worker,
        "process": kill_process,
        "disk": fill_disk,
        "rebuild": lambda: save_database(workspace.publish_db),
        "clock": lambda: None,
    }

    def on_page(result: PageResult, done: int, total: int, name: str) -> None:
        if done == 1:
            threading.Timer(delay, faults[fault]).start()

    result = build_pack(workspace, "nua", DATE, 2022, jobs=2, on_page=on_page)
    sys.exit(result.exit_code)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))

"""Runs one pack of the toy workbench, with a fault on the way. Not a test; test_chaos starts it.

What struck, and when, is left in the file ``traff``: a fault that never struck proves nothing. The
reports that come after wait for it, as long as the file ``vanta`` names them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from datetime import date
from pathlib import Path

from toy_factory import DATE, save_database

from analyslib.catalogue import load_catalogue
from analyslib.pack import build_pack
from analyslib.pack_plan import PageResult, plan_pack
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
    """All copies as soon as there are two: one may have given its answer already."""
    deadline, copies = time.monotonic() + 2, list[int]()
    while len(copies) < 2 and time.monotonic() < deadline:
        copies = [copy for warm in children_of(os.getpid()) for copy in children_of(warm)]
    for copy in copies:
        with contextlib.suppress(ProcessLookupError):
            os.kill(copy, signal.SIGKILL)


def kill_worker() -> None:
    for warm in children_of(os.getpid()):
        os.kill(warm, signal.SIGKILL)


def kill_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def fill_disk() -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    os.fsync = full


def main(root: str, fault: str, page: int, delay: float) -> None:
    """The fault strikes `delay` seconds after page number `page` is in place."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's "&" has it ignored
    workspace = Workspace(Path(root), demo=True)
    faults = {
        "kernel": kill_kernel,
        "worker": kill_worker,
        "process": kill_process,
        "interrupt": interrupt,
        "disk": fill_disk,
        "rebuild": lambda: save_database(workspace.publish_db),
        "clock": lambda: None,
    }
    planned = plan_pack(workspace, "nua", DATE, 2022, [], load_catalogue()).pages
    later = [found.municipality.code for found in planned[page:] if found.municipality]
    (workspace.root / "vanta").write_text(" ".join(later))
    in_place = 0

    def strike() -> None:
        said = f"{fault} {in_place} {date.today()}"
        (workspace.root / "traff").write_text(said)
        faults[fault]()
        (workspace.root / "vanta").write_text("")

    def on_page(result: PageResult, done: int, total: int, name: str) -> None:
        nonlocal in_place
        in_place = done
        if done == page:
            threading.Timer(delay, strike).start()

    result = build_pack(workspace, "nua", DATE, 2022, jobs=2, on_page=on_page)
    sys.exit(result.exit_code)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))

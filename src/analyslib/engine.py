"""Warm kernels: where a report runs.

A fork kernel is a copy of a process that has imported everything; a spawn kernel is such a
process itself, for systems without fork. Both take a job and answer with an outcome; a kernel
that dies, hangs or eats memory is an outcome too, never an exception.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, BinaryIO, Protocol

from analyslib.jobs import Job, Limits, Outcome, Problem, Trouble


THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ANALYSLIB_THREADS")
# Memory is given back when the copy ends, not piece by piece on the way there.
KEEP_MEMORY = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TOP_PAD_": str(2**25),
    "MALLOC_TRIM_THRESHOLD_": str(2**29),
    "MALLOC_MMAP_THRESHOLD_": str(2**28),
}
SAME_EVERY_TIME = {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0"}
JOBS_PER_SPAWN = 20
HOPELESS = 3  # starts of a warm process that never answers
START_SECONDS = 300  # for the imports, on a machine that is busy with other things


class Line(Protocol):
    """An open line to one kernel."""

    source: BinaryIO
    target: BinaryIO

    def kill(self) -> None: ...

    def close(self, whole: bool) -> None: ...


class Kernels(Protocol):
    """A kind of kernel. `name` is what every result says about who made it."""

    name: str

    def open(self) -> Line: ...

    def last_words(self) -> str: ...

    def close(self) -> None: ...


def start_process(call: str, log: BinaryIO, **options: Any) -> subprocess.Popen[bytes]:
    """A new warm process, in a session of its own: Ctrl-C is for the command, not for it."""
    environment = {**os.environ, **dict.fromkeys(THREADS, "1"), **KEEP_MEMORY, **SAME_EVERY_TIME}
    module = call.partition(".")[0]
    code = f"from analyslib import {module}; {call}"
    return subprocess.Popen(
        [sys.executable, "-P", "-c", code],
        env=environment,
        start_new_session=True,
        stderr=log,
        **options,
    )


class ForkLine:
    def __init__(self, control: socket.socket) -> None:
        self._socket, theirs = socket.socketpair()
        self.source: BinaryIO = self._socket.makefile("rb")
        self.target: BinaryIO = self._socket.makefile("wb")
        self._socket.settimeout(START_SECONDS)
        try:
            with theirs:
                socket.send_fds(control, [b"f"], [theirs.fileno()])
            self.pid: int = pickle.load(self.source)
        except (EOFError, OSError):
            self.close(whole=False)
            raise
        self._socket.settimeout(None)

    def kill(self) -> None:
        """The socket is still open here, so the number still belongs to this kernel."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, 9)

    def close(self, whole: bool) -> None:
        self.source.close()
        # What a dead kernel never read cannot be sent any more.
        with contextlib.suppress(BrokenPipeError):
            self.target.close()
        self._socket.close()


class ForkKernels:
    """A fresh copy of one warm process for each report."""

    name = "fork"
    call = "warm.serve_reports"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._starts = 0
        self._has_served = False
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115

    def last_words(self) -> str:
        return read_tail(self._log)

    def open(self) -> ForkLine:
        """A line to a new copy. A warm process that has died is replaced, once."""
        control = self._warm_control(None)
        try:
            line = ForkLine(control)
        except (EOFError, OSError):
            line = ForkLine(self._warm_control(control))
        self._has_served = True
        return line

    def _warm_control(self, dead: socket.socket | None) -> socket.socket:
        """The line to the warm process; started anew if it has died, or is the dead one."""
        with self._lock:
            if self._closed or (self._starts >= HOPELESS and not self._has_served):
                raise EOFError
            ended = self._process is None or self._process.poll() is not None
            if self._control is None or ended or self._control is dead:
                self._stop()
                self._control = self._start()
            return self._control

    def _start(self) -> socket.socket:
        self._starts += 1
        ours, theirs = socket.socketpair()
        with theirs:
            descriptor = theirs.fileno()
            self._process = start_process(
                f"{self.call}({descriptor})",
                self._log,
                pass_fds=[descriptor],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        return ours

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._control is not None:
            self._control.close()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._stop()
            self._log.close()


class SpawnLine:
    """A line to a process that serves one job after another."""

    def __init__(self, log: BinaryIO, release: Callable[[SpawnLine, bool], None]) -> None:
        self._release = release
        self.jobs = 0
        self._process = start_process(
            "warm.serve_spawn()", log, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self.source: BinaryIO = self._process.stdout  # type: ignore[assignment]
        self.target: BinaryIO = self._process.stdin  # type: ignore[assignment]
        started = threading.Timer(START_SECONDS, self.kill)
        started.daemon = True
        started.start()
        try:
            pickle.load(self.source)
        except EOFError:
            self.stop()
            raise
        finally:
            started.cancel()

    def kill(self) -> None:
        self._process.kill()

    def close(self, whole: bool) -> None:
        self.jobs += 1
        self._release(self, whole)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            self.target.close()
        self.source.close()


class SpawnKernels:
    """Warm processes that make one report after another, for systems without fork."""

    name = "spawn"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._idle: list[SpawnLine] = []
        self._busy: list[SpawnLine] = []
        self._log = tempfile.TemporaryFile()  # noqa: SIM115

    def last_words(self) -> str:
        return read_tail(self._log)

    def open(self) -> SpawnLine:
        with self._lock:
            if self._closed:
                raise EOFError
            line = self._idle.pop() if self._idle else None
        line = line or SpawnLine(self._log, self._give_back)
        with self._lock:
            self._busy.append(line)
        return line

    def _give_back(self, line: SpawnLine, whole: bool) -> None:
        """A process that has made its share is replaced: what leaks does not add up."""
        with self._lock:
            self._busy.remove(line)
            keep = whole and line.jobs < JOBS_PER_SPAWN and not self._closed
            if keep:
                self._idle.append(line)
        if not keep:
            line.stop()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for line in self._busy:
                line.kill()
            while self._idle:
                self._idle.pop().stop()
            self._log.close()


KINDS: dict[str, Callable[[], Kernels]] = {"fork": ForkKernels, "spawn": SpawnKernels}
_running: dict[str, Kernels] = {}
_starting = threading.Lock()
_reading = threading.Lock()


def best_kind() -> str:
    """Fork where it is safe. On a Mac the system's own libraries do not survive it."""
    return "fork" if sys.platform == "linux" else "spawn"


def kernels(kind: str = "") -> Kernels:
    """The warm kernels of this process, started on first use and kept until it ends."""
    kind = kind or best_kind()
    with _starting:
        if kind not in _running:
            _running[kind] = KINDS[kind]()
            atexit.register(_running[kind].close)
        return _running[kind]


def stop_kernels(kind: str = "") -> None:
    """End all kernels of a kind, those at work too. The next job starts new ones."""
    with _starting:
        found = _running.pop(kind or best_kind(), None)
    if found is not None:
        atexit.unregister(found.close)
        found.close()


def run_job(job: Job, limits: Limits, kind: str = "") -> Outcome:
    """Run a job in a kernel; one that dies, hangs or eats memory is tried once more."""
    job = replace(job, memory=limits.memory)
    source = kernels(kind)
    first = try_job(job, limits, source)
    if first.problem is None or not first.problem.is_passing:
        return first
    return replace(try_job(job, limits, source), retried=first.problem.what)


def try_job(job: Job, limits: Limits, source: Kernels) -> Outcome:
    overdue = threading.Event()
    try:
        line = source.open()
    except (EOFError, OSError):
        return Outcome(source.name, problem=died(source.last_words()))

    def stop() -> None:
        overdue.set()
        line.kill()

    timer = threading.Timer(limits.seconds, stop)
    timer.daemon = True
    timer.start()
    whole = False
    try:
        pickle.dump(job, line.target)
        line.target.flush()
        outcome: Outcome = pickle.load(line.source)
        whole = True
        return outcome
    except (EOFError, OSError, pickle.UnpicklingError):
        problem = late(limits) if overdue.is_set() else died(source.last_words())
        return Outcome(source.name, problem=problem)
    finally:
        timer.cancel()
        line.close(whole)


def died(log: str) -> Problem:
    what = "processen som gjorde rapporten avbröts (dödad, eller slut på minne)"
    return Problem(Trouble.DIED, what, log=log)


def read_tail(log: BinaryIO, size: int = 4000) -> str:
    """The last that the kernels wrote to stderr; their common place in the file is its end."""
    if log.closed:
        return ""
    descriptor = log.fileno()
    with _reading:
        os.lseek(descriptor, max(0, os.fstat(descriptor).st_size - size), os.SEEK_SET)
        return os.read(descriptor, size).decode("utf-8", "replace")


def late(limits: Limits) -> Problem:
    return Problem(Trouble.TIME, f"rapporten blev inte klar på {limits.seconds:.0f} sekunder")

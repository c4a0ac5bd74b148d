"""Warm kernels: where a report runs, and papermill's engine built on them.

A fork kernel is a copy of a process that has imported everything; a spawn kernel is such a
process itself, for systems without fork. Both take a job and answer with an outcome; a kernel
that dies, hangs or eats memory is an outcome too, never an exception.
"""

from __future__ import annotations

import atexit
import json
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any, BinaryIO, Protocol

import nbformat
from papermill.engines import Engine, NotebookExecutionManager

from analyslib.jobs import Job, Limits, Outcome, Problem, Trouble


THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ANALYSLIB_THREADS")
ONE_THREAD = dict.fromkeys(THREADS, "1")
JOBS_PER_SPAWN = 20


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

    def close(self) -> None: ...


def start_process(call: str, log: BinaryIO, **options: Any) -> subprocess.Popen[bytes]:
    """A new warm process, in a session of its own: Ctrl-C is for the command, not for it."""
    environment = {**os.environ, **ONE_THREAD, "PYTHONHASHSEED": "0"}
    code = f"import analyslib.warm as warm; warm.{call}"
    return subprocess.Popen(
        [sys.executable, "-P", "-c", code],
        env=environment,
        start_new_session=True,
        stderr=log,
        **options,
    )


class ForkLine:
    def __init__(self, control: socket.socket) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(control, [b"f"], [theirs.fileno()])
        self._socket = ours
        self.source = ours.makefile("rb")
        self.target = ours.makefile("wb")
        self._pid: int = pickle.load(self.source)

    def kill(self) -> None:
        """The socket is still open here, so the number still belongs to this kernel."""
        os.kill(self._pid, 9)

    def close(self, whole: bool) -> None:
        self.source.close()
        self.target.close()
        self._socket.close()


class ForkKernels:
    """A fresh copy of one warm process for each report."""

    name = "fork"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115

    def last_words(self) -> str:
        return read_tail(self._log)

    def open(self) -> ForkLine:
        return ForkLine(self._warm_control())

    def _warm_control(self) -> socket.socket:
        """The line to the warm process, which is started if it has never lived or has died."""
        with self._lock:
            if self._control is None or self._process is None or self._process.poll() is not None:
                self._control, theirs = socket.socketpair()
                with theirs:
                    descriptor = theirs.fileno()
                    self._process = start_process(
                        f"serve_forks({descriptor})",
                        self._log,
                        pass_fds=[descriptor],
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                    )
            return self._control

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._control is not None:
            self._control.close()


class SpawnLine:
    def __init__(self, idle: SimpleQueue[SpawnLine], log: BinaryIO) -> None:
        self._idle = idle
        self._jobs = 0
        self.process = start_process(
            "serve_spawn()", log, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        self.source: Any = self.process.stdout
        self.target: Any = self.process.stdin
        pickle.load(self.source)

    def kill(self) -> None:
        self.process.kill()

    def close(self, whole: bool) -> None:
        self._jobs += 1
        if whole and self._jobs < JOBS_PER_SPAWN:
            self._idle.put(self)
        else:
            self.stop()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.source.close()
        self.target.close()


class SpawnKernels:
    """Warm processes that make one report after another, for systems without fork."""

    name = "spawn"

    def __init__(self) -> None:
        self._idle: SimpleQueue[SpawnLine] = SimpleQueue()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115

    def last_words(self) -> str:
        return read_tail(self._log)

    def open(self) -> SpawnLine:
        try:
            return self._idle.get_nowait()
        except Empty:
            return SpawnLine(self._idle, self._log)

    def close(self) -> None:
        while not self._idle.empty():
            self._idle.get().stop()


KINDS: dict[str, type[ForkKernels] | type[SpawnKernels]] = {
    "fork": ForkKernels,
    "spawn": SpawnKernels,
}
_running: dict[str, ForkKernels | SpawnKernels] = {}
_starting = threading.Lock()


def best_kind() -> str:
    """Fork where it is safe. On a Mac the system's own libraries do not survive it."""
    return "fork" if sys.platform == "linux" else "spawn"


def kernels(kind: str = "") -> ForkKernels | SpawnKernels:
    """The warm kernels of this process, started on first use and kept until it ends."""
    kind = kind or best_kind()
    with _starting:
        if kind not in _running:
            _running[kind] = KINDS[kind]()
            atexit.register(_running[kind].close)
        return _running[kind]


def run_job(job: Job, limits: Limits, kind: str = "") -> Outcome:
    """Run a job in a kernel; one that dies, hangs or eats memory is tried once more."""
    job = replace(job, memory=limits.memory)
    outcome = try_job(job, limits, kernels(kind))
    if outcome.problem is not None and outcome.problem.is_passing:
        return try_job(job, limits, kernels(kind))
    return outcome


def try_job(job: Job, limits: Limits, source: ForkKernels | SpawnKernels) -> Outcome:
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
    """The last that the kernels wrote to stderr. pread leaves their place in the file alone."""
    end = os.fstat(log.fileno()).st_size
    return os.pread(log.fileno(), size, max(0, end - size)).decode("utf-8", "replace")


def late(limits: Limits) -> Problem:
    return Problem(Trouble.TIME, f"rapporten blev inte klar på {limits.seconds:.0f} sekunder")


class AnalyslibEngine(Engine):
    """``papermill --engine analyslib``: every notebook gets a fresh copy of a warm kernel."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        execution_timeout: float | None = None,
        **options: Any,
    ) -> None:
        """The cells come back together when all have run; papermill saves and reports as usual."""
        limits = Limits(seconds=execution_timeout or Limits().seconds)
        job = Job(notebook=json.dumps(nb_man.nb), folder=os.getcwd())
        outcome = run_job(job, limits)
        for index, cell in enumerate(nb_man.nb.cells):
            nb_man.cell_start(cell, index)
            if index < len(outcome.cells) and cell.cell_type == "code":
                cell.update(nbformat.from_dict(outcome.cells[index]))
            if any(output.output_type == "error" for output in cell.get("outputs", [])):
                nb_man.cell_exception(cell, index)
                return
            nb_man.cell_complete(cell, index)
        nb_man.nb.metadata["analyslib"] = {
            **nb_man.nb.metadata.get("analyslib", {}), "engine": outcome.engine
        }
        if outcome.problem is not None:
            raise RuntimeError(outcome.problem.what)

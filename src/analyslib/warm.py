"""The process that makes reports: imports everything once, then one fresh copy per report.

Where the system can fork, each report runs in a copy of this process that is thrown away
afterwards: nothing one report does is seen by the next, and a fault costs one report. Elsewhere
(Windows) the process runs the reports itself, and cleans up between them as well as it goes.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import pickle
import random
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO, NoReturn


# jsonschema imports this grammar where it can, which takes a second; nothing here needs it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import matplotlib  # noqa: E402
import nbformat  # noqa: E402
import numpy as np  # noqa: E402
import papermill  # noqa: E402
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines  # noqa: E402

from analyslib.errors import AnalyslibError  # noqa: E402
from analyslib.forking import (  # noqa: E402
    count_orders,
    draw_once,
    import_all,
    read_definitions,
    serve_forks,
)
from analyslib.jobs import Job, Outcome, Problem, Trouble  # noqa: E402
from analyslib.notebook_page import render_page  # noqa: E402
from analyslib.page import Frame  # noqa: E402
from analyslib.page_checks import check_page  # noqa: E402
from analyslib.shell import CollectingShell, new_shell, run_cell  # noqa: E402


INSIDE = "analyslib-inside"
PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


class InsideEngine(Engine):
    """Papermill's engine where we already are in the report's own process."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: Any
    ) -> None:
        shell = CollectingShell.instance()
        for index, cell in enumerate(nb_man.nb.cells):
            nb_man.cell_start(cell, index)
            raised = None
            if cell.cell_type == "code" and cell.source.strip():
                raised = run_cell(shell, cell)
            if raised is not None:
                nb_man.cell_exception(cell, index)
                raise CellFailedError(nb_man.nb) from raised
            nb_man.cell_complete(cell, index)


class CellFailedError(Exception):
    """Carries the notebook so far, and what a cell raised as its cause, out through papermill."""

    def __init__(self, notebook: nbformat.NotebookNode) -> None:
        super().__init__()
        self.notebook = notebook


def warm_up() -> None:
    """Import all, draw a figure, render a page: fonts, templates and definitions are ready then."""
    import_all()
    papermill_engines.register(INSIDE, InsideEngine)
    new_shell()
    matplotlib.rcParams["svg.hashsalt"] = "analyslib"
    draw_once()
    count_orders()
    read_definitions()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Uppvärmning")])
    render_page(notebook, Frame("Uppvärmning", "Uppvärmning", "", demo=False))
    gc.collect()
    gc.freeze()


def perform(job: Job, engine: str) -> Outcome:
    """Run the notebook in this process and answer with a page or with its cells."""
    random.seed(job.seed)
    np.random.seed(job.seed % 2**32)
    os.environ.update(job.environment)
    with open_limits(job.memory), contextlib.chdir(job.folder):
        try:
            return replace(execute(job), engine=engine)
        except MemoryError:
            what = f"minnet räckte inte (gränsen är {job.memory // 1_000_000} MB)"
            return Outcome(engine, problem=Problem(Trouble.MEMORY, what))
        except Exception as bug:
            # The end of a process: whatever it was goes over the line with its traceback.
            return Outcome(engine, problem=problem_of(bug))


def execute(job: Job) -> Outcome:
    notebook = nbformat.from_dict(json.loads(job.notebook))
    notebook.metadata["kernelspec"] = PYTHON
    try:
        done = papermill.execute_notebook(
            notebook,
            None,
            parameters=dict(job.parameters or {}),
            engine_name=INSIDE,
            progress_bar=False,
            autosave_cell_every=0,
            request_save_on_cell_execute=False,
        )
    except CellFailedError as failure:
        raised = failure.__cause__ or failure
        if isinstance(raised, MemoryError):
            raise raised from None
        return Outcome("", cells=cells_of(failure.notebook), problem=problem_of(raised))
    if job.frame is None:
        return Outcome("", cells=cells_of(done), warnings=stderr_of(done))
    page = render_page(done, job.frame)
    if job.expected is not None:
        check_page(page, job.expected)
    return Outcome("", page=page.encode(), warnings=stderr_of(done))


def cells_of(notebook: nbformat.NotebookNode) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"outputs": cell.get("outputs", []), "execution_count": cell.get("execution_count")}
        for cell in notebook.cells
    )


def stderr_of(notebook: nbformat.NotebookNode) -> str:
    """What the cells wrote to stderr: for the log of the run, never for the page."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(
        output.text
        for output in outputs
        if output.output_type == "stream" and output.name == "stderr"
    )


def problem_of(raised: BaseException) -> Problem:
    """A fault the user can mend is said as it is; anything else is named, with a traceback."""
    log = "".join(traceback.format_exception(raised))
    if isinstance(raised, AnalyslibError):
        return Problem(Trouble.CELL, str(raised), raised.exit_code, log)
    return Problem(Trouble.CELL, f"fel i rapportens kod ({type(raised).__name__})", 14, log)


@contextlib.contextmanager
def open_limits(memory: int) -> Iterator[None]:
    """At most `memory` bytes more than now. Only where the system has such limits."""
    try:
        import resource
    except ImportError:
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_DATA)
    if memory:
        resource.setrlimit(resource.RLIMIT_DATA, (data_size() + memory, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def data_size() -> int:
    """Bytes of private data in this process now."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            return int(statm.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except FileNotFoundError:
        return 1_000_000_000


def used() -> tuple[float, int]:
    """CPU seconds and peak memory of this process."""
    try:
        import resource
    except ImportError:
        return sum(os.times()[:2]), 0
    usage = resource.getrusage(resource.RUSAGE_SELF)
    scale = 1 if sys.platform == "darwin" else 1024
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale


def answer(job: Job, engine: str) -> Outcome:
    cpu_before, _ = used()
    outcome = perform(job, engine)
    cpu, memory = used()
    return replace(outcome, cpu_seconds=cpu - cpu_before, peak_memory=memory)


def serve_reports(descriptor: int) -> NoReturn:
    """A copy for each report, with a shell that is ready."""
    warm_up()
    serve_forks(descriptor, serve_once)


def serve_once(stream: Any) -> None:
    """One report, in a copy that ends with it: looking for garbage would be for nothing."""
    gc.disable()
    serve_job(stream, stream, "fork")


def serve_job(source: Any, target: Any, engine: str) -> None:
    job: Job = pickle.load(source)
    outcome = answer(job, engine)
    pickle.dump(outcome, target)
    target.flush()


def serve_spawn() -> NoReturn:
    """Run jobs in this very process, one after another, until the input ends."""
    target: BinaryIO = os.fdopen(os.dup(1), "wb")
    source: BinaryIO = os.fdopen(os.dup(0), "rb")
    # The lines are ours alone: what a cell writes or reads by itself goes elsewhere.
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    warm_up()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    clean = clean_state()
    pickle.dump(os.getpid(), target)
    target.flush()
    while True:
        try:
            serve_job(source, target, "spawn")
        except EOFError:
            os._exit(0)
        clean()


def clean_state() -> Any:
    """A function that takes this process back to how it is now, as well as that can be done."""
    import builtins

    import pandas as pd
    from matplotlib import pyplot

    settings, folder, environment = dict(matplotlib.rcParams), os.getcwd(), dict(os.environ)
    filters, modules = list(warnings.filters), set(sys.modules)
    places, printing, known = list(sys.path), np.get_printoptions(), set(vars(builtins))

    def clean() -> None:
        CollectingShell.instance().reset(new_session=True)
        pyplot.close("all")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            matplotlib.rcParams.update(settings)
            pd.reset_option("all")
        np.set_printoptions(**printing)
        sys.path[:] = places
        for name in set(vars(builtins)) - known:
            delattr(builtins, name)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        warnings.filters[:] = filters  # type: ignore[index]
        for name in set(sys.modules) - modules:
            if not name.startswith(("numpy", "pandas", "matplotlib", "scipy", "duckdb")):
                del sys.modules[name]
        gc.collect()

    return clean

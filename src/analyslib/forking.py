"""A process that has imported everything, and copies itself for whoever asks.

No threads are started and no database is opened before the copying: neither survives it.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import io
import os
import pickle
import pkgutil
import select
import signal
import socket
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

import numpy as np

from analyslib.errors import DefinitionError


WARM_MODULES = (
    "pandas",
    "pandas.core.methods.to_dict",
    "pyarrow.pandas_compat",
    "duckdb",
    "matplotlib.figure",
    "matplotlib.backends.backend_svg",
    "IPython.core.logger",
    "bdb",
)
WARM_PACKAGES = ("analyslib.sections", "analyslib.figures", "analyslib.store")


def import_all() -> None:
    """Everything a report will import, so that it is done once.

    No threads are started and no database is opened here: neither survives a fork.
    """
    for name in WARM_MODULES:
        importlib.import_module(name)
    for name in our_modules():
        import_if_whole(name)


def our_modules() -> Iterator[str]:
    """What the report notebooks import from, module by module."""
    for package in WARM_PACKAGES:
        folder = importlib.import_module(package).__path__
        yield from (found.name for found in pkgutil.iter_modules(folder, package + "."))


def import_if_whole(name: str) -> None:
    """What cannot be imported here says so again, by name, in the report that needs it."""
    with contextlib.suppress(ImportError, SyntaxError):
        importlib.import_module(name)


def draw_once() -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2, 2))
    figure.subplots().set_title("Åäö", weight="bold")
    figure.savefig(io.BytesIO(), format="svg")


def count_orders() -> None:
    """The exact tests' tables, for as many years as series have; they hold no data."""
    from analyslib.analysis.trend_tests import mann_kendall

    for years in range(3, 16):
        mann_kendall(np.arange(float(years))[None, :])


def read_definitions() -> None:
    """The catalogue, and the outlines of the networks that are shown on maps."""
    from analyslib.catalogue import load_catalogue
    from analyslib.figures.map import MOST_ON_MAP, read_outlines

    # Definitions that are wrong are told, with all their faults, by the report that reads them.
    with contextlib.suppress(DefinitionError):
        for network in load_catalogue().networks.values():
            if len(network.members) <= MOST_ON_MAP:
                read_outlines(tuple(sorted(network.members)))


def serve_forks(
    descriptor: int, serve: Callable[[Any], None], steps: Iterable[Callable[[], object]] = ()
) -> NoReturn:
    """Fork once for each socket that arrives; leave when the other end is gone.

    `steps` make the process warmer still, one by one, whenever nobody waits.
    """
    left = iter(steps)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)
    die_with_parent = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
    control = socket.socket(fileno=descriptor)
    while True:
        while not select.select([control], [], [], 0)[0]:
            step = next(left, None)
            if step is None:
                break
            step()
        message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            os._exit(0)
        if os.fork() == 0:
            if die_with_parent:
                die_with_parent(1, signal.SIGKILL)
            control.close()
            serve_fork(descriptors[0], serve)
        os.close(descriptors[0])


def serve_fork(descriptor: int, serve: Callable[[Any], None]) -> NoReturn:
    """The life of one copy."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    connection = socket.socket(fileno=descriptor)
    try:
        with connection.makefile("rwb") as stream:
            pickle.dump(os.getpid(), stream)
            stream.flush()
            serve(stream)
    finally:
        # No tidy exit: after gc.freeze the interpreter's own clean-up only prints complaints.
        os._exit(0)

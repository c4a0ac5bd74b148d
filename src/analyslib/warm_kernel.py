"""The process that Jupyter kernels are copies of. It has no shell; each kernel makes its own."""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import signal
from functools import partial
from typing import Any, NoReturn

import matplotlib

from analyslib.forking import (
    count_orders,
    draw_once,
    import_if_whole,
    our_modules,
    read_definitions,
    serve_forks,
)
from analyslib.jobs import KernelRequest


# What Jupyter's kernel program imports as it starts, the debugger among it.
KERNEL_MODULES = (
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.extensions.storemagic",
    "psutil",
    "sqlite3",
    "tornado.platform.asyncio",
)


def serve_kernels(descriptor: int) -> NoReturn:
    """A copy for each Jupyter kernel, which makes a shell of its own."""
    for name in ("ipykernel.kernelapp", "pandas", "duckdb", "matplotlib.pyplot"):
        importlib.import_module(name)
    steps = [partial(import_if_whole, name) for name in (*KERNEL_MODULES, *our_modules())]
    serve_forks(
        descriptor, become_kernel, [draw_once, *steps, count_orders, read_definitions, gc.freeze]
    )


def become_kernel(stream: Any) -> None:
    """Run Jupyter's own kernel program here until it is told to stop."""
    from ipykernel.kernelapp import IPKernelApp
    from matplotlib_inline.backend_inline import configure_inline_support

    request: KernelRequest = pickle.load(stream)
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    app = IPKernelApp.instance()
    app.initialize(["-f", request.connection_file, "--IPKernelApp.parent_handle=0"])
    # Without this every picture is lost, for matplotlib was imported before there was a shell.
    configure_inline_support(app.shell, "inline")
    matplotlib.use("module://matplotlib_inline.backend_inline")
    app.start()

"""Real Jupyter kernels, forked from a warm process: quick to start for nbval and JupyterLab.

    JUPYTER_PATH=<kernel_path()> pytest --nbval --nbval-kernel-name analyslib notebooks

The same kernel program as always runs in the copy; only the imports are already done.
"""

from __future__ import annotations

import atexit
import os
import pickle
import select
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from analyslib.engine import ForkKernels, ForkLine
from analyslib.jobs import KernelRequest
from analyslib.page import TEMPLATES


def kernel_path() -> Path:
    """The folder to name in JUPYTER_PATH for the kernel ``analyslib`` to be found."""
    return TEMPLATES / "jupyter"


class WarmKernels(ForkKernels):
    """Copies that become Jupyter kernels; the warm process has no shell of its own."""

    call = "warm_kernel.serve_kernels"


@cache
def warm_kernels() -> WarmKernels:
    found = WarmKernels()
    atexit.register(found.close)
    return found


class ForkedProcess:
    """What Jupyter expects of a process, for a copy that is a child of the warm process.

    The copy holds the other end of the line as long as it lives.
    """

    stdin = stdout = stderr = None

    def __init__(self, line: ForkLine) -> None:
        self._line = line
        self.pid = line.pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._line.source], [], [], 0)[0]:
            self._line.close(whole=True)
            self.returncode = 0
        return self.returncode

    def wait(self) -> int:
        while self.poll() is None:
            select.select([self._line.source], [], [])
        return 0

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        self.send_signal(9)

    def terminate(self) -> None:
        self.send_signal(15)


class ForkProvisioner(LocalProvisioner):
    """Starts a kernel by copying a warm process instead of running a command."""

    async def pre_launch(self, **options: Any) -> dict[str, Any]:
        """With keys for the traffic: every user of a machine can listen at its ports."""
        return await super().pre_launch(**{"transport_encryption": "required", **options})

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        line = warm_kernels().open()
        folder = str(options.get("cwd") or os.getcwd())
        request = KernelRequest(cmd[-1], folder, dict(options.get("env") or os.environ))
        pickle.dump(request, line.target)
        line.target.flush()
        self.process = ForkedProcess(line)  # type: ignore[assignment]
        self.pid = line.pid
        self.pgid = None
        self.cwd = folder
        return self.connection_info

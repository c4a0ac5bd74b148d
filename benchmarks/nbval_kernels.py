"""How much faster does nbval run with the warm kernel than with an ordinary one?

    python benchmarks/nbval_kernels.py [--rounds 3] [--demo FOLDER]

The notebooks of the repository are run on demo data, with both kernels in turn in the same run.
The warm process is started anew each time and counted. What they show is compared by the tests;
here they are only run (``--nbval-lax``), so that a notebook being changed can be measured too.
CPU seconds are of all processes together, and what to go by where the machine has other things
to do.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from factory import cpu_of, tree

from analyslib.provisioner import kernel_path
from analyslib.workbench import build_workspace, make_demo_data
from analyslib.workspace import Workspace


REPOSITORY = Path(__file__).resolve().parent.parent


def make_workspace(root: Path, built: Path | None) -> list[str]:
    """A workspace of demo data, or of a copy of built ones; the value is its notebooks."""
    shutil.copytree(REPOSITORY / "notebooks", root / "notebooks")
    if built is not None:
        shutil.copytree(built / "data", root / "data")
    for folder in ("data/raw", "data/processed", "reports"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    workspace = Workspace(root, demo=True)
    make_demo_data(workspace)
    build_workspace(workspace)
    return sorted(map(str, (root / "notebooks").rglob("*.ipynb")))


def run_nbval(notebooks: list[str], kernel: str, home: str) -> tuple[float, float]:
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-kernel-name", kernel, "-q"]
    command += ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", home, *notebooks]
    environment = {
        **os.environ,
        "ANALYSLIB_HOME": home,
        "JUPYTER_PATH": str(kernel_path()),
        "PYTHONWARNINGS": "ignore",
    }
    started = time.perf_counter()
    with counted_cpu() as seen:
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    wall, cpu = time.perf_counter() - started, sum(seen.values())
    print(f"{kernel:10} {wall:6.1f} s wall {cpu:6.1f} s CPU  {done.stdout.splitlines()[-1]}")
    if done.returncode:
        sys.exit(f"a notebook does not run, so there is nothing to measure\n{done.stdout}")
    return wall, cpu


@contextmanager
def counted_cpu() -> Iterator[dict[int, float]]:
    """CPU seconds of each process that this one starts, and they in turn, as last seen.

    Nobody waits for a kernel that is a copy, so the system's own sums leave it out.
    """
    seen: dict[int, float] = {}
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.05):
            ours = set(tree(os.getpid())) - {os.getpid()}
            seen.update({pid: cpu for pid in ours if (cpu := cpu_of([pid]))})

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--demo", type=Path, help="a workspace whose demo data are built")
    arguments = parser.parse_args()
    times: dict[str, list[tuple[float, float]]] = {"python3": [], "analyslib": []}
    with tempfile.TemporaryDirectory() as folder:
        notebooks = make_workspace(Path(folder), arguments.demo)
        print(f"{len(notebooks)} notebooks")
        for _ in range(arguments.rounds):
            for kernel, found in times.items():
                found.append(run_nbval(notebooks, kernel, folder))
    for place, what in enumerate(("wall", "CPU")):
        plain, warm = (
            statistics.median(one[place] for one in times[kernel])
            for kernel in ("python3", "analyslib")
        )
        print(f"nbval, {what}: {plain / warm:.2f} times faster with the warm kernel (aim: 1.8)")


if __name__ == "__main__":
    main()

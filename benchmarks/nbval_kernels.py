"""How much faster does nbval run with the warm kernel than with an ordinary one?

    python benchmarks/nbval_kernels.py [--rounds 3]

The notebooks of the repository are run on demo data, with both kernels in turn in the same run.
The warm process is started anew each time and counted. What they show is compared by the tests;
here they are only run (``--nbval-lax``), so that a notebook being changed can be measured too.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from analyslib.provisioner import kernel_path
from analyslib.workbench import build_workspace, make_demo_data
from analyslib.workspace import Workspace


REPOSITORY = Path(__file__).resolve().parent.parent


def make_workspace(root: Path) -> list[str]:
    """A workspace of demo data; the value is its notebooks."""
    for folder in ("data/raw", "data/processed", "reports"):
        (root / folder).mkdir(parents=True)
    shutil.copytree(REPOSITORY / "notebooks", root / "notebooks")
    workspace = Workspace(root, demo=True)
    make_demo_data(workspace)
    build_workspace(workspace)
    return sorted(map(str, (root / "notebooks").rglob("*.ipynb")))


def run_nbval(notebooks: list[str], kernel: str, home: str) -> float:
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-kernel-name", kernel, "-q"]
    command += ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", home, *notebooks]
    environment = {
        **os.environ,
        "ANALYSLIB_HOME": home,
        "JUPYTER_PATH": str(kernel_path()),
        "PYTHONWARNINGS": "ignore",
    }
    started = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    wall = time.perf_counter() - started
    print(f"{kernel:10} {wall:6.1f} s  {done.stdout.splitlines()[-1]}", flush=True)
    return wall


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    walls: dict[str, list[float]] = {"python3": [], "analyslib": []}
    with tempfile.TemporaryDirectory() as folder:
        notebooks = make_workspace(Path(folder))
        print(f"{len(notebooks)} notebooks")
        for _ in range(rounds):
            for kernel, found in walls.items():
                found.append(run_nbval(notebooks, kernel, folder))
    middle = {kernel: statistics.median(found) for kernel, found in walls.items()}
    ratio = middle["python3"] / middle["analyslib"]
    print(f"nbval is {ratio:.1f} times faster with the warm kernel (aim: at least 1.8)")


if __name__ == "__main__":
    main()

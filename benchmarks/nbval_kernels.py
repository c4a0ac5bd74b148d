"""How much faster does nbval run with the warm kernel than with an ordinary one?

    python benchmarks/nbval_kernels.py [--notebooks 6] [--rounds 3]

The same small notebooks (imports, a query, a table, a figure), strictly compared, with both
kernels in turn in the same run. The warm process is started anew in each run and counted.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from analyslib.provisioner import kernel_path


CELLS = (
    "import duckdb\nimport matplotlib.pyplot as plt\nimport pandas as pd",
    "frame = duckdb.connect().execute('SELECT range AS x, range * 2 AS y FROM range(5)').df()\nframe",
    "figure, axes = plt.subplots()\n_ = axes.plot(frame.x, frame.y)\nplt.show()",
    "frame.sum().to_dict()",
)


def write_notebooks(folder: Path, count: int) -> None:
    for number in range(count):
        cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
        notebook = nbformat.v4.new_notebook(cells=cells)
        if number == 0:
            done = NotebookClient(notebook, kernel_name="python3").execute()
        nbformat.write(done, folder / f"prov_{number}.ipynb")


def run_nbval(folder: Path, kernel: str) -> float:
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-kernel-name", kernel, "-q"]
    command += ["-p", "no:cacheprovider", "-c", os.devnull, str(folder)]
    started = time.perf_counter()
    done = subprocess.run(
        command,
        env={**os.environ, "JUPYTER_PATH": str(kernel_path()), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stdout[-2000:])
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--notebooks", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    walls: dict[str, list[float]] = {"python3": [], "analyslib": []}
    with tempfile.TemporaryDirectory() as folder:
        write_notebooks(Path(folder), arguments.notebooks)
        for _ in range(arguments.rounds):
            for kernel, found in walls.items():
                wall = run_nbval(Path(folder), kernel)
                found.append(wall)
                print(f"{kernel:10} {wall:6.1f} s for {arguments.notebooks} notebooks", flush=True)
    middle = {kernel: statistics.median(found) for kernel, found in walls.items()}
    ratio = middle["python3"] / middle["analyslib"]
    print(f"nbval is {ratio:.1f} times faster with the warm kernel (aim: at least 1.8)")


if __name__ == "__main__":
    main()

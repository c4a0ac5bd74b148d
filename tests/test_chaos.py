"""Whatever happens in mid-pack, a plain run afterwards gives what an undisturbed one gives."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from toy_factory import (
    DATE,
    NUA,
    code,
    municipality_cells,
    page_bytes,
    save_notebook,
    toy_workspace,
)

from analyslib.pack import INTERRUPTED, build_pack
from analyslib.pack_plan import Status
from analyslib.workspace import Workspace


FAULTS = ("kernel", "worker", "process", "disk", "rebuild", "clock")
SHIFTED_CLOCK = """\
import os, time
if "CHAOS_CLOCK" in os.environ:
    real_time, shift = time.time, float(os.environ["CHAOS_CLOCK"])
    time.time = lambda: real_time() + shift  # what date.today() asks
    time.time_ns = lambda: int(time.time() * 1e9)
"""
# Reports wait here for the fault to strike: those of a few milliseconds would all be made before.
WAIT = """\
import os, pathlib, time
waiting = pathlib.Path(os.environ["ANALYSLIB_HOME"], "vanta")
while waiting.is_file() and municipality in waiting.read_text():
    time.sleep(0.02)
"""


def waiting_workspace(root: Path) -> Workspace:
    workspace = toy_workspace(root)
    save_notebook(workspace, "kommun", municipality_cells(code(WAIT)), min_pictures=1)
    return workspace


@dataclass(frozen=True)
class Case:
    """A fault that strikes `delay` seconds after page number `page`."""

    fault: str
    page: int
    delay: float

    def __str__(self) -> str:
        return f"{self.fault}-{self.page}-{self.delay}"


@dataclass(frozen=True)
class Recovery:
    """How the disturbed run ended, what it left behind, and how much the next run had to make."""

    exit_code: int
    struck_after: int
    day: date
    retried: int
    made_again: int


def cases(count: int) -> list[Case]:
    """Every fault as often; at any page, and the last is when index and archive are written."""
    draw = random.Random(20261203)
    return [
        Case(
            FAULTS[number % len(FAULTS)],
            draw.randint(1, len(NUA) + 1),
            round(draw.uniform(0, 0.2), 3),
        )
        for number in range(count)
    ]


def disturbed_run(root: Path, case: Case, site: Path) -> int:
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(SHIFTED_CLOCK)
    tests = str(Path(__file__).parent)
    environment = {
        **os.environ,
        "ANALYSLIB_HOME": str(root),
        "PYTHONPATH": os.pathsep.join((str(site), tests, os.environ.get("PYTHONPATH", ""))),
    }
    if case.fault == "clock":
        years = case.page - 8 or 1
        environment["CHAOS_CLOCK"] = str(years * 400 * 24 * 3600)
    command = [sys.executable, "-W", "ignore", f"{tests}/chaos_run.py", str(root)]
    command += [case.fault, str(case.page), str(case.delay)]
    return subprocess.run(command, env=environment, capture_output=True, timeout=300).returncode


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    workspace = waiting_workspace(tmp_path_factory.mktemp("lugn"))
    result = build_pack(workspace, "nua", DATE, 2022)
    assert result.exit_code == 0
    return page_bytes(result.folder)


def check_recovery(case: Case, undisturbed: dict[str, bytes], folder: Path) -> Recovery:
    workspace = waiting_workspace(folder / "bord")
    exit_code = disturbed_run(workspace.root, case, folder / "site")
    assert nothing_runs_in(workspace.root), "no kernel outlives the run it worked for"
    fault, struck_after, day = (workspace.root / "traff").read_text().split()
    assert fault == case.fault
    left = workspace.reports / "nua" / DATE
    for path in left.glob("*_*.html"):
        assert path.read_bytes() == undisturbed[path.name], "no half or wrong page is ever in place"
    receipt = left / "kvittens.json"
    pages = json.loads(receipt.read_text("utf-8"))["pages"] if receipt.exists() else []
    (workspace.root / "vanta").unlink()
    result = build_pack(workspace, "nua", DATE, 2022)
    assert result.exit_code == 0
    assert page_bytes(result.folder) == undisturbed
    return Recovery(
        exit_code,
        int(struck_after),
        date.fromisoformat(day),
        sum("andra försöket" in page["why"] for page in pages),
        sum(page.status is Status.MADE for page in result.pages),
    )


def nothing_runs_in(root: Path) -> bool:
    """Whether all processes of a workspace have ended; they may take some seconds."""
    deadline = time.monotonic() + 20
    while any(map(is_in(root), Path("/proc").glob("[0-9]*/environ"))):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def is_in(root: Path) -> Callable[[Path], bool]:
    def found(environ: Path) -> bool:
        try:
            return f"ANALYSLIB_HOME={root}".encode() in environ.read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return False

    return found


@pytest.mark.parametrize("case", random.Random(7).sample(cases(6), 3), ids=str)
def test_three_disturbed_packs(case: Case, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    check_recovery(case, undisturbed, tmp_path)


@pytest.mark.prove
@pytest.mark.parametrize("case", cases(60), ids=str)
def test_sixty_disturbed_packs(case: Case, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    check_recovery(case, undisturbed, tmp_path)


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_bites(fault: str, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    """The faults above must do harm in mid-pack, or recovering from them proves nothing.

    After three seconds both kernels are at work, on a busy machine too, and wait for it.
    """
    found = check_recovery(Case(fault, 3, 3.0), undisturbed, tmp_path)
    assert 3 <= found.struck_after < len(NUA)
    assert found.exit_code == {"process": -9, "disk": 1}.get(fault, 0)
    assert (found.retried > 0) == (fault in ("kernel", "worker"))
    assert (found.made_again > 0) == (fault in ("process", "disk"))
    assert (found.day == date.today()) == (fault != "clock")


def test_ctrl_c_leaves_whole_pages_and_no_process(
    undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    found = check_recovery(Case("interrupt", 3, 0.0), undisturbed, tmp_path)
    assert found.exit_code == INTERRUPTED
    assert 0 < found.made_again < len(NUA)


def test_packs_of_two_networks_side_by_side_are_as_one_after_the_other(tmp_path: Path) -> None:
    alone, together = (toy_workspace(tmp_path / name) for name in ("ensam", "bredvid"))
    networks = ("nua", "fouis")
    expected = [page_bytes(build_pack(alone, name, DATE, 2022).folder) for name in networks]
    with ThreadPoolExecutor(2) as threads:
        made = list(threads.map(lambda name: build_pack(together, name, DATE, 2022), networks))
    assert [result.exit_code for result in made] == [0, 0]
    assert [page_bytes(result.folder) for result in made] == expected

"""Whatever happens in mid-pack, a plain run afterwards gives what an undisturbed one gives."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from toy_factory import DATE, page_bytes, toy_workspace

from analyslib.pack import build_pack


FAULTS = ("kernel", "worker", "process", "disk", "rebuild", "clock")
SHIFTED_CLOCK = """\
import os, time, datetime
if os.environ.get("CHAOS_CLOCK"):
    shift = float(os.environ["CHAOS_CLOCK"])
    real_time, real_datetime, real_date = time.time, datetime.datetime, datetime.date
    time.time = lambda: real_time() + shift
    class Datetime(real_datetime):
        @classmethod
        def now(cls, tz=None):
            return real_datetime.fromtimestamp(real_time() + shift, tz)
    class Date(real_date):
        @classmethod
        def today(cls):
            return real_date.fromtimestamp(real_time() + shift)
    datetime.datetime, datetime.date = Datetime, Date
"""


def disturbed_run(root: Path, fault: str, delay: float, site: Path) -> int:
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(SHIFTED_CLOCK)
    tests = str(Path(__file__).parent)
    environment = {
        **os.environ,
        "ANALYSLIB_HOME": str(root),
        "PYTHONPATH": os.pathsep.join((str(site), tests)),
    }
    if fault == "clock":
        environment["CHAOS_CLOCK"] = str(400 * 24 * 3600)
    command = [
        sys.executable,
        "-W",
        "ignore",
        f"{tests}/chaos_run.py",
        str(root),
        fault,
        str(delay),
    ]
    return subprocess.run(command, env=environment, capture_output=True, timeout=300).returncode


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    workspace = toy_workspace(tmp_path_factory.mktemp("lugn"))
    result = build_pack(workspace, "nua", DATE, 2022)
    assert result.exit_code == 0
    return page_bytes(result.folder)


def cases(count: int) -> list[tuple[str, float]]:
    draw = random.Random(20261203)
    return [
        (FAULTS[number % len(FAULTS)], round(draw.uniform(0, 2.0), 2)) for number in range(count)
    ]


def check_recovery(
    fault: str, delay: float, undisturbed: dict[str, bytes], folder: Path
) -> tuple[int, int]:
    workspace = toy_workspace(folder / "bord")
    code = disturbed_run(workspace.root, fault, delay, folder / "site")
    left = workspace.reports / "nua" / DATE
    for path in left.glob("*_*.html"):
        assert path.read_bytes() == undisturbed[path.name], "no half or wrong page is ever in place"
    result = build_pack(workspace, "nua", DATE, 2022)
    assert result.exit_code == 0
    assert page_bytes(result.folder) == undisturbed
    return code, sum(page.status == "gjord" for page in result.pages)


@pytest.mark.parametrize(("fault", "delay"), random.Random(7).sample(cases(6), 3))
def test_three_disturbed_packs(
    fault: str, delay: float, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    check_recovery(fault, delay, undisturbed, tmp_path)


@pytest.mark.prove
@pytest.mark.parametrize(("fault", "delay"), cases(60))
def test_sixty_disturbed_packs(
    fault: str, delay: float, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    check_recovery(fault, delay, undisturbed, tmp_path)


def test_a_full_disk_and_a_kill_do_disturb(undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    """The faults above must bite, or recovering from them proves nothing."""
    killed, made_after_kill = check_recovery("process", 0.0, undisturbed, tmp_path / "a")
    assert killed == -9 and made_after_kill > 0
    full, made_after_full = check_recovery("disk", 0.0, undisturbed, tmp_path / "b")
    assert full == 14 or full == 1
    assert made_after_full > 0

"""What is said of a workspace that holds extracts and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from extract_examples import write_workbook

from analyslib.workbench import add_files, build_workspace, describe_workspace
from analyslib.workspace import find_workspace


def test_build_and_status_of_extracts_only(tmp_path: Path) -> None:
    """A team that follows up its own work needs no key figures."""
    workspace = find_workspace()
    write_workbook(tmp_path / "uttag.xlsx")
    add_files(workspace, "isu", [tmp_path / "uttag.xlsx"])
    first, second, *released = str(build_workspace(workspace)).splitlines()
    assert any(re.match("Utelämnat ur jämförelsen av kvinnor och män", line) for line in released)
    assert first.startswith("Byggt på") and first.endswith(" s. Inga nyckeltal är inlagda.")
    assert re.fullmatch("Uttag: \\d+\u00a0rader ur 1\u00a0leverans.", second)
    assert "isu: 1\u00a0fil i arkivet" in describe_workspace(workspace)

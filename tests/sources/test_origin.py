"""The archive: immutable, whole or not there, and every file with its sidecar."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyslib.errors import SourceError
from analyslib.sources.origin import (
    SIDECAR,
    Origin,
    archive_file,
    archived_files,
    remove_archived,
    sha256_of,
)
from analyslib.workspace import Workspace, find_workspace


def origin_of(path: Path, **changes: object) -> Origin:
    plain = Origin(
        source="kolada",
        dataset="values",
        publisher="RKA",
        title="Värden",
        address="https://www.kolada.se",
        licence="Fri",
        retrieved=date(2026, 8, 1),
        vintage="2026-08-01",
        original_name=path.name,
        sha256=sha256_of(path),
        rows=3,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    path = tmp_path / "my values.v2.json.gz"
    path.write_bytes(b"content")
    return path


def test_archived_file_has_date_and_hash_in_its_name(incoming: Path) -> None:
    workspace = find_workspace()
    file = archive_file(workspace, incoming, origin_of(incoming))
    assert file.path.relative_to(workspace.raw).as_posix() == (
        "kolada/values_2026-08-01_ed7002b4.json.gz"
    )
    assert file.path.read_bytes() == b"content"
    assert archived_files(workspace) == [file]
    assert sorted(path.name for path in file.path.parent.iterdir()) == [
        file.path.name,
        file.path.name + SIDECAR,
    ]


def test_the_same_content_again_changes_nothing(incoming: Path) -> None:
    workspace = find_workspace()
    first = archive_file(workspace, incoming, origin_of(incoming))
    again = archive_file(workspace, incoming, origin_of(incoming, retrieved=date(2026, 9, 1)))
    assert again == first and len(archived_files(workspace)) == 1


def test_the_same_content_published_anew_is_kept_with_its_vintage(incoming: Path) -> None:
    workspace = find_workspace()
    for vintage in ("2024-01-01", "2025-01-01", "2025-01-01"):
        archive_file(workspace, incoming, origin_of(incoming, vintage=vintage))
    files = archived_files(workspace, verify=True)
    assert [file.origin.vintage for file in files] == ["2024-01-01", "2025-01-01"]


def test_new_content_is_a_new_file_beside_the_old(incoming: Path) -> None:
    workspace = find_workspace()
    first = archive_file(workspace, incoming, origin_of(incoming))
    incoming.write_bytes(b"revised")
    archive_file(workspace, incoming, origin_of(incoming, vintage="2026-09-01"))
    assert first.path.read_bytes() == b"content"
    assert [file.origin.vintage for file in archived_files(workspace)] == [
        "2026-08-01",
        "2026-09-01",
    ]


def test_archived_files_can_be_chosen_by_source_and_dataset(incoming: Path) -> None:
    workspace = find_workspace()
    archive_file(workspace, incoming, origin_of(incoming))
    archive_file(workspace, incoming, origin_of(incoming, dataset="kpi"))
    archive_file(workspace, incoming, origin_of(incoming, source="oj"))
    assert len(archived_files(workspace, "kolada")) == 2
    assert len(archived_files(workspace, dataset="values")) == 2
    assert len(archived_files(workspace, "kolada", "kpi")) == 1


def test_demo_and_real_archives_do_not_see_each_other(incoming: Path) -> None:
    real = find_workspace()
    demo = Workspace(real.root, demo=True)
    archive_file(demo, incoming, origin_of(incoming))
    assert archived_files(real) == [] and len(archived_files(demo)) == 1


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x7f")))
def test_any_text_survives_the_sidecar(incoming: Path, title: str) -> None:
    workspace = find_workspace()
    file = archive_file(workspace, incoming, origin_of(incoming, title=title))
    assert archived_files(workspace) == [file]
    assert archived_files(workspace)[0].origin.title == title
    remove_archived(file)


def test_a_changed_file_is_found_when_asked_for(incoming: Path) -> None:
    workspace = find_workspace()
    file = archive_file(workspace, incoming, origin_of(incoming))
    file.path.write_bytes(b"tampered")
    assert archived_files(workspace) == [file]
    with pytest.raises(SourceError, match="har ändrats sedan den lades in"):
        archived_files(workspace, verify=True)


def test_missing_file_and_broken_sidecar_are_reported_together(incoming: Path) -> None:
    workspace = find_workspace()
    file = archive_file(workspace, incoming, origin_of(incoming))
    file.path.unlink()
    (file.path.parent / f"kpi_x.csv{SIDECAR}").write_text("rows = many", encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        archived_files(workspace)
    assert len(caught.value.faults) == 2


def test_a_file_without_its_sidecar_is_not_in_the_archive(incoming: Path) -> None:
    """So a crash between the two leaves nothing that counts, and the next try succeeds."""
    workspace = find_workspace()
    file = archive_file(workspace, incoming, origin_of(incoming))
    (file.path.parent / (file.path.name + SIDECAR)).unlink()
    assert archived_files(workspace) == []
    assert archive_file(workspace, incoming, origin_of(incoming)) == file


def test_a_failed_copy_leaves_nothing(incoming: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = find_workspace()

    def full(source: Path, target: Path) -> None:
        Path(target).write_bytes(b"con")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("analyslib.sources.origin.shutil.copyfile", full)
    with pytest.raises(OSError, match="No space"):
        archive_file(workspace, incoming, origin_of(incoming))
    assert list((workspace.raw / "kolada").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_kill_while_archiving_leaves_an_archive_that_works(incoming: Path) -> None:
    code = f"""
import os, signal
from pathlib import Path
from analyslib.sources import origin as module
replace, done = os.replace, []
def killing(a, b):
    if done:
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(1)
    replace(a, b)
module.os.replace = killing
path = Path({str(incoming)!r})
from analyslib.workspace import find_workspace
module.archive_file(find_workspace(), path, module.Origin("kolada", "values", "", "", "", "",
    __import__("datetime").date(2026, 8, 1), "2026-08-01", path.name, module.sha256_of(path), 3))
"""
    child = subprocess.run([sys.executable, "-c", code], env=dict(os.environ), timeout=60)
    assert child.returncode == -9
    workspace = find_workspace()
    assert archived_files(workspace) == []
    file = archive_file(workspace, incoming, origin_of(incoming))
    assert archived_files(workspace, verify=True) == [file]

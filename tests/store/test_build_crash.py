"""Kill, full disk, two at once, readers and writers in the way: the old database is whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analyslib.errors import StoreError
from analyslib.store import build as build_module
from analyslib.store.connection import open_store, query


CHILD = """
    import os, signal, sys, time
    from analyslib.store import build as module
    from analyslib.workspace import find_workspace
    {prepare}
    print(module.build(find_workspace()))
"""
KILL = "os.kill(os.getpid(), signal.SIGKILL)"


def run_child(prepare: str, **options: Any) -> subprocess.CompletedProcess[str]:
    code = textwrap.dedent(CHILD).replace("{prepare}", textwrap.dedent(prepare))
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, **options
    )


@pytest.fixture
def changed(bench: Any) -> Any:
    """A finished build of one number, and a second number waiting in the archive."""
    bench.add_kpis(["N31807"])
    bench.add_values([{}], "2024-01-01")
    bench.build()
    bench.add_values([{"year": 2020}], "2025-01-01")
    return bench


def is_as_before(bench: Any) -> bool:
    for path in (bench.workspace.publish_db, bench.workspace.analys_db):
        with open_store(path) as store:
            years = store.connection.execute("SELECT year FROM observation").fetchall()
            if years != [(2022,)]:
                return False
    return True


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(
    "moment",
    [
        "load_metadata",
        "load_values",
        "check_built",
        "_write_info",
        "_build_individual",
        "describe_build",
        "_swap",
    ],
)
def test_kill_during_build_leaves_the_old_database_whole(changed: Any, moment: str) -> None:
    done = run_child(f"module.{moment} = lambda *args, **options: {KILL}")
    assert done.returncode == -signal.SIGKILL
    assert is_as_before(changed)
    assert changed.build().numbers == 2
    assert leftovers(changed) == []


def test_kill_between_the_two_swaps_leaves_two_whole_databases(changed: Any) -> None:
    done = run_child(
        f"""
        replace = os.replace
        def once(new, old):
            replace(new, old)
            {KILL}
        module.os.replace = once
        """
    )
    assert done.returncode == -signal.SIGKILL
    with open_store(changed.workspace.analys_db) as store:
        assert query(store, "build_totals").loc[0, "numbers"] == 2
    assert len(changed.rows("SELECT * FROM observation")) == 1
    assert changed.build().built
    assert len(changed.rows("SELECT * FROM observation")) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file size limit")
@pytest.mark.parametrize("share", [0.001, 0.3, 0.6, 0.9, 0.99])
def test_no_room_to_write_leaves_the_old_database_whole(changed: Any, share: float) -> None:
    """A limit on the size of files stops DuckDB's own writing, at the start or near the end."""
    room = int(changed.workspace.publish_db.stat().st_size * share)
    done = run_child(
        f"""
        import resource
        from analyslib.errors import StoreError
        resource.setrlimit(resource.RLIMIT_FSIZE, ({room},) * 2)
        real = module.build
        def build(workspace):
            try:
                return real(workspace)
            except StoreError as error:
                return f"StoreError: {{error}}"
        module.build = build
        """
    )
    assert done.returncode == 0, done.stderr
    assert "StoreError" in done.stdout and "Den gamla databasen är kvar." in done.stdout
    assert is_as_before(changed)
    assert leftovers(changed) == []
    assert changed.build().numbers == 2


def test_a_full_disk_is_said_in_words(changed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build_module.shutil, "copyfile", full)
    with pytest.raises(StoreError, match="Disken är full. Den gamla databasen är kvar"):
        changed.build()
    assert is_as_before(changed)


def leftovers(bench: Any) -> list[str]:
    kept = {"analys.duckdb", "publish.duckdb", ".build.lock"}
    return [path.name for path in bench.workspace.processed.iterdir() if path.name not in kept]


def test_two_builds_at_once_build_once(changed: Any) -> None:
    code = textwrap.dedent(CHILD).replace("{prepare}", "")
    children = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = sorted(child.communicate(timeout=120)[0] for child in children)
    assert [child.returncode for child in children] == [0, 0]
    assert said[0].startswith("Byggt på") and said[1].startswith("Inget att göra")
    assert len(changed.rows("SELECT * FROM observation")) == 2


def test_a_build_that_takes_too_long_to_wait_for_is_said(changed: Any) -> None:
    from filelock import FileLock

    with (
        FileLock(changed.workspace.processed / ".build.lock"),
        pytest.raises(StoreError, match="Ett annat bygge pågår"),
    ):
        changed.build(wait=0)
    assert is_as_before(changed)


def test_build_while_readers_in_this_and_another_process_have_it_open(changed: Any) -> None:
    with open_store(changed.workspace.publish_db) as before, holding(changed, read_only=True):
        changed.build()
        assert len(query(before, "kpi_values", kpi="N31807")) == 1  # still whole, still old
        with open_store(changed.workspace.publish_db) as after:
            assert len(query(after, "kpi_values", kpi="N31807")) == 2


def test_build_while_another_program_writes_in_the_old_one(changed: Any) -> None:
    """DuckDB's lock hides the old one from the check; the swap goes through all the same."""
    with holding(changed, read_only=False):
        with pytest.raises(StoreError, match="öppen för skrivning i ett annat program"):
            open_store(changed.workspace.publish_db)
        changed.build()
        assert len(changed.rows("SELECT * FROM observation")) == 2


class holding:
    """Another process that keeps publish.duckdb open."""

    def __init__(self, bench: Any, read_only: bool) -> None:
        path = str(bench.workspace.publish_db)
        code = (
            f"import duckdb, sys; c = duckdb.connect({path!r}, read_only={read_only}); "
            "print('open', flush=True); sys.stdin.read()"
        )
        self.child = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> None:
        assert self.child.stdout and self.child.stdout.readline() == "open\n"

    def __exit__(self, *_: object) -> None:
        self.child.communicate(input="")


def test_a_reader_who_opened_plainly_in_this_process_does_not_hinder(changed: Any) -> None:
    plain = duckdb.connect(str(changed.workspace.publish_db), read_only=True)
    try:
        changed.build()
        assert len(changed.rows("SELECT * FROM observation")) == 2
    finally:
        plain.close()


def test_what_a_killed_build_left_behind_is_cleared(changed: Any) -> None:
    folder: Path = changed.workspace.processed
    for name in ("publish.duckdb.new", "publish.duckdb.new.wal", "analys.duckdb.new"):
        (folder / name).write_bytes(os.urandom(5000))
    (folder / "publish.duckdb.new.tmp").mkdir()
    assert changed.build().numbers == 2
    assert leftovers(changed) == []


def test_a_log_that_another_program_left_is_not_read_into_the_new_one(changed: Any) -> None:
    leave = (
        f"import duckdb, os; c = duckdb.connect({str(changed.workspace.publish_db)!r}); "
        "c.execute('CREATE TABLE stray AS SELECT 1 AS x'); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", leave], timeout=60, check=False)
    assert changed.workspace.publish_db.with_name("publish.duckdb.wal").exists()
    changed.build()
    assert ("stray",) not in changed.rows("SHOW TABLES")
    assert len(changed.rows("SELECT * FROM observation")) == 2

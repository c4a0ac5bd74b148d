"""What every test stands on: no network, no real workspace, the same seed everywhere."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest


REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared"

os.environ.setdefault("MPLBACKEND", "agg")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--prove", action="store_true", help="run the full counts instead of seeded samples"
    )
    parser.addoption(
        "--keep-demo",
        metavar="FOLDER",
        help="take the built demo data from FOLDER, where they are left the first time; "
        "for many short runs in a row, and never when the demo or the build has changed",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    no_shared = pytest.mark.skip(reason="the real data and reference cases are not beside us")
    no_prove = pytest.mark.skip(reason="full count: runs in make prove")
    for item in items:
        if "shared" in item.keywords and not SHARED.is_dir():
            item.add_marker(no_shared)
        if "prove" in item.keywords and not config.getoption("--prove"):
            item.add_marker(no_prove)


@pytest.fixture(scope="session")
def prove(request: pytest.FixtureRequest) -> bool:
    """True where the full counts are wanted: ``count = 1000 if prove else 25``."""
    return bool(request.config.getoption("--prove"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public figures; the test that uses it is marked ``shared``."""
    return SHARED / "data"


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of reference cases; the test that uses it is marked ``shared``."""
    return SHARED / "reference"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything but this machine's loopback is refused."""
    real_connect = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test reached for the network: {address[0]}")
        real_connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(autouse=True)
def own_workspace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Every test has an empty workspace of its own; the real data folders are out of reach."""
    home = tmp_path / "workspace"
    for folder in ("data/raw", "data/processed", "reports", "notebooks/rapporter"):
        (home / folder).mkdir(parents=True)
    monkeypatch.setenv("ANALYSLIB_HOME", str(home))
    monkeypatch.delenv("ANALYSLIB_PUBLISH_DB", raising=False)
    return home


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published database of a made-up follow-up: see made_follow_up."""
    from made_follow_up import write_publish_database

    path = tmp_path_factory.mktemp("published") / "publish.duckdb"
    write_publish_database(path)
    return path


@pytest.fixture
def reads_published(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports read the made-up follow-up."""
    monkeypatch.setenv("ANALYSLIB_PUBLISH_DB", str(published))


@pytest.fixture(scope="session")
def demo_workspace(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Path:
    """The root of a workspace with the demo's data, built once, and the real notebooks."""
    root = tmp_path_factory.mktemp("demo")
    kept = request.config.getoption("--keep-demo")
    if kept and Path(kept, "data").is_dir():
        shutil.copytree(Path(kept, "data"), root / "data")
        (root / "reports").mkdir()
    else:
        build_demo(root)
        if kept:
            shutil.copytree(root / "data", Path(kept, "data"))
    (root / "notebooks").symlink_to(REPOSITORY / "notebooks", target_is_directory=True)
    return root


def build_demo(root: Path) -> None:
    from analyslib.workbench import build_workspace, make_demo_data
    from analyslib.workspace import Workspace

    for folder in ("data/raw", "data/processed", "reports"):
        (root / folder).mkdir(parents=True)
    workspace = Workspace(root, demo=True)
    make_demo_data(workspace)
    build_workspace(workspace)


@pytest.fixture(scope="session")
def real_workspace(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Path:
    """The root of a workspace with real social-service figures 1994-2022, built once."""
    from datetime import date

    from analyslib.sources import kolada
    from analyslib.store.build import build
    from analyslib.workspace import Workspace

    root = tmp_path_factory.mktemp("real")
    for folder in ("data/raw", "data/processed", "reports"):
        (root / folder).mkdir(parents=True)
    (root / "notebooks").symlink_to(REPOSITORY / "notebooks", target_is_directory=True)
    folder = shared_data / "kolada"
    groups = folder.glob("municipality_group_members_*.csv")
    values = folder / "social_services_all606_values_1994_2022.parquet"
    files = [values, *folder.glob("kpi_metadata_*.csv"), *groups]
    kolada.add(Workspace(root), files, retrieved=date(2026, 8, 1))
    build(Workspace(root))
    return root

"""JupyterLab, started headless on a workspace of its own, and its notebooks run by a browser.

For the tests and for the pictures in the guides. Nothing here waits for a time, only for
something to be true; the limits are there so that a fault ends, and are not a measure.
"""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyslib.workspace import Workspace


REPOSITORY = Path(__file__).resolve().parent.parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
BROWSER_PATH = next((path for path in map(shutil.which, BROWSERS) if path), None)
TOKEN = "t"
LONG = 240_000  # ms: a busy machine
SETTINGS = "@jupyterlab/apputils-extension/notification.jupyterlab-settings"
# Asked of JupyterLab itself: a menu is dead until the kernel behind the notebook answers.
READY = """() => {
  const lab = window.jupyterapp, panel = lab && lab.shell.currentWidget;
  if (!panel || !panel.sessionContext || !panel.sessionContext.isReady) return false;
  const kernel = panel.sessionContext.session && panel.sessionContext.session.kernel;
  return Boolean(kernel && kernel.status === 'idle' && kernel.connectionStatus === 'connected'
    && panel.isVisible && panel.content.widgets.length
    && lab.commands.hasCommand('notebook:run-all-cells')
    && lab.commands.isEnabled('notebook:run-all-cells'));
}"""
NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Lab:
    address: str
    workspace: Workspace

    def url(self, path: str) -> str:
        return f"{self.address}/{path}?token={TOKEN}"


@contextmanager
def running_lab(root: Path) -> Iterator[Lab]:
    """JupyterLab on a workspace, with a home of its own and nothing fetched."""
    home = root / "home"
    settings = home / "settings" / SETTINGS
    settings.parent.mkdir(parents=True)
    settings.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [
        *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"),
        *(f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"),
        *("--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"),
    ]
    with (root / "lab.log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=root, env=environment(root, home), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_until_up(server, f"{address}/api?token={TOKEN}", root / "lab.log")
            yield Lab(address, Workspace(root, demo=True))
        finally:
            server.terminate()
            server.wait(60)


def environment(root: Path, home: Path) -> dict[str, str]:
    """Nothing of the user's own Jupyter is read or written."""
    places = {
        name: str(home / name.lower())
        for name in (
            "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR",
            "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR",
        )
    }  # fmt: skip
    kept = {key: text for key, text in os.environ.items() if not key.startswith("JUPYTER")}
    return {
        **kept,
        **places,
        "HOME": str(home),
        "ANALYSLIB_HOME": str(root),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
    }


def wait_until_up(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + LONG / 1000
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text("utf-8")[-3000:]
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start: {log.read_text('utf-8')[-3000:]}")


def make_root(root: Path, demo: Path | None, reports: Container[str] | None = None) -> Path:
    """A workspace with the demo's data, or with none, and the notebooks as copies: JupyterLab
    saves what it runs. `reports` are the notebooks that a pack is made of, None for all."""
    for kind in ("raw", "processed"):
        (root / "data" / kind).mkdir(parents=True)
        if demo:
            (root / "data" / kind / "demo").symlink_to(demo / "data" / kind / "demo")
    (root / "reports").mkdir(parents=True)
    shutil.copytree(REPOSITORY / "notebooks", root / "notebooks")
    for path in (root / "notebooks" / "rapporter").glob("*.ipynb"):
        if reports is not None and path.stem not in reports:
            path.unlink()
    return root


def run_all(page: Any, lab: Lab, notebook: str) -> Any:
    """Open a notebook of its own in a window of its own, run it, and give what it shows."""
    name = f"{next(NUMBERS)}_{Path(notebook).name}"
    shutil.copyfile(REPOSITORY / "notebooks" / notebook, lab.workspace.notebooks / name)
    page.goto(lab.url(f"lab/workspaces/{Path(name).stem}/tree/notebooks/{name}"))
    page.wait_for_function(READY)
    assert page.locator(".widget-dropdown").count() == 0, "controls that are not alive"
    # What the menu's Run All Cells does; it is done when all cells are.
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.locator(".widget-dropdown").first.wait_for()
    page.wait_for_function(READY)
    return page.locator(".jp-OutputArea-output:has(.widget-dropdown)").first

"""JupyterLab as a user meets it: the explorer answers, and the start page makes a pack.

Skipped, with the reason printed, where there is no Chromium.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from analyslib.store.connection import open_store, query
from analyslib.workspace import Workspace


REPOSITORY = Path(__file__).resolve().parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    # JupyterLab takes its time to start: these run in make prove.
    pytest.mark.prove,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]
TOKEN = "t"
SLOW = 600_000
SETTINGS = "@jupyterlab/apputils-extension/notification.jupyterlab-settings"
HARMLESS = ("favicon", "ResizeObserver", "lsp", "Failed to load resource")


@dataclass(frozen=True)
class Lab:
    address: str
    workspace: Workspace

    def url(self, path: str) -> str:
        return f"{self.address}/{path}?token={TOKEN}"


@pytest.fixture(scope="module")
def lab(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a copy of the demo, with settings of its own and nothing fetched."""
    root = copy_of(demo_workspace, tmp_path_factory.mktemp("lab"))
    settings = root / "settings" / SETTINGS
    settings.parent.mkdir(parents=True)
    settings.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    places = {
        name: str(root / "jupyter" / name)
        for name in (
            "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR",
        )
    }  # fmt: skip
    command = [
        *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"),
        *(f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"),
    ]
    environment = {
        **os.environ,
        **places,
        "ANALYSLIB_HOME": str(root),
        "JUPYTERLAB_SETTINGS_DIR": str(root / "settings"),
    }
    log = (root / "lab.log").open("w")
    with subprocess.Popen(
        command, cwd=root, env=environment, stdout=log, stderr=subprocess.STDOUT
    ) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_up(f"{address}/api?token={TOKEN}")
            yield Lab(address, Workspace(root, demo=True))
        finally:
            server.terminate()
            server.wait(30)
            log.close()


def copy_of(demo: Path, root: Path) -> Path:
    """The demo's data as it is, the notebooks as copies: JupyterLab saves what it runs."""
    for kind in ("raw", "processed"):
        (root / "data" / kind).mkdir(parents=True)
        (root / "data" / kind / "demo").symlink_to(demo / "data" / kind / "demo")
    (root / "reports").mkdir()
    shutil.copytree(REPOSITORY / "notebooks", root / "notebooks")
    return root


def wait_until_up(address: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
    raise AssertionError("JupyterLab did not start")


@pytest.fixture
def page(lab: Lab) -> Iterator[Any]:
    """A browser page that remembers console errors and requests to other machines."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        found = browser.new_page(viewport={"width": 1400, "height": 1400})
        found.set_default_timeout(180_000)
        found.errors = []
        found.on(
            "console",
            lambda message: message.type == "error" and found.errors.append(message.text),
        )
        found.on(
            "request",
            lambda request: (
                not request.url.startswith((lab.address, "data:", "blob:", "ws:"))
                and found.errors.append(f"asked for {request.url}")
            ),
        )
        yield found
        browser.close()


def run_all(page: Any, lab: Lab, notebook: str) -> None:
    from playwright.sync_api import TimeoutError as NotShown

    page.goto(lab.url(f"lab/tree/notebooks/{notebook}"))
    page.wait_for_selector(".jp-Notebook")
    # What is asked for before the kernel is there is lost, so it is asked for again.
    for _ in range(5):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name=re.compile("^Run All Cells")).first.click()
        with suppress(NotShown):
            page.wait_for_selector(".widget-dropdown", timeout=30_000)
            return
    raise AssertionError("the notebook did not run")


def serious(errors: list[str]) -> list[str]:
    return [text for text in errors if not any(word in text for word in HARMLESS)]


def test_fifty_changes_in_the_explorer(page: Any, lab: Lab) -> None:
    run_all(page, lab, "utforska/nyckeltal.ipynb")
    places = page.get_by_label("Kommun:")
    places.wait_for()
    figure = page.locator(".widget-html figure.bild").first
    figure.wait_for()
    codes = ("2460", "2480", "0461", "2425", "2482")
    with open_store(lab.workspace.publish_db) as store:
        names = query(store, "municipalities").set_index("municipality")["municipality_name"]
    seconds, lowest = [], 1e9
    for number in range(50):
        code = codes[number % 5]
        began = time.perf_counter()
        places.select_option(label=names[code])
        page.wait_for_selector(f'.widget-html figure[data-municipality="{code}"]')
        seconds.append(time.perf_counter() - began)
        lowest = min(
            lowest, page.locator(".widget-html:has(figure)").first.bounding_box()["height"]
        )
    print(f"50 byten: median {statistics.median(seconds):.2f} s, sämst {max(seconds):.2f} s")
    assert lowest >= 300, "the page never collapses"
    assert not serious(page.errors), page.errors


def test_from_the_start_page_to_a_number_on_a_report(page: Any, lab: Lab) -> None:
    run_all(page, lab, "start.ipynb")
    button = page.get_by_role("button", name="Gör paketet")
    button.wait_for()
    page.get_by_label("Senaste år:").select_option(label="2024")
    button.click()
    link = page.get_by_role("link", name="Umeå: Kommunrapport")
    link.wait_for(timeout=SLOW)
    with page.context.expect_page() as opened:
        link.click()
    report = opened.value
    report.wait_for_selector("td[data-status], td data[value]", state="attached")
    key = '[data-kpi="N31807"][data-municipality="2480"][data-year="2024"][data-gender="T"]'
    shown = report.locator(f"{key} data, td{key} data").first.get_attribute("value")
    with open_store(lab.workspace.publish_db) as store:
        rows = query(store, "series", kpis=["N31807"], municipalities=["2480"])
    rows = rows[(rows["year"] == 2024) & (rows["gender"] == "T")]
    assert float(shown) == rows["value"].item()
    assert not serious(page.errors), page.errors

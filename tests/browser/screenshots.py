"""The pictures in the guides, taken from the demo as it is now.

    analyslib demo
    python tests/browser/screenshots.py [--only NAME ...]

Needs a finished demo pack in the workspace and a Chromium. JupyterLab runs on a copy.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from driven_lab import BROWSER_PATH, LONG, REPOSITORY, make_root, run_all, running_lab
from playwright.sync_api import sync_playwright

from analyslib.errors import UsageError
from analyslib.workbench import DEMO_MEETING
from analyslib.workspace import Workspace, find_workspace


PICTURES = REPOSITORY / "docs" / "bilder"
LARGEST = 200_000  # bytes: a guide is read on a phone too
SIZES = {
    "rapport": (900, 880),
    "index": (900, 820),
    "startsida": (900, 700),
    "utforskare": (900, 860),
}


def picture_of_page(browser: Any, name: str, file: Path, heading: str) -> None:
    """From a heading on: what a report says, and not its list of contents."""
    page = browser.new_page(viewport=size_of(name), locale="sv-SE")
    page.goto(file.as_uri())
    page.get_by_role("heading", name=heading, exact=True).first.evaluate(
        "heading => window.scrollTo(0, heading.getBoundingClientRect().top - 24)"
    )
    save(page, name)


def picture_of_notebook(
    browser: Any, workspace: Workspace, name: str, notebook: str, ready: Callable[[Any], None]
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(make_root(Path(folder), workspace.root)) as lab,
    ):
        page = browser.new_page(viewport={"width": 1230, "height": 1500}, locale="sv-SE")
        page.set_default_timeout(LONG)
        shown = run_all(page, lab, notebook)
        ready(page)
        box = shown.bounding_box()
        wide, high = SIZES[name]
        clip = {
            **{"x": box["x"], "y": box["y"]},
            **{"width": min(wide, box["width"]), "height": min(high, box["height"])},
        }
        save(page, name, clip=clip)


def size_of(name: str) -> dict[str, int]:
    width, height = SIZES[name]
    return {"width": width, "height": height}


def save(page: Any, name: str, **options: Any) -> None:
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, **options)
    page.close()
    if path.stat().st_size > LARGEST:
        raise UsageError(f"Bilden {name} blev för stor: {path.stat().st_size} byte.")
    print(path.relative_to(REPOSITORY))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=list(SIZES), choices=list(SIZES))
    wanted = parser.parse_args().only
    workspace = find_workspace(demo=True)
    pack = workspace.reports / "nua" / DEMO_MEETING
    if not (pack / "index.html").is_file():
        raise UsageError("Demons paket finns inte.", str(pack), "Kör `analyslib demo` först.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=BROWSER_PATH, args=["--no-sandbox", "--lang=sv"]
        )
        for name, file, heading in (
            ("rapport", "2480_umea_kommun.html", "Sammanfattning"),
            ("index", "index.html", "Hela nätverket"),
        ):
            if name in wanted:
                picture_of_page(browser, name, pack / file, heading)
        for name, notebook, sign in (
            ("startsida", "start.ipynb", ".widget-button"),
            ("utforskare", "utforska/nyckeltal.ipynb", ".widget-html figure.bild"),
        ):
            if name in wanted:
                picture_of_notebook(
                    browser,
                    workspace,
                    name,
                    notebook,
                    lambda page, s=sign: page.locator(s).first.wait_for(),
                )
        browser.close()


if __name__ == "__main__":
    main()

"""Finished pages in a real browser: nothing axe objects to, and readable everywhere.

The pages are those of a pack of demo data, so that what is tested is what the users get.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}

BROWSER_PATH = next((path for path in map(shutil.which, BROWSERS) if path), None)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER_PATH is None, reason="no Chromium, Chrome or Edge on this machine"),
    pytest.mark.filterwarnings("default"),
]

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe_module = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")


@pytest.fixture(scope="module")
def pack_folder(demo_workspace: Path) -> Path:
    """The demo pack of a whole network, made as the commands make it."""
    from analyslib.pack import build_pack
    from analyslib.workspace import Workspace

    workspace = Workspace(demo_workspace, demo=True)
    result = build_pack(workspace, "nua", "2026-12-10", check_release=lambda places: None)
    assert result.exit_code == 0, [page.why for page in result.pages if page.why]
    return result.folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=BROWSER_PATH, args=["--no-sandbox"])
        yield found
        found.close()


def some_pages(folder: Path) -> list[Path]:
    """One of each kind."""
    kinds = {path.name.split("_")[-1]: path for path in sorted(folder.glob("*_*.html"))}
    return [folder / "index.html", folder / "kvittens.html", *kinds.values()]


def open_page(browser: Any, path: Path, width: int = 1280, **options: Any) -> Any:
    page = browser.new_page(viewport={"width": width, "height": 900}, **options)
    page.goto(path.as_uri())
    return page


def violations(page: Any) -> list[str]:
    found = axe_module.Axe().run(page, options=WCAG).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, pack_folder: Path, scheme: str, prove: bool) -> None:
    """Every page in make prove; one of each kind otherwise."""
    pages = sorted(pack_folder.glob("*.html")) if prove else some_pages(pack_folder)
    assert len(pages) >= 5
    found = {}
    for path in pages:
        page = open_page(browser, path, color_scheme=scheme)
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        found[path.name] = violations(page)
        page.close()
    assert not any(found.values()), found


def test_axe_can_find_something(browser: Any, tmp_path: Path) -> None:
    bad = tmp_path / "dalig.html"
    bad.write_text('<html><body><img src="x.png"><p style="color:#ccc">svag</p></body></html>')
    assert len(violations(open_page(browser, bad))) >= 3


def test_no_page_is_too_large_to_mail(pack_folder: Path) -> None:
    sizes = {path.name: path.stat().st_size for path in pack_folder.glob("*.html")}
    assert max(sizes.values()) <= 1024 * 1024, sizes


def test_nothing_is_fetched_and_nothing_runs(browser: Any, pack_folder: Path) -> None:
    asked: list[str] = []
    for path in some_pages(pack_folder):
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        assert page.evaluate("document.scripts.length") == 0
        page.close()
    outside = [url for url in asked if not url.startswith(("file:", "data:"))]
    assert not outside
    assert sum(url.startswith("file:") for url in asked) == len(some_pages(pack_folder))


@pytest.mark.parametrize("width", [320, 400, 1280, 1920])
def test_no_page_is_wider_than_its_window(browser: Any, pack_folder: Path, width: int) -> None:
    for path in some_pages(pack_folder):
        page = open_page(browser, path, width)
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
        page.close()


def test_text_spacing_of_the_readers_own_cuts_nothing(browser: Any, pack_folder: Path) -> None:
    """WCAG 1.4.12: more air between lines, letters and words must not push text out."""
    page = open_page(browser, pack_folder / "2480_umea_kommun.html", 400)
    page.add_style_tag(
        content="*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_everything_is_reached_with_the_keyboard(browser: Any, pack_folder: Path) -> None:
    page = open_page(browser, pack_folder / "2480_umea_kommun.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "hoppa"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    page.wait_for_url("**/*.html#innehall")
    page.evaluate("document.querySelector('summary').focus()")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('details').open")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "tabellyta"
    page.evaluate("document.querySelector('.innehall a').focus()")
    shown = "getComputedStyle(document.activeElement).outlineStyle"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(shown) == "solid"


def test_print_opens_the_values_and_leaves_out_what_only_a_screen_needs(
    browser: Any, pack_folder: Path
) -> None:
    page = open_page(browser, pack_folder / "2480_umea_kommun.html")
    hidden = "getComputedStyle(document.querySelector('.innehall')).display"
    table = "document.querySelector('details table').checkVisibility()"
    assert not page.evaluate(table)
    page.emulate_media(media="print")
    assert page.evaluate(hidden) == "none"
    assert page.evaluate(table)
    assert page.pdf(format="A4", tagged=True).startswith(b"%PDF")


PAPER = """tables => tables.map(table => [
    table.closest('.tabellyta').scrollWidth,
    getComputedStyle(table.closest('.tabellyta')).page,
])"""
UPRIGHT, LYING = 680, 1009  # what an A4 holds between its margins


def test_print_is_as_wide_as_the_paper(browser: Any, pack_folder: Path) -> None:
    """A browser shrinks the whole page to fit the widest table: those lie on paper of their own."""
    on_paper = set()
    for path in some_pages(pack_folder):
        page = open_page(browser, path, UPRIGHT)
        page.emulate_media(media="print")
        tables = page.eval_on_selector_all(".tabellyta table", PAPER)
        on_paper |= {paper for _, paper in tables}
        for width, paper in tables:
            assert width <= (LYING if paper == "bred" else UPRIGHT), path.name
        page.add_style_tag(content=".tabellyta{display:none}")
        assert page.evaluate("document.documentElement.scrollWidth") <= UPRIGHT, path.name
        page.close()
    assert on_paper == {"auto", "bred"}


def test_every_link_of_the_index_opens_a_page_from_a_memory_stick(
    browser: Any, pack_folder: Path, tmp_path: Path
) -> None:
    stick = tmp_path / "Mina mötesfiler på USB"
    shutil.copytree(pack_folder, stick)
    page = open_page(browser, stick / "index.html")
    links = page.eval_on_selector_all("main a", "links => links.map(link => link.href)")
    assert len(links) >= 16
    for link in links:
        page.goto(link)
        assert page.locator("h1").count() == 1


def test_pictures_are_drawn(browser: Any, pack_folder: Path) -> None:
    """An image that the browser cannot read has no natural width."""
    page = open_page(browser, pack_folder / "2480_umea_kommun.html")
    widths = page.eval_on_selector_all("img", "all => all.map(one => one.naturalWidth)")
    assert len(widths) >= 12 and min(widths) > 100

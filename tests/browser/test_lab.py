"""JupyterLab as a user meets it: the explorer answers, and the start page makes a pack.

Skipped, with the reason printed, where there is no Chromium. Each notebook is opened once for all
its tests. Otherwise than in make prove the pack is that of the smaller network, and without the
reports about individuals, whose audit takes longer than all the rest; the pack's own tests have it.
"""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from driven_lab import BROWSER_PATH, LONG, Lab, make_root, run_all, running_lab

from analyslib.store.connection import open_store, query
from analyslib.workspace import Workspace


pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER_PATH is None, reason="no Chromium, Chrome or Edge on this machine"),
    pytest.mark.filterwarnings("default"),
]

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe_module = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")

PART = "#prov"
VERY_LONG = 1_200_000  # ms: a whole network on a busy machine
# JupyterLab asks for a workspace that has not been saved yet, and is told that there is none.
ALLOWED = re.compile(r"Failed to load resource: .* 404 .*/api/workspaces/")
# The lowest that an element has been since it was first seen, drawn frame by frame.
WATCH_HEIGHT = """element => {
  window.lowest = element.getBoundingClientRect().height;
  const look = () => {
    window.lowest = Math.min(window.lowest, element.getBoundingClientRect().height);
    requestAnimationFrame(look);
  };
  look();
}"""
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


# The label of the field that has the keyboard.
LABEL = """() => {
  const labels = document.activeElement.labels;
  return labels && labels.length ? labels[0].textContent : document.activeElement.title;
}"""
# The keys of a number stand on its cell, or on its row, column or table where they are shared.
NUMBER = """wanted => {
  const names = ['kpi', 'municipality', 'year', 'gender'].map(name => 'data-' + name);
  for (const data of document.querySelectorAll('td data')) {
    const cell = data.closest('td'), table = cell.closest('table');
    const around = [cell, cell.parentElement, table.tHead.rows[0].cells[cell.cellIndex], table];
    const keys = names.map(
      name => around.map(part => part && part.getAttribute(name)).find(text => text));
    if (keys.every((key, number) => key === wanted[number]))
      return [data.getAttribute('value'), data.textContent];
  }
  throw new Error('the number is not on the page: ' + wanted);
}"""
# What stands outside the part and cannot be scrolled into sight.
CUT_OFF = """selector => {
  const part = document.querySelector(selector), right = part.getBoundingClientRect().right;
  const inside = element => element.closest('.tabellyta, pre, details:not([open])');
  return [...part.querySelectorAll('*')]
    .filter(one => !inside(one) && one.getBoundingClientRect().right > right + 1)
    .map(one => `${one.tagName} ${one.className}: ${one.textContent.slice(0, 60)}`);
}"""
OWN_CHECKS = """selector => {
  const part = document.querySelector(selector), faults = [];
  for (const image of part.querySelectorAll('img'))
    if (image.alt.trim().length < 20) faults.push('alternative text: ' + image.alt);
  for (const table of part.querySelectorAll('table'))
    if (!table.caption || !table.caption.textContent.trim()) faults.push('table without caption');
  for (const cell of part.querySelectorAll('th'))
    if (!cell.scope) faults.push('no scope: ' + cell.textContent);
  for (const field of part.querySelectorAll('input, select, textarea'))
    if (!field.labels.length || !field.labels[0].textContent.trim())
      faults.push('no label: ' + field.outerHTML.slice(0, 120));
  for (const element of part.querySelectorAll('[src], [href]'))
    if (/^(https?:)?[/][/]/.test(element.getAttribute('src') || element.getAttribute('href')))
      faults.push('external: ' + element.outerHTML.slice(0, 120));
  return faults;
}"""


@pytest.fixture(scope="module")
def lab(
    demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory, prove: bool
) -> Iterator[Lab]:
    reports = None if prove else ("kommun", "dagordning")
    with running_lab(make_root(tmp_path_factory.mktemp("lab"), demo_workspace, reports)) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=BROWSER_PATH, args=["--no-sandbox"])
        yield found
        found.close()


@contextmanager
def opened(browser: Any, lab: Lab, notebook: str) -> Iterator[Any]:
    """A browser page with a notebook that has run. It remembers console errors and requests to
    other machines; what the notebook shows has the id of PART."""
    context = browser.new_context(viewport={"width": 1400, "height": 1400}, locale="sv-SE")
    found = context.new_page()
    found.set_default_timeout(LONG)
    found.errors = []
    found.on("console", lambda message: found.errors.extend(said_wrong(message)))
    found.on("pageerror", lambda error: found.errors.append(f"uncaught: {error}"))
    context.on("request", lambda request: found.errors.extend(asked_outside(request.url)))
    run_all(found, lab, notebook).evaluate(f"element => element.id = '{PART[1:]}'")
    yield found
    context.close()


@pytest.fixture(scope="module")
def explorer(browser: Any, lab: Lab) -> Iterator[Any]:
    with opened(browser, lab, "utforska/nyckeltal.ipynb") as page:
        yield page


@pytest.fixture(scope="module")
def start_page(browser: Any, lab: Lab) -> Iterator[Any]:
    with opened(browser, lab, "start.ipynb") as page:
        yield page


def said_wrong(message: Any) -> list[str]:
    text = f"{message.text} {message.location.get('url', '')}"
    return [text] if message.type == "error" and not ALLOWED.search(text) else []


def asked_outside(url: str) -> list[str]:
    inside = url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))
    return [] if inside else [f"asked for {url}"]


def figures_html(page: Any) -> Any:
    return page.locator(".widget-html:has(figure.bild)").first


def faults_of(page: Any) -> list[str]:
    """What axe objects to in our own part of the page, and what it does not look for.
    JupyterLab's own part is not ours."""
    found = axe_module.Axe().run(page, context={"include": [[PART]]}, options=AXE)
    told = [
        f"{one['id']}: {node['html'][:200]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]
    return told + page.evaluate(OWN_CHECKS, PART)


def stored_value(workspace: Workspace, kpi: str, municipality: str, year: int) -> float:
    with open_store(workspace.publish_db) as store:
        rows = query(store, "series", kpis=[kpi], municipalities=[municipality])
    rows = rows[(rows["year"] == year) & (rows["gender"] == "T")]
    return float(rows["value"].item())


def number_on(page: Any, kpi: str, municipality: str, year: int) -> tuple[float, str]:
    """A raw number of a page, and how it is written there."""
    value, written = page.evaluate(NUMBER, [kpi, municipality, str(year), "T"])
    return float(value), written


def answered(page: Any, text: str) -> None:
    """Wait until the explorer shows a choice: the code under the view says which it is."""
    page.wait_for_function(
        "text => [...document.querySelectorAll('.widget-html pre')]"
        ".some(code => code.textContent.includes(text))",
        arg=text,
    )


def test_the_explorer_answers_without_a_flicker(explorer: Any, lab: Lab, prove: bool) -> None:
    """A hundred changes in make prove, twenty otherwise. The times are printed, not judged."""
    figures_html(explorer).wait_for()
    explorer.evaluate(WATCH_HEIGHT, figures_html(explorer).element_handle())
    places, series = explorer.get_by_label("Kommun:"), explorer.get_by_label("Nyckeltal:")
    kpis = re.findall(r"\((\w\d{5}),", " ".join(series.locator("option").all_inner_texts()))
    codes = {"2460": "Vännäs", "2480": "Umeå", "0461": "Gnesta", "2425": "Dorotea"}
    kpi, seconds = kpis[0], []
    for number in range(50 if prove else 10):
        code = list(codes)[number % len(codes)]
        began = time.perf_counter()
        places.select_option(label=codes[code])
        answered(explorer, f'show("{kpi}", "{code}"')
        seconds.append(time.perf_counter() - began)
        kpi = kpis[number % min(5, len(kpis))]
        began = time.perf_counter()
        series.select_option(index=kpis.index(kpi))
        answered(explorer, f'show("{kpi}", "{code}"')
        seconds.append(time.perf_counter() - began)
    lowest = explorer.evaluate("window.lowest")
    print(
        f"{len(seconds)} byten i webbläsaren: median {statistics.median(seconds):.2f} s, "
        f"sämst {max(seconds):.2f} s; lägsta höjd {lowest:.0f} bildpunkter"
    )
    assert lowest >= 300, "the page never collapses"
    value = stored_value(lab.workspace, kpi, code, 2024)
    explorer.get_by_label("År:").select_option(label="2024")
    answered(explorer, "year=2024")
    assert number_on(explorer, kpi, code, 2024)[0] == value
    assert not explorer.errors


def test_the_explorer_is_used_by_keyboard_alone_and_passes_axe(explorer: Any) -> None:
    """Words are written, Tab goes on, arrows and letters choose, the space bar presses."""
    explorer.get_by_label("Sök:").focus()
    explorer.keyboard.press("Control+a")
    explorer.keyboard.type("bemötande hemtjänst")
    answered(explorer, 'show("U21504"')
    cells = explorer.locator(".jp-Cell").count()
    reached = []
    for keys in ("ArrowDown", "dda", "", "ArrowUp", ""):
        explorer.keyboard.press("Tab")
        explorer.keyboard.press(keys) if keys.startswith("Arrow") else explorer.keyboard.type(keys)
        reached.append(explorer.evaluate(LABEL))
    assert reached == ["Nyckeltal:", "Kommun:", "Jämför med:", "År:", "läge"], reached
    assert explorer.locator(".jp-Cell").count() == cells, "JupyterLab's short cuts are not ours"
    explorer.keyboard.press("ArrowRight")
    answered(explorer, 'view="utveckling"')
    explorer.get_by_label("tabell").press("Space")
    answered(explorer, 'view="tabell"')
    assert 'show("U21504"' not in explorer.locator(".widget-html pre").inner_text()
    assert faults_of(explorer) == []
    assert not explorer.errors


@pytest.mark.parametrize("name", ["explorer", "start_page"])
def test_nothing_is_cut_off_in_a_narrow_window(name: str, request: pytest.FixtureRequest) -> None:
    """As in a window of 320 points, where JupyterLab itself keeps a part."""
    page = request.getfixturevalue(name)
    if name == "explorer":
        page.get_by_label("läge").check()
        answered(page, 'view="läge"')
    page.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area')")
    page.set_viewport_size({"width": 320, "height": 1400})
    assert page.evaluate(CUT_OFF, PART) == []
    page.set_viewport_size({"width": 1400, "height": 1400})


def test_a_note_from_the_form_is_kept_in_the_file(start_page: Any, lab: Lab) -> None:
    start_page.get_by_label("Mötesdatum:").fill("2026-09-10")
    start_page.get_by_label("Vad mötet sa:").fill("Umeå visar sin rutin för nybesök")
    start_page.get_by_role("button", name="Spara anteckningen").click()
    start_page.get_by_text("Sparat. Det inleder nästa paket.").wait_for()
    start_page.get_by_text("beslut: Umeå visar sin rutin").wait_for()
    path = lab.workspace.raw / "moten" / "nua_2026-09-10.csv"
    try:
        assert "beslut;Umeå visar sin rutin för nybesök;;;;;" in path.read_text("utf-8-sig")
    finally:
        path.unlink(missing_ok=True)  # the folder is the one that all tests share
    assert not start_page.errors


def test_from_the_start_page_to_a_number_on_a_report(
    browser: Any, request: pytest.FixtureRequest, prove: bool, tmp_path: Path
) -> None:
    """In make prove from an empty machine, where the button makes up the figures first."""
    if not prove:
        page, lab = request.getfixturevalue("start_page"), request.getfixturevalue("lab")
        page.get_by_label("Mötesdatum:").fill("2026-12-03")
        check_the_way_to_a_report(page, lab, "FoUiS, Sörmlands kommuner", "Gnesta", "0461")
        return
    with (
        running_lab(make_root(tmp_path / "tom", None)) as empty,
        opened(browser, empty, "start.ipynb") as page,
    ):
        check_the_way_to_a_report(page, empty, "NUA, Västerbottens kommuner", "Umeå", "2480")


def check_the_way_to_a_report(page: Any, lab: Lab, network: str, name: str, code: str) -> None:
    page.get_by_label("Nätverk:").select_option(label=network)
    page.get_by_role("button", name="Gör paketet").click()
    link = page.get_by_role("link", name=f"{name}: Kommunrapport")
    link.wait_for(timeout=VERY_LONG)
    assert faults_of(page) == []
    # Asked before the report opens: a page behind another one draws nothing and answers nothing.
    year = int(page.get_by_label("Senaste år:").evaluate("list => list.selectedOptions[0].text"))
    with page.context.expect_page() as opened_report:
        link.click()
    report = opened_report.value
    report.set_default_timeout(LONG)
    report.locator("h1").wait_for()
    value, written = number_on(report, "N31807", code, year)
    assert value == stored_value(lab.workspace, "N31807", code, year)
    assert float(written.replace("\u00a0", "").replace("−", "-").replace(",", ".")) == (
        pytest.approx(value, abs=0.51)
    )
    assert not page.errors

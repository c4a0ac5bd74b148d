"""JupyterLab as a user meets it: the explorer answers, and the start page makes a pack.

Skipped, with the reason printed, where there is no Chromium.
"""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator
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
def lab(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(make_root(tmp_path_factory.mktemp("lab"), demo_workspace)) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=BROWSER_PATH, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A browser page that remembers console errors and requests to other machines."""
    context = browser.new_context(viewport={"width": 1400, "height": 1400}, locale="sv-SE")
    found = context.new_page()
    found.set_default_timeout(LONG)
    found.errors = []
    found.on("console", lambda message: found.errors.extend(said_wrong(message)))
    found.on("pageerror", lambda error: found.errors.append(f"uncaught: {error}"))
    context.on("request", lambda request: found.errors.extend(asked_outside(request.url)))
    yield found
    context.close()


def said_wrong(message: Any) -> list[str]:
    text = f"{message.text} {message.location.get('url', '')}"
    return [text] if message.type == "error" and not ALLOWED.search(text) else []


def asked_outside(url: str) -> list[str]:
    inside = url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))
    return [] if inside else [f"asked for {url}"]


def figures_html(page: Any) -> Any:
    return page.locator(".widget-html:has(figure.bild)").first


def faults_of_axe(page: Any, selector: str) -> list[str]:
    """What axe objects to in our own part of the page; JupyterLab's own part is not ours."""
    found = axe_module.Axe().run(page, context={"include": [[selector]]}, options=AXE)
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


def own_faults(page: Any, selector: str) -> list[str]:
    """What axe does not look for in our own part of the page."""
    return page.evaluate(OWN_CHECKS, selector)


def stored_value(workspace: Workspace, kpi: str, municipality: str, year: int) -> float:
    with open_store(workspace.publish_db) as store:
        rows = query(store, "series", kpis=[kpi], municipalities=[municipality])
    rows = rows[(rows["year"] == year) & (rows["gender"] == "T")]
    return float(rows["value"].item())


def number_on(page: Any, kpi: str, municipality: str, year: int) -> tuple[float, str]:
    """A raw number of a page, and how it is written there."""
    value, written = page.evaluate(NUMBER, [kpi, municipality, str(year), "T"])
    return float(value), written


def answered(page: Any, kpi: str, code: str) -> None:
    """Wait until the explorer shows a choice: the code under the view says which it is."""
    text = f'show("{kpi}", "{code}"'
    page.wait_for_function(
        "text => [...document.querySelectorAll('.widget-html pre')]"
        ".some(code => code.textContent.includes(text))",
        arg=text,
    )


def test_the_explorer_answers_without_a_flicker(page: Any, lab: Lab, prove: bool) -> None:
    """Fifty changes in make prove, ten otherwise. The times are printed, not judged."""
    run_all(page, lab, "utforska/nyckeltal.ipynb")
    figures_html(page).wait_for()
    page.evaluate(WATCH_HEIGHT, figures_html(page).element_handle())
    places, series = page.get_by_label("Kommun:"), page.get_by_label("Nyckeltal:")
    kpis = re.findall(r"\((\w\d{5}),", " ".join(series.locator("option").all_inner_texts()))
    codes = {"2460": "Vännäs", "2480": "Umeå", "0461": "Gnesta", "2425": "Dorotea"}
    kpi, seconds = kpis[0], []
    for number in range(50 if prove else 10):
        code = list(codes)[number % len(codes)]
        began = time.perf_counter()
        places.select_option(label=codes[code])
        answered(page, kpi, code)
        seconds.append(time.perf_counter() - began)
        kpi = kpis[number % min(5, len(kpis))]
        began = time.perf_counter()
        series.select_option(index=kpis.index(kpi))
        answered(page, kpi, code)
        seconds.append(time.perf_counter() - began)
    lowest = page.evaluate("window.lowest")
    print(
        f"{len(seconds)} byten i webbläsaren: median {statistics.median(seconds):.2f} s, "
        f"sämst {max(seconds):.2f} s; lägsta höjd {lowest:.0f} bildpunkter"
    )
    assert lowest >= 300, "the page never collapses"
    value = stored_value(lab.workspace, kpi, code, 2024)
    page.get_by_label("År:").select_option(label="2024")
    page.wait_for_function(
        "text => [...document.querySelectorAll('.widget-html pre')]"
        ".some(code => code.textContent.includes(text))",
        arg="year=2024",
    )
    assert number_on(page, kpi, code, 2024)[0] == value
    assert not page.errors


def test_the_explorer_is_reached_by_keyboard_and_passes_axe(page: Any, lab: Lab) -> None:
    shown = run_all(page, lab, "utforska/nyckeltal.ipynb")
    figures_html(page).wait_for()
    page.get_by_label("Sök:").focus()
    reached = []
    for _ in range(5):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(LABEL))
    assert reached[:4] == ["Nyckeltal:", "Kommun:", "Jämför med:", "År:"], reached
    shown.evaluate("element => element.id = 'prov'")
    assert faults_of_axe(page, "#prov") == []
    assert own_faults(page, "#prov") == []


def test_from_the_start_page_to_a_number_on_a_report(
    page: Any, lab: Lab, prove: bool, tmp_path: Path
) -> None:
    """In make prove from an empty machine, where the button makes up the figures first."""
    if not prove:
        check_the_way_to_a_report(page, lab)
        return
    with running_lab(make_root(tmp_path / "tom", None)) as empty:
        check_the_way_to_a_report(page, empty)


def check_the_way_to_a_report(page: Any, lab: Lab) -> None:
    shown = run_all(page, lab, "start.ipynb")
    shown.evaluate("element => element.id = 'prov'")
    page.get_by_label("Nätverk:").select_option(label="NUA, Västerbottens kommuner")
    page.get_by_role("button", name="Gör paketet").click()
    link = page.get_by_role("link", name="Umeå: Kommunrapport")
    link.wait_for(timeout=VERY_LONG)
    assert faults_of_axe(page, "#prov") == []
    assert own_faults(page, "#prov") == []
    # Asked before the report opens: a page behind another one draws nothing and answers nothing.
    year = int(page.get_by_label("Senaste år:").evaluate("list => list.selectedOptions[0].text"))
    with page.context.expect_page() as opened:
        link.click()
    report = opened.value
    report.set_default_timeout(LONG)
    report.locator("h1").wait_for()
    value, written = number_on(report, "N31807", "2480", year)
    assert value == stored_value(lab.workspace, "N31807", "2480", year)
    assert float(written.replace("\u00a0", "").replace("−", "-").replace(",", ".")) == (
        pytest.approx(value, abs=0.51)
    )
    assert not page.errors


def test_a_note_from_the_form_is_kept_in_the_file(page: Any, lab: Lab) -> None:
    run_all(page, lab, "start.ipynb")
    page.get_by_label("Mötesdatum:").fill("2026-09-10")
    page.get_by_label("Vad mötet sa:").fill("Umeå visar sin rutin för nybesök")
    page.get_by_role("button", name="Spara anteckningen").click()
    page.get_by_text("Sparat. Det inleder nästa paket.").wait_for()
    page.get_by_text("beslut: Umeå visar sin rutin").wait_for()
    path = lab.workspace.raw / "moten" / "nua_2026-09-10.csv"
    try:
        assert "beslut;Umeå visar sin rutin för nybesök;;;;;" in path.read_text("utf-8-sig")
    finally:
        path.unlink(missing_ok=True)  # the folder is the one that all tests share
    assert not page.errors

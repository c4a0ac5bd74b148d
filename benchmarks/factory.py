"""How long does a report take here, by other means, and at the least?

    python benchmarks/factory.py [--reports 15] [--others 1] [--rounds 3] [--all] [--demo FOLDER]

Demo data are made and built in a temporary folder, and the municipality report is made in every
way in the same run:

* ours: the warm kernels of `analyslib pack`, with 1 and with 2 workers, pages checked;
* floor: one warm process, no kernel, that runs the same cells and writes their HTML by jinja2;
* papermill and nbconvert as commands; papermill's API in a loop; nbclient in a loop.

CPU seconds are of all processes together, and what to go by where the machine has other things
to do. Imports before the first report are left out for ours and the floor, which keep their
process; the other ways pay them as they always do. `--all` also makes the 290 reports of
`pack alla`. A run by any engine but fork is an error.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analyslib.catalogue import load_catalogue
from analyslib.engine import stop_kernels
from analyslib.jobs import Job
from analyslib.pack import PackResult, build_pack
from analyslib.pack_plan import plan_pack
from analyslib.page_checks import Expected, find_faults
from analyslib.workbench import build_workspace, make_demo_data
from analyslib.workspace import Workspace


REPOSITORY = Path(__file__).resolve().parent.parent
YEAR = 2024
DATE = "2026-12-03"


@dataclass(frozen=True)
class Measured:
    """Per report: wall and CPU seconds; and the most memory all processes held at once."""

    wall: float
    cpu: float
    memory: float


def make_workspace(root: Path, built: Path | None) -> Workspace:
    """Demo data, built; or a copy of demo data that have been built already."""
    (root / "notebooks").symlink_to(REPOSITORY / "notebooks", target_is_directory=True)
    workspace = Workspace(root, demo=True)
    if built is not None:
        shutil.copytree(built / "data", root / "data")
        (root / "reports").mkdir()
        return workspace
    for folder in ("data/raw", "data/processed", "reports"):
        (root / folder).mkdir(parents=True)
    make_demo_data(workspace)
    build_workspace(workspace)
    return workspace


def tree(pid: int) -> list[int]:
    """The process and everything it has started, and they in turn."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += parents.get(found[-1], [])
    return found


def memory_of(pids: list[int]) -> int:
    """Bytes, shared pages divided between those that share them."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        total += sum(int(line.split()[1]) for line in text.splitlines() if line[:4] == "Pss:")
    return total * 1024


@dataclass
class Watch:
    """The most memory seen, and the CPU seconds that looking has cost."""

    memory: int = 0
    cpu: float = 0.0


@contextmanager
def watched() -> Iterator[Watch]:
    """Looks at the memory of this process and its children once a second."""
    watch, done = Watch(), threading.Event()

    def look() -> None:
        while not done.wait(1.0):
            watch.memory = max(watch.memory, memory_of(tree(os.getpid())))
            watch.cpu = time.thread_time()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        done.set()
        thread.join()


def cpu_of(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def measure_ours(workspace: Workspace, network: str, jobs: int) -> Measured:
    """A pack from nothing, by kernels that are warm; every page checked, index and zip too."""
    fresh(workspace)
    pack(workspace, network, jobs, only_first=True)
    fresh(workspace)
    lasting = tree(os.getpid())
    before, started = cpu_of(lasting), time.perf_counter()
    with watched() as watch:
        result = pack(workspace, network, jobs)
    wall = time.perf_counter() - started
    made = [page for page in result.pages if page.planned.municipality]
    engines = {page.engine for page in result.pages}
    if engines != {"fork"} or result.exit_code:
        sys.exit(f"not the engine that was to be measured: {engines} {result.exit_code}")
    cpu = cpu_of(lasting) - before - watch.cpu + sum(page.cpu_seconds for page in result.pages)
    return Measured(wall / len(made), cpu / len(made), watch.memory)


def pack(workspace: Workspace, network: str, jobs: int, only_first: bool = False) -> PackResult:
    reports = ["natverk"] if only_first else ["kommun"]
    return build_pack(workspace, network, DATE, YEAR, jobs, reports=reports)


def fresh(workspace: Workspace) -> None:
    subprocess.run(["rm", "-rf", str(workspace.reports)], check=True)


FLOOR = """
import json, os, sys, time
from analyslib.forking import import_all
from jinja2 import Template
import_all()
jobs = json.load(open(sys.argv[1]))
shell = Template("<!DOCTYPE html><html><title>{{ title }}</title><main>"
                 "{% for part in parts %}{{ part }}{% endfor %}</main></html>")

def show(value, parts):
    for form in ("_repr_html_", "_repr_markdown_"):
        if value is not None and hasattr(value, form):
            parts.append(getattr(value, form)())
            return

def make(job):
    import ast
    import IPython.display
    names, parts = {"__name__": "report"}, []
    os.environ.update(job["environment"])
    real = IPython.display.display
    IPython.display.display = lambda *values, **options: [show(v, parts) for v in values]
    for source in job["sources"]:
        body = ast.parse(source).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), "cell", "exec"), names)
        if last is not None:
            show(eval(compile(ast.Expression(last.value), "cell", "eval"), names), parts)
    IPython.display.display = real
    page = shell.render(title=job["title"], parts=parts)
    open(sys.argv[2], "w").write(page)
    return page.count("<img")

make(jobs[0])
cpu, wall = time.process_time(), time.perf_counter()
pictures = [make(job) for job in jobs]
print(json.dumps([time.perf_counter() - wall, time.process_time() - cpu, pictures]))
os._exit(0)
"""


def sources_of(job: Job) -> list[str]:
    """The code cells, with the parameters after the form as papermill puts them."""
    sources = []
    for cell in json.loads(job.notebook)["cells"]:
        if cell["cell_type"] != "code":
            continue
        sources.append("".join(cell["source"]))
        if "parameters" in cell["metadata"].get("tags", []):
            given = job.parameters or {}
            sources.append("\n".join(f"{name} = {value!r}" for name, value in given.items()))
    return sources


def measure_floor(workspace: Workspace, network: str, count: int) -> Measured:
    planned = plan_pack(workspace, network, DATE, YEAR, ["kommun"], load_catalogue())
    jobs = [
        {
            "title": page.name,
            "environment": dict(page.job.environment),
            "sources": sources_of(page.job),
        }
        for page in planned.pages[:count]
    ]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "jobs.json"
        work.write_text(json.dumps(jobs))
        with watched() as watch:
            wall, cpu, pictures = json.loads(
                python(FLOOR, str(work), str(Path(folder) / "page.html"))
            )
    if min(pictures) < 12:
        sys.exit(f"the floor lost its pictures: {pictures}")
    return Measured(wall / len(jobs), cpu / len(jobs), watch.memory)


def python(code: str, *arguments: str) -> str:
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "ANALYSLIB_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **threads},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return done.stdout.splitlines()[-1]


PAPERMILL_LOOP = """
import json, sys
import papermill
from nbconvert import HTMLExporter
exporter = HTMLExporter()
for number, code in enumerate(json.loads(sys.argv[2])):
    done = papermill.execute_notebook(sys.argv[1], None, {"municipality": code}, progress_bar=False)
    open(f"{sys.argv[3]}/{number}.html", "w").write(exporter.from_notebook_node(done)[0])
print("done")
"""
NBCLIENT_LOOP = """
import json, sys
import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
exporter = HTMLExporter()
for number, code in enumerate(json.loads(sys.argv[2])):
    notebook = nbformat.read(sys.argv[1], 4)
    place = [n for n, c in enumerate(notebook.cells) if "parameters" in c.metadata.get("tags", [])]
    notebook.cells.insert(place[0] + 1, nbformat.v4.new_code_cell(f"municipality = {code!r}"))
    NotebookClient(notebook).execute()
    open(f"{sys.argv[3]}/{number}.html", "w").write(exporter.from_notebook_node(notebook)[0])
print("done")
"""


def run_commands(notebook: str, codes: list[str], folder: str) -> None:
    for number, code in enumerate(codes):
        executed = f"{folder}/{number}.ipynb"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
        papermill = [sys.executable, "-m", "papermill", "-r", "municipality", code]
        subprocess.run([*papermill, notebook, executed], **quiet)
        subprocess.run([sys.executable, "-m", "nbconvert", "--to", "html", executed], **quiet)


def measure_other(
    workspace: Workspace, count: int, run: Callable[[str, list[str], str], None]
) -> Measured:
    """Everything a way costs, with its imports and its kernels."""
    notebook = str(workspace.notebooks / "rapporter" / "kommun.ipynb")
    codes = ["2480", "2482", "2463", "2401", "2418"][:count]
    before, started = os.times(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, watched() as watch:
        run(notebook, codes, folder)
        pages = list(Path(folder).glob("*.html"))
        keep_one(pages)
    after = os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    return Measured((time.perf_counter() - started) / count, cpu / count, watch.memory)


LAST_PAGE: list[str] = []


def keep_one(pages: list[Path]) -> None:
    LAST_PAGE[:] = [pages[0].read_text("utf-8")]


def loop(code: str) -> Callable[[str, list[str], str], None]:
    def run(notebook: str, codes: list[str], folder: str) -> None:
        python(code, notebook, json.dumps(codes), folder)

    return run


OTHERS = {
    "papermill + nbconvert commands": run_commands,
    "papermill API loop": loop(PAPERMILL_LOOP),
    "nbclient loop": loop(NBCLIENT_LOOP),
}


def middle(found: list[Measured]) -> Measured:
    return Measured(
        statistics.median(one.wall for one in found),
        statistics.median(one.cpu for one in found),
        max(one.memory for one in found),
    )


def show(name: str, found: Measured) -> None:
    print(
        f"{name:34} {found.wall:8.2f} s wall {found.cpu:8.2f} s CPU"
        f" {found.memory / 1e6:8.0f} MB at most",
        flush=True,
    )


def main() -> None:
    arguments = read_arguments()
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder), arguments.demo)
        os.environ["ANALYSLIB_HOME"] = str(workspace.root)
        found: dict[str, list[Measured]] = {}
        for _ in range(arguments.rounds):
            for jobs in (1, 2):
                one = measure_ours(workspace, "nua", jobs)
                found.setdefault(f"ours, {jobs} workers", []).append(one)
                show(f"  ours, {jobs} workers", one)
            one = measure_floor(workspace, "nua", arguments.reports)
            found.setdefault("floor: bare warm script", []).append(one)
            show("  floor", one)
            for name, run in OTHERS.items():
                one = measure_other(workspace, arguments.others, run)
                found.setdefault(name, []).append(one)
                show(f"  {name}", one)
        describe_pages(workspace)
        print("Per report, in the middle:")
        for name, measured in found.items():
            show(name, middle(measured))
        describe_ratios({name: middle(measured) for name, measured in found.items()})
        describe_default_page(workspace)
        if arguments.all:
            started = time.perf_counter()
            measured = measure_ours(workspace, "alla", 2)
            wall = time.perf_counter() - started
            print(f"pack alla, 290 reports, 2 workers: {wall:.0f} s in all")
            show("  per report", measured)
        stop_kernels()


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--reports", type=int, default=15)
    parser.add_argument("--others", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--demo", type=Path, help="a workspace whose demo data are built")
    return parser.parse_args()


def describe_pages(workspace: Workspace) -> None:
    pages = sorted((workspace.reports / "nua" / DATE).glob("*_kommun.html"))
    texts = [page.read_text("utf-8") for page in pages]
    sizes = [len(text.encode()) for text in texts]
    pictures = [text.count('<figure class="bild"') for text in texts]
    figures = [
        (len(figure.encode()), re.findall('data-figure="([^"]*)"', figure)[0])
        for text in texts
        for part in text.split('<figure class="bild"')[1:]
        for figure in [part.partition("</figure>")[0]]
    ]
    print(
        f"{len(pages)} pages of {min(sizes) / 1e3:.0f}-{max(sizes) / 1e3:.0f} KB with"
        f" {min(pictures)}-{max(pictures)} figures; a figure with its table is at most"
        f" {max(figures)[0] / 1e3:.0f} KB, in the middle"
        f" {statistics.median(size for size, _ in figures) / 1e3:.0f} KB"
    )
    large = {name: size for size, name in sorted(figures) if size > 25_000}
    for name, size in large.items():
        print(f"  over 25 KB: {name}, {size / 1e3:.0f} KB with nothing left out")


def describe_ratios(found: dict[str, Measured]) -> None:
    ours, floor = found["ours, 1 workers"].cpu, found["floor: bare warm script"].cpu
    print(f"ours / floor, CPU: {ours / floor:.2f} (aim: at most 1.3)")
    print(f"ours, CPU per report: {ours:.2f} s (aim: at most 1.0)")
    for name in ("papermill + nbconvert commands", "papermill API loop", "nbclient loop"):
        print(f"{name} / ours, CPU: {found[name].cpu / ours:.1f}")


def describe_default_page(workspace: Workspace) -> None:
    """nbconvert's own page of the same notebook, and ours, through the same checks."""
    ours = min((workspace.reports / "nua" / DATE).glob("*_kommun.html")).read_text("utf-8")
    for name, text in (("nbconvert's default page", LAST_PAGE[0]), ("ours", ours)):
        faults = find_faults(text, Expected())
        print(
            f"{name}: {len(text.encode()) / 1e3:.0f} KB, {len(faults)} faults by our own checks,"
            f" {axe_violations(text)}"
        )


def axe_violations(page: str) -> str:
    """What axe objects to in a browser, where there is one."""
    browser = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
    try:
        from axe_playwright_python.sync_playwright import Axe
        from playwright.sync_api import sync_playwright
    except ImportError:
        browser = None
    if browser is None:
        return "no browser here to run axe in"
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(page, "utf-8")
        window = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        opened = window.new_page()
        opened.route("http*://**", lambda route: route.abort())
        opened.goto(path.as_uri())
        found = Axe().run(opened, options={"runOnly": rules}).response["violations"]
        window.close()
    places = sum(len(one["nodes"]) for one in found)
    return f"{len(found)} violations in {places} places by axe"


if __name__ == "__main__":
    main()

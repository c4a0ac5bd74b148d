"""Finished pages as PDF, for archives and paper: an installed browser prints them, tagged.

A PDF says which page it was printed from. One that is still of the page beside it is left as it
is, and a pack removes those whose page has been made anew or taken back.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from analyslib import __version__
from analyslib.errors import ReportError, UsageError
from analyslib.report import put_in_place
from analyslib.sources.origin import sha256_of
from analyslib.sources.progress import Listener, Step, silent


BROWSER = "ANALYSLIB_BROWSER"
COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
    "chrome",
    "msedge",
)
WINDOWS_PLACES = (
    "Microsoft/Edge/Application/msedge.exe",
    "Google/Chrome/Application/chrome.exe",
    "Chromium/Application/chrome.exe",
)
MAC_PLACES = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "Chromium.app/Contents/MacOS/Chromium",
)
LINUX_PLACES = ("/opt/google/chrome/chrome", "/opt/microsoft/msedge/msedge", "/snap/bin/chromium")
QUIET = (
    "--headless=new",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-default-browser-check",
)
PRINT = ("--no-pdf-header-footer", "--export-tagged-pdf", "--generate-pdf-document-outline")
SECONDS = 300
GENERATOR = '<meta name="generator" content="analyslib">'
RECEIPT = "kvittens.html"
# In the browser's PDF a link to a page beside this one is a path on this machine.
LINK_TO_FILE = re.compile(r' href="(?!#|https:|mailto:)[^"]*"')
PRINTED_FROM = re.compile(rb"/Creator \(analyslib [^ )]+ ([0-9a-f]{64})\)")
PRINT_TIME = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}[^)]{7}\)")
NODE = re.compile(rb"\(node(\d{8})\)")
NO_TIME = rb"\g<1>19800101000000+00'00')"


def find_browser() -> Path:
    """The browser that prints: the one that is asked for, else the first that is installed."""
    wanted = os.environ.get(BROWSER)
    if wanted:
        found = shutil.which(wanted)
        if found is None:
            raise UsageError(f"Det finns ingen webbläsare på {wanted}.", BROWSER)
        return Path(found)
    commands = (Path(path) for path in map(shutil.which, COMMANDS) if path)
    places = usual_places(sys.platform, os.environ, Path.home())
    for path in (*commands, *places):
        if path.is_file():
            return path
    raise UsageError(
        "Hittar ingen webbläsare som kan göra PDF.",
        remedy="Installera Edge, Chrome eller Chromium. Finns någon av dem redan, ange dess "
        f"programfil i miljövariabeln {BROWSER}.",
    )


def usual_places(platform: str, environment: Mapping[str, str], home: Path) -> Iterator[Path]:
    """Where installers put browsers without telling the PATH."""
    if platform == "win32":
        roots = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        folders = [Path(environment[root]) for root in roots if root in environment]
        yield from (folder / place for place in WINDOWS_PLACES for folder in folders)
    elif platform == "darwin":
        folders = [Path("/Applications"), home / "Applications"]
        yield from (folder / place for place in MAC_PLACES for folder in folders)
    else:
        yield from map(Path, LINUX_PLACES)


def print_pages(place: Path, listener: Listener = silent) -> list[Path]:
    """The PDF of a page, or of every page in a folder; each lies beside its page."""
    pages = pages_to_print(place)
    browser = find_browser()
    printed = []
    for done, page in enumerate(pages):
        listener(Step(done, len(pages), page.stem))
        printed.append(print_page(browser, page))
    return printed


def pages_to_print(place: Path) -> list[Path]:
    """The pages that a command names; the receipt is of a run and is not printed with a pack."""
    if not place.exists():
        raise UsageError(f"Det finns ingen sida eller mapp som heter {place}.")
    found = [place]
    if place.is_dir():
        found = [path for path in sorted(place.glob("*.html")) if path.name != RECEIPT]
    ours = [path for path in found if is_page(path)]
    if not ours:
        remedy = "Ange en rapport, eller mappen med ett helt paket."
        raise UsageError(f"Ingen färdig sida finns i {place}.", remedy=remedy)
    return ours


def is_page(path: Path) -> bool:
    """Whether a file is one of our own pages: they alone are known to fetch and run nothing."""
    head = path.read_bytes()[:4000].decode("utf-8", "replace")
    return GENERATOR in head


def print_page(browser: Path, page: Path) -> Path:
    """The PDF beside the page, printed unless it is there already."""
    path = page.with_suffix(".pdf")
    if not is_printed_from(path, page):
        put_in_place(print_content(browser, page), path)
    return path


def is_printed_from(pdf: Path, page: Path) -> bool:
    return page.is_file() and printed_from(pdf) == sha256_of(page)


def printed_from(pdf: Path) -> str:
    """The content hash of the page that a PDF was printed from; "" where it is not our print."""
    found = PRINTED_FROM.search(pdf.read_bytes()) if pdf.is_file() else None
    return found[1].decode() if found else ""


def print_content(browser: Path, page: Path) -> bytes:
    """The same bytes from the same page, whoever prints it and when."""
    with tempfile.TemporaryDirectory(prefix="analyslib-", ignore_cleanup_errors=True) as folder:
        source, target = Path(folder, "sida.html"), Path(folder, "sida.pdf")
        source.write_text(LINK_TO_FILE.sub("", page.read_text("utf-8")), "utf-8")
        command = [str(browser), *QUIET, *PRINT, f"--user-data-dir={Path(folder, 'profil')}"]
        command += [f"--user-agent=analyslib {__version__} {sha256_of(page)}"]
        command += ["--no-sandbox"] if is_administrator() else []
        command += [f"--print-to-pdf={target}", source.as_uri()]
        run_browser(command, page)
        content = target.read_bytes() if target.is_file() else b""
    if not is_tagged(content):
        remedy = f"Prova en nyare webbläsare, som anges i miljövariabeln {BROWSER}."
        raise ReportError(f"{browser.stem} gjorde ingen taggad PDF.", page.name, remedy)
    return renumbered(PRINT_TIME.sub(NO_TIME, content))


def renumbered(content: bytes) -> bytes:
    """The tags count from one: where the browser begins its count differs from time to time."""
    ranks = {node: rank for rank, node in enumerate(sorted(set(NODE.findall(content))), 1)}
    return NODE.sub(lambda found: b"(node%08d)" % ranks[found[1]], content)


def run_browser(command: list[str], page: Path) -> None:
    nowhere = subprocess.DEVNULL
    try:
        subprocess.run(command, stdin=nowhere, stdout=nowhere, stderr=nowhere, timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        what = f"Webbläsaren blev inte klar på {SECONDS} sekunder."
        raise ReportError(what, page.name) from error
    except OSError as error:
        raise UsageError(
            f"Webbläsaren {command[0]} går inte att starta.", remedy=f"Se över {BROWSER}."
        ) from error


def is_administrator() -> bool:
    """Chromium's sandbox refuses to work for root, who is alone in a container."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def is_tagged(content: bytes) -> bool:
    return content.startswith(b"%PDF") and all(
        mark in content for mark in (b"/StructTreeRoot", b"/Marked true", b"/Lang (sv)")
    )


def remove_old_prints(folder: Path) -> None:
    """PDFs of ours whose page is another by now, or gone: an old number is a wrong one."""
    for pdf in folder.glob("*.pdf"):
        if printed_from(pdf) and not is_printed_from(pdf, pdf.with_suffix(".html")):
            try:
                pdf.unlink()
            except PermissionError as error:
                what = "Filen är inaktuell och går inte att ta bort."
                raise ReportError(what, pdf.name, "Stäng den och kör igen.") from error

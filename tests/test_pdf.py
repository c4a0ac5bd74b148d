"""Which browser prints, what is printed, and when a print is of another page than the one there."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest
from toy_factory import DATE, network_cells, save_notebook, text, workbench

from analyslib.delivery import DisclosureError
from analyslib.errors import ReportError, UsageError
from analyslib.pack import PackResult, build_pack
from analyslib.page import render_template
from analyslib.pdf import (
    BROWSER,
    find_browser,
    print_pages,
    printed_from,
    usual_places,
)
from analyslib.workspace import Workspace


__all__ = ["workbench"]

# Writes what a browser would: the mark of the page, and the address it was told to print.
FAKE = """\
import sys
from pathlib import Path
from urllib.parse import unquote, urlparse
from urllib.request import url2pathname
given = dict(word.partition("=")[::2] for word in sys.argv[1:])
page = Path(url2pathname(urlparse(sys.argv[-1]).path)).read_bytes()
time = "/CreationDate (D:20310203040506+01'00')"
head = f"%PDF-1.4 /Creator ({given['--user-agent']}) {time}"
Path(given["--print-to-pdf"]).write_bytes(head.encode() + TAGS + page)
"""
TAGS = b" /StructTreeRoot /Marked true /Lang (sv) /ID (node00000093) (node00000097) (node00000093)"


def fake_browser(folder: Path, monkeypatch: pytest.MonkeyPatch, tags: bytes = TAGS) -> Path:
    path = folder / "webbläsare"
    path.write_text(f"#!{sys.executable}\nTAGS = {tags!r}\n{FAKE}", "utf-8")
    path.chmod(0o755)
    monkeypatch.setenv(BROWSER, str(path))
    return path


def save_page(path: Path, heading: str = "Umeå") -> Path:
    links = '<a href="2480_umea_kommun.html">Umeå</a> <a href="#om-sidan">Om</a>'
    source = render_template(
        "receipt.html.j2",
        kind="kvittens",
        title=heading,
        kicker="",
        heading=heading,
        subtitle="",
        demo=False,
        marks=(),
        groups=[],
        stopped="",
        origin=(),
    )
    path.write_text(source.replace("</main>", f"{links}</main>"), "utf-8")
    return path


def test_no_browser_is_said_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = save_page(tmp_path / "sida.html")
    monkeypatch.delenv(BROWSER, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("analyslib.pdf.usual_places", lambda *_: [tmp_path / "finns-inte"])
    with pytest.raises(UsageError, match=r"ingen webbläsare.*Installera Edge, Chrome"):
        print_pages(page)
    assert not page.with_suffix(".pdf").exists()


def test_the_browser_that_is_asked_for_is_used_or_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = fake_browser(tmp_path, monkeypatch)
    assert find_browser() == wanted
    monkeypatch.setenv(BROWSER, str(tmp_path / "borta.exe"))
    with pytest.raises(UsageError, match=r"ANALYSLIB_BROWSER: .*borta\.exe"):
        find_browser()


def test_a_browser_on_the_path_comes_before_the_usual_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = fake_browser(tmp_path, monkeypatch)
    monkeypatch.delenv(BROWSER)
    place = found.rename(tmp_path / "msedge")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("analyslib.pdf.usual_places", lambda *_: [tmp_path / "annan"])
    assert find_browser() == place


def test_the_usual_places_of_each_system() -> None:
    windows = {"PROGRAMFILES": "C:/Program Files", "PROGRAMFILES(X86)": "C:/Program Files (x86)"}
    found = [path.as_posix() for path in usual_places("win32", windows, Path("C:/Users/nn"))]
    assert "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe" in found
    assert "C:/Program Files/Google/Chrome/Application/chrome.exe" in found
    mac = [path.as_posix() for path in usual_places("darwin", {}, Path("/Users/nn"))]
    chrome = "Google Chrome.app/Contents/MacOS/Google Chrome"
    assert {f"/Applications/{chrome}", f"/Users/nn/Applications/{chrome}"} <= set(mac)
    assert Path("/snap/bin/chromium") in usual_places("linux", {}, Path("/home/nn"))


def test_a_print_says_its_page_and_holds_no_path_and_no_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_browser(tmp_path, monkeypatch)
    page = save_page(tmp_path / "å ä#ö.html")
    (pdf,) = print_pages(page)
    content = pdf.read_bytes()
    assert pdf == page.with_suffix(".pdf")
    assert printed_from(pdf) == hashlib.sha256(page.read_bytes()).hexdigest()
    assert b"/CreationDate (D:19800101000000+00'00')" in content
    assert b'href="2480_umea_kommun.html"' not in content, "it would become a path of this machine"
    assert b'href="#om-sidan"' in content
    assert b"/ID (node00000001) (node00000002) (node00000001)" in content


def test_only_what_is_missing_or_old_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_browser(tmp_path, monkeypatch)
    pack = tmp_path / "paket"
    pack.mkdir()
    first, second = (save_page(pack / f"{name}.html") for name in ("a", "b"))
    save_page(pack / "kvittens.html")
    (pack / "annans.html").write_text("<html>inte vår</html>")
    assert [path.name for path in print_pages(pack)] == ["a.pdf", "b.pdf"]
    for path in pack.glob("*.pdf"):
        os.utime(path, (0, 0))
    save_page(second, "Skellefteå")
    print_pages(pack)
    assert first.with_suffix(".pdf").stat().st_mtime == 0
    assert second.with_suffix(".pdf").stat().st_mtime > 0


def test_an_untagged_print_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_browser(tmp_path, monkeypatch, tags=b"")
    page = save_page(tmp_path / "sida.html")
    with pytest.raises(ReportError, match="ingen taggad PDF"):
        print_pages(page)
    assert not list(tmp_path.glob("*.pdf"))


def test_a_browser_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = fake_browser(tmp_path, monkeypatch)
    path.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(600)")
    monkeypatch.setattr("analyslib.pdf.SECONDS", 0.5)
    with pytest.raises(ReportError, match="inte klar"):
        print_pages(save_page(tmp_path / "sida.html"))


def test_a_program_that_cannot_run_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fake_browser(tmp_path, monkeypatch)
    path.write_bytes(b"\x00\x01")
    with pytest.raises(UsageError, match="går inte att starta"):
        print_pages(save_page(tmp_path / "sida.html"))


@pytest.mark.parametrize("name", ["finns-inte", "tom", "annans.html"])
def test_what_is_no_page_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "tom").mkdir()
    (tmp_path / "annans.html").write_text("<html>inte vår</html>")
    with pytest.raises(UsageError):
        print_pages(tmp_path / name)


def overview(workspace: Workspace, **options: object) -> PackResult:
    return build_pack(workspace, "nua", DATE, 2022, reports=["natverk"], **options)  # type: ignore[arg-type]


def test_a_pack_removes_prints_of_pages_that_are_made_anew_and_no_others(
    workbench: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_browser(tmp_path, monkeypatch)
    folder = overview(workbench).folder
    print_pages(folder)
    (folder / "protokoll.pdf").write_bytes(b"%PDF-1.4 skrivet av en annan")
    overview(workbench)
    assert {path.stem for path in folder.glob("*.pdf")} == {"index", "natverk_nua", "protokoll"}
    save_notebook(workbench, "natverk", [*network_cells(), text("Ett tillägg.")])
    overview(workbench)
    assert {path.stem for path in folder.glob("*.pdf")} == {"index", "protokoll"}


def test_a_pack_that_may_not_leave_takes_its_prints_back(
    workbench: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(places: object) -> None:
        raise DisclosureError("En cell går att räkna ut.")

    fake_browser(tmp_path, monkeypatch)
    people = text('<div data-about="individer"></div>')
    folder = overview(workbench).folder
    print_pages(folder)
    save_notebook(workbench, "natverk", [*network_cells(), people])
    overview(workbench, check_release=refuse)
    assert not list(folder.glob("*.pdf"))

"""A page printed by a real browser: tagged, in Swedish, with its text, and no path of ours."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest

from analyslib.errors import UsageError
from analyslib.pdf import find_browser, print_pages
from analyslib.report import render_report
from analyslib.workspace import Workspace


pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def a_browser() -> None:
    try:
        find_browser()
    except UsageError:
        pytest.skip("no Chromium, Chrome or Edge on this machine")


@pytest.fixture(scope="module")
def page(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("utskrift") / "2480_umea_uppfoljning.html"
    given = {"municipality": "2480", "network": "nua", "meeting": "2026-12-10"}
    return render_report(Workspace(demo_workspace, demo=True), "uppfoljning", given, path).path


def objects_of(content: bytes) -> dict[int, bytes]:
    found = re.findall(rb"(?s)\n(\d+) 0 obj\n(.*?)\nendobj", content)
    return {int(number): body for number, body in found}


def stream_of(body: bytes) -> bytes:
    _, _, rest = body.partition(b"stream\n")
    return zlib.decompressobj().decompress(rest)


def letters_of(font: bytes, objects: dict[int, bytes]) -> dict[str, str]:
    """Glyph to letter, from a font's own table."""
    table = re.search(rb"/ToUnicode (\d+) 0 R", font)
    if table is None:
        return {}
    text = stream_of(objects[int(table[1])]).decode("ascii")
    letters: dict[str, str] = {}
    for part in re.findall(r"(?s)beginbfchar(.*?)endbfchar", text):
        for glyph, letter in re.findall(r"<(\w+)> <(\w+)>", part):
            letters[glyph] = bytes.fromhex(letter).decode("utf-16-be")
    for part in re.findall(r"(?s)beginbfrange(.*?)endbfrange", text):
        for first, last, letter in re.findall(r"<(\w+)> <(\w+)> <(\w+)>", part):
            for step in range(int(last, 16) - int(first, 16) + 1):
                glyph = f"{int(first, 16) + step:0{len(first)}X}"
                letters[glyph] = chr(int(letter, 16) + step)
    return letters


def text_of(content: bytes) -> str:
    """All text that the pages draw, in the order in which it is drawn."""
    objects = objects_of(content)
    fonts = {number: letters_of(body, objects) for number, body in objects.items()}
    words = []
    for number in re.findall(rb"/Contents (\d+) 0 R", content):
        letters: dict[str, str] = {}
        drawn = stream_of(objects[int(number)]).decode("latin-1")
        for font, glyphs in re.findall(r"/F(\d+) [\d.]+ Tf|<([0-9A-F]+)>", drawn):
            if font:
                letters = fonts[int(font)]
            else:
                words.append(
                    "".join(letters.get(glyphs[i : i + 4], "") for i in range(0, len(glyphs), 4))
                )
    return "".join(words)


def test_a_printed_page_is_tagged_and_has_the_words_of_the_page(page: Path) -> None:
    (pdf,) = print_pages(page)
    content = pdf.read_bytes()
    for mark in (b"/StructTreeRoot", b"/Marked true", b"/Lang (sv)", b"/DisplayDocTitle true"):
        assert mark in content
    title = "Umeå – Uppföljning av insatser".encode("utf-16-be").hex().upper().encode()
    assert b"/Title <FEFF" + title in content
    tags = set(re.findall(rb"/S /(\w+)", content))
    assert {b"H1", b"H2", b"P", b"Table", b"TH", b"TD", b"Figure", b"L", b"LI"} <= tags
    headings = re.findall(r"<h[23] [^>]*>([^<]+)</h", page.read_text("utf-8"))
    said = text_of(content)
    assert len(headings) >= 6
    for heading in headings:
        assert heading.replace(" ", "") in said.replace(" ", "").replace("\xa0", ""), heading


def test_every_picture_has_its_alternative_text(page: Path) -> None:
    content = print_pages(page)[0].read_bytes()
    pictures = re.findall(r'<img alt="([^"]+)"', page.read_text("utf-8"))
    told = [
        bytes.fromhex(text.decode()).decode("utf-16-be")
        for text in re.findall(rb"/Alt <FEFF(\w+)>", content)
    ]
    assert len(pictures) >= 2
    assert {one[:40] for one in pictures} <= {one[:40] for one in told}


def test_the_same_page_gives_the_same_bytes_and_nothing_of_this_machine(page: Path) -> None:
    first = print_pages(page)[0].read_bytes()
    page.with_suffix(".pdf").unlink()
    assert print_pages(page)[0].read_bytes() == first
    readable = first + b"".join(
        stream_of(body) for body in objects_of(first).values() if b"FlateDecode" in body
    )
    for secret in (b"file:", str(Path.home()).encode() + b"/", str(page.parent).encode(), b"/tmp/"):
        assert secret not in readable

"""Everything a finished page carries, however it is put: texts, attributes, pictures, marks.

What is about individuals stands in elements marked ``data-about="individer"``. A cell that says
which number it is (``data-layout``) is read for itself, with all that is inside it.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser


ABOUT = "individer"
VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr")
)
# Elements inside a line: what is written in two of them side by side is read as one word.
IN_LINE = frozenset(
    ("a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "em", "i", "ins", "kbd", "mark")
    + ("q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr")
    + ("tspan", "textpath")
)
# Attributes that say how something looks or where it is, and what they look like when they do.
NOT_READ = {
    "colspan": re.compile(r"\d+"),
    "data-municipality": re.compile(r"\d{4}"),
    "height": re.compile(r"\d{3,4}"),
    "rowspan": re.compile(r"\d+"),
    "src": re.compile(r"data:.*", re.DOTALL),
    "tabindex": re.compile(r"0|-1"),
    "width": re.compile(r"\d{3,4}"),
}
DRAWN = frozenset(
    ("cx", "cy", "d", "dx", "dy", "fill", "fill-opacity", "font-family", "font-size", "font-weight")
    + ("height", "opacity", "points", "r", "rx", "ry", "stroke", "stroke-dasharray", "stroke-width")
    + ("style", "text-anchor", "transform", "viewbox", "width", "x", "x1", "x2", "xmlns", "y")
    + ("y1", "y2", "stroke-linecap", "stroke-linejoin", "dominant-baseline")
)
DATA_ADDRESS = re.compile(r"data:image/(svg\+xml|png);base64,([A-Za-z0-9+/=\s]+)\Z")
# The parts of a PNG that are the picture itself.
PICTURE_CHUNKS = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"pHYs", b"sRGB", b"gAMA", b"cHRM", b"sBIT")
)
TEXT_CHUNKS = frozenset((b"tEXt", b"zTXt", b"iTXt"))
STOWED = "<metadata"
STOWAWAYS = frozenset(("metadata", "foreignobject", "script", "style"))


@dataclass
class PageCell:
    """A cell that says which number it is: its attributes, its words, and what else it carries."""

    attributes: dict[str, str]
    texts: list[str]
    carried: list[str]


class PageReader(HTMLParser):
    """`texts`: what is said about individuals, line by line; `cells`: the cells; `everything`:
    every text and attribute of the whole page; `tags`: every element; `strange`: comments and the
    like; `styles`: style sheets."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.cells: list[PageCell] = []
        self.everything: list[str] = []
        self.tags: set[str] = set()
        self.strange: list[str] = []
        self.styles: list[str] = []
        self._stack: list[tuple[str, bool, PageCell | None]] = []
        self._line: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self._end_line(tag)
        self.everything += list(attributes.values())
        self.styles.append(attributes.get("style", ""))
        inside = self._inside or attributes.get("data-about") == ABOUT
        cell = self._cell
        if "data-layout" in attributes:
            cell = PageCell(attributes, [], [])
            self.cells.append(cell)
        carried = _carried(attributes)
        for text in [t for value in attributes.values() for t in embedded_texts(value)]:
            self.everything.append(text)
            carried.append(text)
        if cell is not None:
            cell.carried += carried
        elif inside:
            self.texts += carried
        if tag not in VOID:
            self._stack.append((tag, inside, cell))

    def handle_endtag(self, tag: str) -> None:
        self._end_line(tag)
        while self._stack:
            if self._stack.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        self.everything.append(data)
        if self._stack and self._stack[-1][0] == "style":
            self.styles.append(data)
        elif self._cell is not None:
            self._cell.texts.append(data)
        elif self._inside:
            self._line.append(data)

    def handle_comment(self, data: str) -> None:
        self.everything.append(data)
        self.strange.append(data)

    def handle_pi(self, data: str) -> None:
        self.handle_comment(data)

    def unknown_decl(self, data: str) -> None:
        self.handle_comment(data)

    def handle_decl(self, decl: str) -> None:
        if decl.lower() != "doctype html":
            self.handle_comment(decl)

    def close(self) -> None:
        super().close()
        self._end_line("")

    def _end_line(self, tag: str) -> None:
        if tag not in IN_LINE and self._line:
            self.texts.append("".join(self._line))
            self._line = []

    @property
    def _inside(self) -> bool:
        return bool(self._stack) and self._stack[-1][1]

    @property
    def _cell(self) -> PageCell | None:
        return self._stack[-1][2] if self._stack else None


def _carried(attributes: dict[str, str]) -> list[str]:
    """The attributes that could say a number. A cell's own name is held against the plan."""
    named = ("data-layout", "data-cell") if "data-layout" in attributes else ()
    return [
        value
        for name, value in attributes.items()
        if name not in named and not (name in NOT_READ and NOT_READ[name].fullmatch(value))
    ]


def read_page(source: str) -> PageReader:
    reader = PageReader()
    reader.feed(source)
    reader.close()
    return reader


# --- pictures


def embedded_texts(address: str) -> Iterator[str]:
    """What a data address holds that can be read as text: an SVG's words, a PNG's text chunks.
    Anything else that is stowed in an address gives the sign of metadata."""
    if "data:" not in address.lower():
        return
    found = DATA_ADDRESS.match(address)
    if not found:
        yield STOWED
    elif found[1] == "png":
        yield from png_texts(base64.b64decode(found[2]))
    else:
        yield from svg_texts(base64.b64decode(found[2]).decode("utf-8"))


class _SvgReader(PageReader):
    """The words of a drawing, every attribute that does not draw, and what lies in either."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._end_line(tag)
        for name, value in attrs:
            self.texts += list(embedded_texts(value or "")) or [value or ""][name in DRAWN :]

    def handle_data(self, data: str) -> None:
        self._line.append(data)


def svg_texts(source: str) -> Iterator[str]:
    """A line each: "75" beside "100" on an axis must not be read as seventy-five thousand."""
    reader = _SvgReader()
    reader.feed(source)
    reader.close()
    yield "\n".join(reader.texts)
    if reader.strange or reader.tags & STOWAWAYS:
        yield STOWED


def png_texts(content: bytes) -> Iterator[str]:
    """The text chunks of a PNG, where programs leave names, dates and titles."""
    at = 8
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        body = content[at + 8 : at + 8 + size]
        if kind in TEXT_CHUNKS:
            yield _chunk_text(kind, body)
        elif kind not in PICTURE_CHUNKS:
            yield STOWED
        at += 12 + size
        if kind == b"IEND" and content[at:]:
            yield STOWED
            return


def _chunk_text(kind: bytes, body: bytes) -> str:
    keyword, _, rest = body.partition(b"\0")
    name = keyword.decode("latin-1")
    if kind == b"zTXt":
        return f"{name} {zlib.decompress(rest[1:]).decode('latin-1')}"
    if kind == b"iTXt":
        *_, text = rest[2:].split(b"\0", 2)
        packed = zlib.decompress(text) if rest[:1] == b"\1" else text
        return f"{name} {packed.decode('utf-8', 'replace')}"
    return body.decode("latin-1")

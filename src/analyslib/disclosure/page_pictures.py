"""What lies in a picture beside what is drawn: words, notes about how it was made, stowaways.

Programs that draw leave a note of themselves. On a page about individuals nothing of the kind may
follow along (`STOWED`, `NOTED`); on other pages a note is only a note, and its words are read.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser


# Elements inside a line: what is written in two of them side by side is read as one word.
IN_LINE = frozenset(
    ("a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "em", "i", "ins", "kbd", "mark")
    + ("q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr")
    + ("tspan", "textpath")
)
DRAWN = frozenset(
    ("cx", "cy", "d", "dx", "dy", "fill", "fill-opacity", "font-family", "font-size", "font-weight")
    + ("height", "opacity", "points", "r", "rx", "ry", "stroke", "stroke-dasharray", "stroke-width")
    + ("style", "text-anchor", "transform", "viewbox", "width", "x", "x1", "x2", "xmlns", "y")
    + ("y1", "y2", "stroke-linecap", "stroke-linejoin", "dominant-baseline")
)
DATA_ADDRESS = re.compile(r"data:image/(svg\+xml|png|jpeg);base64,([A-Za-z0-9+/=\s]+)\Z")
# The parts of a PNG that are the picture itself, and those that say when and with what colours.
PICTURE_CHUNKS = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"pHYs", b"sRGB", b"gAMA", b"cHRM", b"sBIT")
)
TEXT_CHUNKS = frozenset((b"tEXt", b"zTXt", b"iTXt"))
NOTE_CHUNKS = frozenset((b"tIME", b"iCCP", b"bKGD"))
# A photograph's notes: where it was taken, by whom, and sometimes the whole of it once more.
PHOTO_NOTES = (b"Exif\0", b"http://ns.adobe.com/", b"Photoshop 3.0")
STOWED = "\0stuvat"
NOTED = "\0antecknat"
STOWAWAYS = frozenset(("foreignobject", "script"))
# What a drawing program writes of itself: date, kind, program, in the words of Dublin Core.
NOTES = re.compile(r"metadata|style|rdf:\w+|cc:\w+|dc:\w+")


def embedded_texts(address: str) -> Iterator[str]:
    """What a data address holds that can be read as text: an SVG's words, a PNG's text chunks.
    Anything else that is stowed in an address gives the sign of it."""
    if "data:" not in address.lower():
        return
    found = DATA_ADDRESS.match(address)
    if not found:
        yield STOWED
        return
    try:
        yield from READERS[found[1]](base64.b64decode(found[2]))
    except (ValueError, zlib.error):  # what cannot be read as what it says it is
        yield STOWED


class _SvgReader(HTMLParser):
    """The words of a drawing, every attribute that does not draw, and what lies in either."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.notes: list[str] = []
        self.is_noted = False
        self.is_stowed = False
        self._line: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_line(tag)
        self.is_stowed |= tag in STOWAWAYS
        self.is_noted |= bool(NOTES.fullmatch(tag))
        for name, value in attrs:
            self.texts += list(embedded_texts(value or "")) or [value or ""][name in DRAWN :]

    def handle_endtag(self, tag: str) -> None:
        self._end_line(tag)

    def handle_data(self, data: str) -> None:
        self._line.append(data)

    def handle_comment(self, data: str) -> None:
        self.notes.append(data)

    def handle_pi(self, data: str) -> None:
        self.notes.append(data)

    def handle_decl(self, decl: str) -> None:
        self.notes.append(decl)

    def unknown_decl(self, data: str) -> None:
        self.notes.append(data)

    def close(self) -> None:
        super().close()
        self._end_line("")

    def _end_line(self, tag: str) -> None:
        if tag not in IN_LINE and self._line:
            self.texts.append("".join(self._line))
            self._line = []


def svg_texts(content: bytes) -> Iterator[str]:
    """A line each: "75" beside "100" on an axis must not be read as seventy-five thousand."""
    reader = _SvgReader()
    reader.feed(content.decode("utf-8"))
    reader.close()
    yield "\n".join(reader.texts)
    if reader.notes or reader.is_noted:
        yield "\n".join((NOTED, *reader.notes))
    if reader.is_stowed:
        yield STOWED


def png_texts(content: bytes) -> Iterator[str]:
    """The text chunks of a PNG, where programs leave names, dates and titles."""
    at = 8
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        body = content[at + 8 : at + 8 + size]
        if kind in TEXT_CHUNKS:
            yield _chunk_text(kind, body)
        elif kind in NOTE_CHUNKS:
            yield NOTED
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


def photo_texts(content: bytes) -> Iterator[str]:
    """A photograph is no figure of ours: its bytes are read for names, and its notes refused."""
    yield NOTED
    yield content.decode("latin-1")
    if any(note in content for note in PHOTO_NOTES):
        yield STOWED


READERS: Mapping[str, Callable[[bytes], Iterator[str]]] = {
    "svg+xml": svg_texts,
    "png": png_texts,
    "jpeg": photo_texts,
}

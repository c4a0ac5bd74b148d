"""The last look at what leaves: every finished page, and everything that lies beside it.

What is about individuals stands in elements marked ``data-about="individer"``. A count there
says which cell it is (``data-layout``, ``data-cell="municipality=2418;sex=K"``), and is compared
with the plan. Every other number in such an element, in text, attributes or pictures, must
follow from numbers that were published.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from analyslib.disclosure.released import TOTAL, Released, dimensions_of
from analyslib.errors import DisclosureError, Fault


ABOUT = "individer"
HIDDEN_TEXTS = frozenset(("dolt", "sekretess", "..", "…", "–"))
READ_ATTRIBUTES = ("alt", "title", "aria-label", "value", "content", "data-value", "summary")
VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr")
)
NUMBER = re.compile(r"(?<![\w.,-])\d{1,3}(?:[\u00a0\u202f ]\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?")
YEAR = re.compile(r"(?:19|20)\d\d$")
DATE = re.compile(r"\b(?:19|20)\d\d-\d\d(?:-\d\d)?\b|\bkv[ \u00a0][1-4]\b")
DATA_ADDRESS = re.compile(r"data:([\w/+.-]+);base64,([A-Za-z0-9+/=\s]+)")
SVG_TEXT = re.compile(r"<(text|tspan|title|desc)\b[^>]*>(.*?)</\1>", re.DOTALL)
FORBIDDEN = {
    "plotly": "Sidan bär med sig alla data (plotly).",
    "application/vnd.jupyter.widget": "Sidan bär med sig reglagens tillstånd (widgets).",
    "vega-embed": "Sidan bär med sig alla data (vega).",
    "vegalite": "Sidan bär med sig alla data (vega).",
    "bk-root": "Sidan bär med sig alla data (bokeh).",
    "application/vnd.jupyter.stderr": "Sidan visar felutskrifter.",
    "output_stderr": "Sidan visar felutskrifter.",
    "traceback (most recent call last)": "Sidan visar ett fel från programmet.",
    "<!--": "Sidan har dolda kommentarer.",
    "<script": "Sidan har program som kan bära data.",
    "<metadata": "En bild bär med sig metadata.",
    "<dc:": "En bild bär med sig metadata.",
}
LOCAL_PATH = re.compile(r"(?:file://|/(?:home|Users|tmp|root|mnt)/\w|\b[A-Za-z]:\\\w)")
FORBIDDEN_FILES = (".ipynb", ".csv", ".xlsx", ".duckdb", ".parquet", ".pkl", ".wal", ".log", ".py")


@dataclass(frozen=True)
class Allowed:
    """What may be said about individuals: the published cells, and what follows from them."""

    cells: dict[tuple[str, str], int | None]
    numbers: frozenset[str]


class _Reader(HTMLParser):
    """The texts and attributes of a page, with what they are about."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[tuple[str, bool, dict[str, str]]] = []
        self.texts: list[str] = []
        self.cells: list[tuple[dict[str, str], list[str]]] = []
        self.everything: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        inside = self._inside or attributes.get("data-about") == ABOUT
        self.everything += list(attributes.values())
        if "data-layout" in attributes:
            self.cells.append((attributes, []))
        elif inside:
            self.texts += [attributes[name] for name in READ_ATTRIBUTES if name in attributes]
        for name in ("src", "href"):
            for text in embedded_texts(attributes.get(name, "")):
                self.everything.append(text)
                self.texts += [text] if inside else []
        if tag not in VOID:
            self.stack.append((tag, inside, attributes))

    def handle_endtag(self, tag: str) -> None:
        while self.stack:
            if self.stack.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        self.everything.append(data)
        if any("data-layout" in attributes for _, _, attributes in self.stack):
            self.cells[-1][1].append(data)
        elif self._inside:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.everything.append(data)

    @property
    def _inside(self) -> bool:
        return bool(self.stack) and self.stack[-1][1]


def embedded_texts(address: str) -> Iterator[str]:
    """What a data address holds that can be read as text: an SVG's words, a PNG's text chunks."""
    found = DATA_ADDRESS.match(address)
    if not found:
        return
    content = base64.b64decode(found[2])
    if "svg" in found[1]:
        source = content.decode("utf-8")
        # A line each: "75" beside "100" on an axis must not be read as seventy-five thousand.
        yield "\n".join(re.sub("<[^>]*>", " ", text) for _, text in SVG_TEXT.findall(source))
        if "<metadata" in source or "<!--" in source:
            yield "<metadata"
    elif "png" in found[1]:
        yield from png_texts(content)


def png_texts(content: bytes) -> Iterator[str]:
    """The text chunks of a PNG, where programs leave names, dates and titles."""
    at = 8
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        body = content[at + 8 : at + 8 + size]
        if kind == b"tEXt":
            yield body.decode("latin-1")
        elif kind == b"zTXt":
            keyword, _, packed = body.partition(b"\0")
            yield f"{keyword.decode('latin-1')} {zlib.decompress(packed[1:]).decode('latin-1')}"
        elif kind == b"iTXt":
            yield body.decode("utf-8", "replace")
        at += 12 + size


def allowed_from(released: Released) -> Allowed:
    """The published cells of a release, and the numbers a page may say because of them."""
    dimensions = dimensions_of(released.counts)
    cells: dict[tuple[str, str], int | None] = {}
    numbers = {str(released.threshold), str(released.threshold - 1)}
    for cell in released.counts.to_dict("records"):
        name = cell_name({d: str(cell[d]) for d in dimensions})
        shown = None if cell["status"] else int(cell["count"])
        cells[(str(cell["layout"]), name)] = shown
        numbers |= set() if shown is None else {str(shown)}
    for layout in released.counts["layout"].unique():
        for dimension in dimensions:
            shares = released.shares(layout, dimension)["share"].dropna()
            for decimals in (0, 1):
                numbers |= {f"{100 * s:.{decimals}f}".replace(".", ",") for s in shares}
    if len(released.statistics):
        for decimals in (0, 1, 2):
            values = released.statistics["value"].dropna()
            numbers |= {f"{abs(value):.{decimals}f}".replace(".", ",") for value in values}
    return Allowed(cells, frozenset(numbers))


def cell_name(values: dict[str, str]) -> str:
    """How a page names a cell: ``municipality=2418;sex=K``, totals left out."""
    return ";".join(f"{d}={v}" for d, v in sorted(values.items()) if v not in ("", TOTAL))


def check_page(
    source: str, allowed: Allowed, canaries: Iterable[str] = (), also: Iterable[str] = ()
) -> None:
    """Raise with everything on the page that is not in the plan. `also`: numbers that
    are not about individuals (a question's number, a scale's ends)."""
    faults = find_faults(source, allowed, canaries, also)
    if faults:
        raise DisclosureError(faults)


def find_faults(
    source: str, allowed: Allowed, canaries: Iterable[str] = (), also: Iterable[str] = ()
) -> list[Fault]:
    reader = _Reader()
    reader.feed(source)
    reader.close()
    everything = "\n".join([source, *reader.everything])
    found = [Fault(what) for what in _forbidden(everything)]
    found += [Fault(what) for what in _canaries(everything, canaries)]
    found += [Fault(what) for cell in reader.cells for what in _cell_faults(*cell, allowed)]
    known = allowed.numbers | set(also)
    strange = sorted({n for text in reader.texts for n in numbers_in(text)} - known)
    if strange:
        found.append(
            Fault(
                f"{len(strange)} tal om individer finns inte i det som släppts ut.",
                remedy="Bygg texter och figurer av de skyddade tabellerna.",
            )
        )
    return found


def numbers_in(text: str) -> Iterator[str]:
    """The numbers of a text, written as we write them; years and dates are not counted. A year
    is written without a space: 1 979 is a number of persons."""
    for match in NUMBER.finditer(DATE.sub(" ", text)):
        if not YEAR.match(match[0]):
            yield re.sub("[\u00a0\u202f ]", "", match[0]).replace(".", ",")


def _cell_faults(
    attributes: dict[str, str], texts: Sequence[str], allowed: Allowed
) -> Iterator[str]:
    key = (attributes["data-layout"], attributes.get("data-cell", ""))
    if key not in allowed.cells:
        yield f"En ruta finns inte i det som släppts ut: {key[0]}, {key[1] or 'totalt'}."
        return
    shown = allowed.cells[key]
    text = " ".join("".join(texts).split())
    numbers = set(numbers_in(text)) | {
        attributes[name] for name in READ_ATTRIBUTES if attributes.get(name, "").isdigit()
    }
    if shown is None and (numbers or text.lower() not in HIDDEN_TEXTS):
        yield f"En dold ruta visas med något annat än märket för dold: {key[0]}, {key[1]}."
    if shown is not None and numbers != {str(shown)}:
        yield f"En ruta visar ett annat tal än det som släppts ut: {key[0]}, {key[1]}."


def _forbidden(everything: str) -> Iterator[str]:
    lower = everything.lower()
    yield from dict.fromkeys(what for sign, what in FORBIDDEN.items() if sign in lower)
    if LOCAL_PATH.search(everything):
        yield "Sidan har en sökväg på den här datorn."


def _canaries(everything: str, canaries: Iterable[str]) -> Iterator[str]:
    hits = sum(canary in everything for canary in canaries)
    if hits:
        yield f"Sidan innehåller {hits} av de kontrollnummer som ligger i uttagen."


def check_folder(
    folder: Path, allowed: Allowed, canaries: Iterable[str] = (), also: Iterable[str] = ()
) -> None:
    """Raise where any page of a pack, or anything that lies beside them, should not leave."""
    canaries = list(canaries)
    faults = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.suffix.lower() in FORBIDDEN_FILES or ".ipynb_checkpoints" in name:
            faults.append(Fault("Filen hör inte hemma i ett paket som lämnar huset.", name))
        elif path.suffix == ".html":
            found = find_faults(path.read_text(encoding="utf-8"), allowed, canaries, also)
            faults += [Fault(fault.what, name, fault.remedy) for fault in found]
        elif path.suffix in (".json", ".txt", ".svg"):
            faults += [Fault(what, name) for what in _canaries(path.read_text("utf-8"), canaries)]
    if faults:
        raise DisclosureError(faults)

"""The last look at what leaves: every finished page, and everything that lies beside it.

What is about individuals stands in elements marked ``data-about="individer"``. A count there
says which cell it is (``data-layout``, ``data-cell="municipality=2418;sex=K"``), and is compared
with the plan. Every other number in such an element, in text, attributes or pictures, must
follow from numbers that were published.
"""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from analyslib.disclosure.page_pictures import NOTED, STOWED
from analyslib.disclosure.page_reader import ABOUT, PageCell, PageReader, read_page
from analyslib.disclosure.parts_made_anew import LOOSE_FOLLOW_UP, LOOSE_OWN, Plan, part_faults
from analyslib.disclosure.released import TOTAL, Released, dimensions_of
from analyslib.errors import DisclosureError, Fault


__all__ = ["ABOUT", "Allowed", "allowed_from", "cell_name", "check_folder", "check_page"]

HIDDEN_TEXTS = frozenset(("dolt", "sekretess", "..", "…", "–"))
NUMBER = re.compile(r"(?<![\w.,-])\d{1,3}(?:[\u00a0\u202f ]\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?")
YEAR = re.compile(r"(?:19|20)\d\d$")
DATE = re.compile(r"\b(?:19|20)\d\d-\d\d(?:-\d\d)?\b|\bkv[ \u00a0][1-4]\b")
PERSONS = re.compile(
    r"(?<![\d,.])(\d+)\s+(?:[^\W\d]+\s+)?(?:person|ärende|kvinn|män\b|man\b|barn|brukar|klient|flick|pojk)"
)
PICTURES = re.compile(r"data:image/[\w+]+;base64,[A-Za-z0-9+/=]+")
TAGS = re.compile(r"<[^>]*>")
# Marks that turn the writing around: what is read is not what stands there.
TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")
# A style sheet may set out page numbers and ornaments, and nothing with a letter or a digit.
ORNAMENTS = r"""(?:none|normal|(?:counter\(pages?\)|"[^"\w\\]*"|'[^'\w\\]*'|\s)+)[;}]"""
WRITING_STYLE = re.compile(
    rf"(?<![\w-])content\s*:\s*(?!{ORNAMENTS})|counter-(?:re)?set|@import|url\(", re.IGNORECASE
)
# What programs leave in the marks of a page. In its text they are words like others.
FORBIDDEN_MARKS = {
    "plotly": "Sidan bär med sig alla data (plotly).",
    "application/vnd.jupyter.widget": "Sidan bär med sig reglagens tillstånd (widgets).",
    "vega-embed": "Sidan bär med sig alla data (vega).",
    "vegalite": "Sidan bär med sig alla data (vega).",
    "bk-root": "Sidan bär med sig alla data (bokeh).",
    "application/vnd.jupyter.stderr": "Sidan visar felutskrifter.",
    "output_stderr": "Sidan visar felutskrifter.",
}
COMMENTS = "Sidan har dolda kommentarer."
METADATA = "En bild bär med sig metadata."
FORBIDDEN = {
    "traceback (most recent call last)": "Sidan visar ett fel från programmet.",
    "<!--": COMMENTS,
    "<script": "Sidan har program som kan bära data.",
    "<?": COMMENTS,
    "<metadata": METADATA,
    "<dc:": METADATA,
}
CARRIERS = frozenset(
    ("applet", "audio", "base", "canvas", "embed", "frame", "iframe", "input", "link", "noscript")
    + ("listing", "noembed", "noframes", "object", "plaintext", "portal", "select", "template")
    + ("textarea", "video", "xmp")
)
LOCAL_PATH = re.compile(r"(?:file://|/(?:home|Users|tmp|root|mnt)/\w|\b[A-Za-z]:\\\w)")
PAGES = (".html", ".htm", ".xhtml")
FORBIDDEN_FILES = frozenset(
    (".ipynb", ".csv", ".tsv", ".xls", ".xlsx", ".xlsm", ".ods", ".duckdb", ".db", ".sqlite")
    + (".parquet", ".feather", ".arrow", ".pkl", ".pickle", ".npy", ".npz", ".sav", ".rds")
    + (".wal", ".log", ".py", ".zip", ".gz", ".7z", ".tar")
)


@dataclass(frozen=True)
class Allowed:
    """What may be said about individuals: the published cells, and what follows from them. Of
    persons nothing smaller than `threshold` is said, whatever else the number may stand for.
    `parts`: what may stand in the parts that can be made anew, by their names."""

    cells: dict[tuple[str, str], int | None]
    numbers: frozenset[str]
    threshold: int = 0
    parts: Mapping[str, Plan] = field(default_factory=dict)


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
    return Allowed(cells, frozenset(numbers), released.threshold)


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
    reader = read_page(source)
    everything = "\n".join([source, *reader.everything])
    found = [Fault(what) for what in dict.fromkeys(_forbidden(source, everything, reader))]
    found += [Fault(what) for what in _canaries(everything, canaries)]
    found += [Fault(what) for cell in reader.cells for what in _cell_faults(cell, allowed)]
    found += part_faults(reader.parts, allowed.parts)
    found += [LOOSE_OWN] if reader.has_loose_own else []
    # A report of someone's own may have more than our sections; ours has not.
    found += [LOOSE_FOLLOW_UP] if reader.is_follow_up and reader.has_loose_people else []
    texts = [as_read(text) for text in reader.texts]
    known = allowed.numbers | set(also)
    strange = {n for text in texts for n in numbers_in(text)} - known
    few = [n for text in texts for n in PERSONS.findall(text) if 0 < int(n) < allowed.threshold]
    if strange or few:
        found.append(
            Fault(
                f"{len(strange) or len(few)} tal om individer finns inte i det som släppts ut.",
                remedy="Bygg texter och figurer av de skyddade tabellerna.",
            )
        )
    return found


def as_read(text: str) -> str:
    """The text as it is seen: without marks that take no room, with every digit as a digit."""
    seen = (c for c in text if unicodedata.category(c) != "Cf")
    return "".join(unicodedata.normalize("NFKC", c) if c.isnumeric() else c for c in seen)


def numbers_in(text: str) -> Iterator[str]:
    """The numbers of a text, written as we write them; years and dates are not counted. A year
    is written without a space: 1 979 is a number of persons."""
    for match in NUMBER.finditer(DATE.sub(" ", text)):
        if not YEAR.match(match[0]):
            yield re.sub("[\u00a0\u202f ]", "", match[0]).replace(".", ",")


def _cell_faults(cell: PageCell, allowed: Allowed) -> Iterator[str]:
    key = (cell.attributes["data-layout"], cell.attributes.get("data-cell", ""))
    if key not in allowed.cells:
        yield f"En ruta finns inte i det som släppts ut: {key[0]}, {key[1] or 'totalt'}."
        return
    shown = allowed.cells[key]
    text = " ".join("".join(cell.texts).split())
    numbers = {n for part in (text, *cell.carried) for n in numbers_in(as_read(part))}
    if shown is None and (numbers or text.lower() not in HIDDEN_TEXTS):
        yield f"En dold ruta visas med något annat än märket för dold: {key[0]}, {key[1]}."
    if shown is not None and (numbers != {str(shown)} or not any(numbers_in(as_read(text)))):
        yield f"En ruta visar ett annat tal än det som släppts ut: {key[0]}, {key[1]}."


def _forbidden(source: str, everything: str, reader: PageReader) -> Iterator[str]:
    marks, lower = "\n".join(reader.values).lower(), source.lower()
    yield from (what for sign, what in FORBIDDEN_MARKS.items() if sign in marks)
    yield from (what for sign, what in FORBIDDEN.items() if sign in lower)
    if reader.strange:
        yield COMMENTS
    if _is_stowed(reader):
        yield METADATA
    if reader.is_torn and reader.is_about_people:
        yield "Sidans kod går inte ihop, så det går inte att se vad som hör till vad."
    if reader.tags & CARRIERS:
        yield "Sidan har delar som kan bära data utan att det syns."
    if any(map(WRITING_STYLE.search, reader.styles)):
        yield "Sidans stilmall skriver text eller hämtar något utifrån."
    if TURNED.search(everything):
        yield "Sidan har tecken som vänder på skriften."
    if LOCAL_PATH.search(everything):
        yield "Sidan har en sökväg på den här datorn."


def _is_stowed(reader: PageReader) -> bool:
    """Anything in a picture that is no picture. That a program has written when and with what it
    was drawn is no harm on a page that is not about individuals."""
    signs = (STOWED, NOTED) if reader.is_about_people else (STOWED,)
    return any(text.startswith(signs) for text in reader.embedded)


def _canaries(everything: str, canaries: Iterable[str]) -> Iterator[str]:
    plain = _plain(everything)
    hits = sum(
        _plain(canary) in plain or any(form in everything for form in _disguises(canary))
        for canary in canaries
    )
    if hits:
        yield f"Sidan innehåller {hits} av de kontrollnummer som ligger i uttagen."


def _plain(text: str) -> str:
    """Letters and digits alone, as they are read: across tags, entities and empty marks."""
    bare = TAGS.sub("", PICTURES.sub("", text))
    seen = unicodedata.normalize("NFKC", unquote(html.unescape(html.unescape(bare))))
    return re.sub(r"[\W_]+", "", seen).casefold()


def _disguises(canary: str) -> Iterator[str]:
    """The canary itself, backwards, as hexadecimal digits and inside base64."""
    raw = canary.encode()
    yield from (canary, canary[::-1], raw.hex(), raw.hex().upper())
    for shift in range(3):
        packed = base64.b64encode(bytes(shift) + raw).decode()
        yield packed[-(-shift * 4 // 3) : (shift + len(raw)) * 4 // 3]


def check_folder(
    folder: Path, allowed: Allowed, canaries: Iterable[str] = (), also: Iterable[str] = ()
) -> None:
    """Raise where any page of a pack, or anything that lies beside them, should not leave."""
    canaries = list(canaries)
    faults = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name, kind = path.relative_to(folder).as_posix(), path.suffix.lower()
        if kind in FORBIDDEN_FILES or ".ipynb_checkpoints" in name:
            faults.append(Fault("Filen hör inte hemma i ett paket som lämnar huset.", name))
        elif kind in PAGES:
            found = find_faults(path.read_text(encoding="utf-8"), allowed, canaries, also)
            faults += [Fault(fault.what, name, fault.remedy) for fault in found]
        else:
            content = path.read_bytes().decode("utf-8", "replace")
            faults += [Fault(what, name) for what in _canaries(f"{name}\n{content}", canaries)]
    if faults:
        raise DisclosureError(faults)

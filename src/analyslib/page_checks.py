"""The static check of a finished page: right place, whole, readable by everyone, safe.

Pages are read in a strict form: every ``<`` must begin a tag that we know. What a browser would
have to mend, or could understand in another way than we do, is a fault.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape

from markupsafe import escape

from analyslib.errors import Fault, ReportError


KNOWN_TAGS = """
html head meta title style body header main nav aside footer section article div span p a
h1 h2 h3 h4 h5 h6 ul ol li dl dt dd em strong b i s del small sub sup mark abbr time code pre
blockquote br hr wbr figure figcaption img details summary data
table caption colgroup col thead tbody tfoot tr th td
"""
KNOWN_ATTRIBUTES = """
id class lang dir title href src alt width height scope colspan rowspan headers span role
tabindex name content charset value datetime start open abbr style hidden rel
"""
TAGS = frozenset(KNOWN_TAGS.split())
ATTRIBUTES = frozenset(KNOWN_ATTRIBUTES.split())
CELLS = frozenset(("td", "tr", "data", "tbody", "thead", "tfoot"))
VOID = frozenset(("meta", "img", "br", "hr", "wbr", "col"))
TOKEN = re.compile(
    r"<!DOCTYPE html>"
    r"|</(?P<close>[a-z][a-z0-9]*)>"
    r'|<(?P<open>[a-z][a-z0-9]*)(?P<attributes>(?:\s+[a-z][a-z0-9-]*(?:="[^"<]*")?)*)\s*/?>'
)
ATTRIBUTE = re.compile(r'([a-z][a-z0-9-]*)(?:="([^"]*)")?')
STYLE = re.compile(r"(<style>)(.*?)(</style>)", re.DOTALL)
TOKENS_OF_NOTHING = re.compile(
    r"(?<![\w-])(?:nan|NaN|NaT|None|inf|&lt;NA&gt;|undefined|Undefined)(?![\w-])"
)
LOCAL_PATH = re.compile(r"(?:file://|/(?:home|Users|tmp|root|var|mnt)/\w|\b[A-Za-z]:\\\w)")
FOLDERS = re.compile(
    r"""\b[A-Za-z]:[\\/](?:[^\\/:;"”<>|\n]+[\\/])*"""
    r"""|(?:file://|(?<![\w/]))/(?=\w)(?:[^/:;"”<>|\n]+/)+"""
)
INVENTED_ALTERNATIVES = ("no description has been provided", "image", "bild", "figur", "png")
SAFE_LINK = re.compile(r"#[\w-]+$|[\w-]+\.(?:html|json|txt|zip)$|https://[^\s]+$|mailto:[^\s]+$")
PICTURE_SOURCE = re.compile(r"data:image/(?:svg\+xml|png|jpeg);base64,[A-Za-z0-9+/]{8,}={0,2}$")
STAMP = "Arbetsmaterial"


@dataclass(frozen=True)
class Expected:
    """What a page must hold to be the page it says it is.

    `municipality` is empty for a page about several places; `members` are the codes a page may
    be about. `private` are strings of this machine that may stand nowhere. `told` is what went
    wrong with other pages: it ends the text it stands in, and may quote the very fault.
    """

    municipality: str = ""
    name: str = ""
    members: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    min_pictures: int = 0
    private: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


@dataclass(slots=True)
class Element:
    tag: str
    attributes: dict[str, str]
    parent: int
    start: int
    end: int = -1


@dataclass(frozen=True)
class Page:
    """A page that has been read. `elements` are in document order, the cells of tables aside.

    `shapes` are the different start tags, each with its attributes: a page has thousands of
    cells but few shapes, so what holds for a shape is checked once. `prose` is all text.
    """

    source: str
    elements: list[Element]
    shapes: dict[tuple[str, str], dict[str, str]]
    prose: str
    faults: list[Fault] = field(default_factory=list)

    @cached_property
    def words(self) -> str:
        """All text and every attribute; of the pictures only their alternative texts."""
        written = (
            value
            for attributes in self.shapes.values()
            for name, value in attributes.items()
            if name != "src"
        )
        return "\n".join((self.prose, *written))

    @cached_property
    def drawings(self) -> str:
        """The pictures of the page as the text they are drawn by."""
        sources = [image.attributes.get("src", "") for image in self.all("img")]
        return "\n".join(
            b64decode(source.partition(",")[2]).decode("utf-8", "replace")
            for source in sources
            if source.startswith("data:image/svg") and PICTURE_SOURCE.match(source)
        )

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def text(self, element: Element) -> str:
        inner = self.source[element.start : element.end]
        return " ".join(unescape(TOKEN.sub(" ", inner) if "<" in inner else inner).split())


def check_page(source: str, expected: Expected) -> None:
    """Raises ReportError with every fault of the page."""
    faults = find_faults(source, expected)
    if faults:
        raise ReportError(faults)


def find_faults(source: str, expected: Expected) -> list[Fault]:
    """Everything that is wrong with a page, in Swedish."""
    for told in filter(None, expected.told):
        source = source.replace(f"{escape(told)}<", "…<")
    page = read_page(source)
    checks = (
        check_structure,
        check_headings,
        check_anchors,
        check_pictures,
        check_tables,
        check_safety,
        check_values,
    )
    found = [Fault(what) for check in checks for what in check(page)]
    found += [Fault(what) for what in check_identity(page, expected)]
    found += [Fault(what) for what in check_private(page, expected.private)]
    return page.faults + found


def read_page(source: str) -> Page:
    """The elements of a page; whatever is not in the strict form becomes a fault."""
    # Style sheets hold no markup; their content is blanked so that positions stay.
    plain = STYLE.sub(lambda found: found[1] + " " * len(found[2]) + found[3], source)
    elements: list[Element] = []
    shapes: dict[tuple[str, str], dict[str, str]] = {}
    faults: list[Fault] = []
    stack: list[tuple[str, int]] = []
    prose: list[str] = []
    end = 0
    for match in TOKEN.finditer(plain):
        prose.append(plain[end : match.start()])
        end = match.end()
        close, tag, text = match.groups()
        if tag:
            attributes = shapes.get((tag, text))
            if attributes is None:
                attributes = shapes[tag, text] = read_attributes(text, tag, faults)
            if tag not in CELLS:
                elements.append(Element(tag, attributes, stack[-1][1] if stack else -1, end))
            if tag not in VOID:
                stack.append((tag, len(elements) - 1))
        elif close:
            if not stack or stack[-1][0] != close:
                faults.append(Fault(f"</{close}> hör inte ihop med något."))
            elif close in CELLS:
                stack.pop()
            else:
                elements[stack.pop()[1]].end = match.start()
    words = " ".join((*prose, plain[end:]))
    if "<" in words:
        faults.append(Fault("Sidan har ett < som inte hör till någon känd kod."))
    faults += [Fault(f"<{tag}> avslutas aldrig.") for tag, _ in stack]
    return Page(plain, elements, shapes, words, faults)


def read_attributes(text: str, tag: str, faults: list[Fault]) -> dict[str, str]:
    if not text:
        return {}
    pairs = ATTRIBUTE.findall(text)
    attributes = dict(pairs)
    if len(attributes) != len(pairs):
        faults.append(Fault(f"<{tag}> har samma attribut två gånger."))
    return attributes


def check_structure(page: Page) -> Iterator[str]:
    """Language, title, one main part with a way straight to it."""
    html = page.all("html")
    if len(html) != 1 or html[0].attributes.get("lang") != "sv":
        yield "Sidan säger inte att den är på svenska (lang)."
    titles = page.all("title")
    if len(titles) != 1 or not page.text(titles[0]):
        yield "Sidan har ingen titel."
    if len(page.all("main")) != 1:
        yield "Sidan ska ha exakt en huvuddel (main)."
    links = page.all("a")
    if not links or links[0].attributes.get("href") != "#innehall":
        yield "Sidan börjar inte med en länk till innehållet."
    if not any(meta.attributes.get("name") == "viewport" for meta in page.all("meta")):
        yield "Sidan saknar uppgift om skärmens bredd (viewport)."


def check_headings(page: Page) -> Iterator[str]:
    headings = page.all("h1", "h2", "h3", "h4", "h5", "h6")
    ranks = [int(heading.tag[1]) for heading in headings]
    if ranks.count(1) != 1:
        yield f"Sidan ska ha exakt en huvudrubrik, inte {ranks.count(1)}."
    for before, after, heading in zip(ranks, ranks[1:], headings[1:], strict=False):
        if after > before + 1:
            yield f"Rubriken ”{page.text(heading)}” hoppar över en nivå."
    for heading in headings:
        if not page.text(heading):
            yield "En rubrik är tom."


def check_anchors(page: Page) -> Iterator[str]:
    names = Counter(item.attributes["id"] for item in page.elements if "id" in item.attributes)
    for name, count in names.items():
        if count > 1:
            yield f"Märket ”{name}” finns {count} gånger."
    for link in page.all("a"):
        target = link.attributes.get("href", "")
        if target.startswith("#") and target[1:] not in names:
            yield f"Länken till {target} leder ingenstans."
        if not page.text(link):
            yield "En länk saknar text."


def check_pictures(page: Page) -> Iterator[str]:
    for image in page.all("img"):
        alternative = unescape(image.attributes.get("alt", "")).strip()
        if len(alternative) < 15 or alternative.lower().startswith(INVENTED_ALTERNATIVES[0]):
            yield f"En bild saknar text för den som inte ser den (”{alternative}”)."
        if not PICTURE_SOURCE.match(image.attributes.get("src", "")):
            yield "En bild är tom eller hämtas från ett annat ställe."
    figures = [figure for figure in page.all("figure") if is_picture(figure)]
    images = page.all("img")
    holders = {image.parent for image in images}
    for index, figure in enumerate(page.elements):
        if figure.tag == "figure" and is_picture(figure) and index not in holders:
            yield "En figur har förlorat sin bild."
    if len(images) < len(figures):
        yield f"Sidan har {len(figures)} figurer men bara {len(images)} bilder."


def is_picture(figure: Element) -> bool:
    return "bild" in figure.attributes.get("class", "").split()


def check_tables(page: Page) -> Iterator[str]:
    for index, table in enumerate(page.elements):
        if table.tag != "table":
            continue
        captions = [
            element
            for element in page.elements[index + 1 : index + 2]
            if element.tag == "caption" and page.text(element)
        ]
        if not captions:
            yield "En tabell saknar rubrik (caption)."
    for header in page.all("th"):
        if header.attributes.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
            yield "En rubrikcell säger inte vad den är rubrik för (scope)."
        if not page.text(header):
            yield "En rubrikcell är tom."


def check_safety(page: Page) -> Iterator[str]:
    """Nothing that runs, nothing that is fetched, nothing we do not know."""
    for (tag, _), attributes in page.shapes.items():
        if tag not in TAGS:
            yield f"Sidan har ett otillåtet element, <{tag}>."
        for name, value in attributes.items():
            if name not in ATTRIBUTES and not name.startswith(("data-", "aria-")):
                yield f"<{tag}> har ett otillåtet attribut, {name}."
            if name == "style" and ("url(" in value or "\\" in value):
                yield "En stil hämtar något utifrån."
        if "href" in attributes and not SAFE_LINK.match(attributes["href"]):
            yield "En länk leder till något otillåtet."


def check_values(page: Page) -> Iterator[str]:
    """No trace of an empty value, in text or in an attribute; no stamp of working material."""
    found = set(TOKENS_OF_NOTHING.findall(page.words))
    for token in sorted(found):
        yield f"Ett tomt värde har blivit text: ”{unescape(token)}”."
    if STAMP in page.prose or STAMP in page.drawings:
        yield "Sidan är stämplad som arbetsmaterial och får inte spridas."


def check_identity(page: Page, expected: Expected) -> Iterator[str]:
    """The page is about the place it should be about, and holds what it should hold."""
    if expected.name:
        for element in (*page.all("h1")[:1], *page.all("title")[:1]):
            if expected.name not in page.text(element):
                yield f"Rubriken nämner inte {expected.name}."
    about = [
        element.attributes["data-municipality"]
        for element in page.all("figure", "table", "div")
        if element.attributes.get("data-municipality")
    ]
    allowed = {expected.municipality} if expected.municipality else set(expected.members)
    strangers = sorted(set(about) - allowed) if allowed else []
    if strangers:
        yield f"Figurer eller tabeller handlar om fel plats: {', '.join(strangers)}."
    if expected.municipality and not about:
        yield f"Ingen figur och ingen tabell handlar om {expected.name or expected.municipality}."
    pictures = sum(is_picture(figure) for figure in page.all("figure"))
    if pictures < expected.min_pictures:
        yield f"Sidan har {pictures} bilder och ska ha minst {expected.min_pictures}."
    headings = {page.text(heading) for heading in page.all("h2", "h3")}
    for section in expected.sections:
        if section not in headings:
            yield f"Avsnittet ”{section}” saknas."


def check_private(page: Page, private: tuple[str, ...]) -> Iterator[str]:
    """Nothing about the machine: no path, no user."""
    texts = (page.source, page.drawings)
    if LOCAL_PATH.search(page.words) or any(
        secret in text for secret in private if secret for text in texts
    ):
        yield "Sidan nämner en sökväg eller ett namn på den här datorn."


def without_folders(text: str) -> str:
    """What went wrong, as it may stand in a page: a file by its name alone."""
    return FOLDERS.sub("", text)

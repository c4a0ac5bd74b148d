"""Everything a finished page carries, however it is put: texts, attributes, pictures, marks.

What is about individuals stands in elements marked ``data-about="individer"``. A cell that says
which number it is (``data-layout``) is read for itself, with all that is inside it. A part that can
be made anew (``data-part``) is read whole; about own measures there is nothing else to hold it to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

from analyslib.disclosure.page_pictures import IN_LINE, embedded_texts
from analyslib.disclosure.parts_made_anew import FOLLOW_UP, PART, Part


ABOUT = "individer"
OWN_KEY = re.compile(r"\d{4}-")  # the key of an own measure begins with its municipality's code
MARKS = frozenset((PART, "data-about", "data-layout"))
VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr")
)
TOKEN = re.compile(
    r"<!DOCTYPE html>|</([a-z][a-z0-9]*)>"
    r'|<([a-z][a-z0-9]*)((?:\s+[a-z][a-z0-9-]*="[^"<]*")*)\s*>'
)
ATTRIBUTE = re.compile(r'([a-z][a-z0-9-]*)="([^"]*)"')
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


@dataclass
class PageCell:
    """A cell that says which number it is: its attributes, its words, and what else it carries."""

    attributes: dict[str, str]
    texts: list[str]
    carried: list[str]


@dataclass(frozen=True)
class Place:
    """Where on a page something stands: the part, the cell, and whether it is about individuals."""

    part: Part | None = None
    cell: PageCell | None = None
    is_about: bool = False


NOWHERE = Place()


class PageReader(HTMLParser):
    """`texts`: what is said about individuals, line by line; `cells`: the cells; `parts`: those
    that can be made anew; `words`, `values` and `embedded`: every text, attribute and picture's
    content of the whole page; `tags`: every element; `strange`: comments and the like; `styles`:
    style sheets; `has_loose_own`: own measures outside the parts that are about them;
    `has_loose_people`: the same of individuals; `is_follow_up`: whether it is the page of our
    report about them; `is_torn`: an element ends where another was open, so that it cannot be said
    what is inside what."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.cells: list[PageCell] = []
        self.parts: list[Part] = []
        self.words: list[str] = []
        self.values: list[str] = []
        self.embedded: list[str] = []
        self.has_loose_own = False
        self.has_loose_people = False
        self.is_follow_up = False
        self.is_torn = False
        self.is_about_people = False
        self.tags: set[str] = set()
        self.strange: list[str] = []
        self.styles: list[str] = []
        self._stack: list[tuple[str, Place]] = []
        self._line: list[str] = []

    @property
    def everything(self) -> list[str]:
        return [*self.values, *self.words, *self.embedded]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self._end_line(tag)
        self.values += attributes.values()
        if "style" in attributes:
            self.styles.append(attributes["style"])
        place = self._place_of(attributes)
        addresses = [value for value in attributes.values() if ":" in value]
        embedded = [text for address in addresses for text in embedded_texts(address)]
        self.embedded += embedded
        if place.part is not None:
            place.part.open(tag, attributes)
        if place.cell is not None:
            place.cell.carried += [*_carried(attributes), *embedded]
        elif place.is_about:
            self.texts += [*_carried(attributes), *embedded]
        self._note(tag, attributes, place)
        if tag not in VOID:
            self._stack.append((tag, place))

    def _place_of(self, attributes: dict[str, str]) -> Place:
        """Nothing inside a part or a cell is for itself; about own measures only the part is."""
        outer = self._place
        if MARKS.isdisjoint(attributes):
            return outer
        part, cell = outer.part, outer.cell
        if part is None and PART in attributes:
            part = Part(attributes[PART])
            self.parts.append(part)
        if part is not None and part.is_own_measures:
            return Place(part)
        if cell is None and "data-layout" in attributes:
            cell = PageCell(attributes, [], [])
            self.cells.append(cell)
        is_about = outer.is_about or attributes.get("data-about") == ABOUT
        return Place(part, cell, is_about)

    def _note(self, tag: str, attributes: dict[str, str], place: Place) -> None:
        """What is said of the whole page."""
        is_own = bool(OWN_KEY.match(attributes.get("data-kpi", "")))
        of_people = place.is_about or place.cell is not None
        self.has_loose_own |= is_own and place.part is None and place.cell is None
        self.has_loose_people |= of_people and place.part is None
        self.is_about_people |= of_people or place.part is not None or self.has_loose_own
        if tag == "meta" and attributes.get("name") == "analyslib-report":
            self.is_follow_up |= attributes.get("content") == FOLLOW_UP

    def handle_endtag(self, tag: str) -> None:
        self._end_line(tag)
        self.is_torn |= not self._stack or self._stack[-1][0] != tag
        if not any(tag == open_tag for open_tag, _ in reversed(self._stack)):
            return
        closed = ""
        while closed != tag:
            closed, place = self._stack.pop()
            if place.part is not None:
                place.part.close(closed)

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        place = self._place
        if self._stack and self._stack[-1][0] == "style":
            self.styles.append(data)
            return
        if place.part is not None:
            place.part.say(data)
        if place.cell is not None:
            place.cell.texts.append(data)
        elif place.is_about:
            self._line.append(data)

    def handle_comment(self, data: str) -> None:
        self.words.append(data)
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
        for tag, place in reversed(self._stack):
            if place.part is not None:
                place.part.close(tag)

    def _end_line(self, tag: str) -> None:
        if tag not in IN_LINE and self._line:
            self.texts.append("".join(self._line))
            self._line = []

    @property
    def _place(self) -> Place:
        return self._stack[-1][1] if self._stack else NOWHERE


def _carried(attributes: dict[str, str]) -> list[str]:
    """The attributes that could say a number. A cell's own name is held against the plan."""
    named = ("data-layout", "data-cell") if "data-layout" in attributes else ()
    return [
        value
        for name, value in attributes.items()
        if name not in named and not (name in NOT_READ and NOT_READ[name].fullmatch(value))
    ]


def read_page(source: str) -> PageReader:
    """Pages of ours are written so that every ``<`` begins a tag and no attribute has one: they
    are read as they are. Any other page is read as a browser would, which takes longer."""
    reader = PageReader()
    if not _read_plainly(source, reader):
        reader = PageReader()
        reader.feed(source)
    reader.close()
    return reader


def _read_plainly(source: str, reader: PageReader) -> bool:
    """Whether the page was of the plain form, and has been read."""
    known: dict[str, list[tuple[str, str | None]]] = {}
    end = 0
    for token in TOKEN.finditer(source):
        text, end = source[end : token.start()], token.end()
        if "<" in text:
            return False
        if text:
            reader.handle_data(unescape(text))
        closed, opened, attributes = token.groups()
        if closed:
            reader.handle_endtag(closed)
        elif opened:
            pairs = known.get(attributes)
            if pairs is None:
                found = ATTRIBUTE.findall(attributes)
                pairs = known[attributes] = [(name, unescape(value)) for name, value in found]
            reader.handle_starttag(opened, pairs)
    if "<" in source[end:]:
        return False
    reader.handle_data(unescape(source[end:]))
    return True

"""Everything a finished page carries, however it is put: texts, attributes, pictures, marks.

What is about individuals stands in elements marked ``data-about="individer"``. A cell that says
which number it is (``data-layout``) is read for itself, with all that is inside it; and so is a
part about a municipality's own measures (``data-own="2480"``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

from analyslib.disclosure.own_parts import OWN, OwnPart
from analyslib.disclosure.page_pictures import IN_LINE, embedded_texts


ABOUT = "individer"
OWN_KEY = re.compile(r"\d{4}-")  # the key of an own measure begins with its municipality's code
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


class PageReader(HTMLParser):
    """`texts`: what is said about individuals, line by line; `cells`: the cells; `parts`: those
    about own measures; `words`, `values` and `embedded`: every text, attribute and picture's
    content of the whole page; `tags`: every element; `strange`: comments and the like; `styles`:
    style sheets; `loose`: own measures outside the parts that are about them; `is_torn`: an element
    ends where another was open, so that it cannot be said what is inside what."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.cells: list[PageCell] = []
        self.parts: list[OwnPart] = []
        self.words: list[str] = []
        self.values: list[str] = []
        self.embedded: list[str] = []
        self.loose = False
        self.is_torn = False
        self.is_about_people = False
        self.tags: set[str] = set()
        self.strange: list[str] = []
        self.styles: list[str] = []
        self._stack: list[tuple[str, bool, PageCell | OwnPart | None]] = []
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
        inside = self._inside or attributes.get("data-about") == ABOUT
        holder = self._holder_of(attributes)
        addresses = [value for value in attributes.values() if ":" in value]
        embedded = [text for address in addresses for text in embedded_texts(address)]
        self.embedded += embedded
        if isinstance(holder, OwnPart):
            holder.open(tag, attributes)
        elif holder is not None:
            holder.carried += [*_carried(attributes), *embedded]
        elif inside:
            self.texts += [*_carried(attributes), *embedded]
        self.loose |= holder is None and bool(OWN_KEY.match(attributes.get("data-kpi", "")))
        self.is_about_people |= inside or holder is not None or self.loose
        if tag not in VOID:
            self._stack.append((tag, inside, holder))

    def _holder_of(self, attributes: dict[str, str]) -> PageCell | OwnPart | None:
        """The part or the cell that the element belongs to. Nothing inside a part is for itself."""
        outer = self._holder
        if isinstance(outer, OwnPart):
            return outer
        if OWN in attributes:
            self.parts.append(OwnPart(attributes[OWN]))
            return self.parts[-1]
        if "data-layout" in attributes:
            self.cells.append(PageCell(attributes, [], []))
            return self.cells[-1]
        return outer

    def handle_endtag(self, tag: str) -> None:
        self._end_line(tag)
        self.is_torn |= not self._stack or self._stack[-1][0] != tag
        if not any(tag == open_tag for open_tag, _, _ in reversed(self._stack)):
            return
        closed = ""
        while closed != tag:
            closed, _, holder = self._stack.pop()
            if isinstance(holder, OwnPart):
                holder.close(closed)

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        holder = self._holder
        if self._stack and self._stack[-1][0] == "style":
            self.styles.append(data)
        elif isinstance(holder, OwnPart):
            holder.say(data)
        elif holder is not None:
            holder.texts.append(data)
        elif self._inside:
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
        for tag, _, holder in reversed(self._stack):
            if isinstance(holder, OwnPart):
                holder.close(tag)

    def _end_line(self, tag: str) -> None:
        if tag not in IN_LINE and self._line:
            self.texts.append("".join(self._line))
            self._line = []

    @property
    def _inside(self) -> bool:
        return bool(self._stack) and self._stack[-1][1]

    @property
    def _holder(self) -> PageCell | OwnPart | None:
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

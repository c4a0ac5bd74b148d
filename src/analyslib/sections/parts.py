"""The small pieces that a page is made of, beside figures and tables. All text is escaped here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Protocol

from analyslib.disclosure.parts_made_anew import FOLLOW_UP, OWN, PartName


class Shown(Protocol):
    """Anything a notebook can show as HTML."""

    def _repr_html_(self) -> str: ...


@dataclass(frozen=True)
class Html:
    """A piece of finished HTML."""

    html: str

    def __repr__(self) -> str:
        return "<Sida>"

    def _repr_html_(self) -> str:
        return self.html


def join(parts: Iterable[Shown | None]) -> Html:
    """Several pieces as one; what is None is left out."""
    return Html("\n".join(part._repr_html_() for part in parts if part is not None))


def heading(text: str, level: int) -> Html:
    return Html(f"<h{level}>{escape(text)}</h{level}>")


def section(anchor: str, *parts: Shown | None) -> Html:
    """A part of the page that links can lead to; the page itself gives headings their anchors."""
    return Html(f'<section id="{anchor}">{join(parts).html}</section>')


def folded(summary: str, *parts: Shown | None) -> Html:
    """Pieces that are there for whoever opens them; on paper they are always open."""
    return Html(f"<details><summary>{escape(summary)}</summary>{join(parts).html}</details>")


def slug(text: str) -> str:
    """An anchor in plain letters: "Hälsa & vård" becomes "halsa-vard"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def paragraph(text: str, css: str = "") -> Html | None:
    """A paragraph; nothing where there is no text."""
    return Html(f"<p{_css(css)}>{escape(text)}</p>") if text else None


def paragraphs(text: str) -> Html | None:
    """Blank lines part paragraphs."""
    found = [" ".join(piece.split()) for piece in re.split(r"\n\s*\n", text.strip())]
    return join(map(paragraph, found)) if text.strip() else None


def bullets(items: Sequence[Shown | str], css: str = "", ordered: bool = False) -> Html | None:
    """A list; nothing where it is empty. Text is escaped, finished pieces are not."""
    tag = "ol" if ordered else "ul"
    body = "".join(f"<li>{_inline(item)}</li>" for item in items)
    return Html(f"<{tag}{_css(css)}>{body}</{tag}>") if items else None


def _inline(item: Shown | str) -> str:
    return escape(item) if isinstance(item, str) else item._repr_html_()


def box(css: str, *parts: Shown | None) -> Html:
    """A box with its own colour: sammanfattning, fragor, notis."""
    return Html(f'<div class="{css}">{join(parts).html}</div>')


def about_own_measures(municipality: str, *parts: Shown | None) -> Html | None:
    """What is said of a municipality's own measures, marked so that the last check can hold all
    of it against the release; nothing where there is nothing."""
    shown = join(parts).html
    mark = f'<div data-about="individer" data-part="{PartName(OWN, municipality)}">'
    return Html(f"{mark}{shown}</div>") if shown else None


def about_follow_up(municipality: str, area: str, shown: Shown | None) -> Html | None:
    """A section of the follow-up, marked so that the last check can make it anew and compare;
    nothing where there is nothing."""
    if shown is None:
        return None
    name = PartName(FOLLOW_UP, municipality, area)
    return Html(f'<div data-part="{name}">{shown._repr_html_()}</div>')


def link(text: str, anchor: str) -> Html:
    """A link to a place on the same page."""
    return Html(f'<a href="#{anchor}">{escape(text)}</a>')


def text_with(*pieces: Shown | str) -> Html:
    """Text and small pieces in one line."""
    return Html(" ".join(_inline(piece) for piece in pieces))


def _css(css: str) -> str:
    return f' class="{css}"' if css else ""

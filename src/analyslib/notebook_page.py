"""An executed notebook becomes a page: one HTML file that needs nothing else.

nbconvert makes the body with our own template; the shell around it (title, contents, foot) is
that of all our pages. Both environments are kept in memory: a second page costs milliseconds.
"""

from __future__ import annotations

import base64
import html
import re
from functools import lru_cache
from typing import Any

import nbformat
from markupsafe import Markup
from nbconvert.exporters.html import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from traitlets.config import Config

from analyslib.page import TEMPLATES, Frame, ascii_name, render_template


HEADING = re.compile(r"<h([1-6])\b([^>]*)>(.*?)</h\1>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
LONG_SECTION = 5
ANCHOR = re.compile(r'\sid="([^"]*)"')
ID = re.compile(r'\s+id="[^"]*"')


class BodyExporter(HTMLExporter):
    """Notebook to the body of a page. Markdown is escaped: a name can never become markup."""

    @property
    def default_config(self) -> Config:
        config = Config({"HighlightMagicsPreprocessor": {"enabled": False}})
        inherited = super().default_config.copy()
        inherited.merge(config)
        return inherited

    def __init__(self, **options: Any) -> None:
        super().__init__(
            # No preprocessors: there is nothing for them to do, and each validates everything.
            default_preprocessors=[],
            template_name="rapport",
            extra_template_basedirs=[str(TEMPLATES)],
            **options,
        )
        renderer = IPythonRenderer(
            escape=True, allow_harmful_protocols=False, exclude_anchor_links=True
        )
        self._markdown = MarkdownWithMath(renderer=renderer)
        self.register_filter("markdown2html", self._markdown.render)
        self.register_filter("text_base64", encode_text)

    def from_notebook_node(  # type: ignore[override]
        self, nb: Any, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """The body. Skips HTMLExporter's own last step, which invents alternative texts."""
        self.register_filter("filter_data_type", first_known_type)
        resources = self._init_resources(resources)
        return TemplateExporter.from_notebook_node(self, nb, resources, **options)


SHOWN_TYPES = ("text/html", "text/markdown", "image/svg+xml", "image/png", "text/plain")


def first_known_type(data: dict[str, Any]) -> list[str]:
    """The richest form of an output that a page can hold without scripts."""
    return [kind for kind in SHOWN_TYPES if kind in data][:1]


def encode_text(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


@lru_cache(maxsize=1)
def body_exporter() -> BodyExporter:
    return BodyExporter()


def render_page(notebook: nbformat.NotebookNode, frame: Frame) -> str:
    """The whole page of an executed notebook.

    The notebook's own title becomes the line above the heading. A heading of the first rank
    that the notebook displays by code (it names the place) becomes the page's only h1.
    """
    body, _ = body_exporter().from_notebook_node(notebook)
    body, heading = take_headings(body, frame.report_title)
    heading = heading or frame.place
    body, contents = anchor_headings(body)
    return render_template(
        "page.html.j2",
        kind="rapport",
        title=" – ".join(filter(None, (heading, frame.report_title, frame.subtitle))),
        heading=heading,
        kicker=frame.report_title,
        subtitle=frame.subtitle,
        demo=frame.demo,
        marks=frame.marks,
        contents=contents,
        body=Markup(body),
        origin=frame.origin,
    )


def take_headings(body: str, report_title: str) -> tuple[str, str]:
    """The body without its h1s, and the last of them that is not the report's title."""
    found = [plain_text(match[3]) for match in HEADING.finditer(body) if match[1] == "1"]
    without = HEADING.sub(lambda match: "" if match[1] == "1" else match[0], body)
    displayed = [text for text in found if text != report_title]
    return without, displayed[-1] if displayed else ""


Contents = list[tuple[str, str, list[tuple[str, str]]]]


def anchor_headings(body: str) -> tuple[str, Contents]:
    """Every heading gets an anchor of its own; the second value is the list of contents.

    The parts of a long section (area by area) are listed too.
    """
    others = ANCHOR.findall(HEADING.sub("", body))
    taken: set[str] = {"innehall", "om-sidan", *others}
    contents: Contents = []

    def anchored(match: re.Match[str]) -> str:
        rank, attributes, inner = match.groups()
        anchor = free_anchor(plain_text(inner), taken)
        if rank == "2":
            contents.append((anchor, plain_text(inner), []))
        elif rank == "3" and contents:
            contents[-1][2].append((anchor, plain_text(inner)))
        return f'<h{rank} id="{anchor}"{ID.sub("", attributes)}>{inner}</h{rank}>'

    anchored_body = HEADING.sub(anchored, body)
    return anchored_body, [
        (anchor, text, parts if len(parts) >= LONG_SECTION else [])
        for anchor, text, parts in contents
    ]


def free_anchor(text: str, taken: set[str]) -> str:
    """An anchor of ascii letters that no other heading has; it is added to `taken`."""
    base = ascii_name(text).replace("_", "-") or "avsnitt"
    anchor, number = base, 1
    while anchor in taken:
        number += 1
        anchor = f"{base}-{number}"
    taken.add(anchor)
    return anchor


def plain_text(markup: str) -> str:
    return html.unescape(TAG.sub("", markup)).strip()

"""What every page of ours shares: the frame, the style and the templates around the content.

Light on purpose: the commands import this, and only the process that makes reports imports
what turns notebooks into pages.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup


TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Frame:
    """What stands around the body of a page.

    `origin` is the foot: label and value, in order. `marks` become ``<meta
    name="analyslib-…">``, so that a program can tell what the page is about.
    """

    report_title: str
    place: str
    subtitle: str
    demo: bool
    marks: tuple[tuple[str, str], ...] = ()
    origin: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=1)
def shell_environment() -> jinja2.Environment:
    """Our own pages: everything is escaped, and a missing value is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )


@lru_cache(maxsize=1)
def style_sheet() -> Markup:
    return Markup((TEMPLATES / "analyslib.css").read_text("utf-8"))


def render_template(name: str, **values: Any) -> str:
    """A page of our own (index, receipt) from its template."""
    return shell_environment().get_template(name).render(style=style_sheet(), **values)


def ascii_name(text: str) -> str:
    """Lower-case ascii letters, digits and underscores: survives Windows, zip and e-mail."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")

"""A picture: what a figure is once it has left the library.

The shape is the only one that survives JupyterLab's cleaning of untrusted notebooks, the
export to HTML, print and screen readers with its alternative text intact.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape

from analyslib.figures.canvas import Canvas
from analyslib.tables import Table


@dataclass(frozen=True)
class Picture:
    """A drawn figure with its words and the values behind it.

    `alt` says the result, not what kind of chart it is. `municipality` is the code of the place
    the figure is about, "" where it is about no single place.
    """

    key: str
    title: str
    alt: str
    svg: bytes
    width: int
    height: int
    caption: str
    table: Table
    source_line: str
    municipality: str = ""

    def __repr__(self) -> str:
        return f"<Bild: {self.title}>"

    def _repr_html_(self) -> str:
        return render_picture(self)


def finish(
    canvas: Canvas,
    key: str,
    title: str,
    result: str,
    caption: str,
    table: Table,
    municipality: str = "",
) -> Picture:
    """The picture of a finished canvas. `result` is what the figure says, in words.

    The alternative text always holds the result; the caption only where nothing else was asked
    for.
    """
    return Picture(
        key=key,
        title=title,
        alt=f"{title}. {result}",
        svg=canvas.svg(),
        width=round(canvas.width),
        height=round(canvas.height),
        caption=caption or result,
        table=table,
        source_line=table.source_line,
        municipality=municipality,
    )


def render_picture(picture: Picture) -> str:
    data = base64.b64encode(picture.svg).decode("ascii")
    place = f' data-municipality="{_attr(picture.municipality)}"' if picture.municipality else ""
    return (
        f'<figure class="bild" data-figure="{_attr(picture.key)}"{place}>'
        f'<img alt="{_attr(picture.alt)}" width="{picture.width}" height="{picture.height}" '
        f'src="data:image/svg+xml;base64,{data}">'
        f'<figcaption>{escape(picture.caption)} <span class="kalla">'
        f"{escape(picture.source_line)}</span></figcaption>"
        f"<details><summary>Värden som tabell</summary>{picture.table._repr_html_()}</details>"
        "</figure>"
    )


def _attr(text: str) -> str:
    return escape(text, quote=True)

"""A drawing area in pixels: a matplotlib figure with fixed margins, straight to small SVG.

x runs to the right and y downwards from the upper left corner, so a figure is laid out as a
page is read. Marks of one look become one path, and text is written without being measured:
layout of text is what makes matplotlib slow, and the reader's font is not ours to measure.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any, cast

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from analyslib.figures import theme


Dash = tuple[float, tuple[float, ...]]
Points = Iterable[tuple[float, float]]
DASHED: Dash = (0, (4, 3))
DOTTED: Dash = (0, (1, 2.5))

SVG_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "analyslib",
    "path.simplify": False,
}
NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Canvas:
    """Collects shapes and labels; `svg()` gives the finished picture."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor=theme.WHITE)
        self._pixels = Affine2D().scale(1, -1).translate(0, height)
        self._order = 0

    def line(
        self,
        xs: Sequence[float],
        ys: Sequence[float | None],
        color: str,
        width: float = 1.5,
        dash: Dash | None = None,
    ) -> None:
        """A line through the points; a missing y is a gap, never bridged."""
        vertices, codes, pen_down = [], [], False
        for x, y in zip(xs, ys, strict=True):
            if y is not None:
                vertices.append((x, y))
                codes.append(Path.LINETO if pen_down else Path.MOVETO)
            pen_down = y is not None
        self._stroke(vertices, codes, color, width, dash)

    def segments(
        self,
        ends: Iterable[tuple[float, float, float, float]],
        color: str,
        width: float = 1.0,
        dash: Dash | None = None,
    ) -> None:
        """Separate straight lines (x0, y0, x1, y1) of one look."""
        vertices = [point for x0, y0, x1, y1 in ends for point in ((x0, y0), (x1, y1))]
        codes = [Path.MOVETO, Path.LINETO] * (len(vertices) // 2)
        self._stroke(vertices, codes, color, width, dash)

    def boxes(
        self, boxes: Iterable[tuple[float, float, float, float]], color: str, edge: str = ""
    ) -> None:
        """Rectangles (x, y, width, height) of one colour."""
        polygons = [
            [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
            for x, y, width, height in boxes
        ]
        self.polygons(polygons, color, edge)

    def area(
        self, xs: Sequence[float], low: Sequence[float], high: Sequence[float], color: str
    ) -> None:
        """The area between two lines."""
        there = list(zip(xs, low, strict=True))
        back = list(zip(xs, high, strict=True))[::-1]
        self.polygons([there + back], color)

    def polygons(
        self,
        polygons: Iterable[Sequence[tuple[float, float]]],
        color: str,
        edge: str = "",
        edge_width: float = 1.0,
    ) -> None:
        vertices: list[tuple[float, float]] = []
        codes: list[Any] = []
        for polygon in polygons:
            vertices += [*polygon, polygon[0]]
            codes += [Path.MOVETO, *[Path.LINETO] * (len(polygon) - 1), Path.CLOSEPOLY]
        style = {"edgecolor": edge or "none", "linewidth": edge_width if edge else 0}
        self._add(vertices, codes, facecolor=color, **style)

    def marks(
        self, points: Points, shape: str, color: str, filled: bool = True, size: float = 6.0
    ) -> None:
        """Marks of one look. A hollow mark is filled with white, so that lines end at it."""
        outline = SHAPES[shape]
        placed = [np.asarray(outline.vertices) * size + np.array(point) for point in points]
        if not placed:
            return
        codes = np.concatenate([cast(Any, outline.codes)] * len(placed))
        face = color if filled else theme.WHITE
        self._add(np.concatenate(placed), codes, facecolor=face, edgecolor=color, linewidth=1.4)

    def label(
        self,
        x: float,
        y: float,
        text: str,
        size: float = theme.BASE,
        color: str = theme.INK,
        anchor: str = "start",
        bold: bool = False,
    ) -> None:
        """One line of text; y is its baseline, `anchor` start, middle or end."""
        self._put(Label(x, y, NOT_XML.sub("", text), size, color, anchor, bold))

    def svg(self) -> bytes:
        """The finished picture: the same bytes for the same drawing, on any day."""
        buffer = io.StringIO()
        with mpl.rc_context(SVG_SETTINGS):
            self.figure.savefig(buffer, format="svg", metadata=NO_METADATA)
        size = f'width="{self.width:g}" height="{self.height:g}"'
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {self.width:g} '
            f'{self.height:g}" font-family="{theme.FONTS}" fill="{theme.INK}">'
        )
        return _slim(buffer.getvalue(), head).encode("utf-8")

    def _stroke(
        self,
        vertices: Sequence[tuple[float, float]],
        codes: Sequence[Any],
        color: str,
        width: float,
        dash: Dash | None,
    ) -> None:
        style = {"edgecolor": color, "linewidth": width, "linestyle": dash or "-"}
        self._add(vertices, codes, facecolor="none", capstyle="butt", **style)

    def _add(self, vertices: Any, codes: Any, **style: Any) -> None:
        if len(vertices):
            self._put(PathPatch(Path(vertices, codes), transform=self._pixels, **style))

    def _put(self, artist: Artist) -> None:
        """What is drawn later lies above."""
        artist.set_zorder(self._order)
        self._order += 1
        self.figure.add_artist(artist)


class Label(Artist):
    """A line of text written as it is: nothing in it is mathematics or markup."""

    def __init__(
        self, x: float, y: float, text: str, size: float, color: str, anchor: str, bold: bool
    ) -> None:
        super().__init__()
        self.text = text
        self.attributes = {"x": f"{x:.1f}", "y": f"{y:.1f}", "font-size": f"{size:g}"}
        if color != theme.INK:
            self.attributes["fill"] = color
        if anchor != "start":
            self.attributes["text-anchor"] = anchor
        if bold:
            self.attributes["font-weight"] = "600"

    def draw(self, renderer: Any) -> None:
        renderer.writer.element("text", self.text, attrib=self.attributes)


def _polygon(points: Points) -> Path:
    corners = list(points)
    codes = [Path.MOVETO, *[Path.LINETO] * (len(corners) - 1), Path.CLOSEPOLY]
    return Path([*corners, corners[0]], codes)


def _circle() -> Path:
    """Four arcs; the usual constant for a quarter of a circle."""
    arc = 0.2761
    vertices = [
        (0.5, 0), (0.5, arc), (arc, 0.5), (0, 0.5), (-arc, 0.5), (-0.5, arc), (-0.5, 0),
        (-0.5, -arc), (-arc, -0.5), (0, -0.5), (arc, -0.5), (0.5, -arc), (0.5, 0), (0.5, 0),
    ]  # fmt: skip
    return Path(vertices, [Path.MOVETO, *[Path.CURVE4] * 12, Path.CLOSEPOLY])


# Each shape is about one wide around its middle; triangles are moved so that they look centred.
SHAPES: dict[str, Path] = {
    "circle": _circle(),
    "up": _polygon([(0, -0.62), (0.62, 0.45), (-0.62, 0.45)]),
    "down": _polygon([(0, 0.62), (0.62, -0.45), (-0.62, -0.45)]),
    "square": _polygon([(-0.45, -0.45), (0.45, -0.45), (0.45, 0.45), (-0.45, 0.45)]),
    "diamond": _polygon([(0, -0.62), (0.62, 0), (0, 0.62), (-0.62, 0)]),
    "bar": _polygon([(-0.12, -0.6), (0.12, -0.6), (0.12, 0.6), (-0.12, 0.6)]),
}

PATH = re.compile(r'(?<=<path d=")[^"]*')
GROUP = re.compile(r'</?g(?: id="[^"]*")?>')
NUMBER = re.compile(r"-?\d+\.\d+")
AROUND_LETTER = re.compile(r"\s*([MLCz])\s*")


def _slim(svg: str, head: str) -> str:
    """The same picture in a third of the bytes: one decimal of a pixel, one font for all text.

    Only what matplotlib writes itself is touched; a "<" in a label is escaped, so no label can
    look like a path or a group.
    """
    body = svg[svg.index("<path") : svg.index("</svg>")]
    body = GROUP.sub("", body)
    body = PATH.sub(_slim_path, body)
    body = re.sub(r">\s+<", "><", body).replace("; stroke-linejoin: miter", "").strip()
    return f"{head}{body}</svg>"


def _slim_path(path: re.Match[str]) -> str:
    return AROUND_LETTER.sub(r"\1", NUMBER.sub(_one_decimal, path[0])).strip()


def _one_decimal(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")

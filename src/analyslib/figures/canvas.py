"""A drawing area in pixels: a matplotlib figure with fixed margins, straight to small SVG.

x runs to the right and y downwards from the upper left corner, so a figure is laid out as a
page is read. Marks of one look become one path, and text is written without being measured:
layout of text is what makes matplotlib slow, and the reader's font is not ours to measure.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from analyslib.figures import theme


Dash = tuple[float, tuple[float, ...]]
CapStyle = Literal["butt", "round"]
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
    """Collects shapes and labels; `svg()` gives the finished picture.

    Shapes of one look on one level become a single path. Areas lie below lines, lines below
    marks and marks below text; `level` lifts what must lie above its own kind. `height` may be
    set when the body has been drawn.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._shapes: dict[Look, Outline] = {}
        self._labels: list[Label] = []

    def line(
        self,
        xs: Sequence[float],
        ys: Sequence[float | None],
        color: str,
        width: float = 1.5,
        dash: Dash | None = None,
        level: int = 0,
    ) -> None:
        """A line through the points; a missing y is a gap, never bridged."""
        outline = self._outline(LINES + level, "none", color, width, dash)
        pen_down = False
        for x, y in zip(xs, ys, strict=True):
            if y is not None:
                outline.add([(x, y)], [Path.LINETO if pen_down else Path.MOVETO])
            pen_down = y is not None

    def segments(
        self,
        ends: Iterable[tuple[float, float, float, float]],
        color: str,
        width: float = 1.0,
        dash: Dash | None = None,
        level: int = 0,
    ) -> None:
        """Separate straight lines (x0, y0, x1, y1) of one look."""
        outline = self._outline(LINES + level, "none", color, width, dash)
        for x0, y0, x1, y1 in ends:
            outline.add([(x0, y0), (x1, y1)], [Path.MOVETO, Path.LINETO])

    def boxes(
        self,
        boxes: Iterable[tuple[float, float, float, float]],
        color: str,
        edge: str = "",
        level: int = 0,
    ) -> None:
        """Rectangles (x, y, width, height) of one colour."""
        for x, y, width, height in boxes:
            right, bottom = x + width, y + height
            self.polygon([(x, y), (right, y), (right, bottom), (x, bottom)], color, edge, level)

    def area(
        self, xs: Sequence[float], low: Sequence[float], high: Sequence[float], color: str
    ) -> None:
        """The area between two lines."""
        there = list(zip(xs, low, strict=True))
        self.polygon(there + list(zip(xs, high, strict=True))[::-1], color)

    def polygon(self, corners: Points, color: str, edge: str = "", level: int = 0) -> None:
        outline = self._outline(AREAS + level, color, edge or "none", 1.0 if edge else 0.0)
        shape = _polygon(corners)
        outline.add(shape.vertices, shape.codes)

    def marks(
        self,
        points: Points,
        shape: str,
        color: str,
        filled: bool = True,
        size: float = 6.0,
        level: int = 0,
    ) -> None:
        """Marks of one look. A hollow mark is filled with white, so that lines end at it.

        A filled circle is a stroke of no length with round ends: a fifth of the bytes.
        """
        if shape == "circle" and filled:
            dots = self._outline(MARKS + level, "none", color, size + 1.4, None, "round")
            for x, y in points:
                dots.add([(x, y), (x + 0.1, y)], [Path.MOVETO, Path.LINETO])
            return
        outline = self._outline(MARKS + level, color if filled else theme.WHITE, color, 1.4)
        form = SHAPES[shape]
        for point in points:
            outline.add(np.asarray(form.vertices) * size + np.array(point), form.codes)

    def label(
        self,
        x: float,
        y: float,
        text: str,
        size: float = theme.SMALL,
        color: str = theme.INK,
        anchor: str = "start",
        bold: bool = False,
        turn: float = 0,
    ) -> None:
        """One line of text; y is its baseline, `anchor` start, middle or end."""
        self._labels.append(Label(x, y, NOT_XML.sub("", text), size, color, anchor, bold, turn))

    def svg(self) -> bytes:
        """The finished picture: the same bytes for the same drawing, on any day."""
        buffer = io.StringIO()
        with mpl.rc_context(SVG_SETTINGS):
            self.draw().savefig(buffer, format="svg", metadata=NO_METADATA)
        size = f'width="{self.width:g}" height="{self.height:g}"'
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {self.width:g} '
            f'{self.height:g}" font-family="{theme.FONTS}" font-size="{theme.SMALL:g}" '
            f'fill="{theme.INK}">'
        )
        return _slim(buffer.getvalue(), head).encode("utf-8")

    def draw(self) -> Figure:
        """The matplotlib figure, level by level."""
        figure = Figure((self.width / 72, self.height / 72), dpi=72, facecolor=theme.WHITE)
        pixels = Affine2D().scale(1, -1).translate(0, self.height)
        shapes = [
            PathPatch(outline.path(), transform=pixels, **look.style())
            for look, outline in sorted(self._shapes.items(), key=lambda item: item[0].level)
            if outline.codes
        ]
        for order, artist in enumerate([*shapes, *self._labels]):
            artist.set_zorder(order)
            figure.add_artist(artist)
        return figure

    def _outline(
        self,
        level: int,
        face: str,
        edge: str,
        width: float,
        dash: Dash | None = None,
        cap: CapStyle = "butt",
    ) -> Outline:
        return self._shapes.setdefault(Look(level, face, edge, width, dash, cap), Outline([], []))


AREAS, LINES, MARKS = 0, 10, 20


@dataclass(frozen=True)
class Look:
    """What shapes must share to become one path."""

    level: int
    face: str
    edge: str
    width: float
    dash: Dash | None
    cap: CapStyle

    def style(self) -> dict[str, Any]:
        style = {"facecolor": self.face, "edgecolor": self.edge, "linewidth": self.width}
        return {**style, "linestyle": self.dash or "-", "capstyle": self.cap}


@dataclass(frozen=True)
class Outline:
    """The growing path of one look."""

    vertices: list[Any]
    codes: list[Any]

    def add(self, vertices: Any, codes: Any) -> None:
        self.vertices.extend(vertices)
        self.codes.extend(codes)

    def path(self) -> Path:
        return Path(self.vertices, self.codes)


class Label(Artist):
    """A line of text written as it is: nothing in it is mathematics or markup."""

    def __init__(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        color: str,
        anchor: str,
        bold: bool,
        turn: float,
    ) -> None:
        super().__init__()
        self.text = text
        place = {"x": f"{round(x, 1):g}", "y": f"{round(y, 1):g}"}
        wanted = {
            "font-size": "" if size == theme.SMALL else f"{size:g}",
            "fill": "" if color == theme.INK else color,
            "text-anchor": "" if anchor == "start" else anchor,
            "font-weight": "600" if bold else "",
            "transform": f"rotate({turn:g} {place['x']} {place['y']})" if turn else "",
        }
        self.attributes = {**place, **{name: value for name, value in wanted.items() if value}}

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
    "cross": _polygon(
        [
            (-0.5, -0.18),
            (-0.18, -0.18),
            (-0.18, -0.5),
            (0.18, -0.5),
            (0.18, -0.18),
            (0.5, -0.18),
            (0.5, 0.18),
            (0.18, 0.18),
            (0.18, 0.5),
            (-0.18, 0.5),
            (-0.18, 0.18),
            (-0.5, 0.18),
        ]
    ),
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

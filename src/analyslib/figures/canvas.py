"""A drawing area in pixels: a matplotlib figure with fixed margins, straight to small SVG.

x runs to the right and y downwards from the upper left corner, so a figure is laid out as a
page is read. Marks of one look become one path, and labels of one look one group. Text is written
without being measured: layout of text is what makes matplotlib slow, and the reader's font is not
ours to measure.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
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

        A circle is a stroke of no length with round ends, a hollow one with a white one on top: a
        fifth of the bytes.
        """
        if shape == "circle":
            places = list(points)
            self._dots(places, MARKS + level, color, size + EDGE)
            if not filled:
                self._dots(places, INSIDES + level, theme.WHITE, size - EDGE)
            return
        outline = self._outline(MARKS + level, color if filled else theme.WHITE, color, EDGE)
        form = SHAPES[shape]
        for point in points:
            outline.add(np.asarray(form.vertices) * size + np.array(point), form.codes)

    def _dots(self, points: Points, level: float, color: str, width: float) -> None:
        dots = self._outline(level, "none", color, width, None, "round")
        for x, y in points:
            dots.add([(x, y), (x + 0.1, y)], [Path.MOVETO, Path.LINETO])

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
        width, height = round(self.width), round(self.height)
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="{theme.FONTS}" '
            f'font-size="{theme.SMALL:g}" fill="{theme.INK}">'
        )
        return f"{head}{_slim(buffer.getvalue())}{self._texts()}</svg>".encode()

    def draw(self) -> Figure:
        """The matplotlib figure of all but the text, level by level."""
        figure = Figure((self.width / 72, self.height / 72), dpi=72, facecolor=theme.WHITE)
        pixels = Affine2D().scale(1, -1).translate(0, self.height)
        shapes = [
            PathPatch(outline.path(), transform=pixels, **look.style())
            for look, outline in sorted(self._shapes.items(), key=lambda item: item[0].level)
            if outline.codes
        ]
        for order, shape in enumerate(shapes):
            shape.set_zorder(order)
            figure.add_artist(shape)
        return figure

    def _texts(self) -> str:
        """The labels as they are, nothing in them mathematics or markup; one look, one group."""
        groups: dict[str, list[str]] = {}
        for label in self._labels:
            groups.setdefault(label.look(), []).append(label.element())
        return "".join(
            f"<g{look}>{''.join(texts)}</g>" if look else "".join(texts)
            for look, texts in groups.items()
        )

    def _outline(
        self,
        level: float,
        face: str,
        edge: str,
        width: float,
        dash: Dash | None = None,
        cap: CapStyle = "butt",
    ) -> Outline:
        return self._shapes.setdefault(Look(level, face, edge, width, dash, cap), Outline([], []))


AREAS, LINES, MARKS, INSIDES = 0, 10, 20, 20.5
EDGE = 1.4


@dataclass(frozen=True)
class Look:
    """What shapes must share to become one path."""

    level: float
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


@dataclass(frozen=True)
class Label:
    """A line of text."""

    x: float
    y: float
    text: str
    size: float
    color: str
    anchor: str
    bold: bool
    turn: float

    def look(self) -> str:
        """The attributes that labels must share to stand in one group; "" is what is usual."""
        wanted = {
            "font-size": "" if self.size == theme.SMALL else f"{self.size:g}",
            "fill": "" if self.color == theme.INK else self.color,
            "text-anchor": "" if self.anchor == "start" else self.anchor,
            "font-weight": "600" if self.bold else "",
        }
        return "".join(f' {name}="{value}"' for name, value in wanted.items() if value)

    def element(self) -> str:
        """At a whole pixel: nobody sees the half, and there are thousands of labels on a page."""
        x, y = round(self.x), round(self.y)
        turned = f' transform="rotate({self.turn:g} {x} {y})"' if self.turn else ""
        return f'<text x="{x}" y="{y}"{turned}>{escape(self.text, quote=False)}</text>'


def _polygon(points: Points) -> Path:
    corners = list(points)
    codes = [Path.MOVETO, *[Path.LINETO] * (len(corners) - 1), Path.CLOSEPOLY]
    return Path([*corners, corners[0]], codes)


# Each shape is about one wide around its middle; triangles are moved so that they look centred.
# The circle is no shape but a dot.
SHAPES: dict[str, Path] = {
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
STYLE = re.compile(r'style="[^"]*"')
SUPERFLUOUS = re.compile(r";stroke-linejoin:miter|;stroke-dashoffset:0(?=[;\"])")


def _slim(svg: str) -> str:
    """What matplotlib has drawn in a fifth of the bytes."""
    body = GROUP.sub("", svg[svg.index("<path") : svg.index("</svg>")])
    body = STYLE.sub(_slim_style, PATH.sub(_slim_path, body))
    return re.sub(r">\s+<", "><", body).strip()


def _slim_style(style: re.Match[str]) -> str:
    return SUPERFLUOUS.sub("", style[0].replace(": ", ":").replace("; ", ";"))


def _slim_path(path: re.Match[str]) -> str:
    """Tenths of a pixel, and each point told as the way there from the last.

    The way is between rounded points, so that nothing drifts. Our shapes have no curves. The
    first m counts from the corner of the picture, and still the lines after it from the last point.
    """
    words = iter(path[0].split())
    steps: list[str] = []
    x = y = start_x = start_y = 0
    last = ""
    for letter in words:
        if letter == "z":
            step, x, y = "z", start_x, start_y
        else:
            to_x, to_y = round(float(next(words)) * 10), round(float(next(words)) * 10)
            step = _step(letter, to_x - x, to_y - y, last)
            x, y = to_x, to_y
        if letter == "M":
            start_x, start_y = x, y
        steps.append(step)
        last = letter if step[0] not in "hvz" else ""
    return "".join(steps)


def _step(letter: str, right: int, down: int, last: str) -> str:
    """A line that follows a move or a slanting line needs no letter of its own."""
    if letter == "M":
        return f"m{_tenths(right)}{_next(down)}"
    if letter != "L":
        raise ValueError(f"a path may have no {letter}")
    if not down:
        return f"h{_tenths(right)}"
    if not right:
        return f"v{_tenths(down)}"
    return f"{_next(right) if last else f'l{_tenths(right)}'}{_next(down)}"


def _next(value: int) -> str:
    """A second number, kept apart from the first; a minus sign does that itself."""
    return _tenths(value) if value < 0 else f" {_tenths(value)}"


@cache
def _tenths(value: int) -> str:
    whole, part = divmod(abs(value), 10)
    digits = f"{whole or ''}.{part}" if part else str(whole)
    return f"-{digits}" if value < 0 else digits

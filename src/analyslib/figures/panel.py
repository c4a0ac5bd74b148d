"""Lines over time in a box: what the figures of development share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from analyslib.catalogue import Indicator
from analyslib.figures import theme
from analyslib.figures.canvas import DASHED, DOTTED, Canvas, Dash
from analyslib.figures.inputs import Band, Point, Series, TrendPanel
from analyslib.figures.scale import (
    Scale,
    find_range,
    find_ticks,
    spread_apart,
    tick_decimals,
)
from analyslib.text.formats import NBSP, format_code, format_number, format_short
from analyslib.text.words import format_status


@dataclass(frozen=True)
class Box:
    """Where a panel's plotting area lies."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True)
class Axes:
    """The scales of a box: years to the right, values upwards."""

    box: Box
    x: Scale
    y: Scale


MILLION = 1e6
STYLES: tuple[tuple[str, Dash | None, str], ...] = (
    (theme.DARK, DASHED, "dashed"),
    (theme.MID, DOTTED, "dotted"),
    (theme.MID, None, "line"),
)


def comparable(panel: TrendPanel) -> TrendPanel:
    """The panel as it can be drawn.

    A count is never set beside Riket's or a mean's, and a coded answer has no mean.
    """
    alone = panel.indicator.kind in ("count", "coded")
    return replace(panel, others=(), band=None) if alone else panel


def year_range(panels: Iterable[TrendPanel]) -> tuple[int, int]:
    """The years that hold any value, so that empty years at the ends take no room."""
    years = [
        point.year
        for panel in panels
        for series in (panel.own, *panel.others)
        for point in series.points
        if point.value is not None
    ]
    return (min(years), max(years)) if years else (0, 1)


def panel_axes(box: Box, panel: TrendPanel, years: tuple[int, int]) -> Axes:
    low, high = find_range(_shown_values(panel))
    if panel.indicator.kind == "coded":
        codes = [float(code) for code in panel.indicator.coding or {}] or [low, high]
        low, high = min(codes) - 0.5, max(codes) + 0.5
    inset = 7
    x = Scale(years[0], years[1], box.x + inset, box.right - inset)
    return Axes(box, x, Scale(low, high, box.bottom, box.y))


def _shown_values(panel: TrendPanel) -> Iterable[float | None]:
    for series in (panel.own, *panel.others):
        yield from (point.value for point in series.points)
    for point in panel.own.points:
        yield from (point.low, point.high)
    if panel.band:
        yield from (*panel.band.low, *panel.band.high)


def draw_lines(canvas: Canvas, axes: Axes, panel: TrendPanel, ticks: int) -> None:
    """Everything inside the box: grid, band, the others, the own line and the breaks."""
    draw_grid(canvas, axes, panel.indicator, ticks)
    if panel.band:
        draw_band(canvas, axes, panel.band)
    draw_others(canvas, axes, panel)
    draw_breaks(canvas, axes, panel.indicator)
    draw_own(canvas, axes, panel)


def draw_grid(canvas: Canvas, axes: Axes, indicator: Indicator, wanted: int) -> None:
    """Value lines with their numbers to the left, first and last year below."""
    box = axes.box
    for tick, text in _ticks(axes, indicator, wanted):
        y = axes.y(tick)
        canvas.segments([(box.x, y, box.right, y)], theme.RULE)
        canvas.label(box.x - 5, y + 4, text, 11, theme.DARK, "end")
    canvas.segments([(box.x, box.bottom, box.right, box.bottom)], theme.PALE)


def _ticks(axes: Axes, indicator: Indicator, wanted: int) -> list[tuple[float, str]]:
    if indicator.kind == "coded":
        codes = [float(code) for code in indicator.coding or {}]
        return [(code, format_code(code, indicator)) for code in codes]
    ticks = find_ticks(axes.y.low, axes.y.high, wanted)
    if axes.y.high >= MILLION:
        millions = [tick / MILLION for tick in ticks]
        decimals = tick_decimals(millions)
        texts = [f"{format_number(number, decimals)}{NBSP}mn" for number in millions]
        return list(zip(ticks, texts, strict=True))
    decimals = tick_decimals(ticks)
    return [(tick, format_number(tick, decimals)) for tick in ticks]


def draw_years(canvas: Canvas, axes: Axes, every: int | None = None) -> None:
    """The first and the last year, or every so manyth year counted back from the last."""
    first, last = int(axes.x.low), int(axes.x.high)
    years = [first, last] if every is None else list(range(last, first - 1, -every))
    for year in sorted(set(years)):
        canvas.label(axes.x(year), axes.box.bottom + 14, str(year), 11, theme.DARK, "middle")


def draw_band(canvas: Canvas, axes: Axes, band: Band) -> None:
    """Broken where a year is missing: a band is not bridged either."""
    for start, end in _runs(band.years):
        xs = [axes.x(year) for year in band.years[start:end]]
        low = [axes.y(value) for value in band.low[start:end]]
        high = [axes.y(value) for value in band.high[start:end]]
        canvas.area(xs, low, high, theme.BAND)


def _runs(years: Sequence[int]) -> list[tuple[int, int]]:
    cuts = [index for index in range(1, len(years)) if years[index] != years[index - 1] + 1]
    return list(zip([0, *cuts], [*cuts, len(years)], strict=True))


def draw_breaks(canvas: Canvas, axes: Axes, indicator: Indicator) -> None:
    """A dotted upright before the first year of a new series."""
    for found in indicator.breaks:
        if axes.x.low < found.year <= axes.x.high:
            x = axes.x(found.year - 0.5)
            canvas.segments([(x, axes.box.y, x, axes.box.bottom)], theme.INK, 1, DOTTED)
            text = f"brott {found.year}"
            canvas.label(x, axes.box.y - 3, text, 10.5, theme.DARK, "middle")


def draw_others(canvas: Canvas, axes: Axes, panel: TrendPanel) -> None:
    for series, (color, dash, _) in zip(panel.others, STYLES, strict=False):
        for points in _unbroken(series.points, panel.indicator):
            _draw_line(canvas, axes, points, color, 1.5, dash, 0)


def draw_own(canvas: Canvas, axes: Axes, panel: TrendPanel, size: float = 5) -> None:
    """The own line with a dot for each year; coded answers are dots only."""
    points = panel.own.points
    if panel.indicator.kind != "coded":
        for part in _unbroken(points, panel.indicator):
            _draw_line(canvas, axes, part, theme.BLUE, 2.2, None, 2)
    known = [(axes.x(p.year), axes.y(p.value)) for p in points if p.value is not None]
    canvas.marks(known, "circle", theme.BLUE, True, size, level=2)


def draw_intervals(canvas: Canvas, axes: Axes, points: Sequence[Point]) -> None:
    """The own uncertainty, a thin upright through each dot."""
    canvas.segments(
        [
            (axes.x(p.year), axes.y(p.low), axes.x(p.year), axes.y(p.high))
            for p in points
            if p.low is not None and p.high is not None and p.value is not None
        ],
        theme.BLUE,
        1,
        level=1,
    )


def _draw_line(
    canvas: Canvas,
    axes: Axes,
    points: Sequence[Point],
    color: str,
    width: float,
    dash: Dash | None,
    level: int,
) -> None:
    xs = [axes.x(point.year) for point in points]
    ys = [None if point.value is None else axes.y(point.value) for point in points]
    canvas.line(xs, ys, color, width, dash, level)


def _unbroken(points: Sequence[Point], indicator: Indicator) -> list[list[Point]]:
    """The points in stretches: a new one at each break and where a year is left out."""
    starts = {found.year for found in indicator.breaks}
    parts: list[list[Point]] = [[]]
    for point in points:
        last = parts[-1][-1].year if parts[-1] else point.year - 1
        crossed = any(last < year <= point.year for year in starts)
        if crossed or point.year != last + 1:
            parts.append([])
        parts[-1].append(point)
    return [part for part in parts if part]


def draw_missing(canvas: Canvas, axes: Axes, points: Sequence[Point]) -> None:
    """Why a year is empty, written once for years in a row with the same reason."""
    inside = [p for p in points if axes.x.low <= p.year <= axes.x.high and p.value is None]
    for status in {point.status for point in inside}:
        years = sorted(point.year for point in inside if point.status == status)
        for start, end in _runs(years):
            middle = axes.x((years[start] + years[end - 1]) / 2)
            text = format_status(status or "Unknown")
            canvas.label(middle, axes.box.bottom - 5, text, 10.5, theme.DARK, "middle")


def draw_last_values(canvas: Canvas, axes: Axes, panel: TrendPanel, named: bool = False) -> None:
    """Each line's newest value at its end, own first and bold; moved apart where they meet."""
    found = [
        (series, point, color, bold)
        for series, color, bold in _ends(panel)
        if (point := last_point(series)) is not None and point.value is not None
    ]
    wanted = [axes.y(point.value or 0.0) for _, point, _, _ in found]
    placed = spread_apart(wanted, 13, axes.box.y, axes.box.bottom)
    for (series, point, color, bold), y in zip(found, placed, strict=True):
        text = format_short(point.value or 0.0, panel.indicator)
        if point.year != axes.x.high and not named:
            text = f"{text} ({point.year % 100:02d})"
        name = f"{series.label} {text}" if named else text
        canvas.label(axes.box.right + 5, y + 4, name, 11.5, color, bold=bold)


def _ends(panel: TrendPanel) -> Iterable[tuple[Series, str, bool]]:
    yield panel.own, theme.BLUE, True
    for series in panel.others:
        yield series, theme.DARK, False


def last_point(series: Series) -> Point | None:
    """The newest point with a value."""
    known = [point for point in series.points if point.value is not None]
    return known[-1] if known else None

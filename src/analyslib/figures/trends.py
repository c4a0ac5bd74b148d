"""Development over time: one indicator, the indicators of an area, the places of a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from analyslib.analysis.results import Answer, Trend
from analyslib.figures import theme
from analyslib.figures.canvas import Canvas
from analyslib.figures.frame import Picture, finish
from analyslib.figures.heading import MARGIN, KeyItem, start_canvas
from analyslib.figures.inputs import Place, TrendPanel
from analyslib.figures.panel import (
    STYLES,
    Box,
    comparable,
    draw_intervals,
    draw_last_values,
    draw_lines,
    draw_missing,
    draw_years,
    last_point,
    panel_axes,
    year_range,
)
from analyslib.figures.scale import text_width, wrap_text
from analyslib.figures.series_tables import years_across_table, years_down_table
from analyslib.text.formats import format_amount, format_list, unit_words
from analyslib.text.sentences import trend_sentence, trends_sentence
from analyslib.text.words import TREND_WORDS, unit_and_direction


PANEL_HEIGHT, PANEL_HEAD, PANEL_FOOT = 96.0, 42.0, 32.0
TITLE_LINE = 15.0
LEFT, RIGHT = 46.0, 62.0


def draw_trend(
    place: Place,
    panel: TrendPanel,
    title: str,
    source_line: str,
    caption: str = "",
    key: str = "utveckling",
) -> Picture:
    """One indicator over time with the uncertainty of each year; lines are named at their end."""
    panel = comparable(panel)
    canvas, y = start_canvas(title, unit_and_direction(panel.indicator), _band_key([panel]))
    box = Box(MARGIN + LEFT, y + 24, theme.WIDTH - 2 * MARGIN - LEFT - 150, 210)
    axes = panel_axes(box, panel, year_range([panel]))
    draw_lines(canvas, axes, panel, ticks=5)
    draw_years(canvas, axes, every=2 if axes.x.high - axes.x.low > 7 else 1)
    if panel.indicator.kind != "coded":
        draw_intervals(canvas, axes, panel.own.points)
    draw_missing(canvas, axes, panel.own.points)
    draw_last_values(canvas, axes, panel, named=True)
    canvas.height = box.bottom + 26
    result = _panel_result(place, panel)
    table = years_down_table(title, panel, source_line)
    return finish(canvas, key, title, result, caption, table, place.code)


def draw_area_trends(
    place: Place,
    panels: Sequence[TrendPanel],
    title: str,
    source_line: str,
    caption: str = "",
    key: str = "omrade",
) -> Picture:
    """Small multiples: one panel per indicator, each on a scale of its own, in one drawing."""
    panels = [comparable(panel) for panel in panels]
    items = [KeyItem(place.name, "line", theme.BLUE), *_others_key(panels), *_band_key(panels)]
    canvas, y = start_canvas(title, "Varje ruta har en egen skala.", items)
    years, width = year_range(panels), theme.WIDTH / 2
    for row in range(0, len(panels), 2):
        pair = panels[row : row + 2]
        heads = [_wrapped_title(panel, width) for panel in pair]
        top = y + PANEL_HEAD + TITLE_LINE * max(map(len, heads))
        for column, (panel, lines) in enumerate(zip(pair, heads, strict=True)):
            x = column * width + MARGIN
            _draw_panel_head(canvas, x, top - 24, panel, lines)
            box = Box(x + LEFT, top, width - 2 * MARGIN - LEFT - RIGHT, PANEL_HEIGHT)
            _draw_panel(canvas, box, panel, years)
        y = top + PANEL_HEIGHT + PANEL_FOOT
    canvas.height = y
    table = years_across_table(title, panels, source_line)
    counted = trends_sentence(_counts(panels), "nyckeltal", "nyckeltal")
    result = f"{counted} {_each_latest(panels)}"
    return finish(canvas, key, title, result, caption or counted, table, place.code)


def draw_network_trends(
    network: Place,
    panels: Sequence[TrendPanel],
    title: str,
    source_line: str,
    caption: str = "",
    key: str = "natverk-utveckling",
) -> Picture:
    """One indicator, one panel per place (its name is the own series'), all on one scale."""
    panels = [comparable(panel) for panel in panels]
    across, height = 3, 138.0
    width = theme.WIDTH / across
    indicator = panels[0].indicator
    items = [KeyItem("kommunen", "line", theme.BLUE), *_others_key(panels), *_band_key(panels)]
    subtitle = f"{unit_and_direction(indicator)} Samma skala i alla rutor."
    canvas, top = start_canvas(title, subtitle, items)
    years, merged = year_range(panels), _merged(panels)
    for index, panel in enumerate(panels):
        x, y = (index % across) * width + MARGIN, top + (index // across) * height
        box = Box(x + 30, y + 44, width - 2 * MARGIN - 30 - 46, height - 70)
        axes = panel_axes(box, merged, years)
        canvas.label(x, y + 20, panel.own.label, theme.BASE, bold=True)
        _draw_trend_answer(canvas, x, y + 35, panel.trend)
        draw_lines(canvas, axes, panel, ticks=2)
        draw_years(canvas, axes)
        draw_last_values(canvas, axes, TrendPanel(indicator, panel.own))
    canvas.height = top + -(-len(panels) // across) * height
    table = years_across_table(title, panels, source_line, by_place=True)
    result = _places_result(panels)
    return finish(canvas, key, title, result, caption, table, network.code)


def _wrapped_title(panel: TrendPanel, width: float) -> list[str]:
    return wrap_text(panel.indicator.short, width - 2 * MARGIN, theme.BASE * 1.06)


def _draw_panel_head(
    canvas: Canvas, x: float, y: float, panel: TrendPanel, lines: Sequence[str]
) -> None:
    """The title ends above y; unit and answer stand on it."""
    for number, line in enumerate(reversed(lines)):
        canvas.label(x, y - TITLE_LINE * (number + 1), line, theme.BASE, bold=True)
    unit = unit_words(panel.indicator)
    canvas.label(x, y, unit, 11.5, theme.DARK)
    shift = text_width(unit, 11.5) + 14 if unit else 0
    _draw_trend_answer(canvas, x + shift, y, panel.trend)


def _draw_panel(canvas: Canvas, box: Box, panel: TrendPanel, years: tuple[int, int]) -> None:
    axes = panel_axes(box, panel, years)
    draw_lines(canvas, axes, panel, ticks=3)
    draw_years(canvas, axes)
    if last_point(panel.own) is None:
        middle = (box.x + box.right) / 2
        canvas.label(middle, box.y + box.height / 2, "inga värden", 11.5, theme.DARK, "middle")
    draw_last_values(canvas, axes, panel)


def _draw_trend_answer(canvas: Canvas, x: float, y: float, trend: Trend | None) -> None:
    if trend is None:
        return
    look = theme.LOOKS[trend.answer]
    canvas.marks([(x + 5, y - 4)], look.shape, look.color, look.filled, 8)
    canvas.label(x + 14, y, TREND_WORDS[trend.answer], 11.5)


def _others_key(panels: Sequence[TrendPanel]) -> list[KeyItem]:
    longest = max(panels, key=lambda panel: len(panel.others)).others
    return [
        KeyItem(series.label, shape, color)
        for series, (color, _, shape) in zip(longest, STYLES, strict=False)
    ]


def _band_key(panels: Sequence[TrendPanel]) -> list[KeyItem]:
    if any(panel.band for panel in panels):
        return [KeyItem("mittersta hälften av kommunerna", "box", theme.BAND)]
    return []


def _merged(panels: Sequence[TrendPanel]) -> TrendPanel:
    """All places' series as one panel, for a common scale."""
    own = tuple(panel.own for panel in panels[1:])
    return TrendPanel(panels[0].indicator, panels[0].own, own + panels[0].others, panels[0].band)


def _counts(panels: Sequence[TrendPanel]) -> Counter[Answer]:
    return Counter(panel.trend.answer for panel in panels if panel.trend)


def _panel_result(place: Place, panel: TrendPanel) -> str:
    latest = _latest(panel)
    said = [f"{latest}."] if latest else []
    if panel.trend:
        said.append(trend_sentence(panel.trend, panel.indicator, place.name))
    return " ".join(said)


def _latest(panel: TrendPanel) -> str:
    """Umeå 2,1 procent 2022, Riket 2,9 procent 2022."""
    found = [(series.label, last_point(series)) for series in (panel.own, *panel.others)]
    return ", ".join(
        f"{label} {format_amount(point.value, panel.indicator)} {point.year}"
        for label, point in found
        if point is not None and point.value is not None
    )


def _each_latest(panels: Sequence[TrendPanel]) -> str:
    parts = []
    for panel in panels:
        point = last_point(panel.own)
        if point is None or point.value is None:
            parts.append(f"{panel.indicator.short}: inga värden")
            continue
        answer = f", {TREND_WORDS[panel.trend.answer]}" if panel.trend else ""
        amount = format_amount(point.value, panel.indicator)
        parts.append(f"{panel.indicator.short}: {amount} {point.year}{answer}")
    return "; ".join(parts) + "."


def _places_result(panels: Sequence[TrendPanel]) -> str:
    """How many develop how, and which places those are."""
    said = [trends_sentence(_counts(panels), "kommun", "kommuner")]
    for answer in (Answer.BETTER, Answer.WORSE, Answer.HIGHER, Answer.LOWER):
        names = [p.own.label for p in panels if p.trend and p.trend.answer == answer]
        if names:
            said.append(f"{TREND_WORDS[answer].capitalize()}: {format_list(names)}.")
    return " ".join(said)

"""From one year to another: a line per municipality, drawn by what the change amounts to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from analyslib.analysis.results import Answer
from analyslib.catalogue import Indicator
from analyslib.figures import theme
from analyslib.figures.canvas import Canvas
from analyslib.figures.frame import Picture, finish
from analyslib.figures.heading import answer_key, start_canvas
from analyslib.figures.inputs import Place, Point
from analyslib.figures.scale import Scale, find_range, spread_apart
from analyslib.tables import Table, derived_cell, header_cell, raw_cell, text_cell
from analyslib.text.formats import format_list, format_short
from analyslib.text.sentences import trends_sentence
from analyslib.text.words import TREND_WORDS, format_trend_answer, unit_and_direction


@dataclass(frozen=True)
class Slope:
    """One place in two years, and whether the change is more than chance."""

    place: Place
    before: Point
    after: Point
    answer: Answer
    gender: str = "T"


COLORS = {
    Answer.BETTER: (theme.BLUE, 2.4),
    Answer.WORSE: (theme.ORANGE, 2.4),
    Answer.HIGHER: (theme.DARK, 2.0),
    Answer.LOWER: (theme.DARK, 2.0),
    Answer.NO_CERTAIN_DIFFERENCE: (theme.PALE, 1.4),
    Answer.CANNOT_BE_JUDGED: (theme.PALE, 1.4),
}
LEFT, RIGHT = 200.0, 410.0


def draw_slope(
    about: Place,
    indicator: Indicator,
    slopes: Sequence[Slope],
    title: str,
    source_line: str,
    caption: str = "",
    key: str = "fran-till",
) -> Picture:
    """Names and values at both ends, moved apart where they meet; certain changes are marked."""
    drawn = [s for s in slopes if s.before.value is not None and s.after.value is not None]
    canvas, y = start_canvas(
        title,
        unit_and_direction(indicator),
        answer_key([slope.answer for slope in drawn], trend=True),
    )
    height = max(180.0, 17.0 * len(drawn))
    top = y + 34
    low, high = find_range(value for s in drawn for value in (s.before.value, s.after.value))
    scale = Scale(low, high, top + height, top)
    for x, year in ((LEFT, _year(slopes, 0)), (RIGHT, _year(slopes, 1))):
        canvas.label(x, y + 16, year, theme.BASE, anchor="middle", bold=True)
        canvas.segments([(x, top - 8, x, top + height + 8)], theme.PALE)
    _draw_slopes(canvas, scale, drawn, about, indicator)
    canvas.height = top + height + 22
    result = _result(slopes)
    table = _table(title, indicator, slopes, source_line)
    return finish(canvas, key, title, result, caption, table, about.code)


def _year(slopes: Sequence[Slope], end: int) -> str:
    return str((slopes[0].before, slopes[0].after)[end].year)


def _draw_slopes(
    canvas: Canvas, scale: Scale, slopes: Sequence[Slope], about: Place, indicator: Indicator
) -> None:
    ends = [(scale(slope.before.value or 0.0), scale(slope.after.value or 0.0)) for slope in slopes]
    top, bottom = scale.end - 6, scale.start + 6
    left = spread_apart([before for before, _ in ends], 16, top, bottom)
    right = spread_apart([after for _, after in ends], 16, top, bottom)
    for slope, (y0, y1), name0, name1 in zip(slopes, ends, left, right, strict=True):
        color, width = COLORS[slope.answer]
        certain = slope.answer not in (Answer.NO_CERTAIN_DIFFERENCE, Answer.CANNOT_BE_JUDGED)
        mine = slope.place.code == about.code
        canvas.segments([(LEFT, y0, RIGHT, y1)], color, width, level=int(certain))
        canvas.marks([(LEFT, y0), (RIGHT, y1)], "circle", color, True, 6, level=int(certain))
        canvas.segments(
            [(LEFT - 20, name0, LEFT - 5, y0), (RIGHT + 5, y1, RIGHT + 20, name1)],
            theme.PALE,
            0.8,
            level=-1,
        )
        before = format_short(slope.before.value or 0.0, indicator)
        text = f"{slope.place.name} {before}"
        canvas.label(LEFT - 24, name0 + 4, text, anchor="end", bold=mine)
        after = format_short(slope.after.value or 0.0, indicator)
        look = theme.LOOKS[slope.answer]
        canvas.marks([(RIGHT + 29, name1)], look.shape, look.color, look.filled, 8)
        canvas.label(RIGHT + 40, name1 + 4, f"{after} {slope.place.name}", bold=mine)


def _result(slopes: Sequence[Slope]) -> str:
    said = [trends_sentence(Counter(slope.answer for slope in slopes), "kommun", "kommuner")]
    for answer in (Answer.BETTER, Answer.WORSE, Answer.HIGHER, Answer.LOWER):
        names = [slope.place.name for slope in slopes if slope.answer == answer]
        if names:
            said.append(f"{TREND_WORDS[answer].capitalize()}: {format_list(names)}.")
    return " ".join(said)


def _table(title: str, indicator: Indicator, slopes: Sequence[Slope], source_line: str) -> Table:
    rows = []
    for slope in slopes:
        cells = [
            raw_cell(
                indicator, slope.place.code, point.year, slope.gender, point.value, point.status
            )
            for point in (slope.before, slope.after)
        ]
        change = None
        if slope.before.value is not None and slope.after.value is not None:
            change = slope.after.value - slope.before.value
        rows.append(
            (
                header_cell(slope.place.name),
                *cells,
                derived_cell(change, "förändring", indicator.decimals, sign=True),
                text_cell(format_trend_answer(slope.answer)),
            )
        )
    heads = ("Kommun", _year(slopes, 0), _year(slopes, 1), "Förändring", "Svar")
    return Table(title, heads, tuple(rows), source_line=source_line)

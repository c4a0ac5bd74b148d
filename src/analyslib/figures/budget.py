"""How a deviation from the budget is told apart: volume and price, account by account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyslib.analysis.budget import BudgetYear
from analyslib.figures import theme
from analyslib.figures.canvas import Canvas
from analyslib.figures.frame import Picture, finish
from analyslib.figures.heading import MARGIN, KeyItem, start_canvas
from analyslib.figures.inputs import Place
from analyslib.figures.scale import Scale, find_ticks, tick_decimals, wrap_text
from analyslib.tables import Table
from analyslib.text.budget import deviation_sentence, split_sentence
from analyslib.text.formats import format_number


LEFT, RIGHT = 200.0, 520.0
BAR, GAP, LINE = 13.0, 12.0, 15.0
THOUSAND = 1000.0
ABOVE_GRID = 15
LOOKS = {"volym": theme.BLUE, "pris": theme.MID, "går inte att dela upp": theme.DARK}
HOLLOW = frozenset({"går inte att dela upp"})


@dataclass(frozen=True)
class Bars:
    """One row: a name, its parts in kronor by their kind, and what they come to."""

    label: str
    parts: tuple[tuple[str, float], ...]
    deviation: float


def draw_budget(
    place: Place,
    year: BudgetYear,
    table: Table,
    title: str,
    caption: str = "",
    key: str = "budget",
) -> Picture:
    """A bar for each part of each deviation; to the right of nought it cost more."""
    rows = _rows(year)
    kinds = [kind for kind in LOOKS if any(kind == name for row in rows for name, _ in row.parts)]
    items = [KeyItem(kind, "box", LOOKS[kind], kind not in HOLLOW) for kind in kinds]
    canvas, y = start_canvas(
        title, "Tusen kronor. Till höger om noll: dyrare än budgeterat.", items
    )
    amounts = [amount / THOUSAND for row in rows for _, amount in row.parts]
    low, high = min(0.0, *amounts), max(0.0, *amounts)
    x = Scale(low, high if high > low else low + 1, LEFT + 44, RIGHT - 44)
    heights = [max(len(row.parts) * (BAR + 3), LINE * len(_label(row))) + GAP for row in rows]
    bottom = y + 24 + sum(heights)
    _draw_axis(canvas, x, y + 24, bottom)
    canvas.label(theme.WIDTH - MARGIN, y + 14, "avvikelse", 11.5, theme.DARK, "end")
    at = y + 24
    for number, (row, height) in enumerate(zip(rows, heights, strict=True)):
        _draw_row(canvas, x, at, row, bold=number == len(rows) - 1 and len(rows) > 1)
        at += height
    canvas.height = bottom + 26
    result = f"{deviation_sentence(year)} {split_sentence(year)}"
    return finish(canvas, key, title, result, caption, table, place.code)


def _rows(year: BudgetYear) -> list[Bars]:
    """An account is one row; a sum only where there are several."""
    rows = [
        Bars(line.account, _parts(s.volume_effect, s.price_effect, s.deviation), s.deviation)
        for line in year.lines
        if (s := line.split)
    ]
    if len(rows) == 1:
        return rows
    told = [("volym", year.volume_effect), ("pris", year.price_effect)]
    rest = [("går inte att dela upp", year.unsplit)] if year.unsplit else []
    return [*rows, Bars("Summa", (*told, *rest), year.deviation)]


def _parts(
    volume: float | None, price: float | None, deviation: float
) -> tuple[tuple[str, float], ...]:
    if volume is None or price is None:
        return (("går inte att dela upp", deviation),)
    return (("volym", volume), ("pris", price))


def _label(row: Bars) -> Sequence[str]:
    return wrap_text(row.label, LEFT - 2 * MARGIN, theme.SMALL, 3)


def _draw_axis(canvas: Canvas, x: Scale, top: float, bottom: float) -> None:
    ticks = find_ticks(x.low, x.high, 4)
    for tick in ticks:
        color = theme.DARK if tick == 0 else theme.RULE
        canvas.segments([(x(tick), top - 4, x(tick), bottom)], color)
        text = format_number(tick, tick_decimals(ticks))
        canvas.label(x(tick), bottom + 16, text, 11, theme.DARK, "middle")


def _draw_row(canvas: Canvas, x: Scale, top: float, row: Bars, bold: bool) -> None:
    for number, line in enumerate(_label(row)):
        canvas.label(MARGIN, top + 11 + LINE * number, line, bold=bold)
    for number, (kind, amount) in enumerate(row.parts):
        y, end, zero = top + number * (BAR + 3), x(amount / THOUSAND), x(0)
        bar = (min(zero, end), y, max(abs(end - zero), 0.5), BAR)
        inside, edge = (theme.WHITE, LOOKS[kind]) if kind in HOLLOW else (LOOKS[kind], "")
        canvas.boxes([bar], inside, edge, level=ABOVE_GRID)
        side, anchor = (end + 4, "start") if amount >= 0 else (end - 4, "end")
        canvas.label(side, y + 11, thousands(amount), 11, theme.DARK, anchor)
    canvas.label(theme.WIDTH - MARGIN, top + 11, thousands(row.deviation), anchor="end", bold=True)


def thousands(amount: float) -> str:
    """Kronor as thousands with a sign; below ten thousand with a decimal."""
    decimals = 1 if 0 < abs(amount) < 10 * THOUSAND else 0
    return format_number(amount / THOUSAND, decimals, sign=True)

"""What a difference in cost is made of: bars from one side to the other, part by part.

Volume is blue and the cost per person orange, whichever way they go; which way is told by the
bar, its sign and its word. A filled bar is certain, a hollow one may be usual variation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyslib.analysis.costs import CERTAIN, Decomposition, Obstacle, Part, PartKind
from analyslib.analysis.net_costs import METHOD_BREAK, NetCost
from analyslib.analysis.results import ReferenceKind
from analyslib.figures import theme
from analyslib.figures.canvas import DASHED, DOTTED, Canvas
from analyslib.figures.frame import Picture, finish
from analyslib.figures.heading import MARGIN, KeyItem, start_canvas
from analyslib.figures.inputs import Place
from analyslib.figures.scale import Scale, wrap_text
from analyslib.identities import Deviation, Identity
from analyslib.tables import Cell, Table, derived_cell, header_cell, text_cell
from analyslib.text.costs import (
    group_words,
    part_answer,
    part_words,
    split_sentences,
    told,
    why_not,
)
from analyslib.text.formats import format_number


ROW, HEAD, GAP = 24.0, 26.0, 26.0
LEFT, RIGHT, WORDS = 190.0, 392.0, 402.0
BAR = 13.0
LOOKS: Mapping[PartKind, str] = {
    PartKind.VOLUME: theme.BLUE,
    PartKind.NATIONAL_PRICE: theme.MID,
    PartKind.PRICE: theme.ORANGE,
    PartKind.RESIDUAL: theme.PALE,
}
KEY = (
    KeyItem("volym: hur många som får stöd", "box", theme.BLUE),
    KeyItem("kostnad per person", "box", theme.ORANGE),
    KeyItem("kostnad per person i hela riket", "box", theme.MID),
)


@dataclass(frozen=True)
class _Panel:
    """One difference: its heading and the words of its two ends."""

    found: Decomposition
    heading: str
    start: str
    end: str


def draw_cost_split(
    place: Place,
    identity: Identity,
    change: Decomposition,
    position: Decomposition,
    source_line: str,
    key: str,
) -> Picture:
    """The change since an earlier year above, the difference to other municipalities below."""
    panels = [_change_panel(change), _position_panel(position, place)]
    title = f"{identity.title} i {place.name}: volym eller kostnad per person?"
    subtitle = (
        f"Kronor {identity.per_inhabitant}. Fylld blå eller orange stapel: säker skillnad. "
        "Ofylld: kan vara vanlig variation, eller går inte att bedöma."
    )
    canvas, y = start_canvas(title, subtitle, KEY)
    for panel in panels:
        y = _draw_panel(canvas, panel, y + GAP)
    canvas.height = y + 8
    table = split_table(title, identity, change, position, source_line)
    result = split_sentences(change, position, identity)
    return finish(canvas, key, title, result, "", table, place.code)


def _change_panel(change: Decomposition) -> _Panel:
    start = str(change.start.year) if change.start else ""
    heading = f"Från {start} till {change.year}" if start else f"Till {change.year}"
    return _Panel(change, heading, start, str(change.year))


def _position_panel(position: Decomposition, place: Place) -> _Panel:
    group = group_words(position)
    return _Panel(position, f"Mot {group} {position.year}", group.capitalize(), place.name)


def _draw_panel(canvas: Canvas, panel: _Panel, top: float) -> float:
    """One row per end and part; the y below the last one."""
    canvas.label(MARGIN, top, panel.heading, theme.BASE, bold=True)
    y = top + HEAD
    found = panel.found
    if found.obstacle is not Obstacle.NONE or found.start is None or found.end is None:
        text = f"Kan inte delas upp: {why_not(found)}."
        for line in wrap_text(text, theme.WIDTH - 2 * MARGIN, theme.SMALL, 3):
            canvas.label(MARGIN, y, line, color=theme.DARK)
            y += 16
        return y
    parts = told(found)
    levels = _levels(found.start.cost, parts)
    low, high = min(levels), max(levels)
    room = 0.06 * (high - low) or 1.0
    scale = Scale(low - room, high + room, LEFT, RIGHT)
    _draw_end(canvas, y, panel.start, found.start.cost, scale, bold=False)
    for part, before, after in zip(parts, levels, levels[1:], strict=False):
        y += ROW
        canvas.segments([(scale(before), y - ROW, scale(before), y - 4)], theme.PALE, 1.0, DOTTED)
        _draw_part(canvas, y, part, scale(before), scale(after), found)
    y += ROW
    last = scale(levels[-1])
    canvas.segments([(last, y - ROW, last, y - 4)], theme.PALE, 1.0, DOTTED)
    _draw_end(canvas, y, panel.end, found.end.cost, scale, bold=True)
    return y + 6


def _levels(start: float, parts: Sequence[Part]) -> list[float]:
    """Where each bar starts, and where the last one ends."""
    levels = [start]
    for part in parts:
        levels.append(levels[-1] + part.effect)
    return levels


def _draw_end(canvas: Canvas, y: float, name: str, cost: float, scale: Scale, bold: bool) -> None:
    canvas.label(LEFT - 12, y, name, anchor="end", bold=bold)
    canvas.marks([(scale(cost), y - 4)], "diamond", theme.INK, True, 9)
    canvas.label(WORDS, y, f"{format_number(cost)}\u00a0kr", bold=bold)


def _draw_part(
    canvas: Canvas, y: float, part: Part, x0: float, x1: float, found: Decomposition
) -> None:
    color = LOOKS[part.kind]
    filled = part.answer in CERTAIN or part.answer is None
    left, width = min(x0, x1), max(abs(x1 - x0), 1.5)
    canvas.boxes([(left, y - 4 - BAR / 2, width, BAR)], color if filled else theme.WHITE, color)
    canvas.label(LEFT - 12, y, part_label(part, found.kind), anchor="end")
    canvas.label(WORDS, y, f"{format_number(part.effect, sign=True)}\u00a0kr")
    if part.answer is not None:
        look = theme.LOOKS[part.answer]
        canvas.marks([(WORDS + 72, y - 4.5)], look.shape, look.color, look.filled, 9)
        canvas.label(WORDS + 82, y, part_words(found, part))


def part_label(part: Part, kind: ReferenceKind) -> str:
    own = "Egen kostnad per person" if kind is ReferenceKind.OWN_HISTORY else "Kostnad per person"
    return {
        PartKind.VOLUME: "Volym",
        PartKind.NATIONAL_PRICE: "Kostnad per person i riket",
        PartKind.PRICE: own,
        PartKind.RESIDUAL: "Går inte att fördela",
    }[part.kind]


def split_table(
    caption: str,
    identity: Identity,
    change: Decomposition,
    position: Decomposition,
    source_line: str,
) -> Table:
    """The parts of both differences with their answers."""
    since = change.start.year if change.start else "tidigare"
    columns = (
        "Del",
        f"Från {since} till {change.year}, kr {identity.per_inhabitant}",
        "Svar",
        f"Mot {group_words(position)} {position.year}, kr {identity.per_inhabitant}",
        "Svar",
    )
    labels = {
        PartKind.VOLUME: "Volym",
        PartKind.NATIONAL_PRICE: f"Kostnad {identity.per_user} i riket",
        PartKind.PRICE: f"Kostnad {identity.per_user}",
        PartKind.RESIDUAL: "Går inte att fördela",
    }
    rows = [
        (
            header_cell(label),
            *_part_cells(change, change.part(kind)),
            *_part_cells(position, position.part(kind)),
        )
        for kind, label in labels.items()
    ]
    total = (
        header_cell("Hela skillnaden"),
        *_total_cells(change),
        *_total_cells(position),
    )
    note = "Delarna är avrundade var för sig; oavrundade ger de hela skillnaden exakt."
    return Table(caption, columns, (*rows, total), note, source_line)


def _part_cells(found: Decomposition, part: Part | None) -> tuple[Cell, Cell]:
    if part is None:
        return text_cell("–"), text_cell("–")
    effect = derived_cell(_clean(part.effect), f"del-{part.kind}", sign=True)
    return effect, text_cell(part_answer(found, part))


def _clean(effect: float) -> float:
    """No sign on what is nothing but rounding."""
    return 0.0 if abs(effect) < 1e-6 else effect


def _total_cells(found: Decomposition) -> tuple[Cell, Cell]:
    if not found.parts:
        return text_cell("–"), text_cell(f"kan inte delas upp: {why_not(found)}")
    return derived_cell(found.difference, "skillnad", sign=True), text_cell("–")


# --- net cost against reference cost


BAND, COLUMN, CENTRE = 84.0, 64.0, 42.0


def draw_net_costs(
    place: Place,
    known: Sequence[tuple[Deviation, NetCost]],
    years: Sequence[int],
    result: str,
    table: Table,
    key: str = "nettokostnadsavvikelse",
) -> Picture:
    """One row per area, one bar per year around nought; no line is drawn over the break."""
    title = f"Nettokostnadsavvikelse i {place.name} {years[0]}–{years[-1]}, procent"
    items = [
        KeyItem(f"från {METHOD_BREAK}, dagens modell", "box", theme.BLUE),
        KeyItem("före, annan modell", "box", theme.PALE),
    ]
    subtitle = "Noll är vad kommunens struktur motiverar. Uppåt: dyrare. Nedåt: billigare."
    broken = years[0] < METHOD_BREAK <= years[-1]
    canvas, y = start_canvas(title, subtitle, items if broken else [])
    largest = max((abs(value) for _, item in known for _, value in item.course), default=1.0)
    scale = Scale(0.0, largest or 1.0, 0.0, BAND / 2 - 16)
    for deviation, item in known:
        _draw_net_row(canvas, y + 6, deviation, item, years, scale)
        y += BAND + 10
    for number, year in enumerate(years):
        canvas.label(_column(number), y + 14, str(year), anchor="middle", color=theme.DARK)
    canvas.height = y + 26
    return finish(canvas, key, title, result, "", table, place.code)


def _column(number: int) -> float:
    return LEFT + CENTRE + number * COLUMN


def _draw_net_row(
    canvas: Canvas,
    top: float,
    deviation: Deviation,
    item: NetCost,
    years: Sequence[int],
    scale: Scale,
) -> None:
    zero = top + BAND / 2
    right = _column(len(years) - 1) + COLUMN / 2
    for number, line in enumerate(wrap_text(deviation.title, LEFT - 16, theme.BASE, 2)):
        canvas.label(MARGIN, zero + 4 + 16 * number, line, theme.BASE, bold=True)
    canvas.segments([(LEFT, zero, right, zero)], theme.DARK, 1.0)
    if years[0] < METHOD_BREAK <= years[-1]:
        x = _column(METHOD_BREAK - years[0]) - COLUMN / 2
        canvas.segments([(x, top, x, top + BAND)], theme.DARK, 1.0, DASHED)
    for year, value in item.course:
        x, length = _column(year - years[0]), scale(abs(value))
        color = theme.BLUE if year >= METHOD_BREAK else theme.PALE
        canvas.boxes([(x - 13, zero - length if value > 0 else zero, 26, length)], color)
        text = format_number(value, 1, sign=True)
        y = zero - length - 4 if value > 0 else zero + length + 13
        canvas.label(x, y, text, anchor="middle", bold=year == item.year)

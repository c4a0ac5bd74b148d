"""The top of every figure: title, what is counted, and the key, with room measured for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyslib.analysis.results import Answer
from analyslib.figures import theme
from analyslib.figures.canvas import DASHED, DOTTED, Canvas
from analyslib.figures.scale import text_width, wrap_text
from analyslib.text.words import ANSWER_WORDS, TREND_WORDS


MARGIN = 8.0
SWATCH = 22.0
LINES = {"line": None, "dashed": DASHED, "dotted": DOTTED}


@dataclass(frozen=True)
class KeyItem:
    """One entry of the key: a line, a box of colour, or a mark."""

    text: str
    shape: str
    color: str
    filled: bool = True


def answer_key(answers: Sequence[Answer], trend: bool = False) -> list[KeyItem]:
    """The answers that occur, in their fixed order."""
    words = TREND_WORDS if trend else ANSWER_WORDS
    return [
        KeyItem(words[answer], look.shape, look.color, look.filled)
        for answer, look in theme.LOOKS.items()
        if answer in answers
    ]


def start_canvas(
    title: str, subtitle: str, key: Sequence[KeyItem], width: float = theme.WIDTH
) -> tuple[Canvas, float]:
    """A canvas with its heading drawn, and the y where the body begins.

    Its height is set by whoever draws the body.
    """
    room = width - 2 * MARGIN
    titles = wrap_text(title, room, theme.TITLE * 1.06, 3)
    subtitles = wrap_text(subtitle, room, theme.SMALL, 3) if subtitle else []
    rows = _key_rows(key, room)
    top = 10 + 20 * len(titles) + 16 * len(subtitles) + (12 + 20 * len(rows) if rows else 0)
    canvas = Canvas(width, top)
    y = 4.0
    for line in titles:
        y += 20
        canvas.label(MARGIN, y, line, theme.TITLE, bold=True)
    for line in subtitles:
        y += 16
        canvas.label(MARGIN, y + 1, line, color=theme.DARK)
    y += 6
    for row in rows:
        y += 20
        for x, item in row:
            draw_key_item(canvas, x, y, item)
    return canvas, float(top)


def draw_key_item(canvas: Canvas, x: float, y: float, item: KeyItem) -> None:
    middle = y - 4.5
    if item.shape in LINES:
        canvas.segments([(x, middle, x + 17, middle)], item.color, 2, LINES[item.shape])
    elif item.shape == "box":
        inside, edge = (item.color, "") if item.filled else (theme.WHITE, item.color)
        canvas.boxes([(x, middle - 6, 17, 12)], inside, edge)
    else:
        canvas.marks([(x + 8.5, middle)], item.shape, item.color, item.filled, 9)
    canvas.label(x + SWATCH, y, item.text)


def _key_rows(key: Sequence[KeyItem], room: float) -> list[list[tuple[float, KeyItem]]]:
    rows: list[list[tuple[float, KeyItem]]] = []
    x = room + 1
    for item in key:
        width = SWATCH + text_width(item.text, theme.SMALL)
        if x + width > room + MARGIN:
            rows.append([])
            x = MARGIN
        rows[-1].append((x, item))
        x += width + 16
    return rows

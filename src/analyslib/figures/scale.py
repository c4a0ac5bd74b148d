"""From values to pixels, and text to the room there is. Widths of text are estimated."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


NARROW = frozenset("iljtfrI.,:;'|!()-–· \u00a0")
WIDE = frozenset("mwMWÖÄÅOQGDNH%@▲▼△▽●○")


@dataclass(frozen=True)
class Scale:
    """A straight scale: `low` falls on pixel `start`, `high` on `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        if self.high == self.low:
            return (self.start + self.end) / 2
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def find_range(values: Iterable[float | None], room: float = 0.08) -> tuple[float, float]:
    """The values' range with some room; from nought where that is near, so sizes stay honest."""
    known = [value for value in values if value is not None]
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    if low == high:
        return (low - 1, high + 1) if low else (0.0, 1.0)
    extra = (high - low) * room
    bottom = 0.0 if 0 <= low <= 0.4 * high else low - extra
    return bottom, high + extra


def find_ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Round numbers inside the range: steps of 1, 2, 2.5 or 5 times a power of ten."""
    rough = (high - low) / max(wanted, 1)
    if rough <= 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * min((1, 2, 2.5, 5, 10), key=lambda factor: abs(factor * power - rough))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def tick_decimals(ticks: Sequence[float]) -> int:
    """The fewest decimals that write the ticks as they are."""
    for decimals in range(4):
        if all(math.isclose(round(tick, decimals), tick, abs_tol=1e-9) for tick in ticks):
            return decimals
    return 4


def text_width(text: str, size: float) -> float:
    """About how wide the text becomes, on the wide side of common fonts."""
    ems = sum(0.33 if sign in NARROW else 0.82 if sign in WIDE else 0.57 for sign in text)
    return ems * size


def wrap_text(text: str, width: float, size: float, lines: int = 2) -> list[str]:
    """The text in at most `lines` lines; what does not fit ends in an ellipsis."""
    rows = [""]
    for word in text.split():
        longer = f"{rows[-1]} {word}".strip()
        if not rows[-1] or text_width(longer, size) <= width:
            rows[-1] = longer
        else:
            rows.append(word)
    cut = rows[:lines]
    if len(rows) > lines:
        cut[-1] = f"{cut[-1]} …"
    return [_shorten(row, width, size) for row in cut]


def _shorten(text: str, width: float, size: float) -> str:
    if text_width(text, size) <= width:
        return text
    kept = text.rstrip(" …")
    while kept and text_width(f"{kept}…", size) > width:
        kept = kept[:-1]
    return f"{kept}…"


def spread_apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions near the wanted ones, at least `gap` apart and inside the range if there is room.

    Labels that meet are moved as one block around their middle, so that none wins.
    """

    def middle(block: list[int]) -> float:
        half = (len(block) - 1) * gap / 2
        mean = sum(wanted[index] for index in block) / len(block)
        return max(low + half, min(high - half, mean))

    def meet(one: list[int], other: list[int]) -> bool:
        return middle(one) + len(one) * gap / 2 > middle(other) - len(other) * gap / 2

    blocks: list[list[int]] = []
    for index in sorted(range(len(wanted)), key=lambda index: wanted[index]):
        blocks.append([index])
        while len(blocks) > 1 and meet(blocks[-2], blocks[-1]):
            blocks[-2:] = [[*blocks[-2], *blocks[-1]]]
    placed = [0.0] * len(wanted)
    for block in blocks:
        for place, index in enumerate(block):
            placed[index] = middle(block) + (place - (len(block) - 1) / 2) * gap
    return placed

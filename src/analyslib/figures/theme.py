"""Colours and sizes with meaning. Nothing here is shown by colour alone: symbol and word too.

Measured against white (WCAG asks for 3:1 for graphics): blue 10.3, orange 3.03, dark grey 7.0,
mid grey 4.5; blue and orange stay apart for every kind of colour vision and in grey print.
The palest tones are only areas behind marks that can be read without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analyslib.analysis.results import Answer


BLUE = "#12436D"
ORANGE = "#F46A25"
INK = "#1f2933"
DARK = "#52606d"
MID = "#767676"
PALE = "#c3cad2"
BAND = "#e3e8ed"
BAND_DARK = "#cdd5dd"
RULE = "#e4e7eb"
WHITE = "#ffffff"

TITLE = 16.0
BASE = 13.0
SMALL = 12.0

# The family of the page that shows the picture; widths are estimated, never measured.
FONTS = "'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
WIDTH = 640


@dataclass(frozen=True)
class Look:
    """How an answer is drawn: a shape of its own, filled or hollow, and a colour."""

    shape: str
    color: str
    filled: bool


LOOKS: Mapping[Answer, Look] = {
    Answer.BETTER: Look("up", BLUE, True),
    Answer.WORSE: Look("down", ORANGE, True),
    Answer.HIGHER: Look("up", DARK, False),
    Answer.LOWER: Look("down", DARK, False),
    Answer.NO_CERTAIN_DIFFERENCE: Look("circle", DARK, True),
    Answer.CANNOT_BE_JUDGED: Look("circle", DARK, False),
}

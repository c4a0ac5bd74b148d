"""The tartan rug: indicators down, municipalities across, one answer in each square."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from analyslib.analysis.results import Answer
from analyslib.catalogue import Indicator
from analyslib.figures import theme
from analyslib.figures.canvas import Canvas
from analyslib.figures.frame import Picture, finish
from analyslib.figures.heading import MARGIN, answer_key, start_canvas
from analyslib.figures.inputs import Place
from analyslib.figures.scale import text_width, wrap_text
from analyslib.tables import Cell, Table, answer_cell, header_cell, text_cell
from analyslib.text.formats import format_list
from analyslib.text.sentences import answers_sentence


LABEL_WIDTH, ROW = 212.0, 28.0
FILLS = {Answer.BETTER: theme.BLUE, Answer.WORSE: theme.ORANGE}
INSIDE = {Answer.BETTER: theme.WHITE, Answer.WORSE: theme.INK}


def draw_rug(
    network: Place,
    places: Sequence[Place],
    indicators: Sequence[Indicator],
    answers: Mapping[tuple[str, str], Answer],
    title: str,
    source_line: str,
    caption: str = "",
    key: str = "vav",
) -> Picture:
    """`answers` by (indicator id, municipality code); a square without an answer stays empty.

    Answers about other indicators or places are left out.
    """
    wanted = {(indicator.id, place.code) for indicator in indicators for place in places}
    answers = {key: answer for key, answer in answers.items() if key in wanted}
    used = [answer for answer in Answer if answer in answers.values()]
    subtitle = "Varje ruta är kommunens svar jämfört med riket. Tom ruta: värde saknas."
    canvas, y = start_canvas(title, subtitle, answer_key(used))
    step = (canvas.width - LABEL_WIDTH - 2 * MARGIN - 40) // len(places)
    left = LABEL_WIDTH + 2 * MARGIN
    rise = max(text_width(place.name, theme.SMALL) for place in places) * 0.78 + 8
    y += rise
    for number, place in enumerate(places):
        canvas.label(left + step * (number + 0.5) + 2, y - 6, place.name, turn=-52)
    for indicator in indicators:
        canvas.segments([(MARGIN, y, left + step * len(places), y)], theme.RULE)
        lines = wrap_text(indicator.short, LABEL_WIDTH, theme.SMALL)
        for number, line in enumerate(lines):
            canvas.label(MARGIN, y + ROW / 2 + 4.5 + 13 * (number - (len(lines) - 1) / 2), line)
        for number, place in enumerate(places):
            answer = answers.get((indicator.id, place.code))
            _draw_square(canvas, left + step * number, y, step, answer)
        y += ROW
    canvas.height = y + 10
    result = _result(places, indicators, answers)
    table = _table(title, places, indicators, answers, source_line)
    return finish(canvas, key, title, result, caption or subtitle, table, network.code)


def _draw_square(canvas: Canvas, x: float, y: float, step: float, answer: Answer | None) -> None:
    if answer is None:
        return
    look = theme.LOOKS[answer]
    if answer in FILLS:
        canvas.boxes([(x + 1, y + 1, step - 2, ROW - 2)], FILLS[answer])
    color = INSIDE.get(answer, look.color)
    size = 6.0 if answer == Answer.NO_CERTAIN_DIFFERENCE else 9.7
    canvas.marks([(x + step / 2, y + ROW / 2)], look.shape, color, look.filled, size)


def _result(
    places: Sequence[Place],
    indicators: Sequence[Indicator],
    answers: Mapping[tuple[str, str], Answer],
) -> str:
    """All squares counted, and which indicators most places are certainly better or worse on."""
    said = [answers_sentence(Counter(answers.values()), "ruta", "rutor")]
    for answer, words in ((Answer.BETTER, "Flest bättre"), (Answer.WORSE, "Flest sämre")):
        counts = Counter(kpi for (kpi, _), found in answers.items() if found == answer)
        top = [i.short for i in indicators if counts[i.id] and counts[i.id] == max(counts.values())]
        if top:
            said.append(f"{words}: {format_list(top[:3])} ({max(counts.values())}).")
    return " ".join(said)


def _table(
    title: str,
    places: Sequence[Place],
    indicators: Sequence[Indicator],
    answers: Mapping[tuple[str, str], Answer],
    source_line: str,
) -> Table:
    rows = tuple(
        (
            header_cell(indicator.short),
            *(_answer_or_nothing(answers.get((indicator.id, place.code))) for place in places),
        )
        for indicator in indicators
    )
    heads = ("Nyckeltal", *(place.name for place in places))
    return Table(title, heads, rows, source_line=source_line)


def _answer_or_nothing(answer: Answer | None) -> Cell:
    return text_cell("–") if answer is None else answer_cell(answer)

"""One indicator, the municipalities of a network: ordered dots, slope between two years, ranks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from analyslib.analysis.results import Answer, ReferenceKind
from analyslib.catalogue import RIKET, Indicator
from analyslib.figures import theme
from analyslib.figures.canvas import DASHED, Canvas
from analyslib.figures.frame import Picture, finish
from analyslib.figures.heading import MARGIN, KeyItem, start_canvas
from analyslib.figures.inputs import Place, PlaceResult, RankedPlace
from analyslib.figures.scale import Scale, find_range, find_ticks, tick_decimals
from analyslib.tables import (
    Cell,
    Table,
    answer_cell,
    derived_cell,
    header_cell,
    raw_cell,
    text_cell,
)
from analyslib.text.formats import (
    format_amount,
    format_interval,
    format_list,
    format_number,
    format_short,
)
from analyslib.text.sentences import answers_sentence
from analyslib.text.words import ANSWER_WORDS, format_status, reference_words, unit_and_direction


ROW = 26.0
NAME_WIDTH = 118.0
DOT_LEFT, DOT_RIGHT = 130.0, 424.0
VALUE_END, SYMBOL, WORD = 488.0, 506.0, 518.0


def draw_dots(
    about: Place,
    indicator: Indicator,
    results: Sequence[PlaceResult],
    title: str,
    source_line: str,
    caption: str = "",
    key: str = "punkter",
) -> Picture:
    """The places in order of value with their intervals; `about` is set in bold.

    The order is by value and says nothing about certainty, so the answer stands on each row.
    Places without a value come last with the reason.
    """
    ordered = _ordered(results, indicator)
    reference = ordered[0].comparison.reference
    canvas, y = start_canvas(title, unit_and_direction(indicator), _dots_key(indicator))
    scale = _dots_scale(results)
    top = y + 34
    bottom = top + ROW * len(ordered)
    _draw_value_axis(canvas, scale, top, bottom)
    if reference.value is not None:
        x = scale(reference.value)
        canvas.segments([(x, top - 10, x, bottom)], theme.INK, 1.2, DASHED)
        text = f"{reference.label} {format_short(reference.value, indicator)}"
        canvas.label(x, top - 15, text, 11.5, anchor="middle", bold=True)
    for number, result in enumerate(ordered):
        _draw_place(canvas, scale, top + ROW * number, result, indicator, about)
    canvas.height = bottom + 26
    table = _dots_table(title, indicator, ordered, source_line)
    words = _dots_result(indicator, ordered, about)
    return finish(canvas, key, title, words, caption, table, about.code)


def _dots_key(indicator: Indicator) -> list[KeyItem]:
    return [KeyItem("osäkerhet, 95 procent", "line", theme.MID)]


def _ordered(results: Sequence[PlaceResult], indicator: Indicator) -> list[PlaceResult]:
    """Best first where there is a direction, else highest first; without a value last."""
    sign = 1 if indicator.direction == "low" else -1

    def order(result: PlaceResult) -> tuple[bool, float, str]:
        value = result.comparison.value
        return value is None, sign * (value or 0.0), result.place.name

    return sorted(results, key=order)


def _dots_scale(results: Sequence[PlaceResult]) -> Scale:
    values = [
        value
        for result in results
        for value in (
            result.comparison.value,
            result.comparison.low,
            result.comparison.high,
            result.comparison.reference.value,
        )
    ]
    low, high = find_range(values, 0.04)
    return Scale(low, high, DOT_LEFT, DOT_RIGHT)


def _draw_value_axis(canvas: Canvas, scale: Scale, top: float, bottom: float) -> None:
    ticks = find_ticks(scale.low, scale.high, 5)
    decimals = tick_decimals(ticks)
    for tick in ticks:
        x = scale(tick)
        canvas.segments([(x, top, x, bottom)], theme.RULE)
        canvas.label(x, bottom + 15, format_number(tick, decimals), 11, theme.DARK, "middle")


def _draw_place(
    canvas: Canvas,
    scale: Scale,
    y: float,
    result: PlaceResult,
    indicator: Indicator,
    about: Place,
) -> None:
    middle, own = y + ROW / 2, result.comparison
    mine = result.place.code == about.code
    if mine:
        canvas.boxes([(0, y, canvas.width, ROW)], "#eef3f8", level=-1)
    canvas.label(MARGIN, middle + 4.5, result.place.name, bold=mine)
    if own.value is None:
        text = format_status(result.status or "Unknown")
        canvas.label(VALUE_END, middle + 4.5, text, color=theme.DARK, anchor="end")
        return
    look = theme.LOOKS[own.answer]
    if own.low is not None and own.high is not None:
        ends = (scale(own.low), middle, scale(own.high), middle)
        canvas.segments([ends], theme.MID, 1.6)
    mark = [(scale(own.value), middle)]
    canvas.marks(mark, look.shape, look.color, look.filled, 10)
    text = format_short(own.value, indicator)
    canvas.label(VALUE_END, middle + 4.5, text, anchor="end", bold=True)
    canvas.marks([(SYMBOL, middle)], look.shape, look.color, look.filled, 9)
    canvas.label(WORD, middle + 4.5, ANSWER_WORDS[own.answer], bold=mine)


def _dots_result(indicator: Indicator, ordered: Sequence[PlaceResult], about: Place) -> str:
    """The counts, the certain ones by name, and where the own place lies."""
    said = []
    known = [result for result in ordered if result.comparison.value is not None]
    reference = ordered[0].comparison.reference
    for result in known:
        if result.place.code == about.code and result.comparison.value is not None:
            amount = format_amount(result.comparison.value, indicator)
            said.append(f"{about.name}: {amount}, {ANSWER_WORDS[result.comparison.answer]}.")
    if reference.value is not None:
        said.append(f"{reference.label}: {format_amount(reference.value, indicator)}.")
    counts = Counter(result.comparison.answer for result in known)
    said.append(answers_sentence(counts, "kommun", "kommuner"))
    for answer in (Answer.BETTER, Answer.WORSE, Answer.HIGHER, Answer.LOWER):
        names = [r.place.name for r in known if r.comparison.answer == answer]
        if names:
            words = f"{ANSWER_WORDS[answer].capitalize()} än {reference_words(reference)}"
            said.append(f"{words}: {format_list(names)}.")
    return " ".join(said)


def _dots_table(
    title: str, indicator: Indicator, ordered: Sequence[PlaceResult], source_line: str
) -> Table:
    rows = [
        (
            header_cell(result.place.name),
            place_cell(indicator, result),
            _interval_cell(indicator, result),
            answer_cell(result.comparison.answer),
        )
        for result in ordered
    ]
    first = ordered[0].comparison
    reference = first.reference
    if reference.value is not None:
        if reference.kind == ReferenceKind.RIKET:
            cell = raw_cell(indicator, RIKET, first.year, first.gender, reference.value)
        else:
            cell = derived_cell(reference.value, reference.label, indicator.decimals)
        rows.append((header_cell(reference.label), cell, text_cell(""), text_cell("")))
    heads = ("Kommun", f"Värde {first.year}", "Osäkerhet", "Svar")
    return Table(title, heads, tuple(rows), source_line=source_line)


def place_cell(indicator: Indicator, result: PlaceResult) -> Cell:
    own = result.comparison
    return raw_cell(indicator, result.place.code, own.year, own.gender, own.value, result.status)


def _interval_cell(indicator: Indicator, result: PlaceResult) -> Cell:
    own = result.comparison
    if own.low is None or own.high is None:
        return text_cell("–")
    return text_cell(format_interval(own.low, own.high, indicator.decimals))


def draw_ranks(
    about: Place,
    ranked: Sequence[RankedPlace],
    title: str,
    source_line: str,
    caption: str = "",
    key: str = "platser",
) -> Picture:
    """Each rank with the ranks chance could have given: never a league table without them."""
    ordered = sorted(ranked, key=lambda item: (item.rank, item.place.name))
    subtitle = "Punkten är platsen, linjen de platser som är rimliga. 1 är bäst."
    canvas, y = start_canvas(title, subtitle, [])
    last = max(item.high for item in ordered)
    scale = Scale(1, max(last, 2), DOT_LEFT, 470.0)
    top, bottom = y + 10, y + 10 + ROW * len(ordered)
    ticks = [tick for tick in find_ticks(1, last, 6) if tick >= 1 and tick == round(tick)]
    for tick in sorted({1.0, *ticks, float(last)}):
        canvas.segments([(scale(tick), top, scale(tick), bottom)], theme.RULE)
        canvas.label(scale(tick), bottom + 15, format_number(tick), 11, theme.DARK, "middle")
    for number, item in enumerate(ordered):
        _draw_rank(canvas, scale, top + ROW * number, item, about)
    canvas.height = bottom + 26
    rows = tuple(
        (
            header_cell(item.place.name),
            derived_cell(item.rank, "plats"),
            derived_cell(item.low, "bästa rimliga plats"),
            derived_cell(item.high, "sämsta rimliga plats"),
        )
        for item in ordered
    )
    heads = ("Kommun", "Plats", "Bästa rimliga", "Sämsta rimliga")
    table = Table(title, heads, rows, source_line=source_line)
    result = " ".join(f"{i.place.name}: plats {_rank_words(i)}." for i in ordered)
    return finish(canvas, key, title, result, caption or subtitle, table, about.code)


def _draw_rank(canvas: Canvas, scale: Scale, y: float, item: RankedPlace, about: Place) -> None:
    middle, mine = y + ROW / 2, item.place.code == about.code
    color = theme.BLUE if mine else theme.MID
    if mine:
        canvas.boxes([(0, y, canvas.width, ROW)], "#eef3f8", level=-1)
    canvas.label(MARGIN, middle + 4.5, item.place.name, bold=mine)
    canvas.segments([(scale(item.low), middle, scale(item.high), middle)], color, 3)
    canvas.marks([(scale(item.rank), middle)], "circle", color, True, 9)
    canvas.label(490, middle + 4.5, f"plats {_rank_words(item)}", bold=mine)


def _rank_words(item: RankedPlace) -> str:
    """12, rimligt 5-15."""
    if item.low == item.high:
        return f"{item.rank}"
    return f"{item.rank}, rimligt {format_interval(item.low, item.high, 0)}"

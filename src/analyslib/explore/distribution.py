"""How the municipalities are spread, year by year: small multiples with seaborn.

The one figure that is drawn with seaborn and not by hand: a distribution is its strong side,
and only explorers pay for importing it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import matplotlib as mpl
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analyslib.catalogue import Indicator
from analyslib.explore.reading import Reading
from analyslib.figures import theme
from analyslib.figures.canvas import NO_METADATA, SVG_SETTINGS
from analyslib.figures.frame import Picture
from analyslib.figures.inputs import Place
from analyslib.figures.scale import wrap_text
from analyslib.tables import Cell, Table, derived_cell, header_cell, raw_cell
from analyslib.text.formats import format_amount, format_number, format_short
from analyslib.text.words import unit_and_direction


SHOWN, HEIGHT = 4, 150
LONG = 10_000  # figures from here on are so long that few of them have room under a panel
STYLE = {
    **SVG_SETTINGS,
    **sns.axes_style("white"),
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.edgecolor": theme.PALE,
    "axes.titley": 1.0,  # else every tick is measured to find a free place for the titles
    "text.color": theme.INK,
    "axes.labelcolor": theme.DARK,
    "xtick.color": theme.DARK,
    "ytick.color": theme.DARK,
}


def draw_distribution(place: Place, reading: Reading, year: int, source_line: str) -> Picture:
    """One panel per year (at most four, up to `year`) with all municipalities in it; the own
    value is a line with its number."""
    years = [shown for shown in reading.years if shown <= year][-SHOWN:]
    indicator = reading.indicator
    title = f"{indicator.short}: alla kommuner, år för år"
    with mpl.rc_context(STYLE):
        figure = _draw_panels(place, reading, years, title)
        svg = _svg(figure)
    return Picture(
        key="fordelning",
        title=title,
        alt=f"{title}. {_result(place, reading, years)}",
        svg=svg,
        width=int(theme.WIDTH),
        height=round(figure.get_figheight() * 72),
        caption=f"{unit_and_direction(indicator)} Höjden är antalet kommuner; linjen är "
        f"{place.name}. Samma skala i alla rutor.",
        table=_table(title, place, reading, years, source_line),
        source_line=source_line,
        municipality=place.code,
    )


def _draw_panels(place: Place, reading: Reading, years: Sequence[int], title: str) -> Figure:
    lines = wrap_text(title, theme.WIDTH - 16, theme.TITLE * 1.06, 3)
    top = 20 * len(lines) + 34
    height = HEIGHT + top + 24
    figure = Figure((theme.WIDTH / 72, height / 72), dpi=72)
    for number, line in enumerate(lines, 1):
        y = 1 - 20 * number / height
        figure.text(8 / theme.WIDTH, y, line, fontsize=theme.TITLE, fontweight="bold")
    axes = figure.subplots(1, len(years), sharex=True, sharey=True, squeeze=False).flat
    rows = reading.total[reading.total["year"].isin(years)]
    edges = _edges(rows["value"].dropna().tolist())
    for axis, year in zip(axes, years, strict=True):
        known = rows.loc[rows["year"] == year, "value"].dropna()
        # A label that is there already spares seaborn from drawing every tick to find out.
        axis.set(xlabel=" ", ylabel=" ")
        # One outline and not twenty bars: a quarter of the time.
        sns.histplot(x=known.to_numpy(), bins=edges, ax=axis, color=theme.PALE, element="step")
        _mark_own(axis, reading.indicator, reading.value(place.code, year)[0])
        axis.set_title(str(year), loc="left", fontsize=12, fontweight="bold")
        axis.set(xlabel="", ylabel="")
        axis.xaxis.set_major_locator(MaxNLocator(4 if edges[-1] < LONG else 2))
        axis.yaxis.set_major_locator(MaxNLocator(3, integer=True))
        axis.xaxis.set_major_formatter(FuncFormatter(_swedish))
    sns.despine(fig=figure)
    figure.subplots_adjust(
        left=0.06, right=0.98, top=1 - top / height, bottom=24 / height, wspace=0.12
    )
    return figure


def _edges(values: Sequence[float]) -> list[float]:
    """The same twenty steps in all panels; what lies far out is seen as it is."""
    low, high = min(values), max(values)
    step = (high - low or 1.0) / 20
    return [low + step * number for number in range(21)]


def _mark_own(axis: Axes, indicator: Indicator, value: float | None) -> None:
    if value is None:
        text, color, weight = "värde saknas", theme.DARK, "normal"
    else:
        axis.axvline(value, color=theme.BLUE, linewidth=2)
        text, color, weight = format_short(value, indicator), theme.BLUE, "bold"
    axis.set_title(text, loc="right", fontsize=11, color=color, fontweight=weight)


def _swedish(value: float, _: object) -> str:
    return format_number(value, 0 if float(value).is_integer() else 1)


def _svg(figure: Figure) -> bytes:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata=NO_METADATA)
    text = buffer.getvalue()
    return re.sub(r"\s*\n\s*", " ", text[text.index("<svg") :]).encode()


def _result(place: Place, reading: Reading, years: Sequence[int]) -> str:
    """The newest year in words: the own value, and where the middle half lies."""
    value, _ = reading.value(place.code, years[-1])
    own = "värde saknas" if value is None else format_amount(value, reading.indicator)
    low, middle, high = _quartiles(reading, years[-1])
    shown = [format_amount(number, reading.indicator) for number in (low, middle, high)]
    return (
        f"{place.name} {years[-1]}: {own}. Hälften av kommunerna ligger mellan {shown[0]} och "
        f"{shown[2]}; mitten är {shown[1]}."
    )


def _quartiles(reading: Reading, year: int) -> tuple[float, float, float]:
    values = reading.total.loc[reading.total["year"] == year, "value"]
    low, middle, high = values.quantile([0.25, 0.5, 0.75]).tolist()
    return low, middle, high


def _table(
    title: str, place: Place, reading: Reading, years: Sequence[int], source_line: str
) -> Table:
    heads = ("År", place.name, "Undre kvartil", "Median", "Övre kvartil", "Antal kommuner")
    rows = tuple(_row(place, reading, year) for year in years)
    return Table(title, heads, rows, source_line=source_line)


def _row(place: Place, reading: Reading, year: int) -> tuple[Cell, ...]:
    indicator = reading.indicator
    low, middle, high = _quartiles(reading, year)
    values = reading.total.loc[reading.total["year"] == year, "value"]
    return (
        header_cell(str(year)),
        raw_cell(indicator, place.code, year, "T", *reading.value(place.code, year)),
        derived_cell(low, "undre kvartil", indicator.decimals),
        derived_cell(middle, "median", indicator.decimals),
        derived_cell(high, "övre kvartil", indicator.decimals),
        derived_cell(int(values.notna().sum()), "antal kommuner med värde"),
    )

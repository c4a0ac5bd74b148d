"""The values behind figures over time, with the key of every raw number."""

from __future__ import annotations

from collections.abc import Sequence

from analyslib.catalogue import Indicator
from analyslib.figures.inputs import Point, Series, TrendPanel
from analyslib.tables import Cell, Table, derived_cell, header_cell, raw_cell


def point_cell(series: Series, point: Point, indicator: Indicator) -> Cell:
    """A raw value where the series is a municipality's or Riket's own, else a derived one."""
    if series.municipality:
        return raw_cell(
            indicator,
            series.municipality,
            point.year,
            series.gender,
            point.value,
            point.status,
        )
    return derived_cell(point.value, series.derived or series.label, indicator.decimals)


def years_down_table(caption: str, panel: TrendPanel, source_line: str) -> Table:
    """One row per year, one column per line of the figure, and the band's two limits."""
    everything = (panel.own, *panel.others)
    by_year = [{point.year: point for point in series.points} for series in everything]
    limits = {}
    if panel.band:
        ends = zip(panel.band.low, panel.band.high, strict=True)
        limits = dict(zip(panel.band.years, ends, strict=True))
    rows = [
        (
            header_cell(str(year)),
            *(
                point_cell(series, found.get(year, _absent(year)), panel.indicator)
                for series, found in zip(everything, by_year, strict=True)
            ),
            *_limit_cells(panel, limits.get(year)),
        )
        for year in sorted(by_year[0])
    ]
    heads = ["År", *(series_head(series) for series in everything)]
    heads += ["Undre kvartil", "Övre kvartil"] if panel.band else []
    return Table(caption, tuple(heads), tuple(rows), source_line=source_line)


def _limit_cells(panel: TrendPanel, limits: tuple[float, float] | None) -> list[Cell]:
    if panel.band is None:
        return []
    low, high = limits or (None, None)
    decimals = panel.indicator.decimals
    return [
        derived_cell(low, "undre kvartil", decimals),
        derived_cell(high, "övre kvartil", decimals),
    ]


def years_across_table(
    caption: str, panels: Sequence[TrendPanel], source_line: str, by_place: bool = False
) -> Table:
    """One row per series, one column per year; a row is named for its indicator or place."""
    years = sorted({point.year for panel in panels for point in panel.own.points})
    rows = []
    for number, panel in enumerate(panels):
        others = panel.others if not by_place or number == 0 else ()
        for series in (panel.own, *others):
            found = {point.year: point for point in series.points}
            name = series_head(series)
            head = name if by_place else f"{panel.indicator.short}: {name}"
            cells = [point_cell(series, found.get(y, _absent(y)), panel.indicator) for y in years]
            rows.append((header_cell(head), *cells))
    first = "Kommun" if by_place else "Nyckeltal"
    return Table(caption, (first, *map(str, years)), tuple(rows), source_line=source_line)


def series_head(series: Series) -> str:
    """How it was made is said once: a label that ends with it needs no more."""
    said = not series.derived or series.label.endswith(")")
    return series.label if said else f"{series.label} ({series.derived})"


def _absent(year: int) -> Point:
    return Point(year, None, "Not delivered")

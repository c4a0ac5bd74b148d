"""The views of one series: where one lies, where it goes, how all are spread, every value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analyslib.analysis.funnel import ratio_limits, share_limits
from analyslib.catalogue import RIKET, Indicator
from analyslib.explore.distribution import draw_distribution
from analyslib.explore.reading import Reading
from analyslib.figures.funnel import FunnelDot, draw_funnel
from analyslib.figures.inputs import (
    Band,
    FunnelCurve,
    Place,
    PlaceResult,
    Point,
    Series,
    TrendPanel,
)
from analyslib.figures.map import draw_map
from analyslib.figures.places import draw_dots
from analyslib.figures.trends import draw_trend
from analyslib.sections.badges import Marked, mark_revised
from analyslib.sections.material import values_by_number
from analyslib.sections.parts import Shown, box, bullets, heading, join, paragraph, section
from analyslib.tables import Table, header_cell, raw_cell
from analyslib.text.formats import format_list, format_years, unit_words
from analyslib.text.words import DIRECTION_WORDS, source_line


YEARS_SHOWN = 10
UNIT_YEARS = 6
UNIT_NOTE = "En enhet har ofta få personer: skillnader mellan enheter och mellan år kan vara slump."
ENOUGH = 20  # municipalities behind the middle half, or there is none
GENDERS = {"T": "Totalt", "K": "Kvinnor", "M": "Män"}


@dataclass(frozen=True)
class Subject:
    """What a view is about: a series, a place among its group, a year. `units` has the place's
    units, as the query unit_values gives them; most series have none."""

    reading: Reading
    place: Place
    group: str
    members: tuple[Place, ...]
    year: int
    units: pd.DataFrame

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(member.code for member in self.members)

    @property
    def heading(self) -> str:
        return f"{self.reading.indicator.short} {self.year}"

    @property
    def source(self) -> str:
        return self.reading.source(computed=True)

    def badged(self, shown: Marked) -> Marked:
        return mark_revised(shown, self.reading.revised)

    def results(self) -> list[PlaceResult]:
        """The members that delivered something in the year, compared."""
        found = self.reading.compared(self.year, self.codes)
        return [
            PlaceResult(place, found[place.code], self.reading.value(place.code, self.year)[1])
            for place in self.members
            if place.code in found
        ]


def _note(text: str) -> Shown:
    return box("notis", paragraph(text))


def show_position(subject: Subject) -> Shown:
    """The place among its group, each with its answer."""
    results = subject.results()
    if not any(item.comparison.value is not None for item in results):
        return _note(f"Ingen kommun i {subject.group} har något värde {subject.year}.")
    picture = draw_dots(
        subject.place, subject.reading.indicator, results, subject.heading, subject.source
    )
    return join([subject.badged(picture), _silent(subject, results)])


def _silent(subject: Subject, results: list[PlaceResult]) -> Shown | None:
    """The members that delivered nothing at all for the year: they are in no figure."""
    heard = {item.place.code for item in results}
    names = [place.name for place in subject.members if place.code not in heard]
    return paragraph(f"Har inte levererat {subject.year}: {format_list(names)}.") if names else None


def show_development(subject: Subject) -> Shown:
    """The place over time, with Riket and the middle half of the municipalities."""
    reading, place = subject.reading, subject.place
    years = range(subject.year - YEARS_SHOWN + 1, subject.year + 1)
    own = _own_points(subject, years)
    if all(point.value is None for point in own):
        return _note(f"{place.name} har inga värden {years[0]}–{subject.year}.")
    riket = tuple(Point(year, *reading.value(RIKET, year)) for year in years)
    has_riket = any(point.value is not None for point in riket)
    panel = TrendPanel(
        indicator=reading.indicator,
        own=Series(place.name, own, municipality=place.code),
        others=(Series("Riket (vägt)", riket, municipality=RIKET),) if has_riket else (),
        band=_band(reading, years),
        trend=reading.trends(subject.year, [place.code]).get(place.code),
    )
    title = f"{reading.indicator.short}, {place.name} {years[0]}–{subject.year}"
    return subject.badged(draw_trend(place, panel, title, subject.source))


def _own_points(subject: Subject, years: range) -> tuple[Point, ...]:
    limits = subject.reading.intervals(subject.place.code, subject.year)
    return tuple(
        Point(
            year,
            *subject.reading.value(subject.place.code, year),
            *limits.get(year, (None, None)),
        )
        for year in years
    )


def _band(reading: Reading, years: range) -> Band | None:
    frame = reading.benchmarks
    shown = frame[
        (frame["gender"] == "T") & frame["year"].isin(list(years)) & (frame["n"] >= ENOUGH)
    ]
    if shown.empty or reading.indicator.kind == "coded":
        return None
    found = tuple(int(year) for year in shown["year"])
    return Band("Hälften av kommunerna", found, tuple(shown["q1"]), tuple(shown["q3"]))


def show_funnel(subject: Subject) -> Shown:
    """All municipalities by size, with the limits of chance around Riket."""
    indicator = subject.reading.indicator
    results = [item for item in subject.results() if item.comparison.n]
    target = results[0].comparison.reference.value if results else None
    if indicator.kind not in ("survey_share", "register_share", "rate") or target is None:
        return _note(
            "Tratten visar hur mycket slumpen kan betyda i små kommuner. Den kräver en andel eller "
            "en kvot där antalet personer bakom varje värde är känt, och det är det inte här."
        )
    now = subject.reading.total
    now = now[(now["year"] == subject.year) & now["value"].notna() & (now["n"] > 0)]
    others = now[~now["municipality"].isin(subject.codes)]
    dots = [
        FunnelDot(float(n), float(value))
        for n, value in zip(others["n"], others["value"], strict=True)
    ]
    curve = _curve(subject, float(now["n"].min()), float(now["n"].max()), target)
    picture = draw_funnel(
        subject.place, indicator, results, dots, curve, subject.heading, subject.source
    )
    return subject.badged(picture)


def _curve(subject: Subject, smallest: float, largest: float, target: float) -> FunnelCurve:
    """A share in per cent, or a rate per so many: both limits in the unit of the indicator."""
    n = np.geomspace(smallest, largest, 60)
    limits: list[NDArray[np.float64]] = []
    for level in (0.95, 0.998):
        if subject.reading.indicator.kind == "rate":
            limits += ratio_limits(n * target / subject.reading.indicator.n.per, target, level)
        else:
            limits += [100 * side for side in share_limits(n, target / 100, level)]
    low, high, low_far, high_far = (tuple(side.tolist()) for side in limits)
    return FunnelCurve(tuple(n.tolist()), low, high, low_far, high_far)


def show_map(subject: Subject) -> Shown:
    results = subject.results()
    if not results:
        return _note(f"Ingen kommun i {subject.group} har något värde {subject.year}.")
    picture = draw_map(
        subject.place, subject.reading.indicator, results, subject.heading, subject.source
    )
    return join([subject.badged(picture), _silent(subject, results)])


def show_distribution(subject: Subject) -> Shown:
    known = [year for year in subject.reading.years if year <= subject.year]
    if not known or subject.reading.indicator.kind == "coded":
        return _note("En fördelning kräver värden som är tal; det finns inga att visa här.")
    picture = draw_distribution(subject.place, subject.reading, subject.year, subject.source)
    return subject.badged(picture)


def values_table(subject: Subject) -> Table:
    """The group's values, year by year; women and men of the own place too where there are any."""
    reading = subject.reading
    years = [year for year in reading.years if year <= subject.year][-YEARS_SHOWN:]
    genders = set(reading.series["gender"])
    own = [(subject.place, gender) for gender in ("K", "M") if gender in genders]
    places = [*((place, "T") for place in subject.members), *own, (Place(RIKET, "Riket"), "T")]
    rows = tuple(
        (
            header_cell(f"{place.name}{'' if gender == 'T' else ', ' + GENDERS[gender].lower()}"),
            *(
                raw_cell(
                    reading.indicator, place.code, year, gender,
                    *reading.value(place.code, year, gender),
                )
                for year in years
            ),
        )
        for place, gender in places
    )  # fmt: skip
    caption = f"{reading.indicator.short}, {subject.group}"
    line = reading.source(computed=False)
    table = Table(caption, ("Kommun", *map(str, years)), rows, source_line=line)
    return subject.badged(table)


def show_table(subject: Subject) -> Shown:
    return join([values_table(subject), None if subject.units.empty else units_table(subject)])


def units_table(subject: Subject) -> Table:
    """The place's own units (a home-help team, a group home), year by year.

    The key of a number is the unit's id at the source, where a municipality's is its code.
    """
    indicator, found = subject.reading.indicator, subject.units
    total = found[(found["gender"] == "T") & (found["year"] <= subject.year)]
    years = sorted(total["year"].unique().tolist())[-UNIT_YEARS:]
    known = values_by_number(total.assign(kpi=total["unit"]), "gender")
    names = dict(zip(total["unit"], total["unit_name"], strict=True))
    rows = tuple(
        (
            header_cell(name),
            *(
                raw_cell(
                    indicator,
                    unit,
                    year,
                    "T",
                    *known.get((unit, "T", year), (None, "Not delivered")),
                )
                for year in years
            ),
        )
        for unit, name in names.items()
    )
    caption = f"{indicator.short}, enheter i {subject.place.name}"
    line = source_line("Kolada", str(max(found["vintage"]))[:10], computed=False)
    heads = ("Enhet", *map(str, years))
    return Table(caption, heads, rows, note=UNIT_NOTE, source_line=line)


def show_about(subject: Subject) -> Shown:
    """What the source says, and what we have decided about it."""
    reading, indicator = subject.reading, subject.reading.indicator
    facts = [
        f"Id: {indicator.id}.",
        f"Enhet: {unit_words(indicator) or _unit_of_scale(indicator)}.",
        f"Riktning: {DIRECTION_WORDS[indicator.direction]}.",
        f"År med värden: {format_years(reading.years) if reading.years else 'inga'}.",
        f"Underlag: {_basis(reading)}",
        *(f"Seriebrott {item.year}: {item.reason}" for item in indicator.breaks),
        *([f"Att tänka på: {indicator.caveats}"] if indicator.caveats else []),
    ]
    return section(
        "om",
        heading(str(reading.info["title"]), 3),
        paragraph(str(reading.info["description"])),
        bullets(facts),
        paragraph(reading.source(computed=False), "kalla"),
    )


def _unit_of_scale(indicator: Indicator) -> str:
    """What is not said after a number: an index, a count, or the answers of a code."""
    if indicator.kind != "coded":
        return indicator.unit or "inte angiven"
    answers = [f"{code} = {words}" for code, words in (indicator.coding or {}).items()]
    return f"kod ({', '.join(answers)})" if answers else "kod"


def _basis(reading: Reading) -> str:
    source = reading.indicator.n
    if source.kpi:
        return f"antalet personer bakom värdet hämtas från {source.kpi}."
    return source.note or "antalet personer bakom värdet är inte känt."


VIEWS: Mapping[str, Callable[[Subject], Shown]] = {
    "läge": show_position,
    "utveckling": show_development,
    "tratt": show_funnel,
    "karta": show_map,
    "fördelning": show_distribution,
    "tabell": show_table,
    "om nyckeltalet": show_about,
}

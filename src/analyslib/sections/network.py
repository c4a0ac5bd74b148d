"""The overview of a network, section by section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from analyslib.analysis.results import Answer
from analyslib.catalogue import RIKET, Area, Indicator
from analyslib.figures.frame import Picture
from analyslib.figures.inputs import Band, Place, PlaceResult, Point, Series, TrendPanel
from analyslib.figures.map import MAP_SOURCE, MOST_ON_MAP, draw_map
from analyslib.figures.places import draw_dots
from analyslib.figures.rug import draw_rug
from analyslib.figures.trends import draw_network_trends
from analyslib.sections.badges import Marked, mark_revised
from analyslib.sections.changes import NOTHING_OLDER, render_changes
from analyslib.sections.material import middle_half
from analyslib.sections.network_material import NetworkMaterial, read_network_material
from analyslib.sections.parts import (
    Shown,
    box,
    bullets,
    heading,
    join,
    paragraph,
    paragraphs,
    section,
    slug,
)
from analyslib.tables import Cell, Table, derived_cell, header_cell, raw_cell
from analyslib.text.formats import format_list
from analyslib.text.sentences import position_sentence
from analyslib.text.words import format_answer, name_with_unit, source_line


EXAMPLES = 6


@dataclass(frozen=True)
class NetworkReport:
    """How the members of a network lie and move, and who has something to tell."""

    material: NetworkMaterial
    meeting: str

    @property
    def network(self) -> Place:
        return Place("", self.material.network.title)

    @property
    def areas(self) -> tuple[Area, ...]:
        found = self.material.catalogue.areas.values()
        return tuple(area for area in found if self.material.indicators_of(area))

    @cached_property
    def source(self) -> str:
        retrieved = str(max(self.material.sources["retrieved"]))[:10]
        return source_line("Kolada", retrieved, computed=True)

    def summary(self, most: int = EXAMPLES) -> Shown:
        """Who is certainly better and improving, where many are worse, who has sent nothing; at
        most so many of each."""
        return join(
            [
                box(
                    "sammanfattning",
                    heading("Vilka kan berätta?", 3),
                    bullets(self._good_examples()[:most])
                    or paragraph(
                        "Ingen kommun är både säkerställt bättre och säkerställt på väg upp."
                    ),
                ),
                box(
                    "fragor",
                    heading("Att tala om på mötet", 3),
                    bullets(self._shared_troubles()[:most])
                    or paragraph("Inget nyckeltal är säkerställt sämre i flera kommuner."),
                ),
                self._silent(),
            ]
        )

    def _good_examples(self) -> list[str]:
        """Certainly better and certainly improving, at most one per indicator."""
        found: dict[str, tuple[float, str]] = {}
        for key, position in self.material.position.items():
            kpi, code = key
            if self._is_background(kpi):
                continue
            course = self.material.trend_of.get(key)
            improving = course is not None and course.answer is Answer.BETTER
            if position.answer is Answer.BETTER and improving and position.p is not None:
                indicator = self.material.catalogue.indicators[kpi]
                name = self.material.catalogue.municipalities[code].name
                text = position_sentence(position, indicator, f"{indicator.short}: {name}")
                found[kpi] = min(found.get(kpi, (1.0, "")), (position.p, text))
        return [text for _, text in sorted(found.values())[:EXAMPLES]]

    def _is_background(self, kpi: str) -> bool:
        """What a municipality's social services do not decide over."""
        return self.material.catalogue.indicators[kpi].aspect == "background"

    def _shared_troubles(self) -> list[str]:
        """Indicators where several members are certainly worse: a matter for all."""
        worse: dict[str, list[str]] = {}
        for (kpi, code), position in self.material.position.items():
            if position.answer is Answer.WORSE and not self._is_background(kpi):
                worse.setdefault(kpi, []).append(code)
        several = sorted(worse.items(), key=lambda item: -len(item[1]))
        return [
            f"{self.material.catalogue.indicators[kpi].short}: "
            f"{format_list([p.name for p in self.material.places if p.code in codes])} "
            "ligger säkerställt sämre. Vad har de gemensamt?"
            for kpi, codes in several[:EXAMPLES]
            if len(codes) >= 2
        ]

    def _silent(self) -> Shown | None:
        names = [place.name for place in self.material.silent]
        if not names:
            return None
        text = f"Utan ett enda värde för {self.material.year}: {format_list(names)}."
        return box("notis", paragraph(text))

    def answers(self) -> Shown:
        """One row per member: how many key figures fall in each of the answers."""
        answers = list(Answer)
        counts = {place.code: Counter[Answer]() for place in self.material.places}
        for (_, code), position in self.material.position.items():
            if position.value is not None:
                counts[code][position.answer] += 1
        rows = tuple(
            (
                header_cell(place.name),
                *(derived_cell(counts[place.code][item], f"count-{item}") for item in answers),
            )
            for place in self.material.places
        )
        return Table(
            caption=f"Antal nyckeltal per kommun och svar, jämfört med riket {self.material.year}",
            columns=("Kommun", *map(format_answer, answers)),
            rows=rows,
            note="Tabellen är ingen rangordning: kommunerna har olika många nyckeltal, och i en "
            "liten kommun krävs en större skillnad för att den ska vara säkerställd. Där riket "
            "saknar värde jämförs med alla kommuners medelvärde.",
        )

    def all_areas(self) -> Shown:
        """Every area: all answers at a glance, one figure in depth, all values."""
        return join(self.area(area.id) for area in self.areas)

    def area(self, area_id: str) -> Shown:
        """One area by its id."""
        area = self.material.catalogue.areas[area_id]
        indicators = self.material.indicators_of(area)
        return section(
            f"omrade-{slug(area.id)}",
            heading(area.title, 3),
            paragraphs(area.why),
            self._rug(area, indicators),
            *self._in_depth(area, indicators),
            self._badged(self._values(area, indicators)),
        )

    def _rug(self, area: Area, indicators: Iterable[Indicator]) -> Picture:
        shown = [item for item in indicators if item.kind not in ("coded", "count")]
        answers = {
            (kpi, code): position.answer
            for (kpi, code), position in self.material.position.items()
            if position.value is not None
        }
        return draw_rug(
            self.network,
            self.material.places,
            shown,
            answers,
            f"{area.title} {self.material.year}: läget jämfört med riket",
            self.source,
            key=f"matta-{area.id}",
        )

    def _in_depth(self, area: Area, indicators: tuple[Indicator, ...]) -> Iterable[Picture]:
        """One indicator that can be judged, main and with a direction if there is one: the members
        side by side, and over time."""
        judged = {
            kpi
            for (kpi, _), position in self.material.position.items()
            if position.answer is not Answer.CANNOT_BE_JUDGED
        }
        order = sorted(indicators, key=lambda item: (item.direction == "none", not item.main))
        chosen = next((item for item in order if item.id in judged), None)
        if chosen is None:
            return
        results = [
            PlaceResult(
                place,
                self.material.position[chosen.id, place.code],
                self._status(chosen, place.code),
            )
            for place in self.material.places
            if (chosen.id, place.code) in self.material.position
        ]
        yield self._badged(
            draw_dots(
                self.network,
                chosen,
                results,
                f"{chosen.short} {self.material.year}",
                self.source,
                key=f"kommuner-{area.id}",
            )
        )
        if len(results) <= MOST_ON_MAP:
            yield self._badged(
                draw_map(
                    self.network,
                    chosen,
                    results,
                    f"{chosen.short} på kartan {self.material.year}",
                    f"{self.source} {MAP_SOURCE}",
                    key=f"karta-{area.id}",
                )
            )
        yield self._badged(
            draw_network_trends(
                self.network,
                [self._panel(chosen, place) for place in self.material.places],
                f"{chosen.short} {self.material.years[0]}–{self.material.year}",
                self.source,
                key=f"utveckling-{area.id}",
            )
        )

    def _badged(self, shown: Marked) -> Marked:
        return mark_revised(shown, self.material.revised)

    def _status(self, indicator: Indicator, code: str) -> str:
        key = (indicator.id, code, self.material.year)
        return self.material.values.get(key, (None, "Not delivered"))[1]

    def _panel(self, indicator: Indicator, place: Place) -> TrendPanel:
        return TrendPanel(
            indicator=indicator,
            own=Series(place.name, self._points(indicator, place.code), municipality=place.code),
            others=(Series("Riket (vägt)", self._points(indicator, RIKET), municipality=RIKET),),
            band=self._band(indicator),
            trend=self.material.trend_of.get((indicator.id, place.code)),
        )

    def _points(self, indicator: Indicator, code: str) -> tuple[Point, ...]:
        values = self.material.values
        return tuple(
            Point(year, *values.get((indicator.id, code, year), (None, "Not delivered")))
            for year in self.material.years
        )

    def _band(self, indicator: Indicator) -> Band | None:
        return middle_half(indicator, self.material.benchmarks, self.material.years)

    def _values(self, area: Area, indicators: Iterable[Indicator]) -> Table:
        places = self.material.places
        return Table(
            caption=f"{area.title}: alla värden {self.material.year}",
            columns=("Nyckeltal", "Riket, vägt", *(place.name for place in places)),
            rows=tuple(
                (
                    header_cell(name_with_unit(indicator)),
                    self._cell(indicator, RIKET),
                    *(self._cell(indicator, place.code) for place in places),
                )
                for indicator in indicators
            ),
            source_line="Källa: Kolada.",
        )

    def _cell(self, indicator: Indicator, code: str) -> Cell:
        year = self.material.year
        value, status = self.material.values.get(
            (indicator.id, code, year), (None, "Not delivered")
        )
        return raw_cell(indicator, code, year, "T", value, status)

    def changes(self) -> Shown:
        """What the source has changed since the last meeting."""
        found = self.material
        if found.changes is None:
            return NOTHING_OLDER
        nothing = found.series.iloc[:0]
        return render_changes(found.changes, nothing, found.catalogue.indicators, None)

    def sources(self) -> Shown:
        """Where the numbers come from."""
        files = self.material.sources.to_dict("records")
        return join(
            [
                paragraph(self.source),
                bullets(
                    [f"{file['publisher']}: {file['title']} ({file['vintage']})" for file in files]
                ),
            ]
        )


def network_report(
    network: str, year: int, meeting: str = "", data: str = "demo", since: str = ""
) -> NetworkReport:
    """The overview of a network, up to a year."""
    return NetworkReport(read_network_material(network, year, data, since), meeting)

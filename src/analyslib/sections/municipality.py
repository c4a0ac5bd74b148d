"""The report of one municipality, section by section.

The notebook holds the order, the headings and the prose; here is everything with a branch or a
loop. Each method gives one section, ready to be shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from analyslib.analysis.questions import ask
from analyslib.analysis.results import ReferenceKind
from analyslib.catalogue import Area, Indicator
from analyslib.figures.inputs import Band, Place, Point, ProfileRow, Series, Spread, TrendPanel
from analyslib.figures.map import MAP_SOURCE, MOST_ON_MAP, draw_network_map
from analyslib.figures.profile import draw_profile
from analyslib.figures.trends import draw_area_trends
from analyslib.sections.badges import Marked, mark_revised
from analyslib.sections.changes import NOTHING_OLDER, render_changes
from analyslib.sections.costs import cost_section
from analyslib.sections.material import Material, indicators_of, middle_half, read_material
from analyslib.sections.municipality_tables import (
    answers_table,
    area_tables,
    breaks_table,
    context_table,
    empty_rows,
    has_own_value,
    missing_table,
    peers_table,
    sources_table,
    women_men_table,
)
from analyslib.sections.own_measures import own_measures_section
from analyslib.sections.parts import (
    Html,
    Shown,
    box,
    bullets,
    folded,
    heading,
    join,
    link,
    paragraph,
    paragraphs,
    section,
    slug,
    text_with,
)
from analyslib.tables import Table
from analyslib.text.findings import finding_sentence, question_sentence
from analyslib.text.formats import format_list
from analyslib.text.sentences import answers_sentence
from analyslib.text.words import WHOLE_POPULATION_CAVEAT, source_line


PANELS = 6
NO_BACKGROUND = "Uppgifter om befolkningen saknas i det som har hämtats från Kolada."


@dataclass(frozen=True)
class MunicipalityReport:
    """What has happened in one municipality, how sure that is, and what to talk about."""

    material: Material
    meeting: str

    @property
    def place(self) -> Place:
        return Place(self.material.place.code, self.material.place.name)

    @property
    def areas(self) -> tuple[Area, ...]:
        return tuple(self.material.catalogue.areas.values())

    def summary(self) -> Shown:
        """The few things that stand out, and the questions they raise."""
        indicators = self.material.catalogue.indicators
        items = [
            text_with(
                finding_sentence(finding, indicators[finding.kpi], self.place.name),
                link("Mer i området", area_anchor(self.material.catalogue.areas[finding.area])),
            )
            for finding in self.material.findings
        ]
        nothing = "Inget skiljer sig så tydligt att det är mer än slump."
        questions = [
            question_sentence(question, indicators, self.place.name)
            for question in ask(self.material.findings)
        ]
        return join(
            [
                box(
                    "sammanfattning",
                    heading("Det som sticker ut", 3),
                    bullets(items) or paragraph(nothing),
                    paragraph(self._answers_in_all()),
                ),
                box("fragor", heading("Att tala om på mötet", 3), bullets(questions))
                if questions
                else None,
            ]
        )

    def _answers_in_all(self) -> str:
        """Counted as in the table of the areas and in the overview of the network."""
        positions = map(self.material.position, self.material.catalogue.indicators)
        known = [item for item in positions if item is not None and item.value is not None]
        counts = Counter(item.answer for item in known)
        text = answers_sentence(counts, "nyckeltal", "nyckeltal")
        mean = " Där riket saknar värde jämförs med alla kommuners medelvärde."
        has_mean = any(i.reference.kind is ReferenceKind.UNWEIGHTED_MEAN for i in known)
        return f"{text[:-1]} jämfört med riket {self.material.year}.{mean if has_mean else ''}"

    def guide(self) -> Shown:
        """How sure an answer is, said once; every other place links here."""
        return section(
            "hur-sakert",
            heading("Hur säkert är detta?", 3),
            paragraph(
                "Ett svar är säkerställt när skillnaden ligger utanför sitt 95-procentiga "
                "intervall. Bland hundra nyckeltal där inget skiljer sig får ändå omkring fem ett "
                "sådant svar av en slump; därför väger sammanfattningen in hur många som prövats."
            ),
            paragraph(WHOLE_POPULATION_CAVEAT),
            paragraph(
                "Riket är ett vägt värde: alla invånare räknas lika. Medelvärden för län, nätverk "
                "och liknande kommuner är ovägda: alla kommuner räknas lika."
            ),
        )

    def context(self) -> Shown:
        """Who lives here, and whom the municipality is compared with."""
        table = context_table(self.material)
        return join(
            [
                self._badged(table) if table else paragraph(NO_BACKGROUND, "anmarkning"),
                self._map(),
                heading("Kommunerna i jämförelsen", 3),
                peers_table(self.material),
            ]
        )

    def _map(self) -> Shown | None:
        """Where in the network the municipality lies."""
        codes = self.material.peers.network
        if len(codes) > MOST_ON_MAP or self.place.code not in codes:
            return None
        known = self.material.catalogue.municipalities
        return draw_network_map(
            self.place,
            [Place(code, known[code].name) for code in codes],
            f"{self.place.name} i {self.material.network.title}",
            MAP_SOURCE,
            key="karta",
        )

    def answers(self) -> Shown:
        """Per area: how many key figures are better, worse, not certainly different, unjudged."""
        return answers_table(self.material, self.areas)

    def profile(self) -> Shown:
        """The main indicators of every area in one figure."""
        rows = [
            self._profile_row(indicator, area.title)
            for area in self.areas
            for indicator in indicators_of(self.material, area)
            if indicator.main and self._has_position(indicator)
            if indicator.kind not in ("coded", "count")
        ]
        return self._badged(
            draw_profile(
                self.place,
                rows,
                f"{self.place.name} bland landets kommuner {self.material.year}",
                self.source(computed=True),
                key="profil",
            )
        )

    def _badged(self, shown: Marked) -> Marked:
        return mark_revised(shown, self.material.revised)

    def _has_position(self, indicator: Indicator) -> bool:
        comparison = self.material.position(indicator.id)
        return comparison is not None and comparison.value is not None

    def _profile_row(self, indicator: Indicator, area: str) -> ProfileRow:
        comparison = self.material.position(indicator.id)
        assert comparison is not None
        kinds = (ReferenceKind.COUNTY, ReferenceKind.NETWORK, ReferenceKind.SIMILAR)
        others = [self.material.comparison(indicator.id, kind) for kind in kinds]
        return ProfileRow(
            indicator=indicator,
            comparison=comparison,
            others=tuple(item.reference for item in others if item is not None),
            spread=self._spread(indicator),
            area=area,
        )

    def _spread(self, indicator: Indicator) -> Spread | None:
        found = self.material.benchmarks.get((indicator.id, self.material.year))
        return Spread(found.low, found.q1, found.q3, found.high) if found else None

    def all_areas(self) -> Shown:
        """Every area: why, what stands out, the course over the years, all values."""
        return join(self.area(area.id) for area in self.areas)

    def area(self, area_id: str) -> Shown:
        """One area by its id."""
        area = self.material.catalogue.areas[area_id]
        known = indicators_of(self.material, area)
        with_value = [indicator for indicator in known if self._has_position(indicator)]
        return section(
            area_anchor(area),
            heading(area.title, 3),
            paragraphs(area.why),
            None if with_value else self._empty_area(area),
            self._trends(area, known),
            *self._tables(area, known),
            self._women_men(area, known),
            self._without_values(area, known),
            paragraph(area.caveats, "anmarkning"),
        )

    def _tables(self, area: Area, known: Iterable[Indicator]) -> Iterable[Shown | None]:
        """What there is to read; rows without a single value are told in a sentence and folded."""
        found = self.material
        filled = [item for item in known if has_own_value(found, item)]
        yield from map(self._badged, area_tables(found, area, filled))
        empty = empty_rows(found, area, [item for item in known if item not in filled])
        if empty:
            sentence, table = empty
            yield paragraph(sentence, "anmarkning")
            yield folded("Visa raderna: orsaken varje år, riket och grupperna", self._badged(table))

    def _women_men(self, area: Area, known: Iterable[Indicator]) -> Table | None:
        found = women_men_table(self.material, area, known)
        return self._badged(found) if found else None

    def _empty_area(self, area: Area) -> Html:
        text = f"{self.place.name} har inga värden för {self.material.year} i {area.title.lower()}."
        return box("notis", paragraph(text))

    def _trends(self, area: Area, known: Iterable[Indicator]) -> Shown | None:
        shown = sorted(known, key=lambda indicator: not indicator.main)
        possible = (panel for item in shown if (panel := self._panel(item)) is not None)
        panels = list(islice(possible, PANELS))
        if not panels:
            return None
        title = f"{area.title} i {self.place.name} {self.material.years[0]}–{self.material.year}"
        picture = draw_area_trends(
            self.place, panels, title, self.source(computed=True), key=f"utveckling-{area.id}"
        )
        return self._badged(picture)

    def _panel(self, indicator: Indicator) -> TrendPanel | None:
        own = self._points(indicator)
        if all(point.value is None for point in own):
            return None
        return TrendPanel(
            indicator=indicator,
            own=Series(self.place.name, own, municipality=self.place.code),
            others=tuple(item for item in self._others(indicator) if item is not None),
            band=self._band(indicator),
            trend=self.material.trend_of.get((indicator.id, "T")),
        )

    def _points(self, indicator: Indicator) -> tuple[Point, ...]:
        own = self.material.own
        points = []
        for year in self.material.years:
            value, status = own.get((indicator.id, "T", year), (None, "Not delivered"))
            points.append(Point(year, value, status))
        return tuple(points)

    def _others(self, indicator: Indicator) -> Iterable[Series | None]:
        national = self.material.national
        riket = [
            Point(year, *national.get((indicator.id, "T", year), (None, "Not delivered")))
            for year in self.material.years
        ]
        if any(point.value is not None for point in riket):
            yield Series("Riket (vägt)", tuple(riket), municipality="0000")
        means = self.material.network_means
        points = [
            Point(year, means[indicator.id, year])
            for year in self.material.years
            if (indicator.id, year) in means
        ]
        if points:
            yield Series("Nätverket (ovägt)", tuple(points), derived="ovägt medelvärde")

    def _band(self, indicator: Indicator) -> Band | None:
        return middle_half(indicator, self.material.benchmarks, self.material.years)

    def _without_values(self, area: Area, known: tuple[Indicator, ...]) -> Html | None:
        missing = [indicator.short for indicator in area.indicators if indicator not in known]
        if not missing:
            return None
        return paragraph(
            f"Utan värden i källan {self.material.years[0]}–{self.material.year}: "
            f"{format_list(missing)}.",
            "anmarkning",
        )

    def costs(self) -> Shown:
        """Volume or price, and net cost against reference cost, with quality beside."""
        return cost_section(self.material).shown()

    def own_measures(self) -> Shown | None:
        """What the municipality follows itself; nothing where it has delivered nothing."""
        return own_measures_section(self.material.own_activity)

    def changes(self) -> Shown:
        """What the source has changed since the last meeting."""
        found = self.material
        if found.changes is None:
            return NOTHING_OLDER
        indicators = found.catalogue.indicators
        return render_changes(found.changes, found.revisions, indicators, found.place)

    def quality(self) -> Shown:
        """What is missing and why, broken and ended series."""
        return join([missing_table(self.material), breaks_table(self.material)])

    def sources(self) -> Shown:
        """Where the numbers come from, and what we have computed ourselves."""
        return sources_table(self.material)

    def source(self, computed: bool) -> str:
        retrieved = str(max(self.material.sources["retrieved"]))[:10]
        return source_line("Kolada", retrieved, computed)


def area_anchor(area: Area) -> str:
    return f"omrade-{slug(area.id)}"


def municipality_report(
    municipality: str,
    network: str,
    year: int,
    meeting: str = "",
    data: str = "demo",
    since: str = "",
) -> MunicipalityReport:
    """The report of a municipality (code or name) in a network, up to a year."""
    return MunicipalityReport(read_material(municipality, network, year, data, since), meeting)

"""The report's section on costs: volume or price, and net cost against reference cost.

A cost never stands alone: beside each stand its extent and what the users think of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from analyslib.analysis.cost_groups import against_groups
from analyslib.analysis.costs import Decomposition, PartKind, Values, own_change, volume_of
from analyslib.analysis.net_costs import NetCost, net_cost
from analyslib.analysis.results import ReferenceKind
from analyslib.catalogue import Indicator
from analyslib.figures.costs import draw_cost_split, draw_net_costs
from analyslib.figures.frame import Picture
from analyslib.figures.inputs import Place
from analyslib.identities import Costs, Deviation, Identity, load_costs
from analyslib.sections.badges import Marked, mark_revised
from analyslib.sections.cost_values import groups_of
from analyslib.sections.material import Material
from analyslib.sections.municipality_tables import answer_words, own_cell
from analyslib.sections.parts import Html, Shown, box, bullets, heading, join, paragraph, section
from analyslib.tables import Cell, Table, derived_cell, header_cell, text_cell
from analyslib.text.costs import (
    GROUP_WORDS,
    check_sentence,
    one_person_sentence,
    part_answer,
    reconcile_sentence,
    rejected_sentence,
)
from analyslib.text.net_costs import (
    model_sentence,
    net_cost_sentences,
    net_costs_sentence,
    net_reconcile_sentence,
    older_model_note,
    too_few_years_sentence,
)
from analyslib.text.words import name_with_unit, source_line


@dataclass(frozen=True)
class CostSection:
    """Everything about costs of one municipality and year."""

    material: Material
    values: Values
    costs: Costs

    @property
    def place(self) -> Place:
        return Place(self.material.place.code, self.material.place.name)

    @cached_property
    def changes(self) -> dict[str, Decomposition]:
        indicators = self.material.catalogue.indicators
        return {
            identity.id: own_change(
                self.values, identity, self.place.code, self.material.years, indicators
            )
            for identity in self.costs.identities
        }

    @cached_property
    def positions(self) -> dict[str, Decomposition]:
        asked = {
            identity: groups_of(self.material.catalogue, self.material.peers, identity)
            for identity in self.costs.identities
        }
        year, indicators = self.material.year, self.material.catalogue.indicators
        found = against_groups(self.values, asked, self.place.code, year, indicators)
        return {item.identity: item for item in found}

    @cached_property
    def net_costs(self) -> dict[str, NetCost]:
        years, indicators = self.material.years, self.material.catalogue.indicators
        return {
            item.id: net_cost(self.values, item, self.place.code, years, indicators)
            for item in self.costs.deviations
        }

    def shown(self) -> Shown:
        """One part per identity, the net costs, and how the identities were tried."""
        return join([*map(self.identity, self.costs.identities), self.net(), self.tried()])

    def identity(self, identity: Identity) -> Shown:
        change, position = self.changes[identity.id], self.positions[identity.id]
        compared = self.material.comparison(identity.cost, position.kind)
        whole = compared.answer if compared else None
        return section(
            f"kostnad-{identity.id.replace('_', '-')}",
            heading(identity.title, 3),
            draw_cost_split(
                self.place,
                identity,
                change,
                position,
                self.source(computed=True),
                key=f"kostnad-{identity.id}",
            ),
            paragraph(one_person_sentence(change, identity)),
            paragraph(identity.caveat, "anmarkning"),
            self._badged(self._beside(identity, change)),
            box("fragor", paragraph(reconcile_sentence(change, position, identity, whole))),
        )

    def _beside(self, identity: Identity, change: Decomposition) -> Table:
        """The cost and its factors with extent and quality: never a cost alone."""
        material = self.material
        kpis = (identity.cost, identity.volume.kpi, identity.price, *identity.beside)
        first = change.start.year if change.start else None
        years = tuple(year for year in (first, material.year) if year is not None)
        rows = [self._beside_row(material.catalogue.indicators[kpi], years) for kpi in kpis]
        if identity.volume.over:
            rows.insert(1, self._volume_row(identity, years))
        group = GROUP_WORDS[ReferenceKind.SIMILAR].capitalize()
        return Table(
            caption=f"{identity.title}: kostnad, omfattning och kvalitet sida vid sida",
            columns=(
                "Nyckeltal",
                *map(str, years),
                f"{group} {material.year}, ovägt",
                "Läge mot dem",
            ),
            rows=tuple(rows),
            source_line=self.source(computed=True),
        )

    def _beside_row(self, indicator: Indicator, years: Sequence[int]) -> tuple[Cell, ...]:
        comparison = self.material.comparison(indicator.id, ReferenceKind.SIMILAR)
        mean = comparison.reference.value if comparison and indicator.kind != "count" else None
        return (
            header_cell(name_with_unit(indicator)),
            *(own_cell(self.material, indicator, year) for year in years),
            derived_cell(mean, "similar-mean", indicator.decimals),
            text_cell(answer_words(comparison)),
        )

    def _volume_row(self, identity: Identity, years: Sequence[int]) -> tuple[Cell, ...]:
        """A volume that the source only has as a count, per hundred inhabitants."""
        found = [volume_of(self.values, identity, self.place.code, year) for year in years]
        position = self.positions[identity.id]
        members = position.start
        cells = [None if item is None else 100 * item for item in found]
        per_hundred = identity.per_inhabitant.replace("per", "per 100")
        return (
            header_cell(f"{identity.users.capitalize()} {per_hundred}"),
            *(derived_cell(value, "volym", 1) for value in cells),
            derived_cell(100 * members.volume if members else None, "volym-medel", 1),
            text_cell(part_answer(position, position.part(PartKind.VOLUME))),
        )

    def net(self) -> Shown:
        """Net cost against what the structure motivates, with quality beside."""
        pairs = [(item, self.net_costs[item.id]) for item in self.costs.deviations]
        known = [pair for pair in pairs if pair[1].course]
        unjudged = too_few_years_sentence([found for _, found in known])
        said = [net_cost_sentences(found, deviation, not unjudged) for deviation, found in known]
        picture = self._net_picture(known) if known else None
        question = net_reconcile_sentence(known)
        return section(
            "kostnad-netto",
            heading("Nettokostnad mot referenskostnad", 3),
            paragraph(model_sentence(self.material.years[0])),
            picture or paragraph(f"{self.place.name} saknar uppgift om avvikelsen."),
            bullets(said),
            paragraph(unjudged),
            self._badged(self._net_beside(pairs)),
            box("fragor", paragraph(question)) if question else None,
        )

    def _net_picture(self, known: Sequence[tuple[Deviation, NetCost]]) -> Picture:
        result = net_costs_sentence(known, self.material.year)
        table = self._net_table(known)
        return self._badged(draw_net_costs(self.place, known, self.material.years, result, table))

    def _net_table(self, pairs: Sequence[tuple[Deviation, NetCost]]) -> Table:
        years = self.material.years
        rows = []
        for deviation, found in pairs:
            indicator = self.material.catalogue.indicators[deviation.percent]
            rows.append(
                (
                    header_cell(deviation.title),
                    *(own_cell(self.material, indicator, year) for year in years),
                    derived_cell(
                        None if found.whole is None else found.whole / 1e6,
                        "avvikelse-mnkr",
                        1,
                        sign=True,
                    ),
                )
            )
        return Table(
            caption=f"Nettokostnadsavvikelse i {self.place.name}, procent",
            columns=("Område", *map(str, years), f"Miljoner kronor {years[-1]}"),
            rows=tuple(rows),
            note=older_model_note(years[0]),
            source_line=self.source(computed=True),
        )

    def _net_beside(self, pairs: Sequence[tuple[Deviation, NetCost]]) -> Table:
        """Amounts per inhabitant, and extent and quality of the same area."""
        rows: list[tuple[Cell, ...]] = []
        for deviation, found in pairs:
            rows += self._net_rows(deviation, found)
        return Table(
            caption=f"Nettokostnad, omfattning och kvalitet sida vid sida {self.material.year}",
            columns=(
                "Nyckeltal",
                self.place.name,
                "Liknande kommuner, ovägt",
                "Läge mot dem",
            ),
            rows=tuple(rows),
            note="Referenskostnad som källan saknar är räknad ur nettokostnaden och avvikelsen.",
            source_line=self.source(computed=True),
        )

    def _net_rows(self, deviation: Deviation, found: NetCost) -> Iterator[tuple[Cell, ...]]:
        indicators, year = self.material.catalogue.indicators, (self.material.year,)
        kpis = (deviation.net, deviation.reference, deviation.standard, *deviation.beside)
        for kpi in kpis:
            if kpi == deviation.reference and found.reference_computed:
                yield (
                    header_cell(f"{indicators[kpi].short} (kr/inv), räknad"),
                    derived_cell(found.reference, "referenskostnad", 0),
                    derived_cell(None, "similar-mean"),
                    text_cell("–"),
                )
            elif kpi in self.material.known:
                yield self._beside_row(indicators[kpi], year)

    def tried(self) -> Shown:
        """How the identities were tried, and what is not shown."""
        shown = [check_sentence(identity) for identity in self.costs.identities]
        rejected = [rejected_sentence(candidate) for candidate in self.costs.candidates]
        return Html(
            "<details><summary>Så är uppdelningen prövad</summary>"
            f"{join([bullets(shown), paragraph('Prövat men inte visat:'), bullets(rejected)]).html}"
            "</details>"
        )

    def _badged(self, shown: Marked) -> Marked:
        return mark_revised(shown, self.material.revised)

    def source(self, computed: bool) -> str:
        retrieved = str(max(self.material.sources["retrieved"]))[:10]
        return source_line("Kolada", retrieved, computed)


def cost_section(material: Material) -> CostSection:
    """The section of one municipality's report."""
    return CostSection(material, material.cost_values, load_costs())

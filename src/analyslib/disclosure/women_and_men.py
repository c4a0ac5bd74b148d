"""Women and men of a theme, in the whole county: in one municipality they would be too few to
compare. Together they must tell nothing that the theme itself has hidden.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from analyslib.analysis.follow_up import SEXES
from analyslib.analysis.follow_up_themes import Theme, area_of, count_units
from analyslib.disclosure.audit import audit_publications
from analyslib.disclosure.county_edition import CountyEdition, described
from analyslib.disclosure.editions import base_of, edition_of
from analyslib.disclosure.extract_marks import ExtractMarks
from analyslib.disclosure.known_totals import publish_sums
from analyslib.disclosure.notices import TELLING, UNDIVIDED, Notice, left_out
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.release import Release, printed_cells
from analyslib.disclosure.renewal import of_area
from analyslib.disclosure.theme_tables import layout_by_sex, links_by_sex, with_every_class


@dataclass(frozen=True)
class WomenAndMen:
    """Knows how many women and men there are in each service area (`sexes`), where it is out."""

    edition: CountyEdition
    marks: ExtractMarks
    sexes: Release | None

    def of(
        self, theme: Theme, units: pd.DataFrame, whole: Release
    ) -> tuple[Release | None, list[Notice]]:
        """The women and men of a theme that has come out as `whole`, None where no service area
        can be shown; and what was left out."""
        title, before = f"kon_{theme.id}-{self.edition.county}", _areas(units)
        units = self._divisible(units, whole)
        told, before = left_out(UNDIVIDED, title, before, _areas(units)), _areas(units)
        beside = [whole.publication, *([self.sexes.publication] if self.sexes else [])]
        while not units.empty:
            made, faults = self._table(theme, units, whole)
            telling = [] if faults else self._telling_areas(made.publication, beside)
            if not faults and not telling:
                return made, [*told, *left_out(TELLING, title, before, _areas(units))]
            units = _without_areas(units, faults, telling)
        return None, [*told, *left_out(TELLING, title, before, ())]

    def _divisible(self, units: pd.DataFrame, whole: Release) -> pd.DataFrame:
        """Those of service areas where the number of each sex is printed, and every class too."""
        delivered = set(whole.publication.delivered)
        blocks = zip(units["municipality"], units["service_area"], strict=True)
        units = units.loc[[block in delivered for block in blocks]]
        printed = printed_cells(whole, "service_area", "class")
        classes = units[["service_area", "class"]].drop_duplicates()
        closed = {a for a, c in classes.itertuples(index=False) if (a, c) not in printed}
        areas = units["service_area"].map(area_of)
        divided = printed_cells(self.sexes, "service_area", "class")
        is_divided = [all((area, sex) in divided for sex in SEXES) for area in areas]
        open_ = ~units["service_area"].isin(closed)
        return units[pd.Series(is_divided, index=units.index) & open_]

    def _table(
        self, theme: Theme, units: pd.DataFrame, whole: Release
    ) -> tuple[Release, list[str]]:
        """The table of women and men of these units, and which of its numbers may not be told."""
        counted = count_units(units.drop(columns="municipality"))
        atoms = with_every_class(theme, counted)
        layout = layout_by_sex(theme, atoms, f"kon_{theme.id}-{self.edition.county}")
        sums = [
            {"service_area": (area,), column: (value,)}
            for column in ("sex", "class")
            for area, value in counted[["service_area", column]].drop_duplicates().to_numpy()
        ]
        known = [publish_sums(atoms, sums)]
        made = self.edition.release(atoms, [layout], lambda _: known, layout.name)
        made = _with_places(made, whole.publication.delivered)
        made = described(
            made,
            whole.publication.universe,
            self.edition.links(links_by_sex(theme, atoms)),
            self.marks.of(theme, made.publication),
        )
        return made, self.edition.told_between(made, atoms, [layout], lambda _: known)

    def _telling_areas(self, made: Publication, beside: Sequence[Publication]) -> list[str]:
        """The service areas where women and men would tell of a few, laid beside what earlier
        editions have told of the same people."""
        bases = {base_of(p.universe) for p in (made, *beside)}
        before = [p for p in self.edition.earlier if base_of(p.universe) in bases]
        if all(edition_of(p.universe) == self.edition.number for p in before):
            return []
        together = [*before, *beside, made]
        areas = sorted({area_of(block[1]) for block in made.delivered})
        return [
            area for area in areas if audit_publications([of_area(p, area) for p in together]).leaks
        ]


def _areas(units: pd.DataFrame) -> set[tuple[str, str]]:
    """The service areas, of the whole county."""
    return {("", area_of(subject)) for subject in units["service_area"].unique()}


def _without_areas(
    units: pd.DataFrame, labels: Sequence[str], areas: Collection[str]
) -> pd.DataFrame:
    """Without the service areas that the labels name, and without these; nothing is left where
    they name none."""
    words = {word for label in labels for word in label.split()}
    named = units["service_area"].isin(words)
    named |= units["service_area"].map(area_of).isin(areas)
    return units[~named] if named.any() else units.head(0)


def _with_places(made: Release, blocks: Sequence[tuple[str, ...]]) -> Release:
    """The ledger of a table over the county, saying which municipalities it counts."""
    found = made.publication
    areas = {area for (area,) in found.delivered}
    delivered = tuple(block for block in blocks if block[1] in areas)
    places = tuple(sorted({place for place, _ in delivered}))
    number = len(found.sets)
    counted = replace(
        found,
        dimensions=("municipality", *found.dimensions),
        sets=(*found.sets, places),
        block=("municipality", "service_area"),
        delivered=delivered,
        rows=tuple(((number, *cell), n, sure, label) for cell, n, sure, label in found.rows),
    )
    return replace(made, publication=counted)

"""The follow-up of one county, in an order where each theme knows the totals it needs.

Themes are released one at a time, each jointly for all municipalities of a county. That is as
safe as all at once, because two themes meet in nothing but totals that are printed: first the
finished cases are released (the basis), and every theme takes only the blocks whose total came
out, as numbers that everybody knows. Whatever world fits one theme and whatever world fits
another can then be true together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from analyslib.analysis.follow_up import FollowUp
from analyslib.analysis.follow_up_themes import (
    BASIS,
    BEGUN,
    ENDED,
    INFLOW,
    OTHERS,
    SEX,
    THEMES,
    TIME,
    Theme,
    area_of,
    count_units,
    units_of,
)
from analyslib.disclosure.county_edition import CountyEdition, described
from analyslib.disclosure.editions import edition_of
from analyslib.disclosure.exceptions import exceptions_of
from analyslib.disclosure.extract_marks import ExtractMarks
from analyslib.disclosure.known_totals import known_totals
from analyslib.disclosure.notices import HIDDEN_BEGUN, HIDDEN_ENDED, TELLING, Notice, left_out
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.release import Release, printed_cells
from analyslib.disclosure.renewal import draft_of, is_known
from analyslib.disclosure.rules import Profile
from analyslib.disclosure.side_by_side import side_by_side
from analyslib.disclosure.theme_tables import layouts_of, links_of, with_every_class
from analyslib.disclosure.universe import BLOCK, ContradictionError
from analyslib.disclosure.women_and_men import WomenAndMen
from analyslib.measures import load_measures


# The ledgers of this module begin with a theme's name, or with that of its women and men.
TITLES = frozenset({*THEMES, *(f"kon_{name}" for name in THEMES)})


@dataclass(frozen=True)
class CountyTables:
    """What came out of a county, and what there is to say of it to who builds."""

    made: tuple[Release, ...]
    notices: tuple[Notice, ...]


def release_county(
    follow_up: FollowUp, county: str, profile: Profile, earlier: Sequence[Publication]
) -> CountyTables:
    """The county's themes together with what has been published of it: in the same edition where
    the extracts still give those numbers, else in a new one."""
    own = [p for p in earlier if _county_of(p) == county and p.title.split("-")[0] in TITLES]
    newest = max((edition_of(p.universe) for p in own), default=1)
    try:
        return _CountyRelease(follow_up, CountyEdition(county, profile, own, newest)).everything()
    except ContradictionError:
        next_ = CountyEdition(county, profile, own, newest + 1)
        return _CountyRelease(follow_up, next_).everything()


def _county_of(publication: Publication) -> str:
    return publication.title.split("-")[1] if "-" in publication.title else ""


class _CountyRelease:
    """The themes of one county in one edition."""

    def __init__(self, follow_up: FollowUp, edition: CountyEdition) -> None:
        self._follow_up, self._edition = follow_up, edition
        self._marks = ExtractMarks(follow_up, load_measures())

    def everything(self) -> CountyTables:
        ended = self._units(BASIS)
        basis, told = self._theme(BASIS, ended)
        blocks = printed_cells(basis, "municipality", "service_area")
        told += left_out(HIDDEN_ENDED, self._title(BASIS), _blocks_of(ended), blocks)
        sexes, more = self._theme(SEX, _in_blocks(self._units(SEX), blocks))
        # Those who began in a service area whose number is hidden are not told of anywhere.
        new = _in_blocks(self._units(INFLOW), blocks).drop(columns="service_area")
        inflow, even_more = self._theme(INFLOW, new, counted=blocks)
        begun = printed_cells(inflow, "municipality")
        duration, last = self._theme(TIME, _begun_units(self._units(TIME), blocks, begun))
        last += left_out(HIDDEN_BEGUN, self._title(TIME), zip(new["municipality"]), begun)
        by_sex = WomenAndMen(self._edition, self._marks, sexes)
        made = [basis, sexes, inflow, duration]
        told += [*more, *even_more, *last]
        of_theme = partial(self._of_theme, blocks=blocks, by_sex=by_sex)
        for found, notices in side_by_side(of_theme, OTHERS):
            made += found
            told += notices
        tables = tuple(item for item in made if item is not None)
        told += [notice for table in tables for notice in exceptions_of(table)]
        return CountyTables(tables, tuple(told))

    def _of_theme(
        self, theme: Theme, blocks: set[tuple[str, ...]], by_sex: WomenAndMen
    ) -> tuple[list[Release | None], list[Notice]]:
        """A theme that no other one waits for, and the women and men of it."""
        units = self._units(theme)
        if theme.base == ENDED:
            units = _in_blocks(units, blocks)
        if theme.is_local:
            by_place = units.groupby("municipality")
            found = [self._theme(theme, part, str(place)) for place, part in by_place]
            return [made for made, _ in found], [item for _, told in found for item in told]
        whole, told = self._theme(theme, units)
        if not theme.by_sex or whole is None:
            return [whole], told
        divided, more = by_sex.of(theme, units, whole)
        return [whole, divided], [*told, *more]

    def _units(self, theme: Theme) -> pd.DataFrame:
        units = units_of(theme, self._follow_up)
        units = units[units["municipality"].str[:2] == self._edition.county]
        if theme.is_local:
            words = units.groupby(["municipality", "service_area"])["class"].transform("nunique")
            units = units[words > 1]
        return units

    def _theme(
        self,
        theme: Theme,
        units: pd.DataFrame,
        place: str = "",
        counted: Collection[tuple[str, ...]] = (),
    ) -> tuple[Release | None, list[Notice]]:
        """One theme through the gate, None where no block of it can be shown; and what was left
        out. `place`: where the words are a municipality's own; `counted`: the service areas behind
        the numbers, where the table does not name them."""
        edition = self._edition
        known = partial(known_totals, theme)
        title, whole = self._title(theme, place), units
        while not units.empty:
            atoms = with_every_class(theme, count_units(units.drop(columns="sex")))
            layouts = layouts_of(theme, atoms, f"{theme.id}-{edition.county}")
            draft = draft_of(title, edition.universe(title), atoms)
            draft = replace(draft, extracts=self._marks.of(theme, draft, counted))
            made = edition.release(atoms, layouts, known, title, draft)
            links = edition.links(links_of(theme, atoms))
            made = described(made, draft.universe, links, draft.extracts)
            faults = edition.told_between(made, atoms, layouts, known)
            if not faults:
                return made, left_out(TELLING, title, _named_blocks(whole), draft.delivered)
            units = _without_named(theme, units, faults, draft, edition.others(title))
        return None, left_out(TELLING, title, _named_blocks(whole), ())

    def _title(self, theme: Theme, place: str = "") -> str:
        return "-".join(filter(None, (theme.id, self._edition.county, place)))


def _named_blocks(units: pd.DataFrame) -> set[tuple[str, ...]]:
    """The blocks as a ledger names them."""
    return set(_blocks_in(units, [column for column in BLOCK if column in units]))


def _without_named(
    theme: Theme,
    units: pd.DataFrame,
    labels: Sequence[str],
    draft: Publication,
    before: Sequence[Publication],
) -> pd.DataFrame:
    """Without what the labels name, first of what was counted from a new extract: the rest has
    been told of already. Nothing is left where they name nobody."""
    # All who have begun are told of by municipality elsewhere: a part of them cannot go.
    by_area = theme.base != BEGUN and "service_area" in units
    pairs = zip(draft.delivered, draft.extracts, strict=True)
    new = {b for b, mark in pairs if not any(is_known(p, b, mark) for p in before)}
    is_new = pd.Series([b in new for b in _blocks_in(units, draft.block)], index=units.index)
    named = _named_in(units, labels, by_area)
    if not by_area:
        is_new = units["municipality"].isin(units.loc[is_new, "municipality"])
    for gone in (named & is_new, is_new, named):
        if gone.any():
            return units[~gone]
    return units.head(0)


def _blocks_in(units: pd.DataFrame, block: Sequence[str]) -> list[tuple[str, ...]]:
    return list(units[list(block)].itertuples(index=False, name=None))


def _named_in(units: pd.DataFrame, labels: Sequence[str], by_area: bool) -> pd.Series:
    """True for the units of the blocks that the labels name, or of the service areas or the
    municipalities where they name no block that is there."""
    named = pd.Series(False, index=units.index)
    for words in dict.fromkeys(frozenset(label.split()) for label in labels):
        found = units["municipality"].isin(words)
        if by_area:
            area = units["service_area"].isin(words)
            found = next((mask for mask in (found & area, area) if mask.any()), found)
        named |= found
    return named


def _blocks_of(units: pd.DataFrame) -> list[tuple[str, str]]:
    areas = map(area_of, units["service_area"])
    return list(zip(units["municipality"], areas, strict=True))


def _in_blocks(units: pd.DataFrame, blocks: set[tuple[str, ...]]) -> pd.DataFrame:
    # By rows: an empty list would choose none of the columns.
    return units.loc[[block in blocks for block in _blocks_of(units)]]


def _begun_units(
    units: pd.DataFrame, blocks: set[tuple[str, ...]], begun: set[tuple[str, ...]]
) -> pd.DataFrame:
    """Cases of municipalities whose number is printed; unfinished ones tell nothing of a block
    whose finished ones are too few."""
    units = _in_blocks(units, blocks)
    return units.loc[[(place,) in begun for place in units["municipality"]]]

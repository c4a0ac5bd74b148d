"""The follow-up of a very small municipality, rounded instead of hidden.

All its tables are rounded at once: a group is everybody of whom everything is the same, in all
tables, and every table counts the same rounded groups. So no two tables disagree on a sum. Such a
municipality is in no other table about people: beside hidden numbers of the same people, rounded
ones would give them away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from analyslib.analysis.follow_up import FollowUp
from analyslib.analysis.follow_up_results import summarise_counts
from analyslib.analysis.follow_up_themes import (
    INFLOW,
    KKIK,
    OTHER_WINDOW,
    RETURN,
    THEMES,
    TIME,
    TIME_GROUPS,
    Theme,
    units_of,
)
from analyslib.disclosure.extract_marks import ExtractMarks
from analyslib.disclosure.house_key import lots_of
from analyslib.disclosure.layout import cross
from analyslib.disclosure.ledger import build_ledger
from analyslib.disclosure.notices import ROUNDED_PLACE, Notice
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.release import make_publication, printed_counts
from analyslib.disclosure.rounded_ledgers import ROUNDED, places_in
from analyslib.disclosure.rounding import MOST_GROUPS, draw_lots, round_groups
from analyslib.disclosure.rules import Profile
from analyslib.disclosure.theme_tables import (
    impossible,
    layouts_of,
    with_dimensions,
    with_every_class,
)
from analyslib.disclosure.universe import COUNT, RowMasks
from analyslib.errors import DisclosureError
from analyslib.measures import load_measures


# Quarter by quarter there are so few new cases that rounding leaves nothing to see.
TABLES = tuple(theme for theme in THEMES.values() if theme is not INFLOW)
PERSON, UNIT = "person", "unit"
WINDOWS = (KKIK, OTHER_WINDOW)
SAID = ("share", "measured", "left_6", "left_12")


@dataclass(frozen=True)
class RoundedTable:
    """One theme of one municipality. `true`, `rounded`: one row = one combination of its
    dimensions, with ``count``."""

    theme: Theme
    true: pd.DataFrame
    rounded: pd.DataFrame


class PlaceRounding:
    """The tables of one municipality, over groups of people who are alike in all of them. `key`:
    what the lots are drawn with (see house_key)."""

    def __init__(self, follow_up: FollowUp, place: str, key: bytes) -> None:
        self._follow_up, self._place, self._key = follow_up, place, key

    @cached_property
    def _units(self) -> dict[Theme, pd.DataFrame]:
        """By theme, what is counted, and whom each row is about."""
        found = {}
        for theme in TABLES:
            units = units_of(theme, self._follow_up)
            units = units.assign(**{PERSON: _persons(theme, self._follow_up).loc[units.index]})
            units = units[units["municipality"] == self._place].drop(columns="sex")
            if theme.is_local:
                units = units[units.groupby("service_area")["class"].transform("nunique") > 1]
            if len(units):
                found[theme] = units.reset_index(drop=True)
        return found

    def check_size(self) -> None:
        """Raise DisclosureError where there are too many people to begin rounding them."""
        if self._units and len(self._kinds) > MOST_GROUPS:
            raise DisclosureError(
                "Kommunen är för stor för att avrundas: läget är till för mycket små kommuner.",
                self._place,
                "Låt små tal döljas i stället: ta bort kommunen ur `rounded` i disclosure.toml.",
            )

    @cached_property
    def _people(self) -> pd.Series:
        """All that is told of each person, as one text."""
        told = []
        for theme, units in self._units.items():
            said = units.drop(columns=PERSON).astype(str).agg("|".join, axis=1)
            told.append(pd.DataFrame({PERSON: units[PERSON], UNIT: f"{theme.id}|" + said}))
        everything = pd.concat(told, ignore_index=True).sort_values([PERSON, UNIT])
        return everything.groupby(PERSON)[UNIT].agg("\n".join)

    @cached_property
    def _kinds(self) -> list[str]:
        """What is told of each group of people."""
        return sorted(set(self._people))

    @cached_property
    def _groups(self) -> pd.Series:
        """Which group each person is of."""
        number = {kind: i for i, kind in enumerate(self._kinds)}
        return self._people.map(number)

    def _sums(self, units: pd.DataFrame, cells: np.ndarray, rows: np.ndarray) -> sparse.csr_array:
        """Sums over units, as sums over groups: `cells` holds the unit at `rows`."""
        groups = self._groups[units[PERSON]].to_numpy()
        sizes = np.bincount(self._groups)
        shape = (int(cells.max(initial=-1)) + 1, len(sizes))
        # Everybody in a group is there as many times, so it is a whole number of units for each.
        share = 1 / sizes[groups[rows]]
        sums = sparse.csr_array((share, (cells, groups[rows])), shape=shape)
        return sparse.csr_array(sums.rint().astype(np.int64))

    def _printed(self) -> sparse.csr_array:
        parts = []
        for theme, units in self._units.items():
            for layout in layouts_of(theme, units, theme.id):
                for dimensions in layout.crossings():
                    crossing = cross(units, layout, dimensions)
                    parts.append(self._sums(units, crossing.cells, crossing.atoms))
        return sparse.csr_array(sparse.vstack(parts))

    def tables(self, base: int, earlier: Sequence[Publication] = ()) -> list[RoundedTable]:
        """Every theme rounded. `earlier`: ledgers of the very same extract, whose numbers are
        told again. Raises DisclosureError where they cannot be."""
        if not self._units:
            return []
        sizes = np.bincount(self._groups)
        drawn = draw_lots(lots_of(self._key, self._kinds), sizes, base)
        rounded = round_groups(self._printed(), sizes, base, *self._told(earlier), drawn)
        if rounded is None:
            raise DisclosureError(
                "De avrundade talen i ett tidigare paket går inte att visa igen, fast uttaget är "
                "detsamma: gränsen, tabellerna eller programmet är ändrade. Andra avrundade tal om "
                "samma personer hade sagt mer om dem än vad som är lovat.",
                self._place,
                "Sätt tillbaka det som är ändrat i disclosure.toml och definitionerna, eller lägg "
                "in ett nytt uttag från kommunen.",
            )
        return [self._table(theme, sizes, rounded) for theme in self._units]

    def _told(self, earlier: Sequence[Publication]) -> tuple[sparse.csr_array, np.ndarray]:
        rows = [sparse.csr_array((0, len(np.bincount(self._groups))), dtype=np.int64)]
        shown: list[int] = []
        for publication in earlier:
            units = self._units.get(THEMES[theme_of(publication)])
            if units is None:  # no longer made, so there is nothing for it to disagree with
                continue
            masks = RowMasks(units)
            for row in publication.published_rows():
                at = np.flatnonzero(masks.mask(row))
                if row.shown is not None and len(at):
                    rows.append(self._sums(units, np.zeros(len(at), dtype=np.int64), at))
                    shown.append(row.shown)
        return sparse.csr_array(sparse.vstack(rows)), np.array(shown, dtype=np.int64)

    def _table(self, theme: Theme, sizes: np.ndarray, rounded: np.ndarray) -> RoundedTable:
        units = self._units[theme]
        groups = self._groups[units[PERSON]].to_numpy()
        weighted = units.drop(columns=PERSON).assign(**{COUNT: rounded[groups] / sizes[groups]})
        keys = [column for column in weighted if column != COUNT]
        sums = weighted.groupby(keys)[COUNT].sum().round().astype("int64").reset_index()
        true = weighted.groupby(keys).size().rename(COUNT).reset_index()
        return RoundedTable(theme, true, self._with_noughts(theme, sums))

    def _with_noughts(self, theme: Theme, sums: pd.DataFrame) -> pd.DataFrame:
        """Every class that there can be, also those nobody is left in: which of the noughts stand
        for a few is not to be seen. Nothing but the rounded numbers and the definitions decides
        which rows there are: what others have, where it is hidden, is not to be seen here. A
        service area where nobody is left is not there."""
        keys = [str(column) for column in sums if column != COUNT]
        there = sums[sums[COUNT] > 0]
        if theme.is_local or there.empty:
            return there.sort_values(keys, ignore_index=True)
        every = there[["municipality", "service_area"]].drop_duplicates()
        classes = pd.Series(_classes(theme, there), name="class")
        every = every.merge(classes, how="cross")
        if theme is RETURN:
            every = every.merge(pd.Series(WINDOWS, name="window"), how="cross")
        every = every[~impossible(theme, every)]
        found = every.merge(there, on=keys, how="left")
        found = found.assign(**{COUNT: found[COUNT].fillna(0).astype("int64")})
        return found[[*keys, COUNT]].sort_values(keys, ignore_index=True)


def _classes(theme: Theme, there: pd.DataFrame) -> list[str]:
    """The classes that a theme's table has, as they are defined; where they are not, those that
    somebody is left in."""
    if theme is TIME:
        return [name for names in TIME_GROUPS.values() for name in names]
    if theme.classes:
        return sorted(with_every_class(theme, there)["class"].unique())
    return sorted(there["class"].unique())


def round_place(follow_up: FollowUp, place: str, base: int, key: bytes) -> pd.DataFrame:
    """Every table of a municipality before and after. One row = one cell: theme, service_area,
    class, count and rounded."""
    keys = ["service_area", "class"]
    frames = []
    rounding = PlaceRounding(follow_up, place, key)
    rounding.check_size()
    for table in rounding.tables(base):
        true, rounded = (rows.groupby(keys)[COUNT].sum() for rows in (table.true, table.rounded))
        both = pd.DataFrame({COUNT: true, "rounded": rounded}).fillna(0).astype("int64")
        shown = both[both.any(axis=1)].reset_index()
        frames.append(shown.assign(theme=table.theme.id))
    columns = ["theme", *keys, COUNT, "rounded"]
    return (
        pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)
    )


def _persons(theme: Theme, follow_up: FollowUp) -> pd.Series:
    """Whom every row of the theme's frame is about: one person in one service area."""
    if theme.unit == "closings":
        return follow_up.closings["person"]
    frames = {"pairs": follow_up.pairs, "insatser": follow_up.insatser}
    rows = frames.get(theme.unit, follow_up.cases)
    return rows["extract_id"] + "|" + rows["service_area"] + "|" + rows["person"]


def release_rounded(
    follow_up: FollowUp,
    places: Iterable[str],
    profile: Profile,
    key: bytes,
    earlier: Sequence[Publication] = (),
) -> tuple[list[pd.DataFrame], list[Publication], list[Notice]]:
    """The printed cells of these municipalities, rounded, and their ledgers, in the same form as
    those of the counties; and what there is to say of it to who builds. `key`: see house_key;
    `earlier`: all that has been published before."""
    marks = ExtractMarks(follow_up, load_measures())
    before = places_in(earlier, rounded=True)
    counts, publications, notices = [], [], []
    for place in sorted(places):
        rounding = PlaceRounding(follow_up, place, key)
        if place not in before:  # who has been rounded cannot be hidden, however large it grows
            rounding.check_size()
        notices.append(Notice(ROUNDED_PLACE, _title(place, ""), place))
        told = [p for p in earlier if p.title.startswith(_title(place, ""))]
        known = [p for p in told if theme_of(p) in THEMES]
        same = [p for p in known if p.extracts == marks.of(THEMES[theme_of(p)], p)]
        for table in rounding.tables(profile.threshold, same):
            if table.rounded.empty:
                continue
            printed, ledger = _published(table, place, profile)
            replaced = [p.digest for p in told if p.title == ledger.title and p not in same]
            marked = replace(ledger, extracts=marks.of(table.theme, ledger))
            counts.append(printed)
            publications.append(replace(marked, previous=tuple(sorted(replaced))))
    return counts, publications, notices


def summarise_rounded(counts: pd.DataFrame) -> pd.DataFrame:
    """What may be said of rounded counts: shares. Not how uncertain they are, and no answers: the
    rounding is an error of its own, that no interval reckons with."""
    found = summarise_counts(counts)
    return found[found["name"].isin(SAID)]


def _published(
    table: RoundedTable, place: str, profile: Profile
) -> tuple[pd.DataFrame, Publication]:
    theme, atoms = table.theme, table.rounded
    layouts = layouts_of(theme, atoms, f"{theme.id}-{place[:2]}")
    ledger = build_ledger(atoms, layouts, profile)
    nothing = np.zeros(len(ledger.cells), dtype=bool)
    title = _title(place, theme.id)
    publication = make_publication(title, atoms, layouts, ledger, nothing, profile, (), ROUNDED)
    counts = with_dimensions(printed_counts(ledger, layouts, nothing))
    # The sum over all municipalities is the county's, and this one is not in it.
    counts = counts[(counts["municipality"] == place) & _is_there(counts, atoms)]
    return counts, replace(publication, universe=title)


def _is_there(counts: pd.DataFrame, atoms: pd.DataFrame) -> pd.Series:
    """False for a class that there cannot be in its service area."""
    cells = set(atoms[["service_area", "class"]].itertuples(index=False, name=None))
    areas, classes = (set(atoms[column]) for column in ("service_area", "class"))
    found = [
        (area, name) in cells or area not in areas or name not in classes
        for area, name in zip(counts["service_area"], counts["class"], strict=True)
    ]
    return pd.Series(found, index=counts.index)


def _title(place: str, theme: str) -> str:
    """The title of a rounded ledger: "avrundat-24-2463-alder"."""
    return f"{ROUNDED}-{place[:2]}-{place}-{theme}"


def theme_of(publication: Publication) -> str:
    """The theme of a rounded ledger, by its title."""
    return publication.title.rpartition("-")[2]

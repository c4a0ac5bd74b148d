"""The release of the individual follow-up: every table of every municipality through the gate.

Themes are released one at a time, each jointly for all municipalities of a county. That is as
safe as all at once, because two themes meet in nothing but totals that are printed: first the
finished cases are released (the basis), and every theme takes only the blocks whose total came
out, as numbers that everybody knows. Whatever world fits one theme and whatever world fits
another can then be true together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial

import duckdb
import pandas as pd

from analyslib.analysis.follow_up import SEXES, FollowUp, build_follow_up
from analyslib.analysis.follow_up_results import measured, summarise_counts
from analyslib.analysis.follow_up_spread import summarise_pairs
from analyslib.analysis.follow_up_themes import (
    BASIS,
    BEGUN,
    CHANGE,
    ENDED,
    INFLOW,
    KKIK,
    OTHERS,
    SEX,
    THEMES,
    TIME,
    TIME_GROUPS,
    Theme,
    area_of,
    count_units,
    groups_of,
    units_of,
)
from analyslib.disclosure.editions import edition_of, told_apart
from analyslib.disclosure.extract_marks import ExtractMarks
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.publication import Cell as LinkCell
from analyslib.disclosure.publication import Link, Publication
from analyslib.disclosure.release import Release, release
from analyslib.disclosure.released import TOTAL, Released, frames_of
from analyslib.disclosure.rules import NETWORK_PACK, Profile
from analyslib.disclosure.side_by_side import side_by_side
from analyslib.disclosure.universe import ContradictionError
from analyslib.measures import Measure, load_measures
from analyslib.store.connection import run_query


DIMENSIONS = ("municipality", "service_area", "sex", "class")
CELLS = DIMENSIONS[0], DIMENSIONS[1], DIMENSIONS[3]
Cell = Mapping[str, tuple[str, ...]]
COVERAGE_STEP = 5
# The ledgers of this module begin with a theme's name, or with that of its women and men.
TITLES = frozenset({*THEMES, *(f"kon_{name}" for name in THEMES)})


def release_follow_up(
    connection: duckdb.DuckDBPyConnection,
    profile: Profile = NETWORK_PACK,
    earlier: Sequence[Publication] = (),
) -> dict[str, pd.DataFrame]:
    """The protected tables of publish.duckdb, from the analyst's database. `earlier`: all that has
    been published before.

    individual_count and individual_statistic: one row = one cell, one statistic of a cell;
    individual_release: facts about the release; individual_ledger: the published ledgers as text,
    one row each; isu_delivery: one row = one municipality that has delivered.
    """
    measures = load_measures()
    follow_up = build_follow_up(
        run_query(connection, "build/isu_episodes").df(),
        run_query(connection, "build/isu_measurements").df(),
        measures,
    )
    counts, publications = release_counties(follow_up, profile, earlier)
    statistics = pd.concat(
        [summarise_counts(counts), _spreads(follow_up, counts, measures, profile)],
        ignore_index=True,
    ).assign(status="")
    digests = [publication.digest for publication in publications]
    released = Released(
        counts=counts,
        threshold=profile.threshold,
        digest=hashlib.sha256("".join(digests).encode()).hexdigest(),
        facts={
            "years": " ".join(map(str, follow_up.years)),
            "kkik": follow_up.window,
            "n_hidden": str(int((counts["status"] != "").sum())),
        },
        statistics=statistics,
    )
    return {
        **frames_of(released),
        "individual_statistic": statistics,
        "individual_ledger": ledgers_as_text(publications),
        "isu_delivery": _deliveries(connection),
    }


def _no_counts() -> pd.DataFrame:
    texts = ["layout", "crossing", *DIMENSIONS, "status"]
    return pd.DataFrame({name: pd.Series(dtype="str") for name in texts}).assign(
        count=pd.Series(dtype="Int64")
    )


def ledgers_as_text(publications: Sequence[Publication]) -> pd.DataFrame:
    """One row = one published ledger: its title, its sum and its content as JSON."""
    rows = [
        {"title": p.title, "sha256": p.digest, "content": json.dumps(asdict(p), ensure_ascii=False)}
        for p in publications
    ]
    return pd.DataFrame(rows, columns=["title", "sha256", "content"], dtype="str")


def _deliveries(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Who has delivered, when, and roughly how much of the service the extract covers."""
    found = run_query(connection, "build/isu_deliveries").df()
    percent = 100 * found.pop("n_persons") / found.pop("n_in_service")
    steps = (percent / COVERAGE_STEP).round() * COVERAGE_STEP
    return found.assign(coverage=steps.clip(upper=100))


def _spreads(
    follow_up: FollowUp, counts: pd.DataFrame, measures: Mapping[str, Measure], profile: Profile
) -> pd.DataFrame:
    """Svensson's measures and the like, only for groups as large as a standard deviation takes,
    and whose size is printed: what one of them gives away of few persons, they would too."""
    fewest = max(profile.spread_from, profile.mean_from)
    known = counts[counts["layout"].str.startswith(f"{CHANGE.id}-")]
    sizes = measured(known)[["layout", *DIMENSIONS[:3], "n"]].dropna(subset=["n"])
    frames = [
        summarise_pairs(rows, measures, fewest).assign(layout=f"{CHANGE.id}-{county}")
        for county, rows in follow_up.pairs.groupby(follow_up.pairs["municipality"].str[:2])
    ]
    found = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    keys = ["layout", "municipality", "service_area", "n"]
    if found.empty:
        return pd.DataFrame(columns=[*keys, "sex", "class", "name", "value"])
    return found.merge(sizes.astype({"n": "int64"}), on=keys).assign(**{"class": TOTAL})


def release_counties(
    follow_up: FollowUp, profile: Profile = NETWORK_PACK, earlier: Sequence[Publication] = ()
) -> tuple[pd.DataFrame, list[Publication]]:
    """The printed cells of all themes and counties, and the published ledgers.

    Cells: layout (theme and county, "mal-24"), crossing, DIMENSIONS ("alla" for a total), count
    and status, as in Released.
    """
    counties = sorted(follow_up.cases["municipality"].str[:2].unique())
    of_county = partial(_release_county, follow_up, profile=profile, earlier=earlier)
    made = [item for found in side_by_side(of_county, counties) for item in found]
    counts = [_tidy(item) for item in made]
    publications = [item.publication for item in made]
    return pd.concat(counts, ignore_index=True) if counts else _no_counts(), publications


def _release_county(
    follow_up: FollowUp, county: str, profile: Profile, earlier: Sequence[Publication]
) -> list[Release]:
    """The county's themes together with what has been published of it: in the same edition where
    the extracts still give those numbers, else in a new one."""
    own = [p for p in earlier if county_of(p) == county and p.title.split("-")[0] in TITLES]
    newest = max((edition_of(p.universe) for p in own), default=1)
    try:
        return _CountyRelease(follow_up, county, profile, own, newest).everything()
    except ContradictionError:
        return _CountyRelease(follow_up, county, profile, own, newest + 1).everything()


def county_of(publication: Publication) -> str:
    return publication.title.split("-")[1] if "-" in publication.title else ""


class _CountyRelease:
    """The themes of one county, in an order where each knows the totals it needs. `earlier`: what
    has been published of the county; the ledgers of this very edition are about the same people."""

    def __init__(
        self,
        follow_up: FollowUp,
        county: str,
        profile: Profile,
        earlier: Sequence[Publication],
        edition: int,
    ) -> None:
        self._follow_up, self._county, self._profile = follow_up, county, profile
        self._earlier, self._edition = earlier, edition
        self._marks = ExtractMarks(follow_up, load_measures())

    def _universe(self, title: str) -> str:
        return title if self._edition == 1 else f"{title}/{self._edition}"

    def _release(
        self,
        atoms: pd.DataFrame,
        layouts: Sequence[Layout],
        known: Sequence[Publication],
        title: str,
    ) -> Release:
        """Together with what has been published of the same table, of these extracts or others."""
        told = [p for p in self._earlier if p.title == title]
        same = [p for p in told if edition_of(p.universe) == self._edition]
        others = [p for p in told if p not in same]
        made = release(
            atoms,
            layouts,
            self._profile,
            [*known, *map(_as_decided, same), *(_of_unchanged(p, atoms) for p in others)],
            title,
            others,
        )
        previous = tuple(sorted(p.digest for p in told))
        return replace(made, publication=replace(made.publication, previous=previous))

    def everything(self) -> list[Release]:
        basis = self._theme(BASIS, self._units(BASIS))
        blocks = _printed(basis, "municipality", "service_area")
        sexes = self._theme(SEX, _in_blocks(self._units(SEX), blocks))
        # Those who began in a service area whose number is hidden are not told of anywhere.
        new = _in_blocks(self._units(INFLOW), blocks).drop(columns="service_area")
        inflow = self._theme(INFLOW, new, counted=blocks)
        begun = _printed(inflow, "municipality")
        duration = self._theme(TIME, _begun_units(self._units(TIME), blocks, begun))
        divided = _printed(sexes, "service_area", "class")
        made = [basis, sexes, inflow, duration]
        of_theme = partial(self._of_theme, blocks=blocks, divided=divided)
        made += [item for found in side_by_side(of_theme, OTHERS) for item in found]
        return [item for item in made if item is not None]

    def _of_theme(
        self, theme: Theme, blocks: set[tuple[str, ...]], divided: set[tuple[str, ...]]
    ) -> list[Release | None]:
        """A theme that no other one waits for, and the women and men of it."""
        units = self._units(theme)
        if theme.base == ENDED:
            units = _in_blocks(units, blocks)
        if theme.is_local:
            by_place = units.groupby("municipality")
            return [self._theme(theme, part, str(place)) for place, part in by_place]
        whole = self._theme(theme, units)
        if not theme.by_sex or whole is None:
            return [whole]
        return [whole, self._women_and_men(theme, units, divided, whole)]

    def _units(self, theme: Theme) -> pd.DataFrame:
        units = units_of(theme, self._follow_up)
        units = units[units["municipality"].str[:2] == self._county]
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
    ) -> Release | None:
        """One theme through the gate; None where no block of it can be shown. `place`: where the
        words are a municipality's own; `counted`: the service areas behind the numbers, where
        the table does not name them."""
        while not units.empty:
            atoms = count_units(units.drop(columns="sex"))
            layouts = _layouts(theme, atoms, f"{theme.id}-{self._county}")
            known = [_known(atoms, _known_cells(theme, atoms))] if theme.base else []
            title = "-".join(filter(None, (theme.id, self._county, place)))
            made = self._release(atoms, layouts, known, title)
            made = _named(made, self._universe(title), self._links(links_of(theme, atoms)))
            made = _marked(made, self._marks.of(theme, made.publication, counted))
            faults = self._told_between(made)
            if not faults:
                return made
            named = units["municipality"].isin({word for label in faults for word in label.split()})
            units = units[~named] if named.any() else units.head(0)
        return None

    def _told_between(self, made: Release) -> list[str]:
        """Numbers that would tell of a few persons beside an earlier edition, and that cannot be
        hidden here since they follow from totals that are out: they are left out instead."""
        others = [p for p in self._earlier if p.title == made.publication.title]
        others = [p for p in others if edition_of(p.universe) != self._edition]
        system = made.ledger.system
        if not others:
            return []
        stuck = [item.requirement.row for item in made.plan.impossible]
        large = [row for row in stuck if system.values[row] >= self._profile.threshold]
        told = [label for label, _ in told_apart([*others, made.publication])]
        return told + [system.labels[row] for row in large]

    def _links(self, links: Sequence[Link]) -> tuple[Link, ...]:
        """The links with the universes' full names."""
        return tuple(
            replace(link, universe=self._universe(f"{link.universe}-{self._county}"))
            for link in links
        )

    def _women_and_men(
        self, theme: Theme, units: pd.DataFrame, divided: set[tuple[str, ...]], whole: Release
    ) -> Release | None:
        """Women and men in the county, for service areas where the number of each is printed and
        every class too: women and men together must tell nothing that the theme has hidden. In
        one municipality they would be too few to compare."""
        printed = _printed(whole, "service_area", "class")
        classes = units[["service_area", "class"]].drop_duplicates()
        closed = {a for a, c in classes.itertuples(index=False) if (a, c) not in printed}
        areas = units["service_area"].map(area_of)
        is_divided = [all((area, sex) in divided for sex in SEXES) for area in areas]
        units = units[
            pd.Series(is_divided, index=units.index) & ~units["service_area"].isin(closed)
        ]
        if units.empty:
            return None
        atoms = count_units(units.drop(columns="municipality"))
        layout = _whole(theme, atoms, f"kon_{theme.id}-{self._county}")
        layout = replace(layout, dimensions=("service_area", "sex", "class"))
        known = [
            {"service_area": (area,), column: (value,)}
            for column in ("sex", "class")
            for area, value in atoms[["service_area", column]].drop_duplicates().to_numpy()
        ]
        made = self._release(atoms, [layout], [_known(atoms, known)], layout.name)
        made = _with_places(made, whole.publication.delivered)
        made = _named(made, whole.publication.universe, self._links(links_by_sex(theme, atoms)))
        made = _marked(made, self._marks.of(theme, made.publication))
        return None if self._told_between(made) else made


def _of_unchanged(publication: Publication, atoms: pd.DataFrame) -> Publication:
    """What another edition told of the municipalities whose extracts are still the same: their
    pages say so, and what was shown of them is known whether it is shown again or not."""
    if "municipality" not in publication.dimensions or "municipality" not in atoms:
        return replace(publication, rows=())
    at = publication.dimensions.index("municipality")
    own = [row for row in publication.rows if len(publication.sets[row[0][at]]) == 1]
    changed = {
        publication.sets[row[0][at]]
        for row in own
        if row[1] is not None and _sum_of(publication, row[0], atoms) != row[1]
    }
    rows = tuple(row for row in own if publication.sets[row[0][at]] not in changed)
    return replace(publication, rows=rows)


def _sum_of(publication: Publication, cell: Sequence[int], atoms: pd.DataFrame) -> int:
    inside = pd.Series(True, index=atoms.index)
    for dimension, number in zip(publication.dimensions, cell, strict=True):
        if dimension in atoms:
            inside &= atoms[dimension].isin(publication.sets[number])
    return int(atoms.loc[inside, "count"].sum())


def _named(made: Release, universe: str, links: tuple[Link, ...]) -> Release:
    """What is counted, and where else the same people are."""
    named = replace(made.publication, universe=universe, links=links)
    return replace(made, publication=named)


def _marked(made: Release, extracts: tuple[str, ...]) -> Release:
    """What it was counted from."""
    return replace(made, publication=replace(made.publication, extracts=extracts))


def _as_decided(publication: Publication) -> Publication:
    """A ledger as the gate knows it: without the municipalities, where its table had none."""
    if not publication.title.startswith("kon_"):
        return publication
    at = publication.dimensions.index("municipality")
    return replace(
        publication,
        dimensions=publication.dimensions[:at] + publication.dimensions[at + 1 :],
        block=("service_area",),
        delivered=tuple(sorted({(area,) for _, area in publication.delivered})),
        rows=tuple(
            (cell[:at] + cell[at + 1 :], shown, sure, label)
            for cell, shown, sure, label in publication.rows
        ),
    )


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


def _printed(made: Release | None, *dimensions: str) -> set[tuple[str, ...]]:
    """Which cells of these dimensions came out of the gate."""
    if made is None:
        return set()
    counts = made.released.counts
    mask = (counts["status"] == "") & (counts["crossing"] == "×".join(dimensions))
    return set(counts.loc[mask, list(dimensions)].itertuples(index=False, name=None))


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


# --- tables as data


def _whole(theme: Theme, atoms: pd.DataFrame, name: str) -> Layout:
    groups = {"class": groups_of(theme, set(atoms["class"]))}
    sensitive = "class" if theme.is_sensitive else ""
    return Layout(name, CELLS, groups=groups, shares="class", sensitive=sensitive)


def _layouts(theme: Theme, atoms: pd.DataFrame, name: str) -> list[Layout]:
    whole = _whole(theme, atoms, name)
    if theme is BASIS:
        return [Layout(name, CELLS[:2])]
    if theme is INFLOW:
        return [replace(whole, dimensions=("municipality", "class"), shares="")]
    if theme.is_local:
        return [replace(whole, margins=False), Layout(name, CELLS[:2], margins=False)]
    if theme.unit == "closings":
        return [whole, replace(whole, name=f"kkik_{name}", where={"window": (KKIK,)})]
    return [whole]


# --- the same people in two themes

BY_BLOCK = (("municipality", "municipality"), ("service_area", "service_area"))
BY_PLACE = (("municipality", "municipality"),)


def links_of(theme: Theme, atoms: pd.DataFrame) -> tuple[Link, ...]:
    """Which sums of a theme are sums of the basis, or of another theme."""
    basis, inflow = BASIS.id, INFLOW.id
    if theme.base == BEGUN:
        ended = (("class", TIME_GROUPS["slut"]),)
        return Link(basis, BY_BLOCK, ended), Link(inflow, BY_PLACE)
    if theme.base != ENDED:
        return ()
    if theme is CHANGE:
        return tuple(Link(basis, BY_PLACE, here, there) for here, there in _subject_areas(atoms))
    return (Link(basis, BY_BLOCK),)


def links_by_sex(theme: Theme, atoms: pd.DataFrame) -> tuple[Link, ...]:
    """Women and men of a theme are those of the table of women and men."""
    to, sex = SEX.id, ("sex", "class")
    if theme is CHANGE:
        return tuple(
            Link(to, (*BY_PLACE, sex), here, there) for here, there in _subject_areas(atoms)
        )
    return (Link(to, (*BY_BLOCK, sex)),)


def _subject_areas(atoms: pd.DataFrame) -> list[tuple[LinkCell, LinkCell]]:
    """What is measured, and the service area whose finished cases it is measured of."""
    return [
        ((("service_area", (subject,)),), (("service_area", (area_of(subject),)),))
        for subject in sorted(atoms["service_area"].unique())
    ]


# --- totals that are already out


def _known_cells(theme: Theme, atoms: pd.DataFrame) -> list[Cell]:
    """The totals of the blocks, and every sum of them."""
    blocks = atoms[["municipality", "service_area"]].drop_duplicates()
    cells: list[Cell] = [
        {"municipality": (m,), "service_area": (a,)} for m, a in blocks.itertuples(index=False)
    ]
    cells += [{"municipality": (m,)} for m in blocks["municipality"].unique()]
    cells += [{"service_area": (a,)} for a in blocks["service_area"].unique()]
    cells.append({})
    if theme.base == BEGUN:
        # The finished are those of the basis; all are those of the inflow, by municipality.
        ended = tuple(sorted(set(TIME_GROUPS["slut"]) & set(atoms["class"])))
        whole = [cell for cell in cells if "service_area" not in cell]
        return [*({**cell, "class": ended} for cell in cells), *whole]
    return cells


def _known(atoms: pd.DataFrame, cells: Sequence[Cell]) -> Publication:
    """These sums as a pack that is already out, so that no world may change them."""
    dimensions = [d for d in atoms.columns if d != "count"]
    every = {d: tuple(sorted(atoms[d].unique())) for d in dimensions}
    sets: dict[tuple[str, ...], int] = {}
    rows = []
    for cell in cells:
        values = [tuple(v for v in cell.get(d, every[d]) if v in every[d]) for d in dimensions]
        inside = pd.Series(True, index=atoms.index)
        for dimension, chosen in zip(dimensions, values, strict=True):
            inside &= atoms[dimension].isin(chosen)
        if inside.any():
            counted = tuple(sets.setdefault(chosen, len(sets)) for chosen in values)
            rows.append((counted, int(atoms.loc[inside, "count"].sum()), False, "underlaget"))
    return Publication("underlaget", 5, True, tuple(dimensions), tuple(sets), (), (), tuple(rows))


def _tidy(made: Release) -> pd.DataFrame:
    """The printed cells with all DIMENSIONS; combinations that nobody in the county has are left
    out, since they only say which classes belong to which service area."""
    counts = made.released.counts
    for dimension in DIMENSIONS:
        if dimension not in counts:
            counts = counts.assign(**{dimension: TOTAL})
    where = [counts[key] for key in ("layout", "service_area", "class")]
    seen = counts["count"].isna() | (counts["count"] > 0)
    occurs = seen.groupby(where).transform("any")
    return counts.loc[occurs, ["layout", "crossing", *DIMENSIONS, "count", "status"]]

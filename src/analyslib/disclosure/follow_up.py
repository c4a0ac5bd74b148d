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
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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
from analyslib.disclosure.audit import audit_publications
from analyslib.disclosure.editions import base_of, edition_of, told_apart
from analyslib.disclosure.extract_marks import ExtractMarks
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.ledger import build_ledger
from analyslib.disclosure.publication import Cell as LinkCell
from analyslib.disclosure.publication import Link, Publication
from analyslib.disclosure.release import Release, release
from analyslib.disclosure.released import TOTAL, Released, frames_of
from analyslib.disclosure.renewal import (
    draft_of,
    exact_with_editions,
    is_known,
    of_area,
    renew,
    renewed,
)
from analyslib.disclosure.rules import NETWORK_PACK, Profile
from analyslib.disclosure.side_by_side import side_by_side
from analyslib.disclosure.system import State
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
        known: Callable[[pd.DataFrame], Sequence[Publication]],
        title: str,
        draft: Publication | None = None,
    ) -> Release:
        """Together with what has been published of the same table, of these extracts or others.
        `draft`: what the edition will count, and from what."""
        told = [p for p in self._earlier if p.title == title]
        others = [p for p in told if edition_of(p.universe) != self._edition]
        renewal = renew(atoms, draft, told) if draft and others else None
        if renewal is None:
            same = [_as_decided(p) for p in told if p not in others]
            made = release(atoms, layouts, self._profile, [*known(atoms), *same], title, others)
        else:
            before = [*known(renewal.own()), *renewal.editions]
            layouts = renewal.layouts(layouts)
            made = renewed(release(renewal.atoms, layouts, self._profile, before, title, others))
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
        of_theme = partial(self._of_theme, blocks=blocks, divided=divided, sexes=sexes)
        made += [item for found in side_by_side(of_theme, OTHERS) for item in found]
        return [item for item in made if item is not None]

    def _of_theme(
        self,
        theme: Theme,
        blocks: set[tuple[str, ...]],
        divided: set[tuple[str, ...]],
        sexes: Release | None,
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
        return [whole, self._women_and_men(theme, units, divided, whole, sexes)]

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
            layouts = layouts_of(theme, atoms, f"{theme.id}-{self._county}")
            known = partial(_known_totals, theme)
            title = "-".join(filter(None, (theme.id, self._county, place)))
            draft = draft_of(title, self._universe(title), atoms)
            draft = replace(draft, extracts=self._marks.of(theme, draft, counted))
            made = self._release(atoms, layouts, known, title, draft)
            made = _named(made, draft.universe, self._links(links_of(theme, atoms)))
            made = _marked(made, draft.extracts)
            faults = self._told_between(made, atoms, layouts, known)
            if not faults:
                return made
            units = self._without_named(theme, units, faults, draft)
        return None

    def _others(self, title: str) -> list[Publication]:
        """What other editions of a table have told."""
        told = [p for p in self._earlier if p.title == title]
        return [p for p in told if edition_of(p.universe) != self._edition]

    def _told_between(
        self,
        made: Release,
        atoms: pd.DataFrame,
        layouts: Sequence[Layout],
        known: Callable[[pd.DataFrame], Sequence[Publication]],
    ) -> list[str]:
        """Numbers that would tell of a few persons, beside an earlier edition or totals that are
        out, and that cannot be hidden here since they follow from these: they are left out."""
        others = self._others(made.publication.title)
        if not others and all(item.requirement.attacker.knows for item in made.plan.impossible):
            return []
        told = [label for label, _ in told_apart([*others, made.publication])]
        told += [label for label in _stuck_with_readers(made) if label not in told]
        if told:
            return told
        alone = [replace(p, links=()) for p in (*others, made.publication)]
        leaks = audit_publications(alone).leaks
        if leaks or not others:
            return [leak.label for leak in leaks]
        rows = [row for publication in known(atoms) for row in publication.published_rows()]
        plain = build_ledger(atoms, layouts, self._profile, rows).system
        return list(exact_with_editions(made.ledger.system, made.plan.impossible, plain))

    def _without_named(
        self, theme: Theme, units: pd.DataFrame, labels: Sequence[str], draft: Publication
    ) -> pd.DataFrame:
        """Without what the labels name, or else without everything whose extract is new; nothing
        is left where that is nobody."""
        # All who have begun are told of by municipality elsewhere: a part of them cannot go.
        by_area = theme.base != BEGUN and "service_area" in units
        named = _named_in(units, labels, by_area)
        if not named.any():
            before = self._others(draft.title)
            pairs = zip(draft.delivered, draft.extracts, strict=True)
            new = {b[0] for b, mark in pairs if not any(is_known(p, b, mark) for p in before)}
            named = units["municipality"].isin(new)
        return units[~named] if named.any() else units.head(0)

    def _links(self, links: Sequence[Link]) -> tuple[Link, ...]:
        """The links with the universes' full names."""
        return tuple(
            replace(link, universe=self._universe(f"{link.universe}-{self._county}"))
            for link in links
        )

    def _women_and_men(
        self,
        theme: Theme,
        units: pd.DataFrame,
        divided: set[tuple[str, ...]],
        whole: Release,
        sexes: Release | None,
    ) -> Release | None:
        """Women and men in the county, for service areas where the number of each is printed and
        every class too: women and men together must tell nothing that the theme has hidden. In
        one municipality they would be too few to compare."""
        delivered = set(whole.publication.delivered)
        blocks = zip(units["municipality"], units["service_area"], strict=True)
        units = units.loc[[block in delivered for block in blocks]]
        printed = _printed(whole, "service_area", "class")
        classes = units[["service_area", "class"]].drop_duplicates()
        closed = {a for a, c in classes.itertuples(index=False) if (a, c) not in printed}
        areas = units["service_area"].map(area_of)
        is_divided = [all((area, sex) in divided for sex in SEXES) for area in areas]
        units = units[
            pd.Series(is_divided, index=units.index) & ~units["service_area"].isin(closed)
        ]
        beside = [whole.publication, *([sexes.publication] if sexes else [])]
        while not units.empty:
            made, faults = self._by_sex(theme, units, whole)
            telling = [] if faults else self._telling_areas(made.publication, beside)
            if not faults and not telling:
                return made
            words = {word for label in faults for word in label.split()}
            named = units["service_area"].isin(words)
            named |= units["service_area"].map(area_of).isin(telling)
            units = units[~named] if named.any() else units.head(0)
        return None

    def _by_sex(
        self, theme: Theme, units: pd.DataFrame, whole: Release
    ) -> tuple[Release, list[str]]:
        """The table of women and men of these units, and which of its numbers may not be told."""
        atoms = count_units(units.drop(columns="municipality"))
        layout = _whole(theme, atoms, f"kon_{theme.id}-{self._county}")
        layout = replace(layout, dimensions=("service_area", "sex", "class"))
        cells = [
            {"service_area": (area,), column: (value,)}
            for column in ("sex", "class")
            for area, value in atoms[["service_area", column]].drop_duplicates().to_numpy()
        ]
        known = [_known(atoms, cells)]
        made = self._release(atoms, [layout], lambda _: known, layout.name)
        made = _with_places(made, whole.publication.delivered)
        made = _named(made, whole.publication.universe, self._links(links_by_sex(theme, atoms)))
        made = _marked(made, self._marks.of(theme, made.publication))
        return made, self._told_between(made, atoms, [layout], lambda _: known)

    def _telling_areas(self, made: Publication, beside: Sequence[Publication]) -> list[str]:
        """The service areas where women and men would tell of a few, laid beside what earlier
        editions have told of the same people."""
        bases = {base_of(p.universe) for p in (made, *beside)}
        before = [p for p in self._earlier if base_of(p.universe) in bases]
        if all(edition_of(p.universe) == self._edition for p in before):
            return []
        together = [*before, *beside, made]
        areas = sorted({area_of(block[1]) for block in made.delivered})
        return [
            area for area in areas if audit_publications([of_area(p, area) for p in together]).leaks
        ]


def _stuck_with_readers(made: Release) -> Iterator[str]:
    """Hidden for what was told of them before, and yet anyone can tell them."""
    system = made.ledger.system
    for item in made.plan.impossible:
        row, attacker = item.requirement.row, item.requirement.attacker
        large = system.values[row] >= made.publication.threshold
        if large and system.state[row] == State.OPEN and not attacker.knows:
            yield system.labels[row]


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
    found = publication.without("municipality")
    return replace(found, delivered=tuple(sorted(found.delivered)))


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


def layouts_of(theme: Theme, atoms: pd.DataFrame, name: str) -> list[Layout]:
    """The tables that a theme is printed in."""
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


def _known_totals(theme: Theme, atoms: pd.DataFrame) -> list[Publication]:
    return [_known(atoms, _known_cells(theme, atoms))] if theme.base else []


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

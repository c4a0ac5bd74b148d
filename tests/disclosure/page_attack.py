"""An attacker who has the finished pages of the follow-up and nothing else. No code of the library.

Reads every number about people: tables, the tables behind the figures, shares with their
uncertainty, and sentences. Each becomes an equation or an inequality in whole persons, by service
area, class and municipality; two packs are laid together where a municipality's page says that the
extract is the same. Then asks HiGHS how small and how large every hidden number can be.

Left out: the differences between women and men and the shares still in an intervention, which are
made of numbers that the release prints but the page does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import product
from types import MappingProxyType

import highspy
import numpy as np
from scipy import sparse


SMALL = 5
HIDDEN_TEXTS = ("dolt", "sekretess")
# Where "all" and "none" of fewer than twenty are hidden too, a hidden number may be nought; also of
# fewer than twenty who have answered. Those who have not, when they are few, count as four.
SENSITIVE = ("forandring", "mal", "avslut", "nojdhet", "aterkomst", "kkik_aterkomst", "orsak")
UNANSWERED = {"forandring": "missing", "mal": "ej_bedomt", "nojdhet": "ej_svarat"}
LARGE_GROUP = 20
# Where a service area has no row when nothing of it is printed, and is in the sums all the same.
BY_AREA = ("aterkomst", "kkik_aterkomst")
AREAS = ("aldre", "barn_unga", "ek_bistand", "funktionshinder", "missbruk", "vald")
OF_FINISHED = ("kon", "alder", "orsak", "avslut", "forandring", "mal", "nojdhet")
SHARE = re.compile(r"^(\d+) %(?: \((\d+)–(\d+)\))?$")
RANGE = re.compile(r"^(\d+)–(\d+) %$")
EXTRACTED = re.compile(r"Uttaget gjordes den (.+?)\.")
BETTER = re.compile(r"– (.+): ([\d ]+?)(?: av ([\d ]+))? har fått det bättre och ([\d ]+) sämre\.$")
Z = 1.959963984540054
WHOLE = 1e-6


@dataclass(frozen=True)
class Group:
    """Some people: of a theme, in a municipality ("" for the county's), a service area or what is
    measured there ("" for all), in these classes (() for all). `version` is the extract."""

    theme: str
    place: str
    subject: str
    classes: tuple[str, ...] = ()
    version: str = ""

    def holds(self, atom: Group) -> bool:
        return (
            self.theme == atom.theme
            and self.place in ("", atom.place)
            and self.subject in ("", atom.subject)
            and (not self.classes or atom.classes[0] in self.classes)
        )


@dataclass(frozen=True)
class Share:
    """Whole per cent that `part` is of `whole`, and the ends of its interval where printed."""

    part: Group
    whole: Group
    percent: int
    ends: tuple[int, int] | None = None

    def fitting(self, n: int) -> tuple[int, int] | None:
        """The fewest and the most of n that are printed so; None where it is not of n at all."""
        printed = (self.percent, *(self.ends or ()))
        found = [x for x in range(n + 1) if percents(x, n)[: len(printed)] == printed]
        return (min(found), max(found)) if found else None


def percents(x: int, n: int) -> tuple[int, ...]:
    """The share and Wilson's interval as a page prints them, halves rounded upwards."""
    p = x / n
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * np.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    ends = max(middle - half, 0.0), min(middle + half, 1.0)
    return tuple(int(np.floor(100 * v + 0.5 + 1e-9)) for v in (p, *ends))


@dataclass
class Facts:
    """What the pages of one pack say. `versions`: the extract of each municipality."""

    shown: dict[Group, int] = field(default_factory=dict)
    hidden: set[Group] = field(default_factory=set)
    shares: list[Share] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)


# --- reading


@dataclass
class Grid:
    """One table: its headings, and per row the cells as (text, attributes)."""

    caption: str = ""
    rows: list[list[tuple[str, dict[str, str]]]] = field(default_factory=list)


class PageReader(HTMLParser):
    """The tables and the sentences of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.grids: list[Grid] = []
        self.sentences: list[str] = []
        self._attributes: dict[str, str] = {}
        self._text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.grids.append(Grid())
        elif tag == "tr":
            self.grids[-1].rows.append([])
        if tag in ("td", "th", "caption", "p", "li"):
            self._attributes = {name: value or "" for name, value in attrs}
            self._text = ""

    def handle_data(self, data: str) -> None:
        self._text += data.replace("\u00a0", " ").replace("\u2060", "")

    def handle_endtag(self, tag: str) -> None:
        text = " ".join(self._text.split())
        if tag in ("td", "th"):
            self.grids[-1].rows[-1].append((text, self._attributes))
        elif tag == "caption":
            self.grids[-1].caption = text
        elif tag in ("p", "li"):
            self.sentences.append(text)


def read_pack(pages: Iterable[str]) -> Facts:
    """Everything that the pages of one pack say about people."""
    facts = Facts()
    for source in pages:
        page = PageReader(source)
        for grid in page.grids:
            for heads, row in _rows(grid):
                _read_row(facts, heads, row)
        _read_sentences(facts, page)
        _read_version(facts, page)
    return facts


def _rows(grid: Grid) -> Iterator[tuple[list[str], list[tuple[str, dict[str, str]]]]]:
    heads = [text for text, _ in grid.rows[0]]
    for row in grid.rows[1:]:
        yield heads, row


def _group(attributes: Mapping[str, str]) -> Group | None:
    theme = attributes.get("data-layout", "").rpartition("-")[0]
    if not theme:
        return None
    name = dict(part.split("=", 1) for part in attributes["data-cell"].split(";") if part)
    classes = (name["class"],) if "class" in name else ()
    return Group(
        theme, name.get("municipality", ""), name.get("service_area", ""), _single(classes)
    )


def _single(classes: tuple[str, ...]) -> tuple[str, ...]:
    """ "better_all" is better, more than the error of measurement or not."""
    if classes and classes[0].endswith("_all"):
        name = classes[0].removesuffix("_all")
        return (name, f"reliably_{name}")
    return classes


MEASURED = ("better", "reliably_better", "same", "worse", "reliably_worse")


def _read_row(facts: Facts, heads: list[str], row: list[tuple[str, dict[str, str]]]) -> None:
    by_head: dict[str, Group] = {}
    for head, (text, attributes) in zip(heads, row, strict=True):
        group = _group(attributes)
        if group is None:
            continue
        by_head[head.casefold()] = group
        _take(facts, group, text)
    if not by_head:
        return
    first = next(iter(by_head.values()))
    for head, (text, attributes) in zip(heads, row, strict=True):
        if attributes.get("data-derived") == "mätta par":
            _take(facts, _of(first, MEASURED), text)
        elif "data-layout" not in attributes:
            _read_share(facts, head.casefold(), text, by_head, first)


def _take(facts: Facts, group: Group, text: str) -> None:
    digits = text.replace(" ", "")
    if digits.isdigit():
        facts.shown[group] = int(digits)
    elif text in HIDDEN_TEXTS:
        facts.hidden.add(group)


def _of(group: Group, classes: tuple[str, ...], place: str | None = None) -> Group:
    return Group(group.theme, group.place if place is None else place, group.subject, classes)


OF_CHANGE = {
    "bättre": _single(("better_all",)),
    "säkert bättre": ("reliably_better",),
    "som saknas": ("missing",),
}


def _read_share(
    facts: Facts, head: str, text: str, by_head: Mapping[str, Group], first: Group
) -> None:
    """Which people a share is of is said by the headings of the table."""
    place = "" if head.startswith("länet, ") else first.place
    name = head.removeprefix("länet, ").removeprefix("andel ").removesuffix(" (osäkerhet)")
    bounds = RANGE.match(text)
    if bounds and name.startswith("bättre om alla var med"):
        better = _single(("better_all",))
        for number, classes in ((bounds[1], better), (bounds[2], (*better, "missing"))):
            part, whole = _of(first, classes, place), _of(first, (), place)
            facts.shares.append(Share(part, whole, int(number)))
        return
    found = SHARE.match(text)
    if not found:
        return
    if first.theme == "forandring":
        classes = OF_CHANGE[name]
        among = () if name == "som saknas" else MEASURED
    else:
        classes, among = by_head.get(name, first).classes, ()
    ends = (int(found[2]), int(found[3])) if found[2] else None
    part, whole = _of(first, classes, place), _of(first, among, place)
    facts.shares.append(Share(part, whole, int(found[1]), ends))


def _read_sentences(facts: Facts, page: PageReader) -> None:
    """ "▲ bättre – AUDIT (missbruk): 51 av 92 har fått det bättre och 15 sämre." """
    subjects = {
        row[0][0]: group
        for grid in page.grids
        for _, row in _rows(grid)
        for _, attributes in row
        if (group := _group(attributes)) and group.theme == "forandring" and group.place
    }
    for sentence in page.sentences:
        found = BETTER.search(sentence)
        if found:
            names = [label for label in subjects if found[1].startswith(label)]
            group = subjects[max(names, key=len)]
            for number, name in ((found[2], "better_all"), (found[4], "worse_all")):
                _take(facts, _of(group, _single((name,))), number)
            _take(facts, _of(group, MEASURED), found[3] or "")


def _read_version(facts: Facts, page: PageReader) -> None:
    """Which extract, and which years, the page says that it is of."""
    day = next((m[1] for s in page.sentences if (m := EXTRACTED.search(s))), "")
    for grid in page.grids:
        if grid.caption.startswith("Avslutade ärenden bland dem som började"):
            years = grid.caption.rsplit(" ", 1)[1]
            owners = [g.place for _, row in _rows(grid) for _, a in row if (g := _group(a))]
            facts.versions[next(filter(None, owners))] = f"{day}, {years}"


# --- solving


@dataclass(frozen=True)
class Claim:
    """What the attacker says of a hidden number: surely from `low` to `high` (None: no limit)."""

    group: Group
    low: int
    high: int | None

    @property
    def is_exact(self) -> bool:
        return self.low == self.high


def attack(
    packs: Sequence[Iterable[str]], known: Mapping[Group, int] = MappingProxyType({})
) -> list[Claim]:
    """The hidden numbers of these packs that can be worked out, or are known to be small and
    cannot be all of 1 to 4. `known` is what the attacker has from his own municipality."""
    facts = [read_pack(pages) for pages in packs]
    for pack in facts:
        pack.shown |= {group: n for group, n in known.items() if group not in pack.shown}
        pack.hidden -= known.keys()
    themes = sorted({g.theme for f in facts for g in f.hidden})
    return [claim for theme in themes for claim in _System(theme, facts).claims()]


class _System:
    """One theme of all packs, with the finished cases that its classes add up to."""

    def __init__(self, theme: str, packs: Sequence[Facts]) -> None:
        self.theme, self.packs = theme, packs
        self.atoms: dict[Group, int] = {}
        self.rows: list[tuple[np.ndarray, np.ndarray, float, float]] = []
        self.members: list[list[Group]] = [self._atoms_of(*pack) for pack in enumerate(packs)]
        self.shares: list[tuple[np.ndarray, np.ndarray, float, float]] = []
        self.hidden: list[tuple[Group, np.ndarray]] = []
        for facts, members in zip(packs, self.members, strict=True):
            self._add_pack(facts, members)

    def _atoms_of(self, number: int, facts: Facts) -> list[Group]:
        """The smallest groups in this pack: every class that the county has of each subject."""
        themes = (self.theme, "underlag") if self.theme in OF_FINISHED else (self.theme,)
        seen = [g for g in (*facts.shown, *facts.hidden) if g.theme in themes and g.subject]
        classes: dict[tuple[str, str], set[str]] = {}
        for group in seen:
            known = classes.setdefault((group.theme, group.subject), set())
            known.update(group.classes if group.classes != MEASURED else ())
        found = []
        for theme, place, subject in sorted({(g.theme, g.place, g.subject) for g in seen}):
            for name in sorted(classes[theme, subject]) or [""]:
                if place:
                    version = facts.versions.get(place, "")
                    found.append(self._atom(Group(theme, place, subject, (name,), version)))
        if self.theme in BY_AREA:
            found += self._without_row(number, facts, {(a.place, a.subject) for a in found})
        return found

    def _atom(self, atom: Group) -> Group:
        self.atoms.setdefault(atom, len(self.atoms))
        return atom

    def _without_row(
        self, number: int, facts: Facts, told: set[tuple[str, str]]
    ) -> Iterator[Group]:
        """What the sums of this theme may count and no row tells of: the other service areas of
        every municipality. They may be counted, or not."""
        groups = [*facts.shown, *facts.hidden]
        places = {g.place for g in groups if g.place}
        for place, area in sorted(set(product(places, AREAS)) - told):
            version = facts.versions.get(place, "")
            for name in sorted({c for g in groups if g.theme == self.theme for c in g.classes}):
                people = Group(self.theme, place, area, (name,), version)
                counted = self._atom(replace(people, version=f"{version} {number}"))
                yield counted
                if version:
                    parts = [np.array([self.atoms[a]]) for a in (counted, self._atom(people))]
                    self._row(parts[0], -np.inf, 0.0, parts[1], -1.0)

    def _inside(self, group: Group, members: Sequence[Group]) -> np.ndarray:
        return np.array([self.atoms[a] for a in members if group.holds(a)], dtype=np.int64)

    def _add_pack(self, facts: Facts, members: list[Group]) -> None:
        own = [g for g in facts.shown if g.theme in (self.theme, "underlag")]
        for group in own:
            inside = self._inside(group, members)
            if inside.size and (group.theme == self.theme or group.place):
                self._row(inside, facts.shown[group], facts.shown[group])
        for share in facts.shares:
            if share.part.theme == self.theme:
                before = len(self.rows)
                self._add_share(share, facts, members)
                self.shares += self.rows[before:]
                del self.rows[before:]
        if self.theme in OF_FINISHED:
            self._add_finished(members)
        for group in sorted(facts.hidden, key=str):
            if group.theme == self.theme:
                inside = self._inside(group, members)
                if not self._is_out(group, facts):
                    self.hidden.append((group, inside))
                self._row(inside, float(self._is_sure(group, facts)), np.inf)

    def _is_out(self, group: Group, facts: Facts) -> bool:
        """Hidden here, and printed of the same extract in the other pack: no secret."""
        version = facts.versions.get(group.place)
        return any(
            group in other.shown and other.versions.get(group.place) == version
            for other in self.packs
            if version
        )

    def _add_share(self, share: Share, facts: Facts, members: list[Group]) -> None:
        some, all_ = (self._inside(g, members) for g in (share.part, share.whole))
        n = self._size(share.whole, facts, members)
        fitting = None if n is None else share.fitting(n)
        if fitting is not None:
            self._row(some, *fitting)
            return
        self._row(some, 0.0, np.inf, all_, -(share.percent - 0.5 - WHOLE) / 100)
        self._row(some, -np.inf, 0.0, all_, -(share.percent + 0.5 + WHOLE) / 100)

    def _add_finished(self, members: list[Group]) -> None:
        """The classes of each subject add up to the finished cases of its service area."""
        blocks = {(a.place, a.subject) for a in members if a.theme == self.theme}
        for place, subject in sorted(blocks):
            parts = self._inside(Group(self.theme, place, subject), members)
            area = subject.partition("/")[0]
            whole = self._inside(Group("underlag", place, area), members)
            if whole.size:
                self._row(parts, 0.0, 0.0, whole, -1.0)

    def _size(self, whole: Group, facts: Facts, members: Sequence[Group]) -> int | None:
        """How many people a share is of, where the finished cases of each part are printed."""
        if whole.classes or self.theme not in OF_FINISHED:
            return None
        inside = [atom for atom in members if whole.holds(atom)]
        areas = {(a.place, a.subject, a.subject.partition("/")[0]) for a in inside}
        sizes = [facts.shown.get(Group("underlag", place, area)) for place, _, area in areas]
        return None if None in sizes else sum(filter(None, sizes))

    def _is_sure(self, group: Group, facts: Facts) -> bool:
        """Noughts are printed; only in a small group of something sensitive they are not."""
        if self.theme not in SENSITIVE:
            return True
        if self.theme not in OF_FINISHED:
            return False
        area = group.subject.partition("/")[0]
        # Of all that is measured together there are other pairs than there are finished cases.
        is_pairs = self.theme == "forandring" and not group.subject
        whole = Group("forandring" if is_pairs else "underlag", group.place, area)
        n, unanswered = facts.shown.get(whole, 0), UNANSWERED.get(self.theme)
        is_answer = unanswered is not None and group.classes != (unanswered,)
        return n >= LARGE_GROUP * (2 if is_answer else 1)

    def _row(
        self,
        inside: np.ndarray,
        low: float,
        high: float,
        others: np.ndarray | None = None,
        factor: float = 0.0,
    ) -> None:
        """low <= sum of `inside` + factor * sum of `others` <= high."""
        others = np.array([], dtype=np.int64) if others is None else others
        columns = np.concatenate([inside, others])
        values = np.concatenate([np.ones(inside.size), np.full(others.size, factor)])
        self.rows.append((columns, values, low, high))

    def claims(self) -> list[Claim]:
        # Where the readings contradict each other, a nought was hidden to cover another after all,
        # or a share is of others than the attacker took it to be of.
        certain = [row for row in self.rows if (row[2], row[3]) != (1.0, np.inf)]
        solver = _Solver(len(self.atoms), [*self.rows, *self.shares])
        for rows in ([*certain, *self.shares], self.rows, certain):
            if not solver.is_possible:
                solver = _Solver(len(self.atoms), rows)
        assert solver.is_possible, f"{self.theme}: the pages are misread"
        found = []
        for group, inside in self.hidden:
            claim = self._claim(solver, group, inside)
            if claim is not None:
                found.append(claim)
        return found

    def _claim(self, solver: _Solver, group: Group, inside: np.ndarray) -> Claim | None:
        worlds = solver.values(inside)
        if worlds.size and worlds.max() >= SMALL and worlds.min() < worlds.max():
            return None
        high = solver.extreme(inside, upwards=True)
        low = solver.extreme(inside, upwards=False)
        assert low is not None, "people are counted from nought"
        claim = Claim(group, low, high)
        if claim.is_exact:
            return claim
        least = max(1, solver.floor(inside))
        masked = high is None or high >= SMALL or (low <= least and high == SMALL - 1)
        return None if masked else claim


class _Solver:
    """How small and how large a sum can be, in whole persons; keeps every world it meets.

    Nothing that is asked is impossible once `is_possible`, so no answer means no limit.
    """

    def __init__(self, n: int, rows: Sequence[tuple[np.ndarray, np.ndarray, float, float]]) -> None:
        self.n, self.worlds = n, np.empty((0, n))
        self._floors = [c for c, v, low, high in rows if low == 1.0 and high == np.inf]
        self._real, self._whole = (_model(n, rows, integer) for integer in (False, True))

    @property
    def is_possible(self) -> bool:
        return _solve(self._real, self.n, np.arange(self.n), False)[1] is not None

    def values(self, inside: np.ndarray) -> np.ndarray:
        return np.asarray(self.worlds[:, inside].sum(axis=1))

    def floor(self, inside: np.ndarray) -> int:
        """What the hidden numbers in it, none of them nought, come to at least."""
        own, held = set(inside.tolist()), 0
        for columns in sorted(self._floors, key=len):
            if own.issuperset(columns.tolist()):
                held += 1
                own -= set(columns.tolist())
        return held

    def extreme(self, inside: np.ndarray, upwards: bool) -> int | None:
        value, world = _solve(self._real, self.n, inside, upwards)
        if world is None:
            return None
        if np.abs(world - np.rint(world)).max(initial=0.0) > WHOLE:
            edge = np.floor(value + WHOLE) if upwards else np.ceil(value - WHOLE)
            seen = self.values(inside)
            if seen.size and (seen.max() if upwards else seen.min()) == edge:
                return int(edge)
            value, world = _solve(self._whole, self.n, inside, upwards)
            assert world is not None, "a sum that has limits has limits in whole persons"
        self.worlds = np.vstack([self.worlds, np.rint(world)])
        return int(np.rint(value))


def _model(
    n: int, rows: Sequence[tuple[np.ndarray, np.ndarray, float, float]], integer: bool
) -> highspy.Highs:
    matrix = sparse.lil_matrix((len(rows), n))
    for number, (columns, values, _, _) in enumerate(rows):
        for column, value in zip(columns, values, strict=True):
            matrix[number, column] += value
    matrix = matrix.tocsr()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = n, len(rows)
    model.col_cost_ = np.zeros(n)
    model.col_lower_, model.col_upper_ = np.zeros(n), np.full(n, highspy.kHighsInf)
    model.row_lower_ = np.array([low for _, _, low, _ in rows])
    model.row_upper_ = np.array([high for _, _, _, high in rows])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    if integer:
        model.integrality_ = [highspy.HighsVarType.kInteger] * n
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.passModel(model)
    return solver


def _solve(
    solver: highspy.Highs, n: int, inside: np.ndarray, upwards: bool
) -> tuple[float, np.ndarray | None]:
    cost = np.zeros(n)
    cost[inside] = -1.0 if upwards else 1.0
    solver.changeColsCost(n, np.arange(n, dtype=np.int32), cost)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return np.inf, None
    world = np.asarray(solver.getSolution().col_value)
    return float(world[inside].sum()), world

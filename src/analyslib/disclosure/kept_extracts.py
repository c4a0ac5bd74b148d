"""Which extract of a municipality the reports are made from.

A later extract of a small municipality has a few cases more in most service areas. Nothing may be
told of those few, so that nearly every number of it would have to be hidden. Until there is more
that is new, the reports go on telling what they have told: the extract that was published last.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from analyslib.analysis.follow_up import FollowUp, build_follow_up
from analyslib.analysis.follow_up_themes import BASIS, units_of
from analyslib.disclosure.editions import edition_of, is_small_step
from analyslib.disclosure.extract_marks import PLACE, ExtractMarks
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.rules import Profile
from analyslib.disclosure.versions import Block
from analyslib.measures import Measure
from analyslib.store.connection import run_query


# A new extract is told of when so many of the service areas that were shown can be shown again.
ENOUGH = 2 / 3


@dataclass(frozen=True)
class Told:
    """What is out of a municipality's service area: how many finished cases (None: hidden), and
    the mark of the extract they were counted from."""

    shown: int | None
    mark: str


@dataclass(frozen=True)
class Kept:
    """What the reports are made from. `waiting`: the extracts that are not told of yet."""

    follow_up: FollowUp
    waiting: tuple[str, ...] = ()


def follow_up_to_tell(
    connection: duckdb.DuckDBPyConnection,
    measures: Mapping[str, Measure],
    earlier: Sequence[Publication] = (),
    threshold: int = Profile.threshold,
    but: Collection[str] = (),
) -> Kept:
    """The newest extracts; of a municipality that has too little new to tell, those that were
    published last, where they are still at hand. `but`: municipalities that are left out."""
    episodes = _but(run_query(connection, "build/isu_episodes").df(), but)
    measurements = _but(run_query(connection, "build/isu_measurements").df(), but)
    newest = build_follow_up(episodes, measurements, measures)
    told = told_of_blocks(earlier)
    few = with_little_new(units_of(BASIS, newest), told, threshold)
    areas = run_query(connection, "build/isu_extract_areas").df()
    older = _published_last(areas, told, few, ExtractMarks(newest, measures)) if few else areas[:0]
    if older.empty:
        return Kept(newest)
    names = {"extracts": sorted(set(older["extract_id"]))}
    before = run_query(connection, "build/isu_older_episodes", **names).df()
    values = run_query(connection, "build/isu_older_measurements", **names).df()
    kept = build_follow_up(
        _exchanged(episodes, before, older), _exchanged(measurements, values, older), measures
    )
    waiting = areas[areas["current"]].merge(older[PLACE], on=PLACE)
    return Kept(kept, tuple(sorted(set(waiting["extract_id"]))))


def _but(rows: pd.DataFrame, places: Collection[str]) -> pd.DataFrame:
    return rows[~rows["municipality"].isin(places)]


def told_of_blocks(earlier: Sequence[Publication]) -> dict[Block, Told]:
    """What the newest edition that counts a block tells of it."""
    found: dict[Block, Told] = {}
    basis = [p for p in earlier if p.title.split("-")[0] == BASIS.id]
    for item in sorted(basis, key=lambda p: edition_of(p.universe)):
        marks = dict(zip(item.delivered, item.extracts, strict=False))
        for row in item.published_rows():
            cell = [values for dimension, values in row.cell if dimension in PLACE]
            block = tuple(values[0] for values in cell if len(values) == 1)
            if block in marks:
                found[block] = Told(row.shown, marks[block])
    return found


def with_little_new(units: pd.DataFrame, told: Mapping[Block, Told], threshold: int) -> set[str]:
    """The municipalities of which too few service areas could be shown again. `units`: the
    finished cases."""
    sizes = units.groupby(PLACE).size()
    again: dict[str, list[bool]] = {}
    for block, item in told.items():
        if item.shown is not None and block in sizes.index:
            is_small = is_small_step(int(sizes[block]), item.shown, threshold)
            again.setdefault(block[0], []).append(not is_small)
    return {place for place, shown in again.items() if sum(shown) < ENOUGH * len(shown)}


def _published_last(
    areas: pd.DataFrame, told: Mapping[Block, Told], places: Collection[str], marks: ExtractMarks
) -> pd.DataFrame:
    """The extracts that the blocks of these municipalities were told from, without those of
    which any is no longer at hand. One row = one service area of one extract."""
    rows = areas[areas["municipality"].isin(places)]
    days = rows["extraction_date"].dt.strftime("%Y-%m-%d")
    found = [
        item is not None and item.mark == marks.of_extract(block, day, extract)
        for *block, day, extract in zip(
            rows["municipality"], rows["service_area"], days, rows["extract_id"], strict=True
        )
        for item in (told.get(tuple(block)),)
    ]
    older = rows[found].drop_duplicates(PLACE)
    at_hand = set(older[PLACE].itertuples(index=False, name=None))
    lost = {block[0] for block in told if block not in at_hand}
    return older[~older["municipality"].isin(lost)]


def _exchanged(newest: pd.DataFrame, before: pd.DataFrame, older: pd.DataFrame) -> pd.DataFrame:
    """The rows of the newest extracts, but of `older` in its service areas."""
    keys = ["extract_id", *PLACE]
    is_kept = pd.MultiIndex.from_frame(newest[PLACE]).isin(pd.MultiIndex.from_frame(older[PLACE]))
    told = before.merge(older[keys], on=keys)
    return pd.concat([newest[~is_kept], told], ignore_index=True)

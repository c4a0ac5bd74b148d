"""What two editions of the same table give away side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from analyslib.analysis.follow_up_themes import INFLOW
from analyslib.disclosure.editions import (
    Name,
    Told,
    edition_of,
    is_small_step,
    name_of,
    rests_of,
    told_before,
)
from analyslib.disclosure.publication import Publication
from analyslib.disclosure.versions import Block, Version, rows_of_blocks, versions_of


def told_apart(publications: Sequence[Publication]) -> Iterator[tuple[str, str]]:
    """The numbers that tell of a few persons beside the same number of an earlier edition, each
    with why. Only where somebody's extract has changed: what unchanged ones tell between them
    is reckoned out when the editions are laid together."""
    by_title: dict[str, dict[str, list[Publication]]] = {}
    for item in publications:
        by_title.setdefault(item.title, {}).setdefault(item.universe, []).append(item)
    for editions in by_title.values():
        versions = versions_of(editions)
        order = sorted(editions, key=edition_of)
        for number, universe in enumerate(order[1:], start=1):
            before = [p for name in order[:number] for p in editions[name]]
            for publication in editions[universe]:
                told = told_before([_of_changed(p, publication, versions) for p in before])
                yield from _told_of(publication, told)


def _of_changed(
    before: Publication, now: Publication, versions: Mapping[tuple[str, Block], Version]
) -> Publication:
    """What was told of the blocks that `now` counts from another extract."""
    if not versions:
        return before  # no telling what is the same
    both = set(before.delivered) & set(now.delivered)
    changed = {
        block
        for block in both
        if versions[before.universe, block] is not versions[now.universe, block]
    }
    return rows_of_blocks(before, changed)


def _told_of(publication: Publication, told: Mapping[Name, Told]) -> Iterator[tuple[str, str]]:
    for row in publication.published_rows():
        before = told.get(name_of(row))
        if before is None or not row.shown:
            continue
        label = f"{publication.title}: {row.label}"
        if before.hidden:
            yield label, f"{label}: visas, fast talet var dolt i ett tidigare paket."
        elif any(is_small_step(row.shown, n, publication.threshold) for n in before.shown):
            yield label, f"{label}: skiljer sig med några få personer från ett tidigare paket."
    if publication.title.split("-")[0] == INFLOW.id:
        return  # of a quarter no share is told
    for name, number in rests_of(publication).items():
        shown = told[name].shown if name in told else ()
        if any(is_small_step(number, n, publication.threshold) for n in shown):
            label = f"{publication.title}: {name[0]}"
            yield label, f"{label}: skiljer sig med några få personer från ett tidigare paket."

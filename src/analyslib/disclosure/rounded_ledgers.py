"""What holds of ledgers whose numbers are rounded: nothing in them is hidden, so what the audit has
to see is that they are what they say, and that nobody in them is told of by hidden numbers too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from analyslib.analysis.follow_up_themes import THEMES
from analyslib.disclosure.publication import Publication
from analyslib.errors import DisclosureError, Fault


ROUNDED = "avrundat"
TRUE_OF_ROUNDED = (
    "De avrundade talen är multiplar av gränsen och summorna går ihop. Ingen som är räknad i dem "
    "är räknad i en tabell med dolda tal."
)


def is_rounded(publication: Publication) -> bool:
    return publication.mode == ROUNDED


def places_in(publications: Iterable[Publication], rounded: bool) -> set[str]:
    """The municipalities whose follow-up is told of in these ledgers, rounded or not."""
    return {
        block[p.block.index("municipality")]
        for p in publications
        if is_rounded(p) == rounded and (rounded or _is_of_follow_up(p))
        for block in p.delivered
        if "municipality" in p.block
    }


def _is_of_follow_up(publication: Publication) -> bool:
    return publication.title.removeprefix("kon_").partition("-")[0] in THEMES


def check_modes(
    earlier: Sequence[Publication], rounded: Iterable[str], delivered: Iterable[str], base: int
) -> None:
    """Raise where a municipality would be told of in both ways, or rounded to another limit than
    before. `rounded`: those that are to be rounded now, to `base`; `delivered`: everybody who has
    delivered."""
    now, here = set(rounded), set(delivered)
    hidden_before = sorted(now & here & places_in(earlier, rounded=False))
    rounded_before = sorted((here - now) & places_in(earlier, rounded=True))
    faults = [
        Fault(
            f"Kommunen {place} finns i ett tidigare paket där små tal doldes, och kan därför inte "
            "avrundas: de avrundade talen hade röjt de dolda.",
            remedy="Ta bort kommunen ur `rounded` i disclosure.toml.",
        )
        for place in hidden_before
    ]
    faults += [
        Fault(
            f"Kommunen {place} finns avrundad i ett tidigare paket, och kan därför inte visas "
            "med dolda tal: de avrundade talen hade röjt dem.",
            remedy="Lägg tillbaka kommunen i `rounded` i disclosure.toml.",
        )
        for place in rounded_before
    ]
    faults += [
        Fault(
            f"Kommunen {place} finns i ett tidigare paket avrundad till multiplar av {before}, och "
            f"kan därför inte avrundas till multiplar av {base}: båda tillsammans hade sagt mer om "
            "samma personer.",
            remedy=f"Sätt tillbaka `threshold = {before}` i disclosure.toml.",
        )
        for place, before in _bases(earlier)
        if place in now and before != base
    ]
    if faults:
        raise DisclosureError(faults)


def _bases(publications: Sequence[Publication]) -> list[tuple[str, int]]:
    """Every municipality that is rounded in these ledgers, with what it is rounded to."""
    found = {(place, p.threshold) for p in publications for place in places_in([p], rounded=True)}
    return sorted(found)


def faults_of_rounded(publications: Sequence[Publication]) -> Iterator[tuple[str, str]]:
    """What is wrong with rounded ledgers, by themselves or beside the others: which number, why."""
    both = places_in(publications, rounded=True) & places_in(publications, rounded=False)
    for place in sorted(both):
        yield place, f"{place}: samma personer är avrundade i ett paket och dolda i ett annat."
    for publication in filter(is_rounded, publications):
        for row in publication.published_rows():
            label = f"{publication.title}: {row.label}"
            if row.shown is None or row.shown % publication.threshold:
                yield label, f"{label}: är inte avrundat, fast tabellen säger det."
        yield from _unsummed(publication)
    yield from _rounded_twice(list(filter(is_rounded, publications)))


def _rounded_twice(publications: Sequence[Publication]) -> Iterator[tuple[str, str]]:
    """The same extract with other numbers: both together tell more of it than either."""
    told: dict[tuple[Any, ...], int | None] = {}
    for publication in publications:
        if not any(publication.extracts):
            continue
        of = publication.title, publication.delivered, publication.extracts
        for row in publication.published_rows():
            if told.setdefault((*of, row.cell), row.shown) != row.shown:
                label = f"{publication.title}: {row.label}"
                yield label, f"{label}: samma uttag är avrundat till olika tal i två paket."


def _unsummed(publication: Publication) -> Iterator[tuple[str, str]]:
    """Sums that are not those of their parts, where the parts are printed: the difference would
    be somebody."""
    single = {
        tuple(publication.sets[i][0] for i in cell): shown or 0
        for cell, shown, _, _ in publication.rows
        if all(len(publication.sets[i]) == 1 for i in cell)
    }
    for cell, shown, _, label in publication.rows:
        parts = [single.get(values) for values in product(*(publication.sets[i] for i in cell))]
        known = [n for n in parts if n is not None]
        if len(known) == len(parts) and sum(known) != shown:
            name = f"{publication.title}: {label}"
            yield name, f"{name}: är inte summan av sina delar."

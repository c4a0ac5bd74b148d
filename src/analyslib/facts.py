"""What a report needs to know about the database before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analyslib.analysis.projects import Project, read_projects
from analyslib.store.connection import Store, open_store, query
from analyslib.text.formats import format_date


@dataclass(frozen=True)
class Facts:
    """`fingerprint` is the same for an identical rebuild; `origin` is for the foot of a page;
    `projects` are those that have a report of their own."""

    fingerprint: str
    years: tuple[int, ...]
    origin: tuple[tuple[str, str], ...]
    projects: tuple[Project, ...] = ()


def read_facts(publish_db: Path) -> Facts:
    """The facts of a finished database. Raises StoreError where there is none."""
    with open_store(publish_db, threads=1) as store:
        info = query(store, "build_info")
        years = query(store, "data_years")
        sources = query(store, "page_sources")
        projects = read_projects(store)
        policy = _read_policy(store)
    by_key = dict(zip(info["key"], info["value"], strict=True))
    origin = tuple(
        ("Källa", source_of(str(row.publisher), str(row.title), str(row.retrieved)[:10]))
        for row in sources.itertuples()
    )
    fingerprint = str(by_key["fingerprint"])
    origin = (*origin, ("Sekretess", policy))
    return Facts(fingerprint, tuple(int(year) for year in years["year"]), origin, projects)


def source_of(publisher: str, title: str, retrieved: str) -> str:
    """A source in the foot of a page. A title that begins with its publisher says it once."""
    name = title if title.startswith(publisher) else f"{publisher}: {title}"
    return f"{name} (hämtad {format_date(retrieved)})"


def _read_policy(store: Store) -> str:
    """What holds for numbers about individuals in this database."""
    if not query(store, "has_table", table="individual_release")["is_there"].item():
        return "Databasen har bara offentliga nyckeltal och inga uppgifter om enskilda."
    release = query(store, "individual_release").set_index("key")["value"]
    return (
        "Uppgifter om enskilda prövas tillsammans innan något ges ut. Tal om färre än "
        f"{release['threshold']} personer visas inte, och inte heller tal som de kan räknas ut av."
    )


def read_silent(publish_db: Path, year: int, members: Sequence[str]) -> frozenset[str]:
    """The members that have not one value of any indicator in the year."""
    with open_store(publish_db, threads=1) as store:
        heard = query(store, "delivering_municipalities", year=year)
    return frozenset(members) - frozenset(heard["municipality"])


def read_without_extract(publish_db: Path, members: Sequence[str]) -> frozenset[str]:
    """The members without an extract of individual follow-up; none where nobody has one, since
    then it is not a part of the network's work."""
    with open_store(publish_db, threads=1) as store:
        if not query(store, "has_table", table="isu_delivery")["is_there"].item():
            return frozenset()
        heard = frozenset(query(store, "extract_municipalities")["municipality"])
    return frozenset(members) - heard if heard & frozenset(members) else frozenset()

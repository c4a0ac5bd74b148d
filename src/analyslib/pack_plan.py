"""What is to be made for a meeting, decided before anything runs, and what became of it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as calendar_date
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from pathlib import Path

from analyslib.analysis.projects import Project
from analyslib.catalogue import Catalogue, Municipality, Network, find_network
from analyslib.errors import UsageError
from analyslib.facts import Facts, read_facts, read_silent, read_without_extract
from analyslib.jobs import Job
from analyslib.page import ascii_name
from analyslib.report import (
    Report,
    check_parameters,
    content_hash,
    find_report,
    list_reports,
    make_job,
)
from analyslib.workspace import Workspace


class Status(StrEnum):
    """What became of a page in this run."""

    MADE = "gjord"
    UNCHANGED = "oförändrad"
    FAILED = "misslyckad"
    NOT_RUN = "inte påbörjad"


@dataclass(frozen=True)
class PlannedPage:
    """One page to be: `key` changes if and only if the page could."""

    file: str
    report: Report
    municipality: Municipality | None
    values: dict[str, object]
    job: Job
    key: str
    project: Project | None = None

    @property
    def name(self) -> str:
        return self.municipality.name if self.municipality else self.report.title

    @property
    def title(self) -> str:
        """What the index calls it: a report that is about a project is named for it too."""
        return f"{self.report.title}: {self.project.title}" if self.project else self.report.title


@dataclass(frozen=True)
class PageResult:
    """What became of one page, and why; `log` is for the analyst and stays out of the pack."""

    planned: PlannedPage
    status: Status
    why: str = ""
    sha256: str = ""
    size: int = 0
    engine: str = ""
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    exit_code: int = 0
    log: str = ""

    @property
    def is_whole(self) -> bool:
        return self.status in (Status.MADE, Status.UNCHANGED)


@dataclass(frozen=True)
class Pack:
    """What is to be made, decided before anything runs."""

    workspace: Workspace
    network: Network
    date: str
    year: int
    facts: Facts
    pages: tuple[PlannedPage, ...]
    silent: tuple[Municipality, ...]
    without_extract: tuple[Municipality, ...]

    @property
    def folder(self) -> Path:
        return self.workspace.reports / self.network.id / self.date

    @property
    def work(self) -> Path:
        """What the factory remembers about the pack. Never sent to anyone."""
        return self.workspace.reports / ".arbete" / f"{self.network.id}_{self.date}"

    @property
    def waiting(self) -> Path:
        """Where pages about individuals lie until the whole pack has passed the gate."""
        return self.work / "vantar"

    def places(self, page: PlannedPage) -> tuple[Path, Path]:
        """Where a page may lie: in the pack, or waiting outside it."""
        return self.folder / page.file, self.waiting / page.file

    def find(self, page: PlannedPage) -> Path | None:
        return next((path for path in self.places(page) if path.is_file()), None)

    @property
    def counties(self) -> tuple[str, ...]:
        return tuple(sorted({code[:2] for code in self.network.members}))


def plan_pack(
    workspace: Workspace,
    network: str,
    date: str,
    year: int | None,
    names: Sequence[str],
    catalogue: Catalogue,
) -> Pack:
    """Every page of the pack with its parameters checked. Raises UsageError, StoreError."""
    found = find_network(catalogue, network)
    check_date(date)
    facts = read_facts(workspace.publish_db)
    year = year or max(facts.years, default=0)
    reports = [find_report(workspace, name) for name in names] or [
        report for report in list_reports(workspace) if report.in_packs
    ]
    if not reports:
        raise UsageError("Det finns inga rapporter i notebooks/rapporter.")
    places = [catalogue.municipalities[code] for code in found.members]
    places.sort(key=lambda place: swedish_order(place.name))
    pages = tuple(
        plan_page(workspace, report, place, found, date, year, catalogue, facts, project)
        for report in reports
        for place, project in subjects_of(report, places, facts)
    )
    check_names(pages)
    silent = read_silent(workspace.publish_db, year, found.members)
    without = tuple(place for place in places if place.code in silent)
    no_extract = read_without_extract(workspace.publish_db, found.members)
    without_extract = tuple(place for place in places if place.code in no_extract)
    return Pack(workspace, found, date, year, facts, pages, without, without_extract)


def subjects_of(
    report: Report, places: Sequence[Municipality], facts: Facts
) -> list[tuple[Municipality | None, Project | None]]:
    """What the pages of a report are about: the network, its municipalities, or their projects."""
    if report.is_per_project:
        return [(p, item) for p in places for item in facts.projects if item.municipality == p.code]
    return [(place, None) for place in places] if report.is_per_municipality else [(None, None)]


def check_names(pages: Sequence[PlannedPage]) -> None:
    """Two pages under one name would be one page."""
    first: dict[str, PlannedPage] = {}
    for page in pages:
        other = first.setdefault(page.file, page)
        if other is not page:
            names = " och ".join(found.report.name for found in (other, page))
            what = f"Två sidor skulle få samma namn, {page.file}: {names}."
            raise UsageError(what, remedy="Ge den ena rapporten ett annat filnamn.")


def check_date(text: str) -> None:
    try:
        calendar_date.fromisoformat(text)
    except ValueError as error:
        remedy = "Skriv det som ÅÅÅÅ-MM-DD, till exempel 2026-12-03."
        raise UsageError(f"”{text}” är inget datum.", remedy=remedy) from error


def plan_page(
    workspace: Workspace,
    report: Report,
    place: Municipality | None,
    network: Network,
    date: str,
    year: int,
    catalogue: Catalogue,
    facts: Facts,
    project: Project | None = None,
) -> PlannedPage:
    given: dict[str, object] = {
        "municipality": place.code if place else "",
        "network": network.id,
        "year": year,
        "meeting": date,
        "data": "demo" if workspace.demo else "riktig",
        "since": previous_meeting(workspace, network, date),
        "project": project.id if project else "",
    }
    form = {parameter.name for parameter in report.parameters}
    values = check_parameters(
        report, {name: value for name, value in given.items() if name in form}, catalogue, facts
    )
    job = make_job(workspace, report, values, catalogue, facts)
    key = content_hash(
        report.sha256, values, facts.fingerprint, library_hash(), str(job.frame), str(job.expected)
    )
    file = page_file(report, place, network, project)
    return PlannedPage(file, report, place, values, job, key, project)


def previous_meeting(workspace: Workspace, network: Network, date: str) -> str:
    """The date of the newest earlier pack of the network; "" where this is the first."""
    folder = workspace.reports / network.id
    found = [entry.name for entry in folder.glob("????-??-??") if (entry / "index.html").is_file()]
    return max((day for day in found if day < date), default="")


def page_file(
    report: Report, place: Municipality | None, network: Network, project: Project | None = None
) -> str:
    """A name that survives Windows, zip and e-mail, and sorts the pages as the index does."""
    if place is None:
        return f"{ascii_name(report.name)}_{ascii_name(network.id)}.html"
    about = f"_{ascii_name(project.short_id)}" if project else ""
    return f"{place.code}_{ascii_name(place.name)}_{ascii_name(report.name)}{about}.html"


def swedish_order(name: str) -> str:
    """Å, ä and ö after z, in that order."""
    return name.casefold().translate({ord("å"): "z1", ord("ä"): "z2", ord("ö"): "z3"})


@cache
def library_hash() -> str:
    """Of everything in this package: code, templates, queries, definitions; and the versions."""
    root = Path(__file__).parent
    files = sorted(
        path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    digest = hashlib.sha256(json.dumps(versions(), sort_keys=True).encode())
    for path in files:
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@cache
def versions() -> dict[str, str]:
    """What decides how a page looks, besides our own code."""
    packages = ("analyslib", "duckdb", "matplotlib", "nbconvert", "numpy", "pandas", "papermill")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}


def memory_of(pack: Pack, page: PlannedPage) -> Path:
    return pack.work / "sidor" / f"{page.file}.json"

"""What leaves the factory besides the pages: index, manifest, receipt and one file to mail."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from analyslib.catalogue import Municipality, load_catalogue
from analyslib.disclosure.gate import (
    NOTHING,
    Outgoing,
    Subjects,
    audit_outgoing,
    check_pages,
    is_about_people,
    read_outgoing,
    subjects_of,
    sum_of,
)
from analyslib.disclosure.parts_made_anew import PartName
from analyslib.disclosure.publication import (
    FILE_NAME,
    Publication,
    read_publications,
    write_publications,
)
from analyslib.errors import DisclosureError, Fault
from analyslib.pack_plan import Pack, PageResult, Status, library_hash, swedish_order, versions
from analyslib.page import render_template
from analyslib.page_checks import Expected, check_page, without_folders
from analyslib.report import content_hash, put_in_place, unwritable
from analyslib.store.connection import open_store
from analyslib.text.formats import format_date


CheckRelease = Callable[[Sequence[Path]], None]
AUDIT_NAME = "granskning.txt"
LONG_LIST = 40
STATUS_HEADINGS = {
    Status.FAILED: "Misslyckade",
    Status.NOT_RUN: "Inte påbörjade",
    Status.MADE: "Gjorda i den här körningen",
    Status.UNCHANGED: "Oförändrade sedan förra körningen",
}
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Delivery:
    """Where it all lies. `archive` is None where the pack may not leave yet."""

    index: Path
    manifest: Path
    receipt: Path
    archive: Path | None
    refused: str
    exit_code: int


@dataclass(frozen=True)
class Tile:
    """One place on the index page: its name, and its pages with what became of them."""

    name: str
    code: str
    county: str
    pages: tuple[dict[str, Any], ...]
    is_silent: bool


def write_delivery(
    pack: Pack, results: Sequence[PageResult], stopped: str, check_release: CheckRelease
) -> Delivery:
    """Write index, manifest, archive and receipt.

    Where `check_release` says no, there is nothing to send: no index, no archive, only the
    receipt that says why; and pages that it named lie outside the pack. Pages about individuals
    are put into the pack when it has said yes. A run that was cut short leaves them outside, and
    has its other pages read.
    """
    folder = pack.folder
    folder.mkdir(parents=True, exist_ok=True)
    people = [result for result in results if tells_of_people(pack, result)]
    if stopped:
        move_pages(pack, people, into_pack=False)
    faults = ask_release(pack, look_at_public if stopped else check_release)
    refused = without_folders("\n".join(map(str, faults)))
    named = {fault.where for fault in faults}
    shown = [
        result
        for result in results
        if not (result in people and (refused or stopped)) and result.planned.file not in named
    ]
    move_pages(pack, [result for result in results if result not in shown], into_pack=False)
    move_pages(pack, shown, into_pack=True)
    index, manifest = folder / "index.html", folder / "manifest.json"
    archive = folder.parent / f"{pack.network.id}_{pack.date}.zip"
    if refused:
        for path in (index, archive):
            path.unlink(missing_ok=True)
    else:
        put_in_place(render_index(pack, shown).encode(), index)
    put_in_place(render_manifest(pack, shown).encode(), manifest)
    write_receipt(pack, results, "\n".join(filter(None, (stopped, refused))))
    if not refused:
        put_in_place(zip_pack(pack, shown), archive)
    return Delivery(
        index,
        manifest,
        folder / "kvittens.html",
        None if refused else archive,
        refused,
        DisclosureError.exit_code if refused else 0,
    )


def tells_of_people(pack: Pack, result: PageResult) -> bool:
    path = pack.find(result.planned) if result.is_whole else None
    return path is not None and is_about_people(path.read_bytes())


def ask_release(pack: Pack, check_release: CheckRelease) -> tuple[Fault, ...]:
    """Why the pack may not leave, nothing where it may."""
    try:
        check_release((pack.folder, pack.waiting))
    except DisclosureError as error:
        return error.faults
    return ()


def look_at_public(places: Sequence[Path]) -> None:
    """What lies in the pack, where nothing about individuals may."""
    check_pages(places[:1], NOTHING)


def move_pages(pack: Pack, results: Sequence[PageResult], into_pack: bool) -> None:
    """Put pages into the pack, or outside it."""
    for result in results:
        inside, outside = pack.places(result.planned)
        here, there = (outside, inside) if into_pack else (inside, outside)
        if here.is_file():
            there.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.replace(here, there)
            except OSError as error:
                raise unwritable(here, error) from error


def gate_of(pack: Pack) -> CheckRelease:
    """The gate: every page is read, whatever it is about. What the network's counties have
    published of that which pages tell of individuals is audited, together with all earlier packs.
    What passed is written down in the pack, so that anyone can do the audit again."""

    def check(places: Sequence[Path]) -> None:
        subjects = subjects_of(path.read_bytes() for path in pages_in(places))
        outgoing = outgoing_of(pack, subjects) if subjects else NOTHING
        check_pages(places, outgoing)
        if not subjects and not (pack.folder / FILE_NAME).is_file():
            return
        text = audit_once(pack, outgoing.ledgers, read_publications(pack.workspace.reports))
        write_publications(pack.folder, outgoing.ledgers)
        put_in_place(f"{text}\n".encode(), pack.folder / AUDIT_NAME)

    return check


def outgoing_of(pack: Pack, subjects: Subjects) -> Outgoing:
    database = pack.workspace.publish_db
    names = [name for name in subjects.parts if name.county in pack.counties]
    return read_outgoing(database, pack.counties, subjects, make_anew(database, names))


def make_anew(database: Path, names: Iterable[PartName]) -> dict[PartName, str]:
    """What the release makes of these parts; those that it has nothing of are left out."""
    wanted = sorted(set(names), key=str)
    if not wanted:
        return {}
    from analyslib.sections.made_anew import made_anew  # what draws is slow to load

    catalogue = load_catalogue()
    with open_store(database, threads=1) as store:
        found = {name: made_anew(store, catalogue, name) for name in wanted}
    return {name: parts.html for name, parts in found.items() if parts is not None}


def pages_in(places: Sequence[Path]) -> list[Path]:
    return [path for place in places for path in sorted(place.glob("*.html"))]


def audit_once(pack: Pack, ledgers: Sequence[Publication], before: Sequence[Publication]) -> str:
    """The audit's words; the same ledgers are not audited twice by the same program."""
    memory = pack.work / "granskning.json"
    key = content_hash(sum_of([*ledgers, *before]), library_hash())
    if memory.is_file():
        known = json.loads(memory.read_text("utf-8"))
        if known["key"] == key:
            return str(known["text"])
    text = audit_outgoing(ledgers, before)
    put_in_place(json.dumps({"key": key, "text": text}).encode(), memory)
    return text


def render_index(pack: Pack, results: Sequence[PageResult]) -> str:
    """The page to open first. It says the same however the pages came to be."""
    overviews = [page_link(result) for result in results if result.planned.municipality is None]
    tiles = place_tiles(pack, results)
    text = render_template(
        "index.html.j2",
        kind="index",
        title=f"{pack.network.title}, mötet den {format_date(pack.date)}",
        kicker="Underlag till nätverksmötet",
        heading=pack.network.title,
        subtitle=meeting_line(pack),
        demo=pack.workspace.demo,
        marks=(("network", pack.network.id), ("meeting", pack.date)),
        overviews=overviews,
        groups=by_county(tiles),
        total=len(tiles),
        ready=sum(any(page["whole"] for page in tile.pages) for tile in tiles),
        silent=[place.name for place in pack.silent],
        without_extract=[place.name for place in pack.without_extract],
        year=pack.year,
        origin=pack_origin(pack),
    )
    check_page(text, Expected(members=pack.network.members, told=reasons(results)))
    return text


def reasons(results: Sequence[PageResult]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(result.why for result in results if result.why))


def meeting_line(pack: Pack) -> str:
    return f"Mötet den {format_date(pack.date)}, uppgifter till och med {pack.year}"


def place_tiles(pack: Pack, results: Sequence[PageResult]) -> list[Tile]:
    silent = {place.code for place in pack.silent}
    pages: dict[Municipality, list[dict[str, Any]]] = {}
    for result in results:
        if result.planned.municipality is not None:
            pages.setdefault(result.planned.municipality, []).append(page_link(result))
    return [
        Tile(place.name, place.code, place.county_name, tuple(links), place.code in silent)
        for place, links in pages.items()
    ]


def by_county(tiles: Sequence[Tile]) -> list[tuple[str, list[Tile]]]:
    """A long list is read county by county; a network's own is short enough as it is."""
    if len(tiles) <= LONG_LIST:
        return [("", list(tiles))]
    names = sorted({tile.county for tile in tiles}, key=swedish_order)
    return [(name, [tile for tile in tiles if tile.county == name]) for name in names]


def page_link(result: PageResult) -> dict[str, Any]:
    return {
        "file": result.planned.file,
        "title": result.planned.title,
        "whole": result.is_whole,
        "why": result.why or "inte gjord ännu",
    }


def pack_origin(pack: Pack) -> tuple[tuple[str, str], ...]:
    return (
        *pack.facts.origin,
        ("Databas", pack.facts.fingerprint[:12]),
        ("Gjord med", f"analyslib {versions()['analyslib']}"),
    )


def render_manifest(pack: Pack, results: Sequence[PageResult]) -> str:
    """What the pack was made from, so that anyone can make it again and compare."""
    content = {
        "network": pack.network.id,
        "meeting": pack.date,
        "year": pack.year,
        "data": {"demo": pack.workspace.demo, "sha256": pack.facts.fingerprint},
        "library": library_hash(),
        "versions": versions(),
        "pages": [
            {
                "file": result.planned.file,
                "report": result.planned.report.name,
                "notebook_sha256": result.planned.report.sha256,
                "parameters": result.planned.values,
                "sha256": result.sha256,
                "bytes": result.size,
            }
            for result in results
            if result.is_whole
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_receipt(pack: Pack, results: Sequence[PageResult], stopped: str) -> None:
    """The receipt of this run, for the one who ran it: as a page, as text and as data."""
    groups = [
        (heading, found)
        for status, heading in STATUS_HEADINGS.items()
        if (found := [result for result in results if result.status is status])
    ]
    text = render_template(
        "receipt.html.j2",
        kind="kvittens",
        title=f"Kvittens: {pack.network.title}, mötet den {format_date(pack.date)}",
        kicker="Kvittens",
        heading=pack.network.title,
        subtitle=meeting_line(pack),
        demo=pack.workspace.demo,
        marks=(),
        groups=groups,
        stopped=stopped,
        origin=pack_origin(pack),
    )
    check_page(text, Expected(told=(*reasons(results), stopped)))
    put_in_place(text.encode(), pack.folder / "kvittens.html")
    put_in_place(receipt_text(pack, groups, stopped).encode(), pack.folder / "kvittens.txt")
    put_in_place(receipt_data(results, stopped).encode(), pack.folder / "kvittens.json")
    write_logs(pack, results)


def receipt_text(pack: Pack, groups: Sequence[tuple[str, list[PageResult]]], stopped: str) -> str:
    lines = [f"Kvittens för {pack.network.title}. {meeting_line(pack)}.", ""]
    if stopped:
        lines += [stopped, ""]
    for heading, results in groups:
        lines.append(f"{heading}: {len(results)}")
        lines += [f"  {result_line(result)}" for result in results]
    return "\n".join(lines) + "\n"


def result_line(result: PageResult) -> str:
    line = f"{result.planned.name} ({result.planned.file})"
    return f"{line}: {result.why}" if result.why else line


def receipt_data(results: Sequence[PageResult], stopped: str) -> str:
    pages = [
        {
            "file": result.planned.file,
            "name": result.planned.name,
            "status": result.status.value,
            "why": result.why,
            "engine": result.engine,
            "cpu_seconds": round(result.cpu_seconds, 3),
            "peak_memory": result.peak_memory,
            "bytes": result.size,
        }
        for result in results
    ]
    return json.dumps({"stopped": stopped, "pages": pages}, ensure_ascii=False, indent=1) + "\n"


def write_logs(pack: Pack, results: Sequence[PageResult]) -> None:
    """Tracebacks and warnings, for the analyst: beside the pack, never in it."""
    for result in results:
        log = pack.work / "loggar" / f"{result.planned.file}.txt"
        if result.log:
            put_in_place(result.log.encode(), log)
        else:
            log.unlink(missing_ok=True)


def zip_pack(pack: Pack, results: Sequence[PageResult]) -> bytes:
    """The pack as one file to mail: index, manifest, ledgers and the whole pages, the same bytes
    always."""
    beside = ("index.html", "manifest.json", FILE_NAME, AUDIT_NAME)
    files = [name for name in beside if (pack.folder / name).is_file()]
    files += [result.planned.file for result in results if result.is_whole]
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in files:
            entry = zipfile.ZipInfo(f"{pack.network.id}_{pack.date}/{name}", ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (pack.folder / name).read_bytes(), compresslevel=3)
    return packed.getvalue()

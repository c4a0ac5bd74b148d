"""What leaves the factory besides the pages: index, manifest, receipt and one file to mail."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from analyslib.errors import DisclosureError
from analyslib.pack_plan import Pack, PageResult, Status, library_hash, versions
from analyslib.page import render_template
from analyslib.page_checks import Expected, check_page
from analyslib.report import put_in_place


CheckRelease = Callable[[Path], None]
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
    pages: tuple[dict[str, Any], ...]
    is_silent: bool


def write_delivery(
    pack: Pack, results: Sequence[PageResult], stopped: str, check_release: CheckRelease | None
) -> Delivery:
    """Write index, manifest, archive and receipt.

    Where `check_release` says no, there is nothing to send: no index, no archive, only the
    receipt that says why. Drafts are part of the pack only when it has said yes.
    """
    folder = pack.folder
    folder.mkdir(parents=True, exist_ok=True)
    refused = ask_release(folder, check_release)
    shown = [r for r in results if check_release is not None or not r.planned.report.is_draft]
    index, manifest = folder / "index.html", folder / "manifest.json"
    archive = folder.parent / f"{pack.network.id}_{pack.date}.zip"
    if refused:
        for path in (index, archive):
            path.unlink(missing_ok=True)
    else:
        put_in_place(render_index(pack, shown).encode(), index)
    put_in_place(render_manifest(pack, shown).encode(), manifest)
    write_receipt(pack, results, stopped or refused)
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


def ask_release(folder: Path, check_release: CheckRelease | None) -> str:
    """Why the pack may not leave, "" where it may."""
    if check_release is None:
        return ""
    try:
        check_release(folder)
    except DisclosureError as error:
        return str(error)
    return ""


def render_index(pack: Pack, results: Sequence[PageResult]) -> str:
    """The page to open first. It says the same however the pages came to be."""
    overviews = [page_link(result) for result in results if result.planned.municipality is None]
    tiles = place_tiles(pack, results)
    text = render_template(
        "index.html.j2",
        kind="index",
        title=f"{pack.network.title}, mötet {pack.date}",
        kicker="Underlag till nätverksmötet",
        heading=pack.network.title,
        subtitle=f"Mötet {pack.date}, uppgifter till och med {pack.year}",
        demo=pack.workspace.demo,
        marks=(("network", pack.network.id), ("meeting", pack.date)),
        overviews=overviews,
        tiles=tiles,
        ready=sum(any(page["whole"] for page in tile.pages) for tile in tiles),
        silent=[place.name for place in pack.silent],
        year=pack.year,
        origin=pack_origin(pack),
    )
    check_page(text, Expected(members=pack.network.members))
    return text


def place_tiles(pack: Pack, results: Sequence[PageResult]) -> list[Tile]:
    silent = {place.code for place in pack.silent}
    places = {r.planned.municipality.code: r.planned.municipality
              for r in results if r.planned.municipality is not None}
    return [
        Tile(
            place.name,
            code,
            tuple(
                page_link(result)
                for result in results
                if result.planned.municipality is not None
                and result.planned.municipality.code == code
            ),
            code in silent,
        )
        for code, place in places.items()
    ]


def page_link(result: PageResult) -> dict[str, Any]:
    return {
        "file": result.planned.file,
        "title": result.planned.report.title,
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
        (status, [result for result in results if result.status is status]) for status in Status
    ]
    text = render_template(
        "receipt.html.j2",
        kind="kvittens",
        title=f"Kvittens: {pack.network.title}, mötet {pack.date}",
        kicker="Kvittens",
        heading=pack.network.title,
        subtitle=f"Mötet {pack.date}, uppgifter till och med {pack.year}",
        demo=pack.workspace.demo,
        marks=(),
        groups=[(status.value, found) for status, found in groups if found],
        stopped=stopped,
        origin=pack_origin(pack),
    )
    check_page(text, Expected())
    put_in_place(text.encode(), pack.folder / "kvittens.html")
    put_in_place(receipt_text(pack, groups, stopped).encode(), pack.folder / "kvittens.txt")
    put_in_place(receipt_data(results, stopped).encode(), pack.folder / "kvittens.json")
    write_logs(pack, results)


def receipt_text(
    pack: Pack, groups: Sequence[tuple[Status, list[PageResult]]], stopped: str
) -> str:
    lines = [f"Kvittens för {pack.network.title}, mötet {pack.date}", ""]
    if stopped:
        lines += [stopped, ""]
    for status, results in groups:
        if results:
            lines.append(f"{len(results)} {status.value}:")
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
    """The pack as one file to mail: index, manifest and the whole pages, the same bytes always."""
    files = ["index.html", "manifest.json"]
    files += [result.planned.file for result in results if result.is_whole]
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in files:
            entry = zipfile.ZipInfo(f"{pack.network.id}_{pack.date}/{name}", ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (pack.folder / name).read_bytes())
    return packed.getvalue()

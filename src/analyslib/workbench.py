"""What a command or a button does: each function joins a few modules, and prints nothing.

The command line and the notebooks for facilitators call the same functions.
"""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from analyslib.catalogue import find_municipality, find_network, load_catalogue, wanted_kpis
from analyslib.delivery import STATUS_HEADINGS
from analyslib.disclosure.hidden_shares import count_hidden
from analyslib.disclosure.house_key import write_demo_key
from analyslib.disclosure.publication import read_publications
from analyslib.errors import Fault, SourceError, UsageError
from analyslib.facts import read_facts
from analyslib.mail_merge import list_path, remove_mail, write_drafts, write_mail_merge
from analyslib.meeting import check_notes_are_built, meeting_date, write_national_questions
from analyslib.pack import OnPage, PackResult, build_pack
from analyslib.pack_plan import Status
from analyslib.page import ascii_name
from analyslib.report import find_report, list_reports, render_report
from analyslib.sections.material import read_changes
from analyslib.sources import (
    SOURCES,
    extract_template,
    follow_up,
    kolada,
    kolada_client,
    open_comparisons,
    own_measures,
    own_measures_template,
    scb,
)
from analyslib.sources.demo import write_demo
from analyslib.sources.demo_extracts import write_demo_extracts
from analyslib.sources.demo_own_measures import write_demo_own_measures
from analyslib.sources.error_list import write_error_list as write_list
from analyslib.sources.extract_check import check_files as check_extract
from analyslib.sources.extract_report import summarise_check, write_error_list
from analyslib.sources.origin import ArchivedFile, archived_files, remove_archived
from analyslib.sources.own_measures_check import (
    check_own_measures,
    is_own_measures_file,
    own_error_list,
    summarise_own,
)
from analyslib.sources.progress import Listener, silent
from analyslib.store.build import build
from analyslib.store.build_report import BuildReport
from analyslib.store.changes import last_delivery_but_one
from analyslib.store.connection import open_store, query
from analyslib.text.formats import format_count, format_number, format_period
from analyslib.text.release_notes import describe_hidden, describe_notices
from analyslib.workspace import Workspace


DEMO_MEETING = "2026-12-03"
# What is said when the pages are made: with many tables about individuals it takes the longest.
AUDITING = "Granskar vad som går att räkna ut av sidorna. Det kan ta ett par minuter …"
TEMPLATES: Mapping[str, Callable[[Path], Path]] = {
    "isu": extract_template.write_template,
    "matt": own_measures_template.write_template,
}


# What the options of `add` are called where that is not their name in the code.
OPTIONS = {"vintage": "--date", "extraction_date": "--extraction-date"}


def make_demo_data(workspace: Workspace) -> None:
    """Made-up data for a whole country and extracts of two networks, in folders of their own.
    Made once."""
    if not archived_files(workspace):
        write_demo(workspace)
        write_demo_extracts(workspace)
        write_demo_own_measures(workspace)
    write_demo_key(workspace.processed)


def build_workspace(workspace: Workspace, accept_loss: bool = False) -> BuildReport:
    """Both databases from the archive; nothing where nothing has changed. What may be published
    about persons is decided here, for all municipalities together, and together with all that has
    left in packs before."""
    from analyslib.disclosure.everything import release_everything  # its solver is slow to load

    earlier = read_publications(workspace.reports)
    report = build(
        workspace,
        release=partial(release_everything, earlier=earlier, folder=workspace.processed),
        accept_loss=accept_loss,
        published=[publication.digest for publication in earlier],
    )
    if not report.built:
        return report
    notes = [*_describe_deliveries(workspace), *describe_release(workspace)]
    return replace(report, notes=(*report.notes, *notes))


def describe_release(workspace: Workspace) -> list[str]:
    """What was left out of the tables about persons, the exceptions to what is promised, and where
    much is hidden."""
    with open_store(workspace.publish_db) as store:
        notices = query(store, "individual_notices")
        cells = query(store, "individual_own_cells")
    return [*describe_notices(notices), *describe_hidden(count_hidden(cells))]


def _describe_deliveries(workspace: Workspace) -> list[str]:
    """What became of the rows of extracts and own measures; nothing where there are none."""
    with open_store(workspace.analys_db) as store:
        totals = {
            "Uttag": query(store, "extract_totals").iloc[0],
            "Egna mått": query(store, "own_totals").iloc[0],
        }
    lines = []
    for title, found in totals.items():
        if found["deliveries"]:
            loaded = format_count(found["loaded"], "rad", "rader")
            of = format_count(found["deliveries"], "leverans", "leveranser")
            lines.append(f"{title}: {loaded} ur {of}.")
        if found["rejected"]:
            left = format_count(found["rejected"], "rad", "rader")
            lines.append(f"  {left} togs inte med. `analyslib check` med filen säger varför.")
    return lines


def fetch_source(
    workspace: Workspace, source: str, since: str = "", listener: Listener = silent
) -> tuple[str, ...]:
    """Fetch from a source; what came is told in lines. `since` is a day, ÅÅÅÅ-MM-DD, or ""."""
    if since and source == "scb":
        raise UsageError("Källan scb har inget val --since; allt hämtas varje gång.")
    if source == "scb":
        return (f"Hämtade {len(scb.fetch(workspace, progress=listener))} filer till arkivet.",)
    if source != "kolada":
        raise UsageError(
            f"Det går inte att hämta från ”{source}”.",
            remedy="Källor att hämta från: kolada och scb.",
        )
    found = kolada_client.fetch(
        workspace,
        indicators=wanted_kpis(load_catalogue()),
        from_date=_day(since) if since else None,
        progress=listener,
    )
    lines = [f"Hämtade {len(found.files)} filer till arkivet."]
    if found.gone:
        lines.append(f"Finns inte längre hos Kolada: {', '.join(found.gone)}.")
    if found.empty:
        lines.append(f"Utan ett enda värde: {', '.join(found.empty)}.")
    return tuple(lines)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"”{text}” är inget datum.", remedy="Skriv ÅÅÅÅ-MM-DD.") from error


def add_files(
    workspace: Workspace, source: str, files: Iterable[Path], **options: object
) -> list[ArchivedFile]:
    """Check files and take them into the archive; one that is wrong stops them all."""
    takers = {name: module for name, module in SOURCES.items() if hasattr(module, "add")}
    if source not in takers:
        raise UsageError(
            f"Det går inte att lägga in filer från ”{source}”.",
            remedy=f"Källor: {', '.join(takers)}.",
        )
    add = takers[source].add
    given = {name: value for name, value in options.items() if value}
    unknown = sorted(set(given) - set(inspect.signature(add).parameters))
    if unknown:
        words = ", ".join(OPTIONS.get(name, f"--{name}") for name in unknown)
        raise UsageError(f"Källan {source} har inget val {words}.")
    return add(workspace, list(files), **given)


def take_in(
    workspace: Workspace, source: str, files: Iterable[Path], **options: object
) -> Iterator[str]:
    """Add files, and tell of each what became of it."""
    before = archived_files(workspace)
    there = {file.path for file in before}
    for file in add_files(workspace, source, files, **options):
        origin = file.origin
        if file.path in there:
            yield f"Fanns redan i arkivet: {origin.original_name}."
            continue
        rows = format_count(origin.rows, "rad", "rader")
        yield f"Tog in {origin.original_name}: {origin.title}, {rows}."
        if source == kolada.SOURCE and not options.get("vintage"):
            yield from _doubtful_day(file)
        else:
            yield from _replace_supposed(file, before)


def _is_supposed(file: ArchivedFile) -> bool:
    """Whether a file of numbers was taken to be of the day it came, for want of another."""
    origin = file.origin
    return (
        origin.source == kolada.SOURCE
        and origin.dataset == "values"
        and origin.vintage == origin.retrieved.isoformat()
        and not kolada.is_dated(origin.original_name)
    )


def _doubtful_day(file: ArchivedFile) -> Iterator[str]:
    """Old numbers taken for new ones would be shown with the units of today."""
    if _is_supposed(file):
        yield (
            f"  Filnamnet har inget datum, så siffrorna antas vara från {file.origin.vintage}. Är "
            "de äldre? Kör samma kommando igen med --date och dagen då de hämtades, ÅÅÅÅ-MM-DD, "
            "så byts dagen."
        )


def _replace_supposed(file: ArchivedFile, before: Iterable[ArchivedFile]) -> Iterator[str]:
    """The same numbers under the day they were only supposed to be of would win over newer ones."""
    for other in before:
        is_same = other.origin.sha256 == file.origin.sha256
        if is_same and _is_supposed(other) and other.origin.vintage > file.origin.vintage:
            remove_archived(other)
            yield f"  Dagen är nu {file.origin.vintage} i stället för {other.origin.vintage}."


def check_files(source: str, files: Iterable[Path], folder: Path) -> tuple[tuple[str, ...], bool]:
    """Check files without taking them in: what to know first, and whether all may be taken in.

    Without a `source` each file is known by its content: own measures, or else an extract of
    individual follow-up. Both get an error list in `folder` that the sender can use.
    """
    if source and source not in CHECKS:
        raise UsageError(
            f"Det går inte att kontrollera filer från ”{source}”.",
            remedy=f"Källor: {', '.join(CHECKS)}.",
        )
    sources = {file: source or recognise(file) for file in files}
    found = []
    for name, (group_files, check) in CHECKS.items():
        own = [file for file, known in sources.items() if known == name]
        found += [check(group, folder) for group in (group_files(own) if own else [])]
    lines = [line for of_file, _ in found for line in of_file]
    return tuple(lines), all(is_clean for _, is_clean in found)


def recognise(file: Path) -> str:
    """Which source a filled-in file is for, by its content."""
    return "matt" if is_own_measures_file(file) else "isu"


def _check_own(files: Sequence[Path], folder: Path) -> tuple[list[str], bool]:
    result = check_own_measures(files)
    lines = [_names(files), *(f"  {line}" for line in summarise_own(result))]
    lines += [f"  Fellista: {path}" for path in write_list(own_error_list(result), folder)]
    return lines, result.is_accepted


def _check_extract(files: Sequence[Path], folder: Path) -> tuple[list[str], bool]:
    result = check_extract(files)
    lines = [_names(files), *(f"  {line}" for line in summarise_check(result))]
    lines += [f"  Fellista: {path}" for path in write_error_list(result, folder)]
    return lines, result.is_accepted


def _check_table(files: Sequence[Path], folder: Path) -> tuple[list[str], bool]:
    return [f"{_names(files)} {open_comparisons.check(files[0]).summary}"], True


def _check_kolada(files: Sequence[Path], folder: Path) -> tuple[list[str], bool]:
    return [f"{_names(files)} {kolada.check(files[0]).rows} rader, inga fel."], True


def _names(files: Iterable[Path]) -> str:
    return f"{', '.join(file.name for file in files)}:"


def _alone(files: Iterable[Path]) -> list[tuple[Path, ...]]:
    return [(file,) for file in files]


# Which files belong together, and how those are checked.
Group = Callable[[list[Path]], list[tuple[Path, ...]]]
Check = Callable[[Sequence[Path], Path], tuple[list[str], bool]]
CHECKS: Mapping[str, tuple[Group, Check]] = {
    "isu": (follow_up.group_files, _check_extract),
    "matt": (own_measures.group_files, _check_own),
    "oj": (_alone, _check_table),
    "kolada": (_alone, _check_kolada),
}


def write_template(kind: str, path: Path) -> Path:
    """An Excel workbook to fill in."""
    if kind not in TEMPLATES:
        raise UsageError(
            f"Det finns ingen mall ”{kind}”.", remedy=f"Mallar: {', '.join(TEMPLATES)}."
        )
    return TEMPLATES[kind](path)


def make_report(
    workspace: Workspace, name: str, given: Mapping[str, object], out: Path | None
) -> Path:
    """One report; without a file name it lies under reports/, named for what it is about."""
    catalogue = load_catalogue()
    form = {parameter.name for parameter in find_report(workspace, name).parameters}
    values = dict(given)
    _check_about(form, values)
    if "year" in form and "year" not in values:
        values["year"] = max(read_facts(workspace.publish_db).years)
    parts = [name]
    if "municipality" in values:
        parts.append(find_municipality(catalogue, str(values["municipality"])).code)
        if "network" in form and "network" not in values:
            values["network"] = _network_of(parts[-1])
        if "project" in values:
            parts.append(ascii_name(str(values["project"])))
    elif "network" in values:
        parts.append(find_network(catalogue, str(values["network"])).id)
    path = out or workspace.reports / f"{'_'.join(parts)}.html"
    return render_report(workspace, name, values, path).path


ABOUT = {
    "project": ("vilket projekt", "--project med projektets id"),
    "municipality": ("vilken kommun", "till exempel --municipality Umeå"),
    "network": ("vilket nätverk", "till exempel --network nua"),
}


def _check_about(form: Container[str], values: Container[str]) -> None:
    """Whom a report is about is never left to the notebook's example."""
    asked = [part for part in ("municipality", "project") if part in form] or ["network"]
    missing = [part for part in asked if part in form and part not in values]
    if missing:
        what = " och ".join(ABOUT[part][0] for part in missing)
        how = " och ".join(ABOUT[part][1] for part in missing)
        raise UsageError(f"Säg {what} rapporten gäller.", remedy=f"Ange {how}.")


def _network_of(code: str) -> str:
    """The regional network that a municipality belongs to, or the one of all municipalities."""
    networks = load_catalogue().networks.values()
    regional = [item.id for item in networks if code in item.members and not item.national]
    national = [item.id for item in networks if item.national]
    return (regional or national)[0]


def make_pack(
    workspace: Workspace,
    network: str,
    meeting: str,
    year: int | None = None,
    jobs: int = 2,
    scheduler: str | None = None,
    on_page: OnPage | None = None,
    also: Iterable[str] = (),
) -> PackResult:
    """Everything for one meeting, on this machine or on a cluster; `also` are reports that are
    made only when someone asks for them."""
    reports = reports_of_pack(workspace, also)
    check_notes_are_built(workspace, load_catalogue(), network)
    if scheduler is None:
        result = build_pack(
            workspace, network, meeting, year, jobs, reports=reports, on_page=on_page
        )
    else:
        from analyslib.cluster import cluster_executor

        with cluster_executor(scheduler, workspace) as executor:
            result = build_pack(
                *(workspace, network, meeting, year, jobs),
                reports=reports,
                executor=executor,
                on_page=on_page,
            )
    remove_mail(result.folder)
    if result.delivery.archive:
        write_mail_merge(workspace, result.folder, load_catalogue())
    return result


def write_mail(
    workspace: Workspace, network: str, meeting: str, drafts: bool = False
) -> tuple[Path, list[Path]]:
    """The mail-merge list of a finished pack, and a draft per municipality if asked for."""
    catalogue = load_catalogue()
    folder = workspace.reports / find_network(catalogue, network).id / str(meeting_date(meeting))
    written = write_drafts(workspace, folder, catalogue) if drafts else []
    return write_mail_merge(workspace, folder, catalogue), written


def reports_of_pack(workspace: Workspace, also: Iterable[str]) -> tuple[str, ...]:
    """The names of the reports of every pack, and of those asked for beside them."""
    usual = [report.name for report in list_reports(workspace) if report.in_packs]
    asked = [find_report(workspace, name).name for name in also]
    return tuple(dict.fromkeys([*usual, *asked]))


def describe_pack(result: PackResult) -> str:
    """How many pages were made, what failed and why, and where it all lies."""
    counts = Counter(page.status for page in result.pages)
    lines = [
        f"{words}: {counts[status]}" for status, words in STATUS_HEADINGS.items() if counts[status]
    ]
    lines += [
        f"  {page.planned.name}: {page.why}"
        for page in result.pages
        if page.status is Status.FAILED
    ]
    lines += [text for text in (result.stopped, result.delivery.refused) if text]
    if result.delivery.index.is_file():
        lines.append(f"Indexsida: {result.delivery.index.resolve().as_uri()}")
    if list_path(result.folder).is_file():
        lines.append(f"Utskickslista: {list_path(result.folder).resolve()}")
    return "\n".join([*lines, f"Kvittens: {result.delivery.receipt.resolve()}"])


def audit_folder(folder: Path, rules: bool = False) -> tuple[str, bool]:
    """What could be worked out from the packs in and under a folder, and whether it is nothing.
    `rules`: by one who knows the rules of hiding, too."""
    from analyslib.disclosure.audit import audit_packs
    from analyslib.disclosure.audit_rules import audit_rules, describe_rules

    report = audit_packs(folder)
    if not (rules and report.is_passed):
        return report.text, report.is_passed
    inferred = audit_rules(read_publications(folder))
    return f"{report.text}\n{describe_rules(inferred)}", not inferred


def national_questions(workspace: Workspace, path: Path | None = None) -> tuple[Path, int]:
    """The matters for the national network from all meetings, as a workbook; how many."""
    path = path or workspace.reports / "nationella_fragor.xlsx"
    return path, write_national_questions(workspace, load_catalogue(), path)


def describe_workspace(workspace: Workspace) -> str:
    """What there is: files per source, the databases and their years."""
    files = archived_files(workspace)
    lines = [f"Arbetsbänk: {workspace.root}"]
    for source in sorted({file.origin.source for file in files}):
        of_source = [file for file in files if file.origin.source == source]
        newest = max(file.origin.retrieved for file in of_source)
        count = format_count(len(of_source), "fil", "filer")
        lines.append(f"{source}: {count} i arkivet, senast {newest}.")
        if source == own_measures.SOURCE:
            told = sorted((file.origin.original_name, file.origin.title) for file in of_source)
            lines += [f"  {name}: {title}." for name, title in told]
    if not files:
        lines.append("Arkivet är tomt. Börja med `analyslib fetch kolada` eller `analyslib demo`.")
        return "\n".join(lines)
    if workspace.publish_db.is_file():
        years = read_facts(workspace.publish_db).years
        lines.append(
            f"Databasen har nyckeltal för {format_period(min(years), max(years))}."
            if years
            else "Databasen har inga värden för nyckeltalen i definitionerna."
        )
        lines += _describe_changes(workspace)
    else:
        lines.append("Databasen är inte byggd. Kör `analyslib build`.")
    return "\n".join(lines)


def _describe_changes(workspace: Workspace) -> list[str]:
    """What the newest delivery has changed; nothing where there is only one."""
    with open_store(workspace.publish_db) as store:
        since = last_delivery_but_one(store)
        changes = read_changes(store, since)
    if changes is None:
        return []
    kinds = {
        **{"removed": "borttagna", "added": "nya", "ended": "upphörda", "renamed": "omdöpta"},
        "rescaled": "med ny enhet eller kodning",
    }
    counts = [f"{format_number(changes.count_of(kind))} {words}" for kind, words in kinds.items()]
    revised, gone = (format_number(changes.values[name].sum()) for name in ("revised", "withdrawn"))
    members = changes.groups["change"].isin(["joined", "left"])
    moved = changes.groups[members]["group_id"].nunique()
    lines = [f"Ändrat sedan {since}: {revised} tal har räknats om och {gone} har tagits bort."]
    if changes.series_vintages[0]:
        lines.append(f"  Nyckeltal: {', '.join(counts)}.")
    if changes.group_vintages[0]:
        lines.append(f"  Kommungrupper med ändrade medlemmar: {format_number(moved)}.")
    return lines


def open_lab(workspace: Workspace) -> int:
    """JupyterLab on the facilitator's page; the exit code of JupyterLab."""
    start = workspace.notebooks / "start.ipynb"
    if not start.is_file():
        raise SourceError([Fault("Startsidan saknas.", str(start))])
    environment = {**os.environ, "ANALYSLIB_HOME": str(workspace.root)}
    return subprocess.run(
        lab_command(workspace, start), cwd=workspace.root, env=environment
    ).returncode


def lab_command(workspace: Workspace, notebook: Path) -> list[str]:
    """JupyterLab with the whole workspace to serve, so that links to finished pages lead there,
    and not only the folder of the notebook that it opens."""
    command = [sys.executable, "-m", "jupyter", "lab", str(notebook)]
    command.append(f"--ServerApp.root_dir={workspace.root}")
    # Nothing is fetched but by `fetch`, and no question in English meets the facilitator.
    command += ["--LabApp.news_url=None", "--LabApp.extension_manager=readonly"]
    command.append("--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate")
    # Every user of the machine can listen at its ports.
    return [*command, "--KernelManager.transport_encryption=auto"]

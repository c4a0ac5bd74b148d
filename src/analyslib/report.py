"""One report: a notebook of notebooks/rapporter, its form, and the page it becomes.

The parameter cell is the report's form. Everything is checked against it before anything runs:
papermill itself only warns about an unknown parameter, and goes on with the default.
"""

from __future__ import annotations

import ast
import contextlib
import errno
import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from analyslib import __version__
from analyslib.analysis.projects import find_project
from analyslib.catalogue import (
    Catalogue,
    Municipality,
    Network,
    find_municipality,
    find_network,
    load_catalogue,
)
from analyslib.engine import run_job
from analyslib.errors import AnalyslibError, Fault, ReportError, UsageError
from analyslib.facts import Facts, read_facts
from analyslib.jobs import Job, Limits, Outcome
from analyslib.page import Frame
from analyslib.page_checks import Expected
from analyslib.text.formats import format_date
from analyslib.workspace import Workspace


TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
TYPE_WORDS = {"str": "text", "int": "ett heltal", "float": "ett tal", "bool": "True eller False"}


@dataclass(frozen=True)
class Parameter:
    """One line of the form: ``name: type = default  # Swedish help``."""

    name: str
    type: str
    default: object
    help: str


@dataclass(frozen=True)
class Report:
    """A report notebook. `source` is the notebook without outputs; `sha256` is of that."""

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    sections: tuple[str, ...]
    min_pictures: int
    in_packs: bool
    source: str
    sha256: str

    @property
    def is_per_municipality(self) -> bool:
        return any(parameter.name == "municipality" for parameter in self.parameters)

    @property
    def is_per_project(self) -> bool:
        return any(parameter.name == "project" for parameter in self.parameters)


@dataclass(frozen=True)
class ReportResult:
    """A finished page, where it lies, and the engine that made it."""

    report: str
    path: Path
    sha256: str
    engine: str
    cpu_seconds: float
    peak_memory: int
    warnings: str


def list_reports(workspace: Workspace) -> tuple[Report, ...]:
    """Every report notebook: those about the whole network first, then by name."""
    folder = workspace.notebooks / "rapporter"
    found = [read_report(path) for path in sorted(folder.glob("*.ipynb"))]
    return tuple(sorted(found, key=lambda report: (report.is_per_municipality, report.name)))


def find_report(workspace: Workspace, name: str) -> Report:
    reports = list_reports(workspace)
    for report in reports:
        if report.name == name.removesuffix(".ipynb"):
            return report
    remedy = f"Rapporter som finns: {', '.join(report.name for report in reports) or 'inga'}."
    raise UsageError(f"Det finns ingen rapport ”{name}”.", remedy=remedy)


def read_report(path: Path) -> Report:
    """The report in a notebook file. Raises ReportError where the file cannot be a report."""
    try:
        notebook = json.loads(path.read_text("utf-8"))
        cells = notebook["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise ReportError("Filen är ingen notebook.", path.name) from error
    source = json.dumps(without_outputs(notebook), ensure_ascii=False, sort_keys=True)
    ours = notebook.get("metadata", {}).get("analyslib", {})
    headings = [found for cell in cells for found in headings_of(cell)]
    titles = [text for rank, text in headings if rank == 1]
    if not titles:
        raise ReportError("Rapporten saknar rubrik.", path.name, "Börja med en cell ”# Titel”.")
    return Report(
        name=path.stem,
        title=titles[0],
        parameters=read_parameters(cells, path.name),
        sections=tuple(text for rank, text in headings if rank == 2),
        min_pictures=int(ours.get("min_pictures", 0)),
        in_packs=bool(ours.get("pack", True)),
        source=source,
        sha256=hashlib.sha256(source.encode()).hexdigest(),
    )


def without_outputs(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook as it was written. What a run left behind changes nothing."""
    cells = [
        {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell
        for cell in notebook["cells"]
    ]
    metadata = {"analyslib": notebook.get("metadata", {}).get("analyslib", {})}
    return {**notebook, "cells": cells, "metadata": metadata}


def headings_of(cell: dict[str, Any]) -> list[tuple[int, str]]:
    if cell["cell_type"] != "markdown":
        return []
    found = re.findall(r"^(#{1,6})\s+(.+?)\s*#*$", "".join(cell["source"]), re.MULTILINE)
    return [(len(marks), re.sub(r"[*_`]", "", text)) for marks, text in found]


def read_parameters(cells: list[dict[str, Any]], where: str) -> tuple[Parameter, ...]:
    """The form in the cell tagged ``parameters``."""
    tagged = [c for c in cells if "parameters" in c.get("metadata", {}).get("tags", [])]
    if len(tagged) != 1:
        what = f"Rapporten ska ha en cell med märket parameters, inte {len(tagged)}."
        raise ReportError(what, where)
    text = "".join(tagged[0]["source"])
    lines = text.splitlines()
    return tuple(
        read_parameter(line, lines[line.lineno - 1], where) for line in ast.parse(text).body
    )


def read_parameter(line: ast.stmt, text: str, where: str) -> Parameter:
    """One line of the form. Raises ReportError where it is not ``name: type = default``."""
    whole = (
        isinstance(line, ast.AnnAssign)
        and isinstance(line.target, ast.Name)
        and isinstance(line.annotation, ast.Name)
        and line.annotation.id in TYPES
        and line.value is not None
    )
    if not whole:
        remedy = "Skriv den som: namn: typ = standardvärde  # hjälptext"
        raise ReportError(f"Parametern ”{text.strip()}” går inte att läsa.", where, remedy)
    assert isinstance(line, ast.AnnAssign) and line.value is not None
    name = ast.unparse(line.target)
    _, _, comment = text.partition("#")
    return Parameter(
        name, ast.unparse(line.annotation), ast.literal_eval(line.value), comment.strip()
    )


def check_parameters(
    report: Report, parameters: Mapping[str, object], catalogue: Catalogue, facts: Facts
) -> dict[str, object]:
    """The parameters as the notebook will get them, defaults filled in.

    Raises UsageError with every fault: unknown name, wrong type, a place that does not exist or
    is not in the network, a year without data, a date that is none.
    """
    form = {parameter.name: parameter for parameter in report.parameters}
    faults = [unknown_parameter(name, form) for name in parameters if name not in form]
    values = {name: parameter.default for name, parameter in form.items()}
    for name in parameters.keys() & form.keys():
        fault = wrong_type(form[name], parameters[name])
        faults += fault
        if not fault:
            values[name] = parameters[name]
    if not faults:
        faults = wrong_values(values, catalogue, facts)
    if faults:
        raise UsageError(faults)
    return with_codes(values, catalogue, facts)


def unknown_parameter(name: str, form: Mapping[str, Parameter]) -> Fault:
    choices = ", ".join(form)
    return Fault(f"Rapporten har ingen parameter ”{name}”.", remedy=f"Den har: {choices}.")


def wrong_type(parameter: Parameter, value: object) -> list[Fault]:
    """A code like 0180 must stay text: as a number it is another municipality, or none."""
    wanted = TYPES[parameter.type]
    fits = type(value) is wanted or (wanted is float and type(value) is int)
    if fits:
        return []
    return [Fault(f"{parameter.name} ska vara {TYPE_WORDS[parameter.type]}, inte {value!r}.")]


def wrong_values(values: Mapping[str, object], catalogue: Catalogue, facts: Facts) -> list[Fault]:
    """What is wrong with the values themselves, all of it."""
    faults: list[Fault] = []
    municipality = looked_up(
        partial(find_municipality, catalogue), values.get("municipality"), faults
    )
    network = looked_up(partial(find_network, catalogue), values.get("network"), faults)
    if municipality and network and municipality.code not in network.members:
        what = f"{municipality.name} är inte med i nätverket {network.id} ({network.title})."
        names = (catalogue.municipalities[code].name for code in network.members[:20])
        faults.append(Fault(what, remedy=f"Med är: {', '.join(names)}."))
    if municipality and "project" in values:
        find = partial(find_project, facts.projects, place=municipality)
        looked_up(find, values["project"], faults)
    year = values.get("year")
    if year is not None and year not in facts.years:
        span = f"{min(facts.years)}–{max(facts.years)}" if facts.years else "inga år alls"
        faults.append(Fault(f"Det finns inga uppgifter för {year}.", remedy=f"Det finns: {span}."))
    if not is_date_or_empty(values.get("meeting", "")):
        what = f"”{values['meeting']}” är inget datum."
        faults.append(Fault(what, remedy="Skriv det som ÅÅÅÅ-MM-DD, till exempel 2026-12-03."))
    if values.get("data", "demo") not in ("demo", "riktig"):
        faults.append(Fault(f"data är ”{values['data']}”.", remedy="Skriv demo eller riktig."))
    return faults


def looked_up(find: Any, text: object, faults: list[Fault]) -> Any:
    if text is None:
        return None
    try:
        return find(text)
    except UsageError as error:
        faults.extend(error.faults)
        return None


def is_date_or_empty(text: object) -> bool:
    try:
        return text == "" or bool(date.fromisoformat(str(text)))
    except ValueError:
        return False


def with_codes(values: dict[str, object], catalogue: Catalogue, facts: Facts) -> dict[str, object]:
    """Places by code, networks and projects by id, however they were written."""
    if "municipality" in values:
        place = find_municipality(catalogue, str(values["municipality"]))
        values["municipality"] = place.code
        if "project" in values:
            values["project"] = find_project(facts.projects, str(values["project"]), place).id
    if "network" in values:
        values["network"] = find_network(catalogue, str(values["network"])).id
    return values


def render_report(
    workspace: Workspace,
    name: str,
    parameters: Mapping[str, object],
    out_path: Path,
    *,
    catalogue: Catalogue | None = None,
    limits: Limits | None = None,
    engine: str = "",
) -> ReportResult:
    """Make one report and put the page in place when it is whole and has passed its checks."""
    catalogue = catalogue or load_catalogue()
    report = find_report(workspace, name)
    facts = read_facts(workspace.publish_db)
    values = check_parameters(
        report, {"data": "demo" if workspace.demo else "riktig", **parameters}, catalogue, facts
    )
    job = make_job(workspace, report, values, catalogue, facts)
    outcome = run_job(job, limits or Limits(), engine)
    check_outcome(report, outcome)
    put_in_place(outcome.page, out_path)
    return ReportResult(
        report.name,
        out_path,
        hashlib.sha256(outcome.page).hexdigest(),
        outcome.engine,
        outcome.cpu_seconds,
        outcome.peak_memory,
        outcome.warnings,
    )


def check_outcome(report: Report, outcome: Outcome) -> None:
    """Raises what stopped the report, under the exit code of its own kind."""
    if outcome.problem is None:
        return
    kinds = {kind.exit_code: kind for kind in AnalyslibError.__subclasses__()}
    raise kinds.get(outcome.problem.exit_code, ReportError)(
        outcome.problem.what, f"Rapporten {report.name}"
    )


def make_job(
    workspace: Workspace,
    report: Report,
    values: Mapping[str, object],
    catalogue: Catalogue,
    facts: Facts,
) -> Job:
    """The job of one report. Its key and its seed depend on nothing but its content."""
    municipality = catalogue.municipalities.get(str(values.get("municipality", "")))
    network = catalogue.networks.get(str(values.get("network", "")))
    frame = make_frame(report, values, municipality, network, facts, workspace.demo)
    expected = make_expected(workspace, report, municipality, network)
    return Job(
        notebook=report.source,
        folder=str(workspace.notebooks / "rapporter"),
        parameters=values,
        frame=frame,
        expected=expected,
        environment={
            "ANALYSLIB_HOME": str(workspace.root),
            "ANALYSLIB_PUBLISH_DB": str(workspace.publish_db),
        },
        seed=int(content_hash(report.sha256, values)[:8], 16),
    )


def content_hash(*parts: object) -> str:
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def make_frame(
    report: Report,
    values: Mapping[str, object],
    municipality: Municipality | None,
    network: Network | None,
    facts: Facts,
    demo: bool,
) -> Frame:
    place = municipality.name if municipality else network.title if network else report.title
    year, meeting = values.get("year"), values.get("meeting")
    pieces = (
        network.title if network and municipality else "",
        f"uppgifter till och med {year}" if year else "",
        f"till mötet den {format_date(str(meeting))}" if meeting else "",
    )
    subtitle = ", ".join(filter(None, pieces))
    marks = {
        "report": report.name,
        "municipality": municipality.code if municipality else "",
        "network": network.id if network else "",
        "year": str(year or ""),
        "meeting": str(meeting or ""),
        "project": str(values.get("project", "")),
    }
    return Frame(
        report_title=report.title,
        place=place,
        subtitle=subtitle[:1].upper() + subtitle[1:],
        demo=demo,
        marks=tuple((name, text) for name, text in marks.items() if text),
        origin=(
            *facts.origin,
            ("Rapport", f"{report.title} ({report.name}, {report.sha256[:12]})"),
            ("Databas", facts.fingerprint[:12]),
            ("Gjord med", f"analyslib {__version__}"),
        ),
    )


def make_expected(
    workspace: Workspace,
    report: Report,
    municipality: Municipality | None,
    network: Network | None,
) -> Expected:
    return Expected(
        municipality=municipality.code if municipality else "",
        name=municipality.name if municipality else "",
        members=network.members if network else (),
        sections=report.sections,
        min_pictures=report.min_pictures,
        private=(str(workspace.root), str(Path.home())),
    )


WHY_NOT = {
    errno.ENOSPC: "disken är full",
    errno.EDQUOT: "disken är full",
    errno.EFBIG: "filen är för stor för disken",
    errno.EACCES: "åtkomst nekas",
    errno.EPERM: "åtkomst nekas",
    errno.EROFS: "disken går inte att skriva till",
    errno.ENAMETOOLONG: "sökvägen är för lång",
}


def put_in_place(content: bytes, path: Path) -> None:
    """Write beside and swap: at no moment is there a half page under the name."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(part, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        with contextlib.suppress(OSError):  # what stopped the writing may stop this too
            part.unlink(missing_ok=True)


def unwritable(path: Path, error: OSError) -> ReportError:
    """Why a file could not be put in place, and what to look for."""
    why = WHY_NOT.get(error.errno or 0) or os.strerror(error.errno or 0)
    remedy = "Se efter att det finns plats på disken och att filen inte är öppen någon annanstans."
    return ReportError(f"Filen går inte att skriva ({why}).", path.name, remedy)

"""The facilitator's page: what is missing before the meeting, one button, what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import ipywidgets as widgets

from analyslib.analysis.projects import Project
from analyslib.catalogue import Catalogue, Network, find_network, load_catalogue
from analyslib.controls import LABELLED, field, framed
from analyslib.errors import AnalyslibError, StoreError, UsageError
from analyslib.facts import read_facts, read_silent
from analyslib.mail_merge import list_path
from analyslib.meeting_form import NotesForm
from analyslib.pack import PackResult
from analyslib.pack_plan import PageResult, Status
from analyslib.sources.meeting_notes import notes_path
from analyslib.sources.origin import archived_files
from analyslib.store.connection import open_store, query
from analyslib.text.formats import format_count, format_date, format_list
from analyslib.workbench import AUDITING, DEMO_MEETING, build_workspace, make_demo_data, make_pack
from analyslib.workspace import Workspace, find_workspace


OLD = 180  # days: Kolada publishes most of a year's figures in two rounds
SHOWN = 12
DATA_CHOICES = [("egna", "riktig"), ("påhittade (demon)", "demo")]
NOT_STARTED = (
    "<p><strong>Sidan är inte startad.</strong> Välj Run → Run All Cells i menyn överst, så "
    "kommer fälten och knappen.</p>"
)


def missing_before(
    workspace: Workspace, network: Network, meeting: date, year: int, catalogue: Catalogue
) -> tuple[str, ...]:
    """What the facilitator should know before the pack is made, in plain words."""
    if not workspace.publish_db.is_file():
        return (_not_built(workspace),)
    found = [
        "" if workspace.demo else _old_data(workspace, meeting),
        _silent(workspace, network, year, catalogue),
        _empty_indicators(workspace, year),
        _no_extracts(workspace),
        _no_notes(workspace, network, meeting),
    ]
    return tuple(text for text in found if text)


def _not_built(workspace: Workspace) -> str:
    if workspace.demo:
        return "Inga siffror är påhittade ännu. Knappen gör det först; det tar några minuter."
    if archived_files(workspace):
        return "Databasen är inte byggd. Knappen gör det först; det tar några minuter."
    return "Inga egna siffror är hämtade. Hämta dem med `analyslib fetch kolada`; se Kom igång."


def _old_data(workspace: Workspace, meeting: date) -> str:
    """How old the newest figures will be at the meeting."""
    with open_store(workspace.publish_db) as store:
        files = query(store, "source_files")
    values = files[files["dataset"] == "values"]
    newest = date.fromisoformat(str(max(values["retrieved"], default=date.min))[:10])
    days = (meeting - newest).days
    if days <= OLD:
        return ""
    return (
        f"De senaste siffrorna hämtades {format_date(newest)}, {days} dagar före mötet. Hämta nya "
        "med `analyslib fetch kolada`."
    )


def _silent(workspace: Workspace, network: Network, year: int, catalogue: Catalogue) -> str:
    codes = read_silent(workspace.publish_db, year, network.members)
    names = sorted(catalogue.municipalities[code].name for code in codes)
    return f"Utan ett enda värde för {year}: {format_list(names)}." if names else ""


def _empty_indicators(workspace: Workspace, year: int) -> str:
    with open_store(workspace.publish_db) as store:
        values = query(store, "year_values", year=year)
        indicators = query(store, "indicators")
    known = set(values[values["value"].notna()]["kpi"])
    empty = indicators[~indicators["kpi"].isin(known)]["short"].tolist()
    if not empty:
        return ""
    more = f" och {len(empty) - SHOWN} till" if len(empty) > SHOWN else ""
    named = "; ".join(empty[:SHOWN])
    return f"{len(empty)} av {len(indicators)} nyckeltal saknar värden {year}: {named}{more}."


def _no_extracts(workspace: Workspace) -> str:
    """Whether anything has come for the individual follow-up."""
    if archived_files(workspace, dataset="extract"):
        return ""
    return "Inga uttag för den individbaserade uppföljningen har kommit in."


def _no_notes(workspace: Workspace, network: Network, meeting: date) -> str:
    """The last meeting that had a pack and left no notes."""
    last = _last_without_notes(workspace, network, meeting.isoformat())
    if not last:
        return ""
    return (
        f"Inget har antecknats från mötet den {format_date(last)}. Skriv in besluten under Efter "
        "mötet, så inleder de paketet. Blev mötet inte av den dagen behövs inget."
    )


def held_meetings(workspace: Workspace, network: Network) -> dict[str, int]:
    """The days that have a pack, oldest first, and until which year each showed figures."""
    found = sorted((workspace.reports / network.id).glob("????-??-??/manifest.json"))
    return {
        path.parent.name: int(json.loads(path.read_text("utf-8"))["year"] or 0) for path in found
    }


def _last_without_notes(workspace: Workspace, network: Network, meeting: str) -> str:
    """The last meeting before this one that had a pack, where it left no notes; else ""."""
    last = max((day for day in held_meetings(workspace, network) if day < meeting), default="")
    if not last or notes_path(workspace, network.id, date.fromisoformat(last)).is_file():
        return ""
    return last


@dataclass(frozen=True)
class Progress:
    """How far a run has come. `lines` are the finished pages in order."""

    done: int = 0
    total: int = 0
    name: str = ""
    lines: tuple[tuple[str, str], ...] = ()

    def add(self, result: PageResult, done: int, total: int, name: str) -> Progress:
        line = (result.planned.name, result.status.value)
        return Progress(done, total, name, (*self.lines, line))


def render_progress(progress: Progress) -> str:
    bar = (
        f'<progress max="{progress.total}" value="{progress.done}" style="width:100%" '
        f'aria-label="Hur långt paketet har kommit"></progress>'
    )
    now = f" Nu: {escape(progress.name)}." if progress.name else ""
    if progress.total and progress.done == progress.total:
        now = f" {AUDITING}"
    pages = ", ".join(f"{escape(name)} ({status})" for name, status in progress.lines)
    return (
        f'<p role="status">{progress.done} av {progress.total} sidor.{now}</p>{bar}<p>{pages}</p>'
    )


def render_result(result: PackResult, workspace: Workspace) -> str:
    """Links to what was made; what was not, and why."""
    failed = [page for page in result.pages if page.status is Status.FAILED]
    whole = [page for page in result.pages if page.is_whole]
    parts = [f"<p><strong>{format_count(len(whole), 'sida', 'sidor')} är klara.</strong></p>"]
    if result.delivery.index.is_file():
        parts.append(f"<p>{_link(workspace, result.delivery.index, 'Öppna indexsidan')}</p>")
    for words, path in (
        ("Att skicka", result.delivery.archive),
        ("Utskickslista till Excel och Word", list_path(result.folder)),
    ):
        if path and path.is_file():
            where = path.relative_to(workspace.root).as_posix()
            parts.append(f"<p>{words}: <code>{escape(where)}</code></p>")
    parts += [
        f"<p>{escape(text)}</p>" for text in (result.stopped, result.delivery.refused) if text
    ]
    if failed:
        parts.append("<p><strong>Blev inte gjort:</strong></p>" + _failed_list(failed))
    parts.append(_page_list(workspace, result, whole))
    return "".join(parts)


def _failed_list(failed: Sequence[PageResult]) -> str:
    items = [f"<li>{escape(page.planned.name)}: {escape(page.why)}</li>" for page in failed]
    return f"<ul>{''.join(items)}</ul>"


def _page_list(workspace: Workspace, result: PackResult, pages: Sequence[PageResult]) -> str:
    links = [
        f"<li>{_link(workspace, result.folder / page.planned.file, _page_name(page))}</li>"
        for page in pages
    ]
    return f"<ul>{''.join(links)}</ul>"


def _page_name(page: PageResult) -> str:
    title = page.planned.report.title
    return title if page.planned.name == title else f"{page.planned.name}: {title}"


def _link(workspace: Workspace, path: Path, text: str) -> str:
    """JupyterLab serves the files under its root, which is the workspace."""
    address = "/files/" + quote(path.relative_to(workspace.root).as_posix())
    return f'<a href="{address}" target="_blank" rel="noopener">{escape(text)}</a>'


class StartPage:
    """Network, date and year; what is missing; the button; the notes of the meeting."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.catalogue = workspace, load_catalogue()
        networks = [(item.title, item.id) for item in self.catalogue.networks.values()]
        self.network = field(widgets.Dropdown, "Nätverk:", options=networks, value="nua")
        own = "demo" if workspace.demo else "riktig"
        self.data = field(widgets.Dropdown, "Siffror:", options=DATA_CHOICES, value=own)
        day = self._next_meeting()
        self.meeting = field(widgets.DatePicker, "Mötesdatum:", value=day)
        self.year = field(widgets.Dropdown, "Senaste år:", options=[])
        # A layout of its own, because it is hidden on its own.
        self.also = widgets.Checkbox(style=LABELLED, layout=widgets.Layout(width="auto"))
        self.projects: tuple[Project, ...] = ()
        self.before = widgets.HTML()
        self.button = widgets.Button(description="Gör paketet", icon="play", button_style="primary")
        self.after = widgets.HTML(layout=widgets.Layout(min_height="5em"))
        self.notes = NotesForm(workspace, self.catalogue, self.network.value, str(day))
        self._read_database()
        self.data.observe(lambda _: self._turn(), "value")
        self.network.observe(lambda _: self._propose_meeting(), "value")
        for control in (self.network, self.meeting, self.year):
            control.observe(lambda _: self.refresh(), "value")
        self.button.on_click(lambda _: self.run())
        self.refresh()

    def _next_meeting(self) -> date:
        """The next day of the network's calendar; without one today, and the demo has its own."""
        if self.workspace.demo:
            return date.fromisoformat(DEMO_MEETING)
        meetings = find_network(self.catalogue, self.network.value).meetings
        return meetings.next_after(date.today()) or date.today()

    def _propose_meeting(self) -> None:
        self.meeting.value = self._next_meeting()

    def _turn(self) -> None:
        """To the made-up figures, or to one's own; they never mix."""
        self.workspace = Workspace(self.workspace.root, demo=self.data.value == "demo")
        self.notes.workspace = self.workspace
        self.after.value = ""
        self._propose_meeting()
        self._read_database()
        self.refresh()

    def _read_database(self) -> None:
        """Its years, the newest first; the chosen one stays where it can. And its projects."""
        chosen = self.year.value
        try:
            facts = read_facts(self.workspace.publish_db)
            years, self.projects = sorted(facts.years, reverse=True), facts.projects
        except StoreError:  # none, damaged or of another version: refresh says so, the button mends
            years, self.projects = [], ()
        self.year.options = years or [("det senaste", 0)]
        self.year.value = chosen if chosen in years else max(years, default=0)

    def _offer_projects(self) -> None:
        """A choice only where a municipality of the network follows a project of its own."""
        members = find_network(self.catalogue, self.network.value).members
        found = sum(project.municipality in members for project in self.projects)
        number = format_count(found, "projekt", "projekt")
        self.also.description = f"Ta med rapporter om egna projekt ({number})"
        self.also.layout.display = "" if found else "none"
        self.also.value = self.also.value and bool(found)

    def refresh(self) -> None:
        """What is missing for what is chosen now."""
        self._offer_projects()
        if self.meeting.value is None:
            self.before.value = "<p>Välj mötets datum.</p>"
            return
        network = find_network(self.catalogue, self.network.value)
        try:
            found = missing_before(
                self.workspace, network, self.meeting.value, self.year.value, self.catalogue
            )
        except StoreError as error:
            found = (str(error),)
        self.before.value = _before_html(network, found)
        self._turn_notes(network, self.meeting.value.isoformat())

    def _turn_notes(self, network: Network, meeting: str) -> None:
        """To the meeting chosen; before its pack is made, to the last one if it left no notes."""
        held = held_meetings(self.workspace, network)
        years = {**held, meeting: self.year.value}
        wanted = (
            meeting if meeting in held else _last_without_notes(self.workspace, network, meeting)
        )
        self.notes.about(network.id, wanted or meeting, years)

    def run(self) -> None:
        """Build what is new, make the pack, show what came of it."""
        self.button.disabled = True
        try:
            self._build()
            self.after.value = render_result(self._make(), self.workspace)
        except AnalyslibError as error:
            self.after.value = f'<p role="alert">{escape(str(error))}</p>'
        finally:
            self.button.disabled = False

    def _build(self) -> None:
        """The database as the archive is now; the demo's figures are made up the first time."""
        if self.workspace.demo:
            self.after.value = _status("Hittar på siffror, om det inte redan är gjort …")
            make_demo_data(self.workspace)
        self.after.value = _status("Bygger databasen, om något är nytt. Det kan ta några minuter …")
        build_workspace(self.workspace)
        self._read_database()
        self._offer_projects()

    def _make(self) -> PackResult:
        progress = Progress()

        def on_page(result: PageResult, done: int, total: int, name: str) -> None:
            nonlocal progress
            progress = progress.add(result, done, total, name)
            self.after.value = render_progress(progress)

        if self.meeting.value is None:
            raise UsageError("Mötets datum saknas.", remedy="Välj datum ovanför knappen.")
        meeting = self.meeting.value.isoformat()
        return make_pack(
            *(self.workspace, self.network.value, meeting, self.year.value or None),
            on_page=on_page,
            also=("projekt",) if self.also.value else (),
        )

    def __repr__(self) -> str:
        return f"<Startsida: {self.network.label}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        heads = [widgets.HTML(f"<h2>{text}</h2>") for text in ("Före mötet", "Efter mötet")]
        choices = [self.network, self.data, self.meeting, self.year, self.also]
        parts = [*choices, heads[0], self.before, self.button, self.after, heads[1], self.notes.box]
        box = framed(parts)
        bundle = box._repr_mimebundle_()
        return {**bundle, "text/plain": repr(self), "text/html": NOT_STARTED + self.before.value}


def _status(text: str) -> str:
    return f'<p role="status">{escape(text)}</p>'


def _before_html(network: Network, found: Sequence[str]) -> str:
    days = [format_date(day) for day in network.meetings.dates]
    calendar = f" Kalender: {format_list(days)}." if days else ""
    rhythm = f"<p>{escape(network.meetings.rhythm + calendar)}</p>"
    if not found:
        return f"{rhythm}<p>Allt finns på plats.</p>"
    items = "".join(f"<li>{escape(text)}</li>" for text in found)
    return f"{rhythm}<p>Bra att veta innan du börjar:</p><ul>{items}</ul>"


def start(data: str = "") -> StartPage:
    """The facilitator's page over the demo's figures ("demo") or your own ("riktig"); without
    a word over your own where there are any."""
    own = find_workspace()
    if not data:
        data = "riktig" if archived_files(own) else "demo"
    return StartPage(Workspace(own.root, demo=data == "demo"))

"""The facilitator's page: what is missing before the meeting, one button, what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import ipywidgets as widgets

from analyslib.catalogue import Catalogue, Network, find_network, load_catalogue
from analyslib.errors import AnalyslibError, UsageError
from analyslib.facts import read_facts, read_silent
from analyslib.meeting import add_note
from analyslib.pack import PackResult
from analyslib.pack_plan import PageResult, Status
from analyslib.sources.meeting_notes import Note, notes_path, read_notes
from analyslib.sources.origin import archived_files
from analyslib.store.connection import open_store, query
from analyslib.text.formats import format_count, format_date, format_list
from analyslib.workbench import DEMO_MEETING, build_workspace, make_pack
from analyslib.workspace import Workspace, find_workspace


OLD = 180  # days: Kolada publishes most of a year's figures in two rounds
SHOWN = 12
LABELLED = {"description_width": "9em"}
WIDE = widgets.Layout(width="100%", max_width="46em")
KIND_WORDS = {"beslut": "decision", "fråga": "question", "att ta upp nationellt": "national"}


def missing_before(
    workspace: Workspace, network: Network, meeting: date, year: int, catalogue: Catalogue
) -> tuple[str, ...]:
    """What the facilitator should know before the pack is made, in plain words."""
    if not workspace.publish_db.is_file():
        return ("Databasen är inte byggd. Hämta siffror först; se Kom igång.",)
    found = [
        "" if workspace.demo else _old_data(workspace, meeting),
        _silent(workspace, network, year, catalogue),
        _empty_indicators(workspace, year),
        _no_extracts(workspace),
        _no_notes(workspace, network, meeting),
    ]
    return tuple(text for text in found if text)


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
    held = sorted(
        entry.name
        for entry in (workspace.reports / network.id).glob("????-??-??")
        if entry.name < meeting.isoformat()
    )
    if not held or notes_path(workspace, network.id, date.fromisoformat(held[-1])).is_file():
        return ""
    return (
        f"Inget har antecknats från mötet den {format_date(held[-1])}. Skriv in besluten nedan, så "
        "inleder de paketet."
    )


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
    pages = ", ".join(f"{escape(name)} ({status})" for name, status in progress.lines)
    return (
        f'<p role="status">{progress.done} av {progress.total} sidor.{now}</p>{bar}<p>{pages}</p>'
    )


def render_result(result: PackResult, workspace: Workspace) -> str:
    """Links to what was made; what was not, and why."""
    failed = [page for page in result.pages if page.status is Status.FAILED]
    whole = [page for page in result.pages if page.is_whole and not page.planned.report.is_draft]
    parts = [f"<p><strong>{format_count(len(whole), 'sida', 'sidor')} är klara.</strong></p>"]
    if result.delivery.index.is_file():
        parts.append(f"<p>{_link(workspace, result.delivery.index, 'Öppna startsidan')}</p>")
    if result.delivery.archive:
        where = result.delivery.archive.relative_to(workspace.root).as_posix()
        parts.append(f"<p>Att skicka: <code>{escape(where)}</code></p>")
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
        self.network = widgets.Dropdown(
            options=networks, value="nua", description="Nätverk:", style=LABELLED, layout=WIDE
        )
        day = date.fromisoformat(DEMO_MEETING) if workspace.demo else date.today()
        self.meeting = widgets.DatePicker(value=day, description="Mötesdatum:", style=LABELLED)
        years = self._years()
        self.year = widgets.Dropdown(
            options=years, description="Senaste år:", style=LABELLED, disabled=not years
        )
        self.before = widgets.HTML()
        self.button = widgets.Button(
            description="Gör paketet", icon="play", button_style="primary", disabled=not years
        )
        self.after = widgets.HTML(layout=widgets.Layout(min_height="8em"))
        self.notes = NotesForm(workspace, self.catalogue, self.network.value, str(day))
        for control in (self.network, self.meeting, self.year):
            control.observe(lambda _: self.refresh(), "value")
        self.button.on_click(lambda _: self.run())
        self.refresh()

    def _years(self) -> list[int]:
        if not self.workspace.publish_db.is_file():
            return []
        return sorted(read_facts(self.workspace.publish_db).years, reverse=True)

    def refresh(self) -> None:
        """What is missing for what is chosen now."""
        if self.meeting.value is None:
            self.before.value = "<p>Välj mötets datum.</p>"
            return
        network = find_network(self.catalogue, self.network.value)
        found = missing_before(
            self.workspace, network, self.meeting.value, self.year.value or 0, self.catalogue
        )
        self.before.value = _before_html(found)
        self.notes.about(self.network.value, self.meeting.value.isoformat())

    def run(self) -> None:
        """Build what is new, make the pack, show what came of it."""
        self.button.disabled = True
        try:
            self.after.value = '<p role="status">Bygger databasen …</p>'
            build_workspace(self.workspace)
            self.after.value = render_result(self._make(), self.workspace)
        except AnalyslibError as error:
            self.after.value = f'<p role="alert">{escape(str(error))}</p>'
        finally:
            self.button.disabled = False

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
            self.workspace, self.network.value, meeting, self.year.value, on_page=on_page
        )

    def __repr__(self) -> str:
        return f"<Startsida: {self.network.label}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        heads = [widgets.HTML(f"<h2>{text}</h2>") for text in ("Före mötet", "Efter mötet")]
        choices = [self.network, self.meeting, self.year]
        box = widgets.VBox(
            [*choices, heads[0], self.before, self.button, self.after, heads[1], self.notes.box]
        )
        bundle = box._repr_mimebundle_()
        return {**bundle, "text/plain": repr(self), "text/html": self.before.value}


def _before_html(found: Sequence[str]) -> str:
    if not found:
        return "<p>Allt finns på plats.</p>"
    items = "".join(f"<li>{escape(text)}</li>" for text in found)
    return f"<p>Bra att veta innan du börjar:</p><ul>{items}</ul>"


class NotesForm:
    """What the meeting decided, asked, and wants to raise nationally: one note at a time."""

    def __init__(
        self, workspace: Workspace, catalogue: Catalogue, network: str, meeting: str
    ) -> None:
        self.workspace, self.catalogue = workspace, catalogue
        self.network, self.meeting = network, meeting
        self.kind = _field(widgets.Dropdown, "Slag:", options=list(KIND_WORDS.items()))
        self.text = _field(widgets.Textarea, "Vad mötet sa:", rows=3)
        figures = [(f"{item.short} ({item.id})", item.id) for item in catalogue.indicators.values()]
        self.kpi = _field(widgets.Dropdown, "Nyckeltal:", options=[("inget", ""), *figures])
        self.municipality = _field(widgets.Dropdown, "Kommun:", options=[("ingen", "")])
        self.year = _field(widgets.Text, "Siffrans år:", placeholder="året som figuren visade")
        self.responsible = _field(widgets.Text, "Ansvarig:", placeholder="funktion, inte namn")
        self.due = _field(widgets.Text, "Klart:")
        self.save = widgets.Button(description="Spara anteckningen", icon="save")
        self.message, self.kept = widgets.HTML(), widgets.HTML()
        self.save.on_click(lambda _: self.add())
        fields = [self.kind, self.text, self.kpi, self.municipality, self.year]
        fields += [self.responsible, self.due]
        self.box = widgets.VBox([*fields, self.save, self.message, self.kept])
        self.about(network, meeting)

    def about(self, network: str, meeting: str) -> None:
        """Turn to another meeting."""
        self.network, self.meeting = network, meeting
        members = find_network(self.catalogue, network).members
        places = [(self.catalogue.municipalities[code].name, code) for code in members]
        self.municipality.options = [("ingen", ""), *places]
        self._show_kept()

    def add(self) -> None:
        """Save what is written; what is wrong with it is said beside the button."""
        note = Note(
            kind=self.kind.value,
            text=self.text.value.strip(),
            kpi=self.kpi.value,
            municipality=self.municipality.value,
            responsible=self.responsible.value.strip(),
            due=self.due.value.strip(),
            year=self.year.value.strip(),
        )
        try:
            add_note(self.workspace, self.catalogue, self.network, self.meeting, note)
        except AnalyslibError as error:
            self.message.value = f'<p role="alert">{escape(str(error))}</p>'
            return
        self.text.value = ""
        self.message.value = '<p role="status">Sparat. Det inleder nästa paket.</p>'
        self._show_kept()

    def _show_kept(self) -> None:
        network = find_network(self.catalogue, self.network)
        day = date.fromisoformat(self.meeting)
        words = {kind: word for word, kind in KIND_WORDS.items()}
        kept = read_notes(self.workspace, network, day, self.catalogue).notes
        items = "".join(f"<li>{words[note.kind]}: {escape(note.text)}</li>" for note in kept)
        self.kept.value = (
            f"<p>Antecknat från mötet den {format_date(day)}:</p><ul>{items}</ul>" if kept else ""
        )


def _field(kind: Callable[..., Any], description: str, **options: Any) -> Any:
    return kind(description=description, style=LABELLED, layout=WIDE, **options)


def start(data: str = "demo") -> StartPage:
    """The facilitator's page over the demo's figures ("demo") or your own ("riktig")."""
    return StartPage(find_workspace(demo=data == "demo"))


def notes_form(network: str, meeting: str, data: str = "demo") -> widgets.VBox:
    """The form for the notes of one meeting (ÅÅÅÅ-MM-DD)."""
    workspace = find_workspace(demo=data == "demo")
    return NotesForm(workspace, load_catalogue(), network, meeting).box

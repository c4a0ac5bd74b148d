"""The form for what a meeting said: decisions, questions, matters for the national network."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import ipywidgets as widgets

from analyslib.catalogue import Catalogue, find_network, load_catalogue
from analyslib.controls import field, framed
from analyslib.errors import AnalyslibError
from analyslib.meeting import add_note, meeting_date
from analyslib.sources.meeting_notes import Note, read_notes
from analyslib.text.formats import format_date
from analyslib.workspace import Workspace, find_workspace


KIND_WORDS = {"beslut": "decision", "fråga": "question", "att ta upp nationellt": "national"}


class NotesForm:
    """What the meeting decided, asked, and wants to raise nationally: one note at a time."""

    def __init__(
        self, workspace: Workspace, catalogue: Catalogue, network: str, meeting: str
    ) -> None:
        self.workspace, self.catalogue = workspace, catalogue
        self.network = network
        self.years: Mapping[str, int] = {meeting: 0}
        self.day = field(widgets.Dropdown, "Mötet den:", options=[("", meeting)])
        self.kind = field(widgets.Dropdown, "Slag:", options=list(KIND_WORDS.items()))
        self.text = field(widgets.Textarea, "Vad mötet sa:", rows=3)
        figures = [(f"{item.short} ({item.id})", item.id) for item in catalogue.indicators.values()]
        self.kpi = field(widgets.Dropdown, "Nyckeltal:", options=[("inget", ""), *figures])
        self.municipality = field(widgets.Dropdown, "Kommun:", options=[("ingen", "")])
        self.year = field(widgets.Text, "Siffrans år:", placeholder="året som figuren visade")
        self.responsible = field(widgets.Text, "Ansvarig:", placeholder="funktion, inte namn")
        self.due = field(widgets.Text, "Klart:", placeholder="ÅÅÅÅ-MM-DD")
        self.save = widgets.Button(
            description="Spara anteckningen",
            icon="save",
            layout=widgets.Layout(width="auto", align_self="flex-start"),
        )
        self.message, self.kept = widgets.HTML(), widgets.HTML()
        self.save.on_click(lambda _: self.add())
        self.kpi.observe(lambda _: self._propose_year(), "value")
        self.day.observe(lambda _: self._show_kept(), "value")
        fields = [self.day, self.kind, self.text, self.kpi, self.municipality, self.year]
        fields += [self.responsible, self.due]
        self.box = widgets.VBox([*fields, self.save, self.message, self.kept])
        self.about(network, meeting, self.years)

    @property
    def meeting(self) -> str:
        """The meeting that is written about, ÅÅÅÅ-MM-DD."""
        return str(self.day.value)

    def about(self, network: str, meeting: str, years: Mapping[str, int]) -> None:
        """Turn to a meeting of a network. `years` has the meetings that may be written about,
        and until which year the pack of each showed figures."""
        self.network, self.years = network, years
        days = sorted({*years, meeting}, reverse=True)
        self.day.options = [(format_date(meeting_date(day)), day) for day in days]
        self.day.value = meeting
        members = find_network(self.catalogue, network).members
        places = [(self.catalogue.municipalities[code].name, code) for code in members]
        self.municipality.options = [("ingen", ""), *places]
        self._show_kept()

    def _propose_year(self) -> None:
        """A note about a figure is nearly always about the newest one shown."""
        shown = self.years.get(self.meeting, 0)
        if self.kpi.value and not self.year.value and shown:
            self.year.value = str(shown)

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
        self._clear()
        self.message.value = '<p role="status">Sparat. Det inleder nästa paket.</p>'
        self._show_kept()

    def _clear(self) -> None:
        """The next note is about something else, and must not get this one's figure and place."""
        for said in (self.text, self.kpi, self.municipality, self.year, self.responsible, self.due):
            said.value = ""

    def _show_kept(self) -> None:
        """What is noted already. The file may have been written in Excel, and may be wrong."""
        network = find_network(self.catalogue, self.network)
        day = meeting_date(self.meeting)
        words = {kind: word for word, kind in KIND_WORDS.items()}
        try:
            kept = read_notes(self.workspace, network, day, self.catalogue).notes
        except AnalyslibError as error:
            self.kept.value = f'<p role="alert">{escape(str(error))}</p>'
            return
        items = "".join(f"<li>{words[note.kind]}: {escape(note.text)}</li>" for note in kept)
        self.kept.value = (
            f"<p>Antecknat från mötet den {format_date(day)}:</p><ul>{items}</ul>" if kept else ""
        )


def notes_form(network: str, meeting: str, data: str = "demo") -> widgets.VBox:
    """The form for the notes of one meeting (ÅÅÅÅ-MM-DD)."""
    workspace = find_workspace(demo=data == "demo")
    return framed([NotesForm(workspace, load_catalogue(), network, meeting).box])

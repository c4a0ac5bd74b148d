"""From one meeting to the next: what was decided, what the figures have done since, what to raise.

The notes come with the build, so a report needs nothing but the published database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from analyslib.analysis.comparison import compare, comparisons_from
from analyslib.analysis.intervals import add_intervals
from analyslib.analysis.results import Answer, Comparison, Reason, ReferenceKind
from analyslib.analysis.statistics import Z
from analyslib.catalogue import Catalogue, Indicator, Network, find_network, load_catalogue
from analyslib.sections.badges import Number, mark_revised, read_revisions, revised_numbers
from analyslib.sections.parts import Html, Shown, box, bullets, heading, join, paragraph
from analyslib.sections.published import open_published
from analyslib.store.connection import query
from analyslib.tables import Cell, Table, header_cell, raw_cell, text_cell
from analyslib.text.formats import format_date, format_difference
from analyslib.text.words import format_answer, source_line


NOTHING_YET = (
    "Det finns inga anteckningar från ett tidigare möte. Skriv in mötets beslut och frågor på "
    "startsidan, så inleder de nästa paket."
)


@dataclass(frozen=True)
class Change:
    """The figure that a note is about: the value then and the newest value now.

    `comparison` is now against then, None where either is missing.
    """

    indicator: Indicator
    municipality: str
    then: int
    now: int
    value_then: tuple[float | None, str]
    value_now: tuple[float | None, str]
    comparison: Comparison | None


@dataclass(frozen=True)
class MeetingReport:
    """The notes of a network before one meeting. `notes` is the answer to meeting_notes."""

    catalogue: Catalogue
    network: Network
    year: int
    meeting: str
    notes: pd.DataFrame
    series: pd.DataFrame
    retrieved: str
    revised: frozenset[Number] = frozenset()

    def __repr__(self) -> str:
        return f"<Möte: {self.network.title} {self.meeting}, {len(self.notes)} anteckningar>"

    @property
    def last(self) -> str:
        """The date of the newest meeting with notes before this one; "" where there is none."""
        return max(self.notes["meeting"], default="")

    def of_last(self, kind: str) -> list[dict[str, str]]:
        """The last meeting's notes of one kind, in the order they were written."""
        found = self.notes[(self.notes["meeting"] == self.last) & (self.notes["kind"] == kind)]
        return [
            {str(key): str(text) for key, text in row.items()} for row in found.to_dict("records")
        ]

    def since_last(self) -> Shown:
        """What was decided, and what its figures have done since."""
        if not self.last:
            return box("notis", paragraph(NOTHING_YET))
        decisions = self.of_last("decision")
        return join(
            [
                paragraph(f"Förra mötet var den {format_date(self.last)}."),
                mark_revised(self._decisions(decisions), self.revised)
                if decisions
                else paragraph("Inga beslut antecknades."),
                self._questions(),
            ]
        )

    def _decisions(self, notes: Iterable[dict[str, str]]) -> Table:
        line = source_line("Kolada", self.retrieved, computed=True) if self.retrieved else ""
        heads = ("Beslut", "Ansvarig", "Klart", "Nyckeltal", "Då", "Nu", "Vad har hänt")
        return Table(
            caption=f"Beslut den {format_date(self.last)} och siffrorna sedan dess",
            columns=heads,
            rows=tuple(self._decision(note) for note in notes),
            note="Svaret säger om skillnaden mellan då och nu är större än slumpen brukar ge. "
            "Det säger inget om varför.",
            source_line=line,
        )

    def _decision(self, note: dict[str, str]) -> tuple[Cell, ...]:
        change = self.change(note)
        told = (header_cell(note["text"]), text_cell(note["responsible"]), text_cell(note["due"]))
        if change is None:
            return (*told, text_cell(""), text_cell(""), text_cell(""), text_cell(""))
        place = self.catalogue.municipalities[change.municipality].name
        item = change.indicator
        return (
            *told,
            text_cell(f"{item.short}, {place} {change.then} och {change.now}"),
            raw_cell(item, change.municipality, change.then, "T", *change.value_then),
            raw_cell(item, change.municipality, change.now, "T", *change.value_now),
            text_cell(change_words(change)),
        )

    def change(self, note: dict[str, str]) -> Change | None:
        """The figure of a note; None where it names no indicator, municipality or year."""
        kpi, code, year = note["kpi"], note["municipality"], note["year"]
        if not (kpi and code and year):
            return None
        rows = self.series[(self.series["kpi"] == kpi) & (self.series["municipality"] == code)]
        known = rows[rows["value"].notna() & (rows["year"] <= self.year)]
        then, now = int(year), max(known["year"], default=int(year))
        indicator = self.catalogue.indicators[kpi]
        return Change(
            indicator=indicator,
            municipality=code,
            then=then,
            now=int(now),
            value_then=_value(rows, then),
            value_now=_value(rows, int(now)),
            comparison=compare_years(rows, indicator, then, int(now)),
        )

    def _questions(self) -> Shown | None:
        texts = [note["text"] for note in self.of_last("question")]
        found = bullets(texts)
        return join([heading("Frågor som togs upp", 3), found]) if found else None

    def national(self) -> Shown:
        """What the meetings so far have wanted to raise with the national network."""
        found = self.notes[self.notes["kind"] == "national"]
        texts = [
            f"{note['text']} (mötet den {format_date(note['meeting'])})"
            for note in found.to_dict("records")
        ]
        return bullets(texts) or Html(
            "<p>Inget har antecknats att ta upp med det nationella nätverket.</p>"
        )

    def to_write(self) -> Shown:
        """Room for the meeting's own decisions, to be written by hand on paper. The page it
        stands on is printed small enough to be one."""
        line = '<tr><th scope="row">{}</th><td></td><td></td><td></td></tr>'
        rows = "".join(line.format(number) for number in range(1, 6))
        heads = "".join(f'<th scope="col">{head}</th>' for head in HEADS_TO_WRITE)
        return Html(
            '<div class="tabellyta att-skriva"><table class="tabell">'
            "<caption>Att fylla i på mötet</caption>"
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        )


HEADS_TO_WRITE = ("Nr", "Beslut", "Ansvarig (funktion)", "Klart")


def change_words(change: Change) -> str:
    """ "▲ bättre (−1,2 procent)", or why nothing can be said."""
    if change.now <= change.then:
        return "inget nyare värde än"
    found = change.comparison
    if found is None or found.difference is None:
        return f"{format_answer(Answer.CANNOT_BE_JUDGED)}"
    return (
        f"{format_answer(found.answer)} "
        f"({format_difference(found.difference, change.indicator, sign=True)})"
    )


def compare_years(
    rows: pd.DataFrame, indicator: Indicator, then: int, now: int
) -> Comparison | None:
    """The value of one year against the same municipality's value of an earlier one.

    Both are uncertain. Across a break in the series nothing is compared.
    """
    if now <= then or any(then < item.year <= now for item in indicator.breaks):
        return None
    of = {indicator.id: indicator}
    past = rows[rows["year"] <= now].reset_index(drop=True)
    earlier = add_intervals(past, of)
    earlier = earlier[(earlier["year"] == then) & earlier["value"].notna()]
    if earlier.empty:
        return None
    first = earlier.iloc[0]
    reference = {
        "kpi": indicator.id, "year": now, "gender": "T", "municipality": first["municipality"],
        "kind": str(ReferenceKind.OWN_HISTORY), "label": str(then), "value": first["value"],
        "weighted": False, "n_members": 1, "n_possible": 1, "group_id": "", "vintage": "",
        "spread": (first["high"] - first["low"]) / (2 * Z[0.95]),
    }  # fmt: skip
    found = comparisons_from(compare(past, pd.DataFrame([reference]), of, years=[now]))
    judged = [item for item in found if item.reason is not Reason.NO_VALUE]
    return judged[0] if judged and first["high"] == first["high"] else None


def _value(rows: pd.DataFrame, year: int) -> tuple[float | None, str]:
    found = rows[rows["year"] == year]
    if found.empty:
        return None, "Not delivered"
    value = found["value"].iloc[0]
    return (None if pd.isna(value) else float(value)), str(found["status"].iloc[0])


def meeting_report(
    network: str, year: int = 0, meeting: str = "", data: str = "demo"
) -> MeetingReport:
    """What a network's earlier meetings wrote down. `meeting` "" is the next one, whenever."""
    catalogue = load_catalogue()
    found = find_network(catalogue, network)
    _, store = open_published(data)
    with store:
        notes = query(store, "meeting_notes", network=found.id)
        notes["meeting"] = notes["meeting"].astype(str).str[:10]
        notes = notes[notes["meeting"] < meeting] if meeting else notes
        kpis = sorted({kpi for kpi in notes["kpi"] if kpi})
        places = sorted({code for code in notes["municipality"] if code})
        series = query(store, "series", kpis=kpis, municipalities=places)
        sources = query(store, "sources_used", kpis=kpis)
        since = max(notes["meeting"], default="9999")
        revisions = read_revisions(store, kpis, places, since)
    return MeetingReport(
        catalogue=catalogue,
        network=found,
        year=year or 9999,
        meeting=meeting,
        notes=notes.reset_index(drop=True),
        series=series[series["gender"] == "T"].reset_index(drop=True),
        retrieved=str(max(sources["retrieved"], default=""))[:10],
        revised=revised_numbers(revisions),
    )

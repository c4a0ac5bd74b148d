"""The report of one project: what it is for, its goals, its course, its money, what to discuss."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from analyslib.analysis.projects import Project
from analyslib.analysis.results import Answer
from analyslib.figures.inputs import Place
from analyslib.figures.process import draw_process
from analyslib.sections.own_material import Beside, OwnMaterial, read_project
from analyslib.sections.own_measures import own_questions
from analyslib.sections.own_tables import (
    budget_parts,
    events_table,
    goals_table,
    guide_parts,
    level_table,
    public_picture,
)
from analyslib.sections.parts import (
    Html,
    Shown,
    about_own_measures,
    box,
    bullets,
    heading,
    join,
    paragraph,
    paragraphs,
    slug,
)
from analyslib.tables import Table, header_cell, text_cell
from analyslib.text.budget import deviation_sentence, split_sentence
from analyslib.text.formats import format_date
from analyslib.text.own_measures import (
    courses_sentence,
    level_sentence,
    nothing_certain,
    sure_sentence,
)


@dataclass(frozen=True)
class ProjectReport:
    """What has happened in one project, how sure that is, and what to talk about."""

    material: OwnMaterial
    beside: Beside
    meeting: str

    @property
    def place(self) -> Place:
        return self.material.place

    @property
    def project(self) -> Project:
        assert self.material.project is not None
        return self.material.project

    def title(self) -> Html:
        """The heading of the page: which project and where."""
        return heading(f"{self.project.title}, {self.place.name}", 1)

    def summary(self) -> Html:
        """What is certain, how the goals stand, what the money did; and what to talk about."""
        courses = self.material.courses
        certain = [text for course in courses if (text := sure_sentence(course, START))]
        budget = self.material.budgets[-1:]
        money = [f"{deviation_sentence(year)} {split_sentence(year)}" for year in budget]
        asked = [*own_questions(self.material), "Vad har ni sett som siffrorna inte visar?"]
        return self._marked(
            box(
                "sammanfattning",
                heading("Det viktigaste", 3),
                paragraph(courses_sentence(courses)) if len(courses) > 1 else None,
                bullets([*certain, *money]) or paragraph(nothing_certain(courses)),
            ),
            box("fragor", heading("Att tala om", 3), bullets(asked)),
        )

    def purpose(self) -> Html:
        """Why the project is there, who answers for it, and its goals."""
        found = self.material
        goals = goals_table(found, found.courses, f"Mått och mål i {self.project.title}")
        return self._marked(
            paragraphs(self.project.purpose),
            self._facts(),
            goals if found.courses else self._without_measures(),
        )

    def _facts(self) -> Table:
        project, areas = self.project, self.material.catalogue.areas
        area = areas[project.area].title if project.area in areas else project.area
        told = {
            "Kommun": self.place.name,
            "Område": area,
            "Ansvarig": project.owner,
            "Start": format_date(project.start),
            "Slut": format_date(project.stop) if project.stop else "inte bestämt",
        }
        rows = tuple((header_cell(name), text_cell(text)) for name, text in told.items() if text)
        return Table(f"Om projektet {project.title}", ("Uppgift", "Innehåll"), rows)

    def _without_measures(self) -> Html:
        """A figure without a picture, so that the page is about the right place."""
        name = escape(self.place.name)
        return Html(
            f'<figure class="notis" data-municipality="{self.place.code}"><figcaption>{name} har '
            "inte lämnat några mått för projektet än. Mallen skrivs med analyslib template matt."
            "</figcaption></figure>"
        )

    def guide(self) -> Shown:
        """How to read the charts."""
        return guide_parts()

    def development(self) -> Html:
        """A chart for every measure, with what has happened marked."""
        pictures = [
            draw_process(
                self.place,
                course,
                f"{course.measure.title}, {self.place.name}",
                self.material.source("matt"),
                key=f"matt-{slug(course.measure.id)}",
            )
            for course in self.material.courses
            if course.newest is not None
        ]
        nothing = paragraph("Projektet har inga värden att visa än.")
        return self._marked(*pictures) if pictures else self._marked(nothing)

    def since_start(self) -> Html:
        """What has happened: events, and the level before and since the start."""
        judged = [
            f"{course.measure.title}: {level_sentence(course.level, course.measure, START)}"
            for course in self.material.courses
            if course.level is not None and course.level.answer is not Answer.CANNOT_BE_JUDGED
        ]
        caption = f"Före och efter starten den {format_date(self.project.start)}"
        return self._marked(
            events_table(self.material, f"Händelser i {self.project.title}"),
            bullets(judged),
            level_table(self.material, self.material.courses, caption),
            paragraph(
                "Jämförelsen visar vad som har hänt sedan starten, inte att projektet är "
                "orsaken: annat kan ha ändrats samtidigt."
            ),
        )

    def budget(self) -> Html:
        """The newest year that has an outcome."""
        nothing = Html("<p>Projektet har ingen budget i de uppgifter som lämnats.</p>")
        return self._marked(budget_parts(self.material) or nothing)

    def public(self) -> Shown:
        """Public key figures of the same area, which the project may or may not show in."""
        if not self.beside.panels:
            return Html("<p>Inga offentliga nyckeltal hör till måtten eller området.</p>")
        return join(
            [
                public_picture(self.material, self.beside, "offentliga-nyckeltal"),
                paragraph(
                    "Nyckeltalen gäller hela kommunen. Ett projekt som berör få personer syns "
                    "sällan i dem."
                ),
            ]
        )

    def sources(self) -> Html:
        """Where the numbers of each measure come from."""
        rows = tuple(
            (
                header_cell(course.measure.title),
                text_cell(course.measure.source_note or "inte angivet"),
                text_cell(course.measure.public_kpi or "–"),
            )
            for course in self.material.courses
        )
        heads = ("Mått", "Källa enligt den som lämnat uppgiften", "Nyckeltal bredvid")
        table = Table("Måttens källor", heads, rows, source_line=self.material.source("matt"))
        return self._marked(table if rows else Html("<p>Inga mått har lämnats.</p>"))

    def own_parts(self) -> list[Html]:
        """Everything on the page that rests on what the municipality has delivered."""
        first = [self.summary(), self.purpose(), self.development()]
        return [*first, self.since_start(), self.budget(), self.sources()]

    def _marked(self, *parts: Shown | None) -> Html:
        return about_own_measures(self.place.code, *parts) or Html("")


START = "projektet startade"


def project_report(
    municipality: str, project: str = "", year: int = 2024, meeting: str = "", data: str = "demo"
) -> ProjectReport:
    """A project by its id, "" for the municipality's only one; public figures up to a year."""
    material, beside = read_project(municipality, project, year, data)
    return ProjectReport(material, beside, meeting)

"""What a municipality follows itself, as a part of its report: nothing where there is nothing."""

from __future__ import annotations

from collections.abc import Sequence

from analyslib.figures.process import draw_processes
from analyslib.sections.own_material import Beside, OwnActivity, OwnMaterial
from analyslib.sections.own_tables import (
    budget_parts,
    goals_table,
    guide_parts,
    public_picture,
)
from analyslib.sections.parts import (
    Shown,
    about_own_measures,
    box,
    bullets,
    folded,
    heading,
    join,
    paragraph,
)
from analyslib.tables import Table, derived_cell, header_cell, text_cell
from analyslib.text.budget import budget_questions
from analyslib.text.formats import format_date
from analyslib.text.own_measures import (
    courses_sentence,
    earlier_question,
    goals_counted,
    measure_questions,
    since_words,
    sure_sentence,
)


PANELS = 4
MOST_QUESTIONS = 6


def own_measures_section(activity: OwnActivity | None) -> Shown | None:
    """The municipality's own measures, goals, budget and projects, with the public figures of the
    same areas; None where it has none."""
    if activity is None or (activity.own.is_empty and not activity.projects):
        return None
    own = activity.own
    return join(
        [
            heading("Egna mått", 2),
            paragraph(
                "Det här följer kommunen själv, utöver det som finns i Kolada. Uppgifterna är "
                "kommunens egna och jämförs inte med andra kommuners."
            ),
            *(_activity(own, activity.beside) if not own.is_empty else []),
            about_own_measures(own.place.code, _projects_table(own, activity.projects)),
        ]
    )


def _activity(own: OwnMaterial, beside: Beside) -> list[Shown | None]:
    """The own activity: goals, charts, budget, public figures, questions."""
    name = own.place.name
    certain = [
        text for course in own.courses if (text := sure_sentence(course, since_words(course)))
    ]
    budget = budget_parts(own)
    return [
        about_own_measures(
            own.place.code,
            goals_table(own, own.courses, f"Egna mått och mål i {name}") if own.courses else None,
            bullets(certain),
        ),
        folded("Så läser du diagrammen", guide_parts()) if own.courses else None,
        about_own_measures(
            own.place.code,
            *course_pictures(own),
            join([heading("Budget och utfall", 3), budget]) if budget else None,
        ),
        public_picture(own, beside, "nyckeltal-bredvid-egna-matt") if beside.panels else None,
        about_own_measures(own.place.code, questions_box(own)),
    ]


def course_pictures(own: OwnMaterial) -> list[Shown]:
    """Small multiples, a figure for every four measures."""
    shown = [course for course in own.courses if course.newest is not None]
    groups = [shown[start : start + PANELS] for start in range(0, len(shown), PANELS)]
    return [
        draw_processes(
            own.place,
            group,
            f"Egna mått i {own.place.name}{f', del {number}' if len(groups) > 1 else ''}",
            own.source("matt"),
            caption=courses_sentence(group),
            key=f"egna-matt-{number}",
        )
        for number, group in enumerate(groups, 1)
    ]


def questions_box(own: OwnMaterial) -> Shown | None:
    """What the results make one ask, measures first."""
    asked = own_questions(own)
    return box("fragor", heading("Att tala om", 3), bullets(asked)) if asked else None


def own_questions(own: OwnMaterial) -> list[str]:
    asked = [question for course in own.courses for question in measure_questions(course)]
    money = budget_questions(own.budgets[-1]) if own.budgets else []
    last = [*filter(None, [earlier_question(own.courses)]), *money]
    return [*asked[: MOST_QUESTIONS - len(last)], *last]


def _projects_table(own: OwnMaterial, projects: Sequence[OwnMaterial]) -> Table | None:
    """The projects that have a report of their own."""
    rows = [
        (
            header_cell(found.project.title),
            text_cell(format_date(found.project.start)),
            text_cell(format_date(found.project.stop) if found.project.stop else "inte bestämt"),
            derived_cell(float(len(found.courses)), "antal mått"),
            text_cell(goals_counted(found.courses) or "inga mål"),
        )
        for found in projects
        if found.project is not None
    ]
    if not rows:
        return None
    heads = ("Projekt", "Start", "Slut", "Mått", "Mål")
    return Table(
        f"Projekt i {own.place.name}",
        heads,
        tuple(rows),
        note="Varje projekt har en egen rapport.",
        source_line=own.source("matt") if own.courses else projects[0].source("matt"),
    )

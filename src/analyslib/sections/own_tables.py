"""The tables of own measures and budgets that the municipality's and the project's pages share."""

from __future__ import annotations

from collections.abc import Sequence

from analyslib.analysis.budget import BudgetYear
from analyslib.analysis.own_measures import Course, Doubt
from analyslib.analysis.results import Answer
from analyslib.figures.budget import draw_budget
from analyslib.figures.frame import Picture
from analyslib.figures.process_tables import own_cell
from analyslib.figures.trends import draw_area_trends
from analyslib.sections.badges import mark_revised
from analyslib.sections.own_material import Beside, OwnMaterial
from analyslib.sections.parts import Html, Shown, box, join, paragraph
from analyslib.tables import Cell, Table, derived_cell, header_cell, text_cell
from analyslib.text.budget import (
    ONE_PLACEMENT,
    all_hidden_sentence,
    deviation_sentence,
    forecast_sentence,
    hidden_sentence,
    period_words,
    planned_words,
    split_sentence,
    split_words,
)
from analyslib.text.formats import format_date, format_interval
from analyslib.text.own_measures import (
    assurance_words,
    doubt_words,
    level_decimals,
    level_doubt_words,
    period_label,
    target_words,
    unit_and_way,
)
from analyslib.text.words import format_answer, format_trend_answer, source_line


def goals_table(material: OwnMaterial, courses: Sequence[Course], caption: str) -> Table:
    """Every measure: what is counted, the newest, whether it changes, and whether the goal holds.

    What cannot be judged says why in the same cell.
    """
    rows = tuple(
        (
            header_cell(f"{course.measure.title} ({_what(course)})"),
            _newest_cell(course, material.place.code),
            text_cell(_newest_period(course)),
            text_cell(_answer_words(course)),
            text_cell(target_words(course.measure) or "inget mål"),
            text_cell(_goal_words(course)),
            text_cell(_met_words(course)),
        )
        for course in courses
    )
    heads = (
        *("Mått", "Senast", "Period", "Utveckling"),
        *("Mål", "Kommer det att nås?", "Har nåtts"),
    )
    return Table(caption, heads, rows, source_line=material.source("matt"))


def _what(course: Course) -> str:
    """What is counted and which way is better, as a part of a heading."""
    text = unit_and_way(course.measure).rstrip(".")
    return f"{text[:1].lower()}{text[1:]}"


def _newest_cell(course: Course, municipality: str) -> Cell:
    newest = course.newest or (course.points[-1] if course.points else None)
    if newest is None:
        return text_cell("inga värden")
    return own_cell(course.measure, municipality, newest, course.grain)


def _newest_period(course: Course) -> str:
    return period_label(course.newest.period, course.grain) if course.newest else "–"


def _answer_words(course: Course) -> str:
    answer = course.development.answer
    why = f": {doubt_words(course)}" if answer is Answer.CANNOT_BE_JUDGED else ""
    return f"{format_trend_answer(answer)}{why}"


def _goal_words(course: Course) -> str:
    if course.goal.doubt is Doubt.NO_TARGET:
        return "–"
    return assurance_words(course.goal)


def _met_words(course: Course) -> str:
    goal = course.goal
    return f"{goal.met} av {goal.counted}" if goal.counted else "–"


def level_table(material: OwnMaterial, courses: Sequence[Course], caption: str) -> Table | None:
    """The level before and since the start, with what is reasonable to believe."""
    rows = [_level_row(course) for course in courses if course.level is not None]
    if not rows:
        return None
    compared = any(course.level and course.level.difference is not None for course in courses)
    heads = ("Mått", "Medel före", "Antal före", "Medel sedan", "Antal sedan", "Skillnad")
    return Table(
        caption,
        (*heads, "Rimligt", "Svar"),
        tuple(rows),
        note=f"Antal är perioder med värde.{COMPARED_NOTE if compared else ''}",
        source_line=material.source("matt"),
    )


COMPARED_NOTE = (
    " Skillnaden är räknad före avrundning. Rimligt är ett 95-procentigt intervall (Welch)."
)


def _level_row(course: Course) -> tuple[Cell, ...]:
    level = course.level
    assert level is not None
    more = level_decimals(level, course.measure)
    why = f": {level_doubt_words(level)}" if level.answer is Answer.CANNOT_BE_JUDGED else ""
    known = level.low is not None and level.high is not None
    between = format_interval(level.low or 0.0, level.high or 0.0, more) if known else "–"
    return (
        header_cell(course.measure.title),
        derived_cell(level.before, "medelvärde före start", more),
        derived_cell(float(level.n_before), "antal perioder före start"),
        derived_cell(level.after, "medelvärde sedan start", more),
        derived_cell(float(level.n_after), "antal perioder sedan start"),
        derived_cell(level.difference, "skillnad i medelvärde", more, sign=True),
        text_cell(between),
        text_cell(f"{format_answer(level.answer)}{why}"),
    )


def events_table(material: OwnMaterial, caption: str) -> Table | None:
    """What happened and when, in order."""
    titles = {course.measure.id: course.measure.title for course in material.courses}
    rows = tuple(
        (
            header_cell(format_date(event.date)),
            text_cell(event.text),
            text_cell(titles.get(event.measure, "alla mått")),
            text_cell("ja" if event.rebase else "nej"),
        )
        for event in material.events
    )
    heads = ("Datum", "Händelse", "Gäller", "Gränserna börjar om")
    return Table(caption, heads, rows, source_line=material.source("matt")) if rows else None


SPLIT_CAPTION = (
    "Volym är skillnaden i mängd till priset mitt emellan budget och utfall, pris skillnaden i "
    "kostnad per enhet till volymen mitt emellan."
)


def budget_parts(material: OwnMaterial) -> Shown | None:
    """The newest year that has an outcome; why not, where all of it is hidden."""
    if material.budgets:
        return _year_parts(material, material.budgets[-1])
    hidden = material.hidden_budget
    return paragraph(all_hidden_sentence(hidden)) if hidden else None


def _year_parts(material: OwnMaterial, year: BudgetYear) -> Shown:
    """The deviation in words, as a picture and as tables; volume beside the money, always."""
    sentences = [deviation_sentence(year), split_sentence(year), forecast_sentence(year)]
    where = material.project.title if material.project else material.place.name
    title = f"Avvikelse från budget {period_words(year)}, {where}"
    table = split_table(material, year, title)
    picture = draw_budget(material.place, year, table, title, SPLIT_CAPTION, f"budget-{year.year}")
    can_be_split = any(line.split.volume_effect is not None for line in year.lines)
    text = " ".join(filter(None, sentences))
    return join(
        [
            paragraph(text),
            paragraph(hidden_sentence(year)),
            picture if can_be_split else None,
            year_table(material, year, f"Budget, utfall och volym {period_words(year)}, {where}"),
            box("notis", paragraph(ONE_PLACEMENT)),
        ]
    )


def split_table(material: OwnMaterial, year: BudgetYear, caption: str) -> Table:
    """Deviation, volume and price per account; the columns and the rows add up."""
    rows = [
        (
            header_cell(line.account),
            derived_cell(line.split.deviation, "avvikelse", sign=True),
            derived_cell(line.split.volume_effect, "volymeffekt", sign=True),
            derived_cell(line.split.price_effect, "priseffekt", sign=True),
            derived_cell(
                line.split.deviation if line.split.volume_effect is None else None,
                "avvikelse som inte går att dela upp",
                sign=True,
            ),
            text_cell(split_words(line) or "–"),
        )
        for line in year.lines
    ]
    total = (
        header_cell("Summa"),
        derived_cell(year.deviation, "avvikelse", sign=True),
        derived_cell(year.volume_effect, "volymeffekt", sign=True),
        derived_cell(year.price_effect, "priseffekt", sign=True),
        derived_cell(year.unsplit, "avvikelse som inte går att dela upp", sign=True),
        text_cell("–"),
    )
    heads = ("Konto", "Avvikelse", "Volym", "Pris", "Går inte att dela upp", "Varför inte")
    body = (*rows, total) if len(rows) > 1 else tuple(rows)
    return Table(caption, heads, body, source_line=material.source("budget"))


def year_table(material: OwnMaterial, year: BudgetYear, caption: str) -> Table:
    """The sums that the deviation is made of, and what the whole year is expected to come to."""
    rows = [
        (
            header_cell(line.account),
            derived_cell(line.budget, "budget, summa"),
            derived_cell(line.outcome, "utfall, summa"),
            _volume_cell(line.volume_budget, "budgeterad volym, summa"),
            _volume_cell(line.volume, "volym, summa"),
            derived_cell(line.year_budget, "årets budget"),
            derived_cell(line.year_forecast, "utfall och prognos för året"),
        )
        for line in year.lines
    ]
    total = (
        header_cell("Summa"),
        derived_cell(year.budget, "budget, summa"),
        derived_cell(year.outcome, "utfall, summa"),
        derived_cell(None, "budgeterad volym, summa"),
        derived_cell(None, "volym, summa"),
        derived_cell(year.year_budget, "årets budget"),
        derived_cell(year.year_forecast, "utfall och prognos för året"),
    )
    heads = (
        *("Konto", "Budget, kronor", "Utfall, kronor", "Budgeterad volym", "Volym"),
        *(f"Budget {planned_words(year)}", "Utfall och prognos"),
    )
    shown = len(heads) - 2 if year.is_finished else len(heads)
    body = tuple(row[:shown] for row in ((*rows, total) if len(rows) > 1 else rows))
    return Table(caption, heads[:shown], body, source_line=material.source("budget"))


def _volume_cell(volume: float | None, what: str) -> Cell:
    whole = volume is None or float(volume).is_integer()
    return derived_cell(volume, what, 0 if whole else 1)


def public_picture(material: OwnMaterial, beside: Beside, key: str) -> Picture:
    """Public key figures of the same areas, the municipality's and Riket's."""
    picture = draw_area_trends(
        material.place,
        beside.panels,
        f"Offentliga nyckeltal i {material.place.name} till och med {beside.year}",
        source_line("Kolada", beside.retrieved, computed=True),
        key=key,
    )
    return mark_revised(picture, beside.revised)


def guide_parts() -> Html:
    """How to read a control chart and its words, said once."""
    return join(
        [
            paragraph(
                "Varje diagram har ett medelvärde och två gränser. Mellan gränserna ligger det "
                "som måttet brukar variera utan att något har ändrats. En markerad punkt är mer än "
                "så: utanför gränserna, sju i rad åt samma håll, två av tre nära samma gräns eller "
                "sju i rad på samma sida om medelvärdet. Bland hundra mått där inget har hänt får "
                "omkring fem ändå svaret att något har ändrats, och enstaka markerade punkter "
                "längre bak är vanliga. Det behövs minst tio värden."
            ),
            paragraph(
                "Ett mål bedöms mot gränserna. Ligger målet utanför dem kommer det att nås, eller "
                "missas, så länge inget ändras. Ligger målet mellan gränserna lämnas det åt "
                "slumpen: det nås ibland och missas ibland. Gränserna börjar om där någon har sagt "
                "att en händelse väntas flytta nivån. Säsonger räknas inte bort."
            ),
        ]
    )

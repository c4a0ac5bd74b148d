"""The words of own measures: courses, goals, levels. Every number comes from the result object.

Nothing here says why something has happened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from analyslib.analysis.own_measures import (
    FEWEST_ON_EACH_SIDE,
    FEWEST_POINTS,
    FEWEST_YEARS,
    Course,
    Doubt,
    Goal,
    LevelChange,
    OwnMeasure,
)
from analyslib.analysis.process_control import Assurance, Signal
from analyslib.analysis.results import Answer
from analyslib.text.formats import (
    MONTHS,
    NBSP,
    format_count,
    format_interval,
    format_list,
    format_number,
    rounded,
    with_unit,
)
from analyslib.text.sentences import trends_sentence
from analyslib.text.words import DIRECTION_WORDS


DECIMALS: Mapping[str, int] = {"antal": 0, "kronor": 0, "andel": 1, "medel": 1, "index": 1}
ASSURANCE_WORDS: Mapping[Assurance, str] = {
    Assurance.PASSES: "kommer att nås",
    Assurance.FAILS: "kommer att missas",
    Assurance.INCONSISTENT: "lämnas åt slumpen",
}
CANNOT = "kan inte bedömas"
TENDENCY: Mapping[Answer, str] = {
    Answer.BETTER: "till det bättre",
    Answer.WORSE: "till det sämre",
    Answer.HIGHER: "uppåt",
    Answer.LOWER: "nedåt",
}
PERIOD_WORDS: Mapping[str, tuple[str, str]] = {"month": ("månad", "månader"), "year": ("år", "år")}


def decimals_of(measure: OwnMeasure) -> int:
    return DECIMALS.get(measure.kind, 1)


def unit_of(measure: OwnMeasure) -> str:
    """What is said after a number; a share is always in per cent."""
    return "procent" if measure.kind == "andel" else measure.unit.strip()


def mean_decimals(measure: OwnMeasure) -> int:
    """A mean of counts is no whole number; all else is shown as the values are."""
    return 1 if measure.kind == "antal" else decimals_of(measure)


def level_decimals(level: LevelChange, measure: OwnMeasure) -> int:
    """So many that the printed difference is that of the printed means; two more at the most."""
    least = mean_decimals(measure)
    return next((more for more in range(least, least + 3) if _adds_up(level, more)), least)


def _adds_up(level: LevelChange, decimals: int) -> bool:
    if level.before is None or level.after is None or level.difference is None:
        return True
    before, after, difference = (
        rounded(value, decimals) for value in (level.before, level.after, level.difference)
    )
    return after - before == difference


def format_own(value: float, measure: OwnMeasure) -> str:
    """The number with its unit: "12 ärenden", "43,5 procent"."""
    return with_unit(format_number(value, decimals_of(measure)), unit_of(measure))


def format_own_mean(value: float, measure: OwnMeasure, decimals: int) -> str:
    return with_unit(format_number(value, decimals), unit_of(measure))


def format_own_difference(value: float, measure: OwnMeasure, decimals: int) -> str:
    """Between two means; of percentages it is counted in "procentenheter"."""
    unit = "procentenheter" if measure.kind == "andel" else unit_of(measure)
    return with_unit(format_number(value, decimals), unit)


def period_label(day: date, grain: str) -> str:
    """The period in full: "mars 2024", "2024"."""
    return str(day.year) if grain == "year" else f"{MONTHS[day.month - 1]}{NBSP}{day.year}"


def period_short(day: date, grain: str) -> str:
    """The period where there is little room: "mar 24"."""
    return str(day.year) if grain == "year" else f"{MONTHS[day.month - 1][:3]} {day.year % 100:02d}"


def unit_and_way(measure: OwnMeasure) -> str:
    """What is counted and which way is better: "Ärenden, lägre är bättre."."""
    text = ", ".join(filter(None, (unit_of(measure), DIRECTION_WORDS[measure.direction])))
    return f"{text[:1].upper()}{text[1:]}."


def target_words(measure: OwnMeasure) -> str:
    """ "minst 80,0 procent", "högst 30 dagar"; "" without a target."""
    if measure.target is None:
        return ""
    least = {"high": "minst ", "low": "högst "}.get(measure.direction, "")
    return f"{least}{with_unit(target_number(measure), unit_of(measure))}"


def target_number(measure: OwnMeasure) -> str:
    """The target as it was set: whole where it is whole."""
    target = measure.target or 0.0
    return format_number(target, 0 if float(target).is_integer() else max(decimals_of(measure), 1))


def assurance_words(goal: Goal) -> str:
    """The goal's answer for a table: will be met, will be missed, left to chance."""
    if goal.doubt is Doubt.NO_TARGET:
        return "inget mål"
    return ASSURANCE_WORDS.get(goal.assurance, CANNOT)


def course_sentence(course: Course) -> str:
    """The newest value, and whether it is more than ordinary variation."""
    newest = course.newest
    if newest is None or newest.value is None:
        return "Inga värden finns att visa."
    when = period_label(newest.period, course.grain)
    value = format_own(newest.value, course.measure)
    said = f"Senast, {when}: {value}. {development_sentence(course)}"
    return f"{said} {hidden_words(course)}".strip()


def hidden_words(course: Course) -> str:
    """What it means that values are hidden; "" where none is."""
    if not course.hidden:
        return ""
    what = format_count(course.hidden, "värde är dolt", "värden är dolda")
    if course.development.answer is Answer.CANNOT_BE_JUDGED:
        return f"{what}."
    return f"{what}: ofta de minsta, så medelvärdet kan vara för högt."


def development_sentence(course: Course) -> str:
    found = course.development
    if found.answer is Answer.CANNOT_BE_JUDGED:
        return f"Utvecklingen kan inte bedömas: {doubt_words(course)}."
    if found.answer is Answer.NO_CERTAIN_DIFFERENCE:
        return _nothing_certain(found.doubt, course.grain) + _preliminary(found.doubt)
    why = SIGNAL_WORDS[found.signal].format(
        side="över" if _is_up(course) else "under", verb="ökat" if _is_up(course) else "minskat"
    )
    text = f"{why}: en säkerställd förändring {TENDENCY[found.answer]}."
    return text + _preliminary(found.doubt)


SIGNAL_WORDS: Mapping[Signal, str] = {
    Signal.OUTSIDE: "Det ligger {side} gränsen för den vanliga variationen",
    Signal.TREND: "Värdena har {verb} minst sju gånger i rad",
    Signal.TWO_OF_THREE: "Två av de tre senaste värdena ligger långt {side} medelvärdet, och alla "
    "tre på den sidan",
    Signal.SHIFT: "Minst sju värden i rad ligger {side} medelvärdet",
    Signal.NONE: "Värdena har {verb} mer än slumpen brukar ge",
}


def _is_up(course: Course) -> bool:
    up = Answer.BETTER if course.measure.direction == "high" else Answer.WORSE
    return course.development.answer in (Answer.HIGHER, up)


def _nothing_certain(doubt: Doubt, grain: str) -> str:
    if doubt is Doubt.UNEVEN:
        return "Värdena har svängt mer än slumpen brukar ge, men inte åt ett bestämt håll."
    if grain == "year":
        return "Ingen säker förändring: åren skiljer sig inte mer än slumpen kan ge."
    return "Ingen säker förändring: det ligger inom den vanliga variationen."


def _preliminary(doubt: Doubt) -> str:
    few = doubt is Doubt.PRELIMINARY
    return " Gränserna är preliminära: de bygger på färre än tolv värden." if few else ""


def doubt_words(course: Course) -> str:
    """Why a course cannot be judged."""
    found = course.development
    if found.doubt is Doubt.TOO_FEW_POINTS:
        since = " sedan gränserna började om" if any(e.rebase for e in course.events) else ""
        needed = FEWEST_YEARS if course.grain == "year" else FEWEST_POINTS
        shown = " som får visas" if course.hidden else ""
        return f"det finns {_values(found.points)}{shown}{since}, och det behövs minst {needed}"
    if found.doubt is Doubt.NO_VARIATION:
        return "värdet är detsamma hela tiden, så det finns ingen variation att mäta mot"
    return "det finns inga värden"


def _values(number: int) -> str:
    return format_count(number, "värde", "värden")


def goal_sentence(course: Course) -> str:
    """Whether the target will be met as things are; "" where there is none."""
    goal, target = course.goal, target_words(course.measure)
    if not target:
        return ""
    if goal.doubt is Doubt.NO_DIRECTION:
        return (
            f"Målet är {target}, men det är inte sagt vilket håll som är bra, "
            "så det kan inte bedömas om det nås."
        )
    if goal.low is None or goal.high is None:
        why = goal_doubt_words(course)
        return f"Om målet, {target}, kommer att nås kan inte bedömas: {why}.{_met(course)}"
    between = format_interval(goal.low, goal.high, decimals_of(course.measure))
    moving = goal.doubt is Doubt.MOVING
    by_chance = moving and goal.assurance is Assurance.INCONSISTENT
    sentence = CHANCE_SO_FAR if by_chance else GOAL_SENTENCES[goal.assurance]
    text = sentence.format(target=target, between=between)
    return f"{text}{_on_the_way(course) if moving else ''}{_met(course)}"


def _on_the_way(course: Course) -> str:
    """What a course on its way somewhere does to the answer of its goal."""
    better = course.development.answer is Answer.BETTER
    way = "rätt" if better else "fel"
    if course.goal.assurance is (Assurance.PASSES if better else Assurance.FAILS):
        return f" Värdena är dessutom på väg åt {way} håll."
    return f" Men värdena är på väg åt {way} håll, så det kan snart se annorlunda ut."


GOAL_SENTENCES: Mapping[Assurance, str] = {
    Assurance.PASSES: "Målet, {target}, kommer att nås så länge inget ändras: den vanliga "
    "variationen är {between}.",
    Assurance.FAILS: "Målet, {target}, kommer att missas så länge inget ändras: den vanliga "
    "variationen är {between} och når inte dit.",
    Assurance.INCONSISTENT: "Om målet, {target}, nås lämnas åt slumpen: den vanliga variationen "
    "är {between}, så det nås ibland och missas ibland utan att något har ändrats.",
}


CHANCE_SO_FAR = (
    "Om målet, {target}, nås lämnas åt slumpen, räknat på hela perioden: gränserna är {between}."
)


def goal_doubt_words(course: Course) -> str:
    if course.goal.doubt is Doubt.TOO_FEW_POINTS:
        known = course.development.points
        return f"det finns {_values(known)} att räkna gränser på, och det behövs {FEWEST_POINTS}"
    return doubt_words(course)


def _met(course: Course) -> str:
    """ " Hittills har det nåtts 5 av 12 månader." """
    goal = course.goal
    if not goal.counted:
        return ""
    singular, plural = PERIOD_WORDS[course.grain]
    counted = format_count(goal.counted, singular, plural)
    start = course.measure.target_from
    since = f"Sedan {period_label(start, 'month')}" if start else "Hittills"
    return f" {since} har det nåtts {format_number(goal.met)} av {counted}."


def since_words(course: Course) -> str:
    """The event that the level is compared across, in its own words."""
    return f"”{course.rebased.text}”" if course.rebased else "ändringen"


def level_sentence(level: LevelChange, measure: OwnMeasure, since: str) -> str:
    """The level since a day against before; `since` is "projektet startade" or an event."""
    when = f"{since} ({period_label(level.since, 'month')})"
    if level.before is None or level.after is None or level.answer is Answer.CANNOT_BE_JUDGED:
        return f"Vad som har hänt sedan {when} kan inte bedömas: {level_doubt_words(level)}."
    more = level_decimals(level, measure)
    before, after = format_number(level.before, more), format_own_mean(level.after, measure, more)
    start = f"Sedan {when} är medelvärdet {after} mot {before} före."
    if level.answer is Answer.NO_CERTAIN_DIFFERENCE:
        return f"{start} Skillnaden är inte större än att den kan bero på slumpen."
    low, high, difference = level.low or 0.0, level.high or 0.0, level.difference or 0.0
    nearest, farthest = sorted((abs(low), abs(high)))
    side = "högre" if difference > 0 else "lägre"
    size = format_own_difference(abs(difference), measure, more)
    between = format_interval(nearest, farthest, more)
    text = (
        f"{start} Det är {size} {side}; rimligt är {between}. Skillnaden är säkerställd, "
        f"{TENDENCY[level.answer]}."
    )
    earlier = " Men värdena gick åt samma håll redan före, så förändringen började tidigare."
    return text + (earlier if level.doubt is Doubt.ALREADY_MOVING else "")


def level_doubt_words(level: LevelChange) -> str:
    least = f"och det behövs minst {FEWEST_ON_EACH_SIDE} på var sida"
    if level.doubt is Doubt.NO_EARLIER:
        return "det finns inga värden från tiden före"
    if level.doubt is Doubt.TOO_FEW_EARLIER:
        return f"det finns {_values(level.n_before)} från tiden före, {least}"
    if level.doubt is Doubt.TOO_FEW_SINCE:
        return f"det finns {_values(level.n_after)} från tiden efter, {least}"
    return "värdet är detsamma hela tiden, så det finns ingen variation att mäta mot"


def courses_sentence(courses: Sequence[Course]) -> str:
    """Av 4 mått är det 1 som förbättras och 3 utan säker förändring. Av 2 mål ..."""
    if not courses:
        return ""
    if len(courses) == 1:
        (course,) = courses
        both = f"{course_sentence(course)} {goal_sentence(course)}".strip()
        return f"{course.measure.title}. {both}"
    answers = Counter(course.development.answer for course in courses)
    goals = goals_counted(courses)
    changed = trends_sentence(answers, "mått", "mått")
    number = sum(course.goal.doubt is not Doubt.NO_TARGET for course in courses)
    if number == 1:
        return f"{changed} Målet {goals.removeprefix('1 ')}."
    return f"{changed} Av {format_count(number, 'mål', 'mål')}: {goals}." if goals else changed


def nothing_certain(courses: Sequence[Course]) -> str:
    """Where there is nothing certain to tell: whether anything could be judged at all."""
    if any(course.development.answer is not Answer.CANNOT_BE_JUDGED for course in courses):
        return "Inget har ändrats så mycket att det är mer än slump."
    return "Det finns inte underlag nog för att bedöma något mått än."


def goals_counted(courses: Sequence[Course]) -> str:
    """ "1 kommer att nås, 2 lämnas åt slumpen"; "" without goals."""
    words = Counter(
        assurance_words(course.goal)
        for course in courses
        if course.goal.doubt is not Doubt.NO_TARGET
    )
    order = (*ASSURANCE_WORDS.values(), CANNOT)
    return format_list([f"{words[word]} {word}" for word in order if words[word]])


def sure_sentence(course: Course, since: str) -> str:
    """The title with what is certain of it: a change, a new level, or what a goal can expect."""
    changed = course.development.answer in TENDENCY
    said = [course_sentence(course)] if changed else []
    if course.goal.assurance is not Assurance.NONE:
        said.append(goal_sentence(course))
    level = course.level
    if level is not None and level.answer in TENDENCY and not changed:
        said.append(level_sentence(level, course.measure, since))
    return f"{course.measure.title}: {' '.join(said)}" if said else ""


def measure_questions(course: Course) -> list[str]:
    """What the result of a measure makes one ask."""
    title, asked = f"”{course.measure.title}”", []
    goal, answer = course.goal, course.development.answer
    if goal.assurance is Assurance.FAILS:
        asked.append(
            f"Målet för {title} nås inte som arbetet går nu. "
            "Vad behöver ändras, arbetet eller målet?"
        )
    if goal.assurance is Assurance.INCONSISTENT and goal.doubt is not Doubt.MOVING:
        asked.append(
            f"Målet för {title} nås ibland, av en slump. "
            "Vad skulle minska svängningarna eller flytta hela nivån?"
        )
    if answer is Answer.WORSE:
        asked.append(f"{title} har försämrats mer än slumpen ger. När märkte ni det, och var?")
    elif answer is Answer.BETTER:
        asked.append(
            f"{title} har förbättrats. Stämmer det med vad ni ser, och hur håller ni i det?"
        )
    elif answer in (Answer.HIGHER, Answer.LOWER):
        way = "ökat" if answer is Answer.HIGHER else "minskat"
        asked.append(f"{title} har {way}. Är det en följd av något ni har bestämt?")
    if answer in TENDENCY and course.grain == "month":
        asked.append(f"Har något hänt som gör att gränserna för {title} bör börja om?")
    return asked


def earlier_question(courses: Sequence[Course]) -> str:
    """Asked once, however many measures lack values from before."""
    missing = [
        course.measure.title
        for course in courses
        if course.level and course.level.doubt in (Doubt.NO_EARLIER, Doubt.TOO_FEW_EARLIER)
    ]
    titles = format_list([f"”{title}”" for title in missing])
    return f"Går det att få fram värden från tiden före för {titles}?" if missing else ""

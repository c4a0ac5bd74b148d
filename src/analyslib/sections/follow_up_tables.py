"""The tables of the individual follow-up. Every number of persons names the released cell it is."""

from __future__ import annotations

from collections.abc import Sequence

from analyslib.analysis.follow_up import is_high_better
from analyslib.analysis.follow_up_results import answer_change
from analyslib.analysis.results import Answer
from analyslib.disclosure.released import TOTAL
from analyslib.sections.follow_up_material import NEVER, FollowUpMaterial, area_label, with_interval
from analyslib.tables import Cell, Table, answer_cell, derived_cell, header_cell, text_cell
from analyslib.text.follow_up import (
    CLASS_WORDS,
    class_words,
    lost_words,
    shift_words,
    svensson_words,
)
from analyslib.text.formats import NBSP, format_interval, format_list, format_number
from analyslib.text.words import HIDDEN_WORD


PAIRS = "mätta par"
RELIABLE = {"better": "reliably_better", "worse": "reliably_worse"}
SVENSSON_NOTE = (
    "Visas för grupper med minst tjugo mätta där inget antal är dolt; annars visas länet. "
    "Typisk förändring är efter minus före (Hodges–Lehmann)."
)


def source_of(material: FollowUpMaterial, with_county: bool = False) -> str:
    name = material.place.name
    where = f"verksamhetssystemen i {name} och länets andra kommuner"
    where = where if with_county else f"verksamhetssystemet i {name}"
    rounded = f" Talen för {name} är avrundade." if material.is_rounded else ""
    return f"Källa: uttag ur {where}, egen bearbetning.{rounded}"


def classes_table(material: FollowUpMaterial, theme: str, caption: str, what: str) -> Table | None:
    """One row per service area and class: how many, and the share of all in the service area."""
    rows = [
        (
            header_cell(area_label(area)),
            text_cell(class_words(theme, name)),
            material.cell(theme, area, name),
            text_cell(material.share(theme, area, name)),
        )
        for area in material.areas
        for name in _ordered(theme, material.classes(theme, area))
    ]
    if not rows:
        return None
    return Table(
        caption,
        ("Verksamhet", what, "Antal", "Andel (osäkerhet)"),
        tuple(rows),
        note="Osäkerheten är 95-procentig.",
        source_line=source_of(material),
    )


def _ordered(theme: str, names: Sequence[str]) -> list[str]:
    """In the order of the words, where there is one; else as people sort."""
    order = [*class_order(theme)]
    known = [name for name in order if name in names]
    return known + sorted(name for name in names if name not in order)


def class_order(theme: str) -> tuple[str, ...]:
    return tuple(CLASS_WORDS.get(theme, {}))


def wide_table(
    material: FollowUpMaterial, theme: str, caption: str, shared: Sequence[str], note: str = ""
) -> Table:
    """One row per service area (and all together), one column per class; the shares of those in
    `shared`, and the county's of the first."""
    names = class_order(theme)
    subjects = [*material.areas] if material.area else [*material.areas, TOTAL]
    rows = []
    for subject in subjects:
        counts = [material.cell(theme, subject, name) for name in names]
        own = [text_cell(material.share(theme, subject, name)) for name in shared]
        county = [text_cell(material.share(theme, subject, name, TOTAL)) for name in shared[:1]]
        title = "Alla verksamheter" if subject == TOTAL else area_label(subject)
        rows.append((header_cell(title), *counts, *own, *county))
    words = [class_words(theme, name) for name in names]
    columns = (
        "Verksamhet",
        *(word[:1].upper() + word[1:] for word in words),
        *(f"Andel {class_words(theme, name)}" for name in shared),
        *(f"Länet, andel {class_words(theme, name)}" for name in shared[:1]),
    )
    return Table(caption, columns, tuple(rows), note, source_of(material, with_county=True))


# --- before and after


def change_counts(
    material: FollowUpMaterial, subject: str, place: str = ""
) -> tuple[int | None, int | None, int | None]:
    """Better, same, worse; None where hidden. What is reliably better is better too."""
    found = []
    for name in ("better", "same", "worse"):
        number = material.count("forandring", subject, f"{name}_all", place)
        if number == NEVER:
            number = material.count("forandring", subject, name, place)
        found.append(0 if number == NEVER else number)
    return found[0], found[1], found[2]


def change_answer(material: FollowUpMaterial, subject: str, place: str = "") -> Answer:
    """Is it more than chance? Of rounded numbers nothing can be said: no test reckons with that."""
    if material.is_rounded and not place:
        return Answer.CANNOT_BE_JUDGED
    better, _, worse = change_counts(material, subject, place)
    return answer_change(better, worse)


def change_table(material: FollowUpMaterial) -> Table:
    rows = [_change_row(material, s, material.subject_label(s)) for s in material.subjects]
    if not material.area:
        rows.append(_pooled_row(material))
    return Table(
        f"Före och efter i {material.place.name}",
        (
            *("Mått", "Mätta", "Bättre", "Oförändrat", "Sämre"),
            *("Andel bättre (osäkerhet)", "Länet, andel bättre", "Svar"),
        ),
        tuple(rows),
        note="Svaret jämför dem som har fått det bättre med dem som har fått det sämre "
        "(teckentest). Med färre än sex förändrade går det inte att bedöma. Bland alla mått "
        "tillsammans kan samma ärende finnas flera gånger, så där ges inget svar.",
        source_line=source_of(material, with_county=True),
    )


def _change_row(material: FollowUpMaterial, subject: str, label: str) -> tuple[Cell, ...]:
    measured = material.value("forandring", subject, TOTAL, "measured")
    return (
        header_cell(label),
        measured_cell(measured),
        *(_change_cell(material, subject, name) for name in ("better", "same", "worse")),
        text_cell(material.share("forandring", subject, "better")),
        text_cell(material.share("forandring", subject, "better", TOTAL)),
        answer_cell(change_answer(material, subject)),
    )


def measured_cell(measured: float | None) -> Cell:
    """How many were measured twice; hidden where anything of it is."""
    if measured is None:
        return Cell(HIDDEN_WORD, derived=PAIRS)
    return derived_cell(measured, PAIRS)


def _pooled_row(material: FollowUpMaterial) -> tuple[Cell, ...]:
    """All measures together: the same case may be there twice, so nothing is judged."""
    row = _change_row(material, TOTAL, "Alla mått tillsammans")
    own, county = (
        material.value("forandring", TOTAL, "better", "share", place) for place in ("", TOTAL)
    )
    shares = [text_cell(with_interval(value, None, None)) for value in (own, county)]
    return (*row[:5], *shares, text_cell("–"))


def _change_cell(material: FollowUpMaterial, subject: str, name: str) -> Cell:
    whole = f"{name}_all"
    if name in RELIABLE and material.count("forandring", subject, whole) != NEVER:
        return material.cell("forandring", subject, whole)
    return material.cell("forandring", subject, name)


def reliable_table(material: FollowUpMaterial) -> Table | None:
    """Changes larger than the error of measurement, for measures where that is known."""
    rows = [
        (
            header_cell(material.subject_label(subject)),
            material.cell("forandring", subject, "reliably_better"),
            material.cell("forandring", subject, "reliably_worse"),
            text_cell(material.share("forandring", subject, "reliably_better")),
        )
        for subject in material.subjects
        if material.measures[subject.split("/")[1]].offers_reliable_change
    ]
    if not rows:
        return None
    return Table(
        "Förändringar som är större än måttets mätfel",
        ("Mått", "Säkert bättre", "Säkert sämre", "Andel säkert bättre (osäkerhet)"),
        tuple(rows),
        source_line=source_of(material),
    )


def svensson_table(material: FollowUpMaterial) -> Table | None:
    """Svensson's measures of the municipality, or of the county where it is too small."""
    rows = []
    for subject in material.subjects:
        for place, name in ((material.place.code, material.place.name), (TOTAL, "länet")):
            row = _svensson_row(material, subject, place, name)
            if row is not None:
                rows.append(row)
                break
    if not rows:
        return None
    return Table(
        "Gruppens förskjutning och personernas variation",
        (
            *("Mått", "Gäller", "Gemensam förskjutning (osäkerhet)", "Individuell variation"),
            *("Typisk förändring i måttets enhet", "I ord"),
        ),
        tuple(rows),
        note=" ".join(filter(None, (SVENSSON_NOTE, _lower_is_better(material)))),
        source_line=source_of(material, with_county=True),
    )


def _lower_is_better(material: FollowUpMaterial) -> str:
    """Which measures a minus sign is good news for."""
    names = dict.fromkeys(
        measure.title
        for subject in material.subjects
        for _, name, part in [subject.split("/")]
        if not is_high_better(measure := material.measures[name], part)
    )
    return f"Lägre är bättre för {format_list(list(names))}." if names else ""


def _svensson_row(
    material: FollowUpMaterial, subject: str, place: str, name: str
) -> tuple[Cell, ...] | None:
    names = ("rp", "rp_low", "rp_high", "rv", "shift", "shift_low", "shift_high")
    found = {n: material.value("forandring", subject, TOTAL, n, place) for n in names}
    rp, low, high, rv = (found[n] for n in names[:4])
    if rp is None or low is None or high is None or rv is None:
        return None
    interval = format_interval(low, high, 2)
    shown = f"{format_number(rp, 2, sign=True)} ({interval})".replace(" ", NBSP)
    return (
        header_cell(material.subject_label(subject)),
        text_cell(name),
        text_cell(shown),
        derived_cell(rv, "RV", 1),
        text_cell(shift_words(found["shift"], found["shift_low"], found["shift_high"])),
        text_cell(svensson_words(rp, low, high)),
    )


def lost_table(material: FollowUpMaterial) -> Table:
    """Expected, measured, lost; what it could mean at worst and at best; how the lost differed."""
    subjects = [*material.subjects] if material.area else [*material.subjects, TOTAL]
    rows = []
    for subject in subjects:
        worst = material.value("forandring", subject, "better", "worst")
        best = material.value("forandring", subject, "better", "best")
        bounds = (
            "–" if worst is None or best is None else f"{format_interval(worst, best, 0)}{NBSP}%"
        )
        smd = material.value("forandring", subject, TOTAL, "smd")
        label = "Alla mått tillsammans" if subject == TOTAL else material.subject_label(subject)
        rows.append(
            (
                header_cell(label),
                material.cell("forandring", subject, TOTAL),
                material.cell("forandring", subject, "missing"),
                text_cell(material.share("forandring", subject, "missing")),
                text_cell(bounds),
                text_cell("–" if subject == TOTAL else lost_words(smd)),
            )
        )
    return Table(
        f"Vilka som inte mättes vid avslutet i {material.place.name}",
        (
            *("Mått", "Avslutade ärenden", "Saknar mätning", "Andel som saknas (osäkerhet)"),
            *("Andel bättre om alla var med: lägst till högst", "De som mättes, mot de saknade"),
        ),
        tuple(rows),
        note="Lägst: ingen av de saknade har fått det bättre. Högst: alla har det.",
        source_line=source_of(material),
    )


# --- how long, and back again


def duration_table(material: FollowUpMaterial) -> Table:
    subjects = [*material.areas] if material.area else [*material.areas, TOTAL]
    rows = []
    for subject in subjects:
        title = "Alla verksamheter" if subject == TOTAL else area_label(subject)
        cells = [
            text_cell(left_words(material, subject, months, place))
            for place in ("", TOTAL)
            for months in (6, 12)
        ]
        rows.append((header_cell(title), *cells))
    return Table(
        "Andel av ärendena som fortfarande pågår (osäkerhet inom parentes)",
        (
            *("Verksamhet", "Efter ett halvår", "Efter ett år"),
            *("Länet, efter ett halvår", "Länet, efter ett år"),
        ),
        tuple(rows),
        note="Pågående ärenden räknas med så länge de har följts (livstabell).",
        source_line=source_of(material, with_county=True),
    )


def left_words(material: FollowUpMaterial, subject: str, months: int, place: str = "") -> str:
    found = [
        material.value("tid", subject, TOTAL, f"left_{months}{suffix}", place)
        for suffix in ("", "_low", "_high")
    ]
    return with_interval(found[0], found[1], found[2])


def women_men_table(material: FollowUpMaterial) -> Table:
    """Women and men of the municipality, by service area."""
    return wide_table(
        material, "kon", f"Kvinnor och män bland de avslutade i {material.place.name}", ("K",)
    )

"""The report on the individual follow-up of one municipality: one section per question.

The questions are those of the national list: who are they, what do they get, has the situation
changed, are the goals reached, what do they think, do women and men differ. The report never says
why, and it has nothing but protected numbers to say it with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from html import escape

import numpy as np

from analyslib.analysis.process_control import Xmr, xmr
from analyslib.analysis.results import Answer
from analyslib.disclosure.hidden_shares import PAGE
from analyslib.disclosure.released import TOTAL
from analyslib.figures.change import ChangeRow, ForestRow, draw_changes, draw_forest
from analyslib.figures.courses import StepCurve, draw_control_chart, draw_survival
from analyslib.figures.inputs import Place
from analyslib.sections.badges import mark_revised
from analyslib.sections.follow_up_material import (
    FollowUpMaterial,
    area_label,
    published_return,
    read_follow_up,
)
from analyslib.sections.follow_up_tables import (
    change_answer,
    change_counts,
    change_table,
    classes_table,
    duration_table,
    lost_table,
    reliable_table,
    source_of,
    svensson_table,
    wide_table,
    women_men_table,
)
from analyslib.sections.parts import (
    Html,
    Shown,
    about_follow_up,
    box,
    bullets,
    heading,
    join,
    paragraph,
)
from analyslib.tables import Cell, Table, header_cell, raw_cell
from analyslib.text.follow_up import (
    ENDINGS_NOTE,
    NEEDS,
    NEWER_WAITS,
    REGRESSION,
    SVENSSON,
    THEME_TITLES,
    TWO_SEXES,
    answers_line,
    basis_sentence,
    change_sentence,
    days_words,
    difference_answer,
    hidden_explanation,
    rounded_explanation,
)
from analyslib.text.formats import format_date, format_percent
from analyslib.text.hidden_words import hidden_sentence, much_hidden_sentence


FEWEST_QUARTERS = 8
MUCH_LOST = 40.0


def about_people(*parts: Shown | None, where: str = "") -> Html:
    """What is said of individuals, marked so that the last check can hold every number of it.

    `where`: the municipality's code, for the check that the page is about the right place also
    where everything is hidden and there is no picture that says so."""
    place = f' data-municipality="{where}"' if where else ""
    return Html(f'<div data-about="individer"{place}>{join(parts).html}</div>')


def made_anew(
    section: Callable[[FollowUpReport], Shown | None],
) -> Callable[[FollowUpReport], Html | None]:
    """The section, marked so that the last check can make it anew and compare."""

    @wraps(section)
    def marked(report: FollowUpReport) -> Html | None:
        return about_follow_up(report.place.code, report.material.area, section(report))

    return marked


@dataclass(frozen=True)
class FollowUpReport:
    """What has happened to those who have had support, how sure that is, what to talk about."""

    material: FollowUpMaterial
    meeting: str

    @property
    def place(self) -> Place:
        return Place(self.material.place.code, self.material.place.name)

    @property
    def county(self) -> str:
        return self.material.place.county_name

    @cached_property
    def answers(self) -> dict[str, Answer]:
        return {
            subject: change_answer(self.material, subject) for subject in self.material.subjects
        }

    def nothing(self) -> Html:
        """What stands in every section where the municipality has delivered nothing."""
        return box("notis", paragraph(f"{self.place.name} har inte lämnat något uttag."))

    @made_anew
    def summary(self) -> Shown:
        """What the report rests on, what stands out, and what to talk about."""
        if not self.material.has_delivered:
            return self._invitation()
        found = self.material
        ended = found.count("underlag", found.area or TOTAL, TOTAL)
        counts = Counter(self.answers.values())
        certain = self._certain_changes()
        basis = basis_sentence(
            self.place.name, ended, found.years, len(found.areas), found.is_rounded
        )
        return join(
            [
                about_people(
                    box(
                        "sammanfattning",
                        heading("Det viktigaste", 3),
                        paragraph(basis),
                        paragraph(self._rounded_words()),
                        paragraph(answers_line(counts) if counts else ""),
                        paragraph("Säkerställda förändringar:" if certain else ""),
                        bullets(certain),
                    ),
                    where=self.place.code,
                ),
                box("fragor", heading("Att tala om", 3), bullets(self.questions())),
            ]
        )

    def _rounded_words(self) -> str:
        if not self.material.is_rounded:
            return ""
        return rounded_explanation(self.place.name, self.material.threshold)

    def _invitation(self) -> Shown:
        """A figure without a picture, so that the page is about the right place."""
        name = escape(self.place.name)
        return Html(
            f'<figure class="notis" data-municipality="{self.place.code}"><figcaption>{name} har '
            "inte lämnat något uttag. Mallen och en beskrivning av hur den fylls i finns hos den "
            "som håller i nätverket. Tills dess visar sidan bara frågorna."
            "</figcaption></figure>"
        )

    def _certain_changes(self) -> list[str]:
        certain = [
            s for s, answer in self.answers.items() if answer in (Answer.BETTER, Answer.WORSE)
        ]
        return [sentence for subject in certain if (sentence := self._change_sentence(subject))]

    def _change_sentence(self, subject: str) -> str:
        found = self.material
        better, _, worse = change_counts(found, subject)
        measured = found.value("forandring", subject, TOTAL, "measured")
        if better is None or worse is None:
            return ""
        of = None if measured is None else int(measured)
        label = found.subject_label(subject, with_area=True)
        return change_sentence(self.answers[subject], label, better, worse, of)

    def questions(self) -> list[str]:
        """Questions that the results raise, for the team to answer: the page cannot."""
        asked = []
        if any(answer is Answer.WORSE for answer in self.answers.values()):
            asked.append(
                "Vad kan ligga bakom att fler har fått det sämre? Gäller det någon viss grupp?"
            )
        if any(answer is Answer.BETTER for answer in self.answers.values()):
            asked.append("Stämmer bilden av förbättring med det ni själva ser i ärendena?")
        lost = self.material.value("forandring", TOTAL, "missing", "share")
        if lost is None or lost >= MUCH_LOST:
            asked.append("Vad skulle göra det lättare att mäta även när insatsen avslutas?")
        asked.append("Vilka personer syns inte i de här siffrorna?")
        asked.append("Vad vill ni veta som uppgifterna inte svarar på?")
        return asked

    @made_anew
    def guide(self) -> Shown:
        """How to read the page."""
        hidden = hidden_explanation(self.material.threshold)
        return join([paragraph(hidden), paragraph(TWO_SEXES)])

    @made_anew
    def basis(self) -> Shown:
        """What has been delivered, and how much of the service it covers."""
        if not self.material.has_delivered:
            return self.nothing()
        row = self.material.delivery
        covered = row["coverage"]
        lines = [f"Uttaget gjordes den {format_date(str(row['extraction_date'])[:10])}."]
        if covered == covered:
            lines.append(
                f"Det omfattar ungefär {format_percent(float(covered), 0)} av dem som verksamheten "
                "uppger att den har haft under perioden."
            )
        newer = row.get("newer")
        if newer is not None and newer == newer:
            lines.append(NEWER_WAITS.format(day=format_date(str(newer)[:10])))
        delivered = about_people(self._delivered_table())
        return join([paragraph(" ".join(lines)), delivered, self._hidden_words()])

    def _hidden_words(self) -> Shown | None:
        """How much of what the page rests on is hidden, and what the facilitator can do."""
        found, area = self.material, self.material.area or TOTAL
        said = found.value(PAGE, area, TOTAL, "said")
        if said is None:
            return None
        hidden = found.value(PAGE, area, TOTAL, "hidden")
        themes = [t for t in THEME_TITLES if found.value(t, area, TOTAL, "much_hidden") is not None]
        return join(
            [
                about_people(paragraph(hidden_sentence(self.place.name, hidden, said))),
                paragraph(much_hidden_sentence(themes)),
            ]
        )

    def _delivered_table(self) -> Table:
        found = self.material
        subjects = [*found.areas] if found.area else [*found.areas, TOTAL]
        rows = tuple(
            (
                header_cell("Alla verksamheter" if s == TOTAL else area_label(s)),
                found.cell("underlag", s, TOTAL),
                found.cell("underlag", s, TOTAL, TOTAL),
            )
            for s in subjects
        )
        return Table(
            f"Avslutade ärenden bland dem som började {found.years[0]}–{found.years[-1]}",
            ("Verksamhet", self.place.name, self.county),
            rows,
            source_line=source_of(found),
        )

    @made_anew
    def target_group(self) -> Shown:
        """Who they are and what they need."""
        if not self.material.has_delivered:
            return self.nothing()
        name = self.place.name
        reasons = classes_table(self.material, "orsak", f"Orsaker till ärendet i {name}", "Orsak")
        hidden = paragraph("Orsakerna går inte att visa: varje orsak gäller för få ärenden.")
        return join(
            [
                heading("Vilka de är", 3),
                about_people(
                    women_men_table(self.material),
                    classes_table(self.material, "alder", f"Åldersgrupper i {name}", "Åldersgrupp"),
                ),
                heading("Vilka behov de har", 3),
                paragraph(NEEDS),
                about_people(reasons or hidden),
            ]
        )

    @made_anew
    def interventions(self) -> Shown:
        """What they get, how it ends, how long it takes, how many new there are."""
        if not self.material.has_delivered:
            return self.nothing()
        name = self.place.name
        return join(
            [
                about_people(
                    classes_table(self.material, "insats", f"Insatser i {name}", "Insats")
                ),
                heading("Hur ärendena avslutas", 3),
                about_people(
                    wide_table(
                        self.material,
                        "avslut",
                        f"Hur ärendena avslutades i {name}",
                        ("plan",),
                        ENDINGS_NOTE,
                    )
                ),
                heading("Hur länge insatserna pågår", 3),
                about_people(
                    self._duration_picture(),
                    paragraph(self._half_words()),
                    duration_table(self.material),
                ),
                heading("Nya ärenden", 3),
                about_people(self._inflow_picture()),
            ]
        )

    def _half_words(self) -> str:
        subject = self.material.area or TOTAL
        found = [self.material.value("tid", subject, TOTAL, name) for name in ("left_6", "left_12")]
        return days_words(found[0], found[1])

    def _duration_picture(self) -> Shown | None:
        subject = self.material.area or TOTAL
        places = ((self.place.name, self.place.code), (self.county, TOTAL))
        curves = [self._curve(label, subject, code) for label, code in places]
        drawn = [curve for curve in curves if curve is not None]
        if not drawn:
            return None
        what = area_label(subject) if self.material.area else "alla verksamheter"
        none = f"För {self.place.name} visas ingen kurva: talen är dolda, eller för få är kvar."
        return draw_survival(
            self.place,
            drawn,
            f"Ärenden som fortfarande pågår, {what.lower()}",
            source_of(self.material, with_county=True),
            caption="" if curves[0] else none,
            key="kvar-i-insats",
        )

    def _curve(self, label: str, subject: str, place: str) -> StepCurve | None:
        shares = [
            self.material.value("tid", subject, TOTAL, name, place)
            for name in ("left_6", "left_12")
        ]
        if shares[0] is None or shares[1] is None:
            return None
        return StepCurve(label, (0, 6, 12), (1.0, shares[0] / 100, shares[1] / 100))

    def _inflow_picture(self) -> Shown | None:
        """New cases quarter by quarter: is it more than it usually varies?"""
        if self.material.area:
            return paragraph("Nya ärenden per kvartal visas för alla verksamheter tillsammans.")
        quarters = sorted(q for q in self.material.classes("inflode", TOTAL) if "K" in q)
        counts = [self.material.count("inflode", TOTAL, quarter) for quarter in quarters]
        values = np.array([np.nan if count is None else float(count) for count in counts])
        if np.isfinite(values).sum() < FEWEST_QUARTERS or not np.isfinite(values[-1]):
            return paragraph("De nya ärendena per kvartal är för få för att visas.")
        labels = [f"{quarter[:4]} kv {quarter[-1]}" for quarter in quarters]
        has_gaps = not np.isfinite(values).all()
        return draw_control_chart(
            self.place,
            labels,
            _rounded(xmr(values)),
            f"Nya ärenden per kvartal i {self.place.name}",
            source_of(self.material),
            what="nya ärenden",
            caption="Kvartal utan punkt är dolda." if has_gaps else "",
            key="nya-arenden",
        )

    @made_anew
    def change(self) -> Shown:
        """Better, same and worse; Svensson; what is more than noise; a caution, always."""
        caution = box("notis", heading("Läs med försiktighet", 3), paragraph(REGRESSION))
        if not self.material.has_delivered:
            return join([self.nothing(), caution])
        table = svensson_table(self.material)
        return join(
            [
                about_people(
                    self._change_picture(),
                    change_table(self.material),
                    reliable_table(self.material),
                ),
                caution,
                heading("Gruppen och den enskilda", 3),
                paragraph(SVENSSON),
                about_people(table)
                if table
                else paragraph("För få är mätta för den uppdelningen."),
            ]
        )

    def _change_picture(self) -> Shown | None:
        found = self.material
        cases, pairs = ("ärende", "ärenden"), ("mätning", "mätningar")
        rows = [
            ChangeRow(found.subject_label(subject), *change_counts(found, subject), cases)
            for subject in found.subjects
        ]
        if not found.area:
            rows.append(ChangeRow("Alla mått tillsammans", *change_counts(found, TOTAL), pairs))
        shown = [row for row in rows if row.known]
        if not shown:
            return paragraph("Alla förändringar gäller för få ärenden för att visas.")
        title = f"Före och efter insats i {self.place.name}"
        hidden = "De mått som saknas i figuren är dolda: de gäller för få ärenden."
        caption = hidden if len(shown) < len(rows) else "Ett ärende är en person i en verksamhet."
        return draw_changes(self.place, shown, title, source_of(found), caption)

    @made_anew
    def goals(self) -> Shown:
        """Are the goals reached?"""
        if not self.material.has_delivered:
            return self.nothing()
        title = f"Har målet nåtts? {self.place.name}"
        return about_people(wide_table(self.material, "mal", title, ("helt", "delvis")))

    @made_anew
    def opinions(self) -> Shown:
        """What do they think themselves?"""
        if not self.material.has_delivered:
            return self.nothing()
        note = "Andelen räknas på alla avslutade ärenden, också de utan svar."
        title = f"Hur nöjda är brukarna? {self.place.name}"
        return about_people(
            wide_table(self.material, "nojdhet", title, ("nojd", "ej_svarat"), note)
        )

    @made_anew
    def women_and_men(self) -> Shown | None:
        """Do results differ? In the county, since a municipality is too small to tell."""
        rows = [
            *self._differences("kon_forandring", self.material.subjects, "better"),
            *self._differences("kon_mal", self.material.areas, "helt"),
            *self._differences("kon_nojdhet", self.material.areas, "nojd"),
        ]
        why = (
            "I en enskild kommun är kvinnorna eller männen oftast för få för att jämföra resultat. "
            "Därför visas länets kommuner tillsammans."
        )
        if not rows:
            return paragraph("För få kvinnor eller män för att jämföra.")
        picture = draw_forest(
            Place("", self.county),
            rows,
            f"Kvinnor jämfört med män i {self.county}",
            f"Källa: uttag från kommunerna i {self.county}, egen bearbetning.",
            "kvinnors andel minus mäns, procentenheter",
            0,
            caption=_difference_words(rows, self.county),
            key="kvinnor-och-man",
        )
        return join([paragraph(why), about_people(picture)])

    def _differences(self, theme: str, subjects: tuple[str, ...], name: str) -> list[ForestRow]:
        words = {"kon_forandring": "bättre", "kon_mal": "målet nått", "kon_nojdhet": "nöjda"}
        rows = []
        for subject in subjects:
            stats = [
                self.material.value(theme, subject, name, f"difference{suffix}", TOTAL)
                for suffix in ("", "_low", "_high")
            ]
            value, low, high = stats
            if value is None or low is None or high is None:
                continue
            measured = theme == "kon_forandring"
            label = self.material.subject_label(subject) if measured else area_label(subject)
            answer = difference_answer(low, high)
            rows.append(ForestRow(f"{label}: {words[theme]}", value, low, high, None, answer))
        return rows

    @made_anew
    def returns(self) -> Shown:
        """Who came back within a year, beside what the municipality has published itself."""
        if not self.material.has_delivered:
            return self.nothing()
        note = (
            "Samma regel som i Kommunens kvalitet i korthet (KKiK), men för alla halvår som har "
            "följts ett helt år: en ny formell utredning eller ett nytt ärende inom ett år "
            "efter att allt avslutades. En person räknas en gång per halvår."
        )
        title = f"Tillbaka inom ett år i {self.place.name}"
        table = wide_table(self.material, "aterkomst", title, ("borta",), note)
        return join([about_people(table), self._kkik_table()])

    def _kkik_table(self) -> Table | Html | None:
        """The same cohort and rule as the published key figure, and that figure."""
        found = self.material
        published = published_return(found)
        indicator = found.returns_indicator
        if published is None or indicator is None or found.area not in ("", "ek_bistand"):
            return None
        year, value, status = published
        half = "första halvåret"
        rows = (
            (
                header_cell(f"Kolada {year}, avslutade {half} {year - 1}"),
                raw_cell(indicator, self.place.code, year, "T", value, status),
            ),
            (
                header_cell(f"Uttaget, avslutade {half} {found.facts['kkik'][:4]}"),
                Cell(found.share("kkik_aterkomst", "ek_bistand", "borta"), people=True),
            ),
        )
        table = Table(
            f"{indicator.short}: uttaget bredvid det publicerade",
            ("Uppgift", "Andel som inte kom tillbaka, procent"),
            rows,
            note="Kommunens egen mätning ligger bakom det publicerade värdet; den kan ha andra "
            "avgränsningar än uttaget.",
            source_line="Källa: Kolada; uttaget är egen bearbetning.",
        )
        return mark_revised(table, found.revised)

    @made_anew
    def lost(self) -> Shown:
        """Whom nothing is known of, and what that could mean."""
        if not self.material.has_delivered:
            return self.nothing()
        return about_people(lost_table(self.material))

    def sections(self) -> list[Html | None]:
        """All that a page can show of the report."""
        return [
            *(self.summary(), self.guide(), self.basis(), self.target_group()),
            *(self.interventions(), self.change(), self.lost(), self.goals(), self.opinions()),
            *(self.women_and_men(), self.returns()),
        ]


def _rounded(chart: Xmr) -> Xmr:
    """The limits as they were released, to one decimal."""
    return replace(
        chart, mean=chart.mean.round(1), low=chart.low.round(1), high=chart.high.round(1)
    )


def _difference_words(rows: list[ForestRow], county: str) -> str:
    certain = [row.label for row in rows if row.answer is not Answer.NO_CERTAIN_DIFFERENCE]
    if not certain:
        return f"I {county} finns ingen säker skillnad mellan kvinnor och män i något av måtten."
    return f"Säker skillnad mellan kvinnor och män i {county}: {'; '.join(certain)}."


def follow_up_report(
    municipality: str, service_area: str = "", meeting: str = "", data: str = "demo"
) -> FollowUpReport:
    """The report of a municipality (code or name); `service_area` "" for all of them."""
    return FollowUpReport(read_follow_up(municipality, service_area, data), meeting)

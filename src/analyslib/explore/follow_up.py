"""The individual follow-up for the analyst: every row, nothing hidden, and stamped because of it.

The same counting and the same drawing functions as the report, on the analyst's own database. What
comes out bears the stamp, and the renderer refuses a page that does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analyslib.analysis.attrition import bound_share, summarise_attrition
from analyslib.analysis.follow_up import FollowUp, build_follow_up, is_high_better
from analyslib.analysis.follow_up_levels import (
    compare_limits,
    compare_with_regression,
    count_clinical,
    summarise_goal_attainment,
)
from analyslib.analysis.follow_up_results import answer_change
from analyslib.analysis.outcomes import (
    Marginal,
    compare_margins,
    summarise_change,
    transition_matrix,
)
from analyslib.analysis.process_control import xmr
from analyslib.analysis.statistics import wilson
from analyslib.analysis.svensson import summarise_svensson
from analyslib.analysis.time_to_event import (
    Z95,
    Survival,
    compare_survival,
    estimate_survival,
)
from analyslib.catalogue import find_municipality, load_catalogue
from analyslib.disclosure.released import WORKING_MATERIAL
from analyslib.errors import Fault, UsageError
from analyslib.figures.change import ChangeRow, draw_changes, draw_transitions
from analyslib.figures.courses import StepCurve, draw_control_chart, draw_survival
from analyslib.figures.inputs import Place
from analyslib.measures import Measure, load_measures
from analyslib.sections.parts import Html, Shown, join
from analyslib.store.connection import open_store, run_query
from analyslib.text.follow_up import THEME_TITLES
from analyslib.text.formats import format_interval, format_number
from analyslib.text.words import ANSWER_WORDS
from analyslib.workspace import find_workspace


MONTH = 365.25 / 12
MONTHS = tuple(float(month) for month in range(0, 25, 2))
MOST_LEVELS = 11
SOURCE = f"Källa: uttag, egen bearbetning. {WORKING_MATERIAL}."


@dataclass(frozen=True)
class IndividualFollowUp:
    """Cases, insatser, pairs of measurements and closings, and what can be asked of them.

    `place` is "" for all municipalities together; `folder` is where the database lies.
    """

    found: FollowUp
    place: Place
    folder: Path

    @property
    def cases(self) -> pd.DataFrame:
        return self._own(self.found.cases)

    @property
    def pairs(self) -> pd.DataFrame:
        return self._own(self.found.pairs)

    @property
    def closings(self) -> pd.DataFrame:
        return self._own(self.found.closings)

    def _own(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[rows["municipality"] == self.place.code] if self.place.code else rows

    @cached_property
    def measures(self) -> dict[str, Measure]:
        return load_measures()

    def changes(self) -> Html:
        """Better, same and worse for every measure."""
        counts = self.pairs.groupby([*MEASURE, "change"]).size().unstack(fill_value=0)
        rows = [
            ChangeRow(_label(key), *_three(row), ("ärende", "ärenden"))
            for key, row in counts.iterrows()
        ]
        shown = [row for row in rows if row.known]
        return stamped(draw_changes(self.place, shown, f"Före och efter, {self._where}", SOURCE))

    @property
    def _where(self) -> str:
        return self.place.name or "alla kommuner"

    def results(self) -> pd.DataFrame:
        """One row = one measure: n, better, same, worse, the answer, effect, typical change with
        its interval, Svensson's RP, RC and RV with their errors, share lost, bounds, SMD."""
        rows = [
            {**dict(zip(MEASURE, key, strict=True)), **self._result(group)}
            for key, group in self.pairs.groupby(MEASURE)
        ]
        return pd.DataFrame(rows)

    def _result(self, group: pd.DataFrame) -> dict[str, object]:
        first = group.iloc[0]
        is_high = is_high_better(self.measures[str(first["measure"])], str(first["subscale"]))
        both = group.dropna(subset=["before", "after"])
        lost = summarise_attrition(group["before"], group["after"].notna())
        if both.empty:
            return {"n": 0, "lost": len(group)}
        change = summarise_change(both["before"], both["after"], is_high)
        bounds = bound_share(change.better.count, change.n, lost.expected)
        levels = np.unique(both[["before", "after"]])
        svensson = (
            summarise_svensson(transition_matrix(both["before"], both["after"], levels))
            if len(both) > 1
            else None
        )
        return {
            "n": change.n,
            "better": change.better.count,
            "same": change.same.count,
            "worse": change.worse.count,
            "answer": ANSWER_WORDS[answer_change(change.better.count, change.worse.count)],
            "p_wilcoxon": change.p_wilcoxon,
            "effect": change.effect,
            "shift": change.shift,
            "shift_low": change.shift_low,
            "shift_high": change.shift_high,
            "rp": svensson and svensson.rp,
            "rp_se": svensson and svensson.rp_se,
            "rc": svensson and svensson.rc,
            "rv": svensson and svensson.rv,
            "lost": len(group) - change.n,
            "worst_case": bounds.worst_case,
            "best_case": bounds.best_case,
            "smd": lost.difference,
        }

    def transitions(self, measure: str, subscale: str = "", service_area: str = "") -> Html:
        """From which step to which, for a measure with few steps."""
        is_wanted = (self.pairs["measure"] == measure) & (self.pairs["subscale"] == subscale)
        if service_area:
            is_wanted &= self.pairs["service_area"] == service_area
        chosen = self.pairs[is_wanted].dropna(subset=["before", "after"])
        levels = np.unique(chosen[["before", "after"]])
        if not 1 < len(levels) <= MOST_LEVELS:
            raise UsageError(
                [Fault(f"{measure} har {len(levels)} steg i uttaget; det går att visa 2–11.")]
            )
        words = dict(self.measures[measure].labels)
        names = [words.get(float(level), f"{level:g}") for level in levels]
        matrix = transition_matrix(chosen["before"], chosen["after"], levels)
        return stamped(
            draw_transitions(
                self.place,
                names,
                [[int(n) for n in row] for row in matrix],
                f"{self.measures[measure].title}, {self._where}",
                SOURCE,
                is_high_better(self.measures[measure], subscale),
                caption=_margins_words(compare_margins(matrix)),
            )
        )

    def goal_attainment(self) -> pd.DataFrame:
        """GAS: one row = one service area and number of goals, T before and after."""
        return summarise_goal_attainment(self.pairs)

    def clinical_levels(self) -> pd.DataFrame:
        """One row = one measure with a clinical limit and a known error of measurement."""
        return count_clinical(self.pairs, self.measures)

    def limits(self) -> pd.DataFrame:
        """One row = one measure with a clinical limit: the shares on its clinical side before and
        after, and their difference for the same persons (Newcombe, McNemar)."""
        return compare_limits(self.pairs, self.measures)

    def regression(
        self, measure: str, limit: float, subscale: str = "", reliability: float | None = None
    ) -> pd.DataFrame:
        """How much of an improvement regression to the mean would give anyway, among those who
        began on the worse side of `limit`. One row = one service area. `reliability` where the
        measure's definition has none. The mean at start is that of everybody in the extracts."""
        known = self.measures[measure].reliability
        if reliability is None and known:
            reliability = known.value
        if reliability is None:
            raise UsageError(
                f"{measure} har ingen reliabilitet i definitionerna.",
                remedy="Ange den som är publicerad för måttet, till exempel reliability=0.8.",
            )
        rows = self.found.pairs
        rows = rows[(rows["measure"] == measure) & (rows["subscale"] == subscale)]
        is_high = is_high_better(self.measures[measure], subscale)
        return compare_with_regression(rows, is_high, limit, reliability)

    def durations(self, service_area: str = "", by_sex: bool = False) -> Html:
        """Kaplan-Meier by month, up to two years; open cases are censored at the extraction.
        `by_sex` draws women and men, with the log-rank test."""
        rows = self.cases
        rows = rows[rows["service_area"] == service_area] if service_area else rows
        until = rows["ended"].fillna(rows["extraction_date"])
        days, is_woman = (until - rows["started"]).dt.days, rows["sex"] == "K"
        groups = {"Kvinnor": is_woman, "Män": ~is_woman} if by_sex else {self._where: days >= 0}
        curves = {
            label: estimate_survival(days[group], rows.loc[group, "is_ended"])
            for label, group in groups.items()
        }
        said = [_mean_words(label, curve) for label, curve in curves.items()]
        if by_sex:
            said.append(_log_rank_words(compare_survival(days, rows["is_ended"], is_woman)[1]))
        steps = [_steps(label, curve) for label, curve in curves.items()]
        return stamped(
            draw_survival(self.place, steps, "Kvar i insats", SOURCE, caption=" ".join(said))
        )

    def inflow(self) -> Html:
        """New cases month by month, with the limits of ordinary variation."""
        months = self.cases["started"].dt.to_period("M")
        every = pd.period_range(months.min(), months.max(), freq="M")
        counts = months.value_counts().reindex(every, fill_value=0)
        labels = [f"{month.year % 100:02d}-{month.month:02d}" for month in every]
        chart = xmr(counts.to_numpy(float))
        title = f"Nya ärenden per månad, {self._where}"
        return stamped(draw_control_chart(self.place, labels, chart, title, SOURCE))

    def returns(self) -> pd.DataFrame:
        """One row = one service area and half-year: closed, not back within a year, share with
        Wilson's interval."""
        away = self.closings["returned"].eq("borta")
        grouped = self.closings.assign(away=away).groupby(["service_area", "half_year"])["away"]
        found = grouped.agg(closed="size", not_back="sum", share="mean").reset_index()
        low, high = wilson(found["not_back"], found["closed"])
        return found.assign(low=low, high=high)

    def coarser(self) -> pd.DataFrame:
        """One row = one coarser table that would show more where a report hides over 30 per cent:
        the table, the share hidden now, the proposal and the share hidden then. Each proposal has
        been protected in full; the municipality is taken by itself, without its network.

        Raises UsageError where no municipality is chosen.
        """
        from analyslib.disclosure.follow_up_advice import advise_follow_up  # slow to load
        from analyslib.disclosure.rules import NETWORK_PACK
        from analyslib.disclosure.settings import with_settings

        if not self.place.code:
            raise UsageError("Förslag räknas för en kommun.", remedy="Välj en kommun först.")
        rows = [
            (THEME_TITLES[found.theme], found.share_hidden, proposal.text, proposal.share_hidden)
            for found in advise_follow_up(self.found, self.place.code, with_settings(NETWORK_PACK))
            for proposal in found.advice
        ]
        return pd.DataFrame(rows, columns=["table", "hidden", "proposal", "hidden_then"])

    def rounded(self, theme: str = "") -> pd.DataFrame:
        """How the municipality's tables would look rounded instead of hidden. One row = one cell:
        the table, service area, class, the count, and the count rounded. All tables are rounded
        together, so `theme` only chooses which to see ("" for all).

        This is still for the analyst's eyes. What may be spread is made by `analyslib build`, with
        the municipality under `rounded` in disclosure.toml. Raises UsageError where no municipality
        is chosen or there is no such table, DisclosureError where it is too large.
        """
        from analyslib.disclosure.house_key import house_key
        from analyslib.disclosure.rounded_follow_up import round_place  # slow to load
        from analyslib.disclosure.settings import read_settings

        if not self.place.code:
            raise UsageError(
                "Avrundning görs för en kommun i taget.", remedy="Välj en kommun först."
            )
        base, key = read_settings().threshold, house_key(self.folder)
        cells = round_place(self.found, self.place.code, base, key)
        themes = sorted(cells["theme"].unique())
        if theme and theme not in themes:
            raise UsageError(
                f"Det finns ingen tabell ”{theme}”.", remedy=f"Välj bland {', '.join(themes)}."
            )
        chosen = cells[cells["theme"] == theme] if theme else cells
        table = chosen["theme"].map(THEME_TITLES)
        return chosen.drop(columns="theme").assign(table=table).reset_index(drop=True)


MEASURE = ["service_area", "measure", "subscale"]


def _label(key: Any) -> str:
    return ", ".join(part for part in (key[1], key[2], key[0]) if part)


def _margins_words(margins: Marginal) -> str:
    """Has the group as a whole moved, more than chance would make it?"""
    certain = "skiljer sig säkert" if margins.stuart_maxwell_p < 0.05 else "skiljer sig inte säkert"
    p = format_number(margins.stuart_maxwell_p, 3)
    return f"Fördelningen före och efter {certain} (Stuart–Maxwell, p = {p})."


def _steps(label: str, curve: Survival) -> StepCurve:
    """A point every second month."""
    points = [curve.at(month * MONTH) for month in MONTHS]
    share, low, high = (tuple(values) for values in zip(*points, strict=True))
    return StepCurve(label, MONTHS, share, low, high)


def _mean_words(label: str, curve: Survival) -> str:
    mean, error = (value / MONTH for value in curve.restricted_mean(MONTHS[-1] * MONTH))
    interval = format_interval(mean - Z95 * error, mean + Z95 * error, 1)
    return f"{label}: i genomsnitt {format_number(mean, 1)} månader av två år ({interval})."


def _log_rank_words(p: float) -> str:
    certain = "en säker skillnad" if p < 0.05 else "ingen säker skillnad"
    return f"Mellan kvinnor och män finns {certain} (log-rank, p = {format_number(p, 3)})."


def _three(row: pd.Series) -> tuple[int, int, int]:
    better, worse = (
        row.get(name, 0) + row.get(f"reliably_{name}", 0) for name in ("better", "worse")
    )
    return int(better), int(row.get("same", 0)), int(worse)


def stamped(part: Shown) -> Html:
    """With the stamp on top: the renderer refuses a page that bears it."""
    return join([Html(f'<p class="notis"><strong>{WORKING_MATERIAL}</strong></p>'), part])


def individual_follow_up(municipality: str = "", data: str = "demo") -> IndividualFollowUp:
    """Everything about individuals, of one municipality (code or name) or all ("").

    Reads the analyst's own database. Raises UsageError where there is no extract in it.
    """
    place = find_municipality(load_catalogue(), municipality) if municipality else None
    workspace = find_workspace(demo=data == "demo")
    with open_store(workspace.analys_db) as store:
        episodes = run_query(store.connection, "build/isu_episodes").df()
        measurements = run_query(store.connection, "build/isu_measurements").df()
    if episodes.empty or (place and place.code not in set(episodes["municipality"])):
        name = place.name if place else ""
        raise UsageError("Det finns inget uttag.", name, "Lägg in ett med `analyslib add isu`.")
    found = build_follow_up(episodes, measurements, load_measures())
    where = Place(place.code, place.name) if place else Place("", "")
    return IndividualFollowUp(found, where, workspace.processed)

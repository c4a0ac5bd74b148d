"""Everything that the store knows of one series, judged: what all views are drawn from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from analyslib.analysis.comparison import compare, comparisons_from
from analyslib.analysis.intervals import add_intervals
from analyslib.analysis.results import Comparison, ReferenceKind, Trend
from analyslib.analysis.trend import trend, trends_from
from analyslib.catalogue import RIKET, Break, Catalogue, Indicator, NSource
from analyslib.errors import UsageError
from analyslib.sections.badges import Number, read_revisions, revised_numbers
from analyslib.sections.material import LABELS, riket_reference, values_by_number
from analyslib.store.connection import Store, query
from analyslib.text.words import source_line


COUNTS = ("antal", "personer", "st")
# "Ja=1", "Nej = 0", "1=låg risk", "kodade svarsalternativ"; not "max = 100" or "Målnivå = 90".
CODES = r"(ja|nej|alla|än|dagar|balans|mer) ?= ?\d|\d ?= ?[a-zåäö]|kodade svar"


@dataclass(frozen=True)
class Reading:
    """One series, all municipalities, years and genders.

    `series` has a row per number (see the query kpi_values), `benchmarks` a row per year and
    gender. `info` is what the source says of the series, `revised` what the newest delivery has
    changed.
    """

    indicator: Indicator
    is_own: bool
    info: Mapping[str, object]
    series: pd.DataFrame
    riket: pd.DataFrame
    benchmarks: pd.DataFrame
    retrieved: str
    revised: frozenset[Number]

    def __repr__(self) -> str:
        return f"<Nyckeltal {self.indicator.id}: {self.indicator.short}>"

    def source(self, computed: bool) -> str:
        """The source in one of its two forms; a series without a value has no day of fetching."""
        if not self.retrieved:
            return "Källa: Kolada, som inte har lämnat något värde."
        return source_line("Kolada", self.retrieved, computed)

    @cached_property
    def total(self) -> pd.DataFrame:
        """Women and men together."""
        return self.series[self.series["gender"] == "T"].reset_index(drop=True)

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years in which some municipality has a value, oldest first."""
        known = self.total[self.total["value"].notna()]
        return tuple(sorted(int(year) for year in known["year"].unique()))

    @cached_property
    def values(self) -> dict[tuple[str, str, int], tuple[float | None, str]]:
        """Value and status by municipality, gender and year; never delivered is not in it."""
        both = pd.concat([self.series, self.riket], ignore_index=True)
        frame = both.assign(kpi=both["municipality"])
        return values_by_number(frame, "gender")

    def value(self, municipality: str, year: int, gender: str = "T") -> tuple[float | None, str]:
        return self.values.get((municipality, gender, year), (None, "Not delivered"))

    def compared(self, year: int, members: Sequence[str]) -> dict[str, Comparison]:
        """The members against Riket, or against all municipalities where Riket has no value."""
        past = self._past(year, members)
        if past.empty:
            return {}
        found = compare(past, self._reference(year), self._indicators, years=[year])
        return {item.municipality: item for item in comparisons_from(found)}

    def intervals(self, municipality: str, year: int) -> dict[int, tuple[float, float]]:
        """The 95 per cent interval of each of the municipality's years that has one."""
        found = add_intervals(self._past(year, [municipality]), self._indicators)
        known = found[found["low"].notna()]
        limits = zip(known["low"].tolist(), known["high"].tolist(), strict=True)
        return dict(zip(known["year"].tolist(), limits, strict=True))

    def trends(self, year: int, members: Sequence[str]) -> dict[str, Trend]:
        past = self._past(year, members)
        if past.empty:
            return {}
        found = trends_from(trend(past, self._indicators, until=year))
        return {item.municipality: item for item in found}

    @property
    def _indicators(self) -> dict[str, Indicator]:
        return {self.indicator.id: self.indicator}

    def _past(self, year: int, members: Sequence[str]) -> pd.DataFrame:
        rows = self.total["municipality"].isin(members) & (self.total["year"] <= year)
        return self.total[rows].reset_index(drop=True)

    def _reference(self, year: int) -> pd.DataFrame:
        """Riket's value; where it has none, the unweighted mean of all municipalities."""
        riket = riket_reference(self.riket[self.riket["gender"] == "T"], year)
        if not riket.empty:
            return riket
        now = self.total[(self.total["year"] == year) & self.total["value"].notna()]["value"]
        kind = ReferenceKind.UNWEIGHTED_MEAN
        row = {
            "kpi": self.indicator.id, "year": year, "gender": "T", "municipality": "",
            "kind": str(kind), "label": LABELS[kind], "value": now.mean(), "weighted": False,
            "n_members": len(now), "n_possible": self.total["municipality"].nunique(),
            "group_id": "", "vintage": "", "spread": now.std(),
        }  # fmt: skip
        return pd.DataFrame([row] if len(now) else [], columns=list(row))


def read_series(store: Store, catalogue: Catalogue, kpi: str, since: str) -> Reading:
    """One series from the store, and what has been revised in it since a day. Raises UsageError
    where there is none."""
    info = query(store, "series_info", kpis=[kpi])
    if info.empty:
        raise UsageError(
            f"Nyckeltalet {kpi} finns inte i databasen.",
            remedy="Sök efter det med ord i stället; id:t kan ha bytts hos Kolada.",
        )
    row = {str(name): value for name, value in info.iloc[0].items()}
    row, breaks = _as_delivered(row, query(store, "scale_breaks", kpi=kpi))
    sources = query(store, "sources_used", kpis=[kpi])
    places = list(catalogue.municipalities)
    return Reading(
        indicator=catalogue.indicators.get(kpi) or plain_indicator(row, breaks),
        is_own=kpi in catalogue.indicators,
        info=row,
        series=query(store, "kpi_values", kpi=kpi),
        riket=query(store, "series", kpis=[kpi], municipalities=[RIKET]),
        benchmarks=query(store, "benchmarks", kpis=[kpi]),
        retrieved="" if sources.empty else str(max(sources["retrieved"]))[:10],
        revised=revised_numbers(read_revisions(store, [kpi], places, since)),
    )


def _as_delivered(
    row: dict[str, object], changes: pd.DataFrame
) -> tuple[dict[str, object], tuple[Break, ...]]:
    """What the source says of the series, in the unit that its numbers have, and where the unit or
    coding changes between them. `changes` is the answer to the query scale_breaks.

    For the indicators of the definitions the build turns numbers in another unit away.
    """
    breaks = []
    for change in reversed(changes.to_dict("records")):
        if pd.isna(change["first_new_year"]):
            row = row | {"title": change["old_title"], "unit": change["old_unit"]}
        elif pd.notna(change["last_old_year"]):
            why = f"Enheten byttes från {change['old_unit']} till {change['new_unit']}."
            breaks.append(Break(int(change["first_new_year"]), why))
    return row, tuple(reversed(breaks))


def plain_indicator(row: Mapping[str, object], breaks: tuple[Break, ...]) -> Indicator:
    """A series outside the definitions: nobody has said which way is better or what its n is."""
    unit = str(row["unit"]).strip()
    title = str(row["title"])
    kind = _kind_of(unit.casefold(), title)
    return Indicator(
        id=str(row["kpi"]),
        title=title,
        short=title,
        unit=unit,
        direction="none",
        direction_basis="judgement",
        kind=kind,
        aspect="background",
        n=NSource("unknown", note="Nyckeltalet finns inte bland definitionerna."),
        coding=_coding_of(unit) if kind == "coded" else None,
        breaks=breaks,
        breaks_known=False,
        caveats="",
        decimals=1,
        gender=str(row["is_divided_by_gender"]) == "True",  # NA where the file did not say
        main=False,
        owner="",
        review_date=date.max,
        area="",
    )


def _kind_of(unit: str, title: str = "") -> str:
    """Only what the unit shows for certain; a code is never averaged, a count never compared."""
    if re.search(CODES, unit):
        return "coded"
    if unit in COUNTS:
        return "count"
    if "%" in unit or "procent" in unit:
        return "register_share"
    if title.rstrip().endswith("?"):  # a question to the municipality, answered with a code
        return "coded"
    return "cost" if unit.startswith(("kr", "mnkr", "tkr")) else "mean"


def _coding_of(unit: str) -> dict[str, str] | None:
    """The words of the codes, where the unit spells them out: "Ja, alla=2, Nej=0".

    None where a code has two meanings, as after a change of the question.
    """
    found = re.findall(r"([^=]+?) ?= ?(\d)\b", unit)
    coding = {code: words.rpartition("(")[2].strip(" ,./") for words, code in found}
    return coding if coding and len(coding) == len(found) else None

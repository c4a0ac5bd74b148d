"""What to ask Kolada (API v3) for. Decides only; kolada_client asks.

One indicator and 17 years for all 290 municipalities are at most 4,930 rows, so the usual
question is answered on one page of 5,000, and what is missing after a failure can be named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from urllib.parse import urlencode


Item = TypeVar("Item")

LIST_LIMIT = 25
YEARS_PER_QUESTION = 17
FIRST_YEAR = 1998
RIKET = "0000"

# Kolada ignores a misspelt parameter and answers something else with 200.
PARAMETERS = {
    "kpi": {"per_page"},
    "municipality": {"per_page", "region_type"},
    "municipality_groups": {"per_page"},
    "ou": {"per_page"},
    "data/": {"kpi_id", "municipality_id", "year", "from_date", "region_type"},
    "oudata/": {"kpi_id", "year"},
}


@dataclass(frozen=True)
class Question:
    """One list to ask for. `label` is what it is called when it is missing."""

    dataset: str
    path: str
    params: tuple[tuple[str, str], ...]
    label: str

    def __post_init__(self) -> None:
        for name in {name for name, _ in self.params}:
            if name not in PARAMETERS[self.path]:
                raise ValueError(f"Kolada has no parameter {name!r} for {self.path}")
            if len(self.asked(name)) > LIST_LIMIT:
                raise ValueError(f"at most {LIST_LIMIT} values of {name} in one question")

    def asked(self, name: str) -> frozenset[str]:
        """The values asked for under this parameter; empty where it was left open."""
        return frozenset(value for key, value in self.params if key == name)

    def address(self, base_url: str) -> str:
        query = f"?{urlencode(self.params)}" if self.params else ""
        return f"{base_url.rstrip('/')}/{self.path}{query}"


def metadata_questions() -> list[Question]:
    """Everything there is, so that two vintages can be compared."""
    return [
        Question("kpi", "kpi", (), "metadata om nyckeltal"),
        Question("municipality", "municipality", (), "listan över kommuner"),
        Question("groups", "municipality_groups", (), "listan över kommungrupper"),
    ]


def value_questions(
    kpis: Iterable[str], years: Sequence[int], from_date: date | None = None
) -> list[Question]:
    """Municipalities by region type, and Riket by itself: Kolada counts Riket as a region."""
    kpis = sorted(kpis)
    municipalities = [
        _question("values", "data/", [kpi], span, from_date, (("region_type", "K"),))
        for kpi in kpis
        for span in chunks(years, YEARS_PER_QUESTION)
    ]
    country = [
        _question("values", "data/", part, span, from_date, (("municipality_id", RIKET),))
        for part in chunks(kpis, LIST_LIMIT)
        for span in chunks(years, LIST_LIMIT)
    ]
    return municipalities + country


def unit_questions(kpis: Iterable[str], years: Sequence[int]) -> list[Question]:
    """Values per unit (enhet), and the list of units. Nothing where no indicator asks for it."""
    questions = [
        _question("oudata", "oudata/", [kpi], [year], None)
        for kpi in sorted(kpis)
        for year in years
    ]
    return [Question("ou", "ou", (), "listan över enheter"), *questions] if questions else []


def _question(
    dataset: str,
    path: str,
    kpis: Sequence[str],
    years: Sequence[int],
    from_date: date | None,
    places: tuple[tuple[str, str], ...] = (),
) -> Question:
    params = (*(("kpi_id", kpi) for kpi in kpis), *(("year", str(year)) for year in years))
    since = (("from_date", from_date.isoformat()),) if from_date else ()
    names = kpis[0] if len(kpis) == 1 else f"{kpis[0]}–{kpis[-1]}"
    span = str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
    where = " för Riket" if ("municipality_id", RIKET) in places else ""
    what = " per enhet" if dataset == "oudata" else ""
    label = f"{names}{what}{where}, {span}"
    return Question(dataset, path, (*params, *places, *since), label)


def chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]

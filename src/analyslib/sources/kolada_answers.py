"""Is this what we asked Kolada for? Kolada ignores what it does not understand, with 200.

A wrong parameter name or an ignored filter shows only in the answer: rows nobody asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from analyslib.errors import SourceError
from analyslib.sources.kolada_plan import Question


GENDERS = {"T", "K", "M"}
REMEDY = "Ingenting har sparats av svaret. Kör igen; kommer felet tillbaka har Kolada ändrats."
INNER = {"values", "members"}
REQUIRED = {
    "kpi": {"id", "title", "description"},
    "municipality": {"id", "title", "type"},
    "groups": {"id", "title", "members"},
    "ou": {"id", "title", "municipality"},
    "values": {"kpi", "municipality", "period", "values"},
    "oudata": {"kpi", "ou", "period", "values"},
}


def check_page(question: Question, data: Any, municipalities: frozenset[str]) -> None:
    """Raises SourceError where the page is not an answer to the question.

    `municipalities` are the ids of region type K, as Kolada itself lists them.
    """
    rows = data.get("values") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise _not_an_answer(question, "svaret har inte den form som Kolada beskriver")
    for row in rows:
        if not isinstance(row, dict) or not REQUIRED[question.dataset] <= row.keys():
            raise _not_an_answer(question, "en rad saknar fält som alltid ska finnas")
        if not all(_is_list_of_fields(row[name]) for name in INNER & row.keys()):
            raise _not_an_answer(question, "en rad har inte den form som Kolada beskriver")
    if question.dataset in ("values", "oudata"):
        _check_subset(question, "nyckeltal", {row["kpi"] for row in rows}, "kpi_id")
        _check_subset(question, "år", {str(row["period"]) for row in rows}, "year")
        _check_genders(question, rows)
    if question.dataset == "values":
        _check_places(question, {row["municipality"] for row in rows}, municipalities)


def _is_list_of_fields(inner: Any) -> bool:
    return isinstance(inner, list) and all(isinstance(item, dict) for item in inner)


def _check_subset(question: Question, word: str, came: set[str], parameter: str) -> None:
    unasked = came - question.asked(parameter)
    if unasked:
        raise _not_an_answer(question, f"svaret gäller {word} som inte efterfrågades", unasked)


def _check_places(question: Question, came: set[str], municipalities: frozenset[str]) -> None:
    allowed = question.asked("municipality_id") or municipalities
    unasked = came - allowed
    if unasked:
        what = "svaret gäller områden som inte efterfrågades (ett filter har inte följts)"
        raise _not_an_answer(question, what, unasked)


def _check_genders(question: Question, rows: Iterable[Mapping[str, Any]]) -> None:
    """The order of T, K and M is not fixed, so each must be named, and only once."""
    for row in rows:
        genders = [value.get("gender") for value in row["values"]]
        if not GENDERS.issuperset(genders) or len(set(genders)) < len(genders):
            what = "en rad har okänt, saknat eller dubbelt kön"
            raise _not_an_answer(question, what, {str(row["kpi"])})


def _not_an_answer(question: Question, what: str, ids: Iterable[str] = ()) -> SourceError:
    some = sorted(map(str, ids))
    listed = f": {', '.join(some[:5])}{' …' if len(some) > 5 else ''}" if some else ""
    return SourceError(f"{what}{listed}.", f"Kolada, {question.label}", REMEDY)


def next_address(data: Mapping[str, Any], base_url: str) -> str:
    """Where the next page is, or "" at the end: null, absent and empty all mean the end.

    Scheme and host are our own: behind a proxy Kolada may name an address we cannot reach.
    """
    following = data.get("next_url")
    if not following:
        return ""
    base, parts = urlsplit(base_url), urlsplit(str(following))
    return urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))

"""Is a Kolada file whole and right? Everything that is wrong is said at once, with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from analyslib.errors import Fault, SourceError
from analyslib.sources.kolada_shapes import (
    DAMAGED,
    NUMBERS,
    TITLES,
    Shape,
    cut_off,
    find_shape,
    select_rows,
    unused_columns,
)


FIRST_YEAR = 1900
STATUSES = ("", "Missing", "Not applicable", "Privacy")


@dataclass(frozen=True)
class Checked:
    """A file that was found right. `unused` are columns nobody will see."""

    path: Path
    shape: Shape
    rows: int
    unused: tuple[str, ...]

    @property
    def dataset(self) -> str:
        return "groups" if self.shape.dataset == "group_titles" else self.shape.dataset

    @property
    def title(self) -> str:
        return TITLES[self.shape.dataset]


@dataclass(frozen=True)
class Rule:
    """What holds for every content of a column, as SQL over `v`, and how to say that not."""

    column: str
    holds: str
    what: str
    remedy: str


def _rules(dataset: str, this_year: int) -> tuple[Rule, ...]:
    kpi = Rule(
        "kpi",
        "regexp_full_match(v, '[A-Z][0-9]{5}')",
        "är inget id för ett nyckeltal",
        "Id är en bokstav och fem siffror, som N31807.",
    )
    place = Rule(
        "municipality",
        "regexp_full_match(v, '[0-9]{4}|G[0-9]+')",
        "är ingen kommunkod",
        "Koder har fyra siffror och kan börja på noll: 0481, inte 481.",
    )
    unit = Rule(
        "unit",
        "regexp_full_match(v, '[A-Z][0-9]{2}E[0-9A-Z]+')",
        "är inget id för en enhet",
        "Id är som V21E144001301.",
    )
    if dataset in NUMBERS:
        return (
            kpi,
            place if dataset == "values" else unit,
            Rule("year", f"v >= {FIRST_YEAR}", "är inget årtal", "År skrivs med fyra siffror."),
            Rule(
                "year",
                f"v IS NULL OR v < {FIRST_YEAR} OR v <= {this_year}",
                "är ett år som inte har varit",
                "Prognoser hör inte hit; ta bort raderna.",
            ),
            Rule("gender", "v IN ('T', 'K', 'M')", "är inget kön", "Kön är T (totalt), K eller M."),
            Rule(
                "status",
                f"v IS NULL OR v IN {STATUSES}",
                "är ingen status som Kolada har",
                "Status är tom, Missing, Not applicable eller Privacy.",
            ),
        )
    group = Rule(
        "group_id",
        "regexp_full_match(v, 'G[0-9]+')",
        "är inget id för en kommungrupp",
        "Id är G och siffror, som G33631.",
    )
    member = Rule("member", "regexp_full_match(v, '[0-9]{4}')", place.what, place.remedy)
    municipality = Rule(place.column, member.holds, place.what, place.remedy)
    kind = Rule("type", "v IN ('K', 'L')", "är ingen typ", "Typ är K (kommun) eller L (region).")
    title = Rule("title", "trim(v) <> ''", "är inget namn", "Namnet får inte vara tomt.")
    return {
        "kpi": (kpi, title),
        "groups": (group, member, title),
        "group_titles": (group, title),
        "municipality": (municipality, kind),
        "ou": (unit, municipality),
    }[dataset]


KEYS = {
    "values": ("kpi", "municipality", "year", "gender"),
    "oudata": ("kpi", "unit", "year", "gender"),
    "ou": ("unit",),
    "kpi": ("kpi",),
    "groups": ("group_id", "member"),
    "group_titles": ("group_id",),
    "municipality": ("municipality",),
}


def check(path: Path, today: date | None = None) -> Checked:
    """Recognise and validate a file from Kolada, without taking it in.

    Raises SourceError with every fault: its kind, how often, and where it is first.
    """
    shape = find_shape(path)
    with duckdb.connect(":memory:") as connection:
        try:
            connection.execute(f"CREATE VIEW incoming AS {select_rows(shape, [path])}")
            rows = _count(connection, "true")
            faults = list(_faults(connection, path, shape, (today or date.today()).year))
        except DAMAGED as error:
            raise _unreadable(path, error) from error
    if not rows:
        raise SourceError("Filen har inga rader.", path.name, "Hämta den på nytt.")
    if faults:
        raise SourceError(faults)
    return Checked(path, shape, rows, unused_columns(path, shape))


def _faults(
    connection: duckdb.DuckDBPyConnection, path: Path, shape: Shape, this_year: int
) -> Iterator[Fault]:
    for rule in _rules(shape.dataset, this_year):
        yield from _broken(connection, path, shape, rule)
    if shape.dataset in NUMBERS:
        yield from _not_numbers(connection, path, shape)
        yield from _contradictions(connection, path, shape)
    yield from _same_key_twice(connection, path, shape)


def _broken(
    connection: duckdb.DuckDBPyConnection, path: Path, shape: Shape, rule: Rule
) -> Iterator[Fault]:
    """The rule is asked of each content once, not of every row: files have millions."""
    connection.execute(  # a table: the rule would be pushed through DISTINCT to every row
        f"CREATE OR REPLACE TEMP TABLE contents AS SELECT DISTINCT {rule.column} AS v FROM incoming"
    )
    bad = connection.execute(
        f"SELECT v FROM contents WHERE NOT coalesce({rule.holds}, false)"
    ).fetchall()
    if bad:
        contents = f"list_contains($bad, {rule.column})"
        empty = f"{rule.column} IS NULL AND $none"
        where = f"({contents} OR {empty})"
        known = [value for (value,) in bad if value is not None]
        parameters = {"bad": known or [bad[0][0]], "none": len(known) < len(bad)}
        row, count = _first(connection, where, parameters)
        (value,) = connection.execute(
            f"SELECT {rule.column} FROM incoming WHERE row = {row}"
        ).fetchone() or (None,)
        empty_field = "Fältet" if rule.column == "year" else "Tomt fält"
        shown = empty_field if value in (None, "") else f"”{str(value)[:20]}”"
        yield Fault(f"{shown} {rule.what}{_more(count)}.", _at(path, shape, row), rule.remedy)


def _not_numbers(
    connection: duckdb.DuckDBPyConnection, path: Path, shape: Shape
) -> Iterator[Fault]:
    if shape.text_values:
        where = "value_text IS NOT NULL AND (value IS NULL OR NOT isfinite(value))"
        text = "value_text"
    else:
        where, text = "NOT isfinite(value)", "value"
    row, count = _first(connection, where)
    if count:
        (shown,) = connection.execute(
            f"SELECT {text} FROM incoming WHERE row = {row}"
        ).fetchone() or ("",)
        yield Fault(
            f"”{str(shown)[:20]}” är inget tal{_more(count)}.",
            _at(path, shape, row, "value"),
            "Värden skrivs med siffror; lämna fältet tomt där inget värde finns.",
        )


def _contradictions(
    connection: duckdb.DuckDBPyConnection, path: Path, shape: Shape
) -> Iterator[Fault]:
    row, count = _first(connection, "value IS NOT NULL AND status <> ''")
    if count:
        yield Fault(
            f"Raden har både ett värde och en status som säger att värdet saknas{_more(count)}.",
            _at(path, shape, row),
            "Ett av dem är fel; hämta filen på nytt.",
        )


def _same_key_twice(
    connection: duckdb.DuckDBPyConnection, path: Path, shape: Shape
) -> Iterator[Fault]:
    """A file in key order shows in one pass that no key comes twice; others are grouped."""
    keys = ", ".join(KEYS[shape.dataset])
    before = ", ".join(f"lag({key}) OVER ()" for key in KEYS[shape.dataset])
    in_order = f"lag(row) OVER () IS NULL OR ({keys}) > ({before})"
    if not _count(connection, "NOT ok", f"(SELECT {in_order} AS ok FROM incoming)"):
        return
    twice = connection.execute(
        f"SELECT {keys}, max(row), count(*) - 1 FROM incoming GROUP BY {keys} "
        "HAVING count(*) > 1 ORDER BY max(row)"
    ).fetchall()
    if twice:
        *key, row, _ = twice[0]
        count = sum(extra for *_, extra in twice)
        yield Fault(
            f"Samma nyckel två gånger: {', '.join(map(str, key))}{_more(count)}.",
            _at(path, shape, row),
            "Behåll den rad som gäller.",
        )


def _first(
    connection: duckdb.DuckDBPyConnection, where: str, parameters: dict[str, object] | None = None
) -> tuple[int, int]:
    found = connection.execute(
        f"SELECT coalesce(min(row), 0), count(*) FROM incoming WHERE {where}", parameters
    ).fetchone()
    return found or (0, 0)


def _count(connection: duckdb.DuckDBPyConnection, where: str, rows: str = "incoming") -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {rows} WHERE {where}").fetchone() or (0,)
    return int(count)


def _more(count: int) -> str:
    return f" (och {count - 1} till)" if count > 1 else ""


def _at(path: Path, shape: Shape, row: int, ours: str = "") -> str:
    """The place as the user finds it: the header is line 1 of a csv."""
    if shape.format == "csv":
        place = f"rad {row + 1}"
    elif shape.format == "json":
        place = f"{'värde' if shape.dataset in NUMBERS else 'post'} {row}"
    else:
        place = f"rad {row}"
    theirs = shape.theirs(ours) if ours else None
    return f"{path.name}, {place}, kolumn {theirs}" if theirs else f"{path.name}, {place}"


def _unreadable(path: Path, error: duckdb.Error) -> SourceError:
    """DuckDB says where a csv breaks off its pattern; otherwise the file is damaged."""
    for line in str(error).splitlines():
        if "CSV Error on Line:" in line:
            number = line.rpartition(":")[2].strip()
            return SourceError(
                "Raden har inte lika många fält som rubrikraden, eller ett löst citattecken.",
                f"{path.name}, rad {number}",
                "Är filen avklippt? Hämta den på nytt, eller rätta raden.",
            )
    return cut_off(path)

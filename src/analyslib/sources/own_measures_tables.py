"""From sheets of text to the tables of own measures, typed, each cell with its address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from analyslib.catalogue import load_catalogue
from analyslib.errors import Fault
from analyslib.measures import fold_name
from analyslib.sources.extract_model import Field, fold_code
from analyslib.sources.extract_reading import TEXT, Sheet, column_letter
from analyslib.sources.extract_tables import HEADER_ROWS, Table
from analyslib.sources.extract_typing import Typed, municipality_codes
from analyslib.sources.extract_values import (
    is_blank,
    parse_codes,
    parse_dates,
    parse_municipalities,
    parse_numbers,
)
from analyslib.sources.own_measures_model import (
    SECRET,
    SHEETS,
    TABLES,
    area_spellings,
    headers_of,
    own_code_lists,
    slug,
)


FEWEST_HEADERS = 2
# What no other sheet has, and no extract of individual follow-up: by these a sheet is known.
OWN_HEADERS = {
    "project": {"purpose", "title"},
    "measure": {"kind", "direction"},
    "value": {"measure", "period", "value"},
    "event": {"date", "text"},
    "budget": {"budget", "account"},
}
MISSING, PRIVACY = "Missing", "Privacy"


@dataclass(frozen=True)
class UnknownColumn:
    """A column that is none of ours. It is left out, and said so."""

    header: str
    where: str


@dataclass(frozen=True)
class OwnTables:
    """Everything the rules look at. A sheet that the file lacks is None.

    `sheets` are the same before they were understood. `faults` are such that nothing more can
    be said of the file.
    """

    project: Typed | None = None
    measure: Typed | None = None
    value: Typed | None = None
    event: Typed | None = None
    budget: Typed | None = None
    sheets: dict[str, Table] = field(default_factory=dict)
    unknown: tuple[UnknownColumn, ...] = ()
    left_out_sheets: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    today: date = field(default_factory=date.today)

    @property
    def there(self) -> dict[str, Typed]:
        return {name: typed for name in TABLES if (typed := getattr(self, name)) is not None}

    @property
    def rows(self) -> int:
        return sum(len(typed.values) for typed in self.there.values())


def is_own_measures(sheets: Iterable[Sheet]) -> bool:
    """Whether any sheet is one of ours, by the headers that no other file has."""
    return any(_kind_of(sheet)[0] for sheet in sheets if not sheet.frame.empty)


def read_tables(sheets: Sequence[Sheet], today: date | None = None) -> OwnTables:
    """Each sheet by its name or its headers. One that is none of ours is left out, and said so."""
    found: dict[str, Table] = {}
    faults: list[Fault] = []
    left_out: list[str] = []
    unknown: list[UnknownColumn] = []
    for sheet in sheets:
        name, header_row = ("", 0) if sheet.frame.empty else _kind_of(sheet)
        if not name:
            left_out.append(sheet.name or sheet.file)
        elif name in found:
            faults.append(_twice(sheet, found[name], name))
        else:
            found[name] = _read_table(sheet, name, header_row, faults, unknown)
    faults += _lacking(found, sheets)
    # A fault in the shape leaves nothing to hold against the rules.
    typed = {} if faults else {name: _type_table(table) for name, table in found.items()}
    return OwnTables(
        **typed,
        sheets=found,
        unknown=tuple(unknown),
        left_out_sheets=tuple(left_out),
        faults=tuple(faults),
        today=today or date.today(),
    )


def _kind_of(sheet: Sheet) -> tuple[str, int]:
    """The table whose headers fit best, and its header row; "" where none does."""
    best = ("", 0, 0.0)
    for name in SHEETS:
        known = headers_of(name)
        for row, cells in sheet.frame.head(HEADER_ROWS).iterrows():
            fitting = {known[word] for word in map(fold_name, cells) if word in known}
            is_named = _is_named(sheet, name)  # a csv file has no name, not even its own
            is_ours = fitting >= OWN_HEADERS[name] or is_named
            score = len(fitting) + (1.5 if is_named else 0)
            if is_ours and len(fitting) >= FEWEST_HEADERS and score > best[2]:
                best = (name, int(str(row)), score)
    return best[0], best[1]


def _is_named(sheet: Sheet, name: str) -> bool:
    return fold_name(sheet.name).startswith(fold_name(SHEETS[name]))


def _twice(sheet: Sheet, other: Table, name: str) -> Fault:
    return Fault(
        f"Två flikar är {SHEETS[name]}: även {other.sheet.name or other.sheet.file}.",
        sheet.name or sheet.file,
        "Lägg ihop dem till en.",
    )


def _lacking(found: dict[str, Table], sheets: Sequence[Sheet]) -> list[Fault]:
    names = ", ".join(dict.fromkeys(sheet.file for sheet in sheets))
    if not found:
        wanted = "; ".join(
            f"{SHEETS[name]}: {', '.join(item.header for item in TABLES[name] if item.required)}"
            for name in ("measure", "value", "budget")
        )
        return [Fault("Hittar ingen flik med egna mått eller budget.", names, f"Minst: {wanted}.")]
    faults = []
    for one, other in (("value", "measure"), ("measure", "value")):
        misread = next((item for item in sheets if _is_named(item, other)), None)
        if one in found and other not in found and misread is not None:
            needed = [
                item.header
                for item in TABLES[other]
                if item.required or item.name in OWN_HEADERS[other]
            ]
            wanted = ", ".join(needed)
            what = f"Fliken har inte rubrikerna i {SHEETS[other]}."
            remedy = (
                f"Minst: {wanted}. En rad för varje mått och period, så att månaderna står under "
                "varandra och inte bredvid varandra."
                if other == "value"
                else f"Minst: {wanted}."
            )
            faults.append(Fault(what, misread.name, remedy))
        elif one in found and other not in found:
            what = f"Fliken {SHEETS[one]} finns, men inte fliken {SHEETS[other]}."
            remedy = "De hör ihop. Ange alla csv-filer på en gång, eller börja från mallen."
            faults.append(Fault(what, names, remedy))
    if not {"value", "measure", "budget"} & set(found):
        what = "Filen har varken mått eller budget."
        faults.append(Fault(what, names, "Fyll i flikarna Mått och Värden, eller Budget."))
    return faults


# --- one sheet as a table of text


def _read_table(
    sheet: Sheet, name: str, header_row: int, faults: list[Fault], unknown: list[UnknownColumn]
) -> Table:
    known = headers_of(name)
    body = sheet.frame.loc[sheet.frame.index > header_row]
    columns: dict[str, int] = {}
    for position, header in enumerate(map(str, sheet.frame.loc[header_row])):
        column, where = known.get(fold_name(header)), sheet.address(header_row, position)
        if column is None:
            if header or body[position].ne("").any():
                shown = header or f"kolumn {column_letter(position)} utan rubrik"
                unknown.append(UnknownColumn(shown, where))
        elif column in columns:
            what = f"Två kolumner betyder samma sak: kolumn {column_letter(columns[column])} också."
            faults.append(Fault(what, where, "Ta bort eller byt namn på den ena."))
        else:
            columns[column] = position
    where = f"{sheet.name or sheet.file}!A{header_row}"
    for item in TABLES[name]:
        if item.required and item.name not in columns:
            remedy = f"Lägg till den. {item.help}"
            faults.append(Fault(f"Kolumnen ”{item.header}” saknas.", where, remedy))
    body = body[(body[list(columns.values())] != "").any(axis=1)]
    if body.empty:
        remedy = "Fyll i fliken, eller ta bort den."
        faults.append(Fault("Fliken har rubriker men inga rader.", where, remedy))
    text = body[list(columns.values())].set_axis(list(columns), axis=1)
    rows = body.index.to_numpy()
    return Table(name, sheet, text.reset_index(drop=True), rows, columns, header_row)


# --- kinds


def _type_table(table: Table) -> Typed:
    """As extracts are typed; a period also gives its `grain`, a value its `status`."""
    text = table.text
    values: dict[str, pd.Series] = {}
    for item in TABLES[table.name]:
        column = text[item.name] if item.name in text else pd.Series("", index=text.index)
        column = column.astype(TEXT)
        if item.kind == "period":
            values["period"], values["grain"] = parse_periods(column)
        else:
            values[item.name] = _understand(item, column)
    given = pd.DataFrame(
        {
            item.name: ~is_blank(text[item.name]) if item.name in text else False
            for item in TABLES[table.name]
        },
        index=text.index,
    )
    if table.name == "value":
        values["status"], given["value"] = _status(text, given, values["value"])
    return Typed(table, pd.DataFrame(values), given, frozenset(text.columns))


def _understand(item: Field, column: pd.Series) -> pd.Series:
    """What the text means; empty where it is blank or means nothing."""
    match item.kind:
        case "number":
            return parse_numbers(column)
        case "date":
            return parse_dates(column)[0]
        case "code":
            return parse_codes(column, own_code_lists()[item.codes].spellings)
        case "area":
            return parse_codes(column, area_spellings())
        case "municipality":
            return parse_municipalities(column, municipality_codes())
        case "kpi":
            kpis = load_catalogue().indicators
            codes = {fold_code(kpi): kpi for kpi in kpis}
            return _mapped(column, lambda word: codes.get(fold_code(word.split(" ")[0])))
    if item.name in ("measure", "project", "part_of"):
        return _mapped(column, lambda word: slug(word) or None)
    return column.mask(is_blank(column)).astype(TEXT)


def _mapped(column: pd.Series, understand: Any) -> pd.Series:
    found = {word: understand(word) for word in column.unique()}
    return column.map(found).astype(TEXT)


def _status(
    text: pd.DataFrame, given: pd.DataFrame, value: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """Why there is no number. A word for secrecy is an answer, and no fault."""
    word = text["value"].map(fold_code)
    is_secret = word.isin([fold_code(item) for item in SECRET])
    status = pd.Series("", index=text.index).mask(value.isna(), MISSING).mask(is_secret, PRIVACY)
    return status, given["value"] & ~is_secret


# --- periods


_YEAR = re.compile(r"(?:år )?((?:19|20)\d\d)", re.I)
_PARTS = re.compile(
    r"(?:19|20)\d\d[ -]*(?:kv(?:artal)?|[kqthvw])[ -]*\d|.*(?:kvartal|tertial|vecka|halvår)", re.I
)


def parse_periods(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The first day of each month or year, and which of them it is: month or year.

    A date within a month is no period: then the grain is "day", and for a quarter or the like
    it is "other".
    """
    found = {text: _parse_period(text, day) for text, day in _days(column).items()}
    first = column.map({text: period[0] for text, period in found.items()})
    grain = column.map({text: period[1] for text, period in found.items()})
    return pd.to_datetime(first, format="%Y-%m-%d").astype("datetime64[s]"), grain.astype(TEXT)


def _days(column: pd.Series) -> dict[str, tuple[pd.Timestamp, bool]]:
    texts = pd.Series(column.unique(), dtype=TEXT)
    days, month_only = parse_dates(texts)
    return {
        text: (day, bool(only)) for text, day, only in zip(texts, days, month_only, strict=True)
    }


def _parse_period(text: str, day: tuple[pd.Timestamp, bool]) -> tuple[str | None, str | None]:
    year = _YEAR.fullmatch(text.strip())
    if year:
        return f"{year[1]}-01-01", "year"
    if _PARTS.match(text.strip()):
        return None, "other"
    first, month_only = day
    if pd.isna(first):
        return None, None
    if not month_only and first.day != 1:
        return None, "day"
    return f"{first.year:04}-{first.month:02}-01", "month"

"""From sheets of text to the three tables of an extract, each cell with its address.

A workbook with sheets, several csv files and one flat file with a row per insats come out the
same. A column nobody has given a role is left out and reported, never analysed in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import permutations

import numpy as np
import pandas as pd

from analyslib.errors import Fault
from analyslib.measures import Measure, fold_name
from analyslib.sources.extract_mapping import Mapping, choose_mapping
from analyslib.sources.extract_model import TABLES, code_lists
from analyslib.sources.extract_reading import TEXT, Sheet, column_letter
from analyslib.sources.personal_data import find_personal_data


HEADER_ROWS = 15
FEWEST_HEADERS = {"episode": 4, "measurement": 4, "extract": 2}


@dataclass(frozen=True)
class Table:
    """One table as text. `text` has our column names and 0, 1, 2 … as index.

    `rows` are the row numbers of Excel, `columns` the position of each of our columns. In a flat
    file each measurement has its own cell: then `value_columns` holds its position per row.
    `odd_rows` are rows among the others that are no rows of the table: sums, headers, notes.
    """

    name: str
    sheet: Sheet
    text: pd.DataFrame
    rows: np.ndarray
    columns: dict[str, int]
    header_row: int = 1
    value_columns: np.ndarray | None = None
    odd_rows: tuple[int, ...] = ()

    def address(self, index: int, column: str) -> str:
        """Where a cell stands in the file; the row alone where the file has no such column."""
        row = int(self.rows[index])
        if column in ("value", "measure", "subscale", "phase") and self.value_columns is not None:
            return self.sheet.address(row, int(self.value_columns[index]))
        if column in self.columns:
            return self.sheet.address(row, self.columns[column])
        return f"{self.sheet.name or self.sheet.file}, rad {row}"

    def header_address(self, position: int) -> str:
        return self.sheet.address(self.header_row, position)


@dataclass(frozen=True)
class LocalColumn:
    """A column of the sender's own. Without a role it is left out."""

    table: str
    header: str
    role: str
    where: str


@dataclass(frozen=True)
class Delivery:
    """What was found in the files. `faults` are such that nothing more can be said."""

    mapping: Mapping
    episode: Table | None
    measurement: Table | None
    extract: Table | None
    local: tuple[LocalColumn, ...]
    local_values: pd.DataFrame
    left_out_sheets: tuple[str, ...]
    faults: tuple[Fault, ...]


@dataclass
class _Findings:
    """What is gathered while the sheets are gone through."""

    tables: dict[str, Table] = field(default_factory=dict)
    local: list[LocalColumn] = field(default_factory=list)
    local_values: list[pd.DataFrame] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def recognise_tables(
    sheets: Sequence[Sheet], mappings: Iterable[Mapping], measures: dict[str, Measure]
) -> Delivery:
    """Sheets that hold no table of ours are left out, and said so."""
    mapping = choose_mapping(mappings, top_cells(sheets))
    found = _Findings()
    for sheet in sheets:
        if not sheet.frame.empty:
            _recognise_sheet(sheet, mapping, measures, found)
    if "episode" not in found.tables:
        found.faults.append(_no_episodes(sheets))
    return Delivery(
        mapping=mapping,
        episode=found.tables.get("episode"),
        measurement=found.tables.get("measurement"),
        extract=found.tables.get("extract"),
        local=tuple(found.local),
        local_values=_concat(found.local_values),
        left_out_sheets=tuple(found.left_out),
        faults=tuple(found.faults),
    )


def top_cells(sheets: Iterable[Sheet]) -> list[str]:
    """Every cell where headers may stand."""
    tops = (sheet.frame.head(HEADER_ROWS) for sheet in sheets if not sheet.frame.empty)
    return [cell for top in tops for cell in top.to_numpy().ravel()]


def _no_episodes(sheets: Sequence[Sheet]) -> Fault:
    names = ", ".join(dict.fromkeys(sheet.file for sheet in sheets))
    wanted = ", ".join(item.header for item in TABLES["episode"] if item.required)
    return Fault(
        "hittar ingen tabell med ärenden.",
        names,
        f"Rubrikraden ska ha minst: {wanted}. Andra rubriker kan kopplas i definitions/extracts.",
    )


def _concat(frames: list[pd.DataFrame]) -> pd.DataFrame:
    columns = ["index", "name", "role", "value"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


# --- one sheet


def _recognise_sheet(
    sheet: Sheet, mapping: Mapping, measures: dict[str, Measure], found: _Findings
) -> None:
    name, header_row = _kind_of(sheet, mapping)
    if not name:
        found.left_out.append(sheet.name or sheet.file)
    elif name in found.tables:
        found.faults.append(
            Fault(
                f"det finns två tabeller av samma slag: även {found.tables[name].sheet.name}.",
                sheet.name or sheet.file,
                "Lämna ett uttag i taget, med en tabell av varje slag.",
            )
        )
    elif name == "extract":
        _read_facts(sheet, mapping, header_row, found)
    else:
        _read_table(sheet, name, header_row, mapping, measures, found)


def _kind_of(sheet: Sheet, mapping: Mapping) -> tuple[str, int]:
    """The table whose headers fit the sheet best, and its header row; "" where none does."""
    best = ("", 0, 0.0)
    named = fold_name(sheet.name or sheet.file.rsplit(".", 1)[0])
    for name in ("episode", "measurement", "extract"):
        known = mapping.headers[name]
        for row, cells in sheet.frame.head(HEADER_ROWS).iterrows():
            fitting = len({known[word] for word in map(fold_name, cells) if word in known})
            score = fitting + (0.5 if named in mapping.sheets[name] else 0)
            if fitting >= FEWEST_HEADERS[name] and score > best[2]:
                best = (name, int(str(row)), score)
    if best[0] in ("", "extract") and _is_upright(sheet, mapping):
        return "extract", 0
    return best[0], best[1]


def _is_upright(sheet: Sheet, mapping: Mapping) -> bool:
    """Names in the first column, values in the second: how people write facts about a file."""
    known = mapping.headers["extract"]
    words = map(fold_name, sheet.frame.iloc[:, 0])
    return sum(word in known for word in words) >= FEWEST_HEADERS["extract"]


def _read_facts(sheet: Sheet, mapping: Mapping, header_row: int, found: _Findings) -> None:
    table = _extract_table(sheet, mapping, header_row)
    if table.text.empty:
        where = sheet.name or sheet.file
        found.faults.append(Fault("uppgifterna om uttaget är inte ifyllda.", where, "Fyll i dem."))
    else:
        found.tables["extract"] = table


def _extract_table(sheet: Sheet, mapping: Mapping, header_row: int) -> Table:
    """One row of facts about the extract. Addresses of an upright sheet point at the values."""
    known = mapping.headers["extract"]
    frame = sheet.frame
    if header_row:
        row = frame.loc[frame.index > header_row].head(1)
        columns = {
            known[fold_name(header)]: position
            for position, header in enumerate(frame.loc[header_row])
            if fold_name(header) in known
        }
        text = row[list(columns.values())].set_axis(list(columns), axis=1).reset_index(drop=True)
        return Table("extract", sheet, text, row.index.to_numpy(), columns, header_row)
    facts = {
        known[fold_name(cells.iloc[0])]: (row, cells.iloc[1] if len(cells) > 1 else "")
        for row, cells in frame.iterrows()
        if fold_name(cells.iloc[0]) in known
    }
    text = pd.DataFrame([{name: value for name, (_, value) in facts.items()}], dtype=TEXT)
    return _UprightTable(
        "extract", sheet, text, np.array([1]), dict.fromkeys(facts, 1),
        fact_rows={name: int(str(row)) for name, (row, _) in facts.items()},
    )  # fmt: skip


@dataclass(frozen=True)
class _UprightTable(Table):
    fact_rows: dict[str, int] = field(default_factory=dict)

    def address(self, index: int, column: str) -> str:
        if column not in self.fact_rows:
            return self.sheet.name or self.sheet.file
        return self.sheet.address(self.fact_rows[column], 1)


# --- tables with a header row


def _read_table(
    sheet: Sheet,
    name: str,
    header_row: int,
    mapping: Mapping,
    measures: dict[str, Measure],
    found: _Findings,
) -> None:
    headers = list(map(str, sheet.frame.loc[header_row]))
    body = sheet.frame.loc[sheet.frame.index > header_row]
    columns, needs, others = _sort_headers(sheet, name, header_row, headers, mapping, found)
    _check_required(sheet, name, {*columns, *(["needs"] if needs else [])}, mapping, found)
    found.faults += _merged_cells(sheet, header_row, [*columns.values(), *needs])
    is_odd = _odd_rows(body, headers, [*columns.values(), *needs])
    odd_rows, body = tuple(body.index[is_odd]), body[~is_odd]
    text = body[list(columns.values())].set_axis(list(columns), axis=1)
    if needs:
        columns["needs"] = needs[0]
        text["needs"] = _joined(body[needs])
    for column, constant in mapping.constants.items():
        if column not in text and any(item.name == column for item in TABLES[name]):
            text[column] = constant
    rows = body.index.to_numpy()
    if body.empty:
        found.faults.append(
            Fault(
                "tabellen har rubriker men inga rader.", sheet.name or sheet.file, "Gör om uttaget."
            )
        )
    found.tables[name] = Table(
        name, sheet, text.reset_index(drop=True), rows, columns, header_row, odd_rows=odd_rows
    )
    if name == "episode" and "measurement" not in found.tables:
        flat = _flat_columns(headers, others, measures)
        if any(what == "value" for *_, what in flat.values()):
            others = [position for position in others if position not in flat]
            found.tables["measurement"] = _melt(found.tables[name], body, flat)
    _read_local(sheet, name, header_row, headers, others, body, mapping, found)


_SUMS = frozenset(
    ["summa", "delsumma", "totalsumma", "total", "totalt", "antal", "medel", "medelvärde"]
)


def _odd_rows(body: pd.DataFrame, headers: list[str], known: list[int]) -> pd.Series:
    """Sums, headers repeated further down, and notes with nothing beside them."""
    is_lonely = (body != "").sum(axis=1).eq(1)
    repeats = pd.Series(0, index=body.index)
    for column in known:
        repeats += body[column].eq(headers[column]).astype(int)
    is_sum = pd.Series(False, index=body.index)
    for _, cells in body.iloc[:, :3].items():
        is_sum |= cells.isin([text for text in cells.unique() if _first_word(text) in _SUMS])
    return is_lonely | repeats.gt(1) | is_sum


def _first_word(text: str) -> str:
    return text.split()[0].strip(":.").casefold() if text else ""


def _merged_cells(sheet: Sheet, header_row: int, known: list[int]) -> list[Fault]:
    """Only the first of merged cells has a value; the rows below it would be read as empty."""
    return [
        Fault(
            "cellerna är sammanslagna över flera rader.",
            f"{sheet.address(top, left)}:{column_letter(right)}{bottom}",
            "Dela upp dem och fyll i värdet på varje rad.",
        )
        for top, left, bottom, right in sheet.merged
        if header_row < top < bottom and any(left <= column <= right for column in known)
    ]


def _sort_headers(
    sheet: Sheet, name: str, header_row: int, headers: list[str], mapping: Mapping,
    found: _Findings,
) -> tuple[dict[str, int], list[int], list[int]]:  # fmt: skip
    """Columns of ours, those that together are the needs, and all others."""
    known = mapping.headers[name]
    columns: dict[str, int] = {}
    needs: list[int] = []
    others: list[int] = []
    for position, header in enumerate(headers):
        word = fold_name(header)
        column = known.get(word)
        if column is None and re.fullmatch(r"\D+\d{1,2}", word):
            column = "needs" if known.get(word.rstrip("0123456789")) == "needs" else None
        if column == "needs":
            needs.append(position)
        elif column is None:
            others.append(position)
        elif column in columns:
            found.faults.append(
                Fault(
                    f"två kolumner betyder samma sak: ”{headers[columns[column]]}” och ”{header}”.",
                    sheet.address(header_row, position),
                    "Ta bort eller byt namn på den ena.",
                )
            )
        else:
            columns[column] = position
    return columns, needs, others


def _check_required(
    sheet: Sheet, name: str, columns: set[str], mapping: Mapping, found: _Findings
) -> None:
    for item in TABLES[name]:
        # The municipality may stand once, on the sheet about the extract.
        if item.required and item.name not in columns | set(mapping.constants) | {"municipality"}:
            found.faults.append(
                Fault(
                    f"kolumnen ”{item.header}” saknas.",
                    f"{sheet.name or sheet.file}",
                    f"{item.help} Heter den något annat hos er kan rubriken kopplas i "
                    "definitions/extracts.",
                )
            )


def _joined(cells: pd.DataFrame) -> pd.Series:
    """behov_1 … behov_n become one text with semicolons."""
    joined = cells.iloc[:, 0]
    for position in cells.columns[1:]:
        more = cells[position]
        joined = joined.where(more.eq(""), joined.where(joined.eq(""), joined + ";") + more)
    return joined


def _read_local(
    sheet: Sheet, name: str, header_row: int, headers: list[str], others: list[int],
    body: pd.DataFrame, mapping: Mapping, found: _Findings,
) -> None:  # fmt: skip
    for position in others:
        header = headers[position] or f"kolumn {column_letter(position)} utan rubrik"
        role = mapping.roles.get(fold_name(header), "")
        if find_personal_data(header):
            header = f"kolumn {column_letter(position)}"
        if not role and body[position].eq("").all():
            continue
        where = sheet.address(header_row, position)
        found.local.append(LocalColumn(name, header, role, where))
        if role and role != "ignorera" and name == "episode":
            values = body[position].to_numpy()
            frame = pd.DataFrame(
                {"index": range(len(body)), "name": header, "role": role, "value": values}
            )
            found.local_values.append(frame[frame["value"].ne("")])


# --- flat files: measurements as columns of the case


_WORDS = {"datum": "date", "date": "date", "malvarde": "target", "avsett": "target"}


def _flat_columns(
    headers: list[str], others: list[int], measures: dict[str, Measure]
) -> dict[int, tuple[str, str, str, str]]:
    """Position to (measure, subscale, phase, what) for headers such as "AUDIT start"."""
    known = _flat_headers(tuple(measures.values()))
    found = {}
    for position in others:
        word, what = fold_name(headers[position]), "value"
        for ending, meaning in _WORDS.items():
            if word.endswith(ending) and word not in known:
                word, what = word.removesuffix(ending), meaning
        if word in known:
            found[position] = (*known[word], what)
    return found


@lru_cache(maxsize=4)
def _flat_headers(measures: tuple[Measure, ...]) -> dict[str, tuple[str, str, str]]:
    phases = {fold_name(word): code for word, code in code_lists()["phase"].spellings.items()}
    known = {}
    for measure in measures:
        names = {fold_name(word) for word in (measure.id, measure.title, *measure.aliases)}
        parts = {"": ""} | {
            fold_name(word): part.id for part in measure.subscales for word in (part.id, part.title)
        }
        for name in names:
            for part, subscale in parts.items():
                for phase, code in phases.items():
                    for order in permutations((name, part, phase)):
                        known["".join(order)] = (measure.id, subscale, code)
    return known


def _melt(episode: Table, body: pd.DataFrame, flat: dict[int, tuple[str, str, str, str]]) -> Table:
    """One row per measured cell. The same measurement on several rows of a case counts once."""
    places = {key: position for position, key in flat.items()}
    parts = []
    for position, (measure, subscale, phase, what) in flat.items():
        if what != "value":
            continue
        part = pd.DataFrame(
            {
                "person": episode.text.get("person"),
                "episode_id": episode.text.get("episode_id"),
                "phase": phase,
                "measure": measure,
                "subscale": subscale,
                "value": body[position].to_numpy(),
                "_row": episode.rows,
                "_column": position,
            }
        )
        for other in ("date", "target"):
            beside = places.get((measure, subscale, phase, other))
            part[other] = "" if beside is None else body[beside].to_numpy()
        parts.append(part[part["value"].ne("")])
    melted = pd.concat(parts, ignore_index=True)
    same = [name for name in melted.columns if not name.startswith("_")]
    melted = melted.drop_duplicates(same, ignore_index=True)
    text = melted[same]
    case = [name for name in ("person", "episode_id") if name in episode.columns]
    return Table(
        "measurement", episode.sheet, text, melted["_row"].to_numpy(),
        {name: episode.columns[name] for name in case},
        episode.header_row, melted["_column"].to_numpy(),
    )  # fmt: skip

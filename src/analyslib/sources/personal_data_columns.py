"""The gate: no file with personal data gets further. Columns are judged as a whole.

One cell with a date and a serial number has a right check digit one time in ten. So a column
where one in ten is right holds dated case numbers, and a column where most are holds
personnummer; one cell alone is refused when it cannot be told from a real number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from analyslib.measures import fold_name
from analyslib.sources.extract_reading import (
    Sheet,
    column_letter,
    kinds_in_file_name,
    shown_name,
)
from analyslib.sources.hidden_parts import HIDDEN, UNREADABLE, find_hidden
from analyslib.sources.identity_numbers import (
    MASKED,
    PERSONNUMMER,
    RESERVE,
    Candidate,
    find_candidates,
)
from analyslib.sources.personal_data import (
    FREE_TEXT,
    find_other_kinds,
    find_personal_data,
    is_first_name,
    is_free_text,
)


DATED_ID = "datumbaserat ärende-id"
SERIAL_ID = "siffror som inte kan skiljas från personnummer"
HASH = "kontrollsumma (hash)"
BIRTH_DATE = "födelsedatum"
NAMES = "namn"
EXACT_AGE = "ålder i år"

MAY_BE_ALLOWED = (DATED_ID, SERIAL_ID, HASH)

# Of date-shaped numbers one in ten has a right check digit by chance; and this is how often random
# digits look like a person's number, and like a reserve number, by how many digits there are.
CHANCE = 0.1
PERSON_BY_CHANCE = {10: 0.008, 11: 0.0026, 12: 0.0003}
RESERVE_BY_CHANCE = {10: 0.0, 11: 0.0, 12: 0.0115}
ENOUGH = 30
MOSTLY = 0.8

# Words of a header, folded, and what stands under such a header.
_HEADER_WORDS = {
    NAMES: """namn fornamn efternamn tilltalsnamn klientnamn brukarnamn barnetsnamn""",
    PERSONNUMMER: """personnr personnummer pnr pnummer persnr persnummer personid ssn
        identitetsnummer samordningsnummer samordningsnr reservnummer tnummer""",
    "gatuadress": """adress gatuadress bostadsadress postadress hemadress postnr postnummer
        postort""",
    "telefonnummer": """telefon telefonnr telefonnummer tel tfn mobil mobilnr mobilnummer""",
    "e-postadress": """epost epostadress email mail mejl mailadress mejladress""",
    BIRTH_DATE: """fodelsedatum fodd fodelsedag fodelsedata fodelsear fodelsetid birthdate dob""",
    FREE_TEXT: """anteckning anteckningar kommentar kommentarer journal journalanteckning fritext
        notering noteringar beskrivning sammanfattning""",
    EXACT_AGE: """alder age alderar""",
}
FORBIDDEN_HEADERS = {word: kind for kind, words in _HEADER_WORDS.items() for word in words.split()}
_HARMLESS_BESIDE_NAME = {"insats", "insatsens", "kommun", "kommunens", "enhet", "enhetens",
                         "verksamhet", "verksamhetens", "matt", "mattets", "delskala"}  # fmt: skip
_HEX = re.compile("|".join(f"[0-9a-f]{{{length}}}" for length in (32, 40, 56, 64, 96, 128)), re.I)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{22}==|[A-Za-z0-9+/_-]{27}=|[A-Za-z0-9+/_-]{43}=")
_UUID_HEX = re.compile(r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}", re.I)
_SHORTENED = re.compile(r"[1-9]\d{6,8}(?:\.0)?")
_EIGHT = re.compile(r"(?:18|19|20)\d{6}|(?:18|19|20)\d\d-\d\d-\d\d")

REMEDIES = {
    DATED_ID: "Byt till löpnummer utan datum.",
    SERIAL_ID: "Byt till löpnummer med högst nio siffror.",
    HASH: "En kontrollsumma av ett personnummer går att räkna baklänges. Byt till slumpade "
    "löpnummer, och spara nyckeln hos er.",
    FREE_TEXT: "Ta bort kolumnen eller ersätt texten med en kod ur en lista.",
    BIRTH_DATE: "Ta bort kolumnen och ange åldersgrupp.",
    EXACT_AGE: "Ta bort kolumnen och ange åldersgrupp.",
    HIDDEN: "Ta bort kommentarer, pivottabeller och länkar, eller spara bladen som csv.",
    UNREADABLE: "Ta bort bilder, inbäddade filer och makron, eller spara bladen som csv.",
    MASKED: "Ta bort kolumnen. Även utan sista siffrorna pekar numret ut personen.",
}
IF_SERIAL = (
    "Är den redan ett eget löpnummer: byt till ett med högst nio siffror, som inte går att ta för "
    "ett personnummer."
)
HOW_TO_ALLOW = (
    'Måste kolumnen vara kvar som den är: skriv raden "{}" = "skälet" under [allow] i '
    "avsändarens fil i definitions/extracts. En kolumn med personnummer släpps inte igenom för "
    "det, men ett enstaka personnummer bland löpnumren syns då inte."
)
DEFAULT_REMEDY = "Ta bort uppgiften ur filen, eller ersätt den med ett löpnummer."


@dataclass(frozen=True)
class Sighting:
    """Personal data of one kind in one column: where, and never what.

    `cells` are addresses as in Excel; `whole_column` where the column is judged, not the cell.
    `header` is set where the sender's mapping may let the column through, `is_bare` where the
    cells hold nothing but digits, so that they may be serial numbers.
    """

    kind: str
    file: str
    sheet: str
    cells: tuple[str, ...]
    whole_column: bool = False
    header: str = ""
    is_bare: bool = False

    @property
    def where(self) -> str:
        place = self.sheet or self.file
        if not self.cells:
            return place
        if self.whole_column:
            return f"{place}!{self.cells[0]}, hela kolumnen"
        more = f" och {len(self.cells) - 1} celler till" if len(self.cells) > 1 else ""
        return f"{place}!{self.cells[0]}{more}"

    @property
    def is_doubtful(self) -> bool:
        """It cannot be told from personal data, or may hold some, but need not."""
        return self.kind in (HIDDEN, UNREADABLE, DATED_ID, SERIAL_ID, HASH)

    @property
    def remedy(self) -> str:
        remedy = REMEDIES.get(self.kind, DEFAULT_REMEDY)
        if self.is_bare:
            remedy = f"{remedy} {IF_SERIAL}"
        return f"{remedy} {HOW_TO_ALLOW.format(self.header)}" if self.header else remedy


@dataclass(frozen=True)
class Permit:
    """What the sender's mapping lets through, and what only our own texts say."""

    columns: Mapping[str, str]
    dates: frozenset[str] = frozenset()
    own_texts: frozenset[str] = frozenset()


def find_in_file(path: Path, sheets: Sequence[Sheet], permit: Permit) -> list[Sighting]:
    """Everything personal in the file, on every sheet and in what no sheet shows."""
    in_cells = {cell for sheet in sheets for column in sheet.frame for cell in
                sheet.frame[column].unique()}  # fmt: skip
    sightings = [
        Sighting(found.kind, shown_name(path), found.place, ())
        for found in find_hidden(path, permit.own_texts | in_cells)
    ]
    for sheet in sheets:
        sightings += find_in_sheet(sheet, permit)
    return sightings


def find_in_name(path: Path) -> list[Sighting]:
    return [Sighting(kind, shown_name(path), "filnamnet", ()) for kind in kinds_in_file_name(path)]


def find_in_sheet(sheet: Sheet, permit: Permit) -> list[Sighting]:
    place = f"namnet på {sheet.name}"
    found = [Sighting(kind, sheet.file, place, ()) for kind in sheet.kinds_in_name]
    if sheet.frame.empty:
        return found
    header_row = _header_row(sheet.frame)
    for position in range(sheet.frame.shape[1]):
        column = _Column.of(sheet, position, header_row, permit)
        found += _judge(column, permit)
    return found


# --- one column


@dataclass(frozen=True)
class _Column:
    """The distinct texts of one column, its header apart, and where each of them stands."""

    sheet: Sheet
    position: int
    header: str
    header_row: int
    cells: pd.Series
    distinct: list[str]

    @classmethod
    def of(cls, sheet: Sheet, position: int, header_row: int, permit: Permit) -> _Column:
        cells = sheet.frame[position]
        header = cells.loc[header_row]
        body = cells[cells.ne("") & (cells.index != header_row)]
        distinct = [text for text in body.unique() if text not in permit.own_texts]
        return cls(sheet, position, header, header_row, body, distinct)

    def sighting(self, kind: str, texts: Iterable[str]) -> list[Sighting]:
        """The cells with these texts; none, no sighting."""
        wanted = set(texts)
        if not wanted:
            return []
        rows = self.cells.index[self.cells.isin(wanted)]
        letter = column_letter(self.position)
        cells = tuple(f"{letter}{row}" for row in rows)
        is_bare = all(re.fullmatch(r"\d{10,12}", text) for text in wanted)
        return [Sighting(kind, self.sheet.file, self.sheet.name, cells, is_bare=is_bare)]

    def whole(self, kind: str) -> list[Sighting]:
        cell = f"{column_letter(self.position)}{self.header_row}"
        may_be_allowed = kind in MAY_BE_ALLOWED and not find_personal_data(self.header)
        header = self.header if may_be_allowed else ""
        return [Sighting(kind, self.sheet.file, self.sheet.name, (cell,), True, header)]


def _header_row(frame: pd.DataFrame) -> int:
    """The first of the fullest rows near the top: titles above it are shorter."""
    filled = (frame.head(15) != "").sum(axis=1)
    return int(str(filled.idxmax()))


def _judge(column: _Column, permit: Permit) -> list[Sighting]:
    found: list[Sighting] = column_header_kind(column.header, bool(column.distinct), column.whole)
    header_kinds = find_personal_data(column.header)
    found += [
        Sighting(kind, column.sheet.file, column.sheet.name,
                 (f"{column_letter(column.position)}{column.header_row}",))
        for kind in header_kinds
    ]  # fmt: skip
    if not column.distinct:
        return found
    word = fold_name(column.header)
    found += _judge_identity(column, allowed=word in permit.columns)
    found += _judge_lost_zeros(column)
    if word not in permit.columns:
        found += _judge_hashes(column)
    if word not in permit.dates:
        found += _judge_birth_dates(column)
    return found + _judge_words(column)


def column_header_kind(
    header: str, has_content: bool, whole: Callable[[str], list[Sighting]]
) -> list[Sighting]:
    """A header such as "Barnets förnamn" tells what is under it, whatever it looks like."""
    words = [fold_name(word) for word in re.split(r"[\s_/().:-]+", header) if word]
    candidates = [fold_name(header), *words]
    if not has_content or _HARMLESS_BESIDE_NAME & set(words):
        return []
    kinds = [FORBIDDEN_HEADERS[word] for word in candidates if word in FORBIDDEN_HEADERS]
    return whole(kinds[0]) if kinds else []


# --- identity numbers


def _judge_identity(column: _Column, allowed: bool) -> list[Sighting]:
    """`allowed`: the mapping lets a dated case id through; strays among them are refused still."""
    candidates = {text: found for text in column.distinct if (found := find_candidates(text))}
    if not candidates:
        return []
    alone = {text: found[0] for text, found in candidates.items() if found[0].whole}
    if len(alone) >= 5 and len(alone) >= MOSTLY * len(column.distinct):
        return _judge_numbers(column, alone, allowed)
    if _is_chance(column, candidates):
        return [] if allowed else column.whole(SERIAL_ID)
    return _by_kind(column, candidates)


def _judge_lost_zeros(column: _Column) -> list[Sighting]:
    """Excel drops the zeros in front of a number: ten digits of those born 2000-2009 are seven to
    nine. Of other numbers as short, less than one in two hundred is right with its zeros back."""
    short = [text for text in column.distinct if _SHORTENED.fullmatch(text)]
    whole = [find_candidates(text.removesuffix(".0").zfill(10)) for text in short]
    right = sum(any(candidate.valid for candidate in found) for found in whole)
    return column.whole(PERSONNUMMER) if right >= 3 and right >= 0.5 * len(short) else []


def _judge_numbers(column: _Column, numbers: dict[str, Candidate], allowed: bool) -> list[Sighting]:
    """A column that is nothing but numbers shaped like a date and something more."""
    if len(numbers) >= ENOUGH and (_are_times(numbers) or _are_periods(numbers)):
        return []
    valid = sum(number.valid for number in numbers.values())
    if valid >= 0.5 * len(numbers) and not _are_recent(numbers):
        return column.whole(_commonest_kind(numbers))
    checked = [item for item in numbers.values() if re.fullmatch(r"\d{4}", item.tail)]
    share = sum(number.valid for number in checked)
    if checked and share >= 0.5 * len(checked):
        return column.whole(_commonest_kind(numbers))
    if checked and binomtest(share, len(checked), CHANCE, alternative="greater").pvalue < 1e-4:
        return _by_kind(column, {text: [number] for text, number in numbers.items()})
    found = _by_kind(column, {text: [numbers[text]] for text in _strays(numbers)})
    return found if allowed else [*found, *column.whole(DATED_ID)]


def _is_chance(column: _Column, candidates: dict[str, list[Candidate]]) -> bool:
    """Long random digits with no more persons' numbers among them than there would be anyway."""
    digits = [text for text in column.distinct if re.fullmatch(r"\d{10,12}", text)]
    if len(digits) < ENOUGH or len(digits) < MOSTLY * len(column.distinct):
        return False
    reserve, person = 0, 0
    for found in candidates.values():
        kinds = {candidate.kind for candidate in found if candidate.valid}
        reserve += RESERVE in kinds
        person += bool(kinds - {RESERVE})
    return _are_as_many_as(person, digits, PERSON_BY_CHANCE) and _are_as_many_as(
        reserve, digits, RESERVE_BY_CHANCE
    )


def _are_as_many_as(count: int, digits: Sequence[str], rates: Mapping[int, float]) -> bool:
    rate = float(np.mean([rates[len(text)] for text in digits]))
    return bool(binomtest(count, len(digits), rate, alternative="greater").pvalue > 1e-4)


def _by_kind(column: _Column, candidates: dict[str, list[Candidate]]) -> list[Sighting]:
    kinds: dict[str, list[str]] = {}
    for text, found in candidates.items():
        for candidate in found:
            if candidate.valid:
                kinds.setdefault(candidate.kind, []).append(text)
    return [sighting for kind, texts in kinds.items() for sighting in column.sighting(kind, texts)]


def _commonest_kind(numbers: dict[str, Candidate]) -> str:
    kinds = [number.kind for number in numbers.values() if number.valid]
    return max(set(kinds), key=kinds.count)


def _strays(numbers: dict[str, Candidate]) -> list[str]:
    """Valid numbers whose year lies outside that of nearly all others: persons among cases."""
    years = np.array([number.year for number in numbers.values()])
    low, high = np.quantile(years, [0.02, 0.98])
    return [
        text
        for text, number in numbers.items()
        if number.valid and not low - 1 <= number.year <= high + 1
    ]


def _are_recent(numbers: dict[str, Candidate]) -> bool:
    """Dates within ten years of each other, none before 2000: cases, not births."""
    years = [number.year for number in numbers.values()]
    return min(years) >= 2000 and max(years) - min(years) <= 10


def _are_times(numbers: dict[str, Candidate]) -> bool:
    """Hours and minutes after the date, and not the serial numbers 0001 to 0059."""
    tails = [item.tail for item in numbers.values()]
    is_time = all(re.fullmatch(r"([01]\d|2[0-3])[0-5]\d", tail) for tail in tails)
    return is_time and len({tail[:2] for tail in tails}) >= 4


def _are_periods(numbers: dict[str, Candidate]) -> bool:
    """Month and day after the date: "240101-1231", and not the serial numbers 0101 to 0131."""
    tails = [item.tail for item in numbers.values()]
    is_day = all(re.fullmatch(r"(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", tail) for tail in tails)
    return is_day and len({tail[:2] for tail in tails}) >= 3


# --- hashes, birth dates, words


def _judge_hashes(column: _Column) -> list[Sighting]:
    hashes = [text for text in column.distinct if _HEX.fullmatch(text) or _BASE64.fullmatch(text)]
    if not hashes or len(hashes) < MOSTLY * len(column.distinct):
        return []
    return [] if all(map(_UUID_HEX.fullmatch, hashes)) else column.whole(HASH)


def _judge_birth_dates(column: _Column) -> list[Sighting]:
    """Dates in a column of unknown meaning, spread over many years and most of them long ago."""
    dates = [text for text in column.distinct if _EIGHT.fullmatch(text)]
    if len(dates) < 5 or len(dates) < MOSTLY * len(column.distinct):
        return []
    plain = pd.Series(dates).str.replace("-", "")
    days = pd.to_datetime(plain.where(plain.ge("1900")), format="%Y%m%d", errors="coerce").dropna()
    if len(days) < MOSTLY * len(dates):
        return []
    years = days.dt.year.to_numpy()
    first, middle, last = np.quantile(years, [0.05, 0.5, 0.95])
    return column.whole(BIRTH_DATE) if last - first > 12 and years.max() - middle > 7 else []


def _judge_words(column: _Column) -> list[Sighting]:
    kinds: dict[str, list[str]] = {}
    for text in column.distinct:
        for kind in find_other_kinds(text):
            kinds.setdefault(kind, []).append(text)
        if is_free_text(text):
            kinds.setdefault(FREE_TEXT, []).append(text)
    found = [item for kind, texts in kinds.items() for item in column.sighting(kind, texts)]
    if FREE_TEXT not in kinds and _is_told(column):
        found += column.whole(FREE_TEXT)
    first_names = sum(map(is_first_name, column.distinct))
    if first_names >= 3 and first_names >= 0.5 * len(column.distinct):
        found += column.whole(NAMES)
    return found


def _is_told(column: _Column) -> bool:
    """Many different texts of several words: nobody chose them from a list."""
    if len(column.distinct) < 10:
        return False
    words = np.median([len(text.split()) for text in column.distinct])
    length = np.mean([len(text) for text in column.distinct])
    share = len(column.distinct) / len(column.cells)
    return bool((words > 4 and share > 0.3) or (words >= 2 and length > 25 and share > 0.8))

"""Makes extracts with one fault each, and says which rule must point at which cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from extract_examples import FACTS, Rows, episodes, measurements, write_csv, write_workbook


# Official test numbers of Skatteverket (a few of the published series; no real persons).
TEST_NUMBERS = ("189001049817", "189012129814", "189101199819", "189101209808")
EPISODES, MEASUREMENTS, FACT_SHEET = "Ärenden", "Mätningar", "Uttaget"


@dataclass
class Draft:
    """An extract that is right until a fault is put in it."""

    episodes: Rows
    measurements: Rows
    facts: dict[str, object]
    rng: np.random.Generator
    expected: list[tuple[str, str]] = field(default_factory=list)

    def expect(self, rule: str, sheet: str, column: str, index: int) -> None:
        """`rule` has to point at this cell; `column` "" means the whole sheet."""
        self.expected.append((rule, f"{sheet}|{column}|{index}"))

    def any_episode(self) -> int:
        return int(self.rng.integers(0, len(self.episodes)))

    def any_measurement(self) -> int:
        return int(self.rng.integers(0, len(self.measurements)))

    def other_persons_case(self, **changes: object) -> dict[str, object]:
        """A new row of the first person: another case, later."""
        again = {**self.episodes[0], "arende_id": "Ä900", "start": "2024-10-20",
                 "slut": "2024-12-01", "aktualiserad": "2024-10-10"}  # fmt: skip
        return {**again, **changes}


Fault = Callable[[Draft], None]


def in_episode(rule: str, column: str, **changes: object) -> Fault:
    """Change some cells of one row; the rule has to point at `column`."""

    def put(draft: Draft) -> None:
        index = draft.any_episode()
        draft.episodes[index].update(changes)
        draft.expect(rule, EPISODES, column, index)

    return put


def in_measurement(rule: str, column: str, **changes: object) -> Fault:
    def put(draft: Draft) -> None:
        index = draft.any_measurement()
        draft.measurements[index].update(changes)
        draft.expect(rule, MEASUREMENTS, column, index)

    return put


def one_more_episode(rule: str, column: str, **changes: object) -> Fault:
    """A further row of the first person, at fault together with the first."""

    def put(draft: Draft) -> None:
        draft.episodes.append(draft.other_persons_case(**changes))
        draft.expect(rule, EPISODES, column, len(draft.episodes) - 1)

    return put


def one_more_measurement(rule: str, column: str, **changes: object) -> Fault:
    def put(draft: Draft) -> None:
        draft.measurements.append({**draft.measurements[0], **changes})
        draft.expect(rule, MEASUREMENTS, column, len(draft.measurements) - 1)

    return put


def in_facts(rule: str, name: str, **changes: object) -> Fault:
    def put(draft: Draft) -> None:
        draft.facts.update(changes)
        draft.expect(rule, FACT_SHEET, name, 0)

    return put


def start_after_end(draft: Draft) -> None:
    index = 2 * int(draft.rng.integers(0, len(draft.measurements) // 2))
    draft.measurements[index]["datum"] = "2024-09-14"
    draft.expect("M15", MEASUREMENTS, "datum", index)


def dies_and_comes_back(draft: Draft) -> None:
    draft.episodes[0].update(avslutsorsak="Avliden", maluppfyllelse="Ej bedömt")
    draft.episodes.append(draft.other_persons_case())
    draft.expect("A27", EPISODES, "start", len(draft.episodes) - 1)


def without_column(draft: Draft) -> None:
    for row in draft.episodes:
        del row["aldersgrupp"]
    draft.expect("F01", EPISODES, "", 0)


def without_extraction_date(draft: Draft) -> None:
    del draft.facts["uttagsdatum"]
    draft.expect("F01", "", "", 0)


def every_number_dated(draft: Draft) -> None:
    """Case numbers such as 20240105-0007 in all rows."""
    known = {}
    for number, row in enumerate(draft.episodes):
        known[row["arende_id"]] = f"202401{1 + number % 28:02}-{1 + number:04}"
    for row in [*draft.episodes, *draft.measurements]:
        row["arende_id"] = known[row["arende_id"]]
    draft.expect("P01", EPISODES, "arende_id", -1)


def every_number_hashed(draft: Draft) -> None:
    import hashlib

    for row in [*draft.episodes, *draft.measurements]:
        row["lopnr"] = hashlib.sha256(str(row["lopnr"]).encode()).hexdigest()
    draft.expect("P01", EPISODES, "lopnr", -1)


def column_with_header(header: str, values: tuple[str, ...]) -> Fault:
    def put(draft: Draft) -> None:
        for number, row in enumerate(draft.episodes):
            row[header] = values[number % len(values)]
        draft.expect("P01", EPISODES, header, -1)

    return put


def number_in_text(write: Callable[[str], str], column: str = "orsak") -> Fault:
    def put(draft: Draft) -> None:
        index = draft.any_episode()
        draft.episodes[index][column] = write(str(draft.rng.choice(TEST_NUMBERS)))
        draft.expect("P01", EPISODES, column, index)

    return put


FAULTS: dict[str, Fault] = {
    "löpnummer saknas": in_episode("A01", "lopnr", lopnr=""),
    "kön saknas": in_episode("A01", "kon", kon=""),
    "insats saknas": in_episode("A01", "insats", insats="-"),
    "start saknas": in_episode("A01", "start", start=""),
    "omöjligt datum": in_episode("A02", "slut", slut="2024-13-40"),
    "datum i ord": in_episode("A02", "start", start="i våras"),
    "trettionde februari": in_episode("A02", "aktualiserad", aktualiserad="2024-02-30"),
    "tal i ord": in_episode("A03", "omfattning", omfattning="två"),
    "trasig formel": in_episode("A04", "orsak", orsak="#REF!"),
    "kommun finns inte": in_episode("A05", "kommunkod", kommunkod="9999"),
    "okänd verksamhet": in_episode("A06", "verksamhet", verksamhet="Enhet Nord"),
    "exakt ålder": in_episode("A06", "aldersgrupp", aldersgrupp="34"),
    "okänd avslutsorsak": in_episode("A06", "avslutsorsak", avslutsorsak="slut"),
    "okänt kön": in_episode("A06", "kon", kon="Z"),
    "nöjd utanför skalan": in_episode("A07", "nojd", nojd="7"),
    "negativ omfattning": in_episode("A08", "omfattning", omfattning="-3"),
    "aktualiserad efter start": in_episode("A09", "aktualiserad", aktualiserad="2024-03-01"),
    "slut före start": in_episode("A10", "slut", slut="2024-01-20"),
    "åter före slut": in_episode("A11", "ateraktualiserad", ateraktualiserad="2024-06-01"),
    "framtida slut": in_episode("A12", "slut", slut="2026-01-15"),
    "gammalt datum": in_episode("A13", "aktualiserad", aktualiserad="1924-01-10"),
    "utanför perioden": in_episode("A14", "slut", aktualiserad="2022-01-01", start="2022-02-01",
                                   slut="2022-05-01"),
    "dubbel rad": one_more_episode("A15", "arende_id", arende_id="Ä1", start="2024-02-01"),
    "överlapp": one_more_episode("A16", "start", aktualiserad="2024-02-20", start="2024-03-01"),
    "slut utan orsak": in_episode("A17", "avslutsorsak", avslutsorsak=""),
    "slut men pågår": in_episode("A17", "avslutsorsak", avslutsorsak="Pågår"),
    "orsak utan slut": in_episode("A18", "slut", slut="", maluppfyllelse=""),
    "mål utan slut": in_episode("A19", "slut", slut="", avslutsorsak=""),
    "åter utan slut": in_episode("A20", "slut", slut="", avslutsorsak="", maluppfyllelse="",
                                 ateraktualiserad="2024-12-01"),
    "omfattning utan enhet": in_episode("A21", "omfattning_enhet", omfattning_enhet=""),
    "enhet utan omfattning": in_episode("A21", "omfattning", omfattning=""),
    "två kön": one_more_episode("A22", "kon", kon="M"),
    "två personer": one_more_episode("A23", "arende_id", lopnr="A777", arende_id="Ä1"),
    "mål mot orsak": in_episode("A24", "maluppfyllelse", avslutsorsak="Målet uppnått helt"),
    "annan kommun": in_episode("A25", "kommunkod", kommunkod="2482"),
    "yngre": one_more_episode("A26", "aldersgrupp", aldersgrupp="13–20"),
    "efter döden": dies_and_comes_back,
    "mått saknas": in_measurement("M01", "matt", matt=""),
    "mätdatum i ord": in_measurement("M02", "datum", datum="förra veckan"),
    "värde i ord": in_measurement("M03", "varde", varde="hög"),
    "trasig formel i värde": in_measurement("M04", "varde", varde="#VALUE!"),
    "okänt mått": in_measurement("M05", "matt", matt="Hemmagjort test"),
    "delskala som inte hör dit": in_measurement("M06", "delskala", delskala="Hemliv"),
    "delskala saknas": in_measurement("M06", "delskala", matt="IBIC", varde="2"),
    "okänd fas": in_measurement("M07", "fas", fas="mitten"),
    "utanför skalan": in_measurement("M08", "varde", varde="41"),
    "mål utanför skalan": in_measurement("M09", "malvarde", malvarde="77"),
    "mellan stegen": in_measurement("M10", "varde", varde="7,5"),
    "framtida mätning": in_measurement("M11", "datum", datum="2026-02-01", fas="Efter"),
    "långt före ärendet": in_measurement("M12", "datum", datum="2022-01-01", fas="Start"),
    "dubbel mätning": one_more_measurement("M13", "varde", varde="12"),
    "två startmätningar": one_more_measurement("M14", "fas", datum="2024-02-20"),
    "start efter slut": start_after_end,
    "varken datum eller fas": in_measurement("M16", "fas", datum="", fas=""),
    "ärendet finns inte": in_measurement("M17", "arende_id", arende_id="Ä999"),
    "perioden baklänges": in_facts("U01", "period_till", period_till="2023-01-01"),
    "oläsligt uttagsdatum": in_facts("U02", "uttagsdatum", uttagsdatum="snart"),
    "för litet antal": in_facts("U03", "antal_i_verksamheten", antal_i_verksamheten="3"),
    "kolumn saknas": without_column,
    "uttagsdatum saknas": without_extraction_date,
    "personnummer": number_in_text(lambda number: number),
    "personnummer med streck": number_in_text(lambda number: f"{number[2:8]}-{number[8:]}"),
    "personnummer i text": number_in_text(lambda number: f"mor {number[:8]} {number[8:]} hemma"),
    "dolt personnummer": number_in_text(lambda number: f"{number[:8]}-XXXX"),
    "personnummer i värde": number_in_text(lambda number: f"{number}.0", "omfattning"),
    "namn i cell": in_episode("P01", "orsak", orsak="Anna Andersson ringde"),
    "e-post": in_episode("P01", "orsak", orsak="nagon@example.se"),
    "telefon": in_episode("P01", "orsak", orsak="ring 070-174 06 05"),
    "adress": in_episode("P01", "orsak", orsak="bor på Storgatan 12"),
    "fritext": in_episode(
        "P01", "orsak", orsak="mor har berättat att hon och barnen ofta lämnas ensamma i hemmet"
    ),
    "kolumn med namn": column_with_header("Barnets förnamn", ("Xyz", "Abc")),
    "kolumn med födelsedatum": column_with_header("född", ("1990-01-01", "1971-05-06")),
    "kolumn med ålder": column_with_header("ålder", ("34", "51")),
    "kolumn med anteckningar": column_with_header("Anteckning", ("kort",)),
    "daterade ärendenummer": every_number_dated,
    "hashade löpnummer": every_number_hashed,
}  # fmt: skip


@dataclass(frozen=True)
class Dirty:
    """Files with one fault. `expected`: rule and cell, as the check writes the cell."""

    name: str
    paths: list[Path]
    expected: list[tuple[str, str]]


def new_draft(rng: np.random.Generator) -> Draft:
    count = int(rng.integers(40, 60))
    return Draft(episodes(count), measurements(count), dict(FACTS), rng)


def make_dirty(folder: Path, name: str, seed: int) -> Dirty:
    """One file or three with the fault called `name`, written one of the ways that are common."""
    rng = np.random.default_rng(seed)
    draft = new_draft(rng)
    FAULTS[name](draft)
    as_csv = bool(rng.random() < 0.4)
    paths = write_draft(folder, draft, rng, as_csv)
    return Dirty(
        name, paths, [(rule, _cell(draft, place, as_csv)) for rule, place in draft.expected]
    )


def write_draft(folder: Path, draft: Draft, rng: np.random.Generator, as_csv: bool) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    if not as_csv:
        path = folder / "uttag.xlsx"
        return [write_workbook(path, draft.episodes, draft.measurements, draft.facts)]
    sign = str(rng.choice([";", ",", "\t"]))
    encoding = str(rng.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16"]))
    parts = {"arenden": draft.episodes, "matningar": draft.measurements, "uttag": [draft.facts]}
    return [write_csv(folder / f"{name}.csv", rows, sign, encoding) for name, rows in parts.items()]


_FILES = {EPISODES: "arenden.csv", MEASUREMENTS: "matningar.csv", FACT_SHEET: "uttag.csv"}


def _cell(draft: Draft, place: str, as_csv: bool) -> str:
    """Ärenden|slut|3 as the check writes it: Ärenden!I5, arenden.csv!I5; "" for no place."""
    sheet, column, index = place.split("|")
    if not sheet:
        return ""
    name = _FILES[sheet] if as_csv else sheet
    if not column:
        return name
    if sheet == FACT_SHEET:
        position = list(draft.facts).index(column)
        return f"{name}!{_letter(position)}2" if as_csv else f"{name}!B{position + 1}"
    rows = draft.episodes if sheet == EPISODES else draft.measurements
    letter = _letter(list(rows[0]).index(column))
    if index == "-1":
        return f"{name}!{letter}1, hela kolumnen"
    return f"{name}!{letter}{int(index) + 2}"


def _letter(position: int) -> str:
    return chr(65 + position) if position < 26 else "A" + chr(65 + position - 26)

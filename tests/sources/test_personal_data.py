"""The gate: every spelling is found, columns are judged together, clean columns pass."""

from __future__ import annotations

import csv
import hashlib
import json
import uuid
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analyslib.sources.extract_reading import TEXT, Sheet
from analyslib.sources.identity_numbers import find_candidates
from analyslib.sources.personal_data import find_personal_data
from analyslib.sources.personal_data_columns import (
    BIRTH_DATE,
    DATED_ID,
    EXACT_AGE,
    HASH,
    SERIAL_ID,
    Permit,
    Sighting,
    find_in_name,
    find_in_sheet,
)


# How people and programs write a number of twelve digits.
SPELLINGS: dict[str, Callable[[str], str]] = {
    "12": lambda n: n,
    "8-4": lambda n: f"{n[:8]}-{n[8:]}",
    "10": lambda n: n[2:],
    "6-4": lambda n: f"{n[2:8]}-{n[8:]}",
    "6+4": lambda n: f"{n[2:8]}+{n[8:]}",
    "8 4": lambda n: f"{n[:8]} {n[8:]}",
    "6 4": lambda n: f"{n[2:8]} {n[8:]}",
    "8 4, hårt mellanslag": lambda n: f"{n[:8]}\u00a0{n[8:]}",
    "tankstreck": lambda n: f"{n[:8]}–{n[8:]}",
    "hårt bindestreck": lambda n: f"{n[2:8]}\u2011{n[8:]}",
    "luft runt strecket": lambda n: f"{n[:8]} - {n[8:]}",
    "ISO": lambda n: f"{n[:4]}-{n[4:6]}-{n[6:8]}-{n[8:]}",
    "snedstreck": lambda n: f"{n[:4]}/{n[4:6]}/{n[6:8]} {n[8:]}",
    "punkter": lambda n: f"{n[2:4]}.{n[4:6]}.{n[6:8]}-{n[8:]}",
    "sekel för sig": lambda n: f"{n[:2]} {n[2:8]} {n[8:]}",
    "utan kontrollsiffra": lambda n: f"{n[:8]}-{n[8:11]}",
    "dold": lambda n: f"{n[:8]}-XXXX",
    "dold, tio": lambda n: f"{n[2:8]}-****",
    "dold till hälften": lambda n: f"{n[2:8]}-{n[8:10]}xx",
    "flyttal": lambda n: f"{n}.0",
    "flyttal, tio": lambda n: f"{n[2:]}.0",
    "exponent": lambda n: f"{int(n):.11E}",
    "med prefix": lambda n: f"id_{n}",
    "inklämt": lambda n: f"P{n}K",
    "i text": lambda n: f"Modern {n[2:8]}-{n[8:]} har kontakt",
    "med löpnummer efter": lambda n: f"{n[:8]}-{n[8:]}-01",
    "fullbredd": lambda n: n.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)}),
}  # fmt: skip


def read_numbers(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row[0] for row in list(csv.reader(file))[1:]]


def sheet_of(values: list[str], header: str = "kod") -> Sheet:
    """One column with a header, beside a column that is always in order."""
    cells = [header, *values]
    beside = ["verksamhet", *["Barn och unga"] * len(values)]
    frame = pd.DataFrame(
        {0: pd.array(cells, dtype=TEXT), 1: pd.array(beside, dtype=TEXT)},
        index=range(1, len(cells) + 1),
    )
    return Sheet("uttag.xlsx", "Blad1", frame)


def judge(values: list[str], header: str = "kod", permit: Permit | None = None) -> list[Sighting]:
    return find_in_sheet(sheet_of(values, header), permit or Permit({}))


def kinds(values: list[str], header: str = "kod") -> set[str]:
    return {sighting.kind for sighting in judge(values, header)}


# --- identity numbers


@pytest.mark.shared
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_official_test_number_is_found_in_every_spelling(
    spelling: str, reference: Path
) -> None:
    write = SPELLINGS[spelling]
    persons = read_numbers(reference / "isu/skatteverket_testpersonnummer_sample.csv")
    coordination = read_numbers(reference / "isu/skatteverket_testsamordningsnummer_sample.csv")
    assert (len(persons), len(coordination)) == (300, 100)
    missed = [n for n in persons + coordination if not find_personal_data(write(n))]
    assert len(missed) == 0


@pytest.mark.shared
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_column_of_numbers_is_refused_in_every_spelling(spelling: str, reference: Path) -> None:
    persons = read_numbers(reference / "isu/skatteverket_testpersonnummer_sample.csv")
    found = judge([SPELLINGS[spelling](number) for number in persons])
    refused = {kind for sighting in found for kind in [sighting.kind]}
    assert any("personnummer" in kind for kind in refused)


@pytest.mark.shared
@pytest.mark.parametrize("end", ["", ".0"])
def test_a_column_whose_zeros_excel_has_dropped_is_refused(end: str, reference: Path) -> None:
    persons = read_numbers(reference / "isu/skatteverket_testpersonnummer_sample.csv")
    young = [f"{int(number[2:])}{end}" for number in persons if number[2] == "0"]
    assert len(young) > 50 and all(len(number.removesuffix(".0")) < 10 for number in young)
    assert kinds(young) == {"personnummer"}
    assert kinds(young[:3]) == {"personnummer"}
    assert kinds([*young[:3], *(f"{number}" for number in range(4100100, 4100103))]) == {
        "personnummer"
    }


@pytest.mark.parametrize("width", [7, 8, 9])
def test_short_serial_numbers_are_not_taken_for_numbers_without_their_zeros(width: int) -> None:
    rng = np.random.default_rng(width)
    first = 1010001 * 10 ** (width - 7)
    drawn = [str(n) for n in rng.integers(10 ** (width - 1), 10**width, 5000)]
    for numbers in (drawn, [str(n) for n in range(first, first + 999)]):
        assert "personnummer" not in kinds(numbers)


@pytest.mark.shared
def test_the_vectors_of_the_personnummer_specification(reference: Path) -> None:
    """Refused are all valid ones. Of the invalid a few look like other numbers, and are too."""
    for name in ("personnummer_meta_list.json", "personnummer_meta_interim.json"):
        for case in json.loads((reference / "isu" / name).read_text()):
            for key in ("long_format", "short_format", "separated_format", "separated_long"):
                if case["valid"]:
                    assert find_personal_data(case[key])


def test_a_wrong_check_digit_is_no_personnummer() -> None:
    assert find_personal_data("189001049818") == ()
    assert find_personal_data("189001049817") == ("personnummer",)


def test_unknown_month_and_day_of_a_samordningsnummer() -> None:
    """Month 00 and day 60 stand for unknown; the check digit is computed here."""
    for digits in ("700060238", "700660238"):
        doubled = (int(c) * (2 - i % 2) for i, c in enumerate(digits))
        check = -sum(n // 10 + n % 10 for n in doubled) % 10
        assert find_personal_data(f"19{digits}{check}") == ("samordningsnummer",)


@pytest.mark.parametrize("number", ["22790112AB12", "990101234567", "19900101-A12B"])
def test_reserve_numbers(number: str) -> None:
    assert "reservnummer" in find_personal_data(number)


# --- columns: 20,000 of each


def iso_dates(rng: np.random.Generator) -> list[str]:
    days = np.datetime64("2014-01-01") + rng.integers(0, 4000, 20_000)
    return [str(day) for day in days]


def organisation_numbers(rng: np.random.Generator) -> list[str]:
    numbers = []
    for first, rest in zip(
        rng.integers(20, 100, 20_000), rng.integers(0, 10**5, 20_000), strict=True
    ):
        digits = f"55{first:02}{rest:05}"
        doubled = (int(c) * (2 - i % 2) for i, c in enumerate(digits))
        check = -sum(n // 10 + n % 10 for n in doubled) % 10
        numbers.append(f"{digits[:6]}-{digits[6:]}{check}")
    return numbers


def uuids(rng: np.random.Generator) -> list[str]:
    return [str(uuid.UUID(bytes=rng.bytes(16), version=4)) for _ in range(20_000)]


CLEAN: dict[str, Callable[[np.random.Generator], list[str]]] = {
    "ISO-datum": iso_dates,
    "organisationsnummer": organisation_numbers,
    "organisationsnummer utan streck": lambda r: [
        n.replace("-", "") for n in organisation_numbers(r)
    ],
    "organisationsnummer med 16": lambda r: [f"16{n}" for n in organisation_numbers(r)],
    "uuid": uuids,
    "uuid utan streck": lambda r: [text.replace("-", "") for text in uuids(r)],
    "löpnummer": lambda r: [f"A{n:05}" for n in range(20_000)],
    "årslöpnummer": lambda r: [f"2024-{n:05}" for n in range(20_000)],
    "åtta siffror": lambda r: [str(n) for n in r.integers(10_000_000, 99_999_999, 20_000)],
    "tidsstämplar": lambda r: [f"{day} {int(h):02}:15:00" for day, h in
                               zip(iso_dates(r), r.integers(0, 24, 20_000), strict=True)],
    "täta tidsstämplar": lambda r: [f"{day.replace('-', '')}{int(h):02}15" for day, h in
                                    zip(iso_dates(r), r.integers(0, 24, 20_000), strict=True)],
    "perioder": lambda r: [f"{day} – {day[:8]}28" for day in iso_dates(r)],
    "korta perioder": lambda r: [f"{day[2:].replace('-', '')}-1231" if n % 4 else
                                 f"{day[2:].replace('-', '')}-{3 + n % 9:02}28"
                                 for n, day in enumerate(iso_dates(r))],
}  # fmt: skip


@pytest.mark.parametrize("content", CLEAN)
def test_clean_columns_are_never_refused(content: str) -> None:
    values = CLEAN[content](np.random.default_rng(20))
    assert len(values) == 20_000
    assert judge(values) == []


@pytest.mark.parametrize("pattern", ["{day}{serial:04}", "{short}-{serial:04}"])
def test_dated_case_ids_are_judged_as_a_column(pattern: str) -> None:
    """One in ten has a right check digit; no cell is called a personnummer for that."""
    rng = np.random.default_rng(3)
    days = [text.replace("-", "") for text in iso_dates(rng)]
    values = [
        pattern.format(day=day, short=day[2:], serial=serial)
        for day, serial in zip(days, rng.integers(0, 10_000, 20_000), strict=True)
    ]
    by_chance = sum(any(c.valid for c in find_candidates(value)) for value in values)
    assert 0.09 < by_chance / len(values) < 0.11
    found = judge(values)
    assert [(item.kind, item.whole_column) for item in found] == [(DATED_ID, True)]
    assert judge(values, "ärende", Permit({"arende": "systemet kan inte annat"})) == []


def test_few_dated_case_ids_are_not_called_persons_either() -> None:
    values = [f"202401{day:02}-00{day:02}" for day in range(1, 21)]
    assert kinds(values) == {DATED_ID}


@pytest.mark.shared
def test_a_person_among_dated_case_ids_is_found_though_the_column_is_allowed(
    reference: Path,
) -> None:
    person = read_numbers(reference / "isu/skatteverket_testpersonnummer_sample.csv")[40]
    values = [f"2024{1 + n % 12:02}{1 + n % 28:02}-{n:04}" for n in range(2_000)]
    values[1234] = f"{person[:8]}-{person[8:]}"
    found = judge(values, "ärende", Permit({"arende": "systemet kan inte annat"}))
    assert [(item.kind, item.cells) for item in found] == [("personnummer", ("A1236",))]


@pytest.mark.shared
def test_half_a_column_of_personnummer_is_found_cell_by_cell(reference: Path) -> None:
    persons = read_numbers(reference / "isu/skatteverket_testpersonnummer_sample.csv")[:50]
    values = [value for n, p in enumerate(persons) for value in (p, f"A{n:03}")]
    found = judge(values)
    assert sum(len(item.cells) for item in found) == 50


def random_digits(width: int, count: int = 20_000) -> list[str]:
    rng = np.random.default_rng(width)
    return [str(n) for n in rng.integers(10 ** (width - 1), 10**width, count)]


ALLOWED = Permit({"kod": "systemet kan inte lämna ut kortare nummer"})


@pytest.mark.parametrize("width", [6, 7, 8, 9])
def test_short_random_digits_are_no_personnummer(width: int) -> None:
    assert judge(random_digits(width)) == []


@pytest.mark.parametrize("width", [10, 11, 12])
def test_long_random_digits_are_refused_once_with_the_way_to_allow_them(width: int) -> None:
    """No cell is called a personnummer, and the message says what to write where."""
    values = random_digits(width)
    (found,) = judge(values)
    assert (found.kind, found.where) == (SERIAL_ID, "Blad1!A1, hela kolumnen")
    assert 'raden "kod" = "skälet" under [allow]' in found.remedy
    assert judge(values, permit=ALLOWED) == []


@pytest.mark.shared
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("year", ["0000", "2010"])
def test_a_column_of_numbers_is_refused_though_it_is_allowed(
    spelling: str, year: str, reference: Path
) -> None:
    """Also of children, whose birth dates lie as close as those of cases."""
    persons = read_numbers(reference / "isu/skatteverket_testpersonnummer_sample.csv")
    chosen = [SPELLINGS[spelling](number) for number in persons if number[:4] >= year]
    assert len(chosen) > 50
    assert judge(chosen, permit=ALLOWED) != []


@pytest.mark.shared
@pytest.mark.parametrize(("width", "persons"), [(10, 20), (12, 5)])
def test_persons_among_allowed_random_digits(width: int, persons: int, reference: Path) -> None:
    """As soon as there are more than chance gives; the fewest that are found in a thousand."""
    real = read_numbers(reference / "isu/skatteverket_testpersonnummer_sample.csv")[:persons]
    values = [*random_digits(width, 1000), *(number[-width:] for number in real)]
    found = {cell for item in judge(values, permit=ALLOWED) for cell in item.cells}
    assert {f"A{1002 + n}" for n in range(persons)} <= found


def test_a_remedy_repeats_no_header_that_is_a_number() -> None:
    found = judge(random_digits(10, 500), "18900104-9817")
    assert all("9817" not in item.remedy for item in found)


def test_few_cells_of_bare_digits_may_be_serial_numbers() -> None:
    (bare,) = judge(["189001049817", "A1", "A2"])
    (told,) = judge(["mor 189001049817", "A1", "A2"])
    assert "högst nio siffror" in bare.remedy and "löpnummer: byt" not in told.remedy


def test_hashes_are_refused_and_uuids_not() -> None:
    numbers = [f"A{n}" for n in range(50)]
    for name in ("md5", "sha1", "sha256"):
        assert kinds([hashlib.new(name, text.encode()).hexdigest() for text in numbers]) == {HASH}


def test_a_hash_column_may_be_allowed_with_a_reason() -> None:
    values = [hashlib.sha256(f"A{n}".encode()).hexdigest() for n in range(50)]
    assert judge(values, "löpnr", Permit({"lopnr": "HMAC, nyckeln finns hos kommunen"})) == []


def test_birth_dates_in_a_column_of_unknown_meaning() -> None:
    rng = np.random.default_rng(4)
    days = np.datetime64("1940-01-01") + rng.integers(0, 27_000, 200)
    assert kinds([str(day) for day in days]) == {BIRTH_DATE}


# --- other kinds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Anna Andersson", "namn"),
        ("Andersson, Erik", "namn"),
        ("Anna-Karin Berg", "namn"),
        ("samtal med Fatima Ali idag", "namn"),
        ("fornamn.efternamn@kommun.se", "e-postadress"),
        ("070-174 06 05", "telefonnummer"),
        ("+46 70 174 06 05", "telefonnummer"),
        ("0701740605", "telefonnummer"),
        ("090-785 12 34", "telefonnummer"),
        ("Storgatan 12", "gatuadress"),
        ("Norra Kyrkovägen 3 B", "gatuadress"),
        ("901 85 Umeå", "gatuadress"),
    ],
)
def test_other_personal_data_in_a_cell(text: str, kind: str) -> None:
    assert kind in find_personal_data(text)
    assert kind in kinds(["a", "b", text, "c", "d"])


@pytest.mark.parametrize(
    "text",
    [
        "Våld i nära relationer", "Maria skyddshem", "Haga Familjecenter", "Öppenvård i grupp",
        "0–12", "2024-01-15", "1 234,5", "0182", "80+", "2024-01-15 2024-02-15", "K", "2480 Umeå",
        "SoL 4 kap. 1 §", "LSS 9 § 9", "12,5 timmar", "Personlig Assistans", "Målet uppnått helt",
    ],
)  # fmt: skip
def test_ordinary_words_of_an_extract_pass(text: str) -> None:
    assert find_personal_data(text) == ()


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Personnr", "personnummer"),
        ("Barnets förnamn", "namn"),
        ("E-post", "e-postadress"),
        ("Mobil", "telefonnummer"),
        ("Gatuadress", "gatuadress"),
        ("Född", BIRTH_DATE),
        ("Ålder", EXACT_AGE),
        ("Anteckning (intern)", "fritext"),
    ],
)
def test_a_header_tells_what_is_under_it(header: str, kind: str) -> None:
    assert kinds(["x", "y"], header) == {kind}
    assert kinds(["", ""], header) == set()


@pytest.mark.parametrize("header", ["Insatsens namn", "kommunnamn", "Åldersgrupp", "verksamhet"])
def test_harmless_headers_pass(header: str) -> None:
    assert kinds(["Öppenvård", "Boendestöd"], header) == set()


def test_told_texts_are_refused_as_a_column() -> None:
    values = [f"Har det svårt i skolan vecka {n} enligt läraren" for n in range(20)]
    assert kinds(values) == {"fritext"}


def test_a_column_of_first_names() -> None:
    assert kinds(["Anna", "Erik", "Fatima", "Olle", "Maja"]) == {"namn"}


def test_a_name_of_a_file_is_looked_at_too() -> None:
    assert [item.kind for item in find_in_name(Path("utredning 189001049817.xlsx"))] == [
        "personnummer"
    ]
    assert find_in_name(Path("uttag_2026-03-02_123.xlsx")) == []


def test_the_message_names_cell_and_kind_and_never_the_value() -> None:
    found = judge(["A1", "A2", "mor 18900104-9817 hemma"])
    assert [(item.kind, item.where) for item in found] == [("personnummer", "Blad1!A4")]
    assert "9817" not in repr(found)

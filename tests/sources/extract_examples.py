"""A small extract that is right in everything, as cells; a test changes only what it is about."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import xlsxwriter


EPISODE = {
    "lopnr": "A001", "arende_id": "Ä1", "kommunkod": "2480", "verksamhet": "Missbruk och beroende",
    "aldersgrupp": "25–44", "kon": "K", "aktualiserad": "2024-01-10", "start": "2024-02-01",
    "slut": "2024-09-15", "aktualiseringssatt": "Ansökan", "orsak": "alkohol", "behov": "hälsa",
    "insats": "Öppenvård", "omfattning": "2", "omfattning_enhet": "timmar per vecka",
    "bistandsprovad": "ja", "bedomningsmetod": "ASI", "avslutsorsak": "Avslutad enligt plan",
    "maluppfyllelse": "Delvis", "nojd": "4", "ateraktualiserad": "",
}  # fmt: skip
MEASUREMENT = {
    "lopnr": "A001", "arende_id": "Ä1", "datum": "2024-02-03", "fas": "Start", "matt": "AUDIT",
    "delskala": "", "varde": "18", "malvarde": "", "skattare": "Brukaren",
}  # fmt: skip
FACTS = {
    "kommunkod": "2480", "uttagsdatum": "2025-01-31", "period_fran": "2024-01-01",
    "period_till": "2024-12-31", "urval": "Alla insatser", "antal_i_verksamheten": "90",
    "kontaktroll": "SU-teamet",
}  # fmt: skip

Rows = list[dict[str, object]]


def episodes(count: int = 12) -> Rows:
    """Different persons, one finished case each."""
    return [
        {**EPISODE, "lopnr": f"A{number:03}", "arende_id": f"Ä{number}"}
        for number in range(1, count + 1)
    ]


def measurements(count: int = 12) -> Rows:
    """A start and an end measurement for each of the cases."""
    rows: Rows = []
    for number in range(1, count + 1):
        who = {"lopnr": f"A{number:03}", "arende_id": f"Ä{number}"}
        rows.append({**MEASUREMENT, **who})
        rows.append({**MEASUREMENT, **who, "datum": "2024-09-10", "fas": "Avslut", "varde": "9"})
    return rows


def write_workbook(
    path: Path,
    episode_rows: Rows | None = None,
    measurement_rows: Rows | None = None,
    facts: Mapping[str, object] | None = None,
) -> Path:
    """As the template lays it out: Ärenden and Mätningar with headers, Uttaget upright."""
    book = xlsxwriter.Workbook(path, {"strings_to_numbers": False})
    sheet = book.add_worksheet("Uttaget")
    for row, (name, value) in enumerate((FACTS if facts is None else facts).items()):
        sheet.write_row(row, 0, [name, value])
    _write_rows(book, "Ärenden", episodes() if episode_rows is None else episode_rows)
    _write_rows(book, "Mätningar", measurements() if measurement_rows is None else measurement_rows)
    book.close()
    return path


def _write_rows(book: xlsxwriter.Workbook, name: str, rows: Rows) -> None:
    if not rows:
        return
    sheet = book.add_worksheet(name)
    sheet.write_row(0, 0, list(rows[0]))
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, list(row.values()))


def write_csv(path: Path, rows: Rows, delimiter: str = ";", encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path

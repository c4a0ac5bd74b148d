"""Öppna jämförelser and other tables per municipality, from files that publishers publish.

A file is taken into the archive as it was received, together with a list of its series, which
have no id of their own: ``oj:<layout>:<title>``. The store reads both.
"""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from analyslib.errors import Fault, SourceError, UsageError
from analyslib.sources.origin import ArchivedFile, Origin, archive_file, archived_files, sha256_of
from analyslib.sources.places import COUNTRY, MUNICIPALITY
from analyslib.sources.symbols import find_coding
from analyslib.sources.table_reading import Reading, read_tables, series_title
from analyslib.sources.table_sheets import Options
from analyslib.workspace import Workspace


__all__ = ["Checked", "Options", "add", "check", "read"]

SOURCE = "oj"
UNKNOWN_PUBLISHER = "okänd utgivare"
OPTIONS = ".reading.toml"


@dataclass(frozen=True)
class Checked:
    """A file that was understood, and what it holds."""

    path: Path
    reading: Reading
    options: Options

    @property
    def rows(self) -> int:
        return len(self.reading.at_level(MUNICIPALITY, COUNTRY))

    @property
    def title(self) -> str:
        return self.options.title or self.reading.layout.title or self.path.stem

    @property
    def summary(self) -> str:
        """One sentence on what was read and what was not."""
        values = self.reading.values
        places = values.loc[values["level"] == MUNICIPALITY, "municipality"].nunique()
        years = sorted(values["year"].unique())
        span = f"{years[0]}–{years[-1]}" if len(years) > 1 else f"{years[0]}"
        return (
            f"{self.title}: {values['series'].nunique()} serier, {places} kommuner, {span}; "
            f"{len(values)} värden på {self.reading.rows_loaded} rader, "
            f"{len(self.reading.rejected)} rader utan värden."
        )


def check(
    path: Path,
    year: int | None = None,
    publisher: str = "",
    title: str = "",
    today: date | None = None,
) -> Checked:
    """Read the whole file without taking it in. Raises SourceError with every fault."""
    options = Options(year or 0, publisher.casefold(), title)
    return Checked(Path(path), read_tables(Path(path), options, today=today), options)


def add(
    workspace: Workspace,
    paths: Iterable[Path],
    year: int | None = None,
    publisher: str = "",
    title: str = "",
    vintage: str | None = None,
    retrieved: date | None = None,
) -> list[ArchivedFile]:
    """Check every file, then take all into the archive; one that is wrong stops them all.

    `year` is needed where the file does not say, `publisher` (socialstyrelsen, scb or kolada)
    where it has signs that mean different things, `title` where a table has no name.
    """
    retrieved = retrieved or date.today()
    files = [Path(path) for path in paths]
    if not files:
        raise UsageError("Ingen fil angavs.", remedy="Skriv filens namn efter `add oj`.")
    checked = _check_all(files, year, publisher, title, retrieved)
    faults = [fault for one in checked for fault in _told_otherwise(workspace, one)]
    if faults:
        raise SourceError(faults)
    return [
        file
        for one in checked
        for file in _archive(workspace, one, _vintage(one, vintage, retrieved), retrieved)
    ]


def read(file: ArchivedFile) -> pd.DataFrame:
    """The values of an archived file for the store: municipalities and Riket, no other level.

    Columns kpi, municipality, year, gender, value, status, title, cell.
    """
    reading = read_tables(file.path, _load_options(file.path), file.origin.original_name)
    values = reading.at_level(MUNICIPALITY, COUNTRY)
    titles = [
        series_title(title, month)
        for title, month in zip(values["title"], values["month"], strict=True)
    ]
    return pd.DataFrame(
        {
            "kpi": values["series"],
            "municipality": values["municipality"],
            "year": values["year"],
            "gender": values["gender"],
            "value": values["value"],
            "status": values["status"],
            "title": titles,
            "cell": values["cell"],
        }
    ).reset_index(drop=True)


def _check_all(
    paths: Iterable[Path], year: int | None, publisher: str, title: str, today: date
) -> list[Checked]:
    checked: list[Checked] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            checked.append(check(path, year, publisher, title, today))
            faults += _nothing_to_load(checked[-1])
        except SourceError as error:
            faults.extend(error.faults)
    if faults:
        raise SourceError(faults)
    return checked


def _nothing_to_load(checked: Checked) -> list[Fault]:
    if checked.rows:
        return []
    what = "Filen har bara värden för län eller regioner, inga för kommuner eller riket."
    return [Fault(what, checked.path.name, "Hämta tabellen per kommun.")]


# --- into the archive


def _archive(
    workspace: Workspace, checked: Checked, vintage: str, retrieved: date
) -> list[ArchivedFile]:
    """The series first: values without a series would be turned away by the build."""
    with tempfile.TemporaryDirectory() as scratch:
        listed = Path(scratch) / f"{checked.path.stem}.json"
        series = _series(checked)
        listed.write_text(json.dumps(series, ensure_ascii=False, indent=1), encoding="utf-8")
        origin = _origin(checked, "kpi", listed, len(series["values"]), vintage, retrieved)
        origin = replace(origin, original_name=f"{checked.path.name} (serierna)")
        archived = [archive_file(workspace, listed, origin)]
    origin = _origin(checked, "values", checked.path, checked.rows, vintage, retrieved)
    archived.append(archive_file(workspace, checked.path, origin))
    _save_options(archived[-1].path, checked.options)
    return archived


def _vintage(checked: Checked, vintage: str | None, retrieved: date) -> str:
    """As told, else the day of publication in the file, else the day it was taken in."""
    text = vintage or (checked.reading.published or retrieved).isoformat()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise UsageError(
            f"”{text}” är inget datum.", remedy="Skriv årgången som ÅÅÅÅ-MM-DD."
        ) from error


def _origin(
    checked: Checked, dataset: str, path: Path, rows: int, vintage: str, retrieved: date
) -> Origin:
    layout = checked.reading.layout
    return Origin(
        source=SOURCE,
        dataset=dataset,
        publisher=layout.publisher or checked.options.publisher or UNKNOWN_PUBLISHER,
        title=checked.title,
        address=layout.address,
        licence=layout.licence,
        retrieved=retrieved,
        vintage=vintage,
        original_name=path.name,
        sha256=sha256_of(path),
        rows=rows,
    )


def _series(checked: Checked) -> dict[str, list[dict[str, object]]]:
    """The series in the form Kolada describes its own in, with the notes of the file."""
    reading = checked.reading
    publisher = reading.layout.publisher or checked.options.publisher or UNKNOWN_PUBLISHER
    notes = " ".join(note for note in reading.notes if len(note) < 1000)[:4000]
    return {
        "values": [
            {
                "id": series,
                "title": _series_title(rows),
                "description": f"{checked.title}. {notes} Källa: {publisher}.",
                "is_divided_by_gender": rows["gender"].nunique() > 1,
                "municipality_type": "K",
                "auspice": "",
                "operating_area": checked.title,
                "perspective": "",
                "publication_date": None,
                "prel_publication_date": None,
                "publ_period": None,
                "has_ou_data": False,
            }
            for series, rows in reading.values.groupby("series", sort=True)
        ]
    }


def _series_title(rows: pd.DataFrame) -> str:
    """Answers in words became numbers; the title says which, as Kolada's titles do."""
    title = series_title(rows["title"].iloc[0], rows["month"].iloc[0])
    coding = find_coding(title, rows["symbol"].tolist())
    if coding is None or "=" in title:
        return title
    stated = ", ".join(f"{word.capitalize()}={number:.0f}" for word, number in coding.items())
    return f"{title} ({stated})"


# --- what was told when the file was taken in


def _told_otherwise(workspace: Workspace, checked: Checked) -> list[Fault]:
    """The same file read in two ways would give the same numbers two years or two names."""
    content = sha256_of(checked.path)
    return [
        Fault(
            "Filen finns redan i arkivet, men med andra uppgifter om år, utgivare eller titel.",
            checked.path.name,
            f"Är de nya rätt: ta bort {file.path.name} ur {file.path.parent} och lägg in igen.",
        )
        for file in archived_files(workspace, SOURCE, "values")
        if file.origin.sha256 == content and _load_options(file.path) != checked.options
    ]


def _save_options(path: Path, options: Options) -> None:
    """Beside the archived file, so that it is read the same way for ever."""
    place = path.with_name(path.name + OPTIONS)
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in asdict(options).items()]
    beside = place.with_name(f".{place.name}.part")
    beside.write_text("".join(lines), encoding="utf-8")
    os.replace(beside, place)


def _load_options(path: Path) -> Options:
    place = path.with_name(path.name + OPTIONS)
    if not place.exists():
        return Options()
    return Options(**tomllib.loads(place.read_text(encoding="utf-8")))

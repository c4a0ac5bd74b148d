"""Writes a made-up extract as municipalities deliver them: a workbook, csv files, a flat file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Protocol

import pandas as pd
import xlsxwriter

from analyslib.sources.extract_template import SHEETS


class Delivered(Protocol):
    """What is to be written; the demo's extract is one."""

    @property
    def episodes(self) -> pd.DataFrame: ...
    @property
    def measurements(self) -> pd.DataFrame: ...
    @property
    def facts(self) -> dict[str, str]: ...


def write_workbook(stem: Path, extract: Delivered) -> list[Path]:
    """As the template lays it out. A fixed date inside keeps the bytes the same every time."""
    path = stem.with_name(f"{stem.name}.xlsx")
    book = xlsxwriter.Workbook(path, {"strings_to_numbers": False})
    book.set_properties({"created": datetime(2026, 3, 2)})
    facts = book.add_worksheet(SHEETS["extract"])
    for row, cells in enumerate(extract.facts.items()):
        facts.write_row(row, 0, cells)
    for name, frame in (("episode", extract.episodes), ("measurement", extract.measurements)):
        sheet = book.add_worksheet(SHEETS[name])
        sheet.write_row(0, 0, list(frame))
        for row, values in enumerate(frame.itertuples(index=False), start=1):
            sheet.write_row(row, 0, values)
    book.close()
    return [path]


def write_csv_files(stem: Path, extract: Delivered) -> list[Path]:
    """Three files with semicolons in Windows' own encoding."""
    frames = {
        "arenden": extract.episodes,
        "matningar": extract.measurements,
        "uttag": pd.DataFrame([extract.facts]),
    }
    paths = []
    for name, frame in frames.items():
        path = stem.with_name(f"{stem.name}_{name}.csv")
        # A dash that Windows' encoding has; lines end as in Windows.
        frame.to_csv(path, sep=";", index=False, encoding="cp1252", lineterminator="\r\n")
        paths.append(path)
    return paths


def write_flat_file(stem: Path, extract: Delivered) -> list[Path]:
    """A row per insats, and each measurement in a column of its own, such as "AUDIT start".

    The file states no extraction date; who takes it in does.
    """
    path = stem.with_name(f"{stem.name}_platt.csv")
    measured = extract.measurements
    subject = (measured["matt"] + " " + measured["delskala"]).str.strip()
    wide = measured.assign(column=subject + " " + measured["fas"]).pivot(
        index=["lopnr", "arende_id"], columns="column", values="varde"
    )
    flat = extract.episodes.merge(wide.reset_index(), on=["lopnr", "arende_id"], how="left").fillna(
        ""
    )
    flat.to_csv(path, sep=";", index=False, encoding="utf-8-sig")
    return [path]

"""Population from SCB's statistical database (PxWeb API v2), as denominators.

From reference year 2025 SCB adds a little noise to every cell (Cell Key Method): sums of parts
are not totals, and adding parts adds noise. So men, women and all are each asked for as they
are published, for the municipality and for the country. Only where the table has no total of
the sexes, and its cells are exact, are the two added here.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from analyslib.catalogue import RIKET, load_catalogue
from analyslib.errors import SourceError
from analyslib.sources.http import Patience, PoliteSession
from analyslib.sources.json_stat import Axis, read_axes, read_frame
from analyslib.sources.origin import ArchivedFile, Origin, archive_file, sha256_of
from analyslib.sources.packed_answers import read_answers, write_answers
from analyslib.sources.progress import Listener, Step, silent
from analyslib.workspace import Workspace


__all__ = ["fetch", "read"]

SOURCE = "scb"
SERIES = "scb:folkmangd"
TITLE = "Folkmängd den 31 december, antal"
BASE_URL = "https://statistikdatabasen.scb.se/api/v2"
ADDRESS = "https://www.statistikdatabasen.scb.se"
LICENCE = "CC0; ange SCB som källa"
COUNTRY = "00"
FIRST_NOISY_YEAR = 2025
# Thirty questions in ten seconds and 150,000 cells in an answer are SCB's limits.
PATIENCE = Patience(interval=0.4)
MAX_CELLS = 100_000
SEXES = {"K": r"kvinnor", "M": r"män", "T": r"(totalt|båda könen|män och kvinnor|samtliga).*"}
TOTAL = r"(tot|samtliga|alla|uppgift samtliga).*"
CONTENT = r"(folkmängd|befolkning|antal).*"
SIGNS = {".": "Not applicable", "..": "Unknown", "": "Unknown"}
NOISE = (
    f"Från och med {FIRST_NOISY_YEAR} lägger SCB ett litet brus på varje cell (Cell Key Method): "
    "delar summerar inte alltid till totalen. Kvinnor, män och totalt är hämtade var för sig."
)


@dataclass(frozen=True)
class Table:
    """A table of SCB and the years it is used for: the series changed table after 2024."""

    id: str
    first_year: int
    last_year: int


TABLES = (Table("TAB638", 1968, 2024), Table("TAB5557", 2025, 9999))


def fetch(
    workspace: Workspace,
    *,
    years: Sequence[int] | None = None,
    tables: Sequence[Table] = TABLES,
    base_url: str = BASE_URL,
    today: date | None = None,
    patience: Patience | None = None,
    progress: Listener = silent,
) -> list[ArchivedFile]:
    """Population 31 December by municipality and sex, into the archive. All years since 1998.

    Years that SCB does not have yet are left out; a table without any of them is not asked.
    """
    today = today or date.today()
    wanted = sorted(set(years)) if years else list(range(1998, today.year))
    with PoliteSession(patience or PATIENCE) as session, tempfile.TemporaryDirectory() as scratch:
        paths = []
        for number, table in enumerate(tables):
            progress(Step(number, len(tables), table.id))
            mine = [year for year in wanted if table.first_year <= year <= table.last_year]
            answers = _answers(session, base_url, table, mine) if mine else []
            if answers:
                paths.append(_write(Path(scratch), table, answers))
        if not paths:
            raise SourceError("SCB har ingen folkmängd för de åren.", remedy="Välj andra år.")
        series = Path(scratch) / "folkmangd.json"
        series.write_text(json.dumps(_series(), ensure_ascii=False), encoding="utf-8")
        counted = [_counted(path, today) for path in paths]
        archived = [_archive(workspace, series, "kpi", 1, today, today.isoformat())]
        for path, (rows, updated) in zip(paths, counted, strict=True):
            archived.append(_archive(workspace, path, "values", rows, today, updated))
    progress(Step(len(tables), len(tables), ""))
    return archived


def read(file: ArchivedFile) -> pd.DataFrame:
    """kpi, municipality, year, gender, value, status, title; one row for each value."""
    frames = [_read_answer(answer, file.path.name) for answer in _load(file.path)]
    frame = pd.concat(frames, ignore_index=True)
    twice = frame.duplicated(["municipality", "year", "gender"])
    if twice.any():
        raise SourceError("Samma kommun, år och kön finns två gånger.", file.path.name)
    return frame


# --- what to ask


def _answers(
    session: PoliteSession, base_url: str, table: Table, years: Sequence[int]
) -> list[bytes]:
    """All that the table has of the years, in as many answers as its limit requires."""
    address = f"{base_url.rstrip('/')}/tables/{table.id}"
    described = session.get(f"{address}/metadata", [("lang", "sv")])
    axes = {axis.name: axis for axis in read_axes(described.data, f"SCB, {table.id}")}
    selection = _selection(axes, table)
    cells_a_year = len(selection["Region"]) * len(selection["Kon"])
    there = [str(year) for year in years if str(year) in axes["Tid"].codes]
    size = max(1, MAX_CELLS // cells_a_year)
    answers = []
    for start in range(0, len(there), size):
        selection["Tid"] = there[start : start + size]
        question = {
            "selection": [
                {"variableCode": name, "valueCodes": codes} for name, codes in selection.items()
            ]
        }
        params = [("lang", "sv"), ("outputFormat", "json-stat2")]
        answer = session.post(f"{address}/data", params, question)
        _check_answer(answer.data, selection, table)
        answers.append(answer.body)
    return answers


def _selection(axes: dict[str, Axis], table: Table) -> dict[str, list[str]]:
    """Municipalities and the country, each sex and all; the total of everything else."""
    missing = {"Region", "Kon", "Tid", "ContentsCode"} - axes.keys()
    if missing:
        raise _changed(table, f"variabeln {', '.join(sorted(missing))} saknas")
    codes = [COUNTRY, *load_catalogue().municipalities]
    absent = [code for code in codes if code not in axes["Region"].codes]
    if absent:
        raise _changed(table, f"regionen {', '.join(absent[:5])} saknas")
    selection = {
        "Region": codes,
        "Kon": [_code_of(axes["Kon"], SEXES[sex], table) for sex in _sexes(axes["Kon"])],
        "ContentsCode": [_code_of(axes["ContentsCode"], CONTENT, table)],
    }
    for name, axis in axes.items():
        if name not in (*selection, "Tid") and not axis.can_be_left_out:
            selection[name] = [_code_of(axis, TOTAL, table)]
    return selection


def _sexes(axis: Axis) -> tuple[str, ...]:
    """The older table has no total of the sexes; its cells are exact and may be summed."""
    has_total = any(re.fullmatch(SEXES["T"], axis.labels[c].casefold()) for c in axis.codes)
    return ("K", "M", "T") if has_total else ("K", "M")


def _code_of(axis: Axis, pattern: str, table: Table) -> str:
    """The code whose label is like this: codes change from table to table, words do not."""
    found = [code for code in axis.codes if re.fullmatch(pattern, axis.labels[code].casefold())]
    if not found:
        raise _changed(table, f"variabeln {axis.name} har inget värde som är väntat")
    return found[0]


def _check_answer(data: Any, selection: dict[str, list[str]], table: Table) -> None:
    for axis in read_axes(data, f"SCB, {table.id}"):
        if axis.name in selection and set(axis.codes) != set(selection[axis.name]):
            raise _changed(table, f"svaret har andra värden på {axis.name} än de efterfrågade")


def _changed(table: Table, what: str) -> SourceError:
    return SourceError(
        f"Tabellen har ändrats: {what}.",
        f"SCB, {table.id}",
        "Uppdatera arbetsbänken; tills dess finns folkmängden i Kolada (N01951).",
    )


# --- into the archive


def _write(folder: Path, table: Table, answers: Sequence[bytes]) -> Path:
    path = folder / f"{table.id}.json.gz"
    write_answers(path, answers)
    return path


def _load(path: Path) -> list[Any]:
    return [json.loads(answer) for answer in read_answers(path)]


def _counted(path: Path, today: date) -> tuple[int, str]:
    """How many values there are, read as the store will read them, and when SCB updated them."""
    answers = _load(path)
    rows = sum(len(_read_answer(answer, path.name)) for answer in answers)
    return rows, str(answers[0].get("updated", ""))[:10] or today.isoformat()


def _archive(
    workspace: Workspace, path: Path, dataset: str, rows: int, today: date, vintage: str
) -> ArchivedFile:
    origin = Origin(
        source=SOURCE,
        dataset=dataset,
        publisher="Statistiska centralbyrån (SCB)",
        title=TITLE,
        address=ADDRESS,
        licence=LICENCE,
        retrieved=today,
        vintage=vintage,
        original_name=path.name,
        sha256=sha256_of(path),
        rows=rows,
    )
    return archive_file(workspace, path, origin)


def _series() -> dict[str, list[dict[str, object]]]:
    """The one series, in the form Kolada describes its own in."""
    return {
        "values": [
            {
                "id": SERIES,
                "title": TITLE,
                "description": f"Folkbokförda den 31 december. {NOISE} Källa: SCB.",
                "is_divided_by_gender": True,
                "municipality_type": "K",
                "auspice": "",
                "operating_area": "Befolkning",
                "perspective": "",
                "publication_date": None,
                "prel_publication_date": None,
                "publ_period": None,
                "has_ou_data": False,
            }
        ]
    }


# --- from the archive


def _read_answer(data: Any, where: str) -> pd.DataFrame:
    frame = read_frame(data, where)
    (sexes,) = (axis for axis in read_axes(data, where) if axis.name == "Kon")
    genders = {
        code: sex
        for code in sexes.codes
        for sex, pattern in SEXES.items()
        if re.fullmatch(pattern, sexes.labels[code].casefold())
    }
    status = frame["status"].map(SIGNS).fillna("Unknown").where(frame["value"].isna(), "")
    values = pd.DataFrame(
        {
            "kpi": SERIES,
            "municipality": frame["Region"].where(frame["Region"] != COUNTRY, RIKET),
            "year": frame["Tid"].astype("int64"),
            "gender": frame["Kon"].map(genders),
            "value": frame["value"],
            "status": status,
            "title": TITLE,
        }
    )
    return values if "T" in genders.values() else _with_totals(values)


def _with_totals(values: pd.DataFrame) -> pd.DataFrame:
    """Women and men together, for the years when SCB's cells were exact."""
    if (values["year"] >= FIRST_NOISY_YEAR).any():
        raise SourceError("Totalen för kvinnor och män saknas och får inte summeras här.", "SCB")
    keys = ["kpi", "municipality", "year", "title"]
    sums = values.groupby(keys, sort=False)["value"].sum(min_count=2).to_frame().reset_index()
    status = sums["value"].isna().map({True: "Unknown", False: ""})
    totals = sums.assign(gender="T", status=status)
    return pd.concat([values, totals[list(values.columns)]], ignore_index=True)

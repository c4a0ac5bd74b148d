"""A checked extract as frames: exactly what goes into the database, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analyslib.sources.extract_check import CheckResult
from analyslib.sources.extract_model import EPISODE, MEASUREMENT
from analyslib.sources.extract_reading import TEXT
from analyslib.sources.extract_typing import Extract


NO_ROW = "T01 Raden hör inte till tabellen."


@dataclass(frozen=True)
class ExtractFrames:
    """episode: one row = one insats of a case. measurement: one row = one measured value.
    extract: one row = the extract. local_value: one row = one value of a declared column of the
    sender's own. rejected: one row = one row of the file that was left out, and why."""

    episode: pd.DataFrame
    measurement: pd.DataFrame
    extract: pd.DataFrame
    local_value: pd.DataFrame
    rejected: pd.DataFrame


def frames_of(result: CheckResult, extract_id: str, sha256: str = "") -> ExtractFrames:
    """The rows that passed. A measurement that was not made (empty value) stays, with no value."""
    extract = result.extract
    if extract is None or not result.is_accepted:
        raise ValueError("a refused extract has no frames")
    is_kept = result.rejected["episode"].eq("")
    columns = [item.name for item in EPISODE]
    episode = extract.episode.values.loc[is_kept, [*columns, "month_only"]]
    return ExtractFrames(
        episode=_with_id(episode, extract_id),
        measurement=_measurements(extract, result, extract_id),
        extract=_facts(extract, result, extract_id, sha256),
        local_value=_local_values(result, extract_id),
        rejected=_rejected(result, extract_id),
    )


def _with_id(frame: pd.DataFrame, extract_id: str) -> pd.DataFrame:
    frame = frame.reset_index(drop=True)
    frame.insert(0, "extract_id", pd.Series(extract_id, index=frame.index, dtype=TEXT))
    return frame


def _measurements(extract: Extract, result: CheckResult, extract_id: str) -> pd.DataFrame:
    columns = [item.name for item in MEASUREMENT]
    if extract.measurement is None:
        return pd.DataFrame(columns=["extract_id", *columns])
    kept = result.rejected["measurement"].eq("")
    return _with_id(extract.measurement.values.loc[kept, columns], extract_id)


def _facts(extract: Extract, result: CheckResult, extract_id: str, sha256: str) -> pd.DataFrame:
    """What the sender states; the period is that of the rows where it is not stated."""
    stated = {} if extract.facts is None else extract.facts.values.iloc[0].to_dict()
    kept = extract.episode.values.loc[result.rejected["episode"].eq("")]
    first, last = stated.get("period_start"), stated.get("period_end")
    facts = {
        "extract_id": extract_id,
        "municipality": kept["municipality"].iloc[0],
        "extraction_date": extract.extraction_date,
        "period_start": first if pd.notna(first) else kept["started"].min(),
        "period_end": last if pd.notna(last) else extract.extraction_date,
        "selection": _text(stated.get("selection")),
        "denominator": stated.get("denominator"),
        "contact": _text(stated.get("contact")),
        "mapping": result.mapping,
        "rows_in": result.rows_in,
        "loaded": result.rows_loaded,
        "rejected": result.rows_rejected,
        "sha256": sha256,
    }
    return pd.DataFrame([facts]).astype({"denominator": "float64"})


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _local_values(result: CheckResult, extract_id: str) -> pd.DataFrame:
    assert result.extract is not None
    columns = ["extract_id", "person", "episode_id", "name", "role", "value"]
    local = result.local_values
    if local.empty:
        return pd.DataFrame(columns=columns)
    kept = local[result.rejected["episode"].reindex(local["index"]).eq("").to_numpy()]
    cases = result.extract.episode.values.loc[kept["index"], ["person", "episode_id"]]
    values = kept[["name", "role", "value"]].set_axis(cases.index)
    return _with_id(pd.concat([cases, values], axis=1), extract_id)[columns]


def _rejected(result: CheckResult, extract_id: str) -> pd.DataFrame:
    assert result.extract is not None
    parts = []
    for name, reasons in result.rejected.items():
        table = getattr(result.extract, name).table
        left_out = reasons[reasons.ne("")]
        rows = [*table.rows[left_out.index.to_numpy()], *table.odd_rows]
        why = [*left_out, *[NO_ROW] * len(table.odd_rows)]
        sheet = table.sheet.name or table.sheet.file
        parts.append(pd.DataFrame({"sheet": sheet, "row": rows, "reason": why}))
    return _with_id(pd.concat(parts, ignore_index=True), extract_id)

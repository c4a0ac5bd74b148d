"""Gives the tables of an extract their kinds: dates, numbers, codes. Text stays beside, to compare.

What was written but not understood is empty here and not empty in the text: that is a fault,
and the rules say so.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analyslib.catalogue import load_catalogue
from analyslib.measures import Measure, fold_name
from analyslib.sources.extract_model import TABLES, Field, code_lists, fold_code
from analyslib.sources.extract_reading import TEXT
from analyslib.sources.extract_tables import Delivery, Table
from analyslib.sources.extract_values import (
    is_blank,
    parse_codes,
    parse_dates,
    parse_municipalities,
    parse_numbers,
)


@dataclass(frozen=True)
class Typed:
    """One table with its kinds. `given`: something was written. `values`: what was understood.

    `values` has every column of the model, empty where the file lacks it, and `month_only`:
    whether any date of the row was given as a month. In measurements `value_not_stated` and
    `target_not_stated` say that a code for "not stated" was written. `present` are the columns
    of the file.
    """

    table: Table
    values: pd.DataFrame
    given: pd.DataFrame
    present: frozenset[str]


@dataclass(frozen=True)
class Extract:
    """Everything the rules look at. `facts` are the facts about the extract, one row."""

    episode: Typed
    measurement: Typed | None
    facts: Typed | None
    measures: dict[str, Measure]
    extraction_date: pd.Timestamp | None


def type_delivery(
    delivery: Delivery, measures: dict[str, Measure], extraction_date: str = ""
) -> Extract:
    """`extraction_date` (ISO) fills in where the files do not state it."""
    if delivery.episode is None:
        raise ValueError("a delivery without episodes has faults, and is not typed")
    facts = _type_table(delivery.extract, delivery, measures) if delivery.extract else None
    episode = _type_table(delivery.episode, delivery, measures)
    if "municipality" not in episode.present and facts is not None:
        _fill_municipality(episode, facts)
    stated = facts.values["extraction_date"].iloc[0] if facts is not None else pd.NaT
    day = (
        stated if pd.notna(stated) else (pd.Timestamp(extraction_date) if extraction_date else None)
    )
    measurement = delivery.measurement
    return Extract(
        episode=episode,
        measurement=_type_table(measurement, delivery, measures) if measurement else None,
        facts=facts,
        measures=measures,
        extraction_date=day,
    )


def _fill_municipality(episode: Typed, facts: Typed) -> None:
    """The municipality that stands once, on the sheet about the extract, holds for all rows."""
    episode.values["municipality"] = facts.values["municipality"].iloc[0]
    episode.given["municipality"] = facts.given["municipality"].iloc[0]


def _type_table(table: Table, delivery: Delivery, measures: dict[str, Measure]) -> Typed:
    text = table.text
    values: dict[str, pd.Series] = {}
    month_only = pd.Series(False, index=text.index)
    for item in TABLES[table.name]:
        if item.name not in text:
            values[item.name] = _empty(item, text.index)
        elif item.kind == "date":
            values[item.name], monthly = parse_dates(text[item.name])
            month_only |= monthly
        elif item.kind not in ("measure", "subscale"):
            own = delivery.mapping.values.get(item.name, {})
            values[item.name] = _understand(item, text[item.name], own)
    if table.name == "measurement":
        values |= _type_measures(text, values["value"], values["target"], measures)
    frame = pd.DataFrame(values)
    given = pd.DataFrame(
        {
            item.name: ~is_blank(text[item.name]) if item.name in text else False
            for item in TABLES[table.name]
        },
        index=text.index,
    )
    if table.name == "episode":
        given["sex"] |= frame["sex"].notna()  # "uppgift saknas" is an answer, not a gap
    return Typed(table, frame.assign(month_only=month_only), given, frozenset(text.columns))


def _empty(item: Field, index: pd.Index) -> pd.Series:
    kinds: dict[str, Any] = {"date": "datetime64[s]", "number": "float64"}
    return pd.Series(pd.NaT if item.kind == "date" else np.nan, index=index).astype(
        kinds.get(item.kind, TEXT)
    )


def _understand(item: Field, column: pd.Series, own: MappingType[str, str]) -> pd.Series:
    if item.kind == "number":
        return parse_numbers(column)
    if item.kind == "code":
        return parse_codes(column, {**code_lists()[item.codes].spellings, **own})
    if item.kind == "municipality":
        return parse_municipalities(column, municipality_codes())
    return column.mask(is_blank(column)).astype(TEXT)


def municipality_codes() -> dict[str, str]:
    places = load_catalogue().municipalities.values()
    names = {fold_code(place.name): place.code for place in places}
    return names | {place.code: place.code for place in places}


# --- measures: the name, the part, and which codes mean "nothing" depend on each other


def _type_measures(
    text: pd.DataFrame, value: pd.Series, target: pd.Series, measures: dict[str, Measure]
) -> dict[str, pd.Series]:
    names = {
        fold_name(word): measure.id
        for measure in measures.values()
        for word in (measure.id, measure.title, *measure.aliases)
    }
    words = text["measure"]
    measure = words.map({word: names.get(fold_name(word)) for word in words.unique()}).astype(TEXT)
    missing = _missing_codes(measure, measures)
    value_gone, target_gone = (_is_any(column, measure, missing) for column in (value, target))
    return {
        "measure": measure,
        "subscale": _type_subscales(text, measure, measures),
        "value": value.mask(value_gone),
        "target": target.mask(target_gone),
        "value_not_stated": value_gone,
        "target_not_stated": target_gone,
    }


def _missing_codes(measure: pd.Series, measures: dict[str, Measure]) -> pd.DataFrame:
    known = [measures[name] for name in measure.dropna().unique()]
    pairs = [(item.id, float(code)) for item in known for code in item.missing]
    return pd.DataFrame(pairs, columns=["measure", "code"])


def _is_any(value: pd.Series, measure: pd.Series, missing: pd.DataFrame) -> pd.Series:
    """Whether each value is one of its own measure's codes for "not stated"."""
    is_code = pd.Series(False, index=value.index)
    for name, code in missing.itertuples(index=False):
        is_code |= measure.eq(name) & value.eq(code)
    return is_code


def _type_subscales(
    text: pd.DataFrame, measure: pd.Series, measures: dict[str, Measure]
) -> pd.Series:
    """Our id of the part, "" where none was written; empty where the measure has no such part.

    A measure with a total has that where no part is named.
    """
    word = text["subscale"] if "subscale" in text else pd.Series("", index=text.index, dtype=TEXT)
    pairs = pd.DataFrame({"measure": measure, "word": word})
    totals = {item.id: "total" for item in measures.values() if item.subscale("total")}
    known = {
        (item.id, fold_name(word)): part.id
        for item in measures.values()
        for part in item.subscales
        for word in (part.id, part.title)
    }
    distinct = pairs.drop_duplicates()
    found: list[Any] = [
        known.get((name, fold_name(word))) if word else totals.get(name, "")
        for name, word in distinct.itertuples(index=False)
    ]
    return (
        pairs.merge(distinct.assign(found=found), on=["measure", "word"], how="left")["found"]
        .astype(TEXT)
        .set_axis(text.index)
    )

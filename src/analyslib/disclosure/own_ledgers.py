"""Whether the own measures that reports read are those that were audited.

Pages are held against the tables of the published database, and the audit reads its ledgers: where
the two say different things of the same persons, neither is to be believed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from analyslib.disclosure.own_measures import label_of
from analyslib.disclosure.publication import Publication


Number = tuple[str, str]  # a measure, or those of it that count ("…:ja"), and a period
COUNTED, SHARE = "antal", "andel"


def printed_numbers(ledgers: Iterable[Publication]) -> dict[Number, int | None]:
    """What the ledgers of own measures print, and None for what they hide."""
    return {number: shown for ledger in ledgers for number, shown in _numbers_of(ledger)}


def _numbers_of(ledger: Publication) -> Iterator[tuple[Number, int | None]]:
    whole = ledger.title.split("-", 2)[2].rpartition(" ")[0]
    rows = [
        ({d: ledger.sets[at] for d, at in zip(ledger.dimensions, cell, strict=True)}, shown)
        for cell, shown, _, _ in ledger.rows
    ]
    every = {name for sets, _ in rows for name in sets.get("class", ())}
    for sets, shown in rows:
        periods, classes = sets["period"], sets.get("class", ())
        label = periods[0] if len(periods) == 1 else periods[0][:4]
        if set(classes) == every:
            yield (whole, label), shown
        elif len(classes) == 1:
            name = f"{whole}:{classes[0]}" if classes[0] in ("ja", "nej") else classes[0]
            yield (name, label), shown


def contradicted(
    measures: pd.DataFrame, values: pd.DataFrame, printed: Mapping[Number, int | None]
) -> list[str]:
    """The measures with a number of persons that the ledgers hide, or print as another."""
    persons = measures[measures["persons"]].set_index("measure")["kind"]
    shown = values[values["value"].notna() & values["measure"].isin(persons.index)]
    found = [
        str(row["measure"])
        for row in shown.to_dict("records")
        if any(
            number in printed and printed[number] != count
            for number, count in _counts(row, persons[row["measure"]], printed)
        )
    ]
    return list(dict.fromkeys(found))


def _counts(
    row: Mapping[Hashable, Any], kind: str, printed: Mapping[Number, int | None]
) -> Iterator[tuple[Number, int]]:
    """The numbers of persons that a value tells: how many, of how many, or behind a mean."""
    name, label = str(row["measure"]), label_of((str(row["grain"]), pd.Timestamp(row["period"])))
    value, n, some = float(row["value"]), float(row["n"]), (f"{name}:ja", label)
    if kind == COUNTED:
        yield some if some in printed else (name, label), round(value)
    elif kind == SHARE and n == n:
        yield some, round(value * n / 100)
    if n == n and (kind != COUNTED or some in printed):
        yield (name, label), round(n)

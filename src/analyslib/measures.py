"""Instruments and scales as data: range, direction, missing codes, what is known of them.

A measure is added as a TOML file in definitions/measures/. Reliability, cut-offs and published
change limits may stand there only with a source; a measure without any of them gets no reliable
change, only better, same and worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from analyslib.definitions.toml_table import Key, Schema, check_table, read_toml
from analyslib.errors import DefinitionError, Fault


BUILT_IN = Path(__file__).parent / "definitions" / "measures"

SEXES = ("", "K", "M")


@dataclass(frozen=True)
class CutOff:
    """A limit with a meaning. `sex` is "K", "M" or empty for all.

    `clinical_side` says which side of `value` is the problem; `inclusive`, whether the limit
    itself counts as the problem.
    """

    value: float
    clinical_side: str
    inclusive: bool
    meaning: str
    source: str
    sex: str = ""


@dataclass(frozen=True)
class Reliability:
    value: float
    kind: str
    source: str


@dataclass(frozen=True)
class ReliableChange:
    """A published number of points that a change must reach to be more than noise."""

    points: float
    source: str


@dataclass(frozen=True)
class Subscale:
    """A part of a measure with its own name; range and direction where they differ."""

    id: str
    title: str
    low: float
    high: float
    direction: str


@dataclass(frozen=True)
class Measure:
    """One instrument. `direction` is "high" or "low": which way is better.

    `labels` gives each step of a short scale its words. `missing` are codes that stand for
    "not stated" or "not applicable", never for a value.
    """

    id: str
    title: str
    full_title: str
    about: str
    service_areas: tuple[str, ...]
    aliases: tuple[str, ...]
    low: float
    high: float
    step: float
    direction: str
    scale: str
    labels: tuple[tuple[float, str], ...]
    missing: tuple[float, ...]
    has_target: bool
    subscales: tuple[Subscale, ...]
    reliability: Reliability | None
    reliable_change: ReliableChange | None
    cut_offs: tuple[CutOff, ...]
    source: str
    owner: str
    review_date: date

    @property
    def offers_reliable_change(self) -> bool:
        """Only where somebody has published how much of the measure is noise."""
        return self.reliability is not None or self.reliable_change is not None

    def subscale(self, name: str) -> Subscale | None:
        return next((part for part in self.subscales if part.id == name), None)

    def cut_offs_for(self, sex: str) -> tuple[CutOff, ...]:
        return tuple(limit for limit in self.cut_offs if limit.sex in ("", sex))


MEASURE_KEYS: Schema = {
    "title": Key(str),
    "full_title": Key(str),
    "about": Key(str),
    "service_areas": Key(list),
    "aliases": Key(list, default=()),
    "low": Key(float),
    "high": Key(float),
    "step": Key(float, default=1.0),
    "direction": Key(str, ("high", "low")),
    "scale": Key(str, ("ordinal", "sum")),
    "labels": Key(dict, default=None),
    "missing": Key(list, default=()),
    "has_target": Key(bool, default=False),
    "subscale": Key(list, default=()),
    "reliability": Key(dict, default=None),
    "reliable_change": Key(dict, default=None),
    "cut_off": Key(list, default=()),
    "source": Key(str),
    "owner": Key(str),
    "review_date": Key(date),
}
SUBSCALE_KEYS: Schema = {
    "id": Key(str),
    "title": Key(str),
    "low": Key(float, default=None),
    "high": Key(float, default=None),
    "direction": Key(str, ("high", "low"), default=""),
}
RELIABILITY_KEYS: Schema = {"value": Key(float), "kind": Key(str), "source": Key(str)}
CHANGE_KEYS: Schema = {"points": Key(float), "source": Key(str)}
CUT_OFF_KEYS: Schema = {
    "value": Key(float),
    "clinical_side": Key(str, ("above", "below")),
    "inclusive": Key(bool),
    "meaning": Key(str),
    "source": Key(str),
    "sex": Key(str, SEXES, default="", blank=True),
}


def load_measures(folder: Path | None = None) -> dict[str, Measure]:
    """Every measure of `folder` (or the built-in ones, read once) by id, in order of title.

    Raises DefinitionError with every fault of every file.
    """
    return _built_in() if folder is None else read_measures(folder)


@lru_cache(maxsize=1)
def _built_in() -> dict[str, Measure]:
    return read_measures(BUILT_IN)


def read_measures(folder: Path) -> dict[str, Measure]:
    faults: list[Fault] = []
    measures = [_read_measure(path, faults) for path in sorted(folder.glob("*.toml"))]
    _check_names(measures, faults)
    if faults:
        raise DefinitionError(faults)
    return {measure.id: measure for measure in sorted(measures, key=lambda item: item.title)}


def _read_measure(path: Path, faults: list[Fault]) -> Measure:
    where = path.name
    table: dict[str, Any] = check_table(read_toml(path, faults), MEASURE_KEYS, where, faults)
    table["labels"] = _read_labels(table["labels"] or {}, where, faults)
    subscales = [
        check_table(row, SUBSCALE_KEYS, f"{where}, subscale", faults)
        for row in table.pop("subscale")
    ]
    measure = Measure(
        id=path.stem,
        subscales=tuple(_fill_subscale(row, table) for row in subscales),
        cut_offs=tuple(
            CutOff(**check_table(row, CUT_OFF_KEYS, f"{where}, cut_off", faults))
            for row in table.pop("cut_off")
        ),
        reliability=_read_part(
            Reliability, table.pop("reliability"), RELIABILITY_KEYS, where, faults
        ),
        reliable_change=_read_part(
            ReliableChange, table.pop("reliable_change"), CHANGE_KEYS, where, faults
        ),
        **_frozen(table),
    )
    _check_measure(measure, where, faults)
    return measure


def _frozen(table: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


def _read_part(kind: Any, row: Any, keys: Schema, where: str, faults: list[Fault]) -> Any:
    return None if row is None else kind(**check_table(row, keys, where, faults))


def _read_labels(
    labels: dict[str, Any], where: str, faults: list[Fault]
) -> tuple[tuple[float, str], ...]:
    read = []
    for step, words in labels.items():
        try:
            read.append((float(step), str(words)))
        except ValueError:
            faults.append(Fault(f"”{step}” i labels är inget tal.", where, "Skriv steget som tal."))
    return tuple(sorted(read))


def _fill_subscale(row: dict[str, Any], measure: dict[str, Any]) -> Subscale:
    """A subscale that says nothing of range or direction has those of the whole measure."""
    return Subscale(
        id=row["id"],
        title=row["title"],
        low=measure["low"] if row["low"] is None else row["low"],
        high=measure["high"] if row["high"] is None else row["high"],
        direction=row["direction"] or measure["direction"],
    )


def _check_measure(measure: Measure, where: str, faults: list[Fault]) -> None:
    """What no single key can tell: that the parts agree with each other."""
    ranges = [(measure.low, measure.high), *((part.low, part.high) for part in measure.subscales)]
    if any(low >= high for low, high in ranges):
        faults.append(Fault("”low” ska vara mindre än ”high”.", where))
    # A code for "not stated" is only a value as well if every part of the measure can take it.
    if any(all(low <= code <= high for low, high in ranges) for code in measure.missing):
        faults.append(
            Fault("en kod i ”missing” ligger inom skalan och kan vara ett riktigt värde.", where)
        )
    if measure.step <= 0:
        faults.append(Fault("”step” ska vara större än noll.", where))
    if measure.reliability and not 0 < measure.reliability.value < 1:
        faults.append(Fault("reliabiliteten ska ligga mellan 0 och 1.", where))
    if any(not measure.low <= limit.value <= measure.high for limit in measure.cut_offs):
        faults.append(Fault("ett gränsvärde ligger utanför skalan.", where))


def _check_names(measures: list[Measure], faults: list[Fault]) -> None:
    """An alias that two measures claim would make a value land in the wrong one."""
    owners: dict[str, str] = {}
    for measure in measures:
        for name in {fold_name(word) for word in (measure.id, measure.title, *measure.aliases)}:
            other = owners.setdefault(name, measure.id)
            if other != measure.id:
                faults.append(
                    Fault(f"namnet ”{name}” används även av {other}.", f"{measure.id}.toml")
                )


def fold_name(text: str) -> str:
    """Whatever the case, the accents, the spaces and the signs: "PHQ-9" is "phq 9"."""
    folded = text.casefold().translate(_PLAIN)
    return "".join(char for char in folded if char.isalnum())


_PLAIN = str.maketrans("åäöéüáàè", "aaoeuaae")

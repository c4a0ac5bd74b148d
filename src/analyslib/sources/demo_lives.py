"""Draws made-up cases and measurements of one verksamhet in one municipality."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from analyslib.measures import Measure, fold_name, load_measures
from analyslib.sources.demo_plan import EXTRACTION_DAY, FEWEST, MOST, Effect, Plan


# Every pseudonym and case number begins so; it stands nowhere else.
CANARY = "KANARIE"
FIRST_DAY, LAST_DAY = date(2023, 1, 1), date(2025, 12, 31)
_DAYS = (LAST_DAY - FIRST_DAY).days
_LAST = (EXTRACTION_DAY - FIRST_DAY).days - 1
_NEVER = -1

_REASONS = {
    "Målet uppnått helt": 0.24, "Målet uppnått delvis": 0.26, "Avslutad enligt plan": 0.22,
    "Avbrott på brukarens initiativ": 0.14, "Avbrott på verksamhetens initiativ": 0.04,
    "Flytt": 0.05, "Övrigt": 0.05,
}  # fmt: skip
_GOALS = {"Målet uppnått helt": "Helt", "Målet uppnått delvis": "Delvis"}
_SATISFIED = (0.04, 0.09, 0.20, 0.40, 0.27)
_TOLD_SATISFACTION = 0.48
_SECOND_INSATS = 0.15

Stream = np.random.RandomState


def draw_lives(
    plan: Plan, area: str, municipality: str, size: int, attrition: float, stream: Stream
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Episodes and measurements as text with the template's headers, for three years."""
    yearly = float(np.clip(plan.yearly * size / 1000, FEWEST, MOST))
    count = int(np.clip(stream.poisson(yearly, 3), FEWEST, MOST).sum())
    cases = _draw_cases(plan, area, municipality, count, stream)
    cases = pd.concat([cases, _returning(plan, cases, stream)], ignore_index=True)
    cases["arende_id"] = [
        f"{_prefix(area, municipality)}C{number:04}" for number in range(len(cases))
    ]
    return _to_episodes(plan, cases, stream), _draw_measurements(plan, cases, attrition, stream)


def _prefix(area: str, municipality: str) -> str:
    return f"{CANARY}{area[:2].upper()}{municipality}"


def _draw_cases(
    plan: Plan, area: str, municipality: str, count: int, stream: Stream
) -> pd.DataFrame:
    """One row per case, dates as days since FIRST_DAY."""
    opened = np.sort(stream.randint(0, _DAYS - 30, count))
    cases = pd.DataFrame(
        {
            "lopnr": [f"{_prefix(area, municipality)}P{number:04}" for number in range(count)],
            "kommunkod": municipality,
            "kon": np.where(stream.random_sample(count) < plan.women, "K", "M"),
            "aldersgrupp": stream.choice(list(plan.ages), count, p=list(plan.ages.values())),
            "opened": opened,
            "started": np.minimum(opened + stream.randint(5, 45, count), _DAYS),
        }
    )
    # A few answer neither K nor M, and of a few nobody has asked.
    odd = stream.random_sample(count)
    cases.loc[odd < 0.004, "kon"] = "annat"
    cases.loc[odd > 0.992, "kon"] = "uppgift saknas"
    return _with_ends(plan, cases, stream)


def _with_ends(plan: Plan, cases: pd.DataFrame, stream: Stream) -> pd.DataFrame:
    """Weibull lengths with the planted median; what lasts beyond the extraction is open."""
    shape = 1.3
    scale = plan.median_days / np.log(2) ** (1 / shape)
    length = np.maximum(14, np.round(scale * stream.weibull(shape, len(cases)))).astype(int)
    ended = cases["started"].to_numpy() + length
    is_open = ended > _LAST
    returns = ended + stream.randint(20, 364, len(cases))
    comes_back = (stream.random_sample(len(cases)) < plan.return_share) & (returns <= _LAST)
    reason = stream.choice(list(_REASONS), len(cases), p=list(_REASONS.values()))
    return cases.assign(
        ended=np.where(is_open, _NEVER, ended),
        readmitted=np.where(is_open | ~comes_back, _NEVER, returns),
        reason=np.where(is_open, "", reason),
    )


def _returning(plan: Plan, cases: pd.DataFrame, stream: Stream) -> pd.DataFrame:
    """Half of those who come back get a new case, under the same pseudonym."""
    back = cases[(cases["readmitted"] != _NEVER) & (cases["readmitted"] < _DAYS - 40)]
    back = back[stream.random_sample(len(back)) < 0.5]
    again = back[["lopnr", "kommunkod", "kon", "aldersgrupp"]].assign(
        opened=back["readmitted"], started=back["readmitted"] + 20
    )
    return _with_ends(plan, again, stream)


# --- the sheet of episodes


def _to_episodes(plan: Plan, cases: pd.DataFrame, stream: Stream) -> pd.DataFrame:
    """One row per insats; some cases have two at the same time."""
    count = len(cases)
    chosen = stream.randint(0, len(plan.insatser), count)
    both = stream.random_sample(count) < _SECOND_INSATS
    rows = pd.concat([cases, cases[both]], ignore_index=True)
    second = (chosen[both] + 1) % len(plan.insatser)
    insats = [plan.insatser[number] for number in [*chosen, *second]]
    told = stream.random_sample(len(rows)) < _TOLD_SATISFACTION
    satisfied = stream.choice([1, 2, 3, 4, 5], len(rows), p=_SATISFIED).astype(str)
    used = stream.random_sample(len(rows)) < 0.48
    has_ended = rows["ended"].to_numpy() != _NEVER
    return pd.DataFrame(
        {
            "lopnr": rows["lopnr"],
            "arende_id": rows["arende_id"],
            "kommunkod": rows["kommunkod"],
            "verksamhet": plan.label,
            "aldersgrupp": rows["aldersgrupp"],
            "kon": rows["kon"],
            "aktualiserad": _days(rows["opened"]),
            "start": _days(rows["started"]),
            "slut": _days(rows["ended"]),
            "aktualiseringssatt": stream.choice(["Ansökan", "Anmälan"], len(rows), p=[0.6, 0.4]),
            "orsak": stream.choice(plan.reasons, len(rows)),
            "insats": [name for name, _, _ in insats],
            "omfattning": [amount for _, amount, _ in insats],
            "omfattning_enhet": [unit for _, _, unit in insats],
            "bistandsprovad": stream.choice(["ja", "nej"], len(rows), p=[0.85, 0.15]),
            "bedomningsmetod": np.where(used, plan.method, ""),
            "avslutsorsak": rows["reason"],
            "maluppfyllelse": np.where(has_ended, _draw_goals(rows["reason"], stream), ""),
            "nojd": np.where(has_ended & told, satisfied, ""),
            "ateraktualiserad": _days(rows["readmitted"]),
        }
    ).sort_values(["lopnr", "arende_id"], ignore_index=True)


def _draw_goals(reasons: pd.Series, stream: Stream) -> np.ndarray:
    other = stream.choice(["Helt", "Delvis", "Inte", "Ej bedömt"], len(reasons),
                          p=[0.2, 0.3, 0.25, 0.25])  # fmt: skip
    return np.array(
        [_GOALS.get(reason, drawn) for reason, drawn in zip(reasons, other, strict=True)]
    )


def _days(numbers: pd.Series) -> pd.Series:
    """Days since FIRST_DAY as ISO dates, "" for never."""
    days = pd.Timestamp(FIRST_DAY) + pd.to_timedelta(numbers.to_numpy(), unit="D")
    return pd.Series(days.strftime("%Y-%m-%d"), index=numbers.index).where(numbers != _NEVER, "")


# --- the sheet of measurements


def _draw_measurements(
    plan: Plan, cases: pd.DataFrame, attrition: float, stream: Stream
) -> pd.DataFrame:
    frames = [_draw_effect(effect, cases, attrition, stream) for effect in plan.effects]
    measured = pd.concat(frames, ignore_index=True)
    return measured.sort_values(["lopnr", "arende_id", "matt", "delskala", "datum"], kind="stable",
                                ignore_index=True)  # fmt: skip


def _draw_effect(
    effect: Effect, cases: pd.DataFrame, attrition: float, stream: Stream
) -> pd.DataFrame:
    """Start, follow-up, end and after; each later one is lost by chance, not once and for all."""
    measure = _measure_of(effect)
    start, end = _draw_pairs(effect, measure, len(cases), stream)
    half_way = np.where(stream.random_sample(len(cases)) < 0.5, start, end)
    first = cases["started"] + stream.randint(0, 15, len(cases))
    started, ended = cases["started"], cases["ended"]
    has_ended = ended.to_numpy() != _NEVER
    last = ended.where(has_ended, _LAST)
    phases = (
        ("Start", first, start, np.ones(len(cases), bool), 0.05),
        (
            "Uppföljning",
            (started + last) // 2,
            half_way,
            (last - started).to_numpy() > 60,
            attrition,
        ),
        ("Avslut", ended, end, has_ended, attrition),
        ("Efter", ended + 180, end, has_ended & (ended.to_numpy() + 180 <= _LAST), attrition),
    )
    rows = []
    for phase, days, values, is_due, lost_share in phases:
        lost = stream.random_sample(len(cases)) < lost_share
        # Half of what is lost stands in the file as an empty cell, half not at all.
        written = is_due & (~lost | (stream.random_sample(len(cases)) < 0.5))
        rows.append(
            _rows(cases, effect, phase, days, values, lost, _targets(measure, start))[written]
        )
    return pd.concat(rows, ignore_index=True)


def _rows(
    cases: pd.DataFrame, effect: Effect, phase: str, days: pd.Series, values: np.ndarray,
    lost: np.ndarray, targets: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    return pd.DataFrame(
        {
            "lopnr": cases["lopnr"],
            "arende_id": cases["arende_id"],
            "datum": _days(days),
            "fas": phase,
            "matt": effect.measure,
            "delskala": effect.subscale,
            "varde": np.where(lost, "", values.astype(str)),
            "malvarde": targets,
            "skattare": "Handläggaren" if effect.measure == "IBIC" else "Brukaren",
        }
    )


def _measure_of(effect: Effect) -> Measure:
    return next(item for item in load_measures().values() if item.title == effect.measure)


def _targets(measure: Measure, start: np.ndarray) -> np.ndarray:
    """Where the measure has targets: one step better than at start."""
    if not measure.has_target:
        return np.full(len(start), "")
    return np.maximum(start - 1, int(measure.low)).astype(str)


def _draw_pairs(
    effect: Effect, measure: Measure, count: int, stream: Stream
) -> tuple[np.ndarray, np.ndarray]:
    """Start and end with exactly the planted chances of better and worse.

    The step is drawn first and the start among those from which it fits on the scale; so the
    start is no worse for those who get better, and with equal shares the two are exchangeable.
    """
    part = next((item for item in measure.subscales
                 if fold_name(item.title) == fold_name(effect.subscale)), None)  # fmt: skip
    low, high = (int((part or measure).low), int((part or measure).high))
    size = _draw_sizes(high - low, count, stream)
    draw = stream.random_sample(count)
    way = np.select([draw < effect.better, draw < effect.better + effect.worse], [1, -1], 0)
    step = way * size * (1 if (part or measure).direction == "high" else -1)
    lowest, highest = low + np.maximum(0, -step), high - np.maximum(0, step)
    start = lowest + np.floor(stream.random_sample(count) * (highest - lowest + 1)).astype(int)
    return start, start + step


def _draw_sizes(width: int, count: int, stream: Stream) -> np.ndarray:
    """One step, sometimes two, on a short scale; a few points on a long one."""
    if width <= 10:
        return np.where(stream.random_sample(count) < 0.25, 2, 1)
    return np.minimum(1 + stream.geometric(4 / width, count), width // 2)

"""Budget against outcome: how much of the deviation is volume and how much is price.

Volume is what was produced (placements, hours, households), price what each cost. The change in
volume is counted at the mean of the two prices, and the change in price at the mean of the two
volumes (Bennet 1920): the two add up, no part is left over, and nothing depends on which of them
is taken first. docs/beslut.md says what else was possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pandas as pd


MONTHS = 12


class Unsplit(StrEnum):
    """Why a deviation cannot be told apart into volume and price."""

    NONE = ""
    NO_VOLUME = "no_volume"
    NO_BUDGETED_VOLUME = "no_budgeted_volume"
    NOTHING_PRODUCED = "nothing_produced"  # without volume there is no price


@dataclass(frozen=True)
class Split:
    """A deviation in whole kronor; above zero it cost more than budgeted.

    `volume_effect` and `price_effect` add up to `deviation`, or are both None.
    """

    deviation: float
    volume_effect: float | None
    price_effect: float | None
    reason: Unsplit


@dataclass(frozen=True)
class BudgetLine:
    """One account of an area, the periods of a year that have both budget and outcome.

    `year_budget` and `year_forecast` are those of all its periods, up to `until`: the whole year
    where the file has it all.
    """

    area: str
    account: str
    grain: str
    first: date
    last: date
    budget: float
    outcome: float
    volume_budget: float | None
    volume: float | None
    split: Split
    year_budget: float | None
    year_forecast: float | None
    until: date


@dataclass(frozen=True)
class BudgetYear:
    """The lines of one year and what they come to; `unsplit` is the deviation of those lines
    that cannot be told apart. All four deviations are in whole kronor and add up.

    `hidden` periods are left out: what they hold would tell of too few persons.
    """

    year: int
    lines: tuple[BudgetLine, ...]
    budget: float
    outcome: float
    deviation: float
    volume_effect: float
    price_effect: float
    unsplit: float
    year_budget: float | None
    year_forecast: float | None
    hidden: int

    @property
    def period(self) -> tuple[date, date]:
        return min(line.first for line in self.lines), max(line.last for line in self.lines)

    @property
    def until(self) -> date:
        """The last month that any account has a budget for."""
        return max(line.until for line in self.lines)

    @property
    def is_finished(self) -> bool:
        """Whether every period of the year has its outcome, so that nothing is left to expect."""
        return self.year_forecast == self.outcome and self.year_budget == self.budget

    @property
    def expected(self) -> float | None:
        """What the forecast comes to over the budget of the year."""
        if self.year_budget is None or self.year_forecast is None:
            return None
        return self.year_forecast - self.year_budget


def split_deviation(
    budget: float, outcome: float, volume_budget: float | None, volume: float | None
) -> Split:
    """The deviation in whole kronor, told apart where there are volumes to do it with."""
    budget, outcome = float(round(budget)), float(round(outcome))
    deviation = outcome - budget
    reason = _why_not(volume_budget, volume)
    if reason is not Unsplit.NONE or volume_budget is None or volume is None:
        return Split(deviation, None, None, reason)
    prices = budget / volume_budget + outcome / volume
    volume_effect = float(round((volume - volume_budget) * prices / 2))
    return Split(deviation, volume_effect, deviation - volume_effect, reason)


def _why_not(volume_budget: float | None, volume: float | None) -> Unsplit:
    if volume is None:
        return Unsplit.NO_VOLUME
    if volume_budget is None:
        return Unsplit.NO_BUDGETED_VOLUME
    return Unsplit.NONE if volume > 0 and volume_budget > 0 else Unsplit.NOTHING_PRODUCED


def budget_years(frame: pd.DataFrame) -> tuple[BudgetYear, ...]:
    """Every year of `own_budget` that has an outcome to compare, oldest first."""
    year = pd.to_datetime(frame["period"]).dt.year
    found = (budget_year(part, int(of)) for of, part in frame.groupby(year))
    return tuple(item for item in found if item is not None)


def budget_year(frame: pd.DataFrame, year: int) -> BudgetYear | None:
    """The rows of one year as lines and their sum; None where nothing has both numbers."""
    groups = frame.groupby(["area", "account"], sort=False)
    lines = [line for _, part in groups if (line := _line(part)) is not None]
    if not lines:
        return None
    splits = [line.split for line in lines]
    return BudgetYear(
        year=year,
        lines=tuple(lines),
        budget=sum(line.budget for line in lines),
        outcome=sum(line.outcome for line in lines),
        deviation=sum(split.deviation for split in splits),
        volume_effect=sum(split.volume_effect or 0.0 for split in splits),
        price_effect=sum(split.price_effect or 0.0 for split in splits),
        unsplit=sum(split.deviation for split in splits if split.volume_effect is None),
        year_budget=_sum_of_all([line.year_budget for line in lines]),
        year_forecast=_sum_of_all([line.year_forecast for line in lines]),
        hidden=int((frame["status"] == "Privacy").sum()),
    )


def _line(rows: pd.DataFrame) -> BudgetLine | None:
    """One account: what has happened is compared with the budget of the same periods.

    An account that has both months and the year is read by its months.
    """
    by_month, by_year = (rows[rows["grain"] == grain] for grain in ("month", "year"))
    rows = (by_year if by_month.empty else by_month).sort_values("period")
    compared = rows[rows["budget"].notna() & rows["outcome"].notna()]
    if compared.empty:
        return None
    budget, outcome = compared["budget"].sum(), compared["outcome"].sum()
    whole = _whole_year(by_month, by_year)
    volume_budget, volume = _sum(compared["volume_budget"]), _sum(compared["volume"])
    days = pd.to_datetime(compared["period"])
    return BudgetLine(
        area=str(rows["area"].iloc[0]),
        account=str(rows["account"].iloc[0]),
        grain=str(rows["grain"].iloc[0]),
        first=days.iloc[0].date(),
        last=days.iloc[-1].date(),
        budget=float(round(budget)),
        outcome=float(round(outcome)),
        volume_budget=volume_budget,
        volume=volume,
        split=split_deviation(budget, outcome, volume_budget, volume),
        year_budget=_whole_kronor(whole["budget"]),
        year_forecast=_forecast(whole),
        until=_last_month(whole),
    )


def _whole_year(by_month: pd.DataFrame, by_year: pd.DataFrame) -> pd.DataFrame:
    """What the year is expected to come to is what its own row says, where it says anything; and
    where months are missing nothing else can."""
    if by_year.empty or (len(by_month) == MONTHS and _forecast(by_year) is None):
        return by_month
    return by_year


def _last_month(rows: pd.DataFrame) -> date:
    last = pd.to_datetime(rows["period"]).max().date()
    return last.replace(month=MONTHS) if rows["grain"].iloc[0] == "year" else last


def _forecast(rows: pd.DataFrame) -> float | None:
    """What the year is expected to come to: the outcome so far, and the forecast of the rest."""
    return _whole_kronor(rows["outcome"].fillna(rows["forecast"]))


def _whole_kronor(values: pd.Series) -> float | None:
    total = _sum(values)
    return None if total is None else float(round(total))


def _sum(values: pd.Series) -> float | None:
    """The sum; None where any of them is missing, since the rest would be too little."""
    return None if values.isna().any() else float(values.sum())


def _sum_of_all(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None

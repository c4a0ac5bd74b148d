"""The words of budget and outcome. All amounts are whole kronor that add up on the page."""

from __future__ import annotations

from collections.abc import Mapping

from analyslib.analysis.budget import BudgetLine, BudgetYear, Unsplit
from analyslib.text.formats import format_kronor, format_list
from analyslib.text.own_measures import period_label


MOSTLY = 0.9
UNSPLIT_WORDS: Mapping[Unsplit, str] = {
    Unsplit.NO_VOLUME: "volymen saknas",
    Unsplit.NO_BUDGETED_VOLUME: "budgeterad volym saknas",
    Unsplit.NOTHING_PRODUCED: "volymen är noll, så det finns inget pris",
}
ONE_PLACEMENT = (
    "I en liten kommun kan en enda placering flytta kostnaden mycket. Läs beloppen tillsammans med "
    "volymen och med måtten på kvalitet."
)


def period_words(year: BudgetYear, grain: str = "month") -> str:
    """ "januari–augusti 2024", or the year alone."""
    first, last = year.period
    if grain == "year" or (first.month, last.month) in ((1, 1), (1, 12)):
        return str(year.year)
    return f"{period_label(first, 'month').split()[0]}–{period_label(last, 'month')}"


def deviation_sentence(year: BudgetYear, period: str) -> str:
    """How much more or less it cost than was budgeted for the same periods."""
    both = f"{format_kronor(year.outcome)} mot budgeterade {format_kronor(year.budget)}"
    if not year.deviation:
        return f"Utfallet {period} är detsamma som budgeten: {format_kronor(year.outcome)}."
    side = "mer" if year.deviation > 0 else "mindre"
    return f"Utfallet {period} är {format_kronor(abs(year.deviation))} {side}: {both}."


def split_sentence(year: BudgetYear) -> str:
    """How the deviation is told apart; what cannot be is said to be so."""
    if all(line.split.volume_effect is None for line in year.lines):
        return f"Avvikelsen går inte att dela upp i volym och pris: {_reasons(year)}."
    told = year.deviation - year.unsplit
    parts = (
        f"{_signed(year.volume_effect)} är volym (mer eller mindre stöd än budgeterat) och "
        f"{_signed(year.price_effect)} är pris (vad varje enhet kostade)"
    )
    text = f"Av avvikelsen: {parts}."
    if told and abs(year.volume_effect) >= MOSTLY * abs(told) >= 9 * abs(year.price_effect):
        text += " Så gott som allt är volym."
    elif told and abs(year.price_effect) >= MOSTLY * abs(told) >= 9 * abs(year.volume_effect):
        text += " Så gott som allt är pris."
    if year.unsplit or any(line.split.volume_effect is None for line in year.lines):
        text += f" {_signed(year.unsplit)} går inte att dela upp: {_reasons(year)}."
    return text


def _signed(amount: float) -> str:
    text = format_kronor(amount)
    return f"+{text}" if amount > 0 else text


def _reasons(year: BudgetYear) -> str:
    """Which accounts cannot be told apart, and why."""
    by_reason: dict[Unsplit, list[str]] = {}
    for line in year.lines:
        if line.split.reason is not Unsplit.NONE:
            by_reason.setdefault(line.split.reason, []).append(line.account)
    return "; ".join(
        f"{UNSPLIT_WORDS[reason]} för {format_list(accounts)}"
        for reason, accounts in by_reason.items()
    )


def forecast_sentence(year: BudgetYear) -> str:
    """What the year is expected to come to; "" where some account has no forecast."""
    if year.expected is None or year.year_forecast is None:
        return ""
    whole = f"Utfall hittills och prognos för resten ger {format_kronor(year.year_forecast)}"
    if not round(year.expected):
        return f"{whole} för hela {year.year}, lika mycket som årets budget."
    side = "mer" if year.expected > 0 else "mindre"
    return f"{whole} för hela {year.year}, {format_kronor(abs(year.expected))} {side} än budgeten."


def split_words(line: BudgetLine) -> str:
    """Why a line is not told apart; "" where it is."""
    return UNSPLIT_WORDS.get(line.split.reason, "")


def budget_questions(year: BudgetYear) -> list[str]:
    """What the budget makes one ask."""
    asked = []
    if abs(year.volume_effect) > abs(year.price_effect) and year.deviation:
        more = "större" if year.volume_effect > 0 else "mindre"
        asked.append(
            f"Volymen har blivit {more} än budgeterat, och det märks mest i kostnaden. "
            "Är det en följd av behoven, av beslut eller av hur budgeten lades?"
        )
    elif abs(year.price_effect) > abs(year.volume_effect):
        way = "mer" if year.price_effect > 0 else "mindre"
        asked.append(
            f"Varje enhet har kostat {way} än budgeterat, och det märks mest i kostnaden. "
            "Vad i verksamheten eller i avtalen motsvarar det?"
        )
    if any(line.split.reason is not Unsplit.NONE for line in year.lines):
        asked.append("Vilka volymer skulle gå att räkna på de konton som saknar dem?")
    return asked

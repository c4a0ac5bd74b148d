"""The words of budget and outcome. All amounts are whole kronor that add up on the page."""

from __future__ import annotations

from collections.abc import Mapping

from analyslib.analysis.budget import BudgetLine, BudgetYear, Unsplit
from analyslib.text.formats import MONTHS, format_count, format_kronor, format_list
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


def period_words(year: BudgetYear) -> str:
    """ "januari–augusti 2024", or the year alone where that is what is compared."""
    first, last = year.period
    by_year = {line.grain == "year" for line in year.lines}
    if by_year == {True} or (first.month, last.month) == (1, 12):
        return str(year.year)
    if len(by_year) > 1:
        return f"hittills {year.year}"
    if first == last:
        return period_label(first, "month")
    return f"{MONTHS[first.month - 1]}–{period_label(last, 'month')}"


def deviation_sentence(year: BudgetYear) -> str:
    """How much more or less it cost than was budgeted for the same periods."""
    period = period_words(year)
    if not year.deviation:
        return f"Utfallet {period} är detsamma som budgeten: {format_kronor(year.outcome)}."
    side = "högre" if year.deviation > 0 else "lägre"
    return (
        f"Utfallet {period} är {format_kronor(abs(year.deviation))} {side} än budgeten: "
        f"{format_kronor(year.outcome)} mot {format_kronor(year.budget)}."
    )


def split_sentence(year: BudgetYear) -> str:
    """How the deviation is told apart; what cannot be is said to be so."""
    if all(line.split.volume_effect is None for line in year.lines):
        return f"Avvikelsen går inte att dela upp i volym och pris: {_reasons(year)}."
    text = (
        f"Av avvikelsen är {_signed(year.volume_effect)} volym (hur mycket stöd som har getts) och "
        f"{_signed(year.price_effect)} pris (vad varje enhet har kostat)."
    )
    if any(line.split.volume_effect is None for line in year.lines):
        return f"{text} {_signed(year.unsplit)} går inte att dela upp: {_reasons(year)}."
    return f"{text} {_mostly(year)}".strip()


def _mostly(year: BudgetYear) -> str:
    """Where nine tenths and more of the deviation are one of the two; "" where not."""
    for name, other in (("volym", year.price_effect), ("pris", year.volume_effect)):
        if year.deviation and abs(other) <= (1 - MOSTLY) * abs(year.deviation):
            return f"Allt är {name}." if not other else f"Så gott som allt är {name}."
    return ""


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
    """What the year is expected to come to; "" where it is over or an account has no forecast."""
    if year.expected is None or year.year_forecast is None or year.is_finished:
        return ""
    whole = (
        f"Utfall hittills och prognos för resten ger {format_kronor(year.year_forecast)} "
        f"{planned_words(year)}"
    )
    if not year.expected:
        return f"{whole}, lika mycket som budgeten."
    side = "mer" if year.expected > 0 else "mindre"
    return f"{whole}, {format_kronor(abs(year.expected))} {side} än budgeten."


def planned_words(year: BudgetYear) -> str:
    """ "för hela 2024", or until the month that the budget in the file ends with."""
    if year.until.month == len(MONTHS):
        return f"för hela {year.year}"
    return f"till och med {period_label(year.until, 'month')}"


def hidden_sentence(year: BudgetYear) -> str:
    """What is left out for secrecy; "" where nothing is."""
    if not year.hidden:
        return ""
    what = format_count(year.hidden, "uppgift är dold", "uppgifter är dolda")
    return f"{what[:1].upper()}{what[1:]} av sekretess och räknas inte med, inte heller i budgeten."


def all_hidden_sentence(hidden: int) -> str:
    """Where there is a budget but not one outcome that may be shown."""
    what = format_count(hidden, "uppgift", "uppgifter")
    return f"Budgeten går inte att visa: {what} om utfallet är dolda av sekretess."


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

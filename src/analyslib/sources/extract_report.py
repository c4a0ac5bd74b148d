"""What a check of an extract says to the sender: the error list, and the summary on screen."""

from __future__ import annotations

from pathlib import Path

from analyslib.sources import error_list
from analyslib.sources.error_list import ErrorList
from analyslib.sources.extract_check import Anonymity, CheckResult
from analyslib.sources.findings import error_list_from, safe_name


def write_error_list(result: CheckResult, folder: Path) -> tuple[Path, Path]:
    """The error list as xlsx and html in `folder`. It repeats no value from the file."""
    return error_list.write_error_list(error_list_of(result), folder)


def error_list_of(result: CheckResult) -> ErrorList:
    name = safe_name(result.paths, result.sightings, "uttaget")
    return error_list_from(name, summarise_check(result), result.findings, result.outcomes)


def summarise_check(result: CheckResult) -> tuple[str, ...]:
    """What to know first, a sentence each."""
    lines = [_verdict(result)]
    if result.extract is not None:
        lines.append(
            f"{result.rows_in} rader in: {result.rows_loaded} kan läsas in, "
            f"{result.rows_in - result.rows_loaded} inte."
        )
    states = [outcome.state for outcome in result.outcomes]
    lines.append(
        f"{states.count('ok')} regler utan anmärkning, {states.count('broken')} med fel, "
        f"{states.count('not_run')} kunde inte prövas."
    )
    undeclared = [item for item in result.local if not item.role]
    if undeclared:
        where = "; ".join(f"”{item.header}” ({item.where})" for item in undeclared)
        lines.append(f"Egna kolumner utan roll, som inte tas med: {where}.")
    if result.left_out_sheets:
        lines.append(f"Flikar som inte hör till uttaget: {', '.join(result.left_out_sheets)}.")
    if result.anonymity and result.anonymity.rows:
        lines.append(_say_anonymity(result.anonymity))
    return tuple(lines)


def _verdict(result: CheckResult) -> str:
    if result.has_personal_data:
        return "Filen innehåller personuppgifter och kan inte tas emot."
    if not result.is_accepted:
        return "Filen kan inte tas emot förrän felen är rättade."
    if result.findings:
        return "Filen kan tas emot. Rader med fel tas inte med."
    return "Filen kan tas emot. Inga fel hittades."


def _say_anonymity(anonymity: Anonymity) -> str:
    words = "kommun, verksamhet, åldersgrupp, kön och startmånad"
    if anonymity.unique == 0:
        return f"Minst {anonymity.k} rader är lika i fråga om {words}."
    return (
        f"{anonymity.unique} av {anonymity.rows} rader är ensamma om sin kombination av {words}. "
        "Uppgifterna är därför personuppgifter, även utan namn."
    )

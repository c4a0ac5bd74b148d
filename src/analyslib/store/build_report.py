"""What a build did, as an object and in Swedish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analyslib.store.connection import open_store, query
from analyslib.store.corrections import Outcome
from analyslib.store.load import FileCount
from analyslib.workspace import Workspace


@dataclass(frozen=True)
class BuildReport:
    """What was loaded, turned away and revised. ``built=False``: nothing had changed.

    `revised` numbers had another value in an older file; `withdrawn` had one and have none now.

    `rejected` counts rows per reason, and `examples` has the key of one of them for each.
    `notes` are things to look at that stop nothing.
    """

    workspace: Workspace
    built: bool
    files: tuple[FileCount, ...] = ()
    numbers: int = 0
    values: int = 0
    series: int = 0
    ended: int = 0
    revised: int = 0
    withdrawn: int = 0
    rejected: tuple[tuple[str, int], ...] = ()
    examples: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    def took(self, seconds: float) -> BuildReport:
        return replace(self, seconds=seconds)

    def __str__(self) -> str:
        if not self.built:
            return "Inget att göra: inget har ändrats sedan förra bygget."
        missing, series = _number(self.numbers - self.values), _number(self.series)
        lines = [
            f"Byggt på {_number(self.seconds, 1)} s ur {len(self.files)} filer med nyckeltal.",
            f"{_number(self.values)} värden och {missing} saknade, i {series} nyckeltal.",
        ]
        if not self.files:
            lines = [f"Byggt på {_number(self.seconds, 1)} s. Inga nyckeltal är inlagda."]
        superseded = sum(count.superseded for count in self.files)
        if superseded:
            lines.append(
                f"{_number(superseded)} tal finns i flera filer; den nyaste gäller. "
                f"{_number(self.revised)} av dem har räknats om (reviderats) och "
                f"{_number(self.withdrawn)} har tagits bort."
            )
        if self.ended:
            lines.append(f"{_number(self.ended)} nyckeltal med värden har upphört hos källan.")
        for (reason, count), example in zip(self.rejected, self.examples, strict=True):
            rows = "rad" if count == 1 else "rader"
            lines.append(f"Avvisat: {_number(count)} {rows}, {reason} (t.ex. {example}).")
        groups = sum(count.group_rows for count in self.files)
        if groups:
            lines.append(f"{_number(groups)} gruppvärden lästes inte in; de räknas fram här.")
        return "\n".join([*lines, *self.notes])


def _number(value: float, decimals: int = 0) -> str:
    """Store knows no text module; a thousands space and a decimal comma is all it takes."""
    return f"{value:,.{decimals}f}".replace(",", "\u00a0").replace(".", ",")


def describe_build(
    workspace: Workspace,
    path: Path,
    counts: Sequence[FileCount],
    outcomes: Sequence[Outcome],
) -> BuildReport:
    """Read off the finished database, so that the report says what is there."""
    with open_store(path) as store:
        totals = query(store, "build_totals").iloc[0]
        rejected = query(store, "rejected_reasons")
        outside = query(store, "shares_outside_range")
    notes = tuple(
        f"Att se över: {row.kpi} har {row.count} {'andel' if row.count == 1 else 'andelar'} "
        "utanför 0–100."
        for row in outside.itertuples()
    )
    notes += tuple(str(outcome) for outcome in outcomes if outcome.state == "mended")
    return BuildReport(
        workspace,
        built=True,
        files=tuple(counts),
        numbers=int(totals["numbers"]),
        values=int(totals["with_value"]),
        series=int(totals["series"]),
        ended=int(totals["ended"]),
        revised=int(totals["revised"]),
        withdrawn=int(totals["withdrawn"]),
        rejected=tuple(zip(rejected["reason"], rejected["rows"].astype(int), strict=True)),
        examples=tuple(rejected["example"]),
        notes=notes,
    )

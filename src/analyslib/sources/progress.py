"""How far a fetch has come. The fetch tells; whoever listens decides what to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)


@dataclass(frozen=True)
class Step:
    done: int
    total: int
    label: str


Listener = Callable[[Step], None]


def silent(step: Step) -> None:
    """The listener that shows nothing."""


@contextmanager
def progress_bar(title: str, console: Console | None = None) -> Iterator[Listener]:
    """How far something has come: a bar with the time left on a terminal, ten lines in a log.
    Hands out the listener that moves it."""
    console = console or Console()
    if not console.is_terminal:
        yield _lines(title)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TextColumn("kvar"),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[label]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=None, label="")

        def listener(step: Step) -> None:
            bar.update(task, completed=step.done, total=step.total, label=step.label)

        yield listener


def _lines(title: str) -> Listener:
    """Every tenth of the way in a line of its own, where no bar can be drawn."""
    told = 0

    def listener(step: Step) -> None:
        nonlocal told
        tenth = 10 * step.done // step.total if step.total else 0
        if tenth > told:
            told = tenth
            print(f"{title}: {step.done} av {step.total}", flush=True)

    return listener

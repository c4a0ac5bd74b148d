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
    """A bar with the time left, for a terminal; hands out the listener that moves it."""
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

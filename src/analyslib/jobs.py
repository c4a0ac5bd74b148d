"""What travels between a pack and the process that makes a report. Plain values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from analyslib.page import Frame
from analyslib.page_checks import Expected


class Trouble(StrEnum):
    """What went wrong. The last three are tried once more; an error in a cell is not."""

    CELL = "cell"
    TIME = "time"
    MEMORY = "memory"
    DIED = "died"


@dataclass(frozen=True)
class Problem:
    """Why there is no report. `what` is Swedish; `log` is for the analyst, never for a page."""

    trouble: Trouble
    what: str
    exit_code: int = 14
    log: str = ""

    @property
    def is_passing(self) -> bool:
        """Whether another try may succeed."""
        return self.trouble is not Trouble.CELL


@dataclass(frozen=True)
class Limits:
    """What one report may use. `memory` is in bytes, over what a warm kernel already holds."""

    seconds: float = 300.0
    memory: int = 1_500_000_000


@dataclass(frozen=True)
class Job:
    """One notebook to run.

    `parameters` None means that the notebook already holds them. With a `frame` the answer is a
    whole page, without one the executed cells. `folder` is where the cells run.
    """

    notebook: str
    folder: str
    parameters: Mapping[str, object] | None = None
    frame: Frame | None = None
    expected: Expected | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    memory: int = 0


@dataclass(frozen=True)
class KernelRequest:
    """A Jupyter kernel to become: its connection file, its folder and its environment."""

    connection_file: str
    folder: str
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """What came of a job. `engine` names the kind of kernel that made it; `retried` says why
    it took two tries, "" where it did not.
    """

    engine: str
    page: bytes = b""
    cells: tuple[dict[str, Any], ...] = ()
    problem: Problem | None = None
    warnings: str = ""
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    retried: str = ""

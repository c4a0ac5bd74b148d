"""Parts that do not depend on each other, worked on at the same time.

Nearly all of the time is spent in the solver, which lets go of Python's lock while it works, so
threads are enough: they start at once, share memory, and are the same on every system.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar


Part = TypeVar("Part")
Outcome = TypeVar("Outcome")


def side_by_side(work: Callable[[Part], Outcome], parts: Iterable[Part]) -> list[Outcome]:
    """What became of each part, in the order of the parts. Every part has solvers of its own, so
    the outcome is the same however many there is room for at a time."""
    waiting = list(parts)
    room = min(len(waiting), os.cpu_count() or 1)
    if room < 2:
        return [work(part) for part in waiting]
    with ThreadPoolExecutor(max_workers=room, thread_name_prefix="sekretess") as threads:
        return list(threads.map(work, waiting))

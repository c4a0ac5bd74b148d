"""Where everything lies. Imports nothing of ours but errors."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from analyslib.errors import UsageError


MARKS = ("data/raw", "notebooks/rapporter")


@dataclass(frozen=True)
class Workspace:
    """The folders of one workbench: real data, or the made-up data of the demo.

    Demo data and real data never mix: with ``demo=True`` every folder that holds data or
    pages ends in ``demo/``.
    """

    root: Path
    demo: bool = False

    def _place(self, *parts: str) -> Path:
        place = self.root.joinpath(*parts)
        return place / "demo" if self.demo else place

    @property
    def raw(self) -> Path:
        return self._place("data", "raw")

    @property
    def processed(self) -> Path:
        return self._place("data", "processed")

    @property
    def reports(self) -> Path:
        return self._place("reports")

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def analys_db(self) -> Path:
        """Everything, individual rows too. Report notebooks never open it."""
        return self.processed / "analys.duckdb"

    @property
    def publish_db(self) -> Path:
        """What may be published. The only database a report notebook can open.

        ``ANALYSLIB_PUBLISH_DB`` points a worker on another machine to its own copy.
        """
        override = os.environ.get("ANALYSLIB_PUBLISH_DB")
        return Path(override) if override else self.processed / "publish.duckdb"


def find_workspace(demo: bool = False, start: Path | None = None) -> Workspace:
    """The workspace around `start` (default: the working folder), or ``ANALYSLIB_HOME``.

    Raises UsageError where no folder upwards holds both data/raw and notebooks/rapporter.
    """
    home = os.environ.get("ANALYSLIB_HOME")
    if home:
        return Workspace(Path(home).resolve(), demo)
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if all((folder / mark).is_dir() for mark in MARKS):
            return Workspace(folder, demo)
    raise UsageError(
        "Hittar ingen arbetsbänk här eller i någon mapp ovanför.",
        remedy="Gå till mappen där analyslib ligger (den som har data/raw och notebooks), "
        "eller ange den i miljövariabeln ANALYSLIB_HOME.",
    )

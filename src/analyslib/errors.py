"""The errors a user can cause. Their text is Swedish and is shown without a traceback.

Everything else that goes wrong is a bug and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, where it is, and what to do about it.

    `where` is written as the user sees it (file, sheet, cell as in Excel: ``Blad1!C14``).
    `what` must never repeat a value that may be personal data.
    """

    what: str
    where: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} {self.remedy}" if self.remedy else text


class AnalyslibError(Exception):
    """Base of all errors that a user can cause and mend.

    Several faults in one file are reported together. `exit_code` tells a calling program
    what kind of fault it was, without reading the text.
    """

    exit_code = 1

    def __init__(self, what: str | Sequence[Fault], where: str = "", remedy: str = "") -> None:
        self.faults: tuple[Fault, ...] = (
            (Fault(what, where, remedy),) if isinstance(what, str) else tuple(what)
        )
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UsageError(AnalyslibError):
    """The command or the parameters cannot be understood: unknown place, year, report."""

    exit_code = 2


class DefinitionError(AnalyslibError):
    """A file under definitions/ is wrong."""

    exit_code = 10


class SourceError(AnalyslibError):
    """A file that was handed in, or an answer from a source, is wrong or incomplete."""

    exit_code = 11


class StoreError(AnalyslibError):
    """A database cannot be built, opened or replaced, or what was built fails its checks."""

    exit_code = 12


class DisclosureError(AnalyslibError):
    """Something may not be published."""

    exit_code = 13


class ReportError(AnalyslibError):
    """A report could not be made, or a finished page did not pass its checks."""

    exit_code = 14


class PersonalDataError(SourceError):
    """A file holds personal data. The message names cell and kind, never the value."""

    exit_code = 15

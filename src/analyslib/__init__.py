"""A workbench for systematic follow-up in Swedish municipal social services.

The names below are what one works with; each is imported when it is first used, so that
``import analyslib`` is instant. ``help_me("väntetid")`` finds key figures, ``show`` draws them,
``values`` and ``sql`` give data frames to go on with.
"""

from __future__ import annotations

from importlib import import_module


__version__ = "0.1.0"

_HOMES = {
    "help_me": "analyslib.explore.ask",
    "show": "analyslib.explore.ask",
    "values": "analyslib.explore.ask",
    "unit_values": "analyslib.explore.ask",
    "sql": "analyslib.explore.ask",
    "show_tables": "analyslib.explore.ask",
    "explorer": "analyslib.explore.widgets",
    "start": "analyslib.start_page",
    "notes_form": "analyslib.meeting_form",
    "load_catalogue": "analyslib.catalogue",
    "find_indicator": "analyslib.catalogue",
    "find_municipality": "analyslib.catalogue",
    "find_network": "analyslib.catalogue",
    "find_workspace": "analyslib.workspace",
    "open_store": "analyslib.store.connection",
    "query": "analyslib.store.connection",
    "changes_since": "analyslib.store.changes",
    "compare": "analyslib.analysis.comparison",
    "trend": "analyslib.analysis.trend",
    "make_report": "analyslib.workbench",
    "make_pack": "analyslib.workbench",
    "national_questions": "analyslib.workbench",
}
__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'analyslib' has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)

"""All that a report may open: the published database."""

from __future__ import annotations

from analyslib.store.connection import Store, open_store
from analyslib.workspace import Workspace, find_workspace


def open_published(data: str) -> tuple[Workspace, Store]:
    """The published database: of the demo, or of the real data."""
    workspace = find_workspace(demo=data == "demo")
    return workspace, open_store(workspace.publish_db, threads=1)

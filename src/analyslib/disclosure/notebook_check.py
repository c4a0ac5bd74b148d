"""The same look at a notebook that is to be shared or committed with its outputs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from analyslib.disclosure.page_check import Allowed, find_faults
from analyslib.errors import DisclosureError, Fault


FORBIDDEN_TYPES = (
    "application/vnd.jupyter.widget",
    "application/vnd.plotly",
    "application/vnd.vega",
    "application/vnd.bokeh",
    "application/vnd.dataresource",
    "application/javascript",
)
FORBIDDEN_METADATA = {
    "widgets": "Anteckningsboken bär med sig reglagens tillstånd.",
    "papermill": "Anteckningsboken säger var och när den kördes (papermill).",
}


def check_notebook(
    path: Path, allowed: Allowed, canaries: Iterable[str] = (), also: Iterable[str] = ()
) -> None:
    """Raise with everything in the notebook's outputs and metadata that should not leave."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    faults = [
        Fault(what, path.name)
        for what in dict.fromkeys(_faults(notebook, allowed, list(canaries), list(also)))
    ]
    if faults:
        raise DisclosureError(faults)


def _faults(
    notebook: dict[str, Any], allowed: Allowed, canaries: list[str], also: list[str]
) -> Iterator[str]:
    for name, what in FORBIDDEN_METADATA.items():
        if name in notebook.get("metadata", {}):
            yield what
    for cell in notebook["cells"]:
        if "papermill" in cell.get("metadata", {}):
            yield FORBIDDEN_METADATA["papermill"]
        for output in cell.get("outputs", ()):
            yield from _output_faults(output, allowed, canaries, also)
    # Sources, attachments and what no output shows: no canary anywhere at all.
    for fault in find_faults(json.dumps(notebook, ensure_ascii=False), _NOTHING, canaries):
        if "kontrollnummer" in fault.what:
            yield fault.what


def _output_faults(
    output: dict[str, Any], allowed: Allowed, canaries: list[str], also: list[str]
) -> Iterator[str]:
    if output["output_type"] == "error":
        yield "Anteckningsboken visar ett fel från programmet."
    elif output["output_type"] == "stream":
        if output["name"] == "stderr":
            yield "Anteckningsboken visar felutskrifter."
        yield from _text_faults(output["text"], allowed, canaries, also)
    else:
        for kind, content in output.get("data", {}).items():
            if kind.startswith(FORBIDDEN_TYPES):
                yield f"Anteckningsboken bär med sig data i en utmatning ({kind})."
            elif kind.startswith(("text/", "image/svg")):
                yield from _text_faults(content, allowed, canaries, also)


def _text_faults(
    content: str | list[str], allowed: Allowed, canaries: list[str], also: list[str]
) -> Iterator[str]:
    text = content if isinstance(content, str) else "".join(content)
    for fault in find_faults(text, allowed, canaries, also):
        yield fault.what


_NOTHING = Allowed({}, frozenset())

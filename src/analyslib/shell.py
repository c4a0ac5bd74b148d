"""An IPython shell that collects what its cells show, as a notebook would.

No kernel, no sockets, no history on disk: the same shell class that a kernel builds on, so that
display, the last expression, tracebacks and inline figures behave as in JupyterLab.
"""

from __future__ import annotations

import base64
import contextlib
import io
from collections.abc import Callable
from typing import Any

import nbformat
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from traitlets import Type
from traitlets.config import Config


def make_output(kind: str, **content: Any) -> NotebookNode:
    """As nbformat's own, but validated only once, with the whole notebook."""
    return nbformat.from_dict({"output_type": kind, **content})


class Sink(io.TextIOBase):
    """A stdout or stderr whose text becomes an output of the running cell."""

    def __init__(self, name: str, outputs: Callable[[], list[NotebookNode]]) -> None:
        self._stream = name
        self._outputs = outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        outputs = self._outputs()
        last = outputs[-1] if outputs else None
        if last is not None and last.output_type == "stream" and last.name == self._stream:
            last.text += text
        elif text:
            outputs.append(make_output("stream", name=self._stream, text=text))
        return len(text)


class Hook(DisplayHook):
    """The value of a cell's last line."""

    def write_output_prompt(self) -> None: ...

    def log_output(self, format_dict: dict[str, Any]) -> None: ...

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        shown = make_output(
            "execute_result",
            data=as_text(format_dict),
            metadata=md_dict or {},
            execution_count=self.prompt_count,
        )
        CollectingShell.instance().outputs.append(shown)


class Publisher(DisplayPublisher):
    """What ``display`` shows."""

    def publish(  # type: ignore[override]
        self, data: dict[str, Any], metadata: Any = None, *, update: bool = False, **options: Any
    ) -> None:
        name = (options.get("transient") or {}).get("display_id")
        shown = make_output("display_data", data=as_text(data), metadata=metadata or {})
        if update and name in self.shell.named_outputs:
            self.shell.named_outputs[name].update(shown)
            return
        self.shell.outputs.append(shown)
        if name:
            self.shell.named_outputs[name] = shown

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear()


def as_text(data: dict[str, Any]) -> dict[str, Any]:
    """Pictures in base64, as a notebook holds them."""
    return {
        kind: base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        for kind, value in data.items()
    }


class CollectingShell(InteractiveShell):
    """Runs cells one by one; `outputs` belongs to the running cell."""

    displayhook_class = Type(Hook)
    display_pub_class = Type(Publisher)
    outputs: list[NotebookNode]
    named_outputs: dict[str, NotebookNode]

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.outputs.append(
            make_output(
                "error", ename=etype.__name__, evalue=str(evalue), traceback=[str(s) for s in stb]
            )
        )

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no event loop to join."""


def new_shell() -> CollectingShell:
    """The shell of this process, with inline figures and nothing written to the home folder.

    The figures must be set up on this very shell: a kernel forked from a process that had
    imported matplotlib before there was a shell would lose every picture, in silence.
    """
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = CollectingShell.instance(config=config)
    shell.outputs, shell.named_outputs = [], {}
    shell.enable_matplotlib("inline")
    return shell


def run_cell(shell: CollectingShell, cell: NotebookNode) -> BaseException | None:
    """Run one code cell; fills in its outputs and returns what it raised, if anything."""
    shell.outputs = []
    out, err = (Sink(name, lambda: shell.outputs) for name in ("stdout", "stderr"))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        result = shell.run_cell(cell.source, store_history=True)
    cell.outputs = [nbformat.from_dict(output) for output in shell.outputs]
    cell.execution_count = result.execution_count
    return result.error_before_exec or result.error_in_exec

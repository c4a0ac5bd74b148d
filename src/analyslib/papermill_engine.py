"""Papermill's engine built on warm kernels. Papermill imports this module by its name."""

from __future__ import annotations

import json
import os
from typing import Any

import nbformat
from papermill.engines import Engine, NotebookExecutionManager

from analyslib.engine import run_job
from analyslib.jobs import Job, Limits


class AnalyslibEngine(Engine):
    """``papermill --engine analyslib``: every notebook gets a fresh copy of a warm kernel."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        execution_timeout: float | None = None,
        **options: Any,
    ) -> None:
        """The cells come back together when all have run; papermill saves and reports as usual."""
        limits = Limits(seconds=execution_timeout or Limits().seconds)
        ours = {name: value for name, value in os.environ.items() if name.startswith("ANALYSLIB_")}
        job = Job(notebook=json.dumps(nb_man.nb), folder=os.getcwd(), environment=ours)
        outcome = run_job(job, limits)
        for index, cell in enumerate(nb_man.nb.cells):
            nb_man.cell_start(cell, index)
            if index < len(outcome.cells) and cell.cell_type == "code":
                cell.update(nbformat.from_dict(outcome.cells[index]))
            if any(output.output_type == "error" for output in cell.get("outputs", [])):
                nb_man.cell_exception(cell, index)
                return
            nb_man.cell_complete(cell, index)
        nb_man.nb.metadata["analyslib"] = {
            **nb_man.nb.metadata.get("analyslib", {}),
            "engine": outcome.engine,
        }
        if outcome.problem is not None:
            raise RuntimeError(outcome.problem.what)

"""One module per source; each has `check` and `add`, and most `fetch` or `read`.

A new source is a module of its own and a line in SOURCES, and `fetch`, `add` and `build` take
it. What a module may offer:

* ``check(path) -> Checked``: recognise and validate; takes nothing in.
* ``add(workspace, paths, **options) -> list[ArchivedFile]``: check all, then archive all.
* ``fetch(workspace, ...) -> ...``: from the network into the archive.
* ``read(file) -> DataFrame``: an archived file in our columns. For the dataset "values":
  kpi, municipality, year, gender, value, status (and title, where the source is its own
  catalogue). The store loads these, unless the module reads in SQL, as Kolada does.
* ``load(connection, files) -> None``: individual rows into the analyst's database; called by
  the build with the module's archived files and never for the database that is published.
"""

from __future__ import annotations

from types import ModuleType

from analyslib.sources import follow_up, kolada, open_comparisons, own_measures, scb


SOURCES: dict[str, ModuleType] = {
    "kolada": kolada,
    "oj": open_comparisons,
    "isu": follow_up,
    "matt": own_measures,
    "scb": scb,
}

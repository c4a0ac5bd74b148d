"""A small workbench for the factory's tests: two report notebooks and a database of made-up data.

The notebooks draw by matplotlib alone, so that what is tested is the factory and nothing else.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import nbformat
import pytest

from analyslib.catalogue import load_catalogue
from analyslib.workspace import Workspace


NUA = ("2401", "2403", "2404", "2409", "2417", "2418", "2421", "2422", "2425", "2460", "2462")
NUA += ("2463", "2480", "2481", "2482")
DATE = "2026-12-03"

FORM = """\
municipality: str = "2480"  # kommunkod, fyra siffror
network: str = "nua"  # nätverkets id
year: int = 2022  # senaste året
meeting: str = ""  # mötesdatum, ÅÅÅÅ-MM-DD
data: str = "demo"  # "demo" eller "riktig"
"""

SETUP = """\
import os
import base64
import io
import duckdb
from matplotlib.figure import Figure
from IPython.display import HTML, Markdown, display
with duckdb.connect(os.environ["ANALYSLIB_PUBLISH_DB"], read_only=True) as store:
    rows = store.execute("SELECT year, value FROM observation WHERE municipality = ? ORDER BY 1",
                         [municipality]).fetchall()
    name = store.execute("SELECT municipality_name FROM municipality WHERE municipality = ?",
                         [municipality]).fetchone()[0]
"""

PICTURE = """\
figure = Figure(figsize=(6, 3))
axes = figure.subplots()
_ = axes.plot([row[0] for row in rows], [row[1] for row in rows])
file = io.BytesIO()
figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
cells = "".join(f'<tr><th scope="row">{y}</th><td class="tal" data-kpi="N31814" '
                f'data-municipality="{municipality}" data-year="{y}" data-gender="T">'
                f'<data value="{v!r}">{v:.1f}</data></td></tr>' for y, v in rows)
"""

SHOW = """\
table = (f'<div class="tabellyta" role="region" tabindex="0" aria-label="Värden"><table>'
         f'<caption>Värden för {name}</caption><thead><tr><th scope="col">År</th>'
         f'<th scope="col">Värde</th></tr></thead><tbody>{cells}</tbody></table></div>')
HTML(f'<figure class="bild" data-figure="utveckling" data-municipality="{municipality}">'
     f'<img alt="Värdet för {name} steg från år till år." src="data:image/svg+xml;base64,'
     f'{base64.b64encode(file.getvalue()).decode()}"><figcaption>Utveckling</figcaption>'
     f'<details><summary>Värden som tabell</summary>{table}</details></figure>')
"""


def code(source: str, *tags: str) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell(source)
    cell.metadata.tags = list(tags)
    return cell


def text(source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_markdown_cell(source)


def municipality_cells(*extra: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [
        text("# Kommunrapport\n\nHur går det för kommunen?"),
        code(FORM, "parameters"),
        code(SETUP),
        code('display(Markdown(f"# {name}"))'),
        text("## Utveckling\n\nSå här har det gått."),
        code(PICTURE),
        code(SHOW),
        *extra,
        text("## Om siffrorna\n\nAllt är påhittat."),
    ]


def network_cells() -> list[nbformat.NotebookNode]:
    form = "\n".join(FORM.splitlines()[1:])
    return [
        text("# Nätverksöversikt\n\nHela nätverket."),
        code(form, "parameters"),
        text("## Läget"),
        code('print(f"Nätverket {network} år {year}.")'),
    ]


def save_notebook(
    workspace: Workspace, name: str, cells: list[nbformat.NotebookNode], **ours: object
) -> Path:
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "analyslib": ours,
    }
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    path = workspace.notebooks / "rapporter" / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


def save_database(path: Path, shift: float = 0.0, silent: str = "") -> None:
    """A publish database with one indicator; built anew the bytes may differ, the data not."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    places = load_catalogue().municipalities.values()
    observations = [
        ("N31814", place.code, year, "T", float(place.code) / 100 + (year - 2018) * 1.5 + shift)
        for place in places
        for year in range(2018, 2023)
        if place.code != silent or year < 2022
    ]
    with duckdb.connect(str(new)) as store:
        store.execute("CREATE TABLE build_info (key VARCHAR, value VARCHAR)")
        store.execute(
            "INSERT INTO build_info VALUES ('fingerprint', ?)", [f"{shift}{silent}abcdef"]
        )
        store.execute("CREATE TABLE municipality (municipality VARCHAR, municipality_name VARCHAR)")
        store.executemany(
            "INSERT INTO municipality VALUES (?, ?)", [(p.code, p.name) for p in places]
        )
        store.execute("CREATE TABLE indicator (kpi VARCHAR)")
        store.execute("INSERT INTO indicator VALUES ('N31814')")
        store.execute(
            "CREATE TABLE observation (kpi VARCHAR, municipality VARCHAR, year INTEGER, "
            "gender VARCHAR, value DOUBLE)"
        )
        values = ", ".join(
            f"('{kpi}', '{code}', {year}, '{gender}', {value})"
            for kpi, code, year, gender, value in observations
        )
        store.execute(f"INSERT INTO observation VALUES {values}")
        store.execute(
            "CREATE TABLE benchmark AS SELECT kpi, year, gender, count(value) AS n "
            "FROM observation WHERE municipality <> '0000' GROUP BY ALL"
        )
        store.execute(
            "CREATE TABLE source_file (dataset VARCHAR, publisher VARCHAR, title VARCHAR, "
            "licence VARCHAR, retrieved DATE)"
        )
        store.execute(
            "INSERT INTO source_file VALUES "
            "('values', 'RKA', 'Påhittade nyckeltal', 'CC0', DATE '2026-10-01')"
        )
    new.replace(path)


def toy_workspace(root: Path) -> Workspace:
    workspace = Workspace(root, demo=True)
    for folder in (workspace.raw, workspace.processed, workspace.notebooks / "rapporter"):
        folder.mkdir(parents=True, exist_ok=True)
    save_database(workspace.publish_db)
    save_notebook(workspace, "kommun", municipality_cells(), min_pictures=1)
    save_notebook(workspace, "natverk", network_cells())
    return workspace


@pytest.fixture
def workbench(own_workspace: Path) -> Workspace:
    return toy_workspace(own_workspace)


def page_bytes(folder: Path) -> dict[str, bytes]:
    """What the pack consists of, the receipt of the run aside."""
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if not path.name.startswith("kvittens")
    }


def page_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.html"))


def read_json(path: Path) -> dict[str, object]:
    return dict(json.loads(path.read_text("utf-8")))

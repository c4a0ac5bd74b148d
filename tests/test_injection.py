"""Two hundred hostile strings as names, titles, notes and file names: none becomes markup."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import nbformat
import pytest
from made_results import indicator
from test_page_checks import Outline, hostile_strings
from toy_factory import DATE, toy_workspace

from analyslib.analysis.results import Answer
from analyslib.catalogue import load_catalogue
from analyslib.delivery import receipt_text, render_index
from analyslib.figures.canvas import Canvas
from analyslib.figures.frame import finish
from analyslib.notebook_page import render_page
from analyslib.pack_plan import Pack, PageResult, PlannedPage, Status, page_file, plan_pack
from analyslib.page import Frame, ascii_name, render_template
from analyslib.page_checks import Expected, find_faults, read_page
from analyslib.tables import Cell, Table, answer_cell, derived_cell, header_cell, raw_cell


every_string = pytest.mark.parametrize("text", hostile_strings(200))


def shown_page(text: str) -> str:
    """A page with a table and a figure where the text stands wherever a text can stand."""
    kpi = replace(indicator(), id=text, unit=text)
    row = (
        header_cell(text),
        raw_cell(kpi, text, 2022, "T", 1.5),
        raw_cell(replace(kpi, id="N00002"), "2480", 2022, text, None, "Missing"),
        derived_cell(2.0, text, 1),
        Cell(text, layout=text, cell=text),
        answer_cell(Answer.BETTER),
        Cell(text, badge=text),
    )
    table = Table(text, (text,) * len(row), (row, row), text, text)
    canvas = Canvas(100, 100)
    canvas.label(10, 10, text, bold=True)
    picture = finish(canvas, text, text, text, text, table, text)
    assert len(ElementTree.fromstring(picture.svg).findall(".//{*}text")) == 1
    shown = nbformat.v4.new_code_cell("")
    shown.outputs = [
        nbformat.v4.new_output("display_data", {"text/html": part._repr_html_()})
        for part in (table, picture)
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# R"), shown])
    return render_page(notebook, Frame("R", "Umeå", "", demo=True))


def check_harmless(source: str, like: str) -> None:
    assert Outline(source).tags == Outline(like).tags, "the elements of a harmless name"
    assert [element.tag for element in read_page(source).elements] == [
        element.tag for element in read_page(like).elements
    ], "our own reading of the page, and the drawing, are whole"
    found = [str(fault) for fault in find_faults(source, Expected())]
    assert not [fault for fault in found if "otillåtet" in fault or "hör" in fault], found


@every_string
def test_in_tables_and_pictures(text: str) -> None:
    check_harmless(shown_page(text), shown_page("Umeå"))


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    workspace = toy_workspace(tmp_path_factory.mktemp("bord"))
    found = plan_pack(workspace, "nua", DATE, 2022, [], load_catalogue())
    return replace(found, pages=found.pages[:3])


def named(pack: Pack, text: str) -> tuple[Pack, list[PageResult]]:
    """The pack with the text as the name of everything, and as the reason of each failure."""

    def page(planned: PlannedPage) -> PlannedPage:
        place = planned.municipality and replace(planned.municipality, name=text, county_name=text)
        return replace(planned, municipality=place, report=replace(planned.report, title=text))

    pages = tuple(page(planned) for planned in pack.pages)
    facts = replace(pack.facts, origin=((text, text),))
    network = replace(pack.network, title=text)
    silent = tuple(p.municipality for p in pages if p.municipality)
    hostile = replace(pack, pages=pages, facts=facts, network=network, silent=silent)
    kinds = (Status.MADE, Status.FAILED, Status.NOT_RUN)
    return hostile, [PageResult(p, s, why=text) for p, s in zip(pages, kinds, strict=True)]


def receipt(pack: Pack, results: list[PageResult], text: str) -> str:
    groups = [(str(result.status), [result]) for result in results]
    assert receipt_text(pack, groups, text)
    return render_template(
        "receipt.html.j2",
        kind="kvittens",
        title=text,
        kicker="Kvittens",
        heading=text,
        subtitle=text,
        demo=True,
        marks=(),
        groups=groups,
        stopped=text,
        origin=((text, text),),
    )


@every_string
def test_in_index_and_receipt(text: str, pack: Pack) -> None:
    check_harmless(render_index(*named(pack, text)), render_index(*named(pack, "Umeå")))
    check_harmless(receipt(*named(pack, text), text), receipt(*named(pack, "Umeå"), "Umeå"))


@every_string
def test_in_file_names(text: str, pack: Pack) -> None:
    """Whatever a place or a report is called, its file can be mailed and lies in its folder."""
    planned = pack.pages[1]
    assert planned.municipality is not None
    place = replace(planned.municipality, name=text)
    report = replace(planned.report, name=text)
    for name in (page_file(report, place, pack.network), page_file(report, None, pack.network)):
        assert re.fullmatch(r"[a-z0-9_]*\.html", name)
    assert re.fullmatch(r"[a-z0-9_]*", ascii_name(text))

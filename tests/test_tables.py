"""Tables: what the eye sees, what a screen reader is told, what a program can check."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from made_results import indicator

from analyslib.analysis.results import Answer
from analyslib.tables import (
    Cell,
    Table,
    answer_cell,
    derived_cell,
    export_rows,
    header_cell,
    raw_cell,
    render_table,
    text_cell,
)


def example() -> Table:
    kpi = indicator()
    first = (
        header_cell("Umeå"),
        raw_cell(kpi, "2480", 2022, "T", 47.291823),
        derived_cell(37.8101, "ovägt medelvärde", 1),
        answer_cell(Answer.BETTER),
    )
    second = (
        header_cell("Åsele"),
        raw_cell(kpi, "2463", 2022, "T", None, "Privacy"),
        derived_cell(None, "ovägt medelvärde", 1),
        text_cell("<script>alert(1)</script> & $x$"),
    )
    return Table(
        "Andel 2022", ("Kommun", "Värde", "Medel", "Svar"), (first, second), "Not.", "Källa."
    )


def raw_values(html: str) -> list[tuple[str, ...]]:
    """The checker's reading: a key on the cell itself, else on its row, else on its head."""
    found = []
    page = BeautifulSoup(html, "html.parser")
    heads = page.select("thead th")
    for row in page.select("tbody tr"):
        for head, cell in zip(heads, row.find_all(["th", "td"]), strict=True):
            keys = [
                str(
                    next(
                        (p[f"data-{key}"] for p in (cell, row, head) if p.has_attr(f"data-{key}")),
                        "",
                    )
                )
                for key in ("kpi", "municipality", "year", "gender")
            ]
            data = cell.find("data")
            number = str(data["value"]) if data else str(cell.get("data-status") or "")
            if number and not cell.has_attr("data-derived"):
                found.append((*keys, number))
    return found


def test_every_raw_value_can_be_read_back_whole() -> None:
    assert raw_values(render_table(example())) == [
        ("N31807", "2480", "2022", "T", "47.291823"),
        ("N31807", "2463", "2022", "T", "Privacy"),
    ]


def test_keys_that_differ_within_a_row_stand_on_the_cells() -> None:
    kpi = indicator()
    cells = (
        header_cell("Bistånd"),
        raw_cell(kpi, "2480", 2021, "T", 2.0),
        raw_cell(kpi, "0000", 2022, "T", 3.0),
    )
    html = render_table(Table("Två", ("A", "B", "C"), (cells,)))
    assert raw_values(html) == [
        ("N31807", "2480", "2021", "T", "2.0"),
        ("N31807", "0000", "2022", "T", "3.0"),
    ]
    assert html.count('data-kpi="N31807"') == 1


def test_what_the_numbers_of_a_column_share_stands_on_its_head() -> None:
    first, second = indicator(), replace(indicator(), id="N00002")
    table = Table(
        "Två kommuner",
        ("Nyckeltal", "Umeå", "Åsele", "Ett annat år"),
        (
            (
                header_cell("A"),
                raw_cell(first, "2480", 2022, "T", 1.0),
                raw_cell(first, "2463", 2022, "T", 2.0),
                raw_cell(first, "2463", 2021, "T", 3.0),
            ),
            (
                header_cell("B"),
                raw_cell(second, "2480", 2022, "T", None, "Missing"),
                raw_cell(second, "2463", 2022, "T", 5.0),
                raw_cell(second, "2480", 2020, "T", 6.0),
            ),
            (
                header_cell("C"),
                raw_cell(second, "2462", 2022, "K", 7.0),
                text_cell("–"),
                derived_cell(8.0, "medel", 1),
            ),
        ),
    )
    html = render_table(table)
    assert raw_values(html) == [
        ("N31807", "2480", "2022", "T", "1.0"),
        ("N31807", "2463", "2022", "T", "2.0"),
        ("N31807", "2463", "2021", "T", "3.0"),
        ("N00002", "2480", "2022", "T", "Missing"),
        ("N00002", "2463", "2022", "T", "5.0"),
        ("N00002", "2480", "2020", "T", "6.0"),
        ("N00002", "2462", "2022", "K", "7.0"),
    ]
    assert html.count('data-municipality="2480"') == 2, "once on its head, once where it is another"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("Missing", "bortfall"),
        ("Not applicable", "ej tillämplig"),
        ("Privacy", "sekretess"),
        ("Not delivered", "ej levererat"),
        ("Unknown", "utan angiven orsak"),
        ("", "utan angiven orsak"),
    ],
)
def test_the_kinds_of_nothing_are_kept_apart(status: str, words: str) -> None:
    cell = raw_cell(indicator(), "2480", 2022, "K", None, status)
    html = render_table(Table("x", ("A",), ((cell,),)))
    assert cell.text == words
    assert f'data-status="{status or "Unknown"}"' in html
    assert "<data" not in html


def test_a_screen_reader_gets_caption_scopes_and_a_region() -> None:
    page = BeautifulSoup(render_table(example()), "html.parser")
    assert page.caption is not None and page.caption.text == "Andel 2022"
    assert [head["scope"] for head in page.select("thead th")] == ["col"] * 4
    assert [head["scope"] for head in page.select("tbody th")] == ["row"] * 2
    region = page.select_one("div.tabellyta")
    assert region is not None
    assert (region["tabindex"], region["role"], region["aria-label"]) == (
        "0",
        "region",
        "Andel 2022",
    )
    assert "Not. Källa." in page.text


def test_hostile_text_stays_text_everywhere() -> None:
    evil = '"><script>alert(1)</script>'
    table = Table(
        evil,
        (evil,),
        ((header_cell(evil),), (Cell(evil, derived=evil),), (text_cell(evil),)),
        evil,
        evil,
    )
    page = BeautifulSoup(render_table(table), "html.parser")
    assert not page.find("script")
    assert page.find("td", attrs={"data-derived": evil})


def test_a_revised_value_carries_its_mark_outside_the_number() -> None:
    cell = raw_cell(indicator(), "2480", 2022, "T", 2.0, revised=True)
    page = BeautifulSoup(render_table(Table("x", ("A",), ((cell,),))), "html.parser")
    assert page.data is not None and page.data.text == "2,0"
    assert page.td is not None and page.td.text == "2,0 reviderad"


def test_numbers_are_exported_as_numbers_and_nothing_as_its_words() -> None:
    assert export_rows(example()) == [
        ["Kommun", "Värde", "Medel", "Svar"],
        ["Umeå", 47.291823, 37.8101, "▲ bättre"],
        ["Åsele", "sekretess", "–", "<script>alert(1)</script> & $x$"],
    ]


def test_a_coded_value_shows_its_word_and_keeps_its_code() -> None:
    coded = replace(indicator(), kind="coded", decimals=0)
    html = render_table(Table("x", ("A",), ((raw_cell(coded, "2480", 2022, "T", 1.0),),)))
    assert '<data value="1.0">Ja</data>' in html


def test_rows_of_another_length_than_the_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="1 cells, 2 columns"):
        Table("x", ("A", "B"), ((text_cell("a"),),))

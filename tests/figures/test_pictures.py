"""What every figure must hold: words that say the result, values behind it, small sound bytes."""

from __future__ import annotations

import inspect
import pkgutil
import re
from dataclasses import replace
from importlib import import_module
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from made_pictures import (
    KINDS,
    NAMES,
    PLACES,
    RESULTS,
    SOURCE,
    UMEA,
    kpi,
    panel,
    profile_row,
    result,
)
from made_results import reference

from analyslib import figures
from analyslib.analysis.results import Answer, ReferenceKind
from analyslib.figures.frame import Picture
from analyslib.figures.inputs import Place, Point, Series
from analyslib.figures.places import draw_dots
from analyslib.figures.profile import draw_profile
from analyslib.figures.rug import draw_rug
from analyslib.figures.scale import text_width
from analyslib.figures.series_tables import series_head
from analyslib.figures.trends import draw_trend


SVG = "{http://www.w3.org/2000/svg}"
LARGE = {"network_trends": 33_000}
every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(scope="module")
def pictures() -> dict[str, Picture]:
    return {kind: draw() for kind, draw in KINDS.items()}


def texts(picture: Picture) -> list[ElementTree.Element]:
    """The texts, each with what it takes from its group."""
    found = []
    for child in ElementTree.fromstring(picture.svg):
        for text in child.iter(f"{SVG}text"):
            text.attrib = {**child.attrib, **text.attrib}
            found.append(text)
    return found


def test_every_draw_function_is_here() -> None:
    modules = [
        import_module(f"analyslib.figures.{m.name}") for m in pkgutil.iter_modules(figures.__path__)
    ]
    found = {
        name.removeprefix("draw_")
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if inspect.signature(function).return_annotation == "Picture" and name.startswith("draw_")
    }
    assert found == set(KINDS)


@every_kind
def test_the_picture_is_one_sound_svg_without_anything_from_outside(
    kind: str, pictures: dict[str, Picture]
) -> None:
    svg = pictures[kind].svg.decode()
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert "metadata" not in svg and "<style" not in svg and "<image" not in svg
    assert re.findall(r"https?://[^\"' ]+", svg) == ["http://www.w3.org/2000/svg"]
    assert float(root.attrib["width"]) == pictures[kind].width
    assert root[0].attrib["style"] == "fill:#ffffff", "a white panel of its own, for dark pages"


@every_kind
def test_the_same_results_give_the_same_bytes(kind: str, pictures: dict[str, Picture]) -> None:
    assert KINDS[kind]().svg == pictures[kind].svg


@every_kind
def test_text_lies_inside_the_picture(kind: str, pictures: dict[str, Picture]) -> None:
    picture = pictures[kind]
    for text in texts(picture):
        size = float(text.attrib.get("font-size", 12))
        if "transform" in text.attrib:
            continue
        width = text_width(text.text or "", size) * 0.9
        share = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.attrib.get("text-anchor", "start")]
        left = float(text.attrib["x"]) - share * width
        assert left >= -1 and left + width <= picture.width + 1, text.text
        assert 0 <= float(text.attrib["y"]) <= picture.height, text.text


@every_kind
def test_alt_caption_and_table_say_something_and_nothing_broken(
    kind: str, pictures: dict[str, Picture]
) -> None:
    picture = pictures[kind]
    assert picture.alt.startswith(f"{picture.title}. ")
    assert len(picture.alt) > len(picture.title) + 20
    assert picture.caption and picture.table.rows and picture.source_line == SOURCE
    for words in (picture.alt, picture.caption, picture.svg.decode(), picture._repr_html_()):
        assert not re.search(r"\b(nan|None|inf|NaN)\b", words)


@every_kind
def test_the_html_holds_picture_words_and_values(kind: str, pictures: dict[str, Picture]) -> None:
    picture = pictures[kind]
    page = BeautifulSoup(picture._repr_html_(), "html.parser")
    assert page.figure is not None and page.img is not None
    assert page.figure["data-figure"] == picture.key
    assert page.figure.get("data-municipality", "") == picture.municipality
    assert page.img["alt"] == picture.alt
    assert str(page.img["src"]).startswith("data:image/svg+xml;base64,")
    assert page.select_one("figcaption .kalla") is not None
    assert page.select_one("details caption") is not None


@every_kind
def test_the_picture_is_small(kind: str, pictures: dict[str, Picture]) -> None:
    size = len(pictures[kind]._repr_html_())
    assert size <= LARGE.get(kind, 25_000), f"{kind}: {size} bytes"


EVIL = '<script>alert("1")</script> $x^2$ & \x07'


def test_hostile_names_stay_text() -> None:
    place = Place("2480", EVIL)
    evil = replace(RESULTS[0], place=place)
    Series(EVIL, panel().own.points, "2480")
    hostile = [
        draw_dots(place, kpi(short=EVIL), [evil, *RESULTS[1:]], EVIL, EVIL),
        draw_trend(
            place, replace(panel(), own=Series(EVIL, panel().own.points, "2480")), EVIL, EVIL
        ),
    ]
    for picture in hostile:
        assert not [e for e in ElementTree.fromstring(picture.svg).iter() if "script" in e.tag]
        assert any("$x^2$" in (text.text or "") for text in texts(picture))
        page = BeautifulSoup(picture._repr_html_(), "html.parser")
        assert not page.find("script")
        assert page.img is not None and EVIL[:20] in str(page.img["alt"])


def test_the_figure_never_shows_an_answer_by_colour_alone(pictures: dict[str, Picture]) -> None:
    words = {text.text for text in texts(pictures["dots"])}
    assert {"bättre", "sämre", "högre", "lägre", "ingen säker skillnad"} <= words


def test_every_raw_value_drawn_from_stands_in_the_table(pictures: dict[str, Picture]) -> None:
    cells = {(c.municipality, c.value) for c in pictures["dots"].table.raw_cells}
    wanted = {(r.place.code, r.comparison.value) for r in RESULTS} | {("0000", 2.9)}
    assert cells == wanted
    cells = {(c.municipality, c.year, c.value) for c in pictures["trend"].table.raw_cells}
    assert {("2480", "2024", panel().own.points[-1].value)} <= cells
    assert ("2480", "2021", None) in cells
    assert {c.status for c in pictures["trend"].table.raw_cells} == {"", "Privacy"}


def test_the_alt_text_of_dots_names_the_certain_ones_and_the_own_place(
    pictures: dict[str, Picture],
) -> None:
    alt = pictures["dots"].alt.replace("\u00a0", " ")
    assert "Umeå: 6,3 procent, bättre." in alt
    assert "Riket: 2,9 procent." in alt
    for place, item in zip(PLACES, RESULTS, strict=True):
        if item.comparison.answer == "better":
            assert place.name in alt.split("Bättre än riket:")[1].split(".")[0]


def test_the_order_of_input_changes_nothing() -> None:
    forwards = draw_dots(UMEA, kpi(), RESULTS, "Bistånd", SOURCE)
    backwards = draw_dots(UMEA, kpi(), RESULTS[::-1], "Bistånd", SOURCE)
    assert forwards == backwards


def test_where_low_is_better_the_lowest_comes_first_and_the_missing_last() -> None:
    low = [row[0].text for row in draw_dots(UMEA, kpi(), RESULTS, "B", SOURCE).table.rows]
    high = draw_dots(UMEA, kpi(direction="high"), RESULTS, "B", SOURCE)
    assert low[0] == "Nordmaling" and low[-2:] == ["Norsjö", "Riket"]
    assert high.table.rows[0][0].text == "Skellefteå"
    assert [row[0].text for row in high.table.rows[-2:]] == ["Norsjö", "Riket"]


def test_two_places_never_share_a_picture() -> None:
    drawn = {draw_dots(place, kpi(), RESULTS, "B", SOURCE).svg for place in PLACES}
    assert len(drawn) == len(NAMES)


def test_one_place_alone_and_none_with_a_value_can_be_drawn() -> None:
    alone = draw_dots(UMEA, kpi(), [result(UMEA, 0)], "B", SOURCE)
    empty = draw_dots(UMEA, kpi(), [result(UMEA, 4)], "B", SOURCE)
    assert "Av 1\u00a0kommun är 1 bättre." in alone.alt
    assert any(text.text == "sekretess" for text in texts(empty))


def test_answers_about_other_indicators_are_not_counted_in_a_rug() -> None:
    answers = {("N1", "2480"): Answer.BETTER, ("N2", "2480"): Answer.WORSE}
    picture = draw_rug(UMEA, [UMEA], [kpi(id="N1")], answers, "Väv", SOURCE)
    assert "Av 1\u00a0ruta är 1 bättre." in picture.alt
    assert "sämre" not in picture.alt


def test_a_count_is_never_drawn_beside_riket() -> None:
    count = replace(panel(), indicator=kpi(kind="count", unit="antal", decimals=0))
    picture = draw_trend(UMEA, count, "Antal", SOURCE)
    assert picture.table.columns == ("År", "Umeå")
    assert "Riket" not in picture.svg.decode()


def test_a_county_that_is_the_network_is_shown_once() -> None:
    network = reference(2.4, kind=ReferenceKind.NETWORK, weighted=False)
    row = replace(profile_row(1), others=(replace(network, kind=ReferenceKind.COUNTY), network))
    same = draw_profile(UMEA, [row], "Profil", SOURCE)
    assert not any("länet" in column.lower() for column in same.table.columns)
    county = replace(network, kind=ReferenceKind.COUNTY, value=2.6)
    other = draw_profile(UMEA, [replace(row, others=(county, network))], "Profil", SOURCE)
    assert any("länet" in column.lower() for column in other.table.columns)


def test_a_profile_counts_its_answers_and_holds_each_raw_value(
    pictures: dict[str, Picture],
) -> None:
    profile = pictures["profile"]
    rows = [profile_row(n) for n in range(16)]
    better = sum(row.comparison.answer == Answer.BETTER for row in rows)
    assert f"Av 16\u00a0nyckeltal är {better} bättre" in profile.alt
    own = [cell.value for cell in profile.table.raw_cells if cell.municipality == "2480"]
    assert own == [row.comparison.value for row in rows]
    riket = [cell.value for cell in profile.table.raw_cells if cell.municipality == "0000"]
    assert riket == [2.9] * 16


def test_a_coded_answer_is_dots_without_riket_or_a_mean() -> None:
    coded = replace(kpi(kind="coded", unit="code (Ja=1, Nej=2)", decimals=0), breaks=())
    answers = tuple(Point(year, 1.0 + year % 2) for year in range(2018, 2023))
    shown = replace(panel(), indicator=coded, own=Series("Umeå", answers, "2480"))
    picture = draw_trend(UMEA, shown, "Svar", SOURCE)
    labels = {text.text for text in texts(picture)}
    assert {"Ja", "Nej", "Umeå Ja"} <= labels
    assert "Riket" not in picture.svg.decode()
    assert "stroke-width:2.2" not in picture.svg.decode(), "no line between codes"


def test_a_profile_means_no_codes() -> None:
    coded = replace(kpi(kind="coded", unit="code (Ja=1, Nej=2)", decimals=0), breaks=())
    row = replace(profile_row(1), indicator=coded)
    (cells,) = draw_profile(UMEA, [row], "Profil", SOURCE).table.rows
    assert all(cell.value is None for cell in cells if cell.derived)


def test_a_series_says_once_how_it_was_made() -> None:
    assert series_head(Series("Nätverket (ovägt)", (), derived="ovägt medelvärde")) == (
        "Nätverket (ovägt)"
    )
    assert series_head(Series("Länet", (), derived="ovägt medelvärde")) == (
        "Länet (ovägt medelvärde)"
    )

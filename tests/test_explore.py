"""The explorer gives what the store holds, finds by words, and its code makes the same page."""

from __future__ import annotations

import re
import statistics
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import analyslib
from analyslib.errors import UsageError
from analyslib.explore.explorer import GROUPS, Choice, Explorer, open_explorer
from analyslib.explore.reading import plain_indicator
from analyslib.explore.search import fold, stem
from analyslib.explore.views import VIEWS
from analyslib.explore.widgets import ExplorerView
from analyslib.sources import kolada
from analyslib.store.build import build
from analyslib.store.connection import query
from analyslib.workspace import Workspace


SHARE, PLAIN = "U21504", "N31807"


@pytest.fixture
def opened(demo_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Explorer:
    monkeypatch.setenv("ANALYSLIB_HOME", str(demo_workspace))
    return open_explorer("demo")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("kpi", [SHARE, PLAIN, "U28490"])
def test_every_view_says_something_of_every_kind(opened: Explorer, kpi: str, view: str) -> None:
    html = opened.show(Choice(kpi, "Umeå", view=view)).html
    assert "Påhittade siffror" in html and "Koden som gör samma sak" in html
    assert "<figure" in html or "<table" in html or "notis" in html or "<section" in html
    assert "nan" not in re.sub(r"base64,[^\"]+", "", html).lower().split()


@pytest.mark.parametrize("view", VIEWS)
def test_a_series_that_nobody_has_a_value_in_is_shown_as_that(opened: Explorer, view: str) -> None:
    """The source lists series before anyone has delivered."""
    full = opened.reading(PLAIN)
    none = full.series.iloc[:0]
    empty = replace(full, series=none, riket=none, retrieved="")
    shown = replace(opened, readings={PLAIN: empty}).show(Choice(PLAIN, "Umeå", view=view)).html
    assert "inte har lämnat något värde" in shown or "notis" in shown


def test_every_number_shown_is_the_number_of_the_store(opened: Explorer) -> None:
    html = opened.show(Choice(PLAIN, "Umeå", year=2024)).html
    shown = dict(
        re.findall(
            rf'data-kpi="{PLAIN}" data-municipality="(\d+)" data-year="2024" data-gender="T">'
            r'.*?<data value="([^"]+)"',
            html,
        )
    )
    rows = query(opened.store, "kpi_values", kpi=PLAIN)
    rows = rows[(rows["year"] == 2024) & (rows["gender"] == "T")].set_index("municipality")
    assert len(shown) >= 10
    shown.pop("0000", None)  # Riket has a row of its own
    assert {code: float(value) for code, value in shown.items()} == {
        code: rows.loc[code, "value"] for code in shown
    }


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("väntetid ekonomiskt bistånd", "U31402"),
        ("vantetider", "U31402"),
        ("bemötande hemtjänst", SHARE),
        ("hemtjänsten bemötande", SHARE),
        ("n31807", PLAIN),
        ("socialbidrag väntetid", "U31402"),
        ("waiting time social assistance", "U31402"),
    ],
)
def test_words_find_whatever_their_order_and_ending(
    opened: Explorer, words: str, wanted: str
) -> None:
    assert wanted in [hit.kpi for hit in opened.find(words)[:5]]


def test_a_misspelt_word_gets_a_proposal(opened: Explorer) -> None:
    assert opened.find("ekonmiskt") == []
    assert "ekonomiskt" in opened.index.near("ekonmiskt")
    assert "bistånd" in opened.index.near("bistond"), "spelt as it is written"
    assert opened.find("time") == []


def test_folding_and_stemming() -> None:
    assert fold("Äldre, 65+ år") == "aldre 65 ar"
    assert stem("insatserna") == stem("insatser") == "insats"
    assert stem("barn") == "barn"


def test_what_does_not_exist_is_said(opened: Explorer) -> None:
    for choice, word in (
        (Choice("N99999", "Umeå"), "N99999"),
        (Choice(PLAIN, "Umeo"), "Menade du"),
        (Choice(PLAIN, "Umeå", group="världen"), "världen"),
        (Choice(PLAIN, "Umeå", view="paj"), "paj"),
    ):
        with pytest.raises(UsageError, match=word):
            opened.show(choice)


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_always_holds_the_place_itself(opened: Explorer, group: str) -> None:
    codes = opened.subject(Choice(PLAIN, "Umeå", group)).codes
    assert "2480" in codes and len(codes) == len(set(codes)) > 5


def test_the_code_shown_makes_the_same_page(opened: Explorer) -> None:
    choice = Choice(PLAIN, "Umeå", "länet", 2023, "utveckling")
    names: dict[str, object] = {}
    first, second = opened.code(choice).split("\n\n")[1].splitlines()
    exec(opened.code(choice).splitlines()[0], names)
    assert eval(first, names).html == opened.show(choice).html
    assert len(eval(second, names)) == len(opened.values(PLAIN))


def test_the_workbook_has_values_definition_and_source(opened: Explorer, tmp_path: Path) -> None:
    path = opened.export(Choice(PLAIN, "Umeå"), tmp_path)
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["Visat", "Alla värden", "Om nyckeltalet"]
    for name in book.sheet_names:
        assert "Källa: Kolada" in str(book.get_sheet_by_name(name).to_python()[1][0])
    rows = book.get_sheet_by_name("Alla värden").to_python()[4:]
    umea = {row[2]: row[4] for row in rows if row[0] == "2480" and row[3] == "Totalt"}
    assert umea[2024] == pytest.approx(opened.reading(PLAIN).value("2480", 2024)[0])


def test_the_controls_show_what_is_chosen(opened: Explorer) -> None:
    view = ExplorerView(opened, "Umeå", "bemötande hemtjänst")
    assert view.hits.value == SHARE and "<figure" in view.page.value
    before = view.page.value
    view.municipality.value = "2460"
    assert view.page.value != before and 'data-municipality="2460"' in view.page.value
    view.view.value = "tabell"
    assert "<table" in view.page.value
    view.search.value = "ekonmiskt"
    assert "Menade du ekonomiskt" in view.message.value and view.hits.value == SHARE
    view.search.value = "väntetid ekonomiskt"
    assert view.hits.value == "U31402" and view.message.value == ""


def test_the_notebook_holds_the_page_for_those_without_controls(opened: Explorer) -> None:
    view = ExplorerView(opened, "Umeå", "bemötande hemtjänst")
    bundle = view._repr_mimebundle_()
    assert bundle["text/html"] == view.page.value
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert " object at " not in bundle["text/plain"]


def test_fifty_changes_are_answered(opened: Explorer) -> None:
    """Not timed to pass or fail: the numbers are printed, and every change gives a page."""
    kpis = [hit.kpi for hit in opened.find("")][:10]
    places = ["2480", "2460", "0461", "0180", "2425"]
    seconds = []
    for kpi in kpis:
        for place in places:
            began = time.perf_counter()
            assert opened.show(Choice(kpi, place)).html
            seconds.append(time.perf_counter() - began)
    print(f"50 byten: median {statistics.median(seconds):.3f} s, sämst {max(seconds):.3f} s")


def test_sql_is_sealed_and_faults_are_told(demo_workspace: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("ANALYSLIB_HOME", str(demo_workspace))
    assert analyslib.sql("SELECT 1 AS one")["one"].tolist() == [1]
    assert "observation" in analyslib.show_tables()["table_name"].tolist()
    for text in ("SELEC 1", "DROP TABLE observation", "SELECT * FROM read_csv('/etc/passwd')"):
        with pytest.raises(UsageError, match="Frågan gick inte att köra"):
            analyslib.sql(text)


def test_the_surface_is_small_documented_and_instant() -> None:
    names = [name for name in analyslib.__all__ if not name.startswith("__")]
    assert 15 <= len(names) <= 25 and set(names) <= set(dir(analyslib))
    for name in names:
        found = getattr(analyslib, name)
        assert callable(found) and found.__doc__, name
    with pytest.raises(AttributeError):
        analyslib.nothing_like_this  # noqa: B018


@pytest.mark.parametrize(
    ("unit", "title", "kind", "words"),
    [
        ("Ja=1, Nej=0", "", "coded", {"1": "Ja", "0": "Nej"}),
        ("Ja = 1, Nej = 0", "", "coded", {"1": "Ja", "0": "Nej"}),
        ("Ja, alla=2, Ja, men inte alla=1, Nej=0", "", "coded",
         {"2": "Ja, alla", "1": "Ja, men inte alla", "0": "Nej"}),
        ("Överskott=2, Balans=1, Underskott=0", "", "coded",
         {"2": "Överskott", "1": "Balans", "0": "Underskott"}),
        ("Max 14 dagar = 1, 15 dagar eller mer = 0", "", "coded",
         {"1": "Max 14 dagar", "0": "15 dagar eller mer"}),
        ("-2017 Ja=1, Nej=0. 2018- Ja=2, Delvis=1, Nej=0", "", "coded", None),
        ("(skala 1-8, 1=låg risk, 8 = hög risk)", "", "coded", None),
        ("(kodade svarsalternativ)", "", "coded", None),
        ("i hemtjänsten äldreomsorg?", "Aktuell rutin i hemtjänsten äldreomsorg?", "coded", None),
        ("index (max = 100)", "", "mean", None),
        ("andel (%) - Målnivå = 90", "", "register_share", None),
        ("antal", "", "count", None),
        ("kr/inv", "", "cost", None),
    ],
)  # fmt: skip
def test_what_a_series_outside_the_definitions_is(
    unit: str, title: str, kind: str, words: object
) -> None:
    """Real units of the source. A code that passes for a number would be averaged and ranked."""
    row = {"kpi": "N00001", "unit": unit, "title": title, "is_divided_by_gender": "False"}
    found = plain_indicator(row, ())
    assert (found.kind, found.coding) == (kind, words)


def test_a_series_whose_unit_changed_is_broken_there_and_never_drawn_as_a_jump(
    own_workspace: Path, tmp_path: Path
) -> None:
    """A series outside the definitions. Before any number is in the new unit, the old one holds."""
    head = "id,title,description,municipality_type,auspice,operating_area,perspective\n"
    rest = '"Källa: påhitt.",K,X,IFO,Volymer\n'

    def take_in(name: str, text: str, vintage: str) -> None:
        path = tmp_path / f"{name}_{vintage}.csv"
        path.write_text(text, encoding="utf-8")
        kolada.add(workspace, [path], vintage, date(2026, 8, 1))

    def values(years: range, value: float) -> str:
        rows = "".join(f"N00004,2480,{year},T,{value + year / 1e4}\n" for year in years)
        return f"kpi,municipality,year,gender,value\n{rows}"

    workspace = Workspace(own_workspace)
    take_in("kpi", f'{head}N00004,"Insatser, andel (%)",{rest}', "2024-01-01")
    take_in("values", values(range(2012, 2018), 0.9), "2024-01-01")
    take_in("kpi", f'{head}N00004,"Insatser, antal/10 000 inv",{rest}', "2026-01-01")
    build(workspace)
    old = open_explorer("riktig").reading("N00004").indicator
    assert (old.unit, old.title, old.breaks) == ("andel (%)", "Insatser, andel (%)", ())

    take_in("values", values(range(2018, 2024), 90), "2026-01-01")
    build(workspace)
    explorer = open_explorer("riktig")
    new = explorer.reading("N00004").indicator
    assert (new.unit, [found.year for found in new.breaks]) == ("antal/10 000 inv", [2018])
    about = explorer.show(Choice("N00004", "Umeå", view="om nyckeltalet")).html
    assert "Seriebrott 2018: Enheten byttes från andel (%) till antal/10 000 inv." in about
    trend = explorer.reading("N00004").trends(2023, ["2480"])["2480"]
    assert min(trend.years) == 2018 and max(trend.values) < 91

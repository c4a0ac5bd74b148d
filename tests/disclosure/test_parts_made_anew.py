"""Own measures on finished pages: nothing but what the release makes of them."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from smuggling import CANARY, DRESSED, LEAKS, NUMBERS, STOWAWAYS

from analyslib.catalogue import load_catalogue
from analyslib.delivery import make_anew
from analyslib.disclosure.gate import Subjects, is_about_people, read_outgoing, subjects_of
from analyslib.disclosure.page_check import Allowed, find_faults
from analyslib.disclosure.parts_made_anew import OWN, PartName
from analyslib.errors import DisclosureError
from analyslib.sections.made_anew import made_anew
from analyslib.sections.municipality import municipality_report
from analyslib.sections.project import project_report
from analyslib.store.connection import open_store
from analyslib.workspace import Workspace


PLACE = "0461"  # follows children by month, in two parts
PROJECT = "2480"  # has a project
FEW = "2403"  # where nearly everything is about too few
CODES = (PLACE, PROJECT, FEW)
YEAR = 2024
PICTURE = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
NUMBER = re.compile(r"\d+")


@pytest.fixture(scope="module")
def database(demo_workspace: Path) -> Path:
    return Workspace(demo_workspace, demo=True).publish_db


@pytest.fixture(autouse=True)
def in_demo(demo_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYSLIB_HOME", str(demo_workspace))


@pytest.fixture(scope="module")
def allowed(database: Path) -> Allowed:
    subjects = Subjects(follow_up=False, own=frozenset(CODES))
    made = make_anew(database, [PartName(OWN, code) for code in CODES])
    return read_outgoing(database, ["04", "24"], subjects, made).allowed


@pytest.fixture(scope="module")
def pages(demo_workspace: Path) -> dict[str, str]:
    """The section of two municipalities' reports, and the whole of a project's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANALYSLIB_HOME", str(demo_workspace))
        reports = {"kommun": (PLACE, "fouis"), "få": (FEW, "nua")}
        sections = {
            name: municipality_report(code, network, YEAR).own_measures()
            for name, (code, network) in reports.items()
        }
        report = project_report(PROJECT, "", YEAR)
        first = [report.summary(), report.purpose(), report.guide(), report.development()]
        last = [report.since_start(), report.budget(), report.public(), report.sources()]
    made = {name: part._repr_html_() for name, part in sections.items() if part is not None}
    made["projekt"] = "".join(part._repr_html_() for part in (*first, *last))
    return {name: page(content) for name, content in made.items()}


def page(content: str) -> str:
    return f'<html lang="sv"><body><main><p>Av 3 kommuner.</p>{content}</main></body></html>'


def whats(source: str, allowed: Allowed) -> str:
    return " ".join(fault.what for fault in find_faults(source, allowed, [CANARY]))


@pytest.mark.parametrize(("name", "code"), [("kommun", PLACE), ("få", FEW), ("projekt", PROJECT)])
def test_what_the_release_makes_passes(
    pages: dict[str, str], allowed: Allowed, name: str, code: str
) -> None:
    assert not find_faults(pages[name], allowed, [CANARY])
    assert is_about_people(pages[name].encode())
    assert subjects_of([pages[name].encode()]) == Subjects(
        False, frozenset({code}), frozenset({PartName(OWN, code)})
    )


def test_a_page_that_is_not_of_the_plain_form_is_read_the_same(
    pages: dict[str, str], allowed: Allowed
) -> None:
    source = pages["kommun"].replace("<main>", "<main><p hidden>Ett < två &amp; tre</p>")
    assert not find_faults(source, allowed)
    assert find_faults(source.replace(">maj\u00a02024<", ">maj\u00a02025<"), allowed)


@pytest.mark.parametrize(("name", "code"), [("kommun", PLACE), ("projekt", PROJECT)])
def test_no_own_number_stands_outside_the_parts(
    pages: dict[str, str], name: str, code: str
) -> None:
    source, outside, at = pages[name], "", 0
    for start, end in parts_of(source):
        outside, at = outside + source[at:start], end
    assert f'data-kpi="{code}-' in source
    assert f'data-kpi="{code}-' not in outside + source[at:]


def changed_numbers(source: str) -> Iterator[tuple[int, str]]:
    """The page with one number one more, for every number: in text, attributes and pictures.

    Public figures and what is said of how to read, which stand between the parts, are left out.
    """
    hushed = PICTURE.sub(lambda found: "x" * len(found[0]), source)
    for start, end in parts_of(hushed):
        for found in NUMBER.finditer(hushed, start, end):
            more = str(int(found[0]) + 1)
            yield found.start(), source[: found.start()] + more + source[found.end() :]
        for picture in PICTURE.finditer(source, start, end):
            drawn = base64.b64decode(picture[1]).decode()
            for found in NUMBER.finditer(drawn):
                told = drawn[: found.start()] + str(int(found[0]) + 1) + drawn[found.end() :]
                packed = base64.b64encode(told.encode()).decode()
                yield (
                    picture.start(),
                    source[: picture.start(1)] + packed + source[picture.end(1) :],
                )


def parts_of(source: str) -> list[tuple[int, int]]:
    """Where the marked parts begin and end."""
    found = []
    for mark in re.finditer('<div data-about="individer"', source):
        depth = 0
        for tag in re.finditer(r"<(/?)div\b", source[mark.start() :]):
            depth += -1 if tag[1] else 1
            if not depth:
                found.append((mark.start(), mark.start() + tag.start()))
                break
    return found


@pytest.mark.parametrize("name", ["kommun", "projekt"])
def test_a_number_changed_by_one_is_found_wherever_it_stands(
    pages: dict[str, str], allowed: Allowed, name: str, prove: bool
) -> None:
    changed = list(changed_numbers(pages[name]))
    assert len(changed) > 1500
    count = len(changed) if prove else 60
    for at in np.random.default_rng(5).choice(len(changed), count, replace=False):
        place, source = changed[at]
        assert find_faults(source, allowed), pages[name][place - 60 : place + 20]


def test_the_message_says_where_but_not_what(pages: dict[str, str], allowed: Allowed) -> None:
    cell = re.search(
        r'(<th scope="row">juli.2024</th><td[^>]*><data value="[^"]+">)', pages["kommun"]
    )
    assert cell
    said = whats(pages["kommun"].replace(cell[0], cell[0] + "4711"), allowed)
    assert "raden ”juli 2024”" in said and "”Egna mått i Gnesta”" in said
    assert "4711" not in said


@pytest.mark.parametrize("smuggled", (*LEAKS, *STOWAWAYS, *DRESSED, *NUMBERS))
@pytest.mark.parametrize("where", ["först", "i en tabell", "sist"])
def test_nothing_is_smuggled_in(
    pages: dict[str, str], allowed: Allowed, smuggled: str, where: str
) -> None:
    source = pages["kommun"]
    places = {"först": ">", "i en tabell": '<th scope="row">', "sist": "</ul>"}
    start = source.index('<div data-about="individer"')
    at = source.index(places[where], start) + len(places[where])
    assert find_faults(source[:at] + smuggled + source[at:], allowed, [CANARY])


@pytest.mark.parametrize(
    "other",
    [
        f'data-part="egna-matt-{FEW}"',
        'data-part=""',
        f'data-part="egna-matt-{PLACE}" title="7"',
        "",
    ],
)
def test_a_part_is_held_against_its_own_place(
    pages: dict[str, str], allowed: Allowed, other: str
) -> None:
    """Another municipality's part, or none: what is no longer marked still has its keys."""
    source = pages["kommun"].replace(f'data-part="egna-matt-{PLACE}"', other)
    assert find_faults(source, allowed)


def test_no_part_opens_inside_another(pages: dict[str, str], allowed: Allowed) -> None:
    """What another municipality may say of itself, put where this one speaks."""
    (start, end), *_ = parts_of(pages["få"])
    other, source = pages["få"][start:end] + "</div>", pages["kommun"]
    at = source.index(">", source.index(f'data-part="egna-matt-{PLACE}"')) + 1
    assert not find_faults(page(other), allowed)
    assert "släppts ut" in whats(source[:at] + other + source[at:], allowed)


def test_own_measures_outside_the_parts_are_found(pages: dict[str, str], allowed: Allowed) -> None:
    """A page made before there were parts, or a notebook of someone's own."""
    source = pages["kommun"].replace(f'data-about="individer" data-part="egna-matt-{PLACE}"', "")
    assert is_about_people(source.encode())
    assert "utanför den del av sidan" in whats(source, allowed)


def test_what_no_release_has_is_refused(pages: dict[str, str]) -> None:
    assert "hela avsnittet" in whats(pages["kommun"], Allowed({}, frozenset()))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("value = value + 1", "measure = '0461-orosanmalningar' AND grain = 'month'"),
        ("value = 3, status = ''", "measure = '0461-orosanmalningar-flickor' AND status <> ''"),
        ("n = n + 1", "measure = '0484-egen-forsorjning'"),
        ("value = 100 * (round(value * n / 100) + 1) / n", "measure = '0484-egen-forsorjning'"),
    ],
)
def test_what_the_audit_has_not_seen_is_not_released(
    database: Path, tmp_path: Path, change: str, where: str
) -> None:
    """The table that pages are made of says something else than the ledger."""
    copy = Path(shutil.copy(database, tmp_path / "publish.duckdb"))
    subjects = Subjects(False, frozenset({PLACE, "0484"}))
    made = {PartName(OWN, code): "" for code in (PLACE, "0484")}
    assert read_outgoing(copy, ["04"], subjects, made).ledgers
    row = f"(SELECT min(rowid) FROM own_value WHERE {where})"
    with duckdb.connect(str(copy)) as store:
        assert store.execute(f"UPDATE own_value SET {change} WHERE rowid = {row}").fetchall()[0][0]
    with pytest.raises(DisclosureError, match="andra tal om personer") as caught:
        read_outgoing(copy, ["04"], subjects, made)
    assert len(caught.value.faults) == 1


def test_nothing_is_made_of_what_nobody_has_delivered(database: Path) -> None:
    with open_store(database, threads=1) as store:
        assert made_anew(store, load_catalogue(), PartName(OWN, "2418")) is None


def test_a_hidden_number_that_is_put_back_is_found(pages: dict[str, str], allowed: Allowed) -> None:
    source, hidden = pages["få"], re.compile(r'data-status="Privacy">([^<]+)<')
    cells = [c for part in parts_of(source) for c in hidden.finditer(source, *part)]
    assert len(cells) > 20
    for cell in cells[:: len(cells) // 5]:
        told = source[: cell.start(1)] + "3" + source[cell.end(1) :]
        assert "raden" in whats(told, allowed)

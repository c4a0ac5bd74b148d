"""The follow-up on finished pages: nothing but what the release makes of it, to the last digit."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from made_follow_up import PLACES, SILENT, without_part_marks
from smuggling import CANARY, DRESSED, LEAKS, NUMBERS, STOWAWAYS

from analyslib.delivery import make_anew
from analyslib.disclosure.gate import (
    SCALES,
    Outgoing,
    check_pages,
    is_about_people,
    read_outgoing,
    subjects_of,
)
from analyslib.disclosure.page_check import Allowed, find_faults
from analyslib.disclosure.parts_made_anew import FOLLOW_UP, PartName, part_name
from analyslib.errors import DisclosureError
from analyslib.sections.follow_up import FollowUpReport, follow_up_report


PLACE, OTHER = "2480", "2463"
NAMES = [PartName(FOLLOW_UP, code) for code in (*PLACES, SILENT)]
ONE_AREA = PartName(FOLLOW_UP, PLACE, "missbruk")
COUNTY = ["24"]
OURS = '<meta name="analyslib-report" content="uppfoljning">'
PICTURE = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
NUMBER = re.compile(r"\d+")
PART_START = re.compile(r'<div data-part="[^"]*">')


pytestmark = pytest.mark.usefixtures("reads_published")


@pytest.fixture(scope="module")
def outgoing(published: Path) -> Outgoing:
    return read_outgoing(published, COUNTY, made=make_anew(published, [*NAMES, ONE_AREA]))


@pytest.fixture(scope="module")
def allowed(outgoing: Outgoing) -> Allowed:
    return outgoing.allowed


@pytest.fixture
def report() -> FollowUpReport:
    return follow_up_report(PLACE)


@pytest.fixture
def source(report: FollowUpReport) -> str:
    return page_of(report)


def page_of(report: FollowUpReport) -> str:
    shown = [part for part in report.sections() if part is not None]
    return page("".join(part.html for part in shown))


def page(content: str, head: str = OURS) -> str:
    heading = "<h2>Kommer de tillbaka?</h2><p>Av 3 kommuner.</p>"
    return f'<html lang="sv"><head>{head}</head><body><main>{heading}{content}</main></body></html>'


def whats(source: str, allowed: Allowed) -> list[str]:
    return [fault.what for fault in find_faults(source, allowed, [CANARY], SCALES)]


def not_released(source: str, allowed: Allowed) -> list[str]:
    """What the comparison with what is made anew says, whatever else is wrong."""
    return [what for what in whats(source, allowed) if "är inte det som släppts ut" in what]


@pytest.mark.parametrize("code", [*PLACES, SILENT])
def test_what_the_release_makes_passes(allowed: Allowed, code: str) -> None:
    source = page_of(follow_up_report(code))
    assert not whats(source, allowed)
    assert is_about_people(source.encode())
    assert subjects_of([source.encode()]).parts == {PartName(FOLLOW_UP, code)}


def test_a_page_of_one_service_area_is_held_against_that_one(allowed: Allowed) -> None:
    source = page_of(follow_up_report(PLACE, "missbruk"))
    assert not whats(source, allowed)
    assert subjects_of([source.encode()]).parts == {ONE_AREA}
    assert not_released(source.replace(str(ONE_AREA), f"uppfoljning-{PLACE}"), allowed)


def test_all_sections_of_the_report_are_marked(report: FollowUpReport, source: str) -> None:
    """No word of the library's stands outside a part."""
    shown = [part.html for part in report.sections() if part is not None]
    assert len(shown) == 11
    assert all(PART_START.match(html) and html.endswith("</div>") for html in shown)
    assert source.count("data-part") == len(shown)


def test_a_page_with_nothing_but_words_goes_through_the_gate_too(
    report: FollowUpReport, allowed: Allowed
) -> None:
    guide = report.guide()
    assert guide is not None and "individer" not in guide.html
    source = page(guide.html)
    assert is_about_people(source.encode()) and subjects_of([source.encode()])
    assert not whats(source, allowed)
    assert not_released(source.replace("</p>", " Alla blev bättre.</p>", 2), allowed)


def test_a_notebook_of_ones_own_may_choose_and_order_the_sections(
    report: FollowUpReport, allowed: Allowed
) -> None:
    chosen = [report.returns(), report.change(), report.summary()]
    content = "".join(part.html for part in chosen if part is not None)
    assert not whats(page(content, head=""), allowed)


def test_two_municipalities_on_a_page_are_each_held_against_their_own(
    source: str, allowed: Allowed
) -> None:
    other = page_of(follow_up_report(OTHER))
    assert not whats(source + other, allowed)
    mixed = source.replace(f"uppfoljning-{PLACE}", f"uppfoljning-{OTHER}")
    assert not_released(mixed, allowed)


# --- what is changed on a finished page


def test_a_share_that_was_never_printed_is_refused(source: str, allowed: Allowed) -> None:
    """The wide set of numbers has it; the release does not say it here."""
    share = re.search(r'<td class="text">(\d+)(\s%[^<]*)</td>', source)
    assert share
    forged = source.replace(share[0], share[0].replace(share[1], "77,7", 1), 1)
    assert not_released(forged, allowed)
    alone = without_part_marks(forged).replace(OURS, "")
    assert not whats(alone, allowed), "what only its numbers are held against"


def test_a_count_that_is_one_more_is_refused(source: str, allowed: Allowed) -> None:
    cell = re.search(r'(<td data-layout="mal-24" data-cell="[^"]*">)(<data[^>]*>)?(\d+)<', source)
    assert cell
    forged = cell[0].replace(f">{cell[3]}<", f">{int(cell[3]) + 1}<")
    found = whats(source.replace(cell[0], forged, 1), allowed)
    assert any("ett annat tal" in what for what in found), "the cell is held against the plan too"
    assert any("är inte det som släppts ut" in what and "raden ”" in what for what in found)


@pytest.mark.parametrize(
    ("change", "into"),
    [
        (r"Rapporten bygger på", "Rapporten byggde på"),
        (r"har fått det bättre och", "har fått det sämre och"),
        (r"Vilka personer syns inte", "Vilka personer syns"),
        (r'alt="', 'alt="Inte '),
        (r"<h3>Det viktigaste</h3>", "<h3>Det viktiga</h3>"),
        (r"<h3>Att tala om</h3>", "<h3>Att tala om</h3><p>Alla blev bättre.</p>"),
        (r"</tbody>", '<tr><th scope="row">Vuxna</th><td class="text">–</td></tr></tbody>'),
        (r'<td class="text">–</td>', '<td class="text">25 %</td>'),
        (r'<div class="sammanfattning">', '<div class="sammanfattning" title="alla">'),
    ],
)
def test_anything_else_that_is_changed_is_refused(
    source: str, allowed: Allowed, change: str, into: str
) -> None:
    assert change in source
    assert not_released(source.replace(change, into, 1), allowed)


@pytest.mark.parametrize(
    "what", [r"<text[^>]*>([^<]+)<", r' d="([^"]+)"', r'(?:fill|style)="([^"]+)"']
)
def test_a_drawing_that_is_changed_is_refused(source: str, allowed: Allowed, what: str) -> None:
    pictures = list(PICTURE.finditer(source))
    assert pictures
    for picture in pictures:
        drawn = base64.b64decode(picture[1]).decode()
        if found := re.search(what, drawn):
            told = drawn[: found.start(1)] + "M 0 0" + drawn[found.end(1) :]
            packed = base64.b64encode(told.encode()).decode()
            forged = source[: picture.start(1)] + packed + source[picture.end(1) :]
            assert not_released(forged, allowed)
            return
    pytest.fail("inget att ändra")


def test_a_row_of_another_table_is_refused(source: str, allowed: Allowed) -> None:
    """Women and men, and where they ended, both have a row of all service areas."""
    rows = re.findall(r'<tr[^>]*><th scope="row">Alla verksamheter</th>.*?</tr>', source, re.DOTALL)
    assert len(set(rows)) > 2
    first, *_, last = rows
    assert not_released(source.replace(last, first), allowed)


def test_a_row_that_has_been_made_into_its_neighbour_is_refused(
    source: str, allowed: Allowed
) -> None:
    """Two quarters with the same number: each is there once."""
    rows = re.findall(r'<tr[^>]*><th scope="row">\d{4} kv \d</th>.*?</tr>', source, re.DOTALL)
    assert len(rows) > 8
    assert not_released(source.replace(rows[0], rows[1]), allowed)


def changed_numbers(source: str) -> Iterator[tuple[int, str]]:
    """The page with one number one more, for every number: in text, attributes and pictures."""
    hushed = PICTURE.sub(lambda found: "x" * len(found[0]), source)
    for found in NUMBER.finditer(hushed, source.index("<div data-part")):
        before, more = hushed[: found.start()], str(int(found[0]) + 1)
        if not before.endswith(("</h", "<h")):
            yield found.start(), source[: found.start()] + more + source[found.end() :]
    for picture in PICTURE.finditer(source):
        drawn = base64.b64decode(picture[1]).decode()
        for found in NUMBER.finditer(drawn):
            told = drawn[: found.start()] + str(int(found[0]) + 1) + drawn[found.end() :]
            packed = base64.b64encode(told.encode()).decode()
            yield picture.start(), source[: picture.start(1)] + packed + source[picture.end(1) :]


def test_a_number_changed_by_one_is_found_wherever_it_stands(
    source: str, allowed: Allowed, prove: bool
) -> None:
    changed = list(changed_numbers(source))
    assert len(changed) > 1500
    count = len(changed) if prove else 40
    for at in np.random.default_rng(7).choice(len(changed), count, replace=False):
        place, forged = changed[at]
        assert whats(forged, allowed), source[place - 60 : place + 20]


@pytest.mark.parametrize("smuggled", (*LEAKS, *STOWAWAYS, *DRESSED, *NUMBERS))
def test_nothing_is_smuggled_in(source: str, allowed: Allowed, smuggled: str) -> None:
    places = ('<div class="fragor">', '<th scope="row">', "</figcaption>")
    for place in places:
        at = source.index(place) + len(place)
        assert whats(source[:at] + smuggled + source[at:], allowed), place


def test_the_message_says_where_but_not_what(
    source: str, outgoing: Outgoing, tmp_path: Path
) -> None:
    row = re.search(r'<th scope="row">Alla verksamheter</th><td[^>]*>(<data[^>]*>)?(?=\d)', source)
    assert row
    forged = source.replace(row[0], row[0] + "4711", 1)
    (tmp_path / "2480_umea_uppfoljning.html").write_text(forged, "utf-8")
    with pytest.raises(DisclosureError) as caught:
        check_pages([tmp_path], outgoing)
    assert {fault.where for fault in caught.value.faults} == {"2480_umea_uppfoljning.html"}
    assert "raden ”Alla verksamheter”" in str(caught.value) and "4711" not in str(caught.value)
    assert "uppföljningen av individer" in str(caught.value)


# --- what is not in a part


def test_on_our_own_report_all_of_individuals_stands_in_the_parts(
    source: str, allowed: Allowed
) -> None:
    """A page from before there were parts, or one that has been edited."""
    without = without_part_marks(source)
    assert "utanför de delar av sidan" in " ".join(whats(without, allowed))
    added = '<p data-about="individer">Alla var nöjda.</p></main>'
    assert "utanför de delar" in " ".join(whats(source.replace("</main>", added), allowed))


def test_a_figure_of_ones_own_is_held_against_the_numbers_in_a_report_of_ones_own(
    report: FollowUpReport, allowed: Allowed
) -> None:
    number = next(n for key, n in allowed.cells.items() if n and n > 20)
    goals = report.goals()
    assert goals is not None
    own = '<div data-about="individer"><p>Det gäller {} ärenden.</p></div>'
    assert not whats(page(goals.html + own.format(number), head=""), allowed)
    assert whats(page(goals.html + own.format("4711"), head=""), allowed)
    assert whats(page(goals.html + own.format(number)), allowed), "in our own report it is not"


@pytest.mark.parametrize(
    "name", ["", "uppfoljning-9999", "uppfoljning-2480-inget", "uppfoljning", "annat-2480"]
)
def test_what_no_release_makes_is_refused(
    source: str, published: Path, allowed: Allowed, name: str
) -> None:
    forged = source.replace(f'data-part="uppfoljning-{PLACE}"', f'data-part="{name}"')
    assert "hela avsnittet" in " ".join(not_released(forged, allowed))
    known = part_name(name)
    assert known is None or not make_anew(published, [known])


def test_no_part_opens_inside_another(source: str, allowed: Allowed) -> None:
    """What another municipality may say of itself, put where this one speaks."""
    other = follow_up_report(OTHER).goals()
    assert other is not None and not whats(page(other.html, head=""), allowed)
    at = source.index(">", source.index("data-part")) + 1
    assert not_released(source[:at] + other.html + source[at:], allowed)

"""The last look at finished pages: nothing that is not in the plan, and no stowaways."""

from __future__ import annotations

import base64
import io
import zlib
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure
from smuggling import CANARY, DRESSED, LEAKS, NUMBERS, STOWAWAYS, photo, png, svg

from analyslib.disclosure.page_check import (
    Allowed,
    allowed_from,
    check_folder,
    check_page,
    find_faults,
)
from analyslib.disclosure.released import HIDDEN, Released
from analyslib.errors import DisclosureError


@pytest.fixture
def allowed() -> Allowed:
    """Twenty people in all: twelve women, eight men; of the ages only the oldest are shown."""
    rows = [
        ("kön", "", "alla", "alla", 20, ""),
        ("kön", "sex", "K", "alla", 12, ""),
        ("kön", "sex", "M", "alla", 8, ""),
        ("ålder", "age_group", "alla", "0-17", None, HIDDEN),
        ("ålder", "age_group", "alla", "65+", 13, ""),
    ]
    counts = pd.DataFrame(
        rows, columns=["layout", "crossing", "sex", "age_group", "count", "status"]
    )
    return allowed_from(Released(counts.astype({"count": "Int64"}), 5, "x"))


def page(content: str) -> str:
    return (
        f'<html lang="sv"><body><section data-about="individer">{content}</section></body></html>'
    )


def whats(source: str, allowed: Allowed) -> str:
    return " ".join(fault.what for fault in find_faults(source, allowed, [CANARY]))


GOOD = (
    '<p>Av 20 personer var 12 (60 %) kvinnor år 2024.</p><table><tr><td data-layout="kön" '
    'data-cell="sex=K"><data value="12">12</data></td><td data-layout="ålder" '
    'data-cell="age_group=0-17">sekretess</td></tr></table><p>Färre än 5 visas inte.</p>'
)


def test_a_number_of_persons_that_could_be_a_year_is_no_year() -> None:
    """1 979 with its space is a count; 1979 is a year, and in a cell it is neither."""
    row = {"layout": "ärenden", "crossing": "", "sex": "alla", "age_group": "alla", "count": 1979}
    counts = pd.DataFrame([row]).astype({"count": "Int64"}).assign(status="")
    plan = allowed_from(Released(counts, 5, "x"))
    cell = '<p>{} ärenden började 1979.</p><p data-layout="ärenden" data-cell="">{}</p>'
    check_page(page(cell.format("1\u00a0979", "1\u00a0979")), plan)
    assert whats(page(cell.format("2\u00a0012", "1\u00a0979")), plan)
    assert whats(page(cell.format("1\u00a0979", "2\u00a0012")), plan)


def test_a_page_that_follows_the_plan_passes(allowed: Allowed) -> None:
    check_page(page(GOOD), allowed, [CANARY])


def test_numbers_outside_what_is_about_individuals_are_left_alone(allowed: Allowed) -> None:
    check_page(page(GOOD).replace("<section", "<p>Nyckeltal 47,3 och 3.</p><section"), allowed)


@pytest.mark.parametrize("leak", LEAKS)
def test_a_number_that_is_not_in_the_plan_is_found(allowed: Allowed, leak: str) -> None:
    assert find_faults(page(GOOD + leak), allowed)


def test_what_pictures_say_is_read(allowed: Allowed) -> None:
    assert not find_faults(page(svg("<text>12</text>")), allowed)
    assert find_faults(page(svg("<text>3</text>")), allowed)
    assert "metadata" in whats(page(svg("<metadata>x</metadata>")), allowed)
    assert find_faults(page(png(b"tEXt", b"Title\0" + CANARY.encode())), allowed, [CANARY])
    packed = b"Title\0\0" + zlib.compress(CANARY.encode())
    assert find_faults(page(png(b"zTXt", packed)), allowed, [CANARY])


@pytest.mark.parametrize("stowaway", STOWAWAYS)
def test_stowaways_are_found_anywhere_on_the_page(allowed: Allowed, stowaway: str) -> None:
    source = page(GOOD).replace("</body>", stowaway + "</body>")
    assert find_faults(source, allowed, [CANARY])


@pytest.mark.parametrize("smuggled", DRESSED)
def test_a_canary_is_known_again_in_any_dress(allowed: Allowed, smuggled: str) -> None:
    source = page(GOOD).replace("</body>", smuggled + "</body>")
    assert find_faults(source, allowed, [CANARY])


@pytest.mark.parametrize("smuggled", NUMBERS)
def test_a_number_is_found_however_it_is_put(allowed: Allowed, smuggled: str) -> None:
    assert find_faults(page(GOOD + smuggled), allowed)


@pytest.mark.parametrize(
    "inside",
    [
        'dolt<span title="12"></span>',
        '<data value="12">dolt</data>',
        "dolt<b></b><i>12</i>",
        "dolt\u2060\uff11",
        svg("<text>12</text>") + "dolt",
    ],
)
def test_a_hidden_cell_carries_no_number_at_all(allowed: Allowed, inside: str) -> None:
    """Twelve is printed elsewhere on the page, so only the cell itself can say that it is wrong."""
    cell = '<table><tr><td data-layout="ålder" data-cell="age_group=0-17">{}</td></tr></table>'
    assert not find_faults(page(cell.format("dolt")), allowed)
    assert "dold ruta" in whats(page(cell.format(inside)), allowed)


def test_what_a_page_is_made_of_passes(allowed: Allowed) -> None:
    made = (
        '<style>@page{@bottom-right{content:counter(page) " (" counter(pages) ")"}}'
        'a{justify-content:center}li::before{content:"▸"}</style>'
        '<div class="tabellyta" role="region" tabindex="0" aria-label="Kvinnor 2023\u20132025">'
        '<p class="text">60\u00a0% (12\u2060\u2013\u206020)</p></div>'
        '<div data-municipality="2480"><p><strong>▲ bättre</strong> – 12 av 20</p></div>'
        + svg('<g font-size="11" fill="#52606d"><text x="8" y="24">12</text></g>')
    )
    assert not find_faults(page(GOOD + made), allowed, [CANARY])


def test_the_message_does_not_repeat_what_must_not_be_seen(allowed: Allowed) -> None:
    found = whats(page("<p>Bland dem fanns 3 barn.</p>") + CANARY, allowed)
    assert "3" not in found and CANARY not in found


def test_every_page_is_read_and_every_name(allowed: Allowed, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(page(GOOD), "utf-8")
    check_folder(tmp_path, allowed, [CANARY])
    for name, content in (
        ("KOMMUN.HTML", page("<p>7 barn</p>")),
        ("kommun.htm", page("<p>7 barn</p>")),
        ("brev.eml", f"Hej {CANARY}"),
        (f"{CANARY}.txt", ""),
        ("figur.svg", f"<svg><title>{CANARY}</title></svg>"),
    ):
        path = tmp_path / name
        path.write_text(content, "utf-8")
        with pytest.raises(DisclosureError):
            check_folder(tmp_path, allowed, [CANARY])
        path.unlink()


@pytest.mark.parametrize(
    "name", ["kommun.ipynb", "data.csv", "DATA.XLSX", "analys.duckdb", "uttag.zip"]
)
def test_files_that_do_not_belong_beside_the_page(
    allowed: Allowed, tmp_path: Path, name: str
) -> None:
    (tmp_path / "kommun.html").write_text(page(GOOD), "utf-8")
    check_folder(tmp_path, allowed, [CANARY])
    (tmp_path / name).write_text("", "utf-8")
    with pytest.raises(DisclosureError, match="hör inte hemma"):
        check_folder(tmp_path, allowed, [CANARY])


# --- pages that are not about individuals


def public(content: str) -> str:
    return f'<html lang="sv"><body><main><p>Av 3 kommuner.</p>{content}</main></body></html>'


def drawn(kind: str, **metadata: str) -> str:
    """A figure of a user's own, as matplotlib saves it when nothing is said."""
    figure, file = Figure(figsize=(2, 1)), io.BytesIO()
    axes = figure.subplots()
    axes.plot([2020, 2021], [3.0, 7.5])
    axes.set_title("Ärenden")
    axes.imshow([[1, 2], [3, 4]])
    figure.savefig(file, format=kind, metadata=metadata)
    mime = "svg+xml" if kind == "svg" else kind
    packed = base64.b64encode(file.getvalue()).decode()
    return f'<img alt="Ärenden steg" src="data:image/{mime};base64,{packed}">'


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_what_a_drawing_program_writes_of_itself_is_no_harm_where_nobody_is_told_of(
    allowed: Allowed, kind: str
) -> None:
    picture = drawn(kind)
    assert not find_faults(public(picture), allowed, [CANARY])
    assert find_faults(page(picture), allowed, [CANARY])


@pytest.mark.parametrize("kind", ["svg", "png"])
@pytest.mark.parametrize("told", [CANARY, "/home/anna/uttag.csv", r"C:\Users\anna\uttag.csv"])
def test_a_note_that_names_someone_or_a_place_on_the_machine_is_refused(
    allowed: Allowed, kind: str, told: str
) -> None:
    assert find_faults(public(drawn(kind, Title=f"ur {told}")), allowed, [CANARY])


@pytest.mark.parametrize("smuggled", (*DRESSED, *STOWAWAYS))
def test_public_pages_are_read_too(allowed: Allowed, smuggled: str) -> None:
    assert find_faults(public(smuggled), allowed, [CANARY])


@pytest.mark.parametrize(
    "stowed",
    [
        png(b"eXIf", b"x"),
        png(b"prVt", b"x"),
        svg("<script>x</script>"),
        svg("<foreignObject>x</foreignObject>"),
        photo(b"Exif\0\0x"),
        '<img alt="Figur" src="data:image/svg+xml;base64,/w==">',
        '<img alt="Figur" src="data:text/plain;base64,Nw==">',
    ],
)
def test_what_is_stowed_in_a_picture_leaves_on_no_page(allowed: Allowed, stowed: str) -> None:
    assert not find_faults(public(photo(b"JFIF")), allowed, [CANARY])
    assert "metadata" in " ".join(f.what for f in find_faults(public(stowed), allowed, [CANARY]))


def test_what_a_drawing_program_notes_is_read(allowed: Allowed) -> None:
    """Where the letters of a drawing are drawn, its words stand in comments."""
    assert not find_faults(public(svg("<!-- Ärenden --><style>*{fill:red}</style>")), allowed)
    for note in (f"<!-- {CANARY} -->", f"<?x {CANARY}?>", f"<!x {CANARY}>"):
        assert "kontrollnummer" in whats(public(svg(note)), allowed)
        place = svg(note.replace(CANARY, "/home/anna/uttag"))
        assert "sökväg" in whats(public(place), allowed)


def test_a_word_is_no_program(allowed: Allowed) -> None:
    """A receipt that tells of what was wrong with a page is no page with it."""
    check_page(public("<p>Sidan bär med sig alla data (plotly).</p>"), allowed)
    check_page(public("<p>Det stod &lt;script&gt; i &lt;metadata&gt;.</p>"), allowed)


def test_a_mark_cannot_be_ended_where_a_browser_goes_on(allowed: Allowed) -> None:
    """A stray end tag ends nothing in a browser, and nothing here."""
    assert "1 tal om individer" in whats(page(GOOD + "</i><p>7</p>"), allowed)
    assert "går inte ihop" in whats(page(GOOD + "</i>"), allowed)
    assert "går inte ihop" in whats(page(f"<b>{GOOD}").replace("</section>", "</b>"), allowed)

"""The last look at finished pages: nothing that is not in the plan, and no stowaways."""

from __future__ import annotations

import base64
import zlib
from pathlib import Path

import pandas as pd
import pytest

from analyslib.disclosure.page_check import (
    Allowed,
    allowed_from,
    check_folder,
    check_page,
    find_faults,
)
from analyslib.disclosure.released import HIDDEN, Released
from analyslib.errors import DisclosureError


CANARY = "kanin-7f3a91"


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
    cell = '<p>{} ärenden började 1979.</p><table><td data-layout="ärenden" data-cell="">{}</td>'
    check_page(page(cell.format("1\u00a0979", "1\u00a0979")), plan)
    assert whats(page(cell.format("2\u00a0012", "1\u00a0979")), plan)
    assert whats(page(cell.format("1\u00a0979", "2\u00a0012")), plan)


def test_a_page_that_follows_the_plan_passes(allowed: Allowed) -> None:
    check_page(page(GOOD), allowed, [CANARY])


def test_numbers_outside_what_is_about_individuals_are_left_alone(allowed: Allowed) -> None:
    check_page(page(GOOD).replace("<section", "<p>Nyckeltal 47,3 och 3.</p><section"), allowed)


@pytest.mark.parametrize(
    "leak",
    [
        "<p>Bland dem fanns 3 barn.</p>",
        '<img alt="3 barn" src="">',
        '<p title="3 barn">Se här</p>',
        '<td data-layout="ålder" data-cell="age_group=0-17">3</td>',
        '<td data-layout="ålder" data-cell="age_group=0-17" data-value="3">sekretess</td>',
        '<td data-layout="ålder" data-cell="age_group=0-17">&lt;5</td>',
        '<td data-layout="kön" data-cell="sex=K">13</td>',
        '<td data-layout="insats" data-cell="sex=K">12</td>',
        "<p>15 % var barn.</p>",
        "<p hidden>7</p>",
        "<details><p>7</p></details>",
    ],
)
def test_a_number_that_is_not_in_the_plan_is_found(allowed: Allowed, leak: str) -> None:
    assert find_faults(page(GOOD + leak), allowed)


def svg(content: str) -> str:
    packed = base64.b64encode(f"<svg>{content}</svg>".encode()).decode()
    return f'<img alt="Figur" src="data:image/svg+xml;base64,{packed}">'


def png(kind: bytes, text: bytes) -> str:
    chunk = len(text).to_bytes(4, "big") + kind + text + b"\0\0\0\0"
    packed = base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunk).decode()
    return f'<img alt="Figur" src="data:image/png;base64,{packed}">'


def test_what_pictures_say_is_read(allowed: Allowed) -> None:
    assert not find_faults(page(svg("<text>12</text>")), allowed)
    assert find_faults(page(svg("<text>3</text>")), allowed)
    assert "metadata" in whats(page(svg("<metadata>x</metadata>")), allowed)
    assert find_faults(page(png(b"tEXt", b"Title\0" + CANARY.encode())), allowed, [CANARY])
    packed = b"Title\0\0" + zlib.compress(CANARY.encode())
    assert find_faults(page(png(b"zTXt", packed)), allowed, [CANARY])


@pytest.mark.parametrize(
    "stowaway",
    [
        f"<p>{CANARY}</p>",
        f"<!-- {CANARY} -->",
        f'<p class="{CANARY}">x</p>',
        "<!-- borttaget -->",
        "<script>var x = 1</script>",
        '<div class="plotly-graph-div"></div>',
        '<script type="application/vnd.jupyter.widget-state+json">{}</script>',
        '<div class="output_stderr">x</div>',
        "<pre>Traceback (most recent call last)</pre>",
        "<p>/home/anna/uttag</p>",
        r"<p>C:\Users\anna</p>",
    ],
)
def test_stowaways_are_found_anywhere_on_the_page(allowed: Allowed, stowaway: str) -> None:
    source = page(GOOD).replace("</body>", stowaway + "</body>")
    assert find_faults(source, allowed, [CANARY])


PACKED = base64.b64encode(f"för {CANARY}".encode()).decode()
PERCENT = "".join(f"%{byte:02x}" for byte in CANARY.encode())
ENTITIES = "".join(f"&#{ord(letter)};" for letter in CANARY)


@pytest.mark.parametrize(
    "smuggled",
    [
        f'<p data-note="{CANARY}">x</p>',
        f"<p>{PACKED}</p>",
        f"<p>{CANARY.encode().hex()}</p>",
        f"<p>{CANARY[::-1]}</p>",
        f'<a href="?{PERCENT}">x</a>',
        f"<p>{ENTITIES}</p>",
        f"<p>{ENTITIES.replace('&', '&amp;')}</p>",
        "<p>" + "\u200b".join(CANARY) + "</p>",
        f"<p>{'&shy;'.join(CANARY)}</p>",
        f"<p><b>{CANARY[:5]}</b><i>{CANARY[5:]}</i></p>",
        f"<p>{CANARY[:5]}</p><p>{CANARY[5:]}</p>",
        f"<p>{CANARY.upper().replace('-', ' ')}</p>",
        f'<style>p::after{{content:"{CANARY}"}}</style>',
        f"<template>{CANARY}</template>",
        f'<iframe srcdoc="{CANARY}"></iframe>',
        svg(f"<title>{CANARY}</title>"),
        svg(f'<g id="{CANARY}"><path d="m0 0h1"/></g>'),
        svg(f'<image href="data:image/png;base64,{PACKED}"/>'),
        png(b"iTXt", b"Title\0\1\0\0\0" + zlib.compress(CANARY.encode())),
        png(b"eXIf", CANARY.encode()),
    ],
)
def test_a_canary_is_known_again_in_any_dress(allowed: Allowed, smuggled: str) -> None:
    source = page(GOOD).replace("</body>", smuggled + "</body>")
    assert find_faults(source, allowed, [CANARY])


@pytest.mark.parametrize(
    "smuggled",
    [
        '<p data-n="7">Se här</p>',
        '<p aria-valuenow="7">Se här</p>',
        '<p style="width:7%">Se här</p>',
        '<p class="n7">Se här</p>',
        '<p id="n7">Se här</p>',
        '<a href="#7">Se här</a>',
        '<p data-cell="7">Se här</p>',
        '<p data-municipality="7">Se här</p>',
        '<td width="7">Se här</td>',
        "<!x 7>",
        "<?x 7?>",
        "<![CDATA[7]]>",
        '<style>p::after{content:"7"}</style>',
        "<style>p::after{content:'sju'}</style>",
        r"<style>p::after{content:'\37'}</style>",
        "<style>p{counter-reset:n 7}</style>",
        '<iframe srcdoc="7"></iframe>',
        '<object data="x">7</object>',
        '<img alt="Figur" src="data:image/svg+xml,%3Csvg%3E7%3C/svg%3E">',
        '<img alt="Figur" src="data:text/plain;base64,Nw==">',
        '<img alt="Figur" src="https://exempel.se/7.png">',
        '<img alt="Figur" srcset="data:text/plain,7 2x" src="">',
        svg("<title>7</title>"),
        svg('<g aria-label="7"/>'),
        svg("<foreignObject>7</foreignObject>"),
        svg("<text>1<tspan>3</tspan>7</text>"),
        svg("<!-- 7 -->"),
        png(b"prVt", b"7"),
        png(b"IEND", b"") + "<p>137</p>",
        "<p>1\u200b2\u200b8</p>",
        "<p>\uff17</p>",
        "<p>\u2466</p>",
        "<p>\u00b7\u2077</p>",
        "<p>&#55;</p>",
        "<p>\u202e21\u202c</p>",
        "<p><b>12</b><i>8</i></p>",
        "<p>12<span>8</span></p>",
        "<p>Där fanns 4 personer.</p>",
        "<p>Där fanns 4 utsatta barn.</p>",
    ],
)
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

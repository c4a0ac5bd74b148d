"""The static check: a whole page passes, and each single thing that can be wrong is found."""

from __future__ import annotations

import base64
import random
from html import escape
from html.parser import HTMLParser

import nbformat
import pytest

from analyslib.errors import ReportError
from analyslib.notebook_page import render_page
from analyslib.page import Frame
from analyslib.page_checks import (
    Expected,
    check_page,
    find_faults,
    read_page,
    without_folders,
)


SVG = base64.b64encode(b'<svg xmlns="http://www.w3.org/2000/svg"><text>Bild</text></svg>').decode()
FIGURE = (
    '<figure class="bild" data-figure="a" data-municipality="2480">'
    f'<img alt="Andelen steg varje år." src="data:image/svg+xml;base64,{SVG}">'
    "<figcaption>Utveckling</figcaption></figure>"
)
TABLE = (
    '<table><caption>Värden</caption><thead><tr><th scope="col">År</th></tr></thead>'
    '<tbody><tr><td><data value="47.2">47,2</data></td></tr></tbody></table>'
)
EXPECTED = Expected(municipality="2480", name="Umeå", sections=("Läget",), min_pictures=1)


def page(body: str = FIGURE + TABLE, section: str = "## Läget", heading: str = "# Umeå") -> str:
    shown = nbformat.v4.new_code_cell("")
    shown.outputs = [nbformat.v4.new_output("display_data", {"text/html": body})]
    cells = [nbformat.v4.new_markdown_cell(text) for text in ("# Kommunrapport", heading, section)]
    notebook = nbformat.v4.new_notebook(cells=[*cells, shown])
    return render_page(notebook, Frame("Kommunrapport", "Umeå", "", demo=True))


def test_a_whole_page_has_no_faults() -> None:
    assert find_faults(page(), EXPECTED) == []


FAULTS = [
    ('lang="sv"', 'lang="en"', "svenska"),
    ("<h1>", "<h2>", "hör inte ihop"),
    ("<h1>Umeå</h1>", "", "exakt en huvudrubrik"),
    ("<h1>Umeå</h1>", "<h1>Umeå</h1><h1>Umeå</h1>", "exakt en huvudrubrik"),
    ("<h1>Umeå</h1>", "<h1>Lund</h1>", "Rubriken nämner inte Umeå"),
    ('<h2 id="laget">Läget</h2>', '<h3 id="laget">Läget</h3>', "hoppar över en nivå"),
    ('<h2 id="laget">Läget</h2>', '<h2 id="laget">Annat</h2>', "”Läget” saknas"),
    ('<h2 id="laget">Läget</h2>', '<h2 id="laget"> </h2>', "rubrik är tom"),
    ('href="#innehall"', 'href="#borta"', "länk till innehållet"),
    ('href="#laget"', 'href="#borta"', "leder ingenstans"),
    ('id="laget"', 'id="innehall"', "finns 2 gånger"),
    ('name="viewport"', 'name="annat"', "viewport"),
    ("<main", "<div", "hör inte ihop"),
    ('alt="Andelen steg varje år."', 'alt=""', "inte ser den"),
    ('alt="Andelen steg varje år."', "", "inte ser den"),
    ("Andelen steg varje år.", "No description has been provided for this image", "inte ser den"),
    (f"data:image/svg+xml;base64,{SVG}", "https://example.org/a.png", "tom eller hämtas"),
    (f"data:image/svg+xml;base64,{SVG}", "", "tom eller hämtas"),
    ("<caption>Värden</caption>", "", "saknar rubrik (caption)"),
    (' scope="col"', "", "(scope)"),
    ("År</th>", "</th>", "rubrikcell är tom"),
    ('data-municipality="2480"', 'data-municipality="2482"', "fel plats: 2482"),
    ('data-municipality="2480"', "", "Ingen figur och ingen tabell handlar om Umeå"),
    ('class="bild"', 'class="annat"', "ska ha minst 1"),
    ("47,2</data>", "nan</data>", "”nan”"),
    ('value="47.2"', 'value="nan"', "”nan”"),
    ("47,2</data>", "None</data>", "”None”"),
    ("47,2</data>", "&lt;NA&gt;</data>", "”<NA>”"),
    ("varje år.", "NaT år.", "”NaT”"),
    ("Utveckling<", "/home/nn/data.csv<", "sökväg"),
    ("Utveckling<", "C:\\Users\\nn<", "sökväg"),
    ("Utveckling<", "Arbetsmaterial – får inte spridas<", "arbetsmaterial"),
    ("<main", "<script>alert(1)</script><main", "otillåtet element, <script>"),
    ("<main", '<iframe src="a.html"></iframe><main', "otillåtet element"),
    ("<figcaption>", '<figcaption onclick="x">', "otillåtet attribut, onclick"),
    ('href="#laget"', 'href="javascript:alert(1)"', "något otillåtet"),
    ("<figcaption>", '<figcaption style="background:url(//a)">', "hämtar något"),
    ("<main", "<!-- hej --><main", "inte hör till någon känd kod"),
    ("Utveckling<", "a < b<", "inte hör till någon känd kod"),
    ("<figcaption>", "<figcaption class='a'>", "inte hör till någon känd kod"),
    ("</figcaption>", "", "avslutas aldrig"),
    ("<figcaption>", '<figcaption id="a" id="b">', "samma attribut två gånger"),
    ('<meta name="viewport"', '<meta http-equiv="refresh"', "otillåtet attribut"),
    ('src="data:image/svg+xml', 'longdesc="', "otillåtet attribut"),
]


@pytest.mark.parametrize(("whole", "broken", "message"), FAULTS)
def test_each_fault_is_found(whole: str, broken: str, message: str) -> None:
    source = page()
    assert whole in source
    faults = "\n".join(map(str, find_faults(source.replace(whole, broken, 1), EXPECTED)))
    assert message in faults


def test_lost_picture_is_found_even_where_the_frame_is_left() -> None:
    body = FIGURE[: FIGURE.index("<img")] + "<figcaption>Utveckling</figcaption></figure>" + TABLE
    assert "förlorat sin bild" in str(find_faults(page(body), EXPECTED)[0])


def test_a_stamp_inside_a_drawing_is_found() -> None:
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><text>Arbetsmaterial</text></svg>'
    stamped = FIGURE.replace(SVG, base64.b64encode(drawing).decode())
    assert any("arbetsmaterial" in str(f) for f in find_faults(page(stamped), EXPECTED))


def test_private_words_are_found_in_text_and_in_drawings() -> None:
    for private in ("Utveckling", "Bild"):
        expected = Expected(municipality="2480", name="Umeå", private=(private,))
        assert any("den här datorn" in str(fault) for fault in find_faults(page(), expected))


def test_a_part_about_individuals_also_tells_whom_a_page_is_about() -> None:
    """Where every number is hidden there is no picture that says so."""
    body = '<div data-about="individer" data-municipality="2480"><p>Allt är dolt.</p></div>'
    expected = Expected(municipality="2480", name="Umeå")
    assert find_faults(page(body), expected) == []
    assert "fel plats" in str(find_faults(page(body.replace("2480", "2482")), expected)[0])


def test_a_network_page_may_show_its_members_and_no_others() -> None:
    assert not find_faults(page(), Expected(members=("2480", "2482")))
    assert "fel plats" in str(find_faults(page(), Expected(members=("2482",)))[0])


def test_check_page_raises_all_faults_together() -> None:
    source = page().replace('lang="sv"', 'lang="en"').replace(' scope="col"', "")
    with pytest.raises(ReportError) as raised:
        check_page(source, EXPECTED)
    assert len(raised.value.faults) == 2


PIECES = (
    r"""
<script>alert(1)</script>|<img src=x onerror=alert(1)>|"><svg/onload=alert(1)>|'-->|</title>
</style><b>|<!--|-->|]]>|<![CDATA[|&lt;script&gt;|&#60;b&#62;|&amp;lt;|javascript:alert(1)
{{ 7*7 }}|{% raw %}|${7*7}|#{7}|<a href="javascript:x">y</a>|[x](javascript:alert(1))
![x](x.png)|**fet**|# Rubrik|## Underrubrik|- lista|`kod`|<table>|</main>|</body></html>
åäöÅÄÖ|'|"|<|>|&|%00|../../etc/passwd|CON|NUL.html|<details open ontoggle=alert(1)>|$$x$$
<math><mi//xlink:href="data:x,<script>">|<style>*{display:none}</style>|<base href="//a">
""".strip()
    .replace("\n", "|")
    .split("|")
)
PIECES += ["\u202eomvänd", "\x00", "\ufeff", "\U0001f600", "a\tb"]


def hostile_strings(count: int) -> list[str]:
    """Hostile pieces one by one, then mixed with each other and with letters."""
    draw = random.Random(20261203)
    mixed = [
        "".join(draw.choices([*PIECES, "Umeå", " ", "x"], k=draw.randint(2, 5)))
        for _ in range(count - len(PIECES))
    ]
    return [*PIECES, *mixed][:count]


class Outline(HTMLParser):
    """An independent reader: which elements a page has, in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]


def outline(text: str) -> tuple[str, list[str]]:
    """A page where the text stands everywhere a name can stand, and its elements."""
    shown = nbformat.v4.new_code_cell("")
    shown.outputs = [
        nbformat.v4.new_output("display_data", {"text/html": f"<p>{escape(text)}</p>"}),
        nbformat.v4.new_output("stream", name="stdout", text=text),
    ]
    cells = [nbformat.v4.new_markdown_cell("# Rapport"), shown]
    frame = Frame(
        "Rapport", text or "x", text, demo=True, marks=(("meeting", text),), origin=((text, text),)
    )
    source = render_page(nbformat.v4.new_notebook(cells=cells), frame)
    return source, Outline(source).tags


@pytest.mark.parametrize("text", hostile_strings(200))
def test_a_hostile_string_stays_text(text: str) -> None:
    source, tags = outline(text)
    assert tags == outline("Umeå")[1], "the page has the same elements as with a harmless name"
    found = [str(fault) for fault in find_faults(source, Expected())]
    assert not [fault for fault in found if "otillåtet" in fault or "hör" in fault], found
    assert [element.tag for element in read_page(source).elements] == tags


@pytest.mark.parametrize("text", hostile_strings(200))
def test_a_hostile_string_in_markdown_becomes_no_script_link_or_raw_markup(text: str) -> None:
    cells = [
        nbformat.v4.new_markdown_cell(cell) for cell in ("# Rapport", f"Namnet är {text} här.")
    ]
    source = render_page(nbformat.v4.new_notebook(cells=cells), Frame("R", "x", "", demo=False))
    assert not {"script", "svg", "iframe", "base", "math"} & set(Outline(source).tags)
    assert 'href="javascript:' not in source.lower()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("/home/nn/Mina filer/x.duckdb: borta.", "x.duckdb: borta."),
        ("Filen ”/srv/åäö/x.db” är borta.", "Filen ”x.db” är borta."),
        ("C:\\Users\\Nn Nn\\x.db går inte att läsa.", "x.db går inte att läsa."),
        ("D:\\x.db: fel", "x.db: fel"),
        ("Se file:///tmp/a/b.html nu", "Se b.html nu"),
        ("kvinnor / män / barn, och/eller 3/4, km/h", "kvinnor / män / barn, och/eller 3/4, km/h"),
        ("Kl. 10:30: 5 av 7", "Kl. 10:30: 5 av 7"),
    ],
)
def test_a_message_keeps_its_words_and_loses_its_folders(said: str, shown: str) -> None:
    assert without_folders(said) == shown

"""Files as they come in real life: what stands outside the cells, and tables that are no tables."""

from __future__ import annotations

import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from dirty_extracts import TEST_NUMBERS
from extract_examples import FACTS, episodes, measurements, write_csv, write_workbook
from old_excel import write_old_workbook

from analyslib.sources.extract_check import CheckResult, check_files
from analyslib.sources.extract_report import error_list_of, summarise_check


NUMBER = TEST_NUMBERS[0]
SHORT = f"{NUMBER[2:8]}-{NUMBER[8:]}"
Grid = list[list[Any]]


def grid_of(rows: list[dict[str, object]]) -> Grid:
    return [list(rows[0]), *(list(row.values()) for row in rows)]


EPISODES, MEASUREMENTS = grid_of(episodes()), grid_of(measurements())
UPRIGHT = [[name, value] for name, value in FACTS.items()]


def write_grids(
    path: Path, grids: dict[str, Grid], more: Callable[..., object] | None = None
) -> Path:
    """`more` gets the workbook and its sheets and does something else to them."""
    book = xlsxwriter.Workbook(path)
    sheets = {}
    for name, grid in grids.items():
        sheets[name] = book.add_worksheet(name)
        for number, row in enumerate(grid):
            sheets[name].write_row(number, 0, row)
    if more:
        more(book, sheets)
    book.close()
    return path


def right(path: Path, more: Callable[..., object] | None = None) -> Path:
    grids = {"Uttaget": UPRIGHT, "Ärenden": EPISODES, "Mätningar": MEASUREMENTS}
    return write_grids(path, grids, more)


def said(result: CheckResult) -> str:
    return repr(error_list_of(result)) + repr(result.faults) + repr(summarise_check(result))


def never_says_the_number(result: CheckResult) -> bool:
    return not any(part in said(result) for part in (NUMBER, SHORT, NUMBER[2:8], NUMBER[8:]))


# --- what stands outside the cells


def chart(book: Any, sheets: Any) -> None:
    drawn = book.add_chart({"type": "column"})
    drawn.add_series({"values": "=Ärenden!$N$2:$N$5"})
    drawn.set_title({"name": f"mor {SHORT}"})
    sheets["Ärenden"].insert_chart("Z2", drawn)


def rule(book: Any, sheets: Any) -> None:
    made = {"type": "text", "criteria": "containing", "value": NUMBER, "format": book.add_format()}
    sheets["Ärenden"].conditional_format("A1:A9", made)


def kind_of_number(book: Any, sheets: Any) -> None:
    sheets["Ärenden"].write("N2", 2, book.add_format({"num_format": f'"{NUMBER}"0'}))


HIDING_PLACES: dict[str, tuple[str, Callable[..., object]]] = {
    "titel": ("dokumentegenskaperna", lambda b, s: b.set_properties({"title": f"om {SHORT}"})),
    "egen egenskap": ("dokumentegenskaperna", lambda b, s: b.set_custom_property("Ä", SHORT)),
    "definierat namn": ("ett definierat namn", lambda b, s: b.define_name("X", f'="{NUMBER}"')),
    "sidhuvud": (
        "Ärenden, sidhuvud eller sidfot",
        lambda b, s: s["Ärenden"].set_header(f"&L{NUMBER}"),
    ),
    "textruta": (
        "en textruta eller figur",
        lambda b, s: s["Ärenden"].insert_textbox("X2", f"mor {NUMBER}"),
    ),
    "bildtext": (
        "en textruta eller figur",
        lambda b, s: s["Ärenden"].insert_textbox("X2", "x", {"description": NUMBER}),
    ),
    "lista till cell": (
        "Ärenden, regeln för A2",
        lambda b, s: s["Ärenden"].data_validation("A2", {"validate": "list", "source": [NUMBER]}),
    ),
    "länk": (
        "en länk",
        lambda b, s: s["Uttaget"].write_url("A20", f"https://x.se/{NUMBER}", string="länk"),
    ),
    "formel": (
        "Uttaget!A20, formeln",
        lambda b, s: s["Uttaget"].write_formula("A20", f'=LEFT("{NUMBER}",2)', None, "18"),
    ),
    "diagram": ("ett diagram", chart),
    "villkorsstyrd formatering": ("Ärenden, regeln för A1:A9", rule),
    "talformat": ("ett talformat", kind_of_number),
}  # fmt: skip


@pytest.mark.parametrize("name", HIDING_PLACES)
def test_a_number_that_stands_in_no_cell_is_found(name: str, tmp_path: Path) -> None:
    place, hide = HIDING_PLACES[name]
    result = check_files([right(tmp_path / "uttag.xlsx", hide)])
    found = {(item.rule, item.where) for item in result.findings}
    assert found == {("P01", place)}
    assert never_says_the_number(result)


def test_what_a_workbook_usually_has_beside_its_cells_is_let_through(tmp_path: Path) -> None:
    def decorate(book: Any, sheets: Any) -> None:
        own = sheets["Ärenden"]
        book.set_properties({"author": "Anna Andersson", "title": "Uttag 2025-01-31"})
        book.define_name("Uttag", "=Ärenden!$A$1:$U$13")
        own.set_header("&LUttag &D&RSida &P av &N")
        own.conditional_format("N2:N9", {"type": "3_color_scale"})
        own.data_validation("A2:A9", {"validate": "length", "criteria": "<", "value": 20})
        drawn = book.add_chart({"type": "column"})
        drawn.add_series({"values": "=Ärenden!$N$2:$N$5"})
        sheets["Uttaget"].insert_chart("Z9", drawn)

    result = check_files([right(tmp_path / "uttag.xlsx", decorate)])
    assert result.findings == ()


def test_a_picture_cannot_be_looked_through(tmp_path: Path) -> None:
    def part(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    picture = tmp_path / "bild.png"
    parts = (
        part(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        part(b"IDAT", zlib.compress(b"\0\0")),
        part(b"IEND", b""),
    )
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    path = right(tmp_path / "uttag.xlsx", lambda b, s: s["Ärenden"].insert_image("X2", picture))
    result = check_files([path])
    assert [item.where for item in result.findings] == ["en bild"]
    assert "går inte att granska" not in result.findings[0].remedy
    assert result.findings[0].what == (
        "Kan vara personuppgifter: innehåll som inte går att granska."
    )


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le"])
def test_a_number_in_a_comment_of_old_excel(encoding: str, tmp_path: Path) -> None:
    grids = {"Uttaget": UPRIGHT, "Ärenden": EPISODES, "Mätningar": MEASUREMENTS}
    path = write_old_workbook(tmp_path / "uttag.xls", grids)
    assert check_files([path]).findings == ()
    path.write_bytes(path.read_bytes() + b"\0\0" + f"mor {SHORT}".encode(encoding) + b"\0")
    result = check_files([path])
    assert {item.rule for item in result.findings} == {"P01"}
    assert never_says_the_number(result)


def write_ods(path: Path, note: str = "", title: str = "") -> Path:
    """As LibreOffice packs it, with nothing that is not needed."""

    def table(name: str, grid: Grid) -> str:
        rows = "".join(
            "<table:table-row>"
            + "".join(
                f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
                "</table:table-cell>"
                for cell in row
            )
            + "</table:table-row>"
            for row in grid
        )
        return f'<table:table table:name="{name}">{rows}</table:table>'

    kin = "urn:oasis:names:tc:opendocument:xmlns"
    names = " ".join(f'xmlns:{n}="{kin}:{n}:1.0"' for n in ("office", "table", "text"))
    names += ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    tables = table("Uttaget", UPRIGHT) + table("Ärenden", EPISODES)
    if note:
        tables += f"<office:annotation><text:p>{note}</text:p></office:annotation>"
    content = (
        f'<office:document-content {names} office:version="1.2"><office:body><office:spreadsheet>'
        f"{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    about = f"<office:document-meta {names}><dc:title>{title}</dc:title></office:document-meta>"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", content)
        packed.writestr("meta.xml", about)
        packed.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{kin}"/>')
    return path


def test_a_workbook_of_libreoffice(tmp_path: Path) -> None:
    assert check_files([write_ods(tmp_path / "a.ods")]).findings == ()
    noted = check_files([write_ods(tmp_path / "b.ods", note="kort")])
    assert [item.where for item in noted.findings] == ["kommentarer till celler"]
    titled = check_files([write_ods(tmp_path / "c.ods", title=f"om {SHORT}")])
    assert [item.where for item in titled.findings] == ["dokumentegenskaperna"]


# --- names are never repeated where they hold personal data


def test_the_name_of_a_sheet_is_not_repeated(tmp_path: Path) -> None:
    grids = {"Uttaget": UPRIGHT, "Ärenden": EPISODES, SHORT: [["x"]]}
    result = check_files([write_grids(tmp_path / "uttag.xlsx", grids)])
    assert [(item.rule, item.where) for item in result.findings] == [("P01", "namnet på blad 3")]
    assert result.left_out_sheets == ("blad 3",)
    assert never_says_the_number(result)


def test_a_fault_on_a_sheet_whose_name_is_a_number(tmp_path: Path) -> None:
    wrong = [list(row) for row in EPISODES]
    wrong[3][8] = "i våras"
    result = check_files([write_grids(tmp_path / "u.xlsx", {"Uttaget": UPRIGHT, SHORT: wrong})])
    assert ("A02", "blad 2!I4") in {(item.rule, item.where) for item in result.findings}
    assert never_says_the_number(result)


def test_the_name_of_a_file_is_not_repeated(tmp_path: Path) -> None:
    rows = episodes()
    rows[2]["slut"] = "i våras"
    delivered = write_csv(tmp_path / f"klient {SHORT}.csv", rows)
    broken = tmp_path / f"om {NUMBER}.xlsx"
    broken.write_bytes(b"PK\x03\x04")
    for path in (delivered, broken, tmp_path / f"borta {NUMBER}.xlsx", tmp_path / f"{SHORT}.pdf"):
        result = check_files([path], "2025-01-31")
        assert ("P01", "filnamnet") in {(item.rule, item.where) for item in result.findings}
        assert never_says_the_number(result)


def test_a_header_of_a_column_is_not_repeated(tmp_path: Path) -> None:
    rows = [{**row, f"Samtal {SHORT}": "ja"} for row in episodes()]
    result = check_files([write_csv(tmp_path / "u.csv", rows)], "2025-01-31")
    assert ("P01", "u.csv!V1") in {(item.rule, item.where) for item in result.findings}
    assert [item.header for item in result.local] == ["kolumn V"]
    assert never_says_the_number(result)


# --- tables that are no tables


def test_rows_that_are_no_rows_are_said_once_and_left_out(tmp_path: Path) -> None:
    total = ["Summa", *[""] * 12, "24"]
    note = ["Utskrivet 2025-01-31 ur systemet"]
    grid = [*EPISODES[:5], EPISODES[0], *EPISODES[5:], [""], total, note]
    grids = {"Uttaget": UPRIGHT, "Ärenden": grid, "Mätningar": MEASUREMENTS}
    result = check_files([write_grids(tmp_path / "u.xlsx", grids)])
    assert [(item.rule, item.where) for item in result.findings] == [
        ("T01", "Ärenden!A6"), ("T01", "Ärenden!A16"), ("T01", "Ärenden!A17"),
    ]  # fmt: skip
    assert result.is_accepted
    assert (result.rows_in, result.rows_loaded, result.rows_rejected) == (39, 36, 3)


def test_merged_cells_would_be_read_as_empty(tmp_path: Path) -> None:
    grid = [[cell if not (2 <= n <= 5 and at == 8) else "" for at, cell in enumerate(row)]
            for n, row in enumerate(EPISODES)]  # fmt: skip

    def merge(_: Any, sheets: Any) -> None:
        sheets["Ärenden"].merge_range("I3:I6", "2024-09-15")
        sheets["Ärenden"].merge_range("X1:Z1", "Beslut")

    grids = {"Uttaget": UPRIGHT, "Ärenden": grid}
    result = check_files([write_grids(tmp_path / "u.xlsx", grids, merge)])
    assert [(item.rule, item.where) for item in result.findings] == [("F01", "Ärenden!I3:I6")]
    assert "sammanslagna" in result.findings[0].what


def test_a_title_in_merged_cells_above_the_headers_is_no_fault(tmp_path: Path) -> None:
    def merge(_: Any, sheets: Any) -> None:
        sheets["Ärenden"].merge_range("A1:F2", "Uppgifter om personen")

    grids = {"Uttaget": UPRIGHT, "Ärenden": [[], [], *EPISODES], "Mätningar": MEASUREMENTS}
    result = check_files([write_grids(tmp_path / "u.xlsx", grids, merge)])
    assert result.findings == ()


# --- a name that says another kind of file


def test_a_file_is_what_its_content_says(tmp_path: Path) -> None:
    workbook = write_workbook(tmp_path / "a.xlsx")
    text = write_csv(tmp_path / "b.csv", episodes())
    for source, name in (
        (workbook, "a.xls"),
        (workbook, "a.csv"),
        (text, "b.xlsx"),
        (text, "b.xls"),
    ):
        path = Path(shutil.copy(source, tmp_path / name))
        assert check_files([path], "2025-01-31").is_accepted, name


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("sida.xls", b"<html><table><tr><td>lopnr</td></tr></table></html>", "webbsida"),
        ("last.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
         "skyddad med lösenord"),
        ("blank.csv", b"\r\n  \r\n", "tom"),
        ("avklippt.xlsx", b"PK\x03\x04 och sedan inget", "avklippt"),
    ],
)  # fmt: skip
def test_each_unreadable_file_is_told_apart(
    name: str, content: bytes, words: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    (fault,) = check_files([path]).faults
    assert words in fault.what and fault.where == name and fault.remedy


def test_one_damaged_part_of_a_workbook_is_no_smaller_table(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "u.xlsx")
    content = bytearray(path.read_bytes())
    for place in range(2000, 2400):
        content[place] ^= 0x5A
    path.write_bytes(content)
    (fault,) = check_files([path]).faults
    assert "skadad" in fault.what


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (fault,) = check_files([tmp_path]).faults
    assert "mapp" in fault.what

"""The guides are true: every code block is tried, every command stands in the reference."""

from __future__ import annotations

import ast
import csv
import io
import re
import shlex
import shutil
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

import analyslib
from analyslib.catalogue import BUILT_IN, load_catalogue
from analyslib.cli import app
from analyslib.explore.views import VIEWS
from analyslib.mail_merge import read_addresses
from analyslib.sources.meeting_notes import HEADERS, check_notes
from analyslib.text.words import ANSWER_WORDS, STATUS_WORDS
from analyslib.workspace import find_workspace


REPOSITORY = Path(__file__).resolve().parent.parent
GUIDES = sorted((REPOSITORY / "docs").glob("*.md"))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
BLOCKS = [
    (path.name, language, text)
    for path in GUIDES
    for language, text in BLOCK.findall(path.read_text("utf-8"))
]
IN_TABLE = [
    (path.name, "bash", text)
    for path in GUIDES
    for text in re.findall(r"`(analyslib \w[^`]*)`", path.read_text("utf-8"))
    if "…" not in text
]
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]


def of(language: str) -> list[tuple[str, str]]:
    return [(name, text) for name, found, text in BLOCKS if found == language]


def test_every_block_says_what_it_is() -> None:
    assert {language for _, language, _ in BLOCKS} <= {"bash", "python", "toml", "csv", "text"}
    assert len(BLOCKS) >= 10


@pytest.mark.parametrize(("name", "text"), [*of("bash"), *[(n, t) for n, _, t in IN_TABLE]])
def test_every_command_line_is_understood(name: str, text: str) -> None:
    for line in text.strip().splitlines():
        program, *words = shlex.split(line, comments=True)
        if program != "analyslib" or not words:
            assert program in ("analyslib", "make", "python", "source"), line
            continue
        assert words[0] in COMMANDS, line
        command = COMMANDS[words[0]]
        if len(words) > 1 and words[1:] != ["--help"]:
            command.make_context(words[0], words[1:], resilient_parsing=False)


def test_the_reference_holds_every_command() -> None:
    text = (REPOSITORY / "docs" / "kommandon.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.M)) == set(COMMANDS)


def test_python_in_the_guides_runs(demo_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYSLIB_HOME", str(demo_workspace))
    for name, text in of("python"):
        exec(compile(text, name, "exec"), {})


def test_the_guide_for_exploring_names_the_whole_surface() -> None:
    text = (REPOSITORY / "docs" / "utforska.md").read_text("utf-8")
    table = text[text.index("| namn |") :]
    named = set(re.findall(r"`(\w+)`", table))
    assert named == {name for name in analyslib.__all__ if not name.startswith("__")}


def test_the_glossary_holds_every_word_that_judges_or_explains_a_number() -> None:
    text = (REPOSITORY / "docs" / "ordlista.md").read_text("utf-8").lower()
    entries = {
        word.strip() for row in re.findall(r"^\| ([^|]+) \|", text, re.M) for word in row.split(",")
    }
    words = {*ANSWER_WORDS.values(), *STATUS_WORDS.values(), "vägt", "ovägt medelvärde"}
    words |= {"läge", "utveckling", "tratt", "fördelning", "liknande kommuner", "kommungrupp"}
    assert {"tratt", "fördelning", "läge", "utveckling"} <= set(VIEWS)
    assert words <= entries, words - entries


def test_definitions_in_the_guides_are_taken_in(tmp_path: Path) -> None:
    folder = tmp_path / "definitions"
    shutil.copytree(BUILT_IN, folder)
    for _, text in of("toml"):
        tomllib.loads(text)
        where = folder / text.splitlines()[0].removeprefix("# definitions/")
        with where.open("a", encoding="utf-8") as file:
            file.write("\n" + text)
    found = load_catalogue(folder)
    assert "N21799" in found.indicators and len(found.networks["fyrbodal"].members) == 3


def test_notes_in_the_guides_are_taken_in() -> None:
    catalogue = load_catalogue()
    (text,) = (text for _, text in of("csv") if text.startswith("typ;"))
    assert next(csv.reader(io.StringIO(text), delimiter=";")) == list(HEADERS)
    path = find_workspace().root / "nua_2026-12-03.csv"
    path.write_text(text, "utf-8")
    notes = check_notes(path, catalogue.networks["nua"], catalogue)
    assert [note.kind for note in notes] == ["decision", "national"]


def test_addresses_in_the_guides_are_taken_in() -> None:
    catalogue, path = load_catalogue(), find_workspace().root / "nua.csv"
    (text,) = (text for _, text in of("csv") if text.startswith("kommun;e-post"))
    path.write_text(text, "utf-8")
    assert set(read_addresses(path, catalogue.networks["nua"], catalogue)) == {"2480", "2460"}


def test_every_block_of_values_is_tried() -> None:
    heads = [text.split(";")[0] for _, text in of("csv")]
    assert sorted(heads) == ["kommun", "typ"], "a block that no test above takes in"


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target


def test_every_picture_is_small_used_and_made_by_the_command() -> None:
    """`python tests/browser/screenshots.py` takes them all again."""
    pictures = {path.stem: path for path in (REPOSITORY / "docs" / "bilder").iterdir()}
    script = (REPOSITORY / "tests" / "browser" / "screenshots.py").read_text("utf-8")
    taken = ast.literal_eval(re.search(r"^SIZES = (\{.*?\})$", script, re.M | re.S)[1])
    assert set(pictures) == set(taken)
    texts = "".join(path.read_text("utf-8") for path in (*GUIDES, REPOSITORY / "README.md"))
    for name, path in pictures.items():
        assert path.stat().st_size < 200_000, name
        assert re.search(rf"!\[[^\]]{{20,}}\]\([^)]*bilder/{name}\.png\)", texts), name


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_every_guide_can_be_reached_from_the_first(path: Path) -> None:
    first = (REPOSITORY / "docs" / "kom-igang.md").read_text("utf-8")
    assert path.name == "kom-igang.md" or f"({path.name})" in first

"""Whatever is wrong with what was typed, and all help, is said in Swedish."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from analyslib import cli
from analyslib.cli import app, main


COMMANDS: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
# Words that a text of ours never holds, and one of Typer's or Click's nearly always does.
ENGLISH = re.compile(
    r"\b(usage|options?|arguments?:|commands?|missing|error|invalid|try|such|show this|exit|"
    r"required|default|text|integer|path|requires?|did you mean|unexpected|got|not|the|is)\b",
    re.I,
)


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str
) -> tuple[int, str, str]:
    """Exit code, what was printed, what was complained of: as in a terminal."""
    monkeypatch.setattr(sys, "argv", ["analyslib", *words])
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as stopped:
        main()
    code = stopped.value.code
    out, err = capsys.readouterr()
    return int(code or 0), out, err


def words_for(command: Any, leave_out: str = "") -> list[str]:
    """The words that a command must have, up to the one that is left out."""
    found: list[str] = []
    for param in command.params:
        if param.name == leave_out:
            break
        if param.required:
            value = "2026-12-03" if param.name == "date" else "x.csv"
            found += [param.opts[0], value] if param.param_type_name == "option" else [value]
    return found


def told(capsys: Any, monkeypatch: Any, *words: str) -> str:
    """What a command that cannot be understood says; that it says only that, in Swedish."""
    code, out, err = run(capsys, monkeypatch, *words)
    assert (code, out) == (2, "") and err.count("\n") == 1 and err.startswith("Fel: "), err
    assert not ENGLISH.search(without_typed(err, words)), err
    return err


def without_typed(text: str, words: tuple[str, ...]) -> str:
    """Not what the user typed, nor the names of options and commands."""
    text = re.sub(r"--[a-z-]+|`[^`]*`|analyslib \w+|TEXT|Menade du [^?]*", "", text)
    return re.sub("|".join(map(re.escape, words)), "", text)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_swedish(name: str, capsys: Any, monkeypatch: Any) -> None:
    code, out, err = run(capsys, monkeypatch, name, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"Skriv: analyslib {name}") and "Visa den här hjälpen." in out
    found = ENGLISH.findall(re.sub(r"\b(FIL|TEXT)\b", "", without_typed(out, ())))
    assert not found, found
    for param in COMMANDS[name].params:
        is_option = param.param_type_name == "option"
        assert all(word in out for word in (param.opts if is_option else [param.metavar]))
        assert param.help.endswith((".", "…")) and param.help.split()[0] in out


def test_the_first_help_is_swedish_and_names_every_command(capsys: Any, monkeypatch: Any) -> None:
    code, out, err = run(capsys, monkeypatch, "--help")
    assert (code, err) == (0, "") and not ENGLISH.search(without_typed(out, ()))
    assert re.findall(r"^  (\w+)  ", out.split("Kommandon:")[1], re.M) == list(COMMANDS)
    assert "..." not in out, "a sentence cut short"
    for words in ([], ["--"]):
        assert run(capsys, monkeypatch, *words) == (0, out, "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_value_has_a_word_for_it(name: str) -> None:
    values = [param for param in COMMANDS[name].params if not getattr(param, "is_flag", False)]
    for param in values:
        assert re.fullmatch(r"[A-ZÅÄÖ_]+…?", param.metavar or ""), param.name


def test_no_value_is_read_by_typer_but_texts_and_file_names() -> None:
    """Numbers and days have readers of ours, which say in Swedish what is wrong."""
    tree = ast.parse(Path(cli.__file__).read_text("utf-8"))
    told = [
        [ast.unparse(part) for part in found.slice.elts]
        for found in ast.walk(tree)
        if isinstance(found, ast.Subscript) and ast.unparse(found.value) == "Annotated"
    ]
    assert len(told) > 20
    for kind, described in told:
        plain = kind.removesuffix(" | None").removeprefix("list[").removesuffix("]")
        assert plain in ("str", "bool", "Path", "int"), kind
        assert ("parser=" in described) == (plain == "int"), described


@pytest.mark.parametrize(
    ("name", "param"),
    [
        (name, param)
        for name, command in COMMANDS.items()
        for param in command.params
        if param.required
    ],
    ids=lambda found: getattr(found, "name", found),
)
def test_what_is_missing_is_named(name: str, param: Any, capsys: Any, monkeypatch: Any) -> None:
    text = told(capsys, monkeypatch, name, *words_for(COMMANDS[name], leave_out=param.name))
    word = param.opts[0] if param.param_type_name == "option" else param.metavar
    assert text.startswith(f"Fel: {word} saknas. Så här skrivs kommandot: analyslib {name} ")
    assert word in text.split("kommandot")[1] and f"`analyslib {name} --help`" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_an_option_that_there_is_not(name: str, capsys: Any, monkeypatch: Any) -> None:
    needed = words_for(COMMANDS[name])
    assert "Valet --qqq finns inte. Så" in told(capsys, monkeypatch, name, *needed, "--qqq")
    assert "Valet -z finns inte." in told(capsys, monkeypatch, name, *needed, "-z")
    text = told(capsys, monkeypatch, name, *needed, "--hepl")
    assert "Valet --hepl finns inte. Menade du ”--help”?" in text


@pytest.mark.parametrize(
    ("name", "option"),
    [
        (name, param)
        for name, command in COMMANDS.items()
        for param in command.params
        if param.param_type_name == "option"
    ],
    ids=lambda found: getattr(found, "name", found),
)
def test_an_option_without_its_value_or_with_one_too_many(
    name: str, option: Any, capsys: Any, monkeypatch: Any
) -> None:
    needed = words_for(COMMANDS[name])
    for word in option.opts:
        if option.is_flag:
            text = told(capsys, monkeypatch, name, *needed, f"{word}=ja")
            assert f"{word} skrivs utan värde." in text
        else:
            text = told(capsys, monkeypatch, name, *needed, word)
            assert f"Värdet efter {word} saknas. Skriv {word} {option.metavar}." in text


@pytest.mark.parametrize(
    ("name", "option"),
    [
        (name, param.opts[0])
        for name, command in COMMANDS.items()
        for param in command.params
        if param.metavar in ("ÅR", "ANTAL")
    ],
)
@pytest.mark.parametrize("value", ["tjugo", "2024,5", ""])
def test_a_number_that_is_none(
    name: str, option: str, value: str, capsys: Any, monkeypatch: Any
) -> None:
    text = told(capsys, monkeypatch, name, *words_for(COMMANDS[name]), option, value)
    assert f"Fel: {option}: ”{value}” är inget heltal. Så här" in text


def test_fewer_than_one_report_at_a_time(capsys: Any, monkeypatch: Any) -> None:
    text = told(capsys, monkeypatch, "demo", "--jobs", "0")
    assert "Fel: --jobs: 0 är för lite; det minsta är 1." in text


@pytest.mark.parametrize("name", ["build", "status", "lab", "demo", "reports", "national"])
def test_a_word_too_many(name: str, capsys: Any, monkeypatch: Any) -> None:
    assert f"”nu” är ett ord för mycket. Så här skrivs kommandot: analyslib {name} [VAL]" in told(
        capsys, monkeypatch, name, "nu"
    )


@pytest.mark.parametrize(
    ("typed", "guess"),
    [("pakc", "pack"), ("demp", "demo"), ("bygg", ""), ("stat", "status"), ("Lab", "lab")],
)
def test_a_command_that_there_is_not(typed: str, guess: str, capsys: Any, monkeypatch: Any) -> None:
    text = told(capsys, monkeypatch, typed)
    guessed = f" Menade du ”{guess}”?" if guess else ""
    assert text == (
        f"Fel: Det finns inget kommando ”{typed}”.{guessed} `analyslib --help` visar alla.\n"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fetch", "kolda"], "Det går inte att hämta från ”kolda”."),
        (["fetch", "kolada", "--since", "igår"], "”igår” är inget datum."),
        (["add", "koldaa", "x.csv"], "Det går inte att lägga in filer från ”koldaa”."),
        (["check", "x.csv", "--source", "y"], "Det går inte att kontrollera filer från ”y”."),
        (["template", "x"], "Det finns ingen mall ”x”."),
        (["report", "kommunn"], "Det finns ingen rapport ”kommunn”."),
        (["pack", "nuaa", "--date", "2026-12-03"], "Menade du ”nua”?"),
        (["--qqq"], "Valet --qqq finns inte."),
    ],
)
def test_a_choice_or_a_day_that_there_is_not(
    words: list[str], said: str, capsys: Any, monkeypatch: Any
) -> None:
    assert said in told(capsys, monkeypatch, *words)


@pytest.mark.parametrize("day", ["igår", "2026-13-01", "3/12", ""])
def test_a_meeting_on_a_day_that_is_none(
    day: str, demo_workspace: Any, capsys: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("ANALYSLIB_HOME", str(demo_workspace))
    for command in ("pack", "mail"):
        text = told(capsys, monkeypatch, command, "nua", "--date", day, "--demo")
        assert f"”{day}”" in text and "ÅÅÅÅ-MM-DD" in text


def test_a_command_that_is_interrupted_says_so(capsys: Any, monkeypatch: Any) -> None:
    def interrupt(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("analyslib.workbench.describe_workspace", interrupt)
    assert run(capsys, monkeypatch, "status") == (130, "", "Avbrutet.\n")


def test_a_fault_in_the_program_keeps_its_traceback(monkeypatch: Any) -> None:
    def break_down(*_: object) -> str:
        raise TypeError("a bug")

    monkeypatch.setattr("analyslib.workbench.describe_workspace", break_down)
    monkeypatch.setattr(sys, "argv", ["analyslib", "status"])
    with pytest.raises(TypeError, match="a bug"):
        main()


def test_what_takes_time_is_told_before_it_starts(capsys: Any) -> None:
    """In a log too, where no bar can be drawn."""
    with cli.page_bar() as on_page:
        for done in range(1, 32):
            on_page(None, done, 32, "Umeå")  # type: ignore[arg-type]
        assert capsys.readouterr().out.splitlines() == [
            f"Sidor: {done} av 32" for done in (4, 7, 10, 13, 16, 20, 23, 26, 29)
        ]
        on_page(None, 32, 32, "")  # type: ignore[arg-type]
        assert capsys.readouterr().out == (
            "Sidor: 32 av 32\n"
            "Granskar vad som går att räkna ut av sidorna. Det kan ta ett par minuter …\n"
        )


def test_national_questions_of_no_meeting(
    own_workspace: Path, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    path = tmp_path / "fragor.xlsx"
    said = f"Inget möte har något att ta upp nationellt: {path}\n"
    assert run(capsys, monkeypatch, "national", "--out", str(path)) == (0, said, "")

"""What the command line itself says, in Swedish: its help, and what is wrong with what was typed.

Typer says these things in English. A command or a group made of the classes here says them as
everything else a user can mend: an AnalyslibError with what, where and what to do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import typer
from typer.core import TyperCommand, TyperGroup

from analyslib.definitions.toml_table import did_you_mean
from analyslib.errors import UsageError


INTERRUPTED = 130
# Typer brings a click of its own under a private name, so its error for everything that is wrong
# with what was typed is found by way of a public one; its other classes have no name here.
NotUnderstood: type[Exception] = typer.BadParameter.__mro__[1]
Context: TypeAlias = Any
Command: TypeAlias = Any
HelpFormatter: TypeAlias = Any
Parameter: TypeAlias = Any


class SwedishCommand(TyperCommand):
    """A command whose help and faults are Swedish."""

    allow_extra_args = True  # so that they are told here, by name

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        with in_swedish(ctx):
            rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise UsageError(f"”{rest[0]}” är ett ord för mycket.", remedy=how(ctx))
        return rest

    def format_usage(self, ctx: Context, formatter: HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(_pieces(self)), prefix="Skriv: ")

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        _format_parameters(self.get_params(ctx), formatter)


class SwedishGroup(TyperGroup):
    """The program: its commands, and what it says of one it does not have."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        asked = args if any(word != "--" for word in args) else ["--help"]
        with in_swedish(ctx):
            return super().parse_args(ctx, asked)

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        if args[0] not in self.commands:
            raise UsageError(
                f"Det finns inget kommando ”{args[0]}”.",
                remedy=guess(args[0], self.commands, f"`{ctx.command_path} --help` visar alla."),
            )
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            print("Avbrutet.", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None

    def format_usage(self, ctx: Context, formatter: HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(_pieces(self)), prefix="Skriv: ")

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        _format_parameters(self.get_params(ctx), formatter)
        told = [(name, first_sentence(item.help or "")) for name, item in self.commands.items()]
        with formatter.section("Kommandon"):
            formatter.write_dl(told)


def first_sentence(text: str) -> str:
    return f"{text.split('. ')[0].rstrip('.')}."


def whole_number(text: str | int) -> int:
    """The parser of every option that is a number."""
    try:
        return int(text)
    except ValueError as error:
        raise typer.BadParameter(f"”{text}” är inget heltal.") from error


def at_least_one(text: str | int) -> int:
    number = whole_number(text)
    if number < 1:
        raise typer.BadParameter(f"{number} är för lite; det minsta är 1.")
    return number


@contextmanager
def in_swedish(ctx: Context) -> Iterator[None]:
    """Raise what is wrong with the words of a command as a UsageError of ours."""
    try:
        yield
    except NotUnderstood as error:
        raise _say(error, ctx) from None


def _say(error: Any, ctx: Context) -> UsageError:
    for name, say in FAULTS.items():
        if any(kind.__name__ == name for kind in type(error).__mro__):
            return say(error, ctx)
    raise error


def _missing(error: Any, ctx: Context) -> UsageError:
    return UsageError(f"{_name(error.param)} saknas.", remedy=how(ctx))


def _bad_value(error: Any, ctx: Context) -> UsageError:
    """Every value of another kind than text has a parser of ours, with a Swedish message."""
    return UsageError(error.message, _name(error.param), how(ctx))


def _no_such_option(error: Any, ctx: Context) -> UsageError:
    names = [name for option in ctx.command.get_params(ctx) for name in option.opts]
    options = [name for name in names if name.startswith("-")]
    remedy = guess(error.option_name, options, how(ctx))
    return UsageError(f"Valet {error.option_name} finns inte.", remedy=remedy)


def _bad_use(error: Any, ctx: Context) -> UsageError:
    """An option without its value, or a value where none belongs."""
    found = next(
        option for option in ctx.command.get_params(ctx) if error.option_name in option.opts
    )
    if getattr(found, "is_flag", False):
        return UsageError(f"{error.option_name} skrivs utan värde.", remedy=how(ctx))
    wanted = f"{error.option_name} {found.metavar}"
    return UsageError(f"Värdet efter {error.option_name} saknas.", remedy=f"Skriv {wanted}.")


# By the names of the errors; the first that fits, and the narrower before the wider.
FAULTS: dict[str, Callable[[Any, Context], UsageError]] = {
    "MissingParameter": _missing,
    "BadParameter": _bad_value,
    "NoSuchOption": _no_such_option,
    "BadOptionUsage": _bad_use,
}


def how(ctx: Context) -> str:
    """How the command is written, and where to read more."""
    path = ctx.command_path
    line = " ".join([path, *_pieces(ctx.command)])
    return f"Så här skrivs kommandot: {line}. `{path} --help` förklarar."


def guess(word: str, choices: Iterable[str], otherwise: str) -> str:
    return f"{did_you_mean(word, choices)} {otherwise}".lstrip()


def _name(param: Parameter) -> str:
    """As the user writes it: an argument by its word, an option with its dashes."""
    return str(param.metavar) if param.param_type_name == "argument" else param.opts[0]


def _pieces(command: Command) -> Iterator[str]:
    """The words after the command: its arguments, the options it must have, that it has more."""
    if isinstance(command, TyperGroup):
        yield "KOMMANDO …"
        return
    for param in command.params:
        if param.required:
            is_option = param.param_type_name == "option"
            yield f"{param.opts[0]} {param.metavar}" if is_option else str(param.metavar)
    yield "[VAL]"


def _format_parameters(params: Sequence[Parameter], formatter: HelpFormatter) -> None:
    rows: dict[str, list[tuple[str, str]]] = {"Argument": [], "Val": []}
    for param in params:
        is_option = param.param_type_name == "option"
        rows["Val" if is_option else "Argument"].append(_help_row(param))
    for heading, found in rows.items():
        if found:
            with formatter.section(heading):
                formatter.write_dl(found)


def _help_row(param: Any) -> tuple[str, str]:
    if "--help" in param.opts:
        return "--help", "Visa den här hjälpen."
    if param.param_type_name == "argument":
        return param.metavar, param.help
    names = ", ".join(param.opts)
    words = names if param.is_flag else f"{names} {param.metavar}"
    needed = " Måste anges." if param.required else ""
    is_shown = param.default and param.show_default and not param.is_flag
    usual = f" Utan valet: {param.default}." if is_shown else ""
    return words, f"{param.help}{needed}{usual}"

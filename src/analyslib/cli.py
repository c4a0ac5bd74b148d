"""The commands: parse, call, print. No logic lives here.

`analyslib` and ``python -m analyslib`` are the same. What a command needs is imported when it
runs, so that a mistyped command answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analyslib import __version__
from analyslib.command_words import SwedishCommand, SwedishGroup, at_least_one, whole_number
from analyslib.errors import AnalyslibError


if TYPE_CHECKING:
    from analyslib.pack import PackResult
    from analyslib.pack_plan import PageResult
    from analyslib.workspace import Workspace


app = typer.Typer(
    name="analyslib",
    cls=SwedishGroup,
    help="Arbetsbänk för systematisk uppföljning i socialtjänsten.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Demo = Annotated[bool, typer.Option("--demo", help="Använd de påhittade siffrorna.")]
Files = Annotated[list[Path], typer.Argument(metavar="FIL…", help="En eller flera filer.")]
Year = Annotated[
    int | None,
    typer.Option(
        "--year", metavar="ÅR", parser=whole_number, help="Senaste året som visas, t.ex. 2024."
    ),
]
Jobs = Annotated[
    int,
    typer.Option(
        "--jobs", metavar="ANTAL", parser=at_least_one, help="Hur många rapporter som görs i taget."
    ),
]


def main() -> None:
    """Run a command. What the user can mend is said in Swedish, without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console may not know å, ä and ö; a command must not die of that.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    by_module = Path(sys.argv[0]).stem == "__main__"
    try:
        app(prog_name="python -m analyslib" if by_module else "analyslib")
    except AnalyslibError as error:
        for fault in error.faults:
            print(f"Fel: {fault}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None


def show_version(wanted: bool) -> None:
    if wanted:
        print(f"analyslib {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Versionen.")
    ] = False,
) -> None:
    pass


def say(text: str) -> None:
    """At once, in a log too: what takes time must be told before it starts."""
    print(text, flush=True)


def workspace(demo: bool = False) -> Workspace:
    from analyslib.workspace import find_workspace

    return find_workspace(demo)


@app.command(cls=SwedishCommand)
def demo(
    network: Annotated[
        str, typer.Option("--network", metavar="NÄTVERK", help="Nätverkets id.")
    ] = "nua",
    jobs: Jobs = 2,
) -> None:
    """Gör påhittade siffror, bygg dem och gör ett helt paket. Inget nät behövs."""
    from analyslib.workbench import DEMO_MEETING, build_workspace, make_demo_data

    place = workspace(demo=True)
    say("Hittar på siffror för hela landet …")
    make_demo_data(place)
    say("Bygger databaserna. Det tar en till två minuter …")
    say(str(build_workspace(place)))
    say("Gör sidorna …")
    finish_pack(run_pack(place, network, DEMO_MEETING, None, jobs, None))


@app.command(cls=SwedishCommand)
def fetch(
    source: Annotated[str, typer.Argument(metavar="KÄLLA", help="kolada eller scb.")],
    since: Annotated[
        str,
        typer.Option(
            "--since", metavar="DAG", help="Bara det som ändrats sedan dagen, ÅÅÅÅ-MM-DD."
        ),
    ] = "",
) -> None:
    """Hämta från en källa till arkivet. En avbruten hämtning fortsätter där den slutade."""
    from analyslib.sources.progress import progress_bar
    from analyslib.workbench import fetch_source

    with progress_bar(f"Hämtar från {source}") as listener:
        lines = fetch_source(workspace(), source, since, listener)
    print("\n".join(lines))


@app.command(cls=SwedishCommand)
def add(
    source: Annotated[str, typer.Argument(metavar="KÄLLA", help="kolada, oj, isu eller matt.")],
    files: Files,
    date: Annotated[
        str,
        typer.Option(
            "--date",
            "--vintage",
            metavar="DAG",
            help="Dagen då siffrorna hämtades eller gällde, ÅÅÅÅ-MM-DD. Annars filnamnets datum.",
        ),
    ] = "",
    year: Annotated[
        int | None,
        typer.Option(
            "--year",
            metavar="ÅR",
            parser=whole_number,
            help="Året, för filer som inte säger det själva (oj).",
        ),
    ] = None,
    publisher: Annotated[
        str,
        typer.Option(
            "--publisher",
            metavar="NAMN",
            help="Utgivaren: socialstyrelsen, scb eller kolada (oj).",
        ),
    ] = "",
    title: Annotated[
        str,
        typer.Option("--title", metavar="TEXT", help="Tabellens namn, där filen saknar det (oj)."),
    ] = "",
    extraction_date: Annotated[
        str,
        typer.Option("--extraction-date", metavar="DAG", help="Uttagsdatum, ÅÅÅÅ-MM-DD (isu)."),
    ] = "",
    demo: Demo = False,
) -> None:
    """Kontrollera filer och ta in dem i arkivet. Är något fel tas ingenting in."""
    from analyslib.workbench import take_in

    given = {
        "vintage": date,
        "year": year,
        "publisher": publisher,
        "title": title,
        "extraction_date": extraction_date,
    }
    for line in take_in(workspace(demo), source, files, **given):
        print(line)


@app.command(cls=SwedishCommand)
def check(
    files: Files,
    source: Annotated[
        str,
        typer.Option(
            "--source",
            metavar="KÄLLA",
            help="isu, matt, oj eller kolada. Annars känns isu och matt igen.",
        ),
    ] = "",
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="MAPP",
            show_default=False,
            help="Mappen där fellistan läggs; annars den här.",
        ),
    ] = Path(),
) -> None:
    """Kontrollera filer utan att ta in dem, och skriv en fellista som avsändaren kan använda."""
    from analyslib.workbench import check_files

    lines, is_clean = check_files(source, files, out)
    print("\n".join(lines))
    if not is_clean:
        raise typer.Exit(11)


@app.command(cls=SwedishCommand)
def template(
    kind: Annotated[str, typer.Argument(metavar="SLAG", help="isu eller matt.")],
    out: Annotated[Path, typer.Option("--out", metavar="FIL", help="Filen som skrivs.")] = Path(
        "mall.xlsx"
    ),
) -> None:
    """Skriv en arbetsbok att fylla i, med listor och förklaringar."""
    from analyslib.workbench import write_template

    write_template(kind, out)
    print(f"Skrev {out}")


@app.command(cls=SwedishCommand)
def build(
    demo: Demo = False,
    accept_loss: Annotated[
        bool,
        typer.Option("--accept-loss", help="Bygg även om det blir färre värden än sist."),
    ] = False,
) -> None:
    """Bygg databaserna ur arkivet. Har inget ändrats görs ingenting."""
    from analyslib.workbench import build_workspace

    print(build_workspace(workspace(demo), accept_loss))


@app.command(cls=SwedishCommand)
def reports() -> None:
    """Lista rapporterna och vad de behöver veta."""
    from analyslib.report import list_reports

    for report in list_reports(workspace()):
        print(f"{report.name}: {report.title}")
        for parameter in report.parameters:
            print(f"    {parameter.name} ({parameter.type}): {parameter.help}")


@app.command(cls=SwedishCommand)
def report(
    name: Annotated[str, typer.Argument(metavar="RAPPORT", help="Rapportens namn.")],
    municipality: Annotated[
        str, typer.Option("--municipality", metavar="KOMMUN", help="Kommunens namn eller kod.")
    ] = "",
    network: Annotated[
        str, typer.Option("--network", metavar="NÄTVERK", help="Nätverkets id.")
    ] = "",
    year: Year = None,
    project: Annotated[
        str, typer.Option("--project", metavar="PROJEKT", help="Projektets id.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FIL", help="Filen som skrivs.")
    ] = None,
    demo: Demo = False,
) -> None:
    """Gör en rapport."""
    from analyslib.workbench import make_report

    given = {
        "municipality": municipality,
        "network": network,
        "year": year or "",
        "project": project,
    }
    wanted = {key: value for key, value in given.items() if value}
    print(make_report(workspace(demo), name, wanted, out))


@app.command(cls=SwedishCommand)
def pack(
    network: Annotated[str, typer.Argument(metavar="NÄTVERK", help="nua, fouis, alla …")],
    date: Annotated[str, typer.Option("--date", metavar="DAG", help="Mötets datum, ÅÅÅÅ-MM-DD.")],
    year: Year = None,
    jobs: Jobs = 2,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler", metavar="ADRESS", help="Adress till ett kluster, t.ex. tcp://värd:8786."
        ),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(
            "--also",
            metavar="RAPPORT",
            help="En rapport utöver de vanliga, t.ex. projekt; kan upprepas.",
        ),
    ] = None,
    demo: Demo = False,
) -> None:
    """Gör allt till ett möte: en rapport per kommun, översikten, dagordningen och en indexsida."""
    finish_pack(run_pack(workspace(demo), network, date, year, jobs, scheduler, also or ()))


def run_pack(
    place: Workspace,
    network: str,
    date: str,
    year: int | None,
    jobs: int,
    scheduler: str | None,
    also: Iterable[str] = (),
) -> PackResult:
    from analyslib.workbench import make_pack

    with page_bar() as on_page:
        return make_pack(place, network, date, year, jobs, scheduler, on_page, also)


@contextmanager
def page_bar() -> Iterator[Callable[[PageResult, int, int, str], None]]:
    """A bar that moves with each finished page and names the one in hand; what follows when all
    are finished may take longer than they did."""
    from analyslib.sources.progress import Step, progress_bar
    from analyslib.workbench import AUDITING

    with progress_bar("Sidor") as listener:

        def on_page(result: PageResult, done: int, total: int, name: str) -> None:
            listener(Step(done, total, name))
            if done == total:
                say(AUDITING)

        yield on_page


def finish_pack(result: PackResult) -> None:
    from analyslib.workbench import describe_pack

    print(describe_pack(result))
    if result.exit_code:
        raise typer.Exit(result.exit_code)


@app.command(cls=SwedishCommand)
def pdf(
    place: Annotated[
        Path, typer.Argument(metavar="MAPP_ELLER_SIDA", help="Ett pakets mapp, eller en sida.")
    ],
) -> None:
    """Gör PDF av en sida eller av alla i ett paket, med en webbläsare som finns på datorn."""
    from analyslib.pdf import print_pages
    from analyslib.sources.progress import progress_bar

    with progress_bar("Skriver PDF") as listener:
        printed = print_pages(place, listener)
    print(f"Klart: {len(printed)} PDF, {printed[0] if place.is_file() else place}")


@app.command(cls=SwedishCommand)
def audit(
    folder: Annotated[Path, typer.Argument(metavar="MAPP", help="Mappen med paket.")],
    rules: Annotated[
        bool,
        typer.Option(
            "--rules", help="Pröva också mot den som kan reglerna. Det kan ta en halvtimme."
        ),
    ] = False,
) -> None:
    """Pröva vad en angripare kan räkna ut av det som publicerats, och skriv ut intyget."""
    from analyslib.workbench import audit_folder

    text, is_safe = audit_folder(folder, rules)
    print(text)
    if not is_safe:
        raise typer.Exit(13)


@app.command(cls=SwedishCommand)
def national(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FIL", help="Filen som skrivs.")
    ] = None,
    demo: Demo = False,
) -> None:
    """Samla det som mötena vill ta upp med det nationella nätverket i en arbetsbok."""
    from analyslib.workbench import national_questions

    path, count = national_questions(workspace(demo), out)
    told = f"Skrev {count} frågor" if count else "Inget möte har något att ta upp nationellt"
    print(f"{told}: {path}")


@app.command(cls=SwedishCommand)
def mail(
    network: Annotated[str, typer.Argument(metavar="NÄTVERK", help="nua, fouis, alla …")],
    date: Annotated[str, typer.Option("--date", metavar="DAG", help="Mötets datum, ÅÅÅÅ-MM-DD.")],
    drafts: Annotated[
        bool, typer.Option("--drafts", help="Gör också ett utkast per kommun, att öppna i Outlook.")
    ] = False,
    demo: Demo = False,
) -> None:
    """Skriv utskickslistan för ett färdigt paket. Inget skickas."""
    from analyslib.workbench import write_mail

    path, written = write_mail(workspace(demo), network, date, drafts)
    print(f"Skrev {path}")
    if written:
        print(f"Skrev {len(written)} utkast: {written[0].parent}")


@app.command(cls=SwedishCommand)
def status(demo: Demo = False) -> None:
    """Visa vad som finns: filer, databaser, vad som ändrats och vad som saknas."""
    from analyslib.workbench import describe_workspace

    print(describe_workspace(workspace(demo)))


@app.command(cls=SwedishCommand)
def lab() -> None:
    """Öppna JupyterLab på startsidan."""
    from analyslib.workbench import open_lab

    raise typer.Exit(open_lab(workspace()))

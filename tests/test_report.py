"""One report: the form of the notebook, what it refuses, and the page that comes of it."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import papermill
import pytest
from toy_factory import (
    FORM,
    code,
    network_cells,
    save_notebook,
    text,
    workbench,
)

from analyslib.catalogue import load_catalogue
from analyslib.errors import ReportError, StoreError, UsageError
from analyslib.facts import Facts, source_of
from analyslib.jobs import Limits
from analyslib.report import (
    Parameter,
    check_parameters,
    find_report,
    list_reports,
    put_in_place,
    render_report,
)
from analyslib.workspace import Workspace


__all__ = ["workbench"]

FACTS = Facts("abc", (2020, 2021, 2022), ())
WHOLE = {"municipality": "2480", "network": "nua", "year": 2022, "data": "demo"}


def test_reports_are_listed_with_title_form_and_sections(workbench: Workspace) -> None:
    network, municipality = list_reports(workbench)
    assert (network.name, network.title, network.is_per_municipality) == (
        "natverk",
        "Nätverksöversikt",
        False,
    )
    assert municipality.parameters[0] == Parameter(
        "municipality", "str", "2480", "kommunkod, fyra siffror"
    )
    assert municipality.sections == ("Utveckling", "Om siffrorna")
    assert municipality.min_pictures == 1


def test_a_notebook_put_in_the_folder_is_a_report_at_once(workbench: Workspace) -> None:
    save_notebook(workbench, "ekonomi", [text("# Ekonomi"), code(FORM, "parameters")])
    assert find_report(workbench, "ekonomi").title == "Ekonomi"


def test_unknown_report_names_those_that_exist(workbench: Workspace) -> None:
    with pytest.raises(UsageError, match="Rapporter som finns: natverk, kommun"):
        find_report(workbench, "komun")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"komun": "2480"}, "ingen parameter ”komun”. Den har: municipality, network"),
        ({"municipality": 2480}, "municipality ska vara text, inte 2480"),
        ({"municipality": 180}, "municipality ska vara text"),
        ({"year": "2022"}, "year ska vara ett heltal"),
        ({"year": True}, "year ska vara ett heltal"),
        ({"municipality": "481"}, "koder har fyra siffror"),
        ({"municipality": "0009"}, "Som kommun har Gotland koden 0980"),
        ({"municipality": "Riket"}, "Riket är ingen kommun"),
        ({"municipality": "Umee"}, "Menade du"),
        ({"municipality": "0180"}, "Stockholm är inte med i nätverket nua"),
        ({"network": "nuu"}, "inget nätverk"),
        ({"year": 2019}, "inga uppgifter för 2019. Det finns: 2020–2022"),
        ({"meeting": "3/12"}, "inget datum"),
        ({"data": "äkta"}, "demo eller riktig"),
    ],
)
def test_parameters_are_refused_before_anything_runs(
    workbench: Workspace, parameters: dict[str, object], message: str
) -> None:
    report = find_report(workbench, "kommun")
    with pytest.raises(UsageError) as raised:
        check_parameters(report, {**WHOLE, **parameters}, load_catalogue(), FACTS)
    assert message in str(raised.value)


def test_all_faults_are_told_together(workbench: Workspace) -> None:
    report = find_report(workbench, "kommun")
    bad = {**WHOLE, "municipality": "Stockholm", "year": 1990, "meeting": "nu"}
    with pytest.raises(UsageError) as raised:
        check_parameters(report, bad, load_catalogue(), FACTS)
    assert len(raised.value.faults) == 3


def test_places_by_name_become_codes_and_defaults_are_filled_in(workbench: Workspace) -> None:
    report = find_report(workbench, "kommun")
    given = {"municipality": "skellefteå", "network": "NUA"}
    assert check_parameters(report, given, load_catalogue(), FACTS) == {
        "municipality": "2482",
        "network": "nua",
        "year": 2022,
        "meeting": "",
        "data": "demo",
    }


def test_a_year_without_any_data_at_all_says_so(workbench: Workspace) -> None:
    report = find_report(workbench, "kommun")
    with pytest.raises(UsageError, match="inga år alls"):
        check_parameters(report, WHOLE, load_catalogue(), replace(FACTS, years=()))


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("municipality = '2480'", "går inte att läsa"),
        ("municipality: list = []", "går inte att läsa"),
        ("import os", "går inte att läsa"),
    ],
)
def test_a_form_that_is_none_is_refused(workbench: Workspace, form: str, message: str) -> None:
    save_notebook(workbench, "trasig", [text("# Trasig"), code(form, "parameters")])
    with pytest.raises(ReportError, match=message) as raised:
        list_reports(workbench)
    assert "trasig.ipynb" in str(raised.value)


def test_a_notebook_without_form_title_or_content_is_refused(workbench: Workspace) -> None:
    save_notebook(workbench, "a", [text("# A")])
    with pytest.raises(ReportError, match="märket parameters"):
        find_report(workbench, "a")
    save_notebook(workbench, "a", [code(FORM, "parameters")])
    with pytest.raises(ReportError, match="saknar rubrik"):
        find_report(workbench, "a")
    (workbench.notebooks / "rapporter" / "a.ipynb").write_text("ingen notebook")
    with pytest.raises(ReportError, match="ingen notebook"):
        find_report(workbench, "a")


def test_a_report_becomes_one_page_that_needs_nothing_else(
    workbench: Workspace, tmp_path: Path
) -> None:
    out = tmp_path / "ny" / "umea.html"
    result = render_report(workbench, "kommun", {"municipality": "Umeå", "year": 2022}, out)
    page = out.read_text("utf-8")
    assert result.engine == "fork"
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", page) == ["Umeå"]
    assert '<p class="rubrikrad">Kommunrapport</p>' in page
    assert "Påhittade siffror" in page
    assert "RKA: Påhittade nyckeltal (hämtad 1\xa0oktober\xa02026)" in page
    assert "<code" not in page and "duckdb.connect" not in page
    assert not re.findall(r'(?:src|href)="https?://', page)
    assert [path.name for path in out.parent.iterdir()] == ["umea.html"]


def test_real_data_says_nothing_of_made_up_figures(workbench: Workspace, tmp_path: Path) -> None:
    real = Workspace(workbench.root)
    (workbench.publish_db).rename(real.publish_db)
    render_report(real, "natverk", {"year": 2022}, tmp_path / "n.html")
    assert "Påhittade siffror." not in (tmp_path / "n.html").read_text("utf-8")


def test_a_failing_report_keeps_the_kind_of_its_fault_and_leaves_the_old_page(
    workbench: Workspace, tmp_path: Path
) -> None:
    out = tmp_path / "n.html"
    render_report(workbench, "natverk", {"year": 2022}, out)
    before = out.read_bytes()
    fail = "from analyslib.errors import StoreError\nraise StoreError('Databasen är borta.')"
    save_notebook(workbench, "natverk", [*network_cells(), code(fail)])
    with pytest.raises(StoreError, match="Databasen är borta"):
        render_report(workbench, "natverk", {"year": 2022}, out)
    save_notebook(workbench, "natverk", [*network_cells(), code("1 / 0")])
    with pytest.raises(ReportError, match="ZeroDivisionError"):
        render_report(workbench, "natverk", {"year": 2022}, out)
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.glob("n*")] == ["n.html"]


def test_a_missing_database_is_said_before_anything_runs(
    workbench: Workspace, tmp_path: Path
) -> None:
    workbench.publish_db.unlink()
    with pytest.raises(StoreError, match="Databasen finns inte"):
        render_report(workbench, "natverk", {}, tmp_path / "n.html", limits=Limits(seconds=1))


def test_the_same_notebook_runs_with_plain_papermill(
    workbench: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYSLIB_PUBLISH_DB", str(workbench.publish_db))
    source = workbench.notebooks / "rapporter" / "kommun.ipynb"
    done = papermill.execute_notebook(
        source, tmp_path / "ut.ipynb", {"municipality": "2463"}, progress_bar=False
    )
    shown = str([cell.get("outputs") for cell in done.cells])
    assert "Åsele" in shown and 'data-municipality="2463"' in shown


def test_swapping_in_is_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.html"
    put_in_place(b"gammal", path)

    def fail(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(ReportError, match="plats på disken"):
        put_in_place(b"ny", path)
    assert path.read_bytes() == b"gammal"
    assert [found.name for found in tmp_path.iterdir() if found.is_file()] == ["a.html"]


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (errno.ENOSPC, "disken är full"),
        (errno.EACCES, "åtkomst nekas"),
        (errno.ENAMETOOLONG, "sökvägen är för lång"),
    ],
)
def test_why_a_page_cannot_be_written_is_said_in_swedish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, why: str
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(number, "in English")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(ReportError, match=rf"a\.html: Filen går inte att skriva \({why}\)"):
        put_in_place(b"ny", tmp_path / "a.html")


def test_a_folder_that_cannot_be_made_is_said_too(tmp_path: Path) -> None:
    (tmp_path / "fil").write_text("i vägen")
    with pytest.raises(ReportError, match=r"a\.html: Filen går inte att skriva"):
        put_in_place(b"ny", tmp_path / "fil" / "a.html")


def test_a_publisher_that_begins_the_title_is_named_once() -> None:
    day = "2026-10-01"
    assert source_of("RKA", "Nyckeltal", day) == "RKA: Nyckeltal (hämtad 1\u00a0oktober\u00a02026)"
    assert source_of("Påhittat", "Påhittat: värden", day).startswith("Påhittat: värden (")


RENDER = """\
import sys
from pathlib import Path
from analyslib.report import render_report
from analyslib.workspace import Workspace
root = Path(sys.argv[1])
given = {"municipality": "2480", "network": "nua", "meeting": "2026-12-10"}
for name in ("kommun", "uppfoljning"):
    print(render_report(Workspace(root, demo=True), name, given, root / "ut.html").sha256)
"""
OTHER_CLOCK = "import time\nnow = time.time\ntime.time = lambda: now() + 4e7\n"


def rendered(root: Path, folder: Path, **environment: str) -> str:
    """What comes of two reports, made by a process of its own that stands in `folder`."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RENDER, str(root)],
        env={**os.environ, "ANALYSLIB_HOME": str(root), **environment},
        cwd=folder,
        umask=0o077 if environment else 0o022,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_same_bytes_from_another_folder_user_day_and_language(
    demo_workspace: Path, tmp_path: Path
) -> None:
    other = tmp_path / "Övriga filer (å b)"
    other.mkdir()
    for name in ("data", "notebooks"):
        (other / name).symlink_to(demo_workspace / name, target_is_directory=True)
    (tmp_path / "sitecustomize.py").write_text(OTHER_CLOCK)
    elsewhere = {"HOME": str(tmp_path), "USER": "nn", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}
    elsewhere |= {"PYTHONHASHSEED": "7", "MPLBACKEND": "svg"}
    elsewhere["PYTHONPATH"] = os.pathsep.join((str(tmp_path), os.environ.get("PYTHONPATH", "")))
    here = rendered(demo_workspace, tmp_path)
    assert len(set(here.split())) == 2
    assert rendered(other, Path("/"), **elsewhere) == here

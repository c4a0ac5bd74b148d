"""What the commands do, before the words of the command line."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.request
from datetime import date
from pathlib import Path

import duckdb
import pytest

from analyslib.errors import SourceError, UsageError
from analyslib.facts import read_facts
from analyslib.sources import kolada
from analyslib.sources.http import Patience
from analyslib.sources.kolada_client import fetch
from analyslib.sources.origin import archived_files
from analyslib.store.build import build
from analyslib.workbench import (
    add_files,
    describe_workspace,
    fetch_source,
    lab_command,
    make_report,
    take_in,
)
from analyslib.workspace import Workspace


@pytest.fixture
def workspace(own_workspace: Path) -> Workspace:
    return Workspace(own_workspace)


def deliver(workspace: Workspace, path: Path, text: str, vintage: str) -> None:
    path.write_text(text, encoding="utf-8")
    kolada.add(workspace, [path], vintage, date(2026, 11, 1))


@pytest.mark.parametrize("since", ["igår", "2024", "2024-13-01", "24-01-01"])
def test_a_day_that_is_none_is_said(workspace: Workspace, since: str) -> None:
    with pytest.raises(UsageError, match="är inget datum"):
        fetch_source(workspace, "kolada", since)


def test_a_day_that_has_not_come_would_bring_nothing(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="har inte varit än"):
        fetch_source(workspace, "kolada", "2999-01-01")


def test_an_option_that_a_source_does_not_have_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="inget val --since"):
        fetch_source(workspace, "scb", "2024-01-01")
    with pytest.raises(UsageError, match="inte att hämta från ”smhi”"):
        fetch_source(workspace, "smhi")


def test_a_service_that_does_not_answer_is_named(workspace: Workspace) -> None:
    hasty = Patience(attempts=2, first_wait=0.01, longest_wait=0.01, interval=0.0)
    with pytest.raises(SourceError, match=r"^127\.0\.0\.1:9: .*2 försök"):
        fetch(workspace, indicators=["N1"], base_url="http://127.0.0.1:9/v3", patience=hasty)


@pytest.mark.parametrize(
    ("report", "given", "said"),
    [
        ("kommun", {}, "Säg vilken kommun rapporten gäller"),
        ("kommun", {"network": "nua"}, "Säg vilken kommun rapporten gäller"),
        ("natverk", {}, "Säg vilket nätverk rapporten gäller"),
        ("projekt", {"municipality": "2480"}, "Säg vilket projekt rapporten gäller"),
        ("projekt", {}, "Säg vilken kommun och vilket projekt rapporten gäller"),
    ],
)
def test_a_report_is_never_about_the_notebooks_example(
    demo_workspace: Path, report: str, given: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        make_report(Workspace(demo_workspace, demo=True), report, given, None)


def test_status_of_nothing_and_of_tables_only(workspace: Workspace, tmp_path: Path) -> None:
    assert "Arkivet är tomt" in describe_workspace(workspace)
    path = tmp_path / "tabell.csv"
    path.write_text("Kommun;Antal\nUmeå;5\nGnesta;7\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"^tabell\.csv!B1: .*--year"):
        add_files(workspace, "oj", [path])
    taken = add_files(workspace, "oj", [path], year=2025, publisher="socialstyrelsen")
    assert [file.origin.original_name for file in taken] == ["tabell.csv (serierna)", "tabell.csv"]
    build(workspace)
    text = describe_workspace(workspace)
    assert "oj: 2\u00a0filer" in text and "inga värden för nyckeltalen" in text
    assert "Ändrat sedan" not in text


def test_status_tells_what_the_newest_delivery_changed(
    workspace: Workspace, tmp_path: Path
) -> None:
    head = "id,title,description,municipality_type,auspice,operating_area,perspective\n"
    old = "".join(f'N0000{n},"Serie {n}, antal",Källa,K,X,IFO,Volymer\n' for n in range(4))
    new = old.replace("N00000", "N99999").replace("Serie 1", "Ny serie 1")
    groups = "group_id,group_title,member_id\nG1,Ett,2480\n{}\n"
    values = "kpi,municipality,year,gender,value\nN00001,2480,2024,T,{}\nN00002,2480,2024,T,{}\n"
    deliver(workspace, tmp_path / "k1.csv", head + old, "2024-04-06")
    deliver(workspace, tmp_path / "g1.csv", groups.format("G2,Borta,2480"), "2024-04-06")
    deliver(workspace, tmp_path / "v1.csv", values.format(1, 7), "2024-04-06")
    deliver(workspace, tmp_path / "k2.csv", head + new, "2026-03-23")
    deliver(workspace, tmp_path / "g2.csv", groups.format("G1,Ett,2401"), "2026-03-23")
    deliver(workspace, tmp_path / "v2.csv", values.format(2, ""), "2026-03-23")
    build(workspace)
    assert describe_workspace(workspace).splitlines()[-3:] == [
        "Ändrat sedan 2024-04-06: 1 tal har räknats om och 1 har tagits bort.",
        "  Nyckeltal: 1 borttagna, 1 nya, 0 upphörda, 1 omdöpta, 0 med ny enhet eller kodning.",
        "  Kommungrupper med ändrade medlemmar: 1.",
    ]


def test_status_is_silent_about_what_has_come_only_once(
    workspace: Workspace, tmp_path: Path
) -> None:
    head = "id,title,description,municipality_type,auspice,operating_area,perspective\n"
    row = '{},"Serie, antal",Källa,K,X,IFO,Volymer\n'
    deliver(workspace, tmp_path / "k1.csv", head + row.format("N00001"), "2024-04-06")
    deliver(workspace, tmp_path / "k2.csv", head + row.format("N00002"), "2026-03-23")
    groups = "group_id,group_title,member_id\nG1,Ett,2480\n"
    deliver(workspace, tmp_path / "g1.csv", groups, "2024-04-06")
    build(workspace)
    text = describe_workspace(workspace)
    assert "Nyckeltal: 1 borttagna, 1 nya" in text and "Kommungrupper" not in text


def test_what_became_of_each_file_is_told(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "siffror.csv"
    path.write_text("kpi,municipality,year,gender,value\nN00001,2480,2024,T,1\n", "utf-8")
    taken, doubt = take_in(workspace, "kolada", [path])
    assert taken == "Tog in siffror.csv: Värden för nyckeltal, 1\u00a0rad."
    assert "inget datum" in doubt and f"från {date.today()}" in doubt and "--date" in doubt
    assert list(take_in(workspace, "kolada", [path])) == ["Fanns redan i arkivet: siffror.csv."]
    dated = path.rename(tmp_path / "siffror_2026-08-01.csv")
    assert len(list(take_in(workspace, "kolada", [dated], vintage="2026-07-01"))) == 2
    assert len(list(take_in(workspace, "kolada", [dated]))) == 1


def vintages(workspace: Workspace) -> list[str]:
    return [file.origin.vintage for file in archived_files(workspace)]


def test_a_day_that_was_only_supposed_is_changed_by_adding_again(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "siffror.csv"
    path.write_text("kpi,municipality,year,gender,value\nN00001,2480,2024,T,1\n", "utf-8")
    list(take_in(workspace, "kolada", [path]))
    _, changed = take_in(workspace, "kolada", [path], vintage="2024-08-01")
    assert changed == f"  Dagen är nu 2024-08-01 i stället för {date.today()}."
    assert vintages(workspace) == ["2024-08-01"]


def test_a_day_that_was_told_stays_beside_another(workspace: Workspace, tmp_path: Path) -> None:
    """A source that takes a revision back publishes the old numbers anew."""
    path = tmp_path / "siffror.csv"
    path.write_text("kpi,municipality,year,gender,value\nN00001,2480,2024,T,1\n", "utf-8")
    for day in ("2024-08-01", "2026-02-01", "2025-01-01"):
        assert len(list(take_in(workspace, "kolada", [path], vintage=day))) == 1
    assert vintages(workspace) == ["2024-08-01", "2025-01-01", "2026-02-01"]


def test_an_option_is_refused_by_the_name_it_has_on_the_command_line(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "uttag.xlsx"
    with pytest.raises(UsageError, match="isu har inget val --date"):
        add_files(workspace, "isu", [path], vintage="2026-01-01")
    with pytest.raises(UsageError, match="matt har inget val --extraction-date, --year"):
        add_files(workspace, "matt", [path], extraction_date="2026-01-01", year=2024)


def test_build_and_status_call_the_same_numbers_revised(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A number that came where there was none has not been revised."""
    kpis = "id,title,description,municipality_type,auspice,operating_area,perspective\n"
    deliver(
        workspace,
        tmp_path / "k.csv",
        kpis + 'N00001,"Serie, antal",Källa,K,X,IFO,V\n',
        "2024-04-06",
    )
    head = "kpi,municipality,year,gender,value\n"
    old = {"2480": "1", "2401": "", "2403": "5", "2404": "7", "2409": "2"}
    new = {"2480": "2", "2401": "4", "2403": "", "2404": "8", "2409": "2"}
    for rows, day in ((old, "2024-04-06"), (new, "2026-03-23")):
        text = "".join(f"N00001,{code},2024,T,{value}\n" for code, value in rows.items())
        deliver(workspace, tmp_path / f"v{day}.csv", head + text, day)
    report = build(workspace)
    assert (report.revised, report.withdrawn) == (2, 1)
    assert "5 tal finns i flera filer" in str(report)
    assert "2 av dem har räknats om (reviderats) och 1 har tagits bort." in str(report)
    assert "2 tal har räknats om och 1 har tagits bort." in describe_workspace(workspace)


@pytest.mark.parametrize("year", [1, 22, 1850])
def test_a_year_that_is_none_is_refused_before_anything_is_taken_in(
    workspace: Workspace, tmp_path: Path, year: int
) -> None:
    path = tmp_path / "tabell.csv"
    path.write_text("Kommun;Antal\nUmeå;5\nGnesta;7\n", encoding="utf-8")
    with pytest.raises(UsageError, match=f"{year} är inget årtal"):
        add_files(workspace, "oj", [path], year=year)
    assert "Arkivet är tomt" in describe_workspace(workspace)


def test_the_foot_says_what_holds_for_numbers_about_individuals(demo_workspace: Path) -> None:
    facts = read_facts(Workspace(demo_workspace, demo=True).publish_db)
    policy = dict(facts.origin)["Sekretess"]
    assert "färre än 5 personer visas inte" in policy


def test_the_foot_says_where_there_are_no_individuals_at_all(
    demo_workspace: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "publish.duckdb"
    shutil.copy(Workspace(demo_workspace, demo=True).publish_db, copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("DROP TABLE individual_release")
    policy = dict(read_facts(copy).origin)["Sekretess"]
    assert policy == "Databasen har bara offentliga nyckeltal och inga uppgifter om enskilda."


def test_the_lab_serves_the_finished_pages_and_asks_nobody_for_news(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told to open a notebook and nothing more, JupyterLab serves only the notebook's folder, and
    asks in English whether it may look for news."""
    start, page = workspace.notebooks / "start.ipynb", workspace.reports / "nua" / "index.html"
    for path in (start, page):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}", "utf-8")
    for name in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / name))
    command = [*lab_command(workspace, start), "--no-browser", "--allow-root"]
    server = subprocess.Popen(
        [*command, "--ServerApp.port=0", "--IdentityProvider.token=t"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not (found := list((tmp_path / "RUNTIME").glob("jpserver-*.json"))):
            assert server.poll() is None, "JupyterLab did not start"
            time.sleep(0.2)
        told = json.loads(found[0].read_text("utf-8"))
        address = f"http://127.0.0.1:{told['port']}"
        assert read(f"{address}/files/reports/nua/index.html?token=t") == "{}"
        settings = read(f"{address}/lab?token=t").replace(" ", "")
        assert '"news":{"disabled":true}' in settings
        assert read(f"{address}/lab/api/update?token=t") == '{"notification": null}'
    finally:
        server.terminate()
        server.wait(60)


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return answer.read().decode("utf-8")


def test_status_of_an_empty_archive_does_not_ask_for_a_build_that_cannot_be_made(
    workspace: Workspace,
) -> None:
    assert describe_workspace(workspace).splitlines()[1:] == [
        "Arkivet är tomt. Börja med `analyslib fetch kolada` eller `analyslib demo`."
    ]

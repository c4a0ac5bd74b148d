"""The pack's gate with the demo's extracts: what it lets out, what it stops, what it leaves."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path

import duckdb
import pytest

from analyslib.catalogue import load_catalogue
from analyslib.delivery import gate_of
from analyslib.disclosure.publication import read_publications
from analyslib.errors import DisclosureError
from analyslib.pack import PackResult, build_pack
from analyslib.pack_plan import plan_pack
from analyslib.report import render_report
from analyslib.sections.follow_up import follow_up_report
from analyslib.workbench import audit_folder
from analyslib.workspace import Workspace


DATE = "2026-12-03"


@pytest.fixture(scope="module")
def passed(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> PackResult:
    """The follow-up of the smaller network, through the gate."""
    root = tmp_path_factory.mktemp("grind")
    shutil.copytree(demo_workspace / "data", root / "data")
    (root / "reports").mkdir()
    (root / "notebooks").symlink_to(demo_workspace / "notebooks", target_is_directory=True)
    return build_pack(Workspace(root, demo=True), "fouis", DATE, reports=["uppfoljning"])


def test_the_follow_up_leaves_when_everything_has_been_audited(passed: PackResult) -> None:
    assert passed.exit_code == 0, passed.delivery.refused
    assert "uppfoljning.html" in passed.delivery.index.read_text("utf-8")
    text = (passed.folder / "granskning.txt").read_text("utf-8")
    assert "Inget dolt tal går att räkna ut" in text
    assert passed.delivery.archive is not None
    with zipfile.ZipFile(passed.delivery.archive) as archive:
        names = {Path(name).name for name in archive.namelist()}
    assert {"publicerat.json", "granskning.txt", "0482_flen_uppfoljning.html"} <= names


def test_what_lies_in_the_folder_has_no_hidden_number(passed: PackResult) -> None:
    ledgers = read_publications(passed.folder)
    assert {p.title.split("-")[1] for p in ledgers} == {"04"}
    shown = [n for p in ledgers for _, n, _, _ in p.rows]
    assert None in shown and not {n for n in shown if n is not None} & {1, 2, 3, 4}
    hidden = re.compile(r'<td data-layout="[^"]+" data-cell="[^"]+">([^<]*)</td>')
    for page in passed.folder.glob("*_uppfoljning.html"):
        told = set(hidden.findall(page.read_text("utf-8")))
        assert told <= {"dolt"}, (page.name, told)


def test_anyone_can_audit_the_folder_again(passed: PackResult) -> None:
    said, is_safe = audit_folder(passed.folder)
    assert is_safe
    assert said == (passed.folder / "granskning.txt").read_text("utf-8").strip()


def workspace_of(passed: PackResult) -> Workspace:
    return Workspace(passed.folder.parents[3], demo=True)


def test_a_page_that_says_more_than_was_released_stops_the_pack(
    passed: PackResult, tmp_path: Path
) -> None:
    """A hidden cell of a finished page has been filled in by hand."""
    pack = plan_pack(workspace_of(passed), "fouis", DATE, None, ["uppfoljning"], load_catalogue())
    page = (passed.folder / "0482_flen_uppfoljning.html").read_text("utf-8")
    (tmp_path / "a.html").write_text(page, "utf-8")
    gate_of(pack)([tmp_path])
    cell = re.search(r'<td data-layout="[^"]+" data-cell="[^"]+">dolt</td>', page)
    assert cell
    told = page.replace(cell[0], cell[0].replace("dolt", "3"), 1)
    (tmp_path / "a.html").write_text(told, "utf-8")
    with pytest.raises(DisclosureError, match="En dold ruta visas"):
        gate_of(pack)([tmp_path])


def test_a_share_that_was_never_printed_stops_the_pack(passed: PackResult, tmp_path: Path) -> None:
    """It is one of the numbers of the release, but not one of this row."""
    pack = plan_pack(workspace_of(passed), "fouis", DATE, None, ["uppfoljning"], load_catalogue())
    page = (passed.folder / "0482_flen_uppfoljning.html").read_text("utf-8")
    share = re.search(r'<td class="text">(\d+)(\s%[^<]*)</td>', page)
    assert share
    told = page.replace(share[0], share[0].replace(share[1], "77,7", 1), 1)
    (tmp_path / "a.html").write_text(told, "utf-8")
    with pytest.raises(DisclosureError, match="uppföljningen av individer är inte det") as caught:
        gate_of(pack)([tmp_path])
    assert {fault.where for fault in caught.value.faults} == {"a.html"}


def test_nothing_is_made_of_another_countys_release(
    passed: PackResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What its ledgers tell is not audited with this pack."""
    monkeypatch.setenv("ANALYSLIB_HOME", str(workspace_of(passed).root))
    pack = plan_pack(workspace_of(passed), "fouis", DATE, None, ["uppfoljning"], load_catalogue())
    part = follow_up_report("2480").guide()
    assert part is not None
    (tmp_path / "a.html").write_text(f"<main>{part.html}</main>", "utf-8")
    with pytest.raises(DisclosureError, match="hela avsnittet"):
        gate_of(pack)([tmp_path])


def test_a_release_that_gives_a_number_away_stops_the_pack(
    passed: PackResult, tmp_path: Path
) -> None:
    """One ledger prints a number that it had hidden."""
    root = tmp_path / "kopia"
    shutil.copytree(workspace_of(passed).root, root, symlinks=True)
    place = Workspace(root, demo=True)
    with duckdb.connect(str(place.publish_db)) as store:
        where = "WHERE title = 'avslut-04'"
        (content,) = store.execute(f"SELECT content FROM individual_ledger {where}").fetchone()
        ledger = json.loads(content)
        number = next(i for i, row in enumerate(ledger["rows"]) if row[1] is None)
        ledger["rows"][number][1] = 3
        store.execute(f"UPDATE individual_ledger SET content = ? {where}", [json.dumps(ledger)])
    result = build_pack(place, "fouis", DATE, reports=["uppfoljning"])
    assert result.exit_code == 13
    assert result.delivery.refused and result.delivery.archive is None
    assert not list(result.folder.glob("*_uppfoljning.html"))


# --- pages with what a municipality follows itself


LATER = "2027-03-04"
GNESTA = "0461_gnesta_kommun.html"


@pytest.fixture(scope="module")
def own_page(passed: PackResult, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of a municipality that follows children month by month."""
    path = tmp_path_factory.mktemp("egna") / GNESTA
    wanted = {"municipality": "0461", "network": "fouis"}
    return render_report(workspace_of(passed), "kommun", wanted, path).path.read_text("utf-8")


def check_own(passed: PackResult, folder: Path, page: str) -> Path:
    """Put the page through the gate of a later meeting; gives that meeting's folder."""
    pack = plan_pack(workspace_of(passed), "fouis", LATER, None, ["kommun"], load_catalogue())
    pack.folder.mkdir(parents=True, exist_ok=True)
    (folder / GNESTA).write_text(page, "utf-8")
    gate_of(pack)([folder])
    return pack.folder


def test_own_measures_leave_when_they_are_what_was_released(
    passed: PackResult, own_page: str, tmp_path: Path
) -> None:
    folder = check_own(passed, tmp_path, own_page)
    titles = {ledger.title.split(" ")[0] for ledger in read_publications(folder)}
    assert titles == {"matt-04-0461-orosanmalningar"}, "that which the page tells, and no more"
    assert "Inget dolt tal går att räkna ut" in (folder / "granskning.txt").read_text("utf-8")


def test_a_number_of_ones_own_that_was_not_released_stops_the_pack(
    passed: PackResult, own_page: str, tmp_path: Path
) -> None:
    """One more child in a month, in the table behind the figure."""
    cell = re.search(
        r'(<th scope="row">mars.2024</th><td[^>]*><data value=")(\d+)(\.0">)(\d+)<', own_page
    )
    assert cell
    more = f"{cell[1]}{int(cell[2]) + 1}{cell[3]}{int(cell[4]) + 1}<"
    with pytest.raises(DisclosureError) as caught:
        check_own(passed, tmp_path, own_page.replace(cell[0], more))
    assert [fault.where for fault in caught.value.faults] == [GNESTA]
    assert "”Egna mått i Gnesta”, raden ”mars 2024”" in str(caught.value)


def test_a_page_from_before_there_were_marks_is_refused_and_breaks_nothing(
    passed: PackResult, own_page: str, tmp_path: Path
) -> None:
    old = re.sub(r' data-about="individer" data-part="[^"]+"', "", own_page)
    with pytest.raises(DisclosureError, match="utanför den del av sidan"):
        check_own(passed, tmp_path, old)

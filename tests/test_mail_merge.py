"""The mail-merge list is read by Excel and Word, the drafts by Outlook, and nothing is sent."""

from __future__ import annotations

import csv
import email
import io
import json
from email import policy
from pathlib import Path
from types import SimpleNamespace

import pytest

from analyslib import workbench
from analyslib.catalogue import load_catalogue
from analyslib.errors import SourceError, UsageError
from analyslib.mail_merge import HEADS, addresses_path, write_drafts, write_mail_merge
from analyslib.workbench import write_mail
from analyslib.workspace import Workspace, find_workspace


MEETING = "2026-12-03"


@pytest.fixture
def workspace() -> Workspace:
    return find_workspace()


@pytest.fixture
def folder(workspace: Workspace) -> Path:
    """A finished pack of two municipalities and an agenda, as the factory leaves it."""
    folder = workspace.reports / "fouis" / MEETING
    folder.mkdir(parents=True)
    files = {
        "dagordning_fouis.html": {},
        "0461_gnesta_kommun.html": {"municipality": "0461"},
        "0461_gnesta_uppfoljning.html": {"municipality": "0461"},
        "0480_nykoping_kommun.html": {"municipality": "0480"},
    }
    for file in files:
        (folder / file).write_text(f"<h1>{file} åäö</h1>", "utf-8")
    pages = [{"file": file, "parameters": values} for file, values in files.items()]
    manifest = {"network": "fouis", "meeting": MEETING, "pages": pages}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (folder / "index.html").touch()
    return folder


def read_list(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to read å, ä and ö"
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_list_has_a_row_per_municipality(workspace: Workspace, folder: Path) -> None:
    path = write_mail_merge(workspace, folder, load_catalogue())
    assert path == workspace.reports / "fouis" / f"fouis_{MEETING}_utskick.csv"
    nykoping, gnesta = sorted(read_list(path), key=lambda row: row["kommun"], reverse=True)
    assert tuple(gnesta) == HEADS
    assert (gnesta["kommunkod"], gnesta["kommun"], gnesta["e-post"]) == ("0461", "Gnesta", "")
    assert gnesta["fil"] == "0461_gnesta_kommun.html"
    assert gnesta["fler filer"] == "0461_gnesta_uppfoljning.html, dagordning_fouis.html"
    assert nykoping["fler filer"] == "dagordning_fouis.html"
    assert gnesta["ämnesrad"] == "Underlag för Gnesta till mötet den 3\u00a0december\u00a02026"
    assert "FoUiS" in gnesta["text"] and "påhittade" not in gnesta["text"]
    assert all((folder / row["fil"]).is_file() for row in (gnesta, nykoping))


def test_made_up_figures_are_said_to_be(folder: Path, workspace: Workspace) -> None:
    demo = Workspace(workspace.root, demo=True)
    path = write_mail_merge(demo, folder, load_catalogue())
    assert all("påhittade" in row["text"] for row in read_list(path))


def test_a_draft_opens_unsent_with_the_pages_as_they_are(
    workspace: Workspace, folder: Path
) -> None:
    give_addresses(workspace, "kommun;e-post\r\nGnesta;su@gnesta.example.se\r\n")
    drafts = {path.name: path for path in write_drafts(workspace, folder, load_catalogue())}
    assert set(drafts) == {"0461_gnesta.eml", "0480_nykoping.eml"}
    message = email.message_from_bytes(
        drafts["0461_gnesta.eml"].read_bytes(), policy=policy.default
    )
    assert message["X-Unsent"] == "1" and message["To"] == "su@gnesta.example.se"
    assert message["Subject"].startswith("Underlag för Gnesta till mötet")
    assert "Hej!" in message.get_body(("plain",)).get_content()
    attached = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
    assert list(attached) == [
        "0461_gnesta_kommun.html", "0461_gnesta_uppfoljning.html", "dagordning_fouis.html",
    ]  # fmt: skip
    for name, content in attached.items():
        text = content if isinstance(content, str) else content.decode()
        assert text.strip() == (folder / name).read_text("utf-8")


def give_addresses(workspace: Workspace, text: str) -> None:
    path = addresses_path(workspace, load_catalogue().networks["fouis"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8-sig")


def test_addresses_come_from_the_list_of_the_network(workspace: Workspace, folder: Path) -> None:
    give_addresses(workspace, "kommun;e-post\r\n0480;su@nykoping.example.se\r\n;\r\n")
    rows = read_list(write_mail_merge(workspace, folder, load_catalogue()))
    found = {row["kommun"]: row["e-post"] for row in rows}
    assert found == {"Gnesta": "", "Nyköping": "su@nykoping.example.se"}


def test_every_wrong_address_is_told_of_and_never_shown(workspace: Workspace, folder: Path) -> None:
    give_addresses(
        workspace, "kommun;e-post\nGnesta;eva.lund hos gnesta\nUmeå;x@y.se\nGneta;x@y.se\n"
    )
    with pytest.raises(SourceError) as caught:
        write_mail_merge(workspace, folder, load_catalogue())
    text = str(caught.value)
    assert len(caught.value.faults) == 3 and "eva.lund" not in text
    assert "fouis.csv:2" in text and "hör inte till" in text and "Gnesta" in text
    give_addresses(workspace, "namn;adress\n")
    with pytest.raises(SourceError, match="rubrikraden"):
        write_mail_merge(workspace, folder, load_catalogue())


def test_what_may_not_leave_gets_no_list(workspace: Workspace, folder: Path) -> None:
    (folder / "index.html").unlink()
    with pytest.raises(UsageError, match="inget färdigt paket"):
        write_mail(workspace, "fouis", MEETING)


def test_the_command_writes_list_and_drafts(workspace: Workspace, folder: Path) -> None:
    path, drafts = write_mail(workspace, "FoUiS", MEETING, drafts=True)
    assert path.is_file() and len(drafts) == 2
    assert write_mail(workspace, "fouis", MEETING)[1] == []


@pytest.mark.parametrize("leaves", [True, False])
def test_a_new_run_leaves_no_old_drafts(
    workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch, leaves: bool
) -> None:
    """A pack that is made again has a new list; one that may not leave has none."""
    path, drafts = write_mail(workspace, "fouis", MEETING, drafts=True)
    path.write_text("gammalt", "utf-8")
    delivery = SimpleNamespace(archive=folder.with_suffix(".zip") if leaves else None)
    made = SimpleNamespace(folder=folder, delivery=delivery)
    monkeypatch.setattr(workbench, "build_pack", lambda *given, **options: made)
    workbench.make_pack(workspace, "fouis", MEETING)
    assert not any(draft.exists() for draft in drafts)
    assert path.exists() == leaves
    assert not leaves or "gammalt" not in path.read_text("utf-8")

"""What goes with a pack by mail: a list for a mail merge, and drafts. Nothing is sent from here.

The list lies beside the zip and never in it. It is read by Excel and Word: semicolons, and a
byte order mark for å, ä and ö.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from analyslib.catalogue import Catalogue, Municipality, Network, find_municipality
from analyslib.errors import AnalyslibError, Fault, SourceError, UsageError
from analyslib.page import ascii_name
from analyslib.report import put_in_place
from analyslib.text.formats import format_date, format_list
from analyslib.workspace import Workspace


HEADS = ("kommunkod", "kommun", "e-post", "ämnesrad", "text", "fil", "fler filer")
MADE_UP = " Siffrorna är påhittade: det här är ett prov."


@dataclass(frozen=True)
class Letter:
    """What one municipality gets. `files` lie in the pack's folder, the most important first."""

    code: str
    name: str
    address: str
    subject: str
    text: str
    files: tuple[str, ...]


def addresses_path(workspace: Workspace, network: Network) -> Path:
    """Where the facilitator may write the municipalities' addresses; it need not be there."""
    return workspace.raw / "adresser" / f"{network.id}.csv"


def list_path(folder: Path) -> Path:
    """The list of the pack in `folder`: beside its zip."""
    return folder.parent / f"{folder.parent.name}_{folder.name}_utskick.csv"


def drafts_path(folder: Path) -> Path:
    return folder.parent / f"{folder.parent.name}_{folder.name}_utkast"


def remove_mail(folder: Path) -> None:
    """What an earlier run left: a draft holds the pages as they were, and they are new now."""
    list_path(folder).unlink(missing_ok=True)
    for path in drafts_path(folder).glob("*.eml"):
        path.unlink()


def write_mail_merge(workspace: Workspace, folder: Path, catalogue: Catalogue) -> Path:
    """The list of a finished pack."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADS)
    for letter in letters_of(workspace, folder, catalogue):
        told = (letter.code, letter.name, letter.address, letter.subject, letter.text)
        writer.writerow((*told, letter.files[0], ", ".join(letter.files[1:])))
    put_in_place(text.getvalue().encode("utf-8-sig"), list_path(folder))
    return list_path(folder)


def write_drafts(workspace: Workspace, folder: Path, catalogue: Catalogue) -> list[Path]:
    """One unsent message per municipality, with its pages attached, to open in Outlook."""
    letters = letters_of(workspace, folder, catalogue)
    drafts_path(folder).mkdir(parents=True, exist_ok=True)
    written = []
    for letter in letters:
        path = drafts_path(folder) / f"{letter.code}_{ascii_name(letter.name)}.eml"
        put_in_place(bytes(draft(letter, folder)), path)
        written.append(path)
    return written


def draft(letter: Letter, folder: Path) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = letter.subject
    message["To"] = letter.address
    message["X-Unsent"] = "1"  # Outlook opens it as a message to go on writing
    message.set_content(letter.text)
    for file in letter.files:
        message.add_attachment(
            (folder / file).read_bytes(),
            maintype="text",
            subtype="html",
            filename=file,
            params={"charset": "utf-8"},
        )
    return message


def letters_of(workspace: Workspace, folder: Path, catalogue: Catalogue) -> list[Letter]:
    """The letters of the pack in a folder, in the order of its members.

    Raises UsageError where there is no finished pack and SourceError for wrong addresses.
    """
    manifest = folder / "manifest.json"
    if not manifest.is_file() or not (folder / "index.html").is_file():
        raise UsageError(
            "Det finns inget färdigt paket att skicka.",
            str(folder),
            "Gör paketet först med `analyslib pack`.",
        )
    content = json.loads(manifest.read_text("utf-8"))
    network = catalogue.networks[content["network"]]
    addresses = read_addresses(addresses_path(workspace, network), network, catalogue)
    pages: dict[str, list[str]] = {}
    for page in content["pages"]:
        pages.setdefault(page["parameters"].get("municipality", ""), []).append(page["file"])
    agenda = [file for file in pages.get("", ()) if file.startswith("dagordning")]
    occasion = f"mötet den {format_date(content['meeting'])}"
    return [
        _letter(
            catalogue.municipalities[code],
            addresses.get(code, ""),
            occasion,
            f"{occasion} ({network.title})",
            (*pages[code], *agenda),
            workspace.demo,
        )
        for code in network.members
        if code in pages
    ]


def _letter(
    place: Municipality, address: str, occasion: str, where: str, files: tuple[str, ...], demo: bool
) -> Letter:
    text = (
        f"Hej!\n\nHär kommer underlaget för {place.name} till {where}: "
        f"{format_list(files)}. Spara filerna och öppna dem i webbläsaren; det behövs inget "
        f"nät och ingen inloggning.{MADE_UP if demo else ''}\n\nLäs gärna sammanfattningen och "
        "frågorna före mötet. Ser något fel ut, hör av dig.\n"
    )
    subject = f"Underlag för {place.name} till {occasion}"
    return Letter(place.code, place.name, address, subject, text, files)


def read_addresses(path: Path, network: Network, catalogue: Catalogue) -> dict[str, str]:
    """Address by municipality code, from a list with the columns kommun and e-post.

    Nothing where there is no list. The faults name the row, never the address.
    """
    if not path.is_file():
        return {}
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig")), delimiter=";"))
    heads = [text.strip().lower() for text in rows[0]] if rows else []
    if heads[:2] != ["kommun", "e-post"]:
        raise SourceError(
            "Första raden är inte rubrikraden.", f"{path}:1", "Den ska vara: kommun;e-post."
        )
    found, faults = {}, []
    for number, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        place, address = (*(cell.strip() for cell in row), "")[:2]
        where = f"{path}:{number}"
        try:
            code = find_municipality(catalogue, place).code
        except AnalyslibError as error:
            faults += [Fault(fault.what, where, fault.remedy) for fault in error.faults]
            continue
        if code not in network.members:
            faults.append(Fault(f"Kommunen {place} hör inte till {network.title}.", where))
        if not re.fullmatch(r"[^@\s;,]+@[^@\s;,]+\.[^@\s;,]+", address):
            faults.append(Fault("E-postadressen är ingen adress.", where, "Skriv namn@exempel.se."))
        found[code] = address
    if faults:
        raise SourceError(faults)
    return found

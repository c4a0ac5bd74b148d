"""The pack: everything for a meeting, resumed, whole, the same bytes from the same input."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import nbformat
import pytest
from toy_factory import (
    DATE,
    NUA,
    code,
    municipality_cells,
    network_cells,
    page_bytes,
    page_names,
    read_json,
    save_database,
    save_notebook,
    text,
    workbench,
)

from analyslib.catalogue import load_catalogue
from analyslib.delivery import render_index
from analyslib.errors import DisclosureError, ReportError, UsageError
from analyslib.jobs import Limits
from analyslib.pack import PackResult, build_pack, locked
from analyslib.pack_plan import PageResult, Status, plan_pack
from analyslib.page_checks import Expected, find_faults
from analyslib.workspace import Workspace


__all__ = ["workbench"]


def test_pack_makes_a_page_per_municipality_an_overview_and_an_index(workbench: Workspace) -> None:
    result = build_pack(workbench, "nua", DATE, 2022)

    assert result.exit_code == 0
    assert {page.engine for page in result.pages} == {"fork"}
    assert len(result.pages) == len(NUA) + 1
    index = result.delivery.index.read_text("utf-8")
    links = re.findall(r'href="([^"#]+)"', index)
    assert links[0] == "natverk_nua.html"
    assert "2480_umea_kommun.html" in links
    assert all((result.folder / link).is_file() for link in links)
    order = [re.search(r"<h3[^>]*>(.*?)</h3>", part)[1] for part in index.split("<li class")[1:]]
    assert order.index("Vännäs") < order.index("Åsele")
    assert order[-1] == "Åsele"


def test_a_second_run_has_nothing_to_do_and_changes_no_byte(workbench: Workspace) -> None:
    first = build_pack(workbench, "nua", DATE, 2022)
    before = page_bytes(first.folder)
    second = build_pack(workbench, "nua", DATE, 2022)

    assert {page.status for page in second.pages} == {Status.UNCHANGED}
    assert page_bytes(second.folder) == before
    assert second.delivery.archive is not None

    (first.folder / "2480_umea_kommun.html").write_text("ändrad för hand")
    (first.folder / "2401_nordmaling_kommun.html").unlink()
    third = build_pack(workbench, "nua", DATE, 2022)
    made = [page.planned.file for page in third.pages if page.status is Status.MADE]
    assert made == ["2401_nordmaling_kommun.html", "2480_umea_kommun.html"]
    assert page_bytes(third.folder) == before


def small(workspace: Workspace, **options: object) -> PackResult:
    """A pack of the overview alone, where the municipalities do not matter."""
    return build_pack(workspace, "nua", DATE, 2022, reports=["natverk"], **options)  # type: ignore[arg-type]


def test_what_a_page_depends_on_makes_it_anew(workbench: Workspace) -> None:
    def status() -> str:
        return small(workbench).pages[0].status.value

    assert status() == "gjord"
    assert status() == "oförändrad"
    save_database(workbench.publish_db)
    assert status() == "oförändrad", "an identical rebuild is the same data"
    save_database(workbench.publish_db, shift=1)
    assert status() == "gjord"
    save_notebook(workbench, "natverk", [*network_cells(), text("Ett tillägg.")])
    assert status() == "gjord"
    assert status() == "oförändrad"
    assert build_pack(workbench, "nua", DATE, 2021, reports=["natverk"]).pages[0].status == "gjord"


def test_another_version_of_the_library_makes_every_page_anew(
    workbench: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(workbench)
    monkeypatch.setattr("analyslib.pack_plan.library_hash", lambda: "en annan version")
    assert small(workbench).pages[0].status == "gjord"


def test_outputs_saved_in_a_notebook_by_jupyterlab_change_nothing(workbench: Workspace) -> None:
    small(workbench)
    path = workbench.notebooks / "rapporter" / "natverk.ipynb"
    content = json.loads(path.read_text("utf-8"))
    content["cells"][3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["x"]}]
    content["cells"][3]["execution_count"] = 7
    path.write_text(json.dumps(content), "utf-8")
    assert small(workbench).pages[0].status == "oförändrad"


FAIL_FOR_ASELE = """\
from analyslib.errors import StoreError
if municipality == "2463":
    raise StoreError("Åsele saknar det mesta.")
if municipality == "2482":
    1 / 0
"""


def test_a_report_that_fails_stops_no_other_and_is_explained(workbench: Workspace) -> None:
    save_notebook(workbench, "kommun", municipality_cells(code(FAIL_FOR_ASELE)))
    result = build_pack(workbench, "nua", DATE, 2022)

    failed = {page.planned.name: page.why for page in result.pages if not page.is_whole}
    assert set(failed) == {"Åsele", "Skellefteå"}
    assert failed["Åsele"] == "Åsele saknar det mesta."
    assert "ZeroDivisionError" in failed["Skellefteå"]
    assert result.exit_code == 14
    receipt = (result.folder / "kvittens.txt").read_text("utf-8")
    assert "Misslyckade: 2" in receipt
    assert "Åsele (2463_asele_kommun.html): Åsele saknar det mesta." in receipt
    index = result.delivery.index.read_text("utf-8")
    assert "Åsele saknar det mesta." in index
    assert 'href="2463_asele_kommun.html"' not in index
    log = (
        workbench.reports / ".arbete" / f"nua_{DATE}" / "loggar" / "2482_skelleftea_kommun.html.txt"
    )
    assert "1 / 0" in log.read_text("utf-8")

    save_notebook(workbench, "kommun", municipality_cells())
    again = build_pack(workbench, "nua", DATE, 2022)
    assert again.exit_code == 0
    assert not log.exists()


def test_a_failure_that_names_a_path_is_told_without_its_folders(workbench: Workspace) -> None:
    """A page may not name a folder, and that must not stop the index and the receipt."""
    lost = "from analyslib.errors import SourceError\n"
    lost += "raise SourceError('Filen är borta.', '/home/nn/Mina filer/x.csv')"
    save_notebook(workbench, "natverk", [*network_cells(), code(lost)])
    result = small(workbench)
    assert result.exit_code == 11
    assert result.pages[0].why == "x.csv: Filen är borta."
    for name in ("index.html", "kvittens.txt"):
        assert "x.csv: Filen är borta." in (result.folder / name).read_text("utf-8")


def test_an_old_page_does_not_survive_a_failure_on_new_data(workbench: Workspace) -> None:
    build_pack(workbench, "nua", DATE, 2022)
    save_database(workbench.publish_db, shift=2)
    save_notebook(workbench, "kommun", municipality_cells(code(FAIL_FOR_ASELE)))
    result = build_pack(workbench, "nua", DATE, 2022)
    assert not (result.folder / "2463_asele_kommun.html").exists()
    assert (result.folder / "2480_umea_kommun.html").exists()


def test_swapped_data_is_caught_by_the_identity_check(workbench: Workspace) -> None:
    """The notebook shows another municipality than the one the page is about."""
    swap = code('municipality = {"2480": "2482", "2482": "2480"}.get(municipality, municipality)')
    cells = municipality_cells()
    save_notebook(workbench, "kommun", [*cells[:2], swap, *cells[2:]])
    result = build_pack(workbench, "nua", DATE, 2022)
    failed = {page.planned.name: page.why for page in result.pages if not page.is_whole}
    assert set(failed) == {"Umeå", "Skellefteå"}
    assert "fel plats: 2482" in failed["Umeå"]
    assert "Rubriken nämner inte Umeå" in failed["Umeå"]


def test_lost_pictures_are_caught(workbench: Workspace) -> None:
    cells = [cell for cell in municipality_cells() if "HTML(" not in cell.source]
    save_notebook(workbench, "kommun", cells, min_pictures=1)
    result = build_pack(workbench, "nua", DATE, 2022)
    assert all("0 bilder" in page.why for page in result.pages if page.planned.municipality)


def test_numbers_of_two_municipalities_differ(workbench: Workspace) -> None:
    folder = build_pack(workbench, "nua", DATE, 2022).folder
    values = [
        re.findall(r'<data value="([^"]+)"', (folder / name).read_text("utf-8"))
        for name in ("2480_umea_kommun.html", "2482_skelleftea_kommun.html")
    ]
    assert values[0] and values[0] != values[1]


def test_a_pack_holds_nothing_of_this_machine(workbench: Workspace) -> None:
    loud = 'import sys\nprint("varning: /home/nn/hemlig.csv", file=sys.stderr)'
    save_notebook(workbench, "natverk", [*network_cells(), code(loud)])
    result = small(workbench)
    content = b"".join(path.read_bytes() for path in result.folder.iterdir())
    assert result.exit_code == 0
    for secret in (str(workbench.root), str(Path.home()), "hemlig", "<script", "ipynb_checkpoints"):
        assert secret.encode() not in content
    assert not list(result.folder.glob("*.ipynb"))


@pytest.mark.parametrize(
    "source",
    ['print("/home/nn/data.csv")', 'print("C:\\\\Users\\\\nn")', "import os\nprint(os.getcwd())"],
)
def test_a_page_that_names_a_path_is_refused(workbench: Workspace, source: str) -> None:
    save_notebook(workbench, "natverk", [*network_cells(), code(source)])
    page = small(workbench).pages[0]
    assert "sökväg" in page.why
    assert not (workbench.reports / "nua" / DATE / page.planned.file).exists()


def test_working_material_is_refused(workbench: Workspace) -> None:
    stamp = code('print("Arbetsmaterial – får inte spridas")')
    save_notebook(workbench, "natverk", [*network_cells(), stamp])
    assert "arbetsmaterial" in small(workbench).pages[0].why


@pytest.mark.parametrize("said", ["nan", "None", "<NA>", "file:///home/nn/x", "Arbetsmaterial"])
def test_what_was_wrong_with_a_page_can_be_told_in_index_and_receipt(
    workbench: Workspace, said: str
) -> None:
    save_notebook(workbench, "natverk", [*network_cells(), code(f"print({said!r})")])
    result = small(workbench)
    assert result.exit_code == 14 and result.pages[0].why
    assert result.pages[0].why in (result.folder / "kvittens.txt").read_text("utf-8")
    assert result.delivery.index.is_file()


@pytest.mark.parametrize("said", ["Värdet är nan.", "None fanns inte.", "Arbetsmaterial"])
def test_an_error_can_say_anything_and_be_told(workbench: Workspace, said: str) -> None:
    wrong = f"from analyslib.errors import StoreError\nraise StoreError({said!r})"
    save_notebook(workbench, "natverk", [*network_cells(), code(wrong)])
    result = small(workbench)
    assert result.exit_code == 12 and result.delivery.index.is_file()


PEOPLE = """HTML('<div data-about="individer"><p>Av 21 personer var 13 kvinnor.</p></div>')"""


def people_cells() -> list[nbformat.NotebookNode]:
    return [*network_cells(), code(f"from IPython.display import HTML\n{PEOPLE}")]


def test_pages_about_people_wait_until_the_gate_says_yes(workbench: Workspace) -> None:
    save_notebook(workbench, "natverk", people_cells())
    page = workbench.reports / "nua" / DATE / "natverk_nua.html"
    asked: list[Path] = []

    def look(places: Sequence[Path]) -> None:
        assert not page.exists()
        asked.extend(place for place in places if (place / page.name).is_file())

    allowed = small(workbench, check_release=look)
    assert asked == [workbench.reports / ".arbete" / f"nua_{DATE}" / "vantar"]
    assert page.is_file()
    assert "natverk_nua.html" in allowed.delivery.index.read_text("utf-8")
    assert "natverk_nua.html" in archived(allowed)
    again = small(workbench, check_release=lambda places: None)
    assert again.pages[0].status == "oförändrad"


def test_numbers_about_people_that_have_not_been_released_stop_the_pack(
    workbench: Workspace,
) -> None:
    """The database has released nothing about individuals, and yet a page has numbers of them."""
    save_notebook(workbench, "natverk", people_cells())
    result = small(workbench)
    assert result.exit_code == 13
    assert "2 tal om individer finns inte i det som släppts ut" in result.delivery.refused
    assert not (result.folder / "natverk_nua.html").exists()
    assert result.delivery.archive is None and not result.delivery.index.exists()


def test_a_pack_that_is_refused_takes_its_pages_about_people_back(workbench: Workspace) -> None:
    def refuse(places: Sequence[Path]) -> None:
        raise DisclosureError("En cell går att räkna ut.")

    save_notebook(workbench, "natverk", people_cells())
    page = small(workbench, check_release=lambda places: None).folder / "natverk_nua.html"
    assert page.is_file()
    result = small(workbench, check_release=refuse)
    assert not page.exists()
    assert result.exit_code == 13
    assert result.delivery.archive is None
    assert not result.delivery.index.exists()
    assert not list((workbench.reports / "nua").glob("*.zip"))
    assert "En cell går att räkna ut." in (result.folder / "kvittens.txt").read_text("utf-8")


SMUGGLED = """HTML('<p title="KANARIEMI2480P0001">Av alla kommuner.</p>')"""


def smuggling_cells() -> list[nbformat.NotebookNode]:
    return [*network_cells(), code(f"from IPython.display import HTML\n{SMUGGLED}")]


def test_a_page_about_nobody_is_read_too(workbench: Workspace) -> None:
    """A pseudonym of an extract in a page without a mark: it stops the pack and lies outside it."""
    save_notebook(workbench, "natverk", smuggling_cells())
    result = small(workbench)
    page = result.folder / "natverk_nua.html"
    assert result.exit_code == 13 and "kontrollnummer" in result.delivery.refused
    assert (
        "natverk_nua.html" in result.delivery.refused and "KANARIE" not in result.delivery.refused
    )
    assert not page.exists() and result.delivery.archive is None
    assert small(workbench).exit_code == 13, "nothing is forgotten from one run to the next"
    save_notebook(workbench, "natverk", network_cells())
    again = small(workbench)
    assert again.exit_code == 0 and page.is_file() and page.name in archived(again)


def test_a_file_that_does_not_belong_in_a_pack_stops_it(workbench: Workspace) -> None:
    stray = small(workbench).folder / "uttag.csv"
    stray.write_text("person;datum", "utf-8")
    result = small(workbench)
    assert result.exit_code == 13 and "uttag.csv" in result.delivery.refused
    stray.unlink()
    assert small(workbench).exit_code == 0


def test_a_run_that_is_cut_short_sends_no_page_that_was_not_read(workbench: Workspace) -> None:
    """The overview has a stowaway; it is made first, and then the run is interrupted."""
    save_notebook(workbench, "natverk", smuggling_cells())

    def interrupt(result: PageResult, done: int, total: int, name: str) -> None:
        if result.planned.file == "natverk_nua.html":
            raise KeyboardInterrupt

    result = build_pack(workbench, "nua", DATE, 2022, jobs=1, on_page=interrupt)
    assert result.stopped and "kontrollnummer" in result.delivery.refused
    assert not (result.folder / "natverk_nua.html").exists()
    assert result.delivery.archive is None and not result.delivery.index.exists()
    receipt = (result.folder / "kvittens.txt").read_text("utf-8")
    assert "Körningen avbröts." in receipt and "kontrollnummer" in receipt


def archived(result: PackResult) -> set[str]:
    assert result.delivery.archive is not None
    with zipfile.ZipFile(result.delivery.archive) as archive:
        return {Path(name).name for name in archive.namelist()}


def test_archive_opens_anywhere_and_has_the_same_bytes_every_time(workbench: Workspace) -> None:
    result = small(workbench)
    assert result.delivery.archive is not None
    first = result.delivery.archive.read_bytes()
    with zipfile.ZipFile(result.delivery.archive) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert all(re.fullmatch(r"[a-z0-9_./-]+", name) for name in names)
    os.utime(result.folder / "index.html", (0, 0))
    assert small(workbench).delivery.archive.read_bytes() == first  # type: ignore[union-attr]


def test_two_runs_at_once_do_not_collide(workbench: Workspace) -> None:
    small(workbench)
    with (
        locked(workbench.reports / ".arbete" / f"nua_{DATE}"),
        pytest.raises(ReportError, match="annan körning") as raised,
    ):
        small(workbench)
    assert raised.value.exit_code == 14
    assert small(workbench).exit_code == 0


@pytest.mark.parametrize("left", [b"", b"{", b'{"key": 1}', b"\xff\xfe"])
def test_what_is_remembered_of_a_page_may_be_damaged(workbench: Workspace, left: bytes) -> None:
    small(workbench)
    (note,) = (workbench.reports / ".arbete" / f"nua_{DATE}" / "sidor").iterdir()
    note.write_bytes(left)
    assert small(workbench).pages[0].status == "gjord"
    assert small(workbench).pages[0].status == "oförändrad"


def test_two_reports_that_would_write_the_same_page_are_refused(workbench: Workspace) -> None:
    for name in ("egen-rapport", "egen_rapport"):
        save_notebook(workbench, name, network_cells())
    with pytest.raises(UsageError, match=r"egen_rapport_nua\.html: egen-rapport och egen_rapport"):
        build_pack(workbench, "nua", DATE, 2022, reports=["egen-rapport", "egen_rapport"])


def test_a_database_that_disappears_in_mid_pack_stops_it_with_a_message(
    workbench: Workspace,
) -> None:
    def remove(result: PageResult, done: int, total: int, name: str) -> None:
        if done == 3:
            workbench.publish_db.unlink()

    result = build_pack(workbench, "nua", DATE, 2022, on_page=remove)
    assert result.exit_code == 12
    assert result.stopped in (result.folder / "kvittens.txt").read_text("utf-8")


def test_another_database_in_mid_pack_stops_it_with_a_message(workbench: Workspace) -> None:
    def replace(result: PageResult, done: int, total: int, name: str) -> None:
        if done == 3:
            save_database(workbench.publish_db, shift=5)

    result = build_pack(workbench, "nua", DATE, 2022, on_page=replace)
    assert result.exit_code == 12
    assert "Databasen byttes ut" in result.stopped
    assert "Databasen byttes ut" in (result.folder / "kvittens.txt").read_text("utf-8")
    assert sum(page.is_whole for page in result.pages) < 16
    again = build_pack(workbench, "nua", DATE, 2022)
    assert again.exit_code == 0
    assert {page.status for page in again.pages} == {Status.MADE}, "none of the old data is kept"


def test_the_same_database_put_back_in_mid_pack_changes_nothing(workbench: Workspace) -> None:
    def rebuild(result: PageResult, done: int, total: int, name: str) -> None:
        save_database(workbench.publish_db)

    assert build_pack(workbench, "nua", DATE, 2022, on_page=rebuild).exit_code == 0


def test_ctrl_c_leaves_whole_pages_and_a_receipt(workbench: Workspace) -> None:
    def interrupt(result: PageResult, done: int, total: int, name: str) -> None:
        if done == 4:
            raise KeyboardInterrupt

    result = build_pack(workbench, "nua", DATE, 2022, on_page=interrupt)
    assert result.exit_code == 130
    whole = {page.planned.file for page in result.pages if page.is_whole}
    assert len(whole) == 4
    assert whole <= set(page_names(result.folder))
    assert "Körningen avbröts." in (result.folder / "kvittens.txt").read_text("utf-8")
    assert not list(result.folder.glob(".*"))
    again = build_pack(workbench, "nua", DATE, 2022)
    assert sum(page.status is Status.UNCHANGED for page in again.pages) == 4


def test_full_disk_is_a_clear_error_and_leaves_no_half_page(
    workbench: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    folder = workbench.reports / "nua" / DATE
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(ReportError, match="plats på disken"):
            small(workbench)
    assert not list(folder.glob("*"))
    assert small(workbench).exit_code == 0


def test_a_hanging_report_is_reported_and_the_others_are_made(workbench: Workspace) -> None:
    hang = code('import time\nif municipality == "2463":\n    time.sleep(600)')
    save_notebook(workbench, "kommun", municipality_cells(hang))
    result = build_pack(workbench, "nua", DATE, 2022, limits=Limits(seconds=8))
    failed = {page.planned.name: page.why for page in result.pages if not page.is_whole}
    assert set(failed) == {"Åsele"}
    assert "inte klar på 8 sekunder" in failed["Åsele"]


def test_manifest_says_what_the_pack_was_made_from(workbench: Workspace) -> None:
    result = build_pack(workbench, "nua", DATE, 2022)
    manifest = read_json(result.delivery.manifest)
    pages = {page["file"]: page for page in manifest["pages"]}  # type: ignore[index, attr-defined]
    umea = pages["2480_umea_kommun.html"]
    content = (result.folder / "2480_umea_kommun.html").read_bytes()
    assert umea["sha256"] == hashlib.sha256(content).hexdigest()
    assert umea["bytes"] == len(content)
    assert umea["parameters"] == {
        "municipality": "2480",
        "network": "nua",
        "year": 2022,
        "meeting": DATE,
        "data": "demo",
    }
    assert set(manifest["versions"]) >= {"python", "analyslib", "duckdb", "matplotlib"}  # type: ignore[call-overload]
    assert manifest["data"] == {"demo": True, "sha256": "0.0abcdef"}


def test_index_says_who_has_delivered_nothing(workbench: Workspace) -> None:
    save_database(workbench.publish_db, silent="2418")
    index = build_pack(workbench, "nua", DATE, 2022).delivery.index.read_text("utf-8")
    assert "Inga uppgifter finns för 2022 från Malå." in index


def test_a_long_network_is_listed_county_by_county(workbench: Workspace) -> None:
    network = load_catalogue().networks["alla"]
    pack = plan_pack(workbench, "alla", DATE, 2022, ["kommun"], load_catalogue())
    results = [PageResult(page, Status.MADE) for page in pack.pages]
    index = render_index(pack, results)
    assert len(results) == len(network.members) == 290
    counties = re.findall(r'<h3 class="lan">(.*?)</h3>', index)
    assert len(counties) == 21 and counties[-1] == "Östergötlands län"
    assert not find_faults(index, Expected())


@pytest.mark.parametrize(
    ("network", "date", "year", "message"),
    [
        ("nuo", DATE, 2022, "Menade du"),
        ("nua", "3 december", 2022, "inget datum"),
        ("nua", DATE, 1999, "inga uppgifter för 1999"),
    ],
)
def test_bad_orders_are_refused_before_anything_runs(
    workbench: Workspace, network: str, date: str, year: int, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        build_pack(workbench, network, date, year)
    assert not (workbench.reports / "nua").exists()


def test_on_page_hears_of_every_page_with_count_and_name(workbench: Workspace) -> None:
    heard: list[tuple[int, int]] = []
    build_pack(
        workbench,
        "nua",
        DATE,
        2022,
        on_page=lambda _r, done, total, _n: heard.append((done, total)),
    )
    assert heard == [(count, 16) for count in range(1, 17)]


def test_any_executor_will_do(workbench: Workspace) -> None:
    """What a cluster offers has the same shape as the standard library's own."""
    with ThreadPoolExecutor(1) as executor:
        assert small(workbench, executor=executor).exit_code == 0


def test_the_spawn_engine_makes_the_same_bytes(workbench: Workspace) -> None:
    fork = page_bytes(build_pack(workbench, "nua", DATE, 2022).folder)
    shutil.rmtree(workbench.reports)
    result = build_pack(workbench, "nua", DATE, 2022, engine="spawn")
    assert {page.engine for page in result.pages} == {"spawn"}
    assert page_bytes(result.folder) == fork


def test_index_says_who_has_delivered_no_extract(workbench: Workspace) -> None:
    with duckdb.connect(str(workbench.publish_db)) as store:
        store.execute("CREATE TABLE isu_delivery AS SELECT '2480' AS municipality")
    result = build_pack(workbench, "nua", DATE, 2022)
    said = re.search(
        r"Inget uttag av individbaserad uppföljning har lämnats av ([^<]+)\.",
        result.delivery.index.read_text("utf-8"),
    )
    assert said and "Umeå" not in said[1] and "Bjurholm" in said[1]

"""Population over a real HTTP server that answers as SCB's PxWeb does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analyslib.catalogue import load_catalogue
from analyslib.errors import SourceError
from analyslib.sources import kolada, scb
from analyslib.sources.http import Patience
from analyslib.sources.json_stat import read_frame
from analyslib.sources.origin import archived_files
from analyslib.store.build import build
from analyslib.store.connection import open_store, query
from analyslib.workspace import find_workspace


HASTY = Patience(attempts=2, first_wait=0.01, longest_wait=0.01, interval=0.0, read_timeout=2.0)
TODAY = date(2026, 11, 22)
REGIONS = {"00": "Riket", "01": "Stockholms län"} | {
    code: place.name for code, place in load_catalogue().municipalities.items()
}
OLD_SEXES = {"1": "män", "2": "kvinnor"}
NEW_SEXES = {"TotSa": "totalt", "1": "män", "2": "kvinnor"}


def people(region: str, sex: str, year: str) -> int:
    """Exact until 2024; then the total is off by one, as noise makes it."""
    women, men = int(year) + int(region), int(year)
    noise = 1 if int(year) >= 2025 else 0
    return {"1": men, "2": women, "TotSa": women + men + noise}[sex]


class FakeScb:
    """Two tables, with a list of the questions that were asked."""

    def __init__(self) -> None:
        years = {str(year): str(year) for year in range(1968, 2025)}
        ages = {f"{age}": f"{age} år" for age in range(100)}
        self.tables: dict[str, dict[str, dict[str, str]]] = {
            "TAB638": {
                "Region": REGIONS,
                "Civilstand": {"OG": "ogifta", "G": "gifta"},
                "Alder": {**ages, "tot": "totalt ålder"},
                "Kon": OLD_SEXES,
                "ContentsCode": {"BE0101N1": "Folkmängd", "BE0101N2": "Folkökning"},
                "Tid": years,
            },
            "TAB5557": {
                "Region": REGIONS,
                "Civilstand": {"SC": "samtliga civilstånd", "G": "gifta"},
                "Alder": {"TotA": "totalt, alla åldrar", **ages},
                "Kon": NEW_SEXES,
                "ContentsCode": {"000007ME": "Antal"},
                "Tid": {"2025": "2025"},
            },
        }
        self.can_be_left_out = {"TAB638": {"Civilstand", "Alder", "Kon"}, "TAB5557": set()}
        self.questions: list[dict[str, list[str]]] = []
        self.forget: str = ""
        self.sparse = False
        self.base_url = ""

    def metadata(self, table: str) -> dict[str, Any]:
        axes = self.tables[table]
        dimension = {
            name: {
                "category": {"index": {c: n for n, c in enumerate(labels)}, "label": labels},
                "extension": {"elimination": name in self.can_be_left_out[table]},
            }
            for name, labels in axes.items()
        }
        return {"class": "dataset", "id": list(axes), "dimension": dimension}

    def data(self, table: str, question: dict[str, Any]) -> dict[str, Any]:
        selection = {q["variableCode"]: q["valueCodes"] for q in question["selection"]}
        self.questions.append(selection)
        if self.forget:
            selection[self.forget] = selection[self.forget][1:]
        axes = [name for name in self.tables[table] if name in selection]
        values = [
            people(**{"region": at["Region"], "sex": at["Kon"], "year": at["Tid"]})
            for codes in product(*(selection[name] for name in axes))
            for at in [dict(zip(axes, codes, strict=True))]
        ]
        answer: dict[str, Any] = {
            "class": "dataset",
            "updated": "2026-02-24T07:00:00Z",
            "id": axes,
            "size": [len(selection[name]) for name in axes],
            "dimension": {
                name: {
                    "category": {
                        "index": {c: n for n, c in enumerate(selection[name])},
                        "label": {c: self.tables[table][name][c] for c in selection[name]},
                    }
                }
                for name in axes
            },
            "value": values,
        }
        if self.sparse:
            answer["value"] = {str(n): value for n, value in enumerate(values) if n != 1}
            answer["status"] = {"1": ".."}
        return answer


@contextmanager
def running(fake: FakeScb) -> Iterator[FakeScb]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            self._send(fake.metadata(self.path.split("/")[-2]))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._send(fake.data(self.path.split("/")[-2], json.loads(body)))

        def _send(self, answer: dict[str, Any]) -> None:
            body = json.dumps(answer, indent=1).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    fake.base_url = f"http://127.0.0.1:{server.server_address[1]}/api/v2"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def fake() -> Iterator[FakeScb]:
    with running(FakeScb()) as server:
        yield server


def bring(fake: FakeScb, **changes: Any) -> dict[tuple[str, int, str], float]:
    arguments: dict[str, Any] = {
        "years": [2023, 2024, 2025],
        "base_url": fake.base_url,
        "today": TODAY,
        "patience": HASTY,
    }
    scb.fetch(find_workspace(), **(arguments | changes))
    values = {}
    for file in archived_files(find_workspace(), "scb", "values", verify=True):
        frame = scb.read(file)
        assert len(frame) == file.origin.rows
        for row in frame.itertuples():
            assert (row.municipality, row.year, row.gender) not in values
            values[row.municipality, row.year, row.gender] = row.value
    return values


def test_population_comes_as_published_for_every_municipality(fake: FakeScb) -> None:
    values = bring(fake)
    places = [*load_catalogue().municipalities, "0000"]
    assert values.keys() == set(product(places, (2023, 2024, 2025), "KMT"))
    assert values["2480", 2024, "K"] == 2024 + 2480
    assert values["2480", 2024, "T"] == 2 * 2024 + 2480
    assert values["0000", 2024, "M"] == 2024


def test_from_2025_nothing_is_added_up(fake: FakeScb) -> None:
    values = bring(fake)
    parts = values["2480", 2025, "K"] + values["2480", 2025, "M"]
    assert values["2480", 2025, "T"] == parts + 1
    assert fake.questions[-1]["Alder"] == ["TotA"]
    assert fake.questions[-1]["Civilstand"] == ["SC"]
    assert "Alder" not in fake.questions[0]
    (series,) = archived_files(find_workspace(), "scb", "kpi")
    assert "brus" in kolada.read(series)["description"].iloc[0]


def test_it_is_the_denominator_where_kolada_has_no_population(
    fake: FakeScb, tmp_path: Path
) -> None:
    """N07544 is per 100,000 inhabitants: n is N01951, and SCB's number where that is missing."""
    bring(fake)
    head = "id,title,description,municipality_type,auspice,operating_area,perspective\n"
    kpis = tmp_path / "kpi.csv"
    kpis.write_text(
        f'{head}N07544,"Brott, antal/100 000 inv",Källa,K,X,A,V\n'
        'N01951,"Invånare, antal",Källa,K,X,A,V\n',
        encoding="utf-8",
    )
    values = tmp_path / "values.csv"
    rows = [("N07544", year, gender) for year in (2022, 2024, 2025) for gender in "KMT"]
    lines = [f"{kpi},2480,{year},{gender},300" for kpi, year, gender in rows]
    values.write_text(
        "\n".join(["kpi,municipality,year,gender,value", *lines, "N01951,2480,2024,T,135000"]),
        encoding="utf-8",
    )
    kolada.add(find_workspace(), [kpis, values], "2026-11-01", TODAY)
    build(find_workspace())
    with open_store(find_workspace().publish_db) as store:
        found = query(store, "kpi_values", kpi="N07544")
    n = {(row.year, row.gender): row.n for row in found.itertuples()}
    assert n[2024, "T"] == 135000
    assert n[2024, "K"] == 2024 + 2480
    assert n[2025, "T"] == scb_total(2025)
    assert pd.isna(n[2022, "T"])


def scb_total(year: int) -> float:
    (file,) = [f for f in archived_files(find_workspace(), "scb", "values")
               if year in set(scb.read(f)["year"])]  # fmt: skip
    frame = scb.read(file)
    rows = frame[(frame["municipality"] == "2480") & (frame["gender"] == "T")]
    return float(rows.set_index("year")["value"][year])


def test_a_noisy_year_without_a_total_is_refused(fake: FakeScb) -> None:
    fake.tables["TAB5557"]["Kon"] = OLD_SEXES
    with pytest.raises(SourceError, match="får inte summeras"):
        bring(fake)
    assert archived_files(find_workspace()) == []


def test_large_questions_are_divided(fake: FakeScb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scb, "MAX_CELLS", 291 * 2 * 3)
    values = bring(fake, years=range(2014, 2025))
    assert [len(q["Tid"]) for q in fake.questions] == [3, 3, 3, 2]
    assert len(values) == 291 * 11 * 3


def test_a_missing_number_keeps_its_sign(fake: FakeScb) -> None:
    fake.sparse = True
    bring(fake, years=[2025])
    (file,) = archived_files(find_workspace(), "scb", "values")
    frame = scb.read(file)
    assert frame.loc[frame["value"].isna(), "status"].tolist() == ["Unknown"]
    assert file.origin.vintage == "2026-02-24"


@pytest.mark.parametrize("axis", ["Region", "Kon", "Tid"])
def test_an_answer_to_another_question_is_refused(fake: FakeScb, axis: str) -> None:
    fake.forget = axis
    with pytest.raises(SourceError, match=f"andra värden på {axis}"):
        bring(fake)
    assert archived_files(find_workspace()) == []


def test_a_table_that_has_changed_is_refused(fake: FakeScb) -> None:
    fake.tables["TAB638"]["ContentsCode"] = {"X": "Medelålder"}
    with pytest.raises(SourceError, match="ContentsCode har inget värde som är väntat"):
        bring(fake)
    del fake.tables["TAB638"]["Kon"]
    with pytest.raises(SourceError, match="variabeln Kon saknas"):
        bring(fake)


def test_years_that_do_not_exist_are_an_error(fake: FakeScb) -> None:
    with pytest.raises(SourceError, match="ingen folkmängd för de åren"):
        bring(fake, years=[2026])


def test_what_is_not_json_stat_is_refused() -> None:
    with pytest.raises(SourceError, match="json-stat2"):
        read_frame({"values": []}, "svar")
    broken = {
        "class": "dataset",
        "id": ["A"],
        "dimension": {"A": {"category": {"index": ["x", "y"]}}},
        "value": [1],
    }
    with pytest.raises(SourceError, match="1 värden men borde ha 2"):
        read_frame(broken, "svar")

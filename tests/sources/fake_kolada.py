"""A Kolada on this machine: a real HTTP server that answers as API v3 is documented to.

It has the documented oddities (silently ignored parameters, at most 25 values in a list, 5,000
rows a page, genders in any order, Riket as a region), and bad days that a test can order.
"""

from __future__ import annotations

import gzip
import json
import random
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


KNOWN = {"kpi_id", "municipality_id", "year", "from_date", "region_type", "page", "per_page"}
Trouble = Callable[[str, int], str | None]


def no_trouble(address: str, attempt: int) -> str | None:
    return None


@dataclass
class FakeKolada:
    """What this Kolada holds and how it behaves today. `log` is every address asked."""

    kpis: list[str] = field(default_factory=lambda: ["N00001", "N00002", "U30001"])
    municipalities: list[str] = field(default_factory=lambda: ["0114", "0461", "2480"])
    groups: int = 3
    units: int = 4
    page_size: int = 5000
    end: object = None  # what next_url is on the last page; "absent" leaves it out
    eager_next: bool = False  # a full last page is followed by an empty one
    ignore: frozenset[str] = frozenset()  # parameters that are silently ignored
    only_years: set[int] | None = None
    spoil: Callable[[str, list[dict[str, Any]]], list[dict[str, Any]]] | None = None
    trouble: Trouble = no_trouble
    log: list[str] = field(default_factory=list)
    attempts: Counter[str] = field(default_factory=Counter)
    base_url: str = ""

    def rows(self, path: str, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        query = {k: v for k, v in query.items() if k in KNOWN and k not in self.ignore}
        match path:
            case "kpi":
                return [self.kpi(kpi) for kpi in self.kpis]
            case "municipality":
                kinds = [("K", code) for code in self.municipalities]
                kinds += [("L", "0000"), ("L", "0001"), ("L", "0009")]
                wanted = query.get("region_type", ["K", "L"])
                return [
                    {"id": code, "title": f"Plats {code}", "type": kind}
                    for kind, code in kinds
                    if kind in wanted
                ]
            case "municipality_groups":
                members = [{"member_id": c, "member_title": c} for c in self.municipalities[:2]]
                return [
                    {"id": f"G{n:05}", "title": f"Grupp {n}", "members": members}
                    for n in range(self.groups)
                ]
            case "ou":
                return [
                    {"id": f"V21E{n:05}", "title": f"Enhet {n}", "municipality": "0461"}
                    for n in range(self.units)
                ]
            case "data":
                return list(self.data(query, self.places(query), "municipality"))
            case "oudata":
                units = [f"V21E{n:05}" for n in range(self.units)]
                return list(self.data(query, units, "ou"))
        raise LookupError(path)

    def places(self, query: dict[str, list[str]]) -> list[str]:
        if "municipality_id" in query:
            return query["municipality_id"]
        if query.get("region_type") == ["K"]:
            return self.municipalities
        return [*self.municipalities, "0000", "0001", "0009", "G00000"]

    def data(
        self, query: dict[str, list[str]], places: list[str], word: str
    ) -> Iterator[dict[str, Any]]:
        for kpi in query["kpi_id"]:
            for year in map(int, query["year"]):
                for place in places:
                    if kpi in self.kpis and (self.only_years is None or year in self.only_years):
                        values = values_of(kpi, place, year)
                        yield {"kpi": kpi, "period": year, word: place, "values": values}

    def kpi(self, kpi: str) -> dict[str, Any]:
        return {
            "id": kpi,
            "title": f"Titel {kpi}, andel (%)",
            "description": "Beskrivning. Källa: SCB.",
            "is_divided_by_gender": True,
            "municipality_type": "A",
            "auspice": "X",
            "operating_area": "Individ- och familjeomsorg",
            "perspective": "Kvalitet och resultat",
            "prel_publication_date": None,
            "publication_date": "2026-05-02",
            "publ_period": 2025,
            "has_ou_data": True,
        }

    def asked_data(self) -> list[str]:
        return [address for address in self.log if address.startswith("/v3/data")]


def values_of(kpi: str, place: str, year: int) -> list[dict[str, Any]]:
    """Deterministic values in shuffled order of gender, with every status and some deleted."""
    pick = random.Random(f"{kpi} {place} {year}")
    values = []
    for gender in pick.sample("TKM", 3):
        status = pick.choice(["", "", "", "", "Missing", "Not applicable", "Privacy"])
        value = None if status else pick.choice([0.0, pick.random() * 100])
        deleted = pick.random() < 0.05
        values.append(
            {"gender": gender, "count": 1, "status": status, "value": value, "isdeleted": deleted}
        )
    return values


class _Handler(BaseHTTPRequestHandler):
    kolada: FakeKolada
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # header and body are two writes; else 40 ms for each answer

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        kolada = self.kolada
        kolada.log.append(self.path)
        kolada.attempts[self.path] += 1
        trouble = kolada.trouble(self.path, kolada.attempts[self.path])
        if trouble:
            getattr(self, "_" + trouble)()
            return
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        if any(len(values) > 25 for values in query.values()):
            self._send(400, b'{"detail": "at most 25 values"}')
            return
        self._send(200, json.dumps(self._page(parts.path, query)).encode())

    def _page(self, path: str, query: dict[str, list[str]]) -> dict[str, Any]:
        kolada = self.kolada
        rows = kolada.rows(path.removeprefix("/v3/").rstrip("/"), query)
        rows = kolada.spoil(self.path, rows) if kolada.spoil else rows
        page = int(query.get("page", ["1"])[0])
        size = kolada.page_size
        part = rows[(page - 1) * size : page * size]
        answer: dict[str, Any] = {"values": part, "count": len(part)}
        more = len(rows) >= page * size if kolada.eager_next and part else len(rows) > page * size
        if more:
            first, _, _ = self.path.partition("&page=")
            first, _, _ = first.partition("?page=")
            mark = "&" if "?" in first else "?"
            answer["next_url"] = f"https://api.kolada.se{first}{mark}page={page + 1}"
        elif kolada.end != "absent":
            answer["next_url"] = kolada.end
        return answer

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _html(self) -> None:
        self._send(200, b"<!DOCTYPE html><html><body>Logga in</body></html>")

    def _half_json(self) -> None:
        self._send(200, b'{"values": [{"kpi": "N0')

    def _error_json(self) -> None:
        self._send(200, b'{"detail": "Not found", "values": null}')

    def _server_error(self) -> None:
        self._send(503, b"<html>Service unavailable</html>")

    def _too_many(self) -> None:
        self._send(429, b"{}")

    def _too_many_wait(self) -> None:
        self._send(429, b"{}", Retry_After="1")

    def _too_many_long(self) -> None:
        self._send(429, b"{}", Retry_After="7200")

    def _gone(self) -> None:
        text = b'{"error": "This endpoint is deprecated. Please use /v3 instead."}'
        self._send(410, text)

    def _ring(self) -> None:
        self.send_response(302)
        self.send_header("Location", self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _not_found(self) -> None:
        self._send(404, b'{"detail": "Not Found"}')

    def _slow(self) -> None:
        time.sleep(1.0)
        self._send(200, b'{"values": []}')

    def _cut(self) -> None:
        """Promises more than it sends, then resets the line."""
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(b'{"values": [')
        self.wfile.flush()
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up is part of the game."""


@contextmanager
def running(kolada: FakeKolada, tls: ssl.SSLContext | None = None) -> Iterator[FakeKolada]:
    """Serves `kolada` on a port of its own as long as the block runs."""
    handler = type("Handler", (_Handler,), {"kolada": kolada})
    server = _Server(("127.0.0.1", 0), handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    scheme = "https" if tls else "http"
    kolada.base_url = f"{scheme}://127.0.0.1:{server.server_address[1]}/v3"
    try:
        yield kolada
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def archived_rows(raw: Path, dataset: str) -> list[dict[str, Any]]:
    """Every row of a dataset in the archive, read without our own code."""
    rows = []
    for path in sorted((raw / "kolada").glob(f"{dataset}_*.json.gz")):
        for line in gzip.decompress(path.read_bytes()).decode().splitlines():
            rows += json.loads(line)["values"]
    return rows

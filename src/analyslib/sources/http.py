"""Asks a public service over the network: politely, patiently, and never for half an answer.

One question at a time with a pause between. What may pass (too many requests, a server in
trouble, a cut line, a web page where data should be) is asked again with growing waits; what
will not pass is a SourceError at once. Certificates come from the operating system, so a
municipality's inspection of encrypted traffic works; proxies come from the environment.
"""

from __future__ import annotations

import json
import random
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
import tenacity
import truststore
from requests.adapters import HTTPAdapter

from analyslib.errors import SourceError


LONGEST_PAUSE = 600.0
Params = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Patience:
    """How long to go on. Kolada states no limit; others keep to 3-10 questions a second."""

    attempts: int = 6
    first_wait: float = 1.0
    longest_wait: float = 60.0
    interval: float = 0.2
    connect_timeout: float = 10.0
    read_timeout: float = 120.0


@dataclass(frozen=True)
class Answer:
    """`body` is what was received, `data` is the same read as JSON."""

    url: str
    body: bytes
    data: Any


class PassingTroubleError(Exception):
    """Worth asking again, after `wait` seconds where the service said so."""

    def __init__(self, what: str, wait: float | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.wait = wait


class _SystemTrustAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=_system_trust())

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, **kwargs, ssl_context=_system_trust())


def _system_trust() -> ssl.SSLContext:
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class PoliteSession:
    """A session with one public service. Close it, or use it in a with statement."""

    def __init__(self, patience: Patience | None = None) -> None:
        self.patience = patience or Patience()
        self._last_asked = 0.0
        self._session = requests.Session()
        self._session.mount("https://", _SystemTrustAdapter())
        self._session.headers.update({"Accept": "application/json", "User-Agent": "analyslib"})

    def __enter__(self) -> PoliteSession:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(self, url: str, params: Params = ()) -> Answer:
        return self._persist("GET", url, params=list(params))

    def post(self, url: str, params: Params, question: Mapping[str, Any]) -> Answer:
        return self._persist("POST", url, params=list(params), json=question)

    def _persist(self, method: str, url: str, **arguments: Any) -> Answer:
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.patience.attempts),
            wait=self._wait,
            retry=tenacity.retry_if_exception_type(PassingTroubleError),
            reraise=True,
        )
        try:
            return retrying(self._ask, method, url, **arguments)
        except PassingTroubleError as trouble:
            raise SourceError(
                f"{trouble.what} ({self.patience.attempts} försök).",
                urlsplit(url).netloc,
                remedy="Vänta en stund och kör samma kommando igen; det som redan är hämtat "
                "hämtas inte om.",
            ) from trouble

    def _wait(self, state: tenacity.RetryCallState) -> float:
        trouble = state.outcome.exception() if state.outcome else None
        if isinstance(trouble, PassingTroubleError) and trouble.wait is not None:
            return trouble.wait
        doubled = self.patience.first_wait * 2 ** (state.attempt_number - 1)
        return min(doubled, self.patience.longest_wait) * random.uniform(0.5, 1.0)

    def _ask(self, method: str, url: str, **arguments: Any) -> Answer:
        self._keep_the_interval()
        timeout = (self.patience.connect_timeout, self.patience.read_timeout)
        try:
            response = self._session.request(method, url, timeout=timeout, **arguments)
        except requests.exceptions.SSLError as error:
            raise SourceError(
                "Certifikatet som skyddar trafiken godkänns inte av den här datorn.",
                url,
                "Be IT-avdelningen lägga in organisationens certifikat i operativsystemet.",
            ) from error
        except requests.exceptions.ProxyError as error:
            raise PassingTroubleError("Organisationens proxyserver släpper inte fram") from error
        except requests.exceptions.Timeout as error:
            raise PassingTroubleError("Tjänsten svarade inte i tid") from error
        except (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError) as e:
            raise PassingTroubleError("Förbindelsen bröts eller gick inte att öppna") from e
        except requests.exceptions.TooManyRedirects as error:
            raise PassingTroubleError("Tjänsten skickar frågan vidare i ring") from error
        except requests.exceptions.ContentDecodingError as error:
            raise PassingTroubleError("Svaret kom fram skadat") from error
        check_status(response)
        return Answer(response.url, response.content, _as_json(response.content))

    def _keep_the_interval(self) -> None:
        pause = self._last_asked + self.patience.interval - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        self._last_asked = time.monotonic()


def check_status(response: requests.Response) -> None:
    """Returns for 200. Raises PassingTroubleError where it may pass, else SourceError."""
    status = response.status_code
    if status == 200:
        return
    if status == 429:
        wait = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        if wait is not None and wait > LONGEST_PAUSE:
            raise SourceError(
                f"Tjänsten tar inte emot fler frågor på {wait / 60:.0f} minuter.",
                response.url,
                "Kör samma kommando igen då; det som redan är hämtat hämtas inte om.",
            )
        raise PassingTroubleError("Tjänsten tycker att frågorna kommer för tätt (429)", wait)
    if status >= 500 or status == 408:
        raise PassingTroubleError(f"Tjänsten har problem (kod {status})")
    if status == 410:
        raise SourceError(
            "Tjänsten har stängt den här versionen av sitt gränssnitt (410). "
            "Koladas version 2 är avvecklad; version 3 finns på https://api.kolada.se/v3.",
            response.url,
            "Ange adressen till version 3, eller uppdatera arbetsbänken.",
        )
    raise SourceError(
        f"Tjänsten godtog inte frågan (kod {status}).",
        response.url,
        "Kontrollera adressen. Är den rätt har tjänsten ändrats: uppdatera arbetsbänken.",
    )


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds to wait as the service asked for, in either of its two forms."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _as_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        is_page = body.lstrip()[:1] == b"<"
        what = "en webbsida i stället för data" if is_page else "något som inte går att läsa"
        raise PassingTroubleError(f"Tjänsten svarade med {what}") from error

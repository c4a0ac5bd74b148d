"""Answers of a fetch that is not finished yet, so that an interrupted one can go on.

Each answer is saved whole, as received and compressed, the moment it has been checked.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import zlib
from datetime import date, timedelta
from pathlib import Path

from analyslib.errors import SourceError


KEPT_DAYS = 7


class AnswerFolder:
    """One file per address asked. `started` is the day of the first answer.

    Answers older than a week, or of no known age, are thrown away: what is put together must
    speak for one time.
    """

    def __init__(self, path: Path, today: date) -> None:
        self.path = path
        marker = path / "started"
        if path.exists() and _is_stale(marker, today):
            shutil.rmtree(path)
        path.mkdir(parents=True, exist_ok=True)
        if not marker.is_file():
            _write_whole(marker, today.isoformat().encode())
        self.started = date.fromisoformat(marker.read_text())

    def load(self, address: str) -> bytes | None:
        """The answer saved for this address, or None. A damaged one counts as none."""
        try:
            return gzip.decompress(self._place(address).read_bytes())
        except (FileNotFoundError, EOFError, gzip.BadGzipFile, zlib.error):
            return None

    def load_whole(self, address: str) -> bytes:
        """The answer that must be there. Raises SourceError where the disk has lost it."""
        body = self.load(address)
        if body is None:
            raise SourceError("Ett sparat svar är skadat.", remedy="Kör hämtningen igen.")
        return body

    def save(self, address: str, body: bytes) -> None:
        _write_whole(self._place(address), gzip.compress(body, compresslevel=6, mtime=0))

    def forget(self, address: str) -> None:
        self._place(address).unlink(missing_ok=True)

    def remove(self) -> None:
        shutil.rmtree(self.path)

    def _place(self, address: str) -> Path:
        return self.path / f"{hashlib.sha256(address.encode()).hexdigest()[:32]}.json.gz"


def _is_stale(marker: Path, today: date) -> bool:
    try:
        started = date.fromisoformat(marker.read_text())
    except (FileNotFoundError, ValueError):
        return True
    return not timedelta(0) <= today - started <= timedelta(days=KEPT_DAYS)


def _write_whole(path: Path, content: bytes) -> None:
    """Beside first, then into place: a crash leaves the whole file or none."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    os.replace(beside, path)

"""The key that lots are drawn with. It is made once, lies beside the analyst's database and never
leaves the house: who has it can tell which lots were drawn."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from analyslib.errors import Fault, StoreError


NAME, LENGTH = "avrundning.nyckel", 32


def house_key(folder: Path) -> bytes:
    """The key of this folder; a new one where there is none. Raises StoreError where the file is
    not a key."""
    path = folder / NAME
    if not path.exists():
        _write(path, secrets.token_hex(LENGTH))
    text = path.read_text("ascii", errors="replace").strip()
    if len(text) != 2 * LENGTH or set(text) - set("0123456789abcdef"):
        raise StoreError(
            [
                Fault(
                    "Nyckeln som avrundningen lottar med är skadad.",
                    str(path),
                    "Ta tillbaka filen från en säkerhetskopia, eller ta bort den och bygg igen: "
                    "då görs en ny. Tal som redan är i ett paket ändras inte av det.",
                )
            ]
        )
    return bytes.fromhex(text)


def write_demo_key(folder: Path) -> None:
    """The key of made-up people, who have nothing to hide: the same lots on every machine, so that
    the guides show what is seen."""
    if not (folder / NAME).exists():
        _write(folder / NAME, hashlib.sha256(b"demo").hexdigest())


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{NAME}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
    os.replace(beside, path)


def lots_of(key: bytes, names: Sequence[str]) -> np.ndarray:
    """Two numbers from 0 to 1 for each name: the same every time for the same name and key."""
    if len(key) < LENGTH:
        raise ValueError("lots need a key")
    sums = b"".join(hmac.digest(key, name.encode(), "sha256")[:16] for name in names)
    return np.frombuffer(sums, dtype=">u8").reshape(-1, 2).astype(float) / 2.0**64

"""Answers of a service as one packed file: as received, one on each line, the same bytes again."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path


def write_answers(path: Path, answers: Iterable[bytes]) -> None:
    """A line break in JSON is only space between tokens, so it can be a space instead."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed,
    ):
        for answer in answers:
            packed.write(answer.replace(b"\r", b" ").replace(b"\n", b" ").strip() + b"\n")


def read_answers(path: Path) -> list[bytes]:
    with gzip.open(path) as packed:
        return packed.read().splitlines()

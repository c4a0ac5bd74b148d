"""The certificate: worlds anyone can add up for himself, and the few lines that do it.

`verify` needs numpy and nothing else. It trusts no solver and no other part of this library:
it takes the numbers as published, adds up every world, and looks at every claim.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Certificate:
    """`rows[i]` are the atoms of row i (an atom twice counts twice). `low`, `high`: what was
    printed (-1, -1 where nothing was). `base`: one world that fits; `worlds`: changes, each a
    list of (atom, change). A claim says: for this attacker, the row can be `value` or further
    away, as world number `world` shows. Attackers: (floor of each atom, floor of each row,
    atoms he knows). `ties`: atoms that are together as many as some others, since they are
    the same people counted in two ways."""

    rows: tuple[tuple[int, ...], ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    base: tuple[int, ...]
    worlds: tuple[tuple[tuple[int, int], ...], ...]
    attackers: tuple[tuple[str, tuple[int, ...], tuple[int, ...], tuple[int, ...]], ...]
    claims: tuple[tuple[int, int, int, int], ...]
    ties: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = ()

    @cached_property
    def digest(self) -> str:
        content = {part.name: getattr(self, part.name) for part in fields(self)}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def verify(
    certificate: Certificate, demands: Sequence[tuple[int, int, int]], digest: str = ""
) -> list[str]:
    """What is wrong with the certificate: nothing (an empty list), or where it does not hold.

    `demands` are (attacker, row, change): what must have been shown. `digest`: the sum it
    had when it was written down, where that is known.
    """
    if digest and digest != certificate.digest:
        return ["Certifikatet är inte det som skrevs när paketet gjordes."]
    atoms = np.array([atom for row in certificate.rows for atom in row], dtype=np.int64)
    ends = np.cumsum([0, *(len(row) for row in certificate.rows)])
    low, high = np.array(certificate.low), np.array(certificate.high)
    base = np.array(certificate.base, dtype=np.int64)
    sums = lambda x: np.diff(np.concatenate([[0], np.cumsum(x[atoms])])[ends])  # noqa: E731
    shown = low >= 0
    wrong, here = [], sums(base)
    if (here[shown] < low[shown]).any() or (here[shown] > high[shown]).any():
        wrong.append("Utgångsläget stämmer inte med det publicerade.")
    tied = lambda x: all(x[list(a)].sum() == x[list(b)].sum() for a, b in certificate.ties)  # noqa: E731
    if not tied(base):
        wrong.append("Utgångsläget räknar samma personer olika.")
    changes = np.zeros((len(certificate.worlds), len(base)), dtype=np.int64)
    for number, world in enumerate(certificate.worlds):
        for atom, change in world:
            changes[number, atom] += change
    moved = [sums(change) for change in changes]
    fitting: dict[tuple[int, int], bool] = {}
    shown_claims = set()
    for attacker, row, change, number in certificate.claims:
        name, atom_floor, row_floor, known = certificate.attackers[attacker]
        if (attacker, number) not in fitting:
            world, sums_there = base + changes[number], here + moved[number]
            fits = (world >= np.array(atom_floor)).all() and (world >= 0).all()
            fits &= (sums_there >= np.array(row_floor)).all()
            fits &= (sums_there[shown] >= low[shown]).all()
            fits &= (sums_there[shown] <= high[shown]).all()
            fits &= not changes[number][list(known)].any()
            fitting[attacker, number] = bool(fits and tied(world))
        reaches = moved[number][row] >= change > 0 or moved[number][row] <= change < 0
        if not (fitting[attacker, number] and reaches):
            wrong.append(f"Värld {number} visar inte det den ska för rad {row} ({name}).")
        shown_claims.add((attacker, row, change))
    missing = [demand for demand in demands if demand not in shown_claims]
    return wrong + [f"Rad {row} saknar bevis (förändring {change})." for _, row, change in missing]

"""What a release has to say to the one who builds: what it left out, and where the promise could
not be kept in full. Nothing here tells more than the published numbers do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

import pandas as pd


# Why something is not told: it would tell of a few, beside what is out; its total is hidden (of
# those who ended or began); women, men or a class of theirs are hidden in the county.
TELLING, HIDDEN_ENDED, HIDDEN_BEGUN, UNDIVIDED = "roj", "avslutade", "paborjade", "kon"
# An exception to the promise; numbers that are sums of hidden ones that are not zero.
EXCEPTION, SUMS = "undantag", "summor"
BY_RULES = "regler"
# A municipality that is rounded instead of hidden.
ROUNDED_PLACE = "avrundad"


@dataclass(frozen=True)
class Notice:
    """`title`: the table ("mal-24"). Left out: which `municipality` and `service_area`, "" for all
    of them. An exception: `count` numbers, which `who` can tell more of than is promised ("" for
    anyone, else municipalities, or BY_RULES); where there is a `label`, from `low` to `high`."""

    kind: str
    title: str
    municipality: str = ""
    service_area: str = ""
    who: str = ""
    label: str = ""
    low: int = 0
    high: int = 0
    count: int = 0


def frame_of(notices: Iterable[Notice]) -> pd.DataFrame:
    """One row = one notice."""
    rows = [asdict(notice) for notice in notices]
    texts = {
        f.name: "str" for f in fields(Notice) if f.default == "" or f.name in ("kind", "title")
    }
    return pd.DataFrame(rows, columns=[f.name for f in fields(Notice)]).astype(
        {**dict.fromkeys(("low", "high", "count"), "int64"), **texts}
    )


def left_out(
    kind: str,
    title: str,
    before: Iterable[tuple[str, ...]],
    after: Iterable[tuple[str, ...]],
) -> list[Notice]:
    """The blocks (municipality, and service area where there is one) that have gone; the whole
    table as one where nothing is left."""
    there, left = set(before), set(after)
    if there and not left:
        return [Notice(kind, title)]
    gone = [(*block, "") for block in sorted(there - left)]
    return [Notice(kind, title, block[0], block[1]) for block in gone]

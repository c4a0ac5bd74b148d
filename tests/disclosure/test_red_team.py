"""The attack from outside: two consecutive packs, read from their pages only."""

from __future__ import annotations

import numpy as np
import pandas as pd
from red_team import recovered

from analyslib.disclosure.layout import Layout
from analyslib.disclosure.page_check import allowed_from, cell_name, check_page
from analyslib.disclosure.release import release
from analyslib.disclosure.released import HIDDEN, TOTAL, Released, dimensions_of
from analyslib.disclosure.rules import NETWORK_PACK


PLACES = ("2403", "2418", "2480", "2481")


def atoms() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    rows = [
        (m, p, a, s)
        for m in PLACES
        for p in ("2023", "2024")
        for a in ("BOU", "EKB", "MBR")
        for s in "KM"
    ]
    frame = pd.DataFrame(rows, columns=["municipality", "period", "service_area", "sex"])
    return frame.assign(count=rng.negative_binomial(1, 1 / 9, len(frame)))


def page(released: Released) -> str:
    """As plain as can be: every cell of every table."""
    dimensions = dimensions_of(released.counts)
    cells = [
        f'<td data-layout="{cell["layout"]}" '
        f'data-cell="{cell_name({d: cell[d] for d in dimensions})}">'
        f"{'sekretess' if cell['status'] else cell['count']}</td>"
        for cell in released.counts.to_dict("records")
    ]
    return f'<section data-about="individer"><table>{"".join(cells)}</table></section>'


def without_secondary(released: Released, frame: pd.DataFrame) -> Released:
    """The same tables with nothing hidden but the small numbers themselves."""
    counts = released.counts.copy()
    for i, cell in released.counts.iterrows():
        inside = np.ones(len(frame), dtype=bool)
        for dimension in dimensions_of(counts):
            if cell[dimension] != TOTAL:
                inside &= (frame[dimension] == cell[dimension]).to_numpy()
        n = int(frame.loc[inside, "count"].sum())
        counts.loc[i, "count"] = pd.NA if 0 < n < 5 else n
        counts.loc[i, "status"] = HIDDEN if 0 < n < 5 else ""
    return Released(counts, 5, "")


def test_two_consecutive_packs_give_nothing_away() -> None:
    frame = atoms()
    first_tables = [
        Layout("verksamhet", ("municipality", "period", "service_area"), {"period": ("2023",)})
    ]
    second_tables = [
        Layout("verksamhet", ("municipality", "period", "service_area")),
        Layout("kön", ("municipality", "period", "sex")),
    ]
    first = release(frame, first_tables, NETWORK_PACK)
    second = release(frame, second_tables, NETWORK_PACK, earlier=[first.publication])
    packs = [first.released, second.released]
    pages = [page(released) for released in packs]
    for source, released in zip(pages, packs, strict=True):
        check_page(source, allowed_from(released))
    assert (second.released.counts["status"] == HIDDEN).any()
    assert recovered(pages) == {}
    year = frame[frame["period"] == "2023"]
    naive = [without_secondary(packs[0], year), without_secondary(packs[1], frame)]
    stolen = recovered([page(released) for released in naive])
    assert stolen
    for name, value in stolen.items():
        inside = np.all([frame[d] == v for d, v in name], axis=0)
        assert value == frame.loc[inside, "count"].sum()

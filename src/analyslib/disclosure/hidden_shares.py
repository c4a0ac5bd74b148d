"""How much of what there is to say of a municipality is hidden: on its page, and in each theme."""

from __future__ import annotations

import pandas as pd

from analyslib.disclosure.released import HIDDEN, TOTAL


TOO_MUCH = 0.30
PAGE = "uppfoljning"  # the theme that all themes of a page are together


def count_hidden(counts: pd.DataFrame) -> pd.DataFrame:
    """One row = what is said and what is hidden (`said` counts both) of a municipality, in one
    `theme` or on the whole page, of one service area or of all ("alla"). Zeros are not counted."""
    own = counts[(counts["municipality"] != TOTAL) & ~(counts["count"] == 0).fillna(False)]
    name = own["layout"].str.removeprefix("kkik_")
    cells = pd.DataFrame(
        {
            "county": name.str.split("-").str[-1],
            "municipality": own["municipality"],
            "theme": name.str.replace(r"-[^-]*$", "", regex=True),
            "service_area": own["service_area"].str.split("/").str[0],
            "hidden": (own["status"] == HIDDEN).astype("int64"),
            "said": 1,
        }
    )
    whole = cells.assign(service_area=TOTAL)
    parts = [cells[cells["service_area"] != TOTAL], whole]
    parts += [part.assign(theme=PAGE) for part in parts]
    keys = ["county", "municipality", "theme", "service_area"]
    return pd.concat(parts).groupby(keys, as_index=False)[["hidden", "said"]].sum()


def hidden_facts(counts: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """The same as statistics that a page may show. Names: said, hidden (left out where they are
    small numbers: no page has any, whatever it counts) and much_hidden, the limit in per cent, of
    the themes where more is hidden."""
    found = count_hidden(counts)
    found = found.assign(
        layout=found["theme"] + "-" + found["county"],
        n=found["said"],
        much_hidden=100 * TOO_MUCH,
    )
    page = found["theme"] == PAGE
    told = {
        "said": page & (found["said"] >= threshold),
        "hidden": page & ~found["hidden"].between(1, threshold - 1),
        "much_hidden": ~page & (found["hidden"] > TOO_MUCH * found["said"]),
    }
    columns = ["layout", "municipality", "service_area", "n", "value"]
    rows = [
        found[which].rename(columns={name: "value"})[columns].assign(name=name)
        for name, which in told.items()
    ]
    shown = pd.concat(rows, ignore_index=True).astype({"value": float})
    return shown.assign(**{"sex": TOTAL, "class": TOTAL})

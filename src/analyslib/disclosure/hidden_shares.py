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

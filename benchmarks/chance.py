"""How often does chance look like a result? All municipalities equally good, by simulation.

    python benchmarks/chance.py                     # the population of the built real store
    python benchmarks/chance.py --demo              # of the demo
    python benchmarks/chance.py --repeats 400       # the full count (about a minute)

Every municipality is given the same true quality, and what would be measured is drawn by chance
alone: answers to a survey, events in a register, a cost with its year-to-year variation. Then
the colours by rank (best quarter green, worst quarter red) stand beside the answers of analyslib.
Any certain difference is a false alarm; 5 % is the nominal rate. Both by size of municipality.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
import pandas as pd

from analyslib.analysis.comparison import compare, own_history
from analyslib.analysis.trend import trend
from analyslib.catalogue import Indicator, NSource, load_catalogue
from analyslib.store.connection import open_store, query
from analyslib.workspace import find_workspace


YEARS = np.arange(2015, 2025)
POPULATION = "N01951"
BATCH = 25
SHARE, PER_MILLE, COST = 0.80, 4.0, 1000.0
ANSWERS_PER_INHABITANT = 0.008
SEED = 1
SIZES = ((0, 10_000), (10_000, 20_000), (20_000, 50_000), (50_000, 10**9))
CERTAIN = ("better", "worse", "higher", "lower")


def populations(demo: bool) -> pd.Series:
    """Inhabitants of every municipality in the newest year that has all of them."""
    with open_store(find_workspace(demo=demo).publish_db) as store:
        rows = query(store, "kpi_values", kpi=POPULATION)
    rows = rows[(rows["gender"] == "T") & rows["value"].notna()]
    full = rows.groupby("year").filter(lambda year: len(year) == rows["municipality"].nunique())
    return full[full["year"] == full["year"].max()].set_index("municipality")["value"]


def indicators(kind: str, count: int) -> dict[str, Indicator]:
    """As many copies of one made-up indicator as there are repeats."""
    source = NSource("none") if kind == "cost" else NSource("companion", "N", 1000)
    model = replace(
        next(iter(load_catalogue().indicators.values())),
        kind=kind,
        direction="high",
        breaks=(),
        unit="kr/inv" if kind == "cost" else "",
        n=source,
    )
    return {f"{number}": replace(model, id=f"{number}") for number in range(count)}


def draw(kind: str, people: pd.Series, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """`count` repeats of all municipalities and years, one kpi per repeat, chance alone."""
    shape = (count, len(people), len(YEARS))
    size = people.to_numpy()[None, :, None]
    if kind == "survey_share":
        n = np.maximum(np.round(size * ANSWERS_PER_INHABITANT), 10)
        value = rng.binomial(n.astype(int), SHARE, shape) / n * 100
    elif kind == "rate":
        n = size
        value = rng.poisson(size * PER_MILLE / 1000, shape) / size * 1000
    else:
        n = np.full_like(size, np.nan)
        value = COST * (1 + rng.standard_normal(shape) * 5 / np.sqrt(size))
    index = pd.MultiIndex.from_product(
        [[str(number) for number in range(count)], people.index, YEARS],
        names=["kpi", "municipality", "year"],
    )
    n_values = np.broadcast_to(n, shape).ravel()
    frame = pd.DataFrame({"value": value.ravel(), "n": n_values}, index=index)
    return frame.reset_index().assign(gender="T")


def references(rows: pd.DataFrame, people: pd.Series, weighted: float) -> pd.DataFrame:
    """Riket, the mean of all, and for each municipality the seven nearest in size."""
    now = rows[rows["year"] == YEARS[-1]]
    every = now.groupby("kpi")["value"].agg(value="mean", spread="std", n_members="size")
    mean = every.reset_index().assign(kind="unweighted_mean", weighted=False, municipality="")
    riket = mean.assign(kind="riket", weighted=True, value=weighted, spread=np.nan)
    table = now.pivot(index="kpi", columns="municipality", values="value")[list(people.index)]
    near = np.argsort(np.abs(np.subtract.outer(people.to_numpy(), people.to_numpy())), axis=1)
    seven = table.to_numpy()[:, near[:, 1:8]]
    similar = pd.DataFrame(
        {
            "kpi": np.repeat(table.index.to_numpy(), len(people)),
            "municipality": np.tile(people.index.to_numpy(), len(table)),
            "value": seven.mean(axis=2).ravel(),
            "spread": seven.std(axis=2, ddof=1).ravel(),
            "n_members": 7,
        }
    ).assign(kind="similar", weighted=False)
    found = pd.concat([riket, mean, similar], ignore_index=True)
    return found.assign(year=YEARS[-1], gender="T", label="", n_possible=found["n_members"])


def rank_colours(rows: pd.DataFrame) -> pd.DataFrame:
    """The newest year coloured by rank, and whether the colour was another the year before."""
    last = rows[rows["year"] >= YEARS[-2]].copy()
    place = last.groupby(["kpi", "year"])["value"].rank(pct=True)
    last["colour"] = np.select([place > 0.75, place <= 0.25], [1, -1], 0)
    wide = last.pivot(index=["kpi", "municipality"], columns="year", values="colour")
    old, new = wide[YEARS[-2]], wide[YEARS[-1]]
    found = pd.DataFrame({"coloured": new != 0, "changed": old != new, "flipped": old * new < 0})
    return found.reset_index()


def judge(kind: str, people: pd.Series, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Mean per municipality of every way of looking at the newest year."""
    rows, known = draw(kind, people, count, rng), indicators(kind, count)
    truth = {"survey_share": SHARE * 100, "rate": PER_MILLE, "cost": COST}[kind]
    against = pd.concat(
        [references(rows, people, truth), own_history(rows, known)], ignore_index=True
    )
    against = against[against["year"] == YEARS[-1]]
    answers = compare(rows, against, known, years=[int(YEARS[-1])])
    alarm = answers.assign(alarm=answers["answer"].isin(CERTAIN))
    found = alarm.pivot_table(
        index="municipality", columns="reference_kind", values="alarm", observed=True
    )
    course = trend(rows, known)
    found["trend"] = course["answer"].isin(CERTAIN).groupby(course["municipality"]).mean()
    colours = rank_colours(rows)
    columns = ["coloured", "changed", "flipped"]
    return found.join(colours.groupby("municipality")[columns].mean())


def show(kind: str, found: pd.DataFrame, people: pd.Series) -> None:
    titles = {
        "coloured": "färg",
        "changed": "byter",
        "flipped": "röd/grön",
        "riket": "riket",
        "unweighted_mean": "medel",
        "similar": "liknande",
        "own_history": "egna år",
        "trend": "trend",
    }
    found.columns = found.columns.astype(str)
    print(f"\n{kind}: procent av kommunerna, alla lika bra")
    print(f"{'invånare':>16}{'kommuner':>10}  " + "".join(f"{t:>10}" for t in titles.values()))
    for low, high in (*SIZES, (0, 10**9)):
        inside = people[(people >= low) & (people < high)].index
        until = f"{low:,}–{high:,}" if high < 10**9 else (f"från {low:,}" if low else "alla")
        cells = "".join(f"{found.loc[inside, name].mean() * 100:>10.1f}" for name in titles)
        print(f"{until.replace(',', ' '):>16}{len(inside):>10}  {cells}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--demo", action="store_true", help="the demo's municipalities")
    parser.add_argument("--repeats", type=int, default=100)
    options = parser.parse_args()
    people = populations(options.demo)
    rng = np.random.default_rng(SEED)
    middle = f"{people.median():,.0f}".replace(",", " ")
    print(f"{len(people)} kommuner, median {middle} invånare, {options.repeats} omgångar")
    print("färg, byter, röd/grön: rangfärger, hur ofta de byter till nästa år, och byter sida")
    print("riket … trend: säkerställd skillnad eller trend enligt analyslib (nominellt 5)")
    for kind in ("survey_share", "rate", "cost"):
        batches = [
            judge(kind, people, min(BATCH, options.repeats - start), rng)
            for start in range(0, options.repeats, BATCH)
        ]
        show(kind, sum(batches[1:], batches[0]) / len(batches), people)


if __name__ == "__main__":
    main()

"""How long protection and audit take, and how much is lost, on made-up packs.

    python benchmarks/disclosure.py            one pack of 15 municipalities
    python benchmarks/disclosure.py --country  290 municipalities, county by county
    python benchmarks/disclosure.py --country --first 3   only the first three counties
    python benchmarks/disclosure.py --follow-up 04 24 --coalition 2
                                               the made-up follow-up of two counties, where two
                                               members may lay their own figures together

The follow-up needs the built demo (`analyslib demo`). Prints seconds, seconds of processor, peak
memory and hidden cells. Nothing here is a test: run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from analyslib.analysis.follow_up import FollowUp
from analyslib.catalogue import load_catalogue
from analyslib.disclosure.audit import audit_publications
from analyslib.disclosure.follow_up import release_counties
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.release import Release, release
from analyslib.disclosure.rules import COALITIONS, NETWORK_PACK, Profile
from analyslib.explore.follow_up import individual_follow_up


DIMENSIONS = ("municipality", "service_area", "sex", "age_group")
SERVICE_AREAS = ("ALD", "BOU", "EKB", "LSS", "MBR", "VLD")
AGE_GROUPS = ("0-17", "18-29", "30-64", "65-79", "80+")
# How common each service is in each age group, per thousand: invented, but shaped like life.
PER_THOUSAND = np.array(
    [
        [0, 0, 2, 30, 220],
        [35, 6, 0, 0, 0],
        [0, 45, 30, 4, 1],
        [6, 8, 7, 3, 1],
        [0, 8, 6, 2, 0],
        [1, 3, 3, 1, 0],
    ]
)
AGE_SHARE = np.array([0.20, 0.14, 0.43, 0.17, 0.06])


def made_up_county(municipalities: list[str], rng: np.random.Generator) -> pd.DataFrame:
    """Counts of people, as many as there could be in places from 2,500 to 130,000 inhabitants."""
    sizes = np.exp(rng.normal(9.5, 1.0, len(municipalities))).clip(2_500, 130_000)
    rows = []
    for place, size in zip(municipalities, sizes, strict=True):
        expected = size * AGE_SHARE[None, :] * PER_THOUSAND / 1000 / 2
        for (i, area), sex, (j, age) in product(
            enumerate(SERVICE_AREAS), "KM", enumerate(AGE_GROUPS)
        ):
            rows.append((place, area, sex, age, int(rng.poisson(expected[i, j]))))
    return pd.DataFrame(rows, columns=[*DIMENSIONS, "count"])


def counties() -> Iterator[tuple[str, list[str]]]:
    places = pd.DataFrame(
        [(m.county_name, m.code) for m in load_catalogue().municipalities.values()],
        columns=["county", "code"],
    )
    for county, part in places.groupby("county"):
        yield str(county), part["code"].tolist()


def protect_and_audit(name: str, atoms: pd.DataFrame, profile: Profile, audit: bool) -> Release:
    start, worked = time.perf_counter(), time.process_time()
    made = release(atoms, [Layout("paket", DIMENSIONS)], profile, title=name)
    protected = (
        f"{time.perf_counter() - start:6.1f} s ({time.process_time() - worked:.1f} s processor)"
    )
    audited = ""
    if audit:
        start, worked = time.perf_counter(), time.process_time()
        passed = audit_publications([made.publication]).is_passed
        audited = (
            f", granskning {time.perf_counter() - start:6.1f} s "
            f"({time.process_time() - worked:.1f} s processor): {'ja' if passed else 'NEJ'}"
        )
    small = int(made.ledger.copies[made.plan.primary].sum())
    hidden = int(made.released.facts["n_hidden"])
    print(
        f"{name:22} {atoms['municipality'].nunique():3} kommuner, {small:4} små tal, "
        f"{hidden - small:4} till dolda, {len(made.plan.impossible)} omöjliga, "
        f"skydd {protected}{audited}",
        flush=True,
    )
    return made


def protect_follow_up(county: str, coalition: int) -> None:
    """Every table of the follow-up of a county's municipalities in the demo."""
    found = individual_follow_up(data="demo").found
    frames = (found.cases, found.insatser, found.pairs, found.closings)
    own = [rows[rows["municipality"].str[:2] == county] for rows in frames]
    start, worked = time.perf_counter(), time.process_time()
    counts, publications = release_counties(
        FollowUp(*own, years=found.years, window=found.window),
        replace(NETWORK_PACK, coalition=coalition),
    )
    seconds, processor = time.perf_counter() - start, time.process_time() - worked
    print(
        f"län {county}, {own[0]['municipality'].nunique():2} kommuner, {coalition} tillsammans: "
        f"{len(publications):2} tabeller, {len(counts)} tal, {counts['count'].isna().sum()} dolda, "
        f"skydd {seconds:6.1f} s ({processor:.1f} s processor)",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--country", action="store_true", help="290 municipalities")
    parser.add_argument("--first", type=int, help="only so many counties")
    parser.add_argument("--audit", action="store_true", help="audit every pack as well")
    parser.add_argument("--insiders", default="none", choices=("none", "exact", "full"))
    parser.add_argument("--follow-up", nargs="+", metavar="COUNTY", help="the demo's follow-up")
    parser.add_argument("--coalition", type=int, default=1, choices=COALITIONS)
    options = parser.parse_args()
    if options.follow_up:
        for county in options.follow_up:
            protect_follow_up(county, options.coalition)
        return
    profile = Profile(insiders=options.insiders, coalition=options.coalition)
    rng, start = np.random.default_rng(1), time.perf_counter()
    chosen = list(counties())
    if not options.country:
        chosen = [item for item in chosen if len(item[1]) == 15][:1]
    for name, codes in chosen[: options.first]:
        atoms = made_up_county(codes, rng)
        protect_and_audit(name, atoms, profile, options.audit)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = f"{time.perf_counter() - start:.0f} s ({time.process_time():.0f} s processor)"
    print(f"totalt {seconds}, som mest {peak:.0f} MB")


if __name__ == "__main__":
    main()

"""A whole network's key figures, made up, for whoever wants to try before adding real data.

The files are of the same kinds as those a user adds, and are checked and archived by the same
functions. Everything is drawn from fixed seeds: two demos are the same, byte for byte.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from analyslib.catalogue import RIKET, Catalogue, Indicator, load_catalogue
from analyslib.errors import UsageError
from analyslib.sources import kolada
from analyslib.sources.demo_numbers import NOT_DELIVERED, VALUE, Series, draw_series, read_levels
from analyslib.sources.demo_places import YEARS, Country, random_for
from analyslib.sources.origin import ArchivedFile, Origin, archive_file, sha256_of
from analyslib.workspace import Workspace


SOURCE = "demo"
MADE_UP = "Påhittade siffror"
LICENCE = "Påhittade siffror för att prova arbetsbänken. Säger inget om någon verklig kommun."

GENDERS = ("T", "K", "M")
STATUSES = ("", "Missing", "Not applicable", "Privacy")

# What the earlier vintage holds of values, and which of its years were revised since.
EARLIER_AREA = "ekonomiskt_bistand"
REVISED_YEAR = 2023
REVISED = 0.98
EARLIER_TITLES = {"N28892": "Invånare med insatser enl. LSS, andel (%)"}  # since in another unit

COUNTY_GROUPS = 33612  # the counties' groups have consecutive ids in order of county code
SKR_GROUPS = {
    "A1": "G92787", "A2": "G92793", "B3": "G92790", "B4": "G92792", "B5": "G92786",
    "C6": "G92788", "C7": "G92789", "C8": "G92791", "C9": "G92794",
}  # fmt: skip
SIMILAR = 7
# Each family of similar municipalities, what makes places alike in it, and its first id.
FAMILIES = {
    "IFO": ("area individ_och_familjeomsorg", 36400),
    "ekonomiskt bistånd": ("area ekonomiskt_bistand", 36800),
    "LSS": ("area lss", 37200),
    "äldreomsorg": ("area aldreomsorg", 37600),
    "socioekonomi": ("need", 176400),
    "övergripande": ("growth", 35800),
}

PERSPECTIVES = {"resources": "Resurser", "volumes": "Volymer", "background": "Övrigt"}
OPERATING_AREAS = {
    "bakgrund": "Befolkning",
    "integration": "Befolkning",
    "kostnader": "Kommunen, övergripande",
    "hemtjanst": "Äldre och funktionsnedsättning",
    "sarskilt_boende": "Äldre och funktionsnedsättning",
    "aldreomsorg": "Äldre och funktionsnedsättning",
    "lss": "Äldre och funktionsnedsättning",
    "socialpsykiatri": "Äldre och funktionsnedsättning",
}


@dataclass(frozen=True)
class Vintage:
    """One day on which the demo pretends to have fetched everything."""

    day: date
    earlier: bool

    @property
    def group_year(self) -> int:
        """Similar municipalities are published two years after the year they compare."""
        return self.day.year - 2


VINTAGES = (Vintage(date(2025, 9, 15), True), Vintage(date(2026, 3, 16), False))


def write_demo(workspace: Workspace) -> list[ArchivedFile]:
    """Made-up key figures, metadata and groups in two vintages, taken into data/raw/demo."""
    if not workspace.demo:
        raise UsageError("Påhittade siffror får inte läggas bland riktiga.")
    catalogue = load_catalogue()
    country = Country(tuple(catalogue.municipalities.values()))
    series = list(draw_series(catalogue, country))
    archived = []
    with tempfile.TemporaryDirectory() as folder:
        for vintage in VINTAGES:
            for path, title in _write_files(Path(folder), catalogue, country, series, vintage):
                archived.append(_archive(workspace, path, title, vintage.day))
    return archived


def _archive(workspace: Workspace, path: Path, title: str, day: date) -> ArchivedFile:
    """The production path: the same check and the same archive as for a user's file."""
    checked = kolada.check(path)
    origin = Origin(
        source=SOURCE,
        dataset=checked.dataset,
        publisher=MADE_UP,
        title=title,
        address="",
        licence=LICENCE,
        retrieved=day,
        vintage=day.isoformat(),
        original_name=path.name,
        sha256=sha256_of(path),
        rows=checked.rows,
    )
    return archive_file(workspace, path, origin)


def _write_files(
    folder: Path,
    catalogue: Catalogue,
    country: Country,
    series: Sequence[Series],
    vintage: Vintage,
) -> Iterator[tuple[Path, str]]:
    day = vintage.day.isoformat()
    kpis = [one.kpi for one in series]
    path = folder / f"nyckeltal_{day}.csv"
    yield _write_csv(path, METADATA, _metadata(catalogue, kpis, vintage)), f"{MADE_UP}: nyckeltal"
    path = folder / f"kommungrupper_{day}.csv"
    rows = _groups(country, vintage)
    yield _write_csv(path, MEMBERS, rows), f"{MADE_UP}: kommungrupper"
    if vintage.earlier:
        path = folder / f"kommuner_{day}.csv"
        yield _write_csv(path, PLACES, _places(catalogue)), f"{MADE_UP}: kommuner"
        path = folder / f"varden_{day}.csv"
        _earlier_values(catalogue, country, series).to_csv(path, index=False)
    else:
        path = folder / f"varden_{day}.parquet"
        _values(country, series).to_parquet(path, index=False)
    yield path, f"{MADE_UP}: värden"


# --- values


def _values(country: Country, series: Sequence[Series]) -> pd.DataFrame:
    """One row = one number, or one nothing with its status; what was not delivered has no row.

    The texts are categories, so that a million rows stay small; in order of key.
    """
    codes = [*(place.code for place in country.places), RIKET]
    status, value = (
        _in_order([getattr(one, name) for one in series], codes) for name in ("status", "value")
    )
    kept = status != NOT_DELIVERED
    kpi, place, year, gender = np.nonzero(kept)
    return pd.DataFrame(
        {
            "kpi": _texts(kpi, [one.kpi for one in series]),
            "municipality": _texts(place, sorted(codes)),
            "year": np.array(YEARS, dtype="int32")[year],
            "gender": _texts(gender, sorted(GENDERS)),
            "value": value[kept],
            "status": _texts(status[kept], STATUSES),
            "count": (status[kept] == VALUE).astype("int32"),
        }
    )


def _in_order(arrays: Sequence[np.ndarray], codes: Sequence[str]) -> np.ndarray:
    """All KPIs in one array: KPI x municipality x year x gender, each in order of its code."""
    stacked = np.stack(arrays)[:, :, np.argsort(codes)][..., np.argsort(GENDERS)]
    return stacked.swapaxes(1, 2)


def _texts(codes: np.ndarray, words: Sequence[str]) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(codes, pd.Index(list(words)))


def _earlier_values(
    catalogue: Catalogue, country: Country, series: Sequence[Series]
) -> pd.DataFrame:
    """One area as it was half a year before: without the last year, one year since revised."""
    area = {item.id: item for item in catalogue.areas[EARLIER_AREA].indicators}
    frame = _values(country, [one for one in series if one.kpi in area])
    frame = frame[frame["year"] < YEARS[-1]].copy()
    costs = [kpi for kpi, item in area.items() if item.kind == "cost"]
    revised = frame["kpi"].isin(costs) & (frame["year"] == REVISED_YEAR)
    frame.loc[revised, "value"] *= REVISED
    return frame


# --- metadata, groups, places


METADATA = (
    "id", "title", "description", "is_divided_by_gender", "municipality_type", "auspice",
    "operating_area", "perspective", "prel_publication_date", "publication_date", "publ_period",
    "has_ou_data",
)  # fmt: skip
MEMBERS = ("group_id", "group_title", "member_id", "member_title")
PLACES = ("id", "title", "type")


def _metadata(catalogue: Catalogue, kpis: Iterable[str], vintage: Vintage) -> Iterator[tuple]:
    """Every series with our own title; one that ended in time is gone from the later vintage."""
    levels = read_levels()
    for kpi in kpis:
        indicator = catalogue.indicators.get(kpi)
        last = levels[kpi].last_year if kpi in levels else YEARS[-1]
        if last < vintage.day.year - 2 and not vintage.earlier:
            continue
        title = indicator.title if indicator else levels[kpi].title
        if vintage.earlier:
            title = EARLIER_TITLES.get(kpi, title)
        if last < YEARS[-1]:
            title = f"{title} (-{last})"
        yield (
            kpi,
            title,
            _description(indicator),
            bool(indicator and indicator.gender),
            "K",
            "X",
            OPERATING_AREAS.get(indicator.area if indicator else "", "Individ- och familjeomsorg"),
            PERSPECTIVES.get(indicator.aspect if indicator else "", "Kvalitet och resultat"),
            "",
            f"{vintage.day.year + 1}-03-31",
            vintage.day.year,
            False,
        )


def _description(indicator: Indicator | None) -> str:
    parts = [f"{MADE_UP}."]
    if indicator:
        parts += [f"Från {item.year}: {item.reason}" for item in indicator.breaks]
        parts.append(indicator.caveats)
    return " ".join(part for part in parts if part)


def _groups(country: Country, vintage: Vintage) -> Iterator[tuple[str, str, str, str]]:
    """Counties, sorts of municipality, all, and the seven most alike in each service area.

    The ids of similar municipalities stay from year to year, with other members behind them.
    """
    places = country.places
    counties = sorted({place.county for place in places})
    for place in places:
        county = f"G{COUNTY_GROUPS + counties.index(place.county)}"
        yield county, f"{place.county_name}s kommuner (ovägt medel)", place.code, place.name
        group = SKR_GROUPS[place.skr_group]
        yield group, f"{place.skr_group_name} (ovägt medel)", place.code, place.name
        yield "G2328", "Alla kommuner (ovägt medel)", place.code, place.name
    for family, (trait, first_id) in FAMILIES.items():
        alike = _most_alike(country, trait, vintage)
        comma = "," if family == "övergripande" else ""
        for number, place in enumerate(places):
            title = f"Liknande kommuner{comma} {family}, {place.name}, {vintage.group_year}"
            for other in alike[number]:
                yield f"G{first_id + number}", title, places[other].code, places[other].name


def _most_alike(country: Country, trait: str, vintage: Vintage) -> np.ndarray:
    """For each municipality the seven nearest others: in size, age and what the area needs."""
    size = np.log(country.total[YEARS.index(vintage.group_year)])
    moved = random_for(f"{trait} {vintage.day.year}").normal(scale=0.2, size=len(size))
    features = np.stack([1.5 * size, country.age, country.trait(trait) + moved], axis=1)
    distance = ((features[:, None] - features[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    return np.argsort(distance, axis=1, kind="stable")[:, :SIMILAR]


def _places(catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    yield RIKET, "Riket", "L"
    for place in catalogue.municipalities.values():
        yield place.code, place.name, "K"


def _write_csv(path: Path, header: tuple[str, ...], rows: Iterable[tuple]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path

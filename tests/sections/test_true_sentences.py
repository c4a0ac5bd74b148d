"""Every sentence about a position is true of the source file, read by other code.

The numbers are read back from the sentence and held against the original parquet file; the
words higher, lower and better against the definitions as they stand in the TOML files.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from analyslib.analysis.findings import Finding, FindingKind
from analyslib.analysis.results import ReferenceKind
from analyslib.catalogue import load_catalogue
from analyslib.sections.material import Material, read_material
from analyslib.text.findings import finding_sentence


pytestmark = pytest.mark.shared
REPOSITORY = Path(__file__).resolve().parents[2]
VALUES = "social_services_all606_values_1994_2022.parquet"
NUMBER = r"(−?\d[\d\u00a0]*(?:,\d+)?)"
POSITION = re.compile(
    rf"ligger (högre|lägre) än [^:]+: {NUMBER}[^,.:]*? mot {NUMBER}"
    r".*?(?:och (högre|lägre) är bättre|ingen önskad riktning)"
)
COURSE = re.compile(
    rf"(?:har|andelen|kostnaden|antalet|indexet|värdet)[^.]*? (ökat|minskat) från {NUMBER} "
    rf"till {NUMBER}.{{0,80}}?(\d{{4}})–(\d{{4}})"
)
WOMEN_MEN = (
    re.compile(rf"kvinnor {NUMBER}[^\d−]*och män {NUMBER}"),
    re.compile(rf" i \D+? {NUMBER}.{{0,60}}? för kvinnor och {NUMBER}"),
)
Truth = Mapping[tuple[str, str], float]
History = Mapping[tuple[str, int, str], float]


@pytest.fixture(scope="module")
def truth(shared_data: Path) -> Truth:
    """Value by indicator and municipality in 2022, both sexes together, from the file itself."""
    rows = duckdb.sql(
        f"SELECT kpi, municipality, value FROM '{shared_data / 'kolada' / VALUES}' "
        "WHERE year = 2022 AND gender = 'T' AND value IS NOT NULL"
    ).fetchall()
    return {(kpi, place): value for kpi, place, value in rows}


def history_of(code: str, folder: Path) -> History:
    """Every value of one municipality by indicator, year and gender, from the file itself."""
    rows = duckdb.sql(
        f"SELECT kpi, year, gender, value FROM '{folder / 'kolada' / VALUES}' "
        f"WHERE municipality = '{code}' AND value IS NOT NULL"
    ).fetchall()
    return {(kpi, year, gender): value for kpi, year, gender, value in rows}


def is_course_true(sentence: str, finding: Finding, history: History) -> bool:
    """Both ends of a development and its way, where the sentence tells one."""
    match = COURSE.search(sentence)
    if match is None:
        return finding.kind is not FindingKind.COURSE
    way, first, last, from_year, to_year = match.groups()
    then, now = (history[finding.kpi, int(year), "T"] for year in (from_year, to_year))
    return is_rounded(first, then) and is_rounded(last, now) and (way == "ökat") == (now > then)


def is_women_men_true(sentence: str, finding: Finding, history: History) -> bool:
    match = WOMEN_MEN[0].search(sentence) or WOMEN_MEN[1].search(sentence)
    if match is None:
        return finding.kind is not FindingKind.WOMEN_MEN
    women, men = (history[finding.kpi, 2022, gender] for gender in "KM")
    return is_rounded(match[1], women) and is_rounded(match[2], men)


@pytest.fixture(scope="module")
def directions() -> dict[str, str]:
    folder = REPOSITORY / "src" / "analyslib" / "definitions" / "areas"
    tables = [tomllib.loads(path.read_text("utf-8")) for path in folder.glob("*.toml")]
    return {item["id"]: item["direction"] for table in tables for item in table["indicator"]}


@pytest.fixture
def codes(prove: bool) -> list[str]:
    every = sorted(load_catalogue().municipalities)
    return every if prove else random.Random(20261203).sample(every, 8)


def is_rounded(text: str, value: float) -> bool:
    """Whether the printed number is the value with so many decimals."""
    clean = text.replace("\u00a0", "").replace("−", "-").replace(",", ".")
    decimals = len(clean.partition(".")[2])
    return abs(float(clean) - value) <= 0.5 * 10**-decimals + 1e-9


def reference_value(finding: Finding, material: Material, truth: Truth) -> float:
    """The reference recomputed from the file: Riket as it is, a group as its plain mean."""
    kind = finding.comparison.reference.kind
    if kind is ReferenceKind.RIKET:
        return truth[finding.kpi, "0000"]
    similar = material.similar_of(material.catalogue.areas[finding.area])
    members = {
        ReferenceKind.SIMILAR: similar.members if similar else (),
        ReferenceKind.SKR_GROUP: material.peers.skr_group,
        ReferenceKind.COUNTY: material.peers.county,
        ReferenceKind.NETWORK: material.peers.network,
        ReferenceKind.UNWEIGHTED_MEAN: tuple(material.catalogue.municipalities),
    }[kind]
    known = [truth[finding.kpi, code] for code in members if (finding.kpi, code) in truth]
    return sum(known) / len(known)


def is_true(sentence: str, finding: Finding, own: float, other: float, direction: str) -> bool:
    match = POSITION.search(sentence)
    assert match, sentence
    side, own_text, other_text, better = match.groups()
    return (
        is_rounded(own_text, own)
        and is_rounded(other_text, other)
        and (side == "högre") == (own > other)
        and {"högre": "high", "lägre": "low", None: "none"}[better] == direction
        and finding.favourable == (None if better is None else side == better)
    )


def test_every_position_in_the_reports_is_true(
    real_workspace: Path,
    truth: Truth,
    directions: dict[str, str],
    codes: list[str],
    shared_data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANALYSLIB_HOME", str(real_workspace))
    checked = courses = 0
    for code in codes:
        material = read_material(code, "alla", 2022, "riktig")
        indicators = material.catalogue.indicators
        history = history_of(code, shared_data)
        for finding in material.findings:
            sentence = finding_sentence(finding, indicators[finding.kpi], material.place.name)
            assert is_course_true(sentence, finding, history), sentence
            assert is_women_men_true(sentence, finding, history), sentence
            courses += COURSE.search(sentence) is not None
            if finding.kind is not FindingKind.POSITION:
                continue
            own = truth[finding.kpi, code]
            other = reference_value(finding, material, truth)
            assert is_true(sentence, finding, own, other, directions[finding.kpi]), sentence
            flipped = {"high": "low", "low": "high", "none": "high"}[directions[finding.kpi]]
            assert not is_true(sentence, finding, own, other, flipped), sentence
            checked += 1
    print(f"{checked} positions and {courses} developments in {len(codes)} reports")
    assert checked >= len(codes)

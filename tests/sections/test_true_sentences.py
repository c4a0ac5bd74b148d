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
Truth = Mapping[tuple[str, str], float]


@pytest.fixture(scope="module")
def truth(shared_data: Path) -> Truth:
    """Value by indicator and municipality in 2022, both sexes together, from the file itself."""
    rows = duckdb.sql(
        f"SELECT kpi, municipality, value FROM '{shared_data / 'kolada' / VALUES}' "
        "WHERE year = 2022 AND gender = 'T' AND value IS NOT NULL"
    ).fetchall()
    return {(kpi, place): value for kpi, place, value in rows}


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
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANALYSLIB_HOME", str(real_workspace))
    checked = 0
    for code in codes:
        material = read_material(code, "alla", 2022, "riktig")
        indicators = material.catalogue.indicators
        for finding in material.findings:
            if finding.kind is not FindingKind.POSITION:
                continue
            sentence = finding_sentence(finding, indicators[finding.kpi], material.place.name)
            own = truth[finding.kpi, code]
            other = reference_value(finding, material, truth)
            assert is_true(sentence, finding, own, other, directions[finding.kpi]), sentence
            flipped = {"high": "low", "low": "high", "none": "high"}[directions[finding.kpi]]
            assert not is_true(sentence, finding, own, other, flipped), sentence
            checked += 1
    print(f"{checked} sentences in {len(codes)} reports")
    assert checked >= len(codes)

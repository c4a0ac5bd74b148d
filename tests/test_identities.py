"""The identities: their definitions are checked loudly, and hold on the real file."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from analyslib.catalogue import load_catalogue
from analyslib.errors import DefinitionError
from analyslib.identities import BUILT_IN, Candidate, Check, load_costs, read_costs


COSTS = load_costs()
GOOD = Check(2000, 290, 2015, 2022, 0.001, 0.01)
FILE = "ddf_all_values_2024-08.parquet"


def broken(tmp_path: Path, old: str, new: str) -> str:
    """The faults of the built-in file with one piece of text changed."""
    text = BUILT_IN.read_text("utf-8")
    assert old in text
    path = tmp_path / "identities.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DefinitionError) as raised:
        read_costs(path, load_catalogue())
    return str(raised.value)


def test_only_what_has_kept_the_rule_is_shown() -> None:
    assert [item.id for item in COSTS.identities] == [
        "hemtjanst",
        "sarskilt_boende",
        "lss_boende",
        "daglig_verksamhet",
    ]
    assert all(item.check and item.check.holds for item in COSTS.identities)
    failed = [item.id for item in COSTS.candidates if item.check and not item.check.holds]
    assert "bistand_kostnad" in failed and "hemtjanst_80" in failed


@pytest.mark.parametrize(
    "changes",
    [{"median": 0.02}, {"p95": 0.06}, {"pairs": 999}, {"municipalities": 199}],
)
def test_the_rule_has_four_parts(changes: dict[str, float]) -> None:
    assert GOOD.holds
    assert not replace(GOOD, **changes).holds  # type: ignore[arg-type]


def test_no_cost_is_shown_without_quality() -> None:
    indicators = load_catalogue().indicators
    for item in (*COSTS.identities, *COSTS.deviations):
        aspects = {indicators[kpi].aspect for kpi in item.beside}
        assert aspects & {"quality", "results"}, item.id


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("p95 = 0.0013", "p95 = 0.2", "har inte hållit provet"),
        ('cost = "N21009"', 'cost = "N21099"', "”N21099” är inget nyckeltal"),
        ('beside = ["N21826", "U21468", "U21505"]', "beside = []", "aldrig utan kvalitet"),
        ('area = "hemtjanst"', 'area = "hemvard"', "inget område ”hemvard”"),
        ('id = "lss_boende"', 'id = "hemtjanst"', "står två gånger"),
        ("per = 100 }", "per = 0 }", "”per” ska vara större"),
        ("ask_price", "ask_prise", "okänd nyckel ”ask_prise”"),
    ],
)
def test_faults_are_said_with_their_place(tmp_path: Path, old: str, new: str, fault: str) -> None:
    said = broken(tmp_path, old, new)
    assert fault in said and "identities.toml" in said


def test_the_file_is_what_its_own_reader_says() -> None:
    table = tomllib.loads(BUILT_IN.read_text("utf-8"))
    assert len(table["identity"]) == len(COSTS.identities)
    assert len(table["candidate"]) == len(COSTS.candidates)


# --- on the real file, by other code


def errors_by_sql(path: Path, item: Candidate) -> tuple[int, float, float]:
    """Municipality-years, median and 95th percentile of the error, all in SQL."""
    over = item.volume.over
    inhabitants = " + ".join(f"o{n}.value" for n in range(len(over))) or "1"
    joins = [("v", item.volume.kpi), ("p", item.price)]
    joins += [(f"o{n}", kpi) for n, kpi in enumerate(over)]
    joined = " ".join(
        f"JOIN t AS {name} ON {name}.kpi = '{kpi}' AND {name}.municipality = c.municipality "
        f"AND {name}.year = c.year"
        for name, kpi in joins
    )
    rows = duckdb.sql(
        f"""
        WITH t AS (
            SELECT kpi, municipality, year, value FROM '{path}'
            WHERE gender = 'T' AND value IS NOT NULL AND municipality <> '0000'
        ),
        error AS (
            SELECT abs(v.value / {item.volume.per} / ({inhabitants}) * p.value / c.value - 1) AS e
            FROM t AS c {joined}
            WHERE c.kpi = '{item.cost}' AND c.value > 0
        )
        SELECT count(*), quantile_cont(e, 0.5), quantile_cont(e, 0.95) FROM error
        """
    ).fetchall()
    return rows[0]


@pytest.mark.shared
@pytest.mark.parametrize("item", [*COSTS.identities, *COSTS.candidates], ids=lambda item: item.id)
def test_the_stated_errors_are_those_of_the_real_file(item: Candidate, shared_data: Path) -> None:
    pairs, median, p95 = errors_by_sql(shared_data / "kolada" / FILE, item)
    if item.check is None:
        assert pairs == 0
        return
    assert pairs == item.check.pairs
    assert median == pytest.approx(item.check.median, abs=5e-4)
    assert p95 == pytest.approx(item.check.p95, abs=5e-4)
    print(f"{item.id}: {pairs} municipality-years, median {median:.2%}, P95 {p95:.2%}")

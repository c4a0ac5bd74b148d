"""The catalogue of measures loads, and refuses what it must not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyslib.errors import DefinitionError
from analyslib.measures import load_measures


GOOD = """
title = "Provmått"
full_title = "Ett mått att prova med"
about = "Bara i test."
service_areas = ["missbruk"]
low = 0
high = 4
direction = "low"
scale = "ordinal"
missing = [8, 9]
source = "Detta test"
owner = "test"
review_date = 2027-01-31
"""


def read_one(folder: Path, text: str) -> None:
    (folder / "prov.toml").write_text(text, encoding="utf-8")
    load_measures(folder)


def test_every_built_in_measure_loads() -> None:
    measures = load_measures()
    assert {"ibic", "gas", "audit", "dudit", "sdq", "ors", "kasam13", "phq9", "gad7"} <= set(
        measures
    )
    assert all(measure.source and measure.owner for measure in measures.values())


def test_reliability_and_limits_stand_only_with_a_source() -> None:
    for measure in load_measures().values():
        stated = [measure.reliability, measure.reliable_change, *measure.cut_offs]
        assert all(item.source for item in stated if item is not None)


def test_without_reliability_no_reliable_change_is_offered() -> None:
    measures = load_measures()
    assert not measures["ibic"].offers_reliable_change
    assert not measures["audit"].offers_reliable_change
    assert measures["phq9"].offers_reliable_change


def test_phq9_and_gad7_have_the_published_limits() -> None:
    """IAPT: caseness above 9 and above 7, reliable improvement from 6 and 4 points."""
    phq9, gad7 = load_measures()["phq9"], load_measures()["gad7"]
    assert phq9.reliable_change and gad7.reliable_change
    assert (phq9.reliable_change.points, gad7.reliable_change.points) == (6, 4)
    assert [(cut.value, cut.inclusive) for cut in (*phq9.cut_offs, *gad7.cut_offs)] == [
        (9, False), (7, False),
    ]  # fmt: skip


def test_cut_offs_differ_between_women_and_men() -> None:
    audit = load_measures()["audit"]
    assert [cut.value for cut in audit.cut_offs_for("K")] == [6]
    assert [cut.value for cut in audit.cut_offs_for("M")] == [8]


def test_a_subscale_has_its_own_range_and_direction() -> None:
    prosocial = load_measures()["sdq"].subscale("prosocial")
    assert prosocial is not None
    assert (prosocial.high, prosocial.direction) == (10, "high")
    emotion = load_measures()["sdq"].subscale("emotion")
    assert emotion is not None and emotion.direction == "low"


def test_nine_is_a_value_of_the_interviewers_rating_and_a_missing_code_of_ibic() -> None:
    measures = load_measures()
    assert measures["asi_intervjuare"].high == 9
    assert 9 not in measures["asi_intervjuare"].missing
    assert measures["ibic"].missing == (8, 9)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("low = 0", "low = 5"), "mindre än"),
        (("missing = [8, 9]", "missing = [3]"), "inom skalan"),
        (('direction = "low"', 'direction = "down"'), "direction"),
        (('source = "Detta test"', ""), "source"),
        (("high = 4", "hihg = 4"), "Menade du"),
        (("owner", '[reliability]\nvalue = 0.8\nkind = "test-retest"\n[x]\nowner'), "source"),
    ],
)
def test_a_wrong_definition_is_refused(change: tuple[str, str], said: str, tmp_path: Path) -> None:
    read_one(tmp_path, GOOD)
    with pytest.raises(DefinitionError, match=said):
        read_one(tmp_path, GOOD.replace(*change))


def test_two_measures_cannot_have_the_same_name(tmp_path: Path) -> None:
    read_one(tmp_path, GOOD)
    (tmp_path / "annat.toml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(DefinitionError, match="används även"):
        load_measures(tmp_path)

"""The workbench's own limit for small numbers, and the advice where too much is hidden."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from made_follow_up import analyst_database, follow_up

from analyslib.analysis.follow_up_themes import BASIS, FEWEST_OF_A_NAME, OTHER, THEMES, units_of
from analyslib.disclosure.follow_up import release_follow_up
from analyslib.disclosure.follow_up_advice import advise_follow_up
from analyslib.disclosure.rules import NETWORK_PACK, OPEN_PAGE
from analyslib.disclosure.settings import with_settings
from analyslib.errors import DefinitionError


def settings(folder: Path, text: str) -> Path:
    path = folder / "disclosure.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_limit_is_five_unless_somebody_has_changed_it() -> None:
    assert with_settings(NETWORK_PACK) == NETWORK_PACK


def test_a_higher_limit_holds_for_everything_that_is_printed(tmp_path: Path) -> None:
    profile = with_settings(NETWORK_PACK, settings(tmp_path, "threshold = 10"))
    assert (profile.threshold, profile.insiders) == (10, "full")
    tables = release_follow_up(analyst_database(), profile)
    shown = tables["individual_count"]["count"].dropna()
    assert len(shown) and not ((shown > 0) & (shown < 10)).any()
    facts = tables["individual_release"].set_index("key")["value"]
    assert facts["threshold"] == "10"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("threshold = 7", "kan inte vara 7"),
        ("treshold = 5", "Menade du"),
        ("threshold = '5'", "heltal"),
        ("", "saknas"),
        ("threshold =", "TOML"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DefinitionError, match=said) as raised:
        with_settings(OPEN_PAGE, settings(tmp_path, text))
    assert "disclosure.toml" in str(raised.value)


def test_a_small_municipality_is_told_what_would_show_more() -> None:
    found = {advice.theme: advice for advice in advise_follow_up(follow_up(), "2463")}
    assert found and set(found) <= set(THEMES)
    assert all(item.share_hidden > 0.3 for item in found.values())
    better = [proposal for item in found.values() for proposal in item.advice]
    assert any("verksamhet" in proposal.text for proposal in better)
    for item in found.values():
        assert all(proposal.share_hidden < item.share_hidden for proposal in item.advice)


def test_a_large_municipality_is_told_less() -> None:
    large = {advice.theme for advice in advise_follow_up(follow_up(), "2480")}
    small = {advice.theme for advice in advise_follow_up(follow_up(), "2463")}
    assert BASIS.id not in large and len(large) < len(small)


@pytest.mark.parametrize("theme", [theme for theme in THEMES.values() if theme.is_local])
def test_a_name_told_from_ten_cases_does_not_tell_of_the_few_others(theme: object) -> None:
    units = units_of(theme, follow_up())  # type: ignore[arg-type]
    sizes = units.groupby(["municipality", "service_area", "class"]).size()
    alone = sizes.groupby(["municipality", "service_area"]).transform("size") == 1
    assert sizes[~alone].min() >= FEWEST_OF_A_NAME
    assert OTHER in sizes.index.get_level_values("class")


def test_the_few_others_take_the_smallest_name_with_them() -> None:
    from analyslib.analysis.follow_up_themes import _with_few_names

    reasons = ["oro"] * 14 + ["behov"] * 10 + ["annat ord"] * 2
    rows = pd.DataFrame({"municipality": "2480", "service_area": "lss", "reason": reasons})
    found = _with_few_names(rows, THEMES["orsak"])["reason"].value_counts().to_dict()
    assert found == {"oro": 14, OTHER: 12}

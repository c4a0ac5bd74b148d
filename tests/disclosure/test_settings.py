"""The workbench's own limit for small numbers, and the advice where too much is hidden."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_follow_up import analyst_database, follow_up

from analyslib.analysis.follow_up_themes import BASIS, FEWEST_OF_A_NAME, OTHER, THEMES, units_of
from analyslib.disclosure.follow_up import release_follow_up
from analyslib.disclosure.follow_up_advice import advise_follow_up
from analyslib.disclosure.layout import Layout
from analyslib.disclosure.release import release
from analyslib.disclosure.released import TOTAL, Released
from analyslib.disclosure.rules import NETWORK_PACK, OPEN_PAGE, Profile
from analyslib.disclosure.settings import with_settings
from analyslib.errors import DefinitionError, UsageError
from analyslib.store.build import program_sum


def settings(folder: Path, text: str) -> Path:
    path = folder / "disclosure.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_limit_is_five_unless_somebody_has_changed_it() -> None:
    assert with_settings(NETWORK_PACK) == NETWORK_PACK


def test_a_higher_limit_holds_for_everything_that_is_printed(tmp_path: Path) -> None:
    profile = with_settings(NETWORK_PACK, settings(tmp_path, "threshold = 10\ncoalition = 1"))
    assert (profile.threshold, profile.insiders) == (10, "full")
    tables = release_follow_up(analyst_database(), profile)
    shown = tables["individual_count"]["count"].dropna()
    assert len(shown) and not ((shown > 0) & (shown < 10)).any()
    facts = tables["individual_release"].set_index("key")["value"]
    assert facts["threshold"] == "10"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("threshold = 7\ncoalition = 1", "kan inte vara 7"),
        ("treshold = 5\ncoalition = 1", "Menade du"),
        ("threshold = '5'\ncoalition = 1", "heltal"),
        ("threshold = 5\ncoalition = 4", "mot 4 kommuner"),
        ("threshold = 5\ncoalition = 0", "mot 0 kommuner"),
        ("threshold = 5\nkoalition = 2", "koalition"),
        ("threshold = 5", "saknas"),
        ("", "saknas"),
        ("threshold =", "TOML"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DefinitionError, match=said) as raised:
        with_settings(OPEN_PAGE, settings(tmp_path, text))
    assert "disclosure.toml" in str(raised.value)


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as raised:
        with_settings(OPEN_PAGE, settings(tmp_path, "threshold = 7\ncoalition = 9"))
    assert len(raised.value.faults) == 2


def test_a_profile_knows_how_many_may_lay_their_figures_together() -> None:
    with pytest.raises(UsageError, match="4 medlemmar"):
        Profile(coalition=4)


MEMBERS = ("2403", "2417", "2418", "2480")
ANSWERS = Layout("svar", ("municipality", "class"))


def four_members(seed: int) -> pd.DataFrame:
    rows = list(product(MEMBERS, ("ja", "nej")))
    counts = np.random.default_rng(seed).integers(1, 12, len(rows))
    return pd.DataFrame(rows, columns=["municipality", "class"]).assign(count=counts)


def learnt_by_two(atoms: pd.DataFrame, released: Released) -> int:
    """The small numbers of others that two members can tell together, with all their own figures
    in hand: every count that the others could have had is gone through."""
    true = {(place, name): n for place, name, n in atoms.itertuples(index=False)}
    shown = released.table("svar").dropna(subset=["count"]).to_dict("records")
    found = 0
    for pair in combinations(MEMBERS, 2):
        others = [key for key in true if key[0] not in pair]
        worlds = np.array(list(product(range(25), repeat=len(others))))
        for cell in shown:
            counted = [
                cell["municipality"] in (TOTAL, place) and cell["class"] in (TOTAL, name)
                for place, name in [*true]
            ]
            is_in = dict(zip(true, counted, strict=True))
            known = sum(n for key, n in true.items() if key[0] in pair and is_in[key])
            worlds = worlds[
                worlds[:, [is_in[key] for key in others]].sum(axis=1) + known == cell["count"]
            ]
        found += sum(
            true[key] < 5 and len(np.unique(worlds[:, i])) == 1 for i, key in enumerate(others)
        )
    return found


@pytest.mark.parametrize("seed", [1, 15, 16])
def test_two_members_together_learn_a_number_unless_the_settings_say_so(
    tmp_path: Path, seed: int
) -> None:
    atoms, learnt = four_members(seed), []
    for members in (1, 2):
        text = f"threshold = 5\ncoalition = {members}"
        profile = with_settings(NETWORK_PACK, settings(tmp_path, text))
        learnt.append(learnt_by_two(atoms, release(atoms, [ANSWERS], profile).released))
    assert learnt[0] > 0 and learnt[1] == 0


def test_a_changed_setting_changes_what_the_build_was_made_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The build goes by the sum of everything that decides, the settings among it."""
    for name in ("definitions", "disclosure"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr("analyslib.store.build.package_files", lambda _: tmp_path)
    sums = set()
    for members in (1, 2, 1):
        text = f"threshold = 5\ncoalition = {members}\n"
        (tmp_path / "definitions" / "disclosure.toml").write_text(text, "utf-8")
        program_sum.cache_clear()
        sums.add(program_sum())
    program_sum.cache_clear()
    assert len(sums) == 2


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

"""The question to take home follows from the result, and so do the words for small numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyslib.analysis.costs import Decomposition, Factors, Obstacle, Part, PartKind
from analyslib.analysis.net_costs import NetCost, net_cost
from analyslib.analysis.results import Answer, Reason, ReferenceKind
from analyslib.catalogue import load_catalogue
from analyslib.identities import load_costs
from analyslib.text.costs import (
    amount,
    broken_sentence,
    change_sentence,
    check_sentence,
    group_words,
    one_person_sentence,
    part_answer,
    position_sentence,
    reconcile_sentence,
    rejected_sentence,
)
from analyslib.text.net_costs import (
    model_sentence,
    net_cost_sentences,
    older_model_note,
    too_few_years_sentence,
)


COSTS = load_costs()
LSS = next(item for item in COSTS.identities if item.id == "lss_boende")
CHANGE = Decomposition(
    "lss_boende",
    "2425",
    ReferenceKind.OWN_HISTORY,
    2022,
    Obstacle.NONE,
    Factors(2017, 2_600.0, 0.004, 650_000.0, 2_500.0),
    Factors(2022, 3_900.0, 0.003, 1_300_000.0, 2_400.0),
    (
        Part(PartKind.VOLUME, -900.0, Answer.NO_CERTAIN_DIFFERENCE),
        Part(PartKind.NATIONAL_PRICE, 700.0),
        Part(PartKind.PRICE, 1_500.0, Answer.NO_CERTAIN_DIFFERENCE),
        Part(PartKind.RESIDUAL, 0.0),
    ),
)
BESIDE = replace(
    CHANGE,
    kind=ReferenceKind.SIMILAR,
    start=Factors(2022, 4_000.0, 0.003, 1_333_333.0),
    parts=(
        Part(PartKind.VOLUME, 10.0, Answer.NO_CERTAIN_DIFFERENCE),
        Part(PartKind.PRICE, -110.0, Answer.CANNOT_BE_JUDGED, Reason.BREAK_IN_SERIES),
        Part(PartKind.RESIDUAL, 0.0),
    ),
    n_members=6,
    n_possible=7,
)


def judged(found: Decomposition, kind: PartKind, answer: Answer) -> Decomposition:
    parts = tuple(
        replace(part, answer=answer) if part.kind is kind else part for part in found.parts
    )
    return replace(found, parts=parts)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_change_and_a_position_are_said_with_their_parts() -> None:
    assert plain(change_sentence(CHANGE, LSS)) == (
        "År 2022 var kostnaden för LSS-boende 3 900 kronor per invånare, 1 300 kronor mer än 2017: "
        "volymen −900 kronor (ingen säker förändring), kostnadsutvecklingen i riket +700 kronor "
        "och kommunens egen kostnad per person med boendet +1 500 kronor (ingen säker förändring)."
    )
    assert plain(position_sentence(BESIDE, LSS)) == (
        "Jämfört med medelvärdet för 6 av 7 liknande kommuner är kostnaden 100 kronor lägre 2022: "
        "volymen +10 kronor (ingen säker skillnad) och kostnaden per person med boendet "
        "−110 kronor (kan inte bedömas)."
    )


@pytest.mark.parametrize(
    ("kind", "answer", "said"),
    [
        (PartKind.VOLUME, Answer.LOWER, "volymen har minskat sedan 2017. Är det nya eller"),
        (PartKind.PRICE, Answer.HIGHER, "utvecklats snabbare än i riket sedan 2017. Är det bem"),
    ],
)
def test_the_question_is_about_the_change_that_is_certain(
    kind: PartKind, answer: Answer, said: str
) -> None:
    assert said in reconcile_sentence(judged(CHANGE, kind, answer), BESIDE, LSS, Answer.LOWER)


def test_else_about_the_position_then_the_whole_then_single_persons() -> None:
    certain = judged(BESIDE, PartKind.VOLUME, Answer.HIGHER)
    assert "volymen är högre än hos liknande kommuner" in reconcile_sentence(CHANGE, certain, LSS)
    network = replace(certain, kind=ReferenceKind.NETWORK)
    assert "än hos kommunerna i nätverket" in reconcile_sentence(CHANGE, network, LSS)
    whole = reconcile_sentence(CHANGE, BESIDE, LSS, Answer.LOWER)
    assert "kostnaden är säkert lägre än hos liknande kommuner, men varken" in whole
    for answer in (None, Answer.NO_CERTAIN_DIFFERENCE, Answer.CANNOT_BE_JUDGED):
        assert "enstaka personer" in reconcile_sentence(CHANGE, BESIDE, LSS, answer)
    assert CHANGE.end
    city = replace(CHANGE, end=replace(CHANGE.end, population=240_000.0))
    assert "Känner ni igen det" in reconcile_sentence(city, BESIDE, LSS)


def test_a_price_that_lags_behind_the_country_is_not_said_to_fall() -> None:
    for answer, words in ((Answer.LOWER, "långsammare än i riket"), (Answer.HIGHER, "snabbare")):
        found = judged(CHANGE, PartKind.PRICE, answer)
        part = found.part(PartKind.PRICE)
        assert part and part.effect > 0
        assert words in part_answer(found, part) and "minskar" not in part_answer(found, part)
    volume = judged(CHANGE, PartKind.VOLUME, Answer.LOWER)
    assert part_answer(volume, volume.part(PartKind.VOLUME)) == "▽ minskar"
    beside = judged(BESIDE, PartKind.PRICE, Answer.LOWER)
    assert part_answer(beside, beside.part(PartKind.PRICE)) == "▽ lägre"


def test_what_one_person_means_is_said_in_kronor_share_and_persons() -> None:
    assert plain(one_person_sentence(CHANGE, LSS)) == (
        "En person med LSS-boende mer eller mindre motsvarar omkring 542 kronor per invånare, "
        "13,9 procent av kostnaden. Volymdelen sedan 2017 motsvarar omkring 2 personer färre, "
        "räknat på folkmängden 2022. En enda insats kan alltså flytta siffran."
    )
    assert CHANGE.end
    large = replace(CHANGE, start=None, end=replace(CHANGE.end, population=240_000.0))
    assert "flytta siffran" not in one_person_sentence(large, LSS)
    city = replace(CHANGE, end=replace(CHANGE.end, population=1_000_000.0))
    assert "mindre än 0,1 procent av kostnaden" in plain(one_person_sentence(city, LSS))
    unknown = replace(CHANGE, end=replace(CHANGE.end, population=None))
    assert one_person_sentence(unknown, LSS) == ""


def test_a_break_is_named_with_its_year() -> None:
    broken = replace(CHANGE, obstacle=Obstacle.BROKEN, start=None, parts=(), broken=2021)
    assert "serien är bruten 2021" in change_sentence(broken, LSS)
    assert broken_sentence(broken) == ""
    assert broken_sentence(replace(CHANGE, broken=2021)).startswith("Åren före 2021 mäts")


@pytest.mark.parametrize("obstacle", [item for item in Obstacle if item is not Obstacle.NONE])
def test_every_obstacle_has_words(obstacle: Obstacle) -> None:
    nothing = replace(BESIDE, obstacle=obstacle, start=None, parts=(), n_members=0)
    for sentence in (change_sentence(nothing, LSS), position_sentence(nothing, LSS)):
        assert "går" in sentence and len(sentence.partition(": ")[2]) > 15
    assert group_words(nothing) == "liknande kommuner"


def test_small_amounts_are_written_right() -> None:
    written = [plain(amount(effect)) for effect in (1.2, -0.9, 0.3, -0.2, 1_200.0)]
    assert written == ["+1 krona", "−1 krona", "0 kronor", "0 kronor", "+1 200 kronor"]


def test_how_well_each_identity_holds_is_said() -> None:
    said = [plain(check_sentence(item)) for item in COSTS.identities]
    assert all("kommunår" in sentence for sentence in said)
    assert "högst 0,13 procent i nitton fall av tjugo" in said[-1]
    told = [rejected_sentence(item) for item in COSTS.candidates]
    assert all(
        item.why_not.split()[-1] in text for item, text in zip(COSTS.candidates, told, strict=True)
    )


# --- net cost against reference cost


DEVIATION = next(item for item in COSTS.deviations if item.id == "ifo")


def deviation(*percent: float, first: int = 2019) -> NetCost:
    """The newest of some years' deviations."""
    values = {("N30001", "2480", first + n): value for n, value in enumerate(percent)}
    last = first + len(percent) - 1
    indicators = load_catalogue().indicators
    return net_cost(values, DEVIATION, "2480", range(last - 5, last + 1), indicators)


def test_with_few_years_of_the_model_it_is_said_why_nothing_is_certain() -> None:
    """For 2022, four years after the model was replaced, no deviation can be judged at all."""
    said = plain(net_cost_sentences(deviation(9.0, 9.5, 9.2, 9.4), DEVIATION))
    assert said.endswith(
        "Det går inte att bedöma om avvikelsen är säker: det behövs värden för minst 5 år sedan "
        "modellen byttes 2019."
    )
    enough = plain(net_cost_sentences(deviation(9.0, 9.5, 9.2, 9.4, 9.3), DEVIATION))
    few = deviation(9.0, 9.5, 9.2, 9.4)
    assert too_few_years_sentence([few, few]).startswith("För inget av områdena går det att bedöma")
    assert net_cost_sentences(few, DEVIATION, is_judged=False).endswith("+9,5\u00a0procent.")
    assert too_few_years_sentence([few, deviation(9.0, 9.5, 9.2, 9.4, 9.3)]) == ""
    assert enough.endswith("Avvikelsen är säkert skild från noll.")
    assert "nettokostnaden 2023 var 9,3 procent högre än referenskostnaden." in enough
    assert "Sedan 2019 har avvikelsen legat mellan +9,0 och +9,5 procent." in enough


def test_the_old_model_is_only_spoken_of_where_its_years_are_shown() -> None:
    assert "Modellen byttes 2019" in model_sentence(2017) and older_model_note(2018)
    assert "2019" not in model_sentence(2019) and older_model_note(2019) == ""
    assert model_sentence(2020).endswith("råder över. Avvikelsen säger inget om kvalitet.")

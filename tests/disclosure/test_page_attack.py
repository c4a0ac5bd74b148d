"""The attacker of the pages claims no more than can be known: what he says holds for the truth."""

from __future__ import annotations

from collections.abc import Mapping

from page_attack import AREAS, Claim, attack


BACK = "tillbaka"


def page(place: str, cells: Mapping[str, str], day: str = "1 mars 2026") -> str:
    """A municipality's page of those who came back, by service area ("" for all of them), with
    whose extract is told by its day."""
    rows = "".join(
        f'<tr><th>{area}</th><td data-layout="aterkomst-24" data-cell="municipality={place};'
        f'{f"service_area={area};" if area else ""}class={BACK}">{text}</td></tr>'
        for area, text in cells.items()
    )
    begun = "Avslutade ärenden bland dem som började 2024–2025"
    owner = f'<tr><td data-layout="underlag-24" data-cell="municipality={place}">99</td></tr>'
    return (
        f"<p>Uttaget gjordes den {day}.</p>"
        f"<table><tr><th></th><th>tillbaka</th></tr>{rows}</table>"
        f"<table><caption>{begun}</caption><tr><th></th></tr>{owner}</table>"
    )


def claims(*packs: list[str]) -> list[tuple[str, str, int, int | None]]:
    return [_of(claim) for claim in attack(packs)]


def _of(claim: Claim) -> tuple[str, str, int, int | None]:
    return claim.group.place, claim.group.subject, claim.low, claim.high


def test_a_number_that_follows_from_a_sum_is_claimed() -> None:
    shown = dict.fromkeys(AREAS, "9")
    whole = page("2480", {**shown, "aldre": "dolt", "": "52"})
    assert claims([whole]) == [("2480", "aldre", 7, 7)]
    assert claims([page("2480", {**shown, "aldre": "dolt", "": "dolt"})]) == []


def test_a_service_area_without_a_row_may_be_in_the_sum() -> None:
    """Other service areas than those with a row make up the rest of the 122."""
    one = page("2482", {"aldre": "7", "vald": "21", "": "122"})
    other = page("2480", {"aldre": "dolt", "missbruk": "30", "": "40"})
    assert claims([one, other]) == []


def test_a_service_area_that_lost_its_row_may_be_out_of_the_sum() -> None:
    """The same extract in two packs, of which the second counts fewer service areas."""
    first = [page("2482", {"aldre": "7", "vald": "21", "": "28"})]
    second = [page("2482", {"aldre": "7", "": "7"}), page("2480", {"aldre": "dolt", "": "30"})]
    assert claims(first, second) == []


def test_the_same_extract_is_the_same_people_in_two_packs() -> None:
    shown = dict.fromkeys(AREAS, "9")
    first = [page("2480", {**shown, "aldre": "dolt", "": "dolt"})]
    later = {**shown, "aldre": "dolt", "vald": "dolt", "": "52"}
    assert claims([page("2480", later)]) == []
    assert claims(first, [page("2480", later)]) == [("2480", "aldre", 7, 7)] * 2
    assert claims(first, [page("2480", later, "1 april 2026")]) == []

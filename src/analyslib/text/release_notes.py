"""What a build says of the release: what was left out and why, where the promise could not be kept
in full, and where so much is hidden that a coarser division would show more."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analyslib.catalogue import load_catalogue
from analyslib.disclosure.hidden_shares import PAGE, TOO_MUCH
from analyslib.disclosure.labels import with_names
from analyslib.disclosure.notices import (
    BY_RULES,
    EXCEPTION,
    HIDDEN_BEGUN,
    HIDDEN_ENDED,
    ROUNDED_PLACE,
    SUMS,
    TELLING,
    UNDIVIDED,
)
from analyslib.disclosure.released import TOTAL
from analyslib.text.follow_up import CLASS_WORDS, THEME_TITLES
from analyslib.text.formats import format_count, format_list, format_share
from analyslib.text.hidden_words import COARSER


REASONS = {
    TELLING: "talen där skulle avslöja några få personer, bredvid ett tidigare paket eller bredvid "
    "summor som redan är tryckta",
    HIDDEN_ENDED: "antalet avslutade ärenden där är dolt",
    HIDDEN_BEGUN: "antalet ärenden som började där är dolt",
    UNDIVIDED: "antalet kvinnor eller män, eller något av resultaten, är dolt i länet",
}
WHOLE = {
    HIDDEN_ENDED: "alla kommuner och verksamheter",
    HIDDEN_BEGUN: "alla kommuner",
    UNDIVIDED: "alla verksamheter",
}
UNNAMED = "Vilka tal det är sägs inte, för det skulle i sig säga att de är små."
MOST_THEMES = 3


def describe_notices(notices: pd.DataFrame) -> list[str]:
    """In lines: what was left out, table by table, and the exceptions to the promise."""
    lines = []
    for kind, reason in REASONS.items():
        for title, rows in notices[notices["kind"] == kind].groupby("title"):
            what = table_words(str(title), "alla tabeller" if kind == HIDDEN_ENDED else "")
            places = _places(rows, WHOLE.get(kind, "hela tabellen"))
            lines.append(f"Utelämnat ur {what}: {places}, därför att {reason}.")
    rounded = notices.loc[notices["kind"] == ROUNDED_PLACE, "municipality"]
    if len(rounded):
        lines.append(f"Avrundat i stället för dolt: {format_list([*rounded.map(with_names)])}.")
    found = notices[notices["kind"] == EXCEPTION]
    lines += [_exception(row) for _, row in found.iterrows()]
    sums = notices[notices["kind"] == SUMS]
    return lines + list(_sums(sums))


def table_words(title: str, words: str = "") -> str:
    """ "mål i Västerbottens län" for "mal-24"; or other `words` for what is there."""
    name, county = title.split("-")[:2]
    theme = THEME_TITLES[name.removeprefix("kon_")]
    by_sex = f"jämförelsen av kvinnor och män ({theme})" if name.startswith("kon_") else theme
    return f"{words or by_sex} i {county_name(county)}"


def county_name(county: str) -> str:
    places = load_catalogue().municipalities.values()
    return next((place.county_name for place in places if place.county == county), county)


def _places(rows: pd.DataFrame, whole: str) -> str:
    """ "Malå (Missbruk och beroende) och Åsele"; or `whole` where all of it is gone."""
    named: dict[str, list[str]] = {}
    for place, subject in rows[["municipality", "service_area"]].itertuples(index=False):
        areas = named.setdefault(with_names(place), [])
        area = with_names(str(subject).partition("/")[0])
        areas += [area] if area and area not in areas else []
    if list(named.items()) == [("", [])]:
        return whole
    return format_list(
        [
            f"{place} ({', '.join(areas)})" if place and areas else place or format_list(areas)
            for place, areas in named.items()
        ]
    )


def _exception(row: pd.Series) -> str:
    title, who, count = row["title"], row["who"], int(row["count"])
    head = f"Undantag i {table_words(title)}:"
    if row["label"]:
        words = CLASS_WORDS.get(title.split("-")[0].removeprefix("kon_"), {})
        label = with_names(row["label"], words)
        return (
            f"{head} {label} går att ringa in till {row['low']}–{row['high']} av den som har allt."
        )
    numbers = format_count(count, "dolt tal", "dolda tal")
    if not who:
        return f"{head} {numbers} kan inte vara vilket litet tal som helst. {UNNAMED}"
    if who == BY_RULES:
        knower = "den som kan reglerna"
    else:
        knower = f"{format_list([with_names(code) for code in who.split()])}, med egna tal,"
    return f"{head} {knower} kan ringa in eller räkna ut {numbers}. {UNNAMED}"


def _sums(rows: pd.DataFrame) -> Iterator[str]:
    by_county = rows["count"].groupby(rows["title"].str.split("-").str[1]).sum()
    for county, count in by_county.items():
        numbers = format_count(int(count), "dolt tal", "dolda tal")
        yield (
            f"Undantag i {county_name(str(county))}: {numbers} är summor av grupper som var för "
            "sig är dolda och inte är noll, och kan därför inte vara 1. Paketets granskning.txt "
            "säger vilka."
        )


def describe_hidden(shares: pd.DataFrame) -> list[str]:
    """Where more than 30 per cent of a municipality's report is hidden, mostly in which tables,
    and how to see what would show more. `shares`: as count_hidden gives them."""
    whole = shares[shares["service_area"] == TOTAL]
    whole = whole.assign(share=whole["hidden"] / whole["said"])
    much = whole[whole["share"] > TOO_MUCH].sort_values("share", ascending=False)
    pages = much[much["theme"] == PAGE]
    lines = [
        f"Mycket är dolt om {with_names(place)}: {format_share(share)} av talen, mest i "
        f"{_themes(much[much['municipality'] == place])}."
        for place, share in zip(pages["municipality"], pages["share"].tolist(), strict=True)
    ]
    return [*lines, f"{COARSER[:1].upper()}{COARSER[1:]}"] if lines else []


def _themes(rows: pd.DataFrame) -> str:
    own = rows[rows["theme"] != PAGE].head(MOST_THEMES)
    return format_list([THEME_TITLES[theme] for theme in own["theme"]])

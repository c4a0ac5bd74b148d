"""The tables of a municipality's report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from analyslib.analysis.results import Answer, Comparison, ReferenceKind
from analyslib.catalogue import RIKET, Area, Indicator
from analyslib.sections.material import Material, indicators_of
from analyslib.sections.parts import Html, Shown, bullets, join, paragraph
from analyslib.tables import Cell, Table, derived_cell, header_cell, raw_cell, text_cell
from analyslib.text.formats import format_date, format_list, format_number
from analyslib.text.words import (
    ANSWER_WORDS,
    REASON_WORDS,
    format_answer,
    format_trend_answer,
    name_with_unit,
)


MEAN_MARK, NO_BREAK = "°", "\u00a0"
GROUPS = {
    ReferenceKind.UNWEIGHTED_MEAN: "Alla kommuner",
    ReferenceKind.SIMILAR: "Liknande kommuner",
    ReferenceKind.COUNTY: "Länet",
    ReferenceKind.NETWORK: "Nätverket",
}
ASPECTS = {
    "bakgrund": ("background",),
    "resurser": ("resources",),
    "volymer": ("volumes",),
    "kvalitet och resultat": ("quality", "results"),
}
OWN_WORK = "Egen bearbetning av data från Kolada; egna värden och Riket är oförändrade från källan."


def area_tables(material: Material, area: Area, indicators: Sequence[Indicator]) -> Iterator[Table]:
    """One table each for resources, volumes, quality and results."""
    for words, aspects in ASPECTS.items():
        rows = [indicator for indicator in indicators if indicator.aspect in aspects]
        if rows:
            yield _aspect_table(material, f"{area.title}, {words}: {material.place.name}", rows)


def has_own_value(material: Material, indicator: Indicator) -> bool:
    """Whether there is a single value of the municipality's own in the years shown."""
    own = (material.own.get((indicator.id, "T", year)) for year in material.years)
    return any(found is not None and found[0] is not None for found in own)


def empty_rows(
    material: Material, area: Area, indicators: Sequence[Indicator]
) -> tuple[str, Table] | None:
    """A sentence that names the indicators without a value of the municipality's own, and their
    rows: each year's reason, and the values of Riket and the groups."""
    if not indicators:
        return None
    span = f"{material.years[0]}–{material.year}"
    names = format_list([indicator.short for indicator in indicators])
    caption = f"{area.title}, utan eget värde {span}: {material.place.name}"
    sentence = f"{material.place.name} har inget värde {span} för {names}."
    return sentence, _aspect_table(material, caption, indicators)


def _aspect_table(material: Material, caption: str, indicators: Sequence[Indicator]) -> Table:
    """The two answers, own values over the years, Riket, and the groups' means."""
    return Table(
        caption=caption,
        columns=(
            "Nyckeltal",
            "Läge",
            "Utveckling",
            *map(str, material.years),
            f"Riket {material.year}, vägt",
            *(f"{GROUPS[kind]} {material.year}, ovägt" for kind in _groups(material)),
        ),
        rows=tuple(_area_row(material, indicator) for indicator in indicators),
        note=_reservations(material, indicators),
        source_line=OWN_WORK,
    )


def _groups(material: Material) -> tuple[ReferenceKind, ...]:
    """The groups there is something to compare with; a county that is the network is told once."""
    return tuple(kind for kind in GROUPS if kind in material.kinds)


def _area_row(material: Material, indicator: Indicator) -> tuple[Cell, ...]:
    position = material.position(indicator.id)
    trend = material.trend_of.get((indicator.id, "T"))
    return (
        header_cell(name_with_unit(indicator)),
        text_cell(_position_words(position)),
        text_cell(format_trend_answer(trend.answer) if trend else "–"),
        *(own_cell(material, indicator, year) for year in material.years),
        riket_cell(material, indicator, material.year),
        *(_mean_cell(material, indicator, kind) for kind in _groups(material)),
    )


def _position_words(position: Comparison | None) -> str:
    """The answer, marked where it is against all municipalities for want of a value for Riket."""
    if position is None or position.value is None:
        return "–"
    words = format_answer(position.answer)
    if position.reference.kind is ReferenceKind.UNWEIGHTED_MEAN:
        return f"{words}{NO_BREAK}{MEAN_MARK}"
    return words


def _reservations(material: Material, indicators: Sequence[Indicator]) -> str:
    """Why some of the positions cannot be judged, and which are not against Riket."""
    why: dict[str, list[str]] = {}
    against_mean = False
    for indicator in indicators:
        position = material.position(indicator.id)
        if position is None or position.value is None:
            continue
        against_mean |= position.reference.kind is ReferenceKind.UNWEIGHTED_MEAN
        if position.answer is Answer.CANNOT_BE_JUDGED and position.reason in REASON_WORDS:
            why.setdefault(REASON_WORDS[position.reason], []).append(indicator.short)
    said = [f"{MEAN_MARK} jämfört med alla kommuner: riket saknar värde."] if against_mean else []
    said += [
        f"Läget kan inte bedömas, {reason}: {format_list(names)}." for reason, names in why.items()
    ]
    return " ".join(said)


def own_cell(material: Material, indicator: Indicator, year: int, gender: str = "T") -> Cell:
    """An own value as the source has it; a row that was never delivered says so."""
    value, status = material.own.get((indicator.id, gender, year), (None, "Not delivered"))
    return raw_cell(indicator, material.place.code, year, gender, value, status)


def riket_cell(material: Material, indicator: Indicator, year: int) -> Cell:
    value, status = material.national.get((indicator.id, "T", year), (None, "Not delivered"))
    return raw_cell(indicator, RIKET, year, "T", value, status)


def _mean_cell(material: Material, indicator: Indicator, kind: ReferenceKind) -> Cell:
    comparison = material.comparison(indicator.id, kind)
    value = comparison.reference.value if comparison and indicator.kind != "coded" else None
    return derived_cell(value, f"{kind}-mean", indicator.decimals)


def answer_words(comparison: Comparison | None) -> str:
    """The answer with its reason where it cannot be judged."""
    if comparison is None:
        return "–"
    words = format_answer(comparison.answer)
    if comparison.answer is Answer.CANNOT_BE_JUDGED and comparison.reason in REASON_WORDS:
        return f"{words}: {REASON_WORDS[comparison.reason]}"
    return words


def women_men_table(
    material: Material, area: Area, indicators: Iterable[Indicator]
) -> Table | None:
    """Women and men in the newest year; nothing where the area has no values by sex.

    That there are more women than men is no answer to anything: counts are left out.
    """
    rows = [
        (
            header_cell(name_with_unit(indicator)),
            own_cell(material, indicator, material.year, "K"),
            own_cell(material, indicator, material.year, "M"),
            text_cell(answer_words(comparison)),
        )
        for indicator in indicators
        if indicator.kind != "count"
        and (comparison := material.comparison(indicator.id, ReferenceKind.MEN, "K"))
        and comparison.value is not None
        and comparison.reference.value is not None
    ]
    if not rows:
        return None
    return Table(
        caption=f"{area.title}: kvinnor och män {material.year}",
        columns=("Nyckeltal", "Kvinnor", "Män", "Kvinnor jämfört med män"),
        rows=tuple(rows),
        source_line=OWN_WORK,
    )


def answers_table(material: Material, areas: Iterable[Area]) -> Table:
    """One row per area: how many of its key figures fall in each of the answers."""
    answers = list(ANSWER_WORDS)
    rows = []
    for area in areas:
        kpis = [indicator.id for indicator in indicators_of(material, area)]
        found = [material.position(kpi) for kpi in kpis]
        counts = Counter(item.answer for item in found if item and item.value is not None)
        total = sum(counts.values())
        cells = [derived_cell(counts[answer], f"count-{answer}") for answer in answers]
        without = derived_cell(len(area.indicators) - total, "count-without-value")
        rows.append((header_cell(area.title), *cells, without))
    heads = (format_answer(answer).replace(" ", "\u00a0", 1) for answer in answers)
    return Table(
        caption=f"Antal nyckeltal per område och svar, jämfört med riket {material.year}",
        columns=("Område", *heads, f"utan värde {material.year}"),
        rows=tuple(rows),
        note="Högre och lägre används för nyckeltal som inte har någon önskad riktning.",
    )


def context_table(material: Material) -> Table | None:
    """The background indicators, own and Riket, without answers; None where there are none."""
    area = material.catalogue.areas["bakgrund"]
    first, last = material.years[0], material.year
    rows = tuple(
        (
            header_cell(name_with_unit(indicator)),
            own_cell(material, indicator, first),
            own_cell(material, indicator, last),
            riket_cell(material, indicator, last),
        )
        for indicator in indicators_of(material, area)
        if indicator.main
    )
    if not rows:
        return None
    return Table(
        caption=f"{material.place.name} i siffror",
        columns=("Nyckeltal", str(first), str(last), f"Riket {last}"),
        rows=rows,
        source_line="Källa: Kolada.",
    )


def peers_table(material: Material) -> Table:
    """Who is in each group, and from which year the group is."""
    places = material.catalogue.municipalities
    place, peers = material.place, material.peers
    used = {area.service_area for area in material.catalogue.areas.values()}
    groups = [
        (f"{place.county_name}", "länet", peers.county),
        (material.network.title, "nätverket", peers.network),
        (f"{place.skr_group} {place.skr_group_name}", "SKR:s kommungrupp", peers.skr_group),
    ]
    rows = [
        (header_cell(title), text_cell(what), text_cell(_names([places[c].name for c in codes])))
        for title, what, codes in groups
    ]
    rows += [
        (
            header_cell(f"Liknande kommuner, {name}"),
            text_cell(f"Koladas grupp {found.group_year}, {found.group_id}"),
            text_cell(_names(found.names)),
        )
        for name, found in peers.similar.items()
        if name in used
    ]
    return Table(
        caption=f"Vilka {place.name} jämförs med",
        columns=("Grupp", "Vad", "Kommuner"),
        rows=tuple(rows),
        note="Liknande kommuner väljs av Kolada efter struktur och kostnader; kommunen själv ingår "
        f"inte. Grupperna byts varje år; här gäller de för {material.year}, eller det närmaste år "
        "som finns. Länet, nätverket och kommungruppen innehåller också kommunen själv.",
    )


def _names(names: Sequence[str]) -> str:
    if len(names) > 20:
        return f"{format_number(len(names))} kommuner"
    return format_list(list(names))


def missing_table(material: Material) -> Table:
    """Per area: how many yearly values there are, and each kind of nothing."""
    kinds = {
        "with_value": "har värde",
        "missing": "bortfall",
        "not_applicable": "ej tillämplig",
        "privacy": "sekretess",
        "unknown": "utan angiven orsak",
        "never_delivered": "ej levererat",
    }
    totals = material.missing.groupby("area")[list(kinds)].sum()
    rows = tuple(
        (
            header_cell(area.title),
            *(derived_cell(float(totals[kind][area.id]), f"count-{kind}") for kind in kinds),
        )
        for area in material.catalogue.areas.values()
        if area.id in totals.index
    )
    return Table(
        caption=f"Årsvärden för {material.place.name} sedan serierna började, efter om de finns",
        columns=("Område", *kinds.values()),
        rows=rows,
        note="Räknat över alla år då någon kommun har ett värde.",
    )


def breaks_table(material: Material) -> Shown:
    """Series that are broken within the years shown, by reason, and those that have ended."""
    indicators = material.catalogue.indicators
    why: dict[tuple[int, str], list[str]] = {}
    for indicator in indicators.values():
        for found in indicator.breaks:
            if indicator.id in material.known and material.years[0] < found.year <= material.year:
                why.setdefault((found.year, found.reason), []).append(indicator.short)
    broken = [
        f"Ny serie från {year}: {reason} Gäller {format_list(names)}."
        for (year, reason), names in sorted(why.items())
    ]
    ended = _ended_series(material)
    unknown = sum(not indicator.breaks_known for indicator in indicators.values())
    return join(
        [
            paragraph("Brutna serier bland åren som visas:" if broken else ""),
            bullets(broken),
            paragraph(f"Upphörda hos källan: {format_list(ended)}." if ended else ""),
            paragraph(
                f"För {format_number(unknown)} av {format_number(len(indicators))} nyckeltal är "
                "det inte känt om serien har brott."
                if unknown
                else ""
            ),
        ]
    )


def _ended_series(material: Material) -> list[str]:
    """Those that are gone from the source, and those whose title says which year was the last."""
    found = material.latest[material.latest["ended"] | material.latest["stop_year"].notna()]
    names = []
    for row in found.to_dict("records"):
        last = "" if pd.isna(row["stop_year"]) else f" (sista året {int(row['stop_year'])})"
        names.append(f"{material.catalogue.indicators[row['kpi']].short}{last}")
    return names


def sources_table(material: Material) -> Shown:
    """Every file that the report's numbers come from."""
    rows = tuple(
        (
            header_cell(f"{row['publisher']}: {row['title']}"),
            text_cell(format_date(str(row["vintage"])[:10])),
            text_cell(format_date(str(row["retrieved"])[:10])),
            text_cell(str(row["licence"])),
            text_cell(str(row["sha256"])[:12]),
        )
        for row in material.sources.to_dict("records")
    )
    table = Table(
        caption="Filer som siffrorna kommer från",
        columns=("Källa", "Gäller", "Hämtad", "Villkor", "Kontrollsumma"),
        rows=rows,
    )
    explained = Html(
        "<p>Kommunens egna värden och Riket visas som källan har dem. Medelvärden, intervall, "
        "svar och utveckling har vi räknat fram; för dem är källan ”Egen bearbetning av data "
        "från Kolada”.</p>"
    )
    return join([table, explained])

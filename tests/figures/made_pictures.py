"""One picture of every kind, from made-up results: what all figures must hold is tested on all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from made_own import MEASURES, START, budget_frame, event, months
from made_results import comparison, made, reference, trend

from analyslib.analysis.budget import budget_years
from analyslib.analysis.costs import Decomposition, Factors, Obstacle, Part, PartKind
from analyslib.analysis.net_costs import NetCost
from analyslib.analysis.own_measures import follow
from analyslib.analysis.process_control import xmr
from analyslib.analysis.results import Answer, Reason, ReferenceKind
from analyslib.catalogue import Break, Indicator
from analyslib.figures.budget import draw_budget
from analyslib.figures.change import (
    ChangeRow,
    ForestRow,
    draw_changes,
    draw_forest,
    draw_transitions,
)
from analyslib.figures.costs import draw_cost_split, draw_net_costs
from analyslib.figures.courses import StepCurve, draw_control_chart, draw_survival
from analyslib.figures.frame import Picture
from analyslib.figures.funnel import FunnelDot, draw_funnel
from analyslib.figures.gender import draw_gender
from analyslib.figures.inputs import (
    Band,
    FunnelCurve,
    GenderRow,
    Place,
    PlaceResult,
    Point,
    ProfileRow,
    RankedPlace,
    Series,
    Spread,
    TrendPanel,
)
from analyslib.figures.map import draw_map, draw_network_map
from analyslib.figures.places import draw_dots, draw_ranks
from analyslib.figures.process import draw_process, draw_processes
from analyslib.figures.profile import draw_profile
from analyslib.figures.rug import draw_rug
from analyslib.figures.slope import Slope, draw_slope
from analyslib.figures.trends import draw_area_trends, draw_network_trends, draw_trend
from analyslib.identities import load_costs
from analyslib.tables import Table, header_cell


SOURCE = "Egen bearbetning av data från Kolada (hämtad 23\u00a0mars\u00a02026)."
UMEA = Place("2480", "Umeå")
NETWORK = Place("", "NUA")
YEARS = range(2015, 2025)
NAMES = {
    "2401": "Nordmaling", "2403": "Bjurholm", "2404": "Vindeln", "2409": "Robertsfors",
    "2417": "Norsjö", "2418": "Malå", "2421": "Storuman", "2422": "Sorsele", "2425": "Dorotea",
    "2460": "Vännäs", "2462": "Vilhelmina", "2463": "Åsele", "2480": "Umeå", "2481": "Lycksele",
    "2482": "Skellefteå",
}  # fmt: skip
PLACES = [Place(code, name) for code, name in NAMES.items()]
ANSWERS = list(Answer)


def kpi(**changes: object) -> Indicator:
    return made(breaks=(Break(2018, "Ny metod"),), **changes)


def points(start: float, step: float = 0.21) -> tuple[Point, ...]:
    """Ten years with one hidden; each with its interval."""
    made_points = [
        Point(year, start + step * n, "", start + step * n - 0.4, start + step * n + 0.4)
        for n, year in enumerate(YEARS)
    ]
    made_points[6] = Point(2021, None, "Privacy")
    return tuple(made_points)


def panel(name: str = "Umeå", code: str = "2480", start: float = 2.1) -> TrendPanel:
    riket = tuple(Point(year, 2.9 + 0.1 * n) for n, year in enumerate(YEARS))
    mean = tuple(Point(year, 3.3) for year in YEARS)
    return TrendPanel(
        indicator=kpi(),
        own=Series(name, points(start), code),
        others=(
            Series("Riket", riket, "0000"),
            Series("Nätverket", mean, "", "ovägt medelvärde"),
        ),
        band=Band("kommunerna", tuple(YEARS), (2.0,) * 10, (4.5,) * 10),
        trend=trend((2.1, 2.3, 2.5, 2.7, 3.9), answer=Answer.WORSE),
    )


def result(place: Place, n: int) -> PlaceResult:
    value = None if n == 4 else 1.5 + 0.4 * n
    found = comparison(value, municipality=place.code, answer=ANSWERS[n % 6])
    if value is None:
        return PlaceResult(place, replace(found, answer=Answer.CANNOT_BE_JUDGED), "Privacy")
    return PlaceResult(place, replace(found, n=100.0 * (n + 1) ** 2))


def profile_row(n: int) -> ProfileRow:
    indicator = kpi(short=f"Nyckeltal nummer {n} med ett ganska långt namn i flera delar")
    others = (
        reference(2.4, kind=ReferenceKind.NETWORK, weighted=False),
        reference(3.1, kind=ReferenceKind.SIMILAR, weighted=False),
    )
    found = replace(comparison(1.5 + 0.1 * n), answer=ANSWERS[n % 6])
    return ProfileRow(indicator, found, others, Spread(1.0, 2.2, 3.6, 6.0), area=f"Område {n // 8}")


RESULTS = [result(place, n) for n, place in enumerate(PLACES)]
CURVE = FunnelCurve(
    (50, 1000, 30000), (0.5, 2.0, 2.7), (6.0, 3.8, 3.1), (0.0, 1.6, 2.6), (8.0, 4.4, 3.2)
)
STEPS = StepCurve("Alla", (0, 6, 12), (1, 0.7, 0.4), (1, 0.6, 0.3), (1, 0.8, 0.5), (40, 28, None))
CHANGES = [ChangeRow("Alla", 46, 30, 12), ChangeRow("Öppenvård", None, 4, None)]
FOREST = [
    ForestRow("Alla", 2.1, 0.9, 3.3, 88, Answer.BETTER),
    ForestRow("Boendestöd", None, None, None, None, Answer.CANNOT_BE_JUDGED),
]
MONTHS = [f"månad {n}" for n in range(1, 25)]
COUNTS = [
    12,
    14,
    11,
    15,
    13,
    12,
    16,
    14,
    13,
    12,
    15,
    14,
    22,
    24,
    23,
    25,
    21,
    24,
    23,
    26,
    24,
    22,
    25,
    23,
]
GENDER = [
    GenderRow(kpi(), replace(comparison(12.1, 8.3, gender="K"), answer=answer)) for answer in Answer
]
SLOPES = [
    Slope(place, Point(2020, 2.0 + n / 9), Point(2024, 2.5 + (n * 7 % 15) / 5), ANSWERS[n % 6])
    for n, place in enumerate(PLACES)
]
RUG = {
    (f"N{n:05}", place.code): ANSWERS[(n + m) % 6]
    for n in range(12)
    for m, place in enumerate(PLACES)
    if (n + m) % 5
}
SPLIT = Decomposition(
    "hemtjanst",
    "2480",
    ReferenceKind.OWN_HISTORY,
    2024,
    Obstacle.NONE,
    Factors(2021, 22_357.4, 0.0827, 270_322.0, 25_000.0),
    Factors(2024, 23_770.5, 0.0822, 289_284.0, 25_600.0),
    (
        Part(PartKind.VOLUME, -149.0, Answer.LOWER),
        Part(PartKind.NATIONAL_PRICE, 824.0),
        Part(PartKind.PRICE, 739.3, Answer.CANNOT_BE_JUDGED, Reason.TOO_FEW_YEARS),
        Part(PartKind.RESIDUAL, -1.2),
    ),
    broken=2021,
)
BESIDE = replace(
    SPLIT,
    kind=ReferenceKind.SIMILAR,
    parts=(
        Part(PartKind.VOLUME, 6_716.0, Answer.HIGHER),
        Part(PartKind.PRICE, -5_302.9, Answer.NO_CERTAIN_DIFFERENCE),
        Part(PartKind.RESIDUAL, 0.0),
    ),
    n_members=6,
    n_possible=7,
    broken=None,
)
COSTS = load_costs()
NET = [
    (
        deviation,
        NetCost(
            id=deviation.id,
            municipality="2480",
            year=2022,
            percent=88.0 - 60 * n,
            net=7_422.7,
            reference=3_947.8,
            reference_computed=True,
            standard=None,
            whole=8.4e6,
            answer=Answer.CANNOT_BE_JUDGED,
            reason=Reason.TOO_FEW_YEARS,
            course=tuple((year, (year - 2019.5) * (n - 1) * 30.0) for year in range(2017, 2022)),
        ),
    )
    for n, deviation in enumerate(COSTS.deviations)
]
NET_TABLE = Table("Avvikelse", ("Område",), ((header_cell("LSS"),),), source_line=SOURCE)

OWN = [
    follow(replace(measure, target=14.0), months(values), "month", [event()], START)
    for measure, values in MEASURES[:3]
]
(BUDGET,) = budget_years(budget_frame())
BUDGET_TABLE = Table("Avvikelse", ("Konto",), ((header_cell("Summa"),),), source_line=SOURCE)

KINDS: Mapping[str, Callable[[], Picture]] = {
    "profile": lambda: draw_profile(UMEA, [profile_row(n) for n in range(16)], "Profil", SOURCE),
    "trend": lambda: draw_trend(UMEA, panel(), "Utveckling", SOURCE),
    "area_trends": lambda: draw_area_trends(UMEA, [panel()] * 6, "Bistånd", SOURCE),
    "network_trends": lambda: draw_network_trends(
        NETWORK,
        [panel(p.name, p.code, 1.5 + n / 5) for n, p in enumerate(PLACES)],
        "Bistånd i nätverket",
        SOURCE,
    ),
    "dots": lambda: draw_dots(UMEA, kpi(), RESULTS, "Bistånd 2024", SOURCE),
    "ranks": lambda: draw_ranks(
        UMEA,
        [RankedPlace(p, n + 1, max(1, n - 2), min(15, n + 5)) for n, p in enumerate(PLACES)],
        "Plats",
        SOURCE,
    ),
    "slope": lambda: draw_slope(UMEA, kpi(), SLOPES, "2020 och 2024", SOURCE),
    "rug": lambda: draw_rug(
        NETWORK, PLACES, [kpi(id=f"N{n:05}") for n in range(12)], RUG, "Väv", SOURCE
    ),
    "funnel": lambda: draw_funnel(
        UMEA,
        kpi(),
        RESULTS,
        [FunnelDot(60.0 + 90 * n, 1 + n % 50 / 10) for n in range(276)],
        CURVE,
        "Skillnad eller slump?",
        SOURCE,
    ),
    "map": lambda: draw_map(UMEA, kpi(), RESULTS, "Bistånd 2024", SOURCE),
    "network_map": lambda: draw_network_map(UMEA, PLACES, "Nätverket", SOURCE),
    "gender": lambda: draw_gender(UMEA, GENDER, "Kvinnor och män", SOURCE),
    "changes": lambda: draw_changes(UMEA, CHANGES, "Förändring", SOURCE),
    "transitions": lambda: draw_transitions(
        UMEA, ("Stora", "Små", "Inga"), ((3, 8, 5), (1, 10, 9), (0, 2, 14)), "Byten", SOURCE, True
    ),
    "forest": lambda: draw_forest(UMEA, FOREST, "Skillnader", SOURCE, "förändring i poäng"),
    "survival": lambda: draw_survival(UMEA, [STEPS], "Kvar", SOURCE),
    "cost_split": lambda: draw_cost_split(
        UMEA, COSTS.identities[0], SPLIT, BESIDE, SOURCE, "kostnad-hemtjanst"
    ),
    "net_costs": lambda: draw_net_costs(
        UMEA, NET, range(2017, 2023), "Äldreomsorg +88,0 procent.", NET_TABLE
    ),
    "control_chart": lambda: draw_control_chart(
        UMEA, MONTHS, xmr(COUNTS), "Anmälningar", SOURCE, "low"
    ),
    "process": lambda: draw_process(UMEA, OWN[0], "Dagar till beslut", SOURCE),
    "processes": lambda: draw_processes(UMEA, [*OWN, OWN[0]], "Egna mått", SOURCE),
    "budget": lambda: draw_budget(UMEA, BUDGET, BUDGET_TABLE, "Avvikelse", "Volym och pris."),
}

"""Made-up own measures of some municipalities of both networks, with what is planted in them.

Two projects and one budget year. What is planted is stated here, so that a test can ask whether
the analysis finds it again: a shift, a trend, a target that only chance decides, a level that an
event has moved, and a budget whose whole deviation is volume. Everything else is stable.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import numpy as np
import xlsxwriter

from analyslib.errors import UsageError
from analyslib.sources import own_measures
from analyslib.sources.demo_places import random_for
from analyslib.sources.demo_plan import EXTRACTION_DAY
from analyslib.sources.origin import ArchivedFile
from analyslib.sources.own_measures_model import SHEETS, TABLES
from analyslib.workspace import Workspace


YEARS = (2023, 2024, 2025)
MONTHS = tuple(f"{year}-{month:02}" for year in YEARS for month in range(1, 13))
BUDGET_YEAR = 2025


@dataclass(frozen=True)
class Shift:
    """The mean is `before` until the month `since`, and `after` from then on."""

    measure: str
    since: date
    before: float
    after: float


@dataclass(frozen=True)
class Trend:
    """The mean begins at `first` and moves by `monthly` each month."""

    measure: str
    first: float
    monthly: float


@dataclass(frozen=True)
class ChanceTarget:
    """A stable mean so near the target that single months lie on either side of it."""

    measure: str
    mean: float
    target: float


@dataclass(frozen=True)
class VolumeDeviation:
    """A whole year's outcome is its volume at the budgeted price, and nothing else."""

    municipality: str
    account: str
    year: int
    price: float
    share: float  # the volume, of what was budgeted


PLANTED_SHIFT = Shift("2480-vantetid", date(2025, 2, 1), before=34, after=25)
PLANTED_REBASE = Shift("2482-handlaggning", date(2024, 9, 1), before=41, after=33)
PLANTED_TREND = Trend("0484-egen-forsorjning", first=28, monthly=0.7)
PLANTED_CHANCE = ChanceTarget("2480-nojda", mean=76, target=75)
PLANTED_VOLUME = VolumeDeviation("2480", "Hemtjänst", BUDGET_YEAR, price=520, share=1.04)
STABLE = ("2480-nya-barn", "2482-avslut-enligt-plan", "0484-deltagare")
SMALL_COUNTS = ("2403-placerade-barn", "0461-orosanmalningar-flickor")
PROJECTS = ("2480-stod-i-tid", "0484-vagen-till-arbete")


@dataclass
class OwnFile:
    """One municipality's workbook: rows of each sheet, in the order of the template's columns."""

    municipality: str
    rows: dict[str, list[tuple[object, ...]]] = field(
        default_factory=lambda: {name: [] for name in SHEETS}
    )

    def add(self, sheet: str, **cells: object) -> None:
        """One row; a column that is not named is left empty."""
        names = [item.name for item in TABLES[sheet]]
        assert set(cells) <= set(names), cells
        if "municipality" in names:
            cells["municipality"] = self.municipality
        self.rows[sheet].append(tuple(cells.get(name, "") for name in names))

    def add_values(
        self,
        measure: str,
        values: Sequence[float],
        n: Sequence[int] = (),
        periods: Sequence[str] = MONTHS,
    ) -> None:
        for number, period in enumerate(periods):
            known = {"n": int(n[number])} if len(n) else {}
            self.add("value", measure=measure, period=period, value=values[number], **known)


def write_demo_own_measures(workspace: Workspace) -> list[ArchivedFile]:
    """The workbooks of all five municipalities, into the archive by the way of a user's files."""
    if not workspace.demo:
        raise UsageError("Påhittade uppgifter får inte läggas bland riktiga.")
    with tempfile.TemporaryDirectory() as folder:
        paths = list(write_own_files(Path(folder)))
        return own_measures.add(
            workspace, paths, vintage=EXTRACTION_DAY.isoformat(), retrieved=EXTRACTION_DAY
        )


def write_own_files(folder: Path) -> Iterator[Path]:
    for make in (umea, skelleftea, bjurholm, eskilstuna, gnesta):
        made = make()
        yield write_workbook(folder / f"egna_matt_{made.municipality}.xlsx", made)


def write_workbook(path: Path, made: OwnFile) -> Path:
    """As the template lays it out. A fixed date inside keeps the bytes the same every time."""
    book = xlsxwriter.Workbook(path, {"strings_to_numbers": False})
    book.set_properties({"created": datetime(2026, 3, 2)})
    for name, title in SHEETS.items():
        if made.rows[name]:
            sheet = book.add_worksheet(title)
            sheet.write_row(0, 0, [item.header for item in TABLES[name]])
            for number, cells in enumerate(made.rows[name], start=1):
                sheet.write_row(number, 0, cells)
    book.close()
    return path


# --- the municipalities


def umea() -> OwnFile:
    """A project with a shift, and a target that only chance decides; a budget that is all volume
    in home care."""
    made = OwnFile("2480")
    made.add(
        "project", project="stod-i-tid", title="Stöd i tid", area="Barn och unga",
        purpose="Barn och familjer ska få stöd innan svårigheterna har vuxit. Målet är kortare "
        "väntan och att fler är nöjda.",
        owner="Enheten för öppna insatser", start="2024-03-01", stop="2026-12-31",
    )  # fmt: skip
    made.add(
        "measure", measure="vantetid", project="stod-i-tid", area="Barn och unga",
        title="Väntetid till första samtal", unit="dagar", kind="medel", persons="ja",
        direction="lågt är bra", target=28, target_from="2025-12", source_note="Egen mätning",
    )  # fmt: skip
    made.add(
        "measure", measure="nojda", project="stod-i-tid", area="Barn och unga",
        title="Föräldrar som är nöjda med stödet", unit="procent", kind="andel", persons="ja",
        direction="högt är bra", target=PLANTED_CHANCE.target, target_from="2025-06",
        public_kpi="U33580", source_note="Enkät efter avslut",
    )  # fmt: skip
    made.add(
        "measure", measure="nya-barn", project="stod-i-tid", area="Barn och unga",
        title="Barn som har fått en första kontakt", unit="barn", kind="antal", persons="ja",
        direction="inget av dem",
    )  # fmt: skip
    seen = poisson("nya-barn", 42)
    made.add_values("nya-barn", seen)
    made.add_values("vantetid", wait_times("vantetid", PLANTED_SHIFT), seen)
    made.add_values("nojda", *shares("nojda", np.full(36, PLANTED_CHANCE.mean), 62))
    made.add("event", project="stod-i-tid", date="2024-03-01", text="Projektet startade")
    made.add("event", project="stod-i-tid", measure="vantetid", date="2025-01-20",
             text="Mottagningen öppnade i två stadsdelar till", rebase="nej")  # fmt: skip
    made.add("event", project="stod-i-tid", date="2025-06-10",
             text="Styrgruppen beslutade att fortsätta till och med 2026")  # fmt: skip
    add_budget(made, "Hemtjänst", "Hemtjänst", hours=26_000, price=PLANTED_VOLUME.price,
               volume=PLANTED_VOLUME.share, dearer=1.0)  # fmt: skip
    add_budget(made, "Barn och unga", "Öppna insatser", hours=3_100, price=640, volume=0.99,
               dearer=1.06)  # fmt: skip
    for quarter, month in enumerate((1, 4, 7, 10)):
        made.add("budget", project="stod-i-tid", area="Barn och unga", account="Projektmedel",
                 period=f"{BUDGET_YEAR}-{month:02}", budget=450_000,
                 outcome=450_000 + (-20_000, 15_000, 5_000, -10_000)[quarter])  # fmt: skip
    return made


def skelleftea() -> OwnFile:
    """The municipality's own activity: a level that an event moved, and one that stands still."""
    made = OwnFile("2482")
    made.add(
        "measure", measure="handlaggning", area="Ekonomiskt bistånd",
        title="Handläggningstid vid nybesök", unit="dagar", kind="medel", persons="ja",
        direction="lågt är bra", target=35, target_from="2024-12", public_kpi="",
    )  # fmt: skip
    made.add(
        "measure", measure="avslut-enligt-plan", area="Missbruk och beroende",
        title="Insatser som avslutas enligt plan", unit="procent", kind="andel", persons="ja",
        direction="högt är bra",
    )  # fmt: skip
    persons = poisson("nybesok", 55)
    made.add_values("handlaggning", wait_times("handlaggning", PLANTED_REBASE), persons)
    made.add_values("avslut-enligt-plan", *shares("avslut", np.full(36, 64.0), 48))
    made.add("event", measure="handlaggning", date="2024-09-02",
             text="Digital ansökan infördes", rebase="ja")  # fmt: skip
    add_budget(made, "Ekonomiskt bistånd", "Ekonomiskt bistånd", hours=410, price=11_800,
               volume=1.01, dearer=0.98, persons=True)  # fmt: skip
    return made


def bjurholm() -> OwnFile:
    """So few that nearly every number about persons has to be hidden."""
    made = OwnFile("2403")
    made.add(
        "measure", measure="placerade-barn", area="Barn och unga", title="Placerade barn",
        unit="barn", kind="antal", persons="ja", direction="inget av dem",
    )  # fmt: skip
    made.add(
        "measure", measure="timmar-hemtjanst", area="Hemtjänst", title="Utförda hemtjänsttimmar",
        unit="timmar", kind="antal", persons="nej", direction="inget av dem",
    )  # fmt: skip
    made.add_values("placerade-barn", poisson("placerade", 3.2))
    made.add_values("timmar-hemtjanst", normal("timmar", np.full(36, 1_450.0), 60, 0))
    add_budget(made, "Barn och unga", "Placeringar", hours=3, price=95_000, volume=1.1,
               dearer=1.02, persons=True)  # fmt: skip
    return made


def eskilstuna() -> OwnFile:
    """A project with a trend."""
    made = OwnFile("0484")
    made.add(
        "project", project="vagen-till-arbete", title="Vägen till arbete",
        area="Ekonomiskt bistånd", owner="Arbetsmarknadsenheten", start="2023-01-01",
        purpose="Fler av dem som har försörjningsstöd ska komma till egen försörjning genom "
        "arbete eller studier.",
    )  # fmt: skip
    made.add(
        "measure", measure="egen-forsorjning", project="vagen-till-arbete",
        area="Ekonomiskt bistånd", title="Deltagare som avslutas till egen försörjning",
        unit="procent", kind="andel", persons="ja", direction="högt är bra", target=50,
        target_from="2025-12", public_kpi="N31807", source_note="Arbetsmarknadsenhetens statistik",
    )  # fmt: skip
    made.add(
        "measure", measure="deltagare", project="vagen-till-arbete", area="Ekonomiskt bistånd",
        title="Deltagare i månaden", unit="personer", kind="antal", persons="ja",
        direction="inget av dem",
    )  # fmt: skip
    trend = PLANTED_TREND.first + PLANTED_TREND.monthly * np.arange(len(MONTHS))
    made.add_values("egen-forsorjning", *shares("egen-forsorjning", trend, 85))
    made.add_values("deltagare", poisson("deltagare", 180))
    made.add("event", project="vagen-till-arbete", date="2023-01-09", text="Projektet startade")
    made.add("event", project="vagen-till-arbete", date="2024-08-19",
             text="Samarbete med vuxenutbildningen inleddes")  # fmt: skip
    return made


def gnesta() -> OwnFile:
    """A whole with its parts, months with their years: what small numbers hide in."""
    made = OwnFile("0461")
    for name, title, unit, part_of in (
        ("orosanmalningar", "Barn med orosanmälan", "barn", ""),
        ("orosanmalningar-flickor", "Flickor med orosanmälan", "flickor", "orosanmalningar"),
        ("orosanmalningar-pojkar", "Pojkar med orosanmälan", "pojkar", "orosanmalningar"),
    ):
        made.add("measure", measure=name, area="Barn och unga", title=title, unit=unit,
                 kind="antal", persons="ja", part_of=part_of, direction="inget av dem")  # fmt: skip
    girls, boys = poisson("flickor", 7.5), poisson("pojkar", 11)
    whole = [one + other for one, other in zip(girls, boys, strict=True)]
    counts = {"orosanmalningar": whole, "orosanmalningar-flickor": girls,
              "orosanmalningar-pojkar": boys}  # fmt: skip
    for name, values in counts.items():
        made.add_values(name, values)
        years = [sum(values[12 * year : 12 * year + 12]) for year in range(len(YEARS))]
        made.add_values(name, years, periods=[str(year) for year in YEARS])
    add_budget(made, "Barn och unga", "Öppenvård", hours=240, price=710, volume=0.97,
               dearer=1.03)  # fmt: skip
    return made


# --- draws


def poisson(name: str, mean: float) -> list[int]:
    stream = random_for(f"matt {name}")
    return [int(count) for count in stream.poisson(mean, len(MONTHS))]


def normal(name: str, mean: np.ndarray, spread: float, decimals: int = 1) -> list[float]:
    stream = random_for(f"matt {name}")
    return [round(float(x), decimals) for x in mean + spread * stream.normal(size=len(mean))]


def wait_times(name: str, shift: Shift) -> list[float]:
    after = np.array([month >= f"{shift.since:%Y-%m}" for month in MONTHS])
    return normal(name, np.where(after, shift.after, shift.before), 2.0)


def shares(name: str, percent: np.ndarray, mean_n: float) -> tuple[list[float], list[int]]:
    """Percent with one decimal, of about `mean_n` persons a month."""
    stream = random_for(f"matt {name}")
    n = np.maximum(stream.poisson(mean_n, len(percent)), 25)
    counts = stream.binomial(n, percent / 100)
    return [round(100 * a / b, 1) for a, b in zip(counts, n, strict=True)], n.tolist()


def add_budget(
    made: OwnFile, area: str, account: str, hours: float, price: float, volume: float,
    dearer: float, persons: bool = False,
) -> None:  # fmt: skip
    """A budget year, month by month: `hours` a month at `price` were budgeted, and there came
    about `volume` of them, `dearer` times as dear."""
    stream = random_for(f"matt budget {made.municipality} {account}")
    spread = 0.02 * stream.normal(size=12)
    for number, month in enumerate(month for month in MONTHS if month[:4] == str(BUDGET_YEAR)):
        done = round(hours * (volume + spread[number] - spread.mean()))
        made.add(
            "budget", area=area, account=account, period=month, budget=hours * price,
            outcome=round(done * price * dearer), forecast=round(hours * price * volume * dearer),
            volume=done, volume_budget=hours, volume_persons="ja" if persons else "nej",
        )  # fmt: skip

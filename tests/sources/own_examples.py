"""Makes files of own measures: right ones of every kind, and ones with a single fault each."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import xlsxwriter

from analyslib.sources.extract_reading import column_letter


SHEETS = ("Projekt", "Mått", "Värden", "Händelser", "Budget")
PLACES = ("2480 Umeå", "0461 Gnesta", "Eskilstuna", "2403")
KINDS = ("antal", "andel", "medel", "index", "kronor")
Row = dict[str, Any]


@dataclass
class Draft:
    """A file that is right until a fault is put in it. `expected`: rule, sheet, header, row.

    `renamed` and `lost` are headers of a sheet; `left_out` whole sheets.
    """

    sheets: dict[str, list[Row]]
    expected: list[tuple[str, str, str, int]] = field(default_factory=list)
    renamed: dict[tuple[str, str], str] = field(default_factory=dict)
    lost: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    extra: dict[str, list[list[Any]]] = field(default_factory=dict)
    above: list[str] = field(default_factory=list)

    def headers(self, sheet: str) -> list[str]:
        """In the order of the first row that has each; lost ones are gone."""
        found = dict.fromkeys(name for row in self.sheets[sheet] for name in row)
        return [name for name in found if (sheet, name) not in self.lost]

    def cell(self, sheet: str, header: str, row: int) -> str:
        """The address of a cell as the sender sees it."""
        letter = column_letter(self.headers(sheet).index(header))
        return f"{sheet}!{letter}{row + 2 + len(self.above)}"

    def expect(self, rule: str, sheet: str, header: str, row: int) -> None:
        self.expected.append((rule, sheet, header, row))


def new_draft(rng: np.random.Generator) -> Draft:
    """A right file: some projects and measures of every kind, months and years, and a budget."""
    place = str(rng.choice(PLACES))
    projects = [
        {
            "projekt": f"projekt-{number}", "kommun": place, "titel": f"Stödet nummer {number}",
            "syfte": "Fler ska få stöd i tid, så att svårigheterna inte hinner växa sig stora.",
            "område": "Barn och unga", "ansvarig": "Enheten för öppna insatser",
            "start": "2023-02-01", "slut": rng.choice(["", "2026-12"]),
        }
        for number in range(1, 1 + int(rng.integers(1, 4)))
    ]  # fmt: skip
    measures, values = [], []
    for number, kind in enumerate(KINDS):
        measure = {
            "mått": f"matt-{number}", "projekt": projects[number % len(projects)]["projekt"],
            "kommun": place, "område": "", "titel": f"Ett mått på {kind}", "enhet": kind,
            "slag": kind, "personer": "ja" if kind in ("antal", "andel", "medel") else "nej",
            "ingår i": "", "riktning": "högt är bra", "målvärde": "12,5" if number else "",
            "mål från": "2025-06" if number else "", "nyckeltal": "N31807" if number == 1 else "",
            "källa": "Egen statistik",
        }  # fmt: skip
        measures.append(measure)
        monthly = bool(rng.integers(0, 2)) or number == 0
        periods = [f"202{year}-{month:02}" for year in (3, 4) for month in range(1, 13)]
        for period in periods if monthly else ["2021", "2022", "2023", "2024"]:
            values.append(right_value(f"matt-{number}", kind, period, rng))
    events = [
        {"projekt": "projekt-1", "mått": "", "datum": "2024-03-15", "händelse": "Projektet växte",
         "ny nivå": ""},
        {"projekt": "", "mått": "matt-0", "datum": "2024-09", "händelse": "Ny ingång",
         "ny nivå": "ja"},
    ]  # fmt: skip
    budget = [
        {
            "kommun": place, "projekt": "", "område": "Hemtjänst", "konto": account,
            "period": f"2025-{month:02}", "budget": 1_250_000,
            "utfall": int(rng.integers(900_000, 1_400_000)), "prognos": 1_250_000.5,
            "volym": int(rng.integers(900, 1_100)), "budgeterad volym": 1_000,
            "volym är personer": "nej",
        }
        for account in ("Hemtjänst", "Natt")
        for month in range(1, 13)
    ]  # fmt: skip
    sheets = dict(zip(SHEETS, (projects, measures, values, events, budget), strict=True))
    return Draft(sheets)


def right_value(measure: str, kind: str, period: str, rng: np.random.Generator) -> Row:
    n = int(rng.integers(20, 200))
    count = int(rng.integers(0, n + 1))
    value = {"antal": count, "andel": round(100 * count / n, 1)}.get(
        kind, round(float(rng.normal(50, 8)), 2)
    )
    return {
        "mått": measure, "period": period, "värde": value, "n": "" if kind == "antal" else n
    }  # fmt: skip


def spell(draft: Draft, rng: np.random.Generator) -> Draft:
    """The same file as other people would write it: numbers, periods, headers, order, extras."""
    for rows in draft.sheets.values():
        for row in rows:
            for name, cell in row.items():
                row[name] = _spelled(name, cell, rng)
    for sheet in SHEETS:
        for header in draft.headers(sheet):
            if rng.random() < 0.2:
                draft.renamed[sheet, header] = str(rng.choice([header.upper(), f" {header} "]))
    if rng.random() < 0.3:
        draft.above = ["Uppföljning av stödet"]
    if rng.random() < 0.3:
        draft.extra["Diagram"] = [["Här ritas kurvor"], ["värde", "antal"], [1, 2]]
    if rng.random() < 0.3:
        draft.left_out.append(str(rng.choice(["Händelser", "Budget"])))
    return draft


MONTHS = ("jan", "feb", "mars", "april", "maj", "juni", "juli", "aug", "sept", "okt", "nov", "dec")


def _spelled(name: str, cell: Any, rng: np.random.Generator) -> Any:
    if isinstance(cell, (int, float)) and rng.random() < 0.3:
        return f"{cell:,}".replace(",", str(rng.choice([" ", "\u00a0", "\u202f"]))).replace(
            ".", ","
        )
    if name == "period" and isinstance(cell, str) and "-" in cell:
        year, month = map(int, cell.split("-"))
        return [cell, date(year, month, 1), f"{MONTHS[month - 1]} {year}", f"{year}{month:02}"][
            int(rng.integers(0, 4))
        ]
    if name == "period" and rng.random() < 0.5:
        return int(cell)
    if cell in ("ja", "nej") and rng.random() < 0.3:
        return {"ja": "Ja", "nej": "NEJ"}[cell]
    return cell


# --- files


def write_draft(folder: Path, draft: Draft, as_csv: bool = False) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    tables = {sheet: _table(draft, sheet) for sheet in SHEETS if sheet not in draft.left_out}
    tables = {sheet: rows for sheet, rows in tables.items() if rows}
    if as_csv:
        return [_write_csv(folder / f"{sheet}.csv", rows) for sheet, rows in tables.items()]
    path = folder / "egna_matt.xlsx"
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for sheet, rows in {**tables, **draft.extra}.items():
        page = book.add_worksheet(sheet)
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    page.write_datetime(number, column, cell, day)
                else:
                    page.write(number, column, cell)
    book.close()
    return [path]


def _table(draft: Draft, sheet: str) -> list[list[Any]]:
    headers = draft.headers(sheet)
    if not headers:
        return []
    shown = [draft.renamed.get((sheet, name), name) for name in headers]
    body = [[row.get(name, "") for name in headers] for row in draft.sheets[sheet]]
    return [*([line] for line in draft.above), shown, *body]


def _write_csv(path: Path, rows: list[list[Any]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    return path


# --- one fault each

Fault = Callable[[Draft], None]


def change(rule: str, sheet: str, header: str, row: int = 1, **cells: Any) -> Fault:
    """Write these cells in one row; the rule has to point at `header` there."""

    def put(draft: Draft) -> None:
        names = {name.replace("_", " "): cell for name, cell in cells.items()}
        draft.sheets[sheet][row].update(names or {header: ""})
        draft.expect(rule, sheet, header, row)

    return put


def in_all_periods(rule: str, header: str, measure: str, cells: list[Any]) -> Fault:
    """Let a measure have these values alone; the rule has to point at each of them."""

    def put(draft: Draft) -> None:
        kept = [row for row in draft.sheets["Värden"] if row["mått"] != measure]
        new = [
            {"mått": measure, "period": f"202{number}", "värde": 40, "n": 50, header: cell}
            for number, cell in enumerate(cells)
        ]
        draft.sheets["Värden"] = [*kept, *new]
        for number in range(len(cells)):
            draft.expect(rule, "Värden", header, len(kept) + number)

    return put


def again(rule: str, sheet: str, header: str, **cells: Any) -> Fault:
    """The first row once more; the rule has to point at the second of them."""

    def put(draft: Draft) -> None:
        names = {name.replace("_", " "): cell for name, cell in cells.items()}
        draft.sheets[sheet].append({**draft.sheets[sheet][0], **names})
        draft.expect(rule, sheet, header, len(draft.sheets[sheet]) - 1)

    return put


def other_place(rule: str, sheet: str) -> Fault:
    def put(draft: Draft) -> None:
        row = draft.sheets[sheet][1]
        row.update({"kommun": "Kiruna", "projekt": "projekt-1"})
        draft.expect(rule, sheet, "kommun", 1)

    return put


def measure_too(draft: Draft, name: str, **cells: Any) -> None:
    """One more measure, with a value."""
    draft.sheets["Mått"].append({**draft.sheets["Mått"][0], "mått": name, **cells})
    draft.sheets["Värden"].append({"mått": name, "period": "2024-01", "värde": 3, "n": ""})


def long_name(draft: Draft) -> None:
    measure_too(draft, "matt" * 20)
    draft.expect("MT03", "Mått", "mått", len(draft.sheets["Mått"]) - 1)


def fractions(draft: Draft) -> None:
    draft.sheets["Mått"][1]["personer"] = "nej"
    in_all_periods("VA14", "värde", "matt-1", [0.2, 0.4, 0.5, 0.3])(draft)


def part_above_whole(draft: Draft) -> None:
    measure_too(draft, "del", **{"ingår i": "matt-0"})
    same = next(row for row in draft.sheets["Värden"] if row["period"] == "2024-01")
    same["värde"], draft.sheets["Värden"][-1]["värde"] = 6, 7
    draft.expect("VA20", "Värden", "värde", len(draft.sheets["Värden"]) - 1)


def event_without_place(draft: Draft) -> None:
    measure_too(draft, "annat", projekt="", kommun="Kiruna")
    draft.sheets["Händelser"][0].update({"projekt": "", "mått": ""})
    draft.expect("HA06", "Händelser", "projekt", 0)


def event_of_other_project(draft: Draft) -> None:
    draft.sheets["Mått"][0]["projekt"] = ""
    draft.sheets["Händelser"][1].update({"projekt": "projekt-1", "mått": "matt-0"})
    draft.expect("HA05", "Händelser", "mått", 1)


def unused_project(draft: Draft) -> None:
    draft.sheets["Projekt"].append({**draft.sheets["Projekt"][0], "projekt": "glömt"})
    draft.expect("PR10", "Projekt", "projekt", len(draft.sheets["Projekt"]) - 1)


def share(draft: Draft) -> int:
    """The row of some share in Värden."""
    return next(i for i, row in enumerate(draft.sheets["Värden"]) if row["mått"] == "matt-1")


def in_share(rule: str, header: str, **cells: Any) -> Fault:
    def put(draft: Draft) -> None:
        row = share(draft)
        draft.sheets["Värden"][row].update({"värde": 40, "n": 50, **cells})
        draft.expect(rule, "Värden", header, row)

    return put


def all_january(rule: str, sheet: str) -> Fault:
    def put(draft: Draft) -> None:
        days = [date(2022, 1, 1), date(2023, 1, 1), date(2024, 1, 1)]
        if sheet == "Värden":
            in_all_periods(rule, "period", "matt-2", days)(draft)
            return
        first = len(draft.sheets[sheet])
        for number, day in enumerate(days):
            draft.sheets[sheet].append({**draft.sheets[sheet][0], "konto": "Nytt", "period": day})
            draft.expect(rule, sheet, "period", first + number)

    return put


def column_gone(sheet: str, header: str) -> Fault:
    def put(draft: Draft) -> None:
        draft.lost.append((sheet, header))

    return put


def same_column_twice(draft: Draft) -> None:
    for row in draft.sheets["Värden"]:
        row["Tid"] = row["period"]


def sheet_gone(sheet: str) -> Fault:
    return lambda draft: draft.left_out.append(sheet)


def months_side_by_side(draft: Draft) -> None:
    draft.extra["Värden"] = [["mått", "2024-01", "2024-02"], ["matt-0", 7, 9]]
    draft.left_out.append("Värden")


def no_rows(draft: Draft) -> None:
    draft.extra["Värden"] = [["mått", "period", "värde", "n", "anmärkning"]]
    draft.left_out.append("Värden")


def sheet_twice(draft: Draft) -> None:
    draft.extra["Värden 2"] = [["mått", "period", "värde"], ["matt-0", "2020-01", 3]]


P, M, V, H, B = SHEETS
FAULTS: dict[str, Fault] = {
    "syftet saknas": change("PR01", P, "syfte", 0),
    "två projekt heter lika": again("PR02", P, "projekt"),
    "projektet heter bara tecken": again("PR03", P, "projekt", projekt="???"),
    "projektets kommun finns inte": change("PR04", P, "kommun", 0, kommun="Grönköping"),
    "projektets område finns inte": change("PR05", P, "område", 0, område="Gator och torg"),
    "projektet börjar den 32": change("PR06", P, "start", 0, start="2024-01-32"),
    "projektet slutar före start": change("PR07", P, "slut", 0, slut="2022-01-01"),
    "formelfel i projekt": change("PR08", P, "titel", 0, titel="#REF!"),
    "för långt syfte": change("PR09", P, "syfte", 0, syfte="Stöd ges i tid. " * 80),
    "projekt utan mått": unused_project,
    "enhet saknas": change("MT01", M, "enhet"),
    "två mått heter lika": again("MT02", M, "mått"),
    "måttets namn är för långt": long_name,
    "måttets projekt finns inte": change("MT04", M, "projekt", 1, projekt="saknas-helt"),
    "måttets kommun finns inte": change("MT05", M, "kommun", 1, kommun="9999"),
    "måttet i fel kommun": other_place("MT06", M),
    "måttets område finns inte": change("MT07", M, "område", 1, område="Skidspår"),
    "okänt slag": change("MT08", M, "slag", 1, slag="kvot"),
    "personer är kanske": change("MT09", M, "personer", 1, personer="kanske"),
    "okänd riktning": change("MT10", M, "riktning", 1, riktning="åt sidan"),
    "målet är ett ord": change("MT11", M, "målvärde", 1, målvärde="bättre"),
    "målets dag är ett ord": change("MT12", M, "mål från", 1, mål_från="snart"),
    "målet är 120 procent": change("MT13", M, "målvärde", 1, målvärde=120),
    "mål utan riktning": change("MT14", M, "riktning", 1, riktning="inget av dem"),
    "måldag utan mål": change("MT15", M, "mål från", 1, målvärde="", mål_från="2025-01"),
    "okänt nyckeltal": change("MT16", M, "nyckeltal", 1, nyckeltal="N99999"),
    "barn som inte är personer": change("MT17", M, "personer", 0, enhet="barn", personer="nej"),
    "antal barn som inte är personer": change(
        "MT17", M, "personer", 0, enhet="Antal barn", personer="nej"
    ),
    "stycken barn som inte är personer": change(
        "MT17", M, "personer", 0, enhet="st", titel="Placerade barn", personer="nej"
    ),
    "målet är 0,8 procent": change("MT22", M, "målvärde", 1, målvärde="0,8"),
    "ingår i sig självt": change("MT18", M, "ingår i", 0, ingår_i="matt-0"),
    "formelfel i mått": change("MT19", M, "målvärde", 1, målvärde="#DIV/0!"),
    "för lång titel": change("MT20", M, "titel", 1, titel="Mått på stöd " * 12),
    "mått utan värden": again("MT21", M, "mått", mått="aldrig-matt"),
    "värde utan period": change("VA01", V, "period"),
    "värde för okänt mått": change("VA02", V, "mått", 1, mått="okant"),
    "perioden går inte att läsa": change("VA03", V, "period", 1, period="2024-13"),
    "perioden är en dag": change("VA04", V, "period", 1, period="2024-03-15"),
    "perioden är ett kvartal": change("VA05", V, "period", 1, period="2024 kvartal 2"),
    "värdet är ett ord": change("VA06", V, "värde", 1, värde="många"),
    "n är ett ord": change("VA07", V, "n", 1, n="alla"),
    "formelfel i värden": change("VA08", V, "värde", 1, värde="#VÄRDEFEL!"),
    "samma period två gånger": again("VA09", V, "period"),
    "perioden är i framtiden": change("VA10", V, "period", 1, period="2097-03"),
    "perioden är 1924": change("VA11", V, "period", 1, period="1924-03"),
    "år som blev januari": all_january("VA12", V),
    "andel över hundra": in_share("VA13", "värde", värde=140),
    "andelar mellan 0 och 1": fractions,
    "en halv person": change("VA15", V, "värde", 1, värde=7.5),
    "andel utan n": in_share("VA16", "n", n=""),
    "negativt n": in_share("VA17", "n", n=-3),
    "andel av ingen": in_share("VA18", "värde", n=0),
    "33 procent av fem": in_share("VA19", "värde", värde="33,0", n=5),
    "delen större än helheten": part_above_whole,
    "händelse utan text": change("HA01", H, "händelse"),
    "händelsens datum är ett ord": change("HA02", H, "datum", 1, datum="i våras"),
    "händelsens projekt finns inte": change("HA03", H, "projekt", 0, projekt="borta"),
    "händelsens mått finns inte": change("HA04", H, "mått", 1, mått="borta"),
    "händelsens mått hör till annat": event_of_other_project,
    "händelse utan kommun": event_without_place,
    "ny nivå är kanske": change("HA07", H, "ny nivå", 1, ny_nivå="kanske"),
    "händelsen står två gånger": again("HA08", H, "händelse"),
    "formelfel i händelse": change("HA09", H, "händelse", 1, händelse="#NAMN?"),
    "för lång händelse": change("HA10", H, "händelse", 1, händelse="Ny start. " * 40),
    "konto saknas": change("BU01", B, "konto"),
    "budgetens kommun finns inte": change("BU02", B, "kommun", 1, kommun="Ankeborg"),
    "budgetens projekt finns inte": change("BU03", B, "projekt", 1, projekt="borta"),
    "budget i fel kommun": other_place("BU04", B),
    "budgetens område finns inte": change("BU05", B, "område", 1, område="Gator"),
    "budgetens period går inte att läsa": change("BU06", B, "period", 1, period="våren"),
    "budgetens period är en dag": change("BU07", B, "period", 1, period="2025-02-14"),
    "budgetens period är ett tertial": change("BU08", B, "period", 1, period="tertial 1 2025"),
    "utfallet är ett ord": change("BU09", B, "utfall", 1, utfall="cirka en miljon"),
    "volymen är ett ord": change("BU10", B, "volym", 1, volym="fler"),
    "formelfel i budget": change("BU11", B, "utfall", 1, utfall="#SAKNAS!"),
    "samma konto och period två gånger": again("BU12", B, "period"),
    "utfall i framtiden": change("BU13", B, "utfall", 1, period="2098-02"),
    "budget från 1925": change("BU14", B, "period", 1, period="1925-02"),
    "budgetår som blev januari": all_january("BU15", B),
    "summarad": change("BU16", B, "konto", 1, konto="Summa hemtjänst"),
    "negativ volym": change("BU17", B, "volym", 1, volym=-4),
    "volymens personer är kanske": change("BU18", B, "volym är personer", 1,
                                          volym_är_personer="kanske"),
    "summarad sist": change("BU16", B, "konto", 1, konto="IFO totalt"),
    "helårets prognos i en månad": change("BU20", B, "prognos", 1, prognos=15_000_000),
    "volym utan budgeterad": change("BU19", B, "budgeterad volym", 1, budgeterad_volym=""),
}  # fmt: skip

# Faults in the shape: what is said, and where.
SHAPES: dict[str, tuple[Fault, str, str]] = {
    "kolumnen period saknas": (column_gone(V, "period"), "Kolumnen ”period” saknas.", "Värden!A1"),
    "kolumnen syfte saknas": (column_gone(P, "syfte"), "Kolumnen ”syfte” saknas.", "Projekt!A1"),
    "samma kolumn två gånger": (same_column_twice, "Två kolumner betyder samma sak", "Värden!E1"),
    "fliken Mått saknas": (sheet_gone(M), "men inte fliken Mått", "egna_matt.xlsx"),
    "månaderna bredvid varandra": (months_side_by_side, "inte rubrikerna i Värden", "Värden"),
    "fliken Värden saknas": (sheet_gone(V), "men inte fliken Värden", "egna_matt.xlsx"),
    "inga rader": (no_rows, "rubriker men inga rader", "Värden!A1"),
    "två flikar med värden": (sheet_twice, "Två flikar är Värden", "Värden 2"),
}

# Personal data, each where free text may stand: the kind that has to be said, and the cell.
PERSONAL: dict[str, tuple[str, str, str]] = {
    "personnummer i syftet": ("syfte", "Stöd till 18900104-9817 i hemmet.", "personnummer"),
    "mejladress i syftet": ("syfte", "Fråga anna.ek@kommunen.example om stödet.", "e-postadress"),
    "telefon i ansvarig": ("ansvarig", "Enheten, 070-123 45 67", "telefonnummer"),
    "namn i ansvarig": ("ansvarig", "Anna Svensson", "namn"),
}

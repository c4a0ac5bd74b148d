"""The rows of headings around the header: groups above it, second headings below it."""

from __future__ import annotations

from collections.abc import Sequence

from analyslib.sources.periods import is_period
from analyslib.sources.symbols import is_like_value
from analyslib.sources.workbook import Sheet


GROUPS_WITHIN = 3


def last_heading(sheet: Sheet, row: int, place_columns: dict[int, str]) -> int:
    """Second headings: rows right below, without a place, of words or of years only."""
    last = row
    for number in range(row + 1, min(row + 3, len(sheet.rows))):
        cells = [c for i, c in enumerate(sheet.rows[number]) if c and i not in place_columns]
        named = [sheet.cell(number, column) for column in place_columns]
        own = [cell for cell in named if cell]
        if not cells or own or not place_columns:
            break
        if not all(is_period(cell) or not is_like_value(cell) for cell in cells):
            break
        last = number
    return last


def groups_above(
    sheet: Sheet, row: int, place_columns: dict[int, str]
) -> tuple[int, list[int], str]:
    """Rows of group headings right above the header, and a lone year that is over everything."""
    first, year = row, ""
    groups: list[int] = []
    for number in range(row - 1, max(-1, row - 1 - GROUPS_WITHIN), -1):
        cells = [cell for cell in sheet.rows[number] if cell]
        if len(cells) == 1 and is_period(cells[0]):
            year, first = cells[0], number
        elif len(set(cells)) > 1 and not sheet.cell(number, min(place_columns, default=0)):
            groups.insert(0, number)
            first = number
        elif cells:
            break
    return first, groups, year


class Headings:
    """The headings over each column, outermost first, with groups filled out to the right."""

    def __init__(self, sheet: Sheet, rows: Sequence[int], places: set[int], year: str) -> None:
        self.sheet, self.rows, self.places, self.year = sheet, rows, places, year

    def over(self, column: int) -> tuple[str, ...]:
        parts = [self.year] if self.year and column not in self.places else []
        for position, row in enumerate(self.rows):
            below = self.rows[position + 1 :]
            cell = self.sheet.cell(row, column)
            if not cell and any(self.sheet.cell(other, column) for other in below):
                cell = self._group(row, column)
            tidy = cell.rstrip("* ")
            if tidy and tidy not in parts:
                parts.append(tidy)
        return tuple(parts)

    def _group(self, row: int, column: int) -> str:
        """A group heading covers the blank cells to its right, but never starts at a place."""
        for left in range(column - 1, -1, -1):
            if left in self.places:
                return ""
            if self.sheet.cell(row, left):
                return self.sheet.cell(row, left)
        return ""

"""Text tables into rows of cells, and cells into values: every fault at its line and column, good rows go on."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from fnmatch import fnmatchcase
from typing import Generic, TypeVar

from milkfloat.errors import Fault
from milkfloat.fleet.times import instant_s

T = TypeVar("T")

_DELIMITERS = ",;\t"
# Spreadsheets put a line before the header that says which mark parts the cells: sep=;
_MARK_LINE = "sep="
ALIASES = {
    "lng": "lon",
    "long": "lon",
    "longitude": "lon",
    "latitude": "lat",
    "depot_lng": "depot_lon",
    "order_id": "id",
    "van_id": "id",
}


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """
    What a file holds.

    Attributes
    ----------
    rows
        The good ones, in the order of the file.
    faults
        Everything wrong with the others, at its row and column.
    notes
        Remarks: columns that are not known and were ignored.
    """

    rows: tuple[T, ...]
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Row:
    """
    The cells of one row by column; reading a value that is wrong adds a fault and returns the default.

    Attributes
    ----------
    line
        Line of the file, counted from 1.
    """

    source: str
    line: int
    cells: Mapping[str, str]
    zone: tzinfo
    day: date | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def where(self) -> str:
        """Where the row stands, for messages."""
        return f"{self.source}:{self.line}"

    def fault(self, column: str, message: str) -> None:
        """Note what is wrong with a column."""
        self.faults.append(Fault(f"{self.where}.{column}" if column else self.where, message))

    def text(self, column: str) -> str:
        """The cell without spaces around it; empty where there is none."""
        return self.cells.get(column, "")

    def needed(self, column: str) -> str:
        """A cell that must not be empty."""
        value = self.text(column)
        if not value:
            self.fault(column, "is empty")
        return value

    def number(self, column: str, *, least: float, most: float, default: float, unit: str = "") -> float:
        """A finite number within limits; ``default`` where the cell is empty or wrong."""
        value = self.text(column)
        if not value:
            return default
        try:
            # A comma is a decimal sign where commas do not part the cells.
            number = float(value.replace(",", "."))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.fault(column, f"{value!r} is no number")
        elif number < least:
            self.fault(column, f"{value} is less than {least:g}{unit}")
        elif number > most:
            self.fault(column, f"{value} is more than {most:,g}{unit}".replace(",", " "))
        else:
            return number
        return default

    def whole(self, column: str, *, least: int, most: int, default: int) -> int:
        """A whole number within limits; ``default`` where the cell is empty or wrong."""
        number = self.number(column, least=least, most=most, default=default)
        if number != int(number):
            self.fault(column, f"{self.text(column)} is no whole number")
            return default
        return int(number)

    def instant(self, column: str) -> float | None:
        """Unix seconds; None where the cell is empty or wrong."""
        value = self.text(column)
        if not value:
            return None
        try:
            return instant_s(value, self.zone, self.day)
        except ValueError as error:
            self.fault(column, str(error))
            return None

    def words(self, column: str) -> frozenset[str]:
        """Words parted by spaces, semicolons, commas or bars."""
        value = self.text(column)
        for separator in ";|,":
            value = value.replace(separator, " ")
        return frozenset(value.split())


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows, with what is wrong with the table itself."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def read_table(
    text: str,
    *,
    source: str,
    known: Sequence[str],
    needed: Sequence[str],
    zone: tzinfo,
    day: date | None = None,
) -> Table:
    """
    A table in text: a header line, then one row a line, parted by commas, semicolons or tabs.

    Parameters
    ----------
    known
        Columns that are read, and patterns of them (``window_start_*``); others are named in ``notes``.
    needed
        Columns that must be there; without them there are no rows.
    """
    text = text.lstrip("\ufeff")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    faults: list[Fault] = []
    end = 0
    try:
        for cells in lines:
            line, end = end + 1, lines.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not header and cells[0].strip().lower() == _MARK_LINE:
                continue
            if not header:
                header = tuple(_column(cell) for cell in cells)
                continue
            if len(cells) != len(header):
                message = f"has {len(cells)} cells where the header has {len(header)} columns"
                faults.append(Fault(f"{source}:{line}", message))
                continue
            values = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
            rows.append(Row(source, line, values, zone, day))
    except csv.Error as error:
        faults.append(Fault(f"{source}:{lines.line_num}", f"the table breaks off: {error}"))
    if not header:
        return Table((), (), (Fault(source, "the file is empty: a header line with the columns is missing"),), ())
    broken = _header_faults(header, source, needed)
    if broken:
        return Table(header, (), tuple(broken), ())
    unknown = [name for name in header if name and not any(fnmatchcase(name, pattern) for pattern in known)]
    notes = (f"{source}: unknown columns were ignored: {', '.join(unknown)}",) if unknown else ()
    return Table(header, tuple(rows), tuple(faults), notes)


def read_rows(table: Table, make: Callable[[Row], T | None]) -> Read[T]:
    """Every row made into what it stands for; those with faults, or with an id that was there before, are left out."""
    good: list[T] = []
    faults = list(table.faults)
    lines: dict[str, int] = {}
    for row in table.rows:
        name = row.needed("id")
        value = make(row)
        if name in lines:
            row.fault("id", f"{name!r} was there before, in line {lines[name]}; this row is left out")
        elif name:
            lines[name] = row.line
        faults += row.faults
        if value is not None and not row.faults:
            good.append(value)
    return Read(tuple(good), tuple(faults), table.notes)


def _header_faults(header: Sequence[str], source: str, needed: Sequence[str]) -> list[Fault]:
    missing = [name for name in needed if name not in header]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    faults = []
    if missing:
        message = f"there is no column {' or '.join(missing)}; the columns are {', '.join(filter(None, header))}"
        faults.append(Fault(f"{source}:1", message))
    if twice:
        faults.append(Fault(f"{source}:1", f"column {', '.join(twice)} is there more than once"))
    return faults


def _column(cell: str) -> str:
    name = cell.strip().lower().replace(" ", "_")
    return ALIASES.get(name, name)


def _delimiter(text: str) -> str:
    """The mark that parts the cells: the one a line ``sep=`` names, else the one most frequent in the header."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    named = head.strip(' \r\n"').lower().removeprefix(_MARK_LINE)
    if named in tuple(_DELIMITERS):
        return named
    return max(_DELIMITERS, key=head.count)

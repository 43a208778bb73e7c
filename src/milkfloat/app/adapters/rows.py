"""Rows of a table file, CSV or Parquet, and fields that name themselves when they are wrong."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from milkfloat.errors import Fault, InputError

Row: TypeAlias = Mapping[str, Any]


def read_rows(path: Path) -> list[Row]:
    """
    All rows of a ``.csv`` or ``.parquet`` file.

    Raises
    ------
    InputError
        When it cannot be read.
    ModuleNotFoundError
        For Parquet without the extra ``analysis``.
    """
    try:
        if path.suffix == ".parquet":
            import pyarrow.parquet as pq  # heavy, and not in the core install

            rows: list[Row] = pq.read_table(path).to_pylist()
            return rows
        return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(Fault(str(path), f"cannot be read: {reason}")) from None


class Fields:
    """Reads numbers out of rows and collects what is wrong with them; ``source`` names the file."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.faults: list[Fault] = []

    def number(self, row: Row, line: int, name: str, low: float = -math.inf, high: float = math.inf) -> float:
        """The field as a number within limits; NaN, and a fault, when it is none."""
        value = row.get(name)
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            self.faults.append(Fault(f"{self.source}:{line}.{name}", f"{value!r} is no number"))
            return math.nan
        if not low <= number <= high:
            self.faults.append(Fault(f"{self.source}:{line}.{name}", f"{number:g} is not in {low:g} .. {high:g}"))
            return math.nan
        return number

    def place(self, row: Row, line: int, lon: str = "lng", lat: str = "lat") -> tuple[float, float]:
        """Longitude and latitude in degrees."""
        return self.number(row, line, lon, -180, 180), self.number(row, line, lat, -90, 90)

    def clock(self, row: Row, line: int, name: str) -> float:
        """Seconds after midnight of a field like ``13:30``."""
        text = str(row.get(name, ""))
        hours, _, minutes = text.partition(":")
        if hours.isdigit() and minutes.isdigit() and int(hours) <= 24 and int(minutes) < 60:
            return int(hours) * 3600.0 + int(minutes) * 60.0
        self.faults.append(Fault(f"{self.source}:{line}.{name}", f"{text!r} is no time of day"))
        return math.nan

    def done(self) -> None:
        """Raise InputError with all faults, if there are any."""
        if self.faults:
            raise InputError(self.faults)


def column(rows: Sequence[Row], name: str, source: str) -> None:
    """Raise InputError when the rows have no such column."""
    if not rows or name not in rows[0]:
        raise InputError(Fault(source, f"has no column {name!r}" if rows else "holds no rows"))

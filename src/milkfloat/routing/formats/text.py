"""Bytes into lines, tokens and number tables: what the readers share, with every fault at its line."""

from __future__ import annotations

import codecs
import gzip
import lzma
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite

import numpy as np

from milkfloat.errors import Fault, InputError
from milkfloat.routing.metric import CoordinateMetric, FloatArray, Rounding
from milkfloat.routing.problem import Window

_GZIP = b"\x1f\x8b"
_XZ = b"\xfd7zXZ\x00"
# Byte order marks of what spreadsheets call Unicode text.
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# The most vans or locations a file may announce: a slip of the finger must not fill the memory.
MOST = 10_000_000


def unpack(data: bytes, source: str) -> bytes:
    """
    The content of a file that may be packed by gzip or xz, told by its first bytes.

    Raises
    ------
    InputError
        When the packed stream is broken.
    """
    try:
        if data.startswith(_GZIP):
            return gzip.decompress(data)
        if data.startswith(_XZ):
            return lzma.decompress(data)
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise InputError(Fault(source, f"the packed file is broken: {error}")) from None
    return data


def decode(data: bytes, source: str) -> str:
    """Text of a file in UTF-8, with or without a byte order mark, or in UTF-16 with one."""
    try:
        if data.startswith(_UTF_16):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        text = "UTF-16" if error.encoding.startswith("utf-16") else "UTF-8"
        raise InputError(Fault(f"{source}:{line}", f"byte {data[error.start]:#04x} is not {text} text")) from None


@contextmanager
def naming(source: str) -> Iterator[None]:
    """What is raised inside as a fault of a problem becomes one of the file ``source``."""
    try:
        yield
    except InputError as error:
        raise InputError(Fault(f"{source}:{fault.where}", fault.message) for fault in error.faults) from None


@dataclass(slots=True)
class Faults:
    """Collects what is wrong with one file; ``source`` is its name."""

    source: str
    found: list[Fault] = field(default_factory=list)

    def add(self, where: int | str | None, message: str) -> None:
        """``where`` is a line number, a path inside the document, or None for the whole file."""
        place = self.source if where is None else f"{self.source}:{where}"
        self.found.append(Fault(place, message))

    def stop(self) -> None:
        """Raise InputError with all that was found, if anything was."""
        if self.found:
            raise InputError(self.found)

    def number(self, token: str, where: int | str, what: str, *, least: float | None = None) -> float:
        """``token`` as a finite number; a fault and 0 when it is none, or less than ``least``."""
        try:
            value = float(token)
        except ValueError:
            value = float("nan")
        if not isfinite(value):
            self.add(where, f"{what}: {token!r} is not a number")
            return least or 0.0
        if least is not None and value < least:
            self.add(where, f"{what}: {token} is less than {least:g}")
            return least
        return value

    def count(self, token: str, where: int | str, what: str, *, least: int = 0) -> int:
        """``token`` as a whole number from ``least`` to ten million; a fault and ``least`` when it is none."""
        value = self.number(token, where, what, least=least)
        if value > MOST:
            self.add(where, f"{what}: {token} is more than {MOST}")
            return least
        if value != int(value):
            self.add(where, f"{what}: {token} is not a whole number")
            return least
        return int(value)


def fleet_of(line: Line, faults: Faults) -> tuple[int, float]:
    """Number of vans and their capacity, the first two values of a line."""
    number, text = line
    cells = text.split()
    if len(cells) < 2:
        faults.add(number, f"{len(cells)} values where the number of vehicles and their capacity belong")
        return 1, 0.0
    size = faults.count(cells[0], number, "number of vehicles", least=1)
    return size, faults.number(cells[1], number, "capacity", least=0.0)


Line = tuple[int, str]
"""Line number counted from 1, and the line."""


def table(lines: Sequence[Line], columns: Sequence[str], faults: Faults) -> FloatArray:
    """
    A table of numbers, one row a line.

    Parameters
    ----------
    columns
        Names of the columns, for messages.

    Returns
    -------
    FloatArray
        Shape (lines, columns); rows with faults are zero.
    """
    width = len(columns)
    rows = [line.split() for _, line in lines]
    if all(len(row) == width for row in rows):
        fast = numbers([cell for row in rows for cell in row])
        if fast is not None:
            return fast.reshape(len(rows), width)
    values = np.zeros((len(rows), width))
    for row, (number, _), cells in zip(values, lines, rows, strict=True):
        if len(cells) != width:
            faults.add(number, f"{len(cells)} values where {width} belong: {' '.join(columns)}")
            continue
        row[:] = [faults.number(cell, number, column) for cell, column in zip(cells, columns, strict=True)]
    return values


def numbers(tokens: Sequence[str]) -> FloatArray | None:
    """All ``tokens`` as finite numbers at once; None when one of them is none."""
    try:
        values = np.array(tokens, dtype=np.float64)
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None


def windows_of(
    table: FloatArray, lines: Sequence[Line], ready: int, due: int, names: Sequence[str], faults: Faults
) -> list[Window]:
    """Time windows from two columns of ``table``; one that ends before it begins is a fault."""
    for row in np.flatnonzero(table[:, due] < table[:, ready]).tolist():
        late, early = table[row, due], table[row, ready]
        faults.add(lines[row][0], f"{names[row]}: due date {late:g} is before ready time {early:g}")
    return [(float(a), float(b)) for a, b in table[:, (ready, due)].tolist()]


def not_negative(
    table: FloatArray, lines: Sequence[Line], column: int, what: str, names: Sequence[str], faults: Faults
) -> None:
    """A fault for each negative value in a column."""
    for row in np.flatnonzero(table[:, column] < 0).tolist():
        faults.add(lines[row][0], f"{names[row]}: {what} {table[row, column]:g} is less than 0")


def plane(rounding: str, *, speed: float = 1.0, energy_per_distance: float = 0.0) -> CoordinateMetric:
    """
    Euclidean distances on the plane by a named rounding.

    ``exact``, ``dimacs`` (truncated to one decimal), ``integer`` (nearest), ``milli`` (nearest at three decimals),
    ``up`` or ``down`` (whole numbers).
    """
    rule, resolution = _ROUNDINGS[rounding]
    return CoordinateMetric(
        "euclidean", rounding=rule, resolution=resolution, speed=speed, energy_per_distance=energy_per_distance
    )


_ROUNDINGS: dict[str, tuple[Rounding, float]] = {
    "exact": ("exact", 1.0),
    "dimacs": ("truncate", 10.0),
    "integer": ("nearest", 1.0),
    "milli": ("nearest", 1000.0),
    "up": ("up", 1.0),
    "down": ("truncate", 1.0),
}

"""
Questions in the dialect of OSRM's HTTP API (v5 of its documentation): what the address says, or what is wrong with it.

``/{service}/v1/{profile}/{coordinates}[.json]?option=value&...``: coordinates are ``lon,lat;lon,lat`` or
``polyline(...)`` or ``polyline6(...)``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from milkfloat.errors import InputError
from milkfloat.roads.polyline import decode
from milkfloat.roads.types import Float64

COORDINATES_MAX = 10_000
# Without a radius a coordinate may be this far from its street. OSRM knows no limit, but a point in another country has
# no street here.
RADIUS_DEFAULT_M = 5_000.0
_POLYLINE = re.compile(r"^polyline(6?)\((.*)\)$", re.DOTALL)
_GEOMETRIES = ("polyline", "polyline6", "geojson")
_OVERVIEWS = ("simplified", "full", "false")
_YES = {"true": True, "false": False}
ANNOTATIONS = ("duration", "distance", "speed", "nodes", "weight", "datasources")
# Of the general options these change nothing here: we give no hints and know one kind of approach.
IGNORED = frozenset({"hints", "generate_hints", "approaches", "skip_waypoints", "snapping", "format"})


class OsrmError(Exception):
    """A question that gets no answer: OSRM's code for it, and a message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Places:
    """
    Coordinates with what is said of each.

    Attributes
    ----------
    lonlat
        Shape (n, 2), degrees.
    radius_m
        Shape (n,): how far its street may be.
    heading_deg, heading_range_deg
        Shape (n,): the direction its street is driven in; NaN where any will do.
    """

    lonlat: Float64
    radius_m: Float64
    heading_deg: Float64
    heading_range_deg: Float64

    def __len__(self) -> int:
        return len(self.lonlat)


@dataclass(frozen=True, slots=True)
class Lines:
    """How lines and steps are given."""

    geometries: str
    overview: str
    steps: bool
    annotations: tuple[str, ...]
    continue_straight: bool


def places(coordinates: str, options: Mapping[str, str], *, least: int, most: int = COORDINATES_MAX) -> Places:
    """
    The coordinates of a question.

    Raises
    ------
    OsrmError
        When they are malformed, too few or too many.
    """
    lonlat = _coordinates(coordinates.removesuffix(".json"))
    count = len(lonlat)
    if count < least:
        raise OsrmError("InvalidOptions", f"Number of coordinates needs to be at least {least}, not {count}")
    if count > most:
        raise OsrmError("TooBig", f"{count} coordinates are more than {most}")
    radius = np.full(count, RADIUS_DEFAULT_M)
    for k, text in enumerate(_list(options, "radiuses", count)):
        if text not in ("", "unlimited"):
            radius[k] = _number(text, "radiuses", low=0.0)
    heading, spread = np.full(count, np.nan), np.full(count, 180.0)
    for k, text in enumerate(_list(options, "bearings", count)):
        if text:
            parts = text.split(",")
            if len(parts) != 2:
                raise OsrmError("InvalidQuery", f"bearings: {text!r} is not bearing,range")
            heading[k] = _number(parts[0], "bearings", low=0.0, high=360.0)
            spread[k] = _number(parts[1], "bearings", low=0.0, high=180.0)
    return Places(lonlat, radius, heading, spread)


def lines(options: Mapping[str, str]) -> Lines:
    """The options of a route."""
    annotations = options.get("annotations", "false")
    wanted = tuple(annotations.split(","))
    if annotations in _YES:
        wanted = ANNOTATIONS if _YES[annotations] else ()
    else:
        unknown = [each for each in wanted if each not in ANNOTATIONS]
        if unknown:
            raise OsrmError("InvalidQuery", f"annotations: {unknown[0]!r} is none of {', '.join(ANNOTATIONS)}")
    alternatives = options.get("alternatives", "false")
    if alternatives not in _YES and not alternatives.isdigit():
        raise OsrmError("InvalidQuery", f"alternatives: {alternatives!r} is not true, false or a number")
    # A delivery van stops at its waypoints and leaves either way unless told otherwise.
    ahead = {name: text for name, text in options.items() if name == "continue_straight" and text != "default"}
    return Lines(
        geometries=_one_of(options, "geometries", _GEOMETRIES),
        overview=_one_of(options, "overview", _OVERVIEWS),
        steps=_flag(options, "steps"),
        annotations=wanted,
        continue_straight=_flag(ahead, "continue_straight"),
    )


def indexes(options: Mapping[str, str], name: str, count: int) -> list[int]:
    """Positions of sources or destinations among the coordinates."""
    text = options.get(name, "all")
    if text == "all":
        return list(range(count))
    found = []
    for part in text.split(";"):
        if not (part.isascii() and part.isdigit()):
            raise OsrmError("InvalidQuery", f"{name}: {part!r} is no position of a coordinate")
        if int(part) >= count:
            raise OsrmError("InvalidOptions", f"{name}: there is no coordinate {part}, only {count}")
        found.append(int(part))
    return found


def table_annotations(options: Mapping[str, str]) -> frozenset[str]:
    """What a table holds."""
    wanted = frozenset(options.get("annotations", "duration").split(","))
    if not wanted <= {"duration", "distance"}:
        raise OsrmError("InvalidQuery", f"annotations: {options['annotations']!r} is not of duration and distance")
    return wanted


def number_of(options: Mapping[str, str]) -> int:
    """How many nearest streets are asked for."""
    text = options.get("number", "1")
    if not (text.isascii() and text.isdigit() and int(text) >= 1):
        raise OsrmError("InvalidOptions", f"number: {text!r} is not 1 or more")
    return int(text)


def scale_factor(options: Mapping[str, str]) -> float:
    """What durations of a table are multiplied by."""
    return _number(options.get("scale_factor", "1"), "scale_factor", low=1e-6, high=1e6)


def check_known(options: Mapping[str, str], known: frozenset[str]) -> None:
    """Refuse options that would change the answer and are not understood."""
    unknown = sorted(set(options) - known - IGNORED - {"radiuses", "bearings"})
    if unknown:
        raise OsrmError("InvalidOptions", f"option {unknown[0]!r} is not supported here")


def _coordinates(text: str) -> Float64:
    line = _POLYLINE.match(text)
    if line:
        try:
            return decode(line[2], digits=6 if line[1] else 5)
        except InputError as error:
            raise OsrmError("InvalidQuery", str(error)) from None
    points = []
    for part in text.split(";"):
        try:
            lon, lat = (float(value) for value in part.split(","))
        except ValueError:
            raise OsrmError("InvalidQuery", f"{part!r} is not lon,lat") from None
        if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
            raise OsrmError("InvalidValue", f"{part!r} is no place on Earth; it is written lon,lat")
        points.append((lon, lat))
    return np.array(points, np.float64).reshape(-1, 2)


def _list(options: Mapping[str, str], name: str, count: int) -> list[str]:
    if name not in options:
        return []
    values = options[name].split(";")
    if len(values) != count:
        raise OsrmError("InvalidOptions", f"{name}: {len(values)} values for {count} coordinates")
    return values


def _number(text: str, name: str, *, low: float, high: float = math.inf) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise OsrmError("InvalidQuery", f"{name}: {text!r} is no number within {low:g} to {high:g}")
    return value


def _flag(options: Mapping[str, str], name: str) -> bool:
    text = options.get(name, "false")
    if text not in _YES:
        raise OsrmError("InvalidQuery", f"{name}: {text!r} is neither true nor false")
    return _YES[text]


def _one_of(options: Mapping[str, str], name: str, values: tuple[str, ...]) -> str:
    text = options.get(name, values[0])
    if text not in values:
        raise OsrmError("InvalidQuery", f"{name}: {text!r} is none of {', '.join(values)}")
    return text

"""
Traffic messages into overrides: the speed CSV of OSRM, and lines on the map as GeoJSON.

Good rows count even where others are faulty; every faulty one is named.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from milkfloat.errors import Fault, InputError
from milkfloat.roads.geometry import bearing_deg, distance_m
from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.overrides import SPEED_KMH_MAX, Closure, MeasuredSpeeds, Overrides, Slowdown
from milkfloat.roads.snap import SnapIndex
from milkfloat.roads.types import Float64, Int64

# A line of a message is looked up this often along its way, and may lie this far from the street it means.
SAMPLE_M = 5.0
MATCH_LIMIT_M = 20.0
POINT_LIMIT_M = 100.0
# An edge is meant when the line follows it this far, or half of it if that is less: not where it only crosses.
FOLLOWED_M = 20.0
_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})(?::(\d{2}))?$")


@dataclass(frozen=True, slots=True)
class TrafficRead:
    """What a feed says, and what in it could not be used."""

    overrides: Overrides
    faults: tuple[Fault, ...]


def read_speed_csv(text: str, graph: RoadGraph, *, source: str = "speeds.csv") -> TrafficRead:
    """
    Speeds between neighbouring OpenStreetMap nodes, in the format of OSRM's ``--segment-speed-file``.

    A row is ``from,to,speed_kmh[,rate]`` for one direction; the rate is not used. Speed 0 closes the street. Segments
    of an edge without a row keep their usual speed; of two rows for one segment the last counts.
    """
    faults: list[Fault] = []
    rows: list[tuple[int, int, int, float]] = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.split(",")]
        is_header = number == 1 and not cells[0].lstrip("-").isdigit()
        if not line.strip() or line.startswith("#") or is_header:
            continue
        row = _speed_row(cells)
        if isinstance(row, str):
            faults.append(Fault(f"{source}:{number}", row))
        else:
            rows.append((number, *row))
    if not rows:
        return TrafficRead(Overrides(), tuple(faults))
    pairs = np.array([(row[1], row[2]) for row in rows], np.int64)
    edge, length_m = _segments(graph, pairs)
    listed: dict[int, dict[tuple[int, int], tuple[float, float]]] = {}
    for (number, a, b, speed_kmh), on, long in zip(rows, edge.tolist(), length_m.tolist(), strict=True):
        if on < 0:
            faults.append(
                Fault(f"{source}:{number}", f"no street a van may use leads from node {a} straight to node {b}")
            )
        else:
            listed.setdefault(on, {})[a, b] = (long, speed_kmh)
    speeds: dict[int, float] = {}
    closed = []
    for on, segments in listed.items():
        if any(speed_kmh == 0 for _, speed_kmh in segments.values()):
            closed.append(on)
        else:
            speeds[on] = _edge_speed_kmh(graph, on, list(segments.values()))
    overrides = Overrides(
        speeds=(MeasuredSpeeds(tuple(speeds), tuple(speeds.values())),) if speeds else (),
        closures=(Closure(tuple(sorted(closed))),) if closed else (),
    )
    return TrafficRead(overrides, tuple(sorted(faults, key=_row_of)))


def read_geojson_lines(
    messages: str | Mapping[str, Any],
    graph: RoadGraph,
    index: SnapIndex,
    *,
    midnight: datetime | None = None,
    source: str = "traffic.geojson",
) -> TrafficRead:
    """
    Closures, speeds and slowdowns drawn as lines or points on the map.

    Parameters
    ----------
    messages
        A GeoJSON FeatureCollection or Feature, as an object or as text, or text with one feature per line. Geometry is
        a LineString or MultiLineString along the street, or a Point beside it. Properties: one of ``closed`` (true),
        ``speed_kmh`` and ``factor``; ``from`` and ``until`` as seconds of the metric's time axis, ``HH:MM`` or RFC
        3339; ``direction`` is ``along`` the line or ``both`` (the default for closures and points).
    midnight
        Zero of the metric's time axis, aware; RFC 3339 instants need it.
    """
    overrides = Overrides()
    faults: list[Fault] = []
    for where, feature in _features(messages, source, faults):
        try:
            overrides = overrides.with_more(_message(feature, graph, index, midnight))
        except InputError as error:
            faults += [Fault(f"{where}.{fault.where}", fault.message) for fault in error.faults]
    return TrafficRead(overrides, tuple(faults))


def _speed_row(cells: list[str]) -> tuple[int, int, float] | str:
    """From, to and speed of a row, or what is wrong with it."""
    if len(cells) < 3:
        return f"has {len(cells)} values; from, to and speed are needed"
    try:
        a, b, speed_kmh = int(cells[0]), int(cells[1]), float(cells[2])
    except ValueError:
        return f"from {cells[0]!r}, to {cells[1]!r} and speed {cells[2]!r} must be numbers"
    if not 0.0 <= speed_kmh <= SPEED_KMH_MAX:
        return f"speed {speed_kmh:g} km/h is not within 0 to {SPEED_KMH_MAX:g}"
    return a, b, speed_kmh


def _row_of(fault: Fault) -> int:
    return int(fault.where.rpartition(":")[2])


def _segments(graph: RoadGraph, pairs: Int64) -> tuple[Int64, Float64]:
    """For node pairs of shape (n, 2) the street edge from one straight to the other (-1 for none), and the length."""
    node, number = np.unique(graph.point_osm, return_inverse=True)
    before = np.arange(len(number) - 1)
    # The last point of a shape and the first of the next are no segment.
    before = before[~np.isin(before, graph.point_first[1:-1] - 1)]
    key = number[before].astype(np.int64) * len(node) + number[before + 1]
    order = np.argsort(key, kind="stable")
    key, before = key[order], before[order]
    asked = np.searchsorted(node, pairs).clip(max=len(node) - 1)
    known = (node[asked] == pairs).all(axis=1)
    edge = np.full(len(pairs), -1, np.int64)
    length_m = np.zeros(len(pairs))
    for ahead, along in ((0, graph.shape_forward), (1, graph.shape_backward)):
        wanted = asked[:, ahead] * len(node) + asked[:, 1 - ahead]
        at = np.searchsorted(key, wanted).clip(max=len(key) - 1)
        point = before[at]
        on = along[np.searchsorted(graph.point_first, point, "right") - 1]
        hit = known & (key[at] == wanted) & (on >= 0)
        edge[hit] = on[hit]
        lon, lat = graph.point_lon, graph.point_lat
        length_m[hit] = distance_m(lon[point], lat[point], lon[point + 1], lat[point + 1])[hit]
    return edge, length_m


def _edge_speed_kmh(graph: RoadGraph, edge: int, segments: list[tuple[float, float]]) -> float:
    """Speed over a whole edge of which some segments (length in metres, speed) are known."""
    whole_m = float(graph.edge_length_dm[edge]) / 10.0
    known_m = sum(length_m for length_m, _ in segments)
    rest_m = max(0.0, whole_m - known_m)
    hours_1000 = sum(length_m / speed_kmh for length_m, speed_kmh in segments)
    hours_1000 += rest_m / float(graph.edge_speed_kmh[edge])
    return (known_m + rest_m) / hours_1000


def _features(
    messages: str | Mapping[str, Any], source: str, faults: list[Fault]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each feature with its place in the input; what is none goes to ``faults``."""
    if not isinstance(messages, str):
        parsed: list[tuple[str, Any]] = [(source, messages)]
    else:
        parsed = []
        try:
            parsed.append((source, json.loads(messages)))
        except RecursionError:
            faults.append(Fault(source, "is not readable: values are nested too deeply"))
        except ValueError:
            # No single document: one feature per line.
            for number, line in enumerate(messages.splitlines(), 1):
                if line.strip("\x1e \t"):
                    try:
                        parsed.append((f"{source}:{number}", json.loads(line.strip("\x1e"))))
                    except (ValueError, RecursionError) as error:
                        faults.append(Fault(f"{source}:{number}", f"is not JSON: {error}"))
    for where, value in parsed:
        kind = value.get("type") if isinstance(value, Mapping) else None
        if kind == "Feature":
            yield where, value
        elif kind == "FeatureCollection" and isinstance(value.get("features"), list):
            for k, feature in enumerate(value["features"]):
                if isinstance(feature, Mapping) and feature.get("type") == "Feature":
                    yield f"{where}.features[{k}]", feature
                else:
                    faults.append(Fault(f"{where}.features[{k}]", "is not a GeoJSON Feature"))
        else:
            faults.append(Fault(where, "is not a GeoJSON Feature or FeatureCollection"))


def _message(feature: Mapping[str, Any], graph: RoadGraph, index: SnapIndex, midnight: datetime | None) -> Overrides:
    properties, geometry = (_object(feature, key) for key in ("properties", "geometry"))
    is_closed = bool(properties.get("closed"))
    told = [key for key in ("speed_kmh", "factor") if properties.get(key) is not None] + ["closed"] * is_closed
    if len(told) != 1:
        has = " and ".join(told) or "none"
        raise InputError(Fault("properties", f"must have exactly one of closed, speed_kmh and factor, not {has}"))
    from_s = _instant_s(properties, "from", -math.inf, midnight)
    until_s = _instant_s(properties, "until", math.inf, midnight)
    if until_s <= from_s:
        raise InputError(Fault("properties.until", f"{properties['until']!r} is not after {properties.get('from')!r}"))
    kind = geometry.get("type")
    direction = properties.get("direction") or ("both" if is_closed or kind == "Point" else "along")
    if direction not in ("along", "both"):
        raise InputError(Fault("properties.direction", f"{direction!r} is neither 'along' nor 'both'"))
    edges = _edges_of(geometry, graph, index, both=direction == "both")
    if is_closed:
        return Overrides(closures=(Closure(edges, from_s, until_s),))
    value = _number(properties, told[0])
    if told[0] == "factor":
        return Overrides(slowdowns=(Slowdown(edges, value, from_s, until_s),))
    if value == 0:
        return Overrides(closures=(Closure(edges, from_s, until_s),))
    return Overrides(speeds=(MeasuredSpeeds(edges, (value,) * len(edges), from_s, until_s),))


def _object(feature: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A member that is an object; empty where it is null or none."""
    value = feature.get(key) or {}
    if not isinstance(value, Mapping):
        raise InputError(Fault(key, f"{value!r} is not an object"))
    return value


def _number(properties: Mapping[str, Any], key: str) -> float:
    try:
        value = float(properties[key])
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise InputError(Fault(f"properties.{key}", f"{properties[key]!r} is not a number"))
    return value


def _instant_s(properties: Mapping[str, Any], key: str, default: float, midnight: datetime | None) -> float:
    """Seconds of the metric's time axis."""
    value = properties.get(key)
    if value is None:
        return default
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    clock = _CLOCK.match(str(value))
    if clock:
        return int(clock[1]) * 3_600.0 + int(clock[2]) * 60.0 + int(clock[3] or 0)
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        message = f"{value!r} is neither seconds nor HH:MM nor an RFC 3339 instant"
        raise InputError(Fault(f"properties.{key}", message)) from None
    if instant.tzinfo is None or midnight is None:
        raise InputError(Fault(f"properties.{key}", f"{value!r} needs an offset from UTC, and a day to belong to"))
    return (instant - midnight).total_seconds()


def _edges_of(geometry: Mapping[str, Any], graph: RoadGraph, index: SnapIndex, *, both: bool) -> tuple[int, ...]:
    """Street edges that a line follows, or beside which a point lies."""
    kind = geometry.get("type")
    try:
        match kind:
            case "Point":
                lines = [np.array([geometry["coordinates"][:2]], np.float64)]
            case "LineString":
                lines = [np.array([point[:2] for point in geometry["coordinates"]], np.float64)]
            case "MultiLineString":
                lines = [np.array([point[:2] for point in line], np.float64) for line in geometry["coordinates"]]
            case _:
                raise InputError(Fault("geometry", f"type {kind!r} is none of LineString, MultiLineString and Point"))
    except (KeyError, TypeError, ValueError):
        raise InputError(Fault("geometry.coordinates", "are not longitudes and latitudes")) from None
    if not all(line.ndim == 2 and line.shape[1] == 2 and np.isfinite(line).all() for line in lines):
        raise InputError(Fault("geometry.coordinates", "are not longitudes and latitudes"))
    found = {edge for line in lines for edge in _followed(line, graph, index, both=both or kind == "Point")}
    if not found:
        first = lines[0][0]
        limit_m = POINT_LIMIT_M if kind == "Point" else MATCH_LIMIT_M
        message = f"near ({first[0]:.6g}, {first[1]:.6g}) follows no street a van may use within {limit_m:g} m"
        raise InputError(Fault("geometry", message))
    return tuple(sorted(found))


def _followed(line: Float64, graph: RoadGraph, index: SnapIndex, *, both: bool) -> set[int]:
    if len(line) == 1:
        near = index.nearest(line, limit_m=POINT_LIMIT_M)
        shape, is_against = near.shape[near.found], np.zeros(int(near.found.sum()), bool)
        samples = 1
    else:
        points, heading = _samples(line)
        samples = len(points)
        near = index.nearest(points, limit_m=MATCH_LIMIT_M, heading_deg=heading)
        found, shape, is_against = near.found, near.shape, near.against > 0
        if both:
            # A one-way street counts too when the line was drawn against it.
            turned = index.nearest(points, limit_m=MATCH_LIMIT_M, heading_deg=(heading + 180.0) % 360.0)
            nearer = turned.found & (~near.found | (turned.distance_m < near.distance_m))
            found = found | turned.found
            shape = np.where(nearer, turned.shape, shape)
        shape, is_against = shape[found], is_against[found]
    followed = set()
    keys, counts = np.unique(np.stack([shape, is_against]), axis=1, return_counts=True)
    for (on, against), count in zip(keys.T.tolist(), counts.tolist(), strict=True):
        ways = int(graph.shape_forward[on]), int(graph.shape_backward[on])
        length_m = float(graph.edge_length_dm[max(ways)]) / 10.0
        # A line shorter than that is followed by what it lies on for the most part.
        if count * SAMPLE_M >= min(FOLLOWED_M, length_m / 2, samples * SAMPLE_M / 2):
            followed |= set(ways) if both else {ways[against]}
    return followed - {-1}


def _samples(line: Float64) -> tuple[Float64, Float64]:
    """Points every few metres along a line, and the heading at each."""
    step = distance_m(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1])
    moves = step > 0
    start, step, end = line[:-1][moves], step[moves], line[1:][moves]
    if len(step) == 0:
        return line[:1], np.full(1, np.nan)
    heading = bearing_deg(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    along = np.concatenate([[0.0], np.cumsum(step)])
    at = np.arange(SAMPLE_M / 2, along[-1], SAMPLE_M) if along[-1] > SAMPLE_M else np.array([along[-1] / 2])
    piece = np.searchsorted(along, at, "right") - 1
    part = ((at - along[piece]) / step[piece])[:, None]
    return start[piece] + part * (end[piece] - start[piece]), heading[piece]

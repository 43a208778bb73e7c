"""Drives as OSRM tells them: routes, legs, steps, annotations and waypoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from milkfloat.roads.geometry import ranges
from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.maneuvers import street
from milkfloat.roads.path import PathStep, RoadPath, line_length_m, steps
from milkfloat.roads.polyline import encode
from milkfloat.roads.snap import Snap
from milkfloat.roads.types import Float64
from milkfloat.server.doors.osrm_query import Lines

# A simplified overview bends at most this far off the street, as a share of the larger side of its box: half a pixel on
# a screen that shows the whole route.
_OVERVIEW_SHARE = 1 / 2_000


def route(graph: RoadGraph, paths: Sequence[RoadPath], asked: Lines) -> dict[str, Any]:
    """A route over its waypoints, one path per leg."""
    legs = [_leg(graph, path, asked) for path in paths]
    document: dict[str, Any] = {"legs": legs, "weight_name": "duration"}
    for key in ("weight", "duration", "distance"):
        document[key] = round(sum(leg[key] for leg in legs), 1)
    if asked.overview != "false":
        line = np.concatenate([paths[0].lonlat, *(path.lonlat[1:] for path in paths[1:])])
        if asked.overview == "simplified":
            bend = _OVERVIEW_SHARE * float(np.ptp(line, axis=0).max())
            line = shapely.get_coordinates(shapely.simplify(shapely.linestrings(line), bend, preserve_topology=False))
        document["geometry"] = geometry(line, asked.geometries)
    return document


def geometry(lonlat: Float64, form: str) -> str | dict[str, Any]:
    """A line as text or as GeoJSON."""
    if form == "geojson":
        return {"type": "LineString", "coordinates": np.round(lonlat, 6).tolist()}
    return encode(lonlat, digits=6 if form == "polyline6" else 5)


def waypoint(graph: RoadGraph, place: Snap) -> dict[str, Any]:
    """A coordinate on its street."""
    return {
        "name": street(graph, place.edge_forward),
        "location": [round(place.lon, 6), round(place.lat, 6)],
        "distance": round(place.distance_m, 3),
    }


def nearest_nodes(graph: RoadGraph, place: Snap) -> list[int]:
    """OpenStreetMap nodes of the segment a place lies on, in driving direction."""
    osm, at_m = _points(graph, place.edge_forward)
    after = int(np.clip(np.searchsorted(at_m, place.fraction * at_m[-1], "right"), 1, len(osm) - 1))
    return [int(osm[after - 1]), int(osm[after])]


def _leg(graph: RoadGraph, path: RoadPath, asked: Lines) -> dict[str, Any]:
    duration = path.travel_time_ms / 1_000
    told = steps(graph, path)
    document: dict[str, Any] = {
        "steps": [_step(step, asked.geometries) for step in told] if asked.steps else [],
        "summary": _summary(told) if asked.steps else "",
        "weight": round(duration, 1),
        "duration": round(duration, 1),
        "distance": round(path.distance_dm / 10, 1),
    }
    if asked.annotations:
        document["annotation"] = _annotation(graph, path, asked.annotations)
    return document


def _step(step: PathStep, form: str) -> dict[str, Any]:
    location = [round(value, 6) for value in step.location]
    maneuver: dict[str, Any] = {
        "type": step.maneuver_type,
        "location": location,
        "bearing_before": round(step.bearing_before) % 360,
        "bearing_after": round(step.bearing) % 360,
        "instruction": step.instruction,
    }
    if step.modifier:
        maneuver["modifier"] = step.modifier
    if step.exit is not None:
        maneuver["exit"] = step.exit
    document: dict[str, Any] = {
        "maneuver": maneuver,
        "geometry": geometry(step.geometry, form),
        "mode": "driving",
        "driving_side": "right",
        "name": step.name,
        "duration": round(step.travel_time_s, 1),
        "weight": round(step.travel_time_s, 1),
        "distance": round(step.distance_m, 1),
        "intersections": [_intersection(step, location)],
    }
    if step.ref:
        document["ref"] = step.ref
    return document


def _intersection(step: PathStep, location: list[float]) -> dict[str, Any]:
    """The junction of the maneuver with the road in and the road out; ends of a drive have only one of them."""
    back, ahead = (round(step.bearing_before) + 180) % 360, round(step.bearing) % 360
    if step.maneuver_type == "depart":
        return {"location": location, "bearings": [ahead], "entry": [True], "out": 0}
    if step.maneuver_type == "arrive":
        return {"location": location, "bearings": [back], "entry": [True], "in": 0}
    bearings = sorted({back, ahead})
    entry = [bearing == ahead for bearing in bearings]
    return {
        "location": location,
        "bearings": bearings,
        "entry": entry,
        "in": bearings.index(back),
        "out": bearings.index(ahead),
    }


def _summary(told: Sequence[PathStep]) -> str:
    """The two streets driven furthest, in driving order."""
    length_m: dict[str, float] = {}
    for step in told:
        name = step.name or step.ref
        if name:
            length_m[name] = length_m.get(name, 0.0) + step.distance_m
    longest = sorted(length_m, key=lambda name: -length_m[name])[:2]
    return ", ".join(name for name in length_m if name in longest)


def _annotation(graph: RoadGraph, path: RoadPath, wanted: tuple[str, ...]) -> dict[str, Any]:
    """Values between each two points of the line; nodes are those passed, with the ends of the outermost segments."""
    seconds = np.diff(path.times_s)
    metres = np.array([line_length_m(path.lonlat[k : k + 2]) for k in range(len(path.lonlat) - 1)])
    speed = np.divide(metres, seconds, out=np.zeros_like(metres), where=seconds > 0)
    columns: dict[str, Any] = {
        "duration": np.round(seconds, 1).tolist(),
        "distance": np.round(metres, 1).tolist(),
        "speed": np.round(speed, 1).tolist(),
        "weight": np.round(seconds, 1).tolist(),
        "datasources": [0] * len(seconds),
        "nodes": _nodes(graph, path) if "nodes" in wanted else None,
    }
    return {name: columns[name] for name in wanted}


def _nodes(graph: RoadGraph, path: RoadPath) -> list[int]:
    """One per point of the line: its node; at the ends the node before the source and the one after the target."""
    count = np.diff(path.point_first)
    first, _ = _points(graph, int(path.edges[0]))
    last, _ = _points(graph, int(path.edges[-1]))
    if len(path.edges) == 1:
        inner = int(count[0]) - 1
        at = _segment(graph, path)
        return [int(node) for node in first[at : at + inner + 2]]
    nodes = [int(node) for node in first[-(int(count[0]) + 1) :]]
    for edge in path.edges[1:-1].tolist():
        nodes += _points(graph, edge)[0][1:].tolist()
    return nodes + [int(node) for node in last[1 : int(count[-1]) + 1]]


def _segment(graph: RoadGraph, path: RoadPath) -> int:
    """Of a drive along one edge: the position of the last point at or before the source."""
    osm, at_m = _points(graph, int(path.edges[0]))
    lon, lat = _places(graph, int(path.edges[0]))
    source = path.lonlat[0]
    # The source lies on the segment whose ends are nearest to it in sum.
    off = np.hypot(lon - source[0], lat - source[1])
    length = np.hypot(np.diff(lon), np.diff(lat))
    return int(np.clip(np.argmin(off[:-1] + off[1:] - length), 0, max(0, len(osm) - 2))) if len(at_m) > 2 else 0


def _order(graph: RoadGraph, edge: int) -> Any:
    shape = graph.edge_shape[edge]
    first, last = graph.point_first[shape : shape + 2]
    points = ranges(np.array([first]), np.array([last - first]))
    return points[::-1] if graph.edge_reversed[edge] else points


def _places(graph: RoadGraph, edge: int) -> tuple[Float64, Float64]:
    points = _order(graph, edge)
    return graph.point_lon[points], graph.point_lat[points]


def _points(graph: RoadGraph, edge: int) -> tuple[Any, Float64]:
    """OpenStreetMap nodes of an edge in driving order, and how far along it they lie, in metres."""
    points = _order(graph, edge)
    line = np.stack(_places(graph, edge), axis=1)
    hops = [line_length_m(line[k : k + 2]) for k in range(len(line) - 1)]
    return graph.point_osm[points], np.concatenate([[0.0], np.cumsum(hops)])

"""The fastest way between two places for one departure: its edges, its line with times, and its steps for a driver."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass

import numpy as np

from milkfloat.roads import _core
from milkfloat.roads.geometry import distance_m
from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.lines import edge_bearings, edge_lines
from milkfloat.roads.maneuvers import Maneuver, instruction, maneuvers
from milkfloat.roads.matrix import source_phantoms, target_phantoms
from milkfloat.roads.metric import Metric
from milkfloat.roads.snap import Snap
from milkfloat.roads.types import Float64, Int32, Int64


@dataclass(frozen=True, eq=False)
class RoadPath:
    """
    One drive along k edges; the first and the last may be driven in part.

    Attributes
    ----------
    edges
        Shape (k,): edges in driving order.
    edge_times_s
        Shape (k + 1,): when the van is at the start of each edge (of the first: at the source), and at the target.
    travel_time_ms, distance_dm
        Of the whole drive.
    energy_j, energy_j_per_kg
        Energy of the empty van without auxiliaries, and per kg of load; None when the metric has none.
    lonlat
        Shape (p, 2), p >= 2: the line from source to target, in degrees.
    times_s
        Shape (p,): when the van is at each point, on the metric's time axis.
    point_first
        Shape (k + 1,): points of edge ``i`` are ``point_first[i]`` to ``point_first[i + 1]``, both included.
    """

    edges: Int32
    edge_times_s: Float64
    travel_time_ms: int
    distance_dm: int
    energy_j: float | None
    energy_j_per_kg: float | None
    lonlat: Float64
    times_s: Float64
    point_first: Int64


@dataclass(frozen=True, eq=False)
class PathStep:
    """
    What the driver does next: a maneuver, then a stretch of road.

    Attributes
    ----------
    instruction
        An English sentence.
    name, ref
        Street name and road number of the stretch; empty where there is none.
    distance_m, travel_time_s
        Of the stretch.
    bearing_before, bearing
        Compass bearings before and after the maneuver, in degrees.
    maneuver_type, modifier
        In OSRM's words: ``turn`` and ``slight left``, for example.
    exit
        Which exit of a roundabout to take, counted from 1; None elsewhere.
    location
        Longitude and latitude of the maneuver.
    geometry
        Shape (p, 2): line of the stretch.
    """

    instruction: str
    name: str
    ref: str
    distance_m: float
    travel_time_s: float
    bearing_before: float
    bearing: float
    maneuver_type: str
    modifier: str
    exit: int | None
    location: tuple[float, float]
    geometry: Float64


def find_path(graph: RoadGraph, metric: Metric, source: Snap, target: Snap, *, depart_s: float) -> RoadPath | None:
    """
    The fastest drive from one place to another for a departure, through traffic that changes on the way.

    A van may leave and reach a place in either direction of its street.

    Parameters
    ----------
    depart_s
        Instant of departure on the metric's time axis.

    Returns
    -------
    None where closed roads leave no way.
    """
    search = _timed_search(graph, metric)
    out, into = source_phantoms(graph, [source]), target_phantoms(graph, [target])
    found = search.path(out.edge[0], out.part[0], into.edge, into.part, graph.edge_count, depart_s * 1_000.0)
    if found is None:
        return None
    edges, at_ms = found
    begin = source.fraction if edges[0] == source.edge_forward else 1.0 - source.fraction
    is_forward = graph.edge_base[edges[-1]] == target.edge_forward
    end = target.fraction if is_forward else 1.0 - target.fraction
    begins = np.zeros(len(edges))
    begins[0] = begin
    ends = np.ones(len(edges))
    ends[-1] = end
    parts = ends - begins
    length_dm = np.floor(parts * graph.edge_length_dm[edges] + 0.5)
    energy_j, energy_j_per_kg = _energy_j(metric, edges, at_ms, parts)
    lonlat, times_s, point_first = _timed_line(graph, edges, begins, ends, at_ms / 1_000.0, (source, target))
    return RoadPath(
        edges=edges,
        edge_times_s=at_ms / 1_000.0,
        travel_time_ms=round(float(at_ms[-1] - at_ms[0])),
        distance_dm=int(length_dm.sum()),
        energy_j=energy_j,
        energy_j_per_kg=energy_j_per_kg,
        lonlat=lonlat,
        times_s=times_s,
        point_first=point_first,
    )


def steps(graph: RoadGraph, path: RoadPath) -> tuple[PathStep, ...]:
    """The steps of a drive, from ``depart`` to ``arrive``; at least these two."""
    start_deg, end_deg = edge_bearings(graph, path.edges)
    told = maneuvers(graph, path.edges)
    ends = [*(at for at, _ in told[1:]), len(path.edges)]
    result = []
    for (at, maneuver), end in zip(told, ends, strict=True):
        line = path.lonlat[path.point_first[at] : path.point_first[end] + 1]
        # A step through a roundabout is named after the street it leads to.
        name, ref = _names(graph, int(path.edges[end - 1 if maneuver.exit else at]))
        bearing = float(start_deg[at])
        result.append(
            PathStep(
                instruction=instruction(maneuver, name or ref, bearing),
                name=name,
                ref=ref,
                distance_m=line_length_m(line),
                travel_time_s=float(path.edge_times_s[end] - path.edge_times_s[at]),
                bearing_before=float(end_deg[at - 1]) if at else 0.0,
                bearing=bearing,
                maneuver_type=maneuver.type,
                modifier=maneuver.modifier,
                exit=maneuver.exit,
                location=(float(line[0, 0]), float(line[0, 1])),
                geometry=line,
            )
        )
    return (*result, _arrival(graph, path, float(end_deg[-1])))


def line_length_m(lonlat: Float64) -> float:
    """Length of a line of shape (p, 2) in degrees, in metres."""
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    return float(distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())


def _arrival(graph: RoadGraph, path: RoadPath, bearing: float) -> PathStep:
    name, ref = _names(graph, int(path.edges[-1]))
    maneuver = Maneuver("arrive")
    place = path.lonlat[-1]
    return PathStep(
        instruction=instruction(maneuver, name or ref, bearing),
        name=name,
        ref=ref,
        distance_m=0.0,
        travel_time_s=0.0,
        bearing_before=bearing,
        bearing=0.0,
        maneuver_type=maneuver.type,
        modifier=maneuver.modifier,
        exit=None,
        location=(float(place[0]), float(place[1])),
        geometry=np.array([place, place]),
    )


def _names(graph: RoadGraph, edge: int) -> tuple[str, str]:
    return graph.names[graph.edge_name[edge]], graph.names[graph.edge_ref[edge]]


def _energy_j(metric: Metric, edges: Int32, at_ms: Float64, parts: Float64) -> tuple[float | None, float | None]:
    """Energies of the bins in which the edges are entered, summed over the parts driven."""
    if metric.energy_base_j is None or metric.energy_per_kg_j is None:
        return None, None
    rows = [metric.row(metric.bin_at(at / 1_000.0)) for at in at_ms[:-1].tolist()]
    return float((metric.energy_base_j[rows, edges] * parts).sum()), float(
        (metric.energy_per_kg_j[edges] * parts).sum()
    )


def _timed_line(
    graph: RoadGraph, edges: Int32, begins: Float64, ends: Float64, times_s: Float64, places: tuple[Snap, Snap]
) -> tuple[Float64, Float64, Int64]:
    """Points of the drive, when each is passed, and where each edge's points begin."""
    lines = edge_lines(graph, edges)
    count = np.diff(lines.first)
    line_of = np.repeat(np.arange(len(edges)), count)
    length = np.maximum(lines.length_m, 1e-9)[line_of]
    part = lines.at_m / length
    # Junctions belong to the edge behind them; points cut off at both ends are replaced by source and target.
    keep = (part > begins[line_of] + 1e-9) & (part < ends[line_of] - 1e-9)
    keep[lines.first[1:-1]] = True
    driven = np.maximum(ends - begins, 1e-9)[line_of]
    share = np.clip((part - begins[line_of]) / driven, 0.0, 1.0)
    when = times_s[line_of] + share * (times_s[line_of + 1] - times_s[line_of])
    source, target = places
    lon = np.concatenate([[source.lon], lines.lon[keep], [target.lon]])
    lat = np.concatenate([[source.lat], lines.lat[keep], [target.lat]])
    kept_before = np.concatenate([[0], np.cumsum(keep)])[lines.first]
    # The source stands before all points that were kept, hence one further; the first edge begins at the source.
    point_first = kept_before + 1
    point_first[0] = 0
    return (
        np.stack([lon, lat], axis=1),
        np.concatenate([times_s[:1], when[keep], times_s[-1:]]),
        point_first,
    )


_searches: weakref.WeakKeyDictionary[Metric, _core.TimedSearch] = weakref.WeakKeyDictionary()
_searches_lock = threading.Lock()


def _timed_search(graph: RoadGraph, metric: Metric) -> _core.TimedSearch:
    """The search over a metric; made on first use (it looks for the highest speed) and kept as long as the metric."""
    with _searches_lock:
        search = _searches.get(metric)
        if search is None:
            from_s, until_s = metric.closed_between_s()
            assert metric.closed.shape == (graph.edge_count,), "a metric of another graph"
            search = _searches[metric] = _core.TimedSearch(
                graph.turn_first,
                graph.turn_edge,
                graph.turn_cost_ms,
                graph.edge_target,
                graph.node_lon,
                graph.node_lat,
                graph.edge_length_dm,
                np.ascontiguousarray(metric.travel_time_ms),
                from_s * 1_000.0,
                until_s * 1_000.0,
                metric.bin_first,
                metric.bin_s * 1_000.0,
            )
    return search

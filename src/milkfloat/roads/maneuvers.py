"""
Where on a drive the driver must be told something, and in which words.

Types and modifiers are those of OSRM's HTTP API, so that its clients draw the right arrows. A junction is passed in
silence where the way on is the obvious one: nearly straight, no other way straighter, and the name stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from milkfloat.roads.classes import RoadClass, RoadFlag
from milkfloat.roads.geometry import ranges, turn_deg
from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.lines import edge_bearings
from milkfloat.roads.types import Float64, Int32

# Up to this angle a driver takes a way on for straight.
STRAIGHT_DEG = 35.0
# Another way must be this much straighter to be taken for the obvious one.
STRAIGHTER_DEG = 15.0
# A road whose every way on turns by more than this ends there.
END_OF_ROAD_DEG = 45.0
_COMPASS = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
_FAST = (RoadClass.MOTORWAY, RoadClass.TRUNK)
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth"}


@dataclass(frozen=True, slots=True)
class Maneuver:
    """What to do at a junction; ``exit`` counts the exits of a roundabout from 1."""

    type: str
    modifier: str = ""
    exit: int | None = None


@dataclass(frozen=True, eq=False, slots=True)
class _Junctions:
    """For the junction after each edge of a drive but the last: the allowed ways on, and the angle of each."""

    first: Int32
    edge: Int32
    angle: Float64

    def others(self, at: int, taken: int) -> tuple[Int32, Float64]:
        """Ways on but the one taken."""
        ways = slice(int(self.first[at]), int(self.first[at + 1]))
        keep = self.edge[ways] != taken
        return self.edge[ways][keep], self.angle[ways][keep]

    def angle_to(self, at: int, taken: int) -> float:
        """Change of bearing into the edge taken; right is positive."""
        ways = slice(int(self.first[at]), int(self.first[at + 1]))
        return float(self.angle[ways][self.edge[ways] == taken][0])


def maneuvers(graph: RoadGraph, edges: Int32) -> tuple[tuple[int, Maneuver], ...]:
    """Positions in ``edges``, shape (k,), before which the driver is told something; 0 is the departure."""
    found = [(0, Maneuver("depart"))]
    junctions = _junctions(graph, edges)
    on_ring = (graph.edge_flags[edges] & RoadFlag.ROUNDABOUT) > 0
    streets = [street(graph, int(edge)) for edge in edges]
    told = streets[0]
    i = 1
    while i < len(edges):
        if on_ring[i] and not on_ring[i - 1]:
            off = np.flatnonzero(~on_ring[i:])
            leave = i + int(off[0]) if len(off) else len(edges)
            found.append((i, _roundabout(graph, edges, junctions, i, leave)))
            told = streets[min(leave, len(edges) - 1)]
            i = leave + 1
            continue
        maneuver = _at_junction(graph, edges, junctions, i, told)
        if maneuver is not None:
            found.append((i, maneuver))
        # A short piece without a name does not end the street it lies in.
        if maneuver is not None or streets[i]:
            told = streets[i]
        i += 1
    return tuple(found)


def street(graph: RoadGraph, edge: int) -> str:
    """The name of the street, or else the number of the road; empty where it has neither."""
    return graph.names[int(graph.edge_name[edge])] or graph.names[int(graph.edge_ref[edge])]


def instruction(maneuver: Maneuver, name: str, bearing_deg: float) -> str:
    """An English sentence; the name of the street may be empty, the bearing is the one after the maneuver."""
    onto = f" onto {name}" if name else ""
    on = f" on {name}" if name else ""
    way = maneuver.modifier
    match maneuver.type:
        case "depart":
            return f"Head {_COMPASS[round(bearing_deg / 45.0) % 8]}{on}"
        case "arrive":
            return f"Arrive{on}"
        case "roundabout":
            if maneuver.exit is None:
                return "Enter the roundabout"
            exit_word = _ORDINALS.get(maneuver.exit, f"{maneuver.exit}th")
            return f"At the roundabout take the {exit_word} exit{onto}"
        case "new name":
            return f"Continue{onto}"
        case "fork":
            return f"Keep {way.removeprefix('slight ')}{onto}"
        case "on ramp":
            return f"Take the ramp{onto}"
        case "off ramp":
            return f"Take the exit{onto}"
        case "merge":
            return f"Merge{onto}"
        case "end of road":
            return f"At the end of the road turn {way}{onto}"
    if way == "uturn":
        return f"Turn round{on}"
    if way == "straight":
        return f"Go straight on{onto}"
    if maneuver.type == "continue":
        return f"Turn {way} to stay{on}"
    return f"Turn {way}{onto}"


def modifier(angle_deg: float) -> str:
    """OSRM's word for a change of bearing; right is positive."""
    size = abs(angle_deg)
    side = "right" if angle_deg > 0 else "left"
    if size < 20.0:
        return "straight"
    if size < 45.0:
        return f"slight {side}"
    if size < 120.0:
        return side
    return f"sharp {side}"


def _junctions(graph: RoadGraph, edges: Int32) -> _Junctions:
    inner = edges[:-1]
    start = graph.turn_first[inner]
    count = graph.turn_first[inner + 1] - start
    ways = graph.turn_edge[ranges(start, count)]
    _, arriving = edge_bearings(graph, inner)
    leaving, _ = edge_bearings(graph, ways)
    first = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
    return _Junctions(first, ways, turn_deg(np.repeat(arriving, count), leaving))


def _roundabout(graph: RoadGraph, edges: Int32, junctions: _Junctions, enter: int, leave: int) -> Maneuver:
    if leave == len(edges):
        return Maneuver("roundabout")
    passed = 0
    for at in range(enter, leave - 1):
        ways, _ = junctions.others(at, int(edges[at + 1]))
        # Copies of an edge are the same exit.
        exits = ways[(graph.edge_flags[ways] & RoadFlag.ROUNDABOUT) == 0]
        passed += len(np.unique(graph.edge_base[exits]))
    return Maneuver("roundabout", "", passed + 1)


def _at_junction(graph: RoadGraph, edges: Int32, junctions: _Junctions, i: int, told: str) -> Maneuver | None:
    before, after = int(edges[i - 1]), int(edges[i])
    if graph.edge_shape[before] == graph.edge_shape[after] and before != after:
        return Maneuver("turn", "uturn")
    ramp = _ramp(graph, before, after)
    angle = junctions.angle_to(i - 1, after)
    if ramp is not None:
        return Maneuver(ramp, modifier(angle))
    ways, angles = junctions.others(i - 1, after)
    # Nobody takes a driveway for the way on, except from another.
    counts = (graph.edge_class[ways] < RoadClass.SERVICE) | (graph.edge_class[after] >= RoadClass.SERVICE)
    ways, angles = ways[counts], angles[counts]
    name = street(graph, after)
    if abs(angle) <= STRAIGHT_DEG and not (np.abs(angles) < abs(angle) - STRAIGHTER_DEG).any():
        rival = _rival(graph, before, after, angle, ways, angles)
        if rival is not None:
            return Maneuver("fork", "slight right" if angle > rival else "slight left")
        # A road number alone is no news to who drives straight on.
        return Maneuver("new name", modifier(angle)) if graph.edge_name[after] and name != told else None
    if name == told and len(ways) == 0:
        # A bend: there is no other way to go.
        return None
    if name == told and name:
        return Maneuver("continue", modifier(angle))
    if len(ways) and (np.abs([*angles.tolist(), angle]) > END_OF_ROAD_DEG).all():
        return Maneuver("end of road", modifier(angle))
    return Maneuver("turn", modifier(angle))


def _ramp(graph: RoadGraph, before: int, after: int) -> str | None:
    was_link, is_link = (bool(graph.edge_flags[edge] & RoadFlag.LINK) for edge in (before, after))
    if was_link == is_link:
        return None
    if is_link and graph.edge_class[before] in _FAST:
        return "off ramp"
    if graph.edge_class[after] not in _FAST:
        return None
    return "on ramp" if is_link else "merge"


def _rival(graph: RoadGraph, before: int, after: int, angle: float, ways: Int32, angles: Float64) -> float | None:
    """Angle of another way that a driver could take for the way on, being of like importance; None without one."""
    alike = np.abs(graph.edge_class[ways].astype(np.int64) - int(graph.edge_class[after])) <= 1
    alike &= (np.abs(angles) <= STRAIGHT_DEG) & (np.abs(angles - angle) <= STRAIGHT_DEG + STRAIGHTER_DEG)
    here = street(graph, before)
    if here and street(graph, after) == here:
        # Who stays on the street while ramps and other streets leave it needs no telling.
        is_link = (graph.edge_flags[ways] & RoadFlag.LINK) > 0
        alike &= ~is_link & np.array([street(graph, int(way)) == here for way in ways], bool)
    rivals = angles[alike]
    return float(rivals[np.argmin(np.abs(rivals))]) if len(rivals) else None

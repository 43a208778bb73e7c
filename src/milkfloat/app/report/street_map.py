"""The streets around a plan with its routes, as one SVG drawing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

import numpy as np

from milkfloat.app.figures import served
from milkfloat.app.plan import Planned
from milkfloat.app.report.look import clock, colour
from milkfloat.roads.classes import RoadClass
from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.types import Bool, Float64
from milkfloat.routing.plan import Route

# Drawing units across; the page scales it.
WIDTH = 4_000
# Points closer than this to the one before are left out, in drawing units: half a pixel on a large screen.
_STEP = 2.0
# With more points of streets than this the smallest streets are left out, class by class.
_POINTS_MAX = 120_000
_MARGIN = 0.06
# Class of line and its road classes, the smallest streets first.
_STREETS: tuple[tuple[str, tuple[RoadClass, ...]], ...] = (
    ("minor", (RoadClass.SERVICE, RoadClass.TRACK, RoadClass.PEDESTRIAN)),
    ("street", (RoadClass.RESIDENTIAL, RoadClass.LIVING_STREET, RoadClass.UNCLASSIFIED)),
    ("road", (RoadClass.TERTIARY, RoadClass.SECONDARY)),
    ("main", (RoadClass.PRIMARY, RoadClass.TRUNK, RoadClass.MOTORWAY)),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of the map on the drawing: longitude and latitude in, drawing units out."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, lon: Float64, lat: Float64) -> Frame:
        """The box of some points with a margin, no narrower than a street."""
        middle_lat = (float(lat.min()) + float(lat.max())) / 2
        narrow = math.cos(math.radians(middle_lat))
        # At least 300 m across, and no flatter than one to two.
        tall = max(float(np.ptp(lat)), 0.0027)
        wide = max(float(np.ptp(lon)) * narrow, 0.0027)
        tall, wide = max(tall, wide * 0.5), max(wide, tall * 0.9)
        half_lat, half_lon = tall / 2 * (1 + 2 * _MARGIN), wide / narrow / 2 * (1 + 2 * _MARGIN)
        middle_lon = (float(lon.min()) + float(lon.max())) / 2
        return cls(middle_lon - half_lon, middle_lat - half_lat, middle_lon + half_lon, middle_lat + half_lat)

    @property
    def height(self) -> int:
        """Drawing units from top to bottom."""
        narrow = math.cos(math.radians((self.south + self.north) / 2))
        return round(WIDTH * (self.north - self.south) / ((self.east - self.west) * narrow))

    def xy(self, lon: Float64, lat: Float64) -> Float64:
        """Whole drawing units, shape (n, 2)."""
        x = (lon - self.west) / (self.east - self.west) * WIDTH
        y = (self.north - lat) / (self.north - self.south) * self.height
        return np.rint(np.stack([x, y], axis=1))

    @property
    def metres(self) -> float:
        """Metres across."""
        narrow = math.cos(math.radians((self.south + self.north) / 2))
        return (self.east - self.west) * narrow * 111_195.0


def street_map(planned: Planned) -> str:
    """The drawing: streets, one group per route (``id`` ``route-0`` and so on), depots, chargers, unserved orders."""
    problem = planned.built.problem
    lines = [leg.lonlat for legs in planned.legs for leg in legs]
    places = np.array([[place.x, place.y] for place in problem.locations])
    every = np.concatenate([*lines, places]) if lines else places
    frame = Frame.around(every[:, 0], every[:, 1])
    parts = [
        f'<svg id="map" class="map" viewBox="0 0 {WIDTH} {frame.height}" role="img" aria-label="Map of the rounds">',
        f'<rect class="ground" width="{WIDTH}" height="{frame.height}"/>',
        *_streets(planned.built.city.graph, frame),
    ]
    parts += [_route(planned, k, route, frame) for k, route in enumerate(planned.plan.routes)]
    parts += [*_stations(planned, frame), *_unserved(planned, frame), *_depots(planned, frame), _scale(frame), "</svg>"]
    return "\n".join(parts)


def _streets(graph: RoadGraph, frame: Frame) -> Iterator[str]:
    """A path per kind of street; smaller kinds are left out where there is too much of them."""
    edge = np.maximum(graph.shape_forward, graph.shape_backward)
    road_class = graph.edge_class[edge]
    inside = _inside(graph, frame)
    count = np.diff(graph.point_first)
    kinds = list(_STREETS)
    while len(kinds) > 1:
        every = [member for _, members in kinds for member in members]
        if int(count[inside & np.isin(road_class, every)].sum()) <= _POINTS_MAX:
            break
        kinds.pop(0)
    for name, classes in kinds:
        shapes = np.flatnonzero(inside & np.isin(road_class, classes))
        lines = (
            frame.xy(graph.point_lon[first:last], graph.point_lat[first:last])
            for first, last in zip(graph.point_first[shapes], graph.point_first[shapes + 1], strict=True)
        )
        yield f'<path class="{name}" d="{"".join(map(path_data, lines))}"/>'


def _inside(graph: RoadGraph, frame: Frame) -> Bool:
    """Shapes with a point in the frame."""
    lon, lat = graph.point_lon, graph.point_lat
    point = (lon >= frame.west) & (lon <= frame.east) & (lat >= frame.south) & (lat <= frame.north)
    inside: Bool = np.logical_or.reduceat(point, graph.point_first[:-1])
    return inside


def path_data(xy: Float64) -> str:
    """An SVG path through points in whole drawing units, in steps from point to point."""
    kept = [xy[0].tolist()]
    for x, y in xy[1:-1].tolist():
        if abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= _STEP:
            kept.append([x, y])
    kept.append(xy[-1].tolist())
    steps = [f"{round(b[0] - a[0])} {round(b[1] - a[1])}" for a, b in pairwise(kept)]
    return f"M{round(kept[0][0])} {round(kept[0][1])}l{' '.join(steps)}"


def _route(planned: Planned, index: int, route: Route, frame: Frame) -> str:
    """The line of a route and its numbered stops."""
    problem = planned.built.problem
    lines = [frame.xy(leg.lonlat[:, 0], leg.lonlat[:, 1]) for leg in planned.legs[index] if leg.path is not None]
    data = "".join(map(path_data, lines))
    van = escape(problem.vehicles[route.vehicle].id)
    parts = [f'<g id="route-{index}" class="route" style="--van:{colour(index)}">', f'<path class="way" d="{data}"/>']
    number = 0
    for step in route.steps:
        if not served(step):
            continue
        number += 1
        place, snap = problem.locations[step.location], planned.built.places[step.location].snap
        x, y = _at(frame, place.x, place.y)
        street_x, street_y = _at(frame, snap.lon, snap.lat)
        parts.append(f'<path class="walk" d="M{street_x} {street_y}L{x} {y}"/>')
        title = f"{van}, stop {number}: {escape(problem.orders[step.index].id)}, {escape(place.name)}, "
        title += clock(planned, step.arrival)
        size = "" if number < 100 else ' class="long"'
        parts.append(
            f'<g transform="translate({x} {y})"><title>{title}</title><circle r="26"/><text{size}>{number}</text></g>'
        )
    return "".join([*parts, "</g>"])


def _stations(planned: Planned, frame: Frame) -> Iterator[str]:
    """Chargers on the way; those that the plan uses stand out."""
    problem, built = planned.built.problem, planned.built
    used = {step.index for route in planned.plan.routes for step in route.steps if step.kind == "charge"}
    for k, charger in enumerate(built.chargers):
        place = problem.locations[problem.stations[k].location]
        x, y = _at(frame, place.x, place.y)
        title = f"{escape(charger.id)}: {charger.power_w / 1000:g} kW"
        kind = "station used" if k in used else "station"
        yield (
            f'<g class="{kind}" transform="translate({x} {y})"><title>{title}</title><rect x="-26" y="-26" width="52" '
            'height="52" rx="14"/><path d="M6-20L-12 4H0L-6 20 12-4H0Z"/></g>'
        )


def _depots(planned: Planned, frame: Frame) -> Iterator[str]:
    problem = planned.built.problem
    for location in sorted({vehicle.start for vehicle in problem.vehicles}):
        place = problem.locations[location]
        x, y = _at(frame, place.x, place.y)
        title = f"depot {escape(place.name)}"
        yield (
            f'<g class="depot" transform="translate({x} {y})"><title>{title}</title>'
            '<path d="M-40 36V-8L0-40 40-8V36Z"/><path class="door" d="M-16 36V6H16V36Z"/></g>'
        )


def _unserved(planned: Planned, frame: Frame) -> Iterator[str]:
    problem = planned.built.problem
    for unserved in planned.plan.unserved:
        order = problem.orders[unserved.order]
        place = problem.locations[order.stops[-1].location]
        x, y = _at(frame, place.x, place.y)
        title = f"{escape(order.id)} is not served"
        yield (
            f'<g class="unserved" transform="translate({x} {y})"><title>{title}</title>'
            '<path d="M-20-20L20 20M20-20L-20 20"/></g>'
        )


def _scale(frame: Frame) -> str:
    """A bar of a round length, about a fifth of the drawing."""
    length_m = max(_round_lengths(frame.metres / 4))
    units = round(length_m / frame.metres * WIDTH)
    text = f"{length_m / 1000:g} km" if length_m >= 1_000 else f"{length_m:g} m"
    y = frame.height - 70
    bar = f"M60 {y - 20}V{y}H{60 + units}V{y - 20}"
    return f'<g class="scale"><path d="{bar}"/><text x="{60 + units / 2:.0f}" y="{y - 26}">{text}</text></g>'


def _round_lengths(most_m: float) -> Iterable[float]:
    """Round lengths up to ``most_m``, and 10 m."""
    return [10.0, *(base * 10.0**power for power in range(1, 6) for base in (1, 2, 5) if base * 10.0**power <= most_m)]


def _at(frame: Frame, lon: float, lat: float) -> Sequence[int]:
    x, y = frame.xy(np.array([lon]), np.array([lat]))[0].tolist()
    return round(x), round(y)

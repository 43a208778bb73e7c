"""
How vans get from step to step of a running day: along the fastest streets of the traffic there is, with what it draws.

Nobody tells where a van without an on-board unit is between two taps of its driver; then it is taken to be where the
streets lead it. A simulation puts its own motion in this place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from milkfloat.app.build import Built
from milkfloat.roads.geometry import bearing_deg
from milkfloat.roads.metric import Metric
from milkfloat.roads.path import RoadPath, find_path
from milkfloat.roads.snap import Snap
from milkfloat.roads.types import Float64
from milkfloat.routing.plan import Step
from milkfloat.routing.problem import Vehicle
from milkfloat.units import DM_PER_M, G_PER_KG, J_PER_WH


@dataclass(frozen=True, eq=False)
class Drive:
    """
    A van on its way.

    Attributes
    ----------
    target
        Location of the problem it goes to.
    lonlat, times_s
        Shape (p, 2) and (p,): its line, and the Unix instant at which it passes each point.
    distance_m, drawn_wh
        Of the whole drive.
    path
        The streets, with times since midnight; None where it stands still or no street leads there.
    """

    target: int
    lonlat: Float64
    times_s: Float64
    distance_m: float
    drawn_wh: float
    path: RoadPath | None = None

    @property
    def departs_s(self) -> float:
        """Begin."""
        return float(self.times_s[0])

    @property
    def arrives_s(self) -> float:
        """End."""
        return float(self.times_s[-1])

    def share(self, now_s: float) -> float:
        """Part of its time that is over, 0 to 1."""
        whole = self.arrives_s - self.departs_s
        return min(max((now_s - self.departs_s) / whole, 0.0), 1.0) if whole > 0 else 1.0

    def position(self, now_s: float) -> tuple[float, float, float]:
        """Longitude, latitude and heading in degrees at an instant."""
        lon, lat = (float(np.interp(now_s, self.times_s, self.lonlat[:, axis])) for axis in (0, 1))
        after = min(int(np.searchsorted(self.times_s, now_s, side="right")), len(self.times_s) - 1)
        a, b = self.lonlat[after - 1], self.lonlat[after]
        return lon, lat, float(bearing_deg(a[:1], a[1:], b[:1], b[1:])[0])

    def ahead(self, now_s: float) -> list[tuple[float, float]]:
        """The line from where the van is."""
        lon, lat, _ = self.position(now_s)
        return [(lon, lat), *((float(x), float(y)) for x, y in self.lonlat[self.times_s > now_s])]

    def place(self, built: Built, now_s: float) -> Snap | None:
        """Where on which street the van is; it goes on in its direction. None where it is on none."""
        if self.path is None:
            return None
        graph, at_s = built.city.graph, now_s - built.midnight_s
        edges, times_s = self.path.edges, self.path.edge_times_s
        k = min(max(int(np.searchsorted(times_s, at_s, side="right")) - 1, 0), len(edges) - 1)
        lon, lat, _ = self.position(now_s)
        points = self.path.lonlat[self.path.point_first[k] : self.path.point_first[k + 1] + 1]
        whole_m = float(graph.edge_length_dm[edges[k]]) / DM_PER_M
        # How much of the edge is still ahead; the last one ends where the drive ends, and nobody turns round on it.
        left_s, edge_s = float(times_s[k + 1] - at_s), float(times_s[k + 1] - times_s[k])
        left = min(max(left_s / edge_s, 0.0), 1.0) if edge_s > 0 else 0.0
        driven_m = min(_length_m(points), whole_m) or whole_m
        end = 1.0 if k < len(edges) - 1 else self._last_fraction(built)
        fraction = min(max(end - left * driven_m / max(whole_m, 0.1), 0.0), 1.0)
        return Snap(int(graph.edge_base[edges[k]]), -1, fraction, lon, lat, 0.0)

    def _last_fraction(self, built: Built) -> float:
        """Where on its last edge the drive ends."""
        assert self.path is not None
        goal = built.places[self.target].snap
        is_forward = built.city.graph.edge_base[self.path.edges[-1]] == goal.edge_forward
        return goal.fraction if is_forward else 1.0 - goal.fraction


class Motion(Protocol):
    """How vans move and how long they stand."""

    def drive(self, built: Built, vehicle: Vehicle, source: Snap, target: int, depart_s: float, load_g: float) -> Drive:
        """The drive of a van that leaves now."""
        ...

    def standing_s(self, van_id: str, step: Step, planned_s: float) -> float:
        """How long a van stands at a stop of a customer."""
        ...


class RoadMotion:
    """Vans drive along the fastest streets and stand as long as planned."""

    def drive(self, built: Built, vehicle: Vehicle, source: Snap, target: int, depart_s: float, load_g: float) -> Drive:
        """See `Motion`."""
        return drive_along(built, vehicle, source, target, depart_s, load_g)

    def standing_s(self, van_id: str, step: Step, planned_s: float) -> float:  # noqa: ARG002 - as in `Motion`
        """See `Motion`."""
        return planned_s


def drive_along(built: Built, vehicle: Vehicle, source: Snap, target: int, depart_s: float, load_g: float) -> Drive:
    """The fastest drive in the traffic of ``built``; where closed roads leave none, the one across the barriers."""
    goal = built.places[target].snap
    metric = built.road_metrics[vehicle.profile]
    leave_s = depart_s - built.midnight_s
    path = find_path(built.city.graph, metric, source, goal, depart_s=leave_s)
    if path is None:
        path = find_path(built.city.graph, _opened(metric), source, goal, depart_s=leave_s)
    if path is None:
        line = np.array([[source.lon, source.lat], [goal.lon, goal.lat]])
        return Drive(target, line, np.array([depart_s, depart_s]), 0.0, 0.0)
    times_s = np.asarray(path.times_s) + built.midnight_s
    drawn_j = (path.energy_j or 0.0) + (path.energy_j_per_kg or 0.0) * load_g / G_PER_KG
    drawn_wh = drawn_j / J_PER_WH + vehicle.aux_power * (float(times_s[-1]) - float(times_s[0]))
    return Drive(target, path.lonlat, times_s, path.distance_dm / DM_PER_M, drawn_wh, path)


def stay(built: Built, target: int, now_s: float) -> Drive:
    """No drive at all: the next step is where the van is."""
    snap = built.places[target].snap
    return Drive(target, np.array([[snap.lon, snap.lat]] * 2), np.array([now_s, now_s]), 0.0, 0.0)


def _opened(metric: Metric) -> Metric:
    """The metric with every road open."""
    return replace(metric, closed=np.zeros_like(metric.closed), closed_from_s=None, closed_until_s=None)


def _length_m(lonlat: Float64) -> float:
    from milkfloat.roads.path import line_length_m

    return line_length_m(lonlat)

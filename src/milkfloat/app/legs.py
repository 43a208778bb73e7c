"""The drives of a plan along the streets: a leg from every step of a route to the next, its line and its times."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from milkfloat.app.build import Built
from milkfloat.roads.path import PathStep, RoadPath, find_path, steps
from milkfloat.roads.types import Float64
from milkfloat.routing.plan import Route, Step


@dataclass(frozen=True, eq=False)
class Leg:
    """
    A drive between two steps of a route.

    Attributes
    ----------
    route, step
        Van (index into the problem) and the step it leads to, as an index into the route's steps.
    lonlat, times_s
        Shape (p, 2) and (p,): the line, and the Unix instant at which the van passes each point. The times are those of
        the plan: it leaves and arrives when the plan says.
    distance_m
        Along the line.
    path
        What the line was made from; None where the van does not move, or closed roads leave no way.
    """

    vehicle: int
    step: int
    lonlat: Float64
    times_s: Float64
    distance_m: float
    path: RoadPath | None

    def instructions(self, built: Built) -> tuple[PathStep, ...]:
        """What the driver does on the way."""
        return () if self.path is None else steps(built.city.graph, self.path)


def route_legs(built: Built, route: Route) -> tuple[Leg, ...]:
    """The legs of a route, one for every step but the first."""
    return tuple(_leg(built, route, k, a, b) for k, (a, b) in enumerate(pairwise(route.steps), 1))


def _leg(built: Built, route: Route, step: int, before: Step, after: Step) -> Leg:
    source, target = built.places[before.location].snap, built.places[after.location].snap
    profile = built.problem.vehicles[route.vehicle].profile
    path = None
    if before.location != after.location:
        depart_s = before.departure - built.midnight_s
        path = find_path(built.city.graph, built.road_metrics[profile], source, target, depart_s=depart_s)
    if path is None:
        line = np.array([[source.lon, source.lat], [target.lon, target.lat]])
        return Leg(route.vehicle, step, line, np.array([before.departure, after.arrival]), 0.0, None)
    # The search reads times by slice, a path is exact; the plan's own clock counts.
    at = np.asarray(path.times_s)
    whole = float(at[-1] - at[0])
    part = (at - at[0]) / whole if whole > 0 else np.linspace(0.0, 1.0, len(at))
    times_s = before.departure + part * (after.arrival - before.departure)
    return Leg(route.vehicle, step, path.lonlat, times_s, path.distance_dm / 10.0, path)

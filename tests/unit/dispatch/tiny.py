"""A tiny city for the tests of dispatch: a street of six houses 600 m apart, a van that needs 60 s for each 600 m."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from milkfloat.routing.metric import MatrixMetric
from milkfloat.routing.plan import Plan, Route, Step, StepKind
from milkfloat.routing.problem import Battery, ChargeCurve, Location, Order, Problem, Station, Stop, Units, Vehicle

HUB, A, B, C, D, POST = range(6)
STEP_S, STEP_M, STEP_WH = 60.0, 600.0, 100.0
SERVICE_S = 100.0
NAMES = ("hub", "house a", "house b", "house c", "house d", "post")


def metric() -> MatrixMetric:
    """House k stands k * 600 m down the street."""
    apart = np.abs(np.subtract.outer(np.arange(6.0), np.arange(6.0)))
    return MatrixMetric(time=apart * STEP_S, distance=apart * STEP_M, energy=apart * STEP_WH)


def delivery(id: str, location: int, **more: object) -> Order:
    """An order of one parcel."""
    return Order(id, (Stop(location, SERVICE_S, ((0.0, 5_000.0),)),), delivery=(1.0,), **more)  # type: ignore[arg-type]


def shipment(id: str, source: int, target: int) -> Order:
    """A parcel from house to house."""
    return Order(id, (Stop(source, SERVICE_S), Stop(target, SERVICE_S)), amount=(1.0,))


def van(id: str, **more: object) -> Vehicle:
    """A van of four parcels and 2 kWh that takes 300 s to load and 200 s to reload."""
    battery = Battery(2_000.0, 1_500.0, reserve=100.0, curves=(ChargeCurve((0.0, 3_600.0), (0.0, 2_000.0)),))
    values: dict[str, object] = {
        "start": HUB,
        "end": HUB,
        "shift": (0.0, 10_000.0),
        "capacity": (4.0,),
        "depots": (HUB,),
        "max_trips": 3,
        "load_time": 300.0,
        "reload_time": 200.0,
        "battery": battery,
    } | more
    return Vehicle(id, **values)  # type: ignore[arg-type]


def problem(orders: Sequence[Order], vans: Sequence[Vehicle]) -> Problem:
    """The problem of the street."""
    return Problem(
        locations=tuple(Location(name, 600.0 * k, 0.0) for k, name in enumerate(NAMES)),
        orders=tuple(orders),
        vehicles=tuple(vans),
        metrics=(metric(),),
        stations=(Station("s1", POST),),
        units=Units(load=("parcels",)),
    )


def step(kind: StepKind, location: int, index: int, times: tuple[float, float, float], **more: float) -> Step:
    """A step; ``times`` are arrival, start and departure, ``more`` may have ``m``, ``load``, ``soc`` and ``charge``."""
    return Step(
        kind,
        location,
        index,
        *times,
        more.get("m", 0.0),
        (more.get("load", 0.0),),
        more["soc"],
        more.get("charge", 0.0),
    )


def plan(*routes: Route) -> Plan:
    """A plan of these routes."""
    return Plan(routes, (), cost=0.0, distance=0.0, duration=0.0, vehicles=len(routes))


def route(vehicle: int, *steps: Step) -> Route:
    """A route of these steps."""
    return Route(vehicle, steps, steps[-1].distance, 0.0, 0.0, 0.0, 0.0)


def two_trips() -> tuple[Problem, Plan]:
    """
    One van, two trips: a parcel to a, one from b to d, back for a parcel to c with a charge at the post behind.

    A second van stays at the hub.
    """
    city = problem([delivery("a", A), shipment("s", B, D), delivery("c", C)], [van("v1"), van("v2")])
    steps = (
        step("start", HUB, -1, (0.0, 0.0, 300.0), load=1.0, soc=1_500.0),  # 300 s of loading
        step("job", A, 0, (360.0, 360.0, 460.0), m=600.0, soc=1_400.0),  # 60 s on, 100 s of service
        step("pickup", B, 1, (520.0, 520.0, 620.0), m=1_200.0, load=1.0, soc=1_300.0),
        step("delivery", D, 1, (740.0, 740.0, 840.0), m=2_400.0, soc=1_100.0),
        step("reload", HUB, -1, (1_080.0, 1_080.0, 1_280.0), m=4_800.0, load=1.0, soc=700.0),
        step("job", C, 2, (1_460.0, 1_460.0, 1_560.0), m=6_600.0, soc=400.0),
        # 400 Wh at 2,000 Wh an hour take 720 s.
        step("charge", POST, 0, (1_680.0, 1_680.0, 2_400.0), m=7_800.0, soc=200.0, charge=400.0),
        step("end", HUB, -1, (2_700.0, 2_700.0, 2_700.0), m=10_800.0, soc=100.0),
    )
    return city, plan(route(0, *steps))

"""
A plan: who does what when, with every stop's arrival, load and charge; immutable.

All numbers are in the units of the problem that was planned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

StepKind: TypeAlias = Literal["start", "job", "pickup", "delivery", "charge", "reload", "break", "end"]


@dataclass(frozen=True, slots=True)
class Step:
    """
    One step of a route.

    Attributes
    ----------
    kind
        ``job`` is a one-stop order; ``pickup`` and ``delivery`` are the two stops of a shipment.
    location
        Index into ``Problem.locations``; a break stands where the step before it stood.
    index
        Order, station, or break of the vehicle, by kind; -1 for start, reload and end.
    arrival, start, departure
        Instants: arrival, begin of service (or charging, pause, loading), leaving. ``start - arrival`` is waiting.
    distance
        Driven since the start of the route, on arrival.
    load
        On board when leaving, per dimension.
    soc
        Energy in the battery on arrival; None without battery.
    charge
        Energy taken here.
    """

    kind: StepKind
    location: int
    index: int
    arrival: float
    start: float
    departure: float
    distance: float
    load: tuple[float, ...] = ()
    soc: float | None = None
    charge: float = 0.0


@dataclass(frozen=True, slots=True)
class Route:
    """The shift of one van: ``steps`` from ``start`` to ``end``; totals in the problem's units."""

    vehicle: int
    steps: tuple[Step, ...]
    distance: float
    duration: float
    travel_time: float
    energy: float
    cost: float


@dataclass(frozen=True, slots=True)
class Reason:
    """
    Why an order is not served.

    Attributes
    ----------
    code
        One of ``capacity time_window skills battery shift max_distance max_travel_time max_stops break release
        unreachable locked not_worth_it fleet_busy``.
    text
        For people: names the limit and by how much it is missed.
    vehicles
        How many vans it holds for.
    """

    code: str
    text: str
    vehicles: int


@dataclass(frozen=True, slots=True)
class Unserved:
    """An order without a stop in the plan, with its reasons, the commonest first."""

    order: int
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """
    The answer to a problem.

    Attributes
    ----------
    cost
        Value of the problem's objective, prizes of unserved optional orders included.
    iterations
        Search iterations done; with the same seed and this many iterations the same plan comes out.
    """

    routes: tuple[Route, ...]
    unserved: tuple[Unserved, ...]
    cost: float
    distance: float
    duration: float
    vehicles: int
    seed: int = 0
    iterations: int = 0
    elapsed_s: float = 0.0

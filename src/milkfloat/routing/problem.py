"""
What is to be planned: locations, orders, vans, stations and metrics, immutable and validated as a whole.

Numbers are in the units of the problem: seconds, metres, watt-hours and grams for map problems (``Units``), an
instance's own units otherwise. Instants are numbers on one clock; map problems use Unix seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import Literal, TypeAlias

from milkfloat.errors import InputError
from milkfloat.routing.metric import Metric

Window: TypeAlias = tuple[float, float]
Load: TypeAlias = tuple[float, ...]
Objective: TypeAlias = Literal["distance", "vehicles-then-distance", "duration", "cost"]
VisitKind: TypeAlias = Literal["stop", "charge", "reload", "break"]


@dataclass(frozen=True, slots=True)
class Location:
    """A place: name and coordinates (lon, lat in degrees for map problems)."""

    name: str
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Stop:
    """
    One visit that an order needs.

    Attributes
    ----------
    location
        Index into ``Problem.locations``.
    service
        Time spent, from service start to departure.
    windows
        Disjoint ascending intervals in which service may start; empty means always.
    setup
        Further time spent before service when the van comes from another location.
    """

    location: int
    service: float = 0.0
    windows: tuple[Window, ...] = ()
    setup: float = 0.0


@dataclass(frozen=True, slots=True)
class Order:
    """
    What a customer wants: one stop, or a shipment of two stops (pickup, then delivery by the same van and trip).

    Attributes
    ----------
    delivery
        Load brought from the depot to a one-stop order, per dimension (empty = nothing).
    pickup
        Load taken from a one-stop order to the end of the trip.
    amount
        Load on board between the two stops of a shipment.
    prize
        None when the order must be served; otherwise the gain for serving it, in units of cost.
    priority
        Among orders that must be served the higher priority is served when not all can be.
    skills
        What the van must be able to do.
    release
        Instant from which the load can leave the depot: a trip carrying it starts no earlier.
    vehicles
        Vans allowed to serve it (a lock is a tuple of one); None means all.
    onboard
        The van that already carries the delivery: only it can serve the order, before its first reload.
    """

    id: str
    stops: tuple[Stop, ...]
    delivery: Load = ()
    pickup: Load = ()
    amount: Load = ()
    prize: float | None = None
    priority: int = 0
    skills: frozenset[str] = frozenset()
    release: float = -inf
    vehicles: tuple[int, ...] | None = None
    onboard: int | None = None

    @property
    def is_shipment(self) -> bool:
        """Whether it is a shipment of two stops."""
        return len(self.stops) == 2


@dataclass(frozen=True, slots=True)
class ChargeCurve:
    """
    Energy in the battery after charging from empty, piecewise linear, concave and non-decreasing.

    Attributes
    ----------
    time
        Breakpoints, ascending, first 0.
    energy
        Energy at the breakpoints, first 0; the last one is the most this charger can fill.
    """

    time: tuple[float, ...]
    energy: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Battery:
    """
    A van's battery.

    Attributes
    ----------
    capacity
        Usable energy when full.
    start
        Energy at the start of the shift (or now, for a van under way).
    reserve
        Energy never to be undercut, anywhere.
    end_min
        Least energy at the end of the shift.
    curves
        One charging curve per kind of station (``Station.kind`` is the index); None where it cannot charge.
    """

    capacity: float
    start: float
    reserve: float = 0.0
    end_min: float = 0.0
    curves: tuple[ChargeCurve | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Station:
    """A place to charge; ``kind`` chooses the charging curve, ``access_time`` is spent once per visit to plug in."""

    id: str
    location: int
    kind: int = 0
    access_time: float = 0.0


@dataclass(frozen=True, slots=True)
class Break:
    """A pause without a place: starts inside one of ``windows``, lasts ``duration``; the van stands still."""

    id: str
    windows: tuple[Window, ...]
    duration: float


@dataclass(frozen=True, slots=True)
class Visit:
    """
    One entry of a given sequence: frozen steps of a van under way, or an initial plan.

    Attributes
    ----------
    kind
        ``stop`` (``index`` is the order, ``stop`` which of its stops), ``charge`` (``index`` is the station),
        ``reload`` (``index`` is the depot's location) or ``break``.
    charge
        Energy to take at a frozen charge; None fills the battery.
    """

    kind: VisitKind
    index: int
    stop: int = 0
    charge: float | None = None


@dataclass(frozen=True, slots=True)
class Vehicle:
    """
    One van with its shift. Vans that are the same object, or equal, are treated as one type.

    Attributes
    ----------
    start, end
        Locations; ``end`` None means the shift ends at the last stop.
    shift
        Earliest departure and latest return.
    capacity
        Per dimension; empty means unlimited.
    depots
        Locations at which it may reload between trips.
    max_trips
        1 without reloads.
    reload_time
        Time spent at every reload; ``load_time`` is spent at the start before the first departure.
    fixed_cost, cost_per_distance, cost_per_time
        Objective ``cost``; time counts from departure to return.
    max_duration, max_distance, max_travel_time, max_stops
        Limits on the whole shift. Travel time excludes service, waiting, charging.
    speed_factor
        Travel times are divided by it.
    profile
        Index into ``Problem.metrics``.
    aux_power
        Energy per unit of driving time drawn by heating, cooling and electronics.
    under_way
        The van is out: it starts where it is, and its first trip holds nothing but ``onboard`` orders, shipments and
        pickups.
    initial_load
        Load of pickups on board that goes back to the depot.
    frozen
        Visits it makes first, in this order, unchanged.
    """

    id: str
    start: int
    end: int | None
    shift: Window = (-inf, inf)
    capacity: Load = ()
    depots: tuple[int, ...] = ()
    max_trips: int = 1
    reload_time: float = 0.0
    load_time: float = 0.0
    skills: frozenset[str] = frozenset()
    fixed_cost: float = 0.0
    cost_per_distance: float = 1.0
    cost_per_time: float = 0.0
    max_duration: float = inf
    max_distance: float = inf
    max_travel_time: float = inf
    max_stops: int | None = None
    speed_factor: float = 1.0
    profile: int = 0
    battery: Battery | None = None
    aux_power: float = 0.0
    breaks: tuple[Break, ...] = ()
    under_way: bool = False
    initial_load: Load = ()
    frozen: tuple[Visit, ...] = ()


@dataclass(frozen=True, slots=True)
class Units:
    """Names of the units the numbers are in; shown in messages, files and reports."""

    time: str = "s"
    distance: str = "m"
    energy: str = "Wh"
    load: tuple[str, ...] = ()
    currency: str = ""


@dataclass(frozen=True, eq=False)
class Problem:
    """
    A complete problem; building it validates everything.

    Attributes
    ----------
    charging
        ``partial`` (any amount) or ``full`` (every charge fills the battery).
    mass_dimension
        The load dimension that ``energy_per_load`` refers to; None when energy does not depend on load.
    objective
        What ``Plan.cost`` means, see `milkfloat.routing.objective`.
    service_in_duration
        Whether the objective ``duration`` counts service time (Montoya's instances do not).

    Raises
    ------
    InputError
        With every fault found.
    """

    locations: tuple[Location, ...]
    orders: tuple[Order, ...]
    vehicles: tuple[Vehicle, ...]
    metrics: tuple[Metric, ...]
    stations: tuple[Station, ...] = ()
    charging: Literal["partial", "full"] = "partial"
    mass_dimension: int | None = None
    objective: Objective = "distance"
    service_in_duration: bool = True
    units: Units = field(default_factory=Units)
    name: str = ""
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        from milkfloat.routing.validate import faults  # validate needs the types of this module

        found = faults(self)
        if found:
            raise InputError(found)

    @cached_property
    def dimensions(self) -> int:
        """Number of load dimensions."""
        sizes = [len(v.capacity) for v in self.vehicles]
        sizes += [max(len(o.delivery), len(o.pickup), len(o.amount)) for o in self.orders]
        return max(sizes, default=0)

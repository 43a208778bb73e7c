"""What customers want: parcels brought, fetched, or carried from one place to another."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Literal, TypeAlias

from milkfloat.errors import Fault, InputError
from milkfloat.fleet.places import Spot

OrderKind: TypeAlias = Literal["delivery", "pickup", "shipment"]


@dataclass(frozen=True, slots=True)
class Demand:
    """How much room an order takes in a van: grams and millilitres."""

    mass_g: int = 0
    volume_ml: int = 0

    def __post_init__(self) -> None:
        if self.mass_g < 0 or self.volume_ml < 0:
            raise InputError(Fault("demand", f"{self.mass_g} g and {self.volume_ml} ml must not be below 0"))


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """From when until when something may begin, in Unix seconds; infinite where it is open."""

    start_s: float = -inf
    end_s: float = inf

    def __post_init__(self) -> None:
        if not self.start_s <= self.end_s:
            raise InputError(Fault("window", f"it ends at {self.end_s:g} before it starts at {self.start_s:g}"))


@dataclass(frozen=True, slots=True)
class OrderStop:
    """
    One visit that an order needs.

    Attributes
    ----------
    windows
        Disjoint and ascending; empty means always.
    service_s
        Time spent there.
    """

    place: Spot
    windows: tuple[TimeWindow, ...] = ()
    service_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Order:
    """
    An order.

    Attributes
    ----------
    stops
        One, or for a shipment two: where it is picked up and where it is delivered.
    priority
        0 to 100; when not all can be served the higher goes first.
    skills
        What the van must be able to do.
    release_s
        Unix instant from which the load can leave the depot; None: from the start.
    prize
        What serving it earns, in the plan's currency; None: it must be served if it can be.
    where
        Row it was read from, for messages.
    """

    id: str
    stops: tuple[OrderStop, ...]
    demand: Demand = field(default_factory=Demand)
    kind: OrderKind = "delivery"
    priority: int = 0
    skills: frozenset[str] = frozenset()
    release_s: float | None = None
    prize: float | None = None
    where: str = ""

    def __post_init__(self) -> None:
        needed = 2 if self.kind == "shipment" else 1
        if len(self.stops) != needed:
            message = f"a {self.kind} has {needed} stops, not {len(self.stops)}"
            raise InputError(Fault(self.where or f"order {self.id}", message))

    @property
    def place(self) -> Spot:
        """Where the customer is: the only stop's place, or where a shipment is delivered."""
        return self.stops[-1].place

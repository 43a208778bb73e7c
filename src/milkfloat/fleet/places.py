"""Where things are: places by coordinates or by address, depots, chargers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from milkfloat.errors import Fault, InputError

Current: TypeAlias = Literal["ac", "dc"]

# Up to here a charge point feeds alternating current through the van's own charger; above, direct current.
AC_POWER_W_MAX = 22_000.0
POWER_W_MAX = 1_000_000.0
# To park, plug in and identify oneself, and later to unplug.
PLUG_IN_S = 120.0


@dataclass(frozen=True, slots=True)
class Place:
    """
    A point on Earth.

    Attributes
    ----------
    lon, lat
        WGS-84, in degrees.
    address
        How people call it; None when nobody said.

    Raises
    ------
    InputError
        When the coordinates are no place on Earth; says so when they look swapped.
    """

    lon: float
    lat: float
    address: str | None = None

    def __post_init__(self) -> None:
        message = place_fault(self.lon, self.lat)
        if message:
            raise InputError(Fault("place", message))


@dataclass(frozen=True, slots=True)
class Address:
    """A place that is still to be looked up on the map."""

    text: str


Spot: TypeAlias = Place | Address


def place_fault(lon: float, lat: float) -> str | None:
    """What is wrong with coordinates, or None."""
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return f"({lon:g}, {lat:g}) is no place: longitude and latitude must be numbers"
    if abs(lat) > 90 and abs(lon) <= 90 and abs(lat) <= 180:
        return f"latitude {lat:g} is not within -90 to 90: longitude and latitude look swapped"
    if abs(lon) > 180:
        return f"longitude {lon:g} is not within -180 to 180"
    if abs(lat) > 90:
        return f"latitude {lat:g} is not within -90 to 90"
    return None


@dataclass(frozen=True, slots=True)
class Depot:
    """
    Where vans start, load and return.

    Attributes
    ----------
    power_w
        What one of its charge points gives; None where the plan's conditions decide, 0 where there is none.
    where
        Row it was read from, for messages.
    """

    id: str
    place: Spot
    name: str = ""
    power_w: float | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Charger:
    """
    A place to charge on the way.

    Attributes
    ----------
    power_w
        What one plug gives.
    current
        ``ac`` through the van's own charger, ``dc`` straight into the battery; None: by the power.
    plugs
        Vans that can charge at the same time.
    tariff
        Name of the tariff, kept for reports.
    access_s
        Time spent per visit to plug in and out.
    where
        Row it was read from, for messages.

    Raises
    ------
    InputError
        When it has no power, or more than any charger.
    """

    id: str
    place: Place
    power_w: float
    current: Current | None = None
    plugs: int = 1
    tariff: str | None = None
    access_s: float = PLUG_IN_S
    where: str = ""

    def __post_init__(self) -> None:
        if not 0.0 < self.power_w <= POWER_W_MAX:
            limits = f"a charger gives more than 0 and at most {POWER_W_MAX / 1000:,.0f} kW"
            raise InputError(Fault(self.where or f"charger {self.id}", f"{self.power_w / 1000:g} kW: {limits}"))

    @property
    def is_dc(self) -> bool:
        """Whether it feeds direct current."""
        return self.power_w > AC_POWER_W_MAX if self.current is None else self.current == "dc"

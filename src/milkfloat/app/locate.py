"""Places of orders, depots and chargers on the streets of a map: by coordinates or by address, every miss named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from milkfloat.app.maps import City
from milkfloat.errors import Fault
from milkfloat.fleet.places import Address, Place, Spot
from milkfloat.roads.addresses import Match
from milkfloat.roads.snap import LIMIT_M, Snap, SnapFault
from milkfloat.routing.problem import Location


@dataclass(frozen=True, slots=True)
class Located:
    """A place with the street it is reached from; ``street`` is its name, empty where it has none."""

    place: Place
    snap: Snap
    street: str = ""

    def name(self, otherwise: str) -> str:
        """What people call the place: its address, its street, or something else."""
        return self.place.address or self.street or otherwise


@dataclass(slots=True)
class Locator:
    """
    Looks places up, each once.

    Attributes
    ----------
    notes
        Addresses of which only the street is known.
    """

    city: City
    notes: list[str] = field(default_factory=list)
    _places: dict[str, Place | str] = field(default_factory=dict)
    _snaps: dict[tuple[float, float], Snap | SnapFault] = field(default_factory=dict)

    def prepare(self, spots: Sequence[Spot]) -> None:
        """Look many places up at once: all points go to the street index in one call."""
        places = [place for place in map(self._place, spots) if isinstance(place, Place)]
        new = list(dict.fromkeys((p.lon, p.lat) for p in places if (p.lon, p.lat) not in self._snaps))
        if new:
            found = self.city.snaps.snaps(np.array(new, np.float64), limit_m=LIMIT_M)
            self._snaps |= dict(zip(new, found, strict=True))

    def find(self, spot: Spot, where: str, faults: list[Fault]) -> Located | None:
        """A place on its street; None, with a fault, where it is none."""
        self.prepare([spot])
        place = self._place(spot)
        if isinstance(place, str):
            faults.append(Fault(f"{where}.address", place))
            return None
        snap = self._snaps[place.lon, place.lat]
        if isinstance(snap, SnapFault):
            faults.append(Fault(f"{where}.lon", snap.message))
            return None
        graph = self.city.graph
        return Located(place, snap, graph.names[graph.edge_name[snap.edge_forward]])

    def _place(self, spot: Spot) -> Place | str:
        """The place of an address, or why there is none."""
        if isinstance(spot, Place):
            return spot
        found = self._places.get(spot.text)
        if found is None:
            found = self._places[spot.text] = self._look_up(spot)
        return found

    def _look_up(self, address: Address) -> Place | str:
        found = self.city.addresses.find(address.text)
        if isinstance(found, Match):
            if found.kind == "street":
                self.notes.append(f"{address.text!r}: no house number is known, the middle of {found.label} is taken")
            return Place(found.lon, found.lat, address.text)
        near = f"; nearest: {'; '.join(found.candidates)}" if found.candidates else ""
        return f"{found.message}{near}"


@dataclass(slots=True)
class PlaceTable:
    """
    The locations of a problem, one per place however many orders go there.

    Attributes
    ----------
    locations, located
        Names and coordinates for the problem, and where each is met on the streets.
    """

    locations: list[Location] = field(default_factory=list)
    located: list[Located] = field(default_factory=list)
    _index: dict[tuple[float, float], int] = field(default_factory=dict)

    def add(self, found: Located, name: str) -> int:
        """Index of a customer's or charger's place; ``name`` is for places that have none."""
        key = (found.place.lon, found.place.lat)
        if key not in self._index:
            self._index[key] = self.add_depot(found, found.name(name))
        return self._index[key]

    def add_depot(self, found: Located, name: str) -> int:
        """Index of a depot's place: it has a location of its own, for plans name depots by it."""
        self.locations.append(Location(name, found.place.lon, found.place.lat))
        self.located.append(found)
        return len(self.locations) - 1

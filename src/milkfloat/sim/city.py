"""
A day in a city, made up from a seed: the hub, its vans, the orders as they come in, and what goes wrong.

Nothing here is real but the map, the types of vans and the climate; what is assumed stands in docs/concepts/demo.md. A
small map has a micro-hub whose light vans make several short trips on a winter day; a large one has full-size vans on
rounds that last the day. The same map and seed make the same day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias

import numpy as np

from milkfloat.app.conditions import Conditions
from milkfloat.app.maps import City
from milkfloat.fleet.catalogue import load_models
from milkfloat.fleet.orders import Demand, Order, OrderKind, OrderStop, TimeWindow
from milkfloat.fleet.places import Charger, Depot, Place
from milkfloat.fleet.vans import Van, VanModel
from milkfloat.roads.classes import RoadClass
from milkfloat.roads.geometry import distance_m
from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.overrides import Overrides, Slowdown
from milkfloat.roads.types import Float64

IncidentKind: TypeAlias = Literal["jam", "charger_failed", "charger_works"]

# A Wednesday in January: no holiday in any country we have a map of.
DAY = date(2026, 1, 14)
# A map whose box is at most this long from corner to corner is served from a micro-hub.
MICRO_M = 6_000.0
# Orders live this close around the busiest part of a large map, as the standard deviation of their distance.
_SPREAD_M = 5_000.0
# Hours the heating is on per hour of driving, see `_heated_at_stops`.
HEATED_PER_DRIVEN = 2.0
# With fewer house numbers on the map than this, doors are taken along its streets.
_HOUSES_MIN = 300


@dataclass(frozen=True, slots=True)
class Incident:
    """
    Something that goes wrong, or right again.

    Attributes
    ----------
    at_s, until_s
        Unix instants; ``until_s`` is when a jam dissolves.
    edges, factor
        Of a jam: edges of the map, and what is left of the speed.
    charger_id
        Of a charger that fails or works again.
    """

    at_s: float
    kind: IncidentKind
    text: str
    until_s: float = 0.0
    edges: tuple[int, ...] = ()
    factor: float = 1.0
    charger_id: str = ""


@dataclass(frozen=True, eq=False)
class Scenario:
    """
    A day that is to happen.

    Attributes
    ----------
    conditions
        As known in the morning: the usual traffic, no incident.
    orders
        Of the whole day, by the instant at which they come in.
    announced_s
        When each order comes in, in the same order, Unix seconds.
    incidents
        By the instant at which they happen.
    """

    name: str
    conditions: Conditions
    depot: Depot
    vans: tuple[Van, ...]
    chargers: tuple[Charger, ...]
    orders: tuple[Order, ...]
    announced_s: tuple[float, ...]
    incidents: tuple[Incident, ...]

    @property
    def starts_s(self) -> float:
        """Begin of the first shift."""
        return min(van.shift.start_s for van in self.vans)

    @property
    def ends_s(self) -> float:
        """End of the last shift."""
        return max(van.shift.end_s for van in self.vans)

    def known(self, now_s: float) -> tuple[Order, ...]:
        """Orders that have come in until an instant."""
        return tuple(o for o, at in zip(self.orders, self.announced_s, strict=True) if at <= now_s)

    def overrides(self, now_s: float = np.inf) -> Overrides:
        """Traffic beyond the usual as far as it is known at an instant, on the axis of the roads."""
        zero = self.conditions.midnight_s
        jams = [i for i in self.incidents if i.kind == "jam" and i.at_s <= now_s]
        return Overrides(slowdowns=tuple(Slowdown(i.edges, i.factor, i.at_s - zero, i.until_s - zero) for i in jams))


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a day on a map of one size is made of; hours are of the day."""

    models: tuple[str, ...]
    vans: int
    orders: int
    known_share: float
    shift_h: tuple[float, float]
    soc: tuple[float, float]
    soh: tuple[float, float]
    litres: tuple[float, float]
    window_h: tuple[float, float]
    service_s: tuple[float, float]
    depot_power_w: float
    chargers: int
    charger_power_w: float
    load_s: float


# Shared vans: another shift had them in the night, and nobody plugs in a van with a third of its charge left.
_MICRO = _Kind(
    models=("goupil-g4-12", "addax-mt10"),
    vans=5,
    orders=230,
    known_share=0.55,
    shift_h=(7.5, 19.5),
    soc=(0.4, 0.7),
    soh=(0.82, 0.95),
    litres=(80.0, 900.0),
    window_h=(1.5, 3.0),
    service_s=(90.0, 240.0),
    depot_power_w=3_700.0,
    chargers=3,
    charger_power_w=11_000.0,
    load_s=480.0,
)
_FULL = _Kind(
    models=("mercedes-esprinter-35",),
    vans=12,
    orders=300,
    known_share=0.85,
    shift_h=(7.5, 17.5),
    soc=(0.85, 1.0),
    soh=(0.85, 1.0),
    litres=(15.0, 180.0),
    window_h=(3.0, 6.0),
    service_s=(90.0, 240.0),
    depot_power_w=11_000.0,
    chargers=10,
    charger_power_w=50_000.0,
    load_s=1_200.0,
)


def scenario(city: City, *, seed: int = 1, day: date = DAY) -> Scenario:
    """The day of a seed on a map."""
    west, south, east, north = city.bbox
    corner_m = float(distance_m(np.array([west]), np.array([south]), np.array([east]), np.array([north]))[0])
    is_small = corner_m <= MICRO_M
    kind = _MICRO if is_small else _FULL
    rng = np.random.default_rng([seed, 7_400])
    conditions = Conditions(
        day=day,
        timezone=city.timezone,
        temperature_c=_winter_c((south + north) / 2.0),
        depot_power_w=kind.depot_power_w,
        load_s=kind.load_s,
        reload_s=kind.load_s,
        max_trips=12 if is_small else 3,
    )
    doors = _Doors(city, spread=not is_small)
    hub = doors.hub()
    depot = Depot("hub", hub, "Micro-hub" if is_small else "Depot", kind.depot_power_w)
    maker = _Maker(kind, conditions, rng)
    vans = maker.vans(depot)
    orders, announced = maker.orders(doors, hub)
    chargers = maker.chargers(doors)
    return Scenario(
        name=city.name,
        conditions=conditions,
        depot=depot,
        vans=vans,
        chargers=chargers,
        orders=orders,
        announced_s=announced,
        incidents=maker.incidents(city.graph, hub),
    )


def _winter_c(lat: float) -> float:
    """A cold winter day: -15 degrees in Helsinki, 5 in Porto."""
    return float(np.interp(abs(lat), (40.0, 60.0), (5.0, -15.0)).round())


def _heated_at_stops(model: VanModel) -> VanModel:
    """
    The van with the heat of its stops counted while it drives.

    On rounds like these a van stands twice as long as it drives. Drivers leave the heating on for half of that time,
    which doubles what a driven hour costs.
    """
    return replace(model, cabin_w_per_k=model.cabin_w_per_k * HEATED_PER_DRIVEN)


class _Doors:
    """Places to deliver to: houses of the map, or points along its streets."""

    def __init__(self, city: City, *, spread: bool) -> None:
        book, graph = city.addresses, city.graph
        houses = np.flatnonzero(book.number > 0)
        if len(houses) >= _HOUSES_MIN:
            order = np.lexsort((book.lat[houses], book.lon[houses]))
            houses = houses[order]
            self.lon, self.lat = book.lon[houses], book.lat[houses]
            self.labels = [f"{book.texts[book.street[k]]} {book.texts[book.number[k]]}" for k in houses.tolist()]
        else:
            self.lon, self.lat, self.labels = _street_doors(graph)
        self.busiest = self._busiest()
        off_m = distance_m(self.lon, self.lat, *(np.full(len(self.lon), value) for value in self.busiest))
        self.weight = np.exp(-((off_m / _SPREAD_M) ** 2) / 2.0) if spread else np.ones(len(self.lon))
        self.spread = spread

    def _busiest(self) -> tuple[float, float]:
        """The middle of the cell with most doors, of twelve by twelve."""
        count, lons, lats = np.histogram2d(self.lon, self.lat, bins=12)
        x, y = np.unravel_index(int(np.argmax(count)), count.shape)
        return float(lons[x] + lons[x + 1]) / 2.0, float(lats[y] + lats[y + 1]) / 2.0

    def hub(self) -> Place:
        """A micro-hub stands at the western edge, a depot 4 km east of the busiest part: where there is room."""
        if self.spread:
            target = self.busiest[0] + 4_000.0 / (111_320.0 * np.cos(np.radians(self.busiest[1]))), self.busiest[1]
        else:
            target = float(self.lon.min()), float(np.median(self.lat))
        off_m = distance_m(self.lon, self.lat, *(np.full(len(self.lon), value) for value in target))
        return self.place(int(np.argmin(off_m)))

    def place(self, door: int) -> Place:
        """One of them."""
        return Place(round(float(self.lon[door]), 7), round(float(self.lat[door]), 7), self.labels[door])

    def pick(self, rng: np.random.Generator, count: int) -> list[Place]:
        """Different places, chosen where most people live."""
        share = self.weight / self.weight.sum()
        return [self.place(int(k)) for k in rng.choice(len(self.lon), size=count, replace=False, p=share)]


def _street_doors(graph: RoadGraph) -> tuple[Float64, Float64, list[str]]:
    """A door at the start of every named street segment on which people live."""
    lived_on = (RoadClass.SECONDARY, RoadClass.TERTIARY, RoadClass.UNCLASSIFIED, RoadClass.RESIDENTIAL)
    edges = np.flatnonzero(
        np.isin(graph.edge_class, lived_on) & (graph.edge_name > 0) & (graph.edge_base == np.arange(graph.edge_count))
    )
    nodes, first = np.unique(graph.edge_source[edges], return_index=True)
    labels = [graph.names[k] for k in graph.edge_name[edges[first]].tolist()]
    return graph.node_lon[nodes], graph.node_lat[nodes], labels


class _Maker:
    """Draws vans, orders, chargers and incidents, in this order, from one generator."""

    def __init__(self, kind: _Kind, conditions: Conditions, rng: np.random.Generator) -> None:
        self.kind, self.conditions, self.rng = kind, conditions, rng

    def at(self, hour: float) -> float:
        """Unix instant of an hour of the day, to the minute."""
        return self.conditions.midnight_s + round(hour * 60.0) * 60.0

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def vans(self, depot: Depot) -> tuple[Van, ...]:
        """The fleet, types in turn."""
        kind = self.kind
        models = {name: _heated_at_stops(load_models()[name]) for name in kind.models}
        shift = TimeWindow(*map(self.at, kind.shift_h))
        return tuple(
            Van(
                id=f"V{k + 1}",
                model=models[kind.models[k % len(kind.models)]],
                depot=depot,
                shift=shift,
                soc=round(self.between(*kind.soc), 2),
                soh=round(self.between(*kind.soh), 2),
            )
            for k in range(kind.vans)
        )

    def orders(self, doors: _Doors, hub: Place) -> tuple[tuple[Order, ...], tuple[float, ...]]:
        """The orders of the day with the instants at which they come in, sorted by these."""
        kind, rng = self.kind, self.rng
        first_h, last_h = kind.shift_h
        places = [place for place in doors.pick(rng, kind.orders + 1) if place != hub][: kind.orders]
        others = doors.pick(rng, kind.orders)
        made: list[tuple[float, Order]] = []
        for k, place in enumerate(places):
            is_known = k < kind.known_share * kind.orders
            # The last order comes in three hours before the shifts end: it can still be brought.
            announced_h = first_h - 1.0 if is_known else self.between(first_h + 0.25, last_h - 3.5)
            order_kind: OrderKind = "delivery"
            if rng.random() < 0.16:
                order_kind = "pickup" if rng.random() < 0.6 else "shipment"
            ready_h = max(announced_h + 0.25, first_h)
            window = self.window(ready_h, last_h, is_known=is_known)
            service_s = float(round(self.between(*kind.service_s)))
            stops: tuple[OrderStop, ...] = (OrderStop(place, window, service_s),)
            litres = round(float(np.exp(self.between(*np.log(kind.litres)))))
            if order_kind == "shipment":
                # A courier's parcel: small, collected when it is ready.
                litres = min(litres, 60)
                stops = (OrderStop(others[k], (), 60.0), *stops)
            demand = Demand(mass_g=round(litres * self.between(0.08, 0.25)) * 1_000, volume_ml=litres * 1_000)
            announced_s = self.at(announced_h)
            released = None if is_known else announced_s + 600.0
            if order_kind == "shipment" and not is_known:
                stops = (OrderStop(others[k], (TimeWindow(announced_s, self.at(last_h)),), 60.0), *stops[1:])
            order = Order(
                id=f"{'DPS'[('delivery', 'pickup', 'shipment').index(order_kind)]}{k + 1:03d}",
                stops=stops,
                demand=demand,
                kind=order_kind,
                release_s=released if order_kind == "delivery" else None,
            )
            made.append((announced_s, order))
        made.sort(key=lambda pair: (pair[0], pair[1].id))
        return tuple(order for _, order in made), tuple(at for at, _ in made)

    def window(self, ready_h: float, last_h: float, *, is_known: bool) -> tuple[TimeWindow, ...]:
        """When the customer wants it: a few hours, the morning, or any time of the shift."""
        kind, draw = self.kind, self.rng.random()
        ends_h = last_h - 0.5
        if draw < 0.2:
            opens_h, closes_h = ready_h, ends_h
        elif draw < 0.5 and is_known:
            # What was ordered the day before is wanted in the morning.
            opens_h, closes_h = ready_h, float(self.rng.choice((10.0, 11.0, 12.0)))
        else:
            latest_h = 13.0 if is_known else ends_h
            width_h = min(round(self.between(*kind.window_h) * 2) / 2, latest_h - ready_h)
            opens_h = max(np.ceil(self.between(ready_h, latest_h - width_h) * 2) / 2, ready_h)
            opens_h = min(opens_h, latest_h - width_h)
            # An order that comes in during the day is no use before there was time to bring it.
            closes_h = max(opens_h + width_h, ready_h + (0.0 if is_known else 1.75))
        return (TimeWindow(self.at(opens_h), self.at(min(closes_h, last_h))),)

    def chargers(self, doors: _Doors) -> tuple[Charger, ...]:
        """Public chargers."""
        power_w = self.kind.charger_power_w
        places = doors.pick(self.rng, self.kind.chargers)
        return tuple(Charger(f"charger {k + 1}", place, power_w, plugs=2) for k, place in enumerate(places))

    def incidents(self, graph: RoadGraph, hub: Place) -> tuple[Incident, ...]:
        """Two jams on the main streets around the hub, and the hub's charge points out of order over noon."""
        streets = _main_streets(graph, hub)
        found = []
        for hour, hours in ((9.5, 1.0), (15.75, 1.25)):
            name, edges = streets[int(self.rng.integers(len(streets)))]
            start = hour + round(self.between(0.0, 0.5) * 60) / 60
            text = f"jam on {name}"
            found.append(Incident(self.at(start), "jam", text, self.at(start + hours), tuple(edges), factor=0.3))
        fails_h = 11.5 + round(self.between(0.0, 0.5) * 60) / 60
        found.append(
            Incident(
                self.at(fails_h), "charger_failed", "the charge points at the hub are out of order", charger_id="hub"
            )
        )
        found.append(
            Incident(
                self.at(fails_h + 1.5), "charger_works", "the charge points at the hub work again", charger_id="hub"
            )
        )
        return tuple(sorted(found, key=lambda incident: incident.at_s))


def _main_streets(graph: RoadGraph, hub: Place, *, count: int = 6) -> list[tuple[str, list[int]]]:
    """The longest streets for through traffic within 5 km of the hub, with their edges."""
    base = np.arange(graph.edge_count) == graph.edge_base
    node = graph.edge_source
    off_m = distance_m(
        graph.node_lon[node], graph.node_lat[node], np.full(len(node), hub.lon), np.full(len(node), hub.lat)
    )
    main = base & (graph.edge_class <= RoadClass.TERTIARY) & (graph.edge_name > 0) & (off_m < 5_000.0)
    edges = np.flatnonzero(main)
    length_m = np.bincount(graph.edge_name[edges], graph.edge_length_dm[edges] / 10.0, minlength=len(graph.names))
    longest = np.argsort(-length_m, kind="stable")[:count]
    return [
        (graph.names[name], edges[graph.edge_name[edges] == name].tolist())
        for name in longest.tolist()
        if length_m[name] > 0
    ]

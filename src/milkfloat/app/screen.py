"""What no plan can do, told before planning: orders no van can take, vans that cannot get anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import pairwise

import numpy as np

from milkfloat.errors import Fault
from milkfloat.fleet.orders import Order
from milkfloat.fleet.times import wall_text
from milkfloat.fleet.vans import Van
from milkfloat.roads.types import Float64, Int64
from milkfloat.routing.metric import MatrixMetric
from milkfloat.routing.problem import Station, Vehicle, Window
from milkfloat.units import WH_PER_KWH


def named(kind: str, id: str, where: str) -> str:
    """How messages call a thing: its row, and its id."""
    return where or f"{kind} {id}"


def usable_orders(
    orders: Sequence[Order], vans: Sequence[Van], horizon: Window, zone: tzinfo, faults: list[Fault]
) -> list[Order]:
    """Orders that some van can carry and that want something within the horizon; faults for the others."""
    if not vans:
        return list(orders)
    good = []
    for order in orders:
        where = named("order", order.id, order.where)
        found = [*_load_faults(order, vans, where), *_window_faults(order, horizon, zone, where)]
        faults += found
        if not found:
            good.append(order)
    return good


def _load_faults(order: Order, vans: Sequence[Van], where: str) -> list[Fault]:
    able = [van for van in vans if order.skills <= van.skills]
    if not able:
        known = frozenset[str]().union(*(van.skills for van in vans))
        missing = ", ".join(sorted(order.skills - known)) or "+".join(sorted(order.skills))
        return [Fault(f"{where}.skills", f"{missing!r} is asked for, and no van has it")]
    demand = (order.demand.mass_g, order.demand.volume_ml)
    if any(all(d <= c for d, c in zip(demand, van.capacity, strict=True)) for van in able):
        return []
    found = []
    for column, unit, dimension in (("demand_kg", "kg", 0), ("demand_l", "l", 1)):
        most = max(van.capacity[dimension] for van in able)
        if demand[dimension] > most:
            message = (
                f"{demand[dimension] / 1000:g} {unit} is more than the {most / 1000:g} {unit} a van carries at most"
            )
            found.append(Fault(f"{where}.{column}", message))
    if not found:
        mass, volume = demand[0] / 1000, demand[1] / 1000
        found.append(Fault(where, f"no van carries both {mass:g} kg and {volume:g} l"))
    return found


def _window_faults(order: Order, horizon: Window, zone: tzinfo, where: str) -> list[Fault]:
    found = []
    for stop in order.stops:
        if stop.windows and stop.windows[-1].end_s < horizon[0]:
            ends, begins = wall_text(stop.windows[-1].end_s, zone), wall_text(horizon[0], zone)
            found.append(Fault(f"{where}.window_end", f"{ends} is past: the first van can leave at {begins}"))
        elif stop.windows and stop.windows[0].start_s > horizon[1]:
            starts, ends = wall_text(stop.windows[0].start_s, zone), wall_text(horizon[1], zone)
            found.append(Fault(f"{where}.window_start", f"{starts} is too late: the last shift ends at {ends}"))
    if order.release_s is not None and order.release_s > horizon[1]:
        released, ends = wall_text(order.release_s, zone), wall_text(horizon[1], zone)
        found.append(Fault(f"{where}.release_at", f"{released} is too late: the last shift ends at {ends}"))
    return found


@dataclass(frozen=True, eq=False)
class Least:
    """The shortest times and lowest energies of a metric over all slices, shape (n, n)."""

    time: Float64
    energy: Float64

    @classmethod
    def of(cls, metric: MatrixMetric) -> Least:
        """Those of one metric."""
        assert metric.energy is not None
        return cls(*(table if table.ndim == 2 else table.min(axis=0) for table in (metric.time, metric.energy)))


def usable_vans(
    vans: Sequence[Van],
    vehicles: Mapping[str, Vehicle],
    stop_locations: Sequence[int],
    stations: Sequence[Station],
    metrics: Sequence[Least],
    faults: list[Fault],
) -> list[Van]:
    """Vans that can reach at least one stop and come back, by time and by charge; faults for the others."""
    good = []
    stops = np.unique(np.asarray(stop_locations, np.int64))
    for van in vans:
        fault = _van_fault(van, vehicles[van.id], stops, stations, metrics[vehicles[van.id].profile])
        if fault is None:
            good.append(van)
        else:
            faults.append(fault)
    return good


def _van_fault(
    van: Van,
    vehicle: Vehicle,
    stops: Int64,
    stations: Sequence[Station],
    metric: Least,
) -> Fault | None:
    where = named("van", van.id, van.where)
    time, energy = metric.time, metric.energy
    home = vehicle.start
    there_and_back = time[home, stops] + time[stops, home]
    length_s = vehicle.shift[1] - vehicle.shift[0] - vehicle.load_time
    nearest_s = float(there_and_back.min())
    if np.isinf(nearest_s):
        return Fault(f"{where}.depot_lon", "closed roads leave no way from this depot to any stop and back")
    if nearest_s > length_s:
        needed, given = nearest_s / 60, max(length_s, 0.0) / 60
        message = f"the nearest stop and back take {needed:.0f} min, the shift leaves {given:.0f} min"
        return Fault(f"{where}.shift_end", message)
    battery = vehicle.battery
    if battery is None:
        return None
    drawn = energy + np.where(np.isfinite(time), time, 0.0) * vehicle.aux_power
    usable = [station for station in stations if battery.curves[station.kind] is not None]
    ends = [home, *(station.location for station in usable)]
    onward = drawn[np.ix_(stops, np.array(ends))].min(axis=1)
    needed_wh = float((drawn[home, stops] + onward).min())
    fills_at_home = any(station.location == home for station in usable)
    held_wh = (battery.capacity if fills_at_home else battery.start) - battery.reserve
    if needed_wh <= held_wh:
        return None
    held, needed = max(held_wh, 0.0) / WH_PER_KWH, needed_wh / WH_PER_KWH
    text = f"{held:.2f} kWh above its reserve reach no stop: the nearest and on to a charge point take {needed:.2f} kWh"
    return Fault(f"{where}.{'model' if fills_at_home else 'soc_pct'}", text)


def reachable_orders(
    orders: Sequence[Order],
    vehicles: Sequence[Vehicle],
    locations: Mapping[str, tuple[int, ...]],
    metrics: Sequence[Least],
    faults: list[Fault],
) -> list[Order]:
    """Orders that some van's depot has a way to and back from; faults for those that closed roads cut off."""
    if not vehicles:
        return list(orders)
    bases = {(vehicle.profile, vehicle.start) for vehicle in vehicles}
    good = []
    for order in orders:
        stops = locations[order.id]
        if any(_has_way(metrics[profile], home, stops) for profile, home in bases):
            good.append(order)
        else:
            where = named("order", order.id, order.where)
            faults.append(Fault(where, "closed roads leave no way from any depot to it and back"))
    return good


def _has_way(metric: Least, home: int, stops: tuple[int, ...]) -> bool:
    way = (home, *stops, home)
    return all(bool(np.isfinite(metric.time[a, b])) for a, b in pairwise(way))

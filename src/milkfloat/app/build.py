"""
A city, orders, vans and chargers under the conditions of a day, as one routing problem.

Instants are Unix seconds, distances metres, energies watt-hours, loads (grams, millilitres). What cannot be planned is
a fault that names it; the rest goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from milkfloat.app.conditions import Conditions
from milkfloat.app.day_metrics import day_metric, usual_metric, van_metric
from milkfloat.app.held_matrices import HeldMatrices
from milkfloat.app.locate import Located, Locator, PlaceTable
from milkfloat.app.maps import City
from milkfloat.app.screen import Least, named, reachable_orders, usable_orders, usable_vans
from milkfloat.app.stations import StationTable, station_table
from milkfloat.app.travel import SLICE_S, Slices, slices_for, travel_metric
from milkfloat.energy.battery import reserve_wh, usable_wh
from milkfloat.energy.consumption import aux_power_w
from milkfloat.errors import Fault, InputError
from milkfloat.fleet.orders import Order, TimeWindow
from milkfloat.fleet.places import Charger, Depot
from milkfloat.fleet.vans import Van, VanModel
from milkfloat.roads.metric import Metric as RoadMetric
from milkfloat.roads.overrides import Overrides
from milkfloat.routing.metric import MatrixMetric
from milkfloat.routing.problem import Battery, Break, Location, Problem, Stop, Units, Vehicle, Window
from milkfloat.routing.problem import Order as RoutingOrder
from milkfloat.units import J_PER_WH, M_PER_KM, S_PER_H

# The load dimension that energy depends on.
_MASS = 0


@dataclass(frozen=True, eq=False)
class Built:
    """
    A problem with everything it was made from.

    Attributes
    ----------
    orders, vans, chargers
        Those that are in the problem, in its order; the depots' charge points come after the chargers.
    places
        Per location of the problem: what it is, and where the street is met.
    models, road_metrics
        Per profile of the problem: the type of van, and the roads as it drives them. Their time axis counts seconds
        from ``midnight_s``.
    midnight_s
        Unix seconds of the midnight the planned day begins with.
    slices
        Departure slices of the metrics.
    faults
        What was left out, and why.
    notes
        What was taken to be otherwise than it was said.
    held
        Matrices that need not be made again when the traffic changes for a while.
    """

    city: City
    conditions: Conditions
    problem: Problem
    orders: tuple[Order, ...]
    vans: tuple[Van, ...]
    chargers: tuple[Charger, ...]
    places: tuple[Located, ...]
    models: tuple[VanModel, ...]
    road_metrics: tuple[RoadMetric, ...]
    slices: Slices
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    held: HeldMatrices = field(default_factory=HeldMatrices, repr=False)

    @property
    def midnight_s(self) -> float:
        """Zero of the road metrics' time axis, in Unix seconds."""
        return self.conditions.midnight_s


@dataclass(slots=True)
class _Draft:
    """What is collected before the problem stands."""

    places: PlaceTable
    depot_at: dict[str, int]
    stops_at: dict[str, tuple[int, ...]]


def build_problem(
    city: City,
    orders: Sequence[Order],
    vans: Sequence[Van],
    chargers: Sequence[Charger],
    conditions: Conditions,
    *,
    threads: int = 1,
    progress: Callable[[str, float], None] | None = None,
) -> Built:
    """
    The problem of a day.

    Parameters
    ----------
    threads
        For the matrices between places.
    progress
        Called with a phase (``places``, ``roads``) and the part of it that is done; raise from it to cancel.

    Raises
    ------
    InputError
        When no order or no van is left, with every fault found.
    """
    report = progress or _silent
    report("places", 0.0)
    faults: list[Fault] = []
    locator = Locator(city)
    locator.prepare([*(s.place for o in orders for s in o.stops), *(v.depot.place for v in vans)])
    draft = _Draft(PlaceTable(), {}, {})
    vans = _vans_with_depots(vans, conditions, locator, draft, faults)
    horizon = _horizon(vans, conditions)
    orders = _orders_with_places(orders, vans, horizon, conditions, locator, draft, faults)
    _need_some(orders, vans, faults)
    chargers, charger_at = _chargers_with_places(chargers, locator, draft, faults)
    depots = {draft.depot_at[van.depot.id]: van.depot for van in vans}
    stations = station_table(chargers, charger_at, depots, conditions.depot_power_w)
    models = tuple({van.model.id: van.model for van in vans}.values())
    slices = slices_for(
        len(draft.places.located), horizon[0] - conditions.midnight_s, horizon[1] - conditions.midnight_s
    )
    held = HeldMatrices()
    metrics, road_metrics = _metrics(
        city,
        conditions,
        models,
        draft.places.located,
        slices,
        held,
        threads=threads,
        progress=lambda part: report("roads", part),
    )
    vehicles = {van.id: _vehicle(van, draft, stations, models, conditions, horizon) for van in vans}
    stop_locations = [location for order in orders for location in draft.stops_at[order.id]]
    least = [Least.of(metric) for metric in metrics]
    vans = usable_vans(vans, vehicles, stop_locations, stations.stations, least, faults)
    orders = reachable_orders(orders, [vehicles[van.id] for van in vans], draft.stops_at, least, faults)
    _need_some(orders, vans, faults)
    problem = Problem(
        locations=tuple(draft.places.locations),
        orders=tuple(routing_order(order, draft.stops_at[order.id]) for order in orders),
        vehicles=tuple(vehicles[van.id] for van in vans),
        metrics=metrics,
        stations=stations.stations,
        mass_dimension=_MASS,
        objective="cost",
        units=Units(load=("g", "ml"), currency=conditions.costs.currency),
        name=f"{city.name} {conditions.day.isoformat()}",
        timezone=conditions.timezone,
    )
    return Built(
        city=city,
        conditions=conditions,
        problem=problem,
        orders=tuple(orders),
        vans=tuple(vans),
        chargers=tuple(chargers),
        places=tuple(draft.places.located),
        models=models,
        road_metrics=road_metrics,
        slices=slices,
        faults=tuple(faults),
        notes=(*locator.notes, *_notes(vans, chargers, slices, conditions)),
        held=held,
    )


def with_overrides(built: Built, overrides: Overrides, *, from_s: float | None = None, threads: int = 1) -> Built:
    """
    The same places, orders and vans with other traffic: what a jam or a closure makes of a problem.

    Parameters
    ----------
    overrides
        Everything that is known now, not only what is new.
    from_s
        Unix instant from which the metrics are needed; None: from the begin of the day.
    """
    conditions = replace(built.conditions, overrides=overrides)
    return _with_metrics(replace(built, conditions=conditions), {}, built.places, from_s, threads)


def with_more(
    built: Built,
    orders: Sequence[tuple[Order, tuple[int, ...]]],
    places: Sequence[tuple[Location, Located]] = (),
    *,
    from_s: float | None = None,
    threads: int = 1,
) -> Built:
    """The problem with further orders (each with its locations) and places after its own; see `with_overrides`."""
    more = replace(built, orders=(*built.orders, *(order for order, _ in orders)))
    changes: dict[str, Any] = {
        "orders": (*built.problem.orders, *(routing_order(order, stops_at) for order, stops_at in orders))
    }
    if not places:
        return replace(more, problem=replace(built.problem, **changes))
    changes["locations"] = (*built.problem.locations, *(location for location, _ in places))
    return _with_metrics(more, changes, (*built.places, *(found for _, found in places)), from_s, threads)


def _with_metrics(
    built: Built, changes: Mapping[str, Any], places: tuple[Located, ...], from_s: float | None, threads: int
) -> Built:
    """The problem with changes, and with metrics between ``places`` in the traffic of the conditions."""
    slices = built.slices if from_s is None else built.slices.since(from_s - built.midnight_s)
    metrics, road_metrics = _metrics(
        built.city, built.conditions, built.models, places, slices, built.held, threads=threads
    )
    problem = replace(built.problem, **changes, metrics=metrics)
    return replace(built, problem=problem, places=places, road_metrics=road_metrics, slices=slices)


def _vans_with_depots(
    vans: Sequence[Van], conditions: Conditions, locator: Locator, draft: _Draft, faults: list[Fault]
) -> list[Van]:
    """Vans whose depot is on the map and whose shift is not over before it can begin."""
    found: dict[str, Located | None] = {}
    good = []
    earliest_s = -inf if conditions.earliest_s is None else conditions.earliest_s
    for van in vans:
        where = named("van", van.id, van.where)
        if van.depot.id not in found:
            found[van.depot.id] = _depot_place(van.depot, where, locator, faults)
        if van.shift.end_s <= earliest_s:
            faults.append(Fault(f"{where}.shift_end", "the shift is over before the plan begins"))
        located = found[van.depot.id]
        if located is None or van.shift.end_s <= earliest_s:
            continue
        if van.depot.id not in draft.depot_at:
            draft.depot_at[van.depot.id] = draft.places.add_depot(located, van.depot.id)
        good.append(van)
    return good


def _depot_place(depot: Depot, where: str, locator: Locator, faults: list[Fault]) -> Located | None:
    """The depot's place; a fault counts once for all its vans."""
    wrong: list[Fault] = []
    located = locator.find(depot.place, depot.where or where, wrong)
    faults += [Fault(_column(fault.where, "depot_"), fault.message) for fault in wrong]
    return located


def _column(where: str, prefix: str) -> str:
    head, _, column = where.rpartition(".")
    return f"{head}.{prefix}{column}"


def _horizon(vans: Sequence[Van], conditions: Conditions) -> Window:
    """From the first departure to the last return."""
    if not vans:
        return (conditions.midnight_s, conditions.midnight_s + 86_400.0)
    first_s = min(van.shift.start_s for van in vans)
    if conditions.earliest_s is not None:
        first_s = max(first_s, conditions.earliest_s)
    return (first_s, max(van.shift.end_s for van in vans))


def _orders_with_places(
    orders: Sequence[Order],
    vans: Sequence[Van],
    horizon: Window,
    conditions: Conditions,
    locator: Locator,
    draft: _Draft,
    faults: list[Fault],
) -> list[Order]:
    """Orders on the map that some van can take."""
    good = []
    usable = {order.id for order in usable_orders(orders, vans, horizon, conditions.zone, faults)}
    for order in orders:
        where = named("order", order.id, order.where)
        found: list[Located] = []
        for k, stop in enumerate(order.stops):
            wrong: list[Fault] = []
            located = locator.find(stop.place, where, wrong)
            faults += wrong if k == 0 else [Fault(_column(fault.where, "to_"), fault.message) for fault in wrong]
            if located is not None:
                found.append(located)
        if len(found) == len(order.stops) and order.id in usable:
            draft.stops_at[order.id] = tuple(draft.places.add(located, order.id) for located in found)
            good.append(order)
    return good


def _chargers_with_places(
    chargers: Sequence[Charger], locator: Locator, draft: _Draft, faults: list[Fault]
) -> tuple[list[Charger], list[int]]:
    locator.prepare([charger.place for charger in chargers])
    good, locations = [], []
    for charger in chargers:
        located = locator.find(charger.place, named("charger", charger.id, charger.where), faults)
        if located is not None:
            good.append(charger)
            locations.append(draft.places.add(located, charger.id))
    return good, locations


def _need_some(orders: Sequence[Order], vans: Sequence[Van], faults: list[Fault]) -> None:
    """Nothing can be planned without an order or without a van."""
    if not vans:
        faults.append(Fault("vans", "none is left to plan with"))
    if not orders:
        faults.append(Fault("orders", "none is left to plan"))
    if not (orders and vans):
        raise InputError(faults)


def _metrics(
    city: City,
    conditions: Conditions,
    models: Sequence[VanModel],
    places: Sequence[Located],
    slices: Slices,
    held: HeldMatrices,
    *,
    threads: int,
    progress: Callable[[float], None] | None = None,
) -> tuple[tuple[MatrixMetric, ...], tuple[RoadMetric, ...]]:
    """Metrics between places and metrics of roads, one of each per type of van."""
    graph = city.graph
    snaps = [located.snap for located in places]
    until_s = (slices.bins[-1] + slices.step) * SLICE_S
    traffic, usual = (make(graph, conditions, until_s=until_s) for make in (day_metric, usual_metric))
    tables, roads = [], []
    for k, model in enumerate(models):

        def report(part: float, k: int = k) -> None:
            if progress is not None:
                progress((k + part) / len(models))

        road = van_metric(graph, traffic, model, conditions.temperature_c, usual=usual)
        roads.append(road)
        tables.append(
            travel_metric(
                graph,
                road,
                snaps,
                slices,
                midnight_s=conditions.midnight_s,
                held=held,
                threads=threads,
                progress=report,
            )
        )
    return tuple(tables), tuple(roads)


def _vehicle(
    van: Van,
    draft: _Draft,
    stations: StationTable,
    models: Sequence[VanModel],
    conditions: Conditions,
    horizon: Window,
) -> Vehicle:
    costs = conditions.costs
    home = draft.depot_at[van.depot.id]
    return Vehicle(
        id=van.id,
        start=home,
        end=home,
        shift=(max(van.shift.start_s, horizon[0]), van.shift.end_s),
        capacity=tuple(map(float, van.capacity)),
        depots=(home,),
        max_trips=van.max_trips or conditions.max_trips,
        reload_time=conditions.reload_s,
        load_time=conditions.load_s,
        skills=van.skills,
        fixed_cost=costs.per_van,
        cost_per_distance=costs.per_km / M_PER_KM,
        cost_per_time=costs.per_h / S_PER_H,
        profile=[model.id for model in models].index(van.model.id),
        battery=_battery(van, stations, conditions),
        aux_power=aux_power_w(van.model, conditions.temperature_c) / J_PER_WH,
        breaks=tuple(
            Break(f"{van.id} break {k + 1}", (_window(pause.window),), pause.duration_s)
            for k, pause in enumerate(van.breaks)
        ),
    )


def _battery(van: Van, stations: StationTable, conditions: Conditions) -> Battery:
    capacity_wh = usable_wh(van.model, van.soh, temperature_c=conditions.temperature_c)
    start_wh = van.soc * capacity_wh
    # A van that starts below the reserve may not fall any further; it charges before it leaves.
    least_wh = min(reserve_wh(capacity_wh, conditions.reserve_share), start_wh)
    return Battery(
        capacity=capacity_wh,
        start=start_wh,
        reserve=least_wh,
        end_min=least_wh,
        curves=stations.curves(van, conditions.temperature_c),
    )


def routing_order(order: Order, stops_at: Sequence[int]) -> RoutingOrder:
    """An order as the search sees it, with the locations of its stops."""
    load = (float(order.demand.mass_g), float(order.demand.volume_ml))
    return RoutingOrder(
        id=order.id,
        stops=tuple(
            Stop(location, stop.service_s, tuple(map(_window, stop.windows)))
            for location, stop in zip(stops_at, order.stops, strict=True)
        ),
        delivery=load if order.kind == "delivery" else (),
        pickup=load if order.kind == "pickup" else (),
        amount=load if order.kind == "shipment" else (),
        prize=order.prize,
        priority=order.priority,
        skills=order.skills,
        release=-inf if order.release_s is None else order.release_s,
    )


def _window(window: TimeWindow) -> Window:
    return (window.start_s, window.end_s)


def _notes(vans: Sequence[Van], chargers: Sequence[Charger], slices: Slices, conditions: Conditions) -> list[str]:
    notes = []
    if slices.step > 1:
        notes.append(f"many places: travel times are told apart by {slices.step * SLICE_S / 60:g} minutes of departure")
    for van in vans:
        if van.soc < conditions.reserve_share:
            reserve = f"the reserve of {conditions.reserve_share:.0%}"
            notes.append(f"{named('van', van.id, van.where)}: {van.soc:.0%} is below {reserve}; it may only rise")
    idle = [charger.id for charger in chargers if charger.is_dc and not any(van.model.dc_curve for van in vans)]
    if idle:
        notes.append(f"no van can take the direct current of {', '.join(idle[:5])}{' ...' if len(idle) > 5 else ''}")
    return notes


def _silent(phase: str, part: float) -> None:
    """For callers who do not care."""

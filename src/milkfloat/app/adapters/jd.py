"""
JD Global Optimization Challenge 2018: 1,000 deliveries in Beijing, 100 charging points, two electric van types.

The task's own distances are not public any more. The rule here: great-circle distance x 1.35, 25 km/h, and, as in the
task, a charge takes half an hour however empty the battery and fills it. Figures compare only under this rule.
"""

from __future__ import annotations

from collections.abc import Sequence

from milkfloat.app.adapters.rows import Fields, Row, column
from milkfloat.errors import Fault
from milkfloat.routing.metric import CoordinateMetric
from milkfloat.routing.problem import (
    Battery,
    ChargeCurve,
    Location,
    Order,
    Problem,
    Station,
    Stop,
    Units,
    Vehicle,
)

_DAY_S = 86_400.0
# A charge takes its time for plugging in and none for the energy, as far as a curve can say so.
_AT_ONCE_S = 1e-6


def read(nodes: Sequence[Row], types: Sequence[Row], *, circuity: float = 1.35, speed_kmh: float = 25.0) -> Problem:
    """
    The task as a problem: seconds after midnight, metres, the range of a van in metres as its battery.

    Parameters
    ----------
    nodes
        Columns ``node_id, type (depot | delivery | charging), lng, lat, weight_t, volume_m3, tw_start, tw_end``.
    types
        Columns ``vehicle_type_name, max_volume, max_weight, driving_range, charge_tm, unit_trans_cost,
        vehicle_cost``: cubic metres, tonnes, metres, hours, yuan per kilometre, yuan per van.

    Raises
    ------
    InputError
        With every fault found.
    """
    column(nodes, "node_id", "nodes")
    column(types, "vehicle_type_name", "vehicle_types")
    fields = Fields("nodes")
    locations: list[Location] = []
    orders: list[Order] = []
    stations: list[Station] = []
    depots: list[tuple[int, float, float]] = []
    charge_s = max(fields.number(row, k, "charge_tm", 0) for k, row in enumerate(types, start=2)) * 3600
    for line, row in enumerate(nodes, start=2):
        here = len(locations)
        locations.append(Location(str(row["node_id"]), *fields.place(row, line)))
        if row["type"] == "charging":
            stations.append(Station(str(row["node_id"]), here, 0, charge_s))
            continue
        window = (fields.clock(row, line, "tw_start"), fields.clock(row, line, "tw_end"))
        if row["type"] == "depot":
            depots.append((here, window[0], window[1] or _DAY_S))
        elif row["type"] == "delivery":
            load = (fields.number(row, line, "weight_t", 0), fields.number(row, line, "volume_m3", 0))
            orders.append(Order(str(row["node_id"]), (Stop(here, windows=(window,)),), delivery=load))
        else:
            fields.faults.append(Fault(f"nodes:{line}.type", f"{row['type']!r} is not depot, delivery or charging"))
    if len(depots) != 1:
        fields.faults.append(Fault("nodes", f"{len(depots)} of them are a depot, one must be"))
    fields.source = "vehicle_types"
    vans = [
        _van(fields, row, line, depot=depots[0] if depots else (0, 0.0, _DAY_S)) for line, row in enumerate(types, 2)
    ]
    fields.done()
    return Problem(
        tuple(locations),
        tuple(orders),
        tuple(van for van in vans for _ in orders),
        (CoordinateMetric("great-circle", circuity, speed=speed_kmh / 3.6, energy_per_distance=1.0),),
        stations=tuple(stations),
        charging="full",
        objective="cost",
        units=Units(energy="m", load=("t", "m3"), currency="CNY"),
        name="JD Beijing",
        timezone="Asia/Shanghai",
    )


def _van(fields: Fields, row: Row, line: int, *, depot: tuple[int, float, float]) -> Vehicle:
    home, opens, closes = depot
    reach = fields.number(row, line, "driving_range", 1)
    return Vehicle(
        str(row["vehicle_type_name"]),
        home,
        home,
        shift=(opens, closes),
        capacity=(fields.number(row, line, "max_weight", 0), fields.number(row, line, "max_volume", 0)),
        fixed_cost=fields.number(row, line, "vehicle_cost", 0),
        cost_per_distance=fields.number(row, line, "unit_trans_cost", 0) / 1000,
        battery=Battery(reach, reach, curves=(ChargeCurve((0.0, _AT_ONCE_S), (0.0, reach)),)),
    )

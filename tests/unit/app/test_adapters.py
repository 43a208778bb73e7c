"""Published orders as problems: a few rows by hand, and the real sets where they are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from milkfloat.app.adapters import amazon, jd, lade
from milkfloat.app.adapters.rows import read_rows
from milkfloat.bench.orders import run
from milkfloat.errors import InputError
from milkfloat.routing.solve import solve

_NODES = """node_id,type,lng,lat,weight_t,volume_m3,tw_start,tw_end
0,depot,116.57,39.79,,,08:00,00:00
1,delivery,116.57,39.88,0.5,1.0,09:00,12:00
2,delivery,116.57,39.70,0.5,1.0,13:30,14:00
9,charging,116.57,39.80,,,,
"""
_TYPES = """vehicle_type_name,max_volume,max_weight,driving_range,charge_tm,unit_trans_cost,vehicle_cost
IVECO,12,2.0,40000,0.5,12,200
"""


def _files(folder: Path, nodes: str = _NODES, types: str = _TYPES) -> tuple[Path, Path]:
    (folder / "nodes.csv").write_text(nodes)
    (folder / "types.csv").write_text(types)
    return folder / "nodes.csv", folder / "types.csv"


def test_the_task_of_jd_by_hand(tmp_path: Path) -> None:
    nodes, types = map(read_rows, _files(tmp_path))
    problem = jd.read(nodes, types)
    plan = solve(problem, iterations=50)
    assert plan.unserved == ()
    (route,) = plan.routes
    # 0.09 degrees north, 0.18 back south, 0.09 home: 0.36 x 111.195 km x 1.35 = 54.04 km. A range of 40 km: one charge.
    assert plan.distance == pytest.approx(0.36 * 111_195.08 * 1.35, rel=1e-6)
    (charge,) = (step for step in route.steps if step.kind == "charge")
    assert charge.departure - charge.start == pytest.approx(1800, abs=1e-5)
    assert (charge.soc or 0) + charge.charge == pytest.approx(40_000)
    assert plan.cost == pytest.approx(200 + 12 * plan.distance / 1000)


def test_every_fault_of_the_task_is_named(tmp_path: Path) -> None:
    broken = _NODES.replace("116.57,39.88,0.5", "39.88,116.57,x").replace("13:30", "25:30").replace("charging", "pump")
    nodes, types = map(read_rows, _files(tmp_path, broken))
    with pytest.raises(InputError) as caught:
        jd.read(nodes, types)
    assert [str(fault) for fault in caught.value.faults] == [
        "nodes:3.lat: 116.57 is not in -90 .. 90",
        "nodes:3.weight_t: 'x' is no number",
        "nodes:4.tw_start: '25:30' is no time of day",
        "nodes:5.tw_start: '' is no time of day",
        "nodes:5.tw_end: '' is no time of day",
        "nodes:5.type: 'pump' is not depot, delivery or charging",
    ]
    with pytest.raises(InputError, match="has no column 'node_id'"):
        jd.read([{"id": 1}], types)


def test_a_driven_route_and_its_problem_have_the_same_stops() -> None:
    rows = [
        {"route_id": "r", "seq": k, "stop_id": name, "type": kind, "lat": 30.0 + 0.01 * k, "lng": -97.0}
        for k, (name, kind) in enumerate((("S", "Station"), ("A", "Dropoff"), ("B", "Dropoff")))
    ]
    (route,) = amazon.read(rows)
    assert [route.problem.orders[visit.index].id for visit in route.driven] == ["1:A", "2:B"]
    assert solve(route.problem, iterations=20).distance == pytest.approx(0.04 * 111_195.08 * 1.40, rel=1e-6)


def test_couriers_begin_where_they_accepted_and_collect_in_time() -> None:
    base = {"city": "X", "courier_id": 7, "lng": 121.4, "lat": 31.2, "accept_gps_lng": 121.41, "accept_gps_lat": 31.2}
    rows = [
        base
        | {
            "order_id": k,
            "accept_time": datetime(2022, 6, 7, 8 + k, tzinfo=UTC),
            "time_window_start": datetime(2022, 6, 7, 9 + k, tzinfo=UTC),
            "time_window_end": datetime(2022, 6, 7, 11 + k, tzinfo=UTC),
        }
        for k in range(2)
    ]
    problem = lade.pickups(rows, "X")
    (van,) = problem.vehicles
    assert problem.locations[van.start].name == "courier 7"
    assert van.shift[0] == problem.orders[0].stops[0].windows[0][0]
    assert solve(problem, iterations=20).unserved == ()
    with pytest.raises(InputError, match="'Y' is not in the table, which has X"):
        lade.pickups(rows, "Y")


def test_parcels_leave_their_own_station_after_they_arrived_there() -> None:
    rows = [
        {
            "row": k,
            "accept_time": f"2022-08-14T0{8 + k}:00:00",
            "accept_gps_lng": 121.38 + k,
            "accept_gps_lat": 37.41,
            "delivery_gps_lng": 121.40 + k,
            "delivery_gps_lat": 37.35,
        }
        for k in range(2)
    ]
    problem = lade.deliveries(rows)
    plan = solve(problem, iterations=20)
    assert plan.unserved == ()
    starts = {problem.locations[problem.vehicles[r.vehicle].start].x for r in plan.routes}
    assert starts == {121.38, 122.38}


def test_the_published_sets_are_planned(milkfloat_data: Path) -> None:
    pytest.importorskip("pyarrow", reason="[data] pyarrow is not installed")
    outcomes = {outcome.name: outcome for outcome in run(milkfloat_data / "data", time_limit_s=2.0, routes=3)}
    assert set(outcomes) == {
        "JD Beijing",
        "Amazon Austin",
        *(f"LaDe {c}" for c in ("Chongqing", "Jilin", "Shanghai")),
    } | {"LaDe Yantai"}
    jd_outcome = outcomes["JD Beijing"]
    assert jd_outcome.orders == 1000
    assert jd_outcome.served + sum(count for _, count in jd_outcome.reasons) == 1000
    austin = outcomes["Amazon Austin"]
    assert austin.driven_m is not None
    assert austin.distance_m <= austin.driven_m


def test_a_folder_without_any_set_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds none of jd_beijing_ev"):
        next(run(tmp_path))

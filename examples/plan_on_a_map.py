"""A winter morning in Helsinki, from tables to a plan on a map: python plan_on_a_map.py MAP.osm.pbf [REPORT.html]."""

import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import milkfloat as mf

files = Path(__file__).parent / "helsinki"
city = mf.open_map(sys.argv[1])
orders, vans, chargers = (files / f"{name}.csv" for name in ("orders", "vans", "chargers"))
seven = datetime(2026, 1, 15, 7, tzinfo=city.zone)
day = mf.read_day(
    city, orders, vans, chargers=chargers, depart=seven, conditions=lambda c: replace(c, temperature_c=-15)
)
planned = mf.plan_day(city, day.orders, day.vans, day.chargers, day.conditions, time_limit_s=2, faults=day.faults)
for route in planned.plan.routes:
    lowest = min(step.soc for step in route.steps)
    van = planned.built.vans[route.vehicle].id
    print(f"{van}: {route.distance / 1000:.1f} km, never below {lowest / 1000:.1f} kWh")
Path(sys.argv[2] if len(sys.argv) > 2 else "report.html").write_text(mf.report_html(planned))

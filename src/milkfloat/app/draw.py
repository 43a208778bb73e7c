"""A plan as GeoJSON for maps, CSV for tables, and GPX for navigators."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from milkfloat.app.plan import Planned
from milkfloat.routing.plan import Route, Step
from milkfloat.units import G_PER_KG, M_PER_KM, WH_PER_KWH

CSV_COLUMNS = (
    *("van", "position", "trip", "type", "id", "place", "lon", "lat", "arrival", "start", "departure", "waiting_s"),
    *("service_s", "load_kg", "load_l", "distance_km", "soc_pct", "charge_kwh"),
)


def geojson(planned: Planned) -> dict[str, Any]:
    """Legs as lines along the streets and steps as points; unserved orders as points of their own."""
    problem = planned.built.problem
    features = []
    for route, legs in zip(planned.plan.routes, planned.legs, strict=True):
        van = problem.vehicles[route.vehicle].id
        for leg in legs:
            if leg.path is not None:
                before, after = route.steps[leg.step - 1], route.steps[leg.step]
                line = {"type": "LineString", "coordinates": _rounded(leg.lonlat.tolist())}
                properties = {
                    "kind": "leg",
                    "van": van,
                    "trip": trip_of(route, leg.step),
                    "position": leg.step,
                    "departure": _rfc3339(planned, before.departure),
                    "arrival": _rfc3339(planned, after.arrival),
                    "distance_m": round(leg.distance_m, 1),
                }
                features.append({"type": "Feature", "geometry": line, "properties": properties})
        for row, step in zip(rows_of(planned, route), route.steps, strict=True):
            point = {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
            properties = {"kind": "step"} | {key: row[key] for key in CSV_COLUMNS if key not in ("lon", "lat")}
            features.append({"type": "Feature", "geometry": point, "properties": properties | _window(planned, step)})
    for unserved in planned.plan.unserved:
        order = problem.orders[unserved.order]
        place = problem.locations[order.stops[-1].location]
        reasons = [reason.text for reason in unserved.reasons]
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [place.x, place.y]},
                "properties": {"kind": "unserved", "id": order.id, "place": place.name, "reasons": reasons},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def csv_text(planned: Planned) -> str:
    """One row for every step of every van."""
    file = io.StringIO()
    writer = csv.DictWriter(file, CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for route in planned.plan.routes:
        writer.writerows(rows_of(planned, route))
    return file.getvalue()


def rows_of(planned: Planned, route: Route) -> list[dict[str, Any]]:
    """The steps of a route by the columns of the table; instants in the zone of the plan."""
    problem = planned.built.problem
    van = problem.vehicles[route.vehicle]
    rows = []
    for k, step in enumerate(route.steps):
        place = problem.locations[step.location]
        soc = None if step.soc is None or van.battery is None else step.soc / van.battery.capacity * 100
        rows.append(
            {
                "van": van.id,
                "position": k,
                "trip": trip_of(route, k),
                "type": step.kind,
                "id": step_id(planned, route, step),
                "place": place.name,
                "lon": round(place.x, 7),
                "lat": round(place.y, 7),
                "arrival": _rfc3339(planned, step.arrival),
                "start": _rfc3339(planned, step.start),
                "departure": _rfc3339(planned, step.departure),
                "waiting_s": round(step.start - step.arrival),
                "service_s": round(step.departure - step.start),
                "load_kg": round(step.load[0] / G_PER_KG, 3) if step.load else "",
                "load_l": round(step.load[1] / 1_000, 3) if step.load else "",
                "distance_km": round(step.distance / M_PER_KM, 3),
                "soc_pct": "" if soc is None else round(soc, 1),
                "charge_kwh": round(step.charge / WH_PER_KWH, 3) if step.charge else "",
            }
        )
    return rows


def gpx(planned: Planned, index: int) -> str:
    """The route number ``index`` of the plan as a GPX 1.1 document: a waypoint per stop, a track with times."""
    route, legs = planned.plan.routes[index], planned.legs[index]
    van = planned.built.problem.vehicles[route.vehicle].id
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<gpx version="1.1" creator="Milkfloat" xmlns="http://www.topografix.com/GPX/1/1">',
        f"<metadata><name>{escape(van)}</name></metadata>",
    ]
    for k, step in enumerate(route.steps):
        place = planned.built.problem.locations[step.location]
        name = escape(f"{k} {step.kind} {step_id(planned, route, step)}".strip())
        lines.append(
            f'<wpt lat="{place.y:.7f}" lon="{place.x:.7f}"><time>{_utc(step.arrival)}</time>'
            f"<name>{name}</name><desc>{escape(place.name)}</desc></wpt>"
        )
    lines.append(f"<trk><name>{escape(van)}</name>")
    for leg in legs:
        if leg.path is not None:
            points = zip(leg.lonlat.tolist(), leg.times_s.tolist(), strict=True)
            lines.append("<trkseg>")
            lines += [
                f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><time>{_utc(when)}</time></trkpt>'
                for (lon, lat), when in points
            ]
            lines.append("</trkseg>")
    lines += ["</trk>", "</gpx>", ""]
    return "\n".join(lines)


def file_name(name: str) -> str:
    """A van's name as the name of a file: letters, digits, dots and dashes."""
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in name).lstrip(".") or "van"


def step_id(planned: Planned, route: Route, step: Step) -> str:
    """What a step is about: the order, the charger or the break; empty for start, reload and end."""
    problem = planned.built.problem
    if step.kind in ("job", "pickup", "delivery"):
        return problem.orders[step.index].id
    if step.kind == "charge":
        return problem.stations[step.index].id
    return problem.vehicles[route.vehicle].breaks[step.index].id if step.kind == "break" else ""


def trip_of(route: Route, step: int) -> int:
    """Number of the trip that a step belongs to, from 1; a reload ends the trip before it."""
    return 1 + sum(before.kind == "reload" for before in route.steps[:step])


def _window(planned: Planned, step: Step) -> dict[str, Any]:
    """The windows of the stop that a step is."""
    if step.kind not in ("job", "pickup", "delivery"):
        return {}
    stop = planned.built.problem.orders[step.index].stops[1 if step.kind == "delivery" else 0]
    windows = [[None if abs(at) == float("inf") else _rfc3339(planned, at) for at in window] for window in stop.windows]
    return {"windows": windows} if windows else {}


def _rounded(points: list[list[float]]) -> list[list[float]]:
    """Coordinates to a centimetre."""
    return [[round(lon, 7), round(lat, 7)] for lon, lat in points]


def _rfc3339(planned: Planned, instant: float) -> str:
    return datetime.fromtimestamp(round(instant), planned.built.conditions.zone).isoformat()


def _utc(instant: float) -> str:
    return datetime.fromtimestamp(round(instant), UTC).isoformat().replace("+00:00", "Z")

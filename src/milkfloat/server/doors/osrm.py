"""
The door of OSRM: its services `route`, `table` and `nearest` at its addresses, with its codes.

Any profile is answered with vans. Times are those of the traffic in force, for a departure now or at ``depart`` (ours:
RFC 3339, or HH:MM of today in the map's zone). What differs from OSRM stands in docs/reference/http.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.matrix import road_matrix
from milkfloat.roads.metric import Metric
from milkfloat.roads.path import RoadPath, find_path
from milkfloat.roads.snap import Snap, nearest_streets, snap_index
from milkfloat.roads.types import UNREACHABLE, Int32
from milkfloat.server.doors import osrm_answer, osrm_query
from milkfloat.server.doors.osrm_query import OsrmError, Places
from milkfloat.server.services import Services, services_of

router = APIRouter(tags=["osrm"])
Service = Annotated[Services, Depends(services_of)]

_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})$")
_ROUTE_OPTIONS = frozenset(
    {"alternatives", "steps", "annotations", "geometries", "overview", "continue_straight", "depart"}
)
_TABLE_OPTIONS = frozenset({"sources", "destinations", "annotations", "scale_factor", "depart"})
_NEAREST_OPTIONS = frozenset({"number"})
# A table of this many entries takes a few seconds on a city's map.
_ENTRIES_MAX = 4_000_000
_NEAREST_MAX = 100


@router.get("/nearest/v1/{profile}/{coordinates}")
def nearest(request: Request, services: Service, profile: str, coordinates: str) -> JSONResponse:  # noqa: ARG001
    """Find the nearest streets to a coordinate."""

    def answer() -> dict[str, Any]:
        options = dict(request.query_params)
        osrm_query.check_known(options, _NEAREST_OPTIONS)
        graph = services.need_city().graph
        asked = osrm_query.places(coordinates, options, least=1, most=1)
        number = min(osrm_query.number_of(options), _NEAREST_MAX)
        if number == 1:
            found = tuple(_on_streets(graph, asked))
        else:
            lon, lat = asked.lonlat[0].tolist()
            found = nearest_streets(graph, lon, lat, count=number, limit_m=float(asked.radius_m[0]))
        if not found:
            raise OsrmError("NoSegment", "Could not find a matching segment for coordinate 0")
        waypoints = [
            osrm_answer.waypoint(graph, place) | {"nodes": osrm_answer.nearest_nodes(graph, place)} for place in found
        ]
        return {"waypoints": waypoints}

    return _answered(answer)


@router.get("/route/v1/{profile}/{coordinates}")
def route(request: Request, services: Service, profile: str, coordinates: str) -> JSONResponse:  # noqa: ARG001
    """Find the fastest way over coordinates, in their order."""

    def answer() -> dict[str, Any]:
        options = dict(request.query_params)
        osrm_query.check_known(options, _ROUTE_OPTIONS)
        graph, metric = services.need_city().graph, services.need_roads().current
        asked = osrm_query.lines(options)
        places = _on_streets(graph, osrm_query.places(coordinates, options, least=2))
        paths = _paths(graph, metric, places, _depart_s(services, options), continue_straight=asked.continue_straight)
        return {
            "routes": [osrm_answer.route(graph, paths, asked)],
            "waypoints": [osrm_answer.waypoint(graph, place) for place in places],
        }

    return _answered(answer)


@router.get("/table/v1/{profile}/{coordinates}")
def table(request: Request, services: Service, profile: str, coordinates: str) -> JSONResponse:  # noqa: ARG001
    """Find travel times and distances between coordinates."""

    def answer() -> dict[str, Any]:
        options = dict(request.query_params)
        osrm_query.check_known(options, _TABLE_OPTIONS)
        graph, metric = services.need_city().graph, services.need_roads().current
        wanted = osrm_query.table_annotations(options)
        places = _on_streets(graph, osrm_query.places(coordinates, options, least=1))
        rows = osrm_query.indexes(options, "sources", len(places))
        columns = osrm_query.indexes(options, "destinations", len(places))
        if len(rows) * len(columns) > _ENTRIES_MAX:
            raise OsrmError("TooBig", f"{len(rows)} x {len(columns)} entries are more than {_ENTRIES_MAX:,}")
        scale = osrm_query.scale_factor(options)
        now = metric.bin_at(_depart_s(services, options))
        sources, targets = [places[k] for k in rows], [places[k] for k in columns]
        matrix = road_matrix(graph, metric, sources, bins=(now,), targets=targets, threads=2)
        document: dict[str, Any] = {
            "sources": [osrm_answer.waypoint(graph, place) for place in sources],
            "destinations": [osrm_answer.waypoint(graph, place) for place in targets],
        }
        if "duration" in wanted:
            document["durations"] = _cells(matrix.travel_time_ms[0], scale / 1_000.0)
        if "distance" in wanted:
            document["distances"] = _cells(matrix.distance_dm[0], 0.1)
        return document

    return _answered(answer)


def _answered(answer: Callable[[], dict[str, Any]]) -> JSONResponse:
    try:
        return JSONResponse({"code": "Ok"} | answer())
    except OsrmError as error:
        return JSONResponse({"code": error.code, "message": error.message}, HTTPStatus.BAD_REQUEST)


def _on_streets(graph: RoadGraph, asked: Places) -> list[Snap]:
    """Each coordinate on its street; raises OsrmError for the first that has none."""
    index = snap_index(graph)
    limit_m = float(asked.radius_m.max(initial=0.0))
    places = []
    for k, found in enumerate(index.snaps(asked.lonlat, limit_m=limit_m)):
        place = found if np.isnan(asked.heading_deg[k]) else _driven(graph, asked, k)
        if not isinstance(place, Snap) or place.distance_m > asked.radius_m[k]:
            raise OsrmError("NoSegment", f"Could not find a matching segment for coordinate {k}")
        places.append(place)
    return places


def _driven(graph: RoadGraph, asked: Places, k: int) -> Snap | None:
    """The nearest street that may be driven in the direction asked for, and only in that direction."""
    near = snap_index(graph).nearest(
        asked.lonlat[k : k + 1],
        limit_m=float(asked.radius_m[k]),
        heading_deg=asked.heading_deg[k : k + 1],
        heading_tolerance_deg=float(asked.heading_range_deg[k]),
    )
    if not near.found[0]:
        return None
    shape, is_against = int(near.shape[0]), bool(near.against[0])
    edge = int((graph.shape_backward if is_against else graph.shape_forward)[shape])
    fraction = float(near.fraction[0])
    return Snap(
        edge,
        -1,
        1.0 - fraction if is_against else fraction,
        float(near.lon[0]),
        float(near.lat[0]),
        float(near.distance_m[0]),
    )


def _paths(
    graph: RoadGraph, metric: Metric, places: list[Snap], depart_s: float, *, continue_straight: bool
) -> list[RoadPath]:
    """One drive per leg, each leaving when the one before arrives."""
    paths: list[RoadPath] = []
    source = places[0]
    for k, target in enumerate(places[1:]):
        path = find_path(graph, metric, source, target, depart_s=depart_s)
        if path is None:
            raise OsrmError("NoRoute", f"No route found from coordinate {k} to coordinate {k + 1}")
        paths.append(path)
        depart_s = float(path.edge_times_s[-1])
        source = _ahead(graph, path, target) if continue_straight else target
    return paths


def _ahead(graph: RoadGraph, path: RoadPath, place: Snap) -> Snap:
    """A place that is left only in the direction it was reached in."""
    edge = int(graph.edge_base[path.edges[-1]])
    if edge == place.edge_forward:
        return replace(place, edge_backward=-1)
    return replace(place, edge_forward=edge, edge_backward=-1, fraction=1.0 - place.fraction)


def _depart_s(services: Services, options: dict[str, str]) -> float:
    """Departure on the axis of the travel times: seconds since midnight in the map's zone."""
    text = options.get("depart")
    if text is None:
        return services.day_second()
    clock = _CLOCK.match(text)
    if clock:
        return int(clock[1]) * 3_600.0 + int(clock[2]) * 60.0
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise OsrmError("InvalidQuery", f"depart: {text!r} is neither HH:MM nor RFC 3339") from None
    local = instant.astimezone(services.need_city().zone) if instant.tzinfo else instant
    return local.hour * 3_600.0 + local.minute * 60.0 + local.second


def _cells(values: Int32, scale: float) -> list[list[float | None]]:
    """Rows with one decimal; null where there is no way."""
    cells: npt.NDArray[Any] = np.round(values * scale, 1)
    if (values == UNREACHABLE).any():
        cells = cells.astype(object)
        cells[values == UNREACHABLE] = None
    rows: list[list[float | None]] = cells.tolist()
    return rows

"""Questions to the roads of a map: what it holds, a matrix between points, the way from one place to another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np

from milkfloat.app.conditions import Conditions
from milkfloat.app.day_metrics import day_metric, van_metric
from milkfloat.app.locate import Located, Locator
from milkfloat.app.maps import City
from milkfloat.app.solve import read_file
from milkfloat.energy.consumption import aux_power_w
from milkfloat.errors import Fault, InputError
from milkfloat.fleet.catalogue import load_models, model_key
from milkfloat.fleet.places import Address, Place, Spot, place_fault
from milkfloat.fleet.read import read_spot
from milkfloat.fleet.table import read_rows, read_table
from milkfloat.fleet.vans import VanModel
from milkfloat.roads.matrix import road_matrix
from milkfloat.roads.metric import Metric
from milkfloat.roads.path import PathStep, RoadPath, find_path, steps
from milkfloat.roads.traffic import flat_profile
from milkfloat.roads.types import UNREACHABLE
from milkfloat.routing.formats.text import decode
from milkfloat.units import J_PER_WH, MS_PER_S

POINT_COLUMNS = ("id", "lon", "lat", "address")
_DAY_S = 86_400.0


@dataclass(frozen=True, eq=False)
class Roads:
    """
    The roads of a city at a time, as one type of van drives them, or any vehicle where none is given.

    Attributes
    ----------
    depart_s
        Departure on the metric's axis of seconds since midnight.
    """

    city: City
    metric: Metric
    depart_s: float
    model: VanModel | None
    temperature_c: float

    def energy_wh(self, path: RoadPath) -> float | None:
        """What the empty van draws on a way, heating included; None without a van."""
        if self.model is None or path.energy_j is None:
            return None
        aux_j = aux_power_w(self.model, self.temperature_c) * path.travel_time_ms / MS_PER_S
        return (path.energy_j + aux_j) / J_PER_WH


def roads_at(city: City, *, depart: datetime | None, van: str | None, temperature_c: float) -> Roads:
    """
    The roads at a departure; without one, on empty roads at noon.

    Raises
    ------
    InputError
        When the catalogue has no such van.
    """
    model = None if van is None else find_model(van)
    zone = city.zone
    if depart is not None and depart.tzinfo is None:
        depart = depart.replace(tzinfo=zone)
    day = (depart or datetime(2000, 1, 1, 12, tzinfo=UTC)).astimezone(zone).date()
    conditions = Conditions(day, city.timezone, temperature_c=temperature_c)
    if depart is None:
        conditions = replace(conditions, profile=flat_profile())
    metric = day_metric(city.graph, conditions, until_s=_DAY_S)
    if model is not None:
        metric = van_metric(city.graph, metric, model, temperature_c)
    depart_s = _DAY_S / 2 if depart is None else conditions.axis_s(depart.timestamp())
    return Roads(city, metric, depart_s, model, temperature_c)


def find_model(name: str) -> VanModel:
    """
    A type of van by its id or its name.

    Raises
    ------
    InputError
        Naming the nearest ones when there is none.
    """
    models = load_models()
    by_key = {model_key(alias): model for model in models.values() for alias in (model.id, model.name)}
    found = by_key.get(model_key(name))
    if found is None:
        near = get_close_matches(model_key(name), list(by_key), 3, 0.3)
        hint = f"nearest: {', '.join(by_key[key].id for key in near)}" if near else f"there are {', '.join(models)}"
        raise InputError(Fault("--van", f"{name!r} is not in the catalogue; {hint}"))
    return found


@dataclass(frozen=True, slots=True)
class Points:
    """Points with their names, and what is wrong with the others."""

    names: tuple[str, ...]
    located: tuple[Located, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def read_points(city: City, path: Path) -> Points:
    """Points of a table with the columns ``id, lon, lat`` or ``id, address``, on their streets."""
    text = decode(read_file(path), path.name)
    table = read_table(text, source=path.name, known=POINT_COLUMNS, needed=("id",), zone=UTC)
    rows = read_rows(table, lambda row: (row.text("id"), row.where, read_spot(row)))
    locator = Locator(city)
    faults = list(rows.faults)
    spots = [(name, where, spot) for name, where, spot in rows.rows if spot is not None]
    locator.prepare([spot for _, _, spot in spots])
    found = [(name, locator.find(spot, where, faults)) for name, where, spot in spots]
    good = [(name, located) for name, located in found if located is not None]
    return Points(
        tuple(name for name, _ in good),
        tuple(located for _, located in good),
        tuple(faults),
        (*rows.notes, *locator.notes),
    )


def matrix_document(
    roads: Roads, points: Points, *, threads: int = 1, progress: Callable[[float], None] | None = None
) -> dict[str, Any]:
    """
    Travel times in seconds, distances in metres, energies in watt-hours between points; null where there is no way.

    The traffic of the departure's bin is held still. Energies are those of the empty van, with auxiliaries.
    """
    bin_index = roads.metric.bin_at(roads.depart_s)
    snaps = [located.snap for located in points.located]
    matrix = road_matrix(roads.city.graph, roads.metric, snaps, bins=(bin_index,), threads=threads, progress=progress)
    time_ms, distance_dm = matrix.travel_time_ms[0], matrix.distance_dm[0]
    reached = time_ms != UNREACHABLE
    document: dict[str, Any] = {
        "points": [
            {"id": name, "location": [located.place.lon, located.place.lat], "street": located.street}
            for name, located in zip(points.names, points.located, strict=True)
        ],
        "travel_time_s": _table(time_ms / MS_PER_S, reached),
        "distance_m": _table(distance_dm / 10.0, reached),
    }
    if roads.model is not None and matrix.energy_j is not None:
        aux_j = aux_power_w(roads.model, roads.temperature_c) * time_ms / MS_PER_S
        document["van"] = roads.model.id
        document["energy_wh"] = _table((matrix.energy_j[0] + aux_j) / J_PER_WH, reached)
    return document


def _table(values: np.ndarray[Any, Any], reached: np.ndarray[Any, Any]) -> list[list[float | None]]:
    rows = np.round(values, 3).tolist()
    return [
        [value if ok else None for value, ok in zip(row, known, strict=True)]
        for row, known in zip(rows, reached.tolist(), strict=True)
    ]


def spot_of(text: str, where: str) -> Spot:
    """
    A place as it is typed: ``24.941,60.171`` (longitude first), or an address.

    Raises
    ------
    InputError
        When the numbers are no place on Earth.
    """
    parts = text.split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError:
        return Address(text)
    wrong = place_fault(lon, lat)
    if wrong:
        raise InputError(Fault(where, wrong))
    return Place(lon, lat)


@dataclass(frozen=True, eq=False)
class Way:
    """The way from one place to another, with what a driver does on it."""

    path: RoadPath
    steps: tuple[PathStep, ...]
    notes: tuple[str, ...]


def way(roads: Roads, spots: Sequence[tuple[Spot, str]]) -> Way:
    """
    The fastest way between two places.

    Parameters
    ----------
    spots
        Where from and where to, each with what to call it in messages.

    Raises
    ------
    InputError
        When a place is on no street of the map, or closed roads leave no way.
    """
    locator = Locator(roads.city)
    faults: list[Fault] = []
    found = [locator.find(spot, where, faults) for spot, where in spots]
    located = [place for place in found if place is not None]
    if faults:
        raise InputError(faults)
    graph = roads.city.graph
    source, target = (place.snap for place in located)
    path = find_path(graph, roads.metric, source, target, depart_s=roads.depart_s)
    if path is None:
        raise InputError(Fault("path", "closed roads leave no way"))
    return Way(path, steps(graph, path), tuple(locator.notes))


def way_document(roads: Roads, found: Way) -> dict[str, Any]:
    """A GeoJSON feature: the line, with the steps among its properties."""
    path = found.path
    properties: dict[str, Any] = {
        "travel_time_s": path.travel_time_ms / MS_PER_S,
        "distance_m": path.distance_dm / 10.0,
    }
    energy_wh = roads.energy_wh(path)
    if roads.model is not None and energy_wh is not None:
        properties |= {"van": roads.model.id, "energy_wh": round(energy_wh, 3)}
    properties["steps"] = [
        {
            "instruction": step.instruction,
            "name": step.name,
            "distance_m": round(step.distance_m, 1),
            "travel_time_s": round(step.travel_time_s, 1),
            "location": [round(value, 7) for value in step.location],
        }
        for step in found.steps
    ]
    line = {"type": "LineString", "coordinates": np.round(path.lonlat, 7).tolist()}
    return {"type": "Feature", "geometry": line, "properties": properties}


def map_facts(city: City) -> dict[str, Any]:
    """What a map holds, for its summary."""
    graph = city.graph
    heights = graph.node_elevation_m
    return {
        "name": city.name,
        "timezone": city.timezone,
        "bbox": [round(value, 5) for value in city.bbox],
        "junctions": graph.node_count,
        "edges": len(np.unique(graph.edge_base)),
        "road_km": round(float(graph.edge_length_dm[np.unique(graph.edge_base)].sum()) / 10_000.0, 1),
        "turns": len(graph.turn_edge),
        "elevation_m": [round(float(heights.min())), round(float(heights.max()))] if heights.any() else None,
        "cache": None if city.cache is None else str(city.cache),
        **graph.counts,
    }

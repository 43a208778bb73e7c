"""Places onto streets: the nearest point on an edge a van may drive, or the reason why there is none."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from milkfloat.roads import _core
from milkfloat.roads.geometry import METRES_PER_DEGREE, distance_m
from milkfloat.roads.graph import RoadGraph
from milkfloat.roads.types import Bool, Float64, Int64, UInt8

# A farm's driveway may be this long; further off, the address or the map is the wrong one.
LIMIT_M = 500.0


@dataclass(frozen=True, slots=True)
class Snap:
    """
    A place on a street.

    Attributes
    ----------
    edge_forward
        The edge the place lies on.
    edge_backward
        The edge the other way along the same street, or -1 on a one-way street.
    fraction
        Part of ``edge_forward`` that lies before the place, 0 to 1.
    lon, lat
        The place on the street.
    distance_m
        From the point that was asked for.
    """

    edge_forward: int
    edge_backward: int
    fraction: float
    lon: float
    lat: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class SnapFault:
    """A point that is on no street; ``swapped`` where longitude and latitude look exchanged."""

    lon: float
    lat: float
    message: str
    swapped: bool


SnapResult: TypeAlias = Snap | SnapFault


class SnapIndex:
    """The streets of a graph, prepared for nearest-street questions; made once per graph."""

    def __init__(self, graph: RoadGraph) -> None:
        self.bbox = graph.bbox
        self._first = graph.point_first
        self._lon, self._lat = graph.point_lon, graph.point_lat
        self._forward, self._backward = graph.shape_forward, graph.shape_backward
        step = distance_m(self._lon[:-1], self._lat[:-1], self._lon[1:], self._lat[1:])
        along = np.concatenate([[0.0], np.cumsum(step)])
        self.at_m: Float64 = along - np.repeat(along[self._first[:-1]], np.diff(self._first))
        self._core = _core.SnapIndex(self._first, self._lon, self._lat, graph.shape_forward, graph.shape_backward)

    def nearest(
        self,
        lonlat: Float64,
        *,
        limit_m: float,
        heading_deg: Float64 | None = None,
        heading_tolerance_deg: float = 40.0,
    ) -> Nearest:
        """Nearest street per point, shape (n,); with headings, only streets that may be driven that way."""
        lon, lat = np.ascontiguousarray(lonlat[:, 0]), np.ascontiguousarray(lonlat[:, 1])
        segment, part, distance, against = self._core.nearest(lon, lat, limit_m, heading_deg, heading_tolerance_deg)
        found = segment >= 0
        i = np.where(found, segment, 0)
        shape = np.searchsorted(self._first, i, "right") - 1
        length = self.at_m[self._first[shape + 1] - 1]
        at = self.at_m[i] + part * (self.at_m[i + 1] - self.at_m[i])
        return Nearest(
            found=found,
            shape=shape,
            # A shape of no length: any place on it is its start.
            fraction=np.divide(at, length, out=np.zeros_like(at), where=length > 0),
            lon=self._lon[i] + part * (self._lon[i + 1] - self._lon[i]),
            lat=self._lat[i] + part * (self._lat[i + 1] - self._lat[i]),
            distance_m=distance,
            against=against,
        )

    def snaps(self, lonlat: Float64, *, limit_m: float) -> tuple[SnapResult, ...]:
        """See `snap`."""
        usable = np.asarray(np.isfinite(lonlat).all(axis=1) & (np.abs(lonlat) <= (180.0, 90.0)).all(axis=1))
        near = self.nearest(np.where(usable[:, None], lonlat, 0.0), limit_m=limit_m)
        results: list[SnapResult] = []
        for k in range(len(lonlat)):
            lon, lat = float(lonlat[k, 0]), float(lonlat[k, 1])
            if not (usable[k] and near.found[k]):
                results.append(self._fault(lon, lat, limit_m))
                continue
            shape, fraction = int(near.shape[k]), float(near.fraction[k])
            forward, backward = int(self._forward[shape]), int(self._backward[shape])
            if forward < 0:
                # A one-way street against its shape: the fraction counts along the only edge there is.
                forward, backward, fraction = backward, -1, 1.0 - fraction
            place = float(near.lon[k]), float(near.lat[k])
            results.append(Snap(forward, backward, fraction, *place, float(near.distance_m[k])))
        return tuple(results)

    def _fault(self, lon: float, lat: float, limit_m: float) -> SnapFault:
        west, south, east, north = self.bbox
        point = f"({lon:.6g}, {lat:.6g})"
        box = f"the map covers {west:.4f} to {east:.4f} east, {south:.4f} to {north:.4f} north"
        swapped = west <= lat <= east and south <= lon <= north and not self._contains(lon, lat)
        if swapped:
            hint = "longitude and latitude look swapped: exchanged, the point lies on the map"
            return SnapFault(lon, lat, f"{point} is off the map; {hint} ({box})", swapped=True)
        if not np.isfinite([lon, lat]).all() or abs(lon) > 180 or abs(lat) > 90:
            message = f"{point} is no place on Earth; longitude is within 180, latitude within 90"
            return SnapFault(lon, lat, message, swapped=False)
        nearest_lon, nearest_lat = min(max(lon, west), east), min(max(lat, south), north)
        off_m = float(distance_m(np.array([lon]), np.array([lat]), np.array([nearest_lon]), np.array([nearest_lat]))[0])
        if off_m > limit_m:
            return SnapFault(lon, lat, f"{point} is {off_m / 1_000:,.1f} km off the map; {box}", swapped=False)
        return SnapFault(
            lon, lat, f"{point} is more than {limit_m:,.0f} m from any street a van may use", swapped=False
        )

    def _contains(self, lon: float, lat: float) -> bool:
        west, south, east, north = self.bbox
        return west <= lon <= east and south <= lat <= north


@dataclass(frozen=True, eq=False)
class Nearest:
    """
    Nearest places on streets, one entry per point asked for; only those with ``found`` mean anything.

    ``fraction`` counts along the shape; ``against`` is set where the heading runs against the shape.
    """

    found: Bool
    shape: Int64
    fraction: Float64
    lon: Float64
    lat: Float64
    distance_m: Float64
    against: UInt8


def snap(graph: RoadGraph, lonlat: npt.ArrayLike, *, limit_m: float = LIMIT_M) -> tuple[SnapResult, ...]:
    """
    Each point on its nearest street.

    Parameters
    ----------
    lonlat
        Longitude and latitude in degrees, shape (n, 2).
    limit_m
        A point further from every street than this gets a `SnapFault`.
    """
    points = np.asarray(lonlat, np.float64).reshape(-1, 2)
    return snap_index(graph).snaps(points, limit_m=limit_m)


_indexes: weakref.WeakKeyDictionary[RoadGraph, SnapIndex] = weakref.WeakKeyDictionary()
_indexes_lock = threading.Lock()


def snap_index(graph: RoadGraph) -> SnapIndex:
    """The index of a graph, made on first use and kept as long as the graph."""
    with _indexes_lock:
        index = _indexes.get(graph)
        if index is None:
            index = _indexes[graph] = SnapIndex(graph)
        return index


def nearest_streets(graph: RoadGraph, lon: float, lat: float, *, count: int, limit_m: float) -> tuple[Snap, ...]:
    """
    The nearest streets to a point, each with its nearest place, nearest first: at most ``count`` of them.

    Looks at every street of the map: for a question now and then, not for many.
    """
    # On a plane that touches the Earth at the point.
    x = (graph.point_lon - lon) * METRES_PER_DEGREE * np.cos(np.radians(lat))
    y = (graph.point_lat - lat) * METRES_PER_DEGREE
    dx, dy = np.diff(x), np.diff(y)
    squared = dx * dx + dy * dy
    part = np.divide(-(x[:-1] * dx + y[:-1] * dy), squared, out=np.zeros_like(squared), where=squared > 0).clip(0, 1)
    off_m = np.hypot(x[:-1] + part * dx, y[:-1] + part * dy)
    # From the last point of a shape to the first of the next there is no street.
    off_m[graph.point_first[1:-1] - 1] = np.inf
    nearest_m = np.minimum.reduceat(off_m, graph.point_first[:-1])
    shapes = np.argsort(nearest_m, kind="stable")[:count]
    shapes = shapes[nearest_m[shapes] <= limit_m]
    at_m = snap_index(graph).at_m
    found = []
    for shape in shapes.tolist():
        first, last = graph.point_first[shape : shape + 2].tolist()
        i = first + int(np.argmin(off_m[first : last - 1]))
        length_m = float(at_m[last - 1])
        here_m = float(at_m[i] + part[i] * (at_m[i + 1] - at_m[i]))
        fraction = here_m / length_m if length_m > 0 else 0.0
        place_lon = float(graph.point_lon[i] + part[i] * (graph.point_lon[i + 1] - graph.point_lon[i]))
        place_lat = float(graph.point_lat[i] + part[i] * (graph.point_lat[i + 1] - graph.point_lat[i]))
        forward, backward = int(graph.shape_forward[shape]), int(graph.shape_backward[shape])
        if forward < 0:
            forward, backward, fraction = backward, -1, 1.0 - fraction
        found.append(Snap(forward, backward, fraction, place_lon, place_lat, float(off_m[i])))
    return tuple(found)

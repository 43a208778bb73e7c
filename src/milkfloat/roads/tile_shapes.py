"""What of an extract is drawn, as shapes on the square of the Web Mercator map: 0 to 1 eastwards and southwards."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import osmium.geom
import osmium.osm
import shapely
from osmium.osm.types import OSMEntity

from milkfloat.roads.coast import sea
from milkfloat.roads.mvt import Kind, Value
from milkfloat.roads.osm import osm_objects
from milkfloat.roads.tile_tags import AREA_KEYS, KEYS, LAYERS, Drawn, drawn_area, drawn_line, drawn_point
from milkfloat.roads.types import Float64, Int32, Int64, UInt8

# The Mercator square ends here; nobody delivers beyond.
LAT_MAX = 85.051129


@dataclass(frozen=True, eq=False)
class Shapes:
    """
    Features of one kind.

    Attributes
    ----------
    point
        Shape (p, 2): places on the Mercator square.
    part_first
        Shape (r + 1,): points of part ``i``, a point, a line or a closed ring, are ``part_first[i]`` to
        ``part_first[i + 1]``.
    feature_first
        Shape (f + 1,): parts of feature ``i``; of a polygon the first ring is the outer one.
    layer, zoom_min, properties
        Shape (f,): indexes into the names of the layers and into the table of properties; the zoom from which on the
        feature appears.
    id
        Shape (f,): 0 for none.
    """

    point: Float64
    part_first: Int64
    feature_first: Int64
    layer: UInt8
    zoom_min: UInt8
    properties: Int32
    id: Int64


@dataclass(frozen=True, eq=False)
class Drawing:
    """
    Everything that is drawn of an extract.

    Attributes
    ----------
    shapes
        Features by their kind.
    properties
        JSON objects that features point at.
    bbox
        West, south, east, north in degrees; all 0 where nothing is drawn.
    """

    shapes: Mapping[Kind, Shapes]
    properties: tuple[str, ...]
    bbox: tuple[float, float, float, float]


def mercator(lonlat: npt.ArrayLike) -> Float64:
    """Longitudes and latitudes in degrees, shape (n, 2), on the Mercator square."""
    values = np.asarray(lonlat, np.float64).reshape(-1, 2)
    lat = np.radians(np.clip(values[:, 1], -LAT_MAX, LAT_MAX))
    return np.stack([values[:, 0] / 360.0 + 0.5, 0.5 - np.arcsinh(np.tan(lat)) / (2.0 * math.pi)], axis=1)


def read_drawing(data: bytes) -> Drawing:
    """
    What is drawn of an OpenStreetMap extract.

    Raises
    ------
    InputError
        When the bytes are no complete extract.
    """
    reader = _Reader()
    for entity in osm_objects(data, KEYS, area_keys=AREA_KEYS):
        reader.take(entity)
    return reader.drawing()


class _Reader:
    """Collects shapes in degrees while osmium walks over the extract."""

    def __init__(self) -> None:
        self.names = {name: index for index, name in enumerate(LAYERS)}
        self.properties: dict[str, int] = {}
        self.areas: list[tuple[str, _Row]] = []
        self.lines: list[tuple[Float64, _Row]] = []
        self.points: list[tuple[Float64, _Row]] = []
        self.coast: list[Float64] = []
        self.wkb = osmium.geom.WKBFactory()

    def take(self, entity: OSMEntity) -> None:
        tags = dict(entity.tags)
        if isinstance(entity, osmium.osm.Node):
            drawn = drawn_point(tags)
            if drawn is not None:
                self.points.append((np.array([[entity.location.lon, entity.location.lat]]), self._row(drawn, 0)))
        elif isinstance(entity, osmium.osm.Way):
            drawn = drawn_line(tags)
            if drawn is not None:
                row = self._row(drawn, entity.id)
                self.lines += [(line, row) for line in _pieces(entity)]
            elif tags.get("natural") == "coastline":
                self.coast += _pieces(entity)
        elif isinstance(entity, osmium.osm.Area):
            drawn = drawn_area(tags)
            if drawn is not None:
                self.areas.append((self.wkb.create_multipolygon(entity), self._row(drawn, 0)))

    def drawing(self) -> Drawing:
        areas = shapely.from_wkb([wkb for wkb, _ in self.areas])
        polygons, owner = shapely.get_parts(areas, return_index=True)
        rows = [self.areas[k][1] for k in owner.tolist()]
        box = self._box(polygons)
        water = sea(self.coast, box)
        polygons = np.concatenate([polygons, np.array(water, object)])
        rows += [self._row(Drawn("water", 0, {"class": "sea"}), 0)] * len(water)
        _, point, (part_first, feature_first) = (
            shapely.to_ragged_array(polygons) if len(polygons) else (None, np.zeros((0, 2)), (_NONE, _NONE))
        )
        shapes = {
            Kind.POLYGON: _shapes(point, part_first, feature_first, rows),
            Kind.LINE: _simple(self.lines),
            Kind.POINT: _simple(self.points),
        }
        return Drawing(shapes, tuple(self.properties), box)

    def _row(self, drawn: Drawn, identity: int) -> _Row:
        text = json.dumps(drawn.properties, ensure_ascii=False, separators=(",", ":"))
        number = self.properties.setdefault(text, len(self.properties))
        return self.names[drawn.layer], drawn.zoom_min, number, max(identity, 0)

    def _box(self, polygons: npt.NDArray[np.object_]) -> tuple[float, float, float, float]:
        """Around everything but the coast, whose lines lead far beyond a city."""
        places = [line for line, _ in (*self.lines, *self.points)]
        if len(polygons):
            places.append(shapely.get_coordinates(polygons))
        if not places:
            return 0.0, 0.0, 0.0, 0.0
        every = np.concatenate(places)
        west, south = every.min(axis=0).tolist()
        east, north = every.max(axis=0).tolist()
        return west, south, east, north


_Row = tuple[int, int, int, int]
_NONE = np.zeros(1, np.int64)


def _pieces(way: osmium.osm.Way) -> list[Float64]:
    """Lines of a way, shape (p, 2), p >= 2: several where the extract lacks nodes in between."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for node in way.nodes:
        if node.location.valid():
            pieces[-1].append((node.location.lon, node.location.lat))
        else:
            pieces.append([])
    return [np.array(piece, np.float64) for piece in pieces if len(piece) > 1]


def _simple(features: list[tuple[Float64, _Row]]) -> Shapes:
    """Features of one part each."""
    point = np.concatenate([line for line, _ in features]) if features else np.zeros((0, 2))
    first = np.concatenate([[0], np.cumsum([len(line) for line, _ in features])]).astype(np.int64)
    return _shapes(point, first, np.arange(len(features) + 1), [row for _, row in features])


def _shapes(
    lonlat: Float64,
    part_first: npt.NDArray[np.integer],
    feature_first: npt.NDArray[np.integer],
    rows: list[_Row],
) -> Shapes:
    columns = np.array(rows, np.int64).reshape(-1, 4)
    return Shapes(
        point=mercator(lonlat),
        part_first=part_first.astype(np.int64),
        feature_first=feature_first.astype(np.int64),
        layer=columns[:, 0].astype(np.uint8),
        zoom_min=columns[:, 1].astype(np.uint8),
        properties=columns[:, 2].astype(np.int32),
        id=columns[:, 3],
    )


def properties_of(drawing: Drawing) -> list[dict[str, Value]]:
    """The table of properties, parsed."""
    return [json.loads(text) for text in drawing.properties]

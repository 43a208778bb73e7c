"""
Vector tiles of a map, cut when they are asked for: the background of the pages, from the same extract as the roads.

A tile is addressed as everywhere on the web: zoom, column from the west, row from the north (the XYZ scheme). Layers
and properties are those of ``tile_tags.py``. Pages that zoom in further than `ZOOM_MAX` stretch the last tiles.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from milkfloat.errors import Fault, InputError
from milkfloat.roads.container import pack, unpack
from milkfloat.roads.mvt import EXTENT, Kind, Layer, Value, encode
from milkfloat.roads.tile_shapes import Drawing, Shapes, properties_of, read_drawing
from milkfloat.roads.tile_tags import LAYERS
from milkfloat.roads.types import Float64, Int64

MAGIC = b"MFTILE01"
ZOOM_MAX = 16
# Below this zoom whole continents would be one tile: a city is not drawn.
ZOOM_MIN = 4
# Tile units beyond the border that belong to the tile: the widest line drawn, so that no seam shows.
MARGIN = 96
# Areas smaller than this many square units, and bends flatter than this many units, are not seen. A page draws a tile
# on 512 pixels, 8 units each.
AREA_MIN = 64.0
BEND_MIN = 4.0
# From here on shapes are drawn as mapped.
ZOOM_EXACT = 15
# Tiles kept: a console of a large screen shows some forty.
_KEPT = 512


@dataclass(frozen=True, eq=False)
class TileSource:
    """Everything that is drawn of an extract, ready to be cut."""

    drawing: Drawing
    _kept: OrderedDict[tuple[int, int, int], bytes] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @classmethod
    def from_pbf(cls, data: bytes) -> TileSource:
        """
        The source of an OpenStreetMap extract.

        Raises
        ------
        InputError
            When the bytes are no complete extract.
        """
        return cls(read_drawing(data))

    @classmethod
    def from_bytes(cls, data: bytes) -> TileSource:
        """
        The source that `to_bytes` wrote.

        Raises
        ------
        InputError
            When the bytes were written by another version, or are damaged.
        """
        arrays, values = unpack(MAGIC, data, what="tiles")
        shapes = {kind: Shapes(**{f.name: arrays[f"{kind.name}.{f.name}"] for f in fields(Shapes)}) for kind in Kind}
        west, south, east, north = values["bbox"]
        return cls(Drawing(shapes, tuple(values["properties"]), (west, south, east, north)))

    def to_bytes(self) -> bytes:
        """The source as one block of bytes, for a cache."""
        shapes = self.drawing.shapes
        arrays = {f"{kind.name}.{f.name}": getattr(shapes[kind], f.name) for kind in Kind for f in fields(Shapes)}
        return pack(MAGIC, arrays, {"properties": self.drawing.properties, "bbox": self.drawing.bbox})

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """West, south, east, north of what is drawn, in degrees."""
        return self.drawing.bbox

    def tile(self, zoom: int, column: int, row: int) -> bytes:
        """
        One tile in the Mapbox Vector Tile format; empty bytes where there is nothing.

        Raises
        ------
        InputError
            When there is no such tile in the scheme, or the zoom is above `ZOOM_MAX`.
        """
        if not 0 <= zoom <= ZOOM_MAX:
            raise InputError(Fault("tile", f"zoom {zoom} is not within 0 to {ZOOM_MAX}"))
        if not (0 <= column < 1 << zoom and 0 <= row < 1 << zoom):
            raise InputError(Fault("tile", f"{column}/{row} is not within 0 to {(1 << zoom) - 1} at zoom {zoom}"))
        key = (zoom, column, row)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        data = b"" if zoom < ZOOM_MIN else self._cut(*key)
        with self._lock:
            self._kept[key] = data
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return data

    def warm(self) -> TileSource:
        """Make ready what the first tile would wait for; returns the source itself."""
        for group in self._groups.values():
            group.tree.query(shapely.box(0, 0, 0, 0))
        assert self._properties is not None
        return self

    @cached_property
    def _groups(self) -> dict[Kind, _Group]:
        return {kind: _Group(kind, shapes) for kind, shapes in self.drawing.shapes.items()}

    @cached_property
    def _properties(self) -> list[dict[str, Value]]:
        return properties_of(self.drawing)

    def _cut(self, zoom: int, column: int, row: int) -> bytes:
        scale = float(EXTENT << zoom)
        origin = np.array([column, row], np.float64) / (1 << zoom)
        layers = []
        for name, kind in LAYERS.items():
            group = self._groups[kind]
            chosen = group.within(list(LAYERS).index(name), origin, scale, zoom)
            layers.append(self._layer(name, group, chosen, origin, scale, zoom))
        return encode(layers)

    def _layer(self, name: str, group: _Group, chosen: Int64, origin: Float64, scale: float, zoom: int) -> Layer:
        margin = MARGIN / scale
        low, high = origin - margin, origin + EXTENT / scale + margin
        shapes = shapely.clip_by_rect(group.geometry[chosen], low[0], low[1], high[0], high[1])
        parts, of = shapely.get_parts(shapes, return_index=True)
        fits = (shapely.get_dimensions(parts) == group.dimension) & ~shapely.is_empty(parts)
        parts, chosen = parts[fits], chosen[of[fits]]
        parts = shapely.transform(parts, lambda places: (places - origin) * scale)
        if zoom < ZOOM_EXACT and group.kind is not Kind.POINT:
            parts = shapely.simplify(parts, BEND_MIN, preserve_topology=False)
            keep = ~shapely.is_empty(parts)
            # Simplifying may take a polygon apart.
            parts, of = shapely.get_parts(parts[keep], return_index=True)
            chosen = chosen[keep][of]
        point, part_first, feature_first = _ragged(parts, group.kind)
        return Layer(
            name,
            group.kind,
            np.rint(point).astype(np.int64),
            part_first,
            feature_first,
            group.shapes.id[chosen],
            [self._properties[k] for k in group.shapes.properties[chosen].tolist()],
        )


class _Group:
    """Features of one kind as geometries, with an index in space."""

    def __init__(self, kind: Kind, shapes: Shapes) -> None:
        self.kind = kind
        self.shapes = shapes
        self.dimension = kind - 1
        self.geometry = _geometries(kind, shapes)
        self.tree = shapely.STRtree(self.geometry)
        self.area = shapely.area(self.geometry)

    def within(self, layer: int, origin: Float64, scale: float, zoom: int) -> Int64:
        """Features of a layer that appear in a tile, in the order of the extract."""
        margin = MARGIN / scale
        low, high = origin - margin, origin + EXTENT / scale + margin
        found = np.sort(self.tree.query(shapely.box(low[0], low[1], high[0], high[1])))
        keep = (self.shapes.layer[found] == layer) & (self.shapes.zoom_min[found] <= zoom)
        if self.kind is Kind.POLYGON:
            keep &= self.area[found] * scale * scale >= AREA_MIN
        result: Int64 = found[keep]
        return result


def _geometries(kind: Kind, shapes: Shapes) -> npt.NDArray[np.object_]:
    geometry: npt.NDArray[np.object_] = np.zeros(0, object)
    if len(shapes.layer) == 0:
        return geometry
    if kind is Kind.POINT:
        geometry = shapely.points(shapes.point)
    elif kind is Kind.LINE:
        geometry = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, shapes.point, (shapes.part_first,))
    else:
        offsets = (shapes.part_first, shapes.feature_first)
        geometry = shapely.from_ragged_array(shapely.GeometryType.POLYGON, shapes.point, offsets)
    return geometry


def _ragged(parts: npt.NDArray[np.object_], kind: Kind) -> tuple[Float64, Int64, Int64]:
    """Points, first point of each part, first part of each feature."""
    if len(parts) == 0:
        return np.zeros((0, 2)), np.zeros(1, np.int64), np.zeros(1, np.int64)
    if kind is Kind.POLYGON:
        _, point, (part_first, feature_first) = shapely.to_ragged_array(parts)
        return point, part_first.astype(np.int64), feature_first.astype(np.int64)
    point, owner = shapely.get_coordinates(parts, return_index=True)
    first = np.searchsorted(owner, np.arange(len(parts) + 1)).astype(np.int64)
    return point, first, np.arange(len(parts) + 1, dtype=np.int64)

"""
Features into the bytes of a vector tile (Mapbox Vector Tile specification 2.1), thousands at once.

Coordinates are whole tile units, 0 to ``EXTENT`` from west to east and from north to south; what lies a little outside
belongs to the margin that hides seams.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from milkfloat.roads.geometry import ranges
from milkfloat.roads.types import Bool, Int64, UInt8

EXTENT = 4096
Value: TypeAlias = str | bool | int | float
_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 7
_ONE_MOVE, _CLOSE = 1 << 3 | _MOVE_TO, 1 << 3 | _CLOSE_PATH
# Fields of the specification's protocol buffers.
_TILE_LAYERS = 3
_LAYER_NAME, _LAYER_FEATURES, _LAYER_KEYS, _LAYER_VALUES, _LAYER_EXTENT, _LAYER_VERSION = 1, 2, 3, 4, 5, 15
_FEATURE_ID, _FEATURE_TAGS, _FEATURE_TYPE, _FEATURE_GEOMETRY = 1, 2, 3, 4
_VALUE_STRING, _VALUE_DOUBLE, _VALUE_INT, _VALUE_BOOL = 1, 3, 4, 7
_VARINT, _FIXED64, _BYTES = 0, 1, 2


class Kind(IntEnum):
    """What the features of a layer are."""

    POINT = 1
    LINE = 2
    POLYGON = 3


@dataclass(frozen=True, eq=False)
class Layer:
    """
    Features of one kind under one name.

    Attributes
    ----------
    point
        Shape (p, 2): whole tile units, y downwards.
    part_first
        Shape (r + 1,): points of part ``i`` (a line, or a closed ring) are ``part_first[i]`` to ``part_first[i + 1]``.
    feature_first
        Shape (f + 1,): parts of feature ``i``; of a polygon the first ring is the outer one.
    feature_id
        Shape (f,): above 0, or 0 for none.
    properties
        One per feature.
    """

    name: str
    kind: Kind
    point: Int64
    part_first: Int64
    feature_first: Int64
    feature_id: Int64
    properties: Sequence[Mapping[str, Value]]


def encode(layers: Sequence[Layer]) -> bytes:
    """The tile; layers without features are left out, as are lines and rings that shrink to nothing."""
    return b"".join(_field(_TILE_LAYERS, data) for layer in layers if (data := _layer(layer)))


def _layer(layer: Layer) -> bytes:
    points, part_first, part_of_feature = _without_repeats(layer)
    if layer.kind is Kind.POLYGON:
        points, part_first, part_of_feature = _wound(points, part_first, part_of_feature)
    if len(part_of_feature) == 0:
        return b""
    geometry, ends = _varints(_commands(points, part_first, part_of_feature, layer.kind))
    # Where the integers of a feature end, in bytes.
    sizes = np.add.reduceat(_command_counts(part_first, layer.kind), _starts(part_of_feature))
    feature_ends = ends[np.cumsum(sizes) - 1].tolist()
    data = geometry.tobytes()
    tables = _Tables()
    messages = []
    begin = 0
    for feature, end in zip(part_of_feature[_starts(part_of_feature)].tolist(), feature_ends, strict=True):
        identity = int(layer.feature_id[feature])
        messages.append(
            _field(
                _LAYER_FEATURES,
                (_number(_FEATURE_ID, identity) if identity else b"")
                + tables.tags(layer.properties[feature])
                + _number(_FEATURE_TYPE, layer.kind)
                + _field(_FEATURE_GEOMETRY, data[begin:end]),
            )
        )
        begin = end
    return b"".join(
        (
            _number(_LAYER_VERSION, 2),
            _field(_LAYER_NAME, layer.name.encode()),
            *messages,
            *(_field(_LAYER_KEYS, key.encode()) for key in tables.keys),
            *(_field(_LAYER_VALUES, value) for value in tables.values),
            _number(_LAYER_EXTENT, EXTENT),
        )
    )


def _without_repeats(layer: Layer) -> tuple[Int64, Int64, Int64]:
    """Points, first point of each part, feature of each part; without repeated points and parts that are too short."""
    points = layer.point
    part = np.repeat(np.arange(len(layer.part_first) - 1), np.diff(layer.part_first))
    is_first = np.ones(len(points), bool)
    is_first[1:] = part[1:] != part[:-1]
    keep = is_first.copy()
    keep[1:] |= (points[1:] != points[:-1]).any(axis=1)
    if layer.kind is Kind.POLYGON:
        # A ring is closed by a command, not by its first point again.
        start = layer.part_first[:-1][part]
        keep &= is_first | (points != points[start]).any(axis=1)
    feature_of_part = np.repeat(np.arange(len(layer.feature_first) - 1), np.diff(layer.feature_first))
    count = np.bincount(part[keep], minlength=len(layer.part_first) - 1)
    least = {Kind.POINT: 1, Kind.LINE: 2, Kind.POLYGON: 3}[layer.kind]
    lasting = count >= least
    if layer.kind is Kind.POLYGON:
        lasting &= _has_outer(feature_of_part, lasting)
    return _only(points[keep], _first(count), feature_of_part, lasting)


def _wound(points: Int64, part_first: Int64, feature: Int64) -> tuple[Int64, Int64, Int64]:
    """Rings turned as the specification wants: outer rings with positive area (y downwards), inner ones negative."""
    if len(feature) == 0:
        return points, part_first, feature
    start, end = part_first[:-1], part_first[1:]
    after = np.arange(1, len(points) + 1)
    after[end - 1] = start
    cross = points[:, 0] * points[after, 1] - points[after, 0] * points[:, 1]
    area = np.add.reduceat(cross, start)
    keep = area != 0
    keep &= _has_outer(feature, keep)
    points, part_first, feature = _only(points, part_first, feature, keep)
    area = area[keep]
    turned = (area > 0) != _is_outer(feature)
    part = np.repeat(np.arange(len(feature)), np.diff(part_first))
    index = np.arange(len(points))
    mirrored = part_first[part] + part_first[part + 1] - 1 - index
    return points[np.where(turned[part], mirrored, index)], part_first, feature


def _is_outer(feature: Int64) -> Bool:
    """Whether a ring is the first of its feature."""
    is_first = np.ones(len(feature), bool)
    is_first[1:] = feature[1:] != feature[:-1]
    return is_first


def _has_outer(feature: Int64, lasting: Bool) -> Bool:
    """Rings of polygons whose outer ring lasts; where it has shrunk to a line the polygon is gone, with its holes."""
    return np.isin(feature, feature[_is_outer(feature) & lasting])


def _starts(feature: Int64) -> Int64:
    return np.flatnonzero(_is_outer(feature))


def _only(points: Int64, part_first: Int64, feature: Int64, keep: Bool) -> tuple[Int64, Int64, Int64]:
    count = np.diff(part_first)
    return points[ranges(part_first[:-1][keep], count[keep])], _first(count[keep]), feature[keep]


def _first(count: npt.NDArray[np.integer]) -> Int64:
    return np.concatenate([[0], np.cumsum(count)]).astype(np.int64)


def _command_counts(part_first: Int64, kind: Kind) -> Int64:
    """Integers that each part takes: commands and two per point."""
    commands = {Kind.POINT: 1, Kind.LINE: 2, Kind.POLYGON: 3}[kind]
    return 2 * np.diff(part_first) + commands


def _commands(points: Int64, part_first: Int64, feature: Int64, kind: Kind) -> npt.NDArray[np.uint32]:
    """Commands and parameters of all features, one after the other (section 4.3 of the specification)."""
    count = np.diff(part_first)
    first = _first(_command_counts(part_first, kind))
    out = np.empty(int(first[-1]), np.uint32)
    part = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(points)) - part_first[part]
    # The cursor starts at the corner of the tile for each feature, and stays where the last part left it.
    before = np.zeros_like(points)
    before[1:] = points[:-1]
    before[part_first[:-1][_starts(feature)]] = 0
    step = points - before
    zigzag = ((step << 1) ^ (step >> 63)).astype(np.uint32)
    at = first[part] + 1 + 2 * place + (place > 0)
    out[at], out[at + 1] = zigzag[:, 0], zigzag[:, 1]
    out[first[:-1]] = _ONE_MOVE
    if kind is not Kind.POINT:
        out[first[:-1] + 3] = (count - 1).astype(np.uint32) << 3 | _LINE_TO
    if kind is Kind.POLYGON:
        out[first[1:] - 1] = _CLOSE
    return out


def _varints(values: npt.NDArray[np.uint32]) -> tuple[UInt8, Int64]:
    """Base-128 varints of all values, and where each ends."""
    size = np.ones(len(values), np.int64)
    for bits in (7, 14, 21, 28):
        size += values >= np.uint32(1 << bits)
    ends = np.cumsum(size)
    start = ends - size
    out = np.zeros(int(ends[-1]), np.uint8)
    for k in range(5):
        has = size > k
        more = np.where(size[has] > k + 1, 0x80, 0)
        out[start[has] + k] = ((values[has] >> np.uint32(7 * k)) & 0x7F) | more
    return out, ends


class _Tables:
    """Keys and values of a layer, each written once."""

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}
        self.values: dict[bytes, int] = {}
        self._known: dict[int, tuple[Mapping[str, Value], bytes]] = {}

    def tags(self, properties: Mapping[str, Value]) -> bytes:
        """The field of a feature that points into the tables."""
        # Features share their properties by identity; kept beside the answer, so that no identity is used again.
        known = self._known.get(id(properties))
        if known is None:
            pairs = b"".join(
                _varint(self.keys.setdefault(key, len(self.keys)))
                + _varint(self.values.setdefault(_value(value), len(self.values)))
                for key, value in properties.items()
            )
            known = self._known[id(properties)] = (properties, _field(_FEATURE_TAGS, pairs) if pairs else b"")
        return known[1]


def _value(value: Value) -> bytes:
    if isinstance(value, bool):
        return _number(_VALUE_BOOL, int(value))
    if isinstance(value, int):
        # Negative numbers take ten bytes, as two's complement of 64 bits.
        return _number(_VALUE_INT, value & (1 << 64) - 1)
    if isinstance(value, float):
        return bytes([_VALUE_DOUBLE << 3 | _FIXED64]) + struct.pack("<d", value)
    return _field(_VALUE_STRING, value.encode())


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(data)) + data


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3 | _VARINT) + _varint(value)


def _varint(value: int) -> bytes:
    if value < 0x80:
        return bytes((value,))
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)

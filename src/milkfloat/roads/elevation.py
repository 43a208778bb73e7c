"""
Heights from `.hgt` tiles (Shuttle Radar Topography Mission and alike), and gradients from heights.

A tile is a square of big-endian 16-bit metres, named after its south-west corner (``N60E024``), rows from north to
south, both edges included. Radar measures roofs and tree tops too, on a grid of 30 or 90 m: heights are smoothed over
the neighbouring cells, bridges and tunnels run straight between their ends, and gradients are capped.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import numpy as np

from milkfloat.errors import Fault, InputError
from milkfloat.roads.types import Bool, Float32, Float64, Int32

VOID = -32_768
GRADE_MAX = 0.15
_NAME = re.compile(r"^([NS])(\d{2})([EW])(\d{3})", re.IGNORECASE)
# Rounds of averaging along bridges and tunnels; long ones are a few dozen edges.
_LEVEL_ROUNDS = 200


def node_elevation(lon: Float64, lat: Float64, tiles: Mapping[str, bytes]) -> Float32:
    """
    Metres above sea level at each place, shape as ``lon``; 0 where no tile covers it.

    Raises
    ------
    InputError
        Names every tile whose name or size is wrong.
    """
    elevation = np.zeros(len(lon), np.float64)
    grids, faults = {}, []
    for name, data in sorted(tiles.items()):
        corner = _corner(name)
        size = math.isqrt(len(data) // 2)
        if corner is None:
            faults.append(Fault(f"elevation:{name}", "the name of a tile is like N60E024.hgt, its south-west corner"))
        elif size < 2 or size * size * 2 != len(data):
            faults.append(Fault(f"elevation:{name}", f"{len(data):,} bytes are not a square of 16-bit heights"))
        else:
            grids[corner] = np.frombuffer(data, ">i2").reshape(size, size)
    if faults:
        raise InputError(faults)
    for (west, south), grid in grids.items():
        inside = (lon >= west) & (lon < west + 1) & (lat >= south) & (lat < south + 1)
        if inside.any():
            elevation[inside] = _bilinear(_smoothed(grid), lon[inside] - west, lat[inside] - south)
    return elevation.astype(np.float32)


def level_bridges(elevation: Float32, source: Int32, target: Int32, length_dm: Int32, *, on_structure: Bool) -> Float32:
    """Heights with junctions that lie only on bridges or in tunnels set on the line between their ends."""
    on_ground = np.zeros(len(elevation), bool)
    on_ground[source[~on_structure]] = True
    on_ground[target[~on_structure]] = True
    floating = ~on_ground
    a, b = source[on_structure], target[on_structure]
    if not floating.any() or len(a) == 0:
        return elevation
    weight = 1.0 / length_dm[on_structure]
    total = np.bincount(a, weight, len(elevation)) + np.bincount(b, weight, len(elevation))
    floating &= total > 0
    height = elevation.astype(np.float64)
    for _ in range(_LEVEL_ROUNDS):
        mean = np.bincount(a, weight * height[b], len(height)) + np.bincount(b, weight * height[a], len(height))
        height[floating] = mean[floating] / total[floating]
    return height.astype(np.float32)


def edge_grade(elevation: Float32, source: Int32, target: Int32, length_dm: Int32) -> Float32:
    """Rise over length of each edge, uphill positive, within +-0.15; shape (E,)."""
    rise = elevation[target].astype(np.float64) - elevation[source]
    return np.clip(rise / (length_dm / 10.0), -GRADE_MAX, GRADE_MAX).astype(np.float32)


def _corner(name: str) -> tuple[int, int] | None:
    match = _NAME.match(name.rsplit("/", 1)[-1])
    if match is None:
        return None
    south = int(match[2]) * (1 if match[1].upper() == "N" else -1)
    west = int(match[4]) * (1 if match[3].upper() == "E" else -1)
    return west, south


def _smoothed(grid: np.ndarray[tuple[int, ...], np.dtype[np.int16]]) -> Float64:
    """Heights with voids filled from around them, each cell averaged with its neighbours (weights 1-2-1)."""
    height = grid.astype(np.float64)
    height[grid == VOID] = np.nan
    if np.isnan(height).all():
        return np.zeros_like(height)
    while np.isnan(height).any():
        # Every round fills the rim of each void with the mean of the known cells beside it.
        padded = np.pad(height, 1, constant_values=np.nan)
        around = np.stack([padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]])
        known = ~np.isnan(around)
        count = known.sum(axis=0)
        rim = np.isnan(height) & (count > 0)
        height[rim] = np.where(known, around, 0.0).sum(axis=0)[rim] / count[rim]
    for axis in (0, 1):
        padded = np.pad(height, [(1, 1) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
        before, after = np.delete(padded, [-2, -1], axis), np.delete(padded, [0, 1], axis)
        height = (before + 2 * height + after) / 4
    return height


def _bilinear(height: Float64, east: Float64, north: Float64) -> Float64:
    """Heights between four cells; ``east`` and ``north`` are parts of a degree from the south-west corner."""
    last = height.shape[0] - 1
    x, y = east * last, (1.0 - north) * last
    column = np.minimum(x.astype(np.int64), last - 1)
    row = np.minimum(y.astype(np.int64), last - 1)
    x, y = x - column, y - row
    top = height[row, column] * (1 - x) + height[row, column + 1] * x
    bottom = height[row + 1, column] * (1 - x) + height[row + 1, column + 1] * x
    result: Float64 = top * (1 - y) + bottom * y
    return result

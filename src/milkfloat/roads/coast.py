"""The sea of an extract: coastlines are mapped as lines with the land to their left, never as areas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from milkfloat.roads.types import Float64

# A place beside a coastline is this share of the map's width away from it.
_BESIDE = 1e-5
# A coastline that the extract cut off this near to the border, as a share of the width, goes on to it.
_REACH = 0.05


def sea(coastlines: Sequence[Float64], box: tuple[float, float, float, float]) -> list[shapely.Polygon]:
    """
    The parts of a box that lie to the right of a coastline.

    Parameters
    ----------
    coastlines
        Lines of shape (p, 2), in any plane with y upwards.
    box
        West, south, east, north. A line that ends inside it, away from its border, bounds nothing there: land and sea
        are one face, which goes to the side that more of its coast votes for.
    """
    lines = [shapely.LineString(line) for line in coastlines if len(line) > 1]
    if not lines:
        return []
    merged = shapely.get_parts(shapely.line_merge(shapely.union_all(lines), directed=True))
    ways = [_to_border(shapely.get_coordinates(line), box) for line in merged]
    frame = shapely.box(*box)
    inside = shapely.intersection(shapely.union_all([shapely.LineString(way) for way in ways]), frame)
    net = shapely.union_all([inside, frame.exterior])
    faces = shapely.get_parts(shapely.polygonize([net]))
    tree = shapely.STRtree(faces)
    step = _BESIDE * max(box[2] - box[0], box[3] - box[1])
    votes = np.zeros(len(faces))
    for way in ways:
        along = np.diff(way, axis=0)
        length = np.hypot(along[:, 0], along[:, 1])
        real = length > 0
        middle = (way[:-1] + way[1:])[real] / 2
        # A quarter turn to the right.
        right = np.stack([along[real, 1], -along[real, 0]], axis=1) / length[real, None] * step
        for side, sign in ((right, 1.0), (-right, -1.0)):
            point, face = tree.query(shapely.points(middle + side), predicate="within")
            np.add.at(votes, face, sign * length[real][point])
    return [face for face, vote in zip(faces, votes.tolist(), strict=True) if vote > 0]


def _to_border(way: Float64, box: tuple[float, float, float, float]) -> Float64:
    """The line, with its ends led straight on to the border of the box where that is near."""
    if (way[0] == way[-1]).all():
        return way
    west, south, east, north = box
    reach = _REACH * max(east - west, north - south)

    def beyond(end: Float64) -> list[list[float]]:
        x, y = end.tolist()
        if not (west < x < east and south < y < north):
            return []
        borders = ((x - west, [west, y]), (east - x, [east, y]), (y - south, [x, south]), (north - y, [x, north]))
        off, place = min(borders)
        return [place] if off <= reach else []

    return np.array([*beyond(way[0]), *way.tolist(), *beyond(way[-1])], np.float64)

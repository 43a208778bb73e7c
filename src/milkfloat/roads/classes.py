"""
Road classes: the `highway` values a van may use, and how fast each is driven without traffic.

The speeds are assumptions, stated here once. ``limit_kmh`` stands in where a way has no usable ``maxspeed``; it is
the usual urban limit of the class, because deliveries happen in towns. ``share`` is the part of the limit that a
van keeps between junctions on an empty road: near 1 on roads built for through traffic, less where parked cars,
bends and driveways set the pace. Waits at signals and turns are counted separately (``delays.py``, ``turns.py``).
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class RoadClass(IntEnum):
    """The class of a road; lower numbers matter more to through traffic."""

    MOTORWAY = 0
    TRUNK = 1
    PRIMARY = 2
    SECONDARY = 3
    TERTIARY = 4
    UNCLASSIFIED = 5
    RESIDENTIAL = 6
    LIVING_STREET = 7
    SERVICE = 8
    TRACK = 9
    PEDESTRIAN = 10


class RoadFlag(IntEnum):
    """Bits of an edge's ``flags``."""

    LINK = 1  # a ramp or slip road
    ROUNDABOUT = 2
    BRIDGE = 4
    TUNNEL = 8
    DESTINATION_ONLY = 16  # open to those who deliver there, not to through traffic
    TOLL = 32


class ClassSpeed(NamedTuple):
    """Speed limit assumed without a tag, and the share of a limit that is really driven."""

    limit_kmh: float
    share: float


CLASS_SPEEDS: dict[RoadClass, ClassSpeed] = {
    RoadClass.MOTORWAY: ClassSpeed(110.0, 0.95),
    RoadClass.TRUNK: ClassSpeed(80.0, 0.92),
    RoadClass.PRIMARY: ClassSpeed(60.0, 0.88),
    RoadClass.SECONDARY: ClassSpeed(50.0, 0.86),
    RoadClass.TERTIARY: ClassSpeed(50.0, 0.80),
    RoadClass.UNCLASSIFIED: ClassSpeed(50.0, 0.72),
    RoadClass.RESIDENTIAL: ClassSpeed(40.0, 0.65),
    RoadClass.LIVING_STREET: ClassSpeed(15.0, 0.80),
    RoadClass.SERVICE: ClassSpeed(20.0, 0.75),
    RoadClass.TRACK: ClassSpeed(20.0, 0.60),
    RoadClass.PEDESTRIAN: ClassSpeed(10.0, 0.80),
}
# Ramps are driven through a bend, whatever their motorway allows.
LINK_LIMIT_KMH = 60.0

HIGHWAYS: dict[str, RoadClass] = {
    "motorway": RoadClass.MOTORWAY,
    "motorway_link": RoadClass.MOTORWAY,
    "trunk": RoadClass.TRUNK,
    "trunk_link": RoadClass.TRUNK,
    "primary": RoadClass.PRIMARY,
    "primary_link": RoadClass.PRIMARY,
    "secondary": RoadClass.SECONDARY,
    "secondary_link": RoadClass.SECONDARY,
    "tertiary": RoadClass.TERTIARY,
    "tertiary_link": RoadClass.TERTIARY,
    "unclassified": RoadClass.UNCLASSIFIED,
    "road": RoadClass.UNCLASSIFIED,
    "residential": RoadClass.RESIDENTIAL,
    "living_street": RoadClass.LIVING_STREET,
    "service": RoadClass.SERVICE,
    "track": RoadClass.TRACK,
    "pedestrian": RoadClass.PEDESTRIAN,
}

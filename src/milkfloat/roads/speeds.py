"""How fast a van drives along a way without traffic, from its tags."""

from __future__ import annotations

import re
from collections.abc import Mapping

from milkfloat.roads.classes import CLASS_SPEEDS, HIGHWAYS, LINK_LIMIT_KMH

KMH_PER_MPH = 1.609344
# A loaded delivery van: limits above this are not used.
VAN_SPEED_KMH_MAX = 110.0
WALKING_KMH = 7.0
# What a country's sign without a number stands for, by the words of the `maxspeed` zone codes.
ZONE_KMH = {
    "urban": 50.0,
    "rural": 80.0,
    "trunk": 100.0,
    "motorway": 120.0,
    "living_street": 15.0,
    "bicycle_road": 30.0,
}
ROUGH_SURFACES = {
    "cobblestone": 0.75,
    "unhewn_cobblestone": 0.65,
    "sett": 0.85,
    "cobblestone:flattened": 0.8,
    "unpaved": 0.7,
    "gravel": 0.7,
    "fine_gravel": 0.75,
    "compacted": 0.8,
    "pebblestone": 0.7,
    "dirt": 0.6,
    "earth": 0.6,
    "ground": 0.6,
    "grass": 0.5,
    "mud": 0.4,
    "sand": 0.5,
}
_NUMBER = re.compile(r"^(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?$")
_ZONE_NUMBER = re.compile(r"^[a-z]{2}:(?:zone)?:?(\d+)$")


def limit_kmh(text: str | None) -> float | None:
    """
    Kilometres per hour of a ``maxspeed`` value; None where it says nothing usable.

    Understood are numbers, ``30 mph``, ``none``, ``walk`` and codes such as ``FI:urban``, ``DE:zone30``; of several
    values (``50;30``) the lowest counts.
    """
    if text is None:
        return None
    limits = [limit for part in re.split(r"[;|]", text) if (limit := _one_limit(part.strip().lower())) is not None]
    return min(limits, default=None)


def free_flow_kmh(tags: Mapping[str, str], *, forward: bool) -> float:
    """Speed on the empty road between junctions, in km/h, in or against the direction of the way."""
    highway = tags["highway"]
    default, share = CLASS_SPEEDS[HIGHWAYS[highway]]
    direction = "forward" if forward else "backward"
    keys = (f"maxspeed:{direction}", "maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed")
    limit = next((value for key in keys if (value := limit_kmh(tags.get(key))) is not None), None)
    if limit is None or limit <= 0:
        limit = default
    if highway.endswith("_link"):
        limit = min(limit, LINK_LIMIT_KMH)
    advised = limit_kmh(tags.get("maxspeed:advisory"))
    if advised:
        limit = min(limit, advised)
    if tags.get("service") in ("parking_aisle", "driveway", "drive-through"):
        limit = min(limit, 15.0)
    speed = min(limit * share, VAN_SPEED_KMH_MAX) * ROUGH_SURFACES.get(tags.get("surface", ""), 1.0)
    return max(speed, 3.0)


def _one_limit(text: str) -> float | None:
    match = _NUMBER.match(text)
    if match:
        value = float(match[1])
        return value * {"mph": KMH_PER_MPH, "knots": 1.852}.get(match[2] or "", 1.0)
    if text == "none":
        return VAN_SPEED_KMH_MAX
    if text == "walk":
        return WALKING_KMH
    zone = _ZONE_NUMBER.match(text)
    if zone:
        return float(zone[1])
    return ZONE_KMH.get(text.partition(":")[2])

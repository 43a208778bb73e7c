"""May a delivery van drive along this way, and in which direction? Pure functions on OpenStreetMap tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from milkfloat.roads.classes import HIGHWAYS, RoadClass

Tags = Mapping[str, str]

# Most specific first: what is said of goods vehicles beats what is said of all vehicles.
ACCESS_KEYS = ("goods", "motorcar", "motor_vehicle", "vehicle", "access")
# What a sign must say before a street without motor traffic is entered at all.
OPENING_KEYS = ("goods", "hgv", "delivery", "motorcar", "motor_vehicle", "vehicle")
ALLOWED = frozenset({"yes", "permissive", "designated", "destination", "delivery", "customers", "discouraged"})
DESTINATION = frozenset({"destination", "delivery", "customers"})
DENIED = frozenset(
    {
        "no",
        "private",
        "agricultural",
        "forestry",
        "agricultural;forestry",
        "emergency",
        "military",
        "psv",
        "bus",
        "permit",
        "residents",
        "restricted",
        "use_sidepath",
        "employees",
    }
)
FORWARD_ONLY = frozenset({"yes", "true", "1"})
BACKWARD_ONLY = frozenset({"-1", "reverse"})
# Bars the way unless an access tag on the node says otherwise.
BLOCKING_BARRIERS = frozenset(
    {
        "block",
        "bollard",
        "bus_trap",
        "chain",
        "cycle_barrier",
        "debris",
        "full-height_turnstile",
        "horse_stile",
        "jersey_barrier",
        "kissing_gate",
        "log",
        "motorcycle_barrier",
        "planter",
        "rope",
        "stile",
        "sump_buster",
        "turnstile",
        "wedge",
    }
)


@dataclass(frozen=True, slots=True)
class VanSize:
    """Outer measures a signed limit is compared with; the defaults fit a high-roofed 3.5 t van."""

    height_m: float = 2.8
    width_m: float = 2.1
    mass_t: float = 3.5


@dataclass(frozen=True, slots=True)
class Access:
    """The directions in which a van may drive along a way, as its nodes are listed."""

    forward: bool
    backward: bool
    destination_only: bool


def van_access(tags: Tags, size: VanSize) -> Access | None:
    """
    Access of a delivery van to a way, or None where it may not drive at all.

    Private ways are out; ways for destination or delivery traffic are in. A pedestrian street or a track needs an
    explicit permission.
    """
    road_class = HIGHWAYS.get(tags.get("highway", ""))
    if road_class is None or tags.get("area") == "yes":
        return None
    permission = _permission(tags)
    if road_class in (RoadClass.PEDESTRIAN, RoadClass.TRACK):
        opened = next((key for key in OPENING_KEYS if tags.get(key) in ALLOWED), None)
        if opened is None:
            return None
        permission = "delivery" if opened == "delivery" else tags[opened]
    if permission in DENIED or _too_big(tags, size):
        return None
    if tags.get("service") == "emergency_access" and permission is None:
        return None
    directions = _directions(tags, road_class)
    if directions is None:
        return None
    return Access(*directions, destination_only=permission in DESTINATION)


def blocks(tags: Tags, size: VanSize) -> bool:
    """Whether a node's barrier stops a van."""
    barrier = tags.get("barrier")
    if barrier is None:
        return False
    permission = _permission(tags)
    if permission is not None:
        return permission in DENIED
    return barrier in BLOCKING_BARRIERS or _too_big(tags, size)


def is_driven(highway: str | None) -> bool:
    """Whether the value of a way's ``highway`` tag names a class that motor vehicles use."""
    return highway in HIGHWAYS


def _permission(tags: Tags) -> str | None:
    """Value of the most specific access tag; a van that may deliver may enter, whatever the general rule."""
    for key in ACCESS_KEYS:
        value = tags.get(key)
        if value is None or value == "unknown":
            continue
        if value in DENIED and (tags.get("delivery") in ALLOWED or tags.get("hgv") in ("delivery", "destination")):
            return "delivery"
        return value
    return None


def _directions(tags: Tags, road_class: RoadClass) -> tuple[bool, bool] | None:
    oneway = tags.get("oneway:motor_vehicle") or tags.get("oneway")
    if oneway in FORWARD_ONLY:
        return True, False
    if oneway in BACKWARD_ONLY:
        return False, True
    if oneway == "reversible":
        # Its direction changes by the hour and the tag does not say when.
        return None
    implied = tags.get("junction") in ("roundabout", "circular") or road_class == RoadClass.MOTORWAY
    if implied and oneway != "no" and not tags.get("highway", "").endswith("_link"):
        return True, False
    return True, True


def _too_big(tags: Tags, size: VanSize) -> bool:
    limits = (
        (("maxheight", "maxheight:physical"), size.height_m),
        (("maxwidth", "maxwidth:physical"), size.width_m),
        (("maxweight",), size.mass_t),
    )
    for keys, measure in limits:
        for key in keys:
            limit = metric_value(tags.get(key))
            if limit is not None and limit < measure:
                return True
    return False


def metric_value(text: str | None) -> float | None:
    """
    Metres or tonnes of a tag such as ``2.5``, ``2,5 m`` or ``7'6"``; None where it is not a number.

    ``default``, ``none`` and ``below_default`` say that no special limit is signed.
    """
    if text is None:
        return None
    cleaned = text.strip().lower().replace(",", ".")
    if "'" in cleaned:
        feet, _, inches = cleaned.partition("'")
        try:
            # 1 foot = 12 inches = 0.3048 m.
            return 0.3048 * (float(feet) + float(inches.strip(' "') or 0) / 12)
        except ValueError:
            return None
    number = cleaned.removesuffix("m").removesuffix("t").strip()
    try:
        return float(number)
    except ValueError:
        return None

"""
What of an extract is drawn, and from which zoom on: OpenStreetMap tags into layers, classes and properties of tiles.

========  =======  =================================================================================================
layer     kind     properties
========  =======  =================================================================================================
landuse   polygon  class: residential, commercial, industrial, railway, school, hospital, military, square, parking
green     polygon  class: park, grass, wood, farmland, pitch, cemetery, beach; name
water     polygon  class: sea, lake, river, basin, wetland; name
waterway  line     class: river, canal, stream; name
building  polygon  height_m, name
road      line     class: motorway ... service (as the road graph's), track, pedestrian, path, steps, rail, tram,
                   subway; name, ref, oneway (1 along the line, -1 against it), link, bridge, tunnel
place     point    class: city, town, village, hamlet, suburb, neighbourhood, island; name
========  =======  =================================================================================================

Ids of roads are those of their OpenStreetMap ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from milkfloat.roads.access import metric_value
from milkfloat.roads.classes import HIGHWAYS, RoadClass
from milkfloat.roads.mvt import Kind, Value

Tags = Mapping[str, str]

LAYERS: dict[str, Kind] = {
    "landuse": Kind.POLYGON,
    "green": Kind.POLYGON,
    "water": Kind.POLYGON,
    "waterway": Kind.LINE,
    "building": Kind.POLYGON,
    "road": Kind.LINE,
    "place": Kind.POINT,
}
KEYS = ("highway", "railway", "waterway", "natural", "landuse", "leisure", "building", "place", "amenity", "aeroway")
# Tags that may make an area of a closed way or of a relation.
AREA_KEYS = ("building", "natural", "landuse", "leisure", "waterway", "amenity", "highway", "place")
STOREY_M = 3.0

_GREEN = {
    "leisure": {
        "park": "park",
        "garden": "park",
        "golf_course": "park",
        "nature_reserve": "park",
        "pitch": "pitch",
        "playground": "pitch",
        "track": "pitch",
    },
    "landuse": {
        "grass": "grass",
        "meadow": "grass",
        "village_green": "grass",
        "recreation_ground": "park",
        "forest": "wood",
        "orchard": "wood",
        "vineyard": "farmland",
        "farmland": "farmland",
        "allotments": "farmland",
        "cemetery": "cemetery",
    },
    "natural": {
        "wood": "wood",
        "scrub": "grass",
        "grassland": "grass",
        "heath": "grass",
        "beach": "beach",
        "sand": "beach",
    },
}
_WATER = {
    "natural": {"water": "lake", "wetland": "wetland", "bay": "sea"},
    "landuse": {"basin": "basin", "reservoir": "basin"},
    "waterway": {"riverbank": "river", "dock": "basin"},
}
_LANDUSE = {
    "landuse": {
        "residential": "residential",
        "commercial": "commercial",
        "retail": "commercial",
        "industrial": "industrial",
        "port": "industrial",
        "railway": "railway",
        "military": "military",
    },
    "amenity": {
        "school": "school",
        "university": "school",
        "college": "school",
        "kindergarten": "school",
        "hospital": "hospital",
        "parking": "parking",
    },
    "place": {"square": "square"},
    "highway": {"pedestrian": "square"},
}
_WATERWAYS = {"river": ("river", 9), "canal": ("canal", 11), "stream": ("stream", 13), "drain": ("stream", 15)}
_ROAD_ZOOM = {
    RoadClass.MOTORWAY: 5,
    RoadClass.TRUNK: 6,
    RoadClass.PRIMARY: 8,
    RoadClass.SECONDARY: 10,
    RoadClass.TERTIARY: 11,
    RoadClass.UNCLASSIFIED: 12,
    RoadClass.RESIDENTIAL: 13,
    RoadClass.LIVING_STREET: 13,
    RoadClass.SERVICE: 14,
    RoadClass.TRACK: 14,
    RoadClass.PEDESTRIAN: 14,
}
_PATHS = {"footway": "path", "path": "path", "cycleway": "path", "bridleway": "path", "steps": "steps"}
_RAILS = {
    "rail": ("rail", 10),
    "light_rail": ("rail", 12),
    "narrow_gauge": ("rail", 12),
    "tram": ("tram", 13),
    "subway": ("subway", 13),
}
_PLACES = {"city": 4, "town": 8, "village": 11, "hamlet": 13, "suburb": 12, "neighbourhood": 14, "island": 12}


@dataclass(frozen=True, slots=True)
class Drawn:
    """How an object appears: its layer, the zoom from which it does, and what the tile says of it."""

    layer: str
    zoom_min: int
    properties: dict[str, Value]


def drawn_line(tags: Tags) -> Drawn | None:
    """How a way appears as a line; None where it does not."""
    highway = tags.get("highway")
    if highway is not None and tags.get("area") != "yes":
        return _road(highway, tags)
    railway = _RAILS.get(tags.get("railway", ""))
    if railway is not None:
        name, zoom = railway
        # Sidings and yards fill a map with lines nobody looks for.
        zoom = max(zoom, 14) if "service" in tags else zoom
        return Drawn("road", zoom, {"class": name, **_structure(tags)})
    waterway = _WATERWAYS.get(tags.get("waterway", ""))
    if waterway is not None and tags.get("tunnel") in (None, "no"):
        name, zoom = waterway
        return Drawn("waterway", zoom, {"class": name, **_named(tags)})
    return None


def drawn_area(tags: Tags) -> Drawn | None:
    """How a closed way or a multipolygon appears; None where it does not. Small ones appear where they can be seen."""
    if tags.get("building", "no") != "no":
        height_m = _height_m(tags)
        return Drawn("building", 13, _named(tags) | ({} if height_m is None else {"height_m": height_m}))
    for layer, classes, zoom in (("water", _WATER, 6), ("green", _GREEN, 8), ("landuse", _LANDUSE, 9)):
        for key, values in classes.items():
            if key == "highway" and tags.get("area") != "yes" and tags.get("type") != "multipolygon":
                # A closed street is a loop, not a square.
                continue
            name = values.get(tags.get(key, ""))
            if name is not None:
                if name == "lake" and tags.get("water") in ("river", "basin"):
                    name = tags["water"]
                named = {} if layer == "landuse" else _named(tags)
                return Drawn(layer, zoom, {"class": name, **named})
    return None


def drawn_point(tags: Tags) -> Drawn | None:
    """How a node appears: the names of places; None where it does not."""
    zoom = _PLACES.get(tags.get("place", ""))
    if zoom is None or not tags.get("name"):
        return None
    return Drawn("place", zoom, {"class": tags["place"], "name": tags["name"]})


def _road(highway: str, tags: Tags) -> Drawn | None:
    if highway in _PATHS:
        return Drawn("road", 15, {"class": _PATHS[highway], **_named(tags), **_structure(tags)})
    road_class = HIGHWAYS.get(highway)
    if road_class is None:
        return None
    properties: dict[str, Value] = {"class": road_class.name.lower()}
    properties |= _named(tags)
    if tags.get("ref"):
        properties["ref"] = tags["ref"]
    oneway = tags.get("oneway")
    if oneway in ("yes", "true", "1") or tags.get("junction") == "roundabout":
        properties["oneway"] = 1
    elif oneway in ("-1", "reverse"):
        properties["oneway"] = -1
    zoom = _ROAD_ZOOM[road_class]
    if highway.endswith("_link"):
        properties["link"] = True
        zoom = max(zoom, 11)
    if tags.get("service") in ("parking_aisle", "driveway"):
        zoom = max(zoom, 15)
    return Drawn("road", zoom, properties | _structure(tags))


def _named(tags: Tags) -> dict[str, Value]:
    return {"name": tags["name"]} if tags.get("name") else {}


def _structure(tags: Tags) -> dict[str, Value]:
    return {key: True for key in ("bridge", "tunnel") if tags.get(key, "no") != "no"}


def _height_m(tags: Tags) -> float | None:
    """Metres by the tag, or by the number of storeys."""
    height = metric_value(tags.get("height"))
    if height is not None:
        return height
    storeys = metric_value(tags.get("building:levels"))
    return None if storeys is None else storeys * STOREY_M
